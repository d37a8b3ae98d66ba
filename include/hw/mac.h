/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Block MAC: what a port can be told, what it says of itself, what it counts. */
#ifndef GNIC_HW_MAC_H
#define GNIC_HW_MAC_H

#include "memmap.h"

#define GNIC_MTU_MIN			68
#define GNIC_MTU_MAX			9600	/* netdev; a path MTU is at most 8192 */

/* struct gnic_hw_port_set.valid: which members count */
#define GNIC_PORT_SET_ADMIN		BIT(0)
#define GNIC_PORT_SET_MTU		BIT(1)
#define GNIC_PORT_SET_LOOPBACK		BIT(2)
#define GNIC_PORT_SET_LINK		BIT(3)	/* speed, lanes, autoneg, fec, advertise */
#define GNIC_PORT_SET_PAUSE		BIT(4)
#define GNIC_PORT_SET_IDENTIFY		BIT(5)
#define GNIC_PORT_SET_RESTART		BIT(6)	/* negotiate once more: the link goes down */
#define GNIC_PORT_SET_RX		BIT(7)	/* GNIC_CAP_RX_MODE */
#define GNIC_PORT_SET_STORM		BIT(8)	/* GNIC_CAP_PAUSE */

#define GNIC_PORT_RX_FCS		BIT(0)	/* the host side gets the FCS too */
#define GNIC_PORT_RX_ALL		BIT(1)	/* and bad frames */

/* .fec */
#define GNIC_FEC_NONE			BIT(0)
#define GNIC_FEC_RS			BIT(1)
#define GNIC_FEC_BASER			BIT(2)	/* "fire code" */
/* .pause */
#define GNIC_PAUSE_RX			BIT(0)
#define GNIC_PAUSE_TX			BIT(1)
#define GNIC_PAUSE_AUTONEG		BIT(2)	/* wanted: the ends agree, if they negotiate */

/*
 * What a link can run as. X(NAME, bit, Mb/s, lanes, FEC that it can have); of
 * two that both ends have the later one is better.
 */
#define GNIC_HW_LINK_MODES(X) \
	X(10G_1,  0,  10000, 1, GNIC_FEC_NONE | GNIC_FEC_BASER) \
	X(25G_1,  1,  25000, 1, GNIC_FEC_NONE | GNIC_FEC_BASER | GNIC_FEC_RS) \
	X(50G_2,  2,  50000, 2, GNIC_FEC_NONE | GNIC_FEC_BASER | GNIC_FEC_RS) \
	X(50G_1,  3,  50000, 1, GNIC_FEC_RS) \
	X(100G_2, 4, 100000, 2, GNIC_FEC_RS)

enum gnic_hw_link_mode {
#define X(name, bit, speed, lanes, fec) GNIC_LINK_##name = BIT(bit),
	GNIC_HW_LINK_MODES(X)
#undef X
};

/* struct gnic_hw_port_info.media: what the lanes end at */
enum gnic_hw_media {
	GNIC_MEDIA_BACKPLANE	= 0,
	GNIC_MEDIA_COPPER	= 1,	/* a cage for a module */
};

/* struct gnic_hw_port_info.module */
enum gnic_hw_module {
	GNIC_MODULE_NONE	= 0,	/* no cage, or an empty one */
	GNIC_MODULE_SFF8636	= 1,	/* QSFP28 */
	GNIC_MODULE_CMIS	= 2,	/* QSFP-DD */
};

/* struct gnic_hw_port_info.power, struct gnic_hw_module_set.power */
#define GNIC_MODULE_POWER_HIGH		BIT(0)	/* now; RO */
#define GNIC_MODULE_POWER_KEEP		BIT(1)	/* high even while the port is down */

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
	GNIC_LINK_FAULT_SPEED	= 6,	/* set by hand here, and the far end runs otherwise */
	GNIC_LINK_FAULT_FEC	= 7,	/* likewise, but for the FEC */
};

/**
 * struct gnic_hw_port_mode - how a link runs, or shall run
 * @speed: Mb/s: 10000, 25000, 50000, 100000
 * @lanes: 1 or 2
 * @autoneg: 1: negotiate, speed and lanes are the best that both ends offer
 * @fec: runs: one of GNIC_FEC_*; shall run: those that may be used
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
 * @control: MAC control frames, @pause among them
 * @unknown_control: of these, with an opcode that the device does not know
 * @jabbers: longer than the MTU allows, with a bad FCS
 * @fragments: shorter than 64 octets, with a bad FCS
 * @in_range_length: a length field of 46 to 1500 that is not the length of the data
 * @out_of_range_length: a length field above 1500 that is no type either
 * @symbol_errors: frames in which a symbol was wrong, before FEC
 * @alignment_errors: not a whole number of octets: not on these lanes
 * @half_duplex: collisions and deferrals, of all kinds: full duplex has none
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
	__le64 control;
	__le64 unknown_control;
	__le64 jabbers;
	__le64 fragments;
	__le64 in_range_length;
	__le64 out_of_range_length;
	__le64 symbol_errors;
	__le64 alignment_errors;
	__le64 half_duplex;
};
GNIC_HW_SIZE(gnic_hw_mac_dir, 232);

/**
 * struct gnic_hw_mac_stats - a port
 * @rx: received
 * @tx: sent
 * @link_downs: times that a link was lost
 * @pause_storms: times that a receive queue got no buffers for so long
 *	(GNIC_PORT_SET_STORM) that the port pauses the far end for it no more
 * @rx_pause_storms: times that the far end kept the port, or a priority, silent for so
 *	long without a break that it is not obeyed any more
 */
