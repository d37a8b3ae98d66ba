// SPDX-License-Identifier: GPL-2.0-only
/*
 * A group and the compute context that holds it: whose memory its QPs may
 * touch, and what arrives. gnic_accel_api.h has the contract.
 */
#include <linux/netdevice.h>

#include "gnic.h"
#include "gnic_group.h"

/* The group's lock orders events; holder_lock keeps the holder until it returns. */
void gnic_group_tell(struct gnic_group *group, enum gnic_accel_group_event event)
{
	struct gnic_group_holder *holder = &group->holder;

	mutex_lock(&group->holder_lock);
	if (holder->ops)
		holder->ops->event(holder->priv, event, 0, 0);
	mutex_unlock(&group->holder_lock);
}

/* ---- what arrives ---- */

static void gnic_group_received(struct gnic_group *group, const struct gnic_accel_group_rx *rx)
{
	struct gnic_group_holder *holder = &group->holder;

	mutex_lock(&group->holder_lock);
	if (holder->ops && holder->ops->received && rx->qp < group->attr.config.qp_count)
		holder->ops->received(holder->priv, rx);
	mutex_unlock(&group->holder_lock);
}

static u32 gnic_group_qp_of(const struct gnic_group *group, __le32 ctrl)
{
	return FIELD_GET(GNIC_CQE_QPN, le32_to_cpu(ctrl)) - group->attr.config.qpn_base;
}

/* Buffers did; the holder counts its own. */
static void gnic_group_came_back(struct gnic_group *group, struct gnic_accel_group_rx *rx)
{
	spin_lock_irq(&group->qp_lock);
	group->posted -= min(rx->buffers, group->posted);
	if (group->qps && rx->qp < group->attr.config.qp_count)
		rx->index -= group->qps[rx->qp].first;
	spin_unlock_irq(&group->qp_lock);
}

static void gnic_group_raw_cqe(void *priv, const struct gnic_hw_raw_cqe *cqe)
{
	struct gnic_group *group = priv;
	struct gnic_accel_group_rx rx = {
		.qp = gnic_group_qp_of(group, cqe->ctrl),
		.bytes = le32_to_cpu(cqe->size),
		.index = le32_to_cpu(cqe->wqe_index),
		.buffers = FIELD_GET(GNIC_RAW_CQE_NBUF, le32_to_cpu(cqe->flags)),
		.tag = le32_to_cpu(cqe->hash),
	};

	if (le32_to_cpu(cqe->ctrl) & GNIC_CQE_ERROR)
		return;
	gnic_group_came_back(group, &rx);
	gnic_group_received(group, &rx);
}

const struct gnic_comp_ops gnic_group_raw_ops = {
	.raw = gnic_group_raw_cqe,
};

static void gnic_group_rc_cqe(void *priv, const struct gnic_hw_cqe *cqe)
{
	u32 ctrl = le32_to_cpu(cqe->ctrl);
	struct gnic_group *group = priv;
	struct gnic_accel_group_rx rx = {
		.qp = gnic_group_qp_of(group, cqe->ctrl),
		.bytes = le32_to_cpu(cqe->data),
		.tag = le32_to_cpu(cqe->tag),
		.immediate = ctrl & GNIC_CQE_IMM,
	};

	if (ctrl & (GNIC_CQE_ERROR | GNIC_CQE_REQ))
		return;
	if (ctrl & GNIC_CQE_SEND) {
		rx.index = le32_to_cpu(cqe->wqe_index);
		rx.buffers = 1;
		gnic_group_came_back(group, &rx);
	}
	gnic_group_received(group, &rx);
}

const struct gnic_comp_ops gnic_group_rc_ops = {
	.rc = gnic_group_rc_cqe,
};

/* ---- holding ---- */

static int gnic_group_set_asid(struct gnic_group *group, u16 asid)
{
	int err = 0;
	u32 i;

	group->attr.asid = asid;
	for (i = 0; i < group->attr.config.qp_count && !err; i++)
		err = gnic_qp_set_asid(group->dev, &group->attr, &group->qps[i], asid);
	return err;
}

