// SPDX-License-Identifier: GPL-2.0-only
/* Netdev operations, features, and the profile of an uplink. */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <net/netdev_queues.h>
#include <net/pkt_cls.h>

#include "gnic_arfs.h"
#include "gnic_channel.h"
#include "gnic_dump.h"
#include "gnic_nic.h"
#include "gnic_shaper.h"
#include "gnic_xdp.h"
#include "gnic_xsk.h"

/* How often the device is asked for a link that changes all the time. */
#define GNIC_UPLINK_LOOKS	8

/* What both kinds of netdev have; the profile adds its operations. */
void gnic_netdev_init(struct net_device *netdev)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	gnic_features_init(netdev);
	gnic_netdev_set_netmem_tx(netdev);
	netdev->min_mtu = GNIC_MTU_MIN;
	netdev->max_mtu = min_t(u32, GNIC_MTU_MAX, le32_to_cpu(nic->dev->caps.mtu_max));
	netdev->watchdog_timeo = GNIC_NIC_WATCHDOG;
	netdev->xdp_metadata_ops = &gnic_xdp_metadata_ops;
	gnic_xdp_set_features(nic);
	gnic_xsk_init(netdev);
	netdev->stat_ops = &gnic_stat_ops;
	gnic_netdev_request_ops_lock(netdev);
}

static int gnic_netdev_set_mac(struct net_device *netdev, void *addr)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	u8 old[ETH_ALEN];
	int err;

	ether_addr_copy(old, netdev->dev_addr);
	err = eth_prepare_mac_addr_change(netdev, addr);
	if (err)
		return err;
	eth_commit_mac_addr_change(netdev, addr);
	if (!netif_running(netdev))
		return 0;
	err = gnic_filter_apply(nic);
	if (err)
		eth_hw_addr_set(netdev, old);
	return err;
}

/* The buffers fit every MTU, so no queue is touched. */
int gnic_nic_change_mtu(struct net_device *netdev, int mtu)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	unsigned int max = gnic_xdp_max_mtu(nic, nic->xdp_prog);
	int err;

	if (mtu > max) {
		netdev_warn(netdev, "XDP program and AF_XDP pools allow an MTU of %u at most\n",
			    max);
		return -EINVAL;
	}
	err = nic->profile->mtu ? nic->profile->mtu(nic, mtu) : 0;
	if (!err)
		WRITE_ONCE(netdev->mtu, mtu);
	return err;
}

static const struct net_device_ops gnic_uplink_ops = {
	.ndo_open		= gnic_nic_open,
	.ndo_stop		= gnic_nic_stop,
	.ndo_start_xmit		= gnic_tx_xmit,
	.ndo_features_check	= gnic_tx_features_check,
	.ndo_tx_timeout		= gnic_nic_tx_timeout,
	.ndo_get_stats64	= gnic_nic_get_stats64,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_set_mac_address	= gnic_netdev_set_mac,
	.ndo_change_mtu		= gnic_nic_change_mtu,
	.ndo_fix_features	= gnic_fix_features,
	.ndo_set_features	= gnic_set_features,
	.ndo_vlan_rx_add_vid	= gnic_vlan_add_vid,
	.ndo_vlan_rx_kill_vid	= gnic_vlan_kill_vid,
#ifdef HAVE_RX_MODE_ASYNC
	.ndo_set_rx_mode_async	= gnic_filter_rx_mode,
#else
	.ndo_set_rx_mode	= gnic_filter_rx_mode,
#endif
	.ndo_bpf		= gnic_xdp_bpf,
	.ndo_xdp_xmit		= gnic_xdp_xmit,
	.ndo_xsk_wakeup		= gnic_xsk_wakeup,
#ifdef CONFIG_RFS_ACCEL
	.ndo_rx_flow_steer	= gnic_arfs_steer,
#endif
	.ndo_setup_tc		= gnic_uplink_setup_tc,
	.ndo_set_tx_maxrate	= gnic_set_tx_maxrate,
#if IS_ENABLED(CONFIG_NET_SHAPER)
	.net_shaper_ops		= &gnic_shaper_ops,
#endif
	.ndo_hwtstamp_get	= gnic_hwtstamp_get,
	.ndo_hwtstamp_set	= gnic_hwtstamp_set,
};

