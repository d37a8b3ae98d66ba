// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block ASID: from a device address to memory.
 *
 * An access passes two gates. The windows of its ASID say whether it may go
 * there; then the address itself says which memory it is: the client's, the
 * HBM or the UMR pages. Windows are at identity addresses, so the gates do not
 * depend on each other.
 */
#include <stdlib.h>
#include <string.h>

#include "card.h"

#define ASIDS			1024u
#define ASID_ACCESS_ALL \
	(GNIC_ACCESS_LOCAL_READ | GNIC_ACCESS_LOCAL_WRITE | GNIC_ACCESS_REMOTE_WRITE)
#define ASID_ACCESS_WRITE	(GNIC_ACCESS_LOCAL_WRITE | GNIC_ACCESS_REMOTE_WRITE)

struct window {
	uint64_t addr;
	uint64_t size;
	uint32_t id;
	uint8_t access;
};

/* The windows of one ASID: sorted by address, not overlapping. */
struct asid_table {
	const struct window *last;	/* answered last; never NULL */
	struct window *windows;
	uint32_t count;
	uint32_t room;
};

/* By id, so that WINDOW_DEL finds the ASID; asid 0: free. */
struct window_slot {
	uint64_t addr;
	uint16_t asid;
};

struct windows {
	struct asid_table tables[ASIDS];
	struct window_slot slots[CARD_WINDOWS];
	uint32_t next;		/* where the search for a free id begins: reused late */
};

/* What @last points to when nothing answered yet: no access fits into it. */
static const struct window window_none;

struct windows *asid_create(struct card *card)
{
	struct windows *windows = calloc(1, sizeof(*windows));

	(void)card;
	if (!windows)
		return NULL;
	for (uint32_t i = 0; i < ASIDS; i++)
		windows->tables[i].last = &window_none;
	return windows;
}

void asid_destroy(struct card *card)
{
	if (!card->windows)
		return;
	asid_reset(card);
	free(card->windows);
	card->windows = NULL;
}

void asid_reset(struct card *card)
{
	struct windows *windows = card->windows;

	for (uint32_t i = 0; i < ASIDS; i++) {
		free(windows->tables[i].windows);
		windows->tables[i] = (struct asid_table){ .last = &window_none };
	}
	memset(windows->slots, 0, sizeof(windows->slots));
	windows->next = 0;
}

/* ---- windows ---- */

static bool window_covers(const struct window *w, uint64_t addr, uint64_t len)
{
	return addr >= w->addr && len <= w->size && addr - w->addr <= w->size - len;
}

