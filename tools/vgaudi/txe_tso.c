// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segmentation of TCP and UDP, in a tunnel or not: one packet with a long
 * payload becomes many, which share the header bytes. Frames are consumed when
 * the switch returns, so the same bytes are changed from segment to segment.
 */
#include "txe.h"

#define TCP_FIN		0x01
#define TCP_PSH		0x08
#define TCP_CWR		0x80

/* An IP header in the packet's room, and the IPv4 identification of the next segment. */
struct tso_ip {
	uint8_t *bytes;
	bool v4;
	uint16_t id;
};

/**
 * struct tso - where the segmentation is
 * @inner: the IP packet that is cut; the frame's own without a tunnel
 * @ip: its header
 * @l4: header in the packet's room
 * @outer: IP header around the tunnel; no bytes: none
 * @udp: UDP header around the tunnel, or NULL
 * @seq: TCP sequence number of this segment
 * @flags: TCP flags of the packet
 * @left: payload bytes to come
 * @cursor: they are here
 * @seg: the segment
 */
struct tso {
	struct parsed inner;
	struct tso_ip ip;
	uint8_t *l4;
	struct tso_ip outer;
	uint8_t *udp;
	uint32_t seq;
	uint8_t flags;
	uint32_t left;
	struct frame_cursor cursor;
	struct frame seg;
};

static uint32_t tso_payload(const struct txe *txe, uint32_t left)
{
	return left < txe->mss ? left : txe->mss;
}

/* ---- the headers as they came ---- */

/* The length of what begins at @ip and ends with the segment of @len bytes. */
static void tso_set_len(const struct txe *txe, const struct tso_ip *ip, uint32_t len)
{
	len -= (uint32_t)(ip->bytes - txe->hdr);
	if (ip->v4)
		frame_put_be16(ip->bytes + 2, (uint16_t)len);
	else
		frame_put_be16(ip->bytes + 4, (uint16_t)(len - IPV6_LEN));
}

static void tso_set_udp_len(const struct txe *txe, uint8_t *udp, uint32_t len)
{
	frame_put_be16(udp + 4, (uint16_t)(len - (uint32_t)(udp - txe->hdr)));
}

/* An IP header @at; false: there is none, or it is not among the headers. */
static bool tso_find_ip(const struct txe *txe, uint32_t at, struct tso_ip *ip)
{
	if (at + IPV4_LEN > txe->frame.hdr_len)
		return false;
	ip->bytes = txe->hdr + at;
	ip->v4 = ip->bytes[0] >> 4 == 4;
	ip->id = frame_be16(ip->bytes + 4);
	return ip->v4 || (ip->bytes[0] >> 4 == 6 && at + IPV6_LEN <= txe->frame.hdr_len);
}

/* Behind the outer headers, in front of the inner ones. */
static bool tso_find_tunnel(const struct txe *txe, struct tso *tso)
{
	uint32_t tag = txe->frame.len - txe->size, l2_len = txe->frame.parsed.l2_len;
	uint32_t l3 = FIELD_GET(GNIC_RAW_TUNNEL_L3, txe->tunnel);
	uint32_t udp = FIELD_GET(GNIC_RAW_TUNNEL_UDP, txe->tunnel);

	if (l3 + tag < l2_len + IPV4_LEN || !tso_find_ip(txe, l3 + tag, &tso->ip) ||
	    !tso_find_ip(txe, l2_len, &tso->outer))
		return false;
	if (!udp)
		return true;
	tso->udp = txe->hdr + udp + tag;
	return udp + tag >= l2_len + IPV4_LEN && udp + UDP_LEN <= l3;
}

static bool tso_find(struct txe *txe, struct tso *tso)
{
	const struct parsed *p = &txe->frame.parsed;

	tso->outer.bytes = NULL;
	tso->udp = NULL;
	if (!parse_eth(&txe->frame, &txe->frame.parsed, 0) ||
	    (p->eth_type != ETH_TYPE_IPV4 && p->eth_type != ETH_TYPE_IPV6))
		return false;
	if (txe->tunnel)
		return tso_find_tunnel(txe, tso);
	return tso_find_ip(txe, p->l2_len, &tso->ip);
}

/* Lengths of a segment of @len bytes, but for that of an inner UDP. */
static void tso_lengths(const struct txe *txe, const struct tso *tso, uint32_t len)
{
	tso_set_len(txe, &tso->ip, len);
	if (tso->outer.bytes)
		tso_set_len(txe, &tso->outer, len);
	if (tso->udp)
		tso_set_udp_len(txe, tso->udp, len);
}

/* The packet that is cut is TCP or UDP as it was said, and ends with the headers. */
static bool tso_parse_inner(struct txe *txe, struct tso *tso)
{
	const struct frame *frame = &txe->frame;
	struct parsed *p = &tso->inner;
	bool uso = txe->ctrl & GNIC_RAW_WQE_USO;

	*p = (struct parsed){
		.l2_len = (uint16_t)(tso->ip.bytes - txe->hdr),
		.eth_type = tso->ip.v4 ? ETH_TYPE_IPV4 : ETH_TYPE_IPV6,
	};
	if (uso && frame->hdr_len >= UDP_LEN)
		tso_set_udp_len(txe, txe->hdr + frame->hdr_len - UDP_LEN, frame->len);
	parse_l3(frame, p);
	return !p->bad && p->l4 == (uso ? GNIC_CQE_L4_UDP : GNIC_CQE_L4_TCP) &&
	       p->payload_off == frame->hdr_len;
}

