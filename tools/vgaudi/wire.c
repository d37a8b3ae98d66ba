// SPDX-License-Identifier: GPL-2.0-only
/* Cables: from one end to the other, with what may happen on the way. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "blk_cmd.h"
#include "capture.h"
#include "frame.h"
#include "mac.h"
#include "tap.h"
#include "wire.h"

#define WIRE_HELD_MAX	4096		/* frames under way on a slow wire */
#define WIRE_RUNT_LEN	40u		/* what is left of a frame that lost its end */
#define WIRE_REORDER_NS	1000000u	/* the longest time to wait for a next frame */

/* Whereto a frame goes: the index of the end, and this for the second half of its port. */
#define WIRE_HALF	2u

/* A copy of a frame on its way to @end. */
struct wire_held {
	struct wire *wire;
	struct wire_held *next;
	unsigned int end;
	bool reorder;		/* goes right behind the next frame */
	struct loop_timer timer;
	uint32_t len;
	uint8_t splits;		/* of the frame */
	uint8_t bytes[];
};

static unsigned int wire_far_end(const struct wire *wire, const struct port *port)
{
	if (mac_is_half(port))
		return WIRE_HALF | (wire->end[0].port == mac_whole(port));
	return wire->end[0].port == port;
}

static struct port *wire_port(const struct wire *wire, unsigned int end)
{
	struct port *port = wire->end[end & ~WIRE_HALF].port;

	if (!(end & WIRE_HALF) || !port)
		return port;
	return port->split ? mac_half(port) : NULL;
}

struct port *wire_peer(const struct port *port)
{
	const struct wire *wire = port->wire;

	return wire ? wire_port(wire, wire_far_end(wire, port)) : NULL;
}

bool wire_is_external(const struct port *port)
{
	return port->wire && !mac_is_half(port) && !wire_peer(port);
}

/* ---- arrival ---- */

static void wire_deliver(struct wire *wire, unsigned int end, struct frame *frame)
{
	struct port *port = wire_port(wire, end);
	uint8_t buf[WIRE_FRAME_MAX];
	uint32_t len;

	if (port) {
		mac_receive(port, frame);
		return;
	}
	if (end & WIRE_HALF)
		return;
	len = frame_flatten(frame, buf, sizeof(buf));
	if (len)
		tap_write(wire->end[end].tap, buf, len);
}

/* A frame of which only bytes are left: what it was before is forgotten, not how often it split. */
static struct frame wire_flat(const uint8_t *bytes, uint32_t len, uint8_t splits)
{
	return (struct frame){ .hdr = bytes, .hdr_len = len, .len = len, .splits = splits };
}

/* @flat may be needed again. */
static void wire_deliver_flat(struct wire *wire, unsigned int end, const struct frame *flat)
{
	struct frame frame = *flat;

	wire_deliver(wire, end, &frame);
}

/* ---- faults ---- */

static void wire_release(struct wire_held *held)
{
	const struct frame flat = wire_flat(held->bytes, held->len, held->splits);
	struct wire *wire = held->wire;
	struct wire_held **p = &wire->held;

	while (*p != held)
		p = &(*p)->next;
	*p = held->next;
	wire->held_count--;
	loop_timer_del(wire->loop, &held->timer);
	wire_deliver_flat(wire, held->end, &flat);
	free(held);
}

static void wire_timeout(void *opaque)
{
	wire_release(opaque);
}

static bool wire_hold(struct wire *wire, unsigned int end, const struct frame *flat, uint64_t ns,
		      bool reorder)
{
	struct wire_held **p = &wire->held, *held;

	if (wire->held_count >= WIRE_HELD_MAX)
		return false;
	held = calloc(1, sizeof(*held) + flat->len);
	if (!held)
		return false;
	held->wire = wire;
	held->end = end;
	held->reorder = reorder;
	held->len = flat->len;
	held->splits = flat->splits;
	held->timer.cb = wire_timeout;
	held->timer.opaque = held;
	memcpy(held->bytes, flat->hdr, flat->len);
	if (loop_timer_set(wire->loop, &held->timer, loop_now(wire->loop) + ns)) {
		free(held);
		return false;
	}
	while (*p)
		p = &(*p)->next;
	*p = held;
	wire->held_count++;
	return true;
}

