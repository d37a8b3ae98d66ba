/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GNIC_HEALTH_H
#define GNIC_HEALTH_H

#include "gnic.h"

#define GNIC_HEALTH_CARD_PERIOD_MS	60000

/* Errors of a card, bits. */
enum gnic_health_fault {
	GNIC_HEALTH_FATAL,	/* the device says that only a reset helps */
	GNIC_HEALTH_BEAT,	/* no heartbeat */
	GNIC_HEALTH_TIMEOUT,	/* a command was not answered */
	GNIC_HEALTH_RESET,	/* a reset that nobody here asked for, and no way back */
	GNIC_HEALTH_FAULTS,
};

/**
 * struct gnic_health - of a card
 * @dev: card
 * @fw: reporter of firmware
 * @pcie: reporter of the link to the bus
 * @nb: on dev->events, for GNIC_EQE_FATAL and GNIC_EQE_LOST
 * @work: looks at the device from time to time
 * @faults: enum gnic_health_fault: seen
 * @told: of these, reported
 * @pcie_seen: bits of the device status register since load
 * @pcie_errors: times that one was seen
 * @recoveries: resets that helped
 * @eq_overruns: times that the device had no room for events
 */
struct gnic_health {
	struct gnic_dev *dev;
	struct devlink_health_reporter *fw;
	struct devlink_health_reporter *pcie;
	struct notifier_block nb;
	struct delayed_work work;
	unsigned long faults;
	unsigned long told;
	u16 pcie_seen;
	u64 pcie_errors;
	u64 recoveries;
	u64 eq_overruns;
};

/* gnic_health.c: when to report; devl_lock held */
int gnic_health_init(struct gnic_dev *dev);
void gnic_health_exit(struct gnic_dev *dev);
/* while the instance is registered; no lock is held */
void gnic_health_start(struct gnic_dev *dev);
void gnic_health_stop(struct gnic_dev *dev);
void gnic_health_timeout(struct gnic_dev *dev);	/* any context */
void gnic_health_lost(struct gnic_dev *dev);	/* it did not come back from a reset */
void gnic_health_well(struct gnic_dev *dev);	/* the device was reset; devl_lock held */

/* gnic_health_fw.c, gnic_health_pcie.c: the reporters */
extern const struct devlink_health_reporter_ops gnic_health_fw_ops;
extern const struct devlink_health_reporter_ops gnic_health_pcie_ops;
void gnic_health_fw_report(struct gnic_health *health);
void gnic_health_pcie_poll(struct gnic_health *health);

#endif /* GNIC_HEALTH_H */
