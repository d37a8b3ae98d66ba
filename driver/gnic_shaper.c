// SPDX-License-Identifier: GPL-2.0-only
/*
 * Net shapers: limits of single queues, of nodes above them and of the port, and
 * weights. The kernel keeps what the user sees; what the device must be told again
 * when queues are made anew or the port opens is kept here.
 *
 * The device's nodes are always there, those that nobody uses right below the
 * port: the kernel's node N is its node N + 1.
 */
#include <linux/netdevice.h>

#include "gnic_channel.h"
#include "gnic_shaper.h"

#if IS_ENABLED(CONFIG_NET_SHAPER)

/* ---- what the device is told ---- */

static int gnic_shaper_write_port(struct gnic_nic *nic, u64 limit)
{
	struct gnic_hw_port_rate in = {
		.port = cpu_to_le32(nic->port->index),
		.rate = cpu_to_le64(limit),
	};

	return gnic_cmd_exec(nic->dev, GNIC_CMD_PORT_RATE, &in, sizeof(in), NULL, 0);
}

static int gnic_shaper_write_node(struct gnic_nic *nic, unsigned int index)
{
	const struct gnic_nic_sched *sched = &nic->shaper.node_sched[index];
	struct gnic_hw_sched_node in = {
		.port = cpu_to_le32(nic->port->index),
		.node = cpu_to_le16(index + 1),
		.parent = cpu_to_le16(sched->node),
		.weight = sched->weight ?: 1,
		.rate = cpu_to_le64(nic->shaper.node[index]),
	};

	return gnic_cmd_exec(nic->dev, GNIC_CMD_SCHED_NODE, &in, sizeof(in), NULL, 0);
}

static int gnic_shaper_write_sched(struct gnic_channel *c, const struct gnic_queue *queue)
{
	const struct gnic_nic_sched *sched = &c->nic->shaper.queue_sched[c->index];
	struct gnic_hw_qp_sched in = {
		.port = cpu_to_le32(c->nic->port->index),
		.qpn = cpu_to_le32(queue->tx.qpn),
		.node = cpu_to_le16(sched->node),
		.weight = sched->weight ?: 1,
	};

	return gnic_cmd_exec(c->nic->dev, GNIC_CMD_QP_SCHED, &in, sizeof(in), NULL, 0);
}

static bool gnic_shaper_told(const struct gnic_nic_sched *sched)
{
	return sched->node || sched->weight > 1;
}

/* Jiffies that @queues may be silent who share a limit: each sends its largest packet. */
static unsigned long gnic_shaper_silence(u64 limit, unsigned int queues)
{
	return limit ? div64_u64(8ull * GNIC_RAW_TSO_SIZE_MAX * queues * HZ, limit) : 0;
}

/* A queue that waits for its time has not failed. */
static void gnic_shaper_watchdog(struct gnic_nic *nic)
{
	unsigned long silence = gnic_shaper_silence(nic->shaper.port, nic->cfg.tx_queues);
	unsigned int i;

	for (i = 0; i < GNIC_QUEUES_MAX; i++)
		silence = max(silence, gnic_shaper_silence(nic->shaper.queue[i], 1));
	for (i = 0; i < GNIC_SCHED_NODES; i++)
		silence = max(silence, gnic_shaper_silence(nic->shaper.node[i],
							   nic->cfg.tx_queues));
	WRITE_ONCE(nic->netdev->watchdog_timeo, GNIC_NIC_WATCHDOG + silence);
}

/* ---- one shaper ---- */

static int gnic_shaper_set_sched(struct gnic_nic *nic, unsigned int index,
				 struct gnic_nic_sched sched)
{
	struct gnic_channel *c = index < nic->num_tx ? nic->channels[index] : NULL;
	struct gnic_nic_sched old = nic->shaper.queue_sched[index];
	int err;

	nic->shaper.queue_sched[index] = sched;
	if (!c || (!gnic_shaper_told(&sched) && !gnic_shaper_told(&old)))
		return 0;
	err = gnic_shaper_write_sched(c, c->queue);
	if (err)
		nic->shaper.queue_sched[index] = old;
	return err;
}

