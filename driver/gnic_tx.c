// SPDX-License-Identifier: GPL-2.0-only
/* Transmit of skbs: offload bits, map, post, doorbell. */
#include <linux/dma-mapping.h>
#include <linux/if_vlan.h>
#include <net/ipv6.h>
#include <net/netdev_queues.h>

#include "gnic_channel.h"
#include "gnic_tx_post.h"

static void gnic_tx_packet(struct sk_buff *skb, struct gnic_tx_packet *pkt)
{
	pkt->ctrl = 0;
	pkt->offload = 0;
	pkt->rsvd = 0;
	pkt->mss = 0;
	pkt->vlan_tci = 0;
	pkt->kind = GNIC_TX_SKB;
	pkt->packets = 1;
	pkt->size = skb->len;
	pkt->bytes = skb->len;
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		pkt->ctrl |= GNIC_RAW_WQE_CSUM |
			     FIELD_PREP(GNIC_RAW_WQE_CRC32C, skb_csum_is_sctp(skb));
		pkt->offload = FIELD_PREP(GNIC_RAW_WQE_CSUM_START,
					  skb_checksum_start_offset(skb)) |
			       FIELD_PREP(GNIC_RAW_WQE_CSUM_OFFSET, skb->csum_offset);
	}
}

/*
 * A completion of its own says when the packet left. If the time at which it shall leave stayed
 * in it the kernel would think that it was stamped already.
 */
static void gnic_tx_want_tstamp(struct sk_buff *skb, struct gnic_tx_packet *pkt)
{
	skb->tstamp = 0;
	skb_shinfo(skb)->tx_flags |= SKBTX_IN_PROGRESS;
	pkt->ctrl |= GNIC_RAW_WQE_CQE;
	pkt->offload |= GNIC_RAW_WQE_TSTAMP;
	pkt->kind = GNIC_TX_SKB_TSTAMP;
}

/* No more than a checksum: what the WQE says is never in memory but there. */
static bool gnic_tx_is_simple(const struct gnic_tx *tx, const struct sk_buff *skb,
			      const struct skb_shared_info *shinfo)
{
	return !shinfo->gso_size && !skb_vlan_tag_present(skb) &&
	       !(shinfo->tx_flags & SKBTX_ANY_TSTAMP) && !tx->launch;
}

static void gnic_tx_launch(struct gnic_channel *c, struct sk_buff *skb,
			   struct gnic_tx_packet *pkt)
{
	if (!gnic_launch_at(c->nic, ktime_to_ns(skb->tstamp), pkt))
		gnic_post_count(&c->skb_stats, &c->skb_stats.launch_far, 1);
}

static u32 gnic_tx_post_simple(struct gnic_tx *tx, struct sk_buff *skb, unsigned int nseg)
{
	struct gnic_tx_packet pkt;

	gnic_tx_packet(skb, &pkt);
	return gnic_tx_post(tx, &pkt, nseg, skb);
}

static noinline u32 gnic_tx_post_other(struct gnic_channel *c, struct gnic_tx *tx,
				       struct sk_buff *skb, unsigned int nseg)
{
	struct gnic_nic *nic = c->nic;
	struct gnic_tx_packet pkt;
	u32 wqes;

	gnic_tx_packet(skb, &pkt);
	if (tx->launch && skb->tstamp)
		gnic_tx_launch(c, skb, &pkt);
	if (skb_is_gso(skb))
		gnic_tx_gso(skb, &pkt);
	if (skb_vlan_tag_present(skb)) {
		pkt.ctrl |= GNIC_RAW_WQE_VLAN;
		if (skb->vlan_proto == htons(ETH_P_8021AD))
			pkt.ctrl |= GNIC_RAW_WQE_STAG;
		pkt.vlan_tci = skb_vlan_tag_get(skb);
	}
	if ((skb_shinfo(skb)->tx_flags & SKBTX_HW_TSTAMP) && READ_ONCE(nic->tx_tstamp))
		gnic_tx_want_tstamp(skb, &pkt);
	skb_tx_timestamp(skb);
	wqes = gnic_tx_post(tx, &pkt, nseg, skb);
	if (pkt.kind == GNIC_TX_SKB_TSTAMP)
		gnic_tx_info(tx, tx->sq.index - 1)->tstamp = 0;
	return wqes;
}

