// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys of frames that are not IP: the device compares bytes behind the EtherType.
 * What software finds there is written down as the bytes in which it finds it.
 */
#include <linux/if_arp.h>
#include <linux/mpls.h>

#include "gnic_flow.h"
#include "gnic_flower.h"

/* ARP for IPv4 over Ethernet. */
struct gnic_flower_arp_packet {
	struct arphdr head;
	u8 sha[ETH_ALEN];
	__be32 sip;
	u8 tha[ETH_ALEN];
	__be32 tip;
} __packed;

static void gnic_flower_arp_addrs(struct gnic_flower_arp_packet *arp,
				  const struct flow_dissector_key_arp *from)
{
	memcpy(arp->sha, from->sha, ETH_ALEN);
	memcpy(arp->tha, from->tha, ETH_ALEN);
	memcpy(&arp->sip, &from->sip, sizeof(arp->sip));
	memcpy(&arp->tip, &from->tip, sizeof(arp->tip));
}

/* Software looks into requests and replies, so a filter has to be for one of them. */
int gnic_flower_arp(struct gnic_flower *f)
{
	struct gnic_flower_arp_packet key = {
		.head = {
			.ar_hrd = htons(ARPHRD_ETHER),
			.ar_pro = htons(ETH_P_IP),
			.ar_hln = ETH_ALEN,
			.ar_pln = sizeof(key.sip),
		},
	};
	struct gnic_flower_arp_packet mask;
	struct flow_match_arp match;

	flow_rule_match_arp(f->rule, &match);
	if (match.mask->op != U8_MAX ||
	    (match.key->op != ARPOP_REQUEST && match.key->op != ARPOP_REPLY)) {
		NL_SET_ERR_MSG_MOD(f->extack, "ARP is matched with arp_op request or reply only");
		return -EOPNOTSUPP;
	}
	key.head.ar_op = htons(match.key->op);
	memset(&mask.head, U8_MAX, sizeof(mask.head));
	gnic_flower_arp_addrs(&key, match.key);
	gnic_flower_arp_addrs(&mask, match.mask);
	gnic_flow_set_payload(f->flow, 0, &key, &mask, sizeof(key));
	return 0;
}

static __be32 gnic_flower_lse(const struct flow_dissector_mpls_lse *lse)
{
	return cpu_to_be32(lse->mpls_label << MPLS_LS_LABEL_SHIFT |
			   lse->mpls_tc << MPLS_LS_TC_SHIFT | lse->mpls_bos << MPLS_LS_S_SHIFT |
			   lse->mpls_ttl << MPLS_LS_TTL_SHIFT);
}

/*
 * A filter for some entry of the stack is for frames that have it: no entry above it
 * is the bottom.
 */
int gnic_flower_mpls(struct gnic_flower *f)
{
	const __be32 bottom = cpu_to_be32(MPLS_LS_S_MASK);
	__be32 key[FLOW_DIS_MPLS_MAX], mask[FLOW_DIS_MPLS_MAX];
	struct flow_match_mpls match;
	int i, last;

	flow_rule_match_mpls(f->rule, &match);
	last = fls(match.mask->used_lses) - 1;
	for (i = 0; i <= last; i++) {
		key[i] = gnic_flower_lse(&match.key->ls[i]);
		mask[i] = gnic_flower_lse(&match.mask->ls[i]);
		if (i == last)
			break;
		if (key[i] & mask[i] & bottom) {
			NL_SET_ERR_MSG_MOD(f->extack, "no label is behind the bottom of the stack");
			return -EOPNOTSUPP;
		}
		mask[i] |= bottom;
	}
	gnic_flow_set_payload(f->flow, 0, key, mask, (last + 1) * sizeof(*key));
	return 0;
}

/* tc lets a filter of any protocol ask for it. */
int gnic_flower_cfm(struct gnic_flower *f)
{
	const struct flow_match *match = &f->rule->match;
	const struct flow_dissector_key_cfm *key, *mask;

	if (f->flow->hw.key.eth_type != htons(ETH_P_CFM)) {
		NL_SET_ERR_MSG_MOD(f->extack, "CFM is matched with protocol cfm only");
		return -EOPNOTSUPP;
	}
	key = skb_flow_dissector_target(match->dissector, FLOW_DISSECTOR_KEY_CFM, match->key);
	mask = skb_flow_dissector_target(match->dissector, FLOW_DISSECTOR_KEY_CFM, match->mask);
	gnic_flow_set_payload(f->flow, 0, key, mask, sizeof(*key));
	return 0;
}
