// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block RXE: frames from the wire that wait in the port's buffers (mac_buffer.c) until their
 * receive queue has buffers again. Those of a queue keep their order. A queue without buffers
 * tells nobody when it gets some: it is looked at when the next frame comes for it, and every
 * now and then. One that gets none for a long time (mac_storm.c) is given up.
 */
#include <stdlib.h>

#include "frame.h"
#include "mac.h"
#include "rxe.h"

#define RXE_WAIT_WATCH_NS	20000u

/**
 * struct rxe_waiting - a frame, in one piece
 * @next: behind it
 * @label: of the switch; its priority was that of the buffer
 * @merged: of several segments
 * @many: @merged says something
 * @parsed: its headers
 * @l4_ok: of the frame
 * @buffer: of the port
 * @len: of @bytes
 */
struct rxe_waiting {
	struct rxe_waiting *next;
	struct rxe_label label;
	struct rxe_merged merged;
	bool many;
	bool l4_ok;
	uint8_t buffer;
	struct parsed parsed;
	uint32_t len;
	uint8_t bytes[];
};

static const struct rxe_merged *wait_merged(const struct rxe_waiting *waiting)
{
	return waiting->many ? &waiting->merged : NULL;
}

/* ---- in and out ---- */

static void wait_append(struct qp *qp, struct rxe_waiting *first, struct rxe_waiting **last)
{
	if (!qp->wait.first) {
		qp->wait.last = &qp->wait.first;
		qp->wait.next = qp->port->buffer.queues;
		qp->port->buffer.queues = qp;
		qp->wait.index = qp->rq.index;
		qp->wait.since = loop_now(qp->card->loop);
	}
	*qp->wait.last = first;
	qp->wait.last = last;
}

/* Nothing waits for it any more. The timer is for those for whom something does. */
static void wait_unlink(struct qp *qp)
{
	struct port *port = qp->port;
	struct qp **p = &port->buffer.queues;

	while (*p != qp)
		p = &(*p)->wait.next;
	*p = qp->wait.next;
	if (!port->buffer.queues)
		loop_timer_del(port->card->loop, &port->buffer.watch);
}

static void wait_free_first(struct qp *qp)
{
	struct rxe_waiting *waiting = qp->wait.first;

	qp->wait.first = waiting->next;
	mac_buffer_give(qp->port, waiting->buffer, waiting->len);
	free(waiting);
	if (!qp->wait.first)
		wait_unlink(qp);
}

void rxe_wait_drop(struct qp *qp)
{
	const struct rxe_waiting *waiting;
	uint32_t frames;

	while ((waiting = qp->wait.first)) {
		frames = rxe_frames(wait_merged(waiting));
		qp->port->buffer.dropped[waiting->buffer] += frames;
		qp->stats.no_buffer += qp->failed ? 0 : frames;
		rxe_lost(qp, frames);
		wait_free_first(qp);
	}
}

/* False: there are not enough buffers. */
static bool wait_deliver(struct qp *qp, const struct rxe_waiting *waiting)
{
	struct frame frame = {
		.hdr = waiting->bytes, .hdr_len = waiting->len, .len = waiting->len,
		.parsed = waiting->parsed, .is_parsed = true, .l4_ok = waiting->l4_ok,
	};
	enum rxe_result result = rxe_try(qp, &frame, &waiting->label, wait_merged(waiting));

	if (result == RXE_LOST)
		rxe_lost(qp, rxe_frames(wait_merged(waiting)));
	return result != RXE_SHORT;
}

bool rxe_wait_run(struct qp *qp)
{
	while (qp->wait.first && !qp->failed && !qp->stopped) {
		if (wait_deliver(qp, qp->wait.first))
			wait_free_first(qp);
		else if (!qp->failed)
			return false;
	}
	rxe_wait_drop(qp);
	return true;
}

