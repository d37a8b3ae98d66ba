// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver and a peer that do anything at all: random contexts, WQEs, indices,
 * packets. The engine keeps its invariants, and not a byte is written outside
 * the windows of the ASID that everything here belongs to. Best under a
 * sanitizer.
 */
#include "rc_lab.h"

#define CANARY		(3u << 20)	/* no window opens this */
#define CANARY_LEN	(1u << 20)
#define OPEN		(LAB_SINK - LAB_SOURCE)

static uint32_t bits(void)
{
	return lab_random(0xffffffffu) ^ lab_random(0xffffffffu) << 1;
}

/* Mostly where a window is, or at its edges. */
static uint64_t address(void)
{
	switch (lab_random(8)) {
	case 0:
		return (uint64_t)bits() << 32 | bits();
	case 1:
		return lab_addr(CANARY + lab_random(CANARY_LEN));
	case 2:
		return lab_addr(LAB_SINK + OPEN - lab_random(10000));
	case 3:
		return lab_addr(LAB_SOURCE - lab_random(100));
	default:
		return lab_addr(LAB_SOURCE + lab_random(2 * OPEN));
	}
}

static uint32_t size(void)
{
	return lab_random(8) ? lab_random(20000) : bits() >> lab_random(31);
}

/* ---- the driver ---- */

static struct lab_qp *any_qp(void)
{
	return lab_qp(lab_random(2), lab_random(LAB_QPS));
}

/* Mostly one that there is. */
static uint32_t any_reduction(void)
{
	uint32_t reduction = bits() & 0x1fff;

	return lab_random(4) ? (reduction & ~GNIC_REDUCTION_RSVD) | GNIC_REDUCTION_ENABLE :
			       reduction;
}

static struct gnic_hw_rc_wqe any_rc_wqe(uint32_t index)
{
	struct gnic_hw_rc_wqe wqe = {
		.ctrl = cpu_to_le32(GNIC_WQE_LINEAR | GNIC_RC_WQE_ACKREQ |
				    FIELD_PREP(GNIC_WQE_INDEX, index & 0xff)),
		.size = cpu_to_le32(size()),
		.local_addr = cpu_to_le64(address()),
		.remote_addr = cpu_to_le64(address()),
		.tag = bits(),
		.completion = cpu_to_le32(lab_random(4) << 30 | lab_random(12)),
	};

	if (!lab_random(3))
		wqe.ctrl ^= cpu_to_le32(GNIC_WQE_LINEAR ^ GNIC_WQE_SEND);
	else if (!lab_random(3))
		wqe.ctrl |= cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_REDUCTION, any_reduction()));
	if (!lab_random(6)) {
		wqe.ctrl &= ~cpu_to_le32(GNIC_WQE_OPCODE | GNIC_RC_WQE_REDUCTION);
		wqe.ctrl |= cpu_to_le32(lab_random(2) ? GNIC_WQE_RDV_WR : GNIC_WQE_RDV_RD);
		wqe.completion = 0;
	}
	if (lab_random(2))
		wqe.remote_addr = 0;
	if (!lab_random(10))
		wqe.ctrl ^= cpu_to_le32(1u << lab_random(32));
	if (!lab_random(20))
		wqe.completion ^= cpu_to_le32(1u << lab_random(32));
	return wqe;
}

