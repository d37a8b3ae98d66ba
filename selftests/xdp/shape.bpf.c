// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs that change the shape of a frame, or where it goes. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define TEST_TYPE	0x88b5	/* only frames of this type are touched */
#define TRIM		200
#define GROW		100	/* bytes at the end */
#define PUSH		16	/* bytes in front */

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} hashed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct bpf_cpumap_val);
} processors SEC(".maps");

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

/* Back to the sender as it is. */
SEC("xdp.frags")
int xdp_echo(struct xdp_md *ctx)
{
	struct ethhdr *eth = test_frame(ctx);

	if (!eth)
		return XDP_PASS;
	turn_round(eth);
	return XDP_TX;
}

/* Back to the sender without the last bytes, which may be a fragment or more. */
SEC("xdp.frags")
int xdp_trim(struct xdp_md *ctx)
{
	struct ethhdr *eth = test_frame(ctx);

	if (!eth)
		return XDP_PASS;
	turn_round(eth);
	if (bpf_xdp_adjust_tail(ctx, -TRIM))
		return XDP_ABORTED;
	return XDP_TX;
}

/* Up the stack, sixteen bytes shorter in front and with metadata there. */
SEC("xdp.frags")
int xdp_head(struct xdp_md *ctx)
{
	struct ethhdr *eth = test_frame(ctx), copy;

	if (!eth)
		return XDP_PASS;
	copy = *eth;
	if (bpf_xdp_adjust_head(ctx, 16))
		return XDP_ABORTED;
	eth = test_frame(ctx) ?: (void *)(long)ctx->data;
	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	*eth = copy;
	return bpf_xdp_adjust_meta(ctx, -8) ? XDP_ABORTED : XDP_PASS;
}

/* Back to the sender, longer at the end. */
SEC("xdp.frags")
int xdp_grow(struct xdp_md *ctx)
{
	struct ethhdr *eth = test_frame(ctx);

	if (!eth)
		return XDP_PASS;
	turn_round(eth);
	return bpf_xdp_adjust_tail(ctx, GROW) ? XDP_ABORTED : XDP_TX;
}

/* Back to the sender with something between header and payload. */
SEC("xdp.frags")
int xdp_push(struct xdp_md *ctx)
{
	struct ethhdr *eth = test_frame(ctx), copy;

	if (!eth)
		return XDP_PASS;
	turn_round(eth);
	copy = *eth;
	if (bpf_xdp_adjust_head(ctx, -PUSH))
		return XDP_ABORTED;
	eth = (void *)(long)ctx->data;
	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	*eth = copy;
	return XDP_TX;
}

/* Up the stack by another processor. */
SEC("xdp.frags")
int xdp_processor(struct xdp_md *ctx)
{
	return bpf_redirect_map(&processors, 0, XDP_ABORTED);
}

/* Out of all ports of the map. */
SEC("xdp.frags")
int xdp_broadcast(struct xdp_md *ctx)
{
	if (!test_frame(ctx))
		return XDP_PASS;
	return bpf_redirect_map(&ports, 0, BPF_F_BROADCAST);
}

SEC("xdp.frags")
int xdp_hashed(struct xdp_md *ctx)
{
	if (!test_frame(ctx))
		return XDP_PASS;
	return bpf_redirect_map(&hashed, 7, XDP_ABORTED);
}

/* Out of another port. */
SEC("xdp.frags")
int xdp_forward(struct xdp_md *ctx)
{
	if (!test_frame(ctx))
		return XDP_PASS;
	return bpf_redirect_map(&ports, 0, XDP_ABORTED);
}

/* Without frags: for MTUs that fit one buffer. */
SEC("xdp")
int xdp_single(struct xdp_md *ctx)
{
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
