// SPDX-License-Identifier: GPL-2.0-only
/* txe_tso.c for UDP and for what a tunnel carries, against segments built from nothing. */
#include "fake.h"
#include "frame.h"

enum tunnel { PLAIN, IP_IN_IP, GRE, VXLAN, KINDS };

static struct fake f;
static uint8_t packet[GNIC_RAW_TSO_SIZE_MAX + 1];
static unsigned int segments;

/* The packet under way: offsets of headers, 0: there is none. */
static struct {
	struct fake_frame what;
	enum tunnel kind;
	bool outer_v6;
	uint32_t outer, udp, inner, l4, hdr_len, size, mss, flags, tag;
} ref;

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

#define SEQ	0xfffffff0u
#define ID	0xfffdu

/* An IP header @at of a packet that ends at @len. */
static void reference_ip(uint8_t *p, bool v6, uint32_t at, uint32_t len, uint32_t id)
{
	uint8_t *ip = p + at;
	uint32_t ip_len = (ip[0] & 15) * 4u;

	if (v6) {
		put16(ip + 4, len - at - 40);
		return;
	}
	put16(ip + 2, len - at);
	put16(ip + 4, id);
	put16(ip + 10, 0);
	put16(ip + 10, (uint16_t)~fake_sum(ip, ip_len, 0));
}

static void reference_l4(uint8_t *p, uint32_t len, uint32_t at, bool first, bool last)
{
	uint8_t *l4 = p + ref.l4, *ip = p + ref.inner, *check = l4 + (ref.what.udp ? 6 : 16);
	uint32_t sum, l4_len = len - ref.l4;

	if (ref.what.udp) {
		put16(l4 + 4, l4_len);
	} else {
		put32(l4 + 4, SEQ + at);
		l4[13] = (uint8_t)(ref.flags & (first ? 0xff : 0x7f) & (last ? 0xff : 0xf6));
	}
	put16(check, 0);
	sum = fake_sum(ip + (ref.what.v6 ? 8 : 12), ref.what.v6 ? 32 : 8,
		       l4_len + (ref.what.udp ? 17 : 6));
	sum = (uint16_t)~fake_sum(l4, l4_len, sum);
	put16(check, sum || !ref.what.udp ? sum : 0xffff);
}

static uint32_t reference(uint8_t *out, uint32_t n)
{
	uint32_t at = n * ref.mss, all = ref.size - ref.hdr_len;
	uint32_t payload = all - at < ref.mss ? all - at : ref.mss, len = ref.hdr_len + payload;

	memcpy(out, packet, ref.hdr_len);
	memcpy(out + ref.hdr_len, packet + ref.hdr_len + at, payload);
	if (ref.kind != PLAIN)
		reference_ip(out, ref.outer_v6, ref.outer, len, ID + 7 + n);
	if (ref.udp)
		put16(out + ref.udp + 4, len - ref.udp);
	reference_ip(out, ref.what.v6, ref.inner, len, ID + n);
	reference_l4(out, len, at, !n, at + payload == all);
	if (!ref.tag)
		return len;
	memmove(out + 16, out + 12, len - 12);
	put16(out + 12, 0x88a8);
	put16(out + 14, ref.tag);
	return len + 4;
}

void esw_from_host(struct vport *vport, struct frame *frame)
{
	static uint8_t got[16384], want[16384];
	uint32_t len = reference(want, segments++);

	(void)vport;
	assert_true(frame->is_parsed);
	assert_int_equal(frame->l4_ok, ref.kind == PLAIN);
	assert_int_equal(frame->len, len);
	assert_int_equal(frame_copy(frame, 0, got, sizeof(got)), len);
	assert_memory_equal(got, want, len);
	memset(&frame->parsed, 0xff, sizeof(frame->parsed));
}

void esw_from_function(struct vport *vport, struct frame *frame)
{
	(void)vport;
	(void)frame;
	fail();
}

static int setup(void **state)
{
	(void)state;
	fake_init(&f);
	segments = 0;
	return 0;
}

/* ---- packets ---- */

static uint32_t outer_ip(uint8_t *p, uint8_t proto)
{
	memset(p, 0x11, 40);
	if (ref.outer_v6) {
		put16(p, 0x6000);
		p[6] = proto;
		return 40;
	}
	p[0] = 0x45;
	put16(p + 4, ID + 7);
	put16(p + 6, 0x4000);
	p[9] = proto;
	return 20;
}