static void gnic_group_set_holder(struct gnic_group *group, u16 asid,
				  const struct gnic_accel_group_ops *ops, void *priv)
{
	mutex_lock(&group->holder_lock);
	group->holder.asid = asid;
	group->holder.ops = ops;
	group->holder.priv = priv;
	mutex_unlock(&group->holder_lock);
}

/* The first buffer of a holder is its number 0. */
static void gnic_group_count_anew(struct gnic_group *group)
{
	u32 i;

	if (!group->active)
		return;
	spin_lock_irq(&group->qp_lock);
	for (i = 0; i < group->attr.config.qp_count; i++)
		group->qps[i].first = group->qps[i].rq.index;
	group->posted = 0;
	spin_unlock_irq(&group->qp_lock);
}

static int gnic_group_hold_locked(struct gnic_group *group, u16 asid,
				  const struct gnic_accel_group_ops *ops, void *priv)
{
	int err = 0;

	if (group->removed)
		return -ENOENT;
	if (group->holder.ops)
		return -EBUSY;
	/* nobody was told, and nothing would ever complete */
	if (group->active && gnic_group_cq_failed(group))
		err = gnic_group_renew(group);
	if (err)
		return err;

	gnic_group_count_anew(group);
	gnic_group_set_holder(group, asid, ops, priv);
	if (group->active)
		err = gnic_group_set_asid(group, asid);
	if (err) {
		gnic_group_set_holder(group, GNIC_ASID_NONE, NULL, NULL);
		if (gnic_group_set_asid(group, GNIC_ASID_NONE))
			gnic_group_renew(group);
	}
	return err;
}

struct gnic_group *gnic_accel_group_hold(struct gnic_dev *dev, u32 sfnum, u16 asid,
					 const struct gnic_accel_group_ops *ops, void *priv)
{
	struct gnic_group *group;
	int err;

	if (gnic_dev_gone(dev))
		return ERR_PTR(-ENODEV);
	if (!asid || asid > GNIC_ASID_MAX || !ops || !ops->event)
		return ERR_PTR(-EINVAL);
	group = gnic_group_get(dev, sfnum);
	if (!group)
		return ERR_PTR(-ENOENT);

	mutex_lock(&group->lock);
	err = gnic_group_hold_locked(group, asid, ops, priv);
	mutex_unlock(&group->lock);
	if (err) {
		gnic_group_put(group);
		return ERR_PTR(err);
	}
	return group;
}
EXPORT_SYMBOL_GPL(gnic_accel_group_hold);

/*
 * Buffers that are still posted are memory of the holder who left, and so is what waits
 * in a send queue: it would be read from the next one's. A peer would notice new queues,
 * for its packet sequence numbers go on: they are for a device that gives nothing back.
 */
static void gnic_group_take_back(struct gnic_group *group)
{
	int err = 0;
	u32 i;

	for (i = 0; i < group->attr.config.qp_count && !err; i++)
		err = gnic_qp_take_back(group->dev, &group->attr, &group->qps[i]);
	if (err)
		gnic_group_renew(group);
	else
		gnic_comp_sync(group->comp);	/* what has arrived is nobody's */
}

/*
 * QPs that failed shall work for the next holder. But one that offers buffers may have left
 * some with its peer, who may be well: it stays as it is until the user says so.
 */
static void gnic_group_mend(struct gnic_group *group)
{
	if (gnic_group_type_offers(group->attr.type))
		return;
	if (!gnic_group_recover(group))
		gnic_group_well(group);
}

/* QPs that a device leaves their ASID would go on to touch memory of the holder who left. */
static void gnic_group_leave(struct gnic_group *group)
{
	int err;

	gnic_group_wait_idle(group);
	err = gnic_group_set_asid(group, GNIC_ASID_NONE);
	gnic_group_set_holder(group, GNIC_ASID_NONE, NULL, NULL);
	if (err || group->attr.type == GNIC_GROUP_RAW) {
		gnic_group_renew(group);
	} else {
		gnic_group_take_back(group);
		gnic_group_mend(group);
	}
}

