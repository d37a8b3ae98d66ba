// SPDX-License-Identifier: GPL-2.0-only
/* Parameters of the card. Those of mode driverinit count when it is loaded. */
#include <linux/log2.h>
#include <linux/netlink.h>

#include "gnic.h"
#include "gnic_eswitch.h"
#include "gnic_fw.h"
#include "gnic_param.h"

#define GNIC_PARAM_EQ_MIN	64
#define GNIC_PARAM_EQ_MAX	4096
#define GNIC_PARAM_EQ_DEFAULT	512
#define GNIC_PARAM_MSIX_MIN	2

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

static int gnic_param_rdma_validate(GNIC_PARAM_VALIDATE_ARGS)
{
	struct gnic_dev *dev = devlink_priv(devlink);

	if (!GNIC_PARAM_VALUE(val)->vbool || dev->caps_bits & GNIC_CAP_RC)
		return 0;
	NL_SET_ERR_MSG_MOD(extack, "enable_rdma: this device has no RC queues");
	return -EOPNOTSUPP;
}

static int gnic_param_eq_validate(GNIC_PARAM_VALIDATE_ARGS)
{
	u32 size = GNIC_PARAM_VALUE(val)->vu32;

	if (is_power_of_2(size) && size >= GNIC_PARAM_EQ_MIN && size <= GNIC_PARAM_EQ_MAX)
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "event_eq_size: a power of two, %u to %u",
			       GNIC_PARAM_EQ_MIN, GNIC_PARAM_EQ_MAX);
	return -EINVAL;
}

static int gnic_param_macs_validate(GNIC_PARAM_VALIDATE_ARGS)
{
	struct gnic_dev *dev = devlink_priv(devlink);
	u32 macs = GNIC_PARAM_VALUE(val)->vu32;
	u32 max = gnic_param_macs_limit(dev);

	if (macs && macs <= max)
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "max_macs: 1 to %u", max);
	return -EINVAL;
}

static u32 gnic_param_u32(struct gnic_dev *dev, u32 id, u32 fallback)
{
	union devlink_param_value value;

	if (devl_param_driverinit_value_get(gnic_devlink(dev), id, &value))
		return fallback;
	return value.vu32;
}

static bool gnic_param_bool(struct gnic_dev *dev, u32 id)
{
	union devlink_param_value value;

	return devl_param_driverinit_value_get(gnic_devlink(dev), id, &value) || value.vbool;
}

static int gnic_param_msix_validate(GNIC_PARAM_VALIDATE_ARGS)
{
	u32 vectors = GNIC_PARAM_VALUE(val)->vu32;
	struct gnic_dev *dev = devlink_priv(devlink);
	u32 min, max;

	gnic_param_msix(dev, &min, &max);
	if (vectors < GNIC_PARAM_MSIX_MIN || vectors > GNIC_VECTORS_MAX) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "msix_vec_per_pf: %u to %u", GNIC_PARAM_MSIX_MIN,
				       GNIC_VECTORS_MAX);
		return -EINVAL;
	}
	if (id == DEVLINK_PARAM_GENERIC_ID_MSIX_VEC_PER_PF_MIN ? vectors <= max : vectors >= min)
		return 0;
	NL_SET_ERR_MSG_MOD(extack, "msix_vec_per_pf_min would be above msix_vec_per_pf_max");
	return -EINVAL;
}

/* Of a card that can't be asked it is left out, and the other parameters are shown. */
static int gnic_param_kept(struct gnic_dev *dev, enum gnic_hw_nvm_setting setting, u32 *value)
{
	return dev->running && !dev->paused ? gnic_nvm_get(dev, setting, value) : -EOPNOTSUPP;
}

/* Now, and what the card keeps for the next load. */
static int gnic_param_reset_get(GNIC_PARAM_GET_ARGS)
{
	struct gnic_dev *dev = devlink_priv(devlink);
	u32 value = dev->error_reset;
	int err = 0;

	if (ctx->cmode == DEVLINK_PARAM_CMODE_PERMANENT)
		err = gnic_param_kept(dev, GNIC_NVM_INTERNAL_ERROR_RESET, &value);
	ctx->val.vbool = value;
	return err;
}

static int gnic_param_store(struct gnic_dev *dev, enum gnic_hw_nvm_setting setting, u32 value,
			    struct netlink_ext_ack *extack)
{
	int err = gnic_nvm_set(dev, setting, value);

	if (err)
		NL_SET_ERR_MSG_FMT_MOD(extack, "the device did not store the value (%d)", err);
	return err;
}

