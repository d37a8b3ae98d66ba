// SPDX-License-Identifier: GPL-2.0-only
/*
 * One queue takes the place of another while the channel's neighbours, the
 * link and the connections go on. The device moves what names the old QP in
 * one step; what the old one has is sent and taken before it is left alone.
 */
#include <linux/delay.h>

#include "gnic_channel.h"
#include "gnic_xsk.h"

/* How long packets may take that were posted at the last moment. */
#define GNIC_SWAP_SETTLE_MS	20
/* How long a card may take to be silent once it is being reset: a little more than the reset. */
#define GNIC_SWAP_SILENCE_MS	3000

static int gnic_swap_move(struct gnic_channel *c, u32 from, u32 to)
{
	struct gnic_hw_qp_move in = {
		.port = cpu_to_le32(c->nic->port->index),
		.from = cpu_to_le32(from),
		.to = cpu_to_le32(to),
	};

	if (!(c->nic->dev->caps_bits & GNIC_CAP_QP_MOVE))
		return -EOPNOTSUPP;
	return gnic_cmd_exec(c->nic->dev, GNIC_CMD_QP_MOVE, &in, sizeof(in), NULL, 0);
}

/* Nothing names one that receives no more, or did not yet. */
static int gnic_swap_receive(struct gnic_channel *c, const struct gnic_queue *old,
			     const struct gnic_queue *queue)
{
	if (!gnic_queue_receives(old) || !gnic_queue_receives(queue))
		return 0;
	return gnic_swap_move(c, old->rx.qpn, queue->rx.qpn);
}

/* Nobody is within ndo_start_xmit() of it when this returns. */
void gnic_swap_tx_stop(struct netdev_queue *txq)
{
	__netif_tx_lock_bh(txq);
	netif_tx_stop_queue(txq);
	__netif_tx_unlock_bh(txq);
}

/**
 * gnic_swap_settle - what was posted at the last moment leaves, too, or is lost
 * @c: channel; nobody polls @old any more
 * @old: its queue until now; nobody posts to it, redirections that saw it are over
 */
void gnic_swap_settle(struct gnic_channel *c, struct gnic_queue *old)
{
	unsigned int ms;

	for (ms = 0; ms < GNIC_SWAP_SETTLE_MS && !gnic_dev_gone(c->nic->dev); ms++) {
		if (old->failed)
			break;
		if (gnic_tx_settle(c, old))
			return;
		usleep_range(1000, 1100);
	}
	gnic_tx_abandon(c, old);
}

static int gnic_swap_stop_qp(struct gnic_channel *c, u32 qpn)
{
	struct gnic_hw_qp_id in = {
		.qpn = cpu_to_le32(qpn),
		.port = cpu_to_le32(c->nic->port->index),
	};

	return gnic_cmd_exec(c->nic->dev, GNIC_CMD_QP_STOP, &in, sizeof(in), NULL, 0);
}

/*
 * What was not sent in time may still be read, until the queue is destroyed: not of memory
 * that has gone back by then.
 */
static void gnic_swap_release(struct gnic_channel *c, struct gnic_queue *old)
{
	gnic_swap_stop_qp(c, old->xdp.qpn);
	gnic_xsk_release(old);
}

/**
 * gnic_swap_begin - frames come to the queue that a channel is going to get
 * @c: channel
 * @queue: as of gnic_swap_queue(); gnic_swap_finish() or gnic_swap_undo() follows
 *
 * Return: 0, or an error and they come to the old one.
 */
int gnic_swap_begin(struct gnic_channel *c, struct gnic_queue *queue)
{
	return gnic_swap_receive(c, c->queue, queue);
}

/**
 * gnic_swap_undo - frames come to the queue of a channel again
 * @c: channel
 * @queue: as of gnic_swap_begin(); what it has received is lost
 *
 * Return: 0, or an error and they come to @queue still.
 */
int gnic_swap_undo(struct gnic_channel *c, struct gnic_queue *queue)
{
	int err;

	err = gnic_swap_receive(c, queue, c->queue);
	if (err)
		return err;
	gnic_channel_pause(c);
	gnic_channel_abandon(c, queue);
	gnic_channel_resume(c);
	return 0;
}

/**
 * gnic_swap_finish - the queue that frames come to is the channel's
 * @c: channel
 * @queue: as of gnic_swap_begin(); the old queue is the caller's then
 */
