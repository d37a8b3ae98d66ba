// SPDX-License-Identifier: GPL-2.0-only
/*
 * ethtool -w, -W: a snapshot of a port as one file, Documentation/dump.rst. The core holds
 * what keeps queues as they are, from the question for the length until the data are there.
 */
#include <linux/ethtool.h>
#include <linux/slab.h>

#include "gnic_channel.h"
#include "gnic_dump.h"
#include "gnic_ethtool.h"
#include "gnic_fw.h"
#include "gnic_region.h"

int gnic_ethtool_set_dump(struct net_device *netdev, struct ethtool_dump *dump)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	if (dump->flag & ~GNIC_DUMP_FLAGS)
		return -EINVAL;
	if (dump->flag & GNIC_DUMP_TRACE && !gnic_fw_present(nic->dev))
		return -EOPNOTSUPP;
	nic->dump_flag = dump->flag;
	return 0;
}

/* ---- length ---- */

/* Of 0 bytes: its direction is not there. */
static const struct gnic_ring *gnic_dump_ring(const struct gnic_queue *queue,
					      enum gnic_dump_ring_kind kind)
{
	switch (kind) {
	case GNIC_DUMP_TX:
		return &queue->tx.sq;
	case GNIC_DUMP_XDP:
		return &queue->xdp.sq;
	case GNIC_DUMP_RX:
		return &queue->rx.rq;
	case GNIC_DUMP_TX_CQ:
		return &queue->tx_cq.ring;
	default:
		return &queue->rx.cq.ring;
	}
}

static u32 gnic_dump_part_len(u32 len)
{
	return sizeof(struct gnic_dump_part) + len;
}

static u32 gnic_dump_rings_len(const struct gnic_nic *nic)
{
	enum gnic_dump_ring_kind kind;
	u32 size, len = 0;
	unsigned int i;

	for (i = 0; i < nic->num_channels; i++) {
		for (kind = 0; kind < GNIC_DUMP_RINGS_OF_QUEUE; kind++) {
			size = gnic_dump_ring(nic->channels[i]->queue, kind)->size;
			if (size)
				len += gnic_dump_part_len(sizeof(struct gnic_dump_ring) + size);
		}
	}
	return len;
}

static u32 gnic_dump_len(struct gnic_nic *nic)
{
	u32 len = sizeof(struct gnic_dump_head);

	len += gnic_dump_part_len(gnic_ethtool_get_regs_len(nic->netdev));
	if (nic->dump_flag & GNIC_DUMP_PORT)
		len += gnic_dump_part_len(sizeof(struct gnic_dump_port));
	if (nic->dump_flag & GNIC_DUMP_QUEUES)
		len += nic->num_channels * gnic_dump_part_len(sizeof(struct gnic_dump_queue));
	if (nic->dump_flag & GNIC_DUMP_RINGS)
		len += gnic_dump_rings_len(nic);
	if (nic->dump_flag & GNIC_DUMP_TRACE)
		len += gnic_dump_part_len(GNIC_REGION_TRACE);
	return len;
}

int gnic_ethtool_get_dump_flag(struct net_device *netdev, struct ethtool_dump *dump)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	dump->version = GNIC_DUMP_VERSION;
	dump->flag = nic->dump_flag;
	dump->len = gnic_dump_len(nic);
	return 0;
}

/* ---- data ---- */

/* The next part: where its bytes go. */
static void *gnic_dump_part(void **at, enum gnic_dump_kind kind, unsigned int queue, u32 len)
{
	struct gnic_dump_part *part = *at;

	part->kind = cpu_to_le16(kind);
	part->queue = cpu_to_le16(queue);
	part->len = cpu_to_le32(len);
	*at += gnic_dump_part_len(len);
	return part + 1;
}

static void gnic_dump_head(struct gnic_nic *nic, void **at)
{
	struct gnic_dump_head *head = *at;

	head->magic = cpu_to_le32(GNIC_DUMP_MAGIC);
	head->version = cpu_to_le32(GNIC_DUMP_VERSION);
	head->flag = cpu_to_le32(nic->dump_flag);
	head->len = cpu_to_le32(gnic_dump_len(nic));
	head->port = cpu_to_le32(nic->port->index);
	head->queues = cpu_to_le32(nic->num_channels);
	head->time = cpu_to_le64(ktime_get_real_ns());
	*at += sizeof(*head);
}

