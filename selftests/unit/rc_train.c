// SPDX-License-Identifier: GPL-2.0-only
/*
 * A train leaves behind what its packets would: the same work is done twice, by packets
 * on their own and by trains, and everything is compared.
 */
#include "rc_lab.h"

#define LARGEST		300000u
#define MESSAGES	40u
#define BUFFER		16384u

struct left {
	struct gnic_hw_qp_stats qp[2];
	struct gnic_hw_vport_stats vport[2];
	uint32_t packets, cqes, received, nts, ona, expected, msn;
	struct gnic_hw_cqe cqe[LAB_CQES], receipt[LAB_CQES];
	bool failed[2];
	uint8_t sink[1 << 20];
	uint32_t trains;
};

struct message {
	uint32_t opcode, size, source, sink;
	uint32_t flags;		/* of the WQE's first word */
	uint32_t completion;	/* GNIC_COMPLETION_* */
};

struct work {
	struct lab_conn conn;
	struct message message[MESSAGES];
	uint32_t count;
	bool wrong_key;
	uint16_t asid;		/* 0: the kernel's, no windows */
	uint32_t readable, writable;	/* bytes of the windows */
	uint32_t straight;	/* as in the lab */
};

static const struct gnic_hw_encap_set gre = {
	.slot = 3, .type = GNIC_ENCAP_IPV4, .proto = 47, .header_len = 4, .header = { 0, 0, 8, 0 },
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
	left->received = lab_qp(1, 0)->rq_cq.count;
	memcpy(left->cqe, lab_qp(0, 0)->sq_cq.cqe, sizeof(left->cqe));
	memcpy(left->receipt, lab_qp(1, 0)->rq_cq.cqe, sizeof(left->receipt));
	left->nts = from->req.nts;
	left->ona = from->req.ona;
	left->expected = to->res.expected;
	left->msn = to->res.msn;
	left->trains = lab.trains;
	memcpy(left->sink, lab_mem(1, LAB_SINK), sizeof(left->sink));
}

static void post(const struct message *m)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe = lab_wqe(from, m->size);

	wqe.ctrl = cpu_to_le32(m->opcode | FIELD_PREP(GNIC_WQE_INDEX, from->index & 0xff) | m->flags);
	wqe.completion = cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_COMPLETION, m->completion));
	wqe.local_addr = cpu_to_le64(lab_addr(LAB_SOURCE + m->source));
	wqe.remote_addr = cpu_to_le64(lab_addr(LAB_SINK + m->sink));
	lab_post(from, &wqe);
}

