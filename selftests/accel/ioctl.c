// SPDX-License-Identifier: GPL-2.0-only
/* Every call of the compute device with good arguments, and each refusal. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib.h"

static struct gnic_accel *acc;

static uint64_t hbm_free(void)
{
	struct drm_gnic_info info = { 0 };

	test_must(!gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_INFO, &info), "INFO");
	return info.hbm_free;
}

/* ---- INFO ---- */

static bool info_good(void)
{
	struct drm_gnic_info info = { 0 };

	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_INFO, &info), 0);
	EXPECT(info.num_ports >= 1 && info.num_ports <= 24);
	EXPECT(info.hbm_size && info.hbm_free <= info.hbm_size);
	EXPECT(info.queue_depth >= info.submit_max && info.submit_max);
	EXPECT(info.windows && info.timeout_ms && info.group_events);
	return true;
}

static bool info_refuses(void)
{
	struct drm_gnic_info info = { .flags = 1 };

	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_INFO, &info), -EINVAL);
	info = (struct drm_gnic_info){ .hbm_size = 1 };
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_INFO, &info), -EINVAL);
	return true;
}

/* An older program knows a shorter struct: nothing behind it is written. */
static bool info_short(void)
{
	struct drm_gnic_info info;

	memset(&info, 0x5a, sizeof(info));
	memset(&info, 0, 16);
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), _IOC(_IOC_READ | _IOC_WRITE, DRM_IOCTL_BASE,
					 DRM_COMMAND_BASE + DRM_GNIC_INFO, 16), &info), 0);
	EXPECT(info.num_ports && info.hbm_address);
	EXPECT_EQ(info.hbm_size, 0x5a5a5a5a5a5a5a5a);
	return true;
}

static bool unknown_number(void)
{
	uint64_t data[8] = { 0 };

	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc),
				   DRM_IOWR(DRM_COMMAND_BASE + 0x3f, uint64_t[8]), data),
		  -EINVAL);
	return true;
}

/* ---- buffer objects ---- */

static bool bo_good(void)
{
	struct drm_gnic_bo_info info = { 0 };
	const struct drm_gnic_info *card = gnic_accel_info(acc);
	uint64_t before = hbm_free();
	struct gnic_accel_bo *bo;

	EXPECT_EQ(gnic_accel_bo_create(acc, &bo, 5000, DRM_GNIC_BO_REMOTE_WRITE), 0);
	EXPECT_EQ(bo->size, 8192);
	EXPECT(bo->address >= card->hbm_address &&
	       bo->address + bo->size <= card->hbm_address + card->hbm_size);
	EXPECT_EQ(hbm_free(), before - 8192);
	EXPECT(test_filled(bo->map, bo->size, 0));
	info.handle = bo->handle;
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_BO_INFO, &info), 0);
	EXPECT(info.size == bo->size && info.address == bo->address && info.mmap_offset);
	EXPECT_EQ(info.flags, DRM_GNIC_BO_REMOTE_WRITE);
	gnic_accel_bo_destroy(bo);
	EXPECT_EQ(hbm_free(), before);
	return true;
}

static int bo_create(struct drm_gnic_bo_create create)
{
	return gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_BO_CREATE, &create);
}

static bool bo_create_refuses(void)
{
	uint64_t before = hbm_free();

	EXPECT_EQ(bo_create((struct drm_gnic_bo_create){ .size = 0 }), -EINVAL);
	EXPECT_EQ(bo_create((struct drm_gnic_bo_create){ .size = 4096, .flags = 16 }), -EINVAL);
	EXPECT_EQ(bo_create((struct drm_gnic_bo_create){ .size = 4096, .flags = 1u << 31 }),
		  -EINVAL);
	EXPECT_EQ(bo_create((struct drm_gnic_bo_create){ .size = 4096, .handle = 1 }), -EINVAL);
	EXPECT_EQ(bo_create((struct drm_gnic_bo_create){ .size = 4096, .address = 1 }), -EINVAL);
	EXPECT_EQ(bo_create((struct drm_gnic_bo_create){ .size = 4096, .mmap_offset = 1 }),
		  -EINVAL);
	EXPECT_EQ(bo_create((struct drm_gnic_bo_create){ .size = gnic_accel_info(acc)->hbm_size + 1 }),
		  -ENOMEM);
	EXPECT_EQ(bo_create((struct drm_gnic_bo_create){ .size = UINT64_MAX }), -ENOMEM);
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_BO_CREATE, NULL), -EFAULT);
	EXPECT_EQ(hbm_free(), before);
	return true;
}

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ull + now.tv_nsec / 1000;
}

