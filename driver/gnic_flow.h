/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rule engine: the only way to the steering table of the card, for tc,
 * ntuple, aRFS and BPF alike.
 *
 *	struct gnic_flow flow;
 *
 *	gnic_flow_prepare(&flow, vport, GNIC_FLOW_OWNER_TC, prio);
 *	gnic_flow_set_...(&flow, ...);		keys
 *	gnic_flow_add_...(dev, &flow, ...);	copies, and changes of tags and headers
 *	gnic_flow_set_...(&flow, ...);		one action
 *	err = gnic_flow_commit(dev, &flow, extack);
 *	...
 *	gnic_flow_del(dev, &flow);
 *
 * The memory is the caller's, and has to stay until gnic_flow_del(). Process
 * context, sleeps; the lock is the engine's own, rtnl is not needed.
 */
#ifndef GNIC_FLOW_H
#define GNIC_FLOW_H

#include <linux/list.h>
#include <linux/types.h>

#include "hw/cmd.h"

struct gnic_dev;
struct netlink_ext_ack;

/* In order of precedence: a rule of an earlier owner wins. */
enum gnic_flow_owner {
	GNIC_FLOW_OWNER_NTUPLE,
	GNIC_FLOW_OWNER_TC,
	GNIC_FLOW_OWNER_ARFS,
	GNIC_FLOW_OWNERS,
};

#define GNIC_FLOW_PRIO_MAX	0xffffff

/**
 * struct gnic_flow - a rule
 * @hw: as the device is told
 * @more: room for what few rules have, of who made it; or NULL
 * @list: of all that are committed
 * @owner: whose budget it takes from
 * @id: the device's name for it
 * @committed: it is in the device
 * @nowhere: no frame meets it, so it never is
 * @packets: counted before the device's present counters began
 * @bytes: likewise
 */
struct gnic_flow {
	struct gnic_hw_flow_add hw;
	struct gnic_hw_flow_more *more;
	struct list_head list;
	enum gnic_flow_owner owner;
	u32 id;
	bool committed;
	bool nowhere;
	u64 packets;
	u64 bytes;
};

struct gnic_flow_stats {
	u64 packets;
	u64 bytes;
	u64 age_us;	/* since the last packet, or since the rule was committed */
};

void gnic_flow_prepare(struct gnic_flow *flow, u16 vport, enum gnic_flow_owner owner,
		       u32 priority);
void gnic_flow_prepare_more(struct gnic_flow *flow, struct gnic_hw_flow_more *more);
void gnic_flow_set_table(struct gnic_flow *flow, u16 table);	/* another than the first */
void gnic_flow_set_nowhere(struct gnic_flow *flow);	/* for frames that are not @vport's */

/* keys: network order, as in a frame; a mask bit of 1 counts */
void gnic_flow_set_dmac(struct gnic_flow *flow, const u8 *addr, const u8 *mask);
void gnic_flow_set_smac(struct gnic_flow *flow, const u8 *addr, const u8 *mask);
void gnic_flow_set_eth_type(struct gnic_flow *flow, __be16 type);
void gnic_flow_set_eth_type_masked(struct gnic_flow *flow, __be16 type, __be16 mask);
void gnic_flow_set_vlan(struct gnic_flow *flow, __be16 tci, __be16 mask);
void gnic_flow_set_tags(struct gnic_flow *flow, u8 tags);
void gnic_flow_set_ip_proto(struct gnic_flow *flow, u8 proto, u8 mask);
void gnic_flow_set_ip_tos(struct gnic_flow *flow, u8 tos, u8 mask);
void gnic_flow_set_ip_ttl(struct gnic_flow *flow, u8 ttl, u8 mask);
void gnic_flow_set_frame(struct gnic_flow *flow, u8 bits);	/* GNIC_FLOW_FRAME_* that are 1 */
void gnic_flow_clear_frame(struct gnic_flow *flow, u8 bits);	/* that are 0 */
void gnic_flow_set_src_ip(struct gnic_flow *flow, const void *addr, const void *mask, int len);
void gnic_flow_set_dst_ip(struct gnic_flow *flow, const void *addr, const void *mask, int len);
void gnic_flow_set_l4_src(struct gnic_flow *flow, __be16 port, __be16 mask);
void gnic_flow_set_l4_dst(struct gnic_flow *flow, __be16 port, __be16 mask);
void gnic_flow_set_tcp_flags(struct gnic_flow *flow, __be16 flags, __be16 mask);
void gnic_flow_set_payload(struct gnic_flow *flow, unsigned int at, const void *value,
			   const void *mask, int len);
