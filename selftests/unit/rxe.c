// SPDX-License-Identifier: GPL-2.0-only
/* blk_rxe.c: bytes into buffers, and what the CQE says of them. */
#include <arpa/inet.h>
#include <zlib.h>

#include "fake.h"
#include "frame.h"

static struct fake f;
static uint8_t bytes[16384];
static struct frame frame;

static int setup(void **state)
{
	(void)state;
	fake_init(&f);
	return 0;
}

static uint64_t buffer_addr(uint32_t index)
{
	return FAKE_DATA + 0x8000 + (index % (1u << FAKE_LOG)) * 0x4000ull;
}

static void post_buffer(uint32_t size)
{
	struct gnic_hw_recv_wqe *wqe = fake_ptr(FAKE_RQ + fake_rq_index % (1u << FAKE_LOG) * 16);

	wqe->addr = cpu_to_le64(buffer_addr(fake_rq_index));
	wqe->size = cpu_to_le32(size);
	memset(fake_ptr(buffer_addr(fake_rq_index)), 0x5a, size + 1);
	fake_rq_index++;
}

/* The first @len of bytes[] as a frame: @hdr contiguous, the rest in pieces. */
static void make_frame(uint32_t len, uint32_t hdr)
{
	uint32_t at = hdr < len ? hdr : len;

	memset(&frame, 0, sizeof(frame));
	frame.hdr = bytes;
	frame.hdr_len = at;
	frame.len = len;
	while (at < len) {
		uint32_t part = 1 + fake_random() % (len - at);

		if (frame.iovs == FRAME_IOV - 1)
			part = len - at;
		frame.iov[frame.iovs++] = (struct iovec){ bytes + at, part };
		at += part;
	}
	frame_parse(&frame);
}

static bool receive(void)
{
	return rxe_receive(&f.qp, &frame, 0, GNIC_CQE_HASH_NONE, NULL);
}

static const struct gnic_hw_raw_cqe *last_cqe(void)
{
	assert_true(fake_ncqes > 0);
	return &fake_cqes[(fake_ncqes - 1) % FAKE_CQES];
}

static uint32_t last_flags(void)
{
	return le32_to_cpu(last_cqe()->flags);
}

/* ---- buffers ---- */

static void assert_buffers(const uint8_t *want, uint32_t len, uint32_t first, uint32_t size)
{
	while (len) {
		uint32_t part = len < size ? len : size;
		const uint8_t *buf = fake_ptr(buffer_addr(first++));

		assert_memory_equal(buf, want, part);
		assert_int_equal(buf[part], 0x5a);
		want += part;
		len -= part;
	}
}

static void scatter(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 3000; round++) {
		uint32_t len = 14 + fake_random() % 3000, first = fake_rq_index;
		uint32_t size = len / 16 + 1 + fake_random() % 2000, n = (len + size - 1) / size;

		for (uint32_t i = 0; i < len; i++)
			bytes[i] = (uint8_t)fake_random();
		bytes[12] = 0x12;	/* no tag */
		for (uint32_t i = 0; i < n; i++)
			post_buffer(size);
		make_frame(len, 14 + fake_random() % 300);
		assert_true(receive());
		assert_buffers(bytes, len, first, size);
		assert_int_equal(le32_to_cpu(last_cqe()->wqe_index), first);
		assert_int_equal(le32_to_cpu(last_cqe()->size), len);
		assert_int_equal(FIELD_GET(GNIC_RAW_CQE_NBUF, last_flags()), n);
		assert_int_equal(fake_rq_done, fake_rq_index);
	}
	assert_int_equal(f.qp.stats.rx_packets, 3000);
	assert_int_equal(fake_access, GNIC_ACCESS_LOCAL_WRITE);
	assert_int_equal(fake_asid, 5);
}

static void buffer_in_two_places(void **state)
{
	(void)state;
	fake_seam = 1000;
	for (uint32_t i = 0; i < 1900; i++)
		bytes[i] = (uint8_t)i;
	bytes[12] = 0x12;
	post_buffer(2000);
	make_frame(1900, 100);
	assert_true(receive());
	assert_buffers(bytes, 1900, 0, 2000);
}

