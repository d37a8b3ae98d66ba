// SPDX-License-Identifier: GPL-2.0-only
#include <drm/gnic_accel.h>
#include <stddef.h>
#include <string.h>

#include "err.h"
#include "reduction.h"

static const char *const reduction_ops[] = {
	[DRM_GNIC_REDUCTION_ADD]	= "add",
	[DRM_GNIC_REDUCTION_SUB]	= "sub",
	[DRM_GNIC_REDUCTION_MIN]	= "min",
	[DRM_GNIC_REDUCTION_MAX]	= "max",
};

static const char *const reduction_types[] = {
	[DRM_GNIC_REDUCTION_INT8]	= "int8",
	[DRM_GNIC_REDUCTION_INT16]	= "int16",
	[DRM_GNIC_REDUCTION_INT32]	= "int32",
	[DRM_GNIC_REDUCTION_UINT8]	= "uint8",
	[DRM_GNIC_REDUCTION_UINT16]	= "uint16",
	[DRM_GNIC_REDUCTION_UINT32]	= "uint32",
	[DRM_GNIC_REDUCTION_BF16]	= "bf16",
	[DRM_GNIC_REDUCTION_FP32]	= "fp32",
	[DRM_GNIC_REDUCTION_FP16]	= "fp16",
	[DRM_GNIC_REDUCTION_UP_FP16]	= "fp16-fp32",
	[DRM_GNIC_REDUCTION_UP_BF16]	= "bf16-fp32",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* -1: not there */
static int reduction_find(const char *const *names, size_t count, const char *word)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (names[i] && strcmp(names[i], word) == 0)
			return (int)i;
	return -1;
}

bool reduction_op(const char *word)
{
	return reduction_find(reduction_ops, COUNT(reduction_ops), word) >= 0;
}

uint32_t reduction_parse(const char *op, const char *type)
{
	int number = reduction_find(reduction_ops, COUNT(reduction_ops), op);
	int kind = reduction_find(reduction_types, COUNT(reduction_types), type);

	if (number < 0)
		usage_error("\"%s\" is no operation: add sub min max", op);
	if (kind < 0)
		usage_error("\"%s\" is no type: int8 int16 int32 uint8 uint16 uint32 bf16 fp32 fp16 "
			    "fp16-fp32 bf16-fp32", type);
	return DRM_GNIC_REDUCTION((uint32_t)kind, (uint32_t)number, DRM_GNIC_REDUCTION_NEAREST);
}
