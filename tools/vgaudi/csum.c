// SPDX-License-Identifier: GPL-2.0-only
/* The one's complement sum: two instructions for eight bytes. */
#include <string.h>

#include "csum.h"

static inline uint64_t csum_load(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* The last 1..7 bytes, where they stand in memory, zeros behind. */
static uint64_t csum_tail(const uint8_t *p, size_t len)
{
	uint64_t v = 0;

	memcpy(&v, p, len);
	return v;
}

uint64_t csum_bytes(const void *data, size_t len)
{
	const uint8_t *p = data;
	unsigned __int128 a = 0, b = 0;

	/* two chains of carries; 2^64 words until one could overflow */
	for (; len >= 32; p += 32, len -= 32) {
		a += csum_load(p);
		b += csum_load(p + 8);
		a += csum_load(p + 16);
		b += csum_load(p + 24);
	}
	for (; len >= 8; p += 8, len -= 8)
		a += csum_load(p);
	if (len)
		b += csum_tail(p, len);
	a += b;
	return csum_add((uint64_t)a, (uint64_t)(a >> 64));
}

void csum_piece(struct csum *csum, const void *data, size_t len)
{
	uint64_t sum = csum_bytes(data, len);

	/* 2^16 is 1 here, so a shift by one byte is a rotation of the whole */
	if (csum->odd)
		sum = sum << 8 | sum >> 56;
	csum->sum = csum_add(csum->sum, sum);
	csum->odd ^= len & 1;
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