/* Returns the number of segments, 0: none could be mapped. */
static unsigned int gnic_tx_map_frags(struct gnic_tx *tx, const struct skb_shared_info *shinfo)
{
	const skb_frag_t *frag;
	dma_addr_t dma;
	unsigned int i;

	for (i = 0; i < shinfo->nr_frags; i++) {
		frag = &shinfo->frags[i];
		dma = skb_frag_dma_map(tx->dma_dev, frag, 0, skb_frag_size(frag), DMA_TO_DEVICE);
		if (unlikely(dma_mapping_error(tx->dma_dev, dma)))
			goto err_unmap;
		gnic_tx_set_seg(tx, i + 1, dma, skb_frag_size(frag));
		if (unlikely(skb_frag_is_net_iov(frag)))
			gnic_tx_seg_is_foreign(tx, i + 1);
	}
	return i + 1;

err_unmap:
	gnic_tx_abort(tx, i + 1, true);
	return 0;
}

static unsigned int gnic_tx_map(struct gnic_tx *tx, const struct sk_buff *skb,
				const struct skb_shared_info *shinfo)
{
	u32 len = skb_headlen(skb);
	dma_addr_t dma;

	dma = dma_map_single(tx->dma_dev, skb->data, len, DMA_TO_DEVICE);
	if (unlikely(dma_mapping_error(tx->dma_dev, dma)))
		return 0;
	gnic_tx_set_seg(tx, 0, dma, len);
	return shinfo->nr_frags ? gnic_tx_map_frags(tx, shinfo) : 1;
}

/* What was posted before it and waits for a doorbell must not wait for ever. */
static netdev_tx_t gnic_tx_drop(struct gnic_channel *c, struct gnic_tx *tx, struct sk_buff *skb)
{
	dev_kfree_skb_any(skb);
	gnic_post_count(&c->skb_stats, &c->skb_stats.dropped, 1);
	if (!netdev_xmit_more() && tx->rung != tx->sq.index)
		gnic_tx_doorbell(tx, &c->skb_stats);
	return NETDEV_TX_OK;
}

/* Of a size that the device takes, segmented or not. */
static bool gnic_tx_size_ok(const struct sk_buff *skb, const struct skb_shared_info *shinfo)
{
	u32 max = shinfo->gso_size ? GNIC_RAW_TSO_SIZE_MAX : GNIC_RAW_SIZE_MAX;

	return likely(skb->len - GNIC_RAW_SIZE_MIN <= max - GNIC_RAW_SIZE_MIN);
}

/* The next packet must find room; the queue stops while there may be none. */
static void gnic_tx_stop(struct gnic_channel *c, struct gnic_tx *tx, struct netdev_queue *txq)
{
	if (!netif_txq_try_stop(txq, gnic_tx_room(tx), GNIC_TX_WAKE))
		gnic_post_count(&c->skb_stats, &c->skb_stats.stop, 1);
}

/*
 * The queue has ended, or its channel only receives now: a discipline had taken the packet
 * out for it before, and kept it when it found the queue stopped.
 */
static netdev_tx_t gnic_tx_too_late(struct sk_buff *skb, struct net_device *netdev)
{
	dev_core_stats_tx_dropped_inc(netdev);
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

netdev_tx_t gnic_tx_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_channel *c = nic->channels[skb_get_queue_mapping(skb)];
	struct netdev_queue *txq = netdev_get_tx_queue(netdev, c->index);
	struct gnic_queue *queue = c->queue;
	const struct skb_shared_info *shinfo;
	struct gnic_tx *tx = &queue->tx;
	u32 nseg, index, room;

	if (unlikely(!queue))
		return gnic_tx_too_late(skb, netdev);
	room = gnic_tx_room(tx);
	if (unlikely(room < GNIC_RAW_WQES_MAX)) {
		if (!gnic_queue_sends(queue))
			return gnic_tx_too_late(skb, netdev);
		netif_txq_try_stop(txq, gnic_tx_room(tx), GNIC_TX_WAKE);
		return NETDEV_TX_BUSY;
	}
	if (unlikely(ipv6_hopopt_jumbo_remove(skb)))
		return gnic_tx_drop(c, tx, skb);
	shinfo = skb_shinfo(skb);
	nseg = gnic_tx_size_ok(skb, shinfo) ? gnic_tx_map(tx, skb, shinfo) : 0;
	if (unlikely(!nseg))
		return gnic_tx_drop(c, tx, skb);
	index = tx->sq.index;
	if (likely(gnic_tx_is_simple(tx, skb, shinfo)))
		room -= gnic_tx_post_simple(tx, skb, nseg);
	else
		room -= gnic_tx_post_other(c, tx, skb, nseg);
	if (unlikely(room < GNIC_RAW_WQES_MAX))
		gnic_tx_stop(c, tx, txq);
	if (__netdev_tx_sent_queue(txq, gnic_tx_info(tx, index)->bytes, netdev_xmit_more()))
		gnic_tx_doorbell(tx, &c->skb_stats);
	return NETDEV_TX_OK;
}