static void gnic_uplink_init(struct net_device *netdev)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	netdev->netdev_ops = &gnic_uplink_ops;
	netdev->ethtool_ops = &gnic_uplink_ethtool_ops;
	if (nic->dev->caps_bits & GNIC_CAP_QP_MOVE)
		netdev->queue_mgmt_ops = &gnic_queue_mgmt_ops;
	netdev->priv_flags |= IFF_UNICAST_FLT | IFF_LIVE_ADDR_CHANGE;
	nic->dump_flag = GNIC_DUMP_DEFAULT;
	gnic_features_init_uplink(netdev);
	gnic_dcb_init(netdev);
}

static void gnic_uplink_carrier(struct gnic_nic *nic, bool up)
{
	if (up)
		netif_carrier_on(nic->netdev);
	else
		netif_carrier_off(nic->netdev);
}

static void gnic_uplink_link(struct gnic_nic *nic, bool up)
{
	WRITE_ONCE(nic->links, nic->links + 1);
	/* counted before it is seen: pairs with gnic_uplink_look() */
	smp_mb();
	gnic_uplink_carrier(nic, up);
}

/*
 * The event of a link that comes up may be older than our ear for it. One that comes meanwhile
 * may say more than the answer; a device that has no end of them does not keep us.
 */
static int gnic_uplink_look(struct gnic_nic *nic)
{
	struct gnic_hw_port_info info;
	unsigned int looks = 0;
	u32 links;
	int err;

	do {
		links = READ_ONCE(nic->links);
		err = gnic_port_query(nic->port, &info);
		if (err)
			return err;
		gnic_uplink_carrier(nic, info.state & GNIC_PORT_STATE_LINK);
		/* seen before it is counted: pairs with gnic_uplink_link() */
		smp_mb();
	} while (links != READ_ONCE(nic->links) && ++looks < GNIC_UPLINK_LOOKS);
	return 0;
}

static int gnic_uplink_mtu(struct gnic_nic *nic, unsigned int mtu)
{
	struct gnic_hw_port_set set = {
		.valid = cpu_to_le32(GNIC_PORT_SET_MTU),
		.mtu = cpu_to_le32(mtu),
	};

	return gnic_port_set(nic->port, &set);
}

static int gnic_uplink_open(struct gnic_nic *nic)
{
	struct gnic_hw_port_set set = {
		.valid = cpu_to_le32(GNIC_PORT_SET_ADMIN | GNIC_PORT_SET_MTU),
		.mtu = cpu_to_le32(nic->netdev->mtu),
		.admin = 1,
	};
	int err;

	err = gnic_filter_apply(nic);
	if (err)
		return err;
	err = gnic_dcb_apply(nic);
	if (err)
		return err;
	err = gnic_shaper_apply(nic);
	if (err)
		return err;
	err = gnic_port_set(nic->port, &set);
	return err ?: gnic_uplink_look(nic);
}

static void gnic_uplink_stop(struct gnic_nic *nic)
{
	struct gnic_hw_port_set set = { .valid = cpu_to_le32(GNIC_PORT_SET_ADMIN) };

	gnic_port_set(nic->port, &set);
	netif_carrier_off(nic->netdev);
}

const struct gnic_nic_profile gnic_uplink_profile = {
	.max_queues	= GNIC_QUEUES_MAX,
	.rx_ring	= 512,
	.tx_ring	= 512,
	.init		= gnic_uplink_init,
	.open		= gnic_uplink_open,
	.stop		= gnic_uplink_stop,
	.link		= gnic_uplink_link,
	.mtu		= gnic_uplink_mtu,
};
