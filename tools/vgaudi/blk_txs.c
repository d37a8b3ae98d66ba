// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block TXS: the requester of an RC QP. WQEs become messages in flight,
 * messages become packets, and an ACK makes them completions.
 *
 * Only rc_poll() sends requests. mac_send() and mac_turn() may bring the peer's answer before
 * it returns, so what an answer calls (txs_acked(), txs_rollback(),
 * txs_fail()) changes state and never sends; rc_poll() looks at the state
 * afresh after every packet.
 */
#include <string.h>

#include "blk_qpc.h"

/* ---- from message to packets ---- */

void txs_count(struct rc *rc, uint32_t len, uint32_t count)
{
	struct gnic_hw_vport_stats *vport = &rc->qp->vport->stats;
	struct gnic_hw_qp_stats *qp = &rc->qp->stats;

	qp->tx_packets += count;
	qp->tx_bytes += (uint64_t)len * count;
	vport->from_function_packets += count;
	vport->from_function_bytes += (uint64_t)len * count;
}

void txs_emit(struct rc *rc, const struct rc_packet *pkt, struct frame *frame)
{
	struct qp *qp = rc->qp;
	struct vport *to;

	frame->hdr = NULL;
	frame->hdr_len = 0;
	frame->rc = pkt;
	frame->is_parsed = false;
	frame->l4_ok = false;
	frame->splits = 0;
	if (!qp->vport->enabled) {
		qp->vport->stats.dropped++;
		return;
	}
	txs_count(rc, frame->len, 1);
	to = mac_straight(qp->port, pkt->path, frame->len);
	if (to && (!pkt->encap || encap_wants(to->port, frame))) {
		mac_passed(qp->port, to, pkt->path, frame->len, 1);
		rc_receive(to, frame);
	} else if (pkt->path->loopback) {
		mac_turn(qp->port, frame);
	} else {
		mac_send(qp->port, frame);
	}
}

const uint8_t txs_opcodes[RC_KINDS][2][2][2] = {
	[RC_WRITE] = {
		{ { ROCE_WRITE_MIDDLE, ROCE_WRITE_MIDDLE }, { ROCE_WRITE_LAST, ROCE_WRITE_LAST_IMM } },
		{ { ROCE_WRITE_FIRST, ROCE_WRITE_FIRST }, { ROCE_WRITE_ONLY, ROCE_WRITE_ONLY_IMM } },
	},
	[RC_SEND] = {
		{ { ROCE_SEND_MIDDLE, ROCE_SEND_MIDDLE }, { ROCE_SEND_LAST, ROCE_SEND_LAST_IMM } },
		{ { ROCE_SEND_FIRST, ROCE_SEND_FIRST }, { ROCE_SEND_ONLY, ROCE_SEND_ONLY_IMM } },
	},
	[RC_REDUCE] = {
		{ { ROCE_WRITE_MIDDLE, ROCE_WRITE_MIDDLE }, { ROCE_WRITE_LAST, ROCE_WRITE_LAST_IMM } },
		{ { ROCE_REDUCE_FIRST, ROCE_REDUCE_FIRST },
		  { ROCE_REDUCE_ONLY, ROCE_REDUCE_ONLY_IMM } },
	},
	[RC_STRIDE] = {
		{ { ROCE_WRITE_MIDDLE, ROCE_WRITE_MIDDLE }, { ROCE_WRITE_LAST, ROCE_WRITE_LAST_IMM } },
		{ { ROCE_STRIDE_FIRST, ROCE_STRIDE_FIRST },
		  { ROCE_STRIDE_ONLY, ROCE_STRIDE_ONLY_IMM } },
	},
	/* always one packet */
	[RC_OFFER] = { [1][1][0] = ROCE_RDV_OFFER },
	[RC_ASK] = { [1][1][0] = ROCE_RDV_READ },
};

/*
 * An ACK is asked for when a message ends, every so often, before the window
 * closes, and by a packet that fills a gap.
 */
static bool txs_wants_ack(const struct rc_requester *req, bool last)
{
	return last || (req->selective && req->nts != req->high) || txs_ack_is_due(req, 1);
}

static void txs_make(struct rc *rc, const struct rc_msg *msg, uint32_t packet,
		     struct rc_packet *pkt)
{
	struct rc_requester *req = &rc->req;
	bool last = packet + 1 == msg->packets;

