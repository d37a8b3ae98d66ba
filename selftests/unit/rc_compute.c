// SPDX-License-Identifier: GPL-2.0-only
/* Compute queues: commands in order, posts beside them, failures one by one. */
#include "rc_lab.h"

#define SRC	(LAB_SOURCE + 0)
#define DST	(3u << 20)

static struct lab_qp *queue(void)
{
	return lab_qp(0, LAB_COMPUTE);
}

static struct gnic_hw_compute_wqe command(uint32_t opcode, uint32_t size)
{
	return (struct gnic_hw_compute_wqe){
		.ctrl = cpu_to_le32(opcode | GNIC_COMPUTE_WQE_CQE |
				    FIELD_PREP(GNIC_WQE_INDEX, queue()->index & 0xff)),
		.size = cpu_to_le32(size),
		.tag = cpu_to_le32(queue()->index + 1000),
	};
}

static void post(struct gnic_hw_compute_wqe wqe)
{
	lab_post(queue(), &wqe);
}

static void copy(uint32_t src, uint32_t dst, uint32_t size)
{
	struct gnic_hw_compute_wqe wqe = command(GNIC_WQE_COPY, size);

	wqe.src = cpu_to_le64(lab_addr(src));
	wqe.dst = cpu_to_le64(lab_addr(dst));
	post(wqe);
}

static void fill(uint32_t pattern, uint32_t dst, uint32_t size)
{
	struct gnic_hw_compute_wqe wqe = command(GNIC_WQE_FILL, size);

	wqe.src = cpu_to_le64(pattern);
	wqe.dst = cpu_to_le64(lab_addr(dst));
	post(wqe);
}

static struct gnic_hw_compute_wqe write_command(uint32_t target, uint32_t size)
{
	struct gnic_hw_compute_wqe wqe = command(GNIC_WQE_POST, 0);

	wqe.target = cpu_to_le32(target);
	wqe.rc = lab_wqe(lab_qp(0, 0), size);
	wqe.rc.ctrl = cpu_to_le32(GNIC_WQE_LINEAR | 0xff00);	/* the index is the device's */
	return wqe;
}

static void check_cqe(uint32_t at, uint32_t index, uint32_t data, bool error)
{
	const struct gnic_hw_cqe *cqe = &queue()->sq_cq.cqe[at];

	assert_true(at < queue()->sq_cq.count);
	assert_int_equal(le32_to_cpu(cqe->ctrl), LAB_COMPUTE | GNIC_CQE_REQ |
			 (error ? GNIC_CQE_ERROR : 0));
	assert_int_equal(le32_to_cpu(cqe->wqe_index), index);
	assert_int_equal(le32_to_cpu(cqe->tag), index + 1000);
	assert_int_equal(le32_to_cpu(cqe->data), data);
}

/* ---- memory ---- */

static void copies_of_each_size(void **state)
{
	static const uint32_t sizes[] = { 1, 3, 64, 65535, 65536, 65537, 131072, 999999 };

	(void)state;
	lab_fill_random(lab_mem(0, SRC), 1 << 20);
	for (uint32_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		memset(lab_mem(0, DST), 0x33, sizes[i] + 1);
		copy(SRC, DST, sizes[i]);
		lab_run();
		assert_memory_equal(lab_mem(0, SRC), lab_mem(0, DST), sizes[i]);
		assert_int_equal(*lab_mem(0, DST + sizes[i]), 0x33);
		check_cqe(i, i, sizes[i], false);
		assert_int_equal(le32_to_cpu(lab_db(queue())->done), i + 1);
	}
}

