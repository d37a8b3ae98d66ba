// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a raw packet costs the device.
 *
 *	raw SIZE BATCH ROUNDS [csum|rules|tso]
 */
#include "bench.h"

#define BENCH_BUF	2048u		/* of a receive buffer */

static struct bench_queue sq, rq, cq[2];
static uint64_t data, buffers;

static void bench_qps(void)
{
	struct gnic_hw_qp_create in = {
		.qpn = cpu_to_le32(1), .sq_log = BENCH_LOG, .sq_wqe_log = 6,
		.sq_cqn = cpu_to_le32(bench_cq(&cq[0], 5)), .rq_cqn = cpu_to_le32(GNIC_CQN_NONE),
	};
	struct gnic_hw_rss rss = { .vport = cpu_to_le16(1), .len = cpu_to_le32(64),
				   .types = cpu_to_le16(0xf) };
	struct gnic_hw_filter filter = { .vport = cpu_to_le16(1), .count = cpu_to_le32(1),
					 .mac = { { 2, 0, 0, 0, 0, 1 } } };
	struct gnic_hw_id out;

	bench_queue(&sq, 64);
	bench_queue(&rq, 16);
	in.sq_base = cpu_to_le64(sq.base);
	in.sq_db = cpu_to_le64(sq.db_iova);
	CHECK(!qp_cmd_create(card, &in, &out));
	in.port = 1;
	in.vport = cpu_to_le16(1);
	in.sq_log = 0;
	in.sq_cqn = cpu_to_le32(GNIC_CQN_NONE);
	in.rq_log = BENCH_LOG;
	in.rq_cqn = cpu_to_le32(bench_cq(&cq[1], 5));
	in.rq_base = cpu_to_le64(rq.base);
	in.rq_db = cpu_to_le64(rq.db_iova);
	CHECK(!qp_cmd_create(card, &in, &out));
	for (unsigned int i = 0; i < 64; i++)
		rss.table[i] = cpu_to_le32(1);
	for (unsigned int i = 0; i < sizeof(rss.key); i++)
		rss.key[i] = (uint8_t)(i * 37 + 11);
	CHECK(!esw_cmd_rss_set(card, &rss));
	CHECK(!esw_cmd_filter_set(card, &filter));
	data = bench_alloc(BENCH_ENTRIES * 65536ull / 8);
	buffers = bench_alloc((uint64_t)BENCH_ENTRIES * BENCH_BUF);
}

/* 1000 rules that do not match, under two masks. */
static void bench_rules(void)
{
	struct gnic_hw_flow_add in = { .action = GNIC_FLOW_DROP };
	struct gnic_hw_id out;

	in.mask.vport = cpu_to_le16(0xffff);
	in.key.vport = cpu_to_le16(1);
	for (unsigned int i = 0; i < 1000; i++) {
		in.priority = cpu_to_le32(i & 1);
		in.mask.l4_src = in.mask.l4_dst = 0xffff;
		in.mask.ip_proto = 0xff;
		in.key.ip_proto = 17;
		in.key.l4_src = (uint16_t)i;
		memset(in.mask.dst_ip, 0xff, i & 1 ? 4 : 16);
		CHECK(!esw_cmd_flow_add(card, &in, &out));
	}
}

/* ---- packets ---- */

static void bench_packet(uint8_t *p, uint32_t size)
{
	static const uint8_t headers[] = {
		2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0,
		0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
		0x12, 0x34, 0x56, 0x78, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x10, 0xff, 0xff, 0, 0, 0, 0,
	};

	memcpy(p, headers, sizeof(headers));
	p[16] = (uint8_t)((size - 14) >> 8);
	p[17] = (uint8_t)(size - 14);
}

static uint32_t bench_flags(const char *mode)
{
	if (!strcmp(mode, "csum"))
		return GNIC_RAW_WQE_CSUM | GNIC_RAW_WQE_CSUM_L3;
	return strcmp(mode, "tso") ? 0 : GNIC_RAW_WQE_TSO;
}

