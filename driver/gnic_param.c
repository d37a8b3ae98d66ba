// SPDX-License-Identifier: GPL-2.0-only
/* Tables of parameters, and what is common to reading, checking and writing one. */
#include <linux/in.h>
#include <linux/log2.h>

#include "gnic.h"
#include "gnic_group.h"
#include "gnic_param.h"
#include "gnic_param_check.h"

#define GNIC_PARAM_POW2		BIT(0)	/* only powers of two in the range */
#define GNIC_PARAM_SECRET	BIT(1)	/* reads as 0 */
#define GNIC_PARAM_REPORT	BIT(2)	/* is reported, can't be set */

/**
 * struct gnic_param - a parameter that has its value in a struct
 * @dl: as devlink knows it
 * @flags: GNIC_PARAM_*
 * @offset: of the value in the struct
 * @min: numbers: the least
 * @max: numbers: the greatest
 * @check: what else is asked of it, or NULL
 */
struct gnic_param {
	struct devlink_param dl;
	u8 flags;
	u16 offset;
	u32 min;
	u32 max;
	gnic_param_check_fn *check;
};

const struct gnic_group_config gnic_group_config_default = {
	.qp_type = "write",
	.qp_count = 1,
	.qp_wq_depth = 256,
	.qp_rdv_depth = 256 << GNIC_RDV_RATIO_LOG,
	.qp_path_mtu = 1024,
	.qp_retry_timeout = 16,
	.qp_retry_count = 7,
	.qp_rnr_retry = 7,
	.udp_sport = 0xc000,
	.cc_mode = "none",
	.cc_window = 24,
	.cc_target_delay = 50,
	.loss_recovery = "go_back_n",
	.icrc_order = "roce",
	.encap = "none",
	.encap_protocol = IPPROTO_IPIP,
	.encap_udp_port = 6080,	/* GUE */
};

/* That the rings of its QPs keep. */
u32 gnic_group_config_offers(const struct gnic_group_config *config)
{
	switch (gnic_group_config_type(config)) {
	case GNIC_GROUP_SEND_RDV:
	case GNIC_GROUP_READ_RDV_ENDP:
		return config->qp_count * config->qp_rdv_depth;
	default:
		return 0;
	}
}

static u32 gnic_param_number(const struct gnic_param *param,
			     const union devlink_param_value *val)
{
	switch (param->dl.type) {
	case DEVLINK_PARAM_TYPE_U8:
		return val->vu8;
	case DEVLINK_PARAM_TYPE_U16:
		return val->vu16;
	default:
		return val->vu32;
	}
}

static int gnic_param_check_range(const struct gnic_param *param,
				  const union devlink_param_value *val,
				  struct netlink_ext_ack *extack)
{
	u32 number = gnic_param_number(param, val);
	bool pow2 = param->flags & GNIC_PARAM_POW2;

	if (number >= param->min && number <= param->max && (!pow2 || is_power_of_2(number)))
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "%s: %s%u to %u", param->dl.name,
			       pow2 ? "a power of two, " : "", param->min, param->max);
	return -EINVAL;
}

static int gnic_param_check(const struct gnic_param *param, struct gnic_dev *dev,
			    const union devlink_param_value *val,
			    struct netlink_ext_ack *extack)
{
	int err = 0;

	if (param->flags & GNIC_PARAM_REPORT) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "%s is reported, it can't be set", param->dl.name);
		return -EOPNOTSUPP;
	}
	if (param->dl.type != DEVLINK_PARAM_TYPE_STRING &&
	    param->dl.type != DEVLINK_PARAM_TYPE_BOOL)
		err = gnic_param_check_range(param, val, extack);
	if (!err && param->check)
		err = param->check(dev, param->dl.name, val, extack);
	return err;
}

static void gnic_param_load(const struct gnic_param *param, const void *values,
			    union devlink_param_value *val)
{
	const void *from = values + param->offset;

