// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block TMR: retransmission timers.
 *
 * Every packet and every ACK moves a deadline, which is a store; the timer in
 * the loop is only touched when it is not pending, or fires too early or too late.
 * A requester does not just wait for the time-out: it probes before.
 */
#include "blk_qpc.h"

#define TMR_PROBE		64	/* of the time-out; a longer wait if answers take long */

uint64_t tmr_rto(uint32_t granularity)
{
	if (!granularity || granularity > GNIC_TM_GRANULARITY_MAX)
		granularity = GNIC_TM_GRANULARITY_MAX;
	return (4ull << granularity) * 1000;
}

uint32_t tmr_backoff(const struct rc_requester *req)
{
	return req->timeouts < req->adaptive ? req->timeouts : req->adaptive;
}

/* The one that runs. */
static uint64_t tmr_timeout(const struct rc_requester *req)
{
	uint64_t longest = tmr_rto(GNIC_TM_GRANULARITY_MAX);
	uint64_t timeout = req->rto << tmr_backoff(req);

	return timeout < longest ? timeout : longest;
}

/* InfiniBand 9.7.5.2.8, table "Encoding for RNR NAK timer field", in 10 us */
uint64_t tmr_rnr(uint8_t code)
{
	static const uint16_t delays[32] = {
		0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768,
		1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384, 24576, 32768, 49152,
	};
	uint16_t delay = delays[code & 31];

	return (delay ? delay : 65536) * 10000ull;
}

static bool tmr_set(struct rc *rc)
{
	return !loop_timer_set(rc->qp->card->loop, &rc->req.timer, rc->req.deadline);
}

/* The time that a responder asked for is over: that was no time-out. */
static void tmr_released(struct rc *rc)
{
	rc->req.held = false;
	tmr_progress(rc);
	qp_wake(rc->qp);
}

static void tmr_expired(struct rc *rc)
{
	struct rc_requester *req = &rc->req;

	rc->qp->stats.timeouts++;
	if (req->timeouts >= req->timeout_max && req->timeout_max != RC_RETRY_FOR_EVER) {
		txs_fail(rc, req->head, GNIC_SYND_QPC_RETRY);
		return;
	}
	if (req->timeouts < RC_RETRY_FOR_EVER)
		req->timeouts++;
	if (req->delay.target)
		delay_lost(rc);
	txs_rollback(rc);
	tmr_progress(rc);
	qp_wake(rc->qp);
}

/* How long nothing may happen. */
static uint64_t tmr_next(const struct rc *rc)
{
	const struct rc_requester *req = &rc->req;
	uint64_t wait = tmr_timeout(req) / TMR_PROBE, probe;

	if (wait < 3 * req->usual)
		wait = 3 * req->usual;
	probe = loop_now(rc->qp->card->loop) + (wait << req->probes);
	return probe < req->expiry ? probe : req->expiry;
}

static void tmr_probe(struct rc *rc)
{
	struct rc_requester *req = &rc->req;

	req->probing = true;
	req->probes++;
	req->deadline = tmr_next(rc);
	tmr_set(rc);
	qp_wake(rc->qp);
}

static void tmr_fire(void *opaque)
{
	struct rc *rc = opaque;
	struct rc_requester *req = &rc->req;

	uint64_t now = loop_now(rc->qp->card->loop);

	if (!req->valid || (req->ona == req->nts && !req->held))
		return;
	if (now < req->deadline)
		tmr_set(rc);
	else if (req->held)
		tmr_released(rc);
	else if (now < req->expiry)
		tmr_probe(rc);
	else
		tmr_expired(rc);
}

void tmr_init(struct rc *rc)
{
	rc->req.timer.cb = tmr_fire;
	rc->req.timer.opaque = rc;
}

void tmr_exit(struct rc *rc)
{
	loop_timer_del(rc->qp->card->loop, &rc->req.timer);
}

void tmr_hold(struct rc *rc, uint64_t ns)
{
	struct rc_requester *req = &rc->req;

	req->held = true;
	req->deadline = loop_now(rc->qp->card->loop) + ns;
	if (!tmr_set(rc))
		txs_fail(rc, req->head, GNIC_SYND_QPC_RETRY);
}

/*
 * How long an answer takes: at once if it takes longer, slowly if it does not. One that a
 * probe may have brought had been lost, or was late: half of the time is a guess at both.
 */
void tmr_answered(struct rc *rc)
{
	struct rc_requester *req = &rc->req;
	uint64_t took = (loop_now(rc->qp->card->loop) - req->since) >> !!req->probes;

	if (took > req->usual)
		req->usual = took;
	else
		req->usual -= (req->usual - took) / 8;
}

void tmr_progress(struct rc *rc)
{
	struct rc_requester *req = &rc->req;
	uint64_t before = req->deadline;	/* the timer is set to it, or to less */

	req->probes = 0;
	req->since = loop_now(rc->qp->card->loop);
	req->expiry = req->since + tmr_timeout(req);
	req->deadline = tmr_next(rc);
	/* no memory for a timer: a QP that could hang for ever fails at once */
	if ((req->deadline < before || !loop_timer_pending(&req->timer)) && !tmr_set(rc))
		txs_fail(rc, req->head, GNIC_SYND_QPC_RETRY);
}