static int gnic_param_reset_set(struct devlink *devlink, u32 id,
				struct devlink_param_gset_ctx *ctx,
				struct netlink_ext_ack *extack)
{
	struct gnic_dev *dev = devlink_priv(devlink);

	if (ctx->cmode == DEVLINK_PARAM_CMODE_PERMANENT)
		return gnic_param_store(dev, GNIC_NVM_INTERNAL_ERROR_RESET, ctx->val.vbool,
					extack);
	WRITE_ONCE(dev->error_reset, ctx->val.vbool);
	return 0;
}

static int gnic_param_snapshot_get(GNIC_PARAM_GET_ARGS)
{
	struct gnic_dev *dev = devlink_priv(devlink);
	u32 value = dev->error_snapshot;
	int err = 0;

	if (ctx->cmode == DEVLINK_PARAM_CMODE_PERMANENT)
		err = gnic_param_kept(dev, GNIC_NVM_REGION_SNAPSHOT, &value);
	ctx->val.vbool = value;
	return err;
}

static int gnic_param_snapshot_set(struct devlink *devlink, u32 id,
				   struct devlink_param_gset_ctx *ctx,
				   struct netlink_ext_ack *extack)
{
	struct gnic_dev *dev = devlink_priv(devlink);

	if (ctx->cmode == DEVLINK_PARAM_CMODE_PERMANENT)
		return gnic_param_store(dev, GNIC_NVM_REGION_SNAPSHOT, ctx->val.vbool, extack);
	WRITE_ONCE(dev->error_snapshot, ctx->val.vbool);
	return 0;
}

#define GNIC_PARAM_INIT		BIT(DEVLINK_PARAM_CMODE_DRIVERINIT)
#define GNIC_PARAM_KEPT \
	(BIT(DEVLINK_PARAM_CMODE_RUNTIME) | BIT(DEVLINK_PARAM_CMODE_PERMANENT))

static const struct devlink_param gnic_card_params[] = {
#ifdef HAVE_PARAM_MAX_SFS
	DEVLINK_PARAM_GENERIC(MAX_SFS, GNIC_PARAM_INIT, NULL, NULL, gnic_param_max_sfs_validate),
#else
	DEVLINK_PARAM_DRIVER(GNIC_CARD_PARAM_MAX_SFS_ID, "max_sfs", DEVLINK_PARAM_TYPE_U32,
			     GNIC_PARAM_INIT, NULL, NULL, gnic_param_max_sfs_validate),
#endif
	DEVLINK_PARAM_GENERIC(ENABLE_ETH, GNIC_PARAM_INIT, NULL, NULL, NULL),
	DEVLINK_PARAM_GENERIC(ENABLE_RDMA, GNIC_PARAM_INIT, NULL, NULL,
			      gnic_param_rdma_validate),
	DEVLINK_PARAM_GENERIC(EVENT_EQ_SIZE, GNIC_PARAM_INIT, NULL, NULL,
			      gnic_param_eq_validate),
	DEVLINK_PARAM_GENERIC(MAX_MACS, GNIC_PARAM_INIT, NULL, NULL, gnic_param_macs_validate),
	DEVLINK_PARAM_GENERIC(MSIX_VEC_PER_PF_MIN, GNIC_PARAM_INIT, NULL, NULL,
			      gnic_param_msix_validate),
	DEVLINK_PARAM_GENERIC(MSIX_VEC_PER_PF_MAX, GNIC_PARAM_INIT, NULL, NULL,
			      gnic_param_msix_validate),
};

/* Of a device that has memory to keep them. */
static const struct devlink_param gnic_card_kept_params[] = {
	DEVLINK_PARAM_GENERIC(INT_ERR_RESET, GNIC_PARAM_KEPT, gnic_param_reset_get,
			      gnic_param_reset_set, NULL),
	DEVLINK_PARAM_GENERIC(REGION_SNAPSHOT, GNIC_PARAM_KEPT, gnic_param_snapshot_get,
			      gnic_param_snapshot_set, NULL),
};

