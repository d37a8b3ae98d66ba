// SPDX-License-Identifier: GPL-2.0-only
/* parse.c: what it finds, and that it finds nothing outside of a frame. */
#include "fake.h"
#include "parse.h"

static uint8_t bytes[4096];

static struct parsed parse(uint32_t len)
{
	struct frame frame = { .hdr = bytes, .hdr_len = len, .len = len };

	frame_parse(&frame);
	assert_true(frame.is_parsed);
	return frame.parsed;
}

/* From the start of a frame, two digits a byte, blanks between. */
static uint32_t hex(const char *text)
{
	uint32_t len = 0;
	int n;

	memset(bytes, 0, sizeof(bytes));
	while (sscanf(text, " %2hhx%n", &bytes[len], &n) == 1) {
		text += n;
		len++;
	}
	return len;
}

#define MACS	"02 00 00 00 00 01 02 00 00 00 00 02 "
#define IP4(len, frag, proto) \
	"45 00 " len " 00 00 " frag " 40 " proto " 00 00 0a 00 00 01 0a 00 00 02 "
#define IP6(len, next) \
	"60 00 00 00 " len next " 40 fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 01 " \
	"fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 02 "
#define UDP(dport, len)	"12 34 " dport len " 00 00 "
#define TCP(off)	"12 34 56 78 00 00 00 01 00 00 00 02 " off " 10 ff ff 00 00 00 00 "
#define BTH	"0a 40 ff ff 00 00 01 23 80 00 00 01 "
#define ICRC	"00 00 00 00 "

