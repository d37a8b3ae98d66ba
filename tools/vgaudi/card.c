// SPDX-License-Identifier: GPL-2.0-only
/* One card: its parts in the order in which they come to life. */
#include <errno.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hw/reg_ctl.h"

#include "blk_cmd.h"
#include "blk_sob.h"
#include "caps.h"
#include "fault.h"
#include "fw.h"
#include "mmio.h"
#include "pci.h"
#include "vfio_user.h"

/* ---- what blocks ask of the whole ---- */

void card_irq(struct card *card, unsigned int vector)
{
	if (!fault_irq(card->faults, vector))
		irq_raise(card->irq, vector);
}

void card_fatal(struct card *card, uint8_t syndrome)
{
	if (card->status & GNIC_CTL_STATUS_FATAL)
		return;
	card->status = GNIC_CTL_STATUS_FATAL | FIELD_PREP(GNIC_CTL_STATUS_SYNDROME, syndrome);
	eq_post(card, GNIC_EQE_FATAL, 0, 0, syndrome);
}

/* Queues go before what they complete to, and those before the registers. */
void card_reset(struct card *card)
{
	card->hung = false;
	card->caps = CAPS_ALL & ~card->config.lacks;
	card->limits = card->config.limits;
	fw_reset(card);
	qp_reset(card);
	esw_reset(card);
	cq_reset(card);
	eq_reset(card);
	mac_reset(card);
	phc_reset(card);
	windows_reset(card);
	sob_reset(card);
	mmio_reset(card);
	card->db_low = 0;
	card->status = GNIC_CTL_STATUS_READY;
}

static void card_reset_function(void *opaque)
{
	struct card *card = opaque;

	card_reset(card);
	pci_reset(card->pci);
}

/* ---- memory ---- */

/* Other memory, which is zero; an error leaves what there was. */
static int card_map(const char *name, uint64_t size, uint8_t **mem, int *mem_fd)
{
	void *ptr;
	int fd = vu_memfd(name, size, &ptr);

	if (fd < 0)
		return fd;
	if (*mem)
		munmap(*mem, size);
	if (*mem_fd >= 0)
		close(*mem_fd);
	*mem = ptr;
	*mem_fd = fd;
	return 0;
}

static int card_map_memory(struct card *card)
{
	int ret = card_map("vgaudi-hbm", card->config.hbm_size, &card->hbm, &card->hbm_fd);

	return ret ? ret : card_map("vgaudi-umr", GNIC_BAR_UMR_SIZE, &card->umr, &card->umr_fd);
}

static void card_unmap_memory(struct card *card)
{
	if (card->umr)
		munmap(card->umr, GNIC_BAR_UMR_SIZE);
	if (card->umr_fd >= 0)
		close(card->umr_fd);
	if (card->hbm)
		munmap(card->hbm, card->config.hbm_size);
	if (card->hbm_fd >= 0)
		close(card->hbm_fd);
}

/*
 * Whoever comes next sees nothing of who was here before, who may have the memory mapped
 * still. Where there can be no other memory it is the same, but empty.
 */
static void card_renew_memory(struct card *card)
{
	madvise(card->hbm, card->config.hbm_size, MADV_REMOVE);
	madvise(card->umr, GNIC_BAR_UMR_SIZE, MADV_REMOVE);
	card_map_memory(card);
	vu_set_region_fd(card->vu, GNIC_BAR_HBM, card->hbm_fd);
	vu_set_region_fd(card->vu, GNIC_BAR_UMR, card->umr_fd);
}

static int card_reset_client(void *opaque, enum vu_reset why)
{
	struct card *card = opaque;

	/* Whoever comes next finds a card that works. */
	if (why == VU_RESET_GONE)
		card->dead = false;
	card_reset_function(opaque);
	if (why == VU_RESET_GONE)
		card_renew_memory(card);
	return 0;
}

/* ---- the function on the bus ---- */