static void no_buffer(void **state)
{
	(void)state;
	make_frame(100, 100);
	assert_false(receive());
	post_buffer(50);
	assert_false(receive());
	assert_int_equal(f.qp.stats.no_buffer, 2);
	assert_int_equal(fake_ncqes, 0);
	assert_int_equal(f.qp.rq.done, 0);
	assert_false(f.qp.failed);
	/* the one buffer was not lost */
	post_buffer(50);
	assert_true(receive());
	assert_int_equal(f.qp.rq.done, 2);
}

static void too_big(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 20; i++)
		post_buffer(10);
	make_frame(170, 170);
	assert_true(receive());
	for (uint32_t i = 0; i < 20; i++)
		post_buffer(10);
	make_frame(171, 171);
	assert_false(receive());
	assert_int_equal(f.qp.stats.too_big, 1);
	assert_int_equal(f.qp.rq.done, 17);
	assert_false(f.qp.failed);
}

static void bad_buffer(uint64_t addr, uint32_t size)
{
	struct gnic_hw_recv_wqe *wqe = fake_ptr(FAKE_RQ);

	fake_init(&f);
	post_buffer(2000);
	wqe->addr = cpu_to_le64(addr);
	wqe->size = cpu_to_le32(size);
	make_frame(100, 100);
	assert_false(receive());
	assert_true(f.qp.failed);
	assert_int_equal(f.qp.stats.syndrome, GNIC_SYND_LOCAL_ACCESS);
	assert_int_equal(le32_to_cpu(last_cqe()->ctrl), 7 | GNIC_CQE_ERROR);
	assert_int_equal(le32_to_cpu(last_cqe()->size), GNIC_SYND_LOCAL_ACCESS);
	assert_int_equal(f.qp.stats.no_buffer + f.qp.stats.too_big, 0);
	assert_false(receive());
	assert_int_equal(fake_ncqes, 1);
}

static void bad_buffers(void **state)
{
	(void)state;
	bad_buffer(FAKE_DATA, 0);
	bad_buffer(0, 2000);
	bad_buffer(FAKE_ADDR + FAKE_SIZE - 100, 2000);
	bad_buffer(FAKE_DATA, ~0u);
	bad_buffer(~0ull, 2);
}

static void cq_is_dead(void **state)
{
	(void)state;
	post_buffer(2000);
	fake_cq_full = true;
	make_frame(100, 100);
	assert_false(receive());
	assert_int_equal(f.qp.stats.rx_packets, 0);
}

static void stopped(void **state)
{
	(void)state;
	post_buffer(2000);
	f.qp.stopped = true;
	make_frame(100, 100);
	assert_false(receive());
	assert_int_equal(f.qp.rq.done, 0);
}

/* A sender may name the receiver's buffer as its payload. */
static void source_is_the_buffer(void **state)
{
	(void)state;
	post_buffer(2000);
	memset(bytes, 0x11, 14);
	make_frame(14, 14);
	for (uint32_t i = 0; i < 1000; i++)
		((uint8_t *)fake_ptr(buffer_addr(0)))[i] = (uint8_t)i;
	frame.iov[0] = (struct iovec){ fake_ptr(buffer_addr(0)), 1000 };
	frame.iovs = 1;
	frame.len = 1014;
	assert_true(receive());
}

/* ---- the CQE ---- */

/* Sum over all behind the Ethernet header, as the CQE has it. */
static uint16_t whole_sum(uint32_t from, uint32_t len)
{
	return htons(fake_sum(bytes + from, len - from, 0));
}

static void assert_csum(uint32_t from, uint32_t len)
{
	uint16_t got;

	assert_true(last_flags() & GNIC_RAW_CQE_CSUM);
	memcpy(&got, &last_cqe()->csum, 2);
	assert_int_equal(got, whole_sum(from, len));
}

static struct fake_frame random_what(void)
{
	return (struct fake_frame){
		.v6 = fake_random() & 1, .udp = fake_random() & 1, .tags = fake_random() % 3,
		.tcp_options = (uint8_t)(fake_random() % 11 * 4),
		.payload = 4 + fake_random() % 3000,
	};
}

static uint32_t build(const struct fake_frame *what, bool pad)
{
	uint32_t len = fake_build(bytes, what);

	/* padding need not be zeros, nor begin on an even offset */
	for (uint32_t n = pad ? fake_random() % 20 : 0; n; n--)
		bytes[len++] = (uint8_t)fake_random();
	return len;
}

