// SPDX-License-Identifier: GPL-2.0-only
/* Block CQ: completion queues, who is told of them, and when. */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "blk_cmd.h"

#define NSEC_PER_USEC	1000u

static inline struct gnic_hw_db *cq_db(struct cq *cq)
{
	return ringmem_db(cq->card, &cq->mem, cq->base, ((uint64_t)cq->mask + 1) << cq->cqe_log,
			  cq->db_addr);
}

static uint64_t cq_offset(const struct cq *cq)
{
	return (uint64_t)(cq->pi & cq->mask) << cq->cqe_log;
}

static uint8_t *cq_slot(struct cq *cq)
{
	uint64_t off = cq_offset(cq);

	if (cq->mem.ring)
		return cq->mem.ring + off;
	return asid_ptr(cq->card, GNIC_ASID_KERNEL, cq->base + off, 1u << cq->cqe_log, 0);
}

static uint32_t cq_ci(const struct cq *cq, const struct gnic_hw_db *db)
{
	if (!card_can(cq->card, GNIC_CAP_SHADOW_DB))
		return cq->ci;
	return le32toh(__atomic_load_n((const uint32_t *)&db->index, __ATOMIC_ACQUIRE));
}

/* ---- interrupts ---- */

/* Does the driver want one? @arm: what to remember when it has been served. */
static bool cq_asked(const struct cq *cq, const struct gnic_hw_db *db, uint32_t *arm)
{
	*arm = le32toh(__atomic_load_n((const uint32_t *)&db->arm, __ATOMIC_RELAXED));
	return card_can(cq->card, GNIC_CAP_SHADOW_DB) ? *arm != cq->arm_seen : cq->armed;
}

static void cq_raise(struct cq *cq, uint32_t arm)
{
	cq->arm_seen = arm;
	cq->armed = false;
	cq->pending = 0;
	loop_timer_del(cq->card->loop, &cq->timer);
	card_irq(cq->card, cq->vector);
}

/*
 * A CQE that nobody asked to be told of needs no interrupt later either: the
 * driver looks at the CQ once more after it has asked. So only those count that
 * come while it is asked for.
 */
static bool cq_timer_set(struct cq *cq)
{
	return !loop_timer_set(cq->card->loop, &cq->timer,
			       loop_now(cq->card->loop) + (uint64_t)cq->usecs * NSEC_PER_USEC);
}

