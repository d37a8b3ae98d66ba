// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Expands every mask, register, value and list of the contract, with the
 * compiler of the kernel as with any other: a macro that nobody uses yet is
 * compiled here. Built by "make -C tools/vgaudi check-contract", which also
 * looks that no name of the headers is missing below.
 */
#include "cmd.h"
#include "cqe.h"
#include "esw.h"
#include "fw.h"
#include "mac.h"
#include "memmap.h"
#include "phc.h"
#include "qpc.h"
#include "reg_cmd.h"
#include "reg_ctl.h"
#include "reg_phc.h"
#include "reg_test.h"
#include "status.h"
#include "syndrome.h"
#include "umr.h"
#include "wqe.h"

#ifdef __KERNEL__
#include <linux/module.h>
#define complain(what)	pr_err("%s\n", what)
#else
#include <stdio.h>
#define complain(what)	printf("contract: %s\n", what)
#endif

typedef unsigned long long u64_t;

/* ---- words made of fields ---- */

#define WORD_VERSION(X)		X(GNIC_CTL_VERSION_MAJOR) X(GNIC_CTL_VERSION_MINOR)
#define WORD_CAPS(X) \
	X(GNIC_CAP_CQE_TIMER) X(GNIC_CAP_PAUSE) X(GNIC_CAP_MODULE) \
	X(GNIC_CAP_PHC) X(GNIC_CAP_DCB) \
	X(GNIC_CAP_FW) X(GNIC_CAP_INJECT) \
	X(GNIC_CAP_SHADOW_DB) X(GNIC_CAP_CSUM) X(GNIC_CAP_TSO) X(GNIC_CAP_VLAN) X(GNIC_CAP_RSS) \
	X(GNIC_CAP_FLOW) X(GNIC_CAP_RC) X(GNIC_CAP_COMPUTE) X(GNIC_CAP_LOOPBACK) \
	X(GNIC_CAP_MODERATION) X(GNIC_CAP_RX_TSTAMP) X(GNIC_CAP_QP_MOVE) X(GNIC_CAP_RX_SPLIT) \
	X(GNIC_CAP_TX_RATE) X(GNIC_CAP_GRO) X(GNIC_CAP_RX_MODE) \
	X(GNIC_CAP_VLAN_RX) X(GNIC_CAP_PORT_SPLIT) X(GNIC_CAP_LAUNCH) \
	X(GNIC_CAP_TUNNEL) X(GNIC_CAP_USO) X(GNIC_CAP_SCHED) \
	X(GNIC_CAP_RSS_QUEUES) X(GNIC_CAP_FLOW_QUEUES) X(GNIC_CAP_SCTP)
#define WORD_STATUS(X) \
	X(GNIC_CTL_STATUS_READY) X(GNIC_CTL_STATUS_FATAL) X(GNIC_CTL_STATUS_SYNDROME)
#define WORD_RC_CAPS(X) \
	X(GNIC_RC_CAP_SELECTIVE) X(GNIC_RC_CAP_DELAY) X(GNIC_RC_CAP_STRIDE) X(GNIC_RC_CAP_RDV) \
	X(GNIC_RC_CAP_ECN) X(GNIC_RC_CAP_ADAPTIVE) X(GNIC_RC_CAP_LOOPBACK)
#define WORD_GRO(X)		X(GNIC_GRO_IPIP)
#define WORD_FW_VERSION(X)	X(GNIC_CTL_FW_MAJOR) X(GNIC_CTL_FW_MINOR) X(GNIC_CTL_FW_PATCH)
#define WORD_DOORBELL(X)	X(GNIC_DB_INDEX) X(GNIC_DB_ID) X(GNIC_DB_PORT) X(GNIC_DB_KIND)
#define WORD_RC_WQE_CTRL(X) \
	X(GNIC_WQE_OPCODE) X(GNIC_WQE_INDEX) X(GNIC_RC_WQE_REDUCTION) X(GNIC_RC_WQE_SE) \
	X(GNIC_RC_WQE_INLINE) X(GNIC_RC_WQE_ACKREQ)
#define WORD_RC_WQE_COMPLETION(X) \
	X(GNIC_RC_WQE_REMOTE_SOB) X(GNIC_RC_WQE_REMOTE_SOB_DATA) X(GNIC_RC_WQE_SOB_CMD) \
	X(GNIC_RC_WQE_COMPLETION)
#define WORD_RAW_WQE_CTRL(X) \
	X(GNIC_WQE_OPCODE) X(GNIC_WQE_INDEX) X(GNIC_RAW_WQE_NSEG) X(GNIC_RAW_WQE_VLAN) \
	X(GNIC_RAW_WQE_CRC32C) \
	X(GNIC_RAW_WQE_CSUM) X(GNIC_RAW_WQE_CSUM_L3) X(GNIC_RAW_WQE_TSO) X(GNIC_RAW_WQE_SE) \
	X(GNIC_RAW_WQE_CQE) X(GNIC_RAW_WQE_STAG) X(GNIC_RAW_WQE_TUNNEL) X(GNIC_RAW_WQE_USO) \
	X(GNIC_RAW_WQE_LAUNCH)
#define WORD_RAW_WQE_TUNNEL(X)	X(GNIC_RAW_TUNNEL_L3) X(GNIC_RAW_TUNNEL_UDP)
#define WORD_RAW_WQE_OFFLOAD(X) \
	X(GNIC_RAW_WQE_CSUM_START) X(GNIC_RAW_WQE_CSUM_OFFSET) X(GNIC_RAW_WQE_HDR_LEN) \
	X(GNIC_RAW_WQE_TSTAMP)
#define WORD_COMPUTE_WQE_CTRL(X) \
	X(GNIC_WQE_OPCODE) X(GNIC_WQE_INDEX) X(GNIC_COMPUTE_WQE_REDUCTION) X(GNIC_COMPUTE_WQE_CQE)
#define WORD_COMPUTE_SOB(X)	X(GNIC_COMPUTE_SOB) X(GNIC_COMPUTE_SOB_ADD)
#define WORD_REDUCTION(X) \
	X(GNIC_REDUCTION_ENABLE) X(GNIC_REDUCTION_TYPE) X(GNIC_REDUCTION_OP) \
	X(GNIC_REDUCTION_ROUND) X(GNIC_REDUCTION_RSVD)
