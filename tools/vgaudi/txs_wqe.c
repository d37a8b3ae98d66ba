// SPDX-License-Identifier: GPL-2.0-only
/* Block TXS: WQEs of an RC QP, from what the driver wrote to a message, or why it is none. */
#include <string.h>

#include "blk_qpc.h"
#include "frame.h"
#include "reduce.h"

#define TXS_RESERVED		BIT(7)	/* of dword 0; bits 5 and 6 are for tracing */

/* The second half is there if the queue's WQEs have 64 bytes. */
union txs_wqe {
	struct {
		struct gnic_hw_rc_wqe rc;
		struct gnic_hw_rc_stride stride;
	};
	uint8_t bytes[64];
};

/* What WQ type "write" says about an opcode. */
static const uint8_t txs_opcode_syndrome[] = {
	[GNIC_WQE_NOP]		= 0,
	[GNIC_WQE_SEND]		= 0,
	[GNIC_WQE_LINEAR]	= 0,
	[GNIC_WQE_STRIDE]	= 0,
	[GNIC_WQE_MULTI_STRIDE]	= 0,
	[GNIC_WQE_RDV_WR]	= 0,
	[GNIC_WQE_RDV_RD]	= 0,
	[GNIC_WQE_QOS_UPDATE]	= GNIC_SYND_TX_WRITE_OPCODE,
	[GNIC_WQE_STRIDE_DUAL]	= 0,
};

static uint32_t txs_inline_max(const struct rc_requester *req)
{
	return req->wide_wqe ? GNIC_RC_INLINE_64 : GNIC_RC_INLINE_32;
}

static uint8_t txs_check_reduction(const struct gnic_hw_rc_wqe *wqe, uint32_t opcode,
				   uint32_t reduction)
{
	bool upscales;

	if (!reduction)
		return 0;
	if (!reduce_exists(reduction))
		return GNIC_SYND_TX_REDUCTION;
	upscales = reduce_upscales(reduction);
	/* at the peer it is one piece */
	if (opcode != GNIC_WQE_LINEAR && opcode != GNIC_WQE_STRIDE)
		return upscales ? GNIC_SYND_TX_UPSCALE_OPCODE : GNIC_SYND_TX_REDUCTION;
	if (upscales && le64_to_cpu(wqe->remote_addr) % 4)
		return GNIC_SYND_TX_UPSCALE_ADDR;
	return le32_to_cpu(wqe->size) % reduce_src_width(reduction) ? GNIC_SYND_TX_BAD_SIZE : 0;
}

static uint8_t txs_check_size(const struct rc_requester *req, uint32_t opcode, uint32_t ctrl,
			      uint32_t size)
{
	if (!size)
		return opcode == GNIC_WQE_SEND ? GNIC_SYND_TX_SEND_ZERO : GNIC_SYND_TX_WRITE_ZERO;
	if (ctrl & GNIC_RC_WQE_INLINE && size > txs_inline_max(req))
		return GNIC_SYND_TX_INLINE_SIZE;
	return size > GNIC_RC_SIZE_MAX ? GNIC_SYND_TX_SIZE : 0;
}

static void txs_load_rows(struct rows *rows, const struct gnic_hw_rc_stride *stride)
{
	rows->row = le32_to_cpu(stride->row);
	for (uint32_t i = 0; i < ROWS_DIMS; i++) {
		rows->count[i] = le16_to_cpu(stride->count[i]);
		rows->stride[i] = le32_to_cpu(stride->stride[i]);
	}
}

/* The dimensions of this end; of STRIDE_DUAL the others are the peer's. */
static unsigned int txs_dims(uint32_t opcode)
{
	return opcode == GNIC_WQE_STRIDE_DUAL ? ROWS_DIMS / 2 : ROWS_DIMS;
}