static void gnic_dump_registers(struct gnic_nic *nic, void **at)
{
	u32 len = gnic_ethtool_get_regs_len(nic->netdev);
	struct ethtool_regs regs = { .len = len };

	gnic_ethtool_get_regs(nic->netdev, &regs,
			      gnic_dump_part(at, GNIC_DUMP_PART_REGISTERS, 0, len));
}

static int gnic_dump_port(struct gnic_nic *nic, void **at)
{
	struct gnic_dump_port *port;

	port = gnic_dump_part(at, GNIC_DUMP_PART_PORT, 0, sizeof(*port));
	return gnic_port_query(nic->port, &port->info) ?: gnic_port_stats(nic->port, &port->mac);
}

/* Before the device is asked: it has done all that we have been told of. */
static void gnic_dump_reaped(struct gnic_channel *c, struct gnic_dump_queue *to)
{
	const struct gnic_queue *queue = c->queue;

	to->tx.reaped = cpu_to_le32(READ_ONCE(queue->tx.reaped));
	to->xdp.reaped = cpu_to_le32(READ_ONCE(queue->xdp.reaped));
	to->rx.reaped = cpu_to_le32(READ_ONCE(queue->rx.reaped));
}

static void gnic_dump_wq(const struct gnic_ring *ring, u32 qpn, struct gnic_dump_wq *to)
{
	if (!ring->size)
		return;
	to->qpn = cpu_to_le32(qpn);
	to->entries = cpu_to_le32(ring->mask + 1);
	to->posted = cpu_to_le32(READ_ONCE(ring->index));
}

static void gnic_dump_cq(const struct gnic_cq *cq, struct gnic_dump_cq *to)
{
	if (!cq->ring.size)
		return;
	to->cqn = cpu_to_le32(cq->cqn);
	to->entries = cpu_to_le32(cq->ring.mask + 1);
	to->consumed = cpu_to_le32(READ_ONCE(cq->ring.index));
	to->armed = cpu_to_le32(READ_ONCE(cq->ring.arm));
}

static u32 gnic_dump_queue_flags(struct gnic_channel *c)
{
	const struct gnic_queue *queue = c->queue;
	u32 flags = 0;

	if (READ_ONCE(queue->failed))
		flags |= GNIC_DUMP_QUEUE_FAILED;
	if (netif_xmit_stopped(netdev_get_tx_queue(c->nic->netdev, c->index)))
		flags |= GNIC_DUMP_QUEUE_STOPPED;
	if (queue->rx.xsk)
		flags |= GNIC_DUMP_QUEUE_XSK;
	if (queue->rx.heads)
		flags |= GNIC_DUMP_QUEUE_SPLIT;
	return flags;
}

/* Behind the device's answer: it has seen no more than was posted by now. */
static void gnic_dump_queue(struct gnic_channel *c, struct gnic_dump_queue *to)
{
	const struct gnic_queue *queue = c->queue;

	to->vector = cpu_to_le32(c->vector);
	to->flags = cpu_to_le32(gnic_dump_queue_flags(c));
	to->lost_irqs = cpu_to_le64(c->lost_irqs);
	to->rung_again = cpu_to_le64(c->rung_again);
	to->buf_size = cpu_to_le32(queue->rx.buf_size);
	to->headroom = cpu_to_le32(queue->rx.headroom);
	gnic_dump_wq(&queue->tx.sq, queue->tx.qpn, &to->tx);
	gnic_dump_wq(&queue->xdp.sq, queue->xdp.qpn, &to->xdp);
	gnic_dump_wq(&queue->rx.rq, queue->rx.qpn, &to->rx);
	gnic_dump_cq(&queue->tx_cq, &to->tx_cq);
	gnic_dump_cq(&queue->rx.cq, &to->rx_cq);
}

/* Returns how many commands that takes: there is no QP 0. */
static unsigned int gnic_dump_ask(struct gnic_nic *nic, u32 qpn, struct gnic_hw_qp_id *in,
				  struct gnic_hw_qp_stats *out, struct gnic_cmd *cmd)
{
	if (!qpn)
		return 0;
	in->qpn = cpu_to_le32(qpn);
	in->port = cpu_to_le32(nic->port->index);
	*cmd = (struct gnic_cmd) {
		.opcode = GNIC_CMD_QP_STATS,
		.in = in,
		.in_len = sizeof(*in),
		.out = out,
		.out_len = sizeof(*out),
	};
	return 1;
}

