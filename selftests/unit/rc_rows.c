// SPDX-License-Identifier: GPL-2.0-only
/*
 * WQEs of rows: what is in the rows here comes into the rows there, and nothing
 * between them is touched or looked at, whatever the wire does.
 */
#include "rc_lab.h"

#define ROOM		(1u << 20)	/* of source and sink */

struct wide_wqe {
	struct gnic_hw_rc_wqe rc;
	struct gnic_hw_rc_stride half;
};

/* A layout of both ends, in the order of the WQE; what is 0 at its end counts once. */
struct layout {
	uint32_t opcode;
	uint32_t row;
	uint16_t count[4];
	uint32_t stride[4];
};

static uint32_t count_of(const struct layout *l, uint32_t dim)
{
	return l->count[dim] ? l->count[dim] : 1;
}

static uint32_t dims_of(const struct layout *l)
{
	return l->opcode == GNIC_WQE_STRIDE_DUAL ? 2 : 4;
}

static uint32_t size_of(const struct layout *l)
{
	uint32_t size = l->row;

	for (uint32_t i = 0; i < dims_of(l); i++)
		size *= count_of(l, i);
	return size;
}

static struct wide_wqe wqe_of(struct lab_qp *lqp, const struct layout *l)
{
	struct wide_wqe wqe = { .rc = lab_wqe(lqp, size_of(l)) };

	wqe.rc.ctrl ^= cpu_to_le32(GNIC_WQE_LINEAR ^ l->opcode);
	wqe.half.row = cpu_to_le32(l->row);
	for (uint32_t i = 0; i < 4; i++) {
		wqe.half.count[i] = cpu_to_le16((uint16_t)count_of(l, i));
		wqe.half.stride[i] = cpu_to_le32(l->stride[i]);
	}
	return wqe;
}

static void connect(const struct lab_conn *conn)
{
	for (uint32_t i = 0; i < 4; i++)
		lab_qp(i / 2, i % 2)->qp.sq.entry_log = 6;
	lab_connect(0, conn);
	lab_connect(1, conn);
	lab_fill_random(lab_mem(0, LAB_SOURCE), ROOM);
	memset(lab_mem(1, LAB_SINK), 0x55, ROOM);
}

/* ---- what has to be there, by counting ---- */

/* Dimensions @first .. of one end, as an odometer. */
struct odometer {
	const struct layout *l;
	uint32_t first, dims;
	uint32_t at, index[4];
};

static uint64_t odometer_offset(const struct odometer *o)
{
	uint64_t off = o->at;

	for (uint32_t i = 0; i < o->dims; i++)
		off += (uint64_t)o->index[i] * o->l->stride[o->first + i];
	return off;
}

static void odometer_step(struct odometer *o)
{
	if (++o->at < o->l->row)
		return;
	o->at = 0;
	for (uint32_t i = 0; i < o->dims; i++) {
		if (++o->index[i] < count_of(o->l, o->first + i))
			return;
		o->index[i] = 0;
	}
}

static struct odometer here_of(const struct layout *l)
{
	return (struct odometer){ .l = l, .dims = dims_of(l) };
}

static struct odometer there_of(const struct layout *l)
{
	if (l->opcode == GNIC_WQE_STRIDE_DUAL)
		return (struct odometer){ .l = l, .first = 2, .dims = 2 };
	return here_of(l);
}

static uint8_t want[ROOM];

static void check_sink(const struct layout *l)
{
	struct odometer here = here_of(l), there = there_of(l);

	memset(want, 0x55, sizeof(want));
	for (uint32_t i = 0; i < size_of(l); i++) {
		uint64_t to = l->opcode == GNIC_WQE_STRIDE ? i : odometer_offset(&there);

		assert_true(to < ROOM && odometer_offset(&here) < ROOM);
		want[to] = *lab_mem(0, LAB_SOURCE + (uint32_t)odometer_offset(&here));
		odometer_step(&here);
		odometer_step(&there);
	}
	assert_memory_equal(want, lab_mem(1, LAB_SINK), ROOM);
}

