// SPDX-License-Identifier: GPL-2.0-only
/* Block RXE: headers apart from payload, in the head area of a receive queue. */
#include "frame.h"
#include "parse.h"
#include "rxe.h"

/* What has a payload that somebody may want by itself. */
static bool rxe_split_wanted(const struct qp *qp, const struct parsed *p, uint32_t len)
{
	return (p->l4 == GNIC_CQE_L4_TCP || p->l4 == GNIC_CQE_L4_UDP) && !p->fragment && !p->bad &&
	       len > qp->split_thresh;
}

uint32_t rxe_split(const struct qp *qp, const struct frame *frame, uint32_t strip, uint32_t len)
{
	const struct parsed *p = &frame->parsed;

	if (!qp->split)
		return 0;
	if (rxe_split_wanted(qp, p, len) && p->payload_off - strip <= GNIC_RAW_HEAD_SIZE)
		return p->payload_off - strip;
	return len <= GNIC_RAW_HEAD_SIZE ? len : 0;
}

void *rxe_split_slot(struct qp *qp)
{
	uint64_t slot = qp->rq.done & qp->rq.mask;
	struct iovec iov;

	/* aligned to its size: in one piece */
	if (asid_iov(qp->card, GNIC_ASID_KERNEL, qp->split + slot * GNIC_RAW_HEAD_SIZE,
		     GNIC_RAW_HEAD_SIZE, GNIC_ACCESS_LOCAL_WRITE, &iov, 1) != 1)
		return NULL;
	return iov.iov_base;
}
