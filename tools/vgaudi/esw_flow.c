// SPDX-License-Identifier: GPL-2.0-only
/* Block ESW: commands of the steering table. A rule keeps what it names alive, but for QPs. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "blk_cmd.h"
#include "esw.h"

/* ---- rules with a QP ---- */

static void esw_flow_link(struct flow_rule *rule, struct qp *qp)
{
	rule->qp = qp;
	if (!qp)
		return;
	rule->qp_next = qp->rules;
	rule->qp_link = &qp->rules;
	if (rule->qp_next)
		rule->qp_next->qp_link = &rule->qp_next;
	qp->rules = rule;
}

static void esw_flow_unlink(struct flow_rule *rule)
{
	if (!rule->qp_link)
		return;
	*rule->qp_link = rule->qp_next;
	if (rule->qp_next)
		rule->qp_next->qp_link = rule->qp_link;
	rule->qp_link = NULL;
}

/* A rule without a QP stays and drops: the number may be another QP's soon. */
void esw_flow_replace(struct qp *from, struct qp *to)
{
	struct flow_rule *rule, *next;

	for (rule = from->rules; rule; rule = next) {
		next = rule->qp_next;
		esw_flow_unlink(rule);
		esw_flow_link(rule, to);
	}
}

/* ---- add and delete ---- */

/* What a rule is to do, before there is one. */
struct esw_action {
	struct vport *in, *to;
	uint16_t table;
	struct qp *qp;
	struct flow_mirror mirror[GNIC_FLOW_MIRRORS_MAX];
};

static enum gnic_hw_status esw_target_vport(struct card *card, uint32_t target,
					    struct esw_action *action)
{
	action->to = esw_vport(card, target);
	return action->to ? GNIC_STATUS_OK : GNIC_STATUS_NOT_FOUND;
}

/* A QPN is a port's own, so the rule has to say of which port its frames are. */
static enum gnic_hw_status esw_target_qp(struct card *card, uint32_t target,
					 struct esw_action *action)
{
	(void)card;
	if (!action->in)
		return GNIC_STATUS_BAD_PARAM;
	action->qp = qp_get(action->in->port, target);
	if (!action->qp)
		return GNIC_STATUS_NOT_FOUND;
	if (action->qp->type != GNIC_QP_RAW || !action->qp->rq.present)
		return GNIC_STATUS_BAD_PARAM;
	return GNIC_STATUS_OK;
}

static enum gnic_hw_status esw_target_rss(struct card *card, uint32_t target,
					  struct esw_action *action)
{
	(void)card;
	(void)action;
	return FIELD_GET(GNIC_FLOW_RSS_CONTEXT, target) < GNIC_RSS_CONTEXTS &&
	       FIELD_GET(GNIC_FLOW_RSS_OFFSET, target) < GNIC_VPORT_QUEUES_MAX ?
	       GNIC_STATUS_OK : GNIC_STATUS_BAD_PARAM;
}

static enum gnic_hw_status esw_target_queue(struct card *card, uint32_t target,
					    struct esw_action *action)
{
	(void)card;
	return action->in && target < GNIC_VPORT_QUEUES_MAX ? GNIC_STATUS_OK :
							      GNIC_STATUS_BAD_PARAM;
}

static enum gnic_hw_status esw_target_table(struct card *card, uint32_t target,
					    struct esw_action *action)
{
	(void)card;
	return target <= UINT16_MAX && target > action->table &&
	       !((target ^ action->table) & GNIC_FLOW_TABLE_HOST) ?
	       GNIC_STATUS_OK : GNIC_STATUS_BAD_PARAM;
}

static enum gnic_hw_status esw_target_none(struct card *card, uint32_t target,
					   struct esw_action *action)
{
	(void)card;
	(void)target;
	(void)action;
	return GNIC_STATUS_OK;
}

/* Names what a rule's target is, and refuses what it can't be. */
static enum gnic_hw_status (*const esw_targets[])(struct card *card, uint32_t target,
						  struct esw_action *action) = {
	[GNIC_FLOW_DROP]	= esw_target_none,
	[GNIC_FLOW_VPORT]	= esw_target_vport,
	[GNIC_FLOW_QP]		= esw_target_qp,
	[GNIC_FLOW_RSS]		= esw_target_rss,
	[GNIC_FLOW_HOST]	= esw_target_none,
	[GNIC_FLOW_QUEUE]	= esw_target_queue,
	[GNIC_FLOW_VPORT_HOST]	= esw_target_vport,
	[GNIC_FLOW_TABLE]	= esw_target_table,
};

