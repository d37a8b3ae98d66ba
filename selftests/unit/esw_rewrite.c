// SPDX-License-Identifier: GPL-2.0-only
/*
 * esw_rewrite.c: what comes out is compared with the same frame whose fields were set
 * one by one, and whose checksums were made anew from all that they cover.
 */
#include "esw.h"
#include "fake.h"
#include "esw_lab.h"
#include "parse.h"

#define ROUNDS	3000u

/* ---- rules ---- */

static struct gnic_hw_flow_add_more rule_more(uint8_t action, uint32_t target)
{
	return (struct gnic_hw_flow_add_more){ .add = rule_for(0, action, target) };
}

static struct gnic_hw_flow_rewrite *rewrite(struct gnic_hw_flow_add_more *in)
{
	unsigned int number = esw_rewrites(&in->add);

	in->add.edit[in->add.edits++] = (struct gnic_hw_flow_edit){
		.op = GNIC_FLOW_EDIT_REWRITE, .mirrors = in->add.mirrors,
	};
	return &in->more.rewrite[number];
}

static enum gnic_hw_status try(const struct gnic_hw_flow_add_more *in, uint32_t *id)
{
	struct gnic_hw_id out = { 0 };
	enum gnic_hw_status status = esw_cmd_flow_add_more(&card, in, &out);

	*id = le32_to_cpu(out.id);
	return status;
}

static uint32_t add(const struct gnic_hw_flow_add_more *in)
{
	uint32_t id;

	assert_int_equal(try(in, &id), GNIC_STATUS_OK);
	return id;
}

/* ---- frames ---- */

static uint8_t want[2048];
static uint32_t len;

static struct fake_frame what;

static void build(const struct fake_frame *of)
{
	what = *of;
	len = fake_build(bytes, &what);
	memcpy(want, bytes, len);
}

static void arrives(void)
{
	struct frame frame = { .hdr = bytes, .hdr_len = len, .len = len };

	memset(&got, 0, sizeof(got));
	esw_from_function(esw_vport(&card, 0), &frame);
}

static void assert_want(void)
{
	assert_int_equal(got.len, len);
	for (uint32_t i = 0; i < len; i++)
		if (got.bytes[i] != want[i])
			fail_msg("byte %u: %02x, not %02x", i, got.bytes[i], want[i]);
}

static uint8_t *want_ip(void)
{
	return want + 14 + 4 * what.tags;
}

static uint8_t *want_l4(void)
{
	return want_ip() + (what.v6 ? 40 : 20 + what.ip_options);
}

static void put_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void sum_ip(void)
{
	if (what.v6)
		return;
	put_be16(want_ip() + 10, 0);
	put_be16(want_ip() + 10, (uint16_t)~fake_sum(want_ip(), 20u + what.ip_options, 0));
}

static void sum_l4(void)
{
	uint8_t *ip = want_ip(), *l4 = want_l4(), *check = l4 + (what.udp ? 6 : 16);
	uint32_t l4_len = len - (uint32_t)(l4 - want), sum = l4_len + (what.udp ? 17 : 6);

	put_be16(check, 0);
	sum = fake_sum(ip + (what.v6 ? 8 : 12), what.v6 ? 32 : 8, sum);
	sum = (uint16_t)~fake_sum(l4, l4_len, sum);
	put_be16(check, (uint16_t)(what.udp && !sum ? 0xffff : sum));
}

static void blend(uint8_t *at, const uint8_t *value, const uint8_t *mask, size_t size)
{
	for (size_t i = 0; i < size; i++)
		for (unsigned int bit = 0; bit < 8; bit++)
			if (mask[i] >> bit & 1)
				at[i] = (uint8_t)((at[i] & ~(1u << bit)) | (value[i] & 1u << bit));
}

