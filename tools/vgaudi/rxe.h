/* SPDX-License-Identifier: GPL-2.0-only */
/* Block RXE: what its files share. */
#ifndef VGAUDI_RXE_H
#define VGAUDI_RXE_H

#include "card.h"
#include "csum.h"

/* What the switch says of a frame. */
struct rxe_label {
	uint64_t came;		/* if it has waited */
	uint32_t hash;
	uint32_t mark;
	uint8_t hash_type;	/* GNIC_CQE_HASH_* */
	uint8_t prio;		/* GNIC_PRIOS: it is not from the wire */
	bool marked;
	bool waited;		/* in the port's buffers */
};

/**
 * struct rxe_merged - a frame of several TCP segments, rxe_gro.c
 * @segs: so many
 * @mss: bytes of all but the last
 * @fixed_id: GNIC_RAW_CQE_GRO_FIXED_*
 * @tunnel: they were in IP in IP
 */
struct rxe_merged {
	uint32_t segs, fixed_id;
	uint16_t mss;
	bool tunnel;
};

enum rxe_result {
	RXE_TAKEN,	/* or it waits now */
	RXE_LOST,	/* counted at the QP */
	RXE_SHORT,	/* of one that waits: not enough buffers; the QP may have failed for it */
};

/*
 * blk_rxe.c: into the buffers of the queue, @merged NULL: a frame as it came.
 * Bytes of its tag that are left out.
 */
enum rxe_result rxe_try(struct qp *qp, struct frame *frame, const struct rxe_label *label,
			const struct rxe_merged *merged);
uint32_t rxe_strip(const struct qp *qp, const struct frame *frame);

/**
 * struct rxe_sums - the sums of a frame
 * @all: everything behind the Ethernet header
 * @inner: the packet in a tunnel, or NULL
 * @inner_ok: its checksums are right
 */
struct rxe_sums {
	struct csum all;
	const struct parsed *inner;
	bool inner_ok;
};

/*
 * rxe_csum.c: sum of all behind @from; the sums that were right on the way as
 * GNIC_RAW_CQE_*.
 */
uint32_t rxe_checksum(const struct frame *frame, uint32_t from, struct rxe_sums *sums);

/*
 * Of one of the packets in a frame: is the sum of its IPv4 header right, if it has
 * one; has it TCP or UDP with a checksum that is right?
 */
bool rxe_ip_right(const struct frame *frame, const struct parsed *p);
bool rxe_l4_right(const struct frame *frame, const struct parsed *p);

/* Does the driver ask for the FCS? Then there is nothing to merge. */
static inline bool rxe_fcs_wanted(const struct qp *qp)
{
	return qp->port->rx & GNIC_PORT_RX_FCS && qp->side == GNIC_SIDE_HOST &&
	       !qp->vport->function;
}

/* rxe_fcs.c */
bool rxe_fcs_deliver(struct qp *qp, const struct frame *frame, const struct rxe_label *label);

/*
 * rxe_wait.c: what waits in the port's buffers goes to the queue, true: nothing is left. One
 * more frame for which there are not enough buffers; false: it can't wait.
 */
bool rxe_wait_run(struct qp *qp);
bool rxe_wait_add(struct qp *qp, const struct frame *frame, const struct rxe_label *label,
		  const struct rxe_merged *merged);

static inline uint32_t rxe_frames(const struct rxe_merged *merged)
{
	return merged ? merged->segs : 1;
}

/* Frames have waited, here or for more of their flow; the switch has counted them as taken. */
static inline void rxe_lost(struct qp *qp, uint32_t frames)
{
	qp->vport->stats.dropped += frames;
	qp->vport->stats.missed += qp->asid == GNIC_ASID_KERNEL && !qp->failed ? frames : 0;
}

/* A ring that is full of buffers, and has not enough, never will have. */
static inline bool rxe_is_full(const struct qp *qp)
{
	return qp->rq.index - qp->rq.done > qp->rq.mask;
}

/* rxe_gro.c: true: the frame waits for more of its flow, or was added to such a one. */
bool rxe_gro_take(struct qp *qp, struct frame *frame, const struct rxe_label *label);

/*
 * rxe_tunnel.c: the TCP or UDP packet in a UDP tunnel that the host side of
 * @vport has in its table; false: there is none.
 */
bool rxe_tunnel(const struct vport *vport, const struct frame *frame, struct parsed *inner);

/*
 * The packet in IP in IP, whatever it is; bad: not to be seen, or not within the
 * outer one. False: there is none.
 */
bool rxe_ipip(const struct frame *frame, struct parsed *inner);

/*
 * rxe_split.c: bytes of a frame of @len bytes, @strip of its tag left out, that
 * go to the head area, 0: none; and where, NULL: out of reach.
 */
uint32_t rxe_split(const struct qp *qp, const struct frame *frame, uint32_t strip, uint32_t len);
void *rxe_split_slot(struct qp *qp);

#endif /* VGAUDI_RXE_H */
