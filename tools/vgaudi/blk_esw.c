// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block ESW: where a frame goes: from one side of a vport to the other one, unless a
 * rule of the steering table for that side says something else.
 */
#include "esw.h"
#include "frame.h"
#include "parse.h"
#include "roce.h"

/* ---- out of a vport ---- */

static void esw_drop(struct vport *vport)
{
	vport->stats.dropped++;
}

static void esw_count_to_function(struct vport *vport, uint32_t len, uint32_t count)
{
	vport->stats.to_function_packets += count;
	vport->stats.to_function_bytes += (uint64_t)len * count;
}

static void esw_count_from_function(struct vport *vport, uint32_t len, uint32_t count)
{
	vport->stats.from_function_packets += count;
	vport->stats.from_function_bytes += (uint64_t)len * count;
}

/*
 * Who gets a frame: a QP, or one of a table's; neither: it is dropped. Who goes
 * to a QP has a hash all the same if there is a table.
 */
struct esw_target {
	struct qp *qp;
	const struct esw_rss *rss;
	unsigned int offset;
	const uint32_t *mark;
};

static bool esw_deliver_raw(const struct esw_target *to, struct frame *frame)
{
	uint8_t type = GNIC_CQE_HASH_NONE;
	struct qp *qp = to->qp;
	uint32_t hash = 0;

	if (to->rss)
		type = esw_rss_hash(to->rss, frame, &hash);
	if (!qp && to->rss)
		qp = esw_rss_choose(to->rss, hash, to->offset);
	if (!qp)
		return false;
	if (rxe_receive(qp, frame, hash, type, to->mark))
		return true;
	qp->vport->stats.missed += qp->asid == GNIC_ASID_KERNEL && !qp->failed;
	return false;
}

/* An RC frame whose bytes have to be made after all; false: there is no room for them. */
static bool esw_flatten(struct frame *frame, const struct frame *rc, void *bytes, uint32_t room)
{
	frame->len = frame_flatten(rc, bytes, room);
	if (!frame->len)
		return false;
	frame->hdr = bytes;
	frame->hdr_len = frame->len;
	frame->iovs = 0;
	frame->rc = NULL;
	frame->l4_ok = false;
	frame->splits = rc->splits;
	frame->tables = rc->tables;
	frame_parse(frame);
	return true;
}

/* Raw QPs get it. */
static bool esw_deliver_rc(const struct esw_target *to, const struct frame *rc)
{
	uint8_t bytes[ROCE_HDR_MAX + ROCE_PAYLOAD_MAX + ROCE_ICRC_LEN];
	struct frame frame;

	return esw_flatten(&frame, rc, bytes, sizeof(bytes)) && esw_deliver_raw(to, &frame);
}

static bool esw_deliver(const struct esw_target *to, struct frame *frame)
{
	return frame->rc ? esw_deliver_rc(to, frame) : esw_deliver_raw(to, frame);
}

static void esw_to_function(struct vport *vport, struct frame *frame)
{
	const struct esw_target to = { .rss = vport->esw->rss[GNIC_SIDE_FUNCTION] };
	uint32_t len = frame->len;

	if (!vport->function) {
		esw_count_to_function(vport, len, 1);
		mac_send(vport->port, frame);
	} else if (!vport->enabled) {
		esw_drop(vport);
	} else if (rc_wants(vport, frame)) {
		esw_count_to_function(vport, len, 1);
		rc_receive(vport, frame);
	} else if (esw_deliver(&to, frame)) {
		esw_count_to_function(vport, len, 1);
	} else {
		esw_drop(vport);
	}
}

static void esw_to_host(struct vport *vport, struct frame *frame, const uint32_t *mark)
{
	const struct esw_target to = { .rss = vport->esw->rss[GNIC_SIDE_HOST], .mark = mark };
	uint32_t len = frame->len;

	if (!esw_deliver(&to, frame)) {
		esw_drop(vport);
		return;
	}
	vport->stats.to_host_packets++;
	vport->stats.to_host_bytes += len;
}

/* ---- into a vport ---- */

static const uint8_t *esw_dmac(const struct frame *frame)
{
	return frame->rc ? frame->rc->path->dst_mac : frame->hdr;
}

/* Does esw_default() give it to the host side? */
static bool esw_is_hosts(const struct vport *vport, const struct frame *frame)
{
	const uint8_t *dmac = esw_dmac(frame);

	return vport->function ||
	       (!esw_mac_find(vport->card->esw, vport->port, frame_mac(dmac)) &&
		esw_mac_wanted(vport, dmac) && esw_vlan_wanted(vport, frame));
}