/* ---- layouts ---- */

static const struct layout layouts[] = {
	/* one row, of one packet and of more */
	{ GNIC_WQE_STRIDE, 1 },
	{ GNIC_WQE_MULTI_STRIDE, 100000 },
	/* rows of a byte, and rows that fill packets in odd ways */
	{ GNIC_WQE_STRIDE, 1, { 9001 }, { 7 } },
	{ GNIC_WQE_MULTI_STRIDE, 1, { 9001 }, { 7 } },
	{ GNIC_WQE_MULTI_STRIDE, 13, { 1000 }, { 1000 } },
	{ GNIC_WQE_MULTI_STRIDE, 1023, { 33 }, { 4097 } },
	{ GNIC_WQE_MULTI_STRIDE, 4096, { 10 }, { 8192 } },
	{ GNIC_WQE_MULTI_STRIDE, 5000, { 20 }, { 5001 } },
	{ GNIC_WQE_STRIDE, 65537, { 3 }, { 70000 } },
	/* more dimensions; the innermost need not have the smallest stride */
	{ GNIC_WQE_MULTI_STRIDE, 3, { 5, 7 }, { 64, 4096 } },
	{ GNIC_WQE_STRIDE, 4, { 100, 100 }, { 400, 4 } },
	{ GNIC_WQE_MULTI_STRIDE, 17, { 3, 5, 7, 11 }, { 20, 100, 700, 7000 } },
	{ GNIC_WQE_STRIDE, 333, { 2, 3, 4, 5 }, { 333, 5000, 20000, 99991 } },
	/* the same row again and again, and rows that overlap: a source may */
	{ GNIC_WQE_STRIDE, 100, { 50 }, { 0 } },
	{ GNIC_WQE_STRIDE, 100, { 500 }, { 3 } },
	/* rows that lie there in another way */
	{ GNIC_WQE_STRIDE_DUAL, 8, { 30, 40, 1200 }, { 100, 8000, 24 } },
	{ GNIC_WQE_STRIDE_DUAL, 4, { 64, 64, 64, 64 }, { 4, 256, 256, 4 } },
	{ GNIC_WQE_STRIDE_DUAL, 1999, { 40, 1, 8, 5 }, { 2000, 0, 2001, 20000 } },
};

#define LAYOUTS		(sizeof(layouts) / sizeof(*layouts))

/* Enough of the clock for any loss. */
static void write_layout(const struct layout *l)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct wide_wqe wqe = wqe_of(from, l);
	uint32_t count = from->sq_cq.count;

	memset(lab_mem(1, LAB_SINK), 0x55, ROOM);
	lab_post(from, &wqe);
	for (uint32_t i = 0; i < 100 && from->sq_cq.count == count; i++)
		lab_run_ms(100);
	assert_false(from->qp.failed);
	assert_int_equal(from->sq_cq.count, count + 1);
	assert_int_equal(le32_to_cpu(from->sq_cq.cqe[count].data), size_of(l));
	check_sink(l);
}

static void every_layout(void **state)
{
	(void)state;
	for (uint32_t mtu = 0; mtu < 4; mtu++) {
		struct lab_conn conn = lab_conn_default;

		lab_setup(NULL);
		conn.mtu = mtu;
		connect(&conn);
		for (uint32_t i = 0; i < 2 * LAYOUTS; i++) {
			lab.bytes = i & 1;
			write_layout(&layouts[i / 2]);
		}
		assert_int_equal(lab_qp(0, 0)->qp.stats.retransmits, 0);
		lab_teardown(NULL);
	}
}

static void on_a_bad_wire(void **state)
{
	(void)state;
	for (uint32_t selective = 0; selective < 4; selective += 3) {
		struct lab_conn conn = lab_conn_default;

		lab_setup(NULL);
		conn.selective = (uint8_t)selective;
		conn.timeouts = 255;
		conn.naks = 255;
		connect(&conn);
		lab.bytes = true;
		lab.dice = (struct lab_dice){ .drop = 60, .duplicate = 50, .swap = 50, .spoil = 20 };
		for (uint32_t i = 0; i < LAYOUTS; i++)
			write_layout(&layouts[i]);
		assert_true(lab_qp(0, 0)->qp.stats.retransmits > 0);
		if (selective)
			assert_true(lab_qp(1, 0)->qp.stats.out_of_order > 0);
		lab_teardown(NULL);
	}
}

