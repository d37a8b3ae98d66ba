// SPDX-License-Identifier: GPL-2.0-only
/*
 * tc filters on a port's netdev or a representor: binding of blocks, and the
 * rules that filters have become.
 *
 * The callback may come with rtnl or without it: what it touches is under a
 * lock of its own.
 */
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/flow_offload.h>
#include <net/pkt_cls.h>

#include "gnic.h"
#include "gnic_eswitch.h"
#include "gnic_flow.h"
#include "gnic_nic.h"
#include "gnic_tc.h"

/* A shared block shows the same filter to several netdevs, or to both ways of one. */
struct gnic_tc_key {
	unsigned long cookie;
	struct net_device *netdev;
	unsigned long egress;
};

/**
 * struct gnic_tc_rule - a filter that is in the device
 * @node: of struct gnic_tc.rules
 * @key: which filter on which netdev
 * @flow: the rule
 * @more: of it
 * @packets: told to tc so far
 * @bytes: likewise
 */
struct gnic_tc_rule {
	struct rhash_head node;
	struct gnic_tc_key key;
	struct gnic_flow flow;
	struct gnic_hw_flow_more more;
	u64 packets;
	u64 bytes;
};

/**
 * struct gnic_tc - of a card
 * @lock: protects @rules and what is in them
 * @rules: struct gnic_tc_rule
 */
struct gnic_tc {
	struct mutex lock;	/* @rules */
	struct rhashtable rules;
};

static const struct rhashtable_params gnic_tc_params = {
	.key_len = sizeof(struct gnic_tc_key),
	.key_offset = offsetof(struct gnic_tc_rule, key),
	.head_offset = offsetof(struct gnic_tc_rule, node),
	.automatic_shrinking = true,
};

/* Blocks of all netdevs of the driver. */
static LIST_HEAD(gnic_tc_blocks);
static DEFINE_MUTEX(gnic_tc_blocks_lock);

static struct gnic_dev *gnic_tc_dev(struct net_device *netdev)
{
	return gnic_nic_port(netdev)->dev;
}

static struct gnic_tc_rule *gnic_tc_find(struct gnic_tc *tc, const struct gnic_tc_key *key)
{
	return rhashtable_lookup_fast(&tc->rules, key, gnic_tc_params);
}

static void gnic_tc_count(const struct gnic_tc_rule *rule, int more)
{
	struct gnic_nic *nic = netdev_priv(rule->key.netdev);

	WRITE_ONCE(nic->tc_rules, nic->tc_rules + more);
}

static int gnic_tc_put(struct gnic_tc *tc, struct gnic_tc_rule *rule,
		       struct netlink_ext_ack *extack)
{
	struct gnic_dev *dev = gnic_tc_dev(rule->key.netdev);
	int err;

	err = gnic_flow_commit(dev, &rule->flow, extack);
	if (err)
		return err;
	err = rhashtable_insert_fast(&tc->rules, &rule->node, gnic_tc_params);
	if (err)
		gnic_flow_del(dev, &rule->flow);
	else
		gnic_tc_count(rule, 1);
	return err;
}

static u16 gnic_tc_table(const struct gnic_tc_key *key,
			 const struct flow_cls_common_offload *common)
{
	return common->chain_index | (key->egress ? GNIC_FLOW_TABLE_HOST : 0);
}

/* @type is that of the callback, and says what @data is. */
static int gnic_tc_parse(struct gnic_tc_rule *rule, enum tc_setup_type type, void *data)
{
	struct tc_cls_matchall_offload *all = data;
	struct flow_cls_common_offload *common = data;
	struct flow_cls_offload *flower = data;
	struct flow_rule *parsed;
	int err;

	gnic_flow_prepare(&rule->flow, gnic_nic_vport(rule->key.netdev), GNIC_FLOW_OWNER_TC,
			  common->prio);
	gnic_flow_prepare_more(&rule->flow, &rule->more);
	gnic_flow_set_table(&rule->flow, gnic_tc_table(&rule->key, common));
	if (type == TC_SETUP_CLSFLOWER) {
		parsed = flow_cls_offload_flow_rule(flower);
		err = gnic_flower_parse(rule->key.netdev, flower, &rule->flow);
	} else {
		parsed = all->rule;
		err = gnic_matchall_parse(all, &rule->flow);
	}
	if (err)
		return err;
	return gnic_tc_parse_actions(rule->key.netdev, &parsed->action, common, &rule->flow);
}

