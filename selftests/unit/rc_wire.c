// SPDX-License-Identifier: GPL-2.0-only
/*
 * RC engine against RC engine. Data that is said to have arrived has arrived,
 * once, in order, whatever the wire does; or the QP fails and says why.
 */
#include "rc_lab.h"

/* ---- without faults ---- */

static void check_cqes(struct lab_cq *cq, uint32_t first, uint32_t count)
{
	assert_int_equal(cq->count, count);
	for (uint32_t i = 0; i < count; i++) {
		assert_int_equal(le32_to_cpu(cq->cqe[i].ctrl) & GNIC_CQE_ERROR, 0);
		assert_int_equal(le32_to_cpu(cq->cqe[i].wqe_index), first + i);
	}
}

static void write_of_each_size(void **state)
{
	static const uint32_t sizes[] = { 1, 2, 3, 4, 1023, 1024, 1025, 4095, 4096, 4097, 8192,
					  12288, 65536, 65537, 1000000 };
	struct lab_qp *from = lab_qp(0, 0);

	(void)state;
	lab_connect(0, &lab_conn_default);
	lab_fill_random(lab_mem(0, LAB_SOURCE), 1 << 20);
	for (uint32_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct gnic_hw_rc_wqe wqe = lab_wqe(from, sizes[i]);

		memset(lab_mem(1, LAB_SINK), 0x55, sizes[i] + 1);
		lab_post(from, &wqe);
		lab_run();
		assert_memory_equal(lab_mem(0, LAB_SOURCE), lab_mem(1, LAB_SINK), sizes[i]);
		assert_int_equal(*lab_mem(1, LAB_SINK + sizes[i]), 0x55);
		check_cqes(&from->sq_cq, 0, i + 1);
		assert_int_equal(le32_to_cpu(from->sq_cq.cqe[i].data), sizes[i]);
		assert_int_equal(le32_to_cpu(lab_db(from)->done), i + 1);
	}
	assert_int_equal(lab_qp(1, 0)->rq_cq.count, 0);
	assert_int_equal(from->qp.stats.retransmits, 0);
}

static void immediate_makes_a_completion(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_cqe *cqe = lab_qp(1, 0)->rq_cq.cqe;

	(void)state;
	lab_connect(0, &lab_conn_default);
	for (uint32_t i = 0; i < 2; i++) {
		struct gnic_hw_rc_wqe wqe = lab_wqe(from, i ? 9000 : 7);

		wqe.completion = cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_COMPLETION,
							GNIC_COMPLETION_CQ));
		lab_post(from, &wqe);
	}
	lab_run();
	assert_int_equal(lab_qp(1, 0)->rq_cq.count, 2);
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(le32_to_cpu(cqe[i].ctrl), GNIC_CQE_IMM);
		assert_int_equal(le32_to_cpu(cqe[i].tag), i ^ 0x5aa50000);
		assert_int_equal(le32_to_cpu(cqe[i].data), i ? 9000 : 7);
	}
	check_cqes(&from->sq_cq, 0, 2);
}

static void no_completion_unless_asked(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);

	(void)state;
	lab_connect(0, &lab_conn_default);
	for (uint32_t i = 0; i < 10; i++) {
		struct gnic_hw_rc_wqe wqe = lab_wqe(from, 100);

		if (i != 9)
			wqe.ctrl &= ~cpu_to_le32(GNIC_RC_WQE_ACKREQ);
		lab_post(from, &wqe);
	}
	lab_run();
	check_cqes(&from->sq_cq, 9, 1);
	assert_int_equal(from->qp.sq.done, 10);
}

static void nops_complete_in_order(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);

	(void)state;
	lab_connect(0, &lab_conn_default);
	lab.cut = true;
	for (uint32_t i = 0; i < 4; i++) {
		struct gnic_hw_rc_wqe wqe = lab_wqe(from, 5000);

		if (i & 1)
			wqe.ctrl ^= cpu_to_le32(GNIC_WQE_LINEAR ^ GNIC_WQE_NOP);
		lab_post(from, &wqe);
	}
	lab_run();
	assert_int_equal(from->sq_cq.count, 0);
	lab.cut = false;
	lab_run_ms(10);
	check_cqes(&from->sq_cq, 0, 4);
}

