/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ethtool -N: the user's rules for what a netdev receives. They name rings and
 * contexts, so they outlive the queues; the netdev need not be up.
 */
#ifndef GNIC_NTUPLE_H
#define GNIC_NTUPLE_H

#include <linux/ethtool.h>

#include "gnic_flow.h"

struct gnic_nic;
struct netlink_ext_ack;

/**
 * struct gnic_ntuple - a rule
 * @list: of the netdev's, by location
 * @fs: as the user gave it, with its location
 * @context: with FLOW_RSS
 * @flow: in the device
 */
struct gnic_ntuple {
	struct list_head list;
	struct ethtool_rx_flow_spec fs;
	u32 context;
	struct gnic_flow flow;
};

/* gnic_ntuple.c: as the commands of get_rxnfc and set_rxnfc want it */
bool gnic_ntuple_supported(const struct gnic_nic *nic);
int gnic_ntuple_count(struct gnic_nic *nic, struct ethtool_rxnfc *cmd);
int gnic_ntuple_get(struct gnic_nic *nic, struct ethtool_rxnfc *cmd);
int gnic_ntuple_list(struct gnic_nic *nic, struct ethtool_rxnfc *cmd, u32 *locations);
int gnic_ntuple_add(struct gnic_nic *nic, struct ethtool_rx_flow_spec *fs, u32 context);
int gnic_ntuple_del(struct gnic_nic *nic, u32 location);
void gnic_ntuple_flush(struct gnic_nic *nic);
/* what contexts want to know */
bool gnic_ntuple_uses_context(struct gnic_nic *nic, u32 context);
u32 gnic_ntuple_max_offset(struct gnic_nic *nic, u32 context);
void gnic_ntuple_context_lost(struct gnic_nic *nic, u32 context);

u32 gnic_ntuple_rings(struct gnic_nic *nic);

/* gnic_ntuple_parse.c */
u32 gnic_ntuple_context_max(struct ethtool_rxfh_context *ctx);
int gnic_ntuple_parse(struct gnic_nic *nic, struct gnic_ntuple *rule,
		      struct netlink_ext_ack *extack);

#endif /* GNIC_NTUPLE_H */
