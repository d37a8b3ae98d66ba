// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration space. What can be read, what can be written and what a
 * written one clears are three images of the same 4 KiB; they are built from
 * the table below, and a write is masked byte by byte. The few registers with
 * side effects have a hook.
 */
#include <endian.h>
#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>

#include "dma.h"
#include "irq.h"
#include "pci.h"

/* Where the capabilities are. */
#define CAP_PM		0x40u
#define CAP_MSIX	0x48u
#define CAP_EXP		0x60u
#define CAP_AER		0x100u
#define CAP_DSN		0x150u

#define PM_STATE_D0	0u
#define PM_STATE_D3HOT	3u

/* The errors that an endpoint without ECRC and ACS can report. */
#define AER_UNCOR	(PCI_ERR_UNC_DLP | PCI_ERR_UNC_POISON_TLP |	\
			 PCI_ERR_UNC_FCP | PCI_ERR_UNC_COMP_TIME |	\
			 PCI_ERR_UNC_COMP_ABORT | PCI_ERR_UNC_UNX_COMP | \
			 PCI_ERR_UNC_RX_OVER | PCI_ERR_UNC_MALF_TLP |	\
			 PCI_ERR_UNC_UNSUP | PCI_ERR_UNC_INTN)
#define AER_FATAL	(PCI_ERR_UNC_DLP | PCI_ERR_UNC_FCP |		\
			 PCI_ERR_UNC_RX_OVER | PCI_ERR_UNC_MALF_TLP |	\
			 PCI_ERR_UNC_INTN)
#define AER_COR		(PCI_ERR_COR_RCVR | PCI_ERR_COR_BAD_TLP |	\
			 PCI_ERR_COR_BAD_DLLP | PCI_ERR_COR_REP_ROLL |	\
			 PCI_ERR_COR_REP_TIMER | PCI_ERR_COR_ADV_NFAT)

#define EXT_CAP(id, ver, next)	((id) | (ver) << 16 | (uint32_t)(next) << 20)

/* A Gen4 x16 link, as a Gaudi2 card has it. */
#define LINK_CAP	(PCI_EXP_LNKCAP_SLS_16_0GB | 16 << 4)
#define LINK_STATUS	(PCI_EXP_LNKSTA_CLS_16_0GB | 16 << 4)

struct pci {
	struct pci_params params;
	struct dma *dma;
	struct irq *irq;
	uint8_t power;
	struct pci_stats stats;
	uint8_t cfg[PCI_CFG_SIZE];
	uint8_t reset[PCI_CFG_SIZE];	/* @cfg after power-on */
	uint8_t wmask[PCI_CFG_SIZE];	/* writable bits */
	uint8_t w1c[PCI_CFG_SIZE];	/* bits cleared by writing one */
};

