// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compute queues for the compute module: a compute QP and its CQ. A command that
 * fails makes a CQE even if it asks for none, so the CQ has room for all commands
 * that the owner has not called done.
 */
#include <linux/log2.h>
#include <linux/slab.h>

#include "gnic.h"
#include "gnic_accel_api.h"
#include "gnic_comp.h"
#include "gnic_eswitch.h"
#include "gnic_ring.h"

/**
 * struct gnic_accel_queue - a compute queue
 * @dev: card
 * @port: whose QP number
 * @qpn: QP
 * @asid: whose windows bound its commands
 * @ops: callbacks
 * @priv: for @ops
 * @comp: completions
 * @nb: on dev->events
 * @lock: protects what follows
 * @sq: commands
 * @retired: index behind the commands that are done
 * @dead: nothing can be posted any more
 */
struct gnic_accel_queue {
	struct gnic_dev *dev;
	u32 port;
	u32 qpn;
	u16 asid;
	const struct gnic_accel_queue_ops *ops;
	void *priv;
	struct gnic_comp *comp;
	struct notifier_block nb;
	spinlock_t lock;	/* what follows */
	struct gnic_ring sq;
	u32 retired;
	bool dead;
};

static void gnic_accel_queue_cqe(void *priv, const struct gnic_hw_cqe *cqe)
{
	struct gnic_accel_queue *queue = priv;

	queue->ops->complete(queue->priv, le32_to_cpu(cqe->tag),
			     le32_to_cpu(cqe->ctrl) & GNIC_CQE_ERROR, le32_to_cpu(cqe->data));
}

static const struct gnic_comp_ops gnic_accel_queue_comp_ops = {
	.rc = gnic_accel_queue_cqe,
};

/* An event is older than its reader, or was lost: the device is asked. */
static void gnic_accel_queue_ask(struct gnic_accel_queue *queue)
{
	bool failed;
	u8 syndrome;

	failed = gnic_ring_qp_failed(queue->dev, queue->port, queue->qpn, &syndrome);
	spin_lock_irq(&queue->lock);
	failed = failed && !queue->dead;
	queue->dead |= failed;
	spin_unlock_irq(&queue->lock);
	if (failed && queue->ops->failed)
		queue->ops->failed(queue->priv, syndrome);
}

static void gnic_accel_queue_kick(struct gnic_accel_queue *queue)
{
	spin_lock_irq(&queue->lock);
	if (!queue->dead)
		gnic_ring_kick(&queue->sq);
	spin_unlock_irq(&queue->lock);
}

static int gnic_accel_queue_event(struct notifier_block *nb, unsigned long type, void *data)
{
	struct gnic_accel_queue *queue = container_of(nb, struct gnic_accel_queue, nb);
	const struct gnic_event *event = data;
	bool lost = type == GNIC_EQE_LOST;

	if (!lost && (event->port != queue->port || event->id != queue->qpn))
		return NOTIFY_DONE;
	if (lost || type == GNIC_EQE_QP_ERR)
		gnic_accel_queue_ask(queue);
	if (lost || type == GNIC_EQE_DB_OVERRUN)
		gnic_accel_queue_kick(queue);
	return NOTIFY_DONE;
}

static int gnic_accel_queue_qp_create(struct gnic_accel_queue *queue)
{
	struct gnic_hw_qp_create in = {
		.qpn = cpu_to_le32(queue->qpn),
		.port = queue->port,
		.type = GNIC_QP_COMPUTE,
		.asid = cpu_to_le16(queue->asid),
		.sq_log = gnic_ring_log(&queue->sq),
		.sq_wqe_log = ilog2(sizeof(struct gnic_hw_compute_wqe)),
		.sq_cqn = cpu_to_le32(gnic_comp_cqn(queue->comp)),
		.rq_cqn = cpu_to_le32(GNIC_CQN_NONE),
		.sq_base = cpu_to_le64(queue->sq.dma),
		.sq_db = cpu_to_le64(queue->sq.db_dma),
	};
	int err;

	err = gnic_ring_qp_create(queue->dev, &in);
	if (!err)
		gnic_ring_bind(queue->dev, &queue->sq, GNIC_DB_SQ, queue->port, queue->qpn);
	return err;
}

