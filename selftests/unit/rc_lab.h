/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two cards and a wire for the tests of the RC engine:
 *
 *	 card 0                        card 1
 *	+----------------+            +----------------+
 *	| HBM: rings,    |            |                |
 *	|   source,      |    wire    |                |
 *	|   sink         |============|                |
 *	| QP 0, 1   C    |            | QP 0, 1   C    |
 *	+----------------+            +----------------+
 *
 * QP n of card 0 talks to QP n of card 1; C is a compute queue. The engine is
 * the real one, with windows, timers and the loop in stepped time; the wire,
 * the completion queues and the doorbells are fakes. The wire hands packets
 * over at once, or keeps them as bytes and loses, repeats, swaps and spoils
 * them by seeded dice.
 */
#ifndef SELFTESTS_RC_LAB_H
#define SELFTESTS_RC_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blk_cmd.h"
#include "blk_qpc.h"
#include "blk_sob.h"

#define LAB_HBM			(4u << 20)
#define LAB_RING_LOG		6
#define LAB_RING		(1u << LAB_RING_LOG)
#ifndef LAB_QPS
#define LAB_QPS			3	/* all are RC, but for one */
#endif
#define LAB_COMPUTE		2
#define LAB_SOURCE		(1u << 20)	/* offsets in HBM */
#define LAB_SINK		(2u << 20)
#define LAB_CQES		512u
#define LAB_QUEUE		4096u
#define LAB_FRAME		(ROCE_HDR_MAX + ROCE_PAYLOAD_MAX + 8)
#define LAB_LKEY		0x4b455930u
#define LAB_ASID		5

struct lab_cq {
	struct cq cq;
	struct gnic_hw_cqe cqe[LAB_CQES];
	uint32_t count;
	uint32_t news;		/* CQEs that the driver was not told of yet */
	uint32_t room;
};

struct lab_qp {
	struct qp qp;
	struct lab_cq sq_cq, rq_cq;
	uint32_t index;		/* what the record would say */
	uint32_t rq_index;	/* likewise of the receive queue */
};

struct lab_card {
	struct card card;
	struct vport vport;
	struct lab_qp qps[LAB_QPS];
	uint32_t eqes;
	uint32_t eqe_data;
};

struct lab_packet {
	struct vport *to;
	uint32_t len;
	uint8_t bytes[LAB_FRAME];
};

/* In 1/1000. */
struct lab_dice {
	uint32_t drop, duplicate, swap, spoil;
};

static struct lab {
	struct loop *loop;
	struct loop_poller poller;
	struct lab_card side[2];
	bool bytes;		/* packets travel as bytes */
	bool whole;		/* each in one piece, as the switch has parsed it */
	bool cut;		/* nothing arrives */
	uint32_t straight;	/* frames that are longer are looked at on their way; 0: none */
	struct lab_dice dice;
	uint64_t random;
	uint32_t queue_head, queue_tail;
	uint32_t packets;	/* sent */
	uint32_t trains;	/* of some of them */
	uint32_t news;		/* of all CQs */
	/* what a test wants to do to a packet of struct rc_packet; false: lose it */
	bool (*tamper)(struct rc_packet *pkt);
	/* a wire of its own */
	void (*carry)(struct vport *to, struct frame *frame);
	/* a CQE was written, @cq->cqe[@cq->count - 1] */
	void (*told)(const struct lab_cq *cq);
} lab;

static struct lab_packet *lab_queue;	/* once for all tests: it is large */

/* ---- dice ---- */

static inline uint32_t lab_random(uint32_t below)
{
	lab.random ^= lab.random << 13;
	lab.random ^= lab.random >> 7;
	lab.random ^= lab.random << 17;
	return (uint32_t)(lab.random >> 16) % below;
}

static inline bool lab_roll(uint32_t thousandths)
{
	return thousandths && lab_random(1000) < thousandths;
}

/* ---- the fakes: wire ---- */

