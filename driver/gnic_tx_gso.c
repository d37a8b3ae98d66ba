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

/* An IP header at @l3 with TCP or UDP right behind it at @l4, of the kind that is to be cut. */
static bool gnic_gso_ip_ok(const struct sk_buff *skb, int l3, int l4)
{
	u8 proto = gnic_gso_is_udp(skb) ? IPPROTO_UDP : IPPROTO_TCP;
	const struct ipv6hdr *ip6 = (void *)(skb->data + l3);
	unsigned int type = skb_shinfo(skb)->gso_type;
	const struct iphdr *ip = (void *)ip6;

	if (ip->version == 4)
		return l4 - l3 == ip->ihl * 4 && ip->ihl >= 5 && ip->protocol == proto &&
		       !ip_is_fragment(ip) && !(type & SKB_GSO_TCPV6);
	return ip->version == 6 && l4 - l3 == sizeof(*ip6) && ip6->nexthdr == proto &&
	       !(type & SKB_GSO_TCPV4);
}

/* The link layer says what the stack says: not more than one tag, then IP at @l3. */
static bool gnic_gso_eth_ok(const struct sk_buff *skb, int l3)
{
	const struct vlan_ethhdr *eth = (void *)skb->data;
	__be16 type = eth->h_vlan_proto;
	u8 version = skb->data[l3] >> 4;
	int len = ETH_HLEN;

	if (skb->protocol != type)
		return false;
	if (eth_type_vlan(type)) {
		type = eth->h_vlan_encapsulated_proto;
		len = VLAN_ETH_HLEN;
	}
	return l3 == len && type == (version == 4 ? htons(ETH_P_IP) : htons(ETH_P_IPV6));
}

/*
 * Headers that a process or a guest has made, and nobody looked at yet. What the
 * device would find to be something else than it was told fails the queue.
 */
static bool gnic_gso_dodgy_ok(const struct sk_buff *skb)
{
	int l4_len = gnic_gso_is_udp(skb) ? sizeof(struct udphdr) : sizeof(struct tcphdr);
	int l3 = skb->encapsulation ? skb_inner_network_offset(skb) : skb_network_offset(skb);
	int l4 = skb->encapsulation ? skb_inner_transport_offset(skb) :
				      skb_transport_offset(skb);
	int headlen = skb_headlen(skb);
	const struct tcphdr *th;

	if (l3 < ETH_HLEN || l4 < l3 + (int)sizeof(struct iphdr) || l4 + l4_len > headlen ||
	    !gnic_gso_ip_ok(skb, l3, l4) || (!skb->encapsulation && !gnic_gso_eth_ok(skb, l3)))
		return false;
	if (gnic_gso_is_udp(skb))
		return true;
	th = (void *)(skb->data + l4);
	return th->doff * 4 >= l4_len && l4 + th->doff * 4 <= headlen;
}

static bool gnic_gso_ok(const struct sk_buff *skb)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);
	u32 hdr_len;

	/* before anything is read where the sender says that it is */
	if (unlikely(shinfo->gso_type & SKB_GSO_DODGY) && !gnic_gso_dodgy_ok(skb))
		return false;
	hdr_len = gnic_gso_hdr_len(skb);
	return hdr_len <= GNIC_RAW_HDR_MAX &&
	       hdr_len + VLAN_HLEN + shinfo->gso_size <= GNIC_RAW_SIZE_MAX &&
	       (!skb->encapsulation || gnic_gso_inner_ok(skb));
}

/* A sum over what the device has of the frame in front of it: SCTP's has four bytes. */
static bool gnic_tx_csum_ok(const struct sk_buff *skb)
{
	int start = skb_checksum_start_offset(skb);

	return start >= ETH_HLEN && skb->csum_offset <= FIELD_MAX(GNIC_RAW_WQE_CSUM_OFFSET) &&
	       start + skb->csum_offset + sizeof(__le32) <= GNIC_RAW_HDR_MAX;
}

/*
 * What the device can't describe the stack sums or segments itself. Segments
 * that it makes are not asked for again, so they come with their sums; but for
 * SCTP's, which the stack alone makes, and whose sum is where the whole's was.
 */
netdev_features_t gnic_tx_features_check(struct sk_buff *skb, struct net_device *netdev,
					 netdev_features_t features)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL && !gnic_tx_csum_ok(skb))
		features &= ~(NETIF_F_CSUM_MASK | NETIF_F_SCTP_CRC | NETIF_F_GSO_MASK);
	else if (skb_is_gso(skb) && !gnic_gso_ok(skb))
		features &= ~(NETIF_F_CSUM_MASK | NETIF_F_GSO_MASK);
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
		/* has the word in which a launch time would be */
		pkt->ctrl &= ~GNIC_RAW_WQE_LAUNCH;
		pkt->rsvd = gnic_gso_tunnel(skb);
	}
}
