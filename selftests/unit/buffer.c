// SPDX-License-Identifier: GPL-2.0-only
/* rxe_wait.c and mac_buffer.c: frames that wait in the port for their queue. */
#include "blk_cmd.h"
#include "fake.h"
#include "frame.h"
#include "mac.h"
#include "rxe.h"

#define PRIO	3
#define LEN	200u
#define CELL	MAC_BUFFER_CELL
#define MS	1000000ull

extern int fake_timer_error;

static struct fake f;
static struct port *port;
static struct qp other;		/* of the same port, without a record of its own */
static uint8_t bytes[4096];
static unsigned int sent;

/* No command names a queue. */
struct qp *qp_get(struct port *of, uint32_t qpn)
{
	(void)of;
	(void)qpn;
	return NULL;
}

static enum gnic_hw_status set_size(unsigned int buffer, uint32_t size)
{
	struct gnic_hw_port_buffer in = { .prio_buffer = { 0, 1, 2, 3, 4, 5, 6, 7 } };

	in.size[buffer] = cpu_to_le32(size);
	return mac_cmd_buffer(&f.card, &in);
}

static int setup(void **state)
{
	(void)state;
	fake_init(&f);
	port = f.qp.port;
	port->storm_ms = GNIC_PAUSE_STORM_MS;
	port->depth = 1;
	port->pfc.rx_prio = PRIO;
	f.qp.asid = GNIC_ASID_KERNEL;
	mac_buffer_reset(port);
	assert_int_equal(set_size(PRIO, 16 * CELL), GNIC_STATUS_OK);
	other = f.qp;
	other.qpn = 8;
	sent = 0;
	return 0;
}

/* Whatever a test leaves behind it is nobody's. */
static int teardown(void **state)
{
	(void)state;
	rxe_wait_drop(&f.qp);
	rxe_wait_drop(&other);
	assert_int_equal(port->buffer.all, 0);
	assert_null(port->buffer.queues);
	assert_false(loop_timer_pending(&port->buffer.watch));
	fake_timer_error = 0;
	return 0;
}

static void post(unsigned int count, uint32_t size)
{
	for (; count; count--, fake_rq_index++) {
		uint32_t slot = fake_rq_index % (1u << FAKE_LOG);
		struct gnic_hw_recv_wqe *wqe = fake_ptr(FAKE_RQ + slot * sizeof(*wqe));

		wqe->addr = cpu_to_le64(FAKE_DATA + slot * 0x1000ull);
		wqe->size = cpu_to_le32(size);
	}
}

/* A frame that says in its first octet behind the header which one it is. */
static bool receive_len(struct qp *qp, uint32_t len)
{
	const uint32_t mark = 100 + sent;
	struct frame frame = { .hdr = bytes, .hdr_len = 20, .len = len, .iovs = 1 };

	memset(bytes, 0, sizeof(bytes));
	bytes[0] = 2;
	bytes[12] = 0x88;
	bytes[13] = 0xb5;
	bytes[14] = (uint8_t)sent++;
	bytes[len - 1] = 0xa5;
	frame.iov[0] = (struct iovec){ bytes + 20, len - 20 };
	frame_parse(&frame);
	return rxe_receive(qp, &frame, 0xcafe, GNIC_CQE_HASH_L4, &mark);
}

static bool receive(struct qp *qp)
{
	return receive_len(qp, LEN);
}

static void receive_many(struct qp *qp, unsigned int count)
{
	while (count--)
		assert_true(receive(qp));
}

/* CQE @i is of frame @number. */
static void assert_frame(unsigned int i, unsigned int number)
{
	const struct gnic_hw_raw_cqe *cqe = &fake_cqes[i];
	const uint8_t *data = fake_ptr(FAKE_DATA + le32_to_cpu(cqe->wqe_index) * 0x1000ull);

	assert_int_equal(data[14], number);
	assert_int_equal(data[LEN - 1], 0xa5);
	assert_int_equal(le32_to_cpu(cqe->size), LEN);
	assert_int_equal(le32_to_cpu(cqe->hash), 0xcafe);
	assert_int_equal(le32_to_cpu(cqe->mark), 100 + number);
	assert_true(le32_to_cpu(cqe->flags) & GNIC_RAW_CQE_MARK);
}

