// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the device says of a frame beside its bytes; the last frame's is kept. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

enum hint {
	HINT_FRAMES,
	HINT_HASH_ERR,
	HINT_HASH,
	HINT_HASH_TYPE,
	HINT_TSTAMP_ERR,
	HINT_TSTAMP,
	HINT_TSTAMP_BACK,	/* times that it went backwards */
	HINT_VLAN_ERR,
	HINT_VLAN_TCI,
	HINTS,
};

/* The kernel's; only its size matters here. */
enum xdp_rss_hash_type {
	XDP_RSS_TYPE_NONE,
	XDP_RSS_TYPE_MAX = 1 << 30,
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, HINTS);
	__type(key, __u32);
	__type(value, __u64);
} hints SEC(".maps");

extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, __u64 *timestamp) __ksym;
extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash,
				    enum xdp_rss_hash_type *type) __ksym;
extern int bpf_xdp_metadata_rx_vlan_tag(const struct xdp_md *ctx, __be16 *proto,
					__u16 *tci) __ksym;

static __always_inline __u64 *hint(__u32 which)
{
	return bpf_map_lookup_elem(&hints, &which);
}

static __always_inline void set(__u32 which, __u64 value)
{
	__u64 *slot = hint(which);

	if (slot)
		*slot = value;
}

static __always_inline void add(__u32 which)
{
	__u64 *slot = hint(which);

	if (slot)
		(*slot)++;
}

SEC("xdp.frags")
int xdp_hints(struct xdp_md *ctx)
{
	enum xdp_rss_hash_type type = 0;
	__u64 tstamp = 0, *last;
	__be16 proto = 0;
	__u32 hash = 0;
	__u16 tci = 0;

	add(HINT_FRAMES);
	set(HINT_HASH_ERR, -bpf_xdp_metadata_rx_hash(ctx, &hash, &type));
	set(HINT_HASH, hash);
	set(HINT_HASH_TYPE, type);
	set(HINT_TSTAMP_ERR, -bpf_xdp_metadata_rx_timestamp(ctx, &tstamp));
	last = hint(HINT_TSTAMP);
	if (last && *last > tstamp)
		add(HINT_TSTAMP_BACK);
	set(HINT_TSTAMP, tstamp);
	set(HINT_VLAN_ERR, -bpf_xdp_metadata_rx_vlan_tag(ctx, &proto, &tci));
	set(HINT_VLAN_TCI, tci);
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
