/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Toeplitz hash of receive side scaling.
 *
 * The hash is linear: that of the input is the exclusive or of those of its
 * nibbles, so a table for each nibble, made when the key is set, does.
 */
#ifndef VGAUDI_TOEPLITZ_H
#define VGAUDI_TOEPLITZ_H

#include <stdint.h>

#define TOEPLITZ_KEY_LEN	40
#define TOEPLITZ_INPUT_MAX	36	/* two IPv6 addresses and two ports */

struct toeplitz {
	uint32_t nibble[TOEPLITZ_INPUT_MAX * 2][16];
};

void toeplitz_init(struct toeplitz *t, const uint8_t key[TOEPLITZ_KEY_LEN]);

/* The share of @len bytes that stand at byte @at of the input. */
static inline uint32_t toeplitz_bytes(const struct toeplitz *t, unsigned int at,
				      const uint8_t *data, unsigned int len)
{
	const uint32_t (*nibble)[16] = &t->nibble[at * 2];
	uint32_t hash = 0;

	for (unsigned int i = 0; i < len; i++, nibble += 2)
		hash ^= nibble[0][data[i] >> 4] ^ nibble[1][data[i] & 15];
	return hash;
}

#endif /* VGAUDI_TOEPLITZ_H */
