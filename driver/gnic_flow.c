// SPDX-License-Identifier: GPL-2.0-only
/* The rule engine: put a rule into the device, count, take it out. */
#include <linux/netlink.h>

#include "gnic.h"
#include "gnic_eswitch.h"
#include "gnic_flow.h"

/* Of the device's table, how much an owner may have, in sixteenths. */
static const u8 gnic_flow_share[GNIC_FLOW_OWNERS] = {
	[GNIC_FLOW_OWNER_NTUPLE] = 8,
	[GNIC_FLOW_OWNER_TC] = 16,
	[GNIC_FLOW_OWNER_ARFS] = 4,
};

/* Rules that an owner may have at once. */
u32 gnic_flow_budget(struct gnic_dev *dev, enum gnic_flow_owner owner)
{
	return le32_to_cpu(dev->caps.flows) / 16 * gnic_flow_share[owner];
}

u32 gnic_flow_count(struct gnic_dev *dev, enum gnic_flow_owner owner)
{
	return READ_ONCE(dev->eswitch->flow_count[owner]);
}

/* A device without the longer command has been asked for nothing that needs it. */
static int gnic_flow_cmd_add(struct gnic_dev *dev, struct gnic_flow *flow)
{
	struct gnic_hw_flow_add_more in = { .add = flow->hw };
	struct gnic_hw_id id;
	int err;

	if (flow->more && memchr_inv(flow->more, 0, sizeof(*flow->more))) {
		in.more = *flow->more;
		err = gnic_cmd_exec(dev, GNIC_CMD_FLOW_ADD_MORE, &in, sizeof(in), &id, sizeof(id));
	} else {
		err = gnic_cmd_exec(dev, GNIC_CMD_FLOW_ADD, &in.add, sizeof(in.add), &id,
				    sizeof(id));
	}
	if (!err)
		flow->id = le32_to_cpu(id.id);
	return err;
}

static int gnic_flow_cmd_del(struct gnic_dev *dev, struct gnic_flow *flow)
{
	struct gnic_hw_id id = { .id = cpu_to_le32(flow->id) };

	return gnic_cmd_exec(dev, GNIC_CMD_FLOW_DEL, &id, sizeof(id), NULL, 0);
}

static int gnic_flow_cmd_stats(struct gnic_dev *dev, struct gnic_flow *flow,
			       struct gnic_flow_stats *stats)
{
	struct gnic_hw_id id = { .id = cpu_to_le32(flow->id) };
	struct gnic_hw_flow_stats hw;
	int err;

	err = gnic_cmd_exec(dev, GNIC_CMD_FLOW_STATS, &id, sizeof(id), &hw, sizeof(hw));
	if (err)
		return err;

	stats->packets = le64_to_cpu(hw.packets);
	stats->bytes = le64_to_cpu(hw.bytes);
	stats->age_us = le64_to_cpu(hw.age_us);
	return 0;
}

static void gnic_flow_explain(int err, struct netlink_ext_ack *extack)
{
	switch (err) {
	case -ENOSPC:
		NL_SET_ERR_MSG_MOD(extack,
				   "the card has no room for this rule or for another mask");
		break;
	default:
		NL_SET_ERR_MSG_FMT_MOD(extack, "the card refused the rule (%d)", err);
	}
}

/**
 * gnic_flow_commit - put a rule that was built into the device
 * @dev: card
 * @flow: rule; stays the caller's, who keeps it until gnic_flow_del()
 * @extack: for the sentence, may be NULL
 */
int gnic_flow_commit(struct gnic_dev *dev, struct gnic_flow *flow,
		     struct netlink_ext_ack *extack)
{
	struct gnic_eswitch *esw = dev->eswitch;
	int err;

	if (flow->nowhere)
		return 0;
	mutex_lock(&esw->flow_lock);
	if (esw->flow_count[flow->owner] >= gnic_flow_budget(dev, flow->owner)) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "no more than %u rules of this kind",
				       gnic_flow_budget(dev, flow->owner));
		err = -ENOSPC;
		goto unlock;
	}

	err = gnic_flow_cmd_add(dev, flow);
	if (err) {
		gnic_flow_explain(err, extack);
		goto unlock;
	}

	flow->committed = true;
	list_add_tail(&flow->list, &esw->flows);
	WRITE_ONCE(esw->flow_count[flow->owner], esw->flow_count[flow->owner] + 1);
