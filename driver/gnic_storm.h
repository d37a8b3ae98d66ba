/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GNIC_STORM_H
#define GNIC_STORM_H

#include "gnic_nic.h"

/* gnic_storm.c */
void gnic_storm_event(struct gnic_nic *nic, u8 prios);
void gnic_storm_watch(struct gnic_nic *nic, unsigned int count);	/* process context */
void gnic_storm_put(struct gnic_port *port, struct devlink_fmsg *fmsg);

#endif /* GNIC_STORM_H */
