// SPDX-License-Identifier: GPL-2.0-only
/* Parameters of the card and of its ports. */
#include <linux/netlink.h>

#include "gnic.h"
#include "gnic_eswitch.h"
#include "gnic_param.h"

/* The name became a generic one later. */
#ifdef HAVE_PARAM_MAX_SFS
#define GNIC_CARD_PARAM_MAX_SFS_ID	DEVLINK_PARAM_GENERIC_ID_MAX_SFS
#else
#define GNIC_CARD_PARAM_MAX_SFS_ID	(DEVLINK_PARAM_GENERIC_ID_MAX + 1)
#endif

static int gnic_param_max_sfs_validate(GNIC_PARAM_VALIDATE_ARGS)
{
	if (GNIC_PARAM_VALUE(val)->vu32 <= GNIC_VPORT_FUNCTIONS_MAX)
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "max_sfs: 0 to %u", GNIC_VPORT_FUNCTIONS_MAX);
	return -EINVAL;
}

static const struct devlink_param gnic_card_params[] = {
#ifdef HAVE_PARAM_MAX_SFS
	DEVLINK_PARAM_GENERIC(MAX_SFS, BIT(DEVLINK_PARAM_CMODE_DRIVERINIT), NULL, NULL,
			      gnic_param_max_sfs_validate),
#else
	DEVLINK_PARAM_DRIVER(GNIC_CARD_PARAM_MAX_SFS_ID, "max_sfs", DEVLINK_PARAM_TYPE_U32,
			     BIT(DEVLINK_PARAM_CMODE_DRIVERINIT), NULL, NULL,
			     gnic_param_max_sfs_validate),
#endif
};

int gnic_param_card_register(struct gnic_dev *dev)
{
	union devlink_param_value value = { .vu32 = GNIC_VPORT_FUNCTIONS_MAX };
	struct devlink *devlink = gnic_devlink(dev);
	int err;

	err = devl_params_register(devlink, gnic_card_params, ARRAY_SIZE(gnic_card_params));
	if (err)
		return err;
	devl_param_driverinit_value_set(devlink, GNIC_CARD_PARAM_MAX_SFS_ID, &value);
	return 0;
}

void gnic_param_card_unregister(struct gnic_dev *dev)
{
	devl_params_unregister(gnic_devlink(dev), gnic_card_params,
			       ARRAY_SIZE(gnic_card_params));
}

/* Function ports that may exist: as it was when the device was loaded. */
u32 gnic_param_max_sfs(struct gnic_dev *dev)
{
	u32 functions = le32_to_cpu(dev->caps.functions);
	union devlink_param_value value;
	int err;

	err = devl_param_driverinit_value_get(gnic_devlink(dev), GNIC_CARD_PARAM_MAX_SFS_ID,
					      &value);
	return err ? functions : min(functions, value.vu32);
}

#define GNIC_PORT_PARAM_QP_DRAIN	(DEVLINK_PARAM_GENERIC_ID_MAX + 1)

static struct gnic_port *gnic_param_port_of(struct devlink *devlink)
{
	struct gnic_port **priv = devlink_priv(devlink);

	return *priv;
}

static int gnic_param_qp_drain_get(GNIC_PARAM_GET_ARGS)
{
	ctx->val.vu32 = READ_ONCE(gnic_param_port_of(devlink)->qp_drain_ms);
	return 0;
}

static int gnic_param_qp_drain_set(struct devlink *devlink, u32 id,
				   struct devlink_param_gset_ctx *ctx,
				   struct netlink_ext_ack *extack)
{
	WRITE_ONCE(gnic_param_port_of(devlink)->qp_drain_ms, ctx->val.vu32);
	return 0;
}

static int gnic_param_qp_drain_validate(GNIC_PARAM_VALIDATE_ARGS)
{
	if (GNIC_PARAM_VALUE(val)->vu32 <= GNIC_QP_DRAIN_MS_MAX)
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "qp_drain_time_ms: 0 to %u", GNIC_QP_DRAIN_MS_MAX);
	return -EINVAL;
}

static const struct devlink_param gnic_port_params[] = {
	DEVLINK_PARAM_DRIVER(GNIC_PORT_PARAM_QP_DRAIN, "qp_drain_time_ms",
			     DEVLINK_PARAM_TYPE_U32, BIT(DEVLINK_PARAM_CMODE_RUNTIME),
			     gnic_param_qp_drain_get, gnic_param_qp_drain_set,
			     gnic_param_qp_drain_validate),
};

int gnic_param_port_register(struct devlink *devlink)
{
	return devl_params_register(devlink, gnic_port_params, ARRAY_SIZE(gnic_port_params));
}

void gnic_param_port_unregister(struct devlink *devlink)
{
	devl_params_unregister(devlink, gnic_port_params, ARRAY_SIZE(gnic_port_params));
}