unlock:
	mutex_unlock(&esw->flow_lock);
	return err;
}

/* A device that refuses has lost the rule: there is nobody to tell. */
void gnic_flow_del(struct gnic_dev *dev, struct gnic_flow *flow)
{
	struct gnic_eswitch *esw = dev->eswitch;

	if (flow->nowhere)
		return;
	mutex_lock(&esw->flow_lock);
	if (flow->committed)
		gnic_flow_cmd_del(dev, flow);
	flow->committed = false;
	list_del(&flow->list);
	WRITE_ONCE(esw->flow_count[flow->owner], esw->flow_count[flow->owner] - 1);
	mutex_unlock(&esw->flow_lock);
}

int gnic_flow_stats(struct gnic_dev *dev, struct gnic_flow *flow, struct gnic_flow_stats *stats)
{
	int err = -ENOENT;

	mutex_lock(&dev->eswitch->flow_lock);
	if (flow->committed)
		err = gnic_flow_cmd_stats(dev, flow, stats);
	if (!err) {
		stats->packets += flow->packets;
		stats->bytes += flow->bytes;
	}
	mutex_unlock(&dev->eswitch->flow_lock);
	return err;
}

static bool gnic_flow_targets_vport(const struct gnic_flow *flow)
{
	return flow->hw.action == GNIC_FLOW_VPORT || flow->hw.action == GNIC_FLOW_VPORT_HOST;
}

static bool gnic_flow_targets(const struct gnic_flow *flow, u16 vport)
{
	return gnic_flow_targets_vport(flow) && le32_to_cpu(flow->hw.target) == vport;
}

/* A trap stays with its own port; a redirect and a mirror may lead to another. */
static bool gnic_flow_leads_away(const struct gnic_flow *flow)
{
	return flow->hw.mirrors || flow->hw.action == GNIC_FLOW_VPORT ||
	       (flow->hw.action == GNIC_FLOW_VPORT_HOST &&
		le32_to_cpu(flow->hw.target) != le16_to_cpu(flow->hw.key.vport));
}

static bool gnic_flow_mirrors_to(const struct gnic_flow *flow, u16 vport)
{
	unsigned int i;

	for (i = 0; i < flow->hw.mirrors; i++)
		if (le16_to_cpu(flow->hw.mirror[i].vport) == vport)
			return true;
	return false;
}

bool gnic_flow_any_leads_away(struct gnic_dev *dev)
{
	struct gnic_flow *flow;
	bool any = false;

	mutex_lock(&dev->eswitch->flow_lock);
	list_for_each_entry(flow, &dev->eswitch->flows, list)
		any |= gnic_flow_leads_away(flow);
	mutex_unlock(&dev->eswitch->flow_lock);
	return any;
}

bool gnic_flow_any_of_vport(struct gnic_dev *dev, u16 vport)
{
	struct gnic_flow *flow;
	bool any = false;

	mutex_lock(&dev->eswitch->flow_lock);
	list_for_each_entry(flow, &dev->eswitch->flows, list)
		any |= le16_to_cpu(flow->hw.key.vport) == vport ||
		       gnic_flow_targets(flow, vport) || gnic_flow_mirrors_to(flow, vport);
	mutex_unlock(&dev->eswitch->flow_lock);
	return any;
}

/* Counters that the device is about to forget. */
static void gnic_flow_keep_count(struct gnic_dev *dev, struct gnic_flow *flow)
{
	struct gnic_flow_stats stats;

	if (gnic_flow_cmd_stats(dev, flow, &stats))
		return;
	flow->packets += stats.packets;
	flow->bytes += stats.bytes;
}

/* What came behind mirror @i comes behind those before it. */
static void gnic_flow_forget_mirror(struct gnic_flow *flow, unsigned int i)
{
	struct gnic_hw_flow_mirror *mirror = flow->hw.mirror;
	unsigned int e;

	flow->hw.mirrors--;
	memmove(&mirror[i], &mirror[i + 1], (flow->hw.mirrors - i) * sizeof(*mirror));
	memset(&mirror[flow->hw.mirrors], 0, sizeof(*mirror));
	for (e = 0; e < flow->hw.edits; e++)
		if (flow->hw.edit[e].mirrors > i)
			flow->hw.edit[e].mirrors--;
}

