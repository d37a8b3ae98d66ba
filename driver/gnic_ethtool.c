// SPDX-License-Identifier: GPL-2.0-only
/* ethtool of both kinds of netdev: rings, channels, moderation, own counters. */
#include <linux/ethtool.h>
#include <linux/log2.h>

#include "gnic_arfs.h"
#include "gnic_channel.h"
#include "gnic_ethtool.h"
#include "gnic_xdp.h"

void gnic_ethtool_get_drvinfo(struct net_device *netdev, struct ethtool_drvinfo *info)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	u32 fw = gnic_rd32(nic->dev, GNIC_CTL_FW_VERSION);

	strscpy(info->driver, GNIC_DRV_NAME, sizeof(info->driver));
	strscpy(info->bus_info, pci_name(nic->dev->pdev), sizeof(info->bus_info));
	snprintf(info->fw_version, sizeof(info->fw_version), "%u.%u.%u",
		 (u32)FIELD_GET(GNIC_CTL_FW_MAJOR, fw), (u32)FIELD_GET(GNIC_CTL_FW_MINOR, fw),
		 (u32)FIELD_GET(GNIC_CTL_FW_PATCH, fw));
}

void gnic_ethtool_get_ringparam(struct net_device *netdev, struct ethtool_ringparam *ring,
				struct kernel_ethtool_ringparam *kernel_ring,
				struct netlink_ext_ack *extack)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	ring->rx_max_pending = GNIC_RING_MAX;
	ring->tx_max_pending = GNIC_RING_MAX;
	ring->rx_pending = nic->cfg.rx_ring;
	ring->tx_pending = nic->cfg.tx_ring;
	kernel_ring->tx_push = nic->cfg.tx_push;
	gnic_ring_get_rx(nic, kernel_ring);
}

static bool gnic_ethtool_ring_ok(u32 entries)
{
	return is_power_of_2(entries) && entries >= GNIC_RING_MIN && entries <= GNIC_RING_MAX;
}

int gnic_ethtool_set_ringparam(struct net_device *netdev, struct ethtool_ringparam *ring,
			       struct kernel_ethtool_ringparam *kernel_ring,
			       struct netlink_ext_ack *extack)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_nic_cfg cfg = nic->cfg;
	int err;

	if (!gnic_ethtool_ring_ok(ring->rx_pending) || !gnic_ethtool_ring_ok(ring->tx_pending)) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "a ring has 2^n entries, from %u to %u",
				       GNIC_RING_MIN, (unsigned int)GNIC_RING_MAX);
		return -EINVAL;
	}
	cfg.rx_ring = ring->rx_pending;
	cfg.rx_ring_set = cfg.rx_ring != gnic_nic_default_rx_ring(nic, cfg.rx_queues);
	cfg.tx_ring = ring->tx_pending;
	cfg.tx_push = kernel_ring->tx_push;
	err = gnic_ring_set_rx(nic, &cfg, kernel_ring, extack);
	if (err)
		return err;
	err = gnic_nic_reconfigure(nic, &cfg, extack);
	if (!err)
		gnic_xdp_set_features(nic);
	return err;
}

void gnic_ethtool_get_channels(struct net_device *netdev, struct ethtool_channels *ch)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	ch->max_combined = nic->max_channels;
	ch->max_rx = nic->max_channels - 1;
	ch->max_tx = nic->max_channels - 1;
	ch->combined_count = min(nic->cfg.rx_queues, nic->cfg.tx_queues);
	ch->rx_count = nic->cfg.rx_queues - ch->combined_count;
	ch->tx_count = nic->cfg.tx_queues - ch->combined_count;
}

/* The core has checked each number. One of both others would be a combined one. */
static int gnic_ethtool_check_channels(struct gnic_nic *nic, const struct ethtool_channels *ch)
{
	if (ch->rx_count && ch->tx_count) {
		netdev_info(nic->netdev,
			    "beside combined channels there are receive or transmit ones, not both\n");
		return -EINVAL;
	}
	if (ch->combined_count + ch->rx_count + ch->tx_count > nic->max_channels) {
		netdev_info(nic->netdev, "at most %u channels, combined and others together\n",
			    nic->max_channels);
		return -EINVAL;
	}
	return gnic_rss_resize_check(nic, ch->combined_count + ch->rx_count) ?:
	       gnic_mqprio_resize_check(nic, ch->combined_count + ch->tx_count);
}