static void checksums(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 4000; round++) {
		struct fake_frame what = random_what();
		uint32_t len = build(&what, round & 1), tag = what.tags == 1 ? 4 : 0;
		bool damage = round % 5 == 0;

		if (damage)
			bytes[len - 1 - fake_random() % 4] ^= 1u << fake_random() % 8;
		make_frame(len, round % 3 ? 252 : len);
		damage &= frame.parsed.l3_end == len;
		post_buffer(4000);
		assert_true(receive());
		assert_csum(14 + tag, len);
		assert_int_equal(!(last_flags() & GNIC_RAW_CQE_L3_OK), what.v6);
		if (round % 5 || damage)
			assert_int_equal(!(last_flags() & GNIC_RAW_CQE_L4_OK), damage);
		assert_int_equal(FIELD_GET(GNIC_RAW_CQE_HDR_LEN, last_flags()),
				 fake_hdr_len(&what) - tag);
		assert_int_equal(FIELD_GET(GNIC_RAW_CQE_L4, last_flags()),
				 what.udp ? GNIC_CQE_L4_UDP : GNIC_CQE_L4_TCP);
	}
}

/* What the sender's offload vouches for is not read again, and the same comes out. */
static void checksum_made_here(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 4000; round++) {
		struct fake_frame what = random_what();
		uint32_t len = build(&what, round & 1), tag = what.tags == 1 ? 4 : 0;

		make_frame(len, round % 3 ? 252 : len);
		frame.l4_ok = true;
		post_buffer(4000);
		assert_true(receive());
		assert_csum(14 + tag, len);
		assert_true(last_flags() & GNIC_RAW_CQE_L4_OK);
	}
}

/* One damaged bit of SCTP, and its checksum is not right any more. */
static void sctp(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 1000; round++) {
		struct fake_frame what = {
			.v6 = round & 1, .udp = true, .tags = round / 4 % 2,
			.payload = 4 + fake_random() % 1400,
		};
		uint32_t len = fake_build_sctp(bytes, &what), l4 = fake_hdr_len(&what) - 8;
		uint32_t end = len + (round & 2 ? fake_random() % 20 : 0);
		bool damage = round % 3 == 0;

		memset(bytes + len, 0xaa, end - len);
		if (damage)
			bytes[l4 + fake_random() % (len - l4)] ^= 1u << fake_random() % 8;
		make_frame(end, round % 5 ? 252 : end);
		post_buffer(4000);
		assert_true(receive());
		assert_int_equal(!(last_flags() & GNIC_RAW_CQE_L4_OK), damage);
		assert_csum(14 + (what.tags ? 4 : 0), end);
	}
}

/* Not all of its header is there: it says nothing of a checksum. */
static void sctp_short(void **state)
{
	struct fake_frame what = { .udp = true, .payload = 4 };
	uint32_t len = fake_build_sctp(bytes, &what);

	(void)state;
	for (uint32_t cut = 1; cut <= 12; cut++) {
		bytes[17] = (uint8_t)(len - 14 - cut);
		make_frame(len, len);
		post_buffer(4000);
		assert_true(receive());
		assert_false(last_flags() & GNIC_RAW_CQE_L4_OK);
	}
}

static void udp_without_checksum(void **state)
{
	struct fake_frame what = { .udp = true, .payload = 33 };
	uint32_t len = fake_build(bytes, &what);

	(void)state;
	bytes[40] = bytes[41] = 0;
	make_frame(len, len);
	post_buffer(2000);
	assert_true(receive());
	assert_false(last_flags() & GNIC_RAW_CQE_L4_OK);
	assert_csum(14, len);
}

/* A UDP packet within a longer IP packet: the checksum covers the former. */
static void udp_shorter_than_ip(void **state)
{
	struct fake_frame what = { .udp = true, .payload = 33 };
	uint32_t len = fake_build(bytes, &what);

	(void)state;
	bytes[len] = 0x77;
	bytes[len + 1] = 0x88;
	bytes[17] += 2;
	make_frame(len + 2, 60);
	assert_int_equal(frame.parsed.l3_end, len + 2);
	post_buffer(2000);
	assert_true(receive());
	assert_true(last_flags() & GNIC_RAW_CQE_L4_OK);
	assert_csum(14, len + 2);
}

