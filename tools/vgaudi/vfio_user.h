/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The server side of the vfio-user protocol: one device on one UNIX socket.
 *
 * Clients come one after another. All that a client lent us (memory, eventfds)
 * ends with its connection, and the device is reset then. Whoever agrees on a
 * version is the client; a second one at the same time is told EBUSY.
 *
 * What a client sends is checked here, for length, range, flags and number of
 * descriptors, before anything behind the ops table hears of it. What cannot
 * be right gets an error reply and is counted; a stream that has lost its
 * framing closes that client only.
 */
#ifndef VGAUDI_VFIO_USER_H
#define VGAUDI_VFIO_USER_H

#include <linux/vfio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vfio_user_proto.h"

struct dma;
struct irq;
struct loop;
struct vu_dev;

/**
 * enum vu_reset - why the device is reset
 * @VU_RESET_DEVICE: the client asked (VFIO_USER_DEVICE_RESET)
 * @VU_RESET_GONE: the client disconnected; its memory and eventfds are still
 *	there during the call and gone after it
 */
enum vu_reset {
	VU_RESET_DEVICE,
	VU_RESET_GONE,
};

/**
 * struct vu_area - a part of a region that the client may map
 * @offset: within the region, page aligned
 * @size: page aligned
 */
struct vu_area {
	uint64_t offset;
	uint64_t size;
};

/**
 * struct vu_region - what a region is; all zeros for a region that is absent
 * @size: in bytes; QEMU wants a power of two for a BAR
 * @flags: VFIO_REGION_INFO_FLAG_READ, _WRITE, and _MMAP if there is an @fd
 * @fd: what the client maps; stays the device's
 * @mmap_offset: where the region begins in @fd
 * @areas: the parts that may be mapped; NULL with _MMAP means the whole
 * @nr_areas: how many, at most VU_AREAS_MAX
 */
struct vu_region {
	uint64_t size;
	uint32_t flags;
	int fd;
	uint64_t mmap_offset;
	const struct vu_area *areas;
	unsigned int nr_areas;
};

#define VU_AREAS_MAX	16u

/**
 * struct vu_ops - the device behind the socket
 * @region_read: fill @buf; range and VFIO_REGION_INFO_FLAG_READ are checked.
 *	Mappable areas arrive here too: a client need not map them.
 * @region_write: likewise
 * @dma_map: memory was added; may be NULL
 * @dma_unmap: memory is about to go: after the return no pointer into it may
 *	be used; may be NULL
 * @irq_set: the client changed eventfds or masks of this interrupt index; may
 *	be NULL
 * @reset: bring the device to its initial state
 * @connected: a client has agreed on the protocol version; may be NULL
 * @disconnected: a client left, after @reset; may be NULL
 *
 * Functions that return int return 0 or a negative errno, which becomes the
 * error of the reply.
 */
struct vu_ops {
	int (*region_read)(void *opaque, unsigned int region, uint64_t off,
			   void *buf, size_t len);
	int (*region_write)(void *opaque, unsigned int region, uint64_t off,
			    const void *buf, size_t len);
	void (*dma_map)(void *opaque, uint64_t iova, uint64_t size);
	void (*dma_unmap)(void *opaque, uint64_t iova, uint64_t size);
	void (*irq_set)(void *opaque, unsigned int index);
	int (*reset)(void *opaque, enum vu_reset why);
	void (*connected)(void *opaque);
	void (*disconnected)(void *opaque);
};

/**
 * struct vu_params - a device
 * @socket_path: where clients connect. A socket that nobody listens on is
 *	replaced; anything else there is an error. NULL for vu_attach() only.
 * @regions: VFIO_PCI_NUM_REGIONS entries by VFIO_PCI_*_REGION_INDEX, copied
 *	(the areas are not)
 * @ops: the device
 * @opaque: for @ops
 * @dma: where the client's memory goes
 * @irq: where its eventfds go
 */
struct vu_params {
	const char *socket_path;
	const struct vu_region *regions;
	const struct vu_ops *ops;
	void *opaque;
	struct dma *dma;
	struct irq *irq;
};

/**
 * struct vu_stats - for the control socket
 * @msgs: messages received, by command
 * @errors: error replies (or errors of a no-reply message), by command
 * @reads: region reads that reached the device, by region
 * @writes: likewise
 * @bytes_read: by region
 * @bytes_written: by region
 * @clients: connections that agreed on a version
 * @refused: connections refused because there was a client already
 * @unknown: messages with a command that is not in the protocol
 * @malformed: messages refused for their form
 * @broken: connections closed because the framing was lost
 * @surplus_fds: descriptors that came uninvited and were closed
 */
struct vu_stats {
	uint64_t msgs[VFIO_USER_CMD_MAX];
	uint64_t errors[VFIO_USER_CMD_MAX];
	uint64_t reads[VFIO_PCI_NUM_REGIONS];
	uint64_t writes[VFIO_PCI_NUM_REGIONS];
	uint64_t bytes_read[VFIO_PCI_NUM_REGIONS];
	uint64_t bytes_written[VFIO_PCI_NUM_REGIONS];
	uint64_t clients;
	uint64_t refused;
	uint64_t unknown;
	uint64_t malformed;
	uint64_t broken;
	uint64_t surplus_fds;
};

/**
 * vu_create() - start to listen
 * @loop: where messages are handled
 * @params: copied
 *
 * Return: the device, or NULL with errno set.
 */
struct vu_dev *vu_create(struct loop *loop, const struct vu_params *params);

/** vu_destroy() - drop the client (as if it had left) and the socket */
void vu_destroy(struct vu_dev *dev);

/**
 * vu_attach() - serve a connected socket, as if it had been accepted
 * @dev: the device
 * @fd: a stream socket; taken over
 *
 * Return: 0 or a negative errno, @fd is closed then. For tests.
 */
int vu_attach(struct vu_dev *dev, int fd);

/** vu_disconnect() - drop the client: surprise removal */
void vu_disconnect(struct vu_dev *dev);

/**
 * vu_set_region_fd() - what clients map of a region is in another file from now on
 * @dev: the device
 * @region: one that is mappable
 * @fd: stays the device's
 *
 * Who has mapped the old one keeps that: so for the time when there is no client.
 */
void vu_set_region_fd(struct vu_dev *dev, unsigned int region, int fd);

bool vu_has_client(const struct vu_dev *dev);
const struct vu_stats *vu_stats(const struct vu_dev *dev);

/** vu_cmd_name() - for people; NULL for a command outside the protocol */
const char *vu_cmd_name(unsigned int cmd);

/**
 * vu_memfd() - memory for a mappable region
 * @name: for /proc
 * @size: in bytes
 * @ptr: out: where it is mapped here, readable and writable
 *
 * Sealed against resizing, so that a client cannot take it away from us.
 *
 * Return: the descriptor, or a negative errno.
 */
int vu_memfd(const char *name, size_t size, void **ptr);

#endif
