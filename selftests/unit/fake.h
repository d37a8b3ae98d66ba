/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What surrounds one block in a unit test: memory at device addresses, queues,
 * completions, a clock. Nothing here judges; the test does.
 */
#ifndef UNIT_FAKE_H
#define UNIT_FAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "card.h"

/* Memory: these device addresses, and no others, whatever the ASID. */
#define FAKE_ADDR	0x100000ull
#define FAKE_SIZE	0x200000u
extern uint8_t fake_mem[FAKE_SIZE];
extern uint64_t fake_seam;	/* not 0: pieces end at multiples of it */
extern uint8_t fake_access;	/* of the last asid_iov() */
extern uint16_t fake_asid;

static inline void *fake_ptr(uint64_t addr)
{
	return fake_mem + (addr - FAKE_ADDR);
}

/* Rings of the one QP: 64 entries each; data may be anywhere behind. */
#define FAKE_LOG	6u
#define FAKE_SQ		FAKE_ADDR
#define FAKE_RQ		(FAKE_ADDR + 0x2000)
#define FAKE_DATA	(FAKE_ADDR + 0x4000)

/* The driver's view: what it told, and what the device told. */
extern uint32_t fake_sq_index, fake_rq_index;
extern uint32_t fake_rq_late;	/* buffers that come right behind the device's next look */
extern uint32_t fake_sq_done, fake_rq_done;

#define FAKE_CQES	256u
extern struct gnic_hw_raw_cqe fake_cqes[FAKE_CQES];
extern unsigned int fake_ncqes;
extern bool fake_cq_full;	/* cq_post() fails the QP */
extern bool fake_refuse;	/* the last buffers are not for frames without PFC */
extern void (*fake_short)(struct qp *qp, uint8_t prio);	/* somebody is asked to be silent */
extern uint64_t fake_now;
extern struct loop_timer *fake_timer;	/* the one that was set */

/* One card with one port, its uplink, and a raw QP at its host side. */
struct fake {
	struct card card;
	struct vport uplink;
	struct cq sq_cq, rq_cq;
	struct qp qp;
};

void fake_init(struct fake *fake);	/* everything, memory included */
void fake_timer_fire(void);	/* at its time */

/* A random number, from a seed that a failing test prints. */
uint32_t fake_random(void);
void fake_seed(uint32_t seed);

/* The checksum, as slowly and plainly as RFC 1071 has it: big endian words. */
uint16_t fake_sum(const uint8_t *data, size_t len, uint32_t sum);

/* Frames to play with; each returns its length. */
struct fake_frame {
	bool v6, udp;
	uint8_t tags;
	uint8_t ip_options;	/* bytes, a multiple of 4 */
	uint8_t tcp_options;
	uint32_t payload;
};
uint32_t fake_build(uint8_t *dst, const struct fake_frame *what);	/* checksums right */
uint32_t fake_build_sctp(uint8_t *dst, const struct fake_frame *what);	/* of UDP's */
uint32_t fake_crc32c(const uint8_t *p, size_t len);	/* bit by bit */
uint32_t fake_hdr_len(const struct fake_frame *what);

#endif /* UNIT_FAKE_H */
