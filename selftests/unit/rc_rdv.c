// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rendezvous: side 0 writes, but knows no addresses; side 1 offers buffers. Each WRITE
 * meets the offer of its turn, whichever comes first and whatever the wire does.
 */
#include "rc_lab.h"

#define BUFFER		16384u

static const struct lab_conn conn_default = {
	.mtu = 2, .psn = { 0x123456, 0xfffff0 }, .ack_freq = 8, .granularity = 8,
	.timeouts = 3, .naks = 3, .rnrs = RC_RNR_FOR_EVER, .ip_version = 4,
	.rdv = 1, .remote_log = LAB_RING_LOG + 2,
};

static void connect(void)
{
	lab_connect(0, &conn_default);
	lab_fill_random(lab_mem(0, LAB_SOURCE), 1 << 20);
	memset(lab_mem(1, LAB_SINK), 0x55, 1 << 20);
}

static struct lab_qp *sender(void)
{
	return lab_qp(0, 0);
}

static struct lab_qp *receiver(void)
{
	return lab_qp(1, 0);
}

static struct gnic_hw_rc_wqe write_wqe(uint32_t size)
{
	struct gnic_hw_rc_wqe wqe = lab_wqe(sender(), size);

	wqe.remote_addr = 0;
	return wqe;
}

static struct gnic_hw_rc_wqe offer_wqe(uint32_t offset, uint32_t size)
{
	struct gnic_hw_rc_wqe wqe = lab_wqe(receiver(), size);

	wqe.ctrl ^= cpu_to_le32(GNIC_WQE_LINEAR ^ GNIC_WQE_RDV_WR);
	wqe.local_addr = cpu_to_le64(lab_addr(LAB_SINK + offset));
	wqe.remote_addr = 0;
	return wqe;
}

static void write(uint32_t size)
{
	struct gnic_hw_rc_wqe wqe = write_wqe(size);

	lab_post(sender(), &wqe);
}

static void offer(uint32_t offset, uint32_t size)
{
	struct gnic_hw_rc_wqe wqe = offer_wqe(offset, size);

	lab_post(receiver(), &wqe);
}

static void check_arrived(uint32_t offset, uint32_t size)
{
	assert_memory_equal(lab_mem(0, LAB_SOURCE), lab_mem(1, LAB_SINK + offset), size);
	assert_int_equal(*lab_mem(1, LAB_SINK + offset + size), 0x55);
}

static void check_counts(uint32_t written, uint32_t offered)
{
	assert_false(sender()->qp.failed || receiver()->qp.failed);
	assert_int_equal(sender()->sq_cq.count, written);
	assert_int_equal(receiver()->sq_cq.count, offered);
}

/* ---- who comes first ---- */

static void write_waits_for_the_offer(void **state)
{
	(void)state;
	connect();
	write(9000);
	lab_run_ms(1000);
	check_counts(0, 0);
	assert_int_equal(lab.packets, 0);
	offer(100, 9000);
	lab_run();
	check_counts(1, 1);
	check_arrived(100, 9000);
}

static void offer_waits_for_the_write(void **state)
{
	(void)state;
	connect();
	offer(100, 9000);
	lab_run();
	check_counts(0, 1);
	write(9000);
	lab_run();
	check_counts(1, 1);
	check_arrived(100, 9000);
}

/* A buffer may be larger than what is written, and one of a byte is one. */
static void smaller_than_the_buffer(void **state)
{
	(void)state;
	connect();
	offer(0, BUFFER);
	offer(BUFFER, 1);
	write(5);
	write(1);
	lab_run();
	check_counts(2, 2);
	check_arrived(0, 5);
	check_arrived(BUFFER, 1);
}

static void nothing_needs_no_buffer(void **state)
{
	struct gnic_hw_rc_wqe wqe = write_wqe(0);

	(void)state;
	connect();
	wqe.ctrl ^= cpu_to_le32(GNIC_WQE_LINEAR ^ GNIC_WQE_NOP);
	lab_post(sender(), &wqe);
	lab_run();
	check_counts(1, 0);
}

static void immediate_tells_the_receiver(void **state)
{
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	connect();
	wqe = write_wqe(5000);
	wqe.completion = cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_CQ));
	lab_post(sender(), &wqe);
	offer(0, BUFFER);
	lab_run();
	assert_int_equal(receiver()->rq_cq.count, 1);
	assert_int_equal(le32_to_cpu(receiver()->rq_cq.cqe[0].data), 5000);
	assert_int_equal(le32_to_cpu(receiver()->rq_cq.cqe[0].ctrl), GNIC_CQE_IMM);
}

/* ---- many, and a bad wire ---- */