void gnic_accel_group_release(struct gnic_group *group)
{
	mutex_lock(&group->lock);
	if (group->active)
		gnic_group_leave(group);
	else
		gnic_group_set_holder(group, GNIC_ASID_NONE, NULL, NULL);
	mutex_unlock(&group->lock);
	gnic_group_put(group);
}
EXPORT_SYMBOL_GPL(gnic_accel_group_release);

static const u8 gnic_group_accel_types[] = {
	[GNIC_GROUP_RAW]		= GNIC_ACCEL_GROUP_RAW,
	[GNIC_GROUP_WRITE]		= GNIC_ACCEL_GROUP_WRITE,
	[GNIC_GROUP_SEND_RDV]		= GNIC_ACCEL_GROUP_SEND_RDV,
	[GNIC_GROUP_RECV_RDV]		= GNIC_ACCEL_GROUP_RECV_RDV,
	[GNIC_GROUP_READ_RDV]		= GNIC_ACCEL_GROUP_READ_RDV,
	[GNIC_GROUP_READ_RDV_ENDP]	= GNIC_ACCEL_GROUP_READ_RDV_ENDP,
};

void gnic_accel_group_query(struct gnic_group *group, struct gnic_accel_group_info *info)
{
	const struct gnic_group_config *config = &group->config;

	mutex_lock(&group->lock);
	*info = (struct gnic_accel_group_info){
		.sfnum = group->sfnum,
		.port = config->port,
		.vport = group->vport,
		.type = gnic_group_accel_types[gnic_group_config_type(config)],
		.active = group->active,
		.link = READ_ONCE(group->link) == GNIC_GROUP_LINK_IS_UP,
		.generation = group->generation,
		.qpn_base = config->qpn_base,
		.qp_count = config->qp_count,
		.peer_qpn_base = config->peer_qpn_base,
		.depth = config->qp_wq_depth,
		.path_mtu = config->qp_path_mtu,
		.rdv_depth = config->qp_rdv_depth,
	};
	mutex_unlock(&group->lock);
}
EXPORT_SYMBOL_GPL(gnic_accel_group_query);

/*
 * Buffers that may be posted at a time: each has a CQE. Of a CQ of RC QPs half is left to
 * what takes no buffer, WRITEs with immediate data.
 */
static u32 gnic_group_buffers_max(const struct gnic_group *group)
{
	return gnic_comp_size(group->comp) >> (group->attr.type != GNIC_GROUP_RAW);
}

static int gnic_group_post_locked(struct gnic_group *group, u32 qp, u64 addr, u32 len, u32 signal)
{
	bool raw = gnic_group_config_type(&group->attr.config) == GNIC_GROUP_RAW;
	struct gnic_hw_recv_wqe *wqe;
	struct gnic_ring *ring;

	if (!group->qps)
		return -ENOLINK;
	if (qp >= group->attr.config.qp_count || !len || (raw && signal))
		return -EINVAL;
	if (gnic_qp_failed(&group->qps[qp]))
		return -ECONNABORTED;
	ring = &group->qps[qp].rq;
	if (group->posted >= gnic_group_buffers_max(group) ||
	    !gnic_ring_free_entries(ring, le32_to_cpu(READ_ONCE(ring->db->done))))
		return -ENOSPC;

	wqe = ring->desc;
	wqe += ring->index & ring->mask;
	wqe->addr = cpu_to_le64(addr);
	wqe->size = cpu_to_le32(len);
	/* the record of what came needs a CQE, which @posted counts */
	if (!raw)
		signal |= FIELD_PREP(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_CQ);
	wqe->completion = cpu_to_le32(signal);
	ring->index++;
	group->posted++;
	gnic_ring_publish(ring);
	return 0;
}

int gnic_accel_group_post_recv(struct gnic_group *group, u32 qp, u64 addr, u32 len, u32 signal)
{
	unsigned long flags;
	int err;

	spin_lock_irqsave(&group->qp_lock, flags);
	err = gnic_group_post_locked(group, qp, addr, len, signal);
	spin_unlock_irqrestore(&group->qp_lock, flags);
	return err;
}
EXPORT_SYMBOL_GPL(gnic_accel_group_post_recv);
