// SPDX-License-Identifier: GPL-2.0-only
/* AF_XDP sockets by the bare system calls: rings are mapped, indices are ours. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "xsk_socket.h"

#ifndef SOL_XDP
#define SOL_XDP 283
#endif

#define HUGE_PAGE	(2u << 20)

static size_t umem_len(const struct xsk_umem *umem)
{
	size_t len = (size_t)umem->frames * umem->chunk, page = umem->huge ? HUGE_PAGE : 4096;

	return (len + page - 1) & ~(page - 1);
}

int xsk_umem_alloc(struct xsk_umem *umem)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | (umem->huge ? MAP_HUGETLB : 0);

	umem->area = mmap(NULL, umem_len(umem), PROT_READ | PROT_WRITE, flags, -1, 0);
	return umem->area == MAP_FAILED ? -errno : 0;
}

void xsk_umem_free(struct xsk_umem *umem)
{
	munmap(umem->area, umem_len(umem));
}

static int ring_map(int fd, struct xsk_ring *ring, const struct xdp_ring_offset *off,
		    size_t entry, uint64_t place)
{
	uint8_t *map;

	ring->map_len = off->desc + XSK_RING * entry;
	map = mmap(NULL, ring->map_len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
		   place);
	if (map == MAP_FAILED)
		return -errno;
	ring->map = map;
	ring->producer = (uint32_t *)(map + off->producer);
	ring->consumer = (uint32_t *)(map + off->consumer);
	ring->flags = (uint32_t *)(map + off->flags);
	ring->entries = map + off->desc;
	ring->cached = 0;
	return 0;
}

static int ring_make(struct xsk *xsk, struct xsk_ring *ring, int option)
{
	size_t entry = option == XDP_RX_RING || option == XDP_TX_RING ? sizeof(struct xdp_desc) :
		       sizeof(uint64_t);
	struct xdp_mmap_offsets off;
	socklen_t len = sizeof(off);
	int size = XSK_RING;

	if (setsockopt(xsk->fd, SOL_XDP, option, &size, sizeof(size)) ||
	    getsockopt(xsk->fd, SOL_XDP, XDP_MMAP_OFFSETS, &off, &len))
		return -errno;
	switch (option) {
	case XDP_RX_RING:
		return ring_map(xsk->fd, ring, &off.rx, entry, XDP_PGOFF_RX_RING);
	case XDP_TX_RING:
		return ring_map(xsk->fd, ring, &off.tx, entry, XDP_PGOFF_TX_RING);
	case XDP_UMEM_FILL_RING:
		return ring_map(xsk->fd, ring, &off.fr, entry, XDP_UMEM_PGOFF_FILL_RING);
	default:
		return ring_map(xsk->fd, ring, &off.cr, entry, XDP_UMEM_PGOFF_COMPLETION_RING);
	}
}

static int umem_register(int fd, const struct xsk_umem *umem)
{
	struct xdp_umem_reg reg = {
		.addr = (uintptr_t)umem->area,
		.len = (uint64_t)umem->frames * umem->chunk,
		.chunk_size = umem->chunk,
		.headroom = umem->headroom,
		.flags = umem->flags | (umem->meta ? XDP_UMEM_TX_METADATA_LEN : 0),
		.tx_metadata_len = umem->meta,
	};

	return setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &reg, sizeof(reg)) ? -errno : 0;
}

int xsk_open(struct xsk *xsk, struct xsk_umem *umem, const struct xsk *first, bool own)
{
	int err = 0;

	memset(xsk, 0, sizeof(*xsk));
	xsk->umem = umem;
	xsk->owns_fill = own;
	xsk->fd = socket(AF_XDP, SOCK_RAW, 0);
	if (xsk->fd < 0)
		return -errno;
	if (!first)
		err = umem_register(xsk->fd, umem);
	if (!err && own)
		err = ring_make(xsk, &xsk->fill, XDP_UMEM_FILL_RING) ?:
		      ring_make(xsk, &xsk->comp, XDP_UMEM_COMPLETION_RING);
	if (!err)
		err = ring_make(xsk, &xsk->rx, XDP_RX_RING) ?:
		      ring_make(xsk, &xsk->tx, XDP_TX_RING);
	if (err)
		xsk_close(xsk);
	return err;
}

int xsk_bind(struct xsk *xsk, int ifindex, unsigned int queue, unsigned int flags,
	     const struct xsk *first)
{
	struct sockaddr_xdp address = {
		.sxdp_family = AF_XDP,
		.sxdp_flags = first ? XDP_SHARED_UMEM : flags,
		.sxdp_ifindex = ifindex,
		.sxdp_queue_id = queue,
		.sxdp_shared_umem_fd = first ? first->fd : 0,
	};

	xsk->queue = queue;
	return bind(xsk->fd, (struct sockaddr *)&address, sizeof(address)) ? -errno : 0;
}

static void ring_unmap(struct xsk_ring *ring)
{
	if (ring->map)
		munmap(ring->map, ring->map_len);
}

void xsk_close(struct xsk *xsk)
{
	ring_unmap(&xsk->tx);
	ring_unmap(&xsk->rx);
	ring_unmap(&xsk->comp);
	ring_unmap(&xsk->fill);
	close(xsk->fd);
}

/* ---- rings ---- */

