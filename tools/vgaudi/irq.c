// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts: see irq.h for who may mask what.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "irq.h"

#define MASK_CLIENT	0x1u
#define MASK_TABLE	0x2u

/* Offset of the control word in a table entry, and its only bit. */
#define ENTRY_CTRL	12u
#define ENTRY_MASKED	0x1u

/**
 * struct irq_vector - one MSI-X vector
 * @fd: eventfd, or -1
 * @masks: who masks it: MASK_*
 * @pending: raised while masked
 * @entry: the MSI-X table entry as last written; its mask bit reads as set
 *	after a reset, but counts only once written: a VMM never writes here
 */
struct irq_vector {
	int fd;
	uint8_t masks;
	bool pending;
	uint8_t entry[IRQ_TABLE_ENTRY];
};

struct irq {
	unsigned int nr;
	bool enable;
	bool mask_all;
	int error_fd;
	int request_fd;
	struct irq_stats stats;
	struct irq_vector vectors[];
};

/* What a client may do with each interrupt index; a function of ours has no
 * INTx pin and no MSI.
 */
#define IRQ_ACTIONS	(VFIO_IRQ_SET_ACTION_TRIGGER |	\
			 VFIO_IRQ_SET_ACTION_MASK | VFIO_IRQ_SET_ACTION_UNMASK)

static const struct irq_index {
	uint32_t info;		/* VFIO_IRQ_INFO_* */
	uint32_t actions;	/* VFIO_IRQ_SET_ACTION_* */
} irq_indexes[VFIO_PCI_NUM_IRQS] = {
	[VFIO_PCI_INTX_IRQ_INDEX] = {
		.actions = VFIO_IRQ_SET_ACTION_TRIGGER,
	},
	[VFIO_PCI_MSI_IRQ_INDEX] = {
		.actions = VFIO_IRQ_SET_ACTION_TRIGGER,
	},
	[VFIO_PCI_MSIX_IRQ_INDEX] = {
		.info = VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE,
		.actions = IRQ_ACTIONS,
	},
	[VFIO_PCI_ERR_IRQ_INDEX] = {
		.info = VFIO_IRQ_INFO_EVENTFD,
		.actions = VFIO_IRQ_SET_ACTION_TRIGGER,
	},
	[VFIO_PCI_REQ_IRQ_INDEX] = {
		.info = VFIO_IRQ_INFO_EVENTFD,
		.actions = VFIO_IRQ_SET_ACTION_TRIGGER,
	},
};

/* Life. */

static void irq_entry_reset(struct irq_vector *vec)
{
	memset(vec->entry, 0, sizeof(vec->entry));
	vec->entry[ENTRY_CTRL] = ENTRY_MASKED;
	vec->masks &= ~MASK_TABLE;
	vec->pending = false;
}

struct irq *irq_create(unsigned int vectors)
{
	struct irq *irq;

	if (!vectors || vectors > IRQ_VECTORS_MAX) {
		errno = EINVAL;
		return NULL;
	}
	irq = calloc(1, sizeof(*irq) + vectors * sizeof(irq->vectors[0]));
	if (!irq)
		return NULL;
	irq->nr = vectors;
	irq->error_fd = -1;
	irq->request_fd = -1;
	for (unsigned int i = 0; i < vectors; i++) {
		irq->vectors[i].fd = -1;
		irq_entry_reset(&irq->vectors[i]);
	}
	return irq;
}

void irq_destroy(struct irq *irq)
{
	if (!irq)
		return;
	irq_release(irq);
	free(irq);
}

void irq_reset(struct irq *irq)
{
	irq->enable = false;
	irq->mask_all = false;
	for (unsigned int i = 0; i < irq->nr; i++)
		irq_entry_reset(&irq->vectors[i]);
}

unsigned int irq_vectors(const struct irq *irq)
{
	return irq->nr;
}

const struct irq_stats *irq_stats(const struct irq *irq)
{
	return &irq->stats;
}

/* Raising. */

/* A full counter is as good as a raised one, so the result is of no use. */
static void irq_signal(struct irq *irq, int fd)
{
	if (fd < 0) {
		irq->stats.suppressed++;
		return;
	}
	eventfd_write(fd, 1);
	irq->stats.raised++;
}

