// SPDX-License-Identifier: GPL-2.0-only
/*
 * A train leaves behind what its packets would: the same work is done twice, by packets
 * on their own and by trains, and everything is compared.
 */
#include "rc_lab.h"

#define LARGEST		300000u
#define MESSAGES	40u
#define BUFFER		16384u
#define SINK		(1u << 20)
#define SOBS		8u
#define WRITES		(GNIC_ACCESS_REMOTE_WRITE | GNIC_ACCESS_LOCAL_WRITE)

/**
 * struct told - a CQE, and what there was when it was written
 * @cqe: it
 * @queue: 0, 1: the send queue of that side; 2, 3: the receive queue
 * @done: of its queue, as the record says
 * @eqes: of side 1
 * @memory: what is in the sink
 */
struct told {
	struct gnic_hw_cqe cqe;
	uint32_t queue;
	uint32_t done;
	uint32_t eqes;
	uint32_t memory;
};

struct left {
	struct gnic_hw_qp_stats qp[2];
	struct gnic_hw_vport_stats vport[2];
	uint32_t packets, tolds, nts, ona, expected, msn, buffers, eqes, sob;
	struct told told[LAB_CQES];
	bool failed[2];
	uint8_t sink[SINK];
	uint32_t trains;
	uint32_t counted;	/* so often a receipt was written when packets had been counted */
};

struct message {
	uint32_t opcode, size, source, sink;
	uint32_t flags;		/* of the WQE's first word */
	uint32_t completion;	/* GNIC_COMPLETION_* */
};

struct buffer {
	uint32_t size;
	uint32_t completion;	/* GNIC_COMPLETION_* */
};

struct work {
	struct lab_conn conn;
	struct message message[MESSAGES];
	uint32_t count;
	struct buffer buffer[MESSAGES];
	uint32_t buffers, late;	/* how many; so many of them come later */
	uint32_t rough;		/* messages that are posted while the wire is bad */
	uint32_t cq_room;	/* of the receiver */
	bool wrong_key;
	bool scattered;		/* the send queue, in pieces */
	bool stops;		/* the sender's QP, before the late buffers come */
	bool wrong_record;	/* of the buffers: more than the ring can hold */
	uint16_t asid;		/* 0: the kernel's, no windows */
	uint32_t readable, writable;	/* bytes of the windows */
	uint8_t access;		/* to what is writable but for the first buffers, and to sync objects */
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
	uint32_t first = 4 * BUFFER;

	for (uint32_t side = 0; side < 2; side++) {
		struct rc *rc = lab_qp(side, 0)->qp.rc;

		rc->req.asid = work->asid;
		rc->res.asid = work->asid;
	}
	if (!work->asid)
		return;
	lab_window(0, work->asid, LAB_SOURCE, work->readable, GNIC_ACCESS_LOCAL_READ);
	lab_window(1, work->asid, LAB_SINK, first, WRITES);
	lab_window(1, work->asid, LAB_SINK + first, work->writable - first, work->access);
	assert_int_equal(lab_sob_set(1, work->asid, 0, SOBS, work->access), GNIC_STATUS_OK);
}

/* ---- what is left ---- */

static struct left *left;
static uint64_t counted;	/* packets, when the last receipt was written */

/* As of a WQE or a buffer; what it signals, if it does. */
static uint32_t completion(uint32_t kind)
{
	return (uint32_t)(FIELD_PREP(GNIC_RC_WQE_COMPLETION, kind) |
			  FIELD_PREP(GNIC_RC_WQE_REMOTE_SOB, 3) |
			  FIELD_PREP(GNIC_RC_WQE_REMOTE_SOB_DATA, 2) | GNIC_RC_WQE_SOB_CMD);
}

static uint32_t memory(void)
{
	const uint8_t *sink = lab_mem(1, LAB_SINK);
	uint32_t sum = 0, word;

	for (uint32_t i = 0; i + 4 <= SINK; i += 252) {
		memcpy(&word, sink + i, sizeof(word));
		sum = sum * 31 + word;
	}
	return sum;
}