static void random_layouts(void **state)
{
	(void)state;
	connect(&lab_conn_default);
	for (uint32_t i = 0; i < 300; i++) {
		struct layout l = { .opcode = GNIC_WQE_STRIDE + lab_random(2) };
		uint32_t span;

		l.row = 1 + lab_random(lab_random(2) ? 40 : 10000);
		span = l.row;
		for (uint32_t dim = 0; dim < 4; dim++) {
			l.count[dim] = (uint16_t)(1 + lab_random(lab_random(2) ? 2 : 12));
			l.stride[dim] = span + lab_random(50);
			if (l.count[dim] > 1 && span + (l.count[dim] - 1) * l.stride[dim] >= ROOM)
				l.count[dim] = 1;
			span += (l.count[dim] - 1) * l.stride[dim];
		}
		lab.bytes = lab_random(2);
		write_layout(&l);
	}
}

/* At the peer one piece: any RoCE responder takes it. */
static bool is_plain(struct rc_packet *pkt)
{
	assert_true(pkt->opcode < 0xc0);
	return true;
}

static void stride_is_a_plain_write(void **state)
{
	(void)state;
	connect(&lab_conn_default);
	lab.tamper = is_plain;
	write_layout(&layouts[2]);
	write_layout(&layouts[8]);
}

static void with_immediate(void **state)
{
	const struct lab_cq *cq = &lab_qp(1, 0)->rq_cq;
	struct lab_qp *from = lab_qp(0, 0);

	(void)state;
	connect(&lab_conn_default);
	for (uint32_t i = 0; i < 2; i++) {
		struct layout l = { GNIC_WQE_MULTI_STRIDE, 9, { i ? 5 : 5000 }, { 10 } };
		struct wide_wqe wqe = wqe_of(from, &l);

		lab.bytes = i;
		wqe.rc.completion = cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_COMPLETION,
							   GNIC_COMPLETION_CQ));
		lab_post(from, &wqe);
		lab_run();
		assert_int_equal(cq->count, i + 1);
		assert_int_equal(le32_to_cpu(cq->cqe[i].tag), i ^ 0x5aa50000);
		assert_int_equal(le32_to_cpu(cq->cqe[i].data), size_of(&l));
	}
}

/* Gathered here, added there. */
static void stride_that_reduces(void **state)
{
	const struct layout l = { GNIC_WQE_STRIDE, 4, { 3000 }, { 8 } };
	uint32_t *sink = (void *)lab_mem(1, LAB_SINK), *source = (void *)lab_mem(0, LAB_SOURCE);
	struct lab_qp *from = lab_qp(0, 0);
	struct wide_wqe wqe;

	(void)state;
	connect(&lab_conn_default);
	memset(sink, 0, ROOM);
	for (uint32_t i = 0; i < 2; i++) {
		wqe = wqe_of(from, &l);
		wqe.rc.ctrl |= cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_REDUCTION, GNIC_REDUCTION_ENABLE |
				FIELD_PREP(GNIC_REDUCTION_TYPE, GNIC_REDUCTION_UINT32)));
		lab_post(from, &wqe);
	}
	lab_run();
	assert_int_equal(from->sq_cq.count, 2);
	for (uint32_t i = 0; i < 3000; i++)
		assert_true(sink[i] == 2 * source[2 * i]);
	assert_int_equal(sink[3000], 0);
}

/* ---- memory ---- */

static void set_asid(uint32_t side, bool requester)
{
	struct qp *qp = &lab_qp(side, 0)->qp;

	if (requester)
		assert_int_equal(lab_set(qp, true, GNIC_REQ_ASID, LAB_ASID), GNIC_STATUS_OK);
	else
		assert_int_equal(lab_set(qp, false, GNIC_RES_ASID, LAB_ASID), GNIC_STATUS_OK);
}