static inline struct lab_packet *lab_slot(uint32_t index)
{
	return &lab_queue[index % LAB_QUEUE];
}

static inline void lab_enqueue(struct vport *to, const struct frame *frame)
{
	struct lab_packet *packet = lab_slot(lab.queue_tail);

	assert_true(lab.queue_tail - lab.queue_head < LAB_QUEUE);
	packet->to = to;
	packet->len = frame_flatten(frame, packet->bytes, LAB_FRAME);
	assert_int_equal(packet->len, frame->len);
	lab.queue_tail++;
	if (lab_roll(lab.dice.spoil))
		packet->bytes[lab_random(packet->len)] ^= (uint8_t)(1 + lab_random(255));
	if (lab.queue_tail - lab.queue_head > 1 && lab_roll(lab.dice.swap)) {
		struct lab_packet *other = lab_slot(lab.queue_tail - 2), keep = *other;

		*other = *packet;
		*packet = keep;
	}
}

static inline void lab_pass(struct vport *to, struct frame *frame)
{
	struct rc_packet pkt = *frame->rc;

	lab.packets++;
	assert_int_equal(frame->len, roce_frame_len(frame->rc));
	/* what a mirror leaves here must not reach the next one */
	assert_int_equal(frame->splits, 0);
	frame->splits = 6;
	if (lab.cut || lab_roll(lab.dice.drop) || (lab.tamper && !lab.tamper(&pkt)))
		return;
	frame->rc = &pkt;
	if (lab.carry) {
		lab.carry(to, frame);
		return;
	}
	if (!lab.bytes) {
		rc_receive(to, frame);
		return;
	}
	lab_enqueue(to, frame);
	if (lab_roll(lab.dice.duplicate))
		lab_enqueue(to, frame);
}

void mac_send(struct port *port, struct frame *frame)
{
	assert_false(frame->rc->path->loopback);
	lab_pass(&lab.side[port->card == &lab.side[0].card].vport, frame);
}

void mac_turn(struct port *port, struct frame *frame)
{
	assert_true(frame->rc->path->loopback);
	lab_pass(&lab.side[port->card == &lab.side[1].card].vport, frame);
}

/* The wire that hands over at once looks at nothing. */
struct vport *mac_straight(const struct port *port, const struct roce_path *path, uint32_t len)
{
	struct lab_card *to = &lab.side[(port->card == &lab.side[0].card) ^ path->loopback];
	bool dice = lab.dice.drop || lab.dice.duplicate || lab.dice.swap || lab.dice.spoil;

	assert_true(len >= roce_path_len(path) + ROCE_BTH_LEN + ROCE_ICRC_LEN);
	if (lab.straight && len > lab.straight)
		return NULL;
	return lab.bytes || lab.cut || lab.tamper || lab.carry || dice ? NULL : &to->vport;
}

void mac_passed(struct port *port, struct vport *to, const struct roce_path *path, uint32_t len,
		uint32_t count)
{
	(void)port;
	(void)path;
	(void)len;
	assert_true(to->enabled);
	lab.packets += count;
	lab.trains++;
}

static inline bool lab_deliver(void)
{
	struct lab_packet packet;
	struct frame frame = { 0 };
	uint32_t cut;

	if (lab.queue_head == lab.queue_tail)
		return false;
	packet = *lab_slot(lab.queue_head++);
	/* in two pieces, as a frame from outside may be */
	cut = lab.whole ? packet.len : 14 + lab_random(packet.len - 14);
	frame.hdr = packet.bytes;
	frame.hdr_len = cut;
	frame.len = packet.len;
	frame.iovs = 1;
	frame.iov[0] = (struct iovec){ packet.bytes + cut, packet.len - cut };
	if (lab.whole)
		frame_parse(&frame);
	rc_receive(packet.to, &frame);
	return true;
}

/* ---- the fakes: queues ---- */

static inline struct lab_qp *lab_of(const struct qp *qp)
{
	return (struct lab_qp *)((char *)qp - offsetof(struct lab_qp, qp));
}

