// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block RXE, raw packets: from the switch into the buffers of a receive queue.
 * This is the one copy that a payload sees on its way from guest to guest.
 */
#include "frame.h"
#include "parse.h"
#include "rxe.h"

/* Of buffers, of which one may be in two places, behind a slot of the head area. */
#define RXE_PIECES	(2 * GNIC_RAW_NBUF_MAX + 1)

/* Where a packet goes. */
struct rxe_buffers {
	uint32_t count;		/* entries of the queue */
	int iovs;
	struct iovec iov[RXE_PIECES];
	/* of the copy */
	const struct iovec *to;
	size_t at;		/* into it */
};

/*
 * The host side gets the outer tag in the CQE if it wants that kind stripped, a
 * function its frames as they were. Returns the bytes that are left out.
 */
static uint32_t rxe_strip(const struct qp *qp, const struct frame *frame)
{
	uint16_t strip = frame->parsed.stag ? GNIC_VLAN_STRIP_STAG : GNIC_VLAN_STRIP_CTAG;

	if (!frame->parsed.tags || qp->side != GNIC_SIDE_HOST || !(qp->vport->vlan_flags & strip))
		return 0;
	return VLAN_LEN;
}

/* ---- buffers ---- */

/* Is there a buffer behind the @taken ones that this packet has already? */
static bool rxe_has_buffer(struct qp *qp, uint32_t taken)
{
	struct wq *rq = &qp->rq;

	if (rq->index - rq->done > taken)
		return true;
	return wq_refresh(qp, rq) && rq->index - rq->done > taken;
}

static void rxe_fail_buffer(struct qp *qp, uint32_t taken)
{
	cq_post_error(qp->rq_cq, qp, false, qp->rq.done + taken, GNIC_SYND_LOCAL_ACCESS);
	qp_fail(qp, GNIC_SYND_LOCAL_ACCESS, false);
}

/* One more buffer. Returns its size, 0: it is not usable, the QP fails. */
static uint32_t rxe_buffer(struct qp *qp, struct rxe_buffers *bufs)
{
	struct gnic_hw_recv_wqe wqe;
	const void *entry = wq_entry(qp, &qp->rq, qp->rq.done + bufs->count);
	uint32_t size;
	int n;

	if (!entry)
		return 0;
	frame_fetch(&wqe, entry, sizeof(wqe));
	size = le32_to_cpu(wqe.size);
	n = size ? asid_iov(qp->card, qp->asid, le64_to_cpu(wqe.addr), size,
			    GNIC_ACCESS_LOCAL_WRITE, bufs->iov + bufs->iovs,
			    RXE_PIECES - bufs->iovs) : -1;
	if (n < 0) {
		rxe_fail_buffer(qp, bufs->count);
		return 0;
	}
	bufs->iovs += n;
	bufs->count++;
	return size;
}

/* @head: bytes that go to the slot of the head area. */
static bool rxe_head(struct qp *qp, struct rxe_buffers *bufs, uint32_t head)
{
	bufs->iovs = 0;
	bufs->count = 0;
	if (!head || !rxe_has_buffer(qp, 0))
		return true;
	bufs->iov[bufs->iovs++] = (struct iovec){ rxe_split_slot(qp), head };
	if (bufs->iov[0].iov_base)
		return true;
	rxe_fail_buffer(qp, 0);
	return false;
}

/* For @len bytes; at least one. */
static bool rxe_buffers(struct qp *qp, struct rxe_buffers *bufs, uint32_t len)
{
	uint32_t size;

	for (;;) {
		if (bufs->count == GNIC_RAW_NBUF_MAX) {
			qp->stats.too_big++;
			return false;
		}
		if (!rxe_has_buffer(qp, bufs->count)) {
			qp->stats.no_buffer += !qp->failed;
			return false;
		}
		size = rxe_buffer(qp, bufs);
		if (!size || size >= len)
			return size;
		len -= size;
	}
}

/* The two may overlap, if a guest likes to send from where it receives. */
static void rxe_put(struct rxe_buffers *bufs, const uint8_t *from, size_t len)
{
	while (len) {
		size_t n = bufs->to->iov_len - bufs->at;

		if (n > len)
			n = len;
		memmove((uint8_t *)bufs->to->iov_base + bufs->at, from, n);
		from += n;
		len -= n;
		bufs->at += n;
		if (bufs->at == bufs->to->iov_len) {
			bufs->to++;
			bufs->at = 0;
		}
	}
}

static void rxe_copy(struct rxe_buffers *bufs, const struct frame *frame, uint32_t strip)
{
	uint32_t skip = 0;

	bufs->to = bufs->iov;
	bufs->at = 0;
	if (strip) {
		rxe_put(bufs, frame->hdr, 2 * ETH_ADDR_LEN);
		skip = 2 * ETH_ADDR_LEN + strip;
	}
	rxe_put(bufs, frame->hdr + skip, frame->hdr_len - skip);
	for (int i = 0; i < frame->iovs; i++)
		rxe_put(bufs, frame->iov[i].iov_base, frame->iov[i].iov_len);
}

