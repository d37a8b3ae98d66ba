// SPDX-License-Identifier: GPL-2.0-only
/*
 * A NIC port: what it can be asked and told, its auxiliary child, and the
 * auxiliary driver gnic.eth that makes the child's devlink instance and
 * netdev.
 */
#include <linux/etherdevice.h>
#include <linux/idr.h>
#include <linux/slab.h>

#include <linux/rtnetlink.h>

#include "gnic.h"
#include "gnic_nic.h"

static DEFINE_IDA(gnic_port_ida);

int gnic_port_query(struct gnic_port *port, struct gnic_hw_port_info *info)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(port->index) };

	return gnic_cmd_exec(port->dev, GNIC_CMD_PORT_QUERY, &in, sizeof(in), info,
			     sizeof(*info));
}

/* The netdev itself tells the rest whenever it is opened. */
#define GNIC_PORT_KEPT \
	(GNIC_PORT_SET_LOOPBACK | GNIC_PORT_SET_LINK | GNIC_PORT_SET_PAUSE | \
	 GNIC_PORT_SET_IDENTIFY | GNIC_PORT_SET_RX | GNIC_PORT_SET_STORM)

/* Lanes may be trained anew for these. */
#define GNIC_PORT_TRAINS \
	(GNIC_PORT_SET_ADMIN | GNIC_PORT_SET_LOOPBACK | GNIC_PORT_SET_LINK | \
	 GNIC_PORT_SET_RESTART)

static void gnic_port_keep(struct gnic_port *port, const struct gnic_hw_port_set *set)
{
	u32 valid = le32_to_cpu(set->valid);
	u8 pause = port->kept.mode.pause;

	port->kept.valid |= cpu_to_le32(valid & GNIC_PORT_KEPT);
	if (valid & GNIC_PORT_SET_LOOPBACK)
		port->kept.loopback = set->loopback;
	if (valid & GNIC_PORT_SET_IDENTIFY)
		port->kept.identify = set->identify;
	if (valid & GNIC_PORT_SET_RX)
		port->kept.rx = set->rx;
	if (valid & GNIC_PORT_SET_STORM)
		port->kept.storm_ms = set->storm_ms;
	if (valid & GNIC_PORT_SET_LINK) {
		port->kept.mode = set->mode;
		port->kept.advertise = set->advertise;
	}
	port->kept.mode.pause = valid & GNIC_PORT_SET_PAUSE ? set->mode.pause : pause;
}

int gnic_port_set(struct gnic_port *port, struct gnic_hw_port_set *set)
{
	int err;

	/* before the event that the link is lost can come */
	if (le32_to_cpu(set->valid) & GNIC_PORT_TRAINS)
		WRITE_ONCE(port->trained, jiffies);
	set->port = cpu_to_le32(port->index);
	err = gnic_cmd_exec(port->dev, GNIC_CMD_PORT_SET, set, sizeof(*set), NULL, 0);
	if (!err)
		gnic_port_keep(port, set);
	return err;
}

/* Whether a module keeps high power while the port is down. */
int gnic_port_module_set(struct gnic_port *port, u8 power)
{
	struct gnic_hw_module_set in = { .port = port->index, .power = power };
	int err;

	err = gnic_cmd_exec(port->dev, GNIC_CMD_MODULE_SET, &in, sizeof(in), NULL, 0);
	if (!err)
		port->kept_power = power;
	return err;
}

/* A module that was pulled out meanwhile has no power to keep. */
int gnic_port_restore(struct gnic_port *port)
{
	struct gnic_hw_port_set set = port->kept;
	struct gnic_hw_port_info info;
	int err;

	err = set.valid ? gnic_port_set(port, &set) : 0;
	if (err || !port->kept_power)
		return err;
	err = gnic_port_query(port, &info);
	if (err || info.module == GNIC_MODULE_NONE)
		return err;
	return gnic_port_module_set(port, port->kept_power);
}

int gnic_port_stats(struct gnic_port *port, struct gnic_hw_mac_stats *stats)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(port->index) };

	return gnic_cmd_exec(port->dev, GNIC_CMD_PORT_STATS, &in, sizeof(in), stats,
			     sizeof(*stats));
}

int gnic_port_init(struct gnic_port *port)
{
	struct gnic_hw_port_info info;
	int err;

	err = gnic_port_query(port, &info);
	if (err)
		return err;
	ether_addr_copy(port->mac, info.mac);
	port->trained = jiffies;
	return 0;
}

static void gnic_port_child_release(struct device *device)
{
	struct gnic_adev *child = container_of(device, struct gnic_adev, adev.dev);

	kfree(child);
}

static struct gnic_adev *gnic_port_child_alloc(struct gnic_port *port)
{
	struct gnic_adev *child;
	int id;

