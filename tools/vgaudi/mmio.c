// SPDX-License-Identifier: GPL-2.0-only
/* What the client reads and writes: the address decoder of the BARs. */
#include <endian.h>
#include <linux/vfio.h>
#include <string.h>

#include "mmio.h"
#include "pci.h"

struct reg_window {
	uint32_t base;
	uint32_t size;
	const struct reg_block *block;
};

static const struct reg_window reg_windows[] = {
#define X(name, base, size) { base, size, &reg_block_##name },
	GNIC_HW_BLOCKS(X)
#undef X
};

#define X(name, base, size) \
	_Static_assert((base) + (size) <= CARD_REGS_SIZE, #name " is beyond CARD_REGS_SIZE");
GNIC_HW_BLOCKS(X)
#undef X

#define REG_WINDOWS	(sizeof(reg_windows) / sizeof(reg_windows[0]))

void mmio_reset(struct card *card)
{
	unsigned int i;

	memset(card->regs, 0, sizeof(card->regs));
	for (i = 0; i < REG_WINDOWS; i++)
		if (reg_windows[i].block->reset)
			reg_windows[i].block->reset(card);
}

static const struct reg *reg_in_block(const struct reg_block *block, uint64_t off)
{
	unsigned int i;

	for (i = 0; i < block->count; i++)
		if (block->regs[i].offset == off)
			return &block->regs[i];
	return NULL;
}

static const struct reg *reg_find(uint64_t off)
{
	const struct reg_window *win;

	for (win = reg_windows; win < reg_windows + REG_WINDOWS; win++)
		if (off - win->base < win->size)
			return reg_in_block(win->block, off);
	return NULL;
}

static void reg_read(struct card *card, uint64_t off, void *buf, size_t len)
{
	const struct reg *reg;
	uint32_t value = 0;

	if (len != 4 || off & 3) {
		card->stats.bad_mmio++;
		memset(buf, 0xff, len);
		return;
	}
	reg = reg_find(off);
	if (!reg)
		card->stats.bad_mmio++;
	else if (reg->read)
		value = reg->read(card);
	else if (reg->access != REG_WO)
		value = reg_get(card, off);
	value = htole32(value);
	memcpy(buf, &value, sizeof(value));
}

static void reg_write(struct card *card, uint64_t off, const void *buf, size_t len)
{
	const struct reg *reg = len == 4 && !(off & 3) ? reg_find(off) : NULL;
	uint32_t value;

	if (!reg || reg->access == REG_RO) {
		card->stats.bad_mmio++;
		return;
	}
	memcpy(&value, buf, sizeof(value));
	value = le32toh(value);
	if (reg->write)
		reg->write(card, value);
	else
		reg_set(card, off, value);
}

/* The part of BAR2 and BAR4 that is plain memory; NULL: it is not. */
static uint8_t *mmio_memory(struct card *card, unsigned int region, uint64_t off, size_t len)
{
	if (region == GNIC_BAR_HBM && len <= card->config.hbm_size &&
	    off <= card->config.hbm_size - len)
		return card->hbm + off;
	if (region == GNIC_BAR_UMR && off >= GNIC_UMR_PAGE_SIZE && len <= GNIC_BAR_UMR_SIZE &&
	    off <= GNIC_BAR_UMR_SIZE - len)
		return card->umr + off;
	return NULL;
}

static bool mmio_is_bar(unsigned int region)
{
	return region <= VFIO_PCI_BAR5_REGION_INDEX;
}

int mmio_region_read(void *opaque, unsigned int region, uint64_t off, void *buf, size_t len)
{
	struct card *card = opaque;
	const uint8_t *mem;

	card->stats.mmio_reads += mmio_is_bar(region);
	if (card->dead) {
		memset(buf, 0xff, len);
		return 0;
	}
	if (pci_read(card->pci, region, off, buf, len))
		return 0;
	mem = mmio_memory(card, region, off, len);
	if (mem) {
		memcpy(buf, mem, len);
	} else if (region == GNIC_BAR_CTL) {
		reg_read(card, off, buf, len);
	} else {
		card->stats.bad_mmio++;
		memset(buf, 0, len);
	}
	return 0;
}

int mmio_region_write(void *opaque, unsigned int region, uint64_t off, const void *buf, size_t len)
{
	struct card *card = opaque;
	uint8_t *mem;

	card->stats.mmio_writes += mmio_is_bar(region);
	if (card->dead || pci_write(card->pci, region, off, buf, len))
		return 0;
	mem = mmio_memory(card, region, off, len);
	if (mem)
		memcpy(mem, buf, len);
	else if (region == GNIC_BAR_CTL)
		reg_write(card, off, buf, len);
	else if (region == GNIC_BAR_UMR)
		umr_write(card, off, buf, len);
	else
		card->stats.bad_mmio++;
	return 0;
}
