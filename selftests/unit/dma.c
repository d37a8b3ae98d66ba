// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory: what is reachable and what is refused. What happens when it is
 * taken away is in model/dma.c: cmocka wants SIGBUS for itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "dma.h"

#define RW	(PROT_READ | PROT_WRITE)
#define PAGE	((uint64_t)DMA_PAGE_SIZE)

static int memfd(uint64_t size)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, size), 0);
	return fd;
}

static void add(struct dma *dma, uint64_t iova, uint64_t size, int prot)
{
	int fd = memfd(size);

	assert_int_equal(dma_add(dma, iova, size, fd, 0, prot), 0);
	close(fd);
}

static int setup(void **state)
{
	*state = dma_create();
	return !*state;
}

static int teardown(void **state)
{
	dma_destroy(*state);
	return 0;
}

/* Whole ranges and their edges. */
static void reachable(void **state)
{
	struct dma *dma = *state;
	uint8_t *first, *last;

	add(dma, 0x10000, 4 * PAGE, RW);
	first = dma_ptr(dma, 0x10000, 4 * PAGE, RW);
	last = dma_ptr(dma, 0x10000 + 4 * PAGE - 1, 1, RW);
	assert_non_null(first);
	assert_ptr_equal(first + 4 * PAGE - 1, last);
	assert_null(dma_ptr(dma, 0x10000 - 1, 1, RW));
	assert_null(dma_ptr(dma, 0x10000 - 1, 2, RW));
	assert_null(dma_ptr(dma, 0x10000 + 4 * PAGE, 1, RW));
	assert_null(dma_ptr(dma, 0x10000 + 4 * PAGE - 1, 2, RW));
	assert_null(dma_ptr(dma, 0x10000, 4 * PAGE + 1, RW));
	assert_null(dma_ptr(dma, 0, 1, RW));
}

static void overflowing(void **state)
{
	struct dma *dma = *state;

	add(dma, 0, PAGE, RW);
	add(dma, -PAGE, PAGE, RW);
	assert_non_null(dma_ptr(dma, UINT64_MAX, 1, RW));
	assert_null(dma_ptr(dma, UINT64_MAX, 2, RW));
	assert_null(dma_ptr(dma, 0, SIZE_MAX, RW));
	assert_null(dma_ptr(dma, 1, SIZE_MAX, RW));
	assert_null(dma_ptr(dma, UINT64_MAX, SIZE_MAX, RW));
	/* Nor does a copy go on at 0 behind the last address. */
	assert_int_equal(dma_read(dma, UINT64_MAX, (char[2]){ 0 }, 2), -EFAULT);
}

static void directions(void **state)
{
	struct dma *dma = *state;
	char byte = 1;

	add(dma, 0x10000, PAGE, PROT_READ);
	assert_non_null(dma_ptr(dma, 0x10000, 1, PROT_READ));
	assert_null(dma_ptr(dma, 0x10000, 1, PROT_WRITE));
	assert_null(dma_ptr(dma, 0x10000, 1, RW));
	assert_int_equal(dma_write(dma, 0x10000, &byte, 1), -EFAULT);
	assert_int_equal(dma_read(dma, 0x10000, &byte, 1), 0);
	assert_int_equal(byte, 0);
	assert_int_equal(dma_stats(dma)->faults, 3);
}

static void refused_ranges(void **state)
{
	struct dma *dma = *state;
	int fd = memfd(4 * PAGE), pipes[2];

	assert_int_equal(dma_add(dma, 0, 0, fd, 0, RW), -EINVAL);
	assert_int_equal(dma_add(dma, 1, PAGE, fd, 0, RW), -EINVAL);
	assert_int_equal(dma_add(dma, 0, PAGE + 1, fd, 0, RW), -EINVAL);
	assert_int_equal(dma_add(dma, 0, PAGE, fd, 1, RW), -EINVAL);
	assert_int_equal(dma_add(dma, 0, PAGE, fd, 4 * PAGE, RW), -EINVAL);
	assert_int_equal(dma_add(dma, 0, 5 * PAGE, fd, 0, RW), -EINVAL);
	assert_int_equal(dma_add(dma, 0, PAGE, fd, -PAGE, RW), -EINVAL);
	assert_int_equal(dma_add(dma, -PAGE, 2 * PAGE, fd, 0, RW), -EINVAL);
	assert_int_equal(dma_add(dma, 0, PAGE, fd, 0, 0), -EINVAL);
	assert_int_equal(dma_add(dma, 0, PAGE, fd, 0, PROT_EXEC), -EINVAL);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(dma_add(dma, 0, PAGE, pipes[0], 0, RW), -EINVAL);
	close(pipes[0]);
	close(pipes[1]);
	close(fd);
	assert_int_equal(dma_stats(dma)->maps, 0);
}

