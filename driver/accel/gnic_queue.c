// SPDX-License-Identifier: GPL-2.0-only
/*
 * The compute queue of a context. Jobs start in order, and their fences are
 * signalled in order; between the two, commands complete as they like.
 *
 *	waiting --(fences signalled, room)--> running --(all complete)--> done
 */
#include <linux/dma-fence-chain.h>
#include <linux/jiffies.h>

#include "gnic_accel.h"

static u32 gnic_queue_slot(u32 number)
{
	return number & (GNIC_QUEUE_DEPTH - 1);
}

static struct gnic_job *gnic_queue_first(struct list_head *list)
{
	return list_first_entry_or_null(list, struct gnic_job, link);
}

/* ---- waiting for fences ---- */

/* Under the lock of a foreign fence: takes no lock of ours. */
static void gnic_queue_dep_signalled(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct gnic_ctx *ctx = container_of(cb, struct gnic_ctx, dep_cb);

	queue_work(ctx->accel->wq, &ctx->run);
}

/* The callback is not running and will not run when this returns. */
static void gnic_queue_dep_forget(struct gnic_ctx *ctx)
{
	if (ctx->dep)
		dma_fence_remove_callback(ctx->dep, &ctx->dep_cb);
	ctx->dep = NULL;
}

/* true: nothing to wait for any more, job->error tells if a fence failed */
static bool gnic_queue_deps_done(struct gnic_ctx *ctx, struct gnic_job *job)
{
	struct dma_fence *fence;
	int status;

	for (; job->dep_next < job->dep_count; job->dep_next++) {
		fence = job->deps[job->dep_next];
		if (ctx->dep == fence && !dma_fence_is_signaled(fence))
			return false;
		gnic_queue_dep_forget(ctx);
		if (!dma_fence_add_callback(fence, &ctx->dep_cb, gnic_queue_dep_signalled)) {
			ctx->dep = fence;
			return false;
		}
		status = dma_fence_get_status(dma_fence_chain_contained(fence));
		if (status < 0 && !job->error)
			job->error = status;
	}
	return true;
}

/* ---- posting ---- */

static void gnic_queue_broken(struct gnic_ctx *ctx)
{
	ctx->broken = true;
	mod_delayed_work(ctx->accel->wq, &ctx->watchdog, 0);
}

/* true: the device has it */
static bool gnic_queue_post(struct gnic_ctx *ctx, struct gnic_job *job)
{
	u32 i;
	int err;

	if (ctx->broken || ctx->head - ctx->tail + job->count > GNIC_QUEUE_DEPTH)
		return false;
	for (i = 0; i < job->count; i++)
		job->wqe[i].tag = cpu_to_le32(ctx->head + i);
	err = gnic_accel_queue_post(ctx->queue, job->wqe, job->count);
	if (err == -ENOSPC)
		return false;
	if (err) {
		gnic_queue_broken(ctx);
		return false;
	}
	for (i = 0; i < job->count; i++)
		ctx->slots[gnic_queue_slot(ctx->head + i)] = job;
	ctx->head += job->count;
	job->pending = job->signals;
	return true;
}

/* What has failed before it began goes the way of the others, in order. */
static bool gnic_queue_start(struct gnic_ctx *ctx, struct gnic_job *job)
{
	if (!gnic_queue_deps_done(ctx, job))
		return false;
	if (!job->error && !gnic_queue_post(ctx, job))
		return false;
	job->end = ctx->head;
	gnic_usage_begin(ctx);
	list_move_tail(&job->link, &ctx->running);
	return true;
}

/* ---- done ---- */

static void gnic_queue_retire(struct gnic_ctx *ctx)
{
	struct gnic_job *job;

	while ((job = gnic_queue_first(&ctx->running)) && !job->pending) {
		if (ctx->queue)
			gnic_accel_queue_retire(ctx->queue, job->end - ctx->tail);
		ctx->tail = job->end;
		ctx->progress = jiffies;
		list_move_tail(&job->link, &ctx->done);
		if (job->error)
			dma_fence_set_error(job->fence, job->error);
		dma_fence_signal(job->fence);
		if (!--ctx->jobs)
			wake_up_all(&ctx->idle);
		queue_delayed_work(ctx->accel->wq, &ctx->reap, HZ / 10);
	}
	if (!job)
		gnic_usage_end(ctx);
}

/**
 * gnic_queue_run - move on what can be moved on
 * @ctx: context
 *
 * Context: any.
 */
void gnic_queue_run(struct gnic_ctx *ctx)
{
	unsigned long timeout = msecs_to_jiffies(GNIC_JOB_TIMEOUT_MS);
	struct gnic_job *job;
	unsigned long flags;

	spin_lock_irqsave(&ctx->job_lock, flags);
	gnic_queue_retire(ctx);
	if (list_empty(&ctx->running))
		ctx->progress = jiffies;
	while (ctx->queue && !ctx->error && (job = gnic_queue_first(&ctx->waiting)))
		if (!gnic_queue_start(ctx, job))
			break;
	gnic_queue_retire(ctx);
	if (!list_empty(&ctx->running) && !ctx->error)
		queue_delayed_work(ctx->accel->wq, &ctx->watchdog, timeout);
	spin_unlock_irqrestore(&ctx->job_lock, flags);
}

