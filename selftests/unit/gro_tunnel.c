// SPDX-License-Identifier: GPL-2.0-only
/* rxe_gro_seg.c: segments in IP in IP, and that nothing which differs is merged. */
#include "fake.h"
#include "gro_lab.h"

#define HEADERS	2	/* IP headers of a segment */

static int setup(void **state)
{
	(void)state;
	gro_lab_setup(GNIC_GRO_IPIP);
	return 0;
}

static struct segment tunnelled(uint8_t version, bool v6)
{
	struct segment s = first();

	s.v6 = v6;
	s.outer = (struct outer){ .version = version, .ttl = 33, .id = 0xffff, .host = 7,
				  .fragment = 0x4000 };
	return s;
}

static uint32_t hdr_len(const struct segment *what)
{
	return 14 + (what->outer.version == 6 ? 40 : what->outer.version ? 20 : 0) +
	       what->outer.ext + (what->v6 ? 40 : 20) + 20;
}

/* Each kind of tunnel: both versions outside and inside. */
static void each_kind(void (*test)(const struct segment *s))
{
	for (unsigned int kind = 0; kind < 4; kind++) {
		struct segment s = tunnelled(kind & 1 ? 6 : 4, kind & 2);

		start_over();
		test(&s);
	}
}

/* An IP header at @at for a packet that ends at @len. */
static void set_lengths(uint8_t *packet, uint32_t at, uint32_t len, bool v6)
{
	frame_put_be16(packet + at + (v6 ? 4 : 2), (uint16_t)(len - at - (v6 ? 40 : 0)));
	if (!v6)
		set_ip_sum(packet + at);
}

/* ---- merged ---- */

/* Byte by byte: the headers of the first, both made right for the whole. */
static void merges_kind(const struct segment *what)
{
	static uint8_t want[16384], got[16384];
	uint32_t hdr = hdr_len(what), len = hdr, buf = fake_rq_done, flags;
	struct segment s = *what;

	for (unsigned int i = 0; i < 10; i++, s = next(&s)) {
		s.flags = i == 9 ? ACK | PSH : ACK;
		s.payload = i == 9 ? 1 : MSS;
		receive(&s);
		if (!i)
			memcpy(want, bytes, hdr);
		memcpy(want + len, bytes + hdr, s.payload);
		len += s.payload;
	}
	assert_int_equal(fake_ncqes, 1);
	assert_true(is_merged(0));
	assert_int_equal(le16_to_cpu(cqe(0)->csum), MSS);
	assert_int_equal(size(0), len);
	assert_true(le32_to_cpu(cqe(0)->ctrl) & GNIC_CQE_INNER_OK);
	flags = le32_to_cpu(cqe(0)->flags);
	assert_int_equal(flags & (GNIC_RAW_CQE_GRO_FIXED_ID | GNIC_RAW_CQE_GRO_FIXED_INNER |
				  GNIC_RAW_CQE_CSUM | GNIC_RAW_CQE_L4_OK), GNIC_RAW_CQE_L4_OK);
	assert_int_equal(!!(flags & GNIC_RAW_CQE_L3_OK), what->outer.version == 4);
	assert_int_equal(FIELD_GET(GNIC_RAW_CQE_HDR_LEN, flags), hdr);
	for (uint32_t at = 0; at < len; at += BUFFER)
		memcpy(got + at, fake_ptr(buffer_addr(buf++)), BUFFER);
	set_lengths(want, 14, len, what->outer.version == 6);
	set_lengths(want, hdr - (what->v6 ? 60 : 40), len, what->v6);
	want[hdr - 20 + 13] |= PSH;
	memset(want + hdr - 4, 0, 2);
	memset(got + hdr - 4, 0, 2);
	assert_memory_equal(got, want, len);
}

static void merges(void **state)
{
	(void)state;
	each_kind(merges_kind);
	assert_int_equal(f.qp.stats.rx_packets, 40);
}

