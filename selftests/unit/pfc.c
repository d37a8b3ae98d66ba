// SPDX-License-Identifier: GPL-2.0-only
/* mac_pfc.c, and mac_pause.c with it: silence by priority. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pause_lab.h"

#define QUANTUM	512u		/* ns of ten, at 100 Gb/s: 5.12 ns each */

static enum gnic_hw_status pfc(uint8_t enable)
{
	struct gnic_hw_port_pfc in = { .enable = enable };

	return mac_cmd_pfc(&card, &in);
}

static int setup(void **state)
{
	(void)state;
	pause_lab_setup(MAC_OPCODE_PFC);
	qp.ets.prio = 3;
	assert_int_equal(pfc(1 << 3 | 1 << 5), GNIC_STATUS_OK);
	return 0;
}

/* A frame as the far end sends it. */
static void hear(uint16_t vector, unsigned int prio, uint16_t quanta)
{
	uint8_t bytes[MAC_FRAME_MIN] = { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x01 };
	struct frame frame = { .hdr = bytes, .hdr_len = sizeof(bytes), .len = sizeof(bytes) };

	frame_put_be16(bytes + 12, MAC_ETH_TYPE_CONTROL);
	frame_put_be16(bytes + 14, MAC_OPCODE_PFC);
	frame_put_be16(bytes + 16, vector);
	frame_put_be16(bytes + 18 + 2 * prio, quanta);
	mac_pfc_received(port, &frame);
}

static void resume(void)
{
	assert_int_equal(port->pfc.resume.slot, 1);
	port->pfc.resume.slot = 0;
	fake_now = port->pfc.resume.when;
	port->pfc.resume.cb(port->pfc.resume.opaque);
}

/* Frames of a priority, a buffer each, that come in. */
static void take(struct qp *which, uint8_t prio, uint32_t count)
{
	for (; count; count--) {
		if (mac_pfc_refuses(which, prio))
			continue;
		which->rq.done++;
		mac_pause_look(which, prio);
	}
}

static uint16_t vector(void)
{
	return frame_be16(last + 16);
}

static uint16_t quanta(unsigned int prio)
{
	return frame_be16(last + 18 + 2 * prio);
}

static uint16_t opcode(void)
{
	return frame_be16(last + 14);
}

/* ---- who sends ---- */

static void one_priority_is_silent(void **state)
{
	(void)state;
	hear(1 << 3, 3, 1000);
	assert_true(mac_pfc_holds(&qp));
	assert_true(mac_pfc_holds(&qp));
	assert_false(mac_pfc_holds(&other));
	assert_int_equal(port->pfc.resume.when, fake_now + QUANTUM * 10);
	resume();
	assert_int_equal(woken, 1);
	assert_false(mac_pfc_holds(&qp));
	assert_int_equal(port->pfc.stats.indications[3], 1);
	assert_int_equal(port->pfc.stats.indications[5], 0);
}

static void zero_ends_it(void **state)
{
	(void)state;
	hear(1 << 3, 3, 0xffff);
	assert_true(mac_pfc_holds(&qp));
	hear(1 << 3, 3, 0);
	assert_int_equal(woken, 1);
	assert_false(mac_pfc_holds(&qp));
	assert_int_equal(port->pfc.resume.slot, 0);
	assert_int_equal(port->pfc.stats.indications[3], 1);
}

/* Times without their bit, and priorities that have no PFC. */
static void not_meant(void **state)
{
	(void)state;
	hear(1 << 5, 3, 0xffff);
	assert_false(mac_pfc_holds(&qp));
	hear(0xff00, 3, 0xffff);
	assert_false(mac_pfc_holds(&qp));
	hear(1 << 0, 0, 0xffff);
	assert_false(mac_pfc_holds(&other));
	assert_int_equal(pfc(0), GNIC_STATUS_OK);
	hear(1 << 3, 3, 0xffff);
	assert_false(mac_pfc_holds(&qp));
}

/* The one that is over first does not end the other. */
static void two_priorities(void **state)
{
	(void)state;
	other.ets.prio = 5;
	hear(1 << 3, 3, 1000);
	hear(1 << 5, 5, 2000);
	assert_true(mac_pfc_holds(&qp));
	assert_true(mac_pfc_holds(&other));
	resume();
	assert_int_equal(woken, 2);
	assert_false(mac_pfc_holds(&qp));
	assert_true(mac_pfc_holds(&other));
	resume();
	assert_int_equal(woken, 3);
	assert_false(mac_pfc_holds(&other));
}

