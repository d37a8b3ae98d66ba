// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block TXE, raw packets: from a send queue to the switch.
 *
 * WQEs and headers are in memory that their owner can change at any time: each
 * is copied once, and only the copy is looked at. The payload stays where it is.
 */
#include "crc32c.h"
#include "txe.h"

#define TXE_CTRL_SEND \
	(GNIC_WQE_OPCODE | GNIC_WQE_INDEX | GNIC_RAW_WQE_NSEG | GNIC_RAW_WQE_VLAN | \
	 GNIC_RAW_WQE_STAG | TXE_CTRL_SCTP | GNIC_RAW_WQE_CSUM_L3 | TXE_CTRL_CUT | \
	 GNIC_RAW_WQE_TUNNEL | GNIC_RAW_WQE_LAUNCH | GNIC_RAW_WQE_SE | GNIC_RAW_WQE_CQE)
#define TXE_CTRL_SCTP	(GNIC_RAW_WQE_CSUM | GNIC_RAW_WQE_CRC32C)
#define TXE_CTRL_EITHER	(GNIC_RAW_WQE_TUNNEL | GNIC_RAW_WQE_LAUNCH)	/* one place for both */
#define TXE_CTRL_CONT	(GNIC_WQE_OPCODE | GNIC_WQE_INDEX | GNIC_RAW_WQE_SE)
#define TXE_OFFLOAD \
	(GNIC_RAW_WQE_CSUM_START | GNIC_RAW_WQE_CSUM_OFFSET | GNIC_RAW_WQE_HDR_LEN | \
	 GNIC_RAW_WQE_TSTAMP)

/* ---- WQEs ---- */

static uint8_t txe_fetch(struct qp *qp, uint32_t index, uint32_t opcode,
			 struct gnic_hw_raw_wqe *wqe)
{
	const void *entry = wq_entry(qp, &qp->sq, index);
	uint32_t ctrl;

	if (!entry)
		return GNIC_SYND_WQ_ACCESS;
	frame_fetch(wqe, entry, sizeof(*wqe));
	ctrl = le32_to_cpu(wqe->ctrl);
	if (FIELD_GET(GNIC_WQE_OPCODE, ctrl) != opcode)
		return GNIC_SYND_TX_OPCODE;
	if (FIELD_GET(GNIC_WQE_INDEX, ctrl) != (index & FIELD_MAX(GNIC_WQE_INDEX)))
		return GNIC_SYND_TX_WQE_INDEX;
	return GNIC_SYND_NONE;
}

/* Flags that say something of another one that is not there. */
static bool txe_flags_ok(uint32_t ctrl)
{
	uint32_t cut = ctrl & TXE_CTRL_CUT;

	return cut != TXE_CTRL_CUT && (cut || !(ctrl & GNIC_RAW_WQE_TUNNEL)) &&
	       (ctrl & TXE_CTRL_EITHER) != TXE_CTRL_EITHER &&
	       (ctrl & GNIC_RAW_WQE_VLAN || !(ctrl & GNIC_RAW_WQE_STAG)) &&
	       ((ctrl & GNIC_RAW_WQE_CSUM && !cut) || !(ctrl & GNIC_RAW_WQE_CRC32C));
}

/* Where the tunnel is, or when to send, goes out of the WQE: else segments have nothing there. */
static bool txe_decode_rsvd(struct txe *txe, struct gnic_hw_raw_wqe *wqe)
{
	uint32_t rsvd = le32_to_cpu(wqe->seg[0].rsvd);

	txe->tunnel = 0;
	if (!(txe->ctrl & TXE_CTRL_EITHER))
		return true;
	wqe->seg[0].rsvd = 0;
	if (txe->ctrl & GNIC_RAW_WQE_LAUNCH) {
		txe->launch = rsvd;
		return true;
	}
	txe->tunnel = rsvd;
	return !(txe->tunnel & ~(GNIC_RAW_TUNNEL_L3 | GNIC_RAW_TUNNEL_UDP));
}

