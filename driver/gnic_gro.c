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

	for (i = 0; i < nic->num_channels; i++) {
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

/* Where TCP begins in a packet that is IP and TCP and nothing else; 0: it is not. */
static unsigned int gnic_gro_l4(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6 = (void *)skb->data;
	const struct iphdr *ip = (void *)skb->data;

	if (skb->protocol == htons(ETH_P_IP)) {
		if (skb_headlen(skb) < sizeof(*ip) || ip->version != 4 || ip->ihl != 5 ||
		    ip->protocol != IPPROTO_TCP || ip_is_fragment(ip) ||
		    ntohs(ip->tot_len) != skb->len)
			return 0;
		return sizeof(*ip);
	}
	if (skb->protocol != htons(ETH_P_IPV6) || skb_headlen(skb) < sizeof(*ip6) ||
	    ip6->version != 6 || ip6->nexthdr != IPPROTO_TCP ||
	    ntohs(ip6->payload_len) + sizeof(*ip6) != skb->len)
		return 0;
	return sizeof(*ip6);
}

/* Bytes of headers, from IP on; 0: the frame is not what the device says that it is. */
static unsigned int gnic_gro_hdr_len(const struct sk_buff *skb, unsigned int l4)
{
	const struct tcphdr *th = (void *)(skb->data + l4);
	unsigned int len;

	if (!l4 || skb_headlen(skb) < l4 + sizeof(*th))
		return 0;
	len = l4 + th->doff * 4;
	return th->doff * 4 >= sizeof(*th) && len <= skb_headlen(skb) ? len : 0;
}

/* The sum of a segment to be: the pseudo header's, as of one that is sent. */
static void gnic_gro_pseudo(struct sk_buff *skb, unsigned int l4)
{
	struct tcphdr *th = (void *)(skb->data + l4);
	const struct ipv6hdr *ip6 = (void *)skb->data;
	const struct iphdr *ip = (void *)skb->data;

	if (skb->protocol == htons(ETH_P_IP)) {
		th->check = ~tcp_v4_check(skb->len - l4, ip->saddr, ip->daddr, 0);
		skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	} else {
		th->check = ~tcp_v6_check(skb->len - l4, &ip6->saddr, &ip6->daddr, 0);
		skb_shinfo(skb)->gso_type = SKB_GSO_TCPV6;
	}
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
	unsigned int l4 = gnic_gro_l4(skb), hdr_len = gnic_gro_hdr_len(skb, l4);
	unsigned int mss = le16_to_cpu(cqe->csum), segs;

	skb->ip_summed = CHECKSUM_NONE;
	if (!hdr_len || !mss || skb->len <= hdr_len + mss)
		return;
	segs = DIV_ROUND_UP(skb->len - hdr_len, mss);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, l4);
	gnic_gro_pseudo(skb, l4);
	skb_shinfo(skb)->gso_size = mss;
	if (flags & GNIC_RAW_CQE_GRO_FIXED_ID)
		skb_shinfo(skb)->gso_type |= SKB_GSO_TCP_FIXEDID;
	NAPI_GRO_CB(skb)->count = segs;
	tcp_gro_complete(skb);
	/* Packets and bytes are those of the wire: every segment had its headers. */
	poll->count.packets += segs - 1;
	poll->count.bytes += (segs - 1) * (ETH_HLEN + hdr_len);
	poll->count.gro_packets++;
	poll->count.gro_bytes += ETH_HLEN + skb->len;
	poll->count.gro_wire_packets += segs;
	poll->count.gro_wire_bytes += skb->len + segs * ETH_HLEN + (segs - 1) * hdr_len;
}
