// SPDX-License-Identifier: GPL-2.0-only
/* ethtool of an uplink: how the link runs, or why it does not. */
#include <linux/ethtool.h>
#include <linux/linkmode.h>

#include "gnic_ethtool.h"

/* A mode of the device has a name of its own in each medium. */
static const struct {
	u32 hw;
	u32 speed;
	u8 lanes;
	enum ethtool_link_mode_bit_indices bit[GNIC_MEDIA_COPPER + 1];
} gnic_link_modes[] = {
#define X(name, bit, speed, lanes, fec) { GNIC_LINK_##name, speed, lanes, GNIC_LINK_BITS_##name },
#define GNIC_LINK_BITS_10G_1 \
	{ ETHTOOL_LINK_MODE_10000baseKR_Full_BIT, ETHTOOL_LINK_MODE_10000baseCR_Full_BIT }
#define GNIC_LINK_BITS_25G_1 \
	{ ETHTOOL_LINK_MODE_25000baseKR_Full_BIT, ETHTOOL_LINK_MODE_25000baseCR_Full_BIT }
#define GNIC_LINK_BITS_50G_2 \
	{ ETHTOOL_LINK_MODE_50000baseKR2_Full_BIT, ETHTOOL_LINK_MODE_50000baseCR2_Full_BIT }
#define GNIC_LINK_BITS_50G_1 \
	{ ETHTOOL_LINK_MODE_50000baseKR_Full_BIT, ETHTOOL_LINK_MODE_50000baseCR_Full_BIT }
#define GNIC_LINK_BITS_100G_2 \
	{ ETHTOOL_LINK_MODE_100000baseKR2_Full_BIT, ETHTOOL_LINK_MODE_100000baseCR2_Full_BIT }
	GNIC_HW_LINK_MODES(X)
#undef X
};

static unsigned int gnic_link_media(const struct gnic_hw_port_info *info)
{
	return info->media == GNIC_MEDIA_BACKPLANE ? GNIC_MEDIA_BACKPLANE : GNIC_MEDIA_COPPER;
}

static void gnic_link_to_ethtool(const struct gnic_hw_port_info *info, __le32 hw,
				 unsigned long *modes)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gnic_link_modes); i++) {
		if (le32_to_cpu(hw) & gnic_link_modes[i].hw)
			linkmode_set_bit(gnic_link_modes[i].bit[gnic_link_media(info)], modes);
	}
}

static u32 gnic_link_from_ethtool(const struct gnic_hw_port_info *info,
				  const unsigned long *modes)
{
	unsigned int i;
	u32 hw = 0;

	for (i = 0; i < ARRAY_SIZE(gnic_link_modes); i++) {
		if (linkmode_test_bit(gnic_link_modes[i].bit[gnic_link_media(info)], modes))
			hw |= gnic_link_modes[i].hw;
	}
	return hw;
}

static void gnic_link_fec_modes(u8 fec, unsigned long *modes)
{
	linkmode_mod_bit(ETHTOOL_LINK_MODE_FEC_NONE_BIT, modes, fec & GNIC_FEC_NONE);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_FEC_BASER_BIT, modes, fec & GNIC_FEC_BASER);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_FEC_RS_BIT, modes, fec & GNIC_FEC_RS);
}

static void gnic_link_pause_modes(u8 pause, unsigned long *modes)
{
	linkmode_mod_bit(ETHTOOL_LINK_MODE_Pause_BIT, modes, pause & GNIC_PAUSE_RX);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_Asym_Pause_BIT, modes,
			 !(pause & GNIC_PAUSE_RX) != !(pause & GNIC_PAUSE_TX));
}

static void gnic_link_supported(const struct gnic_nic *nic, const struct gnic_hw_port_info *info,
				unsigned long *modes)
{
	bool pause = nic->dev->caps_bits & GNIC_CAP_PAUSE;

	gnic_link_to_ethtool(info, info->modes, modes);
	gnic_link_fec_modes(GNIC_FEC_NONE | GNIC_FEC_BASER | GNIC_FEC_RS, modes);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_Pause_BIT, modes, pause);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_Asym_Pause_BIT, modes, pause);
	linkmode_set_bit(ETHTOOL_LINK_MODE_Autoneg_BIT, modes);
	linkmode_set_bit(gnic_link_media(info) == GNIC_MEDIA_BACKPLANE ?
			 ETHTOOL_LINK_MODE_Backplane_BIT : ETHTOOL_LINK_MODE_FIBRE_BIT, modes);
}

static void gnic_link_advertised(const struct gnic_hw_port_info *info, unsigned long *modes)
{
	gnic_link_to_ethtool(info, info->advertise, modes);
	gnic_link_fec_modes(info->fec, modes);
	if (info->pause & GNIC_PAUSE_AUTONEG)
		gnic_link_pause_modes(info->pause, modes);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_Autoneg_BIT, modes, info->mode.autoneg);
}

