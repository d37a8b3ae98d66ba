// SPDX-License-Identifier: GPL-2.0-only
/*
 * blk_esw.c and its files: who gets a frame.
 *
 *	port 0: uplink 0, functions A and B behind it      port 1: uplink 1
 */
#include <arpa/inet.h>

#include "blk_cmd.h"
#include "fake.h"
#include "roce.h"

#define QPS	8u

static struct card card;
static struct qp qps[2][QPS];
static uint32_t fn_a, fn_b;

/* Where the last frame went; exactly one of them, or nowhere. */
static struct {
	struct qp *qp;
	struct port *wire;
	struct vport *rc;
	uint32_t hash, mark, len;
	uint8_t hash_type;
	bool marked;
	uint8_t bytes[9000];
} got;
static bool receiver_full;

bool rxe_receive(struct qp *qp, struct frame *frame, uint32_t hash, uint8_t hash_type,
		 const uint32_t *mark)
{
	if (receiver_full)
		return false;
	assert_null(frame->rc);
	assert_true(frame->is_parsed);
	got.qp = qp;
	got.hash = hash;
	got.hash_type = hash_type;
	got.marked = mark;
	got.mark = mark ? *mark : 0;
	got.len = frame_copy(frame, 0, got.bytes, sizeof(got.bytes));
	return true;
}

void mac_send(struct port *port, struct frame *frame)
{
	got.wire = port;
	got.len = frame->len;
}

void rc_receive(struct vport *vport, struct frame *frame)
{
	(void)frame;
	got.rc = vport;
}

struct qp *qp_get(struct port *port, uint32_t qpn)
{
	return qpn && qpn < QPS ? &qps[port->index][qpn] : NULL;
}

void cmd_put_stats(void *out, const void *in, size_t len)
{
	memcpy(out, in, len);
}

/* ---- the card ---- */

static void qp_at(unsigned int port, uint32_t qpn, uint32_t vport, uint8_t side)
{
	struct qp *qp = &qps[port][qpn];

	*qp = (struct qp){ .card = &card, .port = &card.ports[port], .qpn = qpn, .side = side,
			   .type = GNIC_QP_RAW, .vport = esw_vport(&card, vport) };
	qp->rq.present = true;
}

static uint32_t function_create(unsigned int port)
{
	struct gnic_hw_vport_create in = { .port = (uint8_t)port };
	struct gnic_hw_id out;

	assert_int_equal(esw_cmd_vport_create(&card, &in, &out), GNIC_STATUS_OK);
	return le32_to_cpu(out.id);
}

static enum gnic_hw_status function_set(uint32_t id, uint8_t enable, uint8_t mac)
{
	struct gnic_hw_vport_set in = {
		.vport = cpu_to_le16((uint16_t)id), .enable = enable, .mac = { 2, 0, 0, 0, 0, mac },
	};

	return esw_cmd_vport_set(&card, &in);
}

static struct gnic_hw_rss rss_of(uint32_t vport, uint8_t side, uint8_t context, uint32_t len,
				 uint32_t qpn)
{
	struct gnic_hw_rss in = {
		.vport = cpu_to_le16((uint16_t)vport), .side = side, .context = context,
		.len = cpu_to_le32(len), .types = cpu_to_le16(0xf),
	};

	for (uint32_t i = 0; i < GNIC_RSS_TABLE_LEN; i++)
		in.table[i] = cpu_to_le32(qpn);
	for (unsigned int i = 0; i < sizeof(in.key); i++)
		in.key[i] = (uint8_t)(i * 37 + 11);
	return in;
}

static void rss_set(uint32_t vport, uint8_t side, uint8_t context, uint32_t qpn)
{
	struct gnic_hw_rss in = rss_of(vport, side, context, 1, qpn);

	assert_int_equal(esw_cmd_rss_set(&card, &in), GNIC_STATUS_OK);
}

/* QP 1: uplink; 2, 3: representors; 4, 5: functions; 6: uplink, context 3. */
static int setup(void **state)
{
	(void)state;
	memset(&card, 0, sizeof(card));
	memset(&got, 0, sizeof(got));
	receiver_full = false;
	fake_now = 0;
	card.config.ports = 2;
	for (unsigned int i = 0; i < 2; i++) {
		card.ports[i].card = &card;
		card.ports[i].index = i;
	}
	assert_non_null(esw_create(&card));
	fn_a = function_create(0);
	fn_b = function_create(0);
	assert_int_equal(function_set(fn_a, 1, 0xaa), GNIC_STATUS_OK);
	assert_int_equal(function_set(fn_b, 1, 0xbb), GNIC_STATUS_OK);
	qp_at(0, 1, 0, GNIC_SIDE_HOST);
	qp_at(0, 2, fn_a, GNIC_SIDE_HOST);
	qp_at(0, 3, fn_b, GNIC_SIDE_HOST);
	qp_at(0, 4, fn_a, GNIC_SIDE_FUNCTION);
	qp_at(0, 5, fn_b, GNIC_SIDE_FUNCTION);
	qp_at(0, 6, 0, GNIC_SIDE_HOST);
	qp_at(0, 7, 0, GNIC_SIDE_HOST);
	qp_at(1, 1, 1, GNIC_SIDE_HOST);
	rss_set(0, GNIC_SIDE_HOST, 0, 1);
	rss_set(0, GNIC_SIDE_HOST, 3, 6);
	rss_set(fn_a, GNIC_SIDE_HOST, 0, 2);
	rss_set(fn_b, GNIC_SIDE_HOST, 0, 3);
	rss_set(fn_a, GNIC_SIDE_FUNCTION, 0, 4);
	rss_set(fn_b, GNIC_SIDE_FUNCTION, 0, 5);
	rss_set(1, GNIC_SIDE_HOST, 0, 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	esw_destroy(&card);
	return 0;
}

/* ---- frames ---- */

static uint8_t bytes[2048];

static struct frame frame_to(const uint8_t *dmac)
{
	struct fake_frame what = { .udp = true, .payload = 100 };
	struct frame frame = { .hdr = bytes };

	frame.len = fake_build(bytes, &what);
	frame.hdr_len = frame.len;
	memcpy(bytes, dmac, 6);
	memset(&got, 0, sizeof(got));
	return frame;
}

#define MAC(last)	((const uint8_t[]){ 2, 0, 0, 0, 0, last })
#define BROADCAST	((const uint8_t[]){ 255, 255, 255, 255, 255, 255 })
#define MULTICAST	((const uint8_t[]){ 0x33, 0x33, 0, 0, 0, 1 })
#define OWN		MAC(0x01)
#define STRANGER	MAC(0x77)

static void into_function_side(uint32_t vport, const uint8_t *dmac)
{
	struct frame frame = frame_to(dmac);

	esw_from_function(esw_vport(&card, vport), &frame);
}

static void into_host_side(uint32_t vport)
{
	struct frame frame = frame_to(STRANGER);

	esw_from_host(esw_vport(&card, vport), &frame);
}

static void assert_qp(uint32_t qpn)
{
	assert_ptr_equal(got.qp, &qps[0][qpn]);
	assert_null(got.wire);
	assert_null(got.rc);
}

static void assert_wire(unsigned int port)
{
	assert_ptr_equal(got.wire, &card.ports[port]);
	assert_null(got.qp);
}

static void assert_nowhere(void)
{
	assert_null(got.wire);
	assert_null(got.qp);
	assert_null(got.rc);
}

static struct gnic_hw_vport_stats stats(uint32_t vport)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(vport) };
	struct gnic_hw_vport_stats out;

	assert_int_equal(esw_cmd_vport_stats(&card, &in, &out), GNIC_STATUS_OK);
	return out;
}