/* No rule took it. */
static void esw_default(struct vport *vport, struct frame *frame, const uint32_t *mark)
{
	struct vport *to;

	if (vport->function) {
		esw_to_host(vport, frame, mark);
		return;
	}
	to = esw_mac_find(vport->card->esw, vport->port, frame_mac(esw_dmac(frame)));
	if (to)
		esw_to_function(to, frame);
	else if (esw_mac_wanted(vport, esw_dmac(frame)) && esw_vlan_wanted(vport, frame))
		esw_to_host(vport, frame, mark);
	else
		vport->port->stats.rx.dropped++;
}

static const uint32_t *esw_mark(const struct flow_rule *rule)
{
	return rule->marked ? &rule->mark : NULL;
}

/* Has it entered at the host side? */
static bool esw_is_from_host(const struct flow_rule *rule)
{
	return le16_to_cpu(rule->key.hw.table) & GNIC_FLOW_TABLE_HOST;
}

static void esw_act_drop(struct vport *vport, struct frame *frame, const struct flow_rule *rule)
{
	(void)frame;
	(void)rule;
	esw_drop(vport);
}

static void esw_act_vport(struct vport *vport, struct frame *frame, const struct flow_rule *rule)
{
	(void)vport;
	esw_to_function(rule->to, frame);
}

static void esw_act_qp(struct vport *vport, struct frame *frame, const struct flow_rule *rule)
{
	const struct esw_target to = { .qp = rule->qp, .mark = esw_mark(rule) };

	if (!esw_deliver(&to, frame))
		esw_drop(vport);
}

static void esw_act_rss(struct vport *vport, struct frame *frame, const struct flow_rule *rule)
{
	const struct esw_target to = {
		.rss = esw_rss_get(vport, GNIC_SIDE_HOST,
				   FIELD_GET(GNIC_FLOW_RSS_CONTEXT, rule->target)),
		.offset = FIELD_GET(GNIC_FLOW_RSS_OFFSET, rule->target),
		.mark = esw_mark(rule),
	};

	if (!esw_deliver(&to, frame))
		esw_drop(vport);
}

/* Frames of a queue have the hash of the default context. */
static void esw_act_queue(struct vport *vport, struct frame *frame, const struct flow_rule *rule)
{
	const struct esw_target to = {
		.qp = esw_queue(vport->esw, rule->target), .mark = esw_mark(rule),
		.rss = vport->esw->rss[GNIC_SIDE_HOST],
	};

	if (!to.qp || !esw_deliver(&to, frame))
		esw_drop(vport);
}

static void esw_act_host(struct vport *vport, struct frame *frame, const struct flow_rule *rule)
{
	if (esw_is_from_host(rule))
		esw_to_function(vport, frame);
	else
		esw_default(vport, frame, esw_mark(rule));
}

static void esw_act_vport_host(struct vport *vport, struct frame *frame,
			       const struct flow_rule *rule)
{
	(void)vport;
	esw_to_host(rule->to, frame, esw_mark(rule));
}

static void esw_act_table(struct vport *vport, struct frame *frame, const struct flow_rule *rule);

static void (*const esw_actions[])(struct vport *vport, struct frame *frame,
				   const struct flow_rule *rule) = {
	[GNIC_FLOW_DROP]	= esw_act_drop,
	[GNIC_FLOW_VPORT]	= esw_act_vport,
	[GNIC_FLOW_QP]		= esw_act_qp,
	[GNIC_FLOW_RSS]		= esw_act_rss,
	[GNIC_FLOW_HOST]	= esw_act_host,
	[GNIC_FLOW_QUEUE]	= esw_act_queue,
	[GNIC_FLOW_VPORT_HOST]	= esw_act_vport_host,
	[GNIC_FLOW_TABLE]	= esw_act_table,
};

/*
 * Mirrors that lead to mirrors would make frames without end: each split halves
 * what may still come of a frame.
 */
#define ESW_SPLITS_MAX	6

static void esw_mirror(struct vport *vport, struct frame *frame, const struct flow_mirror *to)
{
	struct frame copy;

	if (frame->splits == ESW_SPLITS_MAX) {
		esw_drop(vport);
		return;
	}
	frame->splits++;
	copy = *frame;
	if (to->side == GNIC_SIDE_HOST)
		esw_to_host(to->vport, &copy, NULL);
	else
		esw_to_function(to->vport, &copy);
}

/* Those of a rule that come before number @end. */
static unsigned int esw_mirrors(struct vport *vport, struct frame *frame,
				const struct flow_rule *rule, unsigned int i, unsigned int end)
{
	for (; i < end; i++)
		esw_mirror(vport, frame, &rule->mirror[i]);
	return i;
}

static void esw_act_edits(struct vport *vport, struct frame *frame, const struct flow_rule *rule)
{
	const struct gnic_hw_flow_rewrite *rewrite = rule->rewrite;
	struct esw_header header;
	unsigned int copies = 0;

	if (!esw_edit_begin(&header, frame)) {
		esw_drop(vport);
		return;
	}
	for (unsigned int i = 0; i < rule->edits; i++) {
		copies = esw_mirrors(vport, frame, rule, copies, rule->edit[i].mirrors);
		esw_edit(&header, frame, &rule->edit[i], &rewrite);
	}
	esw_mirrors(vport, frame, rule, copies, rule->mirrors);
	esw_actions[rule->action](vport, frame, rule);
}