static void ring_and_counters_wrap(void **state)
{
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from = lab_qp(0, 0);

	(void)state;
	conn.psn[0] = 0xffffff;
	from->index = 0xffffffe0;
	from->qp.sq.index = from->index;
	from->qp.sq.done = from->index;
	lab_db(from)->index = cpu_to_le32(from->index);
	lab_connect(0, &conn);
	for (uint32_t i = 0; i < 3 * LAB_RING; i++) {
		struct gnic_hw_rc_wqe wqe = lab_wqe(from, 10000);

		lab_post(from, &wqe);
		if (!lab_has_room(from) || i % 7 == 0)
			lab_run();
	}
	lab_run();
	check_cqes(&from->sq_cq, 0xffffffe0, 3 * LAB_RING);
	assert_int_equal(lab_get(&from->qp, true, GNIC_REQ_ONA_PSN),
			 (0xffffff + 3 * LAB_RING * 3) & 0xffffff);
	assert_int_equal(lab_get(&from->qp, true, GNIC_REQ_CONSUMER_IDX),
			 (0xffffffe0 + 3 * LAB_RING) & GNIC_IDX_MASK);
	assert_int_equal(lab_get(&lab_qp(1, 0)->qp, false, GNIC_RES_CYCLIC_IDX), 3 * LAB_RING);
}

static void both_ways_and_two_qps(void **state)
{
	(void)state;
	lab_connect(0, &lab_conn_default);
	lab_connect(1, &lab_conn_default);
	lab_fill_random(lab_mem(0, LAB_SOURCE), 1 << 20);
	lab_fill_random(lab_mem(1, LAB_SOURCE), 1 << 20);
	for (uint32_t i = 0; i < 4; i++) {
		struct lab_qp *from = lab_qp(i / 2, i % 2);
		struct gnic_hw_rc_wqe wqe = lab_wqe(from, 300000);

		wqe.local_addr = cpu_to_le64(lab_addr(LAB_SOURCE + i % 2 * 300000));
		wqe.remote_addr = cpu_to_le64(lab_addr(LAB_SINK + i % 2 * 300000));
		lab_post(from, &wqe);
	}
	lab_run();
	assert_memory_equal(lab_mem(0, LAB_SOURCE), lab_mem(1, LAB_SINK), 600000);
	assert_memory_equal(lab_mem(1, LAB_SOURCE), lab_mem(0, LAB_SINK), 600000);
}

/* A round sends at most BURST_SIZE packets, so that others have their turn. */
static void burst_bounds_a_round(void **state)
{
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	conn.burst = 16;
	lab_connect(0, &conn);
	wqe = lab_wqe(from, 1000000);
	lab_post(from, &wqe);
	assert_true(wq_refresh(&from->qp, &from->qp.sq));
	assert_int_equal(rc_poll(&from->qp, 64), 16);
	assert_int_equal(from->qp.stats.tx_packets, 16);
}

/* In flight are at most so many as the window says; no window, no packet. */
static void window_bounds_flight(void **state)
{
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	conn.window = 5;
	conn.ack_freq = 0;
	lab_connect(0, &conn);
	wqe = lab_wqe(from, 1000000);
	lab_post(from, &wqe);
	lab.cut = true;
	lab_run();
	assert_int_equal(lab.packets, 5);
	lab.cut = false;
	lab_run_ms(10);
	check_cqes(&from->sq_cq, 0, 1);
	assert_int_equal(lab_set(&from->qp, true, GNIC_REQ_CONGESTION_WIN, 0), GNIC_STATUS_OK);
	lab.packets = 0;
	wqe = lab_wqe(from, 100);
	lab_post(from, &wqe);
	lab_run_ms(100);
	assert_int_equal(lab.packets, 0);
	assert_false(from->qp.failed);
	assert_int_equal(lab_set(&from->qp, true, GNIC_REQ_CONGESTION_WIN, 9), GNIC_STATUS_OK);
	lab_run();
	check_cqes(&from->sq_cq, 0, 2);
}

static uint32_t asked;	/* packets that ask for an ACK */

