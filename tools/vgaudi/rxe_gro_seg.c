// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block RXE: segments of TCP that may become one frame, and which of them follow
 * which. What is not allowed to differ here is equal, byte by byte.
 */
#include "parse.h"
#include "rxe_gro.h"

#define IPV4_ID		4u

static const uint32_t gro_fixed[GRO_IPS] = {
	GNIC_RAW_CQE_GRO_FIXED_ID, GNIC_RAW_CQE_GRO_FIXED_INNER,
};

/* ---- which frames ---- */

enum gro_kind gro_seg_parse(const struct frame *frame, bool tunnels, struct gro_seg *seg)
{
	const struct parsed *p;

	seg->ip[0] = frame->parsed;
	seg->ips = 1;
	if (tunnels && rxe_ipip(frame, &seg->ip[1]))
		seg->ips = 2;
	p = gro_tcp(seg);
	if (p->fragment || p->bad)
		return GRO_UNKNOWN;
	return p->l4 == GNIC_CQE_L4_TCP && frame->hdr_len >= p->payload_off ? GRO_TCP : GRO_OTHER;
}

/* A header that others of the flow have, too. */
static bool gro_ip_ok(const struct frame *frame, const struct parsed *p)
{
	if (p->l3 == GNIC_CQE_L3_IPV4 && p->l4_off - p->l2_len != (int)IPV4_LEN)
		return false;
	return !p->rigid && rxe_ip_right(frame, p);
}

/* The sender's offload sums what is in no tunnel. */
static bool gro_sum_right(const struct frame *frame, const struct gro_seg *seg)
{
	return (seg->ips == 1 && frame->l4_ok) || rxe_l4_right(frame, gro_tcp(seg));
}

bool gro_seg_ok(const struct qp *qp, const struct frame *frame, const struct gro_seg *seg)
{
	const struct parsed *tcp = gro_tcp(seg);

	if (seg->ip[0].l2_len - rxe_strip(qp, frame) != ETH_LEN ||
	    tcp->l3_end > frame->len || tcp->l3_end <= tcp->payload_off ||
	    tcp->l3_end != seg->ip[0].l3_end ||
	    gro_flags(frame, seg) & (TCP_SYN | TCP_RST | TCP_URG))
		return false;
	for (unsigned int i = 0; i < seg->ips; i++)
		if (!gro_ip_ok(frame, &seg->ip[i]))
			return false;
	return gro_sum_right(frame, seg);
}

static bool gro_same_addresses(const uint8_t *a, const uint8_t *b, uint8_t l3)
{
	if (l3 == GNIC_CQE_L3_IPV4)
		return !memcmp(a + 12, b + 12, 8);
	return !memcmp(a + 8, b + 8, 32);
}

/* Addresses, in a tunnel those of both headers, and ports. */
bool gro_same_flow(const struct gro_ctx *ctx, const struct frame *frame,
		   const struct gro_seg *seg)
{
	if (ctx->seg.ips != seg->ips ||
	    memcmp(ctx->bytes + gro_tcp(&ctx->seg)->l4_off, frame->hdr + gro_tcp(seg)->l4_off, 4))
		return false;
	for (unsigned int i = 0; i < seg->ips; i++) {
		const struct parsed *a = &ctx->seg.ip[i], *b = &seg->ip[i];

		if (a->l3 != b->l3 ||
		    !gro_same_addresses(ctx->bytes + a->l2_len, frame->hdr + b->l2_len, a->l3))
			return false;
	}
	return true;
}

/* ---- does it follow? ---- */

/* A part of the headers, but for @skip bytes at @at of it. */
static bool gro_same(const struct gro_ctx *ctx, const struct frame *frame, uint32_t from,
		     uint32_t to, uint32_t at, uint32_t skip)
{
	const uint8_t *a = ctx->bytes, *b = frame->hdr;

	return !memcmp(a + from, b + from, at) &&
	       !memcmp(a + from + at + skip, b + from + at + skip, to - from - at - skip);
}

/* Length, and in IPv4 the identification and the sum, are what may differ. */
static bool gro_same_ip(const struct gro_ctx *ctx, const struct frame *frame,
			const struct parsed *p)
{
	uint32_t l3 = p->l2_len, l4 = p->l4_off;

	if (p->l3 == GNIC_CQE_L3_IPV6)
		return gro_same(ctx, frame, l3, l4, 4, 2);
	return gro_same(ctx, frame, l3, l3 + 6, 2, 4) &&
	       gro_same(ctx, frame, l3 + 6, l4, 4, 2);
}

/* Sequence number, sum and the flags of the last segment. */
static bool gro_same_tcp(const struct gro_ctx *ctx, const struct frame *frame,
			 const struct parsed *p)
{
	uint32_t l4 = p->l4_off;
	uint8_t flags = ctx->bytes[l4 + TCP_FLAGS] ^ frame->hdr[l4 + TCP_FLAGS];

	return gro_same(ctx, frame, l4, l4 + TCP_FLAGS, 4, 4) &&
	       gro_same(ctx, frame, l4 + TCP_FLAGS + 1, p->payload_off, 2, 2) &&
	       !(flags & ~TCP_LAST);
}

/* Where all headers are, and what is in them. */
static bool gro_same_headers(const struct gro_ctx *ctx, const struct frame *frame,
			     const struct gro_seg *seg)
{
	for (unsigned int i = 0; i < seg->ips; i++) {
		const struct parsed *a = &ctx->seg.ip[i], *b = &seg->ip[i];

		if (a->l2_len != b->l2_len || a->l4_off != b->l4_off ||
		    !gro_same_ip(ctx, frame, a))
			return false;
	}
	return gro_tcp(&ctx->seg)->payload_off == gro_tcp(seg)->payload_off &&
	       gro_same(ctx, frame, 0, seg->ip[0].l2_len, 0, 0) &&
	       gro_same_tcp(ctx, frame, gro_tcp(seg));
}

/* One more than the last one, or always the same: the second segment says which. */
static bool gro_id_follows(const struct gro_ctx *ctx, const struct frame *frame,
			   unsigned int i, uint32_t *fixed_id)
{
	uint32_t at = ctx->seg.ip[i].l2_len + IPV4_ID;
	uint16_t id = frame_be16(frame->hdr + at);
	bool fixed = id == frame_be16(ctx->bytes + at);

	if (ctx->seg.ip[i].l3 == GNIC_CQE_L3_IPV6)
		return true;
	if (ctx->merged.segs > 1 && fixed != !!(ctx->merged.fixed_id & gro_fixed[i]))
		return false;
	if (fixed)
		*fixed_id |= gro_fixed[i];
	return fixed || id == ctx->next_id[i];
}

static bool gro_seq_follows(const struct gro_ctx *ctx, const struct frame *frame)
{
	const struct parsed *tcp = gro_tcp(&ctx->seg);
	uint32_t at = tcp->l4_off + 4;

	return frame_be32(frame->hdr + at) ==
	       frame_be32(ctx->bytes + at) + ctx->end - tcp->payload_off;
}

bool gro_follows(const struct gro_ctx *ctx, const struct frame *frame,
		 const struct gro_seg *seg, uint32_t *fixed_id)
{
	*fixed_id = 0;
	if (gro_payload(seg) > ctx->merged.mss || !gro_same_headers(ctx, frame, seg) ||
	    !gro_seq_follows(ctx, frame))
		return false;
	for (unsigned int i = 0; i < seg->ips; i++)
		if (!gro_id_follows(ctx, frame, i, fixed_id))
			return false;
	return true;
}