static void gnic_link_partner(const struct gnic_hw_port_info *info, unsigned long *modes)
{
	if (!info->lp_advertise)
		return;
	gnic_link_to_ethtool(info, info->lp_advertise, modes);
	gnic_link_fec_modes(info->lp_fec, modes);
	gnic_link_pause_modes(info->lp_pause, modes);
	linkmode_set_bit(ETHTOOL_LINK_MODE_Autoneg_BIT, modes);
}

static u8 gnic_link_port(const struct gnic_hw_port_info *info)
{
	if (gnic_link_media(info) == GNIC_MEDIA_BACKPLANE)
		return PORT_OTHER;
	return info->state & GNIC_PORT_STATE_CABLE ? PORT_DA : PORT_NONE;
}

int gnic_ethtool_get_link_ksettings(struct net_device *netdev, struct ethtool_link_ksettings *ks)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_info info;
	int err;

	err = gnic_port_query(nic->port, &info);
	if (err)
		return err;
	ethtool_link_ksettings_zero_link_mode(ks, supported);
	ethtool_link_ksettings_zero_link_mode(ks, advertising);
	ethtool_link_ksettings_zero_link_mode(ks, lp_advertising);
	gnic_link_supported(nic, &info, ks->link_modes.supported);
	gnic_link_advertised(&info, ks->link_modes.advertising);
	gnic_link_partner(&info, ks->link_modes.lp_advertising);
	ks->base.port = gnic_link_port(&info);
	ks->base.autoneg = info.mode.autoneg ? AUTONEG_ENABLE : AUTONEG_DISABLE;
	ks->base.speed = SPEED_UNKNOWN;
	ks->base.duplex = DUPLEX_UNKNOWN;
	if (info.state & GNIC_PORT_STATE_LINK || !info.mode.autoneg) {
		ks->base.speed = le32_to_cpu(info.mode.speed);
		ks->base.duplex = DUPLEX_FULL;
		ks->lanes = info.mode.lanes;
	}
	return 0;
}

/* One mode; without a number of lanes the best that the FEC setting allows. */
static int gnic_link_force(struct gnic_nic *nic, const struct ethtool_link_ksettings *ks,
			   const struct gnic_hw_port_info *info, struct gnic_hw_port_set *set)
{
	unsigned int i;

	if (ks->base.duplex == DUPLEX_HALF) {
		netdev_info(nic->netdev, "a link is full duplex\n");
		return -EINVAL;
	}
	for (i = ARRAY_SIZE(gnic_link_modes); i--;) {
		if (gnic_link_modes[i].speed == ks->base.speed &&
		    le32_to_cpu(info->modes) & gnic_link_modes[i].hw &&
		    (!ks->lanes || gnic_link_modes[i].lanes == ks->lanes))
			break;
	}
	if (i == -1U) {
		netdev_info(nic->netdev, "no mode of the port has %u Mb/s on %u lanes (0: any)\n",
			    ks->base.speed, ks->lanes);
		return -EINVAL;
	}
	set->mode.speed = cpu_to_le32(gnic_link_modes[i].speed);
	set->mode.lanes = gnic_link_modes[i].lanes;
	return 0;
}

int gnic_ethtool_set_link_ksettings(struct net_device *netdev,
				    const struct ethtool_link_ksettings *ks)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_set set = { .valid = cpu_to_le32(GNIC_PORT_SET_LINK) };
	__ETHTOOL_DECLARE_LINK_MODE_MASK(supported) = {};
	struct gnic_hw_port_info info;
	int err;

	err = gnic_port_query(nic->port, &info);
	if (err)
		return err;
	set.mode.autoneg = ks->base.autoneg == AUTONEG_ENABLE;
	set.mode.fec = info.fec;
	if (!set.mode.autoneg) {
		err = gnic_link_force(nic, ks, &info, &set);
		return err ? err : gnic_port_set(nic->port, &set);
	}
	gnic_link_supported(nic, &info, supported);
	if (!linkmode_subset(ks->link_modes.advertising, supported)) {
		netdev_info(nic->netdev, "no more than the supported modes can be advertised\n");
		return -EINVAL;
	}
	set.advertise = cpu_to_le32(gnic_link_from_ethtool(&info, ks->link_modes.advertising));
	return gnic_port_set(nic->port, &set);
}

int gnic_ethtool_nway_reset(struct net_device *netdev)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_set set = { .valid = cpu_to_le32(GNIC_PORT_SET_RESTART) };
	struct gnic_hw_port_info info;
	int err;

	err = gnic_port_query(nic->port, &info);
	if (err)
		return err;
	if (!info.mode.autoneg) {
		netdev_info(netdev, "autonegotiation is off\n");
		return -EINVAL;
	}
	return gnic_port_set(nic->port, &set);
}

int gnic_ethtool_get_link_ext_state(struct net_device *netdev,
				    struct ethtool_link_ext_state_info *info)
{
	static const u8 substates[] = {
		[GNIC_LINK_FAULT_PEER]	= ETHTOOL_LINK_EXT_SUBSTATE_AN_NO_PARTNER_DETECTED,
		[GNIC_LINK_FAULT_MODE]	= ETHTOOL_LINK_EXT_SUBSTATE_AN_NO_HCD,
		[GNIC_LINK_FAULT_SPEED] =
			ETHTOOL_LINK_EXT_SUBSTATE_AN_NO_PARTNER_DETECTED_FORCE_MODE,
		[GNIC_LINK_FAULT_FEC]	=
			ETHTOOL_LINK_EXT_SUBSTATE_AN_FEC_MISMATCH_DURING_OVERRIDE,
	};
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_info port;

