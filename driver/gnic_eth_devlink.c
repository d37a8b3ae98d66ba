// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devlink instance auxiliary/gnic.eth.N of a NIC port. devlink has no
 * parameters of ports, so a port that has some is an instance, nested in the
 * card's.
 */
#include "gnic.h"
#include "gnic_param.h"
#include "gnic_port_health.h"
#include "gnic_resource.h"

static const struct devlink_ops gnic_eth_devlink_ops = {
};

static int gnic_eth_devlink_register(struct gnic_port *port, struct devlink *devlink)
{
	int err;

	err = gnic_param_port_register(devlink);
	if (err)
		return err;
	err = gnic_port_health_init(port, devlink);
	if (err)
		goto err_param_unregister;
	err = gnic_resource_port_init(port, devlink);
	if (err)
		goto err_health_exit;
	devl_register(devlink);
	return 0;

err_health_exit:
	gnic_port_health_exit(port);
err_param_unregister:
	gnic_param_port_unregister(devlink);
	return err;
}

/**
 * gnic_eth_devlink_create - the instance, registered
 * @adev: child gnic.eth.N; its probe calls
 *
 * The card's devl_lock may be held or not: the order is card, then nested
 * instance.
 */
struct devlink *gnic_eth_devlink_create(struct gnic_adev *adev)
{
	struct devlink *card = gnic_devlink(adev->dev);
	struct gnic_port **priv;
	struct devlink *devlink;
	int err;

	devlink = devlink_alloc_ns(&gnic_eth_devlink_ops, sizeof(*priv), devlink_net(card),
				   &adev->adev.dev);
	if (!devlink)
		return ERR_PTR(-ENOMEM);
	priv = devlink_priv(devlink);
	*priv = adev->port;

	err = devl_nested_devlink_set(card, devlink);
	if (err)
		goto err_free;

	devl_lock(devlink);
	err = gnic_eth_devlink_register(adev->port, devlink);
	devl_unlock(devlink);
	if (err)
		goto err_free;
	return devlink;

err_free:
	devlink_free(devlink);
	return ERR_PTR(err);
}

void gnic_eth_devlink_destroy(struct gnic_adev *adev)
{
	struct devlink *devlink = adev->port->devlink;

	gnic_port_health_stop(adev->port);
	devl_lock(devlink);
	devl_unregister(devlink);
	gnic_resource_port_exit(devlink);
	gnic_port_health_exit(adev->port);
	gnic_param_port_unregister(devlink);
	devl_unlock(devlink);
	devlink_free(devlink);
}