static void gnic_param_card_defaults(struct gnic_dev *dev)
{
	const struct {
		u32 id;
		u32 value;
	} numbers[] = {
		{ GNIC_CARD_PARAM_MAX_SFS_ID, GNIC_VPORT_FUNCTIONS_MAX },
		{ DEVLINK_PARAM_GENERIC_ID_EVENT_EQ_SIZE, GNIC_PARAM_EQ_DEFAULT },
		{ DEVLINK_PARAM_GENERIC_ID_MAX_MACS, gnic_param_macs_limit(dev) },
		{ DEVLINK_PARAM_GENERIC_ID_MSIX_VEC_PER_PF_MIN, GNIC_PARAM_MSIX_MIN },
		{ DEVLINK_PARAM_GENERIC_ID_MSIX_VEC_PER_PF_MAX, GNIC_VECTORS_MAX },
	};
	struct devlink *devlink = gnic_devlink(dev);
	union devlink_param_value value = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		value.vu32 = numbers[i].value;
		devl_param_driverinit_value_set(devlink, numbers[i].id, &value);
	}
	value.vu32 = 0;
	value.vbool = true;
	devl_param_driverinit_value_set(devlink, DEVLINK_PARAM_GENERIC_ID_ENABLE_ETH, &value);
	value.vbool = dev->caps_bits & GNIC_CAP_RC;
	devl_param_driverinit_value_set(devlink, DEVLINK_PARAM_GENERIC_ID_ENABLE_RDMA, &value);
}

/* What the card has kept; a device that can't keep anything has the defaults. */
static void gnic_param_card_load(struct gnic_dev *dev)
{
	u32 value = 1;

	dev->error_reset = !gnic_fw_present(dev) ||
			   gnic_nvm_get(dev, GNIC_NVM_INTERNAL_ERROR_RESET, &value) || value;
	value = 1;
	dev->error_snapshot = !gnic_fw_present(dev) ||
			      gnic_nvm_get(dev, GNIC_NVM_REGION_SNAPSHOT, &value) || value;
}

int gnic_param_card_register(struct gnic_dev *dev)
{
	struct devlink *devlink = gnic_devlink(dev);
	int err;

	err = devl_params_register(devlink, gnic_card_params, ARRAY_SIZE(gnic_card_params));
	if (err)
		return err;
	gnic_param_card_defaults(dev);
	gnic_param_card_load(dev);
	dev->params_kept = gnic_fw_present(dev);
	if (!dev->params_kept)
		return 0;
	err = devl_params_register(devlink, gnic_card_kept_params,
				   ARRAY_SIZE(gnic_card_kept_params));
	if (err)
		devl_params_unregister(devlink, gnic_card_params, ARRAY_SIZE(gnic_card_params));
	return err;
}

void gnic_param_card_unregister(struct gnic_dev *dev)
{
	struct devlink *devlink = gnic_devlink(dev);

	if (dev->params_kept)
		devl_params_unregister(devlink, gnic_card_kept_params,
				       ARRAY_SIZE(gnic_card_kept_params));
	devl_params_unregister(devlink, gnic_card_params, ARRAY_SIZE(gnic_card_params));
}

/* Function ports that may exist: as it was when the device was loaded. */
u32 gnic_param_max_sfs(struct gnic_dev *dev)
{
	u32 functions = le32_to_cpu(dev->caps.functions);

	return min(functions, gnic_param_u32(dev, GNIC_CARD_PARAM_MAX_SFS_ID, functions));
}

u32 gnic_param_event_eq_size(struct gnic_dev *dev)
{
	return gnic_param_u32(dev, DEVLINK_PARAM_GENERIC_ID_EVENT_EQ_SIZE,
			      GNIC_PARAM_EQ_DEFAULT);
}

/* Addresses that the filter of a port takes at all. */
u32 gnic_param_macs_limit(struct gnic_dev *dev)
{
	return clamp_t(u32, le32_to_cpu(dev->caps.filter_macs), 1, GNIC_FILTER_MACS_MAX);
}

u32 gnic_param_max_macs(struct gnic_dev *dev)
{
	u32 limit = gnic_param_macs_limit(dev);

	return min(limit, gnic_param_u32(dev, DEVLINK_PARAM_GENERIC_ID_MAX_MACS, limit));
}

void gnic_param_msix(struct gnic_dev *dev, u32 *min, u32 *max)
{
	*min = gnic_param_u32(dev, DEVLINK_PARAM_GENERIC_ID_MSIX_VEC_PER_PF_MIN,
			      GNIC_PARAM_MSIX_MIN);
	*max = gnic_param_u32(dev, DEVLINK_PARAM_GENERIC_ID_MSIX_VEC_PER_PF_MAX,
			      GNIC_VECTORS_MAX);
}

bool gnic_param_enable_eth(struct gnic_dev *dev)
{
	return gnic_param_bool(dev, DEVLINK_PARAM_GENERIC_ID_ENABLE_ETH);
}

bool gnic_param_enable_rdma(struct gnic_dev *dev)
{
	return gnic_param_bool(dev, DEVLINK_PARAM_GENERIC_ID_ENABLE_RDMA);
}
