// SPDX-License-Identifier: GPL-2.0-only
/*
 * QPs: a limit for what a raw send queue sends, or a class of them, or a port.
 * Each frame takes the time that it would take on a wire of that rate; a queue
 * that is ahead of its time waits for the timer. Time that it did not use is
 * kept for it, but not much of it.
 */
#include "blk_cmd.h"
#include "mac.h"
#include "path.h"

#define QP_RATE_BURST_NS	(GNIC_QP_RATE_BURST_US * 1000ull)

/* The loop looks at the pollers after a timer: who is polled needs nothing else. */
static void rate_resume(void *opaque)
{
	(void)opaque;
}

void rate_set(struct loop *loop, struct qp_rate *rate, uint64_t limit)
{
	loop_timer_del(loop, &rate->timer);
	if (!rate->timer.cb)
		rate->timer.cb = rate_resume;
	rate->limit = limit;
	rate->until = 0;
}

bool rate_hold(struct loop *loop, struct qp_rate *rate)
{
	if (loop_now(loop) >= rate->until)
		return false;
	/* without the timer nobody would wake it: rather too fast than never again */
	return loop_timer_pending(&rate->timer) ||
	       !loop_timer_set(loop, &rate->timer, rate->until);
}

void rate_spend(struct loop *loop, struct qp_rate *rate, uint64_t octets)
{
	uint64_t now = loop_now(loop);

	if (rate->until + QP_RATE_BURST_NS < now)
		rate->until = now - QP_RATE_BURST_NS;
	rate->until += octets * 8 * 1000000000 / rate->limit;
}

bool qp_rate_hold(struct qp *qp)
{
	return rate_hold(qp->card->loop, &qp->rate);
}

void qp_rate_spend(struct qp *qp, uint32_t len)
{
	rate_spend(qp->card->loop, &qp->rate, len + MAC_FCS_LEN);
}

void qp_rate_forget(struct qp *qp)
{
	loop_timer_del(qp->card->loop, &qp->rate.timer);
}

enum gnic_hw_status qp_cmd_rate(struct card *card, const struct gnic_hw_qp_rate *in)
{
	uint64_t limit = le64_to_cpu(in->rate);
	enum gnic_hw_status status;
	struct qp *qp;

	if (!rate_ok(limit))
		return GNIC_STATUS_BAD_PARAM;
	status = qp_raw_sends(card, in->port, in->qpn, &qp);
	if (status)
		return status;
	qp->rate.timer.cb = qp_resume;
	qp->rate.timer.opaque = qp;
	rate_set(card->loop, &qp->rate, limit);
	qp_wake(qp);
	return GNIC_STATUS_OK;
}
