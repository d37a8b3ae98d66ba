// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive, in the order that a frame meets it: completion, buffer, XDP, skb,
 * and then new buffers.
 */
#include <linux/bpf_trace.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/prefetch.h>
#include <net/page_pool/helpers.h>

#include "gnic_ptp.h"
#include "gnic_rx.h"
#include "gnic_xsk.h"

/* A buffer whose frame nobody wants goes back without seeing the pool. */
static void gnic_rx_recycle(struct gnic_rx *rx, void *buf)
{
	dma_sync_single_range_for_device(rx->pool->p.dev,
					 page_pool_get_dma_addr(virt_to_page(buf)),
					 offset_in_page(buf) + rx->headroom, rx->buf_size,
					 DMA_BIDIRECTIONAL);
	gnic_rx_give(rx, buf);
}

/* Frags of a frame that is dropped; in NAPI's context. */
static void gnic_rx_put_frags(struct gnic_rx *rx, struct xdp_buff *xdp)
{
	struct skb_shared_info *sinfo = xdp_get_shared_info_from_buff(xdp);
	unsigned int i;

	for (i = 0; i < sinfo->nr_frags; i++)
		page_pool_put_full_page(rx->pool, skb_frag_page(&sinfo->frags[i]), true);
}

/* A frame is dropped; a program may have taken frags away, never the head. */
static void gnic_rx_drop(struct gnic_rx *rx, struct xdp_buff *xdp, void *buf)
{
	if (unlikely(xdp_buff_has_frags(xdp)))
		gnic_rx_put_frags(rx, xdp);
	gnic_rx_recycle(rx, buf);
}

/* More than one buffer: all are there, all but the last are full. */
bool gnic_rx_sane_size(const struct gnic_rx *rx, u32 size, u32 nbuf)
{
	return nbuf - 1 < GNIC_RAW_NBUF_MAX && nbuf <= rx->rq.index - rx->reaped &&
	       size <= nbuf * rx->buf_size && size > (nbuf - 1) * rx->buf_size;
}

/* The pool adds the headroom. */
static __always_inline void gnic_rx_sync(struct gnic_rx *rx, void *buf, u32 len)
{
	page_pool_dma_sync_for_cpu(rx->pool, virt_to_page(buf), offset_in_page(buf), len);
}

static void gnic_rx_add_frags(struct gnic_rx *rx, struct xdp_buff *xdp, u32 size, u32 nbuf)
{
	struct skb_shared_info *sinfo = xdp_get_shared_info_from_buff(xdp);
	struct page *page;
	unsigned int i;
	void *buf;
	u32 len;

	sinfo->nr_frags = nbuf;
	sinfo->xdp_frags_size = size;
	gnic_xdp_set_truesize(sinfo, nbuf * rx->truesize);
	xdp_buff_set_frags_flag(xdp);
	for (i = 0; i < nbuf; i++, size -= len) {
		len = min_t(u32, size, rx->buf_size);
		buf = rx->data[rx->reaped++ & rx->rq.mask];
		page = virt_to_page(buf);
		gnic_rx_sync(rx, buf, len);
		skb_frag_fill_page_desc(&sinfo->frags[i], page,
					offset_in_page(buf) + rx->headroom, len);
		if (unlikely(page_is_pfmemalloc(page)))
			xdp_buff_set_frag_pfmemalloc(xdp);
	}
}

static void *gnic_rx_buffer(struct gnic_rx *rx, struct xdp_buff *xdp, u32 size, u32 nbuf)
{
	void *buf = rx->data[rx->reaped++ & rx->rq.mask];
	u32 len = size;

	prefetch(buf + rx->headroom);
	if (unlikely(nbuf > 1))
		len = rx->buf_size;
	gnic_rx_sync(rx, buf, len);
	xdp_init_buff(xdp, rx->truesize, &rx->xdp_rxq);
	xdp_prepare_buff(xdp, buf, rx->headroom, len, true);
	if (unlikely(nbuf > 1))
		gnic_rx_add_frags(rx, xdp, size - len, nbuf - 1);
	return buf;
}

/* A frame in one buffer that no program sees: the buffer becomes the skb's head. */
static struct sk_buff *gnic_rx_plain(struct gnic_rx_poll *poll, u32 size)
{
	struct gnic_rx *rx = poll->rx;
	void *buf = rx->data[rx->reaped++ & rx->rq.mask];
	struct sk_buff *skb;

	prefetch(buf + rx->headroom);
	gnic_rx_sync(rx, buf, size);
	skb = napi_build_skb(buf, rx->truesize);
	if (unlikely(!skb)) {
		poll->count.alloc_fail++;
		gnic_rx_recycle(rx, buf);
		return NULL;
	}
	skb_reserve(skb, rx->headroom);
	__skb_put(skb, size);
	skb_mark_for_recycle(skb);
	return skb;
}

