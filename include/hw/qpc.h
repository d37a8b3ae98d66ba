/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * QP contexts: Gaudi2's requester (1024 bits) and responder (256 bits).
 *
 * A field is "dword, mask": use it as one argument of gnic_qpc_get() and
 * gnic_qpc_set(). Read and written with GNIC_CMD_QPC_READ and _WRITE; the
 * fields marked "device" are the engine's own and read-only to a driver.
 */
#ifndef GNIC_HW_QPC_H
#define GNIC_HW_QPC_H

#include "types.h"

#define GNIC_QPC_REQ_DWORDS		32
#define GNIC_QPC_RES_DWORDS		8

/* requester */
#define GNIC_REQ_DST_QP			0, GENMASK(23, 0)
#define GNIC_REQ_STRIDE_OFFSET		1, GENMASK(31, 0)	/* device: in its row */
#define GNIC_REQ_STRIDE1_INDEX		2, GENMASK(15, 0)	/* device: which row */
#define GNIC_REQ_STRIDE2_INDEX		2, GENMASK(31, 16)	/* device */
#define GNIC_REQ_STRIDE3_INDEX		3, GENMASK(15, 0)	/* device */
#define GNIC_REQ_STRIDE4_INDEX		3, GENMASK(31, 16)	/* device */
#define GNIC_REQ_RKEY			4, GENMASK(31, 0)
#define GNIC_REQ_DST_IP			5, GENMASK(31, 0)	/* device: from the path, IPv4 */
#define GNIC_REQ_DST_MAC_LO		6, GENMASK(31, 0)	/* device: from the path */
#define GNIC_REQ_DST_MAC_HI		7, GENMASK(15, 0)	/* device: from the path */
#define GNIC_REQ_SEQ_ERR_RETRY_CNT	7, GENMASK(23, 16)	/* 255: for ever */
#define GNIC_REQ_TIMEOUT_RETRY_CNT	7, GENMASK(31, 24)	/* 255: for ever */
#define GNIC_REQ_NTS_PSN		8, GENMASK(23, 0)	/* next; writable while not VALID */
#define GNIC_REQ_BCS_PSN		9, GENMASK(23, 0)	/* device */
#define GNIC_REQ_SCHD_Q_NUM		9, GENMASK(31, 24)
#define GNIC_REQ_ONA_PSN		10, GENMASK(23, 0)	/* device: oldest unacked */
#define GNIC_REQ_BCC_PSN		11, GENMASK(23, 0)	/* device */
#define GNIC_REQ_TM_GRANULARITY		11, GENMASK(30, 24)	/* time-out 2^(g+2) us */
#define GNIC_REQ_WQ_BACK_PRESSURE	11, BIT(31)
#define GNIC_REQ_CONG_MARKED_ACK	12, GENMASK(23, 0)	/* device */
#define GNIC_REQ_REMOTE_WQ_LOG_SZ	12, GENMASK(28, 24)
#define GNIC_REQ_ENCAP_TYPE		12, GENMASK(31, 29)	/* slot of ENCAP_SET */
#define GNIC_REQ_CONG_NON_MARKED_ACK	13, GENMASK(23, 0)	/* device */
#define GNIC_REQ_CQ_NUM			13, GENMASK(28, 24)	/* device: low bits of the CQN */
#define GNIC_REQ_RTT_STATE		13, GENMASK(30, 29)	/* device: 1: measures */
#define GNIC_REQ_ENCAP_ENABLE		13, BIT(31)
#define GNIC_REQ_CONGESTION_WIN		14, GENMASK(23, 0)
#define GNIC_REQ_RTT_TIMESTAMP		15, GENMASK(24, 0)	/* device: when it left, us */
#define GNIC_REQ_RTT_MARKED_PSN		16, GENMASK(23, 0)	/* device: this one */
#define GNIC_REQ_BURST_SIZE		17, GENMASK(21, 0)
#define GNIC_REQ_ASID			17, GENMASK(31, 22)
#define GNIC_REQ_LAST_IDX		18, GENMASK(21, 0)
#define GNIC_REQ_EXECUTION_IDX		19, GENMASK(21, 0)	/* device */
#define GNIC_REQ_CONSUMER_IDX		20, GENMASK(21, 0)	/* device */
#define GNIC_REQ_LOCAL_PI		21, GENMASK(21, 0)	/* device */
#define GNIC_REQ_REMOTE_PI		22, GENMASK(21, 0)	/* device */
#define GNIC_REQ_REMOTE_CI		23, GENMASK(21, 0)	/* device */
#define GNIC_REQ_OLDEST_UNACKED_RPI	24, GENMASK(21, 0)	/* device */
#define GNIC_REQ_PSN_SINCE_ACKREQ	25, GENMASK(7, 0)	/* device */
#define GNIC_REQ_ACKREQ_FREQ		25, GENMASK(15, 8)	/* packets; 0: last of a message */
#define GNIC_REQ_PACING_TIME		26, GENMASK(15, 0)
#define GNIC_REQ_PSN_DELIVERED		27, GENMASK(23, 0)	/* device */
#define GNIC_REQ_SYNDROME		28, GENMASK(7, 0)	/* device: model-defined */
#define GNIC_REQ_RNR_RETRY_CNT		28, GENMASK(10, 8)	/* model-defined; 7: for ever */
#define GNIC_REQ_SELECTIVE		28, BIT(11)	/* model-defined: of both directions */
#define GNIC_REQ_RTT			28, GENMASK(31, 12)	/* device: last one, us */
#define GNIC_REQ_TARGET_DELAY		29, GENMASK(23, 0)	/* model-defined: us */
#define GNIC_REQ_TM_ADAPTIVE		29, GENMASK(26, 24)	/* doublings at most */
#define GNIC_REQ_CURRENT_WIN		30, GENMASK(23, 0)	/* device: model-defined */
#define GNIC_REQ_TM_BACKOFF		30, GENMASK(26, 24)	/* device: doublings now */
#define GNIC_REQ_DATA_MMU_BYPASS	31, BIT(11)
#define GNIC_REQ_MOD_GAUDI1		31, BIT(12)
#define GNIC_REQ_PORT			31, GENMASK(14, 13)
#define GNIC_REQ_WQ_TYPE		31, GENMASK(16, 15)
enum gnic_hw_wq_type {
	GNIC_WQ_TYPE_WRITE	= 1,
	GNIC_WQ_TYPE_RDV_READ	= 2,
	GNIC_WQ_TYPE_RDV_WRITE	= 3,
};
#define GNIC_REQ_SWQ_GRANULARITY	31, BIT(17)	/* 0: 32-byte, 1: 64-byte WQEs */
#define GNIC_REQ_TRANSPORT		31, BIT(18)	/* device: from QP_CREATE */
enum gnic_hw_transport {
	GNIC_TRANSPORT_RC	= 0,
	GNIC_TRANSPORT_RAW	= 1,
};
#define GNIC_REQ_PRIORITY		31, GENMASK(20, 19)
#define GNIC_REQ_CONGESTION_MODE	31, GENMASK(22, 21)
enum gnic_hw_congestion {
	GNIC_CONGESTION_NONE	= 0,
	GNIC_CONGESTION_DELAY	= 1,	/* as many as TARGET_DELAY allows, up to CONGESTION_WIN */
	GNIC_CONGESTION_WINDOW	= 2,	/* CONGESTION_WIN packets in flight */
	GNIC_CONGESTION_ECN	= 3,	/* model-defined: as many as marks allow, likewise */
};
#define GNIC_REQ_MTU			31, GENMASK(24, 23)	/* log2 - 10: 1K, 2K, 4K, 8K */
#define GNIC_REQ_WQ_BASE_ADDR		31, GENMASK(26, 25)
#define GNIC_REQ_TRUST_LEVEL		31, GENMASK(28, 27)
enum gnic_hw_trust {
	GNIC_TRUST_UNSECURED	= 0,
	GNIC_TRUST_SECURED	= 1,
	GNIC_TRUST_PRIVILEGED	= 2,
};
#define GNIC_REQ_IN_WORK		31, BIT(29)	/* device */
#define GNIC_REQ_ERROR			31, BIT(30)	/* device; writing VALID clears it */
#define GNIC_REQ_VALID			31, BIT(31)