static void gnic_flow_forget_mirrors(struct gnic_flow *flow, u16 vport)
{
	unsigned int i;

	for (i = flow->hw.mirrors; i--;)
		if (le16_to_cpu(flow->hw.mirror[i].vport) == vport)
			gnic_flow_forget_mirror(flow, i);
}

/* The counters of the old rule go on in the new one. */
static void gnic_flow_forget_vport(struct gnic_dev *dev, struct gnic_flow *flow, u16 vport)
{
	if (flow->committed) {
		gnic_flow_keep_count(dev, flow);
		gnic_flow_cmd_del(dev, flow);
	}
	gnic_flow_forget_mirrors(flow, vport);
	if (gnic_flow_targets(flow, vport))
		gnic_flow_set_drop(flow);
	if (flow->committed)
		flow->committed = !gnic_flow_cmd_add(dev, flow);
}

/**
 * gnic_flow_vport_gone - rules that redirect to a vport drop, mirrors to it end
 * @dev: card
 * @vport: about to be destroyed
 *
 * That is what tc does in software when the target of a redirect or a mirror
 * vanishes, and the device does not destroy a vport that a rule points to.
 */
void gnic_flow_vport_gone(struct gnic_dev *dev, u16 vport)
{
	struct gnic_flow *flow;

	mutex_lock(&dev->eswitch->flow_lock);
	list_for_each_entry(flow, &dev->eswitch->flows, list)
		if (gnic_flow_targets(flow, vport) || gnic_flow_mirrors_to(flow, vport))
			gnic_flow_forget_vport(dev, flow, vport);
	mutex_unlock(&dev->eswitch->flow_lock);
}

/**
 * gnic_flow_park - the device is about to lose all rules
 * @dev: card
 * @count: the device is well: ask it for its counters
 */
void gnic_flow_park(struct gnic_dev *dev, bool count)
{
	struct gnic_flow *flow;

	mutex_lock(&dev->eswitch->flow_lock);
	list_for_each_entry(flow, &dev->eswitch->flows, list) {
		if (flow->committed && count)
			gnic_flow_keep_count(dev, flow);
		flow->committed = false;
	}
	mutex_unlock(&dev->eswitch->flow_lock);
}

static void gnic_flow_renumber_one(struct gnic_dev *dev, struct gnic_flow *flow,
				   u16 (*renumber)(struct gnic_dev *dev, u16 vport))
{
	struct gnic_hw_flow_add *hw = &flow->hw;
	unsigned int i;

	if (hw->mask.vport)
		hw->key.vport = cpu_to_le16(renumber(dev, le16_to_cpu(hw->key.vport)));
	if (gnic_flow_targets_vport(flow))
		hw->target = cpu_to_le32(renumber(dev, le32_to_cpu(hw->target)));
	for (i = 0; i < hw->mirrors; i++)
		hw->mirror[i].vport = cpu_to_le16(renumber(dev, le16_to_cpu(hw->mirror[i].vport)));
}

/**
 * gnic_flow_renumber - switch ports have other numbers than before
 * @dev: card; its rules are parked
 * @renumber: the new number of a switch port
 */
void gnic_flow_renumber(struct gnic_dev *dev, u16 (*renumber)(struct gnic_dev *dev, u16 vport))
{
	struct gnic_flow *flow;

	mutex_lock(&dev->eswitch->flow_lock);
	list_for_each_entry(flow, &dev->eswitch->flows, list)
		gnic_flow_renumber_one(dev, flow, renumber);
	mutex_unlock(&dev->eswitch->flow_lock);
}

/* Those that their owners have not put back themselves. */
void gnic_flow_replay(struct gnic_dev *dev)
{
	struct gnic_flow *flow;
	unsigned int lost = 0;

	mutex_lock(&dev->eswitch->flow_lock);
	list_for_each_entry(flow, &dev->eswitch->flows, list) {
		if (flow->committed)
			continue;
		flow->committed = !gnic_flow_cmd_add(dev, flow);
		lost += !flow->committed;
	}
	mutex_unlock(&dev->eswitch->flow_lock);
	if (lost)
		dev_warn(&dev->pdev->dev, "%u rules were not taken after the reset\n", lost);
}
