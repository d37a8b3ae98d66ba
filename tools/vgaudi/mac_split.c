// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block MAC: the port of two lanes as two ports of one. They share the cage and
 * its module, and the wire: a half talks to the half at the other end. What is
 * whole talks to the first half, as a port that can do with one lane.
 */
#include <endian.h>

#include "blk_cmd.h"
#include "mac.h"

static bool mac_used(const struct port *port)
{
	return port->qp_count || esw_port_used(port);
}

/* The half is there while its link is told to the far end. */
static void mac_split(struct port *whole, bool split)
{
	struct port *half = mac_half(whole);

	mac_reset_port(half);
	whole->split = split;
	mac_reset_port(whole);
	mac_reset_port(half);
	esw_uplink_reset(whole);
	esw_uplink_reset(half);
	whole->numbers.last = 0;
	half->numbers.last = 0;
}

enum gnic_hw_status mac_cmd_split(struct card *card, const struct gnic_hw_port_split *in)
{
	struct port *port = card_port(card, le32toh(in->port));
	bool split = in->parts == GNIC_LANES_PER_PORT;

	if (!port)
		return GNIC_STATUS_NOT_FOUND;
	if (mac_is_half(port) || (in->parts != 1 && !split) || in->rsvd[0] || in->rsvd[1] ||
	    in->rsvd[2])
		return GNIC_STATUS_BAD_PARAM;
	if (port->split == split)
		return GNIC_STATUS_OK;
	if (mac_used(port) || mac_used(mac_half(port)))
		return GNIC_STATUS_BUSY;
	mac_split(port, split);
	return GNIC_STATUS_OK;
}