	child = kzalloc(sizeof(*child), GFP_KERNEL);
	if (!child)
		return ERR_PTR(-ENOMEM);
	id = ida_alloc(&gnic_port_ida, GFP_KERNEL);
	if (id < 0) {
		kfree(child);
		return ERR_PTR(id);
	}
	child->dev = port->dev;
	child->port = port;
	child->id = id;
	child->adev.name = "eth";
	child->adev.id = id;
	child->adev.dev.parent = &port->dev->pdev->dev;
	child->adev.dev.release = gnic_port_child_release;
	return child;
}

/* From auxiliary_device_init() on, the release function frees the child. */
int gnic_port_child_add(struct gnic_port *port)
{
	struct gnic_adev *child;
	int err, id;

	child = gnic_port_child_alloc(port);
	if (IS_ERR(child))
		return PTR_ERR(child);
	id = child->id;
	err = auxiliary_device_init(&child->adev);
	if (err) {
		gnic_port_child_release(&child->adev.dev);
		goto err_id_free;
	}
	port->adev = child;
	err = auxiliary_device_add(&child->adev);
	if (err)
		goto err_uninit;
	return 0;

err_uninit:
	port->adev = NULL;
	auxiliary_device_uninit(&child->adev);
err_id_free:
	ida_free(&gnic_port_ida, id);
	return err;
}

/*
 * The number is free as soon as the child is off the bus, not when devlink
 * drops the last reference: after a reload ports have their names again.
 */
void gnic_port_child_del(struct gnic_port *port)
{
	struct gnic_adev *child = port->adev;

	if (!child)
		return;
	auxiliary_device_delete(&child->adev);
	ida_free(&gnic_port_ida, child->id);
	port->adev = NULL;
	auxiliary_device_uninit(&child->adev);
}

static struct gnic_adev *gnic_eth_adev(struct auxiliary_device *adev)
{
	return container_of(adev, struct gnic_adev, adev);
}

static struct net_device *gnic_eth_netdev_create(struct gnic_adev *child)
{
	struct gnic_port *port = child->port;
	struct net_device *netdev;
	int err;

	netdev = gnic_nic_create(port->dev, port, GNIC_VPORT_UPLINK(port->index),
				 &port->dev->pdev->dev, &gnic_uplink_profile);
	if (IS_ERR(netdev))
		return netdev;
	dev_net_set(netdev, devlink_net(gnic_devlink(port->dev)));
	netdev->dev_port = port->index;
	if (is_valid_ether_addr(port->mac))
		eth_hw_addr_set(netdev, port->mac);
	else
		eth_hw_addr_random(netdev);
	SET_NETDEV_DEVLINK_PORT(netdev, &port->dl_port);
	netif_carrier_off(netdev);
	err = register_netdev(netdev);
	if (err) {
		gnic_nic_destroy(netdev);
		return ERR_PTR(err);
	}
	return netdev;
}

/**
 * gnic_port_netdev - the netdev of a port, in whatever network namespace
 * @port: NIC port
 *
 * Context: rtnl is held, and keeps it alive; or the caller takes a reference.
 * Return: the netdev, or NULL while the port has none.
 */
struct net_device *gnic_port_netdev(struct gnic_port *port)
{
	ASSERT_RTNL();
	return port->nic ? port->nic->netdev : NULL;
}

static void gnic_port_set_nic(struct gnic_port *port, struct gnic_nic *nic)
{
	rtnl_lock();
	port->nic = nic;
	rtnl_unlock();
}

static void gnic_eth_netdev_destroy(struct net_device *netdev)
{
	unregister_netdev(netdev);
	gnic_nic_destroy(netdev);
}

static int gnic_eth_probe(struct auxiliary_device *adev, const struct auxiliary_device_id *id)
{
	struct gnic_adev *child = gnic_eth_adev(adev);
	struct gnic_port *port = child->port;
	struct net_device *netdev;
	struct devlink *devlink;

	devlink = gnic_eth_devlink_create(child);
	if (IS_ERR(devlink))
		return PTR_ERR(devlink);
	port->devlink = devlink;
	netdev = gnic_eth_netdev_create(child);
	if (IS_ERR(netdev)) {
		gnic_eth_devlink_destroy(child);
		port->devlink = NULL;
		return PTR_ERR(netdev);
	}
	gnic_port_set_nic(port, netdev_priv(netdev));
	auxiliary_set_drvdata(adev, netdev);
	return 0;
}

static void gnic_eth_remove(struct auxiliary_device *adev)
{
	struct gnic_adev *child = gnic_eth_adev(adev);

	gnic_port_set_nic(child->port, NULL);
	gnic_eth_netdev_destroy(auxiliary_get_drvdata(adev));
	gnic_eth_devlink_destroy(child);
	child->port->devlink = NULL;
}

static const struct auxiliary_device_id gnic_eth_ids[] = {
	{ .name = GNIC_DRV_NAME ".eth" },
	{}
};
MODULE_DEVICE_TABLE(auxiliary, gnic_eth_ids);

struct auxiliary_driver gnic_eth_driver = {
	.name		= "eth",
	.probe		= gnic_eth_probe,
	.remove		= gnic_eth_remove,
	.id_table	= gnic_eth_ids,
};
