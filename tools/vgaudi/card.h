/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model of one card: its objects, and who may call whom.
 *
 * A block is a file blk_<name>.c, named as in the contract. It sees the world
 * through three seams: dma_*() (dma.h), irq_raise() (irq.h) and wire_send().
 * All of a card runs on one thread; no object has a lock.
 */
#ifndef VGAUDI_CARD_H
#define VGAUDI_CARD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>

#include "hw/cmd.h"
#include "hw/cqe.h"
#include "hw/memmap.h"
#include "hw/reg_ctl.h"
#include "hw/syndrome.h"
#include "hw/umr.h"
#include "hw/wqe.h"

#include "caps.h"
#include "dma.h"
#include "irq.h"
#include "loop.h"
#include "phc.h"
#include "qp_number.h"
#include "roce.h"

struct card;
struct esw;
struct frame;
struct port;
struct qp;
struct rc;
struct rxe_gro;
struct rxe_waiting;
struct sob_bank;
struct vport;
struct wire;
struct windows;

/* ---- queues ---- */

/*
 * Where a ring and its record are in this process: looked up again whenever
 * the client's memory map has changed. blk_umr.c.
 */
struct ringmem {
	uint32_t gen;		/* dma_gen() of the look-up; 0: there was none */
	uint8_t *ring;		/* NULL: not in one piece, entry by entry then */
	struct gnic_hw_db *db;	/* NULL: gone */
};

/* A send or receive queue as the device sees it; counters are free-running. */
struct wq {
	uint64_t base;		/* device address of entry 0 */
	uint64_t db_addr;	/* device address of the record */
	uint32_t mask;		/* entries - 1 */
	uint32_t entry_log;	/* log2 of an entry's bytes */
	uint32_t index;		/* producer index last seen */
	uint32_t done;		/* entries consumed */
	uint32_t kicked;	/* index that the doorbell register told */
	bool present;
	struct ringmem mem;
};

/* Completion queue, blk_cq.c. */
struct cq {
	struct card *card;
	uint64_t base;
	uint64_t db_addr;
	uint32_t mask;
	uint32_t cqn;
	uint32_t pi;		/* free-running */
	uint32_t told;		/* the driver was told of those before */
	uint32_t free;		/* where those end that can be written without a look */
	uint32_t arm_seen;	/* value of the record's arm that was served */
	uint32_t pending;	/* CQEs since the last interrupt */
	uint16_t vector;
	uint16_t asid;
	uint16_t usecs;
	uint16_t frames;
	uint16_t flags;		/* GNIC_CQ_* */
	uint8_t cqe_log;
	uint8_t syndrome;	/* not 0: dead, takes no CQE any more */
	bool armed;		/* without shadow doorbells: by the register */
	uint32_t ci;		/* likewise */
	struct ringmem mem;
	unsigned int users;	/* queues of QPs that complete here */
	struct loop_timer timer;
};

/**
 * struct asid_span - memory in one piece that an ASID may access in one way
 * @card: whose
 * @asid: its
 * @addr: its first device address
 * @size: bytes; 0: none was looked up
 * @ptr: where it is
 * @access: the way
 * @used: there was an access, which may stay the only one
 * @gen: of windows and of the client's memory when it was looked up
 *
 * For who has many accesses to make before the loop is entered again. Who has more
 * of them later keeps it, and begins with asid_keep().
 */
struct asid_span {
	struct card *card;
	uint16_t asid;
	uint64_t addr;
	uint64_t size;
	uint8_t *ptr;
	uint8_t access;
	bool used;
	uint64_t gen;
};

struct qp_compute;		/* blk_compute.c */

/* What a QP has to do with pause frames, mac_pause.c. */
struct qp_pause {
	struct qp *next_held;	/* its send queue waits, also for its priority */
	struct qp *next_short;	/* its receive queue wants buffers */
	bool held, is_short;
	bool storm;		/* got none for long: nobody waits for it */
	uint8_t prios;		/* PFC: whose frames made it short */
	uint32_t peak;		/* buffers that it had at its best */
	uint32_t index;		/* producer index at @since */
	uint64_t since;
};

/* Frames in the port's buffers that wait for its receive queue, rxe_wait.c. */
struct qp_wait {
	struct rxe_waiting *first, **last;
	struct qp *next;	/* of the port's queues for which frames wait */
	bool given_up;		/* got no buffer for long: nobody waits until it does */
	uint32_t index;		/* producer index at @since */
	uint64_t since;
};

