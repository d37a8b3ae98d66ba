// SPDX-License-Identifier: GPL-2.0-only
/*
 * Congestion control by delay, in stepped time: QPs of card 0 share a wire to
 * card 1 that takes a time for each packet, and has a queue before it.
 */
#include "rc_lab.h"

#define WIRE_PACKET_NS		1000u	/* of the shared wire, for a request */
#define WIRE_WAY_NS		10000u	/* each way, beside the queue */
#define TARGET_US		60
#define PACKET			4096u

/* ---- the wire ---- */

struct carried {
	struct vport *to;
	struct loop_timer timer;
	uint32_t len;
	uint8_t bytes[LAB_FRAME];
};

static struct {
	uint64_t busy_until;
	uint32_t queued, queued_most, room, lost;
	uint32_t under_way;
} wire;

static void wire_arrives(void *opaque)
{
	struct carried *c = opaque;
	struct frame frame = { .hdr = c->bytes, .hdr_len = c->len, .len = c->len };

	wire.under_way--;
	if (c->to == &lab.side[1].vport)
		wire.queued--;
	rc_receive(c->to, &frame);
	free(c);
}

/* When the last bit of it has passed what it shares with others. */
static uint64_t wire_passes(void)
{
	uint64_t now = loop_now(lab.loop);

	wire.busy_until = (wire.busy_until > now ? wire.busy_until : now) + WIRE_PACKET_NS;
	if (++wire.queued > wire.queued_most)
		wire.queued_most = wire.queued;
	return wire.busy_until;
}

static void wire_carry(struct vport *to, struct frame *frame)
{
	bool shared = to == &lab.side[1].vport;
	struct carried *c;

	if (shared && wire.room && wire.queued >= wire.room) {
		wire.lost++;
		return;
	}
	c = calloc(1, sizeof(*c));
	assert_non_null(c);
	c->to = to;
	c->len = frame_flatten(frame, c->bytes, LAB_FRAME);
	c->timer.cb = wire_arrives;
	c->timer.opaque = c;
	wire.under_way++;
	assert_int_equal(loop_timer_set(lab.loop, &c->timer, WIRE_WAY_NS +
					(shared ? wire_passes() : loop_now(lab.loop))), 0);
}

/* ---- traffic ---- */

static struct lab_conn delay_conn(void)
{
	struct lab_conn conn = lab_conn_default;

	conn.window = 200;
	conn.target = TARGET_US;
	conn.granularity = 12;
	return conn;
}

static void begin(const struct lab_conn *conn, uint32_t qps)
{
	memset(&wire, 0, sizeof(wire));
	lab.carry = wire_carry;
	for (uint32_t qpn = 0; qpn < qps; qpn++)
		lab_connect(qpn, conn);
}

/* Always something to send, for so long. */
static void traffic(uint32_t qps, uint32_t ms)
{
	for (; ms; ms--) {
		for (uint32_t qpn = 0; qpn < qps; qpn++) {
			struct lab_qp *from = lab_qp(0, qpn);

			while (lab_has_room(from)) {
				struct gnic_hw_rc_wqe wqe = lab_wqe(from, 40 * PACKET);

				wqe.ctrl &= ~cpu_to_le32(GNIC_RC_WQE_ACKREQ);
				lab_post(from, &wqe);
			}
		}
		lab_run_ms(1);
	}
}

static void end(void)
{
	lab.cut = true;
	for (uint32_t i = 0; i < 10 && wire.under_way; i++)
		lab_run_ms(1);
	assert_int_equal(wire.under_way, 0);
}

static uint32_t get(uint32_t qpn, uint32_t dword, uint32_t mask)
{
	return lab_get(&lab_qp(0, qpn)->qp, true, dword, mask);
}

/* ---- tests ---- */

/* One who was there and one who comes later have the same, and the wire is full. */
static void two_share(void **state)
{
	struct lab_conn conn = delay_conn();
	uint64_t sent[2];

	(void)state;
	begin(&conn, 2);
	traffic(1, 10);
	traffic(2, 20);
	for (uint32_t qpn = 0; qpn < 2; qpn++)
		sent[qpn] = lab_qp(1, qpn)->qp.stats.rx_packets;
	wire.queued_most = 0;
	traffic(2, 30);
	for (uint32_t qpn = 0; qpn < 2; qpn++) {
		sent[qpn] = lab_qp(1, qpn)->qp.stats.rx_packets - sent[qpn];
		assert_int_equal(lab_qp(0, qpn)->qp.stats.retransmits, 0);
		assert_in_range(get(qpn, GNIC_REQ_RTT), TARGET_US / 2, TARGET_US * 2);
		assert_true(get(qpn, GNIC_REQ_CONG_MARKED_ACK) > 0);
		assert_true(get(qpn, GNIC_REQ_CONG_NON_MARKED_ACK) > 0);
	}
	print_message("# %llu and %llu packets, at most %u queued\n",
		      (unsigned long long)sent[0], (unsigned long long)sent[1], wire.queued_most);
	assert_true(sent[0] + sent[1] > 30000 * 9 / 10);
	assert_true(sent[0] * 4 > sent[1] * 3 && sent[1] * 4 > sent[0] * 3);
	assert_true(wire.queued_most < 2 * TARGET_US);
	end();
}

