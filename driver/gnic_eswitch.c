// SPDX-License-Identifier: GPL-2.0-only
/* The switch: its mode, and the commands about its virtual ports. */
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "gnic.h"
#include "gnic_eswitch.h"
#include "gnic_param.h"
#include "gnic_resource.h"
#include "gnic_tc.h"

bool gnic_eswitch_is_switchdev(const struct gnic_dev *dev)
{
	return READ_ONCE(dev->eswitch->switchdev);
}

void gnic_eswitch_id(const struct gnic_dev *dev, struct netdev_phys_item_id *ppid)
{
	*ppid = dev->eswitch->id;
}

int gnic_eswitch_mode_get(struct devlink *devlink, u16 *mode)
{
	struct gnic_dev *dev = devlink_priv(devlink);

	if (!dev->running)
		return -ENETDOWN;
	*mode = gnic_eswitch_is_switchdev(dev) ? DEVLINK_ESWITCH_MODE_SWITCHDEV :
						 DEVLINK_ESWITCH_MODE_LEGACY;
	return 0;
}

static bool gnic_eswitch_lacks_flow(struct gnic_dev *dev)
{
	return !(dev->caps_bits & GNIC_CAP_FLOW);
}

static bool gnic_eswitch_lacks_functions(struct gnic_dev *dev)
{
	return !le32_to_cpu(dev->caps.functions);
}

static bool gnic_eswitch_has_groups(struct gnic_dev *dev)
{
	return !xa_empty(&dev->groups);
}

/**
 * struct gnic_eswitch_bar - what stands in the way of a change of mode
 * @mode: into this mode
 * @bars: true: it does
 * @err: what the user gets
 * @sentence: and reads
 */
struct gnic_eswitch_bar {
	u16 mode;
	bool (*bars)(struct gnic_dev *dev);
	int err;
	const char *sentence;
};

static const struct gnic_eswitch_bar gnic_eswitch_bars[] = {
	{ DEVLINK_ESWITCH_MODE_SWITCHDEV, gnic_eswitch_lacks_flow, -EOPNOTSUPP,
	  "switchdev needs a steering table and this device has none" },
	{ DEVLINK_ESWITCH_MODE_SWITCHDEV, gnic_eswitch_lacks_functions, -EOPNOTSUPP,
	  "switchdev needs functions and this device has none" },
	{ DEVLINK_ESWITCH_MODE_LEGACY, gnic_eswitch_has_groups, -EBUSY,
	  "legacy has no function ports: devlink port del them first" },
	{ DEVLINK_ESWITCH_MODE_LEGACY, gnic_flow_any_leads_away, -EBUSY,
	  "legacy has no redirects and mirrors: tc filter del them first" },
};

int gnic_eswitch_mode_set(struct devlink *devlink, u16 mode, struct netlink_ext_ack *extack)
{
	struct gnic_dev *dev = devlink_priv(devlink);
	const struct gnic_eswitch_bar *bar;
	unsigned int i;

	if (mode != DEVLINK_ESWITCH_MODE_LEGACY && mode != DEVLINK_ESWITCH_MODE_SWITCHDEV) {
		NL_SET_ERR_MSG_MOD(extack, "the modes of this switch are legacy and switchdev");
		return -EOPNOTSUPP;
	}

	if (!dev->running) {
		NL_SET_ERR_MSG_MOD(extack, "the device is not running: devlink dev reload it");
		return -ENETDOWN;
	}

	for (i = 0; i < ARRAY_SIZE(gnic_eswitch_bars); i++) {
		bar = &gnic_eswitch_bars[i];
		if (bar->mode != mode || !bar->bars(dev))
			continue;
		NL_SET_ERR_MSG_FMT_MOD(extack, "%s", bar->sentence);
		return bar->err;
	}

	WRITE_ONCE(dev->eswitch->switchdev, mode == DEVLINK_ESWITCH_MODE_SWITCHDEV);
	return 0;
}

int gnic_vport_create(struct gnic_dev *dev, unsigned int port, u16 *vport)
{
	struct gnic_hw_vport_create in = { .port = port };
	struct gnic_hw_id out;
	int err;

	err = gnic_cmd_exec(dev, GNIC_CMD_VPORT_CREATE, &in, sizeof(in), &out, sizeof(out));
	if (!err)
		*vport = le32_to_cpu(out.id);
	return err;
}

void gnic_vport_destroy(struct gnic_dev *dev, u16 vport)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(vport) };

	gnic_flow_vport_gone(dev, vport);
	gnic_cmd_exec(dev, GNIC_CMD_VPORT_DESTROY, &in, sizeof(in), NULL, 0);
}

/* The function side: address, and whether it takes part at all. */
int gnic_vport_set(struct gnic_dev *dev, u16 vport, const u8 *mac, bool enable)
{
	struct gnic_hw_vport_set in = {
		.vport = cpu_to_le16(vport),
		.enable = enable,
	};

	memcpy(in.mac, mac, sizeof(in.mac));
	return gnic_cmd_exec(dev, GNIC_CMD_VPORT_SET, &in, sizeof(in), NULL, 0);
}

/* Serial number and module: no two cards of a box have the same. */
static void gnic_eswitch_make_id(struct gnic_dev *dev, struct netdev_phys_item_id *id)
{
	put_unaligned_be32(gnic_rd32(dev, GNIC_CTL_SERIAL_HI), id->id);
	put_unaligned_be32(gnic_rd32(dev, GNIC_CTL_SERIAL_LO), id->id + 4);
	id->id[8] = gnic_rd32(dev, GNIC_CTL_MODULE_ID);
	id->id_len = 9;
}

/* After the mailbox runs, before the first QP: QP numbers come from here. */
int gnic_eswitch_init(struct gnic_dev *dev)
{
	struct gnic_eswitch *esw;
	int err;

	esw = kzalloc(sizeof(*esw), GFP_KERNEL);
	if (!esw)
		return -ENOMEM;

	dev->eswitch = esw;
	esw->max_sfs = gnic_param_max_sfs(dev);
	mutex_init(&esw->flow_lock);
	INIT_LIST_HEAD(&esw->flows);
	gnic_eswitch_make_id(dev, &esw->id);

	err = gnic_qpn_init(dev);
	if (err)
		goto err_free;
	err = gnic_tc_init(dev);
	if (err)
		goto err_qpn_exit;
	err = gnic_resource_init(dev);
	if (err)
		goto err_tc_exit;
	return 0;

err_tc_exit:
	gnic_tc_exit(dev);
err_qpn_exit:
	gnic_qpn_exit(dev);
err_free:
	dev->eswitch = NULL;
	kfree(esw);
	return err;
}

void gnic_eswitch_exit(struct gnic_dev *dev)
{
	struct gnic_eswitch *esw = dev->eswitch;

	WARN_ON_ONCE(!list_empty(&esw->flows));
	gnic_resource_exit(dev);
	gnic_tc_exit(dev);
	gnic_qpn_exit(dev);
	mutex_destroy(&esw->flow_lock);
	dev->eswitch = NULL;
	kfree(esw);
}
