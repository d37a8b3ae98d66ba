// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event queue: link changes, failed QPs and CQs. A threaded interrupt
 * hands each event to the notifier chain dev->events.
 */
#include <linux/interrupt.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include "gnic.h"
#include "gnic_param.h"
#include "gnic_ring.h"

#define GNIC_EQ_VECTOR		0

/**
 * struct gnic_eq - the event queue of a card
 * @ring: struct gnic_hw_eqe
 * @name: of the interrupt
 */
struct gnic_eq {
	struct gnic_ring ring;
	char name[32];
};

static const struct gnic_hw_eqe *gnic_eq_next(struct gnic_eq *eq)
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

	if (gnic_port_get(dev, event.port))
		blocking_notifier_call_chain(&dev->events, event.type, &event);
}

/* At most one pass over the ring, so that a device that lies can't keep us. */
static bool gnic_eq_drain(struct gnic_dev *dev)
{
	struct gnic_eq *eq = dev->eq;
	const struct gnic_hw_eqe *eqe;
	u32 first = eq->ring.index;

	while (eq->ring.index - first <= eq->ring.mask && (eqe = gnic_eq_next(eq))) {
		gnic_eq_event(dev, eqe);
		eq->ring.index++;
	}
	if (eq->ring.index == first)
		return false;
	gnic_ring_consume(&eq->ring);
	return true;
}

static irqreturn_t gnic_eq_thread(int irq, void *data)
{
	struct gnic_dev *dev = data;

	do {
		gnic_eq_drain(dev);
		gnic_ring_arm(&dev->eq->ring);
		/* arm before the look at the ring: see gnic_ring_arm() */
		dma_mb();
	} while (gnic_eq_next(dev->eq) && !gnic_dev_gone(dev));
	return IRQ_HANDLED;
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

static void gnic_eq_destroy(struct gnic_dev *dev)
{
	gnic_cmd_exec(dev, GNIC_CMD_EQ_DESTROY, NULL, 0, NULL, 0);
}

int gnic_eq_init(struct gnic_dev *dev)
{
	struct gnic_eq *eq;
	int err;

	eq = kzalloc(sizeof(*eq), GFP_KERNEL);
	if (!eq)
		return -ENOMEM;
	err = gnic_ring_alloc(dev, &eq->ring, NULL, ilog2(gnic_param_event_eq_size(dev)),
			      sizeof(struct gnic_hw_eqe));
	if (err)
		goto err_free;
	err = gnic_eq_create(dev, eq);
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
	return 0;

err_destroy:
	gnic_eq_destroy(dev);
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
	free_irq(gnic_irq_number(dev, GNIC_EQ_VECTOR), dev);
	gnic_eq_destroy(dev);
	gnic_ring_free(dev, &eq->ring);
	kfree(eq);
	dev->eq = NULL;
}
