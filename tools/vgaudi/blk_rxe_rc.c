// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block RXE, the part of RC QPs: requests are placed and answered.
 *
 * A request that is not the expected one is a duplicate, which is acknowledged
 * again and not placed again, or it shows a gap, which is reported: once, or, if
 * both ends are selective, always, with what is there behind it. A request that
 * must not be fails the QP at both ends.
 */
#include <string.h>

#include "blk_qpc.h"
#include "blk_sob.h"
#include "frame.h"

/* Why a request is refused: for the peer, and for the QP's owner. */
struct rxe_refusal {
	uint8_t nak;
	uint8_t syndrome;
};

/* ---- refusals ---- */

static void rxe_refuse_with(struct rc *rc, uint8_t syndrome)
{
	struct rc_packet pkt = {
		.opcode = ROCE_ACK, .psn = rc->res.expected, .syndrome = syndrome,
	};

	/* it acknowledges what is before it, too */
	rxe_paid(rc);
	rxe_answer(rc, &pkt);
}

static void rxe_nak(struct rc *rc, uint8_t nak)
{
	rc->qp->stats.naks++;
	rxe_refuse_with(rc, nak);
}

/* Nothing has happened: the peer sends it again, later. */
static void rxe_not_ready(struct rc *rc)
{
	rc->qp->stats.no_buffer++;
	rxe_refuse_with(rc, ROCE_AETH_RNR | RC_RNR_CODE);
}

static void rxe_refuse(struct rc *rc, struct rxe_refusal why)
{
	if (why.nak == ROCE_NAK_ACCESS)
		rc->qp->stats.rkey_errors++;
	rxe_nak(rc, why.nak);
	if (rc->res.busy && rc->res.is_send && rc->qp->rq_cq)
		cq_post_error(rc->qp->rq_cq, rc->qp, false, rc->qp->rq.done, why.syndrome);
	qp_fail(rc->qp, why.syndrome, false);
}

/* ---- where it goes ---- */

static void rxe_begin_write(struct rc_responder *res, const struct rc_packet *pkt)
{
	res->busy = true;
	res->is_send = false;
	res->access = GNIC_ACCESS_REMOTE_WRITE;
	rxe_write_of(&res->write, pkt);
	res->first = pkt->payload;
	res->left = pkt->dma_len;
	res->size = pkt->dma_len;
}

/* The next buffer. False: there is none, or the QP has failed. */
static bool rxe_next_buffer(struct qp *qp, struct gnic_hw_recv_wqe *wqe)
{
	struct wq *rq = &qp->rq;
	const void *entry;

	if (rq->index == rq->done && (!wq_refresh(qp, rq) || rq->index == rq->done))
		return false;
	entry = wq_entry(qp, rq, rq->done);
	if (entry)
		frame_fetch(wqe, entry, sizeof(*wqe));
	return entry;
}

/* False: the buffer's owner does not have the sync object, the QP has failed. */
static bool rxe_check_buffer(struct rc *rc)
{
	struct rc_responder *res = &rc->res;

	if (!rxe_signals(res->completion) ||
	    sob_allows(rc->qp->card, res->asid,
		       FIELD_GET(GNIC_RC_WQE_REMOTE_SOB, res->completion), GNIC_ACCESS_LOCAL_WRITE))
		return true;
	rxe_refuse(rc, (struct rxe_refusal){ ROCE_NAK_OPERATION, GNIC_SYND_SYNC_OBJECT });
	return false;
}

/* False: there is no buffer, which the peer is told, or the QP has failed. */
static bool rxe_begin_send(struct rc *rc, const struct rc_packet *pkt)
{
	struct rc_responder *res = &rc->res;
	struct gnic_hw_recv_wqe wqe;

	if (!rxe_next_buffer(rc->qp, &wqe)) {
		if (!rc->qp->failed)
			rxe_not_ready(rc);
		return false;
	}
	res->busy = true;
	res->is_send = true;
	res->access = GNIC_ACCESS_LOCAL_WRITE;
	res->write = (struct rc_write){ .va = le64_to_cpu(wqe.addr) };
	res->first = pkt->payload;
	res->left = le32_to_cpu(wqe.size);
	res->size = 0;
	res->completion = le32_to_cpu(wqe.completion);
	return rxe_check_buffer(rc);
}

