// SPDX-License-Identifier: GPL-2.0-only
/* The card's devlink instance: reload, and what else there is of it. */
#include <linux/netlink.h>

#include "gnic.h"
#include "gnic_eswitch.h"
#include "gnic_fw.h"
#include "gnic_group.h"
#include "gnic_health.h"
#include "gnic_param.h"
#include "gnic_region.h"

/* With the limit nothing but firmware changes: traffic goes on. */
static int gnic_devlink_activate(struct gnic_dev *dev, enum devlink_reload_limit limit,
				 struct netlink_ext_ack *extack)
{
	bool live = limit == DEVLINK_RELOAD_LIMIT_NO_RESET;
	int err;

	if (!gnic_fw_present(dev)) {
		NL_SET_ERR_MSG_MOD(extack, "the firmware of this device can't be replaced");
		return -EOPNOTSUPP;
	}
	if (!dev->running) {
		NL_SET_ERR_MSG_MOD(extack,
				   "the device is not running: reload it with driver_reinit");
		return -ENETDOWN;
	}
	err = gnic_fw_activate(dev, live ? GNIC_FW_ACTIVATE_LIVE : GNIC_FW_ACTIVATE_RESET);
	if (err == -EBUSY)
		NL_SET_ERR_MSG_MOD(extack,
				   "the stored core firmware needs a reset: activate it without limit");
	else if (err)
		NL_SET_ERR_MSG_FMT_MOD(extack, "the device did not activate the firmware (%d)",
				       err);
	return err;
}

static int gnic_devlink_reload_down(struct devlink *devlink, bool netns_change,
				    enum devlink_reload_action action,
				    enum devlink_reload_limit limit,
				    struct netlink_ext_ack *extack)
{
	struct gnic_dev *dev = devlink_priv(devlink);
	int err;

	if (gnic_dev_gone(dev)) {
		NL_SET_ERR_MSG_MOD(extack, "the device does not answer");
		return -ENODEV;
	}
	if (action == DEVLINK_RELOAD_ACTION_FW_ACTIVATE) {
		err = gnic_devlink_activate(dev, limit, extack);
		if (err || limit == DEVLINK_RELOAD_LIMIT_NO_RESET)
			return err;
	}

	gnic_children_down(dev);
	gnic_dev_unload(dev);
	return 0;
}

static int gnic_devlink_restart(struct gnic_dev *dev, struct netlink_ext_ack *extack)
{
	int err;

	err = gnic_reg_reset(dev);
	if (!err)
		err = gnic_dev_load(dev);
	if (!err)
		gnic_health_well(dev);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "the device did not come up again");
		return err;
	}
	err = gnic_children_up(dev);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "the ports did not come up again");
		goto err_unload;
	}
	return 0;

err_unload:
	gnic_dev_unload(dev);
	return err;
}

static int gnic_devlink_reload_up(struct devlink *devlink, enum devlink_reload_action action,
				  enum devlink_reload_limit limit, u32 *actions_performed,
				  struct netlink_ext_ack *extack)
{
	*actions_performed = BIT(action);
	if (limit == DEVLINK_RELOAD_LIMIT_NO_RESET)
		return 0;

	*actions_performed |= BIT(DEVLINK_RELOAD_ACTION_DRIVER_REINIT);
	return gnic_devlink_restart(devlink_priv(devlink), extack);
}

const struct devlink_ops gnic_devlink_ops = {
	.supported_flash_update_params = DEVLINK_SUPPORT_FLASH_UPDATE_OVERWRITE_MASK,
	.reload_actions		= BIT(DEVLINK_RELOAD_ACTION_DRIVER_REINIT) |
				  BIT(DEVLINK_RELOAD_ACTION_FW_ACTIVATE),
	.reload_limits		= BIT(DEVLINK_RELOAD_LIMIT_NO_RESET),
	.reload_down		= gnic_devlink_reload_down,
	.reload_up		= gnic_devlink_reload_up,
	.info_get		= gnic_info_get,
	.flash_update		= gnic_flash_update,
	.selftest_check		= gnic_devlink_selftest_check,
	.selftest_run		= gnic_devlink_selftest_run,
	.eswitch_mode_get	= gnic_eswitch_mode_get,
	.eswitch_mode_set	= gnic_eswitch_mode_set,
	.port_new		= gnic_group_port_new,
};

static const struct devlink_port_ops gnic_devlink_port_ops = {
	.port_split	= gnic_port_split,
	.port_unsplit	= gnic_port_unsplit,
};

/**
 * gnic_devlink_port_register - devlink port of a NIC port, flavour physical
 * @port: index and card are set
 *
 * Its switch id is there in both eswitch modes: the ports of a card always
 * share one switch.
 */
int gnic_devlink_port_register(struct gnic_port *port)
{
	struct devlink_port_attrs attrs = {};
	struct gnic_hw_port_info info;
	int err;

	err = gnic_port_query(port, &info);
	if (err)
		return err;

	attrs.flavour = DEVLINK_PORT_FLAVOUR_PHYSICAL;
	attrs.phys.port_number = gnic_port_whole(port)->index;
	attrs.phys.split_subport_number = gnic_port_is_half(port);
	attrs.split = gnic_port_whole(port)->split;
	attrs.lanes = info.max_lanes;
	attrs.splittable = info.max_lanes > 1 && port->dev->caps_bits & GNIC_CAP_PORT_SPLIT;
	gnic_eswitch_id(port->dev, &attrs.switch_id);
	port->qp_drain_ms = GNIC_QP_DRAIN_MS;
	memset(&port->dl_port, 0, sizeof(port->dl_port));
	devlink_port_attrs_set(&port->dl_port, &attrs);
	err = devl_port_register_with_ops(gnic_devlink(port->dev), &port->dl_port, port->index,
					  &gnic_devlink_port_ops);
	port->registered = !err;
	return err;
}

void gnic_devlink_port_unregister(struct gnic_port *port)
{
	if (!port->registered)
		return;
	port->registered = false;
	devl_port_unregister(&port->dl_port);
}

/**
 * gnic_devlink_params_register - parameters, reporters and regions of the card
 * @dev: card
 *
 * Once, in probe, before the device is loaded: a reload takes the new values
 * of driverinit parameters out of what is registered here. devl_lock is held.
 */
int gnic_devlink_params_register(struct gnic_dev *dev)
{
	int err;

	err = gnic_param_card_register(dev);
	if (err)
		return err;
	err = gnic_health_init(dev);
	if (err)
		goto err_param_unregister;
	err = gnic_region_init(dev);
	if (err)
		goto err_health_exit;
	return 0;

err_health_exit:
	gnic_health_exit(dev);
err_param_unregister:
	gnic_param_card_unregister(dev);
	return err;
}

void gnic_devlink_params_unregister(struct gnic_dev *dev)
{
	gnic_region_exit(dev);
	gnic_health_exit(dev);
	gnic_param_card_unregister(dev);
}
