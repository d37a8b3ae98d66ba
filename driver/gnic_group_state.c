// SPDX-License-Identifier: GPL-2.0-only
/*
 * The port function of a group: address, and state. "active" looks at all
 * parameters together, makes the QPs and brings them to RTS; "inactive" lets
 * them finish and takes them away.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include "gnic.h"
#include "gnic_encap.h"
#include "gnic_eswitch.h"
#include "gnic_group.h"

#define GNIC_GROUP_CQ_LOG_MIN	8
#define GNIC_GROUP_POLL_US	500

static struct gnic_group *gnic_group_of_port(struct devlink_port *dl_port)
{
	return container_of(dl_port, struct gnic_group, dl_port);
}

static int gnic_group_hw_addr_get(struct devlink_port *dl_port, u8 *hw_addr, int *hw_addr_len,
				  struct netlink_ext_ack *extack)
{
	struct gnic_group *group = gnic_group_of_port(dl_port);

	mutex_lock(&group->lock);
	ether_addr_copy(hw_addr, group->hw_addr);
	mutex_unlock(&group->lock);
	*hw_addr_len = ETH_ALEN;
	return 0;
}

static int gnic_group_hw_addr_set(struct devlink_port *dl_port, const u8 *hw_addr,
				  int hw_addr_len, struct netlink_ext_ack *extack)
{
	struct gnic_group *group = gnic_group_of_port(dl_port);
	int err = 0;

	if (hw_addr_len != ETH_ALEN || !is_valid_ether_addr(hw_addr)) {
		NL_SET_ERR_MSG_MOD(extack, "hw_addr: a unicast Ethernet address");
		return -EINVAL;
	}

	mutex_lock(&group->lock);
	if (group->active) {
		NL_SET_ERR_MSG_MOD(extack,
				   "the function is active: hw_addr changes while it is inactive");
		err = -EBUSY;
	} else {
		ether_addr_copy(group->hw_addr, hw_addr);
	}
	mutex_unlock(&group->lock);
	return err;
}

static int gnic_group_check_raw(struct gnic_group *group, struct netlink_ext_ack *extack)
{
	u32 most = group->dev->caps_bits & GNIC_CAP_RSS ? GNIC_RSS_TABLE_LEN : 1;

	if (group->config.qp_count <= most)
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "a group of type raw has at most %u QPs", most);
	return -EINVAL;
}

/* The far end has room for all that can be offered at once, and so has this card. */
static int gnic_group_check_rdv(struct gnic_group *group, struct netlink_ext_ack *extack)
{
	const struct gnic_group_config *config = &group->config;
	u32 most = gnic_group_offers_max(group->dev);

	if (gnic_group_type_offers(group->attr.type) &&
	    config->qp_rdv_depth >> GNIC_RDV_RATIO_LOG < config->qp_wq_depth) {
		NL_SET_ERR_MSG_FMT_MOD(extack,
				       "a group of type %s needs a qp_rdv_depth of %u times qp_wq_depth",
				       config->qp_type, 1 << GNIC_RDV_RATIO_LOG);
		return -EINVAL;
	}
	if (gnic_group_config_offers(config) > most) {
		NL_SET_ERR_MSG_FMT_MOD(extack,
				       "qp_count times qp_rdv_depth: the card keeps %u offers",
				       most);
		return -ENOSPC;
	}
	return 0;
}

static int gnic_group_check_rc(struct gnic_group *group, struct netlink_ext_ack *extack)
{
	const struct gnic_group_config *config = &group->config;
	int err;

	if (!group->dev->rdma) {
		NL_SET_ERR_MSG_FMT_MOD(extack,
				       "enable_rdma of the card is off: no groups of type %s",
				       config->qp_type);
		return -EOPNOTSUPP;
	}
	if (!*config->peer_ip && !config->loopback) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "a group of type %s needs peer_ip",
				       config->qp_type);
		return -EDESTADDRREQ;
	}
	/* the two ends of a rendezvous are of different types */
	if (!config->peer_qpn_base &&
	    (!config->loopback || group->attr.type != GNIC_GROUP_WRITE)) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "a group of type %s needs peer_qpn_base",
				       config->qp_type);
		return -EDESTADDRREQ;
	}
	if (config->peer_qpn_base + config->qp_count - 1 > GNIC_QPN_MASK) {
		NL_SET_ERR_MSG_MOD(extack, "peer_qpn_base + qp_count is beyond the last QP number");
		return -EINVAL;
	}
	err = gnic_group_check_rdv(group, extack);
	if (err)
		return err;
	return gnic_path_resolve(gnic_group_port(group), config, &group->attr.path, extack);
}

