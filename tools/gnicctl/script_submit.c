// SPDX-License-Identifier: GPL-2.0-only
/* Commands of a script on their way: submitted at once, waited for later. */
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "out.h"
#include "script.h"

static double script_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void script_wait_oldest(struct script_ctx *ctx)
{
	int file = ctx->files[ctx->files_tail++ % SCRIPT_WAITING];
	int err = gnic_accel_wait(file, 4 * gnic_accel_info(ctx->acc)->timeout_ms);

	close(file);
	if (err)
		fail("context %s: a command failed: %s", ctx->name, gnic_accel_strerror(err));
}

static void script_account(struct script_ctx *ctx, const struct drm_gnic_cmd *cmds,
			   uint32_t count)
{
	if (!ctx->cmds)
		ctx->start = script_now();
	for (; count; count--, cmds++) {
		ctx->bytes += cmds->size;
		ctx->cmds++;
	}
}

/* Each submission has its own status, so that all are waited for, and be it later. */
void script_submit(struct script_ctx *ctx, const struct drm_gnic_cmd *cmds, uint32_t count)
{
	int file;

	if (ctx->files_head - ctx->files_tail == SCRIPT_WAITING)
		script_wait_oldest(ctx);
	script_account(ctx, cmds, count);
	file = gnic_accel_submit(ctx->acc, cmds, count);
	if (file < 0)
		fail_errno(-file, "context %s: submission", ctx->name);
	ctx->files[ctx->files_head++ % SCRIPT_WAITING] = file;
}

/* Nothing of this context is under way any more. */
void script_sync(struct script_ctx *ctx)
{
	while (ctx->files_tail != ctx->files_head)
		script_wait_oldest(ctx);
}

static void script_report(const struct script_ctx *ctx, double seconds)
{
	out_open(NULL);
	out_str("name", ctx->name);
	out_u64("commands", ctx->cmds);
	out_u64("bytes", ctx->bytes);
	out_double("us", seconds * 1e6);
	if (seconds > 0) {
		out_double("MiB_per_s", ctx->bytes / seconds / (1 << 20));
		out_double("commands_per_s", ctx->cmds / seconds);
	}
	out_close();
}

void script_wait(struct script *script)
{
	struct script_ctx *ctx;

	for (ctx = script->ctxs; ctx < script->ctxs + script->num_ctxs; ctx++) {
		if (!ctx->cmds)
			continue;
		script_sync(ctx);
		script_report(ctx, script_now() - ctx->start);
		ctx->cmds = 0;
		ctx->bytes = 0;
	}
}
