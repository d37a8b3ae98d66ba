/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Block TEST (model-defined): what the driver asks of the device in probe. */
#ifndef GNIC_HW_REG_TEST_H
#define GNIC_HW_REG_TEST_H

#include "memmap.h"

#define GNIC_TEST_SCRATCH		(GNIC_TEST_BASE + 0x00)	/* RW: reads back inverted */
#define GNIC_TEST_IRQ			(GNIC_TEST_BASE + 0x04)	/* WO: raises this vector */
#define GNIC_TEST_DMA_LO		(GNIC_TEST_BASE + 0x08)	/* RW: device address */
#define GNIC_TEST_DMA_HI		(GNIC_TEST_BASE + 0x0c)	/* RW */
#define GNIC_TEST_DMA_LEN		(GNIC_TEST_BASE + 0x10)	/* RW: bytes */
#define  GNIC_TEST_DMA_LEN_MAX		0x10000
#define GNIC_TEST_DMA_OP		(GNIC_TEST_BASE + 0x14)	/* WO: done when the write is */
enum gnic_hw_test_dma_op {
	GNIC_TEST_DMA_FILL	= 1,	/* every byte becomes GNIC_TEST_DMA_PATTERN */
	GNIC_TEST_DMA_CLEAR	= 2,	/* every byte becomes 0 */
	GNIC_TEST_DMA_INVERT	= 3,	/* every bit is inverted */
};
#define  GNIC_TEST_DMA_PATTERN		0x96
#define GNIC_TEST_DMA_STATUS		(GNIC_TEST_BASE + 0x18)	/* RO: enum gnic_hw_status */

#endif /* GNIC_HW_REG_TEST_H */
