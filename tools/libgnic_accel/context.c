// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "context.h"

int gnic_accel_ioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : 0;
}

int gnic_accel_poll(int fd, int timeout_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	int ret;

	if (fd < 0)
		return -EBADF;
	do {
		ret = poll(&pollfd, 1, timeout_ms);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : ret;
}

int gnic_accel_open(const char *path, struct gnic_accel **context)
{
	struct gnic_accel *new = calloc(1, sizeof(*new));
	int err;

	*context = NULL;
	if (!new)
		return -ENOMEM;
	new->fd = open(path, O_RDWR | O_CLOEXEC);
	err = new->fd < 0 ? -errno : 0;
	if (!err)
		err = gnic_accel_ioctl(new->fd, DRM_IOCTL_GNIC_INFO, &new->info);
	if (err) {
		gnic_accel_close(new);
		return err;
	}
	*context = new;
	return 0;
}

/* The kernel takes back all that the context has. */
void gnic_accel_close(struct gnic_accel *context)
{
	if (!context)
		return;
	if (context->fd >= 0)
		close(context->fd);
	free(context);
}

int gnic_accel_fd(const struct gnic_accel *context)
{
	return context->fd;
}

const struct drm_gnic_info *gnic_accel_info(const struct gnic_accel *context)
{
	return &context->info;
}

const char *gnic_accel_strerror(int err)
{
	static const struct {
		int err;
		const char *text;
	} texts[] = {
		{ -EFAULT, "memory of this context that is gone" },
		{ -EACCES, "the far end refuses address, key or sync object, or an own one was not given" },
		{ -EHOSTUNREACH, "the far end does not answer" },
		{ -EMSGSIZE, "more than the buffer that the far end offered" },
		{ -ECONNABORTED, "the QP failed before: make its group inactive, then active" },
		{ -ETIMEDOUT, "the device does not answer, its queue was reset" },
		{ -ECANCELED, "the queue was reset" },
		{ -ENODEV, "the card is gone" },
		{ -ETIME, "still under way" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].err == err)
			return texts[i].text;
	return strerror(-err);
}
