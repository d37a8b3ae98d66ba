// SPDX-License-Identifier: GPL-2.0-only
/* MSI-X vectors: 0 is the event queue's, the others are shared out. */
#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/slab.h>

#include "gnic.h"
#include "gnic_param.h"

#define GNIC_IRQ_TIMEOUT_MS	1000

/**
 * struct gnic_irqs - vectors of a card
 * @lock: protects @users
 * @users: channels at each vector
 */
struct gnic_irqs {
	struct mutex lock;	/* @users */
	unsigned int users[];
};

/* Enough for the event queue and one vector a CPU and port. */
static unsigned int gnic_irq_wanted(struct gnic_dev *dev, u32 *least)
{
	u32 offered = min_t(u32, gnic_rd32(dev, GNIC_CTL_VECTORS), GNIC_VECTORS_MAX);
	u32 wanted = 1 + dev->num_ports * num_possible_cpus() * 2;
	u32 max;

	gnic_param_msix(dev, least, &max);
	return clamp_t(u32, min(wanted, max), *least, max(offered, *least));
}

int gnic_irq_init(struct gnic_dev *dev)
{
	unsigned int wanted;
	u32 least;
	int count;

	wanted = gnic_irq_wanted(dev, &least);
	count = pci_alloc_irq_vectors(dev->pdev, least, wanted, PCI_IRQ_MSIX);
	if (count < 0) {
		dev_err(&dev->pdev->dev, "not the %u MSI-X vectors that it takes: %d\n", least,
			count);
		return count;
	}
	dev->irqs = kzalloc(struct_size(dev->irqs, users, count), GFP_KERNEL);
	if (!dev->irqs) {
		pci_free_irq_vectors(dev->pdev);
		return -ENOMEM;
	}
	mutex_init(&dev->irqs->lock);
	dev->num_vectors = count;
	return 0;
}

void gnic_irq_exit(struct gnic_dev *dev)
{
	dev->num_vectors = 0;
	mutex_destroy(&dev->irqs->lock);
	kfree(dev->irqs);
	dev->irqs = NULL;
	pci_free_irq_vectors(dev->pdev);
}

int gnic_irq_number(struct gnic_dev *dev, unsigned int vector)
{
	return pci_irq_vector(dev->pdev, vector);
}

int gnic_irq_request(struct gnic_dev *dev, unsigned int vector, irq_handler_t handler,
		     const char *name, void *data)
{
	return request_irq(gnic_irq_number(dev, vector), handler, IRQF_SHARED, name, data);
}

void gnic_irq_free(struct gnic_dev *dev, unsigned int vector, void *data)
{
	free_irq(gnic_irq_number(dev, vector), data);
}

/**
 * gnic_irq_vector_get - a vector for a channel
 * @dev: card
 *
 * Return: the one with the fewest users, never the event queue's.
 */
int gnic_irq_vector_get(struct gnic_dev *dev)
{
	unsigned int vector, best = 1;

	mutex_lock(&dev->irqs->lock);
	for (vector = 2; vector < dev->num_vectors; vector++) {
		if (dev->irqs->users[vector] < dev->irqs->users[best])
			best = vector;
	}
	dev->irqs->users[best]++;
	mutex_unlock(&dev->irqs->lock);
	return best;
}

void gnic_irq_vector_put(struct gnic_dev *dev, unsigned int vector)
{
	mutex_lock(&dev->irqs->lock);
	dev->irqs->users[vector]--;
	mutex_unlock(&dev->irqs->lock);
}

unsigned int gnic_irq_vectors_used(struct gnic_dev *dev)
{
	unsigned int vector, used = 1;

	mutex_lock(&dev->irqs->lock);
	for (vector = 1; vector < dev->num_vectors; vector++)
		used += !!dev->irqs->users[vector];
	mutex_unlock(&dev->irqs->lock);
	return used;
}

static irqreturn_t gnic_irq_test_handler(int irq, void *data)
{
	complete(data);
	return IRQ_HANDLED;
}

static int gnic_irq_test(struct gnic_dev *dev, unsigned int vector)
{
	DECLARE_COMPLETION_ONSTACK(raised);
	int err;

	err = gnic_irq_request(dev, vector, gnic_irq_test_handler, GNIC_DRV_NAME "-test",
			       &raised);
	if (err)
		return err;
	gnic_wr32(dev, GNIC_TEST_IRQ, vector);
	if (!wait_for_completion_timeout(&raised, msecs_to_jiffies(GNIC_IRQ_TIMEOUT_MS)))
		err = -EIO;
	gnic_irq_free(dev, vector, &raised);
	return err;
}

/**
 * gnic_irq_selftest - each vector must arrive where it belongs
 * @dev: card
 * @first: vector to begin with: 0 before anybody uses them, later 1, as the
 *	event queue does not share its own
 */
int gnic_irq_selftest(struct gnic_dev *dev, unsigned int first)
{
	unsigned int vector;
	int err;

	for (vector = first; vector < dev->num_vectors; vector++) {
		err = gnic_irq_test(dev, vector);
		if (err) {
			dev_err(&dev->pdev->dev, "self-test: vector %u did not arrive: %d\n",
				vector, err);
			return err;
		}
	}
	return 0;
}
