/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GNIC_REGION_H
#define GNIC_REGION_H

#include "gnic.h"

/*
 * X(NAME, first register of the block, offset behind the last one): what is
 * beyond is a hole, and the device counts who looks there.
 */
#define GNIC_REGION_BLOCKS(X) \
	X(CTL, GNIC_CTL_BASE, GNIC_CTL_FW_VERSION + 4) \
	X(CMD, GNIC_CMD_BASE, GNIC_CMD_ERROR + 4) \
	X(TEST, GNIC_TEST_BASE, GNIC_TEST_DMA_STATUS + 4)

#define GNIC_REGION_TRACE	(GNIC_TRACE_RECORDS * sizeof(struct gnic_hw_trace_record))

/* gnic_region.c: registers, nvm, fw-trace; devl_lock held */
int gnic_region_init(struct gnic_dev *dev);
void gnic_region_exit(struct gnic_dev *dev);
/* of what can be read without the mailbox or with it; no lock is held */
void gnic_region_snapshot(struct gnic_dev *dev);
/* GNIC_REGION_TRACE bytes, zeroed before; of a card with firmware */
int gnic_region_trace(struct gnic_dev *dev, void *data);

/* gnic_devlink_selftest.c */
bool gnic_devlink_selftest_check(struct devlink *devlink, unsigned int id,
				 struct netlink_ext_ack *extack);
enum devlink_selftest_status gnic_devlink_selftest_run(struct devlink *devlink, unsigned int id,
						       struct netlink_ext_ack *extack);

#endif /* GNIC_REGION_H */
