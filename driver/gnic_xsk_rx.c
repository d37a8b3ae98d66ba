// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive into buffers of an AF_XDP pool. What a program redirects to the
 * socket is not copied; what goes up the stack is.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>

#include "gnic_rx.h"
#include "gnic_xsk.h"

int gnic_xsk_rx_init(struct gnic_channel *c, struct gnic_rx *rx)
{
	int err;

	/* The hints of a frame live in its buffer. */
	XSK_CHECK_PRIV_TYPE(struct gnic_xdp_buff);
	rx->buf_size = xsk_pool_get_rx_frame_size(rx->xsk);
	err = __xdp_rxq_info_reg(&rx->xdp_rxq, c->nic->netdev, c->index, 0,
				 xsk_pool_get_rx_frag_step(rx->xsk));
	if (err)
		return err;
	err = xdp_rxq_info_reg_mem_model(&rx->xdp_rxq, MEM_TYPE_XSK_BUFF_POOL, NULL);
	if (err)
		xdp_rxq_info_unreg(&rx->xdp_rxq);
	return err;
}

/* The queue is going to be polled. */
void gnic_xsk_rx_start(struct gnic_rx *rx)
{
	xsk_pool_set_rxq_info(rx->xsk, &rx->xdp_rxq);
}

/* Nobody polls: the buffers go back to the pool, for who uses it next. */
void gnic_xsk_rx_put(struct gnic_rx *rx)
{
	for (; rx->reaped != rx->rq.index; rx->reaped++)
		xsk_buff_free(rx->bufs[rx->reaped & rx->rq.mask]);
}

void gnic_xsk_rx_exit(struct gnic_rx *rx)
{
	gnic_xsk_rx_put(rx);
	xdp_rxq_info_unreg(&rx->xdp_rxq);
}

/* What the pool has goes to the device. */
static void gnic_xsk_rx_refill(struct gnic_rx *rx)
{
	struct gnic_hw_recv_wqe *wqe = rx->rq.desc;
	u32 slot, count, i;

	for (;;) {
		slot = rx->rq.index & rx->rq.mask;
		/* at most up to the end of the ring */
		count = min(gnic_ring_free_entries(&rx->rq, rx->reaped), rx->rq.mask + 1 - slot);
		count = count ? xsk_buff_alloc_batch(rx->xsk, rx->bufs + slot, count) : 0;
		if (!count)
			break;
		for (i = slot; i < slot + count; i++)
			wqe[i].addr = cpu_to_le64(xsk_buff_xdp_get_dma(rx->bufs[i]));
		rx->rq.index += count;
	}
	gnic_ring_publish(&rx->rq);
}

/*
 * Frames come as soon as the queue has taken over, before it is polled: it has
 * buffers by then, unless its predecessor still uses the pool.
 */
void gnic_xsk_rx_prime(struct gnic_channel *c, struct gnic_rx *rx)
{
	if (c->queue && c->queue->rx.xsk)
		return;
	gnic_xsk_rx_start(rx);
	gnic_xsk_rx_refill(rx);
}

/*
 * With fewer buffers than the largest frame takes, the device may never say
 * anything again. Then the socket has to wake us or, if it does not want to,
 * we go on polling.
 */
static bool gnic_xsk_rx_starves(struct gnic_rx *rx)
{
	bool starved = rx->rq.index - rx->reaped < GNIC_RAW_NBUF_MAX;

	if (!xsk_uses_need_wakeup(rx->xsk))
		return starved;
	if (starved)
		xsk_set_rx_need_wakeup(rx->xsk);
	else
		xsk_clear_rx_need_wakeup(rx->xsk);
	return false;
}

/* The buffer that the device has filled next. */
static __always_inline struct xdp_buff *gnic_xsk_rx_take(struct gnic_rx *rx, u32 len)
{
	struct xdp_buff *xdp = rx->bufs[rx->reaped++ & rx->rq.mask];

	xsk_buff_set_size(xdp, len);
	xsk_buff_dma_sync_for_cpu(xdp);
	return xdp;
}

/* A socket that did not ask for more than one buffer a frame gets none. */
static struct xdp_buff *gnic_xsk_rx_frags(struct gnic_rx *rx, u32 size)
{
	struct xdp_buff *head = gnic_xsk_rx_take(rx, rx->buf_size), *xdp;
	bool fits = rx->xsk->umem->flags & XDP_UMEM_SG_FLAG;
	u32 len;

