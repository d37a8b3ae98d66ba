// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block RXE: segments of one TCP flow that follow each other become one frame.
 * They wait in the device's memory; buffers are taken when a frame is complete,
 * for they are given to frames in the order of completions.
 */
#include <stdlib.h>

#include "blk_cmd.h"
#include "parse.h"
#include "rxe_gro.h"

#define GRO_CONTEXTS	512u
#define GRO_TICKS_MAX	16u	/* longer than that nothing waits */
#define GRO_ROOM	4096u
#define GRO_ROOM_MAX	(4u << 20)	/* of a queue */
#define NSEC_PER_USEC	1000u

/* Of a QP: contexts in the order of their first segments. */
struct rxe_gro {
	struct qp *qp;
	uint32_t max_size;
	uint16_t flags;		/* GNIC_GRO_* */
	uint64_t period;	/* of the timer, ns */
	uint64_t last;		/* when the last frame came */
	uint32_t room;		/* bytes of all contexts */
	unsigned int count;
	struct gro_ctx *ctx[GRO_CONTEXTS];
	struct loop_timer timer;
};

/* ---- what waits goes up ---- */

static void gro_ctx_free(struct rxe_gro *gro, struct gro_ctx *ctx)
{
	gro->room -= ctx->room;
	gro->qp->card->gro_room -= ctx->room;
	free(ctx->bytes);
	free(ctx);
}

/* The headers of the whole: lengths, and sums of IPv4; that of TCP nobody looks at. */
static void gro_headers(struct gro_ctx *ctx, const struct parsed *p)
{
	uint8_t *ip = ctx->bytes + p->l2_len;
	uint32_t len = ctx->end - p->l2_len;
	uint16_t sum;

	if (p->l3 == GNIC_CQE_L3_IPV6) {
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
		.parsed = ctx->seg.ip[0], .is_parsed = true, .l4_ok = ctx->seg.ips == 1,
	};

	if (many) {
		for (unsigned int i = 0; i < ctx->seg.ips; i++)
			gro_headers(ctx, &ctx->seg.ip[i]);
		frame.parsed.l3_end = ctx->end;
		frame.parsed.payload_off = gro_tcp(&ctx->seg)->payload_off;
	}
	if (rxe_try(qp, &frame, &ctx->label, many ? &ctx->merged : NULL) == RXE_LOST)
		rxe_lost(qp, ctx->merged.segs);
}

/* It leaves its place first: who receives it may send something back. */
static void gro_release(struct rxe_gro *gro, unsigned int i)
{
	struct gro_ctx *ctx = gro->ctx[i];

	gro->count--;
	memmove(gro->ctx + i, gro->ctx + i + 1, (gro->count - i) * sizeof(gro->ctx[0]));
	gro_deliver(gro->qp, ctx);
	gro_ctx_free(gro, ctx);
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

/* ---- one more ---- */

/* For @len bytes; a false says that there is no memory, or that enough waits. */
static bool gro_room(struct rxe_gro *gro, struct gro_ctx *ctx, uint32_t len)
{
	uint32_t room = ctx->room ? ctx->room : GRO_ROOM, more;
	struct card *card = gro->qp->card;
	uint8_t *bytes;

	if (len <= ctx->room)
		return true;
	while (room < len)
		room *= 2;
	more = room - ctx->room;
	if (gro->room + more > GRO_ROOM_MAX || card->gro_room + more > GRO_CARD_MAX)
		return false;
	bytes = realloc(ctx->bytes, room);
	if (!bytes)
		return false;
	gro->room += more;
	card->gro_room += more;
	ctx->bytes = bytes;
	ctx->room = room;
	return true;
}

/* The whole: no larger than the queue wants it, or IP can say. */
static bool gro_fits(const struct rxe_gro *gro, const struct gro_ctx *ctx, uint32_t payload)
{
	uint32_t end = ctx->end + payload;

	return end <= gro->max_size && end - ctx->seg.ip[0].l2_len <= 65535;
}

/* False: it does not follow, or there is no room for it. */
static bool gro_append(struct rxe_gro *gro, struct gro_ctx *ctx, const struct frame *frame,
		       const struct gro_seg *seg, const struct rxe_label *label)
{
	const struct parsed *tcp = gro_tcp(seg);
	uint32_t payload = gro_payload(seg), fixed_id;

	if (label->marked != ctx->label.marked || label->mark != ctx->label.mark ||
	    !gro_follows(ctx, frame, seg, &fixed_id) || !gro_fits(gro, ctx, payload) ||
	    !gro_room(gro, ctx, ctx->end + payload))
		return false;
	frame_copy(frame, tcp->payload_off, ctx->bytes + ctx->end, payload);
	ctx->end += payload;
	ctx->len = ctx->end;
	ctx->bytes[tcp->l4_off + TCP_FLAGS] |= gro_flags(frame, seg) & TCP_LAST;
	ctx->merged.segs++;
	ctx->merged.fixed_id = fixed_id;
	for (unsigned int i = 0; i < seg->ips; i++)
		ctx->next_id[i]++;
	return true;
}

static struct gro_ctx *gro_ctx_create(struct rxe_gro *gro, const struct frame *frame,
				      const struct gro_seg *seg, const struct rxe_label *label)
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
	ctx->end = gro_tcp(seg)->l3_end;
	ctx->seg = *seg;
	ctx->label = *label;
	ctx->merged.segs = 1;
	ctx->merged.mss = gro_payload(seg);
	ctx->merged.tunnel = seg->ips > 1;
	for (unsigned int i = 0; i < seg->ips; i++)
		ctx->next_id[i] = frame_be16(ctx->bytes + seg->ip[i].l2_len + 4) + 1;
	return ctx;
}

