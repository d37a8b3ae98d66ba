// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block UMR: doorbells, and the list of the queues that are awake.
 *
 * An awake queue's record is polled. One that had no work for some rounds, or
 * all of them before the thread blocks, are put to sleep: the device stores
 * need_kick, and looks at the index once more. From then on the driver follows
 * its store to the index by one to the doorbell register.
 */
#include <endian.h>
#include <string.h>

#include "blk_cmd.h"
#include "mmio.h"

#define UMR_BUDGET	64	/* WQEs a queue and round */
#define UMR_QUEUES	256	/* with work, a round: the next one begins behind them */
#define UMR_IDLE_ROUNDS	4096	/* without work, then a queue sleeps */

/* ---- the queue's memory ---- */

static inline struct gnic_hw_db *wq_db(struct qp *qp, struct wq *wq)
{
	return ringmem_db(qp->card, &wq->mem, wq->base, ((uint64_t)wq->mask + 1) << wq->entry_log,
			  wq->db_addr);
}

void *wq_entry_find(struct qp *qp, struct wq *wq, uint64_t off)
{
	void *entry;

	if (wq_db(qp, wq) && wq->mem.ring)
		return wq->mem.ring + off;
	entry = asid_ptr(qp->card, GNIC_ASID_KERNEL, wq->base + off, 1u << wq->entry_log, 0);
	if (!entry)
		qp_fail(qp, GNIC_SYND_WQ_ACCESS, wq == &qp->sq);
	return entry;
}

static uint32_t wq_index(const struct qp *qp, const struct wq *wq, const struct gnic_hw_db *db)
{
	if (!card_can(qp->card, GNIC_CAP_SHADOW_DB))
		return wq->kicked;
	/* Pairs with the driver's release of index: the entries before it. */
	return le32toh(__atomic_load_n((const uint32_t *)&db->index, __ATOMIC_ACQUIRE));
}

static inline bool wq_look(struct qp *qp, struct wq *wq)
{
	const struct gnic_hw_db *db = wq_db(qp, wq);
	uint32_t index;

	if (!db)
		return false;
	index = wq_index(qp, wq, db);
	/* Neither back nor beyond what the ring can hold. */
	if (index - wq->index > wq->mask + 1 || index - wq->done > wq->mask + 1)
		return false;
	wq->index = index;
	return true;
}

bool wq_peek(struct qp *qp, struct wq *wq)
{
	return wq_look(qp, wq);
}

bool wq_refresh(struct qp *qp, struct wq *wq)
{
	if (!wq->present || wq_look(qp, wq))
		return true;
	if (!wq_db(qp, wq)) {
		qp_fail(qp, GNIC_SYND_WQ_ACCESS, wq == &qp->sq);
		return false;
	}
	qp->card->stats.bad_kicks++;
	qp_fail(qp, GNIC_SYND_QPC_DB_LAST_INDEX, wq == &qp->sq);
	return false;
}

void wq_done_find(struct qp *qp, struct wq *wq)
{
	if (wq_db(qp, wq))
		wq_done(qp, wq);
}

/* ---- the poll list ---- */

static void umr_need_kick(struct gnic_hw_db *db, uint32_t value)
{
	__atomic_store_n((uint32_t *)&db->need_kick, htole32(value), __ATOMIC_RELAXED);
}

static void umr_link(struct qp *qp)
{
	struct card *card = qp->card;

	qp->prev_awake = NULL;
	qp->next_awake = card->awake;
	if (card->awake)
		card->awake->prev_awake = qp;
	card->awake = qp;
	qp->awake = true;
	qp->idle = 0;
}

static void umr_unlink(struct qp *qp)
{
	struct card *card = qp->card;

	if (card->awake_next == qp)
		card->awake_next = qp->next_awake;
	if (qp->prev_awake)
		qp->prev_awake->next_awake = qp->next_awake;
	else
		card->awake = qp->next_awake;
	if (qp->next_awake)
		qp->next_awake->prev_awake = qp->prev_awake;
	qp->awake = false;
}

/* RC goes on to finish what it has started; the others have nothing to finish. */
static bool umr_runs(const struct qp *qp)
{
	return !qp->failed && (!qp->stopped || qp->type == GNIC_QP_RC);
}

void qp_wake(struct qp *qp)
{
	struct gnic_hw_db *db;

	qp->idle = 0;
	if (qp->awake || !umr_runs(qp) || qp->card->dead)
		return;
	db = qp->sq.present ? wq_db(qp, &qp->sq) : NULL;
	if (db)
		umr_need_kick(db, 0);
	umr_link(qp);
}