struct qp *qp_get(struct port *port, uint32_t qpn)
{
	struct lab_card *side = &lab.side[port->card == &lab.side[1].card];

	return qpn < LAB_QPS ? &side->qps[qpn].qp : NULL;
}

void *wq_entry_find(struct qp *qp, struct wq *wq, uint64_t off)
{
	void *entry = asid_ptr(qp->card, GNIC_ASID_KERNEL, wq->base + off, 1u << wq->entry_log, 0);

	if (!entry)
		qp_fail(qp, GNIC_SYND_WQ_ACCESS, true);
	return entry;
}

bool wq_refresh(struct qp *qp, struct wq *wq)
{
	if (wq_peek(qp, wq))
		return true;
	qp_fail(qp, GNIC_SYND_QPC_DB_LAST_INDEX, true);
	return false;
}

bool wq_peek(struct qp *qp, struct wq *wq)
{
	const struct gnic_hw_db *db;

	assert_true(wq->present);
	db = asid_ptr(qp->card, GNIC_ASID_KERNEL, wq->db_addr, sizeof(*db), 0);
	if (!db || le32_to_cpu(db->index) - wq->done > wq->mask + 1)
		return false;
	wq->index = le32_to_cpu(db->index);
	return true;
}

void wq_done_find(struct qp *qp, struct wq *wq)
{
	struct gnic_hw_db *db = asid_ptr(qp->card, GNIC_ASID_KERNEL, wq->db_addr, sizeof(*db), 0);

	assert_non_null(db);
	db->done = cpu_to_le32(wq->done);
}

void qp_wake(struct qp *qp)
{
	qp->awake = !qp->failed;
}

void qp_sleep(struct qp *qp)
{
	qp->awake = false;
}

static inline struct lab_cq *lab_cq(struct cq *cq)
{
	return (struct lab_cq *)((char *)cq - offsetof(struct lab_cq, cq));
}

void cq_tell(struct cq *cq)
{
	if (!cq)
		return;
	lab.news -= lab_cq(cq)->news;
	lab_cq(cq)->news = 0;
}

static inline void lab_cq_dies(struct cq *cq)
{
	cq_tell(cq);
	cq->syndrome = GNIC_SYND_CQ_OVERRUN;
	for (uint32_t i = 0; i < 2 * LAB_QPS; i++) {
		struct qp *qp = &lab.side[i / LAB_QPS].qps[i % LAB_QPS].qp;

		if (qp->sq_cq == cq || qp->rq_cq == cq)
			qp_fail(qp, GNIC_SYND_CQ_OVERRUN, qp->sq_cq == cq);
	}
}

bool cq_put(struct cq *cq, const void *cqe)
{
	struct lab_cq *lcq = lab_cq(cq);

	if (!cq)
		return true;
	if (!cq->syndrome && lcq->count == lcq->room)
		lab_cq_dies(cq);
	if (cq->syndrome)
		return false;
	memcpy(&lcq->cqe[lcq->count++], cqe, sizeof(*lcq->cqe));
	lcq->news++;
	lab.news++;
	if (lab.told)
		lab.told(lcq);
	return true;
}

bool cq_post(struct cq *cq, const void *cqe)
{
	bool ok = cq_put(cq, cqe);

	cq_tell(cq);
	return ok;
}

void cq_post_error(struct cq *cq, struct qp *qp, bool requester, uint32_t wqe_index,
		   uint8_t syndrome)
{
	struct gnic_hw_cqe cqe = {
		.ctrl = cpu_to_le32(qp->qpn | GNIC_CQE_ERROR | (requester ? GNIC_CQE_REQ : 0)),
		.wqe_index = cpu_to_le32(wqe_index),
		.data = cpu_to_le32(syndrome),
	};

	cq_post(cq, &cqe);
}