/* The frame behind which others waited has passed. */
static void wire_release_reordered(struct wire *wire, unsigned int end)
{
	struct wire_held *held, *next;

	for (held = wire->held; held; held = next) {
		next = held->next;
		if (held->reorder && held->end == end) {
			wire_release(held);
			return;
		}
	}
}

static void wire_flip_bit(struct wire *wire, uint8_t *bytes, uint32_t len)
{
	uint64_t bit = fault_random(&wire->faults.random) % (len * 8ull);

	bytes[bit / 8] ^= 1u << bit % 8;
}

/* As a switch does whose queue is long: ECN of IPv4 and IPv6, RFC 3168. */
static void wire_mark(uint8_t *bytes, uint32_t len)
{
	struct frame frame = { .hdr = bytes, .hdr_len = len, .len = len };
	uint8_t *ip;
	uint32_t sum;

	frame_parse(&frame);
	ip = bytes + frame.parsed.l2_len;
	if (frame.parsed.l3 == GNIC_CQE_L3_IPV6 && ip[1] & 0x30) {
		ip[1] |= 0x30;
	} else if (frame.parsed.l3 == GNIC_CQE_L3_IPV4 && ip[1] & 0x03) {
		/* RFC 1624: the checksum as the word changes */
		sum = (uint16_t)~frame_be16(ip + 10) + (uint16_t)~frame_be16(ip);
		ip[1] |= 0x03;
		sum += frame_be16(ip);
		sum = (sum & 0xffff) + (sum >> 16);
		frame_put_be16(ip + 10, (uint16_t)~((sum & 0xffff) + (sum >> 16)));
	}
}

/*
 * A bit has changed on the way, but for the FCS. Nobody looks at it unless he wants to. It is
 * one behind the header: the frame still gets to whom it was for.
 */
static void wire_bad_fcs(struct wire *wire, unsigned int end, uint8_t *bytes, uint32_t len)
{
	struct frame frame = { .hdr = bytes, .hdr_len = len, .len = len };
	struct port *port = wire_port(wire, end);
	uint32_t error = 0;

	wire->lost++;
	if (!port)
		return;
	if (port->rx & GNIC_PORT_RX_ALL && len > MAC_ETH_HLEN) {
		error = (uint32_t)crc32(0, bytes, len);
		wire_flip_bit(wire, bytes + MAC_ETH_HLEN, len - MAC_ETH_HLEN);
		error ^= (uint32_t)crc32(0, bytes, len);
	}
	mac_bad_fcs(port, &frame, error);
}

static void wire_overrun(struct wire *wire, unsigned int end)
{
	struct port *port = wire_port(wire, end);

	wire->lost++;
	if (port && port->link)
		port->stats.rx.errors++;
}

/* False: the receiver could not mend the frame. */
static bool wire_symbols(struct wire *wire, unsigned int end)
{
	struct port *port = wire_port(wire, end);

	if (!fault_wire_roll(&wire->faults, FAULT_SYMBOL) || !port || !port->link)
		return true;
	return mac_fec_symbols(port, wire->faults.dice[FAULT_SYMBOL].symbols);
}

/* Frames that are delayed do not overtake each other: timers of one time have no order. */
static uint64_t wire_delay(struct wire *wire)
{
	uint64_t now = loop_now(wire->loop), until = now + wire->faults.dice[FAULT_DELAY].delay;

	wire->held_until = until > wire->held_until ? until : wire->held_until + 1;
	return wire->held_until - now;
}

