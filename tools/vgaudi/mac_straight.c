// SPDX-License-Identifier: GPL-2.0-only
/* Block MAC: RC packets that would pass a wire and two switches unseen. */
#include "esw.h"
#include "mac.h"
#include "roce.h"
#include "wire.h"

static bool mac_is_open(const struct port *port, const struct frame *frame)
{
	return port->link && !port->loopback && !mac_is_too_long(port, frame);
}

static bool mac_turns(const struct frame *frame)
{
	return frame->rc->path->loopback;
}

struct vport *mac_straight(const struct port *port, const struct frame *frame)
{
	const struct wire *wire = port->wire;
	struct port *far = wire_peer(port);

	if (mac_turns(frame))
		return port->depth || mac_is_too_long(port, frame) ? NULL :
		       esw_straight(port->uplink, frame);
	if (!far || wire->capture || wire->faults.active || far->depth ||
	    !mac_is_open(port, frame) || !mac_is_open(far, frame))
		return NULL;
	return esw_straight(far->uplink, frame);
}

void mac_passed(struct port *port, struct vport *to, const struct frame *frame, uint32_t count)
{
	if (!mac_turns(frame)) {
		mac_count(&port->stats.tx, frame, count);
		port->wire->frames += count;
		mac_count_rx(to->port, frame, count);
	}
	esw_passed(to->port->uplink, to, frame->len, count);
}
