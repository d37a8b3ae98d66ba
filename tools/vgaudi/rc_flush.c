// SPDX-License-Identifier: GPL-2.0-only
/* An RC QP is taken back what is posted: who had it before leaves, or it has failed. */
#include "blk_qpc.h"

/*
 * The WQEs have not begun, so the peer knows nothing of them. Of a message that has
 * begun it may have any part: that is for a failure to tell.
 */
static bool txs_flush(struct rc *rc)
{
	struct rc_requester *req = &rc->req;
	struct qp *qp = rc->qp;

	/* what was posted to a QP that failed goes when VALID is written */
	if (!qp->sq.present || qp->failed)
		return true;
	/* the peer would write to what was the memory of who has left */
	rc->res.stale |= rdv_is_open(rc);
	if (req->head != req->tail) {
		txs_fail(rc, req->head, GNIC_SYND_FLUSHED);
		return true;
	}
	if (!wq_refresh(qp, &qp->sq))
		return false;
	qp->sq.done = qp->sq.index;
	if (!req->serves)
		txs_skip(req, qp->sq.done);
	wq_done(qp, &qp->sq);
	rc_posts_done(rc, qp->sq.done, GNIC_SYND_FLUSHED);
	return true;
}

/* Nothing of the old buffers is written from here on: not the rest of a SEND, either. */
static bool rxe_flush(struct rc *rc)
{
	struct qp *qp = rc->qp;

	if (!qp->rq.present)
		return true;
	if (!wq_refresh(qp, &qp->rq))
		return false;
	if (rc->res.is_send)
		rc->res.busy = false;
	qp->rq.done = qp->rq.index;
	wq_done(qp, &qp->rq);
	return true;
}

enum gnic_hw_status rc_cmd_flush(struct qp *qp)
{
	return txs_flush(qp->rc) && rxe_flush(qp->rc) ? GNIC_STATUS_OK : GNIC_STATUS_BAD_ADDR;
}
