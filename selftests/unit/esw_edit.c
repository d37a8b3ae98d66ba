// SPDX-License-Identifier: GPL-2.0-only
/* esw_edit.c, and tables of blk_esw.c: tags that rules change, searches that go on. */
#include "esw.h"
#include "fake.h"
#include "frame.h"
#include "esw_lab.h"

#define CTAG	0x8100
#define STAG	0x88a8
#define HOST	GNIC_FLOW_TABLE_HOST

static void in_table(struct gnic_hw_flow_add *in, uint16_t table)
{
	in->key.table = cpu_to_le16(table);
	in->mask.table = cpu_to_le16(0xffff);
}

static void with_tags(struct gnic_hw_flow_add *in, uint8_t tags)
{
	in->key.tags = tags;
	in->mask.tags = 0xff;
}

static void edit(struct gnic_hw_flow_add *in, uint8_t op, uint16_t tpid, uint16_t tci,
		 uint16_t mask)
{
	in->edit[in->edits++] = (struct gnic_hw_flow_edit){
		.op = op, .mirrors = in->mirrors,
		.tpid = htons(tpid), .tci = htons(tci), .mask = htons(mask),
	};
}

static void push(struct gnic_hw_flow_add *in, uint16_t tpid, uint16_t tci)
{
	edit(in, GNIC_FLOW_EDIT_PUSH, tpid, tci, 0xffff);
}

static void pop(struct gnic_hw_flow_add *in)
{
	edit(in, GNIC_FLOW_EDIT_POP, 0, 0, 0);
}

static uint32_t add(const struct gnic_hw_flow_add *in)
{
	uint32_t id;

	assert_int_equal(rule_add(in, &id), GNIC_STATUS_OK);
	return id;
}

/* A broadcast with tags, and the rest of it. */
static uint8_t sent[2048];
static uint32_t sent_len;

static struct frame frame_with(uint8_t tags, uint32_t payload)
{
	struct fake_frame what = { .udp = true, .tags = tags, .payload = payload };
	struct frame frame = { .hdr = bytes };

	frame.len = fake_build(bytes, &what);
	frame.hdr_len = frame.len;
	memcpy(bytes, BROADCAST, 6);
	memset(&got, 0, sizeof(got));
	memcpy(sent, bytes, 12);
	sent_len = frame.len - 4 * tags;
	memcpy(sent + 12, bytes + 12 + 4 * tags, sent_len - 12);
	return frame;
}

static void arrives(uint32_t vport, uint8_t tags)
{
	struct frame frame = frame_with(tags, 100);

	esw_from_function(esw_vport(&card, vport), &frame);
}

static void is_sent(uint32_t vport, uint8_t tags)
{
	struct frame frame = frame_with(tags, 100);

	esw_from_host(esw_vport(&card, vport), &frame);
}

struct tag {
	uint16_t tpid, tci;
};

/* Tags of fake_build(): the outer one of two is an S-tag. */
#define TAG0	0x2005
#define TAG1	0x2069

/* The frame came out with these tags, and else as it went in. */
static void assert_tags(unsigned int count, const struct tag *tags)
{
	assert_int_equal(got.len, sent_len + 4 * count);
	assert_memory_equal(got.bytes, sent, 12);
	for (unsigned int i = 0; i < count; i++) {
		const uint8_t *tag = got.bytes + 12 + 4 * i;

		assert_int_equal(tag[0] << 8 | tag[1], tags[i].tpid);
		assert_int_equal(tag[2] << 8 | tag[3], tags[i].tci);
	}
	assert_memory_equal(got.bytes + 12 + 4 * count, sent + 12, sent_len - 12);
}

#define TAGS(...) \
	assert_tags(sizeof((struct tag[]){ __VA_ARGS__ }) / sizeof(struct tag), \
		    (struct tag[]){ __VA_ARGS__ })

/* ---- tags ---- */

static void pushes(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_HOST, 0);

	(void)state;
	push(&in, CTAG, 100);
	add(&in);
	arrives(0, 0);
	assert_qp(1);
	TAGS({ CTAG, 100 });
	arrives(0, 1);
	TAGS({ CTAG, 100 }, { CTAG, TAG0 });
	arrives(0, 2);
	TAGS({ CTAG, 100 }, { STAG, TAG0 }, { CTAG, TAG1 });
}