/* Between the rows there need be nothing. */
static void a_window_for_each_row(void **state)
{
	const struct layout l = { GNIC_WQE_MULTI_STRIDE, 3000, { 8 }, { 10000 } };

	(void)state;
	connect(&lab_conn_default);
	for (uint32_t i = 0; i < 8; i++) {
		lab_window(0, LAB_ASID, LAB_SOURCE + i * 10000, 3000, GNIC_ACCESS_LOCAL_READ);
		lab_window(1, LAB_ASID, LAB_SINK + i * 10000, 3000, GNIC_ACCESS_REMOTE_WRITE);
	}
	set_asid(0, true);
	set_asid(1, false);
	write_layout(&l);
	assert_int_equal(lab.side[0].card.stats.asid_errors, 0);
	assert_int_equal(lab.side[1].card.stats.asid_errors, 0);
}

/* Pages of 4 KiB in another order, so that every row is in pieces. */
static void map_scattered(uint32_t side, uint64_t addr, uint32_t offset, uint32_t pages)
{
	struct gnic_hw_segment *list = (void *)lab_mem(side, 0x40000);
	const struct gnic_hw_window_map in = {
		.addr = cpu_to_le64(addr), .size = cpu_to_le64(pages * 4096ull),
		.list = cpu_to_le64(lab_addr(0x40000)), .count = cpu_to_le32(pages),
		.asid = cpu_to_le16(LAB_ASID), .access = GNIC_ACCESS_LOCAL_READ,
	};
	struct gnic_hw_id out;

	for (uint32_t i = 0; i < pages; i++)
		list[i] = (struct gnic_hw_segment){
			.addr = cpu_to_le64(lab_addr(offset + (pages - 1 - i) * 4096)),
			.size = cpu_to_le64(4096),
		};
	assert_int_equal(window_cmd_map(&lab.side[side].card, &in, &out), GNIC_STATUS_OK);
}

static void rows_in_scattered_memory(void **state)
{
	static const uint32_t rows[] = { 1, 100, 910, 911, 1000, 1500, 4096, 8191, 8192, 10001 };
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from = lab_qp(0, 0);

	(void)state;
	conn.mtu = 3;
	connect(&conn);
	map_scattered(0, GNIC_ADDR_MAPPED_BASE, LAB_SOURCE, 64);
	set_asid(0, true);
	for (uint32_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct layout l = { GNIC_WQE_STRIDE, rows[i], { 20 }, { rows[i] + 77 } };
		struct wide_wqe wqe = wqe_of(from, &l);

		wqe.rc.local_addr = cpu_to_le64(GNIC_ADDR_MAPPED_BASE + 4090);
		lab_post(from, &wqe);
		lab_run();
		assert_int_equal(from->sq_cq.count, i + 1);
		for (uint32_t b = 0; b < size_of(&l); b++) {
			uint32_t at = 4090 + b / l.row * l.stride[0] + b % l.row;

			at = (63 - at / 4096) * 4096 + at % 4096;
			assert_true(*lab_mem(1, LAB_SINK + b) == *lab_mem(0, LAB_SOURCE + at));
		}
	}
}

static void last_row_out_of_reach_here(void **state)
{
	const struct layout l = { GNIC_WQE_STRIDE, 64, { 100 }, { 1000 } };
	struct lab_qp *from = lab_qp(0, 0);
	struct wide_wqe wqe;

	(void)state;
	connect(&lab_conn_default);
	lab_window(0, LAB_ASID, LAB_SOURCE, 99 * 1000 + 63, GNIC_ACCESS_LOCAL_READ);
	set_asid(0, true);
	wqe = wqe_of(from, &l);
	lab_post(from, &wqe);
	lab_run();
	assert_int_equal(from->qp.stats.syndrome, GNIC_SYND_LOCAL_ACCESS);
	assert_int_equal(le32_to_cpu(from->sq_cq.cqe[0].data), GNIC_SYND_LOCAL_ACCESS);
	/* the first packet was right */
	assert_int_equal(lab_qp(1, 0)->qp.stats.rx_packets, 1);
}

