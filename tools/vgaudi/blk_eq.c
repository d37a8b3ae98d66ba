// SPDX-License-Identifier: GPL-2.0-only
/* Block EQ: the one event queue of a card. */
#include <endian.h>
#include <stdlib.h>

#include "blk_cmd.h"
#include "fault.h"
#include "fw.h"

struct eq {
	uint64_t base;
	uint64_t db_addr;
	uint32_t mask;
	uint32_t pi;		/* free-running */
	uint32_t arm_seen;
	uint32_t ci;		/* without shadow doorbells */
	bool armed;		/* likewise */
	uint16_t vector;
	bool has_lost;		/* there is a LOST that the driver may not have consumed */
	uint32_t lost_at;	/* its place, free-running */
	struct ringmem mem;
};

static struct gnic_hw_db *eq_db(struct card *card, struct eq *eq)
{
	return ringmem_db(card, &eq->mem, eq->base,
			  ((uint64_t)eq->mask + 1) * sizeof(struct gnic_hw_eqe), eq->db_addr);
}

static struct gnic_hw_eqe *eq_slot(struct card *card, struct eq *eq)
{
	uint64_t off = (uint64_t)(eq->pi & eq->mask) * sizeof(struct gnic_hw_eqe);

	if (eq->mem.ring)
		return (struct gnic_hw_eqe *)(eq->mem.ring + off);
	return asid_ptr(card, GNIC_ASID_KERNEL, eq->base + off, sizeof(struct gnic_hw_eqe), 0);
}