static uint32_t queue_of(const struct lab_cq *cq)
{
	uint32_t side = cq == &lab_qp(1, 0)->sq_cq || cq == &lab_qp(1, 0)->rq_cq;

	return side + 2 * (cq == &lab_qp(side, 0)->rq_cq);
}

static void told(const struct lab_cq *cq)
{
	uint32_t queue = queue_of(cq);
	struct qp *qp = &lab_qp(queue & 1, 0)->qp;
	const struct gnic_hw_db *db =
		asid_ptr(qp->card, GNIC_ASID_KERNEL, queue < 2 ? qp->sq.db_addr : qp->rq.db_addr,
			 sizeof(*db), 0);

	assert_true(left->tolds < LAB_CQES);
	left->told[left->tolds++] = (struct told){
		.cqe = cq->cqe[cq->count - 1],
		.queue = queue,
		.done = le32_to_cpu(db->done),
		.eqes = lab.side[1].eqes,
		.memory = memory(),
	};
	if (queue != 3)
		return;
	left->counted += qp->stats.rx_packets != counted;
	counted = qp->stats.rx_packets;
}

static void note(void)
{
	const struct rc *from = lab_qp(0, 0)->qp.rc, *to = lab_qp(1, 0)->qp.rc;

	for (uint32_t side = 0; side < 2; side++) {
		left->qp[side] = lab_qp(side, 0)->qp.stats;
		left->vport[side] = lab.side[side].vport.stats;
		left->failed[side] = lab_qp(side, 0)->qp.failed;
	}
	left->packets = lab.packets;
	left->nts = from->req.nts;
	left->ona = from->req.ona;
	left->expected = to->res.expected;
	left->msn = to->res.msn;
	left->buffers = to->qp->rq.done;
	left->eqes = lab.side[1].eqes;
	left->sob = lab_sob(1, LAB_ASID, 3);
	left->trains = lab.trains;
	memcpy(left->sink, lab_mem(1, LAB_SINK), sizeof(left->sink));
}

/* ---- the work ---- */

static void post(const struct message *m)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe = lab_wqe(from, m->size);

	wqe.ctrl = cpu_to_le32(m->opcode | FIELD_PREP(GNIC_WQE_INDEX, from->index & 0xff) | m->flags);
	wqe.completion = cpu_to_le32(completion(m->completion));
	wqe.local_addr = cpu_to_le64(lab_addr(LAB_SOURCE + m->source));
	wqe.remote_addr = cpu_to_le64(lab_addr(LAB_SINK + m->sink));
	lab_post(from, &wqe);
}

static void post_from(const struct work *work, uint32_t first, uint32_t end)
{
	for (uint32_t i = first; i < end; i++)
		post(&work->message[i]);
}

static void receive_from(const struct work *work, uint32_t first, uint32_t end)
{
	for (uint32_t i = first; i < end; i++)
		lab_recv_with(lab_qp(1, 0), LAB_SINK + i * BUFFER, work->buffer[i].size,
			      completion(work->buffer[i].completion));
}

/* Whatever is lost or changes its place; nobody goes by train. */
static void run_rough(const struct work *work)
{
	if (!work->rough)
		return;
	lab.bytes = true;
	lab.dice = (struct lab_dice){ .drop = 100, .duplicate = 50, .swap = 200 };
	post_from(work, 0, work->rough);
	lab_run();
	lab.bytes = false;
	lab.dice = (struct lab_dice){ 0 };
}

