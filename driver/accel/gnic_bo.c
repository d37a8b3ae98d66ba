// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffer objects: memory of the device or of the host, or what others have exported. A
 * context reaches its own ones alone: a window lets its ASID touch them, and a handle of
 * them exists in its file only.
 *
 * Memory goes back when the device has said that the window is gone. If it does
 * not, memory stays until the context ends, or the device is reset or gone.
 */
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_print.h>
#include <drm/drm_vma_manager.h>
#include <linux/dma-buf.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "gnic_accel.h"

#define GNIC_BO_FLAGS \
	(DRM_GNIC_BO_REMOTE_WRITE | DRM_GNIC_BO_HOST | DRM_GNIC_BO_IMPORT | \
	 DRM_GNIC_BO_REMOTE_READ)
#define GNIC_BO_FAULT_AROUND	64	/* pages mapped by one fault */

/* ---- windows ---- */

static int gnic_bo_window_add_locked(struct gnic_bo *bo)
{
	u8 access = GNIC_ACCESS_LOCAL_READ;
	struct gnic_dev *dev = bo->ctx->accel->dev;
	u16 asid = bo->ctx->asid;

	if (!asid)
		return -ENODEV;
	if (!bo->import || !gnic_import_read_only(bo->import))
		access |= GNIC_ACCESS_LOCAL_WRITE;
	if (bo->flags & DRM_GNIC_BO_REMOTE_WRITE)
		access |= GNIC_ACCESS_REMOTE_WRITE;
	if (bo->flags & DRM_GNIC_BO_REMOTE_READ)
		access |= GNIC_ACCESS_REMOTE_READ;
	if (bo->sgt)
		return gnic_accel_window_map(dev, asid, bo->node.start, bo->sgt, access,
					     &bo->window);
	return gnic_accel_window_add(dev, asid, bo->node.start, bo->base.size, access,
				     &bo->window);
}

static int gnic_bo_window_add(struct gnic_bo *bo)
{
	int err;

	mutex_lock(&bo->ctx->lock);
	err = gnic_bo_window_add_locked(bo);
	mutex_unlock(&bo->ctx->lock);
	return err;
}

/* The end of a context has taken all windows with it. True: none is open. */
static bool gnic_bo_window_del(struct gnic_bo *bo)
{
	struct gnic_ctx *ctx = bo->ctx;
	bool closed;

	mutex_lock(&ctx->lock);
	if (ctx->asid)
		closed = !gnic_accel_window_del(ctx->accel->dev, ctx->asid, bo->window);
	else
		closed = !ctx->stuck;
	mutex_unlock(&ctx->lock);
	return closed;
}

/* ---- memory ---- */

static int gnic_bo_get(struct gnic_bo *bo)
{
	int err;

	err = bo->memory->get(bo);
	if (err)
		return err;
	err = gnic_bo_window_add(bo);
	/* Without an answer there may be a window all the same: nobody can delete it. */
	bo->there = !err || err == -ETIMEDOUT;
	if (!bo->there)
		bo->memory->put(bo);
	return err;
}

/* False: the device may still reach it, and it stays. */
static bool gnic_bo_put(struct gnic_bo *bo)
{
	if (!bo->there)
		return true;
	if (!gnic_bo_window_del(bo))
		return false;
	bo->memory->put(bo);
	bo->there = false;
	return true;
}

/* ---- GEM object ---- */

static void gnic_bo_release(struct gnic_bo *bo)
{
	gnic_import_close(bo);
	gnic_ctx_put(bo->ctx);
	kfree(bo);
}

static void gnic_bo_free(struct drm_gem_object *obj)
{
	struct gnic_bo *bo = to_gnic_bo(obj);
	struct gnic_accel *accel = bo->ctx->accel;

	drm_gem_object_release(obj);
	mutex_lock(&accel->bo_lock);
	bo->orphan = !gnic_bo_put(bo);
	if (!bo->orphan)
		list_del(&bo->link);
	mutex_unlock(&accel->bo_lock);
	if (!bo->orphan)
		gnic_bo_release(bo);
}

/* ---- memory that the device did not give back ---- */

static void gnic_bo_release_all(struct list_head *orphans)
{
	struct gnic_bo *bo, *next;

	list_for_each_entry_safe(bo, next, orphans, link)
		gnic_bo_release(bo);
}