static enum gnic_hw_status filter(uint32_t vport, uint16_t flags, uint32_t count)
{
	struct gnic_hw_filter in = {
		.vport = cpu_to_le16((uint16_t)vport), .flags = cpu_to_le16(flags),
		.count = cpu_to_le32(count),
	};

	for (uint32_t i = 0; i < count && i < GNIC_FILTER_MACS_MAX; i++)
		memcpy(in.mac[i], i ? MULTICAST : OWN, 6);
	return esw_cmd_filter_set(&card, &in);
}

/* ---- without rules ---- */

static void host_side_leaves_at_the_function_side(void **state)
{
	(void)state;
	into_host_side(0);
	assert_wire(0);
	into_host_side(1);
	assert_wire(1);
	into_host_side(fn_a);
	assert_qp(4);
	into_host_side(fn_b);
	assert_qp(5);
	assert_int_equal(stats(fn_a).from_host_packets, 1);
	assert_int_equal(stats(fn_a).to_function_packets, 1);
	assert_int_equal(stats(fn_a).to_function_bytes, got.len);
}

static void function_sends_to_its_representor(void **state)
{
	(void)state;
	into_function_side(fn_a, MAC(0xbb));
	assert_qp(2);
	assert_int_equal(stats(fn_a).from_function_packets, 1);
	assert_int_equal(stats(fn_a).to_host_packets, 1);
	assert_int_equal(stats(fn_a).to_host_bytes, got.len);
}

static void wire_to_functions(void **state)
{
	(void)state;
	into_function_side(0, MAC(0xaa));
	assert_qp(4);
	into_function_side(0, MAC(0xbb));
	assert_qp(5);
	assert_int_equal(stats(0).from_function_packets, 2);
	assert_int_equal(stats(0).to_host_packets, 0);
	/* the address of a function of another uplink */
	into_function_side(1, MAC(0xaa));
	assert_nowhere();
}

static void receive_filter(void **state)
{
	(void)state;
	into_function_side(0, OWN);
	assert_nowhere();
	assert_int_equal(card.ports[0].stats.rx.dropped, 1);
	into_function_side(0, BROADCAST);
	assert_qp(1);
	assert_int_equal(filter(0, 0, 1), GNIC_STATUS_OK);
	into_function_side(0, OWN);
	assert_qp(1);
	into_function_side(0, STRANGER);
	assert_nowhere();
	into_function_side(0, MULTICAST);
	assert_nowhere();
	assert_int_equal(filter(0, 0, 2), GNIC_STATUS_OK);
	into_function_side(0, MULTICAST);
	assert_qp(1);
	assert_int_equal(filter(0, GNIC_FILTER_ALLMULTI, 0), GNIC_STATUS_OK);
	into_function_side(0, MULTICAST);
	assert_qp(1);
	into_function_side(0, OWN);
	assert_nowhere();
	assert_int_equal(filter(0, GNIC_FILTER_PROMISC, 0), GNIC_STATUS_OK);
	into_function_side(0, STRANGER);
	assert_qp(1);
	/* not even then: it is a function's */
	into_function_side(0, MAC(0xaa));
	assert_qp(4);
}

static void disabled_function(void **state)
{
	(void)state;
	assert_int_equal(filter(0, GNIC_FILTER_PROMISC, 0), GNIC_STATUS_OK);
	assert_int_equal(function_set(fn_a, 0, 0xaa), GNIC_STATUS_OK);
	into_function_side(0, MAC(0xaa));
	assert_qp(1);
	into_host_side(fn_a);
	assert_nowhere();
	into_function_side(fn_a, STRANGER);
	assert_nowhere();
	assert_int_equal(stats(fn_a).dropped, 2);
	assert_int_equal(stats(fn_a).from_function_packets, 0);
	assert_int_equal(function_set(fn_a, 1, 0xcc), GNIC_STATUS_OK);
	into_function_side(0, MAC(0xcc));
	assert_qp(4);
	into_function_side(0, MAC(0xaa));
	assert_qp(1);
}

