// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCI function as a bare client sees it: identity, BARs, capabilities,
 * power states, function level reset and MSI-X.
 *
 * Interrupts are raised with SET_IRQS, so no device block takes part.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../lib/ktap.h"
#include "client.h"

#define CFG		VFIO_PCI_CONFIG_REGION_INDEX
#define MSIX		VFIO_PCI_MSIX_IRQ_INDEX
#define VECTORS		8
#define ENTRY		16	/* bytes of a table entry */
#define ENTRY_CTRL	12

/* Where things are, as the capabilities tell. */
struct where {
	uint32_t pm;
	uint32_t exp;
	uint32_t msix;
	uint32_t table;
	uint32_t pba;
	unsigned int vectors;
};

static void find(struct client *c, struct where *w)
{
	w->pm = client_find_cap(c, PCI_CAP_ID_PM);
	w->exp = client_find_cap(c, PCI_CAP_ID_EXP);
	w->msix = client_find_cap(c, PCI_CAP_ID_MSIX);
	CLIENT_CHECK(w->pm && w->exp && w->msix);
	w->table = client_cfg_read(c, w->msix + PCI_MSIX_TABLE, 4);
	w->pba = client_cfg_read(c, w->msix + PCI_MSIX_PBA, 4);
	CLIENT_EQ(w->table & PCI_MSIX_TABLE_BIR, 0);
	CLIENT_EQ(w->pba & PCI_MSIX_PBA_BIR, 0);
	w->vectors = (client_cfg_read(c, w->msix + PCI_MSIX_FLAGS, 2) &
		      PCI_MSIX_FLAGS_QSIZE) + 1;
}

static void spawn(struct client *c, struct where *w)
{
	client_spawn(c, NULL);
	find(c, w);
}

static void trigger(struct client *c, unsigned int vector)
{
	CLIENT_EQ(client_set_irqs(c, MSIX, VFIO_IRQ_SET_DATA_NONE |
				  VFIO_IRQ_SET_ACTION_TRIGGER, vector, 1,
				  NULL, NULL, 0), 0);
}

static uint64_t pending(struct client *c, const struct where *w)
{
	return client_read64(c, 0, w->pba);
}

static void mask_entry(struct client *c, const struct where *w,
		       unsigned int vector, uint32_t ctrl)
{
	client_write32(c, 0, w->table + vector * ENTRY + ENTRY_CTRL, ctrl);
}

/* Configuration space. */

static void identity(void)
{
	struct client c;

	client_spawn(&c, NULL);
	CLIENT_EQ(client_cfg_read(&c, PCI_VENDOR_ID, 2), 0x1da3);
	CLIENT_EQ(client_cfg_read(&c, PCI_DEVICE_ID, 2), 0xff07);
	CLIENT_EQ(client_cfg_read(&c, PCI_CLASS_REVISION, 4) >> 8, 0x120000);
	CLIENT_EQ(client_cfg_read(&c, PCI_HEADER_TYPE, 1), 0);
	CLIENT_EQ(client_cfg_read(&c, PCI_INTERRUPT_PIN, 1), 0);
	client_close(&c);
}

static uint64_t bar_size(struct client *c, unsigned int bar, uint32_t *type)
{
	uint32_t at = PCI_BASE_ADDRESS_0 + 4 * bar;
	uint64_t mask;

	*type = client_cfg_read(c, at, 4) & 0xf;
	client_cfg_write(c, at, 0xffffffff, 4);
	client_cfg_write(c, at + 4, 0xffffffff, 4);
	mask = client_cfg_read(c, at, 4) & ~0xfu;
	mask |= (uint64_t)client_cfg_read(c, at + 4, 4) << 32;
	CLIENT_EQ(client_cfg_read(c, at, 4) & 0xf, *type);
	return ~mask + 1;
}

