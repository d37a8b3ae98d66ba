// SPDX-License-Identifier: GPL-2.0-only
/*
 * The core of transmit that skbs and XDP frames share: WQEs of a packet,
 * doorbell, and giving back what the device has sent.
 */
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <net/netdev_queues.h>

#include "gnic_channel.h"
#include "gnic_push.h"
#include "gnic_tx_post.h"
#include "gnic_xsk.h"

/* WQEs behind the first one. Returns the index behind them. */
u32 gnic_tx_post_rest(struct gnic_tx *tx, unsigned int nseg)
{
	struct gnic_hw_raw_wqe *wqe;
	u32 index = tx->sq.index;
	unsigned int left;

	for (left = nseg - GNIC_RAW_WQE_SEGS, index++; ; left -= GNIC_RAW_WQE_SEGS, index++) {
		wqe = gnic_tx_wqe(tx, index);
		wqe->ctrl = cpu_to_le32(FIELD_PREP(GNIC_WQE_OPCODE, GNIC_WQE_RAW_CONT) |
					FIELD_PREP(GNIC_WQE_INDEX, index & 0xff) |
					GNIC_RAW_WQE_SE);
		wqe->size = 0;
		wqe->offload = 0;
		wqe->vlan_tci = 0;
		wqe->mss = 0;
		/* a first WQE may have said here where a tunnel is, or when to send */
		wqe->seg[0].rsvd = 0;
		gnic_tx_trim(wqe, gnic_tx_info(tx, index),
			     min_t(unsigned int, left, GNIC_RAW_WQE_SEGS));
		if (left <= GNIC_RAW_WQE_SEGS)
			return index + 1;
	}
}

/*
 * The last packet says when it is done, and all before it are done by then:
 * one completion a doorbell.
 */
void gnic_tx_doorbell(struct gnic_tx *tx, struct gnic_post_stats *stats)
{
	u64 kicks = tx->sq.kicks;

	tx->last->ctrl |= cpu_to_le32(GNIC_RAW_WQE_CQE);
	if (unlikely(tx->push))
		gnic_push(tx);
	/* info and BQL's count before it: pairs with gnic_tx_complete(). */
	smp_store_release(&tx->rung, tx->sq.index);
	gnic_ring_doorbell(&tx->sq);
	u64_stats_update_begin(&stats->syncp);
	stats->doorbells++;
	stats->kicks += tx->sq.kicks - kicks;
	u64_stats_update_end(&stats->syncp);
}

/* The segments that are set belong to no packet after all. */
void gnic_tx_abort(struct gnic_tx *tx, unsigned int nseg, bool mapped)
{
	struct gnic_tx_info *info;
	unsigned int i;

	while (nseg--) {
		i = nseg % GNIC_RAW_WQE_SEGS;
		info = gnic_tx_info(tx, tx->sq.index + nseg / GNIC_RAW_WQE_SEGS);
		if (mapped)
			netmem_dma_unmap_page_attrs(tx->dma_dev, info->dma[i], info->len[i],
						    DMA_TO_DEVICE, 0);
		/* so that gnic_tx_trim() finds all that may be there */
		info->segs = GNIC_RAW_WQE_SEGS;
	}
}

static void gnic_tx_unmap(struct gnic_tx *tx, u32 index, unsigned int wqes)
{
	const struct gnic_tx_info *info;
	unsigned int i;

	for (; wqes; wqes--, index++) {
		info = gnic_tx_info(tx, index);
		for (i = 0; i < info->segs; i++)
			netmem_dma_unmap_page_attrs(tx->dma_dev, info->dma[i], info->len[i],
						    DMA_TO_DEVICE, 0);
	}
}

static void gnic_tx_count(struct gnic_tx_stats *count, const struct gnic_tx_info *info)
{
	count->packets += info->packets;
	count->bytes += info->bytes;
	if (likely(info->packets == 1))
		return;
	count->gso_packets++;
	count->gso_bytes += info->bytes;
	count->gso_wire_packets += info->packets;
	count->gso_wire_bytes += info->bytes;
}

/* Whoever sent it learns when it left. */
static void gnic_tx_tstamp(struct sk_buff *skb, u64 tstamp, struct gnic_tx_stats *count)
{
	struct skb_shared_hwtstamps stamps = { .hwtstamp = ns_to_ktime(tstamp) };

	if (unlikely(!tstamp)) {
		count->tstamps_lost++;
		return;
	}
	skb_tstamp_tx(skb, &stamps);
	count->tstamps++;
}

