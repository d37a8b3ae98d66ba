// SPDX-License-Identifier: GPL-2.0-only
/* blk_txe.c: what WQEs become, and what becomes of bad ones. */
#include <arpa/inet.h>

#include "fake.h"
#include "frame.h"

#define FRAMES	16u

/* What the switch got. */
static struct {
	uint8_t bytes[16384];
	uint32_t len;
	bool from_host, l4_ok;
	struct parsed parsed;
} sent[FRAMES];
static unsigned int nsent;

static struct fake f;
static uint8_t packet[16384];

static void take(struct frame *frame, bool from_host)
{
	assert_true(nsent < FRAMES);
	assert_true(frame->hdr_len >= 14);
	sent[nsent].len = frame_copy(frame, 0, sent[nsent].bytes, sizeof(sent[0].bytes));
	assert_int_equal(sent[nsent].len, frame->len);
	assert_true(frame->is_parsed);
	/* a mirror that splits it must not reach the next one */
	assert_int_equal(frame->splits, 0);
	frame->splits = 6;
	sent[nsent].parsed = frame->parsed;
	sent[nsent].l4_ok = frame->l4_ok;
	sent[nsent++].from_host = from_host;
}

void esw_from_host(struct vport *vport, struct frame *frame)
{
	assert_ptr_equal(vport, &f.uplink);
	take(frame, true);
}

void esw_from_function(struct vport *vport, struct frame *frame)
{
	assert_ptr_equal(vport, &f.uplink);
	take(frame, false);
}

static int setup(void **state)
{
	(void)state;
	fake_init(&f);
	nsent = 0;
	return 0;
}

static struct gnic_hw_raw_wqe *wqe_at(uint32_t index)
{
	return fake_ptr(FAKE_SQ + (index % (1u << FAKE_LOG)) * 64ull);
}

/* A packet of @len bytes of packet[] in @nseg segments of random lengths. */
static void post_segments(uint32_t len, uint32_t nseg, uint32_t flags)
{
	uint64_t addr = FAKE_DATA + fake_random() % 64;
	uint32_t at = 0;

	for (uint32_t seg = 0; seg < nseg; seg++) {
		uint32_t left = len - at, part = left;
		struct gnic_hw_raw_wqe *wqe;

		wqe = wqe_at(fake_sq_index);
		if (seg < nseg - 1)
			part = 1 + fake_random() % (left - (nseg - 1 - seg));
		if (seg % 3 == 0) {
			memset(wqe, 0, sizeof(*wqe));
			wqe->ctrl = cpu_to_le32((seg ? GNIC_WQE_RAW_CONT : GNIC_WQE_RAW_SEND) |
						FIELD_PREP(GNIC_WQE_INDEX, fake_sq_index & 0xff) |
						(seg ? 0 : FIELD_PREP(GNIC_RAW_WQE_NSEG, nseg) |
							   flags));
			wqe->size = cpu_to_le32(seg ? 0 : len);
		}
		memcpy(fake_ptr(addr), packet + at, part);
		wqe->seg[seg % 3].addr = cpu_to_le64(addr);
		wqe->seg[seg % 3].len = cpu_to_le32(part);
		addr += part + fake_random() % 64;
		at += part;
		if (seg % 3 == 2 || seg == nseg - 1)
			fake_sq_index++;
	}
}

static struct gnic_hw_raw_wqe *post(uint32_t len, uint32_t flags)
{
	struct gnic_hw_raw_wqe *wqe = wqe_at(fake_sq_index);

	post_segments(len, 1, flags | GNIC_RAW_WQE_CQE);
	return wqe;
}

static int poll(void)
{
	wq_refresh(&f.qp, &f.qp.sq);
	return txe_poll(&f.qp, 64);
}

static void assert_sent(unsigned int i, uint32_t len)
{
	assert_true(i < nsent);
	assert_int_equal(sent[i].len, len);
	assert_memory_equal(sent[i].bytes, packet, len);
}

/* ---- good ones ---- */