struct gnic_hw_mac_stats {
	struct gnic_hw_mac_dir rx;
	struct gnic_hw_mac_dir tx;
	__le64 link_downs;
	__le64 pause_storms;
	__le64 rx_pause_storms;
};
GNIC_HW_SIZE(gnic_hw_mac_stats, 488);

#define GNIC_PAUSE_STORM_MS		200	/* after a reset */
#define GNIC_PAUSE_STORM_MAX_MS		8000

/* Codewords by the symbols that were wrong in them; RS(544,514) mends 15. */
#define GNIC_FEC_HIST			16

/**
 * struct gnic_hw_fec_stats - what the FEC of the receiver saw, a lane each
 * @corrected: codewords that were mended
 * @uncorrectable: codewords that could not be
 * @corrected_bits: bits of the former
 * @hist: codewords of frames, mended ones and those without an error
 */
struct gnic_hw_fec_stats {
	__le64 corrected[GNIC_LANES_PER_PORT];
	__le64 uncorrectable[GNIC_LANES_PER_PORT];
	__le64 corrected_bits[GNIC_LANES_PER_PORT];
	__le64 hist[GNIC_FEC_HIST][GNIC_LANES_PER_PORT];
};
GNIC_HW_SIZE(gnic_hw_fec_stats, 304);

#define GNIC_PRIOS			8
#define GNIC_TCS			8

/* How a traffic class is chosen to send (IEEE 802.1Q, transmission selection). */
enum gnic_hw_tsa {
	GNIC_TSA_STRICT	= 0,
	GNIC_TSA_ETS	= 1,
};

/**
 * struct gnic_hw_ets - the traffic classes of a port
 * @port: which
 * @rsvd: zero
 * @prio_tc: class of each priority
 * @tsa: enum gnic_hw_tsa of each class
 * @share: percent of what strict classes leave; 0 for a strict class; 100 in all if
 *	there is an ETS class
 * @rate: limit of each class as in struct gnic_hw_qp_rate; 0: no limit
 */
struct gnic_hw_ets {
	__le32 port;
	__le32 rsvd;
	__u8 prio_tc[GNIC_PRIOS];
	__u8 tsa[GNIC_TCS];
	__u8 share[GNIC_TCS];
	__le64 rate[GNIC_TCS];
};
GNIC_HW_SIZE(gnic_hw_ets, 96);

/**
 * struct gnic_hw_port_rate - what the raw queues of a port may send to the wire together
 * @port: which
 * @rsvd: zero
 * @rate: as in struct gnic_hw_qp_rate; 0: no limit
 */
struct gnic_hw_port_rate {
	__le32 port;
	__le32 rsvd;
	__le64 rate;
};
GNIC_HW_SIZE(gnic_hw_port_rate, 16);

#define GNIC_SCHED_NODES		32u	/* a port, beside itself */
#define GNIC_SCHED_WEIGHT_MAX		255u

/**
 * struct gnic_hw_sched_node - a node between the raw send queues of a port and the port
 * @port: which
 * @node: 1 .. GNIC_SCHED_NODES. All are there, below the port, until they are told
 *	something else: there is nothing to create, and nothing to destroy
 * @parent: node above it; 0: the port. Never one that is below it
 * @weight: 1 .. GNIC_SCHED_WEIGHT_MAX; 1 after a reset. Whoever has something to send
 *	below one parent, nodes and queues, sends octets in proportion to it. What a
 *	class may send comes first: a weight counts among those of one class
 * @rsvd: zero
 * @rate: limit of all that is below, as in struct gnic_hw_qp_rate; 0: no limit
 */
struct gnic_hw_sched_node {
	__le32 port;
	__le16 node;
	__le16 parent;
	__u8 weight;
	__u8 rsvd[7];
	__le64 rate;
};
GNIC_HW_SIZE(gnic_hw_sched_node, 24);

/**
 * struct gnic_hw_port_pfc - priority-based flow control (IEEE 802.1Qbb)
 * @port: which
 * @enable: a bit a priority
 * @rsvd: zero
 */