static void gnic_tx_reap_one(struct gnic_tx *tx, u32 index, struct gnic_tx_info *info,
			     struct gnic_tx_reaper *reaper)
{
	switch (info->kind) {
	case GNIC_TX_SKB_TSTAMP:
		gnic_tx_tstamp(info->skb, gnic_tx_info(tx, index + info->wqes - 1)->tstamp,
			       &reaper->count);
		fallthrough;
	case GNIC_TX_SKB:
		gnic_tx_unmap(tx, index, info->wqes);
		napi_consume_skb(info->skb, reaper->budget);
		break;
	case GNIC_TX_XDP_NDO:
		gnic_tx_unmap(tx, index, info->wqes);
		fallthrough;
	case GNIC_TX_XDP_TX:
		xdp_return_frame_bulk(info->xdpf, &reaper->bulk);
		break;
	case GNIC_TX_XSK_TSTAMP:
		gnic_xsk_tx_tstamp(info, gnic_tx_info(tx, index + info->wqes - 1)->tstamp,
				   &reaper->count);
		fallthrough;
	case GNIC_TX_XSK:
		tx->xsk->done += info->descs;
		break;
	default:
		gnic_xsk_tx_free_bufs(tx, index, info);
	}
}

/* Give back packets up to WQE @done. */
static void gnic_tx_reap(struct gnic_tx *tx, u32 done, struct gnic_tx_reaper *reaper)
{
	u32 reaped = tx->reaped;
	struct gnic_tx_info *info;

	while (reaped != done) {
		info = gnic_tx_info(tx, reaped);
		if (unlikely(done - reaped < info->wqes))
			break;
		gnic_tx_count(&reaper->count, info);
		gnic_tx_reap_one(tx, reaped, info, reaper);
		reaped += info->wqes;
	}
	/* What was given back before its place: pairs with gnic_tx_room(). */
	smp_store_release(&tx->reaped, reaped);
}

/* All up to this WQE has been sent; whether that can be: BQL has no mercy. */
static bool gnic_tx_complete(struct gnic_tx *tx, u32 wqe_index,
			     const struct gnic_hw_raw_cqe *cqe)
{
	/* info and BQL's count before it: pairs with gnic_tx_doorbell(). */
	u32 rung = smp_load_acquire(&tx->rung);

	if (unlikely(wqe_index - tx->reaped >= rung - tx->reaped))
		return false;
	if (unlikely(le32_to_cpu(cqe->flags) & GNIC_RAW_CQE_SENT))
		gnic_tx_info(tx, wqe_index)->tstamp = (u64)le32_to_cpu(cqe->hash) << 32 |
						      le32_to_cpu(cqe->tstamp);
	tx->done = wqe_index + 1;
	return true;
}

static bool gnic_tx_cqe(struct gnic_queue *queue, const struct gnic_hw_raw_cqe *cqe)
{
	u32 ctrl = le32_to_cpu(READ_ONCE(cqe->ctrl));
	u32 index = le32_to_cpu(READ_ONCE(cqe->wqe_index));
	u32 qpn = FIELD_GET(GNIC_CQE_QPN, ctrl);

	if (unlikely((ctrl & (GNIC_CQE_REQ | GNIC_CQE_ERROR)) != GNIC_CQE_REQ))
		return false;
	if (qpn == queue->tx.qpn)
		return gnic_tx_complete(&queue->tx, index, cqe);
	return qpn == queue->xdp.qpn && gnic_tx_complete(&queue->xdp, index, cqe);
}

/* At most one pass over the ring, whatever the device writes. */
static bool gnic_tx_drain_cq(struct gnic_queue *queue)
{
	struct gnic_cq *cq = &queue->tx_cq;
	const struct gnic_hw_raw_cqe *cqe;
	u32 first = cq->ring.index;

	while (cq->ring.index - first <= cq->ring.mask && (cqe = gnic_cq_raw(cq))) {
		if (unlikely(!gnic_tx_cqe(queue, cqe)))
			return false;
		cq->ring.index++;
	}
	if (cq->ring.index != first)
		gnic_ring_consume(&cq->ring);
	return true;
}

static void gnic_tx_publish(struct gnic_channel *c, const struct gnic_tx_stats *count, bool woke)
{
	struct gnic_tx_stats *stats = &c->tx_stats;

	u64_stats_update_begin(&stats->syncp);
	stats->packets += count->packets;
	stats->bytes += count->bytes;
	stats->gso_packets += count->gso_packets;
	stats->gso_bytes += count->gso_bytes;
	stats->gso_wire_packets += count->gso_wire_packets;
	stats->gso_wire_bytes += count->gso_wire_bytes;
	stats->wake += woke;
	stats->tstamps += count->tstamps;
	stats->tstamps_lost += count->tstamps_lost;
	u64_stats_update_end(&stats->syncp);
}

static void gnic_tx_clean_skbs(struct gnic_channel *c, struct gnic_tx *tx,
			       struct gnic_tx_reaper *reaper)
{
	struct netdev_queue *txq = netdev_get_tx_queue(c->nic->netdev, c->index);
	bool woke;

	gnic_tx_reap(tx, tx->done, reaper);
	woke = !__netif_txq_completed_wake(txq, reaper->count.packets, reaper->count.bytes,
					   gnic_tx_room(tx), GNIC_TX_WAKE,
					   READ_ONCE(c->draining));
	gnic_tx_publish(c, &reaper->count, woke);
}

