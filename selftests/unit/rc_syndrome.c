// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every way in which an RC QP fails: the syndrome is the right one, the CQE
 * names the WQE, one event is sent, nothing is placed that should not be, the
 * other QP goes on, and VALID brings the QP back.
 */
#include "rc_lab.h"

/* ---- what is to be seen after a failure ---- */

static void check_failed(uint32_t side, uint8_t syndrome)
{
	struct lab_qp *lqp = lab_qp(side, 0);

	assert_true(lqp->qp.failed);
	assert_int_equal(lqp->qp.stats.syndrome, syndrome);
	assert_int_equal(lqp->qp.stats.errors, 1);
	assert_int_equal(lab.side[side].eqes, 1);
	assert_int_equal(lab.side[side].eqe_data, syndrome);
	assert_int_equal(lab_get(&lqp->qp, true, GNIC_REQ_ERROR), 1);
	assert_int_equal(lab_get(&lqp->qp, true, GNIC_REQ_SYNDROME), syndrome);
}

static void check_error_cqe(uint32_t at, uint32_t index, uint8_t syndrome)
{
	const struct lab_cq *cq = &lab_qp(0, 0)->sq_cq;

	assert_int_equal(cq->count, at + 1);
	assert_int_equal(le32_to_cpu(cq->cqe[at].ctrl), GNIC_CQE_ERROR | GNIC_CQE_REQ);
	assert_int_equal(le32_to_cpu(cq->cqe[at].wqe_index), index);
	assert_int_equal(le32_to_cpu(cq->cqe[at].data), syndrome);
}

static void check_other_qp_works(void)
{
	struct lab_qp *other = lab_qp(0, 1);
	struct gnic_hw_rc_wqe wqe = lab_wqe(other, 5000);

	lab_post(other, &wqe);
	lab_run();
	assert_int_equal(other->sq_cq.count, 1);
	assert_int_equal(le32_to_cpu(other->sq_cq.cqe[0].ctrl), 1 | GNIC_CQE_REQ);
}

/* Each end that failed; the other one is left alone. */
static void make_valid(void)
{
	for (uint32_t side = 0; side < 2; side++) {
		struct qp *qp = &lab_qp(side, 0)->qp;

		if (!qp->failed)
			continue;
		assert_int_equal(lab_set(qp, false, GNIC_RES_VALID, 1), GNIC_STATUS_OK);
		assert_int_equal(lab_set(qp, true, GNIC_REQ_VALID, 1), GNIC_STATUS_OK);
	}
}

/* PSNs go on where they were, so nothing new is taken for old. */
static void check_goes_on(void)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;
	uint32_t count;

	lab.tamper = NULL;
	lab.cut = false;
	make_valid();
	for (uint32_t i = 0; i < 3; i++) {
		count = from->sq_cq.count;
		lab_fill_random(lab_mem(0, LAB_SOURCE), 70000);
		wqe = lab_wqe(from, 70000);
		lab_post(from, &wqe);
		lab_run();
		assert_false(from->qp.failed);
		assert_int_equal(from->sq_cq.count, count + 1);
		assert_int_equal(le32_to_cpu(from->sq_cq.cqe[count].ctrl), GNIC_CQE_REQ);
		assert_memory_equal(lab_mem(0, LAB_SOURCE), lab_mem(1, LAB_SINK), 70000);
	}
}

