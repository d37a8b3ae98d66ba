// SPDX-License-Identifier: GPL-2.0-only
/* Transmit of skbs: offload bits, map, post, doorbell. */
#include <linux/dma-mapping.h>
#include <linux/if_vlan.h>
#include <linux/tcp.h>
#include <net/netdev_queues.h>

#include "gnic_channel.h"
#include "gnic_tx_post.h"

/* What the device can't describe the stack sums or segments itself. */
netdev_features_t gnic_tx_features_check(struct sk_buff *skb, struct net_device *netdev,
					 netdev_features_t features)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    (skb->csum_offset > FIELD_MAX(GNIC_RAW_WQE_CSUM_OFFSET) ||
	     skb_checksum_start_offset(skb) + skb->csum_offset + sizeof(__sum16) >
	     GNIC_RAW_HDR_MAX))
		features &= ~(NETIF_F_CSUM_MASK | NETIF_F_GSO_MASK);
	if (skb_is_gso(skb) &&
	    (skb->encapsulation || skb_tcp_all_headers(skb) > GNIC_RAW_HDR_MAX))
		features &= ~NETIF_F_GSO_MASK;
	return vlan_features_check(skb, features);
}

static void gnic_tx_tso(const struct sk_buff *skb, struct gnic_tx_packet *pkt)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);
	u32 hdr_len = skb_tcp_all_headers(skb);

	pkt->ctrl |= GNIC_RAW_WQE_TSO;
	pkt->offload |= FIELD_PREP(GNIC_RAW_WQE_HDR_LEN, hdr_len);
	pkt->mss = shinfo->gso_size;
	pkt->packets = shinfo->gso_segs;
	pkt->bytes += (shinfo->gso_segs - 1) * hdr_len;
}

static void gnic_tx_offload(const struct sk_buff *skb, struct gnic_tx_packet *pkt)
{
	pkt->ctrl = 0;
	pkt->offload = 0;
	pkt->mss = 0;
	pkt->vlan_tci = 0;
	pkt->kind = GNIC_TX_SKB;
	pkt->packets = 1;
	pkt->size = skb->len;
	pkt->bytes = skb->len;
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		pkt->ctrl |= GNIC_RAW_WQE_CSUM;
		pkt->offload = FIELD_PREP(GNIC_RAW_WQE_CSUM_START,
					  skb_checksum_start_offset(skb)) |
			       FIELD_PREP(GNIC_RAW_WQE_CSUM_OFFSET, skb->csum_offset);
		/* Segmentation comes with a checksum to fill in. */
		if (skb_is_gso(skb))
			gnic_tx_tso(skb, pkt);
	}
	if (skb_vlan_tag_present(skb)) {
		pkt->ctrl |= GNIC_RAW_WQE_VLAN;
		pkt->vlan_tci = skb_vlan_tag_get(skb);
	}
}

/* Returns the number of segments, 0: none could be mapped. */
static unsigned int gnic_tx_map_frags(struct gnic_tx *tx, const struct sk_buff *skb)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);
	const skb_frag_t *frag;
	dma_addr_t dma;
	unsigned int i;

	for (i = 0; i < shinfo->nr_frags; i++) {
		frag = &shinfo->frags[i];
		dma = skb_frag_dma_map(tx->dma_dev, frag, 0, skb_frag_size(frag), DMA_TO_DEVICE);
		if (unlikely(dma_mapping_error(tx->dma_dev, dma)))
			goto err_unmap;
		gnic_tx_set_seg(tx, i + 1, dma, skb_frag_size(frag));
	}
	return i + 1;

err_unmap:
	gnic_tx_abort(tx, i + 1, true);
	return 0;
}

static unsigned int gnic_tx_map(struct gnic_tx *tx, const struct sk_buff *skb)
{
	u32 len = skb_headlen(skb);
	dma_addr_t dma;

	dma = dma_map_single(tx->dma_dev, skb->data, len, DMA_TO_DEVICE);
	if (unlikely(dma_mapping_error(tx->dma_dev, dma)))
		return 0;
	gnic_tx_set_seg(tx, 0, dma, len);
	return skb_shinfo(skb)->nr_frags ? gnic_tx_map_frags(tx, skb) : 1;
}

static void gnic_tx_count_post(struct gnic_post_stats *stats, u64 *counter)
{
	u64_stats_update_begin(&stats->syncp);
	(*counter)++;
	u64_stats_update_end(&stats->syncp);
}

/* What was posted before it and waits for a doorbell must not wait for ever. */
static netdev_tx_t gnic_tx_drop(struct gnic_channel *c, struct gnic_tx *tx, struct sk_buff *skb)
{
	dev_kfree_skb_any(skb);
	gnic_tx_count_post(&c->skb_stats, &c->skb_stats.dropped);
	if (!netdev_xmit_more() && le32_to_cpu(tx->sq.db->index) != tx->sq.index)
		gnic_tx_doorbell(tx, &c->skb_stats);
	return NETDEV_TX_OK;
}

netdev_tx_t gnic_tx_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_channel *c = nic->channels[skb_get_queue_mapping(skb)];
	struct gnic_tx *tx = &c->queue->tx;
	struct netdev_queue *txq = netdev_get_tx_queue(netdev, c->index);
	struct gnic_tx_packet pkt;
	unsigned int nseg;

	if (unlikely(gnic_tx_room(tx) < GNIC_RAW_WQES_MAX)) {
		netif_txq_try_stop(txq, gnic_tx_room(tx), GNIC_TX_WAKE);
		return NETDEV_TX_BUSY;
	}
	nseg = likely(skb->len >= GNIC_RAW_SIZE_MIN) ? gnic_tx_map(tx, skb) : 0;
	if (unlikely(!nseg))
		return gnic_tx_drop(c, tx, skb);
	gnic_tx_offload(skb, &pkt);
	skb_tx_timestamp(skb);
	gnic_tx_post(tx, &pkt, nseg, skb);
	if (!netif_txq_maybe_stop(txq, gnic_tx_room(tx), GNIC_RAW_WQES_MAX, GNIC_TX_WAKE))
		gnic_tx_count_post(&c->skb_stats, &c->skb_stats.stop);
	if (__netdev_tx_sent_queue(txq, pkt.bytes, netdev_xmit_more()))
		gnic_tx_doorbell(tx, &c->skb_stats);
	return NETDEV_TX_OK;
}
