// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block MAC, pause (IEEE 802.3 Annex 31B): a receive queue that runs short of
 * buffers makes the port ask the far end to be silent, until it has buffers
 * again. One that gets none for a long time is given up: its frames are dropped,
 * the others' flow. A priority with a receive buffer (mac_buffer.c) counts by what is
 * in that instead. A port that was asked starts no packet; the one under way,
 * and answers of the device itself, still leave. With PFC (mac_pfc.c) the same
 * is asked of the priorities whose frames made a queue short.
 */
#include <string.h>

#include "frame.h"
#include "mac.h"

#define MAC_PAUSE_WATCH_NS	20000u	/* how often short queues are looked at */

/* ---- who sends ---- */

void mac_pause_wake(struct port *port)
{
	struct qp *qp;

	while ((qp = port->pause.held)) {
		port->pause.held = qp->pause.next_held;
		qp->pause.held = false;
		qp_wake(qp);
	}
}

void mac_pause_wait(struct qp *qp)
{
	if (qp->pause.held)
		return;
	qp->pause.held = true;
	qp->pause.next_held = qp->port->pause.held;
	qp->port->pause.held = qp;
}

static void mac_pause_resume(void *opaque)
{
	struct port *port = opaque;

	port->pause.until = 0;
	loop_timer_del(port->card->loop, &port->pause.resume);
	mac_pause_wake(port);
}

void mac_pause_for(struct port *port, uint64_t ns)
{
	if (!ns) {
		mac_pause_resume(port);
		return;
	}
	port->pause.until = loop_now(port->card->loop) + ns;
	/* without the timer nobody would wake those that wait */
	if (loop_timer_set(port->card->loop, &port->pause.resume, port->pause.until))
		port->pause.until = 0;
}

void mac_pause_received(struct port *port, uint16_t quanta)
{
	if (!(port->mode.pause & GNIC_PAUSE_RX) || port->pfc.enable)
		return;
	mac_pause_for(port, mac_storm_obey(port, &port->pause.silence, MAC_PRIOS_ALL,
					   mac_pause_ns(port, quanta)));
}

bool mac_pause_hold(struct qp *qp)
{
	struct port *port = qp->port;

	if (!qp_has_wire(qp) || loop_now(port->card->loop) >= port->pause.until)
		return false;
	mac_pause_wait(qp);
	return true;
}

/* ---- who receives ---- */

void mac_control_send(struct port *port, uint16_t opcode, const uint16_t *params,
		      unsigned int count)
{
	uint8_t bytes[MAC_FRAME_MIN] = { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x01 };
	struct frame frame = {
		.hdr = bytes,
		.hdr_len = sizeof(bytes),
		.len = sizeof(bytes),
	};

	memcpy(bytes + 6, port->mac, 6);
	frame_put_be16(bytes + 12, MAC_ETH_TYPE_CONTROL);
	frame_put_be16(bytes + 14, opcode);
	for (unsigned int i = 0; i < count; i++)
		frame_put_be16(bytes + 16 + 2 * i, params[i]);
	mac_send(port, &frame);
}

/* @want of those who listen shall be silent, the others need not. */
static void mac_pause_ask(struct port *port, uint8_t want)
{
	uint8_t asked = port->pause.asked;
	uint16_t quanta = want ? MAC_PAUSE_QUANTA : 0;

	port->pause.asked = want;
	port->pause.again = loop_now(port->card->loop) +
			    mac_pause_ns(port, MAC_PAUSE_QUANTA) / 2;
	if (port->pfc.enable)
		mac_pfc_send(port, want, asked);
	else
		mac_control_send(port, MAC_OPCODE_PAUSE, &quanta, 1);
}

static uint32_t mac_pause_xon(const struct qp *qp)
{
	uint32_t xon = qp->pause.peak - qp->pause.peak / 8;

	return xon < MAC_PAUSE_XON_MAX ? xon : MAC_PAUSE_XON_MAX;
}

static uint32_t mac_pause_buffers(const struct qp *qp)
{
	return qp->rq.index - qp->rq.done;
}

/*
 * For whom it is short. Who has got a receive buffer meanwhile counts by that, who has no flow
 * control any more not at all.
 */
static uint8_t mac_pause_prios(const struct qp *qp)
{
	const struct port *port = qp->port;

	return port->pfc.enable ? qp->pause.prios & port->pfc.enable & ~port->buffer.prios :
				  qp->pause.prios;
}

