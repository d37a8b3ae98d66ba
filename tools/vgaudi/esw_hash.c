// SPDX-License-Identifier: GPL-2.0-only
/* Block ESW: the hash of receive side scaling, and the QP that it chooses. */
#include <zlib.h>

#include "esw.h"
#include "frame.h"
#include "parse.h"

#define HASH_ADDRS	(GNIC_RSS_FIELD_SRC_IP | GNIC_RSS_FIELD_DST_IP)
#define HASH_PORTS	(GNIC_RSS_FIELD_L4_SRC | GNIC_RSS_FIELD_L4_DST)
#define HASH_IPV4_LEN	12u
#define HASH_IPV6_LEN	TOEPLITZ_INPUT_MAX
#define HASH_LABEL	36u	/* its place in the input */

/*
 * The input of a hash: source address, destination address, source port,
 * destination port, for IPv6 the flow label. What is not wanted is zero.
 */
struct hash_input {
	uint8_t bytes[TOEPLITZ_INPUT_MAX];
	unsigned int addr_len;
	unsigned int len;
};

static enum gnic_hw_rss_flow hash_flow(const struct frame *frame)
{
	const struct parsed *p = &frame->parsed;
	unsigned int l4 = GNIC_RSS_FLOW_IP4;

	if (p->l4 == GNIC_CQE_L4_TCP)
		l4 = GNIC_RSS_FLOW_TCP4;
	else if (p->l4 == GNIC_CQE_L4_UDP)
		l4 = GNIC_RSS_FLOW_UDP4;
	else if (p->ip_proto == IP_PROTO_SCTP && frame_has_l4(frame, SCTP_LEN))
		l4 = GNIC_RSS_FLOW_SCTP4;
	return l4 + (p->l3 == GNIC_CQE_L3_IPV6 ? GNIC_RSS_FLOW_IP6 : GNIC_RSS_FLOW_IP4);
}

static void hash_fill(struct hash_input *in, const struct frame *frame, uint8_t fields)
{
	const struct parsed *p = &frame->parsed;
	const uint8_t *ip = frame->hdr + p->l2_len, *addrs = ip + 12;

	*in = (struct hash_input){ .addr_len = 4, .len = HASH_IPV4_LEN };
	if (p->l3 == GNIC_CQE_L3_IPV6) {
		in->addr_len = 16;
		in->len = HASH_IPV6_LEN;
		addrs = ip + 8;
		if (fields & GNIC_RSS_FIELD_LABEL)
			frame_put_be32(in->bytes + HASH_LABEL, frame_be32(ip) & 0xfffff);
	}
	if (fields & GNIC_RSS_FIELD_SRC_IP)
		memcpy(in->bytes, addrs, in->addr_len);
	if (fields & GNIC_RSS_FIELD_DST_IP)
		memcpy(in->bytes + in->addr_len, addrs + in->addr_len, in->addr_len);
	if (fields & GNIC_RSS_FIELD_L4_SRC)
		memcpy(in->bytes + 2 * in->addr_len, frame->hdr + p->l4_off, 2);
	if (fields & GNIC_RSS_FIELD_L4_DST)
		memcpy(in->bytes + 2 * in->addr_len + 2, frame->hdr + p->l4_off + 2, 2);
}

/* A pair (a, b) becomes one that is the same for (b, a). */
static void hash_pair(uint8_t *a, uint8_t *b, unsigned int len, uint8_t xfrm)
{
	for (unsigned int i = 0; i < len; i++) {
		uint8_t both = a[i] ^ b[i];

		a[i] = xfrm == GNIC_RSS_XFRM_SYM_XOR ? both : a[i] | b[i];
		b[i] = both;
	}
}

static void hash_transform(struct hash_input *in, uint8_t xfrm)
{
	uint8_t *ports = in->bytes + 2 * in->addr_len;

	hash_pair(in->bytes, in->bytes + in->addr_len, in->addr_len, xfrm);
	hash_pair(ports, ports + 2, 2, xfrm);
}

/* Both halves are of use to who takes low bits and to who takes high ones. */
static uint32_t hash_xor(const struct hash_input *in)
{
	uint32_t words = 0;

	for (unsigned int i = 0; i < in->len; i += 4)
		words ^= frame_be32(in->bytes + i);
	return words ^ (words << 16 | words >> 16);
}

static uint32_t hash_of(const struct esw_rss *rss, const struct hash_input *in)
{
	switch (rss->func) {
	case GNIC_RSS_XOR:
		return hash_xor(in);
	case GNIC_RSS_CRC32:
		return (uint32_t)crc32(0, in->bytes, in->len);
	default:
		return toeplitz_bytes(rss->toeplitz, 0, in->bytes, in->len);
	}
}

uint8_t esw_rss_hash(const struct esw_rss *rss, const struct frame *frame, uint32_t *hash)
{
	struct hash_input in;
	uint8_t fields;

	*hash = 0;
	if (!frame->parsed.l3)
		return GNIC_CQE_HASH_NONE;
	fields = rss->fields[hash_flow(frame)];
	if (!fields)
		return GNIC_CQE_HASH_NONE;
	hash_fill(&in, frame, fields);
	if (rss->xfrm)
		hash_transform(&in, rss->xfrm);
	*hash = hash_of(rss, &in);
	return (fields & (HASH_ADDRS | HASH_PORTS)) == (HASH_ADDRS | HASH_PORTS) ?
	       GNIC_CQE_HASH_L4 : GNIC_CQE_HASH_L3;
}

struct qp *esw_rss_choose(const struct esw_rss *rss, uint32_t hash, unsigned int offset)
{
	uint32_t entry = hash & (rss->len - 1);

	if (rss->qps)
		return offset ? NULL : rss->qps[entry];
	return esw_queue(rss->vport, rss->queues[entry] + offset);
}
