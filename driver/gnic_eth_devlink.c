// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devlink instance auxiliary/gnic.eth.N of a NIC port. devlink has no
 * parameters of ports, so a port that has some is an instance, nested in the
 * card's.
 */
#include "gnic.h"
#include "gnic_param.h"

static const struct devlink_ops gnic_eth_devlink_ops = {
};

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
	err = gnic_param_port_register(devlink);
	if (!err)
		devl_register(devlink);
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

	devl_lock(devlink);
	devl_unregister(devlink);
	gnic_param_port_unregister(devlink);
	devl_unlock(devlink);
	devlink_free(devlink);
}
