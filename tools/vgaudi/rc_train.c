// SPDX-License-Identifier: GPL-2.0-only
/*
 * A train: the packets of a round that nobody on the way looks at. Some go from memory to
 * memory in one piece, a car: packets from the middle of a message, or a message that is a
 * packet, if the far end expects just these. Behind a message that is a packet the next one
 * may follow. The others come to the far end one by one, and whatever is wrong with them is
 * found there. What a train leaves behind, in memory, contexts, counters and answers, is what
 * its packets would have on their own; unless source and sink overlap, of which nobody
 * promises anything.
 *
 * All but counters of packets is settled before there is a CQE of a message: a CQ that
 * has no room for it fails its QPs, which may be at either end, and they send what ACK
 * they owe. Only the news that there are CQEs comes behind the last one.
 */
#include "blk_qpc.h"
#include "copy.h"
#include "frame.h"

#define TRAIN_BYTES	0x10000u

/**
 * struct car - packets of one message and one size
 * @bytes: of payload, of all
 * @len: of the frame of one
 * @local: where it is, device address
 * @va: where it goes, device address at the far end
 * @access: GNIC_ACCESS_* that this needs
 * @reduction: as of a WRITE
 * @completion: of the buffer of a SEND
 * @room: bytes at @dst
 * @src: the payload
 * @dst: where it goes
 */
struct car {
	uint32_t bytes;
	uint32_t len;
	uint64_t local;
	uint64_t va;
	uint8_t access;
	uint16_t reduction;
	uint32_t completion;
	uint32_t room;
	void *src;
	void *dst;
};

