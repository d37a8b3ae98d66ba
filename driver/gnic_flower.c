// SPDX-License-Identifier: GPL-2.0-only
/*
 * The keys of a flower filter: a table with one function a key. What has no line
 * there is refused by name.
 *
 * The result in hardware has to be the result in software, so whatever the
 * device can't tell apart is refused too.
 */
#include <linux/if_vlan.h>
#include <net/pkt_cls.h>

#include "gnic.h"
#include "gnic_flow.h"
#include "gnic_flower.h"
#include "gnic_nic.h"
#include "gnic_tc.h"

/* The device does not tell a first fragment from the others. */
static int gnic_flower_control(struct gnic_flower *f)
{
	struct flow_match_control match;

	flow_rule_match_control(f->rule, &match);
	if (!flow_rule_is_supp_control_flags(FLOW_DIS_IS_FRAGMENT, match.mask->flags, f->extack))
		return -EOPNOTSUPP;
	if (!(match.mask->flags & FLOW_DIS_IS_FRAGMENT))
		return 0;
	if (!(f->dev->caps_bits & GNIC_CAP_FLOW_QUEUES)) {
		NL_SET_ERR_MSG_MOD(f->extack, "this card does not match fragments");
		return -EOPNOTSUPP;
	}
	if (match.key->flags & FLOW_DIS_IS_FRAGMENT)
		gnic_flow_set_frame(f->flow, GNIC_FLOW_FRAME_FRAGMENT);
	else
		gnic_flow_clear_frame(f->flow, GNIC_FLOW_FRAME_FRAGMENT);
	return 0;
}

static int gnic_flower_basic(struct gnic_flower *f)
{
	struct flow_match_basic match;

	flow_rule_match_basic(f->rule, &match);
	if (match.mask->n_proto) {
		if (match.mask->n_proto != htons(0xffff)) {
			NL_SET_ERR_MSG_MOD(f->extack, "the protocol is matched as a whole only");
			return -EOPNOTSUPP;
		}
		gnic_flow_set_eth_type(f->flow, match.key->n_proto);
	}
	if (match.mask->ip_proto)
		gnic_flow_set_ip_proto(f->flow, match.key->ip_proto, match.mask->ip_proto);
	return 0;
}

static int gnic_flower_eth_addrs(struct gnic_flower *f)
{
	struct flow_match_eth_addrs match;

	flow_rule_match_eth_addrs(f->rule, &match);
	gnic_flow_set_dmac(f->flow, match.key->dst, match.mask->dst);
	gnic_flow_set_smac(f->flow, match.key->src, match.mask->src);
	return 0;
}

static u16 gnic_flower_tci(const struct flow_dissector_key_vlan *vlan)
{
	return vlan->vlan_id | vlan->vlan_priority << VLAN_PRIO_SHIFT |
	       (vlan->vlan_dei ? VLAN_CFI_MASK : 0);
}

/* 0: the filter does not say */
static u8 gnic_flower_tags(const struct gnic_flower *f)
{
	const struct flow_dissector_key_num_of_vlans *key;

	if (!flow_rule_match_key(f->rule, FLOW_DISSECTOR_KEY_NUM_OF_VLANS))
		return 0;
	key = skb_flow_dissector_target(f->rule->match.dissector,
					FLOW_DISSECTOR_KEY_NUM_OF_VLANS, f->rule->match.key);
	return key->num_of_vlans;
}

static int gnic_flower_num_of_vlans(struct gnic_flower *f)
{
	if (!gnic_flow_edits(f->dev)) {
		NL_SET_ERR_MSG_MOD(f->extack, "this card does not count VLAN tags");
		return -EOPNOTSUPP;
	}
	gnic_flow_set_tags(f->flow, gnic_flower_tags(f));
	return 0;
}

/* Nothing is asked of the last tag but what is behind it: that is the protocol. */
static bool gnic_flower_is_protocol(const struct gnic_flower *f,
				    const struct flow_dissector_key_vlan *mask, u8 tags)
{
	return gnic_flower_tags(f) == tags && !gnic_flower_tci(mask) && !mask->vlan_tpid;
}

