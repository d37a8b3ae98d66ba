// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block TXS: the payload of a packet whose bytes lie in rows. A few rows are pieces of
 * the frame; of many, which would be more work than a copy, a copy is sent.
 */
#include "blk_qpc.h"

#define TXS_ROW_PAGE	4096u	/* what memory is scattered in, at worst */
#define TXS_ROW_PIECES	(ROCE_PAYLOAD_MAX / TXS_ROW_PAGE + 2)	/* of one row */

/* Rows that @len bytes of the message from @off on are in. */
static uint32_t rows_count(const struct rows *rows, uint32_t off, uint32_t len)
{
	return (off + len - 1) / rows->row - off / rows->row + 1;
}

/* A row may begin and end within a page. */
static bool rows_are_few(const struct rows *rows, uint32_t off, uint32_t len)
{
	return len / TXS_ROW_PAGE + 2 * rows_count(rows, off, len) <= FRAME_IOV;
}

static int rows_iov(struct rc *rc, uint64_t addr, uint32_t len, struct iovec *iov, int max)
{
	return asid_iov(rc->qp->card, rc->req.asid, addr, len, GNIC_ACCESS_LOCAL_READ, iov, max);
}

static bool rows_refer(struct rc *rc, const struct rc_msg *msg, uint32_t off, uint32_t len,
		       struct frame *frame)
{
	frame->iovs = 0;
	for (uint32_t n; len; off += n, len -= n) {
		uint64_t at;
		int pieces;

		n = len;
		at = rows_find(&msg->rows, off, &n);
		pieces = rows_iov(rc, msg->local + at, n, frame->iov + frame->iovs,
				  FRAME_IOV - frame->iovs);
		if (pieces < 0)
			return false;
		frame->iovs += pieces;
	}
	return true;
}

static bool rows_copy(struct rc *rc, const struct rc_msg *msg, uint32_t off, uint32_t len,
		      uint8_t *room)
{
	struct iovec iov[TXS_ROW_PIECES];

	for (uint32_t n; len; off += n, len -= n, room += n) {
		uint64_t at;
		int pieces;

		n = len;
		at = rows_find(&msg->rows, off, &n);
		pieces = rows_iov(rc, msg->local + at, n, iov, TXS_ROW_PIECES);
		if (pieces < 0)
			return false;
		asid_gather(room, iov, pieces);
	}
	return true;
}

bool txs_gather(struct rc *rc, const struct rc_msg *msg, uint32_t off, uint32_t len,
		struct frame *frame, uint8_t *room)
{
	if (rows_are_few(&msg->rows, off, len))
		return rows_refer(rc, msg, off, len, frame);
	frame->iov[0] = (struct iovec){ room, len };
	frame->iovs = 1;
	return rows_copy(rc, msg, off, len, room);
}

uint32_t txs_rows_cost(const struct rc_requester *req, const struct rc_msg *msg)
{
	return 1 + ((1u << req->mtu_log) / msg->rows.row) / TXS_ROWS_A_PACKET;
}
