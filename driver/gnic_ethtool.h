/* SPDX-License-Identifier: GPL-2.0-only */
/* ethtool operations, in files by subject; both tables are made from them. */
#ifndef GNIC_ETHTOOL_H
#define GNIC_ETHTOOL_H

#include <linux/ethtool.h>

#include "gnic_nic.h"

/* The end of what is done as a whole or not at all: the reason, if it was not. */
static inline int gnic_ethtool_done(int err, struct netlink_ext_ack *extack)
{
	if (err == -ENOMEM)
		NL_SET_ERR_MSG_MOD(extack, "no memory, all is as it was");
	else if (err)
		NL_SET_ERR_MSG_MOD(extack, "the device refused, all is as it was");
	return err;
}

/* gnic_ethtool.c */
void gnic_ethtool_get_drvinfo(struct net_device *netdev, struct ethtool_drvinfo *info);
void gnic_ethtool_get_ringparam(struct net_device *netdev, struct ethtool_ringparam *ring,
				struct kernel_ethtool_ringparam *kernel_ring,
				struct netlink_ext_ack *extack);
int gnic_ethtool_set_ringparam(struct net_device *netdev, struct ethtool_ringparam *ring,
			       struct kernel_ethtool_ringparam *kernel_ring,
			       struct netlink_ext_ack *extack);
void gnic_ethtool_get_channels(struct net_device *netdev, struct ethtool_channels *ch);
int gnic_ethtool_set_channels(struct net_device *netdev, struct ethtool_channels *ch);
/* gnic_coal.c */
int gnic_ethtool_get_per_queue_coalesce(struct net_device *netdev, u32 queue,
					struct ethtool_coalesce *coal);
int gnic_ethtool_set_per_queue_coalesce(struct net_device *netdev, u32 queue,
					struct ethtool_coalesce *coal);
int gnic_ethtool_get_coalesce(struct net_device *netdev, struct ethtool_coalesce *coal,
			      struct kernel_ethtool_coalesce *kernel_coal,
			      struct netlink_ext_ack *extack);
int gnic_ethtool_set_coalesce(struct net_device *netdev, struct ethtool_coalesce *coal,
			      struct kernel_ethtool_coalesce *kernel_coal,
			      struct netlink_ext_ack *extack);

/* gnic_ethtool.c */
int gnic_ethtool_get_sset_count(struct net_device *netdev, int sset);
void gnic_ethtool_get_strings(struct net_device *netdev, u32 sset, u8 *data);
void gnic_ethtool_get_stats(struct net_device *netdev, struct ethtool_stats *stats, u64 *data);

/* gnic_ethtool_ring.c */
void gnic_ring_get_rx(struct gnic_nic *nic, struct kernel_ethtool_ringparam *ring);
int gnic_ring_set_rx(struct gnic_nic *nic, struct gnic_nic_cfg *cfg,
		     const struct kernel_ethtool_ringparam *ring,
		     struct netlink_ext_ack *extack);

/* gnic_tstamp.c */
int gnic_ethtool_get_ts_info(struct net_device *netdev, struct kernel_ethtool_ts_info *info);
void gnic_ethtool_get_ts_stats(struct net_device *netdev, struct ethtool_ts_stats *stats);

/* gnic_ethtool_rss.c */
u32 gnic_ethtool_get_rxfh_key_size(struct net_device *netdev);
u32 gnic_ethtool_get_rxfh_indir_size(struct net_device *netdev);
int gnic_ethtool_get_rxfh(struct net_device *netdev, struct ethtool_rxfh_param *rxfh);
int gnic_ethtool_set_rxfh(struct net_device *netdev, struct ethtool_rxfh_param *rxfh,
			  struct netlink_ext_ack *extack);
int gnic_ethtool_create_rxfh_context(struct net_device *netdev, struct ethtool_rxfh_context *ctx,
				     const struct ethtool_rxfh_param *rxfh,
				     struct netlink_ext_ack *extack);
int gnic_ethtool_modify_rxfh_context(struct net_device *netdev, struct ethtool_rxfh_context *ctx,
				     const struct ethtool_rxfh_param *rxfh,
				     struct netlink_ext_ack *extack);
int gnic_ethtool_remove_rxfh_context(struct net_device *netdev, struct ethtool_rxfh_context *ctx,
				     u32 id, struct netlink_ext_ack *extack);
int gnic_ethtool_get_rxnfc(struct net_device *netdev, struct ethtool_rxnfc *cmd, u32 *rule_locs);
int gnic_ethtool_set_rxnfc(struct net_device *netdev, struct ethtool_rxnfc *cmd);
int gnic_ethtool_get_rxfh_fields(struct net_device *netdev, struct ethtool_rxfh_fields *fields);
int gnic_ethtool_set_rxfh_fields(struct net_device *netdev,
				 const struct ethtool_rxfh_fields *fields,
				 struct netlink_ext_ack *extack);

