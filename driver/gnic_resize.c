// SPDX-License-Identifier: GPL-2.0-only
/*
 * More or fewer channels, or directions of them, while the others run on: a channel runs
 * before anything goes to it, and ends when nothing does any more.
 */
#include "gnic_arfs.h"
#include "gnic_channel.h"
#include "gnic_shaper.h"

/* What was posted leaves, what has arrived is taken; nothing comes any more. */
static void gnic_resize_drain(struct gnic_nic *nic, unsigned int first, unsigned int end)
{
	unsigned int i;

	for (i = first; i < end; i++) {
		WRITE_ONCE(nic->channels[i]->draining, true);
		gnic_swap_tx_stop(netdev_get_tx_queue(nic->netdev, i));
	}
	gnic_channel_drain(nic->channels + first, end - first);
}

static void gnic_resize_stop(struct gnic_channel *c)
{
	gnic_channel_stop(c);
	gnic_channel_abandon(c, c->queue);
	WRITE_ONCE(c->queue, NULL);
}

/* No table and no rule names these channels, and the stack does not choose them. */
static void gnic_resize_end(struct gnic_nic *nic, struct gnic_queue **queues,
			    unsigned int first, unsigned int end)
{
	unsigned int i;

	if (first >= end)
		return;
	gnic_resize_drain(nic, first, end);
	for (i = first; i < end; i++) {
		queues[i] = nic->channels[i]->queue;
		gnic_resize_stop(nic->channels[i]);
	}
	/* Redirections that saw a queue: pairs with gnic_xdp_xmit(). */
	synchronize_net();
	for (i = first; i < end; i++) {
		gnic_swap_settle(nic->channels[i], queues[i]);
		/* Nobody chooses it, but the watchdog looks at all that are stopped. */
		netif_tx_start_queue(netdev_get_tx_queue(nic->netdev, i));
	}
}

/* From now on @count channels may receive: frames and redirections go to no others. */
static int gnic_resize_rx(struct gnic_nic *nic, unsigned int count)
{
	int err;

	if (count == nic->num_rx)
		return 0;
	if (count > nic->num_rx)
		return netif_set_real_num_rx_queues(nic->netdev, count);
	gnic_arfs_limit(nic, count);
	err = gnic_rss_resize(nic, count);
	if (err) {
		gnic_arfs_start(nic, nic->num_rx);
		return err;
	}
	WRITE_ONCE(nic->num_rx, count);
	/* A queue that a redirection has chosen is still there: pairs with gnic_xdp_xmit(). */
	synchronize_net();
	return 0;
}

/*
 * The stack drops what waits in the discipline of a transmit queue that goes: as long as
 * the queue sends, nothing has to wait.
 */
static void gnic_resize_tx_less(struct gnic_nic *nic, unsigned int count)
{
	if (count >= nic->num_tx)
		return;
	WRITE_ONCE(nic->num_tx, count);
	/* Fewer can't fail. */
	netif_set_real_num_tx_queues(nic->netdev, count);
}

/*
 * From now on frames come to @count channels, those of @first to @end to the queue that they
 * are going to get.
 */
static int gnic_resize_rx_more(struct gnic_nic *nic, unsigned int count,
			       struct gnic_queue **queues, unsigned int first, unsigned int end)
{
	struct gnic_queue **next;
	int err;

	if (count <= nic->num_rx)
		return 0;
	next = gnic_rss_running(nic, count);
	if (!next)
		return -ENOMEM;
	for (end = min(end, count); first < end; first++)
		next[first] = queues[first] ?: next[first];
	err = gnic_rss_apply(nic, next, count);
	kfree(next);
	return err;
}

/* Frames are taken before any come, and sent before the stack chooses the queue. */
static int gnic_resize_more(struct gnic_nic *nic, const struct gnic_nic_cfg *cfg,
			    struct gnic_queue **queues, unsigned int first, unsigned int end)
{
	int err = 0;

	if (cfg->tx_queues > nic->num_tx)
		err = netif_set_real_num_tx_queues(nic->netdev, cfg->tx_queues);
	if (!err)
		err = gnic_resize_rx_more(nic, cfg->rx_queues, queues, first, end);
	if (err && nic->netdev->real_num_tx_queues > nic->num_tx)
		netif_set_real_num_tx_queues(nic->netdev, nic->num_tx);
	return err;
}

/* Channels that are added: nothing goes to them yet. */
static void gnic_resize_start(struct gnic_nic *nic, struct gnic_queue **queues,
			      unsigned int first, unsigned int end)
{
	unsigned int i;

	for (i = first; i < end; i++) {
		netdev_tx_reset_queue(netdev_get_tx_queue(nic->netdev, i));
		gnic_channel_start(nic->channels[i], queues[i]);
		queues[i] = NULL;
	}
}

/* How many of @count channels, from the first one on, have a direction. */
static unsigned int gnic_resize_able(const struct gnic_nic *nic, unsigned int count,
				     bool (*does)(const struct gnic_queue *queue))
{
	unsigned int i = 0;

	while (i < count && does(nic->channels[i]->queue))
		i++;
	return i;
}

/*
 * What ran before runs again. The device may have refused to take an old queue back: the
 * channel runs with the other one, and nobody chooses the direction that it lacks.
 */