/* An RC frame has a tag when its bytes are made. */
static void esw_act_edits_rc(struct vport *vport, struct frame *rc, const struct flow_rule *rule)
{
	uint8_t bytes[ROCE_HDR_MAX + ROCE_PAYLOAD_MAX + ROCE_ICRC_LEN];
	struct frame frame;

	if (esw_flatten(&frame, rc, bytes, sizeof(bytes)))
		esw_act_edits(vport, &frame, rule);
	else
		esw_drop(vport);
}

static void esw_act(struct vport *vport, struct frame *frame, const struct flow_rule *rule)
{
	if (rule->edits && frame->rc) {
		esw_act_edits_rc(vport, frame, rule);
	} else if (rule->edits) {
		esw_act_edits(vport, frame, rule);
	} else {
		esw_mirrors(vport, frame, rule, 0, rule->mirrors);
		esw_actions[rule->action](vport, frame, rule);
	}
}

static struct flow_rule *esw_match(struct vport *vport, const struct frame *frame, uint16_t table)
{
	struct card *card = vport->card;
	struct flow_rule *rule;
	union flow_key key;

	if (!flow_count(card->esw->flows))
		return NULL;
	flow_key_frame(&key, frame, vport->id);
	key.hw.table = cpu_to_le16(table);
	if (!(table & GNIC_FLOW_TABLE_HOST) && esw_is_hosts(vport, frame))
		key.hw.frame |= GNIC_FLOW_FRAME_HOST;
	rule = flow_lookup(card->esw->flows, &key);
	if (rule && !(rule->unseen && key.hw.frame & GNIC_FLOW_FRAME_HOST)) {
		rule->packets++;
		rule->bytes += frame->len;
		rule->last_ns = loop_now(card->loop);
	}
	return rule;
}

/* A search that finds no more leaves the frame as it is by now. */
static void esw_act_table(struct vport *vport, struct frame *frame, const struct flow_rule *rule)
{
	const struct flow_rule *next;

	if (++frame->tables == GNIC_FLOW_TABLES_MAX) {
		esw_drop(vport);
		return;
	}
	next = esw_match(vport, frame, (uint16_t)rule->target);
	if (next)
		esw_act(vport, frame, next);
	else
		esw_act_host(vport, frame, rule);
}

void esw_bad_frame(struct vport *vport, struct frame *frame)
{
	frame_parse(frame);
	if (esw_mac_wanted(vport, frame->hdr) && esw_vlan_wanted(vport, frame))
		esw_to_host(vport, frame, NULL);
	else
		vport->port->stats.rx.dropped++;
}

/* False: too short to be a frame. */
static bool esw_parse(struct frame *frame)
{
	if (frame->rc)
		return true;
	if (frame->hdr_len < ETH_LEN || frame->len < ETH_LEN)
		return false;
	if (!frame->is_parsed)
		frame_parse(frame);
	return true;
}

void esw_from_function(struct vport *vport, struct frame *frame)
{
	const struct flow_rule *rule;

	if (!esw_parse(frame) || (vport->function && !vport->enabled)) {
		esw_drop(vport);
		return;
	}
	esw_count_from_function(vport, frame->len, 1);
	frame->tables = 0;
	rule = esw_match(vport, frame, 0);
	if (rule)
		esw_act(vport, frame, rule);
	else
		esw_default(vport, frame, NULL);
}

struct vport *esw_straight(const struct vport *uplink, const uint8_t *dmac)
{
	const struct esw *esw = uplink->card->esw;
	struct vport *to;

	if (flow_count(esw->flows))
		return NULL;
	to = esw_mac_find(esw, uplink->port, frame_mac(dmac));
	return to && to->enabled && to->rc_users ? to : NULL;
}

void esw_passed(struct vport *uplink, struct vport *to, uint32_t len, uint32_t count)
{
	esw_count_from_function(uplink, len, count);
	esw_count_to_function(to, len, count);
}

void esw_from_host(struct vport *vport, struct frame *frame)
{
	const struct flow_rule *rule = NULL;

	if (!esw_parse(frame)) {
		esw_drop(vport);
		return;
	}
	vport->stats.from_host_packets++;
	vport->stats.from_host_bytes += frame->len;
	if (vport->card->esw->host_rules) {
		frame->tables = 0;
		rule = esw_match(vport, frame, GNIC_FLOW_TABLE_HOST);
	}
	if (rule)
		esw_act(vport, frame, rule);
	else
		esw_to_function(vport, frame);
}
