// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block RXE, raw packets: from the switch into the buffers of a receive queue.
 * This is the one copy that a payload sees on its way from guest to guest.
 */
#include "frame.h"
#include "parse.h"

#define RXE_PIECES	(2 * GNIC_RAW_NBUF_MAX)	/* of buffers; one may be in two places */

/* The bytes that the receiver is to see: headers, a tag left out, and the payload. */
struct rxe_source {
	struct iovec iov[FRAME_IOV + 2];
	int iovs;
	uint32_t len;
	bool stripped;
};

/* Where they go. */
struct rxe_buffers {
	struct iovec iov[RXE_PIECES];
	int iovs;
	uint32_t count;		/* entries of the queue */
};

/* ---- what ---- */

static void rxe_add(struct rxe_source *src, const uint8_t *data, uint32_t len)
{
	src->iov[src->iovs++] = (struct iovec){ .iov_base = (void *)data, .iov_len = len };
	src->len += len;
}

/* The host side gets the outer C-tag in the CQE, a function its frames as they were. */
static void rxe_source(struct rxe_source *src, const struct qp *qp, const struct frame *frame)
{
	uint32_t skip = 0;

	src->iovs = 0;
	src->len = 0;
	src->stripped = qp->side == GNIC_SIDE_HOST && frame->parsed.tags &&
			frame_be16(frame->hdr + 2 * ETH_ADDR_LEN) == ETH_TYPE_CTAG;
	if (src->stripped) {
		rxe_add(src, frame->hdr, 2 * ETH_ADDR_LEN);
		skip = 2 * ETH_ADDR_LEN + VLAN_LEN;
	}
	rxe_add(src, frame->hdr + skip, frame->hdr_len - skip);
	for (int i = 0; i < frame->iovs; i++)
		rxe_add(src, frame->iov[i].iov_base, (uint32_t)frame->iov[i].iov_len);
}

/* ---- where ---- */

/* Is there a buffer behind the @taken ones that this packet has already? */
static bool rxe_has_buffer(struct qp *qp, uint32_t taken)
{
	struct wq *rq = &qp->rq;

	if (rq->index - rq->done > taken)
		return true;
	return wq_refresh(qp, rq) && rq->index - rq->done > taken;
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
		cq_post_error(qp->rq_cq, qp, false, qp->rq.done + bufs->count,
			      GNIC_SYND_LOCAL_ACCESS);
		qp_fail(qp, GNIC_SYND_LOCAL_ACCESS, false);
		return 0;
	}
	bufs->iovs += n;
	bufs->count++;
	return size;
}