static void watch(void)
{
	assert_true(loop_timer_pending(&port->buffer.watch));
	assert_ptr_equal(fake_timer, &port->buffer.watch);
	fake_timer_fire();
}

static void assert_used(unsigned int frames)
{
	assert_int_equal(port->buffer.used[PRIO], frames * CELL);
	assert_int_equal(port->buffer.all, frames * CELL);
	assert_int_equal(!port->buffer.queues, !frames);
	assert_int_equal(loop_timer_pending(&port->buffer.watch), !!frames);
}

/* ---- frames ---- */

static void come_in_order(void **state)
{
	(void)state;
	post(2, 2048);
	receive_many(&f.qp, 7);
	assert_int_equal(fake_ncqes, 2);
	assert_used(5);
	watch();
	assert_used(5);
	post(3, 2048);
	watch();
	assert_used(2);
	post(9, 2048);
	watch();
	assert_used(0);
	receive_many(&f.qp, 1);
	assert_int_equal(fake_ncqes, 8);
	for (unsigned int i = 0; i < 8; i++)
		assert_frame(i, i);
	assert_int_equal(f.qp.stats.rx_packets, 8);
	assert_int_equal(f.qp.stats.no_buffer, 0);
	assert_int_equal(port->buffer.peak[PRIO], 5 * CELL);
}

/* A frame that comes takes those along that wait, and is behind them. */
static void the_next_one_is_behind(void **state)
{
	(void)state;
	receive_many(&f.qp, 3);
	post(5, 2048);
	receive_many(&f.qp, 1);
	assert_used(0);
	assert_int_equal(fake_ncqes, 4);
	for (unsigned int i = 0; i < 4; i++)
		assert_frame(i, i);
	/* of those for which there is no room, too */
	receive_many(&f.qp, 3);
	assert_used(2);
	port->pfc.rx_prio = 0;
	assert_false(receive(&f.qp));
	post(1, 2048);
	assert_false(receive(&f.qp));
	assert_used(1);
	assert_frame(5, 5);
	assert_int_equal(f.qp.stats.no_buffer, 2);
}

static void comes_meanwhile(struct qp *qp, uint8_t prio)
{
	assert_int_equal(prio, 0);
	fake_short = NULL;
	assert_true(receive(qp));
}

/* What waited asks nobody to be silent: the frame that comes of it would find it there still. */
static void asks_nobody(void **state)
{
	(void)state;
	f.qp.pause.peak = 1000;
	receive_many(&f.qp, 2);
	post(8, 2048);
	port->pfc.rx_prio = 0;
	fake_short = comes_meanwhile;
	receive_many(&f.qp, 1);
	assert_null(fake_short);
	assert_used(0);
	assert_int_equal(fake_ncqes, 4);
	for (unsigned int i = 0; i < 4; i++)
		assert_frame(i, i);
}

/* One that takes several buffers waits for all of them. */
static void wants_several(void **state)
{
	(void)state;
	post(1, 128);
	receive_many(&f.qp, 1);
	assert_used(1);
	watch();
	assert_int_equal(fake_ncqes, 0);
	post(1, 128);
	watch();
	assert_used(0);
	assert_int_equal(FIELD_GET(GNIC_RAW_CQE_NBUF, le32_to_cpu(fake_cqes[0].flags)), 2);
}

/* The time stamp is that of its arrival. */
static void came_then(void **state)
{
	uint32_t then;

	(void)state;
	fake_now = 5 * MS;
	then = (uint32_t)phc_at(&f.card.phc, fake_now);
	receive_many(&f.qp, 1);
	post(2, 2048);
	watch();
	receive_many(&f.qp, 1);
	assert_int_equal(le32_to_cpu(fake_cqes[0].tstamp), then);
	assert_int_equal(le32_to_cpu(fake_cqes[1].tstamp),
			 (uint32_t)phc_at(&f.card.phc, fake_now));
	assert_true(fake_cqes[0].tstamp != fake_cqes[1].tstamp);
}

