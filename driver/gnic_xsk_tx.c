// SPDX-License-Identifier: GPL-2.0-only
/*
 * What AF_XDP sockets send, and what was received into their buffers and is
 * sent back: by the XDP send queue of the channel, next to redirected frames.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/slab.h>

#include "gnic_ptp.h"
#include "gnic_tx_post.h"
#include "gnic_xsk.h"

/* Descriptors taken in one poll, before others may run. */
#define GNIC_XSK_BATCH		64

int gnic_xsk_tx_init(struct gnic_tx *tx, struct xsk_buff_pool *pool)
{
	tx->xsk = kzalloc(sizeof(*tx->xsk), GFP_KERNEL);
	if (!tx->xsk)
		return -ENOMEM;
	tx->xsk->pool = pool;
	return 0;
}

static void gnic_xsk_tx_flush(struct gnic_xsk_tx *xsk)
{
	if (xsk->done)
		xsk_tx_completed(xsk->pool, xsk->done);
	xsk->done = 0;
}

/* What was taken from the sockets is theirs again, sent or not. */
void gnic_xsk_tx_exit(struct gnic_tx *tx)
{
	struct gnic_xsk_tx *xsk = tx->xsk;

	xsk->done += xsk->carry + xsk->count;
	gnic_xsk_tx_flush(xsk);
	kfree(xsk);
	tx->xsk = NULL;
}

/* A frame of the pool that was sent back. */
void gnic_xsk_tx_free_bufs(struct gnic_tx *tx, u32 index, struct gnic_tx_info *info)
{
	unsigned int i, wqes = info->wqes;

	for (; wqes; wqes--, index++) {
		info = gnic_tx_info(tx, index);
		for (i = 0; i < info->segs; i++)
			xsk_buff_free(info->bufs[i]);
	}
}

/* After the packets that the device has sent were given back. */
void gnic_xsk_tx_complete(struct gnic_tx *tx)
{
	struct gnic_xsk_tx *xsk = tx->xsk;

	if (xsk->carry && tx->reaped == tx->sq.index) {
		xsk->done += xsk->carry;
		xsk->carry = 0;
	}
	gnic_xsk_tx_flush(xsk);
}

/**
 * struct gnic_xsk_wishes - what a socket may ask of a packet
 * @nic: netdev
 * @pkt: the packet
 * @far: its launch time can't be meant
 */
struct gnic_xsk_wishes {
	struct gnic_nic *nic;
	struct gnic_tx_packet *pkt;
	bool far;
};

static void gnic_xsk_request_checksum(u16 start, u16 offset, void *priv)
{
	struct gnic_xsk_wishes *wishes = priv;
	struct gnic_tx_packet *pkt = wishes->pkt;
	u32 end = (u32)start + offset + sizeof(__sum16);

	/* What the device would not like is not asked of it: nothing is sent. */
	if (start < ETH_HLEN || end > GNIC_RAW_HDR_MAX || end > pkt->size ||
	    offset > FIELD_MAX(GNIC_RAW_WQE_CSUM_OFFSET)) {
		pkt->size = 0;
		return;
	}
	pkt->ctrl |= GNIC_RAW_WQE_CSUM;
	pkt->offload |= FIELD_PREP(GNIC_RAW_WQE_CSUM_START, start) |
			FIELD_PREP(GNIC_RAW_WQE_CSUM_OFFSET, offset);
}

/* A completion of its own says when the packet left. */
static void gnic_xsk_request_timestamp(void *priv)
{
	struct gnic_xsk_wishes *wishes = priv;

	wishes->pkt->ctrl |= GNIC_RAW_WQE_CQE;
	wishes->pkt->offload |= GNIC_RAW_WQE_TSTAMP;
	wishes->pkt->kind = GNIC_TX_XSK_TSTAMP;
}

static u64 gnic_xsk_fill_timestamp(void *priv)
{
	return *(u64 *)priv;
}

static const struct xsk_tx_metadata_ops gnic_xsk_tstamp_ops = {
	.tmo_fill_timestamp	= gnic_xsk_fill_timestamp,
};

