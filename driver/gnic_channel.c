// SPDX-License-Identifier: GPL-2.0-only
/*
 * Channels: interrupt, NAPI poll, arming. Both directions meet here.
 */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/slab.h>
#include <net/page_pool/helpers.h>

#include "gnic_channel.h"
#include "gnic_xsk.h"

/* How long queues may take to send what they have. */
#define GNIC_CHANNEL_DRAIN	(HZ / 10)

static irqreturn_t gnic_channel_irq(int irq, void *data)
{
	struct gnic_channel *c = data;

	if (likely(READ_ONCE(c->running)))
		napi_schedule_irqoff(&c->napi);
	return IRQ_HANDLED;
}

static void gnic_channel_arm(struct gnic_channel *c, struct gnic_queue *queue)
{
	gnic_ring_arm(&queue->rx.cq.ring);
	gnic_ring_arm(&queue->tx_cq.ring);
	/* arm before the look at the CQs: see gnic_ring_arm() */
	dma_mb();
	if (gnic_cq_raw(&queue->rx.cq) || gnic_cq_raw(&queue->tx_cq))
		napi_schedule(&c->napi);
}

/* The queue rests until the reset has made another one. */
static int gnic_channel_fail(struct gnic_channel *c, struct gnic_queue *queue, int budget,
			     u64 *counter)
{
	if (!queue->failed) {
		queue->failed = true;
		(*counter)++;
		gnic_nic_queue_failed(queue);
	}
	if (budget)
		napi_complete_done(&c->napi, 0);
	return 0;
}

static int gnic_channel_receive(struct gnic_channel *c, struct gnic_queue *queue, int budget)
{
	if (unlikely(queue->rx.xsk))
		return gnic_xsk_poll(c, queue, budget);
	if (unlikely(queue->rx.heads))
		return gnic_split_poll(c, queue, budget);
	return gnic_rx_poll(c, queue, budget);
}

/* Buffers are NAPI's to ring, packets theirs who have the lock. CQs are armed when it ends. */
static void gnic_channel_ring(struct gnic_channel *c, struct gnic_queue *queue)
{
	struct netdev_queue *txq = netdev_get_tx_queue(c->nic->netdev, c->index);

	/* before: what is lost from here on is another event */
	WRITE_ONCE(c->ring_again, false);
	c->rung_again++;
	if (gnic_queue_sends(queue)) {
		__netif_tx_lock(txq, smp_processor_id());
		gnic_ring_again(&queue->tx.sq);
		__netif_tx_unlock(txq);
	}
	if (!gnic_queue_receives(queue))
		return;
	spin_lock(&queue->xdp.lock);
	gnic_ring_again(&queue->xdp.sq);
	spin_unlock(&queue->xdp.lock);
	gnic_ring_again(&queue->rx.rq);
}

static int gnic_channel_poll(struct napi_struct *napi, int budget)
{
	struct gnic_channel *c = container_of(napi, struct gnic_channel, napi);
	struct gnic_queue *queue = c->queue;
	int work = 0;

	if (unlikely(queue->failed || !gnic_tx_clean(c, queue, budget)))
		return gnic_channel_fail(c, queue, budget, &c->tx_stats.bad_cqes);
	if (unlikely(!budget))
		return 0;
	if (unlikely(READ_ONCE(c->ring_again)))
		gnic_channel_ring(c, queue);
	work = gnic_channel_receive(c, queue, budget);
	if (unlikely(work < 0))
		return gnic_channel_fail(c, queue, budget, &c->rx_stats.bad_cqes);
	if (work < budget && napi_complete_done(napi, work)) {
		if (unlikely(READ_ONCE(c->adaptive)))
			gnic_coal_measure(c);
		gnic_channel_arm(c, queue);
	}
	return work;
}

