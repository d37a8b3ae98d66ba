// SPDX-License-Identifier: GPL-2.0-only
/* Packets that the device cuts: which it can, and how it is told. */
#include <linux/if_vlan.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>

#include "gnic_channel.h"
#include "gnic_tx_post.h"

#define GNIC_GSO_UDP_TUNNEL	(SKB_GSO_UDP_TUNNEL | SKB_GSO_UDP_TUNNEL_CSUM)
#define GNIC_GSO_TUNNEL \
	(GNIC_GSO_UDP_TUNNEL | SKB_GSO_GRE | SKB_GSO_GRE_CSUM | SKB_GSO_IPXIP4 | SKB_GSO_IPXIP6)

static bool gnic_gso_is_udp(const struct sk_buff *skb)
{
	return skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4;
}

/* Up to the payload of what is cut. */
static u32 gnic_gso_hdr_len(const struct sk_buff *skb)
{
	if (skb->encapsulation)
		return skb_inner_transport_offset(skb) +
		       (gnic_gso_is_udp(skb) ? sizeof(struct udphdr) : inner_tcp_hdrlen(skb));
	return skb_transport_offset(skb) +
	       (gnic_gso_is_udp(skb) ? sizeof(struct udphdr) : tcp_hdrlen(skb));
}

/* The inner IP header is where it is said to be, and TCP or UDP is right behind it. */
static bool gnic_gso_inner_ok(const struct sk_buff *skb)
{
	u8 proto = gnic_gso_is_udp(skb) ? IPPROTO_UDP : IPPROTO_TCP;
	int len = skb_inner_transport_offset(skb) - skb_inner_network_offset(skb);
	const struct iphdr *ip = inner_ip_hdr(skb);

	if (len < (int)sizeof(*ip) || !(skb_shinfo(skb)->gso_type & GNIC_GSO_TUNNEL))
		return false;
	if (ip->version == 4)
		return len == ip->ihl * 4 && ip->protocol == proto;
	return ip->version == 6 && len == sizeof(struct ipv6hdr) &&
	       inner_ipv6_hdr(skb)->nexthdr == proto;
}

static netdev_features_t gnic_gso_check(const struct sk_buff *skb, netdev_features_t features)
{
	u32 hdr_len = gnic_gso_hdr_len(skb);

	if (hdr_len > GNIC_RAW_HDR_MAX ||
	    hdr_len + VLAN_HLEN + skb_shinfo(skb)->gso_size > GNIC_RAW_SIZE_MAX ||
	    (skb->encapsulation && !gnic_gso_inner_ok(skb)))
		features &= ~NETIF_F_GSO_MASK;
	return features;
}

/* What the device can't describe the stack sums or segments itself. */
netdev_features_t gnic_tx_features_check(struct sk_buff *skb, struct net_device *netdev,
					 netdev_features_t features)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    (skb->csum_offset > FIELD_MAX(GNIC_RAW_WQE_CSUM_OFFSET) ||
	     skb_checksum_start_offset(skb) + skb->csum_offset + sizeof(__sum16) >
	     GNIC_RAW_HDR_MAX))
		features &= ~(NETIF_F_CSUM_MASK | NETIF_F_GSO_MASK);
	if (skb_is_gso(skb))
		features = gnic_gso_check(skb, features);
	return vlan_features_check(skb, features);
}

static u32 gnic_gso_tunnel(const struct sk_buff *skb)
{
	u32 tunnel = FIELD_PREP(GNIC_RAW_TUNNEL_L3, skb_inner_network_offset(skb));

	if (skb_shinfo(skb)->gso_type & GNIC_GSO_UDP_TUNNEL)
		tunnel |= FIELD_PREP(GNIC_RAW_TUNNEL_UDP, skb_transport_offset(skb));
	return tunnel;
}

/**
 * gnic_tx_gso - tell the device how to cut a packet
 * @skb: passed gnic_tx_features_check()
 * @pkt: what is known of it as one packet
 */
void gnic_tx_gso(const struct sk_buff *skb, struct gnic_tx_packet *pkt)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);
	u32 hdr_len = gnic_gso_hdr_len(skb);

	pkt->ctrl |= gnic_gso_is_udp(skb) ? GNIC_RAW_WQE_USO : GNIC_RAW_WQE_TSO;
	pkt->offload |= FIELD_PREP(GNIC_RAW_WQE_HDR_LEN, hdr_len);
	pkt->mss = shinfo->gso_size;
	pkt->packets = shinfo->gso_segs;
	pkt->bytes += (shinfo->gso_segs - 1) * hdr_len;
	if (skb->encapsulation) {
		pkt->ctrl |= GNIC_RAW_WQE_TUNNEL;
		pkt->tunnel = gnic_gso_tunnel(skb);
	}
}
