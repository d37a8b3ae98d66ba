// SPDX-License-Identifier: GPL-2.0-only
/* Time-outs in a row that become longer, in stepped time. */
#include "rc_lab.h"

#define GRANULARITY		8u
#define TIMEOUT_US		(4u << GRANULARITY)

static struct lab_conn adaptive_conn(uint8_t adaptive)
{
	struct lab_conn conn = lab_conn_default;

	conn.granularity = GRANULARITY;
	conn.timeouts = RC_RETRY_FOR_EVER;
	conn.adaptive = adaptive;
	return conn;
}

static struct lab_qp *from(void)
{
	return lab_qp(0, 0);
}

static void post(uint32_t size)
{
	struct gnic_hw_rc_wqe wqe = lab_wqe(from(), size);

	lab_post(from(), &wqe);
	lab_run();
}

/* The next time-out: how long it took, to half of the shortest one. */
static uint32_t next_timeout_us(void)
{
	uint64_t before = from()->qp.stats.timeouts;
	uint32_t us = 0;

	for (; from()->qp.stats.timeouts == before; us += TIMEOUT_US / 2) {
		assert_true(us < TIMEOUT_US * 200);
		loop_step(lab.loop, TIMEOUT_US / 2 * 1000ull);
	}
	assert_int_equal(from()->qp.stats.timeouts, before + 1);
	return us;
}

static uint32_t backoff(void)
{
	return lab_get(&from()->qp, true, GNIC_REQ_TM_BACKOFF);
}

/* ---- tests ---- */

static void each_is_twice_as_long(void **state)
{
	struct lab_conn conn;

	(void)state;
	for (uint8_t adaptive = 0; adaptive <= GNIC_TM_ADAPTIVE_MAX; adaptive += 3) {
		conn = adaptive_conn(adaptive);
		lab_connect(0, &conn);
		lab.cut = true;
		post(100);
		for (uint32_t i = 0; i < GNIC_TM_ADAPTIVE_MAX + 3; i++) {
			uint32_t doublings = i < adaptive ? i : adaptive;

			assert_int_equal(backoff(), doublings);
			assert_int_equal(next_timeout_us(), TIMEOUT_US << doublings);
		}
		lab_teardown(NULL);
		lab_setup(NULL);
	}
}

/* Of the requests, of side 0 all. */
static bool only_the_first(struct rc_packet *pkt)
{
	return pkt->opcode == ROCE_ACK || pkt->psn == lab_conn_default.psn[0];
}

/* Anything new that is acknowledged, not only the last of it. The next one is short again. */
static void progress_ends_it(void **state)
{
	struct lab_conn conn = adaptive_conn(6);

	(void)state;
	lab_connect(0, &conn);
	lab.cut = true;
	post(100);
	post(100);
	for (uint32_t i = 0; i < 4; i++)
		next_timeout_us();
	assert_int_equal(backoff(), 4);
	lab.cut = false;
	lab.tamper = only_the_first;
	while (!from()->sq_cq.count)
		loop_step(lab.loop, TIMEOUT_US / 2 * 1000ull);
	assert_int_equal(backoff(), 0);
	assert_int_equal(next_timeout_us(), TIMEOUT_US);
	assert_int_equal(next_timeout_us(), 2 * TIMEOUT_US);
	/* an answer that says nothing new is none */
	assert_true(txs_acked(from()->qp.rc, from()->qp.rc->req.ona));
	assert_int_equal(backoff(), 2);
	lab.tamper = NULL;
	lab_run_ms(TIMEOUT_US * 4 / 1000 + 1);
	assert_int_equal(from()->sq_cq.count, 2);
	assert_int_equal(backoff(), 0);
}

static void retries_are_counted_as_ever(void **state)
{
	struct lab_conn conn = adaptive_conn(6);

	(void)state;
	conn.timeouts = 3;
	lab_connect(0, &conn);
	lab.cut = true;
	post(100);
	for (uint32_t i = 0; i < 3; i++)
		next_timeout_us();
	assert_false(from()->qp.failed);
	assert_int_equal(next_timeout_us(), TIMEOUT_US << 3);
	assert_true(from()->qp.failed);
	assert_int_equal(from()->qp.stats.syndrome, GNIC_SYND_QPC_RETRY);
}

static void never_longer_than_the_longest(void **state)
{
	struct lab_conn conn = adaptive_conn(6);
	const uint64_t longest_ms = tmr_rto(GNIC_TM_GRANULARITY_MAX) / 1000000;

	(void)state;
	conn.granularity = GNIC_TM_GRANULARITY_MAX - 1;
	lab_connect(0, &conn);
	lab.cut = true;
	post(100);
	lab_run_ms((uint32_t)longest_ms / 2 + 1);
	for (uint32_t i = 1; i < 4; i++) {
		assert_int_equal(from()->qp.stats.timeouts, i);
		lab_run_ms((uint32_t)longest_ms + 1);
	}
}

/* It probes before, and the time between two probes grows with the time-out. */
static void probes_as_often(void **state)
{
	struct lab_conn conn = adaptive_conn(2);
	uint64_t sent[3] = { 0 };

	(void)state;
	for (conn.selective = 0; conn.selective <= 3; conn.selective += 3) {
		lab_connect(0, &conn);
		lab.cut = true;
		post(100);
		for (uint32_t i = 0; i < 3; i++) {
			sent[i] = from()->qp.stats.retransmits;
			assert_int_equal(next_timeout_us(), TIMEOUT_US << i);
			sent[i] = from()->qp.stats.retransmits - sent[i];
		}
		assert_true(sent[0] > 3);
		assert_int_equal(sent[1], sent[0]);
		assert_int_equal(sent[2], sent[0]);
		lab_teardown(NULL);
		lab_setup(NULL);
	}
}

static void changes_at_once(void **state)
{
	struct lab_conn conn = adaptive_conn(6);

	(void)state;
	lab_connect(0, &conn);
	lab.cut = true;
	post(100);
	for (uint32_t i = 0; i < 5; i++)
		next_timeout_us();
	assert_int_equal(lab_set(&from()->qp, true, GNIC_REQ_TM_ADAPTIVE, 1), GNIC_STATUS_OK);
	assert_int_equal(backoff(), 1);
	assert_int_equal(next_timeout_us(), 2 * TIMEOUT_US);
	assert_int_equal(lab_set(&from()->qp, true, GNIC_REQ_TM_ADAPTIVE, 7),
			 GNIC_STATUS_BAD_PARAM);
	assert_int_equal(lab_set(&from()->qp, true, GNIC_REQ_TM_BACKOFF, 0),
			 GNIC_STATUS_BAD_PARAM);
	assert_int_equal(lab_get(&from()->qp, true, GNIC_REQ_TM_ADAPTIVE), 1);
}

#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(each_is_twice_as_long),
		LAB_TEST(progress_ends_it),
		LAB_TEST(retries_are_counted_as_ever),
		LAB_TEST(never_longer_than_the_longest),
		LAB_TEST(probes_as_often),
		LAB_TEST(changes_at_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