/* The address of a WRITE is the peer's fault, that of a buffer our owner's. */
static struct rxe_refusal rxe_no_access(const struct rc_responder *res)
{
	if (res->is_send)
		return (struct rxe_refusal){ ROCE_NAK_OPERATION, GNIC_SYND_LOCAL_ACCESS };
	return (struct rxe_refusal){ ROCE_NAK_ACCESS, GNIC_SYND_REMOTE_ACCESS };
}

/* ---- the expected request ---- */

/*
 * A message has come, as @rc->res says; with immediate data @imm that is @tag. Who wants a
 * CQE: the peer, or the buffer. False: the CQ has overrun, the QP has failed.
 */
static bool rxe_complete(struct rc *rc, bool imm, uint32_t tag)
{
	struct rc_responder *res = &rc->res;
	struct qp *qp = rc->qp;
	uint32_t index = res->msn;

	res->msn = psn_add(index, 1);
	res->busy = false;
	if (res->is_send) {
		index = qp->rq.done++;
		wq_done(qp, &qp->rq);
		if (rxe_signals(res->completion))
			sob_signal(qp->card, res->asid, res->completion, GNIC_ACCESS_LOCAL_WRITE);
	}
	if (imm || (res->is_send && rxe_reports(res->completion))) {
		rxe_receipt(qp, rxe_cqe_flags(res->is_send, imm), index, tag, res->size);
		cq_tell(qp->rq_cq);
	}
	return !qp->failed;
}

/* False: as rxe_complete(). */
static bool rxe_end(struct rc *rc, const struct rc_packet *pkt)
{
	uint16_t flags = roce_ops[pkt->opcode].flags;

	if (flags & ROCE_OP_SOB)
		sob_signal(rc->qp->card, rc->res.asid, pkt->sob, GNIC_ACCESS_REMOTE_WRITE);
	return rxe_complete(rc, flags & ROCE_OP_IMM, pkt->imm);
}

static bool rxe_is_access(uint8_t syndrome)
{
	return syndrome == GNIC_SYND_RX_RKEY || syndrome == GNIC_SYND_REMOTE_ACCESS ||
	       syndrome == GNIC_SYND_SYNC_OBJECT;
}

/* False: it is refused, or has to come again. */
static bool rxe_begin(struct rc *rc, const struct rc_packet *pkt)
{
	uint16_t flags = roce_ops[pkt->opcode].flags;
	uint8_t syndrome = rxe_check(rc, pkt);

	if (syndrome) {
		rxe_refuse(rc, (struct rxe_refusal){
			.nak = rxe_is_access(syndrome) ? ROCE_NAK_ACCESS : ROCE_NAK_REQUEST,
			.syndrome = syndrome,
		});
		return false;
	}
	if (!(flags & ROCE_OP_FIRST))
		return true;
	if (flags & ROCE_OP_SEND)
		return rxe_begin_send(rc, pkt);
	rxe_begin_write(&rc->res, pkt);
	return true;
}

/* What was kept is placed already. */
static bool rxe_put(struct rc *rc, const struct rxe_request *in)
{
	const struct rc_responder *res = &rc->res;
	uint32_t off = res->is_send ? res->size : res->size - res->left;

	return !in->iov || rxe_place(rc, in, &res->write, off, res->access);
}

