/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GNIC_RESOURCE_H
#define GNIC_RESOURCE_H

#include "gnic.h"

/* gnic_resource.c: devlink resources of the card, and of a port's nested instance */
int gnic_resource_init(struct gnic_dev *dev);
void gnic_resource_exit(struct gnic_dev *dev);
int gnic_resource_port_init(struct gnic_port *port, struct devlink *devlink);
void gnic_resource_port_exit(struct devlink *devlink);

#endif /* GNIC_RESOURCE_H */
