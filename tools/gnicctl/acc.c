// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/sync_file.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "acc.h"

int acc_ioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : 0;
}

/* ---- context ---- */

int acc_open(struct acc *acc, const char *path)
{
	struct drm_syncobj_create create = { 0 };
	int err;

	memset(acc, 0, sizeof(*acc));
	acc->fd = open(path, O_RDWR | O_CLOEXEC);
	if (acc->fd < 0)
		return -errno;
	err = acc_ioctl(acc->fd, DRM_IOCTL_GNIC_INFO, &acc->info);
	if (!err)
		err = acc_ioctl(acc->fd, DRM_IOCTL_SYNCOBJ_CREATE, &create);
	acc->syncobj = create.handle;
	if (err)
		acc_close(acc);
	return err;
}

/* The kernel takes back all that the context has. */
void acc_close(struct acc *acc)
{
	close(acc->fd);
	acc->fd = -1;
}

/* ---- memory ---- */

static int acc_bo_map(struct acc *acc, struct acc_bo *bo, uint64_t offset)
{
	void *map = mmap(NULL, bo->size, PROT_READ | PROT_WRITE, MAP_SHARED, acc->fd, offset);

	if (map == MAP_FAILED)
		return -errno;
	bo->map = map;
	return 0;
}

int acc_bo_create(struct acc *acc, struct acc_bo *bo, uint64_t size, uint32_t flags)
{
	struct drm_gnic_bo_create create = { .size = size, .flags = flags };
	int err;

	memset(bo, 0, sizeof(*bo));
	err = acc_ioctl(acc->fd, DRM_IOCTL_GNIC_BO_CREATE, &create);
	if (err)
		return err;
	bo->handle = create.handle;
	bo->size = create.size;
	bo->address = create.address;
	err = acc_bo_map(acc, bo, create.mmap_offset);
	if (err)
		acc_bo_destroy(acc, bo);
	return err;
}

void acc_bo_destroy(struct acc *acc, struct acc_bo *bo)
{
	struct drm_gem_close close = { .handle = bo->handle };

	if (bo->map)
		munmap(bo->map, bo->size);
	acc_ioctl(acc->fd, DRM_IOCTL_GEM_CLOSE, &close);
	memset(bo, 0, sizeof(*bo));
}

/* ---- commands ---- */

int acc_submit(struct acc *acc, const struct drm_gnic_cmd *cmds, uint32_t count)
{
	struct drm_gnic_sync out = { .handle = acc->syncobj };
	struct drm_gnic_submit submit = {
		.cmds = (uintptr_t)cmds,
		.cmd_count = count,
		.out_syncs = (uintptr_t)&out,
		.out_count = 1,
	};
	struct drm_syncobj_handle export = {
		.handle = acc->syncobj,
		.flags = DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE,
	};
	int err;

	err = acc_ioctl(acc->fd, DRM_IOCTL_GNIC_SUBMIT, &submit);
	if (!err)
		err = acc_ioctl(acc->fd, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &export);
	return err ?: export.fd;
}

int acc_wait(int sync_file, int timeout_ms)
{
	struct pollfd pollfd = { .fd = sync_file, .events = POLLIN };
	struct sync_file_info info = { 0 };
	int ret;

	do {
		ret = poll(&pollfd, 1, timeout_ms);
	} while (ret < 0 && errno == EINTR);
	if (ret < 0)
		return -errno;
	if (!ret)
		return -ETIME;
	ret = acc_ioctl(sync_file, SYNC_IOC_FILE_INFO, &info);
	if (ret)
		return ret;
	return info.status < 0 ? info.status : 0;
}

const char *acc_status(int err)
{
	static const struct {
		int err;
		const char *text;
	} texts[] = {
		{ -EFAULT, "memory of this context that is gone" },
		{ -EACCES, "the far end refuses the address or the key" },
		{ -EHOSTUNREACH, "the far end does not answer" },
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

int acc_run(struct acc *acc, const struct drm_gnic_cmd *cmds, uint32_t count)
{
	int file = acc_submit(acc, cmds, count), err;

	if (file < 0)
		return file;
	err = acc_wait(file, 4 * acc->info.timeout_ms);
	close(file);
	return err;
}

/* ---- groups ---- */

int acc_hold(struct acc *acc, uint32_t sfnum)
{
	struct drm_gnic_group_hold hold = { .sfnum = sfnum };
	int err = acc_ioctl(acc->fd, DRM_IOCTL_GNIC_GROUP_HOLD, &hold);

	return err ?: hold.fd;
}

int acc_group_info(struct acc *acc, int group, struct drm_gnic_group_info *info)
{
	memset(info, 0, sizeof(*info));
	info->group = group;
	return acc_ioctl(acc->fd, DRM_IOCTL_GNIC_GROUP_INFO, info);
}

int acc_recv(struct acc *acc, int group, uint32_t qp, const struct acc_bo *bo, uint64_t offset,
	     uint32_t length, uint32_t count)
{
	struct drm_gnic_group_recv recv = {
		.group = group,
		.qp = qp,
		.handle = bo->handle,
		.offset = offset,
		.length = length,
		.count = count,
	};
	int err = acc_ioctl(acc->fd, DRM_IOCTL_GNIC_GROUP_RECV, &recv);

	return err ?: (int)recv.posted;
}

int acc_event(int group, struct drm_gnic_event *event, int timeout_ms)
{
	struct pollfd pollfd = { .fd = group, .events = POLLIN };
	ssize_t len;
	int ret;

	do {
		ret = poll(&pollfd, 1, timeout_ms);
	} while (ret < 0 && errno == EINTR);
	if (ret <= 0)
		return ret < 0 ? -errno : 0;
	len = read(group, event, sizeof(*event));
	if (len < 0)
		return -errno;
	return len ? 1 : -EPIPE;
}