/* A buffer for a WRITE of ours: nothing is placed. False: it is refused. */
static bool rxe_offer(struct rc *rc, const struct rc_packet *pkt)
{
	struct rc_responder *res = &rc->res;
	uint8_t syndrome = res->busy ? GNIC_SYND_RX_RDV_OPCODE : rdv_offered(rc, pkt);

	if (syndrome) {
		rxe_refuse(rc, (struct rxe_refusal){
			.nak = rxe_is_access(syndrome) ? ROCE_NAK_ACCESS : ROCE_NAK_REQUEST,
			.syndrome = syndrome,
		});
		return false;
	}
	res->msn = psn_add(res->msn, 1);
	res->expected = psn_add(res->expected, 1);
	res->naked = false;
	return true;
}

/* False: it is refused, or has to come again. */
static bool rxe_expected(struct rc *rc, const struct rxe_request *in)
{
	struct rc_responder *res = &rc->res;
	const struct rc_packet *pkt = in->pkt;

	if (roce_ops[pkt->opcode].flags & ROCE_OP_RDV)
		return rxe_offer(rc, pkt);
	if (!rxe_begin(rc, pkt))
		return false;
	if (pkt->payload > res->left) {
		rxe_refuse(rc, (struct rxe_refusal){ ROCE_NAK_REQUEST, GNIC_SYND_RX_SEND_TOO_BIG });
		return false;
	}
	if (!rxe_put(rc, in)) {
		rxe_refuse(rc, rxe_no_access(res));
		return false;
	}
	res->left -= pkt->payload;
	if (res->is_send)
		res->size += pkt->payload;
	if (roce_ops[pkt->opcode].flags & ROCE_OP_LAST && !rxe_end(rc, pkt))
		return false;
	res->expected = psn_add(res->expected, 1);
	res->naked = false;
	return true;
}

/* The expected one, and those behind it that have been waiting for it. */
static void rxe_in_order(struct rc *rc, const struct rxe_request *in)
{
	bool ack = in->pkt->ack_req;
	struct rc_packet kept;

	if (!rxe_expected(rc, in))
		return;
	if (rxe_keeps(&rc->res)) {
		while (rxe_keep_next(&rc->res, &kept)) {
			ack |= kept.ack_req;
			if (!rxe_expected(rc, &(struct rxe_request){ .pkt = &kept }))
				return;
		}
	}
	if (ack)
		rxe_ack(rc, in->pkt->psn);
}

static void rxe_early(struct rc *rc, const struct rxe_request *in, uint32_t ahead)
{
	struct rc_responder *res = &rc->res;

	rc->qp->stats.out_of_order++;
	if (rc->req.selective && in->pkt->selective) {
		rxe_keep(rc, in, ahead);
		rxe_selective_ack(rc, in->pkt->psn);
	} else if (!res->naked) {
		res->naked = true;
		rxe_nak(rc, ROCE_NAK_PSN);
	}
}

static void rxe_respond(struct rc *rc, const struct rxe_request *in)
{
	int32_t ahead = psn_diff(in->pkt->psn, rc->res.expected);

	/* a requester that has failed and come back says so: what waits is of before */
	if (!in->pkt->selective)
		memset(rc->res.keep.bits, 0, sizeof(rc->res.keep.bits));
	if (!ahead) {
		rxe_in_order(rc, in);
	} else if (ahead > 0) {
		rxe_early(rc, in, (uint32_t)ahead);
	} else {
		rc->qp->stats.duplicates++;
		if (in->pkt->ack_req)
			rxe_ack(rc, in->pkt->psn);
	}
}

/* ---- delivery ---- */

/*
 * In another encapsulation than the QP's, or without: who sends it has been told something
 * else than we have. The expected request says so, others are of no use.
 */
static void rxe_bad_tunnel(struct rc *rc, const struct rc_packet *pkt, bool answer)
{
	if (answer || pkt->psn != rc->res.expected)
		rc->qp->vport->stats.dropped++;
	else
		rxe_refuse(rc, (struct rxe_refusal){ ROCE_NAK_REQUEST, GNIC_SYND_RX_TUNNEL });
}