static void wrong_ipv4_checksum(void **state)
{
	struct fake_frame what = { .payload = 33 };
	uint32_t len = fake_build(bytes, &what);

	(void)state;
	bytes[24] ^= 1;
	make_frame(len, len);
	post_buffer(2000);
	assert_true(receive());
	assert_false(last_flags() & GNIC_RAW_CQE_L3_OK);
	assert_true(last_flags() & GNIC_RAW_CQE_L4_OK);
}

static void vlan_at_the_host_side(void **state)
{
	struct fake_frame what = { .tags = 1, .payload = 200 };
	uint32_t len = fake_build(bytes, &what);
	const uint8_t *got = fake_ptr(buffer_addr(0));

	(void)state;
	make_frame(len, 100);
	post_buffer(2000);
	assert_true(receive());
	assert_true(last_flags() & GNIC_RAW_CQE_VLAN);
	assert_int_equal(le16_to_cpu(last_cqe()->vlan_tci), 0x2005);
	assert_int_equal(le32_to_cpu(last_cqe()->size), len - 4);
	assert_memory_equal(got, bytes, 12);
	assert_memory_equal(got + 12, bytes + 16, len - 16);
	assert_int_equal(f.qp.stats.rx_bytes, len - 4);
}

static void vlan_at_the_function_side(void **state)
{
	struct fake_frame what = { .tags = 1, .payload = 200 };
	uint32_t len = fake_build(bytes, &what);

	(void)state;
	f.qp.side = GNIC_SIDE_FUNCTION;
	make_frame(len, 100);
	post_buffer(2000);
	assert_true(receive());
	assert_false(last_flags() & GNIC_RAW_CQE_VLAN);
	assert_buffers(bytes, len, 0, 2000);
	assert_csum(14, len);
}

/* An S-tag is data. */
static void service_tag(void **state)
{
	struct fake_frame what = { .tags = 2, .payload = 200 };
	uint32_t len = fake_build(bytes, &what);

	(void)state;
	make_frame(len, 100);
	post_buffer(2000);
	assert_true(receive());
	assert_false(last_flags() & GNIC_RAW_CQE_VLAN);
	assert_buffers(bytes, len, 0, 2000);
}

static void hash_and_mark(void **state)
{
	uint32_t mark = 0xfeedf00d;

	(void)state;
	fake_now = 0x123456789abcull;
	post_buffer(2000);
	make_frame(60, 60);
	assert_true(rxe_receive(&f.qp, &frame, 0xcafe, GNIC_CQE_HASH_L4, &mark));
	assert_int_equal(le32_to_cpu(last_cqe()->hash), 0xcafe);
	assert_int_equal(le32_to_cpu(last_cqe()->mark), mark);
	assert_int_equal(le32_to_cpu(last_cqe()->tstamp), 0x56789abc);
	assert_int_equal(FIELD_GET(GNIC_RAW_CQE_HASH, last_flags()), GNIC_CQE_HASH_L4);
	assert_true(last_flags() & GNIC_RAW_CQE_MARK);
	assert_int_equal(le32_to_cpu(last_cqe()->ctrl), 7);
	post_buffer(2000);
	assert_true(receive());
	assert_false(last_flags() & GNIC_RAW_CQE_MARK);
}

/* ---- tunnels ---- */

/* VXLAN over IPv4 without a checksum, around what fake_build() makes. */
static uint32_t build_vxlan(const struct fake_frame *inner)
{
	uint32_t len = fake_build(bytes + 50, inner);

	memset(bytes, 2, 12);
	memcpy(bytes + 12, (uint8_t[]){ 8, 0, 0x45, 0 }, 4);
	memset(bytes + 16, 0, 34);
	bytes[16] = (uint8_t)((len + 36) >> 8);
	bytes[17] = (uint8_t)(len + 36);
	bytes[23] = 17;
	bytes[36] = 4789 >> 8;
	bytes[37] = 4789 & 0xff;
	bytes[38] = (uint8_t)((len + 16) >> 8);
	bytes[39] = (uint8_t)(len + 16);
	bytes[42] = 8;
	return 50 + len;
}

