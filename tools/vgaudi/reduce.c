// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reductions. BF16 and FP16 are computed as FP32 under the rounding mode that
 * is asked for, and narrowed under the same: FP32 has more than twice the
 * digits of either, so rounding twice gives what rounding once would.
 */
#include <endian.h>
#include <fenv.h>
#include <stddef.h>
#include <string.h>

#include "hw/wqe.h"
#include "reduce.h"

_Static_assert(__BYTE_ORDER == __LITTLE_ENDIAN, "device memory is little-endian");

#define REDUCE_CHUNK	256u	/* numbers at a time */

static const struct {
	uint8_t src, dst;	/* bytes of a number; 0: no such type */
} reduce_types[16] = {
#define X(name, number, src, dst) [GNIC_REDUCTION_##name] = { src, dst },
	GNIC_HW_REDUCTIONS(X)
#undef X
};

static uint32_t reduce_type(uint32_t reduction)
{
	return FIELD_GET(GNIC_REDUCTION_TYPE, reduction);
}

bool reduce_exists(uint32_t reduction)
{
	return reduction & GNIC_REDUCTION_ENABLE && !(reduction & GNIC_REDUCTION_RSVD) &&
	       reduction >> 13 == 0 && reduce_types[reduce_type(reduction)].src;
}

uint32_t reduce_src_width(uint32_t reduction)
{
	return reduce_types[reduce_type(reduction)].src;
}

static uint32_t reduce_dst_width(uint32_t reduction)
{
	return reduce_types[reduce_type(reduction)].dst;
}

bool reduce_upscales(uint32_t reduction)
{
	return reduce_dst_width(reduction) != reduce_src_width(reduction);
}

/* Computed as they are: the others are widened, a chunk at a time. */
static bool reduce_is_plain(uint32_t reduction)
{
	return reduce_src_width(reduction) == 4 || reduce_type(reduction) < GNIC_REDUCTION_BF16;
}

uint32_t reduce_dst_len(uint32_t reduction, uint32_t len)
{
	return reduce_upscales(reduction) ? 2 * len : len;
}

/* ---- whole numbers ---- */

#define REDUCE_INTEGER(type, bits) \
static void reduce_##type(enum gnic_hw_reduction_op op, type *to, const type *from, uint32_t n) \
{ \
	uint32_t i; \
\
	switch (op) { \
	case GNIC_REDUCTION_ADD: \
		for (i = 0; i < n; i++) \
			to[i] = (type)((bits)to[i] + (bits)from[i]); \
		break; \
	case GNIC_REDUCTION_SUB: \
		for (i = 0; i < n; i++) \
			to[i] = (type)((bits)to[i] - (bits)from[i]); \
		break; \
	case GNIC_REDUCTION_MIN: \
		for (i = 0; i < n; i++) \
			to[i] = from[i] < to[i] ? from[i] : to[i]; \
		break; \
	case GNIC_REDUCTION_MAX: \
		for (i = 0; i < n; i++) \
			to[i] = from[i] > to[i] ? from[i] : to[i]; \
		break; \
	} \
}

REDUCE_INTEGER(int8_t, uint8_t)
REDUCE_INTEGER(int16_t, uint16_t)
REDUCE_INTEGER(int32_t, uint32_t)
REDUCE_INTEGER(uint8_t, uint8_t)
REDUCE_INTEGER(uint16_t, uint16_t)
REDUCE_INTEGER(uint32_t, uint32_t)

/* ---- FP32 ---- */