/* What its send queue may send, qp_rate.c. */
struct qp_rate {
	uint64_t limit;		/* bit/s, 0: no limit */
	uint64_t until;		/* nothing starts before */
	struct loop_timer timer;
};

/* Where a send queue or a node is in the scheduling tree, mac_sched.c. */
struct sched {
	struct sched_node *parent;	/* NULL: the port */
	uint64_t start;		/* of its next packet: octets sent, by weight */
	uint8_t weight;		/* 0: never told, as 1 */
};

struct sched_node {
	struct sched sched;
	uint64_t now;		/* start of what was chosen last below it */
	struct qp_rate rate;
};

/* Which traffic class it sends in, mac_ets.c. */
struct qp_ets {
	struct qp *next;	/* of the class's queue */
	uint8_t prio;
	bool queued;
};

struct flow_rule;		/* flow_table.h */

struct qp {
	struct card *card;
	struct port *port;
	struct vport *vport;
	uint32_t qpn;
	uint8_t type;		/* enum gnic_hw_qp_type */
	uint8_t side;		/* enum gnic_hw_side */
	uint16_t asid;
	bool awake;		/* its send queue is on the card's poll list */
	bool stopped;		/* QP_STOP: no WQE starts; raw, compute: off the poll list */
	bool failed;		/* qp_fail(): nothing runs until it is destroyed (RC: VALID again) */
	uint32_t idle;		/* rounds without work, blk_umr.c */
	struct qp *next_awake, *prev_awake;
	struct wq sq, rq;
	struct asid_span src, dst;	/* where it took payload, and put it, of late */
	uint64_t split;		/* head area, 0: none; rxe_split.c */
	uint32_t split_thresh;
	struct rxe_gro *gro;	/* frames that wait for more of their flow; rxe_gro.c */
	struct cq *sq_cq, *rq_cq;
	struct rc *rc;		/* RC: contexts and engine state, blk_qpc.c */
	struct qp_compute *compute;
	struct qp_pause pause;
	struct qp_wait wait;
	struct qp_rate rate;
	struct loop_timer launch;	/* its packet waits for its time, qp_launch.c */
	struct qp_ets ets;
	struct sched sched;
	struct flow_rule *rules;	/* that name it, esw_flow.c */
	uint32_t kicks_lost;	/* a fault: so many doorbells are not seen, but told of */
	struct gnic_hw_qp_stats stats;	/* host order; little endian on the way out */
};

/* ---- ports and the switch ---- */

struct esw_vport;		/* blk_esw.c: tables and filters */

/* Made and freed by blk_esw.c; QPs count themselves in blk_qp.c. */
struct vport {
	struct card *card;
	struct port *port;	/* the uplink's */
	uint16_t id;
	bool function;		/* made by VPORT_CREATE; false: an uplink */
	bool enabled;		/* uplink: always */
	uint8_t mac[6];		/* zero: none */
	uint32_t users;		/* QPs that belong to it: not destroyed while there are any */
	uint32_t rc_users;	/* RC QPs among them */
	uint16_t vlan_flags;	/* GNIC_VLAN_*, of the host side */
	uint8_t tunnels;	/* entries in use */
	struct gnic_hw_tunnel_port tunnel[GNIC_TUNNEL_PORTS_MAX];
	struct gnic_hw_vport_stats stats;	/* host order */
	struct esw_vport *esw;
};

/* Silence that the far end asks for, mac_storm.c. */
struct silence {
	uint64_t since;		/* without a break */
	uint64_t asked;		/* until when */
	bool storm;		/* for too long: not obeyed until there is a break */
};

/* mac_pause.c */
struct port_pause {
	uint64_t until;		/* nothing is sent before; 0: nobody asked */
	struct silence silence;
	uint64_t again;		/* when to ask the far end once more */
	struct qp *held, *shorts;
	struct loop_timer resume, watch;
	uint8_t asked;		/* whom for silence: priorities, or BIT(0) for all without PFC */
};

/* mac_pfc.c */
struct port_pfc {
	uint8_t enable;		/* priorities that have it: then there is no pause for all */
	uint8_t paused;		/* those that start no packet */
	uint8_t rx_prio;	/* of the frame that is being received; GNIC_PRIOS: turned round */
	uint64_t until[GNIC_PRIOS];
	struct silence silence[GNIC_PRIOS];
	struct loop_timer resume;
	struct gnic_hw_pfc_stats stats;	/* host order */
};

