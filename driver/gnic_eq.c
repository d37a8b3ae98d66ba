// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event queue: link changes, failed QPs and CQs. A threaded interrupt
 * hands each event to the notifier chain dev->events. If the device says that it
 * had no room for some, it is asked for what they may have said.
 */
#include <linux/interrupt.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include "gnic.h"
#include "gnic_param.h"
#include "gnic_ring.h"

#define GNIC_EQ_VECTOR		0
#define GNIC_EQ_WATCH		HZ	/* how often a lost interrupt is looked for */

/**
 * struct gnic_eq - the event queue of a card
 * @dev: card
 * @ring: struct gnic_hw_eqe
 * @lost: the device had no room for some, and was not asked yet
 * @watch: looks for events whose interrupt was lost
 * @name: of the interrupt
 */
struct gnic_eq {
	struct gnic_dev *dev;
	struct gnic_ring ring;
	bool lost;
	struct delayed_work watch;
	char name[32];
};

static const struct gnic_hw_eqe *gnic_eq_next(const struct gnic_eq *eq)
{
	const struct gnic_hw_eqe *eqe = eq->ring.desc;

	eqe += eq->ring.index & eq->ring.mask;
	if (!gnic_ring_valid(&eq->ring, READ_ONCE(eqe->ctrl)))
		return NULL;
	/* Valid bit before the rest: pairs with the device's release of ctrl. */
	dma_rmb();
	return eqe;
}

static void gnic_eq_event(struct gnic_dev *dev, const struct gnic_hw_eqe *eqe)
{
	u32 ctrl = le32_to_cpu(eqe->ctrl);
	struct gnic_event event = {
		.type = FIELD_GET(GNIC_EQE_TYPE, ctrl),
		.port = FIELD_GET(GNIC_EQE_PORT, ctrl),
		.id = le32_to_cpu(eqe->id),
		.data = le32_to_cpu(eqe->data),
		.tstamp = le32_to_cpu(eqe->tstamp),
	};

	if (event.type == GNIC_EQE_LOST)
		dev->eq->lost = true;
	else if (gnic_port_get(dev, event.port))
		blocking_notifier_call_chain(&dev->events, event.type, &event);
}

/* At most one pass over the ring, so that a device that lies can't keep us. */
static void gnic_eq_drain(struct gnic_dev *dev)
{
	struct gnic_eq *eq = dev->eq;
	const struct gnic_hw_eqe *eqe;
	u32 first = eq->ring.index;

	while (eq->ring.index - first <= eq->ring.mask && (eqe = gnic_eq_next(eq))) {
		gnic_eq_event(dev, eqe);
		eq->ring.index++;
	}
	if (eq->ring.index != first)
		gnic_ring_consume(&eq->ring);
}

/*
 * Who has QPs and CQs asks how they are; links are told as if they had changed. What
 * happens from here on is an event that finds room, or makes another LOST.
 */
static void gnic_eq_ask(struct gnic_dev *dev)
{
	struct gnic_event event = { .type = GNIC_EQE_LOST };
	struct gnic_hw_port_info info;
	struct gnic_port *port;
	int err;

	blocking_notifier_call_chain(&dev->events, GNIC_EQE_LOST, &event);
	event.type = GNIC_EQE_LINK_STATUS;
	gnic_for_each_port(dev, port) {
		err = gnic_port_query(port, &info);
		if (err == -ETIMEDOUT)
			return;
		if (err)
			continue;
		event.port = port->index;
		event.data = !!(info.state & GNIC_PORT_STATE_LINK);
		blocking_notifier_call_chain(&dev->events, event.type, &event);
	}
}

