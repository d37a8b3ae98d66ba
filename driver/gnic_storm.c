// SPDX-License-Identifier: GPL-2.0-only
/*
 * Silence of a port that a far end asks for, by pause or PFC: a queue that has to be
 * silent does not hang, and a far end that asks without end is obeyed for so long only.
 */
#include <linux/ethtool.h>
#include <linux/netdevice.h>

#include "gnic_ethtool.h"
#include "gnic_storm.h"

/* ---- the time: ethtool --set-tunable pfc-prevention-tout ---- */

int gnic_ethtool_get_tunable(struct net_device *netdev, const struct ethtool_tunable *tuna,
			     void *data)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_info info;
	int err;

	if (tuna->id != ETHTOOL_PFC_PREVENTION_TOUT || !(nic->dev->caps_bits & GNIC_CAP_PAUSE))
		return -EOPNOTSUPP;
	err = gnic_port_query(nic->port, &info);
	if (err)
		return err;
	*(u16 *)data = le16_to_cpu(info.storm_ms);
	return 0;
}

int gnic_ethtool_set_tunable(struct net_device *netdev, const struct ethtool_tunable *tuna,
			     const void *data)
{
	struct gnic_hw_port_set set = { .valid = cpu_to_le32(GNIC_PORT_SET_STORM) };
	struct gnic_nic *nic = netdev_priv(netdev);
	u16 ms;

	if (tuna->id != ETHTOOL_PFC_PREVENTION_TOUT || !(nic->dev->caps_bits & GNIC_CAP_PAUSE))
		return -EOPNOTSUPP;
	ms = *(const u16 *)data;
	if (ms == PFC_STORM_PREVENTION_AUTO)
		ms = GNIC_PAUSE_STORM_MS;
	if (ms > GNIC_PAUSE_STORM_MAX_MS) {
		netdev_info(netdev, "silence is asked for, and obeyed, for %u ms at most\n",
			    GNIC_PAUSE_STORM_MAX_MS);
		return -ERANGE;
	}
	set.storm_ms = cpu_to_le16(ms);
	return gnic_port_set(nic->port, &set);
}

/* ---- what happens ---- */

/**
 * gnic_storm_event - the device does not obey the far end any more
 * @nic: netdev of the port
 * @prios: whom it had asked for silence
 */
void gnic_storm_event(struct gnic_nic *nic, u8 prios)
{
	if (net_ratelimit())
		netdev_warn(nic->netdev,
			    "pause storm: the far end asks priorities 0x%02x for silence without end\n",
			    prios);
}

static bool gnic_storm_concerns(const struct gnic_nic *nic, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (netif_xmit_stopped(netdev_get_tx_queue(nic->netdev, i)))
			return true;
	}
	return false;
}

/**
 * gnic_storm_watch - the transmit watchdog does not bite who has to be silent
 * @nic: netdev of a port; every now and then, more often than that
 * @count: its queues
 */
void gnic_storm_watch(struct gnic_nic *nic, unsigned int count)
{
	struct gnic_hw_port_info info;
	unsigned int i;

	if (!gnic_storm_concerns(nic, count))
		return;
	if (gnic_port_query(nic->port, &info))
		return;
	for (i = 0; info.silent && i < count; i++) {
		if (info.silent & BIT(gnic_mqprio_of(nic, i)))
			WRITE_ONCE(netdev_get_tx_queue(nic->netdev, i)->trans_start, jiffies);
	}
}

/* Of the reporter tx. */
void gnic_storm_put(struct gnic_port *port, struct devlink_fmsg *fmsg)
{
	struct gnic_hw_port_info info;
	struct gnic_hw_mac_stats mac;

	if (gnic_port_query(port, &info) || gnic_port_stats(port, &mac))
		return;
	devlink_fmsg_u32_pair_put(fmsg, "silent_priorities", info.silent);
	devlink_fmsg_u32_pair_put(fmsg, "storm_ms", le16_to_cpu(info.storm_ms));
	devlink_fmsg_u64_pair_put(fmsg, "rx_pause_storms", le64_to_cpu(mac.rx_pause_storms));
	devlink_fmsg_u64_pair_put(fmsg, "tx_pause_storms", le64_to_cpu(mac.pause_storms));
}