	*pkt = (struct rc_packet){
		.path = &rc->path,
		.encap = req->encap,
		.payload = last ? msg->size - (packet << req->mtu_log) : 1u << req->mtu_log,
		.dst_qp = req->dst_qp,
		.psn = psn_add(msg->psn, packet),
		.opcode = txs_opcodes[msg->kind][!packet][last][txs_imm(msg)],
		.ack_req = txs_wants_ack(req, last),
		.selective = req->selective && !req->resync,
		.va = msg->remote,
		.rkey = req->rkey,
		.dma_len = msg->size,
		.reduction = msg->reduction,
		.imm = msg->tag,
		.sob = msg->completion & ~GNIC_RC_WQE_COMPLETION,
	};
	if (msg->kind == RC_OFFER || msg->kind == RC_ASK)
		pkt->payload = 0;
	if (msg->kind == RC_ASK)
		pkt->asker = msg->local;
	if (msg->kind == RC_STRIDE && !packet)
		pkt->rows = rows_from(&msg->rows, msg->there);
	if (last && txs_signals(msg))
		pkt->opcode = roce_with_sob(pkt->opcode);
}

/* The payload of a packet from @off on, in @frame->iov; @room: see txs_gather(). */
static bool txs_payload(struct rc *rc, struct rc_msg *msg, uint32_t off, uint32_t len,
			struct frame *frame, uint8_t *room)
{
	if (!len) {
		frame->iovs = 0;
		return true;
	}
	if (msg->is_inline) {
		frame->iov[0] = (struct iovec){ msg->data, len };
		frame->iovs = 1;
		return true;
	}
	if (msg->in_rows)
		return txs_gather(rc, msg, off, len, frame, room);
	frame->iovs = asid_iov(rc->qp->card, rc->req.asid, msg->local + off, len,
			       txs_access(msg), frame->iov, FRAME_IOV);
	return frame->iovs >= 0;
}

void txs_pass(struct rc_requester *req, const struct rc_msg *msg)
{
	req->nts = psn_add(req->nts, 1);
	if (++req->packet == msg->packets) {
		req->packet = 0;
		req->exec++;
	}
}

/* Before the packet leaves: its ACK may be here before mac_send() returns. */
void txs_advance(struct rc *rc, const struct rc_msg *msg, bool ack_req)
{
	struct rc_requester *req = &rc->req;

	if (req->selective)
		sack_sent(req);
	if (req->nts == req->high)
		req->high = psn_add(req->high, 1);
	else
		rc->qp->stats.retransmits++;
	req->since_ackreq = ack_req ? 0 : req->since_ackreq + 1;
	txs_pass(req, msg);
}

static void txs_send(struct train *train, struct rc_msg *msg)
{
	struct rc *rc = train->from;
	struct rc_requester *req = &rc->req;
	uint8_t room[ROCE_PAYLOAD_MAX];
	struct rc_packet pkt;
	struct frame frame;
	bool idle = req->nts == req->ona;

	txs_make(rc, msg, req->packet, &pkt);
	if (!txs_payload(rc, msg, req->packet << req->mtu_log, pkt.payload, &frame, room)) {
		req->flaw = GNIC_SYND_LOCAL_ACCESS;
		return;
	}
	if (req->delay.target && pkt.ack_req && req->nts == req->high)
		delay_sent(rc, pkt.psn);
	txs_advance(rc, msg, pkt.ack_req);
	if (idle)
		tmr_progress(rc);
	train_carry(train, &pkt, &frame);
}

/*
 * The oldest packet once more, as a question: whoever has it says how far he is, whoever
 * misses it takes it and says so. Those behind it are under way as far as anybody knows.
 */
static void txs_probe(struct train *train)
{
	struct rc *rc = train->from;
	struct rc_requester *req = &rc->req;
	struct rc_msg *msg = rc_msg(req, req->head);
	uint32_t packet = (req->ona - msg->psn) & ROCE_PSN_MASK;
	uint8_t room[ROCE_PAYLOAD_MAX];
	struct rc_packet pkt;
	struct frame frame;

	req->probing = false;
	if (req->ona == req->nts)
		return;		/* it is the next one anyway */
	txs_make(rc, msg, packet, &pkt);
	/* what cannot be read any more is found at the time-out */
	if (!txs_payload(rc, msg, packet << req->mtu_log, pkt.payload, &frame, room))
		return;
	pkt.ack_req = true;
	req->probed = true;
	/* whose the answer would be nobody could say */
	req->delay.measures = false;
	if (req->selective)
		sack_probe(req);
	rc->qp->stats.retransmits++;
	train_carry(train, &pkt, &frame);
}

