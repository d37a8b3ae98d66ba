// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block RXE, the part of RC QPs: the payload of a request goes to memory, or
 * meets what is there.
 */
#include "blk_qpc.h"
#include "copy.h"
#include "frame.h"

#define RXE_PIECES		8	/* of a packet's place in memory */
#define RXE_FROM		(FRAME_IOV + 1)	/* of its payload */

static void rxe_move_pieces(const struct iovec *to, const struct iovec *from, size_t len)
{
	size_t to_off = 0, from_off = 0, n;

	for (; len; len -= n) {
		size_t to_n = to->iov_len - to_off, from_n = from->iov_len - from_off;

		n = to_n < from_n ? to_n : from_n;
		n = n < len ? n : len;
		copy_move((uint8_t *)to->iov_base + to_off, (uint8_t *)from->iov_base + from_off, n);
		to_off += n;
		from_off += n;
		if (to_off == to->iov_len) {
			to++;
			to_off = 0;
		}
		if (from_off == from->iov_len) {
			from++;
			from_off = 0;
		}
	}
}

void rc_move(const struct iovec *to, const struct iovec *from, size_t len)
{
	if (len <= to->iov_len && len <= from->iov_len)
		copy_move(to->iov_base, from->iov_base, len);
	else
		rxe_move_pieces(to, from, len);
}

/* Each row is an access of its own. */
static bool rxe_place_rows(struct rc *rc, const struct rxe_request *in,
			   const struct rc_write *write, uint32_t off, uint8_t access)
{
	struct frame_cursor cursor = { .iov = in->iov, .iovs = in->iovs };
	struct iovec from[RXE_FROM], to[RXE_PIECES];

	for (uint32_t left = in->pkt->payload, n; left; off += n, left -= n) {
		uint64_t at;

		n = left;
		at = rows_find(&write->rows, off, &n);
		if (asid_iov(rc->qp->card, rc->res.asid, write->va + at, n, access, to,
			     RXE_PIECES) < 0)
			return false;
		frame_slice(&cursor, from, RXE_FROM, n);
		rc_move(to, from, n);
	}
	return true;
}

bool rxe_place(struct rc *rc, const struct rxe_request *in, const struct rc_write *write,
	       uint32_t off, uint8_t access)
{
	uint64_t va = write->va + rxe_room(write->reduction, off);
	uint32_t len = in->pkt->payload;
	struct iovec to[RXE_PIECES];

	if (!len)
		return true;
	if (write->rows.row)
		return rxe_place_rows(rc, in, write, off, access);
	if (asid_iov(rc->qp->card, rc->res.asid, va, rxe_room(write->reduction, len), access, to,
		     RXE_PIECES) < 0)
		return false;
	if (write->reduction)
		reduce(write->reduction, to, in->iov, len);
	else
		rc_move(to, in->iov, len);
	return true;
}
