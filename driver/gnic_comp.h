/* SPDX-License-Identifier: GPL-2.0-only */
/* A completion queue that is read in process context: groups, compute queues. */
#ifndef GNIC_COMP_H
#define GNIC_COMP_H

#include <linux/workqueue.h>

#include "gnic.h"
#include "gnic_ring.h"

struct gnic_comp;

/**
 * struct gnic_comp_ops - whose completions
 * @raw: entry of a CQ of raw QPs
 * @rc: entry of a CQ of RC or compute QPs
 *
 * One of @raw and @rc is set: it says which kind of CQ is made. An entry is
 * written by the device: nothing in it can be trusted.
 */
struct gnic_comp_ops {
	void (*raw)(void *priv, const struct gnic_hw_raw_cqe *cqe);
	void (*rc)(void *priv, const struct gnic_hw_cqe *cqe);
};

struct gnic_comp *gnic_comp_create(struct gnic_dev *dev, u8 log, const char *name,
				   const struct gnic_comp_ops *ops, void *priv);
/* No callback runs, or will run, when it returns. The QPs are gone already. */
void gnic_comp_destroy(struct gnic_comp *comp);
/* The callbacks of all that the device has completed so far have run; may sleep. */
void gnic_comp_sync(struct gnic_comp *comp);
/* The device says so: it completes nothing any more; may sleep. */
bool gnic_comp_failed(struct gnic_comp *comp, u8 *syndrome);
u32 gnic_comp_cqn(const struct gnic_comp *comp);
u32 gnic_comp_size(const struct gnic_comp *comp);

#endif /* GNIC_COMP_H */