/* All memory of a card takes a while to clear: who is killed does not stay for it. */
static bool bo_create_killed(void)
{
	struct drm_gnic_bo_create all = { .size = gnic_accel_info(acc)->hbm_size };
	uint64_t before = hbm_free(), whole = now_us();
	struct drm_gem_close close = { 0 };
	pid_t pid;

	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_BO_CREATE, &all), 0);
	whole = now_us() - whole;
	close.handle = all.handle;
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GEM_CLOSE, &close), 0);
	EXPECT_EQ(hbm_free(), before);
	pid = fork();
	if (!pid)
		_exit(bo_create((struct drm_gnic_bo_create){ .size = all.size }) != 0);
	usleep(whole / 10);
	kill(pid, SIGKILL);
	before = now_us();
	EXPECT_EQ(waitpid(pid, NULL, 0), pid);
	EXPECT_IN(now_us() - before, 0, whole / 2);
	EXPECT_EQ(hbm_free(), all.size);
	return true;
}

static bool bo_info_refuses(void)
{
	struct drm_gnic_bo_info info = { .handle = 4711 };
	struct gnic_accel_bo *bo;

	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_BO_INFO, &info), -ENOENT);
	test_bo(acc, &bo, 4096, 0);
	info = (struct drm_gnic_bo_info){ .handle = bo->handle, .flags = 1 };
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_BO_INFO, &info), -EINVAL);
	info = (struct drm_gnic_bo_info){ .handle = bo->handle };
	gnic_accel_bo_destroy(bo);
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_BO_INFO, &info), -ENOENT);
	return true;
}

static bool bo_no_leftovers(void)
{
	struct gnic_accel_bo *bo;
	uint64_t address;

	test_bo(acc, &bo, 1 << 20, 0);
	address = bo->address;
	memset(bo->map, 0xee, bo->size);
	gnic_accel_bo_destroy(bo);
	test_bo(acc, &bo, 1 << 20, 0);
	EXPECT_EQ(bo->address, address);
	EXPECT(test_filled(bo->map, bo->size, 0));
	gnic_accel_bo_destroy(bo);
	return true;
}

static bool bo_all_windows(void)
{
	uint32_t max = gnic_accel_info(acc)->windows, count, i;
	struct drm_gem_close close = { 0 };
	uint32_t *handles = calloc(max + 1, sizeof(*handles));
	int err = 0;

	for (count = 0; count <= max && !err; count += !err) {
		struct drm_gnic_bo_create create = { .size = 4096 };

		err = gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_BO_CREATE, &create);
		handles[count] = create.handle;
	}
	for (i = 0; i < count; i++) {
		close.handle = handles[i];
		gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GEM_CLOSE, &close);
	}
	free(handles);
	EXPECT(err == -ENOSPC || err == -ENOMEM);
	EXPECT(count > max / 2);
	EXPECT_EQ(bo_create((struct drm_gnic_bo_create){ .size = 4096 }), 0);
	return true;
}

