// SPDX-License-Identifier: GPL-2.0-only
/* mac_pause.c: when a port asks for silence, when it is silent itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pause_lab.h"

#define XON	56u

static struct vport function = { .function = true };

static uint16_t last_quanta(void)
{
	return frame_be16(last + 16);
}

static int setup(void **state)
{
	(void)state;
	pause_lab_setup(MAC_OPCODE_PAUSE);
	return 0;
}

/* One frame takes one buffer. */
static void receive(struct qp *which)
{
	which->rq.done++;
	mac_pause_look(which, port->depth ? 0 : GNIC_PRIOS);
}

static void take(struct qp *which, uint32_t count)
{
	while (count--)
		receive(which);
}

/* ---- receive ---- */

static void asks_when_short(void **state)
{
	(void)state;
	take(&qp, SIZE - XOFF);
	assert_int_equal(frames, 0);
	receive(&qp);
	assert_int_equal(frames, 1);
	assert_int_equal(last_quanta(), 0xffff);
	take(&qp, 20);
	assert_int_equal(frames, 1);
}

static void new_buffers_end_it(void **state)
{
	(void)state;
	take(&qp, 20);
	watch();
	assert_int_equal(frames, 1);
	produced += XON - (SIZE - 20) - 1;
	watch();
	assert_int_equal(frames, 1);
	produced++;
	watch();
	assert_int_equal(frames, 2);
	assert_int_equal(last_quanta(), 0);
	assert_int_equal(port->pause.watch.slot, 0);
}

/* The far end would begin again when its time is over. */
static void asks_again_in_time(void **state)
{
	const uint64_t begin = fake_now, whole = 65535ull * 512000 / 100000;

	(void)state;
	take(&qp, 20);
	while (frames < 2)
		watch();
	assert_int_equal(last_quanta(), 0xffff);
	assert_true(fake_now - begin >= whole / 2 && fake_now - begin < whole);
}

static void a_dead_queue_is_given_up(void **state)
{
	const uint64_t begin = fake_now;

	(void)state;
	take(&qp, 20);
	while (last_quanta())
		watch();
	assert_true(fake_now - begin >= GNIC_PAUSE_STORM_MS * MS);
	assert_int_equal(port->stats.pause_storms, 1);
	frames = 0;
	take(&qp, 5);
	assert_int_equal(frames, 0);
	/* it has buffers again: it counts again */
	produced = qp.rq.done + SIZE;
	receive(&qp);
	take(&qp, 20);
	assert_int_equal(frames, 1);
}

/* How long is the port's. */
static void given_up_as_told(void **state)
{
	const uint64_t begin = fake_now;

	(void)state;
	port->storm_ms = 5;
	take(&qp, 20);
	while (last_quanta())
		watch();
	assert_true(fake_now - begin >= 5 * MS && fake_now - begin < 6 * MS);
	port->storm_ms = 0;
	fake_now = begin;
	take(&other, 20);
	while (fake_now < begin + 2 * GNIC_PAUSE_STORM_MAX_MS * MS) {
		fake_now += 100 * MS;
		port->pause.watch.when = fake_now;
		watch();
		assert_int_equal(last_quanta(), 0xffff);
	}
	assert_int_equal(port->stats.pause_storms, 1);
}

/* One that is refilled, but slowly, keeps the far end silent for longer. */
static void a_slow_queue_is_not(void **state)
{
	unsigned int i;

	(void)state;
	take(&qp, 40);
	for (i = 0; i < 30; i++) {
		fake_now += GNIC_PAUSE_STORM_MS * MS / 2;
		port->pause.watch.when = fake_now;
		produced++;
		watch();
		assert_int_equal(last_quanta(), i < 24 + 8 - 1 ? 0xffff : 0);
	}
	assert_int_equal(port->stats.pause_storms, 0);
}

static void two_queues(void **state)
{
	(void)state;
	take(&qp, 20);
	take(&other, 20);
	assert_int_equal(frames, 1);
	mac_pause_forget(&qp);
	watch();
	assert_int_equal(last_quanta(), 0xffff);
	mac_pause_forget(&other);
	watch();
	assert_int_equal(last_quanta(), 0);
}

static void not_if_nobody_may(void **state)
{
	(void)state;
	port->mode.pause = GNIC_PAUSE_RX;
	take(&qp, SIZE);
	port->mode.pause = GNIC_PAUSE_TX;
	port->depth = 0;	/* from the host: no wire to be paused */
	take(&other, SIZE);
	assert_int_equal(frames, 0);
}

/* Who never has more than a few buffers is not short of them all the time. */
static void a_queue_of_few_buffers(void **state)
{
	unsigned int i;

	(void)state;
	qp.rq.index = 0;
	for (i = 0; i < 100; i++) {
		produced = qp.rq.done + 2;
		qp.rq.index = produced;
		receive(&qp);
	}
	assert_int_equal(frames, 0);
}

static void no_link_no_pause(void **state)
{
	(void)state;
	take(&qp, 20);
	mac_pause_stop(port);
	assert_int_equal(port->pause.watch.slot, 0);
	assert_null(port->pause.shorts);
	assert_false(qp.pause.is_short);
}

/* Nobody is asked for silence that nobody would end. */
static void no_timer(void **state)
{
	(void)state;
	fake_timer_error = -1;
	take(&qp, 20);
	assert_int_equal(frames, 0);
	assert_null(port->pause.shorts);
	fake_timer_error = 0;
	take(&qp, 1);
	assert_int_equal(frames, 1);
	fake_timer_error = -1;
	watch();
	fake_timer_error = 0;
	assert_int_equal(frames, 2);
	assert_int_equal(last_quanta(), 0);
	assert_false(qp.pause.is_short);
}

