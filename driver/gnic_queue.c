// SPDX-License-Identifier: GPL-2.0-only
/*
 * A queue of a netdev: two CQs, a QP for skbs and receive, a QP for XDP
 * frames. Made whole while its predecessor still runs. That of a channel with
 * one direction has one QP: for skbs, or for receive and XDP frames.
 */
#include <linux/slab.h>

#include "gnic_channel.h"
#include "gnic_eswitch.h"
#include "gnic_shaper.h"
#include "gnic_xsk.h"

/*
 * Without a receive queue: nothing is in its CQ and no buffer is missing, so who polls,
 * arms or drains it finds nothing to do.
 */
static void gnic_queue_mute(struct gnic_queue *queue)
{
	static const struct gnic_hw_raw_cqe none;

	queue->rx.cq.ring.desc = (void *)&none;
	queue->rx.cq.ring.db = &queue->no_db;
	queue->rx.rq.index = queue->rx.rq.mask + 1;
}

static int gnic_queue_cqs_create(struct gnic_channel *c, struct gnic_queue *queue,
				 const struct gnic_nic_cfg *cfg)
{
	bool both = gnic_queue_sends(queue) && gnic_queue_receives(queue);
	struct gnic_hw_cq_create rx = {
		.log = ilog2(cfg->rx_ring),
		.cqe_log = ilog2(sizeof(struct gnic_hw_raw_cqe)),
		.vector = cpu_to_le16(c->vector),
	};
	struct gnic_hw_cq_create tx = {
		/* one completion a doorbell at most, of one queue or two */
		.log = ilog2(cfg->tx_ring) + both,
		.cqe_log = ilog2(sizeof(struct gnic_hw_raw_cqe)),
		.vector = cpu_to_le16(c->vector),
	};
	struct gnic_dev *dev = c->nic->dev;
	int err = 0;

	gnic_coal_init_cq(c, false, &rx);
	gnic_coal_init_cq(c, true, &tx);
	if (gnic_queue_receives(queue))
		err = gnic_cq_create(dev, &queue->rx.cq, &rx);
	else
		gnic_queue_mute(queue);
	if (err)
		return err;
	err = gnic_cq_create(dev, &queue->tx_cq, &tx);
	if (err && gnic_queue_receives(queue))
		gnic_cq_destroy(dev, &queue->rx.cq);
	return err;
}

static void gnic_queue_cqs_destroy(struct gnic_channel *c, struct gnic_queue *queue)
{
	gnic_cq_destroy(c->nic->dev, &queue->tx_cq);
	if (gnic_queue_receives(queue))
		gnic_cq_destroy(c->nic->dev, &queue->rx.cq);
}

/* A raw QP at the host side of the vport; @rx may be NULL. */
static int gnic_queue_qp_create(struct gnic_channel *c, struct gnic_tx *tx, struct gnic_rx *rx,
				u32 tx_cqn, u32 *qpn)
{
	struct gnic_nic *nic = c->nic;
	struct gnic_hw_qp_create in = {
		.port = nic->port->index,
		.type = GNIC_QP_RAW,
		.side = GNIC_SIDE_HOST,
		.vport = cpu_to_le16(nic->vport),
		.asid = cpu_to_le16(GNIC_ASID_KERNEL),
		.sq_log = gnic_ring_log(&tx->sq),
		.sq_wqe_log = ilog2(sizeof(struct gnic_hw_raw_wqe)),
		.sq_cqn = cpu_to_le32(tx_cqn),
		.rq_cqn = cpu_to_le32(GNIC_CQN_NONE),
		.sq_base = cpu_to_le64(tx->sq.base),
		.sq_db = cpu_to_le64(tx->sq.db_dma),
	};
	int err;

	if (rx) {
		in.rq_log = gnic_ring_log(&rx->rq);
		in.rq_cqn = cpu_to_le32(rx->cq.cqn);
		in.rq_base = cpu_to_le64(rx->rq.dma);
		in.rq_db = cpu_to_le64(rx->rq.db_dma);
	}
	err = gnic_qpn_get(nic->dev, nic->port->index, 1, qpn);
	if (err)
		return err;
	in.qpn = cpu_to_le32(*qpn);
	err = gnic_ring_qp_create(nic->dev, &in);
	if (err && err != -ETIMEDOUT)
		gnic_qpn_put(nic->dev, nic->port->index, *qpn, 1);
	if (err)
		*qpn = 0;
	return err;
}