static void run(const struct work *work, bool by_train, struct left *to)
{
	left = to;
	counted = 0;
	memset(left, 0, sizeof(*left));
	lab_setup(NULL);
	lab_receive_queue(lab_qp(1, 0));
	lab_connect(0, &work->conn);
	if (work->wrong_key)
		lab_set(&lab_qp(0, 0)->qp, true, GNIC_REQ_RKEY, LAB_LKEY + 1);
	if (work->scattered)
		lab_qp(0, 0)->qp.sq.mem.ring = NULL;
	if (work->cq_room)
		lab_qp(1, 0)->rq_cq.room = work->cq_room;
	windows(work);
	lab_fill_random(lab_mem(0, LAB_SOURCE), 1 << 20);
	lab_fill_random(lab_mem(1, LAB_SINK), SINK);
	lab.told = told;
	lab.straight = work->straight;
	receive_from(work, 0, work->buffers - work->late);
	if (work->wrong_record)
		lab_more_buffers(lab_qp(1, 0), LAB_RING + 1);
	run_rough(work);
	lab.carry = by_train ? NULL : carry;
	post_from(work, work->rough, work->count);
	lab_run_ms(3);
	lab_qp(0, 0)->qp.stopped = work->stops;
	receive_from(work, work->buffers - work->late, work->buffers);
	lab_run_ms(200);
	note();
	lab_teardown(NULL);
}

static void compare(const struct work *work)
{
	singles = 0;
	run(work, false, &alone);
	run(work, true, &trains);
	assert_memory_equal(alone.sink, trains.sink, sizeof(alone.sink));
	assert_memory_equal(&alone, &trains, offsetof(struct left, sink));
	if (!work->rough)
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
		m.completion = lab_random(3) ? GNIC_COMPLETION_CQ : lab_random(4);
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
		m.size = 1 + m.size % (lab_random(2) ? BUFFER : 1024u << mtu);
	}
	return m;
}

/* As large as any SEND but for a few, with and without a CQE, some signal. */
static struct buffer random_buffer(void)
{
	uint32_t kind = lab_random(8) ? lab_random(2) * GNIC_COMPLETION_CQ : lab_random(4);

	return (struct buffer){
		.size = lab_random(60) ? BUFFER : lab_random(BUFFER),
		.completion = kind,
	};
}

/* What the receiver has. */
static void random_receiver(struct work *work)
{
	work->buffers = MESSAGES;
	for (uint32_t i = 0; i < MESSAGES; i++)
		work->buffer[i] = random_buffer();
	if (!lab_random(3))
		work->late = MESSAGES - lab_random(8);
	if (!lab_random(6))
		work->conn.rnrs = lab_random(3);
	if (!lab_random(6))
		work->cq_room = 1 + lab_random(12);
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
	uint32_t writes;

	work.conn.mtu = lab_random(4);
	work.conn.ack_freq = lab_random(3) ? lab_random(40) : 0;
	work.conn.window = lab_random(3) ? 0 : 1 + lab_random(100);
	work.conn.burst = lab_random(2) ? 1 + lab_random(200) : 0;
	work.conn.selective = (uint8_t)lab_random(4);
	work.conn.psn[0] = 0xfffff0;
	work.wrong_key = !lab_random(15);
	if (!lab_random(4))
		work.conn.encap[0] = work.conn.encap[1] = &gre;
	work.asid = lab_random(4) ? LAB_ASID : 0;
	work.readable = 1 << 20;
	work.writable = SINK;
	work.access = lab_random(4) ? WRITES :
		      lab_random(2) ? GNIC_ACCESS_REMOTE_WRITE : GNIC_ACCESS_LOCAL_WRITE;
	work.count = 1 + lab_random(lab_random(2) ? MESSAGES : 3);
	writes = lab_random(4);
	for (uint32_t i = 0; i < work.count; i++)
		work.message[i] = lab_random(3) < writes ? random_message(work.conn.mtu) :
							   random_other(work.conn.mtu);
	if (!lab_random(5))
		work.rough = lab_random(work.count);
	work.scattered = !lab_random(6);
	random_receiver(&work);
	if (!lab_random(8))
		spoil(&work.message[lab_random(work.count)]);
	return work;
}