/* The priority that is asked for silence without end is obeyed no more, others are. */
static void a_storm_of_one_priority(void **state)
{
	const uint64_t end = fake_now + GNIC_PAUSE_STORM_MS * MS;

	(void)state;
	other.ets.prio = 5;
	while (fake_now < end) {
		hear(1 << 3, 3, 0xffff);
		assert_true(mac_pfc_holds(&qp));
		fake_now += QUANTUM * 100;
	}
	hear(1 << 5, 5, 0xffff);
	assert_int_equal(storms, 0);
	woken = 0;
	hear(1 << 3, 3, 0xffff);
	assert_int_equal(storms, 1);
	assert_int_equal(storm_prios, 1 << 3);
	assert_int_equal(port->stats.rx_pause_storms, 1);
	assert_int_equal(woken, 1);
	assert_false(mac_pfc_holds(&qp));
	assert_true(mac_pfc_holds(&other));
	assert_int_equal(mac_storm_silent(port), 1 << 5);
	hear(1 << 3, 3, 0);
	hear(1 << 3, 3, 0xffff);
	assert_true(mac_pfc_holds(&qp));
}

static void link_down_ends_it(void **state)
{
	(void)state;
	hear(1 << 3, 3, 0xffff);
	assert_true(mac_pfc_holds(&qp));
	mac_pause_stop(port);
	assert_int_equal(woken, 1);
	assert_false(mac_pfc_holds(&qp));
}

static void goes_away(void **state)
{
	(void)state;
	hear(1 << 3, 3, 0xffff);
	assert_true(mac_pfc_holds(&qp));
	mac_pause_forget(&qp);
	assert_null(port->pause.held);
	hear(1 << 3, 3, 0);
	assert_int_equal(woken, 0);
}

static void no_timer(void **state)
{
	(void)state;
	fake_timer_error = -1;
	hear(1 << 3, 3, 0xffff);
	assert_false(mac_pfc_holds(&qp));
	fake_timer_error = 0;
}

/* ---- who receives ---- */

static void asks_for_whom_it_concerns(void **state)
{
	(void)state;
	take(&qp, 3, SIZE - XOFF + 1);
	assert_int_equal(frames, 1);
	assert_int_equal(vector(), 1 << 3);
	assert_int_equal(quanta(3), 0xffff);
	assert_int_equal(quanta(5), 0);
	take(&qp, 3, 3);
	assert_int_equal(frames, 1);
	take(&qp, 5, 1);
	assert_int_equal(frames, 2);
	assert_int_equal(vector(), 1 << 3 | 1 << 5);
	assert_int_equal(quanta(5), 0xffff);
	produced = qp.rq.done + SIZE;
	watch();
	assert_int_equal(frames, 3);
	assert_int_equal(vector(), 1 << 3 | 1 << 5);
	assert_int_equal(quanta(3), 0);
	assert_int_equal(quanta(5), 0);
	assert_int_equal(port->pause.watch.slot, 0);
	assert_int_equal(port->pfc.stats.requests[3], 2);
	assert_int_equal(port->pfc.stats.requests[5], 1);
}

/* A queue that recovers takes its priority along, the other's stays asked for. */
static void one_queue_recovers(void **state)
{
	(void)state;
	take(&qp, 3, SIZE - XOFF + 1);
	take(&other, 5, SIZE - XOFF + 1);
	assert_int_equal(frames, 2);
	mac_pause_forget(&qp);
	watch();
	assert_int_equal(frames, 3);
	assert_int_equal(vector(), 1 << 3 | 1 << 5);
	assert_int_equal(quanta(3), 0);
	assert_int_equal(quanta(5), 0xffff);
}

/* Frames that may be lost leave the last buffers alone. */
static void buffers_are_kept(void **state)
{
	(void)state;
	take(&qp, 0, SIZE);
	assert_int_equal(frames, 0);
	assert_int_equal(qp.rq.done, SIZE - XOFF + 1);
	take(&qp, 3, XOFF - 1);
	assert_int_equal(qp.rq.done, SIZE);
	assert_int_equal(vector(), 1 << 3);
	/* not from the host */
	assert_false(mac_pfc_refuses(&qp, GNIC_PRIOS));
}

