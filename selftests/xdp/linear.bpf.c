// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* For tc: how much of a datagram to the discard port the stack sees without looking further. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define PORT_DISCARD	9

struct headers {
	struct ethhdr eth;
	struct iphdr ip;
	struct udphdr udp;
} __attribute__((packed));

/* Of the last one: bytes in its linear part. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} linear SEC(".maps");

SEC("tc")
int tc_linear(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct headers *headers = data;
	__u64 *length;
	__u32 key = 0;

	if ((void *)(headers + 1) > end || headers->eth.h_proto != bpf_htons(ETH_P_IP) ||
	    headers->ip.protocol != IPPROTO_UDP ||
	    headers->udp.dest != bpf_htons(PORT_DISCARD))
		return TC_ACT_OK;
	length = bpf_map_lookup_elem(&linear, &key);
	if (length)
		*length = end - data;
	return TC_ACT_OK;
}

char _license[] SEC("license") = "Dual BSD/GPL";
