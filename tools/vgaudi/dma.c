// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory: the table of ranges, and what happens when a client truncates
 * a file that it has lent us.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dma.h"

/*
 * The guard.
 *
 * Touching a page beyond the end of a truncated file raises SIGBUS. The
 * handler puts a page of zeros there and the access goes on; what it reads or
 * writes is lost, which is the client's affair. The handler may run in any
 * thread that copies from or to this memory, so it sees a table of its own
 * that needs no lock: slots are claimed and released with atomics.
 */
#define GUARDS_MAX	4096

static struct guard {
	_Atomic(uint8_t *) start;	/* NULL: free */
	_Atomic size_t len;
	_Atomic uint64_t broken;	/* pages replaced */
} guards[GUARDS_MAX];

static struct sigaction guard_previous;

static struct guard *guard_find(const uint8_t *addr)
{
	for (struct guard *g = guards; g < guards + GUARDS_MAX; g++) {
		uint8_t *start = atomic_load(&g->start);

		if (start && addr >= start &&
		    (size_t)(addr - start) < atomic_load(&g->len))
			return g;
	}
	return NULL;
}

static bool guard_replace(uint8_t *addr, size_t len)
{
	return mmap(addr, len, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		    0) != MAP_FAILED;
}

/* A page of a huge-page file cannot be replaced alone: then take them all. */
static void guard_handler(int sig, siginfo_t *info, void *context)
{
	uint8_t *addr = info->si_addr;
	struct guard *g = guard_find(addr);
	uint8_t *page = (uint8_t *)((uintptr_t)addr &
				    ~(uintptr_t)(DMA_PAGE_SIZE - 1));
	int saved = errno;

	(void)sig;
	(void)context;
	if (g && (guard_replace(page, DMA_PAGE_SIZE) ||
		  guard_replace(g->start, g->len)))
		atomic_fetch_add(&g->broken, 1);
	else
		sigaction(SIGBUS, &guard_previous, NULL);
	errno = saved;
}

static int guard_install(void)
{
	static atomic_bool installed;
	struct sigaction sa = {
		.sa_sigaction = guard_handler,
		.sa_flags = SA_SIGINFO,
	};

	if (atomic_exchange(&installed, true))
		return 0;
	return sigaction(SIGBUS, &sa, &guard_previous) ? -errno : 0;
}

static int guard_claim(uint8_t *start, size_t len)
{
	for (int i = 0; i < GUARDS_MAX; i++) {
		uint8_t *none = NULL;

		if (!atomic_compare_exchange_strong(&guards[i].start, &none,
						    start))
			continue;
		atomic_store(&guards[i].broken, 0);
		atomic_store(&guards[i].len, len);
		return i;
	}
	return -ENOSPC;
}

/* Returns the number of pages that had to be replaced. */
static uint64_t guard_release(int slot)
{
	atomic_store(&guards[slot].len, 0);
	atomic_store(&guards[slot].start, NULL);
	return atomic_load(&guards[slot].broken);
}

/* The table. */

/* What @last points to when there is nothing: no access fits into it. */
static const struct dma_map dma_none = { .guard = -1 };

struct dma *dma_create(void)
{
	struct dma *dma = calloc(1, sizeof(*dma));
	int ret;

	if (!dma)
		return NULL;
	dma->last = &dma_none;
	dma->gen = 1;
	dma->master = true;
	dma->maps = calloc(DMA_MAPS_MAX, sizeof(*dma->maps));
	ret = dma->maps ? guard_install() : -ENOMEM;
	if (ret) {
		dma_destroy(dma);
		errno = -ret;
		return NULL;
	}
	return dma;
}

void dma_destroy(struct dma *dma)
{
	if (!dma)
		return;
	if (dma->maps)
		dma_flush(dma);
	free(dma->maps);
	free(dma);
}

/* The first range that ends behind @iova: the one that holds it, if any. */
static unsigned int dma_index(const struct dma *dma, uint64_t iova)
{
	unsigned int low = 0, high = dma->nr;

	while (low < high) {
		unsigned int mid = (low + high) / 2;
		const struct dma_map *map = &dma->maps[mid];

		if (map->iova + (map->size - 1) < iova)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool dma_overlaps(const struct dma *dma, uint64_t iova, uint64_t size)
{
	unsigned int i = dma_index(dma, iova);

	return i < dma->nr && dma->maps[i].iova <= iova + (size - 1);
}

static bool dma_aligned(uint64_t val)
{
	return !(val & (DMA_PAGE_SIZE - 1));
}

/* The last byte of a range may be the last there is; its end then wraps. */
static bool dma_range_valid(uint64_t iova, uint64_t size)
{
	return size && dma_aligned(iova) && dma_aligned(size) &&
	       iova + (size - 1) >= iova;
}

static int dma_file_check(int fd, uint64_t offset, uint64_t size)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || !dma_aligned(offset) ||
	    offset > (uint64_t)st.st_size ||
	    size > (uint64_t)st.st_size - offset)
		return -EINVAL;
	return 0;
}

static int dma_mmap(struct dma_map *map, int fd, uint64_t offset, int prot)
{
	void *host;
	int ret;

	ret = dma_file_check(fd, offset, map->size);
	if (ret)
		return ret;
	host = mmap(NULL, map->size, prot, MAP_SHARED, fd, offset);
	if (host == MAP_FAILED)
		return -errno;
	ret = guard_claim(host, map->size);
	if (ret < 0) {
		munmap(host, map->size);
		return ret;
	}
	map->guard = ret;
	map->host = host;
	map->prot = prot;
	return 0;
}

