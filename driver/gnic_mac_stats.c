// SPDX-License-Identifier: GPL-2.0-only
/* ethtool of an uplink: what the MAC counts, in the kernel's groups. */
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <linux/if_vlan.h>

#include "gnic_ethtool.h"

static bool gnic_mac_stats(struct net_device *netdev, struct gnic_hw_mac_stats *mac)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	return !gnic_port_stats(nic->port, mac);
}

void gnic_ethtool_get_pause_stats(struct net_device *netdev, struct ethtool_pause_stats *stats)
{
	struct gnic_hw_mac_stats mac;

	if (!gnic_mac_stats(netdev, &mac))
		return;
	stats->tx_pause_frames = le64_to_cpu(mac.tx.pause);
	stats->rx_pause_frames = le64_to_cpu(mac.rx.pause);
#ifdef HAVE_PAUSE_STORM
	stats->tx_pause_storm_events = le64_to_cpu(mac.pause_storms);
#endif
}

/* Collisions of all kinds are one counter, for a device that has none. */
void gnic_ethtool_get_eth_mac_stats(struct net_device *netdev,
				    struct ethtool_eth_mac_stats *stats)
{
	struct gnic_hw_mac_stats mac;

	if (!gnic_mac_stats(netdev, &mac))
		return;
	stats->FramesTransmittedOK = le64_to_cpu(mac.tx.frames_ok);
	stats->OctetsTransmittedOK = le64_to_cpu(mac.tx.octets_ok);
	stats->MulticastFramesXmittedOK = le64_to_cpu(mac.tx.multicast);
	stats->BroadcastFramesXmittedOK = le64_to_cpu(mac.tx.broadcast);
	stats->FramesLostDueToIntMACXmitError = le64_to_cpu(mac.tx.errors) +
						le64_to_cpu(mac.tx.too_long);
	stats->CarrierSenseErrors = le64_to_cpu(mac.tx.half_duplex);
	stats->SingleCollisionFrames = le64_to_cpu(mac.tx.half_duplex);
	stats->MultipleCollisionFrames = le64_to_cpu(mac.tx.half_duplex);
	stats->FramesWithDeferredXmissions = le64_to_cpu(mac.tx.half_duplex);
	stats->LateCollisions = le64_to_cpu(mac.tx.half_duplex);
	stats->FramesWithExcessiveDeferral = le64_to_cpu(mac.tx.half_duplex);
	stats->FramesAbortedDueToXSColls = le64_to_cpu(mac.tx.half_duplex);
	stats->FramesReceivedOK = le64_to_cpu(mac.rx.frames_ok);
	stats->OctetsReceivedOK = le64_to_cpu(mac.rx.octets_ok);
	stats->MulticastFramesReceivedOK = le64_to_cpu(mac.rx.multicast);
	stats->BroadcastFramesReceivedOK = le64_to_cpu(mac.rx.broadcast);
	stats->FrameCheckSequenceErrors = le64_to_cpu(mac.rx.fcs_errors);
	stats->AlignmentErrors = le64_to_cpu(mac.rx.alignment_errors);
	stats->FrameTooLongErrors = le64_to_cpu(mac.rx.too_long);
	stats->InRangeLengthErrors = le64_to_cpu(mac.rx.in_range_length);
	stats->OutOfRangeLengthField = le64_to_cpu(mac.rx.out_of_range_length);
	stats->FramesLostDueToIntMACRcvError = le64_to_cpu(mac.rx.errors);
}

void gnic_ethtool_get_eth_phy_stats(struct net_device *netdev,
				    struct ethtool_eth_phy_stats *stats)
{
	struct gnic_hw_mac_stats mac;

	if (gnic_mac_stats(netdev, &mac))
		stats->SymbolErrorDuringCarrier = le64_to_cpu(mac.rx.symbol_errors);
}

void gnic_ethtool_get_eth_ctrl_stats(struct net_device *netdev,
				     struct ethtool_eth_ctrl_stats *stats)
{
	struct gnic_hw_mac_stats mac;

	if (!gnic_mac_stats(netdev, &mac))
		return;
	stats->MACControlFramesTransmitted = le64_to_cpu(mac.tx.control);
	stats->MACControlFramesReceived = le64_to_cpu(mac.rx.control);
	stats->UnsupportedOpcodesReceived = le64_to_cpu(mac.rx.unknown_control);
}

