// SPDX-License-Identifier: GPL-2.0-only
/*
 * SEND, what it needs at the other end, inline data, and reductions on their
 * way from WQE to memory.
 */
#include "reduce.h"
#include "rc_lab.h"

#define BUFFER	20000u

static struct gnic_hw_rc_wqe send_wqe(struct lab_qp *lqp, uint32_t size)
{
	struct gnic_hw_rc_wqe wqe = lab_wqe(lqp, size);

	wqe.ctrl &= ~cpu_to_le32(GNIC_WQE_OPCODE);
	wqe.ctrl |= cpu_to_le32(GNIC_WQE_SEND);
	wqe.remote_addr = 0;
	return wqe;
}

static void send(struct lab_qp *lqp, uint32_t size)
{
	const struct gnic_hw_rc_wqe wqe = send_wqe(lqp, size);

	lab_post(lqp, &wqe);
}

static void connect(void)
{
	lab_connect(0, &lab_conn_default);
	lab_receive_queue(lab_qp(1, 0));
	lab_fill_random(lab_mem(0, LAB_SOURCE), 1 << 20);
}

static void check_received(uint32_t at, uint32_t index, uint32_t flags, uint32_t tag,
			   uint32_t size)
{
	const struct lab_cq *cq = &lab_qp(1, 0)->rq_cq;

	assert_true(cq->count > at);
	assert_int_equal(le32_to_cpu(cq->cqe[at].ctrl), GNIC_CQE_SEND | flags);
	assert_int_equal(le32_to_cpu(cq->cqe[at].wqe_index), index);
	assert_int_equal(le32_to_cpu(cq->cqe[at].tag), tag);
	assert_int_equal(le32_to_cpu(cq->cqe[at].data), size);
}

/* ---- SEND ---- */

static void send_of_each_size(void **state)
{
	static const uint32_t sizes[] = { 1, 2, 4095, 4096, 4097, 8192, 12289, BUFFER };

	(void)state;
	connect();
	for (uint32_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		memset(lab_mem(1, LAB_SINK), 0x77, BUFFER + 8);
		lab_recv(lab_qp(1, 0), LAB_SINK, BUFFER);
		send(lab_qp(0, 0), sizes[i]);
		lab_run();
		check_received(i, i, 0, 0, sizes[i]);
		assert_int_equal(lab_qp(0, 0)->sq_cq.count, i + 1);
		assert_memory_equal(lab_mem(0, LAB_SOURCE), lab_mem(1, LAB_SINK), sizes[i]);
		assert_int_equal(*lab_mem(1, LAB_SINK + sizes[i]), 0x77);
	}
}

static void send_with_immediate(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe = send_wqe(from, 9000);

	(void)state;
	connect();
	lab_recv(lab_qp(1, 0), LAB_SINK, BUFFER);
	wqe.completion = cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_CQ));
	wqe.tag = cpu_to_le32(0xdeadbeef);
	lab_post(from, &wqe);
	lab_run();
	check_received(0, 0, GNIC_CQE_IMM, 0xdeadbeef, 9000);
}

/* As bytes, too: a peer may send a message of nothing, we do not. */
static void nothing_is_received(void **state)
{
	struct rc_packet pkt = { .path = &lab_qp(0, 0)->qp.rc->path, .opcode = ROCE_SEND_ONLY,
				 .psn = lab_conn_default.psn[0], .ack_req = true };
	struct frame frame = { .rc = &pkt };

	(void)state;
	connect();
	lab_recv(lab_qp(1, 0), LAB_SINK, BUFFER);
	frame.len = roce_frame_len(&pkt);
	rc_receive(&lab.side[1].vport, &frame);
	lab_run();
	check_received(0, 0, 0, 0, 0);
	assert_int_equal(lab_qp(1, 0)->qp.stats.acks, 1);
}