/* responder */
#define GNIC_RES_DST_QP			0, GENMASK(23, 0)
#define GNIC_RES_PORT			0, GENMASK(25, 24)
#define GNIC_RES_PRIORITY		0, GENMASK(27, 26)
#define GNIC_RES_CONN_STATE		0, GENMASK(29, 28)	/* device */
#define GNIC_RES_NACK_SYNDROME		0, GENMASK(31, 30)	/* device */
#define GNIC_RES_LKEY			1, GENMASK(31, 0)	/* a peer's RKEY must equal it */
#define GNIC_RES_DST_IP			2, GENMASK(31, 0)	/* device: from the path, IPv4 */
#define GNIC_RES_DST_MAC_LO		3, GENMASK(31, 0)	/* device: from the path */
#define GNIC_RES_DST_MAC_HI		4, GENMASK(15, 0)	/* device: from the path */
#define GNIC_RES_ECN_COUNT		4, GENMASK(20, 16)	/* device */
#define GNIC_RES_TRANSPORT		4, BIT(21)	/* device: from QP_CREATE */
#define GNIC_RES_ASID			4, GENMASK(31, 22)
#define GNIC_RES_PEER_QP		5, GENMASK(23, 0)
#define GNIC_RES_SCHD_Q_NUM		5, GENMASK(31, 24)
#define GNIC_RES_EXPECTED_PSN		6, GENMASK(23, 0)	/* writable while not VALID */
#define GNIC_RES_TRUST_LEVEL		6, GENMASK(25, 24)
#define GNIC_RES_MOD_GAUDI1		6, BIT(26)
#define GNIC_RES_DATA_MMU_BYPASS	6, BIT(27)
#define GNIC_RES_ENCAP_TYPE		6, GENMASK(30, 28)	/* slot of ENCAP_SET */
#define GNIC_RES_ENCAP_ENABLE		6, BIT(31)
#define GNIC_RES_CYCLIC_IDX		7, GENMASK(23, 0)	/* device: messages received */
#define GNIC_RES_CQ_NUM			7, GENMASK(28, 24)	/* device: low bits of the CQN */
#define GNIC_RES_PEER_WQ_GRAN		7, BIT(29)
#define GNIC_RES_IN_WORK		7, BIT(30)	/* device */
#define GNIC_RES_VALID			7, BIT(31)

#define GNIC_TM_GRANULARITY_MAX		31u	/* 0 and what is above mean the same */
#define GNIC_TM_ADAPTIVE_MAX		6u

#define GNIC_PSN_MASK			0xffffffu	/* 24-bit arithmetic */
#define GNIC_IDX_MASK			0x3fffffu	/* 22-bit arithmetic */
#define GNIC_QPN_MASK			0xffffffu

/* Run-time masks: FIELD_PREP() wants constants, a field here is an argument. */
static inline __u32 gnic_qpc_get(const __le32 *ctx, unsigned int dword,
				 __u32 mask)
{
	return (le32_to_cpu(ctx[dword]) & mask) >> __builtin_ctz(mask);
}

static inline void gnic_qpc_set(__le32 *ctx, unsigned int dword, __u32 mask,
				__u32 value)
{
	__u32 old = le32_to_cpu(ctx[dword]) & ~mask;

	ctx[dword] = cpu_to_le32(old | ((value << __builtin_ctz(mask)) & mask));
}

#endif /* GNIC_HW_QPC_H */
