// SPDX-License-Identifier: GPL-2.0-only
/* ethtool of an uplink: link, pause, FEC, and the counters of the MAC. */
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <linux/if_vlan.h>
#include <linux/linkmode.h>

#include "gnic_ethtool.h"

/* Modes that a port can run in. */
static const struct {
	u32 speed;
	u8 lanes;
	enum ethtool_link_mode_bit_indices bit;
} gnic_link_modes[] = {
	{ SPEED_10000, 1, ETHTOOL_LINK_MODE_10000baseKR_Full_BIT },
	{ SPEED_25000, 1, ETHTOOL_LINK_MODE_25000baseKR_Full_BIT },
	{ SPEED_50000, 1, ETHTOOL_LINK_MODE_50000baseKR_Full_BIT },
	{ SPEED_50000, 2, ETHTOOL_LINK_MODE_50000baseKR2_Full_BIT },
	{ SPEED_100000, 2, ETHTOOL_LINK_MODE_100000baseKR2_Full_BIT },
};

static void gnic_link_modes_supported(const struct gnic_hw_port_info *info, unsigned long *modes)
{
	unsigned int i;

	linkmode_zero(modes);
	for (i = 0; i < ARRAY_SIZE(gnic_link_modes); i++) {
		if (gnic_link_modes[i].speed <= le32_to_cpu(info->max_speed) &&
		    gnic_link_modes[i].lanes <= info->max_lanes)
			linkmode_set_bit(gnic_link_modes[i].bit, modes);
	}
	linkmode_set_bit(ETHTOOL_LINK_MODE_Autoneg_BIT, modes);
	linkmode_set_bit(ETHTOOL_LINK_MODE_Backplane_BIT, modes);
	linkmode_set_bit(ETHTOOL_LINK_MODE_Pause_BIT, modes);
	linkmode_set_bit(ETHTOOL_LINK_MODE_FEC_NONE_BIT, modes);
	linkmode_set_bit(ETHTOOL_LINK_MODE_FEC_RS_BIT, modes);
}

static int gnic_ethtool_get_link_ksettings(struct net_device *netdev,
					   struct ethtool_link_ksettings *ks)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_info info;
	int err;

	err = gnic_port_query(nic->port, &info);
	if (err)
		return err;
	gnic_link_modes_supported(&info, ks->link_modes.supported);
	linkmode_copy(ks->link_modes.advertising, ks->link_modes.supported);
	ks->base.port = PORT_OTHER;
	ks->base.autoneg = info.mode.autoneg ? AUTONEG_ENABLE : AUTONEG_DISABLE;
	ks->base.speed = SPEED_UNKNOWN;
	ks->base.duplex = DUPLEX_UNKNOWN;
	if (netif_carrier_ok(netdev) || !info.mode.autoneg) {
		ks->base.speed = le32_to_cpu(info.mode.speed);
		ks->base.duplex = DUPLEX_FULL;
		ks->lanes = info.mode.lanes;
	}
	return 0;
}

static int gnic_ethtool_set_link_ksettings(struct net_device *netdev,
					   const struct ethtool_link_ksettings *ks)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_set set = { .valid = cpu_to_le32(GNIC_PORT_SET_LINK) };
	struct gnic_hw_port_info info;
	unsigned int i;
	int err;

	err = gnic_port_query(nic->port, &info);
	if (err)
		return err;
	set.mode = info.mode;
	set.mode.autoneg = ks->base.autoneg == AUTONEG_ENABLE;
	if (set.mode.autoneg)
		return gnic_port_set(nic->port, &set);
	if (ks->base.duplex != DUPLEX_FULL)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(gnic_link_modes); i++) {
		if (gnic_link_modes[i].speed == ks->base.speed &&
		    (!ks->lanes || gnic_link_modes[i].lanes == ks->lanes))
			break;
	}
	if (i == ARRAY_SIZE(gnic_link_modes))
		return -EINVAL;
	set.mode.speed = cpu_to_le32(gnic_link_modes[i].speed);
	set.mode.lanes = gnic_link_modes[i].lanes;
	return gnic_port_set(nic->port, &set);
}

