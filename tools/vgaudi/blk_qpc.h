/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An RC QP: its contexts and what its engine remembers. Seen by the blocks of
 * the engine: QPC (contexts), TXS (requester), RXE (responder, and what it
 * answers), TMR (timers), and by COMPUTE, which posts WQEs.
 */
#ifndef VGAUDI_BLK_QPC_H
#define VGAUDI_BLK_QPC_H

#include "card.h"
#include "hw/qpc.h"
#include "reduce.h"
#include "roce.h"
#include "rows.h"

#define RC_MSGS			128u	/* WQEs in flight: a power of two */
#define RC_WINDOW		128u	/* packets in flight, without congestion control */
#define RC_BURST		64u	/* packets a round, if BURST_SIZE is 0 */
#define RC_BURST_MAX		256u
#define RC_RETRY_FOR_EVER	255u
#define RC_RNR_FOR_EVER		7u	/* as in InfiniBand */
#define RC_RNR_CODE		14	/* what we ask for if no buffer is there: 1.28 ms */

enum rc_kind {
	RC_WRITE,
	RC_SEND,
	RC_REDUCE,	/* a WRITE that is a reduction */
	/* what is before this is in one piece at the peer */
	RC_STRIDE,	/* a WRITE that is rows at the peer */
	RC_OFFER,	/* a buffer for one of the peer's WRITEs: no data */
	RC_ASK,		/* for a WRITE of the peer's: no data */
	RC_KINDS,
};

/**
 * struct rc_msg - a WQE in flight; the copy that counts, the guest's may change
 * @psn: of its first packet
 * @size: bytes, 0: NOP
 * @local: device address of the data, unless it is inline; RC_ASK: of where it goes
 * @remote: device address at the peer
 * @tag: immediate data
 * @completion: as of struct gnic_hw_rc_wqe
 * @packets: how many
 * @kind: enum rc_kind
 * @cqe: completion wanted
 * @in_rows: the data lies in rows
 * @is_inline: the data is in @data
 * @asked: the peer did, by RDV_RD
 * @there: RC_STRIDE: the first dimension of @rows that is the peer's
 * @reduction: RC_REDUCE: how
 * @data: inline data
 * @rows: with @in_rows
 */
struct rc_msg {
	/* in the order of the WQE, of which it is a copy */
	uint32_t psn;
	uint32_t size;
	uint64_t local;
	uint64_t remote;
	uint32_t tag;
	uint32_t completion;
	uint32_t packets;
	uint8_t kind;
	bool cqe;
	bool in_rows;
	bool is_inline;
	bool asked;
	uint8_t there;
	uint16_t reduction;
	union {
		uint8_t data[GNIC_RC_INLINE_64];
		struct rows rows;
	};
};

/**
 * struct rc_sack - packets in flight, one by one; slots by PSN
 * @arrived: the responder has it, behind a gap
 * @order: it was sent as the n-th, the last time
 * @next: order of the next packet
 * @newest: what is not newer than this and has not arrived is lost
 */
struct rc_sack {
	uint64_t arrived[ROCE_SACK_BITS / 64];
	uint32_t next, newest;
	uint32_t order[ROCE_SACK_BITS];
};

#define RC_WINDOW_UNIT		256u	/* of a packet */

/**
 * struct rc_window - of congestion control
 * @most: packets, CONGESTION_WIN
 * @now: packets in flight, in RC_WINDOW_UNIT
 */
struct rc_window {
	uint32_t most;
	uint32_t now;
};

/**
 * struct rc_delay - congestion control by delay
 * @target: ns; 0: another mode
 * @window: what it sets
 * @rtt: ns, the last one
 * @sent: when packet @marked left
 * @marked: PSN of the packet whose way is measured
 * @measures: it is under way
 * @lost_until: PSN: losses before this one are the same congestion
 * @above: so often it took longer than @target
 * @below: and so often it did not
 */
struct rc_delay {
	uint64_t target;
	struct rc_window window;
	uint64_t rtt;
	uint64_t sent;
	uint32_t marked;
	bool measures;
	uint32_t lost_until;
	uint32_t above, below;
};

/* A buffer at the peer, for one WRITE; @local, @tag: from where, if the peer asks for that. */
struct rc_offer {
	uint64_t va;
	uint64_t local;
	uint32_t size;
	uint32_t tag;
};

