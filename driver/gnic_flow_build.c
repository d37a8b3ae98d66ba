// SPDX-License-Identifier: GPL-2.0-only
/*
 * Building a rule: keys, then mirrors and changes of tags and headers, then one action.
 * Nothing here touches the device.
 */
#include <linux/etherdevice.h>

#include "gnic.h"
#include "gnic_flow.h"

/* The owner is the high byte of the device's priority: lower wins. */
#define GNIC_FLOW_PRIO_OWNER_SHIFT	24

void gnic_flow_prepare(struct gnic_flow *flow, u16 vport, enum gnic_flow_owner owner,
		       u32 priority)
{
	u32 prio = min_t(u32, priority, GNIC_FLOW_PRIO_MAX);

	memset(flow, 0, sizeof(*flow));
	INIT_LIST_HEAD(&flow->list);
	flow->owner = owner;
	flow->hw.key.vport = cpu_to_le16(vport);
	flow->hw.mask.vport = cpu_to_le16(U16_MAX);
	flow->hw.priority = cpu_to_le32((u32)owner << GNIC_FLOW_PRIO_OWNER_SHIFT | prio);
	flow->hw.action = GNIC_FLOW_HOST;
}

/**
 * gnic_flow_prepare_more - the rule may have ranges of ports, and rewrite headers
 * @flow: rule that was prepared
 * @more: room for that, zeroed; stays the caller's and has to stay as long as @flow
 */
void gnic_flow_prepare_more(struct gnic_flow *flow, struct gnic_hw_flow_more *more)
{
	flow->more = more;
}

/**
 * gnic_flow_set_table - where the rule stands
 * @flow: rule that is being built
 * @table: GNIC_FLOW_TABLE_*; not 0 only if the device has gnic_flow_edits()
 */
void gnic_flow_set_table(struct gnic_flow *flow, u16 table)
{
	if (!table)
		return;
	flow->hw.key.table = cpu_to_le16(table);
	flow->hw.mask.table = cpu_to_le16(U16_MAX);
}

/* It is committed and deleted as others are, and takes no place in the device. */
void gnic_flow_set_nowhere(struct gnic_flow *flow)
{
	flow->nowhere = true;
}

/* The device wants zeroes in the key where the mask has them. */
static void gnic_flow_set(u8 *key, u8 *mask, const void *value, const void *bits, int len)
{
	const u8 *v = value, *b = bits;
	int i;

	for (i = 0; i < len; i++) {
		mask[i] = b[i];
		key[i] = v[i] & b[i];
	}
}

#define GNIC_FLOW_SET(flow, field, value, bits, len) \
	gnic_flow_set((u8 *)&(flow)->hw.key.field, (u8 *)&(flow)->hw.mask.field, value, bits, len)

void gnic_flow_set_dmac(struct gnic_flow *flow, const u8 *addr, const u8 *mask)
{
	GNIC_FLOW_SET(flow, dmac, addr, mask, ETH_ALEN);
}

void gnic_flow_set_smac(struct gnic_flow *flow, const u8 *addr, const u8 *mask)
{
	GNIC_FLOW_SET(flow, smac, addr, mask, ETH_ALEN);
}

void gnic_flow_set_eth_type(struct gnic_flow *flow, __be16 type)
{
	__be16 mask = cpu_to_be16(U16_MAX);

	GNIC_FLOW_SET(flow, eth_type, &type, &mask, sizeof(type));
}

void gnic_flow_set_eth_type_masked(struct gnic_flow *flow, __be16 type, __be16 mask)
{
	GNIC_FLOW_SET(flow, eth_type, &type, &mask, sizeof(type));
}

void gnic_flow_set_vlan(struct gnic_flow *flow, __be16 tci, __be16 mask)
{
	GNIC_FLOW_SET(flow, vlan_tci, &tci, &mask, sizeof(tci));
}

void gnic_flow_set_tags(struct gnic_flow *flow, u8 tags)
{
	flow->hw.key.tags = tags;
	flow->hw.mask.tags = U8_MAX;
}

void gnic_flow_set_ip_proto(struct gnic_flow *flow, u8 proto, u8 mask)
{
	GNIC_FLOW_SET(flow, ip_proto, &proto, &mask, sizeof(proto));
}

void gnic_flow_set_ip_tos(struct gnic_flow *flow, u8 tos, u8 mask)
{
	GNIC_FLOW_SET(flow, ip_tos, &tos, &mask, sizeof(tos));
}

void gnic_flow_set_ip_ttl(struct gnic_flow *flow, u8 ttl, u8 mask)
{
	GNIC_FLOW_SET(flow, ip_ttl, &ttl, &mask, sizeof(ttl));
}

void gnic_flow_set_frame(struct gnic_flow *flow, u8 bits)
{
	flow->hw.key.frame |= bits;
	flow->hw.mask.frame |= bits;
}