/* Headers around the inner packet; returns how long they are. */
static uint32_t build_outer(void)
{
	static const uint8_t protos[][2] = {
		[IP_IN_IP] = { 4, 41 }, [GRE] = { 47, 47 }, [VXLAN] = { 17, 17 },
	};
	uint32_t at = 14;

	memset(packet, 2, 12);
	put16(packet + 12, ref.outer_v6 ? 0x86dd : 0x0800);
	ref.outer = at;
	at += outer_ip(packet + at, protos[ref.kind][ref.what.v6]);
	if (ref.kind == GRE) {
		put16(packet + at, 0);
		put16(packet + at + 2, ref.what.v6 ? 0x86dd : 0x0800);
		at += 4;
	} else if (ref.kind == VXLAN) {
		ref.udp = at;
		memset(packet + at, 0, 16);
		put16(packet + at + 2, 4789);
		packet[at + 8] = 8;
		at += 16;
	}
	return at;
}

static void build(uint32_t payload)
{
	static uint8_t inner[65536];
	uint32_t skip = 0, at = 0;

	ref.outer = 0;
	ref.udp = 0;
	ref.what.payload = 0;
	fake_build(inner, &ref.what);
	if (ref.kind != PLAIN) {
		at = build_outer();
		skip = ref.kind == VXLAN ? 0 : 14;
	}
	memcpy(packet + at, inner + skip, fake_hdr_len(&ref.what) - skip);
	ref.hdr_len = at + fake_hdr_len(&ref.what) - skip;
	ref.inner = at + 14 + ref.what.tags * 4u - skip;
	ref.l4 = ref.inner + (ref.what.v6 ? 40 : 20u + ref.what.ip_options);
	ref.size = ref.hdr_len + payload;
	for (uint32_t i = 0; i < payload; i++)
		packet[ref.hdr_len + i] = (uint8_t)fake_random();
	if (!ref.what.v6)
		put16(packet + ref.inner + 4, ID);
	if (!ref.what.udp) {
		put32(packet + ref.l4 + 4, SEQ);
		packet[ref.l4 + 13] = (uint8_t)ref.flags;
	}
}

static uint32_t tunnel_word(void)
{
	return ref.kind == PLAIN ? 0 : FIELD_PREP(GNIC_RAW_TUNNEL_L3, ref.inner) |
				       FIELD_PREP(GNIC_RAW_TUNNEL_UDP, ref.udp);
}

static struct gnic_hw_raw_wqe *post(void)
{
	struct gnic_hw_raw_wqe *wqe = fake_ptr(FAKE_SQ + fake_sq_index % (1u << FAKE_LOG) * 64ull);

	memset(wqe, 0, sizeof(*wqe));
	memcpy(fake_ptr(FAKE_DATA), packet, ref.size);
	wqe->ctrl = cpu_to_le32(GNIC_WQE_RAW_SEND |
				FIELD_PREP(GNIC_WQE_INDEX, fake_sq_index & 0xff) |
				FIELD_PREP(GNIC_RAW_WQE_NSEG, 1) |
				(ref.what.udp ? GNIC_RAW_WQE_USO : GNIC_RAW_WQE_TSO) |
				(ref.kind == PLAIN ? 0 : GNIC_RAW_WQE_TUNNEL) |
				(ref.tag ? GNIC_RAW_WQE_VLAN | GNIC_RAW_WQE_STAG : 0));
	wqe->size = cpu_to_le32(ref.size);
	wqe->offload = cpu_to_le32(FIELD_PREP(GNIC_RAW_WQE_HDR_LEN, ref.hdr_len));
	wqe->mss = cpu_to_le16((uint16_t)ref.mss);
	wqe->vlan_tci = cpu_to_le16((uint16_t)ref.tag);
	wqe->seg[0].addr = cpu_to_le64(FAKE_DATA);
	wqe->seg[0].len = cpu_to_le32(ref.size);
	wqe->seg[0].rsvd = cpu_to_le32(tunnel_word());
	fake_sq_index++;
	return wqe;
}

static void poll(void)
{
	wq_refresh(&f.qp, &f.qp.sq);
	txe_poll(&f.qp, 64);
}