static void gnic_resize_back(struct gnic_nic *nic)
{
	struct gnic_nic_cfg able = nic->cfg;
	unsigned int stayed = nic->num_tx;

	able.rx_queues = gnic_resize_able(nic, able.rx_queues, gnic_queue_receives);
	able.tx_queues = gnic_resize_able(nic, able.tx_queues, gnic_queue_sends);
	if (!gnic_resize_more(nic, &able, NULL, 0, 0))
		gnic_nic_run(nic, nic->num_channels, able.rx_queues, able.tx_queues);
	if (nic->num_rx < nic->cfg.rx_queues || nic->num_tx < nic->cfg.tx_queues)
		netdev_warn(nic->netdev, "until the next change %u queues receive and %u send\n",
			    nic->num_rx, nic->num_tx);
	if (stayed >= nic->cfg.tx_queues)
		return;
	gnic_nic_spread(nic);
	gnic_shaper_forget(nic, stayed);
}

static void gnic_resize_finish(struct gnic_nic *nic, struct gnic_queue **queues,
			       unsigned int first, unsigned int end)
{
	struct gnic_queue *old;
	unsigned int i;

	for (i = first; i < end; i++) {
		if (!queues[i])
			continue;
		old = nic->channels[i]->queue;
		gnic_swap_finish(nic->channels[i], queues[i]);
		queues[i] = old;
	}
}

/* A channel goes on with the other queue, which does not send, if that is not taken back. */
static void gnic_resize_undo(struct gnic_nic *nic, struct gnic_queue **queues,
			     unsigned int first, unsigned int end)
{
	while (end-- > first) {
		if (!queues[end] || !gnic_swap_undo(nic->channels[end], queues[end]))
			continue;
		gnic_resize_tx_less(nic, end);
		gnic_resize_finish(nic, queues, end, end + 1);
		/* the table may name the one that it had until now */
		gnic_rss_refresh(nic);
	}
}

/* Channels that do not send when this is over: the device agrees, they send as before. */
static int gnic_resize_begin(struct gnic_nic *nic, struct gnic_queue **queues,
			     unsigned int first, unsigned int end)
{
	unsigned int i;
	int err;

	for (i = first; i < end; i++) {
		err = queues[i] ? gnic_swap_begin(nic->channels[i], queues[i]) : 0;
		if (err) {
			gnic_resize_undo(nic, queues, first, i);
			return err;
		}
	}
	return 0;
}

/*
 * Channels of before that stay. Those of @sending to @going are to send no more: the device
 * agrees now, and they go on until nothing can be refused any more.
 */
static int gnic_resize_stay(struct gnic_nic *nic, struct gnic_queue **queues,
			    unsigned int sending, unsigned int going, unsigned int stay)
{
	int err;

	err = gnic_swap_queues(nic, queues, 0, sending);
	if (err)
		return err;
	err = gnic_swap_queues(nic, queues, going, stay);
	if (err)
		goto err_sending;
	err = gnic_resize_begin(nic, queues, sending, going);
	if (!err)
		return 0;
	gnic_swap_queues(nic, queues, going, stay);
err_sending:
	gnic_swap_queues(nic, queues, 0, sending);
	return err;
}

/**
 * gnic_resize_queues - other queues, in more or fewer channels
 * @nic: netdev that runs
 * @queues: one for each channel of @cfg, or NULL for one that keeps its queue, and room
 *	for those that end; then what does not run, the old or the new ones
 * @cfg: how many channels there are to be, and what they do
 *
 * The stack hears of fewer transmit queues when the device has agreed to all: it forgets the
 * shapers of those that go.
 *
 * Return: 0, or an error and all old queues run on.
 */
int gnic_resize_queues(struct gnic_nic *nic, struct gnic_queue **queues,
		       const struct gnic_nic_cfg *cfg)
{
	unsigned int before = nic->num_channels, count = gnic_cfg_channels(cfg);
	unsigned int stay = min(before, count), sending = min(stay, cfg->tx_queues);
	unsigned int going = clamp(nic->num_tx, sending, stay);
	int err;

	err = gnic_resize_rx(nic, cfg->rx_queues);
	if (err)
		return err;
	err = gnic_resize_stay(nic, queues, sending, going, stay);
	if (err)
		goto err_back;
	gnic_resize_start(nic, queues, before, count);
	err = gnic_resize_more(nic, cfg, queues, sending, going);
	if (err)
		goto err_end;
	gnic_resize_tx_less(nic, cfg->tx_queues);
	gnic_resize_finish(nic, queues, sending, going);
	gnic_nic_run(nic, count, cfg->rx_queues, cfg->tx_queues);
	gnic_resize_end(nic, queues, count, before);
	goto out;

err_end:
	gnic_resize_end(nic, queues, before, count);
	gnic_resize_undo(nic, queues, sending, going);
	gnic_swap_queues(nic, queues, going, stay);
	gnic_swap_queues(nic, queues, 0, sending);
err_back:
	gnic_resize_back(nic);
out:
	if (nic->netdev->real_num_rx_queues > nic->num_rx)
		netif_set_real_num_rx_queues(nic->netdev, nic->num_rx);
	gnic_arfs_start(nic, nic->num_rx);
	return err;
}