static bool ring_full(const struct xsk_ring *ring)
{
	return ring->cached - __atomic_load_n(ring->consumer, __ATOMIC_ACQUIRE) == XSK_RING;
}

static bool ring_empty(const struct xsk_ring *ring)
{
	return ring->cached == __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
}

static void ring_took(struct xsk_ring *ring)
{
	__atomic_store_n(ring->consumer, ++ring->cached, __ATOMIC_RELEASE);
}

bool xsk_fill(struct xsk *xsk, uint64_t addr)
{
	if (ring_full(&xsk->fill))
		return false;
	((uint64_t *)xsk->fill.entries)[xsk->fill.cached++ % XSK_RING] = addr;
	return true;
}

bool xsk_send(struct xsk *xsk, const struct xdp_desc *desc)
{
	if (ring_full(&xsk->tx))
		return false;
	((struct xdp_desc *)xsk->tx.entries)[xsk->tx.cached++ % XSK_RING] = *desc;
	return true;
}

bool xsk_completed(struct xsk *xsk, uint64_t *addr)
{
	if (ring_empty(&xsk->comp))
		return false;
	*addr = ((uint64_t *)xsk->comp.entries)[xsk->comp.cached % XSK_RING];
	ring_took(&xsk->comp);
	return true;
}

bool xsk_receive(struct xsk *xsk, struct xdp_desc *desc)
{
	if (ring_empty(&xsk->rx))
		return false;
	*desc = ((struct xdp_desc *)xsk->rx.entries)[xsk->rx.cached % XSK_RING];
	ring_took(&xsk->rx);
	return true;
}

static bool ring_wants_wakeup(const struct xsk_ring *ring)
{
	return __atomic_load_n(ring->flags, __ATOMIC_ACQUIRE) & XDP_RING_NEED_WAKEUP;
}

void xsk_give(struct xsk *xsk)
{
	if (xsk->fill.map)
		__atomic_store_n(xsk->fill.producer, xsk->fill.cached, __ATOMIC_RELEASE);
}

void xsk_submit(struct xsk *xsk, bool always)
{
	xsk_give(xsk);
	__atomic_store_n(xsk->tx.producer, xsk->tx.cached, __ATOMIC_RELEASE);
	/* indices before the flags: the kernel sets a flag, then looks at the index */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (xsk->fill.map && (always || ring_wants_wakeup(&xsk->fill)))
		recvfrom(xsk->fd, NULL, 0, MSG_DONTWAIT, NULL, NULL);
	if (always || ring_wants_wakeup(&xsk->tx))
		sendto(xsk->fd, NULL, 0, MSG_DONTWAIT, NULL, 0);
}
