/* SPDX-License-Identifier: GPL-2.0-only */
/* Payload from memory to memory. */
#ifndef VGAUDI_COPY_H
#define VGAUDI_COPY_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* From here on copy_bulk() is the faster one. */
#define COPY_BULK	1024u

/**
 * copy_bulk() - copy much that nobody reads soon
 * @dst: where to
 * @src: where from; does not overlap @dst
 * @len: bytes
 */
void copy_bulk(void *dst, const void *src, size_t len);

static inline bool copy_overlaps(const void *dst, const void *src, size_t len)
{
	return (uintptr_t)dst - (uintptr_t)src < len || (uintptr_t)src - (uintptr_t)dst < len;
}

/* memmove(): what a guest names as source and as sink may overlap. */
static inline void copy_move(void *dst, const void *src, size_t len)
{
	if (len < COPY_BULK || copy_overlaps(dst, src, len))
		memmove(dst, src, len);
	else
		copy_bulk(dst, src, len);
}

#endif /* VGAUDI_COPY_H */
