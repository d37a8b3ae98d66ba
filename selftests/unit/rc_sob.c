// SPDX-License-Identifier: GPL-2.0-only
/* Sync objects: who signals, who waits, and who may not. */
#include "rc_lab.h"

#define ALL	(GNIC_ACCESS_LOCAL_READ | GNIC_ACCESS_LOCAL_WRITE | GNIC_ACCESS_REMOTE_WRITE)
#define OWN	(GNIC_ACCESS_LOCAL_READ | GNIC_ACCESS_LOCAL_WRITE)
#define OTHER	9	/* another ASID */

/* The last word of a WQE. */
static uint32_t completion(uint32_t kind, uint32_t number, uint32_t data, bool add)
{
	return (uint32_t)(FIELD_PREP(GNIC_RC_WQE_COMPLETION, kind) |
			  FIELD_PREP(GNIC_RC_WQE_REMOTE_SOB, number) |
			  FIELD_PREP(GNIC_RC_WQE_REMOTE_SOB_DATA, data) |
			  (add ? GNIC_RC_WQE_SOB_CMD : 0));
}

/* QP 0 of each side is ASID 5's, with all memory, and objects 0 .. 7. */
static void connect_as(const struct lab_conn *conn)
{
	lab_connect(0, conn);
	for (uint32_t side = 0; side < 2; side++) {
		struct qp *qp = &lab_qp(side, 0)->qp;

		assert_int_equal(lab_set(qp, true, GNIC_REQ_ASID, LAB_ASID), GNIC_STATUS_OK);
		assert_int_equal(lab_set(qp, false, GNIC_RES_ASID, LAB_ASID), GNIC_STATUS_OK);
		lab_window(side, LAB_ASID, 0, LAB_HBM, ALL);
		assert_int_equal(lab_sob_set(side, LAB_ASID, 0, 8, ALL), GNIC_STATUS_OK);
		lab_qp(side, LAB_COMPUTE)->qp.asid = LAB_ASID;
	}
}

static void connect(void)
{
	connect_as(&lab_conn_default);
}

static void write_with(uint32_t size, uint32_t word)
{
	struct gnic_hw_rc_wqe wqe = lab_wqe(lab_qp(0, 0), size);

	wqe.completion = cpu_to_le32(word);
	lab_post(lab_qp(0, 0), &wqe);
}

static void send_with(uint32_t size, uint32_t word)
{
	struct gnic_hw_rc_wqe wqe = lab_wqe(lab_qp(0, 0), size);

	wqe.ctrl ^= cpu_to_le32(GNIC_WQE_LINEAR ^ GNIC_WQE_SEND);
	wqe.remote_addr = 0;
	wqe.completion = cpu_to_le32(word);
	lab_post(lab_qp(0, 0), &wqe);
}

/* ---- signals of messages ---- */

/* Of one packet and of several; each kind of completion makes what it says. */
static void each_kind_of_completion(void **state)
{
	static const uint32_t sizes[] = { 7, 9000 };
	struct lab_cq *cq = &lab_qp(1, 0)->rq_cq;

	(void)state;
	connect();
	for (uint32_t i = 0; i < 8; i++) {
		uint32_t kind = i & 3, cqes = cq->count, was = lab_sob(1, LAB_ASID, 3);

		write_with(sizes[i / 4], completion(kind, 3, 2, true));
		lab_run();
		assert_int_equal(lab_sob(1, LAB_ASID, 3), was + (kind & GNIC_COMPLETION_SOB ? 2 : 0));
		assert_int_equal(cq->count, cqes + !!(kind & GNIC_COMPLETION_CQ));
	}
	assert_int_equal(lab_sob(1, LAB_ASID, 2), 0);
	assert_int_equal(lab_sob(0, LAB_ASID, 3), 0);
	assert_false(lab_qp(0, 0)->qp.failed);
}