static int gnic_accel_queue_start(struct gnic_accel_queue *queue, u8 log)
{
	struct gnic_dev *dev = queue->dev;
	int err;

	err = gnic_qpn_get(dev, queue->port, 1, &queue->qpn);
	if (err)
		return err;
	err = gnic_ring_alloc(dev, &queue->sq, &dev->ports[queue->port].wqes, log,
			      sizeof(struct gnic_hw_compute_wqe));
	if (err)
		goto err_qpn_put;
	queue->comp = gnic_comp_create(dev, max(log, GNIC_CQ_LOG_MIN), GNIC_DRV_NAME "-compute",
				       &gnic_accel_queue_comp_ops, queue);
	if (IS_ERR(queue->comp)) {
		err = PTR_ERR(queue->comp);
		goto err_ring_free;
	}
	err = gnic_accel_queue_qp_create(queue);
	if (err)
		goto err_comp_destroy;
	return 0;

err_comp_destroy:
	gnic_comp_destroy(queue->comp);
	if (err == -ETIMEDOUT)	/* there may be a QP */
		return err;
err_ring_free:
	gnic_ring_free(dev, &queue->sq);
err_qpn_put:
	gnic_qpn_put(dev, queue->port, queue->qpn, 1);
	return err;
}

struct gnic_accel_queue *gnic_accel_queue_create(struct gnic_dev *dev, u32 port, u16 asid, u8 log,
						 const struct gnic_accel_queue_ops *ops,
						 void *priv)
{
	struct gnic_accel_queue *queue;
	int err;

	if (!(dev->caps_bits & GNIC_CAP_COMPUTE))
		return ERR_PTR(-EOPNOTSUPP);
	if (!gnic_port_get(dev, port) || log < GNIC_WQ_LOG_MIN || log > GNIC_WQ_LOG_MAX ||
	    !asid || asid > GNIC_ASID_MAX)
		return ERR_PTR(-EINVAL);

	queue = kzalloc(sizeof(*queue), GFP_KERNEL);
	if (!queue)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&queue->lock);
	queue->dev = dev;
	queue->port = port;
	queue->asid = asid;
	queue->ops = ops;
	queue->priv = priv;

	err = gnic_accel_queue_start(queue, log);
	if (err) {
		kfree(queue);
		return ERR_PTR(err);
	}
	queue->nb.notifier_call = gnic_accel_queue_event;
	blocking_notifier_chain_register(&dev->events, &queue->nb);
	return queue;
}
EXPORT_SYMBOL_GPL(gnic_accel_queue_create);

void gnic_accel_queue_destroy(struct gnic_accel_queue *queue)
{
	struct gnic_dev *dev = queue->dev;
	bool back;

	blocking_notifier_chain_unregister(&dev->events, &queue->nb);
	back = gnic_ring_qp_destroy(dev, queue->port, queue->qpn);
	gnic_comp_destroy(queue->comp);
	if (back) {
		gnic_ring_free(dev, &queue->sq);
		gnic_qpn_put(dev, queue->port, queue->qpn, 1);
	}
	kfree(queue);
}
EXPORT_SYMBOL_GPL(gnic_accel_queue_destroy);

/* The ring has room for what the device has read; the CQ for what is done, too. */
static u32 gnic_accel_queue_room(const struct gnic_accel_queue *queue)
{
	u32 done = le32_to_cpu(READ_ONCE(queue->sq.db->done));

	return min(gnic_ring_free_entries(&queue->sq, done),
		   queue->sq.mask + 1 - (queue->sq.index - queue->retired));
}

static void gnic_accel_queue_put(struct gnic_accel_queue *queue,
				 const struct gnic_hw_compute_wqe *from)
{
	struct gnic_hw_compute_wqe *wqe = queue->sq.desc;
	u32 ctrl = le32_to_cpu(from->ctrl) & ~(u32)GNIC_WQE_INDEX;

	wqe += queue->sq.index & queue->sq.mask;
	*wqe = *from;
	wqe->ctrl = cpu_to_le32(ctrl | FIELD_PREP(GNIC_WQE_INDEX, queue->sq.index & 0xff));
	queue->sq.index++;
}

static int gnic_accel_queue_post_locked(struct gnic_accel_queue *queue,
					const struct gnic_hw_compute_wqe *wqe, u32 count)
{
	u32 i;

	if (queue->dead || gnic_dev_gone(queue->dev))
		return -EIO;
	if (gnic_accel_queue_room(queue) < count)
		return -ENOSPC;
	for (i = 0; i < count; i++)
		gnic_accel_queue_put(queue, &wqe[i]);
	gnic_ring_doorbell(&queue->sq);
	return 0;
}

int gnic_accel_queue_post(struct gnic_accel_queue *queue, const struct gnic_hw_compute_wqe *wqe,
			  u32 count)
{
	unsigned long flags;
	int err;

	spin_lock_irqsave(&queue->lock, flags);
	err = gnic_accel_queue_post_locked(queue, wqe, count);
	spin_unlock_irqrestore(&queue->lock, flags);
	return err;
}
EXPORT_SYMBOL_GPL(gnic_accel_queue_post);

void gnic_accel_queue_retire(struct gnic_accel_queue *queue, u32 count)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->lock, flags);
	queue->retired += count;
	spin_unlock_irqrestore(&queue->lock, flags);
}
EXPORT_SYMBOL_GPL(gnic_accel_queue_retire);