/* Each has a size of its own, so that one that met another's buffer shows. */
static uint32_t nth_size(uint32_t n)
{
	return 1 + n * 37 % BUFFER;
}

static void run_many(uint32_t count)
{
	uint32_t written = 0, offered = 0;

	for (uint32_t i = 0; i < 20000 && receiver()->rq_cq.count < count; i++) {
		struct gnic_hw_rc_wqe wqe;

		if (written < count && lab_has_room(sender()) && lab_random(2)) {
			wqe = write_wqe(nth_size(written++));
			wqe.completion = cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_COMPLETION,
								GNIC_COMPLETION_CQ));
			lab_post(sender(), &wqe);
		}
		if (offered < count && lab_has_room(receiver()) && lab_random(2)) {
			offer(offered % 60 * BUFFER, nth_size(offered));
			offered++;
		}
		lab_run_ms(lab_random(4));
	}
	check_counts(count, count);
	assert_int_equal(receiver()->rq_cq.count, count);
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(le32_to_cpu(receiver()->rq_cq.cqe[i].data), nth_size(i));
}

static void many_in_order(void **state)
{
	(void)state;
	connect();
	run_many(400);
	assert_int_equal(lab_get(&sender()->qp, true, GNIC_REQ_REMOTE_PI), 400);
	assert_int_equal(lab_get(&sender()->qp, true, GNIC_REQ_REMOTE_CI), 400);
	assert_int_equal(lab_get(&receiver()->qp, true, GNIC_REQ_REMOTE_PI), 400);
	for (uint32_t i = 340; i < 400; i++)
		assert_memory_equal(lab_mem(0, LAB_SOURCE),
				    lab_mem(1, LAB_SINK + i % 60 * BUFFER), nth_size(i));
}

static void on_a_bad_wire(void **state)
{
	(void)state;
	for (uint32_t selective = 0; selective < 4; selective += 3) {
		struct lab_conn conn = conn_default;

		lab_setup(NULL);
		conn.selective = (uint8_t)selective;
		conn.timeouts = 255;
		conn.naks = 255;
		lab_connect(0, &conn);
		lab_fill_random(lab_mem(0, LAB_SOURCE), 1 << 20);
		lab.bytes = true;
		lab.dice = (struct lab_dice){ .drop = 60, .duplicate = 50, .swap = 50, .spoil = 20 };
		run_many(200);
		assert_true(receiver()->qp.stats.retransmits > 0);
		assert_true(sender()->qp.stats.duplicates > 0);
		lab_teardown(NULL);
	}
}

/* ---- refusals of who writes ---- */

static void check_fails(struct lab_qp *lqp, uint8_t syndrome)
{
	assert_int_equal(lqp->qp.stats.syndrome, syndrome);
	assert_true(lqp->qp.failed);
}

static void larger_than_the_buffer(void **state)
{
	(void)state;
	connect();
	offer(0, 100);
	write(101);
	lab_run();
	check_fails(sender(), GNIC_SYND_TX_RDV_WRITE_SIZE);
	assert_int_equal(*lab_mem(1, LAB_SINK), 0x55);
}

static void what_a_sender_can_not(void **state)
{
	static const struct {
		uint32_t clear, set;
		uint64_t remote;
		uint8_t syndrome;
	} wrong[] = {
		{ GNIC_WQE_OPCODE, GNIC_WQE_SEND, 0, GNIC_SYND_TX_RDV_OPCODE },
		{ GNIC_WQE_OPCODE, GNIC_WQE_STRIDE, 0, GNIC_SYND_TX_RDV_OPCODE },
		{ GNIC_WQE_OPCODE, GNIC_WQE_RDV_WR, 0, GNIC_SYND_TX_RDV_OPCODE },
		{ GNIC_WQE_OPCODE, GNIC_WQE_RDV_RD, 0, GNIC_SYND_TX_RDV_OPCODE },
		{ GNIC_WQE_OPCODE, 9, 0, GNIC_SYND_TX_OPCODE },
		{ 0, 0, 8, GNIC_SYND_TX_RESERVED },
		{ 0, FIELD_PREP(GNIC_RC_WQE_REDUCTION, GNIC_REDUCTION_ENABLE), 0,
		  GNIC_SYND_TX_REDUCTION },
	};

	(void)state;
	for (uint32_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct gnic_hw_rc_wqe wqe;

		lab_setup(NULL);
		connect();
		wqe = write_wqe(100);
		wqe.ctrl &= ~cpu_to_le32(wrong[i].clear);
		wqe.ctrl |= cpu_to_le32(wrong[i].set);
		wqe.remote_addr = cpu_to_le64(wrong[i].remote);
		lab_post(sender(), &wqe);
		lab_run();
		check_fails(sender(), wrong[i].syndrome);
		lab_teardown(NULL);
	}
}