void gnic_ethtool_get_rmon_stats(struct net_device *netdev, struct ethtool_rmon_stats *stats,
				 const struct ethtool_rmon_hist_range **ranges)
{
	/* GNIC_MAC_HIST_BOUNDS */
	static const struct ethtool_rmon_hist_range table[GNIC_MAC_HIST + 1] = {
		{ 0, 64 }, { 65, 127 }, { 128, 255 }, { 256, 511 }, { 512, 1023 },
		{ 1024, 1518 }, { 1519, GNIC_MTU_MAX + ETH_HLEN + 2 * VLAN_HLEN },
	};
	struct gnic_hw_mac_stats mac;
	unsigned int i;

	if (!gnic_mac_stats(netdev, &mac))
		return;
	for (i = 0; i < GNIC_MAC_HIST; i++) {
		stats->hist[i] = le64_to_cpu(mac.rx.hist[i]);
		stats->hist_tx[i] = le64_to_cpu(mac.tx.hist[i]);
	}
	stats->undersize_pkts = le64_to_cpu(mac.rx.undersize);
	stats->oversize_pkts = le64_to_cpu(mac.rx.too_long);
	stats->fragments = le64_to_cpu(mac.rx.fragments);
	stats->jabbers = le64_to_cpu(mac.rx.jabbers);
	*ranges = table;
}

void gnic_ethtool_get_link_ext_stats(struct net_device *netdev,
				     struct ethtool_link_ext_stats *stats)
{
	struct gnic_hw_mac_stats mac;

	if (gnic_mac_stats(netdev, &mac))
		stats->link_down_events = le64_to_cpu(mac.link_downs);
}

/* ---- FEC ---- */

static bool gnic_fec_stats(struct net_device *netdev, struct ethtool_fec_stats *stats,
			   struct gnic_hw_fec_stats *fec)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_id in = { .id = cpu_to_le32(nic->port->index) };
	unsigned int i;

	if (gnic_cmd_exec(nic->dev, GNIC_CMD_PORT_FEC, &in, sizeof(in), fec, sizeof(*fec)))
		return false;
	for (i = 0; i < GNIC_LANES_PER_PORT; i++) {
		stats->corrected_blocks.lanes[i] = le64_to_cpu(fec->corrected[i]);
		stats->uncorrectable_blocks.lanes[i] = le64_to_cpu(fec->uncorrectable[i]);
		stats->corrected_bits.lanes[i] = le64_to_cpu(fec->corrected_bits[i]);
	}
	return true;
}

#ifdef HAVE_FEC_HIST
static void gnic_fec_hist(const struct gnic_hw_fec_stats *fec, struct ethtool_fec_hist *hist)
{
	static const struct ethtool_fec_hist_range ranges[GNIC_FEC_HIST + 1] = {
		{ 0, 0 }, { 1, 1 }, { 2, 2 }, { 3, 3 }, { 4, 4 }, { 5, 5 }, { 6, 6 }, { 7, 7 },
		{ 8, 8 }, { 9, 9 }, { 10, 10 }, { 11, 11 }, { 12, 12 }, { 13, 13 }, { 14, 14 },
		{ 15, 15 },
	};
	unsigned int i, lane;
	u64 value;

	for (i = 0; i < GNIC_FEC_HIST; i++) {
		hist->values[i].sum = 0;
		for (lane = 0; lane < GNIC_LANES_PER_PORT; lane++) {
			value = le64_to_cpu(fec->hist[i][lane]);
			hist->values[i].sum += value;
			hist->values[i].per_lane[lane] = value;
		}
	}
	hist->ranges = ranges;
}

void gnic_ethtool_get_fec_stats(struct net_device *netdev, struct ethtool_fec_stats *stats,
				struct ethtool_fec_hist *hist)
{
	struct gnic_hw_fec_stats fec;

	if (gnic_fec_stats(netdev, stats, &fec))
		gnic_fec_hist(&fec, hist);
}
#else
void gnic_ethtool_get_fec_stats(struct net_device *netdev, struct ethtool_fec_stats *stats)
{
	struct gnic_hw_fec_stats fec;

	gnic_fec_stats(netdev, stats, &fec);
}
#endif
