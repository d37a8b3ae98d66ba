// SPDX-License-Identifier: GPL-2.0-only
/* devlink resources of card and ports: what there is, and how much of it is taken. */
#include <linux/rtnetlink.h>
#include <net/devlink.h>

#include "gnic.h"
#include "gnic_eswitch.h"
#include "gnic_group.h"
#include "gnic_nic.h"
#include "gnic_push.h"
#include "gnic_resource.h"
#include "gnic_rss.h"

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

static u64 gnic_resource_vectors(void *priv)
{
	return gnic_irq_vectors_used(priv);
}

static u64 gnic_resource_qps(void *priv)
{
	const struct gnic_port *port = priv;

	return gnic_qpn_used(port->dev, port->index);
}

static u64 gnic_resource_cqs(void *priv)
{
	struct gnic_dev *dev = priv;

	return atomic_read(&dev->cqs);
}

static u64 gnic_resource_cqes(void *priv)
{
	struct gnic_dev *dev = priv;

	return atomic_read(&dev->cqes);
}

static u64 gnic_resource_doorbells(void *priv)
{
	struct gnic_dev *dev = priv;

	return atomic_read(&dev->doorbells);
}

static u64 gnic_resource_asids(void *priv)
{
	struct gnic_dev *dev = priv;

	return atomic_read(&dev->asids);
}

static u64 gnic_resource_wqes(void *priv)
{
	struct gnic_port *port = priv;

	return atomic_read(&port->wqes);
}

static u64 gnic_resource_device_wqes(void *priv)
{
	return gnic_push_wqes_used(priv);
}

static u64 gnic_resource_offers(void *priv)
{
	return gnic_group_offers(priv);
}

/* The netdev may go meanwhile. */
static u64 gnic_resource_macs(void *priv)
{
	struct gnic_port *port = priv;
	u64 count;

	rtnl_lock();
	count = port->nic ? READ_ONCE(port->nic->macs) : 0;
	rtnl_unlock();
	return count;
}

static u64 gnic_resource_rss_contexts(void *priv)
{
	struct gnic_port *port = priv;
	u64 count;

	rtnl_lock();
	count = port->nic ? gnic_rss_ctx_count(port->nic) : 0;
	rtnl_unlock();
	return count;
}

static u64 gnic_resource_flows_size(struct gnic_dev *dev)
{
	return le32_to_cpu(dev->caps.flows);
}

static u64 gnic_resource_offers_size(struct gnic_dev *dev)
{
	return gnic_group_offers_max(dev);
}

static u64 gnic_resource_functions_size(struct gnic_dev *dev)
{
	return dev->eswitch->max_sfs;
}

static u64 gnic_resource_vectors_size(struct gnic_dev *dev)
{
	return dev->num_vectors;
}

static u64 gnic_resource_qps_size(struct gnic_dev *dev)
{
	return le32_to_cpu(dev->caps.qps_per_port);
}

static u64 gnic_resource_cqs_size(struct gnic_dev *dev)
{
	return le32_to_cpu(dev->caps.cqs);
}

/* Those of the largest queues that there may be. */
static u64 gnic_resource_cqes_size(struct gnic_dev *dev)
{
	return gnic_resource_cqs_size(dev) << GNIC_CQ_LOG_MAX;
}

/* A record for each CQ, for both queues of each QP of ports and halves, and for the EQ. */
static u64 gnic_resource_doorbells_size(struct gnic_dev *dev)
{
	u64 ports = dev->num_ports;

	if (dev->caps_bits & GNIC_CAP_PORT_SPLIT)
		ports *= 2;
	return gnic_resource_cqs_size(dev) + 2 * ports * gnic_resource_qps_size(dev) + 1;
}

static u64 gnic_resource_asids_size(struct gnic_dev *dev)
{
	return GNIC_ASID_MAX;
}

static u64 gnic_resource_wqes_size(struct gnic_dev *dev)
{
	return 2 * gnic_resource_qps_size(dev) <<
	       min_t(u32, le32_to_cpu(dev->caps.wq_log_max), GNIC_WQ_LOG_MAX);
}

static u64 gnic_resource_macs_size(struct gnic_dev *dev)
{
	return dev->max_macs;
}

static u64 gnic_resource_rss_contexts_size(struct gnic_dev *dev)
{
	return le32_to_cpu(dev->caps.rss_contexts);
}

/*
 * A line of "devlink resource show"
 * @name: as devlink shows it
 * @size: how much there is
 * @occ: how much is taken
 */
static const struct gnic_resource {
	const char *name;
	u64 (*size)(struct gnic_dev *dev);
	devlink_resource_occ_get_t *occ;
} gnic_resources[] = {
	{ "flows", gnic_resource_flows_size, gnic_resource_flows },
	{ "functions", gnic_resource_functions_size, gnic_resource_functions },
	{ "vectors", gnic_resource_vectors_size, gnic_resource_vectors },
	{ "cqs", gnic_resource_cqs_size, gnic_resource_cqs },
	{ "cqes", gnic_resource_cqes_size, gnic_resource_cqes },
	{ "doorbells", gnic_resource_doorbells_size, gnic_resource_doorbells },
	{ "asids", gnic_resource_asids_size, gnic_resource_asids },
	{ "offers", gnic_resource_offers_size, gnic_resource_offers },
	{ "device_wqes", gnic_push_wqes, gnic_resource_device_wqes },
}, gnic_port_resources[] = {
	{ "qps", gnic_resource_qps_size, gnic_resource_qps },
	{ "wqes", gnic_resource_wqes_size, gnic_resource_wqes },
	{ "macs", gnic_resource_macs_size, gnic_resource_macs },
	{ "rss_contexts", gnic_resource_rss_contexts_size, gnic_resource_rss_contexts },
};

/* devlink's numbers begin with 1: 0 is the top of the tree. */
static int gnic_resource_register(struct gnic_dev *dev, struct devlink *devlink,
				  const struct gnic_resource *resource, u64 id, void *priv)
{
	struct devlink_resource_size_params params;
	u64 size = resource->size(dev);
	int err;

	devlink_resource_size_params_init(&params, size, size, 1, DEVLINK_RESOURCE_UNIT_ENTRY);
	err = devl_resource_register(devlink, resource->name, size, id,
				     DEVLINK_RESOURCE_ID_PARENT_TOP, &params);
	if (!err)
		devl_resource_occ_get_register(devlink, id, resource->occ, priv);
	return err;
}

/* With the switch: devl_lock held, for both. */
int gnic_resource_init(struct gnic_dev *dev)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(gnic_resources); i++) {
		err = gnic_resource_register(dev, gnic_devlink(dev), &gnic_resources[i], i + 1,
					     dev);
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

/* Of the port's nested instance, whose devl_lock is held. */
int gnic_resource_port_init(struct gnic_port *port, struct devlink *devlink)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(gnic_port_resources); i++) {
		err = gnic_resource_register(port->dev, devlink, &gnic_port_resources[i], i + 1,
					     port);
		if (err)
			goto err_unregister;
	}
	return 0;

err_unregister:
	devl_resources_unregister(devlink);
	return err;
}

void gnic_resource_port_exit(struct devlink *devlink)
{
	devl_resources_unregister(devlink);
}