/* The sender learns when it left: 0 if the device did not say it. */
void gnic_xsk_tx_tstamp(struct gnic_tx_info *info, u64 tstamp, struct gnic_tx_stats *count)
{
	xsk_tx_metadata_complete(&info->meta, &gnic_xsk_tstamp_ops, &tstamp);
	count->tstamps += !!tstamp;
	count->tstamps_lost += !tstamp;
}

#ifdef HAVE_XSK_LAUNCH_TIME
static void gnic_xsk_request_launch_time(u64 time, void *priv)
{
	struct gnic_xsk_wishes *wishes = priv;

	wishes->far = !gnic_launch_at(wishes->nic, time, wishes->pkt);
}
#endif

/* A representor's packets meet no wire: they have no time. */
void gnic_xsk_tx_ops_init(struct gnic_nic *nic)
{
	struct xsk_tx_metadata_ops *ops = &nic->xsk_tx_ops;
	bool clock = nic->profile == &gnic_uplink_profile && gnic_clock_stamps(nic->dev);

	if (nic->dev->caps_bits & GNIC_CAP_CSUM)
		ops->tmo_request_checksum = gnic_xsk_request_checksum;
	if (clock) {
		ops->tmo_request_timestamp = gnic_xsk_request_timestamp;
		ops->tmo_fill_timestamp = gnic_xsk_fill_timestamp;
	}
#ifdef HAVE_XSK_LAUNCH_TIME
	if (clock && nic->dev->caps_bits & GNIC_CAP_LAUNCH)
		ops->tmo_request_launch_time = gnic_xsk_request_launch_time;
#endif
	nic->netdev->xsk_tx_metadata_ops = ops;
}

/* Larger ones the device takes for an error, and the queue with them. */
static bool gnic_xsk_size_ok(const struct gnic_tx_packet *pkt)
{
	return pkt->size >= GNIC_RAW_SIZE_MIN && pkt->size <= GNIC_RAW_SIZE_MAX;
}

/*
 * Addresses of the packet's pieces, and what is wished beside them. Returns
 * where the sender looks for what became of it, or NULL.
 */
static struct xsk_tx_metadata *gnic_xsk_prepare(struct gnic_channel *c, struct gnic_tx *tx,
						const struct xdp_desc *descs, u32 count,
						struct gnic_tx_packet *pkt)
{
	struct gnic_xsk_wishes wishes = { .nic = c->nic, .pkt = pkt };
	struct xsk_buff_pool *pool = tx->xsk->pool;
	struct xsk_tx_metadata *meta = NULL;
	struct xdp_desc_ctx ctx;
	u32 i;

	for (i = 0; i < count; i++) {
		ctx = xsk_buff_raw_get_ctx(pool, descs[i].addr, descs[i].options);
		xsk_buff_raw_dma_sync_for_device(pool, ctx.dma, descs[i].len);
		gnic_tx_set_seg(tx, i, ctx.dma, descs[i].len);
		if (likely(!ctx.meta || i))
			continue;
		meta = ctx.meta;
		xsk_tx_metadata_request(pool, &meta, &c->nic->xsk_tx_ops, &wishes);
	}
	if (unlikely(wishes.far))
		gnic_post_count(&c->xdp_stats, &c->xdp_stats.launch_far, 1);
	return meta;
}

/* The packet that was posted last, at @index. */
static void gnic_xsk_want_tstamp(struct gnic_tx *tx, u32 index, struct xsk_tx_metadata *meta)
{
	xsk_tx_metadata_to_compl(meta, &gnic_tx_info(tx, index)->meta);
	gnic_tx_info(tx, tx->sq.index - 1)->tstamp = 0;
}

/* One packet of a socket. Returns whether it was posted. */
static bool gnic_xsk_send(struct gnic_channel *c, struct gnic_tx *tx,
			  const struct xdp_desc *descs, u32 count)
{
	struct gnic_tx_packet pkt = { .packets = 1, .kind = GNIC_TX_XSK };
	struct gnic_xsk_tx *xsk = tx->xsk;
	struct xsk_tx_metadata *meta;
	u32 i, index = tx->sq.index;

	for (i = 0; i < count && i < GNIC_RAW_SEGS_MAX; i++)
		pkt.size += descs[i].len;
	if (unlikely(i < count || !gnic_xsk_size_ok(&pkt)))
		goto err_carry;
	meta = gnic_xsk_prepare(c, tx, descs, count, &pkt);
	if (unlikely(!pkt.size))
		goto err_abort;
	pkt.bytes = pkt.size;
	gnic_tx_post(tx, &pkt, count, (void *)(unsigned long)(xsk->carry + count));
	if (pkt.kind == GNIC_TX_XSK_TSTAMP)
		gnic_xsk_want_tstamp(tx, index, meta);
	xsk->carry = 0;
	return true;

err_abort:
	gnic_tx_abort(tx, count, false);
err_carry:
	xsk->carry += count;
	return false;
}

