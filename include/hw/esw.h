/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Block ESW (model-defined): virtual ports, receive side scaling, receive
 * filters, the steering table. hardware.rst "The switch".
 */
#ifndef GNIC_HW_ESW_H
#define GNIC_HW_ESW_H

#include "types.h"

/*
 * A vport has two sides. FUNCTION: the wire of an uplink, the QPs of a
 * function. HOST: the netdev that represents it. A frame that enters at the
 * function side is looked up in the steering table and, if no rule takes it,
 * leaves at the host side. One that enters at the host side leaves at the
 * function side, if no rule for the host side takes it (flow_edits).
 */
#define GNIC_VPORT_UPLINK(port)		(port)	/* exists as long as the port */
#define GNIC_VPORT_FUNCTION_FIRST	0x0100	/* made by VPORT_CREATE */
#define GNIC_VPORT_FUNCTIONS_MAX	1024
#define GNIC_VPORT_NONE			0xffff

enum gnic_hw_side {
	GNIC_SIDE_HOST		= 0,
	GNIC_SIDE_FUNCTION	= 1,
};

/* Receive side scaling: one table a vport side and context. */
#define GNIC_RSS_KEY_LEN		40
#define GNIC_RSS_TABLE_LEN		256
#define GNIC_RSS_CONTEXTS		64	/* 0: the default one */
enum gnic_hw_rss_func {
	GNIC_RSS_TOEPLITZ	= 0,
	GNIC_RSS_XOR		= 1,
	GNIC_RSS_CRC32		= 2,
};
/* struct gnic_hw_rss.types: what is hashed with its ports; all IP with addresses */
#define GNIC_RSS_L4_TCP4		BIT(0)
#define GNIC_RSS_L4_UDP4		BIT(1)
#define GNIC_RSS_L4_TCP6		BIT(2)
#define GNIC_RSS_L4_UDP6		BIT(3)

/*
 * With GNIC_CAP_RSS_QUEUES a host side has numbered queues, and its contexts
 * and rules name these numbers: whoever replaces a QP says so in one place.
 */
#define GNIC_VPORT_QUEUES_MAX		128
#define GNIC_RSS_QUEUES_KEY_LEN		52
#define GNIC_RSS_QUEUES_TABLE_LEN	512
/* struct gnic_hw_rss_context.xfrm: what the hash sees instead of a pair (a, b) */
#define GNIC_RSS_XFRM_SYM_XOR		BIT(0)	/* a ^ b, a ^ b */
#define GNIC_RSS_XFRM_SYM_OR_XOR	BIT(1)	/* a | b, a ^ b */
/* struct gnic_hw_rss_context.fields: by what a packet is */
enum gnic_hw_rss_flow {
	GNIC_RSS_FLOW_IP4	= 0,	/* none of those below, or a fragment */
	GNIC_RSS_FLOW_TCP4	= 1,
	GNIC_RSS_FLOW_UDP4	= 2,
	GNIC_RSS_FLOW_SCTP4	= 3,
	GNIC_RSS_FLOW_IP6	= 4,
	GNIC_RSS_FLOW_TCP6	= 5,
	GNIC_RSS_FLOW_UDP6	= 6,
	GNIC_RSS_FLOW_SCTP6	= 7,
};
#define GNIC_RSS_FLOWS			8
#define GNIC_RSS_FIELD_SRC_IP		BIT(0)
#define GNIC_RSS_FIELD_DST_IP		BIT(1)
#define GNIC_RSS_FIELD_L4_SRC		BIT(2)	/* not of IP4 and IP6 */
#define GNIC_RSS_FIELD_L4_DST		BIT(3)	/* likewise */
#define GNIC_RSS_FIELD_LABEL		BIT(4)	/* IPv6 flow label */

/* Receive filter of an uplink's host side. */
#define GNIC_FILTER_PROMISC		BIT(0)
#define GNIC_FILTER_ALLMULTI		BIT(1)
#define GNIC_FILTER_MACS_MAX		128

/* Tags at the host side of a vport: struct gnic_hw_vlan.flags. */
#define GNIC_VLAN_STRIP_CTAG		BIT(0)
#define GNIC_VLAN_STRIP_STAG		BIT(1)
#define GNIC_VLAN_FILTER_CTAG		BIT(2)	/* uplink: only VIDs of the table */
#define GNIC_VLAN_FILTER_STAG		BIT(3)
#define GNIC_VLAN_VIDS			4096

/* UDP ports behind which there is another packet. */
#define GNIC_TUNNEL_PORTS_MAX		16
enum gnic_hw_tunnel {
	GNIC_TUNNEL_NONE	= 0,
	GNIC_TUNNEL_VXLAN	= 1,
	GNIC_TUNNEL_VXLAN_GPE	= 2,
	GNIC_TUNNEL_GENEVE	= 3,
};

