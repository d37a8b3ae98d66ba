/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reductions: numbers in memory and numbers that come to them. Pure functions;
 * a reduction is the 13-bit field of a WQE, GNIC_REDUCTION_*.
 */
#ifndef VGAUDI_REDUCE_H
#define VGAUDI_REDUCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

/* Is there such a reduction? Of any other value the functions below know nothing. */
bool reduce_exists(uint32_t reduction);

/* Numbers that come are narrower than those in memory. */
bool reduce_upscales(uint32_t reduction);

/* Bytes of a number that comes: 1, 2 or 4. */
uint32_t reduce_src_width(uint32_t reduction);

/* Bytes in memory that @len bytes meet. */
uint32_t reduce_dst_len(uint32_t reduction, uint32_t len);

/**
 * reduce() - dst = dst op src
 * @reduction: one that exists
 * @to: memory, in pieces that may end within a number
 * @from: what comes, likewise
 * @len: bytes of @from, whole numbers
 *
 * Whole numbers wrap. Of two floating-point numbers one of which is none (NaN)
 * min and max give the other; -0 is less than 0. The rounding mode of the
 * thread is as it was afterwards.
 */
void reduce(uint32_t reduction, const struct iovec *to, const struct iovec *from, uint32_t len);

#endif /* VGAUDI_REDUCE_H */
