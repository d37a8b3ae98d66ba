/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GNIC_TC_H
#define GNIC_TC_H

#include "gnic.h"

struct flow_cls_offload;
struct gnic_flow;

/* gnic_tc.c: rules of tc, by card; after the rule engine, before netdevs */
int gnic_tc_init(struct gnic_dev *dev);
void gnic_tc_exit(struct gnic_dev *dev);

/* gnic_flower.c: from a flower filter to a rule that is ready to commit */
int gnic_flower_parse(struct net_device *netdev, struct flow_cls_offload *cls,
		      struct gnic_flow *flow);

struct tc_etf_qopt_offload;
/* gnic_launch.c: the qdisc of a queue leaves the time of sending to the device, or not any more */
int gnic_launch_setup(struct gnic_nic *nic, const struct tc_etf_qopt_offload *opt);

#endif /* GNIC_TC_H */
