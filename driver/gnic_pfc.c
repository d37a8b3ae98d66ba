// SPDX-License-Identifier: GPL-2.0-only
/*
 * dcbnl: priority-based flow control of a port (IEEE 802.1Qbb). While a
 * priority has it there is no pause for all, whatever that is set to.
 */
#include <linux/netdevice.h>

#include "gnic_dcb_buffer.h"
#include "gnic_pfc.h"

static int gnic_pfc_write(struct gnic_nic *nic, u8 enable)
{
	struct gnic_hw_port_pfc in = {
		.port = cpu_to_le32(nic->port->index),
		.enable = enable,
	};

	return gnic_cmd_exec(nic->dev, GNIC_CMD_PORT_PFC, &in, sizeof(in), NULL, 0);
}

/**
 * gnic_pfc_apply - tell the device, whatever it knows
 * @nic: uplink
 *
 * Context: rtnl.
 */
int gnic_pfc_apply(struct gnic_nic *nic)
{
	return gnic_pfc_write(nic, nic->dcb.pfc);
}

#if IS_ENABLED(CONFIG_DCB)

/* Counters are the device's, since its last reset. */
int gnic_pfc_get(struct net_device *netdev, struct ieee_pfc *pfc)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_id in = { .id = cpu_to_le32(nic->port->index) };
	struct gnic_hw_pfc_stats stats;
	unsigned int i;
	int err;

	err = gnic_cmd_exec(nic->dev, GNIC_CMD_PFC_STATS, &in, sizeof(in), &stats, sizeof(stats));
	if (err)
		return err;
	pfc->pfc_cap = GNIC_PRIOS;
	pfc->pfc_en = nic->dcb.pfc;
	for (i = 0; i < GNIC_PRIOS; i++) {
		pfc->requests[i] = le64_to_cpu(stats.requests[i]);
		pfc->indications[i] = le64_to_cpu(stats.indications[i]);
	}
	return 0;
}

int gnic_pfc_set(struct net_device *netdev, struct ieee_pfc *pfc)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	u8 bare = pfc->pfc_en & gnic_dcb_buffer_bare(&nic->buffer);
	int err;

	if (pfc->mbc) {
		netdev_err(netdev, "pfc: there is no MACsec to bypass\n");
		return -EOPNOTSUPP;
	}
	if (pfc->delay) {
		netdev_err(netdev, "pfc: the device knows the delay of its link itself\n");
		return -EOPNOTSUPP;
	}
	if (bare) {
		netdev_err(netdev, "pfc: buffer %u of priority %u has no room, others have\n",
			   nic->buffer.prio[__ffs(bare)], (unsigned int)__ffs(bare));
		return -EINVAL;
	}
	if (!netif_device_present(netdev))
		return -ENODEV;
	err = gnic_pfc_write(nic, pfc->pfc_en);
	if (!err)
		nic->dcb.pfc = pfc->pfc_en;
	return err;
}

#endif