static bool inner_ok(uint32_t len, uint32_t hdr)
{
	post_buffer(4000);
	make_frame(len, hdr);
	assert_true(receive());
	assert_int_equal(le32_to_cpu(last_cqe()->csum) >> 16, 0);
	return le32_to_cpu(last_cqe()->ctrl) & GNIC_CQE_INNER_OK;
}

static void tunnel(void **state)
{
	const struct fake_frame inner = { .payload = 777 };
	uint32_t len = build_vxlan(&inner);
	uint16_t sum;

	(void)state;
	assert_false(inner_ok(len, 200));
	assert_int_equal(last_flags() & GNIC_RAW_CQE_L4_OK, 0);
	sum = last_cqe()->csum;
	f.uplink.tunnels = 1;
	f.uplink.tunnel[0] = (struct gnic_hw_tunnel_port){
		.port = cpu_to_le16(4789), .type = GNIC_TUNNEL_VXLAN,
	};
	assert_true(inner_ok(len, 200));
	assert_int_not_equal(last_flags() & GNIC_RAW_CQE_L4_OK, 0);
	assert_int_equal(last_cqe()->csum, sum);
	/* headers that are not at hand are not looked at */
	assert_false(inner_ok(len, 80));
	assert_int_equal(last_cqe()->csum, sum);
	/* one bit of the payload, and of the inner IP header */
	bytes[len - 1] ^= 1;
	assert_false(inner_ok(len, 200));
	assert_int_equal(last_flags() & GNIC_RAW_CQE_L4_OK, 0);
	bytes[len - 1] ^= 1;
	bytes[64 + 8] ^= 1;
	assert_false(inner_ok(len, 200));
	bytes[64 + 8] ^= 1;
	/* another port */
	bytes[37] ^= 1;
	assert_false(inner_ok(len, 200));
}

/* Whatever is in a tunnel and however much of it there is. */
static void tunnel_garbage(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 20000; round++) {
		const struct fake_frame inner = { .payload = round % 100, .v6 = round & 1 };
		uint32_t len = build_vxlan(&inner);

		if (round % 64 == 0)
			setup(state);
		f.uplink.tunnels = 1;
		f.uplink.tunnel[0] = (struct gnic_hw_tunnel_port){
			.port = cpu_to_le16(4789), .type = 1 + round % 3,
		};
		for (uint32_t i = 0; i < 3; i++)
			bytes[42 + fake_random() % (len - 42)] = (uint8_t)fake_random();
		inner_ok(len, 42 + fake_random() % 200);
	}
}

static void stag(void **state)
{
	const struct fake_frame what = { .tags = 2, .payload = 100 };
	uint32_t len = fake_build(bytes, &what);

	(void)state;
	post_buffer(2000);
	make_frame(len, 200);
	assert_true(receive());
	assert_int_equal(last_flags() & (GNIC_RAW_CQE_VLAN | GNIC_RAW_CQE_STAG), 0);
	f.uplink.vlan_flags = GNIC_VLAN_STRIP_STAG;
	post_buffer(2000);
	make_frame(len, 200);
	assert_true(receive());
	assert_int_equal(last_flags() & (GNIC_RAW_CQE_VLAN | GNIC_RAW_CQE_STAG),
			 GNIC_RAW_CQE_VLAN | GNIC_RAW_CQE_STAG);
	assert_int_equal(le32_to_cpu(last_cqe()->size), len - 4);
}

/* ---- header split ---- */

#define HEADS	(FAKE_DATA + 0x1000)	/* 64 slots */

struct qp *qp_get(struct port *port, uint32_t qpn)
{
	return port == f.qp.port && qpn == f.qp.qpn ? &f.qp : NULL;
}

static enum gnic_hw_status split(uint32_t qpn, uint64_t base, uint32_t thresh)
{
	struct gnic_hw_qp_split in = {
		.qpn = cpu_to_le32(qpn), .base = cpu_to_le64(base), .thresh = cpu_to_le32(thresh),
	};

	return qp_cmd_split(&f.card, &in);
}

static uint8_t *head_slot(uint32_t index)
{
	return fake_ptr(HEADS + index % (1u << FAKE_LOG) * GNIC_RAW_HEAD_SIZE);
}