static uint8_t txe_decode(struct txe *txe, struct gnic_hw_raw_wqe *wqe)
{
	bool cut;

	txe->ctrl = le32_to_cpu(wqe->ctrl);
	txe->size = le32_to_cpu(wqe->size);
	txe->offload = le32_to_cpu(wqe->offload);
	txe->vlan_tci = le16_to_cpu(wqe->vlan_tci);
	txe->mss = le16_to_cpu(wqe->mss);
	txe->nseg = FIELD_GET(GNIC_RAW_WQE_NSEG, txe->ctrl);
	cut = txe->ctrl & TXE_CTRL_CUT;
	if (txe->ctrl & ~TXE_CTRL_SEND || txe->offload & ~TXE_OFFLOAD ||
	    !txe_flags_ok(txe->ctrl) || !txe_decode_rsvd(txe, wqe))
		return GNIC_SYND_TX_RESERVED;
	if (txe->size < GNIC_RAW_SIZE_MIN ||
	    txe->size > (cut ? GNIC_RAW_TSO_SIZE_MAX : TXE_FRAME_MAX))
		return GNIC_SYND_TX_RAW_SIZE;
	if (!txe->nseg || txe->nseg > GNIC_RAW_SEGS_MAX)
		return GNIC_SYND_TX_SEGMENTS;
	return GNIC_SYND_NONE;
}

static bool txe_cont_ok(const struct gnic_hw_raw_wqe *wqe)
{
	return !(le32_to_cpu(wqe->ctrl) & ~TXE_CTRL_CONT) &&
	       !(wqe->size | wqe->offload | wqe->vlan_tci | wqe->mss);
}

/* Pieces of memory behind those that the frame has; false: it may not read them. */
static bool txe_memory(struct txe *txe, uint64_t addr, uint32_t len)
{
	struct frame *frame = &txe->frame;
	void *near = asid_near(&txe->qp->src, addr, len, GNIC_ACCESS_LOCAL_READ);
	int n;

	if (near && frame->iovs < FRAME_IOV) {
		frame->iov[frame->iovs++] = (struct iovec){ near, len };
		return true;
	}
	n = asid_iov(txe->qp->card, txe->qp->asid, addr, len, GNIC_ACCESS_LOCAL_READ,
		     frame->iov + frame->iovs, FRAME_IOV - frame->iovs);
	if (n > 0)
		frame->iovs += n;
	return n >= 0;
}

static uint8_t txe_segment(struct txe *txe, const struct gnic_hw_seg *seg)
{
	struct frame *frame = &txe->frame;
	uint32_t len = le32_to_cpu(seg->len);

	if (seg->rsvd)
		return GNIC_SYND_TX_RESERVED;
	if (!len || len > txe->size - frame->len)
		return GNIC_SYND_TX_SEGMENTS;
	if (!txe_memory(txe, le64_to_cpu(seg->addr), len))
		return GNIC_SYND_LOCAL_ACCESS;
	frame->len += len;
	return GNIC_SYND_NONE;
}

/* The segments of one WQE, @first is the packet's segment that it begins with. */
static uint8_t txe_segments(struct txe *txe, const struct gnic_hw_raw_wqe *wqe, uint32_t first)
{
	for (uint32_t i = 0; i < GNIC_RAW_WQE_SEGS; i++) {
		const struct gnic_hw_seg *seg = &wqe->seg[i];
		uint8_t synd;

		if (first + i < txe->nseg)
			synd = txe_segment(txe, seg);
		else
			synd = seg->addr | seg->len | seg->rsvd ? GNIC_SYND_TX_SEGMENTS :
								  GNIC_SYND_NONE;
		if (synd)
			return synd;
	}
	return GNIC_SYND_NONE;
}

/* All WQEs of the packet at the head of the queue; @wqes: how many these are. */
static uint8_t txe_gather(struct txe *txe, uint32_t *wqes)
{
	struct wq *sq = &txe->qp->sq;
	struct gnic_hw_raw_wqe wqe;
	uint8_t synd = txe_fetch(txe->qp, sq->done, GNIC_WQE_RAW_SEND, &wqe);

	*wqes = 1;
	if (!synd)
		synd = txe_decode(txe, &wqe);
	if (!synd)
		synd = txe_segments(txe, &wqe, 0);
	for (uint32_t first = GNIC_RAW_WQE_SEGS; !synd && first < txe->nseg;
	     first += GNIC_RAW_WQE_SEGS) {
		if (sq->index - sq->done == *wqes)
			return GNIC_SYND_TX_SEGMENTS;
		synd = txe_fetch(txe->qp, sq->done + *wqes, GNIC_WQE_RAW_CONT, &wqe);
		if (!synd && !txe_cont_ok(&wqe))
			synd = GNIC_SYND_TX_RESERVED;
		if (!synd)
			synd = txe_segments(txe, &wqe, first);
		++*wqes;
	}
	if (!synd && txe->frame.len != txe->size)
		synd = GNIC_SYND_TX_SEGMENTS;
	return synd;
}

/* ---- headers ---- */

