// SPDX-License-Identifier: GPL-2.0-only
/* A matchall filter matches by nothing but the protocol that tc shows to it. */
#include <linux/if_ether.h>
#include <net/pkt_cls.h>

#include "gnic.h"
#include "gnic_flow.h"
#include "gnic_tc.h"

int gnic_matchall_parse(struct tc_cls_matchall_offload *cls, struct gnic_flow *flow)
{
	__be16 protocol = cls->common.protocol;

	if (protocol == htons(ETH_P_ALL))
		return 0;
	if (eth_type_vlan(protocol)) {
		NL_SET_ERR_MSG_MOD(cls->common.extack,
				   "matchall has no protocol of VLAN tags: flower matches them");
		return -EOPNOTSUPP;
	}
	gnic_flow_set_eth_type(flow, protocol);
	/* a frame with a tag is one of the tag's protocol */
	gnic_flow_set_vlan(flow, 0, htons(0xffff));
	return 0;
}
