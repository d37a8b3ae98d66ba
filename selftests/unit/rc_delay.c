// SPDX-License-Identifier: GPL-2.0-only
/* Congestion control by delay. */
#include "wire_lab.h"

#define TARGET_US		60

static struct lab_conn delay_conn(void)
{
	struct lab_conn conn = lab_conn_default;

	conn.window = 200;
	conn.target = TARGET_US;
	conn.granularity = 12;
	return conn;
}

/* ---- tests ---- */

/* One who was there and one who comes later have the same, and the wire is full. */
static void two_share(void **state)
{
	struct lab_conn conn = delay_conn();
	uint64_t sent[2];

	(void)state;
	begin(&conn, 2);
	traffic(1, 10);
	traffic(2, 20);
	for (uint32_t qpn = 0; qpn < 2; qpn++)
		sent[qpn] = lab_qp(1, qpn)->qp.stats.rx_packets;
	wire.queued_most = 0;
	traffic(2, 30);
	for (uint32_t qpn = 0; qpn < 2; qpn++) {
		sent[qpn] = lab_qp(1, qpn)->qp.stats.rx_packets - sent[qpn];
		assert_int_equal(lab_qp(0, qpn)->qp.stats.retransmits, 0);
		assert_in_range(get(qpn, GNIC_REQ_RTT), TARGET_US / 2, TARGET_US * 2);
		assert_true(get(qpn, GNIC_REQ_CONG_MARKED_ACK) > 0);
		assert_true(get(qpn, GNIC_REQ_CONG_NON_MARKED_ACK) > 0);
	}
	print_message("# %llu and %llu packets, at most %u queued\n",
		      (unsigned long long)sent[0], (unsigned long long)sent[1], wire.queued_most);
	assert_true(sent[0] + sent[1] > 30000 * 9 / 10);
	assert_true(sent[0] * 4 > sent[1] * 3 && sent[1] * 4 > sent[0] * 3);
	assert_true(wire.queued_most < 2 * TARGET_US);
	end();
}

/* What a fixed window does there: the queue is as long as both windows. */
static void fixed_windows_queue(void **state)
{
	struct lab_conn conn = delay_conn();

	(void)state;
	conn.target = 0;
	begin(&conn, 2);
	traffic(2, 10);
	assert_true(wire.queued_most > 300);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 200);
	end();
}

static void within_bounds(void **state)
{
	struct lab_conn conn = delay_conn();

	(void)state;
	conn.window = 20;
	begin(&conn, 1);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 8);
	traffic(1, 5);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 20);
	assert_true(wire.queued_most <= 21);
	/* never in time: still one packet goes */
	assert_int_equal(lab_set(&lab_qp(0, 0)->qp, true, GNIC_REQ_TARGET_DELAY, 1),
			 GNIC_STATUS_OK);
	traffic(1, 5);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 1);
	wire.queued_most = 0;
	traffic(1, 5);
	assert_in_range(wire.queued_most, 1, 2);
	assert_int_equal(lab_qp(0, 0)->qp.stats.timeouts, 0);
	/* a window that the driver makes smaller counts at once */
	assert_int_equal(lab_set(&lab_qp(0, 0)->qp, true, GNIC_REQ_TARGET_DELAY, 1000),
			 GNIC_STATUS_OK);
	traffic(1, 5);
	assert_int_equal(lab_set(&lab_qp(0, 0)->qp, true, GNIC_REQ_CONGESTION_WIN, 3),
			 GNIC_STATUS_OK);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 3);
	traffic(1, 2);
	assert_int_equal(lab_qp(0, 0)->qp.stats.timeouts, 0);
	end();
}

/* A short queue loses: the window is halved for it, once. */
static void loss_halves(void **state)
{
	struct lab_conn conn = delay_conn();

	(void)state;
	conn.selective = 3;
	conn.target = 10000;
	conn.naks = RC_RETRY_FOR_EVER;
	conn.window = 100;
	begin(&conn, 1);
	traffic(1, 10);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 100);
	assert_int_equal(lab_qp(0, 0)->qp.stats.retransmits, 0);
	wire.room = 40;
	while (!wire.lost)
		traffic(1, 1);
	traffic(1, 3);
	assert_in_range(get(0, GNIC_REQ_CURRENT_WIN), 20, 80);
	assert_false(lab_qp(0, 0)->qp.failed);
	end();
}

static void repeats(void **state)
{
	(void)state;
	assert_true(runs_repeat(delay_conn(), 0) > 10);
}

static void needs_a_target(void **state)
{
	struct lab_conn conn = delay_conn();

	(void)state;
	begin(&conn, 1);
	assert_int_equal(lab_set(&lab_qp(0, 0)->qp, true, GNIC_REQ_TARGET_DELAY, 0),
			 GNIC_STATUS_BAD_PARAM);
	assert_int_equal(get(0, GNIC_REQ_TARGET_DELAY), TARGET_US);
	assert_int_equal(lab_set(&lab_qp(0, 0)->qp, true, GNIC_REQ_CURRENT_WIN, 3),
			 GNIC_STATUS_BAD_PARAM);
	assert_int_equal(lab_set(&lab_qp(0, 0)->qp, true, GNIC_REQ_RTT, 3),
			 GNIC_STATUS_BAD_PARAM);
}

#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(two_share),
		LAB_TEST(fixed_windows_queue),
		LAB_TEST(within_bounds),
		LAB_TEST(loss_halves),
		cmocka_unit_test(repeats),
		LAB_TEST(needs_a_target),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