/* What a rewrite makes of @want, slowly. */
static void wish(const struct gnic_hw_flow_rewrite *rw)
{
	const struct gnic_hw_flow_headers *v = &rw->value, *m = &rw->mask;
	uint8_t *ip = want_ip(), *l4 = want_l4(), tos;
	unsigned int addr = what.v6 ? 16 : 4;

	blend(want, v->dmac, m->dmac, 6);
	blend(want + 6, v->smac, m->smac, 6);
	if (rw->ip_version != (what.v6 ? 6 : 4))
		return;
	tos = what.v6 ? (uint8_t)(ip[0] << 4 | ip[1] >> 4) : ip[1];
	blend(&tos, &v->ip_tos, &m->ip_tos, 1);
	if (what.v6) {
		ip[0] = (uint8_t)(0x60 | tos >> 4);
		ip[1] = (uint8_t)(tos << 4 | (ip[1] & 15));
	} else {
		ip[1] = tos;
	}
	blend(ip + (what.v6 ? 7 : 8), &v->ip_ttl, &m->ip_ttl, 1);
	ip[what.v6 ? 7 : 8] += rw->ttl_add;
	blend(ip + (what.v6 ? 8 : 12), v->src_ip, m->src_ip, addr);
	blend(ip + (what.v6 ? 24 : 16), v->dst_ip, m->dst_ip, addr);
	if (rw->ip_proto == (what.udp ? 17 : 6)) {
		blend(l4, (const uint8_t *)&v->l4_src, (const uint8_t *)&m->l4_src, 2);
		blend(l4 + 2, (const uint8_t *)&v->l4_dst, (const uint8_t *)&m->l4_dst, 2);
	}
	sum_ip();
	sum_l4();
}

/* ---- all that can be set ---- */

static uint8_t random_mask(void)
{
	uint32_t r = fake_random();

	return r % 3 ? (r % 3 == 1 ? 0 : 0xff) : (uint8_t)(r >> 8);
}

static void random_field(uint8_t *value, uint8_t *mask, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		mask[i] = random_mask();
		value[i] = (uint8_t)fake_random() & mask[i];
	}
}

static void random_rewrite(struct gnic_hw_flow_rewrite *rw)
{
	struct gnic_hw_flow_headers *v = &rw->value, *m = &rw->mask;
	unsigned int addr = fake_random() & 1 ? 4 : 16;

	memset(rw, 0, sizeof(*rw));
	random_field(v->dmac, m->dmac, 6);
	random_field(v->smac, m->smac, 6);
	m->smac[5] |= 1;
	rw->ip_version = addr == 4 ? 4 : 6;
	random_field(v->src_ip, m->src_ip, addr);
	random_field(v->dst_ip, m->dst_ip, addr);
	random_field(&v->ip_ttl, &m->ip_ttl, 1);
	random_field(&v->ip_tos, &m->ip_tos, 1);
	rw->ttl_add = (uint8_t)fake_random();
	if (fake_random() & 1)
		return;
	rw->ip_proto = fake_random() & 1 ? 6 : 17;
	random_field((uint8_t *)&v->l4_src, (uint8_t *)&m->l4_src, 2);
	random_field((uint8_t *)&v->l4_dst, (uint8_t *)&m->l4_dst, 2);
}

static void random_frame(void)
{
	uint32_t r = fake_random();
	struct fake_frame of = {
		.v6 = r & 1, .udp = r >> 1 & 1, .tags = (uint8_t)(r >> 2) % 3,
		.payload = (r >> 4) % 300,
	};

	if (!of.v6)
		of.ip_options = (uint8_t)((r >> 14) % 4 * 4);
	if (!of.udp)
		of.tcp_options = (uint8_t)((r >> 16) % 4 * 4);
	build(&of);
}

static void random_rewrites(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct gnic_hw_flow_add_more in = rule_more(GNIC_FLOW_VPORT, 1);
		uint32_t id;

		random_rewrite(rewrite(&in));
		if (i % 2)
			random_rewrite(rewrite(&in));
		id = add(&in);
		random_frame();
		arrives();
		wish(&in.more.rewrite[0]);
		if (i % 2)
			wish(&in.more.rewrite[1]);
		assert_wire(1);
		assert_want();
		assert_int_equal(rule_hits(id), 1);
		assert_int_equal(rule_del(id), GNIC_STATUS_OK);
	}
}