static void pushes_as_many_as_there_may_be(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_VPORT, 1);

	(void)state;
	for (uint16_t i = 0; i < GNIC_FLOW_EDITS_MAX; i++)
		push(&in, i % 2 ? STAG : CTAG, i);
	add(&in);
	arrives(0, 0);
	assert_wire(1);
	TAGS({ STAG, 3 }, { CTAG, 2 }, { STAG, 1 }, { CTAG, 0 });
}

static void pops(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_HOST, 0);

	(void)state;
	pop(&in);
	add(&in);
	arrives(0, 2);
	TAGS({ CTAG, TAG1 });
	arrives(0, 1);
	assert_tags(0, NULL);
	arrives(0, 0);
	assert_tags(0, NULL);
	assert_qp(1);
}

static void modifies(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_HOST, 0);
	uint32_t id;

	(void)state;
	edit(&in, GNIC_FLOW_EDIT_MODIFY, STAG, 77, 0x0fff);
	id = add(&in);
	arrives(0, 1);
	TAGS({ STAG, (TAG0 & 0xf000) | 77 });
	arrives(0, 0);
	assert_tags(0, NULL);
	assert_int_equal(rule_del(id), GNIC_STATUS_OK);
	in.edits = 0;
	edit(&in, GNIC_FLOW_EDIT_MODIFY, CTAG, 0xe000 | 78, 0xefff);
	add(&in);
	arrives(0, 2);
	TAGS({ CTAG, 0xe000 | 78 }, { CTAG, TAG1 });
}

/* Of which 600 bytes are header. */
static struct frame long_header_meets_push(void)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_HOST, 0);
	struct frame frame = frame_with(0, 1000);

	push(&in, CTAG, 5);
	add(&in);
	frame.hdr_len = 600;
	return frame;
}

/* The length of what is here, and what is behind it. */
static void a_long_header_and_pieces(void **state)
{
	struct frame frame = long_header_meets_push();

	(void)state;
	frame.iovs = 2;
	frame.iov[0] = (struct iovec){ bytes + 600, 100 };
	frame.iov[1] = (struct iovec){ bytes + 700, frame.len - 700 };
	esw_from_function(esw_vport(&card, 0), &frame);
	assert_qp(1);
	TAGS({ CTAG, 5 });
}

#define OPTIONS	272u	/* so many that UDP is not among the bytes that rules see */

/* An edit that changes nothing: what is cut off is no header any more all the same. */
static void headers_that_are_cut(void **state)
{
	struct fake_frame what = { .v6 = true, .udp = true, .payload = 100 };
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_HOST, 0);
	struct frame frame = { .hdr = bytes };
	uint32_t len = fake_build(bytes, &what) + OPTIONS;
	uint8_t *options = bytes + 14 + 40;

	(void)state;
	pop(&in);
	add(&in);
	memmove(options + OPTIONS, options, len - OPTIONS - 14 - 40);
	memset(options, 0, OPTIONS);
	options[0] = 17;
	options[1] = OPTIONS / 8 - 1;
	options[-34] = 60;
	frame_put_be16(options - 36, (uint16_t)(len - 14 - 40));
	memcpy(bytes, BROADCAST, 6);
	frame.hdr_len = len;
	frame.len = len;
	memset(&got, 0, sizeof(got));
	esw_from_function(esw_vport(&card, 0), &frame);
	assert_qp(1);
	assert_int_equal(got.len, len);
	assert_memory_equal(got.bytes, bytes, len);
	assert_int_equal(got.parsed.l3, GNIC_CQE_L3_IPV6);
	assert_int_equal(got.parsed.l4, GNIC_CQE_L4_OTHER);
	assert_true(got.parsed.l4_off <= got.hdr_len);
}

static void too_many_pieces(void **state)
{
	struct frame frame = long_header_meets_push();

	(void)state;
	frame.iovs = FRAME_IOV;
	for (int i = 0; i < FRAME_IOV; i++)
		frame.iov[i] = (struct iovec){ bytes + 600 + i, 1 };
	frame.iov[FRAME_IOV - 1].iov_len = frame.len - 600 - (FRAME_IOV - 1);
	esw_from_function(esw_vport(&card, 0), &frame);
	assert_nowhere();
	assert_int_equal(stats(0).dropped, 1);
}