/* Two rows that lie there as they do here, in one packet and in several. */
static void rows_signal(void **state)
{
	static const uint32_t rows[] = { 50, 5000 };
	struct lab_qp *lqp = lab_qp(0, 0);

	(void)state;
	lqp->qp.sq.entry_log = 6;
	connect();
	for (uint32_t i = 0; i < 4; i++) {
		uint32_t row = rows[i / 2], cqes = lab_qp(1, 0)->rq_cq.count;
		struct {
			struct gnic_hw_rc_wqe rc;
			struct gnic_hw_rc_stride half;
		} wqe = { .rc = lab_wqe(lqp, 2 * row) };

		wqe.rc.ctrl ^= cpu_to_le32(GNIC_WQE_LINEAR ^ GNIC_WQE_MULTI_STRIDE);
		wqe.rc.completion = cpu_to_le32(completion(i & 1 ? GNIC_COMPLETION_BOTH :
							   GNIC_COMPLETION_SOB, 3, 1, true));
		wqe.half.row = cpu_to_le32(row);
		for (uint32_t dim = 0; dim < GNIC_RC_STRIDES; dim++)
			wqe.half.count[dim] = cpu_to_le16(dim ? 1 : 2);
		wqe.half.stride[0] = cpu_to_le32(3 * row);
		lab_fill_random(lab_mem(0, LAB_SOURCE), 4 * row);
		memset(lab_mem(1, LAB_SINK), 0x55, 4 * row);
		lab_post(lqp, &wqe);
		lab_run();
		assert_int_equal(lab_sob(1, LAB_ASID, 3), i + 1);
		assert_int_equal(lab_qp(1, 0)->rq_cq.count, cqes + (i & 1));
		assert_memory_equal(lab_mem(0, LAB_SOURCE), lab_mem(1, LAB_SINK), row);
		assert_memory_equal(lab_mem(0, LAB_SOURCE + 3 * row), lab_mem(1, LAB_SINK + 3 * row),
				    row);
		assert_int_equal(*(uint8_t *)lab_mem(1, LAB_SINK + row), 0x55);
	}
}

static void set_and_add(void **state)
{
	(void)state;
	connect();
	write_with(100, completion(GNIC_COMPLETION_SOB, 1, 3, false));
	lab_run();
	assert_int_equal(lab_sob(1, LAB_ASID, 1), 3);
	write_with(100, completion(GNIC_COMPLETION_SOB, 1, 3, true));
	write_with(100, completion(GNIC_COMPLETION_SOB, 1, 0, true));
	lab_run();
	assert_int_equal(lab_sob(1, LAB_ASID, 1), 6);
	write_with(100, completion(GNIC_COMPLETION_SOB, 1, 1, false));
	lab_run();
	assert_int_equal(lab_sob(1, LAB_ASID, 1), 1);
}

/* Lost and repeated packets signal once; the same with packets that are kept. */
static void once_whatever_the_wire_does(void **state)
{
	struct lab_conn conn = lab_conn_default;

	(void)state;
	conn.timeouts = RC_RETRY_FOR_EVER;
	conn.naks = RC_RETRY_FOR_EVER;
	for (uint32_t i = 0; i < 2; i++) {
		lab_setup(NULL);
		conn.selective = i ? 3 : 0;
		connect_as(&conn);
		lab.bytes = true;
		lab.dice = (struct lab_dice){ .drop = 50, .duplicate = 50, .swap = 50 };
		for (uint32_t n = 0; n < 50; n++)
			write_with(20000, completion(GNIC_COMPLETION_BOTH, 2, 1, true));
		lab_run_ms(2000);
		assert_int_equal(lab_qp(0, 0)->sq_cq.count, 50);
		assert_int_equal(lab_qp(1, 0)->rq_cq.count, 50);
		assert_int_equal(lab_sob(1, LAB_ASID, 2), 50);
		lab_teardown(NULL);
	}
}

static void a_reduction_signals(void **state)
{
	(void)state;
	connect();
	for (uint32_t i = 0; i < 2; i++) {
		struct gnic_hw_rc_wqe wqe = lab_wqe(lab_qp(0, 0), i ? 400 : 12000);
		wqe.ctrl |= cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_REDUCTION, GNIC_REDUCTION_ENABLE |
						   FIELD_PREP(GNIC_REDUCTION_TYPE,
							      GNIC_REDUCTION_INT32)));
		wqe.completion = cpu_to_le32(completion(GNIC_COMPLETION_BOTH, 0, 1, true));
		lab_post(lab_qp(0, 0), &wqe);
	}
	lab_run();
	assert_int_equal(lab_sob(1, LAB_ASID, 0), 2);
	assert_int_equal(lab_qp(1, 0)->rq_cq.count, 2);
}

/* ---- SENDs and their buffers ---- */

static void buffers_of_each_kind(void **state)
{
	struct lab_cq *cq = &lab_qp(1, 0)->rq_cq;

	(void)state;
	lab_receive_queue(lab_qp(1, 0));
	connect();
	for (uint32_t i = 0; i < 8; i++) {
		uint32_t kind = i & 3, cqes = cq->count;
		bool imm = i & 4;

		lab_recv_with(lab_qp(1, 0), LAB_SINK, 10000, completion(kind, 4, 1, true));
		send_with(9000, completion(imm ? GNIC_COMPLETION_BOTH : GNIC_COMPLETION_SOB, 5, 1,
					   true));
		lab_run();
		assert_int_equal(cq->count, cqes + (imm || kind & GNIC_COMPLETION_CQ));
		assert_int_equal(lab_qp(1, 0)->qp.rq.done, i + 1);
		assert_int_equal(lab_sob(1, LAB_ASID, 5), i + 1);
	}
	assert_int_equal(lab_sob(1, LAB_ASID, 4), 4);
}

