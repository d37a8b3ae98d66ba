// SPDX-License-Identifier: GPL-2.0-only
/* Device memory of a buffer object. */
#include <linux/io.h>
#include <linux/scatterlist.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "gnic_accel.h"

#define GNIC_HBM_PIECE	SZ_2G	/* that a mapping's entry is of */

static phys_addr_t gnic_hbm_phys(struct gnic_bo *bo)
{
	struct gnic_accel *accel = bo->ctx->accel;

	return accel->info.hbm_phys + (bo->node.start - accel->info.hbm_addr);
}

/* What another context left there is not for this one. */
static int gnic_hbm_clear(struct gnic_bo *bo)
{
	u64 __iomem *mem = ioremap_wc(gnic_hbm_phys(bo), bo->base.size);
	size_t i, words = bo->base.size / sizeof(*mem);

	if (!mem)
		return -ENOMEM;
	for (i = 0; i < words; i++) {
		__raw_writeq(0, &mem[i]);
		if (i & 0xffff)
			continue;
		cond_resched();
		if (fatal_signal_pending(current))
			break;
	}
	/* The window that follows shows it to the device. */
	wmb();
	iounmap(mem);
	return i < words ? -EINTR : 0;
}

static int gnic_hbm_get(struct gnic_bo *bo)
{
	int err = gnic_space_get(&bo->ctx->accel->hbm, bo);

	if (err)
		return err;
	err = gnic_hbm_clear(bo);
	if (err)
		gnic_space_put(bo);
	return err;
}

static unsigned long gnic_hbm_pfn(struct gnic_bo *bo, unsigned long page)
{
	return (gnic_hbm_phys(bo) >> PAGE_SHIFT) + page;
}

/* ---- for who imports it ---- */

/* The card itself; another device would have to reach into its BAR. */
static bool gnic_hbm_reaches(struct gnic_bo *bo, struct device *dev)
{
	return dev == bo->ctx->accel->info.dma_dev;
}

/* The card's own addresses, in pieces whose length an entry can say. */
static struct sg_table *gnic_hbm_map(struct gnic_bo *bo, struct device *dev,
				     enum dma_data_direction dir)
{
	u64 addr = bo->node.start, left = bo->base.size;
	struct scatterlist *sg;
	struct sg_table *sgt;
	int err;
	u32 i;

	sgt = kzalloc(sizeof(*sgt), GFP_KERNEL_ACCOUNT);
	if (!sgt)
		return ERR_PTR(-ENOMEM);
	err = sg_alloc_table(sgt, DIV_ROUND_UP_ULL(left, GNIC_HBM_PIECE), GFP_KERNEL_ACCOUNT);
	if (err) {
		kfree(sgt);
		return ERR_PTR(err);
	}
	for_each_sgtable_dma_sg(sgt, sg, i) {
		sg_dma_address(sg) = addr;
		sg_dma_len(sg) = min_t(u64, left, GNIC_HBM_PIECE);
		addr += sg_dma_len(sg);
		left -= sg_dma_len(sg);
	}
	return sgt;
}

static void gnic_hbm_unmap(struct sg_table *sgt, struct device *dev, enum dma_data_direction dir)
{
	sg_free_table(sgt);
	kfree(sgt);
}

const struct gnic_bo_memory gnic_hbm_memory = {
	.get = gnic_hbm_get,
	.put = gnic_space_put,
	.pfn = gnic_hbm_pfn,
	.reaches = gnic_hbm_reaches,
	.map = gnic_hbm_map,
	.unmap = gnic_hbm_unmap,
};
