// SPDX-License-Identifier: GPL-2.0-only
/* Time stamps of packets: what a port can, what it was told, what it counts. */
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>

#include "gnic_channel.h"
#include "gnic_ethtool.h"
#include "gnic_ptp.h"

int gnic_hwtstamp_get(struct net_device *netdev, struct kernel_hwtstamp_config *config)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	if (!gnic_clock_stamps(nic->dev))
		return -EOPNOTSUPP;
	config->flags = 0;
	config->tx_type = nic->tx_tstamp ? HWTSTAMP_TX_ON : HWTSTAMP_TX_OFF;
	config->rx_filter = nic->rx_tstamp ? HWTSTAMP_FILTER_ALL : HWTSTAMP_FILTER_NONE;
	return 0;
}

/* The device stamps every packet: who asks for some of them gets all. */
int gnic_hwtstamp_set(struct net_device *netdev, struct kernel_hwtstamp_config *config,
		      struct netlink_ext_ack *extack)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	if (!gnic_clock_stamps(nic->dev)) {
		NL_SET_ERR_MSG_MOD(extack, "the device has no clock");
		return -EOPNOTSUPP;
	}
	if (config->tx_type != HWTSTAMP_TX_OFF && config->tx_type != HWTSTAMP_TX_ON) {
		NL_SET_ERR_MSG_MOD(extack, "no time stamps in packets: one-step is not supported");
		return -ERANGE;
	}
	if (config->rx_filter != HWTSTAMP_FILTER_NONE)
		config->rx_filter = HWTSTAMP_FILTER_ALL;
	WRITE_ONCE(nic->tx_tstamp, config->tx_type == HWTSTAMP_TX_ON);
	WRITE_ONCE(nic->rx_tstamp, config->rx_filter == HWTSTAMP_FILTER_ALL);
	return 0;
}

/* A representor has no wire: its packets are stamped in software alone. */
int gnic_ethtool_get_ts_info(struct net_device *netdev, struct kernel_ethtool_ts_info *info)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	ethtool_op_get_ts_info(netdev, info);
	if (nic->profile != &gnic_uplink_profile || !gnic_clock_stamps(nic->dev))
		return 0;
	info->phc_index = gnic_ptp_index(nic->dev);
	info->so_timestamping |= SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE |
				 SOF_TIMESTAMPING_RAW_HARDWARE;
	info->tx_types = BIT(HWTSTAMP_TX_OFF) | BIT(HWTSTAMP_TX_ON);
	info->rx_filters = BIT(HWTSTAMP_FILTER_NONE) | BIT(HWTSTAMP_FILTER_ALL);
	return 0;
}

void gnic_ethtool_get_ts_stats(struct net_device *netdev, struct ethtool_ts_stats *stats)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_tx_stats tx;
	unsigned int i;

	stats->pkts = 0;
	stats->lost = 0;
	for (i = 0; i < nic->max_channels && nic->channels[i]; i++) {
		gnic_stats_tx(nic->channels[i], &tx);
		stats->pkts += tx.tstamps;
		stats->lost += tx.tstamps_lost;
	}
}