/* One descriptor, nothing asked beside: the usual packet. */
static bool gnic_xsk_is_simple(const struct gnic_xsk_tx *xsk, const struct xdp_desc *desc)
{
	return !desc->options && !xsk->count &&
	       desc->len - GNIC_RAW_SIZE_MIN <= GNIC_RAW_SIZE_MAX - GNIC_RAW_SIZE_MIN;
}

static void gnic_xsk_send_simple(struct gnic_tx *tx, struct gnic_xsk_tx *xsk,
				 const struct xdp_desc *desc)
{
	struct gnic_tx_packet pkt = { .packets = 1, .kind = GNIC_TX_XSK, .size = desc->len,
				      .bytes = desc->len };
	dma_addr_t dma = xsk_buff_raw_get_dma(xsk->pool, desc->addr);

	xsk_buff_raw_dma_sync_for_device(xsk->pool, dma, desc->len);
	gnic_tx_set_seg(tx, 0, dma, desc->len);
	gnic_tx_post(tx, &pkt, 1, (void *)(unsigned long)(xsk->carry + 1));
	xsk->carry = 0;
}

/* A packet that lacks its end, or one that lacked it until now. */
static void gnic_xsk_keep(struct gnic_xsk_tx *xsk, const struct xdp_desc *descs, u32 count)
{
	for (; count; count--, descs++, xsk->count++) {
		if (xsk->count < GNIC_RAW_SEGS_MAX)
			xsk->descs[xsk->count] = *descs;
	}
}

static bool gnic_xsk_send_kept(struct gnic_channel *c, struct gnic_tx *tx,
			       const struct xdp_desc *descs, u32 count)
{
	struct gnic_xsk_tx *xsk = tx->xsk;

	gnic_xsk_keep(xsk, descs, count);
	count = xsk->count;
	xsk->count = 0;
	return gnic_xsk_send(c, tx, xsk->descs, count);
}

/* Several descriptors, or wishes; what lacked its end goes before @descs. */
static bool gnic_xsk_send_other(struct gnic_channel *c, struct gnic_tx *tx,
				const struct xdp_desc *descs, u32 count)
{
	if (unlikely(tx->xsk->count))
		return gnic_xsk_send_kept(c, tx, descs, count);
	return gnic_xsk_send(c, tx, descs, count);
}

/* Cut what was taken from the sockets into packets. Returns how many were posted. */
static u32 gnic_xsk_send_batch(struct gnic_channel *c, struct gnic_tx *tx, u32 count,
			       u32 *packets)
{
	const struct xdp_desc *descs = tx->xsk->pool->tx_descs;
	struct gnic_xsk_tx *xsk = tx->xsk;
	u32 i, first = 0, sent = 0;

	for (i = 0; i < count; i++) {
		if (unlikely(!xsk_is_eop_desc(&descs[i])))
			continue;
		if (likely(i == first && gnic_xsk_is_simple(xsk, &descs[i]))) {
			gnic_xsk_send_simple(tx, xsk, &descs[i]);
			sent++;
		} else {
			sent += gnic_xsk_send_other(c, tx, descs + first, i + 1 - first);
		}
		(*packets)++;
		first = i + 1;
	}
	gnic_xsk_keep(xsk, descs + first, count - first);
	return sent;
}

/* A completion that is still to come is a wake-up, so the socket need not. */
static void gnic_xsk_tx_need_wakeup(struct gnic_tx *tx)
{
	struct xsk_buff_pool *pool = tx->xsk->pool;

	if (!xsk_uses_need_wakeup(pool))
		return;
	if (tx->reaped == READ_ONCE(tx->sq.index))
		xsk_set_tx_need_wakeup(pool);
	else
		xsk_clear_tx_need_wakeup(pool);
}