static void every_size(void **state)
{
	(void)state;
	for (uint32_t len = 14; len <= 9622; len += len < 600 ? 1 : 111) {
		nsent = 0;
		for (uint32_t i = 0; i < len; i++)
			packet[i] = (uint8_t)fake_random();
		post(len, 0);
		assert_int_equal(poll(), 1);
		assert_sent(0, len);
	}
	assert_false(f.qp.failed);
	assert_int_equal(fake_access, GNIC_ACCESS_LOCAL_READ);
	assert_int_equal(fake_asid, 5);
}

static void every_number_of_segments(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 1000; round++) {
		uint32_t nseg = 1 + round % 18, len = 14 + nseg + fake_random() % 3000;

		nsent = 0;
		for (uint32_t i = 0; i < len; i++)
			packet[i] = (uint8_t)fake_random();
		post_segments(len, nseg, 0);
		assert_int_equal(poll(), (nseg + 2) / 3);
		assert_sent(0, len);
		assert_int_equal(fake_sq_done, fake_sq_index);
	}
	assert_int_equal(fake_ncqes, 0);
	assert_int_equal(f.qp.stats.tx_packets, 1000);
}

/* All of the time, in the completion that was asked for; and in no other. */
static void time_of_departure(void **state)
{
	struct gnic_hw_raw_wqe *wqe;

	(void)state;
	fake_now = 0x123456789abcdef0ull;
	wqe = post(100, 0);
	wqe->offload |= cpu_to_le32(GNIC_RAW_WQE_TSTAMP);
	post(100, 0);
	assert_int_equal(poll(), 2);
	assert_int_equal(fake_ncqes, 2);
	assert_int_equal(le32_to_cpu(fake_cqes[0].flags), GNIC_RAW_CQE_SENT);
	assert_int_equal(le32_to_cpu(fake_cqes[0].tstamp), 0x9abcdef0);
	assert_int_equal(le32_to_cpu(fake_cqes[0].hash), 0x12345678);
	assert_int_equal(fake_cqes[1].flags | fake_cqes[1].tstamp | fake_cqes[1].hash, 0);
}

static void completions(void **state)
{
	(void)state;
	post_segments(100, 7, GNIC_RAW_WQE_CQE);
	post_segments(100, 1, 0);
	post_segments(100, 1, GNIC_RAW_WQE_CQE);
	assert_int_equal(poll(), 5);
	assert_int_equal(fake_ncqes, 2);
	assert_int_equal(le32_to_cpu(fake_cqes[0].ctrl), 7 | GNIC_CQE_REQ);
	assert_int_equal(le32_to_cpu(fake_cqes[0].wqe_index), 2);
	assert_int_equal(le32_to_cpu(fake_cqes[1].wqe_index), 4);
	assert_int_equal(f.qp.stats.tx_packets, 3);
	assert_int_equal(f.qp.stats.tx_bytes, 300);
}

static void budget(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		post_segments(60, 1, 0);
	wq_refresh(&f.qp, &f.qp.sq);
	assert_int_equal(txe_poll(&f.qp, 4), 4);
	assert_int_equal(nsent, 4);
	assert_int_equal(fake_sq_done, 4);
	assert_int_equal(txe_poll(&f.qp, 100), 6);
	assert_int_equal(txe_poll(&f.qp, 100), 0);
}

static void function_side(void **state)
{
	(void)state;
	f.qp.side = GNIC_SIDE_FUNCTION;
	post_segments(60, 1, 0);
	poll();
	assert_false(sent[0].from_host);
}

static void vlan(void **state)
{
	uint8_t want[104];

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		packet[i] = (uint8_t)i;
	memcpy(want, packet, 12);
	memcpy(want + 12, (uint8_t[]){ 0x81, 0x00, 0x60, 0x05 }, 4);
	memcpy(want + 16, packet + 12, 88);
	post(100, GNIC_RAW_WQE_VLAN)->vlan_tci = cpu_to_le16(0x6005);
	poll();
	assert_int_equal(sent[0].len, 104);
	assert_memory_equal(sent[0].bytes, want, 104);
	assert_int_equal(sent[0].parsed.vlan_tci, 0x6005);
}

