// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device for tests of the transport, see fakedev.h.
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dma.h"
#include "fakedev.h"
#include "irq.h"
#include "pci.h"

#define BAR_CTL		0
#define BAR_UMR		2
#define BAR_HBM		4
#define CTL_SIZE	0x10000u
#define UMR_SIZE	0x100000u
#define UMR_PAGE	0x1000u

struct fakedev {
	struct dma *dma;
	struct irq *irq;
	struct pci *pci;
	struct vu_dev *vu;
	struct vu_region regions[VFIO_PCI_NUM_REGIONS];
	void *mem[PCI_BARS];	/* of the mappable BARs */
	uint8_t regs[FAKE_REGS];
	unsigned int resets;
};

/* All of the doorbell BAR but its first page. */
static const struct vu_area umr_area = { UMR_PAGE, UMR_SIZE - UMR_PAGE };

/* Registers. */

static uint32_t reg_get(const struct fakedev *fake, unsigned int off)
{
	uint32_t val;

	memcpy(&val, &fake->regs[off], sizeof(val));
	return le32toh(val);
}

static void reg_set(struct fakedev *fake, unsigned int off, uint32_t val)
{
	val = htole32(val);
	memcpy(&fake->regs[off], &val, sizeof(val));
}

static int fake_dma(struct fakedev *fake)
{
	uint64_t addr = reg_get(fake, FAKE_ADDR) |
			(uint64_t)reg_get(fake, FAKE_ADDR + 4) << 32;
	uint32_t len = reg_get(fake, FAKE_LEN);
	uint32_t cmd = reg_get(fake, FAKE_CMD);
	uint8_t buf[FAKE_DMA_MAX];
	int ret = 0;

	if (len > sizeof(buf))
		return -E2BIG;
	memset(buf, FAKE_FILL_BYTE, len);
	if (cmd == FAKE_INVERT)
		ret = dma_read(fake->dma, addr, buf, len);
	for (uint32_t i = 0; i < len && cmd == FAKE_INVERT; i++)
		buf[i] = ~buf[i];
	return ret ? ret : dma_write(fake->dma, addr, buf, len);
}

/* Side effects of a write to the word at @off. */
static void fake_written(struct fakedev *fake, uint64_t off)
{
	switch (off) {
	case FAKE_ID:
		reg_set(fake, FAKE_ID, FAKE_MAGIC);
		break;
	case FAKE_RAISE:
		irq_raise(fake->irq, reg_get(fake, FAKE_RAISE));
		break;
	case FAKE_CMD:
		reg_set(fake, FAKE_STATUS, -fake_dma(fake));
		break;
	case FAKE_SCRATCH:
		reg_set(fake, off, reg_get(fake, off) * 2);
		break;
	}
}

/* Regions. */

static void *fake_mem(struct fakedev *fake, unsigned int region)
{
	return region < PCI_BARS ? fake->mem[region] : NULL;
}

static bool fake_is_reg(unsigned int region, uint64_t off, size_t len)
{
	return region == BAR_CTL && len <= FAKE_REGS && off <= FAKE_REGS - len;
}

static int fake_read(void *opaque, unsigned int region, uint64_t off,
		     void *buf, size_t len)
{
	struct fakedev *fake = opaque;
	uint8_t *mem = fake_mem(fake, region);

	if (pci_read(fake->pci, region, off, buf, len))
		return 0;
	if (mem)
		memcpy(buf, mem + off, len);
	else if (fake_is_reg(region, off, len))
		memcpy(buf, &fake->regs[off], len);
	else
		memset(buf, 0, len);
	return 0;
}

static int fake_write(void *opaque, unsigned int region, uint64_t off,
		      const void *buf, size_t len)
{
	struct fakedev *fake = opaque;
	uint8_t *mem = fake_mem(fake, region);

	if (pci_write(fake->pci, region, off, buf, len))
		return 0;
	if (mem) {
		memcpy(mem + off, buf, len);
	} else if (fake_is_reg(region, off, len)) {
		memcpy(&fake->regs[off], buf, len);
		for (uint64_t at = off & ~3ull; at < off + len; at += 4)
			fake_written(fake, at);
	}
	return 0;
}

/* Reset. */

static void fake_flr(void *opaque)
{
	struct fakedev *fake = opaque;

	memset(fake->regs, 0, sizeof(fake->regs));
	reg_set(fake, FAKE_ID, FAKE_MAGIC);
	fake->resets++;
	pci_reset(fake->pci);
}

static int fake_reset(void *opaque, enum vu_reset why)
{
	(void)why;
	fake_flr(opaque);
	return 0;
}

