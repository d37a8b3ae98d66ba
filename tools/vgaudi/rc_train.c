// SPDX-License-Identifier: GPL-2.0-only
/*
 * A train: the packets of a round that nobody on the way looks at. Some go from memory to
 * memory in one piece, a car: packets from the middle of a WRITE, or a WRITE that is a
 * packet, if the far end expects just these. Behind a WRITE that is a packet the next one may
 * follow: nothing can happen between them. The others come to the far end one by one, and
 * whatever is wrong with them is found there. What a train leaves behind, in memory, contexts,
 * counters and answers, is what its packets would have on their own; unless source and sink
 * overlap, of which nobody promises anything.
 */
#include "blk_qpc.h"
#include "copy.h"

#define TRAIN_BYTES	0x10000u

/**
 * struct car - packets of one message and one size
 * @count: how many
 * @bytes: of payload, of all
 * @len: of the frame of one
 * @only: the one packet of its message
 * @reduction: as of a WRITE
 * @room: bytes at @dst
 * @src: the payload
 * @dst: where it goes
 */
struct car {
	uint32_t count;
	uint32_t bytes;
	uint32_t len;
	bool only;
	uint16_t reduction;
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
	const struct rc_packet pkt = { .path = &t->from->path };
	const struct frame frame = { .len = t->len, .rc = &pkt };

	txs_count(t->from, t->len, t->count);
	mac_passed(t->from->qp->port, t->to->qp->vport, &frame, t->count);
	rxe_count(t->to->qp, t->len, t->cars);
	t->count = 0;
	t->cars = 0;
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

