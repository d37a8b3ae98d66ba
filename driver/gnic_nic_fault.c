// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queues of a netdev that do not work: who notices says which, the reporters of
 * the port decide, and new ones take their place.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "gnic_channel.h"
#include "gnic_port_health.h"

/* A device that fails all the time is reset once in so long. */
#define GNIC_NIC_RESET_PAUSE	HZ

/**
 * gnic_nic_renew_later - make the queue of a ring anew, until that works
 * @nic: netdev that runs
 * @ring: its queue runs on or rests until then
 */
void gnic_nic_renew_later(struct gnic_nic *nic, unsigned int ring)
{
	__set_bit(ring, nic->renew);
	if (!gnic_dev_gone(nic->dev))
		schedule_delayed_work(&nic->reset_work, GNIC_NIC_RESET_PAUSE);
}

static int gnic_nic_renew_all(struct gnic_nic *nic, struct netlink_ext_ack *extack)
{
	int err = gnic_nic_reconfigure(nic, &nic->cfg, extack);
	unsigned int ring;

	for (ring = 0; err && ring < nic->num_channels; ring++)
		gnic_nic_renew_later(nic, ring);
	return err;
}

/* One by one if the device can exchange a queue, else all together. */
static int gnic_nic_renew_rings(struct gnic_nic *nic, const unsigned long *rings,
				struct netlink_ext_ack *extack)
{
	unsigned int ring;
	int err, first = 0;

	if (!(nic->dev->caps_bits & GNIC_CAP_QP_MOVE))
		return gnic_nic_renew_all(nic, extack);
	for_each_set_bit(ring, rings, nic->num_channels) {
		err = gnic_swap_restart(nic->channels[ring], &nic->cfg, extack);
		if (err)
			gnic_nic_renew_later(nic, ring);
		first = first ?: err;
	}
	return first;
}

/* The netdev stays up: what could not be made anew is tried again. */
int gnic_nic_renew(struct gnic_nic *nic, const unsigned long *rings,
		   struct netlink_ext_ack *extack)
{
	bool again = !bitmap_empty(nic->renew, GNIC_QUEUES_MAX);
	int err;

	if (!netif_running(nic->netdev))
		return 0;
	nic->resets++;
	err = rings ? gnic_nic_renew_rings(nic, rings, extack) : gnic_nic_renew_all(nic, extack);
	nic->reset_last = jiffies;
	if (err && !again)
		netdev_err(nic->netdev, "no new queues %*pbl: %s, tried again every second\n",
			   GNIC_QUEUES_MAX, nic->renew, gnic_queue_why(err));
	if (again && bitmap_empty(nic->renew, GNIC_QUEUES_MAX)) {
		netdev_info(nic->netdev, "new queues after all\n");
		gnic_port_health_well(nic);
	}
	return err;
}

/* How long queues must not be made anew, in jiffies. */
static unsigned long gnic_nic_reset_wait(const struct gnic_nic *nic)
{
	unsigned long since = jiffies - nic->reset_last;

	return nic->resets && since < GNIC_NIC_RESET_PAUSE ? GNIC_NIC_RESET_PAUSE - since : 0;
}

/*
 * What has failed while others were made anew waits, too: a reporter refuses what it is
 * told too early, and all that it is told after that.
 */
void gnic_nic_reset_work(struct work_struct *work)
{
	struct gnic_nic *nic = container_of(work, struct gnic_nic, reset_work.work);
	bool again = !bitmap_empty(nic->renew, GNIC_QUEUES_MAX);
	unsigned long wait = gnic_nic_reset_wait(nic);

	if (wait) {
		schedule_delayed_work(&nic->reset_work, wait);
		return;
	}
	if (gnic_port_health_report(nic)) {
		/* the reporters' time begins when they have recovered */
		nic->reset_last = jiffies;
		if (!again)
			return;
	}
	rtnl_lock();
	netdev_lock(nic->netdev);
	gnic_nic_renew(nic, again ? nic->renew : NULL, NULL);
	netdev_unlock(nic->netdev);
	rtnl_unlock();
}

/* Any context. */
void gnic_nic_schedule_reset(struct gnic_nic *nic)
{
	schedule_delayed_work(&nic->reset_work, gnic_nic_reset_wait(nic));
}

/*
 * A device that stops one queue may have stopped others, and the watchdog finds
 * only those that are full. New ones cost no frame.
 */
static void gnic_nic_tx_faults(struct gnic_nic *nic)
{
	unsigned int i, count = READ_ONCE(nic->num_tx);

	for (i = 0; i < count; i++)
		set_bit(i, nic->tx_faults);
}