static bool bo_import_bad(void)
{
	struct drm_gnic_bo_create create = { .flags = DRM_GNIC_BO_IMPORT };
	struct gnic_accel_bo *bo;

	test_bo(acc, &bo, 4096, 0);
	create.fd = gnic_accel_bo_export(bo, DRM_RDWR);
	EXPECT(create.fd > 0);
	create.size = 4096;
	EXPECT_EQ(bo_create(create), -EINVAL);
	create.size = 0;
	create.flags |= DRM_GNIC_BO_HOST;
	EXPECT_EQ(bo_create(create), -EINVAL);
	create.flags = 0;
	create.size = 4096;
	EXPECT_EQ(bo_create(create), -EINVAL);
	close(create.fd);
	EXPECT_EQ(bo_create((struct drm_gnic_bo_create){ .size = 4096, .reserved = 1 }), -EINVAL);
	create = (struct drm_gnic_bo_create){ .flags = DRM_GNIC_BO_IMPORT, .fd = -1 };
	EXPECT_EQ(bo_create(create), -EBADF);
	create.fd = gnic_accel_fd(acc);
	EXPECT_EQ(bo_create(create), -EINVAL);
	gnic_accel_bo_destroy(bo);
	return true;
}

/* ---- mmap ---- */

static uint64_t bo_mmap_offset(const struct gnic_accel_bo *bo)
{
	struct drm_gnic_bo_info info = { .handle = bo->handle };

	test_must(!gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_BO_INFO, &info), "BO_INFO");
	return info.mmap_offset;
}

static bool mmap_twice(void)
{
	struct gnic_accel_bo *bo;
	uint8_t *map;

	test_bo(acc, &bo, 3 << 20, 0);
	map = mmap(NULL, bo->size, PROT_READ, MAP_SHARED, gnic_accel_fd(acc), bo_mmap_offset(bo));
	EXPECT(map != MAP_FAILED);
	test_paint(bo->map, bo->size, 1);
	EXPECT(test_painted(map, bo->size, 1));
	EXPECT_EQ(munmap(bo->map + 4096, 4096), 0);
	EXPECT(test_painted(bo->map, 4096, 1));
	/* the mapping keeps the memory, not the handle */
	gnic_accel_bo_destroy(bo);
	EXPECT(test_painted(map, 3 << 20, 1));
	munmap(map, 3 << 20);
	return true;
}

static bool mmap_refuses(void)
{
	struct gnic_accel_bo *bo;
	uint64_t offset;

	test_bo(acc, &bo, 8192, 0);
	offset = bo_mmap_offset(bo);
	EXPECT(mmap(NULL, bo->size, PROT_READ, MAP_PRIVATE, gnic_accel_fd(acc), offset) == MAP_FAILED);
	EXPECT(mmap(NULL, bo->size * 2, PROT_READ, MAP_SHARED, gnic_accel_fd(acc), offset) == MAP_FAILED);
	EXPECT(mmap(NULL, 4096, PROT_READ, MAP_SHARED, gnic_accel_fd(acc), 0) == MAP_FAILED);
	gnic_accel_bo_destroy(bo);
	EXPECT(mmap(NULL, 4096, PROT_READ, MAP_SHARED, gnic_accel_fd(acc), offset) == MAP_FAILED);
	return true;
}

/* ---- groups without a group ---- */

static bool group_hold_refuses(void)
{
	struct drm_gnic_group_hold hold = { .sfnum = 0x7abc };

	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_GROUP_HOLD, &hold), -ENOENT);
	hold = (struct drm_gnic_group_hold){ .flags = 1 };
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_GROUP_HOLD, &hold), -EINVAL);
	hold = (struct drm_gnic_group_hold){ .fd = 1 };
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_GROUP_HOLD, &hold), -EINVAL);
	hold = (struct drm_gnic_group_hold){ .reserved = 1 };
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_GROUP_HOLD, &hold), -EINVAL);
	return true;
}

static bool group_fd_refuses(void)
{
	struct drm_gnic_group_info info = { .group = -1 };
	struct drm_gnic_group_recv recv = { .group = gnic_accel_fd(acc), .length = 1, .count = 1 };

	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_GROUP_INFO, &info), -EBADF);
	info = (struct drm_gnic_group_info){ .group = gnic_accel_fd(acc) };
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_GROUP_INFO, &info), -EINVAL);
	info = (struct drm_gnic_group_info){ .group = gnic_accel_fd(acc), .vport = 1 };
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_GROUP_INFO, &info), -EINVAL);
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_GROUP_RECV, &recv), -EINVAL);
	recv.group = 4711;
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_GROUP_RECV, &recv), -EBADF);
	return true;
}

