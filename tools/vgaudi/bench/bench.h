/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two ports of one card joined by a wire, all blocks real, the driver's part
 * reduced to stores. Made for callgrind, which counts what happens below
 * bench_round().
 */
#ifndef VGAUDI_BENCH_H
#define VGAUDI_BENCH_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blk_cmd.h"
#include "vfio_user.h"
#include "wire.h"

#define BENCH_IOVA	0x10000000ull
#define BENCH_MEM	(16u << 20)
#define BENCH_SOCKET	"/tmp/vgaudi-bench.sock"
#ifndef BENCH_HBM
#define BENCH_HBM	(1u << 20)
#endif
#define BENCH_LOG	8u		/* entries of a queue */
#define BENCH_ENTRIES	(1u << BENCH_LOG)

static uint8_t *mem;
static uint64_t used;
static struct card *card;

struct bench_queue {
	uint64_t base;
	struct gnic_hw_db *db;
	uint64_t db_iova;
};

static void bench_check(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s failed: %s\n", what, strerror(errno));
	exit(1);
}

#define CHECK(cond) bench_check(!!(cond), #cond)

static uint64_t bench_alloc(uint64_t size)
{
	uint64_t at = (used + 4095) & ~4095ull;

	used = at + size;
	CHECK(used <= BENCH_MEM);
	return BENCH_IOVA + at;
}

static void *bench_ptr(uint64_t iova)
{
	return mem + (iova - BENCH_IOVA);
}

/* ---- the card ---- */

static void bench_card(void)
{
	const struct card_config config = {
		.ports = 2, .vectors = 4, .hbm_size = BENCH_HBM,
		.socket_path = BENCH_SOCKET,
	};
	struct gnic_hw_port_set set = {
		.valid = cpu_to_le32(GNIC_PORT_SET_ADMIN | GNIC_PORT_SET_MTU), .admin = 1,
		.mtu = cpu_to_le32(9000),
	};
	struct loop *loop = loop_create(NULL);
	struct wire_end ends[2] = { 0 };
	void *ptr;
	int fd;

	unlink(config.socket_path);
	card = card_create(loop, &config);
	CHECK(card);
	fd = vu_memfd("bench", BENCH_MEM, &ptr);
	CHECK(fd >= 0);
	mem = ptr;
	dma_set_master(card->dma, true);
	CHECK(!dma_add(card->dma, BENCH_IOVA, BENCH_MEM, fd, 0, PROT_READ | PROT_WRITE));
	ends[0].port = &card->ports[0];
	ends[1].port = &card->ports[1];
	CHECK(wire_create(loop, ends));
	for (uint32_t port = 0; port < 2; port++) {
		set.port = cpu_to_le32(port);
		CHECK(!mac_cmd_set(card, &set));
	}
}

static void bench_queue(struct bench_queue *queue, uint32_t entry)
{
	queue->base = bench_alloc((uint64_t)entry << BENCH_LOG);
	queue->db_iova = bench_alloc(sizeof(struct gnic_hw_db));
	queue->db = bench_ptr(queue->db_iova);
}

static uint32_t bench_cq(struct bench_queue *queue, uint8_t cqe_log)
{
	struct gnic_hw_cq_create in = {
		.log = BENCH_LOG, .cqe_log = cqe_log, .vector = cpu_to_le16(GNIC_VECTOR_NONE),
	};
	struct gnic_hw_id out;

	bench_queue(queue, 1u << cqe_log);
	in.base = cpu_to_le64(queue->base);
	in.db = cpu_to_le64(queue->db_iova);
	CHECK(!cq_cmd_create(card, &in, &out));
	return le32_to_cpu(out.id);
}

/* Everything below here is the device. */
__attribute__((noinline)) void bench_round(void);
void bench_round(void)
{
	card->poller.poll(card);
}

#endif /* VGAUDI_BENCH_H */
