// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reductions against a reference that knows nothing of how they are done: exact
 * sums, and of all numbers that there are the one that the rounding mode wants.
 */
#include <fenv.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hw/wqe.h"
#include "reduce.h"

static uint64_t seed = 88172645463325252ull;

static uint32_t some(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16);
}

static uint32_t how(uint32_t type, uint32_t op, uint32_t round)
{
	return (uint32_t)(GNIC_REDUCTION_ENABLE | FIELD_PREP(GNIC_REDUCTION_TYPE, type) |
			  FIELD_PREP(GNIC_REDUCTION_OP, op) |
			  FIELD_PREP(GNIC_REDUCTION_ROUND, round));
}

static void run(uint32_t reduction, void *to, const void *from, uint32_t len)
{
	const struct iovec dst = { to, reduce_dst_len(reduction, len) };
	const struct iovec src = { (void *)from, len };

	reduce(reduction, &dst, &src, len);
}

/* ---- which there are ---- */

static void the_list(void **state)
{
	uint32_t count = 0;

	(void)state;
	for (uint32_t i = 0; i < 1 << 16; i++)
		count += reduce_exists(i);
	assert_int_equal(count, 11 * 4 * 4);
	assert_false(reduce_exists(0));
	assert_false(reduce_exists(how(9, 0, 0)));
	assert_false(reduce_exists(how(0, 0, 0) & ~GNIC_REDUCTION_ENABLE));
	assert_int_equal(reduce_src_width(how(GNIC_REDUCTION_UP_FP16, 0, 0)), 2);
	assert_int_equal(reduce_dst_len(how(GNIC_REDUCTION_UP_FP16, 0, 0), 10), 20);
	assert_int_equal(reduce_dst_len(how(GNIC_REDUCTION_FP32, 0, 0), 12), 12);
}

/* ---- whole numbers ---- */

static int64_t of(uint32_t type, const uint8_t *p)
{
	switch (type) {
	case GNIC_REDUCTION_INT8:
		return *(const int8_t *)p;
	case GNIC_REDUCTION_UINT8:
		return *p;
	case GNIC_REDUCTION_INT16:
		return (int16_t)(p[0] | p[1] << 8);
	case GNIC_REDUCTION_UINT16:
		return p[0] | p[1] << 8;
	case GNIC_REDUCTION_INT32:
		return (int32_t)(p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24);
	default:
		return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
	}
}

static int64_t wanted(uint32_t op, int64_t a, int64_t b)
{
	switch (op) {
	case GNIC_REDUCTION_ADD:
		return a + b;
	case GNIC_REDUCTION_SUB:
		return a - b;
	case GNIC_REDUCTION_MIN:
		return a < b ? a : b;
	default:
		return a > b ? a : b;
	}
}

static void whole_numbers(void **state)
{
	uint8_t a[4096], b[4096], was[4096];

	(void)state;
	for (uint32_t type = 0; type <= GNIC_REDUCTION_UINT32; type++) {
		for (uint32_t op = 0; op < 4; op++) {
			uint32_t r = how(type, op, some() % 4), width = reduce_src_width(r);
			uint64_t mask = (1ull << 8 * width) - 1;

			for (uint32_t i = 0; i < sizeof(a); i++) {
				a[i] = (uint8_t)some();
				b[i] = (uint8_t)some();
			}
			memcpy(was, a, sizeof(a));
			run(r, a, b, sizeof(a));
			for (uint32_t i = 0; i < sizeof(a); i += width)
				assert_true((of(type, a + i) & mask) ==
					    (wanted(op, of(type, was + i), of(type, b + i)) & mask));
		}
	}
}

/* ---- floating point, by neighbours ---- */

/* A format: its bits as a number, in the order of size, without sign. */
struct format {
	uint32_t type, bytes, top;	/* top: the largest that is finite */
	uint32_t digits;
};

static const struct format formats[] = {
	{ GNIC_REDUCTION_FP16, 2, 0x7bff, 10 },
	{ GNIC_REDUCTION_BF16, 2, 0x7f7f, 7 },
	{ GNIC_REDUCTION_FP32, 4, 0x7f7fffff, 23 },
};

static __float128 scale(__float128 value, int exponent)
{
	for (; exponent > 0; exponent--)
		value *= 2;
	for (; exponent < 0; exponent++)
		value /= 2;
	return value;
}

/* Of the size @bits, which may be one beyond the largest: that is where infinity begins. */
static __float128 size_of(const struct format *f, uint32_t bits)
{
	uint32_t exponent = bits >> f->digits, rest = bits & ((1u << f->digits) - 1);
	int bias = (int)(f->top >> f->digits) / 2;

	if (!exponent)
		return scale(rest, 1 - bias - (int)f->digits);
	return scale(rest + (1u << f->digits), (int)exponent - bias - (int)f->digits);
}

