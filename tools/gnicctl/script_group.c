// SPDX-License-Identifier: GPL-2.0-only
/* Commands of a script about QP groups. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect.h"
#include "err.h"
#include "out.h"
#include "parse.h"
#include "reduction.h"
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
};

#define SCRIPT_EVENTS	(sizeof(script_events) / sizeof(script_events[0]))

/* "GROUP.QP" or "GROUP": cuts the text; @qp stays as it was if there is none. */
static struct script_group *script_group_qp(struct script *script, char *text, uint32_t *qp)
{
	char *dot = strchr(text, '.');

	if (dot) {
		*dot = '\0';
		*qp = parse_u32("QP", dot + 1);
	}
	return script_group_find(script, text);
}

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
	out_str("type", info.type == DRM_GNIC_GROUP_RAW ? "raw" : "write");
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
	out_close();
}

/* ---- rdma ---- */

struct script_rdma {
	struct script_ctx *ctx;
	struct drm_gnic_cmd cmd;
	struct drm_gnic_rows rows;
	uint64_t count;
	bool sync;	/* the next one is submitted when this one is done */
	bool walk;	/* the next one begins where this one ends */
};

/* A number, or a piece of any buffer, for whose address it stands. */
static uint64_t script_remote(struct script *script, char *text, uint64_t size)
{
	struct script_buf *buf;
	uint64_t offset;

	if (isdigit((unsigned char)text[0]))
		return parse_u64("remote address", text);
	buf = script_piece(script, text, &offset, &size);
	return buf->bo->address + offset;
}

/* "rows ROW STRIDE": here alone; "to STRIDE" behind it: at the far end, too. */
static int script_rows_option(struct script_rdma *rdma, int argc, char **argv, int i)
{
	struct drm_gnic_rows *rows = &rdma->rows;

	if (rdma->cmd.op != DRM_GNIC_OP_RDMA_WRITE)
		return 0;
	if (strcmp(argv[i], "to") == 0 && rows->row) {
		rows->sides = DRM_GNIC_ROWS_EACH;
		rows->stride[2] = parse_u32("to", argv[i + 1]);
		return 2;
	}
	if (strcmp(argv[i], "rows") || i + 2 >= argc)
		return 0;
	*rows = gnic_accel_rows(DRM_GNIC_ROWS_HERE, parse_u32("rows", argv[i + 1]), 1, 0);
	rows->stride[0] = parse_u32("rows", argv[i + 2]);
	if (!rows->row)
		usage_error("%s: rows of 0 bytes", argv[0]);
	return 3;
}

/* How many of them there are the size says. */
static void script_rows(struct script_rdma *rdma, const char *command)
{
	struct drm_gnic_rows *rows = &rdma->rows;
	uint64_t count;

	if (!rows->row)
		return;
	if (rdma->walk)
		usage_error("%s: rows do not walk", command);
	count = rdma->cmd.size / rows->row;
	if (rdma->cmd.size % rows->row || !count || count > UINT16_MAX)
		usage_error("%s: the size is not 1 .. %u rows of %u bytes", command, UINT16_MAX,
			    rows->row);
	if (count == 1)
		rows->stride[0] = rows->stride[2] = 0;
	rows->count[0] = count;
	if (rows->sides == DRM_GNIC_ROWS_EACH)
		rows->count[2] = count;
	rdma->cmd.rows = (uintptr_t)rows;
}

/* Returns how many words the option at @argv[@i] has, 0: it is none. */
static int script_rdma_option(struct script_rdma *rdma, int argc, char **argv, int i)
{
	const char *next = i + 1 < argc ? argv[i + 1] : NULL;

	if (strcmp(argv[i], "sync") == 0) {
		rdma->sync = true;
		return 1;
	}
	if (strcmp(argv[i], "walk") == 0) {
		rdma->walk = true;
		return 1;
	}
	if (!next)
		return 0;
	if (strcmp(argv[i], "signal") == 0 && i + 2 < argc) {
		rdma->cmd = gnic_accel_signal(rdma->cmd, parse_u32("sync object", next),
					      parse_u32("value", argv[i + 2]));
		return 3;
	}
	if (strcmp(argv[i], "imm") == 0) {
		rdma->cmd.data = parse_u32("imm", next);
		rdma->cmd.flags |= DRM_GNIC_CMD_IMMEDIATE;
		return 2;
	}
	if (strcmp(argv[i], "count") == 0) {
		rdma->count = parse_u64("count", next);
		return 2;
	}
	if (reduction_op(argv[i]) && rdma->cmd.op == DRM_GNIC_OP_RDMA_WRITE) {
		rdma->cmd.reduction = reduction_parse(argv[i], next);
		return 2;
	}
	return script_rows_option(rdma, argc, argv, i);
}

