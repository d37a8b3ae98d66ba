/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The frames that programs of the tests touch; everything else goes up the stack. */
#ifndef TEST_FRAME_H
#define TEST_FRAME_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define TEST_TYPE	0x88b5

static __always_inline struct ethhdr *test_frame(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end ||
	    eth->h_proto != bpf_htons(TEST_TYPE))
		return 0;
	return eth;
}

static __always_inline void turn_round(struct ethhdr *eth)
{
	__u8 mac[ETH_ALEN];

	__builtin_memcpy(mac, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, mac, ETH_ALEN);
}

/*
 * The frame's first byte is elsewhere: @delta > 0 takes bytes behind the header away,
 * @delta < 0 puts some there. Negative if that can't be.
 */
static __always_inline int move_head(struct xdp_md *ctx, int delta)
{
	struct ethhdr *eth = (void *)(long)ctx->data, copy;

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return -1;
	copy = *eth;
	if (bpf_xdp_adjust_head(ctx, delta))
		return -1;
	eth = (void *)(long)ctx->data;
	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return -1;
	*eth = copy;
	return 0;
}

#endif
