// SPDX-License-Identifier: GPL-2.0-only
/* Buffer objects in host memory: every command, from there and to there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib.h"

#define MIB	(1u << 20)
#define HOST	DRM_GNIC_BO_HOST

static struct gnic_accel *acc;
static struct group left, right;
static int left_fd, right_fd;

/* ---- memory ---- */

static uint64_t hbm_free(void)
{
	struct drm_gnic_info info = { 0 };

	test_must(!gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_INFO, &info), "INFO");
	return info.hbm_free;
}

static bool is_memory_of_the_host(void)
{
	struct drm_gnic_bo_info info = { 0 };
	uint64_t before = hbm_free();
	struct gnic_accel_bo *bo;

	test_bo(acc, &bo, 5 * MIB + 1, HOST);
	EXPECT_EQ(bo->size, 5 * MIB + 4096);
	EXPECT_EQ(hbm_free(), before);
	EXPECT(bo->address < gnic_accel_info(acc)->hbm_address ||
	       bo->address >= gnic_accel_info(acc)->hbm_address + gnic_accel_info(acc)->hbm_size);
	EXPECT(test_filled(bo->map, bo->size, 0));
	info.handle = bo->handle;
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_BO_INFO, &info), 0);
	EXPECT(info.address == bo->address && info.size == bo->size);
	EXPECT_EQ(info.flags, HOST);
	gnic_accel_bo_destroy(bo);
	return true;
}

static bool is_refused(void)
{
	struct drm_gnic_bo_create create = { .size = 1ull << 46, .flags = HOST };

	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_BO_CREATE, &create), -ENOMEM);
	create = (struct drm_gnic_bo_create){ .size = UINT64_MAX, .flags = HOST };
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_BO_CREATE, &create), -ENOMEM);
	create = (struct drm_gnic_bo_create){ .size = 0, .flags = HOST };
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_BO_CREATE, &create), -EINVAL);
	return true;
}

static bool is_counted(void)
{
	struct gnic_accel_bo *bo;
	char line[64];

	test_bo(acc, &bo, 3 * MIB, HOST);
	EXPECT(test_sh_line(line, sizeof(line),
			    "awk '/^drm-total-system:/ { print $2, $3 }' /proc/%d/fdinfo/%d",
			    getpid(), gnic_accel_fd(acc)));
	EXPECT(!strcmp(line, "3 MiB") || !strcmp(line, "3072 KiB"));
	gnic_accel_bo_destroy(bo);
	return true;
}

/* ---- commands ---- */

/* To @dst and back to other places of @src, across the borders of pages. */
static bool there_and_back(const struct gnic_accel_bo *src, const struct gnic_accel_bo *dst,
			   uint32_t seed)
{
	uint64_t half = src->size / 2, size = half - 4096;
	struct drm_gnic_cmd cmds[3];

	test_paint(src->map, size, seed);
	cmds[0] = gnic_accel_copy(src, 0, dst, 1001, size);
	cmds[1] = gnic_accel_barrier();
	cmds[2] = gnic_accel_copy(dst, 1001, src, half, size);
	EXPECT_EQ(gnic_accel_run(acc, cmds, 3), 0);
	EXPECT(test_painted(dst->map + 1001, size, seed));
	EXPECT(test_painted(src->map + half, size, seed));
	EXPECT(test_filled(dst->map, 1001, 0));
	EXPECT(test_filled(dst->map + 1001 + size, dst->size - size - 1001, 0));
	return true;
}

static bool copies(void)
{
	struct gnic_accel_bo *host, *other, *device;
	bool ok;

	test_bo(acc, &host, 4 * MIB, HOST);
	test_bo(acc, &other, 2 * MIB, HOST);
	test_bo(acc, &device, 2 * MIB, 0);
	ok = there_and_back(host, device, 11) && there_and_back(host, other, 12);
	gnic_accel_bo_destroy(host);
	gnic_accel_bo_destroy(other);
	gnic_accel_bo_destroy(device);
	return ok;
}

static bool fills_and_reduces(void)
{
	uint32_t *sums, *numbers;
	struct drm_gnic_cmd cmd;
	struct gnic_accel_bo *a, *b;
	uint32_t i, count;

	test_bo(acc, &a, MIB, HOST);
	test_bo(acc, &b, MIB, HOST);
	cmd = gnic_accel_fill(a, 4, a->size - 8, 0x01020304);
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), 0);
	sums = (uint32_t *)a->map;
	numbers = (uint32_t *)b->map;
	count = a->size / 4;
	EXPECT(sums[0] == 0 && sums[1] == 0x01020304 && sums[count - 2] == 0x01020304 &&
	       sums[count - 1] == 0);
	for (i = 0; i < count; i++)
		numbers[i] = i;
	cmd = gnic_accel_reduce(b, 0, a, 0, a->size,
				DRM_GNIC_REDUCTION(DRM_GNIC_REDUCTION_UINT32,
						   DRM_GNIC_REDUCTION_ADD, 0));
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), 0);
	for (i = 1; i < count - 1; i++)
		EXPECT_EQ(sums[i], 0x01020304 + i);
	gnic_accel_bo_destroy(a);
	gnic_accel_bo_destroy(b);
	return true;
}