void eq_post(struct card *card, uint8_t type, unsigned int port, uint32_t id, uint32_t data)
{
	struct lab_card *side = &lab.side[card == &lab.side[1].card];

	assert_int_equal(type, GNIC_EQE_QP_ERR);
	assert_int_equal(port, 0);
	assert_in_range(id, 0, LAB_QPS - 1);
	side->eqes++;
	side->eqe_data = data;
}

/* ---- the round ---- */

static inline bool lab_poll_qp(struct qp *qp)
{
	int work;

	if (!qp->awake || qp->failed || !wq_refresh(qp, &qp->sq))
		return false;
	work = qp->rc ? rc_poll(qp, 16) : compute_poll(qp, 16);
	/* nobody sleeps over news */
	assert_int_equal(lab.news, 0);
	/* whoever has nothing to do sleeps at once: every missing wake-up shows */
	if (!work)
		qp->awake = false;
	return work;
}

static inline bool lab_poll(void *opaque)
{
	bool work = false;

	(void)opaque;
	for (uint32_t i = 0; i < 2 * LAB_QPS; i++)
		work |= lab_poll_qp(&lab.side[i / LAB_QPS].qps[i % LAB_QPS].qp);
	for (uint32_t i = 0; i < 32 && lab_deliver(); i++)
		work = true;
	for (uint32_t side = 0; side < 2; side++)
		work |= rc_answer(&lab.side[side].card);
	return work;
}

/* Until nothing moves for a while of device time. */
static inline void lab_run_ms(uint32_t ms)
{
	loop_step(lab.loop, ms * 1000000ull);
}

static inline void lab_run(void)
{
	lab_run_ms(0);
}

/* ---- life ---- */

static inline uint64_t lab_addr(uint32_t offset)
{
	return GNIC_ADDR_HBM_BASE + offset;
}

/* A queue in one piece. */
static inline void lab_look_up(struct card *card, struct wq *wq)
{
	wq->mem = (struct ringmem){
		.gen = dma_gen(card->dma),
		.ring = card->hbm + (wq->base - GNIC_ADDR_HBM_BASE),
		.db = (void *)(card->hbm + (wq->db_addr - GNIC_ADDR_HBM_BASE)),
	};
}

static inline void lab_init_qp(struct lab_card *side, uint32_t qpn)
{
	struct lab_qp *lqp = &side->qps[qpn];
	struct qp *qp = &lqp->qp;
	bool compute = qpn == LAB_COMPUTE;

	memset(lqp, 0, sizeof(*lqp));
	lqp->sq_cq.room = LAB_CQES;
	lqp->rq_cq.room = LAB_CQES;
	qp->card = &side->card;
	qp->port = &side->card.ports[0];
	qp->vport = compute ? NULL : &side->vport;
	qp->qpn = qpn;
	qp->type = compute ? GNIC_QP_COMPUTE : GNIC_QP_RC;
	qp->sq_cq = &lqp->sq_cq.cq;
	qp->rq_cq = compute ? NULL : &lqp->rq_cq.cq;
	qp->sq.present = true;
	qp->sq.mask = LAB_RING - 1;
	qp->sq.entry_log = compute ? 6 : 5;
	qp->sq.base = lab_addr(0x10000 + qpn * 0x2000);
	qp->sq.db_addr = lab_addr(0x1000 + qpn * GNIC_DB_ALIGN);
	lab_look_up(&side->card, &qp->sq);
	assert_int_equal(compute ? compute_create(qp) : rc_create(qp), GNIC_STATUS_OK);
}

static inline void lab_init_card(struct lab_card *side)
{
	struct card *card = &side->card;

	memset(side, 0, sizeof(*side));
	card->config.ports = 1;
	card->config.hbm_size = LAB_HBM;
	card->caps = UINT32_MAX;
	card->loop = lab.loop;
	card->hbm = calloc(1, LAB_HBM);
	card->umr = calloc(1, GNIC_BAR_UMR_SIZE);
	card->dma = dma_create();
	card->windows = windows_create(card);
	assert_true(card->hbm && card->umr && card->dma && card->windows);
	card->ports[0].card = card;
	card->ports[0].link = true;
	side->vport.card = card;
	side->vport.port = &card->ports[0];
	side->vport.function = true;
	side->vport.enabled = true;
	for (uint32_t qpn = 0; qpn < LAB_QPS; qpn++)
		lab_init_qp(side, qpn);
}

