/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The smallest device that can stand behind the vfio-user server: same PCI
 * identity and BARs as a card, a handful of registers that exercise memory
 * and interrupts. For tests of the transport without the device blocks.
 */
#ifndef SELFTESTS_FAKEDEV_H
#define SELFTESTS_FAKEDEV_H

#include "loop.h"
#include "vfio_user.h"

/* BAR0; a DMA command acts on FAKE_LEN bytes at FAKE_ADDR. */
#define FAKE_ID			0x00	/* reads FAKE_MAGIC */
#define FAKE_RAISE		0x04	/* write: raise this vector */
#define FAKE_ADDR		0x08	/* 64 bits */
#define FAKE_LEN		0x10
#define FAKE_CMD		0x14	/* write: FAKE_FILL, FAKE_INVERT */
#define FAKE_STATUS		0x18	/* of the last command, an errno */
#define FAKE_SCRATCH		0x1c	/* reads back doubled */
#define FAKE_REGS		0x20

#define FAKE_MAGIC		0x454b4146u
#define FAKE_FILL		1u
#define FAKE_INVERT		2u
#define FAKE_FILL_BYTE		0xa5

#define FAKE_DMA_MAX		0x10000u

struct fakedev;

struct fakedev *fakedev_create(struct loop *loop, const char *socket_path,
			       unsigned int vectors, uint64_t hbm);
void fakedev_destroy(struct fakedev *fake);
struct vu_dev *fakedev_vu(struct fakedev *fake);
struct dma *fakedev_dma(struct fakedev *fake);
unsigned int fakedev_resets(const struct fakedev *fake);

#endif