/* Of the queues of its own host side a frame that comes from there has no need. */
static bool esw_table_ok(const struct gnic_hw_flow_add *in)
{
	uint16_t table = le16_to_cpu(in->key.table), mask = le16_to_cpu(in->mask.table);

	if (mask != UINT16_MAX && (mask || table))
		return false;
	return !(table & GNIC_FLOW_TABLE_HOST) ||
	       (in->action != GNIC_FLOW_QP && in->action != GNIC_FLOW_RSS &&
		in->action != GNIC_FLOW_QUEUE);
}

/* What goes on as it came in can be told before it goes. */
static bool esw_flags_ok(const struct gnic_hw_flow_add *in)
{
	if (in->flags & ~(GNIC_FLOW_SET_MARK | GNIC_FLOW_UNSEEN))
		return false;
	return !(in->flags & GNIC_FLOW_UNSEEN) ||
	       (in->action == GNIC_FLOW_HOST && !in->mirrors && !in->edits &&
		!(le16_to_cpu(in->key.table) & GNIC_FLOW_TABLE_HOST));
}

static enum gnic_hw_status esw_flow_mirrors(struct card *card, const struct gnic_hw_flow_add *in,
					    struct flow_mirror *mirror)
{
	if (in->mirrors > GNIC_FLOW_MIRRORS_MAX)
		return GNIC_STATUS_BAD_PARAM;
	for (unsigned int i = 0; i < GNIC_FLOW_MIRRORS_MAX; i++) {
		const struct gnic_hw_flow_mirror *m = &in->mirror[i];

		if (m->rsvd || m->side > GNIC_SIDE_FUNCTION ||
		    (i >= in->mirrors && (m->vport || m->side)))
			return GNIC_STATUS_BAD_PARAM;
		if (i >= in->mirrors)
			continue;
		mirror[i].side = m->side;
		mirror[i].vport = esw_vport(card, le16_to_cpu(m->vport));
		if (!mirror[i].vport)
			return GNIC_STATUS_NOT_FOUND;
	}
	return GNIC_STATUS_OK;
}

/* Of a range the greatest port is not 0, and of no range the least one is. */
static bool esw_range(__be16 min, __be16 max, uint16_t *first, uint16_t *last)
{
	*first = ntohs(min);
	*last = max ? ntohs(max) : UINT16_MAX;
	return max ? *first <= *last : !min;
}

static bool esw_ranges(const struct gnic_hw_flow_more *more, struct flow_ranges *ranges)
{
	return esw_range(more->l4_src_min, more->l4_src_max, &ranges->src_min, &ranges->src_max) &&
	       esw_range(more->l4_dst_min, more->l4_dst_max, &ranges->dst_min, &ranges->dst_max);
}

static enum gnic_hw_status esw_flow_check(struct card *card, const struct gnic_hw_flow_add *in,
					  struct esw_action *action)
{
	enum gnic_hw_status status;

	if (in->action >= sizeof(esw_targets) / sizeof(esw_targets[0]) ||
	    !esw_flags_ok(in) || !esw_table_ok(in) || !esw_edits_ok(in))
		return GNIC_STATUS_BAD_PARAM;
	action->table = le16_to_cpu(in->key.table);
	if (le16_to_cpu(in->mask.vport) == 0xffff) {
		action->in = esw_vport(card, le16_to_cpu(in->key.vport));
		if (!action->in)
			return GNIC_STATUS_NOT_FOUND;
	}
	status = esw_flow_mirrors(card, in, action->mirror);
	if (status)
		return status;
	return esw_targets[in->action](card, le32_to_cpu(in->target), action);
}

/* What a rule names can't go away while it is named @by more than zero times. */
static void esw_flow_name(struct esw *esw, const struct flow_rule *rule, int by)
{
	if (le16_to_cpu(rule->key.hw.table) & GNIC_FLOW_TABLE_HOST)
		esw->host_rules += by;
	if (rule->in)
		rule->in->esw->rules += by;
	if (rule->to)
		rule->to->esw->rules += by;
	for (unsigned int i = 0; i < rule->mirrors; i++)
		rule->mirror[i].vport->esw->rules += by;
}

