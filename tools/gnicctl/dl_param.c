// SPDX-License-Identifier: GPL-2.0-only
/* devlink parameters of an instance. */
#include <linux/devlink.h>
#include <linux/netlink.h>

#include "dl.h"
#include "dl_nl.h"
#include "out.h"

/* The numbers that devlink gives the types of a value, those of libmnl. */
enum dl_param_type {
	DL_PARAM_U8	= MNL_TYPE_U8,
	DL_PARAM_U16	= MNL_TYPE_U16,
	DL_PARAM_U32	= MNL_TYPE_U32,
	DL_PARAM_U64	= MNL_TYPE_U64,
	DL_PARAM_STRING	= MNL_TYPE_STRING,
	DL_PARAM_FLAG	= MNL_TYPE_FLAG,
};

static void dl_param_data(const char *name, enum dl_param_type type, const struct nlattr *data)
{
	switch (type) {
	case DL_PARAM_U8:
		out_u64(name, mnl_attr_get_u8(data));
		break;
	case DL_PARAM_U16:
		out_u64(name, mnl_attr_get_u16(data));
		break;
	case DL_PARAM_U32:
		out_u64(name, mnl_attr_get_u32(data));
		break;
	case DL_PARAM_U64:
		out_u64(name, mnl_attr_get_u64(data));
		break;
	case DL_PARAM_STRING:
		out_str(name, mnl_attr_get_str(data));
		break;
	case DL_PARAM_FLAG:
		break;
	}
}

/* The first value: of the only configuration mode that our parameters have. */
static void dl_param_value(const char *name, enum dl_param_type type, const struct nlattr *list)
{
	const struct nlattr *table[DEVLINK_ATTR_MAX + 1], *value;

	mnl_attr_for_each_nested(value, list) {
		nl_parse_nest(value, table, DEVLINK_ATTR_MAX);
		if (type == DL_PARAM_FLAG)
			out_bool(name, table[DEVLINK_ATTR_PARAM_VALUE_DATA]);
		else if (table[DEVLINK_ATTR_PARAM_VALUE_DATA])
			dl_param_data(name, type, table[DEVLINK_ATTR_PARAM_VALUE_DATA]);
		return;
	}
}

static int dl_param_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *table[DEVLINK_ATTR_MAX + 1];

	(void)data;
	nl_parse(nlh, DL_HEADER, table, DEVLINK_ATTR_MAX);
	if (!table[DEVLINK_ATTR_PARAM])
		return MNL_CB_OK;
	nl_parse_nest(table[DEVLINK_ATTR_PARAM], table, DEVLINK_ATTR_MAX);
	if (table[DEVLINK_ATTR_PARAM_NAME] && table[DEVLINK_ATTR_PARAM_TYPE] &&
	    table[DEVLINK_ATTR_PARAM_VALUES_LIST])
		dl_param_value(mnl_attr_get_str(table[DEVLINK_ATTR_PARAM_NAME]),
			       mnl_attr_get_u8(table[DEVLINK_ATTR_PARAM_TYPE]),
			       table[DEVLINK_ATTR_PARAM_VALUES_LIST]);
	return MNL_CB_OK;
}

void dl_out_params(const char *dev)
{
	struct nl_request request;

	out_open("params");
	dl_begin(&request, DEVLINK_CMD_PARAM_GET, NLM_F_DUMP, dev);
	dl_talk(&request, dl_param_cb, NULL);
	out_close();
}