/* There is no QP 0. False: the QP may still be used, and keeps its number. */
static bool gnic_queue_qp_destroy(struct gnic_channel *c, u32 qpn)
{
	struct gnic_nic *nic = c->nic;

	if (!qpn)
		return true;
	if (!gnic_ring_qp_destroy(nic->dev, nic->port->index, qpn))
		return false;
	gnic_qpn_put(nic->dev, nic->port->index, qpn, 1);
	return true;
}

/* As far as it comes: gnic_queue_destroy() knows which there are. */
static int gnic_queue_qps_create(struct gnic_channel *c, struct gnic_queue *queue)
{
	struct gnic_rx *rx = gnic_queue_receives(queue) ? &queue->rx : NULL;
	unsigned int port = c->nic->port->index;
	bool sends = gnic_queue_sends(queue);
	struct gnic_dev *dev = c->nic->dev;
	int err = 0;

	if (sends)
		err = gnic_queue_qp_create(c, &queue->tx, rx, queue->tx_cq.cqn, &queue->tx.qpn);
	if (rx && !err)
		err = gnic_queue_qp_create(c, &queue->xdp, sends ? NULL : rx, queue->tx_cq.cqn,
					   &queue->xdp.qpn);
	queue->unheard = err == -ETIMEDOUT;
	if (err)
		return err;
	queue->rx.qpn = sends ? queue->tx.qpn : queue->xdp.qpn;
	gnic_ring_bind(dev, &queue->tx.sq, GNIC_DB_SQ, port, queue->tx.qpn);
	gnic_ring_bind(dev, &queue->xdp.sq, GNIC_DB_SQ, port, queue->xdp.qpn);
	gnic_ring_bind(dev, &queue->rx.rq, GNIC_DB_RQ, port, queue->rx.qpn);
	return 0;
}

static bool gnic_queue_qps_destroy(struct gnic_channel *c, struct gnic_queue *queue)
{
	bool xdp = gnic_queue_qp_destroy(c, queue->xdp.qpn);

	return gnic_queue_qp_destroy(c, queue->tx.qpn) && xdp && !queue->unheard;
}

static int gnic_queue_alloc_rx(struct gnic_channel *c, struct gnic_queue *queue,
			       const struct gnic_nic_cfg *cfg)
{
	int err;

	err = gnic_tx_alloc(c, &queue->xdp, cfg);
	if (err)
		return err;
	err = gnic_rx_alloc(c, &queue->rx, cfg);
	if (err)
		return err;
	err = gnic_rx_fill(&queue->rx);
	if (err)
		return err;
	return c->xsk ? gnic_xsk_tx_init(&queue->xdp, c->xsk) : 0;
}

/* As far as it comes: gnic_queue_free() knows what there is. */
static int gnic_queue_alloc(struct gnic_channel *c, struct gnic_queue *queue,
			    const struct gnic_nic_cfg *cfg)
{
	int err = 0;

	if (c->index < cfg->tx_queues)
		err = gnic_tx_alloc(c, &queue->tx, cfg);
	if (!err && c->index < cfg->rx_queues)
		err = gnic_queue_alloc_rx(c, queue, cfg);
	return err;
}

static void gnic_queue_free(struct gnic_channel *c, struct gnic_queue *queue)
{
	if (queue->rx.rq.desc)
		gnic_rx_free(c, &queue->rx);
	if (queue->xdp.sq.desc)
		gnic_tx_free(c, &queue->xdp);
	if (queue->tx.sq.desc)
		gnic_tx_free(c, &queue->tx);
}

