/* SPDX-License-Identifier: GPL-2.0-only */
/* Receive buffers of a port, a part of what dcbnl does for it. */
#ifndef GNIC_DCB_BUFFER_H
#define GNIC_DCB_BUFFER_H

#include "gnic_nic.h"

void gnic_dcb_buffer_init(struct gnic_nic *nic);
int gnic_dcb_buffer_apply(struct gnic_nic *nic);
u8 gnic_dcb_buffer_bare(const struct gnic_nic_buffer *buffer);
int gnic_dcb_buffer_get(struct net_device *netdev, struct dcbnl_buffer *out);
int gnic_dcb_buffer_set(struct net_device *netdev, struct dcbnl_buffer *in);
void gnic_dcb_buffer_put(struct gnic_port *port, struct devlink_fmsg *fmsg);

#endif /* GNIC_DCB_BUFFER_H */