	switch (param->dl.type) {
	case DEVLINK_PARAM_TYPE_BOOL:
		val->vbool = *(const bool *)from;
		break;
	case DEVLINK_PARAM_TYPE_U8:
		val->vu8 = *(const u8 *)from;
		break;
	case DEVLINK_PARAM_TYPE_U16:
		val->vu16 = *(const u16 *)from;
		break;
	case DEVLINK_PARAM_TYPE_U32:
		val->vu32 = param->flags & GNIC_PARAM_SECRET ? 0 : *(const u32 *)from;
		break;
	default:
		strscpy(val->vstr, from, sizeof(val->vstr));
	}
}

static void gnic_param_store(const struct gnic_param *param, void *values,
			     const union devlink_param_value *val)
{
	void *to = values + param->offset;

	switch (param->dl.type) {
	case DEVLINK_PARAM_TYPE_BOOL:
		*(bool *)to = val->vbool;
		break;
	case DEVLINK_PARAM_TYPE_U8:
		*(u8 *)to = val->vu8;
		break;
	case DEVLINK_PARAM_TYPE_U16:
		*(u16 *)to = val->vu16;
		break;
	case DEVLINK_PARAM_TYPE_U32:
		*(u32 *)to = val->vu32;
		break;
	default:
		strscpy(to, val->vstr, GNIC_PARAM_STRING);
	}
}

static const struct gnic_param *gnic_param_find(u32 id);

static int gnic_param_group_get(GNIC_PARAM_GET_ARGS)
{
	struct gnic_group *group = gnic_group_of(devlink);

	mutex_lock(&group->lock);
	gnic_param_load(gnic_param_find(id), &group->config, &ctx->val);
	mutex_unlock(&group->lock);
	return 0;
}

static int gnic_param_group_set(struct devlink *devlink, u32 id,
				struct devlink_param_gset_ctx *ctx,
				struct netlink_ext_ack *extack)
{
	struct gnic_group *group = gnic_group_of(devlink);
	struct gnic_group_config config;
	int err;

	mutex_lock(&group->lock);
	config = group->config;
	gnic_param_store(gnic_param_find(id), &config, &ctx->val);
	err = gnic_group_configure(group, &config, extack);
	mutex_unlock(&group->lock);
	return err;
}

static int gnic_param_group_validate(GNIC_PARAM_VALIDATE_ARGS)
{
	return gnic_param_check(gnic_param_find(id), gnic_group_of(devlink)->dev,
				GNIC_PARAM_VALUE(val), extack);
}

/* The number of a parameter says where its value is: nobody else has that place. */
#define GNIC_PARAM_ID(member) \
	(DEVLINK_PARAM_GENERIC_ID_MAX + 1 + offsetof(struct gnic_group_config, member))

#define GNIC_PARAM(member, kind, bits, least, most, function) { \
	.dl = DEVLINK_PARAM_DRIVER(GNIC_PARAM_ID(member), #member, DEVLINK_PARAM_TYPE_##kind, \
				   BIT(DEVLINK_PARAM_CMODE_RUNTIME), gnic_param_group_get, \
				   gnic_param_group_set, gnic_param_group_validate), \
	.flags = bits, \
	.offset = offsetof(struct gnic_group_config, member), \
	.min = least, \
	.max = most, \
	.check = function, \
}

