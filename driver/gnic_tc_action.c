// SPDX-License-Identifier: GPL-2.0-only
/*
 * The actions of a tc filter: a table with one function an action. What has no
 * line there is refused.
 *
 * A rule is some mirrors and changes of tags and headers, and then one thing that becomes
 * of the frame. Without the latter the frame goes on as if there were no rule: tc asks no
 * further filter either.
 */
#include <linux/if_vlan.h>
#include <net/flow_offload.h>
#include <net/pkt_cls.h>

#include "gnic.h"
#include "gnic_eswitch.h"
#include "gnic_flow.h"
#include "gnic_nic.h"
#include "gnic_tc.h"
#include "gnic_tc_action.h"

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
	if (a->egress) {
		NL_SET_ERR_MSG_MOD(a->extack, "what the host sends is not trapped");
		return -EOPNOTSUPP;
	}
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

/* Only forward: no frame goes in circles. */
static int gnic_tc_goto(struct gnic_tc_actions *a, const struct flow_action_entry *act)
{
	if (!gnic_flow_edits(gnic_tc_actions_dev(a))) {
		NL_SET_ERR_MSG_MOD(a->extack, "this card has chain 0 only");
		return -EOPNOTSUPP;
	}
	if (act->chain_index <= a->chain || act->chain_index > GNIC_FLOW_TABLE_NUMBER) {
		NL_SET_ERR_MSG_FMT_MOD(a->extack, "goto leads to a later chain, up to %lu",
				       GNIC_FLOW_TABLE_NUMBER);
		return -EOPNOTSUPP;
	}
	gnic_flow_set_goto(a->flow, act->chain_index | (a->egress ? GNIC_FLOW_TABLE_HOST : 0));
	a->final = true;
	return 0;
}

/* @err: of gnic_flow_add_push(), gnic_flow_add_pop() or gnic_flow_add_modify() */
static int gnic_tc_added_edit(struct gnic_tc_actions *a, int err)
{
	if (err)
		NL_SET_ERR_MSG_FMT_MOD(a->extack, "the card has %u VLAN actions a filter",
				       gnic_flow_edits(gnic_tc_actions_dev(a)));
	return err;
}

static int gnic_tc_vlan_push(struct gnic_tc_actions *a, const struct flow_action_entry *act)
{
	u16 tci = act->vlan.vid | act->vlan.prio << VLAN_PRIO_SHIFT;

	return gnic_tc_added_edit(a, gnic_flow_add_push(gnic_tc_actions_dev(a), a->flow,
							act->vlan.proto, tci));
}

static int gnic_tc_vlan_pop(struct gnic_tc_actions *a, const struct flow_action_entry *act)
{
	return gnic_tc_added_edit(a, gnic_flow_add_pop(gnic_tc_actions_dev(a), a->flow));
}

/* A priority of 0 is none to tc as well, which lets that of the frame stay: is that 0? */
static bool gnic_tc_vlan_prio_is_0(const struct gnic_flow *flow)
{
	const __be16 prio = cpu_to_be16(VLAN_PRIO_MASK);

	return !flow->hw.edits && (flow->hw.mask.vlan_tci & prio) == prio &&
	       !(flow->hw.key.vlan_tci & prio);
}

static int gnic_tc_vlan_modify(struct gnic_tc_actions *a, const struct flow_action_entry *act)
{
	u16 tci = act->vlan.vid | act->vlan.prio << VLAN_PRIO_SHIFT;

	if (!act->vlan.prio && !gnic_tc_vlan_prio_is_0(a->flow)) {
		NL_SET_ERR_MSG_MOD(a->extack,
				   "vlan modify needs a priority that is not 0, or vlan_prio 0 as a key");
		return -EOPNOTSUPP;
	}
	return gnic_tc_added_edit(a, gnic_flow_add_modify(gnic_tc_actions_dev(a), a->flow,
							  act->vlan.proto, tci,
							  VLAN_PRIO_MASK | VLAN_VID_MASK));
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
	{ FLOW_ACTION_VLAN_PUSH,	gnic_tc_vlan_push },
	{ FLOW_ACTION_VLAN_POP,		gnic_tc_vlan_pop },
	{ FLOW_ACTION_VLAN_MANGLE,	gnic_tc_vlan_modify },
	{ FLOW_ACTION_MANGLE,		gnic_tc_pedit_set },
	{ FLOW_ACTION_ADD,		gnic_tc_pedit_add },
	{ FLOW_ACTION_CSUM,		gnic_tc_csum },
	{ FLOW_ACTION_GOTO,		gnic_tc_goto },
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
			       "pass, drop, trap, redirect, mirror, vlan, pedit, goto: not action %u",
			       act->id);
	return -EOPNOTSUPP;
}

/* The result in hardware and then in software has to be the result in software. */
static int gnic_tc_check_software(struct gnic_tc_actions *a)
{
	if (a->skip_sw || !a->to_host)
		return 0;
	if (a->flow->hw.mirrors) {
		NL_SET_ERR_MSG_MOD(a->extack,
				   "software would mirror once more what goes on to it: use skip_sw");
		return -EOPNOTSUPP;
	}
	if (a->flow->hw.edits) {
		NL_SET_ERR_MSG_MOD(a->extack,
				   "software would change once more what goes on to it: use skip_sw");
		return -EOPNOTSUPP;
	}
	return 0;
}

/* What both of them pass software counts. */
static void gnic_tc_count_once(struct gnic_tc_actions *a)
{
	const struct gnic_hw_flow_add *hw = &a->flow->hw;

	if (!a->skip_sw && !a->egress && hw->action == GNIC_FLOW_HOST && !hw->mirrors && !hw->edits)
		gnic_flow_set_unseen(gnic_tc_actions_dev(a), a->flow);
}

int gnic_tc_parse_actions(struct net_device *netdev, struct flow_action *action,
			  struct flow_cls_common_offload *common, struct gnic_flow *flow)
{
	struct gnic_tc_actions a = {
		.netdev = netdev,
		.flow = flow,
		.extack = common->extack,
		.egress = le16_to_cpu(flow->hw.key.table) & GNIC_FLOW_TABLE_HOST,
		.chain = common->chain_index,
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
	gnic_tc_count_once(&a);
	return gnic_tc_check_software(&a);
}