static inline void lab_exit_card(struct lab_card *side)
{
	for (uint32_t qpn = 0; qpn < LAB_QPS; qpn++) {
		rc_destroy(&side->qps[qpn].qp);
		compute_destroy(&side->qps[qpn].qp);
	}
	assert_int_equal(side->card.offers, 0);
	sob_reset(&side->card);
	windows_destroy(&side->card);
	dma_destroy(side->card.dma);
	free(side->card.umr);
	free(side->card.hbm);
}

static inline int lab_setup(void **state)
{
	const struct loop_params params = {
		.spin = 1, .yield = 1, .fd_rounds = 1, .stepped = true,
	};

	(void)state;
	memset(&lab, 0, sizeof(lab));
	lab.random = 88172645463325252ull;
	lab.loop = loop_create(&params);
	/* of much memory the kernel takes its time: one for all tests */
	if (!lab_queue)
		lab_queue = calloc(LAB_QUEUE, sizeof(*lab_queue));
	assert_true(lab.loop && lab_queue);
	lab.poller.poll = lab_poll;
	loop_poller_add(lab.loop, &lab.poller);
	lab_init_card(&lab.side[0]);
	lab_init_card(&lab.side[1]);
	return 0;
}

static inline int lab_teardown(void **state)
{
	(void)state;
	lab_exit_card(&lab.side[0]);
	lab_exit_card(&lab.side[1]);
	loop_poller_del(lab.loop, &lab.poller);
	loop_destroy(lab.loop);
	return 0;
}

/* ---- contexts ---- */

struct lab_conn {
	uint32_t mtu;		/* GNIC_REQ_MTU */
	uint32_t psn[2];	/* that side 0, 1 begins with */
	uint32_t ack_freq;
	uint32_t granularity;
	uint32_t adaptive;	/* GNIC_REQ_TM_ADAPTIVE */
	uint32_t timeouts, naks, rnrs;	/* retry counts */
	uint32_t window;	/* 0: no congestion control */
	uint32_t target;	/* us; 0: no control by delay */
	bool ecn;		/* by marks */
	uint32_t burst;
	uint8_t ip_version;
	uint8_t selective;	/* bit n: side n is */
	uint8_t rdv;		/* bit n: LINEARs of side n wait for offers */
	uint8_t serves;		/* bit n: side n writes what the other one asks for */
	const struct gnic_hw_encap_set *encap[2];	/* of side 0, 1; NULL: none */
	uint8_t remote_log;	/* GNIC_REQ_REMOTE_WQ_LOG_SZ */
};

static const struct lab_conn lab_conn_default = {
	.mtu = 2, .psn = { 0x123456, 0xfffff0 }, .ack_freq = 8, .granularity = 8,
	.timeouts = 3, .naks = 3, .rnrs = RC_RNR_FOR_EVER, .ip_version = 4,
};

static inline enum gnic_hw_status lab_set(struct qp *qp, bool requester, uint32_t dword,
					  uint32_t mask, uint32_t value)
{
	struct gnic_hw_qpc_write w = { .requester = requester };

	gnic_qpc_put(&w, dword, mask, value);
	return rc_cmd_qpc_write(qp, &w);
}

static inline uint32_t lab_get(struct qp *qp, bool requester, uint32_t dword, uint32_t mask)
{
	struct gnic_hw_qpc_data data;

	assert_int_equal(rc_cmd_qpc_read(qp, requester, &data), GNIC_STATUS_OK);
	return gnic_qpc_get(data.dword, dword, mask);
}