static bool count_asked(struct rc_packet *pkt)
{
	asked += pkt->ack_req;
	return true;
}

/* One is asked for at this frequency, and at the end of a message, never by each packet. */
static void ack_frequency(void **state)
{
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	conn.ack_freq = 16;
	lab_connect(0, &conn);
	asked = 0;
	lab.tamper = count_asked;
	wqe = lab_wqe(from, 100 * 4096);
	lab_post(from, &wqe);
	lab_run();
	assert_int_equal(asked, 100 / 16 + 1);
	check_cqes(&from->sq_cq, 0, 1);
}

/* What comes in a round is answered by one ACK, of however many messages; each is complete. */
static void ack_a_round(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);

	(void)state;
	lab_connect(0, &lab_conn_default);
	asked = 0;
	lab.tamper = count_asked;
	for (uint32_t round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < 10; i++) {
			struct gnic_hw_rc_wqe wqe = lab_wqe(from, 64);

			lab_post(from, &wqe);
		}
		lab_run();
		check_cqes(&from->sq_cq, 0, 10 * (round + 1));
		assert_int_equal(from->qp.stats.acks, round + 1);
	}
	assert_int_equal(asked, 30);
}

/* A started message ends, no other one starts. */
static void stop_lets_a_message_end(void **state)
{
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from = lab_qp(0, 0);

	(void)state;
	conn.burst = 2;
	lab_connect(0, &conn);
	for (uint32_t i = 0; i < 3; i++) {
		struct gnic_hw_rc_wqe wqe = lab_wqe(from, 50000);

		lab_post(from, &wqe);
	}
	assert_true(wq_refresh(&from->qp, &from->qp.sq));
	rc_poll(&from->qp, 64);
	from->qp.stopped = true;
	lab_run_ms(100);
	check_cqes(&from->sq_cq, 0, 1);
	assert_int_equal(from->qp.sq.done, 1);
}

static void disabled_function_sends_nothing(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	lab_connect(0, &lab_conn_default);
	lab.side[0].vport.enabled = false;
	wqe = lab_wqe(from, 100);
	lab_post(from, &wqe);
	lab_run();
	assert_int_equal(lab.packets, 0);
	assert_int_equal(lab.side[0].vport.stats.dropped, 1);
}

/* ---- single faults ---- */

static uint32_t tamper_count, tamper_at;

static bool tamper_lose_one(struct rc_packet *pkt)
{
	(void)pkt;
	return tamper_count++ != tamper_at;
}

static void any_one_packet_may_be_lost(void **state)
{
	(void)state;
	lab_fill_random(lab_mem(0, LAB_SOURCE), 1 << 20);
	lab_connect(0, &lab_conn_default);
	lab.tamper = tamper_lose_one;
	for (tamper_at = 0; tamper_at < 40; tamper_at++) {
		struct lab_qp *from = lab_qp(0, 0);
		struct gnic_hw_rc_wqe wqe = lab_wqe(from, 30 * 4096);

		tamper_count = 0;
		memset(lab_mem(1, LAB_SINK), 0, 30 * 4096);
		lab_post(from, &wqe);
		lab_run_ms(10);
		check_cqes(&from->sq_cq, 0, tamper_at + 1);
		assert_memory_equal(lab_mem(0, LAB_SOURCE), lab_mem(1, LAB_SINK), 30 * 4096);
	}
	assert_true(lab_qp(0, 0)->qp.stats.retransmits > 0);
	assert_int_equal(lab_qp(0, 0)->qp.stats.timeouts, 0);
	assert_true(lab_qp(1, 0)->qp.stats.out_of_order > 0);
	assert_true(lab_qp(1, 0)->qp.stats.duplicates > 0);
}

/* The gap is reported once, however many packets are behind it. */
static void one_nak_a_gap(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	lab_connect(0, &lab_conn_default);
	lab.bytes = true;	/* the answer comes after the burst */
	lab.tamper = tamper_lose_one;
	tamper_count = 0;
	tamper_at = 2;
	wqe = lab_wqe(from, 20 * 4096);
	lab_post(from, &wqe);
	lab_run();
	check_cqes(&from->sq_cq, 0, 1);
	assert_int_equal(lab_qp(1, 0)->qp.stats.naks, 1);
	assert_true(lab_qp(1, 0)->qp.stats.out_of_order > 5);
	assert_int_equal(from->qp.stats.timeouts, 0);
}

