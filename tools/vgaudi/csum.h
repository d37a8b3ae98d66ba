/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Internet checksum's one's complement sum (RFC 1071).
 *
 * A sum is kept in 64 bits, modulo 2^64 - 1, in memory order: folded to 16 bits
 * and stored as it is, it is what a protocol's field takes.
 */
#ifndef VGAUDI_CSUM_H
#define VGAUDI_CSUM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>

/**
 * struct csum - a sum over pieces, which may be of odd length
 * @sum: so far
 * @odd: the next byte is the second one of its 16-bit word
 */
struct csum {
	uint64_t sum;
	unsigned int odd;
};

static inline uint64_t csum_add(uint64_t a, uint64_t b)
{
	a += b;
	return a + (a < b);
}

/* Sum of a few bytes, a multiple of 4, at most 2^32 of them: headers. */
static inline uint64_t csum_words(const uint8_t *p, unsigned int len)
{
	uint64_t sum = 0;
	uint32_t v;

	for (; len; p += sizeof(v), len -= sizeof(v)) {
		memcpy(&v, p, sizeof(v));
		sum += v;
	}
	return sum;
}

/* Sum of a buffer that begins on an even offset of what is summed. */
uint64_t csum_bytes(const void *data, size_t len);

/* The next @len bytes, whose sum, as of csum_bytes(), is known. */
static inline void csum_append(struct csum *csum, uint64_t sum, size_t len)
{
	/* 2^16 is 1 here, so a shift by one byte is a rotation of the whole */
	if (csum->odd)
		sum = sum << 8 | sum >> 56;
	csum->sum = csum_add(csum->sum, sum);
	csum->odd ^= len & 1;
}

/* The next piece. */
void csum_piece(struct csum *csum, const void *data, size_t len);

/* Bytes @from .. @from + @len of the pieces; less if there are less. */
void csum_iov(struct csum *csum, const struct iovec *iov, int iovs, size_t from, size_t len);

/* To 16 bits, not inverted, memory order. Never 0 unless all that was summed is. */
static inline uint16_t csum_fold(uint64_t sum)
{
	sum = (sum >> 32) + (uint32_t)sum;
	sum = (sum >> 32) + (uint32_t)sum;
	sum = (sum >> 16) + (sum & 0xffff);
	return (sum >> 16) + (sum & 0xffff);
}

#endif /* VGAUDI_CSUM_H */