/* ---- contexts ---- */

static bool many_contexts(void)
{
	struct gnic_accel *many[64];
	unsigned int i;
	int err = 0;

	for (i = 0; i < 64 && !err; i++)
		err = gnic_accel_open(test_path, &many[i]);
	EXPECT_EQ(err, 0);
	for (i = 0; i < 64; i++) {
		struct gnic_accel_bo *bo;
		struct drm_gnic_cmd cmd;

		test_bo(many[i], &bo, 4096, 0);
		cmd = gnic_accel_fill(bo, 0, 4096, 0x01010101u * i);
		EXPECT_EQ(gnic_accel_run(many[i], &cmd, 1), 0);
		EXPECT(test_filled(bo->map, 4096, i));
		gnic_accel_bo_destroy(bo);
	}
	for (i = 0; i < 64; i++)
		gnic_accel_close(many[i]);
	return true;
}

/* ---- fdinfo ---- */

/* A value of it in bytes or nanoseconds; -1: not there. */
static long long usage(const char *key)
{
	char path[64], line[128], unit[8] = "";
	unsigned long long value;
	long long found = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", gnic_accel_fd(acc));
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, strlen(key)) || line[strlen(key)] != ':')
			continue;
		if (sscanf(line + strlen(key) + 1, "%llu %7s", &value, unit) < 1)
			continue;
		found = (long long)(value << (*unit == 'K' ? 10 : *unit == 'M' ? 20 : 0));
	}
	if (file)
		fclose(file);
	return found;
}

static bool usage_of_memory(void)
{
	long long before = usage("drm-total-hbm");
	struct gnic_accel_bo *bo;

	EXPECT(before >= 0);
	test_bo(acc, &bo, 5 << 20, 0);
	EXPECT(usage("drm-total-hbm") == before + (5 << 20));
	EXPECT(usage("drm-resident-hbm") == before + (5 << 20));
	gnic_accel_bo_destroy(bo);
	EXPECT(usage("drm-total-hbm") == before);
	return true;
}

static bool usage_of_the_queue(void)
{
	long long before = usage("drm-engine-compute"), idle;
	struct drm_gnic_cmd cmd;
	struct gnic_accel_bo *bo;

	EXPECT(before >= 0);
	test_bo(acc, &bo, 32 << 20, 0);
	cmd = gnic_accel_fill(bo, 0, bo->size, 1);
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), 0);
	idle = usage("drm-engine-compute");
	EXPECT(idle > before);
	usleep(50000);
	EXPECT(usage("drm-engine-compute") == idle);
	gnic_accel_bo_destroy(bo);
	return true;
}

static const struct test tests[] = {
	{ "info", info_good },
	{ "info: each refusal", info_refuses },
	{ "info: a shorter struct of an older program", info_short },
	{ "a call that is not there", unknown_number },
	{ "bo: create, info, close", bo_good },
	{ "bo create: each refusal", bo_create_refuses },
	{ "bo create: killed while memory is cleared", bo_create_killed },
	{ "bo info: each refusal", bo_info_refuses },
	{ "bo: what another one left is gone", bo_no_leftovers },
	{ "bo: no more windows, then again", bo_all_windows },
	{ "bo: imports that can't be", bo_import_bad },
	{ "mmap: two mappings, a hole, the handle gone", mmap_twice },
	{ "mmap: each refusal", mmap_refuses },
	{ "hold: each refusal", group_hold_refuses },
	{ "group: descriptors of something else", group_fd_refuses },
	{ "64 contexts at once", many_contexts },
	{ "fdinfo: memory", usage_of_memory },
	{ "fdinfo: the queue", usage_of_the_queue },
	{ 0 }
};

int main(void)
{
	test_find();
	test_open(&acc);
	return test_run(tests);
}
