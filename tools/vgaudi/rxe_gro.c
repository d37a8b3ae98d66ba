// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block RXE: segments of one TCP flow that follow each other become one frame.
 * They wait in the device's memory; buffers are taken when a frame is complete,
 * for they are given to frames in the order of completions.
 */
#include <stdlib.h>

#include "blk_cmd.h"
#include "frame.h"
#include "parse.h"
#include "rxe.h"

#define GRO_CONTEXTS	512u
#define GRO_TICKS_MAX	16u	/* longer than that nothing waits */
#define GRO_ROOM	4096u
#define GRO_ROOM_MAX	(4u << 20)	/* of a queue: what a guest can make us allocate */
#define NSEC_PER_USEC	1000u

#define TCP_FIN		0x01
#define TCP_SYN		0x02
#define TCP_RST		0x04
#define TCP_PSH		0x08
#define TCP_URG		0x20
#define TCP_CWR		0x80
#define TCP_LAST	(TCP_FIN | TCP_PSH)
#define TCP_FLAGS	13u

/**
 * struct gro_ctx - a flow, and what waits of it
 * @bytes: headers of the first segment, and the payload of all
 * @len: of @bytes; the first segment has what the sender padded it with
 * @room: of @bytes
 * @end: where the payload ends
 * @parsed: first segment
 * @label: first segment
 * @merged: so far
 * @next_id: identification of the next segment, if it grows
 * @ticks: of the timer, since it waits
 */
struct gro_ctx {
	uint8_t *bytes;
	uint32_t len, room, end;
	struct parsed parsed;
	struct rxe_label label;
	struct rxe_merged merged;
	uint16_t next_id;
	unsigned int ticks;
};

/* Of a QP: contexts in the order of their first segments. */
struct rxe_gro {
	struct qp *qp;
	uint32_t max_size;
	uint64_t period;	/* of the timer, ns */
	uint64_t last;		/* when the last frame came */
	uint32_t room;		/* bytes of all contexts */
	unsigned int count;
	struct gro_ctx *ctx[GRO_CONTEXTS];
	struct loop_timer timer;
};

/* ---- what waits goes up ---- */

static void gro_ctx_free(struct gro_ctx *ctx)
{
	free(ctx->bytes);
	free(ctx);
}

/* The headers of the whole: lengths, and the sum of IPv4; that of TCP nobody looks at. */
static void gro_headers(struct gro_ctx *ctx)
{
	uint8_t *ip = ctx->bytes + ctx->parsed.l2_len;
	uint32_t len = ctx->end - ctx->parsed.l2_len;
	uint16_t sum;

	if (ctx->parsed.l3 == GNIC_CQE_L3_IPV6) {
		frame_put_be16(ip + 4, (uint16_t)(len - IPV6_LEN));
		return;
	}
	frame_put_be16(ip + 2, (uint16_t)len);
	memset(ip + IPV4_CHECK, 0, sizeof(sum));
	sum = ~csum_fold(csum_words(ip, IPV4_LEN));
	memcpy(ip + IPV4_CHECK, &sum, sizeof(sum));
}

static void gro_deliver(struct qp *qp, struct gro_ctx *ctx)
{
	bool many = ctx->merged.segs > 1;
	struct frame frame = {
		.hdr = ctx->bytes, .hdr_len = ctx->len, .len = ctx->len,
		.parsed = ctx->parsed, .is_parsed = true, .l4_ok = true,
	};

	if (many) {
		gro_headers(ctx);
		frame.parsed.l3_end = ctx->end;
	}
	rxe_deliver(qp, &frame, &ctx->label, many ? &ctx->merged : NULL);
}

/* It leaves its place first: who receives it may send something back. */
static void gro_release(struct rxe_gro *gro, unsigned int i)
{
	struct gro_ctx *ctx = gro->ctx[i];

	gro->count--;
	memmove(gro->ctx + i, gro->ctx + i + 1, (gro->count - i) * sizeof(gro->ctx[0]));
	gro->room -= ctx->room;
	gro_deliver(gro->qp, ctx);
	gro_ctx_free(ctx);
}

