// SPDX-License-Identifier: GPL-2.0-only
/* A submission is read and checked as a whole, then queued as a job. */
#include <drm/drm_file.h>
#include <drm/drm_syncobj.h>
#include <linux/dma-fence-chain.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "gnic_accel.h"

/* ---- commands ---- */

/* The object of the commands that follow, too. */
int gnic_submit_find(struct gnic_submit *submit, u32 handle)
{
	struct gnic_job *job = submit->job;

	submit->bo = drm_gem_object_lookup(submit->file, handle);
	if (!submit->bo)
		return -ENOENT;
	submit->handle = handle;
	job->bos[job->bo_count++] = submit->bo;
	return 0;
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
	return (cmd->op >= DRM_GNIC_OP_SOB_SET && cmd->op <= DRM_GNIC_OP_SOB_WAIT) ||
	       cmd->flags & (DRM_GNIC_SOB_ADD | DRM_GNIC_SOB_SET);
}

static gnic_submit_op *const gnic_submit_ops[] = {
	[DRM_GNIC_OP_COPY]		= gnic_submit_copy,
	[DRM_GNIC_OP_FILL]		= gnic_submit_fill,
	[DRM_GNIC_OP_RDMA_WRITE]	= gnic_message_write,
	[DRM_GNIC_OP_WAIT]		= gnic_submit_wait,
	[DRM_GNIC_OP_SEND]		= gnic_message_send,
	[DRM_GNIC_OP_REDUCE]		= gnic_submit_reduce,
	[DRM_GNIC_OP_SOB_SET]		= gnic_submit_sob,
	[DRM_GNIC_OP_SOB_ADD]		= gnic_submit_sob,
	[DRM_GNIC_OP_SOB_WAIT]		= gnic_submit_sob,
	[DRM_GNIC_OP_RDV_SEND]		= gnic_message_send,
	[DRM_GNIC_OP_RDV_RECV]		= gnic_message_rdv_recv,
	[DRM_GNIC_OP_RDV_READ]		= gnic_message_rdv_read,
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
	struct drm_gnic_cmd *cmds;
	int err = 0;
	u32 i;

	cmds = vmemdup_array_user(u64_to_user_ptr(args->cmds), args->cmd_count, sizeof(*cmds));
	if (IS_ERR(cmds))
		return PTR_ERR(cmds);
	for (i = 0; i < args->cmd_count && !err; i++)
		err = gnic_submit_cmd(submit, &cmds[i]);
	kvfree(cmds);
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

/*
 * Not within drm_dev_enter(), which the card's end and its reset wait for: memory of the
 * user's may never come. If the card goes the context ends, and accepts no job.
 */
int gnic_submit_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	const struct drm_gnic_submit *args = data;

	if (args->flags || !args->cmd_count || args->cmd_count > GNIC_SUBMIT_MAX)
		return -EINVAL;
	if (args->in_count > DRM_GNIC_SYNCS_MAX || args->out_count > DRM_GNIC_SYNCS_MAX)
		return -EINVAL;
	return gnic_submit_job(file, args);
}