bool gnic_flow_has_headers(struct gnic_dev *dev);	/* that keys can name them */
/* of a rule that is prepared for more; from @min to @max, which is not 0 */
void gnic_flow_set_l4_src_range(struct gnic_flow *flow, __be16 min, __be16 max);
void gnic_flow_set_l4_dst_range(struct gnic_flow *flow, __be16 min, __be16 max);
bool gnic_flow_has_ranges(struct gnic_dev *dev);

/* copies, and changes of the outer tag and of headers, in this order and before the action */
u32 gnic_flow_mirrors(struct gnic_dev *dev);
u32 gnic_flow_edits(struct gnic_dev *dev);
u32 gnic_flow_rewrites(struct gnic_dev *dev);	/* of them */
int gnic_flow_add_mirror(struct gnic_dev *dev, struct gnic_flow *flow, u16 vport, u8 side);
int gnic_flow_add_push(struct gnic_dev *dev, struct gnic_flow *flow, __be16 tpid, u16 tci);
int gnic_flow_add_pop(struct gnic_dev *dev, struct gnic_flow *flow);
int gnic_flow_add_modify(struct gnic_dev *dev, struct gnic_flow *flow, __be16 tpid, u16 tci,
			 u16 mask);
struct gnic_hw_flow_rewrite *gnic_flow_add_rewrite(struct gnic_dev *dev, struct gnic_flow *flow);
bool gnic_flow_has_rewrite(const struct gnic_flow *flow);

/* one action; none: as if there were no rule */
void gnic_flow_set_unseen(struct gnic_dev *dev, struct gnic_flow *flow);
void gnic_flow_set_drop(struct gnic_flow *flow);
void gnic_flow_set_vport(struct gnic_flow *flow, u16 vport);
void gnic_flow_set_vport_host(struct gnic_flow *flow, u16 vport);
void gnic_flow_set_queue(struct gnic_flow *flow, u32 queue);	/* of the vport's netdev */
void gnic_flow_set_rss(struct gnic_flow *flow, u32 context, u32 offset);	/* likewise */
void gnic_flow_set_goto(struct gnic_flow *flow, u16 table);	/* a later one */

int gnic_flow_commit(struct gnic_dev *dev, struct gnic_flow *flow,
		     struct netlink_ext_ack *extack);
void gnic_flow_del(struct gnic_dev *dev, struct gnic_flow *flow);
int gnic_flow_stats(struct gnic_dev *dev, struct gnic_flow *flow, struct gnic_flow_stats *stats);

u32 gnic_flow_count(struct gnic_dev *dev, enum gnic_flow_owner owner);
u32 gnic_flow_budget(struct gnic_dev *dev, enum gnic_flow_owner owner);
bool gnic_flow_any_leads_away(struct gnic_dev *dev);	/* redirects, mirrors */
bool gnic_flow_any_of_vport(struct gnic_dev *dev, u16 vport);	/* from or to it? */
void gnic_flow_vport_gone(struct gnic_dev *dev, u16 vport);

/* around a reset of the device: counters go on, switch ports may have new numbers */
void gnic_flow_park(struct gnic_dev *dev, bool count);
void gnic_flow_renumber(struct gnic_dev *dev, u16 (*renumber)(struct gnic_dev *dev, u16 vport));
void gnic_flow_replay(struct gnic_dev *dev);

#endif /* GNIC_FLOW_H */