/* Is it still short? A queue that got nothing for so long is not waited for. */
static bool mac_pause_waits(struct qp *qp, uint64_t now)
{
	if (qp->failed || qp->stopped || !mac_pause_prios(qp) || !wq_refresh(qp, &qp->rq))
		return false;
	if (mac_pause_buffers(qp) >= mac_pause_xon(qp))
		return false;
	if (qp->rq.index != qp->pause.index) {
		qp->pause.index = qp->rq.index;
		qp->pause.since = now;
	}
	if (!mac_storm_is(qp->port, qp->pause.since, now))
		return true;
	qp->pause.storm = true;
	qp->port->stats.pause_storms++;
	return false;
}

/* Nobody is waited for. */
static void mac_pause_drop(struct port *port)
{
	struct qp *qp;

	while ((qp = port->pause.shorts)) {
		port->pause.shorts = qp->pause.next_short;
		qp->pause.is_short = false;
	}
}

void mac_pause_review(struct port *port)
{
	uint64_t now = loop_now(port->card->loop);
	struct qp **p = &port->pause.shorts, *qp;
	uint8_t want = mac_buffer_want(port);

	while ((qp = *p)) {
		if (mac_pause_waits(qp, now)) {
			want |= mac_pause_prios(qp);
			p = &qp->pause.next_short;
		} else {
			*p = qp->pause.next_short;
			qp->pause.is_short = false;
		}
	}
	if (want && loop_timer_set(port->card->loop, &port->pause.watch, now + MAC_PAUSE_WATCH_NS)) {
		mac_pause_drop(port);
		want = 0;
	}
	if (want != port->pause.asked || (want && now >= port->pause.again))
		mac_pause_ask(port, want);
}

static void mac_pause_watch(void *opaque)
{
	mac_pause_review(opaque);
}

/* Another priority of a queue that is short, or the first. */
static void mac_pause_add(struct qp *qp, uint8_t whom)
{
	struct port *port = qp->port;

	qp->pause.prios |= whom;
	if (whom & ~port->pause.asked)
		mac_pause_ask(port, port->pause.asked | whom);
}

void mac_pause_short(struct qp *qp, uint8_t prio)
{
	struct port *port = qp->port;
	uint64_t now = loop_now(port->card->loop);
	bool first = !port->pause.shorts;
	uint8_t whom = mac_pause_whom(port, prio);

	if (qp->pause.is_short) {
		mac_pause_add(qp, whom);
		return;
	}
	if (!wq_refresh(qp, &qp->rq))
		return;
	if (mac_pause_buffers(qp) >= mac_pause_xoff(qp)) {
		qp->pause.storm = false;
		return;
	}
	if (qp->pause.storm || !whom || !port->link)
		return;
	/* without the timer nobody would end it */
	if (first && loop_timer_set(port->card->loop, &port->pause.watch, now + MAC_PAUSE_WATCH_NS))
		return;
	qp->pause.is_short = true;
	qp->pause.since = now;
	qp->pause.index = qp->rq.index;
	qp->pause.next_short = port->pause.shorts;
	port->pause.shorts = qp;
	qp->pause.prios = 0;
	mac_pause_add(qp, whom);
}

/* ---- life ---- */

void mac_pause_forget(struct qp *qp)
{
	struct qp **p;

	for (p = &qp->port->pause.held; *p; p = &(*p)->pause.next_held) {
		if (*p == qp) {
			*p = qp->pause.next_held;
			break;
		}
	}
	for (p = &qp->port->pause.shorts; *p; p = &(*p)->pause.next_short) {
		if (*p == qp) {
			*p = qp->pause.next_short;
			break;
		}
	}
	qp->pause.held = false;
	qp->pause.is_short = false;
}

void mac_pause_end(struct port *port)
{
	mac_pause_drop(port);
	if (port->pause.asked)
		mac_pause_ask(port, 0);
}

void mac_pause_stop(struct port *port)
{
	mac_pause_drop(port);
	loop_timer_del(port->card->loop, &port->pause.watch);
	port->pause.asked = 0;
	mac_pause_free(port);
}

void mac_pause_free(struct port *port)
{
	memset(&port->pause.silence, 0, sizeof(port->pause.silence));
	mac_pause_resume(port);
	mac_pfc_stop(port);
}

void mac_pause_init(struct port *port)
{
	port->pause.resume.cb = mac_pause_resume;
	port->pause.resume.opaque = port;
	port->pause.watch.cb = mac_pause_watch;
	port->pause.watch.opaque = port;
}