static bool bounds_count(void)
{
	struct drm_gnic_cmd cmd;
	struct gnic_accel_bo *bo;

	test_bo(acc, &bo, 8192, HOST);
	cmd = gnic_accel_fill(bo, 4096, 8192, 1);
	EXPECT_EQ(gnic_accel_submit(acc, &cmd, 1), -ERANGE);
	cmd = gnic_accel_fill(bo, 8192, 4, 1);
	EXPECT_EQ(gnic_accel_submit(acc, &cmd, 1), -ERANGE);
	gnic_accel_bo_destroy(bo);
	return true;
}

/* ---- the far end ---- */

static bool rdma_between_hosts(void)
{
	struct drm_gnic_event event;
	struct gnic_accel_bo *src, *dst;
	struct drm_gnic_cmd cmd;

	test_bo(acc, &src, MIB, HOST);
	test_bo(acc, &dst, MIB, HOST | DRM_GNIC_BO_REMOTE_WRITE);
	test_paint(src->map, src->size, 21);
	cmd = gnic_accel_write(left_fd, 0, src, 77, dst->address + 4099, MIB - 8192);
	cmd = gnic_accel_immediate(cmd, 4711);
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), 0);
	EXPECT(group_event(right_fd, DRM_GNIC_EVENT_RDMA, &event));
	EXPECT_EQ(event.tag, 4711);
	EXPECT(!memcmp(dst->map + 4099, src->map + 77, MIB - 8192));
	EXPECT(test_filled(dst->map, 4099, 0));
	EXPECT(test_filled(dst->map + 4099 + MIB - 8192, 8192 - 4099, 0));
	gnic_accel_bo_destroy(src);
	gnic_accel_bo_destroy(dst);
	return true;
}

static bool sends_into_host_memory(void)
{
	struct drm_gnic_event event;
	struct gnic_accel_bo *src, *dst;
	struct drm_gnic_cmd cmd;

	test_bo(acc, &src, 65536, 0);
	test_bo(acc, &dst, MIB, HOST);
	test_paint(src->map, src->size, 22);
	EXPECT_EQ(gnic_accel_recv(acc, right_fd, 1, dst, 6000, 60000, 1), 1);
	cmd = gnic_accel_send(left_fd, 1, src, 0, 60000);
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), 0);
	EXPECT(group_event(right_fd, DRM_GNIC_EVENT_RECV, &event));
	EXPECT_EQ(event.bytes, 60000);
	EXPECT(test_painted(dst->map + 6000, 60000, 22));
	gnic_accel_bo_destroy(src);
	gnic_accel_bo_destroy(dst);
	return true;
}

/* Its own device's, but not offered; and what was there and is no more. */
static bool rdma_needs_a_window(void)
{
	struct gnic_accel_bo *src, *dst;
	struct drm_gnic_cmd cmd;
	uint64_t address;

	test_bo(acc, &src, 4096, HOST);
	test_bo(acc, &dst, 8192, HOST);
	memset(src->map, 0xff, src->size);
	cmd = gnic_accel_write(left_fd, 2, src, 0, dst->address, 4096);
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), -EACCES);
	EXPECT(test_filled(dst->map, dst->size, 0));
	gnic_accel_bo_destroy(dst);
	test_bo(acc, &dst, 8192, HOST | DRM_GNIC_BO_REMOTE_WRITE);
	address = dst->address;
	gnic_accel_bo_destroy(dst);
	cmd = gnic_accel_write(left_fd, 3, src, 0, address, 4096);
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), -EACCES);
	gnic_accel_bo_destroy(src);
	return true;
}

static const struct test tests[] = {
	{ "host memory: zero, cached, at an address of its own", is_memory_of_the_host },
	{ "sizes that can't be", is_refused },
	{ "fdinfo tells it", is_counted },
	{ "COPY from and to host memory", copies },
	{ "FILL and REDUCE in host memory", fills_and_reduces },
	{ "bounds of the object", bounds_count },
	{ "RDMA WRITE from and to host memory", rdma_between_hosts },
	{ "SEND into host memory", sends_into_host_memory },
	{ "RDMA WRITE to what is not offered, or gone", rdma_needs_a_window },
	{ 0 }
};

int main(void)
{
	test_find();
	group_setup();
	group_pair(&left, &right, 4);
	test_open(&acc);
	left_fd = group_hold(acc, &left);
	right_fd = group_hold(acc, &right);
	return test_run(tests);
}