/* Both ends start anew where the driver says. */
static void check_recovers(void)
{
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;
	uint32_t count;

	for (uint32_t side = 0; side < 2; side++) {
		struct qp *qp = &lab_qp(side, 0)->qp;

		assert_int_equal(lab_set(qp, true, GNIC_REQ_VALID, 0), GNIC_STATUS_OK);
		assert_int_equal(lab_set(qp, false, GNIC_RES_VALID, 0), GNIC_STATUS_OK);
	}
	lab.tamper = NULL;
	lab.cut = false;
	lab_qp(0, 0)->sq_cq.cq.syndrome = 0;
	lab_qp(1, 0)->rq_cq.cq.syndrome = 0;
	lab_qp(0, 0)->sq_cq.room = LAB_CQES;
	lab_qp(1, 0)->rq_cq.room = LAB_CQES;
	conn.psn[0] = 77;
	lab_connect(0, &conn);
	assert_int_equal(lab_get(&from->qp, true, GNIC_REQ_ERROR), 0);
	count = from->sq_cq.count;
	lab_fill_random(lab_mem(0, LAB_SOURCE), 70000);
	wqe = lab_wqe(from, 70000);
	lab_post(from, &wqe);
	lab_run();
	assert_int_equal(from->sq_cq.count, count + 1);
	assert_int_equal(le32_to_cpu(from->sq_cq.cqe[count].ctrl), GNIC_CQE_REQ);
	assert_memory_equal(lab_mem(0, LAB_SOURCE), lab_mem(1, LAB_SINK), 70000);
}

static void connect_both(const struct lab_conn *conn)
{
	lab_connect(0, conn);
	lab_connect(1, conn);
}

/* ---- the requester looks at its WQE ---- */

struct bad_wqe {
	const char *what;
	uint32_t clear, set;	/* of ctrl */
	uint32_t size;
	uint32_t completion;
	uint8_t syndrome;
};

