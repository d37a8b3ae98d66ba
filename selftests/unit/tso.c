// SPDX-License-Identifier: GPL-2.0-only
/* txe_tso.c against a segmenter that builds each segment from nothing. */
#include "fake.h"
#include "frame.h"

static struct fake f;
static uint8_t packet[GNIC_RAW_TSO_SIZE_MAX + 1];
static unsigned int segments;

/* What the reference knows of the packet under way. */
static struct {
	struct fake_frame what;
	uint32_t hdr_len, size, mss, tag;
	uint8_t flags;
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

#define SEQ	0xfffffff0u	/* wraps soon, as the IPv4 id of fake_build() does */

/* Segment @n of the packet, with its tag, as a sender without TSO would have made it. */
static uint32_t reference(uint8_t *out, uint32_t n)
{
	uint32_t at = n * ref.mss, all = ref.size - ref.hdr_len;
	uint32_t payload = all - at < ref.mss ? all - at : ref.mss;
	uint32_t l3 = 14 + ref.what.tags * 4, l4, len = ref.hdr_len + payload;
	uint8_t *ip = out + l3, *tcp, flags = ref.flags;
	bool last = at + payload == all;

	memcpy(out, packet, ref.hdr_len);
	memcpy(out + ref.hdr_len, packet + ref.hdr_len + at, payload);
	l4 = l3 + (ref.what.v6 ? 40 : 20 + ref.what.ip_options);
	tcp = out + l4;
	if (!last)
		flags &= (uint8_t)~0x09;
	if (n)
		flags &= (uint8_t)~0x80;
	tcp[13] = flags;
	put32(tcp + 4, SEQ + at);
	if (ref.what.v6) {
		put16(ip + 4, len - l4);
	} else {
		put16(ip + 2, len - l3);
		put16(ip + 4, 0xfffe + n);
		put16(ip + 10, 0);
		put16(ip + 10, (uint16_t)~fake_sum(ip, l4 - l3, 0));
	}
	put16(tcp + 16, 0);
	put16(tcp + 16, (uint16_t)~fake_sum(tcp, len - l4,
					    fake_sum(ip + (ref.what.v6 ? 8 : 12),
						     ref.what.v6 ? 32 : 8, len - l4 + 6)));
	if (!ref.tag)
		return len;
	memmove(out + 16, out + 12, len - 12);
	put16(out + 12, 0x8100);
	put16(out + 14, ref.tag);
	return len + 4;
}

void esw_from_host(struct vport *vport, struct frame *frame)
{
	static uint8_t got[16384], want[16384];
	uint32_t a_packet = (ref.size - ref.hdr_len + ref.mss - 1) / ref.mss;
	uint32_t len = reference(want, segments++ % a_packet);

	(void)vport;
	assert_true(frame->is_parsed);
	assert_true(frame->l4_ok);
	assert_int_equal(frame->splits, 0);
	assert_int_equal(frame->parsed.l3_end, frame->len);
	assert_int_equal(frame->parsed.payload_off, frame->hdr_len);
	assert_int_equal(frame->len, len);
	assert_int_equal(frame_copy(frame, 0, got, sizeof(got)), len);
	assert_memory_equal(got, want, len);
	/* what others may do to a frame must not reach the next one */
	frame->len = 1;
	frame->hdr_len = 0;
	frame->iovs = 0;
	frame->l4_ok = false;
	frame->splits = 6;
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

static struct gnic_hw_raw_wqe *wqe_at(uint32_t index)
{
	return fake_ptr(FAKE_SQ + (index % (1u << FAKE_LOG)) * 64ull);
}

/* Headers for themselves, the payload in up to 17 more pieces. */
static void post(uint32_t nseg)
{
	uint64_t addr = FAKE_DATA + fake_random() % 64;
	uint32_t at = 0;

	for (uint32_t seg = 0; seg < nseg; seg++) {
		struct gnic_hw_raw_wqe *wqe = wqe_at(fake_sq_index + seg / 3);
		uint32_t part = seg ? (ref.size - at) / (nseg - seg) : ref.hdr_len;

		if (seg % 3 == 0) {
			memset(wqe, 0, sizeof(*wqe));
			wqe->ctrl = cpu_to_le32((seg ? GNIC_WQE_RAW_CONT : GNIC_WQE_RAW_SEND) |
						FIELD_PREP(GNIC_WQE_INDEX,
							   (fake_sq_index + seg / 3) & 0xff));
		}
		memcpy(fake_ptr(addr), packet + at, part);
		wqe->seg[seg % 3].addr = cpu_to_le64(addr);
		wqe->seg[seg % 3].len = cpu_to_le32(part);
		addr += part + fake_random() % 64;
		at += part;
	}
	wqe_at(fake_sq_index)->ctrl |= cpu_to_le32(FIELD_PREP(GNIC_RAW_WQE_NSEG, nseg) |
						   GNIC_RAW_WQE_TSO | GNIC_RAW_WQE_CQE |
						   (ref.tag ? GNIC_RAW_WQE_VLAN : 0));
	wqe_at(fake_sq_index)->size = cpu_to_le32(ref.size);
	wqe_at(fake_sq_index)->mss = cpu_to_le16((uint16_t)ref.mss);
	wqe_at(fake_sq_index)->vlan_tci = cpu_to_le16((uint16_t)ref.tag);
	wqe_at(fake_sq_index)->offload = cpu_to_le32(FIELD_PREP(GNIC_RAW_WQE_HDR_LEN,
								ref.hdr_len));
	fake_sq_index += (nseg + 2) / 3;
}

/* The packet; its IP length is what a sender leaves there, or any other. */
static void build(uint32_t payload)
{
	uint32_t l3 = 14 + ref.what.tags * 4, l4;

	ref.what.payload = payload < 60000 ? payload : 60000;
	ref.hdr_len = fake_hdr_len(&ref.what);
	ref.size = ref.hdr_len + payload;
	fake_build(packet, &ref.what);
	for (uint32_t i = ref.what.payload; i < payload; i++)
		packet[ref.hdr_len + i] = (uint8_t)fake_random();
	l4 = l3 + (ref.what.v6 ? 40 : 20 + ref.what.ip_options);
	put32(packet + l4 + 4, SEQ);
	packet[l4 + 13] = ref.flags;
	put16(packet + l3 + (ref.what.v6 ? 4 : 2), fake_random());
}

static void poll(void)
{
	wq_refresh(&f.qp, &f.qp.sq);
	txe_poll(&f.qp, 64);
}

static void run(uint32_t nseg, uint32_t payload)
{
	segments = 0;
	build(payload);
	post(nseg);
	poll();
	if (f.qp.failed)
		fail_msg("syndrome 0x%x", f.qp.stats.syndrome);
	assert_int_equal(segments, (payload + ref.mss - 1) / ref.mss);
}

static void random_packets(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 1500; round++) {
		uint32_t payload = 1 + fake_random() % 20000;

		ref.what = (struct fake_frame){
			.v6 = round & 1, .tags = round / 2 % 3,
			.tcp_options = (uint8_t)(fake_random() % 11 * 4),
			.ip_options = round & 1 ? 0 : (uint8_t)(fake_random() % 4 * 4),
		};
		ref.mss = 1 + fake_random() % (round % 5 ? 9000 : 40);
		ref.tag = round % 7 == 0 && ref.what.tags < 2 ? 0x2005 : 0;
		ref.flags = (uint8_t)fake_random();
		run(2 + fake_random() % 17, payload < 17 ? 17 : payload);
	}
	assert_int_equal(f.qp.stats.syndrome, 0);
}

static void largest(void **state)
{
	(void)state;
	ref.what = (struct fake_frame){ .v6 = true };
	ref.mss = 9000;
	ref.tag = 0;
	ref.flags = 0x99;
	run(18, GNIC_RAW_TSO_SIZE_MAX - fake_hdr_len(&ref.what));
	assert_int_equal(f.qp.stats.tx_packets, segments);
	assert_int_equal(fake_ncqes, 1);
}

/* The smaller they are the more, and all else on the thread waits for them. */
static void many_segments_end_a_round(void **state)
{
	(void)state;
	ref.what = (struct fake_frame){ 0 };
	ref.mss = 1;
	ref.tag = 0;
	ref.flags = 0x10;
	build(20000);
	post(2);
	for (uint32_t i = 1; i < 4; i++) {
		*wqe_at(i) = *wqe_at(0);
		wqe_at(i)->ctrl |= cpu_to_le32(FIELD_PREP(GNIC_WQE_INDEX, i));
	}
	fake_sq_index = 4;
	for (uint32_t i = 1; i <= 4; i++) {
		poll();
		assert_int_equal(segments, 20000 * i);
		assert_int_equal(fake_sq_done, i);
	}
	assert_int_equal(fake_ncqes, 4);
}

static void one_segment_only(void **state)
{
	(void)state;
	ref.what = (struct fake_frame){ 0 };
	ref.mss = 1460;
	ref.tag = 0;
	ref.flags = 0x99;
	run(2, 1);
	run(2, 1460);
	run(3, 1461);
	assert_int_equal(segments, 2);
}

/* ---- refused ---- */

static void refused(uint32_t payload, void (*damage)(void))
{
	struct fake_frame what = { 0 };

	fake_init(&f);
	segments = 0;
	ref.what = what;
	ref.mss = 1000;
	ref.tag = 0;
	ref.flags = 0x10;
	build(payload);
	damage();
	post(payload ? 2 : 1);
	poll();
	assert_int_equal(segments, 0);
	assert_int_equal(f.qp.stats.syndrome, GNIC_SYND_TX_OFFLOAD);
	assert_int_equal(le32_to_cpu(fake_cqes[0].size), GNIC_SYND_TX_OFFLOAD);
}

static void no_mss(void)
{
	ref.mss = 0;
}

static void mss_beyond_a_frame(void)
{
	ref.mss = 9622 - 54 + 1;
}

static void udp(void)
{
	packet[23] = 17;
}

static void fragment(void)
{
	packet[20] = 0x20;
}

static void arp(void)
{
	packet[12] = 8;
	packet[13] = 6;
}

static void ip_header_too_short(void)
{
	packet[14] = 0x44;
}

static void tcp_header_too_long(void)
{
	packet[46] = 0xf0;
}

static void tcp_header_too_short(void)
{
	packet[46] = 0x40;
}

static void nothing(void)
{
}

static void refusals(void **state)
{
	(void)state;
	refused(5000, no_mss);
	refused(5000, mss_beyond_a_frame);
	refused(5000, udp);
	refused(5000, fragment);
	refused(5000, arp);
	refused(5000, ip_header_too_short);
	refused(5000, tcp_header_too_long);
	refused(5000, tcp_header_too_short);
	refused(0, nothing);
}

/* Any HDR_LEN but the right one. */
static void header_lengths(void **state)
{
	(void)state;
	for (uint32_t len = 0; len < 1024; len++) {
		fake_init(&f);
		segments = 0;
		ref.what = (struct fake_frame){ 0 };
		ref.mss = 1000;
		build(2000);
		post(2);
		wqe_at(0)->offload = cpu_to_le32(FIELD_PREP(GNIC_RAW_WQE_HDR_LEN, len));
		poll();
		assert_int_equal(f.qp.stats.syndrome,
				 len == ref.hdr_len ? GNIC_SYND_NONE : GNIC_SYND_TX_OFFLOAD);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(random_packets, setup),
		cmocka_unit_test_setup(largest, setup),
		cmocka_unit_test_setup(many_segments_end_a_round, setup),
		cmocka_unit_test_setup(one_segment_only, setup),
		cmocka_unit_test_setup(refusals, setup),
		cmocka_unit_test_setup(header_lengths, setup),
	};

	fake_seed(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("tso", tests, NULL, NULL);
}
