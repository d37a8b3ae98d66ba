/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vfio-user protocol on the wire, version 0.1: commands and payloads.
 * All fields are in host byte order; a message is a header and one payload.
 * Payloads without a struct here are those of <linux/vfio.h>: vfio_device_info
 * (its first 16 bytes), vfio_region_info, vfio_irq_info, vfio_irq_set.
 */
#ifndef VGAUDI_VFIO_USER_PROTO_H
#define VGAUDI_VFIO_USER_PROTO_H

#include <stdint.h>

#define VFIO_USER_MAJOR		0u
#define VFIO_USER_MINOR		1u

enum vfio_user_cmd {
	VFIO_USER_VERSION		= 1,
	VFIO_USER_DMA_MAP		= 2,
	VFIO_USER_DMA_UNMAP		= 3,
	VFIO_USER_GET_INFO		= 4,
	VFIO_USER_GET_REGION_INFO	= 5,
	VFIO_USER_GET_REGION_IO_FDS	= 6,
	VFIO_USER_GET_IRQ_INFO		= 7,
	VFIO_USER_SET_IRQS		= 8,
	VFIO_USER_REGION_READ		= 9,
	VFIO_USER_REGION_WRITE		= 10,
	VFIO_USER_DMA_READ		= 11,	/* server to client */
	VFIO_USER_DMA_WRITE		= 12,	/* server to client */
	VFIO_USER_RESET			= 13,
	VFIO_USER_DIRTY_PAGES		= 14,
	VFIO_USER_REGION_WRITE_MULTI	= 15,
	VFIO_USER_DEVICE_FEATURE	= 16,
	VFIO_USER_MIG_DATA_READ		= 17,
	VFIO_USER_MIG_DATA_WRITE	= 18,
	VFIO_USER_CMD_MAX
};

/* vfio_user_hdr.flags */
#define VFIO_USER_TYPE_MASK	0x0000000fu
#define VFIO_USER_TYPE_COMMAND	0u
#define VFIO_USER_TYPE_REPLY	1u
#define VFIO_USER_NO_REPLY	0x00000010u
#define VFIO_USER_ERROR		0x00000020u
#define VFIO_USER_FLAGS		0x0000003fu

/* What this server agrees to, see the capabilities of VFIO_USER_VERSION. */
#define VFIO_USER_FDS_MAX	16u
#define VFIO_USER_XFER_MAX	65536u

struct vfio_user_hdr {
	uint16_t id;		/* echoed in the reply */
	uint16_t cmd;
	uint32_t size;		/* of the whole message */
	uint32_t flags;
	uint32_t error;		/* errno, in an error reply */
};

struct vfio_user_version {
	uint16_t major;
	uint16_t minor;
	char data[];		/* JSON, zero terminated; optional */
};

#define VFIO_USER_DMA_READABLE	0x1u
#define VFIO_USER_DMA_WRITABLE	0x2u

struct vfio_user_dma_map {
	uint32_t argsz;
	uint32_t flags;
	uint64_t offset;	/* in the descriptor */
	uint64_t iova;
	uint64_t size;
};

#define VFIO_USER_UNMAP_DIRTY	0x1u
#define VFIO_USER_UNMAP_ALL	0x2u

struct vfio_user_dma_unmap {
	uint32_t argsz;
	uint32_t flags;
	uint64_t iova;
	uint64_t size;
};

struct vfio_user_info {
	uint32_t argsz;
	uint32_t flags;
	uint32_t num_regions;
	uint32_t num_irqs;
};

struct vfio_user_region_io {
	uint64_t offset;
	uint32_t region;
	uint32_t count;
	uint8_t data[];
};

#define VFIO_USER_MULTI_DATA	8u
#define VFIO_USER_MULTI_MAX	200u

struct vfio_user_multi_one {
	uint64_t offset;
	uint32_t region;
	uint32_t count;
	uint8_t data[VFIO_USER_MULTI_DATA];
};

struct vfio_user_multi {
	uint64_t count;
	struct vfio_user_multi_one writes[];
};

/* The longest message either side sends. */
#define VFIO_USER_MSG_MAX	(sizeof(struct vfio_user_hdr) +		\
				 sizeof(struct vfio_user_region_io) +	\
				 VFIO_USER_XFER_MAX)

_Static_assert(sizeof(struct vfio_user_hdr) == 16, "header");
_Static_assert(sizeof(struct vfio_user_version) == 4, "version");
_Static_assert(sizeof(struct vfio_user_dma_map) == 32, "dma map");
_Static_assert(sizeof(struct vfio_user_dma_unmap) == 24, "dma unmap");
_Static_assert(sizeof(struct vfio_user_info) == 16, "device info");
_Static_assert(sizeof(struct vfio_user_region_io) == 16, "region io");
_Static_assert(sizeof(struct vfio_user_multi_one) == 24, "multi one");
_Static_assert(sizeof(struct vfio_user_multi) == 8, "multi");

#endif