/* What the first two had in common the third has to have, in each header by itself. */
static void ids_kind(const struct segment *what)
{
	for (unsigned int fixed = 0; fixed < 4; fixed++) {
		for (unsigned int third = 0; third < 4; third++) {
			struct segment s = *what, b = next(&s), c;
			bool same = (what->outer.version == 6 || !((fixed ^ third) & 1)) &&
				    (what->v6 || !((fixed ^ third) & 2));
			uint32_t want = (fixed & 1 && what->outer.version == 4 ?
					 GNIC_RAW_CQE_GRO_FIXED_ID : 0) |
					(fixed & 2 && !what->v6 ? GNIC_RAW_CQE_GRO_FIXED_INNER : 0);

			start_over();
			b.outer.id -= fixed & 1;
			b.id -= fixed >> 1;
			c = next(&b);
			c.outer.id = third & 1 ? s.outer.id : (uint16_t)(s.outer.id + 2);
			c.id = third & 2 ? s.id : (uint16_t)(s.id + 2);
			receive(&s);
			receive(&b);
			receive(&c);
			rxe_gro_flush(&f.qp);
			assert_int_equal(fake_ncqes, same ? 1 : 2);
			assert_true(is_merged(0));
			assert_int_equal(le32_to_cpu(cqe(0)->flags) & (GNIC_RAW_CQE_GRO_FIXED_ID |
					 GNIC_RAW_CQE_GRO_FIXED_INNER), want);
		}
	}
}

static void identifications(void **state)
{
	(void)state;
	each_kind(ids_kind);
}

/* A segment in a tunnel between the ends of its connection. */
static void receive_alike(const struct segment *what)
{
	uint32_t len = build(what);

	memcpy(bytes + 14 + 12, bytes + 34 + 12, 8);
	set_ip_sum(bytes + 14);
	receive_bytes(len);
}

/* A tunnel is a flow of its own: another one, and what is in none, go their way. */
static void tunnels_apart(void **state)
{
	struct segment a = tunnelled(4, false), b = a, plain = first();

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		receive_alike(&a);
		receive(&b);
		receive(&plain);
		a = next(&a);
		b = next(&b);
		plain = next(&plain);
	}
	assert_int_equal(fake_ncqes, 0);
	rxe_gro_flush(&f.qp);
	assert_int_equal(fake_ncqes, 3);
	for (unsigned int i = 0; i < 3; i++) {
		assert_true(is_merged(i));
		assert_int_equal(!!(le32_to_cpu(cqe(i)->ctrl) & GNIC_CQE_INNER_OK), i < 2);
	}
}

/* Buffers that hold whatever comes, all in one place. */
static void post_large(void)
{
	for (unsigned int i = 0; i < 1u << FAKE_LOG; i++) {
		struct gnic_hw_recv_wqe *wqe = fake_ptr(FAKE_RQ + i * 16);

		wqe->addr = cpu_to_le64(FAKE_DATA + 0x4000);
		wqe->size = cpu_to_le32(66000);
	}
}

/* As long as an IP packet may be, the outer one is the longest; and a byte more. */
static void longest(void **state)
{
	(void)state;
	for (unsigned int more = 0; more < 2; more++) {
		struct segment s = tunnelled(4, false);

		start_over();
		post_large();
		s.payload = 2000;
		for (unsigned int i = 0; i < 32; i++, s = next(&s))
			receive(&s);
		assert_int_equal(fake_ncqes, 0);
		s.payload = 65535 - 60 - 32 * 2000 + more;
		receive(&s);
		rxe_gro_flush(&f.qp);
		assert_int_equal(fake_ncqes, 1 + more);
		assert_int_equal(size(0), more ? 14 + 60 + 32 * 2000 : 14 + 65535);
	}
}