/* ---- checksums ---- */

/* A built frame with its checksum replaced by that of the pseudo header; returns its length. */
static uint32_t partial(const struct fake_frame *what, uint32_t *start, uint32_t *offset)
{
	uint32_t len = fake_build(packet, what), hdr = fake_hdr_len(what);
	uint32_t l3 = what->v6 ? 40 : 20u + what->ip_options, l4;
	uint16_t sum;

	*start = 14 + 4u * what->tags + l3;
	*offset = what->udp ? 6 : 16;
	l4 = len - *start;
	(void)hdr;
	sum = fake_sum(packet + *start - (what->v6 ? 32 : 8 + what->ip_options),
		       what->v6 ? 32 : 8, l4 + (what->udp ? 17 : 6));
	packet[*start + *offset] = (uint8_t)(sum >> 8);
	packet[*start + *offset + 1] = (uint8_t)sum;
	return len;
}

static void set_offload(struct gnic_hw_raw_wqe *wqe, uint32_t start, uint32_t offset)
{
	wqe->offload = cpu_to_le32(FIELD_PREP(GNIC_RAW_WQE_CSUM_START, start) |
				   FIELD_PREP(GNIC_RAW_WQE_CSUM_OFFSET, offset));
}

static void checksum(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 2000; round++) {
		struct fake_frame what = {
			.v6 = round & 1, .udp = round & 2, .tags = round / 4 % 3,
			.payload = fake_random() % 2000,
		};
		uint32_t start, offset, len, tag = round % 7 == 0 ? 4 : 0, end;
		struct gnic_hw_raw_wqe *wqe;

		nsent = 0;
		len = partial(&what, &start, &offset);
		wqe = post(len, GNIC_RAW_WQE_CSUM | (tag ? GNIC_RAW_WQE_VLAN : 0));
		set_offload(wqe, start, offset);
		poll();
		end = len + tag;
		assert_int_equal(sent[0].len, end);
		start += tag;
		/* the pseudo header is part of the sum */
		assert_int_equal(fake_sum(sent[0].bytes + start, end - start,
					  fake_sum(sent[0].bytes + start - (what.v6 ? 32 : 8),
						   what.v6 ? 32 : 8,
						   end - start + (what.udp ? 17 : 6))), 0xffff);
		assert_true(sent[0].l4_ok == (what.tags + (tag ? 1u : 0) <= 2));
	}
}

/* Whoever seeds the field with nonsense gets nonsense, and nobody vouches for it. */
static void wrong_seed(void **state)
{
	struct fake_frame what = { .udp = true, .payload = 100 };
	uint32_t start, offset, len;

	(void)state;
	len = partial(&what, &start, &offset);
	packet[start + offset] ^= 1;
	set_offload(post(len, GNIC_RAW_WQE_CSUM), start, offset);
	poll();
	assert_int_equal(sent[0].parsed.l4, GNIC_CQE_L4_UDP);
	len = partial(&what, &start, &offset);
	set_offload(post(len, GNIC_RAW_WQE_CSUM), start + 2, offset - 2);
	poll();
	assert_int_equal(nsent, 2);
	assert_false(sent[0].l4_ok);
	assert_false(sent[1].l4_ok);
	assert_false(f.qp.failed);
}

/* Bytes that sum up to 0xffff make the checksum 0, which UDP means otherwise. */
static void zero_becomes_ones(void **state)
{
	(void)state;
	memset(packet, 0, 100);
	packet[50] = packet[51] = 0xff;
	set_offload(post(100, GNIC_RAW_WQE_CSUM), 34, 6);
	poll();
	assert_int_equal(sent[0].bytes[40], 0xff);
	assert_int_equal(sent[0].bytes[41], 0xff);
}