static void bench_post(uint32_t i, uint32_t size, uint32_t flags)
{
	struct gnic_hw_raw_wqe *wqe = (struct gnic_hw_raw_wqe *)bench_ptr(sq.base) + i % BENCH_ENTRIES;
	uint64_t addr = data + i % 8 * 65536ull;

	*wqe = (struct gnic_hw_raw_wqe){
		.ctrl = cpu_to_le32(GNIC_WQE_RAW_SEND | FIELD_PREP(GNIC_WQE_INDEX, i & 0xff) |
				    FIELD_PREP(GNIC_RAW_WQE_NSEG, 2) | flags),
		.size = cpu_to_le32(size),
		.offload = cpu_to_le32(FIELD_PREP(GNIC_RAW_WQE_CSUM_START, 34) |
				       FIELD_PREP(GNIC_RAW_WQE_CSUM_OFFSET, 16) |
				       FIELD_PREP(GNIC_RAW_WQE_HDR_LEN, 54)),
		.mss = cpu_to_le16(1448),
		.seg = {
			{ .addr = cpu_to_le64(addr), .len = cpu_to_le32(54) },
			{ .addr = cpu_to_le64(addr + 54), .len = cpu_to_le32(size - 54) },
		},
	};
}

static void bench_refill(uint32_t upto)
{
	static uint32_t index;

	for (; index != upto; index++) {
		struct gnic_hw_recv_wqe *wqe =
			(struct gnic_hw_recv_wqe *)bench_ptr(rq.base) + index % BENCH_ENTRIES;

		wqe->addr = cpu_to_le64(buffers + index % BENCH_ENTRIES * BENCH_BUF);
		wqe->size = cpu_to_le32(BENCH_BUF);
	}
	rq.db->index = cpu_to_le32(index);
}

static void bench_run(uint32_t size, uint32_t batch, uint32_t rounds, uint32_t flags)
{
	const struct gnic_hw_qp_stats *tx = &qp_get(&card->ports[0], 1)->stats;
	const struct gnic_hw_qp_stats *rx = &qp_get(&card->ports[1], 1)->stats;
	uint32_t posted = 0;

	for (uint32_t round = 0; round < rounds; round++) {
		bench_refill((uint32_t)rx->rx_packets + BENCH_ENTRIES);
		for (uint32_t i = 0; i < batch; i++)
			bench_post(posted++, size, i == batch - 1 ? flags | GNIC_RAW_WQE_CQE : flags);
		__atomic_store_n((uint32_t *)&sq.db->index, htole32(posted), __ATOMIC_RELEASE);
		bench_round();
		cq[0].db->index = cpu_to_le32(round + 1);
		cq[1].db->index = cpu_to_le32((uint32_t)rx->rx_packets);
	}
	CHECK(rx->rx_packets == tx->tx_packets && tx->tx_packets >= (uint64_t)batch * rounds);
	printf("%llu packets, %llu bytes\n", (unsigned long long)rx->rx_packets,
	       (unsigned long long)rx->rx_bytes);
}

int main(int argc, char **argv)
{
	uint32_t size, flags;

	if (argc < 4) {
		fprintf(stderr, "usage: %s SIZE BATCH ROUNDS [csum|rules|tso]\n", argv[0]);
		return 2;
	}
	size = (uint32_t)atoi(argv[1]);
	flags = argc > 4 ? bench_flags(argv[4]) : 0;
	CHECK(size > 54 && size <= 65535);
	bench_card();
	bench_qps();
	if (argc > 4 && !strcmp(argv[4], "rules"))
		bench_rules();
	for (uint32_t i = 0; i < 8; i++)
		bench_packet(bench_ptr(data + i * 65536ull), size);
	qp_wake(qp_get(&card->ports[0], 1));
	bench_run(size, (uint32_t)atoi(argv[2]), (uint32_t)atoi(argv[3]), flags);
	unlink(BENCH_SOCKET);
	return 0;
}
