// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters of a group that take something when they are set: QP numbers, for
 * a peer has to be told them before the QPs exist, and the switch port.
 */
#include <linux/netlink.h>

#include "gnic.h"
#include "gnic_eswitch.h"
#include "gnic_group.h"

static int gnic_group_qpn_get(struct gnic_group *group, struct gnic_group_config *config,
			      struct netlink_ext_ack *extack)
{
	int err;

	err = gnic_qpn_get(group->dev, config->port, config->qp_count, &config->qpn_base);
	if (err)
		NL_SET_ERR_MSG_FMT_MOD(extack, "port %u has no %u QP numbers in a row left",
				       config->port, config->qp_count);
	return err;
}

static void gnic_group_qpn_put(struct gnic_group *group, const struct gnic_group_config *config)
{
	gnic_qpn_put(group->dev, config->port, config->qpn_base, config->qp_count);
}

/* With the defaults: port 0, one QP. */
int gnic_group_config_init(struct gnic_group *group, struct netlink_ext_ack *extack)
{
	int err;

	err = gnic_group_qpn_get(group, &group->config, extack);
	if (err)
		return err;

	err = gnic_vport_create(group->dev, group->config.port, &group->vport);
	if (err) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "the switch has no port left (%d)", err);
		goto err_qpn_put;
	}
	return 0;

err_qpn_put:
	gnic_group_qpn_put(group, &group->config);
	return err;
}

void gnic_group_config_exit(struct gnic_group *group)
{
	gnic_vport_destroy(group->dev, group->vport);
	gnic_group_qpn_put(group, &group->config);
}

/* Another port is another switch port, and the representor goes with it. */
static int gnic_group_move(struct gnic_group *group, unsigned int port,
			   struct netlink_ext_ack *extack)
{
	u16 old = group->vport, vport;
	int err;

	err = gnic_vport_create(group->dev, port, &vport);
	if (err) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "the switch has no port left (%d)", err);
		return err;
	}
	err = gnic_rep_move(group, &group->dev->ports[port], vport, extack);
	if (err)
		goto err_vport_destroy;

	group->vport = vport;
	gnic_vport_destroy(group->dev, old);
	return 0;

err_vport_destroy:
	gnic_vport_destroy(group->dev, vport);
	return err;
}

/* Fewer QPs keep the first numbers, more or another port take new ones. */
static int gnic_group_renumber(struct gnic_group *group, struct gnic_group_config *config,
			       struct netlink_ext_ack *extack)
{
	const struct gnic_group_config *old = &group->config;
	int err;

	if (config->port == old->port && config->qp_count <= old->qp_count) {
		gnic_qpn_put(group->dev, old->port, old->qpn_base + config->qp_count,
			     old->qp_count - config->qp_count);
		return 0;
	}

	err = gnic_group_qpn_get(group, config, extack);
	if (err)
		return err;
	if (config->port != old->port) {
		err = gnic_group_move(group, config->port, extack);
		if (err)
			goto err_qpn_put;
	}
	gnic_group_qpn_put(group, old);
	return 0;

err_qpn_put:
	gnic_group_qpn_put(group, config);
	return err;
}

/* Who holds a raw group sees frames of the network, and was asked whether he may. */
static bool gnic_group_becomes_raw(const struct gnic_group *group,
				   const struct gnic_group_config *next)
{
	return gnic_group_config_type(next) == GNIC_GROUP_RAW &&
	       gnic_group_config_type(&group->config) != GNIC_GROUP_RAW;
}

/**
 * gnic_group_configure - set parameters
 * @group: its lock is held
 * @config: all of them; each has been validated on its own
 * @extack: for the sentence
 */
int gnic_group_configure(struct gnic_group *group, const struct gnic_group_config *config,
			 struct netlink_ext_ack *extack)
{
	struct gnic_group_config next = *config;
	int err;

	if (group->removed)
		return -ENODEV;
	if (group->active) {
		NL_SET_ERR_MSG_MOD(extack,
				   "the function is active: parameters change while it is inactive");
		return -EBUSY;
	}
	if (group->holder.ops && gnic_group_becomes_raw(group, &next)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "the function is held: it becomes raw when nobody holds it");
		return -EBUSY;
	}
	if (next.port != group->config.port || next.qp_count != group->config.qp_count) {
		err = gnic_group_renumber(group, &next, extack);
		if (err)
			return err;
	}
	group->config = next;
	return 0;
}
