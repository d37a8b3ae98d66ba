/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GNIC_TC_H
#define GNIC_TC_H

#include "gnic.h"

struct flow_action;
struct flow_cls_common_offload;
struct flow_cls_offload;
struct gnic_flow;
struct tc_cls_matchall_offload;

/* gnic_tc.c: rules of tc, by card; after the rule engine, before netdevs */
int gnic_tc_init(struct gnic_dev *dev);
void gnic_tc_exit(struct gnic_dev *dev);

/* gnic_flower.c, gnic_matchall.c: what a filter matches, into a rule that is prepared */
int gnic_flower_parse(struct net_device *netdev, struct flow_cls_offload *cls,
		      struct gnic_flow *flow);
int gnic_matchall_parse(struct tc_cls_matchall_offload *cls, struct gnic_flow *flow);

/* gnic_tc_action.c: what it does with that, of a filter at @netdev */
int gnic_tc_parse_actions(struct net_device *netdev, struct flow_action *action,
			  struct flow_cls_common_offload *common, struct gnic_flow *flow);

struct tc_etf_qopt_offload;
/* gnic_launch.c: the qdisc of a queue leaves the time of sending to the device, or not any more */
int gnic_launch_setup(struct gnic_nic *nic, const struct tc_etf_qopt_offload *opt);

#endif /* GNIC_TC_H */
