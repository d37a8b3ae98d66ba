// SPDX-License-Identifier: GPL-2.0-only
/* A submission is read and checked as a whole, then queued as a job. */
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_syncobj.h>
#include <linux/dma-fence-chain.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "gnic_accel.h"

/* RDMA_WRITE, SEND */
#define GNIC_SUBMIT_FLAGS \
	(DRM_GNIC_CMD_IMMEDIATE | DRM_GNIC_CMD_INLINE | DRM_GNIC_SOB_ADD | DRM_GNIC_SOB_SET)

/**
 * struct gnic_submit - on the stack of one call
 * @file: who
 * @job: what becomes of it
 * @handle: whose object @bo is; a stream of commands looks it up once
 * @bo: the job's, or NULL
 * @group_fd: whose description @group is; likewise
 * @group: see @group_fd
 */
struct gnic_submit {
	struct drm_file *file;
	struct gnic_job *job;
	u32 handle;
	struct drm_gem_object *bo;
	int group_fd;
	struct gnic_accel_group_info group;
};

/* ---- commands ---- */

static __le32 gnic_submit_ctrl(enum gnic_hw_wqe_opcode opcode)
{
	return cpu_to_le32(FIELD_PREP(GNIC_WQE_OPCODE, opcode));
}

/* The job keeps the object until it is done. */
static int gnic_submit_span(struct gnic_submit *submit, u32 handle, u64 offset, u64 span,
			    u64 *address)
{
	struct gnic_job *job = submit->job;

	if (!submit->bo || submit->handle != handle) {
		submit->bo = drm_gem_object_lookup(submit->file, handle);
		if (!submit->bo)
			return -ENOENT;
		submit->handle = handle;
		job->bos[job->bo_count++] = submit->bo;
	}
	return gnic_bo_piece(submit->bo, offset, span, address);
}

static bool gnic_submit_size_valid(u64 size)
{
	return size && size <= DRM_GNIC_CMD_SIZE_MAX;
}

static int gnic_submit_bo(struct gnic_submit *submit, u32 handle, u64 offset, u64 size,
			  u64 *address)
{
	if (!gnic_submit_size_valid(size))
		return -EINVAL;
	return gnic_submit_span(submit, handle, offset, size, address);
}

static int gnic_submit_copy(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
			    struct gnic_hw_compute_wqe *wqe)
{
	u64 src, dst;
	int err;

	if (cmd->flags || cmd->data || cmd->group || cmd->qp || cmd->reduction)
		return -EINVAL;
	err = gnic_submit_bo(submit, cmd->src, cmd->src_offset, cmd->size, &src);
	if (err)
		return err;
	err = gnic_submit_bo(submit, cmd->dst, cmd->dst_offset, cmd->size, &dst);
	if (err)
		return err;
	wqe->ctrl = gnic_submit_ctrl(GNIC_WQE_COPY);
	wqe->size = cpu_to_le32(cmd->size);
	wqe->src = cpu_to_le64(src);
	wqe->dst = cpu_to_le64(dst);
	return 0;
}

static int gnic_submit_fill(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
			    struct gnic_hw_compute_wqe *wqe)
{
	u64 dst;
	int err;

	if (cmd->flags || cmd->src || cmd->src_offset || cmd->group || cmd->qp || cmd->reduction)
		return -EINVAL;
	if (cmd->size % sizeof(u32))
		return -EINVAL;
	err = gnic_submit_bo(submit, cmd->dst, cmd->dst_offset, cmd->size, &dst);
	if (err)
		return err;
	wqe->ctrl = gnic_submit_ctrl(GNIC_WQE_FILL);
	wqe->size = cpu_to_le32(cmd->size);
	wqe->src = cpu_to_le64(cmd->data);
	wqe->dst = cpu_to_le64(dst);
	return 0;
}

static int gnic_submit_reduce(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
			      struct gnic_hw_compute_wqe *wqe)
{
	u64 there = cmd->size, src, dst;
	int err;

