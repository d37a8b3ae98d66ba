/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of a command line or script. All of them end with usage_error(). */
#ifndef GNICCTL_PARSE_H
#define GNICCTL_PARSE_H

#include <stdint.h>

/* Decimal, 0x..., 0...; K, M, G behind it are powers of 1024. */
uint64_t parse_u64(const char *what, const char *text);
uint32_t parse_u32(const char *what, const char *text);

/* Seconds, a day at most, as milliseconds. */
int parse_timeout(const char *what, const char *text);

/* "NAME+OFFSET" or "NAME": cuts the text, returns the offset. */
uint64_t parse_offset(char *text);

#endif