static void esw_flow_fill(struct card *card, struct flow_rule *rule,
			  const struct gnic_hw_flow_add *in, const struct esw_action *action)
{
	rule->action = in->action;
	rule->unseen = in->flags & GNIC_FLOW_UNSEEN;
	rule->marked = in->flags & GNIC_FLOW_SET_MARK;
	rule->mark = le32_to_cpu(in->mark);
	rule->target = le32_to_cpu(in->target);
	rule->last_ns = loop_now(card->loop);
	rule->in = action->in;
	rule->to = action->to;
	rule->mirrors = in->mirrors;
	memcpy(rule->mirror, action->mirror, sizeof(rule->mirror));
	rule->edits = in->edits;
	memcpy(rule->edit, in->edit, sizeof(rule->edit));
}

/* False: no memory. NULL if there is none to be copied. */
static bool esw_flow_rewrites(const struct gnic_hw_flow_add_more *in,
			      struct gnic_hw_flow_rewrite **rewrite)
{
	size_t size = esw_rewrites(&in->add) * sizeof(**rewrite);

	*rewrite = NULL;
	if (!size)
		return true;
	*rewrite = malloc(size);
	if (*rewrite)
		memcpy(*rewrite, in->more.rewrite, size);
	return *rewrite;
}

enum gnic_hw_status esw_cmd_flow_add_more(struct card *card,
					  const struct gnic_hw_flow_add_more *in,
					  struct gnic_hw_id *out)
{
	struct gnic_hw_flow_rewrite *rewrite;
	struct gnic_hw_flow_key mask = in->add.mask;
	struct esw_action action = { 0 };
	struct flow_ranges ranges;
	enum gnic_hw_status status;
	struct flow_rule *rule;

	if (!esw_ranges(&in->more, &ranges) || !esw_rewrites_ok(&in->add, &in->more))
		return GNIC_STATUS_BAD_PARAM;
	status = esw_flow_check(card, &in->add, &action);
	if (status)
		return status;
	if (!esw_flow_rewrites(in, &rewrite))
		return GNIC_STATUS_NO_RESOURCE;
	mask.table = cpu_to_le16(UINT16_MAX);
	status = flow_add(card->esw->flows, &in->add.key, &mask, &ranges,
			  le32_to_cpu(in->add.priority), &rule);
	if (status) {
		free(rewrite);
		return status;
	}
	esw_flow_fill(card, rule, &in->add, &action);
	rule->rewrite = rewrite;
	esw_flow_name(card->esw, rule, 1);
	esw_flow_link(rule, action.qp);
	out->id = cpu_to_le32(rule->id);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status esw_cmd_flow_add(struct card *card, const struct gnic_hw_flow_add *in,
				     struct gnic_hw_id *out)
{
	const struct gnic_hw_flow_add_more more = { .add = *in };

	return esw_cmd_flow_add_more(card, &more, out);
}

static void esw_flow_del(struct card *card, struct flow_rule *rule)
{
	esw_flow_unlink(rule);
	esw_flow_name(card->esw, rule, -1);
	flow_del(card->esw->flows, rule);
}

void esw_flow_flush(struct card *card)
{
	for (uint32_t id = 0; flow_count(card->esw->flows); id++) {
		struct flow_rule *rule = flow_get(card->esw->flows, id);

		if (rule)
			esw_flow_del(card, rule);
	}
}

enum gnic_hw_status esw_cmd_flow_del(struct card *card, const struct gnic_hw_id *in)
{
	struct flow_rule *rule = flow_get(card->esw->flows, le32_to_cpu(in->id));

	if (!rule)
		return GNIC_STATUS_NOT_FOUND;
	esw_flow_del(card, rule);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status esw_cmd_flow_stats(struct card *card, const struct gnic_hw_id *in,
				       struct gnic_hw_flow_stats *out)
{
	struct flow_rule *rule = flow_get(card->esw->flows, le32_to_cpu(in->id));

	if (!rule)
		return GNIC_STATUS_NOT_FOUND;
	out->packets = cpu_to_le64(rule->packets);
	out->bytes = cpu_to_le64(rule->bytes);
	out->age_us = cpu_to_le64((loop_now(card->loop) - rule->last_ns) / 1000);
	return GNIC_STATUS_OK;
}