static void sends_and_writes_in_turn(void **state)
{
	struct lab_qp *from = lab_qp(0, 0), *to = lab_qp(1, 0);

	(void)state;
	connect();
	for (uint32_t i = 0; i < 20; i++) {
		struct gnic_hw_rc_wqe write = lab_wqe(from, 5000);

		lab_recv(to, LAB_SINK + 0x10000 + i * 0x2000, 0x2000);
		send(from, 100 + i * 300);
		write = lab_wqe(from, 5000);
		write.completion = cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_COMPLETION,
							  GNIC_COMPLETION_CQ));
		lab_post(from, &write);
	}
	lab_run();
	assert_int_equal(from->sq_cq.count, 40);
	assert_int_equal(to->rq_cq.count, 40);
	for (uint32_t i = 0; i < 20; i++) {
		check_received(2 * i, i, 0, 0, 100 + i * 300);
		assert_int_equal(le32_to_cpu(to->rq_cq.cqe[2 * i + 1].ctrl), GNIC_CQE_IMM);
		assert_int_equal(le32_to_cpu(to->rq_cq.cqe[2 * i + 1].wqe_index), 2 * i + 1);
		assert_memory_equal(lab_mem(0, LAB_SOURCE),
				    lab_mem(1, LAB_SINK + 0x10000 + i * 0x2000), 100 + i * 300);
	}
}

/* Of the old buffers none is written any more, and the next one is a new one. */
static void taken_back(void **state)
{
	struct lab_qp *to = lab_qp(1, 0);

	(void)state;
	connect();
	memset(lab_mem(1, LAB_SINK), 0x77, 2 * BUFFER);
	for (uint32_t i = 0; i < 5; i++)
		lab_recv(to, LAB_SINK, BUFFER);
	assert_int_equal(rc_cmd_flush(&to->qp), GNIC_STATUS_OK);
	assert_int_equal(to->qp.rq.done, 5);
	send(lab_qp(0, 0), 77);
	lab_run();
	assert_int_equal(to->rq_cq.count, 0);
	lab_recv(to, LAB_SINK + BUFFER, BUFFER);
	lab_run_ms(2);
	check_received(0, 5, 0, 0, 77);
	assert_int_equal(*lab_mem(1, LAB_SINK), 0x77);
}

static uint32_t late;

/* What comes behind the first packet comes too late. */
static bool flush_behind_the_first(struct rc_packet *pkt)
{
	if (!(roce_ops[pkt->opcode].flags & ROCE_OP_AETH) && late++ == 1)
		assert_int_equal(rc_cmd_flush(&lab_qp(1, 0)->qp), GNIC_STATUS_OK);
	return true;
}

static void taken_back_in_the_middle(void **state)
{
	(void)state;
	connect();
	memset(lab_mem(1, LAB_SINK), 0x77, BUFFER);
	lab_recv(lab_qp(1, 0), LAB_SINK, BUFFER);
	late = 0;
	lab.tamper = flush_behind_the_first;
	send(lab_qp(0, 0), 12000);
	lab_run();
	assert_int_equal(lab_qp(1, 0)->qp.stats.syndrome, GNIC_SYND_RX_WRITE_OPCODE);
	assert_int_equal(lab_qp(1, 0)->rq_cq.count, 0);
	assert_int_equal(*lab_mem(1, LAB_SINK + 4096), 0x77);
}

/* ---- no buffer ---- */

static void sender_waits_for_a_buffer(void **state)
{
	struct lab_qp *from = lab_qp(0, 0), *to = lab_qp(1, 0);

	(void)state;
	connect();
	send(from, 9000);
	send(from, 100);
	lab_run_ms(500);
	assert_int_equal(to->rq_cq.count, 0);
	assert_true(to->qp.stats.no_buffer > 100);
	assert_int_equal(from->qp.stats.timeouts, 0);
	lab_recv(to, LAB_SINK, BUFFER);
	lab_run_ms(2);
	check_received(0, 0, 0, 0, 9000);
	lab_recv(to, LAB_SINK, BUFFER);
	lab_run_ms(2);
	check_received(1, 1, 0, 0, 100);
	assert_int_equal(from->sq_cq.count, 2);
	assert_false(from->qp.failed || to->qp.failed);
}

