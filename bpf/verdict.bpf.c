// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The experiment: what a verdict costs. A program a verdict, each counts its
 * packets; for tests and for "make bench".
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, XDP_REDIRECT + 1);
	__type(key, __u32);
	__type(value, __u64);
} verdicts SEC(".maps");

static __always_inline int count(__u32 verdict)
{
	__u64 *counter = bpf_map_lookup_elem(&verdicts, &verdict);

	if (counter)
		(*counter)++;
	return verdict;
}

SEC("xdp.frags")
int xdp_aborted(struct xdp_md *ctx)
{
	return count(XDP_ABORTED);
}

SEC("xdp.frags")
int xdp_drop(struct xdp_md *ctx)
{
	return count(XDP_DROP);
}

SEC("xdp.frags")
int xdp_pass(struct xdp_md *ctx)
{
	return count(XDP_PASS);
}

/* Back to where it came from. */
SEC("xdp.frags")
int xdp_tx(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	__u8 mac[ETH_ALEN];

	if ((void *)(eth + 1) > end)
		return count(XDP_ABORTED);
	__builtin_memcpy(mac, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, mac, ETH_ALEN);
	return count(XDP_TX);
}

char _license[] SEC("license") = "Dual BSD/GPL";