	if (req->nts != req->high || req->probing || req->resync || req->delay.target ||
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

static uint32_t train_len(const struct rc_requester *req, const struct rc_msg *msg,
			  const struct car *car)
{
	uint8_t opcode = !car->only ? ROCE_WRITE_MIDDLE :
			 msg->reduction ? ROCE_REDUCE_ONLY : ROCE_WRITE_ONLY;

	return req->base_len + roce_ops[opcode].ext_len +
	       (car->only ? car->bytes + roce_pad(car->bytes) : 1u << req->mtu_log);
}

/* Of a WRITE in one piece. */
static bool train_load(struct car *car, const struct rc_requester *req, const struct rc_msg *msg,
		       uint32_t most)
{
	if ((msg->kind != RC_WRITE && msg->kind != RC_REDUCE) || msg->in_rows)
		return false;
	car->only = msg->packets == 1;
	car->count = car->only ? !msg->imm && !msg->signals : train_middle(req, msg, most);
	car->bytes = car->only ? msg->size : car->count << req->mtu_log;
	car->len = train_len(req, msg, car);
	return car->count;
}

/* ---- whereto ---- */

static struct rc *train_far(const struct rc *rc, uint32_t len)
{
	const struct rc_packet pkt = { .path = &rc->path };
	const struct frame frame = { .len = len, .rc = &pkt };
	struct qp *qp = rc->qp;
	struct vport *vport = qp->vport->enabled ? mac_straight(qp->port, &frame) : NULL;
	struct qp *far = vport ? qp_get(vport->port, rc->req.dst_qp) : NULL;
	struct rc *to = far ? far->rc : NULL;

	return to && far->vport == vport && to->path.icrc_swapped == rc->path.icrc_swapped &&
	       encap_same(to->res.encap, rc->req.encap) ? to : NULL;
}

/* The QP that gets frames of @len bytes; NULL: they have to find out on their way. */
static struct rc *train_to(struct train *t, uint32_t len)
{
	if (len > t->longest) {
		train_count(t);
		t->longest = len;
		t->to = train_far(t->from, len);
	}
	return t->to;
}

static bool train_expected(const struct train *t, const struct car *car)
{
	const struct rc_requester *req = &t->from->req;
	const struct rc_responder *res = &t->to->res;

	if (!res->valid || res->stale || res->expected != req->nts || rxe_keeps(res))
		return false;
	if (car->only)
		return !res->busy && res->lkey == req->rkey;
	return res->busy && !res->is_send && !res->write.rows.row &&
	       res->first == 1u << req->mtu_log && res->left > car->bytes;
}

static bool train_memory(struct train *t, const struct rc_msg *msg, struct car *car)
{
	const struct rc_requester *req = &t->from->req;
	const struct rc_responder *res = &t->to->res;
	uint64_t va = msg->remote;

	car->reduction = car->only ? msg->reduction : res->write.reduction;
	car->room = rxe_room(car->reduction, car->bytes);
	if (!car->only)
		va = res->write.va + rxe_room(car->reduction, res->size - res->left);
	car->src = msg->is_inline ? (void *)msg->data :
		   asid_near(t->from->qp->card, &t->src, req->asid,
			     msg->local + ((uint64_t)req->packet << req->mtu_log), car->bytes,
			     txs_access(msg));
	car->dst = asid_near(t->to->qp->card, &t->dst, res->asid, va, car->room,
			     GNIC_ACCESS_REMOTE_WRITE);
	return car->src && car->dst;
}

/* ---- it goes ---- */

static void train_couple(struct train *t, uint32_t len, uint32_t count)
{
	if (len != t->len)
		train_count(t);
	t->len = len;
	t->count += count;
}

static void train_reduce(const struct car *car)
{
	struct iovec from = { car->src, car->bytes };
	struct iovec to = { car->dst, car->room };

	reduce(car->reduction, &to, &from, car->bytes);
}

static void train_place(const struct car *car)
{
	if (car->reduction)
		train_reduce(car);
	else
		copy_move(car->dst, car->src, car->bytes);
}

/* As txs_advance(), of packets that were never sent before. */
static void train_advance(struct rc_requester *req, const struct rc_msg *msg, uint32_t count)
{
	uint32_t nts = psn_add(req->nts, count);

	for (; req->selective && req->nts != nts; req->nts = req->high) {
		sack_sent(req);
		req->high = psn_add(req->high, 1);
	}
	req->nts = nts;
	req->high = nts;
	req->packet += count;
	if (req->packet == msg->packets) {
		req->packet = 0;
		req->exec++;
	}
}

/* The first one comes when it should; those behind it are messages of one packet, too. */
static bool train_may(struct train *t, const struct car *car, const struct rc *to)
{
	if (to)
		return car->only && train_to(t, car->len) == to;
	return train_to(t, car->len) && train_expected(t, car);
}

/*
 * What holds for the first car holds for all: nobody is told before the last has arrived.
 * Where they went; @sent: packets.
 */
static struct rc *train_go(struct train *t, const struct rc_msg *msg, uint32_t most, uint32_t *sent)
{
	struct rc_requester *req = &t->from->req;
	struct rc *to = NULL;
	struct car car;

	do {
		if (!train_load(&car, req, msg, most) || !train_may(t, &car, to) ||
		    !train_memory(t, msg, &car))
			break;
		to = t->to;
		train_couple(t, car.len, car.count);
		t->cars += car.count;
		train_place(&car);
		train_advance(req, msg, car.count);
		*sent += car.count;
	} while (car.only && *sent < most && (msg = txs_next(t)));
	return to;
}

/* @count packets, of @msg or of as many messages. */
static void train_arrived(struct rc *to, const struct rc_msg *msg, uint32_t count)
{
	struct rc_responder *res = &to->res;

	if (msg->packets == 1)
		res->msn = psn_add(res->msn, count);
	else
		res->left -= count * res->first;
	res->expected = psn_add(res->expected, count);
	res->naked = false;
}

uint32_t train_send(struct train *t, const struct rc_msg *msg, uint32_t most)
{
	struct rc_requester *req = &t->from->req;
	bool idle = req->nts == req->ona, asks;
	uint32_t sent = 0;
	struct rc *to;

	most = train_room(req, most);
	to = most ? train_go(t, msg, most, &sent) : NULL;
	if (!to)
		return 0;
	train_arrived(to, msg, sent);
	req->since_ackreq += sent;
	asks = msg->packets == 1 || txs_ack_is_due(req, 0);
	if (idle)
		tmr_progress(t->from);
	if (!asks)
		return sent;
	req->since_ackreq = 0;
	rxe_owe(to);
	return sent;
}

void train_carry(struct train *t, const struct rc_packet *pkt, struct frame *frame)
{
	uint32_t len = t->from->req.base_len + roce_ops[pkt->opcode].ext_len + pkt->payload +
		       roce_pad(pkt->payload);

	frame->len = len;
	if (!train_to(t, len)) {
		txs_emit(t->from, pkt, frame);
		return;
	}
	train_couple(t, len, 1);
	frame->rc = pkt;
	rc_receive(t->to->qp->vport, frame);
}