struct gnic_hw_port_pfc {
	__le32 port;
	__u8 enable;
	__u8 rsvd[3];
};
GNIC_HW_SIZE(gnic_hw_port_pfc, 8);

/**
 * struct gnic_hw_pfc_stats - of a port, by priority
 * @requests: PFC frames sent that asked for silence of it
 * @indications: PFC frames received that did
 */
struct gnic_hw_pfc_stats {
	__le64 requests[GNIC_PRIOS];
	__le64 indications[GNIC_PRIOS];
};
GNIC_HW_SIZE(gnic_hw_pfc_stats, 128);

/* What says the priority of a received frame. */
enum gnic_hw_prio_source {
	GNIC_PRIO_BY_NONE	= 0,
	GNIC_PRIO_BY_PCP	= 1,	/* PCP and DEI of the outer tag */
	GNIC_PRIO_BY_DSCP	= 2,	/* of IPv4 or IPv6, behind up to two tags */
};

#define GNIC_PRIO_SOURCES			2
#define GNIC_PCPS			16	/* PCP + 8 * DEI */
#define GNIC_DSCPS			64

/**
 * struct gnic_hw_port_trust - the priority of received frames
 * @port: which
 * @trust: enum gnic_hw_prio_source: what a frame has of these first counts; with neither the
 *	priority is 0
 * @rsvd: zero
 * @pcp_prio: priority of each PCP
 * @dscp_prio: priority of each DSCP
 */
struct gnic_hw_port_trust {
	__le32 port;
	__u8 trust[GNIC_PRIO_SOURCES];
	__u8 rsvd[2];
	__u8 pcp_prio[GNIC_PCPS];
	__u8 dscp_prio[GNIC_DSCPS];
};
GNIC_HW_SIZE(gnic_hw_port_trust, 88);

#define GNIC_RX_BUFFERS			8

/**
 * struct gnic_hw_port_buffer - where received frames wait for their receive queue
 * @port: which
 * @prio_buffer: buffer of each priority
 * @rsvd: zero
 * @size: octets of each buffer, whole cells; 0: frames do not wait
 */
struct gnic_hw_port_buffer {
	__le32 port;
	__u8 prio_buffer[GNIC_PRIOS];
	__le32 rsvd;
	__le32 size[GNIC_RX_BUFFERS];
};
GNIC_HW_SIZE(gnic_hw_port_buffer, 48);

/**
 * struct gnic_hw_buffer_stats - of a port, by buffer
 * @used: octets in use now, whole cells
 * @peak: octets that were in use at most
 * @dropped: frames that found no room, or waited for a queue that went away
 */
struct gnic_hw_buffer_stats {
	__le32 used[GNIC_RX_BUFFERS];
	__le32 peak[GNIC_RX_BUFFERS];
	__le64 dropped[GNIC_RX_BUFFERS];
};
GNIC_HW_SIZE(gnic_hw_buffer_stats, 128);

/**
 * struct gnic_hw_port_split - one port of all lanes, or one of each lane
 * @port: id of the whole port
 * @parts: 1 or GNIC_LANES_PER_PORT
 * @rsvd: zero
 *
 * Both parts are as after a reset then, and down. BUSY while one of them has
 * QPs, functions or rules that name it. A reset makes ports whole.
 */
struct gnic_hw_port_split {
	__le32 port;
	__u8 parts;
	__u8 rsvd[3];
};
GNIC_HW_SIZE(gnic_hw_port_split, 8);

#define GNIC_MODULE_I2C_ADDR		0x50
#define GNIC_MODULE_PAGE_LEN		128

/**
 * struct gnic_hw_module_read - memory of the module in a port's cage
 * @port: which
 * @i2c: GNIC_MODULE_I2C_ADDR
 * @bank: 0
 * @page: of octets 128 .. 255; 0 for those below
 * @offset: first octet
 * @len: octets, at most GNIC_MODULE_PAGE_LEN; not across 128
 * @rsvd: zero
 */
struct gnic_hw_module_read {
	__u8 port;
	__u8 i2c;
	__u8 bank;
	__u8 page;
	__u8 offset;
	__u8 len;
	__u8 rsvd[2];
};
GNIC_HW_SIZE(gnic_hw_module_read, 8);

struct gnic_hw_module_data {
	__u8 data[GNIC_MODULE_PAGE_LEN];
};
GNIC_HW_SIZE(gnic_hw_module_data, 128);

struct gnic_hw_module_set {
	__u8 port;
	__u8 power;		/* GNIC_MODULE_POWER_KEEP or 0 */
	__u8 rsvd[6];
};
GNIC_HW_SIZE(gnic_hw_module_set, 8);

#endif /* GNIC_HW_MAC_H */
