/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Send rings in device memory. WQEs are made in host memory as ever, so that nothing is read
 * across the bus; those that a doorbell is for are copied before it.
 */
#ifndef GNIC_PUSH_H
#define GNIC_PUSH_H

#include <linux/types.h>

struct gnic_dev;
struct gnic_tx;

u64 gnic_hbm_size(struct gnic_dev *dev);	/* bytes that device and processor reach */
u64 gnic_push_share(u64 hbm_size);		/* of these the last ones are for send rings */

int gnic_push_init(struct gnic_dev *dev);
void gnic_push_exit(struct gnic_dev *dev);

/**
 * gnic_push_alloc - device memory for a ring that has its host memory
 * @dev: card
 * @tx: whose
 *
 * Return: 0, or -ENOBUFS: there is none left, or none at all.
 */
int gnic_push_alloc(struct gnic_dev *dev, struct gnic_tx *tx);
void gnic_push_free(struct gnic_dev *dev, struct gnic_tx *tx);	/* if it has any */

/**
 * gnic_push - what was posted since the last doorbell, to where the device reads it
 * @tx: with gnic_push_alloc()
 */
void gnic_push(struct gnic_tx *tx);

/* as resource device_wqes has it */
u64 gnic_push_wqes(struct gnic_dev *dev);
u64 gnic_push_wqes_used(struct gnic_dev *dev);

#endif /* GNIC_PUSH_H */
