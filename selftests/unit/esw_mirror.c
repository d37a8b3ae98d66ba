// SPDX-License-Identifier: GPL-2.0-only
/* blk_esw.c: copies of a frame, and what leaves at the host side without asking its filter. */
#include "fake.h"
#include "esw_lab.h"

static void mirror_to(struct gnic_hw_flow_add *in, uint32_t vport, uint8_t side)
{
	in->mirror[in->mirrors].vport = cpu_to_le16((uint16_t)vport);
	in->mirror[in->mirrors++].side = side;
}

/* The copy and the frame itself: each action goes on as if there were no mirror. */
static void copies_then_action(void **state)
{
	static const struct {
		uint8_t action;
		uint32_t target, qpn;
		int wire;
	} cases[] = {
		{ GNIC_FLOW_DROP, 0, 0, -1 },
		{ GNIC_FLOW_HOST, 0, 1, -1 },
		{ GNIC_FLOW_VPORT, 1, 0, 1 },
		{ GNIC_FLOW_QP, 7, 7, -1 },
		{ GNIC_FLOW_RSS, 3, 6, -1 },
		{ GNIC_FLOW_VPORT_HOST, 0, 1, -1 },
	};
	uint64_t copies = 0;
	uint32_t id;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gnic_hw_flow_add in = rule_for(0, cases[i].action, cases[i].target);

		mirror_to(&in, fn_a, GNIC_SIDE_FUNCTION);
		mirror_to(&in, fn_b, GNIC_SIDE_HOST);
		assert_int_equal(rule_add(&in, &id), GNIC_STATUS_OK);
		into_function_side(0, BROADCAST);
		copies++;
		if (cases[i].wire >= 0)
			assert_ptr_equal(got.wire, &card.ports[cases[i].wire]);
		else if (cases[i].qpn)
			assert_ptr_equal(got.qp, &qps[0][cases[i].qpn]);
		else
			assert_ptr_equal(got.qp, &qps[0][3]);	/* the last copy */
		assert_int_equal(stats(fn_a).to_function_packets, copies);
		assert_int_equal(stats(fn_b).to_host_packets, copies);
		assert_int_equal(stats(fn_a).to_host_packets, 0);
		assert_int_equal(stats(fn_b).to_function_packets, 0);
		assert_int_equal(rule_del(id), GNIC_STATUS_OK);
	}
	assert_int_equal(stats(0).dropped, 1);
	into_function_side(0, BROADCAST);
	assert_int_equal(stats(fn_a).to_function_packets, copies);
}

/* The rule has seen one frame, and a copy has neither mark nor tag of it. */
static void a_copy_is_not_counted(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_DROP, 0);
	struct gnic_hw_flow_stats out;
	struct gnic_hw_id id = { 0 };
	uint32_t number;

	(void)state;
	in.flags = GNIC_FLOW_SET_MARK;
	in.mark = cpu_to_le32(5);
	mirror_to(&in, fn_a, GNIC_SIDE_HOST);
	mirror_to(&in, fn_a, GNIC_SIDE_HOST);
	assert_int_equal(rule_add(&in, &number), GNIC_STATUS_OK);
	into_function_side(0, BROADCAST);
	assert_qp(2);
	assert_false(got.marked);
	assert_int_equal(got.len, 142);
	id.id = cpu_to_le32(number);
	assert_int_equal(esw_cmd_flow_stats(&card, &id, &out), GNIC_STATUS_OK);
	assert_int_equal(le64_to_cpu(out.packets), 1);
	assert_int_equal(le64_to_cpu(out.bytes), got.len);
	assert_int_equal(stats(fn_a).to_host_packets, 2);
}

/* A receiver without room for the copy loses the copy. */
static void a_lost_copy(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_VPORT, 1);

	(void)state;
	mirror_to(&in, fn_a, GNIC_SIDE_HOST);
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_OK);
	receiver_full = true;
	into_function_side(0, BROADCAST);
	assert_wire(1);
	assert_int_equal(stats(fn_a).dropped, 1);
	assert_int_equal(stats(0).dropped, 0);
}

