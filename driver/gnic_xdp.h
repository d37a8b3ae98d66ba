/* SPDX-License-Identifier: GPL-2.0-only */
/* Native XDP: what the receive path needs of it. */
#ifndef GNIC_XDP_H
#define GNIC_XDP_H

#include <linux/filter.h>

#include "gnic_channel.h"

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

u32 gnic_xdp_act(struct gnic_channel *c, struct xdp_buff *xdp, struct bpf_prog *prog,
		 u32 verdict, struct gnic_rx_stats *count);
int gnic_xsk_redirect(struct gnic_channel *c, struct xdp_buff *xdp, struct bpf_prog *prog);

/* An error: the frame is still the caller's. */
static inline int gnic_xdp_redirect(struct gnic_channel *c, struct xdp_buff *xdp,
				    struct bpf_prog *prog, bool xsk)
{
	return xsk ? gnic_xsk_redirect(c, xdp, prog) :
		     xdp_do_redirect(c->nic->netdev, xdp, prog);
}

/*
 * XDP_PASS and XDP_DROP are left to the caller; anything else took the frame.
 * @xsk: it is in buffers of an AF_XDP pool
 */
static inline u32 gnic_xdp_run(struct gnic_channel *c, struct xdp_buff *xdp,
			       struct bpf_prog *prog, struct gnic_rx_stats *count, bool xsk)
{
	u32 verdict;

	/* Longer than the MTU (rx-all): it would take the first buffer for the frame. */
	if (unlikely(xdp_buff_has_frags(xdp) && !prog->aux->xdp_has_frags))
		return gnic_xdp_act(c, xdp, prog, XDP_ABORTED, count);
	verdict = bpf_prog_run_xdp(prog, xdp);
	if (verdict == XDP_DROP)
		count->xdp_drop++;
	if (verdict == XDP_DROP || verdict == XDP_PASS)
		return verdict;
	if (verdict == XDP_REDIRECT && likely(!gnic_xdp_redirect(c, xdp, prog, xsk))) {
		c->queue->rx.bulk.redirected = true;
		count->xdp_redirect++;
		return XDP_REDIRECT;
	}
	return gnic_xdp_act(c, xdp, prog, verdict, count);
}

void gnic_xdp_set_features(struct gnic_nic *nic);
unsigned int gnic_xdp_max_mtu(struct gnic_nic *nic, const struct bpf_prog *prog);
void gnic_xdp_finish(struct gnic_channel *c, struct gnic_queue *queue);

#endif /* GNIC_XDP_H */
