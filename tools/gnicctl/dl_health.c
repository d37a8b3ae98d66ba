// SPDX-License-Identifier: GPL-2.0-only
/* devlink health reporters: what they diagnose, as objects of the printer. */
#include <linux/devlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>

#include "dl.h"
#include "dl_nl.h"
#include "err.h"
#include "out.h"

#define DL_REPORTERS	16
#define DL_FMSG_DEPTH	16

struct dl_reporters {
	char name[DL_REPORTERS][32];
	unsigned int count;
};

/* ---- the formatted message: a stream of brackets, names and values ---- */

/**
 * struct dl_fmsg - where in the stream we are
 * @depth: open brackets
 * @opened: by bracket: the printer has an object or array open for it
 * @name: of the value to come
 * @type: of the value to come
 */
struct dl_fmsg {
	int depth;
	bool opened[DL_FMSG_DEPTH];
	char name[64];
	int type;
};

static const char *dl_fmsg_name(struct dl_fmsg *fmsg)
{
	return fmsg->name[0] ? fmsg->name : "value";
}

static void dl_fmsg_open(struct dl_fmsg *fmsg, bool opened)
{
	if (fmsg->depth + 1 == DL_FMSG_DEPTH)
		fail("a reporter's message is nested too deeply");
	fmsg->opened[++fmsg->depth] = opened;
}

/* The outermost object is the reporter's own, which is open already. */
static void dl_fmsg_object(struct dl_fmsg *fmsg)
{
	if (fmsg->depth)
		out_open(dl_fmsg_name(fmsg));
	dl_fmsg_open(fmsg, fmsg->depth);
	fmsg->name[0] = '\0';
}

static void dl_fmsg_array(struct dl_fmsg *fmsg)
{
	out_open_array(dl_fmsg_name(fmsg));
	dl_fmsg_open(fmsg, true);
	fmsg->name[0] = '\0';
}

static void dl_fmsg_end(struct dl_fmsg *fmsg)
{
	if (!fmsg->depth)
		return;
	if (fmsg->opened[fmsg->depth--])
		out_close();
}

static void dl_fmsg_value(struct dl_fmsg *fmsg, const struct nlattr *attr)
{
	const char *name = dl_fmsg_name(fmsg);

	switch (fmsg->type) {
	case MNL_TYPE_FLAG:
		out_bool(name, mnl_attr_get_u8(attr));
		break;
	case MNL_TYPE_U8:
		out_u64(name, mnl_attr_get_u8(attr));
		break;
	case MNL_TYPE_U32:
		out_u64(name, mnl_attr_get_u32(attr));
		break;
	case MNL_TYPE_U64:
		out_u64(name, mnl_attr_get_u64(attr));
		break;
	case MNL_TYPE_NUL_STRING:
		out_str(name, mnl_attr_get_str(attr));
		break;
	}
}

static void dl_fmsg_token(struct dl_fmsg *fmsg, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case DEVLINK_ATTR_FMSG_OBJ_NEST_START:
		dl_fmsg_object(fmsg);
		break;
	case DEVLINK_ATTR_FMSG_PAIR_NEST_START:
		dl_fmsg_open(fmsg, false);
		break;
	case DEVLINK_ATTR_FMSG_ARR_NEST_START:
		dl_fmsg_array(fmsg);
		break;
	case DEVLINK_ATTR_FMSG_NEST_END:
		dl_fmsg_end(fmsg);
		break;
	case DEVLINK_ATTR_FMSG_OBJ_NAME:
		snprintf(fmsg->name, sizeof(fmsg->name), "%s", mnl_attr_get_str(attr));
		break;
	case DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE:
		fmsg->type = mnl_attr_get_u8(attr);
		break;
	case DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA:
		dl_fmsg_value(fmsg, attr);
		break;
	}
}