static void run(const struct work *work, bool by_train, struct left *left)
{
	lab_setup(NULL);
	lab_receive_queue(lab_qp(1, 0));
	lab_connect(0, &work->conn);
	if (work->wrong_key)
		lab_set(&lab_qp(0, 0)->qp, true, GNIC_REQ_RKEY, LAB_LKEY + 1);
	windows(work);
	lab_fill_random(lab_mem(0, LAB_SOURCE), 1 << 20);
	lab_fill_random(lab_mem(1, LAB_SINK), 1 << 20);
	lab.carry = by_train ? NULL : carry;
	lab.straight = work->straight;
	for (uint32_t i = 0; i < work->count; i++) {
		if (work->message[i].opcode == GNIC_WQE_SEND)
			lab_recv_with(lab_qp(1, 0), LAB_SINK + i * BUFFER, BUFFER, 0);
		post(&work->message[i]);
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

/* Every other one is a packet, or little more. */
static struct message random_message(uint32_t mtu)
{
	struct message m = { .opcode = GNIC_WQE_LINEAR };

	m.size = 4 * (1 + lab_random((lab_random(2) ? 1536u << mtu : LARGEST) / 4));
	m.source = lab_random(2) ? lab_random(4096) : 4 * lab_random(1024);
	m.sink = lab_random(2) ? lab_random(1 << 19) : 4 * lab_random(1 << 17);
	if (lab_random(2))
		m.flags = GNIC_RC_WQE_ACKREQ;
	if (!lab_random(3))
		m.flags |= FIELD_PREP(GNIC_RC_WQE_REDUCTION, GNIC_REDUCTION_ENABLE |
				      FIELD_PREP(GNIC_REDUCTION_TYPE, GNIC_REDUCTION_FP32));
	else
		m.size -= lab_random(4);
	if (!lab_random(5))
		m.completion = GNIC_COMPLETION_CQ;
	return m;
}

static struct message random_other(uint32_t mtu)
{
	struct message m = random_message(mtu);

	m.flags &= GNIC_RC_WQE_ACKREQ;
	switch (lab_random(4)) {
	case 0:
		m.opcode = GNIC_WQE_NOP;
		break;
	case 1:
		m.flags |= GNIC_RC_WQE_INLINE;
		m.size = 1 + m.size % GNIC_RC_INLINE_32;
		break;
	default:
		m.opcode = GNIC_WQE_SEND;
		m.size = 1 + m.size % BUFFER;
	}
	return m;
}

/* Nothing is as large, nothing leaves at a wrong address; each fails the QP. */
static void spoil(struct message *m)
{
	switch (lab_random(3)) {
	case 0:
		m->size = 0;
		break;
	case 1:
		m->source = LAB_HBM - LAB_SOURCE - 1;
		break;
	default:
		m->sink = LAB_HBM - LAB_SINK - 1;
	}
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
	work.wrong_key = !lab_random(15);
	if (!lab_random(4))
		work.conn.encap[0] = work.conn.encap[1] = &gre;
	work.count = 1 + lab_random(lab_random(2) ? MESSAGES : 3);
	for (uint32_t i = 0; i < work.count; i++)
		work.message[i] = lab_random(3) ? random_message(work.conn.mtu) :
						  random_other(work.conn.mtu);
	if (!lab_random(8))
		spoil(&work.message[lab_random(work.count)]);
	return work;
}

static void any_work(void **state)
{
	uint32_t failed = 0;

	(void)state;
	lab.random = 77;
	for (uint32_t i = 0; i < 150; i++) {
		uint64_t seed = lab.random;
		struct work work = random_work();

		compare(&work);
		failed += trains.failed[0];
		lab.random = seed + 0x9e3779b97f4a7c15ull;
	}
	assert_in_range(failed, 1, 50);
}

/* Of @count WRITEs. */
static struct work writes(uint32_t count, uint32_t size)
{
	struct work work = { .conn = lab_conn_default, .count = count };

	for (uint32_t i = 0; i < count; i++)
		work.message[i] = (struct message){
			.opcode = GNIC_WQE_LINEAR, .size = size, .flags = GNIC_RC_WQE_ACKREQ,
		};
	return work;
}

/* Where a window ends, what is within is written, and the error is the same. */
static void windows_end(void **state)
{
	struct work work = writes(2, 600000);

	(void)state;
	work.asid = LAB_ASID;
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

/* A frame that is too long for the far end to be known: those before it have their train. */
static void longer_frames(void **state)
{
	struct work work = writes(7, 64);

	(void)state;
	work.straight = 600;
	work.message[3].size = 900;
	work.message[6].size = 5000;
	compare(&work);
	assert_int_equal(trains.failed[0], 0);
	assert_true(trains.trains);
}

/* The tests above compare something. */
static void there_are_trains(void **state)
{
	struct work large = writes(2, 600000), small = writes(MESSAGES, 64);

	(void)state;
	/* in each round a train, between packets of other sizes, and the ACK */
	run(&large, true, &trains);
	assert_int_equal(trains.packets - trains.qp[0].acks, 2 * 147);
	assert_in_range(trains.trains, 2 * 147 / 64, 2 * 147 / 16);
	run(&large, false, &alone);
	assert_int_equal(alone.trains, 0);
	/* one round, and one budget of WQEs after the other */
	run(&small, true, &trains);
	assert_int_equal(trains.packets - trains.qp[0].acks, MESSAGES);
	assert_in_range(trains.trains, 2, 2 * MESSAGES / 16 + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_work),
		cmocka_unit_test(windows_end),
		cmocka_unit_test(longer_frames),
		cmocka_unit_test(there_are_trains),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
