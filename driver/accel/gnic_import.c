// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory behind a dma-buf as a buffer object: what the exporter maps for the card, which a
 * window shows to the context as one range. It is attached for as long as the window may be
 * open, and the exporter has to leave it where it is.
 */
#include <linux/dma-buf.h>
#include <linux/fs.h>
#include <linux/scatterlist.h>

#include "gnic_accel.h"

/* A right of the dma-buf, not of one of its descriptors. */
bool gnic_import_read_only(const struct dma_buf *dma_buf)
{
	return !(dma_buf->file->f_mode & FMODE_WRITE);
}

static enum dma_data_direction gnic_import_dir(const struct gnic_bo *bo)
{
	return gnic_import_read_only(bo->import) ? DMA_TO_DEVICE : DMA_BIDIRECTIONAL;
}

/* A window is made of whole pages, and of no less than the dma-buf says that it has. */
static bool gnic_import_whole(struct sg_table *sgt, u64 size)
{
	struct scatterlist *sg;
	u64 sum = 0;
	u32 i;

	for_each_sgtable_dma_sg(sgt, sg, i) {
		if (!sg_dma_len(sg) || !PAGE_ALIGNED(sg_dma_address(sg) | sg_dma_len(sg)))
			return false;
		sum += sg_dma_len(sg);
	}
	return sum == size;
}

static int gnic_import_map(struct gnic_bo *bo)
{
	struct sg_table *sgt;

	sgt = dma_buf_map_attachment_unlocked(bo->attach, gnic_import_dir(bo));
	if (IS_ERR(sgt))
		return PTR_ERR(sgt);
	if (!gnic_import_whole(sgt, bo->base.size)) {
		dma_buf_unmap_attachment_unlocked(bo->attach, sgt, gnic_import_dir(bo));
		return -EINVAL;
	}
	bo->sgt = sgt;
	return 0;
}

static int gnic_import_attach(struct gnic_bo *bo)
{
	struct dma_buf_attachment *attach;
	int err;

	attach = dma_buf_attach(bo->import, bo->ctx->accel->info.dma_dev);
	if (IS_ERR(attach))
		return PTR_ERR(attach);
	bo->attach = attach;
	err = gnic_import_map(bo);
	if (err) {
		bo->attach = NULL;
		dma_buf_detach(bo->import, attach);
	}
	return err;
}

static int gnic_import_get(struct gnic_bo *bo)
{
	int err = gnic_space_get(&bo->ctx->accel->mapped, bo);

	if (err)
		return err;
	err = gnic_import_attach(bo);
	if (err)
		gnic_space_put(bo);
	return err;
}

static void gnic_import_put(struct gnic_bo *bo)
{
	dma_buf_unmap_attachment_unlocked(bo->attach, bo->sgt, gnic_import_dir(bo));
	bo->sgt = NULL;
	dma_buf_detach(bo->import, bo->attach);
	bo->attach = NULL;
	gnic_space_put(bo);
}

const struct gnic_bo_memory gnic_import_memory = {
	.get = gnic_import_get,
	.put = gnic_import_put,
};

/**
 * gnic_import_open - the dma-buf that a context wants to have
 * @accel: card
 * @fd: its descriptor
 * @flags: DRM_GNIC_BO_*, to be had with it
 *
 * Return: the dma-buf, for dma_buf_put(), or ERR_PTR: -EOPNOTSUPP (no windows of pieces),
 * -EBADF, -EINVAL (no dma-buf, not whole pages), -EACCES (it may only be read).
 */
struct dma_buf *gnic_import_open(struct gnic_accel *accel, int fd, u32 flags)
{
	struct dma_buf *dma_buf;
	int err = 0;

	if (!accel->info.segments)
		return ERR_PTR(-EOPNOTSUPP);
	dma_buf = dma_buf_get(fd);
	if (IS_ERR(dma_buf))
		return dma_buf;
	if (!dma_buf->size || !PAGE_ALIGNED(dma_buf->size))
		err = -EINVAL;
	else if (flags & DRM_GNIC_BO_REMOTE_WRITE && gnic_import_read_only(dma_buf))
		err = -EACCES;
	if (!err)
		return dma_buf;
	dma_buf_put(dma_buf);
	return ERR_PTR(err);
}

/* The end of the object. What the device may still reach stays attached for ever. */
void gnic_import_close(struct gnic_bo *bo)
{
	if (bo->import && !bo->attach)
		dma_buf_put(bo->import);
}