static inline void lab_path(uint32_t side, uint32_t qpn, const struct lab_conn *conn)
{
	struct gnic_hw_qp_path path = {
		.ip_version = conn->ip_version, .hop_limit = 64,
		.src_ip = { 10, 0, 0, (uint8_t)(side + 1) },
		.dst_ip = { 10, 0, 0, (uint8_t)(2 - side) },
		.src_mac = { 2, 0, 0, 0, 0, (uint8_t)side },
		.dst_mac = { 2, 0, 0, 0, 0, (uint8_t)!side },
		.udp_sport = cpu_to_le16(0xc000),
	};

	assert_int_equal(rc_cmd_path(&lab.side[side].qps[qpn].qp, &path), GNIC_STATUS_OK);
}

static inline enum gnic_hw_status lab_responder(uint32_t side, uint32_t qpn,
						const struct lab_conn *conn)
{
	struct gnic_hw_qpc_write w = { .requester = 0 };

	gnic_qpc_put(&w, GNIC_RES_DST_QP, qpn);
	gnic_qpc_put(&w, GNIC_RES_LKEY, LAB_LKEY + qpn);
	gnic_qpc_put(&w, GNIC_RES_EXPECTED_PSN, conn->psn[!side]);
	gnic_qpc_put(&w, GNIC_RES_VALID, 1);
	return rc_cmd_qpc_write(&lab.side[side].qps[qpn].qp, &w);
}

static inline enum gnic_hw_congestion lab_congestion(const struct lab_conn *conn)
{
	if (!conn->window)
		return GNIC_CONGESTION_NONE;
	if (conn->ecn)
		return GNIC_CONGESTION_ECN;
	return conn->target ? GNIC_CONGESTION_DELAY : GNIC_CONGESTION_WINDOW;
}

static inline enum gnic_hw_wq_type lab_wq_type(const struct lab_conn *conn, uint32_t side)
{
	if (conn->serves >> side & 1)
		return GNIC_WQ_TYPE_RDV_READ;
	return conn->rdv >> side & 1 ? GNIC_WQ_TYPE_RDV_WRITE : GNIC_WQ_TYPE_WRITE;
}

static inline enum gnic_hw_status lab_requester(uint32_t side, uint32_t qpn,
						const struct lab_conn *conn)
{
	struct gnic_hw_qpc_write w = { .requester = 1 };

	gnic_qpc_put(&w, GNIC_REQ_DST_QP, qpn);
	gnic_qpc_put(&w, GNIC_REQ_RKEY, LAB_LKEY + qpn);
	gnic_qpc_put(&w, GNIC_REQ_NTS_PSN, conn->psn[side]);
	gnic_qpc_put(&w, GNIC_REQ_MTU, conn->mtu);
	gnic_qpc_put(&w, GNIC_REQ_ACKREQ_FREQ, conn->ack_freq);
	gnic_qpc_put(&w, GNIC_REQ_TM_GRANULARITY, conn->granularity);
	gnic_qpc_put(&w, GNIC_REQ_TM_ADAPTIVE, conn->adaptive);
	gnic_qpc_put(&w, GNIC_REQ_TIMEOUT_RETRY_CNT, conn->timeouts);
	gnic_qpc_put(&w, GNIC_REQ_SEQ_ERR_RETRY_CNT, conn->naks);
	gnic_qpc_put(&w, GNIC_REQ_RNR_RETRY_CNT, conn->rnrs);
	gnic_qpc_put(&w, GNIC_REQ_CONGESTION_MODE, lab_congestion(conn));
	gnic_qpc_put(&w, GNIC_REQ_TARGET_DELAY, conn->target);
	gnic_qpc_put(&w, GNIC_REQ_CONGESTION_WIN, conn->window);
	gnic_qpc_put(&w, GNIC_REQ_BURST_SIZE, conn->burst);
	gnic_qpc_put(&w, GNIC_REQ_SELECTIVE, conn->selective >> side & 1);
	gnic_qpc_put(&w, GNIC_REQ_WQ_TYPE, lab_wq_type(conn, side));
	gnic_qpc_put(&w, GNIC_REQ_REMOTE_WQ_LOG_SZ, conn->remote_log);
	gnic_qpc_put(&w, GNIC_REQ_SWQ_GRANULARITY, lab.side[side].qps[qpn].qp.sq.entry_log - 5u);
	gnic_qpc_put(&w, GNIC_REQ_VALID, 1);
	return rc_cmd_qpc_write(&lab.side[side].qps[qpn].qp, &w);
}