void irq_raise(struct irq *irq, unsigned int vector)
{
	struct irq_vector *vec;

	if (vector >= irq->nr || !irq->enable) {
		irq->stats.suppressed++;
		return;
	}
	vec = &irq->vectors[vector];
	if (vec->masks || irq->mask_all) {
		vec->pending = true;
		irq->stats.pended++;
		return;
	}
	irq_signal(irq, vec->fd);
}

static void irq_unpend(struct irq *irq, struct irq_vector *vec)
{
	if (!vec->pending || vec->masks || irq->mask_all || !irq->enable)
		return;
	vec->pending = false;
	irq_signal(irq, vec->fd);
}

static void irq_mask(struct irq *irq, struct irq_vector *vec, uint8_t who,
		     bool on)
{
	if (on)
		vec->masks |= who;
	else
		vec->masks &= ~who;
	irq_unpend(irq, vec);
}

bool irq_pending(const struct irq *irq, unsigned int vector)
{
	return vector < irq->nr && irq->vectors[vector].pending;
}

void irq_notify_error(struct irq *irq)
{
	irq_signal(irq, irq->error_fd);
}

void irq_notify_request(struct irq *irq)
{
	irq_signal(irq, irq->request_fd);
}

/* The function's side. */

void irq_set_enable(struct irq *irq, bool enable, bool mask_all)
{
	irq->enable = enable;
	irq->mask_all = mask_all;
	for (unsigned int i = 0; i < irq->nr; i++)
		irq_unpend(irq, &irq->vectors[i]);
}

void irq_table_read(const struct irq *irq, uint64_t off, void *buf, size_t len)
{
	uint8_t *to = buf;

	for (size_t i = 0; i < len; i++, off++) {
		uint64_t n = off / IRQ_TABLE_ENTRY;

		to[i] = n < irq->nr ?
			irq->vectors[n].entry[off % IRQ_TABLE_ENTRY] : 0;
	}
}

/* Reserved bits stay 0: the low two of the address, all but one of control. */
static uint8_t irq_entry_bits(unsigned int byte)
{
	if (byte == 0)
		return 0xfc;
	if (byte == ENTRY_CTRL)
		return ENTRY_MASKED;
	return byte > ENTRY_CTRL ? 0 : 0xff;
}

void irq_table_write(struct irq *irq, uint64_t off, const void *buf,
		     size_t len)
{
	const uint8_t *from = buf;

	for (size_t i = 0; i < len; i++, off++) {
		uint64_t n = off / IRQ_TABLE_ENTRY;
		unsigned int byte = off % IRQ_TABLE_ENTRY;
		uint8_t val = from[i] & irq_entry_bits(byte);

		if (n >= irq->nr)
			return;
		irq->vectors[n].entry[byte] = val;
		if (byte == ENTRY_CTRL)
			irq_mask(irq, &irq->vectors[n], MASK_TABLE, val);
	}
}

static uint8_t irq_pba_byte(const struct irq *irq, uint64_t index)
{
	uint8_t val = 0;

	if (index >= IRQ_VECTORS_MAX / 8)
		return 0;
	for (unsigned int bit = 0; bit < 8; bit++)
		val |= irq_pending(irq, index * 8 + bit) << bit;
	return val;
}

void irq_pba_read(const struct irq *irq, uint64_t off, void *buf, size_t len)
{
	uint8_t *to = buf;

	for (size_t i = 0; i < len; i++)
		to[i] = irq_pba_byte(irq, off + i);
}

/* The client's side. */

