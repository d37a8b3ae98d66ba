// SPDX-License-Identifier: GPL-2.0-only
/* Block RXE: the sums of a received frame. */
#include "crc32c.h"
#include "frame.h"
#include "parse.h"
#include "rxe.h"

static void rxe_sum(struct csum *csum, const struct frame *frame, uint32_t from, uint32_t to)
{
	uint32_t end = to < frame->hdr_len ? to : frame->hdr_len;

	if (from >= to)
		return;
	if (from < end) {
		csum_piece(csum, frame->hdr + from, end - from);
		from = end;
	}
	if (from < to)
		csum_iov(csum, frame->iov, frame->iovs, from - frame->hdr_len, to - from);
}

/* The end of the bytes that TCP or UDP has a checksum of; 0: there is none. */
static uint32_t rxe_l4_end(const struct frame *frame, const struct parsed *p)
{
	const uint8_t *l4 = frame->hdr + p->l4_off;

	if (p->bad)
		return 0;
	if (p->l4 == GNIC_CQE_L4_TCP)
		return p->l3_end;
	if (p->l4 == GNIC_CQE_L4_UDP && frame_be16(l4 + UDP_CHECK))
		return p->l4_off + frame_be16(l4 + 4);
	return 0;
}

/* With the pseudo header the sum of a right packet is -0. */
static bool rxe_sum_right(const struct frame *frame, const struct parsed *p, uint32_t end,
			  uint64_t sum)
{
	return csum_fold(csum_add(sum, frame_pseudo_sum(frame->hdr, p, end - p->l4_off))) ==
	       0xffff;
}

bool rxe_ip_right(const struct frame *frame, const struct parsed *p)
{
	const uint8_t *ip = frame->hdr + p->l2_len;

	return p->l3 != GNIC_CQE_L3_IPV4 || csum_fold(csum_words(ip, (ip[0] & 15) * 4u)) == 0xffff;
}

bool rxe_l4_right(const struct frame *frame, const struct parsed *p)
{
	uint32_t end = rxe_l4_end(frame, p);
	struct csum l4 = { 0 };

	if (!end)
		return false;
	rxe_sum(&l4, frame, p->l4_off, end);
	return rxe_sum_right(frame, p, end, l4.sum);
}

/*
 * Adds @from .. @end, in which the packet @inner is. Returns whether that has
 * checksums and they are right.
 */
static bool rxe_sum_tunnel(struct csum *csum, const struct frame *frame,
			   const struct parsed *inner, uint32_t from, uint32_t end)
{
	uint32_t inner_end = rxe_l4_end(frame, inner);
	struct csum l4 = { 0 };

	if (!inner_end || inner_end > end) {
		rxe_sum(csum, frame, from, end);
		return false;
	}
	rxe_sum(csum, frame, from, inner->l4_off);
	rxe_sum(&l4, frame, inner->l4_off, inner_end);
	csum_append(csum, l4.sum, inner_end - inner->l4_off);
	rxe_sum(csum, frame, inner_end, end);
	return rxe_ip_right(frame, inner) && rxe_sum_right(frame, inner, inner_end, l4.sum);
}

/*
 * Adds the L4 packet that ends at @end; returns whether its checksum is right.
 * One that this process has made is: with the pseudo header it sums up to -0,
 * so its sum is known without a look at the payload.
 */
static bool rxe_sum_l4(struct rxe_sums *sums, const struct frame *frame, uint32_t end)
{
	const struct parsed *p = &frame->parsed;
	uint64_t pseudo = frame_pseudo_sum(frame->hdr, p, end - p->l4_off);
	struct csum l4 = { .sum = ~pseudo, .odd = (end - p->l4_off) & 1 };

	if (sums->inner) {
		l4 = (struct csum){ 0 };
		sums->inner_ok = rxe_sum_tunnel(&l4, frame, sums->inner, p->l4_off, end);
	} else if (!frame->l4_ok) {
		l4 = (struct csum){ 0 };
		rxe_sum(&l4, frame, p->l4_off, end);
	}
	csum_append(&sums->all, l4.sum, end - p->l4_off);
	return rxe_sum_right(frame, p, end, l4.sum);
}

/* Where L4 ends, with a tunnel in UDP that has no checksum too. */
static uint32_t rxe_l4_sum_end(const struct rxe_sums *sums, const struct frame *frame)
{
	const struct parsed *p = &frame->parsed;

	if (sums->inner)
		return p->l4_off + frame_be16(frame->hdr + p->l4_off + 4);
	return rxe_l4_end(frame, p);
}

/* Sum of all behind @from; the sums that were right on the way as GNIC_RAW_CQE_*. */
uint32_t rxe_checksum(const struct frame *frame, uint32_t from, struct rxe_sums *sums)
{
	const struct parsed *p = &frame->parsed;
	uint32_t l4_end = rxe_l4_sum_end(sums, frame), flags = GNIC_RAW_CQE_CSUM;
	bool right;

	if (p->l3 == GNIC_CQE_L3_IPV4) {
		const uint8_t *ip = frame->hdr + p->l2_len;

		sums->all.sum = csum_words(ip, (ip[0] & 15) * 4u);
		if (csum_fold(sums->all.sum) == 0xffff)
			flags |= GNIC_RAW_CQE_L3_OK;
		/* what is between: a tag that was not stripped */
		rxe_sum(&sums->all, frame, from, p->l2_len);
		from = p->l4_off;
	}
	if (l4_end) {
		rxe_sum(&sums->all, frame, from, p->l4_off);
		right = rxe_sum_l4(sums, frame, l4_end);
		if (!rxe_l4_end(frame, p))
			right = sums->inner_ok;
		if (right)
			flags |= GNIC_RAW_CQE_L4_OK;
		else
			sums->inner_ok = false;
		from = l4_end;
	} else if (crc32c_sctp_right(frame)) {
		flags |= GNIC_RAW_CQE_L4_OK;
	}
	rxe_sum(&sums->all, frame, from, frame->len);
	return flags;
}