/*
 * The core has checked the maxima, and that no table or rule names a ring that goes and that
 * no channel with an AF_XDP pool loses a direction. It has no room for a reason: that is in
 * the log.
 */
int gnic_ethtool_set_channels(struct net_device *netdev, struct ethtool_channels *ch)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct netlink_ext_ack extack = {};
	struct gnic_nic_cfg cfg = nic->cfg;
	int err;

	err = gnic_ethtool_check_channels(nic, ch);
	if (err)
		return err;
	cfg.rx_queues = ch->combined_count + ch->rx_count;
	cfg.tx_queues = ch->combined_count + ch->tx_count;
	if (!cfg.rx_ring_set)
		cfg.rx_ring = gnic_nic_default_rx_ring(nic, cfg.rx_queues);
	err = gnic_nic_reconfigure(nic, &cfg, &extack);
	if (err) {
		netdev_info(netdev, "%s\n", extack._msg ?: "not so many channels");
		return err;
	}
	gnic_rss_default(nic, nic->cfg.rx_queues);
	gnic_rss_resized(nic);
	return 0;
}

/* Counters that have no standard home: how the data path reaches the device. */
static const char gnic_ethtool_strings[][ETH_GSTRING_LEN] = {
	"tx_doorbells",
	"tx_kicks",
	"rx_xdp_drop",
	"rx_xdp_tx",
	"rx_xdp_redirect",
	"rx_xdp_errors",
	"rx_unreadable_drop",
	"rx_bad_cqes",
	"tx_bad_cqes",
	"lost_irqs",
	"queue_resets",
	"arfs_added",
	"arfs_moved",
	"arfs_expired",
	"arfs_refused",
	"tx_launch_far",
	"rx_pause_storms",
	"rx_swap_drop",
	"rung_again",
	"tx_unsent",
};

int gnic_ethtool_get_sset_count(struct net_device *netdev, int sset)
{
	return sset == ETH_SS_STATS ? ARRAY_SIZE(gnic_ethtool_strings) : -EOPNOTSUPP;
}

void gnic_ethtool_get_strings(struct net_device *netdev, u32 sset, u8 *data)
{
	if (sset == ETH_SS_STATS)
		memcpy(data, gnic_ethtool_strings, sizeof(gnic_ethtool_strings));
}

void gnic_ethtool_get_stats(struct net_device *netdev, struct ethtool_stats *stats, u64 *data)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_arfs_stats arfs;
	struct gnic_post_stats post;
	struct gnic_channel *c;
	unsigned int i;

	memset(data, 0, sizeof(*data) * ARRAY_SIZE(gnic_ethtool_strings));
	for (i = 0; i < nic->max_channels && (c = nic->channels[i]); i++) {
		gnic_stats_post(c, &post);
		data[0] += post.doorbells;
		data[1] += post.kicks;
		data[2] += c->rx_stats.xdp_drop;
		data[3] += c->rx_stats.xdp_tx;
		data[4] += c->rx_stats.xdp_redirect;
		data[5] += c->rx_stats.xdp_errors;
		data[6] += c->rx_stats.unreadable;
		data[7] += c->rx_stats.bad_cqes;
		data[8] += c->tx_stats.bad_cqes;
		data[9] += c->lost_irqs;
		data[15] += post.launch_far;
		data[17] += c->rx_stats.abandoned;
		data[18] += c->rung_again;
		data[19] += c->tx_stats.abandoned;
	}
	data[10] = nic->resets;
	gnic_arfs_stats(nic, &arfs);
	data[11] = arfs.added;
	data[12] = arfs.moved;
	data[13] = arfs.expired;
	data[14] = arfs.refused;
	data[16] = READ_ONCE(nic->device_stats.sum[GNIC_DEVICE_RX_STORMS]);
}

const struct ethtool_ops gnic_rep_ethtool_ops = {
	GNIC_ETHTOOL_COMMON_OPS,
	.get_sset_count		= gnic_ethtool_get_sset_count,
	.get_strings		= gnic_ethtool_get_strings,
};