static void any_work(void **state)
{
	uint32_t failed = 0;

	(void)state;
	lab.random = 77;
	for (uint32_t i = 0; i < 300; i++) {
		uint64_t seed = lab.random;
		struct work work = random_work();

		compare(&work);
		failed += trains.failed[0];
		lab.random = seed + 0x9e3779b97f4a7c15ull;
	}
	assert_in_range(failed, 1, 150);
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
	work.access = GNIC_ACCESS_REMOTE_WRITE;
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

/* What a train knows of memory it forgets when a window goes. */
static void window_goes(void **state)
{
	struct work work = writes(6, 64);

	(void)state;
	left = &trains;
	lab_setup(NULL);
	lab_connect(0, &work.conn);
	work.asid = LAB_ASID;
	work.readable = 1 << 20;
	work.writable = SINK;
	work.access = GNIC_ACCESS_REMOTE_WRITE;
	windows(&work);
	lab_fill_random(lab_mem(0, LAB_SOURCE), 64);
	for (uint32_t i = 0; i < work.count; i++) {
		work.message[i].sink = 5 * BUFFER + 64 * i;
		post(&work.message[i]);
		lab_run();
		if (i == work.count - 2)
			windows_reset(&lab.side[1].card);
	}
	assert_true(lab_qp(1, 0)->qp.failed);
	assert_int_equal(lab_qp(1, 0)->qp.stats.syndrome, GNIC_SYND_REMOTE_ACCESS);
	for (uint32_t i = 0; i < work.count; i++)
		assert_int_equal(!memcmp(lab_mem(1, LAB_SINK + work.message[i].sink),
					 lab_mem(0, LAB_SOURCE), 64), i < work.count - 1);
	lab_teardown(NULL);
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

/* Of @count SENDs, each with a buffer and a CQE. */
static struct work sends(uint32_t count, uint32_t size)
{
	struct work work = writes(count, size);

	work.buffers = count;
	for (uint32_t i = 0; i < count; i++) {
		work.message[i].opcode = GNIC_WQE_SEND;
		work.buffer[i] = (struct buffer){ size, GNIC_COMPLETION_CQ };
	}
	return work;
}

/* How many CQEs of the receiver there are. */
static uint32_t receipts(const struct left *of)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < of->tolds; i++)
		count += of->told[i].queue == 3;
	return count;
}

/* Within a train the buffers run out, of whatever size the messages are. */
static void no_more_buffers(void **state)
{
	static const uint32_t sizes[] = { 64, 4096, 9000 };

	(void)state;
	for (uint32_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct work work = sends(20, sizes[i]);

		work.late = 13;
		compare(&work);
		assert_true(trains.qp[1].no_buffer);
		assert_int_equal(receipts(&trains), 20);
		assert_int_equal(trains.buffers, 20);
	}
}

/* Of a QP that is stopped then, only what has left comes again: the others have not started. */
static void stopped(void **state)
{
	struct work work = sends(20, 64);

	(void)state;
	work.late = 13;
	work.stops = true;
	compare(&work);
	assert_int_equal(receipts(&trains), 8);
	assert_int_equal(trains.buffers, 8);
	assert_int_equal(trains.nts, psn_add(lab_conn_default.psn[0], 8));
}

/* A WQE that is none, behind others that are fetched with it: they are done, it fails. */
static void bad_wqe(void **state)
{
	struct work work = writes(20, 64);

	(void)state;
	work.message[9].flags |= GNIC_RC_WQE_SE;
	compare(&work);
	assert_true(trains.failed[0]);
	assert_int_equal(trains.msn, 9);
	assert_int_equal(trains.qp[0].syndrome, GNIC_SYND_TX_SE_NOT_RAW);
}

/* SENDs with and without immediate data, and WRITEs, in turn: each is what it is. */
static void mixed(void **state)
{
	struct work work = sends(30, 64);

	(void)state;
	for (uint32_t i = 0; i < work.count; i++) {
		if (i % 5 > 2)
			work.message[i].completion = GNIC_COMPLETION_CQ;
		if (i % 7 > 4)
			work.message[i].opcode = GNIC_WQE_LINEAR;
		work.message[i].sink = 4096 * i;
	}
	compare(&work);
	assert_false(trains.failed[0] || trains.failed[1]);
	assert_int_equal(trains.msn, 30);
	/* of the WRITEs two have immediate data */
	assert_int_equal(trains.buffers, 22);
	assert_int_equal(receipts(&trains), 24);
}

