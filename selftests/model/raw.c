// SPDX-License-Identifier: GPL-2.0-only
/*
 * The raw path of the whole device, driven without a kernel.
 *
 *	card 0 port 0 ---- card 0 port 1	card 0 port 2 ---- card 1 port 0
 *	   |  function A
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "ktap.h"
#include "rig.h"

#define LOG	6
#define BUF	2048u
#define BUFS	60u

static struct rig card0, card1;

/* A raw QP with a CQ, and buffers posted. */
struct end {
	struct rig *rig;
	struct rig_cq cq;
	struct rig_qp qp;
	uint64_t data;		/* what it sends is made here */
	uint64_t buffers;
};

static struct end a, b, c, fn, far;

static void end_fill(struct end *end)
{
	while (end->qp.rq_pi - le32_to_cpu(end->qp.rq.db->done) < BUFS)
		rig_recv_post(end->rig, &end->qp,
			      end->buffers + end->qp.rq_pi % (1u << LOG) * (uint64_t)BUF, BUF);
}

static void end_create(struct end *end, struct rig *rig, uint32_t port, uint16_t vport,
		       uint8_t side)
{
	struct gnic_hw_rss rss = { .vport = cpu_to_le16(vport), .side = side,
				   .len = cpu_to_le32(1), .types = cpu_to_le16(0xf) };
	struct gnic_hw_qp_create in;
	struct gnic_hw_id id;

	memset(end, 0, sizeof(*end));
	end->rig = rig;
	end->data = rig_alloc(rig, 1u << 18, 4096);
	end->buffers = rig_alloc(rig, BUF << LOG, 4096);
	rig_cq(rig, &end->cq, LOG + 1, 5, GNIC_VECTOR_NONE);
	rig_raw_in(rig, &end->qp, port, &end->cq, LOG, &in);
	in.vport = cpu_to_le16(vport);
	in.side = side;
	RIG_OK(rig, GNIC_CMD_QP_CREATE, &in, sizeof(in), &id, sizeof(id));
	end->qp.qpn = le32_to_cpu(id.id);
	rss.table[0] = id.id;
	for (unsigned int i = 0; i < sizeof(rss.key); i++)
		rss.key[i] = (uint8_t)(i * 37 + 11);
	RIG_OK(rig, GNIC_CMD_RSS_SET, &rss, sizeof(rss), NULL, 0);
	end_fill(end);
}

/* ---- frames ---- */

