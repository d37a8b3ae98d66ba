// SPDX-License-Identifier: GPL-2.0-only
/*
 * Health of a port: what its netdev and its link have to say, told to the
 * reporters of the nested instance. A representor has none: its queues are made
 * anew without a report.
 */
#include <linux/slab.h>

#include "gnic.h"
#include "gnic_nic.h"
#include "gnic_port_health.h"

/* A link that is lost so often within so long flaps. */
#define GNIC_PORT_FLAPS		3
#define GNIC_PORT_FLAPS_TIME	(10 * HZ)

/* For so long a setting of the link is why it is lost. */
#define GNIC_PORT_TRAIN_TIME	HZ

static const struct devlink_health_reporter_ops *const gnic_port_ops[GNIC_PORT_REPORTERS] = {
	[GNIC_PORT_TX]	= &gnic_port_tx_ops,
	[GNIC_PORT_RX]	= &gnic_port_rx_ops,
	[GNIC_PORT_PHY]	= &gnic_port_phy_ops,
};

static void gnic_port_health_work(struct work_struct *work)
{
	struct gnic_port_health *health = container_of(work, struct gnic_port_health, work);

	devlink_health_report(health->reporters[GNIC_PORT_PHY], "the link flaps", health);
}

static void gnic_port_health_destroy(struct gnic_port_health *health, unsigned int count)
{
	while (count--)
		devl_health_reporter_destroy(health->reporters[count]);
	kfree(health);
}

int gnic_port_health_init(struct gnic_port *port, struct devlink *devlink)
{
	struct devlink_health_reporter *reporter;
	struct gnic_port_health *health;
	unsigned int i;

	health = kzalloc(sizeof(*health), GFP_KERNEL);
	if (!health)
		return -ENOMEM;
	health->port = port;
	INIT_WORK(&health->work, gnic_port_health_work);
	for (i = 0; i < GNIC_PORT_REPORTERS; i++) {
		reporter = gnic_reporter_create(devlink, gnic_port_ops[i], GNIC_PORT_PERIOD_MS,
						health);
		if (IS_ERR(reporter)) {
			gnic_port_health_destroy(health, i);
			return PTR_ERR(reporter);
		}
		health->reporters[i] = reporter;
	}
	port->health = health;
	return 0;
}

void gnic_port_health_exit(struct gnic_port *port)
{
	gnic_port_health_destroy(port->health, GNIC_PORT_REPORTERS);
	port->health = NULL;
}

/* The netdev is gone: nothing is reported any more. */
void gnic_port_health_stop(struct gnic_port *port)
{
	cancel_work_sync(&port->health->work);
}

static bool gnic_port_health_report_rings(struct devlink_health_reporter *reporter,
					  unsigned long *rings, const char *what)
{
	struct gnic_port_fault fault;
	unsigned int ring;

	bitmap_zero(fault.rings, GNIC_QUEUES_MAX);
	for_each_set_bit(ring, rings, GNIC_QUEUES_MAX) {
		if (test_and_clear_bit(ring, rings))
			__set_bit(ring, fault.rings);
	}
	if (bitmap_empty(fault.rings, GNIC_QUEUES_MAX))
		return false;
	devlink_health_report(reporter, what, &fault);
	return true;
}

/**
 * gnic_port_health_report - queues of a netdev do not work
 * @nic: netdev; .tx_faults and .rx_faults say which
 *
 * Whether and how they are mended is the reporters'.
 *
 * Return: false: there is no fault, or nobody to report it to.
 */
bool gnic_port_health_report(struct gnic_nic *nic)
{
	struct gnic_port_health *health = nic->port->health;
	bool told;

	if (nic->profile != &gnic_uplink_profile || !health)
		return false;
	told = gnic_port_health_report_rings(health->reporters[GNIC_PORT_TX], nic->tx_faults,
					     "a transmit queue does not send");
	if (gnic_port_health_report_rings(health->reporters[GNIC_PORT_RX], nic->rx_faults,
					  "a queue failed"))
		told = true;
	return told;
}

/* A recovery that failed is forgotten when the netdev was opened again. */
void gnic_port_health_well(struct gnic_nic *nic)
{
	struct gnic_port_health *health = nic->port->health;
	unsigned int i;

	if (nic->profile != &gnic_uplink_profile || !health)
		return;
	for (i = GNIC_PORT_TX; i <= GNIC_PORT_RX; i++)
		devlink_health_reporter_state_update(health->reporters[i],
						     DEVLINK_HEALTH_REPORTER_STATE_HEALTHY);
}

/* A link that the netdev itself has taken down is not lost, nor one that was told to train. */
void gnic_port_health_link(struct gnic_nic *nic, bool up)
{
	struct gnic_port_health *health = nic->port->health;

	if (up || !health || !netif_carrier_ok(nic->netdev))
		return;
	if (time_before(jiffies, READ_ONCE(nic->port->trained) + GNIC_PORT_TRAIN_TIME))
		return;
	if (!health->flaps || time_after(jiffies, health->flaps_since + GNIC_PORT_FLAPS_TIME)) {
		health->flaps = 0;
		health->flaps_since = jiffies;
	}
	if (++health->flaps < GNIC_PORT_FLAPS)
		return;
	health->flaps = 0;
	schedule_work(&health->work);
}