#define OPCODE(op) GNIC_WQE_OPCODE, GNIC_WQE_##op
#define REDUCTION(type, op) \
	(uint32_t)FIELD_PREP(GNIC_RC_WQE_REDUCTION, GNIC_REDUCTION_ENABLE | \
			     FIELD_PREP(GNIC_REDUCTION_TYPE, GNIC_REDUCTION_##type) | \
			     FIELD_PREP(GNIC_REDUCTION_OP, GNIC_REDUCTION_##op))
#define COMPLETION(c) FIELD_PREP(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_##c)

static const struct bad_wqe bad_wqes[] = {
	{ "SEND of nothing", OPCODE(SEND), 0, 0, GNIC_SYND_TX_SEND_ZERO },
	{ "SEND with reduction", GNIC_WQE_OPCODE, GNIC_WQE_SEND | REDUCTION(INT8, ADD), 100, 0,
	  GNIC_SYND_TX_REDUCTION },
	{ "SEND, upscaled", GNIC_WQE_OPCODE, GNIC_WQE_SEND | REDUCTION(UP_FP16, ADD), 100, 0,
	  GNIC_SYND_TX_UPSCALE_OPCODE },
	{ "STRIDE", OPCODE(STRIDE), 100, 0, GNIC_SYND_TX_STRIDE_64B },
	{ "MULTI_STRIDE", OPCODE(MULTI_STRIDE), 100, 0, GNIC_SYND_TX_STRIDE_64B },
	{ "STRIDE_DUAL", OPCODE(STRIDE_DUAL), 100, 0, GNIC_SYND_TX_STRIDE_64B },
	{ "QOS_UPDATE", OPCODE(QOS_UPDATE), 100, 0, GNIC_SYND_TX_WRITE_OPCODE },
	{ "RDV_WR", OPCODE(RDV_WR), 100, 0, GNIC_SYND_TX_RDV_LOG },
	{ "RDV_RD", OPCODE(RDV_RD), 100, 0, GNIC_SYND_TX_RDV_LOG },
	{ "opcode 9", GNIC_WQE_OPCODE, 9, 100, 0, GNIC_SYND_TX_OPCODE },
	{ "raw opcode", OPCODE(RAW_SEND), 100, 0, GNIC_SYND_TX_OPCODE },
	{ "opcode 31", GNIC_WQE_OPCODE, 31, 100, 0, GNIC_SYND_TX_OPCODE },
	{ "index", GNIC_WQE_INDEX, 0x4200, 100, 0, GNIC_SYND_TX_WQE_INDEX },
	{ "SE", 0, GNIC_RC_WQE_SE, 100, 0, GNIC_SYND_TX_SE_NOT_RAW },
	{ "too much inline data", 0, GNIC_RC_WQE_INLINE, 9, 0, GNIC_SYND_TX_INLINE_SIZE },
	{ "no inline data", 0, GNIC_RC_WQE_INLINE, 0, 0, GNIC_SYND_TX_WRITE_ZERO },
	{ "reduction disabled", 0, REDUCTION(INT8, MIN) & ~BIT(16), 100, 0,
	  GNIC_SYND_TX_REDUCTION },
	{ "reduction type 9", 0, BIT(16) | 9 << 17, 100, 0, GNIC_SYND_TX_REDUCTION },
	{ "reduction type 15", 0, BIT(16) | 15 << 17, 100, 0, GNIC_SYND_TX_REDUCTION },
	{ "reduction, reserved bit", 0, REDUCTION(INT8, ADD) | BIT(28), 100, 0,
	  GNIC_SYND_TX_REDUCTION },
	{ "half a number", 0, REDUCTION(FP32, ADD), 102, 0, GNIC_SYND_TX_BAD_SIZE },
	{ "half a narrow number", 0, REDUCTION(UP_BF16, ADD), 101, 0, GNIC_SYND_TX_BAD_SIZE },
	{ "reserved bit", 0, BIT(7), 100, 0, GNIC_SYND_TX_RESERVED },
	{ "no bytes", 0, 0, 0, 0, GNIC_SYND_TX_WRITE_ZERO },
	{ "too many bytes", 0, 0, GNIC_RC_SIZE_MAX + 1, 0, GNIC_SYND_TX_SIZE },
};

static void post_bad(const struct bad_wqe *bad)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe = lab_wqe(from, bad->size);

	wqe.ctrl &= ~cpu_to_le32(bad->clear);
	wqe.ctrl |= cpu_to_le32(bad->set);
	wqe.completion = cpu_to_le32(bad->completion);
	lab_post(from, &wqe);
}

static void bad_wqes_fail_the_qp(void **state)
{
	(void)state;
	for (const struct bad_wqe *bad = bad_wqes;
	     bad < bad_wqes + sizeof(bad_wqes) / sizeof(*bad_wqes); bad++) {
		struct gnic_hw_rc_wqe good;

		print_message("# %s\n", bad->what);
		lab_setup(NULL);
		connect_both(&lab_conn_default);
		good = lab_wqe(lab_qp(0, 0), 100);
		lab_post(lab_qp(0, 0), &good);
		post_bad(bad);
		good = lab_wqe(lab_qp(0, 0), 100);
		lab_post(lab_qp(0, 0), &good);
		lab_run();
		/* the first is done, the third is not */
		check_failed(0, bad->syndrome);
		check_error_cqe(1, 1, bad->syndrome);
		assert_int_equal(lab_qp(1, 0)->qp.stats.rx_packets, 1);
		check_other_qp_works();
		check_goes_on();
		check_recovers();
		lab_teardown(NULL);
	}
}

static void local_access(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	connect_both(&lab_conn_default);
	lab_window(0, LAB_ASID, LAB_SOURCE, 8192, GNIC_ACCESS_LOCAL_READ);
	assert_int_equal(lab_set(&from->qp, true, GNIC_REQ_ASID, LAB_ASID), GNIC_STATUS_OK);
	wqe = lab_wqe(from, 8192);
	lab_post(from, &wqe);
	lab_run();
	assert_false(from->qp.failed);
	wqe = lab_wqe(from, 8193);
	lab_post(from, &wqe);
	lab_run();
	check_failed(0, GNIC_SYND_LOCAL_ACCESS);
	check_error_cqe(1, 1, GNIC_SYND_LOCAL_ACCESS);
	check_other_qp_works();
	assert_int_equal(lab_set(&from->qp, true, GNIC_REQ_ASID, 0), GNIC_STATUS_OK);
	/* the far end is within the message: it learns by the next one that this won't end */
	make_valid();
	wqe = lab_wqe(from, 100);
	lab_post(from, &wqe);
	lab_run();
	assert_int_equal(from->qp.stats.syndrome, GNIC_SYND_REMOTE_OP);
	assert_int_equal(lab_qp(1, 0)->qp.stats.syndrome, GNIC_SYND_RX_WRITE_OPCODE);
	check_goes_on();
	check_recovers();
}

/* A window that only lets others write is no source. */
static void local_access_needs_its_bit(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	connect_both(&lab_conn_default);
	lab_window(0, LAB_ASID, LAB_SOURCE, 8192,
		   GNIC_ACCESS_LOCAL_WRITE | GNIC_ACCESS_REMOTE_WRITE);
	assert_int_equal(lab_set(&from->qp, true, GNIC_REQ_ASID, LAB_ASID), GNIC_STATUS_OK);
	wqe = lab_wqe(from, 100);
	lab_post(from, &wqe);
	lab_run();
	check_failed(0, GNIC_SYND_LOCAL_ACCESS);
}

/* The memory of the ring goes away under the device. */
static void wq_access(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	connect_both(&lab_conn_default);
	wqe = lab_wqe(from, 100);
	lab_post(from, &wqe);
	from->qp.sq.base = 0x1000;
	from->qp.sq.mem.ring = NULL;
	lab_run();
	check_failed(0, GNIC_SYND_WQ_ACCESS);
	check_other_qp_works();
}

static void time_outs_run_out(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	connect_both(&lab_conn_default);
	lab.cut = true;
	wqe = lab_wqe(from, 100);
	lab_post(from, &wqe);
	/* 2^(8+2) us each: the first try and three more, and before each the probes */
	lab_run_ms(4);
	assert_false(from->qp.failed);
	assert_int_equal(from->qp.stats.timeouts, 3);
	lab_run_ms(1);
	check_failed(0, GNIC_SYND_QPC_RETRY);
	check_error_cqe(0, 0, GNIC_SYND_QPC_RETRY);
	assert_int_equal(from->qp.stats.retransmits, 3 + 4 * 6);
	assert_int_equal(from->qp.stats.timeouts, 4);
	lab.cut = false;
	check_other_qp_works();
	check_goes_on();
	check_recovers();
}

/* What the far end has taken of a message that failed here is not known here. */
static bool tamper_lose_answers(struct rc_packet *pkt)
{
	return pkt->opcode != ROCE_ACK;
}

static void answers_are_lost(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	connect_both(&lab_conn_default);
	lab.tamper = tamper_lose_answers;
	wqe = lab_wqe(from, 20000);
	lab_post(from, &wqe);
	lab_run_ms(5);
	check_failed(0, GNIC_SYND_QPC_RETRY);
	check_goes_on();
}

/* Packets behind a gap that are in place already: not those of the next message. */
static bool tamper_lose_first(struct rc_packet *pkt)
{
	return pkt->opcode == ROCE_ACK || pkt->psn != lab_conn_default.psn[0];
}

static void what_waits_is_forgotten(void **state)
{
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	conn.selective = 3;
	connect_both(&conn);
	lab.tamper = tamper_lose_first;
	lab_fill_random(lab_mem(0, LAB_SOURCE), 70000);
	wqe = lab_wqe(from, 100);
	lab_post(from, &wqe);
	wqe = lab_wqe(from, 70000);
	lab_post(from, &wqe);
	lab_run_ms(50);
	assert_true(from->qp.failed);
	assert_true(rxe_keeps(&lab_qp(1, 0)->qp.rc->res));
	check_goes_on();
}

/* The far end is new: it expects its first PSN, which is long gone here. */
static void the_far_end_is_new(void **state)
{
	struct lab_conn conn = lab_conn_default;
	struct qp *there = &lab_qp(1, 0)->qp;
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	conn.psn[0] = 1000;
	lab_connect(0, &conn);
	wqe = lab_wqe(from, 70000);
	lab_post(from, &wqe);
	lab_run();
	qp_fail(&from->qp, GNIC_SYND_WQ_ACCESS, false);
	assert_int_equal(lab_set(there, false, GNIC_RES_VALID, 0), GNIC_STATUS_OK);
	assert_int_equal(lab_set(there, false, GNIC_RES_EXPECTED_PSN, 3), GNIC_STATUS_OK);
	assert_int_equal(lab_set(there, false, GNIC_RES_VALID, 1), GNIC_STATUS_OK);
	check_goes_on();
	assert_int_equal(lab_get(there, false, GNIC_RES_EXPECTED_PSN), 3 + 3 * 18);
}

static void time_outs_for_ever(void **state)
{
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	conn.timeouts = RC_RETRY_FOR_EVER;
	lab_connect(0, &conn);
	lab.cut = true;
	wqe = lab_wqe(from, 100);
	lab_post(from, &wqe);
	lab_run_ms(1000);
	assert_false(from->qp.failed);
	assert_true(from->qp.stats.timeouts > 900);
	lab.cut = false;
	lab_run_ms(2);
	assert_int_equal(from->sq_cq.count, 1);
}

/* Makes the first packet of a message look as if one before it were missing. */
static bool tamper_ahead(struct rc_packet *pkt)
{
	if (roce_ops[pkt->opcode].flags & ROCE_OP_FIRST)
		pkt->psn = psn_add(pkt->psn, 3);
	return true;
}

/* The responder reports a gap once; a peer that does not must not hold us up for ever. */
static bool tamper_ahead_again(struct rc_packet *pkt)
{
	lab_qp(1, 0)->qp.rc->res.naked = false;
	return tamper_ahead(pkt);
}

static void naks_run_out(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	connect_both(&lab_conn_default);
	lab.tamper = tamper_ahead_again;
	wqe = lab_wqe(from, 100);
	lab_post(from, &wqe);
	lab_run();
	check_failed(0, GNIC_SYND_QPC_RX_RETRY);
	check_error_cqe(0, 0, GNIC_SYND_QPC_RX_RETRY);
	assert_int_equal(from->qp.stats.naks, 4);
	lab.tamper = NULL;
	check_other_qp_works();
	check_goes_on();
	check_recovers();
}

/* ---- the responder looks at its request ---- */

static uint32_t tamper_skip;

#define TAMPER(name, body)					\
	static bool tamper_##name(struct rc_packet *pkt)	\
	{							\
		if (pkt->opcode == ROCE_ACK || tamper_skip-- != 0) \
			return true;				\
		body;						\
		return true;					\
	}

TAMPER(rkey, pkt->rkey ^= 1)
TAMPER(zero, pkt->dma_len = 0)
TAMPER(huge, pkt->dma_len = GNIC_RC_SIZE_MAX + 1)
TAMPER(more, pkt->dma_len -= 1)
TAMPER(less, pkt->dma_len += 1)
TAMPER(send, pkt->opcode = ROCE_SEND_ONLY)
TAMPER(read, pkt->opcode = ROCE_READ_REQUEST)
TAMPER(atomic, pkt->opcode = ROCE_FETCH_ADD)
TAMPER(middle, pkt->opcode = ROCE_WRITE_MIDDLE)
TAMPER(first, pkt->opcode = ROCE_WRITE_FIRST)
TAMPER(last, pkt->opcode = ROCE_WRITE_LAST)
TAMPER(only, pkt->opcode = ROCE_WRITE_ONLY)
TAMPER(short, pkt->payload -= 4)
TAMPER(odd, pkt->payload = 4000)
TAMPER(tiny, pkt->payload = 128)
TAMPER(whole, pkt->dma_len = 4096)
TAMPER(address, pkt->va = GNIC_ADDR_HBM_BASE + LAB_HBM - 50)
TAMPER(nowhere, pkt->va = UINT64_MAX - 10)
TAMPER(registers, pkt->va = GNIC_ADDR_UMR_BASE)

/* @size: of the message, in packets of 4096 bytes; @skip: the packet that is tampered with */
static const struct bad_request {
	const char *what;
	bool (*tamper)(struct rc_packet *pkt);
	uint32_t size, skip;
	uint8_t here, there;
} bad_requests[] = {
	{ "rkey", tamper_rkey, 100, 0, GNIC_SYND_REMOTE_ACCESS, GNIC_SYND_RX_RKEY },
	{ "rkey of many", tamper_rkey, 9000, 0, GNIC_SYND_REMOTE_ACCESS, GNIC_SYND_RX_RKEY },
	{ "out of memory", tamper_address, 100, 0, GNIC_SYND_REMOTE_ACCESS,
	  GNIC_SYND_REMOTE_ACCESS },
	{ "address wraps", tamper_nowhere, 100, 0, GNIC_SYND_REMOTE_ACCESS,
	  GNIC_SYND_REMOTE_ACCESS },
	{ "doorbell register", tamper_registers, 100, 0, GNIC_SYND_REMOTE_ACCESS,
	  GNIC_SYND_REMOTE_ACCESS },
	{ "no bytes", tamper_zero, 100, 0, GNIC_SYND_REMOTE_OP, GNIC_SYND_RX_WRITE_ZERO },
	{ "too many bytes", tamper_huge, 9000, 0, GNIC_SYND_REMOTE_OP, GNIC_SYND_RX_RC_TOO_BIG },
	{ "one byte too many", tamper_more, 100, 0, GNIC_SYND_REMOTE_OP,
	  GNIC_SYND_RX_RC_TOO_BIG },
	{ "one byte too few", tamper_less, 100, 0, GNIC_SYND_REMOTE_OP,
	  GNIC_SYND_RX_RC_TOO_SMALL },
	{ "many, one byte too many", tamper_more, 9000, 0, GNIC_SYND_REMOTE_OP,
	  GNIC_SYND_RX_RC_TOO_BIG },
	{ "many, one byte too few", tamper_less, 9000, 0, GNIC_SYND_REMOTE_OP,
	  GNIC_SYND_RX_RC_TOO_SMALL },
	{ "first says it is all", tamper_whole, 9000, 0, GNIC_SYND_REMOTE_OP,
	  GNIC_SYND_RX_RC_TOO_BIG },
	{ "first not full", tamper_odd, 9000, 0, GNIC_SYND_REMOTE_OP,
	  GNIC_SYND_RX_RC_TOO_SMALL },
	{ "first below any MTU", tamper_tiny, 9000, 0, GNIC_SYND_REMOTE_OP,
	  GNIC_SYND_RX_RC_TOO_SMALL },
	{ "middle not full", tamper_short, 9000, 1, GNIC_SYND_REMOTE_OP,
	  GNIC_SYND_RX_RC_TOO_SMALL },
	{ "last too short", tamper_short, 9000, 2, GNIC_SYND_REMOTE_OP,
	  GNIC_SYND_RX_RC_TOO_SMALL },
	{ "SEND", tamper_send, 100, 0, GNIC_SYND_REMOTE_OP, GNIC_SYND_RX_BTH_OPCODE },
	{ "READ", tamper_read, 100, 0, GNIC_SYND_REMOTE_OP, GNIC_SYND_RX_BTH_OPCODE },
	{ "atomic", tamper_atomic, 100, 0, GNIC_SYND_REMOTE_OP, GNIC_SYND_RX_BTH_OPCODE },
	{ "middle at first", tamper_middle, 100, 0, GNIC_SYND_REMOTE_OP,
	  GNIC_SYND_RX_WRITE_OPCODE },
	{ "last at first", tamper_last, 100, 0, GNIC_SYND_REMOTE_OP,
	  GNIC_SYND_RX_WRITE_OPCODE },
	{ "first in the middle", tamper_first, 9000, 1, GNIC_SYND_REMOTE_OP,
	  GNIC_SYND_RX_WRITE_OPCODE },
	{ "only at the end", tamper_only, 9000, 2, GNIC_SYND_REMOTE_OP,
	  GNIC_SYND_RX_WRITE_OPCODE },
};

/* From @at on the sink is as it was. */
static void check_untouched(uint32_t at)
{
	for (uint32_t i = at; i < 16384; i++)
		assert_int_equal(*lab_mem(1, LAB_SINK + i), 0x77);
}

static void bad_requests_fail_both_ends(void **state)
{
	(void)state;
	for (const struct bad_request *bad = bad_requests;
	     bad < bad_requests + sizeof(bad_requests) / sizeof(*bad_requests); bad++) {
		struct gnic_hw_rc_wqe wqe;

		print_message("# %s\n", bad->what);
		lab_setup(NULL);
		connect_both(&lab_conn_default);
		memset(lab_mem(1, LAB_SINK), 0x77, 16384);
		lab.tamper = bad->tamper;
		tamper_skip = bad->skip;
		wqe = lab_wqe(lab_qp(0, 0), bad->size);
		lab_post(lab_qp(0, 0), &wqe);
		lab_run();
		check_failed(0, bad->here);
		check_failed(1, bad->there);
		check_error_cqe(0, 0, bad->here);
		assert_int_equal(lab_qp(1, 0)->qp.stats.rkey_errors,
				 bad->here == GNIC_SYND_REMOTE_ACCESS);
		check_untouched(bad->size < 4096 ? 0 : 8192);
		lab.tamper = NULL;
		check_other_qp_works();
		check_goes_on();
		check_recovers();
		lab_teardown(NULL);
	}
}

/* Only what the responder's windows open is written, to the byte. */
static void remote_access_by_window(void **state)
{
	struct lab_qp *from = lab_qp(0, 0), *to = lab_qp(1, 0);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	connect_both(&lab_conn_default);
	memset(lab_mem(1, LAB_SINK), 0x77, 16384);
	lab_window(1, LAB_ASID, LAB_SINK, 1000, GNIC_ACCESS_REMOTE_WRITE);
	lab_window(1, LAB_ASID, LAB_SINK + 1000, 1000,
		   GNIC_ACCESS_LOCAL_WRITE | GNIC_ACCESS_LOCAL_READ);
	assert_int_equal(lab_set(&to->qp, false, GNIC_RES_ASID, LAB_ASID), GNIC_STATUS_OK);
	wqe = lab_wqe(from, 1000);
	lab_post(from, &wqe);
	lab_run();
	assert_int_equal(from->sq_cq.count, 1);
	wqe = lab_wqe(from, 1001);
	lab_post(from, &wqe);
	lab_run();
	check_failed(0, GNIC_SYND_REMOTE_ACCESS);
	check_failed(1, GNIC_SYND_REMOTE_ACCESS);
	check_error_cqe(1, 1, GNIC_SYND_REMOTE_ACCESS);
	check_untouched(1000);
	assert_int_equal(lab.side[1].card.stats.asid_errors, 1);
	check_other_qp_works();
}

/* ---- the requester looks at an answer ---- */

static uint8_t answer;

static bool tamper_answer(struct rc_packet *pkt)
{
	if (pkt->opcode == ROCE_ACK)
		pkt->syndrome = answer;
	return true;
}

static void bad_answers(void **state)
{
	static const struct {
		uint8_t aeth, syndrome;
	} bad[] = {
		{ 0x40, GNIC_SYND_RX_ACK_SYNDROME }, { 0x5f, GNIC_SYND_RX_ACK_SYNDROME },
		{ 0x80, GNIC_SYND_RX_ACK_SYNDROME }, { 0xff, GNIC_SYND_RX_ACK_SYNDROME },
		{ 0x64, GNIC_SYND_RX_ACK_SYNDROME }, { 0x7f, GNIC_SYND_RX_ACK_SYNDROME },
		{ ROCE_NAK_REQUEST, GNIC_SYND_REMOTE_OP },
		{ ROCE_NAK_OPERATION, GNIC_SYND_REMOTE_OP },
		{ ROCE_NAK_ACCESS, GNIC_SYND_REMOTE_ACCESS },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct gnic_hw_rc_wqe wqe;

		lab_setup(NULL);
		connect_both(&lab_conn_default);
		lab.tamper = tamper_answer;
		answer = bad[i].aeth;
		wqe = lab_wqe(lab_qp(0, 0), 100);
		lab_post(lab_qp(0, 0), &wqe);
		lab_run();
		check_failed(0, bad[i].syndrome);
		check_error_cqe(0, 0, bad[i].syndrome);
		lab.tamper = NULL;
		check_other_qp_works();
		/* a peer that refuses what it has taken lies about its PSN, too */
		if (bad[i].syndrome == GNIC_SYND_RX_ACK_SYNDROME)
			check_goes_on();
		check_recovers();
		lab_teardown(NULL);
	}
}

/* ---- completion queues ---- */

static void requester_cq_overrun(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);

	(void)state;
	connect_both(&lab_conn_default);
	from->sq_cq.room = 3;
	for (uint32_t i = 0; i < 6; i++) {
		struct gnic_hw_rc_wqe wqe = lab_wqe(from, 100);

		lab_post(from, &wqe);
	}
	lab_run();
	check_failed(0, GNIC_SYND_CQ_OVERRUN);
	assert_int_equal(from->sq_cq.count, 3);
	check_other_qp_works();
	check_recovers();
}

static void responder_cq_overrun(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);

	(void)state;
	connect_both(&lab_conn_default);
	lab_qp(1, 0)->rq_cq.room = 2;
	for (uint32_t i = 0; i < 3; i++) {
		struct gnic_hw_rc_wqe wqe = lab_wqe(from, 100);

		wqe.completion = cpu_to_le32(COMPLETION(CQ));
		lab_post(from, &wqe);
	}
	lab_run_ms(100);
	check_failed(1, GNIC_SYND_CQ_OVERRUN);
	/* the other end learns it by silence */
	check_failed(0, GNIC_SYND_QPC_RETRY);
	check_error_cqe(2, 2, GNIC_SYND_QPC_RETRY);
	check_other_qp_works();
	check_recovers();
}