/**
 * struct rc_rdv - the rendezvous of a requester
 * @roomy: the peer's ring is so large as the contract wants
 * @log: offers that our ring holds
 * @made: by us, to the peer
 * @come: from the peer
 * @taken: of those
 * @ring: of the types RDV_WRITE and RDV_READ
 */
struct rc_rdv {
	bool roomy;
	uint8_t log;
	uint32_t made;
	uint32_t come, taken;
	struct rc_offer *ring;
};

/**
 * struct rc_ecn - congestion control by marks
 * @on: this mode
 * @window: what it sets
 * @target: what that comes back to, in RC_WINDOW_UNIT
 * @alpha: how much of the time there are marks
 * @periods: since the last notification, as far as they matter
 * @next: when the next period ends, ns
 * @notified: so many notifications
 * @quiet: and so many periods without one
 */
struct rc_ecn {
	bool on;
	struct rc_window window;
	uint32_t target;
	uint32_t alpha;
	uint32_t periods;
	uint64_t next;
	uint32_t notified, quiet;
};

/**
 * struct rc_requester - what sends
 *
 * Messages head .. tail - 1 are in flight, free-running indices of WQEs. The
 * engine is at packet @packet of message @exec; a rollback takes it back to
 * the oldest packet that is not acknowledged. head <= exec <= tail.
 */
struct rc_requester {
	/* in the order of use */
	bool valid;
	bool held;		/* receiver not ready: wait for the timer */
	bool resync;		/* after a failure: the peer says where it is */
	bool wide_wqe;		/* of 64 bytes */
	bool waits;		/* WQ type RDV_WRITE: each LINEAR takes an offer */
	bool serves;		/* WQ type RDV_READ: the peer asks, the work queue is empty */
	bool selective;		/* resend just what is missing */
	uint8_t flaw;		/* of WQE exec: enum gnic_hw_syndrome; nothing is sent any more */
	uint8_t mtu_log;
	uint32_t window;	/* packets in flight */
	uint32_t burst;		/* packets a round */
	uint32_t ack_freq;	/* packets; 0: at the end of a message */
	uint32_t nts;		/* PSN: next to send */
	uint32_t ona;		/* PSN: oldest not acknowledged */
	uint32_t high;		/* PSN: next that was never sent */
	uint32_t since_ackreq;
	uint32_t head, exec, tail;
	uint32_t packet;	/* of message exec */
	uint32_t dst_qp;
	uint32_t rkey;
	uint16_t asid;
	uint32_t base_len;	/* of a request without extension headers and payload */
	const struct roce_encap *encap;	/* of requests, and of their answers; NULL: none */
	/* less often */
	uint8_t timeout_max, timeouts;
	uint8_t nak_max, naks;
	uint8_t rnr_max, rnrs;
	uint8_t adaptive;	/* a time-out doubles so often */
	uint64_t rto;		/* ns; of the first time-out in a row */
	uint64_t expiry;	/* of the oldest packet not acknowledged */
	uint64_t deadline;	/* the timer's: expiry, or when something is to be tried before */
	uint64_t since;		/* the last progress, or the begin of a wait for it */
	uint64_t usual;		/* ns; how long it takes of late */
	uint8_t probes;		/* so often something was tried, without an answer */
	bool probing;		/* and a packet is to be sent for it */
	bool probed;		/* and was, and nothing has come of it */
	struct loop_timer timer;
	struct rc_delay delay;
	struct rc_rdv rdv;
	struct rc_ecn ecn;
	struct rc_sack sack;	/* if selective */
	struct rc_msg msg[RC_MSGS];
};

/**
 * struct rc_write - what the packets of a WRITE have in common
 * @va: where its first byte goes
 * @psn: of its first packet
 * @size: bytes
 * @first: payload of each packet but the last
 * @reduction: it is one; 0: none
 * @rows: how it lies from @va on
 */
struct rc_write {
	uint64_t va;
	uint32_t psn;
	uint32_t size;
	uint32_t first;
	uint16_t reduction;
	struct rows rows;
};

/* A packet that came before its turn; its payload is in memory. */
struct rc_kept {
	struct rc_write write;
	uint32_t payload;
	uint32_t imm;
	uint32_t sob;
	uint8_t opcode;
	bool ack_req;
};

