// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffer objects: pieces of device memory. A context reaches its own ones
 * alone: a window lets its ASID touch them, and a handle of them exists in its
 * file only.
 */
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_vma_manager.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "gnic_accel.h"

#define GNIC_BO_FLAGS	DRM_GNIC_BO_REMOTE_WRITE
#define GNIC_BO_FAULT_AROUND	64	/* pages mapped by one fault */

/* ---- device memory ---- */

static int gnic_bo_node_insert(struct gnic_accel *accel, struct gnic_bo *bo)
{
	int err;

	mutex_lock(&accel->hbm_lock);
	err = drm_mm_insert_node(&accel->hbm, &bo->node, bo->base.size);
	if (!err)
		accel->hbm_used += bo->base.size;
	mutex_unlock(&accel->hbm_lock);
	return err ? -ENOMEM : 0;
}

static void gnic_bo_node_remove(struct gnic_accel *accel, struct gnic_bo *bo)
{
	mutex_lock(&accel->hbm_lock);
	drm_mm_remove_node(&bo->node);
	accel->hbm_used -= bo->base.size;
	mutex_unlock(&accel->hbm_lock);
}

/* What another context left there is not for this one. */
static int gnic_bo_clear(struct gnic_accel *accel, struct gnic_bo *bo)
{
	u64 __iomem *mem = ioremap_wc(accel->info.hbm_phys + bo->node.start, bo->base.size);
	size_t i, words = bo->base.size / sizeof(*mem);

	if (!mem)
		return -ENOMEM;
	for (i = 0; i < words; i++) {
		__raw_writeq(0, &mem[i]);
		if (!(i & 0xffff))
			cond_resched();
	}
	/* The window that follows shows it to the device. */
	wmb();
	iounmap(mem);
	return 0;
}

/* ---- windows ---- */

static int gnic_bo_window_add(struct gnic_bo *bo)
{
	u8 access = GNIC_ACCESS_LOCAL_READ | GNIC_ACCESS_LOCAL_WRITE;
	struct gnic_ctx *ctx = bo->ctx;
	int err = -ENODEV;

	if (bo->flags & DRM_GNIC_BO_REMOTE_WRITE)
		access |= GNIC_ACCESS_REMOTE_WRITE;
	mutex_lock(&ctx->lock);
	if (ctx->asid)
		err = gnic_accel_window_add(ctx->accel->dev, ctx->asid, bo->address,
					    bo->base.size, access, &bo->window);
	mutex_unlock(&ctx->lock);
	return err;
}

/* The end of a context has taken all windows with it. */
static void gnic_bo_window_del(struct gnic_bo *bo)
{
	struct gnic_ctx *ctx = bo->ctx;

	mutex_lock(&ctx->lock);
	if (ctx->asid)
		gnic_accel_window_del(ctx->accel->dev, ctx->asid, bo->window);
	mutex_unlock(&ctx->lock);
}

/* ---- GEM object ---- */

static void gnic_bo_release(struct gnic_bo *bo)
{
	drm_gem_object_release(&bo->base);
	gnic_ctx_put(bo->ctx);
	kfree(bo);
}

static void gnic_bo_free(struct drm_gem_object *obj)
{
	struct gnic_bo *bo = to_gnic_bo(obj);

	gnic_bo_window_del(bo);
	gnic_bo_node_remove(bo->ctx->accel, bo);
	gnic_bo_release(bo);
}

/* A name or descriptor of the object gives no other file a handle. */
static int gnic_bo_open(struct drm_gem_object *obj, struct drm_file *file)
{
	return to_gnic_bo(obj)->ctx == file->driver_priv ? 0 : -EACCES;
}

static struct dma_buf *gnic_bo_export(struct drm_gem_object *obj, int flags)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static vm_fault_t gnic_bo_insert(struct vm_fault *vmf, unsigned long pfn, unsigned long pages)
{
	unsigned long addr = vmf->address, i;
	vm_fault_t ret = VM_FAULT_NOPAGE;

	for (i = 0; i < pages; i++) {
		vm_fault_t more = vmf_insert_pfn(vmf->vma, addr + i * PAGE_SIZE, pfn + i);

		if (!i)
			ret = more;
		if (more != VM_FAULT_NOPAGE)
			break;
	}
	return ret;
}

static vm_fault_t gnic_bo_fault(struct vm_fault *vmf)
{
	struct drm_gem_object *obj = vmf->vma->vm_private_data;
	struct gnic_accel *accel = to_gnic_accel(obj->dev);
	unsigned long page, pages, pfn;
	vm_fault_t ret;
	int idx;

	if (!drm_dev_enter(obj->dev, &idx))
		return VM_FAULT_SIGBUS;
	page = vmf->pgoff - drm_vma_node_start(&obj->vma_node);
	pages = min3((obj->size >> PAGE_SHIFT) - page,
		     (vmf->vma->vm_end - vmf->address) >> PAGE_SHIFT,
		     (unsigned long)GNIC_BO_FAULT_AROUND);
	pfn = (accel->info.hbm_phys + to_gnic_bo(obj)->node.start) >> PAGE_SHIFT;
	ret = gnic_bo_insert(vmf, pfn + page, pages);
	drm_dev_exit(idx);
	return ret;
}

