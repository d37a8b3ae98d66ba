/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cables. An end of a wire is a port of a card in this process or a TAP
 * interface of the machine; both ends may be the same port (a loopback plug).
 * The second halves of split ports meet on the same wire.
 */
#ifndef VGAUDI_WIRE_H
#define VGAUDI_WIRE_H

#include "card.h"
#include "fault.h"

struct capture;
struct tap;
struct wire_held;

/* Exactly one is set. */
struct wire_end {
	struct port *port;
	struct tap *tap;
};

struct wire {
	struct loop *loop;
	struct wire_end end[2];
	struct capture *capture;	/* NULL: nobody looks */
	bool capture_owned;		/* its own, not shared with other wires */
	struct fault_wire faults;
	struct wire_held *held;		/* frames that a fault delays */
	unsigned int held_count;
	uint64_t held_until;		/* by the latest delay */
	uint64_t frames;
	uint64_t lost;			/* by faults */
	struct wire *next;
};

/* Plugs the wire in at both ends; NULL: no memory, or an end is taken (EBUSY). */
struct wire *wire_create(struct loop *loop, const struct wire_end end[2]);
void wire_destroy(struct wire *wire);

/* The port at the other end; NULL: not in this process, or nothing is plugged in. */
struct port *wire_peer(const struct port *port);
bool wire_is_external(const struct port *port);

/* tap.c: a frame came in */
void wire_from_tap(struct wire *wire, const struct tap *tap, uint8_t *buf, size_t len);

/* "0.0-1.0" or "0.1-tap:NAME" */
void wire_name(const struct wire *wire, char *buf, size_t len);

#define WIRE_NAME_LEN	48
#define WIRE_FRAME_MAX	16384	/* the longest frame, flattened */

#endif /* VGAUDI_WIRE_H */