static int dl_fmsg_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *table[DEVLINK_ATTR_MAX + 1], *attr;

	nl_parse(nlh, DL_HEADER, table, DEVLINK_ATTR_MAX);
	if (table[DEVLINK_ATTR_FMSG])
		mnl_attr_for_each_nested(attr, table[DEVLINK_ATTR_FMSG])
			dl_fmsg_token(data, attr);
	return MNL_CB_OK;
}

/* ---- reporters ---- */

static int dl_reporter_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *table[DEVLINK_ATTR_MAX + 1];
	struct dl_reporters *reporters = data;

	nl_parse(nlh, DL_HEADER, table, DEVLINK_ATTR_MAX);
	if (!table[DEVLINK_ATTR_HEALTH_REPORTER] || reporters->count == DL_REPORTERS)
		return MNL_CB_OK;
	nl_parse_nest(table[DEVLINK_ATTR_HEALTH_REPORTER], table, DEVLINK_ATTR_MAX);
	if (table[DEVLINK_ATTR_HEALTH_REPORTER_NAME])
		snprintf(reporters->name[reporters->count++], sizeof(reporters->name[0]), "%s",
			 mnl_attr_get_str(table[DEVLINK_ATTR_HEALTH_REPORTER_NAME]));
	return MNL_CB_OK;
}

static int dl_diagnose(const char *dev, const char *reporter, mnl_cb_t cb, void *data)
{
	struct nl_request request;

	dl_begin(&request, DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE, 0, dev);
	mnl_attr_put_strz(request.nlh, DEVLINK_ATTR_HEALTH_REPORTER_NAME, reporter);
	return dl_talk(&request, cb, data);
}

static void dl_out_reporter(const char *dev, const char *name)
{
	struct dl_fmsg fmsg = { 0 };
	int err;

	out_open(name);
	err = dl_diagnose(dev, name, dl_fmsg_cb, &fmsg);
	while (fmsg.depth)
		dl_fmsg_end(&fmsg);
	if (err)
		out_str("error", strerror(-err));
	out_close();
}

void dl_out_reporters(const char *dev)
{
	struct dl_reporters reporters = { 0 };
	struct nl_request request;
	unsigned int i;

	dl_begin(&request, DEVLINK_CMD_HEALTH_REPORTER_GET, NLM_F_DUMP, dev);
	dl_talk(&request, dl_reporter_cb, &reporters);
	for (i = 0; i < reporters.count; i++)
		dl_out_reporter(dev, reporters.name[i]);
}

/* ---- one value ---- */

struct dl_wanted {
	const char *name;
	bool here;		/* the value to come is it */
	bool found;
	uint32_t value;
};

static void dl_wanted_token(struct dl_wanted *wanted, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case DEVLINK_ATTR_FMSG_OBJ_NAME:
		wanted->here = strcmp(mnl_attr_get_str(attr), wanted->name) == 0;
		break;
	case DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA:
		if (!wanted->here)
			break;
		wanted->found = true;
		wanted->value = mnl_attr_get_payload_len(attr) == sizeof(uint8_t) ?
				mnl_attr_get_u8(attr) : mnl_attr_get_u32(attr);
		break;
	}
}

static int dl_wanted_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *table[DEVLINK_ATTR_MAX + 1], *attr;

	nl_parse(nlh, DL_HEADER, table, DEVLINK_ATTR_MAX);
	if (table[DEVLINK_ATTR_FMSG])
		mnl_attr_for_each_nested(attr, table[DEVLINK_ATTR_FMSG])
			dl_wanted_token(data, attr);
	return MNL_CB_OK;
}

bool dl_diagnose_bool(const char *dev, const char *reporter, const char *name)
{
	struct dl_wanted wanted = { .name = name };

	dl_diagnose(dev, reporter, dl_wanted_cb, &wanted);
	return wanted.value;
}

bool dl_diagnose_is(const char *dev, const char *reporter, const char *name, uint32_t value)
{
	struct dl_wanted wanted = { .name = name };

	dl_diagnose(dev, reporter, dl_wanted_cb, &wanted);
	return wanted.found && wanted.value == value;
}