static const struct vm_operations_struct gnic_bo_vm_ops = {
	.fault = gnic_bo_fault,
	.open = drm_gem_vm_open,
	.close = drm_gem_vm_close,
};

static int gnic_bo_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_page_prot = pgprot_writecombine(vm_get_page_prot(vma->vm_flags));
	return 0;
}

static const struct drm_gem_object_funcs gnic_bo_funcs = {
	.free = gnic_bo_free,
	.open = gnic_bo_open,
	.export = gnic_bo_export,
	.mmap = gnic_bo_mmap,
	.vm_ops = &gnic_bo_vm_ops,
};

static struct gnic_bo *gnic_bo_alloc(struct gnic_ctx *ctx, u64 size, u32 flags)
{
	struct gnic_bo *bo = kzalloc(sizeof(*bo), GFP_KERNEL_ACCOUNT);

	if (!bo)
		return NULL;
	bo->base.funcs = &gnic_bo_funcs;
	bo->flags = flags;
	bo->ctx = ctx;
	kref_get(&ctx->ref);
	drm_gem_private_object_init(&ctx->accel->drm, &bo->base, size);
	return bo;
}

static struct gnic_bo *gnic_bo_create(struct gnic_ctx *ctx, u64 size, u32 flags)
{
	struct gnic_accel *accel = ctx->accel;
	struct gnic_bo *bo = gnic_bo_alloc(ctx, size, flags);
	int err;

	if (!bo)
		return ERR_PTR(-ENOMEM);
	err = gnic_bo_node_insert(accel, bo);
	if (err)
		goto err_release;
	bo->address = accel->info.hbm_addr + bo->node.start;
	err = gnic_bo_clear(accel, bo);
	if (err)
		goto err_node_remove;
	err = gnic_bo_window_add(bo);
	if (err)
		goto err_node_remove;
	err = drm_gem_create_mmap_offset(&bo->base);
	if (err)
		goto err_window_del;
	return bo;

err_window_del:
	gnic_bo_window_del(bo);
err_node_remove:
	gnic_bo_node_remove(accel, bo);
err_release:
	gnic_bo_release(bo);
	return ERR_PTR(err);
}

/* ---- ioctls ---- */

static int gnic_bo_create_handle(struct drm_file *file, struct drm_gnic_bo_create *args)
{
	struct gnic_ctx *ctx = file->driver_priv;
	struct gnic_bo *bo;
	int err;

	gnic_job_reap(ctx);
	bo = gnic_bo_create(ctx, PAGE_ALIGN(args->size), args->flags);
	if (IS_ERR(bo))
		return PTR_ERR(bo);
	args->size = bo->base.size;
	args->address = bo->address;
	args->mmap_offset = drm_vma_node_offset_addr(&bo->base.vma_node);
	err = drm_gem_handle_create(file, &bo->base, &args->handle);
	drm_gem_object_put(&bo->base);
	return err;
}

int gnic_bo_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct gnic_accel *accel = to_gnic_accel(drm);
	struct drm_gnic_bo_create *args = data;
	int err, idx;

	if (args->flags & ~GNIC_BO_FLAGS || args->handle || args->address || args->mmap_offset)
		return -EINVAL;
	if (!args->size)
		return -EINVAL;
	if (args->size > accel->info.hbm_size)
		return -ENOMEM;
	if (!drm_dev_enter(drm, &idx))
		return -ENODEV;
	err = gnic_bo_create_handle(file, args);
	drm_dev_exit(idx);
	return err;
}

int gnic_bo_info_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_gnic_bo_info *args = data;
	struct drm_gem_object *obj;

	if (args->flags || args->size || args->address || args->mmap_offset)
		return -EINVAL;
	obj = drm_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;
	args->flags = to_gnic_bo(obj)->flags;
	args->size = obj->size;
	args->address = to_gnic_bo(obj)->address;
	args->mmap_offset = drm_vma_node_offset_addr(&obj->vma_node);
	drm_gem_object_put(obj);
	return 0;
}

/**
 * gnic_bo_lookup - a piece of a buffer object
 * @file: whose handle
 * @handle: handle
 * @offset: where the piece begins
 * @size: bytes of it, not 0
 * @address: its device address
 *
 * Return: the object, referenced, or ERR_PTR: -ENOENT, -ERANGE.
 */
struct drm_gem_object *gnic_bo_lookup(struct drm_file *file, u32 handle, u64 offset, u64 size,
				      u64 *address)
{
	struct drm_gem_object *obj = drm_gem_object_lookup(file, handle);

	if (!obj)
		return ERR_PTR(-ENOENT);
	if (size > obj->size || offset > obj->size - size) {
		drm_gem_object_put(obj);
		return ERR_PTR(-ERANGE);
	}
	*address = to_gnic_bo(obj)->address + offset;
	return obj;
}
