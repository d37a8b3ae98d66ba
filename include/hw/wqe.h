/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Work queue entries. hardware.rst "Work queues". */
#ifndef GNIC_HW_WQE_H
#define GNIC_HW_WQE_H

#include "types.h"

/* First dword of every send WQE. */
#define GNIC_WQE_OPCODE			GENMASK(4, 0)
enum gnic_hw_wqe_opcode {
	GNIC_WQE_NOP		= 0,
	GNIC_WQE_SEND		= 1,
	GNIC_WQE_LINEAR		= 2,	/* RDMA WRITE */
	GNIC_WQE_STRIDE		= 3,	/* RDMA WRITE of rows, which are one piece there */
	GNIC_WQE_MULTI_STRIDE	= 4,	/* of rows that lie there as they do here */
	GNIC_WQE_RDV_WR		= 5,	/* rendezvous: a buffer for the peer's next LINEAR */
	GNIC_WQE_RDV_RD		= 6,	/* rendezvous: the peer shall write from there to here */
	GNIC_WQE_QOS_UPDATE	= 7,
	GNIC_WQE_STRIDE_DUAL	= 8,	/* of rows that lie there in another way */
	/* model-defined */
	GNIC_WQE_RAW_SEND	= 0x10,	/* one packet, first WQE of it */
	GNIC_WQE_RAW_CONT	= 0x11,	/* further segments of it */
	GNIC_WQE_COPY		= 0x14,	/* compute: memory to memory */
	GNIC_WQE_FILL		= 0x15,	/* compute: a 32-bit pattern */
	GNIC_WQE_POST		= 0x16,	/* compute: the RC WQE within, on another QP */
	GNIC_WQE_FENCE		= 0x17,	/* compute: wait for all before it */
	GNIC_WQE_REDUCE		= 0x18,	/* compute: memory into memory */
	GNIC_WQE_SOB		= 0x19,	/* compute: signal a sync object */
	GNIC_WQE_SOB_WAIT	= 0x1a,	/* compute: wait for one */
	GNIC_WQE_HALF		= 0x1b,	/* compute: second half of the WQE of the POST behind it */
};
#define GNIC_WQE_INDEX			GENMASK(15, 8)	/* low bits of its own index */

/* Gaudi2 send WQE, dword 0. */
#define GNIC_RC_WQE_REDUCTION		GENMASK(28, 16)
#define GNIC_RC_WQE_SE			BIT(29)
#define GNIC_RC_WQE_INLINE		BIT(30)
#define GNIC_RC_WQE_ACKREQ		BIT(31)	/* requester CQE when acknowledged */
/* dword 7 */
#define GNIC_RC_WQE_REMOTE_SOB		GENMASK(26, 0)	/* number in the bank of the peer's ASID */
#define GNIC_RC_WQE_REMOTE_SOB_DATA	GENMASK(28, 27)	/* 0 .. 3 */
#define GNIC_RC_WQE_SOB_CMD		BIT(29)	/* add; else set */
#define GNIC_RC_WQE_COMPLETION		GENMASK(31, 30)	/* at the responder */
enum gnic_hw_wqe_completion {
	GNIC_COMPLETION_NONE	= 0,
	GNIC_COMPLETION_SOB	= 1,
	GNIC_COMPLETION_CQ	= 2,	/* the tag travels as immediate data */
	GNIC_COMPLETION_BOTH	= 3,
};
#define GNIC_RC_SIZE_MAX		0x40000000u	/* 1 GiB a message */
#define GNIC_RC_INLINE_32		8	/* bytes of inline data in a 32-byte WQE */
#define GNIC_RC_INLINE_64		32	/* in a 64-byte one */

/* GNIC_RC_WQE_REDUCTION: how what is written meets what is there */
#define GNIC_REDUCTION_ENABLE		BIT(0)
#define GNIC_REDUCTION_TYPE		GENMASK(4, 1)
/*
 * X(NAME, number, bytes of a number that comes, of one in memory). Those that are
 * upscaled come as 16 bits and meet FP32.
 */
#define GNIC_HW_REDUCTIONS(X) \
	X(INT8,    0x0, 1, 1) \
	X(INT16,   0x1, 2, 2) \
	X(INT32,   0x2, 4, 4) \
	X(UINT8,   0x3, 1, 1) \
	X(UINT16,  0x4, 2, 2) \
	X(UINT32,  0x5, 4, 4) \
	X(BF16,    0x6, 2, 2) \
	X(FP32,    0x7, 4, 4) \
	X(FP16,    0x8, 2, 2) \
	X(UP_FP16, 0xc, 2, 4) \
	X(UP_BF16, 0xd, 2, 4)

enum gnic_hw_reduction_type {
#define X(name, number, src, dst) GNIC_REDUCTION_##name = number,
	GNIC_HW_REDUCTIONS(X)
#undef X
};

