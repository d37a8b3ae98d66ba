// SPDX-License-Identifier: GPL-2.0-only
/* QPs of one port talk to each other, and to themselves. */
#include "rc_lab.h"

#define SIZE		70000u

/* QP @qpn of card 0 talks to QP @peer of the same port. */
static void connect_to(uint32_t qpn, uint32_t peer)
{
	const struct gnic_hw_qp_path path = {
		.ip_version = 4, .hop_limit = 1, .src_ip = { 127, 0, 0, 1 },
		.dst_ip = { 127, 0, 0, 1 }, .udp_sport = cpu_to_le16(0xc000),
		.flags = cpu_to_le32(GNIC_QP_PATH_LOOPBACK),
	};
	struct lab_conn conn = lab_conn_default;
	struct qp *qp = &lab_qp(0, qpn)->qp;

	conn.psn[0] = 7;
	conn.psn[1] = 7;
	conn.timeouts = RC_RETRY_FOR_EVER;
	conn.naks = RC_RETRY_FOR_EVER;
	assert_int_equal(rc_cmd_path(qp, &path), GNIC_STATUS_OK);
	assert_int_equal(lab_responder(0, qpn, &conn), GNIC_STATUS_OK);
	assert_int_equal(lab_set(qp, false, GNIC_RES_DST_QP, peer), GNIC_STATUS_OK);
	assert_int_equal(lab_set(qp, false, GNIC_RES_LKEY, LAB_LKEY), GNIC_STATUS_OK);
	assert_int_equal(lab_requester(0, qpn, &conn), GNIC_STATUS_OK);
	/* the lab knows other peers */
	assert_int_equal(lab_set(qp, true, GNIC_REQ_VALID, 0), GNIC_STATUS_OK);
	assert_int_equal(lab_set(qp, true, GNIC_REQ_DST_QP, peer), GNIC_STATUS_OK);
	assert_int_equal(lab_set(qp, true, GNIC_REQ_RKEY, LAB_LKEY), GNIC_STATUS_OK);
	assert_int_equal(lab_set(qp, true, GNIC_REQ_VALID, 1), GNIC_STATUS_OK);
}

/* QP @qpn writes to its peer, somewhere of its own. */
static void writes(uint32_t qpn, uint32_t run_ms)
{
	struct lab_qp *from = lab_qp(0, qpn);
	struct gnic_hw_rc_wqe wqe = lab_wqe(from, SIZE);
	uint32_t sink = LAB_SINK + qpn * 0x40000, done = from->sq_cq.count;

	wqe.remote_addr = cpu_to_le64(lab_addr(sink));
	lab_fill_random(lab_mem(0, LAB_SOURCE), SIZE);
	lab_post(from, &wqe);
	lab_run_ms(run_ms);
	assert_int_equal(from->sq_cq.count, done + 1);
	assert_memory_equal(lab_mem(0, LAB_SOURCE), lab_mem(0, sink), SIZE);
	assert_int_equal(lab_qp(1, 0)->qp.stats.rx_packets, 0);
}

static void with_itself(void **state)
{
	(void)state;
	connect_to(0, 0);
	for (uint32_t i = 0; i < 3; i++)
		writes(0, 0);
	assert_true(lab.trains > 0);
	assert_int_equal(lab_qp(0, 0)->qp.stats.tx_packets, lab_qp(0, 0)->qp.stats.rx_packets);
}

static void with_each_other(void **state)
{
	struct lab_qp *to = lab_qp(0, 1);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	lab_receive_queue(to);
	connect_to(0, 1);
	connect_to(1, 0);
	writes(0, 0);
	writes(1, 0);
	lab_recv(to, LAB_SINK, 5000);
	wqe = lab_wqe(lab_qp(0, 0), 5000);
	wqe.ctrl ^= cpu_to_le32(GNIC_WQE_LINEAR ^ GNIC_WQE_SEND);
	wqe.remote_addr = 0;
	lab_post(lab_qp(0, 0), &wqe);
	lab_run();
	assert_int_equal(to->rq_cq.count, 1);
	assert_memory_equal(lab_mem(0, LAB_SOURCE), lab_mem(0, LAB_SINK), 5000);
}

/* Rules of the switch may do anything to them: as bytes, lost and repeated. */
static void as_bytes(void **state)
{
	(void)state;
	connect_to(0, 1);
	connect_to(1, 0);
	lab.bytes = true;
	lab.dice = (struct lab_dice){ .drop = 50, .duplicate = 50, .swap = 50, .spoil = 20 };
	for (uint32_t i = 0; i < 5; i++)
		writes(i & 1, 1000);
	assert_true(lab_qp(0, 0)->qp.stats.retransmits > 0);
	assert_int_equal(lab.trains, 0);
}

/* A port that was asked for silence is silent on its wire. */
static void pause_does_not_hold(void **state)
{
	(void)state;
	connect_to(0, 0);
	lab.side[0].card.ports[0].pause.until = ~0ull;
	writes(0, 0);
	lab.side[0].card.ports[0].pause.until = 0;
}

#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(with_itself),
		LAB_TEST(with_each_other),
		LAB_TEST(as_bytes),
		LAB_TEST(pause_does_not_hold),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
