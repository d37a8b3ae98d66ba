// SPDX-License-Identifier: GPL-2.0-only
/*
 * Native XDP: attach, verdicts, XDP_TX and redirection into the device by one
 * posting function, and the hints.
 */
#include <linux/bpf_trace.h>
#include <linux/dma-mapping.h>
#include <linux/filter.h>
#include <linux/if_vlan.h>
#include <net/page_pool/helpers.h>

#include "gnic_ptp.h"
#include "gnic_tx_post.h"
#include "gnic_xdp.h"
#include "gnic_xsk.h"

/**
 * gnic_xdp_set_features - say what the netdev does as it is configured
 * @nic: netdev; its lock is held if it is registered
 *
 * With headers and payload apart no program runs and no AF_XDP pool is bound; frames
 * of others are sent nevertheless.
 */
void gnic_xdp_set_features(struct gnic_nic *nic)
{
	xdp_features_t features = NETDEV_XDP_ACT_NDO_XMIT | NETDEV_XDP_ACT_NDO_XMIT_SG;

	if (!nic->cfg.split)
		features |= NETDEV_XDP_ACT_BASIC | NETDEV_XDP_ACT_REDIRECT |
			    NETDEV_XDP_ACT_RX_SG | NETDEV_XDP_ACT_XSK_ZEROCOPY;
	xdp_set_features_flag_locked(nic->netdev, features);
}

/**
 * gnic_xdp_max_mtu - largest MTU that a program and the AF_XDP pools allow
 * @nic: netdev
 * @prog: program or NULL
 *
 * Return: the MTU, UINT_MAX if every one will do.
 */
unsigned int gnic_xdp_max_mtu(struct gnic_nic *nic, const struct bpf_prog *prog)
{
	bool frags = !prog || prog->aux->xdp_has_frags;
	unsigned int mtu = gnic_xsk_max_mtu(nic, frags);

	return frags ? mtu : min_t(unsigned int, mtu, GNIC_XDP_MTU_MAX);
}

/* Queues whose buffers have room for a program do not merge (gnic_gro.c). */
static int gnic_xdp_buffers(struct gnic_nic *nic, bool xdp, struct netlink_ext_ack *extack)
{
	struct gnic_nic_cfg cfg = nic->cfg;
	int err;

	if (xdp && cfg.split) {
		NL_SET_ERR_MSG_MOD(extack, "an XDP program and tcp-data-split exclude each other");
		return -EINVAL;
	}
	if (cfg.xdp == xdp)
		return 0;
	cfg.xdp = xdp;
	err = gnic_nic_reconfigure(nic, &cfg, extack);
	if (!err)
		netdev_update_features(nic->netdev);
	return err;
}

/* Without memory for others, buffers keep the room for a program a while longer. */
static void gnic_xdp_buffers_back(struct gnic_nic *nic)
{
	unsigned int ring;
	int err;

	err = gnic_xdp_buffers(nic, false, NULL);
	if (!err)
		return;
	netdev_err(nic->netdev, "no queues without room for a program: %s, tried again every second\n",
		   gnic_queue_why(err));
	nic->cfg.xdp = false;
	for (ring = 0; ring < nic->num_rx; ring++) {
		if (!nic->channels[ring]->xsk)
			gnic_nic_renew_later(nic, ring);
	}
	netdev_update_features(nic->netdev);
}

static int gnic_xdp_setup(struct gnic_nic *nic, struct bpf_prog *prog,
			  struct netlink_ext_ack *extack)
{
	unsigned int max = gnic_xdp_max_mtu(nic, prog);
	struct bpf_prog *old;
	int err;

	if (prog && nic->netdev->mtu > max) {
		NL_SET_ERR_MSG_FMT_MOD(extack,
				       "MTU %u needs a program with frags, without it is at most %u",
				       nic->netdev->mtu, max);
		return -EOPNOTSUPP;
	}
	/* Room in the buffers before there is a program, and until there is none. */
	err = prog ? gnic_xdp_buffers(nic, true, extack) : 0;
	if (err)
		return err;
	/* A poll that runs still has the old one: bpf_prog_put() waits for it. */
	old = xchg(&nic->xdp_prog, prog);
	if (old)
		bpf_prog_put(old);
	if (!prog)
		gnic_xdp_buffers_back(nic);
	return 0;
}