static void patience_ends(void **state)
{
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from = lab_qp(0, 0), *to = lab_qp(1, 0);

	(void)state;
	conn.rnrs = 2;
	connect();
	lab_connect(1, &conn);
	from = lab_qp(0, 1);
	to = lab_qp(1, 1);
	lab_receive_queue(to);
	send(from, 100);
	lab_run_ms(100);
	assert_true(from->qp.failed);
	assert_int_equal(from->qp.stats.syndrome, GNIC_SYND_QPC_RX_RETRY);
	assert_int_equal(to->qp.stats.no_buffer, 3);
	assert_false(to->qp.failed);
}

/* Soft-RoCE complains of each packet behind the one that found no buffer. */
static void complaints_do_not_count(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct rc_packet nak = { .path = &lab_qp(1, 0)->qp.rc->path, .opcode = ROCE_ACK,
				 .psn = lab_conn_default.psn[0], .syndrome = ROCE_NAK_PSN };
	struct frame frame = { .rc = &nak };

	(void)state;
	connect();
	send(from, BUFFER);
	lab_run();
	assert_true(from->qp.rc->req.held);
	for (uint32_t i = 0; i < 10; i++)
		rc_receive(&lab.side[0].vport, &frame);
	assert_true(from->qp.rc->req.held);
	assert_false(from->qp.failed);
	lab_recv(lab_qp(1, 0), LAB_SINK, BUFFER);
	lab_run_ms(10);
	check_received(0, 0, 0, 0, BUFFER);
}

/*
 * A peer that is slow says late that a packet does not follow, or for long nothing at all:
 * whenever it says that it has no buffer, nobody has refused or been silent in a row.
 */
static void not_ready_is_an_answer(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct rc_packet late = { .path = &lab_qp(1, 0)->qp.rc->path, .opcode = ROCE_ACK,
				  .psn = lab_conn_default.psn[0], .syndrome = ROCE_NAK_PSN };
	struct rc_packet rnr = late;
	struct frame frame = { .rc = &late }, again = { .rc = &rnr };

	(void)state;
	rnr.syndrome = ROCE_AETH_RNR | RC_RNR_CODE;
	connect();
	send(from, BUFFER);
	lab_run();
	lab.cut = true;
	for (uint32_t i = 0; i < 10; i++) {
		assert_true(from->qp.rc->req.held);
		lab_run_ms(4);
		assert_false(from->qp.rc->req.held);
		rc_receive(&lab.side[0].vport, &frame);
		rc_receive(&lab.side[0].vport, &again);
	}
	assert_true(from->qp.stats.timeouts > lab_conn_default.timeouts);
	assert_false(from->qp.failed);
	lab.cut = false;
	lab_recv(lab_qp(1, 0), LAB_SINK, BUFFER);
	lab_run_ms(10);
	check_received(0, 0, 0, 0, BUFFER);
}

/* A time-out of another length is not the time that the peer has asked for. */
static void waits_on_with_another_timeout(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);

	(void)state;
	connect();
	send(from, BUFFER);
	lab_run();
	assert_true(from->qp.rc->req.held);
	assert_int_equal(lab_set(&from->qp, true, GNIC_REQ_TM_GRANULARITY, 12), GNIC_STATUS_OK);
	assert_true(from->qp.rc->req.held);
	lab_recv(lab_qp(1, 0), LAB_SINK, BUFFER);
	lab_run_ms(10);
	check_received(0, 0, 0, 0, BUFFER);
}

/* What InfiniBand's table says, at its ends and in the middle. */
static void delays(void **state)
{
	(void)state;
	assert_true(tmr_rnr(0) == 655360000);
	assert_true(tmr_rnr(1) == 10000);
	assert_true(tmr_rnr(14) == 1280000);
	assert_true(tmr_rnr(31) == 491520000);
	assert_true(tmr_rnr(ROCE_AETH_RNR | 18) == 5120000);
}

