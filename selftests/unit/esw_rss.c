// SPDX-License-Identifier: GPL-2.0-only
/* esw_rss.c, esw_hash.c: which of a vport's queues gets a frame. */
#include "fake.h"
#include "esw_lab.h"

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

/* One queue takes all of a card that has no RSS. */
static void no_rss(void **state)
{
	struct gnic_hw_rss in = rss_of(0, GNIC_SIDE_HOST, 0, 4, 1);

	(void)state;
	card.caps &= ~GNIC_CAP_RSS;
	for (unsigned int i = 0; i < 4; i++)
		in.table[i] = cpu_to_le32(6);
	assert_int_equal(esw_cmd_rss_set(&card, &in), GNIC_STATUS_OK);
	in.table[3] = cpu_to_le32(7);
	assert_int_equal(esw_cmd_rss_set(&card, &in), GNIC_STATUS_UNSUPPORTED);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rss_spreads),
		TEST(rss_types),
		TEST(no_rss),
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
	};

	fake_seed(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("esw_rss", tests, NULL, NULL);
}
