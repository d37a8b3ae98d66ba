// SPDX-License-Identifier: GPL-2.0-only
/* Headers, ICRC and cyclic numbers of RoCE v2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hw/syndrome.h"
#include "roce.h"

/* ---- ICRC ---- */

struct vector {
	const char *what;
	uint32_t l3;		/* where the IP header begins */
	uint32_t headers;	/* IP header up to the end of the transport headers */
	uint32_t len;		/* with the ICRC, the last four bytes */
	uint8_t bytes[96];
};

/* Both are in the regression test of Scapy's RoCE layer, test/contrib/roce.uts. */
static const struct vector vectors[] = {
	{
		"congestion notification captured from a ConnectX-4 Lx", 14, 40, 74, {
		0xe4, 0x1d, 0x2d, 0xab, 0x2b, 0xc2, 0x7c, 0xfe, 0x90, 0x64, 0x3b, 0x32, 0x08, 0x00,
		0x45, 0xc2, 0x00, 0x3c, 0x71, 0x8c, 0x40, 0x00, 0x40, 0x11, 0x91, 0x61,
		0x0a, 0x00, 0x11, 0x01, 0x0a, 0x00, 0x12, 0x01,
		0x00, 0x00, 0x12, 0xb7, 0x00, 0x28, 0x00, 0x00,
		0x81, 0x00, 0xff, 0xff, 0x40, 0x00, 0x01, 0x18, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x82, 0xfd, 0x00, 0x2a,
		},
	},
	{
		"SEND ONLY of an unreliable connection, two bytes of pad", 14, 40, 78, {
		0x24, 0x8a, 0x07, 0xa8, 0xfa, 0x22, 0x24, 0x8a, 0x07, 0xa8, 0xfa, 0x22, 0x08, 0x00,
		0x45, 0x01, 0x00, 0x40, 0x04, 0x78, 0x40, 0x00, 0x40, 0x11, 0xb4, 0xd5,
		0xc0, 0xa8, 0x00, 0x07, 0xc0, 0xa8, 0x00, 0x07,
		0xc0, 0x00, 0x12, 0xb7, 0x00, 0x2c, 0xac, 0xa2,
		0x24, 0x60, 0xff, 0xff, 0x00, 0x00, 0x00, 0xd3, 0x00, 0xcf, 0x17, 0x10,
		0x46, 0x30, 0x81, 0x8b, 0xe2, 0x89, 0x35, 0xd9, 0x0e, 0x9a, 0x95, 0x50, 0x54, 0x01,
		0xbe, 0x88, 0x5e, 0x50, 0x00, 0x00,
		0x78, 0xf3, 0x53, 0xf3,
		},
	},
};

static uint32_t icrc_of(const uint8_t *frame, uint32_t l3, uint32_t headers, uint32_t len)
{
	uint32_t icrc = roce_icrc_headers(frame + l3, headers);

	return roce_icrc_add(icrc, frame + l3 + headers, len - l3 - headers - ROCE_ICRC_LEN);
}

