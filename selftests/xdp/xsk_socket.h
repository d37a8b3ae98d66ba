/* SPDX-License-Identifier: GPL-2.0-only */
/* AF_XDP sockets by the bare system calls. */
#ifndef XSK_SOCKET_H
#define XSK_SOCKET_H

#include <linux/if_xdp.h>
#include <stdbool.h>
#include <stdint.h>

#define XSK_RING	512u	/* entries of each ring */

/* One ring; whose half we are, the kernel's other half says. */
struct xsk_ring {
	uint32_t *producer, *consumer, *flags;
	void *entries;
	uint32_t cached;	/* our own index */
	void *map;
	size_t map_len;
};

struct xsk_umem {
	uint8_t *area;
	uint32_t frames, chunk, headroom, flags, meta;
	bool huge;
};

struct xsk {
	int fd;
	unsigned int queue;
	struct xsk_umem *umem;
	struct xsk_ring fill, comp, rx, tx;
	bool owns_fill;		/* and comp */
};

/* 0 or a negative errno */
int xsk_umem_alloc(struct xsk_umem *umem);
void xsk_umem_free(struct xsk_umem *umem);
/* @first: whose umem it shares, NULL: it registers @umem; @own: fill and completion rings */
int xsk_open(struct xsk *xsk, struct xsk_umem *umem, const struct xsk *first, bool own);
int xsk_bind(struct xsk *xsk, int ifindex, unsigned int queue, unsigned int flags,
	     const struct xsk *first);
void xsk_close(struct xsk *xsk);

/* Give a chunk, take a descriptor; false: the ring is full, empty. */
bool xsk_fill(struct xsk *xsk, uint64_t addr);
bool xsk_completed(struct xsk *xsk, uint64_t *addr);
bool xsk_receive(struct xsk *xsk, struct xdp_desc *desc);
bool xsk_send(struct xsk *xsk, const struct xdp_desc *desc);
/* Give the kernel what was put into fill. */
void xsk_give(struct xsk *xsk);
/* And into tx; wake it if it wants to be. */
void xsk_submit(struct xsk *xsk, bool always);

static inline uint8_t *xsk_data(const struct xsk *xsk, uint64_t addr)
{
	return xsk->umem->area + (addr & XSK_UNALIGNED_BUF_ADDR_MASK) +
	       (addr >> XSK_UNALIGNED_BUF_OFFSET_SHIFT);
}

#endif
