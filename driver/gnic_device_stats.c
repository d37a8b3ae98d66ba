// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the device alone can count for a netdev: frames that found no buffer,
 * and what its MAC refused. Statistics are read where nobody may wait for a
 * device, so it is asked once in a while; its own counters begin anew with
 * each reset, those of the netdev do not.
 */
#include "gnic_nic.h"

static void gnic_device_stats_add(struct gnic_nic *nic, enum gnic_device_stat which, u64 now)
{
	u64 *sum = &nic->device_stats.sum[which], *last = &nic->device_stats.last[which];

	if (now < *last)
		*last = 0;
	WRITE_ONCE(*sum, *sum + now - *last);
	*last = now;
}

static void gnic_device_stats_vport(struct gnic_nic *nic)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(nic->vport) };
	struct gnic_hw_vport_stats out;

	if (gnic_cmd_exec(nic->dev, GNIC_CMD_VPORT_STATS, &in, sizeof(in), &out, sizeof(out)))
		return;
	gnic_device_stats_add(nic, GNIC_DEVICE_MISSED, le64_to_cpu(out.missed));
}

static void gnic_device_stats_mac(struct gnic_nic *nic)
{
	const struct gnic_hw_mac_dir *rx, *tx;
	struct gnic_hw_mac_stats mac;

	if (gnic_port_stats(nic->port, &mac))
		return;
	rx = &mac.rx;
	tx = &mac.tx;
	gnic_device_stats_add(nic, GNIC_DEVICE_MULTICAST, le64_to_cpu(rx->multicast));
	gnic_device_stats_add(nic, GNIC_DEVICE_RX_CRC, le64_to_cpu(rx->fcs_errors));
	gnic_device_stats_add(nic, GNIC_DEVICE_RX_FRAME, le64_to_cpu(rx->alignment_errors));
	gnic_device_stats_add(nic, GNIC_DEVICE_RX_LENGTH,
			      le64_to_cpu(rx->undersize) + le64_to_cpu(rx->too_long) +
			      le64_to_cpu(rx->in_range_length) +
			      le64_to_cpu(rx->out_of_range_length));
	gnic_device_stats_add(nic, GNIC_DEVICE_RX_MAC, le64_to_cpu(rx->errors));
	gnic_device_stats_add(nic, GNIC_DEVICE_TX_MAC,
			      le64_to_cpu(tx->errors) + le64_to_cpu(tx->too_long));
	gnic_device_stats_add(nic, GNIC_DEVICE_RX_STORMS, le64_to_cpu(mac.rx_pause_storms));
}

/**
 * gnic_device_stats_watch - ask the device
 * @nic: netdev; process context, by one at a time
 */
void gnic_device_stats_watch(struct gnic_nic *nic)
{
	gnic_device_stats_vport(nic);
	if (nic->profile == &gnic_uplink_profile)
		gnic_device_stats_mac(nic);
}

/**
 * gnic_device_stats_get - what was heard last
 * @nic: netdev; any context
 * @stats: added to
 */
void gnic_device_stats_get(struct gnic_nic *nic, struct rtnl_link_stats64 *stats)
{
	const u64 *sum = nic->device_stats.sum;

	stats->rx_missed_errors = READ_ONCE(sum[GNIC_DEVICE_MISSED]);
	stats->multicast = READ_ONCE(sum[GNIC_DEVICE_MULTICAST]);
	stats->rx_crc_errors = READ_ONCE(sum[GNIC_DEVICE_RX_CRC]);
	stats->rx_frame_errors = READ_ONCE(sum[GNIC_DEVICE_RX_FRAME]);
	stats->rx_length_errors = READ_ONCE(sum[GNIC_DEVICE_RX_LENGTH]);
	stats->rx_errors += stats->rx_crc_errors + stats->rx_frame_errors +
			    stats->rx_length_errors + READ_ONCE(sum[GNIC_DEVICE_RX_MAC]);
	stats->tx_errors += READ_ONCE(sum[GNIC_DEVICE_TX_MAC]);
}