static int gnic_shaper_set_rate(struct gnic_nic *nic, unsigned int index, u64 limit,
				struct netlink_ext_ack *extack)
{
	u64 old = nic->shaper.queue[index];
	int err;

	if (limit && netdev_get_tx_queue(nic->netdev, index)->tx_maxrate) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "queue %u is limited by its tx_maxrate", index);
		return -EBUSY;
	}
	if (limit == old)
		return 0;
	nic->shaper.queue[index] = limit;
	err = gnic_rate_update(nic, index);
	if (err)
		nic->shaper.queue[index] = old;
	return err;
}

static int gnic_shaper_queue(struct gnic_nic *nic, unsigned int index, u64 limit,
			     struct gnic_nic_sched sched, struct netlink_ext_ack *extack)
{
	u64 old = nic->shaper.queue[index];
	int err;

	err = gnic_shaper_set_rate(nic, index, limit, extack);
	if (err)
		return err;
	err = gnic_shaper_set_sched(nic, index, sched);
	if (err)
		gnic_shaper_set_rate(nic, index, old, NULL);
	return err;
}

static int gnic_shaper_node(struct gnic_nic *nic, unsigned int index, u64 limit,
			    struct gnic_nic_sched sched)
{
	struct gnic_nic_sched old_sched = nic->shaper.node_sched[index];
	u64 old = nic->shaper.node[index];
	int err;

	nic->shaper.node[index] = limit;
	nic->shaper.node_sched[index] = sched;
	err = gnic_shaper_write_node(nic, index);
	if (err) {
		nic->shaper.node[index] = old;
		nic->shaper.node_sched[index] = old_sched;
	}
	return err;
}

static int gnic_shaper_port(struct gnic_nic *nic, u64 limit)
{
	int err = limit == nic->shaper.port ? 0 : gnic_shaper_write_port(nic, limit);

	if (!err)
		nic->shaper.port = limit;
	return err;
}

static struct gnic_nic_sched gnic_shaper_sched(const struct net_shaper *shaper)
{
	return (struct gnic_nic_sched) {
		.node = shaper->parent.scope == NET_SHAPER_SCOPE_NODE ? shaper->parent.id + 1 : 0,
		.weight = shaper->weight,
	};
}

static int gnic_shaper_change(struct gnic_nic *nic, const struct net_shaper *shaper,
			      struct netlink_ext_ack *extack)
{
	const struct net_shaper_handle *handle = &shaper->handle;
	u64 limit = shaper->bw_max;

	switch (handle->scope) {
	case NET_SHAPER_SCOPE_NETDEV:
		return gnic_shaper_port(nic, limit);
	case NET_SHAPER_SCOPE_NODE:
		return gnic_shaper_node(nic, handle->id, limit, gnic_shaper_sched(shaper));
	default:
		return gnic_shaper_queue(nic, handle->id, limit, gnic_shaper_sched(shaper),
					 extack);
	}
}

/* ---- what can be asked for ---- */

static int gnic_shaper_check_handle(const struct gnic_nic *nic,
				    const struct net_shaper_handle *handle,
				    struct netlink_ext_ack *extack)
{
	switch (handle->scope) {
	case NET_SHAPER_SCOPE_NETDEV:
		return 0;
	case NET_SHAPER_SCOPE_QUEUE:
		return handle->id < nic->max_channels ? 0 : -EOPNOTSUPP;
	case NET_SHAPER_SCOPE_NODE:
		if (handle->id < GNIC_SCHED_NODES)
			return 0;
		NL_SET_ERR_MSG_FMT_MOD(extack, "a port has %u nodes", GNIC_SCHED_NODES);
		return -ENOSPC;
	default:
		return -EOPNOTSUPP;
	}
}

static int gnic_shaper_check(const struct gnic_nic *nic, const struct net_shaper *shaper,
			     struct netlink_ext_ack *extack)
{
	u64 limit = shaper->bw_max;