	for (size -= rx->buf_size; size; size -= len) {
		len = min(size, rx->buf_size);
		xdp = gnic_xsk_rx_take(rx, len);
		fits = fits && xsk_buff_add_frag(head, xdp);
		if (!fits)
			xsk_buff_free(xdp);
	}
	if (likely(fits))
		return head;
	xsk_buff_free(head);
	return NULL;
}

/* The frags of a frame become pages of the skb. */
static bool gnic_xsk_copy_frags(struct sk_buff *skb, struct xdp_buff *head)
{
	struct xdp_buff *xdp;
	struct page *page;
	bool ok = true;
	u32 len;

	while ((xdp = xsk_buff_get_frag(head))) {
		len = xdp->data_end - xdp->data;
		page = ok ? dev_alloc_page() : NULL;
		ok = page;
		if (page) {
			memcpy(page_address(page), xdp->data, len);
			skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, 0, len, PAGE_SIZE);
		}
		xsk_buff_free(xdp);
	}
	return ok;
}

/* Takes the frame in any case. */
static struct sk_buff *gnic_xsk_build_skb(struct gnic_channel *c, struct xdp_buff *xdp)
{
	unsigned int meta = xdp->data - xdp->data_meta;
	unsigned int len = xdp->data_end - xdp->data;
	bool frags = xdp_buff_has_frags(xdp);
	struct sk_buff *skb;

	skb = napi_alloc_skb(&c->napi, meta + len);
	if (unlikely(!skb))
		goto out_free;
	memcpy(__skb_put(skb, meta + len), xdp->data_meta, meta + len);
	if (meta) {
		__skb_pull(skb, meta);
		skb_metadata_set(skb, meta);
	}
	if (unlikely(frags && !gnic_xsk_copy_frags(skb, xdp))) {
		kfree_skb(skb);
		skb = NULL;
	}
out_free:
	xsk_buff_free(xdp);
	return skb;
}

static void gnic_xsk_rx_skb(struct gnic_rx_poll *poll, struct xdp_buff *xdp,
			    const struct gnic_hw_raw_cqe *cqe, u32 flags)
{
	struct sk_buff *skb = gnic_xsk_build_skb(poll->c, xdp);

	if (likely(skb))
		gnic_rx_deliver(poll, skb, cqe, flags);
	else
		poll->count.alloc_fail++;
}

static bool gnic_xsk_redirect_frags(struct xdp_buff *copy, struct xdp_buff *xdp)
{
	struct skb_shared_info *to = xdp_get_shared_info_from_buff(copy);
	struct skb_shared_info *from = xdp_get_shared_info_from_buff(xdp);
	const skb_frag_t *frag;
	struct page *page;
	u32 i;

	to->nr_frags = 0;
	to->xdp_frags_size = from->xdp_frags_size;
	gnic_xdp_set_truesize(to, from->nr_frags * PAGE_SIZE);
	xdp_buff_set_frags_flag(copy);
	for (i = 0; i < from->nr_frags; i++) {
		frag = &from->frags[i];
		page = dev_alloc_page();
		if (!page)
			return false;
		memcpy(page_address(page), skb_frag_address(frag), skb_frag_size(frag));
		skb_frag_fill_page_desc(&to->frags[to->nr_frags++], page, 0, skb_frag_size(frag));
	}
	return true;
}

static bool gnic_xsk_redirect_copy(struct xdp_buff *copy, struct xdp_buff *xdp)
{
	int meta = xdp->data - xdp->data_meta, len = xdp->data_end - xdp->data;
	int room = SKB_WITH_OVERHEAD(PAGE_SIZE) - len;
	struct page *page;

	if (room < (int)sizeof(struct xdp_frame) + meta)
		return false;
	page = dev_alloc_page();
	if (!page)
		return false;
	xdp_prepare_buff(copy, page_address(page), min(room, XDP_PACKET_HEADROOM), len, true);
	copy->data_meta -= meta;
	memcpy(copy->data_meta, xdp->data_meta, meta + len);
	if (likely(!xdp_buff_has_frags(xdp)) || gnic_xsk_redirect_frags(copy, xdp))
		return true;
	xdp_return_buff(copy);
	return false;
}

