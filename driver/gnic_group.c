// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life of a QP group from "devlink port add" to "port del". It has parameters
 * and a representor all the time, QPs while it is active (gnic_group_state.c).
 */
#include <linux/etherdevice.h>
#include <linux/slab.h>

#include "gnic.h"
#include "gnic_eswitch.h"
#include "gnic_group.h"

static void gnic_group_release(struct kref *ref)
{
	struct gnic_group *group = container_of(ref, struct gnic_group, ref);

	mutex_destroy(&group->holder_lock);
	mutex_destroy(&group->lock);
	kfree(group);
}

void gnic_group_put(struct gnic_group *group)
{
	kref_put(&group->ref, gnic_group_release);
}

/* By number, with a reference, or NULL. No lock is needed. */
struct gnic_group *gnic_group_get(struct gnic_dev *dev, u32 sfnum)
{
	struct gnic_group *group = NULL;

	xa_lock(&dev->groups);
	if (sfnum <= GNIC_GROUP_SFNUM_MAX)
		group = xa_load(&dev->groups, GNIC_GROUP_PORT_INDEX + sfnum);
	if (group)
		kref_get(&group->ref);
	xa_unlock(&dev->groups);
	return group;
}

static struct gnic_group *gnic_group_alloc(struct gnic_dev *dev)
{
	struct gnic_group *group = kzalloc(sizeof(*group), GFP_KERNEL);

	if (!group)
		return NULL;
	group->dev = dev;
	kref_init(&group->ref);
	mutex_init(&group->lock);
	mutex_init(&group->holder_lock);
	spin_lock_init(&group->qp_lock);
	group->config = gnic_group_config_default;
	group->holder.asid = GNIC_ASID_NONE;
	eth_random_addr(group->hw_addr);
	gnic_group_errors_prepare(group);
	return group;
}

static int gnic_group_check_new(struct gnic_dev *dev, const struct devlink_port_new_attrs *attrs,
				struct netlink_ext_ack *extack)
{
	if (attrs->flavour != DEVLINK_PORT_FLAVOUR_PCI_SF) {
		NL_SET_ERR_MSG_MOD(extack, "only ports of flavour pcisf can be added");
		return -EOPNOTSUPP;
	}
	if (!gnic_eswitch_is_switchdev(dev)) {
		NL_SET_ERR_MSG_MOD(extack, "function ports exist in eswitch mode switchdev only");
		return -EOPNOTSUPP;
	}
	if (attrs->pfnum != PCI_FUNC(dev->pdev->devfn)) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "pfnum: this card's function is %u",
				       PCI_FUNC(dev->pdev->devfn));
		return -EINVAL;
	}
	if (attrs->controller_valid && attrs->controller) {
		NL_SET_ERR_MSG_MOD(extack, "controller: this card has controller 0 alone");
		return -EINVAL;
	}
	if (attrs->sfnum_valid && attrs->sfnum > GNIC_GROUP_SFNUM_MAX) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "sfnum: 0 to %u", GNIC_GROUP_SFNUM_MAX);
		return -EINVAL;
	}
	if (attrs->port_index_valid) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "a port's index is %u + sfnum, it can't be chosen",
				       GNIC_GROUP_PORT_INDEX);
		return -EINVAL;
	}
	return 0;
}

/* Function ports of the card; devl_lock held. */
u32 gnic_group_count(struct gnic_dev *dev)
{
	struct gnic_group *group;
	unsigned long index;
	u32 count = 0;

	xa_for_each(&dev->groups, index, group)
		count++;
	return count;
}

/* That the rings of all QPs of a rendezvous can keep. */
u32 gnic_group_offers_max(struct gnic_dev *dev)
{
	u32 rc = le32_to_cpu(dev->caps.rc);

	return rc & GNIC_RC_CAP_RDV ? BIT(FIELD_GET(GNIC_RC_CAP_RDV_LOG, rc) & 31) : 0;
}

/* And that those of active groups do; devl_lock held. */
u32 gnic_group_offers(struct gnic_dev *dev)
{
	struct gnic_group *group;
	unsigned long index;
	u32 count = 0;

	xa_for_each(&dev->groups, index, group) {
		mutex_lock(&group->lock);
		if (group->active)
			count += gnic_group_config_offers(&group->config);
		mutex_unlock(&group->lock);
	}
	return count;
}

/* The number asked for, or the lowest free one. */
static int gnic_group_number(struct gnic_group *group, const struct devlink_port_new_attrs *attrs,
			     struct netlink_ext_ack *extack)
{
	struct xa_limit limit = XA_LIMIT(GNIC_GROUP_PORT_INDEX,
					 GNIC_GROUP_PORT_INDEX + GNIC_GROUP_SFNUM_MAX);
	struct gnic_dev *dev = group->dev;
	u32 index;
	int err;