/* mac_buffer.c */
struct port_buffer {
	uint8_t prio[GNIC_PRIOS];	/* buffer of each priority */
	uint8_t prios;		/* whose buffer is not of size 0 */
	uint8_t full;		/* buffers for which somebody has to be silent */
	uint32_t all;		/* octets in use, of all of them */
	uint32_t size[GNIC_RX_BUFFERS], used[GNIC_RX_BUFFERS], peak[GNIC_RX_BUFFERS];
	uint64_t dropped[GNIC_RX_BUFFERS];
	struct qp *queues;	/* for which frames wait */
	struct loop_timer watch;	/* rxe_wait.c: looks for buffers of those */
};

/* Those that have something to send, and what the class may. */
struct port_class {
	struct qp *first, **last;
	struct qp_rate rate;
	int64_t credit;		/* octets, of ETS; below 0: sent ahead */
	uint8_t tsa, share;
};

/* mac_ets.c */
struct port_ets {
	bool on;		/* else queues are served as they are polled */
	bool set;		/* PORT_ETS wants something */
	uint8_t prio_tc[GNIC_PRIOS];
	uint8_t turn;		/* ETS class that is served, until its credit is used up */
	unsigned int prios;	/* QPs with another priority than 0 */
	unsigned int queued;
	struct qp_rate rate;	/* of all classes together */
	struct port_class tc[GNIC_TCS];
	unsigned int scheds;	/* QPs and nodes with a place or weight of their own */
	uint64_t now;		/* as of a node */
	struct sched_node node[GNIC_SCHED_NODES];	/* number 1 first */
};

/* A slot of the table of encapsulations, rc_encap.c. */
struct port_encap {
	struct roce_encap encap;
	unsigned int users;	/* contexts that name it: it does not change */
};

struct port {
	struct card *card;
	unsigned int index;	/* id; of a half GNIC_PORT_HALF() of the whole's */
	bool split;		/* a whole: there is a half beside it, mac_split.c */
	uint8_t mac[6];
	bool external;
	bool backplane;		/* no cage for a module */
	bool module_keep;	/* GNIC_MODULE_POWER_KEEP */
	bool admin, loopback, link, forced_down, identify;
	uint8_t rx;		/* GNIC_PORT_RX_* */
	uint32_t fcs_error;	/* of the frame that is being received: what is wrong in its FCS */
	struct loop_timer flap;	/* blk_mac.c: ends forced_down */
	uint32_t mtu;
	struct gnic_hw_port_mode want, mode;
	uint32_t advertise;	/* enum gnic_hw_link_mode */
	uint16_t storm_ms;	/* how long anybody may be kept silent; 0: without end */
	struct gnic_hw_mac_stats stats;	/* host order */
	struct gnic_hw_fec_stats fec;	/* host order */
	uint64_t fec_bits;	/* of codewords not in @fec yet */
	unsigned int fec_lane;	/* of the next codeword with an error */
	struct port_pause pause;
	struct port_pfc pfc;
	struct gnic_hw_port_trust trust;	/* mac_prio.c */
	struct port_buffer buffer;
	struct port_ets ets;
	struct wire *wire;	/* NULL: nothing plugged in */
	uint8_t depth;		/* blk_mac.c: mac_receive() within mac_receive() */
	struct qp **qps;	/* by QPN; sparse, grown on demand */
	uint32_t qps_len;
	uint32_t qp_count;
	uint32_t raw_count;
	struct qp_numbers numbers;
	struct port_encap encaps[GNIC_ENCAPS];
	struct vport *uplink;	/* set by esw_create() */
};

struct card_config {
	unsigned int index;
	unsigned int ports;
	unsigned int vectors;
	uint64_t hbm_size;
	uint32_t lacks;		/* GNIC_CAP_* that it does without from its next reset on */
	struct caps_limits limits;	/* and what it says of its limits then */
	const char *socket_path;
	const char *state_path;	/* keeps the NVM; NULL: nothing outlives the process */
	uint64_t serial;
};

/* Model-defined budgets, told by QUERY_CAPS. */
#define CARD_QPS_PER_PORT	QP_NUMBERS
#define CARD_RAW_QPS_PER_PORT	1024
#define CARD_CQS		16384
#define CARD_WINDOWS		4096
#define CARD_SEGMENTS		(1u << 20)
#define CARD_RDV_LOG		19	/* offers of all rings: 12 MiB */

/* The blocks of BAR0 end here. */
#define CARD_REGS_SIZE		0x400

