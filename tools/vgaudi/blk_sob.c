// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block SOB: sync objects. Every ASID has a bank of its own, and names its objects
 * by their number in it: who has an ASID can't name an object of another one.
 */
#include <stdlib.h>

#include "blk_cmd.h"
#include "blk_sob.h"

#define SOB_ACCESS_ALL \
	(GNIC_ACCESS_LOCAL_READ | GNIC_ACCESS_LOCAL_WRITE | GNIC_ACCESS_REMOTE_WRITE)

struct sob {
	uint32_t value;
	uint8_t access;		/* GNIC_ACCESS_*; 0: not given to the ASID */
	struct sob_wait *waits;
};

struct sob_bank {
	struct sob sob[GNIC_SOBS];
};

static struct sob_bank *sob_bank(const struct card *card, uint16_t asid)
{
	return card->sobs && asid <= GNIC_ASID_MAX ? card->sobs[asid] : NULL;
}

/* NULL: not the ASID's, not for this. */
static struct sob *sob_get(const struct card *card, uint16_t asid, uint32_t number,
			   uint8_t access)
{
	struct sob_bank *bank = sob_bank(card, asid);
	struct sob *sob = bank && number < GNIC_SOBS ? &bank->sob[number] : NULL;

	return sob && !(access & ~sob->access) ? sob : NULL;
}

bool sob_allows(struct card *card, uint16_t asid, uint32_t number, uint8_t access)
{
	if (sob_get(card, asid, number, access))
		return true;
	card->stats.asid_errors++;
	return false;
}

/* ---- waiting ---- */

/* Cyclic: a counter may run for ever. */
static bool sob_reached(const struct sob *sob, uint32_t value)
{
	return (int32_t)(sob->value - value) >= 0;
}

void sob_wait_del(struct sob_wait *wait)
{
	if (!wait->link)
		return;
	*wait->link = wait->next;
	if (wait->next)
		wait->next->link = wait->link;
	wait->link = NULL;
}

static void sob_wait_add(struct sob *sob, struct sob_wait *wait)
{
	wait->next = sob->waits;
	wait->link = &sob->waits;
	if (wait->next)
		wait->next->link = &wait->next;
	sob->waits = wait;
}

/* Those that have what they wait for, or have lost it. */
static void sob_wake(const struct sob *sob)
{
	struct sob_wait *next;

	for (struct sob_wait *wait = sob->waits; wait; wait = next) {
		next = wait->next;
		if (sob->access & GNIC_ACCESS_LOCAL_READ && !sob_reached(sob, wait->value))
			continue;
		sob_wait_del(wait);
		qp_wake(wait->qp);
	}
}

/* ---- signals ---- */

static void sob_change(struct sob *sob, uint32_t value, bool add)
{
	sob->value = add ? sob->value + value : value;
	sob_wake(sob);
}

void sob_signal(struct card *card, uint16_t asid, uint32_t sob, uint8_t access)
{
	struct sob *target = sob_get(card, asid, FIELD_GET(GNIC_RC_WQE_REMOTE_SOB, sob), access);

	if (target)
		sob_change(target, FIELD_GET(GNIC_RC_WQE_REMOTE_SOB_DATA, sob),
			   sob & GNIC_RC_WQE_SOB_CMD);
}

/* ---- commands of compute queues ---- */

static struct sob *sob_of(struct qp *qp, const struct gnic_hw_compute_wqe *cmd, uint8_t access,
			  uint8_t *syndrome)
{
	uint32_t number = FIELD_GET(GNIC_COMPUTE_SOB, le32_to_cpu(cmd->target));

	*syndrome = sob_allows(qp->card, qp->asid, number, access) ? 0 : GNIC_SYND_SYNC_OBJECT;
	return *syndrome ? NULL : sob_get(qp->card, qp->asid, number, access);
}

uint8_t sob_command(struct qp *qp, const struct gnic_hw_compute_wqe *cmd)
{
	uint8_t syndrome;
	struct sob *sob = sob_of(qp, cmd, GNIC_ACCESS_LOCAL_WRITE, &syndrome);

	if (sob)
		sob_change(sob, (uint32_t)le64_to_cpu(cmd->src),
			   le32_to_cpu(cmd->target) & GNIC_COMPUTE_SOB_ADD);
	return syndrome;
}

bool sob_command_waits(struct qp *qp, const struct gnic_hw_compute_wqe *cmd,
		       struct sob_wait *wait, uint8_t *syndrome)
{
	struct sob *sob = sob_of(qp, cmd, GNIC_ACCESS_LOCAL_READ, syndrome);

	sob_wait_del(wait);
	wait->qp = qp;
	wait->value = (uint32_t)le64_to_cpu(cmd->src);
	if (!sob || sob_reached(sob, wait->value))
		return false;
	sob_wait_add(sob, wait);
	return true;
}

/* ---- commands of the mailbox ---- */

static bool sob_asid_ok(uint16_t asid)
{
	return asid && asid <= GNIC_ASID_MAX;
}

static struct sob_bank *sob_bank_make(struct card *card, uint16_t asid)
{
	if (!card->sobs)
		card->sobs = calloc(GNIC_ASID_MAX + 1, sizeof(struct sob_bank *));
	if (card->sobs && !card->sobs[asid])
		card->sobs[asid] = calloc(1, sizeof(struct sob_bank));
	return sob_bank(card, asid);
}

enum gnic_hw_status sob_cmd_set(struct card *card, const struct gnic_hw_sob_set *in)
{
	uint32_t first = le16_to_cpu(in->first), count = le16_to_cpu(in->count);
	uint16_t asid = le16_to_cpu(in->asid);
	struct sob_bank *bank;

	if (!sob_asid_ok(asid) || in->access & ~SOB_ACCESS_ALL || in->rsvd || !count ||
	    first + count > GNIC_SOBS)
		return GNIC_STATUS_BAD_PARAM;
	bank = sob_bank_make(card, asid);
	if (!bank)
		return GNIC_STATUS_NO_RESOURCE;
	for (uint32_t i = first; i < first + count; i++) {
		bank->sob[i].value = 0;
		bank->sob[i].access = in->access;
		sob_wake(&bank->sob[i]);
	}
	return GNIC_STATUS_OK;
}

enum gnic_hw_status sob_cmd_read(struct card *card, const struct gnic_hw_id *in,
				 struct gnic_hw_sobs *out)
{
	uint32_t asid = le32_to_cpu(in->id);
	const struct sob_bank *bank;

	if (asid > GNIC_ASID_MAX || !sob_asid_ok((uint16_t)asid))
		return GNIC_STATUS_BAD_PARAM;
	bank = sob_bank(card, (uint16_t)asid);
	for (uint32_t i = 0; bank && i < GNIC_SOBS; i++)
		out->value[i] = cpu_to_le32(bank->sob[i].value);
	return GNIC_STATUS_OK;
}

/* The QPs are gone, and with them all that waits. */
void sob_reset(struct card *card)
{
	if (!card->sobs)
		return;
	for (uint32_t asid = 0; asid <= GNIC_ASID_MAX; asid++)
		free(card->sobs[asid]);
	free(card->sobs);
	card->sobs = NULL;
}