/* ---- refusals of who offers ---- */

static void what_can_not_be_offered(void **state)
{
	static const struct {
		uint32_t ctrl, size, completion;
		uint64_t remote;
		uint8_t syndrome;
	} wrong[] = {
		{ 0, 0, 0, 0, GNIC_SYND_TX_RDV_ZERO },
		{ 0, GNIC_RC_SIZE_MAX + 1, 0, 0, GNIC_SYND_TX_RDV_WRITE_SIZE },
		{ 0, 100, 0, 8, GNIC_SYND_TX_RESERVED },
		{ 0, 100, FIELD_PREP(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_CQ), 0,
		  GNIC_SYND_TX_RESERVED },
		{ GNIC_RC_WQE_INLINE, 8, 0, 0, GNIC_SYND_TX_RESERVED },
		{ FIELD_PREP(GNIC_RC_WQE_REDUCTION, GNIC_REDUCTION_ENABLE), 100, 0, 0,
		  GNIC_SYND_TX_RESERVED },
		{ GNIC_RC_WQE_SE, 100, 0, 0, GNIC_SYND_TX_SE_NOT_RAW },
	};

	(void)state;
	for (uint32_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct gnic_hw_rc_wqe wqe;

		lab_setup(NULL);
		connect();
		wqe = offer_wqe(0, wrong[i].size);
		wqe.ctrl |= cpu_to_le32(wrong[i].ctrl);
		wqe.completion = cpu_to_le32(wrong[i].completion);
		wqe.remote_addr = cpu_to_le64(wrong[i].remote);
		lab_post(receiver(), &wqe);
		lab_run();
		check_fails(receiver(), wrong[i].syndrome);
		assert_int_equal(sender()->qp.stats.rx_packets, 0);
		lab_teardown(NULL);
	}
}

/* Four offers for each entry of our queue the peer has to hold. */
static void ring_too_small(void **state)
{
	struct lab_conn conn = conn_default;

	(void)state;
	conn.remote_log = LAB_RING_LOG + 1;
	lab_connect(0, &conn);
	offer(0, 100);
	lab_run();
	check_fails(receiver(), GNIC_SYND_TX_RDV_LOG);
}

/* ---- refusals of the far end ---- */

static void check_refused(uint8_t there, uint8_t here)
{
	check_fails(sender(), there);
	check_fails(receiver(), here);
}

static void more_than_the_ring_holds(void **state)
{
	(void)state;
	connect();
	for (uint32_t i = 0; i < 4 * LAB_RING; i++) {
		offer(0, 100);
		lab_run();
	}
	check_counts(0, 4 * LAB_RING);
	offer(0, 100);
	lab_run();
	check_refused(GNIC_SYND_QPC_RDV_LAST_INDEX, GNIC_SYND_REMOTE_OP);
}

static void peer_of_another_type(void **state)
{
	struct lab_conn conn = conn_default;

	(void)state;
	conn.rdv = 0;
	lab_connect(0, &conn);
	offer(0, 100);
	lab_run();
	check_refused(GNIC_SYND_QPC_RDV_TYPE, GNIC_SYND_REMOTE_OP);
}

static void peer_that_does_not_send(void **state)
{
	(void)state;
	connect();
	assert_int_equal(lab_set(&sender()->qp, true, GNIC_REQ_VALID, 0), GNIC_STATUS_OK);
	offer(0, 100);
	lab_run();
	check_refused(GNIC_SYND_QPC_RDV_QP, GNIC_SYND_REMOTE_OP);
}

static void (*spoil)(struct rc_packet *pkt);

static bool spoil_offer(struct rc_packet *pkt)
{
	if (roce_ops[pkt->opcode].flags & ROCE_OP_RDV)
		spoil(pkt);
	return true;
}

static void spoil_key(struct rc_packet *pkt)
{
	pkt->rkey ^= 1;
}

static void spoil_zero(struct rc_packet *pkt)
{
	pkt->dma_len = 0;
}

static void spoil_size(struct rc_packet *pkt)
{
	pkt->dma_len = GNIC_RC_SIZE_MAX + 1;
}

static void spoil_payload(struct rc_packet *pkt)
{
	pkt->payload = 4;
}

