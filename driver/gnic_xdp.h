/* SPDX-License-Identifier: GPL-2.0-only */
/* Native XDP: what the receive path needs of it. */
#ifndef GNIC_XDP_H
#define GNIC_XDP_H

#include "gnic_channel.h"

#define GNIC_XDP_BULK		64

/**
 * struct gnic_xdp_buff - of a received frame: the hints find their CQE behind
 * @xdp: what a program sees
 * @cqe: valid during the poll
 * @rx: receive queue
 */
struct gnic_xdp_buff {
	struct xdp_buff xdp;
	const struct gnic_hw_raw_cqe *cqe;
	struct gnic_rx *rx;
};

/**
 * struct gnic_xdp_bulk - XDP_TX frames of a poll, posted together
 * @count: in @frames
 * @posted: the send queue wants a doorbell
 * @redirected: something waits for xdp_do_flush()
 * @frames: not posted yet
 */
struct gnic_xdp_bulk {
	unsigned int count;
	bool posted;
	bool redirected;
	struct xdp_frame *frames[GNIC_XDP_BULK];
};

/* XDP_PASS and XDP_DROP are left to the caller; anything else took the frame. */
u32 gnic_xdp_run(struct gnic_channel *c, struct xdp_buff *xdp, struct bpf_prog *prog,
		 struct gnic_xdp_bulk *bulk, struct gnic_rx_stats *count);
void gnic_xdp_finish(struct gnic_channel *c, struct gnic_queue *queue,
		     struct gnic_xdp_bulk *bulk);

#endif /* GNIC_XDP_H */