static irqreturn_t gnic_eq_thread(int irq, void *data)
{
	struct gnic_dev *dev = data;
	struct gnic_eq *eq = dev->eq;

	do {
		gnic_eq_drain(dev);
		gnic_ring_arm(&eq->ring);
		/* the device knows that there is room: before it is asked, see hardware.rst */
		if (eq->lost) {
			eq->lost = false;
			gnic_eq_ask(dev);
		}
		/* arm before the look at the ring: see gnic_ring_arm() */
		dma_mb();
	} while (gnic_eq_next(eq) && !gnic_dev_gone(dev));
	return IRQ_HANDLED;
}

static void gnic_eq_watch_work(struct work_struct *work)
{
	struct gnic_eq *eq = container_of(work, struct gnic_eq, watch.work);

	if (gnic_eq_next(eq))
		irq_wake_thread(gnic_irq_number(eq->dev, GNIC_EQ_VECTOR), eq->dev);
	schedule_delayed_work(&eq->watch, GNIC_EQ_WATCH);
}

static int gnic_eq_create(struct gnic_dev *dev, struct gnic_eq *eq)
{
	struct gnic_hw_eq_create in = {
		.base = cpu_to_le64(eq->ring.dma),
		.db = cpu_to_le64(eq->ring.db_dma),
		.log = ilog2(eq->ring.mask + 1),
		.vector = cpu_to_le16(GNIC_EQ_VECTOR),
	};

	return gnic_cmd_exec(dev, GNIC_CMD_EQ_CREATE, &in, sizeof(in), NULL, 0);
}

/* A device that keeps the queue may go on writing: it keeps the memory, too. */
static void gnic_eq_destroy(struct gnic_dev *dev, struct gnic_eq *eq)
{
	int err = gnic_cmd_exec(dev, GNIC_CMD_EQ_DESTROY, NULL, 0, NULL, 0);

	if (gnic_ring_given_back(dev, err))
		gnic_ring_free(dev, &eq->ring);
	else
		dev_err(&dev->pdev->dev,
			"the event queue can't be destroyed (%d): reload the device\n", err);
}

int gnic_eq_init(struct gnic_dev *dev)
{
	struct gnic_eq *eq;
	int err;

	eq = kzalloc(sizeof(*eq), GFP_KERNEL);
	if (!eq)
		return -ENOMEM;
	eq->dev = dev;
	INIT_DELAYED_WORK(&eq->watch, gnic_eq_watch_work);
	err = gnic_ring_alloc(dev, &eq->ring, NULL, ilog2(gnic_param_event_eq_size(dev)),
			      sizeof(struct gnic_hw_eqe));
	if (err)
		goto err_free;
	err = gnic_eq_create(dev, eq);
	/* there may be one all the same */
	if (err == -ETIMEDOUT)
		goto err_destroy;
	if (err)
		goto err_ring_free;
	gnic_ring_bind(dev, &eq->ring, GNIC_DB_EQ, 0, 0);
	dev->eq = eq;
	snprintf(eq->name, sizeof(eq->name), "%s-events@%s", GNIC_DRV_NAME,
		 pci_name(dev->pdev));
	err = request_threaded_irq(gnic_irq_number(dev, GNIC_EQ_VECTOR), NULL, gnic_eq_thread,
				   IRQF_ONESHOT, eq->name, dev);
	if (err)
		goto err_destroy;
	gnic_ring_arm(&eq->ring);
	schedule_delayed_work(&eq->watch, GNIC_EQ_WATCH);
	return 0;

err_destroy:
	gnic_eq_destroy(dev, eq);
	goto err_free;
err_ring_free:
	gnic_ring_free(dev, &eq->ring);
err_free:
	kfree(eq);
	dev->eq = NULL;
	return err;
}

void gnic_eq_exit(struct gnic_dev *dev)
{
	struct gnic_eq *eq = dev->eq;

	if (!eq)
		return;
	cancel_delayed_work_sync(&eq->watch);
	free_irq(gnic_irq_number(dev, GNIC_EQ_VECTOR), dev);
	gnic_eq_destroy(dev, eq);
	kfree(eq);
	dev->eq = NULL;
}