void gnic_swap_finish(struct gnic_channel *c, struct gnic_queue *queue)
{
	struct netdev_queue *txq = netdev_get_tx_queue(c->nic->netdev, c->index);
	struct gnic_queue *old = c->queue;

	WRITE_ONCE(c->draining, true);
	gnic_swap_tx_stop(txq);
	gnic_channel_drain(&c, 1);
	gnic_channel_pause(c);
	gnic_channel_abandon(c, old);
	/* The last poll may not have seen that we drain. */
	gnic_swap_tx_stop(txq);
	WRITE_ONCE(c->queue, queue);
	gnic_channel_tell(c);
	gnic_nic_published(c->nic);
	/* A redirection that saw the old queue: pairs with gnic_xdp_xmit(). */
	synchronize_net();
	gnic_swap_settle(c, old);
	if (old->rx.xsk)
		gnic_swap_release(c, old);
	netdev_tx_reset_queue(txq);
	gnic_channel_resume(c);
	netif_tx_wake_queue(txq);
	__clear_bit(c->index, c->nic->renew);
}

/**
 * gnic_swap_queue - a channel that runs gets another queue
 * @c: channel
 * @queue: by gnic_queue_create() for it; of a direction that only one of the two has
 *	nobody makes use
 *
 * The other channels run on. No frame is lost, but for those that the device
 * does not send, or we do not take, in time. The old queue is the caller's then.
 *
 * Return: 0, or an error and the old queue runs on.
 */
int gnic_swap_queue(struct gnic_channel *c, struct gnic_queue *queue)
{
	int err;

	err = gnic_swap_begin(c, queue);
	if (!err)
		gnic_swap_finish(c, queue);
	return err;
}

/* A card that is being reset takes no command, and in a moment touches nothing any more. */
static bool gnic_swap_silenced(struct gnic_dev *dev, int err)
{
	unsigned int ms;

	for (ms = 0; err == -ENETDOWN && ms < GNIC_SWAP_SILENCE_MS; ms++) {
		if (gnic_ring_given_back(dev, err))
			break;
		usleep_range(1000, 1100);
	}
	return gnic_ring_given_back(dev, err);
}

/**
 * gnic_swap_rest - the queue of a channel does nothing until it has a successor
 * @c: channel that runs, with a pool
 *
 * The device does not touch buffers of the pool any more, and neither do we.
 *
 * Return: 0, or an error and the device may still use them.
 */
int gnic_swap_rest(struct gnic_channel *c)
{
	struct netdev_queue *txq = netdev_get_tx_queue(c->nic->netdev, c->index);
	struct gnic_queue *queue = c->queue;
	int err;

	err = gnic_swap_stop_qp(c, queue->rx.qpn) ?: gnic_swap_stop_qp(c, queue->xdp.qpn);
	if (!gnic_swap_silenced(c->nic->dev, err))
		return err;
	WRITE_ONCE(c->draining, true);
	gnic_swap_tx_stop(txq);
	gnic_channel_pause(c);
	/* The last poll may not have seen that we drain. */
	gnic_swap_tx_stop(txq);
	WRITE_ONCE(queue->failed, true);
	/* Nobody redirects into it any more: pairs with gnic_xdp_xmit(). */
	synchronize_net();
	gnic_xsk_release(queue);
	gnic_channel_resume(c);
	return 0;
}

/**
 * gnic_swap_restart - make the queue of a channel anew
 * @c: channel that runs
 * @cfg: what the new one is made from
 * @extack: or NULL
 */
int gnic_swap_restart(struct gnic_channel *c, const struct gnic_nic_cfg *cfg,
		      struct netlink_ext_ack *extack)
{
	struct gnic_queue *queue, *old = c->queue;
	int err;

	queue = gnic_queue_create(c, cfg);
	err = IS_ERR(queue) ? PTR_ERR(queue) : gnic_swap_queue(c, queue);
	if (!IS_ERR(queue))
		gnic_queue_destroy(c, err ? queue : old);
	if (err)
		NL_SET_ERR_MSG_FMT_MOD(extack, "no new queue %u: %s", c->index,
				       gnic_queue_why(err));
	return err;
}

/**
 * gnic_swap_queues - channels get another queue, one after the other
 * @nic: netdev that runs
 * @queues: one for each channel, or NULL for one that keeps its queue; then what
 *	does not run, the old or the new ones
 * @first: the first of these channels
 * @end: behind the last one
 *
 * Return: 0, or an error and all old queues run on.
 */
int gnic_swap_queues(struct gnic_nic *nic, struct gnic_queue **queues, unsigned int first,
		     unsigned int end)
{
	struct gnic_queue *old;
	unsigned int i;
	int err;

	for (i = first; i < end; i++) {
		if (!queues[i])
			continue;
		old = nic->channels[i]->queue;
		err = gnic_swap_queue(nic->channels[i], queues[i]);
		if (err)
			goto err_back;
		queues[i] = old;
	}
	return 0;

err_back:
	while (i-- > first) {
		old = nic->channels[i]->queue;
		if (queues[i] && !gnic_swap_queue(nic->channels[i], queues[i]))
			queues[i] = old;
	}
	return err;
}
