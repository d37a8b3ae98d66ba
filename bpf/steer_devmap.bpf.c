// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The experiment: a flow of a port goes into the QPs of a group, all else to
 * the network stack.
 *
 * flows	5-tuple or RoCE destination -> index into groups
 * groups	index -> representor of a group (ifindex)
 * counters	enum gnic_steer_counter -> packets, a value a CPU
 *
 * A representor is an ordinary netdev, so the same program works on any pair
 * of devices that can redirect. Documentation/bpf.rst shows how to load and
 * fill it with bpftool and ip.
 */
#include "parse.h"

#define FLOWS_MAX	65536
#define GROUPS_MAX	1024

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FLOWS_MAX);
	__type(key, struct gnic_steer_key);
	__type(value, __u32);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, GROUPS_MAX);
	__type(key, __u32);
	__type(value, __u32);
} groups SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, GNIC_STEER_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

static __always_inline void count(__u32 which)
{
	__u64 *counter = bpf_map_lookup_elem(&counters, &which);

	if (counter)
		(*counter)++;
}

static __always_inline int parse(struct cursor *c, struct gnic_steer_key *key)
{
	int next = parse_eth(c);

	if (next < 0)
		return -1;
	next = parse_ip(c, next, key);
	if (next < 0)
		return -1;
	return parse_ports(c, next, key);
}

/* An entry for the QP wins over one for the 5-tuple: it is about the target. */
static __always_inline __u32 *lookup(struct cursor *c, struct gnic_steer_key *key)
{
	struct gnic_steer_key roce = {};
	__u32 *group;

	roce.qpn = parse_qpn(c, key);
	if (roce.qpn) {
		__builtin_memcpy(roce.dst, key->dst, sizeof(roce.dst));
		roce.dport = key->dport;
		roce.family = key->family;
		roce.proto = key->proto;
		group = bpf_map_lookup_elem(&flows, &roce);
		if (group)
			return group;
	}
	return bpf_map_lookup_elem(&flows, key);
}

SEC("xdp.frags")
int steer(struct xdp_md *ctx)
{
	struct cursor c = {
		.pos = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
	};
	struct gnic_steer_key key = {};
	__u32 *group;
	int verdict;

	if (parse(&c, &key) < 0) {
		count(GNIC_STEER_OTHER);
		return XDP_PASS;
	}
	group = lookup(&c, &key);
	if (!group) {
		count(GNIC_STEER_PASS);
		return XDP_PASS;
	}
	verdict = bpf_redirect_map(&groups, *group, XDP_PASS);
	count(verdict == XDP_REDIRECT ? GNIC_STEER_REDIRECT : GNIC_STEER_NO_GROUP);
	return verdict;
}

char _license[] SEC("license") = "Dual BSD/GPL";
