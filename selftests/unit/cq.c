// SPDX-License-Identifier: GPL-2.0-only
/* blk_cq.c: CQEs one behind the other, of which the driver is told once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "blk_cmd.h"
#include "card.h"
#include "clock_lab.h"

#define LOG		4u
#define ENTRIES		(1u << LOG)
#define BASE		0x1000ull	/* device addresses */
#define RECORD		0x2000ull
#define USECS		50u
#define FRAMES		6u
#define QPS		2u

static struct dma dma;
static struct card card;
static struct qp qps[QPS];
static struct cq *cq;
static struct gnic_hw_cqe ring[ENTRIES];
static struct gnic_hw_db record;
static uint32_t pieces;		/* of the ring; 0: it is in one */
static uint32_t gone;		/* entries from here on; 0: none */
static uint32_t irqs, overruns;
static uint32_t irqs_before;	/* those that came before the last overrun */

/* ---- what surrounds the block ---- */

void *asid_ptr(struct card *c, uint16_t asid, uint64_t addr, uint64_t len, uint8_t access)
{
	uint64_t off = addr - BASE;

	assert_ptr_equal(c, &card);
	assert_int_equal(asid, GNIC_ASID_KERNEL);
	assert_int_equal(access, 0);
	if (addr == RECORD)
		return &record;
	assert_true(off + len <= sizeof(ring));
	if (pieces && (len > sizeof(ring) / pieces || (gone && off >= gone * sizeof(*ring))))
		return NULL;
	return (uint8_t *)ring + off;
}

void card_irq(struct card *c, unsigned int vector)
{
	assert_ptr_equal(c, &card);
	assert_int_equal(vector, 1);
	irqs++;
}

void card_each_qp(struct card *c, void (*fn)(struct qp *qp, void *arg), void *arg)
{
	assert_ptr_equal(c, &card);
	for (uint32_t i = 0; i < QPS; i++)
		fn(&qps[i], arg);
}

void qp_fail(struct qp *qp, uint8_t syndrome, bool requester)
{
	(void)requester;
	assert_int_equal(syndrome, GNIC_SYND_CQ_OVERRUN);
	qp->failed = true;
}

void eq_post(struct card *c, uint8_t type, unsigned int port, uint32_t id, uint32_t data)
{
	assert_ptr_equal(c, &card);
	assert_int_equal(type, GNIC_EQE_COMP_ERR);
	assert_int_equal(port, 0);
	assert_int_equal(id, cq->cqn);
	assert_int_equal(data, cq->syndrome);
	irqs_before = irqs;
	overruns++;
}

/* ---- the driver ---- */

static void create(uint16_t usecs, uint16_t frames)
{
	const struct gnic_hw_cq_create in = {
		.base = cpu_to_le64(BASE), .db = cpu_to_le64(RECORD), .log = LOG, .cqe_log = 4,
		.vector = cpu_to_le16(1), .usecs = cpu_to_le16(usecs), .frames = cpu_to_le16(frames),
	};
	struct gnic_hw_id out;

	assert_int_equal(cq_cmd_create(&card, &in, &out), GNIC_STATUS_OK);
	cq = cq_get(&card, le32_to_cpu(out.id));
	assert_non_null(cq);
	for (uint32_t i = 0; i < QPS; i++)
		qps[i] = (struct qp){ .qpn = i, .rq_cq = cq };
}

static void ask(void)
{
	record.arm = cpu_to_le32(le32_to_cpu(record.arm) + 1);
}

static void consumed(uint32_t index)
{
	record.index = cpu_to_le32(index);
}

/* CQE @index, of QP @qpn, is there in its place, and valid in its pass. */
static void is_there(uint32_t index, uint32_t qpn)
{
	const struct gnic_hw_cqe *cqe = &ring[index % ENTRIES];
	uint32_t valid = index / ENTRIES % 2 ? 0 : GNIC_CQE_VALID;

	assert_int_equal(le32_to_cpu(cqe->ctrl), valid | qpn);
	assert_int_equal(le32_to_cpu(cqe->wqe_index), index);
	assert_int_equal(le32_to_cpu(cqe->tag), ~index);
	assert_int_equal(le32_to_cpu(cqe->data), index * 3);
}

static void are_there(uint32_t first, uint32_t end)
{
	for (; first < end; first++)
		is_there(first, 0);
}

/* ---- the device ---- */

static struct gnic_hw_cqe cqe_of(uint32_t qpn, uint32_t index)
{
	return (struct gnic_hw_cqe){
		.ctrl = cpu_to_le32(qpn), .wqe_index = cpu_to_le32(index),
		.tag = cpu_to_le32(~index), .data = cpu_to_le32(index * 3),
	};
}

static bool put_of(uint32_t qpn, uint32_t index)
{
	const struct gnic_hw_cqe cqe = cqe_of(qpn, index);

	return cq_put(cq, &cqe);
}

static void put(uint32_t first, uint32_t end)
{
	for (; first < end; first++) {
		assert_true(put_of(0, first));
		/* whoever polls sees it, told or not */
		is_there(first, 0);
	}
}

static int setup(void **state)
{
	(void)state;
	memset(&card, 0, sizeof(card));
	memset(ring, 0, sizeof(ring));
	memset(&record, 0, sizeof(record));
	dma = (struct dma){ .gen = 1 };
	card.dma = &dma;
	card.caps = UINT32_MAX;
	card.config.vectors = 2;
	pieces = gone = irqs = overruns = 0;
	fake_now = 0;
	fake_timer = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	cq_reset(&card);
	return 0;
}

/* ---- tests ---- */

