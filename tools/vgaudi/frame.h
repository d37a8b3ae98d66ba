/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes of a frame: loads and stores in network order, pieces, slices. */
#ifndef VGAUDI_FRAME_H
#define VGAUDI_FRAME_H

#include <string.h>

#include "card.h"
#include "csum.h"

static inline uint16_t frame_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t frame_be32(const uint8_t *p)
{
	return (uint32_t)frame_be16(p) << 16 | frame_be16(p + 2);
}

static inline void frame_put_be16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = (uint8_t)v;
}

static inline void frame_put_be32(uint8_t *p, uint32_t v)
{
	frame_put_be16(p, v >> 16);
	frame_put_be16(p + 2, (uint16_t)v);
}

/* Copies what its owner may change meanwhile: one read, whatever the compiler thinks of it. */
static inline void frame_fetch(void *dst, const void *src, size_t len)
{
	memcpy(dst, src, len);
	__asm__ volatile("" : : "r"(dst) : "memory");
}

/* A MAC address as a number: for comparing, not for arithmetic. */
static inline uint64_t frame_mac(const uint8_t *p)
{
	uint32_t low;
	uint16_t high;

	memcpy(&low, p, sizeof(low));
	memcpy(&high, p + sizeof(low), sizeof(high));
	return (uint64_t)high << 32 | low;
}

/*
 * Takes the first @len bytes out of the pieces and copies them to @dst; there
 * have to be so many. Returns how many pieces remain.
 */
int frame_pull(struct iovec *iov, int iovs, uint8_t *dst, uint32_t len);

/* A walk through pieces. */
struct frame_cursor {
	const struct iovec *iov;
	int iovs;
	size_t off;		/* into iov[0] */
};

/* The next @len bytes as at most @max pieces; returns how many pieces. */
int frame_slice(struct frame_cursor *cursor, struct iovec *iov, int max, uint32_t len);

/*
 * Sum of the pseudo header of a TCP or UDP packet that @parsed describes,
 * @len bytes from l4_off on; @hdr holds its IP header.
 */
uint64_t frame_pseudo_sum(const uint8_t *hdr, const struct parsed *parsed, uint32_t len);

/* Are the first @len bytes behind the IP headers here? A fragment has none. */
bool frame_has_l4(const struct frame *frame, uint32_t len);

/* Where TCP or UDP has its checksum, from l4_off on. */
unsigned int frame_check_off(const struct parsed *parsed);

#endif /* VGAUDI_FRAME_H */
