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

static void script_wait_file(struct script_ctx *ctx, int file)
{
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

/*
 * Submissions are done in order, so the newest one is the last; but each has
 * its own status, so that all are waited for: the one before while the next
 * is under way.
 */
void script_submit(struct script_ctx *ctx, const struct drm_gnic_cmd *cmds, uint32_t count)
{
	int file, before = ctx->sync_file;

	script_account(ctx, cmds, count);
	file = gnic_accel_submit(ctx->acc, cmds, count);
	if (file < 0)
		fail_errno(-file, "context %s: submission", ctx->name);
	ctx->sync_file = file;
	if (before >= 0)
		script_wait_file(ctx, before);
}

/* Nothing of this context is under way any more. */
void script_sync(struct script_ctx *ctx)
{
	if (ctx->sync_file < 0)
		return;
	script_wait_file(ctx, ctx->sync_file);
	ctx->sync_file = -1;
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
