// SPDX-License-Identifier: GPL-2.0-only
/* ethtool -N: from a flow specification to a rule of the device. */
#include <linux/etherdevice.h>
#include <linux/in.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>

#include "gnic_nic.h"
#include "gnic_ntuple.h"

#define GNIC_NTUPLE_FLAGS	(FLOW_EXT | FLOW_MAC_EXT | FLOW_RSS)

/* ---- keys ---- */

static void gnic_ntuple_l4_word(struct gnic_flow *flow, __be32 word, __be32 mask)
{
	u32 value = be32_to_cpu(word), bits = be32_to_cpu(mask);

	gnic_flow_set_l4_src(flow, cpu_to_be16(value >> 16), cpu_to_be16(bits >> 16));
	gnic_flow_set_l4_dst(flow, cpu_to_be16(value & U16_MAX), cpu_to_be16(bits & U16_MAX));
}

static void gnic_ntuple_l4_v4(struct gnic_flow *flow, const struct ethtool_tcpip4_spec *spec,
			      const struct ethtool_tcpip4_spec *mask, u8 proto)
{
	gnic_flow_set_eth_type(flow, htons(ETH_P_IP));
	gnic_flow_set_ip_proto(flow, proto, U8_MAX);
	gnic_flow_set_src_ip(flow, &spec->ip4src, &mask->ip4src, sizeof(spec->ip4src));
	gnic_flow_set_dst_ip(flow, &spec->ip4dst, &mask->ip4dst, sizeof(spec->ip4dst));
	gnic_flow_set_l4_src(flow, spec->psrc, mask->psrc);
	gnic_flow_set_l4_dst(flow, spec->pdst, mask->pdst);
	gnic_flow_set_ip_tos(flow, spec->tos, mask->tos);
}

static void gnic_ntuple_l4_v6(struct gnic_flow *flow, const struct ethtool_tcpip6_spec *spec,
			      const struct ethtool_tcpip6_spec *mask, u8 proto)
{
	gnic_flow_set_eth_type(flow, htons(ETH_P_IPV6));
	gnic_flow_set_ip_proto(flow, proto, U8_MAX);
	gnic_flow_set_src_ip(flow, spec->ip6src, mask->ip6src, sizeof(spec->ip6src));
	gnic_flow_set_dst_ip(flow, spec->ip6dst, mask->ip6dst, sizeof(spec->ip6dst));
	gnic_flow_set_l4_src(flow, spec->psrc, mask->psrc);
	gnic_flow_set_l4_dst(flow, spec->pdst, mask->pdst);
	gnic_flow_set_ip_tos(flow, spec->tclass, mask->tclass);
}

static int gnic_ntuple_ip4(struct gnic_flow *flow, const struct ethtool_usrip4_spec *spec,
			   const struct ethtool_usrip4_spec *mask, struct netlink_ext_ack *extack)
{
	if (spec->ip_ver != ETH_RX_NFC_IP4 || mask->ip_ver) {
		NL_SET_ERR_MSG_MOD(extack, "rule: the IP version is that of the flow type");
		return -EINVAL;
	}
	gnic_flow_set_eth_type(flow, htons(ETH_P_IP));
	gnic_flow_set_ip_proto(flow, spec->proto, mask->proto);
	gnic_flow_set_src_ip(flow, &spec->ip4src, &mask->ip4src, sizeof(spec->ip4src));
	gnic_flow_set_dst_ip(flow, &spec->ip4dst, &mask->ip4dst, sizeof(spec->ip4dst));
	gnic_flow_set_ip_tos(flow, spec->tos, mask->tos);
	gnic_ntuple_l4_word(flow, spec->l4_4_bytes, mask->l4_4_bytes);
	return 0;
}

static void gnic_ntuple_ip6(struct gnic_flow *flow, const struct ethtool_usrip6_spec *spec,
			    const struct ethtool_usrip6_spec *mask)
{
	gnic_flow_set_eth_type(flow, htons(ETH_P_IPV6));
	gnic_flow_set_ip_proto(flow, spec->l4_proto, mask->l4_proto);
	gnic_flow_set_src_ip(flow, spec->ip6src, mask->ip6src, sizeof(spec->ip6src));
	gnic_flow_set_dst_ip(flow, spec->ip6dst, mask->ip6dst, sizeof(spec->ip6dst));
	gnic_flow_set_ip_tos(flow, spec->tclass, mask->tclass);
	gnic_ntuple_l4_word(flow, spec->l4_4_bytes, mask->l4_4_bytes);
}