/* The end of a context is the second chance: it has asked the device once more. */
void gnic_bo_put_orphans(struct gnic_ctx *ctx)
{
	struct gnic_accel *accel = ctx->accel;
	struct gnic_bo *bo, *next;
	LIST_HEAD(orphans);

	mutex_lock(&accel->bo_lock);
	list_for_each_entry_safe(bo, next, &accel->bos, link)
		if (bo->ctx == ctx && bo->orphan && gnic_bo_put(bo))
			list_move(&bo->link, &orphans);
	mutex_unlock(&accel->bo_lock);
	gnic_bo_release_all(&orphans);
}

/* The addresses go with the card; pages that it may still reach are nobody's any more. */
static void gnic_bo_abandon(struct gnic_bo *bo)
{
	struct gnic_accel *accel = bo->ctx->accel;

	if (gnic_bo_put(bo))
		return;
	if (gnic_accel_silent(accel->dev)) {
		bo->memory->put(bo);
	} else {
		drm_err(&accel->drm, "%zu bytes are lost: the device may still reach them\n",
			bo->base.size);
		gnic_space_put(bo);
	}
	bo->there = false;
}

/**
 * gnic_bo_put_all - the card goes: give all memory back
 * @accel: unplugged, its contexts have stopped
 *
 * Objects may live on, without memory.
 */
void gnic_bo_put_all(struct gnic_accel *accel)
{
	struct gnic_bo *bo, *next;
	LIST_HEAD(orphans);

	mutex_lock(&accel->bo_lock);
	list_for_each_entry_safe(bo, next, &accel->bos, link) {
		gnic_bo_abandon(bo);
		if (bo->orphan)
			list_move(&bo->link, &orphans);
	}
	mutex_unlock(&accel->bo_lock);
	gnic_bo_release_all(&orphans);
}

/* ---- the object of a file ---- */

/* A name or descriptor of the object gives no other file a handle. */
static int gnic_bo_open(struct drm_gem_object *obj, struct drm_file *file)
{
	return to_gnic_bo(obj)->ctx == file->driver_priv ? 0 : -EACCES;
}

