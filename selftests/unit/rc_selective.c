// SPDX-License-Identifier: GPL-2.0-only
/*
 * Selective RC QPs: what came behind a gap is not sent again, is placed once,
 * and waits for its turn to complete.
 */
#include "rc_lab.h"

#define PACKET		4096u

/* ---- what is lost on the way ---- */

static struct {
	uint32_t seen;		/* requests */
	uint64_t lose;		/* bit n: the n-th of them */
	uint32_t psn, times;	/* and this packet, so often */
	uint32_t sacks;		/* selective ACKs */
	uint32_t marked;	/* requests that say their sender knows them */
} way;

static bool on_the_way(struct rc_packet *pkt)
{
	uint32_t n = way.seen;

	way.sacks += pkt->opcode == ROCE_SELECTIVE_ACK;
	if (roce_ops[pkt->opcode].flags & ROCE_OP_AETH)
		return true;
	way.seen++;
	way.marked += pkt->selective;
	if (pkt->psn == way.psn && way.times) {
		way.times--;
		return false;
	}
	return n > 63 || !(way.lose >> n & 1);
}

static struct lab_conn selective_conn(void)
{
	struct lab_conn conn = lab_conn_default;

	conn.selective = 3;
	return conn;
}

static struct lab_qp *begin(const struct lab_conn *conn)
{
	memset(&way, 0, sizeof(way));
	way.psn = ~0u;
	lab_fill_random(lab_mem(0, LAB_SOURCE), 1 << 20);
	lab.bytes = true;	/* answers come after the burst */
	lab.tamper = on_the_way;
	lab_connect(0, conn);
	return lab_qp(0, 0);
}

static void post_write(struct lab_qp *from, uint32_t size)
{
	struct gnic_hw_rc_wqe wqe = lab_wqe(from, size);

	lab_post(from, &wqe);
}

static void post_writes(struct lab_qp *from, int count, uint32_t size)
{
	while (count--)
		post_write(from, size);
}

static void check_arrived(struct lab_qp *from, uint32_t size)
{
	assert_int_equal(from->sq_cq.count, from->index);
	assert_memory_equal(lab_mem(0, LAB_SOURCE), lab_mem(1, LAB_SINK), size);
	assert_int_equal(from->qp.stats.timeouts, 0);
	assert_int_equal(from->qp.stats.naks, 0);
}

/* ---- what is sent again ---- */

static void just_what_is_missing(void **state)
{
	static const uint64_t lost[] = { 1 << 2, 1 << 2 | 1 << 3, 1 << 5 | 1 << 9 | 1 << 10,
					 0xaaaaa, 0x3ffff0 };

	(void)state;
	for (unsigned int i = 0; i < sizeof(lost) / sizeof(*lost); i++) {
		struct lab_conn conn = selective_conn();
		struct lab_qp *from;

		lab_setup(NULL);
		from = begin(&conn);
		way.lose = lost[i];
		post_write(from, 60 * PACKET);
		lab_run();
		check_arrived(from, 60 * PACKET);
		assert_int_equal(from->qp.stats.retransmits, __builtin_popcountll(lost[i]));
		assert_int_equal(lab_qp(1, 0)->qp.stats.duplicates, 0);
		assert_true(way.sacks > 0);
		assert_int_equal(way.marked, way.seen);
		lab_teardown(NULL);
	}
}

/* It is seen by what was sent after it, without a time-out. */
static void again_and_again(void **state)
{
	struct lab_conn conn = selective_conn();
	struct lab_qp *from;

	(void)state;
	from = begin(&conn);
	way.psn = psn_add(conn.psn[0], 3);
	way.times = 2;
	post_writes(from, 10, 100 * PACKET);
	lab_run();
	check_arrived(from, 100 * PACKET);
	assert_int_equal(from->qp.stats.retransmits, 2);
}

/* The window is closed, nothing is sent after it: it is tried again before the time-out. */
static void with_nothing_behind(void **state)
{
	struct lab_conn conn = selective_conn();
	struct lab_qp *from;

	(void)state;
	from = begin(&conn);
	way.psn = psn_add(conn.psn[0], 3);
	way.times = 6;
	post_writes(from, 10, 100 * PACKET);
	lab_run();
	assert_int_equal(from->sq_cq.count, 0);
	lab_run_ms(1);
	check_arrived(from, 100 * PACKET);
	assert_int_equal(from->qp.stats.retransmits, 6);
}