static uint8_t txs_check_rows(const struct rc_requester *req, const union txs_wqe *wqe,
			      uint32_t opcode)
{
	uint64_t local = le64_to_cpu(wqe->rc.local_addr);
	uint32_t size = le32_to_cpu(wqe->rc.size);
	unsigned int dims = txs_dims(opcode);
	struct rows rows, there;

	if (!req->wide_wqe)
		return GNIC_SYND_TX_STRIDE_64B;
	if (wqe->stride.rsvd)
		return GNIC_SYND_TX_RESERVED;
	txs_load_rows(&rows, &wqe->stride);
	there = rows_from(&rows, dims % ROWS_DIMS);
	if (!size || !rows_exist(&rows))
		return GNIC_SYND_TX_STRIDE_ZERO;
	if (le32_to_cpu(wqe->rc.ctrl) & GNIC_RC_WQE_INLINE)
		return GNIC_SYND_TX_INLINE_SIZE;
	if (size > GNIC_RC_SIZE_MAX)
		return GNIC_SYND_TX_STRIDE_SIZE;
	if (rows.row > size)
		return GNIC_SYND_TX_STRIDE_WQE;
	if (rows_bytes(&rows, dims) != size || rows_bytes(&there, ROWS_DIMS) != size)
		return GNIC_SYND_TX_BAD_SIZE;
	return local + rows_span(&rows, dims) < local ? GNIC_SYND_LOCAL_ACCESS : 0;
}

bool txs_in_rows(uint32_t opcode)
{
	return opcode == GNIC_WQE_STRIDE || opcode == GNIC_WQE_MULTI_STRIDE ||
	       opcode == GNIC_WQE_STRIDE_DUAL;
}

static uint8_t txs_check_message(const struct rc_requester *req, const union txs_wqe *both,
				 uint32_t opcode)
{
	const struct gnic_hw_rc_wqe *wqe = &both->rc;
	uint32_t ctrl = le32_to_cpu(wqe->ctrl);
	uint8_t syndrome;

	if (ctrl & GNIC_RC_WQE_SE)
		return GNIC_SYND_TX_SE_NOT_RAW;
	if (ctrl & TXS_RESERVED)
		return GNIC_SYND_TX_RESERVED;
	if (opcode == GNIC_WQE_RDV_WR || opcode == GNIC_WQE_RDV_RD)
		return rdv_check(req, wqe, opcode);
	syndrome = txs_in_rows(opcode) ? txs_check_rows(req, both, opcode) :
		   txs_check_size(req, opcode, ctrl, le32_to_cpu(wqe->size));
	if (syndrome)
		return syndrome;
	return txs_check_reduction(wqe, opcode, FIELD_GET(GNIC_RC_WQE_REDUCTION, ctrl));
}

/* A WRITE to wherever the peer says: it has no address, and nothing is there to meet. */
static uint8_t txs_check_rdv(const struct gnic_hw_rc_wqe *wqe, uint32_t opcode)
{
	if (opcode != GNIC_WQE_LINEAR)
		return opcode == GNIC_WQE_NOP ? 0 : GNIC_SYND_TX_RDV_OPCODE;
	if (wqe->remote_addr)
		return GNIC_SYND_TX_RESERVED;
	return wqe->ctrl & cpu_to_le32(GNIC_RC_WQE_REDUCTION) ? GNIC_SYND_TX_REDUCTION : 0;
}

static uint8_t txs_check(const struct rc_requester *req, const union txs_wqe *wqe,
			 uint32_t index)
{
	uint32_t ctrl = le32_to_cpu(wqe->rc.ctrl);
	uint32_t opcode = FIELD_GET(GNIC_WQE_OPCODE, ctrl);
	uint8_t syndrome;

	if (FIELD_GET(GNIC_WQE_INDEX, ctrl) != (index & 0xff))
		return GNIC_SYND_TX_WQE_INDEX;
	if (opcode >= sizeof(txs_opcode_syndrome))
		return GNIC_SYND_TX_OPCODE;
	syndrome = req->waits ? txs_check_rdv(&wqe->rc, opcode) : txs_opcode_syndrome[opcode];
	if (syndrome)
		return syndrome;
	return opcode == GNIC_WQE_NOP ? 0 : txs_check_message(req, wqe, opcode);
}

