/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes that lie in memory as rows: up to four dimensions, the innermost first.
 * Pure functions; what they know is relative to the first byte.
 */
#ifndef VGAUDI_ROWS_H
#define VGAUDI_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#define ROWS_DIMS	4u

/**
 * struct rows - how the bytes of a message lie
 * @row: bytes of a row; 0: there are no rows, all is one piece
 * @count: rows, or whole groups of them, of a dimension
 * @stride: bytes from one to the next
 */
struct rows {
	uint32_t row;
	uint16_t count[ROWS_DIMS];
	uint32_t stride[ROWS_DIMS];
};

/**
 * struct rows_place - where a byte of the message is
 * @offset: in its row
 * @index: which row that is
 */
struct rows_place {
	uint32_t offset;
	uint16_t index[ROWS_DIMS];
};

/* No dimension, and no row, is empty. */
bool rows_exist(const struct rows *rows);

/* The dimensions from @first on, and no others. */
struct rows rows_from(const struct rows *rows, unsigned int first);

/* Bytes of all rows of the first @dims dimensions; what 32 bits can't tell is more than that. */
uint64_t rows_bytes(const struct rows *rows, unsigned int dims);

/* From the first byte to behind the last one of the first @dims dimensions; always below 2^51. */
uint64_t rows_span(const struct rows *rows, unsigned int dims);

/* Byte @off of the message. */
void rows_locate(const struct rows *rows, uint32_t off, struct rows_place *place);

/* How far it is from the first one; *@len: at most so many bytes, less if the row ends before. */
uint64_t rows_find(const struct rows *rows, uint32_t off, uint32_t *len);

#endif /* VGAUDI_ROWS_H */