/* Whoever looks for a buffer finds that the record is wrong, and what is known is not used up. */
static void wrong_record(void **state)
{
	(void)state;
	for (uint32_t count = 1; count < 20; count += 9) {
		struct work work = sends(count, 64);

		work.wrong_record = true;
		compare(&work);
		assert_true(trains.failed[1]);
		assert_int_equal(receipts(&trains), 0);
		assert_int_equal(trains.qp[1].syndrome, GNIC_SYND_QPC_DB_LAST_INDEX);
	}
}

/* The message that does not fit fails, and is not written; those before it are answered. */
static void buffer_too_small(void **state)
{
	struct work work = sends(20, 64);

	(void)state;
	work.buffer[9].size = 63;
	compare(&work);
	assert_true(trains.failed[0] && trains.failed[1]);
	assert_int_equal(trains.ona, psn_add(lab_conn_default.psn[0], 9));
	assert_int_equal(receipts(&trains), 10);
	assert_int_equal(trains.qp[1].syndrome, GNIC_SYND_RX_SEND_TOO_BIG);
}

/* Who reads no CQEs loses the QP; what was told of before is acknowledged. */
static void cq_overrun(void **state)
{
	struct work work = sends(20, 64);

	(void)state;
	work.cq_room = 9;
	compare(&work);
	assert_true(trains.failed[1]);
	assert_int_equal(receipts(&trains), 9);
	assert_int_equal(trains.qp[1].acks, 1);
	assert_int_equal(trains.ona, psn_add(lab_conn_default.psn[0], 9));
	/* of WRITEs, too, whose CQEs are those with immediate data */
	for (uint32_t i = 0; i < work.count; i += 2) {
		work.message[i].opcode = GNIC_WQE_LINEAR;
		work.message[i].completion = i % 4 ? GNIC_COMPLETION_CQ : 0;
	}
	compare(&work);
	assert_true(trains.failed[1]);
	assert_int_equal(trains.msn, 14);
	assert_int_equal(trains.ona, psn_add(lab_conn_default.psn[0], 13));
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

/* Likewise. */
static void there_are_trains_of_sends(void **state)
{
	struct work large = sends(2, 600000), small = sends(MESSAGES, 64), single = sends(1, 64);

	(void)state;
	/* the message and its ACK; the buffer is looked for when it is needed */
	run(&single, true, &trains);
	assert_int_equal(receipts(&trains), 1);
	assert_int_equal(trains.counted, 0);
	run(&single, false, &alone);
	assert_int_equal(alone.counted, 1);
	/* in each round a train, between packets of other sizes, and the ACK */
	run(&large, true, &trains);
	assert_int_equal(trains.packets - trains.qp[0].acks, 2 * 147);
	assert_in_range(trains.trains, 2 * 147 / 64, 2 * 147 / 16);
	/* those of a round are counted when it is over */
	for (uint32_t i = 0; i < MESSAGES / 2; i++)
		small.message[i].completion = GNIC_COMPLETION_CQ;
	run(&small, true, &trains);
	assert_int_equal(receipts(&trains), MESSAGES);
	assert_in_range(trains.counted, 1, MESSAGES / 16 + 1);
	run(&small, false, &alone);
	assert_int_equal(alone.counted, MESSAGES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_work),
		cmocka_unit_test(windows_end),
		cmocka_unit_test(window_goes),
		cmocka_unit_test(longer_frames),
		cmocka_unit_test(no_more_buffers),
		cmocka_unit_test(stopped),
		cmocka_unit_test(bad_wqe),
		cmocka_unit_test(mixed),
		cmocka_unit_test(wrong_record),
		cmocka_unit_test(buffer_too_small),
		cmocka_unit_test(cq_overrun),
		cmocka_unit_test(there_are_trains),
		cmocka_unit_test(there_are_trains_of_sends),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
