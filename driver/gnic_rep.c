// SPDX-License-Identifier: GPL-2.0-only
/*
 * The representor of a group: an ordinary gnic netdev at the host side of the
 * group's switch port. What is sent to it lands in the group's QPs; what the
 * group sends and no rule takes arrives at it. Its carrier is the group's state.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "gnic.h"
#include "gnic_flow.h"
#include "gnic_group.h"
#include "gnic_nic.h"
#include "gnic_xsk.h"

/* Frames for a group that is not active go nowhere, and are counted. */
static netdev_tx_t gnic_rep_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	if (likely(netif_carrier_ok(netdev)))
		return gnic_tx_xmit(skb, netdev);
	dev_core_stats_tx_dropped_inc(netdev);
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops gnic_rep_netdev_ops = {
	.ndo_open		= gnic_nic_open,
	.ndo_stop		= gnic_nic_stop,
	.ndo_start_xmit		= gnic_rep_xmit,
	.ndo_features_check	= gnic_tx_features_check,
	.ndo_tx_timeout		= gnic_nic_tx_timeout,
	.ndo_get_stats64	= gnic_nic_get_stats64,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_set_mac_address	= eth_mac_addr,
	.ndo_change_mtu		= gnic_nic_change_mtu,
	.ndo_fix_features	= gnic_fix_features,
	.ndo_set_features	= gnic_set_features,
	.ndo_bpf		= gnic_xdp_bpf,
	.ndo_xdp_xmit		= gnic_xdp_xmit,
	.ndo_xsk_wakeup		= gnic_xsk_wakeup,
	.ndo_setup_tc		= gnic_setup_tc,
};

static void gnic_rep_init(struct net_device *netdev)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	netdev->netdev_ops = &gnic_rep_netdev_ops;
	netdev->ethtool_ops = &gnic_rep_ethtool_ops;
	netdev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
	if (nic->dev->caps_bits & GNIC_CAP_FLOW) {
		netdev->hw_features |= NETIF_F_HW_TC;
		netdev->features |= NETIF_F_HW_TC;
	}
}

const struct gnic_nic_profile gnic_rep_profile = {
	.max_queues	= 4,
	.rx_ring	= 128,
	.tx_ring	= 256,
	.init		= gnic_rep_init,
};

/* The MTU of the port's netdev, so that what the port receives fits. */
static unsigned int gnic_rep_mtu(struct gnic_port *port)
{
	struct net_device *uplink;
	unsigned int mtu;

	rtnl_lock();
	uplink = gnic_port_netdev(port);
	mtu = uplink ? uplink->mtu : ETH_DATA_LEN;
	rtnl_unlock();
	return mtu;
}

/**
 * gnic_rep_create - make and register the netdev
 * @group: its devlink port is registered
 */
int gnic_rep_create(struct gnic_group *group)
{
	struct gnic_port *port = gnic_group_port(group);
	struct net_device *netdev;
	int err;

	netdev = gnic_nic_create(group->dev, port, group->vport, NULL, &gnic_rep_profile);
	if (IS_ERR(netdev))
		return PTR_ERR(netdev);

	eth_hw_addr_random(netdev);
	netdev->mtu = gnic_rep_mtu(port);
	dev_net_set(netdev, devlink_net(gnic_devlink(group->dev)));
	SET_NETDEV_DEVLINK_PORT(netdev, &group->dl_port);
	netif_carrier_off(netdev);
	err = register_netdev(netdev);
	if (err)
		goto err_destroy;
	group->rep = netdev;
	return 0;

err_destroy:
	gnic_nic_destroy(netdev);
	return err;
}

void gnic_rep_destroy(struct gnic_group *group)
{
	unregister_netdev(group->rep);
	gnic_nic_destroy(group->rep);
	group->rep = NULL;
}

/**
 * gnic_rep_move - stand for another switch port from now on
 * @group: inactive, its lock is held
 * @port: uplink of @vport
 * @vport: instead of the present one
 * @extack: for the sentence
 *
 * The netdev is down: its queues are made when it is opened.
 */
int gnic_rep_move(struct gnic_group *group, struct gnic_port *port, u16 vport,
		  struct netlink_ext_ack *extack)
{
	struct gnic_nic *nic = netdev_priv(group->rep);
	int err = 0;

	rtnl_lock();
	if (netif_running(group->rep)) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "port: %s is up, set it down first",
				       group->rep->name);
		err = -EBUSY;
	} else if (gnic_flow_any_of_vport(group->dev, nic->vport)) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "port: %s has rules in the card",
				       group->rep->name);
		err = -EBUSY;
	} else {
		nic->port = port;
		nic->vport = vport;
	}
	rtnl_unlock();
	return err;
}

void gnic_rep_carrier(struct gnic_group *group, bool on)
{
	if (on)
		netif_carrier_on(group->rep);
	else
		netif_carrier_off(group->rep);
}

void gnic_rep_renumber(struct gnic_group *group)
{
	struct gnic_nic *nic = netdev_priv(group->rep);

	nic->vport = group->vport;
}