void gnic_flow_clear_frame(struct gnic_flow *flow, u8 bits)
{
	flow->hw.key.frame &= ~bits;
	flow->hw.mask.frame |= bits;
}

void gnic_flow_set_src_ip(struct gnic_flow *flow, const void *addr, const void *mask, int len)
{
	GNIC_FLOW_SET(flow, src_ip, addr, mask, len);
}

void gnic_flow_set_dst_ip(struct gnic_flow *flow, const void *addr, const void *mask, int len)
{
	GNIC_FLOW_SET(flow, dst_ip, addr, mask, len);
}

void gnic_flow_set_l4_src(struct gnic_flow *flow, __be16 port, __be16 mask)
{
	GNIC_FLOW_SET(flow, l4_src, &port, &mask, sizeof(port));
}

void gnic_flow_set_l4_dst(struct gnic_flow *flow, __be16 port, __be16 mask)
{
	GNIC_FLOW_SET(flow, l4_dst, &port, &mask, sizeof(port));
}

void gnic_flow_set_tcp_flags(struct gnic_flow *flow, __be16 flags, __be16 mask)
{
	GNIC_FLOW_SET(flow, l4_info[1], &flags, &mask, sizeof(flags));
}

/**
 * gnic_flow_set_payload - some bytes behind the EtherType, of a frame that is not IP
 * @flow: rule that is being built; it also has the EtherType
 * @at: where they begin
 * @value: what they are
 * @mask: bits of them that count
 * @len: how many bytes, the first 32 at most
 */
void gnic_flow_set_payload(struct gnic_flow *flow, unsigned int at, const void *value,
			   const void *mask, int len)
{
	GNIC_FLOW_SET(flow, payload[at], value, mask, len);
}

/* Do keys have a time to live, flags of TCP and a payload? */
bool gnic_flow_has_headers(struct gnic_dev *dev)
{
	return le32_to_cpu(dev->caps.flow) & GNIC_FLOW_CAP_HEADERS;
}

void gnic_flow_set_l4_src_range(struct gnic_flow *flow, __be16 min, __be16 max)
{
	flow->more->l4_src_min = min;
	flow->more->l4_src_max = max;
}

void gnic_flow_set_l4_dst_range(struct gnic_flow *flow, __be16 min, __be16 max)
{
	flow->more->l4_dst_min = min;
	flow->more->l4_dst_max = max;
}

bool gnic_flow_has_ranges(struct gnic_dev *dev)
{
	return le32_to_cpu(dev->caps.flow) & GNIC_FLOW_CAP_RANGES;
}

static void gnic_flow_set_action(struct gnic_flow *flow, enum gnic_hw_flow_action action,
				 u32 target)
{
	flow->hw.action = action;
	flow->hw.target = cpu_to_le32(target);
}

/* The host counts what it gets by a rule that does nothing: the device does not, if it can. */
void gnic_flow_set_unseen(struct gnic_dev *dev, struct gnic_flow *flow)
{
	if (le32_to_cpu(dev->caps.flow) & GNIC_FLOW_CAP_UNSEEN)
		flow->hw.flags |= GNIC_FLOW_UNSEEN;
}

void gnic_flow_set_drop(struct gnic_flow *flow)
{
	gnic_flow_set_action(flow, GNIC_FLOW_DROP, 0);
}

void gnic_flow_set_vport(struct gnic_flow *flow, u16 vport)
{
	gnic_flow_set_action(flow, GNIC_FLOW_VPORT, vport);
}

/* Out of its host side, whatever its receive filter says. */
void gnic_flow_set_vport_host(struct gnic_flow *flow, u16 vport)
{
	gnic_flow_set_action(flow, GNIC_FLOW_VPORT_HOST, vport);
}

void gnic_flow_set_queue(struct gnic_flow *flow, u32 queue)
{
	gnic_flow_set_action(flow, GNIC_FLOW_QUEUE, queue);
}

void gnic_flow_set_rss(struct gnic_flow *flow, u32 context, u32 offset)
{
	gnic_flow_set_action(flow, GNIC_FLOW_RSS,
			     FIELD_PREP(GNIC_FLOW_RSS_CONTEXT, context) |
			     FIELD_PREP(GNIC_FLOW_RSS_OFFSET, offset));
}

void gnic_flow_set_goto(struct gnic_flow *flow, u16 table)
{
	gnic_flow_set_action(flow, GNIC_FLOW_TABLE, table);
}

/**
 * gnic_flow_add_mirror - one more copy of a frame
 * @dev: card
 * @flow: rule that is being built
 * @vport: where the copy leaves
 * @side: enum gnic_hw_side
 *
 * Return: -ENOSPC if the device makes no more copies by a rule.
 */
int gnic_flow_add_mirror(struct gnic_dev *dev, struct gnic_flow *flow, u16 vport, u8 side)
{
	struct gnic_hw_flow_mirror *mirror = &flow->hw.mirror[flow->hw.mirrors];

	if (flow->hw.mirrors >= gnic_flow_mirrors(dev))
		return -ENOSPC;
	mirror->vport = cpu_to_le16(vport);
	mirror->side = side;
	flow->hw.mirrors++;
	return 0;
}

