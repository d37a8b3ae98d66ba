// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs that send a frame elsewhere, and those that run where it is sent to. */
#include "test_frame.h"

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} hashed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct bpf_cpumap_val);
} processors SEC(".maps");

/* The index of a netdev, for who has no map of them. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} target SEC(".maps");

/* Frames that a program of an entry has seen. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} entered SEC(".maps");

#define PUSH	16	/* bytes that a program of an entry puts in front */

/* ---- where frames come in ---- */

SEC("xdp.frags")
int xdp_port(struct xdp_md *ctx)
{
	if (!test_frame(ctx))
		return XDP_PASS;
	return bpf_redirect_map(&ports, 0, XDP_ABORTED);
}

/* All frames. */
SEC("xdp.frags")
int xdp_everything(struct xdp_md *ctx)
{
	return bpf_redirect_map(&ports, 0, XDP_ABORTED);
}

SEC("xdp.frags")
int xdp_hashed(struct xdp_md *ctx)
{
	if (!test_frame(ctx))
		return XDP_PASS;
	return bpf_redirect_map(&hashed, 7, XDP_ABORTED);
}

/* Out of all ports of the map. */
SEC("xdp.frags")
int xdp_broadcast(struct xdp_md *ctx)
{
	if (!test_frame(ctx))
		return XDP_PASS;
	return bpf_redirect_map(&ports, 0, BPF_F_BROADCAST);
}

/* Without a map of devices. */
SEC("xdp.frags")
int xdp_index(struct xdp_md *ctx)
{
	__u32 key = 0, *index = bpf_map_lookup_elem(&target, &key);

	if (!index || !test_frame(ctx))
		return XDP_PASS;
	return bpf_redirect(*index, 0);
}

/* All frames, by another processor. */
SEC("xdp.frags")
int xdp_processor(struct xdp_md *ctx)
{
	return bpf_redirect_map(&processors, 0, XDP_ABORTED);
}

/* ---- where they are sent to ---- */

static __always_inline void count(void)
{
	__u32 key = 0;
	__u64 *counter = bpf_map_lookup_elem(&entered, &key);

	if (counter)
		__sync_fetch_and_add(counter, 1);
}

/* The frame is longer, so that who receives it sees that we have run. */
static __always_inline int entry_push(struct xdp_md *ctx, int verdict)
{
	if (!test_frame(ctx))
		return XDP_PASS;
	count();
	return move_head(ctx, -PUSH) ? XDP_ABORTED : verdict;
}

SEC("xdp.frags/devmap")
int port_push(struct xdp_md *ctx)
{
	return entry_push(ctx, XDP_PASS);
}

SEC("xdp.frags/devmap")
int port_drop(struct xdp_md *ctx)
{
	count();
	return XDP_DROP;
}

SEC("xdp.frags/cpumap")
int processor_push(struct xdp_md *ctx)
{
	return entry_push(ctx, XDP_PASS);
}

/* From the other processor out of a port. */
SEC("xdp.frags/cpumap")
int processor_port(struct xdp_md *ctx)
{
	int verdict = entry_push(ctx, XDP_REDIRECT);

	return verdict == XDP_REDIRECT ? bpf_redirect_map(&ports, 0, XDP_ABORTED) : verdict;
}

char _license[] SEC("license") = "Dual BSD/GPL";