static void gnic_tx_clean_xdp(struct gnic_channel *c, struct gnic_tx *tx,
			      struct gnic_tx_reaper *reaper)
{
	xdp_frame_bulk_init(&reaper->bulk);
	rcu_read_lock();
	gnic_tx_reap(tx, tx->done, reaper);
	xdp_flush_frame_bulk(&reaper->bulk);
	rcu_read_unlock();
	if (tx->xsk)
		gnic_xsk_tx_complete(tx);
	gnic_tx_publish(c, &reaper->count, false);
}

/**
 * gnic_tx_clean - give back what both send queues have sent
 * @c: channel
 * @queue: its queue
 * @budget: of NAPI
 *
 * Return: false if the device said something that can't be.
 */
bool gnic_tx_clean(struct gnic_channel *c, struct gnic_queue *queue, int budget)
{
	struct gnic_tx_reaper reaper;

	if (unlikely(!gnic_tx_drain_cq(queue)))
		return false;
	reaper.budget = budget;
	if (queue->tx.done != queue->tx.reaped) {
		memset(&reaper.count, 0, sizeof(reaper.count));
		gnic_tx_clean_skbs(c, &queue->tx, &reaper);
	}
	/* The pools that frames came from are NAPI's alone: netpoll leaves them. */
	if (budget && queue->xdp.done != queue->xdp.reaped) {
		memset(&reaper.count, 0, sizeof(reaper.count));
		gnic_tx_clean_xdp(c, &queue->xdp, &reaper);
	}
	return true;
}

/**
 * gnic_tx_settle - what was posted when nobody polled any more is given back, and counted
 * @c: channel; NAPI is disabled
 * @queue: was its queue until now
 *
 * Return: nothing is left that the device has not sent.
 */
bool gnic_tx_settle(struct gnic_channel *c, struct gnic_queue *queue)
{
	local_bh_disable();
	gnic_tx_clean(c, queue, 1);
	local_bh_enable();
	return queue->tx.reaped == queue->tx.sq.index && queue->xdp.reaped == queue->xdp.sq.index;
}

static u64 gnic_tx_left(const struct gnic_tx *tx)
{
	const struct gnic_tx_info *info;
	u64 packets = 0;
	u32 index;

	for (index = tx->reaped; index != tx->sq.index; index += info->wqes) {
		info = gnic_tx_info(tx, index);
		packets += info->packets;
	}
	return packets;
}

/**
 * gnic_tx_abandon - what the device has not sent by now is lost
 * @c: channel; NAPI is disabled
 * @queue: was its queue until now; nobody posts any more
 */
void gnic_tx_abandon(struct gnic_channel *c, const struct gnic_queue *queue)
{
	u64 left = gnic_tx_left(&queue->tx) + gnic_tx_left(&queue->xdp);
	struct gnic_tx_stats *stats = &c->tx_stats;

	u64_stats_update_begin(&stats->syncp);
	stats->abandoned += left;
	u64_stats_update_end(&stats->syncp);
}

int gnic_tx_alloc(struct gnic_channel *c, struct gnic_tx *tx, const struct gnic_nic_cfg *cfg)
{
	struct gnic_dev *dev = c->nic->dev;
	u8 log = ilog2(cfg->tx_ring);
	int err;

	err = gnic_ring_alloc(dev, &tx->sq, &c->nic->port->wqes, log,
			      sizeof(struct gnic_hw_raw_wqe));
	if (err)
		return err;
	err = cfg->tx_push ? gnic_push_alloc(dev, tx) : 0;
	if (err)
		goto err_ring_free;
	tx->info = kvcalloc(BIT(log), sizeof(*tx->info), GFP_KERNEL);
	if (!tx->info) {
		err = -ENOMEM;
		goto err_push_free;
	}
	tx->dma_dev = &dev->pdev->dev;
	spin_lock_init(&tx->lock);
	return 0;

err_push_free:
	gnic_push_free(dev, tx);
err_ring_free:
	gnic_ring_free(dev, &tx->sq);
	return err;
}

/* What was not sent is not going to be: it is given back, to sockets as well. */
void gnic_tx_flush(struct gnic_tx *tx)
{
	struct gnic_tx_reaper reaper = {};

	xdp_frame_bulk_init(&reaper.bulk);
	rcu_read_lock();
	gnic_tx_reap(tx, tx->sq.index, &reaper);
	xdp_flush_frame_bulk(&reaper.bulk);
	rcu_read_unlock();
	if (tx->xsk)
		gnic_xsk_tx_exit(tx);
}

/* The QP is gone; what it did not send any more is dropped. */
void gnic_tx_free(struct gnic_channel *c, struct gnic_tx *tx)
{
	gnic_tx_flush(tx);
	kvfree(tx->info);
	gnic_push_free(c->nic->dev, tx);
	gnic_ring_free(c->nic->dev, &tx->sq);
}
