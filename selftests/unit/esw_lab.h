/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A card for the tests of blk_esw.c and its files, with fakes around it:
 *
 *	port 0: uplink 0, functions A and B behind it      port 1: uplink 1
 */
#ifndef SELFTESTS_ESW_LAB_H
#define SELFTESTS_ESW_LAB_H

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
	uint32_t hdr_len;
	struct parsed parsed;
	uint8_t hash_type;
	bool marked;
	uint8_t bytes[9000];
} got;
static bool receiver_full;
static void (*beyond_the_wire)(struct port *port, struct frame *frame);	/* NULL: nobody */

void rxe_gro_flush(struct qp *qp)
{
	(void)qp;
}

void rxe_wait_move(struct qp *from, struct qp *to)
{
	(void)from;
	(void)to;
}

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
	got.hdr_len = frame->hdr_len;
	got.parsed = frame->parsed;
	got.len = frame_copy(frame, 0, got.bytes, sizeof(got.bytes));
	return true;
}

void mac_send(struct port *port, struct frame *frame)
{
	got.wire = port;
	got.len = frame->rc ? frame->len : frame_copy(frame, 0, got.bytes, sizeof(got.bytes));
	if (beyond_the_wire)
		beyond_the_wire(port, frame);
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

static inline void qp_at(unsigned int port, uint32_t qpn, uint32_t vport, uint8_t side)
{
	struct qp *qp = &qps[port][qpn];

	*qp = (struct qp){ .card = &card, .port = &card.ports[port], .qpn = qpn, .side = side,
			   .type = GNIC_QP_RAW, .vport = esw_vport(&card, vport) };
	qp->rq.present = true;
}

static inline uint32_t function_create(unsigned int port)
{
	struct gnic_hw_vport_create in = { .port = (uint8_t)port };
	struct gnic_hw_id out;

	assert_int_equal(esw_cmd_vport_create(&card, &in, &out), GNIC_STATUS_OK);
	return le32_to_cpu(out.id);
}

static inline enum gnic_hw_status function_set(uint32_t id, uint8_t enable, uint8_t mac)
{
	struct gnic_hw_vport_set in = {
		.vport = cpu_to_le16((uint16_t)id), .enable = enable, .mac = { 2, 0, 0, 0, 0, mac },
	};

	return esw_cmd_vport_set(&card, &in);
}

static inline struct gnic_hw_rss rss_of(uint32_t vport, uint8_t side, uint8_t context, uint32_t len,
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

static inline void rss_set(uint32_t vport, uint8_t side, uint8_t context, uint32_t qpn)
{
	struct gnic_hw_rss in = rss_of(vport, side, context, 1, qpn);

	assert_int_equal(esw_cmd_rss_set(&card, &in), GNIC_STATUS_OK);
}

/* QP 1: uplink; 2, 3: representors; 4, 5: functions; 6: uplink, context 3. */
static inline int setup(void **state)
{
	(void)state;
	memset(&card, 0, sizeof(card));
	memset(&got, 0, sizeof(got));
	receiver_full = false;
	beyond_the_wire = NULL;
	fake_now = 0;
	card.config.ports = 2;
	card.caps = UINT32_MAX;
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

static inline int teardown(void **state)
{
	(void)state;
	esw_destroy(&card);
	return 0;
}

/* ---- frames ---- */

static uint8_t bytes[2048];

static inline struct frame frame_to(const uint8_t *dmac)
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

static inline void into_function_side(uint32_t vport, const uint8_t *dmac)
{
	struct frame frame = frame_to(dmac);

	esw_from_function(esw_vport(&card, vport), &frame);
}

static inline void into_host_side(uint32_t vport)
{
	struct frame frame = frame_to(STRANGER);

	esw_from_host(esw_vport(&card, vport), &frame);
}

static inline void assert_qp(uint32_t qpn)
{
	assert_ptr_equal(got.qp, &qps[0][qpn]);
	assert_null(got.wire);
	assert_null(got.rc);
}

static inline void assert_wire(unsigned int port)
{
	assert_ptr_equal(got.wire, &card.ports[port]);
	assert_null(got.qp);
}

static inline void assert_nowhere(void)
{
	assert_null(got.wire);
	assert_null(got.qp);
	assert_null(got.rc);
}

static inline struct gnic_hw_vport_stats stats(uint32_t vport)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(vport) };
	struct gnic_hw_vport_stats out;

	assert_int_equal(esw_cmd_vport_stats(&card, &in, &out), GNIC_STATUS_OK);
	return out;
}

static inline enum gnic_hw_status filter(uint32_t vport, uint16_t flags, uint32_t count)
{
	struct gnic_hw_filter in = {
		.vport = cpu_to_le16((uint16_t)vport), .flags = cpu_to_le16(flags),
		.count = cpu_to_le32(count),
	};

	for (uint32_t i = 0; i < count && i < GNIC_FILTER_MACS_MAX; i++)
		memcpy(in.mac[i], i ? MULTICAST : OWN, 6);
	return esw_cmd_filter_set(&card, &in);
}
/* ---- rules ---- */

static inline struct gnic_hw_flow_add rule_for(uint32_t vport, uint8_t action, uint32_t target)
{
	struct gnic_hw_flow_add in = { .action = action, .target = cpu_to_le32(target) };

	in.key.vport = cpu_to_le16((uint16_t)vport);
	in.mask.vport = cpu_to_le16(0xffff);
	return in;
}

static inline enum gnic_hw_status rule_add(const struct gnic_hw_flow_add *in, uint32_t *id)
{
	struct gnic_hw_id out = { 0 };
	enum gnic_hw_status status = esw_cmd_flow_add(&card, in, &out);

	if (id)
		*id = le32_to_cpu(out.id);
	return status;
}

/* Frames that a rule has counted. */
static inline uint64_t rule_hits(uint32_t id)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(id) };
	struct gnic_hw_flow_stats out;

	assert_int_equal(esw_cmd_flow_stats(&card, &in, &out), GNIC_STATUS_OK);
	return le64_to_cpu(out.packets);
}

static inline enum gnic_hw_status rule_del(uint32_t id)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(id) };

	return esw_cmd_flow_del(&card, &in);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif /* SELFTESTS_ESW_LAB_H */