static void receiver_drops(void **state)
{
	(void)state;
	receiver_full = true;
	into_function_side(fn_a, STRANGER);
	into_host_side(fn_a);
	assert_int_equal(stats(fn_a).dropped, 2);
	assert_int_equal(stats(fn_a).to_host_packets, 0);
	assert_int_equal(stats(fn_a).to_function_packets, 0);
}

static void too_short(void **state)
{
	struct frame frame = frame_to(OWN);

	(void)state;
	frame.hdr_len = frame.len = 13;
	esw_from_function(esw_vport(&card, 0), &frame);
	esw_from_host(esw_vport(&card, 0), &frame);
	assert_nowhere();
	assert_int_equal(stats(0).dropped, 2);
}

/* ---- RoCE ---- */

static void roce_frame(struct frame *frame, struct rc_packet *rc, struct roce_path *path,
		       uint8_t mac)
{
	*path = (struct roce_path){ .ip_version = 4, .hop_limit = 64, .udp_sport = 0xc000,
				    .dst_mac = { 2, 0, 0, 0, 0, mac }, .src_ip = { 10, 0, 0, 1 },
				    .dst_ip = { 10, 0, 0, 2 } };
	*rc = (struct rc_packet){ .path = path, .opcode = ROCE_ACK, .dst_qp = 9 };
	*frame = (struct frame){ .rc = rc, .len = roce_frame_len(rc) };
	memset(&got, 0, sizeof(got));
}

static void roce_to_a_function(void **state)
{
	struct roce_path path;
	struct rc_packet rc;
	struct frame frame, flat;

	(void)state;
	roce_frame(&frame, &rc, &path, 0xaa);
	/* a function without RC QPs: soft-RoCE, perhaps, so the bytes are made */
	esw_from_function(esw_vport(&card, 0), &frame);
	assert_qp(4);
	assert_int_equal(got.len, roce_frame_len(&rc));
	assert_int_equal(frame_flatten(&frame, bytes, sizeof(bytes)), got.len);
	assert_memory_equal(got.bytes, bytes, got.len);

	esw_vport(&card, fn_a)->rc_users = 1;
	flat = (struct frame){ .hdr = bytes, .hdr_len = got.len, .len = got.len };
	roce_frame(&frame, &rc, &path, 0xaa);
	esw_from_function(esw_vport(&card, 0), &frame);
	assert_ptr_equal(got.rc, esw_vport(&card, fn_a));
	assert_null(got.qp);
	memset(&got, 0, sizeof(got));
	esw_from_function(esw_vport(&card, 0), &flat);
	assert_ptr_equal(got.rc, esw_vport(&card, fn_a));
	/* what is not RoCE goes where it went before */
	into_function_side(0, MAC(0xaa));
	assert_qp(4);
	assert_int_equal(stats(fn_a).to_function_packets, 4);
}

static void roce_to_the_netdev(void **state)
{
	struct roce_path path;
	struct rc_packet rc;
	struct frame frame;

	(void)state;
	assert_int_equal(filter(0, GNIC_FILTER_PROMISC, 0), GNIC_STATUS_OK);
	roce_frame(&frame, &rc, &path, 0x77);
	esw_from_function(esw_vport(&card, 0), &frame);
	assert_qp(1);
	assert_int_equal(got.hash_type, GNIC_CQE_HASH_L4);
}

/* ---- rules ---- */

static struct gnic_hw_flow_add rule_for(uint32_t vport, uint8_t action, uint32_t target)
{
	struct gnic_hw_flow_add in = { .action = action, .target = cpu_to_le32(target) };

	in.key.vport = cpu_to_le16((uint16_t)vport);
	in.mask.vport = cpu_to_le16(0xffff);
	return in;
}

static enum gnic_hw_status rule_add(const struct gnic_hw_flow_add *in, uint32_t *id)
{
	struct gnic_hw_id out = { 0 };
	enum gnic_hw_status status = esw_cmd_flow_add(&card, in, &out);

	if (id)
		*id = le32_to_cpu(out.id);
	return status;
}

static enum gnic_hw_status rule_del(uint32_t id)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(id) };

	return esw_cmd_flow_del(&card, &in);
}

static void actions(void **state)
{
	static const struct {
		uint8_t action;
		uint32_t target, qpn;
		int wire;
	} cases[] = {
		{ GNIC_FLOW_DROP, 0, 0, -1 },
		{ GNIC_FLOW_VPORT, 0x100, 4, -1 },
		{ GNIC_FLOW_VPORT, 1, 0, 1 },
		{ GNIC_FLOW_VPORT, 0, 0, 0 },
		{ GNIC_FLOW_QP, 7, 7, -1 },
		{ GNIC_FLOW_QP, 4, 4, -1 },
		{ GNIC_FLOW_RSS, 3, 6, -1 },
		{ GNIC_FLOW_RSS, 4, 0, -1 },
		{ GNIC_FLOW_HOST, 0, 1, -1 },
	};
	uint32_t id;

	(void)state;
	assert_int_equal(fn_a, 0x100);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gnic_hw_flow_add in = rule_for(0, cases[i].action, cases[i].target);

		in.flags = GNIC_FLOW_SET_MARK;
		in.mark = cpu_to_le32(0x1000 + (uint32_t)i);
		assert_int_equal(rule_add(&in, &id), GNIC_STATUS_OK);
		into_function_side(0, BROADCAST);
		if (cases[i].wire >= 0)
			assert_wire((unsigned int)cases[i].wire);
		else if (cases[i].qpn)
			assert_qp(cases[i].qpn);
		else
			assert_nowhere();
		if (cases[i].qpn && cases[i].action != GNIC_FLOW_VPORT)
			assert_int_equal(got.mark, 0x1000 + i);
		/* other vports are not meant */
		into_function_side(fn_b, STRANGER);
		assert_qp(3);
		assert_false(got.marked);
		assert_int_equal(rule_del(id), GNIC_STATUS_OK);
	}
	assert_int_equal(stats(0).dropped, 2);
	assert_int_equal(stats(0).to_host_packets, 1);
	assert_int_equal(stats(fn_a).to_function_packets, 1);
	assert_int_equal(rule_del(id), GNIC_STATUS_NOT_FOUND);
}