/* Delivers what the dice leave of a frame. */
static void wire_faulty(struct wire *wire, unsigned int end, struct frame *frame)
{
	struct fault_wire *faults = &wire->faults;
	uint8_t buf[WIRE_FRAME_MAX];
	struct frame flat;
	uint32_t len;

	if (fault_wire_roll(faults, FAULT_DROP)) {
		wire->lost++;
		return;
	}
	if (!faults->handles) {
		wire_deliver(wire, end, frame);
		return;
	}
	len = frame_flatten(frame, buf, sizeof(buf));
	if (!len)
		return;
	if (fault_wire_roll(faults, FAULT_OVERRUN)) {
		wire_overrun(wire, end);
		return;
	}
	if (fault_wire_roll(faults, FAULT_RUNT) && len > WIRE_RUNT_LEN)
		len = WIRE_RUNT_LEN;
	if (!wire_symbols(wire, end) || fault_wire_roll(faults, FAULT_FCS)) {
		wire_bad_fcs(wire, end, buf, len);
		return;
	}
	if (fault_wire_roll(faults, FAULT_MARK))
		wire_mark(buf, len);
	if (fault_wire_roll(faults, FAULT_CORRUPT))
		wire_flip_bit(wire, buf, len);
	flat = wire_flat(buf, len, frame->splits);
	if (fault_wire_roll(faults, FAULT_REORDER) &&
	    wire_hold(wire, end, &flat, WIRE_REORDER_NS, true))
		return;
	if (fault_wire_roll(faults, FAULT_DELAY)) {
		if (!wire_hold(wire, end, &flat, wire_delay(wire), false))
			wire->lost++;
		return;
	}
	if (fault_wire_roll(faults, FAULT_DUPLICATE))
		wire_deliver_flat(wire, end, &flat);
	wire_deliver_flat(wire, end, &flat);
	wire_release_reordered(wire, end);
}

/* ---- departure ---- */

static void wire_pass(struct wire *wire, unsigned int end, struct frame *frame)
{
	wire->frames++;
	if (wire->capture)
		capture_frame(wire->capture, wire->loop, frame);
	if (wire->faults.active)
		wire_faulty(wire, end, frame);
	else
		wire_deliver(wire, end, frame);
}

void wire_send(struct port *port, struct frame *frame)
{
	if (port->wire)
		wire_pass(port->wire, wire_far_end(port->wire, port), frame);
}

void wire_from_tap(struct wire *wire, const struct tap *tap, uint8_t *buf, size_t len)
{
	struct frame frame = {
		.hdr = buf,
		.hdr_len = len,
		.len = len,
	};

	wire_pass(wire, wire->end[0].tap == tap, &frame);
}

/* ---- life ---- */

static void wire_end_name(const struct wire_end *end, char *buf, size_t len)
{
	if (end->port)
		snprintf(buf, len, "%u.%u", end->port->card->config.index, end->port->index);
	else
		snprintf(buf, len, "tap:%s", tap_name(end->tap));
}

void wire_name(const struct wire *wire, char *buf, size_t len)
{
	char a[WIRE_NAME_LEN / 2], b[WIRE_NAME_LEN / 2];

	wire_end_name(&wire->end[0], a, sizeof(a));
	wire_end_name(&wire->end[1], b, sizeof(b));
	snprintf(buf, len, "%s-%s", a, b);
}

static void wire_plug(struct wire *wire, unsigned int end)
{
	struct port *port = wire->end[end].port;

	if (!port) {
		tap_attach(wire->end[end].tap, wire);
		return;
	}
	port->wire = wire;
	mac_half(port)->wire = wire;
}

static void wire_unplug(struct wire *wire, unsigned int end)
{
	struct port *port = wire->end[end].port;

	if (!port) {
		tap_attach(wire->end[end].tap, NULL);
		return;
	}
	mac_half(port)->wire = NULL;
	mac_link_update(mac_half(port));
	port->wire = NULL;
	mac_link_update(port);
}

struct wire *wire_create(struct loop *loop, const struct wire_end end[2])
{
	struct wire *wire;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (end[i].port && end[i].port->wire) {
			errno = EBUSY;
			return NULL;
		}
	}
	wire = calloc(1, sizeof(*wire));
	if (!wire)
		return NULL;
	wire->loop = loop;
	wire->end[0] = end[0];
	wire->end[1] = end[1];
	wire_plug(wire, 0);
	wire_plug(wire, 1);
	return wire;
}

void wire_destroy(struct wire *wire)
{
	struct wire_held *held;

	while ((held = wire->held)) {
		wire->held = held->next;
		loop_timer_del(wire->loop, &held->timer);
		free(held);
	}
	wire_unplug(wire, 1);
	wire_unplug(wire, 0);
	free(wire);
}
