// SPDX-License-Identifier: GPL-2.0-only
/* Registers of BAR0, reset, and the self-test that probe begins with. */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>

#include "gnic.h"

#define GNIC_REG_GONE		0xffffffffu
#define GNIC_RESET_TIMEOUT_MS	2000
#define GNIC_TEST_BYTES		64

void gnic_dev_set_gone(struct gnic_dev *dev)
{
	if (READ_ONCE(dev->gone))
		return;
	WRITE_ONCE(dev->gone, true);
	dev_err(&dev->pdev->dev, "the device does not answer any more\n");
}

/**
 * gnic_rd32 - read a register
 * @dev: card
 * @reg: offset in BAR0
 *
 * All-ones is what a device that is gone reads as. No register but an unused
 * one has that value, so the magic number decides; then nothing is ever
 * accessed again.
 */
u32 gnic_rd32(struct gnic_dev *dev, u32 reg)
{
	u32 value;

	if (gnic_dev_gone(dev) || READ_ONCE(dev->frozen))
		return GNIC_REG_GONE;
	value = readl(dev->ctl + reg);
	if (unlikely(value == GNIC_REG_GONE) &&
	    readl(dev->ctl + GNIC_CTL_MAGIC) != GNIC_CTL_MAGIC_VALUE)
		gnic_dev_set_gone(dev);
	return value;
}

u64 gnic_rd64(struct gnic_dev *dev, u32 reg_lo)
{
	u64 low = gnic_rd32(dev, reg_lo);

	return low | (u64)gnic_rd32(dev, reg_lo + sizeof(u32)) << 32;
}

void gnic_wr32(struct gnic_dev *dev, u32 reg, u32 value)
{
	if (!gnic_dev_gone(dev) && !READ_ONCE(dev->frozen))
		writel(value, dev->ctl + reg);
}

void gnic_wr64(struct gnic_dev *dev, u32 reg_lo, u64 value)
{
	gnic_wr32(dev, reg_lo, lower_32_bits(value));
	gnic_wr32(dev, reg_lo + sizeof(u32), upper_32_bits(value));
}

int gnic_reg_reset(struct gnic_dev *dev)
{
	unsigned long end = jiffies + msecs_to_jiffies(GNIC_RESET_TIMEOUT_MS);

	gnic_wr32(dev, GNIC_CTL_RESET, GNIC_CTL_RESET_VALUE);
	while (!(gnic_rd32(dev, GNIC_CTL_STATUS) & GNIC_CTL_STATUS_READY)) {
		if (gnic_dev_gone(dev))
			return -ENODEV;
		if (time_after(jiffies, end))
			return -ETIMEDOUT;
		usleep_range(100, 200);
	}
	return gnic_dev_gone(dev) ? -ENODEV : 0;
}

/* A register that is not just memory: it reads back inverted. */
int gnic_reg_test_scratch(struct gnic_dev *dev)
{
	static const u32 patterns[] = { 0, 0x55555555, 0xaaaaaaaa, 0x00ff00ff, 0x12345678 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(patterns); i++) {
		gnic_wr32(dev, GNIC_TEST_SCRATCH, patterns[i]);
		if (gnic_rd32(dev, GNIC_TEST_SCRATCH) != ~patterns[i])
			return -EIO;
	}
	return 0;
}

static int gnic_reg_test_dma_op(struct gnic_dev *dev, dma_addr_t dma, u32 len, u32 op)
{
	gnic_wr64(dev, GNIC_TEST_DMA_LO, dma);
	gnic_wr32(dev, GNIC_TEST_DMA_LEN, len);
	gnic_wr32(dev, GNIC_TEST_DMA_OP, op);
	return gnic_rd32(dev, GNIC_TEST_DMA_STATUS) == GNIC_STATUS_OK ? 0 : -EIO;
}

/* What is around the bytes that the device was told of has to stay. */
static int gnic_reg_test_dma_at(struct gnic_dev *dev, u8 *buf, dma_addr_t dma, u32 offset)
{
	static const struct {
		u32 op;
		u8 expect;
	} steps[] = {
		{ GNIC_TEST_DMA_FILL, GNIC_TEST_DMA_PATTERN },
		{ GNIC_TEST_DMA_INVERT, GNIC_TEST_DMA_PATTERN ^ 0xff },
		{ GNIC_TEST_DMA_CLEAR, 0 },
	};
	u32 len = GNIC_TEST_BYTES - 2 * sizeof(u64) + 1;
	unsigned int i;
	int err;

	memset(buf, 0x5a, GNIC_TEST_BYTES);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		err = gnic_reg_test_dma_op(dev, dma + offset, len, steps[i].op);
		if (err)
			return err;
		if (memchr_inv(buf, 0x5a, offset) ||
		    memchr_inv(buf + offset, steps[i].expect, len) ||
		    memchr_inv(buf + offset + len, 0x5a, GNIC_TEST_BYTES - offset - len))
			return -EIO;
	}
	return 0;
}

/* All alignments; what is around stays. */
int gnic_reg_test_dma(struct gnic_dev *dev)
{
	dma_addr_t dma;
	int err = 0;
	u32 offset;
	u8 *buf;

	buf = dma_alloc_coherent(&dev->pdev->dev, GNIC_TEST_BYTES, &dma, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	for (offset = 0; offset < sizeof(u64) && !err; offset++)
		err = gnic_reg_test_dma_at(dev, buf, dma, offset);
	dma_free_coherent(&dev->pdev->dev, GNIC_TEST_BYTES, buf, dma);
	return err;
}

/**
 * gnic_reg_selftest - does the device do what its test registers say
 * @dev: card, reset, bus master
 *
 * Return: 0, or -ENODEV (no device or another one), -EIO.
 */
int gnic_reg_selftest(struct gnic_dev *dev)
{
	struct device *device = &dev->pdev->dev;
	int err;

	err = gnic_reg_test_scratch(dev);
	if (err) {
		dev_err(device, "self-test: the scratch register does not invert\n");
		return err;
	}
	err = gnic_reg_test_dma(dev);
	if (err)
		dev_err(device, "self-test: DMA failed: %d\n", err);
	return err;
}