/* The halves of a WQE of rows, which mostly fit each other. */
static void any_rows(struct gnic_hw_rc_wqe *wqe, struct gnic_hw_rc_stride *half)
{
	static const uint8_t opcodes[] = { GNIC_WQE_STRIDE, GNIC_WQE_MULTI_STRIDE,
					   GNIC_WQE_STRIDE_DUAL };
	uint32_t opcode = opcodes[lab_random(3)], row = 1 + lab_random(lab_random(2) ? 20 : 5000);
	uint32_t bytes = row;

	*half = (struct gnic_hw_rc_stride){ .row = cpu_to_le32(row) };
	for (uint32_t i = 0; i < GNIC_RC_STRIDES; i++) {
		uint32_t count = i % 2 ? 1 : 1 + lab_random(lab_random(2) ? 200 : 3);

		if (opcode == GNIC_WQE_STRIDE_DUAL && i > 1)
			count = le16_to_cpu(half->count[i - 2]);
		half->count[i] = cpu_to_le16(count);
		half->stride[i] = cpu_to_le32(lab_random(20) ? lab_random(2 * row) : bits());
		if (opcode != GNIC_WQE_STRIDE_DUAL || i < 2)
			bytes *= count;
	}
	wqe->ctrl &= ~cpu_to_le32(GNIC_WQE_OPCODE | GNIC_RC_WQE_REDUCTION);
	wqe->ctrl |= cpu_to_le32(opcode);
	wqe->size = cpu_to_le32(bytes);
	if (!lab_random(10))
		((uint8_t *)half)[lab_random(sizeof(*half))] ^= (uint8_t)bits();
}

static void post_rc(struct lab_qp *lqp)
{
	struct {
		struct gnic_hw_rc_wqe wqe;
		struct gnic_hw_rc_stride half;
	} both = { .wqe = any_rc_wqe(lqp->index) };

	if (!lab_random(3))
		any_rows(&both.wqe, &both.half);
	lab_post(lqp, &both);
}

static void post_something(void)
{
	static const uint8_t opcodes[] = { GNIC_WQE_NOP, GNIC_WQE_COPY, GNIC_WQE_FILL,
					   GNIC_WQE_POST, GNIC_WQE_FENCE, GNIC_WQE_REDUCE,
					   GNIC_WQE_HALF, GNIC_WQE_SOB, GNIC_WQE_SOB_WAIT, 31 };
	struct lab_qp *lqp = any_qp();
	struct gnic_hw_rc_stride half;
	struct gnic_hw_compute_wqe wqe = {
		.ctrl = cpu_to_le32(opcodes[lab_random(sizeof(opcodes))] |
				    FIELD_PREP(GNIC_WQE_INDEX, lqp->index & 0xff) |
				    FIELD_PREP(GNIC_COMPUTE_WQE_REDUCTION, any_reduction())),
		.size = cpu_to_le32(size() & ~lab_random(4)),
		.src = cpu_to_le64(address()),
		.dst = cpu_to_le64(address()),
		.target = cpu_to_le32(lab_random(LAB_QPS + 1)),
	};

	lqp->index = le32_to_cpu(lab_db(lqp)->index);
	if (!lab_has_room(lqp))
		return;
	if (lqp->qp.rc) {
		post_rc(lqp);
		return;
	}
	wqe.rc = any_rc_wqe(lqp->index);
	if (!lab_random(3))
		any_rows(&wqe.rc, &half);
	if (FIELD_GET(GNIC_WQE_OPCODE, le32_to_cpu(wqe.ctrl)) == GNIC_WQE_HALF)
		any_rows(&wqe.rc, &wqe.half);
	lab_post(lqp, &wqe);
}

static void recv_something(void)
{
	struct lab_qp *lqp = lab_qp(lab_random(2), lab_random(2));

	if (lab_has_buffer_room(lqp))
		lab_recv_with(lqp, (uint32_t)(address() - GNIC_ADDR_HBM_BASE),
			      lab_random(3) ? size() : 0, lab_random(4) << 30 | lab_random(10));
}

static void jump_the_index(void)
{
	struct lab_qp *lqp = any_qp();

	lab_db(lqp)->index = cpu_to_le32(lqp->qp.sq.index + bits() % (2 * LAB_RING));
	qp_wake(&lqp->qp);
}

/* What was fetched counts, whatever the memory says later. */
static void scribble_in_a_ring(void)
{
	struct lab_qp *lqp = any_qp();

	*(lqp->qp.card->hbm + (lqp->qp.sq.base - GNIC_ADDR_HBM_BASE) + lab_random(0x800)) ^=
		(uint8_t)bits();
}