static void script_rdma_options(struct script_rdma *rdma, int argc, char **argv, int i)
{
	int taken;

	for (; i < argc; i += taken) {
		taken = script_rdma_option(rdma, argc, argv, i);
		if (!taken)
			usage_error("%s: \"%s\": imm X, signal SOB N, count N, walk, sync%s may stand here",
				    argv[0], argv[i],
				    rdma->cmd.op == DRM_GNIC_OP_SEND ?
				    "" : ", OP TYPE, rows ROW STRIDE [to STRIDE]");
	}
}

static void script_rdma_submit(const struct script_rdma *rdma)
{
	uint64_t step = rdma->walk ? rdma->cmd.size : 0;
	struct drm_gnic_cmd cmds[SCRIPT_BATCH];
	uint64_t left, n, i, at = 0;

	for (left = rdma->count; left; left -= n) {
		n = rdma->sync ? 1 : left < SCRIPT_BATCH ? left : SCRIPT_BATCH;
		for (i = 0; i < n; i++, at += step) {
			cmds[i] = rdma->cmd;
			cmds[i].src_offset += at;
			if (cmds[i].op == DRM_GNIC_OP_RDMA_WRITE)
				cmds[i].dst_offset += at;
		}
		script_submit(rdma->ctx, cmds, n);
		if (rdma->sync)
			script_sync(rdma->ctx);
	}
}

/* Words 1 and 2 are the group and the source; returns how much of it is used. */
static uint64_t script_rdma_begin(struct script *script, struct script_rdma *rdma, char **argv,
				  uint64_t size)
{
	struct script_group *group;
	struct script_buf *src;
	uint64_t offset, span;

	if (!size || size > DRM_GNIC_CMD_SIZE_MAX)
		usage_error("%s: size 1 .. %#x", argv[0], DRM_GNIC_CMD_SIZE_MAX);
	if (rdma->walk && rdma->count > UINT64_MAX / size)
		usage_error("%s: count %llu is too much to walk", argv[0],
			    (unsigned long long)rdma->count);
	span = rdma->walk ? size * rdma->count : size;
	group = script_group_qp(script, argv[1], &rdma->cmd.qp);
	src = script_piece(script, argv[2], &offset, &span);
	if (src->ctx != group->ctx)
		usage_error("%s: %s and %s belong to different contexts", argv[0], group->name,
			    src->name);
	rdma->ctx = group->ctx;
	rdma->cmd.group = group->fd;
	rdma->cmd.src = src->bo->handle;
	rdma->cmd.src_offset = offset;
	rdma->cmd.size = size;
	return span;
}

static void script_rdma(struct script *script, int argc, char **argv)
{
	struct script_rdma rdma = { .count = 1, .cmd.op = DRM_GNIC_OP_RDMA_WRITE };
	uint64_t span;

	script_rdma_options(&rdma, argc, argv, 5);
	span = script_rdma_begin(script, &rdma, argv, parse_u64("size", argv[4]));
	rdma.cmd.dst_offset = script_remote(script, argv[3], span);
	script_rows(&rdma, argv[0]);
	script_rdma_submit(&rdma);
}

static void script_send(struct script *script, int argc, char **argv)
{
	struct script_rdma rdma = { .count = 1, .cmd.op = DRM_GNIC_OP_SEND };

	script_rdma_options(&rdma, argc, argv, 4);
	script_rdma_begin(script, &rdma, argv, parse_u64("size", argv[3]));
	script_rdma_submit(&rdma);
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
	int timeout = argc > 3 ? 1000 * (int)parse_u32("timeout", argv[3]) : SCRIPT_TIMEOUT_MS;
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
			collect.timeout_ms = 1000 * (int)parse_u32("timeout", argv[i]);
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
	{ "rdma", script_rdma, 4, 20,
	  "GROUP[.QP] SRC[+OFF] DST SIZE [OP TYPE] [imm X] [signal SOB N] [count N] [walk] [sync]"
	  " [rows ROW STRIDE [to STRIDE]]",
	  "RDMA WRITE; DST: address, or NAME[+OFF] of this script" },
	{ "send", script_send, 3, 12,
	  "GROUP[.QP] SRC[+OFF] SIZE [imm X] [signal SOB N] [count N] [walk] [sync]",
	  "SEND, into the buffer that is next at the far end" },
	{ "event", script_event, 2, 3, "GROUP TYPE [SECONDS]",
	  "wait for active, inactive, removed, qp_error, recv, rdma, ..." },
	{ "recv", script_recv, 4, 4, "GROUP[.QP] NAME[+OFF] SIZE COUNT",
	  "COUNT buffers of SIZE bytes for each QP" },
	{ "collect", script_collect, 3, 5, "GROUP FILE COUNT [udp] [SECONDS]",
	  "frames, UDP payloads, or SENDs, into a file in order of arrival" },
	{ 0 }
};
