/* SPDX-License-Identifier: GPL-2.0-only */
/* Receive: what queues share, whatever their buffers are. */
#ifndef GNIC_RX_H
#define GNIC_RX_H

#include <linux/etherdevice.h>
#include <net/page_pool/helpers.h>

#include "gnic_channel.h"
#include "gnic_xdp.h"

/**
 * struct gnic_rx_poll - what one poll carries along
 * @c: channel
 * @rx: its receive queue
 * @prog: XDP program or NULL
 * @features: of the netdev
 * @tstamp: frames get the time of their arrival
 * @count: published at the end
 * @buf: the frame, if the queue has pages
 */
struct gnic_rx_poll {
	struct gnic_channel *c;
	struct gnic_rx *rx;
	struct bpf_prog *prog;
	netdev_features_t features;
	bool tstamp;
	struct gnic_rx_stats count;
	struct gnic_xdp_buff buf;
};

static inline void gnic_rx_poll_init(struct gnic_rx_poll *poll, struct gnic_channel *c,
				     struct gnic_rx *rx)
{
	poll->c = c;
	poll->rx = rx;
	poll->prog = READ_ONCE(c->nic->xdp_prog);
	poll->features = c->nic->netdev->features;
	poll->tstamp = c->nic->rx_tstamp;
	memset(&poll->count, 0, sizeof(poll->count));
}

/* The device owns the buffer from the next publish on. */
static inline void gnic_rx_give(struct gnic_rx *rx, void *buf)
{
	u32 slot = rx->rq.index++ & rx->rq.mask;
	struct gnic_hw_recv_wqe *wqe = (struct gnic_hw_recv_wqe *)rx->rq.desc + slot;

	wqe->addr = cpu_to_le64(page_pool_get_dma_addr(virt_to_page(buf)) + offset_in_page(buf) +
				rx->headroom);
	rx->data[slot] = buf;
}

bool gnic_rx_sane_size(const struct gnic_rx *rx, u32 size, u32 nbuf);

/*
 * Completions come in the order of the buffers, so the place of a frame is
 * known; what the device says of it is only compared.
 */
static inline bool gnic_rx_sane(const struct gnic_rx *rx, const struct gnic_hw_raw_cqe *cqe,
				u32 size, u32 nbuf)
{
	u32 ctrl = le32_to_cpu(READ_ONCE(cqe->ctrl));

	if (unlikely((ctrl & (GNIC_CQE_QPN | GNIC_CQE_REQ | GNIC_CQE_ERROR)) != rx->qpn ||
		     le32_to_cpu(cqe->wqe_index) != rx->reaped || rx->rq.index == rx->reaped))
		return false;
	if (likely(nbuf == 1))
		return size - ETH_HLEN <= rx->buf_size - ETH_HLEN;
	return gnic_rx_sane_size(rx, size, nbuf);
}

void gnic_rx_deliver(struct gnic_rx_poll *poll, struct sk_buff *skb,
		     const struct gnic_hw_raw_cqe *cqe, u32 flags);
void gnic_gro_skb(struct gnic_rx_poll *poll, struct sk_buff *skb,
		  const struct gnic_hw_raw_cqe *cqe, u32 flags);	/* gnic_gro.c */
void gnic_rx_publish(struct gnic_channel *c, const struct gnic_rx_stats *count);

#endif /* GNIC_RX_H */
