// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a loss costs a requester that goes back to what was lost: never a time-out, for it
 * asks before; and not more questions than needed where answers take long.
 */
#include "wire_lab.h"

#define TIMEOUT_NS		((4ull << 8) * 1000)
#define QUESTION_NS		(TIMEOUT_NS / 64)

/* ---- what is lost on the way ---- */

static struct {
	uint32_t seen;		/* packets, both ways */
	uint64_t lose;		/* bit n: the n-th of them */
} way;

static bool on_the_way(struct rc_packet *pkt)
{
	uint32_t n = way.seen++;

	(void)pkt;
	return n > 63 || !(way.lose >> n & 1);
}

static struct lab_qp *connect_losing(const struct lab_conn *conn, uint64_t lose)
{
	lab_setup(NULL);
	memset(&way, 0, sizeof(way));
	way.lose = lose;
	lab.bytes = true;	/* answers come after the burst */
	lab.tamper = on_the_way;
	lab_fill_random(lab_mem(0, LAB_SOURCE), 1 << 20);
	lab_connect(0, conn);
	return lab_qp(0, 0);
}

static void post_writes(struct lab_qp *from, uint32_t count, uint32_t size)
{
	while (count--) {
		struct gnic_hw_rc_wqe wqe = lab_wqe(from, size);

		lab_post(from, &wqe);
	}
}

/* Until all that was posted is done: how long that takes, in ns. */
static uint64_t done_after(struct lab_qp *from)
{
	uint64_t before = loop_now(lab.loop);

	lab_run();
	while (from->qp.sq.done != from->index && loop_now(lab.loop) - before < 100 * TIMEOUT_NS)
		loop_step(lab.loop, QUESTION_NS / 4);
	assert_int_equal(from->qp.sq.done, from->index);
	assert_int_equal(from->sq_cq.count, from->index);
	assert_int_equal(from->qp.stats.timeouts, 0);
	return loop_now(lab.loop) - before;
}

/* ---- one thing is lost ---- */

/* What was lost of so many messages of a packet, and what that costs. */
struct loss {
	const char *what;
	uint32_t messages;
	uint64_t lose;
	uint32_t again;		/* packets that are sent again */
	uint32_t duplicates;	/* of these the far end had so many */
	uint32_t questions;	/* times to wait for them */
};

/* Four requests are packets 0 to 3, their answer, one for all, is packet 4. */
static const struct loss losses[] = {
	{ "nothing", 4, 0, 0, 0, 0 },
	{ "a packet with others behind it", 4, 1 << 1, 3, 0, 0 },
	{ "the last packet", 4, 1 << 3, 1, 0, 1 },
	{ "the last two packets", 4, 3 << 2, 2, 0, 1 },
	{ "all packets", 4, 0xf, 4, 0, 1 },
	{ "the answer", 4, 1 << 4, 1, 1, 1 },
	{ "the answer, and that to the question", 4, 1 << 4 | 1 << 6, 2, 2, 3 },
	{ "the only packet", 1, 1 << 0, 1, 0, 1 },
	{ "the only answer", 1, 1 << 1, 1, 1, 1 },
	/* packet 4 is the NAK, which is said once; it would have acknowledged packet 0 */
	{ "a packet, and the NAK", 4, 1 << 1 | 1 << 4, 4, 1, 1 },
	{ "a packet, and again", 4, 1 << 1 | 1 << 5, 6, 0, 1 },
};

static void costs_a_question(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(losses) / sizeof(*losses); i++) {
		const struct loss *loss = &losses[i];
		struct lab_qp *from = connect_losing(&lab_conn_default, loss->lose);
		uint64_t took;

		print_message("# %s\n", loss->what);
		post_writes(from, loss->messages, 100);
		took = done_after(from);
		assert_memory_equal(lab_mem(0, LAB_SOURCE), lab_mem(1, LAB_SINK), 100);
		assert_int_equal(from->qp.stats.retransmits, loss->again);
		assert_int_equal(lab_qp(1, 0)->qp.stats.duplicates, loss->duplicates);
		assert_true(took >= loss->questions * QUESTION_NS);
		assert_true(took <= (loss->questions + 1) * QUESTION_NS);
		lab_teardown(NULL);
	}
}