/* What the device is told of the QPs before anything comes or goes. */
static int gnic_queue_start_tx(struct gnic_channel *c, struct gnic_queue *queue)
{
	int err;

	err = gnic_rate_start(c, queue);
	if (err)
		return err;
	err = gnic_shaper_start(c, queue);
	if (err)
		return err;
	gnic_launch_start(c, queue);
	return gnic_mqprio_start(c, queue);
}

static int gnic_queue_start_rx(struct gnic_channel *c, struct gnic_queue *queue,
			       const struct gnic_nic_cfg *cfg)
{
	int err;

	err = gnic_split_start(c, &queue->rx, cfg->split_thresh);
	if (err)
		return err;
	err = gnic_gro_start(c, &queue->rx, cfg);
	if (err)
		return err;
	if (queue->rx.xsk)
		gnic_xsk_rx_prime(c, &queue->rx);
	gnic_ring_publish(&queue->rx.rq);
	return 0;
}

static int gnic_queue_start(struct gnic_channel *c, struct gnic_queue *queue,
			    const struct gnic_nic_cfg *cfg)
{
	int err = 0;

	if (gnic_queue_sends(queue))
		err = gnic_queue_start_tx(c, queue);
	if (!err && gnic_queue_receives(queue))
		err = gnic_queue_start_rx(c, queue, cfg);
	return err;
}

/**
 * gnic_queue_create - rings, buffers, CQs and QPs
 * @c: channel that is going to serve it
 * @cfg: directions, sizes and moderation
 *
 * Nothing arrives until an RSS table names it.
 *
 * Return: the queue or ERR_PTR.
 */
struct gnic_queue *gnic_queue_create(struct gnic_channel *c, const struct gnic_nic_cfg *cfg)
{
	struct gnic_queue *queue;
	int err;

	queue = kzalloc(sizeof(*queue), GFP_KERNEL);
	if (!queue)
		return ERR_PTR(-ENOMEM);
	queue->rx.channel = c;
	err = gnic_queue_alloc(c, queue, cfg);
	if (err)
		goto err_queue_free;
	err = gnic_queue_cqs_create(c, queue, cfg);
	if (err)
		goto err_queue_free;
	err = gnic_queue_qps_create(c, queue);
	if (err)
		goto err_destroy;
	err = gnic_queue_start(c, queue, cfg);
	if (err)
		goto err_destroy;
	return queue;

err_destroy:
	gnic_queue_destroy(c, queue);
	return ERR_PTR(err);

err_queue_free:
	gnic_queue_free(c, queue);
	kfree(queue);
	return ERR_PTR(err);
}

/**
 * gnic_queue_why - the words for it when there is no new queue
 * @err: why
 */
const char *gnic_queue_why(int err)
{
	switch (err) {
	case -ENOMEM:
		return "no memory";
	case -ENOSPC:
		return "no device resources";
	case -ENOBUFS:
		return "no room in device memory for the new send rings";
	case -ETIMEDOUT:
	case -ETIME:
	case -ENODEV:
		return "the device does not answer";
	case -ENETDOWN:
		return "the device is being reset";
	default:
		return "the device refuses";
	}
}

/**
 * gnic_queue_destroy - QPs, CQs, buffers, rings
 * @c: channel that it was made for; it does not serve it
 * @queue: may lack QPs
 *
 * All of a queue whose QPs the device does not give back stays as it is: it may go on
 * filling buffers and sending packets.
 */
void gnic_queue_destroy(struct gnic_channel *c, struct gnic_queue *queue)
{
	if (!gnic_queue_qps_destroy(c, queue))
		return;
	gnic_queue_cqs_destroy(c, queue);
	gnic_queue_free(c, queue);
	kfree(queue);
}