#define WORD_COMPUTE_TARGET(X)	X(GNIC_COMPUTE_QPN) X(GNIC_COMPUTE_PORT)
#define WORD_CQE_CTRL(X) \
	X(GNIC_CQE_QPN) X(GNIC_CQE_REQ) X(GNIC_CQE_ERROR) X(GNIC_CQE_INNER_OK) \
	X(GNIC_CQE_SEND) X(GNIC_CQE_IMM) X(GNIC_CQE_VALID)
#define WORD_RAW_CQE_FLAGS(X) \
	X(GNIC_RAW_CQE_L3) X(GNIC_RAW_CQE_L4) X(GNIC_RAW_CQE_L3_OK) X(GNIC_RAW_CQE_L4_OK) \
	X(GNIC_RAW_CQE_VLAN) X(GNIC_RAW_CQE_CSUM) X(GNIC_RAW_CQE_HASH) X(GNIC_RAW_CQE_NBUF) \
	X(GNIC_RAW_CQE_MARK) X(GNIC_RAW_CQE_HDR_LEN) X(GNIC_RAW_CQE_STAG) X(GNIC_RAW_CQE_SPLIT) \
	X(GNIC_RAW_CQE_GRO) X(GNIC_RAW_CQE_GRO_FIXED_ID) X(GNIC_RAW_CQE_GRO_FIXED_INNER)
#define WORD_RAW_CQE_SENT(X)	X(GNIC_RAW_CQE_SENT)
#define WORD_EQE_CTRL(X)	X(GNIC_EQE_TYPE) X(GNIC_EQE_PORT) X(GNIC_EQE_VALID)
#define WORD_RSS_TYPES(X) \
	X(GNIC_RSS_L4_TCP4) X(GNIC_RSS_L4_UDP4) X(GNIC_RSS_L4_TCP6) X(GNIC_RSS_L4_UDP6)
#define WORD_FILTER_FLAGS(X)	X(GNIC_FILTER_PROMISC) X(GNIC_FILTER_ALLMULTI)
#define WORD_VLAN_FLAGS(X) \
	X(GNIC_VLAN_STRIP_CTAG) X(GNIC_VLAN_STRIP_STAG) X(GNIC_VLAN_FILTER_CTAG) \
	X(GNIC_VLAN_FILTER_STAG)
#define WORD_FLOW_FLAGS(X)	X(GNIC_FLOW_SET_MARK)
#define WORD_FLOW_FRAME(X) \
	X(GNIC_FLOW_FRAME_TAGGED) X(GNIC_FLOW_FRAME_FRAGMENT) X(GNIC_FLOW_FRAME_HOST)
#define WORD_FLOW_RSS(X)	X(GNIC_FLOW_RSS_CONTEXT) X(GNIC_FLOW_RSS_OFFSET)
#define WORD_RSS_XFRM(X)	X(GNIC_RSS_XFRM_SYM_XOR) X(GNIC_RSS_XFRM_SYM_OR_XOR)
#define WORD_RSS_FIELDS(X) \
	X(GNIC_RSS_FIELD_SRC_IP) X(GNIC_RSS_FIELD_DST_IP) X(GNIC_RSS_FIELD_L4_SRC) \
	X(GNIC_RSS_FIELD_L4_DST) X(GNIC_RSS_FIELD_LABEL)
#define WORD_PORT_SET(X) \
	X(GNIC_PORT_SET_ADMIN) X(GNIC_PORT_SET_MTU) X(GNIC_PORT_SET_LOOPBACK) \
	X(GNIC_PORT_SET_LINK) X(GNIC_PORT_SET_PAUSE) X(GNIC_PORT_SET_IDENTIFY) \
	X(GNIC_PORT_SET_RESTART) X(GNIC_PORT_SET_RX) X(GNIC_PORT_SET_STORM)
#define WORD_FEC(X)		X(GNIC_FEC_NONE) X(GNIC_FEC_RS) X(GNIC_FEC_BASER)
#define WORD_PAUSE(X)		X(GNIC_PAUSE_RX) X(GNIC_PAUSE_TX) X(GNIC_PAUSE_AUTONEG)
#define WORD_LINK_MODES(X) \
	X(GNIC_LINK_10G_1) X(GNIC_LINK_25G_1) X(GNIC_LINK_50G_2) X(GNIC_LINK_50G_1) \
	X(GNIC_LINK_100G_2)
#define WORD_MODULE_POWER(X)	X(GNIC_MODULE_POWER_HIGH) X(GNIC_MODULE_POWER_KEEP)
#define WORD_CQ_FLAGS(X)	X(GNIC_CQ_CQE_TIMER)
#define WORD_PORT_STATE(X) \
	X(GNIC_PORT_STATE_ADMIN) X(GNIC_PORT_STATE_LINK) X(GNIC_PORT_STATE_LOOPBACK) \
	X(GNIC_PORT_STATE_CABLE)
#define WORD_PORT_RX(X)		X(GNIC_PORT_RX_FCS) X(GNIC_PORT_RX_ALL)
#define WORD_ACCESS(X) \
	X(GNIC_ACCESS_LOCAL_READ) X(GNIC_ACCESS_LOCAL_WRITE) X(GNIC_ACCESS_REMOTE_WRITE) \
	X(GNIC_ACCESS_REMOTE_READ)
#define WORD_FW_BEGIN(X)	X(GNIC_FW_BEGIN_SETTINGS) X(GNIC_FW_BEGIN_VOLATILE)
#define WORD_PHC_SET(X) \
	X(GNIC_PHC_SET_TIME) X(GNIC_PHC_SET_OFFSET) X(GNIC_PHC_SET_FREQ) X(GNIC_PHC_SET_PPS)
#define WORD_PHC_EDGE(X)	X(GNIC_PHC_EDGE_RISING) X(GNIC_PHC_EDGE_FALLING)
#define WORD_PHC_EVENT(X)	X(GNIC_PHC_EVENT_CHANNEL) X(GNIC_PHC_EVENT_KIND)
#define WORD_QP_PATH(X)		X(GNIC_QP_PATH_ICRC_SWAPPED) X(GNIC_QP_PATH_LOOPBACK)
#define WORD_PSN(X)		X(GNIC_PSN_MASK)
#define WORD_IDX(X)		X(GNIC_IDX_MASK)
#define WORD_QPN(X)		X(GNIC_QPN_MASK)

