// SPDX-License-Identifier: GPL-2.0-only
/* A context: what an open file owns. */
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "gnic_accel.h"

static struct gnic_ctx *gnic_ctx_alloc(struct gnic_accel *accel)
{
	struct gnic_ctx *ctx = kvzalloc(sizeof(*ctx), GFP_KERNEL_ACCOUNT);

	if (!ctx)
		return NULL;
	kref_init(&ctx->ref);
	ctx->accel = accel;
	mutex_init(&ctx->stop_lock);
	mutex_init(&ctx->hold_lock);
	mutex_init(&ctx->lock);
	INIT_LIST_HEAD(&ctx->holds);
	return ctx;
}

static void gnic_ctx_free(struct kref *ref)
{
	struct gnic_ctx *ctx = container_of(ref, struct gnic_ctx, ref);

	mutex_destroy(&ctx->lock);
	mutex_destroy(&ctx->hold_lock);
	mutex_destroy(&ctx->stop_lock);
	drm_dev_put(&ctx->accel->drm);
	kvfree(ctx);
}

void gnic_ctx_put(struct gnic_ctx *ctx)
{
	kref_put(&ctx->ref, gnic_ctx_free);
}

static int gnic_ctx_start(struct gnic_ctx *ctx)
{
	struct gnic_dev *dev = ctx->accel->dev;
	int asid, err;

	asid = gnic_accel_asid_get(dev);
	if (asid < 0)
		return asid;
	ctx->asid = asid;
	err = gnic_queue_init(ctx);
	if (err) {
		ctx->asid = 0;
		gnic_accel_asid_put(dev, asid);
	}
	return err;
}

/* In the order that gnic asks for: queue, groups, windows, ASID. Only once. */
static void gnic_ctx_stop(struct gnic_ctx *ctx, int error)
{
	mutex_lock(&ctx->stop_lock);
	if (ctx->asid) {
		gnic_queue_stop(ctx, error);
		gnic_hold_revoke_all(ctx);
		gnic_queue_exit(ctx);
		mutex_lock(&ctx->lock);
		ctx->stuck = gnic_accel_asid_put(ctx->accel->dev, ctx->asid);
		ctx->asid = 0;
		mutex_unlock(&ctx->lock);
		gnic_bo_put_orphans(ctx);
	}
	mutex_unlock(&ctx->stop_lock);
}

int gnic_ctx_open(struct drm_device *drm, struct drm_file *file)
{
	struct gnic_accel *accel = to_gnic_accel(drm);
	struct gnic_ctx *ctx;
	int err, idx;

	if (!drm_dev_enter(drm, &idx))
		return -ENODEV;
	ctx = gnic_ctx_alloc(accel);
	if (!ctx) {
		err = -ENOMEM;
		goto out_exit;
	}
	drm_dev_get(drm);
	err = gnic_ctx_start(ctx);
	if (err) {
		gnic_ctx_put(ctx);
		goto out_exit;
	}
	mutex_lock(&accel->ctx_lock);
	list_add_tail(&ctx->link, &accel->contexts);
	mutex_unlock(&accel->ctx_lock);
	file->driver_priv = ctx;
out_exit:
	drm_dev_exit(idx);
	return err;
}

/* As other compute drivers do: work goes on to its end, unless by SIGKILL. */
static bool gnic_ctx_killed(void)
{
	return (current->flags & PF_EXITING) && current->exit_code == SIGKILL;
}

void gnic_ctx_postclose(struct drm_device *drm, struct drm_file *file)
{
	struct gnic_accel *accel = to_gnic_accel(drm);
	struct gnic_ctx *ctx = file->driver_priv;

	if (!gnic_ctx_killed())
		gnic_queue_drain(ctx);
	gnic_ctx_stop(ctx, -ECANCELED);
	mutex_lock(&accel->ctx_lock);
	list_del(&ctx->link);
	mutex_unlock(&accel->ctx_lock);
	gnic_ctx_put(ctx);
}

/* The card goes: files may stay open, but own nothing any more. */
void gnic_ctx_stop_all(struct gnic_accel *accel)
{
	struct gnic_ctx *ctx;

	mutex_lock(&accel->ctx_lock);
	list_for_each_entry(ctx, &accel->contexts, link)
		gnic_ctx_stop(ctx, -ENODEV);
	mutex_unlock(&accel->ctx_lock);
}