static void spoilt_offers(void **state)
{
	static const struct {
		void (*spoil)(struct rc_packet *pkt);
		uint8_t there, here;
	} wrong[] = {
		{ spoil_key, GNIC_SYND_RX_RKEY, GNIC_SYND_REMOTE_ACCESS },
		{ spoil_zero, GNIC_SYND_RX_WRITE_ZERO, GNIC_SYND_REMOTE_OP },
		{ spoil_size, GNIC_SYND_RX_RC_TOO_BIG, GNIC_SYND_REMOTE_OP },
		{ spoil_payload, GNIC_SYND_RX_BAD_FORMAT, GNIC_SYND_REMOTE_OP },
	};

	(void)state;
	for (uint32_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		lab_setup(NULL);
		connect();
		spoil = wrong[i].spoil;
		lab.tamper = spoil_offer;
		offer(0, 100);
		lab_run();
		check_refused(wrong[i].there, wrong[i].here);
		lab_teardown(NULL);
	}
}

/* The second packet of a WRITE becomes an offer. */
static uint32_t seen;

static bool mix(struct rc_packet *pkt)
{
	if (roce_ops[pkt->opcode].flags & ROCE_OP_WRITE && seen++ == 1)
		*pkt = (struct rc_packet){ .path = pkt->path, .dst_qp = pkt->dst_qp,
					   .psn = pkt->psn, .opcode = ROCE_RDV_OFFER };
	return true;
}

static void offer_within_a_write(void **state)
{
	(void)state;
	connect();
	seen = 0;
	lab.tamper = mix;
	offer(0, BUFFER);
	write(10000);
	lab_run();
	check_fails(receiver(), GNIC_SYND_RX_RDV_OPCODE);
}

/* The owner of the buffer let nobody write there. */
static void buffer_in_no_window(void **state)
{
	(void)state;
	connect();
	lab_window(1, LAB_ASID, LAB_SINK, BUFFER, GNIC_ACCESS_LOCAL_WRITE);
	assert_int_equal(lab_set(&receiver()->qp, false, GNIC_RES_ASID, LAB_ASID),
			 GNIC_STATUS_OK);
	offer(0, BUFFER);
	write(100);
	lab_run();
	check_refused(GNIC_SYND_REMOTE_ACCESS, GNIC_SYND_REMOTE_ACCESS);
	assert_int_equal(*lab_mem(1, LAB_SINK), 0x55);
}

/* ---- the receiver says from where, too ---- */

static const struct lab_conn conn_reads = {
	.mtu = 2, .psn = { 0x123456, 0xfffff0 }, .ack_freq = 8, .granularity = 8,
	.timeouts = 3, .naks = 3, .rnrs = RC_RNR_FOR_EVER, .ip_version = 4,
	.serves = 1, .remote_log = LAB_RING_LOG + 2,
};

static void connect_reads(const struct lab_conn *conn)
{
	lab_connect(0, conn);
	lab_fill_random(lab_mem(0, LAB_SOURCE), 1 << 20);
	memset(lab_mem(1, LAB_SINK), 0x55, 1 << 20);
}

static struct gnic_hw_rc_wqe ask_wqe(uint32_t from, uint32_t to, uint32_t size)
{
	struct gnic_hw_rc_wqe wqe = offer_wqe(to, size);

	wqe.ctrl ^= cpu_to_le32(GNIC_WQE_RDV_WR ^ GNIC_WQE_RDV_RD);
	wqe.remote_addr = cpu_to_le64(lab_addr(LAB_SOURCE + from));
	return wqe;
}

static void ask(uint32_t from, uint32_t to, uint32_t size)
{
	struct gnic_hw_rc_wqe wqe = ask_wqe(from, to, size);

	lab_post(receiver(), &wqe);
}

static void check_read(uint32_t at, uint32_t from, uint32_t to, uint32_t size)
{
	const struct gnic_hw_cqe *cqe = &receiver()->rq_cq.cqe[at];

	assert_true(at < receiver()->rq_cq.count);
	assert_int_equal(le32_to_cpu(cqe->ctrl), GNIC_CQE_IMM);
	assert_int_equal(le32_to_cpu(cqe->tag), at ^ 0x5aa50000);
	assert_int_equal(le32_to_cpu(cqe->data), size);
	assert_memory_equal(lab_mem(0, LAB_SOURCE + from), lab_mem(1, LAB_SINK + to), size);
}

static void reads_of_each_size(void **state)
{
	static const uint32_t sizes[] = { 1, 4095, 4096, 4097, 70000, 500000 };

	(void)state;
	connect_reads(&conn_reads);
	for (uint32_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		lab.bytes = i & 1;
		ask(77 * i, 5 * i, sizes[i]);
		lab_run();
		check_counts(0, i + 1);
		check_read(i, 77 * i, 5 * i, sizes[i]);
		assert_int_equal(*lab_mem(1, LAB_SINK + 5 * i + sizes[i]), 0x55);
	}
	assert_int_equal(lab_get(&sender()->qp, true, GNIC_REQ_REMOTE_CI), 6);
	assert_int_equal(sender()->qp.sq.done, 0);
}