static void gnic_queue_run_work(struct work_struct *work)
{
	gnic_queue_run(container_of(work, struct gnic_ctx, run));
}

static void gnic_queue_reap_work(struct work_struct *work)
{
	gnic_job_reap(container_of(to_delayed_work(work), struct gnic_ctx, reap));
}

/* ---- callbacks of gnic ---- */

static const struct {
	u8 syndrome;
	int err;
} gnic_queue_errors[] = {
	{ GNIC_SYND_LOCAL_ACCESS,	-EFAULT },
	{ GNIC_SYND_REMOTE_ACCESS,	-EACCES },
	{ GNIC_SYND_RX_RKEY,		-EACCES },
	{ GNIC_SYND_ASID,		-EACCES },
	{ GNIC_SYND_SYNC_OBJECT,	-EACCES },
	{ GNIC_SYND_QPC_DB_QP,		-ECONNABORTED },
	{ GNIC_SYND_QPC_TX_QP,		-ECONNABORTED },
	{ GNIC_SYND_FLUSHED,		-ECONNABORTED },
	{ GNIC_SYND_TX_RDV_WRITE_SIZE,	-EMSGSIZE },
	{ GNIC_SYND_QPC_RETRY,		-EHOSTUNREACH },
	{ GNIC_SYND_QPC_RX_RETRY,	-EHOSTUNREACH },
};

static int gnic_queue_errno(u32 syndrome)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gnic_queue_errors); i++)
		if (gnic_queue_errors[i].syndrome == syndrome)
			return gnic_queue_errors[i].err;
	return -EIO;
}

/* A command of @job asked for a CQE. */
static bool gnic_queue_asked(const struct gnic_job *job, u32 tag)
{
	u32 i = tag - (job->end - job->count);

	return job->wqe[i].ctrl & cpu_to_le32(GNIC_COMPUTE_WQE_CQE);
}

/* Returns the job of a CQE that may come: of a command that asked for it, or that failed. */
static struct gnic_job *gnic_queue_take(struct gnic_ctx *ctx, u32 tag, bool error)
{
	struct gnic_job **slot = &ctx->slots[gnic_queue_slot(tag)], *job = *slot;

	if (tag - ctx->tail >= ctx->head - ctx->tail || !job)
		return NULL;
	if (!error && !gnic_queue_asked(job, tag))
		return NULL;
	*slot = NULL;
	return job;
}

static void gnic_queue_complete(void *priv, u32 tag, bool error, u32 data)
{
	struct gnic_ctx *ctx = priv;
	bool done = false, odd;
	struct gnic_job *job;
	unsigned long flags;

	spin_lock_irqsave(&ctx->job_lock, flags);
	job = gnic_queue_take(ctx, tag, error);
	if (job) {
		/* others may go on for ever, and the fence of the oldest waits */
		if (job == gnic_queue_first(&ctx->running))
			ctx->progress = jiffies;
		if (error && !job->error)
			job->error = gnic_queue_errno(data);
		done = gnic_queue_asked(job, tag) && !--job->pending;
	}
	/* what was cancelled may still complete: see gnic_queue_cancel() */
	odd = !job && ctx->queue && !ctx->error;
	spin_unlock_irqrestore(&ctx->job_lock, flags);
	if (odd)
		dev_warn_ratelimited(ctx->accel->drm.dev, "completion of a command never posted\n");
	if (done)
		gnic_queue_run(ctx);
}

static void gnic_queue_failed(void *priv, u8 syndrome)
{
	struct gnic_ctx *ctx = priv;
	unsigned long flags;

	dev_err_ratelimited(ctx->accel->drm.dev, "compute queue failed, syndrome %#x\n", syndrome);
	spin_lock_irqsave(&ctx->job_lock, flags);
	if (!ctx->error)
		gnic_queue_broken(ctx);
	spin_unlock_irqrestore(&ctx->job_lock, flags);
}

static const struct gnic_accel_queue_ops gnic_queue_ops = {
	.complete = gnic_queue_complete,
	.failed = gnic_queue_failed,
};

/* ---- life ---- */

static struct gnic_accel_queue *gnic_queue_create(struct gnic_ctx *ctx)
{
	struct gnic_accel *accel = ctx->accel;

	return gnic_accel_queue_create(accel->dev, ctx->asid % accel->info.num_ports, ctx->asid,
				       GNIC_QUEUE_LOG, &gnic_queue_ops, ctx);
}

/* No callback of gnic comes any more when it returns. */
static void gnic_queue_destroy(struct gnic_ctx *ctx)
{
	struct gnic_accel_queue *queue = NULL;

	spin_lock_irq(&ctx->job_lock);
	swap(queue, ctx->queue);
	spin_unlock_irq(&ctx->job_lock);
	if (queue)
		gnic_accel_queue_destroy(queue);
}

