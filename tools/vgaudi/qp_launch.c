// SPDX-License-Identifier: GPL-2.0-only
/*
 * QPs: a packet that is not to be sent before a time of the card's clock. Those
 * behind it wait too. The clock may be set meanwhile: whoever is woken looks at
 * it again, and waits no longer than the longest wait that can be asked for.
 */
#include "blk_cmd.h"
#include "path.h"

bool qp_launch_wait(struct qp *qp, uint32_t time)
{
	struct loop *loop = qp->card->loop;
	uint64_t now = loop_now(loop), clock = phc_at(&qp->card->phc, now);
	int32_t ahead = (int32_t)(time - (uint32_t)clock);

	if (ahead <= 0)
		return false;
	qp->launch.cb = qp_resume;
	qp->launch.opaque = qp;
	loop_timer_del(loop, &qp->launch);
	/* without the timer nobody would wake it: rather too early than never */
	return !loop_timer_set(loop, &qp->launch, phc_when(&qp->card->phc, clock + ahead));
}

void qp_launch_forget(struct qp *qp)
{
	loop_timer_del(qp->card->loop, &qp->launch);
}