static bool rxe_buffers(struct qp *qp, struct rxe_buffers *bufs, uint32_t len)
{
	uint32_t size;

	bufs->iovs = 0;
	bufs->count = 0;
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
static void rxe_copy(const struct rxe_buffers *bufs, const struct rxe_source *src)
{
	const struct iovec *to = bufs->iov;
	size_t at = 0;

	for (int i = 0; i < src->iovs; i++) {
		const uint8_t *from = src->iov[i].iov_base;
		size_t left = src->iov[i].iov_len;

		while (left) {
			size_t n = to->iov_len - at;

			if (n > left)
				n = left;
			memmove((uint8_t *)to->iov_base + at, from, n);
			from += n;
			left -= n;
			at += n;
			if (at == to->iov_len) {
				to++;
				at = 0;
			}
		}
	}
}

/* ---- checksums ---- */

static void rxe_sum(struct csum *csum, const struct frame *frame, uint32_t from, uint32_t to)
{
	uint32_t end = to < frame->hdr_len ? to : frame->hdr_len;

	if (from < end) {
		csum_piece(csum, frame->hdr + from, end - from);
		from = end;
	}
	if (from < to)
		csum_iov(csum, frame->iov, frame->iovs, from - frame->hdr_len, to - from);
}

/* The end of the bytes that TCP or UDP has a checksum of; 0: there is none. */
static uint32_t rxe_l4_end(const struct frame *frame)
{
	const struct parsed *p = &frame->parsed;
	const uint8_t *l4 = frame->hdr + p->l4_off;

	if (p->bad)
		return 0;
	if (p->l4 == GNIC_CQE_L4_TCP)
		return p->l3_end;
	if (p->l4 == GNIC_CQE_L4_UDP && frame_be16(l4 + UDP_CHECK))
		return p->l4_off + frame_be16(l4 + 4);
	return 0;
}

/*
 * Adds the L4 packet that ends at @end; returns whether its checksum is right.
 * One that this process has made is: with the pseudo header it sums up to -0,
 * so its sum is known without a look at the payload.
 */
static bool rxe_sum_l4(struct csum *csum, const struct frame *frame, uint32_t end)
{
	uint32_t off = frame->parsed.l4_off;
	uint64_t pseudo = frame_pseudo_sum(frame->hdr, &frame->parsed, end - off);
	struct csum l4 = { .sum = ~pseudo, .odd = (end - off) & 1 };

	if (!frame->l4_ok) {
		l4 = (struct csum){ 0 };
		rxe_sum(&l4, frame, off, end);
	}
	csum->sum = csum_add(csum->sum, l4.sum);
	csum->odd = l4.odd;	/* it begins on an even offset */
	return csum_fold(csum_add(l4.sum, pseudo)) == 0xffff;
}

/* Sum of all behind @from; the sums that were right on the way as GNIC_RAW_CQE_*. */
static uint32_t rxe_checksum(const struct frame *frame, uint32_t from, uint16_t *sum)
{
	const struct parsed *p = &frame->parsed;
	const uint8_t *ip = frame->hdr + p->l2_len;
	uint32_t l4_end = rxe_l4_end(frame), flags = GNIC_RAW_CQE_CSUM;
	struct csum csum = { 0 };

	if (p->l3 == GNIC_CQE_L3_IPV4 && csum_fold(csum_bytes(ip, (ip[0] & 15) * 4)) == 0xffff)
		flags |= GNIC_RAW_CQE_L3_OK;
	if (l4_end) {
		rxe_sum(&csum, frame, from, p->l4_off);
		if (rxe_sum_l4(&csum, frame, l4_end))
			flags |= GNIC_RAW_CQE_L4_OK;
		from = l4_end;
	}
	rxe_sum(&csum, frame, from, frame->len);
	*sum = csum_fold(csum.sum);
	return flags;
}

/* ---- completion ---- */

static bool rxe_complete(struct qp *qp, const struct frame *frame, const struct rxe_source *src,
			 struct gnic_hw_raw_cqe *cqe, uint32_t nbuf)
{
	const struct parsed *p = &frame->parsed;
	uint32_t strip = src->stripped ? VLAN_LEN : 0;
	uint32_t flags = le32_to_cpu(cqe->flags);
	uint16_t sum;

	flags |= rxe_checksum(frame, ETH_LEN + strip, &sum);
	flags |= FIELD_PREP(GNIC_RAW_CQE_L3, p->l3) | FIELD_PREP(GNIC_RAW_CQE_L4, p->l4) |
		 FIELD_PREP(GNIC_RAW_CQE_NBUF, nbuf);
	if (p->l3)
		flags |= FIELD_PREP(GNIC_RAW_CQE_HDR_LEN, p->payload_off - strip);
	if (strip) {
		flags |= GNIC_RAW_CQE_VLAN;
		cqe->vlan_tci = cpu_to_le16(p->vlan_tci);
	}
	cqe->ctrl = cpu_to_le32(FIELD_PREP(GNIC_CQE_QPN, qp->qpn));
	cqe->wqe_index = cpu_to_le32(qp->rq.done);
	cqe->size = cpu_to_le32(src->len);
	cqe->flags = cpu_to_le32(flags);
	memcpy(&cqe->csum, &sum, sizeof(sum));
	cqe->tstamp = cpu_to_le32((uint32_t)loop_now(qp->card->loop));
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
	struct rxe_buffers bufs;
	struct rxe_source src;

	if (qp->failed || qp->stopped)
		return false;
	rxe_source(&src, qp, frame);
	if (!rxe_buffers(qp, &bufs, src.len))
		return false;
	rxe_copy(&bufs, &src);
	if (!rxe_complete(qp, frame, &src, &cqe, bufs.count))
		return false;
	qp->stats.rx_packets++;
	qp->stats.rx_bytes += src.len;
	return true;
}