static void check_both_failed(uint8_t here, uint8_t there)
{
	assert_true(lab_qp(0, 0)->qp.failed && lab_qp(1, 0)->qp.failed);
	assert_int_equal(lab_qp(0, 0)->qp.stats.syndrome, here);
	assert_int_equal(lab_qp(1, 0)->qp.stats.syndrome, there);
}

/* The buffer's owner is to blame. */
static void a_buffer_with_an_object_of_nobody(void **state)
{
	(void)state;
	lab_receive_queue(lab_qp(1, 0));
	connect();
	memset(lab_mem(1, LAB_SINK), 0x77, 200);
	lab_recv_with(lab_qp(1, 0), LAB_SINK, 200, completion(GNIC_COMPLETION_SOB, 8, 1, true));
	send_with(100, 0);
	lab_run();
	check_both_failed(GNIC_SYND_REMOTE_OP, GNIC_SYND_SYNC_OBJECT);
	assert_int_equal(*lab_mem(1, LAB_SINK), 0x77);
}

/* ---- what a peer may not ---- */

static const struct {
	const char *what;
	uint32_t number;
	uint16_t asid;
	uint8_t access;
} foreign[] = {
	{ "never given", 8, LAB_ASID, 0 },
	{ "taken away", 3, LAB_ASID, 0 },
	{ "the owner's own", 3, LAB_ASID, OWN },
	{ "behind the bank", GNIC_SOBS, LAB_ASID, ALL },
	{ "far behind the bank", 0x7ffffff, LAB_ASID, ALL },
	{ "another ASID's", 40, OTHER, ALL },
};

static void peers_are_kept_out(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++) {
		print_message("# %s\n", foreign[i].what);
		lab_setup(NULL);
		connect();
		if (foreign[i].number < GNIC_SOBS)
			lab_sob_set(1, foreign[i].asid, foreign[i].number, 1, foreign[i].access);
		memset(lab_mem(1, LAB_SINK), 0x77, 100);
		write_with(100, completion(GNIC_COMPLETION_SOB, foreign[i].number, 1, true));
		lab_run();
		check_both_failed(GNIC_SYND_REMOTE_ACCESS, GNIC_SYND_SYNC_OBJECT);
		assert_int_equal(*lab_mem(1, LAB_SINK), 0x77);
		assert_true(lab.side[1].card.stats.asid_errors > 0);
		if (foreign[i].number < GNIC_SOBS)
			assert_int_equal(lab_sob(1, foreign[i].asid, foreign[i].number), 0);
		lab_teardown(NULL);
	}
}

static bool tamper_reserved(struct rc_packet *pkt)
{
	pkt->sob |= BIT(31);
	return true;
}

static void reserved_bits_on_the_wire(void **state)
{
	(void)state;
	connect();
	lab.tamper = tamper_reserved;
	write_with(100, completion(GNIC_COMPLETION_SOB, 1, 1, true));
	lab_run();
	check_both_failed(GNIC_SYND_REMOTE_OP, GNIC_SYND_RX_BAD_FORMAT);
	assert_int_equal(lab_sob(1, LAB_ASID, 1), 0);
}

/* ---- compute queues ---- */

static struct lab_qp *queue(void)
{
	return lab_qp(0, LAB_COMPUTE);
}

static void command(uint32_t opcode, uint32_t target, uint32_t value)
{
	struct gnic_hw_compute_wqe wqe = {
		.ctrl = cpu_to_le32(opcode | GNIC_COMPUTE_WQE_CQE |
				    FIELD_PREP(GNIC_WQE_INDEX, queue()->index & 0xff)),
		.src = cpu_to_le64(value),
		.target = cpu_to_le32(target),
	};

	lab_post(queue(), &wqe);
}

static void check_cqe(uint32_t at, uint8_t syndrome)
{
	const struct gnic_hw_cqe *cqe = &queue()->sq_cq.cqe[at];

	assert_int_equal(queue()->sq_cq.count, at + 1);
	assert_int_equal(le32_to_cpu(cqe->ctrl),
			 LAB_COMPUTE | GNIC_CQE_REQ | (syndrome ? GNIC_CQE_ERROR : 0));
	assert_int_equal(le32_to_cpu(cqe->data), syndrome);
}

