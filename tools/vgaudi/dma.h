/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest memory as the device sees it: a small table of I/O address ranges that
 * the client has lent to us as file descriptors.
 *
 * This is the only place that turns an I/O address into a pointer. Nothing
 * here trusts the client: addresses and lengths may overflow, a range may be
 * gone at the next message, a file may be truncated under our feet. An access
 * outside the current map fails; it never goes astray.
 *
 * Functions return 0 or a negative errno.
 */
#ifndef VGAUDI_DMA_H
#define VGAUDI_DMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#define DMA_PAGE_SIZE	4096u
#define DMA_MAPS_MAX	1024u

/**
 * struct dma_map - one range lent by the client
 * @iova: first I/O address
 * @size: length in bytes
 * @host: where it is mapped here, NULL if the client sent no descriptor
 * @prot: what the device may do: PROT_READ, PROT_WRITE; 0 if there is no @host
 * @guard: slot in the table of the SIGBUS handler
 */
struct dma_map {
	uint64_t iova;
	uint64_t size;
	uint8_t *host;
	int prot;
	int guard;
};

/**
 * struct dma_stats - for the control socket
 * @maps: ranges added
 * @unmaps: ranges removed
 * @misses: lookups that the last-hit cache did not answer
 * @faults: accesses refused: outside the map, or wrong direction
 * @blocked: accesses refused because the function is not bus master
 * @broken_pages: pages that the client took away (file truncated)
 */
struct dma_stats {
	uint64_t maps;
	uint64_t unmaps;
	uint64_t misses;
	uint64_t faults;
	uint64_t blocked;
	uint64_t broken_pages;
};

/**
 * struct dma - the memory map of one client; fields are private to dma.c and
 * to the inline fast path below
 * @last: the range that answered last, never NULL
 * @gen: see dma_gen()
 * @maps: sorted by @iova, not overlapping
 * @nr: how many
 * @master: accesses are allowed (PCI bus master enable)
 * @broken_gone: broken pages of ranges that are gone
 * @stats: counters
 */
struct dma {
	const struct dma_map *last;
	uint32_t gen;
	unsigned int nr;
	bool master;
	struct dma_map *maps;
	uint64_t broken_gone;
	struct dma_stats stats;
};

/**
 * dma_create() - an empty map, bus mastering allowed
 *
 * The first one installs the SIGBUS handler of the process.
 *
 * Return: the map, or NULL with errno set.
 */
struct dma *dma_create(void);
void dma_destroy(struct dma *dma);

/**
 * dma_add() - lend a range to the device
 * @dma: the map
 * @iova: first I/O address
 * @size: length, not 0
 * @fd: what to map, or -1: the range is then known, and every access fails
 * @offset: where the range begins in @fd
 * @prot: PROT_READ and/or PROT_WRITE
 *
 * The caller keeps @fd and may close it afterwards.
 *
 * Return: 0; -EINVAL (unaligned, overflow, beyond the end of the file, no
 * regular file), -EEXIST (overlap), -ENOSPC (DMA_MAPS_MAX) or what mmap says.
 */
int dma_add(struct dma *dma, uint64_t iova, uint64_t size, int fd,
	    uint64_t offset, int prot);

/**
 * dma_del() - take a range back; it must match one dma_add() exactly
 * @dma: the map
 * @iova: first I/O address
 * @size: length
 *
 * Return: 0 or -ENOENT.
 */
int dma_del(struct dma *dma, uint64_t iova, uint64_t size);

/** dma_has() - does exactly this range exist? For a hook before dma_del() */
bool dma_has(const struct dma *dma, uint64_t iova, uint64_t size);

/** dma_flush() - take all ranges back */
void dma_flush(struct dma *dma);

/** dma_set_master() - allow or forbid all accesses (PCI bus master enable) */
void dma_set_master(struct dma *dma, bool on);

void *dma_ptr_slow(struct dma *dma, uint64_t iova, size_t len, int prot);

/**
 * dma_ptr() - the host address of guest memory
 * @dma: the map
 * @iova: first I/O address
 * @len: bytes, all in one range
 * @prot: PROT_READ, PROT_WRITE or both: what will be done there
 *
 * The pointer is good until dma_gen() changes, which happens between messages
 * only: a poller that does not return to the loop may keep it.
 *
 * Return: the address, or NULL if [iova, iova + len) is not within one range
 * or not accessible in this way; the refusal is counted.
 */
static inline void *dma_ptr(struct dma *dma, uint64_t iova, size_t len,
			    int prot)
{
	const struct dma_map *map = dma->last;
	uint64_t off = iova - map->iova;

	if (__builtin_expect(len <= map->size && off <= map->size - len &&
			     !(prot & ~map->prot), 1))
		return map->host + off;
	return dma_ptr_slow(dma, iova, len, prot);
}

/**
 * dma_hit() - dma_ptr() if the range that answered last answers again
 * @dma: the map
 * @iova: first I/O address
 * @len: bytes
 * @prot: as in dma_ptr()
 *
 * Return: as dma_ptr(), but NULL says nothing and is not counted.
 */
static inline void *dma_hit(const struct dma *dma, uint64_t iova, size_t len, int prot)
{
	const struct dma_map *map = dma->last;
	uint64_t off = iova - map->iova;

	if (len <= map->size && off <= map->size - len && !(prot & ~map->prot))
		return map->host + off;
	return NULL;
}

/**
 * dma_read() - copy guest memory, also across adjacent ranges
 * @dma: the map
 * @iova: first I/O address
 * @buf: to where
 * @len: bytes
 *
 * All or nothing: the whole of [iova, iova + len) is checked first.
 *
 * Return: 0 or -EFAULT.
 */
int dma_read(struct dma *dma, uint64_t iova, void *buf, size_t len);
int dma_write(struct dma *dma, uint64_t iova, const void *buf, size_t len);

/**
 * dma_span() - the longest piece that can be accessed with one pointer
 * @dma: the map
 * @iova: first I/O address
 * @len: in: bytes wanted; out: bytes that may be accessed, 0 only if 0 was in
 * @prot: as in dma_ptr()
 *
 * For whoever copies from guest to guest without a buffer between.
 *
 * Return: as dma_ptr().
 */
void *dma_span(struct dma *dma, uint64_t iova, size_t *len, int prot);

/**
 * dma_gen() - changes whenever pointers may have become invalid; never 0
 * @dma: the map
 */
static inline uint32_t dma_gen(const struct dma *dma)
{
	return dma->gen;
}

const struct dma_stats *dma_stats(struct dma *dma);

#endif
