// SPDX-License-Identifier: GPL-2.0-only
/*
 * dcbnl: the traffic classes of a port, which priority is in which, how they
 * share the wire and what each may send. Settings are the host's (no DCBX in
 * the device), and the netdev's: the device is told anew when it opens.
 */
#include <linux/dcbnl.h>
#include <linux/netdevice.h>
#include <net/dcbnl.h>

#include "gnic_dcb_app.h"
#include "gnic_dcb_buffer.h"
#include "gnic_pfc.h"

static int gnic_dcb_write(struct gnic_nic *nic, const struct gnic_nic_dcb *dcb)
{
	struct gnic_hw_ets in = { .port = cpu_to_le32(nic->port->index) };
	unsigned int i;

	for (i = 0; i < GNIC_TCS; i++) {
		in.prio_tc[i] = dcb->ets.prio_tc[i];
		in.rate[i] = cpu_to_le64(dcb->kbps[i] * 1000);
		if (dcb->ets.tc_tsa[i] != IEEE_8021QAZ_TSA_ETS)
			continue;
		in.tsa[i] = GNIC_TSA_ETS;
		in.share[i] = dcb->ets.tc_tx_bw[i];
	}
	return gnic_cmd_exec(nic->dev, GNIC_CMD_PORT_ETS, &in, sizeof(in), NULL, 0);
}

/**
 * gnic_dcb_apply - tell the device all
 * @nic: uplink
 *
 * It knows nothing yet, or what the netdev of the port wanted that was there before.
 *
 * Context: rtnl.
 */
int gnic_dcb_apply(struct gnic_nic *nic)
{
	int err;

	if (!(nic->dev->caps_bits & GNIC_CAP_DCB))
		return 0;
	err = gnic_dcb_write(nic, &nic->dcb);
	err = err ?: gnic_dcb_buffer_apply(nic);
	err = err ?: gnic_pfc_apply(nic);
	return err ?: gnic_dcb_app_apply(nic);
}

static int gnic_dcb_change(struct gnic_nic *nic, const struct gnic_nic_dcb *dcb)
{
	int err;

	err = netif_device_present(nic->netdev) ? gnic_dcb_write(nic, dcb) : -ENODEV;
	if (!err)
		nic->dcb = *dcb;
	return err;
}

/**
 * gnic_dcb_limit - limits of all classes, by mqprio
 * @nic: uplink
 * @kbps: by class, each GNIC_DCB_KBPS_MIN to GNIC_DCB_KBPS_MAX, or 0: none
 *
 * Context: rtnl. They are those that dcb maxrate shows and changes.
 *
 * Return: 0 or negative errno, and nothing has changed.
 */
int gnic_dcb_limit(struct gnic_nic *nic, const u64 *kbps)
{
	struct gnic_nic_dcb dcb = nic->dcb;

	memcpy(dcb.kbps, kbps, sizeof(dcb.kbps));
	return gnic_dcb_change(nic, &dcb);
}

#if IS_ENABLED(CONFIG_DCB)

static int gnic_dcb_get_ets(struct net_device *netdev, struct ieee_ets *ets)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	*ets = nic->dcb.ets;
	return 0;
}

static int gnic_dcb_check_ets(struct net_device *netdev, const struct ieee_ets *ets)
{
	unsigned int i, sum = 0;
	bool shared = false;

	for (i = 0; i < GNIC_TCS; i++) {
		if (ets->prio_tc[i] >= GNIC_TCS) {
			netdev_err(netdev, "priority %u: there is no class %u\n", i,
				   ets->prio_tc[i]);
			return -EINVAL;
		}
		switch (ets->tc_tsa[i]) {
		case IEEE_8021QAZ_TSA_STRICT:
			break;
		case IEEE_8021QAZ_TSA_ETS:
			shared = true;
			sum += ets->tc_tx_bw[i];
			break;
		default:
			netdev_err(netdev, "class %u: neither strict nor ets\n", i);
			return -EOPNOTSUPP;
		}
	}
	if (shared && sum != 100) {
		netdev_err(netdev, "ets classes share %u%%, not 100%%\n", sum);
		return -EINVAL;
	}
	return 0;
}

