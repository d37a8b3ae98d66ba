/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Block MAC: what a port can be told, what it says of itself, what it counts. */
#ifndef GNIC_HW_MAC_H
#define GNIC_HW_MAC_H

#include "types.h"

#define GNIC_MTU_MIN			68
#define GNIC_MTU_MAX			9600	/* netdev; a path MTU is at most 8192 */

/* struct gnic_hw_port_set.valid: which members count */
#define GNIC_PORT_SET_ADMIN		BIT(0)
#define GNIC_PORT_SET_MTU		BIT(1)
#define GNIC_PORT_SET_LOOPBACK		BIT(2)
#define GNIC_PORT_SET_LINK		BIT(3)	/* speed, lanes, autoneg, fec */
#define GNIC_PORT_SET_PAUSE		BIT(4)
#define GNIC_PORT_SET_IDENTIFY		BIT(5)

/* .fec */
#define GNIC_FEC_NONE			BIT(0)
#define GNIC_FEC_RS			BIT(1)
/* .pause */
#define GNIC_PAUSE_RX			BIT(0)
#define GNIC_PAUSE_TX			BIT(1)

/* struct gnic_hw_port_info.state */
#define GNIC_PORT_STATE_ADMIN		BIT(0)
#define GNIC_PORT_STATE_LINK		BIT(1)
#define GNIC_PORT_STATE_LOOPBACK	BIT(2)
#define GNIC_PORT_STATE_CABLE		BIT(3)	/* something is plugged in */

/* struct gnic_hw_port_info.fault: why there is no link */
enum gnic_hw_link_fault {
	GNIC_LINK_FAULT_NONE	= 0,
	GNIC_LINK_FAULT_ADMIN	= 1,	/* this port is down */
	GNIC_LINK_FAULT_CABLE	= 2,	/* nothing is plugged in */
	GNIC_LINK_FAULT_PEER	= 3,	/* no signal: the far end is down */
	GNIC_LINK_FAULT_MODE	= 4,	/* the ends do not agree on a mode */
	GNIC_LINK_FAULT_FORCED	= 5,	/* fault injection */
};

/**
 * struct gnic_hw_port_mode - how a link runs
 * @speed: Mb/s: 10000, 25000, 50000, 100000
 * @lanes: 1 or 2
 * @autoneg: 1: negotiate, speed and lanes are the best that is offered
 * @fec: one of GNIC_FEC_*
 * @pause: GNIC_PAUSE_*
 */
struct gnic_hw_port_mode {
	__le32 speed;
	__u8 lanes;
	__u8 autoneg;
	__u8 fec;
	__u8 pause;
};
GNIC_HW_SIZE(gnic_hw_port_mode, 8);

/* RMON histogram: frame sizes with FCS, upper bounds. */
#define GNIC_MAC_HIST_BOUNDS	{ 64, 127, 255, 511, 1023, 1518, 9622 }
#define GNIC_MAC_HIST			7

/**
 * struct gnic_hw_mac_dir - one direction, as IEEE 802.3 clause 30 and RFC 2819
 *	count; octets with FCS
 * @frames_ok: good frames
 * @octets_ok: of these
 * @unicast: of these, by destination
 * @multicast: likewise
 * @broadcast: likewise
 * @vlan: good frames with a tag
 * @pause: 802.3 pause frames
 * @fcs_errors: receive
 * @too_long: longer than the MTU allows
 * @undersize: shorter than 64 octets
 * @errors: the device's own fault
 * @dropped: no link, or nobody wanted it
 * @hist: frames by size, GNIC_MAC_HIST_BOUNDS
 * @octets_all: of good and bad frames
 */
struct gnic_hw_mac_dir {
	__le64 frames_ok;
	__le64 octets_ok;
	__le64 unicast;
	__le64 multicast;
	__le64 broadcast;
	__le64 vlan;
	__le64 pause;
	__le64 fcs_errors;
	__le64 too_long;
	__le64 undersize;
	__le64 errors;
	__le64 dropped;
	__le64 hist[GNIC_MAC_HIST];
	__le64 octets_all;	/* good and bad */
};
GNIC_HW_SIZE(gnic_hw_mac_dir, 160);

struct gnic_hw_mac_stats {
	struct gnic_hw_mac_dir rx;
	struct gnic_hw_mac_dir tx;
	__le64 fec_corrected;
	__le64 fec_uncorrectable;
	__le64 link_downs;
	__le64 rsvd;
};
GNIC_HW_SIZE(gnic_hw_mac_stats, 352);

#endif /* GNIC_HW_MAC_H */