/* To the device a frame without tag is one whose tag is all zeroes. */
static int gnic_flower_vlan(struct gnic_flower *f)
{
	struct flow_match_vlan match;
	u16 tci, mask;

	flow_rule_match_vlan(f->rule, &match);
	if (gnic_flower_is_protocol(f, match.mask, 1))
		return 0;
	if (match.mask->vlan_tpid && match.key->vlan_tpid != htons(ETH_P_8021Q)) {
		NL_SET_ERR_MSG_MOD(f->extack, "only VLAN tags of type 802.1Q are matched");
		return -EOPNOTSUPP;
	}
	tci = gnic_flower_tci(match.key);
	mask = gnic_flower_tci(match.mask);
	if (!(tci & mask)) {
		NL_SET_ERR_MSG_MOD(f->extack,
				   "a VLAN is matched by a vlan_id or vlan_prio that is not 0");
		return -EOPNOTSUPP;
	}
	gnic_flow_set_vlan(f->flow, htons(tci), htons(mask));
	return 0;
}

static int gnic_flower_cvlan(struct gnic_flower *f)
{
	struct flow_match_vlan match;

	flow_rule_match_cvlan(f->rule, &match);
	if (gnic_flower_is_protocol(f, match.mask, 2))
		return 0;
	NL_SET_ERR_MSG_MOD(f->extack, "the card does not match inner VLAN");
	return -EOPNOTSUPP;
}

/*
 * To flower the addresses of both families are one union, so it sets both keys:
 * the control key says which of them is meant.
 */
static bool gnic_flower_addrs_are(struct gnic_flower *f, enum flow_dissector_key_id family)
{
	struct flow_match_control match;

	if (!flow_rule_match_key(f->rule, FLOW_DISSECTOR_KEY_CONTROL))
		return false;
	flow_rule_match_control(f->rule, &match);
	return match.key->addr_type == family;
}

static int gnic_flower_ipv4(struct gnic_flower *f)
{
	struct flow_match_ipv4_addrs match;

	if (!gnic_flower_addrs_are(f, FLOW_DISSECTOR_KEY_IPV4_ADDRS))
		return 0;
	flow_rule_match_ipv4_addrs(f->rule, &match);
	gnic_flow_set_src_ip(f->flow, &match.key->src, &match.mask->src, sizeof(match.key->src));
	gnic_flow_set_dst_ip(f->flow, &match.key->dst, &match.mask->dst, sizeof(match.key->dst));
	return 0;
}

static int gnic_flower_ipv6(struct gnic_flower *f)
{
	struct flow_match_ipv6_addrs match;

	if (!gnic_flower_addrs_are(f, FLOW_DISSECTOR_KEY_IPV6_ADDRS))
		return 0;
	flow_rule_match_ipv6_addrs(f->rule, &match);
	gnic_flow_set_src_ip(f->flow, &match.key->src, &match.mask->src, sizeof(match.key->src));
	gnic_flow_set_dst_ip(f->flow, &match.key->dst, &match.mask->dst, sizeof(match.key->dst));
	return 0;
}

static int gnic_flower_ip(struct gnic_flower *f)
{
	struct flow_match_ip match;

	flow_rule_match_ip(f->rule, &match);
	if (match.mask->ttl && !gnic_flow_has_headers(f->dev)) {
		NL_SET_ERR_MSG_MOD(f->extack, "this card does not match a time to live");
		return -EOPNOTSUPP;
	}
	gnic_flow_set_ip_ttl(f->flow, match.key->ttl, match.mask->ttl);
	if (!match.mask->tos)
		return 0;
	if (!(f->dev->caps_bits & GNIC_CAP_FLOW_QUEUES)) {
		NL_SET_ERR_MSG_MOD(f->extack, "this card does not match a type of service");
		return -EOPNOTSUPP;
	}
	gnic_flow_set_ip_tos(f->flow, match.key->tos, match.mask->tos);
	return 0;
}

static bool gnic_flower_is(const struct gnic_flower *f, u8 ip_proto)
{
	return f->flow->hw.mask.ip_proto == U8_MAX && f->flow->hw.key.ip_proto == ip_proto;
}

static int gnic_flower_ports(struct gnic_flower *f)
{
	struct flow_match_ports match;

	if (!gnic_flower_is(f, IPPROTO_TCP) && !gnic_flower_is(f, IPPROTO_UDP)) {
		NL_SET_ERR_MSG_MOD(f->extack, "ports are matched with ip_proto tcp or udp only");
		return -EOPNOTSUPP;
	}
	flow_rule_match_ports(f->rule, &match);
	gnic_flow_set_l4_src(f->flow, match.key->src, match.mask->src);
	gnic_flow_set_l4_dst(f->flow, match.key->dst, match.mask->dst);
	return 0;
}