static bool tamper_lose_two(struct rc_packet *pkt)
{
	(void)pkt;
	tamper_count++;
	return tamper_count != 3 && tamper_count != 90;
}

/* A gap that is mended makes room for the next one to be reported. */
static void each_gap_has_its_nak(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	lab_connect(0, &lab_conn_default);
	lab.bytes = true;
	lab.tamper = tamper_lose_two;
	tamper_count = 0;
	wqe = lab_wqe(from, 60 * 4096);
	lab_post(from, &wqe);
	lab_run();
	check_cqes(&from->sq_cq, 0, 1);
	assert_int_equal(lab_qp(1, 0)->qp.stats.naks, 2);
	assert_int_equal(from->qp.stats.timeouts, 0);
}

static void late_nak_is_ignored(void **state)
{
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from = lab_qp(0, 0);
	struct rc_packet nak = { .path = &lab_qp(1, 0)->qp.rc->path, .opcode = ROCE_ACK,
				 .psn = psn_add(conn.psn[0], 1), .syndrome = ROCE_NAK_PSN };
	struct frame frame = { .rc = &nak };
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	conn.naks = 0;
	lab_connect(0, &conn);
	wqe = lab_wqe(from, 100);
	lab_post(from, &wqe);
	lab_run();
	rc_receive(&lab.side[0].vport, &frame);
	assert_false(from->qp.failed);
	check_cqes(&from->sq_cq, 0, 1);
}

static bool tamper_lose_until_a_timeout(struct rc_packet *pkt)
{
	(void)pkt;
	return lab_qp(0, 0)->qp.stats.timeouts == tamper_count;
}

/* Retries count from the last progress on. */
static void progress_renews_retries(void **state)
{
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from = lab_qp(0, 0);

	(void)state;
	conn.timeouts = 1;
	lab_connect(0, &conn);
	lab.tamper = tamper_lose_until_a_timeout;
	for (uint32_t i = 0; i < 5; i++) {
		struct gnic_hw_rc_wqe wqe = lab_wqe(from, 100);

		tamper_count = i + 1;
		lab_post(from, &wqe);
		lab_run_ms(3);
		check_cqes(&from->sq_cq, 0, i + 1);
		assert_int_equal(from->qp.stats.timeouts, i + 1);
	}
}

/* An ACK of what was sent before a rollback overtakes what is sent again. */
static void ack_ahead_of_a_rollback(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct rc_requester *req = &from->qp.rc->req;
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	lab_connect(0, &lab_conn_default);
	lab.cut = true;
	for (uint32_t i = 0; i < 3; i++) {
		wqe = lab_wqe(from, 10 * 4096);
		lab_post(from, &wqe);
	}
	lab_run();
	assert_int_equal(psn_diff(req->high, req->ona), 30);
	txs_rollback(from->qp.rc);
	assert_int_equal(req->nts, req->ona);
	assert_true(txs_acked(from->qp.rc, psn_add(req->ona, 15)));
	assert_int_equal(req->nts, req->ona);
	assert_int_equal(req->head, 1);
	assert_int_equal(req->exec, 1);
	assert_int_equal(req->packet, 5);
	check_cqes(&from->sq_cq, 0, 1);
	/* an ACK of what was never sent, and one of long ago */
	assert_false(txs_acked(from->qp.rc, psn_add(req->high, 1)));
	assert_false(txs_acked(from->qp.rc, psn_add(req->ona, ROCE_PSN_MASK)));
}

static void responder_not_ready_delays(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct rc_packet rnr = { .path = &lab_qp(1, 0)->qp.rc->path, .opcode = ROCE_ACK,
				 .psn = lab_conn_default.psn[0], .syndrome = ROCE_AETH_RNR | 5 };
	struct frame frame = { .rc = &rnr };
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	lab_connect(0, &lab_conn_default);
	lab.cut = true;
	wqe = lab_wqe(from, 100);
	lab_post(from, &wqe);
	lab_run();
	rc_receive(&lab.side[0].vport, &frame);
	lab.cut = false;
	qp_wake(&from->qp);
	lab_run();
	assert_int_equal(from->sq_cq.count, 0);
	lab_run_ms(10);
	check_cqes(&from->sq_cq, 0, 1);
}