static int card_create_pci(struct card *card)
{
	const struct pci_params params = {
		.vendor = GNIC_PCI_VENDOR_ID,
		.device = GNIC_PCI_DEVICE_ID,
		.subvendor = GNIC_PCI_VENDOR_ID,
		.subdevice = GNIC_PCI_DEVICE_ID,
		.class = GNIC_PCI_CLASS,
		.revision = GNIC_HW_VERSION_MAJOR,
		.serial = card->config.serial,
		.bars = {
			[GNIC_BAR_CTL] = { .size = GNIC_BAR_CTL_SIZE, .is64 = true },
			[GNIC_BAR_UMR] = { .size = GNIC_BAR_UMR_SIZE, .is64 = true },
			[GNIC_BAR_HBM] = {
				.size = card->config.hbm_size,
				.is64 = true,
				.prefetch = true,
			},
		},
		.msix_bar = GNIC_BAR_CTL,
		.msix_table = GNIC_MSIX_TABLE_OFFSET,
		.msix_pba = GNIC_MSIX_PBA_OFFSET,
		.reset = card_reset_function,
		.opaque = card,
	};

	card->dma = dma_create();
	card->irq = irq_create(card->config.vectors);
	if (card->dma && card->irq)
		card->pci = pci_create(&params, card->dma, card->irq);
	return card->pci ? 0 : -errno;
}

static const struct vu_area card_umr_area = {
	.offset = GNIC_UMR_PAGE_SIZE,
	.size = GNIC_BAR_UMR_SIZE - GNIC_UMR_PAGE_SIZE,
};

static const struct vu_ops card_vu_ops = {
	.region_read = mmio_region_read,
	.region_write = mmio_region_write,
	.reset = card_reset_client,
};

#define CARD_REGION_RW	(VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE)

static int card_create_server(struct card *card)
{
	const struct vu_region regions[VFIO_PCI_NUM_REGIONS] = {
		[GNIC_BAR_CTL] = {
			.size = GNIC_BAR_CTL_SIZE,
			.flags = CARD_REGION_RW,
			.fd = -1,
		},
		[GNIC_BAR_UMR] = {
			.size = GNIC_BAR_UMR_SIZE,
			.flags = CARD_REGION_RW | VFIO_REGION_INFO_FLAG_MMAP,
			.fd = card->umr_fd,
			.areas = &card_umr_area,
			.nr_areas = 1,
		},
		[GNIC_BAR_HBM] = {
			.size = card->config.hbm_size,
			.flags = CARD_REGION_RW | VFIO_REGION_INFO_FLAG_MMAP,
			.fd = card->hbm_fd,
		},
		[VFIO_PCI_CONFIG_REGION_INDEX] = {
			.size = PCI_CFG_SIZE,
			.flags = CARD_REGION_RW,
			.fd = -1,
		},
	};
	const struct vu_params params = {
		.socket_path = card->config.socket_path,
		.regions = regions,
		.ops = &card_vu_ops,
		.opaque = card,
		.dma = card->dma,
		.irq = card->irq,
	};

	card->vu = vu_create(card->loop, &params);
	return card->vu ? 0 : -errno;
}

/* ---- life ---- */

static int card_create_blocks(struct card *card)
{
	unsigned int i;

	card->faults = fault_create();
	card->fw = fw_create(card);
	card->windows = windows_create(card);
	for (i = 0; i < GNIC_PORT_IDS; i++)
		mac_init(&card->ports[i], card, i);
	card->esw = esw_create(card);
	if (!card->faults || !card->fw || !card->windows || !card->esw)
		return -ENOMEM;
	umr_init(card);
	phc_init(card);
	card_reset(card);
	return 0;
}

struct card *card_create(struct loop *loop, const struct card_config *config)
{
	struct card *card = calloc(1, sizeof(*card));
	int ret;

	if (!card)
		return NULL;
	card->config = *config;
	card->loop = loop;
	card->hbm_fd = -1;
	card->umr_fd = -1;
	ret = card_map_memory(card);
	if (!ret)
		ret = card_create_pci(card);
	if (!ret)
		ret = card_create_blocks(card);
	if (!ret)
		ret = card_create_server(card);
	if (!ret)
		return card;
	card_destroy(card);
	errno = -ret;
	return NULL;
}

void card_destroy(struct card *card)
{
	unsigned int i;

	if (!card)
		return;
	if (card->vu)
		vu_destroy(card->vu);
	if (card->status)
		card_reset(card);
	if (card->poller.poll)
		umr_exit(card);
	if (card->esw)
		esw_destroy(card);
	if (card->windows)
		windows_destroy(card);
	for (i = 0; i < GNIC_PORT_IDS && card->ports[i].card; i++)
		mac_exit(&card->ports[i]);
	fw_destroy(card->fw);
	fault_destroy(card->faults);
	if (card->pci)
		pci_destroy(card->pci);
	irq_destroy(card->irq);
	dma_destroy(card->dma);
	card_unmap_memory(card);
	free(card);
}
