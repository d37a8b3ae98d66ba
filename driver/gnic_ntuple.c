// SPDX-License-Identifier: GPL-2.0-only
/* ethtool -N: the list of a netdev's rules, by location: the lowest one wins. */
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "gnic_nic.h"
#include "gnic_ntuple.h"

/* Rules for rings need a device that has numbers for them. */
bool gnic_ntuple_supported(const struct gnic_nic *nic)
{
	const u32 want = GNIC_CAP_FLOW | GNIC_CAP_FLOW_QUEUES | GNIC_CAP_RSS_QUEUES;

	return (nic->dev->caps_bits & want) == want;
}

static u32 gnic_ntuple_size(const struct gnic_nic *nic)
{
	return gnic_flow_budget(nic->dev, GNIC_FLOW_OWNER_NTUPLE);
}

static struct gnic_ntuple *gnic_ntuple_find(struct gnic_nic *nic, u32 location)
{
	struct gnic_ntuple *rule;

	list_for_each_entry(rule, &nic->ntuples, list)
		if (rule->fs.location == location)
			return rule;
	return NULL;
}

/* ---- look ---- */

int gnic_ntuple_count(struct gnic_nic *nic, struct ethtool_rxnfc *cmd)
{
	if (!gnic_ntuple_supported(nic))
		return -EOPNOTSUPP;
	cmd->rule_cnt = list_count_nodes(&nic->ntuples);
	cmd->data = gnic_ntuple_size(nic) | RX_CLS_LOC_SPECIAL;
	return 0;
}

int gnic_ntuple_get(struct gnic_nic *nic, struct ethtool_rxnfc *cmd)
{
	struct gnic_ntuple *rule = gnic_ntuple_find(nic, cmd->fs.location);

	if (!rule)
		return -ENOENT;
	cmd->fs = rule->fs;
	/* where the kernel looks for FLOW_RSS when it adds ring and table of a context */
	if (rule->context)
		cmd->flow_type = rule->fs.flow_type;
	cmd->rss_context = rule->context;
	return 0;
}

int gnic_ntuple_list(struct gnic_nic *nic, struct ethtool_rxnfc *cmd, u32 *locations)
{
	struct gnic_ntuple *rule;
	u32 count = 0;

	if (!gnic_ntuple_supported(nic))
		return -EOPNOTSUPP;
	list_for_each_entry(rule, &nic->ntuples, list) {
		if (count == cmd->rule_cnt)
			return -EMSGSIZE;
		locations[count++] = rule->fs.location;
	}
	cmd->rule_cnt = count;
	cmd->data = gnic_ntuple_size(nic);
	return 0;
}

/* ---- where a rule goes ---- */

static bool gnic_ntuple_equal(const struct gnic_ntuple *a, const struct gnic_ntuple *b)
{
	return !memcmp(&a->flow.hw.key, &b->flow.hw.key, sizeof(a->flow.hw.key)) &&
	       !memcmp(&a->flow.hw.mask, &b->flow.hw.mask, sizeof(a->flow.hw.mask));
}

/* One for the same frames, wherever it stands. */
static struct gnic_ntuple *gnic_ntuple_same(struct gnic_nic *nic, const struct gnic_ntuple *rule)
{
	struct gnic_ntuple *other;

	list_for_each_entry(other, &nic->ntuples, list)
		if (gnic_ntuple_equal(other, rule))
			return other;
	return NULL;
}

static int gnic_ntuple_first(struct gnic_nic *nic)
{
	struct gnic_ntuple *rule;
	u32 location = 0;

	list_for_each_entry(rule, &nic->ntuples, list) {
		if (rule->fs.location != location)
			break;
		location++;
	}
	return location < gnic_ntuple_size(nic) ? location : -ENOSPC;
}

static int gnic_ntuple_last(struct gnic_nic *nic)
{
	u32 location = gnic_ntuple_size(nic);
	struct gnic_ntuple *rule;

	list_for_each_entry_reverse(rule, &nic->ntuples, list) {
		if (rule->fs.location != location - 1)
			break;
		location--;
	}
	return location ? location - 1 : -ENOSPC;
}

/* Who does not care where, and has a rule for the same frames, means that one. */
static int gnic_ntuple_location(struct gnic_nic *nic, const struct gnic_ntuple *rule)
{
	u32 location = rule->fs.location;
	struct gnic_ntuple *same;

	switch (location) {
	case RX_CLS_LOC_ANY:
		same = gnic_ntuple_same(nic, rule);
		return same ? same->fs.location : gnic_ntuple_last(nic);
	case RX_CLS_LOC_FIRST:
		return gnic_ntuple_first(nic);
	case RX_CLS_LOC_LAST:
		return gnic_ntuple_last(nic);
	default:
		return location < gnic_ntuple_size(nic) ? location : -EINVAL;
	}
}

/* ---- add, delete ---- */

static void gnic_ntuple_insert(struct gnic_nic *nic, struct gnic_ntuple *rule)
{
	struct gnic_ntuple *other;

	list_for_each_entry(other, &nic->ntuples, list)
		if (other->fs.location > rule->fs.location)
			break;
	list_add_tail(&rule->list, &other->list);
}

static void gnic_ntuple_destroy(struct gnic_nic *nic, struct gnic_ntuple *rule)
{
	gnic_flow_del(nic->dev, &rule->flow);
	list_del(&rule->list);
	kfree(rule);
}

