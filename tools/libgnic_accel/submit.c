// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/sync_file.h>
#include <unistd.h>

#include "context.h"

int gnic_accel_submit_sync(struct gnic_accel *context, const struct drm_gnic_cmd *cmds,
			   uint32_t count, const struct drm_gnic_sync *in, uint32_t in_count,
			   const struct drm_gnic_sync *out, uint32_t out_count)
{
	struct drm_gnic_submit submit = {
		.cmds = (uintptr_t)cmds,
		.cmd_count = count,
		.in_syncs = (uintptr_t)in,
		.in_count = in_count,
		.out_syncs = (uintptr_t)out,
		.out_count = out_count,
	};

	return gnic_accel_ioctl(context->fd, DRM_IOCTL_GNIC_SUBMIT, &submit);
}

/*
 * An object of its own for every submission: calls for one context may run at the same
 * time, and each shall export its own fence.
 */
int gnic_accel_submit(struct gnic_accel *context, const struct drm_gnic_cmd *cmds, uint32_t count)
{
	struct drm_gnic_sync out = { 0 };
	int ret;

	ret = gnic_accel_sync_create(context, &out.handle);
	if (ret)
		return ret;
	ret = gnic_accel_submit_sync(context, cmds, count, NULL, 0, &out, 1);
	if (!ret)
		ret = gnic_accel_sync_file(context, out.handle);
	gnic_accel_sync_destroy(context, out.handle);
	return ret;
}

int gnic_accel_wait(int sync_file, int timeout_ms)
{
	struct sync_file_info info = { 0 };
	int ret;

	ret = gnic_accel_poll(sync_file, timeout_ms);
	if (ret <= 0)
		return ret ? ret : -ETIME;
	ret = gnic_accel_ioctl(sync_file, SYNC_IOC_FILE_INFO, &info);
	if (ret)
		return ret;
	return info.status < 0 ? info.status : 0;
}

int gnic_accel_run(struct gnic_accel *context, const struct drm_gnic_cmd *cmds, uint32_t count)
{
	int file = gnic_accel_submit(context, cmds, count), err;

	if (file < 0)
		return file;
	err = gnic_accel_wait(file, 4 * context->info.timeout_ms);
	close(file);
	return err;
}