/* Counted once for each time that it was sent, however many packets tell of it. */
static void retries_end(void **state)
{
	struct lab_conn conn = selective_conn();
	struct lab_qp *from;

	(void)state;
	conn.naks = 1;
	from = begin(&conn);
	way.psn = psn_add(conn.psn[0], 3);
	way.times = ~0u;
	post_writes(from, 10, 100 * PACKET);
	lab_run();
	assert_true(from->qp.failed);
	assert_int_equal(from->qp.stats.syndrome, GNIC_SYND_QPC_RX_RETRY);
	assert_int_equal(way.times, ~0u - 2);
	assert_int_equal(from->sq_cq.count, 1);
}

/* Where those behind it belong nobody knows, but for the next message. */
static void first_of_a_message(void **state)
{
	struct lab_conn conn = selective_conn();
	struct lab_qp *from;

	(void)state;
	from = begin(&conn);
	way.lose = 1 << 4;
	post_writes(from, 3, 4 * PACKET);
	lab_run();
	check_arrived(from, 4 * PACKET);
	assert_int_equal(from->qp.stats.retransmits, 4);
	assert_int_equal(lab_qp(1, 0)->qp.stats.duplicates, 0);
}

/* What is sent again for want of an answer brings one, which tells of all others. */
static void last_of_all(void **state)
{
	struct lab_conn conn = selective_conn();
	struct lab_qp *from;

	(void)state;
	from = begin(&conn);
	way.lose = 0xf << 16;
	post_write(from, 20 * PACKET);
	lab_run();
	assert_int_equal(from->sq_cq.count, 0);
	lab_run_ms(1);
	check_arrived(from, 20 * PACKET);
	assert_int_equal(from->qp.stats.retransmits, 4);
}

/* No more than the responder can remember, whatever the window says. */
static void in_flight(void **state)
{
	struct lab_conn conn = selective_conn();
	struct lab_qp *from;

	(void)state;
	conn.window = 1000;
	from = begin(&conn);
	lab.cut = true;
	post_write(from, 200 * PACKET);
	lab_run();
	assert_int_equal(lab.packets, ROCE_SACK_BITS);
	lab.cut = false;
	lab_run_ms(10);
	assert_int_equal(from->sq_cq.count, 1);
}

/* ---- in order, once ---- */

static void completions_in_order(void **state)
{
	struct lab_conn conn = selective_conn();
	struct lab_qp *from, *to = lab_qp(1, 0);

	(void)state;
	from = begin(&conn);
	way.psn = conn.psn[0];
	way.times = 1;
	for (uint32_t i = 0; i < 8; i++) {
		struct gnic_hw_rc_wqe wqe = lab_wqe(from, 100 + i);

		wqe.completion = cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_COMPLETION,
							GNIC_COMPLETION_CQ));
		wqe.remote_addr = cpu_to_le64(lab_addr(LAB_SINK + i * 4096));
		lab_post(from, &wqe);
	}
	assert_true(wq_refresh(&from->qp, &from->qp.sq));
	rc_poll(&from->qp, 64);
	while (lab.queue_head != lab.queue_tail && from->qp.stats.retransmits == 0 &&
	       to->qp.stats.out_of_order < 7)
		lab_deliver();
	/* all the data is there, and nobody is told */
	for (uint32_t i = 1; i < 8; i++)
		assert_memory_equal(lab_mem(0, LAB_SOURCE), lab_mem(1, LAB_SINK + i * 4096), 100 + i);
	assert_int_equal(to->rq_cq.count, 0);
	assert_int_equal(from->sq_cq.count, 0);
	lab_run();
	assert_int_equal(to->rq_cq.count, 8);
	for (uint32_t i = 0; i < 8; i++)
		assert_int_equal(le32_to_cpu(to->rq_cq.cqe[i].tag), i ^ 0x5aa50000);
	assert_int_equal(from->qp.stats.retransmits, 1);
}

/* Upscaled too, where the place in memory is not that in the message. */
static void reductions_once(void **state)
{
	const uint32_t add = GNIC_REDUCTION_ENABLE | GNIC_REDUCTION_UP_BF16 << 1;
	struct lab_conn conn = selective_conn();
	struct lab_qp *from;
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	from = begin(&conn);
	for (uint32_t i = 0; i < 30 * PACKET / 2; i++) {
		uint16_t one = 0x3f80;

		memcpy(lab_mem(0, LAB_SOURCE + 2 * i), &one, sizeof(one));
	}
	way.lose = 1 << 3 | 1 << 12;
	lab.dice.duplicate = 1000;
	wqe = lab_wqe(from, 30 * PACKET);
	wqe.ctrl |= cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_REDUCTION, add));
	lab_post(from, &wqe);
	lab_run();
	assert_int_equal(from->sq_cq.count, 1);
	assert_int_equal(from->qp.stats.timeouts, 0);
	for (uint32_t i = 0; i < 30 * PACKET / 2; i++) {
		float sum;

		memcpy(&sum, lab_mem(1, LAB_SINK + 4 * i), sizeof(sum));
		assert_true(sum == 1.0f);
	}
}

