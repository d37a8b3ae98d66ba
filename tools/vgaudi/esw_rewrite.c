// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block ESW: headers that rules rewrite. Checksums are mended by what has changed of the
 * words that they cover (RFC 1624), so the payload is not read, and a checksum that is
 * wrong stays so.
 */
#include "esw.h"
#include "frame.h"
#include "parse.h"

#define IPV6_TOS_SHIFT	4	/* of the first 16 bits */
#define ICMPV6_CHECK	2u

/* ---- what changes ---- */

static void rewrite_bytes(uint8_t *at, const uint8_t *value, const uint8_t *mask, size_t len)
{
	for (size_t i = 0; i < len; i++)
		at[i] = (at[i] & ~mask[i]) | value[i];
}

/* For words whose sum was @before and is @after, both folded. */
static void rewrite_check(uint8_t *check, uint16_t before, uint16_t after, bool udp)
{
	uint16_t old, new;

	memcpy(&old, check, sizeof(old));
	/* a datagram without a checksum stays one */
	if (before == after || (udp && !old))
		return;
	new = (uint16_t)~csum_fold((uint64_t)(uint16_t)~old + (uint16_t)~before + after);
	if (udp && !new)
		new = UINT16_MAX;
	memcpy(check, &new, sizeof(new));
}

static void rewrite_ttl(uint8_t *ttl, const struct gnic_hw_flow_rewrite *rw)
{
	*ttl = (uint8_t)(((*ttl & ~rw->mask.ip_ttl) | rw->value.ip_ttl) + rw->ttl_add);
}

static void rewrite_ipv4(uint8_t *ip, const struct gnic_hw_flow_rewrite *rw)
{
	uint16_t before = csum_fold(csum_words(ip, IPV4_LEN));

	rewrite_bytes(ip + 1, &rw->value.ip_tos, &rw->mask.ip_tos, 1);
	rewrite_ttl(ip + 8, rw);
	rewrite_bytes(ip + 12, rw->value.src_ip, rw->mask.src_ip, 4);
	rewrite_bytes(ip + 16, rw->value.dst_ip, rw->mask.dst_ip, 4);
	rewrite_check(ip + IPV4_CHECK, before, csum_fold(csum_words(ip, IPV4_LEN)), false);
}

static void rewrite_ipv6(uint8_t *ip, const struct gnic_hw_flow_rewrite *rw)
{
	uint16_t tos_mask = (uint16_t)(rw->mask.ip_tos << IPV6_TOS_SHIFT);
	uint16_t tos = (uint16_t)(rw->value.ip_tos << IPV6_TOS_SHIFT);

	frame_put_be16(ip, (frame_be16(ip) & ~tos_mask) | tos);
	rewrite_ttl(ip + 7, rw);
	rewrite_bytes(ip + 8, rw->value.src_ip, rw->mask.src_ip, 16);
	rewrite_bytes(ip + 24, rw->value.dst_ip, rw->mask.dst_ip, 16);
}

static void rewrite_ports(uint8_t *l4, const struct gnic_hw_flow_rewrite *rw)
{
	rewrite_bytes(l4, (const uint8_t *)&rw->value.l4_src, (const uint8_t *)&rw->mask.l4_src, 2);
	rewrite_bytes(l4 + 2, (const uint8_t *)&rw->value.l4_dst,
		      (const uint8_t *)&rw->mask.l4_dst, 2);
}

/* ---- where it is ---- */

/* A fragment behind the first one has no header but that of IP. */
static bool rewrite_is_later_fragment(const struct frame *frame)
{
	const struct parsed *p = &frame->parsed;

	if (!p->fragment)
		return false;
	if (p->l3 == GNIC_CQE_L3_IPV4)
		return frame_be16(frame->hdr + p->l2_len + 6) & IPV4_OFFSET;
	/* the fragment header is the last one that was looked at */
	return frame_be16(frame->hdr + p->l4_off - 6) & IPV6_OFFSET;
}

/* Bytes of the header of @proto, and where in it is the checksum; 0: none that is known. */
static uint32_t rewrite_l4_len(uint8_t proto, uint32_t *check)
{
	switch (proto) {
	case IP_PROTO_TCP:
		*check = TCP_CHECK;
		return TCP_LEN;
	case IP_PROTO_UDP:
		*check = UDP_CHECK;
		return UDP_LEN;
	case IP_PROTO_ICMPV6:
		*check = ICMPV6_CHECK;
		return ICMPV6_CHECK + 2;
	default:
		return 0;
	}
}

/* The header behind IP, whole; 0: there is none whose checksum is known. */
static uint32_t rewrite_l4_off(const struct frame *frame, uint32_t *check)
{
	const struct parsed *p = &frame->parsed;
	uint32_t len = rewrite_l4_len(p->ip_proto, check), end = p->l4_off + len;

	if (!len || !p->l4_off || end > p->l3_end || end > frame->hdr_len ||
	    rewrite_is_later_fragment(frame))
		return 0;
	return p->l4_off;
}

