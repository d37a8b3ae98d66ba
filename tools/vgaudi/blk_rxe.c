// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block RXE, raw packets: from the switch into the buffers of a receive queue.
 * This is the one copy that a payload sees on its way from guest to guest.
 */
#include "copy.h"
#include "frame.h"
#include "parse.h"
#include "rxe.h"

/* Of buffers, of which one may be in two places, behind a slot of the head area. */
#define RXE_PIECES	(2 * GNIC_RAW_NBUF_MAX + 1)

/* Where a packet goes. */
struct rxe_buffers {
	uint32_t count;		/* entries of the queue */
	uint32_t frames;	/* of the wire, that are lost if there is no room */
	bool missing;		/* there are not enough */
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
uint32_t rxe_strip(const struct qp *qp, const struct frame *frame)
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

/* Likewise; that there is none is remembered. */
static bool rxe_find_buffer(struct qp *qp, struct rxe_buffers *bufs)
{
	bufs->missing = !rxe_has_buffer(qp, bufs->count);
	return !bufs->missing;
}

static void rxe_fail_buffer(struct qp *qp, uint32_t taken)
{
	cq_post_error(qp->rq_cq, qp, false, qp->rq.done + taken, GNIC_SYND_LOCAL_ACCESS);
	qp_fail(qp, GNIC_SYND_LOCAL_ACCESS, false);
}

/* Pieces of a buffer, behind those that are in @bufs; below 0: it is out of reach. */
static int rxe_memory(struct qp *qp, struct rxe_buffers *bufs, uint64_t addr, uint32_t size)
{
	struct iovec *iov = bufs->iov + bufs->iovs;
	void *near;

	if (!size)
		return -1;
	asid_keep(&qp->dst, qp->card, qp->asid);
	near = asid_near(&qp->dst, addr, size, GNIC_ACCESS_LOCAL_WRITE);
	if (near && bufs->iovs < RXE_PIECES) {
		*iov = (struct iovec){ near, size };
		return 1;
	}
	return asid_iov(qp->card, qp->asid, addr, size, GNIC_ACCESS_LOCAL_WRITE, iov,
			RXE_PIECES - bufs->iovs);
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
	n = rxe_memory(qp, bufs, le64_to_cpu(wqe.addr), size);
	if (n < 0) {
		rxe_fail_buffer(qp, bufs->count);
		return 0;
	}
	bufs->iovs += n;
	bufs->count++;
	return size;
}

/*
 * @head: bytes that go to the slot of the head area, which is that of a buffer. Whether there
 * is one is asked once: the driver may give it at any time.
 */
static bool rxe_head(struct qp *qp, struct rxe_buffers *bufs, uint32_t head)
{
	bufs->iovs = 0;
	bufs->count = 0;
	if (!head)
		return true;
	if (!rxe_find_buffer(qp, bufs))
		return false;
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
			qp->stats.too_big += bufs->frames;
			return false;
		}
		if (!rxe_find_buffer(qp, bufs))
			return false;
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
		copy_move((uint8_t *)bufs->to->iov_base + bufs->at, from, n);
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

/* ---- completion ---- */

/* What is right of a frame, and its sum. */
static void rxe_set_sums(struct qp *qp, struct gnic_hw_raw_cqe *cqe, const struct frame *frame,
			 uint32_t strip)
{
	struct rxe_sums sums = { 0 };
	struct parsed inner;
	uint16_t sum;

	if (qp->side == GNIC_SIDE_HOST && rxe_tunnel(qp->vport, frame, &inner))
		sums.inner = &inner;
	cqe->flags |= cpu_to_le32(rxe_checksum(frame, ETH_LEN + strip, &sums));
	sum = csum_fold(sums.all.sum);
	memcpy(&cqe->csum, &sum, sizeof(sum));
	if (sums.inner_ok)
		cqe->ctrl |= cpu_to_le32(GNIC_CQE_INNER_OK);
}

/* A merged frame is right, and has the size of its segments where others have their sum. */
static void rxe_set_merged(struct gnic_hw_raw_cqe *cqe, const struct rxe_merged *merged,
			   uint8_t l3)
{
	cqe->flags |= cpu_to_le32(GNIC_RAW_CQE_GRO | GNIC_RAW_CQE_L4_OK | merged->fixed_id |
				  (l3 == GNIC_CQE_L3_IPV4 ? GNIC_RAW_CQE_L3_OK : 0));
	cqe->csum = cpu_to_le16(merged->mss);
	if (merged->tunnel)
		cqe->ctrl |= cpu_to_le32(GNIC_CQE_INNER_OK);
}

static bool rxe_complete(struct qp *qp, const struct frame *frame, uint32_t strip,
			 uint32_t head, struct gnic_hw_raw_cqe *cqe, uint32_t nbuf,
			 const struct rxe_merged *merged)
{
	const struct parsed *p = &frame->parsed;
	uint32_t flags = le32_to_cpu(cqe->flags);

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
	cqe->ctrl = cpu_to_le32(FIELD_PREP(GNIC_CQE_QPN, qp->qpn));
	cqe->wqe_index = cpu_to_le32(qp->rq.done);
	cqe->size = cpu_to_le32(frame->len - strip);
	cqe->flags = cpu_to_le32(flags);
	if (merged)
		rxe_set_merged(cqe, merged, p->l3);
	else
		rxe_set_sums(qp, cqe, frame, strip);
	/* the buffers first: who sees the CQE may give new ones */
	qp->rq.done += nbuf;
	wq_done(qp, &qp->rq);
	return cq_post(qp->rq_cq, cqe);
}

/* One that has waited already goes on waiting, unless it would for ever. */
static enum rxe_result rxe_short(struct qp *qp, const struct frame *frame,
				 const struct rxe_label *label, const struct rxe_merged *merged)
{
	if (label->waited && !rxe_is_full(qp))
		return RXE_SHORT;
	if (!label->waited && rxe_wait_add(qp, frame, label, merged))
		return RXE_TAKEN;
	qp->stats.no_buffer += qp->failed ? 0 : rxe_frames(merged);
	return RXE_LOST;
}

/* False: the frame is refused, counted at the QP. */
static bool rxe_may(struct qp *qp, const struct rxe_label *label, const struct rxe_merged *merged)
{
	if (qp->failed || qp->stopped)
		return false;
	if (!mac_pfc_refuses(qp, label->prio))
		return true;
	qp->stats.no_buffer += rxe_frames(merged);
	return false;
}

enum rxe_result rxe_try(struct qp *qp, struct frame *frame, const struct rxe_label *label,
			const struct rxe_merged *merged)
{
	struct gnic_hw_raw_cqe cqe = {
		.hash = cpu_to_le32(label->hash),
		.flags = cpu_to_le32(FIELD_PREP(GNIC_RAW_CQE_HASH, label->hash_type) |
				     (label->marked ? GNIC_RAW_CQE_MARK : 0)),
		.mark = cpu_to_le32(label->mark),
	};
	uint32_t strip = rxe_strip(qp, frame), len = frame->len - strip, head;
	struct rxe_buffers bufs;
	uint64_t came;

	if (!label->waited) {
		if (qp->wait.first && !rxe_wait_run(qp))
			return rxe_short(qp, frame, label, merged);
		if (!rxe_may(qp, label, merged))
			return RXE_LOST;
	}
	bufs.frames = rxe_frames(merged);
	bufs.missing = false;
	head = rxe_split(qp, frame, strip, len);
	if (!rxe_head(qp, &bufs, head) || !rxe_buffers(qp, &bufs, len - head))
		return bufs.missing ? rxe_short(qp, frame, label, merged) : RXE_LOST;
	rxe_copy(&bufs, frame, strip);
	came = label->waited ? label->came : loop_now(qp->card->loop);
	cqe.tstamp = cpu_to_le32((uint32_t)phc_at(&qp->card->phc, came));
	if (!rxe_complete(qp, frame, strip, head, &cqe, bufs.count, merged))
		return RXE_LOST;
	qp->stats.rx_packets += bufs.frames;
	qp->stats.rx_bytes += len;
	/* one that has waited asks nobody: the answer could be a frame, and it is still the first */
	mac_pause_look(qp, label->waited ? GNIC_PRIOS : label->prio);
	return RXE_TAKEN;
}

bool rxe_receive(struct qp *qp, struct frame *frame, uint32_t hash, uint8_t hash_type,
		 const uint32_t *mark)
{
	const struct rxe_label label = {
		.hash = hash, .hash_type = hash_type, .marked = mark, .mark = mark ? *mark : 0,
		.prio = qp->port->depth ? qp->port->pfc.rx_prio : GNIC_PRIOS,
	};

	if (rxe_fcs_wanted(qp))
		return rxe_fcs_deliver(qp, frame, &label);
	if (qp->gro && rxe_gro_take(qp, frame, &label))
		return true;
	return rxe_try(qp, frame, &label, NULL) == RXE_TAKEN;
}
