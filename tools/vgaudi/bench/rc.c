// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a packet of an RC QP costs the device: WRITEs from memory of the card to
 * memory of the card, by way of two functions and the wire.
 *
 *	rc SIZE BATCH ROUNDS [write|sum|send]
 *
 * sum: each is added to what is there, as FP32. send: SENDs, each into a buffer.
 */
#define BENCH_HBM	(256u << 20)
#include "bench.h"
#include "blk_qpc.h"
#include "blk_window.h"

#define BENCH_BUF	(64u << 20)	/* of source, and of sink */
#define BENCH_SOURCE	GNIC_ADDR_HBM_BASE
#define BENCH_SINK	(BENCH_SOURCE + BENCH_BUF)
#define BENCH_ASID	5
#define BENCH_KEY	0x4b4559u
#define BENCH_MTU	3		/* log2 - 10 */

static struct bench_queue sq, rq, cq, rcq;

static void bench_function(uint8_t port, uint16_t *vport)
{
	const struct gnic_hw_vport_create create = { .port = cpu_to_le32(port) };
	struct gnic_hw_vport_set set = { .enable = 1, .mac = { 2, 0, 0, 0, 1, port } };
	struct gnic_hw_id id;

	CHECK(!esw_cmd_vport_create(card, &create, &id));
	*vport = (uint16_t)le32_to_cpu(id.id);
	set.vport = cpu_to_le16(*vport);
	CHECK(!esw_cmd_vport_set(card, &set));
}

static void bench_window(uint64_t addr, uint8_t access)
{
	const struct gnic_hw_window in = {
		.addr = cpu_to_le64(addr), .size = cpu_to_le64(BENCH_BUF),
		.asid = cpu_to_le16(BENCH_ASID), .access = access,
	};
	struct gnic_hw_id out;

	CHECK(!window_cmd_add(card, &in, &out));
}

static void bench_connect(uint8_t port)
{
	struct gnic_hw_qpc_write res = { .requester = 0 }, req = { .requester = 1 };
	struct qp *qp = qp_get(&card->ports[port], 1);
	const struct gnic_hw_qp_path path = {
		.ip_version = 4, .hop_limit = 64,
		.src_ip = { 10, 0, 0, port }, .dst_ip = { 10, 0, 0, !port },
		.src_mac = { 2, 0, 0, 0, 1, port }, .dst_mac = { 2, 0, 0, 0, 1, !port },
		.udp_sport = cpu_to_le16(0xc000),
	};

	CHECK(!rc_cmd_path(qp, &path));
	gnic_qpc_put(&res, GNIC_RES_DST_QP, 1);
	gnic_qpc_put(&res, GNIC_RES_PEER_QP, 1);
	gnic_qpc_put(&res, GNIC_RES_LKEY, BENCH_KEY);
	gnic_qpc_put(&res, GNIC_RES_VALID, 1);
	CHECK(!rc_cmd_qpc_write(qp, &res));
	gnic_qpc_put(&req, GNIC_REQ_DST_QP, 1);
	gnic_qpc_put(&req, GNIC_REQ_RKEY, BENCH_KEY);
	gnic_qpc_put(&req, GNIC_REQ_MTU, BENCH_MTU);
	gnic_qpc_put(&req, GNIC_REQ_ACKREQ_FREQ, 8);
	gnic_qpc_put(&req, GNIC_REQ_TM_GRANULARITY, 9);
	gnic_qpc_put(&req, GNIC_REQ_TIMEOUT_RETRY_CNT, 3);
	gnic_qpc_put(&req, GNIC_REQ_SEQ_ERR_RETRY_CNT, 3);
	gnic_qpc_put(&req, GNIC_REQ_WQ_TYPE, GNIC_WQ_TYPE_WRITE);
	gnic_qpc_put(&req, GNIC_REQ_VALID, 1);
	CHECK(!rc_cmd_qpc_write(qp, &req));
}

static void bench_qp(uint8_t port, uint16_t vport)
{
	struct gnic_hw_qp_create in = {
		.qpn = cpu_to_le32(1), .port = port, .type = GNIC_QP_RC,
		.vport = cpu_to_le16(vport), .asid = cpu_to_le16(BENCH_ASID),
		.sq_log = BENCH_LOG, .sq_wqe_log = 5,
		.rq_log = port ? BENCH_LOG : 0,
		.sq_cqn = cpu_to_le32(bench_cq(&cq, 4)),
		.rq_cqn = cpu_to_le32(port ? bench_cq(&rcq, 4) : GNIC_CQN_NONE),
	};
	struct gnic_hw_id out;

	if (port) {
		bench_queue(&rq, sizeof(struct gnic_hw_recv_wqe));
		in.rq_base = cpu_to_le64(rq.base);
		in.rq_db = cpu_to_le64(rq.db_iova);
	}
	bench_queue(&sq, 32);
	in.sq_base = cpu_to_le64(sq.base);
	in.sq_db = cpu_to_le64(sq.db_iova);
	CHECK(!qp_cmd_create(card, &in, &out));
}