/**
 * struct rc_keep - packets behind a gap
 * @bits: bit n is packet expected + n
 * @packet: slots by PSN; NULL: the QP is not selective
 */
struct rc_keep {
	uint64_t bits[ROCE_SACK_BITS / 64];
	struct rc_kept *packet;
};

/**
 * struct rc_responder - what receives
 * @base_len: of an answer without extension headers
 * @expected: PSN
 * @msn: messages received, 24 bits
 * @naked: a sequence error was reported and not yet mended
 * @busy: within a message
 * @stale: it was flushed while the peer had offers of ours: no WRITE is taken any more
 * @is_send: which is a SEND; else a WRITE
 * @write: that WRITE; of a SEND where its buffer is
 * @access: GNIC_ACCESS_* that its memory needs
 * @first: payload of the message's first packet, what the others must have too
 * @left: WRITE: bytes to come; SEND: room in the buffer
 * @size: WRITE: bytes of the message; SEND: of those that came
 * @completion: SEND: GNIC_COMPLETION_* and the sync object of the buffer
 * @keep: what has come before its turn
 * @encap: of requests, and of their answers; NULL: none
 * @next_cnp: when a marked packet is answered again, ns
 */
struct rc_responder {
	bool valid;
	bool naked;
	bool busy;
	bool stale;
	bool is_send;
	uint8_t access;
	uint16_t asid;
	uint32_t base_len;
	uint32_t expected;
	uint32_t lkey;
	uint32_t peer_qp;
	uint32_t msn;
	uint32_t first;
	uint32_t left;
	uint32_t size;
	uint32_t completion;
	struct rc_write write;
	struct rc_keep keep;
	const struct roce_encap *encap;
	uint64_t next_cnp;
};

/* A request and the memory where its payload is; NULL: it was placed when it came. */
struct rxe_request {
	const struct rc_packet *pkt;
	const struct iovec *iov;
	int iovs;
};

/**
 * struct rc_post - somebody waits until a WQE is done; in a list by index
 * @index: free-running index of the WQE
 * @done: called with 0 or enum gnic_hw_syndrome, off the list already
 */
struct rc_post {
	struct rc_post *next, **link;	/* link: what points here; NULL: on no list */
	uint32_t index;
	void (*done)(struct rc_post *post, uint8_t syndrome);
};

struct rc {
	struct qp *qp;
	struct roce_path path;
	bool has_path;
	uint8_t syndrome;	/* why ERROR; 0: no error */
	struct rc_requester req;
	struct rc_responder res;
	struct rc_post *posts;
	struct rc *owed_next, **owed_link;	/* an ACK, rxe_ack.c; no link: none */
	struct rc *failing_next;	/* its failure is told behind this one's */
	__le32 req_ctx[GNIC_QPC_REQ_DWORDS];	/* what the driver wrote */
	__le32 res_ctx[GNIC_QPC_RES_DWORDS];
};

static inline uint32_t txs_in_flight(const struct rc_requester *req)
{
	return (req->nts - req->ona) & ROCE_PSN_MASK;
}

/* By the last of the next @count packets, none of which ends a message, or fills a gap. */
static inline bool txs_ack_is_due(const struct rc_requester *req, uint32_t count)
{
	return (req->ack_freq && req->since_ackreq + count >= req->ack_freq) ||
	       txs_in_flight(req) + count >= req->window;
}

/* Between a packet and the most there may be. */
static inline void rc_window_set(struct rc_requester *req, struct rc_window *window, uint32_t now)
{
	uint32_t most = window->most * RC_WINDOW_UNIT;

	if (now < RC_WINDOW_UNIT)
		now = RC_WINDOW_UNIT;
	window->now = now < most ? now : most;
	req->window = window->now / RC_WINDOW_UNIT;
}

/* The tag travels. */
static inline bool txs_imm(const struct rc_msg *msg)
{
	return msg->completion & FIELD_PREP(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_CQ);
}

/* A sync object is signalled at the peer. */
static inline bool txs_signals(const struct rc_msg *msg)
{
	return msg->completion & FIELD_PREP(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_SOB);
}