static void reads_on_a_bad_wire(void **state)
{
	(void)state;
	for (uint32_t selective = 0; selective < 4; selective += 3) {
		struct lab_conn conn = conn_reads;

		lab_setup(NULL);
		conn.selective = (uint8_t)selective;
		conn.timeouts = 255;
		conn.naks = 255;
		connect_reads(&conn);
		lab.bytes = true;
		lab.dice = (struct lab_dice){ .drop = 60, .duplicate = 50, .swap = 50, .spoil = 20 };
		for (uint32_t i = 0; i < 60; i++)
			ask(i * 1000, i * BUFFER, nth_size(i));
		for (uint32_t i = 0; i < 1000 && receiver()->rq_cq.count < 60; i++)
			lab_run_ms(10);
		check_counts(0, 60);
		for (uint32_t i = 0; i < 60; i++)
			check_read(i, i * 1000, i * BUFFER, nth_size(i));
		lab_teardown(NULL);
	}
}

/* A window that its owner alone may read is nobody else's to read. */
static void reads_need_a_window(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		lab_setup(NULL);
		connect_reads(&conn_reads);
		lab_window(0, LAB_ASID, LAB_SOURCE, 8192,
			   i ? GNIC_ACCESS_REMOTE_READ :
			       GNIC_ACCESS_LOCAL_READ | GNIC_ACCESS_REMOTE_WRITE);
		assert_int_equal(lab_set(&sender()->qp, true, GNIC_REQ_ASID, LAB_ASID),
				 GNIC_STATUS_OK);
		ask(0, 0, 8192);
		lab_run();
		assert_int_equal(receiver()->rq_cq.count, i);
		ask(1, 0, 8192);
		lab_run();
		check_fails(receiver(), GNIC_SYND_REMOTE_ACCESS);
		check_fails(sender(), GNIC_SYND_REMOTE_ACCESS);
		lab_teardown(NULL);
	}
}

/* None of its WQEs is to blame: it has none. */
static void check_blames_no_wqe(const struct lab_qp *lqp, uint8_t syndrome)
{
	const struct gnic_hw_cqe *cqe = &lqp->sq_cq.cqe[0];

	assert_int_equal(lqp->sq_cq.count, 1);
	assert_int_equal(le32_to_cpu(cqe->ctrl), GNIC_CQE_REQ | GNIC_CQE_ERROR);
	assert_int_equal(le32_to_cpu(cqe->wqe_index), lqp->qp.sq.done);
	assert_int_equal(le32_to_cpu(cqe->data), syndrome);
}

/* It was there when the peer asked. */
static void memory_goes_meanwhile(void **state)
{
	struct lab_conn conn = conn_reads;
	const struct gnic_hw_id id = { .id = cpu_to_le32(1) };

	(void)state;
	conn.window = 1;
	connect_reads(&conn);
	lab_window(0, LAB_ASID, LAB_SOURCE, 65536, GNIC_ACCESS_REMOTE_READ);
	assert_int_equal(lab_set(&sender()->qp, true, GNIC_REQ_ASID, LAB_ASID), GNIC_STATUS_OK);
	for (uint32_t i = 0; i < 3; i++)
		ask(0, 0, 100);
	lab_run();
	check_counts(0, 3);
	assert_int_equal(lab_set(&sender()->qp, true, GNIC_REQ_CONGESTION_WIN, 0),
			 GNIC_STATUS_OK);
	ask(0, 0, 65536);
	lab_run();
	assert_int_equal(window_cmd_del(&lab.side[0].card, &id), GNIC_STATUS_OK);
	assert_int_equal(lab_set(&sender()->qp, true, GNIC_REQ_CONGESTION_WIN, 1),
			 GNIC_STATUS_OK);
	lab_run();
	check_fails(sender(), GNIC_SYND_LOCAL_ACCESS);
	check_blames_no_wqe(sender(), GNIC_SYND_LOCAL_ACCESS);
	assert_int_equal(receiver()->rq_cq.count, 3);
}