/* A SEND takes the buffer whose turn it is, so it waits for its own. */
static void sends_come_again(void **state)
{
	struct lab_conn conn = selective_conn();
	struct lab_qp *from, *to = lab_qp(1, 0);

	(void)state;
	from = begin(&conn);
	lab_receive_queue(to);
	way.lose = 1 << 1;
	for (uint32_t i = 0; i < 6; i++) {
		struct gnic_hw_rc_wqe wqe = lab_wqe(from, 100 + i);

		wqe.ctrl ^= cpu_to_le32(GNIC_WQE_LINEAR ^ GNIC_WQE_SEND);
		lab_post(from, &wqe);
		lab_recv(to, LAB_SINK + i * 4096, 4096);
	}
	lab_run();
	assert_int_equal(to->rq_cq.count, 6);
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(le32_to_cpu(to->rq_cq.cqe[i].data), 100 + i);
	assert_int_equal(from->sq_cq.count, 6);
	assert_int_equal(from->qp.stats.timeouts, 0);
	assert_int_equal(from->qp.stats.naks, 0);
}

/* ---- who does not know it ---- */

static void only_if_both_know(void **state)
{
	(void)state;
	for (uint8_t who = 0; who < 3; who++) {
		struct lab_conn conn = lab_conn_default;
		struct lab_qp *from;

		lab_setup(NULL);
		conn.selective = who;
		from = begin(&conn);
		way.lose = 1 << 2;
		post_write(from, 20 * PACKET);
		lab_run();
		assert_int_equal(from->sq_cq.count, 1);
		assert_int_equal(way.sacks, 0);
		assert_int_equal(way.marked, who == 1 ? way.seen : 0);
		assert_int_equal(lab_qp(1, 0)->qp.stats.naks, 1);
		assert_true(from->qp.stats.retransmits > 10);
		lab_teardown(NULL);
	}
}

static void as_context_says(void **state)
{
	struct lab_conn conn = selective_conn();
	struct lab_qp *from;

	(void)state;
	from = begin(&conn);
	assert_int_equal(lab_get(&from->qp, true, GNIC_REQ_SELECTIVE), 1);
	assert_int_equal(lab_set(&from->qp, true, GNIC_REQ_SELECTIVE, 0), GNIC_STATUS_BAD_STATE);
	assert_int_equal(lab_set(&from->qp, true, GNIC_REQ_VALID, 0), GNIC_STATUS_OK);
	assert_int_equal(lab_set(&from->qp, true, GNIC_REQ_SELECTIVE, 0), GNIC_STATUS_OK);
	assert_int_equal(lab_get(&from->qp, true, GNIC_REQ_SELECTIVE), 0);
}

/* What waited for its turn does not wait for that of the next life. */
static void begins_with_nothing(void **state)
{
	struct lab_conn conn = selective_conn();
	struct lab_qp *from;

	(void)state;
	from = begin(&conn);
	way.psn = conn.psn[0];
	way.times = ~0u;
	post_writes(from, 4, 100);
	lab_run_ms(100);
	assert_true(from->qp.failed);
	way.times = 0;
	for (uint32_t side = 0; side < 2; side++) {
		assert_int_equal(lab_set(&lab_qp(side, 0)->qp, true, GNIC_REQ_VALID, 0),
				 GNIC_STATUS_OK);
		assert_int_equal(lab_set(&lab_qp(side, 0)->qp, false, GNIC_RES_VALID, 0),
				 GNIC_STATUS_OK);
	}
	lab_connect(0, &conn);
	memset(lab_mem(1, LAB_SINK), 0, 100);
	post_write(from, 100);
	lab_run();
	assert_memory_equal(lab_mem(0, LAB_SOURCE), lab_mem(1, LAB_SINK), 100);
	assert_int_equal(lab_get(&lab_qp(1, 0)->qp, false, GNIC_RES_CYCLIC_IDX), 1);
}