static void write_a_context(void)
{
	struct qp *qp = &lab_qp(lab_random(2), lab_random(2))->qp;
	struct gnic_hw_qpc_write w = { .requester = (uint8_t)lab_random(2) };
	uint32_t dword = lab_random(32), bit = lab_random(32);

	w.mask[dword] = cpu_to_le32(1u << bit);
	w.data[dword] = cpu_to_le32(bits());
	/* the ASID is the cage */
	gnic_qpc_set(w.mask, GNIC_REQ_ASID, 0);
	if (!w.requester)
		gnic_qpc_set(w.mask, GNIC_RES_ASID, 0);
	rc_cmd_qpc_write(qp, &w);
}

static void stop_or_go(void)
{
	struct qp *qp = &any_qp()->qp;

	qp->stopped = !qp->stopped && !lab_random(4);
	qp_wake(qp);
}

static void open_or_close_windows(void)
{
	struct card *card = &lab.side[lab_random(2)].card;
	const struct gnic_hw_window in = {
		.addr = cpu_to_le64(lab_addr(LAB_SOURCE + lab_random(2) * OPEN)),
		.size = cpu_to_le64(OPEN), .asid = cpu_to_le16(LAB_ASID),
		.access = (uint8_t)(lab_random(4) ? 15 : lab_random(16)),
	};
	struct gnic_hw_id id = { .id = cpu_to_le32(lab_random(20)) };

	if (lab_random(3))
		window_cmd_add(card, &in, &id);
	else
		window_cmd_del(card, &id);
}

/* Objects 0 .. 7 are the cage's, the others nobody's. */
static void give_or_take_sobs(void)
{
	lab_sob_set(lab_random(2), LAB_ASID, lab_random(8), 1,
		    (uint8_t)(lab_random(4) ? 7 : lab_random(8)));
}

static void check_sobs_of_nobody(void)
{
	for (uint32_t side = 0; side < 2; side++)
		for (uint32_t i = 8; i < GNIC_SOBS; i++)
			assert_int_equal(lab_sob(side, LAB_ASID, i), 0);
}

static void revive(void)
{
	struct lab_conn conn = lab_conn_default;
	uint32_t qpn = lab_random(2);

	conn.mtu = lab_random(4);
	conn.granularity = 1 + lab_random(8);
	conn.timeouts = lab_random(3);
	conn.ack_freq = lab_random(20);
	conn.rdv = (uint8_t)lab_random(4);
	conn.serves = (uint8_t)(lab_random(4) & lab_random(4));
	conn.remote_log = (uint8_t)(LAB_RING_LOG + 1 + lab_random(2));
	for (uint32_t side = 0; side < 2; side++) {
		struct lab_qp *lqp = lab_qp(side, qpn);
		struct qp *qp = &lqp->qp;

		lab_db(lqp)->index = cpu_to_le32(qp->sq.index);
		lqp->sq_cq.count = 0;
		lqp->rq_cq.count = 0;
		lqp->sq_cq.cq.syndrome = 0;
		lqp->rq_cq.cq.syndrome = 0;
		lab_set(qp, true, GNIC_REQ_VALID, 0);
		lab_set(qp, false, GNIC_RES_VALID, 0);
		lab_path(side, qpn, &conn);
		lab_responder(side, qpn, &conn);
		lab_requester(side, qpn, &conn);
	}
	for (uint32_t side = 0; side < 2; side++) {
		struct lab_qp *lqp = lab_qp(side, LAB_COMPUTE);

		lqp->qp.failed = false;
		lqp->sq_cq.count = 0;
		lqp->sq_cq.cq.syndrome = 0;
		lab_db(lqp)->index = cpu_to_le32(lqp->qp.sq.index);
	}
}

/* ---- the peer ---- */

