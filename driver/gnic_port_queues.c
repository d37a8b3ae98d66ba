// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reporters `tx` and `rx` of a port: the state of each queue, from our side and
 * from the device's. They recover by making those queues anew that are to blame.
 */
#include <linux/rtnetlink.h>

#include "gnic_channel.h"
#include "gnic_dcb_buffer.h"
#include "gnic_fw.h"
#include "gnic_port_health.h"
#include "gnic_storm.h"

/* rtnl and the netdev's lock; NULL, and no lock, if there is no netdev that runs */
static struct gnic_nic *gnic_port_nic_lock(struct gnic_port *port)
{
	struct net_device *netdev;

	rtnl_lock();
	netdev = gnic_port_netdev(port);
	if (!netdev) {
		rtnl_unlock();
		return NULL;
	}
	netdev_lock(netdev);
	return netdev_priv(netdev);
}

static void gnic_port_nic_unlock(struct gnic_nic *nic)
{
	netdev_unlock(nic->netdev);
	rtnl_unlock();
}

static bool gnic_port_qp_stats(struct gnic_nic *nic, u32 qpn, struct gnic_hw_qp_stats *stats)
{
	struct gnic_hw_qp_id in = {
		.qpn = cpu_to_le32(qpn),
		.port = cpu_to_le32(nic->port->index),
	};

	return !gnic_cmd_exec(nic->dev, GNIC_CMD_QP_STATS, &in, sizeof(in), stats, sizeof(*stats));
}

static void gnic_port_put_moderation(struct gnic_channel *c, struct devlink_fmsg *fmsg, bool tx)
{
	struct gnic_moderation moder = gnic_coal_now(c, tx);

	devlink_fmsg_u32_pair_put(fmsg, "usecs", moder.usecs);
	devlink_fmsg_u32_pair_put(fmsg, "frames", moder.frames);
}

static void gnic_port_put_tx(struct gnic_channel *c, struct devlink_fmsg *fmsg)
{
	struct netdev_queue *txq = netdev_get_tx_queue(c->nic->netdev, c->index);
	const struct gnic_queue *queue = c->queue;
	struct gnic_hw_qp_stats stats;

	devlink_fmsg_u32_pair_put(fmsg, "qpn", queue->tx.qpn);
	if (gnic_queue_receives(queue))
		devlink_fmsg_u32_pair_put(fmsg, "xdp_qpn", queue->xdp.qpn);
	devlink_fmsg_u32_pair_put(fmsg, "entries", queue->tx.sq.mask + 1);
	devlink_fmsg_u32_pair_put(fmsg, "posted", queue->tx.sq.index);
	devlink_fmsg_u32_pair_put(fmsg, "sent", le32_to_cpu(queue->tx.sq.db->done));
	devlink_fmsg_u32_pair_put(fmsg, "given_back", queue->tx.reaped);
	devlink_fmsg_bool_pair_put(fmsg, "push", queue->tx.push);
	devlink_fmsg_bool_pair_put(fmsg, "stopped", netif_xmit_stopped(txq));
	devlink_fmsg_u32_pair_put(fmsg, "cqn", queue->tx_cq.cqn);
	devlink_fmsg_u32_pair_put(fmsg, "cq_index", queue->tx_cq.ring.index);
	gnic_port_put_moderation(c, fmsg, true);
	if (!gnic_port_qp_stats(c->nic, queue->tx.qpn, &stats))
		return;
	devlink_fmsg_u32_pair_put(fmsg, "device_index", le32_to_cpu(stats.sq_index));
	devlink_fmsg_u32_pair_put(fmsg, "device_done", le32_to_cpu(stats.sq_done));
	devlink_fmsg_u32_pair_put(fmsg, "syndrome", le32_to_cpu(stats.syndrome));
}