/* ---- checksums ---- */

/**
 * struct rxe_sums - the sums of a frame
 * @all: everything behind the Ethernet header
 * @inner: the packet in a tunnel, or NULL
 * @inner_ok: its checksums are right
 */
struct rxe_sums {
	struct csum all;
	const struct parsed *inner;
	bool inner_ok;
};

static void rxe_sum(struct csum *csum, const struct frame *frame, uint32_t from, uint32_t to)
{
	uint32_t end = to < frame->hdr_len ? to : frame->hdr_len;

	if (from >= to)
		return;
	if (from < end) {
		csum_piece(csum, frame->hdr + from, end - from);
		from = end;
	}
	if (from < to)
		csum_iov(csum, frame->iov, frame->iovs, from - frame->hdr_len, to - from);
}

/* The end of the bytes that TCP or UDP has a checksum of; 0: there is none. */
static uint32_t rxe_l4_end(const struct frame *frame, const struct parsed *p)
{
	const uint8_t *l4 = frame->hdr + p->l4_off;

	if (p->bad)
		return 0;
	if (p->l4 == GNIC_CQE_L4_TCP)
		return p->l3_end;
	if (p->l4 == GNIC_CQE_L4_UDP && frame_be16(l4 + UDP_CHECK))
		return p->l4_off + frame_be16(l4 + 4);
	return 0;
}

/* With the pseudo header the sum of a right packet is -0. */
static bool rxe_sum_right(const struct frame *frame, const struct parsed *p, uint32_t end,
			  uint64_t sum)
{
	return csum_fold(csum_add(sum, frame_pseudo_sum(frame->hdr, p, end - p->l4_off))) ==
	       0xffff;
}

static bool rxe_ip_right(const struct frame *frame, const struct parsed *p)
{
	const uint8_t *ip = frame->hdr + p->l2_len;

	return p->l3 != GNIC_CQE_L3_IPV4 || csum_fold(csum_words(ip, (ip[0] & 15) * 4u)) == 0xffff;
}

/*
 * Adds @from .. @end, in which the packet @inner is. Returns whether that has
 * checksums and they are right.
 */
static bool rxe_sum_tunnel(struct csum *csum, const struct frame *frame,
			   const struct parsed *inner, uint32_t from, uint32_t end)
{
	uint32_t inner_end = rxe_l4_end(frame, inner);
	struct csum l4 = { 0 };

	if (!inner_end || inner_end > end) {
		rxe_sum(csum, frame, from, end);
		return false;
	}
	rxe_sum(csum, frame, from, inner->l4_off);
	rxe_sum(&l4, frame, inner->l4_off, inner_end);
	csum_append(csum, l4.sum, inner_end - inner->l4_off);
	rxe_sum(csum, frame, inner_end, end);
	return rxe_ip_right(frame, inner) && rxe_sum_right(frame, inner, inner_end, l4.sum);
}

/*
 * Adds the L4 packet that ends at @end; returns whether its checksum is right.
 * One that this process has made is: with the pseudo header it sums up to -0,
 * so its sum is known without a look at the payload.
 */
static bool rxe_sum_l4(struct rxe_sums *sums, const struct frame *frame, uint32_t end)
{
	const struct parsed *p = &frame->parsed;
	uint64_t pseudo = frame_pseudo_sum(frame->hdr, p, end - p->l4_off);
	struct csum l4 = { .sum = ~pseudo, .odd = (end - p->l4_off) & 1 };

	if (sums->inner) {
		l4 = (struct csum){ 0 };
		sums->inner_ok = rxe_sum_tunnel(&l4, frame, sums->inner, p->l4_off, end);
	} else if (!frame->l4_ok) {
		l4 = (struct csum){ 0 };
		rxe_sum(&l4, frame, p->l4_off, end);
	}
	csum_append(&sums->all, l4.sum, end - p->l4_off);
	return rxe_sum_right(frame, p, end, l4.sum);
}

/* Where L4 ends, with a tunnel in UDP that has no checksum too. */
static uint32_t rxe_l4_sum_end(const struct rxe_sums *sums, const struct frame *frame)
{
	const struct parsed *p = &frame->parsed;

	if (sums->inner)
		return p->l4_off + frame_be16(frame->hdr + p->l4_off + 4);
	return rxe_l4_end(frame, p);
}