static void send_a_packet(void)
{
	static const uint8_t opcodes[] = { ROCE_WRITE_FIRST, ROCE_WRITE_MIDDLE, ROCE_WRITE_LAST,
					   ROCE_WRITE_LAST_IMM, ROCE_WRITE_ONLY,
					   ROCE_WRITE_ONLY_IMM, ROCE_ACK, ROCE_ACK,
					   ROCE_SEND_FIRST, ROCE_SEND_MIDDLE, ROCE_SEND_LAST,
					   ROCE_SEND_ONLY, ROCE_SEND_ONLY_IMM, ROCE_REDUCE_FIRST,
					   ROCE_REDUCE_ONLY, ROCE_REDUCE_ONLY_IMM,
					   ROCE_STRIDE_FIRST, ROCE_STRIDE_ONLY,
					   ROCE_STRIDE_ONLY_IMM, ROCE_RDV_OFFER,
					   ROCE_RDV_READ, ROCE_STRIDE_ONLY_SOB,
					   ROCE_WRITE_ONLY_SOB, ROCE_WRITE_LAST_IMM_SOB,
					   ROCE_SEND_ONLY_SOB, ROCE_REDUCE_ONLY_SOB };
	uint32_t side = lab_random(2), qpn = lab_random(LAB_QPS);
	const struct rc *rc = lab_qp(side, qpn)->qp.rc;
	struct roce_path path = { .ip_version = 4 };
	struct rc_packet pkt = {
		.path = &path, .dst_qp = qpn, .opcode = opcodes[lab_random(sizeof(opcodes))],
		.psn = bits() & ROCE_PSN_MASK, .ack_req = lab_random(2), .va = address(),
		.rkey = LAB_LKEY + qpn, .dma_len = size(), .imm = bits(),
		.reduction = (uint16_t)any_reduction(),
		.sob = lab_random(4) ? lab_random(12) | GNIC_RC_WQE_REMOTE_SOB_DATA : bits(),
		.payload = lab_random(4) ? 1024u << lab_random(4) : lab_random(8193),
		.syndrome = (uint8_t)(lab_random(4) ? lab_random(32) : bits()),
	};
	static uint8_t data[ROCE_PAYLOAD_MAX];
	struct frame frame = { .iovs = 1, .iov = { { data, pkt.payload } } };
	uint8_t bytes[LAB_FRAME];

	if (roce_ops[pkt.opcode].flags & ROCE_OP_STRIDE) {
		pkt.rows = (struct rows){ .row = 1 + lab_random(64), .count = { 1, 1, 1, 1 },
					  .stride = { bits() >> lab_random(32) } };
		pkt.rows.count[lab_random(4)] = (uint16_t)(bits() >> 16 >> lab_random(16));
		if (lab_random(4))
			pkt.dma_len = (uint32_t)rows_bytes(&pkt.rows, ROWS_DIMS);
		if (lab_random(4) && !(roce_ops[pkt.opcode].flags & ROCE_OP_LAST))
			pkt.payload = 1024;
		else if (lab_random(4))
			pkt.payload = pkt.dma_len % (ROCE_PAYLOAD_MAX + 1);
	}
	if (rc && lab_random(4))
		pkt.psn = psn_add(pkt.opcode == ROCE_ACK ? rc->req.ona : rc->res.expected,
				  lab_random(6) - 2);
	if (pkt.opcode == ROCE_RDV_READ)
		pkt.asker = address();
	if (pkt.opcode == ROCE_ACK ||
	    (roce_ops[pkt.opcode].flags & ROCE_OP_RDV && lab_random(8)))
		pkt.payload = 0;
	frame.rc = &pkt;
	frame.len = roce_frame_len(&pkt);
	if (lab_random(2)) {
		frame.hdr_len = frame_flatten(&frame, bytes, sizeof(bytes));
		frame.hdr = bytes;
		frame.iovs = 0;
		frame.rc = NULL;
		if (!lab_random(4))
			bytes[lab_random(frame.hdr_len)] ^= (uint8_t)bits();
	}
	rc_receive(&lab.side[side].vport, &frame);
}

/* ---- what must hold ---- */