/* The first bytes into the packet's own room, and the tag among them. */
static uint8_t txe_headers(struct txe *txe)
{
	struct frame *frame = &txe->frame;
	uint32_t len = FIELD_GET(GNIC_RAW_WQE_HDR_LEN, txe->offload);

	if (!(txe->ctrl & TXE_CTRL_CUT))
		len = txe->size < GNIC_RAW_HDR_MAX ? txe->size : GNIC_RAW_HDR_MAX;
	else if (len < ETH_LEN || len > GNIC_RAW_HDR_MAX || len >= txe->size)
		return GNIC_SYND_TX_OFFLOAD;
	txe->hdr = txe->room + VLAN_LEN;
	frame->iovs = frame_pull(frame->iov, frame->iovs, txe->hdr, len);
	if (txe->ctrl & GNIC_RAW_WQE_VLAN) {
		txe->hdr -= VLAN_LEN;
		memmove(txe->hdr, txe->hdr + VLAN_LEN, 2 * ETH_ADDR_LEN);
		frame_put_be16(txe->hdr + 2 * ETH_ADDR_LEN,
			       txe->ctrl & GNIC_RAW_WQE_STAG ? ETH_TYPE_STAG : ETH_TYPE_CTAG);
		frame_put_be16(txe->hdr + 2 * ETH_ADDR_LEN + 2, txe->vlan_tci);
		len += VLAN_LEN;
		frame->len += VLAN_LEN;
	}
	frame->hdr = txe->hdr;
	frame->hdr_len = len;
	return GNIC_SYND_NONE;
}

/* The sum over @from .. end of the frame. */
static uint64_t txe_sum(const struct frame *frame, uint32_t from)
{
	struct csum csum = { 0 };

	csum_piece(&csum, frame->hdr + from, frame->hdr_len - from);
	for (int i = 0; i < frame->iovs; i++)
		csum_piece(&csum, frame->iov[i].iov_base, frame->iov[i].iov_len);
	return csum.sum;
}

/*
 * The result is right for a receiver too if the sender seeded the field with
 * the pseudo header of the packet that this is, and summed all of it.
 */
static bool txe_seed_ok(const struct frame *frame, uint32_t start, uint32_t field, uint16_t seed)
{
	const struct parsed *p = &frame->parsed;
	uint32_t len = frame->len - start;

	if (p->bad || start != p->l4_off || p->l3_end != frame->len ||
	    (p->l4 != GNIC_CQE_L4_TCP && p->l4 != GNIC_CQE_L4_UDP) ||
	    field != start + frame_check_off(p))
		return false;
	if (p->l4 == GNIC_CQE_L4_UDP && frame_be16(frame->hdr + start + 4) != len)
		return false;
	return csum_fold(frame_pseudo_sum(frame->hdr, p, len)) == seed;
}

static void txe_csum_inet(struct txe *txe, uint32_t start, uint32_t field)
{
	struct frame *frame = &txe->frame;
	uint16_t seed, sum;

	memcpy(&seed, txe->hdr + field, sizeof(seed));
	sum = ~csum_fold(txe_sum(frame, start));
	/* 0 would say "no checksum" in UDP, and is the same number elsewhere */
	if (!sum)
		sum = 0xffff;
	memcpy(txe->hdr + field, &sum, sizeof(sum));
	frame->l4_ok = txe_seed_ok(frame, start, field, seed);
}

static void txe_csum_sctp(struct txe *txe, uint32_t start, uint32_t field)
{
	uint32_t crc = cpu_to_le32(crc32c_frame(&txe->frame, start, field, txe->frame.len));

	memcpy(txe->hdr + field, &crc, sizeof(crc));
}

static uint8_t txe_csum(struct txe *txe)
{
	bool sctp = txe->ctrl & GNIC_RAW_WQE_CRC32C;
	uint32_t start = FIELD_GET(GNIC_RAW_WQE_CSUM_START, txe->offload);
	uint32_t field = start + FIELD_GET(GNIC_RAW_WQE_CSUM_OFFSET, txe->offload);
	uint32_t tag = txe->frame.len - txe->size;
	size_t size = sctp ? sizeof(uint32_t) : sizeof(uint16_t);

	if (start < ETH_LEN || field + size > txe->frame.hdr_len - tag)
		return GNIC_SYND_TX_OFFLOAD;
	if (sctp)
		txe_csum_sctp(txe, start + tag, field + tag);
	else
		txe_csum_inet(txe, start + tag, field + tag);
	return GNIC_SYND_NONE;
}

