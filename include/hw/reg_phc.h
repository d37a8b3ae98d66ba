/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Block PHC (model-defined): the card's clock. Commands in phc.h. */
#ifndef GNIC_HW_REG_PHC_H
#define GNIC_HW_REG_PHC_H

#include "memmap.h"

#define GNIC_PHC_TIME_LO		(GNIC_PHC_BASE + 0x00)	/* RO: latches TIME_HI */
#define GNIC_PHC_TIME_HI		(GNIC_PHC_BASE + 0x04)	/* RO: of the last TIME_LO */

#endif /* GNIC_HW_REG_PHC_H */