/* W(word, bits of the member it is in) */
#define WORDS(W) \
	W(WORD_VERSION, 32) W(WORD_CAPS, 32) W(WORD_RC_CAPS, 32) W(WORD_STATUS, 32) \
	W(WORD_FW_VERSION, 32) W(WORD_GRO, 16) \
	W(WORD_DOORBELL, 64) W(WORD_RC_WQE_CTRL, 32) W(WORD_RC_WQE_COMPLETION, 32) \
	W(WORD_REDUCTION, 13) \
	W(WORD_RAW_WQE_CTRL, 32) W(WORD_RAW_WQE_OFFLOAD, 32) W(WORD_COMPUTE_WQE_CTRL, 32) \
	W(WORD_COMPUTE_SOB, 32) \
	W(WORD_COMPUTE_TARGET, 32) W(WORD_CQE_CTRL, 32) W(WORD_RAW_CQE_FLAGS, 32) \
	W(WORD_EQE_CTRL, 32) W(WORD_RSS_TYPES, 16) W(WORD_FILTER_FLAGS, 16) \
	W(WORD_RAW_CQE_SENT, 32) W(WORD_PHC_SET, 32) W(WORD_PHC_EDGE, 8) W(WORD_PHC_EVENT, 32) \
	W(WORD_RAW_WQE_TUNNEL, 32) W(WORD_VLAN_FLAGS, 16) W(WORD_FLOW_FLAGS, 8) \
	W(WORD_FLOW_FRAME, 8) W(WORD_FLOW_RSS, 32) W(WORD_RSS_XFRM, 8) W(WORD_RSS_FIELDS, 8) \
	W(WORD_PORT_SET, 32) W(WORD_FEC, 8) W(WORD_PAUSE, 8) \
	W(WORD_LINK_MODES, 32) W(WORD_MODULE_POWER, 8) W(WORD_CQ_FLAGS, 16) \
	W(WORD_PORT_RX, 8) W(WORD_PORT_STATE, 8) W(WORD_ACCESS, 8) W(WORD_FW_BEGIN, 32) \
	W(WORD_QP_PATH, 32) W(WORD_PSN, 32) W(WORD_IDX, 32) W(WORD_QPN, 32)

#define LOW_BIT(mask)		((u64_t)(mask) & -(u64_t)(mask))
#define ADD(mask)		+ (u64_t)(mask)
#define OR(mask)		| (u64_t)(mask)

