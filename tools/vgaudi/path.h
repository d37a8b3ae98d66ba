/* SPDX-License-Identifier: GPL-2.0-only */
/* The way of a frame: what it is, and who hands it to whom. Part of card.h. */
#ifndef VGAUDI_PATH_H
#define VGAUDI_PATH_H

#include "card.h"

/* ---- frame.c ---- */

#define FRAME_IOV	20
#define FRAME_HDR_MAX	256

/* What parse.c found; offsets from the first byte, 0: not there. */
struct parsed {
	uint16_t l2_len;	/* Ethernet and tags, and what is before them */
	uint16_t l4_off;
	uint16_t payload_off;
	uint16_t eth_type;	/* host order, behind tags */
	uint16_t vlan_tci;
	uint8_t tags;
	bool stag;		/* the outer tag is an S-tag */
	uint8_t l3;		/* enum gnic_hw_cqe_l3 */
	uint8_t l4;		/* enum gnic_hw_cqe_l4 */
	uint8_t ip_proto;
	bool fragment;
	bool rigid;		/* IPv6: an extension header belongs to this packet alone */
	bool roce;		/* UDP to 4791, long enough for a BTH */
	bool bad;		/* lengths that contradict each other */
	uint32_t l3_end;	/* first byte behind the IP packet */
};

/*
 * A frame in flight inside the process. The bytes are @hdr_len bytes at @hdr
 * and then the pieces of @iov; nothing is copied until a receive queue or an
 * external wire takes it. An RC packet has @rc instead of header bytes (they
 * are built only for an external wire or a capture), @iov is its payload.
 */
struct frame {
	const uint8_t *hdr;
	uint32_t hdr_len;
	uint32_t len;		/* whole frame without FCS */
	int iovs;
	struct iovec iov[FRAME_IOV];
	const struct rc_packet *rc;	/* roce.h */
	struct parsed parsed;
	bool is_parsed;
	bool l4_ok;		/* the sender's offload made the checksum */
	uint8_t splits;		/* how often a mirror has made two of it */
	uint8_t tables;		/* that it was looked up in, at one side of one vport */
};
void frame_parse(struct frame *frame);	/* once; needs the headers contiguous in hdr */
uint32_t frame_copy(const struct frame *frame, uint32_t offset, void *dst, uint32_t len);
/* Builds the headers and the ICRC of an RC packet. */
uint32_t frame_flatten(const struct frame *frame, void *dst, uint32_t room);

/* ---- the way of a frame ---- */
/* Entered at the host side, entered at the function side. */
void esw_from_host(struct vport *vport, struct frame *frame);
void esw_from_function(struct vport *vport, struct frame *frame);
/* Something is wrong with it: no rule, and nobody but the host side of an uplink. */
void esw_bad_frame(struct vport *vport, struct frame *frame);
/* blk_mac.c: counts; to the wire, or back in loopback. From a wire: to the uplink. */
void mac_send(struct port *port, struct frame *frame);
void mac_receive(struct port *port, struct frame *frame);
/* To the uplink without passing the MAC, which does not have to have a link. */
void mac_turn(struct port *port, struct frame *frame);
/* It came with a bad FCS, which is its own but for @error; counted. */
void mac_bad_fcs(struct port *port, struct frame *frame, uint32_t error);
/* mac_fec.c: a codeword with wrong symbols; false: the receiver can't mend it */
bool mac_fec_symbols(struct port *port, unsigned int symbols);
/* False: dropped, counted at the QP. */
bool rxe_receive(struct qp *qp, struct frame *frame, uint32_t hash, uint8_t hash_type,
		 const uint32_t *mark);
/* rxe_wait.c: what waits in the port's buffers is lost; another queue gets it */
void rxe_wait_drop(struct qp *qp);
void rxe_wait_move(struct qp *from, struct qp *to);
/* rxe_gro.c: what waits is delivered; the QP goes away */
void rxe_gro_flush(struct qp *qp);
void rxe_gro_free(struct qp *qp);
/* rc_encap.c: may it be in what a QP of the port is told to expect? */
bool encap_wants(const struct port *port, const struct frame *frame);
/* Is it for RC QPs of the function? */
static inline bool rc_wants(const struct vport *vport, const struct frame *frame)
{
	if (!vport->rc_users)
		return false;
	return (frame->rc ? !frame->rc->encap : frame->parsed.roce) ||
	       encap_wants(vport->port, frame);
}
/* blk_rxe_rc.c: RoCE for a function */
void rc_receive(struct vport *vport, struct frame *frame);
/*
 * mac_send() may call mac_receive() of the peer before it returns, which may
 * call mac_send() again (an answer, a hairpin rule): blk_mac.c bounds the depth
 * and drops beyond it. mac_send() may pad the frame (iov, len).
 */
void wire_send(struct port *port, struct frame *frame);			/* wire.c */
/*
 * mac_straight.c: the function that RC packets of @len bytes on this path would come to
 * without anybody on the way who looks at them, if the port wants their encapsulation;
 * NULL: send them. And @count of them have.
 */
struct vport *mac_straight(const struct port *port, const struct roce_path *path, uint32_t len);
void mac_passed(struct port *port, struct vport *to, const struct roce_path *path, uint32_t len,
		uint32_t count);

