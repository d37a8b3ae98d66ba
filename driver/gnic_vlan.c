// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tags at the receiving side: which are stripped, and which VIDs come in. The
 * whole state is one command, so a device that was reset has it again at open.
 */
#include <linux/if_vlan.h>

#include "gnic_nic.h"

static u8 *gnic_vlan_table(struct gnic_nic *nic, __be16 proto)
{
	return proto == htons(ETH_P_8021AD) ? nic->vlan.stag : nic->vlan.ctag;
}

static bool gnic_vlan_has(const u8 *table, u16 vid)
{
	return table[vid / 8] & BIT(vid % 8);
}

static u16 gnic_vlan_flags(netdev_features_t features)
{
	u16 flags = 0;

	if (features & NETIF_F_HW_VLAN_CTAG_RX)
		flags |= GNIC_VLAN_STRIP_CTAG;
	if (features & NETIF_F_HW_VLAN_STAG_RX)
		flags |= GNIC_VLAN_STRIP_STAG;
	if (features & NETIF_F_HW_VLAN_CTAG_FILTER)
		flags |= GNIC_VLAN_FILTER_CTAG;
	if (features & NETIF_F_HW_VLAN_STAG_FILTER)
		flags |= GNIC_VLAN_FILTER_STAG;
	return flags;
}

static int gnic_vlan_write(struct gnic_nic *nic)
{
	if (!(nic->dev->caps_bits & GNIC_CAP_VLAN_RX))
		return 0;
	return gnic_cmd_exec(nic->dev, GNIC_CMD_VLAN_SET, &nic->vlan, sizeof(nic->vlan), NULL, 0);
}

/* A tagged device of an unknown kind is let in by both tables. */
static int gnic_vlan_collect(struct net_device *vlan, int vid, void *data)
{
	struct gnic_nic *nic = data;

	if (!vlan || vlan_dev_vlan_proto(vlan) == htons(ETH_P_8021Q))
		nic->vlan.ctag[vid / 8] |= BIT(vid % 8);
	if (!vlan || vlan_dev_vlan_proto(vlan) == htons(ETH_P_8021AD))
		nic->vlan.stag[vid / 8] |= BIT(vid % 8);
	return 0;
}

/**
 * gnic_vlan_set - other features
 * @nic: netdev
 * @features: that it is going to have
 *
 * The stack names the VIDs when a filter is on already. The ones that it has
 * are written with the flag, so that no frame gets lost.
 */
int gnic_vlan_set(struct gnic_nic *nic, netdev_features_t features)
{
	netdev_features_t filters = NETIF_F_HW_VLAN_CTAG_FILTER | NETIF_F_HW_VLAN_STAG_FILTER;
	__le16 old = nic->vlan.flags;
	int err;

	if (!netif_running(nic->netdev))
		return 0;
	if (features & ~nic->netdev->features & filters)
		vlan_for_each(nic->netdev, gnic_vlan_collect, nic);
	nic->vlan.flags = cpu_to_le16(gnic_vlan_flags(features));
	err = gnic_vlan_write(nic);
	if (err)
		nic->vlan.flags = old;
	return err;
}

/* At open, of a device that may have been reset. */
int gnic_vlan_apply(struct gnic_nic *nic)
{
	nic->vlan.vport = cpu_to_le16(nic->vport);
	nic->vlan.flags = cpu_to_le16(gnic_vlan_flags(nic->netdev->features));
	return gnic_vlan_write(nic);
}

/*
 * The flags are those of gnic_vlan_set(): while the stack takes back the VIDs
 * of a filter that is off, the netdev still has the feature.
 */
int gnic_vlan_add_vid(struct net_device *netdev, __be16 proto, u16 vid)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	u8 *table = gnic_vlan_table(nic, proto);
	int err;

	if (gnic_vlan_has(table, vid))
		return 0;
	table[vid / 8] |= BIT(vid % 8);
	err = netif_running(netdev) ? gnic_vlan_write(nic) : 0;
	if (err)
		table[vid / 8] &= ~BIT(vid % 8);
	return err;
}

/* Priority tags always come in: their VID may have nobody who asks for it. */
int gnic_vlan_kill_vid(struct net_device *netdev, __be16 proto, u16 vid)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	u8 *table = gnic_vlan_table(nic, proto);

	if (!vid)
		return 0;
	table[vid / 8] &= ~BIT(vid % 8);
	return netif_running(netdev) ? gnic_vlan_write(nic) : 0;
}

void gnic_vlan_init(struct gnic_nic *nic)
{
	nic->vlan.ctag[0] = BIT(0);
	nic->vlan.stag[0] = BIT(0);
}