/* Masks that share a bit have a sum that is not their union. */
#define CHECK_WORD(word, bits) \
	_Static_assert((0 word(ADD)) == (0 word(OR)), #word ": fields overlap"); \
	_Static_assert(!((0 word(OR)) >> ((bits) - 1) >> 1), #word ": a field is too high");
WORDS(CHECK_WORD)

#define CHECK_FIELD(mask) \
	_Static_assert((mask) != 0, #mask " is empty"); \
	_Static_assert(!(((u64_t)(mask) + LOW_BIT(mask)) & (u64_t)(mask)), #mask " has a hole");
#define CHECK_FIELDS(word, bits) word(CHECK_FIELD)
WORDS(CHECK_FIELDS)

/* ---- values of fields ---- */

#define VALUES(V) \
	V(GNIC_CTL_VERSION_MAJOR, GNIC_HW_VERSION_MAJOR) \
	V(GNIC_CTL_VERSION_MINOR, GNIC_HW_VERSION_MINOR) \
	V(GNIC_DB_KIND, GNIC_DB_SQ) V(GNIC_DB_KIND, GNIC_DB_RQ) V(GNIC_DB_KIND, GNIC_DB_CQ) \
	V(GNIC_DB_KIND, GNIC_DB_EQ) V(GNIC_DB_PORT, GNIC_PORT_IDS - 1) \
	V(GNIC_WQE_OPCODE, GNIC_WQE_NOP) V(GNIC_WQE_OPCODE, GNIC_WQE_SEND) \
	V(GNIC_WQE_OPCODE, GNIC_WQE_LINEAR) V(GNIC_WQE_OPCODE, GNIC_WQE_STRIDE) \
	V(GNIC_WQE_OPCODE, GNIC_WQE_MULTI_STRIDE) V(GNIC_WQE_OPCODE, GNIC_WQE_RDV_WR) \
	V(GNIC_WQE_OPCODE, GNIC_WQE_RDV_RD) V(GNIC_WQE_OPCODE, GNIC_WQE_QOS_UPDATE) \
	V(GNIC_WQE_OPCODE, GNIC_WQE_STRIDE_DUAL) V(GNIC_WQE_OPCODE, GNIC_WQE_HALF) \
	V(GNIC_WQE_OPCODE, GNIC_WQE_RAW_SEND) V(GNIC_WQE_OPCODE, GNIC_WQE_RAW_CONT) \
	V(GNIC_WQE_OPCODE, GNIC_WQE_COPY) V(GNIC_WQE_OPCODE, GNIC_WQE_FILL) \
	V(GNIC_WQE_OPCODE, GNIC_WQE_POST) V(GNIC_WQE_OPCODE, GNIC_WQE_FENCE) \
	V(GNIC_WQE_OPCODE, GNIC_WQE_REDUCE) V(GNIC_WQE_OPCODE, GNIC_WQE_SOB) \
	V(GNIC_WQE_OPCODE, GNIC_WQE_SOB_WAIT) V(GNIC_COMPUTE_SOB, GNIC_SOBS - 1) \
	V(GNIC_REDUCTION_OP, GNIC_REDUCTION_ADD) V(GNIC_REDUCTION_OP, GNIC_REDUCTION_SUB) \
	V(GNIC_REDUCTION_OP, GNIC_REDUCTION_MIN) V(GNIC_REDUCTION_OP, GNIC_REDUCTION_MAX) \
	V(GNIC_REDUCTION_ROUND, GNIC_REDUCTION_NEAREST) \
	V(GNIC_REDUCTION_ROUND, GNIC_REDUCTION_ZERO) V(GNIC_REDUCTION_ROUND, GNIC_REDUCTION_UP) \
	V(GNIC_REDUCTION_ROUND, GNIC_REDUCTION_DOWN) \
	V(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_NONE) \
	V(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_SOB) \
	V(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_CQ) \
	V(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_BOTH) \
	V(GNIC_RAW_WQE_NSEG, GNIC_RAW_SEGS_MAX) V(GNIC_RAW_WQE_HDR_LEN, GNIC_RAW_HDR_MAX) \
	V(GNIC_RAW_TUNNEL_L3, GNIC_RAW_HDR_MAX) V(GNIC_RAW_TUNNEL_UDP, GNIC_RAW_HDR_MAX) \
	V(GNIC_RAW_CQE_HDR_LEN, GNIC_RAW_HDR_MAX) \
	V(GNIC_COMPUTE_PORT, GNIC_PORT_IDS - 1) \
	V(GNIC_RAW_CQE_L3, GNIC_CQE_L3_NONE) V(GNIC_RAW_CQE_L3, GNIC_CQE_L3_IPV4) \
	V(GNIC_RAW_CQE_L3, GNIC_CQE_L3_IPV6) \
	V(GNIC_RAW_CQE_L4, GNIC_CQE_L4_NONE) V(GNIC_RAW_CQE_L4, GNIC_CQE_L4_TCP) \
	V(GNIC_RAW_CQE_L4, GNIC_CQE_L4_UDP) V(GNIC_RAW_CQE_L4, GNIC_CQE_L4_OTHER) \
	V(GNIC_RAW_CQE_HASH, GNIC_CQE_HASH_NONE) V(GNIC_RAW_CQE_HASH, GNIC_CQE_HASH_L3) \
	V(GNIC_RAW_CQE_HASH, GNIC_CQE_HASH_L4) V(GNIC_RAW_CQE_NBUF, GNIC_RAW_NBUF_MAX) \
	V(GNIC_EQE_TYPE, GNIC_EQE_COMP) V(GNIC_EQE_TYPE, GNIC_EQE_COMP_ERR) \
	V(GNIC_EQE_TYPE, GNIC_EQE_QP_ERR) V(GNIC_EQE_TYPE, GNIC_EQE_LINK_STATUS) \
	V(GNIC_EQE_TYPE, GNIC_EQE_DB_OVERRUN) V(GNIC_EQE_TYPE, GNIC_EQE_FATAL) \
	V(GNIC_EQE_TYPE, GNIC_EQE_PAUSE_STORM) \
	V(GNIC_EQE_TYPE, GNIC_EQE_PHC) V(GNIC_PHC_EVENT_KIND, GNIC_PHC_EVENT_INPUT) \
	V(GNIC_PHC_EVENT_KIND, GNIC_PHC_EVENT_PPS) \
	V(GNIC_PHC_EVENT_CHANNEL, GNIC_PHC_INPUTS - 1) \
	V(GNIC_EQE_PORT, GNIC_PORT_IDS - 1)

#define CHECK_VALUE(mask, value) \
	_Static_assert(!((u64_t)(value) * LOW_BIT(mask) & ~(u64_t)(mask)), \
		       #value " does not fit " #mask);
VALUES(CHECK_VALUE)

#define X(name, number, src, dst) CHECK_VALUE(GNIC_REDUCTION_TYPE, GNIC_REDUCTION_##name)
GNIC_HW_REDUCTIONS(X)
#undef X

/* ---- registers ---- */

#define REGS_CTL(R) \
	R(GNIC_CTL_MAGIC) R(GNIC_CTL_VERSION) R(GNIC_CTL_CAPS) R(GNIC_CTL_PORTS) \
	R(GNIC_CTL_VECTORS) R(GNIC_CTL_STATUS) R(GNIC_CTL_RESET) R(GNIC_CTL_HBM_SIZE_LO) \
	R(GNIC_CTL_HBM_SIZE_HI) R(GNIC_CTL_HEARTBEAT) R(GNIC_CTL_SERIAL_LO) \
	R(GNIC_CTL_SERIAL_HI) R(GNIC_CTL_MODULE_ID) R(GNIC_CTL_FW_VERSION)
#define REGS_CMD(R) \
	R(GNIC_CMD_RING_LO) R(GNIC_CMD_RING_HI) R(GNIC_CMD_RING_LOG) R(GNIC_CMD_ENABLE) \
	R(GNIC_CMD_PI) R(GNIC_CMD_CI) R(GNIC_CMD_ERROR)
#define REGS_TEST(R) \
	R(GNIC_TEST_SCRATCH) R(GNIC_TEST_IRQ) R(GNIC_TEST_DMA_LO) R(GNIC_TEST_DMA_HI) \
	R(GNIC_TEST_DMA_LEN) R(GNIC_TEST_DMA_OP) R(GNIC_TEST_DMA_STATUS)
#define REGS_PHC(R)		R(GNIC_PHC_TIME_LO) R(GNIC_PHC_TIME_HI)

/* A register twice is a bit twice, as for fields; each is aligned and in its block. */
#define REG_BIT(reg)		+ (1ull << ((reg) % 0x100 / 4))
#define REG_ONE(reg)		| (1ull << ((reg) % 0x100 / 4))
#define CHECK_REG(reg)		_Static_assert((reg) % 4 == 0, #reg " is not aligned");
#define CHECK_BLOCK(name, base, size) \
	REGS_##name(CHECK_REG) \
	_Static_assert((0 REGS_##name(REG_BIT)) == (0 REGS_##name(REG_ONE)), \
		       #name ": a register twice"); \
	_Static_assert((base) % (size) == 0 && (base) + (size) <= GNIC_MSIX_TABLE_OFFSET, \
		       #name " is in the way");
GNIC_HW_BLOCKS(CHECK_BLOCK)

#define IN_CTL(reg)		&& (reg) / 0x100 * 0x100 == GNIC_CTL_BASE
_Static_assert(1 REGS_CTL(IN_CTL), "a register is not in CTL");
#define IN_CMD(reg)		&& (reg) / 0x100 * 0x100 == GNIC_CMD_BASE
_Static_assert(1 REGS_CMD(IN_CMD), "a register is not in CMD");
#define IN_TEST(reg)		&& (reg) / 0x100 * 0x100 == GNIC_TEST_BASE
_Static_assert(1 REGS_TEST(IN_TEST), "a register is not in TEST");
#define IN_PHC(reg)		&& (reg) / 0x100 * 0x100 == GNIC_PHC_BASE
_Static_assert(1 REGS_PHC(IN_PHC), "a register is not in PHC");

/* ---- numbers, and what has to hold between them ---- */

#define RULE(what)	_Static_assert(what, #what)
#define POWER_OF_2(n)	((n) && !((n) & ((n) - 1)))

RULE(GNIC_PCI_VENDOR_ID == 0x1da3 && GNIC_PCI_DEVICE_ID == 0xff07);
RULE(GNIC_PCI_CLASS == 0x120000);
RULE(GNIC_BAR_CTL == 0 && GNIC_BAR_UMR == 2 && GNIC_BAR_HBM == 4);
RULE(POWER_OF_2(GNIC_BAR_CTL_SIZE) && POWER_OF_2(GNIC_BAR_UMR_SIZE));
RULE(GNIC_MSIX_TABLE_OFFSET + GNIC_VECTORS_MAX * 16 <= GNIC_MSIX_PBA_OFFSET);
RULE(GNIC_MSIX_PBA_OFFSET + GNIC_VECTORS_MAX / 8 <= GNIC_BAR_CTL_SIZE);
RULE(GNIC_VECTORS_MAX < GNIC_VECTOR_NONE);
RULE(GNIC_UMR_PAGES * GNIC_UMR_PAGE_SIZE == GNIC_BAR_UMR_SIZE);
RULE(GNIC_UMR_DOORBELL + 8 <= GNIC_UMR_PAGE_SIZE);
RULE(GNIC_UMR_RECORDS * sizeof(struct gnic_hw_db) == GNIC_UMR_PAGE_SIZE);
RULE(GNIC_DB_ALIGN == sizeof(struct gnic_hw_db));
RULE(GNIC_ADDR_HOST_END <= GNIC_ADDR_MAPPED_BASE);
RULE(GNIC_ADDR_HOST_END % GNIC_SEGMENT_ALIGN == 0 && GNIC_ADDR_HBM_BASE % GNIC_SEGMENT_ALIGN == 0);
RULE(GNIC_ADDR_MAPPED_END <= GNIC_ADDR_UMR_BASE);
RULE(GNIC_ADDR_UMR_BASE + GNIC_BAR_UMR_SIZE <= GNIC_ADDR_HBM_BASE);
RULE(GNIC_PORTS_MAX == 24 && GNIC_LANES_PER_PORT == 2);
RULE(GNIC_PORT_HALF(GNIC_PORTS_MAX - 1) == GNIC_PORT_IDS - 1);
RULE(GNIC_VPORT_UPLINK(GNIC_PORT_IDS - 1) < GNIC_VPORT_FUNCTION_FIRST);
RULE(GNIC_VPORT_FUNCTION_FIRST + GNIC_VPORT_FUNCTIONS_MAX <= GNIC_VPORT_NONE);
RULE(GNIC_ASID_KERNEL < GNIC_ASID_MAX && GNIC_ASID_MAX < GNIC_ASID_NONE);
RULE(GNIC_CTL_MAGIC_VALUE == ('G' | 'N' << 8 | 'I' << 16 | 'C' << 24));
RULE(GNIC_CTL_RESET_VALUE != 0);
RULE(GNIC_CMD_RING_LOG_MIN < GNIC_CMD_RING_LOG_MAX);
RULE(GNIC_TEST_DMA_LEN_MAX >= 4096);
RULE(GNIC_TEST_DMA_FILL == 1 && GNIC_TEST_DMA_CLEAR == 2 && GNIC_TEST_DMA_INVERT == 3);
RULE((GNIC_TEST_DMA_PATTERN & ~0xff) == 0);
RULE(GNIC_RC_SIZE_MAX <= 0x7fffffff);
RULE(GNIC_RC_INLINE_32 == sizeof(__le64));	/* in the place of an address */
RULE(GNIC_RC_INLINE_64 == sizeof(struct gnic_hw_rc_wqe));
RULE(GNIC_RC_STRIDES == 4 && sizeof(struct gnic_hw_rc_stride) == sizeof(struct gnic_hw_rc_wqe));
RULE(GNIC_LAUNCH_AHEAD_NS == 0x7fffffff);	/* half of what 32 bits can tell apart */
RULE(GNIC_RAW_WQE_SEGS * GNIC_RAW_WQES_MAX == GNIC_RAW_SEGS_MAX);
RULE(GNIC_RAW_NBUF_MAX < GNIC_RAW_SEGS_MAX);
RULE(POWER_OF_2(GNIC_RAW_HEAD_SIZE) && GNIC_RAW_HEAD_SIZE <= 4096);
RULE(GNIC_RAW_SIZE_MIN < GNIC_RAW_HDR_MAX);
RULE(GNIC_RAW_SIZE_MAX == GNIC_MTU_MAX + 22);
RULE(GNIC_RAW_TSO_SIZE_MAX > 65536 + GNIC_RAW_HDR_MAX);
RULE(GNIC_WQ_LOG_MIN < GNIC_WQ_LOG_MAX && 1u << GNIC_WQ_LOG_MAX <= GNIC_IDX_MASK / 2);
RULE(GNIC_RAW_WQES_MAX <= 1u << GNIC_WQ_LOG_MIN);
RULE(GNIC_CQ_LOG_MIN < GNIC_CQ_LOG_MAX && GNIC_EQ_LOG_MIN < GNIC_EQ_LOG_MAX);
RULE(GNIC_TM_GRANULARITY_MAX == 31 && GNIC_TM_ADAPTIVE_MAX == 6);
RULE(GNIC_QPC_REQ_DWORDS * 4 == 128 && GNIC_QPC_RES_DWORDS * 4 == 32);
RULE(GNIC_WQ_TYPE_WRITE == 1 && GNIC_WQ_TYPE_RDV_READ == 2 && GNIC_WQ_TYPE_RDV_WRITE == 3);
RULE(GNIC_TRANSPORT_RC != GNIC_TRANSPORT_RAW);
RULE(GNIC_TRUST_UNSECURED < GNIC_TRUST_SECURED && GNIC_TRUST_SECURED < GNIC_TRUST_PRIVILEGED);
RULE(POWER_OF_2(GNIC_RSS_TABLE_LEN) && GNIC_RSS_KEY_LEN >= 36 && GNIC_RSS_CONTEXTS > 0);
RULE(GNIC_RSS_TOEPLITZ == 0 && GNIC_RSS_XOR == 1 && GNIC_RSS_CRC32 == 2);
RULE(POWER_OF_2(GNIC_RSS_QUEUES_TABLE_LEN) && GNIC_RSS_QUEUES_KEY_LEN >= 44);
RULE(GNIC_RSS_FLOW_SCTP4 + 1 == GNIC_RSS_FLOW_IP6 && GNIC_RSS_FLOW_SCTP6 + 1 == GNIC_RSS_FLOWS);
RULE(GNIC_RSS_FLOW_IP4 == 0 && GNIC_RSS_FLOW_TCP4 == 1 && GNIC_RSS_FLOW_UDP4 == 2);
RULE(GNIC_RSS_FLOW_TCP6 == 5 && GNIC_RSS_FLOW_UDP6 == 6);
RULE(GNIC_SIDE_HOST == 0 && GNIC_SIDE_FUNCTION == 1);
RULE(GNIC_FILTER_MACS_MAX * 6 + 8 == sizeof(struct gnic_hw_filter));
RULE(POWER_OF_2(GNIC_VLAN_VIDS));
RULE(GNIC_TUNNEL_NONE == 0 && GNIC_TUNNEL_VXLAN == 1 && GNIC_TUNNEL_VXLAN_GPE == 2);
RULE(GNIC_TUNNEL_GENEVE == 3);
RULE(GNIC_TUNNEL_PORTS_MAX * sizeof(struct gnic_hw_tunnel_port) + 8 ==
     sizeof(struct gnic_hw_tunnels));
RULE(GNIC_FLOWS_MAX >= GNIC_FLOW_MASKS_MAX);
RULE(sizeof(((struct gnic_hw_flow_add *)0)->mirror) ==
     GNIC_FLOW_MIRRORS_MAX * sizeof(struct gnic_hw_flow_mirror));
RULE(GNIC_FLOW_DROP + 4 == GNIC_FLOW_HOST && GNIC_FLOW_VPORT + 2 == GNIC_FLOW_RSS);
RULE(GNIC_FLOW_QP == 2 && GNIC_FLOW_QUEUE == 5 && GNIC_FLOW_VPORT_HOST == 6);
RULE(sizeof(((struct gnic_hw_flow_add *)0)->edit) ==
     GNIC_FLOW_EDITS_MAX * sizeof(struct gnic_hw_flow_edit));
RULE(GNIC_FLOW_TABLES_MAX > 1 && GNIC_FLOW_TABLES_MAX < GNIC_FLOW_TABLE_NUMBER);
RULE(GNIC_FLOW_TABLE == 7 && (GNIC_FLOW_TABLE_NUMBER | GNIC_FLOW_TABLE_HOST) == 0xffff);
RULE(GNIC_FLOW_EDIT_NONE == 0 && GNIC_FLOW_EDIT_PUSH == 1 && GNIC_FLOW_EDIT_POP == 2);
RULE(GNIC_FLOW_EDIT_MODIFY == 3);
RULE(GNIC_MTU_MIN < GNIC_MTU_MAX);
RULE(GNIC_LINK_FAULT_NONE == 0 && GNIC_LINK_FAULT_ADMIN == 1 && GNIC_LINK_FAULT_CABLE == 2);
RULE(GNIC_LINK_FAULT_PEER == 3 && GNIC_LINK_FAULT_MODE == 4 && GNIC_LINK_FAULT_FORCED == 5);
RULE(GNIC_LINK_FAULT_SPEED == 6 && GNIC_LINK_FAULT_FEC == 7);
RULE(GNIC_MEDIA_BACKPLANE == 0 && GNIC_MEDIA_COPPER == 1);
RULE(GNIC_MODULE_NONE == 0 && GNIC_MODULE_SFF8636 == 1 && GNIC_MODULE_CMIS == 2);
RULE(GNIC_MODULE_PAGE_LEN == sizeof(struct gnic_hw_module_data) && GNIC_MODULE_I2C_ADDR < 0x80);
RULE(GNIC_FEC_HIST > 15);
RULE(GNIC_PAUSE_STORM_MS > 0 && GNIC_PAUSE_STORM_MS <= GNIC_PAUSE_STORM_MAX_MS);
RULE(GNIC_PHC_FREQ_MAX == 100000ll << 16);
RULE(GNIC_PHC_OUTPUTS <= GNIC_PHC_PINS && GNIC_PHC_INPUTS <= GNIC_PHC_PINS);
RULE(GNIC_PHC_PERIOD_MIN < GNIC_PHC_PERIOD_MAX);
RULE(GNIC_PHC_PIN_NONE == 0 && GNIC_PHC_PIN_INPUT == 1 && GNIC_PHC_PIN_OUTPUT == 2);
RULE(GNIC_RAW_GRO_SIZE_MAX <= GNIC_RAW_TSO_SIZE_MAX);
RULE(GNIC_VPORT_QUEUES_MAX <= GNIC_RSS_QUEUES_TABLE_LEN);
RULE(GNIC_SCHED_NODES > 0 && GNIC_SCHED_WEIGHT_MAX == 0xff);	/* a weight is an octet */
RULE(GNIC_QP_RATE_MIN < GNIC_QP_RATE_MAX && GNIC_QP_RATE_BURST_US > 0);
RULE(GNIC_PRIO_BY_NONE == 0 && GNIC_PRIO_BY_PCP == 1 && GNIC_PRIO_BY_DSCP == 2);
RULE(GNIC_PRIO_SOURCES == GNIC_PRIO_BY_DSCP && GNIC_PCPS == 2 * GNIC_PRIOS && GNIC_DSCPS == 1 << 6);
RULE(GNIC_CONGESTION_NONE == 0 && GNIC_CONGESTION_DELAY == 1 && GNIC_CONGESTION_WINDOW == 2);
RULE(GNIC_CONGESTION_ECN == 3);
RULE(GNIC_PRIOS == 8 && GNIC_TCS == 8 && GNIC_TSA_STRICT == 0 && GNIC_TSA_ETS == 1);
RULE(GNIC_QP_RAW == 0 && GNIC_QP_RC == 1 && GNIC_QP_COMPUTE == 2);
RULE(GNIC_FW_MAGIC == ('G' | 'N' << 8 | 'F' << 16 | 'W' << 24));
RULE(GNIC_NVM_MAGIC == ('G' | 'N' << 8 | 'V' << 16 | 'M' << 24));
RULE(GNIC_FW_FORMAT == 1 && GNIC_FW_COMPONENTS <= 32);
RULE(sizeof(struct gnic_hw_fw_header) % GNIC_FW_ALIGN == 0 && POWER_OF_2(GNIC_FW_ALIGN));
RULE(GNIC_FW_IMAGE_MAX % GNIC_FW_CHUNK == 0 && GNIC_FW_BOARD_LEN >= 8);
RULE(sizeof(struct gnic_hw_nvm) <= GNIC_NVM_SIZE && GNIC_NVM_SIZE % GNIC_NVM_READ_MAX == 0);
RULE(GNIC_NVM_SETTINGS <= GNIC_NVM_SETTINGS_ROOM);
RULE(POWER_OF_2(GNIC_TRACE_RECORDS) && GNIC_TRACE_READ < GNIC_TRACE_RECORDS);
RULE(GNIC_FW_ACTIVATE_RESET == 0 && GNIC_FW_ACTIVATE_LIVE == 1);
RULE(GNIC_INJECT_FATAL == 1 && GNIC_INJECT_HANG == 2 && GNIC_INJECT_PCIE == 3);
RULE(GNIC_INJECT_TX_STOP == 4 && GNIC_INJECT_RX_ERROR == 5 && GNIC_INJECT_LINK_FLAP == 6);
RULE(GNIC_QPN_ANY > GNIC_QPN_MASK && GNIC_CQN_NONE > GNIC_QPN_MASK);

/* ---- the lists: a number twice is an error of the compiler ---- */

static const char *status_text(unsigned int status)
{
	switch (status) {
#define X(name, value, text) case GNIC_STATUS_##name: return text;
	GNIC_HW_STATUSES(X)
#undef X
	}
	return NULL;
}

static const char *syndrome_text(unsigned int syndrome)
{
	switch (syndrome) {
	case GNIC_SYND_NONE:
		return "none";
#define X(name, value, text) case GNIC_SYND_##name: return text;
	GNIC_HW_SYNDROMES(X)
#undef X
	}
	return NULL;
}

static const char *opcode_name(unsigned int opcode)
{
	switch (opcode) {
#define X(name, opcode, in, out) case GNIC_CMD_##name: return #name;
	GNIC_HW_CMDS(X)
#undef X
	}
	return NULL;
}

static const char *component_name(unsigned int component)
{
	switch (component) {
#define X(name, number, text) case GNIC_FW_##name: return text;
	GNIC_HW_FW_COMPONENTS(X)
#undef X
	}
	return NULL;
}

static const char *verdict_text(unsigned int verdict)
{
	switch (verdict) {
#define X(name, value, text) case GNIC_FW_VERDICT_##name: return text;
	GNIC_HW_FW_VERDICTS(X)
#undef X
	}
	return NULL;
}

static int setting_holds(unsigned int setting)
{
	switch (setting) {
#define X(name, number, factory, max) case GNIC_NVM_##name: return (factory) <= (max);
	GNIC_HW_NVM_SETTINGS(X)
#undef X
	}
	return 0;
}

static const char *trace_text(unsigned int event)
{
	switch (event) {
#define X(name, number, text) case GNIC_TRACE_##name: return text;
	GNIC_HW_TRACE_EVENTS(X)
#undef X
	}
	return NULL;
}

static int reduction_holds(unsigned int type)
{
	switch (type) {
#define X(name, number, src, dst) case GNIC_REDUCTION_##name: return (src) > 0 && (src) <= (dst);
	GNIC_HW_REDUCTIONS(X)
#undef X
	}
	return 0;
}

static int check_reductions(void)
{
	unsigned int i, count = 0;

	for (i = 0; i <= FIELD_MAX(GNIC_REDUCTION_TYPE); i++)
		count += reduction_holds(i);
#define X(name, number, src, dst) - 1
	return count GNIC_HW_REDUCTIONS(X) != 0;
#undef X
}

static int check_fw_lists(void)
{
	unsigned int i;

	for (i = 0; i < GNIC_FW_COMPONENTS; i++)
		if (!component_name(i))
			return 1;
	for (i = 0; i < GNIC_NVM_SETTINGS; i++)
		if (!setting_holds(i))
			return 1;
	return component_name(GNIC_FW_COMPONENTS) || setting_holds(GNIC_NVM_SETTINGS) ||
	       !verdict_text(GNIC_FW_VERDICT_GOOD) || verdict_text(0xff) ||
	       !trace_text(GNIC_TRACE_RESET) || trace_text(0);
}

/* ---- contexts: "dword, mask" is one argument ---- */

#define REQ_FIELDS(F) \
	F(GNIC_REQ_DST_QP) F(GNIC_REQ_STRIDE_OFFSET) F(GNIC_REQ_STRIDE1_INDEX) \
	F(GNIC_REQ_STRIDE2_INDEX) F(GNIC_REQ_STRIDE3_INDEX) F(GNIC_REQ_STRIDE4_INDEX) \
	F(GNIC_REQ_RKEY) F(GNIC_REQ_DST_IP) F(GNIC_REQ_DST_MAC_LO) \
	F(GNIC_REQ_DST_MAC_HI) F(GNIC_REQ_SEQ_ERR_RETRY_CNT) F(GNIC_REQ_TIMEOUT_RETRY_CNT) \
	F(GNIC_REQ_NTS_PSN) F(GNIC_REQ_BCS_PSN) F(GNIC_REQ_SCHD_Q_NUM) F(GNIC_REQ_ONA_PSN) \
	F(GNIC_REQ_BCC_PSN) F(GNIC_REQ_TM_GRANULARITY) F(GNIC_REQ_WQ_BACK_PRESSURE) \
	F(GNIC_REQ_CONG_MARKED_ACK) F(GNIC_REQ_REMOTE_WQ_LOG_SZ) F(GNIC_REQ_ENCAP_TYPE) \
	F(GNIC_REQ_CONG_NON_MARKED_ACK) F(GNIC_REQ_CQ_NUM) F(GNIC_REQ_RTT_STATE) \
	F(GNIC_REQ_ENCAP_ENABLE) F(GNIC_REQ_CONGESTION_WIN) F(GNIC_REQ_RTT_TIMESTAMP) \
	F(GNIC_REQ_RTT_MARKED_PSN) F(GNIC_REQ_BURST_SIZE) F(GNIC_REQ_ASID) \
	F(GNIC_REQ_LAST_IDX) F(GNIC_REQ_EXECUTION_IDX) F(GNIC_REQ_CONSUMER_IDX) \
	F(GNIC_REQ_LOCAL_PI) F(GNIC_REQ_REMOTE_PI) F(GNIC_REQ_REMOTE_CI) \
	F(GNIC_REQ_OLDEST_UNACKED_RPI) F(GNIC_REQ_PSN_SINCE_ACKREQ) F(GNIC_REQ_ACKREQ_FREQ) \
	F(GNIC_REQ_PACING_TIME) F(GNIC_REQ_PSN_DELIVERED) F(GNIC_REQ_SYNDROME) \
	F(GNIC_REQ_RNR_RETRY_CNT) F(GNIC_REQ_SELECTIVE) F(GNIC_REQ_RTT) \
	F(GNIC_REQ_TARGET_DELAY) F(GNIC_REQ_TM_ADAPTIVE) F(GNIC_REQ_CURRENT_WIN) \
	F(GNIC_REQ_TM_BACKOFF) F(GNIC_REQ_DATA_MMU_BYPASS) \
	F(GNIC_REQ_MOD_GAUDI1) F(GNIC_REQ_PORT) \
	F(GNIC_REQ_WQ_TYPE) F(GNIC_REQ_SWQ_GRANULARITY) F(GNIC_REQ_TRANSPORT) \
	F(GNIC_REQ_PRIORITY) F(GNIC_REQ_CONGESTION_MODE) F(GNIC_REQ_MTU) \
	F(GNIC_REQ_WQ_BASE_ADDR) F(GNIC_REQ_TRUST_LEVEL) F(GNIC_REQ_IN_WORK) \
	F(GNIC_REQ_ERROR) F(GNIC_REQ_VALID)
#define RES_FIELDS(F) \
	F(GNIC_RES_DST_QP) F(GNIC_RES_PORT) F(GNIC_RES_PRIORITY) F(GNIC_RES_CONN_STATE) \
	F(GNIC_RES_NACK_SYNDROME) F(GNIC_RES_LKEY) F(GNIC_RES_DST_IP) F(GNIC_RES_DST_MAC_LO) \
	F(GNIC_RES_DST_MAC_HI) F(GNIC_RES_ECN_COUNT) F(GNIC_RES_TRANSPORT) F(GNIC_RES_ASID) \
	F(GNIC_RES_PEER_QP) F(GNIC_RES_SCHD_Q_NUM) F(GNIC_RES_EXPECTED_PSN) \
	F(GNIC_RES_TRUST_LEVEL) F(GNIC_RES_MOD_GAUDI1) F(GNIC_RES_DATA_MMU_BYPASS) \
	F(GNIC_RES_ENCAP_TYPE) F(GNIC_RES_ENCAP_ENABLE) F(GNIC_RES_CYCLIC_IDX) \
	F(GNIC_RES_CQ_NUM) F(GNIC_RES_PEER_WQ_GRAN) F(GNIC_RES_IN_WORK) F(GNIC_RES_VALID)

/* Set to all ones it takes nobody else's bits, and reads back. */
static int check_context_field(__le32 *ctx, unsigned int dwords, unsigned int dword, __u32 mask)
{
	__u32 low = mask & -mask, max = mask / low;

	if (dword >= dwords || mask + low != (mask + low) / low * low || max & (max + 1))
		return 1;
	if (gnic_qpc_get(ctx, dword, mask))
		return 1;
	gnic_qpc_set(ctx, dword, mask, max);
	return gnic_qpc_get(ctx, dword, mask) != max;
}

static int check_contexts(void)
{
	__le32 req[GNIC_QPC_REQ_DWORDS] = { 0 }, res[GNIC_QPC_RES_DWORDS] = { 0 };
	int bad = 0;

#define F(field) \
	if (check_context_field(ctx, sizeof(ctx) / sizeof(ctx[0]), field)) { \
		complain(#field); \
		bad++; \
	}
#define ctx req
	REQ_FIELDS(F)
#undef ctx
#define ctx res
	RES_FIELDS(F)
#undef ctx
#undef F
	return bad;
}

/* ---- the macros of the surroundings ---- */

static int check_fields(void)
{
	int bad = 0;

#define ROUND_TRIP(mask) \
	if (FIELD_GET(mask, FIELD_PREP(mask, FIELD_MAX(mask))) != FIELD_MAX(mask) || \
	    !FIELD_FIT(mask, FIELD_MAX(mask)) || FIELD_GET(mask, ~FIELD_PREP(mask, FIELD_MAX(mask)))) { \
		complain(#mask); \
		bad++; \
	}
#define ROUND_TRIPS(word, bits) word(ROUND_TRIP)
	WORDS(ROUND_TRIPS)
	return bad;
}

static int check_bytes(void)
{
	const __le32 word = cpu_to_le32(GNIC_CTL_MAGIC_VALUE);
	const unsigned int bounds[] = GNIC_MAC_HIST_BOUNDS;
	const unsigned char *byte = (const unsigned char *)&word;

	return byte[0] != 'G' || byte[3] != 'C' || le32_to_cpu(word) != GNIC_CTL_MAGIC_VALUE ||
	       sizeof(bounds) / sizeof(bounds[0]) != GNIC_MAC_HIST ||
	       le16_to_cpu(cpu_to_le16(0x1234)) != 0x1234 ||
	       le64_to_cpu(cpu_to_le64(1ull << 40)) != 1ull << 40;
}

static int check_lists(void)
{
	return !status_text(GNIC_STATUS_OK) || status_text(0xff) ||
	       !syndrome_text(GNIC_SYND_TX_SEGMENTS) || syndrome_text(0xff) ||
	       !opcode_name(GNIC_CMD_NOP) || opcode_name(0xffff);
}

static int check_all(void)
{
	int bad = check_contexts() + check_fields();

	if (check_bytes()) {
		complain("byte order");
		bad++;
	}
	if (check_lists() || check_fw_lists() || check_reductions()) {
		complain("lists");
		bad++;
	}
	return bad;
}

#ifdef __KERNEL__
static int __init contract_test_init(void)
{
	return check_all() ? -EINVAL : 0;
}
module_init(contract_test_init);

static void __exit contract_test_exit(void)
{
}
module_exit(contract_test_exit);

MODULE_DESCRIPTION("Compile test of the gnic hardware contract");
MODULE_LICENSE("Dual BSD/GPL");
#else
int main(void)
{
	int bad = check_all();

	printf("contract: %s\n", bad ? "BROKEN" : "ok");
	return bad ? 1 : 0;
}
#endif
