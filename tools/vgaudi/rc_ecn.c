// SPDX-License-Identifier: GPL-2.0-only
/*
 * Congestion control by marks, as DCQCN does it, with a window where that has a rate.
 *
 * A switch with a long queue marks packets. Whoever receives a marked request notifies its
 * sender, now and then. That cuts its window, by more the more often it was notified of
 * late, remembers where it was, and comes back there in steps that halve the distance;
 * after some of them it asks for more. Time is told by when an ACK or a notification
 * comes: nothing else opens a window.
 */
#include "blk_qpc.h"
#include "frame.h"

#define ECN_ONE			1024u	/* of alpha */
#define ECN_GAIN		16u	/* alpha moves by a sixteenth */
#define ECN_PERIOD_NS		55000u
#define ECN_NOTIFY_NS		50000u
#define ECN_RECOVERY		5u	/* periods without asking for more */
#define ECN_PERIODS_MAX		4096u	/* of silence, that change anything */

/* ---- the notification point: a responder ---- */

void ecn_marked(struct rc *rc)
{
	uint64_t now = loop_now(rc->qp->card->loop);
	struct rc_packet pkt = { .opcode = ROCE_CNP };

	if (now < rc->res.next_cnp)
		return;
	rc->res.next_cnp = now + ECN_NOTIFY_NS;
	rxe_answer(rc, &pkt);
}

/* ---- the reaction point: a requester ---- */

static void ecn_set(struct rc_requester *req, uint32_t window)
{
	rc_window_set(req, &req->ecn.window, window);
}

void ecn_load(struct rc *rc, const __le32 *ctx)
{
	struct rc_requester *req = &rc->req;
	struct rc_ecn *ecn = &req->ecn;
	bool before = ecn->on;

	ecn->on = gnic_qpc_get(ctx, GNIC_REQ_CONGESTION_MODE) == GNIC_CONGESTION_ECN;
	if (!ecn->on)
		return;
	ecn->window.most = req->window;
	if (before)
		ecn_set(req, ecn->window.now);
	else
		ecn_start(rc);
}

/* At the full rate, as if there had been nothing but marks: the first cut is by half. */
void ecn_start(struct rc *rc)
{
	struct rc_requester *req = &rc->req;
	struct rc_ecn *ecn = &req->ecn;

	if (!ecn->on)
		return;
	ecn->alpha = ECN_ONE;
	ecn->target = ecn->window.most * RC_WINDOW_UNIT;
	ecn->periods = 0;
	ecn->notified = 0;
	ecn->quiet = 0;
	ecn->next = loop_now(rc->qp->card->loop) + ECN_PERIOD_NS;
	ecn_set(req, ecn->target);
}

/* A period without a notification. */
static void ecn_grow(struct rc_requester *req)
{
	struct rc_ecn *ecn = &req->ecn;
	uint32_t most = ecn->window.most * RC_WINDOW_UNIT;

	ecn->quiet++;
	ecn->alpha -= ecn->alpha / ECN_GAIN;
	if (ecn->periods < ECN_RECOVERY)
		ecn->periods++;
	else
		ecn->target += RC_WINDOW_UNIT;
	if (ecn->target > most)
		ecn->target = most;
	ecn_set(req, (ecn->window.now + ecn->target + 1) / 2);
}

void ecn_age(struct rc *rc)
{
	struct rc_ecn *ecn = &rc->req.ecn;
	uint64_t now = loop_now(rc->qp->card->loop);

	if (ecn->next + (uint64_t)ECN_PERIODS_MAX * ECN_PERIOD_NS < now)
		ecn->next = now - (uint64_t)ECN_PERIODS_MAX * ECN_PERIOD_NS;
	for (; ecn->next <= now; ecn->next += ECN_PERIOD_NS)
		ecn_grow(&rc->req);
}

void ecn_notified(struct rc *rc)
{
	struct rc_requester *req = &rc->req;
	struct rc_ecn *ecn = &req->ecn;

	if (!ecn->on)
		return;
	ecn_age(rc);
	ecn->notified++;
	ecn->target = ecn->window.now;
	ecn->periods = 0;
	ecn->next = loop_now(rc->qp->card->loop) + ECN_PERIOD_NS;
	ecn_set(req, ecn->target -
		(uint32_t)((uint64_t)ecn->target * ecn->alpha / (2 * ECN_ONE)));
	ecn->alpha += (ECN_ONE - ecn->alpha) / ECN_GAIN;
}
