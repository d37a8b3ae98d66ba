// SPDX-License-Identifier: GPL-2.0-only
/* flow_table.c and flow_key.c: rules against a list that is searched from end to end. */
#include <arpa/inet.h>

#include "fake.h"
#include "flow_table.h"
#include "roce.h"

static struct flow_table *table;

static int setup(void **state)
{
	(void)state;
	table = flow_create();
	return !table;
}

static int teardown(void **state)
{
	(void)state;
	flow_destroy(table);
	return 0;
}

static enum gnic_hw_status add(const union flow_key *key, const union flow_key *mask,
			       uint32_t priority, struct flow_rule **rule)
{
	return flow_add(table, &key->hw, &mask->hw, NULL, priority, rule);
}

static union flow_key exact_mask(void)
{
	union flow_key mask;

	memset(&mask, 0xff, sizeof(mask));
	return mask;
}

/* ---- the list ---- */

#define RULES	600u

struct entry {
	union flow_key key, mask;
	uint32_t priority, age, mask_age;
	struct flow_rule *rule;
};

static struct entry list[RULES];

static bool entry_matches(const struct entry *e, const union flow_key *key)
{
	for (int i = 0; i < FLOW_WORDS; i++)
		if ((key->word[i] & e->mask.word[i]) != e->key.word[i])
			return false;
	return true;
}

/* Lowest priority number, then the mask that came first, then the newest. */
static bool entry_better(const struct entry *a, const struct entry *b)
{
	if (a->priority != b->priority)
		return a->priority < b->priority;
	if (a->mask_age != b->mask_age)
		return a->mask_age < b->mask_age;
	return a->age > b->age;
}

static struct flow_rule *reference(const union flow_key *key)
{
	const struct entry *best = NULL;

	for (uint32_t i = 0; i < RULES; i++) {
		const struct entry *e = &list[i];

		if (!e->rule || !entry_matches(e, key))
			continue;
		if (!best || entry_better(e, best))
			best = e;
	}
	return best ? best->rule : NULL;
}

/* Bits that are few, so that rules meet. */
static union flow_key few_bits(void)
{
	union flow_key key = { 0 };

	key.hw.src_ip[0] = fake_random() & 3;
	key.hw.dst_ip[15] = fake_random() & 3;
	key.hw.l4_dst = (uint16_t)(fake_random() & 3);
	key.hw.ip_proto = fake_random() & 1;
	key.hw.l4_info[2] = fake_random() & 1;
	key.hw.smac[5] = fake_random() & 1;
	return key;
}

static const struct entry *same_mask(const struct entry *e)
{
	for (uint32_t i = 0; i < RULES; i++)
		if (list[i].rule && !memcmp(&list[i].mask, &e->mask, sizeof(e->mask)))
			return &list[i];
	return NULL;
}

static void change(struct entry *e, union flow_key *masks, uint32_t age)
{
	const struct entry *same;

	if (e->rule) {
		flow_del(table, e->rule);
		e->rule = NULL;
		return;
	}
	e->mask = masks[fake_random() % 10];
	e->priority = fake_random() % 3;
	e->key = few_bits();
	for (int i = 0; i < FLOW_WORDS; i++)
		e->key.word[i] &= e->mask.word[i];
	same = same_mask(e);
	e->mask_age = same ? same->mask_age : age;
	e->age = age;
	assert_int_equal(add(&e->key, &e->mask, e->priority, &e->rule), GNIC_STATUS_OK);
}

static void random_rules(void **state)
{
	union flow_key masks[10];

	(void)state;
	for (int i = 0; i < 10; i++)
		masks[i] = few_bits();
	for (uint32_t round = 0; round < 20000; round++) {
		union flow_key key = few_bits();

		change(&list[fake_random() % RULES], masks, round);
		assert_ptr_equal(flow_lookup(table, &key), reference(&key));
	}
}

/* ---- limits ---- */

static void all_rules(void **state)
{
	union flow_key mask = exact_mask(), key = { 0 };
	struct flow_rule *rule;

	(void)state;
	for (uint32_t i = 0; i < GNIC_FLOWS_MAX; i++) {
		key.word[0] = i;
		assert_int_equal(add(&key, &mask, 5, &rule), GNIC_STATUS_OK);
		assert_ptr_equal(flow_get(table, rule->id), rule);
	}
	assert_int_equal(flow_count(table), GNIC_FLOWS_MAX);
	key.word[0]++;
	assert_int_equal(add(&key, &mask, 5, &rule), GNIC_STATUS_NO_RESOURCE);
	assert_null(flow_lookup(table, &key));
	for (uint32_t i = 0; i < GNIC_FLOWS_MAX; i++) {
		key.word[0] = i;
		rule = flow_lookup(table, &key);
		assert_non_null(rule);
		assert_int_equal(rule->key.word[0], i);
		flow_del(table, rule);
		assert_null(flow_lookup(table, &key));
	}
	assert_int_equal(flow_count(table), 0);
}