void gnic_nic_tx_timeout(struct net_device *netdev, unsigned int txqueue)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_queue *queue = READ_ONCE(nic->channels[txqueue]->queue);

	if (!queue || !gnic_queue_sends(queue))
		return;
	netdev_warn(netdev, "transmit queue %u: QP %u posted %u, sent %u, given back %u\n",
		    txqueue, queue->tx.qpn, queue->tx.sq.index,
		    le32_to_cpu(queue->tx.sq.db->done), queue->tx.reaped);
	set_bit(txqueue, nic->tx_faults);
	gnic_nic_tx_faults(nic);
	gnic_nic_schedule_reset(nic);
}

/* By one of its QPs; under RCU. */
static struct gnic_queue *gnic_nic_queue_of(struct gnic_nic *nic, u32 qpn)
{
	struct gnic_queue *queue;
	unsigned int i, count;

	/* Channels before their number: pairs with gnic_nic_start(). */
	count = smp_load_acquire(&nic->num_channels);
	for (i = 0; i < count; i++) {
		queue = READ_ONCE(nic->channels[i]->queue);
		if (queue && (queue->tx.qpn == qpn || queue->xdp.qpn == qpn))
			return queue;
	}
	return NULL;
}

/* The device lost doorbells of a QP, perhaps one of ours: its queue is rung again. */
void gnic_nic_doorbell_lost(struct gnic_nic *nic, u32 qpn)
{
	struct gnic_queue *queue;

	rcu_read_lock();
	queue = gnic_nic_queue_of(nic, qpn);
	if (queue)
		gnic_channel_ring_again(queue->rx.channel);
	rcu_read_unlock();
}

/* Of whom a doorbell was lost nobody knows any more. */
void gnic_nic_doorbells_lost(struct gnic_nic *nic)
{
	unsigned int i, count;

	rcu_read_lock();
	/* Channels before their number: pairs with gnic_nic_start(). */
	count = smp_load_acquire(&nic->num_channels);
	for (i = 0; i < count; i++)
		gnic_channel_ring_again(nic->channels[i]);
	rcu_read_unlock();
}

/**
 * gnic_nic_queue_failed - a queue is made anew
 * @queue: of a netdev that runs; any context
 *
 * Once: an error has a completion and an event, and what comes second may come when the
 * reporter has heard of it already.
 */
void gnic_nic_queue_failed(struct gnic_queue *queue)
{
	struct gnic_channel *c = queue->rx.channel;

	if (xchg(&queue->told, true))
		return;
	set_bit(c->index, gnic_queue_receives(queue) ? c->nic->rx_faults : c->nic->tx_faults);
	gnic_nic_schedule_reset(c->nic);
}

/* Perhaps one of ours. */
void gnic_nic_qp_failed(struct gnic_nic *nic, u32 qpn)
{
	struct gnic_queue *queue;

	rcu_read_lock();
	queue = gnic_nic_queue_of(nic, qpn);
	if (queue)
		gnic_nic_queue_failed(queue);
	rcu_read_unlock();
}

/**
 * gnic_nic_published - queues that were made a while ago can be found by their QPs
 * @nic: netdev that runs, its channels and their number are written
 *
 * The event of one that failed before met nobody, so the device is asked.
 */
void gnic_nic_published(struct gnic_nic *nic)
{
	/* Queues before the wish to ask: pairs with xchg() in gnic_nic_watch_work(). */
	smp_store_release(&nic->ask, true);
}

/* There is no QP 0. */
static void gnic_nic_ask_qp(struct gnic_nic *nic, u32 qpn)
{
	u8 syndrome;

	if (qpn && gnic_ring_qp_failed(nic->dev, nic->port->index, qpn, &syndrome))
		gnic_nic_qp_failed(nic, qpn);
}

/**
 * gnic_nic_ask - events of QPs that failed may be lost
 * @nic: netdev; process context
 * @count: its channels
 */
void gnic_nic_ask(struct gnic_nic *nic, unsigned int count)
{
	const struct gnic_queue *queue;
	unsigned int i;
	u32 tx, xdp;

	for (i = 0; i < count; i++) {
		rcu_read_lock();
		queue = READ_ONCE(nic->channels[i]->queue);
		tx = queue ? queue->tx.qpn : 0;
		xdp = queue ? queue->xdp.qpn : 0;
		rcu_read_unlock();
		if (!queue)
			continue;
		gnic_nic_ask_qp(nic, tx);
		gnic_nic_ask_qp(nic, xdp);
	}
}