/* What is the same for every function. */
static const struct cfg_reg {
	uint16_t off;
	uint8_t width;
	uint32_t val;
	uint32_t wmask;
	uint32_t w1c;
} cfg_regs[] = {
	{ PCI_COMMAND, 2, 0, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
	  PCI_COMMAND_PARITY | PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE, 0 },
	{ PCI_STATUS, 2, PCI_STATUS_CAP_LIST, 0, 0xf900 },
	{ PCI_CACHE_LINE_SIZE, 1, 0, 0xff, 0 },
	{ PCI_CAPABILITY_LIST, 1, CAP_PM, 0, 0 },
	{ PCI_INTERRUPT_LINE, 1, 0, 0xff, 0 },

	/* Power management: D0 and D3hot, and D3hot keeps the state. */
	{ CAP_PM, 2, PCI_CAP_ID_PM | CAP_MSIX << 8, 0, 0 },
	{ CAP_PM + PCI_PM_PMC, 2, 3, 0, 0 },
	{ CAP_PM + PCI_PM_CTRL, 2, PCI_PM_CTRL_NO_SOFT_RESET,
	  PCI_PM_CTRL_STATE_MASK, 0 },

	{ CAP_MSIX, 2, PCI_CAP_ID_MSIX | CAP_EXP << 8, 0, 0 },

	{ CAP_EXP, 2, PCI_CAP_ID_EXP, 0, 0 },
	{ CAP_EXP + PCI_EXP_FLAGS, 2, 2 | PCI_EXP_TYPE_ENDPOINT << 4, 0, 0 },
	{ CAP_EXP + PCI_EXP_DEVCAP, 4, PCI_EXP_DEVCAP_FLR |
	  PCI_EXP_DEVCAP_RBER | PCI_EXP_DEVCAP_EXT_TAG | 1, 0, 0 },
	/* The FLR bit is writable, and cleared by its hook. */
	{ CAP_EXP + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_RELAX_EN |
	  PCI_EXP_DEVCTL_NOSNOOP_EN | PCI_EXP_DEVCTL_READRQ_512B, 0xf9ff, 0 },
	{ CAP_EXP + PCI_EXP_DEVSTA, 2, 0, 0, PCI_EXP_DEVSTA_CED |
	  PCI_EXP_DEVSTA_NFED | PCI_EXP_DEVSTA_FED | PCI_EXP_DEVSTA_URD },
	{ CAP_EXP + PCI_EXP_LNKCAP, 4, LINK_CAP, 0, 0 },
	{ CAP_EXP + PCI_EXP_LNKCTL, 2, 0, PCI_EXP_LNKCTL_ASPMC |
	  PCI_EXP_LNKCTL_RCB | PCI_EXP_LNKCTL_CCC | PCI_EXP_LNKCTL_ES, 0 },
	{ CAP_EXP + PCI_EXP_LNKSTA, 2, LINK_STATUS, 0, 0 },
	{ CAP_EXP + PCI_EXP_DEVCAP2, 4, PCI_EXP_DEVCAP2_COMP_TMOUT_DIS, 0, 0 },
	{ CAP_EXP + PCI_EXP_DEVCTL2, 2, 0, PCI_EXP_DEVCTL2_COMP_TMOUT_DIS, 0 },
	{ CAP_EXP + PCI_EXP_LNKCAP2, 4, PCI_EXP_LNKCAP2_SLS_2_5GB |
	  PCI_EXP_LNKCAP2_SLS_5_0GB | PCI_EXP_LNKCAP2_SLS_8_0GB |
	  PCI_EXP_LNKCAP2_SLS_16_0GB, 0, 0 },
	{ CAP_EXP + PCI_EXP_LNKCTL2, 2, PCI_EXP_LNKCTL2_TLS_16_0GT,
	  PCI_EXP_LNKCTL2_TLS, 0 },

	{ CAP_AER, 4, EXT_CAP(PCI_EXT_CAP_ID_ERR, 2, CAP_DSN), 0, 0 },
	{ CAP_AER + PCI_ERR_UNCOR_STATUS, 4, 0, 0, AER_UNCOR },
	{ CAP_AER + PCI_ERR_UNCOR_MASK, 4, PCI_ERR_UNC_INTN, AER_UNCOR, 0 },
	{ CAP_AER + PCI_ERR_UNCOR_SEVER, 4, AER_FATAL, AER_UNCOR, 0 },
	{ CAP_AER + PCI_ERR_COR_STATUS, 4, 0, 0, AER_COR },
	{ CAP_AER + PCI_ERR_COR_MASK, 4, PCI_ERR_COR_ADV_NFAT, AER_COR, 0 },

	{ CAP_DSN, 4, EXT_CAP(PCI_EXT_CAP_ID_DSN, 1, 0), 0, 0 },
};

static void put_le(uint8_t *at, unsigned int width, uint32_t val)
{
	val = htole32(val);
	memcpy(at, &val, width);
}

static uint32_t get_le(const uint8_t *at, unsigned int width)
{
	uint32_t val = 0;

	memcpy(&val, at, width);
	return le32toh(val);
}

/* Building. */

static void cfg_put(struct pci *pci, const struct cfg_reg *reg)
{
	put_le(&pci->reset[reg->off], reg->width, reg->val);
	put_le(&pci->wmask[reg->off], reg->width, reg->wmask);
	put_le(&pci->w1c[reg->off], reg->width, reg->w1c);
}

