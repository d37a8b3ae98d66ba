// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reset of the device that its netdevs live through. Before it they are
 * detached and their queues end; after it they are opened as they were, which
 * tells the device all that they had told it. What belongs to the device alone
 * is told again here: settings of ports, the clock, switch ports, rules, and
 * what the stack tells once only: UDP tunnels.
 *
 * QP groups become inactive, their parameters stay. Compute contexts end.
 */
#include <linux/pci.h>
#include <linux/rtnetlink.h>
#include <net/udp_tunnel.h>

#include "gnic.h"
#include "gnic_eswitch.h"
#include "gnic_group.h"
#include "gnic_health.h"
#include "gnic_nic.h"
#include "gnic_ptp.h"
#include "gnic_reset.h"

/* What the stack tells at the first occasion, and not again at open. */
static void gnic_reset_reopen(struct net_device *netdev)
{
	int err;

	err = gnic_nic_open(netdev);
	if (err) {
		netdev_err(netdev, "no queues after the reset: %d, closing\n", err);
		netif_close(netdev);
		return;
	}
	udp_tunnel_nic_reset_ntf(netdev);
}

/* It still counts as running for the kernel; open() is blocked until it is back. */
static void gnic_reset_detach(struct net_device *netdev)
{
	netif_device_detach(netdev);
	if (netif_running(netdev))
		gnic_nic_stop(netdev);
}

static void gnic_reset_attach(struct net_device *netdev)
{
	if (netif_running(netdev))
		gnic_reset_reopen(netdev);
	/* Transmit queues are woken by this: they have to be there. */
	netif_device_attach(netdev);
}

typedef void (*gnic_reset_fn)(struct net_device *netdev);

/* With rtnl and the netdev's lock. */
static void gnic_reset_netdev(struct net_device *netdev, gnic_reset_fn fn)
{
	netdev_lock(netdev);
	fn(netdev);
	netdev_unlock(netdev);
}

/* The user may unbind a port's child meanwhile: rtnl keeps the netdev that is found. */
static void gnic_reset_port_netdev(struct gnic_port *port, gnic_reset_fn fn)
{
	struct net_device *netdev;

	rtnl_lock();
	netdev = gnic_port_netdev(port);
	if (netdev)
		gnic_reset_netdev(netdev, fn);
	rtnl_unlock();
}

static void gnic_reset_each_netdev(struct gnic_dev *dev, gnic_reset_fn fn)
{
	struct gnic_group *group;
	struct gnic_port *port;
	unsigned long index;

	gnic_for_each_port(dev, port)
		gnic_reset_port_netdev(port, fn);
	xa_for_each(&dev->groups, index, group) {
		rtnl_lock();
		gnic_reset_netdev(group->rep, fn);
		rtnl_unlock();
	}
}

static void gnic_reset_groups_stop(struct gnic_dev *dev)
{
	struct gnic_group *group;
	unsigned long index;

	xa_for_each(&dev->groups, index, group) {
		mutex_lock(&group->lock);
		gnic_group_deactivate(group);
		mutex_unlock(&group->lock);
	}
}

/* Nothing of the device writes into memory any more when this returns. */
static void gnic_reset_silence(struct gnic_dev *dev)
{
	gnic_cmd_pause(dev);
	if (gnic_reg_reset(dev))
		pci_clear_master(dev->pdev);
	WRITE_ONCE(dev->silent, true);
}

/**
 * gnic_reset_prepare - end all that the device does
 * @dev: card
 * @orderly: the device is well: what it has begun is finished. Otherwise it is
 *	silenced first, and asked nothing
 */
void gnic_reset_prepare(struct gnic_dev *dev, bool orderly)
{
	if (!dev->running || dev->paused)
		return;
	dev->paused = true;
	if (!orderly)
		gnic_reset_silence(dev);
	gnic_flow_park(dev, orderly);
	gnic_accel_exit(dev);
	gnic_reset_groups_stop(dev);
	gnic_reset_each_netdev(dev, gnic_reset_detach);
	gnic_eq_exit(dev);
	if (orderly)
		gnic_reset_silence(dev);
	WRITE_ONCE(dev->frozen, true);
}

/* Is it the device that it was? */
static int gnic_reset_recognise(struct gnic_dev *dev)
{
	struct gnic_hw_caps caps;
	int err;

	if (gnic_rd32(dev, GNIC_CTL_CAPS) != dev->caps_bits ||
	    gnic_rd32(dev, GNIC_CTL_PORTS) != dev->num_ports)
		return -EPROTO;
	err = gnic_cmd_exec(dev, GNIC_CMD_QUERY_CAPS, NULL, 0, &caps, sizeof(caps));
	if (err)
		return err;
	return memcmp(&caps, &dev->caps, sizeof(caps)) ? -EPROTO : 0;
}

static int gnic_reset_start(struct gnic_dev *dev)
{
	struct gnic_port *port;
	int err;

	err = gnic_reset_recognise(dev);
	if (err)
		return err;
	err = gnic_eq_init(dev);
	if (err)
		return err;
	err = gnic_port_split_restore(dev);
	gnic_for_each_port(dev, port) {
		if (!err)
			err = gnic_port_restore(port);
	}
	if (!err)
		err = gnic_ptp_restore(dev);
	if (!err)
		err = gnic_groups_restore(dev);
	if (err)
		gnic_eq_exit(dev);
	return err;
}

/**
 * gnic_reset_complete - all is as it was before gnic_reset_prepare()
 * @dev: card
 *
 * After an error the netdevs stay detached: devlink dev reload is what is left.
 */
int gnic_reset_complete(struct gnic_dev *dev)
{
	int err;

	if (!dev->paused)
		return 0;
	WRITE_ONCE(dev->frozen, false);
	WRITE_ONCE(dev->silent, false);
	pci_set_master(dev->pdev);
	err = gnic_dev_revive(dev);
	if (err)
		return err;
	pci_save_state(dev->pdev);
	gnic_cmd_resume(dev);
	err = gnic_reset_start(dev);
	if (err) {
		gnic_reset_silence(dev);
		return err;
	}
	dev->paused = false;
	gnic_health_well(dev);
	/* They name switch ports and numbers of queues: they stand before a frame comes. */
	gnic_flow_replay(dev);
	gnic_reset_each_netdev(dev, gnic_reset_attach);
	return gnic_accel_init(dev);
}

static int gnic_reset_result(int err, struct netlink_ext_ack *extack)
{
	if (err)
		NL_SET_ERR_MSG_FMT_MOD(extack, "no return from the reset (%d): devlink dev reload",
				       err);
	return err;
}

/* Of a device that may be out of its mind. */
int gnic_reset_run(struct gnic_dev *dev, struct netlink_ext_ack *extack)
{
	gnic_reset_prepare(dev, false);
	return gnic_reset_result(gnic_reset_complete(dev), extack);
}

/* Of the whole function, its link to the bus included. */
int gnic_reset_function(struct gnic_dev *dev, struct netlink_ext_ack *extack)
{
	struct pci_dev *pdev = dev->pdev;
	int err;

	gnic_reset_prepare(dev, true);
	pci_save_state(pdev);
	err = pcie_flr(pdev);
	pci_restore_state(pdev);
	if (!err)
		err = gnic_reset_complete(dev);
	return gnic_reset_result(err, extack);
}