/* All in one batch: of a moment. */
static int gnic_dump_ask_all(struct gnic_nic *nic, void *at)
{
	unsigned int i, asked = 0, count = nic->num_channels;
	const struct gnic_queue *queue;
	struct gnic_dump_queue *to;
	struct gnic_hw_qp_id *in;
	struct gnic_cmd *cmds;
	int err;

	in = kcalloc(2 * count, sizeof(*in), GFP_KERNEL);
	cmds = kcalloc(2 * count, sizeof(*cmds), GFP_KERNEL);
	err = in && cmds ? 0 : -ENOMEM;
	for (i = 0; !err && i < count; i++) {
		to = gnic_dump_part(&at, GNIC_DUMP_PART_QUEUE, i, sizeof(*to));
		gnic_dump_reaped(nic->channels[i], to);
		queue = nic->channels[i]->queue;
		asked += gnic_dump_ask(nic, queue->tx.qpn, &in[asked], &to->qp, &cmds[asked]);
		asked += gnic_dump_ask(nic, queue->xdp.qpn, &in[asked], &to->xdp_qp, &cmds[asked]);
	}
	err = err ?: gnic_cmd_batch(nic->dev, cmds, asked);
	kfree(cmds);
	kfree(in);
	return err;
}

static int gnic_dump_queues(struct gnic_nic *nic, void **at)
{
	unsigned int i;
	int err;

	err = gnic_dump_ask_all(nic, *at);
	if (err)
		return err;
	for (i = 0; i < nic->num_channels; i++)
		gnic_dump_queue(nic->channels[i],
				gnic_dump_part(at, GNIC_DUMP_PART_QUEUE, i,
					       sizeof(struct gnic_dump_queue)));
	return 0;
}

static void gnic_dump_ring_of(const struct gnic_channel *c, enum gnic_dump_ring_kind kind,
			      void **at)
{
	const struct gnic_ring *ring = gnic_dump_ring(c->queue, kind);
	struct gnic_dump_ring *to;

	to = gnic_dump_part(at, GNIC_DUMP_PART_RING, c->index, sizeof(*to) + ring->size);
	to->ring = cpu_to_le32(kind);
	to->entries = cpu_to_le32(ring->mask + 1);
	to->dma = cpu_to_le64(ring->base);
	to->db = *ring->db;
	memcpy(to + 1, ring->desc, ring->size);
}

static void gnic_dump_rings(struct gnic_nic *nic, void **at)
{
	enum gnic_dump_ring_kind kind;
	unsigned int i;

	for (i = 0; i < nic->num_channels; i++) {
		for (kind = 0; kind < GNIC_DUMP_RINGS_OF_QUEUE; kind++)
			if (gnic_dump_ring(nic->channels[i]->queue, kind)->size)
				gnic_dump_ring_of(nic->channels[i], kind, at);
	}
}

/* Whole, or an error. @data is zeroed, and has room for what get_dump_flag has said. */
int gnic_ethtool_get_dump_data(struct net_device *netdev, struct ethtool_dump *dump, void *data)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	int err = 0;

	dump->version = GNIC_DUMP_VERSION;
	dump->flag = nic->dump_flag;
	gnic_dump_head(nic, &data);
	gnic_dump_registers(nic, &data);
	if (nic->dump_flag & GNIC_DUMP_PORT)
		err = gnic_dump_port(nic, &data);
	if (!err && nic->dump_flag & GNIC_DUMP_QUEUES)
		err = gnic_dump_queues(nic, &data);
	if (!err && nic->dump_flag & GNIC_DUMP_RINGS)
		gnic_dump_rings(nic, &data);
	if (!err && nic->dump_flag & GNIC_DUMP_TRACE)
		err = gnic_region_trace(nic->dev, gnic_dump_part(&data, GNIC_DUMP_PART_TRACE, 0,
								 GNIC_REGION_TRACE));
	if (gnic_dev_gone(nic->dev) || READ_ONCE(nic->dev->frozen))
		return -ENODEV;
	return err;
}
