// SPDX-License-Identifier: GPL-2.0-only
/*
 * A queue of a netdev: two CQs, a QP for skbs and receive, a QP for XDP
 * frames. Made whole while its predecessor still runs.
 */
#include <linux/slab.h>

#include "gnic_channel.h"
#include "gnic_eswitch.h"
#include "gnic_shaper.h"
#include "gnic_xsk.h"

static int gnic_queue_cqs_create(struct gnic_channel *c, struct gnic_queue *queue,
				 const struct gnic_nic_cfg *cfg)
{
	struct gnic_hw_cq_create rx = {
		.log = ilog2(cfg->rx_ring),
		.cqe_log = ilog2(sizeof(struct gnic_hw_raw_cqe)),
		.vector = cpu_to_le16(c->vector),
	};
	struct gnic_hw_cq_create tx = {
		/* one completion a doorbell at most, of two queues */
		.log = ilog2(cfg->tx_ring) + 1,
		.cqe_log = ilog2(sizeof(struct gnic_hw_raw_cqe)),
		.vector = cpu_to_le16(c->vector),
	};
	struct gnic_dev *dev = c->nic->dev;
	int err;

	gnic_coal_init_cq(c, false, &rx);
	gnic_coal_init_cq(c, true, &tx);
	err = gnic_cq_create(dev, &queue->rx.cq, &rx);
	if (err)
		return err;
	err = gnic_cq_create(dev, &queue->tx_cq, &tx);
	if (err)
		gnic_cq_destroy(dev, &queue->rx.cq);
	return err;
}

static void gnic_queue_cqs_destroy(struct gnic_channel *c, struct gnic_queue *queue)
{
	gnic_cq_destroy(c->nic->dev, &queue->tx_cq);
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
	unsigned int port = c->nic->port->index;
	struct gnic_dev *dev = c->nic->dev;
	int err;

	err = gnic_queue_qp_create(c, &queue->tx, &queue->rx, queue->tx_cq.cqn, &queue->tx.qpn);
	if (!err)
		err = gnic_queue_qp_create(c, &queue->xdp, NULL, queue->tx_cq.cqn,
					   &queue->xdp.qpn);
	queue->unheard = err == -ETIMEDOUT;
	if (err)
		return err;
	queue->rx.qpn = queue->tx.qpn;
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

static int gnic_queue_alloc(struct gnic_channel *c, struct gnic_queue *queue,
			    const struct gnic_nic_cfg *cfg)
{
	int err;

	err = gnic_tx_alloc(c, &queue->tx, cfg);
	if (err)
		return err;
	err = gnic_tx_alloc(c, &queue->xdp, cfg);
	if (err)
		goto err_tx_free;
	err = gnic_rx_alloc(c, &queue->rx, cfg);
	if (err)
		goto err_xdp_free;
	err = gnic_rx_fill(&queue->rx);
	if (err)
		goto err_rx_free;
	err = c->xsk ? gnic_xsk_tx_init(&queue->xdp, c->xsk) : 0;
	if (err)
		goto err_rx_free;
	return 0;

err_rx_free:
	gnic_rx_free(c, &queue->rx);
err_xdp_free:
	gnic_tx_free(c, &queue->xdp);
err_tx_free:
	gnic_tx_free(c, &queue->tx);
	return err;
}

static void gnic_queue_free(struct gnic_channel *c, struct gnic_queue *queue)
{
	gnic_rx_free(c, &queue->rx);
	gnic_tx_free(c, &queue->xdp);
	gnic_tx_free(c, &queue->tx);
}

/**
 * gnic_queue_create - rings, buffers, CQs and QPs
 * @c: channel that is going to serve it
 * @cfg: sizes and moderation
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
		goto err_free;
	err = gnic_queue_cqs_create(c, queue, cfg);
	if (err)
		goto err_queue_free;
	err = gnic_queue_qps_create(c, queue);
	if (err)
		goto err_destroy;
	err = gnic_split_start(c, &queue->rx, cfg->split_thresh);
	if (err)
		goto err_destroy;
	err = gnic_gro_start(c, &queue->rx, cfg);
	if (err)
		goto err_destroy;
	err = gnic_rate_start(c, queue);
	if (err)
		goto err_destroy;
	err = gnic_shaper_start(c, queue);
	if (err)
		goto err_destroy;
	gnic_launch_start(c, queue);
	err = gnic_mqprio_start(c, queue);
	if (err)
		goto err_destroy;
	if (queue->rx.xsk)
		gnic_xsk_rx_prime(c, &queue->rx);
	gnic_ring_publish(&queue->rx.rq);
	return queue;

err_destroy:
	gnic_queue_destroy(c, queue);
	return ERR_PTR(err);

err_queue_free:
	gnic_queue_free(c, queue);
err_free:
	kfree(queue);
	return ERR_PTR(err);
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
