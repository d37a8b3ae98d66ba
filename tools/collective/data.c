// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is sent, and what has to come out. Vectors repeat themselves after a prime number
 * of elements, so that the reference is made for one period and compared as memory; a
 * part in the wrong place does not fit.
 *
 * Floating-point numbers are quarters of small whole ones, so that their sums are exact in
 * any order. Whole numbers are any, since they wrap.
 */
#include <stdlib.h>
#include <string.h>

#include "collective.h"

#define DATA_PERIOD	4093u
#define DATA_FLOAT_MAX	120	/* quarters, of a sum: 8 binary digits are exact in BF16 */

static const char *const ops[] = {
	[DRM_GNIC_REDUCTION_ADD] = "sum",
	[DRM_GNIC_REDUCTION_SUB] = "sub",
	[DRM_GNIC_REDUCTION_MIN] = "min",
	[DRM_GNIC_REDUCTION_MAX] = "max",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *op_name(uint32_t op)
{
	return op < COUNT(ops) ? ops[op] : NULL;
}

/* FP32: zero, and the infinities. */
uint32_t op_identity(uint32_t op)
{
	if (op == DRM_GNIC_REDUCTION_MIN)
		return 0x7f800000;
	return op == DRM_GNIC_REDUCTION_MAX ? 0xff800000 : 0;
}

/* ---- one number ---- */

static bool type_is_float(const struct gnic_accel_type *type)
{
	return type->code >= DRM_GNIC_REDUCTION_BF16;
}

static bool type_is_signed(const struct gnic_accel_type *type)
{
	return type->code <= DRM_GNIC_REDUCTION_INT32 || type_is_float(type);
}

/* As a whole number, of quarters if it is a floating-point one. */
static int64_t number_of(const struct coll *coll, uint32_t rank, uint32_t i)
{
	const struct gnic_accel_type *type = coll->type;
	uint32_t hash = (i * 2654435761u) ^ (rank * 0x9e3779b9u);
	uint32_t bits = 8 * type->src;
	int max;

	hash ^= hash >> 15;
	hash *= 0x85ebca6bu;
	hash ^= hash >> 13;
	if (type_is_float(type)) {
		max = DATA_FLOAT_MAX / (int)coll->ranks;
		return (int64_t)(hash % (2 * max + 1)) - max;
	}
	if (type_is_signed(type))
		return (int32_t)(hash << (32 - bits)) >> (32 - bits);
	return hash >> (32 - bits);
}

static void number_store(const struct gnic_accel_type *type, uint32_t width, int64_t number,
			 uint8_t *to)
{
	float real = (float)number / 4;
	uint32_t bits = (uint32_t)number;
	_Float16 half = (_Float16)real;

	if (type_is_float(type)) {
		memcpy(&bits, &real, sizeof(bits));
		if (width == 2 && (type->code == DRM_GNIC_REDUCTION_BF16 ||
				   type->code == DRM_GNIC_REDUCTION_UP_BF16))
			bits >>= 16;
		else if (width == 2)
			memcpy(&bits, &half, sizeof(half));
	}
	memcpy(to, &bits, width);
}

static int64_t number_reduce(uint32_t op, int64_t to, int64_t from)
{
	switch (op) {
	case DRM_GNIC_REDUCTION_ADD:
		return to + from;
	case DRM_GNIC_REDUCTION_SUB:
		return to - from;
	case DRM_GNIC_REDUCTION_MIN:
		return from < to ? from : to;
	}
	return from > to ? from : to;
}

/* ---- one period ---- */

static void period_plain(const struct coll *coll, uint32_t rank, uint8_t *period)
{
	const struct gnic_accel_type *type = coll->type;
	uint32_t i;

	for (i = 0; i < DATA_PERIOD; i++)
		number_store(type, type->src, number_of(coll, rank, i), period + i * type->src);
}

static void period_reduced(const struct coll *coll, uint32_t owner, uint8_t *period)
{
	const struct gnic_accel_type *type = coll->type;
	uint32_t i, rank;
	int64_t number;

	for (i = 0; i < DATA_PERIOD; i++) {
		number = number_of(coll, owner, i);
		for (rank = 0; rank < coll->ranks; rank++)
			if (rank != owner)
				number = number_reduce(coll->op, number,
						       number_of(coll, rank, i));
		number_store(type, type->dst, number, period + i * type->dst);
	}
}

/* The next piece of @left numbers from @first on that is in one period. */
static uint64_t period_piece(uint64_t first, uint64_t left, uint32_t *at)
{
	*at = first % DATA_PERIOD;
	return left < DATA_PERIOD - *at ? left : DATA_PERIOD - *at;
}

static bool period_is(const uint8_t *period, uint32_t width, uint64_t first, uint64_t count,
		      const uint8_t *from, uint64_t *wrong)
{
	uint64_t piece, i;
	uint32_t at;

	for (; count; count -= piece, first += piece, from += piece * width) {
		piece = period_piece(first, count, &at);
		if (memcmp(from, period + at * width, piece * width) == 0)
			continue;
		for (i = 0; memcmp(from + i * width, period + (at + i) * width, width) == 0; i++)
			;
		*wrong = first + i;
		return false;
	}
	return true;
}

/* ---- vectors ---- */

void data_fill(const struct coll *coll, uint32_t rank, uint64_t first, uint64_t count, uint8_t *to)
{
	uint32_t width = coll->type->src, at;
	uint8_t period[DATA_PERIOD * 4];
	uint64_t piece;

	period_plain(coll, rank, period);
	for (; count; count -= piece, first += piece, to += piece * width) {
		piece = period_piece(first, count, &at);
		memcpy(to, period + at * width, piece * width);
	}
}

bool data_is(const struct coll *coll, uint32_t rank, uint64_t first, uint64_t count,
	     const uint8_t *from, uint64_t *wrong)
{
	uint8_t period[DATA_PERIOD * 4];

	period_plain(coll, rank, period);
	return period_is(period, coll->type->src, first, count, from, wrong);
}

bool data_is_reduced(const struct coll *coll, uint32_t owner, uint64_t first, uint64_t count,
		     const uint8_t *from, uint64_t *wrong)
{
	uint8_t period[DATA_PERIOD * 4];

	period_reduced(coll, owner, period);
	return period_is(period, coll->type->dst, first, count, from, wrong);
}
