// SPDX-License-Identifier: GPL-2.0-only
/* Block MAC: RC packets that would pass a wire and two switches unseen. */
#include "esw.h"
#include "mac.h"
#include "roce.h"
#include "wire.h"

static bool mac_is_open(const struct port *port, uint32_t len)
{
	return port->link && !port->loopback && !mac_is_too_long(port, len);
}

struct vport *mac_straight(const struct port *port, const struct roce_path *path, uint32_t len)
{
	const struct wire *wire = port->wire;
	struct port *far = wire_peer(port);

	if (path->loopback)
		return port->depth || mac_is_too_long(port, len) ? NULL :
		       esw_straight(port->uplink, path->dst_mac);
	if (!far || wire->capture || wire->faults.active || far->depth ||
	    !mac_is_open(port, len) || !mac_is_open(far, len))
		return NULL;
	return esw_straight(far->uplink, path->dst_mac);
}

void mac_passed(struct port *port, struct vport *to, const struct roce_path *path, uint32_t len,
		uint32_t count)
{
	if (!path->loopback) {
		mac_count_passed(port, to->port, path, len, count);
		port->wire->frames += count;
	}
	esw_passed(to->port->uplink, to, len, count);
}
