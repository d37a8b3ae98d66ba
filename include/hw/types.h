/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the contract headers need of their surroundings. In the kernel that is
 * the kernel's own; elsewhere it is made here, under the kernel's names, so
 * that no other header of the contract knows where it is compiled.
 */
#ifndef GNIC_HW_TYPES_H
#define GNIC_HW_TYPES_H

#include <linux/types.h>

#ifdef __KERNEL__
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/byteorder/generic.h>
#else
#include <assert.h>
#include <endian.h>

#ifndef __bitwise
#define __bitwise
#endif

#define BIT(n)			(1u << (n))
#define BIT_ULL(n)		(1ull << (n))
#define GENMASK(h, l)		((~0u >> (31 - (h))) & (~0u << (l)))
#define GENMASK_ULL(h, l)	((~0ull >> (63 - (h))) & (~0ull << (l)))

#define FIELD_SHIFT(mask)	(__builtin_ctzll(mask))
#define FIELD_MAX(mask)		((mask) >> FIELD_SHIFT(mask))
#define FIELD_FIT(mask, val) \
	(!(((unsigned long long)(val) << FIELD_SHIFT(mask)) & ~(unsigned long long)(mask)))
#define FIELD_PREP(mask, val) \
	(((__typeof__(mask))(val) << FIELD_SHIFT(mask)) & (mask))
#define FIELD_GET(mask, reg) \
	((__typeof__(mask))(((reg) & (mask)) >> FIELD_SHIFT(mask)))

#define cpu_to_le16(x)		((__le16)htole16(x))
#define cpu_to_le32(x)		((__le32)htole32(x))
#define cpu_to_le64(x)		((__le64)htole64(x))
#define le16_to_cpu(x)		le16toh((__u16)(x))
#define le32_to_cpu(x)		le32toh((__u32)(x))
#define le64_to_cpu(x)		le64toh((__u64)(x))
#endif /* __KERNEL__ */

/* The size of a struct that crosses the boundary, asserted beside it. */
#define GNIC_HW_SIZE(type, size) \
	_Static_assert(sizeof(struct type) == (size), #type " has a wrong size")

#endif /* GNIC_HW_TYPES_H */
