// SPDX-License-Identifier: GPL-2.0-only
/* blk_umr.c: rounds of the queues that are awake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blk_cmd.h"
#include "mmio.h"

#define QPS	1000u
#define ROUND	256u	/* queues with work */

static struct dma dma = { .gen = 1 };
static struct card card;
static struct qp qps[QPS];
static unsigned int polled[QPS];
static unsigned int left[QPS];	/* rounds of work */
static unsigned int rounds;	/* of all of them */

/* ---- what surrounds the block ---- */

int txe_poll(struct qp *qp, int budget)
{
	(void)budget;
	polled[qp->qpn]++;
	rounds++;
	if (!left[qp->qpn])
		return 0;
	left[qp->qpn]--;
	return 1;
}

int rc_poll(struct qp *qp, int budget)
{
	(void)qp;
	(void)budget;
	fail();
	return 0;
}

int compute_poll(struct qp *qp, int budget)
{
	return rc_poll(qp, budget);
}

bool rc_answer(struct card *of)
{
	assert_ptr_equal(of, &card);
	return false;
}

bool ets_run(struct card *of)
{
	(void)of;
	fail();
	return false;
}

bool ets_ready(struct card *of)
{
	return ets_run(of);
}

void qp_fail(struct qp *qp, uint8_t syndrome, bool requester)
{
	(void)qp;
	(void)syndrome;
	(void)requester;
	fail();
}

struct qp *qp_get(struct port *port, uint32_t qpn)
{
	(void)port;
	return qpn < QPS ? &qps[qpn] : NULL;
}

void eq_post(struct card *of, uint8_t type, unsigned int port, uint32_t id, uint32_t data)
{
	(void)of;
	(void)type;
	(void)port;
	(void)id;
	(void)data;
	fail();
}

void eq_doorbell(struct card *of, uint32_t ci)
{
	(void)of;
	(void)ci;
	fail();
}

bool cq_doorbell(struct card *of, uint32_t cqn, uint32_t ci)
{
	(void)of;
	(void)cqn;
	(void)ci;
	return false;
}

void *asid_ptr(struct card *of, uint16_t asid, uint64_t addr, uint64_t len, uint8_t access)
{
	(void)of;
	(void)asid;
	(void)addr;
	(void)len;
	(void)access;
	return NULL;
}

void loop_poller_add(struct loop *loop, struct loop_poller *poller)
{
	(void)loop;
	(void)poller;
}

void loop_poller_del(struct loop *loop, struct loop_poller *poller)
{
	(void)loop;
	(void)poller;
}

/* ---- helpers ---- */

static bool poll_once(void)
{
	rounds = 0;
	return card.poller.poll(card.poller.opaque);
}

static int setup(void **state)
{
	(void)state;
	memset(&card, 0, sizeof(card));
	memset(qps, 0, sizeof(qps));
	memset(polled, 0, sizeof(polled));
	card.dma = &dma;
	umr_init(&card);
	for (uint32_t i = 0; i < QPS; i++) {
		qps[i] = (struct qp){ .card = &card, .qpn = i, .type = GNIC_QP_RAW };
		left[i] = 3;
		qp_wake(&qps[i]);
	}
	return 0;
}

/* ---- tests ---- */

/* However many have work, the loop has its turn; and all of them have theirs. */
static void rounds_are_bounded(void **state)
{
	unsigned int least, most;

	(void)state;
	for (unsigned int n = 1; n <= 12; n++) {
		assert_true(poll_once());
		assert_in_range(rounds, 1, ROUND);
		least = most = polled[0];
		for (uint32_t i = 0; i < QPS; i++) {
			least = polled[i] < least ? polled[i] : least;
			most = polled[i] > most ? polled[i] : most;
		}
		assert_true(most - least <= 1);
	}
}

/* It is said that there is no work if none of them has any. */
static void work_is_found(void **state)
{
	unsigned int n = 0;

	(void)state;
	while (poll_once())
		assert_true(++n < 100);
	for (uint32_t i = 0; i < QPS; i++)
		assert_int_equal(left[i], 0);
	assert_int_equal(rounds, QPS);
}

/* Whose turn is next goes away. */
static void next_one_leaves(void **state)
{
	(void)state;
	assert_true(poll_once());
	for (uint32_t i = 0; i < QPS; i++)
		if (!polled[i])
			qp_sleep(&qps[i]);
	assert_true(poll_once());
	for (uint32_t i = 0; i < QPS; i++)
		assert_int_equal(polled[i], qps[i].awake ? 2 : 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(rounds_are_bounded, setup),
		cmocka_unit_test_setup(work_is_found, setup),
		cmocka_unit_test_setup(next_one_leaves, setup),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("umr", tests, NULL, NULL);
}
