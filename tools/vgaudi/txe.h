/* SPDX-License-Identifier: GPL-2.0-only */
/* Block TXE: a raw packet on its way from a send queue to the switch. */
#ifndef VGAUDI_TXE_H
#define VGAUDI_TXE_H

#include "frame.h"
#include "parse.h"

/* Longest frame, without FCS: the largest MTU, Ethernet, two tags. */
#define TXE_FRAME_MAX	GNIC_RAW_SIZE_MAX

/* One payload becomes many. */
#define TXE_CTRL_CUT	(GNIC_RAW_WQE_TSO | GNIC_RAW_WQE_USO)

/**
 * struct txe - one packet
 * @qp: whose
 * @ctrl: its first WQE's, host order, as the rest
 * @size: bytes, without a tag that is to be inserted
 * @offload: GNIC_RAW_WQE_CSUM_START and its neighbours
 * @vlan_tci: see GNIC_RAW_WQE_VLAN
 * @mss: see GNIC_RAW_WQE_TSO
 * @tunnel: GNIC_RAW_TUNNEL_*; 0: none
 * @launch: see GNIC_RAW_WQE_LAUNCH
 * @nseg: segments of all its WQEs
 * @frame: the packet; its header bytes are in @room
 * @hdr: the same as frame.hdr, to be written
 * @room: a copy of the first bytes, with room for a tag before them
 */
struct txe {
	struct qp *qp;
	uint32_t ctrl;
	uint32_t size;
	uint32_t offload;
	uint16_t vlan_tci;
	uint16_t mss;
	uint32_t tunnel;
	uint32_t launch;
	uint32_t nseg;
	uint8_t *hdr;
	struct frame frame;
	uint8_t room[VLAN_LEN + FRAME_HDR_MAX];
};

/* Counts a frame at the QP and hands it to the switch. */
void txe_emit(struct qp *qp, struct frame *frame);

/* The two kinds of packets; both return a syndrome, or GNIC_SYND_NONE. */
uint8_t txe_send(struct txe *txe);	/* one frame */
uint8_t txe_tso(struct txe *txe);	/* many, txe_tso.c */

#endif /* VGAUDI_TXE_H */
