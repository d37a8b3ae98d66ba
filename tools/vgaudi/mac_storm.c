// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block MAC, pause storms: a far end that asks for silence again and again, without a
 * break, is obeyed for so long and no longer. A break makes it as if it had never asked.
 */
#include "blk_cmd.h"
#include "mac.h"

#define MAC_MS	1000000ull

bool mac_storm_is(const struct port *port, uint64_t since, uint64_t now)
{
	return port->storm_ms && now - since >= port->storm_ms * MAC_MS;
}

uint64_t mac_storm_obey(struct port *port, struct silence *silence, uint8_t prios, uint64_t ns)
{
	uint64_t now = loop_now(port->card->loop);

	if (!ns || now >= silence->asked) {
		silence->since = now;
		silence->storm = false;
	}
	silence->asked = ns ? now + ns : 0;
	if (!silence->storm && mac_storm_is(port, silence->since, now)) {
		silence->storm = true;
		port->stats.rx_pause_storms++;
		eq_post(port->card, GNIC_EQE_PAUSE_STORM, port->index, 0, prios);
	}
	return silence->storm ? 0 : ns;
}

uint8_t mac_storm_silent(const struct port *port)
{
	uint64_t now = loop_now(port->card->loop);
	uint8_t silent = now < port->pause.until ? MAC_PRIOS_ALL : 0;

	for (unsigned int i = 0; i < GNIC_PRIOS; i++)
		if (now < port->pfc.until[i])
			silent |= 1u << i;
	return silent;
}
