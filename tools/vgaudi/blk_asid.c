// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block ASID: from a device address to memory.
 *
 * An access passes two gates. The windows of its ASID say whether it may go
 * there, and where that is; then the address itself says which memory it is: the
 * client's, the HBM or the UMR pages.
 */
#include "blk_window.h"

#define ASID_ACCESS_WRITE	(GNIC_ACCESS_LOCAL_WRITE | GNIC_ACCESS_REMOTE_WRITE)

/* ---- windows ---- */

/* Which of a table's windows has answered last: what reads and what writes rarely share one. */
static const struct window **asid_last(struct asid_table *table, uint8_t access)
{
	return &table->last[access & ASID_ACCESS_WRITE ? 1 : 0];
}

/* An access may run through windows that touch each other. */
static bool asid_search(struct asid_table *table, uint64_t addr, uint64_t len, uint8_t access)
{
	uint32_t i = window_upper(table, addr);
	const struct window *w;
	uint64_t n;

	if (!i)
		return false;
	for (i--; i < table->count; i++) {
		w = &table->windows[i];
		if (!window_covers(w, addr, 1) || access & ~w->access)
			return false;
		n = w->size - (addr - w->addr);
		if (n >= len) {
			*asid_last(table, access) = w;
			return true;
		}
		addr += n;
		len -= n;
	}
	return false;
}

bool asid_allows(struct card *card, uint16_t asid, uint64_t addr, uint64_t len, uint8_t access)
{
	struct asid_table *table;
	const struct window *w;

	if (asid == GNIC_ASID_KERNEL)
		return true;
	if (asid < ASIDS) {
		table = &card->windows->tables[asid];
		w = *asid_last(table, access);
		if (window_covers(w, addr, len) && !(access & ~w->access))
			return true;
		if (asid_search(table, addr, len, access))
			return true;
	}
	card->stats.asid_errors++;
	return false;
}

/* ---- memory ---- */

/* Memory of the device itself; NULL: the address is not there. */
static uint8_t *asid_device(struct card *card, uint64_t addr, uint64_t len)
{
	uint64_t off = addr - GNIC_ADDR_HBM_BASE;

	if (off < card->config.hbm_size)
		return len <= card->config.hbm_size - off ? card->hbm + off : NULL;
	off = addr - GNIC_ADDR_UMR_BASE;
	/* page 0 is registers */
	if (off >= GNIC_UMR_PAGE_SIZE && off < GNIC_BAR_UMR_SIZE)
		return len <= GNIC_BAR_UMR_SIZE - off ? card->umr + off : NULL;
	return NULL;
}

/* Rings, records and what commands are given have no window to say: they are read and written. */
static int asid_prot(uint8_t access)
{
	if (!access)
		return PROT_READ | PROT_WRITE;
	return (access & ASID_ACCESS_WRITE ? PROT_WRITE : 0) |
	       (access & ~ASID_ACCESS_WRITE ? PROT_READ : 0);
}

static bool asid_is_host(uint64_t addr, uint64_t len)
{
	return addr < GNIC_ADDR_HOST_END && len <= GNIC_ADDR_HOST_END - addr;
}

bool asid_in_memory(struct card *card, uint64_t addr, uint64_t len)
{
	return asid_is_host(addr, len) || asid_device(card, addr, len);
}

/* Two ranges of the client that touch: for asid_iov(), not an error. */
static void *asid_host_ptr(struct card *card, uint64_t addr, uint64_t len, int prot)
{
	size_t n = len, rest;
	void *ptr = dma_span(card->dma, addr, &n, prot);

	if (ptr && n >= len)
		return ptr;
	rest = len - n;
	if (!ptr || !dma_span(card->dma, addr + n, &rest, prot))
		card->stats.dma_errors++;
	return NULL;
}

static void *asid_memory_ptr(struct card *card, uint64_t addr, uint64_t len, uint8_t access)
{
	void *ptr;

	if (asid_is_host(addr, len))
		return asid_host_ptr(card, addr, len, asid_prot(access));
	ptr = asid_device(card, addr, len);
	if (!ptr)
		card->stats.dma_errors++;
	return ptr;
}

static int asid_host_iov(struct card *card, uint64_t addr, uint64_t len, int prot,
			 struct iovec *iov, int max)
{
	void *hit = dma_hit(card->dma, addr, len, prot);
	int count = 0;

	if (hit) {
		iov[0] = (struct iovec){ .iov_base = hit, .iov_len = len };
		return 1;
	}
	while (len) {
		size_t n = len;
		void *ptr = count < max ? dma_span(card->dma, addr, &n, prot) : NULL;

		if (!ptr) {
			card->stats.dma_errors++;
			return -1;
		}
		iov[count++] = (struct iovec){ .iov_base = ptr, .iov_len = n };
		addr += n;
		len -= n;
	}
	return count;
}

static int asid_memory_iov(struct card *card, uint64_t addr, uint64_t len, uint8_t access,
			   struct iovec *iov, int max)
{
	void *ptr;

	if (max < 1) {
		card->stats.dma_errors++;
		return -1;
	}
	if (asid_is_host(addr, len))
		return asid_host_iov(card, addr, len, asid_prot(access), iov, max);
	ptr = asid_device(card, addr, len);
	if (!ptr) {
		card->stats.dma_errors++;
		return -1;
	}
	iov[0] = (struct iovec){ .iov_base = ptr, .iov_len = len };
	return 1;
}

/* ---- windows that map ---- */

