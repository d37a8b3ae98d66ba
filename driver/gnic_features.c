// SPDX-License-Identifier: GPL-2.0-only
/* Features: what the device is good for, and what depends on what. */
#include <linux/if_vlan.h>
#include <linux/netdevice.h>

#include "gnic_arfs.h"
#include "gnic_nic.h"
#include "gnic_ntuple.h"

/* What a tunnel carries is cut with the headers around it; their checksum is not summed. */
#define GNIC_FEATURES_TUNNEL \
	(NETIF_F_GSO_UDP_TUNNEL | NETIF_F_GSO_GRE | NETIF_F_GSO_IPXIP4 | NETIF_F_GSO_IPXIP6)
/* With such a sum the stack makes the headers of a segment, and the device repeats them. */
#define GNIC_FEATURES_PARTIAL	(NETIF_F_GSO_UDP_TUNNEL_CSUM | NETIF_F_GSO_GRE_CSUM)
#define GNIC_FEATURES_GSO \
	(NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_TSO_ECN | NETIF_F_GSO_UDP_L4 | \
	 NETIF_F_GSO_PARTIAL | GNIC_FEATURES_TUNNEL | GNIC_FEATURES_PARTIAL)
#define GNIC_FEATURES_VLAN \
	(NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HW_VLAN_STAG_TX | NETIF_F_HW_VLAN_CTAG_RX | \
	 NETIF_F_HW_VLAN_STAG_RX | NETIF_F_HW_VLAN_CTAG_FILTER | NETIF_F_HW_VLAN_STAG_FILTER)

/* Which features a capability of the device is good for. */
static const struct {
	u32 cap;
	netdev_features_t features;
} gnic_features[] = {
	{ GNIC_CAP_CSUM, NETIF_F_HW_CSUM | NETIF_F_RXCSUM },
	{ GNIC_CAP_SCTP, NETIF_F_SCTP_CRC },
	{ GNIC_CAP_TSO, NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_TSO_ECN },
	{ GNIC_CAP_USO, NETIF_F_GSO_UDP_L4 },
	{ GNIC_CAP_TUNNEL, GNIC_FEATURES_TUNNEL | GNIC_FEATURES_PARTIAL | NETIF_F_GSO_PARTIAL },
	{ GNIC_CAP_RSS, NETIF_F_RXHASH },
	{ GNIC_CAP_VLAN, NETIF_F_HW_VLAN_CTAG_TX },
	{ GNIC_CAP_VLAN_RX, NETIF_F_HW_VLAN_STAG_TX | NETIF_F_HW_VLAN_CTAG_RX |
			    NETIF_F_HW_VLAN_STAG_RX },
};

/**
 * gnic_features_init - features that both kinds of netdev have
 * @netdev: not registered yet
 */
void gnic_features_init(struct net_device *netdev)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	u32 caps = nic->dev->caps_bits;
	unsigned int i;

	netdev->hw_features = NETIF_F_SG;
	if (gnic_ntuple_supported(nic))
		netdev->hw_features |= NETIF_F_NTUPLE;
	for (i = 0; i < ARRAY_SIZE(gnic_features); i++) {
		if (caps & gnic_features[i].cap)
			netdev->hw_features |= gnic_features[i].features;
	}
	netdev->features = netdev->hw_features | NETIF_F_HIGHDMA;
	/* Off until somebody wants it: it costs latency. */
	if (caps & GNIC_CAP_GRO)
		netdev->hw_features |= NETIF_F_GRO_HW;
	/* A device that strips C-tags, and can't be told not to. */
	if ((caps & GNIC_CAP_VLAN) && !(caps & GNIC_CAP_VLAN_RX))
		netdev->features |= NETIF_F_HW_VLAN_CTAG_RX;
	netdev->gso_partial_features = netdev->features & GNIC_FEATURES_PARTIAL;
	netdev->vlan_features = netdev->features & ~(GNIC_FEATURES_VLAN | NETIF_F_NTUPLE);
	if (caps & GNIC_CAP_TUNNEL)
		netdev->hw_enc_features = netdev->features & (NETIF_F_SG | NETIF_F_HW_CSUM |
							      NETIF_F_SCTP_CRC |
							      GNIC_FEATURES_GSO);
	netif_set_tso_max_size(netdev, GNIC_RAW_TSO_SIZE_MAX);
}

/**
 * gnic_features_init_uplink - features of a port's netdev alone
 * @netdev: after gnic_features_init()
 */
