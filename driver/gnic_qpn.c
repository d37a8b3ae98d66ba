// SPDX-License-Identifier: GPL-2.0-only
/*
 * QP numbers. The driver chooses them, for a peer of a QP group has to know
 * them before the group's QPs exist.
 */
#include <linux/bitmap.h>
#include <linux/slab.h>

#include "gnic.h"
#include "gnic_eswitch.h"

static u32 gnic_qpn_count(struct gnic_dev *dev)
{
	return le32_to_cpu(dev->caps.qps_per_port);
}

int gnic_qpn_init(struct gnic_dev *dev)
{
	struct gnic_eswitch *esw = dev->eswitch;
	unsigned int i;

	mutex_init(&esw->qpn_lock);
	for (i = 0; i < GNIC_PORT_IDS; i++) {
		esw->qpn_map[i] = bitmap_zalloc(gnic_qpn_count(dev), GFP_KERNEL);
		if (!esw->qpn_map[i])
			goto err_free;
		/* QP 0 is never anybody's: a number that was forgotten to be set */
		__set_bit(0, esw->qpn_map[i]);
		esw->qpn_next[i] = 1;
	}
	return 0;

err_free:
	gnic_qpn_exit(dev);
	return -ENOMEM;
}

void gnic_qpn_exit(struct gnic_dev *dev)
{
	struct gnic_eswitch *esw = dev->eswitch;
	unsigned int i;

	for (i = 0; i < GNIC_PORT_IDS; i++) {
		bitmap_free(esw->qpn_map[i]);
		esw->qpn_map[i] = NULL;
	}
	mutex_destroy(&esw->qpn_lock);
}

/**
 * gnic_qpn_get - reserve consecutive QP numbers
 * @dev: card
 * @port: whose numbers
 * @count: how many
 * @base: the first of them
 *
 * Return: 0 or -ENOSPC.
 */
int gnic_qpn_get(struct gnic_dev *dev, unsigned int port, u32 count, u32 *base)
{
	struct gnic_eswitch *esw = dev->eswitch;
	unsigned long *map = esw->qpn_map[port];
	u32 size = gnic_qpn_count(dev);
	unsigned long first;

	mutex_lock(&esw->qpn_lock);
	first = bitmap_find_next_zero_area(map, size, esw->qpn_next[port], count, 0);
	if (first >= size)
		first = bitmap_find_next_zero_area(map, size, 0, count, 0);
	if (first < size) {
		bitmap_set(map, first, count);
		esw->qpn_next[port] = first + count;
		*base = first;
	}
	mutex_unlock(&esw->qpn_lock);
	return first < size ? 0 : -ENOSPC;
}

void gnic_qpn_put(struct gnic_dev *dev, unsigned int port, u32 base, u32 count)
{
	mutex_lock(&dev->eswitch->qpn_lock);
	bitmap_clear(dev->eswitch->qpn_map[port], base, count);
	mutex_unlock(&dev->eswitch->qpn_lock);
}

u32 gnic_qpn_used(struct gnic_dev *dev, unsigned int port)
{
	struct gnic_eswitch *esw = dev->eswitch;
	u32 used;

	mutex_lock(&esw->qpn_lock);
	used = bitmap_weight(esw->qpn_map[port], gnic_qpn_count(dev));
	mutex_unlock(&esw->qpn_lock);
	return used;
}
