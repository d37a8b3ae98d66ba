// SPDX-License-Identifier: GPL-2.0-only
/* Block RXE, the part of RC QPs: is a packet the request that may come now? */
#include "blk_qpc.h"
#include "blk_sob.h"
#include "reduce.h"

#define RXE_FIRST_MIN		256u	/* the smallest path MTU of InfiniBand */

static uint8_t rxe_check_reduction(const struct rc_packet *pkt)
{
	if (!(roce_ops[pkt->opcode].flags & ROCE_OP_REDUCE))
		return 0;
	if (!reduce_exists(pkt->reduction) || pkt->dma_len % reduce_src_width(pkt->reduction))
		return GNIC_SYND_RX_BAD_FORMAT;
	return 0;
}

/* What the silicon finds wrong with rows, and an address behind the last one. */
static uint8_t rxe_check_rows(const struct rc_packet *pkt)
{
	uint64_t bytes;

	if (!(roce_ops[pkt->opcode].flags & ROCE_OP_STRIDE))
		return 0;
	if (!rows_exist(&pkt->rows))
		return GNIC_SYND_RX_MULTI_ZERO;
	bytes = rows_bytes(&pkt->rows, ROWS_DIMS);
	if (bytes > pkt->dma_len)
		return GNIC_SYND_RX_MULTI_TOO_BIG;
	if (bytes < pkt->dma_len)
		return GNIC_SYND_RX_BAD_FORMAT;
	return pkt->va + rows_span(&pkt->rows, ROWS_DIMS) < pkt->va ? GNIC_SYND_REMOTE_ACCESS : 0;
}

static uint8_t rxe_check_kind(const struct rc_packet *pkt)
{
	uint8_t syndrome = rxe_check_reduction(pkt);

	return syndrome ? syndrome : rxe_check_rows(pkt);
}

/* A full packet, by the sender's path MTU, and more to come? */
static bool rxe_is_full(const struct rc_packet *pkt)
{
	return pkt->payload >= RXE_FIRST_MIN && !(pkt->payload & (pkt->payload - 1));
}

uint8_t rxe_check_write(const struct rc_responder *res, const struct rc_packet *pkt)
{
	bool last = roce_ops[pkt->opcode].flags & ROCE_OP_LAST;

	if (pkt->rkey != res->lkey)
		return GNIC_SYND_RX_RKEY;
	if (!pkt->dma_len)
		return GNIC_SYND_RX_WRITE_ZERO;
	if (pkt->dma_len > GNIC_RC_SIZE_MAX || pkt->payload > pkt->dma_len)
		return GNIC_SYND_RX_RC_TOO_BIG;
	if (last)
		return pkt->payload < pkt->dma_len ? GNIC_SYND_RX_RC_TOO_SMALL :
						     rxe_check_kind(pkt);
	if (!rxe_is_full(pkt))
		return GNIC_SYND_RX_RC_TOO_SMALL;
	return pkt->payload == pkt->dma_len ? GNIC_SYND_RX_RC_TOO_BIG : rxe_check_kind(pkt);
}

void rxe_write_of(struct rc_write *write, const struct rc_packet *first)
{
	*write = (struct rc_write){
		.va = first->va,
		.psn = first->psn,
		.size = first->dma_len,
		.first = first->payload,
	};
	if (roce_ops[first->opcode].flags & ROCE_OP_REDUCE)
		write->reduction = first->reduction;
	if (roce_ops[first->opcode].flags & ROCE_OP_STRIDE)
		write->rows = first->rows;
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

/* How long the message is nobody says before it ends. */
static uint8_t rxe_check_send(const struct rc_responder *res, const struct rc_packet *pkt,
			      bool first, bool last)
{
	if (first)
		return last || rxe_is_full(pkt) ? 0 : GNIC_SYND_RX_RC_TOO_SMALL;
	if (pkt->payload > res->first)
		return GNIC_SYND_RX_RC_TOO_BIG;
	return pkt->payload < (last ? 1 : res->first) ? GNIC_SYND_RX_RC_TOO_SMALL : 0;
}

/* May the peer signal it? The object is the ASID's that the responder has now. */
static uint8_t rxe_check_sob(const struct rc *rc, const struct rc_packet *pkt)
{
	if (!(roce_ops[pkt->opcode].flags & ROCE_OP_SOB))
		return 0;
	if (pkt->sob & GNIC_RC_WQE_COMPLETION)
		return GNIC_SYND_RX_BAD_FORMAT;
	return sob_allows(rc->qp->card, rc->res.asid, FIELD_GET(GNIC_RC_WQE_REMOTE_SOB, pkt->sob),
			  GNIC_ACCESS_REMOTE_WRITE) ? 0 : GNIC_SYND_SYNC_OBJECT;
}

static uint8_t rxe_check_opcode(const struct rc *rc, const struct rc_packet *pkt)
{
	const struct rc_responder *res = &rc->res;
	uint16_t flags = roce_ops[pkt->opcode].flags;
	bool first = flags & ROCE_OP_FIRST, last = flags & ROCE_OP_LAST;
	bool send = flags & ROCE_OP_SEND;

	if (!(flags & (ROCE_OP_WRITE | ROCE_OP_SEND)) || (send && !rc->qp->rq.present))
		return GNIC_SYND_RX_BTH_OPCODE;
	if (first == res->busy || (res->busy && res->is_send != send))
		return GNIC_SYND_RX_WRITE_OPCODE;
	if (pkt->payload > ROCE_PAYLOAD_MAX)
		return GNIC_SYND_RX_RC_TOO_BIG;
	if (send)
		return rxe_check_send(res, pkt, first, last);
	if (res->stale)
		return GNIC_SYND_REMOTE_ACCESS;
	return first ? rxe_check_write(res, pkt) : rxe_check_next(res, pkt, last);
}

uint8_t rxe_check(const struct rc *rc, const struct rc_packet *pkt)
{
	uint8_t syndrome = rxe_check_opcode(rc, pkt);

	return syndrome ? syndrome : rxe_check_sob(rc, pkt);
}
