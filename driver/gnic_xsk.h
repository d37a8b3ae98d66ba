/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * AF_XDP without copies: the queue of a channel takes its buffers from a
 * socket's pool, and sends what sockets of that pool want sent.
 */
#ifndef GNIC_XSK_H
#define GNIC_XSK_H

#include <net/xdp_sock_drv.h>

#include "gnic_channel.h"

/**
 * struct gnic_xsk_tx - AF_XDP half of a send queue; only NAPI looks at it
 * @pool: of the sockets
 * @carry: descriptors of packets that were not sent; the pool is told of
 *	descriptors in their order, so they are done when the next one is
 * @done: descriptors to tell the pool of
 * @count: in @descs
 * @descs: of a packet whose end is not there yet
 */
struct gnic_xsk_tx {
	struct xsk_buff_pool *pool;
	u32 carry;
	u32 done;
	u32 count;
	struct xdp_desc descs[GNIC_RAW_SEGS_MAX];
};

/* gnic_xsk.c */
int gnic_xsk_setup(struct gnic_nic *nic, struct xsk_buff_pool *pool, u16 index);
void gnic_xsk_release(struct gnic_queue *queue);
int gnic_xsk_wakeup(struct net_device *netdev, u32 index, u32 flags);
bool gnic_xsk_bound(const struct gnic_nic *nic);
unsigned int gnic_xsk_max_mtu(struct gnic_nic *nic, bool frags);
void gnic_xsk_init(struct net_device *netdev);
int gnic_xsk_poll(struct gnic_channel *c, struct gnic_queue *queue, int budget);

/* gnic_xsk_rx.c */
int gnic_xsk_rx_init(struct gnic_channel *c, struct gnic_rx *rx);
void gnic_xsk_rx_start(struct gnic_rx *rx);
void gnic_xsk_rx_prime(struct gnic_channel *c, struct gnic_rx *rx);
void gnic_xsk_rx_put(struct gnic_rx *rx);
void gnic_xsk_rx_exit(struct gnic_rx *rx);
int gnic_xsk_rx_poll(struct gnic_channel *c, struct gnic_queue *queue, int budget);

/* gnic_xsk_tx.c */
void gnic_xsk_tx_ops_init(struct gnic_nic *nic);
int gnic_xsk_tx_init(struct gnic_tx *tx, struct xsk_buff_pool *pool);
void gnic_xsk_tx_exit(struct gnic_tx *tx);
bool gnic_xsk_tx_poll(struct gnic_channel *c, struct gnic_tx *tx);
void gnic_xsk_tx_free_bufs(struct gnic_tx *tx, u32 index, struct gnic_tx_info *info);
void gnic_xsk_tx_complete(struct gnic_tx *tx);
void gnic_xsk_tx_tstamp(struct gnic_tx_info *info, u64 tstamp, struct gnic_tx_stats *count);
bool gnic_xsk_send_back(struct gnic_channel *c, struct xdp_buff *xdp);

#endif /* GNIC_XSK_H */
