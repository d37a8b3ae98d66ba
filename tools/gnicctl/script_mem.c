// SPDX-License-Identifier: GPL-2.0-only
/* Commands of a script about memory. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "file.h"
#include "out.h"
#include "parse.h"
#include "reduction.h"
#include "script.h"

static uint64_t script_size(int argc, char **argv, int at)
{
	uint64_t size = argc > at ? parse_u64("size", argv[at]) : 0;

	if (argc > at && !size)
		usage_error("size: 0 bytes");
	return size;
}

/* The words of @argv from @at on. */
static uint32_t script_bo_flags(int argc, char **argv, int at)
{
	uint32_t flags = 0;

	for (; at < argc; at++)
		if (strcmp(argv[at], "remote") == 0)
			flags |= DRM_GNIC_BO_REMOTE_WRITE;
		else if (strcmp(argv[at], "readable") == 0)
			flags |= DRM_GNIC_BO_REMOTE_READ;
		else if (strcmp(argv[0], "alloc") == 0 && strcmp(argv[at], "host") == 0)
			flags |= DRM_GNIC_BO_HOST;
		else
			usage_error("%s: \"%s\" may not stand here", argv[0], argv[at]);
	return flags;
}

static void script_alloc(struct script *script, int argc, char **argv)
{
	struct script_ctx *ctx = script_ctx(script);
	uint64_t size = script_size(argc, argv, 2);
	struct script_buf *buf = script_buf_new(script, argv[1]);
	uint32_t flags = script_bo_flags(argc, argv, 3);
	int err;

	err = gnic_accel_bo_create(ctx->acc, &buf->bo, size, flags);
	if (err)
		fail_errno(-err, "%s: %#llx bytes", argv[1], (unsigned long long)size);
	buf->ctx = ctx;
}

/* By a dma-buf, which goes when both have it. */
static void script_share(struct script *script, int argc, char **argv)
{
	struct script_ctx *ctx = script_ctx(script);
	struct script_buf *from = script_buf_find(script, argv[1]);
	struct script_buf *buf = script_buf_new(script, argv[2]);
	uint32_t flags = script_bo_flags(argc, argv, 3);
	int err, fd;

	fd = gnic_accel_bo_export(from->bo, DRM_RDWR);
	if (fd < 0)
		fail_errno(-fd, "share %s", argv[1]);
	err = gnic_accel_bo_import(ctx->acc, &buf->bo, fd, flags);
	close(fd);
	if (err)
		fail_errno(-err, "share %s: %s", argv[1], argv[2]);
	buf->ctx = ctx;
}

static void script_free(struct script *script, int argc, char **argv)
{
	struct script_buf *buf = script_buf_find(script, argv[1]);

	(void)argc;
	gnic_accel_bo_destroy(buf->bo);
	buf->ctx = NULL;
}

static void script_write(struct script *script, int argc, char **argv)
{
	struct script_buf *buf;
	uint64_t offset, size;
	uint8_t *data;
	size_t len;

	(void)argc;
	data = file_read(argv[2], &len);
	size = len ?: 1;
	buf = script_piece(script, argv[1], &offset, &size);
	memcpy(buf->bo->map + offset, data, len);
	free(data);
}

static void script_read(struct script *script, int argc, char **argv)
{
	uint64_t offset, size = script_size(argc, argv, 3);
	struct script_buf *buf = script_piece(script, argv[1], &offset, &size);
	FILE *file = file_create(argv[2]);

	file_append(file, argv[2], buf->bo->map + offset, size);
	file_close(file, argv[2]);
}

static void script_sha256(struct script *script, int argc, char **argv)
{
	uint64_t offset, size = script_size(argc, argv, 2);
	struct script_buf *buf = script_piece(script, argv[1], &offset, &size);
	char hex[FILE_SHA256];

	file_sha256(buf->bo->map + offset, size, hex);
	out_open(NULL);
	out_str("name", buf->name);
	out_hex("offset", offset);
	out_u64("size", size);
	out_str("sha256", hex);
	out_close();
}