void gnic_features_init_uplink(struct net_device *netdev)
{
	u32 caps = ((struct gnic_nic *)netdev_priv(netdev))->dev->caps_bits;
	netdev_features_t features = 0;

	if (caps & GNIC_CAP_FLOW)
		features |= NETIF_F_HW_TC;
	if (caps & GNIC_CAP_VLAN_RX)
		features |= NETIF_F_HW_VLAN_CTAG_FILTER | NETIF_F_HW_VLAN_STAG_FILTER;
	if (caps & GNIC_CAP_TUNNEL) {
		features |= NETIF_F_RX_UDP_TUNNEL_PORT;
		netdev->udp_tunnel_nic_info = &gnic_tunnel_info;
	}
	netdev->features |= features;
	netdev->hw_features |= features;
	if (caps & GNIC_CAP_LOOPBACK)
		netdev->hw_features |= NETIF_F_LOOPBACK;
	if (caps & GNIC_CAP_RX_MODE)
		netdev->hw_features |= NETIF_F_RXFCS | NETIF_F_RXALL;
}

/*
 * Every segment needs its checksum, whoever asks for segments. An XDP program
 * sees frames as they came, and sends them back so. With its FCS a frame is
 * neither merged, nor stripped of a tag, for which the FCS would be wrong.
 */
netdev_features_t gnic_fix_features(struct net_device *netdev, netdev_features_t features)
{
	if (!(features & NETIF_F_HW_CSUM))
		features &= ~GNIC_FEATURES_GSO;
	if (((struct gnic_nic *)netdev_priv(netdev))->cfg.xdp)
		features &= ~(NETIF_F_GRO_HW | NETIF_F_RXFCS);
	if (features & NETIF_F_RXFCS)
		features &= ~(NETIF_F_GRO_HW | NETIF_F_HW_VLAN_CTAG_RX | NETIF_F_HW_VLAN_STAG_RX);
	return features;
}

static int gnic_features_loopback(struct gnic_nic *nic, bool on)
{
	struct gnic_hw_port_set set = {
		.valid = cpu_to_le32(GNIC_PORT_SET_LOOPBACK),
		.loopback = on,
	};

	return gnic_port_set(nic->port, &set);
}

static int gnic_features_rx(struct gnic_nic *nic, netdev_features_t features)
{
	struct gnic_hw_port_set set = {
		.valid = cpu_to_le32(GNIC_PORT_SET_RX),
		.rx = (features & NETIF_F_RXFCS ? GNIC_PORT_RX_FCS : 0) |
		      (features & NETIF_F_RXALL ? GNIC_PORT_RX_ALL : 0),
	};

	return gnic_port_set(nic->port, &set);
}

/* Off is to mean that the device does nothing by itself, and its rules would go on. */
static int gnic_features_tc(struct gnic_nic *nic)
{
	if (!READ_ONCE(nic->tc_rules))
		return 0;
	netdev_info(nic->netdev, "hw-tc-offload stays on while tc filters are in the card\n");
	return -EBUSY;
}

/* All of it or nothing. */
int gnic_set_features(struct net_device *netdev, netdev_features_t features)
{
	netdev_features_t changed = netdev->features ^ features;
	struct gnic_nic *nic = netdev_priv(netdev);
	int err;

	if (changed & ~features & NETIF_F_HW_TC) {
		err = gnic_features_tc(nic);
		if (err)
			return err;
	}
	if (changed & GNIC_FEATURES_VLAN) {
		err = gnic_vlan_set(nic, features);
		if (err)
			return err;
	}
	if (changed & NETIF_F_LOOPBACK) {
		err = gnic_features_loopback(nic, features & NETIF_F_LOOPBACK);
		if (err)
			goto err_vlan_restore;
	}
	if (changed & (NETIF_F_RXFCS | NETIF_F_RXALL)) {
		err = gnic_features_rx(nic, features);
		if (err)
			goto err_loopback_restore;
	}
	if (changed & NETIF_F_GRO_HW) {
		err = gnic_gro_set(nic, features & NETIF_F_GRO_HW);
		if (err)
			goto err_rx_restore;
	}
	if (!(features & NETIF_F_NTUPLE)) {
		gnic_ntuple_flush(nic);
		gnic_arfs_flush(nic);
	}
	return 0;

err_rx_restore:
	if (changed & (NETIF_F_RXFCS | NETIF_F_RXALL))
		gnic_features_rx(nic, netdev->features);
err_loopback_restore:
	if (changed & NETIF_F_LOOPBACK)
		gnic_features_loopback(nic, netdev->features & NETIF_F_LOOPBACK);
err_vlan_restore:
	if (changed & GNIC_FEATURES_VLAN)
		gnic_vlan_set(nic, netdev->features);
	return err;
}
