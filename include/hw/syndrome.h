/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * QP error syndromes: Gaudi2's list (bits 7:6 are the source: 0 receive,
 * 1 QPC, 2 transmit). From 0xc0 on: model-defined.
 */
#ifndef GNIC_HW_SYNDROME_H
#define GNIC_HW_SYNDROME_H

#include "types.h"

/* X(NAME, value, text) */
#define GNIC_HW_SYNDROMES(X) \
	X(RX_BAD_FORMAT,	0x01, "bad packet format") \
	X(RX_TUNNEL,		0x02, "invalid tunnel") \
	X(RX_BTH_OPCODE,	0x03, "invalid BTH opcode") \
	X(RX_ACK_SYNDROME,	0x04, "invalid ACK syndrome") \
	X(RX_RC_TOO_BIG,	0x05, "RC payload too big") \
	X(RX_RC_TOO_SMALL,	0x06, "RC payload too small") \
	X(RX_RAW_MIN,		0x07, "raw packet below the minimum") \
	X(RX_RAW_MAX,		0x08, "raw packet above the maximum") \
	X(RX_QP_INVALID,	0x09, "QP invalid") \
	X(RX_TRANSPORT,		0x0a, "transport mismatch") \
	X(RX_REQ_STATE,		0x0b, "requester state invalid") \
	X(RX_RES_STATE,		0x0c, "responder state invalid") \
	X(RX_RES_RESYNC,	0x0d, "responder resync invalid") \
	X(RX_REQ_PSN,		0x0e, "requester PSN invalid") \
	X(RX_REQ_PSN_UNSET,	0x0f, "requester PSN unset") \
	X(RX_RKEY,		0x10, "rkey mismatch") \
	X(RX_WQE_INDEX,		0x11, "WQE index mismatch") \
	X(RX_WRITE_OPCODE,	0x12, "write opcode error at the responder") \
	X(RX_RDV_OPCODE,	0x13, "rendezvous opcode error at the responder") \
	X(RX_READ_OPCODE,	0x14, "read opcode error at the responder") \
	X(RX_WRITE_ZERO,	0x15, "zero-length write") \
	X(RX_MULTI_ZERO,	0x16, "zero-length multi-stride") \
	X(RX_SEND_TOO_BIG,	0x17, "send too big") \
	X(RX_MULTI_TOO_BIG,	0x18, "multi-stride too big") \
	X(QPC_RETRY,		0x40, "timer: retry count exceeded") \
	X(QPC_DB_QP,		0x41, "doorbell: QP invalid") \
	X(QPC_DB_SECURITY,	0x42, "doorbell: security") \
	X(QPC_DB_LAST_INDEX,	0x43, "doorbell: PI beyond the last index") \
	X(QPC_DB_READ,		0x44, "doorbell: WQ type is read") \
	X(QPC_TX_QP,		0x45, "requester transmit: QP invalid") \
	X(QPC_TX_RDV,		0x46, "rendezvous WQE on a QP of another type") \
	X(QPC_RX_QP,		0x47, "requester receive: QP invalid") \
	X(QPC_RX_RETRY,		0x48, "requester receive: NAK retries exceeded") \
	X(QPC_RDV_QP,		0x49, "rendezvous: QP invalid") \
	X(QPC_RDV_TYPE,		0x4a, "rendezvous: wrong WQ type") \
	X(QPC_RDV_LAST_INDEX,	0x4b, "rendezvous: PI beyond the last index") \
	X(QPC_RES_TX,		0x4c, "responder transmit: QP invalid") \
	X(QPC_RES_RX,		0x4d, "responder receive: QP invalid") \
	X(TX_WRITE_OPCODE,	0x80, "opcode not allowed for WQ type write") \
	X(TX_RDV_OPCODE,	0x81, "opcode not allowed for WQ type rendezvous") \
	X(TX_READ_OPCODE,	0x82, "opcode not allowed for WQ type read") \
	X(TX_GAUDI1,		0x83, "opcode not allowed in Gaudi1 mode") \
	X(TX_WRITE_ZERO,	0x84, "zero size: write") \
	X(TX_STRIDE_ZERO,	0x85, "zero size: stride") \
	X(TX_SEND_ZERO,		0x86, "zero size: send") \
	X(TX_RDV_ZERO,		0x87, "zero size: rendezvous") \
	X(TX_SIZE,		0x88, "size above the maximum") \
	X(TX_STRIDE_SIZE,	0x89, "size above the maximum stride") \
	X(TX_RDV_LOG,		0x8a, "remote WQ too small for rendezvous") \
	X(TX_RDV_WRITE_SIZE,	0x8b, "rendezvous WQE size wrong: write") \
	X(TX_RDV_READ_SIZE,	0x8c, "rendezvous WQE size wrong: read") \
	X(TX_INLINE_SIZE,	0x8d, "inline size wrong") \
	X(TX_INLINE_GAUDI1,	0x8e, "inline in Gaudi1 mode") \
	X(TX_STRIDE_64B,	0x8f, "stride needs 64-byte WQEs") \
	X(TX_RESERVED,		0x90, "reserved field not zero") \
	X(TX_WQE_INDEX,		0x91, "WQE_INDEX does not match the execution index") \
	X(TX_STRIDE_WQE,	0x92, "stride size larger than the WQE's") \
	X(TX_UPSCALE_ADDR,	0x93, "upscale reduction: odd remote address") \
	X(TX_UPSCALE_OPCODE,	0x94, "upscale reduction: opcode") \
	X(TX_RAW_SIZE,		0x95, "raw size unsupported") \
	X(TX_REDUCTION,		0xa4, "reduction that does not exist") \
	X(TX_OPCODE,		0xae, "bad opcode") \
	X(TX_BAD_SIZE,		0xaf, "bad size") \
	X(TX_SE_NOT_RAW,	0xb0, "SE on a QP that is not raw") \
	X(LOCAL_ACCESS,		0xc0, "local address outside every window of the ASID") \
	X(REMOTE_ACCESS,	0xc1, "the responder refused the remote address") \
	X(REMOTE_OP,		0xc2, "the responder failed") \
	X(WQ_ACCESS,		0xc3, "the work queue's memory can't be accessed") \
	X(CQ_OVERRUN,		0xc4, "completion queue overrun") \
	X(ASID,			0xc5, "the QP belongs to another ASID") \
	X(FLUSHED,		0xc6, "flushed: the QP failed before") \
	X(TX_SEGMENTS,		0xc7, "raw WQE: segments do not match") \
	X(TX_OFFLOAD,		0xc8, "raw WQE: offload does not fit the packet") \
	X(SYNC_OBJECT,		0xc9, "a sync object that the ASID does not have")

enum gnic_hw_syndrome {
	GNIC_SYND_NONE = 0,
#define X(name, value, text) GNIC_SYND_##name = (value),
	GNIC_HW_SYNDROMES(X)
#undef X
};

#endif /* GNIC_HW_SYNDROME_H */