/* Index of the first window that begins behind @addr. */
static uint32_t asid_upper(const struct asid_table *table, uint64_t addr)
{
	uint32_t low = 0, high = table->count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (table->windows[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* An access may run through windows that touch each other. */
static bool asid_search(struct asid_table *table, uint64_t addr, uint64_t len, uint8_t access)
{
	uint32_t i = asid_upper(table, addr);
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
			table->last = w;
			return true;
		}
		addr += n;
		len -= n;
	}
	return false;
}

static bool asid_allows(struct card *card, uint16_t asid, uint64_t addr, uint64_t len,
			uint8_t access)
{
	struct asid_table *table;

	if (asid == GNIC_ASID_KERNEL)
		return true;
	if (asid < ASIDS) {
		table = &card->windows->tables[asid];
		if (window_covers(table->last, addr, len) && !(access & ~table->last->access))
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

static int asid_prot(uint8_t access)
{
	return (access & ASID_ACCESS_WRITE ? PROT_WRITE : 0) |
	       (access & ~ASID_ACCESS_WRITE || !access ? PROT_READ : 0);
}

static bool asid_is_host(uint64_t addr, uint64_t len)
{
	return addr < GNIC_ADDR_HOST_END && len <= GNIC_ADDR_HOST_END - addr;
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

void *asid_ptr(struct card *card, uint16_t asid, uint64_t addr, uint64_t len, uint8_t access)
{
	void *ptr;

	if (!asid_allows(card, asid, addr, len, access))
		return NULL;
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

int asid_iov(struct card *card, uint16_t asid, uint64_t addr, uint64_t len, uint8_t access,
	     struct iovec *iov, int max)
{
	void *ptr;

	if (max < 1 || !asid_allows(card, asid, addr, len, access))
		return -1;
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

/* ---- commands ---- */

static bool window_in_memory(struct card *card, const struct window *w)
{
	return asid_is_host(w->addr, w->size) || asid_device(card, w->addr, w->size);
}

static enum gnic_hw_status window_parse(struct card *card, const struct gnic_hw_window *in,
					struct window *w)
{
	uint16_t asid = le16_to_cpu(in->asid);

	w->addr = le64_to_cpu(in->addr);
	w->size = le64_to_cpu(in->size);
	w->access = in->access;
	if (!asid || asid > GNIC_ASID_MAX || !w->size || !w->access ||
	    w->access & ~ASID_ACCESS_ALL)
		return GNIC_STATUS_BAD_PARAM;
	return window_in_memory(card, w) ? GNIC_STATUS_OK : GNIC_STATUS_BAD_ADDR;
}

static bool asid_overlaps(const struct asid_table *table, uint32_t at, const struct window *w)
{
	const struct window *prev = at ? &table->windows[at - 1] : NULL;
	const struct window *next = at < table->count ? &table->windows[at] : NULL;

	return (prev && prev->addr + prev->size > w->addr) ||
	       (next && w->addr + w->size > next->addr);
}

static bool asid_grow(struct asid_table *table)
{
	uint32_t room = table->room ? table->room * 2 : 8;
	struct window *windows;

	if (table->count < table->room)
		return true;
	windows = realloc(table->windows, room * sizeof(*windows));
	if (!windows)
		return false;
	table->windows = windows;
	table->room = room;
	return true;
}

/* Ids are 1 .. CARD_WINDOWS. Returns 0 if all are in use. */
static uint32_t window_id(struct windows *windows)
{
	for (uint32_t i = 0; i < CARD_WINDOWS; i++) {
		uint32_t slot = (windows->next + i) % CARD_WINDOWS;

		if (!windows->slots[slot].asid) {
			windows->next = slot + 1;
			return slot + 1;
		}
	}
	return 0;
}

enum gnic_hw_status asid_cmd_window_add(struct card *card, const struct gnic_hw_window *in,
					struct gnic_hw_id *out)
{
	uint16_t asid = le16_to_cpu(in->asid);
	struct window w;
	enum gnic_hw_status status = window_parse(card, in, &w);
	struct asid_table *table;
	uint32_t at;

	if (status)
		return status;
	table = &card->windows->tables[asid];
	at = asid_upper(table, w.addr);
	if (asid_overlaps(table, at, &w))
		return GNIC_STATUS_EXISTS;
	w.id = window_id(card->windows);
	if (!w.id || !asid_grow(table))
		return GNIC_STATUS_NO_RESOURCE;
	memmove(&table->windows[at + 1], &table->windows[at],
		(table->count - at) * sizeof(w));
	table->windows[at] = w;
	table->count++;
	table->last = &table->windows[at];
	card->windows->slots[w.id - 1] = (struct window_slot){ .addr = w.addr, .asid = asid };
	out->id = cpu_to_le32(w.id);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status asid_cmd_window_del(struct card *card, const struct gnic_hw_id *in)
{
	uint32_t id = le32_to_cpu(in->id), at;
	struct window_slot *slot;
	struct asid_table *table;

	if (!id || id > CARD_WINDOWS || !card->windows->slots[id - 1].asid)
		return GNIC_STATUS_NOT_FOUND;
	slot = &card->windows->slots[id - 1];
	table = &card->windows->tables[slot->asid];
	at = asid_upper(table, slot->addr) - 1;
	table->count--;
	memmove(&table->windows[at], &table->windows[at + 1],
		(table->count - at) * sizeof(*table->windows));
	table->last = &window_none;
	*slot = (struct window_slot){ 0 };
	return GNIC_STATUS_OK;
}
