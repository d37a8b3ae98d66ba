// SPDX-License-Identifier: GPL-2.0-only
/*
 * GRO in hardware (rx-gro-hw): the device merges segments of a TCP flow, and
 * what it merged becomes what the stack would have made of them, so that it can
 * be cut again where it goes on.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <net/gro.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/tcp.h>

#include "gnic_rx.h"

/* What waits for more of its flow is given up when the queue has been quiet so long. */
#define GNIC_GRO_USECS		200

static int gnic_gro_write(struct gnic_channel *c, const struct gnic_rx *rx, bool on)
{
	struct gnic_hw_qp_gro in = {
		.port = cpu_to_le32(c->nic->port->index),
		.qpn = cpu_to_le32(rx->qpn),
		.usecs = cpu_to_le16(GNIC_GRO_USECS),
		.flags = cpu_to_le16(le32_to_cpu(c->nic->dev->caps.gro) & GNIC_GRO_IPIP),
	};

	if (on)
		in.max_size = cpu_to_le32(min_t(u32, GNIC_RAW_GRO_SIZE_MAX,
						GNIC_RAW_NBUF_MAX * rx->buf_size));
	return gnic_cmd_exec(c->nic->dev, GNIC_CMD_QP_GRO, &in, sizeof(in), NULL, 0);
}

/*
 * Before the first frame. A program sees frames as they came on the wire, and
 * so do AF_XDP sockets.
 */
int gnic_gro_start(struct gnic_channel *c, const struct gnic_rx *rx,
		   const struct gnic_nic_cfg *cfg)
{
	if (!(c->nic->netdev->features & NETIF_F_GRO_HW) || cfg->xdp || rx->xsk)
		return 0;
	return gnic_gro_write(c, rx, true);
}

/**
 * gnic_gro_set - queues that run merge, or merge no more
 * @nic: netdev
 * @on: they do
 *
 * Context: netdev lock. What the device has merged by then still arrives.
 *
 * Return: 0, or an error and nothing has changed.
 */
int gnic_gro_set(struct gnic_nic *nic, bool on)
{
	const struct gnic_rx *rx;
	unsigned int i;
	int err;

	for (i = 0; i < nic->num_rx; i++) {
		rx = &nic->channels[i]->queue->rx;
		err = rx->xsk ? 0 : gnic_gro_write(nic->channels[i], rx, on);
		if (err)
			goto err_back;
	}
	return 0;

err_back:
	while (i--) {
		rx = &nic->channels[i]->queue->rx;
		if (!rx->xsk)
			gnic_gro_write(nic->channels[i], rx, !on);
	}
	return err;
}

/* Behind the IPv6 extension headers that segments may have, at @at; 0: it ends before. */
static unsigned int gnic_gro_ext(const struct sk_buff *skb, unsigned int at, u8 *proto)
{
	const struct ipv6_opt_hdr *ext;

	while (*proto == NEXTHDR_HOP || *proto == NEXTHDR_ROUTING || *proto == NEXTHDR_DEST) {
		if (at + sizeof(*ext) > skb_headlen(skb))
			return 0;
		ext = (void *)(skb->data + at);
		*proto = ext->nexthdr;
		at += ipv6_optlen(ext);
	}
	return at;
}

/* Behind the headers of an IP packet at @at that ends where the frame ends; 0: there is none. */
static unsigned int gnic_gro_ip(const struct sk_buff *skb, __be16 type, unsigned int at, u8 *proto)
{
	const struct ipv6hdr *ip6 = (void *)(skb->data + at);
	const struct iphdr *ip = (void *)(skb->data + at);
	unsigned int len = skb_headlen(skb);

	if (type == htons(ETH_P_IP)) {
		if (at + sizeof(*ip) > len || ip->version != 4 || ip->ihl != 5 ||
		    ip_is_fragment(ip) || ntohs(ip->tot_len) != skb->len - at)
			return 0;
		*proto = ip->protocol;
		return at + sizeof(*ip);
	}
	if (type != htons(ETH_P_IPV6) || at + sizeof(*ip6) > len || ip6->version != 6 ||
	    ntohs(ip6->payload_len) != skb->len - at - sizeof(*ip6))
		return 0;
	*proto = ip6->nexthdr;
	return gnic_gro_ext(skb, at + sizeof(*ip6), proto);
}

/**
 * struct gnic_gro_hdr - where the headers of a merged frame are, from the first IP header on
 * @type: of the packet that TCP is in
 * @l3: its header; not 0 in a tunnel
 * @l4: TCP
 * @len: bytes of all
 */
struct gnic_gro_hdr {
	__be16 type;
	unsigned int l3, l4, len;
};

