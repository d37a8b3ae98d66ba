/* SPDX-License-Identifier: GPL-2.0-only */
/* Accelerated RFS: a flow, and the rule for it. */
#ifndef GNIC_ARFS_RULE_H
#define GNIC_ARFS_RULE_H

#include <linux/types.h>

#include "gnic_flow.h"

struct gnic_nic;
struct sk_buff;

/* What tells flows apart, without padding. */
struct gnic_arfs_key {
	u8 src[16];
	u8 dst[16];
	__be16 sport;
	__be16 dport;
	__be16 eth_type;
	u8 proto;
	u8 rsvd;
};

/**
 * struct gnic_arfs_rule - where one flow goes
 * @node: in @rules of the netdev
 * @key: flow
 * @id: what the stack calls it
 * @ring: where it shall go
 * @flow_id: the stack's place for it in the table of @ring
 * @wanted: @ring has changed since the device was told
 * @young: wished for since the last look; the stack may not have noted it yet
 * @refused: the device was asked and has no room
 * @live: the device has a rule
 * @now: which of @flows that is
 * @told: and its queue
 * @flows: the one that is, and room for its successor
 */
struct gnic_arfs_rule {
	struct hlist_node node;
	struct gnic_arfs_key key;
	u16 id;
	u16 ring;
	u32 flow_id;
	bool wanted;
	bool young;
	bool refused;
	bool live;
	u8 now;
	u16 told;
	struct gnic_flow flows[2];
};

/* Whole TCP and UDP packets in no tunnel; false: all else stays where RSS sends it. */
bool gnic_arfs_dissect(const struct sk_buff *skb, struct gnic_arfs_key *key);
u32 gnic_arfs_hash(const struct gnic_arfs_key *key);
void gnic_arfs_fill(struct gnic_nic *nic, const struct gnic_arfs_key *key, u16 ring,
		    struct gnic_flow *flow);

#endif /* GNIC_ARFS_RULE_H */