struct card {
	struct card_config config;
	struct loop *loop;
	struct vu_dev *vu;
	struct pci *pci;
	struct dma *dma;
	struct irq *irq;

	/* memory behind BAR4 and BAR2 */
	int hbm_fd, umr_fd;
	uint8_t *hbm, *umr;

	uint32_t status;	/* GNIC_CTL_STATUS_* */
	uint32_t caps;		/* GNIC_CAP_* */
	struct caps_limits limits;
	uint32_t regs[CARD_REGS_SIZE / 4];	/* mmio.c: what registers hold */
	uint32_t db_low;	/* blk_umr.c: first half of a split doorbell */
	bool dead;		/* fault: every read is all-ones, nothing runs */
	struct eq *eq;		/* blk_eq.c; NULL: none */
	struct cq **cqs;	/* by CQN; sparse, grown on demand */
	uint32_t cqs_len;
	uint32_t cq_count;
	uint32_t cqn_next;
	struct esw *esw;	/* blk_esw.c */
	struct windows *windows;	/* blk_window.c */
	uint32_t windows_gen;	/* changes whenever a window comes or goes */
	struct sob_bank **sobs;	/* blk_sob.c; by ASID, made on demand */
	uint32_t offers;	/* txs_rdv.c: that the rings of all QPs hold */
	uint32_t gro_room;	/* rxe_gro.c: bytes of what waits in all queues */
	struct phc phc;
	struct qp *awake;	/* poll list, blk_umr.c */
	struct rc *owing;	/* RC QPs that owe an ACK, rxe_ack.c */
	struct rc *failing, **failing_last;	/* RC QPs whose failure is being told, blk_qpc.c */
	unsigned int ets_queued;	/* QPs, of all ports; mac_ets.c */
	struct qp *awake_next;	/* cursor of the round under way */
	struct loop_poller poller;
	struct port ports[GNIC_PORT_IDS];
	struct gnic_hw_card_stats stats;	/* host order */
	struct faults *faults;	/* fault.c */
	struct fw *fw;		/* blk_fw.c */
	bool hung;		/* fault: firmware does nothing any more, until a reset */
};

/* ---- card.c ---- */
struct card *card_create(struct loop *loop, const struct card_config *config);
void card_destroy(struct card *card);
void card_reset(struct card *card);	/* everything but PCI, windows of host memory and wiring */
void card_fatal(struct card *card, uint8_t syndrome);
void card_irq(struct card *card, unsigned int vector);	/* irq_raise() unless a fault loses it */
/* Every QP, of all ports; @fn may destroy the one it is called for. */
void card_each_qp(struct card *card, void (*fn)(struct qp *qp, void *arg), void *arg);
/* @cap: one GNIC_CAP_* */
static inline bool card_can(const struct card *card, uint32_t cap)
{
	return card->caps & cap;
}

/* NULL: there is none. */
static inline struct port *card_port(struct card *card, uint32_t index)
{
	uint32_t whole = index - GNIC_PORTS_MAX;

	if (index < card->config.ports)
		return &card->ports[index];
	return whole < card->config.ports && card->ports[whole].split ? &card->ports[index] : NULL;
}

/* From NULL on to NULL. */
static inline struct port *card_next_port(struct card *card, const struct port *port)
{
	uint32_t index = port ? port - card->ports + 1 : 0;
	struct port *next = NULL;

	if (index == card->config.ports)
		index = GNIC_PORT_HALF(0);
	for (; index < GNIC_PORT_HALF(card->config.ports) && !next; index++)
		next = card_port(card, index);
	return next;
}

#define card_for_each_port(card, port) \
	for ((port) = card_next_port((card), NULL); (port); (port) = card_next_port((card), (port)))

/* ---- blk_asid.c: the only way from a device address to memory ---- */

/**
 * asid_ptr - memory behind a device address
 * @card: whose address space
 * @asid: protection domain; GNIC_ASID_KERNEL sees host, HBM and UMR memory
 * @addr: device address
 * @len: bytes, not 0
 * @access: GNIC_ACCESS_* that a window has to allow; ASID 0 needs none. 0: it is read
 *	and written
 *
 * Return: a pointer that is good until the loop is entered again, or NULL if
 * any byte is out of reach or @addr .. @addr + @len is not contiguous here:
 * try asid_iov() then. Counted in card->stats as dma_errors or asid_errors.
 */
void *asid_ptr(struct card *card, uint16_t asid, uint64_t addr, uint64_t len, uint8_t access);