/* ---- what goes wrong ---- */

static void check_refused(uint8_t here, uint8_t there)
{
	struct lab_qp *from = lab_qp(0, 0), *to = lab_qp(1, 0);
	const struct gnic_hw_cqe *cqe = &to->rq_cq.cqe[0];

	assert_int_equal(from->qp.stats.syndrome, here);
	assert_int_equal(to->qp.stats.syndrome, there);
	assert_int_equal(to->rq_cq.count, 1);
	assert_int_equal(le32_to_cpu(cqe->ctrl), GNIC_CQE_ERROR);
	assert_int_equal(le32_to_cpu(cqe->wqe_index), 0);
	assert_int_equal(le32_to_cpu(cqe->data), there);
}

static void send_too_big(void **state)
{
	(void)state;
	connect();
	memset(lab_mem(1, LAB_SINK), 0x77, BUFFER);
	lab_recv(lab_qp(1, 0), LAB_SINK, 8192);
	send(lab_qp(0, 0), 8193);
	lab_run();
	check_refused(GNIC_SYND_REMOTE_OP, GNIC_SYND_RX_SEND_TOO_BIG);
	assert_int_equal(*lab_mem(1, LAB_SINK + 8192), 0x77);
}

static void buffer_in_no_window(void **state)
{
	(void)state;
	connect();
	memset(lab_mem(1, LAB_SINK), 0x77, BUFFER);
	lab_window(1, LAB_ASID, LAB_SINK, BUFFER, GNIC_ACCESS_REMOTE_WRITE);
	assert_int_equal(lab_set(&lab_qp(1, 0)->qp, false, GNIC_RES_ASID, LAB_ASID),
			 GNIC_STATUS_OK);
	lab_recv(lab_qp(1, 0), LAB_SINK, BUFFER);
	send(lab_qp(0, 0), 100);
	lab_run();
	check_refused(GNIC_SYND_REMOTE_OP, GNIC_SYND_LOCAL_ACCESS);
	assert_int_equal(*lab_mem(1, LAB_SINK), 0x77);
}

static uint32_t seen;

/* The second packet becomes one of the other kind. */
static bool mix(struct rc_packet *pkt)
{
	if (roce_ops[pkt->opcode].flags & ROCE_OP_AETH || seen++ != 1)
		return true;
	pkt->opcode = pkt->opcode == ROCE_SEND_MIDDLE ? ROCE_WRITE_MIDDLE : ROCE_SEND_MIDDLE;
	return true;
}

static void kinds_do_not_mix(void **state)
{
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		lab_setup(NULL);
		connect();
		seen = 0;
		lab.tamper = mix;
		lab_recv(lab_qp(1, 0), LAB_SINK, BUFFER);
		wqe = i ? lab_wqe(lab_qp(0, 0), 9000) : send_wqe(lab_qp(0, 0), 9000);
		lab_post(lab_qp(0, 0), &wqe);
		lab_run();
		assert_int_equal(lab_qp(1, 0)->qp.stats.syndrome, GNIC_SYND_RX_WRITE_OPCODE);
		assert_int_equal(lab_qp(0, 0)->qp.stats.syndrome, GNIC_SYND_REMOTE_OP);
		lab_teardown(NULL);
	}
}

/* ---- inline data ---- */

static void inline_in_32_bytes(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	const uint64_t data = 0x0123456789abcdefull;

	(void)state;
	connect();
	for (uint32_t size = 1; size <= 8; size++) {
		struct gnic_hw_rc_wqe wqe = lab_wqe(from, size);

		memset(lab_mem(1, LAB_SINK), 0x77, 16);
		wqe.ctrl |= cpu_to_le32(GNIC_RC_WQE_INLINE);
		wqe.local_addr = cpu_to_le64(data);
		lab_post(from, &wqe);
		lab_run();
		assert_memory_equal(lab_mem(1, LAB_SINK), &data, size);
		assert_int_equal(*lab_mem(1, LAB_SINK + size), 0x77);
	}
}

