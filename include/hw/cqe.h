/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Completion queue entries and event queue entries. */
#ifndef GNIC_HW_CQE_H
#define GNIC_HW_CQE_H

#include "types.h"

/* dword 0 of every CQE: Gaudi2's, ERROR model-defined */
#define GNIC_CQE_QPN			GENMASK(23, 0)
#define GNIC_CQE_REQ			BIT(24)	/* of a send queue */
#define GNIC_CQE_ERROR			BIT(25)	/* data is a syndrome */
#define GNIC_CQE_INNER_OK		BIT(26)	/* raw: the checksum in the tunnel is right too */
#define GNIC_CQE_SEND			BIT(27)	/* RC: a SEND filled receive WQE wqe_index */
#define GNIC_CQE_IMM			BIT(28)	/* RC, responder: tag is immediate data */
#define GNIC_CQE_VALID			BIT(31)	/* 1 in the first pass, then it alternates */

/**
 * struct gnic_hw_cqe - Gaudi2 completion, of RC and compute QPs
 * @ctrl: GNIC_CQE_*; written last
 * @wqe_index: free-running index of the WQE; responder without GNIC_CQE_SEND: messages
 *	received before
 * @tag: responder: immediate data; compute: the WQE's tag
 * @data: bytes; with GNIC_CQE_ERROR enum gnic_hw_syndrome
 */
struct gnic_hw_cqe {
	__le32 ctrl;
	__le32 wqe_index;
	__le32 tag;
	__le32 data;
};
GNIC_HW_SIZE(gnic_hw_cqe, 16);

/* Raw CQE (model-defined), flags */
#define GNIC_RAW_CQE_L3			GENMASK(1, 0)
enum gnic_hw_cqe_l3 {
	GNIC_CQE_L3_NONE	= 0,
	GNIC_CQE_L3_IPV4	= 1,
	GNIC_CQE_L3_IPV6	= 2,
};
#define GNIC_RAW_CQE_L4			GENMASK(3, 2)
enum gnic_hw_cqe_l4 {
	GNIC_CQE_L4_NONE	= 0,
	GNIC_CQE_L4_TCP		= 1,
	GNIC_CQE_L4_UDP		= 2,
	GNIC_CQE_L4_OTHER	= 3,
};
#define GNIC_RAW_CQE_L3_OK		BIT(4)	/* IPv4 header checksum is right */
#define GNIC_RAW_CQE_L4_OK		BIT(5)	/* TCP, UDP or SCTP checksum is right */
#define GNIC_RAW_CQE_VLAN		BIT(6)	/* a tag was stripped into vlan_tci */
#define GNIC_RAW_CQE_CSUM		BIT(7)	/* csum is set */
#define GNIC_RAW_CQE_HASH		GENMASK(9, 8)
enum gnic_hw_cqe_hash {
	GNIC_CQE_HASH_NONE	= 0,
	GNIC_CQE_HASH_L3	= 1,
	GNIC_CQE_HASH_L4	= 2,
};
#define GNIC_RAW_CQE_NBUF		GENMASK(14, 10)	/* buffers that the packet fills */
#define GNIC_RAW_CQE_MARK		BIT(15)
#define GNIC_RAW_CQE_HDR_LEN		GENMASK(25, 16)	/* bytes up to the payload, 0: not parsed */
#define GNIC_RAW_CQE_STAG		BIT(26)	/* with VLAN: it was an S-tag */
#define GNIC_RAW_CQE_SPLIT		BIT(27)	/* the first HDR_LEN bytes are in the head area */
#define GNIC_RAW_CQE_GRO		BIT(28)	/* merged segments; csum is their size */
#define GNIC_RAW_CQE_GRO_FIXED_ID	BIT(29)	/* of them all one IPv4 identification */
#define GNIC_RAW_CQE_GRO_FIXED_INNER	BIT(30)	/* likewise, of the IPv4 header in a tunnel */

#define GNIC_RAW_NBUF_MAX		17
#define GNIC_RAW_HEAD_SIZE		256	/* of a slot of the head area */

/* Raw CQE (model-defined), flags of a send queue */
#define GNIC_RAW_CQE_SENT		BIT(0)	/* tstamp, hash: when it left, low and high half */

/**
 * struct gnic_hw_raw_cqe - completion of a raw QP
 * @ctrl: GNIC_CQE_*; written last
 * @wqe_index: send: last WQE of the packet; receive: first buffer of it
 * @hash: receive: RSS hash; send: see GNIC_RAW_CQE_SENT
 * @size: receive: bytes without FCS; with GNIC_CQE_ERROR enum gnic_hw_syndrome
 * @flags: GNIC_RAW_CQE_*
 * @mark: receive: mark of the rule that matched
 * @vlan_tci: receive: stripped tag
 * @csum: receive: folded one's complement sum, not inverted, as it would be
 *	stored in memory; with GNIC_RAW_CQE_GRO the payload of every segment but
 *	the last
 * @tstamp: low half of the clock's time in nanoseconds
 */
struct gnic_hw_raw_cqe {
	__le32 ctrl;
	__le32 wqe_index;
	__le32 hash;
	__le32 size;
	__le32 flags;
	__le32 mark;
	__le16 vlan_tci;
	__le16 csum;
	__le32 tstamp;
};
GNIC_HW_SIZE(gnic_hw_raw_cqe, 32);

/* Event queue entry: Gaudi2's; PORT and the types from 0xb on model-defined. */
#define GNIC_EQE_TYPE			GENMASK(3, 0)
enum gnic_hw_eqe_type {
	GNIC_EQE_COMP		= 0x0,	/* not sent: CQs have vectors of their own */
	GNIC_EQE_COMP_ERR	= 0x1,	/* id: CQN; data: enum gnic_hw_syndrome */
	GNIC_EQE_QP_ERR		= 0x2,	/* id: QPN; data: enum gnic_hw_syndrome */
	GNIC_EQE_LINK_STATUS	= 0x3,	/* data: 1 up, 0 down */
	GNIC_EQE_DB_OVERRUN	= 0x5,	/* id: QPN */
	GNIC_EQE_FATAL		= 0xb,	/* data: syndrome of CTL_STATUS */
	GNIC_EQE_PAUSE_STORM	= 0xc,	/* data: priorities that are silent no more */
	GNIC_EQE_PHC		= 0xe,	/* id: GNIC_PHC_EVENT_* */
	GNIC_EQE_LOST		= 0xf,	/* from here on events found no room */
};
#define GNIC_EQE_PORT			GENMASK(13, 8)
#define GNIC_EQE_VALID			BIT(31)	/* as GNIC_CQE_VALID */

/**
 * struct gnic_hw_eqe - event
 * @ctrl: GNIC_EQE_*; written last
 * @id: QPN or CQN
 * @data: by type
 * @tstamp: low half of the clock's time in nanoseconds
 */
struct gnic_hw_eqe {
	__le32 ctrl;
	__le32 id;
	__le32 data;
	__le32 tstamp;
};
GNIC_HW_SIZE(gnic_hw_eqe, 16);

#define GNIC_CQ_LOG_MIN			4
#define GNIC_CQ_LOG_MAX			16
#define GNIC_EQ_LOG_MIN			4
#define GNIC_EQ_LOG_MAX			18

#endif /* GNIC_HW_CQE_H */
