/* SPDX-License-Identifier: GPL-2.0-only */
/* Reductions by name. */
#ifndef GNICCTL_REDUCTION_H
#define GNICCTL_REDUCTION_H

#include <stdbool.h>
#include <stdint.h>

/* Is @word an operation: add, sub, min, max? */
bool reduction_op(const char *word);
/* DRM_GNIC_REDUCTION() of an operation and a type; ends with usage_error(). */
uint32_t reduction_parse(const char *op, const char *type);

#endif
