// SPDX-License-Identifier: GPL-2.0-only
/* Device addresses, handed out in pieces. */
#include <drm/drm_managed.h>

#include "gnic_accel.h"

static void gnic_space_exit(struct drm_device *drm, void *data)
{
	struct gnic_space *space = data;

	drm_mm_takedown(&space->mm);
}

/* Lives as long as a file of the device is open. */
int gnic_space_init(struct gnic_accel *accel, struct gnic_space *space, u64 start, u64 size)
{
	int err = drmm_mutex_init(&accel->drm, &space->lock);

	if (err)
		return err;
	drm_mm_init(&space->mm, start, size);
	return drmm_add_action_or_reset(&accel->drm, gnic_space_exit, space);
}

int gnic_space_get(struct gnic_space *space, struct gnic_bo *bo)
{
	int err;

	mutex_lock(&space->lock);
	err = drm_mm_insert_node(&space->mm, &bo->node, bo->base.size);
	if (!err)
		space->used += bo->base.size;
	mutex_unlock(&space->lock);
	if (err)
		return -ENOMEM;
	bo->space = space;
	return 0;
}

void gnic_space_put(struct gnic_bo *bo)
{
	struct gnic_space *space = bo->space;

	mutex_lock(&space->lock);
	drm_mm_remove_node(&bo->node);
	space->used -= bo->base.size;
	mutex_unlock(&space->lock);
}

u64 gnic_space_used(struct gnic_space *space)
{
	u64 used;

	mutex_lock(&space->lock);
	used = space->used;
	mutex_unlock(&space->lock);
	return used;
}
