/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers as tables. A block of BAR0 is a const list of registers; what they
 * hold is in card->regs, and a hook exists only where a register has a side
 * effect. What no list names is a hole: reads 0, ignores writes, is counted.
 */
#ifndef VGAUDI_MMIO_H
#define VGAUDI_MMIO_H

#include <stddef.h>
#include <stdint.h>

#include "card.h"

enum reg_access {
	REG_RO,
	REG_RW,
	REG_WO,		/* reads 0 */
};

/**
 * struct reg - one 32-bit register
 * @offset: in BAR0
 * @access: who may write
 * @read: instead of what is held; NULL: none
 * @write: instead of holding the value; NULL: none
 */
struct reg {
	uint16_t offset;
	uint8_t access;
	uint32_t (*read)(struct card *card);
	void (*write)(struct card *card, uint32_t value);
};

/**
 * struct reg_block - a block of BAR0
 * @regs: its registers
 * @count: how many
 * @reset: gives the registers their first values, which are 0 before the call
 */
struct reg_block {
	const struct reg *regs;
	unsigned int count;
	void (*reset)(struct card *card);
};

/* By the names of GNIC_HW_BLOCKS. */
extern const struct reg_block reg_block_CTL;	/* blk_ctl.c */
extern const struct reg_block reg_block_CMD;	/* blk_cmd.c */
extern const struct reg_block reg_block_TEST;	/* blk_test.c */
extern const struct reg_block reg_block_PHC;	/* blk_phc.c */

static inline uint32_t reg_get(const struct card *card, uint32_t offset)
{
	return card->regs[offset / 4];
}

static inline void reg_set(struct card *card, uint32_t offset, uint32_t value)
{
	card->regs[offset / 4] = value;
}

/* A pair of registers that hold an address. */
static inline uint64_t reg_get64(const struct card *card, uint32_t lo, uint32_t hi)
{
	return reg_get(card, lo) | (uint64_t)reg_get(card, hi) << 32;
}

void mmio_reset(struct card *card);

/* Region accesses of the client, behind configuration space and MSI-X. */
int mmio_region_read(void *card, unsigned int region, uint64_t off, void *buf, size_t len);
int mmio_region_write(void *card, unsigned int region, uint64_t off, const void *buf, size_t len);

/* blk_umr.c: page 0 of BAR2 */
void umr_write(struct card *card, uint64_t off, const void *buf, size_t len);
void umr_init(struct card *card);	/* the poll list runs */
void umr_exit(struct card *card);

#endif /* VGAUDI_MMIO_H */