static vm_fault_t gnic_bo_insert(struct vm_fault *vmf, struct gnic_bo *bo, unsigned long page,
				 unsigned long pages)
{
	unsigned long addr = vmf->address, i;
	vm_fault_t ret = VM_FAULT_NOPAGE;

	for (i = 0; i < pages; i++) {
		vm_fault_t more = vmf_insert_pfn(vmf->vma, addr + i * PAGE_SIZE,
						 bo->memory->pfn(bo, page + i));

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
	struct gnic_bo *bo = to_gnic_bo(obj);
	unsigned long page, pages;
	vm_fault_t ret;
	int idx;

	if (!drm_dev_enter(obj->dev, &idx))
		return VM_FAULT_SIGBUS;
	page = vmf->pgoff - drm_vma_node_start(&obj->vma_node);
	pages = min3((obj->size >> PAGE_SHIFT) - page,
		     (vmf->vma->vm_end - vmf->address) >> PAGE_SHIFT,
		     (unsigned long)GNIC_BO_FAULT_AROUND);
	ret = gnic_bo_insert(vmf, bo, page, pages);
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
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
	if (!(to_gnic_bo(obj)->flags & DRM_GNIC_BO_HOST))
		vma->vm_page_prot = pgprot_writecombine(vma->vm_page_prot);
	return 0;
}

static const struct drm_gem_object_funcs gnic_bo_funcs = {
	.free = gnic_bo_free,
	.open = gnic_bo_open,
	.export = gnic_export,
	.mmap = gnic_bo_mmap,
	.vm_ops = &gnic_bo_vm_ops,
};

static const struct gnic_bo_memory *gnic_bo_memory(u32 flags)
{
	if (flags & DRM_GNIC_BO_IMPORT)
		return &gnic_import_memory;
	return flags & DRM_GNIC_BO_HOST ? &gnic_host_memory : &gnic_hbm_memory;
}

static struct gnic_bo *gnic_bo_alloc(struct gnic_ctx *ctx, u64 size, u32 flags)
{
	struct gnic_accel *accel = ctx->accel;
	struct gnic_bo *bo = kzalloc(sizeof(*bo), GFP_KERNEL_ACCOUNT);

	if (!bo)
		return NULL;
	bo->base.funcs = &gnic_bo_funcs;
	bo->memory = gnic_bo_memory(flags);
	bo->flags = flags;
	bo->ctx = ctx;
	kref_get(&ctx->ref);
	drm_gem_private_object_init(&accel->drm, &bo->base, size);
	mutex_lock(&accel->bo_lock);
	list_add(&bo->link, &accel->bos);
	mutex_unlock(&accel->bo_lock);
	return bo;
}

static struct gnic_bo *gnic_bo_create(struct gnic_ctx *ctx, u64 size, u32 flags,
				      struct dma_buf *import)
{
	struct gnic_bo *bo = gnic_bo_alloc(ctx, size, flags);
	int err;

	if (!bo)
		return ERR_PTR(-ENOMEM);
	if (import) {
		get_dma_buf(import);
		bo->import = import;
	}
	err = gnic_bo_get(bo);
	if (!err && !import)
		err = drm_gem_create_mmap_offset(&bo->base);
	if (!err)
		return bo;
	drm_gem_object_put(&bo->base);
	return ERR_PTR(err);
}

/* ---- ioctls ---- */

static int gnic_bo_create_handle(struct drm_file *file, struct drm_gnic_bo_create *args,
				 struct dma_buf *import)
{
	struct gnic_ctx *ctx = file->driver_priv;
	struct gnic_bo *bo;
	int err;

	gnic_job_reap(ctx);
	bo = gnic_bo_create(ctx, PAGE_ALIGN(args->size), args->flags, import);
	if (IS_ERR(bo))
		return PTR_ERR(bo);
	args->size = bo->base.size;
	args->address = bo->node.start;
	args->mmap_offset = drm_vma_node_offset_addr(&bo->base.vma_node);
	err = drm_gem_handle_create(file, &bo->base, &args->handle);
	drm_gem_object_put(&bo->base);
	return err;
}

static int gnic_bo_may_be(struct gnic_accel *accel, u64 size, u32 flags)
{
	if (!(flags & DRM_GNIC_BO_HOST))
		return size > accel->info.hbm_size ? -ENOMEM : 0;
	if (!accel->info.segments)
		return -EOPNOTSUPP;
	return gnic_host_fits(accel, size) ? 0 : -ENOMEM;
}

static int gnic_bo_import(struct drm_file *file, struct drm_gnic_bo_create *args)
{
	struct gnic_ctx *ctx = file->driver_priv;
	struct dma_buf *import;
	int err;

	import = gnic_import_open(ctx->accel, args->fd, args->flags);
	if (IS_ERR(import))
		return PTR_ERR(import);
	args->size = import->size;
	err = gnic_bo_create_handle(file, args, import);
	dma_buf_put(import);
	return err;
}

static int gnic_bo_make(struct drm_file *file, struct drm_gnic_bo_create *args)
{
	struct gnic_ctx *ctx = file->driver_priv;
	int err = gnic_bo_may_be(ctx->accel, args->size, args->flags);

	return err ? err : gnic_bo_create_handle(file, args, NULL);
}

static bool gnic_bo_create_valid(const struct drm_gnic_bo_create *args)
{
	if (args->flags & ~GNIC_BO_FLAGS || args->handle || args->address || args->mmap_offset ||
	    args->reserved)
		return false;
	if (args->flags & DRM_GNIC_BO_IMPORT)
		return !args->size && !(args->flags & DRM_GNIC_BO_HOST);
	return args->size && !args->fd;
}

int gnic_bo_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_gnic_bo_create *args = data;
	int err, idx;

	if (!gnic_bo_create_valid(args))
		return -EINVAL;
	if (args->flags & DRM_GNIC_BO_REMOTE_READ && !to_gnic_accel(drm)->info.rdv)
		return -EOPNOTSUPP;
	if (!drm_dev_enter(drm, &idx))
		return -ENODEV;
	if (args->flags & DRM_GNIC_BO_IMPORT)
		err = gnic_bo_import(file, args);
	else
		err = gnic_bo_make(file, args);
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
	args->address = to_gnic_bo(obj)->node.start;
	args->mmap_offset = drm_vma_node_offset_addr(&obj->vma_node);
	drm_gem_object_put(obj);
	return 0;
}