/* What a fixed window does there: the queue is as long as both windows. */
static void fixed_windows_queue(void **state)
{
	struct lab_conn conn = delay_conn();

	(void)state;
	conn.target = 0;
	begin(&conn, 2);
	traffic(2, 10);
	assert_true(wire.queued_most > 300);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 200);
	end();
}

static void within_bounds(void **state)
{
	struct lab_conn conn = delay_conn();

	(void)state;
	conn.window = 20;
	begin(&conn, 1);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 8);
	traffic(1, 5);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 20);
	assert_true(wire.queued_most <= 21);
	/* never in time: still one packet goes */
	assert_int_equal(lab_set(&lab_qp(0, 0)->qp, true, GNIC_REQ_TARGET_DELAY, 1),
			 GNIC_STATUS_OK);
	traffic(1, 5);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 1);
	wire.queued_most = 0;
	traffic(1, 5);
	assert_in_range(wire.queued_most, 1, 2);
	assert_int_equal(lab_qp(0, 0)->qp.stats.timeouts, 0);
	/* a window that the driver makes smaller counts at once */
	assert_int_equal(lab_set(&lab_qp(0, 0)->qp, true, GNIC_REQ_TARGET_DELAY, 1000),
			 GNIC_STATUS_OK);
	traffic(1, 5);
	assert_int_equal(lab_set(&lab_qp(0, 0)->qp, true, GNIC_REQ_CONGESTION_WIN, 3),
			 GNIC_STATUS_OK);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 3);
	traffic(1, 2);
	assert_int_equal(lab_qp(0, 0)->qp.stats.timeouts, 0);
	end();
}

/* A short queue loses: the window is halved for it, once. */
static void loss_halves(void **state)
{
	struct lab_conn conn = delay_conn();

	(void)state;
	conn.selective = 3;
	conn.target = 10000;
	conn.naks = RC_RETRY_FOR_EVER;
	conn.window = 100;
	begin(&conn, 1);
	traffic(1, 10);
	assert_int_equal(get(0, GNIC_REQ_CURRENT_WIN), 100);
	assert_int_equal(lab_qp(0, 0)->qp.stats.retransmits, 0);
	wire.room = 40;
	while (!wire.lost)
		traffic(1, 1);
	traffic(1, 3);
	assert_in_range(get(0, GNIC_REQ_CURRENT_WIN), 20, 80);
	assert_false(lab_qp(0, 0)->qp.failed);
	end();
}

/* With dice of one seed, all counters are the same at each run. */
static void repeats(void **state)
{
	struct gnic_hw_qp_stats stats[2];
	uint32_t window[2];

	(void)state;
	for (int run = 0; run < 2; run++) {
		struct lab_conn conn = delay_conn();

		lab_setup(NULL);
		conn.selective = 3;
		conn.timeouts = RC_RETRY_FOR_EVER;
		conn.naks = RC_RETRY_FOR_EVER;
		lab.dice.drop = 10;
		begin(&conn, 2);
		traffic(2, 20);
		stats[run] = lab_qp(0, 1)->qp.stats;
		window[run] = get(1, GNIC_REQ_CURRENT_WIN);
		assert_false(lab_qp(0, 1)->qp.failed);
		end();
		lab_teardown(NULL);
	}
	assert_true(stats[0].retransmits > 10);
	assert_memory_equal(&stats[0], &stats[1], sizeof(stats[0]));
	assert_int_equal(window[0], window[1]);
}

static void needs_a_target(void **state)
{
	struct lab_conn conn = delay_conn();

	(void)state;
	begin(&conn, 1);
	assert_int_equal(lab_set(&lab_qp(0, 0)->qp, true, GNIC_REQ_TARGET_DELAY, 0),
			 GNIC_STATUS_BAD_PARAM);
	assert_int_equal(get(0, GNIC_REQ_TARGET_DELAY), TARGET_US);
	assert_int_equal(lab_set(&lab_qp(0, 0)->qp, true, GNIC_REQ_CURRENT_WIN, 3),
			 GNIC_STATUS_BAD_PARAM);
	assert_int_equal(lab_set(&lab_qp(0, 0)->qp, true, GNIC_REQ_RTT, 3),
			 GNIC_STATUS_BAD_PARAM);
}

#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(two_share),
		LAB_TEST(fixed_windows_queue),
		LAB_TEST(within_bounds),
		LAB_TEST(loss_halves),
		cmocka_unit_test(repeats),
		LAB_TEST(needs_a_target),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