static uint8_t txe_csum_l3(struct txe *txe)
{
	const struct parsed *p = &txe->frame.parsed;
	uint8_t *ip = txe->hdr + p->l2_len;
	uint16_t sum;

	if (p->l3 != GNIC_CQE_L3_IPV4)
		return GNIC_SYND_TX_OFFLOAD;
	memset(ip + IPV4_CHECK, 0, sizeof(sum));
	sum = ~csum_fold(csum_words(ip, (ip[0] & 15) * 4u));
	memcpy(ip + IPV4_CHECK, &sum, sizeof(sum));
	return GNIC_SYND_NONE;
}

/* ---- packets ---- */

void txe_emit(struct qp *qp, struct frame *frame)
{
	qp->stats.tx_packets++;
	qp->stats.tx_bytes += frame->len;
	if (qp->rate.limit)
		qp_rate_spend(qp, frame->len);
	if (qp->side == GNIC_SIDE_HOST)
		esw_from_host(qp->vport, frame);
	else
		esw_from_function(qp->vport, frame);
}

uint8_t txe_send(struct txe *txe)
{
	uint8_t synd = GNIC_SYND_NONE;

	frame_parse(&txe->frame);
	if (txe->ctrl & GNIC_RAW_WQE_CSUM_L3)
		synd = txe_csum_l3(txe);
	if (!synd && txe->ctrl & GNIC_RAW_WQE_CSUM)
		synd = txe_csum(txe);
	if (!synd)
		txe_emit(txe->qp, &txe->frame);
	return synd;
}

static void txe_complete(struct qp *qp, uint32_t wqe_index, bool stamped)
{
	struct gnic_hw_raw_cqe cqe = {
		.ctrl = cpu_to_le32(FIELD_PREP(GNIC_CQE_QPN, qp->qpn) | GNIC_CQE_REQ),
		.wqe_index = cpu_to_le32(wqe_index),
	};

	if (stamped) {
		uint64_t time = phc_at(&qp->card->phc, loop_now(qp->card->loop));

		cqe.flags = cpu_to_le32(GNIC_RAW_CQE_SENT);
		cqe.tstamp = cpu_to_le32((uint32_t)time);
		cqe.hash = cpu_to_le32((uint32_t)(time >> 32));
	}
	cq_post(qp->sq_cq, &cqe);
}

static void txe_fail(struct qp *qp, uint32_t wqe_index, uint8_t synd)
{
	if (qp->failed)
		return;
	if (qp->sq_cq)
		cq_post_error(qp->sq_cq, qp, true, wqe_index, synd);
	qp_fail(qp, synd, true);
}

/* The packet at the head of the queue; returns how many WQEs it had, 0: its time has not come. */
static uint32_t txe_packet(struct qp *qp)
{
	struct txe txe;
	uint32_t wqes, last;
	uint8_t synd;

	txe.qp = qp;
	txe.frame.len = 0;
	txe.frame.iovs = 0;
	txe.frame.rc = NULL;
	txe.frame.l4_ok = false;
	txe.frame.splits = 0;
	synd = txe_gather(&txe, &wqes);
	last = qp->sq.done + wqes - 1;
	if (!synd && txe.ctrl & GNIC_RAW_WQE_LAUNCH && qp_launch_wait(qp, txe.launch))
		return 0;
	if (!synd)
		synd = txe_headers(&txe);
	if (!synd)
		synd = txe.ctrl & TXE_CTRL_CUT ? txe_tso(&txe) : txe_send(&txe);
	qp->sq.done += wqes;
	if (synd)
		txe_fail(qp, last, synd);
	else if (txe.ctrl & GNIC_RAW_WQE_CQE)
		txe_complete(qp, last, txe.offload & GNIC_RAW_WQE_TSTAMP);
	return wqes;
}

/* As many frames of a packet that is cut count as a WQE more. */
#define TXE_FRAMES_A_WQE	256u

int txe_run(struct qp *qp, int budget)
{
	struct wq *sq = &qp->sq;
	int done = 0, wqes = 1;
	uint64_t frames;

	asid_keep(&qp->src, qp->card, qp->asid);
	while (wqes && done < budget && sq->done != sq->index && !qp->failed &&
	       !mac_pause_holds(qp) && !mac_pfc_holds(qp) && !qp_rate_holds(qp)) {
		frames = qp->stats.tx_packets;
		wqes = txe_packet(qp);
		done += wqes + (int)((qp->stats.tx_packets - frames) / TXE_FRAMES_A_WQE);
	}
	if (done)
		wq_done(qp, sq);
	return done;
}

int txe_poll(struct qp *qp, int budget)
{
	return qp->port->ets.on ? ets_enqueue(qp) : txe_run(qp, budget);
}