static void no_room(void **state)
{
	(void)state;
	receive_many(&f.qp, 16);
	assert_false(receive(&f.qp));
	assert_used(16);
	assert_int_equal(f.qp.stats.no_buffer, 1);
	assert_int_equal(port->buffer.dropped[PRIO], 1);
	post(1, 2048);
	watch();
	assert_true(receive(&f.qp));
	/* cells are whole */
	post(2, 2048);
	watch();
	assert_false(receive_len(&f.qp, 2 * CELL + 1));
	assert_true(receive_len(&f.qp, 2 * CELL));
	assert_used(16);
}

static void not_for_whom_there_is_none(void **state)
{
	(void)state;
	port->pfc.rx_prio = 0;
	assert_false(receive(&f.qp));
	port->pfc.rx_prio = PRIO;
	port->depth = 0;	/* from the host */
	assert_false(receive(&f.qp));
	port->depth = 1;
	assert_int_equal(set_size(PRIO, 0), GNIC_STATUS_OK);
	assert_false(receive(&f.qp));
	assert_used(0);
	assert_int_equal(f.qp.stats.no_buffer, 3);
	assert_int_equal(port->buffer.dropped[PRIO], 0);
}

/* A ring that has all its buffers, and not enough, is not waited for. */
static void more_than_the_ring_has(void **state)
{
	(void)state;
	f.qp.rq.mask = 3;
	post(4, 16);
	assert_false(receive(&f.qp));
	assert_used(0);
	assert_int_equal(f.qp.stats.no_buffer, 1);
	/* nor if it gets them meanwhile */
	f.qp.rq.done++;
	assert_true(receive(&f.qp));
	assert_used(1);
	watch();
	assert_used(1);
	post(1, 16);
	watch();
	assert_used(0);
	assert_int_equal(f.qp.stats.no_buffer, 2);
	assert_int_equal(f.uplink.stats.missed, 1);
	assert_int_equal(fake_ncqes, 0);
}

static void merged_frames_count_as_many(void **state)
{
	const struct rxe_merged merged = { .segs = 3, .mss = 1000 };
	const struct rxe_label label = { .prio = PRIO };
	struct frame frame = { .hdr = bytes, .hdr_len = 3000, .len = 3000 };

	(void)state;
	frame_parse(&frame);
	assert_int_equal(rxe_try(&f.qp, &frame, &label, &merged), RXE_TAKEN);
	assert_int_equal(rxe_try(&f.qp, &frame, &label, NULL), RXE_LOST);
	assert_int_equal(port->buffer.dropped[PRIO], 1);
	assert_used(12);
	post(1, 4000);
	watch();
	assert_int_equal(f.qp.stats.rx_packets, 3);
	assert_true(le32_to_cpu(fake_cqes[0].flags) & GNIC_RAW_CQE_GRO);
	assert_int_equal(le16_to_cpu(fake_cqes[0].csum), 1000);
	assert_int_equal(rxe_try(&f.qp, &frame, &label, &merged), RXE_TAKEN);
	rxe_wait_drop(&f.qp);
	assert_int_equal(port->buffer.dropped[PRIO], 4);
	assert_int_equal(f.qp.stats.no_buffer, 4);
	/* the one that could not wait is counted where it came from */
	assert_int_equal(f.uplink.stats.missed, 3);
	assert_int_equal(f.uplink.stats.dropped, 3);
}

/* ---- queues ---- */

static void given_up(void **state)
{
	const uint64_t begin = fake_now;

	(void)state;
	port->link = true;
	port->pfc.enable = 0xff;
	port->pause.asked = (uint8_t)~(1 << PRIO);	/* for others */
	receive_many(&f.qp, 4);
	while (port->buffer.queues)
		watch();
	assert_true(fake_now - begin >= GNIC_PAUSE_STORM_MS * MS);
	assert_used(0);
	assert_int_equal(f.qp.stats.no_buffer, 4);
	assert_int_equal(f.uplink.stats.missed, 4);
	assert_int_equal(f.uplink.stats.dropped, 4);
	assert_int_equal(port->buffer.dropped[PRIO], 4);
	assert_int_equal(port->stats.pause_storms, 0);
	/* until it gets one */
	assert_false(receive(&f.qp));
	assert_used(0);
	post(1, 2048);
	receive_many(&f.qp, 2);
	assert_used(1);
}