/* In the middle of it the peer may not read any more what its owner still may. */
static void right_goes_meanwhile(void **state)
{
	struct lab_conn conn = conn_reads;
	const struct gnic_hw_id id = { .id = cpu_to_le32(1) };

	(void)state;
	conn.window = 64;
	conn.burst = 8;
	connect_reads(&conn);
	lab_window(0, LAB_ASID, LAB_SOURCE, 262144, GNIC_ACCESS_REMOTE_READ);
	assert_int_equal(lab_set(&sender()->qp, true, GNIC_REQ_ASID, LAB_ASID), GNIC_STATUS_OK);
	assert_int_equal(lab_set(&sender()->qp, true, GNIC_REQ_CONGESTION_WIN, 0),
			 GNIC_STATUS_OK);
	ask(0, 0, 262144);
	lab_run();
	assert_int_equal(lab_set(&sender()->qp, true, GNIC_REQ_CONGESTION_WIN, 64),
			 GNIC_STATUS_OK);
	assert_in_range(rc_poll(&sender()->qp, 1), 1, 63);
	assert_true(lab.trains > 0);
	assert_int_equal(window_cmd_del(&lab.side[0].card, &id), GNIC_STATUS_OK);
	lab_window(0, LAB_ASID, LAB_SOURCE, 262144, GNIC_ACCESS_LOCAL_READ);
	lab_run();
	check_fails(sender(), GNIC_SYND_LOCAL_ACCESS);
	assert_int_equal(receiver()->rq_cq.count, 0);
}

/* Its work queue is the peer's. */
static void doorbell_of_who_serves(void **state)
{
	(void)state;
	connect_reads(&conn_reads);
	ask(0, 0, 100);
	lab_run();
	check_read(0, 0, 0, 100);
	write(100);
	lab_run();
	check_fails(sender(), GNIC_SYND_QPC_DB_READ);
}

static void what_can_not_be_asked_for(void **state)
{
	static const struct {
		uint32_t ctrl, size, completion;
		uint8_t syndrome;
	} wrong[] = {
		{ 0, 0, 0, GNIC_SYND_TX_RDV_ZERO },
		{ 0, GNIC_RC_SIZE_MAX + 1, 0, GNIC_SYND_TX_RDV_READ_SIZE },
		{ 0, 100, FIELD_PREP(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_CQ),
		  GNIC_SYND_TX_RESERVED },
		{ GNIC_RC_WQE_INLINE, 8, 0, GNIC_SYND_TX_RESERVED },
	};

	(void)state;
	for (uint32_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct gnic_hw_rc_wqe wqe;

		lab_setup(NULL);
		connect_reads(&conn_reads);
		wqe = ask_wqe(0, 0, wrong[i].size);
		wqe.ctrl |= cpu_to_le32(wrong[i].ctrl);
		wqe.completion = cpu_to_le32(wrong[i].completion);
		lab_post(receiver(), &wqe);
		lab_run();
		check_fails(receiver(), wrong[i].syndrome);
		lab_teardown(NULL);
	}
}

static void the_other_kind(void **state)
{
	(void)state;
	connect_reads(&conn_reads);
	offer(0, 100);
	lab_run();
	check_refused(GNIC_SYND_QPC_RDV_TYPE, GNIC_SYND_REMOTE_OP);
	lab_teardown(NULL);
	lab_setup(NULL);
	connect();
	ask(0, 0, 100);
	lab_run();
	check_refused(GNIC_SYND_QPC_RDV_TYPE, GNIC_SYND_REMOTE_OP);
}

/* ---- contexts ---- */

static void rings_of_offers(void **state)
{
	struct lab_conn conn = conn_default;

	(void)state;
	lab_path(0, 0, &conn);
	conn.remote_log = GNIC_WQ_LOG_MIN + 1;
	assert_int_equal(lab_requester(0, 0, &conn), GNIC_STATUS_BAD_PARAM);
	conn.remote_log = GNIC_WQ_LOG_MAX + 3;
	assert_int_equal(lab_requester(0, 0, &conn), GNIC_STATUS_BAD_PARAM);
	conn.remote_log = GNIC_WQ_LOG_MAX + 2;
	assert_int_equal(lab_requester(0, 0, &conn), GNIC_STATUS_OK);
	assert_int_equal(lab_set(&sender()->qp, true, GNIC_REQ_REMOTE_WQ_LOG_SZ, 8),
			 GNIC_STATUS_BAD_STATE);
	assert_int_equal(lab_set(&sender()->qp, true, GNIC_REQ_WQ_TYPE, GNIC_WQ_TYPE_WRITE),
			 GNIC_STATUS_BAD_STATE);
}

