// SPDX-License-Identifier: GPL-2.0-only
/*
 * tx_maxrate: a limit for the packets of the stack on a queue. The kernel keeps
 * it, also while the queue does not run; each new QP is told.
 */
#include <linux/netdevice.h>

#include "gnic_channel.h"

static int gnic_rate_write(struct gnic_channel *c, const struct gnic_queue *queue, u64 mbps)
{
	struct gnic_hw_qp_rate in = {
		.port = cpu_to_le32(c->nic->port->index),
		.qpn = cpu_to_le32(queue->tx.qpn),
		.rate = cpu_to_le64(mbps * 1000000),
	};

	return gnic_cmd_exec(c->nic->dev, GNIC_CMD_QP_RATE, &in, sizeof(in), NULL, 0);
}

/* Before anything is sent by a queue that was just made. */
int gnic_rate_start(struct gnic_channel *c, const struct gnic_queue *queue)
{
	u64 mbps = netdev_get_tx_queue(c->nic->netdev, c->index)->tx_maxrate;

	return mbps ? gnic_rate_write(c, queue, mbps) : 0;
}

/**
 * gnic_set_tx_maxrate - ndo_set_tx_maxrate
 * @netdev: netdev
 * @index: queue; whether it runs or not
 * @mbps: Mbit/s of frames with FCS; 0: no limit
 *
 * Context: netdev lock. What XDP sends has a QP of its own, without a limit.
 *
 * Return: 0; -ERANGE: the device can't; then the old limit stays.
 */
int gnic_set_tx_maxrate(struct net_device *netdev, int index, u32 mbps)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_channel *c = index < nic->num_channels ? nic->channels[index] : NULL;

	if (!(nic->dev->caps_bits & GNIC_CAP_TX_RATE))
		return -EOPNOTSUPP;
	if (mbps > GNIC_QP_RATE_MAX / 1000000)
		return -ERANGE;
	return c ? gnic_rate_write(c, c->queue, mbps) : 0;
}
