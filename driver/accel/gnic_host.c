// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host memory of a buffer object: pages that device and processor see alike, so they
 * come from the DMA API, which would otherwise copy them where memory has
 * to be reached by other addresses. A window shows them to the device as one range.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "gnic_accel.h"

#define GNIC_HOST_GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/* What can't be is refused before it drives others out of memory. */
bool gnic_host_fits(struct gnic_accel *accel, u64 size)
{
	return size >> PAGE_SHIFT < totalram_pages();
}

/* Only those that there are: the end of @sgt marks it. */
static void gnic_host_free_pages(struct gnic_bo *bo)
{
	struct device *dev = bo->ctx->accel->info.dma_dev;
	struct scatterlist *sg;
	u32 i;

	for_each_sgtable_dma_sg(bo->sgt, sg, i) {
		if (!bo->pages[i])
			break;
		dma_free_pages(dev, PAGE_SIZE, bo->pages[i], sg_dma_address(sg),
			       DMA_BIDIRECTIONAL);
	}
}

static int gnic_host_alloc_pages(struct gnic_bo *bo)
{
	struct device *dev = bo->ctx->accel->info.dma_dev;
	struct scatterlist *sg;
	u32 i;

	for_each_sgtable_dma_sg(bo->sgt, sg, i) {
		if (fatal_signal_pending(current))
			return -EINTR;
		bo->pages[i] = dma_alloc_pages(dev, PAGE_SIZE, &sg_dma_address(sg),
					       DMA_BIDIRECTIONAL, GNIC_HOST_GFP);
		if (!bo->pages[i])
			return -ENOMEM;
		sg_set_page(sg, bo->pages[i], PAGE_SIZE, 0);
		sg_dma_len(sg) = PAGE_SIZE;
		cond_resched();
	}
	return 0;
}

static void gnic_host_free(struct gnic_bo *bo)
{
	gnic_host_free_pages(bo);
	sg_free_table(bo->sgt);
	kfree(bo->sgt);
	bo->sgt = NULL;
	kvfree(bo->pages);
}

static int gnic_host_alloc(struct gnic_bo *bo)
{
	unsigned long count = bo->base.size >> PAGE_SHIFT;
	int err = -ENOMEM;

	bo->pages = kvcalloc(count, sizeof(*bo->pages), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	bo->sgt = kzalloc(sizeof(*bo->sgt), GFP_KERNEL_ACCOUNT);
	if (!bo->pages || !bo->sgt)
		goto err_free;
	err = sg_alloc_table(bo->sgt, count, GFP_KERNEL_ACCOUNT);
	if (err)
		goto err_free;
	err = gnic_host_alloc_pages(bo);
	if (err)
		gnic_host_free(bo);
	return err;

err_free:
	kfree(bo->sgt);
	kvfree(bo->pages);
	return err;
}

static int gnic_host_get(struct gnic_bo *bo)
{
	int err = gnic_space_get(&bo->ctx->accel->mapped, bo);

	if (err)
		return err;
	err = gnic_host_alloc(bo);
	if (err)
		gnic_space_put(bo);
	return err;
}

static void gnic_host_put(struct gnic_bo *bo)
{
	gnic_host_free(bo);
	gnic_space_put(bo);
}

static unsigned long gnic_host_pfn(struct gnic_bo *bo, unsigned long page)
{
	return page_to_pfn(bo->pages[page]);
}

/* ---- for who imports it ---- */

static bool gnic_host_reaches(struct gnic_bo *bo, struct device *dev)
{
	return true;
}

/* A mapping has references of its own: if the card goes the pages stay. */
static void gnic_host_get_pages(struct sg_table *sgt)
{
	struct sg_page_iter iter;

	for_each_sgtable_page(sgt, &iter, 0)
		get_page(sg_page_iter_page(&iter));
}

static void gnic_host_put_pages(struct sg_table *sgt)
{
	struct sg_page_iter iter;

	for_each_sgtable_page(sgt, &iter, 0)
		put_page(sg_page_iter_page(&iter));
}

static struct sg_table *gnic_host_map(struct gnic_bo *bo, struct device *dev,
				      enum dma_data_direction dir)
{
	struct sg_table *sgt;
	int err;

	sgt = kzalloc(sizeof(*sgt), GFP_KERNEL_ACCOUNT);
	if (!sgt)
		return ERR_PTR(-ENOMEM);
	err = sg_alloc_table_from_pages(sgt, bo->pages, bo->base.size >> PAGE_SHIFT, 0,
					bo->base.size, GFP_KERNEL_ACCOUNT);
	if (err)
		goto err_free;
	err = dma_map_sgtable(dev, sgt, dir, 0);
	if (err)
		goto err_free_table;
	gnic_host_get_pages(sgt);
	return sgt;

err_free_table:
	sg_free_table(sgt);
err_free:
	kfree(sgt);
	return ERR_PTR(err);
}

static void gnic_host_unmap(struct sg_table *sgt, struct device *dev, enum dma_data_direction dir)
{
	dma_unmap_sgtable(dev, sgt, dir, 0);
	gnic_host_put_pages(sgt);
	sg_free_table(sgt);
	kfree(sgt);
}

const struct gnic_bo_memory gnic_host_memory = {
	.get = gnic_host_get,
	.put = gnic_host_put,
	.pfn = gnic_host_pfn,
	.reaches = gnic_host_reaches,
	.map = gnic_host_map,
	.unmap = gnic_host_unmap,
};
