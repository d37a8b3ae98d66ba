/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Doorbells. hardware.rst "Doorbells".
 *
 * A queue has a doorbell *record*: 128 bytes in host memory, or in a UMR page
 * above page 0. Its first half is written by the driver alone, its second by
 * the device alone. The doorbell *register*, in page 0, is for a device that
 * sleeps or has no GNIC_CAP_SHADOW_DB.
 */
#ifndef GNIC_HW_UMR_H
#define GNIC_HW_UMR_H

#include "memmap.h"

/* The register: one 64-bit store (or two 32-bit stores, the high one last). */
#define GNIC_UMR_DOORBELL		0x00	/* in page 0 of BAR2 */
#define  GNIC_DB_INDEX			GENMASK_ULL(31, 0)	/* PI, or CI of a CQ or EQ */
#define  GNIC_DB_ID			GENMASK_ULL(55, 32)	/* QPN or CQN */
#define  GNIC_DB_PORT			GENMASK_ULL(61, 56)	/* of a QPN */
#define  GNIC_DB_KIND			GENMASK_ULL(63, 62)
enum gnic_hw_db_kind {
	GNIC_DB_SQ	= 0,	/* new WQEs up to INDEX */
	GNIC_DB_RQ	= 1,	/* new buffers up to INDEX */
	GNIC_DB_CQ	= 2,	/* consumed up to INDEX, and armed */
	GNIC_DB_EQ	= 3,	/* likewise */
};

/**
 * struct gnic_hw_db - doorbell record of one queue
 * @index: SQ, RQ: producer index; CQ, EQ: consumer index; free-running
 * @arm: CQ, EQ: any other value than before asks for one interrupt
 * @rsvd0: zero
 * @done: SQ, RQ: how many entries the device has consumed; free-running
 * @need_kick: SQ: not zero: the device sleeps, the next store to @index has
 *	to be followed by the doorbell register
 * @rsvd1: zero
 */
struct gnic_hw_db {
	__le32 index;
	__le32 arm;
	__le32 rsvd0[14];
	/* device's half, a cache line of its own */
	__le32 done;
	__le32 need_kick;
	__le32 rsvd1[14];
};
GNIC_HW_SIZE(gnic_hw_db, 128);

#define GNIC_DB_ALIGN			128
#define GNIC_UMR_RECORDS		(GNIC_UMR_PAGE_SIZE / GNIC_DB_ALIGN)

#endif /* GNIC_HW_UMR_H */
