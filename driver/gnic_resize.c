// SPDX-License-Identifier: GPL-2.0-only
/*
 * More or fewer channels while the others run on: a channel runs before anything goes to
 * it, and ends when nothing does any more.
 */
#include "gnic_arfs.h"
#include "gnic_channel.h"

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

/*
 * No table and no rule names these channels. The stack drops what waits in the discipline
 * of a transmit queue that goes: as long as the queue sends, nothing has to wait.
 */
static void gnic_resize_end(struct gnic_nic *nic, struct gnic_queue **queues,
			    unsigned int first, unsigned int end)
{
	struct net_device *netdev = nic->netdev;
	unsigned int i;

	WRITE_ONCE(nic->num_channels, first);
	/* Fewer can't fail. */
	netif_set_real_num_tx_queues(netdev, first);
	gnic_resize_drain(nic, first, end);
	for (i = first; i < end; i++)
		gnic_resize_stop(nic->channels[i]);
	netif_set_real_num_rx_queues(netdev, first);
	/* Redirections that saw a queue: pairs with gnic_xdp_xmit(). */
	synchronize_net();
	for (i = first; i < end; i++) {
		gnic_swap_settle(nic->channels[i], queues[i]);
		/* Nobody chooses it, but the watchdog looks at all that are stopped. */
		netif_tx_start_queue(netdev_get_tx_queue(netdev, i));
	}
}

/* Frames are taken before any come, and sent before the stack chooses the queue. */
static int gnic_resize_grow(struct gnic_nic *nic, struct gnic_queue **queues, unsigned int count)
{
	unsigned int before = nic->num_channels, i;
	int err;

	err = netif_set_real_num_rx_queues(nic->netdev, count);
	if (err)
		return err;
	for (i = before; i < count; i++) {
		netdev_tx_reset_queue(netdev_get_tx_queue(nic->netdev, i));
		gnic_channel_start(nic->channels[i], queues[i]);
	}
	err = netif_set_real_num_tx_queues(nic->netdev, count);
	if (err)
		goto err_end;
	err = gnic_rss_resize(nic, count);
	if (err)
		goto err_end;
	/* Channels before their number: pairs with gnic_xdp_channel(). */
	smp_store_release(&nic->num_channels, count);
	gnic_nic_published(nic);
	gnic_arfs_start(nic, count);
	for (i = before; i < count; i++)
		queues[i] = NULL;
	return 0;

err_end:
	gnic_resize_end(nic, queues, before, count);
	return err;
}

static int gnic_resize_shrink(struct gnic_nic *nic, struct gnic_queue **queues,
			      unsigned int count)
{
	unsigned int before = nic->num_channels, i;
	int err;

	gnic_arfs_limit(nic, count);
	err = gnic_rss_resize(nic, count);
	if (!err) {
		for (i = count; i < before; i++)
			queues[i] = nic->channels[i]->queue;
		gnic_resize_end(nic, queues, count, before);
	}
	gnic_arfs_start(nic, nic->num_channels);
	return err;
}

/**
 * gnic_resize_queues - other queues, in more or fewer channels
 * @nic: netdev that runs
 * @queues: one for each of @count channels, or NULL for one that keeps its queue, and
 *	room for those that end; then what does not run, the old or the new ones
 * @count: channels
 *
 * Return: 0, or an error and all old queues run on.
 */
int gnic_resize_queues(struct gnic_nic *nic, struct gnic_queue **queues, unsigned int count)
{
	unsigned int before = nic->num_channels, stay = min(count, before);
	int err;

	err = gnic_swap_queues(nic, queues, stay);
	if (err)
		return err;
	if (count > before)
		err = gnic_resize_grow(nic, queues, count);
	else if (count < before)
		err = gnic_resize_shrink(nic, queues, count);
	if (err)
		gnic_swap_queues(nic, queues, stay);
	return err;
}