static void last_row_out_of_reach_there(void **state)
{
	const struct layout l = { GNIC_WQE_MULTI_STRIDE, 64, { 100 }, { 1000 } };
	struct lab_qp *from = lab_qp(0, 0);
	struct wide_wqe wqe;

	(void)state;
	connect(&lab_conn_default);
	lab_window(1, LAB_ASID, LAB_SINK, 99 * 1000 + 63, GNIC_ACCESS_REMOTE_WRITE);
	set_asid(1, false);
	wqe = wqe_of(from, &l);
	lab_post(from, &wqe);
	lab_run();
	assert_int_equal(from->qp.stats.syndrome, GNIC_SYND_REMOTE_ACCESS);
	assert_int_equal(lab_qp(1, 0)->qp.stats.syndrome, GNIC_SYND_REMOTE_ACCESS);
	/* not a byte of that row */
	for (uint32_t i = 0; i < 64; i++)
		assert_int_equal(*lab_mem(1, LAB_SINK + 99 * 1000 + i), 0x55);
}

/* ---- refusals of the requester ---- */

struct bad {
	const char *what;
	struct layout l;
	uint32_t size;		/* 0: as it should be */
	uint32_t ctrl;
	uint32_t rsvd;
	int zero;		/* this count is 0, if not -1 */
	uint64_t local;		/* 0: as it should be */
	uint8_t syndrome;
};

#define GOOD(op)	{ GNIC_WQE_##op, 10, { 10 }, { 20 } }
#define GOOD_DUAL	{ GNIC_WQE_STRIDE_DUAL, 10, { 10, 1, 5, 2 }, { 20, 0, 30, 500 } }

static const struct bad bads[] = {
	{ "no row", { GNIC_WQE_STRIDE, 0, { 10 } }, 100, .zero = -1,
	  .syndrome = GNIC_SYND_TX_STRIDE_ZERO },
	{ "no bytes", { GNIC_WQE_STRIDE, 0 }, 0, .zero = -1, .syndrome = GNIC_SYND_TX_STRIDE_ZERO },
	{ "no row in dimension 0", GOOD(STRIDE), 100, .syndrome = GNIC_SYND_TX_STRIDE_ZERO },
	{ "no row in dimension 3", GOOD(MULTI_STRIDE), 100, .zero = 3,
	  .syndrome = GNIC_SYND_TX_STRIDE_ZERO },
	{ "no row there", GOOD_DUAL, 100, .zero = 2, .syndrome = GNIC_SYND_TX_STRIDE_ZERO },
	{ "too many bytes", { GNIC_WQE_STRIDE, GNIC_RC_SIZE_MAX, { 2 } }, .zero = -1,
	  .syndrome = GNIC_SYND_TX_STRIDE_SIZE },
	{ "more than 32 bits", { GNIC_WQE_STRIDE, 65536, { 65535, 2, 32768 } }, 65536, .zero = -1,
	  .syndrome = GNIC_SYND_TX_BAD_SIZE },
	{ "a row too long", { GNIC_WQE_STRIDE, 200 }, 100, .zero = -1,
	  .syndrome = GNIC_SYND_TX_STRIDE_WQE },
	{ "more rows than bytes", GOOD(STRIDE), 99, .zero = -1, .syndrome = GNIC_SYND_TX_BAD_SIZE },
	{ "more bytes than rows", GOOD(MULTI_STRIDE), 101, .zero = -1,
	  .syndrome = GNIC_SYND_TX_BAD_SIZE },
	{ "other rows there", { GNIC_WQE_STRIDE_DUAL, 10, { 10, 1, 9 } }, .zero = -1,
	  .syndrome = GNIC_SYND_TX_BAD_SIZE },
	{ "inline", GOOD(STRIDE), .ctrl = GNIC_RC_WQE_INLINE, .zero = -1,
	  .syndrome = GNIC_SYND_TX_INLINE_SIZE },
	{ "reserved", GOOD(STRIDE), .rsvd = 1, .zero = -1, .syndrome = GNIC_SYND_TX_RESERVED },
	{ "SE", GOOD(STRIDE), .ctrl = GNIC_RC_WQE_SE, .zero = -1,
	  .syndrome = GNIC_SYND_TX_SE_NOT_RAW },
	{ "reduction of rows", GOOD(MULTI_STRIDE), .zero = -1,
	  .ctrl = FIELD_PREP(GNIC_RC_WQE_REDUCTION, GNIC_REDUCTION_ENABLE),
	  .syndrome = GNIC_SYND_TX_REDUCTION },
	{ "reduction of rows, upscaled", GOOD_DUAL, .zero = -1,
	  .ctrl = FIELD_PREP(GNIC_RC_WQE_REDUCTION, GNIC_REDUCTION_ENABLE |
			     FIELD_PREP(GNIC_REDUCTION_TYPE, GNIC_REDUCTION_UP_FP16)),
	  .syndrome = GNIC_SYND_TX_UPSCALE_OPCODE },
	{ "beyond the last address", GOOD(STRIDE), .zero = -1, .local = -(uint64_t)190,
	  .syndrome = GNIC_SYND_LOCAL_ACCESS },
};