/* ---- completion ---- */

static bool txs_head_is_done(const struct rc_requester *req)
{
	const struct rc_msg *msg = rc_msg(req, req->head);

	if (req->head == req->tail)
		return false;
	if (!msg->packets)
		return req->head != req->exec;
	return psn_diff(req->ona, psn_add(msg->psn, msg->packets)) >= 0;
}

static bool txs_put_cqe(struct rc *rc, const struct rc_msg *msg, uint32_t index)
{
	struct qp *qp = rc->qp;
	struct gnic_hw_cqe cqe = {
		.ctrl = cpu_to_le32(FIELD_PREP(GNIC_CQE_QPN, qp->qpn) | GNIC_CQE_REQ),
		.wqe_index = cpu_to_le32(index),
		.tag = cpu_to_le32(msg->tag),
		.data = cpu_to_le32(msg->size),
	};

	return cq_put(qp->sq_cq, &cqe) || !qp->failed;
}

static void txs_complete(struct rc *rc)
{
	struct rc_requester *req = &rc->req;
	uint32_t index = req->head;
	struct qp *qp = rc->qp;
	const struct rc_msg *msg;

	if (req->ona == req->nts)
		req->head = req->exec;	/* nothing is in flight */
	while (txs_head_is_done(req))
		req->head++;
	/* what the peer has asked for is no WQE */
	if (index == req->head || req->serves)
		return;
	qp->sq.done = req->head;
	wq_done(qp, &qp->sq);
	for (; index != req->head; index++) {
		msg = rc_msg(req, index);
		if (msg->cqe && !txs_put_cqe(rc, msg, index))
			break;
	}
	cq_tell(qp->sq_cq);
	rc_posts_done(rc, qp->sq.done, 0);
}

/* ---- the round ---- */

/* A window that has shrunk may be closed by packets that ask for no ACK: one more does. */
static bool txs_may_send(const struct rc_requester *req)
{
	return txs_in_flight(req) < req->window || (req->window && req->since_ackreq);
}

/*
 * Packets, @most at most, or one WQE without packets; as how many it counts. 0: nothing
 * can be done now.
 */
static uint32_t txs_step(struct train *train, struct rc_msg *msg, uint32_t most)
{
	struct rc *rc = train->from;
	struct rc_requester *req = &rc->req;
	uint32_t sent;

	if (!msg->packets) {
		req->exec++;
		txs_complete(rc);
		return 1;
	}
	sent = train_send(train, msg, most);
	if (sent)
		return sent;
	if (!txs_may_send(req))
		return 0;
	sent = msg->in_rows ? txs_rows_cost(req, msg) : 1;
	txs_send(train, msg);
	return sent;
}

/* Most of those that are awake: nothing to fetch, to send, or to fail for. */
static bool txs_is_idle(const struct qp *qp)
{
	const struct rc_requester *req = &qp->rc->req;

	return req->exec == req->tail && req->tail == qp->sq.index && !req->serves &&
	       !req->probing && !req->flaw;
}

int rc_poll(struct qp *qp, int budget)
{
	struct rc *rc = qp->rc;
	struct rc_requester *req = &rc->req;
	uint32_t work = 0, cost;
	struct train train;
	struct rc_msg *msg;

	if ((!rc->path.loopback && mac_pause_holds(qp)) || txs_is_idle(qp))
		return 0;
	train_begin(&train, rc, budget);
	if (req->probing && req->valid && !req->held && req->window)
		txs_probe(&train);
	while (req->valid && !req->held && !req->flaw && work < req->burst) {
		if (req->selective)
			sack_skip(req);
		msg = txs_next(&train, 1);
		cost = msg ? txs_step(&train, msg, req->burst - work) : 0;
		if (!cost)
			break;
		work += cost;
	}
	train_count(&train);
	txs_put_back(&train);
	/* in its turn: what is before it may still be acknowledged */
	if (req->flaw && req->exec == req->head)
		txs_fail(rc, req->exec, req->flaw);
	return (int)work;
}

/* ---- what an answer does ---- */