static const struct vu_ops fake_ops = {
	.region_read = fake_read,
	.region_write = fake_write,
	.reset = fake_reset,
};

/* Life. */

static int fake_mappable(struct fakedev *fake, unsigned int bar,
			 const char *name)
{
	struct vu_region *region = &fake->regions[bar];
	int fd = vu_memfd(name, region->size, &fake->mem[bar]);

	if (fd < 0)
		return fd;
	region->fd = fd;
	region->flags |= VFIO_REGION_INFO_FLAG_MMAP;
	return 0;
}

static int fake_regions(struct fakedev *fake, uint64_t hbm)
{
	const uint64_t sizes[VFIO_PCI_NUM_REGIONS] = {
		[BAR_CTL] = CTL_SIZE,
		[BAR_UMR] = UMR_SIZE,
		[BAR_HBM] = hbm,
		[VFIO_PCI_CONFIG_REGION_INDEX] = PCI_CFG_SIZE,
	};
	int ret;

	for (unsigned int i = 0; i < VFIO_PCI_NUM_REGIONS; i++) {
		fake->regions[i].size = sizes[i];
		fake->regions[i].fd = -1;
		if (sizes[i])
			fake->regions[i].flags = VFIO_REGION_INFO_FLAG_READ |
						 VFIO_REGION_INFO_FLAG_WRITE;
	}
	fake->regions[BAR_UMR].areas = &umr_area;
	fake->regions[BAR_UMR].nr_areas = 1;
	ret = fake_mappable(fake, BAR_UMR, "fake-umr");
	return ret ? ret : fake_mappable(fake, BAR_HBM, "fake-hbm");
}

static struct pci *fake_pci(struct fakedev *fake)
{
	const struct pci_params params = {
		.vendor = 0x1da3, .device = 0xff07,
		.subvendor = 0x1da3, .subdevice = 0xff07,
		.class = 0x120000, .revision = 1,
		.serial = 0x1122334455667788,
		.bars = {
			[BAR_CTL] = { CTL_SIZE, true, false },
			[BAR_UMR] = { UMR_SIZE, true, false },
			[BAR_HBM] = { fake->regions[BAR_HBM].size, true, true },
		},
		.msix_bar = BAR_CTL, .msix_table = 0x8000, .msix_pba = 0xc000,
		.reset = fake_flr, .opaque = fake,
	};

	return pci_create(&params, fake->dma, fake->irq);
}

static struct vu_dev *fake_vu(struct fakedev *fake, struct loop *loop,
			      const char *socket_path)
{
	const struct vu_params params = {
		.socket_path = socket_path,
		.regions = fake->regions,
		.ops = &fake_ops,
		.opaque = fake,
		.dma = fake->dma,
		.irq = fake->irq,
	};

	return vu_create(loop, &params);
}

static bool fake_start(struct fakedev *fake, struct loop *loop,
		       const char *socket_path, unsigned int vectors,
		       uint64_t hbm)
{
	if (fake_regions(fake, hbm))
		return false;
	fake->dma = dma_create();
	fake->irq = irq_create(vectors);
	if (!fake->dma || !fake->irq)
		return false;
	fake->pci = fake_pci(fake);
	if (!fake->pci)
		return false;
	fake->vu = fake_vu(fake, loop, socket_path);
	return fake->vu;
}

struct fakedev *fakedev_create(struct loop *loop, const char *socket_path,
			       unsigned int vectors, uint64_t hbm)
{
	struct fakedev *fake = calloc(1, sizeof(*fake));

	if (!fake)
		return NULL;
	reg_set(fake, FAKE_ID, FAKE_MAGIC);
	if (fake_start(fake, loop, socket_path, vectors, hbm))
		return fake;
	fakedev_destroy(fake);
	return NULL;
}

void fakedev_destroy(struct fakedev *fake)
{
	vu_destroy(fake->vu);
	pci_destroy(fake->pci);
	irq_destroy(fake->irq);
	dma_destroy(fake->dma);
	for (unsigned int i = 0; i < PCI_BARS; i++) {
		if (!fake->mem[i])
			continue;
		munmap(fake->mem[i], fake->regions[i].size);
		close(fake->regions[i].fd);
	}
	free(fake);
}

struct vu_dev *fakedev_vu(struct fakedev *fake)
{
	return fake->vu;
}

struct dma *fakedev_dma(struct fakedev *fake)
{
	return fake->dma;
}

unsigned int fakedev_resets(const struct fakedev *fake)
{
	return fake->resets;
}