/* False: the frame is not what the device says that it is. */
static bool gnic_gro_parse(const struct sk_buff *skb, bool tunnel, struct gnic_gro_hdr *hdr)
{
	const struct tcphdr *th;
	u8 proto = 0;

	hdr->type = skb->protocol;
	hdr->l3 = 0;
	hdr->l4 = gnic_gro_ip(skb, hdr->type, 0, &proto);
	if (hdr->l4 && tunnel) {
		if (proto != IPPROTO_IPIP && proto != IPPROTO_IPV6)
			return false;
		hdr->type = proto == IPPROTO_IPIP ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
		hdr->l3 = hdr->l4;
		hdr->l4 = gnic_gro_ip(skb, hdr->type, hdr->l3, &proto);
	}
	if (!hdr->l4 || proto != IPPROTO_TCP || hdr->l4 + sizeof(*th) > skb_headlen(skb))
		return false;
	th = (void *)(skb->data + hdr->l4);
	hdr->len = hdr->l4 + th->doff * 4;
	return th->doff * 4 >= sizeof(*th) && hdr->len <= skb_headlen(skb);
}

/* The sum of a segment to be: the pseudo header's, as of one that is sent. */
static void gnic_gro_pseudo(struct sk_buff *skb, const struct gnic_gro_hdr *hdr)
{
	const struct ipv6hdr *ip6 = (void *)(skb->data + hdr->l3);
	const struct iphdr *ip = (void *)(skb->data + hdr->l3);
	struct tcphdr *th = (void *)(skb->data + hdr->l4);
	unsigned int len = skb->len - hdr->l4;

	if (hdr->type == htons(ETH_P_IP)) {
		th->check = ~tcp_v4_check(len, ip->saddr, ip->daddr, 0);
		skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	} else {
		th->check = ~tcp_v6_check(len, &ip6->saddr, &ip6->daddr, 0);
		skb_shinfo(skb)->gso_type = SKB_GSO_TCPV6;
	}
}

/* The packet in it is what the stack's own GRO would have left. */
static void gnic_gro_tunnel(struct sk_buff *skb, const struct gnic_gro_hdr *hdr, u32 flags)
{
	skb->encapsulation = 1;
	skb_set_inner_protocol(skb, hdr->type);
	skb_set_inner_network_header(skb, hdr->l3);
	skb_shinfo(skb)->gso_type |= skb->protocol == htons(ETH_P_IP) ? SKB_GSO_IPXIP4 :
									 SKB_GSO_IPXIP6;
	if (flags & GNIC_RAW_CQE_GRO_FIXED_ID)
		skb_shinfo(skb)->gso_type |= GNIC_GSO_FIXEDID_OUTER;
}

/* Identifications that stayed do so when it is cut; those that can't grow by one. */
static void gnic_gro_fixed_id(struct sk_buff *skb, const struct gnic_gro_hdr *hdr, u32 flags)
{
	const struct iphdr *ip = (void *)(skb->data + hdr->l3);
	u32 flag = hdr->l3 ? GNIC_RAW_CQE_GRO_FIXED_INNER : GNIC_RAW_CQE_GRO_FIXED_ID;

	if (hdr->type != htons(ETH_P_IP) || !(flags & flag) ||
	    (GNIC_GSO_FIXEDID_NEEDS_DF && !(ip->frag_off & htons(IP_DF))))
		return;
	skb_shinfo(skb)->gso_type |= hdr->l3 ? SKB_GSO_TCP_FIXEDID_INNER : SKB_GSO_TCP_FIXEDID;
}

/* Packets and bytes are those of the wire: every segment had its headers. */
static void gnic_gro_count(struct gnic_rx_stats *count, u32 len, u32 hdr_len, u32 segs)
{
	count->packets += segs - 1;
	count->bytes += (segs - 1) * (ETH_HLEN + hdr_len);
	count->gro_packets++;
	count->gro_bytes += ETH_HLEN + len;
	count->gro_wire_packets += segs;
	count->gro_wire_bytes += len + segs * ETH_HLEN + (segs - 1) * hdr_len;
}

/**
 * gnic_gro_skb - a merged frame on its way up
 * @poll: counts it
 * @skb: behind eth_type_trans()
 * @cqe: with GNIC_RAW_CQE_GRO
 * @flags: of @cqe
 *
 * What is not what the device says goes up as any frame, its sum not checked: the
 * stack will see that it is wrong.
 */
void gnic_gro_skb(struct gnic_rx_poll *poll, struct sk_buff *skb,
		  const struct gnic_hw_raw_cqe *cqe, u32 flags)
{
	bool tunnel = le32_to_cpu(cqe->ctrl) & GNIC_CQE_INNER_OK;
	unsigned int mss = le16_to_cpu(cqe->csum), segs;
	struct gnic_gro_hdr hdr;

	skb->ip_summed = CHECKSUM_NONE;
	if (!gnic_gro_parse(skb, tunnel, &hdr) || !mss || skb->len <= hdr.len + mss)
		return;
	segs = DIV_ROUND_UP(skb->len - hdr.len, mss);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, hdr.l4);
	gnic_gro_pseudo(skb, &hdr);
	skb_shinfo(skb)->gso_size = mss;
	gnic_gro_fixed_id(skb, &hdr, flags);
	if (tunnel)
		gnic_gro_tunnel(skb, &hdr, flags);
	NAPI_GRO_CB(skb)->count = segs;
	tcp_gro_complete(skb);
	gnic_gro_count(&poll->count, skb->len, hdr.len, segs);
}