static void bars(void)
{
	struct client c;
	uint32_t type;

	client_spawn(&c, NULL);
	client_map_bar(&c, 4);
	CLIENT_EQ(bar_size(&c, 0, &type), 0x10000);
	CLIENT_EQ(type, PCI_BASE_ADDRESS_MEM_TYPE_64);
	CLIENT_EQ(bar_size(&c, 2, &type), 0x100000);
	CLIENT_EQ(type, PCI_BASE_ADDRESS_MEM_TYPE_64);
	CLIENT_EQ(bar_size(&c, 4, &type), c.bars[4].size);
	CLIENT_EQ(type, PCI_BASE_ADDRESS_MEM_TYPE_64 |
		  PCI_BASE_ADDRESS_MEM_PREFETCH);
	client_cfg_write(&c, PCI_BASE_ADDRESS_0, 0xfe900000, 4);
	CLIENT_EQ(client_cfg_read(&c, PCI_BASE_ADDRESS_0, 4), 0xfe900004);
	client_close(&c);
}

static void capabilities(void)
{
	struct where w;
	struct client c;
	uint32_t dsn;

	spawn(&c, &w);
	CLIENT_CHECK(client_cfg_read(&c, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST);
	CLIENT_CHECK(w.vectors >= VECTORS);
	CLIENT_CHECK(client_cfg_read(&c, w.exp + PCI_EXP_DEVCAP, 4) &
		     PCI_EXP_DEVCAP_FLR);
	CLIENT_CHECK(client_find_ext_cap(&c, PCI_EXT_CAP_ID_ERR));
	dsn = client_find_ext_cap(&c, PCI_EXT_CAP_ID_DSN);
	CLIENT_CHECK(dsn && client_cfg_read(&c, dsn + 4, 4));
	CLIENT_EQ(client_find_cap(&c, PCI_CAP_ID_MSI), 0);
	client_close(&c);
}

/* All ones into every byte that has no side effect worth fearing. */
static void read_only_stays(void)
{
	static const uint32_t fixed[] = {
		PCI_VENDOR_ID, PCI_CLASS_REVISION, PCI_BASE_ADDRESS_0 + 24,
		PCI_SUBSYSTEM_VENDOR_ID, PCI_ROM_ADDRESS, 0x100, 0xffc,
	};
	struct client c;

	client_spawn(&c, NULL);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		uint32_t before = client_cfg_read(&c, fixed[i], 4);

		client_cfg_write(&c, fixed[i], 0xffffffff, 4);
		CLIENT_EQ(client_cfg_read(&c, fixed[i], 4), before);
		client_cfg_write(&c, fixed[i], 0, 4);
		CLIENT_EQ(client_cfg_read(&c, fixed[i], 4), before);
	}
	client_close(&c);
}

