// SPDX-License-Identifier: GPL-2.0-only
/* Commands of a script that send messages, or ask for them. */
#include <ctype.h>
#include <string.h>

#include "err.h"
#include "parse.h"
#include "reduction.h"
#include "script.h"

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

/* The near end of the message is where it comes from, not where it goes. */
static bool script_rdma_sends(const struct script_rdma *rdma)
{
	return rdma->cmd.op != DRM_GNIC_OP_RDV_RECV && rdma->cmd.op != DRM_GNIC_OP_RDV_READ;
}

/* What the far end learns; or of a read this one. */
static int script_told_option(struct script_rdma *rdma, int argc, char **argv, int i)
{
	const char *next = argv[i + 1];

	if (strcmp(argv[i], "tag") == 0 && rdma->cmd.op == DRM_GNIC_OP_RDV_READ) {
		rdma->cmd.data = parse_u32("tag", next);
		return 2;
	}
	if (!script_rdma_sends(rdma))
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
	return script_rows_option(rdma, argc, argv, i);
}

/* Returns how many words the option at @argv[@i] has, 0: it is none. */
static int script_rdma_option(struct script_rdma *rdma, int argc, char **argv, int i)
{
	if (strcmp(argv[i], "sync") == 0) {
		rdma->sync = true;
		return 1;
	}
	if (strcmp(argv[i], "walk") == 0) {
		rdma->walk = true;
		return 1;
	}
	if (i + 1 == argc)
		return 0;
	if (strcmp(argv[i], "count") == 0) {
		rdma->count = parse_u64("count", argv[i + 1]);
		return 2;
	}
	if (reduction_op(argv[i]) && rdma->cmd.op == DRM_GNIC_OP_RDMA_WRITE) {
		rdma->cmd.reduction = reduction_parse(argv[i], argv[i + 1]);
		return 2;
	}
	return script_told_option(rdma, argc, argv, i);
}

static const char *script_rdma_words(uint32_t op)
{
	switch (op) {
	case DRM_GNIC_OP_RDMA_WRITE:
		return "imm X, signal SOB N, OP TYPE, rows ROW STRIDE [to STRIDE], ";
	case DRM_GNIC_OP_RDV_READ:
		return "tag X, ";
	case DRM_GNIC_OP_RDV_RECV:
		return "";
	default:
		return "imm X, signal SOB N, ";
	}
}

static void script_rdma_options(struct script_rdma *rdma, int argc, char **argv, int i)
{
	int taken;

	for (; i < argc; i += taken) {
		taken = script_rdma_option(rdma, argc, argv, i);
		if (!taken)
			usage_error("%s: \"%s\": %scount N, walk, sync may stand here", argv[0],
				    argv[i], script_rdma_words(rdma->cmd.op));
	}
}

/* At the far end, too, if an address of it is known. */
static void script_rdma_walk(struct drm_gnic_cmd *cmd, uint64_t step)
{
	if (cmd->op != DRM_GNIC_OP_RDV_RECV)
		cmd->src_offset += step;
	if (cmd->op != DRM_GNIC_OP_SEND && cmd->op != DRM_GNIC_OP_RDV_SEND)
		cmd->dst_offset += step;
}

/* As many at once as the device takes: each submission has a fence, and an interrupt. */
static void script_rdma_submit(const struct script_rdma *rdma)
{
	uint64_t step = rdma->walk ? rdma->cmd.size : 0, max = SCRIPT_BATCH;
	uint64_t left, n, i, at = 0;
	struct drm_gnic_cmd cmds[SCRIPT_BATCH];

	if (max > gnic_accel_info(rdma->ctx->acc)->submit_max)
		max = gnic_accel_info(rdma->ctx->acc)->submit_max;
	if (rdma->sync)
		max = 1;
	for (left = rdma->count; left; left -= n) {
		n = left < max ? left : max;
		for (i = 0; i < n; i++, at += step) {
			cmds[i] = rdma->cmd;
			script_rdma_walk(&cmds[i], at);
		}
		script_submit(rdma->ctx, cmds, n);
		if (rdma->sync)
			script_sync(rdma->ctx);
	}
}