static inline struct rc_msg *rc_msg(const struct rc_requester *req, uint32_t index)
{
	return (struct rc_msg *)&req->msg[index & (RC_MSGS - 1)];
}

/* txs_wqe.c */
bool txs_in_rows(uint32_t opcode);	/* its WQEs have a struct gnic_hw_rc_stride */

/*
 * txs_rows.c: the payload of a packet, @len bytes from @off on of a message in rows.
 * @room: for ROCE_PAYLOAD_MAX bytes, until the packet has left. False: out of reach.
 */
bool txs_gather(struct rc *rc, const struct rc_msg *msg, uint32_t off, uint32_t len,
		struct frame *frame, uint8_t *room);
/* As how many packets one of these counts in a round: so many rows are worth one. */
#define TXS_ROWS_A_PACKET	64u
uint32_t txs_rows_cost(const struct rc_requester *req, const struct rc_msg *msg);

/* blk_txs.c */
/* by: kind, first packet, last packet, with immediate data */
extern const uint8_t txs_opcodes[RC_KINDS][2][2][2];
void txs_start(struct rc *rc);		/* VALID was written: from NTS_PSN and the next WQE on */
void txs_reset(struct rc *rc);		/* drop what is in flight */
void txs_skip(struct rc_requester *req, uint32_t index);	/* to this WQE; none is in flight */
void txs_resync(struct rc *rc, uint32_t psn);	/* the peer expects @psn: begin there */
/* Go back to the oldest packet not acknowledged: all are lost that have not arrived. */
void txs_rollback(struct rc *rc);
void txs_rewind(struct rc *rc);		/* likewise, but those that are under way are not lost */
void txs_pass(struct rc_requester *req, const struct rc_msg *msg);	/* to the next packet */
void txs_advance(struct rc *rc, const struct rc_msg *msg, bool ack_req);	/* likewise, it leaves */
void txs_count(struct rc *rc, uint32_t len, uint32_t count);	/* packets that leave */
/* All packets before @psn have arrived; false: it cannot be, nothing happened. */
bool txs_acked(struct rc *rc, uint32_t psn);
/* The oldest packet was lost: false: too often in a row, the QP has failed. */
bool txs_retry(struct rc *rc);
/*
 * The QP fails because of message @index, whose WQE gets an error CQE; if it serves, its
 * next WQE.
 */
void txs_fail(struct rc *rc, uint32_t index, uint8_t syndrome);
/* Likewise the oldest, as the peer says; behind it that has taken nothing. */
void txs_fail_there(struct rc *rc, uint8_t syndrome);
/* Sends @pkt with the payload that is in @frame->iov, @frame->len in all; may call rc_receive(). */
void txs_emit(struct rc *rc, const struct rc_packet *pkt, struct frame *frame);

/* txs_rdv.c: rendezvous */
bool rdv_load(struct rc *rc, const __le32 *ctx);	/* false: the card keeps no more offers */
void rdv_start(struct rc_requester *req);	/* of what was offered before nothing counts */
void rdv_free(struct rc *rc);
/* Of RDV_WR, RDV_RD. */
uint8_t rdv_check(const struct rc_requester *req, const struct gnic_hw_rc_wqe *wqe,
		  uint32_t opcode);
bool rdv_serve(struct rc *rc);	/* what the peer has asked for becomes message @req->tail */
/* A LINEAR of @size bytes takes the next offer, *@va: 0, a syndrome or TXS_WAITS. */
#define TXS_WAITS		0xff
uint8_t rdv_take(struct rc_requester *req, uint32_t size, uint64_t *va);
bool rdv_is_open(const struct rc *rc);	/* the peer has not met all that was offered to it */
/* An offer has come: 0, or why it is refused. */
uint8_t rdv_offered(struct rc *rc, const struct rc_packet *pkt);

/* txs_sack.c: selective requesters only */
void sack_start(struct rc_requester *req);
void sack_sent(struct rc_requester *req);	/* packet NTS leaves */
void sack_skip(struct rc_requester *req);	/* over what need not be sent */
void sack_lose(struct rc_requester *req);	/* all that has not arrived is lost */
void sack_probe(struct rc_requester *req);	/* the oldest packet leaves once more */
void sack_receive(struct rc *rc, const struct rc_packet *pkt);