static void bad_rows_fail_the_qp(void **state)
{
	(void)state;
	for (const struct bad *bad = bads; bad < bads + sizeof(bads) / sizeof(*bads); bad++) {
		struct lab_qp *from = lab_qp(0, 0);
		struct wide_wqe wqe;

		print_message("# %s\n", bad->what);
		lab_setup(NULL);
		connect(&lab_conn_default);
		wqe = wqe_of(from, &bad->l);
		if (bad->size)
			wqe.rc.size = cpu_to_le32(bad->size);
		wqe.rc.ctrl |= cpu_to_le32(bad->ctrl);
		wqe.half.rsvd = cpu_to_le32(bad->rsvd);
		if (bad->zero >= 0)
			wqe.half.count[bad->zero] = 0;
		if (bad->local)
			wqe.rc.local_addr = cpu_to_le64(bad->local);
		lab_post(from, &wqe);
		lab_run();
		assert_int_equal(from->qp.stats.syndrome, bad->syndrome);
		assert_int_equal(le32_to_cpu(from->sq_cq.cqe[0].data), bad->syndrome);
		assert_int_equal(lab_qp(1, 0)->qp.stats.rx_packets, 0);
		lab_teardown(NULL);
	}
}

/* ---- refusals of the responder ---- */

static struct rows spoilt;
static uint64_t spoilt_va;

static bool spoil_rows(struct rc_packet *pkt)
{
	if (!(roce_ops[pkt->opcode].flags & ROCE_OP_STRIDE))
		return true;
	pkt->rows = spoilt;
	if (spoilt_va)
		pkt->va = spoilt_va;
	return true;
}

static void peer_sends_bad_rows(void **state)
{
	static const struct {
		struct rows rows;
		uint64_t va;
		uint8_t here, there;
	} wrong[] = {
		{ { 0, { 10, 1, 1, 1 } }, 0, GNIC_SYND_REMOTE_OP, GNIC_SYND_RX_MULTI_ZERO },
		{ { 10, { 10, 1, 1, 0 } }, 0, GNIC_SYND_REMOTE_OP, GNIC_SYND_RX_MULTI_ZERO },
		{ { 10, { 11, 1, 1, 1 } }, 0, GNIC_SYND_REMOTE_OP, GNIC_SYND_RX_MULTI_TOO_BIG },
		{ { 1 << 31, { 2, 65535, 65535, 65535 } }, 0, GNIC_SYND_REMOTE_OP,
		  GNIC_SYND_RX_MULTI_TOO_BIG },
		{ { 10, { 9, 1, 1, 1 } }, 0, GNIC_SYND_REMOTE_OP, GNIC_SYND_RX_BAD_FORMAT },
		{ { 10, { 10, 1, 1, 1 }, { 20 } }, -(uint64_t)190, GNIC_SYND_REMOTE_ACCESS,
		  GNIC_SYND_REMOTE_ACCESS },
	};

	(void)state;
	for (uint32_t i = 0; i < 2 * sizeof(wrong) / sizeof(*wrong); i++) {
		const struct layout l = GOOD(MULTI_STRIDE);
		struct lab_qp *from = lab_qp(0, 0);
		struct wide_wqe wqe;

		lab_setup(NULL);
		connect(&lab_conn_default);
		lab.bytes = i & 1;
		spoilt = wrong[i / 2].rows;
		spoilt_va = wrong[i / 2].va;
		lab.tamper = spoil_rows;
		wqe = wqe_of(from, &l);
		lab_post(from, &wqe);
		lab_run();
		assert_int_equal(lab_qp(1, 0)->qp.stats.syndrome, wrong[i / 2].there);
		assert_int_equal(from->qp.stats.syndrome, wrong[i / 2].here);
		memset(want, 0x55, sizeof(want));
		assert_memory_equal(lab_mem(1, LAB_SINK), want, ROOM);
		lab_teardown(NULL);
	}
}