static uint32_t icrc_stored(const uint8_t *frame, uint32_t len)
{
	const uint8_t *p = frame + len - ROCE_ICRC_LEN;

	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static void icrc_of_published_frames(void **state)
{
	(void)state;
	for (const struct vector *v = vectors; v < vectors + 2; v++) {
		print_message("# %s\n", v->what);
		assert_int_equal(icrc_of(v->bytes, v->l3, v->headers, v->len),
				 icrc_stored(v->bytes, v->len));
	}
}

/* ---- packets ---- */

static struct roce_path path_of(uint8_t ip_version, uint16_t vlan_tci)
{
	struct roce_path path = {
		.ip_version = ip_version, .hop_limit = 33, .tos = 0x6a, .udp_sport = 0xd00d,
		.vlan_tci = vlan_tci, .src_mac = { 2, 1, 2, 3, 4, 5 },
		.dst_mac = { 2, 6, 7, 8, 9, 10 },
	};

	for (uint8_t i = 0; i < (ip_version == 6 ? 16 : 4); i++) {
		path.src_ip[i] = 0x10 + i;
		path.dst_ip[i] = 0x40 + i;
	}
	return path;
}

static struct rc_packet packet_of(const struct roce_path *path, uint8_t opcode, uint32_t payload)
{
	uint16_t flags = roce_ops[opcode].flags;
	struct rc_packet pkt = {
		.path = path, .payload = payload, .dst_qp = 0x123456, .psn = 0xabcdef,
		.opcode = opcode, .ack_req = payload & 1, .solicited = payload & 2,
		.selective = payload & 4,
	};

	if (flags & ROCE_OP_RETH) {
		pkt.va = 0x1122334455667788ull;
		pkt.rkey = 0x99aabbcc;
		pkt.dma_len = 0x01020304;
	}
	if (flags & ROCE_OP_AETH) {
		pkt.syndrome = 0x61;
		pkt.msn = 0xfedcba;
	}
	if (flags & ROCE_OP_SACK)
		pkt.sack = (struct roce_sack){ 0x13579b, { 0x1020304050607080, 0x8090a0b0c0d0e0f } };
	if (flags & ROCE_OP_IMM)
		pkt.imm = 0xdeadbeef;
	if (flags & ROCE_OP_SOB)
		pkt.sob = 0x2badcafe;
	return pkt;
}

static const uint8_t *payload_bytes(void)
{
	static uint8_t bytes[256];

	for (unsigned int i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + 1);
	return bytes;
}

static uint32_t flatten(const struct rc_packet *pkt, uint8_t *frame, uint32_t room)
{
	struct iovec iov[2] = {
		{ (void *)payload_bytes(), pkt->payload / 2 },
		{ (void *)(payload_bytes() + pkt->payload / 2), 256 - pkt->payload / 2 },
	};

	return roce_flatten(pkt, iov, 2, frame, room);
}

/* What is built is parsed back to the same, and its ICRC is right. */
static void check_round_trip(const struct rc_packet *pkt)
{
	uint8_t frame[512];
	struct roce_path path = { 0 };
	struct roce_layout layout;
	struct rc_packet got;
	uint32_t len = flatten(pkt, frame, sizeof(frame));

	assert_int_equal(len, roce_frame_len(pkt));
	assert_int_equal(flatten(pkt, frame, len - 1), 0);
	assert_int_equal(roce_parse(frame, len, len, NULL, &path, &got, &layout), 0);
	assert_memory_equal(&path, pkt->path, sizeof(path));
	assert_ptr_equal(got.path, &path);
	got.path = pkt->path;
	assert_int_equal(got.payload, pkt->payload);
	assert_int_equal(got.dst_qp, pkt->dst_qp);
	assert_int_equal(got.psn, pkt->psn);
	assert_int_equal(got.opcode, pkt->opcode);
	assert_int_equal(got.ack_req, pkt->ack_req);
	assert_int_equal(got.solicited, pkt->solicited);
	assert_int_equal(got.selective, pkt->selective);
	assert_int_equal(got.syndrome, pkt->syndrome);
	assert_int_equal(got.msn, pkt->msn);
	assert_true(got.va == pkt->va);
	assert_int_equal(got.rkey, pkt->rkey);
	assert_int_equal(got.dma_len, pkt->dma_len);
	assert_int_equal(got.imm, pkt->imm);
	assert_int_equal(got.sob, pkt->sob);
	assert_memory_equal(&got.sack, &pkt->sack, sizeof(got.sack));
	assert_memory_equal(frame + layout.payload, payload_bytes(), pkt->payload);
	assert_int_equal(layout.end + ROCE_ICRC_LEN, len);
	assert_int_equal(icrc_of(frame, layout.l3, layout.payload - layout.l3, len),
			 icrc_stored(frame, len));
}

static bool is_ours(unsigned int opcode)
{
	uint8_t flags = roce_ops[opcode].flags;

	return flags & (ROCE_OP_WRITE | ROCE_OP_AETH);
}

static void round_trips(void **state)
{
	(void)state;
	for (unsigned int opcode = 0; opcode < 256; opcode++) {
		for (unsigned int kind = 0; is_ours(opcode) && kind < 4; kind++) {
			struct roce_path path = path_of(kind & 1 ? 6 : 4, kind & 2 ? 0x2064 : 0);

			for (uint32_t payload = 0; payload < 70; payload++) {
				struct rc_packet pkt = packet_of(&path, opcode, payload);

				check_round_trip(&pkt);
			}
		}
	}
}

/* Bits that a router changes do not matter, all others do. */
static bool is_masked(uint32_t byte, uint8_t bit, bool ip6)
{
	if (!ip6)
		return byte == 1 || byte == 8 || byte == 10 || byte == 11 ||
		       byte == 26 || byte == 27 || byte == 32;
	return (byte == 0 && bit < 4) || (byte >= 1 && byte <= 3) || byte == 7 ||
	       byte == 46 || byte == 47 || byte == 52;
}

static void icrc_sees_every_other_bit(void **state)
{
	(void)state;
	for (int ip6 = 0; ip6 < 2; ip6++) {
		struct roce_path path = path_of(ip6 ? 6 : 4, 0);
		struct rc_packet pkt = packet_of(&path, ROCE_WRITE_ONLY_IMM, 21);
		uint8_t frame[512];
		uint32_t len = flatten(&pkt, frame, sizeof(frame));
		uint32_t headers = roce_hdr_len(&pkt) - 14, right = icrc_stored(frame, len);

		for (uint32_t i = 14; i < len - ROCE_ICRC_LEN; i++) {
			for (uint8_t bit = 0; bit < 8; bit++) {
				uint32_t icrc;

				/* the version says how long the header is */
				if (i == 14 && bit >= 4)
					continue;
				frame[i] ^= (uint8_t)(1 << bit);
				icrc = icrc_of(frame, 14, headers, len);
				frame[i] ^= (uint8_t)(1 << bit);
				assert_int_equal(icrc == right, is_masked(i - 14, bit, ip6));
			}
		}
	}
}

/* The IP header alone has a checksum of zero when it is right. */
static void ipv4_checksum(void **state)
{
	struct roce_path path = path_of(4, 0);
	struct rc_packet pkt = packet_of(&path, ROCE_ACK, 0);
	uint8_t frame[128];
	uint32_t sum = 0;

	(void)state;
	roce_build(&pkt, frame);
	for (unsigned int i = 14; i < 34; i += 2)
		sum += (uint32_t)frame[i] << 8 | frame[i + 1];
	assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
}

/* ---- what is no packet ---- */

static uint8_t parse(const uint8_t *frame, uint32_t hdr_len, uint32_t len)
{
	struct roce_layout layout;
	struct roce_path path;
	struct rc_packet pkt;

	return roce_parse(frame, hdr_len, len, NULL, &path, &pkt, &layout);
}

static void short_frames_are_refused(void **state)
{
	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		struct roce_path path = path_of(kind & 1 ? 6 : 4, kind & 2 ? 5 : 0);
		struct rc_packet pkt = packet_of(&path, ROCE_WRITE_ONLY_IMM, 9);
		uint8_t frame[512];
		uint32_t len = flatten(&pkt, frame, sizeof(frame));

		assert_int_equal(parse(frame, len, len), 0);
		/* what Ethernet appends is not part of the packet */
		assert_int_equal(parse(frame, len, len + 20), 0);
		for (uint32_t n = 0; n < len; n++)
			assert_int_equal(parse(frame, n, n), GNIC_SYND_RX_BAD_FORMAT);
		for (uint32_t n = 0; n < roce_hdr_len(&pkt); n++)
			assert_int_equal(parse(frame, n, len), GNIC_SYND_RX_BAD_FORMAT);
	}
}