/* Frames that are right are right again, whatever was in the field. */
static void sctp_checksum(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 500; round++) {
		struct fake_frame what = {
			.v6 = round & 1, .udp = true, .tags = round / 2 % 3,
			.payload = 4 + fake_random() % 2000,
		};
		uint32_t len = fake_build_sctp(packet, &what), start = fake_hdr_len(&what) - 8;
		uint8_t want[4096];

		nsent = 0;
		memcpy(want, packet, len);
		memset(packet + start + 8, (int)round, 4);
		set_offload(post(len, GNIC_RAW_WQE_CSUM | GNIC_RAW_WQE_CRC32C), start, 8);
		poll();
		assert_int_equal(sent[0].len, len);
		assert_memory_equal(sent[0].bytes, want, len);
	}
}

static void ipv4_checksum(void **state)
{
	struct fake_frame what = { .udp = true, .payload = 10, .ip_options = 8 };
	uint32_t len = fake_build(packet, &what);

	(void)state;
	packet[24] ^= 0x55;
	post(len, GNIC_RAW_WQE_CSUM_L3);
	poll();
	assert_int_equal(fake_sum(sent[0].bytes + 14, 28, 0), 0xffff);
}

/* ---- bad ones: each field, and what it is called ---- */

static void assert_refused(uint8_t synd)
{
	assert_int_equal(nsent, 0);
	assert_true(f.qp.failed);
	assert_int_equal(f.qp.stats.syndrome, synd);
	assert_int_equal(fake_ncqes, 1);
	assert_int_equal(le32_to_cpu(fake_cqes[0].ctrl), 7 | GNIC_CQE_REQ | GNIC_CQE_ERROR);
	assert_int_equal(le32_to_cpu(fake_cqes[0].size), synd);
	assert_int_equal(poll(), 0);
}

