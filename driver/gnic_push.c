// SPDX-License-Identifier: GPL-2.0-only
/*
 * Send rings in device memory (ethtool -G tx-push). The last part of it is the netdevs';
 * the compute module hands out the rest, and knows of no more.
 */
#include <linux/genalloc.h>
#include <linux/io.h>
#include <linux/sizes.h>

#include "gnic.h"
#include "gnic_channel.h"
#include "gnic_push.h"

/* Of device memory a sixteenth, and no more than rings of 24 busy ports take. */
#define GNIC_PUSH_SHARE_LOG	4
#define GNIC_PUSH_SHARE_MAX	SZ_64M

u64 gnic_hbm_size(struct gnic_dev *dev)
{
	return min_t(u64, gnic_rd64(dev, GNIC_CTL_HBM_SIZE_LO),
		     pci_resource_len(dev->pdev, GNIC_BAR_HBM));
}

u64 gnic_push_share(u64 hbm_size)
{
	return round_down(min_t(u64, hbm_size >> GNIC_PUSH_SHARE_LOG, GNIC_PUSH_SHARE_MAX),
			  PAGE_SIZE);
}

static int gnic_push_map(struct gnic_dev *dev, u64 offset, u64 share)
{
	int err;

	dev->push_mem = ioremap_wc(pci_resource_start(dev->pdev, GNIC_BAR_HBM) + offset, share);
	if (!dev->push_mem)
		return -ENOMEM;
	/* where others have a physical address, we have the device's */
	err = gen_pool_add_virt(dev->push_pool, (unsigned long)dev->push_mem,
				GNIC_ADDR_HBM_BASE + offset, share, dev_to_node(&dev->pdev->dev));
	if (err)
		iounmap(dev->push_mem);
	return err;
}

int gnic_push_init(struct gnic_dev *dev)
{
	u64 size = gnic_hbm_size(dev), share = gnic_push_share(size);
	int err;

	if (!share)
		return 0;
	dev->push_pool = gen_pool_create(PAGE_SHIFT, dev_to_node(&dev->pdev->dev));
	if (!dev->push_pool)
		return -ENOMEM;
	err = gnic_push_map(dev, size - share, share);
	if (err) {
		gen_pool_destroy(dev->push_pool);
		dev->push_pool = NULL;
	}
	return err;
}

/*
 * Of rings that the device did not give back nobody knows any more, and a pool can't end as
 * long as it lacks something: it is lost with them. The memory itself is there for the next.
 */
void gnic_push_exit(struct gnic_dev *dev)
{
	struct gen_pool *pool = dev->push_pool;

	if (!pool)
		return;
	if (gen_pool_avail(pool) == gen_pool_size(pool))
		gen_pool_destroy(pool);
	dev->push_pool = NULL;
	iounmap(dev->push_mem);
}

u64 gnic_push_wqes(struct gnic_dev *dev)
{
	return dev->push_pool ? gen_pool_size(dev->push_pool) / sizeof(struct gnic_hw_raw_wqe) : 0;
}

u64 gnic_push_wqes_used(struct gnic_dev *dev)
{
	if (!dev->push_pool)
		return 0;
	return gnic_push_wqes(dev) -
	       gen_pool_avail(dev->push_pool) / sizeof(struct gnic_hw_raw_wqe);
}

int gnic_push_alloc(struct gnic_dev *dev, struct gnic_tx *tx)
{
	void *mem;

	mem = dev->push_pool ? gen_pool_dma_alloc(dev->push_pool, tx->sq.size, &tx->sq.base) :
			       NULL;
	if (!mem)
		return -ENOBUFS;
	tx->push = (void __iomem __force *)mem;
	return 0;
}

void gnic_push_free(struct gnic_dev *dev, struct gnic_tx *tx)
{
	if (!tx->push)
		return;
	gen_pool_free(dev->push_pool, (unsigned long)tx->push, tx->sq.size);
	tx->push = NULL;
}

static void gnic_push_piece(struct gnic_tx *tx, u32 first, u32 count)
{
	const struct gnic_hw_raw_wqe *wqe = tx->sq.desc;
	size_t words = sizeof(*wqe) / sizeof(u64);

	__iowrite64_copy(tx->push + first * sizeof(*wqe), wqe + first, count * words);
}

/* Each is whole by now: the processor sends it to the device in one write. */
void gnic_push(struct gnic_tx *tx)
{
	u32 first = tx->rung & tx->sq.mask, count = tx->sq.index - tx->rung;
	u32 straight = min(count, tx->sq.mask + 1 - first);

	gnic_push_piece(tx, first, straight);
	gnic_push_piece(tx, 0, count - straight);
	/* Out of the processor's buffers before the index, which dma_wmb() does not see to. */
	wmb();
}