bool txs_acked(struct rc *rc, uint32_t psn)
{
	struct rc_requester *req = &rc->req;
	int32_t news = psn_diff(psn, req->ona);
	bool overtaken, alone;

	if (news < 0 || psn_diff(psn, req->high) > 0)
		return false;
	if (!news)
		return true;
	/* an ACK of what was sent before a rollback */
	overtaken = psn_diff(psn, req->nts) > 0;
	/* of a question: what was sent behind it is not there */
	alone = req->probed && !req->selective && news == 1 && psn != req->nts;
	tmr_answered(rc);
	req->ona = psn;
	req->timeouts = 0;
	req->naks = 0;
	req->rnrs = 0;
	req->held = false;
	req->probing = false;
	req->probed = false;
	if (req->delay.target)
		delay_acked(rc);
	if (req->ecn.on)
		ecn_age(rc);
	req->resync = false;
	txs_complete(rc);
	if (overtaken || alone)
		txs_rewind(rc);
	if (req->valid && req->ona != req->nts)
		tmr_progress(rc);
	if (req->valid && (req->exec != req->tail || req->tail != rc->qp->sq.index))
		qp_wake(rc->qp);
	return true;
}

bool txs_retry(struct rc *rc)
{
	struct rc_requester *req = &rc->req;

	if (req->naks >= req->nak_max && req->nak_max != RC_RETRY_FOR_EVER) {
		txs_fail_there(rc, GNIC_SYND_QPC_RX_RETRY);
		return false;
	}
	if (req->naks < RC_RETRY_FOR_EVER)
		req->naks++;
	return true;
}

void txs_rollback(struct rc *rc)
{
	if (rc->req.selective)
		sack_lose(&rc->req);
	txs_rewind(rc);
}

void txs_rewind(struct rc *rc)
{
	struct rc_requester *req = &rc->req;
	const struct rc_msg *msg = rc_msg(req, req->head);

	req->nts = req->ona;
	req->since_ackreq = 0;
	req->probed = false;
	req->exec = req->head;
	req->flaw = 0;
	req->packet = 0;
	if (req->head != req->tail && msg->packets)
		req->packet = (req->ona - msg->psn) & ROCE_PSN_MASK;
}

/* Of what was sent since VALID the peer has taken nothing: it gets other numbers. */
void txs_resync(struct rc *rc, uint32_t psn)
{
	struct rc_requester *req = &rc->req;
	uint32_t shift = (psn - req->ona) & ROCE_PSN_MASK;

	for (uint32_t i = req->head; i != req->tail; i++)
		rc_msg(req, i)->psn = psn_add(rc_msg(req, i)->psn, shift);
	if (req->selective)
		sack_start(req);
	req->resync = false;
	req->ona = psn;
	req->high = psn;
	txs_rollback(rc);
	qp_wake(rc->qp);
}

/* ---- begin and end ---- */

void txs_skip(struct rc_requester *req, uint32_t index)
{
	req->head = index;
	req->exec = index;
	req->tail = index;
}

void txs_start(struct rc *rc)
{
	struct rc_requester *req = &rc->req;

	req->nts = gnic_qpc_get(rc->req_ctx, GNIC_REQ_NTS_PSN);
	req->ona = req->nts;
	req->high = req->nts;
	txs_skip(req, rc->qp->sq.done);
	req->timeouts = 0;
	req->naks = 0;
	req->rnrs = 0;
	req->probing = false;
	req->probed = false;
	req->usual = 0;
	sack_start(req);
	delay_start(req);
	rdv_start(req);
	ecn_start(rc);
	req->valid = true;
	qp_wake(rc->qp);
}

void txs_reset(struct rc *rc)
{
	struct rc_requester *req = &rc->req;

	req->valid = false;
	req->held = false;
	req->flaw = 0;
	req->tail = req->head;
	req->exec = req->head;
	req->packet = 0;
	req->since_ackreq = 0;
	req->nts = req->ona;
	req->high = req->ona;
}

void txs_fail(struct rc *rc, uint32_t index, uint8_t syndrome)
{
	struct qp *qp = rc->qp;

	if (qp->failed)
		return;
	qp_fail(qp, syndrome, true);
	/* what the peer has asked for is no WQE */
	if (qp->sq_cq)
		cq_post_error(qp->sq_cq, qp, true, rc->req.serves ? qp->sq.done : index, syndrome);
}

void txs_fail_there(struct rc *rc, uint8_t syndrome)
{
	rc->req.high = rc->req.ona;
	txs_fail(rc, rc->req.head, syndrome);
}
