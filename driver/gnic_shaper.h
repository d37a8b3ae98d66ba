/* SPDX-License-Identifier: GPL-2.0-only */
/* Net shapers, on kernels that have them. */
#ifndef GNIC_SHAPER_H
#define GNIC_SHAPER_H

#include "gnic_nic.h"

struct gnic_channel;
struct gnic_queue;

#if IS_ENABLED(CONFIG_NET_SHAPER)

#include <net/net_shaper.h>

extern const struct net_shaper_ops gnic_shaper_ops;

int gnic_shaper_apply(struct gnic_nic *nic);
int gnic_shaper_start(struct gnic_channel *c, const struct gnic_queue *queue);
void gnic_shaper_resize(struct gnic_nic *nic, unsigned int count);
void gnic_shaper_forget(struct gnic_nic *nic, unsigned int first);

#else

static inline int gnic_shaper_apply(struct gnic_nic *nic)
{
	return 0;
}

static inline int gnic_shaper_start(struct gnic_channel *c, const struct gnic_queue *queue)
{
	return 0;
}

static inline void gnic_shaper_resize(struct gnic_nic *nic, unsigned int count)
{
}

static inline void gnic_shaper_forget(struct gnic_nic *nic, unsigned int first)
{
}

#endif

#endif /* GNIC_SHAPER_H */