/* ---- packets for a QP that is not theirs: dropped, counted, no harm ---- */

static void deliver(uint32_t dst_qp, uint8_t opcode)
{
	struct rc_packet pkt = { .path = &lab_qp(0, 0)->qp.rc->path, .opcode = opcode,
				 .dst_qp = dst_qp, .psn = lab_conn_default.psn[0],
				 .rkey = LAB_LKEY, .dma_len = 4, .payload = 4,
				 .va = GNIC_ADDR_HBM_BASE + LAB_SINK };
	uint8_t data[4] = { 1, 2, 3, 4 };
	struct frame frame = { .rc = &pkt, .iovs = 1, .iov = { { data, 4 } } };

	rc_receive(&lab.side[1].vport, &frame);
}

static void stray_packets(void **state)
{
	const struct gnic_hw_vport_stats *stats = &lab.side[1].vport.stats;
	struct vport other = { .port = &lab.side[1].card.ports[0], .enabled = true };

	(void)state;
	deliver(0, ROCE_WRITE_ONLY);		/* no responder yet */
	deliver(0, ROCE_ACK);			/* no requester yet */
	assert_int_equal(stats->qp_errors, 2);
	lab_connect(0, &lab_conn_default);
	deliver(LAB_COMPUTE, ROCE_WRITE_ONLY);
	deliver(LAB_QPS, ROCE_WRITE_ONLY);
	deliver(0xffffff, ROCE_ACK);
	assert_int_equal(stats->qp_errors, 5);
	lab_qp(1, 0)->qp.vport = &other;	/* somebody else's QP */
	deliver(0, ROCE_WRITE_ONLY);
	assert_int_equal(stats->qp_errors, 6);
	lab_qp(1, 0)->qp.vport = &lab.side[1].vport;
	assert_int_equal(*lab_mem(1, LAB_SINK), 0);
	deliver(0, ROCE_WRITE_ONLY);
	assert_int_equal(*lab_mem(1, LAB_SINK), 1);
	assert_int_equal(stats->qp_errors, 6);
}

#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_wqes_fail_the_qp),
		LAB_TEST(local_access),
		LAB_TEST(local_access_needs_its_bit),
		LAB_TEST(wq_access),
		LAB_TEST(time_outs_run_out),
		LAB_TEST(answers_are_lost),
		LAB_TEST(what_waits_is_forgotten),
		LAB_TEST(the_far_end_is_new),
		LAB_TEST(time_outs_for_ever),
		LAB_TEST(naks_run_out),
		cmocka_unit_test(bad_requests_fail_both_ends),
		LAB_TEST(remote_access_by_window),
		cmocka_unit_test(bad_answers),
		LAB_TEST(requester_cq_overrun),
		LAB_TEST(responder_cq_overrun),
		LAB_TEST(stray_packets),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