static const struct {
	const char *name;
	const char *frame;
	struct parsed want;
} frames[] = {
	{ "ARP", MACS "08 06 00 01 08 00",
	  { .l2_len = 14, .eth_type = 0x0806 } },
	{ "UDP", MACS "08 00 " IP4("00 1e ", "00 00", "11") UDP("56 78", "00 0a") "aa bb",
	  { .l2_len = 14, .eth_type = 0x0800, .l3 = 1, .l4 = 2, .ip_proto = 17, .l4_off = 34,
	    .payload_off = 42, .l3_end = 44 } },
	{ "UDP, padded", MACS "08 00 " IP4("00 1c ", "00 00", "11") UDP("56 78", "00 08") "00 00",
	  { .l2_len = 14, .eth_type = 0x0800, .l3 = 1, .l4 = 2, .ip_proto = 17, .l4_off = 34,
	    .payload_off = 42, .l3_end = 42 } },
	{ "UDP length beyond the packet", MACS "08 00 " IP4("00 1c ", "00 00", "11")
	  UDP("56 78", "00 09") "00",
	  { .l2_len = 14, .eth_type = 0x0800, .l3 = 1, .l4 = 3, .ip_proto = 17, .l4_off = 34,
	    .payload_off = 34, .l3_end = 42, .bad = true } },
	{ "UDP length below a header", MACS "08 00 " IP4("00 1c ", "00 00", "11")
	  UDP("56 78", "00 07"),
	  { .l2_len = 14, .eth_type = 0x0800, .l3 = 1, .l4 = 3, .ip_proto = 17, .l4_off = 34,
	    .payload_off = 34, .l3_end = 42, .bad = true } },
	{ "TCP, one tag", MACS "81 00 20 07 08 00 " IP4("00 28 ", "40 00", "06") TCP("50"),
	  { .l2_len = 18, .eth_type = 0x0800, .l3 = 1, .l4 = 1, .ip_proto = 6, .l4_off = 38,
	    .payload_off = 58, .l3_end = 58, .tags = 1, .vlan_tci = 0x2007 } },
	{ "TCP6, two tags", MACS "88 a8 00 05 81 00 20 07 86 dd " IP6("00 14 ", "06")
	  TCP("50"),
	  { .l2_len = 22, .eth_type = 0x86dd, .l3 = 2, .l4 = 1, .ip_proto = 6, .l4_off = 62,
	    .payload_off = 82, .l3_end = 82, .tags = 2, .vlan_tci = 5 } },
	{ "three tags: the third is a type", MACS "81 00 00 01 81 00 00 02 81 00 00 03 08 00",
	  { .l2_len = 22, .eth_type = 0x8100, .tags = 2, .vlan_tci = 1 } },
	{ "TCP header beyond the packet", MACS "08 00 " IP4("00 28 ", "00 00", "06") TCP("60"),
	  { .l2_len = 14, .eth_type = 0x0800, .l3 = 1, .l4 = 3, .ip_proto = 6, .l4_off = 34,
	    .payload_off = 34, .l3_end = 54, .bad = true } },
	{ "a header's worth of padding is no header", MACS "08 00 " IP4("00 18 ", "00 00", "11")
	  UDP("56 78", "00 08"),
	  { .l2_len = 14, .eth_type = 0x0800, .l3 = 1, .l4 = 3, .ip_proto = 17, .l4_off = 34,
	    .payload_off = 34, .l3_end = 38 } },
	{ "first fragment", MACS "08 00 " IP4("00 1c ", "20 00", "11") UDP("56 78", "00 20"),
	  { .l2_len = 14, .eth_type = 0x0800, .l3 = 1, .ip_proto = 17, .l4_off = 34,
	    .payload_off = 34, .l3_end = 42, .fragment = true } },
	{ "later fragment", MACS "08 00 " IP4("00 1c ", "00 01", "11") UDP("56 78", "00 20"),
	  { .l2_len = 14, .eth_type = 0x0800, .l3 = 1, .ip_proto = 17, .l4_off = 34,
	    .payload_off = 34, .l3_end = 42, .fragment = true } },
	{ "ICMP with IP options", MACS "08 00 46 00 00 20 00 00 00 00 40 01 00 00 0a 00 00 01 "
	  "0a 00 00 02 01 01 01 01 08 00 00 00 00 00 00 00",
	  { .l2_len = 14, .eth_type = 0x0800, .l3 = 1, .l4 = 3, .ip_proto = 1, .l4_off = 38,
	    .payload_off = 38, .l3_end = 46 } },
	{ "IPv4 longer than the frame", MACS "08 00 " IP4("00 1d ", "00 00", "11")
	  UDP("56 78", "00 08"),
	  { .l2_len = 14, .eth_type = 0x0800, .bad = true } },
	{ "IPv4 with a header of 16 bytes", MACS "08 00 44 00 00 14 00 00 00 00 40 06 00 00 "
	  "0a 00 00 01 0a 00 00 02 00 00",
	  { .l2_len = 14, .eth_type = 0x0800, .bad = true } },
	{ "IPv4 type, version 6", MACS "08 00 " IP6("00 00 ", "3b"),
	  { .l2_len = 14, .eth_type = 0x0800, .bad = true } },
	{ "IPv6 longer than the frame", MACS "86 dd " IP6("00 01 ", "11"),
	  { .l2_len = 14, .eth_type = 0x86dd, .bad = true } },
	{ "IPv6, hop-by-hop, destination options, UDP", MACS "86 dd " IP6("00 18 ", "00")
	  "3c 00 01 04 00 00 00 00 11 00 01 04 00 00 00 00 " UDP("56 78", "00 08"),
	  { .l2_len = 14, .eth_type = 0x86dd, .l3 = 2, .l4 = 2, .ip_proto = 17, .l4_off = 70,
	    .payload_off = 78, .l3_end = 78 } },
	{ "IPv6 fragment", MACS "86 dd " IP6("00 10 ", "2c") "11 00 00 01 00 00 00 09 "
	  UDP("56 78", "00 08"),
	  { .l2_len = 14, .eth_type = 0x86dd, .l3 = 2, .ip_proto = 17, .l4_off = 62,
	    .payload_off = 62, .l3_end = 70, .fragment = true } },
	{ "IPv6 atomic fragment is whole", MACS "86 dd " IP6("00 10 ", "2c")
	  "11 00 00 00 00 00 00 09 " UDP("56 78", "00 08"),
	  { .l2_len = 14, .eth_type = 0x86dd, .l3 = 2, .l4 = 2, .ip_proto = 17, .l4_off = 62,
	    .payload_off = 70, .l3_end = 70 } },
	{ "IPv6 extension header beyond the packet", MACS "86 dd " IP6("00 08 ", "00")
	  "11 01 01 04 00 00 00 00 " UDP("56 78", "00 08"),
	  { .l2_len = 14, .eth_type = 0x86dd, .l3 = 2, .ip_proto = 0, .l4_off = 54,
	    .l3_end = 62, .bad = true } },
	{ "RoCE", MACS "08 00 " IP4("00 2c ", "00 00", "11") UDP("12 b7", "00 18") BTH ICRC,
	  { .l2_len = 14, .eth_type = 0x0800, .l3 = 1, .l4 = 2, .ip_proto = 17, .l4_off = 34,
	    .payload_off = 42, .l3_end = 58, .roce = true } },
	{ "RoCE over IPv6", MACS "86 dd " IP6("00 18 ", "11") UDP("12 b7", "00 18") BTH ICRC,
	  { .l2_len = 14, .eth_type = 0x86dd, .l3 = 2, .l4 = 2, .ip_proto = 17, .l4_off = 54,
	    .payload_off = 62, .l3_end = 78, .roce = true } },
	{ "RoCE's port, no room for a BTH", MACS "08 00 " IP4("00 27 ", "00 00", "11")
	  UDP("12 b7", "00 13") "00 00 00 00 00 00 00 00 00 00 00",
	  { .l2_len = 14, .eth_type = 0x0800, .l3 = 1, .l4 = 2, .ip_proto = 17, .l4_off = 34,
	    .payload_off = 42, .l3_end = 53 } },
};

