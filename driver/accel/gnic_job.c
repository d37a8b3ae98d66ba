// SPDX-License-Identifier: GPL-2.0-only
/* A submission: from allocation to the list of those that are done. */
#include <linux/slab.h>

#include "gnic_accel.h"

/**
 * gnic_job_alloc - a submission without content
 * @ctx: context
 * @count: commands
 * @dep_count: fences at most
 *
 * Return: the job or NULL. gnic_job_free(), or gnic_job_queue().
 */
struct gnic_job *gnic_job_alloc(struct gnic_ctx *ctx, u32 count, u32 dep_count)
{
	struct gnic_job *job = kzalloc(sizeof(*job), GFP_KERNEL_ACCOUNT);

	if (!job)
		return NULL;
	job->ctx = ctx;
	job->wqe = kvcalloc(count, 2 * sizeof(*job->wqe), GFP_KERNEL_ACCOUNT);
	job->bos = kvcalloc(count, 2 * sizeof(*job->bos), GFP_KERNEL_ACCOUNT);
	job->deps = kvcalloc(dep_count + 1, sizeof(*job->deps), GFP_KERNEL_ACCOUNT);
	job->fence = gnic_fence_create();
	if (!job->wqe || !job->bos || !job->deps || !job->fence) {
		gnic_job_free(job);
		return NULL;
	}
	return job;
}

/* Drops buffer objects: must not hold a lock. */
void gnic_job_free(struct gnic_job *job)
{
	while (job->bo_count)
		drm_gem_object_put(job->bos[--job->bo_count]);
	while (job->dep_count)
		dma_fence_put(job->deps[--job->dep_count]);
	dma_fence_put(job->fence);
	kvfree(job->deps);
	kvfree(job->bos);
	kvfree(job->wqe);
	kfree(job);
}

/* ---- which commands tell of others ---- */

#define GNIC_JOB_ORDERS		16	/* that are remembered */

static u32 gnic_job_opcode(__le32 ctrl)
{
	return FIELD_GET(GNIC_WQE_OPCODE, le32_to_cpu(ctrl));
}

/* Posts to a QP complete in order, and so do all other commands; never 0. */
static u32 gnic_job_order(const struct gnic_hw_compute_wqe *wqe)
{
	if (gnic_job_opcode(wqe->ctrl) != GNIC_WQE_POST)
		return U32_MAX;
	return le32_to_cpu(wqe->target) + 1;
}

/* Until the far end gives a buffer: a SEND, or a WRITE that has no address. */
static bool gnic_job_waits(const struct gnic_hw_rc_wqe *wqe)
{
	u32 opcode = gnic_job_opcode(wqe->ctrl);

	return opcode == GNIC_WQE_SEND || (opcode == GNIC_WQE_LINEAR && !wqe->remote_addr);
}

/* What waits for somebody else is worth a sign of life each. */
static u32 gnic_job_bytes(const struct gnic_hw_compute_wqe *wqe)
{
	switch (gnic_job_opcode(wqe->ctrl)) {
	case GNIC_WQE_FENCE:
	case GNIC_WQE_SOB_WAIT:
		return GNIC_JOB_SILENCE;
	case GNIC_WQE_POST:
		if (gnic_job_waits(&wqe->rc))
			return GNIC_JOB_SILENCE;
		return le32_to_cpu(wqe->rc.size);
	default:
		return le32_to_cpu(wqe->size);
	}
}

/*
 * The last of each order asks for a CQE, and others so often that the watchdog sees that
 * something moves. An order that is forgotten for another one asks once more.
 */
static void gnic_job_signal(struct gnic_job *job)
{
	u32 told[GNIC_JOB_ORDERS] = {}, order, i = job->count;
	struct gnic_hw_compute_wqe *wqe;
	u64 bytes = 0;

	while (i--) {
		wqe = &job->wqe[i];
		/* of the POST behind it */
		if (gnic_job_opcode(wqe->ctrl) == GNIC_WQE_HALF)
			continue;
		order = gnic_job_order(wqe);
		if (bytes >= GNIC_JOB_SILENCE) {
			memset(told, 0, sizeof(told));
			bytes = 0;
		}
		bytes += gnic_job_bytes(wqe);
		if (told[order % GNIC_JOB_ORDERS] == order)
			continue;
		told[order % GNIC_JOB_ORDERS] = order;
		wqe->ctrl |= cpu_to_le32(GNIC_COMPUTE_WQE_CQE);
		job->signals++;
	}
}

/**
 * gnic_job_queue - append a job to its context's queue
 * @job: belongs to the queue from now on, unless this fails
 *
 * Return: 0, -EAGAIN (too many are waiting), or why the context has ended.
 */
int gnic_job_queue(struct gnic_job *job)
{
	struct gnic_ctx *ctx = job->ctx;
	unsigned long flags;
	int err;

	gnic_job_reap(ctx);
	gnic_job_signal(job);
	spin_lock_irqsave(&ctx->job_lock, flags);
	err = ctx->error;
	if (!err && ctx->jobs == GNIC_JOBS_MAX)
		err = -EAGAIN;
	if (!err) {
		ctx->jobs++;
		list_add_tail(&job->link, &ctx->waiting);
	}
	spin_unlock_irqrestore(&ctx->job_lock, flags);
	if (!err)
		gnic_queue_run(ctx);
	return err;
}

/**
 * gnic_job_reap - free the jobs that are done
 * @ctx: context
 *
 * The completion can't do that: the last reference to a buffer object deletes
 * its window, which takes the context's lock.
 */
void gnic_job_reap(struct gnic_ctx *ctx)
{
	struct gnic_job *job, *next;
	LIST_HEAD(done);

	spin_lock_irq(&ctx->job_lock);
	list_splice_init(&ctx->done, &done);
	spin_unlock_irq(&ctx->job_lock);

	list_for_each_entry_safe(job, next, &done, link)
		gnic_job_free(job);
}