static void dma_munmap(struct dma *dma, struct dma_map *map)
{
	if (!map->host)
		return;
	dma->broken_gone += guard_release(map->guard);
	munmap(map->host, map->size);
}

/* The table moved or shrank: nothing that was looked up before holds. */
static void dma_forget(struct dma *dma)
{
	dma->last = &dma_none;
	if (!++dma->gen)
		dma->gen = 1;
}

static void dma_insert(struct dma *dma, const struct dma_map *map)
{
	unsigned int i = dma_index(dma, map->iova);

	memmove(&dma->maps[i + 1], &dma->maps[i],
		(dma->nr - i) * sizeof(*map));
	dma->maps[i] = *map;
	dma->nr++;
	dma->last = &dma_none;
	dma->stats.maps++;
}

int dma_add(struct dma *dma, uint64_t iova, uint64_t size, int fd,
	    uint64_t offset, int prot)
{
	struct dma_map map = { .iova = iova, .size = size, .guard = -1 };
	int ret;

	if (!dma_range_valid(iova, size) || !prot ||
	    prot & ~(PROT_READ | PROT_WRITE))
		return -EINVAL;
	if (dma_overlaps(dma, iova, size))
		return -EEXIST;
	if (dma->nr == DMA_MAPS_MAX)
		return -ENOSPC;
	if (fd >= 0) {
		ret = dma_mmap(&map, fd, offset, prot);
		if (ret)
			return ret;
	}
	dma_insert(dma, &map);
	return 0;
}

bool dma_has(const struct dma *dma, uint64_t iova, uint64_t size)
{
	unsigned int i = dma_index(dma, iova);

	return i < dma->nr && dma->maps[i].iova == iova &&
	       dma->maps[i].size == size;
}

int dma_del(struct dma *dma, uint64_t iova, uint64_t size)
{
	unsigned int i = dma_index(dma, iova);

	if (!dma_has(dma, iova, size))
		return -ENOENT;
	dma_munmap(dma, &dma->maps[i]);
	dma->nr--;
	memmove(&dma->maps[i], &dma->maps[i + 1],
		(dma->nr - i) * sizeof(*dma->maps));
	dma->stats.unmaps++;
	dma_forget(dma);
	return 0;
}

void dma_flush(struct dma *dma)
{
	for (unsigned int i = 0; i < dma->nr; i++)
		dma_munmap(dma, &dma->maps[i]);
	dma->stats.unmaps += dma->nr;
	dma->nr = 0;
	dma_forget(dma);
}

void dma_set_master(struct dma *dma, bool on)
{
	if (dma->master == on)
		return;
	dma->master = on;
	dma_forget(dma);
}

/* Access. */

static const struct dma_map *dma_find(struct dma *dma, uint64_t iova)
{
	unsigned int i = dma_index(dma, iova);

	if (!dma->master || i == dma->nr || dma->maps[i].iova > iova)
		return NULL;
	return &dma->maps[i];
}

static void *dma_fault(struct dma *dma)
{
	if (dma->master)
		dma->stats.faults++;
	else
		dma->stats.blocked++;
	return NULL;
}

void *dma_span(struct dma *dma, uint64_t iova, size_t *len, int prot)
{
	const struct dma_map *map = dma->last;
	uint64_t off = iova - map->iova;

	if (off >= map->size) {
		dma->stats.misses++;
		map = dma_find(dma, iova);
		if (!map)
			return dma_fault(dma);
		dma->last = map;
		off = iova - map->iova;
	}
	if (prot & ~map->prot || !map->host)
		return dma_fault(dma);
	if (*len > map->size - off)
		*len = map->size - off;
	return map->host + off;
}

void *dma_ptr_slow(struct dma *dma, uint64_t iova, size_t len, int prot)
{
	size_t covered = len;
	void *ptr = dma_span(dma, iova, &covered, prot);

	if (ptr && covered < len)
		return dma_fault(dma);
	return ptr;
}

static bool dma_reachable(struct dma *dma, uint64_t iova, size_t len, int prot)
{
	size_t n;

	for (; len; iova += n, len -= n) {
		n = len;
		if (!dma_span(dma, iova, &n, prot))
			return false;
		/* No access goes on at address 0 after the last one. */
		if (n < len && iova + n == 0)
			return dma_fault(dma);
	}
	return true;
}

int dma_read(struct dma *dma, uint64_t iova, void *buf, size_t len)
{
	uint8_t *to = buf;
	size_t n;

	if (!dma_reachable(dma, iova, len, PROT_READ))
		return -EFAULT;
	for (; len; iova += n, to += n, len -= n) {
		const void *from;

		n = len;
		from = dma_span(dma, iova, &n, PROT_READ);
		memcpy(to, from, n);
	}
	return 0;
}

int dma_write(struct dma *dma, uint64_t iova, const void *buf, size_t len)
{
	const uint8_t *from = buf;
	size_t n;

	if (!dma_reachable(dma, iova, len, PROT_WRITE))
		return -EFAULT;
	for (; len; iova += n, from += n, len -= n) {
		void *to;

		n = len;
		to = dma_span(dma, iova, &n, PROT_WRITE);
		memcpy(to, from, n);
	}
	return 0;
}

const struct dma_stats *dma_stats(struct dma *dma)
{
	uint64_t pages = dma->broken_gone;

	for (unsigned int i = 0; i < dma->nr; i++)
		if (dma->maps[i].host)
			pages += atomic_load(&guards[dma->maps[i].guard].broken);
	dma->stats.broken_pages = pages;
	return &dma->stats;
}
