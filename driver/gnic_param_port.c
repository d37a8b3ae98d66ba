// SPDX-License-Identifier: GPL-2.0-only
/* Parameters of a NIC port. */
#include <linux/netlink.h>

#include "gnic.h"
#include "gnic_param.h"

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
