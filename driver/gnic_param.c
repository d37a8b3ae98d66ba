// SPDX-License-Identifier: GPL-2.0-only
/* Tables of parameters, and what is common to reading, checking and writing one. */
#include <linux/etherdevice.h>
#include <linux/hex.h>
#include <linux/inet.h>
#include <linux/log2.h>
#include <net/ipv6.h>

#include "gnic.h"
#include "gnic_group.h"
#include "gnic_param.h"

#define GNIC_PARAM_POW2		BIT(0)	/* only powers of two in the range */
#define GNIC_PARAM_SECRET	BIT(1)	/* reads as 0 */
#define GNIC_PARAM_REPORT	BIT(2)	/* is reported, can't be set */

typedef int (*gnic_param_check_t)(struct gnic_dev *dev, const char *name,
				  const union devlink_param_value *val,
				  struct netlink_ext_ack *extack);

/**
 * struct gnic_param - a parameter that has its value in a struct
 * @name: as devlink shows it
 * @type: enum devlink_param_type
 * @flags: GNIC_PARAM_*
 * @offset: of the value in the struct
 * @min: numbers: the least
 * @max: numbers: the greatest
 * @check: what else is asked of it, or NULL
 */
struct gnic_param {
	const char *name;
	u8 type;
	u8 flags;
	u16 offset;
	u32 min;
	u32 max;
	gnic_param_check_t check;
};

static int gnic_param_check_port(struct gnic_dev *dev, const char *name,
				 const union devlink_param_value *val,
				 struct netlink_ext_ack *extack)
{
	if (val->vu8 < dev->num_ports)
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "%s: the card has ports 0 to %u", name,
			       dev->num_ports - 1);
	return -EINVAL;
}

static int gnic_param_check_depth(struct gnic_dev *dev, const char *name,
				  const union devlink_param_value *val,
				  struct netlink_ext_ack *extack)
{
	u32 max = BIT(min_t(u32, le32_to_cpu(dev->caps.wq_log_max), GNIC_WQ_LOG_MAX));

	if (val->vu32 <= max)
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "%s: this device has queues of at most %u", name, max);
	return -EINVAL;
}

static int gnic_param_check_type(struct gnic_dev *dev, const char *name,
				 const union devlink_param_value *val,
				 struct netlink_ext_ack *extack)
{
	if (!strcmp(val->vstr, "raw"))
		return 0;
	if (strcmp(val->vstr, "write")) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "%s: raw or write", name);
		return -EINVAL;
	}
	if (dev->caps_bits & GNIC_CAP_RC)
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "%s: this device has no RC queues for write", name);
	return -EOPNOTSUPP;
}

static bool gnic_param_is_ip(const char *text)
{
	struct in6_addr v6;
	const char *end;
	__be32 v4;

	if (in4_pton(text, -1, (u8 *)&v4, -1, &end) && !*end)
		return !ipv4_is_multicast(v4) && !ipv4_is_zeronet(v4) &&
		       !ipv4_is_lbcast(v4) && !ipv4_is_loopback(v4);
	if (in6_pton(text, -1, v6.s6_addr, -1, &end) && !*end)
		return !ipv6_addr_is_multicast(&v6) && !ipv6_addr_any(&v6) &&
		       !ipv6_addr_loopback(&v6);
	return false;
}

static int gnic_param_check_ip(struct gnic_dev *dev, const char *name,
			       const union devlink_param_value *val,
			       struct netlink_ext_ack *extack)
{
	if (!*val->vstr || gnic_param_is_ip(val->vstr))
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "%s: a unicast IPv4 or IPv6 address, or empty", name);
	return -EINVAL;
}

static int gnic_param_check_mac(struct gnic_dev *dev, const char *name,
				const union devlink_param_value *val,
				struct netlink_ext_ack *extack)
{
	u8 mac[ETH_ALEN];

	if (!*val->vstr)
		return 0;
	if (strlen(val->vstr) == 3 * ETH_ALEN - 1 && mac_pton(val->vstr, mac) &&
	    is_valid_ether_addr(mac))
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "%s: a unicast Ethernet address, or empty", name);
	return -EINVAL;
}

/* X(member of struct gnic_group_config = name, type, flags, min, max, check) */
#define GNIC_GROUP_PARAMS(X) \
	X(port,			U8,	0, 0, U8_MAX, gnic_param_check_port) \
	X(qp_type,		STRING,	0, 0, 0, gnic_param_check_type) \
	X(qp_count,		U32,	0, 1, GNIC_QP_COUNT_MAX, NULL) \
	X(qpn_base,		U32,	GNIC_PARAM_REPORT, 0, U32_MAX, NULL) \
	X(qp_wq_depth,		U32,	GNIC_PARAM_POW2, 16, 32768, gnic_param_check_depth) \
	X(qp_path_mtu,		U32,	GNIC_PARAM_POW2, 1024, 8192, NULL) \
	X(qp_retry_timeout,	U8,	0, 0, 31, NULL) \
	X(qp_retry_count,	U8,	0, 0, U8_MAX, NULL) \
	X(priority,		U8,	0, 0, 3, NULL) \
	X(peer_ip,		STRING,	0, 0, 0, gnic_param_check_ip) \
	X(peer_mac,		STRING,	0, 0, 0, gnic_param_check_mac) \
	X(peer_qpn_base,	U32,	0, 0, GNIC_QPN_MASK, NULL) \
	X(local_ip,		STRING,	0, 0, 0, gnic_param_check_ip) \
	X(udp_sport,		U16,	0, 0xc000, 0xffff, NULL) \
	X(local_key,		U32,	GNIC_PARAM_SECRET, 0, U32_MAX, NULL) \
	X(remote_key,		U32,	GNIC_PARAM_SECRET, 0, U32_MAX, NULL)

