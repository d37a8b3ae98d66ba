// SPDX-License-Identifier: GPL-2.0-only
/* The fence of a submission. It may outlive its context and its device. */
#include <linux/module.h>
#include <linux/slab.h>

#include "gnic_accel.h"

struct gnic_fence {
	struct dma_fence base;		/* first: dma_fence_free() */
	spinlock_t lock;
};

static const char *gnic_fence_driver_name(struct dma_fence *fence)
{
	return "gnic_accel";
}

static const char *gnic_fence_timeline_name(struct dma_fence *fence)
{
	return "compute";
}

static void gnic_fence_release(struct dma_fence *fence)
{
	dma_fence_free(fence);
	module_put(THIS_MODULE);
}

static const struct dma_fence_ops gnic_fence_ops = {
	.get_driver_name = gnic_fence_driver_name,
	.get_timeline_name = gnic_fence_timeline_name,
	.release = gnic_fence_release,
};

/**
 * gnic_fence_create - a fence on a timeline of its own
 *
 * It holds the module, whose code it needs to its end: a sync file may still
 * be open when the last context and the card are gone.
 *
 * Return: the fence or NULL.
 */
struct dma_fence *gnic_fence_create(void)
{
	struct gnic_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL_ACCOUNT);

	if (!fence)
		return NULL;
	__module_get(THIS_MODULE);
	spin_lock_init(&fence->lock);
	dma_fence_init(&fence->base, &gnic_fence_ops, &fence->lock,
		       dma_fence_context_alloc(1), 1);
	return &fence->base;
}
