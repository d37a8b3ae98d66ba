// SPDX-License-Identifier: GPL-2.0-only
/* Block ASID: what a device address may touch, and what it is. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "blk_cmd.h"
#include "blk_window.h"

#define HBM_SIZE	0x100000ull
#define HOST_SIZE	0x10000ull
#define HOST_A		0x40000000ull
#define HOST_B		(HOST_A + HOST_SIZE)	/* touches A, elsewhere in memory */

#define READ		GNIC_ACCESS_LOCAL_READ
#define WRITE		GNIC_ACCESS_LOCAL_WRITE
#define REMOTE		GNIC_ACCESS_REMOTE_WRITE

static struct card card;
static int fd = -1;

static int setup(void **state)
{
	(void)state;
	memset(&card, 0, sizeof(card));
	card.config.hbm_size = HBM_SIZE;
	card.hbm = calloc(1, HBM_SIZE);
	card.umr = calloc(1, GNIC_BAR_UMR_SIZE);
	card.dma = dma_create();
	card.windows = windows_create(&card);
	fd = memfd_create("host", MFD_CLOEXEC);
	assert_true(card.hbm && card.umr && card.dma && card.windows && fd >= 0);
	assert_int_equal(ftruncate(fd, 3 * HOST_SIZE), 0);
	/* in the other order, so that they are not one piece here */
	assert_int_equal(dma_add(card.dma, HOST_A, HOST_SIZE, fd, 2 * HOST_SIZE,
				 PROT_READ | PROT_WRITE), 0);
	assert_int_equal(dma_add(card.dma, HOST_B, HOST_SIZE, fd, 0, PROT_READ), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	windows_destroy(&card);
	dma_destroy(card.dma);
	free(card.umr);
	free(card.hbm);
	close(fd);
	return 0;
}

static enum gnic_hw_status try_add(uint16_t asid, uint64_t addr, uint64_t size, uint8_t access,
				   uint32_t *id)
{
	const struct gnic_hw_window in = {
		.addr = cpu_to_le64(addr), .size = cpu_to_le64(size),
		.asid = cpu_to_le16(asid), .access = access,
	};
	struct gnic_hw_id out = { 0 };
	enum gnic_hw_status status = window_cmd_add(&card, &in, &out);

	if (id)
		*id = le32_to_cpu(out.id);
	return status;
}

static uint32_t add(uint16_t asid, uint64_t addr, uint64_t size, uint8_t access)
{
	uint32_t id;

	assert_int_equal(try_add(asid, addr, size, access, &id), GNIC_STATUS_OK);
	assert_int_not_equal(id, 0);
	return id;
}

static enum gnic_hw_status del(uint32_t id)
{
	const struct gnic_hw_id in = { .id = cpu_to_le32(id) };

	return window_cmd_del(&card, &in);
}

static bool can(uint16_t asid, uint64_t addr, uint64_t len, uint8_t access)
{
	uint64_t before = card.stats.asid_errors + card.stats.dma_errors;
	struct iovec iov[4];
	bool ok = asid_iov(&card, asid, addr, len, access, iov, 4) > 0;

	assert_int_equal(card.stats.asid_errors + card.stats.dma_errors, before + !ok);
	return ok;
}

/* ---- the kernel's ASID ---- */

static void kernel_sees_memory_and_nothing_else(void **state)
{
	(void)state;
	assert_ptr_equal(asid_ptr(&card, 0, GNIC_ADDR_HBM_BASE, 1, READ), card.hbm);
	assert_ptr_equal(asid_ptr(&card, 0, GNIC_ADDR_HBM_BASE + 5, HBM_SIZE - 5, WRITE),
			 card.hbm + 5);
	assert_ptr_equal(asid_ptr(&card, 0, GNIC_ADDR_UMR_BASE + 0x1000, 128, 0),
			 card.umr + 0x1000);
	assert_true(can(0, HOST_A, HOST_SIZE, READ));
	assert_false(can(0, GNIC_ADDR_HBM_BASE + 5, HBM_SIZE - 4, READ));
	assert_false(can(0, GNIC_ADDR_HBM_BASE + HBM_SIZE, 1, READ));
	assert_false(can(0, GNIC_ADDR_HBM_BASE - 1, 2, READ));
	assert_false(can(0, GNIC_ADDR_UMR_BASE, 8, READ));	/* registers */
	assert_false(can(0, GNIC_ADDR_UMR_BASE + 0xfff, 2, READ));
	assert_false(can(0, GNIC_ADDR_UMR_BASE + GNIC_BAR_UMR_SIZE - 1, 2, READ));
	assert_false(can(0, HOST_A - 1, 2, READ));
	assert_false(can(0, GNIC_ADDR_HOST_END - 1, 1, READ));
	assert_false(can(0, UINT64_MAX, 1, READ));
	assert_false(can(0, UINT64_MAX, UINT64_MAX, READ));
	assert_false(can(0, HOST_A, UINT64_MAX - 1, READ));
}

static void direction_of_the_map_counts(void **state)
{
	(void)state;
	assert_true(can(0, HOST_A, 16, WRITE));
	assert_true(can(0, HOST_B, 16, READ));
	assert_false(can(0, HOST_B, 16, WRITE));
	assert_false(can(0, HOST_B, 16, REMOTE));
	/* rings, records and what a command is given: the device writes what it reads */
	assert_true(can(0, HOST_A, 16, 0));
	assert_false(can(0, HOST_B, 16, 0));
	assert_null(asid_ptr(&card, 0, HOST_B, 16, 0));
}

static void neighbours_are_pieces(void **state)
{
	struct iovec iov[2];
	uint64_t errors = card.stats.dma_errors;

	(void)state;
	assert_null(asid_ptr(&card, 0, HOST_B - 8, 16, READ));
	assert_int_equal(card.stats.dma_errors, errors);
	assert_int_equal(asid_iov(&card, 0, HOST_B - 8, 16, READ, iov, 2), 2);
	assert_int_equal(iov[0].iov_len, 8);
	assert_int_equal(iov[1].iov_len, 8);
	assert_int_equal(asid_iov(&card, 0, HOST_B - 8, 16, READ, iov, 1), -1);
	assert_int_equal(card.stats.dma_errors, errors + 1);
	assert_null(asid_ptr(&card, 0, HOST_B + HOST_SIZE - 8, 16, READ));
	assert_int_equal(card.stats.dma_errors, errors + 2);
}

static void unmapped_memory_is_gone_at_once(void **state)
{
	(void)state;
	add(3, HOST_A, HOST_SIZE, READ);
	assert_true(can(3, HOST_A, 16, READ));
	assert_int_equal(dma_del(card.dma, HOST_A, HOST_SIZE), 0);
	assert_false(can(3, HOST_A, 16, READ));
	assert_false(can(0, HOST_A, 16, READ));
}

/* ---- windows ---- */

static void windows_bound_an_asid(void **state)
{
	const uint64_t base = GNIC_ADDR_HBM_BASE + 0x1000;

	(void)state;
	assert_false(can(7, base, 1, READ));
	add(7, base, 0x1000, READ);
	assert_true(can(7, base, 0x1000, READ));
	assert_true(can(7, base + 0xfff, 1, READ));
	assert_false(can(7, base - 1, 1, READ));
	assert_false(can(7, base - 1, 2, READ));
	assert_false(can(7, base + 0xfff, 2, READ));
	assert_false(can(7, base, 0x1001, READ));
	assert_false(can(7, base, UINT64_MAX, READ));
	assert_false(can(8, base, 1, READ));
	assert_false(can(GNIC_ASID_NONE, base, 1, READ));
	assert_false(can(1024 + 7, base, 1, READ));
}

static void access_bits_are_checked(void **state)
{
	static const uint8_t bits[] = { READ, WRITE, REMOTE };
	const uint64_t base = GNIC_ADDR_HBM_BASE;

	(void)state;
	for (uint8_t access = 1; access < 8; access++) {
		uint64_t addr = base + access * 0x1000;

		add(9, addr, 0x1000, access);
		for (unsigned int i = 0; i < 3; i++)
			assert_int_equal(can(9, addr, 8, bits[i]), !!(access & bits[i]));
	}
}

static void touching_windows_are_one(void **state)
{
	const uint64_t base = GNIC_ADDR_HBM_BASE;

	(void)state;
	add(2, base + 0x2000, 0x1000, READ | WRITE);
	add(2, base + 0x1000, 0x1000, READ);
	add(2, base + 0x4000, 0x1000, READ);
	assert_true(can(2, base + 0x1800, 0x1000, READ));
	assert_true(can(2, base + 0x1000, 0x2000, READ));
	assert_false(can(2, base + 0x1800, 0x1000, WRITE));
	assert_false(can(2, base + 0x2800, 0x2000, READ));
}

static void bad_windows_are_refused(void **state)
{
	const uint64_t base = GNIC_ADDR_HBM_BASE;

	(void)state;
	assert_int_equal(try_add(0, base, 16, READ, NULL), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(try_add(1023, base, 16, READ, NULL), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(try_add(1, base, 0, READ, NULL), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(try_add(1, base, 16, 0, NULL), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(try_add(1, base, 16, 16, NULL), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(try_add(1, base, HBM_SIZE + 1, READ, NULL), GNIC_STATUS_BAD_ADDR);
	assert_int_equal(try_add(1, base - 1, 2, READ, NULL), GNIC_STATUS_BAD_ADDR);
	assert_int_equal(try_add(1, GNIC_ADDR_UMR_BASE, 16, READ, NULL), GNIC_STATUS_BAD_ADDR);
	assert_int_equal(try_add(1, UINT64_MAX, 2, READ, NULL), GNIC_STATUS_BAD_ADDR);
	assert_int_equal(try_add(1, GNIC_ADDR_HOST_END - 1, 2, READ, NULL), GNIC_STATUS_BAD_ADDR);
	assert_int_equal(try_add(1, 0x1000, UINT64_MAX, READ, NULL), GNIC_STATUS_BAD_ADDR);
	/* not mapped yet: that is the access's affair */
	assert_int_equal(try_add(1, 0x1000, 0x1000, READ, NULL), GNIC_STATUS_OK);
}

static void overlaps_are_refused(void **state)
{
	const uint64_t base = GNIC_ADDR_HBM_BASE + 0x8000;

	(void)state;
	add(4, base, 0x1000, READ);
	assert_int_equal(try_add(4, base, 0x1000, READ, NULL), GNIC_STATUS_EXISTS);
	assert_int_equal(try_add(4, base - 1, 2, READ, NULL), GNIC_STATUS_EXISTS);
	assert_int_equal(try_add(4, base + 0xfff, 1, READ, NULL), GNIC_STATUS_EXISTS);
	assert_int_equal(try_add(4, base - 0x1000, 0x3000, READ, NULL), GNIC_STATUS_EXISTS);
	assert_int_equal(try_add(4, base - 0x1000, 0x1000, READ, NULL), GNIC_STATUS_OK);
	assert_int_equal(try_add(4, base + 0x1000, 0x1000, READ, NULL), GNIC_STATUS_OK);
	assert_int_equal(try_add(5, base, 0x1000, READ, NULL), GNIC_STATUS_OK);
}

static void a_deleted_window_is_closed(void **state)
{
	const uint64_t base = GNIC_ADDR_HBM_BASE;
	uint32_t id[3];

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		id[i] = add(6, base + i * 0x1000, 0x1000, READ);
	assert_true(can(6, base + 0x1000, 16, READ));
	assert_int_equal(del(id[1]), GNIC_STATUS_OK);
	assert_false(can(6, base + 0x1000, 16, READ));
	assert_true(can(6, base, 16, READ));
	assert_true(can(6, base + 0x2000, 16, READ));
	assert_int_equal(del(id[1]), GNIC_STATUS_NOT_FOUND);
	assert_int_equal(del(0), GNIC_STATUS_NOT_FOUND);
	assert_int_equal(del(CARD_WINDOWS + 1), GNIC_STATUS_NOT_FOUND);
	assert_int_equal(del(0xffffffff), GNIC_STATUS_NOT_FOUND);
	/* its number comes back late */
	assert_int_not_equal(add(6, base + 0x1000, 0x1000, READ), id[1]);
}

static void windows_run_out_and_come_back(void **state)
{
	uint32_t id = 0;

	(void)state;
	for (uint32_t i = 0; i < CARD_WINDOWS; i++)
		id = add((uint16_t)(1 + i % 100), GNIC_ADDR_HBM_BASE + i * 16, 16, READ);
	assert_int_equal(try_add(200, GNIC_ADDR_HBM_BASE, 16, READ, NULL),
			 GNIC_STATUS_NO_RESOURCE);
	assert_int_equal(del(id), GNIC_STATUS_OK);
	assert_int_equal(add(200, GNIC_ADDR_HBM_BASE, 16, READ), id);
	windows_reset(&card);
	assert_false(can(200, GNIC_ADDR_HBM_BASE, 16, READ));
	add(200, GNIC_ADDR_HBM_BASE, 16, READ);
}

/* ---- windows that map ---- */

#define MAPPED		GNIC_ADDR_MAPPED_BASE
#define LIST		HOST_A		/* where the list of segments is */
#define PAGE		0x1000ull

static enum gnic_hw_status try_map(struct gnic_hw_window_map in, const struct gnic_hw_segment *segs,
				   uint32_t *id)
{
	struct gnic_hw_id out = { 0 };
	enum gnic_hw_status status;
	void *list = asid_ptr(&card, 0, LIST, in.count * sizeof(*segs), WRITE);

	assert_non_null(list);
	memcpy(list, segs, in.count * sizeof(*segs));
	status = window_cmd_map(&card, &in, &out);
	memset(list, 0xee, in.count * sizeof(*segs));	/* not looked at any more */
	if (id)
		*id = out.id;
	return status;
}

static struct gnic_hw_window_map map_of(uint16_t asid, uint64_t addr, uint64_t size, uint32_t count)
{
	return (struct gnic_hw_window_map){
		.addr = addr, .size = size, .list = LIST, .count = count, .asid = asid,
		.access = READ | WRITE,
	};
}

/* Pages of the host and of the device, in no order. */
static const struct gnic_hw_segment mixed[] = {
	{ HOST_A + 2 * PAGE, PAGE },
	{ GNIC_ADDR_HBM_BASE + 8 * PAGE, 2 * PAGE },
	{ HOST_A + 1 * PAGE, PAGE },
};

static void segments_are_one_range(void **state)
{
	uint8_t *host = asid_ptr(&card, 0, HOST_A, HOST_SIZE, READ);
	struct iovec iov[4];
	uint32_t id;

	(void)state;
	assert_int_equal(try_map(map_of(5, MAPPED, 4 * PAGE, 3), mixed, &id), GNIC_STATUS_OK);
	assert_int_equal(asid_iov(&card, 5, MAPPED + 8, 4 * PAGE - 8, READ, iov, 4), 3);
	assert_ptr_equal(iov[0].iov_base, host + 2 * PAGE + 8);
	assert_int_equal(iov[0].iov_len, PAGE - 8);
	assert_ptr_equal(iov[1].iov_base, card.hbm + 8 * PAGE);
	assert_int_equal(iov[1].iov_len, 2 * PAGE);
	assert_ptr_equal(iov[2].iov_base, host + PAGE);
	assert_ptr_equal(asid_ptr(&card, 5, MAPPED + 2 * PAGE, PAGE, WRITE), card.hbm + 9 * PAGE);
	assert_ptr_equal(asid_ptr(&card, 5, MAPPED + 4 * PAGE - 1, 1, READ), host + 2 * PAGE - 1);
	assert_false(can(5, MAPPED - 1, 2, READ));
	assert_false(can(5, MAPPED + 4 * PAGE - 1, 2, READ));
	assert_false(can(5, MAPPED, 8, REMOTE));
	/* neither by their own addresses, nor for anybody else */
	assert_false(can(5, HOST_A + PAGE, 8, READ));
	assert_false(can(6, MAPPED, 8, READ));
	assert_false(can(0, MAPPED, 8, READ));
	assert_int_equal(del(id), GNIC_STATUS_OK);
	assert_false(can(5, MAPPED, 8, READ));
}

static void mapped_windows_may_touch(void **state)
{
	struct iovec iov[6];

	(void)state;
	assert_int_equal(try_map(map_of(5, MAPPED + 4 * PAGE, 4 * PAGE, 3), mixed, NULL), 0);
	assert_int_equal(try_map(map_of(5, MAPPED, 4 * PAGE, 3), mixed, NULL), 0);
	assert_int_equal(asid_iov(&card, 5, MAPPED + 3 * PAGE, 2 * PAGE, READ, iov, 6), 2);
	assert_int_equal(asid_iov(&card, 5, MAPPED, 8 * PAGE, READ, iov, 6), 6);
	assert_int_equal(asid_iov(&card, 5, MAPPED, 8 * PAGE, READ, iov, 5), -1);
}

static void bad_maps_are_refused(void **state)
{
	static const struct gnic_hw_segment odd[] = { { HOST_A + 8, PAGE } };
	static const struct gnic_hw_segment less[] = { { HOST_A, PAGE - 8 } };
	static const struct gnic_hw_segment none[] = { { GNIC_ADDR_UMR_BASE, PAGE } };
	static const struct gnic_hw_segment itself[] = { { MAPPED, PAGE } };
	struct gnic_hw_window_map in;

	(void)state;
	assert_int_equal(try_map(map_of(0, MAPPED, PAGE, 1), mixed, NULL), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(try_map(map_of(1023, MAPPED, PAGE, 1), mixed, NULL), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(try_map(map_of(5, HOST_A, PAGE, 1), mixed, NULL), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(try_map(map_of(5, MAPPED + 8, PAGE, 1), mixed, NULL), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(try_map(map_of(5, MAPPED, 2 * PAGE, 1), mixed, NULL), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(try_map(map_of(5, MAPPED, PAGE, 2), mixed, NULL), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(try_map(map_of(5, MAPPED, PAGE, 1), odd, NULL), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(try_map(map_of(5, MAPPED, PAGE - 8, 1), less, NULL), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(try_map(map_of(5, MAPPED, PAGE, 1), none, NULL), GNIC_STATUS_BAD_ADDR);
	assert_int_equal(try_map(map_of(5, MAPPED, PAGE, 1), itself, NULL), GNIC_STATUS_BAD_ADDR);
	in = map_of(5, GNIC_ADDR_MAPPED_END - PAGE, 4 * PAGE, 3);
	assert_int_equal(try_map(in, mixed, NULL), GNIC_STATUS_BAD_PARAM);
	in = map_of(5, MAPPED, PAGE, 1);
	in.rsvd = 1;
	assert_int_equal(try_map(in, mixed, NULL), GNIC_STATUS_BAD_PARAM);
	in = map_of(5, MAPPED, PAGE, 1);
	in.list = UINT64_MAX - 8;
	assert_int_equal(try_map(in, mixed, NULL), GNIC_STATUS_BAD_ADDR);
	in.list = LIST;
	in.count = 0;
	assert_int_equal(window_cmd_map(&card, &in, &(struct gnic_hw_id){ 0 }),
			 GNIC_STATUS_BAD_PARAM);
	in.count = CARD_SEGMENTS + 1;
	assert_int_equal(window_cmd_map(&card, &in, &(struct gnic_hw_id){ 0 }),
			 GNIC_STATUS_NO_RESOURCE);
	assert_int_equal(try_map(map_of(5, MAPPED, PAGE, 1), mixed, NULL), GNIC_STATUS_OK);
	assert_int_equal(try_map(map_of(5, MAPPED, PAGE, 1), mixed, NULL), GNIC_STATUS_EXISTS);
	assert_int_equal(card.windows->segments, 1);
}

/* A list of several chunks, all pages of it; what is deleted or reset comes back. */
static void segments_run_out_and_come_back(void **state)
{
	enum { COUNT = 1000 };
	static struct gnic_hw_segment segs[COUNT];
	uint32_t id[2];

	(void)state;
	for (unsigned int i = 0; i < COUNT; i++)
		segs[i] = (struct gnic_hw_segment){ GNIC_ADDR_HBM_BASE + (i * 7 % 256) * PAGE, PAGE };
	assert_int_equal(try_map(map_of(7, MAPPED, COUNT * PAGE, COUNT), segs, &id[0]), 0);
	for (unsigned int i = 0; i < COUNT; i++)
		assert_ptr_equal(asid_ptr(&card, 7, MAPPED + i * PAGE + 9, 1, READ),
				 card.hbm + (i * 7 % 256) * PAGE + 9);
	card.windows->segments = CARD_SEGMENTS - COUNT + 1;
	assert_int_equal(try_map(map_of(8, MAPPED, COUNT * PAGE, COUNT), segs, &id[1]),
			 GNIC_STATUS_NO_RESOURCE);
	card.windows->segments = CARD_SEGMENTS;
	assert_int_equal(del(id[0]), GNIC_STATUS_OK);
	assert_int_equal(try_map(map_of(8, MAPPED, COUNT * PAGE, COUNT), segs, &id[1]), 0);
	card.windows->segments = COUNT;
	windows_reset(&card);
	assert_int_equal(card.windows->segments, 0);
	assert_false(can(8, MAPPED, 8, READ));
}

/* ---- at random ---- */

/* Against a map of bytes: random windows, random accesses. */
static void random_windows_against_a_map(void **state)
{
	enum { SPAN = 4096, LIVE = 64 };
	static uint8_t map[SPAN];
	struct { uint32_t id, from, len; } live[LIVE] = { 0 };
	uint32_t random = 12345;

#define PICK(n) ((random = random * 1664525 + 1013904223) >> 8) % (n)
	(void)state;
	memset(map, 0, sizeof(map));
	for (unsigned int round = 0; round < 20000; round++) {
		uint32_t i = PICK(LIVE), from = PICK(SPAN), len = 1 + PICK(100);
		uint8_t access = (uint8_t)(1 + PICK(7)), want = (uint8_t)(1 << PICK(3));
		bool allowed = from + len <= SPAN;

		if (live[i].id) {
			assert_int_equal(del(live[i].id), GNIC_STATUS_OK);
			memset(map + live[i].from, 0, live[i].len);
			live[i].id = 0;
		} else if (allowed && try_add(11, GNIC_ADDR_HBM_BASE + from, len, access,
					      &live[i].id) == GNIC_STATUS_OK) {
			live[i].from = from;
			live[i].len = len;
			memset(map + from, access, len);
		}
		from = PICK(SPAN);
		len = 1 + PICK(60);
		allowed = from + len <= SPAN;
		for (uint32_t b = from; allowed && b < from + len; b++)
			allowed = map[b] & want;
		assert_int_equal(can(11, GNIC_ADDR_HBM_BASE + from, len, want), allowed);
	}
#undef PICK
}

/* ---- what was looked up before ---- */

static bool near(struct asid_span *span, uint64_t addr, const void *where)
{
	return asid_near(span, addr, 8, READ) == where;
}

/* Looked up as often as it takes to know what is around it. */
static void know(struct asid_span *span, uint16_t asid, uint64_t addr, const void *where)
{
	asid_keep(span, &card, asid);
	assert_true(near(span, addr, where) && near(span, addr, where));
	assert_true(span->size);
}

static void spans_are_kept(void **state)
{
	struct asid_span span = { 0 };

	(void)state;
	add(5, GNIC_ADDR_HBM_BASE + 0x1000, 0x1000, READ);
	know(&span, 5, GNIC_ADDR_HBM_BASE + 0x1100, card.hbm + 0x1100);
	asid_keep(&span, &card, 5);
	assert_int_equal(span.size, 0x1000);
	assert_true(near(&span, GNIC_ADDR_HBM_BASE + 0x1000, card.hbm + 0x1000));
	assert_true(near(&span, GNIC_ADDR_HBM_BASE + 0x1ff8, card.hbm + 0x1ff8));
	assert_true(near(&span, GNIC_ADDR_HBM_BASE + 0x1ff9, NULL));
	assert_true(near(&span, GNIC_ADDR_HBM_BASE + 0xfff, NULL));
	assert_null(asid_near(&span, GNIC_ADDR_HBM_BASE + 0x1000, 8, WRITE));
}

static void spans_end_with_windows(void **state)
{
	struct asid_span span = { 0 };
	uint32_t id = add(5, GNIC_ADDR_HBM_BASE, 0x1000, READ);

	(void)state;
	know(&span, 5, GNIC_ADDR_HBM_BASE, card.hbm);
	/* another ASID has none */
	asid_keep(&span, &card, 6);
	assert_true(near(&span, GNIC_ADDR_HBM_BASE, NULL));
	know(&span, 5, GNIC_ADDR_HBM_BASE, card.hbm);
	assert_int_equal(del(id), GNIC_STATUS_OK);
	/* the same addresses, but just to be written */
	id = add(5, GNIC_ADDR_HBM_BASE, 0x1000, WRITE);
	asid_keep(&span, &card, 5);
	assert_true(near(&span, GNIC_ADDR_HBM_BASE, NULL));
	assert_int_equal(del(id), GNIC_STATUS_OK);
	id = add(5, GNIC_ADDR_HBM_BASE, 0x1000, READ);
	know(&span, 5, GNIC_ADDR_HBM_BASE, card.hbm);
	assert_int_equal(del(id), GNIC_STATUS_OK);
	asid_keep(&span, &card, 5);
	assert_true(near(&span, GNIC_ADDR_HBM_BASE, NULL));
	add(5, GNIC_ADDR_HBM_BASE, 0x1000, READ);
	know(&span, 5, GNIC_ADDR_HBM_BASE, card.hbm);
	windows_reset(&card);
	asid_keep(&span, &card, 5);
	assert_true(near(&span, GNIC_ADDR_HBM_BASE, NULL));
}

static void spans_end_with_the_map(void **state)
{
	struct asid_span span = { 0 };
	void *where = asid_ptr(&card, 0, HOST_A, 8, READ);

	(void)state;
	assert_non_null(where);
	know(&span, 0, HOST_A, where);
	assert_int_equal(dma_del(card.dma, HOST_A, HOST_SIZE), 0);
	asid_keep(&span, &card, 0);
	assert_true(near(&span, HOST_A, NULL));
}

#define ASID_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ASID_TEST(kernel_sees_memory_and_nothing_else),
		ASID_TEST(direction_of_the_map_counts),
		ASID_TEST(neighbours_are_pieces),
		ASID_TEST(unmapped_memory_is_gone_at_once),
		ASID_TEST(windows_bound_an_asid),
		ASID_TEST(access_bits_are_checked),
		ASID_TEST(touching_windows_are_one),
		ASID_TEST(bad_windows_are_refused),
		ASID_TEST(overlaps_are_refused),
		ASID_TEST(a_deleted_window_is_closed),
		ASID_TEST(windows_run_out_and_come_back),
		ASID_TEST(segments_are_one_range),
		ASID_TEST(mapped_windows_may_touch),
		ASID_TEST(bad_maps_are_refused),
		ASID_TEST(segments_run_out_and_come_back),
		ASID_TEST(random_windows_against_a_map),
		ASID_TEST(spans_are_kept),
		ASID_TEST(spans_end_with_windows),
		ASID_TEST(spans_end_with_the_map),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