/* The whole of the parameters: what each of them can't know of the others. */
static int gnic_group_check(struct gnic_group *group, struct netlink_ext_ack *extack)
{
	struct gnic_qp_attr *attr = &group->attr;

	if (gnic_dev_gone(group->dev)) {
		NL_SET_ERR_MSG_MOD(extack, "the device does not answer");
		return -ENODEV;
	}

	memset(attr, 0, sizeof(*attr));
	attr->type = gnic_group_config_type(&group->config);
	attr->port = group->config.port;
	attr->vport = group->vport;
	attr->asid = group->holder.asid;
	attr->config = group->config;
	ether_addr_copy(attr->path.src_mac, group->hw_addr);
	return attr->type == GNIC_GROUP_RAW ? gnic_group_check_raw(group, extack) :
					      gnic_group_check_rc(group, extack);
}

static int gnic_group_comp_create(struct gnic_group *group)
{
	const struct gnic_group_config *config = &group->config;
	u32 log = ilog2(roundup_pow_of_two(config->qp_count * config->qp_wq_depth));
	bool raw = group->attr.type == GNIC_GROUP_RAW;
	struct gnic_comp *comp;

	/* writes with immediate data beside what fills the buffers */
	if (!raw)
		log++;
	log = clamp(log, GNIC_GROUP_CQ_LOG_MIN, GNIC_CQ_LOG_MAX);
	comp = gnic_comp_create(group->dev, log, dev_name(&group->adev->adev.dev),
				raw ? &gnic_group_raw_ops : &gnic_group_rc_ops, group);
	if (IS_ERR(comp))
		return PTR_ERR(comp);
	group->comp = comp;
	group->attr.cqn = gnic_comp_cqn(comp);
	return 0;
}

static void gnic_group_comp_destroy(struct gnic_group *group)
{
	gnic_comp_destroy(group->comp);
	group->comp = NULL;
}

static void gnic_group_qps_destroy(struct gnic_group *group, struct gnic_qp *qps, u32 count)
{
	while (count--)
		gnic_qp_tear_down(group->dev, &group->attr, &qps[count]);
	kvfree(qps);
}

static struct gnic_qp *gnic_group_qps_create(struct gnic_group *group)
{
	u32 count = group->config.qp_count;
	struct gnic_qp *qps;
	u32 i;
	int err;

	qps = kvcalloc(count, sizeof(*qps), GFP_KERNEL);
	if (!qps)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < count; i++) {
		qps[i].qpn = group->config.qpn_base + i;
		err = gnic_qp_bring_up(group->dev, &group->attr, &qps[i], i);
		if (err)
			goto err_destroy;
	}
	return qps;

err_destroy:
	gnic_group_qps_destroy(group, qps, i);
	return ERR_PTR(err);
}

/* From here on posting finds the QPs, until then it finds none. */
static void gnic_group_qps_publish(struct gnic_group *group, struct gnic_qp *qps)
{
	spin_lock_irq(&group->qp_lock);
	group->qps = qps;
	group->posted = 0;
	spin_unlock_irq(&group->qp_lock);
}

/* A QP may fail before all of them are there: what is heard waits for the group's lock. */
static void gnic_group_listen(struct gnic_group *group, bool listens)
{
	spin_lock_irq(&group->qp_lock);
	group->listens = listens;
	bitmap_zero(group->suspects, GNIC_QP_COUNT_MAX);
	bitmap_zero(group->overrun, GNIC_QP_COUNT_MAX);
	group->news = 0;
	group->cq_failed = false;
	group->link = GNIC_GROUP_LINK_UNKNOWN;
	spin_unlock_irq(&group->qp_lock);
}