static void asks_again(void **state)
{
	(void)state;
	take(&qp, 3, SIZE - XOFF + 1);
	while (frames < 2)
		watch();
	assert_int_equal(quanta(3), 0xffff);
	assert_int_equal(port->pfc.stats.requests[3], 2);
}

/* ---- receive buffers ---- */

/* Cells of buffers 3 and 5; priorities 3 and 5 are in 3, the others in 5. */
static void buffers_of(uint32_t cells3, uint32_t cells5)
{
	struct gnic_hw_port_buffer in = {
		.prio_buffer = { 5, 5, 5, 3, 5, 3, 5, 5 },
		.size = { [3] = cpu_to_le32(cells3 * MAC_BUFFER_CELL),
			  [5] = cpu_to_le32(cells5 * MAC_BUFFER_CELL) },
	};

	assert_int_equal(mac_cmd_buffer(&card, &in), GNIC_STATUS_OK);
}

static void buffers(void)
{
	buffers_of(16, 16);
}

static void fill(uint8_t prio, unsigned int cells)
{
	while (cells--)
		assert_true(mac_buffer_take(port, prio, MAC_BUFFER_CELL, 1));
}

static void empty(uint8_t buffer, unsigned int cells)
{
	while (cells--)
		mac_buffer_give(port, buffer, MAC_BUFFER_CELL);
}

/* Those of a buffer that is half full are asked, until three quarters are free. */
static void asks_for_a_buffer(void **state)
{
	(void)state;
	buffers();
	fill(3, 8);
	assert_int_equal(frames, 0);
	fill(3, 1);
	assert_int_equal(frames, 1);
	assert_int_equal(vector(), 1 << 3 | 1 << 5);
	assert_int_equal(quanta(3), 0xffff);
	fill(3, 6);
	assert_int_equal(frames, 1);
	/* the time of the far end is over before we look again */
	fake_now += 65535 * QUANTUM / 100;
	fill(3, 1);
	assert_int_equal(frames, 2);
	assert_int_equal(quanta(3), 0xffff);
	assert_false(mac_buffer_take(port, 3, 1, 1));
	assert_int_equal(frames, 2);
	empty(3, 11);
	watch();
	assert_int_equal(frames, 2);
	empty(3, 1);
	watch();
	assert_int_equal(frames, 3);
	assert_int_equal(quanta(3), 0);
	assert_int_equal(quanta(5), 0);
	assert_int_equal(port->pause.watch.slot, 0);
}

/* What is half of a buffer is another thing when it has another size. */
static void other_sizes(void **state)
{
	(void)state;
	buffers();
	fill(3, 9);
	assert_int_equal(quanta(3), 0xffff);
	buffers_of(36, 0);
	assert_int_equal(frames, 2);
	assert_int_equal(quanta(3), 0);
	buffers_of(35, 0);
	assert_int_equal(frames, 2);
	buffers_of(17, 0);
	assert_int_equal(frames, 3);
	assert_int_equal(quanta(3), 0xffff);
	assert_int_equal(quanta(5), 0xffff);
	buffers_of(0, 16);
	assert_int_equal(frames, 4);
	assert_int_equal(quanta(3), 0);
	empty(3, 9);
	assert_int_equal(frames, 4);
	assert_int_equal(port->buffer.full, 0);
}

/* A queue that is short is no reason any more for those that have got a buffer. */
static void a_buffer_in_place_of_the_ring(void **state)
{
	struct gnic_hw_port_buffer in = {
		.prio_buffer = { 0, 1, 2, 3, 4, 5, 6, 7 },
		.size = { [3] = cpu_to_le32(16 * MAC_BUFFER_CELL) },
	};

	(void)state;
	take(&qp, 3, SIZE - XOFF + 1);
	take(&qp, 5, 1);
	take(&other, 3, SIZE - XOFF + 1);
	assert_int_equal(frames, 2);
	assert_int_equal(mac_cmd_buffer(&card, &in), GNIC_STATUS_OK);
	assert_int_equal(frames, 3);
	assert_int_equal(quanta(3), 0);
	assert_int_equal(quanta(5), 0xffff);
	assert_ptr_equal(port->pause.shorts, &qp);
	assert_null(qp.pause.next_short);
	assert_false(other.pause.is_short);
	/* and is one again for who loses it */
	in.size[3] = 0;
	assert_int_equal(mac_cmd_buffer(&card, &in), GNIC_STATUS_OK);
	take(&other, 3, 1);
	assert_int_equal(quanta(3), 0xffff);
}

