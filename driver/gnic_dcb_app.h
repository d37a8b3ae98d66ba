/* SPDX-License-Identifier: GPL-2.0-only */
/* Priorities of received frames, a part of what dcbnl does for a port. */
#ifndef GNIC_DCB_APP_H
#define GNIC_DCB_APP_H

#include "gnic_nic.h"

void gnic_dcb_app_init(struct gnic_nic *nic);
int gnic_dcb_app_apply(struct gnic_nic *nic);
int gnic_dcb_app_set(struct net_device *netdev, struct dcb_app *entry);
int gnic_dcb_app_del(struct net_device *netdev, struct dcb_app *entry);
int gnic_dcb_app_set_trust(struct net_device *netdev, u8 *selectors, int count);
int gnic_dcb_app_get_trust(struct net_device *netdev, u8 *selectors, int *count);

#endif /* GNIC_DCB_APP_H */
