// SPDX-License-Identifier: GPL-2.0-only
/* qp_rate.c: when a send queue with a limit may start a packet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blk_cmd.h"
#include "clock_lab.h"
#include "path.h"

#define MBIT	1000000ull
#define SECOND	1000000000ull
#define BURST	(GNIC_QP_RATE_BURST_US * 1000ull)

static struct card card;
static struct qp qp;
static unsigned int woken;

/* ---- what surrounds the block ---- */

void qp_wake(struct qp *which)
{
	(void)which;
	woken++;
}

struct qp *qp_get(struct port *port, uint32_t qpn)
{
	(void)port;
	return qpn == qp.qpn ? &qp : NULL;
}

static enum gnic_hw_status rate(uint32_t qpn, uint64_t limit)
{
	struct gnic_hw_qp_rate in = {
		.qpn = cpu_to_le32(qpn),
		.rate = cpu_to_le64(limit),
	};

	return qp_cmd_rate(&card, &in);
}

static int setup(void **state)
{
	(void)state;
	memset(&qp, 0, sizeof(qp));
	card.config.ports = 1;
	card.ports[0].card = &card;
	qp.card = &card;
	qp.port = &card.ports[0];
	qp.qpn = 5;
	qp.type = GNIC_QP_RAW;
	qp.sq.present = true;
	fake_now = 100 * SECOND;
	woken = 0;
	fake_timer_error = 0;
	return 0;
}

/* ---- limits ---- */

static void no_limit(void **state)
{
	(void)state;
	assert_false(qp_rate_holds(&qp));
	assert_int_equal(rate(5, 10 * MBIT), GNIC_STATUS_OK);
	qp_rate_spend(&qp, 1 << 20);
	assert_true(qp_rate_holds(&qp));
	woken = 0;
	assert_int_equal(rate(5, 0), GNIC_STATUS_OK);
	assert_false(qp_rate_holds(&qp));
	assert_int_equal(woken, 1);
	assert_int_equal(qp.rate.timer.slot, 0);
}

static void waits_for_its_time(void **state)
{
	(void)state;
	assert_int_equal(rate(5, 10 * MBIT), GNIC_STATUS_OK);
	assert_false(qp_rate_holds(&qp));
	qp_rate_spend(&qp, 12496);	/* with FCS 100000 bits: 10 ms */
	assert_true(qp_rate_holds(&qp));
	assert_int_equal(qp.rate.timer.when, fake_now + 10 * 1000000 - BURST);
	fake_now = qp.rate.timer.when - 1;
	assert_true(qp_rate_holds(&qp));
	fake_now++;
	woken = 0;
	qp.rate.timer.cb(qp.rate.timer.opaque);
	assert_int_equal(woken, 1);
	assert_false(qp_rate_holds(&qp));
}

/* Over a long time the limit is met, whoever comes late. */
static void average(void **state)
{
	const uint64_t begin = fake_now;
	uint64_t bytes = 0;

	(void)state;
	assert_int_equal(rate(5, 100 * MBIT), GNIC_STATUS_OK);
	while (fake_now < begin + SECOND) {
		if (qp_rate_holds(&qp)) {
			fake_now = qp.rate.timer.when + rand() % 50000;
			qp.rate.timer.slot = 0;
			continue;
		}
		qp_rate_spend(&qp, 1514);
		bytes += 1518;
	}
	assert_in_range(bytes, 12400000, 12520000);
}

static void idleness_is_no_savings(void **state)
{
	uint64_t bytes = 0;

	(void)state;
	assert_int_equal(rate(5, 100 * MBIT), GNIC_STATUS_OK);
	fake_now += 50 * SECOND;
	while (!qp_rate_holds(&qp)) {
		qp_rate_spend(&qp, 1514);
		bytes += 1518;
	}
	assert_in_range(bytes, 12500, 12500 + 1518);
}

static void no_timer_no_limit(void **state)
{
	(void)state;
	assert_int_equal(rate(5, MBIT), GNIC_STATUS_OK);
	qp_rate_spend(&qp, 1514);
	fake_timer_error = -1;
	assert_false(qp_rate_holds(&qp));
}

static void goes_away(void **state)
{
	(void)state;
	assert_int_equal(rate(5, MBIT), GNIC_STATUS_OK);
	qp_rate_spend(&qp, 1514);
	assert_true(qp_rate_holds(&qp));
	qp_rate_forget(&qp);
	assert_int_equal(qp.rate.timer.slot, 0);
}

static void refused(void **state)
{
	(void)state;
	assert_int_equal(rate(6, MBIT), GNIC_STATUS_NOT_FOUND);
	assert_int_equal(rate(5, GNIC_QP_RATE_MIN - 1), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(rate(5, GNIC_QP_RATE_MAX + 1), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(rate(5, GNIC_QP_RATE_MAX), GNIC_STATUS_OK);
	qp.type = GNIC_QP_RC;
	assert_int_equal(rate(5, MBIT), GNIC_STATUS_BAD_PARAM);
	qp.type = GNIC_QP_RAW;
	qp.sq.present = false;
	assert_int_equal(rate(5, MBIT), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(qp.rate.limit, GNIC_QP_RATE_MAX);
	card.config.ports = 0;
	assert_int_equal(rate(5, MBIT), GNIC_STATUS_BAD_PARAM);
}

#define TEST(name)	cmocka_unit_test_setup(name, setup)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(no_limit), TEST(waits_for_its_time), TEST(average),
		TEST(idleness_is_no_savings), TEST(no_timer_no_limit), TEST(goes_away), TEST(refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