int gnic_xdp_bpf(struct net_device *netdev, struct netdev_bpf *bpf)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	switch (bpf->command) {
	case XDP_SETUP_PROG:
		return gnic_xdp_setup(nic, bpf->prog, bpf->extack);
	case XDP_SETUP_PROG_HW:
		NL_SET_ERR_MSG_MOD(bpf->extack, "the device runs no XDP programs, the driver does");
		return -EOPNOTSUPP;
	case XDP_SETUP_XSK_POOL:
		return gnic_xsk_setup(nic, bpf->xsk.pool, bpf->xsk.queue_id);
	default:
		return -EOPNOTSUPP;
	}
}

/* Pages of our own pool are mapped already. */
static dma_addr_t gnic_xdp_pool_dma(struct gnic_tx *tx, void *data, u32 len)
{
	dma_addr_t dma = page_pool_get_dma_addr(virt_to_page(data)) + offset_in_page(data);

	dma_sync_single_for_device(tx->dma_dev, dma, len, DMA_BIDIRECTIONAL);
	return dma;
}

static dma_addr_t gnic_xdp_map(struct gnic_tx *tx, u8 kind, void *data, u32 len)
{
	if (kind == GNIC_TX_XDP_TX)
		return gnic_xdp_pool_dma(tx, data, len);
	return dma_map_single(tx->dma_dev, data, len, DMA_TO_DEVICE);
}

/* Segment @nseg of the frame that is going to be posted. */
static bool gnic_xdp_map_seg(struct gnic_tx *tx, u8 kind, unsigned int nseg, void *data, u32 len)
{
	dma_addr_t dma = gnic_xdp_map(tx, kind, data, len);

	if (unlikely(dma_mapping_error(tx->dma_dev, dma)))
		return false;
	gnic_tx_set_seg(tx, nseg, dma, len);
	return true;
}

/* Returns the number of segments, 0: none could be mapped. */
static unsigned int gnic_xdp_map_frags(struct gnic_tx *tx, struct xdp_frame *frame, u8 kind)
{
	struct skb_shared_info *sinfo = xdp_get_shared_info_from_frame(frame);
	const skb_frag_t *frag;
	unsigned int i;

	for (i = 0; i < sinfo->nr_frags; i++) {
		frag = &sinfo->frags[i];
		if (!gnic_xdp_map_seg(tx, kind, i + 1, skb_frag_address(frag),
				      skb_frag_size(frag)))
			goto err_unmap;
	}
	return i + 1;

err_unmap:
	gnic_tx_abort(tx, i + 1, kind == GNIC_TX_XDP_NDO);
	return 0;
}

static bool gnic_xdp_post(struct gnic_tx *tx, struct xdp_frame *frame, u8 kind)
{
	struct gnic_tx_packet pkt = { .packets = 1, .kind = kind,
				      .size = xdp_get_frame_len(frame) };
	unsigned int nseg = 1;

	if (unlikely(gnic_tx_room(tx) < GNIC_RAW_WQES_MAX))
		return false;
	/* The kernel compares with the MTU before the program of a map's entry runs. */
	if (kind == GNIC_TX_XDP_NDO && unlikely(pkt.size > GNIC_RAW_SIZE_MAX))
		return false;
	if (!gnic_xdp_map_seg(tx, kind, 0, frame->data, frame->len))
		return false;
	if (unlikely(xdp_frame_has_frags(frame))) {
		nseg = gnic_xdp_map_frags(tx, frame, kind);
		if (!nseg)
			return false;
	}
	pkt.bytes = pkt.size;
	gnic_tx_post(tx, &pkt, nseg, frame);
	return true;
}

/* XDP_TX: what does not fit is dropped. */
static void gnic_xdp_post_bulk(struct gnic_tx *tx, struct gnic_xdp_bulk *bulk,
			       struct gnic_post_stats *stats)
{
	unsigned int i, sent;

