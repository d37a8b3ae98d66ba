/* SPDX-License-Identifier: GPL-2.0-only */
/* Actions of tc: what their files share. */
#ifndef GNIC_TC_ACTION_H
#define GNIC_TC_ACTION_H

#include "gnic_nic.h"

struct flow_action_entry;
struct gnic_flow;

/**
 * struct gnic_tc_actions - actions that are being parsed
 * @netdev: where the filter is
 * @flow: result
 * @extack: for the sentence
 * @egress: the filter is for what is sent
 * @chain: where the filter is
 * @skip_sw: software does not see the filter
 * @final: nothing may come behind the last one
 * @to_host: the frame may reach software at @netdev
 */
struct gnic_tc_actions {
	struct net_device *netdev;
	struct gnic_flow *flow;
	struct netlink_ext_ack *extack;
	bool egress;
	u32 chain;
	bool skip_sw;
	bool final;
	bool to_host;
};

static inline struct gnic_dev *gnic_tc_actions_dev(const struct gnic_tc_actions *a)
{
	return gnic_nic_port(a->netdev)->dev;
}

/* gnic_tc_pedit.c: bytes of headers are set, or added to; checksums */
int gnic_tc_pedit_set(struct gnic_tc_actions *a, const struct flow_action_entry *act);
int gnic_tc_pedit_add(struct gnic_tc_actions *a, const struct flow_action_entry *act);
int gnic_tc_csum(struct gnic_tc_actions *a, const struct flow_action_entry *act);

#endif /* GNIC_TC_ACTION_H */