/* Raw frames for the function are spread over its QPs; @count 0: dropped. */
int gnic_group_rss_set(struct gnic_group *group, u32 count)
{
	struct gnic_hw_rss *in;
	u32 i;
	int err;

	if (group->attr.type != GNIC_GROUP_RAW)
		return 0;
	in = kzalloc(sizeof(*in), GFP_KERNEL);
	if (!in)
		return -ENOMEM;

	in->vport = cpu_to_le16(group->vport);
	in->side = GNIC_SIDE_FUNCTION;
	in->types = cpu_to_le16(GNIC_RSS_L4_TCP4 | GNIC_RSS_L4_UDP4 |
				GNIC_RSS_L4_TCP6 | GNIC_RSS_L4_UDP6);
	in->func = GNIC_RSS_TOEPLITZ;
	netdev_rss_key_fill(in->key, sizeof(in->key));
	if (count) {
		in->len = cpu_to_le32(GNIC_RSS_TABLE_LEN);
		for (i = 0; i < GNIC_RSS_TABLE_LEN; i++)
			in->table[i] = cpu_to_le32(group->config.qpn_base + i % count);
	}
	err = gnic_cmd_exec(group->dev, GNIC_CMD_RSS_SET, in, sizeof(*in), NULL, 0);
	kfree(in);
	return err;
}

static void gnic_group_explain(int err, struct netlink_ext_ack *extack)
{
	switch (err) {
	case -ENOSPC:
		NL_SET_ERR_MSG_MOD(extack,
				   "the device has no room for the QPs of this group, or for offers");
		break;
	case -EEXIST:
		NL_SET_ERR_MSG_MOD(extack,
				   "another function of the port has this hw_addr, or a QP this number");
		break;
	case -EUSERS:
		NL_SET_ERR_MSG_FMT_MOD(extack, "all %u encapsulations of the port are in use",
				       GNIC_ENCAPS);
		break;
	default:
		NL_SET_ERR_MSG_FMT_MOD(extack, "the device refused the group (%d)", err);
	}
}

static int gnic_group_start(struct gnic_group *group)
{
	struct gnic_qp *qps;
	int err;

	err = gnic_group_comp_create(group);
	if (err)
		return err;
	gnic_group_listen(group, true);
	qps = gnic_group_qps_create(group);
	if (IS_ERR(qps)) {
		err = PTR_ERR(qps);
		goto err_comp_destroy;
	}
	err = gnic_group_rss_set(group, group->config.qp_count);
	if (err)
		goto err_qps_destroy;
	gnic_group_qps_publish(group, qps);
	err = gnic_vport_set(group->dev, group->vport, group->hw_addr, true);
	if (err)
		goto err_rss_clear;
	gnic_group_link_query(group);
	return 0;

err_rss_clear:
	gnic_group_qps_publish(group, NULL);
	gnic_group_rss_set(group, 0);
err_qps_destroy:
	gnic_group_qps_destroy(group, qps, group->config.qp_count);
err_comp_destroy:
	gnic_group_listen(group, false);
	gnic_group_comp_destroy(group);
	return err;
}

/**
 * gnic_group_wait_idle - until all messages that were started are acknowledged
 * @group: active; its lock is held
 *
 * No longer than the port's qp_drain_time_ms; what is left then fails.
 */
void gnic_group_wait_idle(struct gnic_group *group)
{
	u32 limit = READ_ONCE(gnic_group_port(group)->qp_drain_ms);
	unsigned long end = jiffies + msecs_to_jiffies(limit);
	u32 i = 0;

	while (i < group->config.qp_count) {
		if (gnic_qp_idle(group->dev, &group->attr, &group->qps[i])) {
			i++;
			continue;
		}
		if (time_after_eq(jiffies, end))
			return;
		usleep_range(GNIC_GROUP_POLL_US, 2 * GNIC_GROUP_POLL_US);
	}
}