static inline void lab_encap(uint32_t side, uint32_t qpn, const struct gnic_hw_encap_set *set)
{
	struct gnic_hw_qpc_write req = { .requester = 1 }, res = { .requester = 0 };
	struct qp *qp = &lab.side[side].qps[qpn].qp;

	assert_int_equal(encap_cmd_set(&lab.side[side].card, set), GNIC_STATUS_OK);
	gnic_qpc_put(&req, GNIC_REQ_ENCAP_TYPE, set->slot);
	gnic_qpc_put(&req, GNIC_REQ_ENCAP_ENABLE, 1);
	gnic_qpc_put(&res, GNIC_RES_ENCAP_TYPE, set->slot);
	gnic_qpc_put(&res, GNIC_RES_ENCAP_ENABLE, 1);
	assert_int_equal(rc_cmd_qpc_write(qp, &req), GNIC_STATUS_OK);
	assert_int_equal(rc_cmd_qpc_write(qp, &res), GNIC_STATUS_OK);
}

static inline void lab_connect(uint32_t qpn, const struct lab_conn *conn)
{
	for (uint32_t side = 0; side < 2; side++) {
		lab_path(side, qpn, conn);
		if (conn->encap[side])
			lab_encap(side, qpn, conn->encap[side]);
		assert_int_equal(lab_responder(side, qpn, conn), GNIC_STATUS_OK);
		assert_int_equal(lab_requester(side, qpn, conn), GNIC_STATUS_OK);
	}
}

/* ---- work ---- */

static inline struct lab_qp *lab_qp(uint32_t side, uint32_t qpn)
{
	return &lab.side[side].qps[qpn];
}

static inline struct gnic_hw_db *lab_db(struct lab_qp *lqp)
{
	return (void *)(lqp->qp.card->hbm + (lqp->qp.sq.db_addr - GNIC_ADDR_HBM_BASE));
}

static inline bool lab_has_room(struct lab_qp *lqp)
{
	return lqp->index - lqp->qp.sq.done < LAB_RING;
}

/* A receive queue: QPs have none unless a test wants one. */
static inline void lab_receive_queue(struct lab_qp *lqp)
{
	struct wq *rq = &lqp->qp.rq;

	rq->present = true;
	rq->mask = LAB_RING - 1;
	rq->entry_log = 4;
	rq->base = lab_addr(0x20000 + lqp->qp.qpn * 0x1000);
	rq->db_addr = lab_addr(0x2000 + lqp->qp.qpn * GNIC_DB_ALIGN);
	lab_look_up(lqp->qp.card, rq);
}

static inline bool lab_has_buffer_room(const struct lab_qp *lqp)
{
	return lqp->rq_index - lqp->qp.rq.done < LAB_RING;
}

/* The record says that there are so many more, whatever is in the ring. */
static inline void lab_more_buffers(const struct lab_qp *lqp, uint32_t count)
{
	const struct wq *rq = &lqp->qp.rq;
	struct gnic_hw_db *db = (void *)(lqp->qp.card->hbm + (rq->db_addr - GNIC_ADDR_HBM_BASE));

	db->index = cpu_to_le32(le32_to_cpu(db->index) + count);
}