	if (cmd->flags || cmd->data || cmd->group || cmd->qp)
		return -EINVAL;
	err = gnic_reduction_check(cmd);
	if (err)
		return err;
	err = gnic_submit_bo(submit, cmd->src, cmd->src_offset, cmd->size, &src);
	if (err)
		return err;
	if (gnic_reduction_upscales(cmd->reduction))
		there *= 2;
	err = gnic_submit_bo(submit, cmd->dst, cmd->dst_offset, there, &dst);
	if (err)
		return err;
	wqe->ctrl = gnic_submit_ctrl(GNIC_WQE_REDUCE) |
		    cpu_to_le32(FIELD_PREP(GNIC_COMPUTE_WQE_REDUCTION, cmd->reduction));
	wqe->size = cpu_to_le32(cmd->size);
	wqe->src = cpu_to_le64(src);
	wqe->dst = cpu_to_le64(dst);
	return 0;
}

/* As the group is now; if it changes later, the device refuses the post. */
static int gnic_submit_group(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd)
{
	int err;

	if (cmd->group != submit->group_fd) {
		err = gnic_hold_query(submit->job->ctx, cmd->group, &submit->group);
		if (err)
			return err;
		submit->group_fd = cmd->group;
	}
	if (submit->group.type != GNIC_ACCEL_GROUP_WRITE)
		return -EOPNOTSUPP;
	if (!submit->group.active)
		return -ENOLINK;
	return cmd->qp < submit->group.qp_count ? 0 : -ERANGE;
}

/* Where the data is: a buffer object, or the command itself. @span: bytes from first to last. */
static int gnic_submit_message(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
			       enum gnic_hw_wqe_opcode opcode, u64 span,
			       struct gnic_hw_rc_wqe *wqe)
{
	u32 ctrl = FIELD_PREP(GNIC_WQE_OPCODE, opcode) |
		   FIELD_PREP(GNIC_RC_WQE_REDUCTION, cmd->reduction);
	u64 src = cmd->src_offset;
	int err;

	if (!gnic_submit_size_valid(cmd->size))
		return -EINVAL;
	if (cmd->flags & DRM_GNIC_CMD_INLINE) {
		if (cmd->src || cmd->size > GNIC_RC_INLINE_32)
			return -EINVAL;
		ctrl |= GNIC_RC_WQE_INLINE;
	} else {
		err = gnic_submit_span(submit, cmd->src, cmd->src_offset, span, &src);
		if (err)
			return err;
	}
	wqe->ctrl = cpu_to_le32(ctrl);
	wqe->size = cpu_to_le32(cmd->size);
	wqe->local_addr = cpu_to_le64(src);
	wqe->tag = cpu_to_le32(cmd->data);
	return gnic_sob_completion(submit->job->ctx->accel, cmd, wqe);
}

static int gnic_submit_post(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
			    enum gnic_hw_wqe_opcode opcode, u64 span,
			    struct gnic_hw_compute_wqe *wqe)
{
	int err;

	if (cmd->flags & ~GNIC_SUBMIT_FLAGS || cmd->dst)
		return -EINVAL;
	if (cmd->data && !(cmd->flags & DRM_GNIC_CMD_IMMEDIATE))
		return -EINVAL;
	err = gnic_submit_group(submit, cmd);
	if (err)
		return err;
	err = gnic_submit_message(submit, cmd, opcode, span, &wqe->rc);
	if (err)
		return err;
	wqe->ctrl = gnic_submit_ctrl(GNIC_WQE_POST);
	wqe->target = cpu_to_le32(FIELD_PREP(GNIC_COMPUTE_QPN, submit->group.qpn_base + cmd->qp) |
				  FIELD_PREP(GNIC_COMPUTE_PORT, submit->group.port));
	return 0;
}

/* The second half of the WQE is a command of its own, before the one that posts. */
static int gnic_submit_write_rows(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
				  struct gnic_hw_compute_wqe *wqe)
{
	struct gnic_rows rows;
	int err;

	if (cmd->flags & DRM_GNIC_CMD_INLINE || !gnic_submit_size_valid(cmd->size))
		return -EINVAL;
	err = gnic_rows_get(submit->job->ctx->accel, cmd, &rows);
	if (err)
		return err;
	wqe[0].ctrl = gnic_submit_ctrl(GNIC_WQE_HALF);
	wqe[0].half = rows.half;
	wqe[1].rc.remote_addr = cpu_to_le64(cmd->dst_offset);
	submit->job->count++;
	return gnic_submit_post(submit, cmd, rows.opcode, rows.span, &wqe[1]);
}