static int gnic_channel_init(struct gnic_channel *c)
{
	struct gnic_nic *nic = c->nic;
	int err;

	u64_stats_init(&c->rx_stats.syncp);
	u64_stats_init(&c->tx_stats.syncp);
	u64_stats_init(&c->skb_stats.syncp);
	u64_stats_init(&c->xdp_stats.syncp);
	gnic_coal_channel_init(c);
	c->vector = gnic_irq_vector_get(nic->dev);
	snprintf(c->irq_name, sizeof(c->irq_name), "%s-%u.%u-%u@%s", GNIC_DRV_NAME,
		 nic->port->index, nic->vport, c->index, pci_name(nic->dev->pdev));
	err = gnic_irq_request(nic->dev, c->vector, gnic_channel_irq, c->irq_name, c);
	if (err) {
		gnic_irq_vector_put(nic->dev, c->vector);
		gnic_coal_channel_exit(c);
	}
	return err;
}

/**
 * gnic_channel_get - make sure that the channel of a ring exists
 * @nic: netdev
 * @index: ring
 *
 * It stays until the netdev is destroyed, with its vector and counters.
 */
int gnic_channel_get(struct gnic_nic *nic, unsigned int index)
{
	struct gnic_channel *c;
	int err;

	if (nic->channels[index])
		return 0;
	c = kzalloc(sizeof(*c), GFP_KERNEL);
	if (!c)
		return -ENOMEM;
	c->nic = nic;
	c->index = index;
	err = gnic_channel_init(c);
	if (err) {
		kfree(c);
		return err;
	}
	/* A whole channel before its place: pairs with readers of counters. */
	smp_store_release(&nic->channels[index], c);
	return 0;
}

/* All channels up to @index: they come in order. */
int gnic_channel_get_upto(struct gnic_nic *nic, unsigned int index)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i <= index && !err; i++)
		err = gnic_channel_get(nic, i);
	return err;
}

void gnic_channel_destroy(struct gnic_channel *c)
{
	gnic_irq_free(c->nic->dev, c->vector, c);
	gnic_irq_vector_put(c->nic->dev, c->vector);
	gnic_coal_channel_exit(c);
	kfree(c);
}

/* The first poll takes what is there already, and arms. */
void gnic_channel_kick(struct gnic_channel *c)
{
	local_bh_disable();
	napi_schedule(&c->napi);
	local_bh_enable();
}

/* Is there an entry that was there, and not taken, when we looked last? */
static bool gnic_channel_stuck(const struct gnic_cq *cq, u32 *watched)
{
	u32 before = *watched;

	*watched = READ_ONCE(cq->ring.index);
	return *watched == before && gnic_cq_raw(cq);
}

void gnic_channel_watch(struct gnic_channel *c)
{
	const struct gnic_queue *queue = READ_ONCE(c->queue);
	bool stuck;

	if (!queue || !READ_ONCE(c->running) || READ_ONCE(queue->failed))
		return;
	stuck = gnic_channel_stuck(&queue->rx.cq, &c->watched[0]);
	stuck |= gnic_channel_stuck(&queue->tx_cq, &c->watched[1]);
	if (!stuck)
		return;
	c->lost_irqs++;
	gnic_channel_kick(c);
}

/**
 * gnic_channel_ring_again - the device may have lost doorbells of the channel's queue
 * @c: channel; under RCU
 *
 * One that does not run is polled when it does.
 */
void gnic_channel_ring_again(struct gnic_channel *c)
{
	WRITE_ONCE(c->ring_again, true);
	if (READ_ONCE(c->running))
		gnic_channel_kick(c);
}

static bool gnic_channel_tx_idle(const struct gnic_tx *tx)
{
	return READ_ONCE(tx->reaped) == READ_ONCE(tx->sq.index);
}

static bool gnic_channel_idle(const struct gnic_channel *c)
{
	const struct gnic_queue *queue = c->queue;

	return READ_ONCE(queue->failed) ||
	       (gnic_channel_tx_idle(&queue->tx) && gnic_channel_tx_idle(&queue->xdp) &&
		!gnic_cq_raw(&queue->rx.cq));
}

