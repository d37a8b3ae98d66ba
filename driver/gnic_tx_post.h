/* SPDX-License-Identifier: GPL-2.0-only */
/* Posting and completing packets of a send queue, whoever they come from. */
#ifndef GNIC_TX_POST_H
#define GNIC_TX_POST_H

#include "gnic_channel.h"

/* Free WQEs that a stopped queue is woken at: two of the largest packets. */
#define GNIC_TX_WAKE		(2 * GNIC_RAW_WQES_MAX)

/**
 * struct gnic_tx_packet - what a packet's WQEs say but for its segments
 * @ctrl: GNIC_RAW_WQE_* but for opcode, index and number of segments
 * @size: bytes
 * @offload: third word of the WQE
 * @rsvd: with GNIC_RAW_WQE_TUNNEL or GNIC_RAW_WQE_LAUNCH, else zero
 * @bytes: on the wire, all segments of it
 * @mss: with GNIC_RAW_WQE_TSO or USO
 * @packets: on the wire
 * @vlan_tci: with GNIC_RAW_WQE_VLAN
 * @kind: enum gnic_tx_kind
 */
struct gnic_tx_packet {
	u32 ctrl;
	u32 size;
	u32 offload;
	u32 rsvd;
	u32 bytes;
	u16 mss;
	u16 packets;
	u16 vlan_tci;
	u8 kind;
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

static inline struct gnic_hw_raw_wqe *gnic_tx_wqe(const struct gnic_tx *tx, u32 index)
{
	return (struct gnic_hw_raw_wqe *)tx->sq.desc + (index & tx->sq.mask);
}

static inline struct gnic_tx_info *gnic_tx_info(const struct gnic_tx *tx, u32 index)
{
	return &tx->info[index & tx->sq.mask];
}

/* Segment @nseg of the packet that is going to be posted. */
static inline void gnic_tx_set_seg(struct gnic_tx *tx, unsigned int nseg, dma_addr_t dma, u32 len)
{
	u32 index = tx->sq.index + nseg / GNIC_RAW_WQE_SEGS;
	struct gnic_hw_seg *seg = &gnic_tx_wqe(tx, index)->seg[nseg % GNIC_RAW_WQE_SEGS];
	struct gnic_tx_info *info = gnic_tx_info(tx, index);

	seg->addr = cpu_to_le64(dma);
	seg->len = cpu_to_le32(len);
	info->dma[nseg % GNIC_RAW_WQE_SEGS] = dma;
	info->len[nseg % GNIC_RAW_WQE_SEGS] = len;
}

/* Segment @nseg is memory of another device: whoever mapped it unmaps it. */
static inline void gnic_tx_seg_is_foreign(struct gnic_tx *tx, unsigned int nseg)
{
	u32 index = tx->sq.index + nseg / GNIC_RAW_WQE_SEGS;

	gnic_tx_info(tx, index)->dma[nseg % GNIC_RAW_WQE_SEGS] = 0;
}

/* Segments that the WQE does not use are zero; most often they are already. */
static inline void gnic_tx_trim(struct gnic_hw_raw_wqe *wqe, struct gnic_tx_info *info,
				unsigned int used)
{
	unsigned int i;

	for (i = used; i < info->segs; i++)
		wqe->seg[i] = (struct gnic_hw_seg){};
	info->segs = used;
}

/* What the poster counts, under its lock. */
static inline void gnic_post_count(struct gnic_post_stats *stats, u64 *counter, u32 count)
{
	u64_stats_update_begin(&stats->syncp);
	*counter += count;
	u64_stats_update_end(&stats->syncp);
}

u32 gnic_tx_post_rest(struct gnic_tx *tx, unsigned int nseg);

/**
 * gnic_tx_post - complete the WQEs of a packet whose segments are set
 * @tx: send queue that had room for GNIC_RAW_WQES_MAX
 * @pkt: packet
 * @nseg: segments
 * @owner: skb or XDP frame by @pkt->kind; belongs to the queue from now on
 *
 * The device sees nothing before gnic_tx_doorbell(). Inline: skbs and XDP
 * frames each have it once, with what is constant to them.
 *
 * Return: WQEs of the packet.
 */
static inline u32 gnic_tx_post(struct gnic_tx *tx, const struct gnic_tx_packet *pkt,
			       unsigned int nseg, void *owner)
{
	u32 index = tx->sq.index, next = index + 1;
	struct gnic_hw_raw_wqe *wqe = gnic_tx_wqe(tx, index);
	struct gnic_tx_info *info = gnic_tx_info(tx, index);

	wqe->ctrl = cpu_to_le32(pkt->ctrl |
				FIELD_PREP(GNIC_WQE_OPCODE, GNIC_WQE_RAW_SEND) |
				FIELD_PREP(GNIC_WQE_INDEX, index & 0xff) |
				FIELD_PREP(GNIC_RAW_WQE_NSEG, nseg) |
				GNIC_RAW_WQE_SE);
	wqe->size = cpu_to_le32(pkt->size);
	wqe->offload = cpu_to_le32(pkt->offload);
	wqe->vlan_tci = cpu_to_le16(pkt->vlan_tci);
	wqe->mss = cpu_to_le16(pkt->mss);
	wqe->seg[0].rsvd = cpu_to_le32(pkt->rsvd);
	gnic_tx_trim(wqe, info, min_t(unsigned int, nseg, GNIC_RAW_WQE_SEGS));
	if (unlikely(nseg > GNIC_RAW_WQE_SEGS))
		next = gnic_tx_post_rest(tx, nseg);
	info->skb = owner;
	info->bytes = pkt->bytes;
	info->packets = pkt->packets;
	info->kind = pkt->kind;
	info->wqes = next - index;
	tx->last = wqe;
	WRITE_ONCE(tx->sq.index, next);
	return next - index;
}

void gnic_tx_gso(const struct sk_buff *skb, struct gnic_tx_packet *pkt);	/* gnic_tx_gso.c */
bool gnic_launch_at(struct gnic_nic *nic, u64 time, struct gnic_tx_packet *pkt);
void gnic_tx_doorbell(struct gnic_tx *tx, struct gnic_post_stats *stats);
void gnic_tx_abort(struct gnic_tx *tx, unsigned int nseg, bool mapped);

#endif /* GNIC_TX_POST_H */
