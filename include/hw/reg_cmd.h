/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Block CMD (model-defined): the ring of the mailbox. Commands: cmd.h. */
#ifndef GNIC_HW_REG_CMD_H
#define GNIC_HW_REG_CMD_H

#include "memmap.h"

#define GNIC_CMD_RING_LO		(GNIC_CMD_BASE + 0x00)	/* RW while disabled */
#define GNIC_CMD_RING_HI		(GNIC_CMD_BASE + 0x04)	/* RW while disabled */
#define GNIC_CMD_RING_LOG		(GNIC_CMD_BASE + 0x08)	/* RW while disabled */
#define  GNIC_CMD_RING_LOG_MIN		4
#define  GNIC_CMD_RING_LOG_MAX		10
#define GNIC_CMD_ENABLE			(GNIC_CMD_BASE + 0x0c)	/* RW: 1 runs; zeroes PI, CI */
#define GNIC_CMD_PI			(GNIC_CMD_BASE + 0x10)	/* RW: the doorbell, free-running */
#define GNIC_CMD_CI			(GNIC_CMD_BASE + 0x14)	/* RO: free-running */
#define GNIC_CMD_ERROR			(GNIC_CMD_BASE + 0x18)	/* RO: status of a refused write */

#endif /* GNIC_HW_REG_CMD_H */