/* Copies that a rule may make. 0: the device has neither mirror nor trap. */
u32 gnic_flow_mirrors(struct gnic_dev *dev)
{
	return min_t(u32, le32_to_cpu(dev->caps.flow_mirrors), GNIC_FLOW_MIRRORS_MAX);
}

/* What becomes of the frame behind the mirrors that there are so far. */
static int gnic_flow_add_edit(struct gnic_dev *dev, struct gnic_flow *flow,
			      const struct gnic_hw_flow_edit *edit)
{
	if (flow->hw.edits >= gnic_flow_edits(dev))
		return -ENOSPC;
	flow->hw.edit[flow->hw.edits] = *edit;
	flow->hw.edit[flow->hw.edits++].mirrors = flow->hw.mirrors;
	return 0;
}

/**
 * gnic_flow_add_push - one more tag, outside of those that there are
 * @dev: card
 * @flow: rule that is being built
 * @tpid: of a C-tag or of an S-tag
 * @tci: tag
 *
 * Return: -ENOSPC if the device does no more to tags by a rule.
 */
int gnic_flow_add_push(struct gnic_dev *dev, struct gnic_flow *flow, __be16 tpid, u16 tci)
{
	const struct gnic_hw_flow_edit edit = {
		.op = GNIC_FLOW_EDIT_PUSH,
		.tpid = tpid,
		.tci = cpu_to_be16(tci),
		.mask = cpu_to_be16(U16_MAX),
	};

	return gnic_flow_add_edit(dev, flow, &edit);
}

/* The outer tag is taken off. */
int gnic_flow_add_pop(struct gnic_dev *dev, struct gnic_flow *flow)
{
	const struct gnic_hw_flow_edit edit = { .op = GNIC_FLOW_EDIT_POP };

	return gnic_flow_add_edit(dev, flow, &edit);
}

/* The outer tag becomes one of @tpid, with the bits of @tci that are in @mask. */
int gnic_flow_add_modify(struct gnic_dev *dev, struct gnic_flow *flow, __be16 tpid, u16 tci,
			 u16 mask)
{
	const struct gnic_hw_flow_edit edit = {
		.op = GNIC_FLOW_EDIT_MODIFY,
		.tpid = tpid,
		.tci = cpu_to_be16(tci & mask),
		.mask = cpu_to_be16(mask),
	};

	return gnic_flow_add_edit(dev, flow, &edit);
}

/* Changes that a rule may make. 0: nor are there tables but the first one. */
u32 gnic_flow_edits(struct gnic_dev *dev)
{
	return min_t(u32, le32_to_cpu(dev->caps.flow_edits), GNIC_FLOW_EDITS_MAX);
}

/* Of these, such of headers. */
u32 gnic_flow_rewrites(struct gnic_dev *dev)
{
	if (!(le32_to_cpu(dev->caps.flow) & GNIC_FLOW_CAP_REWRITE))
		return 0;
	return min_t(u32, gnic_flow_edits(dev), GNIC_FLOW_REWRITES_MAX);
}

static unsigned int gnic_flow_count_rewrites(const struct gnic_flow *flow)
{
	unsigned int i, count = 0;

	for (i = 0; i < flow->hw.edits; i++)
		count += flow->hw.edit[i].op == GNIC_FLOW_EDIT_REWRITE;
	return count;
}

bool gnic_flow_has_rewrite(const struct gnic_flow *flow)
{
	return gnic_flow_count_rewrites(flow);
}

/* Nothing has come between the last rewrite and what comes next. */
static bool gnic_flow_rewrite_is_open(const struct gnic_flow *flow)
{
	const struct gnic_hw_flow_edit *last;

	if (!flow->hw.edits)
		return false;
	last = &flow->hw.edit[flow->hw.edits - 1];
	return last->op == GNIC_FLOW_EDIT_REWRITE && last->mirrors == flow->hw.mirrors;
}

/**
 * gnic_flow_add_rewrite - headers become others
 * @dev: card
 * @flow: rule that is being built, prepared for more
 *
 * Return: where to say which; the last one, if nothing has come behind it. NULL if the
 * device does no more of that by a rule.
 */
struct gnic_hw_flow_rewrite *gnic_flow_add_rewrite(struct gnic_dev *dev, struct gnic_flow *flow)
{
	const struct gnic_hw_flow_edit edit = { .op = GNIC_FLOW_EDIT_REWRITE };
	unsigned int count = gnic_flow_count_rewrites(flow);

	if (gnic_flow_rewrite_is_open(flow))
		return &flow->more->rewrite[count - 1];
	if (count >= gnic_flow_rewrites(dev) || gnic_flow_add_edit(dev, flow, &edit))
		return NULL;
	return &flow->more->rewrite[count];
}