#define GNIC_PARAM_ID_FIRST	(DEVLINK_PARAM_GENERIC_ID_MAX + 1)

enum gnic_group_param_id {
	GNIC_GROUP_PARAM_ID_BEFORE = DEVLINK_PARAM_GENERIC_ID_MAX,
#define X(field, type, flags, min, max, check) GNIC_GROUP_PARAM_##field,
	GNIC_GROUP_PARAMS(X)
#undef X
};

static const struct gnic_param gnic_group_params[] = {
#define X(field, t, f, lo, hi, c) { \
	.name = #field, \
	.type = DEVLINK_PARAM_TYPE_##t, \
	.flags = f, \
	.offset = offsetof(struct gnic_group_config, field), \
	.min = lo, \
	.max = hi, \
	.check = c, \
},
	GNIC_GROUP_PARAMS(X)
#undef X
};

const struct gnic_group_config gnic_group_config_default = {
	.qp_type = "write",
	.qp_count = 1,
	.qp_wq_depth = 256,
	.qp_path_mtu = 1024,
	.qp_retry_timeout = 16,
	.qp_retry_count = 7,
	.udp_sport = 0xc000,
};

enum gnic_group_type gnic_group_config_type(const struct gnic_group_config *config)
{
	return strcmp(config->qp_type, "raw") ? GNIC_GROUP_WRITE : GNIC_GROUP_RAW;
}

static u32 gnic_param_number(const struct gnic_param *param,
			     const union devlink_param_value *val)
{
	switch (param->type) {
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
	NL_SET_ERR_MSG_FMT_MOD(extack, "%s: %s%u to %u", param->name,
			       pow2 ? "a power of two, " : "", param->min, param->max);
	return -EINVAL;
}

static int gnic_param_check(const struct gnic_param *param, struct gnic_dev *dev,
			    const union devlink_param_value *val,
			    struct netlink_ext_ack *extack)
{
	int err = 0;

	if (param->flags & GNIC_PARAM_REPORT) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "%s is reported, it can't be set", param->name);
		return -EOPNOTSUPP;
	}
	if (param->type != DEVLINK_PARAM_TYPE_STRING)
		err = gnic_param_check_range(param, val, extack);
	if (!err && param->check)
		err = param->check(dev, param->name, val, extack);
	return err;
}

static void gnic_param_load(const struct gnic_param *param, const void *values,
			    union devlink_param_value *val)
{
	const void *from = values + param->offset;

	switch (param->type) {
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

	switch (param->type) {
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

static int gnic_param_group_get(GNIC_PARAM_GET_ARGS)
{
	const struct gnic_param *param = &gnic_group_params[id - GNIC_PARAM_ID_FIRST];
	struct gnic_group *group = gnic_group_of(devlink);

	mutex_lock(&group->lock);
	gnic_param_load(param, &group->config, &ctx->val);
	mutex_unlock(&group->lock);
	return 0;
}

static int gnic_param_group_set(struct devlink *devlink, u32 id,
				struct devlink_param_gset_ctx *ctx,
				struct netlink_ext_ack *extack)
{
	const struct gnic_param *param = &gnic_group_params[id - GNIC_PARAM_ID_FIRST];
	struct gnic_group *group = gnic_group_of(devlink);
	struct gnic_group_config config;
	int err;

	mutex_lock(&group->lock);
	config = group->config;
	gnic_param_store(param, &config, &ctx->val);
	err = gnic_group_configure(group, &config, extack);
	mutex_unlock(&group->lock);
	return err;
}

static int gnic_param_group_validate(GNIC_PARAM_VALIDATE_ARGS)
{
	return gnic_param_check(&gnic_group_params[id - GNIC_PARAM_ID_FIRST],
				gnic_group_of(devlink)->dev, GNIC_PARAM_VALUE(val), extack);
}

static const struct devlink_param gnic_group_devlink_params[] = {
#define X(field, type, flags, min, max, check) \
	DEVLINK_PARAM_DRIVER(GNIC_GROUP_PARAM_##field, #field, DEVLINK_PARAM_TYPE_##type, \
			     BIT(DEVLINK_PARAM_CMODE_RUNTIME), gnic_param_group_get, \
			     gnic_param_group_set, gnic_param_group_validate),
	GNIC_GROUP_PARAMS(X)
#undef X
};

int gnic_param_group_register(struct devlink *devlink)
{
	return devl_params_register(devlink, gnic_group_devlink_params,
				    ARRAY_SIZE(gnic_group_devlink_params));
}

void gnic_param_group_unregister(struct devlink *devlink)
{
	devl_params_unregister(devlink, gnic_group_devlink_params,
			       ARRAY_SIZE(gnic_group_devlink_params));
}