/* txs_delay.c */
void delay_load(struct rc_requester *req, const __le32 *ctx);	/* @req->window is the most */
void delay_start(struct rc_requester *req);
/* only if it has a target: */
void delay_sent(struct rc *rc, uint32_t psn);	/* a packet that asks for an ACK, for the first time */
void delay_acked(struct rc *rc);		/* ONA has moved */
void delay_lost(struct rc *rc);

/* What the memory that @msg is read from has to allow. */
static inline uint8_t txs_access(const struct rc_msg *msg)
{
	return msg->asked ? GNIC_ACCESS_REMOTE_READ : GNIC_ACCESS_LOCAL_READ;
}

/**
 * struct train - packets of a round that nobody on the way looks at, rc_train.c
 * @from: who sends them
 * @to: who gets them; NULL: it is not known, or somebody looks
 * @longest: frame for which this holds
 * @len: of the frames that the ports between have not counted yet
 * @count: how many
 * @alone: of these, those that @to has counted
 * @budget: WQEs that may be fetched, beside
 * @wqes: those that are known to be there
 * @ahead: the first message that was fetched before its turn
 * @buffers: the ring of @to, if it was looked at
 */
struct train {
	struct rc *from, *to;
	uint32_t longest;
	uint32_t len, count, alone;
	int budget;
	uint32_t wqes, ahead;
	const uint8_t *buffers;
};

/* txs_wqe.c */
/*
 * The next WQE becomes a message; false: not now. Those behind it, too, if they are plain,
 * until there are @most packets to send.
 */
bool txs_fetch(struct train *t, uint32_t most);
void txs_put_back(struct train *t);	/* those whose turn has not come: nobody knows of them */

/* The message whose packets are next; NULL: there is none now. @most: as of txs_fetch(). */
static inline struct rc_msg *txs_next(struct train *t, uint32_t most)
{
	const struct rc_requester *req = &t->from->req;

	if (req->exec == req->tail && !txs_fetch(t, most))
		return NULL;
	return rc_msg(req, req->exec);
}

/* Packets of @msg that have arrived, @most at most; 0: send one. */
uint32_t train_send(struct train *t, const struct rc_msg *msg, uint32_t most);
/* Any packet of the round, as txs_emit(). */
void train_carry(struct train *t, const struct rc_packet *pkt, struct frame *frame);
void train_count(struct train *t);	/* the round is over, anybody may ask */

static inline void train_begin(struct train *t, struct rc *from, int budget)
{
	t->from = from;
	t->to = NULL;
	t->longest = 0;
	t->len = 0;
	t->count = 0;
	t->alone = 0;
	t->budget = budget;
	t->wqes = 0;
	t->ahead = from->req.tail;
}

/* @count packets of @len bytes each have come. */
static inline void rxe_count(struct qp *qp, uint32_t len, uint32_t count)
{
	qp->stats.rx_packets += count;
	qp->stats.rx_bytes += (uint64_t)len * count;
}

/* A buffer's completion says so. */
static inline bool rxe_signals(uint32_t completion)
{
	return FIELD_GET(GNIC_RC_WQE_COMPLETION, completion) & GNIC_COMPLETION_SOB;
}

/* Likewise: there is to be a CQE. */
static inline bool rxe_reports(uint32_t completion)
{
	return FIELD_GET(GNIC_RC_WQE_COMPLETION, completion) & GNIC_COMPLETION_CQ;
}

/* Of the CQE of a message. */
static inline uint32_t rxe_cqe_flags(bool send, bool imm)
{
	return (send ? GNIC_CQE_SEND : 0) | (imm ? GNIC_CQE_IMM : 0);
}

/*
 * The CQE of a message that has come: of a SEND with the @index of its buffer, of others
 * with how many came before. As cq_put().
 */
static inline bool rxe_receipt(const struct qp *qp, uint32_t flags, uint32_t index, uint32_t tag,
			       uint32_t size)
{
	const struct gnic_hw_cqe cqe = {
		.ctrl = cpu_to_le32(FIELD_PREP(GNIC_CQE_QPN, qp->qpn) | flags),
		.wqe_index = cpu_to_le32(index),
		.tag = cpu_to_le32(flags & GNIC_CQE_IMM ? tag : 0),
		.data = cpu_to_le32(size),
	};

	return cq_put(qp->rq_cq, &cqe);
}

