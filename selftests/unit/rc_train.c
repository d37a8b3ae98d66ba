// SPDX-License-Identifier: GPL-2.0-only
/*
 * A train leaves behind what its packets would: the same work is done twice, by packets
 * on their own and by trains, and everything is compared.
 */
#include "rc_lab.h"

#define LARGEST	700000u

struct left {
	struct gnic_hw_qp_stats qp[2];
	struct gnic_hw_vport_stats vport[2];
	uint32_t packets, cqes, nts, ona, expected, msn;
	bool failed[2];
	uint8_t sink[1 << 20];
	uint32_t trains;
};

struct work {
	struct lab_conn conn;
	uint32_t size, source, sink;
	uint32_t reduction;
	uint16_t asid;		/* 0: the kernel's, no windows */
	uint32_t readable, writable;	/* bytes of the windows */
};

static struct left alone, trains;
static uint32_t singles;	/* packets that the switch saw */

static void carry(struct vport *to, struct frame *frame)
{
	singles++;
	rc_receive(to, frame);
}

static void windows(const struct work *work)
{
	for (uint32_t side = 0; side < 2; side++) {
		struct rc *rc = lab_qp(side, 0)->qp.rc;

		rc->req.asid = work->asid;
		rc->res.asid = work->asid;
	}
	if (!work->asid)
		return;
	lab_window(0, work->asid, LAB_SOURCE, work->readable, GNIC_ACCESS_LOCAL_READ);
	lab_window(1, work->asid, LAB_SINK, work->writable, GNIC_ACCESS_REMOTE_WRITE);
}

static void note(struct left *left)
{
	const struct rc *from = lab_qp(0, 0)->qp.rc, *to = lab_qp(1, 0)->qp.rc;

	for (uint32_t side = 0; side < 2; side++) {
		left->qp[side] = lab_qp(side, 0)->qp.stats;
		left->vport[side] = lab.side[side].vport.stats;
		left->failed[side] = lab_qp(side, 0)->qp.failed;
	}
	left->packets = lab.packets;
	left->cqes = lab_qp(0, 0)->sq_cq.count;
	left->nts = from->req.nts;
	left->ona = from->req.ona;
	left->expected = to->res.expected;
	left->msn = to->res.msn;
	left->trains = lab.trains;
	memcpy(left->sink, lab_mem(1, LAB_SINK), sizeof(left->sink));
}

static void run(const struct work *work, bool by_train, struct left *left)
{
	struct gnic_hw_rc_wqe wqe;
	struct lab_qp *from;

	lab_setup(NULL);
	from = lab_qp(0, 0);
	lab_connect(0, &work->conn);
	windows(work);
	lab_fill_random(lab_mem(0, LAB_SOURCE), 1 << 20);
	lab_fill_random(lab_mem(1, LAB_SINK), 1 << 20);
	lab.carry = by_train ? NULL : carry;
	for (uint32_t i = 0; i < 2; i++) {
		wqe = lab_wqe(from, work->size);
		wqe.ctrl |= cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_REDUCTION, work->reduction));
		wqe.local_addr = cpu_to_le64(lab_addr(LAB_SOURCE + work->source));
		wqe.remote_addr = cpu_to_le64(lab_addr(LAB_SINK + work->sink));
		lab_post(from, &wqe);
	}
	lab_run_ms(200);
	note(left);
	lab_teardown(NULL);
}

static void compare(const struct work *work)
{
	singles = 0;
	run(work, false, &alone);
	run(work, true, &trains);
	assert_memory_equal(alone.sink, trains.sink, sizeof(alone.sink));
	assert_memory_equal(&alone, &trains, offsetof(struct left, sink));
	assert_int_equal(singles, alone.packets);
}

static struct work random_work(void)
{
	struct work work = { .conn = lab_conn_default };

	work.conn.mtu = lab_random(4);
	work.conn.ack_freq = lab_random(3) ? lab_random(40) : 0;
	work.conn.window = lab_random(3) ? 0 : 1 + lab_random(100);
	work.conn.burst = lab_random(2) ? 1 + lab_random(200) : 0;
	work.conn.selective = (uint8_t)lab_random(4);
	work.conn.psn[0] = 0xfffff0;
	work.size = 4 * (1 + lab_random(LARGEST / 4));
	work.source = lab_random(2) ? lab_random(4096) : 4 * lab_random(1024);
	work.sink = lab_random(2) ? lab_random(4096) : 4 * lab_random(1024);
	if (!lab_random(3))
		work.reduction = GNIC_REDUCTION_ENABLE |
				 FIELD_PREP(GNIC_REDUCTION_TYPE, GNIC_REDUCTION_FP32);
	return work;
}

static void any_write(void **state)
{
	(void)state;
	lab.random = 77;
	for (uint32_t i = 0; i < 60; i++) {
		uint64_t seed = lab.random;
		struct work work = random_work();

		compare(&work);
		lab.random = seed + 0x9e3779b97f4a7c15ull;
	}
}

/* Where a window ends, what is within is written, and the error is the same. */
static void windows_end(void **state)
{
	struct work work = { .conn = lab_conn_default, .size = 600000, .asid = LAB_ASID };

	(void)state;
	work.readable = 1 << 20;
	work.writable = 1 << 20;
	compare(&work);
	assert_false(trains.failed[0]);
	work.writable = 300000;
	compare(&work);
	assert_true(trains.failed[1]);
	work.writable = 1 << 20;
	work.readable = 300000;
	compare(&work);
	assert_true(trains.failed[0]);
}

/* The tests above compare something. */
static void there_are_trains(void **state)
{
	struct work work = { .conn = lab_conn_default, .size = 600000 };

	(void)state;
	run(&work, true, &trains);
	/* two messages of 147 packets, an ACK after every eighth */
	assert_in_range(trains.trains, 2 * 147 / 8, 2 * 147 / 6);
	run(&work, false, &alone);
	assert_int_equal(alone.trains, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_write),
		cmocka_unit_test(windows_end),
		cmocka_unit_test(there_are_trains),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