/* A buffer for a SEND; @completion: see struct gnic_hw_recv_wqe. */
static inline void lab_recv_with(struct lab_qp *lqp, uint32_t offset, uint32_t size,
				 uint32_t completion)
{
	const struct wq *rq = &lqp->qp.rq;
	uint8_t *hbm = lqp->qp.card->hbm;
	struct gnic_hw_recv_wqe *ring = (void *)(hbm + (rq->base - GNIC_ADDR_HBM_BASE));
	struct gnic_hw_db *db = (void *)(hbm + (rq->db_addr - GNIC_ADDR_HBM_BASE));

	assert_true(lab_has_buffer_room(lqp));
	ring[lqp->rq_index & rq->mask] = (struct gnic_hw_recv_wqe){
		.addr = cpu_to_le64(lab_addr(offset)),
		.size = cpu_to_le32(size),
		.completion = cpu_to_le32(completion),
	};
	db->index = cpu_to_le32(++lqp->rq_index);
}

static inline void lab_recv(struct lab_qp *lqp, uint32_t offset, uint32_t size)
{
	lab_recv_with(lqp, offset, size,
		      (uint32_t)FIELD_PREP(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_CQ));
}

/* Copies an entry into the ring and tells of it. */
static inline void lab_post(struct lab_qp *lqp, const void *wqe)
{
	struct wq *sq = &lqp->qp.sq;
	uint64_t off = sq->base - GNIC_ADDR_HBM_BASE;

	assert_true(lab_has_room(lqp));
	off += (uint64_t)(lqp->index & sq->mask) << sq->entry_log;
	memcpy(lqp->qp.card->hbm + off, wqe, 1u << sq->entry_log);
	lab_db(lqp)->index = cpu_to_le32(++lqp->index);
	qp_wake(&lqp->qp);
}

static inline struct gnic_hw_rc_wqe lab_wqe(struct lab_qp *lqp, uint32_t size)
{
	return (struct gnic_hw_rc_wqe){
		.ctrl = cpu_to_le32(GNIC_WQE_LINEAR | GNIC_RC_WQE_ACKREQ |
				    FIELD_PREP(GNIC_WQE_INDEX, lqp->index & 0xff)),
		.size = cpu_to_le32(size),
		.local_addr = cpu_to_le64(lab_addr(LAB_SOURCE)),
		.remote_addr = cpu_to_le64(lab_addr(LAB_SINK)),
		.tag = cpu_to_le32(lqp->index ^ 0x5aa50000),
	};
}

static inline void lab_fill_random(uint8_t *p, uint32_t len)
{
	for (uint32_t i = 0; i + 4 <= len; i += 4) {
		uint32_t value = lab_random(0xffffffffu);

		memcpy(p + i, &value, 4);
	}
}

static inline uint8_t *lab_mem(uint32_t side, uint32_t offset)
{
	return lab.side[side].card.hbm + offset;
}

static inline void lab_window(uint32_t side, uint16_t asid, uint32_t offset, uint32_t size,
			      uint8_t access)
{
	const struct gnic_hw_window in = {
		.addr = cpu_to_le64(lab_addr(offset)), .size = cpu_to_le64(size),
		.asid = cpu_to_le16(asid), .access = access,
	};
	struct gnic_hw_id out;

	assert_int_equal(window_cmd_add(&lab.side[side].card, &in, &out), GNIC_STATUS_OK);
}

/* ---- sync objects ---- */

static inline enum gnic_hw_status lab_sob_set(uint32_t side, uint16_t asid, uint32_t first,
					      uint32_t count, uint8_t access)
{
	const struct gnic_hw_sob_set in = {
		.asid = cpu_to_le16(asid), .access = access,
		.first = cpu_to_le16((uint16_t)first), .count = cpu_to_le16((uint16_t)count),
	};

	return sob_cmd_set(&lab.side[side].card, &in);
}

static inline uint32_t lab_sob(uint32_t side, uint16_t asid, uint32_t number)
{
	const struct gnic_hw_id in = { .id = cpu_to_le32(asid) };
	struct gnic_hw_sobs out = { 0 };

	assert_int_equal(sob_cmd_read(&lab.side[side].card, &in, &out), GNIC_STATUS_OK);
	return le32_to_cpu(out.value[number]);
}

#endif /* SELFTESTS_RC_LAB_H */