static struct sk_buff *gnic_rx_build_skb(struct xdp_buff *xdp)
{
	struct skb_shared_info *sinfo = xdp_get_shared_info_from_buff(xdp);
	int meta = xdp->data - xdp->data_meta;
	u32 nr_frags = 0, frags_size = 0;
	struct sk_buff *skb;

	/* The skb clears what counts the frags, not the frags. */
	if (unlikely(xdp_buff_has_frags(xdp))) {
		nr_frags = sinfo->nr_frags;
		frags_size = sinfo->xdp_frags_size;
	}
	skb = napi_build_skb(xdp->data_hard_start, xdp->frame_sz);
	if (unlikely(!skb))
		return NULL;
	skb_reserve(skb, xdp->data - xdp->data_hard_start);
	__skb_put(skb, xdp->data_end - xdp->data);
	if (meta > 0)
		skb_metadata_set(skb, meta);
	if (unlikely(nr_frags))
		xdp_update_skb_frags_info(skb, nr_frags, frags_size, nr_frags * xdp->frame_sz,
					  xdp_buff_get_skb_flags(xdp));
	skb_mark_for_recycle(skb);
	return skb;
}

/*
 * A program may have changed the bytes: then the device's sum says nothing. And
 * not everybody who takes a header of his own off in front of IP (HSR does) takes
 * it out of the sum: it is for frames in which the device has found IP.
 */
static void gnic_rx_csum(struct gnic_rx_poll *poll, struct sk_buff *skb,
			 const struct gnic_hw_raw_cqe *cqe, u32 flags)
{
	if (!(poll->features & NETIF_F_RXCSUM))
		return;
	if (flags & GNIC_RAW_CQE_L4_OK) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		skb->csum_level = !!(le32_to_cpu(cqe->ctrl) & GNIC_CQE_INNER_OK);
		poll->count.csum_unnecessary++;
	} else if ((flags & GNIC_RAW_CQE_CSUM) && (flags & GNIC_RAW_CQE_L3) && !poll->prog) {
		skb->ip_summed = CHECKSUM_COMPLETE;
		skb->csum = csum_unfold((__force __sum16)cqe->csum);
		poll->count.csum_complete++;
	} else {
		poll->count.csum_none++;
	}
}

static void gnic_rx_hash(const struct gnic_rx_poll *poll, struct sk_buff *skb,
			 const struct gnic_hw_raw_cqe *cqe, u32 flags)
{
	u32 type = FIELD_GET(GNIC_RAW_CQE_HASH, flags);

	if (type && (poll->features & NETIF_F_RXHASH))
		skb_set_hash(skb, le32_to_cpu(cqe->hash),
			     type == GNIC_CQE_HASH_L4 ? PKT_HASH_TYPE_L4 : PKT_HASH_TYPE_L3);
}

/* What few frames have: out of the others' way. */
static noinline void gnic_rx_rare(struct gnic_rx_poll *poll, struct sk_buff *skb,
				  const struct gnic_hw_raw_cqe *cqe, u32 flags)
{
	if (poll->tstamp)
		skb_hwtstamps(skb)->hwtstamp =
			ns_to_ktime(gnic_clock_extend(&poll->c->nic->dev->clock,
						      le32_to_cpu(cqe->tstamp)));
	if (flags & GNIC_RAW_CQE_MARK)
		skb->mark = le32_to_cpu(cqe->mark);
	if (flags & GNIC_RAW_CQE_GRO)
		gnic_gro_skb(poll, skb, cqe, flags);
}

/* Up the stack, with what the completion says of it. */
void gnic_rx_deliver(struct gnic_rx_poll *poll, struct sk_buff *skb,
		     const struct gnic_hw_raw_cqe *cqe, u32 flags)
{
	struct gnic_channel *c = poll->c;

	skb->protocol = eth_type_trans(skb, c->nic->netdev);
	skb_record_rx_queue(skb, c->index);
	gnic_rx_csum(poll, skb, cqe, flags);
	gnic_rx_hash(poll, skb, cqe, flags);
	if (flags & GNIC_RAW_CQE_VLAN)
		__vlan_hwaccel_put_tag(skb, gnic_cqe_vlan_proto(flags),
				       le16_to_cpu(cqe->vlan_tci));
	if (unlikely((flags & (GNIC_RAW_CQE_MARK | GNIC_RAW_CQE_GRO)) || poll->tstamp))
		gnic_rx_rare(poll, skb, cqe, flags);
	napi_gro_receive(&c->napi, skb);
}

/* A frame that a program sees, or in several buffers. NULL: it goes no further. */
static struct sk_buff *gnic_rx_xdp(struct gnic_rx_poll *poll, const struct gnic_hw_raw_cqe *cqe,
				   u32 size, u32 nbuf)
{
	struct xdp_buff *xdp = &poll->buf.xdp;
	void *buf = gnic_rx_buffer(poll->rx, xdp, size, nbuf);
	u32 verdict = XDP_PASS;
	struct sk_buff *skb;

	if (poll->prog) {
		poll->buf.cqe = cqe;
		verdict = gnic_xdp_run(poll->c, xdp, poll->prog, &poll->count, false);
	}
	if (verdict == XDP_PASS) {
		skb = gnic_rx_build_skb(xdp);
		if (likely(skb))
			return skb;
		poll->count.alloc_fail++;
		verdict = XDP_DROP;
	}
	if (verdict == XDP_DROP)
		gnic_rx_drop(poll->rx, xdp, buf);
	return NULL;
}

