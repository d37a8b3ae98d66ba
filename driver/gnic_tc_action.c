// SPDX-License-Identifier: GPL-2.0-only
/*
 * The actions of a tc filter: a table with one function an action. What has no
 * line there is refused.
 *
 * A rule is some mirrors and then one thing that becomes of the frame. Without
 * the latter the frame goes on as if there were no rule: tc asks no further
 * filter either.
 */
#include <net/flow_offload.h>
#include <net/pkt_cls.h>

#include "gnic.h"
#include "gnic_eswitch.h"
#include "gnic_flow.h"
#include "gnic_nic.h"
#include "gnic_tc.h"

/**
 * struct gnic_tc_actions - actions that are being parsed
 * @netdev: where the filter is
 * @flow: result
 * @extack: for the sentence
 * @skip_sw: software does not see the filter
 * @final: nothing may come behind the last one
 * @to_host: the frame may reach software at @netdev
 */
struct gnic_tc_actions {
	struct net_device *netdev;
	struct gnic_flow *flow;
	struct netlink_ext_ack *extack;
	bool skip_sw;
	bool final;
	bool to_host;
};

static struct gnic_dev *gnic_tc_actions_dev(const struct gnic_tc_actions *a)
{
	return gnic_nic_port(a->netdev)->dev;
}

/* Where a redirect or a mirror leads. */
static int gnic_tc_target(struct gnic_tc_actions *a, const struct flow_action_entry *act,
			  u16 *vport)
{
	struct gnic_dev *dev = gnic_tc_actions_dev(a);

	if (!act->dev || !gnic_netdev_is_ours(act->dev) ||
	    gnic_nic_port(act->dev)->dev != dev) {
		NL_SET_ERR_MSG_MOD(a->extack,
				   "redirect and mirror go to a port or representor of the same card only");
		return -EOPNOTSUPP;
	}
	if (!gnic_eswitch_is_switchdev(dev)) {
		NL_SET_ERR_MSG_MOD(a->extack, "redirect and mirror need eswitch mode switchdev");
		return -EOPNOTSUPP;
	}
	*vport = gnic_nic_vport(act->dev);
	return 0;
}

/* Is there a host side that can be named? */
static int gnic_tc_needs_host_side(struct gnic_tc_actions *a)
{
	if (gnic_flow_mirrors(gnic_tc_actions_dev(a)))
		return 0;
	NL_SET_ERR_MSG_MOD(a->extack, "this card has no mirror, trap and ingress redirect");
	return -EOPNOTSUPP;
}

static int gnic_tc_accept(struct gnic_tc_actions *a, const struct flow_action_entry *act)
{
	a->final = true;
	return 0;
}

static int gnic_tc_drop(struct gnic_tc_actions *a, const struct flow_action_entry *act)
{
	gnic_flow_set_drop(a->flow);
	a->final = true;
	a->to_host = false;
	return 0;
}

/* Not as accept: neither a function's address nor the receive filter keeps the frame away. */
static int gnic_tc_trap(struct gnic_tc_actions *a, const struct flow_action_entry *act)
{
	gnic_flow_set_vport_host(a->flow, gnic_nic_vport(a->netdev));
	a->final = true;
	return gnic_tc_needs_host_side(a);
}

static int gnic_tc_redirect(struct gnic_tc_actions *a, const struct flow_action_entry *act)
{
	u16 vport;
	int err = gnic_tc_target(a, act, &vport);

	if (err)
		return err;
	gnic_flow_set_vport(a->flow, vport);
	a->final = true;
	a->to_host = false;
	return 0;
}

static int gnic_tc_redirect_ingress(struct gnic_tc_actions *a, const struct flow_action_entry *act)
{
	u16 vport;
	int err = gnic_tc_target(a, act, &vport);

	if (err)
		return err;
	gnic_flow_set_vport_host(a->flow, vport);
	a->final = true;
	a->to_host = act->dev == a->netdev;
	return gnic_tc_needs_host_side(a);
}

