// SPDX-License-Identifier: GPL-2.0-only
/*
 * As many QPs as a port has numbers: which numbers they get, and that the last one is
 * made and destroyed with as little ado as the first. Steps are counted, not time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blk_cmd.h"
#include "esw.h"
#include "fault.h"

#define MOST	(CARD_QPS_PER_PORT - 1)	/* by choice of the device */
#define LOOKS	8			/* words for a number, however many are taken */

static struct card *card;
static uint16_t function;

/* ---- the set alone ---- */

static struct qp_numbers set;

static bool set_has(uint32_t number)
{
	return set.taken[number / 64] >> number % 64 & 1;
}

/* As one would do it without a thought for the cost. */
static int plain_choice(void)
{
	for (uint32_t i = 0; i < MOST; i++) {
		uint32_t number = 1 + (set.last + i) % MOST;

		if (!set_has(number))
			return (int)number;
	}
	return -1;
}

static void choose(void)
{
	int want = plain_choice();
	uint64_t looks = set.looks;

	assert_int_equal(qp_number_choose(&set), want);
	assert_in_range(set.looks - looks, 0, LOOKS);
	if (want > 0)
		qp_number_take(&set, (uint32_t)want);
}

/* Full, empty, and all between, at random places. */
static void chooses_as_a_search_would(void **state)
{
	uint32_t random = 1;

	(void)state;
	memset(&set, 0, sizeof(set));
	for (uint32_t i = 0; i < 60000; i++) {
		uint32_t most = i / 20000 ? 256 : 32;

		random = random * 1664525u + 1013904223u;
		if ((random >> 8) % 256 < most)
			choose();
		random = random * 1664525u + 1013904223u;
		if ((random >> 8) % 256 < 256 - most / 2)
			qp_number_free(&set, (random >> 16) % QP_NUMBERS);
	}
	while (plain_choice() > 0)
		choose();
	choose();
	qp_number_free(&set, 1);
	choose();
	qp_number_free(&set, MOST);
	choose();
}

/* ---- QPs ---- */

static int setup(void **state)
{
	struct gnic_hw_vport_create in = { .port = 0 };
	struct gnic_hw_id out;

	(void)state;
	card = calloc(1, sizeof(*card));
	assert_non_null(card);
	card->config.ports = 1;
	card->config.hbm_size = 1 << 20;
	card->hbm = calloc(1, card->config.hbm_size);
	card->umr = calloc(1, GNIC_BAR_UMR_SIZE);
	for (unsigned int i = 0; i < GNIC_PORT_IDS; i++) {
		card->ports[i].card = card;
		card->ports[i].index = i;
	}
	card->faults = fault_create();
	card->windows = windows_create(card);
	card->esw = esw_create(card);
	assert_true(card->hbm && card->umr && card->faults && card->windows && card->esw);
	assert_int_equal(esw_cmd_vport_create(card, &in, &out), GNIC_STATUS_OK);
	function = (uint16_t)le32_to_cpu(out.id);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	qp_reset(card);
	esw_destroy(card);
	windows_destroy(card);
	fault_destroy(card->faults);
	free(card->umr);
	free(card->hbm);
	free(card);
	return 0;
}

static enum gnic_hw_status create(uint32_t qpn, uint32_t *got)
{
	const struct gnic_hw_qp_create in = {
		.qpn = cpu_to_le32(qpn), .type = GNIC_QP_RC, .side = GNIC_SIDE_FUNCTION,
		.vport = cpu_to_le16(function), .sq_cqn = cpu_to_le32(GNIC_CQN_NONE),
		.rq_cqn = cpu_to_le32(GNIC_CQN_NONE),
	};
	struct gnic_hw_id out = { 0 };
	enum gnic_hw_status status = qp_cmd_create(card, &in, &out);

	*got = le32_to_cpu(out.id);
	return status;
}

static enum gnic_hw_status destroy(uint32_t qpn)
{
	const struct gnic_hw_qp_id in = { .qpn = cpu_to_le32(qpn) };

	return qp_cmd_destroy(card, &in);
}

/* Twice: the second time all numbers have been somebody's before. */
static void as_many_as_there_are(void **state)
{
	struct qp_numbers *numbers = &card->ports[0].numbers;
	uint32_t qpn;

	(void)state;
	for (uint32_t round = 0; round < 2; round++) {
		for (uint32_t i = 1; i <= MOST; i++) {
			uint64_t looks = numbers->looks;

			assert_int_equal(create(GNIC_QPN_ANY, &qpn), GNIC_STATUS_OK);
			assert_int_equal(qpn, i);
			assert_in_range(numbers->looks - looks, 0, LOOKS);
		}
		assert_int_equal(create(GNIC_QPN_ANY, &qpn), GNIC_STATUS_NO_RESOURCE);
		/* QP 0 is nobody's choice, but may be asked for */
		assert_int_equal(create(0, &qpn), GNIC_STATUS_OK);
		assert_int_equal(card->ports[0].qp_count, CARD_QPS_PER_PORT);
		assert_int_equal(destroy(0), GNIC_STATUS_OK);
		for (uint32_t i = 1; i <= MOST; i++) {
			uint64_t looks = numbers->looks;

			assert_int_equal(destroy(i), GNIC_STATUS_OK);
			assert_int_equal(numbers->looks, looks);
		}
		assert_int_equal(card->ports[0].qp_count, 0);
	}
}

static void freed_numbers_rest(void **state)
{
	uint32_t qpn;

	(void)state;
	assert_int_equal(create(GNIC_QPN_ANY, &qpn), GNIC_STATUS_OK);
	assert_int_equal(qpn, 1);
	assert_int_equal(create(2, &qpn), GNIC_STATUS_OK);
	assert_int_equal(create(2, &qpn), GNIC_STATUS_EXISTS);
	assert_int_equal(create(CARD_QPS_PER_PORT, &qpn), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(create(GNIC_QPN_ANY, &qpn), GNIC_STATUS_OK);
	assert_int_equal(qpn, 3);
	assert_int_equal(destroy(3), GNIC_STATUS_OK);
	assert_int_equal(create(GNIC_QPN_ANY, &qpn), GNIC_STATUS_OK);
	assert_int_equal(qpn, 4);
	assert_int_equal(destroy(3), GNIC_STATUS_NOT_FOUND);
	/* a reset forgets all of it */
	qp_reset(card);
	assert_int_equal(create(GNIC_QPN_ANY, &qpn), GNIC_STATUS_OK);
	assert_int_equal(qpn, 1);
}

#define CARD_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_as_a_search_would),
		CARD_TEST(as_many_as_there_are),
		CARD_TEST(freed_numbers_rest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("qp_number", tests, NULL, NULL);
}
