/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* PCI identity, BARs, the blocks in BAR0, and the device address space. */
#ifndef GNIC_HW_MEMMAP_H
#define GNIC_HW_MEMMAP_H

#include "types.h"

/* hardware.rst "PCI": the vendor's own id for a Gaudi2 simulator. */
#define GNIC_PCI_VENDOR_ID		0x1da3
#define GNIC_PCI_DEVICE_ID		0xff07
#define GNIC_PCI_CLASS			0x120000	/* processing accelerator */

#define GNIC_BAR_CTL			0	/* trapped: registers, MSI-X */
#define GNIC_BAR_UMR			2	/* doorbell pages */
#define GNIC_BAR_HBM			4	/* device memory */

#define GNIC_BAR_CTL_SIZE		0x10000
#define GNIC_MSIX_TABLE_OFFSET		0x8000
#define GNIC_MSIX_PBA_OFFSET		0xc000
#define GNIC_VECTORS_MAX		1024

#define GNIC_UMR_PAGE_SIZE		0x1000
#define GNIC_UMR_PAGES			256
#define GNIC_BAR_UMR_SIZE		(GNIC_UMR_PAGES * GNIC_UMR_PAGE_SIZE)

/*
 * Blocks of BAR0: X(NAME, base, size). Driver (register dump) and model
 * (address decoder) expand the same list; what is in no block is a hole.
 */
#define GNIC_HW_BLOCKS(X) \
	X(CTL,  0x0000, 0x100) \
	X(CMD,  0x0100, 0x100) \
	X(TEST, 0x0200, 0x100) \
	X(PHC,  0x0300, 0x100)

#define GNIC_CTL_BASE			0x0000
#define GNIC_CMD_BASE			0x0100
#define GNIC_TEST_BASE			0x0200
#define GNIC_PHC_BASE			0x0300

/*
 * Device address space, as seen by every address in a WQE, ring or command.
 * Gaudi2's own bases; below them everything is a host DMA address.
 */
#define GNIC_ADDR_UMR_BASE		0x1000007ffd400000ull
#define GNIC_ADDR_HBM_BASE		0x1001000000000000ull
#define GNIC_ADDR_HOST_END		0x0010000000000000ull
/* Model-defined: what windows map there, each ASID its own. */
#define GNIC_ADDR_MAPPED_BASE		0x0100000000000000ull
#define GNIC_ADDR_MAPPED_END		0x0110000000000000ull

/*
 * A port of two lanes can be two ports of one. The first of them keeps the id,
 * the other one has an id that no whole port has.
 */
#define GNIC_PORTS_MAX			24
#define GNIC_LANES_PER_PORT		2
#define GNIC_PORT_HALF(port)		(GNIC_PORTS_MAX + (port))
#define GNIC_PORT_IDS			(GNIC_PORTS_MAX * GNIC_LANES_PER_PORT)

/* Protection domains. hardware.rst "ASID". */
#define GNIC_ASID_KERNEL		0
#define GNIC_ASID_MAX			1022
#define GNIC_ASID_NONE			1023	/* owns no window: every access fails */

#endif /* GNIC_HW_MEMMAP_H */