/* Between two ends of the silicon's order, with bytes and without; never between orders. */
static void icrc_order(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);

	(void)state;
	for (uint32_t i = 0; i < 8; i++) {
		struct gnic_hw_rc_wqe wqe;

		lab_setup(NULL);
		lab_connect(0, &lab_conn_default);
		lab.bytes = i & 1;
		for (uint32_t side = 0; side < 2; side++)
			lab_qp(side, 0)->qp.rc->path.icrc_swapped = i >> (1 + side) & 1;
		from = lab_qp(0, 0);
		wqe = lab_wqe(from, 5000);
		lab_post(from, &wqe);
		lab_run_ms(1000);
		assert_int_equal(from->qp.failed, (i >> 1 & 1) != (i >> 2 & 1));
		assert_int_equal(lab_qp(1, 0)->qp.stats.rx_packets, from->qp.failed ? 0 : 2);
		if (from->qp.failed)
			assert_true(lab.side[1].vport.stats.dropped >= 2);
		lab_teardown(NULL);
	}
}

/* ---- scenarios ---- */

struct scenario {
	struct lab_conn conn;
	uint32_t messages;
	bool tough;		/* few retries: it may fail */
};

struct tale {
	uint32_t local, remote, size;
	uint8_t kind;		/* enum rc_kind */
	bool cqe, imm, sob;
};

static uint32_t some(uint32_t low, uint32_t high)
{
	return low + lab_random(high - low + 1);
}

static struct scenario scenario_make(void)
{
	struct scenario s = {
		.conn = {
			.mtu = lab_random(4),
			.psn = { lab_random(1 << 24), 0xffffff - lab_random(40) },
			.ack_freq = lab_random(3) ? some(0, 20) : 0,
			.granularity = some(1, 10),
			.timeouts = RC_RETRY_FOR_EVER, .naks = RC_RETRY_FOR_EVER,
			.rnrs = RC_RNR_FOR_EVER,
			.window = lab_random(2) ? some(1, 200) : 0,
			.target = lab_random(2) ? some(1, 2000) : 0,
			.burst = lab_random(2) ? some(1, 300) : 0,
			.ip_version = lab_random(2) ? 4 : 6,
			.selective = (uint8_t)(lab_random(4) ? 3 : lab_random(4)),
		},
		.messages = some(1, 24),
		.tough = !lab_random(4),
	};

	if (s.tough) {
		s.conn.timeouts = lab_random(3);
		s.conn.naks = lab_random(3);
		s.conn.rnrs = lab_random(8);
	}
	lab.bytes = lab_random(8);
	lab.dice.drop = lab_random(2) * lab_random(s.tough ? 500 : 200);
	lab.dice.duplicate = lab.bytes * lab_random(2) * lab_random(200);
	lab.dice.swap = lab.bytes * lab_random(2) * lab_random(200);
	lab.dice.spoil = lab.bytes * lab_random(2) * lab_random(150);
	return s;
}

/* How the sink is when nothing has come: a sum that is made twice shows. */
static const uint32_t scenario_add = GNIC_REDUCTION_ENABLE | GNIC_REDUCTION_INT32 << 1;

static struct gnic_hw_rc_wqe scenario_wqe(struct lab_qp *from, const struct tale *t)
{
	struct gnic_hw_rc_wqe wqe = lab_wqe(from, t->size);

	wqe.local_addr = cpu_to_le64(lab_addr(t->local));
	wqe.remote_addr = cpu_to_le64(lab_addr(t->remote));
	if (t->kind == RC_SEND)
		wqe.ctrl ^= cpu_to_le32(GNIC_WQE_LINEAR ^ GNIC_WQE_SEND);
	if (t->kind == RC_REDUCE)
		wqe.ctrl |= cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_REDUCTION, scenario_add));
	if (!t->cqe)
		wqe.ctrl &= ~cpu_to_le32(GNIC_RC_WQE_ACKREQ);
	wqe.completion = cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_COMPLETION,
						(t->imm ? GNIC_COMPLETION_CQ : 0) |
						(t->sob ? GNIC_COMPLETION_SOB : 0)) |
				     FIELD_PREP(GNIC_RC_WQE_REMOTE_SOB_DATA, 1) |
				     GNIC_RC_WQE_SOB_CMD);
	return wqe;
}