static void commands_set_and_add(void **state)
{
	(void)state;
	connect();
	command(GNIC_WQE_SOB, 6, 0x89abcdef);
	lab_run();
	check_cqe(0, 0);
	assert_int_equal(lab_sob(0, LAB_ASID, 6), 0x89abcdef);
	command(GNIC_WQE_SOB, 6 | GNIC_COMPUTE_SOB_ADD, 0x80000000);
	lab_run();
	assert_int_equal(lab_sob(0, LAB_ASID, 6), 0x09abcdef);
}

/* What is behind a wait waits; the queue sleeps, and is woken once it is reached. */
static void a_wait_holds_what_follows(void **state)
{
	(void)state;
	connect();
	lab_connect(1, &lab_conn_default);
	command(GNIC_WQE_SOB_WAIT, 2, 3);
	command(GNIC_WQE_SOB | GNIC_COMPUTE_WQE_CQE, 6, 1);
	lab_run();
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(queue()->sq_cq.count, 0);
		assert_false(queue()->qp.awake);
		assert_int_equal(lab_sob(0, LAB_ASID, 6), 0);
		sob_signal(&lab.side[0].card, LAB_ASID, completion(0, 2, 1, true),
			   GNIC_ACCESS_REMOTE_WRITE);
		lab_run();
	}
	check_cqe(1, 0);
	assert_int_equal(lab_sob(0, LAB_ASID, 6), 1);
}

/* More than one may wait for one object, each for its own value. */
static void queues_wait(void **state)
{
	struct card *card = &lab.side[0].card;
	struct gnic_hw_compute_wqe cmd[3] = {
		{ .src = cpu_to_le64(1), .target = cpu_to_le32(2) },
		{ .src = cpu_to_le64(3), .target = cpu_to_le32(2) },
		{ .src = cpu_to_le64(1), .target = cpu_to_le32(3) },
	};
	struct sob_wait wait[3] = { 0 };
	struct qp qps[3] = { 0 };
	uint8_t syndrome;

	(void)state;
	connect();
	for (uint32_t i = 0; i < 3; i++) {
		qps[i].card = card;
		qps[i].asid = LAB_ASID;
		assert_true(sob_command_waits(&qps[i], &cmd[i], &wait[i], &syndrome));
	}
	sob_signal(card, LAB_ASID, completion(0, 2, 1, true), GNIC_ACCESS_LOCAL_WRITE);
	assert_true(qps[0].awake);
	assert_false(qps[1].awake);
	sob_signal(card, LAB_ASID, completion(0, 2, 2, true), GNIC_ACCESS_LOCAL_WRITE);
	assert_true(qps[1].awake);
	assert_false(sob_command_waits(&qps[1], &cmd[1], &wait[1], &syndrome));
	assert_int_equal(syndrome, 0);
	/* of the other object */
	assert_false(qps[2].awake);
	sob_signal(card, LAB_ASID, completion(0, 3, 1, true), GNIC_ACCESS_LOCAL_WRITE);
	assert_true(qps[2].awake);
}

/* A counter that has gone round is ahead, not behind. */
static void values_are_cyclic(void **state)
{
	(void)state;
	connect();
	command(GNIC_WQE_SOB, 2, 0xffffffff);
	command(GNIC_WQE_SOB_WAIT, 2, 0xffffffff);
	command(GNIC_WQE_SOB_WAIT, 2, 1);
	lab_run();
	check_cqe(1, 0);
	sob_signal(&lab.side[0].card, LAB_ASID, completion(0, 2, 2, true), GNIC_ACCESS_LOCAL_WRITE);
	lab_run();
	check_cqe(2, 0);
}

/* A WRITE of the far end lets the near queue go on, when its data is there. */
static void a_far_write_ends_a_wait(void **state)
{
	struct gnic_hw_rc_wqe wqe = lab_wqe(lab_qp(1, 0), 50000);

	(void)state;
	connect();
	lab_fill_random(lab_mem(1, LAB_SOURCE), 50000);
	command(GNIC_WQE_SOB_WAIT, 0, 1);
	lab_run();
	assert_int_equal(queue()->sq_cq.count, 0);
	wqe.completion = cpu_to_le32(completion(GNIC_COMPLETION_SOB, 0, 1, true));
	lab_post(lab_qp(1, 0), &wqe);
	lab_run();
	check_cqe(0, 0);
	assert_memory_equal(lab_mem(1, LAB_SOURCE), lab_mem(0, LAB_SINK), 50000);
}

