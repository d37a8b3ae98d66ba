/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Toeplitz hash of receive side scaling.
 *
 * The hash is linear: that of the input is the exclusive or of those of its
 * bytes, so a table for each byte does. The tables of a key are large, and the
 * same key serves many, so they are shared.
 */
#ifndef VGAUDI_TOEPLITZ_H
#define VGAUDI_TOEPLITZ_H

#include <stdint.h>

#define TOEPLITZ_KEY_LEN	52
#define TOEPLITZ_INPUT_MAX	40	/* two IPv6 addresses, two ports, a flow label */
#define TOEPLITZ_KEYS_MAX	2048u	/* in a list: what a guest can make us allocate */

struct toeplitz {
	uint32_t table[TOEPLITZ_INPUT_MAX][256];
	uint8_t key[TOEPLITZ_KEY_LEN];
	unsigned int users;
	struct toeplitz *next, **link;
};

/* The tables of @key, of those in @list or new there; NULL: no memory, or too many. */
struct toeplitz *toeplitz_get(struct toeplitz **list, const uint8_t key[TOEPLITZ_KEY_LEN]);
void toeplitz_put(struct toeplitz *t);	/* NULL is fine */

/* The share of @len bytes, a multiple of 4, that stand at byte @at of the input. */
static inline uint32_t toeplitz_bytes(const struct toeplitz *t, unsigned int at,
				      const uint8_t *data, unsigned int len)
{
	const uint32_t (*table)[256] = &t->table[at];
	uint32_t hash = 0;

	for (unsigned int i = 0; i < len; i += 4)
		hash ^= table[i][data[i]] ^ table[i + 1][data[i + 1]] ^
			table[i + 2][data[i + 2]] ^ table[i + 3][data[i + 3]];
	return hash;
}

#endif /* VGAUDI_TOEPLITZ_H */
