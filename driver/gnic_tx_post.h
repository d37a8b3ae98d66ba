/* SPDX-License-Identifier: GPL-2.0-only */
/* Posting and completing packets of a send queue, whoever they come from. */
#ifndef GNIC_TX_POST_H
#define GNIC_TX_POST_H

#include "gnic_channel.h"

/* Free WQEs that a stopped queue is woken at: two of the largest packets. */
#define GNIC_TX_WAKE		(2 * GNIC_RAW_WQES_MAX)

/**
 * struct gnic_tx_packet - a packet whose pieces are mapped
 * @ctrl: GNIC_RAW_WQE_* but for opcode, index and number of segments
 * @size: bytes
 * @offload: second word of the WQE
 * @bytes: on the wire, all segments of it
 * @mss: with GNIC_RAW_WQE_TSO
 * @packets: on the wire
 * @vlan_tci: with GNIC_RAW_WQE_VLAN
 * @kind: enum gnic_tx_kind
 * @nseg: pieces
 * @seg: they
 */
struct gnic_tx_packet {
	u32 ctrl;
	u32 size;
	u32 offload;
	u32 bytes;
	u16 mss;
	u16 packets;
	u16 vlan_tci;
	u8 kind;
	u8 nseg;
	struct gnic_tx_seg {
		dma_addr_t dma;
		u32 len;
	} seg[GNIC_RAW_SEGS_MAX];
};

/**
 * struct gnic_tx_reaper - one round of giving back
 * @budget: of NAPI, 0: not in NAPI's context
 * @bulk: XDP frames on their way to their pools
 * @count: what was given back
 */
struct gnic_tx_reaper {
	int budget;
	struct xdp_frame_bulk bulk;
	struct gnic_tx_stats count;
};

/* WQEs that may be posted; the caller keeps GNIC_RAW_WQES_MAX in hand. */
static inline u32 gnic_tx_room(const struct gnic_tx *tx)
{
	/* What was given back before its place: pairs with gnic_tx_reap(). */
	return gnic_ring_free_entries(&tx->sq, smp_load_acquire(&tx->reaped));
}

static inline void gnic_tx_packet_add(struct gnic_tx_packet *pkt, dma_addr_t dma, u32 len)
{
	pkt->seg[pkt->nseg].dma = dma;
	pkt->seg[pkt->nseg].len = len;
	pkt->nseg++;
}

void gnic_tx_post(struct gnic_tx *tx, const struct gnic_tx_packet *pkt, void *owner);
void gnic_tx_doorbell(struct gnic_tx *tx, struct gnic_post_stats *stats);
void gnic_tx_packet_unmap(struct gnic_tx *tx, const struct gnic_tx_packet *pkt);

#endif /* GNIC_TX_POST_H */