/* Who gets one now and then is waited for, and who was silent for it counts as a storm. */
static void not_if_it_is_slow(void **state)
{
	unsigned int i;

	(void)state;
	receive_many(&f.qp, 10);
	for (i = 0; i < 5; i++) {
		fake_timer->when = fake_now + GNIC_PAUSE_STORM_MS * MS - 1;
		post(1, 2048);
		watch();
	}
	assert_used(5);
	port->link = true;
	port->pfc.enable = 1 << PRIO;
	port->pause.asked = 1 << PRIO;
	fake_timer->when = fake_now + GNIC_PAUSE_STORM_MS * MS;
	watch();
	assert_used(0);
	assert_int_equal(port->stats.pause_storms, 1);
}

static void waits_without_end(void **state)
{
	(void)state;
	port->storm_ms = 0;
	receive_many(&f.qp, 1);
	fake_timer->when = fake_now + 100000 * MS;
	watch();
	assert_used(1);
}

static void goes_on_elsewhere(void **state)
{
	(void)state;
	receive_many(&f.qp, 3);
	receive_many(&other, 2);
	rxe_wait_move(&f.qp, &other);
	assert_used(5);
	assert_null(f.qp.wait.first);
	post(6, 2048);
	watch();
	assert_used(0);
	assert_int_equal(fake_ncqes, 5);
	assert_frame(0, 3);
	assert_frame(1, 4);
	assert_frame(2, 0);
	assert_frame(4, 2);
	assert_int_equal(FIELD_GET(GNIC_CQE_QPN, le32_to_cpu(fake_cqes[4].ctrl)), 8);
	rxe_wait_move(&f.qp, &other);
	assert_used(0);
}

/* Straight into the one that has buffers, and not into itself. */
static void moves_at_once(void **state)
{
	(void)state;
	receive_many(&f.qp, 3);
	rxe_wait_move(&f.qp, &f.qp);
	assert_used(3);
	post(3, 2048);
	rxe_wait_move(&f.qp, &other);
	assert_used(0);
	assert_int_equal(fake_ncqes, 3);
}

static void lost_with_its_queue(void **state)
{
	(void)state;
	receive_many(&f.qp, 3);
	receive_many(&other, 2);
	rxe_wait_drop(&f.qp);
	assert_used(2);
	assert_int_equal(f.qp.stats.no_buffer, 3);
	assert_int_equal(port->buffer.dropped[PRIO], 3);
	assert_int_equal(f.uplink.stats.missed, 3);
	rxe_wait_drop(&other);
	assert_used(0);
}

/* The queue fails for something else, or for one of those that wait. */
static void its_queue_fails(void **state)
{
	(void)state;
	receive_many(&f.qp, 3);
	f.qp.failed = true;
	watch();
	assert_used(0);
	assert_int_equal(port->buffer.dropped[PRIO], 3);
	assert_int_equal(f.qp.stats.no_buffer, 0);
	receive_many(&other, 3);
	post(1, 2048);
	((struct gnic_hw_recv_wqe *)fake_ptr(FAKE_RQ))->addr = 0;
	watch();
	assert_true(other.failed);
	assert_used(0);
	assert_int_equal(f.uplink.stats.missed, 0);
	assert_int_equal(f.uplink.stats.dropped, 6);
}

static void two_queues(void **state)
{
	(void)state;
	receive_many(&f.qp, 2);
	receive_many(&other, 2);
	f.qp.stopped = true;
	assert_used(4);
	watch();
	assert_used(2);
	post(2, 2048);
	watch();
	assert_used(0);
	assert_frame(1, 3);
}

/* ---- the timer, and sizes ---- */

static void no_timer(void **state)
{
	(void)state;
	fake_timer_error = -1;
	assert_false(receive(&f.qp));
	assert_used(0);
	fake_timer_error = 0;
	receive_many(&f.qp, 2);
	receive_many(&other, 2);
	fake_timer_error = -1;
	watch();
	assert_used(0);
	assert_int_equal(port->buffer.dropped[PRIO], 4);
}

