// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block RXE, the part of RC QPs: ACKs. Who is asked for one owes it until all that has
 * come meanwhile is placed: one ACK answers what came in a round, of however many messages.
 * Behind a gap nothing waits: each request is answered with what it has changed.
 */
#include <string.h>

#include "blk_qpc.h"

void rxe_answer(struct rc *rc, struct rc_packet *pkt)
{
	struct frame frame;

	pkt->path = &rc->path;
	pkt->encap = rc->res.encap;
	pkt->dst_qp = rc->res.peer_qp;
	pkt->msn = rc->res.msn;
	frame.iovs = 0;
	frame.len = rc->res.base_len + roce_ops[pkt->opcode].ext_len;
	txs_emit(rc, pkt, &frame);
}

/* ---- what is owed ---- */

void rxe_paid(struct rc *rc)
{
	if (!rc->owed_link)
		return;
	*rc->owed_link = rc->owed_next;
	if (rc->owed_next)
		rc->owed_next->owed_link = rc->owed_link;
	rc->owed_link = NULL;
}

void rxe_owe(struct rc *rc)
{
	struct rc **first = &rc->qp->card->owing;

	if (rc->owed_link)
		return;
	rc->owed_next = *first;
	rc->owed_link = first;
	if (rc->owed_next)
		rc->owed_next->owed_link = &rc->owed_next;
	*first = rc;
}

/* ---- ACKs ---- */

static void rxe_ack_with(struct rc *rc, struct rc_packet *pkt)
{
	rxe_paid(rc);
	rc->qp->stats.acks++;
	pkt->psn = psn_add(rc->res.expected, ROCE_PSN_MASK);
	pkt->syndrome = ROCE_AETH_ACK | ROCE_AETH_NO_CREDITS;
	rxe_answer(rc, pkt);
}

/* An ACK that says what is there behind the gap, because packet @cause came. */
void rxe_selective_ack(struct rc *rc, uint32_t cause)
{
	struct rc_packet pkt = { .opcode = ROCE_SELECTIVE_ACK, .sack.cause = cause };

	memcpy(pkt.sack.bits, rc->res.keep.bits, sizeof(pkt.sack.bits));
	rxe_ack_with(rc, &pkt);
}

void rxe_ack(struct rc *rc, uint32_t cause)
{
	if (rxe_keeps(&rc->res))
		rxe_selective_ack(rc, cause);
	else
		rxe_owe(rc);
}

/* A QP that has failed still says what it had taken. */
void rxe_pay(struct rc *rc)
{
	bool owes = rc->owed_link;

	rxe_paid(rc);
	if (owes && (rc->res.valid || rc->qp->failed))
		rxe_ack_with(rc, &(struct rc_packet){ .opcode = ROCE_ACK });
}

bool rc_answer(struct card *card)
{
	bool work = card->owing;

	while (card->owing)
		rxe_pay(card->owing);
	return work;
}