/* One interrupt for each time that the driver asks. */
static void eq_notify(struct card *card, struct eq *eq, const struct gnic_hw_db *db)
{
	uint32_t arm;
	bool asked;

	/* Pairs with the driver's barrier between its store to arm and its look at the EQ. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	arm = le32toh(__atomic_load_n((const uint32_t *)&db->arm, __ATOMIC_RELAXED));
	asked = card_can(card, GNIC_CAP_SHADOW_DB) ? arm != eq->arm_seen : eq->armed;
	if (!asked || eq->vector == GNIC_VECTOR_NONE)
		return;
	eq->arm_seen = arm;
	eq->armed = false;
	card_irq(card, eq->vector);
}

static uint32_t eq_ci(struct card *card, const struct eq *eq, const struct gnic_hw_db *db)
{
	if (!card_can(card, GNIC_CAP_SHADOW_DB))
		return eq->ci;
	return le32toh(__atomic_load_n((const uint32_t *)&db->index, __ATOMIC_ACQUIRE));
}

/* All but the control word is in @eqe, in host order. */
static void eq_write(struct eq *eq, struct gnic_hw_eqe *slot, uint32_t ctrl,
		     const struct gnic_hw_eqe *eqe)
{
	if (!(eq->pi & (eq->mask + 1)))
		ctrl |= GNIC_EQE_VALID;
	slot->id = htole32(eqe->id);
	slot->data = htole32(eqe->data);
	slot->tstamp = htole32(eqe->tstamp);
	/* Pairs with the driver's acquire of ctrl: the body before the valid bit. */
	__atomic_store_n((uint32_t *)&slot->ctrl, htole32(ctrl), __ATOMIC_RELEASE);
	eq->pi++;
}

/* The driver has consumed up to @ci. */
static bool eq_says_lost(struct eq *eq, uint32_t ci)
{
	if (eq->has_lost && eq->pi - eq->lost_at > eq->pi - ci)
		eq->has_lost = false;
	return eq->has_lost;
}

/* The last free entry is for the news that events are lost. */
static void eq_put(struct card *card, struct eq *eq, uint32_t ctrl, const struct gnic_hw_eqe *eqe)
{
	const struct gnic_hw_eqe lost = { .tstamp = eqe->tstamp };
	struct gnic_hw_db *db = eq_db(card, eq);
	struct gnic_hw_eqe *slot = eq_slot(card, eq);
	uint32_t ci = db && slot ? eq_ci(card, eq, db) : 0;

	if (db && slot && eq->pi - ci < eq->mask && !fault_event(card->faults)) {
		eq_write(eq, slot, ctrl, eqe);
		eq_notify(card, eq, db);
		return;
	}
	card->stats.events_lost++;
	if (!db || !slot || eq->pi - ci > eq->mask || eq_says_lost(eq, ci))
		return;
	eq->has_lost = true;
	eq->lost_at = eq->pi;
	eq_write(eq, slot, FIELD_PREP(GNIC_EQE_TYPE, GNIC_EQE_LOST), &lost);
	eq_notify(card, eq, db);
}

static void eq_trace(struct card *card, uint8_t type, unsigned int port, uint32_t id,
		     uint32_t data)
{
	switch (type) {
	case GNIC_EQE_FATAL:
		trace_add(card, GNIC_TRACE_FATAL, data, 0);
		break;
	case GNIC_EQE_QP_ERR:
		trace_add(card, GNIC_TRACE_QP_ERROR, port << 24 | id, data);
		break;
	case GNIC_EQE_LINK_STATUS:
		trace_add(card, GNIC_TRACE_LINK, port, data);
		break;
	}
}

void eq_post_at(struct card *card, uint8_t type, unsigned int port, uint32_t id, uint32_t data,
		uint32_t tstamp)
{
	const struct gnic_hw_eqe eqe = { .id = id, .data = data, .tstamp = tstamp };
	struct eq *eq = card->eq;

	eq_trace(card, type, port, id, data);
	if (!eq || card->dead)
		return;
	eq_put(card, eq, FIELD_PREP(GNIC_EQE_TYPE, type) | FIELD_PREP(GNIC_EQE_PORT, port), &eqe);
}

void eq_post(struct card *card, uint8_t type, unsigned int port, uint32_t id, uint32_t data)
{
	eq_post_at(card, type, port, id, data,
		   (uint32_t)phc_at(&card->phc, loop_clock(card->loop)));
}

/* The register: consumed up to @ci, and armed. What came in meanwhile is told at once. */
void eq_doorbell(struct card *card, uint32_t ci)
{
	struct eq *eq = card->eq;
	struct gnic_hw_db *db = eq_db(card, eq);

	if (ci != eq->pi && eq->pi - ci > eq->mask + 1) {
		card->stats.bad_kicks++;
		return;
	}
	eq->ci = ci;
	eq->armed = true;
	if (db && eq_ci(card, eq, db) != eq->pi)
		eq_notify(card, eq, db);
}

static enum gnic_hw_status eq_check(struct card *card, const struct gnic_hw_eq_create *in)
{
	uint16_t vector = le16toh(in->vector);

	if (card->eq)
		return GNIC_STATUS_EXISTS;
	if (in->log < GNIC_EQ_LOG_MIN || in->log > GNIC_EQ_LOG_MAX || in->rsvd || in->rsvd1)
		return GNIC_STATUS_BAD_PARAM;
	if (le64toh(in->base) % 64 || le64toh(in->db) % GNIC_DB_ALIGN)
		return GNIC_STATUS_BAD_PARAM;
	if (vector != GNIC_VECTOR_NONE && vector >= card->config.vectors)
		return GNIC_STATUS_BAD_PARAM;
	return GNIC_STATUS_OK;
}

enum gnic_hw_status eq_cmd_create(struct card *card, const struct gnic_hw_eq_create *in)
{
	enum gnic_hw_status status = eq_check(card, in);
	struct gnic_hw_db *db;
	struct eq *eq;

	if (status)
		return status;
	eq = calloc(1, sizeof(*eq));
	if (!eq)
		return GNIC_STATUS_NO_RESOURCE;
	eq->base = le64toh(in->base);
	eq->db_addr = le64toh(in->db);
	eq->mask = (1u << in->log) - 1;
	eq->vector = le16toh(in->vector);
	db = eq_db(card, eq);
	if (!db || !eq_slot(card, eq)) {
		free(eq);
		return GNIC_STATUS_BAD_ADDR;
	}
	eq->arm_seen = le32toh(db->arm);
	card->eq = eq;
	return GNIC_STATUS_OK;
}

enum gnic_hw_status eq_cmd_destroy(struct card *card)
{
	if (!card->eq)
		return GNIC_STATUS_NOT_FOUND;
	eq_reset(card);
	return GNIC_STATUS_OK;
}

void eq_reset(struct card *card)
{
	free(card->eq);
	card->eq = NULL;
}
