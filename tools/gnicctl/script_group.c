// SPDX-License-Identifier: GPL-2.0-only
/* Commands of a script about QP groups, but for messages. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect.h"
#include "err.h"
#include "out.h"
#include "parse.h"
#include "script.h"

#define SCRIPT_TIMEOUT_MS	10000

static const char *const script_events[] = {
	[DRM_GNIC_EVENT_ACTIVE]		= "active",
	[DRM_GNIC_EVENT_INACTIVE]	= "inactive",
	[DRM_GNIC_EVENT_REMOVED]	= "removed",
	[DRM_GNIC_EVENT_QP_ERROR]	= "qp_error",
	[DRM_GNIC_EVENT_RECV]		= "recv",
	[DRM_GNIC_EVENT_RDMA]		= "rdma",
	[DRM_GNIC_EVENT_QP_RECOVERED]	= "qp_recovered",
	[DRM_GNIC_EVENT_DB_OVERRUN]	= "db_overrun",
	[DRM_GNIC_EVENT_CQ_ERROR]	= "cq_error",
	[DRM_GNIC_EVENT_LINK_DOWN]	= "link_down",
	[DRM_GNIC_EVENT_LINK_UP]	= "link_up",
	[DRM_GNIC_EVENT_EQ_OVERRUN]	= "eq_overrun",
};

#define SCRIPT_EVENTS	(sizeof(script_events) / sizeof(script_events[0]))

/* As devlink has them. */
static const char *const script_types[] = {
	[DRM_GNIC_GROUP_RAW]		= "raw",
	[DRM_GNIC_GROUP_WRITE]		= "write",
	[DRM_GNIC_GROUP_SEND_RDV]	= "send_rdv",
	[DRM_GNIC_GROUP_RECV_RDV]	= "recv_rdv",
	[DRM_GNIC_GROUP_READ_RDV]	= "read_rdv",
	[DRM_GNIC_GROUP_READ_RDV_ENDP]	= "read_rdv_endp",
};

#define SCRIPT_TYPES	(sizeof(script_types) / sizeof(script_types[0]))

/* ---- hold ---- */

static void script_hold(struct script *script, int argc, char **argv)
{
	struct script_group *group = script_group_new(script, argv[1]);
	struct script_ctx *ctx = script_ctx(script);
	int fd = gnic_accel_hold(ctx->acc, parse_u32("group", argv[2]));

	(void)argc;
	if (fd < 0)
		fail_errno(-fd, "group %s", argv[2]);
	group->fd = fd;
	group->ctx = ctx;
}

static void script_release(struct script *script, int argc, char **argv)
{
	struct script_group *group = script_group_find(script, argv[1]);

	(void)argc;
	receiver_end(&group->receiver);
	close(group->fd);
	memset(group, 0, sizeof(*group));
}

static void script_info(struct script_group *group, struct drm_gnic_group_info *info)
{
	int err = gnic_accel_group_info(group->ctx->acc, group->fd, info);

	if (err)
		fail_errno(-err, "group %s", group->name);
}

static void script_group_print(struct script *script, int argc, char **argv)
{
	struct script_group *group = script_group_find(script, argv[1]);
	struct drm_gnic_group_info info;

	(void)argc;
	script_info(group, &info);
	out_open(NULL);
	out_str("name", group->name);
	out_u64("sfnum", info.sfnum);
	out_str("type", info.type < SCRIPT_TYPES ? script_types[info.type] : "unknown");
	out_bool("active", info.flags & DRM_GNIC_GROUP_ACTIVE);
	out_bool("link", info.flags & DRM_GNIC_GROUP_LINK);
	out_bool("removed", info.flags & DRM_GNIC_GROUP_REMOVED);
	out_u64("port", info.port);
	out_u64("generation", info.generation);
	out_u64("qpn_base", info.qpn_base);
	out_u64("qp_count", info.qp_count);
	out_u64("peer_qpn_base", info.peer_qpn_base);
	out_u64("depth", info.depth);
	out_u64("path_mtu", info.path_mtu);
	if (info.rdv_depth)
		out_u64("rdv_depth", info.rdv_depth);
	out_close();
}

/* ---- events ---- */

static uint32_t script_event_type(const char *name)
{
	char names[256] = "";
	uint32_t type;

	for (type = 1; type < SCRIPT_EVENTS; type++)
		if (strcmp(script_events[type], name) == 0)
			return type;
	for (type = 1; type < SCRIPT_EVENTS; type++) {
		strcat(names, " ");
		strcat(names, script_events[type]);
	}
	usage_error("\"%s\" is no event:%s", name, names);
}