/* The same in at most @max pieces; returns how many, or -1 (counted). */
int asid_iov(struct card *card, uint16_t asid, uint64_t addr, uint64_t len, uint8_t access,
	     struct iovec *iov, int max);

/* Do windows allow it, whether there is memory behind them or not? No is counted. */
bool asid_allows(struct card *card, uint16_t asid, uint64_t addr, uint64_t len, uint8_t access);

/* Likewise, if it is simple: in one piece, one window. NULL says nothing and is not counted. */
void *asid_straight(struct card *card, uint16_t asid, uint64_t addr, uint64_t len, uint8_t access);

/* What @span knows stays if it holds for @asid now. */
static inline void asid_keep(struct asid_span *span, struct card *card, uint16_t asid)
{
	uint64_t gen = (uint64_t)card->windows_gen << 32 | dma_gen(card->dma);

	if (span->gen != gen || span->asid != asid)
		*span = (struct asid_span){ .card = card, .asid = asid, .gen = gen };
}

void *asid_span(struct asid_span *span, uint64_t addr, uint64_t len, uint8_t access);

/* As asid_straight(); @span: what answered last. */
static inline void *asid_near(struct asid_span *span, uint64_t addr, uint64_t len,
			      uint8_t access)
{
	uint64_t off = addr - span->addr;

	if (__builtin_expect(len <= span->size && off <= span->size - len &&
			     access == span->access, 1))
		return span->ptr + off;
	return asid_span(span, addr, len, access);
}

/* Pieces, as asid_iov() leaves them, into one. */
static inline void asid_gather(void *dst, const struct iovec *iov, int pieces)
{
	uint8_t *to = dst;

	for (; pieces > 0; pieces--, iov++) {
		memcpy(to, iov->iov_base, iov->iov_len);
		to += iov->iov_len;
	}
}

/* ---- blk_window.c ---- */
struct windows *windows_create(struct card *card);
void windows_reset(struct card *card);
void windows_destroy(struct card *card);

/* ---- blk_cq.c, blk_eq.c ---- */
struct cq *cq_get(struct card *card, uint32_t cqn);	/* NULL: none */
/*
 * Copies the CQE (its ctrl without GNIC_CQE_VALID), sets the valid bit last.
 * False: the CQ is dead, and all its QPs have failed: look at qp->failed before
 * you go on. @cq NULL: no CQE is wanted, true.
 */
bool cq_put(struct cq *cq, const void *cqe);
/*
 * Raises or moderates, once for all that was put. Who puts tells, before the
 * loop is entered again: until then it is known where the CQ is, and what is free.
 */
void cq_tell(struct cq *cq);
bool cq_post(struct cq *cq, const void *cqe);	/* both */
bool cq_die(struct cq *cq, uint8_t syndrome);	/* it and its QPs; returns false */
void cq_post_error(struct cq *cq, struct qp *qp, bool requester, uint32_t wqe_index,
		   uint8_t syndrome);
void eq_post(struct card *card, uint8_t type, unsigned int port, uint32_t id, uint32_t data);
/* The same, of something that happened at a time of the clock whose low half is @tstamp. */
void eq_post_at(struct card *card, uint8_t type, unsigned int port, uint32_t id, uint32_t data,
		uint32_t tstamp);

/* ---- ringmem.c: memory of queues ---- */
struct gnic_hw_db *ringmem_find(struct card *card, struct ringmem *mem, uint64_t base,
				uint64_t bytes, uint64_t db_addr);

/* The client's memory map has not changed since the look-up. */
static inline bool ringmem_holds(const struct card *card, const struct ringmem *mem)
{
	return mem->gen == dma_gen(card->dma);
}

/* The record; NULL: its memory is gone. Refreshes @mem->ring too. */
static inline struct gnic_hw_db *ringmem_db(struct card *card, struct ringmem *mem, uint64_t base,
					    uint64_t bytes, uint64_t db_addr)
{
	if (ringmem_holds(card, mem))
		return mem->db;
	return ringmem_find(card, mem, base, bytes, db_addr);
}

/* ---- blk_umr.c: doorbells and the poll list ---- */
struct qp *qp_get(struct port *port, uint32_t qpn);	/* NULL: none */

static inline uint64_t wq_offset(const struct wq *wq, uint32_t index)
{
	return (uint64_t)(index & wq->mask) << wq->entry_log;
}