/* Every datagram has some port that makes its checksum 0, which is sent as 0xffff. */
static void udp_never_gets_zero(void **state)
{
	const struct fake_frame of = { .udp = true, .payload = 33 };
	unsigned int met = 0;

	(void)state;
	build(&of);
	for (uint32_t port = 0; port <= 0xffff; port++) {
		struct gnic_hw_flow_add_more in = rule_more(GNIC_FLOW_VPORT, 1);
		struct gnic_hw_flow_rewrite *rw = rewrite(&in);
		uint32_t id;

		rw->ip_version = 4;
		rw->ip_proto = 17;
		rw->value.l4_dst = htons((uint16_t)port);
		rw->mask.l4_dst = 0xffff;
		id = add(&in);
		memcpy(want, bytes, len);
		arrives();
		wish(rw);
		assert_want();
		met += want_l4()[6] == 0xff && want_l4()[7] == 0xff;
		assert_int_equal(rule_del(id), GNIC_STATUS_OK);
	}
	assert_in_range(met, 1, 2);
}

/* ---- one at a time ---- */

/* Another address, another port of @proto, and one hop less. */
static struct gnic_hw_flow_add_more nat(uint8_t version, uint8_t proto)
{
	struct gnic_hw_flow_add_more in = rule_more(GNIC_FLOW_VPORT, 1);
	struct gnic_hw_flow_rewrite *rw = rewrite(&in);

	rw->ip_version = version;
	memcpy(rw->value.dst_ip, (uint8_t[]){ 198, 51, 100, 9 }, 4);
	memset(rw->mask.dst_ip, 0xff, 4);
	rw->ttl_add = 0xff;
	rw->ip_proto = proto;
	if (proto) {
		rw->value.l4_dst = htons(4242);
		rw->mask.l4_dst = 0xffff;
	}
	return in;
}

static void udp_without_a_checksum(void **state)
{
	const struct fake_frame of = { .udp = true, .payload = 33 };
	struct gnic_hw_flow_add_more in = nat(4, 17);

	(void)state;
	add(&in);
	build(&of);
	memset(bytes + 14 + 20 + 6, 0, 2);
	arrives();
	wish(&in.more.rewrite[0]);
	memset(want_l4() + 6, 0, 2);
	assert_want();
}

/* It stays as wrong as it was. */
static void wrong_checksums(void **state)
{
	const struct fake_frame of = { .payload = 33 };
	struct gnic_hw_flow_add_more in = nat(4, 6);

	(void)state;
	add(&in);
	build(&of);
	bytes[len - 1] ^= 0x40;
	arrives();
	wish(&in.more.rewrite[0]);
	want[len - 1] ^= 0x40;
	assert_want();
}

static void time_to_live_wraps(void **state)
{
	const struct fake_frame of = { .payload = 1 };
	struct gnic_hw_flow_add_more in = nat(4, 0);

	(void)state;
	add(&in);
	build(&of);
	bytes[14 + 8] = want[14 + 8] = 0;
	sum_ip();
	memcpy(bytes, want, len);
	arrives();
	wish(&in.more.rewrite[0]);
	assert_int_equal(want[14 + 8], 0xff);
	assert_want();
}

/* What is not of the version or the protocol is sent on as it is. */
static void others_stay(void **state)
{
	const struct fake_frame tcp = { .payload = 9 }, udp6 = { .v6 = true, .udp = true };
	struct gnic_hw_flow_add_more in = nat(4, 17);

	(void)state;
	add(&in);
	build(&udp6);
	arrives();
	assert_want();
	build(&tcp);
	arrives();
	in.more.rewrite[0].ip_proto = 0;
	wish(&in.more.rewrite[0]);
	assert_want();
	/* no IP at all, and one that is cut off */
	len = 60;
	memset(bytes, 0x11, len);
	memcpy(want, bytes, len);
	arrives();
	assert_want();
	build(&tcp);
	len = 14 + 19;
	arrives();
	assert_want();
}

/* Without all of the header there are no ports. */
static void short_packets(void **state)
{
	const struct fake_frame of = { .udp = true, .payload = 20 };
	struct gnic_hw_flow_add_more in = nat(4, 17);

	(void)state;
	add(&in);
	build(&of);
	put_be16(want + 14 + 2, 20 + 7);
	memcpy(bytes, want, len);
	arrives();
	in.more.rewrite[0].ip_proto = 0;
	blend(want_ip() + 16, in.more.rewrite[0].value.dst_ip, in.more.rewrite[0].mask.dst_ip, 4);
	want_ip()[8] += 0xff;
	want_ip()[10] = got.bytes[24];
	want_ip()[11] = got.bytes[25];
	assert_want();
}