int irq_count(const struct irq *irq, uint32_t index, uint32_t *flags)
{
	if (index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	*flags = irq_indexes[index].info;
	switch (index) {
	case VFIO_PCI_MSIX_IRQ_INDEX:
		return irq->nr;
	case VFIO_PCI_ERR_IRQ_INDEX:
	case VFIO_PCI_REQ_IRQ_INDEX:
		return 1;
	default:
		return 0;
	}
}

static int *irq_fd(struct irq *irq, uint32_t index, uint32_t i)
{
	switch (index) {
	case VFIO_PCI_MSIX_IRQ_INDEX:
		return &irq->vectors[i].fd;
	case VFIO_PCI_ERR_IRQ_INDEX:
		return &irq->error_fd;
	default:
		return &irq->request_fd;
	}
}

static void irq_fd_put(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/*
 * Anonymous inodes have no file type; pipes, sockets and files, which could
 * raise SIGPIPE or grow, do. The other anonymous kinds refuse the write.
 * O_NONBLOCK makes a counter that the client never reads harmless.
 */
static int irq_fd_check(int fd)
{
	struct stat st;
	int flags;

	if (fstat(fd, &st) || st.st_mode & S_IFMT)
		return -EINVAL;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		return -EINVAL;
	return 0;
}

static int irq_set_check_data(const struct irq_set *set, uint32_t data,
			      uint32_t action)
{
	int ret = 0;

	if (data != VFIO_IRQ_SET_DATA_EVENTFD)
		return set->nfds ? -EINVAL : 0;
	if (action != VFIO_IRQ_SET_ACTION_TRIGGER ||
	    (set->nfds && set->nfds != set->count))
		return -EINVAL;
	for (unsigned int i = 0; i < set->nfds && !ret; i++)
		ret = irq_fd_check(set->fds[i]);
	return ret;
}

static bool one_bit(uint32_t val)
{
	return val && !(val & (val - 1));
}

static int irq_set_check(const struct irq *irq, const struct irq_set *set)
{
	uint32_t data = set->flags & VFIO_IRQ_SET_DATA_TYPE_MASK;
	uint32_t action = set->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK;
	uint32_t flags;
	int nr = irq_count(irq, set->index, &flags);

	if (nr < 0 || set->flags & ~(data | action) || !one_bit(data) ||
	    !one_bit(action) || !(action & irq_indexes[set->index].actions))
		return -EINVAL;
	/* "No interrupts at all" is how a client switches an index off. */
	if (!set->count && (set->start || data != VFIO_IRQ_SET_DATA_NONE ||
			    action != VFIO_IRQ_SET_ACTION_TRIGGER))
		return -EINVAL;
	if (set->start > (uint32_t)nr || set->count > nr - set->start)
		return -EINVAL;
	return irq_set_check_data(set, data, action);
}

static void irq_set_fd(struct irq *irq, const struct irq_set *set, uint32_t i)
{
	int *fd = irq_fd(irq, set->index, set->start + i);

	irq_fd_put(fd);
	if (!set->nfds)
		return;
	*fd = set->fds[i];
	set->fds[i] = -1;
}

/* A vector that was raised while it had no eventfd is not remembered. */
static void irq_trigger(struct irq *irq, uint32_t index, uint32_t i)
{
	if (index == VFIO_PCI_MSIX_IRQ_INDEX)
		irq_raise(irq, i);
	else
		irq_signal(irq, *irq_fd(irq, index, i));
}

static void irq_act(struct irq *irq, const struct irq_set *set, uint32_t i)
{
	uint32_t n = set->start + i;

	if (set->flags & VFIO_IRQ_SET_DATA_BOOL && !set->bools[i])
		return;
	if (set->flags & VFIO_IRQ_SET_ACTION_TRIGGER)
		irq_trigger(irq, set->index, n);
	else
		irq_mask(irq, &irq->vectors[n], MASK_CLIENT,
			 set->flags & VFIO_IRQ_SET_ACTION_MASK);
}

static void irq_off(struct irq *irq, uint32_t index)
{
	uint32_t flags;
	int nr = irq_count(irq, index, &flags);

	for (int i = 0; i < nr; i++)
		irq_fd_put(irq_fd(irq, index, i));
	for (int i = 0; i < nr && index == VFIO_PCI_MSIX_IRQ_INDEX; i++)
		irq->vectors[i].masks &= ~MASK_CLIENT;
}

int irq_apply(struct irq *irq, const struct irq_set *set)
{
	int ret = irq_set_check(irq, set);

	if (ret)
		return ret;
	if (!set->count)
		irq_off(irq, set->index);
	for (uint32_t i = 0; i < set->count; i++) {
		if (set->flags & VFIO_IRQ_SET_DATA_EVENTFD)
			irq_set_fd(irq, set, i);
		else
			irq_act(irq, set, i);
	}
	return 0;
}

void irq_release(struct irq *irq)
{
	for (uint32_t i = 0; i < VFIO_PCI_NUM_IRQS; i++)
		irq_off(irq, i);
}
