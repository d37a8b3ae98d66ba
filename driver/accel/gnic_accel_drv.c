// SPDX-License-Identifier: GPL-2.0-only
/* The module: auxiliary driver of "gnic.accel", DRM device, ioctl table. */
#include <drm/drm_accel.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_managed.h>
#include <linux/module.h>

#include "gnic_accel.h"

/* ---- ioctls ---- */

static int gnic_accel_info_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct gnic_accel *accel = to_gnic_accel(drm);
	struct drm_gnic_info *args = data;

	if (memchr_inv(args, 0, sizeof(*args)))
		return -EINVAL;
	gnic_job_reap(file->driver_priv);
	args->num_ports = accel->info.num_ports;
	args->hbm_address = accel->info.hbm_addr;
	args->hbm_size = accel->info.hbm_size;
	args->hbm_free = accel->info.hbm_size - gnic_space_used(&accel->hbm);
	args->serial = accel->info.serial;
	args->module_id = accel->info.module_id;
	args->windows = accel->info.windows;
	args->queue_depth = GNIC_QUEUE_DEPTH;
	args->submit_max = GNIC_SUBMIT_MAX;
	args->timeout_ms = GNIC_JOB_TIMEOUT_MS;
	args->group_events = GNIC_EVENTS;
	args->sobs = accel->info.sobs;
	return 0;
}

/* A window belongs to a context, and has rights: DRM_IOCTL_GNIC_BO_CREATE says them. */
static struct drm_gem_object *gnic_accel_prime_import(struct drm_device *drm,
						      struct dma_buf *dma_buf)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static const struct drm_ioctl_desc gnic_accel_ioctls[] = {
	DRM_IOCTL_DEF_DRV(GNIC_INFO, gnic_accel_info_ioctl, 0),
	DRM_IOCTL_DEF_DRV(GNIC_BO_CREATE, gnic_bo_create_ioctl, 0),
	DRM_IOCTL_DEF_DRV(GNIC_BO_INFO, gnic_bo_info_ioctl, 0),
	DRM_IOCTL_DEF_DRV(GNIC_GROUP_HOLD, gnic_group_hold_ioctl, 0),
	DRM_IOCTL_DEF_DRV(GNIC_GROUP_INFO, gnic_group_info_ioctl, 0),
	DRM_IOCTL_DEF_DRV(GNIC_GROUP_RECV, gnic_group_recv_ioctl, 0),
	DRM_IOCTL_DEF_DRV(GNIC_SUBMIT, gnic_submit_ioctl, 0),
	DRM_IOCTL_DEF_DRV(GNIC_SOBS_SET, gnic_sobs_set_ioctl, 0),
	DRM_IOCTL_DEF_DRV(GNIC_SOBS_READ, gnic_sobs_read_ioctl, 0),
};

static const struct file_operations gnic_accel_fops = {
	.owner = THIS_MODULE,
	DRM_ACCEL_FOPS,
	.show_fdinfo = drm_show_fdinfo,
};

static const struct drm_driver gnic_accel_drm_driver = {
	.driver_features = DRIVER_COMPUTE_ACCEL | DRIVER_GEM | DRIVER_SYNCOBJ |
			   DRIVER_SYNCOBJ_TIMELINE,
	.open = gnic_ctx_open,
	.postclose = gnic_ctx_postclose,
	.gem_prime_import = gnic_accel_prime_import,
	.show_fdinfo = gnic_usage_show,
	.ioctls = gnic_accel_ioctls,
	.num_ioctls = ARRAY_SIZE(gnic_accel_ioctls),
	.fops = &gnic_accel_fops,
	.name = "gnic_accel",
	.desc = "Gaudi compute device",
	.major = 1,
};

/* ---- the device; what it owns lives as long as a file is open ---- */

static int gnic_accel_bo_init(struct gnic_accel *accel)
{
	int err;

	INIT_LIST_HEAD(&accel->bos);
	err = drmm_mutex_init(&accel->drm, &accel->bo_lock);
	if (err)
		return err;
	err = gnic_space_init(accel, &accel->hbm, accel->info.hbm_addr, accel->info.hbm_size);
	if (err)
		return err;
	return gnic_space_init(accel, &accel->mapped, GNIC_ADDR_MAPPED_BASE,
			       GNIC_ADDR_MAPPED_END - GNIC_ADDR_MAPPED_BASE);
}

static void gnic_accel_wq_exit(struct drm_device *drm, void *unused)
{
	destroy_workqueue(to_gnic_accel(drm)->wq);
}

static int gnic_accel_wq_init(struct gnic_accel *accel)
{
	accel->wq = alloc_workqueue("gnic_accel", WQ_UNBOUND, 0);
	if (!accel->wq)
		return -ENOMEM;
	return drmm_add_action_or_reset(&accel->drm, gnic_accel_wq_exit, NULL);
}

static int gnic_accel_init(struct gnic_accel *accel)
{
	int err = drmm_mutex_init(&accel->drm, &accel->ctx_lock);

	if (err)
		return err;
	INIT_LIST_HEAD(&accel->contexts);
	err = gnic_accel_bo_init(accel);
	if (err)
		return err;
	return gnic_accel_wq_init(accel);
}

static int gnic_accel_probe(struct auxiliary_device *adev, const struct auxiliary_device_id *id)
{
	struct gnic_accel *accel;
	int err;

	accel = devm_drm_dev_alloc(&adev->dev, &gnic_accel_drm_driver, struct gnic_accel, drm);
	if (IS_ERR(accel))
		return PTR_ERR(accel);
	accel->dev = gnic_accel_dev(adev);
	gnic_accel_query(accel->dev, &accel->info);
	if (!accel->info.compute || !accel->info.hbm_size)
		return dev_err_probe(&adev->dev, -EOPNOTSUPP,
				     "the card has no compute queues or no memory\n");
	err = gnic_accel_init(accel);
	if (err)
		return err;
	auxiliary_set_drvdata(adev, accel);
	return drm_dev_register(&accel->drm, 0);
}

static void gnic_accel_remove(struct auxiliary_device *adev)
{
	struct gnic_accel *accel = auxiliary_get_drvdata(adev);

	drm_dev_unplug(&accel->drm);
	gnic_ctx_stop_all(accel);
	gnic_bo_put_all(accel);
}

static const struct auxiliary_device_id gnic_accel_ids[] = {
	{ .name = GNIC_ACCEL_ADEV_NAME },
	{}
};
MODULE_DEVICE_TABLE(auxiliary, gnic_accel_ids);

static struct auxiliary_driver gnic_accel_driver = {
	.name = "compute",
	.probe = gnic_accel_probe,
	.remove = gnic_accel_remove,
	.id_table = gnic_accel_ids,
};
module_auxiliary_driver(gnic_accel_driver);

MODULE_IMPORT_NS(GNIC_NS(DMA_BUF));
MODULE_DESCRIPTION("Gaudi compute device");
MODULE_LICENSE("GPL");
