// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block TXS: rendezvous. Who receives offers a buffer (RDV_WR); the next LINEAR of the
 * peer, which knows no address, takes it. Whichever comes first waits for the other: a
 * WQE in its queue, an offer in the peer's ring. Or who receives also says from where
 * (RDV_RD): then the peer needs no WQE.
 */
#include <stdlib.h>

#include "blk_qpc.h"

/* Another ring, for @need offers; what all of them hold is bounded. */
static bool rdv_resize(struct rc *rc, uint32_t need)
{
	struct rc_rdv *rdv = &rc->req.rdv;
	struct card *card = rc->qp->card;
	uint32_t have = rdv->ring ? 1u << rdv->log : 0;
	struct rc_offer *ring = NULL;

	if (need == have)
		return true;
	if (card->offers - have + need > 1u << CARD_RDV_LOG)
		return false;
	if (need) {
		ring = calloc(need, sizeof(*ring));
		if (!ring)
			return false;
	}
	free(rdv->ring);
	rdv->ring = ring;
	card->offers += need - have;
	return true;
}

bool rdv_load(struct rc *rc, const __le32 *ctx)
{
	struct rc_rdv *rdv = &rc->req.rdv;
	uint8_t log = (uint8_t)gnic_qpc_get(ctx, GNIC_REQ_REMOTE_WQ_LOG_SZ);
	bool keeps = gnic_qpc_get(ctx, GNIC_REQ_WQ_TYPE) != GNIC_WQ_TYPE_WRITE;

	if (!rdv_resize(rc, keeps ? 1u << log : 0))
		return false;
	rdv->log = log;
	rdv->roomy = (1ull << log) >> GNIC_RDV_RATIO_LOG > rc->qp->sq.mask;
	return true;
}

void rdv_start(struct rc_requester *req)
{
	req->rdv.made = 0;
	req->rdv.come = 0;
	req->rdv.taken = 0;
}

void rdv_free(struct rc *rc)
{
	rdv_resize(rc, 0);
}

uint8_t rdv_check(const struct rc_requester *req, const struct gnic_hw_rc_wqe *wqe,
		  uint32_t opcode)
{
	bool ask = opcode == GNIC_WQE_RDV_RD;
	uint32_t ctrl = le32_to_cpu(wqe->ctrl), size = le32_to_cpu(wqe->size);

	if (!req->rdv.roomy)
		return GNIC_SYND_TX_RDV_LOG;
	if ((wqe->remote_addr && !ask) || wqe->completion ||
	    ctrl & (GNIC_RC_WQE_INLINE | GNIC_RC_WQE_REDUCTION))
		return GNIC_SYND_TX_RESERVED;
	if (!size)
		return GNIC_SYND_TX_RDV_ZERO;
	if (size <= GNIC_RC_SIZE_MAX)
		return 0;
	return ask ? GNIC_SYND_TX_RDV_READ_SIZE : GNIC_SYND_TX_RDV_WRITE_SIZE;
}

static struct rc_offer *rdv_slot(const struct rc_rdv *rdv, uint32_t number)
{
	return &rdv->ring[number & ((1u << rdv->log) - 1)];
}

uint8_t rdv_take(struct rc_requester *req, uint32_t size, uint64_t *va)
{
	struct rc_rdv *rdv = &req->rdv;
	const struct rc_offer *offer = rdv_slot(rdv, rdv->taken);

	if (rdv->taken == rdv->come)
		return TXS_WAITS;
	if (size > offer->size)
		return GNIC_SYND_TX_RDV_WRITE_SIZE;
	*va = offer->va;
	rdv->taken++;
	return 0;
}

bool rdv_serve(struct rc *rc)
{
	struct rc_requester *req = &rc->req;
	const struct rc_offer *offer = rdv_slot(&req->rdv, req->rdv.taken);

	if (rc->qp->sq.index != rc->qp->sq.done) {
		txs_fail(rc, rc->qp->sq.done, GNIC_SYND_QPC_DB_READ);
		return false;
	}
	if (req->rdv.taken == req->rdv.come)
		return false;
	*rc_msg(req, req->tail) = (struct rc_msg){
		.local = offer->local,
		.remote = offer->va,
		.size = offer->size,
		.tag = offer->tag,
		.psn = req->nts,
		.packets = (offer->size + (1u << req->mtu_log) - 1) >> req->mtu_log,
		.kind = RC_WRITE,
		.completion = FIELD_PREP(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_CQ),
		.asked = true,
	};
	req->tail++;
	req->rdv.taken++;
	return true;
}

/* Each message of the peer's has met one: it can send nothing else. */
bool rdv_is_open(const struct rc *rc)
{
	uint32_t made = rc->req.rdv.made;

	return made && psn_diff(made & ROCE_PSN_MASK, rc->res.msn) > 0;
}

/* ---- what comes ---- */

static uint8_t rdv_check_packet(const struct rc *rc, const struct rc_packet *pkt)
{
	bool ask = roce_ops[pkt->opcode].flags & ROCE_OP_READ;

	if (pkt->payload)
		return GNIC_SYND_RX_BAD_FORMAT;
	if (pkt->rkey != rc->res.lkey)
		return GNIC_SYND_RX_RKEY;
	if (!pkt->dma_len)
		return GNIC_SYND_RX_WRITE_ZERO;
	if (pkt->dma_len > GNIC_RC_SIZE_MAX)
		return GNIC_SYND_RX_RC_TOO_BIG;
	if (!rc->req.valid)
		return GNIC_SYND_QPC_RDV_QP;
	if (ask ? !rc->req.serves : !rc->req.waits)
		return GNIC_SYND_QPC_RDV_TYPE;
	if (rc->req.rdv.come - rc->req.rdv.taken == 1u << rc->req.rdv.log)
		return GNIC_SYND_QPC_RDV_LAST_INDEX;
	if (ask && !asid_allows(rc->qp->card, rc->req.asid, pkt->va, pkt->dma_len,
				GNIC_ACCESS_REMOTE_READ))
		return GNIC_SYND_REMOTE_ACCESS;
	return 0;
}

uint8_t rdv_offered(struct rc *rc, const struct rc_packet *pkt)
{
	struct rc_rdv *rdv = &rc->req.rdv;
	uint8_t syndrome = rdv_check_packet(rc, pkt);

	if (syndrome)
		return syndrome;
	if (roce_ops[pkt->opcode].flags & ROCE_OP_READ)
		*rdv_slot(rdv, rdv->come) = (struct rc_offer){
			.va = pkt->asker,
			.local = pkt->va,
			.size = pkt->dma_len,
			.tag = pkt->imm,
		};
	else
		*rdv_slot(rdv, rdv->come) = (struct rc_offer){
			.va = pkt->va,
			.size = pkt->dma_len,
		};
	rdv->come++;
	qp_wake(rc->qp);
	return 0;
}