/*
 * Of a card without tables the first one is all that there is. What the card has ends, and
 * is counted, whatever becomes of the feature.
 */
static int gnic_tc_check_place(const struct gnic_tc_key *key,
			       const struct flow_cls_common_offload *common)
{
	if (!tc_can_offload_extack(key->netdev, common->extack))
		return -EOPNOTSUPP;
	if (common->chain_index && !gnic_flow_edits(gnic_tc_dev(key->netdev))) {
		NL_SET_ERR_MSG_MOD(common->extack, "this card has chain 0 only");
		return -EOPNOTSUPP;
	}
	if (common->chain_index > GNIC_FLOW_TABLE_NUMBER) {
		NL_SET_ERR_MSG_FMT_MOD(common->extack, "the last chain of the card is %lu",
				       GNIC_FLOW_TABLE_NUMBER);
		return -EOPNOTSUPP;
	}
	if (key->egress && !gnic_cls_skip_sw(common)) {
		NL_SET_ERR_MSG_MOD(common->extack,
				   "what software has done at egress the card would do again: use skip_sw");
		return -EOPNOTSUPP;
	}
	return 0;
}

static int gnic_tc_replace(struct gnic_tc *tc, const struct gnic_tc_key *key,
			   enum tc_setup_type type, void *data)
{
	struct flow_cls_common_offload *common = data;
	struct gnic_tc_rule *rule;
	int err;

	err = gnic_tc_check_place(key, common);
	if (err)
		return err;
	if (gnic_tc_find(tc, key)) {
		NL_SET_ERR_MSG_MOD(common->extack, "the filter is offloaded already");
		return -EEXIST;
	}
	rule = kzalloc(sizeof(*rule), GFP_KERNEL);
	if (!rule)
		return -ENOMEM;
	rule->key = *key;

	err = gnic_tc_parse(rule, type, data);
	if (!err)
		err = gnic_tc_put(tc, rule, common->extack);
	if (err)
		kfree(rule);
	return err;
}

static int gnic_tc_destroy(struct gnic_tc *tc, const struct gnic_tc_key *key)
{
	struct gnic_tc_rule *rule = gnic_tc_find(tc, key);

	if (!rule)
		return -ENOENT;
	rhashtable_remove_fast(&tc->rules, &rule->node, gnic_tc_params);
	gnic_tc_count(rule, -1);
	gnic_flow_del(gnic_tc_dev(key->netdev), &rule->flow);
	kfree(rule);
	return 0;
}

static int gnic_tc_stats(struct gnic_tc *tc, const struct gnic_tc_key *key, struct flow_stats *out)
{
	struct gnic_tc_rule *rule = gnic_tc_find(tc, key);
	struct gnic_flow_stats stats;
	u64 used;
	int err;

	if (!rule)
		return -ENOENT;
	err = gnic_flow_stats(gnic_tc_dev(key->netdev), &rule->flow, &stats);
	if (err)
		return err;

	used = jiffies - min_t(u64, nsecs_to_jiffies64(stats.age_us * NSEC_PER_USEC), jiffies);
	flow_stats_update(out, stats.bytes - rule->bytes, stats.packets - rule->packets, 0, used,
			  FLOW_ACTION_HW_STATS_IMMEDIATE);
	rule->packets = stats.packets;
	rule->bytes = stats.bytes;
	return 0;
}

static int gnic_tc_flower(struct gnic_tc *tc, struct gnic_tc_key key, struct flow_cls_offload *cls)
{
	key.cookie = cls->cookie;
	switch (cls->command) {
	case FLOW_CLS_REPLACE:
		return gnic_tc_replace(tc, &key, TC_SETUP_CLSFLOWER, cls);
	case FLOW_CLS_DESTROY:
		return gnic_tc_destroy(tc, &key);
	case FLOW_CLS_STATS:
		return gnic_tc_stats(tc, &key, &cls->stats);
	default:
		return -EOPNOTSUPP;
	}
}

