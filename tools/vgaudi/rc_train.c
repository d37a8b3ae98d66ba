// SPDX-License-Identifier: GPL-2.0-only
/*
 * A train: packets from the middle of a WRITE, all of one size, whose payload goes from
 * memory to memory in one piece.
 *
 * There is one only if nothing on the way would look at a packet, and if the far end
 * expects just these; else each packet goes on its own, and whatever is wrong is found
 * there. What a train leaves behind, in memory, contexts, counters and answers, is what
 * its packets would have; unless source and sink overlap, of which nobody promises anything.
 */
#include "blk_qpc.h"
#include "copy.h"
#include "reduce.h"

#define TRAIN_BYTES	0x10000u

struct train {
	struct rc *from, *to;
	struct frame frame;		/* of each packet */
	uint32_t count;
	uint32_t bytes;
	void *src, *dst;
};

/* ---- may there be one? ---- */

static uint32_t train_min(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/*
 * How many packets of @msg, of those that may leave now. The last of the message is none
 * of them, and only the last of a train asks for an ACK.
 */
static uint32_t train_count(const struct rc_requester *req, const struct rc_msg *msg,
			    uint32_t most)
{
	uint32_t in_flight = txs_in_flight(req);

	if (!req->packet || msg->in_rows || msg->kind == RC_SEND || req->nts != req->high ||
	    req->probing || req->resync || req->delay.target || in_flight >= req->window)
		return 0;
	if (req->ack_freq) {
		if (req->since_ackreq >= req->ack_freq)
			return 0;
		most = train_min(most, req->ack_freq - req->since_ackreq);
	}
	most = train_min(most, msg->packets - 1 - req->packet);
	most = train_min(most, req->window - in_flight);
	return train_min(most, TRAIN_BYTES >> req->mtu_log);
}

/* The QP that gets them; NULL: they have to find out on their way. */
static struct rc *train_far(const struct rc *rc, const struct vport *vport)
{
	struct qp *qp = qp_get(vport->port, rc->req.dst_qp);
	struct rc *to = qp ? qp->rc : NULL;

	if (!to || qp->vport != vport || qp->failed || !to->res.valid ||
	    to->path.icrc_swapped != rc->path.icrc_swapped)
		return NULL;
	return to;
}

static bool train_expected(const struct train *t)
{
	const struct rc_requester *req = &t->from->req;
	const struct rc_responder *res = &t->to->res;

	return res->expected == req->nts && res->busy && !res->is_send && !res->write.rows.row &&
	       res->first == 1u << req->mtu_log && res->left > t->bytes && !rxe_keeps(res);
}

static bool train_memory(struct train *t, const struct rc_msg *msg)
{
	const struct rc_requester *req = &t->from->req;
	const struct rc_responder *res = &t->to->res;
	const struct rc_write *write = &res->write;
	uint64_t off = (uint64_t)req->packet << req->mtu_log;

	t->src = asid_straight(t->from->qp->card, req->asid, msg->local + off, t->bytes,
			       txs_access(msg));
	t->dst = asid_straight(t->to->qp->card, res->asid,
			       write->va + rxe_room(write->reduction, res->size - res->left),
			       rxe_room(write->reduction, t->bytes), res->access);
	return t->src && t->dst;
}

static bool train_find(struct train *t, const struct rc_packet *pkt, const struct rc_msg *msg)
{
	struct qp *qp = t->from->qp;
	const struct vport *vport;

	t->frame.len = t->from->req.base_len + pkt->payload;
	t->frame.rc = pkt;
	vport = qp->vport->enabled ? mac_straight(qp->port, &t->frame) : NULL;
	t->to = vport ? train_far(t->from, vport) : NULL;
	return t->to && train_expected(t) && train_memory(t, msg);
}

/* ---- it goes ---- */

static void train_place(struct train *t)
{
	uint16_t reduction = t->to->res.write.reduction;
	struct iovec from = { t->src, t->bytes };
	struct iovec to = { t->dst, rxe_room(reduction, t->bytes) };

	if (reduction)
		reduce(reduction, &to, &from, t->bytes);
	else
		copy_move(t->dst, t->src, t->bytes);
}

static void train_arrives(struct train *t)
{
	struct rc_responder *res = &t->to->res;

	train_place(t);
	res->left -= t->bytes;
	res->expected = psn_add(res->expected, t->count);
	res->naked = false;
	rxe_count(t->to->qp, t->frame.len, t->count);
}

static void train_leaves(struct train *t, const struct rc_msg *msg)
{
	struct rc *rc = t->from;
	bool idle = rc->req.nts == rc->req.ona, asks = txs_ack_is_due(&rc->req, t->count);

	for (uint32_t i = 0; i < t->count; i++)
		txs_advance(rc, msg, asks && i == t->count - 1);
	txs_count(rc, t->frame.len, t->count);
	mac_passed(rc->qp->port, t->to->qp->vport, &t->frame, t->count);
	if (idle)
		tmr_progress(rc);
	if (asks && !t->to->qp->failed)
		rxe_ack(t->to, psn_add(rc->req.nts, ROCE_PSN_MASK));
}

static bool train_goes(struct rc *rc, const struct rc_msg *msg, uint32_t count)
{
	const struct rc_packet pkt = {
		.path = &rc->path, .payload = 1u << rc->req.mtu_log, .opcode = ROCE_WRITE_MIDDLE,
	};
	struct train t = { .from = rc, .count = count, .bytes = count << rc->req.mtu_log };

	if (!train_find(&t, &pkt, msg))
		return false;
	train_arrives(&t);
	train_leaves(&t, msg);
	return true;
}

uint32_t train_send(struct rc *rc, const struct rc_msg *msg, uint32_t most)
{
	uint32_t count = train_count(&rc->req, msg, most);

	return count > 1 && train_goes(rc, msg, count) ? count : 0;
}
