// SPDX-License-Identifier: GPL-2.0-only
/* Device memory of a buffer object. */
#include <linux/io.h>
#include <linux/sched.h>

#include "gnic_accel.h"

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
		if (!(i & 0xffff))
			cond_resched();
	}
	/* The window that follows shows it to the device. */
	wmb();
	iounmap(mem);
	return 0;
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

const struct gnic_bo_memory gnic_hbm_memory = {
	.get = gnic_hbm_get,
	.put = gnic_space_put,
	.pfn = gnic_hbm_pfn,
};
