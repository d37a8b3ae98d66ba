// SPDX-License-Identifier: GPL-2.0-only
/* The windows of protection domains: the commands that make and end them. */
#include <stdlib.h>
#include <string.h>

#include "blk_cmd.h"
#include "blk_window.h"

#define WINDOW_ACCESS_ALL \
	(GNIC_ACCESS_LOCAL_READ | GNIC_ACCESS_LOCAL_WRITE | GNIC_ACCESS_REMOTE_WRITE | \
	 GNIC_ACCESS_REMOTE_READ)
#define WINDOW_CHUNK		256u	/* segments that are read at once */
#define WINDOW_PIECES		3	/* of such a chunk: pages, at worst */

const struct window window_none;

/* ---- all of them ---- */

/* No other one has answered: its pointer may be stale. */
static void window_last(struct asid_table *table, const struct window *w)
{
	table->last[0] = w;
	table->last[1] = w;
}

static void window_drop(struct windows *windows, struct window *w)
{
	windows->segments -= w->count;
	free(w->segments);
}

struct windows *windows_create(struct card *card)
{
	struct windows *windows = calloc(1, sizeof(*windows));

	(void)card;
	if (!windows)
		return NULL;
	for (uint32_t i = 0; i < ASIDS; i++)
		window_last(&windows->tables[i], &window_none);
	return windows;
}

void windows_destroy(struct card *card)
{
	if (!card->windows)
		return;
	windows_reset(card);
	free(card->windows);
	card->windows = NULL;
}

void windows_reset(struct card *card)
{
	struct windows *windows = card->windows;

	for (uint32_t i = 0; i < ASIDS; i++) {
		for (uint32_t k = 0; k < windows->tables[i].count; k++)
			window_drop(windows, &windows->tables[i].windows[k]);
		free(windows->tables[i].windows);
		windows->tables[i] = (struct asid_table){ .last = { &window_none, &window_none } };
	}
	memset(windows->slots, 0, sizeof(windows->slots));
	windows->next = 0;
	card->windows_gen++;
}

/* ---- windows at the address of memory ---- */

static bool window_valid(uint16_t asid, const struct window *w)
{
	return asid && asid <= GNIC_ASID_MAX && w->size && w->access &&
	       !(w->access & ~WINDOW_ACCESS_ALL);
}

static bool window_overlaps(const struct asid_table *table, uint32_t at, const struct window *w)
{
	const struct window *prev = at ? &table->windows[at - 1] : NULL;
	const struct window *next = at < table->count ? &table->windows[at] : NULL;

	return (prev && prev->addr + prev->size > w->addr) ||
	       (next && w->addr + w->size > next->addr);
}

static bool window_grow(struct asid_table *table)
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

/* The table owns the segments of @w from now on, if that is OK. */
static enum gnic_hw_status window_insert(struct card *card, uint16_t asid, struct window *w,
					 struct gnic_hw_id *out)
{
	struct windows *windows = card->windows;
	struct asid_table *table = &windows->tables[asid];
	uint32_t at = window_upper(table, w->addr);

	if (window_overlaps(table, at, w))
		return GNIC_STATUS_EXISTS;
	w->id = window_id(windows);
	if (!w->id || !window_grow(table))
		return GNIC_STATUS_NO_RESOURCE;
	memmove(&table->windows[at + 1], &table->windows[at],
		(table->count - at) * sizeof(*w));
	table->windows[at] = *w;
	table->count++;
	window_last(table, &table->windows[at]);
	windows->slots[w->id - 1] = (struct window_slot){ .addr = w->addr, .asid = asid };
	windows->segments += w->count;
	card->windows_gen++;
	out->id = cpu_to_le32(w->id);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status window_cmd_add(struct card *card, const struct gnic_hw_window *in,
				   struct gnic_hw_id *out)
{
	uint16_t asid = le16_to_cpu(in->asid);
	struct window w = {
		.addr = le64_to_cpu(in->addr),
		.size = le64_to_cpu(in->size),
		.access = in->access,
	};

