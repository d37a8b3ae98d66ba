// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <unistd.h>

#include "context.h"

int gnic_accel_hold(struct gnic_accel *context, uint32_t sfnum)
{
	struct drm_gnic_group_hold hold = { .sfnum = sfnum };
	int err = gnic_accel_ioctl(context->fd, DRM_IOCTL_GNIC_GROUP_HOLD, &hold);

	return err ? err : hold.fd;
}

int gnic_accel_recv(struct gnic_accel *context, int group, uint32_t qp,
		    const struct gnic_accel_bo *bo, uint64_t offset, uint32_t length,
		    uint32_t count)
{
	struct drm_gnic_group_recv recv = {
		.group = group,
		.qp = qp,
		.handle = bo->handle,
		.offset = offset,
		.length = length,
		.count = count,
	};
	int err = gnic_accel_ioctl(context->fd, DRM_IOCTL_GNIC_GROUP_RECV, &recv);

	return err ? err : (int)recv.posted;
}

int gnic_accel_event(int group, struct drm_gnic_event *event, int timeout_ms)
{
	ssize_t len;
	int ret;

	ret = gnic_accel_poll(group, timeout_ms);
	if (ret <= 0)
		return ret;
	len = read(group, event, sizeof(*event));
	if (len < 0)
		return -errno;
	return len ? 1 : -EPIPE;
}