static void overlapping_copies(void **state)
{
	static const int32_t shifts[] = { 0, 1, -1, 100, -100, 65536, -65536, 70000, -70000 };
	static uint8_t want[300000];

	(void)state;
	for (uint32_t i = 0; i < sizeof(shifts) / sizeof(*shifts); i++) {
		lab_fill_random(lab_mem(0, SRC), 600000);
		memcpy(want, lab_mem(0, SRC + 100000), sizeof(want));
		copy(SRC + 100000, SRC + 100000 + (uint32_t)shifts[i], sizeof(want));
		lab_run();
		assert_memory_equal(want, lab_mem(0, SRC + 100000 + (uint32_t)shifts[i]),
				    sizeof(want));
	}
}

static void fills_keep_their_phase(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		uint32_t size = 200000;

		memset(lab_mem(0, DST), 0, size + 8);
		fill(0x04030201, DST + i, size);
		lab_run();
		for (uint32_t b = 0; b < size; b++)
			assert_int_equal(*lab_mem(0, DST + i + b), b % 4 + 1);
		assert_int_equal(*lab_mem(0, DST + i + size), 0);
		check_cqe(i, i, size, false);
	}
}

/* A big command takes its rounds, so that other queues have theirs. */
static void a_round_is_bounded(void **state)
{
	int rounds = 0;

	(void)state;
	for (uint32_t i = 0; i < 8; i++)
		copy(SRC, DST, 1000000);
	assert_true(wq_refresh(&queue()->qp, &queue()->qp.sq));
	while (compute_poll(&queue()->qp, 1000))
		rounds++;
	assert_int_equal(queue()->sq_cq.count, 8);
	assert_in_range(rounds, 7, 20);
}

/* ---- failures do not stop the queue ---- */

struct bad_command {
	const char *what;
	uint32_t opcode, size;
	uint64_t src, dst;
	uint8_t syndrome;
};

#define HBM	GNIC_ADDR_HBM_BASE
#define END	(GNIC_ADDR_HBM_BASE + LAB_HBM)

static const struct bad_command bad_commands[] = {
	{ "no bytes", GNIC_WQE_COPY, 0, HBM, HBM, GNIC_SYND_TX_BAD_SIZE },
	{ "no pattern", GNIC_WQE_FILL, 0, 1, HBM, GNIC_SYND_TX_BAD_SIZE },
	{ "odd pattern", GNIC_WQE_FILL, 7, 1, HBM, GNIC_SYND_TX_BAD_SIZE },
	{ "source", GNIC_WQE_COPY, 16, END - 8, HBM + DST, GNIC_SYND_LOCAL_ACCESS },
	{ "destination", GNIC_WQE_COPY, 16, HBM, END - 8, GNIC_SYND_LOCAL_ACCESS },
	{ "wraps", GNIC_WQE_COPY, 64, UINT64_MAX - 9, HBM + DST, GNIC_SYND_LOCAL_ACCESS },
	{ "fill", GNIC_WQE_FILL, 16, 1, END - 8, GNIC_SYND_LOCAL_ACCESS },
	{ "fill wraps", GNIC_WQE_FILL, 64, 1, UINT64_MAX - 9, GNIC_SYND_LOCAL_ACCESS },
	{ "registers", GNIC_WQE_FILL, 16, 1, GNIC_ADDR_UMR_BASE, GNIC_SYND_LOCAL_ACCESS },
	{ "RC opcode", GNIC_WQE_LINEAR, 16, HBM, HBM + DST, GNIC_SYND_TX_OPCODE },
	{ "raw opcode", GNIC_WQE_RAW_SEND, 16, HBM, HBM + DST, GNIC_SYND_TX_OPCODE },
	{ "opcode 31", 31, 16, HBM, HBM + DST, GNIC_SYND_TX_OPCODE },
	{ "index", GNIC_WQE_COPY | 0x8000, 16, HBM, HBM + DST, GNIC_SYND_TX_WQE_INDEX },
};

