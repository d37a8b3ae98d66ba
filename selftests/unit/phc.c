// SPDX-License-Identifier: GPL-2.0-only
/* blk_phc.c upon virtual time: rate, setting, and what happens at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "blk_cmd.h"
#include "card.h"

#define SEC	1000000000ull
#define EVENTS	64u

static struct card card;

static struct {
	uint32_t id;
	uint64_t time;
	uint64_t raw;
} events[EVENTS];
static unsigned int nevents;

void eq_post_at(struct card *c, uint8_t type, unsigned int port, uint32_t id, uint32_t data,
		uint32_t tstamp)
{
	assert_ptr_equal(c, &card);
	assert_int_equal(type, GNIC_EQE_PHC);
	assert_int_equal(port, 0);
	assert_true(nevents < EVENTS);
	events[nevents].id = id;
	events[nevents].raw = loop_now(card.loop);
	events[nevents++].time = (uint64_t)data << 32 | tstamp;
}

static int setup(void **state)
{
	const struct loop_params params = { .stepped = true };

	(void)state;
	memset(&card, 0, sizeof(card));
	card.loop = loop_create(&params);
	assert_non_null(card.loop);
	phc_init(&card);
	phc_reset(&card);
	nevents = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	phc_reset(&card);
	loop_destroy(card.loop);
	return 0;
}

static uint64_t now(void)
{
	struct gnic_hw_phc_info info = { 0 };

	assert_int_equal(phc_cmd_query(&card, &info), GNIC_STATUS_OK);
	return le64_to_cpu(info.time);
}

static enum gnic_hw_status set(uint32_t valid, uint64_t time, int64_t offset, int64_t freq)
{
	const struct gnic_hw_phc_set in = {
		.valid = cpu_to_le32(valid),
		.pps = !!(valid & GNIC_PHC_SET_PPS),
		.time = cpu_to_le64(time),
		.offset = cpu_to_le64((uint64_t)offset),
		.freq = cpu_to_le64((uint64_t)freq),
	};

	return phc_cmd_set(&card, &in);
}

static void runs_with_the_loop(void **state)
{
	uint64_t start = now();

	(void)state;
	loop_step(card.loop, 123456789);
	assert_int_equal(now(), start + 123456789);
}

static void time_and_offset(void **state)
{
	(void)state;
	assert_int_equal(set(GNIC_PHC_SET_TIME, 5 * SEC, 0, 0), GNIC_STATUS_OK);
	loop_step(card.loop, SEC);
	assert_int_equal(now(), 6 * SEC);
	assert_int_equal(set(GNIC_PHC_SET_OFFSET, 0, -(int64_t)SEC, 0), GNIC_STATUS_OK);
	assert_int_equal(now(), 5 * SEC);
	/* neither before the beginning nor behind the end */
	assert_int_equal(set(GNIC_PHC_SET_OFFSET, 0, -(int64_t)(6 * SEC), 0),
			 GNIC_STATUS_BAD_PARAM);
	assert_int_equal(set(GNIC_PHC_SET_OFFSET, 0, INT64_MAX, 0), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(set(GNIC_PHC_SET_TIME, 1ull << 63, 0, 0), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(set(GNIC_PHC_SET_TIME | GNIC_PHC_SET_OFFSET, 0, 0, 0),
			 GNIC_STATUS_BAD_PARAM);
	assert_int_equal(set(1u << 4, 0, 0, 0), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(now(), 5 * SEC);
}

/* The unit is exact: 2^-16 ppm over 65536 s is a microsecond. */
static void frequency_is_exact(void **state)
{
	static const int64_t freqs[] = { 1, -1, 65536, -65536, GNIC_PHC_FREQ_MAX,
					 -GNIC_PHC_FREQ_MAX };

	(void)state;
	for (unsigned int i = 0; i < sizeof(freqs) / sizeof(freqs[0]); i++) {
		assert_int_equal(set(GNIC_PHC_SET_TIME | GNIC_PHC_SET_FREQ, SEC, 0, freqs[i]),
				 GNIC_STATUS_OK);
		loop_step(card.loop, 65536 * SEC);
		assert_int_equal(now(), 65537 * SEC + (uint64_t)(freqs[i] * 1000));
	}
	assert_int_equal(set(GNIC_PHC_SET_FREQ, 0, 0, GNIC_PHC_FREQ_MAX + 1),
			 GNIC_STATUS_BAD_PARAM);
	assert_int_equal(set(GNIC_PHC_SET_FREQ, 0, 0, -GNIC_PHC_FREQ_MAX - 1),
			 GNIC_STATUS_BAD_PARAM);
	assert_int_equal(set(GNIC_PHC_SET_FREQ, 0, 0, INT64_MIN), GNIC_STATUS_BAD_PARAM);
}

/* A wrong oscillator and a frequency against it. */
static void drift(void **state)
{
	uint64_t start;

	(void)state;
	phc_set_drift(&card, 50000);
	start = now();
	loop_step(card.loop, 1000 * SEC);
	assert_int_equal(now(), start + 1000 * SEC + 50000000);
	assert_int_equal(set(GNIC_PHC_SET_FREQ, 0, 0, -50 * 65536), GNIC_STATUS_OK);
	start = now();
	loop_step(card.loop, 1000 * SEC);
	/* but for the product of both */
	assert_int_equal(now(), start + 1000 * SEC - 2500);
}

static void pps(void **state)
{
	(void)state;
	assert_int_equal(set(GNIC_PHC_SET_PPS | GNIC_PHC_SET_TIME, SEC / 2, 0, 0), GNIC_STATUS_OK);
	loop_step(card.loop, 3 * SEC);
	assert_int_equal(nevents, 3);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(events[i].id, FIELD_PREP(GNIC_PHC_EVENT_KIND, GNIC_PHC_EVENT_PPS));
		assert_int_equal(events[i].time, (i + 1) * SEC);
	}
	/* a clock that is 10 % faster has its seconds earlier */
	nevents = 0;
	set(GNIC_PHC_SET_TIME | GNIC_PHC_SET_FREQ, 0, 0, GNIC_PHC_FREQ_MAX);
	loop_step(card.loop, SEC);
	assert_int_equal(nevents, 1);
	assert_in_range(events[0].raw, loop_now(card.loop) - 90909092, loop_now(card.loop) - 90909089);
}

static enum gnic_hw_status pin(uint8_t index, uint8_t func, uint8_t channel)
{
	const struct gnic_hw_phc_pin in = { .pin = index, .func = func, .channel = channel };

	return phc_cmd_pin(&card, &in);
}

static enum gnic_hw_status output(uint64_t start, uint64_t period, uint64_t high)
{
	const struct gnic_hw_phc_output in = {
		.enable = 1,
		.start = cpu_to_le64(start),
		.period = cpu_to_le64(period),
		.high = cpu_to_le64(high),
	};

	return phc_cmd_output(&card, &in);
}

static void input(uint8_t channel, uint8_t edges)
{
	const struct gnic_hw_phc_input in = { .channel = channel, .edges = edges };

	assert_int_equal(phc_cmd_input(&card, &in), GNIC_STATUS_OK);
}

static void output_reaches_input(void **state)
{
	(void)state;
	set(GNIC_PHC_SET_TIME, 0, 0, 0);
	assert_int_equal(pin(0, GNIC_PHC_PIN_OUTPUT, 0), GNIC_STATUS_OK);
	assert_int_equal(pin(1, GNIC_PHC_PIN_INPUT, 1), GNIC_STATUS_OK);
	assert_int_equal(output(SEC, SEC / 10, SEC / 40), GNIC_STATUS_OK);
	loop_step(card.loop, SEC);
	assert_int_equal(nevents, 0);
	input(1, GNIC_PHC_EDGE_RISING | GNIC_PHC_EDGE_FALLING);
	loop_step(card.loop, SEC);
	assert_int_equal(nevents, 20);
	for (unsigned int i = 0; i < 20; i++) {
		assert_int_equal(events[i].id, 1);
		assert_int_equal(events[i].time % (SEC / 10), i % 2 ? SEC / 40 : 0);
	}
	/* the clock is set: the signal follows it, without the edges in between */
	nevents = 0;
	set(GNIC_PHC_SET_TIME, 1000 * SEC + SEC / 80, 0, 0);
	input(1, GNIC_PHC_EDGE_FALLING);
	loop_step(card.loop, SEC / 10);
	assert_int_equal(nevents, 1);
	assert_int_equal(events[0].time, 1000 * SEC + SEC / 40);
}

static void pins_refused(void **state)
{
	(void)state;
	assert_int_equal(pin(4, GNIC_PHC_PIN_OUTPUT, 0), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(pin(0, 3, 0), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(pin(0, GNIC_PHC_PIN_OUTPUT, 2), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(pin(0, GNIC_PHC_PIN_OUTPUT, 1), GNIC_STATUS_OK);
	assert_int_equal(pin(2, GNIC_PHC_PIN_OUTPUT, 1), GNIC_STATUS_EXISTS);
	assert_int_equal(pin(0, GNIC_PHC_PIN_NONE, 0), GNIC_STATUS_OK);
	assert_int_equal(pin(2, GNIC_PHC_PIN_OUTPUT, 1), GNIC_STATUS_OK);
	assert_int_equal(output(0, GNIC_PHC_PERIOD_MIN - 1, 1), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(output(0, GNIC_PHC_PERIOD_MAX + 1, 1), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(output(0, SEC, 0), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(output(0, SEC, SEC), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(output(1ull << 63, SEC, 1), GNIC_STATUS_BAD_PARAM);
}

/* A timer that is late has some of its edges, not a flood. */
static void no_flood(void **state)
{
	(void)state;
	set(GNIC_PHC_SET_TIME, 0, 0, 0);
	pin(0, GNIC_PHC_PIN_OUTPUT, 0);
	pin(1, GNIC_PHC_PIN_INPUT, 0);
	input(0, GNIC_PHC_EDGE_RISING);
	assert_int_equal(output(INT64_MAX, GNIC_PHC_PERIOD_MAX, 1), GNIC_STATUS_OK);
	loop_step(card.loop, 1000 * SEC);
	assert_int_equal(nevents, 0);
	phc_reset(&card);
	assert_int_equal(output(0, GNIC_PHC_PERIOD_MIN, 1), GNIC_STATUS_OK);
	loop_step(card.loop, SEC / 100);
	assert_int_equal(nevents, 0);	/* the reset took the pins */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(runs_with_the_loop, setup, teardown),
		cmocka_unit_test_setup_teardown(time_and_offset, setup, teardown),
		cmocka_unit_test_setup_teardown(frequency_is_exact, setup, teardown),
		cmocka_unit_test_setup_teardown(drift, setup, teardown),
		cmocka_unit_test_setup_teardown(pps, setup, teardown),
		cmocka_unit_test_setup_teardown(output_reaches_input, setup, teardown),
		cmocka_unit_test_setup_teardown(pins_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(no_flood, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("phc", tests, NULL, NULL);
}