/* Places of their own in the sink, so that a late copy of an old packet shows. */
static void scenario_post(struct lab_qp *from, struct tale *tales, uint32_t count)
{
	uint32_t remote = LAB_SINK;

	for (uint32_t i = 0; i < count; i++) {
		struct tale *t = &tales[i];
		struct gnic_hw_rc_wqe wqe;

		t->kind = (uint8_t)lab_random(RC_KINDS);
		t->size = lab_random(3) ? some(1, 9000) : some(1, 40000);
		if (t->kind == RC_REDUCE)
			t->size = (t->size + 3) & ~3u;
		t->local = LAB_SOURCE + lab_random(1 << 19);
		t->remote = remote + lab_random(64);
		t->cqe = lab_random(4);
		t->imm = lab_random(2);
		t->sob = lab_random(2);
		remote = t->remote + t->size;
		wqe = scenario_wqe(from, t);
		lab_post(from, &wqe);
	}
}

/* Buffers for the SENDs, as they come by and by. */
static void scenario_recv(struct lab_qp *to, const struct tale *tales, uint32_t count,
			  uint32_t *posted)
{
	for (; *posted < count && lab_random(3); (*posted)++)
		if (tales[*posted].kind == RC_SEND)
			lab_recv(to, tales[*posted].remote, tales[*posted].size);
}

/* What the requester says has arrived is there; returns how much it says. */
static uint32_t scenario_check_sent(uint32_t side, const struct lab_qp *from,
				    const struct tale *tales)
{
	uint32_t done = from->qp.sq.done, cqes = 0;

	for (uint32_t i = 0; i < done; i++) {
		const struct tale *t = &tales[i];

		assert_memory_equal(lab_mem(side, t->local), lab_mem(!side, t->remote), t->size);
		if (!t->cqe)
			continue;
		assert_int_equal(le32_to_cpu(from->sq_cq.cqe[cqes].wqe_index), i);
		assert_int_equal(le32_to_cpu(from->sq_cq.cqe[cqes].data), t->size);
		cqes++;
	}
	assert_int_equal(from->sq_cq.count, cqes + from->qp.failed *
			 (from->qp.stats.syndrome == GNIC_SYND_QPC_RETRY ||
			  from->qp.stats.syndrome == GNIC_SYND_QPC_RX_RETRY));
	return done;
}

static void scenario_check_received(const struct lab_qp *to, const struct tale *tales,
				    uint32_t count, uint32_t at_least)
{
	uint32_t cqes = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (!tales[i].imm && tales[i].kind != RC_SEND)
			continue;
		if (cqes == to->rq_cq.count) {
			assert_true(i >= at_least);
			return;
		}
		assert_int_equal(le32_to_cpu(to->rq_cq.cqe[cqes].tag),
				 tales[i].imm ? i ^ 0x5aa50000 : 0);
		assert_int_equal(le32_to_cpu(to->rq_cq.cqe[cqes].data), tales[i].size);
		cqes++;
	}
	assert_int_equal(to->rq_cq.count, cqes);
}

/* Each message that arrived has signalled, and no message twice. */
static void scenario_check_signals(uint32_t side, const struct tale *tales, uint32_t count,
				   uint32_t at_least)
{
	uint32_t value = lab_sob(side, LAB_ASID, 0), low = 0, high = 0;

	for (uint32_t i = 0; i < count; i++) {
		high += tales[i].sob;
		low += i < at_least && tales[i].sob;
	}
	assert_in_range(value, low, high);
}

static bool scenario_ended(const struct scenario *s)
{
	for (uint32_t side = 0; side < 2; side++)
		if (!lab_qp(side, 0)->qp.failed && lab_qp(side, 0)->qp.sq.done != s->messages)
			return false;
	return true;
}