static void script_print(struct script *script, int argc, char **argv)
{
	struct script_buf *buf = script_buf_find(script, argv[1]);

	(void)argc;
	out_open(NULL);
	out_str("name", buf->name);
	out_hex("address", buf->bo->address);
	out_u64("size", buf->bo->size);
	out_close();
}

static void script_equal(struct script *script, int argc, char **argv)
{
	uint64_t size = script_size(argc, argv, 3), a_offset, b_offset, i;
	struct script_buf *a = script_piece(script, argv[1], &a_offset, &size);
	struct script_buf *b = script_piece(script, argv[2], &b_offset, &size);
	const uint8_t *p = a->bo->map + a_offset, *q = b->bo->map + b_offset;

	if (memcmp(p, q, size) == 0)
		return;
	for (i = 0; p[i] == q[i]; i++)
		;
	fail("%s and %s differ at byte %llu: %#x, %#x", a->name, b->name, (unsigned long long)i,
	     p[i], q[i]);
}

/* ---- by the device ---- */

/* Longer pieces than a command takes are several commands. */
static void script_submit_pieces(struct script_ctx *ctx, struct drm_gnic_cmd cmd, uint64_t size)
{
	while (size) {
		cmd.size = size < DRM_GNIC_CMD_SIZE_MAX ? size : DRM_GNIC_CMD_SIZE_MAX;
		script_submit(ctx, &cmd, 1);
		cmd.dst_offset += cmd.size;
		cmd.src_offset += cmd.op == DRM_GNIC_OP_COPY ? cmd.size : 0;
		size -= cmd.size;
	}
}

static void script_fill(struct script *script, int argc, char **argv)
{
	uint64_t offset, size = script_size(argc, argv, 3);
	struct script_buf *buf = script_piece(script, argv[1], &offset, &size);
	struct drm_gnic_cmd cmd = {
		.op = DRM_GNIC_OP_FILL,
		.dst = buf->bo->handle,
		.dst_offset = offset,
		.data = parse_u32("pattern", argv[2]),
	};

	script_submit_pieces(buf->ctx, cmd, size);
}

static void script_copy(struct script *script, int argc, char **argv)
{
	uint64_t size = script_size(argc, argv, 3), src_offset, dst_offset;
	struct script_buf *src = script_piece(script, argv[1], &src_offset, &size);
	struct script_buf *dst = script_piece(script, argv[2], &dst_offset, &size);
	struct drm_gnic_cmd cmd = {
		.op = DRM_GNIC_OP_COPY,
		.src = src->bo->handle,
		.src_offset = src_offset,
		.dst = dst->bo->handle,
		.dst_offset = dst_offset,
	};

	if (src->ctx != dst->ctx)
		usage_error("copy: %s and %s belong to different contexts: use rdma", src->name,
			    dst->name);
	script_submit_pieces(src->ctx, cmd, size);
}

static void script_reduce(struct script *script, int argc, char **argv)
{
	uint64_t size = script_size(argc, argv, 5), there = 0, src_offset, dst_offset;
	struct script_buf *src = script_piece(script, argv[1], &src_offset, &size);
	struct script_buf *dst = script_piece(script, argv[2], &dst_offset, &there);
	struct drm_gnic_cmd cmd = {
		.op = DRM_GNIC_OP_REDUCE,
		.src = src->bo->handle,
		.src_offset = src_offset,
		.dst = dst->bo->handle,
		.dst_offset = dst_offset,
		.size = size,
		.reduction = reduction_parse(argv[3], argv[4]),
	};

	if (src->ctx != dst->ctx)
		usage_error("reduce: %s and %s belong to different contexts: use rdma", src->name,
			    dst->name);
	script_submit(src->ctx, &cmd, 1);
}

static void script_fence(struct script *script, int argc, char **argv)
{
	struct drm_gnic_cmd cmd = { .op = DRM_GNIC_OP_WAIT };

	(void)argc;
	(void)argv;
	script_submit(script_ctx(script), &cmd, 1);
}

static void script_wait_cmd(struct script *script, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	script_wait(script);
}

/* ---- sync objects of the device ---- */

