// SPDX-License-Identifier: GPL-2.0-only
/* devlink resources of the card: what there is, and how much of it is taken. */
#include <net/devlink.h>

#include "gnic.h"
#include "gnic_eswitch.h"
#include "gnic_group.h"
#include "gnic_resource.h"

static u64 gnic_resource_flows(void *priv)
{
	enum gnic_flow_owner owner;
	u64 count = 0;

	for (owner = 0; owner < GNIC_FLOW_OWNERS; owner++)
		count += gnic_flow_count(priv, owner);
	return count;
}

static u64 gnic_resource_functions(void *priv)
{
	return gnic_group_count(priv);
}

static u32 gnic_resource_flows_size(struct gnic_dev *dev)
{
	return le32_to_cpu(dev->caps.flows);
}

static u32 gnic_resource_functions_size(struct gnic_dev *dev)
{
	return dev->eswitch->max_sfs;
}

/*
 * A line of "devlink resource show"
 * @name: as devlink shows it
 * @size: how much there is
 * @occ: how much is taken
 */
static const struct gnic_resource {
	const char *name;
	u32 (*size)(struct gnic_dev *dev);
	devlink_resource_occ_get_t *occ;
} gnic_resources[] = {
	{ "flows", gnic_resource_flows_size, gnic_resource_flows },
	{ "functions", gnic_resource_functions_size, gnic_resource_functions },
};

/* devlink's numbers begin with 1: 0 is the top of the tree. */
static int gnic_resource_register(struct gnic_dev *dev, unsigned int i)
{
	struct devlink *devlink = gnic_devlink(dev);
	struct devlink_resource_size_params params;
	u32 size = gnic_resources[i].size(dev);
	int err;

	devlink_resource_size_params_init(&params, size, size, 1, DEVLINK_RESOURCE_UNIT_ENTRY);
	err = devl_resource_register(devlink, gnic_resources[i].name, size, i + 1,
				     DEVLINK_RESOURCE_ID_PARENT_TOP, &params);
	if (!err)
		devl_resource_occ_get_register(devlink, i + 1, gnic_resources[i].occ, dev);
	return err;
}

/* With the switch: devl_lock held, for both. */
int gnic_resource_init(struct gnic_dev *dev)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(gnic_resources); i++) {
		err = gnic_resource_register(dev, i);
		if (err)
			goto err_unregister;
	}
	return 0;

err_unregister:
	devl_resources_unregister(gnic_devlink(dev));
	return err;
}

void gnic_resource_exit(struct gnic_dev *dev)
{
	devl_resources_unregister(gnic_devlink(dev));
}