static void scenario_check_failure(const struct qp *qp, const struct scenario *s)
{
	if (!qp->failed)
		return;
	assert_true(s->tough);
	assert_true(qp->stats.syndrome == GNIC_SYND_QPC_RETRY ||
		    qp->stats.syndrome == GNIC_SYND_QPC_RX_RETRY);
	assert_int_equal(lab.side[qp->card == &lab.side[1].card].eqes, 1);
}

/* What may be signalled is an ASID's, so the QPs have one, and all memory. */
static void scenario_caged(uint32_t side)
{
	struct qp *qp = &lab_qp(side, 0)->qp;

	lab_window(side, LAB_ASID, 0, LAB_HBM, 7);
	assert_int_equal(lab_sob_set(side, LAB_ASID, 0, 1, 7), GNIC_STATUS_OK);
	assert_int_equal(lab_set(qp, true, GNIC_REQ_ASID, LAB_ASID), GNIC_STATUS_OK);
	assert_int_equal(lab_set(qp, false, GNIC_RES_ASID, LAB_ASID), GNIC_STATUS_OK);
}

static void scenario_run(uint64_t seed)
{
	struct tale tales[2][24];
	uint32_t posted[2] = { 0, 0 };
	struct scenario s;

	lab_setup(NULL);
	lab.random = seed * 0x9e3779b97f4a7c15ull + 1;
	s = scenario_make();
	lab_connect(0, &s.conn);
	for (uint32_t side = 0; side < 2; side++) {
		lab_fill_random(lab_mem(side, LAB_SOURCE), 1 << 20);
		lab_receive_queue(lab_qp(side, 0));
		scenario_caged(side);
		scenario_post(lab_qp(side, 0), tales[side], s.messages);
	}
	for (uint32_t ms = 0; ms < 100000 && !scenario_ended(&s); ms++) {
		for (uint32_t side = 0; side < 2; side++)
			scenario_recv(lab_qp(!side, 0), tales[side], s.messages, &posted[side]);
		lab_run_ms(1);
	}
	assert_true(scenario_ended(&s));
	for (uint32_t side = 0; side < 2; side++) {
		uint32_t done = scenario_check_sent(side, lab_qp(side, 0), tales[side]);

		scenario_check_received(lab_qp(!side, 0), tales[side], s.messages, done);
		scenario_check_signals(!side, tales[side], s.messages, done);
		scenario_check_failure(&lab_qp(side, 0)->qp, &s);
	}
	lab_teardown(NULL);
}

static uint64_t scenario_seed;

static int scenarios_end(void **state)
{
	(void)state;
	print_message("# the last seed was %llu\n", (unsigned long long)scenario_seed);
	return 0;
}

/* RC_SEED=n runs that one alone. */
static void scenarios(void **state)
{
	const char *one = getenv("RC_SEED"), *count = getenv("RC_SCENARIOS");
	uint64_t n = count ? strtoull(count, NULL, 0) : 1500;

	(void)state;
	if (one) {
		scenario_run(strtoull(one, NULL, 0));
		return;
	}
	for (scenario_seed = 0; scenario_seed < n; scenario_seed++)
		scenario_run(scenario_seed);
}

#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(write_of_each_size),
		LAB_TEST(immediate_makes_a_completion),
		LAB_TEST(no_completion_unless_asked),
		LAB_TEST(nops_complete_in_order),
		LAB_TEST(ring_and_counters_wrap),
		LAB_TEST(both_ways_and_two_qps),
		LAB_TEST(burst_bounds_a_round),
		LAB_TEST(window_bounds_flight),
		LAB_TEST(ack_frequency),
		LAB_TEST(ack_a_round),
		LAB_TEST(stop_lets_a_message_end),
		LAB_TEST(disabled_function_sends_nothing),
		LAB_TEST(any_one_packet_may_be_lost),
		LAB_TEST(one_nak_a_gap),
		LAB_TEST(each_gap_has_its_nak),
		LAB_TEST(late_nak_is_ignored),
		LAB_TEST(progress_renews_retries),
		LAB_TEST(ack_ahead_of_a_rollback),
		LAB_TEST(responder_not_ready_delays),
		cmocka_unit_test(icrc_order),
		cmocka_unit_test_teardown(scenarios, scenarios_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
