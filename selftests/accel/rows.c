// SPDX-License-Identifier: GPL-2.0-only
/*
 * RDMA WRITE of rows: each byte where it belongs, none elsewhere, and every refusal.
 * Kernels: one
 */
#include <string.h>
#include <unistd.h>

#include "lib.h"

#define QPS	4
#define ROOM	(2u << 20)

static struct gnic_accel *acc;
static struct group left, right;
static int left_fd, right_fd;
static struct gnic_accel_bo *src, *dst;
static uint8_t want[ROOM];

static int run(struct drm_gnic_cmd cmd)
{
	return gnic_accel_run(acc, &cmd, 1);
}

static struct drm_gnic_cmd rows_cmd(uint32_t qp, const struct drm_gnic_rows *rows)
{
	return gnic_accel_write_rows(left_fd, qp, src, 0, dst->address, rows);
}

/* ---- content ---- */

/* Where byte @n of the message is, in dimensions @from to @to - 1. */
static uint64_t place(const struct drm_gnic_rows *rows, unsigned int from, unsigned int to,
		      uint64_t n)
{
	uint64_t at = n % rows->row;

	for (n /= rows->row; from < to; from++) {
		at += n % rows->count[from] * rows->stride[from];
		n /= rows->count[from];
	}
	return at;
}

static uint64_t place_here(const struct drm_gnic_rows *rows, uint64_t n)
{
	return place(rows, 0, rows->sides == DRM_GNIC_ROWS_EACH ? 2 : 4, n);
}

static uint64_t place_there(const struct drm_gnic_rows *rows, uint64_t n)
{
	if (rows->sides == DRM_GNIC_ROWS_HERE)
		return n;
	return place(rows, rows->sides == DRM_GNIC_ROWS_EACH ? 2 : 0, 4, n);
}

/* What is expected, behind what is there already. */
static void expect_rows(const struct drm_gnic_rows *rows, uint64_t from, uint64_t to)
{
	uint64_t n, size = gnic_accel_rows_size(rows);

	for (n = 0; n < size; n++)
		want[to + place_there(rows, n)] = src->map[from + place_here(rows, n)];
}

static void fresh(void)
{
	test_paint(src->map, ROOM, 3);
	memset(dst->map, 0xee, ROOM);
	memset(want, 0xee, ROOM);
}

static const struct drm_gnic_rows layouts[] = {
	{ DRM_GNIC_ROWS_HERE, 1, { 3 }, { 5000, 1, 1, 1 } },
	{ DRM_GNIC_ROWS_BOTH, 1, { 3 }, { 5000, 1, 1, 1 } },
	{ DRM_GNIC_ROWS_HERE, 1023, { 1025 }, { 999, 1, 1, 1 } },
	{ DRM_GNIC_ROWS_BOTH, 4097, { 9001 }, { 77, 1, 1, 1 } },
	{ DRM_GNIC_ROWS_BOTH, 100000, { 300001 }, { 5, 1, 1, 1 } },
	{ DRM_GNIC_ROWS_BOTH, 64, { 64, 8192 }, { 100, 64, 1, 1 } },
	{ DRM_GNIC_ROWS_BOTH, 13, { 20, 300, 3000, 90000 }, { 7, 9, 11, 13 } },
	{ DRM_GNIC_ROWS_HERE, 13, { 20, 300, 3000, 90000 }, { 7, 9, 11, 13 } },
	{ DRM_GNIC_ROWS_HERE, 4, { 1024, 4 }, { 256, 256, 1, 1 } },
	{ DRM_GNIC_ROWS_HERE, 1000, { 0 }, { 1000, 1, 1, 1 } },
	{ DRM_GNIC_ROWS_EACH, 4, { 4, 1024, 1024, 4 }, { 256, 256, 256, 256 } },
	{ DRM_GNIC_ROWS_EACH, 777, { 1000, 0, 778, 100000 }, { 200, 1, 20, 10 } },
	{ DRM_GNIC_ROWS_BOTH, 1000000, { 0 }, { 1, 1, 1, 1 } },
};