/* tc has both ends of a range, and lets the last port be 0. */
static int gnic_flower_range(struct gnic_flower *f, __be16 min, __be16 max,
			     void (*set)(struct gnic_flow *flow, __be16 min, __be16 max))
{
	if (ntohs(max) <= ntohs(min)) {
		NL_SET_ERR_MSG_MOD(f->extack, "a range of ports ends behind its beginning");
		return -EINVAL;
	}
	set(f->flow, min, max);
	return 0;
}

static int gnic_flower_ports_range(struct gnic_flower *f)
{
	struct flow_match_ports_range match;
	int err = 0;

	if (!gnic_flow_has_ranges(f->dev)) {
		NL_SET_ERR_MSG_MOD(f->extack, "this card does not match ranges of ports");
		return -EOPNOTSUPP;
	}
	if (!gnic_flower_is(f, IPPROTO_TCP) && !gnic_flower_is(f, IPPROTO_UDP)) {
		NL_SET_ERR_MSG_MOD(f->extack, "ports are matched with ip_proto tcp or udp only");
		return -EOPNOTSUPP;
	}
	flow_rule_match_ports_range(f->rule, &match);
	if (match.mask->tp_min.src && match.mask->tp_max.src)
		err = gnic_flower_range(f, match.key->tp_min.src, match.key->tp_max.src,
					gnic_flow_set_l4_src_range);
	if (!err && match.mask->tp_min.dst && match.mask->tp_max.dst)
		err = gnic_flower_range(f, match.key->tp_min.dst, match.key->tp_max.dst,
					gnic_flow_set_l4_dst_range);
	return err;
}

static int gnic_flower_tcp(struct gnic_flower *f)
{
	struct flow_match_tcp match;

	if (!gnic_flower_is(f, IPPROTO_TCP)) {
		NL_SET_ERR_MSG_MOD(f->extack, "flags of TCP are matched with ip_proto tcp only");
		return -EOPNOTSUPP;
	}
	flow_rule_match_tcp(f->rule, &match);
	gnic_flow_set_tcp_flags(f->flow, match.key->flags, match.mask->flags);
	return 0;
}

/* Type and code are where other protocols have their first port. */
static int gnic_flower_icmp(struct gnic_flower *f)
{
	struct flow_match_icmp match;

	if (!(f->dev->caps_bits & GNIC_CAP_FLOW_QUEUES) ||
	    (!gnic_flower_is(f, IPPROTO_ICMP) && !gnic_flower_is(f, IPPROTO_ICMPV6))) {
		NL_SET_ERR_MSG_MOD(f->extack, "this card does not match ICMP");
		return -EOPNOTSUPP;
	}
	flow_rule_match_icmp(f->rule, &match);
	gnic_flow_set_l4_src(f->flow, htons(match.key->type << 8 | match.key->code),
			     htons(match.mask->type << 8 | match.mask->code));
	return 0;
}

/* A filter of a shared block says by itself which netdev it is for. */
static int gnic_flower_meta(struct gnic_flower *f)
{
	struct flow_match_meta match;

	flow_rule_match_meta(f->rule, &match);
	if (match.mask->l2_miss) {
		NL_SET_ERR_MSG_MOD(f->extack, "the card does not match l2_miss");
		return -EOPNOTSUPP;
	}
	if (le16_to_cpu(f->flow->hw.key.table) & GNIC_FLOW_TABLE_HOST) {
		NL_SET_ERR_MSG_MOD(f->extack,
				   "the card does not know the indev of what the host sends");
		return -EOPNOTSUPP;
	}
	if ((match.key->ingress_ifindex ^ f->netdev->ifindex) & match.mask->ingress_ifindex)
		gnic_flow_set_nowhere(f->flow);
	return 0;
}

/**
 * struct gnic_flower_key - a key of flower
 * @name: for the user
 * @parse: NULL: the device does not have it
 * @headers: a device has it with gnic_flow_has_headers()
 */
struct gnic_flower_key {
	const char *name;
	int (*parse)(struct gnic_flower *f);
	bool headers;
};

