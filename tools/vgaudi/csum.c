// SPDX-License-Identifier: GPL-2.0-only
/* The one's complement sum: five instructions for a vector of words. */
#include <string.h>

#include "csum.h"

#define CSUM_BLOCK	64u

/* Unaligned, and of whatever type the bytes are. */
typedef uint64_t csum_vector __attribute__((vector_size(32), aligned(1), may_alias));
typedef uint64_t csum_lanes __attribute__((vector_size(32)));

#if defined(__x86_64__) && defined(__gnu_linux__)
#define CSUM_CLONES	__attribute__((target_clones("avx2", "default")))
#else
#define CSUM_CLONES
#endif

/*
 * @blocks times CSUM_BLOCK bytes. Halves of words are added up in lanes of 64
 * bits, which overflow after 2^31 blocks.
 */
CSUM_CLONES static uint64_t csum_blocks(const uint8_t *p, size_t blocks)
{
	const csum_lanes mask = { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff };
	csum_lanes low = { 0 }, high = { 0 };
	uint64_t sum = 0;

	for (; blocks; p += CSUM_BLOCK, blocks--) {
		csum_lanes a = *(const csum_vector *)p, b = *(const csum_vector *)(p + 32);

		low += (a & mask) + (b & mask);
		high += (a >> 32) + (b >> 32);
	}
	for (unsigned int i = 0; i < 4; i++)
		sum = csum_add(sum, csum_add(low[i], high[i]));
	return sum;
}

static inline uint64_t csum_load(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* The last 1..7 bytes, each word where it stands in memory, zeros behind. */
static inline uint64_t csum_tail(const uint8_t *p, size_t len)
{
	uint8_t last[2] = { 0 };
	uint32_t words = 0;
	uint16_t half = 0, end;

	if (len & 4) {
		memcpy(&words, p, sizeof(words));
		p += sizeof(words);
	}
	if (len & 2) {
		memcpy(&half, p, sizeof(half));
		p += sizeof(half);
	}
	if (len & 1)
		last[0] = *p;
	memcpy(&end, last, sizeof(end));
	return (uint64_t)words + half + end;
}

uint64_t csum_bytes(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t sum = 0;

	if (len >= 2 * CSUM_BLOCK) {
		sum = csum_blocks(p, len / CSUM_BLOCK);
		p += len / CSUM_BLOCK * CSUM_BLOCK;
		len %= CSUM_BLOCK;
	}
	for (; len >= 8; p += 8, len -= 8)
		sum = csum_add(sum, csum_load(p));
	return len ? csum_add(sum, csum_tail(p, len)) : sum;
}

void csum_piece(struct csum *csum, const void *data, size_t len)
{
	csum_append(csum, csum_bytes(data, len), len);
}

void csum_iov(struct csum *csum, const struct iovec *iov, int iovs, size_t from, size_t len)
{
	for (int i = 0; i < iovs && len; i++) {
		size_t n = iov[i].iov_len;

		if (from >= n) {
			from -= n;
			continue;
		}
		n -= from;
		if (n > len)
			n = len;
		csum_piece(csum, (const uint8_t *)iov[i].iov_base + from, n);
		from = 0;
		len -= n;
	}
}