#define LAYOUTS	(sizeof(layouts) / sizeof(layouts[0]))

static bool every_layout(void)
{
	unsigned int i;

	for (i = 0; i < LAYOUTS; i++) {
		fresh();
		expect_rows(&layouts[i], 0, 0);
		EXPECT_EQ(run(rows_cmd(i % QPS, &layouts[i])), 0);
		EXPECT(memcmp(dst->map, want, ROOM) == 0);
	}
	return true;
}

/* From odd to odd addresses, in memory of the host. */
static bool host_memory(void)
{
	const struct drm_gnic_rows rows = gnic_accel_rows(DRM_GNIC_ROWS_BOTH, 5001, 60, 9999);
	struct gnic_accel_bo *host_src = src, *host_dst = dst, *hbm_src = src, *hbm_dst = dst;
	bool same;
	int err;

	test_bo(acc, &host_src, ROOM, DRM_GNIC_BO_HOST);
	test_bo(acc, &host_dst, ROOM, DRM_GNIC_BO_HOST | DRM_GNIC_BO_REMOTE_WRITE);
	src = host_src;
	dst = host_dst;
	fresh();
	expect_rows(&rows, 4093, 1);
	err = run(gnic_accel_write_rows(left_fd, 0, src, 4093, dst->address + 1, &rows));
	same = memcmp(dst->map, want, ROOM) == 0;
	src = hbm_src;
	dst = hbm_dst;
	gnic_accel_bo_destroy(host_src);
	gnic_accel_bo_destroy(host_dst);
	EXPECT_EQ(err, 0);
	EXPECT(same);
	return true;
}

/* As many as a submission has: each is two in the queue, which is longer than that twice. */
static bool many(void)
{
	const struct drm_gnic_rows rows = gnic_accel_rows(DRM_GNIC_ROWS_BOTH, 100, 10, 200);
	struct drm_gnic_cmd cmds[256];
	unsigned int i, round;
	int files[8];

	fresh();
	for (i = 0; i < 256; i++) {
		cmds[i] = gnic_accel_write_rows(left_fd, i % QPS, src, 4096 * i,
						dst->address + 4096 * i + 5, &rows);
		expect_rows(&rows, 4096 * i, 4096 * i + 5);
	}
	for (round = 0; round < 8; round++) {
		files[round] = gnic_accel_submit(acc, cmds, 256);
		EXPECT(files[round] >= 0);
	}
	for (round = 0; round < 8; round++) {
		EXPECT_EQ(gnic_accel_wait(files[round], 20000), 0);
		close(files[round]);
	}
	EXPECT(memcmp(dst->map, want, ROOM) == 0);
	return true;
}

/* Among other commands, which are as they were. */
static bool among_others(void)
{
	const struct drm_gnic_rows rows = gnic_accel_rows(DRM_GNIC_ROWS_BOTH, 7, 100, 11);
	struct drm_gnic_cmd cmds[] = {
		gnic_accel_fill(src, 0, 4096, 0x01010101),
		gnic_accel_barrier(),
		rows_cmd(0, &rows),
		gnic_accel_write(left_fd, 1, src, 0, dst->address + 8192, 64),
		rows_cmd(2, &rows),
		gnic_accel_barrier(),
		gnic_accel_copy(dst, 0, dst, 16384, 1100),
	};

	fresh();
	EXPECT_EQ(gnic_accel_run(acc, cmds, sizeof(cmds) / sizeof(cmds[0])), 0);
	expect_rows(&rows, 0, 0);
	memset(want + 8192, 1, 64);
	memcpy(want + 16384, want, 1100);
	EXPECT(memcmp(dst->map, want, ROOM) == 0);
	return true;
}