static int gnic_tc_matchall(struct gnic_tc *tc, struct gnic_tc_key key,
			    struct tc_cls_matchall_offload *cls)
{
	key.cookie = cls->cookie;
	switch (cls->command) {
	case TC_CLSMATCHALL_REPLACE:
		return gnic_tc_replace(tc, &key, TC_SETUP_CLSMATCHALL, cls);
	case TC_CLSMATCHALL_DESTROY:
		return gnic_tc_destroy(tc, &key);
	case TC_CLSMATCHALL_STATS:
		return gnic_tc_stats(tc, &key, &cls->stats);
	default:
		return -EOPNOTSUPP;
	}
}

static int gnic_tc_block_cb(enum tc_setup_type type, void *type_data, struct gnic_tc_key key)
{
	struct gnic_tc *tc = gnic_tc_dev(key.netdev)->eswitch->tc;
	struct flow_cls_common_offload *common = type_data;
	int err;

	if (type != TC_SETUP_CLSFLOWER && type != TC_SETUP_CLSMATCHALL) {
		NL_SET_ERR_MSG_MOD(common->extack,
				   "only flower and matchall filters can be offloaded");
		return -EOPNOTSUPP;
	}

	mutex_lock(&tc->lock);
	if (type == TC_SETUP_CLSFLOWER)
		err = gnic_tc_flower(tc, key, type_data);
	else
		err = gnic_tc_matchall(tc, key, type_data);
	mutex_unlock(&tc->lock);
	return err;
}

static int gnic_tc_block_ingress(enum tc_setup_type type, void *type_data, void *priv)
{
	const struct gnic_tc_key key = { .netdev = priv };

	return gnic_tc_block_cb(type, type_data, key);
}

static int gnic_tc_block_egress(enum tc_setup_type type, void *type_data, void *priv)
{
	const struct gnic_tc_key key = { .netdev = priv, .egress = true };

	return gnic_tc_block_cb(type, type_data, key);
}

static int gnic_tc_block(struct net_device *netdev, struct flow_block_offload *block)
{
	flow_setup_cb_t *cb = gnic_tc_block_ingress;
	int err;

	if (block->binder_type == FLOW_BLOCK_BINDER_TYPE_CLSACT_EGRESS &&
	    gnic_flow_edits(gnic_tc_dev(netdev)))
		cb = gnic_tc_block_egress;
	else if (block->binder_type != FLOW_BLOCK_BINDER_TYPE_CLSACT_INGRESS)
		return -EOPNOTSUPP;

	mutex_lock(&gnic_tc_blocks_lock);
	err = flow_block_cb_setup_simple(block, &gnic_tc_blocks, cb, netdev, netdev, false);
	mutex_unlock(&gnic_tc_blocks_lock);
	return err;
}

/**
 * gnic_setup_tc - ndo_setup_tc of both kinds of netdev
 * @netdev: a gnic netdev
 * @type: only blocks are of interest here
 * @data: by @type
 */
int gnic_setup_tc(struct net_device *netdev, enum tc_setup_type type, void *data)
{
	if (type == TC_SETUP_BLOCK)
		return gnic_tc_block(netdev, data);
	return -EOPNOTSUPP;
}

int gnic_tc_init(struct gnic_dev *dev)
{
	struct gnic_tc *tc;
	int err;

	tc = kzalloc(sizeof(*tc), GFP_KERNEL);
	if (!tc)
		return -ENOMEM;
	err = rhashtable_init(&tc->rules, &gnic_tc_params);
	if (err) {
		kfree(tc);
		return err;
	}
	mutex_init(&tc->lock);
	dev->eswitch->tc = tc;
	return 0;
}

/* The netdevs are gone, and their filters with them. */
void gnic_tc_exit(struct gnic_dev *dev)
{
	struct gnic_tc *tc = dev->eswitch->tc;

	rhashtable_destroy(&tc->rules);
	mutex_destroy(&tc->lock);
	dev->eswitch->tc = NULL;
	kfree(tc);
}