/* gnic_link.c */
int gnic_ethtool_get_link_ksettings(struct net_device *netdev, struct ethtool_link_ksettings *ks);
int gnic_ethtool_set_link_ksettings(struct net_device *netdev,
				    const struct ethtool_link_ksettings *ks);
int gnic_ethtool_nway_reset(struct net_device *netdev);
int gnic_ethtool_get_link_ext_state(struct net_device *netdev,
				    struct ethtool_link_ext_state_info *info);
void gnic_ethtool_get_pauseparam(struct net_device *netdev, struct ethtool_pauseparam *pause);
int gnic_ethtool_set_pauseparam(struct net_device *netdev, struct ethtool_pauseparam *pause);
int gnic_ethtool_get_fecparam(struct net_device *netdev, struct ethtool_fecparam *fec);
int gnic_ethtool_set_fecparam(struct net_device *netdev, struct ethtool_fecparam *fec);

/* gnic_storm.c */
int gnic_ethtool_get_tunable(struct net_device *netdev, const struct ethtool_tunable *tuna,
			     void *data);
int gnic_ethtool_set_tunable(struct net_device *netdev, const struct ethtool_tunable *tuna,
			     const void *data);

/* gnic_mac_stats.c */
void gnic_ethtool_get_pause_stats(struct net_device *netdev, struct ethtool_pause_stats *stats);
void gnic_ethtool_get_eth_mac_stats(struct net_device *netdev,
				    struct ethtool_eth_mac_stats *stats);
void gnic_ethtool_get_eth_phy_stats(struct net_device *netdev,
				    struct ethtool_eth_phy_stats *stats);
void gnic_ethtool_get_eth_ctrl_stats(struct net_device *netdev,
				     struct ethtool_eth_ctrl_stats *stats);
void gnic_ethtool_get_rmon_stats(struct net_device *netdev, struct ethtool_rmon_stats *stats,
				 const struct ethtool_rmon_hist_range **ranges);
void gnic_ethtool_get_link_ext_stats(struct net_device *netdev,
				     struct ethtool_link_ext_stats *stats);
#ifdef HAVE_FEC_HIST
void gnic_ethtool_get_fec_stats(struct net_device *netdev, struct ethtool_fec_stats *stats,
				struct ethtool_fec_hist *hist);
#else
void gnic_ethtool_get_fec_stats(struct net_device *netdev, struct ethtool_fec_stats *stats);
#endif

/* gnic_selftest.c */
int gnic_ethtool_port_sset_count(struct net_device *netdev, int sset);
void gnic_ethtool_port_strings(struct net_device *netdev, u32 sset, u8 *data);
void gnic_ethtool_self_test(struct net_device *netdev, struct ethtool_test *test, u64 *data);
int gnic_ethtool_reset(struct net_device *netdev, u32 *flags);
int gnic_ethtool_get_regs_len(struct net_device *netdev);
void gnic_ethtool_get_regs(struct net_device *netdev, struct ethtool_regs *regs, void *data);

/* gnic_dump.c */
int gnic_ethtool_get_dump_flag(struct net_device *netdev, struct ethtool_dump *dump);
int gnic_ethtool_get_dump_data(struct net_device *netdev, struct ethtool_dump *dump, void *data);
int gnic_ethtool_set_dump(struct net_device *netdev, struct ethtool_dump *dump);

/* gnic_module.c */
int gnic_ethtool_get_module_eeprom_by_page(struct net_device *netdev,
					   const struct ethtool_module_eeprom *page,
					   struct netlink_ext_ack *extack);
int gnic_ethtool_get_module_power_mode(struct net_device *netdev,
				       struct ethtool_module_power_mode_params *params,
				       struct netlink_ext_ack *extack);
int gnic_ethtool_set_module_power_mode(struct net_device *netdev,
				       const struct ethtool_module_power_mode_params *params,
				       struct netlink_ext_ack *extack);
int gnic_ethtool_set_phys_id(struct net_device *netdev, enum ethtool_phys_id_state state);

/* Two callbacks that were commands of get_rxnfc and set_rxnfc once. */
#ifdef HAVE_RXFH_FIELDS
#define GNIC_ETHTOOL_RXFH_FIELDS_OPS \
	.get_rxfh_fields	= gnic_ethtool_get_rxfh_fields, \
	.set_rxfh_fields	= gnic_ethtool_set_rxfh_fields,