static void wrong_headers_are_refused(void **state)
{
	static const struct {
		uint32_t at;
		uint8_t value, syndrome;
	} wrong[] = {
		{ 12, 0x86, GNIC_SYND_RX_BAD_FORMAT },	/* no IP */
		{ 14, 0x46, GNIC_SYND_RX_BAD_FORMAT },	/* IP options */
		{ 14, 0x65, GNIC_SYND_RX_BAD_FORMAT },	/* another version */
		{ 16, 0x7f, GNIC_SYND_RX_BAD_FORMAT },	/* longer than the frame */
		{ 17, 0x10, GNIC_SYND_RX_BAD_FORMAT },	/* shorter than its headers */
		{ 20, 0x20, GNIC_SYND_RX_BAD_FORMAT },	/* a fragment */
		{ 23, 6, GNIC_SYND_RX_BAD_FORMAT },	/* TCP */
		{ 36, 0x13, GNIC_SYND_RX_BAD_FORMAT },	/* another UDP port */
		{ 39, 0x20, GNIC_SYND_RX_BAD_FORMAT },	/* UDP and IP disagree */
		{ 42, 0x1f, GNIC_SYND_RX_BTH_OPCODE },
		{ 42, 0x80, GNIC_SYND_RX_BTH_OPCODE },
		{ 43, 0x01, GNIC_SYND_RX_BAD_FORMAT },	/* another transport version */
	};
	struct roce_path path = path_of(4, 0);
	struct rc_packet pkt = packet_of(&path, ROCE_WRITE_ONLY, 8);

	(void)state;
	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		uint8_t frame[512];
		uint32_t len = flatten(&pkt, frame, sizeof(frame));

		frame[wrong[i].at] = wrong[i].value;
		assert_int_equal(parse(frame, len, len), wrong[i].syndrome);
	}
}