/* Word 1 is the group, @piece memory of this end; returns how much of it is used. */
static uint64_t script_rdma_begin(struct script *script, struct script_rdma *rdma, char **argv,
				  char *piece, uint64_t size)
{
	struct script_group *group;
	struct script_buf *buf;
	uint64_t offset, span;

	if (!size || size > DRM_GNIC_CMD_SIZE_MAX)
		usage_error("%s: size 1 .. %#x", argv[0], DRM_GNIC_CMD_SIZE_MAX);
	if (rdma->walk && rdma->count > UINT64_MAX / size)
		usage_error("%s: count %llu is too much to walk", argv[0],
			    (unsigned long long)rdma->count);
	span = rdma->walk ? size * rdma->count : size;
	group = script_group_qp(script, argv[1], &rdma->cmd.qp);
	buf = script_piece(script, piece, &offset, &span);
	if (buf->ctx != group->ctx)
		usage_error("%s: %s and %s belong to different contexts", argv[0], group->name,
			    buf->name);
	rdma->ctx = group->ctx;
	rdma->cmd.group = group->fd;
	*(script_rdma_sends(rdma) ? &rdma->cmd.src : &rdma->cmd.dst) = buf->bo->handle;
	*(script_rdma_sends(rdma) ? &rdma->cmd.src_offset : &rdma->cmd.dst_offset) = offset;
	rdma->cmd.size = size;
	return span;
}

static void script_rdma(struct script *script, int argc, char **argv)
{
	struct script_rdma rdma = { .count = 1, .cmd.op = DRM_GNIC_OP_RDMA_WRITE };
	uint64_t span;

	script_rdma_options(&rdma, argc, argv, 5);
	span = script_rdma_begin(script, &rdma, argv, argv[2], parse_u64("size", argv[4]));
	rdma.cmd.dst_offset = script_remote(script, argv[3], span);
	script_rows(&rdma, argv[0]);
	script_rdma_submit(&rdma);
}

/* Where it goes, or comes from, the far end says. */
static void script_message(struct script *script, int argc, char **argv, enum drm_gnic_op op)
{
	struct script_rdma rdma = { .count = 1, .cmd.op = op };

	script_rdma_options(&rdma, argc, argv, 4);
	script_rdma_begin(script, &rdma, argv, argv[2], parse_u64("size", argv[3]));
	script_rdma_submit(&rdma);
}

static void script_send(struct script *script, int argc, char **argv)
{
	script_message(script, argc, argv, DRM_GNIC_OP_SEND);
}

static void script_rdv_send(struct script *script, int argc, char **argv)
{
	script_message(script, argc, argv, DRM_GNIC_OP_RDV_SEND);
}

static void script_rdv_recv(struct script *script, int argc, char **argv)
{
	script_message(script, argc, argv, DRM_GNIC_OP_RDV_RECV);
}

static void script_rdv_read(struct script *script, int argc, char **argv)
{
	struct script_rdma rdma = { .count = 1, .cmd.op = DRM_GNIC_OP_RDV_READ };
	uint64_t span;

	script_rdma_options(&rdma, argc, argv, 5);
	span = script_rdma_begin(script, &rdma, argv, argv[3], parse_u64("size", argv[4]));
	rdma.cmd.src_offset = script_remote(script, argv[2], span);
	script_rdma_submit(&rdma);
}

const struct script_cmd script_rdma_cmds[] = {
	{ "rdma", script_rdma, 4, 20,
	  "GROUP[.QP] SRC[+OFF] DST SIZE [OP TYPE] [imm X] [signal SOB N] [count N] [walk] [sync]"
	  " [rows ROW STRIDE [to STRIDE]]",
	  "RDMA WRITE; DST: address, or NAME[+OFF] of this script" },
	{ "send", script_send, 3, 12,
	  "GROUP[.QP] SRC[+OFF] SIZE [imm X] [signal SOB N] [count N] [walk] [sync]",
	  "SEND, into the buffer that is next at the far end" },
	{ "rdvsend", script_rdv_send, 3, 12,
	  "GROUP[.QP] SRC[+OFF] SIZE [imm X] [signal SOB N] [count N] [walk] [sync]",
	  "rendezvous: into the buffer that the far end offers next" },
	{ "rdvrecv", script_rdv_recv, 3, 7, "GROUP[.QP] DST[+OFF] SIZE [count N] [walk] [sync]",
	  "rendezvous: offer a buffer" },
	{ "rdvread", script_rdv_read, 4, 10,
	  "GROUP[.QP] FROM DST[+OFF] SIZE [tag X] [count N] [walk] [sync]",
	  "rendezvous: read from the far end; FROM: address, or NAME[+OFF] of this script" },
	{ 0 }
};