/* A packet of four segments and two WQEs, of which one dword is damaged. */
static const struct bad {
	const char *what;
	uint32_t wqe, dword;
	uint32_t and, or;
	uint8_t synd;
} bads[] = {
	{ "opcode NOP", 0, 0, ~GNIC_WQE_OPCODE, 0, GNIC_SYND_TX_OPCODE },
	{ "opcode of RC", 0, 0, ~GNIC_WQE_OPCODE, GNIC_WQE_LINEAR, GNIC_SYND_TX_OPCODE },
	{ "begins with CONT", 0, 0, ~GNIC_WQE_OPCODE, GNIC_WQE_RAW_CONT, GNIC_SYND_TX_OPCODE },
	{ "goes on with SEND", 1, 0, ~GNIC_WQE_OPCODE, GNIC_WQE_RAW_SEND, GNIC_SYND_TX_OPCODE },
	{ "index", 0, 0, ~0u, FIELD_PREP(GNIC_WQE_INDEX, 1), GNIC_SYND_TX_WQE_INDEX },
	{ "index of CONT", 1, 0, ~GNIC_WQE_INDEX, 0, GNIC_SYND_TX_WQE_INDEX },
	{ "reserved bits", 0, 0, ~0u, BIT(5), GNIC_SYND_TX_RESERVED },
	{ "reserved bit 30", 0, 0, ~0u, BIT(30), GNIC_SYND_TX_RESERVED },
	{ "launch time in a tunnel", 0, 0, ~0u,
	  GNIC_RAW_WQE_TSO | GNIC_RAW_WQE_TUNNEL | GNIC_RAW_WQE_LAUNCH, GNIC_SYND_TX_RESERVED },
	{ "CRC32C of no checksum", 0, 0, ~0u, GNIC_RAW_WQE_CRC32C, GNIC_SYND_TX_RESERVED },
	{ "CRC32C of segments", 0, 0, ~0u,
	  GNIC_RAW_WQE_CSUM | GNIC_RAW_WQE_CRC32C | GNIC_RAW_WQE_USO, GNIC_SYND_TX_RESERVED },
	{ "reserved offload", 0, 2, ~0u, BIT(30), GNIC_SYND_TX_RESERVED },
	{ "flags of CONT", 1, 0, ~0u, GNIC_RAW_WQE_CQE, GNIC_SYND_TX_RESERVED },
	{ "size of CONT", 1, 1, ~0u, 1, GNIC_SYND_TX_RESERVED },
	{ "mss of CONT", 1, 3, ~0u, 0x10000, GNIC_SYND_TX_RESERVED },
	{ "segment's reserved", 0, 7, ~0u, 1, GNIC_SYND_TX_RESERVED },
	{ "size 0", 0, 1, 0, 0, GNIC_SYND_TX_RAW_SIZE },
	{ "size 13", 0, 1, 0, 13, GNIC_SYND_TX_RAW_SIZE },
	{ "size above all", 0, 1, 0, 9623, GNIC_SYND_TX_RAW_SIZE },
	{ "size 4 GiB", 0, 1, ~0u, ~0u, GNIC_SYND_TX_RAW_SIZE },
	{ "no segments", 0, 0, ~GNIC_RAW_WQE_NSEG, 0, GNIC_SYND_TX_SEGMENTS },
	{ "19 segments", 0, 0, ~GNIC_RAW_WQE_NSEG, FIELD_PREP(GNIC_RAW_WQE_NSEG, 19),
	  GNIC_SYND_TX_SEGMENTS },
	{ "more segments than WQEs", 0, 0, ~GNIC_RAW_WQE_NSEG, FIELD_PREP(GNIC_RAW_WQE_NSEG, 7),
	  GNIC_SYND_TX_SEGMENTS },
	{ "more in the WQE than announced", 0, 0, ~GNIC_RAW_WQE_NSEG,
	  FIELD_PREP(GNIC_RAW_WQE_NSEG, 2), GNIC_SYND_TX_SEGMENTS },
	{ "sum below size", 0, 1, 0, 101, GNIC_SYND_TX_SEGMENTS },
	{ "sum above size", 0, 1, 0, 99, GNIC_SYND_TX_SEGMENTS },
	{ "segment of nothing", 0, 6, 0, 0, GNIC_SYND_TX_SEGMENTS },
	{ "segment of 4 GiB", 0, 6, ~0u, ~0u, GNIC_SYND_TX_SEGMENTS },
	{ "address of nothing", 0, 5, ~0u, 0x40, GNIC_SYND_LOCAL_ACCESS },
	{ "address 0", 1, 4, 0, 0, GNIC_SYND_LOCAL_ACCESS },
	{ "TSO without headers", 0, 0, ~0u, GNIC_RAW_WQE_TSO, GNIC_SYND_TX_OFFLOAD },
	{ "IPv4 checksum of no IPv4", 0, 0, ~0u, GNIC_RAW_WQE_CSUM_L3, GNIC_SYND_TX_OFFLOAD },
	{ "checksum from 0", 0, 0, ~0u, GNIC_RAW_WQE_CSUM, GNIC_SYND_TX_OFFLOAD },
};

static void bad_fields(void **state)
{
	for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		const struct bad *bad = &bads[i];
		__le32 *dword;

		setup(state);
		memset(packet, 0xee, sizeof(packet));
		post_segments(100, 4, GNIC_RAW_WQE_CQE);
		dword = (__le32 *)wqe_at(bad->wqe) + bad->dword;
		*dword = cpu_to_le32((le32_to_cpu(*dword) & bad->and) | bad->or);
		poll();
		print_message("# %s\n", bad->what);
		assert_refused(bad->synd);
	}
}

/* All there, and yet too many. */
static void nineteen_segments(void **state)
{
	(void)state;
	post_segments(1000, 18, GNIC_RAW_WQE_CQE);
	poll();
	assert_int_equal(nsent, 1);
	nsent = fake_ncqes = 0;
	post_segments(1000, 19, GNIC_RAW_WQE_CQE);
	poll();
	assert_refused(GNIC_SYND_TX_SEGMENTS);
}

/* The rest of the packet lies in the ring, but the driver has not said so. */
static void beyond_the_index(void **state)
{
	(void)state;
	post_segments(1000, 7, GNIC_RAW_WQE_CQE);
	fake_sq_index--;
	poll();
	assert_refused(GNIC_SYND_TX_SEGMENTS);
}