static int gnic_tc_add_mirror(struct gnic_tc_actions *a, const struct flow_action_entry *act,
			      enum gnic_hw_side side)
{
	u16 vport;
	int err = gnic_tc_needs_host_side(a) ?: gnic_tc_target(a, act, &vport);

	if (err)
		return err;
	err = gnic_flow_add_mirror(gnic_tc_actions_dev(a), a->flow, vport, side);
	if (err)
		NL_SET_ERR_MSG_FMT_MOD(a->extack, "the card has %u mirrors a filter",
				       gnic_flow_mirrors(gnic_tc_actions_dev(a)));
	return err;
}

static int gnic_tc_mirror(struct gnic_tc_actions *a, const struct flow_action_entry *act)
{
	return gnic_tc_add_mirror(a, act, GNIC_SIDE_FUNCTION);
}

static int gnic_tc_mirror_ingress(struct gnic_tc_actions *a, const struct flow_action_entry *act)
{
	return gnic_tc_add_mirror(a, act, GNIC_SIDE_HOST);
}

/**
 * struct gnic_tc_action - an action of tc
 * @id: enum flow_action_id
 * @parse: puts it into the rule
 */
struct gnic_tc_action {
	enum flow_action_id id;
	int (*parse)(struct gnic_tc_actions *a, const struct flow_action_entry *act);
};

static const struct gnic_tc_action gnic_tc_action_table[] = {
	{ FLOW_ACTION_ACCEPT,		gnic_tc_accept },
	{ FLOW_ACTION_DROP,		gnic_tc_drop },
	{ FLOW_ACTION_TRAP,		gnic_tc_trap },
	{ FLOW_ACTION_REDIRECT,		gnic_tc_redirect },
	{ FLOW_ACTION_REDIRECT_INGRESS,	gnic_tc_redirect_ingress },
	{ FLOW_ACTION_MIRRED,		gnic_tc_mirror },
	{ FLOW_ACTION_MIRRED_INGRESS,	gnic_tc_mirror_ingress },
};

static int gnic_tc_parse_action(struct gnic_tc_actions *a, const struct flow_action_entry *act)
{
	unsigned int i;

	if (a->final) {
		NL_SET_ERR_MSG_MOD(a->extack, "nothing can follow an action that ends the filter");
		return -EOPNOTSUPP;
	}
	for (i = 0; i < ARRAY_SIZE(gnic_tc_action_table); i++)
		if (gnic_tc_action_table[i].id == act->id)
			return gnic_tc_action_table[i].parse(a, act);
	NL_SET_ERR_MSG_FMT_MOD(a->extack,
			       "the card has pass, drop, trap, redirect and mirror, not action %u",
			       act->id);
	return -EOPNOTSUPP;
}

/* The result in hardware and then in software has to be the result in software. */
static int gnic_tc_check_software(struct gnic_tc_actions *a)
{
	if (a->skip_sw || !a->flow->hw.mirrors || !a->to_host)
		return 0;
	NL_SET_ERR_MSG_MOD(a->extack,
			   "software would mirror once more what goes on to it: use skip_sw");
	return -EOPNOTSUPP;
}

int gnic_tc_parse_actions(struct net_device *netdev, struct flow_action *action,
			  struct flow_cls_common_offload *common, struct gnic_flow *flow)
{
	struct gnic_tc_actions a = {
		.netdev = netdev,
		.flow = flow,
		.extack = common->extack,
		.skip_sw = gnic_cls_skip_sw(common),
		.to_host = true,
	};
	const struct flow_action_entry *act;
	int i, err;

	if (!flow_action_has_entries(action)) {
		NL_SET_ERR_MSG_MOD(a.extack, "a filter without action is not offloaded");
		return -EOPNOTSUPP;
	}
	if (!flow_action_hw_stats_check(action, a.extack, FLOW_ACTION_HW_STATS_IMMEDIATE_BIT))
		return -EOPNOTSUPP;
	flow_action_for_each(i, act, action) {
		err = gnic_tc_parse_action(&a, act);
		if (err)
			return err;
	}
	return gnic_tc_check_software(&a);
}
