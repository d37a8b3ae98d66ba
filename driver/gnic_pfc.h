/* SPDX-License-Identifier: GPL-2.0-only */
/* Priority-based flow control, a part of what dcbnl does for a port. */
#ifndef GNIC_PFC_H
#define GNIC_PFC_H

#include "gnic_nic.h"

int gnic_pfc_apply(struct gnic_nic *nic);
int gnic_pfc_get(struct net_device *netdev, struct ieee_pfc *pfc);
int gnic_pfc_set(struct net_device *netdev, struct ieee_pfc *pfc);

#endif /* GNIC_PFC_H */
