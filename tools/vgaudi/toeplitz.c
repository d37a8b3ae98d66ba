// SPDX-License-Identifier: GPL-2.0-only
/* Tables of the Toeplitz hash. */
#include <stdlib.h>
#include <string.h>

#include "toeplitz.h"

/* The 32 bits of the key that begin at @bit. */
static uint32_t toeplitz_window(const uint8_t *key, unsigned int bit)
{
	const uint8_t *p = key + bit / 8;
	uint64_t v = (uint64_t)p[0] << 32 | (uint64_t)p[1] << 24 | (uint64_t)p[2] << 16 |
		     (uint64_t)p[3] << 8 | p[4];

	return (uint32_t)(v >> (8 - bit % 8));
}

/* A value is its lowest bit and the value without it, which has its entry already. */
static void toeplitz_fill(struct toeplitz *t)
{
	for (unsigned int i = 0; i < TOEPLITZ_INPUT_MAX; i++)
		for (unsigned int v = 1; v < 256; v++) {
			unsigned int low = (unsigned int)__builtin_ctz(v);

			t->table[i][v] = t->table[i][v & (v - 1)] ^
					 toeplitz_window(t->key, i * 8 + 7 - low);
		}
}

static struct toeplitz *toeplitz_add(struct toeplitz **list, const uint8_t *key)
{
	struct toeplitz *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	memcpy(t->key, key, sizeof(t->key));
	toeplitz_fill(t);
	t->next = *list;
	t->link = list;
	if (t->next)
		t->next->link = &t->next;
	*list = t;
	return t;
}

struct toeplitz *toeplitz_get(struct toeplitz **list, const uint8_t key[TOEPLITZ_KEY_LEN])
{
	struct toeplitz *t = *list;
	unsigned int keys = 0;

	for (; t && memcmp(t->key, key, sizeof(t->key)); t = t->next)
		keys++;
	if (!t && keys < TOEPLITZ_KEYS_MAX)
		t = toeplitz_add(list, key);
	if (t)
		t->users++;
	return t;
}

void toeplitz_put(struct toeplitz *t)
{
	if (!t || --t->users)
		return;
	*t->link = t->next;
	if (t->next)
		t->next->link = t->link;
	free(t);
}