/* Entry @index (free-running), if it is known where the ring is; NULL says nothing. */
static inline void *wq_near(const struct qp *qp, const struct wq *wq, uint32_t index)
{
	return ringmem_holds(qp->card, &wq->mem) && wq->mem.ring ?
	       wq->mem.ring + wq_offset(wq, index) : NULL;
}

void *wq_entry_find(struct qp *qp, struct wq *wq, uint64_t off);

/* Likewise; NULL: its memory is gone, the QP has failed. */
static inline void *wq_entry(struct qp *qp, struct wq *wq, uint32_t index)
{
	void *entry = wq_near(qp, wq, index);

	return entry ? entry : wq_entry_find(qp, wq, wq_offset(wq, index));
}

/* Likewise of a queue that was refreshed in this round: its memory is where it was. */
static inline void *wq_entry_now(struct qp *qp, struct wq *wq, uint32_t index)
{
	uint64_t off = wq_offset(wq, index);

	return wq->mem.ring ? wq->mem.ring + off : wq_entry_find(qp, wq, off);
}

/*
 * Reads the record; false if its memory is gone or the index is nonsense (QP
 * then fails). The round has done it for qp->sq before it calls the type's
 * poll; a receive queue is refreshed by who needs a buffer.
 */
bool wq_refresh(struct qp *qp, struct wq *wq);
bool wq_peek(struct qp *qp, struct wq *wq);	/* likewise, but the QP goes on */
void wq_done_find(struct qp *qp, struct wq *wq);

/*
 * Publishes wq->done, of a queue that was refreshed in this round. Pairs with the driver's
 * acquire: it may reuse the entries then.
 */
static inline void wq_done_now(struct wq *wq)
{
	__atomic_store_n((uint32_t *)&wq->mem.db->done, cpu_to_le32(wq->done), __ATOMIC_RELEASE);
}

/* Likewise of any queue. */
static inline void wq_done(struct qp *qp, struct wq *wq)
{
	if (ringmem_holds(qp->card, &wq->mem) && wq->mem.db)
		wq_done_now(wq);
	else
		wq_done_find(qp, wq);
}

void qp_wake(struct qp *qp);	/* onto the poll list */
void qp_sleep(struct qp *qp);	/* off it, need_kick is set first */

/* qp_wake() for timers */
static inline void qp_resume(void *qp)
{
	qp_wake(qp);
}

/*
 * One round for one QP of the poll list: execute at most @budget WQEs. Returns
 * how much was done; a QP that does nothing for some rounds is put to sleep, so
 * who still has work that needs no new index (RC: a window that opens, compute:
 * a POST under way) calls qp_wake() when it can go on. Never called for a QP
 * that has failed. By type: txe_poll() (raw, blk_txe.c), rc_poll() (RC,
 * blk_txs.c), compute_poll() (blk_compute.c).
 */
int txe_poll(struct qp *qp, int budget);
int rc_poll(struct qp *qp, int budget);
int compute_poll(struct qp *qp, int budget);
bool rc_answer(struct card *card);	/* rxe_ack.c: ACKs that are owed leave; whether there were any */

/* Life of the parts of a QP that belong to its type; NULL ops are not needed. */
enum gnic_hw_status rc_create(struct qp *qp);
void rc_destroy(struct qp *qp);
enum gnic_hw_status compute_create(struct qp *qp);
void compute_destroy(struct qp *qp);
void qp_fail(struct qp *qp, uint8_t syndrome, bool requester);	/* blk_qpc.c: ERROR, EQE, flush */
enum gnic_hw_status rc_cmd_flush(struct qp *qp);
enum gnic_hw_status rc_cmd_path(struct qp *qp, const struct gnic_hw_qp_path *in);
enum gnic_hw_status rc_cmd_qpc_read(struct qp *qp, bool requester, struct gnic_hw_qpc_data *out);
enum gnic_hw_status rc_cmd_qpc_write(struct qp *qp, const struct gnic_hw_qpc_write *in);

/* ---- blk_esw.c ---- */
struct vport *esw_vport(struct card *card, uint32_t id);	/* NULL: none */
struct esw *esw_create(struct card *card);
void esw_reset(struct card *card);
void esw_destroy(struct card *card);
void esw_qp_gone(struct qp *qp);	/* no table may name it any more */
bool esw_port_used(const struct port *port);	/* functions are behind it, or rules name it */
void esw_uplink_reset(struct port *port);

#include "blk_cmd.h"
#include "path.h"

#endif /* VGAUDI_CARD_H */