/* What has no flow control fills its buffer, and asks nobody. */
static void a_buffer_without_flow_control(void **state)
{
	(void)state;
	buffers();
	fill(0, 16);
	assert_int_equal(frames, 0);
	/* of another setting, it does */
	assert_int_equal(pfc(1 << 0), GNIC_STATUS_OK);
	assert_int_equal(frames, 1);
	assert_int_equal(vector(), 1 << 0);
	pause_lab_opcode = 0;
	assert_int_equal(pfc(0), GNIC_STATUS_OK);
	assert_int_equal(frames, 3);
	assert_int_equal(opcode(), MAC_OPCODE_PAUSE);
	assert_int_equal(frame_be16(last + 16), 0xffff);
	port->mode.pause = 0;
	mac_pause_review(port);
	assert_int_equal(frames, 4);
	assert_int_equal(frame_be16(last + 16), 0);
}

/* A queue's buffers are kept for nobody, and shortage of them is no reason for silence. */
static void the_ring_does_not_count(void **state)
{
	(void)state;
	buffers();
	take(&qp, 3, SIZE / 2);
	take(&other, 0, SIZE);
	assert_int_equal(frames, 0);
	assert_int_equal(other.rq.done, SIZE);
}

/* Of those that have no buffer it does. */
static void the_ring_counts_for_the_others(void **state)
{
	struct gnic_hw_port_buffer in = {
		.prio_buffer = { 0, 1, 2, 3, 4, 5, 6, 7 },
		.size = { [3] = cpu_to_le32(16 * MAC_BUFFER_CELL) },
	};

	(void)state;
	assert_int_equal(mac_cmd_buffer(&card, &in), GNIC_STATUS_OK);
	take(&qp, 3, SIZE);
	assert_int_equal(frames, 0);
	assert_int_equal(qp.rq.done, SIZE);
	take(&other, 0, SIZE);
	assert_int_equal(other.rq.done, SIZE - XOFF + 1);
	take(&other, 5, 1);
	assert_int_equal(vector(), 1 << 5);
}

static void no_link_no_silence(void **state)
{
	(void)state;
	buffers();
	port->link = false;
	fill(3, 16);
	assert_int_equal(frames, 0);
	port->link = true;
	mac_pause_review(port);
	assert_int_equal(frames, 1);
}

/* ---- other priorities, while they are asked ---- */

/* One that is no longer among them hears that it may send, and the other is silent as before. */
static void one_leaves(void **state)
{
	(void)state;
	take(&qp, 3, SIZE - XOFF + 1);
	take(&other, 5, SIZE - XOFF + 1);
	assert_int_equal(frames, 2);
	assert_int_equal(pfc(1 << 5), GNIC_STATUS_OK);
	assert_int_equal(frames, 3);
	assert_int_equal(vector(), 1 << 3 | 1 << 5);
	assert_int_equal(quanta(3), 0);
	assert_int_equal(quanta(5), 0xffff);
	assert_false(qp.pause.is_short);
	/* as it was, and one more: nobody leaves */
	assert_int_equal(pfc(1 << 5), GNIC_STATUS_OK);
	assert_int_equal(pfc(1 << 5 | 1 << 0), GNIC_STATUS_OK);
	assert_int_equal(frames, 3);
	produced += SIZE;
	watch();
	assert_int_equal(frames, 4);
	assert_int_equal(vector(), 1 << 5);
	assert_int_equal(quanta(5), 0);
}