/**
 * gnic_xsk_redirect - XDP_REDIRECT of a frame in buffers of a pool
 * @c: channel that received it
 * @xdp: frame
 * @prog: program
 *
 * To a socket as it is. What goes elsewhere leaves the pool: the kernel would copy
 * the first buffer and forget the others, and the copy if it is not taken.
 *
 * Return: 0, or an error and the frame is still the caller's.
 */
int gnic_xsk_redirect(struct gnic_channel *c, struct xdp_buff *xdp, struct bpf_prog *prog)
{
	struct net_device *netdev = c->nic->netdev;
	struct xdp_rxq_info rxq = { .dev = netdev, .mem.type = MEM_TYPE_PAGE_ORDER0 };
	struct xdp_buff copy;
	int err;

	if (likely(bpf_net_ctx_get_ri()->map_type == BPF_MAP_TYPE_XSKMAP))
		return xdp_do_redirect(netdev, xdp, prog);
	xdp_init_buff(&copy, PAGE_SIZE, &rxq);
	if (unlikely(!gnic_xsk_redirect_copy(&copy, xdp)))
		return -ENOMEM;
	err = xdp_do_redirect(netdev, &copy, prog);
	if (unlikely(err))
		xdp_return_buff(&copy);
	else
		xsk_buff_free(xdp);
	return err;
}

static void gnic_xsk_rx_run(struct gnic_rx_poll *poll, struct xdp_buff *xdp,
			    const struct gnic_hw_raw_cqe *cqe, u32 flags)
{
	struct gnic_xdp_buff *buf = container_of(xdp, struct gnic_xdp_buff, xdp);
	u32 verdict = XDP_PASS;

	if (likely(poll->prog)) {
		buf->cqe = cqe;
		buf->rx = poll->rx;
		verdict = gnic_xdp_run(poll->c, xdp, poll->prog, &poll->count, true);
	}
	if (verdict == XDP_PASS)
		gnic_xsk_rx_skb(poll, xdp, cqe, flags);
	else if (verdict == XDP_DROP)
		xsk_buff_free(xdp);
}

static bool gnic_xsk_rx_frame(struct gnic_rx_poll *poll, const struct gnic_hw_raw_cqe *cqe)
{
	u32 flags = le32_to_cpu(READ_ONCE(cqe->flags));
	u32 size = le32_to_cpu(READ_ONCE(cqe->size));
	u32 nbuf = FIELD_GET(GNIC_RAW_CQE_NBUF, flags);
	struct gnic_rx *rx = poll->rx;
	struct xdp_buff *xdp;

	if (unlikely(!gnic_rx_sane(rx, cqe, size, nbuf)))
		return false;
	poll->count.packets++;
	poll->count.bytes += size;
	xdp = likely(nbuf == 1) ? gnic_xsk_rx_take(rx, size) : gnic_xsk_rx_frags(rx, size);
	if (likely(xdp))
		gnic_xsk_rx_run(poll, xdp, cqe, flags);
	else
		poll->count.xdp_errors++;
	return true;
}

/**
 * gnic_xsk_rx_poll - gnic_rx_poll() of a queue with a pool
 * @c: channel
 * @queue: its queue
 * @budget: of NAPI
 *
 * Return: as gnic_rx_poll().
 */
int gnic_xsk_rx_poll(struct gnic_channel *c, struct gnic_queue *queue, int budget)
{
	struct gnic_rx *rx = &queue->rx;
	const struct gnic_hw_raw_cqe *cqe;
	struct gnic_rx_poll poll;
	int work = 0;

	gnic_rx_poll_init(&poll, c, rx);
	while (work < budget && (cqe = gnic_cq_raw(&rx->cq))) {
		if (unlikely(!gnic_xsk_rx_frame(&poll, cqe))) {
			work = -EPROTO;
			break;
		}
		rx->cq.ring.index++;
		work++;
	}
	gnic_xdp_finish(c, queue);
	gnic_ring_consume(&rx->cq.ring);
	gnic_xsk_rx_refill(rx);
	if (unlikely(gnic_xsk_rx_starves(rx)) && work >= 0)
		work = budget;
	gnic_rx_publish(c, &poll.count);
	return work;
}
