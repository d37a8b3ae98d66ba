/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GNIC_HEALTH_H
#define GNIC_HEALTH_H

#include "gnic.h"

/* gnic_health.c: reporter `fw` of the card; devl_lock held */
int gnic_health_init(struct gnic_dev *dev);
void gnic_health_exit(struct gnic_dev *dev);
void gnic_health_start(struct gnic_dev *dev);	/* any lock, for both */
void gnic_health_stop(struct gnic_dev *dev);

#endif /* GNIC_HEALTH_H */