static void gnic_port_put_rx(struct gnic_channel *c, struct devlink_fmsg *fmsg)
{
	const struct gnic_queue *queue = c->queue;
	struct gnic_hw_qp_stats stats;

	devlink_fmsg_u32_pair_put(fmsg, "qpn", queue->rx.qpn);
	devlink_fmsg_u32_pair_put(fmsg, "entries", queue->rx.rq.mask + 1);
	devlink_fmsg_u32_pair_put(fmsg, "filled", queue->rx.rq.index);
	devlink_fmsg_u32_pair_put(fmsg, "taken", queue->rx.reaped);
	devlink_fmsg_u32_pair_put(fmsg, "cqn", queue->rx.cq.cqn);
	devlink_fmsg_u32_pair_put(fmsg, "cq_index", queue->rx.cq.ring.index);
	gnic_port_put_moderation(c, fmsg, false);
	if (!gnic_port_qp_stats(c->nic, queue->rx.qpn, &stats))
		return;
	devlink_fmsg_u32_pair_put(fmsg, "device_index", le32_to_cpu(stats.rq_index));
	devlink_fmsg_u32_pair_put(fmsg, "device_done", le32_to_cpu(stats.rq_done));
	devlink_fmsg_u64_pair_put(fmsg, "no_buffer", le64_to_cpu(stats.no_buffer));
	devlink_fmsg_u64_pair_put(fmsg, "too_big", le64_to_cpu(stats.too_big));
	devlink_fmsg_u32_pair_put(fmsg, "syndrome", le32_to_cpu(stats.syndrome));
}

typedef void (*gnic_port_put_t)(struct gnic_channel *c, struct devlink_fmsg *fmsg);

static void gnic_port_put_queue(struct gnic_channel *c, struct devlink_fmsg *fmsg,
				gnic_port_put_t put)
{
	devlink_fmsg_obj_nest_start(fmsg);
	devlink_fmsg_u32_pair_put(fmsg, "queue", c->index);
	devlink_fmsg_u32_pair_put(fmsg, "vector", c->vector);
	devlink_fmsg_u64_pair_put(fmsg, "lost_irqs", c->lost_irqs);
	devlink_fmsg_u64_pair_put(fmsg, "rung_again", c->rung_again);
	devlink_fmsg_bool_pair_put(fmsg, "failed", c->queue->failed);
	put(c, fmsg);
	devlink_fmsg_obj_nest_end(fmsg);
}

/* Of one direction. @fault: only of these, or NULL */
static void gnic_port_put_queues(struct gnic_port *port, struct devlink_fmsg *fmsg,
				 const struct gnic_port_fault *fault, gnic_port_put_t put, bool tx)
{
	struct gnic_nic *nic = gnic_port_nic_lock(port);
	unsigned int i, count = 0;

	if (nic)
		count = tx ? nic->num_tx : nic->num_rx;
	devlink_fmsg_bool_pair_put(fmsg, "running", nic && nic->num_channels);
	devlink_fmsg_u64_pair_put(fmsg, "resets", nic ? nic->resets : 0);
	devlink_fmsg_arr_pair_nest_start(fmsg, "queues");
	for (i = 0; i < count; i++) {
		if (!fault || test_bit(i, fault->rings))
			gnic_port_put_queue(nic->channels[i], fmsg, put);
	}
	devlink_fmsg_arr_pair_nest_end(fmsg);
	if (nic)
		gnic_port_nic_unlock(nic);
}

static int gnic_port_tx_diagnose(struct devlink_health_reporter *reporter,
				 struct devlink_fmsg *fmsg, struct netlink_ext_ack *extack)
{
	struct gnic_port_health *health = devlink_health_reporter_priv(reporter);

	gnic_port_put_queues(health->port, fmsg, NULL, gnic_port_put_tx, true);
	gnic_storm_put(health->port, fmsg);
	return 0;
}

static int gnic_port_rx_diagnose(struct devlink_health_reporter *reporter,
				 struct devlink_fmsg *fmsg, struct netlink_ext_ack *extack)
{
	struct gnic_port_health *health = devlink_health_reporter_priv(reporter);

	gnic_port_put_queues(health->port, fmsg, NULL, gnic_port_put_rx, false);
	gnic_dcb_buffer_put(health->port, fmsg);
	return 0;
}

/* What the device has not sent, as it stands in the ring. */
static void gnic_port_dump_tx(struct gnic_channel *c, struct devlink_fmsg *fmsg)
{
	const struct gnic_ring *sq = &c->queue->tx.sq;
	const struct gnic_hw_raw_wqe *wqe = sq->desc;
	u32 done = le32_to_cpu(sq->db->done);

	gnic_port_put_tx(c, fmsg);
	devlink_fmsg_binary_pair_put(fmsg, "doorbell", sq->db, sizeof(*sq->db));
	devlink_fmsg_binary_pair_put(fmsg, "wqe", wqe + (done & sq->mask), sizeof(*wqe));
}

