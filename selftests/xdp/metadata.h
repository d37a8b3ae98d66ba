/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an XDP program says of a frame, in front of it, to whoever sees it next. */
#ifndef METADATA_H
#define METADATA_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct metadata {
	__u64 magic;
	__u32 len;	/* of the frame when it was put there */
	__u32 queue;
};

#define METADATA_MAGIC	0x676e69636d657461ull

static __always_inline int metadata_put(struct xdp_md *ctx)
{
	__u32 len = bpf_xdp_get_buff_len(ctx);
	struct metadata *meta;

	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*meta)))
		return -1;
	meta = (void *)(long)ctx->data_meta;
	if ((void *)(meta + 1) > (void *)(long)ctx->data)
		return -1;
	meta->magic = METADATA_MAGIC;
	meta->len = len;
	meta->queue = ctx->rx_queue_index;
	return 0;
}

#endif