/* Of what TCP and UDP checksum, that which a rewrite can reach. */
static uint16_t rewrite_l4_sum(const struct frame *frame, const uint8_t *ip, const uint8_t *l4,
			       bool ports)
{
	uint64_t sum = frame->parsed.l3 == GNIC_CQE_L3_IPV4 ? csum_words(ip + 12, 8) :
							      csum_words(ip + 8, 32);

	return csum_fold(ports ? sum + csum_words(l4, 4) : sum);
}

static void rewrite_ip(uint8_t *hdr, const struct frame *frame,
		       const struct gnic_hw_flow_rewrite *rw)
{
	const struct parsed *p = &frame->parsed;
	uint8_t *ip = hdr + p->l2_len, *l4;
	uint32_t check = 0, at = rewrite_l4_off(frame, &check);
	bool ports = at && rw->ip_proto && rw->ip_proto == p->ip_proto;
	bool pseudo = at && (p->l3 == GNIC_CQE_L3_IPV6 || p->ip_proto != IP_PROTO_ICMPV6);
	uint16_t before = 0;

	l4 = hdr + at;
	if (pseudo)
		before = rewrite_l4_sum(frame, ip, l4, ports);
	if (p->l3 == GNIC_CQE_L3_IPV4)
		rewrite_ipv4(ip, rw);
	else
		rewrite_ipv6(ip, rw);
	if (ports)
		rewrite_ports(l4, rw);
	if (pseudo)
		rewrite_check(l4 + check, before, rewrite_l4_sum(frame, ip, l4, ports),
			      p->ip_proto == IP_PROTO_UDP);
}

static uint8_t rewrite_version(const struct parsed *p)
{
	if (p->l3 == GNIC_CQE_L3_IPV4)
		return 4;
	return p->l3 == GNIC_CQE_L3_IPV6 ? 6 : 0;
}

void esw_rewrite(struct esw_header *header, struct frame *frame,
		 const struct gnic_hw_flow_rewrite *rw)
{
	uint8_t *hdr = header->bytes + header->at;

	rewrite_bytes(hdr, rw->value.dmac, rw->mask.dmac, ETH_ADDR_LEN);
	rewrite_bytes(hdr + ETH_ADDR_LEN, rw->value.smac, rw->mask.smac, ETH_ADDR_LEN);
	if (rw->ip_version && rw->ip_version == rewrite_version(&frame->parsed))
		rewrite_ip(hdr, frame, rw);
}

/* ---- what may be asked for ---- */

static bool rewrite_is_zero(const void *p, size_t len)
{
	const uint8_t *bytes = p;

	for (size_t i = 0; i < len; i++)
		if (bytes[i])
			return false;
	return true;
}

static bool rewrite_masked(const struct gnic_hw_flow_rewrite *rw)
{
	const uint8_t *value = (const uint8_t *)&rw->value, *mask = (const uint8_t *)&rw->mask;

	for (size_t i = 0; i < sizeof(rw->value); i++)
		if (value[i] & ~mask[i])
			return false;
	return true;
}

/* Addresses of IPv4 end where those of IPv6 go on. */
static bool rewrite_ip_ok(const struct gnic_hw_flow_rewrite *rw)
{
	static const uint8_t addr_len[] = { [0] = 0, [4] = 4, [6] = 16 };
	const struct gnic_hw_flow_headers *mask = &rw->mask;
	size_t from;

	if (rw->ip_version != 0 && rw->ip_version != 4 && rw->ip_version != 6)
		return false;
	from = addr_len[rw->ip_version];
	return rewrite_is_zero(mask->src_ip + from, 16 - from) &&
	       rewrite_is_zero(mask->dst_ip + from, 16 - from) &&
	       (rw->ip_version || !(mask->ip_ttl | mask->ip_tos | rw->ttl_add | rw->ip_proto));
}

static bool rewrite_ports_ok(const struct gnic_hw_flow_rewrite *rw)
{
	if (!rw->ip_proto)
		return !(rw->mask.l4_src | rw->mask.l4_dst);
	return rw->ip_proto == IP_PROTO_TCP || rw->ip_proto == IP_PROTO_UDP;
}

static bool rewrite_ok(const struct gnic_hw_flow_rewrite *rw)
{
	return !rw->rsvd && rewrite_is_zero(rw->mask.rsvd, sizeof(rw->mask.rsvd)) &&
	       rewrite_masked(rw) && rewrite_ip_ok(rw) && rewrite_ports_ok(rw) &&
	       (rw->ttl_add || !rewrite_is_zero(&rw->mask, sizeof(rw->mask)));
}

unsigned int esw_rewrites(const struct gnic_hw_flow_add *in)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < in->edits && i < GNIC_FLOW_EDITS_MAX; i++)
		count += in->edit[i].op == GNIC_FLOW_EDIT_REWRITE;
	return count;
}

bool esw_rewrites_ok(const struct gnic_hw_flow_add *in, const struct gnic_hw_flow_more *more)
{
	unsigned int count = esw_rewrites(in);

	if (count > GNIC_FLOW_REWRITES_MAX)
		return false;
	for (unsigned int i = 0; i < count; i++)
		if (!rewrite_ok(&more->rewrite[i]))
			return false;
	return rewrite_is_zero(more->rewrite + count,
			       (GNIC_FLOW_REWRITES_MAX - count) * sizeof(more->rewrite[0]));
}
