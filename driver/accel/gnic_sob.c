// SPDX-License-Identifier: GPL-2.0-only
/* Sync objects of the device: who may signal them, and commands about them. */
#include <drm/drm_file.h>
#include <linux/uaccess.h>

#include "gnic_accel.h"

#define GNIC_SOB_FLAGS		(DRM_GNIC_SOB_USE | DRM_GNIC_SOB_REMOTE)

static int gnic_sob_check(const struct gnic_accel *accel, u32 first, u32 count)
{
	if (!accel->info.sobs)
		return -EOPNOTSUPP;
	if (!count)
		return -EINVAL;
	return first >= accel->info.sobs || count > accel->info.sobs - first ? -ERANGE : 0;
}

int gnic_sobs_set_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	const struct drm_gnic_sobs_set *args = data;
	struct gnic_ctx *ctx = file->driver_priv;
	u8 access = 0;
	int err;

	if (args->flags & ~GNIC_SOB_FLAGS || args->reserved)
		return -EINVAL;
	err = gnic_sob_check(ctx->accel, args->first, args->count);
	if (err)
		return err;
	if (args->flags & DRM_GNIC_SOB_USE)
		access |= GNIC_ACCESS_LOCAL_READ | GNIC_ACCESS_LOCAL_WRITE;
	if (args->flags & DRM_GNIC_SOB_REMOTE)
		access |= GNIC_ACCESS_REMOTE_WRITE;
	mutex_lock(&ctx->lock);
	err = ctx->asid ? gnic_accel_sob_set(ctx->accel->dev, ctx->asid, args->first, args->count,
					     access) : -ENODEV;
	mutex_unlock(&ctx->lock);
	return err;
}

int gnic_sobs_read_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	const struct drm_gnic_sobs_read *args = data;
	struct gnic_ctx *ctx = file->driver_priv;
	u32 values[GNIC_SOBS];
	int err;

	err = gnic_sob_check(ctx->accel, args->first, args->count);
	if (err)
		return err;
	mutex_lock(&ctx->lock);
	err = ctx->asid ? gnic_accel_sob_read(ctx->accel->dev, ctx->asid, values) : -ENODEV;
	mutex_unlock(&ctx->lock);
	if (err)
		return err;
	return copy_to_user(u64_to_user_ptr(args->values), &values[args->first],
			    args->count * sizeof(values[0])) ? -EFAULT : 0;
}

/**
 * gnic_sob_word - the last word of a WQE that signals a sync object
 * @accel: card
 * @sob: number
 * @value: what is added, or what it is set to
 * @how: DRM_GNIC_SOB_ADD, DRM_GNIC_SOB_SET, or 0: there is no signal
 * @word: out: GNIC_RC_WQE_REMOTE_SOB and its neighbours; 0 without a signal
 *
 * Return: 0, -EINVAL, -ERANGE (no such number), -EOPNOTSUPP.
 */
int gnic_sob_word(const struct gnic_accel *accel, u32 sob, u32 value, u32 how, u32 *word)
{
	int err;

	*word = 0;
	if (!how)
		return sob || value ? -EINVAL : 0;
	if (how == (DRM_GNIC_SOB_ADD | DRM_GNIC_SOB_SET) || value > DRM_GNIC_SOB_VALUE_MAX)
		return -EINVAL;
	err = gnic_sob_check(accel, sob, 1);
	if (err)
		return err;
	*word = FIELD_PREP(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_SOB) |
		FIELD_PREP(GNIC_RC_WQE_REMOTE_SOB, sob) |
		FIELD_PREP(GNIC_RC_WQE_REMOTE_SOB_DATA, value);
	if (how & DRM_GNIC_SOB_ADD)
		*word |= GNIC_RC_WQE_SOB_CMD;
	return 0;
}

/**
 * gnic_sob_completion - what the far end of a message learns: a record, a signal, or both
 * @accel: card
 * @cmd: RDMA_WRITE or SEND
 * @wqe: out: its completion
 *
 * Return: 0, -EINVAL, -ERANGE (no such number), -EOPNOTSUPP.
 */
int gnic_sob_completion(const struct gnic_accel *accel, const struct drm_gnic_cmd *cmd,
			struct gnic_hw_rc_wqe *wqe)
{
	u32 word;
	int err;

	err = gnic_sob_word(accel, cmd->sob, cmd->sob_value,
			    cmd->flags & (DRM_GNIC_SOB_ADD | DRM_GNIC_SOB_SET), &word);
	if (err)
		return err;
	if (cmd->flags & DRM_GNIC_CMD_IMMEDIATE)
		word |= FIELD_PREP(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_CQ);
	wqe->completion = cpu_to_le32(word);
	return 0;
}

/**
 * gnic_sob_cmd - a command about a sync object of the context's own
 * @accel: card
 * @cmd: DRM_GNIC_OP_SOB_SET, _SOB_ADD or _SOB_WAIT
 * @wqe: out: all but its opcode
 *
 * Return: 0, -EINVAL, -ERANGE (no such number), -EOPNOTSUPP.
 */
int gnic_sob_cmd(const struct gnic_accel *accel, const struct drm_gnic_cmd *cmd,
		 struct gnic_hw_compute_wqe *wqe)
{
	u32 target = FIELD_PREP(GNIC_COMPUTE_SOB, cmd->sob);
	int err;

	if (memchr_inv(&cmd->flags, 0, offsetof(typeof(*cmd), sob) - offsetof(typeof(*cmd), flags)))
		return -EINVAL;
	err = gnic_sob_check(accel, cmd->sob, 1);
	if (err)
		return err;
	if (cmd->op == DRM_GNIC_OP_SOB_ADD)
		target |= GNIC_COMPUTE_SOB_ADD;
	wqe->src = cpu_to_le64(cmd->sob_value);
	wqe->target = cpu_to_le32(target);
	return 0;
}