	if (limit && (limit < GNIC_QP_RATE_MIN || limit > GNIC_QP_RATE_MAX)) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "bw-max is from %llu to %llu bit/s",
				       GNIC_QP_RATE_MIN, GNIC_QP_RATE_MAX);
		return -ERANGE;
	}
	if (shaper->weight > GNIC_SCHED_WEIGHT_MAX) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "weight is at most %u", GNIC_SCHED_WEIGHT_MAX);
		return -ERANGE;
	}
	return gnic_shaper_check_handle(nic, &shaper->handle, extack);
}

/* ---- net_shaper_ops; context of all: the netdev's instance lock ---- */

static int gnic_shaper_set(struct net_shaper_binding *binding, const struct net_shaper *shaper,
			   struct netlink_ext_ack *extack)
{
	struct gnic_nic *nic = netdev_priv(binding->netdev);
	int err;

	if (!netif_device_present(nic->netdev))
		return -ENODEV;
	err = gnic_shaper_check(nic, shaper, extack);
	if (err)
		return err;
	err = gnic_shaper_change(nic, shaper, extack);
	gnic_shaper_watchdog(nic);
	return err;
}

/* What was so is so again, as far as the device does as it is told. */
static void gnic_shaper_restore(struct gnic_nic *nic, const struct gnic_nic_shaper *old)
{
	unsigned int i;

	gnic_shaper_port(nic, old->port);
	for (i = 0; i < GNIC_SCHED_NODES; i++)
		if (nic->shaper.node[i] != old->node[i] ||
		    memcmp(&nic->shaper.node_sched[i], &old->node_sched[i],
			   sizeof(old->node_sched[i])))
			gnic_shaper_node(nic, i, old->node[i], old->node_sched[i]);
	for (i = 0; i < nic->max_channels; i++)
		gnic_shaper_queue(nic, i, old->queue[i], old->queue_sched[i], NULL);
}

static int gnic_shaper_group(struct net_shaper_binding *binding, int leaves_count,
			     const struct net_shaper *leaves, const struct net_shaper *node,
			     struct netlink_ext_ack *extack)
{
	struct gnic_nic *nic = netdev_priv(binding->netdev);
	struct gnic_nic_shaper *old;
	int i, err;

	if (!netif_device_present(nic->netdev))
		return -ENODEV;
	err = gnic_shaper_check(nic, node, extack);
	for (i = 0; i < leaves_count && !err; i++)
		err = gnic_shaper_check(nic, &leaves[i], extack);
	if (err)
		return err;
	old = kmemdup(&nic->shaper, sizeof(*old), GFP_KERNEL);
	if (!old)
		return -ENOMEM;
	err = gnic_shaper_change(nic, node, extack);
	for (i = 0; i < leaves_count && !err; i++)
		err = gnic_shaper_change(nic, &leaves[i], extack);
	if (err)
		gnic_shaper_restore(nic, old);
	kfree(old);
	gnic_shaper_watchdog(nic);
	return err;
}

/*
 * The kernel deletes the node of queues that "ethtool -L" took without asking
 * whether that worked: of a device that is not there it is forgotten.
 */
static int gnic_shaper_delete(struct net_shaper_binding *binding,
			      const struct net_shaper_handle *handle,
			      struct netlink_ext_ack *extack)
{
	struct gnic_nic *nic = netdev_priv(binding->netdev);
	const struct net_shaper none = { .handle = *handle };
	int err;

	err = gnic_shaper_check_handle(nic, handle, extack);
	if (err)
		return err;
	if (netif_device_present(nic->netdev)) {
		err = gnic_shaper_change(nic, &none, extack);
	} else if (handle->scope == NET_SHAPER_SCOPE_NODE) {
		nic->shaper.node[handle->id] = 0;
		nic->shaper.node_sched[handle->id] = (struct gnic_nic_sched) {};
	} else {
		err = -ENODEV;
	}
	gnic_shaper_watchdog(nic);
	return err;
}