static void failures_are_told(void **state)
{
	uint32_t n = sizeof(bad_commands) / sizeof(*bad_commands);

	(void)state;
	for (uint32_t i = 0; i < n; i++) {
		const struct bad_command *bad = &bad_commands[i];
		struct gnic_hw_compute_wqe wqe = command(bad->opcode, bad->size);

		/* an error is told even if a completion was not asked for */
		wqe.ctrl &= ~cpu_to_le32(GNIC_COMPUTE_WQE_CQE);
		wqe.src = cpu_to_le64(bad->src);
		wqe.dst = cpu_to_le64(bad->dst);
		post(wqe);
	}
	copy(SRC, DST, 100);
	lab_run();
	assert_int_equal(queue()->sq_cq.count, n + 1);
	for (uint32_t i = 0; i < n; i++) {
		print_message("# %s\n", bad_commands[i].what);
		check_cqe(i, i, bad_commands[i].syndrome, true);
	}
	check_cqe(n, n, 100, false);
	assert_false(queue()->qp.failed);
}

static void windows_bound_commands(void **state)
{
	(void)state;
	queue()->qp.asid = LAB_ASID;
	lab_window(0, LAB_ASID, SRC, 4096, GNIC_ACCESS_LOCAL_READ);
	lab_window(0, LAB_ASID, DST, 4096, GNIC_ACCESS_LOCAL_WRITE);
	copy(SRC, DST, 4096);
	copy(SRC, DST, 4097);
	copy(DST, DST + 64, 16);
	copy(SRC, SRC + 64, 16);
	fill(7, DST, 4096);
	fill(7, SRC, 4);
	lab_run();
	check_cqe(0, 0, 4096, false);
	check_cqe(1, 1, GNIC_SYND_LOCAL_ACCESS, true);
	check_cqe(2, 2, GNIC_SYND_LOCAL_ACCESS, true);
	check_cqe(3, 3, GNIC_SYND_LOCAL_ACCESS, true);
	check_cqe(4, 4, 4096, false);
	check_cqe(5, 5, GNIC_SYND_LOCAL_ACCESS, true);
}

static void no_completion_unless_asked(void **state)
{
	struct gnic_hw_compute_wqe wqe;

	(void)state;
	wqe = command(GNIC_WQE_NOP, 0);
	wqe.ctrl &= ~cpu_to_le32(GNIC_COMPUTE_WQE_CQE);
	post(wqe);
	post(command(GNIC_WQE_NOP, 0));
	lab_run();
	assert_int_equal(queue()->sq_cq.count, 1);
	check_cqe(0, 1, 0, false);
}

static void cq_overrun_fails_the_queue(void **state)
{
	(void)state;
	queue()->sq_cq.room = 1;
	for (uint32_t i = 0; i < 3; i++)
		copy(SRC, DST, 16);
	lab_run();
	assert_true(queue()->qp.failed);
	assert_int_equal(queue()->qp.stats.syndrome, GNIC_SYND_CQ_OVERRUN);
}

/* ---- POST ---- */

static void a_post_completes_when_acknowledged(void **state)
{
	(void)state;
	lab_connect(0, &lab_conn_default);
	lab_fill_random(lab_mem(0, LAB_SOURCE), 70000);
	lab.cut = true;
	post(write_command(0, 70000));
	copy(SRC, DST, 64);
	lab_run();
	/* the copy need not wait */
	assert_int_equal(queue()->sq_cq.count, 1);
	check_cqe(0, 1, 64, false);
	lab.cut = false;
	lab_run_ms(10);
	check_cqe(1, 0, 70000, false);
	assert_memory_equal(lab_mem(0, LAB_SOURCE), lab_mem(1, LAB_SINK), 70000);
	/* the record tells the driver of the target where its queue is now */
	assert_int_equal(le32_to_cpu(lab_db(lab_qp(0, 0))->index), 1);
	assert_int_equal(le32_to_cpu(lab_db(lab_qp(0, 0))->done), 1);
}