static void gnic_group_stop(struct gnic_group *group)
{
	struct gnic_qp *qps = group->qps;
	u32 i;

	for (i = 0; i < group->config.qp_count; i++)
		gnic_qp_stop(group->dev, &group->attr, &qps[i]);
	gnic_group_wait_idle(group);

	gnic_group_qps_publish(group, NULL);
	gnic_group_listen(group, false);
	gnic_vport_set(group->dev, group->vport, group->hw_addr, false);
	gnic_group_rss_set(group, 0);
	gnic_group_qps_destroy(group, qps, group->config.qp_count);
	gnic_group_comp_destroy(group);
}

/**
 * gnic_group_renew - new receive queues, for the next holder
 * @group: active; its lock is held, nobody holds the group
 *
 * Buffers that are still posted are memory of the holder who left: they go with
 * the old queues. The QP numbers stay.
 *
 * Return: 0, or why the group is inactive now.
 */
int gnic_group_renew(struct gnic_group *group)
{
	int err;

	gnic_group_stop(group);
	err = gnic_group_start(group);
	if (!err) {
		group->generation++;
		gnic_group_well(group);
		return 0;
	}
	gnic_encap_put(group->dev, &group->attr);
	gnic_rep_carrier(group, false);
	group->active = false;
	netdev_err(group->rep, "no new queues (%d): inactive\n", err);
	return err;
}

static int gnic_group_activate(struct gnic_group *group, struct netlink_ext_ack *extack)
{
	int err;

	if (group->active)
		return 0;
	err = gnic_group_check(group, extack);
	if (err)
		return err;
	err = gnic_encap_get(group->dev, &group->attr);
	if (err)
		goto err_explain;
	err = gnic_group_start(group);
	if (err)
		goto err_encap_put;

	group->active = true;
	group->generation++;
	gnic_rep_carrier(group, true);
	gnic_group_tell(group, GNIC_ACCEL_GROUP_ACTIVE);
	return 0;

err_encap_put:
	gnic_encap_put(group->dev, &group->attr);
err_explain:
	gnic_group_explain(err, extack);
	return err;
}

/* Does not fail: a device that refuses has no QPs any more. */
void gnic_group_deactivate(struct gnic_group *group)
{
	if (!group->active)
		return;
	gnic_rep_carrier(group, false);
	gnic_group_stop(group);
	gnic_encap_put(group->dev, &group->attr);
	group->active = false;
	gnic_group_well(group);
	gnic_group_tell(group, GNIC_ACCEL_GROUP_INACTIVE);
}

static int gnic_group_state_get(struct devlink_port *dl_port, enum devlink_port_fn_state *state,
				enum devlink_port_fn_opstate *opstate,
				struct netlink_ext_ack *extack)
{
	struct gnic_group *group = gnic_group_of_port(dl_port);

	mutex_lock(&group->lock);
	*state = group->active ? DEVLINK_PORT_FN_STATE_ACTIVE : DEVLINK_PORT_FN_STATE_INACTIVE;
	*opstate = group->active ? DEVLINK_PORT_FN_OPSTATE_ATTACHED :
				   DEVLINK_PORT_FN_OPSTATE_DETACHED;
	mutex_unlock(&group->lock);
	return 0;
}

static int gnic_group_state_set(struct devlink_port *dl_port, enum devlink_port_fn_state state,
				struct netlink_ext_ack *extack)
{
	struct gnic_group *group = gnic_group_of_port(dl_port);
	int err = 0;

	mutex_lock(&group->lock);
	if (state == DEVLINK_PORT_FN_STATE_ACTIVE)
		err = gnic_group_activate(group, extack);
	else
		gnic_group_deactivate(group);
	mutex_unlock(&group->lock);
	return err;
}

const struct devlink_port_ops gnic_group_port_ops = {
	.port_del		= gnic_group_port_del,
	.port_fn_hw_addr_get	= gnic_group_hw_addr_get,
	.port_fn_hw_addr_set	= gnic_group_hw_addr_set,
	.port_fn_state_get	= gnic_group_state_get,
	.port_fn_state_set	= gnic_group_state_set,
};
