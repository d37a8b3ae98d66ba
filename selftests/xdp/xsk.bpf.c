// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Test frames go to the AF_XDP socket of their queue, the rest up the stack. */
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include "shape.h"

/* UDP ports whose datagrams are test frames, too. */
#define TEST_PORT	7000
#define TEST_PORTS	64

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} sockets SEC(".maps");

/* The index of a netdev, elsewhere than to a socket. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} elsewhere SEC(".maps");

/* What the device says of a frame, in front of its bytes. */
struct hints {
	__u64 tstamp;
	__u32 hash;
	__u32 errors;	/* 1: no time, 2: no hash */
};

enum xdp_rss_hash_type {
	XDP_RSS_TYPE_NONE,
	XDP_RSS_TYPE_MAX = 1 << 30,
};

extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, __u64 *timestamp) __ksym;
extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash,
				    enum xdp_rss_hash_type *type) __ksym;

SEC("xdp.frags")
int xsk_frags(struct xdp_md *ctx)
{
	if (!test_frame(ctx))
		return XDP_PASS;
	return bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_DROP);
}

SEC("xdp")
int xsk_single(struct xdp_md *ctx)
{
	if (!test_frame(ctx))
		return XDP_PASS;
	return bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_DROP);
}

SEC("xdp")
int xsk_all(struct xdp_md *ctx)
{
	return bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_DROP);
}

static __always_inline int is_test_datagram(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);

	return (void *)(udp + 1) <= (void *)(long)ctx->data_end &&
	       eth->h_proto == bpf_htons(ETH_P_IP) && ip->ihl == 5 &&
	       ip->protocol == IPPROTO_UDP &&
	       bpf_ntohs(udp->dest) - TEST_PORT < (__u32)TEST_PORTS;
}

SEC("xdp.frags")
int xsk_udp(struct xdp_md *ctx)
{
	if (!is_test_datagram(ctx))
		return XDP_PASS;
	return bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_DROP);
}

/* Without the socket: received into its buffers, sent out of them or copied up. */
SEC("xdp.frags")
int xsk_shape(struct xdp_md *ctx)
{
	return shape_frame(ctx);
}

/* Nor to the socket. */
SEC("xdp.frags")
int xsk_elsewhere(struct xdp_md *ctx)
{
	__u32 key = 0, *index = bpf_map_lookup_elem(&elsewhere, &key);

	if (!index || !test_frame(ctx))
		return XDP_PASS;
	return bpf_redirect(*index, 0);
}

SEC("xdp.frags")
int xsk_hints(struct xdp_md *ctx)
{
	enum xdp_rss_hash_type type;
	struct hints *hints;

	if (!test_frame(ctx))
		return XDP_PASS;
	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*hints)))
		return XDP_ABORTED;
	hints = (void *)(long)ctx->data_meta;
	if ((void *)(hints + 1) > (void *)(long)ctx->data)
		return XDP_ABORTED;
	hints->errors = 0;
	if (bpf_xdp_metadata_rx_timestamp(ctx, &hints->tstamp))
		hints->errors |= 1;
	if (bpf_xdp_metadata_rx_hash(ctx, &hints->hash, &type))
		hints->errors |= 2;
	return bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_DROP);
}

char _license[] SEC("license") = "Dual BSD/GPL";