/* The completion that we wait for, as it stands in the ring. */
static void gnic_port_dump_rx(struct gnic_channel *c, struct devlink_fmsg *fmsg)
{
	const struct gnic_ring *cq = &c->queue->rx.cq.ring;
	const struct gnic_hw_raw_cqe *cqe = cq->desc;

	gnic_port_put_rx(c, fmsg);
	devlink_fmsg_binary_pair_put(fmsg, "doorbell", cq->db, sizeof(*cq->db));
	devlink_fmsg_binary_pair_put(fmsg, "cqe", cqe + (cq->index & cq->mask), sizeof(*cqe));
}

static int gnic_port_tx_dump(struct devlink_health_reporter *reporter, struct devlink_fmsg *fmsg,
			     void *ctx, struct netlink_ext_ack *extack)
{
	struct gnic_port_health *health = devlink_health_reporter_priv(reporter);

	gnic_port_put_queues(health->port, fmsg, ctx, gnic_port_dump_tx, true);
	return 0;
}

static int gnic_port_rx_dump(struct devlink_health_reporter *reporter, struct devlink_fmsg *fmsg,
			     void *ctx, struct netlink_ext_ack *extack)
{
	struct gnic_port_health *health = devlink_health_reporter_priv(reporter);

	gnic_port_put_queues(health->port, fmsg, ctx, gnic_port_dump_rx, false);
	return 0;
}

/* @ctx: the queues to blame; NULL: the user wants all of them new. */
static int gnic_port_recover(struct devlink_health_reporter *reporter, void *ctx,
			     struct netlink_ext_ack *extack)
{
	struct gnic_port_health *health = devlink_health_reporter_priv(reporter);
	struct gnic_nic *nic = gnic_port_nic_lock(health->port);
	struct gnic_port_fault *fault = ctx;
	int err;

	if (!nic) {
		NL_SET_ERR_MSG_MOD(extack, "the port has no netdev");
		return -ENODEV;
	}
	err = gnic_nic_renew(nic, fault ? fault->rings : NULL, extack);
	gnic_port_nic_unlock(nic);
	return err;
}

/* The first queue; it is noticed when somebody wants to send or the device says so. */
static int gnic_port_test(struct gnic_port *port, enum gnic_hw_inject_kind kind,
			  struct netlink_ext_ack *extack)
{
	struct gnic_nic *nic = gnic_port_nic_lock(port);
	int err = -ENETDOWN;

	if (nic && nic->num_channels)
		err = gnic_inject(port->dev, kind, port->index, nic->channels[0]->queue->tx.qpn,
				  extack);
	else
		NL_SET_ERR_MSG_MOD(extack, "the port is down: it has no queues");
	if (nic)
		gnic_port_nic_unlock(nic);
	return err;
}

static int gnic_port_tx_test(struct devlink_health_reporter *reporter,
			     struct netlink_ext_ack *extack)
{
	struct gnic_port_health *health = devlink_health_reporter_priv(reporter);

	return gnic_port_test(health->port, GNIC_INJECT_TX_STOP, extack);
}

static int gnic_port_rx_test(struct devlink_health_reporter *reporter,
			     struct netlink_ext_ack *extack)
{
	struct gnic_port_health *health = devlink_health_reporter_priv(reporter);

	return gnic_port_test(health->port, GNIC_INJECT_RX_ERROR, extack);
}

const struct devlink_health_reporter_ops gnic_port_tx_ops = {
	.name		= "tx",
	.diagnose	= gnic_port_tx_diagnose,
	.dump		= gnic_port_tx_dump,
	.recover	= gnic_port_recover,
	.test		= gnic_port_tx_test,
	GNIC_REPORTER_PERIOD(GNIC_PORT_PERIOD_MS)
};

const struct devlink_health_reporter_ops gnic_port_rx_ops = {
	.name		= "rx",
	.diagnose	= gnic_port_rx_diagnose,
	.dump		= gnic_port_rx_dump,
	.recover	= gnic_port_recover,
	.test		= gnic_port_rx_test,
	GNIC_REPORTER_PERIOD(GNIC_PORT_PERIOD_MS)
};