static void all_masks(void **state)
{
	union flow_key mask = { 0 }, key = { 0 };
	struct flow_rule *rule, *first;

	(void)state;
	for (uint32_t i = 0; i < GNIC_FLOW_MASKS_MAX; i++) {
		mask.word[1] = 1ull << i;
		assert_int_equal(add(&key, &mask, 0, i ? &rule : &first), GNIC_STATUS_OK);
	}
	mask.word[2] = 1;
	assert_int_equal(add(&key, &mask, 0, &rule), GNIC_STATUS_NO_RESOURCE);
	/* a known mask at another priority is no other mask */
	mask.word[2] = 0;
	mask.word[1] = 1;
	assert_int_equal(add(&key, &mask, 1, &rule), GNIC_STATUS_OK);
	flow_del(table, first);
	mask.word[2] = 1;
	assert_int_equal(add(&key, &mask, 1, &first), GNIC_STATUS_NO_RESOURCE);
	flow_del(table, rule);
	assert_int_equal(add(&key, &mask, 1, &rule), GNIC_STATUS_OK);
}

/* One key, many priorities: the best that is left wins. */
static void all_priorities(void **state)
{
	union flow_key mask = exact_mask(), key = few_bits();
	struct flow_rule *rules[200];

	(void)state;
	for (uint32_t i = 0; i < 200; i++)
		assert_int_equal(add(&key, &mask, i * 7919 % 200, &rules[i * 7919 % 200]),
				 GNIC_STATUS_OK);
	for (uint32_t i = 0; i < 200; i++) {
		assert_ptr_equal(flow_lookup(table, &key), rules[i]);
		flow_del(table, rules[i]);
	}
	assert_null(flow_lookup(table, &key));
}

/* One key, one priority: the newest that is left counts, whichever goes. */
static void all_in_one_place(void **state)
{
	union flow_key mask = exact_mask(), key = few_bits();
	struct flow_rule *rules[200], *other;
	unsigned int newest = 199;

	(void)state;
	for (uint32_t i = 0; i < 200; i++)
		assert_int_equal(add(&key, &mask, 3, &rules[i]), GNIC_STATUS_OK);
	key.word[0]++;
	assert_int_equal(add(&key, &mask, 3, &other), GNIC_STATUS_OK);
	for (uint32_t i = 0; i < 200; i++) {
		unsigned int gone = i * 7919 % 200;

		flow_del(table, rules[gone]);
		rules[gone] = NULL;
		while (newest && !rules[newest])
			newest--;
		assert_ptr_equal(flow_lookup(table, &key), other);
		key.word[0]--;
		assert_ptr_equal(flow_lookup(table, &key), rules[newest]);
		key.word[0]++;
	}
	assert_int_equal(flow_count(table), 1);
}

/* Whatever is in whose place: all of it goes, and there is room for as much. */
static void flushed(void **state)
{
	union flow_key mask = exact_mask(), key = few_bits();
	struct flow_rule *rule;
	uint32_t id;

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < GNIC_FLOWS_MAX; i++)
			assert_int_equal(add(&key, &mask, i & 1, &rule), GNIC_STATUS_OK);
		id = rule->id;
		flow_flush(table);
		assert_int_equal(flow_count(table), 0);
		assert_null(flow_lookup(table, &key));
		assert_null(flow_get(table, id));
	}
}

static void bits_outside_the_mask(void **state)
{
	struct flow_rule *rule;

	(void)state;
	for (unsigned int bit = 0; bit < 512; bit++) {
		union flow_key mask = exact_mask(), key = { 0 };

		mask.word[bit / 64] &= ~(1ull << bit % 64);
		key.word[bit / 64] = 1ull << bit % 64;
		assert_int_equal(add(&key, &mask, 0, &rule), GNIC_STATUS_BAD_PARAM);
	}
	assert_int_equal(flow_count(table), 0);
}