static bool immediate(void)
{
	const struct drm_gnic_rows rows = gnic_accel_rows(DRM_GNIC_ROWS_BOTH, 33, 300, 64);
	struct drm_gnic_event event;

	EXPECT_EQ(run(gnic_accel_immediate(rows_cmd(3, &rows), 0xcafe1234)), 0);
	EXPECT_EQ(gnic_accel_event(right_fd, &event, 5000), 1);
	EXPECT_EQ(event.type, DRM_GNIC_EVENT_RDMA);
	EXPECT_EQ(event.tag, 0xcafe1234);
	EXPECT_EQ(event.bytes, 33 * 300);
	return true;
}

/* Every second number here is added to all of them there. */
static bool reduces(void)
{
	const struct drm_gnic_rows rows = gnic_accel_rows(DRM_GNIC_ROWS_HERE, 4, 20000, 8);
	struct drm_gnic_cmd cmd = rows_cmd(0, &rows);
	uint32_t *from = (uint32_t *)src->map, *to = (uint32_t *)dst->map, i;

	fresh();
	for (i = 0; i < 20000; i++)
		to[i] = i;
	cmd.reduction = DRM_GNIC_REDUCTION(DRM_GNIC_REDUCTION_UINT32, DRM_GNIC_REDUCTION_ADD, 0);
	EXPECT_EQ(run(cmd), 0);
	for (i = 0; i < 20000; i++)
		EXPECT_EQ(to[i], from[2 * i] + i);
	EXPECT_EQ(to[20000], 0xeeeeeeee);
	return true;
}

/* ---- the far end says no ---- */

static bool last_row_outside(void)
{
	const struct drm_gnic_rows rows = gnic_accel_rows(DRM_GNIC_ROWS_BOTH, 100, 10, 1000);
	struct drm_gnic_cmd cmd = rows_cmd(1, &rows);

	fresh();
	cmd.dst_offset = dst->address + dst->size - 9099;
	EXPECT_EQ(run(cmd), -EACCES);
	EXPECT_EQ(run(rows_cmd(1, &rows)), -ECONNABORTED);
	/* the others go on */
	EXPECT_EQ(run(rows_cmd(0, &rows)), 0);
	EXPECT(group_pair_again(&left, left_fd, &right, right_fd));
	cmd.dst_offset--;
	EXPECT_EQ(run(cmd), 0);
	return true;
}

static bool beyond_the_last_address(void)
{
	const struct drm_gnic_rows rows = gnic_accel_rows(DRM_GNIC_ROWS_BOTH, 10, 10, 1000);
	struct drm_gnic_cmd cmd = rows_cmd(1, &rows);

	cmd.dst_offset = UINT64_MAX - 5000;
	EXPECT_EQ(run(cmd), -EACCES);
	return group_pair_again(&left, left_fd, &right, right_fd);
}

/* ---- refusals ---- */