/* The security parameter index is what ports are elsewhere. */
static void gnic_ntuple_esp4(struct gnic_flow *flow, const struct ethtool_ah_espip4_spec *spec,
			     const struct ethtool_ah_espip4_spec *mask)
{
	gnic_flow_set_eth_type(flow, htons(ETH_P_IP));
	gnic_flow_set_ip_proto(flow, IPPROTO_ESP, U8_MAX);
	gnic_flow_set_src_ip(flow, &spec->ip4src, &mask->ip4src, sizeof(spec->ip4src));
	gnic_flow_set_dst_ip(flow, &spec->ip4dst, &mask->ip4dst, sizeof(spec->ip4dst));
	gnic_flow_set_ip_tos(flow, spec->tos, mask->tos);
	gnic_ntuple_l4_word(flow, spec->spi, mask->spi);
}

static void gnic_ntuple_esp6(struct gnic_flow *flow, const struct ethtool_ah_espip6_spec *spec,
			     const struct ethtool_ah_espip6_spec *mask)
{
	gnic_flow_set_eth_type(flow, htons(ETH_P_IPV6));
	gnic_flow_set_ip_proto(flow, IPPROTO_ESP, U8_MAX);
	gnic_flow_set_src_ip(flow, spec->ip6src, mask->ip6src, sizeof(spec->ip6src));
	gnic_flow_set_dst_ip(flow, spec->ip6dst, mask->ip6dst, sizeof(spec->ip6dst));
	gnic_flow_set_ip_tos(flow, spec->tclass, mask->tclass);
	gnic_ntuple_l4_word(flow, spec->spi, mask->spi);
}

static void gnic_ntuple_ether(struct gnic_flow *flow, const struct ethhdr *spec,
			      const struct ethhdr *mask)
{
	gnic_flow_set_dmac(flow, spec->h_dest, mask->h_dest);
	gnic_flow_set_smac(flow, spec->h_source, mask->h_source);
	gnic_flow_set_eth_type_masked(flow, spec->h_proto, mask->h_proto);
}

static int gnic_ntuple_keys(struct gnic_flow *flow, const struct ethtool_rx_flow_spec *fs,
			    struct netlink_ext_ack *extack)
{
	const union ethtool_flow_union *key = &fs->h_u, *mask = &fs->m_u;

	switch (fs->flow_type & ~GNIC_NTUPLE_FLAGS) {
	case TCP_V4_FLOW:
		gnic_ntuple_l4_v4(flow, &key->tcp_ip4_spec, &mask->tcp_ip4_spec, IPPROTO_TCP);
		return 0;
	case UDP_V4_FLOW:
		gnic_ntuple_l4_v4(flow, &key->udp_ip4_spec, &mask->udp_ip4_spec, IPPROTO_UDP);
		return 0;
	case SCTP_V4_FLOW:
		gnic_ntuple_l4_v4(flow, &key->sctp_ip4_spec, &mask->sctp_ip4_spec, IPPROTO_SCTP);
		return 0;
	case TCP_V6_FLOW:
		gnic_ntuple_l4_v6(flow, &key->tcp_ip6_spec, &mask->tcp_ip6_spec, IPPROTO_TCP);
		return 0;
	case UDP_V6_FLOW:
		gnic_ntuple_l4_v6(flow, &key->udp_ip6_spec, &mask->udp_ip6_spec, IPPROTO_UDP);
		return 0;
	case SCTP_V6_FLOW:
		gnic_ntuple_l4_v6(flow, &key->sctp_ip6_spec, &mask->sctp_ip6_spec, IPPROTO_SCTP);
		return 0;
	case ESP_V4_FLOW:
		gnic_ntuple_esp4(flow, &key->esp_ip4_spec, &mask->esp_ip4_spec);
		return 0;
	case ESP_V6_FLOW:
		gnic_ntuple_esp6(flow, &key->esp_ip6_spec, &mask->esp_ip6_spec);
		return 0;
	case IP_USER_FLOW:
		return gnic_ntuple_ip4(flow, &key->usr_ip4_spec, &mask->usr_ip4_spec, extack);
	case IPV6_USER_FLOW:
		gnic_ntuple_ip6(flow, &key->usr_ip6_spec, &mask->usr_ip6_spec);
		return 0;
	case ETHER_FLOW:
		gnic_ntuple_ether(flow, &key->ether_spec, &mask->ether_spec);
		return 0;
	default:
		NL_SET_ERR_MSG_MOD(extack,
				   "rule: flow types are tcp, udp, sctp, esp, ip4, ip6 and ether");
		return -EOPNOTSUPP;
	}
}

/* ---- what can stand beside any of them ---- */