/* Whom the filter and an address of a function would keep away. */
static void host_side_without_a_filter(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_VPORT_HOST, 0);
	uint32_t id;

	(void)state;
	into_function_side(0, STRANGER);
	assert_nowhere();
	in.flags = GNIC_FLOW_SET_MARK;
	in.mark = cpu_to_le32(77);
	assert_int_equal(rule_add(&in, &id), GNIC_STATUS_OK);
	into_function_side(0, STRANGER);
	assert_qp(1);
	assert_int_equal(got.mark, 77);
	into_function_side(0, MAC(0xaa));
	assert_qp(1);
	assert_int_equal(rule_del(id), GNIC_STATUS_OK);
	in = rule_for(0, GNIC_FLOW_VPORT_HOST, fn_b);
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_OK);
	into_function_side(0, MAC(0xaa));
	assert_qp(3);
	assert_int_equal(stats(fn_b).to_host_packets, 1);
}

static unsigned int nested;

/* As a loopback, or a peer whose rule sends all back. */
static void comes_back(struct port *port, struct frame *frame)
{
	if (nested == 4)
		return;
	nested++;
	esw_from_function(port->uplink, frame);
	nested--;
}

/* Four copies of each of four copies, ...: bounded by what a frame may split. */
static void mirrors_that_chase_each_other(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_VPORT, 0);

	(void)state;
	for (unsigned int i = 0; i < GNIC_FLOW_MIRRORS_MAX; i++)
		mirror_to(&in, 0, GNIC_SIDE_FUNCTION);
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_OK);
	beyond_the_wire = comes_back;
	into_function_side(0, BROADCAST);
	assert_wire(0);
	assert_in_range(stats(0).to_function_packets, 5, 64 * 5);
	assert_true(stats(0).dropped);
}

static void mirrors_keep_their_vport(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_HOST, 0);
	struct gnic_hw_id id = { .id = cpu_to_le32(fn_b) };
	uint32_t rule;

	(void)state;
	mirror_to(&in, fn_b, GNIC_SIDE_HOST);
	assert_int_equal(rule_add(&in, &rule), GNIC_STATUS_OK);
	assert_int_equal(esw_cmd_vport_destroy(&card, &id), GNIC_STATUS_BUSY);
	assert_int_equal(rule_del(rule), GNIC_STATUS_OK);
	assert_int_equal(esw_cmd_vport_destroy(&card, &id), GNIC_STATUS_OK);
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_NOT_FOUND);
}

static void refused(void **state)
{
	const struct gnic_hw_flow_add good = rule_for(0, GNIC_FLOW_HOST, 0);
	struct gnic_hw_flow_add in = good;

	(void)state;
	in.mirrors = GNIC_FLOW_MIRRORS_MAX + 1;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	in = good;
	mirror_to(&in, 0, GNIC_SIDE_FUNCTION + 1);
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	in = good;
	mirror_to(&in, 0x4ff, GNIC_SIDE_HOST);
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_NOT_FOUND);
	in = good;
	mirror_to(&in, 1, GNIC_SIDE_FUNCTION);
	in.mirrors = 0;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	in = good;
	mirror_to(&in, 1, GNIC_SIDE_FUNCTION);
	in.mirror[0].rsvd = 1;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	in = rule_for(0, GNIC_FLOW_VPORT_HOST, 0x4ff);
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_NOT_FOUND);
	/* no vport is held by what was refused */
	assert_false(esw_port_used(&card.ports[1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(copies_then_action),
		TEST(a_copy_is_not_counted),
		TEST(a_lost_copy),
		TEST(host_side_without_a_filter),
		TEST(mirrors_that_chase_each_other),
		TEST(mirrors_keep_their_vport),
		TEST(refused),
	};

	fake_seed(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("esw_mirror", tests, NULL, NULL);
}
