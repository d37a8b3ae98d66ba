/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PCI function: configuration space of a type 0 header with power
 * management, MSI-X, PCI Express with function level reset, advanced error
 * reporting and a serial number.
 *
 * pci_read() and pci_write() stand in front of the device's own regions: they
 * answer what belongs to PCI itself, and everything when the function does not
 * decode memory (powered down, or memory space disabled).
 */
#ifndef VGAUDI_PCI_H
#define VGAUDI_PCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCI_CFG_SIZE	4096u
#define PCI_BARS	6u

struct dma;
struct irq;
struct pci;

/**
 * struct pci_bar - one memory BAR
 * @size: a power of two of at least 4 KiB, or 0 for none
 * @is64: takes two BAR registers; the next entry must be empty
 * @prefetch: prefetchable
 */
struct pci_bar {
	uint64_t size;
	bool is64;
	bool prefetch;
};

/**
 * struct pci_params - what the function is
 * @vendor: vendor id
 * @device: device id
 * @subvendor: subsystem vendor id
 * @subdevice: subsystem id
 * @class: 24-bit class code
 * @revision: revision id
 * @serial: for the device serial number capability
 * @bars: by BAR number
 * @msix_bar: which BAR holds table and pending bits
 * @msix_table: offset of the table there
 * @msix_pba: offset of the pending bits there
 * @reset: called on a function level reset; must end in pci_reset()
 * @opaque: for @reset
 */
struct pci_params {
	uint16_t vendor;
	uint16_t device;
	uint16_t subvendor;
	uint16_t subdevice;
	uint32_t class;
	uint8_t revision;
	uint64_t serial;
	struct pci_bar bars[PCI_BARS];
	unsigned int msix_bar;
	uint32_t msix_table;
	uint32_t msix_pba;
	void (*reset)(void *opaque);
	void *opaque;
};

/**
 * struct pci_stats - for the control socket
 * @cfg_reads: configuration reads
 * @cfg_writes: configuration writes
 * @unclaimed: accesses to a BAR while memory was not decoded
 * @flr: function level resets
 */
struct pci_stats {
	uint64_t cfg_reads;
	uint64_t cfg_writes;
	uint64_t unclaimed;
	uint64_t flr;
};

/**
 * pci_create() - build the configuration space
 * @params: copied
 * @dma: told about bus mastering
 * @irq: told about MSI-X; gives the number of vectors
 *
 * Return: the function in its state after power-on, or NULL with errno set
 * (EINVAL for parameters that make no sense).
 */
struct pci *pci_create(const struct pci_params *params, struct dma *dma,
		       struct irq *irq);
void pci_destroy(struct pci *pci);

/** pci_reset() - back to the state after power-on, of MSI-X and DMA too */
void pci_reset(struct pci *pci);

/**
 * pci_read() - the part of a region access that PCI itself answers
 * @pci: the function
 * @region: VFIO_PCI_*_REGION_INDEX
 * @off: within the region, already checked against its size
 * @buf: filled in on true
 * @len: bytes
 *
 * Return: true if answered; false if the access is the device's.
 */
bool pci_read(struct pci *pci, unsigned int region, uint64_t off, void *buf,
	      size_t len);
bool pci_write(struct pci *pci, unsigned int region, uint64_t off,
	       const void *buf, size_t len);

/** pci_decodes() - are the BARs alive: memory space enabled, and in D0? */
bool pci_decodes(const struct pci *pci);

/**
 * pci_report_correctable() - record an error that hardware has corrected
 * @pci: the function
 * @status: bits of the correctable error status register
 */
void pci_report_correctable(struct pci *pci, uint32_t status);

/**
 * pci_report_error() - record an error in AER and signal it to the client
 * @pci: the function
 * @status: bits of the uncorrectable error status register
 */
void pci_report_error(struct pci *pci, uint32_t status);

const struct pci_stats *pci_stats(const struct pci *pci);

#endif