/* ---- the engine ---- */

/* The context says where the message is, and a rollback goes back there. */
static void context_shows_the_row(void **state)
{
	const struct layout l = { GNIC_WQE_MULTI_STRIDE, 100, { 7, 300 }, { 100, 1000 } };
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from = lab_qp(0, 0);
	struct qp *qp = &from->qp;
	struct wide_wqe wqe;

	(void)state;
	conn.window = 5;
	connect(&conn);
	lab.cut = true;
	wqe = wqe_of(from, &l);
	lab_post(from, &wqe);
	lab_run();
	/* five packets of 4 KiB are 204 rows and 80 bytes, that is 29 times seven and one */
	assert_int_equal(lab_get(qp, true, GNIC_REQ_STRIDE_OFFSET), 80);
	assert_int_equal(lab_get(qp, true, GNIC_REQ_STRIDE1_INDEX), 1);
	assert_int_equal(lab_get(qp, true, GNIC_REQ_STRIDE2_INDEX), 29);
	assert_int_equal(lab_get(qp, true, GNIC_REQ_STRIDE3_INDEX), 0);
	assert_int_equal(lab_get(qp, true, GNIC_REQ_STRIDE4_INDEX), 0);
	lab.cut = false;
	lab_run_ms(50);
	check_sink(&l);
	assert_int_equal(lab_get(qp, true, GNIC_REQ_STRIDE2_INDEX), 0);
}

/* Packets of many rows count as several: others have their turn as soon as ever. */
static void rows_bound_a_round(void **state)
{
	const struct layout l = { GNIC_WQE_STRIDE, 8, { 50000 }, { 10 } };
	struct lab_qp *from = lab_qp(0, 0);
	struct wide_wqe wqe;

	(void)state;
	connect(&lab_conn_default);
	wqe = wqe_of(from, &l);
	lab_post(from, &wqe);
	assert_true(wq_refresh(&from->qp, &from->qp.sq));
	rc_poll(&from->qp, 64);
	/* 512 rows in a packet */
	assert_int_equal(from->qp.stats.tx_packets, (RC_BURST + 8) / 9);
	lab_run();
	check_sink(&l);
}

/* ---- by a compute queue ---- */

static struct lab_qp *queue(void)
{
	return lab_qp(0, LAB_COMPUTE);
}

static struct gnic_hw_compute_wqe command(uint32_t opcode)
{
	return (struct gnic_hw_compute_wqe){
		.ctrl = cpu_to_le32(opcode | GNIC_COMPUTE_WQE_CQE |
				    FIELD_PREP(GNIC_WQE_INDEX, queue()->index & 0xff)),
	};
}

static void compute(uint32_t opcode, const struct wide_wqe *wqe)
{
	struct gnic_hw_compute_wqe cmd = command(opcode);

	if (opcode == GNIC_WQE_POST)
		cmd.rc = wqe->rc;
	else if (opcode == GNIC_WQE_HALF)
		cmd.half = wqe->half;
	lab_post(queue(), &cmd);
}