static void inline_in_64_bytes(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	uint8_t wide[64];

	(void)state;
	from->qp.sq.entry_log = 6;
	connect();
	lab_recv(lab_qp(1, 0), LAB_SINK, BUFFER);
	for (uint32_t i = 0; i < 2; i++) {
		struct gnic_hw_rc_wqe wqe = i ? send_wqe(from, 31) : lab_wqe(from, 32);

		wqe.ctrl |= cpu_to_le32(GNIC_RC_WQE_INLINE);
		lab_fill_random(wide, sizeof(wide));
		memcpy(wide, &wqe, sizeof(wqe));
		lab_post(from, wide);
		/* what was fetched counts; nothing is fetched before the round */
		lab_run();
		assert_memory_equal(lab_mem(1, LAB_SINK), wide + 32, 32 - i);
	}
	check_received(0, 0, 0, 0, 31);
	{
		struct gnic_hw_rc_wqe wqe = lab_wqe(from, 33);

		wqe.ctrl |= cpu_to_le32(GNIC_RC_WQE_INLINE);
		memcpy(wide, &wqe, sizeof(wqe));
		lab_post(from, wide);
		lab_run();
		assert_int_equal(from->qp.stats.syndrome, GNIC_SYND_TX_INLINE_SIZE);
	}
}

/* The WQE may go as soon as its first packet has left, and this one is sent again. */
static void inline_is_kept(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe = lab_wqe(from, 8);
	const uint64_t data = 0x1122334455667788ull;

	(void)state;
	connect();
	wqe.ctrl |= cpu_to_le32(GNIC_RC_WQE_INLINE);
	wqe.local_addr = cpu_to_le64(data);
	lab.cut = true;
	lab_post(from, &wqe);
	lab_run();
	memset(from->qp.card->hbm + (from->qp.sq.base - GNIC_ADDR_HBM_BASE), 0, 32);
	lab.cut = false;
	lab_run_ms(50);
	assert_memory_equal(lab_mem(1, LAB_SINK), &data, 8);
}

/* ---- reductions ---- */

static uint32_t reduction(enum gnic_hw_reduction_type type, enum gnic_hw_reduction_op op)
{
	return (uint32_t)(GNIC_REDUCTION_ENABLE | FIELD_PREP(GNIC_REDUCTION_TYPE, type) |
			  FIELD_PREP(GNIC_REDUCTION_OP, op));
}

static void write_reduced(struct lab_qp *from, uint32_t how, uint32_t size)
{
	struct gnic_hw_rc_wqe wqe = lab_wqe(from, size);

	wqe.ctrl |= cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_REDUCTION, how));
	lab_post(from, &wqe);
}

/* Three times what was there, in packets that are lost and come again. */
static void each_number_is_added_once(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	uint32_t *sink = (void *)lab_mem(1, LAB_SINK), *source = (void *)lab_mem(0, LAB_SOURCE);

	(void)state;
	connect();
	lab.bytes = true;
	lab.dice = (struct lab_dice){ .drop = 100, .duplicate = 100, .swap = 100 };
	memset(sink, 0, 40000);
	for (uint32_t i = 0; i < 3; i++)
		write_reduced(from, reduction(GNIC_REDUCTION_UINT32, GNIC_REDUCTION_ADD), 40000);
	lab_run_ms(5000);
	assert_int_equal(from->sq_cq.count, 3);
	assert_true(from->qp.stats.retransmits > 0);
	for (uint32_t i = 0; i < 10000; i++)
		assert_true(sink[i] == 3 * source[i]);
}

