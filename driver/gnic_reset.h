/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GNIC_RESET_H
#define GNIC_RESET_H

#include "gnic.h"

/* gnic_reset.c: resets that netdevs live through; the card's devl_lock is held */
void gnic_reset_prepare(struct gnic_dev *dev, bool orderly);
int gnic_reset_complete(struct gnic_dev *dev);
int gnic_reset_run(struct gnic_dev *dev, struct netlink_ext_ack *extack);
int gnic_reset_function(struct gnic_dev *dev, struct netlink_ext_ack *extack);

#endif /* GNIC_RESET_H */