	for (sent = 0; sent < bulk->count; sent++) {
		if (!gnic_xdp_post(tx, bulk->frames[sent], GNIC_TX_XDP_TX))
			break;
	}
	for (i = sent; i < bulk->count; i++)
		xdp_return_frame_rx_napi(bulk->frames[i]);
	bulk->posted |= sent;
	u64_stats_update_begin(&stats->syncp);
	stats->dropped += bulk->count - sent;
	u64_stats_update_end(&stats->syncp);
	bulk->count = 0;
}

/**
 * gnic_xdp_finish - end of a poll: post XDP_TX frames, ring, flush redirection
 * @c: channel
 * @queue: its queue
 */
void gnic_xdp_finish(struct gnic_channel *c, struct gnic_queue *queue)
{
	struct gnic_xdp_bulk *bulk = &queue->rx.bulk;
	struct gnic_tx *tx = &queue->xdp;

	if (bulk->count || bulk->posted) {
		spin_lock(&tx->lock);
		gnic_xdp_post_bulk(tx, bulk, &c->xdp_stats);
		if (bulk->posted)
			gnic_tx_doorbell(tx, &c->xdp_stats);
		spin_unlock(&tx->lock);
		bulk->posted = false;
	}
	if (bulk->redirected) {
		bulk->redirected = false;
		xdp_do_flush();
	}
}

static bool gnic_xdp_collect(struct gnic_channel *c, struct xdp_buff *xdp)
{
	struct gnic_xdp_bulk *bulk = &c->queue->rx.bulk;
	struct gnic_tx *tx = &c->queue->xdp;
	struct xdp_frame *frame;

	/* A program may have made it longer than the device sends. */
	if (unlikely(xdp_get_buff_len(xdp) > GNIC_RAW_SIZE_MAX))
		return false;
	frame = xdp_convert_buff_to_frame(xdp);
	if (unlikely(!frame))
		return false;
	if (unlikely(bulk->count == GNIC_XDP_BULK)) {
		spin_lock(&tx->lock);
		gnic_xdp_post_bulk(tx, bulk, &c->xdp_stats);
		spin_unlock(&tx->lock);
	}
	bulk->frames[bulk->count++] = frame;
	return true;
}

static bool gnic_xdp_send_back(struct gnic_channel *c, struct xdp_buff *xdp)
{
	return c->queue->rx.xsk ? gnic_xsk_send_back(c, xdp) : gnic_xdp_collect(c, xdp);
}

/* Verdicts that gnic_xdp_run() does not know how to treat. */
u32 gnic_xdp_act(struct gnic_channel *c, struct xdp_buff *xdp, struct bpf_prog *prog,
		 u32 verdict, struct gnic_rx_stats *count)
{
	switch (verdict) {
	case XDP_TX:
		if (unlikely(!gnic_xdp_send_back(c, xdp)))
			break;
		count->xdp_tx++;
		return XDP_TX;
	default:
		bpf_warn_invalid_xdp_action(c->nic->netdev, prog, verdict);
		break;
	case XDP_REDIRECT:	/* to where it cannot go */
	case XDP_ABORTED:
		break;
	}
	trace_xdp_exception(c->nic->netdev, prog, verdict);
	count->xdp_errors++;
	return XDP_DROP;
}

/* The queue of this CPU, one that sends XDP frames; NULL while the netdev is down. Under RCU. */
static struct gnic_channel *gnic_xdp_channel(struct gnic_nic *nic)
{
	unsigned int count = READ_ONCE(nic->num_rx);
	struct gnic_channel *c;

	if (!count)
		return NULL;
	c = nic->channels[smp_processor_id() % count];
	return READ_ONCE(c->queue) ? c : NULL;
}

/* Frames that can't leave are the sender's again; they count as dropped here. */
static int gnic_xdp_refuse(struct net_device *netdev, int n)
{
	while (n--)
		dev_core_stats_tx_dropped_inc(netdev);
	return -ENETDOWN;
}