static uint32_t float_bits(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static float bits_float(uint32_t bits)
{
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static bool float_is_nan(uint32_t bits)
{
	return (bits & 0x7fffffff) > 0x7f800000;
}

/* Their order as whole numbers; -0 comes before 0. */
static int32_t float_order(uint32_t bits)
{
	return (int32_t)(bits & 0x80000000 ? ~bits ^ 0x80000000 : bits);
}

static float float_least(float a, float b)
{
	uint32_t x = float_bits(a), y = float_bits(b);

	if (float_is_nan(x))
		return b;
	return float_is_nan(y) || float_order(x) <= float_order(y) ? a : b;
}

static float float_most(float a, float b)
{
	uint32_t x = float_bits(a), y = float_bits(b);

	if (float_is_nan(x))
		return b;
	return float_is_nan(y) || float_order(x) >= float_order(y) ? a : b;
}

/* Not inlined: the sum must come after fesetround(), and before the next one. */
static void __attribute__((noinline))
reduce_float(enum gnic_hw_reduction_op op, float *to, const float *from, uint32_t n)
{
	uint32_t i;

	switch (op) {
	case GNIC_REDUCTION_ADD:
		for (i = 0; i < n; i++)
			to[i] += from[i];
		break;
	case GNIC_REDUCTION_SUB:
		for (i = 0; i < n; i++)
			to[i] -= from[i];
		break;
	case GNIC_REDUCTION_MIN:
		for (i = 0; i < n; i++)
			to[i] = float_least(to[i], from[i]);
		break;
	case GNIC_REDUCTION_MAX:
		for (i = 0; i < n; i++)
			to[i] = float_most(to[i], from[i]);
		break;
	}
}

/* ---- the narrow ones ---- */

static float widen_bf16(uint16_t value)
{
	return bits_float((uint32_t)value << 16);
}

static float widen_fp16(uint16_t value)
{
	uint32_t sign = (uint32_t)(value & 0x8000) << 16;
	uint32_t exponent = value >> 10 & 0x1f, digits = value & 0x3ff;

	if (exponent == 0x1f)
		return bits_float(sign | 0x7f800000 | digits << 13);
	if (exponent)
		return bits_float(sign | (exponent + 112) << 23 | digits << 13);
	/* exact, and the sign of 0 stays */
	return bits_float(float_bits((float)digits * 0x1p-24f) | sign);
}

/* Is a number, the low @drop bits of which go, to be one larger without its sign? */
static bool narrow_up(uint32_t bits, uint32_t drop, bool negative,
		      enum gnic_hw_reduction_round round)
{
	uint32_t rest = bits & ((1u << drop) - 1), half = 1u << (drop - 1);

	switch (round) {
	case GNIC_REDUCTION_NEAREST:
		return rest > half || (rest == half && bits >> drop & 1);
	case GNIC_REDUCTION_UP:
		return rest && !negative;
	case GNIC_REDUCTION_DOWN:
		return rest && negative;
	case GNIC_REDUCTION_ZERO:
		break;
	}
	return false;
}

static uint16_t narrow_bf16(float value, enum gnic_hw_reduction_round round)
{
	uint32_t bits = float_bits(value), size = bits & 0x7fffffff;

	if (float_is_nan(bits))
		return (uint16_t)(bits >> 16 | 0x40);
	if (size == 0x7f800000)
		return (uint16_t)(bits >> 16);
	return (uint16_t)((bits >> 16) + narrow_up(size, 16, bits >> 31, round));
}

/* Beyond the largest: infinity, or the largest if the mode leads away from it. */
static uint16_t narrow_fp16_huge(bool negative, enum gnic_hw_reduction_round round)
{
	uint16_t sign = negative ? 0x8000 : 0;

	if (round == GNIC_REDUCTION_ZERO ||
	    round == (negative ? GNIC_REDUCTION_UP : GNIC_REDUCTION_DOWN))
		return sign | 0x7bff;
	return sign | 0x7c00;
}

/* Less than 2^-14: a multiple of 2^-24. */
static uint16_t narrow_fp16_tiny(uint32_t size, bool negative,
				 enum gnic_hw_reduction_round round)
{
	uint32_t exponent = size >> 23, digits = (size & 0x7fffff) | 0x800000;
	uint32_t drop = 126 - exponent;

	if (!size)
		return 0;
	/* so small that only the mode says anything */
	if (!exponent || drop > 25) {
		digits = 1;
		drop = 25;
	}
	return (uint16_t)((digits >> drop) + narrow_up(digits, drop, negative, round));
}

static uint16_t narrow_fp16(float value, enum gnic_hw_reduction_round round)
{
	uint32_t bits = float_bits(value), size = bits & 0x7fffffff;
	bool negative = bits >> 31;
	uint16_t sign = negative ? 0x8000 : 0;

	if (float_is_nan(bits))
		return (uint16_t)(sign | 0x7e00 | (size >> 13 & 0x1ff));
	if (size == 0x7f800000)
		return sign | 0x7c00;
	if (size < 113u << 23)
		return sign | narrow_fp16_tiny(size, negative, round);
	size = ((size - (112u << 23)) >> 13) + narrow_up(size, 13, negative, round);
	return size < 0x7c00 ? (uint16_t)(sign | size) : narrow_fp16_huge(negative, round);
}

static void reduce_narrow(uint32_t reduction, uint16_t *to, const uint16_t *from, uint32_t n)
{
	enum gnic_hw_reduction_round round = FIELD_GET(GNIC_REDUCTION_ROUND, reduction);
	bool bf16 = reduce_type(reduction) == GNIC_REDUCTION_BF16;
	float a[REDUCE_CHUNK], b[REDUCE_CHUNK] = { 0 };
	uint32_t i;

	for (i = 0; i < n; i++) {
		a[i] = bf16 ? widen_bf16(to[i]) : widen_fp16(to[i]);
		b[i] = bf16 ? widen_bf16(from[i]) : widen_fp16(from[i]);
	}
	reduce_float(FIELD_GET(GNIC_REDUCTION_OP, reduction), a, b, n);
	for (i = 0; i < n; i++)
		to[i] = bf16 ? narrow_bf16(a[i], round) : narrow_fp16(a[i], round);
}

static void reduce_upscaled(uint32_t reduction, float *to, const uint16_t *from, uint32_t n)
{
	bool bf16 = reduce_type(reduction) == GNIC_REDUCTION_UP_BF16;
	float b[REDUCE_CHUNK] = { 0 };
	uint32_t i;

	for (i = 0; i < n; i++)
		b[i] = bf16 ? widen_bf16(from[i]) : widen_fp16(from[i]);
	reduce_float(FIELD_GET(GNIC_REDUCTION_OP, reduction), to, b, n);
}

/* ---- any of them ---- */

/* @to and @from at addresses that fit the numbers. */
static void reduce_numbers(uint32_t reduction, void *to, const void *from, uint32_t n)
{
	enum gnic_hw_reduction_op op = FIELD_GET(GNIC_REDUCTION_OP, reduction);

	switch ((enum gnic_hw_reduction_type)reduce_type(reduction)) {
	case GNIC_REDUCTION_INT8:
		reduce_int8_t(op, to, from, n);
		break;
	case GNIC_REDUCTION_INT16:
		reduce_int16_t(op, to, from, n);
		break;
	case GNIC_REDUCTION_INT32:
		reduce_int32_t(op, to, from, n);
		break;
	case GNIC_REDUCTION_UINT8:
		reduce_uint8_t(op, to, from, n);
		break;
	case GNIC_REDUCTION_UINT16:
		reduce_uint16_t(op, to, from, n);
		break;
	case GNIC_REDUCTION_UINT32:
		reduce_uint32_t(op, to, from, n);
		break;
	case GNIC_REDUCTION_FP32:
		reduce_float(op, to, from, n);
		break;
	case GNIC_REDUCTION_BF16:
	case GNIC_REDUCTION_FP16:
		reduce_narrow(reduction, to, from, n);
		break;
	case GNIC_REDUCTION_UP_FP16:
	case GNIC_REDUCTION_UP_BF16:
		reduce_upscaled(reduction, to, from, n);
		break;
	}
}

/* ---- pieces ---- */

struct reduce_cursor {
	const struct iovec *iov;
	size_t off;
};

static uint8_t *reduce_at(const struct reduce_cursor *at)
{
	return (uint8_t *)at->iov->iov_base + at->off;
}

static void reduce_skip(struct reduce_cursor *at, size_t len)
{
	at->off += len;
	if (at->off == at->iov->iov_len) {
		at->iov++;
		at->off = 0;
	}
}

/* Copies @len bytes out of the pieces, or into them, and goes on behind them. */
static void reduce_pass(struct reduce_cursor *at, uint8_t *bytes, size_t len, bool out)
{
	while (len) {
		size_t n = at->iov->iov_len - at->off;
		uint8_t *p = reduce_at(at);

		n = n < len ? n : len;
		memcpy(out ? bytes : p, out ? p : bytes, n);
		bytes += n;
		len -= n;
		reduce_skip(at, n);
	}
}

/* How many numbers can be taken as they lie there: 0 if their address does not fit them. */
static uint32_t reduce_in_place(const struct reduce_cursor *at, uint32_t width)
{
	if ((uintptr_t)reduce_at(at) % width)
		return 0;
	return (uint32_t)((at->iov->iov_len - at->off) / width);
}

/* Numbers of at most 4 bytes, at an address that fits them. */
union reduce_numbers {
	uint8_t bytes[4 * REDUCE_CHUNK];
	uint32_t align;
};

/* Numbers in several pieces, or at odd addresses, by way of a copy. Returns how many. */
static uint32_t reduce_copied(uint32_t reduction, struct reduce_cursor *to,
			      struct reduce_cursor *from, uint32_t n)
{
	size_t src = reduce_src_width(reduction), dst = reduce_dst_width(reduction);
	struct reduce_cursor read = *to;
	union reduce_numbers a, b = { 0 };

	n = n < REDUCE_CHUNK ? n : REDUCE_CHUNK;
	reduce_pass(&read, a.bytes, n * dst, true);
	reduce_pass(from, b.bytes, n * src, true);
	reduce_numbers(reduction, a.bytes, b.bytes, n);
	reduce_pass(to, a.bytes, n * dst, false);
	return n;
}

/* The next numbers, at most @n. Returns how many. */
static uint32_t reduce_some(uint32_t reduction, struct reduce_cursor *to,
			    struct reduce_cursor *from, uint32_t n)
{
	uint32_t src = reduce_src_width(reduction), dst = reduce_dst_width(reduction);
	uint32_t there = reduce_in_place(to, dst), here = reduce_in_place(from, src);
	uint32_t most = there < here ? there : here;

	if (!most)
		return reduce_copied(reduction, to, from, n);
	if (!reduce_is_plain(reduction) && most > REDUCE_CHUNK)
		most = REDUCE_CHUNK;
	n = n < most ? n : most;
	reduce_numbers(reduction, reduce_at(to), reduce_at(from), n);
	reduce_skip(to, (size_t)n * dst);
	reduce_skip(from, (size_t)n * src);
	return n;
}

static int reduce_rounding(uint32_t reduction)
{
	static const int modes[] = {
		[GNIC_REDUCTION_NEAREST]	= FE_TONEAREST,
		[GNIC_REDUCTION_ZERO]		= FE_TOWARDZERO,
		[GNIC_REDUCTION_UP]		= FE_UPWARD,
		[GNIC_REDUCTION_DOWN]		= FE_DOWNWARD,
	};

	return modes[FIELD_GET(GNIC_REDUCTION_ROUND, reduction)];
}

void reduce(uint32_t reduction, const struct iovec *to, const struct iovec *from, uint32_t len)
{
	struct reduce_cursor write = { to, 0 }, come = { from, 0 };
	uint32_t n = len / reduce_src_width(reduction);
	int mode = reduce_rounding(reduction), before = fegetround();

	if (mode != before)
		fesetround(mode);
	while (n)
		n -= reduce_some(reduction, &write, &come, n);
	if (mode != before)
		fesetround(before);
}
