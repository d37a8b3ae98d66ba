// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block RXE, the part of RC QPs: requests are placed and answered, answers
 * move the requester on.
 *
 * A request that is not the expected one is a duplicate, which is acknowledged
 * again and not placed again, or it shows a gap, which is reported once. A
 * request that must not be fails the QP at both ends.
 */
#include <string.h>

#include "blk_qpc.h"
#include "frame.h"

#define RXE_PIECES		8	/* of a packet's place in memory */
#define RXE_FIRST_MIN		256u	/* the smallest path MTU of InfiniBand */

/* A packet and the memory where its payload is. */
struct rxe_request {
	const struct rc_packet *pkt;
	const struct iovec *iov;
	int iovs;
};

/* Why a request is refused: for the peer, and for the QP's owner. */
struct rxe_refusal {
	uint8_t nak;
	uint8_t syndrome;
};

/* ---- answers ---- */

static void rxe_answer(struct rc *rc, uint32_t psn, uint8_t syndrome)
{
	const struct rc_packet pkt = {
		.path = &rc->path,
		.dst_qp = rc->res.peer_qp,
		.psn = psn,
		.opcode = ROCE_ACK,
		.syndrome = syndrome,
		.msn = rc->res.msn,
	};
	struct frame frame;

	frame.iovs = 0;
	txs_emit(rc, &pkt, &frame);
}

static void rxe_ack(struct rc *rc)
{
	rc->qp->stats.acks++;
	rxe_answer(rc, psn_add(rc->res.expected, ROCE_PSN_MASK),
		   ROCE_AETH_ACK | ROCE_AETH_NO_CREDITS);
}

static void rxe_nak(struct rc *rc, uint8_t nak)
{
	rc->qp->stats.naks++;
	rxe_answer(rc, rc->res.expected, nak);
}

static void rxe_refuse(struct rc *rc, struct rxe_refusal why)
{
	if (why.nak == ROCE_NAK_ACCESS)
		rc->qp->stats.rkey_errors++;
	rxe_nak(rc, why.nak);
	qp_fail(rc->qp, why.syndrome, false);
}

/* ---- is it a request that may be? ---- */

static uint8_t rxe_check_first(const struct rc_responder *res, const struct rc_packet *pkt,
			       bool last)
{
	if (pkt->rkey != res->lkey)
		return GNIC_SYND_RX_RKEY;
	if (!pkt->dma_len)
		return GNIC_SYND_RX_WRITE_ZERO;
	if (pkt->dma_len > GNIC_RC_SIZE_MAX || pkt->payload > pkt->dma_len)
		return GNIC_SYND_RX_RC_TOO_BIG;
	if (last)
		return pkt->payload < pkt->dma_len ? GNIC_SYND_RX_RC_TOO_SMALL : 0;
	/* a full packet, by the sender's path MTU, and more to come */
	if (pkt->payload < RXE_FIRST_MIN || pkt->payload & (pkt->payload - 1))
		return GNIC_SYND_RX_RC_TOO_SMALL;
	return pkt->payload == pkt->dma_len ? GNIC_SYND_RX_RC_TOO_BIG : 0;
}

static uint8_t rxe_check_next(const struct rc_responder *res, const struct rc_packet *pkt,
			      bool last)
{
	uint32_t least = last ? res->left : res->first;

	if (pkt->payload > res->first || pkt->payload > res->left)
		return GNIC_SYND_RX_RC_TOO_BIG;
	if (pkt->payload < least)
		return GNIC_SYND_RX_RC_TOO_SMALL;
	return !last && pkt->payload == res->left ? GNIC_SYND_RX_RC_TOO_BIG : 0;
}

static uint8_t rxe_check(const struct rc_responder *res, const struct rc_packet *pkt)
{
	uint8_t flags = roce_ops[pkt->opcode].flags;
	bool first = flags & ROCE_OP_FIRST, last = flags & ROCE_OP_LAST;

	if (!(flags & ROCE_OP_WRITE))
		return GNIC_SYND_RX_BTH_OPCODE;
	if (first == res->busy)
		return GNIC_SYND_RX_WRITE_OPCODE;
	if (pkt->payload > ROCE_PAYLOAD_MAX)
		return GNIC_SYND_RX_RC_TOO_BIG;
	return first ? rxe_check_first(res, pkt, last) : rxe_check_next(res, pkt, last);
}

/* ---- placement ---- */

static void rxe_move_pieces(const struct iovec *to, const struct iovec *from, size_t len)
{
	size_t to_off = 0, from_off = 0, n;

	for (; len; len -= n) {
		size_t to_n = to->iov_len - to_off, from_n = from->iov_len - from_off;

		n = to_n < from_n ? to_n : from_n;
		n = n < len ? n : len;
		memmove((uint8_t *)to->iov_base + to_off, (uint8_t *)from->iov_base + from_off, n);
		to_off += n;
		from_off += n;
		if (to_off == to->iov_len) {
			to++;
			to_off = 0;
		}
		if (from_off == from->iov_len) {
			from++;
			from_off = 0;
		}
	}
}