/* Most are: LINEAR or SEND of one piece. Of these there is no more to check. */
static bool txs_is_plain(const struct gnic_hw_rc_wqe *wqe, uint32_t index)
{
	const uint32_t more = TXS_RESERVED | GNIC_RC_WQE_SE | GNIC_RC_WQE_INLINE |
			      GNIC_RC_WQE_REDUCTION;
	const uint32_t says = GNIC_WQE_INDEX | GNIC_WQE_OPCODE | more;
	/* of the index nothing is left if it is the right one */
	uint32_t opcode = (le32_to_cpu(wqe->ctrl) & says) ^
			  FIELD_PREP(GNIC_WQE_INDEX, index & 0xff);

	return (opcode == GNIC_WQE_LINEAR || opcode == GNIC_WQE_SEND) &&
	       le32_to_cpu(wqe->size) - 1 < GNIC_RC_SIZE_MAX;
}

/* Of a 32-byte WQE the address is the data. */
static void txs_load_inline(const struct rc_requester *req, struct rc_msg *msg,
			    const union txs_wqe *wqe)
{
	msg->is_inline = true;
	if (req->wide_wqe)
		memcpy(msg->data, wqe->bytes + sizeof(wqe->rc), GNIC_RC_INLINE_64);
	else
		memcpy(msg->data, &wqe->rc.local_addr, GNIC_RC_INLINE_32);
}

static enum rc_kind txs_kind(uint32_t opcode, uint32_t reduction)
{
	if (opcode == GNIC_WQE_RDV_WR)
		return RC_OFFER;
	if (opcode == GNIC_WQE_RDV_RD)
		return RC_ASK;
	if (opcode == GNIC_WQE_SEND)
		return RC_SEND;
	if (opcode == GNIC_WQE_MULTI_STRIDE || opcode == GNIC_WQE_STRIDE_DUAL)
		return RC_STRIDE;
	return reduction ? RC_REDUCE : RC_WRITE;
}

/* What is offered is an address of ours; there is no data. */
static void txs_fill_rdv(struct rc_requester *req, struct rc_msg *msg)
{
	if (msg->kind == RC_OFFER)
		msg->remote = msg->local;
	msg->packets = 1;
	req->rdv.made++;
}

/* What a plain WQE says; and of the others, too. */
static void txs_fill(const struct rc_requester *req, struct rc_msg *msg,
		     const struct gnic_hw_rc_wqe *wqe, uint32_t psn)
{
	uint32_t ctrl = le32_to_cpu(wqe->ctrl);

	msg->local = le64_to_cpu(wqe->local_addr);
	msg->remote = le64_to_cpu(wqe->remote_addr);
	msg->size = le32_to_cpu(wqe->size);
	msg->tag = le32_to_cpu(wqe->tag);
	msg->completion = le32_to_cpu(wqe->completion);
	msg->psn = psn;
	msg->packets = ((msg->size - 1) >> req->mtu_log) + 1;
	msg->kind = FIELD_GET(GNIC_WQE_OPCODE, ctrl) == GNIC_WQE_SEND ? RC_SEND : RC_WRITE;
	msg->cqe = ctrl & GNIC_RC_WQE_ACKREQ;
	msg->is_inline = false;
	msg->asked = false;
	msg->in_rows = false;
	msg->there = 0;
	msg->reduction = 0;
}

static void txs_fill_more(struct rc_requester *req, struct rc_msg *msg, const union txs_wqe *wqe)
{
	uint32_t ctrl = le32_to_cpu(wqe->rc.ctrl);
	uint32_t opcode = FIELD_GET(GNIC_WQE_OPCODE, ctrl);

	if (opcode == GNIC_WQE_NOP) {
		msg->size = 0;
		msg->packets = 0;
	}
	msg->reduction = (uint16_t)FIELD_GET(GNIC_RC_WQE_REDUCTION, ctrl);
	msg->kind = txs_kind(opcode, msg->reduction);
	if (ctrl & GNIC_RC_WQE_INLINE)
		txs_load_inline(req, msg, wqe);
	if (msg->kind == RC_OFFER || msg->kind == RC_ASK)
		txs_fill_rdv(req, msg);
	msg->in_rows = txs_in_rows(opcode);
	if (!msg->in_rows)
		return;
	txs_load_rows(&msg->rows, &wqe->stride);
	msg->there = txs_dims(opcode) % ROWS_DIMS;
}