/* Of a message in several packets it is the oldest that nobody has answered. */
static void asks_for_the_oldest(void **state)
{
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from;

	(void)state;
	conn.ack_freq = 3;
	/* of requests 0 to 9 the last three */
	from = connect_losing(&conn, 7 << 7);
	post_writes(from, 1, 10 * PACKET);
	assert_true(done_after(from) <= 2 * QUESTION_NS);
	assert_memory_equal(lab_mem(0, LAB_SOURCE), lab_mem(1, LAB_SINK), 10 * PACKET);
	assert_int_equal(from->qp.stats.retransmits, 3);
	assert_int_equal(lab_qp(1, 0)->qp.stats.duplicates, 0);
	lab_teardown(NULL);
}

/* While the window is 0 nothing is sent, not even a question. */
static void not_while_it_is_stopped(void **state)
{
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from;

	(void)state;
	conn.window = 8;
	from = connect_losing(&conn, 1);
	post_writes(from, 1, 100);
	lab_run();
	assert_int_equal(lab_set(&from->qp, true, GNIC_REQ_CONGESTION_WIN, 0), GNIC_STATUS_OK);
	loop_step(lab.loop, TIMEOUT_NS / 2);
	assert_int_equal(way.seen, 1);
	assert_int_equal(lab_set(&from->qp, true, GNIC_REQ_CONGESTION_WIN, 8), GNIC_STATUS_OK);
	done_after(from);
	assert_int_equal(from->qp.stats.retransmits, 1);
	lab_teardown(NULL);
}

/* ---- one packet of a hundred is lost, both ways ---- */

static void lose_many(uint32_t size, uint32_t outstanding)
{
	const uint32_t messages = 2000;
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from = lab_qp(0, 0);

	lab_setup(NULL);
	conn.naks = conn.timeouts = RC_RETRY_FOR_EVER;
	conn.mtu = 3;
	lab_connect(0, &conn);
	lab.dice.drop = 10;
	while (from->qp.sq.done != messages && loop_now(lab.loop) < messages * TIMEOUT_NS) {
		while (from->index != messages && from->index - from->qp.sq.done < outstanding) {
			struct gnic_hw_rc_wqe wqe = lab_wqe(from, size);

			wqe.ctrl &= ~cpu_to_le32(GNIC_RC_WQE_ACKREQ);
			lab_post(from, &wqe);
		}
		loop_step(lab.loop, 1000);
	}
	print_message("# %u bytes, %u outstanding: %llu again, %llu us for %llu losses\n", size,
		      outstanding, (unsigned long long)from->qp.stats.retransmits,
		      (unsigned long long)loop_now(lab.loop) / 1000,
		      (unsigned long long)lab_qp(1, 0)->qp.stats.out_of_order);
	assert_int_equal(from->qp.sq.done, messages);
	assert_int_equal(from->qp.stats.timeouts, 0);
}

/* A time-out each for a hundredth of them would be longer than all of this. */
static void many(void **state)
{
	static const uint32_t outstanding[] = { 1, 4, 32 };

	(void)state;
	for (unsigned int i = 0; i < sizeof(outstanding) / sizeof(*outstanding); i++) {
		lose_many(65536, outstanding[i]);
		assert_true(loop_now(lab.loop) < 8 * TIMEOUT_NS);
		lab_teardown(NULL);
		lose_many(64, outstanding[i]);
		assert_true(loop_now(lab.loop) < 8 * TIMEOUT_NS);
		lab_teardown(NULL);
	}
}

/* ---- nothing is lost, and answers take long ---- */

/* A message at a time, there and back in 21 us, where a question would come after 16. */
static void learns_to_wait(void **state)
{
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from = lab_qp(0, 0);

	(void)state;
	for (uint8_t selective = 0; selective <= 3; selective += 3) {
		lab_setup(NULL);
		conn.selective = selective;
		begin(&conn, 1);
		for (uint32_t i = 0; i < 200; i++) {
			post_writes(from, 1, 64);
			loop_step(lab.loop, 200000);
		}
		assert_int_equal(from->qp.sq.done, 200);
		assert_in_range(from->qp.stats.retransmits, 1, 4);
		end();
		lab_teardown(NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(costs_a_question),
		cmocka_unit_test(asks_for_the_oldest),
		cmocka_unit_test(not_while_it_is_stopped),
		cmocka_unit_test(many),
		cmocka_unit_test(learns_to_wait),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