int gnic_xdp_xmit(struct net_device *netdev, int n, struct xdp_frame **frames, u32 flags)
{
	struct gnic_channel *c = gnic_xdp_channel(netdev_priv(netdev));
	struct gnic_queue *queue;
	struct gnic_tx *tx;
	int sent;

	if (unlikely(flags & ~XDP_XMIT_FLAGS_MASK))
		return -EINVAL;
	queue = c ? READ_ONCE(c->queue) : NULL;
	if (unlikely(!queue || READ_ONCE(queue->failed) || !netif_carrier_ok(netdev)))
		return gnic_xdp_refuse(netdev, n);
	tx = &queue->xdp;
	spin_lock(&tx->lock);
	for (sent = 0; sent < n; sent++) {
		if (!gnic_xdp_post(tx, frames[sent], GNIC_TX_XDP_NDO))
			break;
	}
	/* what came before without a flush as well, even if nothing came with it */
	if ((flags & XDP_XMIT_FLUSH) && tx->rung != tx->sq.index)
		gnic_tx_doorbell(tx, &c->xdp_stats);
	if (unlikely(sent < n))
		gnic_post_count(&c->xdp_stats, &c->xdp_stats.dropped, n - sent);
	spin_unlock(&tx->lock);
	return sent;
}

static int gnic_xdp_rx_timestamp(const struct xdp_md *ctx, u64 *timestamp)
{
	const struct gnic_xdp_buff *buf = (const struct gnic_xdp_buff *)ctx;
	struct gnic_dev *dev = buf->rx->channel->nic->dev;

	if (!gnic_clock_stamps(dev))
		return -ENODATA;
	*timestamp = gnic_clock_extend(&dev->clock, le32_to_cpu(buf->cqe->tstamp));
	return 0;
}

static int gnic_xdp_rx_hash(const struct xdp_md *ctx, u32 *hash, enum xdp_rss_hash_type *type)
{
	static const enum xdp_rss_hash_type types[4][4] = {
		[GNIC_CQE_L3_IPV4] = {
			[GNIC_CQE_L4_NONE]	= XDP_RSS_TYPE_L3_IPV4,
			[GNIC_CQE_L4_TCP]	= XDP_RSS_TYPE_L4_IPV4_TCP,
			[GNIC_CQE_L4_UDP]	= XDP_RSS_TYPE_L4_IPV4_UDP,
			[GNIC_CQE_L4_OTHER]	= XDP_RSS_TYPE_L4_IPV4_SCTP,
		},
		[GNIC_CQE_L3_IPV6] = {
			[GNIC_CQE_L4_NONE]	= XDP_RSS_TYPE_L3_IPV6,
			[GNIC_CQE_L4_TCP]	= XDP_RSS_TYPE_L4_IPV6_TCP,
			[GNIC_CQE_L4_UDP]	= XDP_RSS_TYPE_L4_IPV6_UDP,
			[GNIC_CQE_L4_OTHER]	= XDP_RSS_TYPE_L4_IPV6_SCTP,
		},
	};
	const struct gnic_xdp_buff *buf = (const struct gnic_xdp_buff *)ctx;
	u32 flags = le32_to_cpu(buf->cqe->flags);
	u32 kind = FIELD_GET(GNIC_RAW_CQE_HASH, flags), l4;

	if (kind == GNIC_CQE_HASH_NONE)
		return -ENODATA;
	/* ports of another protocol than TCP and UDP: the device has SCTP's alone */
	l4 = kind == GNIC_CQE_HASH_L4 ? FIELD_GET(GNIC_RAW_CQE_L4, flags) : GNIC_CQE_L4_NONE;
	*hash = le32_to_cpu(buf->cqe->hash);
	*type = types[FIELD_GET(GNIC_RAW_CQE_L3, flags)][l4];
	return 0;
}

static int gnic_xdp_rx_vlan_tag(const struct xdp_md *ctx, __be16 *proto, u16 *tci)
{
	const struct gnic_xdp_buff *buf = (const struct gnic_xdp_buff *)ctx;
	u32 flags = le32_to_cpu(buf->cqe->flags);

	if (!(flags & GNIC_RAW_CQE_VLAN))
		return -ENODATA;
	*proto = gnic_cqe_vlan_proto(flags);
	*tci = le16_to_cpu(buf->cqe->vlan_tci);
	return 0;
}

const struct xdp_metadata_ops gnic_xdp_metadata_ops = {
	.xmo_rx_timestamp	= gnic_xdp_rx_timestamp,
	.xmo_rx_hash		= gnic_xdp_rx_hash,
	.xmo_rx_vlan_tag	= gnic_xdp_rx_vlan_tag,
};