static void cq_notify(struct cq *cq, const struct gnic_hw_db *db, uint32_t news)
{
	uint32_t arm;

	/* Pairs with the driver's barrier between its store to arm and its look at the CQ. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!cq_asked(cq, db, &arm))
		return;
	cq->pending += news;
	if (!cq->usecs || (cq->frames && cq->pending >= cq->frames))
		cq_raise(cq, arm);
	else if ((cq->flags & GNIC_CQ_CQE_TIMER || !loop_timer_pending(&cq->timer)) &&
		 !cq_timer_set(cq))
		cq_raise(cq, arm);
}

static void cq_timeout(void *opaque)
{
	struct cq *cq = opaque;
	const struct gnic_hw_db *db = cq_db(cq);
	uint32_t arm;

	cq->pending = 0;
	if (db && cq_asked(cq, db, &arm) && cq_ci(cq, db) != cq->pi)
		cq_raise(cq, arm);
}

/* ---- completions ---- */

static void cq_fail_qp(struct qp *qp, void *arg)
{
	if (!qp->failed && (qp->sq_cq == arg || qp->rq_cq == arg))
		qp_fail(qp, GNIC_SYND_CQ_OVERRUN, qp->sq_cq == arg);
}

bool cq_die(struct cq *cq, uint8_t syndrome)
{
	cq_tell(cq);
	cq->syndrome = syndrome;
	loop_timer_del(cq->card->loop, &cq->timer);
	eq_post(cq->card, GNIC_EQE_COMP_ERR, 0, cq->cqn, syndrome);
	card_each_qp(cq->card, cq_fail_qp, cq);
	return false;
}

/* All CQEs begin with ctrl, which makes the rest valid. */
static inline void cq_write(struct cq *cq, uint8_t *slot, const void *cqe)
{
	uint32_t ctrl;

	memcpy(&ctrl, cqe, sizeof(ctrl));
	if (!(cq->pi & (cq->mask + 1)))
		ctrl |= htole32(GNIC_CQE_VALID);
	memcpy(slot + sizeof(ctrl), (const uint8_t *)cqe + sizeof(ctrl),
	       sizeof(struct gnic_hw_cqe) - sizeof(ctrl));
	if (cq->cqe_log == 5)
		memcpy(slot + sizeof(struct gnic_hw_cqe),
		       (const uint8_t *)cqe + sizeof(struct gnic_hw_cqe),
		       sizeof(struct gnic_hw_raw_cqe) - sizeof(struct gnic_hw_cqe));
	/* Pairs with the driver's acquire of ctrl: the body before the valid bit. */
	__atomic_store_n((uint32_t *)slot, ctrl, __ATOMIC_RELEASE);
	cq->pi++;
}

/* Looks where the next entry is, and how far those behind it are free. */
static inline bool cq_put_first(struct cq *cq, const void *cqe)
{
	const struct gnic_hw_db *db;
	uint32_t used;
	uint8_t *slot;

	if (cq->syndrome)
		return false;
	db = cq_db(cq);
	slot = cq_slot(cq);
	if (!db || !slot)
		return cq_die(cq, GNIC_SYND_WQ_ACCESS);
	used = cq->pi - cq_ci(cq, db);
	if (used > cq->mask)
		return cq_die(cq, GNIC_SYND_CQ_OVERRUN);
	cq_write(cq, slot, cqe);
	/* a ring in pieces is looked up entry by entry */
	cq->free = cq->mem.ring ? cq->pi + cq->mask - used : cq->pi;
	return true;
}

/* Apart, so that those behind it need no room for what it does. */
__attribute__((noinline))
static bool cq_begin(struct cq *cq, const void *cqe)
{
	return cq_put_first(cq, cqe);
}

bool cq_put(struct cq *cq, const void *cqe)
{
	if (!cq)
		return true;
	if (cq->pi == cq->free)
		return cq_begin(cq, cqe);
	cq_write(cq, cq->mem.ring + cq_offset(cq), cqe);
	return true;
}

static inline void cq_tell_now(struct cq *cq)
{
	uint32_t news = cq->pi - cq->told;

	if (!news)
		return;
	cq->told = cq->pi;
	cq->free = cq->pi;
	cq->card->stats.cqes += news;
	if (cq->vector != GNIC_VECTOR_NONE)
		cq_notify(cq, cq_db(cq), news);
}

void cq_tell(struct cq *cq)
{
	if (cq)
		cq_tell_now(cq);
}

/* One alone is as a run of one; those of a run before it are told of, too. */
bool cq_post(struct cq *cq, const void *cqe)
{
	bool ok;

	if (!cq)
		return true;
	if (cq->pi == cq->free)
		ok = cq_put_first(cq, cqe);
	else
		ok = cq_put(cq, cqe);
	cq_tell_now(cq);
	return ok;
}

void cq_post_error(struct cq *cq, struct qp *qp, bool requester, uint32_t wqe_index,
		   uint8_t syndrome)
{
	union {
		struct gnic_hw_cqe rc;
		struct gnic_hw_raw_cqe raw;
	} cqe = { 0 };

	if (!cq)
		return;
	cqe.rc.ctrl = htole32(qp->qpn | GNIC_CQE_ERROR | (requester ? GNIC_CQE_REQ : 0));
	cqe.rc.wqe_index = htole32(wqe_index);
	if (cq->cqe_log == 5)
		cqe.raw.size = htole32(syndrome);
	else
		cqe.rc.data = htole32(syndrome);
	cq_post(cq, &cqe);
}

struct cq *cq_get(struct card *card, uint32_t cqn)
{
	return cqn < card->cqs_len ? card->cqs[cqn] : NULL;
}

bool cq_doorbell(struct card *card, uint32_t cqn, uint32_t ci)
{
	struct cq *cq = cq_get(card, cqn);
	const struct gnic_hw_db *db;

	if (!cq || cq->pi - ci > cq->mask + 1)
		return false;
	cq->ci = ci;
	cq->armed = true;
	db = cq_db(cq);
	if (db && cq->vector != GNIC_VECTOR_NONE && cq_ci(cq, db) != cq->pi)
		cq_notify(cq, db, 1);
	return true;
}

/* ---- life ---- */

/* A free number, cyclic, so that a number just freed is not the next one; -1: none. */
static int cq_number(struct card *card)
{
	uint32_t i, cqn;

	if (card->cq_count >= CARD_CQS)
		return -1;
	for (i = 0; i < CARD_CQS; i++) {
		cqn = (card->cqn_next + i) % CARD_CQS;
		if (!cq_get(card, cqn)) {
			card->cqn_next = cqn + 1;
			return cqn;
		}
	}
	return -1;
}

static bool cq_insert(struct card *card, struct cq *cq)
{
	uint32_t len = card->cqs_len ? card->cqs_len : 64;
	struct cq **cqs;

	while (len <= cq->cqn)
		len *= 2;
	if (len != card->cqs_len) {
		cqs = realloc(card->cqs, len * sizeof(*cqs));
		if (!cqs)
			return false;
		memset(cqs + card->cqs_len, 0, (len - card->cqs_len) * sizeof(*cqs));
		card->cqs = cqs;
		card->cqs_len = len;
	}
	card->cqs[cq->cqn] = cq;
	card->cq_count++;
	return true;
}

static void cq_free(struct cq *cq)
{
	struct card *card = cq->card;

	loop_timer_del(card->loop, &cq->timer);
	card->cqs[cq->cqn] = NULL;
	card->cq_count--;
	free(cq);
	if (card->cq_count)
		return;
	free(card->cqs);
	card->cqs = NULL;
	card->cqs_len = 0;
}

static enum gnic_hw_status cq_check(struct card *card, const struct gnic_hw_cq_create *in)
{
	uint16_t vector = le16toh(in->vector);

	if (in->log < GNIC_CQ_LOG_MIN || in->log > GNIC_CQ_LOG_MAX)
		return GNIC_STATUS_BAD_PARAM;
	if (in->cqe_log != 4 && in->cqe_log != 5)
		return GNIC_STATUS_BAD_PARAM;
	if (vector != GNIC_VECTOR_NONE && vector >= card->config.vectors)
		return GNIC_STATUS_BAD_PARAM;
	if (le16toh(in->asid) > GNIC_ASID_MAX || in->rsvd[0] || in->rsvd[1] ||
	    le16toh(in->flags) & ~GNIC_CQ_CQE_TIMER)
		return GNIC_STATUS_BAD_PARAM;
	if (le64toh(in->base) % 64 || le64toh(in->db) % GNIC_DB_ALIGN)
		return GNIC_STATUS_BAD_PARAM;
	return GNIC_STATUS_OK;
}

static struct cq *cq_make(struct card *card, const struct gnic_hw_cq_create *in, uint32_t cqn)
{
	struct cq *cq = calloc(1, sizeof(*cq));

	if (!cq)
		return NULL;
	cq->card = card;
	cq->cqn = cqn;
	cq->base = le64toh(in->base);
	cq->db_addr = le64toh(in->db);
	cq->mask = (1u << in->log) - 1;
	cq->cqe_log = in->cqe_log;
	cq->vector = le16toh(in->vector);
	cq->asid = le16toh(in->asid);
	cq->usecs = le16toh(in->usecs);
	cq->frames = le16toh(in->frames);
	cq->flags = le16toh(in->flags);
	cq->timer.cb = cq_timeout;
	cq->timer.opaque = cq;
	return cq;
}

enum gnic_hw_status cq_cmd_create(struct card *card, const struct gnic_hw_cq_create *in,
				  struct gnic_hw_id *out)
{
	enum gnic_hw_status status = cq_check(card, in);
	struct gnic_hw_db *db;
	struct cq *cq;
	int cqn;

	if (status)
		return status;
	cqn = cq_number(card);
	cq = cqn < 0 ? NULL : cq_make(card, in, cqn);
	if (!cq)
		return GNIC_STATUS_NO_RESOURCE;
	db = cq_db(cq);
	if (!db || !cq_slot(cq)) {
		free(cq);
		return GNIC_STATUS_BAD_ADDR;
	}
	cq->arm_seen = le32toh(db->arm);
	if (!cq_insert(card, cq)) {
		free(cq);
		return GNIC_STATUS_NO_RESOURCE;
	}
	out->id = htole32(cqn);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status cq_cmd_modify(struct card *card, const struct gnic_hw_cq_modify *in)
{
	struct cq *cq = cq_get(card, le32toh(in->cqn));

	if (!cq)
		return GNIC_STATUS_NOT_FOUND;
	if (le16toh(in->flags) & ~GNIC_CQ_CQE_TIMER || in->rsvd[0] || in->rsvd[1] || in->rsvd[2])
		return GNIC_STATUS_BAD_PARAM;
	cq->usecs = le16toh(in->usecs);
	cq->frames = le16toh(in->frames);
	cq->flags = le16toh(in->flags);
	/* who waits for the old time waits for the new one instead */
	if (loop_timer_pending(&cq->timer) && !cq_timer_set(cq))
		cq_timeout(cq);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status cq_cmd_query(struct card *card, const struct gnic_hw_id *in,
				 struct gnic_hw_cq_info *out)
{
	struct cq *cq = cq_get(card, le32toh(in->id));

	if (!cq)
		return GNIC_STATUS_NOT_FOUND;
	out->syndrome = htole32(cq->syndrome);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status cq_cmd_destroy(struct card *card, const struct gnic_hw_id *in)
{
	struct cq *cq = cq_get(card, le32toh(in->id));

	if (!cq)
		return GNIC_STATUS_NOT_FOUND;
	if (cq->users)
		return GNIC_STATUS_BUSY;
	cq_free(cq);
	return GNIC_STATUS_OK;
}

/* The QPs are gone already. */
void cq_reset(struct card *card)
{
	uint32_t cqn;

	for (cqn = 0; cqn < card->cqs_len; cqn++)
		if (card->cqs[cqn])
			cq_free(card->cqs[cqn]);
	card->cqn_next = 0;
}
