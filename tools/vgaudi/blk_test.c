// SPDX-License-Identifier: GPL-2.0-only
/* Block TEST: what a driver asks of the device in probe. */
#include <string.h>

#include "hw/reg_test.h"

#include "fault.h"
#include "mmio.h"

static uint32_t test_scratch(struct card *card)
{
	uint32_t value = reg_get(card, GNIC_TEST_SCRATCH);

	return fault_part(card->faults, FAULT_SCRATCH) ? value : ~value;
}

static void test_irq(struct card *card, uint32_t vector)
{
	if (vector < card->config.vectors)
		card_irq(card, vector);
	else
		card->stats.bad_mmio++;
}

static void test_fill(uint8_t *buf, size_t len)
{
	memset(buf, GNIC_TEST_DMA_PATTERN, len);
}

static void test_clear(uint8_t *buf, size_t len)
{
	memset(buf, 0, len);
}

static void test_invert(uint8_t *buf, size_t len)
{
	while (len--)
		*buf++ ^= 0xff;
}

static void (*const test_ops[])(uint8_t *buf, size_t len) = {
	[GNIC_TEST_DMA_FILL]	= test_fill,
	[GNIC_TEST_DMA_CLEAR]	= test_clear,
	[GNIC_TEST_DMA_INVERT]	= test_invert,
};

#define TEST_OPS	(sizeof(test_ops) / sizeof(test_ops[0]))
#define TEST_IOV	8

static enum gnic_hw_status test_run(struct card *card, uint32_t op)
{
	uint64_t addr = reg_get64(card, GNIC_TEST_DMA_LO, GNIC_TEST_DMA_HI);
	uint32_t len = reg_get(card, GNIC_TEST_DMA_LEN);
	struct iovec iov[TEST_IOV];
	int i, pieces;

	if (op >= TEST_OPS || !test_ops[op] || !len || len > GNIC_TEST_DMA_LEN_MAX)
		return GNIC_STATUS_BAD_PARAM;
	pieces = asid_iov(card, GNIC_ASID_KERNEL, addr, len, 0, iov, TEST_IOV);
	if (pieces < 0)
		return GNIC_STATUS_BAD_ADDR;
	for (i = 0; i < pieces && !fault_part(card->faults, FAULT_TEST_DMA); i++)
		test_ops[op](iov[i].iov_base, iov[i].iov_len);
	return GNIC_STATUS_OK;
}

static void test_dma_op(struct card *card, uint32_t op)
{
	reg_set(card, GNIC_TEST_DMA_STATUS, test_run(card, op));
}

static const struct reg test_regs[] = {
	{ GNIC_TEST_SCRATCH,	REG_RW, .read = test_scratch },
	{ GNIC_TEST_IRQ,	REG_WO, .write = test_irq },
	{ GNIC_TEST_DMA_LO,	REG_RW },
	{ GNIC_TEST_DMA_HI,	REG_RW },
	{ GNIC_TEST_DMA_LEN,	REG_RW },
	{ GNIC_TEST_DMA_OP,	REG_WO, .write = test_dma_op },
	{ GNIC_TEST_DMA_STATUS,	REG_RO },
};

const struct reg_block reg_block_TEST = {
	.regs = test_regs,
	.count = sizeof(test_regs) / sizeof(test_regs[0]),
};
