// SPDX-License-Identifier: GPL-2.0-only
/* Bytes of a frame. */
#include <arpa/inet.h>

#include "frame.h"
#include "parse.h"
#include "roce.h"

int frame_pull(struct iovec *iov, int iovs, uint8_t *dst, uint32_t len)
{
	int used = 0;

	while (len) {
		size_t n = iov[used].iov_len;

		if (n > len) {
			memcpy(dst, iov[used].iov_base, len);
			iov[used].iov_base = (uint8_t *)iov[used].iov_base + len;
			iov[used].iov_len -= len;
			break;
		}
		memcpy(dst, iov[used].iov_base, n);
		dst += n;
		len -= n;
		used++;
	}
	if (used)
		memmove(iov, iov + used, (iovs - used) * sizeof(*iov));
	return iovs - used;
}

int frame_slice(struct frame_cursor *cursor, struct iovec *iov, int max, uint32_t len)
{
	int count = 0;

	while (len && cursor->iovs && count < max) {
		size_t n = cursor->iov->iov_len - cursor->off;

		if (n > len)
			n = len;
		iov[count++] = (struct iovec){
			.iov_base = (uint8_t *)cursor->iov->iov_base + cursor->off,
			.iov_len = n,
		};
		len -= n;
		cursor->off += n;
		if (cursor->off == cursor->iov->iov_len) {
			cursor->iov++;
			cursor->iovs--;
			cursor->off = 0;
		}
	}
	return count;
}

uint64_t frame_pseudo_sum(const uint8_t *hdr, const struct parsed *parsed, uint32_t len)
{
	const uint8_t *ip = hdr + parsed->l2_len;
	uint64_t sum = htons(parsed->ip_proto) + (uint64_t)htonl(len);

	if (parsed->l3 == GNIC_CQE_L3_IPV4)
		return sum + csum_words(ip + 12, 8);
	return sum + csum_words(ip + 8, 32);
}

bool frame_has_l4(const struct frame *frame, uint32_t len)
{
	const struct parsed *p = &frame->parsed;
	uint32_t end = p->l4_off + len;

	return p->l3 && p->l4_off && !p->fragment && end <= p->l3_end && end <= frame->hdr_len;
}

unsigned int frame_check_off(const struct parsed *parsed)
{
	return parsed->l4 == GNIC_CQE_L4_TCP ? TCP_CHECK : UDP_CHECK;
}

uint32_t frame_copy(const struct frame *frame, uint32_t offset, void *dst, uint32_t len)
{
	struct iovec hdr = { .iov_base = (void *)frame->hdr, .iov_len = frame->hdr_len };
	const struct iovec *iov = &hdr;
	uint32_t done = 0;

	for (int i = 0; i <= frame->iovs && done < len; iov = &frame->iov[i++]) {
		size_t n = iov->iov_len;

		if (offset >= n) {
			offset -= n;
			continue;
		}
		n -= offset;
		if (n > len - done)
			n = len - done;
		memcpy((uint8_t *)dst + done, (const uint8_t *)iov->iov_base + offset, n);
		offset = 0;
		done += n;
	}
	return done;
}

uint32_t frame_flatten(const struct frame *frame, void *dst, uint32_t room)
{
	if (frame->rc)
		return roce_flatten(frame->rc, frame->iov, frame->iovs, dst, room);
	return frame->len <= room ? frame_copy(frame, 0, dst, frame->len) : 0;
}
