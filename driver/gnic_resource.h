/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GNIC_RESOURCE_H
#define GNIC_RESOURCE_H

#include "gnic.h"

/* gnic_resource.c: devlink resources of the card */
int gnic_resource_init(struct gnic_dev *dev);
void gnic_resource_exit(struct gnic_dev *dev);

#endif /* GNIC_RESOURCE_H */