/* The first one has ports and a checksum of the whole, the others have neither. */
static void fragments(void **state)
{
	const struct fake_frame of = { .udp = true, .payload = 40 };
	struct gnic_hw_flow_add_more in = nat(4, 17);
	uint8_t check[2];

	(void)state;
	add(&in);
	build(&of);
	put_be16(want + 14 + 6, 0x2000);
	sum_ip();
	memcpy(bytes, want, len);
	arrives();
	wish(&in.more.rewrite[0]);
	assert_want();

	build(&of);
	memcpy(check, want_l4() + 6, 2);
	put_be16(want + 14 + 6, 0x2001);
	sum_ip();
	memcpy(bytes, want, len);
	arrives();
	in.more.rewrite[0].ip_proto = 0;
	wish(&in.more.rewrite[0]);
	memcpy(want_l4() + 6, check, 2);
	assert_want();
}

/* IPv6 says it in an extension header: build() has none, so 8 bytes are put in. */
static void fragments_of_ipv6(void **state)
{
	const struct fake_frame of = { .v6 = true, .udp = true, .payload = 40 };

	(void)state;
	for (uint16_t offset = 0; offset <= 8; offset += 8) {
		struct gnic_hw_flow_add_more in = nat(6, 17);
		uint32_t id = add(&in);

		build(&of);
		wish(&in.more.rewrite[0]);
		if (offset)
			memcpy(want_l4(), bytes + 54, 8);
		memmove(bytes + 62, bytes + 54, len - 54);
		memmove(want + 62, want + 54, len - 54);
		for (unsigned int i = 0; i < 2; i++) {
			uint8_t *ip = (i ? want : bytes) + 14;

			put_be16(ip + 4, (uint16_t)(len - 54 + 8));
			ip[6] = 44;
			memset(ip + 40, 0, 8);
			ip[40] = 17;
			put_be16(ip + 42, offset | 1);
		}
		len += 8;
		arrives();
		assert_want();
		assert_int_equal(rule_del(id), GNIC_STATUS_OK);
	}
}

/* ICMPv6 has addresses in its checksum, ICMP has not. */
static void icmp(void **state)
{
	const struct fake_frame v4 = { .udp = true, .payload = 7 };
	const struct fake_frame v6 = { .v6 = true, .udp = true, .payload = 7 };
	struct gnic_hw_flow_add_more in = nat(4, 0);
	uint32_t id = add(&in), sum;

	(void)state;
	build(&v4);
	want[23] = 1;
	sum_ip();
	memcpy(bytes, want, len);
	arrives();
	blend(want_ip() + 16, in.more.rewrite[0].value.dst_ip, in.more.rewrite[0].mask.dst_ip, 4);
	want_ip()[8] += 0xff;
	sum_ip();
	assert_want();
	assert_int_equal(rule_del(id), GNIC_STATUS_OK);

	in = nat(6, 0);
	add(&in);
	build(&v6);
	for (unsigned int i = 0; i < 2; i++) {
		want[20] = 58;
		put_be16(want_l4() + 2, 0);
		sum = fake_sum(want + 22, 32, len - 54 + 58);
		put_be16(want_l4() + 2, (uint16_t)~fake_sum(want_l4(), len - 54, sum));
		if (i)
			break;
		memcpy(bytes, want, len);
		blend(want + 38, in.more.rewrite[0].value.dst_ip,
		      in.more.rewrite[0].mask.dst_ip, 16);
		want[21] += 0xff;
	}
	arrives();
	assert_want();
}