static void gnic_shaper_capabilities(struct net_shaper_binding *binding,
				     enum net_shaper_scope scope, unsigned long *cap)
{
	const unsigned long limit = BIT(NET_SHAPER_A_CAPS_SUPPORT_BW_MAX) |
				    BIT(NET_SHAPER_A_CAPS_SUPPORT_METRIC_BPS);
	const unsigned long tree = BIT(NET_SHAPER_A_CAPS_SUPPORT_NESTING) |
				   BIT(NET_SHAPER_A_CAPS_SUPPORT_WEIGHT);
	struct gnic_nic *nic = netdev_priv(binding->netdev);
	u32 has = nic->dev->caps_bits;

	switch (scope) {
	case NET_SHAPER_SCOPE_QUEUE:
		*cap = (has & GNIC_CAP_TX_RATE ? limit : 0) | (has & GNIC_CAP_SCHED ? tree : 0);
		break;
	case NET_SHAPER_SCOPE_NODE:
		*cap = has & GNIC_CAP_SCHED ? limit | tree : 0;
		break;
	case NET_SHAPER_SCOPE_NETDEV:
		*cap = has & GNIC_CAP_DCB ? limit : 0;
		break;
	default:
		break;
	}
}

const struct net_shaper_ops gnic_shaper_ops = {
	.group		= gnic_shaper_group,
	.set		= gnic_shaper_set,
	.delete		= gnic_shaper_delete,
	.capabilities	= gnic_shaper_capabilities,
};

/* ---- when the device knows nothing, or queues are others ---- */

/* Before anything is sent by a queue that was just made. */
int gnic_shaper_start(struct gnic_channel *c, const struct gnic_queue *queue)
{
	return gnic_shaper_told(&c->nic->shaper.queue_sched[c->index]) ?
	       gnic_shaper_write_sched(c, queue) : 0;
}

/**
 * gnic_shaper_apply - tell a device that knows nothing yet
 * @nic: uplink
 *
 * Or that has the limit of a netdev that was the port's before. Nodes have no queue then.
 *
 * Return: 0, or a negative errno of the command that failed.
 */
int gnic_shaper_apply(struct gnic_nic *nic)
{
	unsigned int i;
	int err;

	for (i = 0; i < GNIC_SCHED_NODES; i++) {
		if (!nic->shaper.node[i] && !gnic_shaper_told(&nic->shaper.node_sched[i]))
			continue;
		err = gnic_shaper_write_node(nic, i);
		if (err)
			return err;
	}
	if (!(nic->dev->caps_bits & GNIC_CAP_DCB))
		return 0;
	return gnic_shaper_write_port(nic, nic->shaper.port);
}

/**
 * gnic_shaper_resize - the netdev has another number of queues
 * @nic: netdev
 * @count: of transmit queues: the kernel has forgotten the shapers of those behind
 */
void gnic_shaper_resize(struct gnic_nic *nic, unsigned int count)
{
	unsigned int i;

	for (i = count; i < GNIC_QUEUES_MAX; i++) {
		nic->shaper.queue[i] = 0;
		nic->shaper.queue_sched[i] = (struct gnic_nic_sched) {};
	}
	gnic_shaper_watchdog(nic);
}

/**
 * gnic_shaper_forget - queues that were to go stay, without the shapers that they had
 * @nic: netdev that runs
 * @first: of these queues: the kernel has forgotten their shapers, and can't be told of them
 */
void gnic_shaper_forget(struct gnic_nic *nic, unsigned int first)
{
	unsigned int i;

	for (i = first; i < nic->cfg.tx_queues; i++) {
		if (gnic_shaper_queue(nic, i, 0, (struct gnic_nic_sched) {}, NULL))
			netdev_warn(nic->netdev, "queue %u keeps the limit of its shaper\n", i);
	}
	gnic_shaper_watchdog(nic);
}

#endif /* CONFIG_NET_SHAPER */
