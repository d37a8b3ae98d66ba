// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "context.h"

static int bo_alloc(struct gnic_accel_bo *bo, struct drm_gnic_bo_create *create)
{
	int err = gnic_accel_ioctl(bo->context->fd, DRM_IOCTL_GNIC_BO_CREATE, create);

	if (err)
		return err;
	bo->handle = create->handle;
	bo->size = create->size;
	bo->address = create->address;
	return 0;
}

static void bo_free(struct gnic_accel_bo *bo)
{
	struct drm_gem_close close = { .handle = bo->handle };

	gnic_accel_ioctl(bo->context->fd, DRM_IOCTL_GEM_CLOSE, &close);
}

static int bo_map(struct gnic_accel_bo *bo, uint64_t mmap_offset)
{
	void *map = mmap(NULL, bo->size, PROT_READ | PROT_WRITE, MAP_SHARED, bo->context->fd,
			 mmap_offset);

	if (map == MAP_FAILED)
		return -errno;
	bo->map = map;
	return 0;
}

/* Not every exporter can. */
static void bo_map_import(struct gnic_accel_bo *bo, int fd)
{
	int prot = PROT_READ;
	void *map;

	if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR)
		prot |= PROT_WRITE;
	map = mmap(NULL, bo->size, prot, MAP_SHARED, fd, 0);
	if (map != MAP_FAILED)
		bo->map = map;
}

static struct gnic_accel_bo *bo_new(struct gnic_accel *context, uint32_t flags)
{
	struct gnic_accel_bo *new = calloc(1, sizeof(*new));

	if (new) {
		new->context = context;
		new->flags = flags;
	}
	return new;
}

int gnic_accel_bo_create(struct gnic_accel *context, struct gnic_accel_bo **bo, uint64_t size,
			 uint32_t flags)
{
	struct drm_gnic_bo_create create = { .size = size, .flags = flags };
	struct gnic_accel_bo *new = bo_new(context, flags);
	int err;

	*bo = NULL;
	if (!new)
		return -ENOMEM;
	err = bo_alloc(new, &create);
	if (err)
		goto err_new;
	err = bo_map(new, create.mmap_offset);
	if (err)
		goto err_alloc;
	*bo = new;
	return 0;

err_alloc:
	bo_free(new);
err_new:
	free(new);
	return err;
}

int gnic_accel_bo_export(const struct gnic_accel_bo *bo, uint32_t flags)
{
	struct drm_prime_handle prime = { .handle = bo->handle, .flags = flags | DRM_CLOEXEC };
	int err = gnic_accel_ioctl(bo->context->fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime);

	return err ? err : prime.fd;
}

int gnic_accel_bo_import(struct gnic_accel *context, struct gnic_accel_bo **bo, int fd,
			 uint32_t flags)
{
	struct drm_gnic_bo_create create = { .flags = flags | DRM_GNIC_BO_IMPORT, .fd = fd };
	struct gnic_accel_bo *new = bo_new(context, create.flags);
	int err;

	*bo = NULL;
	if (!new)
		return -ENOMEM;
	err = bo_alloc(new, &create);
	if (err) {
		free(new);
		return err;
	}
	bo_map_import(new, fd);
	*bo = new;
	return 0;
}

void gnic_accel_bo_destroy(struct gnic_accel_bo *bo)
{
	if (!bo)
		return;
	if (bo->map)
		munmap(bo->map, bo->size);
	bo_free(bo);
	free(bo);
}
