// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block ESW: what rules do to the outer VLAN tag, and when they rewrite headers. These
 * are copied once, with room in front of them for all the tags that one rule can push.
 */
#include <arpa/inet.h>

#include "esw.h"
#include "frame.h"
#include "parse.h"

#define ESW_ADDRS	(2 * ETH_ADDR_LEN)

bool esw_edit_begin(struct esw_header *header, struct frame *frame)
{
	uint32_t here = frame->hdr_len < FRAME_HDR_MAX ? frame->hdr_len : FRAME_HDR_MAX;
	bool cut = here < frame->hdr_len;

	if (cut) {
		if (frame->iovs == FRAME_IOV)
			return false;
		memmove(frame->iov + 1, frame->iov, frame->iovs * sizeof(frame->iov[0]));
		frame->iov[0].iov_base = (void *)(frame->hdr + here);
		frame->iov[0].iov_len = frame->hdr_len - here;
		frame->iovs++;
	}
	header->at = ESW_EDIT_ROOM;
	memcpy(header->bytes + header->at, frame->hdr, here);
	frame->hdr = header->bytes + header->at;
	frame->hdr_len = here;
	/* whoever looks for a header does so among these bytes, even if no edit changes them */
	if (cut)
		frame_parse(frame);
	return true;
}

/* The addresses move; what is behind them stays. */
static void esw_edit_move(struct esw_header *header, struct frame *frame, int by)
{
	uint8_t *from = header->bytes + header->at;

	memmove(from - by, from, ESW_ADDRS);
	header->at -= by;
	frame->hdr = from - by;
	frame->hdr_len += by;
	frame->len += by;
}

static void esw_edit_push(struct esw_header *header, struct frame *frame,
			  const struct gnic_hw_flow_edit *edit)
{
	uint8_t *tag;

	esw_edit_move(header, frame, VLAN_LEN);
	tag = header->bytes + header->at + ESW_ADDRS;
	memcpy(tag, &edit->tpid, sizeof(edit->tpid));
	memcpy(tag + 2, &edit->tci, sizeof(edit->tci));
}

static void esw_edit_modify(struct esw_header *header, const struct gnic_hw_flow_edit *edit)
{
	uint8_t *tag = header->bytes + header->at + ESW_ADDRS;
	uint16_t mask = ntohs(edit->mask);

	memcpy(tag, &edit->tpid, sizeof(edit->tpid));
	frame_put_be16(tag + 2, (frame_be16(tag + 2) & ~mask) | (ntohs(edit->tci) & mask));
}

void esw_edit(struct esw_header *header, struct frame *frame, const struct gnic_hw_flow_edit *edit,
	      const struct gnic_hw_flow_rewrite **rewrite)
{
	if (edit->op == GNIC_FLOW_EDIT_REWRITE)
		esw_rewrite(header, frame, (*rewrite)++);
	else if (edit->op == GNIC_FLOW_EDIT_PUSH)
		esw_edit_push(header, frame, edit);
	else if (!frame->parsed.tags)
		return;
	else if (edit->op == GNIC_FLOW_EDIT_POP)
		esw_edit_move(header, frame, -(int)VLAN_LEN);
	else
		esw_edit_modify(header, edit);
	frame_parse(frame);
}

static bool esw_edit_tag_ok(const struct gnic_hw_flow_edit *edit)
{
	uint16_t tpid = ntohs(edit->tpid);

	return (tpid == ETH_TYPE_CTAG || tpid == ETH_TYPE_STAG) && !(edit->tci & ~edit->mask) &&
	       (edit->op == GNIC_FLOW_EDIT_MODIFY || edit->mask == 0xffff);
}

static bool esw_edit_ok(const struct gnic_hw_flow_edit *edit)
{
	switch (edit->op) {
	case GNIC_FLOW_EDIT_PUSH:
	case GNIC_FLOW_EDIT_MODIFY:
		return esw_edit_tag_ok(edit);
	case GNIC_FLOW_EDIT_POP:
	case GNIC_FLOW_EDIT_REWRITE:
		return !(edit->tpid | edit->tci | edit->mask);
	default:
		return false;
	}
}

bool esw_edits_ok(const struct gnic_hw_flow_add *in)
{
	static const struct gnic_hw_flow_edit none;
	uint8_t mirrors = 0;

	if (in->edits > GNIC_FLOW_EDITS_MAX)
		return false;
	for (unsigned int i = 0; i < GNIC_FLOW_EDITS_MAX; i++) {
		const struct gnic_hw_flow_edit *edit = &in->edit[i];

		if (i >= in->edits) {
			if (memcmp(edit, &none, sizeof(none)))
				return false;
			continue;
		}
		if (!esw_edit_ok(edit) || edit->mirrors < mirrors || edit->mirrors > in->mirrors)
			return false;
		mirrors = edit->mirrors;
	}
	return true;
}