/* ---- mac_pause.c ---- */

/* Free buffers below which the far end has to be silent. */
#define MAC_PAUSE_XOFF_MAX	128u

/* A queue that is never full counts as large as it is filled. */
static inline uint32_t mac_pause_xoff(const struct qp *qp)
{
	uint32_t xoff = qp->pause.peak - qp->pause.peak / 4;

	return xoff < MAC_PAUSE_XOFF_MAX ? xoff : MAC_PAUSE_XOFF_MAX;
}

void mac_pause_short(struct qp *qp, uint8_t prio);
bool mac_pause_hold(struct qp *qp);
void mac_pause_forget(struct qp *qp);	/* the QP goes away */

/* Whom a queue that is short for a frame of @prio would ask for silence: all, that, or nobody. */
static inline uint8_t mac_pause_whom(const struct port *port, uint8_t prio)
{
	uint8_t counts = 1u << prio & ~port->buffer.prios;

	if (port->pfc.enable)
		return port->pfc.enable & counts;
	return counts && port->mode.pause & GNIC_PAUSE_TX;
}

/*
 * After a receive queue gave a buffer to a frame. Its priority is told, for it may have waited
 * for more of its flow, and another one is being received. GNIC_PRIOS: it is not from the wire,
 * which alone can be paused.
 */
static inline void mac_pause_look(struct qp *qp, uint8_t prio)
{
	uint32_t left = qp->rq.index - qp->rq.done;

	if (left > qp->pause.peak)
		qp->pause.peak = left;
	else if (prio < GNIC_PRIOS && left < mac_pause_xoff(qp))
		mac_pause_short(qp, prio);
}

/* Does what it sends go to the wire? The host side of a function has none. */
static inline bool qp_has_wire(const struct qp *qp)
{
	return !qp->vport || !qp->vport->function || qp->side == GNIC_SIDE_FUNCTION;
}

/* May the send queue not start a packet now? It is woken when it may. */
static inline bool mac_pause_holds(struct qp *qp)
{
	return qp->port->pause.until && mac_pause_hold(qp);
}

/* ---- mac_pfc.c ---- */

bool mac_pfc_hold(struct qp *qp);

/* Likewise: is its priority paused? */
static inline bool mac_pfc_holds(struct qp *qp)
{
	return qp->port->pfc.paused & 1u << qp->ets.prio && mac_pfc_hold(qp);
}

bool mac_pfc_refuse(struct qp *qp);

/* Does a frame from the wire, of @prio, find only buffers that are not for it? */
static inline bool mac_pfc_refuses(struct qp *qp, uint8_t prio)
{
	const struct port *port = qp->port;
	uint8_t lossless = port->pfc.enable | port->buffer.prios;

	return port->pfc.enable & ~port->buffer.prios && prio < GNIC_PRIOS &&
	       !(lossless & 1u << prio) && mac_pfc_refuse(qp);
}

/* ---- qp_rate.c ---- */

/* What a command may ask for; 0: no limit. */
static inline bool rate_ok(uint64_t limit)
{
	return !limit || (limit >= GNIC_QP_RATE_MIN && limit <= GNIC_QP_RATE_MAX);
}

/* Of any limit. A timer of no callback gets one that just makes the loop look again. */
void rate_set(struct loop *loop, struct qp_rate *rate, uint64_t limit);
bool rate_hold(struct loop *loop, struct qp_rate *rate);
void rate_spend(struct loop *loop, struct qp_rate *rate, uint64_t octets);	/* with FCS */
bool qp_rate_hold(struct qp *qp);
void qp_rate_spend(struct qp *qp, uint32_t len);	/* a frame, without FCS */
void qp_rate_forget(struct qp *qp);	/* the QP goes away */
/* qp_launch.c: does the packet at the head wait for the time with this low half? */
bool qp_launch_wait(struct qp *qp, uint32_t time);
void qp_launch_forget(struct qp *qp);

/* Likewise: has the send queue used up its rate? */
static inline bool qp_rate_holds(struct qp *qp)
{
	return qp->rate.limit && qp_rate_hold(qp);
}

/* ---- mac_ets.c ---- */

/* It has something to send, perhaps: queued in its class. Returns 0: nothing was done yet. */
int ets_enqueue(struct qp *qp);
bool ets_run(struct card *card);	/* sends; false: nobody can */
bool ets_ready(struct card *card);	/* could somebody send? */
void ets_forget(struct qp *qp);		/* the QP goes away */
void ets_switch(struct port *port);	/* what the port was told has changed */

/* ---- mac_sched.c; @first: of those of a class that have packets ---- */
bool sched_ready(struct qp *first);		/* one of them may send */
struct qp *sched_choose(struct qp *first);	/* if one may: which */
void sched_spend(struct qp *qp, uint64_t octets);
void sched_forget(struct qp *qp);		/* the QP goes away */
void sched_reset(struct port *port);

/* blk_txe.c: work of at most @budget WQEs, and the packet that begins with the last of them. */
int txe_run(struct qp *qp, int budget);

#endif /* VGAUDI_PATH_H */