/**
 * gnic_queue_cancel - fail all jobs; job_lock is held
 * @ctx: context
 * @oldest: error of the oldest one, if the device has it
 * @others: error of the others
 */
static void gnic_queue_cancel(struct gnic_ctx *ctx, int oldest, int others)
{
	struct gnic_job *job;

	lockdep_assert_held(&ctx->job_lock);
	gnic_queue_dep_forget(ctx);
	job = gnic_queue_first(&ctx->running);
	if (job && !job->error)
		job->error = oldest;
	list_for_each_entry(job, &ctx->waiting, link)
		job->end = ctx->head;
	list_splice_tail_init(&ctx->waiting, &ctx->running);
	list_for_each_entry(job, &ctx->running, link) {
		job->pending = 0;
		if (!job->error)
			job->error = others;
	}
	memset(ctx->slots, 0, sizeof(ctx->slots));
	gnic_queue_retire(ctx);
	ctx->tail = ctx->head;
}

/* Who sees the error of a job finds the context as it will be: new queue, or its end. */
static void gnic_queue_reset(struct gnic_ctx *ctx)
{
	int error = ctx->broken ? -EIO : -ETIMEDOUT;
	struct gnic_accel_queue *queue;

	dev_warn_ratelimited(ctx->accel->drm.dev, "reset of a compute queue, ASID %u\n", ctx->asid);
	gnic_queue_destroy(ctx);
	queue = gnic_queue_create(ctx);

	spin_lock_irq(&ctx->job_lock);
	if (IS_ERR(queue))
		ctx->error = gnic_accel_gone(ctx->accel->dev) ? -ENODEV : -EIO;
	gnic_queue_cancel(ctx, error, ctx->error ?: -ECANCELED);
	ctx->broken = false;
	if (!IS_ERR(queue))
		ctx->queue = queue;
	spin_unlock_irq(&ctx->job_lock);
	gnic_queue_run(ctx);
}

/* Is a reset due? If it may become so later the watchdog looks again. */
static bool gnic_queue_stands(struct gnic_ctx *ctx)
{
	unsigned long due = ctx->progress + msecs_to_jiffies(GNIC_JOB_TIMEOUT_MS);

	lockdep_assert_held(&ctx->job_lock);
	if (ctx->error)
		return false;
	if (ctx->broken || list_empty(&ctx->running))
		return ctx->broken;
	if (time_after_eq(jiffies, due))
		return true;
	queue_delayed_work(ctx->accel->wq, &ctx->watchdog, due - jiffies);
	return false;
}

static void gnic_queue_watchdog(struct work_struct *work)
{
	struct gnic_ctx *ctx = container_of(to_delayed_work(work), struct gnic_ctx, watchdog);
	bool reset;

	spin_lock_irq(&ctx->job_lock);
	reset = gnic_queue_stands(ctx);
	spin_unlock_irq(&ctx->job_lock);
	if (reset)
		gnic_queue_reset(ctx);
}

int gnic_queue_init(struct gnic_ctx *ctx)
{
	spin_lock_init(&ctx->job_lock);
	INIT_LIST_HEAD(&ctx->waiting);
	INIT_LIST_HEAD(&ctx->running);
	INIT_LIST_HEAD(&ctx->done);
	init_waitqueue_head(&ctx->idle);
	INIT_WORK(&ctx->run, gnic_queue_run_work);
	INIT_DELAYED_WORK(&ctx->reap, gnic_queue_reap_work);
	INIT_DELAYED_WORK(&ctx->watchdog, gnic_queue_watchdog);
	ctx->queue = gnic_queue_create(ctx);
	return PTR_ERR_OR_ZERO(ctx->queue);
}

/**
 * gnic_queue_stop - accept no more jobs; the device does no more of those that there are
 * @ctx: context
 * @error: theirs and of all to come
 */
void gnic_queue_stop(struct gnic_ctx *ctx, int error)
{
	spin_lock_irq(&ctx->job_lock);
	ctx->error = error;
	spin_unlock_irq(&ctx->job_lock);
	cancel_delayed_work_sync(&ctx->watchdog);	/* and it makes no other queue */
	gnic_queue_destroy(ctx);
}

/**
 * gnic_queue_exit - the end of all jobs
 * @ctx: context, stopped
 *
 * Who waits for a fence uses the memory next: the groups are given back before, whose
 * QPs have what the queue has posted to them.
 */
void gnic_queue_exit(struct gnic_ctx *ctx)
{
	spin_lock_irq(&ctx->job_lock);
	gnic_queue_cancel(ctx, ctx->error, ctx->error);
	spin_unlock_irq(&ctx->job_lock);
	cancel_work_sync(&ctx->run);
	cancel_delayed_work_sync(&ctx->reap);
	gnic_job_reap(ctx);
}

/* Wait until all is done, or the watchdog has seen to it, or the queue has ended. */
void gnic_queue_drain(struct gnic_ctx *ctx)
{
	wait_event_timeout(ctx->idle, !READ_ONCE(ctx->jobs),
			   msecs_to_jiffies(2 * GNIC_JOB_TIMEOUT_MS));
}