/* Each mirror has the tags that the frame had by then. */
static void mirrors_between_edits(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_DROP, 0);
	uint64_t before, behind;

	(void)state;
	in.mirror[in.mirrors++].vport = cpu_to_le16((uint16_t)fn_a);
	push(&in, CTAG, 100);
	in.mirror[in.mirrors++].vport = cpu_to_le16((uint16_t)fn_b);
	add(&in);
	arrives(0, 0);
	assert_qp(3);
	TAGS({ CTAG, 100 });
	before = stats(fn_a).to_host_bytes;
	behind = stats(fn_b).to_host_bytes;
	assert_int_equal(before, sent_len);
	assert_int_equal(behind, sent_len + 4);
}

/* ---- tables ---- */

/* The rules of a table see what those before it have made. */
static void goes_on_in_a_table(void **state)
{
	struct gnic_hw_flow_add first = rule_for(0, GNIC_FLOW_TABLE, 5);
	struct gnic_hw_flow_add second = rule_for(0, GNIC_FLOW_VPORT, 1);
	uint32_t one, two;

	(void)state;
	with_tags(&first, 1);
	push(&first, CTAG, 100);
	one = add(&first);
	arrives(0, 1);
	assert_qp(1);
	TAGS({ CTAG, 100 }, { CTAG, TAG0 });
	with_tags(&second, 2);
	in_table(&second, 5);
	two = add(&second);
	arrives(0, 1);
	assert_wire(1);
	assert_int_equal(rule_hits(one), 2);
	assert_int_equal(rule_hits(two), 1);
	/* and are not for what has come from nowhere */
	arrives(0, 2);
	assert_qp(1);
	assert_int_equal(rule_hits(two), 1);
}

static void counts_all_tags(void **state)
{
	struct gnic_hw_flow_add first = rule_for(0, GNIC_FLOW_TABLE, 1);
	struct gnic_hw_flow_add second = rule_for(0, GNIC_FLOW_DROP, 0);

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		push(&first, CTAG, 1);
	add(&first);
	with_tags(&second, 3);
	in_table(&second, 1);
	add(&second);
	arrives(0, 0);
	assert_nowhere();
	arrives(0, 1);
	assert_qp(1);
}

static void many_tables(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < GNIC_FLOW_TABLES_MAX; i++) {
		struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_TABLE, i + 1);

		in_table(&in, i);
		arrives(0, 0);
		assert_qp(1);
		add(&in);
	}
	arrives(0, 0);
	assert_nowhere();
	assert_int_equal(stats(0).dropped, 1);
}

/* ---- what enters at the host side ---- */

static void rules_of_the_host_side(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_HOST, 0);
	struct gnic_hw_flow_add next = rule_for(0, GNIC_FLOW_HOST, 0);
	uint32_t id;

	(void)state;
	in_table(&in, HOST);
	push(&in, CTAG, 10);
	id = add(&in);
	is_sent(0, 0);
	assert_wire(0);
	assert_int_equal(got.len, sent_len + 4);
	assert_int_equal(rule_hits(id), 1);
	/* not for what comes from the wire */
	arrives(0, 0);
	assert_qp(1);
	assert_tags(0, NULL);
	assert_int_equal(rule_hits(id), 1);
	assert_int_equal(rule_del(id), GNIC_STATUS_OK);

	in.action = GNIC_FLOW_TABLE;
	in.target = cpu_to_le32(HOST | 5);
	add(&in);
	with_tags(&next, 1);
	in_table(&next, HOST | 5);
	id = add(&next);
	is_sent(0, 0);
	assert_wire(0);
	assert_int_equal(rule_hits(id), 1);
	assert_int_equal(stats(0).to_function_packets, 2);
}

/* Nor are rules for the wire asked of what is sent. */
static void other_rules_do_not_see_it(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_DROP, 0);
	uint32_t id = add(&in);

	(void)state;
	in = rule_for(1, GNIC_FLOW_DROP, 0);
	in_table(&in, HOST);
	add(&in);
	is_sent(0, 0);
	assert_wire(0);
	assert_int_equal(rule_hits(id), 0);
	is_sent(1, 0);
	assert_nowhere();
	assert_int_equal(stats(1).dropped, 1);
}