/* What a TCP flow in a tunnel of Linux has by default. */
static void extension_headers(void **state)
{
	static const uint8_t yes[] = { 43, 60 }, no[] = { 44, 51 };
	struct segment a, b;

	(void)state;
	for (unsigned int i = 0; i < 2 * sizeof(yes); i++) {
		start_over();
		a = tunnelled(6, true);
		*(i & 1 ? &a.ext : &a.outer.ext) = yes[i / 2];
		receive(&a);
		b = next(&a);
		b.flags |= PSH;
		receive(&b);
		assert_int_equal(fake_ncqes, 1);
		assert_true(is_merged(0));
	}
	for (unsigned int i = 0; i < 2 * sizeof(no); i++) {
		a = tunnelled(6, true);
		*(i & 1 ? &a.ext : &a.outer.ext) = no[i / 2];
		b = next(&a);
		assert_apart(&a, &b);
	}
}

/* ---- not merged ---- */

/* Who did not ask for it gets frames as they came. */
static void not_asked_for(void **state)
{
	struct segment a = tunnelled(4, false), b = next(&a);

	(void)state;
	assert_int_equal(gro(f.qp.qpn, GNIC_RAW_GRO_SIZE_MAX, USECS, 0), GNIC_STATUS_OK);
	receive(&a);
	receive(&b);
	assert_int_equal(fake_ncqes, 2);
	assert_false(is_merged(0));
	assert_true(le32_to_cpu(cqe(0)->flags) & GNIC_RAW_CQE_CSUM);
}

static void differs_kind(const struct segment *what)
{
	const struct segment a = *what, follows = next(&a);
	struct segment b;

#define WITH(member, value) (b = follows, b.member = (value), assert_apart(&a, &b))
	WITH(seq, follows.seq + 1);
	WITH(ttl, 63);
	WITH(flags, ACK | SYN);
	WITH(flags, ACK | CWR);
	WITH(payload, 0);
	WITH(payload, MSS + 1);
	WITH(tcp_options, 4);
	WITH(bad_sum, true);
	WITH(outer.ttl, 32);
	WITH(outer.tos, 1);
	WITH(outer.host, 8);
	if (!a.v6) {
		WITH(id, follows.id + 1);
		WITH(fragment, 0);
		WITH(ip_options, 4);
		WITH(bad_ip_sum, true);
	}
	if (a.outer.version == 4) {
		WITH(outer.id, follows.outer.id + 1);
		WITH(outer.fragment, 0);
		WITH(outer.options, 4);
		WITH(outer.bad_sum, true);
	}
	/* bytes behind the inner packet: they would be lost */
	WITH(outer.slack, 4);
#undef WITH
}

static void differs(void **state)
{
	(void)state;
	each_kind(differs_kind);
}

/* The same bytes in a tunnel that is another protocol's, or in two tunnels. */
static void no_such_tunnel(void **state)
{
	struct segment a = tunnelled(4, false), b = next(&a);
	uint32_t len;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		len = build(i ? &b : &a);
		bytes[14 + 9] = 47;
		set_ip_sum(bytes + 14);
		receive_bytes(len);
	}
	assert_int_equal(fake_ncqes, 2);
	start_over();
	for (unsigned int i = 0; i < 2; i++) {
		len = build(i ? &b : &a);
		len += add_outer(bytes + 14, len - 14, &a.outer, false);
		receive_bytes(len);
	}
	assert_int_equal(fake_ncqes, 2);
	assert_false(is_merged(0));
	assert_false(is_merged(1));
}

/* A piece may be of any flow, and so may what contradicts itself: nothing waits for it. */
static void unknown_flow(void **state)
{
	struct segment a = tunnelled(4, false), plain = first(), b = next(&a);
	uint32_t len;

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		start_over();
		receive(&a);
		receive(&plain);
		assert_int_equal(fake_ncqes, 0);
		b.fragment = i == 0 ? 0x2000 : 0x4000;
		b.outer.fragment = i == 1 ? 0x2000 : 0x4000;
		len = build(&b);
		if (i == 2)
			bytes[34] = 0x43;
		if (i == 3)
			set_lengths(bytes, 14, len - 4, false);
		receive_bytes(len);
		assert_int_equal(fake_ncqes, 3);
		for (unsigned int j = 0; j < 3; j++)
			assert_false(is_merged(j));
	}
}

