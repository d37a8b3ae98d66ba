// SPDX-License-Identifier: GPL-2.0-only
/* blk_esw.c and its files: who gets a frame. */
#include "fake.h"
#include "esw_lab.h"

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
	into_function_side(0, BROADCAST);
	assert_qp(7);
	assert_int_equal(rule_del(id), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_nowhere();
}

/* A rule that is the same but for what it does takes the place of the other, until it goes. */
static void in_place_of(void **state)
{
	struct gnic_hw_flow_add rule = rule_for(0, GNIC_FLOW_DROP, 0);
	uint32_t drop, qp;

	(void)state;
	assert_int_equal(rule_add(&rule, &drop), GNIC_STATUS_OK);
	rule = rule_for(0, GNIC_FLOW_QP, 7);
	assert_int_equal(rule_add(&rule, &qp), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_qp(7);
	assert_int_equal(rule_del(qp), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_nowhere();
	assert_int_equal(rule_add(&rule, &qp), GNIC_STATUS_OK);
	assert_int_equal(rule_del(drop), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_qp(7);
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
	in = rule_for(0, GNIC_FLOW_VPORT_HOST + 1, 0);
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

/* A rule that leaves to the host side what it gets, and counts the rest. */
static void counts_what_is_unseen(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_HOST, 0);
	struct gnic_hw_flow_stats out = { 0 };
	struct gnic_hw_id id = { 0 };
	uint32_t number;

	(void)state;
	in.flags = GNIC_FLOW_UNSEEN;
	assert_int_equal(filter(0, 0, 1), GNIC_STATUS_OK);
	assert_int_equal(rule_add(&in, &number), GNIC_STATUS_OK);
	id.id = cpu_to_le32(number);
	into_function_side(0, OWN);
	assert_qp(1);
	assert_int_equal(esw_cmd_flow_stats(&card, &id, &out), GNIC_STATUS_OK);
	assert_int_equal(out.packets | out.bytes, 0);
	into_function_side(0, MAC(0xaa));
	assert_qp(4);
	into_function_side(0, STRANGER);
	assert_nowhere();
	assert_int_equal(esw_cmd_flow_stats(&card, &id, &out), GNIC_STATUS_OK);
	assert_int_equal(le64_to_cpu(out.packets), 2);
}

static void nothing_else_is_unseen(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_DROP, 0);

	(void)state;
	in.flags = GNIC_FLOW_UNSEEN;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	in.action = GNIC_FLOW_HOST;
	in.key.table = in.mask.table = 0xffff;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	in.key.table = in.mask.table = 0;
	in.mirrors = 1;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	in.mirrors = 0;
	in.edits = 1;
	in.edit[0].op = GNIC_FLOW_EDIT_POP;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	in.edits = 0;
	in.edit[0].op = 0;
	in.flags = GNIC_FLOW_UNSEEN << 1;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	in.flags = GNIC_FLOW_UNSEEN | GNIC_FLOW_SET_MARK;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_OK);
}

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
		TEST(in_place_of),
		TEST(rule_counters),
		TEST(rule_outlives_its_qp),
		TEST(refused_rules),
		TEST(functions),
		TEST(refused_filters),
		TEST(reset),
		TEST(counts_what_is_unseen),
		TEST(nothing_else_is_unseen),
	};

	fake_seed(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("esw", tests, NULL, NULL);
}