static void a_fence_waits(void **state)
{
	(void)state;
	lab_connect(0, &lab_conn_default);
	lab_connect(1, &lab_conn_default);
	lab.cut = true;
	post(write_command(0, 100));
	post(write_command(1, 200));
	post(command(GNIC_WQE_FENCE, 0));
	copy(SRC, DST, 64);
	lab_run();
	assert_int_equal(queue()->sq_cq.count, 0);
	lab.cut = false;
	lab_run_ms(10);
	assert_int_equal(queue()->sq_cq.count, 4);
	check_cqe(2, 2, 0, false);
	check_cqe(3, 3, 64, false);
}

/* More than the target's ring holds, and more than may be under way. */
static void posts_beyond_all_limits(void **state)
{
	uint32_t posted = 0;

	(void)state;
	lab_connect(0, &lab_conn_default);
	lab_connect(1, &lab_conn_default);
	lab.cut = true;
	while (posted < 300) {
		while (lab_has_room(queue()) && posted < 300)
			post(write_command(posted++ % 5 == 4, 500));
		lab_run_ms(1);
		lab.cut = false;
	}
	lab_run_ms(100);
	assert_int_equal(queue()->sq_cq.count, 300);
	for (uint32_t i = 0; i < 300; i++)
		assert_int_equal(le32_to_cpu(queue()->sq_cq.cqe[i].ctrl) & GNIC_CQE_ERROR, 0);
	assert_int_equal(lab_qp(0, 0)->qp.sq.done, 240);
	assert_int_equal(lab_qp(0, 1)->qp.sq.done, 60);
}

/* Others have filled the target's ring: the post waits for the oldest of theirs. */
static void a_post_waits_for_room(void **state)
{
	struct lab_qp *to = lab_qp(0, 0);

	(void)state;
	lab_connect(0, &lab_conn_default);
	lab.cut = true;
	for (uint32_t i = 0; i < LAB_RING; i++) {
		struct gnic_hw_rc_wqe wqe = lab_wqe(to, 100);

		lab_post(to, &wqe);
	}
	lab_run();
	post(write_command(0, 300));
	lab_run();
	assert_int_equal(queue()->qp.sq.done, 0);
	assert_false(queue()->qp.awake);
	/* woken for nothing it waits again, once */
	copy(SRC, DST, 64);
	lab_run();
	assert_int_equal(queue()->qp.sq.done, 0);
	lab.cut = false;
	lab_run_ms(10);
	assert_int_equal(queue()->sq_cq.count, 2);
	check_cqe(0, 1, 64, false);
	check_cqe(1, 0, 300, false);
	assert_int_equal(to->qp.sq.done, LAB_RING + 1);
}

static void a_waiting_queue_vanishes(void **state)
{
	struct lab_qp *to = lab_qp(0, 0);

	(void)state;
	lab_connect(0, &lab_conn_default);
	lab.cut = true;
	for (uint32_t i = 0; i < LAB_RING; i++) {
		struct gnic_hw_rc_wqe wqe = lab_wqe(to, 100);

		lab_post(to, &wqe);
	}
	lab_run();
	post(write_command(0, 300));
	lab_run();
	assert_non_null(to->qp.rc->posts);
	compute_destroy(&queue()->qp);
	queue()->qp.failed = true;
	assert_null(to->qp.rc->posts);
	lab.cut = false;
	lab_run_ms(10);
	assert_int_equal(to->qp.sq.done, LAB_RING);
}

static void bad_targets(void **state)
{
	static const struct {
		uint32_t target;
		uint8_t syndrome;
	} bad[] = {
		{ LAB_QPS, GNIC_SYND_QPC_DB_QP },
		{ 0xffffff, GNIC_SYND_QPC_DB_QP },
		{ 1u << 24, GNIC_SYND_QPC_DB_QP },	/* another port */
		{ LAB_COMPUTE, GNIC_SYND_QPC_DB_QP },
		{ 1, GNIC_SYND_FLUSHED },		/* not connected */
	};

	(void)state;
	for (uint32_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		post(write_command(bad[i].target, 100));
		lab_run();
		check_cqe(i, i, bad[i].syndrome, true);
	}
}