/* A number is reused as late as can be. */
static void ids(void **state)
{
	union flow_key mask = exact_mask(), key = { 0 };
	struct flow_rule *rule;
	uint32_t id;

	(void)state;
	assert_int_equal(add(&key, &mask, 0, &rule), GNIC_STATUS_OK);
	id = rule->id;
	flow_del(table, rule);
	assert_null(flow_get(table, id));
	assert_null(flow_get(table, GNIC_FLOWS_MAX));
	assert_int_equal(add(&key, &mask, 0, &rule), GNIC_STATUS_OK);
	assert_int_not_equal(rule->id, id);
	flow_flush(table);
	assert_int_equal(flow_count(table), 0);
	assert_null(flow_lookup(table, &key));
}

static void mask_of_nothing_matches_all(void **state)
{
	union flow_key none = { 0 }, key = few_bits();
	struct flow_rule *rule;

	(void)state;
	assert_int_equal(add(&none, &none, 9, &rule), GNIC_STATUS_OK);
	assert_ptr_equal(flow_lookup(table, &key), rule);
}

/* ---- keys ---- */

static uint8_t bytes[512];

static union flow_key key_of(uint32_t len)
{
	struct frame frame = { .hdr = bytes, .hdr_len = len, .len = len };
	union flow_key key;

	frame_parse(&frame);
	flow_key_frame(&key, &frame, 0x102);
	return key;
}

static void key_of_tcp(void **state)
{
	struct fake_frame what = { .tags = 1, .payload = 10 };
	uint32_t len = fake_build(bytes, &what);
	union flow_key key = key_of(len), want = { 0 };

	(void)state;
	memcpy(want.hw.dmac, bytes, 6);
	memcpy(want.hw.smac, bytes + 6, 6);
	memcpy(want.hw.src_ip, bytes + 30, 4);
	memcpy(want.hw.dst_ip, bytes + 34, 4);
	want.hw.eth_type = htons(0x0800);
	want.hw.vlan_tci = htons(0x2005);
	want.hw.l4_src = htons(0x1234);
	want.hw.l4_dst = htons(0x5678);
	want.hw.vport = cpu_to_le16(0x102);
	want.hw.ip_proto = 6;
	want.hw.ip_tos = bytes[19];
	want.hw.ip_ttl = bytes[26];
	want.hw.l4_info[1] = bytes[50] & 0x0f;
	want.hw.l4_info[2] = bytes[51];
	assert_int_not_equal(want.hw.ip_ttl, 0);
	assert_int_not_equal(bytes[50] >> 4, 0);
	assert_int_not_equal(want.hw.l4_info[2], 0);
	want.hw.frame = GNIC_FLOW_FRAME_TAGGED;
	want.hw.tags = 1;
	assert_memory_equal(&key, &want, sizeof(key));
}

static void key_of_udp6(void **state)
{
	struct fake_frame what = { .v6 = true, .udp = true, .payload = 10 };
	uint32_t len = fake_build(bytes, &what);
	union flow_key key = key_of(len);

	(void)state;
	assert_memory_equal(key.hw.src_ip, bytes + 22, 16);
	assert_memory_equal(key.hw.dst_ip, bytes + 38, 16);
	assert_int_equal(key.hw.eth_type, htons(0x86dd));
	assert_int_equal(key.hw.vlan_tci, 0);
	assert_int_equal(key.hw.ip_proto, 17);
	assert_int_equal(key.hw.l4_dst, htons(0x5678));
	assert_int_equal(key.hw.ip_ttl, bytes[21]);
	assert_int_equal(key.hw.frame, 0);
	bytes[14] = 0x6a;
	bytes[15] = 0xb0;
	assert_int_equal(key_of(len).hw.ip_tos, 0xab);
}

/* Of a protocol that nobody knows the first four bytes count as ports. */
static void key_of_other(void **state)
{
	struct fake_frame what = { .udp = true, .payload = 10 };
	uint32_t len = fake_build(bytes, &what);
	union flow_key key;

	(void)state;
	bytes[15] = 0x2c;
	bytes[23] = 50;
	key = key_of(len);
	assert_int_equal(key.hw.ip_proto, 50);
	assert_int_equal(key.hw.ip_tos, 0x2c);
	assert_int_equal(key.hw.l4_src, htons(0x1234));
	assert_int_equal(key.hw.l4_dst, htons(0x5678));
	/* the packet ends before its fourth byte: padding is no header */
	bytes[16] = 0;
	bytes[17] = 23;
	key = key_of(len);
	assert_int_equal(key.hw.l4_src | key.hw.l4_dst, 0);
}