void rxe_gro_flush(struct qp *qp)
{
	while (qp->gro && qp->gro->count)
		gro_release(qp->gro, 0);
}

static bool gro_timer_set(struct rxe_gro *gro)
{
	struct loop *loop = gro->qp->card->loop;

	return !loop_timer_set(loop, &gro->timer, loop_now(loop) + gro->period);
}

/* All of a queue that is quiet; of a busy one what has waited for long. */
static void gro_tick(void *opaque)
{
	struct rxe_gro *gro = opaque;
	unsigned int i = 0;

	if (loop_now(gro->qp->card->loop) - gro->last >= gro->period)
		rxe_gro_flush(gro->qp);
	while (i < gro->count) {
		if (++gro->ctx[i]->ticks >= GRO_TICKS_MAX)
			gro_release(gro, i);
		else
			i++;
	}
	if (gro->count && !gro_timer_set(gro))
		rxe_gro_flush(gro->qp);
}

/* ---- which frames ---- */

static uint8_t gro_flags(const struct frame *frame)
{
	return frame->hdr[frame->parsed.l4_off + TCP_FLAGS];
}

static uint32_t gro_payload(const struct frame *frame)
{
	return frame->parsed.l3_end - frame->parsed.payload_off;
}

/* A segment that others may follow, or that may follow others; its sums are right. */
static bool gro_is_segment(const struct qp *qp, struct frame *frame)
{
	const struct parsed *p = &frame->parsed;
	uint32_t strip = rxe_strip(qp, frame), want = GNIC_RAW_CQE_L4_OK;
	struct rxe_sums sums = { 0 };

	if (p->l2_len - strip != ETH_LEN || frame->hdr_len < p->payload_off ||
	    p->l3_end > frame->len || p->l3_end <= p->payload_off ||
	    gro_flags(frame) & (TCP_SYN | TCP_RST | TCP_URG))
		return false;
	if (p->l3 == GNIC_CQE_L3_IPV4) {
		if (p->l4_off - p->l2_len != (int)IPV4_LEN)
			return false;
		want |= GNIC_RAW_CQE_L3_OK;
	}
	if ((rxe_checksum(frame, ETH_LEN + strip, &sums) & want) != want)
		return false;
	frame->l4_ok = true;
	return true;
}