/* The first of a flow waits, unless nothing can follow it. */
static bool gro_open(struct rxe_gro *gro, const struct frame *frame, const struct gro_seg *seg,
		     const struct rxe_label *label)
{
	struct gro_ctx *ctx;

	if (gro->count == GRO_CONTEXTS || gro_flags(frame, seg) & TCP_LAST ||
	    (!loop_timer_pending(&gro->timer) && !gro_timer_set(gro)))
		return false;
	ctx = gro_ctx_create(gro, frame, seg, label);
	if (!ctx)
		return false;
	gro->ctx[gro->count++] = ctx;
	return true;
}

/* A frame of a flow that has something waiting. */
static bool gro_add(struct rxe_gro *gro, unsigned int i, const struct frame *frame,
		    const struct gro_seg *seg, const struct rxe_label *label)
{
	struct gro_ctx *ctx = gro->ctx[i];

	if (!gro_append(gro, ctx, frame, seg, label)) {
		gro_release(gro, i);
		return false;
	}
	if (gro_flags(frame, seg) & TCP_LAST || gro_payload(seg) < ctx->merged.mss ||
	    !gro_fits(gro, ctx, 1))
		gro_release(gro, i);
	return true;
}

bool rxe_gro_take(struct qp *qp, struct frame *frame, const struct rxe_label *label)
{
	struct rxe_gro *gro = qp->gro;
	struct gro_seg seg;
	enum gro_kind kind;
	bool ok;

	if (qp->failed || qp->stopped)
		return false;
	gro->last = loop_now(qp->card->loop);
	kind = gro_seg_parse(frame, gro->flags & GNIC_GRO_IPIP, &seg);
	if (kind == GRO_UNKNOWN)
		rxe_gro_flush(qp);
	if (kind != GRO_TCP)
		return false;
	ok = gro_seg_ok(qp, frame, &seg);
	/* looked at: not once more if it does not wait */
	frame->l4_ok |= ok && seg.ips == 1;
	for (unsigned int i = 0; i < gro->count; i++) {
		if (!gro_same_flow(gro->ctx[i], frame, &seg))
			continue;
		if (!ok)
			gro_release(gro, i);
		else if (gro_add(gro, i, frame, &seg, label))
			return true;
		break;
	}
	return ok && gro_open(gro, frame, &seg, label);
}

/* ---- life ---- */

void rxe_gro_free(struct qp *qp)
{
	struct rxe_gro *gro = qp->gro;

	if (!gro)
		return;
	loop_timer_del(qp->card->loop, &gro->timer);
	while (gro->count) {
		rxe_lost(qp, gro->ctx[--gro->count]->merged.segs);
		gro_ctx_free(gro, gro->ctx[gro->count]);
	}
	free(gro);
	qp->gro = NULL;
}

enum gnic_hw_status qp_cmd_gro(struct card *card, const struct gnic_hw_qp_gro *in)
{
	uint32_t max_size = le32_to_cpu(in->max_size);
	enum gnic_hw_status status;
	struct qp *qp;

	if (le16_to_cpu(in->flags) & ~GNIC_GRO_IPIP || max_size > GNIC_RAW_GRO_SIZE_MAX || !in->usecs)
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
	qp->gro->flags = le16_to_cpu(in->flags);
	qp->gro->period = le16_to_cpu(in->usecs) * (uint64_t)NSEC_PER_USEC;
	qp->gro->timer.cb = gro_tick;
	qp->gro->timer.opaque = qp->gro;
	return GNIC_STATUS_OK;
}
