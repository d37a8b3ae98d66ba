/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A frame gets another shape, which a map says; then it goes where the map says. */
#ifndef SHAPE_H
#define SHAPE_H

#include "test_frame.h"
#include "metadata.h"

struct shape {
	int head;	/* bytes that are taken away behind the header */
	int tail;	/* bytes that come at the end */
	__u32 meta;	/* there is metadata in front */
	__u32 verdict;	/* of XDP_TX the sender is the receiver */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct shape);
} shape SEC(".maps");

static __always_inline int shape_frame(struct xdp_md *ctx)
{
	struct ethhdr *eth = test_frame(ctx);
	const struct shape *want;
	__u32 key = 0;

	want = bpf_map_lookup_elem(&shape, &key);
	if (!eth || !want)
		return XDP_PASS;
	if (want->verdict == XDP_TX)
		turn_round(eth);
	if (want->head && move_head(ctx, want->head))
		return XDP_ABORTED;
	if (want->tail && bpf_xdp_adjust_tail(ctx, want->tail))
		return XDP_ABORTED;
	if (want->meta && metadata_put(ctx))
		return XDP_ABORTED;
	return want->verdict;
}

#endif