/**
 * struct gnic_hw_flow_key - what a frame is matched by, and the mask for it
 * @src_ip: network order; IPv4 in the first four bytes
 * @dst_ip: likewise
 * @payload: of what is neither IPv4 nor IPv6, the first bytes behind @eth_type; those that
 *	a frame has not are zero
 * @dmac: destination address
 * @smac: source address
 * @eth_type: network order, behind VLAN tags
 * @vlan_tci: network order; zero if there is no tag
 * @l4_src: network order
 * @l4_dst: network order
 * @ip_ttl: time to live or hop limit
 * @l4_info: network order: with UDP port 4791 the destination QP, with TCP its 12 flags
 * @vport: ingress, little endian
 * @ip_proto: IPv4 protocol or IPv6 next header that is L4
 * @ip_tos: TOS or traffic class
 * @frame: GNIC_FLOW_FRAME_*
 * @tags: VLAN tags, how many
 * @table: little endian: GNIC_FLOW_TABLE_*; the mask has all of it, or none: table 0
 *
 * Bits outside the mask are zero in the key. The ports are the first four bytes
 * behind the IP headers, of whatever protocol; a fragment has none, whether it
 * is the first one or not. @ip_tos and @frame are zero in masks for a device
 * without GNIC_CAP_FLOW_QUEUES, where only TCP and UDP have ports; so are @tags and
 * @table for one without struct gnic_hw_caps.flow_edits, and @payload, @ip_ttl and the flags
 * of TCP for one without GNIC_FLOW_CAP_HEADERS.
 */
struct gnic_hw_flow_key {
	union {
		struct {
			__u8 src_ip[16];
			__u8 dst_ip[16];
		};
		__u8 payload[32];
	};
	__u8 dmac[6];
	__u8 smac[6];
	__be16 eth_type;
	__be16 vlan_tci;
	__be16 l4_src;
	__be16 l4_dst;
	__u8 ip_ttl;
	__u8 l4_info[3];
	__le16 vport;
	__u8 ip_proto;
	__u8 ip_tos;
	__u8 frame;
	__u8 tags;
	__le16 table;
};
GNIC_HW_SIZE(gnic_hw_flow_key, 64);
#define GNIC_FLOW_FRAME_TAGGED		BIT(0)	/* has a VLAN tag */
#define GNIC_FLOW_FRAME_FRAGMENT	BIT(1)	/* of an IP packet */
#define GNIC_FLOW_FRAME_HOST		BIT(2)	/* the host side gets it if no rule takes it */

/* Where a search begins: number 0, by the side at which the frame has entered. */
#define GNIC_FLOW_TABLE_NUMBER		GENMASK(14, 0)
#define GNIC_FLOW_TABLE_HOST		BIT(15)	/* the host side; else the function side */
#define GNIC_FLOW_TABLES_MAX		16	/* that a frame is looked up in */

#define GNIC_FLOWS_MAX			65536
#define GNIC_FLOW_MASKS_MAX		64	/* different masks */
#define GNIC_FLOW_MIRRORS_MAX		4	/* of a rule; struct gnic_hw_caps.flow_mirrors */
#define GNIC_FLOW_EDITS_MAX		4	/* of a rule; struct gnic_hw_caps.flow_edits */
#define GNIC_FLOW_REWRITES_MAX		2	/* among them */

enum gnic_hw_flow_action {
	GNIC_FLOW_DROP		= 0,
	GNIC_FLOW_VPORT		= 1,	/* target: vport, out of its function side */
	GNIC_FLOW_QP		= 2,	/* target: QPN of a raw QP of the ingress port */
	GNIC_FLOW_RSS		= 3,	/* target: RSS context of the ingress vport */
	GNIC_FLOW_HOST		= 4,	/* as if there were no rule */
	GNIC_FLOW_QUEUE		= 5,	/* target: queue of the ingress vport's host side */
	GNIC_FLOW_VPORT_HOST	= 6,	/* target: vport, out of its host side, no filter asked */
	GNIC_FLOW_TABLE		= 7,	/* target: a later table, where the search goes on */
};

/* struct gnic_hw_flow_edit.op: what becomes of the outer VLAN tag, and of headers */
enum gnic_hw_flow_edit_op {
	GNIC_FLOW_EDIT_NONE	= 0,
	GNIC_FLOW_EDIT_PUSH	= 1,	/* a tag outside of it */
	GNIC_FLOW_EDIT_POP	= 2,	/* it is taken off, if there is one */
	GNIC_FLOW_EDIT_MODIFY	= 3,	/* it is changed, if there is one */
	GNIC_FLOW_EDIT_REWRITE	= 4,	/* headers: as the next struct gnic_hw_flow_rewrite says */
};
/* GNIC_FLOW_RSS: the target's parts; an offset is added to what the table says */
#define GNIC_FLOW_RSS_CONTEXT		GENMASK(15, 0)
#define GNIC_FLOW_RSS_OFFSET		GENMASK(31, 16)
/* struct gnic_hw_flow_add.flags */
#define GNIC_FLOW_SET_MARK		BIT(0)
#define GNIC_FLOW_UNSEEN		BIT(1)	/* counts what the host side does not get */

#endif /* GNIC_HW_ESW_H */
