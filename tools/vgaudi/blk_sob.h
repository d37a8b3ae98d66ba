/* SPDX-License-Identifier: GPL-2.0-only */
/* Block SOB: sync objects, counters that work of an ASID and its peers signal and wait for. */
#ifndef VGAUDI_BLK_SOB_H
#define VGAUDI_BLK_SOB_H

#include "card.h"

/**
 * struct sob_wait - a compute queue that waits for a sync object
 * @qp: whom to wake
 * @value: that it has to reach
 */
struct sob_wait {
	struct sob_wait *next, **link;	/* link: what points here; NULL: on no list */
	struct qp *qp;
	uint32_t value;
};

/* Has the ASID that object, for an access GNIC_ACCESS_*? Counted if not. */
bool sob_allows(struct card *card, uint16_t asid, uint32_t number, uint8_t access);

/*
 * What a message asks for: @sob is laid out as gnic_hw_rc_wqe.completion. Nothing
 * happens if the object was taken away meanwhile.
 */
void sob_signal(struct card *card, uint16_t asid, uint32_t sob, uint8_t access);

/* GNIC_WQE_SOB: 0 or enum gnic_hw_syndrome. */
uint8_t sob_command(struct qp *qp, const struct gnic_hw_compute_wqe *cmd);

/*
 * GNIC_WQE_SOB_WAIT. True: not reached, @wait is on the object's list, and its QP
 * is woken when it is worth another look. False: done, or *syndrome says why not.
 */
bool sob_command_waits(struct qp *qp, const struct gnic_hw_compute_wqe *cmd,
		       struct sob_wait *wait, uint8_t *syndrome);
void sob_wait_del(struct sob_wait *wait);

void sob_reset(struct card *card);

#endif /* VGAUDI_BLK_SOB_H */
