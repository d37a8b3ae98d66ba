// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block MAC, the link: what the two ends of a cable offer, and what comes of
 * it. An end that is set by hand offers one mode; one that negotiates finds out
 * what such a peer sends, and joins if it has that on offer.
 */
#include <endian.h>
#include <string.h>

#include "blk_cmd.h"
#include "mac.h"
#include "wire.h"

#define MAC_PAUSE_BOTH	(GNIC_PAUSE_RX | GNIC_PAUSE_TX)
#define MAC_PAUSE_ALL	(MAC_PAUSE_BOTH | GNIC_PAUSE_AUTONEG)

struct mac_mode {
	uint32_t bit;
	uint32_t speed;
	uint8_t lanes;
	uint8_t fec;
};

/* A later one is better. */
static const struct mac_mode mac_modes[] = {
#define X(name, bit, speed, lanes, fec) { GNIC_LINK_##name, speed, lanes, fec },
	GNIC_HW_LINK_MODES(X)
#undef X
};

#define MAC_MODES	(sizeof(mac_modes) / sizeof(mac_modes[0]))

static const struct gnic_hw_port_mode mac_mode_default = {
	.autoneg = 1,
	.fec = MAC_FEC_ALL,
	.pause = MAC_PAUSE_ALL,
};

static const struct mac_mode *mac_mode_find(uint32_t speed, uint8_t lanes)
{
	unsigned int i;

	for (i = 0; i < MAC_MODES; i++)
		if (mac_modes[i].speed == speed && mac_modes[i].lanes == lanes)
			return &mac_modes[i];
	return NULL;
}

uint32_t mac_link_modes(const struct port *port)
{
	uint32_t modes = 0;
	unsigned int i;

	for (i = 0; i < MAC_MODES; i++)
		if (mac_modes[i].lanes <= mac_lanes(port))
			modes |= mac_modes[i].bit;
	return modes;
}

/* The best of @modes that can run with some FEC of @fec. */
static const struct mac_mode *mac_mode_best(uint32_t modes, uint8_t fec)
{
	unsigned int i;

	for (i = MAC_MODES; i--;)
		if (mac_modes[i].bit & modes && mac_modes[i].fec & fec)
			return &mac_modes[i];
	return NULL;
}

/* The strongest. */
static uint8_t mac_fec_best(uint8_t fec)
{
	if (fec & GNIC_FEC_RS)
		return GNIC_FEC_RS;
	return fec & GNIC_FEC_BASER ? GNIC_FEC_BASER : GNIC_FEC_NONE;
}

/* ---- negotiation ---- */

static uint32_t mac_offer(const struct port *port)
{
	const struct mac_mode *mode;

	if (port->want.autoneg)
		return port->advertise;
	mode = mac_mode_find(port->want.speed, port->want.lanes);
	return mode ? mode->bit : 0;
}

static enum gnic_hw_link_fault mac_agree(const struct port *port, const struct port *peer,
					 const struct mac_mode **mode, uint8_t *fec)
{
	uint32_t modes = mac_offer(port) & mac_offer(peer);

	*fec = port->want.fec & peer->want.fec;
	*mode = mac_mode_best(modes, *fec);
	if (*mode)
		return GNIC_LINK_FAULT_NONE;
	if (port->want.autoneg)
		return peer->want.autoneg ? GNIC_LINK_FAULT_MODE : GNIC_LINK_FAULT_PEER;
	return modes ? GNIC_LINK_FAULT_FEC : GNIC_LINK_FAULT_SPEED;
}

/* Does the far end send its page, and do we read it? */
static const struct port *mac_partner(const struct port *port)
{
	const struct port *peer = wire_peer(port);

	if (!port->admin || port->forced_down || port->loopback || !port->want.autoneg || !peer)
		return NULL;
	if (!peer->admin || peer->forced_down || peer->loopback || !peer->want.autoneg)
		return NULL;
	return peer;
}

/* IEEE 802.3 Annex 28B: who offers to receive offers PAUSE, who only does one ASM_DIR. */
static bool mac_pause_sym(uint8_t pause)
{
	return pause & GNIC_PAUSE_RX;
}

static bool mac_pause_asym(uint8_t pause)
{
	return !(pause & GNIC_PAUSE_RX) != !(pause & GNIC_PAUSE_TX);
}

static uint8_t mac_pause_agree(uint8_t own, uint8_t far)
{
	if (mac_pause_sym(own) && mac_pause_sym(far))
		return MAC_PAUSE_BOTH;
	if (!mac_pause_asym(own) || !mac_pause_asym(far))
		return 0;
	if (mac_pause_sym(own))
		return GNIC_PAUSE_RX;
	return mac_pause_sym(far) ? GNIC_PAUSE_TX : 0;
}

static uint8_t mac_pause(const struct port *port)
{
	const struct port *partner = mac_partner(port);

	if (port->loopback || !port->want.autoneg || !(port->want.pause & GNIC_PAUSE_AUTONEG))
		return port->want.pause & MAC_PAUSE_BOTH;
	return partner ? mac_pause_agree(port->want.pause, partner->want.pause) : 0;
}

/* ---- the link ---- */

static enum gnic_hw_link_fault mac_alone(const struct port *port, const struct mac_mode **mode,
					 uint8_t *fec)
{
	*fec = port->want.fec;
	*mode = mac_mode_best(mac_offer(port), *fec);
	return GNIC_LINK_FAULT_NONE;
}

