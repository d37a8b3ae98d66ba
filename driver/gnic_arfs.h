/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Accelerated RFS: a flow goes to the queue whose vector is nearest to the
 * processor where it is read. Rules of the least precedence, made and ended by
 * the stack's wish. Only a port's netdev has it.
 */
#ifndef GNIC_ARFS_H
#define GNIC_ARFS_H

#include <linux/types.h>

struct gnic_arfs;
struct gnic_nic;
struct net_device;
struct sk_buff;

/**
 * struct gnic_arfs_stats - since the netdev is there
 * @added: rules that were put into the device
 * @moved: of these, in place of one for another queue
 * @expired: that the stack did not need any more
 * @refused: wishes without a rule: too many, or the device had no room
 */
struct gnic_arfs_stats {
	u64 added;
	u64 moved;
	u64 expired;
	u64 refused;
};

#ifdef CONFIG_RFS_ACCEL
int gnic_arfs_init(struct gnic_nic *nic);
void gnic_arfs_exit(struct gnic_nic *nic);

/*
 * With rtnl and the netdev's lock. limit() before queues from @count on go,
 * start() when queues up to @count run.
 */
void gnic_arfs_limit(struct gnic_nic *nic, unsigned int count);
void gnic_arfs_start(struct gnic_nic *nic, unsigned int count);
void gnic_arfs_flush(struct gnic_nic *nic);
void gnic_arfs_watch(struct gnic_nic *nic);
void gnic_arfs_stats(struct gnic_nic *nic, struct gnic_arfs_stats *stats);

/* ndo_rx_flow_steer() */
int gnic_arfs_steer(struct net_device *netdev, const struct sk_buff *skb, u16 ring, u32 flow_id);
#else
static inline int gnic_arfs_init(struct gnic_nic *nic)
{
	return 0;
}

static inline void gnic_arfs_exit(struct gnic_nic *nic)
{
}

static inline void gnic_arfs_limit(struct gnic_nic *nic, unsigned int count)
{
}

static inline void gnic_arfs_start(struct gnic_nic *nic, unsigned int count)
{
}

static inline void gnic_arfs_flush(struct gnic_nic *nic)
{
}

static inline void gnic_arfs_watch(struct gnic_nic *nic)
{
}

static inline void gnic_arfs_stats(struct gnic_nic *nic, struct gnic_arfs_stats *stats)
{
	*stats = (struct gnic_arfs_stats){};
}
#endif

#endif /* GNIC_ARFS_H */
