// SPDX-License-Identifier: GPL-2.0-only
/* Rows of an RDMA WRITE: from what the user says to the second half of its WQE. */
#include <linux/uaccess.h>

#include "gnic_accel.h"

static_assert(DRM_GNIC_ROWS_DIMS == GNIC_RC_STRIDES);

static const enum gnic_hw_wqe_opcode gnic_rows_opcodes[] = {
	[DRM_GNIC_ROWS_HERE]	= GNIC_WQE_STRIDE,
	[DRM_GNIC_ROWS_BOTH]	= GNIC_WQE_MULTI_STRIDE,
	[DRM_GNIC_ROWS_EACH]	= GNIC_WQE_STRIDE_DUAL,
};

/* A dimension that is not used has a count of 1 and no stride. */
static bool gnic_rows_valid(const struct drm_gnic_rows *in)
{
	u32 i;

	if (in->sides >= ARRAY_SIZE(gnic_rows_opcodes) || !in->row)
		return false;
	for (i = 0; i < DRM_GNIC_ROWS_DIMS; i++)
		if (!in->count[i] || (in->count[i] == 1 && in->stride[i]))
			return false;
	return true;
}

/* Do rows of dimensions @from to @to - 1 hold @size bytes? */
static bool gnic_rows_fit(const struct drm_gnic_rows *in, u32 from, u32 to, u64 size)
{
	u64 bytes = in->row;

	/* a product of 32 and 16 bits, and nothing larger goes on */
	for (; from < to && bytes <= size; from++)
		bytes *= in->count[from];
	return bytes == size;
}

static u64 gnic_rows_span(const struct drm_gnic_rows *in, u32 dims)
{
	u64 span = in->row;
	u32 i;

	for (i = 0; i < dims; i++)
		span += (u64)(in->count[i] - 1) * in->stride[i];
	return span;
}

static void gnic_rows_half(const struct drm_gnic_rows *in, struct gnic_hw_rc_stride *half)
{
	u32 i;

	half->row = cpu_to_le32(in->row);
	for (i = 0; i < GNIC_RC_STRIDES; i++) {
		half->count[i] = cpu_to_le16(in->count[i]);
		half->stride[i] = cpu_to_le32(in->stride[i]);
	}
}

/**
 * gnic_rows_get - rows of a command, checked
 * @accel: device
 * @cmd: RDMA_WRITE with rows, whose size is not 0
 * @rows: out
 *
 * Return: 0, -EFAULT, -EINVAL, -EOPNOTSUPP (not with this device).
 */
int gnic_rows_get(struct gnic_accel *accel, const struct drm_gnic_cmd *cmd, struct gnic_rows *rows)
{
	struct drm_gnic_rows in;
	u32 dims;

	if (!accel->info.rows)
		return -EOPNOTSUPP;
	if (copy_from_user(&in, u64_to_user_ptr(cmd->rows), sizeof(in)))
		return -EFAULT;
	if (!gnic_rows_valid(&in))
		return -EINVAL;
	dims = in.sides == DRM_GNIC_ROWS_EACH ? DRM_GNIC_ROWS_DIMS / 2 : DRM_GNIC_ROWS_DIMS;
	if (!gnic_rows_fit(&in, 0, dims, cmd->size))
		return -EINVAL;
	if (dims < DRM_GNIC_ROWS_DIMS && !gnic_rows_fit(&in, dims, DRM_GNIC_ROWS_DIMS, cmd->size))
		return -EINVAL;
	if (cmd->reduction && in.sides != DRM_GNIC_ROWS_HERE)
		return -EINVAL;
	rows->opcode = gnic_rows_opcodes[in.sides];
	rows->span = gnic_rows_span(&in, dims);
	gnic_rows_half(&in, &rows->half);
	return 0;
}