void qp_sleep(struct qp *qp)
{
	struct gnic_hw_db *db;

	if (!qp->awake)
		return;
	umr_unlink(qp);
	db = qp->sq.present ? wq_db(qp, &qp->sq) : NULL;
	if (!db)
		return;
	umr_need_kick(db, 1);
	/* Pairs with the driver's barrier between its store to index and its load of need_kick. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (wq_index(qp, &qp->sq, db) != qp->sq.index)
		qp_wake(qp);
}

static int (*const umr_polls[])(struct qp *qp, int budget) = {
	[GNIC_QP_RAW]		= txe_poll,
	[GNIC_QP_RC]		= rc_poll,
	[GNIC_QP_COMPUTE]	= compute_poll,
};

static bool umr_round(struct qp *qp)
{
	if (!umr_runs(qp) || !wq_refresh(qp, &qp->sq)) {
		qp_sleep(qp);
		return false;
	}
	if (umr_polls[qp->type](qp, UMR_BUDGET)) {
		qp->idle = 0;
		return true;
	}
	if (++qp->idle >= UMR_IDLE_ROUNDS)
		qp_sleep(qp);
	return false;
}

/* There may be more: who was not looked at must not be put to sleep. */
static bool umr_is_part(const struct card *card)
{
	return card->awake_next;
}

static bool umr_poll(void *opaque)
{
	struct card *card = opaque;
	bool part = umr_is_part(card), work = false;
	unsigned int busy = 0;
	struct qp *qp;

	if (!part)
		card->awake_next = card->awake;
	while (busy < UMR_QUEUES && (qp = card->awake_next)) {
		card->awake_next = qp->next_awake;
		busy += umr_round(qp);
	}
	if (card->ets_queued)
		work = ets_run(card);
	return rc_answer(card) || work || busy || part || umr_is_part(card);
}

/* The thread is about to block. */
static bool umr_arm(void *opaque)
{
	struct card *card = opaque;
	struct qp *qp;

	for (card->awake_next = card->awake; (qp = card->awake_next);) {
		card->awake_next = qp->next_awake;
		qp_sleep(qp);
	}
	return card->awake || (card->ets_queued && ets_ready(card));
}

void umr_init(struct card *card)
{
	card->poller.poll = umr_poll;
	card->poller.arm = umr_arm;
	card->poller.opaque = card;
	loop_poller_add(card->loop, &card->poller);
}

void umr_exit(struct card *card)
{
	loop_poller_del(card->loop, &card->poller);
}

/* ---- the doorbell register ---- */

static bool umr_kick_wq(struct card *card, uint64_t db, bool sq)
{
	struct port *port = card_port(card, FIELD_GET(GNIC_DB_PORT, db));
	struct qp *qp = port ? qp_get(port, FIELD_GET(GNIC_DB_ID, db)) : NULL;
	struct wq *wq;

	if (!qp)
		return false;
	wq = sq ? &qp->sq : &qp->rq;
	if (!wq->present)
		return false;
	if (qp->kicks_lost) {
		qp->kicks_lost--;
		eq_post(card, GNIC_EQE_DB_OVERRUN, port->index, qp->qpn, 0);
		return true;
	}
	wq->kicked = FIELD_GET(GNIC_DB_INDEX, db);
	if (sq)
		qp_wake(qp);
	return true;
}

static bool umr_kick_eq(struct card *card, uint32_t ci)
{
	if (!card->eq)
		return false;
	eq_doorbell(card, ci);
	return true;
}

static bool umr_kick(struct card *card, uint64_t db)
{
	switch (FIELD_GET(GNIC_DB_KIND, db)) {
	case GNIC_DB_SQ:
		return umr_kick_wq(card, db, true);
	case GNIC_DB_RQ:
		return umr_kick_wq(card, db, false);
	case GNIC_DB_CQ:
		return cq_doorbell(card, FIELD_GET(GNIC_DB_ID, db), FIELD_GET(GNIC_DB_INDEX, db));
	default:
		return umr_kick_eq(card, FIELD_GET(GNIC_DB_INDEX, db));
	}
}

static void umr_doorbell(struct card *card, uint64_t db)
{
	card->stats.kicks++;
	if (!umr_kick(card, db))
		card->stats.bad_kicks++;
}

void umr_write(struct card *card, uint64_t off, const void *buf, size_t len)
{
	uint64_t value = 0;

	if (len <= sizeof(value))
		memcpy(&value, buf, len);
	value = le64toh(value);
	if (len == 8 && off == GNIC_UMR_DOORBELL)
		umr_doorbell(card, value);
	else if (len == 4 && off == GNIC_UMR_DOORBELL)
		card->db_low = value;
	else if (len == 4 && off == GNIC_UMR_DOORBELL + 4)
		umr_doorbell(card, card->db_low | value << 32);
	else
		card->stats.bad_mmio++;
}
