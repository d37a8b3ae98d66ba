// SPDX-License-Identifier: GPL-2.0-only
/*
 * A buffer object as a dma-buf, for other contexts, cards and drivers. The dma-buf holds the
 * object, and with it the memory, until the card goes.
 *
 * Memory does not move, so a mapping is good for as long as it lasts. Nothing waits by
 * itself for the work of others: fences are passed on as sync files.
 */
#include <drm/drm_drv.h>
#include <drm/drm_prime.h>
#include <linux/dma-buf.h>
#include <linux/module.h>

#include "gnic_accel.h"

static int gnic_export_attach(struct dma_buf *dma_buf, struct dma_buf_attachment *attach)
{
	struct gnic_bo *bo = to_gnic_bo(dma_buf->priv);

	return bo->memory->reaches(bo, attach->dev) ? 0 : -EOPNOTSUPP;
}

/* As long as the card is there the memory is: see gnic_bo_put_all(). */
static struct sg_table *gnic_export_map(struct dma_buf_attachment *attach,
					enum dma_data_direction dir)
{
	struct gnic_bo *bo = to_gnic_bo(attach->dmabuf->priv);
	struct sg_table *sgt;
	int idx;

	if (!drm_dev_enter(bo->base.dev, &idx))
		return ERR_PTR(-ENODEV);
	sgt = bo->memory->map(bo, attach->dev, dir);
	drm_dev_exit(idx);
	return sgt;
}

static void gnic_export_unmap(struct dma_buf_attachment *attach, struct sg_table *sgt,
			      enum dma_data_direction dir)
{
	struct gnic_bo *bo = to_gnic_bo(attach->dmabuf->priv);

	bo->memory->unmap(sgt, attach->dev, dir);
}

static const struct dma_buf_ops gnic_export_ops = {
	.attach = gnic_export_attach,
	.map_dma_buf = gnic_export_map,
	.unmap_dma_buf = gnic_export_unmap,
	.mmap = drm_gem_dmabuf_mmap,
	.release = drm_gem_dmabuf_release,
};

/**
 * gnic_export - a dma-buf of a buffer object, for DRM_IOCTL_PRIME_HANDLE_TO_FD
 * @obj: object; what it has imported is passed on as it came
 * @flags: DRM_CLOEXEC, DRM_RDWR
 *
 * Return: the dma-buf or ERR_PTR.
 */
struct dma_buf *gnic_export(struct drm_gem_object *obj, int flags)
{
	struct dma_buf_export_info info = {
		.exp_name = KBUILD_MODNAME,
		.owner = THIS_MODULE,
		.ops = &gnic_export_ops,
		.size = obj->size,
		.flags = flags,
		.priv = obj,
		.resv = obj->resv,
	};
	struct gnic_bo *bo = to_gnic_bo(obj);

	if (bo->import) {
		get_dma_buf(bo->import);
		return bo->import;
	}
	return drm_gem_dmabuf_export(obj->dev, &info);
}