static void check_qp(const struct qp *qp)
{
	const struct rc_requester *req;

	assert_true(qp->sq.index - qp->sq.done <= LAB_RING);
	assert_true(qp->rq.index - qp->rq.done <= LAB_RING);
	if (!qp->rc)
		return;
	req = &qp->rc->req;
	assert_true(req->tail - req->head <= RC_MSGS);
	assert_true(req->exec - req->head <= req->tail - req->head);
	assert_true(psn_diff(req->nts, req->ona) >= 0);
	assert_true(psn_diff(req->high, req->nts) >= 0);
	assert_true(!req->valid || req->serves || req->head == qp->sq.done);
	assert_false(qp->failed && (req->valid || qp->rc->res.valid));
	assert_false(qp->failed && qp->rc->posts);
}

static void check_canary(void)
{
	for (uint32_t side = 0; side < 2; side++)
		for (uint32_t i = 0; i < CANARY_LEN; i += 8)
			assert_true(*(uint64_t *)lab_mem(side, CANARY + i) ==
				    0xc5c5c5c5c5c5c5c5ull);
}

static void (*const acts[])(void) = {
	post_something, post_something, post_something, post_something, post_something,
	recv_something, recv_something,
	send_a_packet, send_a_packet, jump_the_index, scribble_in_a_ring, write_a_context,
	stop_or_go, open_or_close_windows, give_or_take_sobs, revive,
};

static void cage(void)
{
	for (uint32_t i = 0; i < 2 * LAB_QPS; i++) {
		struct qp *qp = &lab_qp(i / LAB_QPS, i % LAB_QPS)->qp;

		qp->asid = LAB_ASID;
		if (!qp->rc)
			continue;
		assert_int_equal(lab_set(qp, true, GNIC_REQ_ASID, LAB_ASID), GNIC_STATUS_OK);
		assert_int_equal(lab_set(qp, false, GNIC_RES_ASID, LAB_ASID), GNIC_STATUS_OK);
	}
	for (uint32_t side = 0; side < 2; side++) {
		memset(lab_mem(side, CANARY), 0xc5, CANARY_LEN);
		lab_window(side, LAB_ASID, LAB_SOURCE, OPEN, 15);
		lab_window(side, LAB_ASID, LAB_SINK, OPEN, 15);
	}
}

/* HOSTILE_ROUNDS=n does so many of them. */
static void anything_at_all(void **state)
{
	const char *env = getenv("HOSTILE_ROUNDS");
	uint32_t rounds = env ? (uint32_t)strtoul(env, NULL, 0) : 30000;
	uint64_t placed = 0, failed = 0;

	(void)state;
	cage();
	for (uint32_t i = 0; i < 4; i++)
		lab_receive_queue(lab_qp(i / 2, i % 2));
	/* one of each pair has rows */
	for (uint32_t i = 0; i < 2; i++)
		lab_qp(i, 0)->qp.sq.entry_log = 6;
	revive();
	for (uint32_t i = 0; i < rounds; i++) {
		lab.bytes = i / 64 & 1;
		lab.dice.drop = i / 128 & 1 ? 100 : 0;
		acts[lab_random(sizeof(acts) / sizeof(*acts))]();
		if (!lab_random(4))
			loop_step(lab.loop, lab_random(100000));
		for (uint32_t q = 0; q < 2 * LAB_QPS; q++)
			check_qp(&lab_qp(q / LAB_QPS, q % LAB_QPS)->qp);
		if (i % 500 == 0) {
			check_canary();
			check_sobs_of_nobody();
		}
	}
	check_canary();
	/* it was not all in vain */
	for (uint32_t q = 0; q < 2 * LAB_QPS; q++) {
		placed += lab_qp(q / LAB_QPS, q % LAB_QPS)->qp.stats.rx_bytes;
		failed += lab_qp(q / LAB_QPS, q % LAB_QPS)->qp.stats.errors;
	}
	print_message("# %llu bytes received, %llu failures\n", (unsigned long long)placed,
		      (unsigned long long)failed);
	assert_true(placed > rounds);
	assert_true(failed > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(anything_at_all, lab_setup, lab_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