static void cfg_put_ids(struct pci *pci)
{
	const struct pci_params *p = &pci->params;
	const struct cfg_reg regs[] = {
		{ PCI_VENDOR_ID, 2, p->vendor, 0, 0 },
		{ PCI_DEVICE_ID, 2, p->device, 0, 0 },
		{ PCI_CLASS_REVISION, 4, p->class << 8 | p->revision, 0, 0 },
		{ PCI_SUBSYSTEM_VENDOR_ID, 2, p->subvendor, 0, 0 },
		{ PCI_SUBSYSTEM_ID, 2, p->subdevice, 0, 0 },
		{ CAP_DSN + 4, 4, (uint32_t)p->serial, 0, 0 },
		{ CAP_DSN + 8, 4, p->serial >> 32, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(regs) / sizeof(regs[0]); i++)
		cfg_put(pci, &regs[i]);
}

/* A BAR tells its size by the address bits that cannot be written. */
static void cfg_put_bar(struct pci *pci, unsigned int n)
{
	const struct pci_bar *bar = &pci->params.bars[n];
	uint64_t mask = ~(bar->size - 1);
	struct cfg_reg reg = {
		.off = PCI_BASE_ADDRESS_0 + 4 * n,
		.width = 4,
		.val = (bar->is64 ? PCI_BASE_ADDRESS_MEM_TYPE_64 : 0) |
		       (bar->prefetch ? PCI_BASE_ADDRESS_MEM_PREFETCH : 0),
		.wmask = (uint32_t)mask,
	};

	if (!bar->size)
		return;
	cfg_put(pci, &reg);
	if (!bar->is64)
		return;
	reg.off += 4;
	reg.val = 0;
	reg.wmask = mask >> 32;
	cfg_put(pci, &reg);
}

static void cfg_put_msix(struct pci *pci)
{
	const struct pci_params *p = &pci->params;
	const struct cfg_reg regs[] = {
		{ CAP_MSIX + PCI_MSIX_FLAGS, 2, irq_vectors(pci->irq) - 1,
		  PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL, 0 },
		{ CAP_MSIX + PCI_MSIX_TABLE, 4, p->msix_table | p->msix_bar,
		  0, 0 },
		{ CAP_MSIX + PCI_MSIX_PBA, 4, p->msix_pba | p->msix_bar, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(regs) / sizeof(regs[0]); i++)
		cfg_put(pci, &regs[i]);
}

static void cfg_build(struct pci *pci)
{
	for (size_t i = 0; i < sizeof(cfg_regs) / sizeof(cfg_regs[0]); i++)
		cfg_put(pci, &cfg_regs[i]);
	cfg_put_ids(pci);
	for (unsigned int n = 0; n < PCI_BARS; n++)
		cfg_put_bar(pci, n);
	cfg_put_msix(pci);
}

/* Life. */

static bool pci_bar_valid(const struct pci_params *p, unsigned int n)
{
	const struct pci_bar *bar = &p->bars[n];

	if (!bar->size)
		return true;
	if (bar->size & (bar->size - 1) || bar->size < DMA_PAGE_SIZE)
		return false;
	if (!bar->is64)
		return bar->size <= 1u << 31;
	return n + 1 < PCI_BARS && !p->bars[n + 1].size;
}

static uint64_t pci_table_size(const struct irq *irq)
{
	return irq_vectors(irq) * IRQ_TABLE_ENTRY;
}

/* The pending bits are read as 64-bit words. */
static uint64_t pci_pba_size(const struct irq *irq)
{
	return (irq_vectors(irq) + 63) / 64 * 8;
}

static bool pci_msix_valid(const struct pci_params *p, const struct irq *irq)
{
	uint64_t table_end = p->msix_table + pci_table_size(irq);
	uint64_t pba_end = p->msix_pba + pci_pba_size(irq);
	uint64_t size;

	if (p->msix_bar >= PCI_BARS || (p->msix_table | p->msix_pba) & 7)
		return false;
	size = p->bars[p->msix_bar].size;
	return table_end <= size && pba_end <= size &&
	       (table_end <= p->msix_pba || pba_end <= p->msix_table);
}

static bool pci_params_valid(const struct pci_params *p, const struct irq *irq)
{
	for (unsigned int n = 0; n < PCI_BARS; n++)
		if (!pci_bar_valid(p, n))
			return false;
	return pci_msix_valid(p, irq) && p->class <= 0xffffff && p->reset;
}

struct pci *pci_create(const struct pci_params *params, struct dma *dma,
		       struct irq *irq)
{
	struct pci *pci;

	if (!pci_params_valid(params, irq)) {
		errno = EINVAL;
		return NULL;
	}
	pci = calloc(1, sizeof(*pci));
	if (!pci)
		return NULL;
	pci->params = *params;
	pci->dma = dma;
	pci->irq = irq;
	cfg_build(pci);
	pci_reset(pci);
	return pci;
}

void pci_destroy(struct pci *pci)
{
	free(pci);
}

const struct pci_stats *pci_stats(const struct pci *pci)
{
	return &pci->stats;
}

/* Side effects. */

static uint32_t cfg_get(const struct pci *pci, unsigned int off,
			unsigned int width)
{
	return get_le(&pci->cfg[off], width);
}

/* In D3hot a function neither writes memory nor sends messages. */
static void pci_update(struct pci *pci)
{
	uint32_t msix = cfg_get(pci, CAP_MSIX + PCI_MSIX_FLAGS, 2);
	bool master = cfg_get(pci, PCI_COMMAND, 2) & PCI_COMMAND_MASTER &&
		      pci->power == PM_STATE_D0;

	dma_set_master(pci->dma, master);
	irq_set_enable(pci->irq, master && msix & PCI_MSIX_FLAGS_ENABLE,
		       msix & PCI_MSIX_FLAGS_MASKALL);
}

/* A write of a state that is not supported changes nothing. */
static void pci_set_power(struct pci *pci)
{
	uint8_t *ctrl = &pci->cfg[CAP_PM + PCI_PM_CTRL];
	uint8_t state = *ctrl & PCI_PM_CTRL_STATE_MASK;

	if (state == PM_STATE_D0 || state == PM_STATE_D3HOT)
		pci->power = state;
	*ctrl = (*ctrl & ~PCI_PM_CTRL_STATE_MASK) | pci->power;
	pci_update(pci);
}

static void pci_devctl(struct pci *pci)
{
	uint32_t val = cfg_get(pci, CAP_EXP + PCI_EXP_DEVCTL, 2);

	if (!(val & PCI_EXP_DEVCTL_BCR_FLR))
		return;
	put_le(&pci->cfg[CAP_EXP + PCI_EXP_DEVCTL], 2,
	       val & ~PCI_EXP_DEVCTL_BCR_FLR);
	pci->stats.flr++;
	pci->params.reset(pci->params.opaque);
}

static const struct cfg_hook {
	uint16_t off;
	uint16_t len;
	void (*fn)(struct pci *pci);
} cfg_hooks[] = {
	{ PCI_COMMAND, 2, pci_update },
	{ CAP_PM + PCI_PM_CTRL, 2, pci_set_power },
	{ CAP_MSIX + PCI_MSIX_FLAGS, 2, pci_update },
	{ CAP_EXP + PCI_EXP_DEVCTL, 2, pci_devctl },
};

void pci_reset(struct pci *pci)
{
	memcpy(pci->cfg, pci->reset, sizeof(pci->cfg));
	pci->power = PM_STATE_D0;
	irq_reset(pci->irq);
	pci_update(pci);
}

/* Access. */

static bool cfg_inside(uint64_t off, size_t len)
{
	return len <= PCI_CFG_SIZE && off <= PCI_CFG_SIZE - len;
}

static void cfg_read(struct pci *pci, uint64_t off, void *buf, size_t len)
{
	pci->stats.cfg_reads++;
	if (cfg_inside(off, len))
		memcpy(buf, &pci->cfg[off], len);
	else
		memset(buf, 0xff, len);
}

static void cfg_write(struct pci *pci, uint64_t off, const uint8_t *from,
		      size_t len)
{
	pci->stats.cfg_writes++;
	if (!cfg_inside(off, len))
		return;
	for (size_t i = 0; i < len; i++) {
		uint8_t *val = &pci->cfg[off + i];
		uint8_t mask = pci->wmask[off + i];

		*val = (*val & ~mask) | (from[i] & mask);
		*val &= ~(from[i] & pci->w1c[off + i]);
	}
	for (size_t i = 0; i < sizeof(cfg_hooks) / sizeof(cfg_hooks[0]); i++)
		if (off < cfg_hooks[i].off + cfg_hooks[i].len &&
		    off + len > cfg_hooks[i].off)
			cfg_hooks[i].fn(pci);
}

bool pci_decodes(const struct pci *pci)
{
	return pci->power == PM_STATE_D0 &&
	       cfg_get(pci, PCI_COMMAND, 2) & PCI_COMMAND_MEMORY;
}

/* Who answers an access. */
enum pci_target {
	TARGET_DEVICE,
	TARGET_CONFIG,
	TARGET_NOBODY,		/* the function does not decode memory */
	TARGET_TABLE,
	TARGET_PBA,
};

static bool pci_in_window(const struct pci *pci, unsigned int region,
			  uint64_t off, uint64_t start, uint64_t size)
{
	return region == pci->params.msix_bar && off >= start &&
	       off - start < size;
}

/* Makes @off relative to the start of a window. */
static enum pci_target pci_decode(const struct pci *pci, unsigned int region,
				  uint64_t *off)
{
	const struct pci_params *p = &pci->params;

	if (region == VFIO_PCI_CONFIG_REGION_INDEX)
		return TARGET_CONFIG;
	if (region < PCI_BARS && !pci_decodes(pci))
		return TARGET_NOBODY;
	if (pci_in_window(pci, region, *off, p->msix_table,
			  pci_table_size(pci->irq))) {
		*off -= p->msix_table;
		return TARGET_TABLE;
	}
	if (pci_in_window(pci, region, *off, p->msix_pba,
			  pci_pba_size(pci->irq))) {
		*off -= p->msix_pba;
		return TARGET_PBA;
	}
	return TARGET_DEVICE;
}

bool pci_read(struct pci *pci, unsigned int region, uint64_t off, void *buf,
	      size_t len)
{
	switch (pci_decode(pci, region, &off)) {
	case TARGET_CONFIG:
		cfg_read(pci, off, buf, len);
		return true;
	case TARGET_NOBODY:
		pci->stats.unclaimed++;
		memset(buf, 0xff, len);
		return true;
	case TARGET_TABLE:
		irq_table_read(pci->irq, off, buf, len);
		return true;
	case TARGET_PBA:
		irq_pba_read(pci->irq, off, buf, len);
		return true;
	case TARGET_DEVICE:
		break;
	}
	return false;
}

bool pci_write(struct pci *pci, unsigned int region, uint64_t off,
	       const void *buf, size_t len)
{
	switch (pci_decode(pci, region, &off)) {
	case TARGET_CONFIG:
		cfg_write(pci, off, buf, len);
		return true;
	case TARGET_NOBODY:
		pci->stats.unclaimed++;
		return true;
	case TARGET_TABLE:
		irq_table_write(pci->irq, off, buf, len);
		return true;
	case TARGET_PBA:	/* read-only */
		return true;
	case TARGET_DEVICE:
		break;
	}
	return false;
}

/* Errors. */

static void cfg_or(struct pci *pci, unsigned int off, unsigned int width,
		   uint32_t bits)
{
	put_le(&pci->cfg[off], width, cfg_get(pci, off, width) | bits);
}

/* Hardware has corrected it: nobody is interrupted. */
void pci_report_correctable(struct pci *pci, uint32_t status)
{
	cfg_or(pci, CAP_AER + PCI_ERR_COR_STATUS, 4, status & AER_COR);
	cfg_or(pci, CAP_EXP + PCI_EXP_DEVSTA, 2, PCI_EXP_DEVSTA_CED);
}

void pci_report_error(struct pci *pci, uint32_t status)
{
	uint32_t fatal = cfg_get(pci, CAP_AER + PCI_ERR_UNCOR_SEVER, 4);
	uint32_t mask = cfg_get(pci, CAP_AER + PCI_ERR_UNCOR_MASK, 4);

	status &= AER_UNCOR;
	cfg_or(pci, CAP_AER + PCI_ERR_UNCOR_STATUS, 4, status);
	if (!(status & ~mask))
		return;
	cfg_or(pci, CAP_EXP + PCI_EXP_DEVSTA, 2, status & ~mask & fatal ?
	       PCI_EXP_DEVSTA_FED : PCI_EXP_DEVSTA_NFED);
	irq_notify_error(pci->irq);
}
