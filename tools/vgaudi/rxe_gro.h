/* SPDX-License-Identifier: GPL-2.0-only */
/* Block RXE: segments of TCP, and what waits of a flow. */
#ifndef VGAUDI_RXE_GRO_H
#define VGAUDI_RXE_GRO_H

#include "frame.h"
#include "rxe.h"

#define GRO_IPS			2	/* IP headers of a segment at most */
#define GRO_CARD_MAX		(64u << 20)	/* what a guest can make us allocate */

#define TCP_FIN			0x01
#define TCP_SYN			0x02
#define TCP_RST			0x04
#define TCP_PSH			0x08
#define TCP_URG			0x20
#define TCP_LAST		(TCP_FIN | TCP_PSH)
#define TCP_FLAGS		13u

/* What a frame is to those who merge. */
enum gro_kind {
	GRO_OTHER,
	GRO_UNKNOWN,	/* it may be of any flow */
	GRO_TCP,	/* of a flow, whether it can be merged or not */
};

/**
 * struct gro_seg - where the headers of a segment are
 * @ip: from the outer one on; TCP is behind the last
 * @ips: 2 in IP in IP
 */
struct gro_seg {
	struct parsed ip[GRO_IPS];
	unsigned int ips;
};

/**
 * struct gro_ctx - a flow, and what waits of it
 * @bytes: headers of the first segment, and the payload of all
 * @len: of @bytes; the first segment has what the sender padded it with
 * @room: of @bytes
 * @end: where the payload ends
 * @seg: first segment
 * @label: first segment
 * @merged: so far
 * @next_id: by IP header, identification of the next segment, if it grows
 * @ticks: of the timer, since it waits
 */
struct gro_ctx {
	uint8_t *bytes;
	uint32_t len, room, end;
	struct gro_seg seg;
	struct rxe_label label;
	struct rxe_merged merged;
	uint16_t next_id[GRO_IPS];
	unsigned int ticks;
};

/* The packet that TCP is in. */
static inline const struct parsed *gro_tcp(const struct gro_seg *seg)
{
	return &seg->ip[seg->ips - 1];
}

static inline uint8_t gro_flags(const struct frame *frame, const struct gro_seg *seg)
{
	return frame->hdr[gro_tcp(seg)->l4_off + TCP_FLAGS];
}

static inline uint32_t gro_payload(const struct gro_seg *seg)
{
	return gro_tcp(seg)->l3_end - gro_tcp(seg)->payload_off;
}

/*
 * rxe_gro_seg.c: what a frame is, @tunnels: in IP in IP too; can it be merged, its
 * sums being right; is it of this flow; and does it follow, with which
 * identifications that stayed (GNIC_RAW_CQE_GRO_FIXED_*)?
 */
enum gro_kind gro_seg_parse(const struct frame *frame, bool tunnels, struct gro_seg *seg);
bool gro_seg_ok(const struct qp *qp, const struct frame *frame, const struct gro_seg *seg);
bool gro_same_flow(const struct gro_ctx *ctx, const struct frame *frame,
		   const struct gro_seg *seg);
bool gro_follows(const struct gro_ctx *ctx, const struct frame *frame,
		 const struct gro_seg *seg, uint32_t *fixed_id);

#endif /* VGAUDI_RXE_GRO_H */