#define GNIC_REDUCTION_OP		GENMASK(6, 5)
enum gnic_hw_reduction_op {
	GNIC_REDUCTION_ADD	= 0,
	GNIC_REDUCTION_SUB	= 1,
	GNIC_REDUCTION_MIN	= 2,
	GNIC_REDUCTION_MAX	= 3,
};
#define GNIC_REDUCTION_ROUND		GENMASK(8, 7)	/* of BF16, FP32, FP16 */
enum gnic_hw_reduction_round {
	GNIC_REDUCTION_NEAREST	= 0,	/* ties to even */
	GNIC_REDUCTION_ZERO	= 1,
	GNIC_REDUCTION_UP	= 2,
	GNIC_REDUCTION_DOWN	= 3,
};
#define GNIC_REDUCTION_RSVD		GENMASK(12, 9)	/* zero */

/**
 * struct gnic_hw_rc_wqe - Gaudi2 send WQE of an RC QP
 * @ctrl: GNIC_WQE_OPCODE, GNIC_WQE_INDEX, GNIC_RC_WQE_*
 * @size: bytes
 * @local_addr: device address, checked against the windows of the QP's ASID; with
 *	GNIC_RC_WQE_INLINE the data, unless the second half of a 64-byte WQE has it
 * @remote_addr: device address at the peer; SEND: zero
 * @tag: immediate data
 * @completion: GNIC_RC_WQE_COMPLETION and the sync object
 */
struct gnic_hw_rc_wqe {
	__le32 ctrl;
	__le32 size;
	__le64 local_addr;
	__le64 remote_addr;
	__le32 tag;
	__le32 completion;
};
GNIC_HW_SIZE(gnic_hw_rc_wqe, 32);

#define GNIC_RC_STRIDES			4

/**
 * struct gnic_hw_rc_stride - Gaudi2 send WQE, second half: how the bytes lie in rows
 * @stride: bytes from the beginning of a row, or of all rows of the dimension before,
 *	to that of the next one
 * @count: how many, 1 and more
 * @row: bytes of a row
 * @rsvd: zero
 *
 * STRIDE_DUAL: the first two dimensions are of this end, the others of the peer.
 */
struct gnic_hw_rc_stride {
	__le32 stride[GNIC_RC_STRIDES];
	__le16 count[GNIC_RC_STRIDES];
	__le32 row;
	__le32 rsvd;
};
GNIC_HW_SIZE(gnic_hw_rc_stride, 32);

/* Raw send WQE (model-defined), dword 0. */
#define GNIC_RAW_WQE_NSEG		GENMASK(20, 16)	/* of the packet, 1..GNIC_RAW_SEGS_MAX */
#define GNIC_RAW_WQE_STAG		BIT(5)	/* with VLAN: TPID 0x88a8 */
#define GNIC_RAW_WQE_TUNNEL		BIT(21)	/* with TSO, USO: seg[0].rsvd says where */
#define GNIC_RAW_WQE_LAUNCH		BIT(22)	/* not before the time in seg[0].rsvd */
#define GNIC_RAW_WQE_CRC32C		BIT(23)	/* with CSUM: SCTP's checksum, four bytes */
#define GNIC_RAW_WQE_VLAN		BIT(24)	/* insert vlan_tci, TPID 0x8100 */
#define GNIC_RAW_WQE_CSUM		BIT(25)	/* from CSUM_START, to CSUM_OFFSET behind it */
#define GNIC_RAW_WQE_CSUM_L3		BIT(26)	/* IPv4 header checksum */
#define GNIC_RAW_WQE_TSO		BIT(27)
#define GNIC_RAW_WQE_USO		BIT(28)	/* segments of UDP, not with TSO */
#define GNIC_RAW_WQE_SE			BIT(29)	/* set on raw QPs */
#define GNIC_RAW_WQE_CQE		BIT(31)	/* CQE when consumed */
/* dword 2 */
#define GNIC_RAW_WQE_CSUM_START		GENMASK(9, 0)
#define GNIC_RAW_WQE_CSUM_OFFSET	GENMASK(15, 10)
#define GNIC_RAW_WQE_HDR_LEN		GENMASK(25, 16)	/* TSO, USO: up to the payload */
#define GNIC_RAW_WQE_TSTAMP		BIT(31)	/* with CQE: when it left */
/*
 * seg[0].rsvd, with GNIC_RAW_WQE_LAUNCH and without TUNNEL: low half of the
 * clock's time in nanoseconds; the half of all times that is behind has passed.
 */
#define GNIC_LAUNCH_AHEAD_NS		0x7fffffff
/* seg[0].rsvd, with GNIC_RAW_WQE_TUNNEL */
#define GNIC_RAW_TUNNEL_L3		GENMASK(7, 0)	/* inner IP header */
#define GNIC_RAW_TUNNEL_UDP		GENMASK(15, 8)	/* outer UDP header, 0: none */

