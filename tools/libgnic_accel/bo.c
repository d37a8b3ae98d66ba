// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "context.h"

static int bo_alloc(struct gnic_accel_bo *bo, uint64_t size, uint64_t *mmap_offset)
{
	struct drm_gnic_bo_create create = { .size = size, .flags = bo->flags };
	int err = gnic_accel_ioctl(bo->context->fd, DRM_IOCTL_GNIC_BO_CREATE, &create);

	if (err)
		return err;
	bo->handle = create.handle;
	bo->size = create.size;
	bo->address = create.address;
	*mmap_offset = create.mmap_offset;
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

int gnic_accel_bo_create(struct gnic_accel *context, struct gnic_accel_bo **bo, uint64_t size,
			 uint32_t flags)
{
	struct gnic_accel_bo *new = calloc(1, sizeof(*new));
	uint64_t mmap_offset;
	int err;

	*bo = NULL;
	if (!new)
		return -ENOMEM;
	new->context = context;
	new->flags = flags;
	err = bo_alloc(new, size, &mmap_offset);
	if (err)
		goto err_new;
	err = bo_map(new, mmap_offset);
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

void gnic_accel_bo_destroy(struct gnic_accel_bo *bo)
{
	if (!bo)
		return;
	munmap(bo->map, bo->size);
	bo_free(bo);
	free(bo);
}