static int gnic_ethtool_get_link_ext_state(struct net_device *netdev,
					   struct ethtool_link_ext_state_info *info)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_info port;

	if (netif_carrier_ok(netdev) || gnic_port_query(nic->port, &port))
		return -ENODATA;
	switch (port.fault) {
	case GNIC_LINK_FAULT_CABLE:
		info->link_ext_state = ETHTOOL_LINK_EXT_STATE_NO_CABLE;
		return 0;
	case GNIC_LINK_FAULT_PEER:
		info->link_ext_state = ETHTOOL_LINK_EXT_STATE_AUTONEG;
		info->autoneg = ETHTOOL_LINK_EXT_SUBSTATE_AN_NO_PARTNER_DETECTED;
		return 0;
	case GNIC_LINK_FAULT_MODE:
		info->link_ext_state = ETHTOOL_LINK_EXT_STATE_AUTONEG;
		info->autoneg = ETHTOOL_LINK_EXT_SUBSTATE_AN_NO_HCD;
		return 0;
	default:
		return -ENODATA;
	}
}

static void gnic_ethtool_get_pauseparam(struct net_device *netdev, struct ethtool_pauseparam *pause)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_info info;

	if (gnic_port_query(nic->port, &info))
		return;
	pause->rx_pause = !!(info.mode.pause & GNIC_PAUSE_RX);
	pause->tx_pause = !!(info.mode.pause & GNIC_PAUSE_TX);
}

static int gnic_ethtool_set_pauseparam(struct net_device *netdev, struct ethtool_pauseparam *pause)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_set set = {
		.valid = cpu_to_le32(GNIC_PORT_SET_PAUSE),
		.mode.pause = (pause->rx_pause ? GNIC_PAUSE_RX : 0) |
			      (pause->tx_pause ? GNIC_PAUSE_TX : 0),
	};

	return pause->autoneg ? -EOPNOTSUPP : gnic_port_set(nic->port, &set);
}

static const struct {
	u8 hw;
	u32 sw;
} gnic_fec_modes[] = {
	{ GNIC_FEC_NONE, ETHTOOL_FEC_OFF },
	{ GNIC_FEC_RS, ETHTOOL_FEC_RS },
};

static int gnic_ethtool_get_fecparam(struct net_device *netdev, struct ethtool_fecparam *fec)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_info info;
	unsigned int i;
	int err;

	err = gnic_port_query(nic->port, &info);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(gnic_fec_modes); i++) {
		fec->fec |= gnic_fec_modes[i].sw;
		if (gnic_fec_modes[i].hw == info.mode.fec)
			fec->active_fec = gnic_fec_modes[i].sw;
	}
	return 0;
}

static int gnic_ethtool_set_fecparam(struct net_device *netdev, struct ethtool_fecparam *fec)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_set set = { .valid = cpu_to_le32(GNIC_PORT_SET_LINK) };
	struct gnic_hw_port_info info;
	unsigned int i;
	int err;

	err = gnic_port_query(nic->port, &info);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(gnic_fec_modes); i++) {
		if (gnic_fec_modes[i].sw == fec->fec)
			break;
	}
	if (i == ARRAY_SIZE(gnic_fec_modes))
		return -EINVAL;
	set.mode = info.mode;
	set.mode.fec = gnic_fec_modes[i].hw;
	return gnic_port_set(nic->port, &set);
}

static int gnic_ethtool_set_phys_id(struct net_device *netdev, enum ethtool_phys_id_state state)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_set set = {
		.valid = cpu_to_le32(GNIC_PORT_SET_IDENTIFY),
		.identify = state == ETHTOOL_ID_ACTIVE,
	};

	if (state != ETHTOOL_ID_ACTIVE && state != ETHTOOL_ID_INACTIVE)
		return -EINVAL;
	return gnic_port_set(nic->port, &set);
}

static void gnic_ethtool_get_pause_stats(struct net_device *netdev,
					 struct ethtool_pause_stats *stats)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_mac_stats mac;

	if (gnic_port_stats(nic->port, &mac))
		return;
	stats->tx_pause_frames = le64_to_cpu(mac.tx.pause);
	stats->rx_pause_frames = le64_to_cpu(mac.rx.pause);
}