static void bench_post(uint32_t i, uint32_t size, uint32_t flags)
{
	struct gnic_hw_rc_wqe *wqe = (struct gnic_hw_rc_wqe *)bench_ptr(sq.base) + i % BENCH_ENTRIES;
	uint64_t off = (uint64_t)(i % (BENCH_BUF / size)) * size;

	*wqe = (struct gnic_hw_rc_wqe){
		.ctrl = cpu_to_le32(FIELD_PREP(GNIC_WQE_INDEX, i & 0xff) | flags),
		.size = cpu_to_le32(size),
		.local_addr = cpu_to_le64(BENCH_SOURCE + off),
		.remote_addr = cpu_to_le64(BENCH_SINK + off),
	};
}

/* A buffer for each message up to @upto, whatever becomes of it. */
static void bench_refill(uint32_t upto, uint32_t size)
{
	static uint32_t index;

	for (; index != upto; index++) {
		struct gnic_hw_recv_wqe *wqe =
			(struct gnic_hw_recv_wqe *)bench_ptr(rq.base) + index % BENCH_ENTRIES;

		wqe->addr = cpu_to_le64(BENCH_SINK + (uint64_t)(index % (BENCH_BUF / size)) * size);
		wqe->size = cpu_to_le32(size);
		wqe->completion = cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_COMPLETION,
							 GNIC_COMPLETION_CQ));
	}
	rq.db->index = cpu_to_le32(index);
}

static void bench_run(uint32_t size, uint32_t batch, uint32_t rounds, uint32_t flags)
{
	const struct qp *qp = qp_get(&card->ports[0], 1);
	uint32_t posted = 0;

	for (uint32_t round = 0; round < rounds; round++) {
		if ((flags & GNIC_WQE_OPCODE) == GNIC_WQE_SEND)
			bench_refill(posted + batch, size);
		for (uint32_t i = 0; i < batch; i++)
			bench_post(posted++, size,
				   i == batch - 1 ? flags | GNIC_RC_WQE_ACKREQ : flags);
		__atomic_store_n((uint32_t *)&sq.db->index, htole32(posted), __ATOMIC_RELEASE);
		while (qp->sq.done != posted)
			bench_round();
		cq.db->index = cpu_to_le32(round + 1);
		rcq.db->index = cpu_to_le32(posted);
	}
	CHECK(!qp->failed && !qp->stats.retransmits);
	printf("%llu packets, %llu bytes\n", (unsigned long long)qp->stats.tx_packets,
	       (unsigned long long)size * batch * rounds);
}

int main(int argc, char **argv)
{
	uint32_t size, batch, flags = GNIC_WQE_LINEAR;
	uint16_t vport[2];

	if (argc < 4) {
		fprintf(stderr, "usage: %s SIZE BATCH ROUNDS [write|sum|send]\n", argv[0]);
		return 2;
	}
	size = (uint32_t)atoi(argv[1]);
	batch = (uint32_t)atoi(argv[2]);
	if (argc > 4 && !strcmp(argv[4], "sum"))
		flags |= FIELD_PREP(GNIC_RC_WQE_REDUCTION, GNIC_REDUCTION_ENABLE |
				    FIELD_PREP(GNIC_REDUCTION_TYPE, GNIC_REDUCTION_FP32));
	if (argc > 4 && !strcmp(argv[4], "send"))
		flags = GNIC_WQE_SEND;
	CHECK(size && size <= BENCH_BUF && batch && batch <= BENCH_ENTRIES);
	bench_card();
	bench_window(BENCH_SOURCE, GNIC_ACCESS_LOCAL_READ);
	bench_window(BENCH_SINK, GNIC_ACCESS_REMOTE_WRITE | GNIC_ACCESS_LOCAL_WRITE);
	/* the sender's queues are the ones that stay in @sq and @cq */
	for (uint8_t port = 2; port--;) {
		bench_function(port, &vport[port]);
		bench_qp(port, vport[port]);
	}
	bench_connect(1);
	bench_connect(0);
	bench_run(size, batch, (uint32_t)atoi(argv[3]), flags);
	unlink(BENCH_SOCKET);
	return 0;
}
