/* SPDX-License-Identifier: GPL-2.0-only */
/* Block MAC in parts: the link, pause, FEC, the module in the cage. */
#ifndef VGAUDI_MAC_H
#define VGAUDI_MAC_H

#include "card.h"

#define MAC_ETH_HLEN	14
#define MAC_TAGS_LEN	8	/* two tags */
#define MAC_FCS_LEN	4
#define MAC_FRAME_MIN	60	/* without FCS */
#define MAC_ETH_TYPE_CONTROL	0x8808
#define MAC_OPCODE_PAUSE	1
#define MAC_OPCODE_PFC		0x0101
#define MAC_PAUSE_QUANTA	0xffffu
#define MAC_PRIOS_ALL	0xff
#define MAC_FEC_ALL	(GNIC_FEC_NONE | GNIC_FEC_BASER | GNIC_FEC_RS)

struct frame;

/* ---- blk_mac.c ---- */
void mac_reset_port(struct port *port);
static inline bool mac_is_too_long(const struct port *port, uint32_t len)
{
	return len > port->mtu + MAC_ETH_HLEN + MAC_TAGS_LEN;
}

/* @count RC packets of @len bytes, sent by one port and received by the other. */
void mac_count_passed(struct port *from, struct port *to, const struct roce_path *path,
		      uint32_t len, uint32_t count);

/* ---- mac_split.c ---- */
static inline bool mac_is_half(const struct port *port)
{
	return port->index >= GNIC_PORTS_MAX;
}

/* The two of this cage, whether they are in use or not. */
static inline struct port *mac_whole(const struct port *port)
{
	return &port->card->ports[port->index % GNIC_PORTS_MAX];
}

static inline struct port *mac_half(const struct port *port)
{
	return &port->card->ports[GNIC_PORT_HALF(port->index % GNIC_PORTS_MAX)];
}

static inline uint8_t mac_lanes(const struct port *port)
{
	return mac_whole(port)->split ? 1 : GNIC_LANES_PER_PORT;
}

/* ---- mac_link.c ---- */
void mac_link_reset(struct port *port);	/* settings as after power-on */
uint32_t mac_link_modes(const struct port *port);	/* enum gnic_hw_link_mode: what its lanes can */
/* GNIC_PORT_SET_LINK and GNIC_PORT_SET_PAUSE; @mode is in host order. */
bool mac_link_set_ok(const struct port *port, uint32_t valid, const struct gnic_hw_port_mode *mode,
		     uint32_t advertise);
void mac_link_set(struct port *port, uint32_t valid, const struct gnic_hw_port_mode *mode,
		  uint32_t advertise);
void mac_link_restart(struct port *port);
void mac_link_info(const struct port *port, struct gnic_hw_port_info *info);

/* ---- mac_pause.c ---- */
void mac_pause_init(struct port *port);
void mac_pause_stop(struct port *port);	/* no link: nobody is paused any more */
void mac_pause_free(struct port *port);	/* what we were asked for is over */
void mac_pause_end(struct port *port);	/* what we asked for is over, and they hear of it */
void mac_pause_for(struct port *port, uint64_t ns);	/* nobody starts a packet; 0: as before */
void mac_pause_received(struct port *port, uint16_t quanta);
/* A frame of MAC control to the far end; @count 16-bit parameters behind the opcode. */
void mac_control_send(struct port *port, uint16_t opcode, const uint16_t *params,
		      unsigned int count);
/* Send queues that may not start a packet, whatever keeps them from it. */
void mac_pause_wait(struct qp *qp);
void mac_pause_wake(struct port *port);
/* Asks for silence, or says that it can end, if somebody else is in need of it than before. */
void mac_pause_review(struct port *port);

/* A quantum is the time of 512 bits. */
static inline uint64_t mac_pause_ns(const struct port *port, uint32_t quanta)
{
	return port->mode.speed ? quanta * 512000ull / port->mode.speed : 0;
}

/* ---- mac_pfc.c ---- */
void mac_pfc_init(struct port *port);
void mac_pfc_reset(struct port *port);	/* off, and forgotten */
void mac_pfc_stop(struct port *port);	/* no link: no priority is paused any more */
void mac_pfc_for(struct port *port, uint8_t prio, uint64_t ns);	/* likewise, by hand */
void mac_pfc_received(struct port *port, const struct frame *frame);
/* The priorities @want must be silent, those of @changed need not any more. */
void mac_pfc_send(struct port *port, uint8_t want, uint8_t changed);

/* ---- mac_storm.c ---- */
bool mac_storm_is(const struct port *port, uint64_t since, uint64_t now);	/* in either direction */
/* The far end asks for @ns of silence, of these: for how long it gets it. */
uint64_t mac_storm_obey(struct port *port, struct silence *silence, uint8_t prios, uint64_t ns);
uint8_t mac_storm_silent(const struct port *port);	/* priorities that start no packet now */

/* ---- mac_prio.c ---- */
uint8_t mac_prio(const struct port *port, const struct frame *frame);	/* of a received one */
void mac_prio_reset(struct port *port);

/* ---- mac_buffer.c ---- */

#define MAC_BUFFER_TOTAL	(1u << 20)	/* octets, of all buffers of a port */
#define MAC_BUFFER_CELL		256u

void mac_buffer_reset(struct port *port);	/* no room for anybody */
/*
 * A frame of @len octets (of @frames from the wire) is going to wait in the buffer of its
 * priority. False: there is no room; counted.
 */
bool mac_buffer_take(struct port *port, uint8_t prio, uint32_t len, uint32_t frames);
void mac_buffer_give(struct port *port, uint8_t buffer, uint32_t len);
/* Whom buffers need silent, as in port->pause.asked; is somebody silent for this one? */
uint8_t mac_buffer_want(const struct port *port);
bool mac_buffer_asked(const struct port *port, uint8_t buffer);

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