/* Twice the room there, and not a byte more. */
static void upscaled(void **state)
{
	uint32_t *sink = (void *)lab_mem(1, LAB_SINK);
	uint16_t *source = (void *)lab_mem(0, LAB_SOURCE);

	(void)state;
	connect();
	memset(sink, 0, 20004);
	lab_window(1, LAB_ASID, LAB_SINK, 20000, GNIC_ACCESS_REMOTE_WRITE);
	assert_int_equal(lab_set(&lab_qp(1, 0)->qp, false, GNIC_RES_ASID, LAB_ASID),
			 GNIC_STATUS_OK);
	for (uint32_t i = 0; i < 5000; i++)
		source[i] = (uint16_t)(0x3f80 + i % 64);	/* 1.0 and a little more */
	write_reduced(lab_qp(0, 0), reduction(GNIC_REDUCTION_UP_BF16, GNIC_REDUCTION_ADD), 10000);
	lab_run();
	assert_int_equal(lab_qp(0, 0)->sq_cq.count, 1);
	for (uint32_t i = 0; i < 5000; i++)
		assert_int_equal(sink[i], (uint32_t)source[i] << 16);
	write_reduced(lab_qp(0, 0), reduction(GNIC_REDUCTION_UP_BF16, GNIC_REDUCTION_ADD), 10002);
	lab_run();
	assert_int_equal(lab_qp(1, 0)->qp.stats.syndrome, GNIC_SYND_REMOTE_ACCESS);
	assert_int_equal(sink[5000], 0);
}

static void odd_address(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe = lab_wqe(from, 100);

	(void)state;
	connect();
	wqe.remote_addr = cpu_to_le64(lab_addr(LAB_SINK + 2));
	wqe.ctrl |= cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_REDUCTION,
					   reduction(GNIC_REDUCTION_UP_FP16, GNIC_REDUCTION_ADD)));
	lab_post(from, &wqe);
	lab_run();
	assert_int_equal(from->qp.stats.syndrome, GNIC_SYND_TX_UPSCALE_ADDR);
}

static uint16_t wrong;

static bool spoil_reduction(struct rc_packet *pkt)
{
	if (roce_ops[pkt->opcode].flags & ROCE_OP_REDUCE)
		pkt->reduction = wrong;
	return true;
}

static void peer_asks_for_what_is_not(void **state)
{
	static const uint16_t wrongs[] = { 0, 2, 1 | 9 << 1, 1 | 1 << 9, 0x8001, UINT16_MAX };

	(void)state;
	for (uint32_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
		lab_setup(NULL);
		connect();
		lab.bytes = i & 1;
		memset(lab_mem(1, LAB_SINK), 0x77, 100);
		wrong = wrongs[i];
		lab.tamper = spoil_reduction;
		write_reduced(lab_qp(0, 0), reduction(GNIC_REDUCTION_INT8, GNIC_REDUCTION_ADD),
			      100);
		lab_run();
		assert_int_equal(lab_qp(1, 0)->qp.stats.syndrome, GNIC_SYND_RX_BAD_FORMAT);
		assert_int_equal(lab_qp(0, 0)->qp.stats.syndrome, GNIC_SYND_REMOTE_OP);
		assert_int_equal(*lab_mem(1, LAB_SINK), 0x77);
		lab_teardown(NULL);
	}
}

#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(send_of_each_size),
		LAB_TEST(send_with_immediate),
		LAB_TEST(nothing_is_received),
		LAB_TEST(sends_and_writes_in_turn),
		LAB_TEST(taken_back),
		LAB_TEST(taken_back_in_the_middle),
		LAB_TEST(sender_waits_for_a_buffer),
		LAB_TEST(patience_ends),
		LAB_TEST(complaints_do_not_count),
		LAB_TEST(not_ready_is_an_answer),
		LAB_TEST(waits_on_with_another_timeout),
		LAB_TEST(delays),
		LAB_TEST(send_too_big),
		LAB_TEST(buffer_in_no_window),
		cmocka_unit_test(kinds_do_not_mix),
		LAB_TEST(inline_in_32_bytes),
		LAB_TEST(inline_in_64_bytes),
		LAB_TEST(inline_is_kept),
		LAB_TEST(each_number_is_added_once),
		LAB_TEST(upscaled),
		LAB_TEST(odd_address),
		cmocka_unit_test(peer_asks_for_what_is_not),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