static void rule_of_a_function(void **state)
{
	struct gnic_hw_flow_add in = rule_for(fn_a, GNIC_FLOW_VPORT, fn_b);

	(void)state;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_OK);
	into_function_side(fn_a, STRANGER);
	assert_qp(5);
	assert_int_equal(stats(fn_a).from_function_packets, 1);
	assert_int_equal(stats(fn_b).to_function_packets, 1);
}

static void priorities(void **state)
{
	struct gnic_hw_flow_add low = rule_for(0, GNIC_FLOW_DROP, 0);
	struct gnic_hw_flow_add high = rule_for(0, GNIC_FLOW_QP, 7);
	uint32_t id;

	(void)state;
	low.priority = cpu_to_le32(10);
	high.priority = cpu_to_le32(2);
	high.key.l4_dst = htons(0x5678);
	high.mask.l4_dst = 0xffff;
	assert_int_equal(rule_add(&low, NULL), GNIC_STATUS_OK);
	assert_int_equal(rule_add(&high, &id), GNIC_STATUS_OK);
	assert_int_equal(rule_add(&high, NULL), GNIC_STATUS_EXISTS);
	into_function_side(0, BROADCAST);
	assert_qp(7);
	assert_int_equal(rule_del(id), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_nowhere();
}

static void rule_counters(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_QP, 7);
	struct gnic_hw_id id = { 0 };
	struct gnic_hw_flow_stats out;
	uint32_t number;

	(void)state;
	fake_now = 1000000;
	assert_int_equal(rule_add(&in, &number), GNIC_STATUS_OK);
	id.id = cpu_to_le32(number);
	fake_now = 3000000;
	assert_int_equal(esw_cmd_flow_stats(&card, &id, &out), GNIC_STATUS_OK);
	assert_int_equal(le64_to_cpu(out.age_us), 2000);
	into_function_side(0, BROADCAST);
	into_function_side(0, BROADCAST);
	fake_now = 3005000;
	assert_int_equal(esw_cmd_flow_stats(&card, &id, &out), GNIC_STATUS_OK);
	assert_int_equal(le64_to_cpu(out.packets), 2);
	assert_int_equal(le64_to_cpu(out.bytes), 2 * got.len);
	assert_int_equal(le64_to_cpu(out.age_us), 5);
	id.id = cpu_to_le32(number + 1);
	assert_int_equal(esw_cmd_flow_stats(&card, &id, &out), GNIC_STATUS_NOT_FOUND);
}

/* A number that is another QP's by now gets nothing. */
static void rule_outlives_its_qp(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_QP, 7);
	uint32_t id;

	(void)state;
	assert_int_equal(rule_add(&in, &id), GNIC_STATUS_OK);
	esw_qp_gone(&qps[0][7]);
	into_function_side(0, BROADCAST);
	assert_nowhere();
	assert_int_equal(rule_del(id), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_qp(1);
}

static void refused_rules(void **state)
{
	struct gnic_hw_flow_add in;

	(void)state;
	in = rule_for(0, GNIC_FLOW_QUEUE + 1, 0);
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	in = rule_for(0, GNIC_FLOW_DROP, 0);
	in.flags = 2;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	in = rule_for(0, GNIC_FLOW_DROP, 0);
	in.key.ip_proto = 6;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	in = rule_for(2, GNIC_FLOW_DROP, 0);
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_NOT_FOUND);
	in = rule_for(0, GNIC_FLOW_VPORT, 0x4ff);
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_NOT_FOUND);
	in = rule_for(0, GNIC_FLOW_QP, QPS);
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_NOT_FOUND);
	in = rule_for(0, GNIC_FLOW_QP, 7);
	qps[0][7].type = GNIC_QP_RC;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	qps[0][7].type = GNIC_QP_RAW;
	in.mask.vport = 0;
	in.key.vport = 0;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	in = rule_for(0, GNIC_FLOW_RSS, GNIC_RSS_CONTEXTS);
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	in = rule_for(0, GNIC_FLOW_RSS, GNIC_VPORT_QUEUES_MAX << 16);
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	in = rule_for(0, GNIC_FLOW_QUEUE, GNIC_VPORT_QUEUES_MAX);
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	in = rule_for(0, GNIC_FLOW_QUEUE, 0);
	in.mask.vport = 0;
	in.key.vport = 0;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	into_function_side(0, BROADCAST);
	assert_qp(1);
}

/* ---- RSS ---- */

static void rss_spreads(void **state)
{
	struct gnic_hw_rss in = rss_of(0, GNIC_SIDE_HOST, 0, 4, 1);
	static const uint32_t table[4] = { 1, 6, 7, 1 };
	unsigned int hits[QPS] = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 4; i++)
		in.table[i] = cpu_to_le32(table[i]);
	assert_int_equal(esw_cmd_rss_set(&card, &in), GNIC_STATUS_OK);
	for (unsigned int i = 0; i < 1000; i++) {
		struct frame frame = frame_to(BROADCAST);

		bytes[34] = (uint8_t)(i >> 8);
		bytes[35] = (uint8_t)i;
		esw_from_function(esw_vport(&card, 0), &frame);
		assert_int_equal(got.hash_type, GNIC_CQE_HASH_L4);
		assert_qp(table[got.hash & 3]);
		hits[got.qp->qpn]++;
	}
	assert_true(hits[6] > 150 && hits[7] > 150 && hits[1] > 350);
}

