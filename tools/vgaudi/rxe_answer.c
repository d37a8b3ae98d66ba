// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block RXE, the part of RC QPs: answers move the requester on. One acknowledges
 * what is before it; an ACK its own packet, too.
 */
#include "blk_qpc.h"

static void rxe_sequence_error(struct rc *rc)
{
	struct rc_requester *req = &rc->req;

	if (req->ona == req->high)
		return;		/* an old one: there is nothing to send again */
	if (req->held)
		return;		/* of the packets behind one that found no buffer */
	if (!txs_retry(rc))
		return;
	if (req->delay.target)
		delay_lost(rc);
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
		txs_fail_there(rc, syndromes[code]);
	else
		txs_fail(rc, rc->req.head, GNIC_SYND_RX_ACK_SYNDROME);
}

/*
 * The peer has no buffer: it says when to come again. That is no refusal, and ends a row of
 * them: a peer may complain of what was sent behind that packet when it has come again.
 */
static void rxe_not_yet(struct rc *rc, uint8_t syndrome)
{
	struct rc_requester *req = &rc->req;

	if (req->ona == req->high)
		return;		/* an old one: there is nothing to send again */
	if (req->rnrs >= req->rnr_max && req->rnr_max != RC_RNR_FOR_EVER) {
		txs_fail_there(rc, GNIC_SYND_QPC_RX_RETRY);
		return;
	}
	if (req->rnrs < RC_RNR_FOR_EVER)
		req->rnrs++;
	req->naks = 0;
	req->timeouts = 0;
	txs_rollback(rc);
	tmr_hold(rc, tmr_rnr(syndrome));
}

void rxe_answered(struct rc *rc, const struct rc_packet *pkt)
{
	struct rc_requester *req = &rc->req;
	uint8_t type = pkt->syndrome & ROCE_AETH_TYPE;

	if (!txs_acked(rc, psn_add(pkt->psn, type == ROCE_AETH_ACK))) {
		/* late, or about what was never sent */
		if (req->resync && pkt->syndrome == ROCE_NAK_PSN)
			txs_resync(rc, pkt->psn);
		return;
	}
	if (!req->valid)
		return;
	switch (type) {
	case ROCE_AETH_ACK:
		rc->qp->stats.acks++;
		if (pkt->opcode == ROCE_SELECTIVE_ACK)
			sack_receive(rc, pkt);
		break;
	case ROCE_AETH_RNR:
		rxe_not_yet(rc, pkt->syndrome);
		break;
	case ROCE_AETH_NAK:
		rxe_naked(rc, pkt->syndrome);
		break;
	default:
		txs_fail(rc, req->head, GNIC_SYND_RX_ACK_SYNDROME);
	}
}
