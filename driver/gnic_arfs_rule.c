// SPDX-License-Identifier: GPL-2.0-only
/* Accelerated RFS: from a packet to what tells its flow apart, and to a rule. */
#ifdef CONFIG_RFS_ACCEL
#include <linux/jhash.h>
#include <linux/skbuff.h>
#include <net/flow_dissector.h>

#include "gnic_arfs_rule.h"
#include "gnic_nic.h"

bool gnic_arfs_dissect(const struct sk_buff *skb, struct gnic_arfs_key *key)
{
	struct flow_keys keys;

	if (!skb_flow_dissect_flow_keys(skb, &keys, 0) ||
	    keys.control.flags & (FLOW_DIS_IS_FRAGMENT | FLOW_DIS_ENCAPSULATION))
		return false;
	if (keys.basic.ip_proto != IPPROTO_TCP && keys.basic.ip_proto != IPPROTO_UDP)
		return false;
	memset(key, 0, sizeof(*key));
	key->eth_type = keys.basic.n_proto;
	key->proto = keys.basic.ip_proto;
	key->sport = keys.ports.src;
	key->dport = keys.ports.dst;
	if (key->eth_type == htons(ETH_P_IP)) {
		memcpy(key->src, &keys.addrs.v4addrs.src, sizeof(__be32));
		memcpy(key->dst, &keys.addrs.v4addrs.dst, sizeof(__be32));
		return true;
	}
	memcpy(key->src, &keys.addrs.v6addrs.src, sizeof(key->src));
	memcpy(key->dst, &keys.addrs.v6addrs.dst, sizeof(key->dst));
	return key->eth_type == htons(ETH_P_IPV6);
}

u32 gnic_arfs_hash(const struct gnic_arfs_key *key)
{
	return jhash(key, sizeof(*key), 0);
}

void gnic_arfs_fill(struct gnic_nic *nic, const struct gnic_arfs_key *key, u16 ring,
		    struct gnic_flow *flow)
{
	int len = key->eth_type == htons(ETH_P_IP) ? sizeof(__be32) : sizeof(key->src);
	u8 ones[sizeof(key->src)];

	memset(ones, U8_MAX, sizeof(ones));
	gnic_flow_prepare(flow, nic->vport, GNIC_FLOW_OWNER_ARFS, 0);
	gnic_flow_set_eth_type(flow, key->eth_type);
	gnic_flow_set_ip_proto(flow, key->proto, U8_MAX);
	gnic_flow_set_src_ip(flow, key->src, ones, len);
	gnic_flow_set_dst_ip(flow, key->dst, ones, len);
	gnic_flow_set_l4_src(flow, key->sport, htons(U16_MAX));
	gnic_flow_set_l4_dst(flow, key->dport, htons(U16_MAX));
	gnic_flow_set_queue(flow, ring);
}
#endif /* CONFIG_RFS_ACCEL */