	if (gnic_group_count(dev) >= dev->eswitch->max_sfs) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "the card has at most %u functions (max_sfs)",
				       dev->eswitch->max_sfs);
		return -ENOSPC;
	}
	if (attrs->sfnum_valid) {
		limit.min = GNIC_GROUP_PORT_INDEX + attrs->sfnum;
		limit.max = limit.min;
	}

	/* reserved, not stored: nobody finds a group that is not complete */
	err = xa_alloc(&dev->groups, &index, NULL, limit, GFP_KERNEL);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "there is a port with this sfnum");
		return err == -EBUSY ? -EEXIST : err;
	}
	group->sfnum = index - GNIC_GROUP_PORT_INDEX;
	return 0;
}

static int gnic_group_port_register(struct gnic_group *group)
{
	struct devlink_port *dl_port = &group->dl_port;

	gnic_eswitch_id(group->dev, &dl_port->attrs.switch_id);
	devlink_port_attrs_pci_sf_set(dl_port, 0, PCI_FUNC(group->dev->pdev->devfn),
				      group->sfnum, false);
	return devl_port_register_with_ops(gnic_devlink(group->dev), dl_port,
					   GNIC_GROUP_PORT_INDEX + group->sfnum,
					   &gnic_group_port_ops);
}

static int gnic_group_create(struct gnic_group *group, struct netlink_ext_ack *extack)
{
	int err;

	err = gnic_group_config_init(group, extack);
	if (err)
		return err;

	err = gnic_group_port_register(group);
	if (err)
		goto err_config_exit;

	err = gnic_rep_create(group);
	if (err) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "no representor (%d)", err);
		goto err_port_unregister;
	}

	err = gnic_group_sf_add(group);
	if (err) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "no auxiliary device (%d)", err);
		goto err_rep_destroy;
	}
	gnic_group_errors_init(group);
	return 0;

err_rep_destroy:
	gnic_rep_destroy(group);
err_port_unregister:
	devl_port_unregister(&group->dl_port);
err_config_exit:
	gnic_group_config_exit(group);
	return err;
}

static void gnic_group_destroy(struct gnic_group *group)
{
	gnic_group_errors_exit(group);
	gnic_group_sf_del(group);
	gnic_rep_destroy(group);
	devl_port_unregister(&group->dl_port);
	gnic_group_config_exit(group);
}

int gnic_group_port_new(struct devlink *devlink, const struct devlink_port_new_attrs *attrs,
			struct netlink_ext_ack *extack, struct devlink_port **dl_port)
{
	struct gnic_dev *dev = devlink_priv(devlink);
	struct gnic_group *group;
	int err;

	if (!dev->running) {
		NL_SET_ERR_MSG_MOD(extack, "the device is not running: devlink dev reload it");
		return -ENETDOWN;
	}
	err = gnic_group_check_new(dev, attrs, extack);
	if (err)
		return err;

	group = gnic_group_alloc(dev);
	if (!group)
		return -ENOMEM;
	err = gnic_group_number(group, attrs, extack);
	if (err)
		goto err_put;
	err = gnic_group_create(group, extack);
	if (err)
		goto err_erase;

	xa_store(&dev->groups, group->dl_port.index, group, GFP_KERNEL);
	*dl_port = &group->dl_port;
	return 0;

err_erase:
	xa_erase(&dev->groups, GNIC_GROUP_PORT_INDEX + group->sfnum);
err_put:
	gnic_group_put(group);
	return err;
}

/* From here on a holder can do nothing but give the group back. */
static void gnic_group_remove(struct gnic_group *group)
{
	xa_erase(&group->dev->groups, group->dl_port.index);

	mutex_lock(&group->lock);
	gnic_group_deactivate(group);
	group->removed = true;
	gnic_group_tell(group, GNIC_ACCEL_GROUP_REMOVED);
	mutex_unlock(&group->lock);

	gnic_group_destroy(group);
	gnic_group_put(group);
}

int gnic_group_port_del(struct devlink *devlink, struct devlink_port *dl_port,
			struct netlink_ext_ack *extack)
{
	gnic_group_remove(container_of(dl_port, struct gnic_group, dl_port));
	return 0;
}

void gnic_groups_exit(struct gnic_dev *dev)
{
	struct gnic_group *group;
	unsigned long index;

	xa_for_each(&dev->groups, index, group)
		gnic_group_remove(group);
}

static u16 gnic_groups_renumber(struct gnic_dev *dev, u16 vport)
{
	struct gnic_group *group;
	unsigned long index;

	xa_for_each(&dev->groups, index, group) {
		if (group->old_vport == vport)
			return group->vport;
	}
	return vport;
}

/**
 * gnic_groups_restore - the groups have switch ports again
 * @dev: card, reset, its representors detached; devl_lock held
 */
int gnic_groups_restore(struct gnic_dev *dev)
{
	struct gnic_group *group;
	unsigned long index;
	int err;

	xa_for_each(&dev->groups, index, group) {
		group->old_vport = group->vport;
		err = gnic_vport_create(dev, group->config.port, &group->vport);
		if (err)
			return err;
		gnic_rep_renumber(group);
	}
	gnic_flow_renumber(dev, gnic_groups_renumber);
	return 0;
}