/**
 * gnic_channel_drain - wait until queues have nothing to do any more
 * @channels: channels that run; nobody posts skbs, and no table names them
 * @count: how many
 *
 * Not for ever: a device may have stopped sending. Their interrupts may be put off for
 * longer than that (napi_defer_hard_irqs), so they are polled.
 */
void gnic_channel_drain(struct gnic_channel **channels, unsigned int count)
{
	unsigned long end = jiffies + GNIC_CHANNEL_DRAIN;
	unsigned int i;

	for (i = 0; i < count; i++) {
		while (!gnic_channel_idle(channels[i]) &&
		       !gnic_dev_gone(channels[i]->nic->dev) && time_before(jiffies, end)) {
			gnic_channel_kick(channels[i]);
			usleep_range(500, 1000);
		}
	}
}

/* Whose NAPI instance polls the memory of the queue, if it has any. */
static void gnic_channel_resume_rx(struct gnic_channel *c)
{
	struct gnic_rx *rx = &c->queue->rx;

	gnic_xdp_rxq_set_napi(&rx->xdp_rxq, &c->napi);
	if (rx->pool)
		page_pool_enable_direct_recycling(rx->pool, &c->napi);
	else if (!c->queue->failed)	/* one that rests has outlived its AF_XDP pool */
		gnic_xsk_rx_start(rx);
}

void gnic_channel_resume(struct gnic_channel *c)
{
	if (gnic_queue_receives(c->queue))
		gnic_channel_resume_rx(c);
	napi_enable_locked(&c->napi);
	WRITE_ONCE(c->draining, false);
	WRITE_ONCE(c->running, true);
	gnic_channel_kick(c);
}

void gnic_channel_pause(struct gnic_channel *c)
{
	WRITE_ONCE(c->running, false);
	synchronize_irq(gnic_irq_number(c->nic->dev, c->vector));
	napi_disable_locked(&c->napi);
	gnic_coal_channel_stop(c);
	if (c->queue->rx.pool)
		page_pool_disable_direct_recycling(c->queue->rx.pool);
}

void gnic_channel_abandon(struct gnic_channel *c, const struct gnic_queue *queue)
{
	struct gnic_rx_stats *stats = &c->rx_stats;
	struct gnic_cq cq = queue->rx.cq;
	u32 left = 0;

	for (; left <= cq.ring.mask && gnic_cq_raw(&cq); left++)
		cq.ring.index++;
	u64_stats_update_begin(&stats->syncp);
	stats->abandoned += left;
	u64_stats_update_end(&stats->syncp);
}

void gnic_channel_tell(struct gnic_channel *c)
{
	struct net_device *netdev = c->nic->netdev;

	netif_queue_set_napi(netdev, c->index, NETDEV_QUEUE_TYPE_RX,
			     gnic_queue_receives(c->queue) ? &c->napi : NULL);
	netif_queue_set_napi(netdev, c->index, NETDEV_QUEUE_TYPE_TX,
			     gnic_queue_sends(c->queue) ? &c->napi : NULL);
}

void gnic_channel_start(struct gnic_channel *c, struct gnic_queue *queue)
{
	struct net_device *netdev = c->nic->netdev;

	WRITE_ONCE(c->queue, queue);
	netif_napi_add_config_locked(netdev, &c->napi, gnic_channel_poll, c->index);
	netif_napi_set_irq_locked(&c->napi, gnic_irq_number(c->nic->dev, c->vector));
	gnic_channel_resume(c);
	gnic_channel_tell(c);
}

/* The queue stays: who transmits still sees it. */
void gnic_channel_stop(struct gnic_channel *c)
{
	struct net_device *netdev = c->nic->netdev;

	netif_queue_set_napi(netdev, c->index, NETDEV_QUEUE_TYPE_TX, NULL);
	netif_queue_set_napi(netdev, c->index, NETDEV_QUEUE_TYPE_RX, NULL);
	gnic_channel_pause(c);
	netif_napi_del_locked(&c->napi);
}