#else
#define GNIC_ETHTOOL_RXFH_FIELDS_OPS
#endif
#ifdef HAVE_RX_RING_COUNT
u32 gnic_ethtool_get_rx_ring_count(struct net_device *netdev);
#define GNIC_ETHTOOL_RX_RING_COUNT_OP \
	.get_rx_ring_count	= gnic_ethtool_get_rx_ring_count,
#else
#define GNIC_ETHTOOL_RX_RING_COUNT_OP
#endif

/* Number of queues changes: netif_set_real_num_queues() wants rtnl. */
#ifdef HAVE_ETHTOOL_NEEDS_RTNL
#define GNIC_ETHTOOL_NEEDS_RTNL \
	.op_needs_rtnl = ETHTOOL_OP_NEEDS_RTNL_SCHANNELS | ETHTOOL_OP_NEEDS_RTNL_SRINGPARAM | \
			 ETHTOOL_OP_NEEDS_RTNL_GLINK | ETHTOOL_OP_NEEDS_RTNL_TEST,
#else
#define GNIC_ETHTOOL_NEEDS_RTNL
#endif

/* Where a threshold of tcp-data-split can be set, it is a parameter of rings. */
#ifdef HAVE_HDS_THRESH
#define GNIC_ETHTOOL_RING_HDS_THRESH	ETHTOOL_RING_USE_HDS_THRS
#else
#define GNIC_ETHTOOL_RING_HDS_THRESH	0
#endif

#define GNIC_ETHTOOL_COMMON_OPS \
	GNIC_ETHTOOL_NEEDS_RTNL \
	.supported_ring_params	= ETHTOOL_RING_USE_RX_BUF_LEN | ETHTOOL_RING_USE_TCP_DATA_SPLIT | \
				  ETHTOOL_RING_USE_TX_PUSH | GNIC_ETHTOOL_RING_HDS_THRESH, \
	.supported_coalesce_params = ETHTOOL_COALESCE_USECS | ETHTOOL_COALESCE_MAX_FRAMES | \
		ETHTOOL_COALESCE_USE_ADAPTIVE | ETHTOOL_COALESCE_USE_CQE | \
		ETHTOOL_COALESCE_RX_PROFILE | ETHTOOL_COALESCE_TX_PROFILE, \
	.get_drvinfo		= gnic_ethtool_get_drvinfo, \
	.get_link		= ethtool_op_get_link, \
	.get_ringparam		= gnic_ethtool_get_ringparam, \
	.set_ringparam		= gnic_ethtool_set_ringparam, \
	.get_channels		= gnic_ethtool_get_channels, \
	.set_channels		= gnic_ethtool_set_channels, \
	.get_coalesce		= gnic_ethtool_get_coalesce, \
	.get_per_queue_coalesce	= gnic_ethtool_get_per_queue_coalesce, \
	.set_per_queue_coalesce	= gnic_ethtool_set_per_queue_coalesce, \
	.set_coalesce		= gnic_ethtool_set_coalesce, \
	.get_ethtool_stats	= gnic_ethtool_get_stats, \
	.get_ts_info		= gnic_ethtool_get_ts_info, \
	.get_rxfh_key_size	= gnic_ethtool_get_rxfh_key_size, \
	.get_rxfh_indir_size	= gnic_ethtool_get_rxfh_indir_size, \
	.get_rxfh		= gnic_ethtool_get_rxfh, \
	.set_rxfh		= gnic_ethtool_set_rxfh, \
	.supported_input_xfrm	= RXH_XFRM_SYM_XOR | RXH_XFRM_SYM_OR_XOR, \
	.rxfh_per_ctx_fields	= 1, \
	.rxfh_per_ctx_key	= 1, \
	.cap_rss_rxnfc_adds	= 1, \
	.rxfh_indir_space	= GNIC_RSS_INDIR_MAX, \
	.rxfh_key_space		= GNIC_RSS_KEY_MAX, \
	.rxfh_priv_size		= sizeof(struct gnic_rss_context), \
	.rxfh_max_num_contexts	= GNIC_RSS_CONTEXTS, \
	.create_rxfh_context	= gnic_ethtool_create_rxfh_context, \
	.modify_rxfh_context	= gnic_ethtool_modify_rxfh_context, \
	.remove_rxfh_context	= gnic_ethtool_remove_rxfh_context, \
	GNIC_ETHTOOL_RXFH_FIELDS_OPS \
	GNIC_ETHTOOL_RX_RING_COUNT_OP \
	.get_rxnfc		= gnic_ethtool_get_rxnfc, \
	.set_rxnfc		= gnic_ethtool_set_rxnfc

#endif /* GNIC_ETHTOOL_H */
