// SPDX-License-Identifier: GPL-2.0-only
/*
 * Software counters: channels keep them over reconfiguration, so the sum of
 * all channels that ever were is the netdev's.
 */
#include <net/netdev_queues.h>

#include "gnic_channel.h"

/* Channels are made in order and stay: the first one missing is the end. */
static struct gnic_channel *gnic_stats_channel(struct gnic_nic *nic, unsigned int index)
{
	if (index >= nic->max_channels)
		return NULL;
	/* A whole channel behind its place: pairs with gnic_channel_get(). */
	return smp_load_acquire(&nic->channels[index]);
}

static void gnic_stats_rx(struct gnic_channel *c, struct gnic_rx_stats *out)
{
	const struct gnic_rx_stats *stats = &c->rx_stats;
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&stats->syncp);
		memcpy(out, stats, sizeof(*out));
	} while (u64_stats_fetch_retry(&stats->syncp, start));
}

void gnic_stats_tx(struct gnic_channel *c, struct gnic_tx_stats *out)
{
	const struct gnic_tx_stats *stats = &c->tx_stats;
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&stats->syncp);
		memcpy(out, stats, sizeof(*out));
	} while (u64_stats_fetch_retry(&stats->syncp, start));
}

/* What skbs and XDP frames have in common. */
void gnic_stats_post(struct gnic_channel *c, struct gnic_post_stats *sum)
{
	const struct gnic_post_stats *parts[] = { &c->skb_stats, &c->xdp_stats };
	struct gnic_post_stats one;
	unsigned int i, start;

	memset(sum, 0, sizeof(*sum));
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		do {
			start = u64_stats_fetch_begin(&parts[i]->syncp);
			one = *parts[i];
		} while (u64_stats_fetch_retry(&parts[i]->syncp, start));
		sum->stop += one.stop;
		sum->dropped += one.dropped;
		sum->doorbells += one.doorbells;
		sum->kicks += one.kicks;
		sum->launch_far += one.launch_far;
	}
}

void gnic_nic_get_stats64(struct net_device *netdev, struct rtnl_link_stats64 *stats)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_post_stats post;
	struct gnic_channel *c;
	struct gnic_rx_stats rx;
	struct gnic_tx_stats tx;
	unsigned int i;

	for (i = 0; (c = gnic_stats_channel(nic, i)); i++) {
		gnic_stats_rx(c, &rx);
		gnic_stats_tx(c, &tx);
		gnic_stats_post(c, &post);
		stats->rx_packets += rx.packets;
		stats->rx_bytes += rx.bytes;
		stats->rx_dropped += rx.alloc_fail + rx.unreadable + rx.abandoned;
		stats->rx_errors += rx.bad_cqes;
		stats->tx_packets += tx.packets;
		stats->tx_bytes += tx.bytes;
		stats->tx_dropped += post.dropped + tx.abandoned;
		stats->tx_errors += tx.bad_cqes;
	}
	gnic_device_stats_get(nic, stats);
}

static void gnic_stats_add_rx(struct gnic_channel *c, struct netdev_queue_stats_rx *stats)
{
	struct gnic_rx_stats rx;

	gnic_stats_rx(c, &rx);
	stats->packets += rx.packets;
	stats->bytes += rx.bytes;
	stats->alloc_fail += rx.alloc_fail + rx.refill_fail;
	stats->csum_unnecessary += rx.csum_unnecessary;
	stats->csum_none += rx.csum_none;
#ifdef HAVE_QSTATS_CSUM_COMPLETE
	stats->csum_complete += rx.csum_complete;
#endif
	stats->hw_gro_packets += rx.gro_packets;
	stats->hw_gro_bytes += rx.gro_bytes;
	stats->hw_gro_wire_packets += rx.gro_wire_packets;
	stats->hw_gro_wire_bytes += rx.gro_wire_bytes;
}

static void gnic_stats_add_tx(struct gnic_channel *c, struct netdev_queue_stats_tx *stats)
{
	struct gnic_post_stats post;
	struct gnic_tx_stats tx;

	gnic_stats_tx(c, &tx);
	gnic_stats_post(c, &post);
	stats->packets += tx.packets;
	stats->bytes += tx.bytes;
	stats->hw_gso_packets += tx.gso_packets;
	stats->hw_gso_bytes += tx.gso_bytes;
	stats->hw_gso_wire_packets += tx.gso_wire_packets;
	stats->hw_gso_wire_bytes += tx.gso_wire_bytes;
	stats->stop += post.stop;
	stats->wake += tx.wake;
}

/* Members that are not counted keep the value that says so. */
static void gnic_stats_zero_rx(struct netdev_queue_stats_rx *stats)
{
	stats->packets = 0;
	stats->bytes = 0;
	stats->alloc_fail = 0;
	stats->csum_unnecessary = 0;
	stats->csum_none = 0;
#ifdef HAVE_QSTATS_CSUM_COMPLETE
	stats->csum_complete = 0;
#endif
	stats->hw_gro_packets = 0;
	stats->hw_gro_bytes = 0;
	stats->hw_gro_wire_packets = 0;
	stats->hw_gro_wire_bytes = 0;
}

static void gnic_stats_zero_tx(struct netdev_queue_stats_tx *stats)
{
	stats->packets = 0;
	stats->bytes = 0;
	stats->hw_gso_packets = 0;
	stats->hw_gso_bytes = 0;
	stats->hw_gso_wire_packets = 0;
	stats->hw_gso_wire_bytes = 0;
	stats->stop = 0;
	stats->wake = 0;
}

static void gnic_stats_queue_rx(struct net_device *netdev, int idx,
				struct netdev_queue_stats_rx *stats)
{
	struct gnic_channel *c = gnic_stats_channel(netdev_priv(netdev), idx);

	gnic_stats_zero_rx(stats);
	if (c)
		gnic_stats_add_rx(c, stats);
}

static void gnic_stats_queue_tx(struct net_device *netdev, int idx,
				struct netdev_queue_stats_tx *stats)
{
	struct gnic_channel *c = gnic_stats_channel(netdev_priv(netdev), idx);

	gnic_stats_zero_tx(stats);
	if (c)
		gnic_stats_add_tx(c, stats);
}

/* Channels that are not in use at the moment. */
static void gnic_stats_base(struct net_device *netdev, struct netdev_queue_stats_rx *rx,
			    struct netdev_queue_stats_tx *tx)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_channel *c;
	unsigned int i;

	gnic_stats_zero_rx(rx);
	gnic_stats_zero_tx(tx);
	for (i = netdev->real_num_rx_queues; (c = gnic_stats_channel(nic, i)); i++)
		gnic_stats_add_rx(c, rx);
	for (i = netdev->real_num_tx_queues; (c = gnic_stats_channel(nic, i)); i++)
		gnic_stats_add_tx(c, tx);
}

const struct netdev_stat_ops gnic_stat_ops = {
	.get_queue_stats_rx	= gnic_stats_queue_rx,
	.get_queue_stats_tx	= gnic_stats_queue_tx,
	.get_base_stats		= gnic_stats_base,
};