/* Of a queue that is short for both one stays. */
static void one_of_a_queue_leaves(void **state)
{
	(void)state;
	take(&qp, 3, SIZE - XOFF + 1);
	take(&qp, 5, 1);
	assert_int_equal(pfc(1 << 3), GNIC_STATUS_OK);
	assert_int_equal(vector(), 1 << 3 | 1 << 5);
	assert_int_equal(quanta(3), 0xffff);
	assert_int_equal(quanta(5), 0);
	assert_true(qp.pause.is_short);
}

/* A buffer is as full as before, but not for the one that left. */
static void one_of_a_buffer_leaves(void **state)
{
	(void)state;
	buffers();
	fill(3, 9);
	assert_int_equal(frames, 1);
	assert_int_equal(pfc(1 << 5), GNIC_STATUS_OK);
	assert_int_equal(frames, 2);
	assert_int_equal(vector(), 1 << 3 | 1 << 5);
	assert_int_equal(quanta(3), 0);
	assert_int_equal(quanta(5), 0xffff);
}

/* Between PFC and pause for all each ends in its own words. */
static void all_leave(void **state)
{
	(void)state;
	take(&qp, 3, SIZE - XOFF + 1);
	assert_int_equal(pfc(0), GNIC_STATUS_OK);
	assert_int_equal(frames, 2);
	assert_int_equal(vector(), 1 << 3);
	assert_int_equal(quanta(3), 0);
	pause_lab_opcode = MAC_OPCODE_PAUSE;
	take(&qp, 3, 1);
	assert_int_equal(frames, 3);
	assert_int_equal(frame_be16(last + 16), 0xffff);
	assert_int_equal(pfc(1 << 3), GNIC_STATUS_OK);
	assert_int_equal(frames, 4);
	assert_int_equal(frame_be16(last + 16), 0);
	pause_lab_opcode = MAC_OPCODE_PFC;
	take(&qp, 3, 1);
	assert_int_equal(frames, 5);
	assert_int_equal(vector(), 1 << 3);
	assert_int_equal(quanta(3), 0xffff);
}

/* ---- settings ---- */

static void refused(void **state)
{
	struct gnic_hw_port_pfc in = { .port = cpu_to_le32(1) };
	struct gnic_hw_id id = { .id = cpu_to_le32(1) };
	struct gnic_hw_pfc_stats out;

	(void)state;
	assert_int_equal(mac_cmd_pfc(&card, &in), GNIC_STATUS_BAD_PARAM);
	in.port = 0;
	in.rsvd[2] = 1;
	assert_int_equal(mac_cmd_pfc(&card, &in), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(mac_cmd_pfc_stats(&card, &id, &out), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(port->pfc.enable, 1 << 3 | 1 << 5);
}

static void counted(void **state)
{
	struct gnic_hw_id id = { 0 };
	struct gnic_hw_pfc_stats out;

	(void)state;
	hear(1 << 5, 5, 7);
	take(&qp, 3, SIZE - XOFF + 1);
	assert_int_equal(mac_cmd_pfc_stats(&card, &id, &out), GNIC_STATUS_OK);
	assert_int_equal(le64_to_cpu(out.indications[5]), 1);
	assert_int_equal(le64_to_cpu(out.requests[3]), 1);
	mac_pfc_reset(port);
	assert_int_equal(mac_cmd_pfc_stats(&card, &id, &out), GNIC_STATUS_OK);
	assert_int_equal(out.indications[5], 0);
	assert_int_equal(port->pfc.enable, 0);
}

#define TEST(name)	cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_priority_is_silent),
		TEST(zero_ends_it),
		TEST(not_meant),
		TEST(two_priorities),
		TEST(a_storm_of_one_priority),
		TEST(link_down_ends_it),
		TEST(goes_away),
		TEST(no_timer),
		TEST(asks_for_whom_it_concerns),
		TEST(one_queue_recovers),
		TEST(buffers_are_kept),
		TEST(asks_again),
		TEST(asks_for_a_buffer),
		TEST(other_sizes),
		TEST(a_buffer_in_place_of_the_ring),
		TEST(a_buffer_without_flow_control),
		TEST(the_ring_does_not_count),
		TEST(the_ring_counts_for_the_others),
		TEST(no_link_no_silence),
		TEST(one_leaves),
		TEST(one_of_a_queue_leaves),
		TEST(one_of_a_buffer_leaves),
		TEST(all_leave),
		TEST(refused),
		TEST(counted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