static int gnic_dcb_set_ets(struct net_device *netdev, struct ieee_ets *ets)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_nic_dcb dcb = nic->dcb;
	int err;

	err = gnic_dcb_check_ets(netdev, ets);
	if (err)
		return err;
	dcb.ets = *ets;
	dcb.ets.ets_cap = GNIC_TCS;
	dcb.ets.cbs = 0;
	return gnic_dcb_change(nic, &dcb);
}

static int gnic_dcb_get_maxrate(struct net_device *netdev, struct ieee_maxrate *maxrate)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	memcpy(maxrate->tc_maxrate, nic->dcb.kbps, sizeof(nic->dcb.kbps));
	return 0;
}

static int gnic_dcb_set_maxrate(struct net_device *netdev, struct ieee_maxrate *maxrate)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_nic_dcb dcb = nic->dcb;
	unsigned int i;

	for (i = 0; i < GNIC_TCS; i++) {
		u64 kbps = maxrate->tc_maxrate[i];

		if (kbps && (kbps < GNIC_DCB_KBPS_MIN || kbps > GNIC_DCB_KBPS_MAX)) {
			netdev_err(netdev, "class %u: a limit is from 1 Mbit/s to 1 Tbit/s\n", i);
			return -ERANGE;
		}
	}
	memcpy(dcb.kbps, maxrate->tc_maxrate, sizeof(dcb.kbps));
	return gnic_dcb_change(nic, &dcb);
}

static u8 gnic_dcb_get_dcbx(struct net_device *netdev)
{
	return DCB_CAP_DCBX_HOST | DCB_CAP_DCBX_VER_IEEE;
}

/* 1: refused */
static u8 gnic_dcb_set_dcbx(struct net_device *netdev, u8 mode)
{
	return mode != gnic_dcb_get_dcbx(netdev);
}

static const struct dcbnl_rtnl_ops gnic_dcb_ops = {
	.ieee_getets		= gnic_dcb_get_ets,
	.ieee_setets		= gnic_dcb_set_ets,
	.ieee_getmaxrate	= gnic_dcb_get_maxrate,
	.ieee_setmaxrate	= gnic_dcb_set_maxrate,
	.ieee_getpfc		= gnic_pfc_get,
	.ieee_setpfc		= gnic_pfc_set,
	.ieee_setapp		= gnic_dcb_app_set,
	.ieee_delapp		= gnic_dcb_app_del,
	.dcbnl_setapptrust	= gnic_dcb_app_set_trust,
	.dcbnl_getapptrust	= gnic_dcb_app_get_trust,
	.getdcbx		= gnic_dcb_get_dcbx,
	.setdcbx		= gnic_dcb_set_dcbx,
	.dcbnl_getbuffer	= gnic_dcb_buffer_get,
	.dcbnl_setbuffer	= gnic_dcb_buffer_set,
};

static void gnic_dcb_offer(struct net_device *netdev)
{
	netdev->dcbnl_ops = &gnic_dcb_ops;
}

#else

static void gnic_dcb_offer(struct net_device *netdev)
{
}

#endif

/* As the device is after a reset. */
void gnic_dcb_init(struct net_device *netdev)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	unsigned int i;

	if (!(nic->dev->caps_bits & GNIC_CAP_DCB))
		return;
	nic->dcb.ets.ets_cap = GNIC_TCS;
	for (i = 0; i < GNIC_PRIOS; i++)
		nic->dcb.ets.prio_tc[i] = i;
	gnic_dcb_app_init(nic);
	gnic_dcb_buffer_init(nic);
	gnic_dcb_offer(netdev);
}