/* ---- every bit ---- */

/* Where headers begin, in bytes; the last one is TCP's. */
struct layout {
	unsigned int ip[HEADERS], ips, tcp, end;
	bool v6[HEADERS];
};

static struct layout layout_of(const struct segment *what)
{
	struct layout l = { .ip = { 14 } };
	unsigned int at = 14;

	if (what->outer.version) {
		l.v6[l.ips] = what->outer.version == 6;
		l.ip[l.ips] = at;
		at += l.v6[l.ips++] ? 40 : 20;
	}
	l.v6[l.ips] = what->v6;
	l.ip[l.ips] = at;
	l.tcp = at + (l.v6[l.ips++] ? 40 : 20);
	l.end = l.tcp + 20;
	return l;
}

/* Sums are made right whatever the bit was. */
static void set_sums(const struct layout *l, uint32_t len)
{
	unsigned int last = l->ips - 1;

	for (unsigned int i = 0; i < l->ips; i++)
		if (!l->v6[i]) {
			frame_put_be16(bytes + l->ip[i] + 10, 0);
			frame_put_be16(bytes + l->ip[i] + 10,
				       (uint16_t)~fake_sum(bytes + l->ip[i], 20, 0));
		}
	set_tcp_sum(bytes + l->tcp, bytes + l->ip[last], l->v6[last], len - l->tcp);
}

/* Sums that were made right again, and flags of a last segment. */
static bool may_differ(const struct layout *l, unsigned int bit)
{
	unsigned int at = bit / 8;

	for (unsigned int i = 0; i < l->ips; i++)
		if (!l->v6[i] && (at == l->ip[i] + 10 || at == l->ip[i] + 11))
			return true;
	return at == l->tcp + 16 || at == l->tcp + 17 ||
	       (at == l->tcp + 13 && (FIN | PSH) & 1 << bit % 8);
}

/* Without a tunnel a shorter packet is one that has been padded. */
static bool is_length(const struct layout *l, unsigned int bit)
{
	unsigned int at = l->ip[0] + (l->v6[0] ? 4 : 2);

	return l->ips == 1 && bit / 8 - at < 2;
}

static void every_bit_kind(const struct segment *what)
{
	const struct segment a = *what, b = next(&a);
	const struct layout l = layout_of(&a);

	for (unsigned int bit = 0; bit < l.end * 8; bit++) {
		bool merged = may_differ(&l, bit);
		uint32_t len;

		if (is_length(&l, bit))
			continue;
		start_over();
		receive(&a);
		len = build(&b);
		bytes[bit / 8] ^= 1 << bit % 8;
		set_sums(&l, len);
		receive_bytes(len);
		rxe_gro_flush(&f.qp);
		if (fake_ncqes != (merged ? 1 : 2) || is_merged(0) != merged)
			fail_msg("byte %u, bit %u: %u frames", bit / 8, bit % 8, fake_ncqes);
	}
}

/* The second of two segments with any one bit of its headers changed. */
static void every_bit(void **state)
{
	struct segment plain = first();

	(void)state;
	each_kind(every_bit_kind);
	every_bit_kind(&plain);
	plain.v6 = true;
	every_bit_kind(&plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(merges, setup, teardown),
		cmocka_unit_test_setup_teardown(identifications, setup, teardown),
		cmocka_unit_test_setup_teardown(tunnels_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(longest, setup, teardown),
		cmocka_unit_test_setup_teardown(extension_headers, setup, teardown),
		cmocka_unit_test_setup_teardown(not_asked_for, setup, teardown),
		cmocka_unit_test_setup_teardown(differs, setup, teardown),
		cmocka_unit_test_setup_teardown(no_such_tunnel, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_flow, setup, teardown),
		cmocka_unit_test_setup_teardown(every_bit, setup, teardown),
	};

	fake_seed(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("gro_tunnel", tests, NULL, NULL);
}