/* What waits stays where it is; all together it is never more than there is. */
static void other_sizes_meanwhile(void **state)
{
	(void)state;
	assert_int_equal(set_size(PRIO, MAC_BUFFER_TOTAL), GNIC_STATUS_OK);
	receive_many(&f.qp, MAC_BUFFER_TOTAL / CELL - 1);
	assert_int_equal(set_size(5, MAC_BUFFER_TOTAL), GNIC_STATUS_OK);
	assert_false(receive(&f.qp));
	port->pfc.rx_prio = 5;
	assert_true(receive(&f.qp));
	assert_false(receive(&f.qp));
	assert_int_equal(port->buffer.all, MAC_BUFFER_TOTAL);
	assert_int_equal(port->buffer.used[5], CELL);
	assert_int_equal(port->buffer.dropped[5], 1);
	mac_buffer_reset(port);
	assert_int_equal(port->buffer.all, MAC_BUFFER_TOTAL);
	post(1u << FAKE_LOG, 2048);
	watch();
	assert_int_equal(port->buffer.all, MAC_BUFFER_TOTAL - (CELL << FAKE_LOG));
}

static void refused(void **state)
{
	const struct gnic_hw_port_buffer good = {
		.prio_buffer = { 0, 7, 7, 7, 7, 7, 7, 7 },
		.size = { cpu_to_le32(MAC_BUFFER_TOTAL - CELL), [7] = cpu_to_le32(CELL) },
	};
	struct gnic_hw_port_buffer in;

#define BAD(change) do { \
	in = good; \
	change; \
	assert_int_equal(mac_cmd_buffer(&f.card, &in), GNIC_STATUS_BAD_PARAM); \
} while (0)
	(void)state;
	BAD(in.port = cpu_to_le32(1));
	BAD(in.rsvd = cpu_to_le32(1));
	BAD(in.prio_buffer[7] = 8);
	BAD(in.size[1] = cpu_to_le32(1));
	BAD(in.size[1] = cpu_to_le32(CELL));
	BAD(in.size[1] = cpu_to_le32(0u - MAC_BUFFER_TOTAL));
	assert_int_equal(port->buffer.prios, 1 << PRIO);
	in = good;
	assert_int_equal(mac_cmd_buffer(&f.card, &in), GNIC_STATUS_OK);
	assert_int_equal(port->buffer.prios, 0xff);
#undef BAD
}

static void counted(void **state)
{
	struct gnic_hw_id id = { 0 };
	struct gnic_hw_buffer_stats out;

	(void)state;
	receive_many(&f.qp, 16);
	assert_false(receive(&f.qp));
	post(6, 2048);
	watch();
	assert_int_equal(mac_cmd_buffer_stats(&f.card, &id, &out), GNIC_STATUS_OK);
	assert_int_equal(le32_to_cpu(out.used[PRIO]), 10 * CELL);
	assert_int_equal(le32_to_cpu(out.peak[PRIO]), 16 * CELL);
	assert_int_equal(le64_to_cpu(out.dropped[PRIO]), 1);
	assert_int_equal(out.peak[0], 0);
	id.id = cpu_to_le32(1);
	assert_int_equal(mac_cmd_buffer_stats(&f.card, &id, &out), GNIC_STATUS_BAD_PARAM);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(come_in_order),
		TEST(the_next_one_is_behind),
		TEST(asks_nobody),
		TEST(wants_several),
		TEST(came_then),
		TEST(no_room),
		TEST(not_for_whom_there_is_none),
		TEST(more_than_the_ring_has),
		TEST(merged_frames_count_as_many),
		TEST(given_up),
		TEST(not_if_it_is_slow),
		TEST(waits_without_end),
		TEST(goes_on_elsewhere),
		TEST(moves_at_once),
		TEST(lost_with_its_queue),
		TEST(its_queue_fails),
		TEST(two_queues),
		TEST(no_timer),
		TEST(other_sizes_meanwhile),
		TEST(refused),
		TEST(counted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