/* Sum of all behind @from; the sums that were right on the way as GNIC_RAW_CQE_*. */
static uint32_t rxe_checksum(const struct frame *frame, uint32_t from, struct rxe_sums *sums)
{
	const struct parsed *p = &frame->parsed;
	uint32_t l4_end = rxe_l4_sum_end(sums, frame), flags = GNIC_RAW_CQE_CSUM;
	bool right;

	if (p->l3 == GNIC_CQE_L3_IPV4) {
		const uint8_t *ip = frame->hdr + p->l2_len;

		sums->all.sum = csum_words(ip, (ip[0] & 15) * 4u);
		if (csum_fold(sums->all.sum) == 0xffff)
			flags |= GNIC_RAW_CQE_L3_OK;
		/* what is between: a tag that was not stripped */
		rxe_sum(&sums->all, frame, from, p->l2_len);
		from = p->l4_off;
	}
	if (l4_end) {
		rxe_sum(&sums->all, frame, from, p->l4_off);
		right = rxe_sum_l4(sums, frame, l4_end);
		if (!rxe_l4_end(frame, p))
			right = sums->inner_ok;
		if (right)
			flags |= GNIC_RAW_CQE_L4_OK;
		else
			sums->inner_ok = false;
		from = l4_end;
	}
	rxe_sum(&sums->all, frame, from, frame->len);
	return flags;
}

/* ---- completion ---- */

static bool rxe_complete(struct qp *qp, const struct frame *frame, uint32_t strip,
			 uint32_t head, struct gnic_hw_raw_cqe *cqe, uint32_t nbuf)
{
	const struct parsed *p = &frame->parsed;
	uint32_t flags = le32_to_cpu(cqe->flags), ctrl = FIELD_PREP(GNIC_CQE_QPN, qp->qpn);
	struct rxe_sums sums = { 0 };
	struct parsed inner;
	uint16_t sum;

	if (qp->side == GNIC_SIDE_HOST && rxe_tunnel(qp->vport, frame, &inner))
		sums.inner = &inner;
	flags |= rxe_checksum(frame, ETH_LEN + strip, &sums);
	sum = csum_fold(sums.all.sum);
	if (sums.inner_ok)
		ctrl |= GNIC_CQE_INNER_OK;
	flags |= FIELD_PREP(GNIC_RAW_CQE_L3, p->l3) | FIELD_PREP(GNIC_RAW_CQE_L4, p->l4) |
		 FIELD_PREP(GNIC_RAW_CQE_NBUF, nbuf);
	if (head)
		flags |= GNIC_RAW_CQE_SPLIT | FIELD_PREP(GNIC_RAW_CQE_HDR_LEN, head);
	else if (p->l3 && FIELD_FIT(GNIC_RAW_CQE_HDR_LEN, p->payload_off - strip))
		flags |= FIELD_PREP(GNIC_RAW_CQE_HDR_LEN, p->payload_off - strip);
	if (strip) {
		flags |= GNIC_RAW_CQE_VLAN | (p->stag ? GNIC_RAW_CQE_STAG : 0);
		cqe->vlan_tci = cpu_to_le16(p->vlan_tci);
	}
	cqe->ctrl = cpu_to_le32(ctrl);
	cqe->wqe_index = cpu_to_le32(qp->rq.done);
	cqe->size = cpu_to_le32(frame->len - strip);
	cqe->flags = cpu_to_le32(flags);
	memcpy(&cqe->csum, &sum, sizeof(sum));
	cqe->tstamp = cpu_to_le32((uint32_t)phc_at(&qp->card->phc, loop_now(qp->card->loop)));
	/* the buffers first: who sees the CQE may give new ones */
	qp->rq.done += nbuf;
	wq_done(qp, &qp->rq);
	return cq_post(qp->rq_cq, cqe);
}

bool rxe_receive(struct qp *qp, struct frame *frame, uint32_t hash, uint8_t hash_type,
		 const uint32_t *mark)
{
	struct gnic_hw_raw_cqe cqe = {
		.hash = cpu_to_le32(hash),
		.flags = cpu_to_le32(FIELD_PREP(GNIC_RAW_CQE_HASH, hash_type) |
				     (mark ? GNIC_RAW_CQE_MARK : 0)),
		.mark = cpu_to_le32(mark ? *mark : 0),
	};
	uint32_t strip = rxe_strip(qp, frame), len = frame->len - strip, head;
	struct rxe_buffers bufs;

	if (qp->failed || qp->stopped)
		return false;
	head = rxe_split(qp, frame, strip, len);
	if (!rxe_head(qp, &bufs, head) || !rxe_buffers(qp, &bufs, len - head))
		return false;
	rxe_copy(&bufs, frame, strip);
	if (!rxe_complete(qp, frame, strip, head, &cqe, bufs.count))
		return false;
	qp->stats.rx_packets++;
	qp->stats.rx_bytes += len;
	mac_pause_look(qp);
	return true;
}
