/* SPDX-License-Identifier: GPL-2.0-only */
/* The switch of a card: mode, virtual ports, QP numbers, state of the rules. */
#ifndef GNIC_ESWITCH_H
#define GNIC_ESWITCH_H

#include <linux/list.h>
#include <linux/mutex.h>

#include "gnic.h"
#include "gnic_flow.h"

struct gnic_tc;

/**
 * struct gnic_eswitch - of a card
 * @switchdev: mode; written under devl_lock
 * @max_sfs: function ports that may exist, devlink param max_sfs
 * @id: phys_switch_id, from the serial number
 * @flow_lock: protects @flows, @flow_count, and the order of FLOW_* commands
 * @flows: committed rules, struct gnic_flow.list
 * @flow_count: rules by owner
 * @tc: rules of tc, gnic_tc.c
 * @qpn_lock: protects @qpn_map and @qpn_next
 * @qpn_map: a bit for every QP number of a port that is taken
 * @qpn_next: where the search for a free one begins, so that a number that was
 *	given back rests as long as possible
 */
struct gnic_eswitch {
	bool switchdev;
	u32 max_sfs;
	struct netdev_phys_item_id id;
	struct mutex flow_lock;	/* @flows, @flow_count */
	struct list_head flows;
	u32 flow_count[GNIC_FLOW_OWNERS];
	struct gnic_tc *tc;
	struct mutex qpn_lock;	/* @qpn_map, @qpn_next */
	unsigned long *qpn_map[GNIC_PORT_IDS];
	u32 qpn_next[GNIC_PORT_IDS];
};

int gnic_eswitch_mode_get(struct devlink *devlink, u16 *mode);
int gnic_eswitch_mode_set(struct devlink *devlink, u16 mode, struct netlink_ext_ack *extack);

int gnic_vport_create(struct gnic_dev *dev, unsigned int port, u16 *vport);
void gnic_vport_destroy(struct gnic_dev *dev, u16 vport);
int gnic_vport_set(struct gnic_dev *dev, u16 vport, const u8 *mac, bool enable);

/* gnic_qpn.c: numbers for all QPs of a port, the netdev's raw ones included */
int gnic_qpn_init(struct gnic_dev *dev);
void gnic_qpn_exit(struct gnic_dev *dev);
int gnic_qpn_get(struct gnic_dev *dev, unsigned int port, u32 count, u32 *base);
void gnic_qpn_put(struct gnic_dev *dev, unsigned int port, u32 base, u32 count);
u32 gnic_qpn_used(struct gnic_dev *dev, unsigned int port);

#endif /* GNIC_ESWITCH_H */
