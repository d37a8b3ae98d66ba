// SPDX-License-Identifier: GPL-2.0-only
/*
 * CRC-32C, half an octet at a time: SCTP is rare, and a table of 16 is no burden
 * to the caches of everything else.
 */
#include "crc32c.h"
#include "frame.h"
#include "parse.h"
#include "wire.h"

/* Of the numbers 0 to 15, the polynomial being 0x82f63b78 (reflected). */
static const uint32_t crc32c_table[16] = {
	0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
	0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
	0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

uint32_t crc32c(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint32_t crc = ~0u;

	for (; len; p++, len--) {
		crc = crc32c_table[(crc ^ *p) & 15] ^ crc >> 4;
		crc = crc32c_table[(crc ^ *p >> 4) & 15] ^ crc >> 4;
	}
	return ~crc;
}

uint32_t crc32c_frame(const struct frame *frame, uint32_t from, uint32_t field, uint32_t to)
{
	uint8_t bytes[WIRE_FRAME_MAX];
	uint32_t len = frame_copy(frame, from, bytes, to - from);

	memset(bytes + field - from, 0, sizeof(uint32_t));
	return crc32c(bytes, len);
}

bool crc32c_sctp_right(const struct frame *frame)
{
	const struct parsed *p = &frame->parsed;
	uint32_t field = p->l4_off + SCTP_CHECK, check;

	if (p->bad || p->l4 != GNIC_CQE_L4_OTHER || p->ip_proto != IP_PROTO_SCTP ||
	    frame->len > WIRE_FRAME_MAX || p->l3_end < p->l4_off + SCTP_LEN ||
	    !frame_has_l4(frame, SCTP_LEN))
		return false;
	memcpy(&check, frame->hdr + field, sizeof(check));
	return le32_to_cpu(check) == crc32c_frame(frame, p->l4_off, field, p->l3_end);
}
