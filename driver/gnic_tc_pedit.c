// SPDX-License-Identifier: GPL-2.0-only
/*
 * Headers that filters rewrite. tc tells words of four bytes, under masks, from the beginning
 * of a header on; the device knows fields. What is in no field is refused.
 */
#include <linux/tc_act/tc_csum.h>
#include <net/flow_offload.h>

#include "gnic.h"
#include "gnic_flow.h"
#include "gnic_tc_action.h"

#define GNIC_TC_IP6_TOS		0x0ff00000	/* of the first word */
#define GNIC_TC_IP6_TOS_SHIFT	20
#define GNIC_TC_WORD		4

/**
 * struct gnic_tc_field - a field that the device rewrites
 * @at: where it is in its header
 * @len: bytes
 * @field: where it is in struct gnic_hw_flow_headers
 */
struct gnic_tc_field {
	u8 at;
	u8 len;
	u8 field;
};

#define GNIC_TC_FIELD(at, name) \
	{ at, sizeof_field(struct gnic_hw_flow_headers, name), \
	  offsetof(struct gnic_hw_flow_headers, name) }
#define GNIC_TC_FIELD_IP4(at, name) \
	{ at, sizeof(__be32), offsetof(struct gnic_hw_flow_headers, name) }

static const struct gnic_tc_field gnic_tc_eth[] = {
	GNIC_TC_FIELD(0, dmac), GNIC_TC_FIELD(6, smac),
};

static const struct gnic_tc_field gnic_tc_ip4[] = {
	GNIC_TC_FIELD(1, ip_tos), GNIC_TC_FIELD(8, ip_ttl),
	GNIC_TC_FIELD_IP4(12, src_ip), GNIC_TC_FIELD_IP4(16, dst_ip),
};

/* The traffic class is not where a byte begins. */
static const struct gnic_tc_field gnic_tc_ip6[] = {
	GNIC_TC_FIELD(7, ip_ttl), GNIC_TC_FIELD(8, src_ip), GNIC_TC_FIELD(24, dst_ip),
};

static const struct gnic_tc_field gnic_tc_ports[] = {
	GNIC_TC_FIELD(0, l4_src), GNIC_TC_FIELD(2, l4_dst),
};

/**
 * struct gnic_tc_header - a header, by enum flow_action_mangle_base
 * @name: for the user
 * @fields: in it
 * @count: of @fields
 * @eth_type: 0: whatever the frame is; else, with @ip_proto, that of either IP
 * @ip_proto: 0: not asked
 */
struct gnic_tc_header {
	const char *name;
	const struct gnic_tc_field *fields;
	u8 count;
	u16 eth_type;
	u8 ip_proto;
};

static const struct gnic_tc_header gnic_tc_headers[] = {
	[FLOW_ACT_MANGLE_HDR_TYPE_ETH] = {
		"Ethernet", gnic_tc_eth, ARRAY_SIZE(gnic_tc_eth),
	},
	[FLOW_ACT_MANGLE_HDR_TYPE_IP4] = {
		"IPv4", gnic_tc_ip4, ARRAY_SIZE(gnic_tc_ip4), ETH_P_IP,
	},
	[FLOW_ACT_MANGLE_HDR_TYPE_IP6] = {
		"IPv6", gnic_tc_ip6, ARRAY_SIZE(gnic_tc_ip6), ETH_P_IPV6,
	},
	[FLOW_ACT_MANGLE_HDR_TYPE_TCP] = {
		"TCP", gnic_tc_ports, ARRAY_SIZE(gnic_tc_ports), 0, IPPROTO_TCP,
	},
	[FLOW_ACT_MANGLE_HDR_TYPE_UDP] = {
		"UDP", gnic_tc_ports, ARRAY_SIZE(gnic_tc_ports), 0, IPPROTO_UDP,
	},
};

/* 4, 6, or 0: frames of the filter may be of both, or of neither. */
static u8 gnic_tc_ip_version(const struct gnic_flow *flow)
{
	if (flow->hw.mask.eth_type != htons(U16_MAX))
		return 0;
	switch (ntohs(flow->hw.key.eth_type)) {
	case ETH_P_IP:
		return 4;
	case ETH_P_IPV6:
		return 6;
	default:
		return 0;
	}
}

/* Tags that the frame has by then, as far as the filter says. */
static int gnic_tc_tags(const struct gnic_flow *flow)
{
	int i, tags = flow->hw.mask.tags ? flow->hw.key.tags : !!flow->hw.key.vlan_tci;

	for (i = 0; i < flow->hw.edits; i++)
		if (flow->hw.edit[i].op == GNIC_FLOW_EDIT_PUSH)
			tags++;
		else if (flow->hw.edit[i].op == GNIC_FLOW_EDIT_POP)
			tags--;
	return tags;
}

