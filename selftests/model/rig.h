/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A card made ready for a test without a kernel: memory, mailbox, interrupts,
 * and queues by one call each. As in client.h nothing returns an error: what
 * does not go as it must ends the test.
 */
#ifndef SELFTESTS_RIG_H
#define SELFTESTS_RIG_H

#include "client.h"
#include "hw/cmd.h"
#include "hw/cqe.h"
#include "hw/memmap.h"
#include "hw/reg_cmd.h"
#include "hw/reg_ctl.h"
#include "hw/reg_test.h"
#include "hw/syndrome.h"
#include "hw/umr.h"
#include "hw/wqe.h"

#define RIG_IOVA	0x40000000ull
#define RIG_RAM		(8u << 20)
#define RIG_VECTORS	16
#define RIG_CMD_LOG	6

/**
 * struct rig - one card
 * @c: the connection
 * @owner: the rig that started the process; itself, or the first card's
 * @control: path of the control socket
 * @ram: memory lent to the device at RIG_IOVA
 * @used: bytes of it in use
 * @cmd: iova of the mailbox ring
 * @cmd_in: iova of room for inputs
 * @cmd_out: iova of room for outputs
 * @pi: of the mailbox
 */
struct rig {
	struct client c;
	struct rig *owner;
	char control[108];
	uint8_t *ram;
	uint64_t used;
	uint64_t cmd, cmd_in, cmd_out;
	uint32_t pi;
};

/* @args: further options for vgaudi, NULL terminated; at most 16 */
void rig_open(struct rig *rig, const char *const args[]);
/* Another card of the same process. */
void rig_open_card(struct rig *rig, struct rig *owner, unsigned int card);
void rig_close(struct rig *rig);

/* Memory that the device sees; the rest of it is zero. */
uint64_t rig_alloc(struct rig *rig, uint64_t size, uint64_t align);
void *rig_ptr(struct rig *rig, uint64_t iova);

/* ---- registers ---- */
uint32_t rig_read(struct rig *rig, uint32_t reg);
void rig_write(struct rig *rig, uint32_t reg, uint32_t value);

/* ---- mailbox ---- */
void rig_mailbox(struct rig *rig);	/* rings anew, after a reset */
struct gnic_hw_cmd_desc *rig_desc(struct rig *rig, uint32_t index);
/* Returns the status. */
uint32_t rig_cmd(struct rig *rig, uint16_t opcode, const void *in, uint32_t in_len, void *out,
		 uint32_t out_len);

/* Reads better where success is a must. */
#define RIG_OK(...)	CLIENT_EQ(rig_cmd(__VA_ARGS__), GNIC_STATUS_OK)

uint32_t rig_cmd_id(struct rig *rig, uint16_t opcode, uint32_t id);	/* in: gnic_hw_id */
void rig_card_stats(struct rig *rig, struct gnic_hw_card_stats *stats);
void rig_port_info(struct rig *rig, uint32_t port, struct gnic_hw_port_info *info);
void rig_port_admin(struct rig *rig, uint32_t port, bool up);
void rig_port_set(struct rig *rig, const struct gnic_hw_port_set *set);

/* ---- queues ---- */

struct rig_ring {
	uint64_t base;
	uint32_t mask;
	struct gnic_hw_db *db;
	uint64_t db_iova;
};

struct rig_cq {
	struct rig_ring ring;
	uint32_t cqn;
	uint32_t ci;
	uint8_t cqe_log;
};

struct rig_eq {
	struct rig_ring ring;
	uint32_t ci;
};

struct rig_qp {
	uint32_t qpn;
	uint32_t port;
	struct rig_ring sq, rq;
	uint32_t sq_pi, rq_pi;
	struct rig_cq *cq;
};

void rig_ring(struct rig *rig, struct rig_ring *ring, uint8_t log, uint8_t entry_log);
void rig_eq(struct rig *rig, struct rig_eq *eq, uint8_t log, uint16_t vector);
struct gnic_hw_eqe *rig_eq_peek(struct rig *rig, struct rig_eq *eq);	/* NULL: empty */
struct gnic_hw_eqe *rig_eq_wait(struct rig *rig, struct rig_eq *eq);
void rig_cq_in(struct rig *rig, struct rig_cq *cq, uint8_t log, uint8_t cqe_log,
	       struct gnic_hw_cq_create *in);	/* fills @in; for what a test wants to change */
void rig_cq(struct rig *rig, struct rig_cq *cq, uint8_t log, uint8_t cqe_log, uint16_t vector);
void *rig_cq_peek(struct rig *rig, struct rig_cq *cq);	/* NULL: empty */
void *rig_cq_wait(struct rig *rig, struct rig_cq *cq);	/* consumes it, up to 5 s */
void rig_cq_arm(struct rig_cq *cq);

/* A raw QP on the host side of the port's uplink. */
void rig_raw_in(struct rig *rig, struct rig_qp *qp, uint32_t port, struct rig_cq *cq, uint8_t log,
		struct gnic_hw_qp_create *in);
void rig_raw(struct rig *rig, struct rig_qp *qp, uint32_t port, struct rig_cq *cq, uint8_t log);
/* One packet in one piece; a CQE is asked for. Not yet told to the device. */
void rig_raw_post(struct rig *rig, struct rig_qp *qp, uint64_t addr, uint32_t len);
/* A buffer; @completion of an RC QP as gnic_hw_recv_wqe.completion. */
void rig_recv_post_with(struct rig *rig, struct rig_qp *qp, uint64_t addr, uint32_t len,
			uint32_t completion);
void rig_recv_post(struct rig *rig, struct rig_qp *qp, uint64_t addr, uint32_t len);
/* Publishes the index; kicks if the device asks for it. True: it was a kick. */
bool rig_ring_sq(struct rig *rig, struct rig_qp *qp);
void rig_kick(struct rig *rig, uint8_t kind, uint32_t port, uint32_t id, uint32_t index);
/* All frames of the port's uplink go to this QP. */
void rig_rss_one(struct rig *rig, uint32_t port, uint32_t qpn);
void rig_promisc(struct rig *rig, uint32_t port);

/* ---- control socket ---- */

/* Sends one line, returns the reply line, good until the next call. */
const char *rig_control(struct rig *rig, const char *request);
void rig_control_ok(struct rig *rig, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The number after "key": in the last reply. */
uint64_t rig_reply_number(const char *reply, const char *key);

/* Waits up to 5 s until it holds. */
#define RIG_AWAIT(cond) do {						\
	for (unsigned int rig_ms = 0; !(cond); rig_ms++) {		\
		CLIENT_CHECK(rig_ms < 5000 && #cond);			\
		rig_sleep_ms(1);					\
	}								\
} while (0)

void rig_sleep_ms(unsigned int ms);

#endif
