/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GNIC_PORT_HEALTH_H
#define GNIC_PORT_HEALTH_H

#include "gnic_nic.h"

#define GNIC_PORT_PERIOD_MS	500

enum gnic_port_reporter {
	GNIC_PORT_TX,
	GNIC_PORT_RX,
	GNIC_PORT_PHY,
	GNIC_PORT_REPORTERS,
};

/**
 * struct gnic_port_health - of a port
 * @port: NIC port
 * @reporters: at the port's nested instance
 * @flaps: times that the link was lost since @flaps_since
 * @flaps_since: jiffies
 * @work: reports a link that flaps
 */
struct gnic_port_health {
	struct gnic_port *port;
	struct devlink_health_reporter *reporters[GNIC_PORT_REPORTERS];
	unsigned int flaps;
	unsigned long flaps_since;
	struct work_struct work;
};

/* What the reporters tx and rx are told: rings that do not work. */
struct gnic_port_fault {
	DECLARE_BITMAP(rings, GNIC_QUEUES_MAX);
};

/* gnic_port_health.c; init, exit: devl_lock of the nested instance held */
int gnic_port_health_init(struct gnic_port *port, struct devlink *devlink);
void gnic_port_health_exit(struct gnic_port *port);
void gnic_port_health_stop(struct gnic_port *port);	/* no lock is held */
bool gnic_port_health_report(struct gnic_nic *nic);	/* false: nothing to report */
void gnic_port_health_well(struct gnic_nic *nic);	/* all its queues are new */
void gnic_port_health_link(struct gnic_nic *nic, bool up);	/* process context */

/* gnic_port_queues.c, gnic_port_phy.c: the reporters */
extern const struct devlink_health_reporter_ops gnic_port_tx_ops;
extern const struct devlink_health_reporter_ops gnic_port_rx_ops;
extern const struct devlink_health_reporter_ops gnic_port_phy_ops;

#endif /* GNIC_PORT_HEALTH_H */
