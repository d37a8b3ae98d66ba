// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block RXE: frames with their FCS, for the driver of a port that asks for it.
 * Nothing in here is fast: who wants to see an FCS looks for a fault.
 */
#include <zlib.h>

#include "frame.h"
#include "mac.h"
#include "rxe.h"
#include "wire.h"

/* The FCS of a bad frame is that of the frame that was sent. */
bool rxe_fcs_deliver(struct qp *qp, const struct frame *frame, const struct rxe_label *label)
{
	uint8_t bytes[WIRE_FRAME_MAX + MAC_FCS_LEN];
	struct frame whole = {
		.hdr = bytes,
		.hdr_len = frame->len + MAC_FCS_LEN,
		.len = frame->len + MAC_FCS_LEN,
		.parsed = frame->parsed,
		.is_parsed = true,
		.l4_ok = frame->l4_ok,
	};
	uint32_t fcs;

	if (frame->len > WIRE_FRAME_MAX) {
		qp->stats.too_big++;
		return false;
	}
	frame_copy(frame, 0, bytes, frame->len);
	fcs = cpu_to_le32((uint32_t)crc32(0, bytes, frame->len) ^ qp->port->fcs_error);
	memcpy(bytes + frame->len, &fcs, sizeof(fcs));
	return rxe_try(qp, &whole, label, NULL) == RXE_TAKEN;
}
