/* SPDX-License-Identifier: GPL-2.0-only */
/* Which QP numbers of a port are taken. However many are, all of this takes a few steps. */
#ifndef VGAUDI_QP_NUMBER_H
#define VGAUDI_QP_NUMBER_H

#include <stdint.h>

#define QP_NUMBERS	8192u
#define QP_NUMBER_WORDS	(QP_NUMBERS / 64)

/**
 * struct qp_numbers - a set of numbers, at first all are free
 * @taken: bit by number
 * @full: bit by word of @taken: all of its numbers are taken
 * @last: the one that was chosen last
 * @looks: so many words searches have looked at, ever
 */
struct qp_numbers {
	uint64_t taken[QP_NUMBER_WORDS];
	uint64_t full[QP_NUMBER_WORDS / 64];
	uint32_t last;
	uint64_t looks;
};

/* From 1 on, cyclic, so that a number just freed is not the next one; -1: none. */
int qp_number_choose(struct qp_numbers *numbers);
void qp_number_take(struct qp_numbers *numbers, uint32_t number);
void qp_number_free(struct qp_numbers *numbers, uint32_t number);

#endif /* VGAUDI_QP_NUMBER_H */
