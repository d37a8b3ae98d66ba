// SPDX-License-Identifier: GPL-2.0-only
/* A completion queue with a vector, read by a work item. */
#include <linux/interrupt.h>
#include <linux/slab.h>

#include "gnic.h"
#include "gnic_comp.h"
#include "gnic_ring.h"

#define GNIC_COMP_BUDGET	256	/* entries before others may run */
#define GNIC_COMP_WATCH		HZ	/* how often a lost interrupt is looked for */

/**
 * struct gnic_comp - of a group or a compute queue
 * @dev: card
 * @cq: in the device
 * @vector: MSI-X vector, shared with channels
 * @ops: callbacks
 * @priv: for @ops
 * @work: reads the entries
 * @watch: looks for entries whose interrupt was lost
 * @name: of the interrupt
 */
struct gnic_comp {
	struct gnic_dev *dev;
	struct gnic_cq cq;
	unsigned int vector;
	const struct gnic_comp_ops *ops;
	void *priv;
	struct work_struct work;
	struct delayed_work watch;
	char name[32];
};

/* The next entry, or NULL. */
static const void *gnic_comp_next(const struct gnic_comp *comp)
{
	return comp->ops->raw ? (const void *)gnic_cq_raw(&comp->cq) : gnic_cq_next(&comp->cq);
}

static bool gnic_comp_pending(const struct gnic_comp *comp)
{
	return gnic_comp_next(comp);
}

/*
 * The device has the place again before anybody hears of the entry: who posts in answer
 * to it relies on that.
 */
static void gnic_comp_entry(struct gnic_comp *comp, const void *entry)
{
	struct gnic_ring *ring = &comp->cq.ring;
	union {
		struct gnic_hw_raw_cqe raw;
		struct gnic_hw_cqe rc;
	} cqe;

	if (comp->ops->raw)
		cqe.raw = *(const struct gnic_hw_raw_cqe *)entry;
	else
		cqe.rc = *(const struct gnic_hw_cqe *)entry;
	WRITE_ONCE(ring->index, ring->index + 1);
	gnic_ring_consume(ring);
	if (comp->ops->raw)
		comp->ops->raw(comp->priv, &cqe.raw);
	else
		comp->ops->rc(comp->priv, &cqe.rc);
}

static unsigned int gnic_comp_drain(struct gnic_comp *comp)
{
	unsigned int done;
	const void *entry;

	for (done = 0; done < GNIC_COMP_BUDGET; done++) {
		entry = gnic_comp_next(comp);
		if (!entry)
			break;
		gnic_comp_entry(comp, entry);
	}
	return done;
}

static void gnic_comp_work(struct work_struct *work)
{
	struct gnic_comp *comp = container_of(work, struct gnic_comp, work);

	if (gnic_comp_drain(comp) < GNIC_COMP_BUDGET) {
		gnic_ring_arm(&comp->cq.ring);
		/* arm before the look at the ring: see gnic_ring_arm() */
		dma_mb();
		if (!gnic_comp_pending(comp))
			return;
	}
	/* not armed, or too late: only this work looks at what comes next */
	if (!gnic_dev_gone(comp->dev))
		queue_work(system_highpri_wq, work);
}

/* The vector is shared: most interrupts are somebody else's. */
static irqreturn_t gnic_comp_irq(int irq, void *data)
{
	struct gnic_comp *comp = data;

	if (!gnic_comp_pending(comp))
		return IRQ_NONE;
	queue_work(system_highpri_wq, &comp->work);
	return IRQ_HANDLED;
}

static void gnic_comp_watch_work(struct work_struct *work)
{
	struct gnic_comp *comp = container_of(work, struct gnic_comp, watch.work);

	if (gnic_comp_pending(comp))
		queue_work(system_highpri_wq, &comp->work);
	schedule_delayed_work(&comp->watch, GNIC_COMP_WATCH);
}

static int gnic_comp_cq_create(struct gnic_comp *comp, u8 log)
{
	struct gnic_hw_cq_create in = {
		.log = log,
		.cqe_log = comp->ops->raw ? 5 : 4,
		.vector = cpu_to_le16(comp->vector),
		.asid = cpu_to_le16(GNIC_ASID_KERNEL),
	};

	return gnic_cq_create(comp->dev, &comp->cq, &in);
}

static struct gnic_comp *gnic_comp_alloc(struct gnic_dev *dev, const char *name,
					 const struct gnic_comp_ops *ops, void *priv)
{
	struct gnic_comp *comp = kzalloc(sizeof(*comp), GFP_KERNEL);

	if (!comp)
		return NULL;
	comp->dev = dev;
	comp->ops = ops;
	comp->priv = priv;
	INIT_WORK(&comp->work, gnic_comp_work);
	INIT_DELAYED_WORK(&comp->watch, gnic_comp_watch_work);
	strscpy(comp->name, name, sizeof(comp->name));
	return comp;
}

/**
 * gnic_comp_create - CQ, vector and handler
 * @dev: card
 * @log: entries, GNIC_CQ_LOG_MIN .. GNIC_CQ_LOG_MAX
 * @name: of the interrupt
 * @ops: callbacks
 * @priv: for @ops
 *
 * Return: armed, or ERR_PTR.
 */
struct gnic_comp *gnic_comp_create(struct gnic_dev *dev, u8 log, const char *name,
				   const struct gnic_comp_ops *ops, void *priv)
{
	struct gnic_comp *comp;
	int err;

	comp = gnic_comp_alloc(dev, name, ops, priv);
	if (!comp)
		return ERR_PTR(-ENOMEM);

	err = gnic_irq_vector_get(dev);
	if (err < 0)
		goto err_free;
	comp->vector = err;

	err = gnic_comp_cq_create(comp, log);
	if (err)
		goto err_vector_put;

	err = gnic_irq_request(dev, comp->vector, gnic_comp_irq, comp->name, comp);
	if (err)
		goto err_cq_destroy;

	gnic_ring_arm(&comp->cq.ring);
	schedule_delayed_work(&comp->watch, GNIC_COMP_WATCH);
	return comp;

err_cq_destroy:
	gnic_cq_destroy(dev, &comp->cq);
err_vector_put:
	gnic_irq_vector_put(dev, comp->vector);
err_free:
	kfree(comp);
	return ERR_PTR(err);
}

void gnic_comp_destroy(struct gnic_comp *comp)
{
	gnic_irq_free(comp->dev, comp->vector, comp);
	cancel_delayed_work_sync(&comp->watch);
	cancel_work_sync(&comp->work);
	gnic_cq_destroy(comp->dev, &comp->cq);
	gnic_irq_vector_put(comp->dev, comp->vector);
	kfree(comp);
}

/* A device that completes without end is not waited for. */
void gnic_comp_sync(struct gnic_comp *comp)
{
	u32 left = gnic_comp_size(comp) / GNIC_COMP_BUDGET + 1;

	while (gnic_comp_pending(comp) && left--) {
		queue_work(system_highpri_wq, &comp->work);
		flush_work(&comp->work);
	}
	flush_work(&comp->work);
}

bool gnic_comp_failed(struct gnic_comp *comp, u8 *syndrome)
{
	return gnic_cq_failed(comp->dev, &comp->cq, syndrome);
}

u32 gnic_comp_cqn(const struct gnic_comp *comp)
{
	return comp->cq.cqn;
}

u32 gnic_comp_size(const struct gnic_comp *comp)
{
	return comp->cq.ring.mask + 1;
}