void rc_move(const struct iovec *to, const struct iovec *from, size_t len)
{
	if (len <= to->iov_len && len <= from->iov_len)
		memmove(to->iov_base, from->iov_base, len);
	else
		rxe_move_pieces(to, from, len);
}

static bool rxe_place(struct rc *rc, uint64_t va, const struct rxe_request *in)
{
	struct iovec to[RXE_PIECES];
	uint32_t len = in->pkt->payload;

	if (!len)
		return true;
	if (asid_iov(rc->qp->card, rc->res.asid, va, len, GNIC_ACCESS_REMOTE_WRITE, to,
		     RXE_PIECES) < 0)
		return false;
	rc_move(to, in->iov, len);
	return true;
}

/* ---- the expected request ---- */

/* False: the CQ has overrun, the QP has failed. */
static bool rxe_complete(struct rc *rc, const struct rc_packet *pkt)
{
	struct qp *qp = rc->qp;
	struct gnic_hw_cqe cqe = {
		.ctrl = cpu_to_le32(FIELD_PREP(GNIC_CQE_QPN, qp->qpn)),
		.wqe_index = cpu_to_le32(rc->res.msn),
		.tag = cpu_to_le32(pkt->imm),
		.data = cpu_to_le32(rc->res.size),
	};

	rc->res.msn = psn_add(rc->res.msn, 1);
	rc->res.busy = false;
	if (roce_ops[pkt->opcode].flags & ROCE_OP_IMM)
		cq_post(qp->rq_cq, &cqe);
	return !qp->failed;
}

static void rxe_expected(struct rc *rc, const struct rxe_request *in)
{
	struct rc_responder *res = &rc->res;
	const struct rc_packet *pkt = in->pkt;
	uint8_t flags = roce_ops[pkt->opcode].flags;
	uint8_t syndrome = rxe_check(res, pkt);

	if (syndrome) {
		rxe_refuse(rc, (struct rxe_refusal){
			.nak = syndrome == GNIC_SYND_RX_RKEY ? ROCE_NAK_ACCESS : ROCE_NAK_REQUEST,
			.syndrome = syndrome,
		});
		return;
	}
	if (flags & ROCE_OP_FIRST) {
		res->busy = true;
		res->first = pkt->payload;
		res->va = pkt->va;
		res->left = pkt->dma_len;
		res->size = pkt->dma_len;
	}
	if (!rxe_place(rc, res->va, in)) {
		rxe_refuse(rc, (struct rxe_refusal){ ROCE_NAK_ACCESS, GNIC_SYND_REMOTE_ACCESS });
		return;
	}
	res->va += pkt->payload;
	res->left -= pkt->payload;
	res->expected = psn_add(res->expected, 1);
	res->naked = false;
	if (flags & ROCE_OP_LAST && !rxe_complete(rc, pkt))
		return;
	if (pkt->ack_req)
		rxe_ack(rc);
}

static void rxe_respond(struct rc *rc, const struct rxe_request *in)
{
	struct rc_responder *res = &rc->res;
	int32_t ahead = psn_diff(in->pkt->psn, res->expected);
	struct gnic_hw_qp_stats *stats = &rc->qp->stats;

	if (!ahead) {
		rxe_expected(rc, in);
	} else if (ahead < 0) {
		stats->duplicates++;
		if (in->pkt->ack_req)
			rxe_ack(rc);
	} else {
		stats->out_of_order++;
		if (!res->naked) {
			res->naked = true;
			rxe_nak(rc, ROCE_NAK_PSN);
		}
	}
}

/* ---- an answer ---- */

static void rxe_sequence_error(struct rc *rc)
{
	struct rc_requester *req = &rc->req;

	if (req->ona == req->high)
		return;		/* an old one: there is nothing to send again */
	if (req->naks >= req->nak_max && req->nak_max != RC_RETRY_FOR_EVER) {
		txs_fail(rc, req->head, GNIC_SYND_QPC_RX_RETRY);
		return;
	}
	if (req->naks < RC_RETRY_FOR_EVER)
		req->naks++;
	txs_rollback(rc);
	qp_wake(rc->qp);
}