/* Others have taken all but the least that a ring can be. */
static void rings_are_bounded(void **state)
{
	uint32_t *offers = &lab.side[0].card.offers;
	struct lab_conn conn = conn_default;

	(void)state;
	lab_path(0, 0, &conn);
	*offers = (1u << CARD_RDV_LOG) - (1u << GNIC_RDV_LOG_MIN);
	conn.remote_log = GNIC_RDV_LOG_MIN + 1;
	assert_int_equal(lab_requester(0, 0, &conn), GNIC_STATUS_NO_RESOURCE);
	conn.remote_log = GNIC_RDV_LOG_MIN;
	assert_int_equal(lab_requester(0, 0, &conn), GNIC_STATUS_OK);
	assert_int_equal(*offers, 1u << CARD_RDV_LOG);
	lab_path(0, 1, &conn);
	assert_int_equal(lab_requester(0, 1, &conn), GNIC_STATUS_NO_RESOURCE);
	assert_int_equal(lab_set(&sender()->qp, true, GNIC_REQ_VALID, 0), GNIC_STATUS_OK);
	conn.rdv = 0;
	assert_int_equal(lab_requester(0, 0, &conn), GNIC_STATUS_OK);
	conn.rdv = 1;
	assert_int_equal(lab_requester(0, 1, &conn), GNIC_STATUS_OK);
	rc_destroy(&lab_qp(0, 1)->qp);
	lab_qp(0, 1)->qp.rc = NULL;
	assert_int_equal(*offers, (1u << CARD_RDV_LOG) - (1u << GNIC_RDV_LOG_MIN));
	*offers = 0;
}

/* Offers are of before: after VALID both ends begin anew. */
static void valid_forgets_offers(void **state)
{
	(void)state;
	connect();
	offer(0, 100);
	lab_run();
	for (uint32_t side = 0; side < 2; side++) {
		struct qp *qp = &lab_qp(side, 0)->qp;

		assert_int_equal(lab_set(qp, true, GNIC_REQ_VALID, 0), GNIC_STATUS_OK);
		assert_int_equal(lab_set(qp, false, GNIC_RES_VALID, 0), GNIC_STATUS_OK);
	}
	lab_connect(0, &conn_default);
	write(50);
	lab_run();
	check_counts(0, 1);
	offer(1000, 100);
	lab_run();
	check_counts(1, 2);
	check_arrived(1000, 50);
	assert_int_equal(*lab_mem(1, LAB_SINK), 0x55);
}

/* ---- by compute queues ---- */

static void post(uint32_t side, struct gnic_hw_rc_wqe rc)
{
	struct lab_qp *queue = lab_qp(side, LAB_COMPUTE);
	struct gnic_hw_compute_wqe wqe = {
		.ctrl = cpu_to_le32(GNIC_WQE_POST | GNIC_COMPUTE_WQE_CQE |
				    FIELD_PREP(GNIC_WQE_INDEX, queue->index & 0xff)),
		.rc = rc,
	};

	lab_post(queue, &wqe);
}

static void posted(void **state)
{
	(void)state;
	connect();
	post(0, write_wqe(7000));
	lab_run();
	assert_int_equal(lab_qp(0, LAB_COMPUTE)->sq_cq.count, 0);
	post(1, offer_wqe(0, 7000));
	lab_run();
	assert_int_equal(lab_qp(0, LAB_COMPUTE)->sq_cq.count, 1);
	assert_int_equal(lab_qp(1, LAB_COMPUTE)->sq_cq.count, 1);
	check_arrived(0, 7000);
}

static void check_flushed(uint32_t side, uint32_t count)
{
	const struct lab_cq *cq = &lab_qp(side, LAB_COMPUTE)->sq_cq;

	assert_int_equal(cq->count, count);
	for (uint32_t i = 0; i < count; i++) {
		assert_true(le32_to_cpu(cq->cqe[i].ctrl) & GNIC_CQE_ERROR);
		assert_int_equal(le32_to_cpu(cq->cqe[i].data), GNIC_SYND_FLUSHED);
	}
}

/* What waits for an offer when its owner leaves takes none that comes later. */
static void taken_back(void **state)
{
	(void)state;
	connect();
	for (uint32_t i = 0; i < 3; i++)
		post(0, write_wqe(7000));
	lab_run();
	assert_int_equal(rc_cmd_flush(&sender()->qp), GNIC_STATUS_OK);
	check_flushed(0, 3);
	offer(100, 7000);
	lab_run();
	assert_int_equal(*lab_mem(1, LAB_SINK + 100), 0x55);
	post(0, write_wqe(5000));
	lab_run();
	assert_int_equal(lab_qp(0, LAB_COMPUTE)->sq_cq.count, 4);
	assert_false(sender()->qp.failed || receiver()->qp.failed);
	check_arrived(100, 5000);
}