static uint16_t sum16(const uint8_t *data, size_t len, uint32_t sum)
{
	for (size_t i = 0; i < len; i++) {
		sum += i & 1 ? data[i] : data[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* A TCP packet of @size bytes to @mac, its checksums for the device to make. */
static uint8_t *make_packet(struct end *end, uint8_t mac, uint32_t size)
{
	static const uint8_t headers[54] = {
		2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 99, 8, 0,
		0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
		0x12, 0x34, 0x56, 0x78, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x18, 0xff, 0xff,
	};
	uint8_t *p = rig_ptr(end->rig, end->data);

	memcpy(p, headers, sizeof(headers));
	p[5] = mac;
	put16(p + 16, size - 14);
	put16(p + 50, sum16(p + 26, 8, 6 + size - 34));
	for (uint32_t i = sizeof(headers); i < size; i++)
		p[i] = (uint8_t)(i * 2654435761u >> 13);
	return p;
}

static struct gnic_hw_raw_wqe *post(struct end *end, uint32_t size, uint32_t flags)
{
	struct gnic_hw_raw_wqe *wqe = rig_ptr(end->rig, end->qp.sq.base +
					      (end->qp.sq_pi & end->qp.sq.mask) * 64ull);

	rig_raw_post(end->rig, &end->qp, end->data, size);
	wqe->ctrl |= cpu_to_le32(flags);
	wqe->offload = cpu_to_le32(FIELD_PREP(GNIC_RAW_WQE_CSUM_START, 34) |
				   FIELD_PREP(GNIC_RAW_WQE_CSUM_OFFSET, 16) |
				   FIELD_PREP(GNIC_RAW_WQE_HDR_LEN, 54));
	return wqe;
}

#define CSUM	(GNIC_RAW_WQE_CSUM | GNIC_RAW_WQE_CSUM_L3)

static struct gnic_hw_raw_cqe wait_cqe(struct end *end, bool send)
{
	struct gnic_hw_raw_cqe cqe;

	memcpy(&cqe, rig_cq_wait(end->rig, &end->cq), sizeof(cqe));
	CLIENT_EQ(!!(le32_to_cpu(cqe.ctrl) & GNIC_CQE_REQ), send);
	CLIENT_EQ(le32_to_cpu(cqe.ctrl) & GNIC_CQE_QPN, end->qp.qpn);
	return cqe;
}

static void sent(struct end *end)
{
	struct gnic_hw_raw_cqe cqe = wait_cqe(end, true);

	CLIENT_EQ(le32_to_cpu(cqe.ctrl) & GNIC_CQE_ERROR, 0);
	CLIENT_EQ(le32_to_cpu(cqe.wqe_index), end->qp.sq_pi - 1);
}

/* The next packet into @bytes; returns its CQE. */
static struct gnic_hw_raw_cqe receive(struct end *end, uint8_t *bytes, uint32_t *len)
{
	struct gnic_hw_raw_cqe cqe = wait_cqe(end, false);
	uint32_t index = le32_to_cpu(cqe.wqe_index), at = 0;

	CLIENT_EQ(le32_to_cpu(cqe.ctrl) & GNIC_CQE_ERROR, 0);
	*len = le32_to_cpu(cqe.size);
	for (uint32_t n = FIELD_GET(GNIC_RAW_CQE_NBUF, le32_to_cpu(cqe.flags)); n; n--, index++) {
		uint32_t part = *len - at < BUF ? *len - at : BUF;

		memcpy(bytes + at, rig_ptr(end->rig, end->buffers + index % (1u << LOG) * BUF),
		       part);
		at += part;
	}
	CLIENT_EQ(at, *len);
	end_fill(end);
	return cqe;
}

static bool empty(struct end *end)
{
	return !rig_cq_peek(end->rig, &end->cq);
}

static void assert_good(const struct gnic_hw_raw_cqe *cqe, const uint8_t *got, uint32_t len)
{
	uint32_t flags = le32_to_cpu(cqe->flags);
	uint16_t csum;

	CLIENT_CHECK(flags & GNIC_RAW_CQE_L3_OK);
	CLIENT_CHECK(flags & GNIC_RAW_CQE_L4_OK);
	CLIENT_CHECK(flags & GNIC_RAW_CQE_CSUM);
	CLIENT_EQ(FIELD_GET(GNIC_RAW_CQE_HASH, flags), GNIC_CQE_HASH_L4);
	CLIENT_EQ(FIELD_GET(GNIC_RAW_CQE_HDR_LEN, flags), 54);
	CLIENT_EQ(sum16(got + 34, len - 34, sum16(got + 26, 8, 6 + len - 34)), 0xffff);
	memcpy(&csum, &cqe->csum, 2);
	CLIENT_EQ(ntohs(csum), sum16(got + 14, len - 14, 0));
}

/* ---- tests ---- */

static void across(struct end *from, struct end *to, uint32_t size)
{
	const uint8_t *p = make_packet(from, 1, size);
	static uint8_t got[1 << 16];
	struct gnic_hw_raw_cqe cqe;
	uint32_t len;

	post(from, size, CSUM);
	rig_ring_sq(from->rig, &from->qp);
	cqe = receive(to, got, &len);
	CLIENT_EQ(len, size);
	CLIENT_CHECK(!memcmp(got, p, 24) && !memcmp(got + 26, p + 26, 24));
	CLIENT_CHECK(!memcmp(got + 52, p + 52, size - 52));
	assert_good(&cqe, got, len);
	sent(from);
}

static void between_ports(void)
{
	for (uint32_t size = 60; size < 9000; size += 97) {
		across(&a, &b, size);
		across(&b, &a, size);
	}
}

static void between_cards(void)
{
	for (uint32_t size = 60; size < 9000; size += 501) {
		across(&c, &far, size);
		across(&far, &c, size);
	}
}

/* A QP at the host side of port 0 that sends only, from a ring at @base. */
static void sender_create(struct end *end, struct rig *rig, uint64_t base)
{
	struct gnic_hw_qp_create in;
	struct gnic_hw_id id;

	memset(end, 0, sizeof(*end));
	end->rig = rig;
	end->data = rig_alloc(rig, 1u << 18, 4096);
	rig_cq(rig, &end->cq, LOG + 1, 5, GNIC_VECTOR_NONE);
	rig_raw_in(rig, &end->qp, 0, &end->cq, LOG, &in);
	in.sq_base = cpu_to_le64(base);
	RIG_OK(rig, GNIC_CMD_QP_CREATE, &in, sizeof(in), &id, sizeof(id));
	end->qp.qpn = le32_to_cpu(id.id);
}

/* WQEs are written by BAR 4; what is in host memory instead nobody reads. */
static void ring_in_device_memory(void)
{
	struct gnic_hw_raw_wqe *ring, *wqe;
	static uint8_t got[1 << 16];
	static struct end d;
	struct gnic_hw_raw_cqe cqe;
	uint32_t index, len;
	const uint8_t *p;

	sender_create(&d, &card0, GNIC_ADDR_HBM_BASE + (1 << 20));
	ring = (void *)(client_map_bar(&card0.c, GNIC_BAR_HBM) + (1 << 20));
	for (uint32_t size = 60; size < 9000; size += 97) {
		p = make_packet(&d, 1, size);
		index = d.qp.sq_pi & d.qp.sq.mask;
		wqe = post(&d, size, CSUM);
		ring[index] = *wqe;
		memset(wqe, 0xff, sizeof(*wqe));
		rig_ring_sq(d.rig, &d.qp);
		cqe = receive(&b, got, &len);
		CLIENT_EQ(len, size);
		CLIENT_CHECK(!memcmp(got + 52, p + 52, size - 52));
		assert_good(&cqe, got, len);
		sent(&d);
	}
	CLIENT_CHECK(d.qp.sq_pi > d.qp.sq.mask);
}

static void vlan(void)
{
	static uint8_t got[1 << 16];
	struct gnic_hw_raw_cqe cqe;
	uint32_t len;

	make_packet(&a, 1, 300);
	post(&a, 300, CSUM | GNIC_RAW_WQE_VLAN)->vlan_tci = cpu_to_le16(0x6123);
	rig_ring_sq(a.rig, &a.qp);
	cqe = receive(&b, got, &len);
	CLIENT_EQ(len, 300);
	CLIENT_CHECK(le32_to_cpu(cqe.flags) & GNIC_RAW_CQE_VLAN);
	CLIENT_EQ(le16_to_cpu(cqe.vlan_tci), 0x6123);
	assert_good(&cqe, got, len);
	sent(&a);
}

static void segmentation(void)
{
	const uint32_t size = 54 + 40000, mss = 1448;
	const uint8_t *p = make_packet(&a, 1, size);
	static uint8_t got[1 << 16];
	uint32_t len, at = 0, n = 0;

	post(&a, size, GNIC_RAW_WQE_TSO)->mss = cpu_to_le16(mss);
	rig_ring_sq(a.rig, &a.qp);
	while (at < 40000) {
		struct gnic_hw_raw_cqe cqe = receive(&b, got, &len);

		assert_good(&cqe, got, len);
		CLIENT_EQ(got[41], (uint8_t)(at + 1));
		CLIENT_EQ(got[47], at + len - 54 == 40000 ? 0x18 : 0x10);
		CLIENT_CHECK(!memcmp(got + 54, p + 54 + at, len - 54));
		at += len - 54;
		n++;
	}
	CLIENT_EQ(n, (40000 + mss - 1) / mss);
	sent(&a);
}

static void bursts(void)
{
	static uint8_t got[1 << 16];
	uint32_t len;

	make_packet(&a, 1, 1000);
	for (unsigned int round = 0; round < 300; round++) {
		for (unsigned int i = 0; i < 30; i++)
			post(&a, 1000, CSUM);
		rig_ring_sq(a.rig, &a.qp);
		for (unsigned int i = 0; i < 30; i++)
			receive(&b, got, &len);
		for (unsigned int i = 0; i < 30; i++)
			wait_cqe(&a, true);
	}
	CLIENT_EQ(le32_to_cpu(a.qp.sq.db->done), a.qp.sq_pi);
}

/* Posts a packet, and says when it left. */
static struct gnic_hw_raw_wqe *post_stamped(uint32_t size, uint32_t flags)
{
	struct gnic_hw_raw_wqe *wqe = post(&a, size, flags);

	wqe->offload |= cpu_to_le32(GNIC_RAW_WQE_TSTAMP);
	return wqe;
}

static uint32_t left(void)
{
	struct gnic_hw_raw_cqe cqe = wait_cqe(&a, true);

	CLIENT_CHECK(le32_to_cpu(cqe.flags) & GNIC_RAW_CQE_SENT);
	return le32_to_cpu(cqe.tstamp);
}

#define LAUNCH_NS	30000000

static void launch_time(void)
{
	static uint8_t got[1 << 16];
	uint32_t len, now, first, second;

	make_packet(&a, 1, 100);
	post_stamped(100, CSUM);
	rig_ring_sq(a.rig, &a.qp);
	receive(&b, got, &len);
	now = left();
	/* one that has to wait, and one behind it that would not */
	post_stamped(200, CSUM | GNIC_RAW_WQE_LAUNCH)->seg[0].rsvd = cpu_to_le32(now + LAUNCH_NS);
	post_stamped(300, CSUM);
	rig_ring_sq(a.rig, &a.qp);
	receive(&b, got, &len);
	CLIENT_EQ(len, 200);
	receive(&b, got, &len);
	CLIENT_EQ(len, 300);
	first = left();
	second = left();
	CLIENT_CHECK(first - now >= LAUNCH_NS && first - now < GNIC_LAUNCH_AHEAD_NS);
	CLIENT_CHECK(second - first < GNIC_LAUNCH_AHEAD_NS);
	/* what is late, however late, does not wait */
	post_stamped(100, CSUM | GNIC_RAW_WQE_LAUNCH)->seg[0].rsvd = cpu_to_le32(second - 1);
	post_stamped(100, CSUM | GNIC_RAW_WQE_LAUNCH)->seg[0].rsvd =
		cpu_to_le32(second - GNIC_LAUNCH_AHEAD_NS / 2);
	rig_ring_sq(a.rig, &a.qp);
	first = left();
	CLIENT_CHECK(left() - second < GNIC_LAUNCH_AHEAD_NS / 2);
	receive(&b, got, &len);
	receive(&b, got, &len);
}

static struct gnic_hw_qp_stats qp_stats(const struct end *end)
{
	const struct gnic_hw_qp_id in = { .qpn = cpu_to_le32(end->qp.qpn),
					  .port = cpu_to_le32(end->qp.port) };
	struct gnic_hw_qp_stats out;

	RIG_OK(end->rig, GNIC_CMD_QP_STATS, &in, sizeof(in), &out, sizeof(out));
	return out;
}

static struct gnic_hw_vport_stats vport_stats(struct rig *rig, uint32_t vport)
{
	const struct gnic_hw_id in = { .id = cpu_to_le32(vport) };
	struct gnic_hw_vport_stats out;

	RIG_OK(rig, GNIC_CMD_VPORT_STATS, &in, sizeof(in), &out, sizeof(out));
	return out;
}

static void counters(void)
{
	struct gnic_hw_qp_stats from = qp_stats(&a), to = qp_stats(&b);
	struct gnic_hw_vport_stats in = vport_stats(&card0, 0), out = vport_stats(&card0, 1);

	CLIENT_CHECK(from.tx_packets > 9000);
	CLIENT_EQ(from.tx_packets, to.rx_packets);
	CLIENT_EQ(from.rx_packets, to.tx_packets);
	CLIENT_EQ(in.from_host_packets, from.tx_packets);
	CLIENT_EQ(in.from_host_bytes, from.tx_bytes);
	CLIENT_EQ(out.from_function_packets, from.tx_packets);
	CLIENT_EQ(out.to_host_packets, to.rx_packets);
	CLIENT_EQ(from.errors + to.errors + to.no_buffer + out.dropped, 0);
	CLIENT_EQ(le32_to_cpu(from.sq_done), a.qp.sq_pi);
}

static uint32_t function;

static uint32_t rule_add(uint16_t vport, uint8_t action, uint32_t target)
{
	struct gnic_hw_flow_add in = { .action = action, .target = cpu_to_le32(target),
				       .flags = GNIC_FLOW_SET_MARK, .mark = cpu_to_le32(0x4711) };
	struct gnic_hw_id id;

	in.key.vport = cpu_to_le16(vport);
	in.mask.vport = cpu_to_le16(0xffff);
	in.key.l4_dst = htons(0x5678);
	in.mask.l4_dst = 0xffff;
	RIG_OK(&card0, GNIC_CMD_FLOW_ADD, &in, sizeof(in), &id, sizeof(id));
	return le32_to_cpu(id.id);
}

static void function_by_address(void)
{
	static uint8_t got[1 << 16];
	uint32_t len;

	make_packet(&b, 0xaa, 200);
	post(&b, 200, CSUM);
	rig_ring_sq(b.rig, &b.qp);
	receive(&fn, got, &len);
	CLIENT_EQ(len, 200);
	sent(&b);
	CLIENT_CHECK(empty(&a));
	CLIENT_EQ(vport_stats(&card0, function).to_function_packets, 1);
}

/* What the function sends is its representor's; a rule sends it to the wire. */
static void function_to_the_wire(void)
{
	static uint8_t got[1 << 16];
	uint32_t len, rule;

	make_packet(&fn, 1, 200);
	post(&fn, 200, CSUM);
	rig_ring_sq(fn.rig, &fn.qp);
	sent(&fn);
	CLIENT_CHECK(empty(&b));
	CLIENT_EQ(vport_stats(&card0, function).dropped, 1);
	rule = rule_add((uint16_t)function, GNIC_FLOW_VPORT, 0);
	post(&fn, 200, CSUM);
	rig_ring_sq(fn.rig, &fn.qp);
	receive(&b, got, &len);
	sent(&fn);
	CLIENT_EQ(rig_cmd_id(&card0, GNIC_CMD_FLOW_DEL, rule), GNIC_STATUS_OK);
}

static void rule_with_mark(void)
{
	const uint32_t rule = rule_add(1, GNIC_FLOW_HOST, 0);
	const struct gnic_hw_id in = { .id = cpu_to_le32(rule) };
	struct gnic_hw_flow_stats out;
	static uint8_t got[1 << 16];
	struct gnic_hw_raw_cqe cqe;
	uint32_t len;

	make_packet(&a, 1, 200);
	post(&a, 200, CSUM);
	rig_ring_sq(a.rig, &a.qp);
	cqe = receive(&b, got, &len);
	CLIENT_CHECK(le32_to_cpu(cqe.flags) & GNIC_RAW_CQE_MARK);
	CLIENT_EQ(le32_to_cpu(cqe.mark), 0x4711);
	sent(&a);
	RIG_OK(&card0, GNIC_CMD_FLOW_STATS, &in, sizeof(in), &out, sizeof(out));
	CLIENT_EQ(le64_to_cpu(out.packets), 1);
	CLIENT_EQ(le64_to_cpu(out.bytes), 200);
	CLIENT_EQ(rig_cmd_id(&card0, GNIC_CMD_FLOW_DEL, rule), GNIC_STATUS_OK);
}

/* Both uplinks send back what comes: the frame must not go round for ever. */
static void hairpin(void)
{
	uint32_t one = rule_add(0, GNIC_FLOW_VPORT, 0), two = rule_add(1, GNIC_FLOW_VPORT, 1);

	make_packet(&a, 1, 200);
	post(&a, 200, CSUM);
	rig_ring_sq(a.rig, &a.qp);
	sent(&a);
	CLIENT_CHECK(empty(&a) && empty(&b));
	CLIENT_EQ(rig_cmd_id(&card0, GNIC_CMD_FLOW_DEL, one), GNIC_STATUS_OK);
	CLIENT_EQ(rig_cmd_id(&card0, GNIC_CMD_FLOW_DEL, two), GNIC_STATUS_OK);
	across(&a, &b, 200);
}

/* A port that sends to itself, with a rule that sends it again. */
static void loopback_hairpin(void)
{
	struct gnic_hw_port_set set = { .valid = cpu_to_le32(GNIC_PORT_SET_LOOPBACK),
					.loopback = 1 };
	uint32_t rule = rule_add(0, GNIC_FLOW_VPORT, 0);

	rig_port_set(&card0, &set);
	make_packet(&a, 1, 200);
	post(&a, 200, CSUM);
	rig_ring_sq(a.rig, &a.qp);
	sent(&a);
	CLIENT_EQ(rig_cmd_id(&card0, GNIC_CMD_FLOW_DEL, rule), GNIC_STATUS_OK);
	across(&a, &a, 200);
	set.loopback = 0;
	rig_port_set(&card0, &set);
	across(&a, &b, 200);
}

static void no_buffers(void)
{
	static uint8_t got[1 << 16];
	uint64_t before = qp_stats(&b).no_buffer;
	uint32_t len;

	make_packet(&a, 1, 100);
	for (unsigned int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < 40; i++)
			post(&a, 100, CSUM);
		rig_ring_sq(a.rig, &a.qp);
		for (unsigned int i = 0; i < 40; i++)
			wait_cqe(&a, true);
	}
	CLIENT_EQ(qp_stats(&b).no_buffer - before, 80 - BUFS);
	CLIENT_EQ(vport_stats(&card0, 1).dropped, 80 - BUFS);
	CLIENT_EQ(vport_stats(&card0, 1).missed, 80 - BUFS);
	for (unsigned int i = 0; i < BUFS; i++)
		receive(&b, got, &len);
	across(&a, &b, 100);
}

/* The last one: the QP is of no use any more. */
static void bad_wqe(void)
{
	struct gnic_hw_raw_cqe cqe;

	post(&a, 100, 0)->seg[0].addr = cpu_to_le64(0x1000);
	post(&a, 100, 0);
	rig_ring_sq(a.rig, &a.qp);
	cqe = wait_cqe(&a, true);
	CLIENT_CHECK(le32_to_cpu(cqe.ctrl) & GNIC_CQE_ERROR);
	CLIENT_EQ(le32_to_cpu(cqe.size), GNIC_SYND_LOCAL_ACCESS);
	rig_sleep_ms(20);
	CLIENT_CHECK(empty(&a) && empty(&b));
	CLIENT_EQ(le32_to_cpu(qp_stats(&a).syndrome), GNIC_SYND_LOCAL_ACCESS);
	/* the rest of the device is well */
	across(&c, &far, 500);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "packets between two ports", between_ports },
	{ "packets between two cards", between_cards },
	{ "VLAN inserted and stripped", vlan },
	{ "TCP segmentation", segmentation },
	{ "bursts", bursts },
	{ "launch time", launch_time },
	{ "every packet is counted", counters },
	{ "send ring in device memory", ring_in_device_memory },
	{ "function by its address", function_by_address },
	{ "function to the wire by a rule", function_to_the_wire },
	{ "rule that marks", rule_with_mark },
	{ "hairpin on both ends of a wire ends", hairpin },
	{ "hairpin on a port in loopback ends", loopback_hairpin },
	{ "no buffers: dropped, counted, and on it goes", no_buffers },
	{ "bad WQE fails its QP alone", bad_wqe },
};

#define TESTS	(sizeof(tests) / sizeof(tests[0]))

static void function_create(void)
{
	const struct gnic_hw_vport_create in = { .port = 0 };
	struct gnic_hw_vport_set set = { .enable = 1, .mac = { 2, 0, 0, 0, 0, 0xaa } };
	struct gnic_hw_id id;

	RIG_OK(&card0, GNIC_CMD_VPORT_CREATE, &in, sizeof(in), &id, sizeof(id));
	function = le32_to_cpu(id.id);
	set.vport = cpu_to_le16((uint16_t)function);
	RIG_OK(&card0, GNIC_CMD_VPORT_SET, &set, sizeof(set), NULL, 0);
}

static void port_up(struct rig *rig, uint32_t port)
{
	const struct gnic_hw_port_set set = {
		.port = cpu_to_le32(port), .admin = 1, .mtu = cpu_to_le32(9000),
		.valid = cpu_to_le32(GNIC_PORT_SET_ADMIN | GNIC_PORT_SET_MTU),
	};

	rig_port_set(rig, &set);
	rig_promisc(rig, port);
}

static void setup(void)
{
	static const char *const args[] = {
		"--cards", "2", "--ports", "3", "--topology", "0.0-0.1,0.2-1.0", NULL,
	};

	rig_open(&card0, args);
	rig_open_card(&card1, &card0, 1);
	for (uint32_t port = 0; port < 3; port++)
		port_up(&card0, port);
	port_up(&card1, 0);
	function_create();
	end_create(&a, &card0, 0, 0, GNIC_SIDE_HOST);
	end_create(&b, &card0, 1, 1, GNIC_SIDE_HOST);
	end_create(&c, &card0, 2, 2, GNIC_SIDE_HOST);
	end_create(&fn, &card0, 0, (uint16_t)function, GNIC_SIDE_FUNCTION);
	end_create(&far, &card1, 0, 0, GNIC_SIDE_HOST);
}

int main(void)
{
	ktap_header();
	ktap_plan(TESTS);
	setup();
	for (size_t i = 0; i < TESTS; i++) {
		tests[i].run();
		ktap_ok(true, tests[i].name);
	}
	rig_close(&card1);
	rig_close(&card0);
	return ktap_exit();
}