static void rxe_naked(struct rc *rc, uint8_t nak)
{
	static const uint8_t syndromes[] = {
		[ROCE_NAK_REQUEST & 7]		= GNIC_SYND_REMOTE_OP,
		[ROCE_NAK_ACCESS & 7]		= GNIC_SYND_REMOTE_ACCESS,
		[ROCE_NAK_OPERATION & 7]	= GNIC_SYND_REMOTE_OP,
	};
	uint8_t code = nak & ~ROCE_AETH_TYPE;

	rc->qp->stats.naks++;
	if (nak == ROCE_NAK_PSN)
		rxe_sequence_error(rc);
	else if (code < sizeof(syndromes))
		txs_fail(rc, rc->req.head, syndromes[code]);
	else
		txs_fail(rc, rc->req.head, GNIC_SYND_RX_ACK_SYNDROME);
}

/* An answer acknowledges what is before it; an ACK its own packet, too. */
static void rxe_answered(struct rc *rc, const struct rc_packet *pkt)
{
	struct rc_requester *req = &rc->req;
	uint8_t type = pkt->syndrome & ROCE_AETH_TYPE;

	if (!txs_acked(rc, psn_add(pkt->psn, type == ROCE_AETH_ACK)) || !req->valid)
		return;		/* late, or about what was never sent */
	switch (type) {
	case ROCE_AETH_ACK:
		rc->qp->stats.acks++;
		break;
	case ROCE_AETH_RNR:
		/* the timer lets it go on */
		txs_rollback(rc);
		req->held = req->ona != req->high;
		break;
	case ROCE_AETH_NAK:
		rxe_naked(rc, pkt->syndrome);
		break;
	default:
		txs_fail(rc, req->head, GNIC_SYND_RX_ACK_SYNDROME);
	}
}

/* ---- delivery ---- */

static void rxe_deliver(struct vport *vport, const struct rxe_request *in, uint32_t len)
{
	struct qp *qp = qp_get(vport->port, in->pkt->dst_qp);
	bool answer = roce_ops[in->pkt->opcode].flags & ROCE_OP_AETH;
	struct rc *rc = qp ? qp->rc : NULL;

	if (!rc || qp->vport != vport || qp->failed ||
	    !(answer ? rc->req.valid : rc->res.valid)) {
		vport->stats.qp_errors++;
		return;
	}
	qp->stats.rx_packets++;
	qp->stats.rx_bytes += len;
	if (answer)
		rxe_answered(rc, in->pkt);
	else
		rxe_respond(rc, in);
}

/* ---- from bytes ---- */

#define RXE_IOV_MAX		(FRAME_IOV + 1)

struct rxe_bytes {
	uint8_t hdr[ROCE_HDR_MAX];
	struct iovec iov[RXE_IOV_MAX];	/* payload and pad */
	int iovs;
	struct roce_path path;
	struct rc_packet pkt;
	struct roce_layout layout;
};

/* The pieces of @frame from @off on, @len bytes of them. */
static int rxe_pieces(const struct frame *frame, uint32_t off, uint32_t len, struct iovec *iov)
{
	struct iovec all[RXE_IOV_MAX] = { { (void *)frame->hdr, frame->hdr_len } };
	struct frame_cursor cursor = { .iov = all, .iovs = frame->iovs + 1 };
	struct iovec skipped[RXE_IOV_MAX];

	memcpy(all + 1, frame->iov, (size_t)frame->iovs * sizeof(*all));
	frame_slice(&cursor, skipped, RXE_IOV_MAX, off);
	return frame_slice(&cursor, iov, RXE_IOV_MAX, len);
}

static bool rxe_icrc_ok(const struct frame *frame, const struct rxe_bytes *in)
{
	const struct roce_layout *layout = &in->layout;
	uint32_t icrc = roce_icrc_headers(in->hdr + layout->l3, layout->payload - layout->l3);
	uint32_t found;

	for (int i = 0; i < in->iovs; i++)
		icrc = roce_icrc_add(icrc, in->iov[i].iov_base, (uint32_t)in->iov[i].iov_len);
	return frame_copy(frame, layout->end, &found, sizeof(found)) == sizeof(found) &&
	       icrc == le32toh(found);
}

/* From outside, or from a wire that does things to its frames. */
static bool rxe_parse(const struct frame *frame, struct rxe_bytes *in)
{
	uint32_t hdr_len = frame_copy(frame, 0, in->hdr, sizeof(in->hdr));

	if (roce_parse(in->hdr, hdr_len, frame->len, &in->path, &in->pkt, &in->layout))
		return false;
	in->iovs = rxe_pieces(frame, in->layout.payload, in->layout.end - in->layout.payload,
			      in->iov);
	return rxe_icrc_ok(frame, in);
}

void rc_receive(struct vport *vport, struct frame *frame)
{
	struct rxe_request in = { frame->rc, frame->iov, frame->iovs };
	struct rxe_bytes bytes;

	if (!frame->rc) {
		if (!rxe_parse(frame, &bytes)) {
			vport->stats.dropped++;
			return;
		}
		in = (struct rxe_request){ &bytes.pkt, bytes.iov, bytes.iovs };
	}
	rxe_deliver(vport, &in, frame->len);
}
