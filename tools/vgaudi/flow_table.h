/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The steering table: exact matches under masks.
 *
 * Rules with the same mask share a hash table. A look-up asks one table after
 * the other, but for those that have nothing better than what was found; the
 * lowest priority number wins, among equals the mask that came first. Rules that
 * differ by their ranges of ports alone are in one chain. Of rules that differ by nothing the
 * newest is in it, and behind it those whose place it has taken.
 */
#ifndef VGAUDI_FLOW_TABLE_H
#define VGAUDI_FLOW_TABLE_H

#include "card.h"

#define FLOW_WORDS	8

/* The key of the contract, as numbers to be masked and compared. */
union flow_key {
	struct gnic_hw_flow_key hw;
	uint64_t word[FLOW_WORDS];
};

struct flow_group;

/* Ports that a rule matches beyond its key, host order, both ends included. */
struct flow_ranges {
	uint16_t src_min, src_max;
	uint16_t dst_min, dst_max;
};

/* Where a copy leaves the switch. */
struct flow_mirror {
	struct vport *vport;
	uint8_t side;		/* enum gnic_hw_side */
};

/**
 * struct flow_rule - fields up to @last_ns are the table's, the rest the owner's
 * @next: in the chain of its bucket, of a rule in whose place there is none
 * @newer: has taken the place of this one, which counts again when that is gone
 * @older: whose place this one has taken
 * @group: rules of the same mask
 * @hash: of the masked key
 * @key: bits outside the mask are zero
 * @ranges: part of the key; all ports if there are none
 * @priority: a lower number wins
 * @id: its name in commands
 * @packets: hits
 * @bytes: likewise
 * @last_ns: time of the last hit, at first that of the addition
 * @action: enum gnic_hw_flow_action
 * @unseen: what the host side gets is not counted
 * @marked: @mark counts
 * @mark: goes into the CQE
 * @target: GNIC_FLOW_RSS, GNIC_FLOW_QUEUE: as the command has it
 * @to: GNIC_FLOW_VPORT, GNIC_FLOW_VPORT_HOST
 * @in: vport that the mask pins it to; NULL: none
 * @mirrors: how many of @mirror
 * @mirror: get a copy each
 * @edits: how many of @edit
 * @edit: what becomes of tags and headers
 * @rewrite: by the edits that want one; NULL: none does; free() with the rule
 * @qp: GNIC_FLOW_QP; NULL: it is gone
 * @qp_next: rules of a QP are in a list
 * @qp_link: what points here; NULL: in no list
 */
struct flow_rule {
	struct flow_rule *next;
	struct flow_rule *newer, *older;
	struct flow_group *group;
	uint64_t hash;
	union flow_key key;
	struct flow_ranges ranges;
	uint32_t priority;
	uint32_t id;
	uint64_t packets, bytes, last_ns;

	uint8_t action;
	bool unseen;
	bool marked;
	uint8_t mirrors;
	uint8_t edits;
	uint32_t mark;
	uint32_t target;
	struct vport *to, *in;
	struct flow_mirror mirror[GNIC_FLOW_MIRRORS_MAX];
	struct gnic_hw_flow_edit edit[GNIC_FLOW_EDITS_MAX];
	struct gnic_hw_flow_rewrite *rewrite;
	struct qp *qp;
	struct flow_rule *qp_next, **qp_link;
};

struct flow_table;

struct flow_table *flow_create(void);	/* NULL: no memory */
void flow_destroy(struct flow_table *table);
void flow_flush(struct flow_table *table);	/* all rules */

/**
 * flow_add() - a rule
 * @table: the table
 * @key: what to match; BAD_PARAM if it has bits that @mask has not
 * @mask: which bits
 * @ranges: and which ports; NULL: all of them
 * @priority: a lower number wins
 * @rule: out: it counts from now on, also in the place of one that is the same in all of
 *	this; the owner fills his fields in
 *
 * Return: OK, BAD_PARAM, NO_RESOURCE (rules, masks, memory).
 */
enum gnic_hw_status flow_add(struct flow_table *table, const struct gnic_hw_flow_key *key,
			     const struct gnic_hw_flow_key *mask,
			     const struct flow_ranges *ranges, uint32_t priority,
			     struct flow_rule **rule);
void flow_del(struct flow_table *table, struct flow_rule *rule);
struct flow_rule *flow_get(struct flow_table *table, uint32_t id);	/* NULL: none */

uint32_t flow_count(const struct flow_table *table);

/*
 * What a frame that enters at @vport is matched by, in table 0; an RC frame has its header
 * fields elsewhere.
 */
void flow_key_frame(union flow_key *key, const struct frame *frame, uint16_t vport);

/* NULL: no rule. Counts nothing. */
struct flow_rule *flow_lookup(const struct flow_table *table, const union flow_key *key);

#endif /* VGAUDI_FLOW_TABLE_H */