static void from_host_to_another_vport(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_VPORT, fn_a);

	(void)state;
	in_table(&in, HOST);
	add(&in);
	is_sent(0, 0);
	assert_qp(4);
	in = rule_for(1, GNIC_FLOW_VPORT_HOST, fn_b);
	in_table(&in, HOST);
	add(&in);
	is_sent(1, 0);
	assert_qp(3);
}

/* ---- refused ---- */

static void no_edits(void **state)
{
	const struct gnic_hw_flow_edit bad[] = {
		{ .op = GNIC_FLOW_EDIT_NONE },
		{ .op = GNIC_FLOW_EDIT_MODIFY + 1 },
		{ .op = GNIC_FLOW_EDIT_PUSH, .tpid = htons(CTAG), .mask = htons(0x0fff) },
		{ .op = GNIC_FLOW_EDIT_PUSH, .tpid = htons(0x9100), .mask = 0xffff },
		{ .op = GNIC_FLOW_EDIT_POP, .tpid = htons(CTAG) },
		{ .op = GNIC_FLOW_EDIT_POP, .tci = 1 },
		{ .op = GNIC_FLOW_EDIT_MODIFY, .tpid = htons(CTAG), .tci = htons(1) },
		{ .op = GNIC_FLOW_EDIT_MODIFY, .mask = 0xffff },
		{ .op = GNIC_FLOW_EDIT_POP, .mirrors = 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_HOST, 0);

		in.edits = 1;
		in.edit[0] = bad[i];
		assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	}
}

static void wrong_edits(void **state)
{
	struct gnic_hw_flow_add in = rule_for(0, GNIC_FLOW_HOST, 0);

	(void)state;
	in.edits = GNIC_FLOW_EDITS_MAX + 1;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	in.edits = 0;
	in.edit[1].op = GNIC_FLOW_EDIT_POP;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	/* in the order of the mirrors */
	in = rule_for(0, GNIC_FLOW_HOST, 0);
	in.mirrors = 1;
	pop(&in);
	pop(&in);
	in.edit[1].mirrors = 0;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	in.edit[1].mirrors = 1;
	assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_OK);
}

static void wrong_tables(void **state)
{
	static const struct {
		uint16_t table, mask;
		uint8_t action;
		uint32_t target;
	} bad[] = {
		{ 5, 0xffff, GNIC_FLOW_TABLE, 5 },
		{ 5, 0xffff, GNIC_FLOW_TABLE, 4 },
		{ 0, 0, GNIC_FLOW_TABLE, 0 },
		{ 5, 0xffff, GNIC_FLOW_TABLE, HOST | 6 },
		{ HOST, 0xffff, GNIC_FLOW_TABLE, 6 },
		{ 5, 0xffff, GNIC_FLOW_TABLE, 0x10006 },
		{ 0, 0x00ff, GNIC_FLOW_HOST, 0 },
		{ HOST, 0xffff, GNIC_FLOW_QP, 1 },
		{ HOST, 0xffff, GNIC_FLOW_RSS, 0 },
		{ HOST, 0xffff, GNIC_FLOW_QUEUE, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct gnic_hw_flow_add in = rule_for(0, bad[i].action, bad[i].target);

		in.key.table = cpu_to_le16(bad[i].table);
		in.mask.table = cpu_to_le16(bad[i].mask);
		assert_int_equal(rule_add(&in, NULL), GNIC_STATUS_BAD_PARAM);
	}
	assert_int_equal(card.esw->host_rules, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pushes),
		TEST(pushes_as_many_as_there_may_be),
		TEST(pops),
		TEST(modifies),
		TEST(a_long_header_and_pieces),
		TEST(headers_that_are_cut),
		TEST(too_many_pieces),
		TEST(mirrors_between_edits),
		TEST(goes_on_in_a_table),
		TEST(counts_all_tags),
		TEST(many_tables),
		TEST(rules_of_the_host_side),
		TEST(other_rules_do_not_see_it),
		TEST(from_host_to_another_vport),
		TEST(no_edits),
		TEST(wrong_edits),
		TEST(wrong_tables),
	};

	fake_seed(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("esw_edit", tests, NULL, NULL);
}