void rxe_wait_move(struct qp *from, struct qp *to)
{
	struct rxe_waiting *first = from->wait.first;

	if (!first || from == to)
		return;
	wait_append(to, first, from->wait.last);
	from->wait.first = NULL;
	wait_unlink(from);
	rxe_wait_run(to);
}

/* ---- every now and then ---- */

/* Is somebody silent for what waits for it? */
static bool wait_asked(const struct qp *qp)
{
	for (const struct rxe_waiting *waiting = qp->wait.first; waiting; waiting = waiting->next)
		if (mac_buffer_asked(qp->port, waiting->buffer))
			return true;
	return false;
}

/* Has it got a buffer meanwhile? */
static void wait_age(struct qp *qp, uint64_t now)
{
	if (qp->rq.index != qp->wait.index) {
		qp->wait.index = qp->rq.index;
		qp->wait.since = now;
	} else if (mac_storm_is(qp->port, qp->wait.since, now)) {
		qp->wait.given_up = true;
		qp->port->stats.pause_storms += wait_asked(qp);
		rxe_wait_drop(qp);
	}
}

static void wait_watch(void *opaque)
{
	struct port *port = opaque;
	uint64_t now = loop_now(port->card->loop);
	struct qp *qp, *next;

	for (qp = port->buffer.queues; qp; qp = next) {
		next = qp->wait.next;
		if (!rxe_wait_run(qp))
			wait_age(qp, now);
	}
	/* without the timer nobody would look for buffers */
	if (port->buffer.queues &&
	    loop_timer_set(port->card->loop, &port->buffer.watch, now + RXE_WAIT_WATCH_NS))
		while (port->buffer.queues)
			rxe_wait_drop(port->buffer.queues);
	/* as long as it takes, also if the link was lost meanwhile */
	if (port->buffer.full)
		mac_pause_review(port);
}

static bool wait_arm(struct port *port)
{
	struct loop *loop = port->card->loop;

	if (loop_timer_pending(&port->buffer.watch))
		return true;
	port->buffer.watch.cb = wait_watch;
	port->buffer.watch.opaque = port;
	return !loop_timer_set(loop, &port->buffer.watch, loop_now(loop) + RXE_WAIT_WATCH_NS);
}

/* ---- one more ---- */

static bool wait_may(struct qp *qp, uint8_t prio)
{
	if (prio >= GNIC_PRIOS || !(qp->port->buffer.prios & 1u << prio) || qp->failed ||
	    rxe_is_full(qp))
		return false;
	if (qp->wait.given_up && qp->wait.index == qp->rq.index)
		return false;
	qp->wait.given_up = false;
	return true;
}

static struct rxe_waiting *wait_make(const struct qp *qp, const struct frame *frame,
				     const struct rxe_label *label,
				     const struct rxe_merged *merged)
{
	struct rxe_waiting *waiting = malloc(sizeof(*waiting) + frame->len);

	if (!waiting)
		return NULL;
	*waiting = (struct rxe_waiting){
		.label = *label, .many = merged, .parsed = frame->parsed, .l4_ok = frame->l4_ok,
		.buffer = qp->port->buffer.prio[label->prio], .len = frame->len,
	};
	waiting->label.waited = true;
	waiting->label.came = loop_now(qp->card->loop);
	if (merged)
		waiting->merged = *merged;
	frame_copy(frame, 0, waiting->bytes, frame->len);
	return waiting;
}

bool rxe_wait_add(struct qp *qp, const struct frame *frame, const struct rxe_label *label,
		  const struct rxe_merged *merged)
{
	struct rxe_waiting *waiting;

	if (!wait_may(qp, label->prio))
		return false;
	waiting = wait_make(qp, frame, label, merged);
	if (!waiting || !mac_buffer_take(qp->port, label->prio, frame->len, rxe_frames(merged)))
		goto err_free;
	if (!wait_arm(qp->port))
		goto err_give;
	wait_append(qp, waiting, &waiting->next);
	return true;

err_give:
	mac_buffer_give(qp->port, waiting->buffer, waiting->len);
err_free:
	free(waiting);
	return false;
}