/* A copy is of the frame as it was by then, and tags may come in between. */
static void between_mirrors(void **state)
{
	const struct fake_frame of = { .payload = 50 };
	struct gnic_hw_flow_add_more in = nat(4, 6);

	(void)state;
	in.add.action = GNIC_FLOW_DROP;
	in.add.target = 0;
	in.add.mirror[in.add.mirrors++].vport = cpu_to_le16((uint16_t)fn_a);
	in.add.edit[in.add.edits++] = (struct gnic_hw_flow_edit){
		.op = GNIC_FLOW_EDIT_PUSH, .mirrors = 1, .tpid = htons(0x8100), .tci = htons(5),
		.mask = 0xffff,
	};
	rewrite(&in)->value.smac[0] = 0x42;
	in.more.rewrite[1].mask.smac[0] = 0xff;
	add(&in);
	build(&of);
	arrives();
	wish(&in.more.rewrite[0]);
	assert_qp(2);
	assert_want();

	in.add.priority = 0;
	in.add.edit[0].mirrors = 1;
	in.add.key.tags = 0;
	in.add.mask.tags = 0xff;
	in.add.mirror[0].side = GNIC_SIDE_FUNCTION;
	in.add.action = GNIC_FLOW_VPORT;
	in.add.target = cpu_to_le32(1);
	esw_flow_flush(&card);
	add(&in);
	build(&of);
	arrives();
	wish(&in.more.rewrite[0]);
	wish(&in.more.rewrite[1]);
	assert_ptr_equal(got.wire, &card.ports[1]);
	assert_int_equal(got.len, len + 4);
	assert_memory_equal(got.bytes, want, 12);
	assert_memory_equal(got.bytes + 12, ((uint8_t[]){ 0x81, 0, 0, 5 }), 4);
	assert_memory_equal(got.bytes + 16, want + 12, len - 12);
	assert_int_equal(stats(fn_a).to_function_bytes, len);
}

/* The next table sees the new ports, and the switch the new address. */
static void what_is_behind_sees_it(void **state)
{
	const struct fake_frame of = { .udp = true, .payload = 50 };
	struct gnic_hw_flow_add_more in = nat(4, 17), next = rule_more(GNIC_FLOW_DROP, 0);
	uint32_t id;

	(void)state;
	in.add.action = GNIC_FLOW_TABLE;
	in.add.target = cpu_to_le32(3);
	memcpy(in.more.rewrite[0].value.dmac, MAC(0xaa), 6);
	memset(in.more.rewrite[0].mask.dmac, 0xff, 6);
	add(&in);
	build(&of);
	arrives();
	assert_qp(4);
	next.add.key.table = cpu_to_le16(3);
	next.add.mask.table = 0xffff;
	next.add.key.l4_dst = htons(4242);
	next.add.mask.l4_dst = 0xffff;
	id = add(&next);
	build(&of);
	arrives();
	assert_nowhere();
	assert_int_equal(rule_hits(id), 1);
}

/* ---- ranges ---- */

static void ports(uint16_t src, uint16_t dst)
{
	const struct fake_frame of = { .udp = true, .payload = 5 };

	build(&of);
	put_be16(bytes + 34, src);
	put_be16(bytes + 36, dst);
	arrives();
}

static void ends_of_ranges(void **state)
{
	struct gnic_hw_flow_add_more in = rule_more(GNIC_FLOW_DROP, 0);
	uint32_t id;

	(void)state;
	in.more.l4_src_min = htons(100);
	in.more.l4_src_max = htons(200);
	in.more.l4_dst_max = htons(0x0180);
	id = add(&in);
	ports(100, 0);
	ports(200, 0x180);
	ports(150, 0x100);
	assert_int_equal(rule_hits(id), 3);
	ports(99, 0);
	ports(201, 0);
	ports(100, 0x181);
	ports(100, 0xffff);
	assert_int_equal(rule_hits(id), 3);
}

/* Two ranges under one key and priority are two rules, and once each. */
static void ranges_are_of_the_key(void **state)
{
	struct gnic_hw_flow_add_more in = rule_more(GNIC_FLOW_DROP, 0);
	uint32_t low, high, all;

	(void)state;
	in.more.l4_dst_max = htons(1000);
	low = add(&in);
	in.more.l4_dst_min = htons(1001);
	in.more.l4_dst_max = htons(65535);
	high = add(&in);
	in.more.l4_dst_min = in.more.l4_dst_max = 0;
	in.add.priority = cpu_to_le32(1);
	all = add(&in);
	ports(1, 1000);
	ports(1, 1001);
	ports(1, 65535);
	assert_int_equal(rule_hits(low), 1);
	assert_int_equal(rule_hits(high), 2);
	assert_int_equal(rule_del(high), GNIC_STATUS_OK);
	ports(1, 2000);
	assert_int_equal(rule_hits(all), 1);
}

