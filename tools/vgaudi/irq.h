/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupts: the eventfds that the client gave for each MSI-X vector, who
 * masks them, and what is pending.
 *
 * A vector can be masked in four ways: by the client (SET_IRQS, what a VMM
 * does), in the MSI-X table (what a bare client does; a VMM keeps the guest's
 * table to itself), for the whole function (MSI-X control word), and by MSI-X
 * or bus mastering being off, in which case nothing is even remembered.
 */
#ifndef VGAUDI_IRQ_H
#define VGAUDI_IRQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IRQ_VECTORS_MAX	1024u

/* One MSI-X table entry: address low, address high, data, control. */
#define IRQ_TABLE_ENTRY	16u

struct irq;

/**
 * struct irq_stats - for the control socket
 * @raised: eventfds signalled
 * @pended: raised while masked: the pending bit was set
 * @suppressed: dropped: MSI-X or bus mastering off, or no eventfd
 */
struct irq_stats {
	uint64_t raised;
	uint64_t pended;
	uint64_t suppressed;
};

/**
 * irq_create() - the interrupts of one function
 * @vectors: MSI-X vectors, 1 to IRQ_VECTORS_MAX
 *
 * Return: the object, or NULL with errno set.
 */
struct irq *irq_create(unsigned int vectors);
void irq_destroy(struct irq *irq);

/**
 * irq_raise() - send one MSI-X message
 * @irq: the function's interrupts
 * @vector: which; a number out of range is counted and ignored
 *
 * Never blocks.
 */
void irq_raise(struct irq *irq, unsigned int vector);

/**
 * irq_pending() - is the pending bit of a vector set?
 * @irq: the function's interrupts
 * @vector: which
 */
bool irq_pending(const struct irq *irq, unsigned int vector);

unsigned int irq_vectors(const struct irq *irq);

/** irq_notify_error() - signal the ERR eventfd: the guest should see AER */
void irq_notify_error(struct irq *irq);

/** irq_notify_request() - signal the REQ eventfd: please unplug the device */
void irq_notify_request(struct irq *irq);

/* For pci.c: the function's side. */

/**
 * irq_set_enable() - what the configuration space says
 * @irq: the function's interrupts
 * @enable: MSI-X enabled and bus mastering on
 * @mask_all: the function mask bit
 *
 * Pending vectors that become unmasked fire.
 */
void irq_set_enable(struct irq *irq, bool enable, bool mask_all);
void irq_table_read(const struct irq *irq, uint64_t off, void *buf, size_t len);
void irq_table_write(struct irq *irq, uint64_t off, const void *buf,
		     size_t len);
void irq_pba_read(const struct irq *irq, uint64_t off, void *buf, size_t len);

/** irq_reset() - a function reset: the eventfds and the client's masks stay */
void irq_reset(struct irq *irq);

/* For vfio_user.c: the client's side. */

/**
 * irq_count() - how many interrupts a VFIO interrupt index has
 * @irq: the function's interrupts
 * @index: VFIO_PCI_*_IRQ_INDEX
 * @flags: out: VFIO_IRQ_INFO_*
 *
 * Return: the number, or -EINVAL.
 */
int irq_count(const struct irq *irq, uint32_t index, uint32_t *flags);

/**
 * struct irq_set - a checked-for-length SET_IRQS request
 * @index: VFIO_PCI_*_IRQ_INDEX
 * @flags: VFIO_IRQ_SET_*, one data and one action bit
 * @start: first interrupt
 * @count: how many
 * @bools: @count bytes with VFIO_IRQ_SET_DATA_BOOL
 * @fds: @nfds eventfds with VFIO_IRQ_SET_DATA_EVENTFD; @nfds is @count, or 0
 *	to take them away
 * @nfds: how many
 */
struct irq_set {
	uint32_t index;
	uint32_t flags;
	uint32_t start;
	uint32_t count;
	const uint8_t *bools;
	int *fds;
	unsigned int nfds;
};

/**
 * irq_apply() - carry a SET_IRQS out
 * @irq: the function's interrupts
 * @set: the request; a descriptor that was taken over is set to -1 in @fds,
 *	the rest remain the caller's
 *
 * Return: 0 or -EINVAL, in which case nothing was changed.
 */
int irq_apply(struct irq *irq, const struct irq_set *set);

/** irq_release() - the client is gone: forget its eventfds and masks */
void irq_release(struct irq *irq);

const struct irq_stats *irq_stats(const struct irq *irq);

#endif