static void rss_types(void **state)
{
	struct gnic_hw_rss in = rss_of(0, GNIC_SIDE_HOST, 0, 1, 1);
	struct frame frame;
	uint32_t l3;

	(void)state;
	in.types = cpu_to_le16(0xf & ~GNIC_RSS_L4_UDP4);
	assert_int_equal(esw_cmd_rss_set(&card, &in), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_int_equal(got.hash_type, GNIC_CQE_HASH_L3);
	l3 = got.hash;
	in.types = cpu_to_le16(0xf);
	assert_int_equal(esw_cmd_rss_set(&card, &in), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_int_equal(got.hash_type, GNIC_CQE_HASH_L4);
	assert_int_not_equal(got.hash, l3);
	/* a fragment has no ports */
	frame = frame_to(BROADCAST);
	bytes[20] = 0x20;
	esw_from_function(esw_vport(&card, 0), &frame);
	assert_int_equal(got.hash_type, GNIC_CQE_HASH_L3);
	assert_int_equal(got.hash, l3);
	frame = frame_to(BROADCAST);
	bytes[12] = 0x12;
	esw_from_function(esw_vport(&card, 0), &frame);
	assert_int_equal(got.hash_type, GNIC_CQE_HASH_NONE);
	assert_int_equal(got.hash, 0);
}

static enum gnic_hw_status rss_try(struct gnic_hw_rss in)
{
	return esw_cmd_rss_set(&card, &in);
}

static void refused_tables(void **state)
{
	struct gnic_hw_rss in;

	(void)state;
	assert_int_equal(rss_try(rss_of(5, 0, 0, 1, 1)), GNIC_STATUS_NOT_FOUND);
	assert_int_equal(rss_try(rss_of(0, 1, 0, 1, 1)), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(rss_try(rss_of(0, 1, 0, 0, 1)), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(rss_try(rss_of(0, 2, 0, 1, 1)), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(rss_try(rss_of(0, 0, GNIC_RSS_CONTEXTS, 1, 1)), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(rss_try(rss_of(0, 0, 0, 3, 1)), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(rss_try(rss_of(0, 0, 0, 512, 1)), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(rss_try(rss_of(0, 0, 0, 1, 99)), GNIC_STATUS_NOT_FOUND);
	assert_int_equal(rss_try(rss_of(0, 0, 0, 1, 2)), GNIC_STATUS_BAD_PARAM);
	in = rss_of(0, 0, 0, 1, 1);
	in.func = 1;
	assert_int_equal(rss_try(in), GNIC_STATUS_UNSUPPORTED);
	in = rss_of(0, 0, 0, 1, 1);
	in.types = cpu_to_le16(0x10);
	assert_int_equal(rss_try(in), GNIC_STATUS_BAD_PARAM);
	/* the old one works on */
	into_function_side(0, BROADCAST);
	assert_qp(1);
}

static void no_table(void **state)
{
	(void)state;
	assert_int_equal(rss_try(rss_of(0, 0, 0, 0, 1)), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_nowhere();
	assert_int_equal(stats(0).dropped, 1);
}

static void table_outlives_its_qp(void **state)
{
	(void)state;
	esw_qp_gone(&qps[0][1]);
	into_function_side(0, BROADCAST);
	assert_nowhere();
	assert_int_equal(stats(0).dropped, 1);
}

static enum gnic_hw_status qp_move(uint32_t port, uint32_t from, uint32_t to)
{
	struct gnic_hw_qp_move in = {
		.port = cpu_to_le32(port), .from = cpu_to_le32(from), .to = cpu_to_le32(to),
	};

	return esw_cmd_qp_move(&card, &in);
}

/* Tables, contexts and rules go with a QP to its successor; others stay. */
static void qp_moves(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_QP, 1);
	uint32_t id;

	(void)state;
	assert_int_equal(qp_move(0, 1, 7), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_qp(7);
	assert_int_equal(rule_add(&in, &id), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_qp(1);
	assert_int_equal(qp_move(0, 1, 6), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_qp(6);
	assert_int_equal(rule_del(id), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_qp(7);
}

static void refused_moves(void **state)
{
	(void)state;
	assert_int_equal(qp_move(2, 1, 7), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(qp_move(0, 1, QPS), GNIC_STATUS_NOT_FOUND);
	assert_int_equal(qp_move(0, QPS, 1), GNIC_STATUS_NOT_FOUND);
	assert_int_equal(qp_move(0, 1, 4), GNIC_STATUS_BAD_PARAM);
	qps[0][7].rq.present = false;
	assert_int_equal(qp_move(0, 1, 7), GNIC_STATUS_BAD_PARAM);
	qps[0][7].rq.present = true;
	qps[0][7].side = GNIC_SIDE_FUNCTION;
	assert_int_equal(qp_move(0, 1, 7), GNIC_STATUS_BAD_PARAM);
	into_function_side(0, BROADCAST);
	assert_qp(1);
}

/* ---- numbered queues ---- */

static enum gnic_hw_status queues(uint32_t vport, uint16_t count, const uint32_t *qpns)
{
	struct gnic_hw_vport_queues in = {
		.vport = cpu_to_le16((uint16_t)vport), .count = cpu_to_le16(count),
	};

	for (unsigned int i = 0; i < count && i < GNIC_VPORT_QUEUES_MAX; i++)
		in.qpn[i] = cpu_to_le32(qpns[i]);
	return esw_cmd_vport_queues(&card, &in);
}

#define ADDRS	(GNIC_RSS_FIELD_SRC_IP | GNIC_RSS_FIELD_DST_IP)
#define PORTS	(GNIC_RSS_FIELD_L4_SRC | GNIC_RSS_FIELD_L4_DST)

/* All entries: queue @queue. */
static struct gnic_hw_rss_context context_of(uint8_t context, uint32_t len, uint16_t queue)
{
	struct gnic_hw_rss_context in = { .context = context, .len = cpu_to_le32(len) };

	for (unsigned int i = 0; i < GNIC_RSS_FLOWS; i++)
		in.fields[i] = ADDRS | (i % 4 ? PORTS : 0);
	for (unsigned int i = 0; i < sizeof(in.key); i++)
		in.key[i] = (uint8_t)(i * 53 + 7);
	for (unsigned int i = 0; i < GNIC_RSS_QUEUES_TABLE_LEN; i++)
		in.queue[i] = cpu_to_le16(queue);
	return in;
}

static enum gnic_hw_status context_try(struct gnic_hw_rss_context in)
{
	return esw_cmd_rss_context(&card, &in);
}

static const uint32_t three[] = { 1, 6, 7 };

static void queues_move(void **state)
{
	static const uint32_t moved[] = { 7, 1, 6 };

	(void)state;
	assert_int_equal(context_try(context_of(0, 64, 2)), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_nowhere();
	assert_int_equal(queues(0, 3, three), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_qp(7);
	assert_int_equal(got.hash_type, GNIC_CQE_HASH_L4);
	assert_int_equal(queues(0, 3, moved), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_qp(6);
	assert_int_equal(queues(0, 2, moved), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_nowhere();
	assert_int_equal(queues(0, 3, three), GNIC_STATUS_OK);
	assert_int_equal(qp_move(0, 7, 6), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_qp(6);
	assert_int_equal(queues(0, 3, three), GNIC_STATUS_OK);
	esw_qp_gone(&qps[0][7]);
	into_function_side(0, BROADCAST);
	assert_nowhere();
	/* the last command for a context counts, of whatever kind */
	rss_set(0, GNIC_SIDE_HOST, 0, 6);
	into_function_side(0, BROADCAST);
	assert_qp(6);
	assert_int_equal(context_try(context_of(0, 0, 0)), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_nowhere();
}

static void refused_queues(void **state)
{
	static const uint32_t foreign[] = { 2 }, none[] = { QPS };
	uint32_t many[GNIC_VPORT_QUEUES_MAX + 1];

	(void)state;
	for (unsigned int i = 0; i <= GNIC_VPORT_QUEUES_MAX; i++)
		many[i] = 1;
	assert_int_equal(queues(0, 3, three), GNIC_STATUS_OK);
	assert_int_equal(context_try(context_of(0, 1, 0)), GNIC_STATUS_OK);
	assert_int_equal(queues(5, 1, three), GNIC_STATUS_NOT_FOUND);
	assert_int_equal(queues(0, 1, foreign), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(queues(0, 1, none), GNIC_STATUS_NOT_FOUND);
	assert_int_equal(queues(0, GNIC_VPORT_QUEUES_MAX + 1, many), GNIC_STATUS_BAD_PARAM);
	into_function_side(0, BROADCAST);
	assert_qp(1);
	assert_int_equal(queues(0, GNIC_VPORT_QUEUES_MAX, many), GNIC_STATUS_OK);
}

static void refused_contexts(void **state)
{
	struct gnic_hw_rss_context in;

	(void)state;
	in = context_of(0, 1, 0);
	in.vport = cpu_to_le16(9);
	assert_int_equal(context_try(in), GNIC_STATUS_NOT_FOUND);
	in = context_of(0, 1, 0);
	in.func = GNIC_RSS_CRC32 + 1;
	assert_int_equal(context_try(in), GNIC_STATUS_UNSUPPORTED);
	in = context_of(0, 1, 0);
	in.xfrm = 3;
	assert_int_equal(context_try(in), GNIC_STATUS_BAD_PARAM);
	in = context_of(0, 1, 0);
	in.xfrm = GNIC_RSS_XFRM_SYM_XOR;
	in.fields[GNIC_RSS_FLOW_TCP4] = GNIC_RSS_FIELD_SRC_IP;
	assert_int_equal(context_try(in), GNIC_STATUS_BAD_PARAM);
	in.fields[GNIC_RSS_FLOW_TCP4] = ADDRS | GNIC_RSS_FIELD_L4_DST;
	assert_int_equal(context_try(in), GNIC_STATUS_BAD_PARAM);
	in.fields[GNIC_RSS_FLOW_TCP4] = ADDRS;
	in.fields[GNIC_RSS_FLOW_UDP6] = GNIC_RSS_FIELD_LABEL;
	assert_int_equal(context_try(in), GNIC_STATUS_BAD_PARAM);
	in = context_of(0, 1, 0);
	in.fields[GNIC_RSS_FLOW_IP4] = PORTS;
	assert_int_equal(context_try(in), GNIC_STATUS_BAD_PARAM);
	in = context_of(0, 1, 0);
	in.fields[GNIC_RSS_FLOW_UDP4] = GNIC_RSS_FIELD_LABEL;
	assert_int_equal(context_try(in), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(context_try(context_of(0, 3, 0)), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(context_try(context_of(0, 1024, 0)), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(context_try(context_of(GNIC_RSS_CONTEXTS, 1, 0)), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(context_try(context_of(0, 1, GNIC_VPORT_QUEUES_MAX)),
			 GNIC_STATUS_BAD_PARAM);
	in = context_of(0, 1, 0);
	in.rsvd[1] = 1;
	assert_int_equal(context_try(in), GNIC_STATUS_BAD_PARAM);
	into_function_side(0, BROADCAST);
	assert_qp(1);
}

static void rules_for_queues(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_QUEUE, 2);
	uint32_t id;

	(void)state;
	assert_int_equal(queues(0, 3, three), GNIC_STATUS_OK);
	assert_int_equal(context_try(context_of(0, 1, 0)), GNIC_STATUS_OK);
	assert_int_equal(context_try(context_of(63, 512, 1)), GNIC_STATUS_OK);
	assert_int_equal(rule_add(&in, &id), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_qp(7);
	/* it has a hash although a rule has chosen */
	assert_int_equal(got.hash_type, GNIC_CQE_HASH_L4);
	assert_int_equal(queues(0, 2, three), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_nowhere();
	assert_int_equal(queues(0, 3, three), GNIC_STATUS_OK);
	assert_int_equal(rule_del(id), GNIC_STATUS_OK);
	in = rule_for(0, GNIC_FLOW_RSS, 63);
	assert_int_equal(rule_add(&in, &id), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_qp(6);
	assert_int_equal(rule_del(id), GNIC_STATUS_OK);
	in = rule_for(0, GNIC_FLOW_RSS, 63 | 1 << 16);
	assert_int_equal(rule_add(&in, &id), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_qp(7);
	assert_int_equal(rule_del(id), GNIC_STATUS_OK);
	in = rule_for(0, GNIC_FLOW_RSS, 63 | 127 << 16);
	assert_int_equal(rule_add(&in, &id), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_nowhere();
}

/* What the host side would not get is none of its rules' business. */
static void rules_of_the_host_side(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_QUEUE, 1);

	(void)state;
	in.key.frame = in.mask.frame = GNIC_FLOW_FRAME_HOST;
	assert_int_equal(queues(0, 3, three), GNIC_STATUS_OK);
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_qp(6);
	into_function_side(0, STRANGER);
	assert_nowhere();
	assert_int_equal(card.ports[0].stats.rx.dropped, 1);
	into_function_side(0, MAC(0xaa));
	assert_qp(4);
}

static uint32_t hash_of_ports(uint16_t sport, uint16_t dport)
{
	struct frame frame = frame_to(BROADCAST);

	bytes[34] = sport >> 8;
	bytes[35] = (uint8_t)sport;
	bytes[36] = dport >> 8;
	bytes[37] = (uint8_t)dport;
	esw_from_function(esw_vport(&card, 0), &frame);
	return got.hash;
}

/* A packet and its answer; addresses swapped as well. */
static uint32_t hash_of_answer(uint16_t sport, uint16_t dport)
{
	struct frame frame = frame_to(BROADCAST);
	uint8_t addr[4];

	memcpy(addr, bytes + 26, 4);
	memcpy(bytes + 26, bytes + 30, 4);
	memcpy(bytes + 30, addr, 4);
	bytes[34] = dport >> 8;
	bytes[35] = (uint8_t)dport;
	bytes[36] = sport >> 8;
	bytes[37] = (uint8_t)sport;
	esw_from_function(esw_vport(&card, 0), &frame);
	return got.hash;
}

static void symmetric_hashes(void **state)
{
	unsigned int equal, differ;

	(void)state;
	assert_int_equal(queues(0, 3, three), GNIC_STATUS_OK);
	for (uint8_t xfrm = 0; xfrm <= GNIC_RSS_XFRM_SYM_OR_XOR; xfrm++)
		for (uint8_t func = 0; func <= GNIC_RSS_CRC32; func++) {
			struct gnic_hw_rss_context in = context_of(0, 1, 0);
			uint32_t first;

			in.func = func;
			in.xfrm = xfrm;
			if (xfrm && func == GNIC_RSS_XOR) {
				assert_int_equal(context_try(in), GNIC_STATUS_UNSUPPORTED);
				continue;
			}
			assert_int_equal(context_try(in), GNIC_STATUS_OK);
			first = hash_of_ports(1, 2);
			for (equal = differ = 0; equal + differ < 100;) {
				uint16_t s = (uint16_t)fake_random(), d = (uint16_t)fake_random();

				if (hash_of_ports(s, d) == hash_of_answer(s, d))
					equal++;
				else
					differ++;
				if (s != 1 || d != 2)
					assert_int_not_equal(hash_of_ports(s, d) - first, 0);
			}
			if (xfrm || func == GNIC_RSS_XOR)
				assert_int_equal(equal, 100);
			else
				assert_true(differ > 90);
		}
}

static void chosen_fields(void **state)
{
	struct gnic_hw_rss_context in = context_of(0, 1, 0);

	(void)state;
	assert_int_equal(queues(0, 3, three), GNIC_STATUS_OK);
	in.fields[GNIC_RSS_FLOW_UDP4] = GNIC_RSS_FIELD_L4_DST;
	assert_int_equal(context_try(in), GNIC_STATUS_OK);
	assert_int_equal(hash_of_ports(1, 2), hash_of_ports(9, 2));
	assert_int_not_equal(hash_of_ports(1, 2), hash_of_ports(1, 3));
	assert_int_equal(got.hash_type, GNIC_CQE_HASH_L3);
	in.fields[GNIC_RSS_FLOW_UDP4] = ADDRS;
	assert_int_equal(context_try(in), GNIC_STATUS_OK);
	assert_int_equal(hash_of_ports(1, 2), hash_of_ports(9, 3));
	assert_int_not_equal(hash_of_ports(1, 2), hash_of_answer(1, 2));
	in.fields[GNIC_RSS_FLOW_UDP4] = 0;
	assert_int_equal(context_try(in), GNIC_STATUS_OK);
	assert_int_equal(hash_of_ports(1, 2), 0);
	assert_int_equal(got.hash_type, GNIC_CQE_HASH_NONE);
}

static uint32_t hash_of_label(uint32_t label)
{
	struct fake_frame what = { .v6 = true, .udp = true, .payload = 10 };
	struct frame frame = { .hdr = bytes };

	frame.len = frame.hdr_len = fake_build(bytes, &what);
	memcpy(bytes, BROADCAST, 6);
	bytes[15] = (uint8_t)(label >> 16);
	bytes[16] = (uint8_t)(label >> 8);
	bytes[17] = (uint8_t)label;
	memset(&got, 0, sizeof(got));
	esw_from_function(esw_vport(&card, 0), &frame);
	return got.hash;
}

static void flow_labels(void **state)
{
	struct gnic_hw_rss_context in = context_of(0, 1, 0);

	(void)state;
	assert_int_equal(queues(0, 3, three), GNIC_STATUS_OK);
	assert_int_equal(context_try(in), GNIC_STATUS_OK);
	assert_int_equal(hash_of_label(1), hash_of_label(0xfffff));
	in.fields[GNIC_RSS_FLOW_UDP6] |= GNIC_RSS_FIELD_LABEL;
	assert_int_equal(context_try(in), GNIC_STATUS_OK);
	assert_int_not_equal(hash_of_label(1), hash_of_label(0xfffff));
	assert_int_equal(got.hash_type, GNIC_CQE_HASH_L4);
	/* the traffic class is beside it */
	assert_int_equal(hash_of_label(0x00001), hash_of_label(0xf00001));
}

static void sctp_has_ports(void **state)
{
	struct frame frame = frame_to(BROADCAST);
	uint32_t first;

	(void)state;
	assert_int_equal(queues(0, 3, three), GNIC_STATUS_OK);
	assert_int_equal(context_try(context_of(0, 1, 0)), GNIC_STATUS_OK);
	bytes[23] = 132;
	esw_from_function(esw_vport(&card, 0), &frame);
	assert_int_equal(got.hash_type, GNIC_CQE_HASH_L4);
	first = got.hash;
	frame = frame_to(BROADCAST);
	bytes[23] = 132;
	bytes[34]++;
	esw_from_function(esw_vport(&card, 0), &frame);
	assert_int_not_equal(got.hash, first);
	frame = frame_to(BROADCAST);
	bytes[23] = 133;
	esw_from_function(esw_vport(&card, 0), &frame);
	assert_int_equal(got.hash_type, GNIC_CQE_HASH_L3);
}

/* ---- commands ---- */

static void functions(void **state)
{
	struct gnic_hw_id id = { .id = cpu_to_le32(fn_a) }, out;
	struct gnic_hw_vport_create in = { .port = 2 };
	struct gnic_hw_flow_add rule = rule_for(0, GNIC_FLOW_VPORT, fn_a);
	uint32_t rule_id;

	(void)state;
	assert_int_equal(esw_cmd_vport_create(&card, &in, &out), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(function_set(fn_b, 1, 0xaa), GNIC_STATUS_EXISTS);
	assert_int_equal(function_set(0, 1, 0xaa), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(function_set(0x180, 1, 0xaa), GNIC_STATUS_NOT_FOUND);
	esw_vport(&card, fn_a)->users = 1;
	assert_int_equal(esw_cmd_vport_destroy(&card, &id), GNIC_STATUS_BUSY);
	esw_vport(&card, fn_a)->users = 0;
	assert_int_equal(rule_add(&rule, &rule_id), GNIC_STATUS_OK);
	assert_int_equal(esw_cmd_vport_destroy(&card, &id), GNIC_STATUS_BUSY);
	assert_int_equal(rule_del(rule_id), GNIC_STATUS_OK);
	assert_int_equal(esw_cmd_vport_destroy(&card, &id), GNIC_STATUS_OK);
	assert_int_equal(esw_cmd_vport_destroy(&card, &id), GNIC_STATUS_NOT_FOUND);
	assert_null(esw_vport(&card, fn_a));
	into_function_side(0, MAC(0xaa));
	assert_nowhere();
	assert_int_equal(function_set(fn_b, 1, 0xaa), GNIC_STATUS_OK);
	id.id = 0;
	assert_int_equal(esw_cmd_vport_destroy(&card, &id), GNIC_STATUS_BAD_PARAM);
	for (uint32_t i = 1; i < GNIC_VPORT_FUNCTIONS_MAX; i++)
		function_create(1);
	in.port = 0;
	assert_int_equal(esw_cmd_vport_create(&card, &in, &out), GNIC_STATUS_NO_RESOURCE);
}

static void refused_filters(void **state)
{
	(void)state;
	assert_int_equal(filter(0, 4, 0), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(filter(0, 0, GNIC_FILTER_MACS_MAX + 1), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(filter(fn_a, 0, 0), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(filter(9, 0, 0), GNIC_STATUS_NOT_FOUND);
}

static void reset(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_QP, 7);

	(void)state;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_OK);
	assert_int_equal(filter(0, GNIC_FILTER_PROMISC, 0), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	for (uint32_t qpn = 1; qpn < QPS; qpn++)
		esw_qp_gone(&qps[0][qpn]);
	esw_reset(&card);
	assert_null(esw_vport(&card, fn_a));
	assert_non_null(esw_vport(&card, 0));
	assert_int_equal(stats(0).from_function_packets, 0);
	into_function_side(0, BROADCAST);
	assert_nowhere();
	into_function_side(0, OWN);
	assert_int_equal(card.ports[0].stats.rx.dropped, 1);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(host_side_leaves_at_the_function_side),
		TEST(function_sends_to_its_representor),
		TEST(wire_to_functions),
		TEST(receive_filter),
		TEST(disabled_function),
		TEST(receiver_drops),
		TEST(too_short),
		TEST(roce_to_a_function),
		TEST(roce_to_the_netdev),
		TEST(actions),
		TEST(rule_of_a_function),
		TEST(priorities),
		TEST(rule_counters),
		TEST(rule_outlives_its_qp),
		TEST(refused_rules),
		TEST(rss_spreads),
		TEST(rss_types),
		TEST(refused_tables),
		TEST(no_table),
		TEST(table_outlives_its_qp),
		TEST(qp_moves),
		TEST(refused_moves),
		TEST(queues_move),
		TEST(refused_queues),
		TEST(refused_contexts),
		TEST(rules_for_queues),
		TEST(rules_of_the_host_side),
		TEST(symmetric_hashes),
		TEST(chosen_fields),
		TEST(flow_labels),
		TEST(sctp_has_ports),
		TEST(functions),
		TEST(refused_filters),
		TEST(reset),
	};

	fake_seed(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("esw", tests, NULL, NULL);
}
