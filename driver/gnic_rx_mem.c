// SPDX-License-Identifier: GPL-2.0-only
/* Memory of receive queues: the pool, where in a page a buffer is, the first buffers. */
#include <linux/slab.h>

#include "gnic_rx.h"
#include "gnic_xsk.h"

static struct page_pool *gnic_rx_pool_create(struct gnic_channel *c, struct gnic_rx *rx)
{
	bool split = rx->heads;

	struct page_pool_params params = {
		.flags		= PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV |
				  (split ? PP_FLAG_ALLOW_UNREADABLE_NETMEM : 0),
		.order		= split ? get_order(rx->truesize) : 0,
		.pool_size	= DIV_ROUND_UP((rx->rq.mask + 1) * rx->truesize,
					       max_t(size_t, PAGE_SIZE, rx->truesize)),
		.nid		= NUMA_NO_NODE,
		.dev		= &c->nic->dev->pdev->dev,
		.dma_dir	= split ? DMA_FROM_DEVICE : DMA_BIDIRECTIONAL,
		.max_len	= max_t(size_t, PAGE_SIZE, rx->truesize) - rx->headroom,
		.offset		= rx->headroom,
		.netdev		= c->nic->netdev,
		.queue_idx	= c->index,
	};

	return page_pool_create(&params);
}

static int gnic_rx_pool_init(struct gnic_channel *c, struct gnic_rx *rx)
{
	int err;

	rx->pool = gnic_rx_pool_create(c, rx);
	if (IS_ERR(rx->pool))
		return PTR_ERR(rx->pool);
	/* A program may lengthen the last buffer of a frame by what is behind its data. */
	err = __xdp_rxq_info_reg(&rx->xdp_rxq, c->nic->netdev, c->index, 0, rx->truesize);
	if (err)
		goto err_pool_destroy;
	err = xdp_rxq_info_reg_mem_model(&rx->xdp_rxq, MEM_TYPE_PAGE_POOL, rx->pool);
	if (err)
		goto err_unreg;
	return 0;

err_unreg:
	xdp_rxq_info_unreg(&rx->xdp_rxq);
err_pool_destroy:
	page_pool_destroy(rx->pool);
	return err;
}

static void gnic_rx_pool_exit(struct gnic_rx *rx)
{
	xdp_rxq_info_unreg(&rx->xdp_rxq);
	page_pool_destroy(rx->pool);
}

/* What does not change from buffer to buffer is written once. */
static void gnic_rx_preset(struct gnic_rx *rx)
{
	struct gnic_hw_recv_wqe *wqe = rx->rq.desc;
	u32 i;

	for (i = 0; i <= rx->rq.mask; i++)
		wqe[i].size = cpu_to_le32(rx->buf_size);
}

/* Where the parts of a buffer are. */
static void gnic_rx_layout(struct gnic_rx *rx, const struct gnic_nic_cfg *cfg)
{
	rx->truesize = cfg->xdp ? GNIC_RX_BUF_LEN_MAX : cfg->rx_buf_len;
	rx->headroom = rx->truesize == PAGE_SIZE ? GNIC_RX_HEADROOM : NET_SKB_PAD;
	rx->buf_size = SKB_WITH_OVERHEAD(rx->truesize) - rx->headroom;
}

static int gnic_rx_mem_init(struct gnic_channel *c, struct gnic_rx *rx,
			    const struct gnic_nic_cfg *cfg)
{
	int err;

	rx->xsk = c->xsk;
	gnic_rx_layout(rx, cfg);
	if (rx->xsk)
		return gnic_xsk_rx_init(c, rx);
	err = cfg->split ? gnic_split_init(c, rx) : 0;
	if (err)
		return err;
	err = gnic_rx_pool_init(c, rx);
	if (err)
		gnic_split_exit(c, rx);
	return err;
}

/* Memory of a receive queue; CQ, QP and buffers come later. */
int gnic_rx_alloc(struct gnic_channel *c, struct gnic_rx *rx, const struct gnic_nic_cfg *cfg)
{
	struct gnic_dev *dev = c->nic->dev;
	int err;

	err = gnic_ring_alloc(dev, &rx->rq, &c->nic->port->wqes, ilog2(cfg->rx_ring),
			      sizeof(struct gnic_hw_recv_wqe));
	if (err)
		return err;
	rx->data = kvcalloc(cfg->rx_ring, sizeof(*rx->data), GFP_KERNEL);
	if (!rx->data) {
		err = -ENOMEM;
		goto err_ring_free;
	}
	err = gnic_rx_mem_init(c, rx, cfg);
	if (err)
		goto err_data_free;
	gnic_rx_preset(rx);
	return 0;

err_data_free:
	kvfree(rx->data);
err_ring_free:
	gnic_ring_free(dev, &rx->rq);
	return err;
}

static void gnic_rx_put_buffers(struct gnic_rx *rx)
{
	u32 slot;

	for (; rx->reaped != rx->rq.index; rx->reaped++) {
		slot = rx->reaped & rx->rq.mask;
		if (rx->heads)
			page_pool_put_full_netmem(rx->pool, rx->netmems[slot], false);
		else
			page_pool_free_va(rx->pool, rx->data[slot], false);
	}
}

/* The QP is gone: no buffer is the device's any more. */
void gnic_rx_free(struct gnic_channel *c, struct gnic_rx *rx)
{
	if (rx->xsk) {
		gnic_xsk_rx_exit(rx);
	} else {
		gnic_rx_put_buffers(rx);
		gnic_rx_pool_exit(rx);
		gnic_split_exit(c, rx);
	}
	kvfree(rx->data);
	gnic_ring_free(c->nic->dev, &rx->rq);
}

/*
 * First buffers, in process context; all of them, or -ENOMEM. A pool of AF_XDP
 * has one consumer: the first poll takes what the socket gives.
 */
int gnic_rx_fill(struct gnic_rx *rx)
{
	u32 size = rx->truesize;
	void *buf;

	if (rx->xsk)
		return 0;
	if (rx->heads)
		return gnic_split_fill(rx);
	while (gnic_ring_free_entries(&rx->rq, rx->reaped)) {
		buf = page_pool_alloc_va(rx->pool, &size, GFP_KERNEL);
		if (!buf)
			return -ENOMEM;
		gnic_rx_give(rx, buf);
	}
	/* The pool took 64 pages at once: what a short ring leaves of them goes back. */
	page_pool_update_nid(rx->pool, NUMA_NO_NODE);
	return 0;
}