static void told_once(void **state)
{
	(void)state;
	create(0, 0);
	ask();
	put(0, 5);
	assert_int_equal(irqs, 0);
	assert_int_equal(card.stats.cqes, 0);
	cq_tell(cq);
	assert_int_equal(irqs, 1);
	assert_int_equal(card.stats.cqes, 5);
	/* of what, if of nothing? */
	ask();
	cq_tell(cq);
	assert_int_equal(irqs, 1);
	put(5, 6);
	cq_tell(cq);
	assert_int_equal(irqs, 2);
	/* nobody asks */
	put(6, 9);
	cq_tell(cq);
	assert_int_equal(irqs, 2);
	assert_int_equal(card.stats.cqes, 9);
}

static void moderation_counts_each(void **state)
{
	(void)state;
	create(USECS, FRAMES);
	ask();
	put(0, FRAMES - 1);
	cq_tell(cq);
	assert_int_equal(irqs, 0);
	assert_non_null(fake_timer);
	assert_int_equal(fake_timer->when, USECS * 1000);
	put(FRAMES - 1, FRAMES + 2);
	cq_tell(cq);
	assert_int_equal(irqs, 1);
	assert_null(fake_timer);
	/* those that came with the last one have been told of */
	ask();
	consumed(FRAMES + 2);
	put(FRAMES + 2, 2 * FRAMES + 1);
	cq_tell(cq);
	assert_int_equal(irqs, 1);
}

/* In the middle the ring begins anew. */
static void wrap(void **state)
{
	(void)state;
	create(0, 0);
	put(0, 10);
	cq_tell(cq);
	consumed(10);
	ask();
	for (uint32_t end = 20; end < 5 * ENTRIES; end += 10) {
		put(end - 10, end);
		are_there(end - 10, end);
		cq_tell(cq);
		consumed(end);
	}
	assert_int_equal(irqs, 1);
	assert_false(overruns);
}

/* In the middle there is no room: nothing is written over, and what is there is told of first. */
static void overrun(void **state)
{
	(void)state;
	create(0, 0);
	put(0, 7);
	cq_tell(cq);
	ask();
	put(7, ENTRIES);
	assert_int_equal(irqs, 0);
	assert_false(put_of(0, ENTRIES));
	assert_int_equal(overruns, 1);
	assert_int_equal(irqs_before, 1);
	assert_true(qps[0].failed && qps[1].failed);
	cq_tell(cq);
	assert_false(put_of(0, ENTRIES));
	assert_int_equal(irqs, 1);
	assert_int_equal(overruns, 1);
	assert_int_equal(card.stats.cqes, ENTRIES);
	are_there(0, ENTRIES);
}

/* What becomes free meanwhile is used. */
static void consumed_meanwhile(void **state)
{
	(void)state;
	create(0, 0);
	put(0, ENTRIES);
	consumed(3);
	put(ENTRIES, ENTRIES + 3);
	assert_false(put_of(0, ENTRIES + 3));
	assert_int_equal(overruns, 1);
	are_there(3, ENTRIES + 3);
}

/* Who says meanwhile that it has read what is not there has what it had before, and no more. */
static void nonsense_meanwhile(void **state)
{
	(void)state;
	create(0, 0);
	put(0, 4);
	consumed(0x80000000);
	put(4, ENTRIES);
	assert_false(put_of(0, ENTRIES));
	assert_int_equal(overruns, 1);
	are_there(0, ENTRIES);
}

/* Two QPs have one CQ: the one puts, the other posts between. */
static void two_qps(void **state)
{
	(void)state;
	create(0, 0);
	ask();
	for (uint32_t i = 0; i < 12; i++) {
		const struct gnic_hw_cqe cqe = cqe_of(1, i);

		if (i % 3 == 2)
			assert_true(cq_post(cq, &cqe));
		else
			assert_true(put_of(0, i));
	}
	/* the first post has told of those before it, too */
	assert_int_equal(irqs, 1);
	assert_int_equal(card.stats.cqes, 12);
	assert_true(put_of(0, 12));
	cq_tell(cq);
	assert_int_equal(card.stats.cqes, 13);
	for (uint32_t i = 0; i < 12; i++)
		is_there(i, i % 3 == 2);
	assert_int_equal(irqs, 1);
}

/* A ring in pieces: entry by entry, and one of them is gone. */
static void scattered(void **state)
{
	(void)state;
	pieces = 4;
	create(0, 0);
	ask();
	for (uint32_t end = 10; end < 4 * ENTRIES; end += 10) {
		put(end - 10, end);
		cq_tell(cq);
		consumed(end);
	}
	assert_int_equal(irqs, 1);
	put(60, 4 * ENTRIES + 3);
	gone = 3;
	ask();
	assert_false(put_of(0, 4 * ENTRIES + 3));
	assert_int_equal(cq->syndrome, GNIC_SYND_WQ_ACCESS);
	assert_int_equal(irqs_before, 2);
	assert_int_equal(overruns, 1);
}

/* Memory that moves between is found again. */
static void moved(void **state)
{
	(void)state;
	create(0, 0);
	put(0, 3);
	cq_tell(cq);
	cq->mem.ring = NULL;
	dma.gen++;
	put(3, 6);
	cq_tell(cq);
	are_there(0, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(told_once, setup, teardown),
		cmocka_unit_test_setup_teardown(moderation_counts_each, setup, teardown),
		cmocka_unit_test_setup_teardown(wrap, setup, teardown),
		cmocka_unit_test_setup_teardown(overrun, setup, teardown),
		cmocka_unit_test_setup_teardown(consumed_meanwhile, setup, teardown),
		cmocka_unit_test_setup_teardown(nonsense_meanwhile, setup, teardown),
		cmocka_unit_test_setup_teardown(two_qps, setup, teardown),
		cmocka_unit_test_setup_teardown(scattered, setup, teardown),
		cmocka_unit_test_setup_teardown(moved, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