	if (!window_valid(asid, &w))
		return GNIC_STATUS_BAD_PARAM;
	if (!asid_in_memory(card, w.addr, w.size))
		return GNIC_STATUS_BAD_ADDR;
	return window_insert(card, asid, &w, out);
}

/* ---- windows of segments ---- */

static bool window_read(struct card *card, uint64_t addr, void *buf, size_t len)
{
	struct iovec iov[WINDOW_PIECES];
	int pieces = asid_iov(card, GNIC_ASID_KERNEL, addr, len, 0, iov, WINDOW_PIECES);

	asid_gather(buf, iov, pieces);
	return pieces > 0;
}

static bool window_aligned(uint64_t value)
{
	return !(value & (GNIC_SEGMENT_ALIGN - 1));
}

static enum gnic_hw_status window_segment(struct card *card, const struct window *w,
					  uint64_t offset, const struct gnic_hw_segment *in,
					  struct segment *seg)
{
	seg->offset = offset;
	seg->addr = le64_to_cpu(in->addr);
	seg->size = le64_to_cpu(in->size);
	if (!seg->size || !window_aligned(seg->addr | seg->size) || seg->size > w->size - offset)
		return GNIC_STATUS_BAD_PARAM;
	return asid_in_memory(card, seg->addr, seg->size) ? GNIC_STATUS_OK : GNIC_STATUS_BAD_ADDR;
}

/* What is checked is a copy of the list. */
static enum gnic_hw_status window_list(struct card *card, struct window *w, uint64_t list)
{
	struct gnic_hw_segment in[WINDOW_CHUNK];
	enum gnic_hw_status status;
	uint64_t offset = 0;
	uint32_t n;

	for (uint32_t i = 0; i < w->count; i += n) {
		n = w->count - i < WINDOW_CHUNK ? w->count - i : WINDOW_CHUNK;
		if (!window_read(card, list + i * sizeof(*in), in, n * sizeof(*in)))
			return GNIC_STATUS_BAD_ADDR;
		for (uint32_t k = 0; k < n; k++) {
			struct segment *seg = &w->segments[i + k];

			status = window_segment(card, w, offset, &in[k], seg);
			if (status)
				return status;
			offset += seg->size;
		}
	}
	return offset == w->size ? GNIC_STATUS_OK : GNIC_STATUS_BAD_PARAM;
}

static bool window_map_valid(uint16_t asid, const struct window *w)
{
	return window_valid(asid, w) && w->count && window_aligned(w->addr) &&
	       w->addr >= GNIC_ADDR_MAPPED_BASE && w->addr < GNIC_ADDR_MAPPED_END &&
	       w->size <= GNIC_ADDR_MAPPED_END - w->addr;
}

enum gnic_hw_status window_cmd_map(struct card *card, const struct gnic_hw_window_map *in,
				   struct gnic_hw_id *out)
{
	uint16_t asid = le16_to_cpu(in->asid);
	struct window w = {
		.addr = le64_to_cpu(in->addr),
		.size = le64_to_cpu(in->size),
		.access = in->access,
		.count = le32_to_cpu(in->count),
	};
	enum gnic_hw_status status;

	if (!window_map_valid(asid, &w) || in->rsvd)
		return GNIC_STATUS_BAD_PARAM;
	if (w.count > CARD_SEGMENTS - card->windows->segments)
		return GNIC_STATUS_NO_RESOURCE;
	w.segments = calloc(w.count, sizeof(*w.segments));
	if (!w.segments)
		return GNIC_STATUS_NO_RESOURCE;
	status = window_list(card, &w, le64_to_cpu(in->list));
	if (!status)
		status = window_insert(card, asid, &w, out);
	if (status)
		free(w.segments);
	return status;
}

/* ---- the end of a window ---- */

enum gnic_hw_status window_cmd_del(struct card *card, const struct gnic_hw_id *in)
{
	uint32_t id = le32_to_cpu(in->id), at;
	struct window_slot *slot;
	struct asid_table *table;

	if (!id || id > CARD_WINDOWS || !card->windows->slots[id - 1].asid)
		return GNIC_STATUS_NOT_FOUND;
	slot = &card->windows->slots[id - 1];
	table = &card->windows->tables[slot->asid];
	at = window_upper(table, slot->addr) - 1;
	window_drop(card->windows, &table->windows[at]);
	table->count--;
	memmove(&table->windows[at], &table->windows[at + 1],
		(table->count - at) * sizeof(*table->windows));
	window_last(table, &window_none);
	card->windows_gen++;
	*slot = (struct window_slot){ 0 };
	return GNIC_STATUS_OK;
}
