/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a packet to the key of its flow. Each step takes the cursor over the
 * header that it reads, and answers what comes next or -1.
 */
#ifndef GNIC_BPF_PARSE_H
#define GNIC_BPF_PARSE_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "linux/gnic_bpf.h"

#define ROCE_UDP_PORT		4791
#define VLAN_DEPTH_MAX		2
#define IP_FRAGMENT		0x3fff	/* MF and the offset */

struct cursor {
	void *pos;
	void *end;
};

struct vlan_tag {
	__be16 tci;
	__be16 proto;
};

struct bth {
	__u8 opcode;
	__u8 flags;
	__be16 pkey;
	__be32 qpn;	/* high byte: ECN marks */
	__be32 psn;
};

/* Room for a header at the cursor, which moves behind it; NULL at the end. */
#define take(c, type)							\
({									\
	type *header = (c)->pos;					\
	(void *)(header + 1) > (c)->end ? NULL :			\
		((c)->pos = header + 1, header);			\
})

static __always_inline int parse_eth(struct cursor *c)
{
	struct ethhdr *eth = take(c, struct ethhdr);
	__be16 proto;
	int i;

	if (!eth)
		return -1;
	proto = eth->h_proto;
#pragma unroll
	for (i = 0; i < VLAN_DEPTH_MAX; i++) {
		struct vlan_tag *tag;

		if (proto != bpf_htons(ETH_P_8021Q) && proto != bpf_htons(ETH_P_8021AD))
			break;
		tag = take(c, struct vlan_tag);
		if (!tag)
			return -1;
		proto = tag->proto;
	}
	return proto;
}

static __always_inline int parse_ipv4(struct cursor *c, struct gnic_steer_key *key)
{
	struct iphdr *ip = take(c, struct iphdr);

	if (!ip || ip->ihl < 5 || (ip->frag_off & bpf_htons(IP_FRAGMENT)))
		return -1;
	c->pos = (void *)ip + ip->ihl * 4;
	key->family = 4;
	__builtin_memcpy(key->src, &ip->saddr, sizeof(ip->saddr));
	__builtin_memcpy(key->dst, &ip->daddr, sizeof(ip->daddr));
	return ip->protocol;
}

/* Extension headers are not followed: such a packet is not TCP or UDP here. */
static __always_inline int parse_ipv6(struct cursor *c, struct gnic_steer_key *key)
{
	struct ipv6hdr *ip = take(c, struct ipv6hdr);

	if (!ip)
		return -1;
	key->family = 6;
	__builtin_memcpy(key->src, &ip->saddr, sizeof(ip->saddr));
	__builtin_memcpy(key->dst, &ip->daddr, sizeof(ip->daddr));
	return ip->nexthdr;
}

static __always_inline int parse_ip(struct cursor *c, int eth_type, struct gnic_steer_key *key)
{
	if (eth_type == bpf_htons(ETH_P_IP))
		return parse_ipv4(c, key);
	if (eth_type == bpf_htons(ETH_P_IPV6))
		return parse_ipv6(c, key);
	return -1;
}

static __always_inline int parse_ports(struct cursor *c, int proto, struct gnic_steer_key *key)
{
	struct tcphdr *tcp;
	struct udphdr *udp;

	key->proto = proto;
	if (proto == IPPROTO_UDP) {
		udp = take(c, struct udphdr);
		if (!udp)
			return -1;
		key->sport = udp->source;
		key->dport = udp->dest;
		return 0;
	}
	if (proto == IPPROTO_TCP) {
		tcp = take(c, struct tcphdr);
		if (!tcp)
			return -1;
		key->sport = tcp->source;
		key->dport = tcp->dest;
		return 0;
	}
	return -1;
}

/* The destination QP, or 0 if this is no RoCE v2 packet. */
static __always_inline __be32 parse_qpn(struct cursor *c, const struct gnic_steer_key *key)
{
	struct bth *bth;

	if (key->proto != IPPROTO_UDP || key->dport != bpf_htons(ROCE_UDP_PORT))
		return 0;
	bth = take(c, struct bth);
	return bth ? bth->qpn & bpf_htonl(0xffffff) : 0;
}

#endif /* GNIC_BPF_PARSE_H */