/* A quarter of the ring is left to frames of others. */
static u32 gnic_xsk_tx_room(const struct gnic_tx *tx)
{
	u32 room = gnic_tx_room(tx), others = (tx->sq.mask + 1) / 4;

	return room > others ? min_t(u32, room - others, GNIC_XSK_BATCH) : 0;
}

/**
 * gnic_xsk_tx_poll - send what sockets have ready
 * @c: channel
 * @tx: its XDP send queue
 *
 * Return: whether there may be more.
 */
bool gnic_xsk_tx_poll(struct gnic_channel *c, struct gnic_tx *tx)
{
	u32 room, count = 0, sent = 0, packets = 0;

	/* The queue is going to be replaced: its successor sends what comes now. */
	if (unlikely(READ_ONCE(c->draining)))
		return false;
	spin_lock(&tx->lock);
	/* before the look at the rings: who fills one then, sees what to do */
	gnic_xsk_tx_need_wakeup(tx);
	room = gnic_xsk_tx_room(tx);
	if (likely(room))
		count = xsk_tx_peek_release_desc_batch(tx->xsk->pool, room);
	if (count)
		sent = gnic_xsk_send_batch(c, tx, count, &packets);
	if (unlikely(sent != packets))
		gnic_post_count(&c->xdp_stats, &c->xdp_stats.dropped, packets - sent);
	if (sent)
		gnic_tx_doorbell(tx, &c->xdp_stats);
	spin_unlock(&tx->lock);
	if (unlikely(tx->xsk->carry))
		gnic_xsk_tx_complete(tx);
	return count == GNIC_XSK_BATCH;
}

/* Where the program left the first byte. */
static dma_addr_t gnic_xsk_buf_dma(struct xdp_buff *xdp)
{
	return xsk_buff_xdp_get_dma(xdp) + (xdp->data - xdp->data_hard_start) -
	       XDP_PACKET_HEADROOM;
}

/* The buffers of a received frame part from each other: each is freed alone. */
static unsigned int gnic_xsk_set_bufs(struct gnic_tx *tx, struct xdp_buff *xdp,
				      struct gnic_tx_packet *pkt)
{
	struct xdp_buff *head = xdp, *next;
	unsigned int nseg = 0;
	dma_addr_t dma;
	u32 len;

	for (; xdp; xdp = next, nseg++) {
		next = xdp_buff_has_frags(head) ? xsk_buff_get_frag(head) : NULL;
		len = xdp->data_end - xdp->data;
		dma = gnic_xsk_buf_dma(xdp);
		xsk_buff_raw_dma_sync_for_device(tx->xsk->pool, dma, len);
		gnic_tx_set_seg(tx, nseg, dma, len);
		gnic_tx_info(tx, tx->sq.index + nseg / GNIC_RAW_WQE_SEGS)->
			bufs[nseg % GNIC_RAW_WQE_SEGS] = xdp;
		pkt->size += len;
	}
	xdp_buff_clear_frags_flag(head);
	return nseg;
}

/**
 * gnic_xsk_send_back - XDP_TX of a frame in buffers of a pool
 * @c: channel that received it
 * @xdp: frame
 *
 * Return: false if there was no room; then the frame is still the caller's.
 */
bool gnic_xsk_send_back(struct gnic_channel *c, struct xdp_buff *xdp)
{
	struct gnic_tx_packet pkt = { .packets = 1, .kind = GNIC_TX_XSK_BUFS };
	struct gnic_tx *tx = &c->queue->xdp;
	unsigned int nseg;
	bool ok;

	spin_lock(&tx->lock);
	ok = gnic_tx_room(tx) >= GNIC_RAW_WQES_MAX && xdp_get_buff_len(xdp) <= GNIC_RAW_SIZE_MAX;
	if (likely(ok)) {
		nseg = gnic_xsk_set_bufs(tx, xdp, &pkt);
		pkt.bytes = pkt.size;
		gnic_tx_post(tx, &pkt, nseg, NULL);
		c->queue->rx.bulk.posted = true;
	} else {
		gnic_post_count(&c->xdp_stats, &c->xdp_stats.dropped, 1);
	}
	spin_unlock(&tx->lock);
	return ok;
}
