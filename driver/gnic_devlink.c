// SPDX-License-Identifier: GPL-2.0-only
/* The card's devlink instance: info, reload, eswitch mode, ports, parameters. */
#include <linux/netlink.h>

#include "gnic.h"
#include "gnic_eswitch.h"
#include "gnic_group.h"
#include "gnic_health.h"
#include "gnic_param.h"

#define GNIC_INFO_INTERFACE	"hw.interface"	/* version of the contract */

static int gnic_devlink_info_serial(struct gnic_dev *dev, struct devlink_info_req *req)
{
	char buf[17];

	snprintf(buf, sizeof(buf), "%016llx", gnic_rd64(dev, GNIC_CTL_SERIAL_LO));
	return devlink_info_serial_number_put(req, buf);
}

static int gnic_devlink_info_asic(struct gnic_dev *dev, struct devlink_info_req *req)
{
	char buf[8];
	int err;

	snprintf(buf, sizeof(buf), "%04x", dev->pdev->device);
	err = devlink_info_version_fixed_put(req, DEVLINK_INFO_VERSION_GENERIC_ASIC_ID, buf);
	if (err)
		return err;

	snprintf(buf, sizeof(buf), "%02x", dev->pdev->revision);
	return devlink_info_version_fixed_put(req, DEVLINK_INFO_VERSION_GENERIC_ASIC_REV, buf);
}

static int gnic_devlink_info_interface(struct gnic_dev *dev, struct devlink_info_req *req)
{
	u32 version = gnic_rd32(dev, GNIC_CTL_VERSION);
	char buf[16];

	snprintf(buf, sizeof(buf), "%lu.%lu", FIELD_GET(GNIC_CTL_VERSION_MAJOR, version),
		 FIELD_GET(GNIC_CTL_VERSION_MINOR, version));
	return devlink_info_version_fixed_put(req, GNIC_INFO_INTERFACE, buf);
}

/* The device has one image, so what is stored is what runs. */
static int gnic_devlink_info_fw(struct gnic_dev *dev, struct devlink_info_req *req)
{
	u32 fw = gnic_rd32(dev, GNIC_CTL_FW_VERSION);
	char buf[24];
	int err;

	snprintf(buf, sizeof(buf), "%lu.%lu.%lu", FIELD_GET(GNIC_CTL_FW_MAJOR, fw),
		 FIELD_GET(GNIC_CTL_FW_MINOR, fw), FIELD_GET(GNIC_CTL_FW_PATCH, fw));
	err = devlink_info_version_running_put(req, DEVLINK_INFO_VERSION_GENERIC_FW, buf);
	if (err)
		return err;
	return devlink_info_version_stored_put(req, DEVLINK_INFO_VERSION_GENERIC_FW, buf);
}

static int gnic_devlink_info_get(struct devlink *devlink, struct devlink_info_req *req,
				 struct netlink_ext_ack *extack)
{
	static int (* const infos[])(struct gnic_dev *dev, struct devlink_info_req *req) = {
		gnic_devlink_info_serial,
		gnic_devlink_info_asic,
		gnic_devlink_info_interface,
		gnic_devlink_info_fw,
	};
	struct gnic_dev *dev = devlink_priv(devlink);
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(infos); i++) {
		err = infos[i](dev, req);
		if (err)
			return err;
	}
	if (gnic_dev_gone(dev)) {
		NL_SET_ERR_MSG_MOD(extack, "the device does not answer");
		return -ENODEV;
	}
	return 0;
}

static int gnic_devlink_reload_down(struct devlink *devlink, bool netns_change,
				    enum devlink_reload_action action,
				    enum devlink_reload_limit limit,
				    struct netlink_ext_ack *extack)
{
	struct gnic_dev *dev = devlink_priv(devlink);

	if (netns_change) {
		NL_SET_ERR_MSG_MOD(extack, "the card stays in its network namespace");
		return -EOPNOTSUPP;
	}
	if (gnic_dev_gone(dev)) {
		NL_SET_ERR_MSG_MOD(extack, "the device does not answer");
		return -ENODEV;
	}

	gnic_children_down(dev);
	gnic_dev_unload(dev);
	return 0;
}

static int gnic_devlink_reload_up(struct devlink *devlink, enum devlink_reload_action action,
				  enum devlink_reload_limit limit, u32 *actions_performed,
				  struct netlink_ext_ack *extack)
{
	struct gnic_dev *dev = devlink_priv(devlink);
	int err;

	*actions_performed = BIT(DEVLINK_RELOAD_ACTION_DRIVER_REINIT);

	err = gnic_reg_reset(dev);
	if (!err)
		err = gnic_dev_load(dev);
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

const struct devlink_ops gnic_devlink_ops = {
	.reload_actions		= BIT(DEVLINK_RELOAD_ACTION_DRIVER_REINIT),
	.reload_down		= gnic_devlink_reload_down,
	.reload_up		= gnic_devlink_reload_up,
	.info_get		= gnic_devlink_info_get,
	.eswitch_mode_get	= gnic_eswitch_mode_get,
	.eswitch_mode_set	= gnic_eswitch_mode_set,
	.port_new		= gnic_group_port_new,
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
	attrs.phys.port_number = port->index;
	attrs.lanes = info.max_lanes;
	gnic_eswitch_id(port->dev, &attrs.switch_id);
	port->qp_drain_ms = GNIC_QP_DRAIN_MS;
	memset(&port->dl_port, 0, sizeof(port->dl_port));
	devlink_port_attrs_set(&port->dl_port, &attrs);
	return devl_port_register(gnic_devlink(port->dev), &port->dl_port, port->index);
}

void gnic_devlink_port_unregister(struct gnic_port *port)
{
	devl_port_unregister(&port->dl_port);
}

/**
 * gnic_devlink_params_register - parameters and reporters of the card
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
	return 0;

err_param_unregister:
	gnic_param_card_unregister(dev);
	return err;
}

void gnic_devlink_params_unregister(struct gnic_dev *dev)
{
	gnic_health_exit(dev);
	gnic_param_card_unregister(dev);
}