static void random_packets(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 2000; round++) {
		uint32_t payload = 1 + fake_random() % 20000;

		ref.kind = round % KINDS;
		ref.what = (struct fake_frame){
			.udp = round / KINDS & 1, .v6 = round / KINDS & 2,
			.tags = ref.kind == PLAIN || ref.kind == VXLAN ? fake_random() % 2 : 0,
		};
		if (!ref.what.udp)
			ref.what.tcp_options = (uint8_t)(fake_random() % 11 * 4);
		ref.outer_v6 = fake_random() & 1;
		ref.mss = 1 + fake_random() % (round % 5 ? 9000 : 40);
		ref.tag = round % 7 ? 0 : 0x2005;
		ref.flags = (uint8_t)fake_random();
		segments = 0;
		build(payload);
		post();
		poll();
		assert_int_equal(f.qp.stats.syndrome, GNIC_SYND_NONE);
		assert_int_equal(segments, (payload + ref.mss - 1) / ref.mss);
	}
}

/* ---- refused ---- */

static void refused(enum tunnel kind, uint8_t synd, void (*damage)(struct gnic_hw_raw_wqe *wqe))
{
	fake_init(&f);
	segments = 0;
	memset(&ref, 0, sizeof(ref));
	ref.kind = kind;
	ref.what.udp = kind == PLAIN;
	ref.mss = 1000;
	build(5000);
	damage(post());
	poll();
	assert_int_equal(segments, 0);
	assert_int_equal(f.qp.stats.syndrome, synd);
}

static void both_kinds(struct gnic_hw_raw_wqe *wqe)
{
	wqe->ctrl |= cpu_to_le32(GNIC_RAW_WQE_TSO | GNIC_RAW_WQE_USO);
}

static void no_kind(struct gnic_hw_raw_wqe *wqe)
{
	wqe->ctrl &= cpu_to_le32(~(GNIC_RAW_WQE_TSO | GNIC_RAW_WQE_USO));
}

static void stag_without_tag(struct gnic_hw_raw_wqe *wqe)
{
	wqe->ctrl |= cpu_to_le32(GNIC_RAW_WQE_STAG);
}

static void word_without_tunnel(struct gnic_hw_raw_wqe *wqe)
{
	wqe->ctrl &= cpu_to_le32(~GNIC_RAW_WQE_TUNNEL);
}

static void word_too_wide(struct gnic_hw_raw_wqe *wqe)
{
	wqe->seg[0].rsvd |= cpu_to_le32(0x10000);
}

static void udp_as_tcp(struct gnic_hw_raw_wqe *wqe)
{
	wqe->ctrl ^= cpu_to_le32(GNIC_RAW_WQE_TSO | GNIC_RAW_WQE_USO);
}

static void refusals(void **state)
{
	(void)state;
	refused(PLAIN, GNIC_SYND_TX_RESERVED, both_kinds);
	refused(VXLAN, GNIC_SYND_TX_RESERVED, no_kind);
	refused(PLAIN, GNIC_SYND_TX_RESERVED, stag_without_tag);
	refused(VXLAN, GNIC_SYND_TX_RESERVED, word_without_tunnel);
	refused(GRE, GNIC_SYND_TX_RESERVED, word_too_wide);
	refused(PLAIN, GNIC_SYND_TX_OFFLOAD, udp_as_tcp);
	refused(VXLAN, GNIC_SYND_TX_OFFLOAD, udp_as_tcp);
}

/* Any place of the tunnel but the right one: refused, or at least nothing breaks. */
static void places(void **state)
{
	(void)state;
	for (uint32_t word = 0; word < 0x10000; word += 1 + fake_random() % 7) {
		fake_init(&f);
		memset(&ref, 0, sizeof(ref));
		ref.kind = VXLAN;
		ref.mss = 1000;
		build(2000);
		if (FIELD_GET(GNIC_RAW_TUNNEL_L3, word) == ref.inner)
			continue;
		post()->seg[0].rsvd = cpu_to_le32(word);
		poll();
		assert_int_equal(f.qp.stats.syndrome, GNIC_SYND_TX_OFFLOAD);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(random_packets, setup),
		cmocka_unit_test_setup(refusals, setup),
		cmocka_unit_test_setup(places, setup),
	};

	fake_seed(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("tso_tunnel", tests, NULL, NULL);
}