#define FRAMES	(sizeof(frames) / sizeof(frames[0]))

#define SAME(field) do { \
	if (got.field != want->field) \
		fail_msg("%s: " #field " is %u, not %u", name, (unsigned int)got.field, \
			 (unsigned int)want->field); \
} while (0)

static void assert_parsed(const char *name, struct parsed got, const struct parsed *want)
{
	SAME(l2_len);
	SAME(l4_off);
	SAME(payload_off);
	SAME(eth_type);
	SAME(vlan_tci);
	SAME(tags);
	SAME(l3);
	SAME(l4);
	SAME(ip_proto);
	SAME(fragment);
	SAME(roce);
	SAME(bad);
	SAME(l3_end);
}

static void known_frames(void **state)
{
	(void)state;
	for (size_t i = 0; i < FRAMES; i++)
		assert_parsed(frames[i].name, parse(hex(frames[i].frame)), &frames[i].want);
}

/* What others rely on, whatever the bytes are. */
static void assert_bounded(const struct frame *frame)
{
	const struct parsed *p = &frame->parsed;

	if (frame->hdr_len < ETH_LEN)
		return;
	assert_true(p->l2_len <= frame->hdr_len);
	assert_true(p->l4_off <= frame->hdr_len);
	assert_true(p->payload_off <= frame->hdr_len);
	assert_true(p->l3_end <= frame->len);
	assert_true(p->l4_off <= p->l3_end);
	if (p->l3)
		assert_true(p->l2_len + (p->l3 == 1 ? 20u : 40u) <= frame->hdr_len);
	if (p->l4 == GNIC_CQE_L4_TCP)
		assert_true(p->l4_off + 20u <= p->payload_off && p->payload_off <= p->l3_end);
	if (p->l4 == GNIC_CQE_L4_UDP)
		assert_true(p->l4_off + 8u == p->payload_off && p->payload_off <= p->l3_end);
	if (p->roce)
		assert_true(p->payload_off + 12u <= frame->hdr_len);
}

/* In memory of exactly that size, so that the sanitizer sees one byte too many. */
static void parse_exact(uint32_t hdr_len, uint32_t len)
{
	uint8_t *copy = malloc(hdr_len ? hdr_len : 1);
	struct frame frame = { .hdr = copy, .hdr_len = hdr_len, .len = len };

	memcpy(copy, bytes, hdr_len);
	frame_parse(&frame);
	assert_bounded(&frame);
	free(copy);
}

static void truncated_frames(void **state)
{
	(void)state;
	for (size_t i = 0; i < FRAMES; i++) {
		uint32_t len = hex(frames[i].frame);

		for (uint32_t cut = 0; cut <= len; cut++) {
			parse_exact(cut, cut);
			parse_exact(cut, len);	/* the rest is in pieces */
			parse_exact(len, cut);
		}
	}
}

static void damaged_frames(void **state)
{
	(void)state;
	for (unsigned int round = 0; round < 200000; round++) {
		uint32_t len = hex(frames[fake_random() % FRAMES].frame);

		for (unsigned int n = 1 + fake_random() % 4; n; n--)
			bytes[12 + fake_random() % (len - 12)] = (uint8_t)fake_random();
		parse_exact(len, len);
	}
}

static void built_frames(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2 * 2 * 3 * 3; i++) {
		struct fake_frame what = {
			.v6 = i & 1, .udp = i & 2, .tags = i / 4 % 3, .payload = 100,
			.ip_options = i & 1 ? 0 : (uint8_t)(i / 12 * 4),
			.tcp_options = (uint8_t)(i / 12 * 8),
		};
		uint32_t len = fake_build(bytes, &what);
		struct parsed p = parse(len);

		assert_false(p.bad);
		assert_int_equal(p.payload_off, fake_hdr_len(&what));
		assert_int_equal(p.l3_end, len);
		assert_int_equal(p.l4, what.udp ? GNIC_CQE_L4_UDP : GNIC_CQE_L4_TCP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_frames),
		cmocka_unit_test(built_frames),
		cmocka_unit_test(truncated_frames),
		cmocka_unit_test(damaged_frames),
	};

	fake_seed(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
