// SPDX-License-Identifier: GPL-2.0-only
/* What a context uses: /proc/PID/fdinfo/FD, Documentation/gpu/drm-usage-stats.rst. */
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_print.h>
#include <linux/ktime.h>

#include "gnic_accel.h"

/* ---- the queue ---- */

void gnic_usage_begin(struct gnic_ctx *ctx)
{
	lockdep_assert_held(&ctx->job_lock);
	if (!ctx->busy_since)
		ctx->busy_since = ktime_get();
}

void gnic_usage_end(struct gnic_ctx *ctx)
{
	lockdep_assert_held(&ctx->job_lock);
	if (!ctx->busy_since)
		return;
	ctx->busy_ns += ktime_to_ns(ktime_sub(ktime_get(), ctx->busy_since));
	ctx->busy_since = 0;
}

/* What runs now counts up to now: a reader sees a busy queue move. */
static u64 gnic_usage_busy_ns(struct gnic_ctx *ctx)
{
	u64 ns;

	spin_lock_irq(&ctx->job_lock);
	ns = ctx->busy_ns;
	if (ctx->busy_since)
		ns += ktime_to_ns(ktime_sub(ktime_get(), ctx->busy_since));
	spin_unlock_irq(&ctx->job_lock);
	return ns;
}

/* ---- memory ---- */

enum gnic_usage_region {
	GNIC_USAGE_HBM,
	GNIC_USAGE_SYSTEM,
	GNIC_USAGE_IMPORTED,	/* wherever it is */
	GNIC_USAGE_REGIONS
};

static const char *const gnic_usage_names[] = {
	[GNIC_USAGE_HBM]	= "hbm",
	[GNIC_USAGE_SYSTEM]	= "system",
	[GNIC_USAGE_IMPORTED]	= "imported",
};

static enum gnic_usage_region gnic_usage_region(const struct gnic_bo *bo)
{
	if (bo->import)
		return GNIC_USAGE_IMPORTED;
	return bo->flags & DRM_GNIC_BO_HOST ? GNIC_USAGE_SYSTEM : GNIC_USAGE_HBM;
}

/* A handle works in its own file alone: what is shared is shared by a dma-buf. */
static bool gnic_usage_shared(struct drm_gem_object *obj)
{
	return to_gnic_bo(obj)->import || drm_gem_object_is_shared_for_memory_stats(obj);
}

/* All of it is there as long as it exists. */
static void gnic_usage_memory(struct drm_file *file, struct drm_memory_stats *regions)
{
	struct drm_memory_stats *stats;
	struct drm_gem_object *obj;
	int id;

	spin_lock(&file->table_lock);
	idr_for_each_entry(&file->object_idr, obj, id) {
		if (!obj)
			continue;
		stats = &regions[gnic_usage_region(to_gnic_bo(obj))];
		if (gnic_usage_shared(obj))
			stats->shared += obj->size;
		else
			stats->private += obj->size;
		stats->resident += obj->size;
	}
	spin_unlock(&file->table_lock);
}

void gnic_usage_show(struct drm_printer *p, struct drm_file *file)
{
	struct drm_memory_stats regions[GNIC_USAGE_REGIONS] = {};
	enum gnic_usage_region i;

	gnic_usage_memory(file, regions);
	for (i = 0; i < GNIC_USAGE_REGIONS; i++)
		drm_print_memory_stats(p, &regions[i], DRM_GEM_OBJECT_RESIDENT,
				       gnic_usage_names[i]);
	drm_printf(p, "drm-engine-compute:\t%llu ns\n", gnic_usage_busy_ns(file->driver_priv));
}