/*
 * The sender's lengths are of no use (they may be 0, or not fit), so the first
 * segment's go in before the headers are judged.
 */
static uint8_t tso_parse(struct txe *txe, struct tso *tso)
{
	struct frame *frame = &txe->frame;
	uint32_t total = frame->len;
	bool ok;

	if (!tso_find(txe, tso))
		return GNIC_SYND_TX_OFFLOAD;
	frame->len = frame->hdr_len + tso_payload(txe, total - frame->hdr_len);
	tso_lengths(txe, tso, frame->len);
	ok = tso_parse_inner(txe, tso);
	frame_parse(frame);
	ok = ok && !frame->parsed.bad && frame->parsed.l3;
	frame->len = total;
	return ok ? GNIC_SYND_NONE : GNIC_SYND_TX_OFFLOAD;
}

static void tso_init(struct tso *tso, struct txe *txe)
{
	const struct frame *frame = &txe->frame;

	tso->l4 = txe->hdr + tso->inner.l4_off;
	tso->seq = frame_be32(tso->l4 + 4);
	tso->flags = tso->inner.l4 == GNIC_CQE_L4_TCP ? tso->l4[13] : 0;
	tso->left = frame->len - frame->hdr_len;
	tso->cursor = (struct frame_cursor){ .iov = frame->iov, .iovs = frame->iovs };
}

/* ---- segments ---- */

/* Identification and checksum; the length is there. */
static void tso_ip(struct tso_ip *ip)
{
	uint16_t sum;

	if (!ip->v4)
		return;
	frame_put_be16(ip->bytes + 4, ip->id++);
	memset(ip->bytes + IPV4_CHECK, 0, sizeof(sum));
	sum = ~csum_fold(csum_words(ip->bytes, (ip->bytes[0] & 15) * 4u));
	memcpy(ip->bytes + IPV4_CHECK, &sum, sizeof(sum));
}

/* FIN and PSH belong to the last segment, CWR to the first. */
static void tso_tcp(struct tso *tso, uint32_t payload)
{
	frame_put_be32(tso->l4 + 4, tso->seq);
	tso->l4[13] = tso->flags & ~(tso->left ? TCP_FIN | TCP_PSH : 0);
	tso->flags &= ~TCP_CWR;
	tso->seq += payload;
}

/* The outer UDP checksum stays: it is 0, or that of every segment of mss bytes. */
static void tso_csum(struct tso *tso, uint32_t payload)
{
	const struct frame *seg = &tso->seg;
	uint32_t l4_len = seg->hdr_len - tso->inner.l4_off;
	uint8_t *check = tso->l4 + frame_check_off(&tso->inner);
	struct csum csum = { 0 };
	uint16_t sum;

	memset(check, 0, sizeof(sum));
	csum.sum = frame_pseudo_sum(seg->hdr, &tso->inner, l4_len + payload);
	csum_piece(&csum, tso->l4, l4_len);
	for (int i = 0; i < seg->iovs; i++)
		csum_piece(&csum, seg->iov[i].iov_base, seg->iov[i].iov_len);
	sum = ~csum_fold(csum.sum);
	/* 0 would say "no checksum" in UDP */
	if (!sum && tso->inner.l4 == GNIC_CQE_L4_UDP)
		sum = 0xffff;
	memcpy(check, &sum, sizeof(sum));
}

static void tso_headers(struct tso *tso, const struct txe *txe, uint32_t payload)
{
	tso_lengths(txe, tso, tso->seg.len);
	tso_ip(&tso->ip);
	if (tso->outer.bytes)
		tso_ip(&tso->outer);
	if (tso->inner.l4 == GNIC_CQE_L4_TCP)
		tso_tcp(tso, payload);
	else
		tso_set_udp_len(txe, tso->l4, tso->seg.len);
	tso_csum(tso, payload);
}

/* Whoever gets a segment may change the frame: nothing is left from the last one. */
static void tso_segment(struct tso *tso, const struct txe *txe)
{
	uint32_t payload = tso_payload(txe, tso->left);
	struct frame *seg = &tso->seg;

	tso->left -= payload;
	seg->hdr = txe->hdr;
	seg->hdr_len = txe->frame.hdr_len;
	seg->len = seg->hdr_len + payload;
	seg->iovs = frame_slice(&tso->cursor, seg->iov, FRAME_IOV, payload);
	seg->rc = NULL;
	seg->parsed = txe->frame.parsed;
	seg->parsed.l3_end = seg->len;
	seg->is_parsed = true;
	seg->l4_ok = !txe->tunnel;
	seg->splits = 0;
	tso_headers(tso, txe, payload);
}

uint8_t txe_tso(struct txe *txe)
{
	uint8_t synd;
	struct tso tso;

	if (!txe->mss || txe->frame.hdr_len + txe->mss > TXE_FRAME_MAX)
		return GNIC_SYND_TX_OFFLOAD;
	synd = tso_parse(txe, &tso);
	if (synd)
		return synd;
	tso_init(&tso, txe);
	while (tso.left && !txe->qp->failed) {
		tso_segment(&tso, txe);
		txe_emit(txe->qp, &tso.seg);
	}
	return GNIC_SYND_NONE;
}