static bool gnic_rx_frame(struct gnic_rx_poll *poll, const struct gnic_hw_raw_cqe *cqe)
{
	u32 flags = le32_to_cpu(READ_ONCE(cqe->flags));
	u32 size = le32_to_cpu(READ_ONCE(cqe->size));
	u32 nbuf = FIELD_GET(GNIC_RAW_CQE_NBUF, flags);
	struct sk_buff *skb;

	if (unlikely(!gnic_rx_sane(poll->rx, cqe, size, nbuf)))
		return false;
	poll->count.bytes += size;
	if (poll->prog || unlikely(nbuf > 1))
		skb = gnic_rx_xdp(poll, cqe, size, nbuf);
	else
		skb = gnic_rx_plain(poll, size);
	if (skb)
		gnic_rx_deliver(poll, skb, cqe, flags);
	return true;
}

static void gnic_rx_publish_gro(struct gnic_rx_stats *stats, const struct gnic_rx_stats *count)
{
	stats->gro_packets += count->gro_packets;
	stats->gro_bytes += count->gro_bytes;
	stats->gro_wire_packets += count->gro_wire_packets;
	stats->gro_wire_bytes += count->gro_wire_bytes;
}

void gnic_rx_publish(struct gnic_channel *c, const struct gnic_rx_stats *count)
{
	u32 fcs = c->nic->netdev->features & NETIF_F_RXFCS ? ETH_FCS_LEN : 0;
	struct gnic_rx_stats *stats = &c->rx_stats;

	u64_stats_update_begin(&stats->syncp);
	stats->packets += count->packets;
	stats->bytes += count->bytes - fcs * count->packets;
	stats->csum_complete += count->csum_complete;
	stats->csum_unnecessary += count->csum_unnecessary;
	stats->csum_none += count->csum_none;
	stats->alloc_fail += count->alloc_fail;
	stats->refill_fail += count->refill_fail;
	stats->unreadable += count->unreadable;
	stats->xdp_drop += count->xdp_drop;
	stats->xdp_tx += count->xdp_tx;
	stats->xdp_redirect += count->xdp_redirect;
	stats->xdp_errors += count->xdp_errors;
	if (unlikely(count->gro_packets))
		gnic_rx_publish_gro(stats, count);
	u64_stats_update_end(&stats->syncp);
}

/* True if the device can go on receiving. */
static bool gnic_rx_refill(struct gnic_rx *rx, struct gnic_rx_stats *count)
{
	u32 room = gnic_ring_free_entries(&rx->rq, rx->reaped);
	u32 index = rx->rq.index, mask = rx->rq.mask, headroom = rx->headroom;
	struct gnic_hw_recv_wqe *wqes = rx->rq.desc;
	u32 size = rx->truesize, offset;
	void **data = rx->data;
	struct page *page;

	for (; room; room--, index++) {
		page = page_pool_dev_alloc(rx->pool, &offset, &size);
		if (unlikely(!page)) {
			count->refill_fail++;
			break;
		}
		wqes[index & mask].addr = cpu_to_le64(page_pool_get_dma_addr(page) + offset +
						      headroom);
		data[index & mask] = page_address(page) + offset;
	}
	rx->rq.index = index;
	gnic_ring_publish(&rx->rq);
	return room <= rx->rq.mask - GNIC_RAW_NBUF_MAX;
}

/**
 * gnic_rx_poll - receive up to @budget frames
 * @c: channel
 * @queue: its queue
 * @budget: of NAPI
 *
 * Return: frames; @budget as well if there is no memory for buffers, so that
 * somebody tries again; negative if the device said something that can't be.
 */
int gnic_rx_poll(struct gnic_channel *c, struct gnic_queue *queue, int budget)
{
	struct gnic_rx *rx = &queue->rx;
	const struct gnic_hw_raw_cqe *cqe;
	struct gnic_rx_poll poll;
	int work = 0;

	if (!gnic_cq_raw(&rx->cq) && !gnic_ring_free_entries(&rx->rq, rx->reaped))
		return 0;
	gnic_rx_poll_init(&poll, c, rx);
	poll.buf.rx = rx;
	while (work < budget && (cqe = gnic_cq_raw(&rx->cq))) {
		if (unlikely(!gnic_rx_frame(&poll, cqe))) {
			work = -EPROTO;
			break;
		}
		rx->cq.ring.index++;
		poll.count.packets++;
		work++;
	}
	gnic_xdp_finish(c, queue);
	gnic_ring_consume(&rx->cq.ring);
	if (unlikely(!gnic_rx_refill(rx, &poll.count)) && work >= 0)
		work = budget;
	gnic_rx_publish(c, &poll.count);
	return work;
}
