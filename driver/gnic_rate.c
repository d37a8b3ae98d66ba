// SPDX-License-Identifier: GPL-2.0-only
/*
 * A limit for the packets of the stack on a queue, by tx_maxrate or by a shaper
 * (gnic_shaper.c): the device has one, so a queue has one of the two. It is kept
 * also while the queue does not run; each new QP is told.
 */
#include <linux/netdevice.h>

#include "gnic_channel.h"

/* bit/s, 0: none */
static u64 gnic_rate_of(const struct gnic_nic *nic, unsigned int index)
{
	u64 mbps = netdev_get_tx_queue(nic->netdev, index)->tx_maxrate;

	return nic->shaper.queue[index] ?: mbps * 1000000;
}

static int gnic_rate_write(struct gnic_channel *c, const struct gnic_queue *queue, u64 limit)
{
	struct gnic_hw_qp_rate in = {
		.port = cpu_to_le32(c->nic->port->index),
		.qpn = cpu_to_le32(queue->tx.qpn),
		.rate = cpu_to_le64(limit),
	};

	return gnic_cmd_exec(c->nic->dev, GNIC_CMD_QP_RATE, &in, sizeof(in), NULL, 0);
}

/* Before anything is sent by a queue that was just made. */
int gnic_rate_start(struct gnic_channel *c, const struct gnic_queue *queue)
{
	u64 limit = gnic_rate_of(c->nic, c->index);

	return limit ? gnic_rate_write(c, queue, limit) : 0;
}

static int gnic_rate_set(struct gnic_nic *nic, unsigned int index, u64 limit)
{
	struct gnic_channel *c = index < nic->num_tx ? nic->channels[index] : NULL;

	return c ? gnic_rate_write(c, c->queue, limit) : 0;
}

/* The shaper of a queue has changed, whether it runs or not. */
int gnic_rate_update(struct gnic_nic *nic, unsigned int index)
{
	return gnic_rate_set(nic, index, gnic_rate_of(nic, index));
}

/**
 * gnic_set_tx_maxrate - ndo_set_tx_maxrate
 * @netdev: netdev
 * @index: queue; whether it runs or not
 * @mbps: Mbit/s of frames with FCS; 0: no limit
 *
 * Context: netdev lock. What XDP sends has a QP of its own, without a limit.
 *
 * Return: 0; -ERANGE: the device can't; -EBUSY: a shaper limits the queue. Then
 * the old limit stays.
 */
int gnic_set_tx_maxrate(struct net_device *netdev, int index, u32 mbps)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	if (!(nic->dev->caps_bits & GNIC_CAP_TX_RATE))
		return -EOPNOTSUPP;
	if (mbps > GNIC_QP_RATE_MAX / 1000000)
		return -ERANGE;
	if (nic->shaper.queue[index])
		return -EBUSY;
	return gnic_rate_set(nic, index, mbps * 1000000ull);
}