/* Why there is no link, and how it runs if there is one. */
static enum gnic_hw_link_fault mac_resolve(const struct port *port, const struct mac_mode **mode,
					   uint8_t *fec)
{
	const struct port *peer = wire_peer(port);

	mac_alone(port, mode, fec);
	if (!port->admin)
		return GNIC_LINK_FAULT_ADMIN;
	if (port->forced_down)
		return GNIC_LINK_FAULT_FORCED;
	if (port->loopback)
		return GNIC_LINK_FAULT_NONE;
	if (!port->wire)
		return GNIC_LINK_FAULT_CABLE;
	if (wire_is_external(port))
		return GNIC_LINK_FAULT_NONE;
	if (!peer)
		return GNIC_LINK_FAULT_PEER;
	if (!peer->admin || peer->forced_down || peer->loopback)
		return port->want.autoneg ? GNIC_LINK_FAULT_PEER : GNIC_LINK_FAULT_SPEED;
	return mac_agree(port, peer, mode, fec);
}

enum gnic_hw_link_fault mac_link_fault(const struct port *port)
{
	const struct mac_mode *mode;
	uint8_t fec;

	return mac_resolve(port, &mode, &fec);
}

static void mac_link_down(struct port *port)
{
	port->link = false;
	port->stats.link_downs++;
	mac_pause_stop(port);
	eq_post(port->card, GNIC_EQE_LINK_STATUS, port->index, 0, false);
}

static void mac_link_up(struct port *port)
{
	port->link = true;
	eq_post(port->card, GNIC_EQE_LINK_STATUS, port->index, 0, true);
}

static void mac_link_one(struct port *port, bool restart)
{
	const struct gnic_hw_port_mode old = port->mode;
	const struct mac_mode *mode = NULL;
	uint8_t fec;
	bool up = mac_resolve(port, &mode, &fec) == GNIC_LINK_FAULT_NONE;

	if (!mode)
		mac_alone(port, &mode, &fec);
	mac_fec_settle(port);
	port->mode = port->want;
	port->mode.pause = mac_pause(port);
	if (mode) {
		port->mode.speed = mode->speed;
		port->mode.lanes = mode->lanes;
		port->mode.fec = mac_fec_best(fec & mode->fec);
	}
	/* lanes that are trained anew lose the link meanwhile */
	restart |= old.speed != port->mode.speed || old.lanes != port->mode.lanes ||
		   old.fec != port->mode.fec;
	if (port->link && (!up || restart))
		mac_link_down(port);
	if (!port->link && up)
		mac_link_up(port);
}

static void mac_link_both(struct port *port, bool restart)
{
	struct port *peer = wire_peer(port);

	mac_link_one(port, restart);
	if (peer && peer != port)
		mac_link_one(peer, restart);
}

void mac_link_update(struct port *port)
{
	mac_link_both(port, false);
}

void mac_link_restart(struct port *port)
{
	mac_link_both(port, true);
}

/* ---- settings ---- */

static bool mac_mode_ok(const struct port *port, const struct gnic_hw_port_mode *mode,
			uint32_t advertise)
{
	uint32_t modes = mac_link_modes(port);
	const struct mac_mode *found;

	if (mode->autoneg > 1 || !mode->fec || mode->fec & ~MAC_FEC_ALL)
		return false;
	if (mode->autoneg)
		return !(advertise & ~modes) && mac_mode_best(advertise, mode->fec);
	found = mac_mode_find(mode->speed, mode->lanes);
	return found && found->bit & modes && found->fec & mode->fec;
}

bool mac_link_set_ok(const struct port *port, uint32_t valid, const struct gnic_hw_port_mode *mode,
		     uint32_t advertise)
{
	if (valid & GNIC_PORT_SET_LINK && !mac_mode_ok(port, mode, advertise))
		return false;
	return !(valid & GNIC_PORT_SET_PAUSE) || !(mode->pause & ~MAC_PAUSE_ALL);
}

void mac_link_set(struct port *port, uint32_t valid, const struct gnic_hw_port_mode *mode,
		  uint32_t advertise)
{
	uint8_t pause = valid & GNIC_PORT_SET_PAUSE ? mode->pause : port->want.pause;

	if (valid & GNIC_PORT_SET_LINK) {
		port->want = *mode;
		if (mode->autoneg)
			port->advertise = advertise;
	}
	port->want.pause = pause;
}

void mac_link_info(const struct port *port, struct gnic_hw_port_info *info)
{
	const struct port *partner = mac_partner(port);

	info->fault = mac_link_fault(port);
	info->mode = port->mode;
	info->mode.speed = htole32(port->mode.speed);
	info->fec = port->want.fec;
	info->pause = port->want.pause;
	info->modes = htole32(mac_link_modes(port));
	info->advertise = htole32(port->advertise);
	if (!partner)
		return;
	info->lp_advertise = htole32(partner->advertise);
	info->lp_fec = partner->want.fec;
	info->lp_pause = partner->want.pause & MAC_PAUSE_BOTH;
}

void mac_link_reset(struct port *port)
{
	port->want = mac_mode_default;
	if (!card_can(port->card, GNIC_CAP_PAUSE))
		port->want.pause = 0;
	port->advertise = mac_link_modes(port);
}