static void a_target_of_another_asid(void **state)
{
	(void)state;
	lab_connect(0, &lab_conn_default);
	queue()->qp.asid = LAB_ASID;
	post(write_command(0, 100));
	lab_run();
	check_cqe(0, 0, GNIC_SYND_ASID, true);
	assert_int_equal(lab_qp(0, 0)->qp.sq.index, 0);
}

/* The QP's syndrome is the post's: of the WQE to blame and of those behind it. */
/* Of two posts to a QP the second is refused: it is told after the first. */
static void a_refusal_overtakes_none(void **state)
{
	struct qp *to = &lab_qp(0, 0)->qp;

	(void)state;
	lab_connect(0, &lab_conn_default);
	lab.cut = true;
	post(write_command(0, 70000));
	lab_run();
	to->stopped = true;
	post(write_command(0, 64));
	lab_run();
	assert_int_equal(queue()->sq_cq.count, 0);
	lab.cut = false;
	lab_run_ms(10);
	check_cqe(0, 0, 70000, false);
	check_cqe(1, 1, GNIC_SYND_FLUSHED, true);
}

static void a_failing_target(void **state)
{
	struct gnic_hw_compute_wqe wqe;

	(void)state;
	lab_connect(0, &lab_conn_default);
	post(write_command(0, 100));
	wqe = write_command(0, 100);
	wqe.rc.remote_addr = 0;
	post(wqe);
	post(write_command(0, 100));
	post(command(GNIC_WQE_FENCE, 0));
	lab_run();
	post(write_command(0, 100));
	lab_run();
	check_cqe(0, 0, 100, false);
	check_cqe(1, 1, GNIC_SYND_REMOTE_ACCESS, true);
	check_cqe(2, 2, GNIC_SYND_REMOTE_ACCESS, true);
	check_cqe(3, 3, 0, false);
	check_cqe(4, 4, GNIC_SYND_FLUSHED, true);
}

static void a_vanishing_target(void **state)
{
	struct lab_qp *to = lab_qp(0, 0);

	(void)state;
	lab_connect(0, &lab_conn_default);
	lab.cut = true;
	post(write_command(0, 100));
	lab_run();
	rc_destroy(&to->qp);
	check_cqe(0, 0, GNIC_SYND_FLUSHED, true);
	post(write_command(0, 100));
	lab_run();
	check_cqe(1, 1, GNIC_SYND_QPC_DB_QP, true);
}

/* Nobody waits any more; what was posted arrives. */
static void a_vanishing_queue(void **state)
{
	(void)state;
	lab_connect(0, &lab_conn_default);
	lab.cut = true;
	for (uint32_t i = 0; i < 10; i++)
		post(write_command(0, 100));
	lab_run();
	compute_destroy(&queue()->qp);
	queue()->qp.failed = true;
	lab.cut = false;
	lab_run_ms(10);
	assert_int_equal(lab_qp(0, 0)->qp.sq.done, 10);
	assert_int_equal(queue()->sq_cq.count, 0);
}

#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(copies_of_each_size),
		LAB_TEST(overlapping_copies),
		LAB_TEST(fills_keep_their_phase),
		LAB_TEST(a_round_is_bounded),
		LAB_TEST(failures_are_told),
		LAB_TEST(windows_bound_commands),
		LAB_TEST(no_completion_unless_asked),
		LAB_TEST(cq_overrun_fails_the_queue),
		LAB_TEST(a_post_completes_when_acknowledged),
		LAB_TEST(a_fence_waits),
		LAB_TEST(posts_beyond_all_limits),
		LAB_TEST(a_post_waits_for_room),
		LAB_TEST(a_waiting_queue_vanishes),
		LAB_TEST(bad_targets),
		LAB_TEST(a_target_of_another_asid),
		LAB_TEST(a_refusal_overtakes_none),
		LAB_TEST(a_failing_target),
		LAB_TEST(a_vanishing_target),
		LAB_TEST(a_vanishing_queue),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