#define GNIC_RAW_WQE_SEGS		3
#define GNIC_RAW_SEGS_MAX		18
#define GNIC_RAW_WQES_MAX		6	/* WQEs of one packet */
#define GNIC_RAW_SIZE_MIN		14
#define GNIC_RAW_SIZE_MAX		9622	/* without TSO: largest MTU, header, two tags */
#define GNIC_RAW_TSO_SIZE_MAX		0x3ffff	/* 256 KiB - 1 */
#define GNIC_RAW_HDR_MAX		252	/* HDR_LEN, end of the checksum field */

/**
 * struct gnic_hw_seg - a piece of a packet
 * @addr: device address, checked against the windows of the QP's ASID
 * @len: bytes
 * @rsvd: zero; but for the first one of a packet with GNIC_RAW_WQE_TUNNEL or
 *	GNIC_RAW_WQE_LAUNCH
 */
struct gnic_hw_seg {
	__le64 addr;
	__le32 len;
	__le32 rsvd;
};
GNIC_HW_SIZE(gnic_hw_seg, 16);

/**
 * struct gnic_hw_raw_wqe - a packet, or three more segments of it
 * @ctrl: GNIC_WQE_OPCODE, GNIC_WQE_INDEX, GNIC_RAW_WQE_*
 * @size: bytes of the packet; RAW_CONT: zero
 * @offload: GNIC_RAW_WQE_CSUM_START and its neighbours; RAW_CONT: zero
 * @vlan_tci: host order tag control information, with GNIC_RAW_WQE_VLAN
 * @mss: payload bytes a segment, with GNIC_RAW_WQE_TSO or USO
 * @seg: pieces, in order; unused ones zero
 */
struct gnic_hw_raw_wqe {
	__le32 ctrl;
	__le32 size;
	__le32 offload;
	__le16 vlan_tci;
	__le16 mss;
	struct gnic_hw_seg seg[GNIC_RAW_WQE_SEGS];
};
GNIC_HW_SIZE(gnic_hw_raw_wqe, 64);

/**
 * struct gnic_hw_recv_wqe - a buffer of a receive queue (model-defined)
 * @addr: device address, checked against the windows of the QP's ASID
 * @size: bytes
 * @completion: of RC: as gnic_hw_rc_wqe.completion, the sync object is the QP's own;
 *	raw: zero
 */
struct gnic_hw_recv_wqe {
	__le64 addr;
	__le32 size;
	__le32 completion;
};
GNIC_HW_SIZE(gnic_hw_recv_wqe, 16);

/* Compute WQE (model-defined). */
#define GNIC_COMPUTE_WQE_CQE		BIT(31)	/* dword 0: CQE when done */
#define GNIC_COMPUTE_WQE_REDUCTION	GENMASK(28, 16)	/* as GNIC_RC_WQE_REDUCTION */
#define GNIC_COMPUTE_QPN		GENMASK(23, 0)
#define GNIC_COMPUTE_PORT		GENMASK(29, 24)
/* target of SOB, SOB_WAIT, laid out as in an RC WQE */
#define GNIC_COMPUTE_SOB		GENMASK(26, 0)
#define GNIC_COMPUTE_SOB_ADD		BIT(29)	/* SOB: add; else set */

/**
 * struct gnic_hw_compute_wqe - one command of a compute queue
 * @ctrl: GNIC_WQE_OPCODE, GNIC_WQE_INDEX, GNIC_COMPUTE_WQE_*
 * @size: COPY, FILL, REDUCE: bytes, of FILL a multiple of 4, of REDUCE whole numbers
 * @src: COPY, REDUCE: device address; FILL: the pattern, SOB, SOB_WAIT: the value, in
 *	the low half
 * @dst: COPY, FILL, REDUCE: device address
 * @tag: comes back in the CQE
 * @target: POST: GNIC_COMPUTE_QPN, GNIC_COMPUTE_PORT; SOB, SOB_WAIT: GNIC_COMPUTE_SOB*
 * @rc: POST: the WQE; its GNIC_WQE_INDEX is filled in by the device
 * @half: HALF: of the WQE
 */
struct gnic_hw_compute_wqe {
	__le32 ctrl;
	__le32 size;
	__le64 src;
	__le64 dst;
	__le32 tag;
	__le32 target;
	union {
		struct gnic_hw_rc_wqe rc;
		struct gnic_hw_rc_stride half;
	};
};
GNIC_HW_SIZE(gnic_hw_compute_wqe, 64);

#define GNIC_SOBS			64u	/* sync objects of an ASID */

#define GNIC_WQ_LOG_MIN			4
#define GNIC_WQ_LOG_MAX			15

/* A ring of offers is so much longer than the send queue of who offers. */
#define GNIC_RDV_RATIO_LOG		2
#define GNIC_RDV_LOG_MIN		(GNIC_WQ_LOG_MIN + GNIC_RDV_RATIO_LOG)
#define GNIC_RDV_LOG_MAX		(GNIC_WQ_LOG_MAX + GNIC_RDV_RATIO_LOG)

#endif /* GNIC_HW_WQE_H */