static __float128 value_of(const struct format *f, uint32_t bits)
{
	uint32_t sign = 1u << (8 * f->bytes - 1);

	return bits & sign ? -size_of(f, bits & ~sign) : size_of(f, bits);
}

/* The largest size that is not above @size. */
static uint32_t below(const struct format *f, __float128 size)
{
	uint32_t low = 0, high = f->top + 1;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (size_of(f, middle) <= size)
			low = middle;
		else
			high = middle;
	}
	return size >= size_of(f, f->top + 1) ? f->top : low;
}

static uint32_t rounded(const struct format *f, __float128 exact, uint32_t round)
{
	uint32_t sign = exact < 0 ? 1u << (8 * f->bytes - 1) : 0;
	__float128 size = exact < 0 ? -exact : exact;
	uint32_t low = below(f, size);
	__float128 down = size - size_of(f, low), up = size_of(f, low + 1) - size;
	bool away = false;

	if (!down)
		return sign | low;
	switch (round) {
	case GNIC_REDUCTION_NEAREST:
		away = up < down || (up == down && low & 1);
		break;
	case GNIC_REDUCTION_UP:
		away = !sign;
		break;
	case GNIC_REDUCTION_DOWN:
		away = sign;
		break;
	}
	return sign | (low + away);
}

/* Finite ones; often near each other, where it matters. */
static uint32_t any_finite(const struct format *f, uint32_t near)
{
	uint32_t sign = 1u << (8 * f->bytes - 1), bits;

	do {
		bits = some() & (2 * sign - 1);
		if (near && some() % 2)
			bits = (near & ~((2u << (some() % f->digits)) - 1)) ^
			       (some() & ((16u << f->digits) - 1)) ^ (some() % 2 ? sign : 0);
		if (!(some() % 8))
			bits = (bits & sign) | (f->top - some() % 16);
		if (!(some() % 8))
			bits = (bits & sign) | some() % 16;
		bits &= 2 * sign - 1;
	} while ((bits & ~sign) > f->top);
	return bits;
}

/* Exact: __float128 has 113 digits. */
static bool gap_is_small(__float128 a, __float128 b)
{
	__float128 x = a < 0 ? -a : a, y = b < 0 ? -b : b;

	return !x || !y || (x < scale(y, 80) && y < scale(x, 80));
}

static uint32_t get(const struct format *f, const uint8_t *p)
{
	uint32_t bits = 0;

	memcpy(&bits, p, f->bytes);
	return bits;
}

static void check_sum(const struct format *f, uint32_t op, uint32_t round, uint32_t a, uint32_t b,
		      uint32_t got)
{
	__float128 x = value_of(f, a), y = value_of(f, b), exact;

	if (!gap_is_small(x, y))
		return;
	exact = op == GNIC_REDUCTION_ADD ? x + y : x - y;
	/* of a sum that is 0 only the size is looked at */
	if (!exact)
		got &= (1u << (8 * f->bytes - 1)) - 1;
	if (got != rounded(f, exact, round))
		print_message("# type %u op %u round %u: %#x, %#x gives %#x, not %#x\n", f->type, op,
			      round, a, b, got, rounded(f, exact, round));
	assert_int_equal(got, rounded(f, exact, round));
}

#define NUMBERS 3000u

static void sums_of(const struct format *f, uint32_t op, uint32_t round)
{
	uint8_t to[4 * NUMBERS], was[4 * NUMBERS], from[4 * NUMBERS];

	for (uint32_t i = 0; i < NUMBERS; i++) {
		uint32_t a = any_finite(f, 0), b = any_finite(f, a);

		memcpy(to + i * f->bytes, &a, f->bytes);
		memcpy(from + i * f->bytes, &b, f->bytes);
	}
	memcpy(was, to, sizeof(to));
	run(how(f->type, op, round), to, from, NUMBERS * f->bytes);
	for (uint32_t i = 0; i < NUMBERS; i++)
		check_sum(f, op, round, get(f, was + i * f->bytes), get(f, from + i * f->bytes),
			  get(f, to + i * f->bytes));
}

static void sums(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		for (uint32_t op = 0; op <= GNIC_REDUCTION_SUB; op++)
			for (uint32_t round = 0; round < 4; round++)
				sums_of(&formats[i], op, round);
	assert_int_equal(fegetround(), FE_TONEAREST);
}