static void split_payload(void **state)
{
	(void)state;
	assert_int_equal(split(f.qp.qpn, HEADS, 0), GNIC_STATUS_OK);
	for (uint32_t round = 0; round < 2000; round++) {
		struct fake_frame what = random_what();
		uint32_t len, head, first = fake_rq_index, n;

		what.tags = 0;
		len = build(&what, false);
		head = fake_hdr_len(&what);
		make_frame(len, 252);
		n = (len - head + 999) / 1000;
		for (uint32_t i = 0; i < n; i++)
			post_buffer(1000);
		memset(head_slot(first), 0x5a, GNIC_RAW_HEAD_SIZE);
		assert_true(receive());
		assert_true(last_flags() & GNIC_RAW_CQE_SPLIT);
		assert_int_equal(FIELD_GET(GNIC_RAW_CQE_HDR_LEN, last_flags()), head);
		assert_int_equal(FIELD_GET(GNIC_RAW_CQE_NBUF, last_flags()), n);
		assert_int_equal(le32_to_cpu(last_cqe()->size), len);
		assert_memory_equal(head_slot(first), bytes, head);
		assert_int_equal(head_slot(first)[head], 0x5a);
		assert_buffers(bytes + head, len - head, first, 1000);
		assert_csum(14, len);
	}
}

/* What has no payload to split goes to the slot if it fits, and uses up a buffer. */
static void split_whole(void **state)
{
	(void)state;
	assert_int_equal(split(f.qp.qpn, HEADS, 0), GNIC_STATUS_OK);
	memset(bytes, 0x12, 300);
	make_frame(256, 60);
	assert_false(receive());
	assert_int_equal(f.qp.stats.no_buffer, 1);
	post_buffer(1000);
	assert_true(receive());
	assert_true(last_flags() & GNIC_RAW_CQE_SPLIT);
	assert_int_equal(FIELD_GET(GNIC_RAW_CQE_HDR_LEN, last_flags()), 256);
	assert_int_equal(FIELD_GET(GNIC_RAW_CQE_NBUF, last_flags()), 1);
	assert_memory_equal(head_slot(0), bytes, 256);
	post_buffer(1000);
	make_frame(257, 60);
	assert_true(receive());
	assert_false(last_flags() & GNIC_RAW_CQE_SPLIT);
	assert_buffers(bytes, 257, 1, 1000);
}

/* A buffer comes when none was found for the head: too late for this frame, not for the next. */
static void split_buffer_comes_late(void **state)
{
	struct fake_frame what = { .payload = 500 };
	uint32_t len = fake_build(bytes, &what), head = fake_hdr_len(&what);

	(void)state;
	assert_int_equal(split(f.qp.qpn, HEADS, 0), GNIC_STATUS_OK);
	post_buffer(len - head);
	fake_rq_late = fake_rq_index;
	fake_rq_index = 0;
	make_frame(len, 100);
	assert_false(receive());
	assert_int_equal(f.qp.stats.no_buffer, 1);
	assert_int_equal(fake_rq_index, 1);
	assert_true(receive());
	assert_memory_equal(head_slot(0), bytes, head);
	assert_buffers(bytes + head, len - head, 0, len - head);
}

static void split_threshold(void **state)
{
	struct fake_frame what = { .payload = 500 };
	uint32_t len = fake_build(bytes, &what);

	(void)state;
	assert_int_equal(split(f.qp.qpn, HEADS, len), GNIC_STATUS_OK);
	post_buffer(2000);
	make_frame(len, 100);
	assert_true(receive());
	assert_false(last_flags() & GNIC_RAW_CQE_SPLIT);
	assert_int_equal(split(f.qp.qpn, HEADS, len - 1), GNIC_STATUS_OK);
	post_buffer(2000);
	make_frame(len, 100);
	assert_true(receive());
	assert_true(last_flags() & GNIC_RAW_CQE_SPLIT);
	assert_int_equal(split(f.qp.qpn, 0, 0), GNIC_STATUS_OK);
	post_buffer(2000);
	make_frame(len, 100);
	assert_true(receive());
	assert_false(last_flags() & GNIC_RAW_CQE_SPLIT);
}

