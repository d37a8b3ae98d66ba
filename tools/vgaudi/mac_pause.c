// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block MAC, pause (IEEE 802.3 Annex 31B): a receive queue that runs short of
 * buffers makes the port ask the far end to be silent, until it has buffers
 * again. One that gets none for a long time is given up: its frames are dropped,
 * the others' flow. A port that was asked starts no packet; the one under way,
 * and answers of the device itself, still leave.
 */
#include <string.h>

#include "frame.h"
#include "mac.h"

#define MAC_PAUSE_QUANTA	0xffffu
#define MAC_PAUSE_WATCH_NS	20000u	/* how often short queues are looked at */
#define MAC_PAUSE_STORM_NS	(GNIC_PAUSE_STORM_MS * 1000000ull)

/* A quantum is the time of 512 bits. */
static uint64_t mac_pause_ns(const struct port *port, uint32_t quanta)
{
	return port->mode.speed ? quanta * 512000ull / port->mode.speed : 0;
}

/* ---- who sends ---- */

static void mac_pause_resume(void *opaque)
{
	struct port *port = opaque;
	struct qp *qp;

	port->pause.until = 0;
	loop_timer_del(port->card->loop, &port->pause.resume);
	while ((qp = port->pause.held)) {
		port->pause.held = qp->pause.next_held;
		qp->pause.held = false;
		qp_wake(qp);
	}
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
	if (!(port->mode.pause & GNIC_PAUSE_RX))
		return;
	mac_pause_for(port, mac_pause_ns(port, quanta));
}

bool mac_pause_hold(struct qp *qp)
{
	struct port *port = qp->port;

	if (!qp_has_wire(qp) || loop_now(port->card->loop) >= port->pause.until)
		return false;
	if (!qp->pause.held) {
		qp->pause.held = true;
		qp->pause.next_held = port->pause.held;
		port->pause.held = qp;
	}
	return true;
}

/* ---- who receives ---- */

static void mac_pause_send(struct port *port, uint16_t quanta)
{
	uint8_t bytes[MAC_FRAME_MIN] = { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x01 };
	struct frame frame = {
		.hdr = bytes,
		.hdr_len = sizeof(bytes),
		.len = sizeof(bytes),
	};

	memcpy(bytes + 6, port->mac, 6);
	frame_put_be16(bytes + 12, MAC_ETH_TYPE_CONTROL);
	frame_put_be16(bytes + 14, MAC_OPCODE_PAUSE);
	frame_put_be16(bytes + 16, quanta);
	mac_send(port, &frame);
	port->pause.again = loop_now(port->card->loop) + mac_pause_ns(port, quanta) / 2;
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

/* Is it still short? A queue that got nothing for so long is not waited for. */
static bool mac_pause_waits(struct qp *qp, uint64_t now)
{
	if (qp->failed || qp->stopped || !wq_refresh(qp, &qp->rq))
		return false;
	if (mac_pause_buffers(qp) >= mac_pause_xon(qp))
		return false;
	if (qp->rq.index != qp->pause.index) {
		qp->pause.index = qp->rq.index;
		qp->pause.since = now;
	}
	if (now - qp->pause.since < MAC_PAUSE_STORM_NS)
		return true;
	qp->pause.storm = true;
	qp->port->stats.pause_storms++;
	return false;
}

static void mac_pause_watch(void *opaque)
{
	struct port *port = opaque;
	uint64_t now = loop_now(port->card->loop);
	struct qp **p = &port->pause.shorts, *qp;

	while ((qp = *p)) {
		if (mac_pause_waits(qp, now)) {
			p = &qp->pause.next_short;
		} else {
			*p = qp->pause.next_short;
			qp->pause.is_short = false;
		}
	}
	if (port->pause.shorts && now >= port->pause.again)
		mac_pause_send(port, MAC_PAUSE_QUANTA);
	if (!port->pause.shorts ||
	    loop_timer_set(port->card->loop, &port->pause.watch, now + MAC_PAUSE_WATCH_NS))
		mac_pause_send(port, 0);
}

void mac_pause_short(struct qp *qp)
{
	struct port *port = qp->port;
	bool first = !port->pause.shorts;

	if (qp->pause.is_short || !wq_refresh(qp, &qp->rq))
		return;
	if (mac_pause_buffers(qp) >= mac_pause_xoff(qp)) {
		qp->pause.storm = false;
		return;
	}
	if (qp->pause.storm || !(port->mode.pause & GNIC_PAUSE_TX) || !port->link)
		return;
	qp->pause.is_short = true;
	qp->pause.since = loop_now(port->card->loop);
	qp->pause.index = qp->rq.index;
	qp->pause.next_short = port->pause.shorts;
	port->pause.shorts = qp;
	if (!first)
		return;
	mac_pause_send(port, MAC_PAUSE_QUANTA);
	loop_timer_set(port->card->loop, &port->pause.watch,
		       loop_now(port->card->loop) + MAC_PAUSE_WATCH_NS);
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

void mac_pause_stop(struct port *port)
{
	struct qp *qp;

	while ((qp = port->pause.shorts)) {
		port->pause.shorts = qp->pause.next_short;
		qp->pause.is_short = false;
	}
	loop_timer_del(port->card->loop, &port->pause.watch);
	mac_pause_resume(port);
}

void mac_pause_init(struct port *port)
{
	port->pause.resume.cb = mac_pause_resume;
	port->pause.resume.opaque = port;
	port->pause.watch.cb = mac_pause_watch;
	port->pause.watch.opaque = port;
}