static bool asid_is_mapped(uint16_t asid, uint64_t addr)
{
	return asid != GNIC_ASID_KERNEL && addr >= GNIC_ADDR_MAPPED_BASE &&
	       addr < GNIC_ADDR_MAPPED_END;
}

/* The window of an address, or one that does not hold it. */
static const struct window *asid_window(struct asid_table *table, uint64_t addr, uint8_t access)
{
	const struct window *last = *asid_last(table, access);
	uint32_t i;

	if (window_covers(last, addr, 1))
		return last;
	i = window_upper(table, addr);
	return i ? &table->windows[i - 1] : &window_none;
}

/* The segment of a window that holds @offset. */
static const struct segment *asid_segment(const struct window *w, uint64_t offset)
{
	uint32_t low = 0, high = w->count;

	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		if (w->segments[mid].offset <= offset)
			low = mid;
		else
			high = mid;
	}
	return &w->segments[low];
}

/* All of it is in windows: asid_allows() has seen to that. */
static int asid_mapped_iov(struct card *card, uint16_t asid, uint64_t addr, uint64_t len,
			   uint8_t access, struct iovec *iov, int max)
{
	struct asid_table *table = &card->windows->tables[asid];
	int count = 0;

	while (len) {
		const struct window *w = asid_window(table, addr, access);
		const struct segment *seg = asid_segment(w, addr - w->addr);
		uint64_t off = addr - w->addr - seg->offset, n = seg->size - off;
		int pieces;

		if (n > len)
			n = len;
		pieces = asid_memory_iov(card, seg->addr + off, n, access, iov + count,
					 max - count);
		if (pieces < 0)
			return -1;
		count += pieces;
		addr += n;
		len -= n;
	}
	return count;
}

/* ---- access ---- */

/* One window, which has the addresses of memory, allows it. */
static bool asid_is_plain(struct asid_table *table, uint64_t addr, uint64_t len, uint8_t access)
{
	const struct window **last = asid_last(table, access), *w = *last;

	if (!window_covers(w, addr, len)) {
		w = asid_window(table, addr, access);
		if (!window_covers(w, addr, len))
			return false;
		*last = w;
	}
	return !(access & ~w->access) && !w->count;
}

void *asid_straight(struct card *card, uint16_t asid, uint64_t addr, uint64_t len, uint8_t access)
{
	if (asid >= ASIDS || (asid != GNIC_ASID_KERNEL &&
			      !asid_is_plain(&card->windows->tables[asid], addr, len, access)))
		return NULL;
	if (asid_is_host(addr, len))
		return dma_hit(card->dma, addr, len, asid_prot(access));
	return asid_device(card, addr, len);
}

static void asid_set(struct asid_span *span, uint64_t addr, uint64_t size, uint8_t *ptr)
{
	span->addr = addr;
	span->size = size;
	span->ptr = ptr;
}

/* To the memory of the device, or the range of the client, that @addr is in. */
static void asid_region(struct asid_span *span, uint64_t addr)
{
	const struct card *card = span->card;
	const struct dma_map *map = card->dma->last;

	if (addr < GNIC_ADDR_HOST_END)
		asid_set(span, map->iova, map->size, map->host);
	else if (addr - GNIC_ADDR_HBM_BASE < card->config.hbm_size)
		asid_set(span, GNIC_ADDR_HBM_BASE, card->config.hbm_size, card->hbm);
	else
		span->size = 0;
}

/* What is before @addr, and from @end on, does not belong to it. */
static void asid_cut(struct asid_span *span, uint64_t addr, uint64_t end)
{
	if (span->addr < addr) {
		span->size -= addr - span->addr;
		span->ptr += addr - span->addr;
		span->addr = addr;
	}
	if (span->size > end - span->addr)
		span->size = end - span->addr;
}

void *asid_span(struct asid_span *span, uint64_t addr, uint64_t len, uint8_t access)
{
	struct card *card = span->card;
	uint16_t asid = span->asid;
	void *ptr = asid_straight(card, asid, addr, len, access);
	const struct window *w;

	/* to look at what is around it is worth it from the second one on */
	if (!ptr || !span->used) {
		span->used = true;
		return ptr;
	}
	asid_region(span, addr);
	span->access = access;
	if (span->size && asid != GNIC_ASID_KERNEL) {
		w = *asid_last(&card->windows->tables[asid], access);
		asid_cut(span, w->addr, w->addr + w->size);
	}
	return ptr;
}

void *asid_ptr(struct card *card, uint16_t asid, uint64_t addr, uint64_t len, uint8_t access)
{
	struct iovec iov;

	if (!asid_allows(card, asid, addr, len, access))
		return NULL;
	if (!asid_is_mapped(asid, addr))
		return asid_memory_ptr(card, addr, len, access);
	return asid_mapped_iov(card, asid, addr, len, access, &iov, 1) == 1 ? iov.iov_base : NULL;
}

int asid_iov(struct card *card, uint16_t asid, uint64_t addr, uint64_t len, uint8_t access,
	     struct iovec *iov, int max)
{
	void *straight = max > 0 ? asid_straight(card, asid, addr, len, access) : NULL;

	if (straight) {
		iov[0] = (struct iovec){ .iov_base = straight, .iov_len = len };
		return 1;
	}
	if (!asid_allows(card, asid, addr, len, access))
		return -1;
	if (!asid_is_mapped(asid, addr))
		return asid_memory_iov(card, addr, len, access, iov, max);
	return asid_mapped_iov(card, asid, addr, len, access, iov, max);
}
