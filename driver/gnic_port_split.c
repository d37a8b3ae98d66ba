// SPDX-License-Identifier: GPL-2.0-only
/*
 * Port split: a port of two lanes becomes two ports of one, and whole again.
 * Neither of them is the port that was: devlink ports and netdevs are new ones,
 * with settings of their own. Documentation/devlink.rst "Splitting a port".
 */
#include "gnic.h"
#include "gnic_group.h"
#include "gnic_param.h"

static struct gnic_port *gnic_port_half(const struct gnic_port *whole)
{
	return &whole->dev->ports[GNIC_PORT_HALF(whole->index)];
}

static int gnic_port_split_cmd(struct gnic_port *whole, bool split)
{
	struct gnic_hw_port_split in = {
		.port = cpu_to_le32(whole->index),
		.parts = split ? GNIC_LANES_PER_PORT : 1,
	};

	return gnic_cmd_exec(whole->dev, GNIC_CMD_PORT_SPLIT, &in, sizeof(in), NULL, 0);
}

/* What the device forgets with the port that was. */
static void gnic_port_part_forget(struct gnic_port *port)
{
	memset(&port->kept, 0, sizeof(port->kept));
	port->kept_power = 0;
}

static int gnic_port_part_up(struct gnic_port *port)
{
	int err;

	err = gnic_port_init(port);
	if (err)
		return err;
	err = gnic_devlink_port_register(port);
	if (err || !gnic_param_enable_eth(port->dev))
		return err;
	err = gnic_port_child_add(port);
	if (err)
		gnic_devlink_port_unregister(port);
	return err;
}

static void gnic_port_part_down(struct gnic_port *port)
{
	gnic_port_child_del(port);
	gnic_devlink_port_unregister(port);
}

/* Netdevs first: the device splits what nobody uses. */
static void gnic_port_parts_down(struct gnic_port *whole)
{
	if (whole->split)
		gnic_port_part_down(gnic_port_half(whole));
	gnic_port_part_down(whole);
}

static int gnic_port_parts_up(struct gnic_port *whole)
{
	int err;

	err = gnic_port_part_up(whole);
	if (err || !whole->split)
		return err;
	return gnic_port_part_up(gnic_port_half(whole));
}

static int gnic_port_split_refused(struct gnic_port *whole, int err,
				   struct netlink_ext_ack *extack)
{
	if (err == -EBUSY)
		NL_SET_ERR_MSG_MOD(extack,
				   "functions, accelerators or rules use the port: remove them first");
	else
		NL_SET_ERR_MSG_FMT_MOD(extack, "the device refused (%d)", err);
	return err;
}

static bool gnic_port_has_functions(const struct gnic_port *whole)
{
	const struct gnic_group *group;
	unsigned long index;

	xa_for_each(&whole->dev->groups, index, group) {
		if (gnic_port_whole(gnic_group_port(group)) == whole)
			return true;
	}
	return false;
}

static int gnic_port_split_set(struct gnic_port *whole, bool split,
			       struct netlink_ext_ack *extack)
{
	int err, up_err;

	gnic_port_parts_down(whole);
	err = gnic_port_split_cmd(whole, split);
	if (err) {
		gnic_port_split_refused(whole, err, extack);
	} else {
		WRITE_ONCE(whole->split, split);
		gnic_port_part_forget(whole);
		gnic_port_part_forget(gnic_port_half(whole));
	}
	up_err = gnic_port_parts_up(whole);
	if (!up_err)
		return err;
	/* whatever is not there is made by a reload */
	NL_SET_ERR_MSG_FMT_MOD(extack, "the ports did not come up (%d): reload the device",
			       up_err);
	return up_err;
}

static int gnic_port_split_check(struct gnic_port *port, struct netlink_ext_ack *extack)
{
	struct gnic_dev *dev = port->dev;

	if (!dev->running || !dev->children || dev->paused) {
		NL_SET_ERR_MSG_MOD(extack,
				   "the device is not running: reload it with driver_reinit");
		return -ENETDOWN;
	}
	if (gnic_port_has_functions(gnic_port_whole(port)))
		return gnic_port_split_refused(gnic_port_whole(port), -EBUSY, extack);
	return 0;
}

/**
 * gnic_port_split - devlink_port_ops.port_split
 * @devlink: instance of the card
 * @dl_port: a whole port: the core has seen that it is splittable
 * @count: parts, a power of two, not more than its lanes
 * @extack: for the sentence
 *
 * Context: devl_lock of the card. The netdev of the port is replaced.
 *
 * Return: 0; -EBUSY: somebody uses the port; -ENETDOWN: the card does not run;
 * what the device says. The port that was is there again then, as a new one.
 */
int gnic_port_split(struct devlink *devlink, struct devlink_port *dl_port, unsigned int count,
		    struct netlink_ext_ack *extack)
{
	struct gnic_port *port = container_of(dl_port, struct gnic_port, dl_port);
	int err;

	if (count != GNIC_LANES_PER_PORT) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "a port can be split into %u", GNIC_LANES_PER_PORT);
		return -EINVAL;
	}
	err = gnic_port_split_check(port, extack);
	if (err)
		return err;
	return gnic_port_split_set(port, true, extack);
}

/**
 * gnic_port_unsplit - devlink_port_ops.port_unsplit
 * @devlink: instance of the card
 * @dl_port: one of the halves, no matter which
 * @extack: for the sentence
 *
 * Context: devl_lock of the card. Both netdevs are replaced by one.
 *
 * Return: as gnic_port_split(); -EINVAL: the port is whole.
 */
int gnic_port_unsplit(struct devlink *devlink, struct devlink_port *dl_port,
		      struct netlink_ext_ack *extack)
{
	struct gnic_port *port = container_of(dl_port, struct gnic_port, dl_port);
	int err;

	if (!gnic_port_whole(port)->split) {
		NL_SET_ERR_MSG_MOD(extack, "the port is not split");
		return -EINVAL;
	}
	err = gnic_port_split_check(port, extack);
	if (err)
		return err;
	return gnic_port_split_set(gnic_port_whole(port), false, extack);
}

/**
 * gnic_port_split_restore - tell a device that was reset which ports are split
 * @dev: card
 *
 * Context: devl_lock; before anything else is told of its ports.
 */
int gnic_port_split_restore(struct gnic_dev *dev)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < dev->num_ports && !err; i++) {
		if (dev->ports[i].split)
			err = gnic_port_split_cmd(&dev->ports[i], true);
	}
	return err;
}