static void overlaps(void **state)
{
	static const struct {
		uint64_t page, pages;
		int ret;
	} tries[] = {
		{ 4, 1, -EEXIST }, { 7, 1, -EEXIST }, { 3, 2, -EEXIST },
		{ 7, 2, -EEXIST }, { 0, 64, -EEXIST }, { 5, 2, -EEXIST },
		{ 4, 4, -EEXIST }, { 3, 1, 0 }, { 8, 1, 0 },
	};
	struct dma *dma = *state;

	add(dma, 4 * PAGE, 4 * PAGE, RW);
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		assert_int_equal(dma_add(dma, tries[i].page * PAGE,
					 tries[i].pages * PAGE, -1, 0, RW),
				 tries[i].ret);
}

/* Known, but without a descriptor there is nothing to access. */
static void unmappable(void **state)
{
	struct dma *dma = *state;

	assert_int_equal(dma_add(dma, 0, PAGE, -1, 0, RW), 0);
	assert_null(dma_ptr(dma, 0, 1, PROT_READ));
	assert_null(dma_ptr(dma, 0, 1, PROT_READ));
	assert_int_equal(dma_del(dma, 0, PAGE), 0);
}

static void across_ranges(void **state)
{
	uint8_t out[3 * DMA_PAGE_SIZE], in[sizeof(out)];
	struct dma *dma = *state;
	size_t len = sizeof(out);

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = i * 7;
	add(dma, 1 * PAGE, PAGE, RW);
	add(dma, 3 * PAGE, PAGE, RW);
	add(dma, 2 * PAGE, PAGE, RW);
	assert_null(dma_ptr(dma, PAGE, len, RW));
	assert_non_null(dma_span(dma, PAGE + 5, &len, RW));
	assert_int_equal(len, PAGE - 5);
	assert_int_equal(dma_write(dma, PAGE, out, sizeof(out)), 0);
	assert_int_equal(dma_read(dma, PAGE, in, sizeof(in)), 0);
	assert_memory_equal(in, out, sizeof(in));
	/* All or nothing. */
	memset(out, 0, sizeof(out));
	assert_int_equal(dma_write(dma, PAGE + 1, out, sizeof(out)), -EFAULT);
	assert_int_equal(dma_read(dma, PAGE, out, sizeof(out)), 0);
	assert_memory_equal(in, out, sizeof(in));
}

static void unmapping(void **state)
{
	struct dma *dma = *state;
	uint32_t gen;

	add(dma, 0x10000, 2 * PAGE, RW);
	add(dma, 0x20000, PAGE, RW);
	assert_non_null(dma_ptr(dma, 0x10000, 1, RW));
	gen = dma_gen(dma);
	assert_int_equal(dma_del(dma, 0x10000, PAGE), -ENOENT);
	assert_int_equal(dma_del(dma, 0x10000 + PAGE, PAGE), -ENOENT);
	assert_int_equal(dma_del(dma, 0, PAGE), -ENOENT);
	assert_int_equal(dma_gen(dma), gen);
	assert_int_equal(dma_del(dma, 0x10000, 2 * PAGE), 0);
	assert_int_not_equal(dma_gen(dma), gen);
	assert_null(dma_ptr(dma, 0x10000, 1, RW));
	assert_non_null(dma_ptr(dma, 0x20000, 1, RW));
	dma_flush(dma);
	assert_null(dma_ptr(dma, 0x20000, 1, RW));
}

static void no_bus_master(void **state)
{
	struct dma *dma = *state;
	uint32_t gen;

	add(dma, 0, PAGE, RW);
	assert_non_null(dma_ptr(dma, 0, 1, RW));
	gen = dma_gen(dma);
	dma_set_master(dma, false);
	assert_int_not_equal(dma_gen(dma), gen);
	assert_null(dma_ptr(dma, 0, 1, RW));
	assert_int_equal(dma_stats(dma)->blocked, 1);
	assert_int_equal(dma_stats(dma)->faults, 0);
	dma_set_master(dma, true);
	assert_non_null(dma_ptr(dma, 0, 1, RW));
}

static void full_table(void **state)
{
	struct dma *dma = *state;
	int fd = memfd(PAGE);

	/* Backwards, so that each has to move the others. */
	for (uint64_t i = DMA_MAPS_MAX; i > 0; i--)
		assert_int_equal(dma_add(dma, 2 * i * PAGE, PAGE, fd, 0, RW),
				 0);
	assert_int_equal(dma_add(dma, 0, PAGE, fd, 0, RW), -ENOSPC);
	for (uint64_t i = 1; i <= DMA_MAPS_MAX; i++) {
		assert_non_null(dma_ptr(dma, 2 * i * PAGE, PAGE, RW));
		assert_null(dma_ptr(dma, (2 * i + 1) * PAGE, 1, RW));
	}
	assert_int_equal(dma_del(dma, 2 * PAGE, PAGE), 0);
	assert_int_equal(dma_add(dma, 0, PAGE, fd, 0, RW), 0);
	close(fd);
}

#define DMA_TEST(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DMA_TEST(reachable),
		DMA_TEST(overflowing),
		DMA_TEST(directions),
		DMA_TEST(refused_ranges),
		DMA_TEST(overlaps),
		DMA_TEST(unmappable),
		DMA_TEST(across_ranges),
		DMA_TEST(unmapping),
		DMA_TEST(no_bus_master),
		DMA_TEST(full_table),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("dma", tests, NULL, NULL);
}