static void script_sobs(struct script *script, int argc, char **argv)
{
	uint32_t flags = DRM_GNIC_SOB_USE;
	int err;

	if (argc > 3 && strcmp(argv[3], "remote"))
		usage_error("sobs: \"%s\": only \"remote\" may stand here", argv[3]);
	if (argc > 3)
		flags |= DRM_GNIC_SOB_REMOTE;
	err = gnic_accel_sobs_set(script_ctx(script)->acc, parse_u32("sync object", argv[1]),
				  parse_u32("count", argv[2]), flags);
	if (err)
		fail_errno(-err, "sync objects %s, %s of them", argv[1], argv[2]);
}

static void script_sob(struct script *script, int argc, char **argv)
{
	uint32_t sob = parse_u32("sync object", argv[2]);
	uint32_t value = parse_u32("value", argv[3]);
	struct drm_gnic_cmd cmd;

	(void)argc;
	if (strcmp(argv[1], "set") == 0)
		cmd = gnic_accel_sob_set(sob, value);
	else if (strcmp(argv[1], "add") == 0)
		cmd = gnic_accel_sob_add(sob, value);
	else if (strcmp(argv[1], "wait") == 0)
		cmd = gnic_accel_sob_wait(sob, value);
	else
		usage_error("sob: \"%s\": set, add or wait may stand here", argv[1]);
	script_submit(script_ctx(script), &cmd, 1);
}

static void script_sob_print(struct script *script, int argc, char **argv)
{
	uint32_t sob = parse_u32("sync object", argv[1]), value;
	int err = gnic_accel_sobs_read(script_ctx(script)->acc, sob, 1, &value);

	(void)argc;
	if (err)
		fail_errno(-err, "sync object %s", argv[1]);
	out_open(NULL);
	out_u64("sob", sob);
	out_u64("value", value);
	out_close();
}

/* ---- contexts ---- */

static void script_open(struct script *script, int argc, char **argv)
{
	script_ctx_open(script, argv[1], argc > 2 ? argv[2] : script->device);
}

static void script_use(struct script *script, int argc, char **argv)
{
	(void)argc;
	script->ctx = script_ctx_find(script, argv[1]);
}

const struct script_cmd script_mem_cmds[] = {
	{ "open", script_open, 1, 2, "CTX [DEV]", "open a context of a card and use it" },
	{ "use", script_use, 1, 1, "CTX", "alloc, hold and fence go to this context" },
	{ "alloc", script_alloc, 2, 5, "NAME SIZE [host] [remote] [readable]",
	  "device memory, or the host's, zero; remote: far ends may write, readable: read" },
	{ "share", script_share, 2, 4, "BUF NAME [remote] [readable]",
	  "memory of another context for the one in use" },
	{ "free", script_free, 1, 1, "NAME", "give it back" },
	{ "write", script_write, 2, 2, "NAME[+OFF] FILE", "from a file into device memory" },
	{ "read", script_read, 2, 3, "NAME[+OFF] FILE [SIZE]", "from device memory into a file" },
	{ "fill", script_fill, 2, 3, "NAME[+OFF] PATTERN [SIZE]", "a 32-bit pattern, by the device" },
	{ "copy", script_copy, 2, 3, "SRC[+OFF] DST[+OFF] [SIZE]", "by the device" },
	{ "reduce", script_reduce, 4, 5, "SRC[+OFF] DST[+OFF] OP TYPE [SIZE]",
	  "DST = DST OP SRC, number by number, by the device" },
	{ "sobs", script_sobs, 2, 3, "SOB COUNT [remote]",
	  "use sync objects of the device, 0; remote: far ends may signal them" },
	{ "sob", script_sob, 3, 3, "set|add|wait SOB VALUE",
	  "by the device; wait: what follows starts when it has reached VALUE" },
	{ "sobprint", script_sob_print, 1, 1, "SOB", "value" },
	{ "fence", script_fence, 0, 0, "", "the device starts nothing new before all is done" },
	{ "wait", script_wait_cmd, 0, 0, "", "until all is done, and how long it took" },
	{ "equal", script_equal, 2, 3, "A[+OFF] B[+OFF] [SIZE]", "fail if they differ" },
	{ "sha256", script_sha256, 1, 2, "NAME[+OFF] [SIZE]", "digest" },
	{ "print", script_print, 1, 1, "NAME", "address and size" },
	{ 0 }
};