static void split_refused(void **state)
{
	struct fake_frame what = { .payload = 500 };
	uint32_t len = fake_build(bytes, &what);

	(void)state;
	assert_int_equal(split(f.qp.qpn + 1, HEADS, 0), GNIC_STATUS_NOT_FOUND);
	assert_int_equal(split(f.qp.qpn, HEADS + 64, 0), GNIC_STATUS_BAD_PARAM);
	f.qp.rq.present = false;
	assert_int_equal(split(f.qp.qpn, HEADS, 0), GNIC_STATUS_BAD_PARAM);
	f.qp.rq.present = true;
	/* an area that is not there */
	assert_int_equal(split(f.qp.qpn, 0x1000, 0), GNIC_STATUS_OK);
	post_buffer(2000);
	make_frame(len, 100);
	assert_false(receive());
	assert_true(f.qp.failed);
	assert_int_equal(f.qp.stats.syndrome, GNIC_SYND_LOCAL_ACCESS);
}

/* ---- FCS ---- */

/* The residue of a frame with its FCS is a constant; of a bad frame it is not. */
static void fcs(void **state)
{
	const uint32_t residue = 0x2144df1c;
	struct fake_frame what = { .payload = 700 };
	uint32_t len = fake_build(bytes, &what);

	(void)state;
	f.card.ports[0].rx = GNIC_PORT_RX_FCS;
	post_buffer(2000);
	make_frame(len, 60);
	assert_true(receive());
	assert_int_equal(le32_to_cpu(last_cqe()->size), len + 4);
	assert_memory_equal(fake_ptr(buffer_addr(0)), bytes, len);
	assert_int_equal(crc32(0, fake_ptr(buffer_addr(0)), len + 4), residue);
	assert_true(last_flags() & GNIC_RAW_CQE_L4_OK);
	assert_int_equal(le16_to_cpu(last_cqe()->csum),
			 ntohs(fake_sum((uint8_t *)fake_ptr(buffer_addr(0)) + 14, len - 10, 0)));
	f.card.ports[0].fcs_error = 1;
	post_buffer(2000);
	make_frame(len, 60);
	assert_true(receive());
	assert_int_not_equal(crc32(0, fake_ptr(buffer_addr(1)), len + 4), residue);
	/* not a function's */
	f.uplink.function = true;
	post_buffer(2000);
	make_frame(len, 60);
	assert_true(receive());
	assert_int_equal(le32_to_cpu(last_cqe()->size), len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(scatter, setup),
		cmocka_unit_test_setup(buffer_in_two_places, setup),
		cmocka_unit_test_setup(no_buffer, setup),
		cmocka_unit_test_setup(too_big, setup),
		cmocka_unit_test_setup(bad_buffers, setup),
		cmocka_unit_test_setup(cq_is_dead, setup),
		cmocka_unit_test_setup(stopped, setup),
		cmocka_unit_test_setup(source_is_the_buffer, setup),
		cmocka_unit_test_setup(checksums, setup),
		cmocka_unit_test_setup(checksum_made_here, setup),
		cmocka_unit_test_setup(sctp, setup),
		cmocka_unit_test_setup(sctp_short, setup),
		cmocka_unit_test_setup(udp_without_checksum, setup),
		cmocka_unit_test_setup(udp_shorter_than_ip, setup),
		cmocka_unit_test_setup(wrong_ipv4_checksum, setup),
		cmocka_unit_test_setup(vlan_at_the_host_side, setup),
		cmocka_unit_test_setup(vlan_at_the_function_side, setup),
		cmocka_unit_test_setup(service_tag, setup),
		cmocka_unit_test_setup(hash_and_mark, setup),
		cmocka_unit_test_setup(tunnel, setup),
		cmocka_unit_test_setup(tunnel_garbage, setup),
		cmocka_unit_test_setup(stag, setup),
		cmocka_unit_test_setup(split_payload, setup),
		cmocka_unit_test_setup(split_whole, setup),
		cmocka_unit_test_setup(split_buffer_comes_late, setup),
		cmocka_unit_test_setup(split_threshold, setup),
		cmocka_unit_test_setup(split_refused, setup),
		cmocka_unit_test_setup(fcs, setup),
	};

	fake_seed(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("rxe", tests, NULL, NULL);
}