/* ---- transmit ---- */

static void is_silent(void **state)
{
	const uint64_t begin = fake_now;

	(void)state;
	assert_false(mac_pause_holds(&qp));
	mac_pause_received(port, 100);
	assert_int_equal(port->pause.resume.when, begin + 512);
	assert_true(mac_pause_holds(&qp));
	assert_true(mac_pause_holds(&qp));
	fake_now += 512;
	assert_false(mac_pause_holds(&qp));
	port->pause.resume.cb(port->pause.resume.opaque);
	assert_int_equal(woken, 1);
}

static void a_quantum_of_a_slow_link_is_longer(void **state)
{
	(void)state;
	port->mode.speed = 10000;
	mac_pause_received(port, 1);
	assert_int_equal(port->pause.resume.when, fake_now + 51);
}

/* The far end asks again and again, @each ns, for as long. */
static void ask_for(uint64_t ns, uint64_t each)
{
	const uint64_t end = fake_now + ns;

	while (fake_now < end) {
		mac_pause_received(port, 0xffff);
		fake_now += each;
	}
}

static void a_storm_is_not_obeyed(void **state)
{
	const uint64_t whole = 65535ull * 512000 / 100000;

	(void)state;
	ask_for(GNIC_PAUSE_STORM_MS * MS, whole - 1);
	assert_int_equal(storms, 0);
	assert_true(mac_pause_holds(&qp));
	assert_int_equal(mac_storm_silent(port), 0xff);
	ask_for(2 * GNIC_PAUSE_STORM_MS * MS, whole - 1);
	assert_int_equal(storms, 1);
	assert_int_equal(storm_prios, 0xff);
	assert_int_equal(port->stats.rx_pause_storms, 1);
	assert_int_equal(woken, 1);
	assert_false(mac_pause_holds(&qp));
	assert_int_equal(mac_storm_silent(port), 0);
	/* a break ends it, by time and by word */
	fake_now += whole;
	mac_pause_received(port, 0xffff);
	assert_true(mac_pause_holds(&qp));
	ask_for(2 * GNIC_PAUSE_STORM_MS * MS, whole - 1);
	assert_false(mac_pause_holds(&qp));
	mac_pause_received(port, 0);
	mac_pause_received(port, 0xffff);
	assert_true(mac_pause_holds(&qp));
	assert_int_equal(storms, 2);
}

static void breaks_are_no_storm(void **state)
{
	const uint64_t whole = 65535ull * 512000 / 100000;

	(void)state;
	ask_for(5 * GNIC_PAUSE_STORM_MS * MS, whole + 1);
	assert_int_equal(storms, 0);
	port->storm_ms = 0;
	ask_for(2 * GNIC_PAUSE_STORM_MAX_MS * MS, whole - 1);
	assert_int_equal(storms, 0);
	assert_true(mac_pause_holds(&qp));
}

/* It is the silence of another link. */
static void a_storm_ends_with_the_link(void **state)
{
	(void)state;
	ask_for(2 * GNIC_PAUSE_STORM_MS * MS, 1000);
	assert_false(mac_pause_holds(&qp));
	mac_pause_stop(port);
	mac_pause_received(port, 0xffff);
	assert_true(mac_pause_holds(&qp));
}

static void deaf_with_pfc(void **state)
{
	(void)state;
	port->pfc.enable = 1;
	mac_pause_received(port, 0xffff);
	assert_false(mac_pause_holds(&qp));
	port->pfc.enable = 0;
}

static void zero_ends_it(void **state)
{
	(void)state;
	mac_pause_received(port, 0xffff);
	assert_true(mac_pause_holds(&qp));
	assert_true(mac_pause_holds(&other));
	mac_pause_received(port, 0);
	assert_int_equal(woken, 2);
	assert_false(mac_pause_holds(&qp));
}

static void deaf_if_told_so(void **state)
{
	(void)state;
	port->mode.pause = GNIC_PAUSE_TX;
	mac_pause_received(port, 0xffff);
	assert_false(mac_pause_holds(&qp));
}

static void host_side_of_a_function_has_no_wire(void **state)
{
	(void)state;
	mac_pause_received(port, 0xffff);
	qp.vport = &function;
	qp.side = GNIC_SIDE_HOST;
	assert_false(mac_pause_holds(&qp));
	qp.side = GNIC_SIDE_FUNCTION;
	assert_true(mac_pause_holds(&qp));
}

static void a_queue_that_waits_goes_away(void **state)
{
	(void)state;
	mac_pause_received(port, 0xffff);
	assert_true(mac_pause_holds(&qp));
	assert_true(mac_pause_holds(&other));
	mac_pause_forget(&qp);
	mac_pause_received(port, 0);
	assert_int_equal(woken, 1);
}

#define TEST(name)	cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(asks_when_short),
		TEST(new_buffers_end_it),
		TEST(asks_again_in_time),
		TEST(a_dead_queue_is_given_up),
		TEST(given_up_as_told),
		TEST(a_slow_queue_is_not),
		TEST(two_queues),
		TEST(not_if_nobody_may),
		TEST(a_queue_of_few_buffers),
		TEST(no_link_no_pause),
		TEST(no_timer),
		TEST(is_silent),
		TEST(a_quantum_of_a_slow_link_is_longer),
		TEST(a_storm_is_not_obeyed),
		TEST(breaks_are_no_storm),
		TEST(a_storm_ends_with_the_link),
		TEST(deaf_with_pfc),
		TEST(zero_ends_it),
		TEST(deaf_if_told_so),
		TEST(host_side_of_a_function_has_no_wire),
		TEST(a_queue_that_waits_goes_away),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