/* Software writes where the header begins, and does not look whether it is one. */
static int gnic_tc_pedit_check(struct gnic_tc_actions *a, const struct gnic_tc_header *header)
{
	const struct gnic_hw_flow_add *hw = &a->flow->hw;
	u8 version = gnic_tc_ip_version(a->flow);

	if (!header->eth_type && !header->ip_proto)
		return 0;
	if (!version || (header->eth_type && hw->key.eth_type != htons(header->eth_type))) {
		NL_SET_ERR_MSG_FMT_MOD(a->extack,
				       "a header of %s is rewritten with its protocol as a key only",
				       header->name);
		return -EOPNOTSUPP;
	}
	if (header->ip_proto &&
	    (hw->mask.ip_proto != U8_MAX || hw->key.ip_proto != header->ip_proto)) {
		NL_SET_ERR_MSG_FMT_MOD(a->extack,
				       "a header of %s is rewritten with its ip_proto as a key only",
				       header->name);
		return -EOPNOTSUPP;
	}
	/* software takes what is behind the first tag for the header */
	if (gnic_tc_tags(a->flow) > 1) {
		NL_SET_ERR_MSG_FMT_MOD(a->extack,
				       "a header of %s behind two VLAN tags is not rewritten",
				       header->name);
		return -EOPNOTSUPP;
	}
	return 0;
}

static int gnic_tc_pedit_begin(struct gnic_tc_actions *a, const struct flow_action_entry *act,
			       const struct gnic_tc_header **header,
			       struct gnic_hw_flow_rewrite **rewrite)
{
	struct gnic_dev *dev = gnic_tc_actions_dev(a);
	int err;

	if (act->mangle.htype >= ARRAY_SIZE(gnic_tc_headers) ||
	    !gnic_tc_headers[act->mangle.htype].name) {
		NL_SET_ERR_MSG_MOD(a->extack,
				   "the card rewrites what pedit ex names: eth, ip, ip6, tcp, udp");
		return -EOPNOTSUPP;
	}
	*header = &gnic_tc_headers[act->mangle.htype];
	if (!gnic_flow_rewrites(dev)) {
		NL_SET_ERR_MSG_MOD(a->extack, "this card does not rewrite headers");
		return -EOPNOTSUPP;
	}
	err = gnic_tc_pedit_check(a, *header);
	if (err)
		return err;
	*rewrite = gnic_flow_add_rewrite(dev, a->flow);
	if (*rewrite)
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(a->extack,
			       "the card rewrites headers %u times a filter, of %u changes in all",
			       gnic_flow_rewrites(dev), gnic_flow_edits(dev));
	return -ENOSPC;
}

/* Of which packets it is: what is asked of the filter's frames. */
static void gnic_tc_pedit_name(struct gnic_tc_actions *a, const struct gnic_tc_header *header,
			       struct gnic_hw_flow_rewrite *rewrite)
{
	if (header->eth_type || header->ip_proto)
		rewrite->ip_version = gnic_tc_ip_version(a->flow);
	if (header->ip_proto)
		rewrite->ip_proto = header->ip_proto;
}

static int gnic_tc_pedit_no_field(struct gnic_tc_actions *a, const struct gnic_tc_header *header)
{
	NL_SET_ERR_MSG_FMT_MOD(a->extack,
			       "of a header of %s the card rewrites addresses, ports, ttl and tos",
			       header->name);
	return -EOPNOTSUPP;
}

/* NULL: the byte is in none. */
static const struct gnic_tc_field *gnic_tc_field_at(const struct gnic_tc_header *header, u32 at)
{
	unsigned int i;

	for (i = 0; i < header->count; i++)
		if (at >= header->fields[i].at &&
		    at - header->fields[i].at < header->fields[i].len)
			return &header->fields[i];
	return NULL;
}

static void gnic_tc_set_byte(struct gnic_hw_flow_rewrite *rewrite, unsigned int at, u8 value,
			     u8 mask)
{
	u8 *v = (u8 *)&rewrite->value + at, *m = (u8 *)&rewrite->mask + at;

	*v = (*v & ~mask) | (value & mask);
	*m |= mask;
}

/* The device adds to the time to live behind setting it. */
static bool gnic_tc_ttl_is_later(struct gnic_hw_flow_rewrite *rewrite, unsigned int at, u8 mask)
{
	if (at != offsetof(struct gnic_hw_flow_headers, ip_ttl) || !rewrite->ttl_add)
		return false;
	if (mask != U8_MAX)
		return true;
	rewrite->ttl_add = 0;
	return false;
}