static void rxe_deliver(struct vport *vport, const struct rxe_request *in, uint32_t len)
{
	struct qp *qp = qp_get(vport->port, in->pkt->dst_qp);
	uint16_t answer = roce_ops[in->pkt->opcode].flags & (ROCE_OP_AETH | ROCE_OP_CNP);
	struct rc *rc = qp ? qp->rc : NULL;

	if (!rc || qp->vport != vport || qp->failed ||
	    !(answer ? rc->req.valid : rc->res.valid)) {
		vport->stats.qp_errors++;
		return;
	}
	if (in->pkt->path->icrc_swapped != rc->path.icrc_swapped) {
		vport->stats.dropped++;
		return;
	}
	if (!encap_same(in->pkt->encap, answer ? rc->req.encap : rc->res.encap)) {
		rxe_bad_tunnel(rc, in->pkt, answer);
		return;
	}
	rxe_count(qp, len, 1);
	if (answer & ROCE_OP_CNP) {
		ecn_notified(rc);
	} else if (answer) {
		rxe_answered(rc, in->pkt);
	} else {
		if ((in->pkt->path->tos & ROCE_TOS_ECN) == ROCE_TOS_CE)
			ecn_marked(rc);
		rxe_respond(rc, in);
	}
}

/* ---- from bytes ---- */

#define RXE_IOV_MAX		(FRAME_IOV + 1)

struct rxe_bytes {
	uint8_t hdr[ROCE_HDR_MAX];
	struct iovec iov[RXE_IOV_MAX];	/* payload and pad */
	int iovs;
	struct roce_path path;
	struct roce_encap encap;
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

/* In either order of its bytes; whether in the QP's is seen when the QP is known. */
static bool rxe_icrc_ok(const struct frame *frame, struct rxe_bytes *in)
{
	const struct roce_layout *layout = &in->layout;
	uint32_t icrc = roce_icrc_headers(in->hdr + layout->l3, layout->payload - layout->l3);
	uint32_t found;

	for (int i = 0; i < in->iovs; i++)
		icrc = roce_icrc_add(icrc, in->iov[i].iov_base, (uint32_t)in->iov[i].iov_len);
	if (frame_copy(frame, layout->end, &found, sizeof(found)) != sizeof(found))
		return false;
	in->path.icrc_swapped = icrc != le32toh(found);
	return icrc == le32toh(found) || icrc == be32toh(found);
}

/* What it is in: of what the port knows, but for the header, which is the frame's. */
static const struct roce_encap *rxe_encap(const struct port *port, const struct frame *frame,
					  struct rxe_bytes *in)
{
	const struct roce_encap *known = frame->parsed.roce ? NULL : encap_of(port, frame);

	if (!known)
		return NULL;
	in->encap = *known;
	frame_copy(frame, frame->parsed.payload_off, in->encap.header, known->header_len);
	return &in->encap;
}

/* From outside, or from a wire that does things to its frames. */
static bool rxe_parse(const struct port *port, const struct frame *frame, struct rxe_bytes *in)
{
	uint32_t hdr_len = frame_copy(frame, 0, in->hdr, sizeof(in->hdr));

	if (roce_parse(in->hdr, hdr_len, frame->len, rxe_encap(port, frame, in), &in->path,
		       &in->pkt, &in->layout))
		return false;
	in->iovs = rxe_pieces(frame, in->layout.payload, in->layout.end - in->layout.payload,
			      in->iov);
	return rxe_icrc_ok(frame, in);
}

/* Apart, so that the others need no room for what it does. */
__attribute__((noinline))
static void rxe_receive_bytes(struct vport *vport, const struct frame *frame)
{
	struct rxe_bytes bytes;

	if (rxe_parse(vport->port, frame, &bytes))
		rxe_deliver(vport, &(struct rxe_request){ &bytes.pkt, bytes.iov, bytes.iovs },
			    frame->len);
	else
		vport->stats.dropped++;
}

void rc_receive(struct vport *vport, struct frame *frame)
{
	if (frame->rc)
		rxe_deliver(vport, &(struct rxe_request){ frame->rc, frame->iov, frame->iovs },
			    frame->len);
	else
		rxe_receive_bytes(vport, frame);
}