/* ---- peers that mean harm ---- */

static void hand_over(uint32_t side, struct rc_packet *pkt, uint8_t *bytes)
{
	struct frame frame = {
		.rc = pkt, .iovs = 1, .iov[0] = { bytes, pkt->payload }, .len = 100,
	};

	pkt->path = &lab_qp(!side, 0)->qp.rc->path;
	rc_receive(&lab.side[side].vport, &frame);
}

static struct rc_packet early_write(const struct lab_conn *conn, uint32_t ahead)
{
	return (struct rc_packet){
		.opcode = ROCE_WRITE_ONLY, .psn = psn_add(conn->psn[0], ahead), .selective = true,
		.payload = 64, .dma_len = 64, .rkey = LAB_LKEY, .va = lab_addr(LAB_SINK),
	};
}

/* What is not allowed in its turn is not placed before it. */
static void early_and_wrong(void **state)
{
	struct lab_conn conn = selective_conn();
	struct rc_packet wrong[] = {
		early_write(&conn, 1), early_write(&conn, 2), early_write(&conn, 3),
		early_write(&conn, 4), early_write(&conn, 5), early_write(&conn, ROCE_SACK_BITS),
		early_write(&conn, 6), early_write(&conn, 7),
	};
	uint8_t bytes[64];

	(void)state;
	begin(&conn);
	memset(bytes, 0xaa, sizeof(bytes));
	wrong[0].rkey++;
	wrong[1].dma_len = 63;
	wrong[2].opcode = ROCE_WRITE_MIDDLE;
	wrong[3].va = GNIC_ADDR_HBM_BASE + LAB_HBM - 10;
	wrong[4].opcode = ROCE_SEND_ONLY;
	wrong[6].opcode = ROCE_REDUCE_ONLY;
	wrong[6].reduction = GNIC_REDUCTION_ENABLE | 9 << 1;
	wrong[7].opcode = ROCE_READ_REQUEST;
	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		hand_over(1, &wrong[i], bytes);
		assert_false(rxe_keeps(&lab_qp(1, 0)->qp.rc->res));
	}
	for (uint32_t i = 0; i < 64; i++)
		assert_int_equal(*lab_mem(1, LAB_SINK + i), 0);
	assert_false(lab_qp(1, 0)->qp.failed);
	/* so that the test can fail */
	wrong[0].rkey--;
	hand_over(1, &wrong[0], bytes);
	assert_true(rxe_keeps(&lab_qp(1, 0)->qp.rc->res));
	assert_memory_equal(lab_mem(1, LAB_SINK), bytes, 64);
}

/* Of packets that were never sent, or from a peer that was never asked. */
static void answers_from_nowhere(void **state)
{
	struct lab_conn conn = selective_conn();
	struct lab_qp *from;

	(void)state;
	for (conn.selective = 0; conn.selective < 2; conn.selective++) {
		lab_setup(NULL);
		from = begin(&conn);
		lab.cut = true;
		post_write(from, 10 * PACKET);
		lab_run();
		for (uint32_t i = 0; i < 2000; i++) {
			struct rc_packet pkt = {
				.opcode = ROCE_SELECTIVE_ACK,
				.psn = psn_add(conn.psn[0], ROCE_PSN_MASK - lab_random(2) * i),
				.syndrome = ROCE_AETH_ACK,
				.sack = { lab_random(1 << 24), { 0, ~0ull << 8 } },
			};

			hand_over(0, &pkt, NULL);
		}
		assert_false(from->qp.failed);
		assert_int_equal(from->sq_cq.count, 0);
		lab.cut = false;
		lab_run_ms(10);
		if (!from->qp.failed)
			assert_memory_equal(lab_mem(0, LAB_SOURCE), lab_mem(1, LAB_SINK), 8 * PACKET);
		lab_teardown(NULL);
	}
}

#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(just_what_is_missing),
		LAB_TEST(again_and_again),
		LAB_TEST(with_nothing_behind),
		LAB_TEST(retries_end),
		LAB_TEST(first_of_a_message),
		LAB_TEST(last_of_all),
		LAB_TEST(in_flight),
		LAB_TEST(completions_in_order),
		LAB_TEST(reductions_once),
		LAB_TEST(sends_come_again),
		cmocka_unit_test(only_if_both_know),
		LAB_TEST(as_context_says),
		LAB_TEST(begins_with_nothing),
		LAB_TEST(early_and_wrong),
		cmocka_unit_test(answers_from_nowhere),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
