// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block TXS: congestion control by delay, as Swift does it. The way of one
 * packet at a time is measured, there and back. If it takes no longer than the
 * target the window grows by a packet, else it shrinks by the share of the time
 * that is too much; so it changes once in a round trip.
 */
#include "blk_qpc.h"

#define DELAY_WINDOW_FIRST	8u	/* packets */

static void delay_set(struct rc_requester *req, uint32_t window)
{
	rc_window_set(req, &req->delay.window, window);
}

void delay_load(struct rc_requester *req, const __le32 *ctx)
{
	struct rc_delay *delay = &req->delay;

	delay->target = 0;
	if (gnic_qpc_get(ctx, GNIC_REQ_CONGESTION_MODE) != GNIC_CONGESTION_DELAY)
		return;
	delay->target = gnic_qpc_get(ctx, GNIC_REQ_TARGET_DELAY) * 1000ull;
	delay->window.most = req->window;
	delay_set(req, delay->window.now);
}

void delay_start(struct rc_requester *req)
{
	struct rc_delay *delay = &req->delay;

	if (!delay->target)
		return;
	delay->measures = false;
	delay->rtt = 0;
	delay->above = 0;
	delay->below = 0;
	delay->lost_until = req->nts;
	delay_set(req, DELAY_WINDOW_FIRST * RC_WINDOW_UNIT);
}

void delay_sent(struct rc *rc, uint32_t psn)
{
	struct rc_delay *delay = &rc->req.delay;

	if (delay->measures)
		return;
	delay->measures = true;
	delay->marked = psn;
	delay->sent = loop_now(rc->qp->card->loop);
}

/* By at most half, as the time that is too much is to all of it, times four fifths. */
static uint32_t delay_too_much(const struct rc_delay *delay)
{
	uint64_t cut = delay->window.now * (delay->rtt - delay->target) / delay->rtt * 4 / 5;

	return cut < delay->window.now / 2 ? (uint32_t)cut : delay->window.now / 2;
}

void delay_acked(struct rc *rc)
{
	struct rc_requester *req = &rc->req;
	struct rc_delay *delay = &req->delay;

	if (!delay->measures || psn_diff(req->ona, delay->marked) <= 0)
		return;
	delay->measures = false;
	delay->rtt = loop_now(rc->qp->card->loop) - delay->sent;
	if (delay->rtt <= delay->target) {
		delay->below++;
		delay_set(req, delay->window.now + RC_WINDOW_UNIT);
	} else {
		delay->above++;
		delay_set(req, delay->window.now - delay_too_much(delay));
	}
}

/* Half the window, once for all packets of it; what was measured may be the lost one. */
void delay_lost(struct rc *rc)
{
	struct rc_requester *req = &rc->req;
	struct rc_delay *delay = &req->delay;

	delay->measures = false;
	if (psn_diff(req->ona, delay->lost_until) < 0)
		return;
	delay->lost_until = req->high;
	delay_set(req, delay->window.now / 2);
}