static const struct gnic_param gnic_group_params[] = {
	GNIC_PARAM(port,	     U8,     0, 0, U8_MAX, gnic_param_check_port),
	GNIC_PARAM(qp_type,	     STRING, 0, 0, 0, gnic_param_check_type),
	GNIC_PARAM(qp_count,	     U32,    0, 1, GNIC_QP_COUNT_MAX, NULL),
	GNIC_PARAM(qpn_base,	     U32,    GNIC_PARAM_REPORT, 0, U32_MAX, NULL),
	GNIC_PARAM(qp_wq_depth,	     U32,    GNIC_PARAM_POW2, 16, 32768, gnic_param_check_depth),
	GNIC_PARAM(qp_rdv_depth,     U32,    GNIC_PARAM_POW2, BIT(GNIC_RDV_LOG_MIN),
		   BIT(GNIC_RDV_LOG_MAX), NULL),
	GNIC_PARAM(qp_path_mtu,	     U32,    GNIC_PARAM_POW2, 1024, 8192, NULL),
	GNIC_PARAM(qp_retry_timeout, U8,     0, 0, 31, NULL),
	GNIC_PARAM(qp_adaptive_timeout, BOOL, 0, 0, 0, gnic_param_check_adaptive),
	GNIC_PARAM(qp_retry_count,   U8,     0, 0, U8_MAX, NULL),
	GNIC_PARAM(qp_rnr_retry,     U8,     0, 0, 7, NULL),
	GNIC_PARAM(priority,	     U8,     0, 0, 3, NULL),
	GNIC_PARAM(loopback,	     BOOL,   0, 0, 0, gnic_param_check_loopback),
	GNIC_PARAM(peer_ip,	     STRING, 0, 0, 0, gnic_param_check_ip),
	GNIC_PARAM(peer_ip_token,    STRING, 0, 0, 0, gnic_param_check_token),
	GNIC_PARAM(peer_mac,	     STRING, 0, 0, 0, gnic_param_check_mac),
	GNIC_PARAM(peer_qpn_base,    U32,    0, 0, GNIC_QPN_MASK, NULL),
	GNIC_PARAM(local_ip,	     STRING, 0, 0, 0, gnic_param_check_ip),
	GNIC_PARAM(local_ip_token,   STRING, 0, 0, 0, gnic_param_check_token),
	GNIC_PARAM(udp_sport,	     U16,    0, 0xc000, 0xffff, NULL),
	GNIC_PARAM(cc_mode,	     STRING, 0, 0, 0, gnic_param_check_cc),
	GNIC_PARAM(cc_window,	     U32,    0, 1, GNIC_QP_WINDOW_MAX, NULL),
	GNIC_PARAM(cc_target_delay,  U32,    0, 1, GNIC_QP_DELAY_MAX, NULL),
	GNIC_PARAM(loss_recovery,    STRING, 0, 0, 0, gnic_param_check_recovery),
	GNIC_PARAM(icrc_order,	     STRING, 0, 0, 0, gnic_param_check_icrc),
	GNIC_PARAM(encap,	     STRING, 0, 0, 0, gnic_param_check_encap),
	GNIC_PARAM(encap_protocol,   U8,     0, 0, U8_MAX, gnic_param_check_encap_protocol),
	GNIC_PARAM(encap_udp_port,   U16,    0, 1, U16_MAX, gnic_param_check_encap_port),
	GNIC_PARAM(encap_header,     STRING, 0, 0, 0, gnic_param_check_encap_header),
	GNIC_PARAM(local_key,	     U32,    GNIC_PARAM_SECRET, 0, U32_MAX, NULL),
	GNIC_PARAM(remote_key,	     U32,    GNIC_PARAM_SECRET, 0, U32_MAX, NULL),
};

/* Only numbers that were registered come here. */
static const struct gnic_param *gnic_param_find(u32 id)
{
	const struct gnic_param *param = gnic_group_params;

	while (param->dl.id != id)
		param++;
	return param;
}

static void gnic_param_group_unregister_some(struct devlink *devlink, unsigned int count)
{
	while (count--)
		devl_params_unregister(devlink, &gnic_group_params[count].dl, 1);
}

int gnic_param_group_register(struct devlink *devlink)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(gnic_group_params); i++) {
		err = devl_params_register(devlink, &gnic_group_params[i].dl, 1);
		if (err)
			goto err_unregister;
	}
	return 0;

err_unregister:
	gnic_param_group_unregister_some(devlink, i);
	return err;
}

void gnic_param_group_unregister(struct devlink *devlink)
{
	gnic_param_group_unregister_some(devlink, ARRAY_SIZE(gnic_group_params));
}