static uint8_t txs_load_any(struct rc_requester *req, struct rc_msg *msg,
			    const union txs_wqe *wqe)
{
	uint8_t syndrome = txs_check(req, wqe, req->tail);

	if (syndrome)
		return syndrome;
	txs_fill(req, msg, &wqe->rc, req->nts);
	txs_fill_more(req, msg, wqe);
	return req->waits && msg->size ? rdv_take(req, msg->size, &msg->remote) : 0;
}

/*
 * WQE @req->tail becomes a message: 0, enum gnic_hw_syndrome, or TXS_WAITS: the peer has
 * not offered a buffer for it yet.
 */
static uint8_t txs_load(struct rc_requester *req, const void *entry)
{
	union txs_wqe wqe;

	frame_fetch(&wqe.rc, entry, sizeof(wqe.rc));
	if (req->wide_wqe)
		frame_fetch(&wqe.stride, entry + sizeof(wqe.rc), sizeof(wqe.stride));
	return txs_load_any(req, rc_msg(req, req->tail), &wqe);
}

/* @count WQEs become messages, as far as they are plain, until they are @most packets; how many. */
static uint32_t txs_load_plain(struct rc_requester *req, const struct wq *sq, uint32_t count,
			       uint32_t most)
{
	uint32_t index = req->tail, packets = 0;
	struct gnic_hw_rc_wqe wqe;
	struct rc_msg *msg;

	for (; count && packets < most; count--) {
		frame_fetch(&wqe, sq->mem.ring + wq_offset(sq, index), sizeof(wqe));
		if (!txs_is_plain(&wqe, index))
			break;
		msg = rc_msg(req, index++);
		txs_fill(req, msg, &wqe, psn_add(req->nts, packets));
		packets += msg->packets;
	}
	return index - req->tail;
}

/* How many WQEs may be fetched before this has to be asked again. */
static uint32_t txs_may_fetch(struct train *t)
{
	const struct rc_requester *req = &t->from->req;
	const struct qp *qp = t->from->qp;
	uint32_t most = req->serves ? 1 : qp->sq.index - req->tail;
	uint32_t room = RC_MSGS - (req->tail - req->head);

	if (!most || qp->stopped || t->budget <= 0)
		return 0;
	if (most > room)
		most = room;
	if (most > (uint32_t)t->budget)
		most = (uint32_t)t->budget;
	t->budget -= most;
	return most;
}

/* Those that are plain, for at most @most packets or one message; how many. */
static uint32_t txs_fetch_plain(struct train *t, uint32_t most)
{
	struct rc_requester *req = &t->from->req;
	uint32_t count = txs_load_plain(req, &t->from->qp->sq, t->wqes, most);

	t->wqes -= count;
	t->ahead = req->tail + 1;
	req->tail += count;
	return count;
}

/* All that was fetched has been sent once, so the next PSN is the message's. */
__attribute__((noinline))
static bool txs_fetch_some(struct train *t, uint32_t most)
{
	struct rc_requester *req = &t->from->req;
	struct qp *qp = t->from->qp;
	const void *entry;
	uint8_t syndrome;

	if (qp->sq.mem.ring && !req->waits && !req->serves && txs_fetch_plain(t, most))
		return true;
	t->wqes--;
	if (req->serves)
		return rdv_serve(t->from);
	entry = wq_entry_now(qp, &qp->sq, req->tail);
	if (!entry)
		return false;
	syndrome = txs_load(req, entry);
	if (syndrome) {
		if (syndrome != TXS_WAITS)
			req->flaw = syndrome;
		return false;
	}
	t->ahead = ++req->tail;
	return true;
}

bool txs_fetch(struct train *t, uint32_t most)
{
	if (!t->wqes)
		t->wqes = txs_may_fetch(t);
	return t->wqes && txs_fetch_some(t, most);
}

/* Not the one whose turn it is; and those that have left once are in flight. */
void txs_put_back(struct train *t)
{
	struct rc_requester *req = &t->from->req;

	while ((int32_t)(req->tail - t->ahead) > 0 && req->tail - 1 != req->exec &&
	       psn_diff(rc_msg(req, req->tail - 1)->psn, req->high) >= 0)
		req->tail--;
}