static void gnic_ethtool_get_eth_mac_stats(struct net_device *netdev,
					   struct ethtool_eth_mac_stats *stats)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_mac_stats mac;

	if (gnic_port_stats(nic->port, &mac))
		return;
	stats->FramesTransmittedOK = le64_to_cpu(mac.tx.frames_ok);
	stats->OctetsTransmittedOK = le64_to_cpu(mac.tx.octets_ok);
	stats->MulticastFramesXmittedOK = le64_to_cpu(mac.tx.multicast);
	stats->BroadcastFramesXmittedOK = le64_to_cpu(mac.tx.broadcast);
	stats->FramesLostDueToIntMACXmitError = le64_to_cpu(mac.tx.errors);
	stats->FramesReceivedOK = le64_to_cpu(mac.rx.frames_ok);
	stats->OctetsReceivedOK = le64_to_cpu(mac.rx.octets_ok);
	stats->MulticastFramesReceivedOK = le64_to_cpu(mac.rx.multicast);
	stats->BroadcastFramesReceivedOK = le64_to_cpu(mac.rx.broadcast);
	stats->FrameCheckSequenceErrors = le64_to_cpu(mac.rx.fcs_errors);
	stats->FrameTooLongErrors = le64_to_cpu(mac.rx.too_long);
	stats->FramesLostDueToIntMACRcvError = le64_to_cpu(mac.rx.errors);
}

static void gnic_ethtool_get_rmon_stats(struct net_device *netdev,
					struct ethtool_rmon_stats *stats,
					const struct ethtool_rmon_hist_range **ranges)
{
	/* GNIC_MAC_HIST_BOUNDS */
	static const struct ethtool_rmon_hist_range table[GNIC_MAC_HIST + 1] = {
		{ 0, 64 }, { 65, 127 }, { 128, 255 }, { 256, 511 }, { 512, 1023 },
		{ 1024, 1518 }, { 1519, GNIC_MTU_MAX + ETH_HLEN + 2 * VLAN_HLEN },
	};
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_mac_stats mac;
	unsigned int i;

	if (gnic_port_stats(nic->port, &mac))
		return;
	for (i = 0; i < GNIC_MAC_HIST; i++) {
		stats->hist[i] = le64_to_cpu(mac.rx.hist[i]);
		stats->hist_tx[i] = le64_to_cpu(mac.tx.hist[i]);
	}
	stats->undersize_pkts = le64_to_cpu(mac.rx.undersize);
	stats->oversize_pkts = le64_to_cpu(mac.rx.too_long);
	*ranges = table;
}

static void gnic_fec_stats_fill(struct net_device *netdev, struct ethtool_fec_stats *stats)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_mac_stats mac;

	if (gnic_port_stats(nic->port, &mac))
		return;
	stats->corrected_blocks.total = le64_to_cpu(mac.fec_corrected);
	stats->uncorrectable_blocks.total = le64_to_cpu(mac.fec_uncorrectable);
}

#ifdef HAVE_FEC_HIST
static void gnic_ethtool_get_fec_stats(struct net_device *netdev, struct ethtool_fec_stats *stats,
				       struct ethtool_fec_hist *hist)
{
	gnic_fec_stats_fill(netdev, stats);
}
#else
static void gnic_ethtool_get_fec_stats(struct net_device *netdev, struct ethtool_fec_stats *stats)
{
	gnic_fec_stats_fill(netdev, stats);
}
#endif

static void gnic_ethtool_get_link_ext_stats(struct net_device *netdev,
					    struct ethtool_link_ext_stats *stats)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_mac_stats mac;

	if (!gnic_port_stats(nic->port, &mac))
		stats->link_down_events = le64_to_cpu(mac.link_downs);
}

const struct ethtool_ops gnic_uplink_ethtool_ops = {
	GNIC_ETHTOOL_COMMON_OPS,
	.cap_link_lanes_supported = 1,
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
	.get_eth_mac_stats	= gnic_ethtool_get_eth_mac_stats,
	.get_rmon_stats		= gnic_ethtool_get_rmon_stats,
	.set_phys_id		= gnic_ethtool_set_phys_id,
};
