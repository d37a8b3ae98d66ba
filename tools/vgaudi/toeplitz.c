// SPDX-License-Identifier: GPL-2.0-only
/* Tables of the Toeplitz hash. */
#include "toeplitz.h"

/* The 32 bits of the key that begin at @bit. */
static uint32_t toeplitz_window(const uint8_t *key, unsigned int bit)
{
	const uint8_t *p = key + bit / 8;
	uint64_t v = (uint64_t)p[0] << 32 | (uint64_t)p[1] << 24 | (uint64_t)p[2] << 16 |
		     (uint64_t)p[3] << 8 | p[4];

	return (uint32_t)(v >> (8 - bit % 8));
}

void toeplitz_init(struct toeplitz *t, const uint8_t key[TOEPLITZ_KEY_LEN])
{
	for (unsigned int n = 0; n < TOEPLITZ_INPUT_MAX * 2; n++)
		for (unsigned int v = 0; v < 16; v++) {
			uint32_t hash = 0;

			for (unsigned int bit = 0; bit < 4; bit++)
				if (v & 8 >> bit)
					hash ^= toeplitz_window(key, n * 4 + bit);
			t->nibble[n][v] = hash;
		}
}
