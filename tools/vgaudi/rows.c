// SPDX-License-Identifier: GPL-2.0-only
/* Bytes that lie in memory as rows. */
#include "rows.h"

bool rows_exist(const struct rows *rows)
{
	return rows->row && rows->count[0] && rows->count[1] && rows->count[2] && rows->count[3];
}

struct rows rows_from(const struct rows *rows, unsigned int first)
{
	struct rows rest = { .row = rows->row };

	for (unsigned int i = 0; i < ROWS_DIMS; i++) {
		bool there = first + i < ROWS_DIMS;

		rest.count[i] = there ? rows->count[first + i] : 1;
		rest.stride[i] = there ? rows->stride[first + i] : 0;
	}
	return rest;
}

uint64_t rows_bytes(const struct rows *rows, unsigned int dims)
{
	uint64_t bytes = rows->row;

	for (unsigned int i = 0; i < dims && bytes <= UINT32_MAX; i++)
		bytes *= rows->count[i];
	return bytes;
}

uint64_t rows_span(const struct rows *rows, unsigned int dims)
{
	uint64_t span = rows->row;

	for (unsigned int i = 0; i < dims; i++)
		span += (uint64_t)(rows->count[i] - 1) * rows->stride[i];
	return span;
}

void rows_locate(const struct rows *rows, uint32_t off, struct rows_place *place)
{
	uint32_t row = off / rows->row;

	*place = (struct rows_place){ .offset = off - row * rows->row };
	for (unsigned int i = 0; i < ROWS_DIMS && row; i++) {
		place->index[i] = (uint16_t)(row % rows->count[i]);
		row /= rows->count[i];
	}
}

uint64_t rows_find(const struct rows *rows, uint32_t off, uint32_t *len)
{
	struct rows_place place;
	uint64_t at;

	rows_locate(rows, off, &place);
	at = place.offset;
	for (unsigned int i = 0; i < ROWS_DIMS; i++)
		at += (uint64_t)place.index[i] * rows->stride[i];
	if (*len > rows->row - place.offset)
		*len = rows->row - place.offset;
	return at;
}