/* The new rule first, in whose place the old one may be: no frame meets neither. */
static int gnic_ntuple_commit(struct gnic_nic *nic, struct gnic_ntuple *rule,
			      struct netlink_ext_ack *extack)
{
	struct gnic_ntuple *old = gnic_ntuple_find(nic, rule->fs.location);
	int err;

	err = gnic_flow_commit(nic->dev, &rule->flow, extack);
	if (!err && old)
		gnic_ntuple_destroy(nic, old);
	return err;
}

static int gnic_ntuple_make(struct gnic_nic *nic, struct gnic_ntuple *rule,
			    struct netlink_ext_ack *extack)
{
	int err, location;

	if (!gnic_ntuple_supported(nic) || !(nic->netdev->features & NETIF_F_NTUPLE)) {
		NL_SET_ERR_MSG_MOD(extack, "rule: feature ntuple is off, or the device has none");
		return -EOPNOTSUPP;
	}
	err = gnic_ntuple_parse(nic, rule, extack);
	if (err)
		return err;
	location = gnic_ntuple_location(nic, rule);
	if (location < 0) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "there are locations from 0 to %u",
				       gnic_ntuple_size(nic) - 1);
		return location;
	}
	rule->fs.location = location;
	rule->flow.hw.priority |= cpu_to_le32(location);
	err = gnic_ntuple_commit(nic, rule, extack);
	if (!err)
		gnic_ntuple_insert(nic, rule);
	return err;
}

/**
 * gnic_ntuple_add - a rule, or another one in its place
 * @nic: netdev
 * @fs: rule; gets its location
 * @context: with FLOW_RSS
 *
 * The reason of a refusal goes to the log, ethtool has no room for it.
 */
int gnic_ntuple_add(struct gnic_nic *nic, struct ethtool_rx_flow_spec *fs, u32 context)
{
	struct netlink_ext_ack extack = {};
	struct gnic_ntuple *rule;
	int err;

	rule = kzalloc(sizeof(*rule), GFP_KERNEL);
	if (!rule)
		return -ENOMEM;
	rule->fs = *fs;
	rule->context = fs->flow_type & FLOW_RSS ? context : 0;
	err = gnic_ntuple_make(nic, rule, &extack);
	if (err) {
		kfree(rule);
		netdev_info(nic->netdev, "%s\n", extack._msg ?: "no rule");
		return err;
	}
	fs->location = rule->fs.location;
	return 0;
}

/*
 * What is not there is deleted: a rule that took the place of a like one has its
 * location, and both who added them delete it.
 */
int gnic_ntuple_del(struct gnic_nic *nic, u32 location)
{
	struct gnic_ntuple *rule = gnic_ntuple_find(nic, location);

	if (rule)
		gnic_ntuple_destroy(nic, rule);
	else if (location >= gnic_ntuple_size(nic))
		return -EINVAL;
	return 0;
}

/* All of them: the feature is turned off, or the netdev goes. */
void gnic_ntuple_flush(struct gnic_nic *nic)
{
	struct gnic_ntuple *rule, *next;

	list_for_each_entry_safe(rule, next, &nic->ntuples, list)
		gnic_ntuple_destroy(nic, rule);
}

/* ---- contexts ---- */

static bool gnic_ntuple_is_of(const struct gnic_ntuple *rule, u32 context)
{
	return rule->fs.flow_type & FLOW_RSS && rule->context == context;
}

bool gnic_ntuple_uses_context(struct gnic_nic *nic, u32 context)
{
	struct gnic_ntuple *rule;

	list_for_each_entry(rule, &nic->ntuples, list)
		if (gnic_ntuple_is_of(rule, context))
			return true;
	return false;
}

/* What rules add to the rings of a context, at most. */
u32 gnic_ntuple_max_offset(struct gnic_nic *nic, u32 context)
{
	struct gnic_ntuple *rule;
	u32 max = 0;

	list_for_each_entry(rule, &nic->ntuples, list)
		if (gnic_ntuple_is_of(rule, context) && rule->fs.ring_cookie != RX_CLS_FLOW_DISC)
			max = max_t(u32, max, rule->fs.ring_cookie);
	return max;
}

/* So many rings rules for contexts need; not every kernel adds an offset itself. */
u32 gnic_ntuple_rings(struct gnic_nic *nic)
{
	struct ethtool_rxfh_context *ctx;
	struct gnic_ntuple *rule;
	u32 rings = 0;

	list_for_each_entry(rule, &nic->ntuples, list) {
		if (!(rule->fs.flow_type & FLOW_RSS) || rule->fs.ring_cookie == RX_CLS_FLOW_DISC)
			continue;
		ctx = xa_load(&nic->netdev->ethtool->rss_ctx, rule->context);
		if (ctx)
			rings = max_t(u32, rings,
				      gnic_ntuple_context_max(ctx) + rule->fs.ring_cookie + 1);
	}
	return rings;
}

/* The device could not be given it back after a reset. */
void gnic_ntuple_context_lost(struct gnic_nic *nic, u32 context)
{
	struct gnic_ntuple *rule, *next;

	list_for_each_entry_safe(rule, next, &nic->ntuples, list)
		if (gnic_ntuple_is_of(rule, context))
			gnic_ntuple_destroy(nic, rule);
}
