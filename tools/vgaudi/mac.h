/* SPDX-License-Identifier: GPL-2.0-only */
/* Block MAC in parts: the link, pause, FEC, the module in the cage. */
#ifndef VGAUDI_MAC_H
#define VGAUDI_MAC_H

#include "card.h"

#define MAC_ETH_HLEN	14
#define MAC_FCS_LEN	4
#define MAC_FRAME_MIN	60	/* without FCS */
#define MAC_ETH_TYPE_CONTROL	0x8808
#define MAC_OPCODE_PAUSE	1
#define MAC_FEC_ALL	(GNIC_FEC_NONE | GNIC_FEC_BASER | GNIC_FEC_RS)

#define MAC_MODES_ALL \
	(GNIC_LINK_10G_1 | GNIC_LINK_25G_1 | GNIC_LINK_50G_2 | GNIC_LINK_50G_1 | GNIC_LINK_100G_2)

/* ---- mac_link.c ---- */
void mac_link_reset(struct port *port);	/* settings as after power-on */
/* GNIC_PORT_SET_LINK and GNIC_PORT_SET_PAUSE; @mode is in host order. */
bool mac_link_set_ok(uint32_t valid, const struct gnic_hw_port_mode *mode, uint32_t advertise);
void mac_link_set(struct port *port, uint32_t valid, const struct gnic_hw_port_mode *mode,
		  uint32_t advertise);
void mac_link_restart(struct port *port);
void mac_link_info(const struct port *port, struct gnic_hw_port_info *info);

/* ---- mac_pause.c ---- */
void mac_pause_init(struct port *port);
void mac_pause_stop(struct port *port);	/* no link: nobody is paused any more */
void mac_pause_for(struct port *port, uint64_t ns);	/* nobody starts a packet; 0: as before */
void mac_pause_received(struct port *port, uint16_t quanta);

/* ---- mac_ets.c ---- */
void mac_ets_reset(struct port *port);	/* strict classes, one a priority, no limits */

/* ---- mac_fec.c ---- */
/* The codewords so far, before the lanes become others. */
void mac_fec_settle(struct port *port);

#define MAC_PAUSE_XON_MAX	160u

/* ---- mac_module.c ---- */
enum gnic_hw_module mac_module_kind(const struct port *port);
uint8_t mac_module_power(const struct port *port);

#endif /* VGAUDI_MAC_H */