static void key_of_fragment(void **state)
{
	struct fake_frame what = { .udp = true, .payload = 10 };
	uint32_t len = fake_build(bytes, &what);
	union flow_key key;

	(void)state;
	bytes[20] = 0x20;
	key = key_of(len);
	assert_int_equal(key.hw.l4_src | key.hw.l4_dst, 0);
	assert_int_equal(key.hw.ip_proto, 17);
	assert_int_equal(key.hw.frame, GNIC_FLOW_FRAME_FRAGMENT);
	assert_memory_equal(key.hw.src_ip, bytes + 26, 4);
}

static void key_of_arp(void **state)
{
	union flow_key key, want = { 0 };

	(void)state;
	memset(bytes, 0x33, 60);
	bytes[12] = 8;
	bytes[13] = 6;
	key = key_of(60);
	memset(want.hw.dmac, 0x33, 6);
	memset(want.hw.smac, 0x33, 6);
	memset(want.hw.payload, 0x33, 32);
	want.hw.eth_type = htons(0x0806);
	want.hw.vport = cpu_to_le16(0x102);
	assert_memory_equal(&key, &want, sizeof(key));
}

/* Behind a tag, and shorter than what there is room for. */
static void key_of_payload(void **state)
{
	union flow_key key;

	(void)state;
	memset(bytes, 0, 64);
	bytes[12] = 0x81;
	bytes[16] = 0x88;
	bytes[17] = 0x47;
	for (unsigned int i = 18; i < 64; i++)
		bytes[i] = (uint8_t)i;
	key = key_of(60);
	assert_int_equal(key.hw.eth_type, htons(0x8847));
	assert_memory_equal(key.hw.payload, bytes + 18, 32);
	key = key_of(20);
	assert_memory_equal(key.hw.payload, bytes + 18, 2);
	for (unsigned int i = 2; i < 32; i++)
		assert_int_equal(key.hw.payload[i], 0);
	assert_int_equal(key_of(18).hw.payload[0], 0);
	/* a packet that calls itself IPv4 and is none has neither */
	bytes[16] = 8;
	bytes[17] = 0;
	assert_int_equal(key_of(60).hw.payload[0], 0);
}

/* A rule can't tell a packet of an RC QP from its bytes on a wire. */
static void key_of_rc(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct roce_path path = {
			.ip_version = i & 1 ? 6 : 4, .hop_limit = 64, .udp_sport = 0xc123,
			.tos = 0x68, .vlan_tci = i & 2 ? 0x2007 : 0, .src_mac = { 2, 1 }, .dst_mac = { 2, 2 },
			.src_ip = { 1, 2, 3, 4 }, .dst_ip = { 5, 6, 7, 8 },
		};
		struct rc_packet rc = { .path = &path, .opcode = ROCE_ACK, .dst_qp = 0x123456 };
		struct frame frame = { .rc = &rc, .len = roce_frame_len(&rc) };
		union flow_key key, same;

		flow_key_frame(&key, &frame, 0x102);
		assert_memory_equal(key.hw.l4_info, "\x12\x34\x56", 3);
		same = key_of(frame_flatten(&frame, bytes, sizeof(bytes)));
		assert_memory_equal(&key, &same, sizeof(key));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(random_rules, setup, teardown),
		cmocka_unit_test_setup_teardown(all_rules, setup, teardown),
		cmocka_unit_test_setup_teardown(all_masks, setup, teardown),
		cmocka_unit_test_setup_teardown(all_priorities, setup, teardown),
		cmocka_unit_test_setup_teardown(all_in_one_place, setup, teardown),
		cmocka_unit_test_setup_teardown(flushed, setup, teardown),
		cmocka_unit_test_setup_teardown(bits_outside_the_mask, setup, teardown),
		cmocka_unit_test_setup_teardown(ids, setup, teardown),
		cmocka_unit_test_setup_teardown(mask_of_nothing_matches_all, setup, teardown),
		cmocka_unit_test(key_of_tcp),
		cmocka_unit_test(key_of_udp6),
		cmocka_unit_test(key_of_other),
		cmocka_unit_test(key_of_fragment),
		cmocka_unit_test(key_of_arp),
		cmocka_unit_test(key_of_payload),
		cmocka_unit_test(key_of_rc),
	};

	fake_seed(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("flow_table", tests, NULL, NULL);
}
