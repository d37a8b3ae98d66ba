// SPDX-License-Identifier: GPL-2.0-only
/* The ethtool operations of an uplink: those of all netdevs, and the port's. */
#include "gnic_ethtool.h"

const struct ethtool_ops gnic_uplink_ethtool_ops = {
	GNIC_ETHTOOL_COMMON_OPS,
	.cap_link_lanes_supported = 1,
	.nway_reset		= gnic_ethtool_nway_reset,
	.get_link_ksettings	= gnic_ethtool_get_link_ksettings,
	.set_link_ksettings	= gnic_ethtool_set_link_ksettings,
	.get_link_ext_state	= gnic_ethtool_get_link_ext_state,
	.get_link_ext_stats	= gnic_ethtool_get_link_ext_stats,
	.get_pauseparam		= gnic_ethtool_get_pauseparam,
	.set_pauseparam		= gnic_ethtool_set_pauseparam,
	.get_pause_stats	= gnic_ethtool_get_pause_stats,
	.get_fecparam		= gnic_ethtool_get_fecparam,
	.set_fecparam		= gnic_ethtool_set_fecparam,
	.get_fec_stats		= gnic_ethtool_get_fec_stats,
	.get_eth_phy_stats	= gnic_ethtool_get_eth_phy_stats,
	.get_eth_mac_stats	= gnic_ethtool_get_eth_mac_stats,
	.get_eth_ctrl_stats	= gnic_ethtool_get_eth_ctrl_stats,
	.get_rmon_stats		= gnic_ethtool_get_rmon_stats,
	.get_module_eeprom_by_page = gnic_ethtool_get_module_eeprom_by_page,
	.get_module_power_mode	= gnic_ethtool_get_module_power_mode,
	.set_module_power_mode	= gnic_ethtool_set_module_power_mode,
	.get_sset_count		= gnic_ethtool_port_sset_count,
	.get_strings		= gnic_ethtool_port_strings,
	.self_test		= gnic_ethtool_self_test,
	.reset			= gnic_ethtool_reset,
	.get_regs_len		= gnic_ethtool_get_regs_len,
	.get_regs		= gnic_ethtool_get_regs,
	.set_phys_id		= gnic_ethtool_set_phys_id,
	.get_ts_stats		= gnic_ethtool_get_ts_stats,
};