/* Parsed in order of number: ports come behind the protocol. */
static const struct gnic_flower_key gnic_flower_keys[FLOW_DISSECTOR_KEY_MAX] = {
	[FLOW_DISSECTOR_KEY_CONTROL]		= { "flags", gnic_flower_control },
	[FLOW_DISSECTOR_KEY_BASIC]		= { "protocol", gnic_flower_basic },
	[FLOW_DISSECTOR_KEY_IPV4_ADDRS]		= { "IPv4 addresses", gnic_flower_ipv4 },
	[FLOW_DISSECTOR_KEY_IPV6_ADDRS]		= { "IPv6 addresses", gnic_flower_ipv6 },
	[FLOW_DISSECTOR_KEY_PORTS]		= { "ports", gnic_flower_ports },
	[FLOW_DISSECTOR_KEY_ETH_ADDRS]		= { "MAC addresses", gnic_flower_eth_addrs },
	[FLOW_DISSECTOR_KEY_VLAN]		= { "VLAN", gnic_flower_vlan },
	[FLOW_DISSECTOR_KEY_PORTS_RANGE]	= { "ranges of ports", gnic_flower_ports_range },
	[FLOW_DISSECTOR_KEY_ICMP]		= { "ICMP", gnic_flower_icmp },
	[FLOW_DISSECTOR_KEY_ARP]		= { "ARP", gnic_flower_arp, .headers = true },
	[FLOW_DISSECTOR_KEY_ENC_KEYID]		= { "tunnel key" },
	[FLOW_DISSECTOR_KEY_ENC_IPV4_ADDRS]	= { "tunnel addresses" },
	[FLOW_DISSECTOR_KEY_ENC_IPV6_ADDRS]	= { "tunnel addresses" },
	[FLOW_DISSECTOR_KEY_ENC_CONTROL]	= { "tunnel flags" },
	[FLOW_DISSECTOR_KEY_ENC_PORTS]		= { "tunnel ports" },
	[FLOW_DISSECTOR_KEY_ENC_IP]		= { "tunnel tos and ttl" },
	[FLOW_DISSECTOR_KEY_ENC_OPTS]		= { "tunnel options" },
	[FLOW_DISSECTOR_KEY_MPLS]		= { "MPLS", gnic_flower_mpls, .headers = true },
	[FLOW_DISSECTOR_KEY_TCP]		= { "TCP flags", gnic_flower_tcp, .headers = true },
	[FLOW_DISSECTOR_KEY_IP]			= { "tos and ttl", gnic_flower_ip },
	[FLOW_DISSECTOR_KEY_CVLAN]		= { "inner VLAN", gnic_flower_cvlan },
	[FLOW_DISSECTOR_KEY_META]		= { "indev", gnic_flower_meta },
	[FLOW_DISSECTOR_KEY_CT]			= { "connection tracking" },
	[FLOW_DISSECTOR_KEY_HASH]		= { "hash" },
	[FLOW_DISSECTOR_KEY_NUM_OF_VLANS]	= { "number of VLANs", gnic_flower_num_of_vlans },
	[FLOW_DISSECTOR_KEY_PPPOE]		= { "PPPoE" },
	[FLOW_DISSECTOR_KEY_L2TPV3]		= { "L2TPv3" },
	[FLOW_DISSECTOR_KEY_CFM]		= { "CFM", gnic_flower_cfm, .headers = true },
	[FLOW_DISSECTOR_KEY_IPSEC]		= { "IPsec" },
};

static int gnic_flower_parse_key(struct gnic_flower *f, enum flow_dissector_key_id id)
{
	const struct gnic_flower_key *key = &gnic_flower_keys[id];

	if (!flow_rule_match_key(f->rule, id))
		return 0;
	if (key->parse && (!key->headers || gnic_flow_has_headers(f->dev)))
		return key->parse(f);
	if (key->name)
		NL_SET_ERR_MSG_FMT_MOD(f->extack, "the card does not match %s", key->name);
	else
		NL_SET_ERR_MSG_FMT_MOD(f->extack, "the card does not match key %u", id);
	return -EOPNOTSUPP;
}

static int gnic_flower_parse_keys(struct gnic_flower *f)
{
	unsigned int id;
	int err = 0;

	for (id = 0; id < FLOW_DISSECTOR_KEY_MAX && !err; id++)
		err = gnic_flower_parse_key(f, id);
	if (err)
		return err;

	/* tc shows a frame with a tag only to filters of the tag's protocol */
	if (f->protocol != htons(ETH_P_ALL) &&
	    !flow_rule_match_key(f->rule, FLOW_DISSECTOR_KEY_VLAN))
		gnic_flow_set_vlan(f->flow, 0, htons(0xffff));
	return 0;
}

int gnic_flower_parse(struct net_device *netdev, struct flow_cls_offload *cls,
		      struct gnic_flow *flow)
{
	struct gnic_flower f = {
		.netdev = netdev,
		.dev = gnic_nic_port(netdev)->dev,
		.rule = flow_cls_offload_flow_rule(cls),
		.protocol = cls->common.protocol,
		.flow = flow,
		.extack = cls->common.extack,
	};

	return gnic_flower_parse_keys(&f);
}
