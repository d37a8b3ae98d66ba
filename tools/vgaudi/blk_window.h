/* SPDX-License-Identifier: GPL-2.0-only */
/* The windows of protection domains: made by WINDOW, looked at by ASID. */
#ifndef VGAUDI_BLK_WINDOW_H
#define VGAUDI_BLK_WINDOW_H

#include "card.h"

#define ASIDS			1024u

/* A piece of a window of WINDOW_MAP. */
struct segment {
	uint64_t offset;	/* into the window */
	uint64_t addr;
	uint64_t size;
};

struct window {
	uint64_t addr;
	uint64_t size;
	uint32_t id;
	uint8_t access;
	uint32_t count;			/* of @segments; 0: its addresses are those of memory */
	struct segment *segments;	/* sorted by offset */
};

/* The windows of one ASID: sorted by address, not overlapping. */
struct asid_table {
	const struct window *last[2];	/* answered last, a read and a write; never NULL */
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
	uint32_t segments;	/* of all windows */
	uint32_t next;		/* where the search for a free id begins: reused late */
};

/* What @last points to when nothing answered yet: no access fits into it. */
extern const struct window window_none;

static inline bool window_covers(const struct window *w, uint64_t addr, uint64_t len)
{
	return addr >= w->addr && len <= w->size && addr - w->addr <= w->size - len;
}

/* Index of the first window that begins behind @addr. */
static inline uint32_t window_upper(const struct asid_table *table, uint64_t addr)
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

/* blk_asid.c: can there be memory at all? */
bool asid_in_memory(struct card *card, uint64_t addr, uint64_t len);

#endif
