// SPDX-License-Identifier: GPL-2.0-only
/* Block CTL: identity, capabilities, state, reset. */
#include "hw/reg_ctl.h"

#include "fw.h"
#include "mmio.h"

#define CTL_BOX_MODULES	8

static uint32_t ctl_status(struct card *card)
{
	return card->status;
}

static uint32_t ctl_heartbeat(struct card *card)
{
	uint32_t beats = reg_get(card, GNIC_CTL_HEARTBEAT);

	/* Firmware that hangs stops to count. */
	reg_set(card, GNIC_CTL_HEARTBEAT, beats + !card->hung);
	return beats;
}

static void ctl_reset_write(struct card *card, uint32_t value)
{
	if (value == GNIC_CTL_RESET_VALUE)
		card_reset(card);
}

static const struct reg ctl_regs[] = {
	{ GNIC_CTL_MAGIC,	REG_RO },
	{ GNIC_CTL_VERSION,	REG_RO },
	{ GNIC_CTL_CAPS,	REG_RO },
	{ GNIC_CTL_PORTS,	REG_RO },
	{ GNIC_CTL_VECTORS,	REG_RO },
	{ GNIC_CTL_STATUS,	REG_RO, .read = ctl_status },
	{ GNIC_CTL_RESET,	REG_WO, .write = ctl_reset_write },
	{ GNIC_CTL_HBM_SIZE_LO,	REG_RO },
	{ GNIC_CTL_HBM_SIZE_HI,	REG_RO },
	{ GNIC_CTL_HEARTBEAT,	REG_RO, .read = ctl_heartbeat },
	{ GNIC_CTL_SERIAL_LO,	REG_RO },
	{ GNIC_CTL_SERIAL_HI,	REG_RO },
	{ GNIC_CTL_MODULE_ID,	REG_RO },
	{ GNIC_CTL_FW_VERSION,	REG_RO },
};

static void ctl_reset(struct card *card)
{
	const struct card_config *config = &card->config;

	reg_set(card, GNIC_CTL_MAGIC, GNIC_CTL_MAGIC_VALUE);
	reg_set(card, GNIC_CTL_VERSION,
		FIELD_PREP(GNIC_CTL_VERSION_MAJOR, GNIC_HW_VERSION_MAJOR) |
		FIELD_PREP(GNIC_CTL_VERSION_MINOR, GNIC_HW_VERSION_MINOR));
	reg_set(card, GNIC_CTL_CAPS, card->caps);
	reg_set(card, GNIC_CTL_PORTS, config->ports);
	reg_set(card, GNIC_CTL_VECTORS, config->vectors);
	reg_set(card, GNIC_CTL_HBM_SIZE_LO, config->hbm_size);
	reg_set(card, GNIC_CTL_HBM_SIZE_HI, config->hbm_size >> 32);
	reg_set(card, GNIC_CTL_SERIAL_LO, config->serial);
	reg_set(card, GNIC_CTL_SERIAL_HI, config->serial >> 32);
	reg_set(card, GNIC_CTL_MODULE_ID, config->index % CTL_BOX_MODULES);
	reg_set(card, GNIC_CTL_FW_VERSION, fw_version(card));
}

const struct reg_block reg_block_CTL = {
	.regs = ctl_regs,
	.count = sizeof(ctl_regs) / sizeof(ctl_regs[0]),
	.reset = ctl_reset,
};
