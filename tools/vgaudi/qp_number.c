// SPDX-License-Identifier: GPL-2.0-only
/* QP numbers of a port: bits, and above them bits that say where there is none left. */
#include "qp_number.h"

/* The first zero at or behind @from of the @words words at @bits; -1: none. */
static int number_zero(struct qp_numbers *numbers, const uint64_t *bits, uint32_t words,
		       uint32_t from)
{
	uint64_t above = ~0ull << from % 64;

	for (uint32_t i = from / 64; i < words; i++, above = ~0ull) {
		numbers->looks++;
		if (~bits[i] & above)
			return (int)(i * 64 + (uint32_t)__builtin_ctzll(~bits[i] & above));
	}
	return -1;
}

/* In the word of @from, or in the first one behind that is not full. */
static int number_from(struct qp_numbers *numbers, uint32_t from)
{
	uint32_t word = from / 64;
	int next = number_zero(numbers, numbers->taken, word + 1, from);

	if (next >= 0)
		return next;
	next = number_zero(numbers, numbers->full, QP_NUMBER_WORDS / 64, word + 1);
	if (next < 0)
		return -1;
	return number_zero(numbers, numbers->taken, QP_NUMBER_WORDS, (uint32_t)next * 64);
}

int qp_number_choose(struct qp_numbers *numbers)
{
	int number = -1;

	if (numbers->last + 1 < QP_NUMBERS)
		number = number_from(numbers, numbers->last + 1);
	if (number < 0)
		number = number_from(numbers, 1);
	if (number > 0)
		numbers->last = (uint32_t)number;
	return number;
}

void qp_number_take(struct qp_numbers *numbers, uint32_t number)
{
	uint32_t word = number / 64;

	numbers->taken[word] |= 1ull << number % 64;
	if (!~numbers->taken[word])
		numbers->full[word / 64] |= 1ull << word % 64;
}

void qp_number_free(struct qp_numbers *numbers, uint32_t number)
{
	uint32_t word = number / 64;

	numbers->taken[word] &= ~(1ull << number % 64);
	numbers->full[word / 64] &= ~(1ull << word % 64);
}
