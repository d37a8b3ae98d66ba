// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* For tc: is the metadata of shape.h in front of the test frames that come? */
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include "metadata.h"
#include "test_frame.h"

enum seen {
	SEEN_RIGHT,
	SEEN_WRONG,
	SEEN_NONE,
	SEEN_COUNT,
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SEEN_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

static __always_inline enum seen look(struct __sk_buff *skb)
{
	struct metadata *meta = (void *)(long)skb->data_meta;
	void *data = (void *)(long)skb->data;

	if ((void *)meta == data)
		return SEEN_NONE;
	if ((void *)(meta + 1) > data)
		return SEEN_WRONG;
	return meta->magic == METADATA_MAGIC && meta->len == skb->len &&
	       meta->queue + 1 == skb->queue_mapping ? SEEN_RIGHT : SEEN_WRONG;
}

SEC("tc")
int tc_look(struct __sk_buff *skb)
{
	__u64 *count;
	__u32 which;

	if (skb->protocol != bpf_htons(TEST_TYPE))
		return TC_ACT_OK;
	which = look(skb);
	count = bpf_map_lookup_elem(&seen, &which);
	if (count)
		__sync_fetch_and_add(count, 1);
	return TC_ACT_OK;
}

char _license[] SEC("license") = "Dual BSD/GPL";