static int gnic_submit_rdma_write(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
				  struct gnic_hw_compute_wqe *wqe)
{
	int err;

	if (cmd->reduction) {
		err = gnic_reduction_check(cmd);
		if (err)
			return err;
	}
	if (cmd->rows)
		return gnic_submit_write_rows(submit, cmd, wqe);
	wqe->rc.remote_addr = cpu_to_le64(cmd->dst_offset);
	return gnic_submit_post(submit, cmd, GNIC_WQE_LINEAR, cmd->size, wqe);
}

static int gnic_submit_send(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
			    struct gnic_hw_compute_wqe *wqe)
{
	if (cmd->dst_offset || cmd->reduction)
		return -EINVAL;
	return gnic_submit_post(submit, cmd, GNIC_WQE_SEND, cmd->size, wqe);
}

static int gnic_submit_wait(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
			    struct gnic_hw_compute_wqe *wqe)
{
	if (memchr_inv(&cmd->flags, 0, sizeof(*cmd) - offsetof(typeof(*cmd), flags)))
		return -EINVAL;
	wqe->ctrl = gnic_submit_ctrl(GNIC_WQE_FENCE);
	return 0;
}

static int gnic_submit_sob(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
			   struct gnic_hw_compute_wqe *wqe)
{
	wqe->ctrl = gnic_submit_ctrl(cmd->op == DRM_GNIC_OP_SOB_WAIT ? GNIC_WQE_SOB_WAIT :
								      GNIC_WQE_SOB);
	return gnic_sob_cmd(submit->job->ctx->accel, cmd, wqe);
}

/* Do the members @sob and @sob_value count? The op looks at the flags. */
static bool gnic_submit_has_sob(const struct drm_gnic_cmd *cmd)
{
	return cmd->op >= DRM_GNIC_OP_SOB_SET || cmd->flags & (DRM_GNIC_SOB_ADD | DRM_GNIC_SOB_SET);
}

typedef int gnic_submit_op(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
			   struct gnic_hw_compute_wqe *wqe);

static gnic_submit_op *const gnic_submit_ops[] = {
	[DRM_GNIC_OP_COPY]		= gnic_submit_copy,
	[DRM_GNIC_OP_FILL]		= gnic_submit_fill,
	[DRM_GNIC_OP_RDMA_WRITE]	= gnic_submit_rdma_write,
	[DRM_GNIC_OP_WAIT]		= gnic_submit_wait,
	[DRM_GNIC_OP_SEND]		= gnic_submit_send,
	[DRM_GNIC_OP_REDUCE]		= gnic_submit_reduce,
	[DRM_GNIC_OP_SOB_SET]		= gnic_submit_sob,
	[DRM_GNIC_OP_SOB_ADD]		= gnic_submit_sob,
	[DRM_GNIC_OP_SOB_WAIT]		= gnic_submit_sob,
};

static int gnic_submit_cmd(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd)
{
	struct gnic_job *job = submit->job;
	int err;

	if (cmd->op >= ARRAY_SIZE(gnic_submit_ops) || !gnic_submit_ops[cmd->op])
		return -EINVAL;
	if ((cmd->sob || cmd->sob_value) && !gnic_submit_has_sob(cmd))
		return -EINVAL;
	if (cmd->rows && cmd->op != DRM_GNIC_OP_RDMA_WRITE)
		return -EINVAL;
	err = gnic_submit_ops[cmd->op](submit, cmd, &job->wqe[job->count]);
	if (!err)
		job->count++;
	return err;
}

static int gnic_submit_cmds(struct gnic_submit *submit, const struct drm_gnic_submit *args)
{
	struct drm_gnic_cmd __user *user = u64_to_user_ptr(args->cmds);
	struct drm_gnic_cmd cmd;
	int err = 0;
	u32 i;

	for (i = 0; i < args->cmd_count && !err; i++) {
		if (copy_from_user(&cmd, &user[i], sizeof(cmd)))
			return -EFAULT;
		err = gnic_submit_cmd(submit, &cmd);
	}
	return err;
}

/* ---- sync objects ---- */

static int gnic_submit_sync(struct drm_gnic_sync *sync, u64 user, u32 i)
{
	struct drm_gnic_sync __user *array = u64_to_user_ptr(user);

	if (copy_from_user(sync, &array[i], sizeof(*sync)))
		return -EFAULT;
	return sync->flags ? -EINVAL : 0;
}

