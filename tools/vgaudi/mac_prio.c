// SPDX-License-Identifier: GPL-2.0-only
/* Block MAC: the priority of a received frame, by what the port trusts of it. */
#include <string.h>

#include "blk_cmd.h"
#include "frame.h"
#include "mac.h"
#include "parse.h"
#include "roce.h"

#define PRIO_TAGS	2

/* PCP and DEI of a tag. */
static int prio_tci(uint16_t tci)
{
	return tci >> 13 | (tci & 0x1000) >> 9;
}

/* Those of the outer tag, or negative. An RC packet has no bytes yet, but what they will be. */
static int prio_pcp(const struct frame *frame)
{
	uint8_t bytes[4];
	uint16_t type;

	if (frame->rc)
		return frame->rc->path->vlan_tci ? prio_tci(frame->rc->path->vlan_tci) : -1;
	if (frame_copy(frame, 2 * ETH_ADDR_LEN, bytes, sizeof(bytes)) != sizeof(bytes))
		return -1;
	type = frame_be16(bytes);
	if (type != ETH_TYPE_CTAG && type != ETH_TYPE_STAG)
		return -1;
	return prio_tci(frame_be16(bytes + 2));
}

/* DSCP of the outer IP header, or negative. */
static int prio_dscp(const struct frame *frame)
{
	uint32_t at = 2 * ETH_ADDR_LEN;
	uint8_t bytes[4];

	if (frame->rc)
		return frame->rc->path->tos >> 2;
	for (unsigned int tags = 0; tags <= PRIO_TAGS; tags++, at += VLAN_LEN) {
		if (frame_copy(frame, at, bytes, sizeof(bytes)) != sizeof(bytes))
			return -1;
		switch (frame_be16(bytes)) {
		case ETH_TYPE_CTAG:
		case ETH_TYPE_STAG:
			continue;
		case ETH_TYPE_IPV4:
			return bytes[2] >> 4 == 4 ? bytes[3] >> 2 : -1;
		case ETH_TYPE_IPV6:
			return bytes[2] >> 4 == 6 ? (bytes[2] & 15) << 2 | bytes[3] >> 6 : -1;
		default:
			return -1;
		}
	}
	return -1;
}

uint8_t mac_prio(const struct port *port, const struct frame *frame)
{
	const struct gnic_hw_port_trust *trust = &port->trust;
	int value;

	for (unsigned int i = 0; i < GNIC_PRIO_SOURCES; i++) {
		if (trust->trust[i] == GNIC_PRIO_BY_PCP) {
			value = prio_pcp(frame);
			if (value >= 0)
				return trust->pcp_prio[value];
		} else if (trust->trust[i] == GNIC_PRIO_BY_DSCP) {
			value = prio_dscp(frame);
			if (value >= 0)
				return trust->dscp_prio[value];
		}
	}
	return 0;
}

static bool prio_ok(const struct gnic_hw_port_trust *in)
{
	for (unsigned int i = 0; i < GNIC_PRIO_SOURCES; i++)
		if (in->trust[i] > GNIC_PRIO_BY_DSCP)
			return false;
	for (unsigned int i = 0; i < GNIC_PCPS; i++)
		if (in->pcp_prio[i] >= GNIC_PRIOS)
			return false;
	for (unsigned int i = 0; i < GNIC_DSCPS; i++)
		if (in->dscp_prio[i] >= GNIC_PRIOS)
			return false;
	return !(in->rsvd[0] | in->rsvd[1]);
}

enum gnic_hw_status mac_cmd_trust(struct card *card, const struct gnic_hw_port_trust *in)
{
	struct port *port = card_port(card, le32_to_cpu(in->port));

	if (!port || !prio_ok(in))
		return GNIC_STATUS_BAD_PARAM;
	port->trust = *in;
	return GNIC_STATUS_OK;
}

/* Tags are trusted, and mean what they say. */
void mac_prio_reset(struct port *port)
{
	memset(&port->trust, 0, sizeof(port->trust));
	port->trust.trust[0] = GNIC_PRIO_BY_PCP;
	for (unsigned int i = 0; i < GNIC_PCPS; i++)
		port->trust.pcp_prio[i] = i % GNIC_PRIOS;
}
