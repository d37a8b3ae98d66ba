// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcp-data-split: the device writes headers into the head area of the queue,
 * from where they are copied into the skb, and the payload into buffers that
 * the processor need not be able to read: memory of another device, of user
 * space. Nothing below asks a buffer for its page.
 */
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <net/netdev_queues.h>

#include "gnic_rx.h"

static_assert(GNIC_RAW_NBUF_MAX <= MAX_SKB_FRAGS);

static void gnic_split_give(struct gnic_rx *rx, netmem_ref netmem)
{
	u32 slot = rx->rq.index++ & rx->rq.mask;
	struct gnic_hw_recv_wqe *wqe = (struct gnic_hw_recv_wqe *)rx->rq.desc + slot;

	wqe->addr = cpu_to_le64(page_pool_get_dma_addr_netmem(netmem));
	rx->netmems[slot] = netmem;
}

/* Bytes in the head area; negative: the device says something that can't be. */
static int gnic_split_head(const struct gnic_rx *rx, const struct gnic_hw_raw_cqe *cqe,
			   u32 flags, u32 size)
{
	u32 head = flags & GNIC_RAW_CQE_SPLIT ? FIELD_GET(GNIC_RAW_CQE_HDR_LEN, flags) : 0;
	u32 nbuf = FIELD_GET(GNIC_RAW_CQE_NBUF, flags);
	u32 ctrl = le32_to_cpu(READ_ONCE(cqe->ctrl));

	if ((ctrl & (GNIC_CQE_QPN | GNIC_CQE_REQ | GNIC_CQE_ERROR)) != rx->qpn ||
	    le32_to_cpu(cqe->wqe_index) != rx->reaped || rx->rq.index == rx->reaped)
		return -EPROTO;
	if (size < ETH_HLEN || head > GNIC_RAW_HEAD_SIZE || head > size ||
	    (flags & GNIC_RAW_CQE_SPLIT && head < ETH_HLEN))
		return -EPROTO;
	if (nbuf == 1 ? size - head > rx->buf_size : !gnic_rx_sane_size(rx, size - head, nbuf))
		return -EPROTO;
	return head;
}

/* Of a frame that was not split: what the stack wants to see at once. */
static u32 gnic_split_pull(struct gnic_rx *rx, struct sk_buff *skb, u32 size)
{
	netmem_ref netmem = rx->netmems[rx->reaped & rx->rq.mask];
	u32 len = min_t(u32, size, GNIC_RAW_HEAD_SIZE);

	page_pool_dma_sync_netmem_for_cpu(rx->pool, netmem, 0, len);
	skb_put_data(skb, netmem_address(netmem), len);
	return len;
}

/* The rest of a frame that has @skip bytes less in its first buffer. */
static void gnic_split_add_frags(struct gnic_rx *rx, struct sk_buff *skb, u32 size, u32 skip,
				 u32 nbuf)
{
	netmem_ref netmem;
	u32 len;

	for (; nbuf; nbuf--, size -= len, skip = 0) {
		netmem = rx->netmems[rx->reaped++ & rx->rq.mask];
		len = min_t(u32, size, rx->buf_size - skip);
		if (!len) {
			gnic_split_give(rx, netmem);
			continue;
		}
		page_pool_dma_sync_netmem_for_cpu(rx->pool, netmem, skip, len);
		skb_add_rx_frag_netmem(skb, skb_shinfo(skb)->nr_frags, netmem, skip, len,
				       rx->truesize);
	}
}

static void gnic_split_drop(struct gnic_rx *rx, u32 nbuf, u64 *counter)
{
	while (nbuf--)
		gnic_split_give(rx, rx->netmems[rx->reaped++ & rx->rq.mask]);
	(*counter)++;
}

static bool gnic_split_frame(struct gnic_rx_poll *poll, const struct gnic_hw_raw_cqe *cqe)
{
	u32 flags = le32_to_cpu(READ_ONCE(cqe->flags));
	u32 size = le32_to_cpu(READ_ONCE(cqe->size));
	u32 nbuf = FIELD_GET(GNIC_RAW_CQE_NBUF, flags), skip = 0;
	struct gnic_rx *rx = poll->rx;
	struct sk_buff *skb;
	int head;

	head = gnic_split_head(rx, cqe, flags, size);
	if (unlikely(head < 0))
		return false;
	poll->count.bytes += size;
	if (unlikely(!head && page_pool_is_unreadable(rx->pool))) {
		gnic_split_drop(rx, nbuf, &poll->count.unreadable);
		return true;
	}
	skb = napi_alloc_skb(&poll->c->napi, GNIC_RAW_HEAD_SIZE);
	if (unlikely(!skb)) {
		gnic_split_drop(rx, nbuf, &poll->count.alloc_fail);
		return true;
	}
	if (likely(head))
		skb_put_data(skb, rx->heads[rx->reaped & rx->rq.mask], head);
	else
		skip = gnic_split_pull(rx, skb, size);
	skb_mark_for_recycle(skb);
	gnic_split_add_frags(rx, skb, size - head - skip, skip, nbuf);
	gnic_rx_deliver(poll, skb, cqe, flags);
	return true;
}

