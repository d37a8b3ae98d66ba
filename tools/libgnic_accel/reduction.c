// SPDX-License-Identifier: GPL-2.0-only
#include "context.h"

#define TYPE(label, number, from, to) \
	{ .name = label, .code = DRM_GNIC_REDUCTION_##number, .src = from, .dst = to }

const struct gnic_accel_type *gnic_accel_type_at(uint32_t index)
{
	static const struct gnic_accel_type types[] = {
		TYPE("int8", INT8, 1, 1),
		TYPE("int16", INT16, 2, 2),
		TYPE("int32", INT32, 4, 4),
		TYPE("uint8", UINT8, 1, 1),
		TYPE("uint16", UINT16, 2, 2),
		TYPE("uint32", UINT32, 4, 4),
		TYPE("bf16", BF16, 2, 2),
		TYPE("fp16", FP16, 2, 2),
		TYPE("fp32", FP32, 4, 4),
		TYPE("fp16-fp32", UP_FP16, 2, 4),
		TYPE("bf16-fp32", UP_BF16, 2, 4),
	};

	return index < sizeof(types) / sizeof(types[0]) ? &types[index] : NULL;
}
