// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block RXE, the part of RC QPs: packets that come before their turn.
 *
 * A packet of a WRITE whose first packet is here says where it belongs. It is
 * placed at once, and remembered without its payload until those before it are
 * here; so nothing is placed twice. Where a SEND goes says its turn: it comes again.
 */
#include <stdlib.h>

#include "blk_qpc.h"

static struct rc_kept *keep_slot(const struct rc_responder *res, uint32_t psn)
{
	return &res->keep.packet[psn % ROCE_SACK_BITS];
}

static bool keep_has(const struct rc_responder *res, uint32_t ahead)
{
	return res->keep.bits[ahead / 64] >> ahead % 64 & 1;
}

bool rxe_keep_create(struct rc_responder *res)
{
	if (!res->keep.packet)
		res->keep.packet = calloc(ROCE_SACK_BITS, sizeof(*res->keep.packet));
	return res->keep.packet;
}

/* ---- which message ---- */

/* Every packet of a WRITE follows from its first one. */
static bool keep_fits(const struct rc_write *write, const struct rc_packet *pkt)
{
	bool last = roce_ops[pkt->opcode].flags & ROCE_OP_LAST;
	uint64_t off = (uint64_t)((pkt->psn - write->psn) & ROCE_PSN_MASK) * write->first;
	uint64_t left = write->size - off;

	if (off >= write->size || last != (left <= write->first))
		return false;
	return pkt->payload == (last ? left : write->first);
}

static bool keep_first(const struct rc_responder *res, const struct rc_packet *pkt,
		       struct rc_write *write)
{
	if (pkt->payload > ROCE_PAYLOAD_MAX || rxe_check_write(res, pkt))
		return false;
	rxe_write_of(write, pkt);
	return true;
}

/* That of the nearest packet before it that is here. */
static bool keep_find(const struct rc_responder *res, const struct rc_packet *pkt,
		      uint32_t ahead, struct rc_write *write)
{
	uint16_t flags = roce_ops[pkt->opcode].flags;

	if (!(flags & ROCE_OP_WRITE))
		return false;
	if (flags & ROCE_OP_FIRST)
		return keep_first(res, pkt, write);
	while (--ahead && !keep_has(res, ahead))
		;
	if (ahead)
		*write = keep_slot(res, psn_add(res->expected, ahead))->write;
	else if (res->busy && !res->is_send)
		*write = res->write;
	else
		return false;
	return keep_fits(write, pkt);
}

/* ---- in and out ---- */

bool rxe_keep(struct rc *rc, const struct rxe_request *in, uint32_t ahead)
{
	struct rc_responder *res = &rc->res;
	const struct rc_packet *pkt = in->pkt;
	struct rc_write write;
	uint32_t off;

	if (ahead >= ROCE_SACK_BITS || res->stale)
		return false;
	if (keep_has(res, ahead)) {
		rc->qp->stats.duplicates++;
		return true;
	}
	if (!keep_find(res, pkt, ahead, &write))
		return false;
	off = ((pkt->psn - write.psn) & ROCE_PSN_MASK) * write.first;
	if (!rxe_place(rc, in, &write, off, GNIC_ACCESS_REMOTE_WRITE))
		return false;
	*keep_slot(res, pkt->psn) = (struct rc_kept){
		.write = write,
		.payload = pkt->payload,
		.imm = pkt->imm,
		.sob = pkt->sob,
		.opcode = pkt->opcode,
		.ack_req = pkt->ack_req,
	};
	res->keep.bits[ahead / 64] |= 1ull << ahead % 64;
	return true;
}

bool rxe_keep_next(struct rc_responder *res, struct rc_packet *pkt)
{
	struct rc_keep *keep = &res->keep;
	const struct rc_kept *kept;

	keep->bits[0] = keep->bits[0] >> 1 | keep->bits[1] << 63;
	keep->bits[1] >>= 1;
	if (!(keep->bits[0] & 1))
		return false;
	kept = keep_slot(res, res->expected);
	*pkt = (struct rc_packet){
		.payload = kept->payload,
		.psn = res->expected,
		.opcode = kept->opcode,
		.ack_req = kept->ack_req,
		.va = kept->write.va,
		.rkey = res->lkey,
		.dma_len = kept->write.size,
		.reduction = kept->write.reduction,
		.imm = kept->imm,
		.rows = kept->write.rows,
		.sob = kept->sob,
	};
	return true;
}