/* True if the device can go on receiving. */
static bool gnic_split_refill(struct gnic_rx *rx, struct gnic_rx_stats *count)
{
	u32 room = gnic_ring_free_entries(&rx->rq, rx->reaped);
	netmem_ref netmem;

	for (; room; room--) {
		netmem = page_pool_alloc_netmems(rx->pool, GFP_ATOMIC | __GFP_NOWARN);
		if (unlikely(!netmem)) {
			count->refill_fail++;
			break;
		}
		gnic_split_give(rx, netmem);
	}
	gnic_ring_publish(&rx->rq);
	return room <= rx->rq.mask - GNIC_RAW_NBUF_MAX;
}

/**
 * gnic_split_poll - gnic_rx_poll() of a queue that splits
 * @c: channel
 * @queue: its queue
 * @budget: of NAPI
 *
 * XDP programs never see such a queue: both are not on at the same time.
 */
int gnic_split_poll(struct gnic_channel *c, struct gnic_queue *queue, int budget)
{
	struct gnic_rx *rx = &queue->rx;
	const struct gnic_hw_raw_cqe *cqe;
	struct gnic_rx_poll poll;
	int work = 0;

	gnic_rx_poll_init(&poll, c, rx);
	while (work < budget && (cqe = gnic_cq_raw(&rx->cq))) {
		if (unlikely(!gnic_split_frame(&poll, cqe))) {
			work = -EPROTO;
			break;
		}
		rx->cq.ring.index++;
		poll.count.packets++;
		work++;
	}
	gnic_xdp_finish(c, queue);
	gnic_ring_consume(&rx->cq.ring);
	if (unlikely(!gnic_split_refill(rx, &poll.count)) && work >= 0)
		work = budget;
	gnic_rx_publish(c, &poll.count);
	return work;
}

/* A provider may have less memory than the ring has entries. */
int gnic_split_fill(struct gnic_rx *rx)
{
	netmem_ref netmem;

	while (gnic_ring_free_entries(&rx->rq, rx->reaped)) {
		netmem = page_pool_alloc_netmems(rx->pool, GFP_KERNEL);
		if (!netmem)
			return page_pool_is_unreadable(rx->pool) ? 0 : -ENOMEM;
		gnic_split_give(rx, netmem);
	}
	return 0;
}

int gnic_split_init(struct gnic_channel *c, struct gnic_rx *rx)
{
	struct device *device = &c->nic->dev->pdev->dev;
	size_t size = (rx->rq.mask + 1) * sizeof(*rx->heads);

	rx->heads = dma_alloc_coherent(device, size, &rx->heads_dma, GFP_KERNEL);
	if (!rx->heads)
		return -ENOMEM;
	rx->truesize = gnic_queue_page_size(c->nic->netdev, c->index);
	rx->buf_size = rx->truesize;
	rx->headroom = 0;
	return 0;
}

void gnic_split_exit(struct gnic_channel *c, struct gnic_rx *rx)
{
	size_t size = (rx->rq.mask + 1) * sizeof(*rx->heads);

	if (rx->heads)
		dma_free_coherent(&c->nic->dev->pdev->dev, size, rx->heads, rx->heads_dma);
	rx->heads = NULL;
}

/* Tell the device, before the first frame. */
int gnic_split_start(struct gnic_channel *c, struct gnic_rx *rx, u32 thresh)
{
	struct gnic_hw_qp_split in = {
		.port = cpu_to_le32(c->nic->port->index),
		.qpn = cpu_to_le32(rx->qpn),
		.base = cpu_to_le64(rx->heads_dma),
		.thresh = cpu_to_le32(thresh),
	};

	if (!rx->heads)
		return 0;
	return gnic_cmd_exec(c->nic->dev, GNIC_CMD_QP_SPLIT, &in, sizeof(in), NULL, 0);
}
