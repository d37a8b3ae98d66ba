// SPDX-License-Identifier: GPL-2.0-only
/* Congestion control by marks, and the notifications that it lives on. */
#include "wire_lab.h"

#define MARK_AT		30	/* packets before the bottleneck */

static struct lab_conn ecn_conn(void)
{
	struct lab_conn conn = lab_conn_default;

	conn.window = 200;
	conn.ecn = true;
	conn.granularity = 12;
	return conn;
}

static void begin_marked(const struct lab_conn *conn, uint32_t qps)
{
	begin(conn, qps);
	wire.mark = MARK_AT;
}

/* ---- the requester ---- */

/* One who was there and one who comes later have the same, and the wire is full. */
static void two_share(void **state)
{
	struct lab_conn conn = ecn_conn();
	uint64_t sent[2];

	(void)state;
	begin_marked(&conn, 2);
	traffic(1, 20);
	traffic(2, 60);
	for (uint32_t qpn = 0; qpn < 2; qpn++)
		sent[qpn] = lab_qp(1, qpn)->qp.stats.rx_packets;
	wire.queued_most = 0;
	traffic(2, 100);
	for (uint32_t qpn = 0; qpn < 2; qpn++) {
		sent[qpn] = lab_qp(1, qpn)->qp.stats.rx_packets - sent[qpn];
		assert_int_equal(lab_qp(0, qpn)->qp.stats.retransmits, 0);
		assert_true(get(qpn, GNIC_REQ_CONG_MARKED_ACK) > 0);
		assert_true(get(qpn, GNIC_REQ_CONG_NON_MARKED_ACK) > 0);
		assert_in_range(get(qpn, GNIC_REQ_CURRENT_WIN), 1, 199);
	}
	print_message("# %llu and %llu packets, at most %u queued\n",
		      (unsigned long long)sent[0], (unsigned long long)sent[1], wire.queued_most);
	assert_true(sent[0] + sent[1] > 100000 * 9 / 10);
	assert_true(sent[0] * 3 > sent[1] * 2 && sent[1] * 3 > sent[0] * 2);
	assert_true(wire.queued_most < 4 * MARK_AT);
	end();
}

/* Nobody marks: as many as CONGESTION_WIN allows. */
static void no_marks(void **state)
{
	struct lab_conn conn = ecn_conn();

	(void)state;
	begin(&conn, 1);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 200);
	traffic(1, 5);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 200);
	assert_int_equal(get(0, GNIC_REQ_CONG_MARKED_ACK), 0);
	assert_true(wire.queued_most > 150);
	end();
}

/* The first notification halves the window; in silence it comes back to all of it. */
static void cuts_and_comes_back(void **state)
{
	struct lab_conn conn = ecn_conn();
	struct rc *rc;

	(void)state;
	begin(&conn, 1);
	rc = lab_qp(0, 0)->qp.rc;
	ecn_notified(rc);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 100);
	ecn_notified(rc);
	assert_in_range(get(0, GNIC_REQ_CURRENT_WIN), 50, 52);
	for (uint32_t i = 0; i < 20; i++)
		ecn_notified(rc);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 1);
	traffic(1, 40);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 200);
	/* who is in another mode does not care */
	assert_int_equal(lab_set(&lab_qp(0, 0)->qp, true, GNIC_REQ_CONGESTION_MODE,
				 GNIC_CONGESTION_WINDOW), GNIC_STATUS_OK);
	ecn_notified(rc);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 200);
	end();
}

/* Alpha has fallen in silence: the cut is by the one before the notification. */
static void rare_marks_cut_less(void **state)
{
	struct lab_conn conn = ecn_conn();

	(void)state;
	begin(&conn, 1);
	traffic(1, 5);
	ecn_notified(lab_qp(0, 0)->qp.rc);
	assert_true(get(0, GNIC_REQ_CURRENT_WIN) > 195);
	end();
}

/* Who comes to it with a window of packets in flight begins as a new one does. */
static void switched_on(void **state)
{
	struct lab_conn conn = ecn_conn();

	(void)state;
	conn.ecn = false;
	begin(&conn, 1);
	traffic(1, 5);
	assert_int_equal(lab_set(&lab_qp(0, 0)->qp, true, GNIC_REQ_CONGESTION_MODE,
				 GNIC_CONGESTION_ECN), GNIC_STATUS_OK);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 200);
	ecn_notified(lab_qp(0, 0)->qp.rc);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 100);
	assert_int_equal(get(0, GNIC_REQ_CONG_NON_MARKED_ACK), 0);
	end();
}

/* A smaller window of the driver's counts at once; a long silence is over soon. */
static void within_bounds(void **state)
{
	struct lab_conn conn = ecn_conn();

	(void)state;
	begin(&conn, 1);
	assert_int_equal(lab_set(&lab_qp(0, 0)->qp, true, GNIC_REQ_CONGESTION_WIN, 3),
			 GNIC_STATUS_OK);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 3);
	ecn_notified(lab_qp(0, 0)->qp.rc);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 1);
	lab_run_ms(3600 * 1000);
	traffic(1, 1);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 3);
	end();
}

/* ---- the responder ---- */

static uint32_t cnps;

/* Each request is marked; how often the sender is told is counted. */
static bool count_cnps(struct rc_packet *pkt)
{
	cnps += pkt->opcode == ROCE_CNP;
	return true;
}

static void not_too_often(void **state)
{
	struct lab_conn conn = lab_conn_default;

	(void)state;
	cnps = 0;
	conn.window = 50;	/* the answer does not depend on the mode */
	conn.granularity = 12;
	begin(&conn, 1);
	wire.mark = 0;
	lab.tamper = count_cnps;
	traffic(1, 2);
	assert_int_equal(cnps, 0);
	wire.mark = 1;
	traffic(1, 10);
	assert_in_range(cnps, 150, 201);
	assert_true(wire.marked > 9000);
	assert_int_equal(lab_qp(0, 0)->qp.stats.retransmits, 0);
	end();
}

/* The bytes of one: as another maker's, but for addresses and what is reserved. */
static void looks_like_others(void **state)
{
	struct roce_path path = { .ip_version = 4, .hop_limit = 64, .udp_sport = 0 };
	struct rc_packet pkt = { .path = &path, .opcode = ROCE_CNP, .dst_qp = 0x118 }, back;
	struct roce_layout layout;
	struct roce_path from;
	uint8_t bytes[128];
	uint32_t len;

	(void)state;
	len = roce_flatten(&pkt, NULL, 0, bytes, sizeof(bytes));
	assert_int_equal(len, 74);
	assert_int_equal(bytes[42], 0x81);
	assert_memory_equal(bytes + 46, "\x40\x00\x01\x18", 4);
	assert_int_equal(roce_parse(bytes, len, len, NULL, &from, &back, &layout), 0);
	assert_int_equal(back.opcode, ROCE_CNP);
	assert_int_equal(back.dst_qp, 0x118);
	assert_int_equal(back.payload, 0);
}

static void repeats(void **state)
{
	(void)state;
	runs_repeat(ecn_conn(), MARK_AT);
}

#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(two_share),
		LAB_TEST(no_marks),
		LAB_TEST(cuts_and_comes_back),
		LAB_TEST(rare_marks_cut_less),
		LAB_TEST(switched_on),
		LAB_TEST(within_bounds),
		LAB_TEST(not_too_often),
		cmocka_unit_test(looks_like_others),
		cmocka_unit_test(repeats),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