/* Part of a register, and parts of two, are written as bytes are. */
static void odd_widths(void)
{
	struct client c;

	client_spawn(&c, NULL);
	client_cfg_write(&c, PCI_COMMAND + 1, 0x01, 1);
	CLIENT_EQ(client_cfg_read(&c, PCI_COMMAND, 2), PCI_COMMAND_SERR |
		  PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	client_cfg_write(&c, PCI_CACHE_LINE_SIZE - 1, 0x1010, 2);
	CLIENT_EQ(client_cfg_read(&c, PCI_CACHE_LINE_SIZE, 1), 0x10);
	client_close(&c);
}

/* Memory. */

static void memory_space_off(void)
{
	struct client c;

	client_spawn(&c, NULL);
	client_cfg_write(&c, PCI_COMMAND, 0, 2);
	CLIENT_EQ(client_read32(&c, 0, 0), 0xffffffff);
	client_write32(&c, 4, 0x3000, 0x55);
	CLIENT_EQ(client_read32(&c, 4, 0x3000), 0xffffffff);
	client_enable(&c);
	CLIENT_EQ(client_read32(&c, 4, 0x3000), 0);
	client_close(&c);
}

static void d3hot(void)
{
	struct where w;
	struct client c;
	uint32_t ctrl;

	spawn(&c, &w);
	ctrl = client_cfg_read(&c, w.pm + PCI_PM_CTRL, 2);
	CLIENT_CHECK(ctrl & PCI_PM_CTRL_NO_SOFT_RESET);
	client_write32(&c, 4, 0x3000, 0x55);
	client_cfg_write(&c, w.pm + PCI_PM_CTRL, 3, 2);
	CLIENT_EQ(client_cfg_read(&c, w.pm + PCI_PM_CTRL, 2), ctrl | 3);
	CLIENT_EQ(client_read32(&c, 4, 0x3000), 0xffffffff);
	CLIENT_EQ(client_cfg_read(&c, PCI_VENDOR_ID, 2), 0x1da3);
	/* D1 and D2 do not exist. */
	client_cfg_write(&c, w.pm + PCI_PM_CTRL, 1, 2);
	CLIENT_EQ(client_cfg_read(&c, w.pm + PCI_PM_CTRL, 2), ctrl | 3);
	client_cfg_write(&c, w.pm + PCI_PM_CTRL, 0, 2);
	CLIENT_EQ(client_read32(&c, 4, 0x3000), 0x55);
	client_close(&c);
}

static void function_level_reset(void)
{
	struct where w;
	struct client c;

	spawn(&c, &w);
	client_irqs(&c, VECTORS);
	client_cfg_write(&c, PCI_INTERRUPT_LINE, 0x42, 1);
	client_cfg_write(&c, w.exp + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_BCR_FLR, 2);
	CLIENT_EQ(client_cfg_read(&c, w.exp + PCI_EXP_DEVCTL, 2) &
		  PCI_EXP_DEVCTL_BCR_FLR, 0);
	CLIENT_EQ(client_cfg_read(&c, PCI_INTERRUPT_LINE, 1), 0);
	CLIENT_EQ(client_cfg_read(&c, PCI_COMMAND, 2), 0);
	CLIENT_EQ(client_cfg_read(&c, w.msix + PCI_MSIX_FLAGS, 2),
		  w.vectors - 1);
	/* The client's eventfds outlive it. */
	client_enable(&c);
	client_cfg_write(&c, w.msix + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE, 2);
	trigger(&c, 3);
	CLIENT_EQ(client_irq_wait(&c, 3), 1);
	client_close(&c);
}

/* MSI-X. */

static void raise_each(void)
{
	struct where w;
	struct client c;

	spawn(&c, &w);
	client_irqs(&c, w.vectors);
	for (unsigned int i = 0; i < w.vectors; i++) {
		trigger(&c, i);
		CLIENT_EQ(client_irq_wait(&c, i), 1);
	}
	for (unsigned int i = 0; i < w.vectors; i++)
		CLIENT_EQ(client_irq_count(&c, i), 0);
	client_close(&c);
}

static void masked_in_the_table(void)
{
	struct where w;
	struct client c;

	spawn(&c, &w);
	client_irqs(&c, VECTORS);
	mask_entry(&c, &w, 5, 1);
	trigger(&c, 5);
	trigger(&c, 5);
	CLIENT_EQ(client_irq_count(&c, 5), 0);
	CLIENT_EQ(pending(&c, &w), 1 << 5);
	mask_entry(&c, &w, 5, 0);
	CLIENT_EQ(client_irq_wait(&c, 5), 1);
	CLIENT_EQ(pending(&c, &w), 0);
	client_close(&c);
}

static void masked_as_a_whole(void)
{
	struct where w;
	struct client c;

	spawn(&c, &w);
	client_irqs(&c, VECTORS);
	client_cfg_write(&c, w.msix + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE |
			 PCI_MSIX_FLAGS_MASKALL, 2);
	trigger(&c, 0);
	trigger(&c, 7);
	CLIENT_EQ(pending(&c, &w), 0x81);
	client_write64(&c, 0, w.pba, 0);
	CLIENT_EQ(pending(&c, &w), 0x81);
	CLIENT_EQ(client_irq_count(&c, 7), 0);
	client_cfg_write(&c, w.msix + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE, 2);
	CLIENT_EQ(client_irq_wait(&c, 0), 1);
	CLIENT_EQ(client_irq_wait(&c, 7), 1);
	client_close(&c);
}

static void masked_by_the_client(void)
{
	const uint8_t bools[4] = { 1, 0, 1, 0 };
	struct where w;
	struct client c;

	spawn(&c, &w);
	client_irqs(&c, VECTORS);
	CLIENT_EQ(client_set_irqs(&c, MSIX, VFIO_IRQ_SET_DATA_BOOL |
				  VFIO_IRQ_SET_ACTION_MASK, 2, 4, bools, NULL,
				  0), 0);
	for (unsigned int i = 2; i < 6; i++)
		trigger(&c, i);
	CLIENT_EQ(pending(&c, &w), 1 << 2 | 1 << 4);
	CLIENT_EQ(client_irq_count(&c, 3), 1);
	CLIENT_EQ(client_irq_count(&c, 4), 0);
	CLIENT_EQ(client_set_irqs(&c, MSIX, VFIO_IRQ_SET_DATA_NONE |
				  VFIO_IRQ_SET_ACTION_UNMASK, 0, VECTORS, NULL,
				  NULL, 0), 0);
	CLIENT_EQ(client_irq_count(&c, 2), 1);
	CLIENT_EQ(client_irq_count(&c, 4), 1);
	client_close(&c);
}

/* Switched off, an interrupt is lost, not kept. */
static void switched_off(void)
{
	struct where w;
	struct client c;

	spawn(&c, &w);
	client_irqs(&c, VECTORS);
	client_cfg_write(&c, w.msix + PCI_MSIX_FLAGS, 0, 2);
	trigger(&c, 1);
	client_cfg_write(&c, w.msix + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE, 2);
	client_cfg_write(&c, PCI_COMMAND, PCI_COMMAND_MEMORY, 2);
	trigger(&c, 1);
	client_enable(&c);
	CLIENT_EQ(pending(&c, &w), 0);
	CLIENT_EQ(client_irq_count(&c, 1), 0);
	/* No interrupts at all, by the client. */
	CLIENT_EQ(client_set_irqs(&c, MSIX, VFIO_IRQ_SET_DATA_NONE |
				  VFIO_IRQ_SET_ACTION_TRIGGER, 0, 0, NULL, NULL,
				  0), 0);
	trigger(&c, 1);
	CLIENT_EQ(client_irq_count(&c, 1), 0);
	client_close(&c);
}

static void table_entries(void)
{
	struct where w;
	struct client c;
	uint64_t at;

	spawn(&c, &w);
	at = w.table + (w.vectors - 1) * ENTRY;
	CLIENT_EQ(client_read32(&c, 0, at + ENTRY_CTRL), 1);
	client_write32(&c, 0, at, 0xfee00003);
	client_write32(&c, 0, at + 4, 1);
	client_write32(&c, 0, at + 8, 0x4021);
	client_write32(&c, 0, at + ENTRY_CTRL, 0xfffffffe);
	CLIENT_EQ(client_read32(&c, 0, at), 0xfee00000);
	CLIENT_EQ(client_read64(&c, 0, at + 4), 0x402100000001);
	CLIENT_EQ(client_read32(&c, 0, at + ENTRY_CTRL), 0);
	client_close(&c);
}

/* An eventfd whose counter is full must not stop the device. */
static void full_eventfd(void)
{
	struct where w;
	struct client c;

	spawn(&c, &w);
	client_irqs(&c, VECTORS);
	CLIENT_EQ(eventfd_write(c.irqs[0], 0xfffffffffffffffe), 0);
	trigger(&c, 0);
	trigger(&c, 1);
	CLIENT_EQ(client_irq_wait(&c, 1), 1);
	client_close(&c);
}

static void refused_irq_sets(void)
{
	static const struct {
		uint32_t index, flags, start, count;
	} bad[] = {
		{ VFIO_PCI_NUM_IRQS, 0x21, 0, 1 },
		{ MSIX, 0x00, 0, 1 },			/* no data, no action */
		{ MSIX, 0x01, 0, 1 },			/* no action */
		{ MSIX, 0x20, 0, 1 },			/* no data */
		{ MSIX, 0x61, 0, 1 },			/* unknown action */
		{ MSIX, 0x31, 0, 1 },			/* two actions */
		{ MSIX, 0x25, 0, 1 },			/* two kinds of data */
		{ MSIX, 0x0c, 0, 1 },			/* eventfd to mask */
		{ MSIX, 0x21, 0xffffffff, 2 },
		{ MSIX, 0x21, 0, 0xffffffff },
		{ MSIX, 0x21, 1024, 1 },
		{ MSIX, 0x21, 1, 0 },
		{ MSIX, 0x24, 0, 0 },
		{ MSIX, 0x09, 0, 0 },
		{ VFIO_PCI_INTX_IRQ_INDEX, 0x21, 0, 1 },
		{ VFIO_PCI_MSI_IRQ_INDEX, 0x21, 0, 1 },
		{ VFIO_PCI_ERR_IRQ_INDEX, 0x09, 0, 1 },
		{ VFIO_PCI_ERR_IRQ_INDEX, 0x21, 1, 1 },
		{ VFIO_PCI_REQ_IRQ_INDEX, 0x21, 0, 2 },
	};
	int fds[2] = { 0, 1 };
	struct where w;
	struct client c;
	int pipes[2];

	spawn(&c, &w);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CLIENT_EQ(client_set_irqs(&c, bad[i].index, bad[i].flags,
					  bad[i].start, bad[i].count, NULL,
					  NULL, 0), EINVAL);
	/* More or fewer descriptors than interrupts; and no eventfds. */
	CLIENT_EQ(client_set_irqs(&c, MSIX, 0x24, 0, 3, NULL, fds, 2), EINVAL);
	CLIENT_EQ(client_set_irqs(&c, MSIX, 0x24, 0, 1, NULL, fds, 2), EINVAL);
	CLIENT_EQ(client_set_irqs(&c, MSIX, 0x21, 0, 2, NULL, fds, 2), EINVAL);
	CLIENT_EQ(pipe(pipes), 0);
	CLIENT_EQ(client_set_irqs(&c, MSIX, 0x24, 0, 2, NULL, pipes, 2),
		  EINVAL);
	client_close(&c);
}

static void irq_info(void)
{
	static const uint32_t counts[VFIO_PCI_NUM_IRQS] = {
		[VFIO_PCI_ERR_IRQ_INDEX] = 1, [VFIO_PCI_REQ_IRQ_INDEX] = 1,
	};
	struct where w;
	struct client c;

	spawn(&c, &w);
	for (uint32_t i = 0; i <= VFIO_PCI_NUM_IRQS; i++) {
		struct vfio_irq_info req = { .argsz = 16, .index = i }, reply;
		size_t len = sizeof(reply);
		int err = client_call(&c, VFIO_USER_GET_IRQ_INFO, &req,
				      sizeof(req), &reply, &len);

		CLIENT_EQ(err, i < VFIO_PCI_NUM_IRQS ? 0 : EINVAL);
		if (!err)
			CLIENT_EQ(reply.count, i == MSIX ? w.vectors :
				  counts[i]);
	}
	client_close(&c);
}

static void error_eventfd(void)
{
	int fd = eventfd(0, EFD_NONBLOCK);
	struct client c;
	eventfd_t val;

	client_spawn(&c, NULL);
	CLIENT_EQ(client_set_irqs(&c, VFIO_PCI_ERR_IRQ_INDEX, 0x24, 0, 1, NULL,
				  &fd, 1), 0);
	CLIENT_EQ(client_set_irqs(&c, VFIO_PCI_ERR_IRQ_INDEX, 0x21, 0, 1, NULL,
				  NULL, 0), 0);
	CLIENT_EQ(eventfd_read(fd, &val), 0);
	CLIENT_EQ(val, 1);
	client_close(&c);
}

static const struct ktap_test tests[] = {
	{ "config: identity", identity },
	{ "config: BARs tell their size", bars },
	{ "config: capabilities", capabilities },
	{ "config: read-only registers stay", read_only_stays },
	{ "config: any width, any alignment", odd_widths },
	{ "memory: all ones when disabled", memory_space_off },
	{ "power: D3hot and back", d3hot },
	{ "reset: function level", function_level_reset },
	{ "msix: every vector", raise_each },
	{ "msix: masked in the table", masked_in_the_table },
	{ "msix: masked as a whole", masked_as_a_whole },
	{ "msix: masked by the client", masked_by_the_client },
	{ "msix: switched off", switched_off },
	{ "msix: table entries", table_entries },
	{ "msix: a full eventfd", full_eventfd },
	{ "irq: refused requests", refused_irq_sets },
	{ "irq: info", irq_info },
	{ "irq: error notification", error_eventfd },
};

KTAP_MAIN(tests)