static int gnic_ntuple_vlan(struct gnic_flow *flow, const struct ethtool_flow_ext *ext,
			    const struct ethtool_flow_ext *mask, struct netlink_ext_ack *extack)
{
	if (mask->vlan_etype || mask->data[0] || mask->data[1]) {
		NL_SET_ERR_MSG_MOD(extack,
				   "rule: a tag's type and user defined bytes can't be matched");
		return -EOPNOTSUPP;
	}
	if (!mask->vlan_tci)
		return 0;
	gnic_flow_set_vlan(flow, ext->vlan_tci, mask->vlan_tci);
	/* number 0 with a tag is not the same as without one */
	gnic_flow_set_frame(flow, GNIC_FLOW_FRAME_TAGGED);
	return 0;
}

static int gnic_ntuple_extensions(struct gnic_flow *flow, const struct ethtool_rx_flow_spec *fs,
				  struct netlink_ext_ack *extack)
{
	const bool ether = (fs->flow_type & ~GNIC_NTUPLE_FLAGS) == ETHER_FLOW;

	if (fs->flow_type & FLOW_MAC_EXT) {
		if (ether) {
			NL_SET_ERR_MSG_MOD(extack, "rule: ether has a destination of its own");
			return -EINVAL;
		}
		gnic_flow_set_dmac(flow, fs->h_ext.h_dest, fs->m_ext.h_dest);
	}
	if (fs->flow_type & FLOW_EXT)
		return gnic_ntuple_vlan(flow, &fs->h_ext, &fs->m_ext, extack);
	return 0;
}

/* ---- action ---- */

/* The highest ring in a context's table. */
u32 gnic_ntuple_context_max(struct ethtool_rxfh_context *ctx)
{
	const u32 *indir = ethtool_rxfh_context_indir(ctx);
	u32 i, max = 0;

	for (i = 0; i < ctx->indir_size; i++)
		max = max(max, indir[i]);
	return max;
}

static int gnic_ntuple_to_context(struct gnic_nic *nic, struct gnic_ntuple *rule, u32 ring,
				  struct netlink_ext_ack *extack)
{
	struct ethtool_rxfh_context *ctx = NULL;

	if (rule->context) {
		ctx = xa_load(&nic->netdev->ethtool->rss_ctx, rule->context);
		if (!ctx) {
			NL_SET_ERR_MSG_FMT_MOD(extack, "rule: there is no context %u",
					       rule->context);
			return -EINVAL;
		}
	}
	if (ring && (!ctx || ring >= nic->cfg.rx_queues ||
		     gnic_ntuple_context_max(ctx) + ring >= nic->cfg.rx_queues)) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "rule: with %u added a ring of context %u lacks",
				       ring, rule->context);
		return -EINVAL;
	}
	gnic_flow_set_rss(&rule->flow, rule->context, ring);
	return 0;
}

static int gnic_ntuple_action(struct gnic_nic *nic, struct gnic_ntuple *rule,
			      struct netlink_ext_ack *extack)
{
	u64 cookie = rule->fs.ring_cookie, ring = ethtool_get_flow_spec_ring(cookie);

	if (cookie == RX_CLS_FLOW_DISC) {
		gnic_flow_set_drop(&rule->flow);
		return 0;
	}
	if (cookie == RX_CLS_FLOW_WAKE || ethtool_get_flow_spec_ring_vf(cookie)) {
		NL_SET_ERR_MSG_MOD(extack, "rule: the action is a ring, a context, or to drop");
		return -EOPNOTSUPP;
	}
	if (rule->fs.flow_type & FLOW_RSS)
		return gnic_ntuple_to_context(nic, rule, ring, extack);
	if (ring >= nic->cfg.rx_queues) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "rule: rings are 0 to %u", nic->cfg.rx_queues - 1);
		return -EINVAL;
	}
	gnic_flow_set_queue(&rule->flow, ring);
	return 0;
}

/**
 * gnic_ntuple_parse - build the rule for the device
 * @nic: netdev; what it would not receive is not matched
 * @rule: its specification is, its flow is made
 * @extack: for the sentence
 */
int gnic_ntuple_parse(struct gnic_nic *nic, struct gnic_ntuple *rule,
		      struct netlink_ext_ack *extack)
{
	struct gnic_flow *flow = &rule->flow;
	int err;

	gnic_flow_prepare(flow, nic->vport, GNIC_FLOW_OWNER_NTUPLE, 0);
	gnic_flow_set_frame(flow, GNIC_FLOW_FRAME_HOST);
	err = gnic_ntuple_keys(flow, &rule->fs, extack);
	if (!err)
		err = gnic_ntuple_extensions(flow, &rule->fs, extack);
	return err ?: gnic_ntuple_action(nic, rule, extack);
}
