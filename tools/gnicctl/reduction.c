// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <string.h>

#include "err.h"
#include "libgnic_accel.h"
#include "reduction.h"

static const char *const reduction_ops[] = {
	[DRM_GNIC_REDUCTION_ADD]	= "add",
	[DRM_GNIC_REDUCTION_SUB]	= "sub",
	[DRM_GNIC_REDUCTION_MIN]	= "min",
	[DRM_GNIC_REDUCTION_MAX]	= "max",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* -1: not there */
static int reduction_find_op(const char *word)
{
	size_t i;

	for (i = 0; i < COUNT(reduction_ops); i++)
		if (strcmp(reduction_ops[i], word) == 0)
			return (int)i;
	return -1;
}

static const struct gnic_accel_type *reduction_find_type(const char *word)
{
	const struct gnic_accel_type *type;
	uint32_t i;

	for (i = 0; (type = gnic_accel_type_at(i)); i++)
		if (strcmp(type->name, word) == 0)
			return type;
	return NULL;
}

bool reduction_op(const char *word)
{
	return reduction_find_op(word) >= 0;
}

uint32_t reduction_parse(const char *op, const char *type)
{
	const struct gnic_accel_type *kind = reduction_find_type(type);
	int number = reduction_find_op(op);

	if (number < 0)
		usage_error("\"%s\" is no operation: add sub min max", op);
	if (!kind)
		usage_error("\"%s\" is no type: int8 int16 int32 uint8 uint16 uint32 bf16 fp32 fp16 "
			    "fp16-fp32 bf16-fp32", type);
	return DRM_GNIC_REDUCTION(kind->code, (uint32_t)number, DRM_GNIC_REDUCTION_NEAREST);
}
