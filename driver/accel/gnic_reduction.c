// SPDX-License-Identifier: GPL-2.0-only
/* Reductions: which there are, and how wide their numbers. */
#include "gnic_accel.h"

/**
 * struct gnic_reduction_number - what a reduction is of
 * @src: bytes of a number that comes; 0: there is no such type
 * @dst: bytes of one in memory
 */
struct gnic_reduction_number {
	u8 src;
	u8 dst;
};

/* The numbers of the types are the same for user and device. */
#define X(name, number, src, dst) (DRM_GNIC_REDUCTION_##name == (number)) &&
static_assert(GNIC_HW_REDUCTIONS(X) true);
#undef X

static struct gnic_reduction_number gnic_reduction_number(u32 reduction)
{
	static const struct gnic_reduction_number numbers[] = {
#define X(name, number, src, dst) \
		[GNIC_REDUCTION_##name] = { src, dst },
		GNIC_HW_REDUCTIONS(X)
#undef X
	};
	u32 type = FIELD_GET(GNIC_REDUCTION_TYPE, reduction);

	return type < ARRAY_SIZE(numbers) ? numbers[type] : (struct gnic_reduction_number){};
}

/* Twice as much is written as is read. */
bool gnic_reduction_upscales(u32 reduction)
{
	struct gnic_reduction_number number = gnic_reduction_number(reduction);

	return number.dst != number.src;
}

/**
 * gnic_reduction_check - is there such a reduction, and does the command fit it
 * @cmd: with a reduction
 *
 * Return: 0 or -EINVAL.
 */
int gnic_reduction_check(const struct drm_gnic_cmd *cmd)
{
	u32 width = gnic_reduction_number(cmd->reduction).src;

	if (!(cmd->reduction & GNIC_REDUCTION_ENABLE) ||
	    cmd->reduction & ~(GNIC_REDUCTION_ENABLE | GNIC_REDUCTION_TYPE | GNIC_REDUCTION_OP |
			       GNIC_REDUCTION_ROUND))
		return -EINVAL;
	if (!width || cmd->size & (width - 1))
		return -EINVAL;
	if (gnic_reduction_upscales(cmd->reduction) && cmd->dst_offset % sizeof(u32))
		return -EINVAL;
	return 0;
}
