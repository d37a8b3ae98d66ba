// SPDX-License-Identifier: GPL-2.0-only
/*
 * dcbnl: what says the priority of a received frame (dcb app, dcb apptrust). Of
 * several priorities of a codepoint the highest counts.
 */
#include <linux/netdevice.h>
#include <net/dcbnl.h>

#include "gnic_dcb_app.h"

static int gnic_dcb_app_write(struct gnic_nic *nic, const struct gnic_nic_app *app)
{
	struct gnic_hw_port_trust in = { .port = cpu_to_le32(nic->port->index) };
	unsigned int i;

	memcpy(in.trust, app->trust, sizeof(in.trust));
	for (i = 0; i < GNIC_PCPS; i++)
		in.pcp_prio[i] = app->pcp[i] ? fls(app->pcp[i]) - 1 : i % GNIC_PRIOS;
	for (i = 0; i < GNIC_DSCPS; i++)
		in.dscp_prio[i] = app->dscp[i] ? fls(app->dscp[i]) - 1 : 0;
	return gnic_cmd_exec(nic->dev, GNIC_CMD_PORT_TRUST, &in, sizeof(in), NULL, 0);
}

/**
 * gnic_dcb_app_apply - tell the device, whatever it knows
 * @nic: uplink
 *
 * Context: rtnl.
 */
int gnic_dcb_app_apply(struct gnic_nic *nic)
{
	return gnic_dcb_app_write(nic, &nic->app);
}

/* As the device is after a reset: tags are trusted, and mean what they say. */
void gnic_dcb_app_init(struct gnic_nic *nic)
{
	nic->app.trust[0] = GNIC_PRIO_BY_PCP;
}

#if IS_ENABLED(CONFIG_DCB)

static int gnic_dcb_app_change(struct gnic_nic *nic, const struct gnic_nic_app *app)
{
	int err;

	err = netif_device_present(nic->netdev) ? gnic_dcb_app_write(nic, app) : -ENODEV;
	if (!err)
		nic->app = *app;
	return err;
}

/* Priorities of a codepoint; NULL: the device does not look at that. */
static u8 *gnic_dcb_app_prios(struct gnic_nic_app *app, const struct dcb_app *entry)
{
	if (entry->priority >= GNIC_PRIOS)
		return NULL;
	if (entry->selector == IEEE_8021QAZ_APP_SEL_DSCP && entry->protocol < GNIC_DSCPS)
		return &app->dscp[entry->protocol];
	if (entry->selector == DCB_APP_SEL_PCP && entry->protocol < GNIC_PCPS)
		return &app->pcp[entry->protocol];
	return NULL;
}

int gnic_dcb_app_set(struct net_device *netdev, struct dcb_app *entry)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_nic_app app = nic->app;
	u8 *prios = gnic_dcb_app_prios(&app, entry);
	int err;

	if (!prios) {
		netdev_err(netdev, "app: a DSCP to 63 or a PCP to 15 has a priority to 7\n");
		return -EOPNOTSUPP;
	}
	err = dcb_ieee_setapp(netdev, entry);
	if (err)
		return err;
	*prios |= BIT(entry->priority);
	err = gnic_dcb_app_change(nic, &app);
	if (err)
		dcb_ieee_delapp(netdev, entry);
	return err;
}

int gnic_dcb_app_del(struct net_device *netdev, struct dcb_app *entry)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_nic_app app = nic->app;
	u8 *prios = gnic_dcb_app_prios(&app, entry);
	int err;

	err = dcb_ieee_delapp(netdev, entry);
	if (err || !prios)
		return err;
	*prios &= ~BIT(entry->priority);
	err = gnic_dcb_app_change(nic, &app);
	if (err)
		dcb_ieee_setapp(netdev, entry);
	return err;
}

static const struct {
	u8 hw;
	u8 selector;
} gnic_dcb_app_trusts[] = {
	{ GNIC_PRIO_BY_PCP, DCB_APP_SEL_PCP },
	{ GNIC_PRIO_BY_DSCP, IEEE_8021QAZ_APP_SEL_DSCP },
};

static u8 gnic_dcb_app_trust_of(u8 selector)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gnic_dcb_app_trusts); i++) {
		if (gnic_dcb_app_trusts[i].selector == selector)
			return gnic_dcb_app_trusts[i].hw;
	}
	return GNIC_PRIO_BY_NONE;
}

/* The kernel has looked for one that is there twice. */
int gnic_dcb_app_set_trust(struct net_device *netdev, u8 *selectors, int count)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_nic_app app = nic->app;
	int i;

	memset(app.trust, 0, sizeof(app.trust));
	for (i = 0; i < count; i++) {
		u8 hw = gnic_dcb_app_trust_of(selectors[i]);

		if (hw == GNIC_PRIO_BY_NONE || i >= GNIC_PRIO_SOURCES) {
			netdev_err(netdev, "apptrust: pcp and dscp can be trusted\n");
			return -EOPNOTSUPP;
		}
		app.trust[i] = hw;
	}
	return gnic_dcb_app_change(nic, &app);
}

int gnic_dcb_app_get_trust(struct net_device *netdev, u8 *selectors, int *count)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	unsigned int i, j;

	*count = 0;
	for (i = 0; i < GNIC_PRIO_SOURCES; i++) {
		for (j = 0; j < ARRAY_SIZE(gnic_dcb_app_trusts); j++) {
			if (gnic_dcb_app_trusts[j].hw == nic->app.trust[i])
				selectors[(*count)++] = gnic_dcb_app_trusts[j].selector;
		}
	}
	return 0;
}

#endif
