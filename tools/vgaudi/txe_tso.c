// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP segmentation: one packet with a long payload becomes many, which share
 * the header bytes. Frames are consumed when the switch returns, so the same
 * bytes are changed from segment to segment.
 */
#include "txe.h"

#define TCP_FIN		0x01
#define TCP_PSH		0x08
#define TCP_CWR		0x80

/**
 * struct tso - where the segmentation is
 * @tcp: header in the packet's room
 * @ip: likewise
 * @seq: TCP sequence number of this segment
 * @id: IPv4 identification of this segment
 * @flags: TCP flags of the packet
 * @left: payload bytes to come
 * @cursor: they are here
 * @seg: the segment
 */
struct tso {
	uint8_t *tcp;
	uint8_t *ip;
	uint32_t seq;
	uint16_t id;
	uint8_t flags;
	uint32_t left;
	struct frame_cursor cursor;
	struct frame seg;
};

static uint32_t tso_payload(const struct txe *txe, uint32_t left)
{
	return left < txe->mss ? left : txe->mss;
}

/* The length of a segment into its IP header, of which l2_len is known. */
static void tso_set_len(uint8_t *hdr, const struct parsed *p, uint32_t len)
{
	uint8_t *ip = hdr + p->l2_len;

	if (p->eth_type == ETH_TYPE_IPV4)
		frame_put_be16(ip + 2, (uint16_t)(len - p->l2_len));
	else
		frame_put_be16(ip + 4, (uint16_t)(len - p->l2_len - IPV6_LEN));
}

/*
 * The sender's length is of no use (it may be 0, or not fit), so the first
 * segment's goes in before the headers are judged.
 */
static uint8_t tso_parse(struct txe *txe)
{
	struct frame *frame = &txe->frame;
	struct parsed *p = &frame->parsed;
	uint32_t hdr_len = frame->hdr_len, total = frame->len;

	if (!parse_l2(frame) || p->l2_len + IPV6_LEN > hdr_len ||
	    (p->eth_type != ETH_TYPE_IPV4 && p->eth_type != ETH_TYPE_IPV6))
		return GNIC_SYND_TX_OFFLOAD;
	frame->len = hdr_len + tso_payload(txe, total - hdr_len);
	tso_set_len(txe->hdr, p, frame->len);
	frame_parse(frame);
	frame->len = total;
	if (p->bad || p->l4 != GNIC_CQE_L4_TCP || p->payload_off != hdr_len)
		return GNIC_SYND_TX_OFFLOAD;
	return GNIC_SYND_NONE;
}

static void tso_init(struct tso *tso, struct txe *txe)
{
	const struct frame *frame = &txe->frame;

	tso->ip = txe->hdr + frame->parsed.l2_len;
	tso->tcp = txe->hdr + frame->parsed.l4_off;
	tso->seq = frame_be32(tso->tcp + 4);
	tso->id = frame_be16(tso->ip + 4);
	tso->flags = tso->tcp[13];
	tso->left = frame->len - frame->hdr_len;
	tso->cursor = (struct frame_cursor){ .iov = frame->iov, .iovs = frame->iovs };
}

static void tso_ip(struct tso *tso, const struct parsed *p, uint32_t len, uint8_t *hdr)
{
	uint16_t sum;

	tso_set_len(hdr, p, len);
	if (p->l3 != GNIC_CQE_L3_IPV4)
		return;
	frame_put_be16(tso->ip + 4, tso->id++);
	memset(tso->ip + IPV4_CHECK, 0, sizeof(sum));
	sum = ~csum_fold(csum_words(tso->ip, (tso->ip[0] & 15) * 4u));
	memcpy(tso->ip + IPV4_CHECK, &sum, sizeof(sum));
}

/* FIN and PSH belong to the last segment, CWR to the first. */
static void tso_tcp(struct tso *tso, uint32_t payload)
{
	frame_put_be32(tso->tcp + 4, tso->seq);
	tso->tcp[13] = tso->flags & ~(tso->left ? TCP_FIN | TCP_PSH : 0);
	tso->flags &= ~TCP_CWR;
	tso->seq += payload;
}

static void tso_csum(struct tso *tso, uint32_t payload)
{
	const struct frame *seg = &tso->seg;
	uint32_t tcp_len = seg->hdr_len - seg->parsed.l4_off;
	struct csum csum = { 0 };
	uint16_t sum;

	memset(tso->tcp + TCP_CHECK, 0, sizeof(sum));
	csum.sum = frame_pseudo_sum(seg->hdr, &seg->parsed, tcp_len + payload);
	csum_piece(&csum, tso->tcp, tcp_len);
	for (int i = 0; i < seg->iovs; i++)
		csum_piece(&csum, seg->iov[i].iov_base, seg->iov[i].iov_len);
	sum = ~csum_fold(csum.sum);
	memcpy(tso->tcp + TCP_CHECK, &sum, sizeof(sum));
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
	seg->l4_ok = true;
	tso_ip(tso, &seg->parsed, seg->len, txe->hdr);
	tso_tcp(tso, payload);
	tso_csum(tso, payload);
}

uint8_t txe_tso(struct txe *txe)
{
	uint8_t synd;
	struct tso tso;

	if (!txe->mss || txe->frame.hdr_len + txe->mss > TXE_FRAME_MAX)
		return GNIC_SYND_TX_OFFLOAD;
	synd = tso_parse(txe);
	if (synd)
		return synd;
	tso_init(&tso, txe);
	while (tso.left && !txe->qp->failed) {
		tso_segment(&tso, txe);
		txe_emit(txe->qp, &tso.seg);
	}
	return GNIC_SYND_NONE;
}