/* Addresses and ports, which a frame of TCP has. */
static bool gro_same_flow(const struct gro_ctx *ctx, const struct frame *frame)
{
	const struct parsed *a = &ctx->parsed, *b = &frame->parsed;
	const uint8_t *ip_a = ctx->bytes + a->l2_len, *ip_b = frame->hdr + b->l2_len;

	if (a->l3 != b->l3 || memcmp(ctx->bytes + a->l4_off, frame->hdr + b->l4_off, 4))
		return false;
	if (a->l3 == GNIC_CQE_L3_IPV4)
		return !memcmp(ip_a + 12, ip_b + 12, 8);
	return !memcmp(ip_a + 8, ip_b + 8, 32);
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
static bool gro_same_ip(const struct gro_ctx *ctx, const struct frame *frame)
{
	uint32_t l3 = ctx->parsed.l2_len, l4 = ctx->parsed.l4_off;

	if (ctx->parsed.l3 == GNIC_CQE_L3_IPV6)
		return gro_same(ctx, frame, l3, l4, 4, 2);
	return gro_same(ctx, frame, l3, l3 + 6, 2, 4) &&
	       gro_same(ctx, frame, l3 + 6, l4, 4, 2);
}

/* Sequence number, sum and the flags of the last segment. */
static bool gro_same_tcp(const struct gro_ctx *ctx, const struct frame *frame)
{
	uint32_t l4 = ctx->parsed.l4_off, end = ctx->parsed.payload_off;
	uint8_t flags = ctx->bytes[l4 + TCP_FLAGS] ^ gro_flags(frame);

	return gro_same(ctx, frame, l4, l4 + TCP_FLAGS, 4, 4) &&
	       gro_same(ctx, frame, l4 + TCP_FLAGS + 1, end, 2, 2) &&
	       !(flags & ~TCP_LAST);
}

/* One more than the last one, or always the same: the second segment says which. */
static bool gro_id_follows(const struct gro_ctx *ctx, const struct frame *frame, bool *fixed)
{
	uint32_t at = ctx->parsed.l2_len + 4;
	uint16_t id = frame_be16(frame->hdr + at);

	*fixed = false;
	if (ctx->parsed.l3 == GNIC_CQE_L3_IPV6)
		return true;
	*fixed = id == frame_be16(ctx->bytes + at);
	if (ctx->merged.segs > 1)
		return *fixed == ctx->merged.fixed_id && (*fixed || id == ctx->next_id);
	return *fixed || id == ctx->next_id;
}

static bool gro_seq_follows(const struct gro_ctx *ctx, const struct frame *frame)
{
	uint32_t at = ctx->parsed.l4_off + 4;

	return frame_be32(frame->hdr + at) ==
	       frame_be32(ctx->bytes + at) + ctx->end - ctx->parsed.payload_off;
}

static bool gro_follows(const struct rxe_gro *gro, const struct gro_ctx *ctx,
			const struct frame *frame, const struct rxe_label *label, bool *fixed)
{
	const struct parsed *a = &ctx->parsed, *b = &frame->parsed;
	uint32_t end = ctx->end + gro_payload(frame);

	return a->l2_len == b->l2_len && a->l4_off == b->l4_off &&
	       a->payload_off == b->payload_off && gro_payload(frame) <= ctx->merged.mss &&
	       end <= gro->max_size && end - a->l2_len <= 65535 &&
	       label->marked == ctx->label.marked && label->mark == ctx->label.mark &&
	       gro_same(ctx, frame, 0, a->l2_len, 0, 0) && gro_same_ip(ctx, frame) &&
	       gro_same_tcp(ctx, frame) && gro_seq_follows(ctx, frame) &&
	       gro_id_follows(ctx, frame, fixed);
}

/* ---- one more ---- */

/* For @len bytes; a false says that there is no memory, or that enough waits. */
static bool gro_room(struct rxe_gro *gro, struct gro_ctx *ctx, uint32_t len)
{
	uint32_t room = ctx->room ? ctx->room : GRO_ROOM;
	uint8_t *bytes;

	if (len <= ctx->room)
		return true;
	while (room < len)
		room *= 2;
	if (gro->room - ctx->room + room > GRO_ROOM_MAX)
		return false;
	bytes = realloc(ctx->bytes, room);
	if (!bytes)
		return false;
	gro->room += room - ctx->room;
	ctx->bytes = bytes;
	ctx->room = room;
	return true;
}

/* False: it does not, or there is no memory for it. */
static bool gro_append(struct rxe_gro *gro, struct gro_ctx *ctx, const struct frame *frame,
		       const struct rxe_label *label)
{
	uint32_t payload = gro_payload(frame);
	bool fixed;

	if (!gro_follows(gro, ctx, frame, label, &fixed) || !gro_room(gro, ctx, ctx->end + payload))
		return false;
	frame_copy(frame, frame->parsed.payload_off, ctx->bytes + ctx->end, payload);
	ctx->end += payload;
	ctx->len = ctx->end;
	ctx->bytes[ctx->parsed.l4_off + TCP_FLAGS] |= gro_flags(frame) & TCP_LAST;
	ctx->merged.segs++;
	ctx->merged.fixed_id = fixed;
	ctx->next_id++;
	return true;
}

static struct gro_ctx *gro_ctx_create(struct rxe_gro *gro, const struct frame *frame,
				      const struct rxe_label *label)
{
	struct gro_ctx *ctx = calloc(1, sizeof(*ctx));

	if (!ctx)
		return NULL;
	if (!gro_room(gro, ctx, frame->len)) {
		free(ctx);
		return NULL;
	}
	frame_copy(frame, 0, ctx->bytes, frame->len);
	ctx->len = frame->len;
	ctx->end = frame->parsed.l3_end;
	ctx->parsed = frame->parsed;
	ctx->label = *label;
	ctx->merged.segs = 1;
	ctx->merged.mss = gro_payload(frame);
	ctx->next_id = frame_be16(ctx->bytes + ctx->parsed.l2_len + 4) + 1;
	return ctx;
}

/* The first of a flow waits, unless nothing can follow it. */
static bool gro_open(struct rxe_gro *gro, const struct frame *frame, const struct rxe_label *label)
{
	struct gro_ctx *ctx;

	if (gro->count == GRO_CONTEXTS || gro_flags(frame) & TCP_LAST ||
	    (!loop_timer_pending(&gro->timer) && !gro_timer_set(gro)))
		return false;
	ctx = gro_ctx_create(gro, frame, label);
	if (!ctx)
		return false;
	gro->ctx[gro->count++] = ctx;
	return true;
}

/* A frame of a flow that has something waiting. */
static bool gro_add(struct rxe_gro *gro, unsigned int i, const struct frame *frame,
		    const struct rxe_label *label)
{
	struct gro_ctx *ctx = gro->ctx[i];

	if (!gro_append(gro, ctx, frame, label)) {
		gro_release(gro, i);
		return false;
	}
	if (gro_flags(frame) & TCP_LAST || gro_payload(frame) < ctx->merged.mss ||
	    ctx->end + ctx->merged.mss > gro->max_size)
		gro_release(gro, i);
	return true;
}

bool rxe_gro_take(struct qp *qp, struct frame *frame, const struct rxe_label *label)
{
	const struct parsed *p = &frame->parsed;
	struct rxe_gro *gro = qp->gro;
	bool segment;

	if (qp->failed || qp->stopped)
		return false;
	gro->last = loop_now(qp->card->loop);
	/* whose flow is not to be seen may belong to any */
	if (p->fragment || p->bad)
		rxe_gro_flush(qp);
	if (p->l4 != GNIC_CQE_L4_TCP || p->bad || !frame_has_l4(frame, TCP_LEN))
		return false;
	segment = gro_is_segment(qp, frame);
	for (unsigned int i = 0; i < gro->count; i++) {
		if (!gro_same_flow(gro->ctx[i], frame))
			continue;
		if (!segment)
			gro_release(gro, i);
		else if (gro_add(gro, i, frame, label))
			return true;
		break;
	}
	return segment && gro_open(gro, frame, label);
}

/* ---- life ---- */

void rxe_gro_free(struct qp *qp)
{
	struct rxe_gro *gro = qp->gro;

	if (!gro)
		return;
	loop_timer_del(qp->card->loop, &gro->timer);
	while (gro->count)
		gro_ctx_free(gro->ctx[--gro->count]);
	free(gro);
	qp->gro = NULL;
}

enum gnic_hw_status qp_cmd_gro(struct card *card, const struct gnic_hw_qp_gro *in)
{
	uint32_t max_size = le32_to_cpu(in->max_size);
	enum gnic_hw_status status;
	struct qp *qp;

	if (in->rsvd || max_size > GNIC_RAW_GRO_SIZE_MAX || !in->usecs)
		return GNIC_STATUS_BAD_PARAM;
	status = qp_raw_receives(card, in->port, in->qpn, &qp);
	if (status)
		return status;
	rxe_gro_flush(qp);
	if (!max_size) {
		rxe_gro_free(qp);
		return GNIC_STATUS_OK;
	}
	if (!qp->gro)
		qp->gro = calloc(1, sizeof(*qp->gro));
	if (!qp->gro)
		return GNIC_STATUS_NO_RESOURCE;
	qp->gro->qp = qp;
	qp->gro->max_size = max_size;
	qp->gro->period = le16_to_cpu(in->usecs) * (uint64_t)NSEC_PER_USEC;
	qp->gro->timer.cb = gro_tick;
	qp->gro->timer.opaque = qp->gro;
	return GNIC_STATUS_OK;
}