/* Only to be survived: with the address sanitizer, or valgrind, that says much. */
static void noise_is_survived(void **state)
{
	struct roce_path path = path_of(6, 7);
	struct rc_packet pkt = packet_of(&path, ROCE_WRITE_FIRST, 50);
	uint32_t random = 1;

	(void)state;
	for (unsigned int i = 0; i < 100000; i++) {
		uint8_t frame[512];
		uint32_t len = flatten(&pkt, frame, sizeof(frame));

		for (unsigned int n = 0; n < 3; n++) {
			random = random * 1664525 + 1013904223;
			frame[random % len] = (uint8_t)(random >> 24);
		}
		parse(frame, len, len);
	}
}

/* ---- cyclic numbers ---- */

static void psn_arithmetic(void **state)
{
	(void)state;
	assert_int_equal(psn_add(0xffffff, 1), 0);
	assert_int_equal(psn_add(0, 0xffffff), 0xffffff);
	assert_int_equal(psn_diff(0, 0xffffff), 1);
	assert_int_equal(psn_diff(0xffffff, 0), -1);
	assert_int_equal(psn_diff(5, 5), 0);
	assert_int_equal(psn_diff(0x7fffff, 0), 0x7fffff);
	assert_int_equal(psn_diff(0x800000, 0), -0x800000);
	for (uint32_t base = 0; base < 0x1000000; base += 0x1111) {
		assert_int_equal(psn_diff(psn_add(base, 1000), base), 1000);
		assert_int_equal(psn_diff(base, psn_add(base, 1000)), -1000);
	}
}

static void index_arithmetic(void **state)
{
	(void)state;
	assert_int_equal(index_diff(0, 0x3fffff), 1);
	assert_int_equal(index_diff(0x3fffff, 0), -1);
	assert_int_equal(index_diff(0x1fffff, 0), 0x1fffff);
	assert_int_equal(index_diff(0x200000, 0), -0x200000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(icrc_of_published_frames),
		cmocka_unit_test(round_trips),
		cmocka_unit_test(icrc_sees_every_other_bit),
		cmocka_unit_test(ipv4_checksum),
		cmocka_unit_test(short_frames_are_refused),
		cmocka_unit_test(wrong_headers_are_refused),
		cmocka_unit_test(noise_is_survived),
		cmocka_unit_test(psn_arithmetic),
		cmocka_unit_test(index_arithmetic),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