static uint32_t train_min(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* ---- what was seen of it ---- */

static void train_passed(struct train *t)
{
	const struct rc *from = t->from;

	txs_count(t->from, t->len, t->count);
	mac_passed(from->qp->port, t->to->qp->vport, &from->path, t->len, t->count);
	rxe_count(t->to->qp, t->len, t->count - t->alone);
	t->count = 0;
	t->alone = 0;
}

void train_count(struct train *t)
{
	if (t->count)
		train_passed(t);
}

/* ---- which packets ---- */

/* Packets that may leave now, of those that were never sent before. */
static uint32_t train_room(const struct rc_requester *req, uint32_t most)
{
	uint32_t in_flight = txs_in_flight(req);

	if (req->nts != req->high || req->resync || req->delay.target ||
	    in_flight >= req->window)
		return 0;
	return train_min(most, req->window - in_flight);
}

/* Of those that may leave now: the last one of many is not from the middle. */
static uint32_t train_middle(const struct rc_requester *req, const struct rc_msg *msg,
			     uint32_t most)
{
	if (!req->packet)
		return 0;
	/* only the last packet of a car asks for an ACK */
	if (req->ack_freq) {
		if (req->since_ackreq >= req->ack_freq)
			return 0;
		most = train_min(most, req->ack_freq - req->since_ackreq);
	}
	most = train_min(most, msg->packets - 1 - req->packet);
	return train_min(most, TRAIN_BYTES >> req->mtu_log);
}

/* Of data in one piece. */
static bool train_carries(const struct rc_msg *msg)
{
	return msg->kind < RC_STRIDE && !msg->in_rows;
}

/* What is around the payload of such a packet. @only: it is its message. */
static uint32_t train_around(const struct rc_requester *req, const struct rc_msg *msg, bool only)
{
	uint8_t opcode = txs_opcodes[msg->kind][only][only][txs_imm(msg)];

	return req->base_len + roce_ops[opcode].ext_len;
}

/* ---- whereto ---- */

static struct rc *train_far(const struct rc *rc, uint32_t len)
{
	struct qp *qp = rc->qp, *far;
	struct vport *vport;
	struct rc *to;

	vport = qp->vport->enabled ? mac_straight(qp->port, &rc->path, len) : NULL;
	far = vport ? qp_get(vport->port, rc->req.dst_qp) : NULL;
	to = far ? far->rc : NULL;
	return to && far->vport == vport && to->path.icrc_swapped == rc->path.icrc_swapped &&
	       encap_same(to->res.encap, rc->req.encap) ? to : NULL;
}

static void train_find(struct train *t, uint32_t len)
{
	const struct rc *from = t->from;

	train_count(t);
	t->longest = len;
	t->buffers = NULL;
	t->to = train_far(from, len);
	if (!t->to)
		return;
	asid_keep(&from->qp->src, from->qp->card, from->req.asid);
	asid_keep(&t->to->qp->dst, t->to->qp->card, t->to->res.asid);
}

/* The QP that gets frames of @len bytes; NULL: they have to find out on their way. */
static struct rc *train_to(struct train *t, uint32_t len)
{
	if (len > t->longest)
		train_find(t, len);
	return t->to;
}

/* @to has had all that was sent before. */
static bool train_follows(const struct rc_requester *req, const struct rc *to)
{
	const struct rc_responder *res = &to->res;

	return res->valid && !res->stale && res->expected == req->nts && !rxe_keeps(res);
}

/* Is there another buffer, in a ring that is in one piece? */
static bool train_look(struct train *t, struct qp *qp)
{
	struct wq *rq = &qp->rq;

	if (!rq->present || !wq_peek(qp, rq) || rq->index == rq->done)
		return false;
	t->buffers = rq->mem.ring;
	return t->buffers;
}

/* The next buffer, if it is large enough and signals nothing. */
static inline bool train_buffer(struct train *t, struct qp *qp, struct car *car)
{
	const struct wq *rq = &qp->rq;
	struct gnic_hw_recv_wqe wqe;

	if ((!t->buffers || rq->index == rq->done) && !train_look(t, qp))
		return false;
	frame_fetch(&wqe, t->buffers + (rq->done & rq->mask) * sizeof(wqe), sizeof(wqe));
	car->va = le64_to_cpu(wqe.addr);
	car->access = GNIC_ACCESS_LOCAL_WRITE;
	car->completion = le32_to_cpu(wqe.completion);
	return le32_to_cpu(wqe.size) >= car->bytes && !rxe_signals(car->completion);
}

/* In line, for a car that is in registers. */
static inline bool train_memory(struct qp *from, struct qp *to, const struct rc_msg *msg,
				struct car *car)
{
	car->room = rxe_room(car->reduction, car->bytes);
	car->src = msg->is_inline ? (void *)msg->data :
		   asid_near(&from->src, car->local, car->bytes, txs_access(msg));
	car->dst = asid_near(&to->dst, car->va, car->room, car->access);
	return car->src && car->dst;
}

/* ---- it goes ---- */

static inline void train_couple(struct train *t, uint32_t len, uint32_t count)
{
	if (len != t->len) {
		train_count(t);
		t->len = len;
	}
	t->count += count;
}

/* Apart and by value, so that a car that is copied stays in registers. */
__attribute__((noinline))
static void train_reduce(uint16_t reduction, void *dst, uint32_t room, void *src, uint32_t len)
{
	struct iovec from = { src, len }, to = { dst, room };

	reduce(reduction, &to, &from, len);
}

static inline void train_place(const struct car *car)
{
	if (__builtin_expect(car->reduction, 0))
		train_reduce(car->reduction, car->dst, car->room, car->src, car->bytes);
	else
		copy_move(car->dst, car->src, car->bytes);
}

/* As txs_advance(), of packets that were never sent before. */
static void train_advance(struct rc_requester *req, uint32_t count)
{
	uint32_t nts = psn_add(req->nts, count);

	for (; req->selective && req->nts != nts; req->nts = req->high) {
		sack_sent(req);
		req->high = psn_add(req->high, 1);
	}
	req->nts = nts;
	req->high = nts;
}

static inline void train_leave(struct train *t, struct rc_requester *req, const struct car *car,
			       uint32_t count)
{
	train_couple(t, car->len, count);
	train_place(car);
	train_advance(req, count);
}

/* All that has left. */
static inline void train_arrive(struct rc_responder *res, uint32_t nts)
{
	res->expected = nts;
	res->naked = false;
}

/* ---- messages that are a packet ---- */

/**
 * struct cargo - messages that are a packet, and what they have in common
 * @kind: enum rc_kind
 * @completion: GNIC_COMPLETION_*, of the WQE
 * @around: bytes of a frame, but for the payload
 * @flags: GNIC_CQE_*, of a CQE at the far end
 */
struct cargo {
	uint8_t kind;
	uint32_t completion;
	uint32_t around;
	uint32_t flags;
};

/* False: none goes by train. */
static bool train_cargo(const struct rc_requester *req, const struct rc_msg *msg,
			struct cargo *cargo)
{
	if (txs_signals(msg) || !train_carries(msg))
		return false;
	cargo->kind = msg->kind;
	cargo->completion = msg->completion & GNIC_RC_WQE_COMPLETION;
	cargo->around = train_around(req, msg, true);
	cargo->flags = rxe_cqe_flags(msg->kind == RC_SEND, txs_imm(msg));
	return true;
}

static inline bool train_load(const struct cargo *cargo, const struct rc_msg *msg, struct car *car)
{
	if (msg->packets != 1 || msg->kind != cargo->kind || msg->in_rows ||
	    (msg->completion & GNIC_RC_WQE_COMPLETION) != cargo->completion)
		return false;
	car->bytes = msg->size;
	car->len = cargo->around + roce_padded(msg->size);
	car->local = msg->local;
	car->reduction = msg->reduction;
	return true;
}

static inline bool train_whereto(struct train *t, struct rc *to, const struct rc_msg *msg,
				 struct car *car)
{
	if (msg->kind == RC_SEND)
		return train_buffer(t, to->qp, car);
	car->va = msg->remote;
	car->access = GNIC_ACCESS_REMOTE_WRITE;
	car->completion = 0;
	return true;
}

/* As rxe_complete(), but for the news that there are CQEs. */
static inline bool train_complete(struct rc *to, const struct rc_msg *msg, const struct car *car,
				  uint32_t flags)
{
	struct rc_responder *res = &to->res;
	struct qp *qp = to->qp;
	uint32_t index = res->msn;

	res->msn = psn_add(index, 1);
	if (flags & GNIC_CQE_SEND) {
		index = qp->rq.done++;
		wq_done_now(&qp->rq);
	}
	return !rxe_reports(msg->completion | car->completion) ||
	       rxe_receipt(qp, flags, index, msg->tag, msg->size) || !qp->failed;
}

/* How many went to @to, @msg and those behind it, whose keys are known. */
static uint32_t train_run(struct train *t, struct rc *to, const struct rc_msg *msg,
			  const struct cargo *cargo, uint32_t most)
{
	struct rc_requester *req = &t->from->req;
	struct qp *qp = t->from->qp;
	uint32_t sent = 0;
	struct car car;

	do {
		if (!train_load(cargo, msg, &car) || car.len > t->longest ||
		    !train_whereto(t, to, msg, &car) || !train_memory(qp, to->qp, msg, &car))
			break;
		train_leave(t, req, &car, 1);
		req->exec++;
		sent++;
		if (!train_complete(to, msg, &car, cargo->flags))
			break;
		train_arrive(&to->res, req->nts);
		/* one ACK is for all */
		if (sent == 1)
			rxe_owe(to);
	} while (sent < most && (msg = txs_next(t, most - sent)));
	if (!sent)
		return 0;
	req->since_ackreq = 0;
	cq_tell(to->qp->rq_cq);
	return sent;
}

static uint32_t train_messages(struct train *t, const struct rc_msg *msg, uint32_t most)
{
	const struct rc_requester *req = &t->from->req;
	struct cargo cargo;
	struct rc *to;

	if (!train_cargo(req, msg, &cargo))
		return 0;
	to = train_to(t, cargo.around + roce_padded(msg->size));
	if (!to || !train_follows(req, to) || to->res.busy || to->res.lkey != req->rkey)
		return 0;
	return train_run(t, to, msg, &cargo, most);
}

/* ---- packets from the middle of a message ---- */

static bool train_expected(const struct rc_requester *req, const struct rc_msg *msg,
			   const struct rc_responder *res, uint32_t bytes)
{
	return res->busy && res->is_send == (msg->kind == RC_SEND) && !res->write.rows.row &&
	       res->first == 1u << req->mtu_log && res->left > bytes;
}

/* Where they go is known since the first packet. */
static bool train_continues(struct train *t, const struct rc_msg *msg, struct car *car)
{
	const struct rc_requester *req = &t->from->req;
	const struct rc_responder *res = &t->to->res;
	uint32_t off = res->is_send ? res->size : res->size - res->left;

	car->reduction = res->write.reduction;
	car->local = msg->local + ((uint64_t)req->packet << req->mtu_log);
	car->va = res->write.va + rxe_room(car->reduction, off);
	car->access = res->access;
	return train_memory(t->from->qp, t->to->qp, msg, car);
}

static void train_part_arrives(struct rc *to, const struct car *car, uint32_t nts)
{
	struct rc_responder *res = &to->res;

	res->left -= car->bytes;
	if (res->is_send)
		res->size += car->bytes;
	train_arrive(res, nts);
}

/* How many went. */
static uint32_t train_part(struct train *t, const struct rc_msg *msg, uint32_t most)
{
	struct rc_requester *req = &t->from->req;
	uint32_t count = train_carries(msg) ? train_middle(req, msg, most) : 0;
	struct car car;
	struct rc *to;

	if (!count)
		return 0;
	car.bytes = count << req->mtu_log;
	car.len = train_around(req, msg, false) + (1u << req->mtu_log);
	to = train_to(t, car.len);
	if (!to || !train_follows(req, to) || !train_expected(req, msg, &to->res, car.bytes) ||
	    !train_continues(t, msg, &car))
		return 0;
	train_leave(t, req, &car, count);
	req->packet += count;
	train_part_arrives(to, &car, req->nts);
	req->since_ackreq += count;
	if (txs_ack_is_due(req, 0)) {
		req->since_ackreq = 0;
		rxe_owe(to);
	}
	return count;
}

/* ---- any packet ---- */

uint32_t train_send(struct train *t, const struct rc_msg *msg, uint32_t most)
{
	struct rc_requester *req = &t->from->req;
	bool idle = req->nts == req->ona;
	uint32_t sent;

	most = train_room(req, most);
	if (!most)
		return 0;
	sent = msg->packets == 1 ? train_messages(t, msg, most) : train_part(t, msg, most);
	if (sent && idle && req->valid)
		tmr_progress(t->from);
	return sent;
}

void train_carry(struct train *t, const struct rc_packet *pkt, struct frame *frame)
{
	uint32_t len = t->from->req.base_len + roce_ops[pkt->opcode].ext_len +
		       roce_padded(pkt->payload);

	frame->len = len;
	if (!train_to(t, len)) {
		txs_emit(t->from, pkt, frame);
		return;
	}
	train_couple(t, len, 1);
	t->alone++;
	frame->rc = pkt;
	rc_receive(t->to->qp->vport, frame);
}