static bool wrong_rows(void)
{
	static const struct {
		struct drm_gnic_rows rows;
		uint64_t size;
	} wrong[] = {
		{ { 3, 10, { 20 }, { 10, 1, 1, 1 } }, 100 },
		{ { DRM_GNIC_ROWS_BOTH, 0, { 20 }, { 10, 1, 1, 1 } }, 100 },
		{ { DRM_GNIC_ROWS_BOTH, 10, { 20 }, { 0, 1, 1, 1 } }, 100 },
		{ { DRM_GNIC_ROWS_BOTH, 10, { 20 }, { 10, 1, 1, 0 } }, 100 },
		{ { DRM_GNIC_ROWS_HERE, 10, { 20, 1 }, { 10, 1, 1, 1 } }, 100 },
		{ { DRM_GNIC_ROWS_HERE, 10, { 20 }, { 10, 1, 1, 1 } }, 99 },
		{ { DRM_GNIC_ROWS_HERE, 10, { 20 }, { 10, 1, 1, 1 } }, 101 },
		{ { DRM_GNIC_ROWS_HERE, 200, { 0 }, { 1, 1, 1, 1 } }, 100 },
		{ { DRM_GNIC_ROWS_HERE, 10, { 20 }, { 10, 1, 1, 1 } }, 0 },
		{ { DRM_GNIC_ROWS_HERE, 1 << 30, { 1 }, { 2, 1, 1, 1 } }, 1ull << 31 },
		/* 2 to the 32nd more than it should be */
		{ { DRM_GNIC_ROWS_HERE, 100, { 1, 1, 1 }, { 65535, 65535, 65535, 1 } }, 100 },
		{ { DRM_GNIC_ROWS_EACH, 10, { 20, 0, 20 }, { 10, 1, 9, 1 } }, 100 },
		{ { DRM_GNIC_ROWS_EACH, 10, { 20, 0, 20, 9 }, { 10, 1, 10, 2 } }, 100 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct drm_gnic_cmd cmd = rows_cmd(0, &wrong[i].rows);

		cmd.size = wrong[i].size;
		EXPECT_EQ(run(cmd), -EINVAL);
	}
	return true;
}

static bool refuses(void)
{
	const struct drm_gnic_rows rows = gnic_accel_rows(DRM_GNIC_ROWS_BOTH, 8, 1, 0);
	const struct drm_gnic_rows wide = gnic_accel_rows(DRM_GNIC_ROWS_HERE, 8, 65535, 1u << 31);
	struct drm_gnic_cmd cmd = rows_cmd(0, &rows);

	cmd.rows = 8;
	EXPECT_EQ(run(cmd), -EFAULT);
	cmd = rows_cmd(0, &rows);
	cmd.flags = DRM_GNIC_CMD_INLINE;
	cmd.src = 0;
	EXPECT_EQ(run(cmd), -EINVAL);
	cmd = rows_cmd(0, &rows);
	cmd.reduction = DRM_GNIC_REDUCTION(DRM_GNIC_REDUCTION_UINT32, DRM_GNIC_REDUCTION_ADD, 0);
	EXPECT_EQ(run(cmd), -EINVAL);
	cmd = gnic_accel_send(left_fd, 0, src, 0, 8);
	cmd.rows = (uintptr_t)&rows;
	EXPECT_EQ(run(cmd), -EINVAL);
	cmd = gnic_accel_copy(src, 0, dst, 0, 8);
	cmd.rows = (uintptr_t)&rows;
	EXPECT_EQ(run(cmd), -EINVAL);
	cmd = gnic_accel_barrier();
	cmd.rows = (uintptr_t)&rows;
	EXPECT_EQ(run(cmd), -EINVAL);
	EXPECT_EQ(run(rows_cmd(QPS, &rows)), -ERANGE);
	EXPECT_EQ(run(rows_cmd(0, &wide)), -ERANGE);
	return true;
}

/* The last row has to be in the buffer object, and may end with it. */
static bool source_range(void)
{
	const struct drm_gnic_rows rows = gnic_accel_rows(DRM_GNIC_ROWS_HERE, 100, 10, 1000);
	struct drm_gnic_cmd cmd = rows_cmd(0, &rows);

	cmd.src_offset = src->size - 9100;
	EXPECT_EQ(run(cmd), 0);
	cmd.src_offset++;
	EXPECT_EQ(run(cmd), -ERANGE);
	cmd.src_offset = UINT64_MAX - 50;
	EXPECT_EQ(run(cmd), -ERANGE);
	return true;
}

static const struct test tests[] = {
	{ "every layout", every_layout },
	{ "rows in host memory", host_memory },
	{ "more than the queue holds", many },
	{ "rows among other commands", among_others },
	{ "rows with immediate", immediate },
	{ "rows that reduce", reduces },
	{ "the last row is outside, there", last_row_outside },
	{ "a row beyond the last address", beyond_the_last_address },
	{ "rows that can't be", wrong_rows },
	{ "each refusal", refuses },
	{ "the last row is outside, here", source_range },
	{ 0 }
};

int main(void)
{
	test_find();
	group_setup();
	group_pair(&left, &right, QPS);
	test_open(&acc);
	test_bo(acc, &src, ROOM, 0);
	test_bo(acc, &dst, ROOM, DRM_GNIC_BO_REMOTE_WRITE);
	left_fd = group_hold(acc, &left);
	right_fd = group_hold(acc, &right);
	return test_run(tests);
}
