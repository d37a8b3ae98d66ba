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

/* Frames are taken before any come, and sent before the stack chooses the queue. */
static int gnic_resize_more(struct gnic_nic *nic, const struct gnic_nic_cfg *cfg)
{
	int err = 0;

	if (cfg->tx_queues > nic->num_tx)
		err = netif_set_real_num_tx_queues(nic->netdev, cfg->tx_queues);
	if (!err && cfg->rx_queues > nic->num_rx)
		err = gnic_rss_resize(nic, cfg->rx_queues);
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
	if (!gnic_resize_more(nic, &able))
		gnic_nic_run(nic, nic->num_channels, able.rx_queues, able.tx_queues);
	if (nic->num_rx < nic->cfg.rx_queues || nic->num_tx < nic->cfg.tx_queues)
		netdev_warn(nic->netdev, "until the next change %u queues receive and %u send\n",
			    nic->num_rx, nic->num_tx);
	if (stayed >= nic->cfg.tx_queues)
		return;
	gnic_nic_spread(nic);
	gnic_shaper_forget(nic, stayed);
}

/*
 * Channels that go on sending come first, for the device may refuse to exchange a queue: no
 * transmit queue has gone for nothing then.
 */
static int gnic_resize_stay(struct gnic_nic *nic, struct gnic_queue **queues,
			    unsigned int stay, unsigned int tx_queues)
{
	unsigned int sending = min(stay, tx_queues);
	int err;

	err = gnic_swap_queues(nic, queues, 0, sending);
	if (err)
		return err;
	gnic_resize_tx_less(nic, tx_queues);
	err = gnic_swap_queues(nic, queues, sending, stay);
	if (err)
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
 * Return: 0, or an error and all old queues run on.
 */
int gnic_resize_queues(struct gnic_nic *nic, struct gnic_queue **queues,
		       const struct gnic_nic_cfg *cfg)
{
	unsigned int before = nic->num_channels, count = gnic_cfg_channels(cfg);
	unsigned int stay = min(before, count);
	int err;

	err = gnic_resize_rx(nic, cfg->rx_queues);
	if (err)
		return err;
	err = gnic_resize_stay(nic, queues, stay, cfg->tx_queues);
	if (err)
		goto err_back;
	gnic_resize_start(nic, queues, before, count);
	err = gnic_resize_more(nic, cfg);
	if (err)
		goto err_end;
	gnic_nic_run(nic, count, cfg->rx_queues, cfg->tx_queues);
	gnic_resize_end(nic, queues, count, before);
	goto out;

err_end:
	gnic_resize_end(nic, queues, before, count);
	gnic_swap_queues(nic, queues, 0, stay);
err_back:
	gnic_resize_back(nic);
out:
	if (nic->netdev->real_num_rx_queues > nic->num_rx)
		netif_set_real_num_rx_queues(nic->netdev, nic->num_rx);
	gnic_arfs_start(nic, nic->num_rx);
	return err;
}