/* ---- refused ---- */

static void no_ranges(void **state)
{
	static const uint16_t bad[][2] = { { 5, 4 }, { 1, 0 } };
	uint32_t id;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct gnic_hw_flow_add_more in = rule_more(GNIC_FLOW_DROP, 0);

		in.more.l4_src_min = htons(bad[i][0]);
		in.more.l4_src_max = htons(bad[i][1]);
		assert_int_equal(try(&in, &id), GNIC_STATUS_BAD_PARAM);
		in = rule_more(GNIC_FLOW_DROP, 0);
		in.more.l4_dst_min = htons(bad[i][0]);
		in.more.l4_dst_max = htons(bad[i][1]);
		assert_int_equal(try(&in, &id), GNIC_STATUS_BAD_PARAM);
	}
	assert_int_equal(flow_count(card.esw->flows), 0);
}

static void no_rewrites(void **state)
{
	const struct gnic_hw_flow_rewrite bad[] = {
		{ .ip_version = 4 },
		{ .mask = { .smac = { 1 } }, .value = { .smac = { 2 } } },
		{ .mask = { .smac = { 1 } }, .rsvd = 1 },
		{ .mask = { .smac = { 1 }, .rsvd = { 0, 1 } } },
		{ .mask = { .ip_ttl = 1 } },
		{ .mask = { .ip_tos = 1 } },
		{ .ttl_add = 1 },
		{ .mask = { .src_ip = { 1 } } },
		{ .mask = { .src_ip = { 0, 0, 0, 0, 1 } }, .ip_version = 4 },
		{ .mask = { .dst_ip = { 0, 0, 0, 0, 1 } }, .ip_version = 4 },
		{ .mask = { .dst_ip = { 1 } }, .ip_version = 5 },
		{ .mask = { .dst_ip = { 1 } }, .ip_version = 255 },
		{ .mask = { .l4_src = 1 }, .ip_version = 4 },
		{ .mask = { .l4_dst = 1 }, .ip_version = 4, .ip_proto = 132 },
		{ .mask = { .l4_dst = 1 }, .ip_proto = 6 },
	};
	uint32_t id;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct gnic_hw_flow_add_more in = rule_more(GNIC_FLOW_DROP, 0);

		*rewrite(&in) = bad[i];
		assert_int_equal(try(&in, &id), GNIC_STATUS_BAD_PARAM);
	}
	assert_int_equal(flow_count(card.esw->flows), 0);
}

static void wrong_numbers_of_rewrites(void **state)
{
	struct gnic_hw_flow_add_more in = nat(4, 6);
	uint32_t id;

	(void)state;
	in.more.rewrite[1] = in.more.rewrite[0];
	assert_int_equal(try(&in, &id), GNIC_STATUS_BAD_PARAM);
	rewrite(&in);
	in.add.edit[1].tci = 1;
	assert_int_equal(try(&in, &id), GNIC_STATUS_BAD_PARAM);
	in.add.edit[1].tci = 0;
	in.add.edit[2] = in.add.edit[1];
	in.add.edits++;
	assert_int_equal(try(&in, &id), GNIC_STATUS_BAD_PARAM);
	/* the short command has none */
	in = nat(4, 6);
	assert_int_equal(rule_add(&in.add, &id), GNIC_STATUS_BAD_PARAM);
	/* nor does one stay behind that is refused for something else */
	in.add.target = cpu_to_le32(77);
	assert_int_equal(try(&in, &id), GNIC_STATUS_NOT_FOUND);
	in.add.target = cpu_to_le32(1);
	add(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(random_rewrites),
		TEST(udp_never_gets_zero),
		TEST(udp_without_a_checksum),
		TEST(wrong_checksums),
		TEST(time_to_live_wraps),
		TEST(others_stay),
		TEST(short_packets),
		TEST(fragments),
		TEST(fragments_of_ipv6),
		TEST(icmp),
		TEST(between_mirrors),
		TEST(what_is_behind_sees_it),
		TEST(ends_of_ranges),
		TEST(ranges_are_of_the_key),
		TEST(no_ranges),
		TEST(no_rewrites),
		TEST(wrong_numbers_of_rewrites),
	};

	fake_seed(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("esw_rewrite", tests, NULL, NULL);
}