static void commands_are_kept_out(void **state)
{
	uint32_t at = 0;

	(void)state;
	connect();
	lab_sob_set(0, OTHER, 20, 1, ALL);
	lab_sob_set(0, LAB_ASID, 3, 1, GNIC_ACCESS_REMOTE_WRITE);
	for (uint32_t i = 0; i < 2; i++) {
		static const uint32_t numbers[] = { 3, 8, 20, GNIC_SOBS, 0x7ffffff };

		for (uint32_t n = 0; n < 5; n++) {
			command(i ? GNIC_WQE_SOB : GNIC_WQE_SOB_WAIT, numbers[n], 1);
			lab_run();
			check_cqe(at++, GNIC_SYND_SYNC_OBJECT);
		}
	}
	assert_int_equal(lab_sob(0, OTHER, 20), 0);
	queue()->qp.asid = GNIC_ASID_NONE;
	command(GNIC_WQE_SOB, 1, 1);
	lab_run();
	check_cqe(at, GNIC_SYND_SYNC_OBJECT);
}

static void taken_away_from_one_who_waits(void **state)
{
	(void)state;
	connect();
	command(GNIC_WQE_SOB_WAIT, 2, 1);
	lab_run();
	lab_sob_set(0, LAB_ASID, 0, GNIC_SOBS, 0);
	lab_run();
	check_cqe(0, GNIC_SYND_SYNC_OBJECT);
}

static void a_waiting_queue_vanishes(void **state)
{
	(void)state;
	connect();
	command(GNIC_WQE_SOB_WAIT, 2, 1);
	lab_run();
	compute_destroy(&queue()->qp);
	queue()->qp.failed = true;
	sob_signal(&lab.side[0].card, LAB_ASID, completion(0, 2, 1, true), GNIC_ACCESS_LOCAL_WRITE);
	assert_int_equal(lab_sob(0, LAB_ASID, 2), 1);
}

/* ---- the mailbox ---- */

static void given_and_taken(void **state)
{
	const struct gnic_hw_sob_set odd = { .asid = cpu_to_le16(LAB_ASID), .rsvd = 1,
					     .count = cpu_to_le16(1) };
	const struct gnic_hw_id none = { .id = cpu_to_le32(0) };
	struct gnic_hw_sobs out;

	(void)state;
	connect();
	command(GNIC_WQE_SOB, 7, 77);
	lab_run();
	assert_int_equal(lab_sob(0, LAB_ASID, 7), 77);
	/* given anew it is 0 */
	assert_int_equal(lab_sob_set(0, LAB_ASID, 7, 1, ALL), GNIC_STATUS_OK);
	assert_int_equal(lab_sob(0, LAB_ASID, 7), 0);
	assert_int_equal(lab_sob(0, OTHER, 7), 0);
	assert_int_equal(lab_sob_set(0, LAB_ASID, 63, 1, OWN), GNIC_STATUS_OK);
	assert_int_equal(lab_sob_set(0, 0, 0, 1, ALL), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(lab_sob_set(0, GNIC_ASID_NONE, 0, 1, ALL), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(lab_sob_set(0, LAB_ASID, 0, 0, ALL), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(lab_sob_set(0, LAB_ASID, 63, 2, ALL), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(lab_sob_set(0, LAB_ASID, 0xffff, 0xffff, ALL), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(lab_sob_set(0, LAB_ASID, 0, 1, 8), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(sob_cmd_set(&lab.side[0].card, &odd), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(sob_cmd_read(&lab.side[0].card, &none, &out), GNIC_STATUS_BAD_PARAM);
}

#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(each_kind_of_completion),
		LAB_TEST(rows_signal),
		LAB_TEST(set_and_add),
		cmocka_unit_test(once_whatever_the_wire_does),
		LAB_TEST(a_reduction_signals),
		LAB_TEST(buffers_of_each_kind),
		LAB_TEST(a_buffer_with_an_object_of_nobody),
		cmocka_unit_test(peers_are_kept_out),
		LAB_TEST(reserved_bits_on_the_wire),
		LAB_TEST(commands_set_and_add),
		LAB_TEST(a_wait_holds_what_follows),
		LAB_TEST(queues_wait),
		LAB_TEST(values_are_cyclic),
		LAB_TEST(a_far_write_ends_a_wait),
		LAB_TEST(commands_are_kept_out),
		LAB_TEST(taken_away_from_one_who_waits),
		LAB_TEST(a_waiting_queue_vanishes),
		LAB_TEST(given_and_taken),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