/* Where a checksum of @size bytes may be: within the header bytes that the device has. */
static void try_offsets(void **state, uint32_t flags, uint32_t size)
{
	for (uint32_t start = 0; start < 1024; start += 7)
		for (uint32_t offset = 0; offset < 64; offset += 9) {
			bool ok = start >= 14 && start + offset + size <= GNIC_RAW_HDR_MAX;

			setup(state);
			set_offload(post(1500, flags | GNIC_RAW_WQE_VLAN), start, offset);
			poll();
			if (ok)
				assert_int_equal(nsent, 1);
			else
				assert_refused(GNIC_SYND_TX_OFFLOAD);
		}
}

static void checksum_offsets(void **state)
{
	try_offsets(state, GNIC_RAW_WQE_CSUM, 2);
	try_offsets(state, GNIC_RAW_WQE_CSUM | GNIC_RAW_WQE_CRC32C, 4);
}

/* A packet shorter than where its checksum would go. */
static void checksum_behind_the_end(void **state)
{
	(void)state;
	set_offload(post(60, GNIC_RAW_WQE_CSUM), 50, 9);
	poll();
	assert_refused(GNIC_SYND_TX_OFFLOAD);
}

static void nothing_runs_after_a_failure(void **state)
{
	(void)state;
	post_segments(100, 1, 0);
	wqe_at(0)->size = 0;
	post_segments(100, 1, GNIC_RAW_WQE_CQE);
	assert_int_equal(poll(), 1);
	assert_refused(GNIC_SYND_TX_RAW_SIZE);
}

/* Too many pieces of memory: refused, not overrun. */
static void scattered_beyond_measure(void **state)
{
	(void)state;
	fake_seam = 64;
	post_segments(3000, 18, GNIC_RAW_WQE_CQE);
	poll();
	assert_refused(GNIC_SYND_LOCAL_ACCESS);
}

/* Whatever is in the ring: no crash, and at most one packet a WQE. */
static void random_rings(void **state)
{
	for (uint32_t round = 0; round < 3000; round++) {
		uint32_t *words = fake_ptr(FAKE_SQ);

		setup(state);
		for (uint32_t i = 0; i < 4 * 16; i++)
			words[i] = fake_random() & fake_random();
		post_segments(14 + fake_random() % 500, 1 + fake_random() % 10,
			      fake_random() & 0xff000000);
		for (uint32_t n = fake_random() % 4; n; n--)
			words[fake_random() % 64] ^= 1u << fake_random() % 32;
		fake_sq_index = 4;
		poll();
		assert_true(f.qp.sq.done <= 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_size, setup),
		cmocka_unit_test_setup(every_number_of_segments, setup),
		cmocka_unit_test_setup(time_of_departure, setup),
		cmocka_unit_test_setup(completions, setup),
		cmocka_unit_test_setup(budget, setup),
		cmocka_unit_test_setup(function_side, setup),
		cmocka_unit_test_setup(vlan, setup),
		cmocka_unit_test_setup(checksum, setup),
		cmocka_unit_test_setup(wrong_seed, setup),
		cmocka_unit_test_setup(zero_becomes_ones, setup),
		cmocka_unit_test_setup(sctp_checksum, setup),
		cmocka_unit_test_setup(ipv4_checksum, setup),
		cmocka_unit_test_setup(bad_fields, setup),
		cmocka_unit_test_setup(nineteen_segments, setup),
		cmocka_unit_test_setup(beyond_the_index, setup),
		cmocka_unit_test_setup(checksum_offsets, setup),
		cmocka_unit_test_setup(checksum_behind_the_end, setup),
		cmocka_unit_test_setup(nothing_runs_after_a_failure, setup),
		cmocka_unit_test_setup(scattered_beyond_measure, setup),
		cmocka_unit_test_setup(random_rings, setup),
	};

	fake_seed(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("txe", tests, NULL, NULL);
}
