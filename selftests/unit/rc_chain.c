// SPDX-License-Identifier: GPL-2.0-only
/*
 * RC QPs that fail because another one has: each completes something when it gets the ACK
 * that the one before still owed, and has a CQ without room. However long the row is, one
 * failure is told behind the other, and not within it.
 */
#define LAB_QPS	20
#include "rc_lab.h"

#define MEMBERS	(LAB_QPS - 1)
#define PSN	0x1000u

static uint32_t depth, deepest;

/* All but the compute queue. */
static uint32_t number(uint32_t member)
{
	return member < LAB_COMPUTE ? member : member + 1;
}

static struct lab_qp *member(uint32_t i)
{
	return lab_qp(0, number(i));
}

static void carry(struct vport *to, struct frame *frame)
{
	if (++depth > deepest)
		deepest = depth;
	rc_receive(to, frame);
	depth--;
}

/* It writes to the next one, and answers the one before. */
static void join(uint32_t i)
{
	struct gnic_hw_qpc_write req = { .requester = 1 }, res = { .requester = 0 };
	const struct gnic_hw_qp_path path = {
		.ip_version = 4, .hop_limit = 64, .src_mac = { 2 }, .dst_mac = { 2 },
		.udp_sport = cpu_to_le16(0xc000), .flags = cpu_to_le32(GNIC_QP_PATH_LOOPBACK),
	};
	struct qp *qp = &member(i)->qp;

	assert_int_equal(rc_cmd_path(qp, &path), GNIC_STATUS_OK);
	gnic_qpc_put(&res, GNIC_RES_DST_QP, i ? number(i - 1) : 0);
	gnic_qpc_put(&res, GNIC_RES_LKEY, LAB_LKEY);
	gnic_qpc_put(&res, GNIC_RES_EXPECTED_PSN, PSN);
	gnic_qpc_put(&res, GNIC_RES_VALID, 1);
	assert_int_equal(rc_cmd_qpc_write(qp, &res), GNIC_STATUS_OK);
	gnic_qpc_put(&req, GNIC_REQ_DST_QP, number(i + 1));
	gnic_qpc_put(&req, GNIC_REQ_RKEY, LAB_LKEY);
	gnic_qpc_put(&req, GNIC_REQ_NTS_PSN, PSN);
	gnic_qpc_put(&req, GNIC_REQ_MTU, 2);
	gnic_qpc_put(&req, GNIC_REQ_WQ_TYPE, GNIC_WQ_TYPE_WRITE);
	gnic_qpc_put(&req, GNIC_REQ_VALID, 1);
	assert_int_equal(rc_cmd_qpc_write(qp, &req), GNIC_STATUS_OK);
}

static void row_of_failures(void **state)
{
	(void)state;
	depth = 0;
	deepest = 0;
	lab.carry = carry;
	for (uint32_t i = 0; i < MEMBERS; i++)
		join(i);
	/* the last one answers first: its ACK begins the row */
	for (uint32_t i = 0; i + 1 < MEMBERS; i++) {
		struct gnic_hw_rc_wqe wqe = lab_wqe(member(i), 64);

		member(i)->sq_cq.room = 0;
		lab_post(member(i), &wqe);
	}
	lab_run();
	for (uint32_t i = 0; i + 1 < MEMBERS; i++) {
		assert_true(member(i)->qp.failed);
		assert_int_equal(member(i)->qp.stats.syndrome, GNIC_SYND_CQ_OVERRUN);
		assert_int_equal(member(i)->qp.sq.done, 1);
	}
	assert_false(member(MEMBERS - 1)->qp.failed);
	assert_true(deepest <= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(row_of_failures, lab_setup, lab_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("rc_chain", tests, NULL, NULL);
}