static int gnic_submit_in(struct gnic_submit *submit, const struct drm_gnic_submit *args)
{
	struct gnic_job *job = submit->job;
	struct drm_gnic_sync sync;
	u32 i;
	int err;

	for (i = 0; i < args->in_count; i++) {
		err = gnic_submit_sync(&sync, args->in_syncs, i);
		if (err)
			return err;
		err = drm_syncobj_find_fence(submit->file, sync.handle, sync.point, 0,
					     &job->deps[i]);
		if (err)
			return err;
		job->dep_count++;
	}
	return 0;
}

/* All that can fail is done before the job is queued. */
struct gnic_submit_out {
	struct drm_syncobj *syncobj;
	struct dma_fence_chain *chain;	/* a point of a timeline */
	u64 point;
};

static int gnic_submit_out_get(struct gnic_submit *submit, struct gnic_submit_out *out, u64 user,
			       u32 i)
{
	struct drm_gnic_sync sync;
	int err;

	err = gnic_submit_sync(&sync, user, i);
	if (err)
		return err;
	out->point = sync.point;
	out->syncobj = drm_syncobj_find(submit->file, sync.handle);
	if (!out->syncobj)
		return -ENOENT;
	if (!sync.point)
		return 0;
	out->chain = dma_fence_chain_alloc();
	return out->chain ? 0 : -ENOMEM;
}

static void gnic_submit_out_put(struct gnic_submit_out *out)
{
	if (out->syncobj)
		drm_syncobj_put(out->syncobj);
	dma_fence_chain_free(out->chain);
}

static void gnic_submit_out_attach(struct gnic_submit_out *out, struct dma_fence *fence)
{
	if (!out->chain) {
		drm_syncobj_replace_fence(out->syncobj, fence);
		return;
	}
	drm_syncobj_add_point(out->syncobj, out->chain, fence, out->point);
	out->chain = NULL;	/* the object's from now on */
}

/* ---- the call ---- */

/* The job is the queue's after this, unless it fails. */
static int gnic_submit_queue(struct gnic_submit *submit, const struct drm_gnic_submit *args)
{
	struct gnic_submit_out *outs;
	struct dma_fence *fence;
	int err = 0;
	u32 i;

	outs = kcalloc(args->out_count + 1, sizeof(*outs), GFP_KERNEL_ACCOUNT);
	if (!outs)
		return -ENOMEM;
	for (i = 0; i < args->out_count && !err; i++)
		err = gnic_submit_out_get(submit, &outs[i], args->out_syncs, i);
	if (err)
		goto out_put;

	fence = dma_fence_get(submit->job->fence);
	err = gnic_job_queue(submit->job);
	for (i = 0; i < args->out_count && !err; i++)
		gnic_submit_out_attach(&outs[i], fence);
	dma_fence_put(fence);
out_put:
	for (i = 0; i < args->out_count; i++)
		gnic_submit_out_put(&outs[i]);
	kfree(outs);
	return err;
}

static int gnic_submit_job(struct drm_file *file, const struct drm_gnic_submit *args)
{
	struct gnic_submit submit = { .file = file, .group_fd = -1 };
	int err;

	submit.job = gnic_job_alloc(file->driver_priv, args->cmd_count, args->in_count);
	if (!submit.job)
		return -ENOMEM;
	err = gnic_submit_cmds(&submit, args);
	if (!err)
		err = gnic_submit_in(&submit, args);
	if (!err)
		err = gnic_submit_queue(&submit, args);
	if (err)
		gnic_job_free(submit.job);
	return err;
}

int gnic_submit_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	const struct drm_gnic_submit *args = data;
	int err, idx;

	if (args->flags || !args->cmd_count || args->cmd_count > GNIC_SUBMIT_MAX)
		return -EINVAL;
	if (args->in_count > DRM_GNIC_SYNCS_MAX || args->out_count > DRM_GNIC_SYNCS_MAX)
		return -EINVAL;
	if (!drm_dev_enter(drm, &idx))
		return -ENODEV;
	err = gnic_submit_job(file, args);
	drm_dev_exit(idx);
	return err;
}