static void least_and_most(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < sizeof(formats) / sizeof(*formats) * 20000; i++) {
		const struct format *f = &formats[i % 3];
		uint32_t a = any_finite(f, 0), b = any_finite(f, a), least = a, most = a, sign;

		run(how(f->type, GNIC_REDUCTION_MIN, some() % 4), &least, &b, f->bytes);
		run(how(f->type, GNIC_REDUCTION_MAX, some() % 4), &most, &b, f->bytes);
		assert_true(least == a || least == b);
		assert_true(most == a || most == b);
		assert_true(value_of(f, least) <= value_of(f, a));
		assert_true(value_of(f, least) <= value_of(f, b));
		assert_true(value_of(f, most) >= value_of(f, a));
		assert_true(value_of(f, most) >= value_of(f, b));
		sign = 1u << (8 * f->bytes - 1);
		least = 0;
		run(how(f->type, GNIC_REDUCTION_MIN, 0), &least, &sign, f->bytes);
		assert_int_equal(least, sign);
	}
}

/* ---- what is no number ---- */

static uint32_t one(uint32_t r, uint32_t to, uint32_t from)
{
	run(r, &to, &from, reduce_src_width(r));
	return to;
}

static void no_number(void **state)
{
	const uint32_t add = how(GNIC_REDUCTION_FP16, GNIC_REDUCTION_ADD, 0);

	(void)state;
	/* infinity and its opposite, and whatever meets none */
	assert_true((one(add, 0x7c00, 0xfc00) & 0x7fff) > 0x7c00);
	assert_true((one(add, 0x7e01, 0x3c00) & 0x7fff) > 0x7c00);
	assert_int_equal(one(add, 0x7c00, 0x3c00), 0x7c00);
	assert_int_equal(one(how(GNIC_REDUCTION_FP16, GNIC_REDUCTION_MIN, 0), 0x7e00, 0x3c00),
			 0x3c00);
	assert_int_equal(one(how(GNIC_REDUCTION_FP16, GNIC_REDUCTION_MAX, 0), 0x3c00, 0x7e00),
			 0x3c00);
	assert_true((one(how(GNIC_REDUCTION_BF16, GNIC_REDUCTION_ADD, 1), 0x7f81, 0) & 0x7fff) >
		    0x7f80);
	assert_int_equal(one(how(GNIC_REDUCTION_BF16, GNIC_REDUCTION_ADD, 1), 0x7f80, 0x3f80),
			 0x7f80);
	assert_int_equal(one(how(GNIC_REDUCTION_FP32, GNIC_REDUCTION_MAX, 0), 0x7fc00000,
			     0xbf800000), 0xbf800000);
}

/* ---- upscaling, pieces ---- */

/* Every narrow number there is, added to nothing. */
static void each_narrow_number(void **state)
{
	static uint16_t from[1 << 16];
	static float to[1 << 16];

	(void)state;
	for (uint32_t i = 0; i < 1 << 16; i++)
		from[i] = (uint16_t)i;
	for (uint32_t f = 0; f < 2; f++) {
		memset(to, 0, sizeof(to));
		run(how(f ? GNIC_REDUCTION_UP_BF16 : GNIC_REDUCTION_UP_FP16, GNIC_REDUCTION_ADD, 0),
		    to, from, sizeof(from));
		for (uint32_t i = 0; i < 1 << 16; i++) {
			if ((i & 0x7fff) > formats[f].top)
				assert_true(isinf(to[i]) || isnan(to[i]));
			else
				assert_true(value_of(&formats[f], i) == to[i]);
		}
	}
}

static int split(struct iovec *iov, uint8_t *p, uint32_t len)
{
	int n = 0;

	while (len) {
		uint32_t piece = 1 + some() % (len > 600 ? 600 : len);

		iov[n++] = (struct iovec){ p, piece };
		p += piece;
		len -= piece;
	}
	return n;
}

static void pieces_end_anywhere(void **state)
{
	static uint8_t whole[8192], parts[8192], from[4096];
	static struct iovec to_iov[8192], from_iov[4096];

	(void)state;
	for (uint32_t i = 0; i < 300; i++) {
		static const uint8_t types[] = { 0, 1, 2, 6, 7, 8, 12, 13 };
		uint32_t r = how(types[some() % 8], some() % 4, some() % 4);
		uint32_t len = (1 + some() % 1000) * reduce_src_width(r);

		for (uint32_t j = 0; j < sizeof(whole); j++)
			whole[j] = parts[j] = (uint8_t)some();
		for (uint32_t j = 0; j < sizeof(from); j++)
			from[j] = (uint8_t)some();
		run(r, whole, from, len);
		split(to_iov, parts, reduce_dst_len(r, len));
		split(from_iov, from, len);
		reduce(r, to_iov, from_iov, len);
		assert_memory_equal(whole, parts, sizeof(whole));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list),
		cmocka_unit_test(whole_numbers),
		cmocka_unit_test(sums),
		cmocka_unit_test(least_and_most),
		cmocka_unit_test(no_number),
		cmocka_unit_test(each_narrow_number),
		cmocka_unit_test(pieces_end_anywhere),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