static void script_event_print(const struct script_group *group,
			       const struct drm_gnic_event *event)
{
	out_open(NULL);
	out_str("name", group->name);
	out_str("event", event->type < SCRIPT_EVENTS ? script_events[event->type] : "unknown");
	out_u64("qp", event->qp);
	out_u64("bytes", event->bytes);
	out_hex("tag", event->tag);
	out_hex("syndrome", event->syndrome);
	out_u64("lost", event->lost);
	out_close();
}

/* Others that come before it are printed, too. */
static void script_event(struct script *script, int argc, char **argv)
{
	struct script_group *group = script_group_find(script, argv[1]);
	int timeout = argc > 3 ? parse_timeout("timeout", argv[3]) : SCRIPT_TIMEOUT_MS;
	uint32_t type = script_event_type(argv[2]);
	struct drm_gnic_event event;
	int ret;

	while ((ret = gnic_accel_event(group->fd, &event, timeout)) > 0) {
		script_event_print(group, &event);
		if (event.type == type)
			return;
	}
	if (ret < 0)
		fail_errno(-ret, "group %s", group->name);
	fail("group %s: no event \"%s\" in %d s", group->name, argv[2], timeout / 1000);
}

/* ---- frames ---- */

static void script_recv(struct script *script, int argc, char **argv)
{
	uint32_t slot = parse_u32("buffer size", argv[3]);
	uint64_t offset, size = 0;
	uint32_t qp = UINT32_MAX;
	struct script_group *group = script_group_qp(script, argv[1], &qp);
	struct script_buf *buf = script_piece(script, argv[2], &offset, &size);
	struct receiver *receiver = &group->receiver;
	struct drm_gnic_group_info info;

	(void)argc;
	if (receiver->qps)
		usage_error("recv: group %s has buffers already", group->name);
	if (buf->ctx != group->ctx)
		usage_error("recv: %s and %s belong to different contexts", group->name, buf->name);
	script_info(group, &info);
	receiver->acc = group->ctx->acc;
	receiver->group = group->fd;
	receiver->bo = buf->bo;
	receiver->offset = offset;
	receiver->slot = slot;
	receiver->count = parse_u32("count", argv[4]);
	receiver->first_qp = qp == UINT32_MAX ? 0 : qp;
	receiver->qp_count = qp == UINT32_MAX ? info.qp_count : 1;
	if (!slot || !receiver->count || !receiver->qp_count ||
	    size / slot / receiver->count < receiver->qp_count)
		usage_error("recv: %u QPs, %s buffers of %s bytes each: more than %s has",
			    receiver->qp_count, argv[4], argv[3], buf->name);
	receiver_start(receiver);
}

static void script_collect(struct script *script, int argc, char **argv)
{
	struct script_group *group = script_group_find(script, argv[1]);
	struct collect collect = {
		.receiver = &group->receiver,
		.file = argv[2],
		.count = parse_u64("count", argv[3]),
		.timeout_ms = SCRIPT_TIMEOUT_MS,
	};
	int i;

	for (i = 4; i < argc; i++) {
		if (strcmp(argv[i], "udp") == 0)
			collect.udp = true;
		else
			collect.timeout_ms = parse_timeout("timeout", argv[i]);
	}
	if (!group->receiver.qps)
		usage_error("collect: group %s has no buffers: recv comes first", group->name);
	collect_run(&collect);
	out_open(NULL);
	out_str("name", group->name);
	collect_out(&collect);
	out_close();
	if (collect.frames < collect.count)
		fail("group %s: %llu of %llu frames", group->name,
		     (unsigned long long)collect.frames, (unsigned long long)collect.count);
}

const struct script_cmd script_group_cmds[] = {
	{ "hold", script_hold, 2, 2, "NAME SFNUM", "own a QP group" },
	{ "release", script_release, 1, 1, "GROUP", "give it back" },
	{ "group", script_group_print, 1, 1, "GROUP", "its state" },
	{ "event", script_event, 2, 3, "GROUP TYPE [SECONDS]",
	  "wait for active, inactive, removed, qp_error, recv, rdma, ..." },
	{ "recv", script_recv, 4, 4, "GROUP[.QP] NAME[+OFF] SIZE COUNT",
	  "COUNT buffers of SIZE bytes for each QP" },
	{ "collect", script_collect, 3, 5, "GROUP FILE COUNT [udp] [SECONDS]",
	  "frames, UDP payloads, or SENDs, into a file in order of arrival" },
	{ 0 }
};
