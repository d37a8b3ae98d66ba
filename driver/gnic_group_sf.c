// SPDX-License-Identifier: GPL-2.0-only
/*
 * The auxiliary child gnic.sf.N of a group and its devlink instance. The child
 * is there before the function is active, so that its parameters can be set.
 */
#include <linux/idr.h>
#include <linux/slab.h>

#include "gnic.h"
#include "gnic_group.h"
#include "gnic_param.h"

static DEFINE_IDA(gnic_group_sf_ida);

static const struct devlink_ops gnic_group_sf_devlink_ops = {
};

static void gnic_group_sf_release(struct device *device)
{
	struct gnic_adev *child = container_of(device, struct gnic_adev, adev.dev);

	gnic_group_put(child->group);
	kfree(child);
}

/* N is the number of the subfunction unless another card has that one. */
static struct gnic_adev *gnic_group_sf_alloc(struct gnic_group *group)
{
	struct gnic_adev *child;
	int id;

	child = kzalloc(sizeof(*child), GFP_KERNEL);
	if (!child)
		return ERR_PTR(-ENOMEM);
	id = ida_alloc_min(&gnic_group_sf_ida, group->sfnum, GFP_KERNEL);
	if (id < 0) {
		kfree(child);
		return ERR_PTR(id);
	}
	child->dev = group->dev;
	child->group = group;
	kref_get(&group->ref);
	child->id = id;
	child->adev.name = "sf";
	child->adev.id = id;
	child->adev.dev.parent = &group->dev->pdev->dev;
	child->adev.dev.release = gnic_group_sf_release;
	return child;
}

/**
 * gnic_group_sf_add - make the child; its probe makes the devlink instance
 * @group: its devlink port is registered
 */
int gnic_group_sf_add(struct gnic_group *group)
{
	struct gnic_adev *child;
	int err, id;

	child = gnic_group_sf_alloc(group);
	if (IS_ERR(child))
		return PTR_ERR(child);
	id = child->id;
	err = auxiliary_device_init(&child->adev);
	if (err) {
		gnic_group_sf_release(&child->adev.dev);
		goto err_id_free;
	}
	err = auxiliary_device_add(&child->adev);
	if (err)
		goto err_uninit;
	group->adev = child;
	if (group->devlink)
		return 0;

	/* the bus hides why probe failed */
	group->adev = NULL;
	err = -ENODEV;
	auxiliary_device_delete(&child->adev);
err_uninit:
	auxiliary_device_uninit(&child->adev);
err_id_free:
	ida_free(&gnic_group_sf_ida, id);
	return err;
}

/*
 * The number is free as soon as the child is off the bus, not when the last
 * reference goes, which devlink keeps for a while: the next group of this
 * number shall have the name again.
 */
void gnic_group_sf_del(struct gnic_group *group)
{
	struct gnic_adev *child = group->adev;
	int id = child->id;

	auxiliary_device_delete(&child->adev);
	ida_free(&gnic_group_sf_ida, id);
	group->adev = NULL;
	auxiliary_device_uninit(&child->adev);
}

static int gnic_group_sf_register(struct gnic_group *group, struct devlink *devlink)
{
	int err;

	err = devl_port_fn_devlink_set(&group->dl_port, devlink);
	if (err)
		return err;

	devl_lock(devlink);
	err = gnic_param_group_register(devlink);
	if (err)
		goto out_unlock;
	err = gnic_group_health_init(group, devlink);
	if (err)
		gnic_param_group_unregister(devlink);
	else
		devl_register(devlink);
out_unlock:
	devl_unlock(devlink);
	return err;
}

static int gnic_group_sf_probe(struct auxiliary_device *adev,
			       const struct auxiliary_device_id *id)
{
	struct gnic_group *group = container_of(adev, struct gnic_adev, adev)->group;
	struct gnic_group **priv;
	struct devlink *devlink;
	int err;

	devlink = devlink_alloc_ns(&gnic_group_sf_devlink_ops, sizeof(*priv),
				   devlink_net(gnic_devlink(group->dev)), &adev->dev);
	if (!devlink)
		return -ENOMEM;
	priv = devlink_priv(devlink);
	*priv = group;

	err = gnic_group_sf_register(group, devlink);
	if (err) {
		devlink_free(devlink);
		return err;
	}
	group->devlink = devlink;
	mutex_lock(&group->lock);
	group->reporting = true;
	mutex_unlock(&group->lock);
	return 0;
}

static void gnic_group_sf_remove(struct auxiliary_device *adev)
{
	struct gnic_group *group = container_of(adev, struct gnic_adev, adev)->group;
	struct devlink *devlink = group->devlink;

	group->devlink = NULL;
	gnic_group_errors_silence(group);
	devl_lock(devlink);
	devl_unregister(devlink);
	gnic_group_health_exit(group);
	gnic_param_group_unregister(devlink);
	devl_unlock(devlink);
	devlink_free(devlink);
}

static const struct auxiliary_device_id gnic_group_sf_ids[] = {
	{ .name = GNIC_DRV_NAME ".sf" },
	{}
};
MODULE_DEVICE_TABLE(auxiliary, gnic_group_sf_ids);

struct auxiliary_driver gnic_sf_driver = {
	.name		= "sf",
	.probe		= gnic_group_sf_probe,
	.remove		= gnic_group_sf_remove,
	.id_table	= gnic_group_sf_ids,
};
