// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "context.h"

int gnic_accel_sync_create(struct gnic_accel *context, uint32_t *sync)
{
	struct drm_syncobj_create create = { 0 };
	int err = gnic_accel_ioctl(context->fd, DRM_IOCTL_SYNCOBJ_CREATE, &create);

	*sync = create.handle;
	return err;
}

void gnic_accel_sync_destroy(struct gnic_accel *context, uint32_t sync)
{
	struct drm_syncobj_destroy destroy = { .handle = sync };

	gnic_accel_ioctl(context->fd, DRM_IOCTL_SYNCOBJ_DESTROY, &destroy);
}

/* The kernel wants a time of the clock, so that a wait that is interrupted can go on. */
static int64_t sync_deadline(int timeout_ms)
{
	struct timespec now;

	if (timeout_ms < 0)
		return INT64_MAX;
	if (!timeout_ms)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec + timeout_ms * 1000000ll;
}

int gnic_accel_sync_wait(struct gnic_accel *context, const struct drm_gnic_sync *syncs,
			 uint32_t count, int timeout_ms)
{
	uint32_t handles[DRM_GNIC_SYNCS_MAX], i;
	uint64_t points[DRM_GNIC_SYNCS_MAX];
	struct drm_syncobj_timeline_wait wait = {
		.handles = (uintptr_t)handles,
		.points = (uintptr_t)points,
		.timeout_nsec = sync_deadline(timeout_ms),
		.count_handles = count,
		.flags = DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL |
			 DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT,
	};

	if (!count || count > DRM_GNIC_SYNCS_MAX)
		return -EINVAL;
	for (i = 0; i < count; i++) {
		handles[i] = syncs[i].handle;
		points[i] = syncs[i].point;
	}
	return gnic_accel_ioctl(context->fd, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, &wait);
}

int gnic_accel_sync_point(struct gnic_accel *context, uint32_t sync, uint64_t *point)
{
	struct drm_syncobj_timeline_array query = {
		.handles = (uintptr_t)&sync,
		.points = (uintptr_t)point,
		.count_handles = 1,
	};

	return gnic_accel_ioctl(context->fd, DRM_IOCTL_SYNCOBJ_QUERY, &query);
}

int gnic_accel_sync_file(struct gnic_accel *context, uint32_t sync)
{
	struct drm_syncobj_handle export = {
		.handle = sync,
		.flags = DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE,
	};
	int err = gnic_accel_ioctl(context->fd, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &export);

	return err ? err : export.fd;
}