	if (netif_carrier_ok(netdev) || gnic_port_query(nic->port, &port))
		return -ENODATA;
	if (port.fault == GNIC_LINK_FAULT_CABLE) {
		info->link_ext_state = ETHTOOL_LINK_EXT_STATE_NO_CABLE;
	} else if (port.fault == GNIC_LINK_FAULT_FORCED) {
		info->link_ext_state = ETHTOOL_LINK_EXT_STATE_BAD_SIGNAL_INTEGRITY;
	} else if (port.fault < ARRAY_SIZE(substates) && substates[port.fault]) {
		info->link_ext_state = ETHTOOL_LINK_EXT_STATE_AUTONEG;
		info->autoneg = substates[port.fault];
	} else {
		return -ENODATA;
	}
	return 0;
}

/* ---- pause, FEC ---- */

void gnic_ethtool_get_pauseparam(struct net_device *netdev, struct ethtool_pauseparam *pause)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_info info;

	if (gnic_port_query(nic->port, &info))
		return;
	pause->autoneg = !!(info.pause & GNIC_PAUSE_AUTONEG);
	/* flow control of priorities takes its place */
	if (nic->dcb.pfc)
		return;
	pause->rx_pause = !!(info.pause & GNIC_PAUSE_RX);
	pause->tx_pause = !!(info.pause & GNIC_PAUSE_TX);
}

int gnic_ethtool_set_pauseparam(struct net_device *netdev, struct ethtool_pauseparam *pause)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_set set = {
		.valid = cpu_to_le32(GNIC_PORT_SET_PAUSE),
		.mode.pause = (pause->rx_pause ? GNIC_PAUSE_RX : 0) |
			      (pause->tx_pause ? GNIC_PAUSE_TX : 0) |
			      (pause->autoneg ? GNIC_PAUSE_AUTONEG : 0),
	};

	if (!(nic->dev->caps_bits & GNIC_CAP_PAUSE))
		return -EOPNOTSUPP;
	if (nic->dcb.pfc && (pause->rx_pause || pause->tx_pause)) {
		netdev_err(netdev, "pause: priorities have flow control (dcb pfc)\n");
		return -EBUSY;
	}
	return gnic_port_set(nic->port, &set);
}

static const struct {
	u8 hw;
	u32 sw;
} gnic_fec_modes[] = {
	{ GNIC_FEC_NONE, ETHTOOL_FEC_OFF },
	{ GNIC_FEC_BASER, ETHTOOL_FEC_BASER },
	{ GNIC_FEC_RS, ETHTOOL_FEC_RS },
};

#define GNIC_FEC_ANY	(GNIC_FEC_NONE | GNIC_FEC_BASER | GNIC_FEC_RS)

static u32 gnic_fec_to_ethtool(u8 hw)
{
	unsigned int i;
	u32 sw = 0;

	for (i = 0; i < ARRAY_SIZE(gnic_fec_modes); i++) {
		if (hw & gnic_fec_modes[i].hw)
			sw |= gnic_fec_modes[i].sw;
	}
	return sw;
}

int gnic_ethtool_get_fecparam(struct net_device *netdev, struct ethtool_fecparam *fec)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_info info;
	int err;

	err = gnic_port_query(nic->port, &info);
	if (err)
		return err;
	fec->fec = info.fec == GNIC_FEC_ANY ? ETHTOOL_FEC_AUTO : gnic_fec_to_ethtool(info.fec);
	if (info.state & GNIC_PORT_STATE_LINK)
		fec->active_fec = gnic_fec_to_ethtool(info.mode.fec);
	return 0;
}

int gnic_ethtool_set_fecparam(struct net_device *netdev, struct ethtool_fecparam *fec)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_set set = { .valid = cpu_to_le32(GNIC_PORT_SET_LINK) };
	struct gnic_hw_port_info info;
	unsigned int i;
	u8 hw = 0;
	int err;

	for (i = 0; i < ARRAY_SIZE(gnic_fec_modes); i++) {
		if (fec->fec & gnic_fec_modes[i].sw)
			hw |= gnic_fec_modes[i].hw;
	}
	if (fec->fec == ETHTOOL_FEC_AUTO) {
		hw = GNIC_FEC_ANY;
	} else if (fec->fec != gnic_fec_to_ethtool(hw)) {
		netdev_info(netdev, "FEC is off, baser, rs, or auto\n");
		return -EINVAL;
	}
	err = gnic_port_query(nic->port, &info);
	if (err)
		return err;
	set.mode = info.mode;
	set.mode.fec = hw;
	set.advertise = info.advertise;
	return gnic_port_set(nic->port, &set);
}
