/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GNIC_FLOWER_H
#define GNIC_FLOWER_H

#include <net/flow_offload.h>

#include "gnic.h"

struct gnic_flow;

/**
 * struct gnic_flower - a filter that is being parsed
 * @netdev: where the filter is
 * @dev: card
 * @rule: from tc
 * @protocol: of the filter: what frames tc shows to it
 * @flow: result
 * @extack: for the sentence
 */
struct gnic_flower {
	struct net_device *netdev;
	struct gnic_dev *dev;
	struct flow_rule *rule;
	__be16 protocol;
	struct gnic_flow *flow;
	struct netlink_ext_ack *extack;
};

/* gnic_flower_payload.c: keys of frames that are not IP */
int gnic_flower_arp(struct gnic_flower *f);
int gnic_flower_mpls(struct gnic_flower *f);
int gnic_flower_cfm(struct gnic_flower *f);

#endif /* GNIC_FLOWER_H */
