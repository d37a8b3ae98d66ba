// SPDX-License-Identifier: GPL-2.0-only
/* ethtool: what a receive ring is made of beside its length: buffers, tcp-data-split. */
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <net/netdev_rx_queue.h>

#include "gnic_channel.h"
#include "gnic_ethtool.h"
#include "gnic_xsk.h"

#ifdef HAVE_HDS_THRESH
static void gnic_ring_get_thresh(const struct gnic_nic *nic,
				 struct kernel_ethtool_ringparam *ring)
{
	ring->hds_thresh = nic->cfg.split_thresh;
	ring->hds_thresh_max = GNIC_MTU_MAX;
}

static u32 gnic_ring_thresh(const struct kernel_ethtool_ringparam *ring)
{
	return ring->hds_thresh;
}
#else
static void gnic_ring_get_thresh(const struct gnic_nic *nic,
				 struct kernel_ethtool_ringparam *ring)
{
}

static u32 gnic_ring_thresh(const struct kernel_ethtool_ringparam *ring)
{
	return 0;
}
#endif

/* As it is: with XDP a buffer is a page whatever was asked for. */
void gnic_ring_get_rx(struct gnic_nic *nic, struct kernel_ethtool_ringparam *ring)
{
	const struct gnic_nic_cfg *cfg = &nic->cfg;

	ring->rx_buf_len = cfg->xdp || cfg->split ? GNIC_RX_BUF_LEN_MAX : cfg->rx_buf_len;
	ring->tcp_data_split = cfg->split ? ETHTOOL_TCP_DATA_SPLIT_ENABLED :
					    ETHTOOL_TCP_DATA_SPLIT_DISABLED;
	gnic_ring_get_thresh(nic, ring);
}

/* 7.x asks that itself: a queue has memory that no processor may read. */
static bool gnic_ring_has_foreign_memory(struct net_device *netdev)
{
	unsigned int i;

	for (i = 0; i < netdev->real_num_rx_queues; i++) {
		if (__netif_get_rx_queue(netdev, i)->mp_params.mp_priv)
			return true;
	}
	return false;
}

static int gnic_ring_set_split(struct gnic_nic *nic, struct gnic_nic_cfg *cfg,
			       const struct kernel_ethtool_ringparam *ring,
			       struct netlink_ext_ack *extack)
{
	cfg->split = ring->tcp_data_split == ETHTOOL_TCP_DATA_SPLIT_ENABLED;
	cfg->split_thresh = gnic_ring_thresh(ring);
	if (!cfg->split && gnic_ring_has_foreign_memory(nic->netdev)) {
		NL_SET_ERR_MSG_MOD(extack, "tcp-data-split is on while a queue has device memory");
		return -EINVAL;
	}
	if (!cfg->split)
		return 0;
	if (!(nic->dev->caps_bits & GNIC_CAP_RX_SPLIT)) {
		NL_SET_ERR_MSG_MOD(extack, "the device does not split headers from payload");
		return -EOPNOTSUPP;
	}
	if (nic->xdp_prog) {
		NL_SET_ERR_MSG_MOD(extack, "tcp-data-split and an XDP program exclude each other");
		return -EINVAL;
	}
	if (gnic_xsk_bound(nic)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "tcp-data-split and an AF_XDP socket without copies exclude each other");
		return -EINVAL;
	}
	return 0;
}

int gnic_ring_set_rx(struct gnic_nic *nic, struct gnic_nic_cfg *cfg,
		     const struct kernel_ethtool_ringparam *ring,
		     struct netlink_ext_ack *extack)
{
	struct kernel_ethtool_ringparam now = {};

	gnic_ring_get_rx(nic, &now);
	/* What the user did not change is not his wish. */
	if (ring->rx_buf_len == now.rx_buf_len)
		return gnic_ring_set_split(nic, cfg, ring, extack);
	if (ring->rx_buf_len != GNIC_RX_BUF_LEN_MIN && ring->rx_buf_len != GNIC_RX_BUF_LEN_MAX) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "a buffer has %u or %lu bytes",
				       GNIC_RX_BUF_LEN_MIN, GNIC_RX_BUF_LEN_MAX);
		return -EINVAL;
	}
	if (cfg->xdp || ring->tcp_data_split == ETHTOOL_TCP_DATA_SPLIT_ENABLED) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "with XDP or tcp-data-split a buffer has %lu bytes",
				       GNIC_RX_BUF_LEN_MAX);
		return -EINVAL;
	}
	cfg->rx_buf_len = ring->rx_buf_len;
	return gnic_ring_set_split(nic, cfg, ring, extack);
}