/* rxe_ack.c */
void rxe_answer(struct rc *rc, struct rc_packet *pkt);	/* to the peer; no payload */
void rxe_ack(struct rc *rc, uint32_t cause);	/* packet @cause has asked for it */
void rxe_selective_ack(struct rc *rc, uint32_t cause);
void rxe_owe(struct rc *rc);		/* an ACK, which rc_answer() sends */
void rxe_pay(struct rc *rc);		/* now, if it owes one */
void rxe_paid(struct rc *rc);		/* not any more */

/* rc_ecn.c */
void ecn_marked(struct rc *rc);		/* a request came with a mark */
void ecn_load(struct rc *rc, const __le32 *ctx);	/* as delay_load() */
void ecn_start(struct rc *rc);
void ecn_notified(struct rc *rc);	/* the far end has seen a mark */
void ecn_age(struct rc *rc);		/* only if it is on: time has passed */

/* rc_encap.c */
/* A context says so: @encap becomes the slot of the port, or NULL. False: it is empty. */
bool encap_check(const struct port *port, bool enable, uint32_t slot);
void encap_use(struct port *port, const struct roce_encap **encap, bool enable, uint32_t slot);
bool encap_equal(const struct roce_encap *a, const struct roce_encap *b);

static inline bool encap_same(const struct roce_encap *a, const struct roce_encap *b)
{
	return a == b || (a && b && encap_equal(a, b));
}

/* What a frame of bytes has come in; NULL: nothing that the port knows. */
const struct roce_encap *encap_of(const struct port *port, const struct frame *frame);

/* rxe_request.c: 0, or why @pkt is refused: the expected one; the first of any WRITE */
uint8_t rxe_check(const struct rc *rc, const struct rc_packet *pkt);
uint8_t rxe_check_write(const struct rc_responder *res, const struct rc_packet *pkt);
void rxe_write_of(struct rc_write *write, const struct rc_packet *first);

/* rxe_answer.c */
void rxe_answered(struct rc *rc, const struct rc_packet *pkt);

/* rxe_place.c */
/* From pieces to pieces, @len bytes, which may overlap. */
void rc_move(const struct iovec *to, const struct iovec *from, size_t len);
/* Bytes that @len bytes of payload become in memory. */
static inline uint32_t rxe_room(uint16_t reduction, uint32_t len)
{
	return reduction ? reduce_dst_len(reduction, len) : len;
}

/* The payload, which is byte @off of the message and on. False: that is out of reach. */
bool rxe_place(struct rc *rc, const struct rxe_request *in, const struct rc_write *write,
	       uint32_t off, uint8_t access);

/* rxe_keep.c */
bool rxe_keep_create(struct rc_responder *res);
/* The request is @ahead of the expected one. False: it has to come again. */
bool rxe_keep(struct rc *rc, const struct rxe_request *in, uint32_t ahead);
/* The expected one has come: from here on the next is. True: which was kept, is @pkt. */
bool rxe_keep_next(struct rc_responder *res, struct rc_packet *pkt);

static inline bool rxe_keeps(const struct rc_responder *res)	/* anything */
{
	return res->keep.bits[0] | res->keep.bits[1];
}

/* blk_tmr.c */
uint64_t tmr_rto(uint32_t granularity);	/* ns */
uint32_t tmr_backoff(const struct rc_requester *req);	/* doublings of the time-out now */
uint64_t tmr_rnr(uint8_t code);		/* ns; of an AETH */
void tmr_hold(struct rc *rc, uint64_t ns);	/* nothing is sent for so long */
void tmr_init(struct rc *rc);
void tmr_exit(struct rc *rc);
void tmr_progress(struct rc *rc);	/* sent the first, or an ACK came: time starts anew */
void tmr_answered(struct rc *rc);	/* an ACK came, before that */

/* Posts, blk_qpc.c: sorted by index, the lowest first. */
void rc_post_add(struct rc *rc, struct rc_post *post);
void rc_post_del(struct rc_post *post);
void rc_posts_done(struct rc *rc, uint32_t done, uint8_t syndrome);	/* all below @done */

#endif /* VGAUDI_BLK_QPC_H */