static int gnic_tc_set_ip6_tos(struct gnic_tc_actions *a, const struct gnic_tc_header *header,
			       struct gnic_hw_flow_rewrite *rewrite, u32 value, u32 mask)
{
	if (mask & ~GNIC_TC_IP6_TOS)
		return gnic_tc_pedit_no_field(a, header);
	gnic_tc_set_byte(rewrite, offsetof(struct gnic_hw_flow_headers, ip_tos),
			 value >> GNIC_TC_IP6_TOS_SHIFT, mask >> GNIC_TC_IP6_TOS_SHIFT);
	return 0;
}

/* A byte at @at of the header. */
static int gnic_tc_set_field(struct gnic_tc_actions *a, const struct gnic_tc_header *header,
			     struct gnic_hw_flow_rewrite *rewrite, u32 at, u8 value, u8 mask)
{
	const struct gnic_tc_field *field = gnic_tc_field_at(header, at);

	if (!field)
		return gnic_tc_pedit_no_field(a, header);
	at += field->field - field->at;
	if (gnic_tc_ttl_is_later(rewrite, at, mask)) {
		NL_SET_ERR_MSG_MOD(a->extack, "what was added to is set as a whole only");
		return -EOPNOTSUPP;
	}
	gnic_tc_set_byte(rewrite, at, value, mask);
	return 0;
}

/* Words of tc are as they are in the frame, and its masks name the bits that stay. */
int gnic_tc_pedit_set(struct gnic_tc_actions *a, const struct flow_action_entry *act)
{
	u32 mask = ~act->mangle.mask, value = act->mangle.val & mask;
	const u8 *v = (const u8 *)&value, *m = (const u8 *)&mask;
	const struct gnic_tc_header *header;
	struct gnic_hw_flow_rewrite *rewrite;
	int i, err;

	if (!mask)
		return 0;
	err = gnic_tc_pedit_begin(a, act, &header, &rewrite);
	if (err)
		return err;
	gnic_tc_pedit_name(a, header, rewrite);
	if (act->mangle.htype == FLOW_ACT_MANGLE_HDR_TYPE_IP6 && !act->mangle.offset)
		return gnic_tc_set_ip6_tos(a, header, rewrite,
					   be32_to_cpu((__force __be32)value),
					   be32_to_cpu((__force __be32)mask));
	for (i = 0; i < GNIC_TC_WORD && !err; i++)
		if (m[i])
			err = gnic_tc_set_field(a, header, rewrite, act->mangle.offset + i, v[i],
						m[i]);
	return err;
}

/* Is this one whole byte of the word, and which? */
static int gnic_tc_one_byte(u32 mask)
{
	const u8 *m = (const u8 *)&mask;
	int i, found = -1;

	for (i = 0; i < GNIC_TC_WORD; i++) {
		if (!m[i])
			continue;
		if (m[i] != U8_MAX || found >= 0)
			return -1;
		found = i;
	}
	return found;
}

int gnic_tc_pedit_add(struct gnic_tc_actions *a, const struct flow_action_entry *act)
{
	const u8 *v = (const u8 *)&act->mangle.val;
	u32 mask = ~act->mangle.mask;
	int byte = gnic_tc_one_byte(mask);
	const struct gnic_tc_field *field = NULL;
	const struct gnic_tc_header *header;
	struct gnic_hw_flow_rewrite *rewrite;
	int err;

	if (!(act->mangle.val & mask))
		return 0;
	err = gnic_tc_pedit_begin(a, act, &header, &rewrite);
	if (err)
		return err;
	if (byte >= 0)
		field = gnic_tc_field_at(header, act->mangle.offset + byte);
	if (!field || field->field != offsetof(struct gnic_hw_flow_headers, ip_ttl)) {
		NL_SET_ERR_MSG_MOD(a->extack, "the card adds to ttl and hoplimit only");
		return -EOPNOTSUPP;
	}
	gnic_tc_pedit_name(a, header, rewrite);
	rewrite->ttl_add += v[byte];
	return 0;
}

/*
 * The device mends what a rewrite has made wrong, so there is nothing left to do. Of a
 * frame that nothing was done to it would not make a wrong checksum right.
 */
int gnic_tc_csum(struct gnic_tc_actions *a, const struct flow_action_entry *act)
{
	const u32 mended = TCA_CSUM_UPDATE_FLAG_IPV4HDR | TCA_CSUM_UPDATE_FLAG_ICMP |
			   TCA_CSUM_UPDATE_FLAG_TCP | TCA_CSUM_UPDATE_FLAG_UDP;

	if (!gnic_flow_has_rewrite(a->flow)) {
		NL_SET_ERR_MSG_MOD(a->extack, "csum is offloaded behind pedit only");
		return -EOPNOTSUPP;
	}
	if (act->csum_flags & ~mended) {
		NL_SET_ERR_MSG_MOD(a->extack,
				   "the card mends checksums of ip, icmp, tcp and udp only");
		return -EOPNOTSUPP;
	}
	return 0;
}