static void check_done(uint32_t at, uint8_t syndrome)
{
	const struct gnic_hw_cqe *cqe = &queue()->sq_cq.cqe[at];

	assert_true(at < queue()->sq_cq.count);
	assert_int_equal(!!(le32_to_cpu(cqe->ctrl) & GNIC_CQE_ERROR), !!syndrome);
	if (syndrome)
		assert_int_equal(le32_to_cpu(cqe->data), syndrome);
}

static void posted_in_two_halves(void **state)
{
	const struct layout *l = &layouts[11];
	struct wide_wqe wqe;

	(void)state;
	connect(&lab_conn_default);
	wqe = wqe_of(lab_qp(0, 0), l);
	compute(GNIC_WQE_HALF, &wqe);
	compute(GNIC_WQE_POST, &wqe);
	lab_run();
	assert_int_equal(queue()->sq_cq.count, 2);
	check_done(0, 0);
	check_done(1, 0);
	check_sink(l);
	/* it was of that POST, and of no other */
	compute(GNIC_WQE_POST, &wqe);
	lab_run();
	check_done(2, GNIC_SYND_TX_STRIDE_64B);
	/* nor of one that a command is before */
	compute(GNIC_WQE_HALF, &wqe);
	compute(GNIC_WQE_NOP, &wqe);
	compute(GNIC_WQE_POST, &wqe);
	lab_run();
	check_done(5, GNIC_SYND_TX_STRIDE_64B);
	assert_false(lab_qp(0, 0)->qp.failed);
}

/* A POST that finds no room has its half when it finds some. */
static void half_waits_for_room(void **state)
{
	const struct layout l = GOOD(MULTI_STRIDE);
	struct lab_qp *from = lab_qp(0, 0);
	struct wide_wqe wqe, fill = { 0 };

	(void)state;
	connect(&lab_conn_default);
	lab.cut = true;
	while (lab_has_room(from)) {
		fill.rc = lab_wqe(from, 100);
		fill.rc.remote_addr = cpu_to_le64(lab_addr(3u << 20));
		lab_post(from, &fill);
	}
	lab_run();
	wqe = wqe_of(from, &l);
	compute(GNIC_WQE_HALF, &wqe);
	compute(GNIC_WQE_POST, &wqe);
	lab_run();
	assert_int_equal(queue()->sq_cq.count, 1);
	lab.cut = false;
	lab_run_ms(50);
	assert_int_equal(queue()->sq_cq.count, 2);
	check_done(1, 0);
	check_sink(&l);
}

static void target_without_room_for_rows(void **state)
{
	const struct layout l = GOOD(STRIDE);
	struct wide_wqe wqe;

	(void)state;
	lab_connect(0, &lab_conn_default);
	wqe = wqe_of(lab_qp(0, 0), &l);
	compute(GNIC_WQE_HALF, &wqe);
	compute(GNIC_WQE_POST, &wqe);
	lab_run();
	check_done(1, GNIC_SYND_TX_STRIDE_64B);
	assert_false(lab_qp(0, 0)->qp.failed);
	assert_false(queue()->qp.failed);
}

#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_layout),
		cmocka_unit_test(on_a_bad_wire),
		LAB_TEST(random_layouts),
		LAB_TEST(stride_is_a_plain_write),
		LAB_TEST(with_immediate),
		LAB_TEST(stride_that_reduces),
		LAB_TEST(a_window_for_each_row),
		LAB_TEST(rows_in_scattered_memory),
		LAB_TEST(last_row_out_of_reach_here),
		LAB_TEST(last_row_out_of_reach_there),
		cmocka_unit_test(bad_rows_fail_the_qp),
		cmocka_unit_test(peer_sends_bad_rows),
		LAB_TEST(context_shows_the_row),
		LAB_TEST(rows_bound_a_round),
		LAB_TEST(posted_in_two_halves),
		LAB_TEST(half_waits_for_room),
		LAB_TEST(target_without_room_for_rows),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