/* Nobody knows how much of it the peer has. */
static void taken_back_in_the_middle(void **state)
{
	struct lab_conn conn = conn_default;

	(void)state;
	conn.window = 1;
	lab_connect(0, &conn);
	assert_int_equal(lab_set(&sender()->qp, true, GNIC_REQ_CONGESTION_WIN, 0),
			 GNIC_STATUS_OK);
	offer(0, 7000);
	post(0, write_wqe(7000));
	post(0, write_wqe(7000));
	lab_run();
	assert_int_equal(rc_cmd_flush(&sender()->qp), GNIC_STATUS_OK);
	check_fails(sender(), GNIC_SYND_FLUSHED);
	check_flushed(0, 2);
	assert_int_equal(rc_cmd_flush(&sender()->qp), GNIC_STATUS_OK);
}

/* The peer has offers of one who has left: what it writes there now is nobody's. */
static void offers_of_one_who_left(void **state)
{
	(void)state;
	for (uint32_t selective = 0; selective < 4; selective += 3) {
		struct lab_conn conn = conn_default;

		lab_setup(NULL);
		conn.selective = (uint8_t)selective;
		lab_connect(0, &conn);
		memset(lab_mem(1, LAB_SINK), 0x55, 1 << 20);
		for (uint32_t i = 0; i < 3; i++)
			offer(0, BUFFER);
		write(100);
		write(100);
		lab_run();
		check_counts(2, 3);
		memset(lab_mem(1, LAB_SINK), 0x55, 1 << 20);
		assert_int_equal(rc_cmd_flush(&receiver()->qp), GNIC_STATUS_OK);
		write(10000);
		lab_run();
		check_refused(GNIC_SYND_REMOTE_ACCESS, GNIC_SYND_REMOTE_ACCESS);
		assert_int_equal(*lab_mem(1, LAB_SINK), 0x55);
		lab_teardown(NULL);
	}
}

/* In the middle of what it writes there. */
static bool flush_receiver(struct rc_packet *pkt)
{
	if (roce_ops[pkt->opcode].flags & ROCE_OP_WRITE && seen++ == 1)
		assert_int_equal(rc_cmd_flush(&receiver()->qp), GNIC_STATUS_OK);
	return true;
}

static void leaves_in_the_middle(void **state)
{
	(void)state;
	connect();
	seen = 0;
	lab.tamper = flush_receiver;
	offer(0, BUFFER);
	write(BUFFER);
	lab_run();
	check_refused(GNIC_SYND_REMOTE_ACCESS, GNIC_SYND_REMOTE_ACCESS);
	assert_int_equal(*lab_mem(1, LAB_SINK + 4096), 0x55);
}

/* Who leaves nothing behind leaves the QP as it was. */
static void all_was_met(void **state)
{
	(void)state;
	connect();
	for (uint32_t i = 0; i < 3; i++) {
		offer(0, BUFFER);
		write(9000);
		lab_run();
		assert_int_equal(rc_cmd_flush(&receiver()->qp), GNIC_STATUS_OK);
		assert_int_equal(rc_cmd_flush(&sender()->qp), GNIC_STATUS_OK);
	}
	check_counts(3, 3);
	check_arrived(0, 9000);
}

#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(write_waits_for_the_offer),
		LAB_TEST(offer_waits_for_the_write),
		LAB_TEST(smaller_than_the_buffer),
		LAB_TEST(nothing_needs_no_buffer),
		LAB_TEST(immediate_tells_the_receiver),
		LAB_TEST(many_in_order),
		cmocka_unit_test(on_a_bad_wire),
		LAB_TEST(larger_than_the_buffer),
		cmocka_unit_test(what_a_sender_can_not),
		cmocka_unit_test(what_can_not_be_offered),
		LAB_TEST(ring_too_small),
		LAB_TEST(more_than_the_ring_holds),
		LAB_TEST(peer_of_another_type),
		LAB_TEST(peer_that_does_not_send),
		cmocka_unit_test(spoilt_offers),
		LAB_TEST(offer_within_a_write),
		LAB_TEST(buffer_in_no_window),
		LAB_TEST(reads_of_each_size),
		cmocka_unit_test(reads_on_a_bad_wire),
		cmocka_unit_test(reads_need_a_window),
		LAB_TEST(memory_goes_meanwhile),
		LAB_TEST(right_goes_meanwhile),
		LAB_TEST(doorbell_of_who_serves),
		cmocka_unit_test(what_can_not_be_asked_for),
		LAB_TEST(the_other_kind),
		LAB_TEST(rings_of_offers),
		LAB_TEST(rings_are_bounded),
		LAB_TEST(valid_forgets_offers),
		LAB_TEST(posted),
		LAB_TEST(taken_back),
		LAB_TEST(taken_back_in_the_middle),
		cmocka_unit_test(offers_of_one_who_left),
		LAB_TEST(leaves_in_the_middle),
		LAB_TEST(all_was_met),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
