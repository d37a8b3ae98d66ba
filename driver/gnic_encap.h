/* SPDX-License-Identifier: GPL-2.0-only */
/* Encapsulations: what packets of a group travel in. */
#ifndef GNIC_ENCAP_H
#define GNIC_ENCAP_H

#include "gnic_qp.h"

enum gnic_hw_encap_type gnic_encap_type(const struct gnic_group_config *config);
/* bytes around a packet */
u32 gnic_encap_len(const struct gnic_group_config *config);

/* @attr->encap: a slot of the port; the group's lock is held */
int gnic_encap_get(struct gnic_dev *dev, struct gnic_qp_attr *attr);
void gnic_encap_put(struct gnic_dev *dev, const struct gnic_qp_attr *attr);

#endif /* GNIC_ENCAP_H */
