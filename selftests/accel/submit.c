// SPDX-License-Identifier: GPL-2.0-only
/* Commands, their order, sync objects, and each refusal of a submission. Kernels: one */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib.h"

#define MIB	(1 << 20)

static struct gnic_accel *acc;
static struct gnic_accel_bo *a, *b;

static int submit(struct drm_gnic_submit args)
{
	return gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_SUBMIT, &args);
}

static int submit_one(struct drm_gnic_cmd cmd)
{
	return submit((struct drm_gnic_submit){ .cmds = (uintptr_t)&cmd, .cmd_count = 1 });
}

static int run_one(struct drm_gnic_cmd cmd)
{
	return gnic_accel_run(acc, &cmd, 1);
}

/* ---- commands ---- */

static bool fill_good(void)
{
	memset(a->map, 0xaa, 8192);
	EXPECT_EQ(run_one(gnic_accel_fill(a, 4, 4096, 0x11111111)), 0);
	EXPECT(test_filled(a->map, 4, 0xaa));
	EXPECT(test_filled(a->map + 4, 4096, 0x11));
	EXPECT(test_filled(a->map + 4100, 4092, 0xaa));
	return true;
}

static bool copy_good(void)
{
	static const uint32_t sizes[] = { 1, 3, 64, 4095, 4096, 65537, MIB + 5 };
	unsigned int i;

	test_paint(a->map, 2 * MIB, 7);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		memset(b->map, 0, sizes[i] + 64);
		EXPECT_EQ(run_one(gnic_accel_copy(a, 0, b, 13, sizes[i])), 0);
		EXPECT(test_filled(b->map, 13, 0));
		EXPECT(test_painted(b->map + 13, sizes[i], 7));
		EXPECT(test_filled(b->map + 13 + sizes[i], 51, 0));
	}
	return true;
}

static bool copy_overlap(void)
{
	test_paint(a->map, 2 * MIB, 9);
	EXPECT_EQ(run_one(gnic_accel_copy(a, 0, a, 4097, MIB)), 0);
	EXPECT(test_painted(a->map + 4097, MIB, 9));
	test_paint(a->map, 2 * MIB, 10);
	EXPECT_EQ(run_one(gnic_accel_copy(a, 4096, a, 4, MIB)), 0);
	test_paint(b->map, 2 * MIB, 10);
	EXPECT(memcmp(a->map + 4, b->map + 4096, MIB) == 0);
	return true;
}

static bool copy_big(void)
{
	struct drm_gnic_cmd cmds[3];
	struct gnic_accel_bo *big;

	test_bo(acc, &big, 64 * MIB, 0);
	cmds[0] = gnic_accel_fill(big, 0, 32 * MIB, 0x77777777);
	cmds[1] = (struct drm_gnic_cmd){ .op = DRM_GNIC_OP_WAIT };
	cmds[2] = gnic_accel_copy(big, 0, big, 32 * MIB, 32 * MIB);
	EXPECT_EQ(gnic_accel_run(acc, cmds, 3), 0);
	EXPECT(test_filled(big->map + 32 * MIB, 32 * MIB, 0x77));
	gnic_accel_bo_destroy(big);
	return true;
}

/* Many more than the queue has places for, and none waited for. */
static bool many_commands(void)
{
	uint32_t total = 8 * gnic_accel_info(acc)->queue_depth, i, n;
	uint32_t batch = gnic_accel_info(acc)->submit_max;
	struct drm_gnic_cmd *cmds = calloc(batch, sizeof(*cmds));
	int file = -1, err = 0;

	for (i = 0; i < total && !err; i += batch) {
		for (n = 0; n < batch; n++)
			cmds[n] = gnic_accel_fill(a, 4ull * ((i + n) % 262144), 4, i + n);
		if (file >= 0)
			close(file);
		file = gnic_accel_submit(acc, cmds, batch);
		err = file < 0 ? file : 0;
	}
	free(cmds);
	EXPECT_EQ(err, 0);
	EXPECT_EQ(gnic_accel_wait(file, 30000), 0);
	close(file);
	for (i = 0; i < total; i++)
		EXPECT_EQ(((uint32_t *)a->map)[i], i);
	return true;
}

/* ---- refusals ---- */

static bool cmd_refuses(void)
{
	struct drm_gnic_cmd fill = gnic_accel_fill(a, 0, 4096, 1), cmd;

	EXPECT_EQ(submit_one((struct drm_gnic_cmd){ .op = 0 }), -EINVAL);
	EXPECT_EQ(submit_one((struct drm_gnic_cmd){ .op = 10 }), -EINVAL);
	EXPECT_EQ(submit_one((struct drm_gnic_cmd){ .op = UINT32_MAX }), -EINVAL);
	cmd = fill;
	cmd.flags = 1;
	EXPECT_EQ(submit_one(cmd), -EINVAL);
	cmd = fill;
	cmd.sob_value = 1;
	EXPECT_EQ(submit_one(cmd), -EINVAL);
	cmd = fill;
	cmd.src = a->handle;
	EXPECT_EQ(submit_one(cmd), -EINVAL);
	cmd = fill;
	cmd.group = 3;
	EXPECT_EQ(submit_one(cmd), -EINVAL);
	cmd = gnic_accel_copy(a, 0, b, 0, 16);
	cmd.data = 1;
	EXPECT_EQ(submit_one(cmd), -EINVAL);
	cmd = (struct drm_gnic_cmd){ .op = DRM_GNIC_OP_WAIT, .size = 1 };
	EXPECT_EQ(submit_one(cmd), -EINVAL);
	return true;
}

static bool size_refuses(void)
{
	EXPECT_EQ(submit_one(gnic_accel_fill(a, 0, 0, 1)), -EINVAL);
	EXPECT_EQ(submit_one(gnic_accel_fill(a, 0, 3, 1)), -EINVAL);
	EXPECT_EQ(submit_one(gnic_accel_fill(a, 0, DRM_GNIC_CMD_SIZE_MAX + 4ull, 1)), -EINVAL);
	EXPECT_EQ(submit_one(gnic_accel_fill(a, a->size, 4, 1)), -ERANGE);
	EXPECT_EQ(submit_one(gnic_accel_fill(a, 4, a->size, 1)), -ERANGE);
	EXPECT_EQ(submit_one(gnic_accel_fill(a, UINT64_MAX - 3, 4, 1)), -ERANGE);
	EXPECT_EQ(submit_one(gnic_accel_copy(a, a->size - 1, b, 0, 2)), -ERANGE);
	EXPECT_EQ(submit_one(gnic_accel_copy(a, 0, b, b->size - 1, 2)), -ERANGE);
	EXPECT_EQ(submit_one(gnic_accel_copy(a, 0, b, 0, UINT64_MAX)), -EINVAL);
	return true;
}

static bool handle_refuses(void)
{
	struct gnic_accel_bo none = { .handle = 4711, .size = 4096 };

	EXPECT_EQ(submit_one(gnic_accel_fill(&none, 0, 4, 1)), -ENOENT);
	EXPECT_EQ(submit_one(gnic_accel_copy(&none, 0, b, 0, 4)), -ENOENT);
	EXPECT_EQ(submit_one(gnic_accel_copy(a, 0, &none, 0, 4)), -ENOENT);
	none.handle = 0;
	EXPECT_EQ(submit_one(gnic_accel_fill(&none, 0, 4, 1)), -ENOENT);
	return true;
}

static bool submit_refuses(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_fill(a, 0, 4, 1);
	struct drm_gnic_submit good = { .cmds = (uintptr_t)&cmd, .cmd_count = 1 }, args;

	args = good;
	args.cmd_count = 0;
	EXPECT_EQ(submit(args), -EINVAL);
	args.cmd_count = gnic_accel_info(acc)->submit_max + 1;
	EXPECT_EQ(submit(args), -EINVAL);
	args = good;
	args.flags = 1;
	EXPECT_EQ(submit(args), -EINVAL);
	args = good;
	args.cmds = 8;
	EXPECT_EQ(submit(args), -EFAULT);
	args = good;
	args.in_count = DRM_GNIC_SYNCS_MAX + 1;
	EXPECT_EQ(submit(args), -EINVAL);
	args = good;
	args.out_count = UINT32_MAX;
	EXPECT_EQ(submit(args), -EINVAL);
	args = good;
	args.out_count = 1;
	args.out_syncs = 8;
	EXPECT_EQ(submit(args), -EFAULT);
	return true;
}

/* The first command is right, the second is not: neither may run. */
static bool submit_all_or_none(void)
{
	struct drm_gnic_cmd cmds[2] = { gnic_accel_fill(a, 0, 4096, 0x33333333) };

	memset(a->map, 0, 4096);
	EXPECT_EQ(gnic_accel_submit(acc, cmds, 2), -EINVAL);
	EXPECT_EQ(run_one((struct drm_gnic_cmd){ .op = DRM_GNIC_OP_WAIT }), 0);
	EXPECT(test_filled(a->map, 4096, 0));
	return true;
}

/* ---- sync objects ---- */

static uint32_t sync_new(void)
{
	uint32_t sync;

	test_must(!gnic_accel_sync_create(acc, &sync), "a sync object");
	return sync;
}

static bool sync_refuses(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_fill(a, 0, 4, 1);
	struct drm_gnic_sync sync = { .handle = 4711 };
	struct drm_gnic_submit in = { .cmds = (uintptr_t)&cmd, .cmd_count = 1,
				      .in_syncs = (uintptr_t)&sync, .in_count = 1 };
	struct drm_gnic_submit out = { .cmds = (uintptr_t)&cmd, .cmd_count = 1,
				       .out_syncs = (uintptr_t)&sync, .out_count = 1 };

	EXPECT_EQ(submit(in), -ENOENT);
	EXPECT_EQ(submit(out), -ENOENT);
	sync.handle = sync_new();
	EXPECT_EQ(submit(in), -EINVAL);		/* nobody has promised to signal it */
	sync.flags = 1;
	EXPECT_EQ(submit(in), -EINVAL);
	EXPECT_EQ(submit(out), -EINVAL);
	return true;
}

/* An object of @from as one of @to. */
static uint32_t sync_share(struct gnic_accel *from, uint32_t sync, struct gnic_accel *to)
{
	struct drm_syncobj_handle handle = { .handle = sync };

	test_must(!gnic_accel_ioctl(gnic_accel_fd(from), DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &handle),
		  "export");
	test_must(!gnic_accel_ioctl(gnic_accel_fd(to), DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &handle),
		  "import");
	close(handle.fd);
	return handle.handle;
}

/* A context waits for another one's long work. */
static bool sync_across_contexts(void)
{
	struct drm_gnic_sync first = { 0 }, in = { 0 }, out = { 0 };
	struct drm_gnic_cmd cmds[8], cmd;
	struct gnic_accel_bo *big;
	struct gnic_accel *other;
	unsigned int i;

	test_open(&other);
	test_bo(other, &big, 32 * MIB, 0);
	for (i = 0; i < 8; i++)
		cmds[i] = gnic_accel_fill(big, 0, big->size, i);
	EXPECT_EQ(gnic_accel_sync_create(other, &first.handle), 0);
	EXPECT_EQ(gnic_accel_submit_sync(other, cmds, 8, NULL, 0, &first, 1), 0);

	cmd = gnic_accel_fill(a, 0, 4096, 0x55555555);
	in.handle = sync_share(other, first.handle, acc);
	out.handle = sync_new();
	EXPECT_EQ(gnic_accel_submit_sync(acc, &cmd, 1, &in, 1, &out, 1), 0);
	EXPECT_EQ(gnic_accel_sync_wait(acc, &out, 1, 10000), 0);
	EXPECT_EQ(gnic_accel_sync_wait(other, &first, 1, 0), 0);	/* was done before */
	EXPECT(test_filled(a->map, 4096, 0x55));
	gnic_accel_bo_destroy(big);
	gnic_accel_close(other);
	return true;
}

static bool sync_timeline(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_fill(a, 0, 4096, 0x66666666);
	struct drm_gnic_sync out = { .handle = sync_new(), .point = 5 };
	uint64_t point;

	EXPECT_EQ(gnic_accel_submit_sync(acc, &cmd, 1, NULL, 0, &out, 1), 0);
	EXPECT_EQ(gnic_accel_sync_wait(acc, &out, 1, -1), 0);
	EXPECT(test_filled(a->map, 4096, 0x66));
	EXPECT_EQ(gnic_accel_submit_sync(acc, &cmd, 1, &out, 1, NULL, 0), 0);
	EXPECT_EQ(gnic_accel_sync_point(acc, out.handle, &point), 0);
	EXPECT_EQ(point, 5);
	gnic_accel_sync_destroy(acc, out.handle);
	return true;
}

/* Nobody has submitted the point yet; a wait neither fails nor ends before its time. */
static bool sync_waits_for_a_point(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_fill(a, 0, 4096, 0x67676767);
	struct drm_gnic_sync out = { .handle = sync_new(), .point = 7 }, none = { 0 };
	int status;
	pid_t pid;

	EXPECT_EQ(gnic_accel_sync_wait(acc, &out, 1, 0), -ETIME);
	EXPECT_EQ(gnic_accel_sync_wait(acc, &out, 1, 50), -ETIME);
	EXPECT_EQ(gnic_accel_sync_wait(acc, &none, 1, 0), -ENOENT);
	EXPECT_EQ(gnic_accel_sync_wait(acc, &out, 0, 0), -EINVAL);
	EXPECT_EQ(gnic_accel_sync_wait(acc, &out, DRM_GNIC_SYNCS_MAX + 1, 0), -EINVAL);
	pid = fork();
	if (!pid) {
		usleep(100000);
		_exit(gnic_accel_submit_sync(acc, &cmd, 1, NULL, 0, &out, 1) != 0);
	}
	EXPECT_EQ(gnic_accel_sync_wait(acc, &out, 1, 10000), 0);
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
	gnic_accel_sync_destroy(acc, out.handle);
	return true;
}

/* ---- ends ---- */

/* What is under way when the last descriptor goes is no trouble. */
static bool close_while_busy(void)
{
	struct drm_gnic_cmd cmds[16];
	struct gnic_accel *other;
	struct gnic_accel_bo *bo;
	unsigned int i;
	int file;

	test_open(&other);
	test_bo(other, &bo, 8 * MIB, 0);
	for (i = 0; i < 16; i++)
		cmds[i] = gnic_accel_fill(bo, 0, bo->size, i);
	file = gnic_accel_submit(other, cmds, 16);
	EXPECT(file >= 0);
	gnic_accel_bo_destroy(bo);
	gnic_accel_close(other);
	EXPECT_EQ(gnic_accel_wait(file, 0), 0);	/* closing has waited */
	close(file);
	return true;
}

/* ---- a process that is killed while its context works ---- */

#define KILLED_ROUNDS	20
#define KILLED_STEP	(MIB / 16)

/* In a context of its own it writes to memory of @a, again and again. */
static void killed_child(int shared, int answer)
{
	uint32_t count = gnic_accel_info(acc)->submit_max, i, n;
	struct drm_gnic_cmd cmds[count];
	struct gnic_accel_bo *bo;
	struct gnic_accel *other;
	int file = -1;

	test_open(&other);
	test_must(!gnic_accel_bo_import(other, &bo, shared, 0), "an import");
	for (n = 0; n < 4; n++) {
		for (i = 0; i < count; i++)
			cmds[i] = gnic_accel_fill(bo, 0, MIB, n * count + i + 1);
		file = gnic_accel_submit(other, cmds, count);
	}
	test_must(write(answer, &file, sizeof(file)) == sizeof(file), "a pipe");
	pause();
}

/* The child's last fence; it is killed while it works. */
static int killed_fence(int shared)
{
	int ends[2], theirs, file, pidfd;
	pid_t pid;

	test_must(!pipe(ends), "a pipe");
	pid = fork();
	if (!pid)
		killed_child(shared, ends[1]);
	test_must(read(ends[0], &theirs, sizeof(theirs)) == sizeof(theirs), "the child");
	pidfd = syscall(SYS_pidfd_open, pid, 0);
	file = syscall(SYS_pidfd_getfd, pidfd, theirs, 0);
	kill(pid, SIGKILL);
	close(pidfd);
	close(ends[0]);
	close(ends[1]);
	return file;
}

/* What the device has written up to now, here and there. */
static void killed_look(uint32_t *seen)
{
	unsigned int i;

	for (i = 0; i < MIB / KILLED_STEP; i++)
		seen[i] = *(volatile uint32_t *)(a->map + i * KILLED_STEP);
}

/* Who waits for a fence has the memory for himself, however the work has ended. */
static bool killed_while_busy(void)
{
	uint32_t then[MIB / KILLED_STEP], now[MIB / KILLED_STEP];
	unsigned int round, cancelled = 0;
	int shared = gnic_accel_bo_export(a, DRM_RDWR), file, status;

	EXPECT(shared >= 0);
	for (round = 0; round < KILLED_ROUNDS; round++) {
		file = killed_fence(shared);
		EXPECT(file >= 0);
		do {
			status = gnic_accel_wait(file, 0);
		} while (status == -ETIME);
		killed_look(then);
		cancelled += status == -ECANCELED;
		wait(NULL);
		usleep(50000);
		killed_look(now);
		EXPECT(memcmp(then, now, sizeof(then)) == 0);
		close(file);
	}
	EXPECT(cancelled > KILLED_ROUNDS / 2);
	close(shared);
	return true;
}

/* The handle is closed, the command still has its memory. */
static bool bo_close_while_busy(void)
{
	struct drm_gnic_cmd cmds[2];
	struct gnic_accel_bo *bo;
	int file;

	test_bo(acc, &bo, 16 * MIB, 0);
	cmds[0] = gnic_accel_fill(bo, 0, bo->size, 0x44444444);
	cmds[1] = gnic_accel_copy(bo, bo->size - MIB, a, 0, MIB);
	file = gnic_accel_submit(acc, cmds, 2);
	gnic_accel_bo_destroy(bo);
	EXPECT_EQ(gnic_accel_wait(file, 10000), 0);
	EXPECT(test_filled(a->map, MIB, 0x44));
	close(file);
	return true;
}

static const struct test tests[] = {
	{ "fill", fill_good },
	{ "copy: sizes, odd addresses", copy_good },
	{ "copy: overlap in both directions", copy_overlap },
	{ "copy: 32 MiB behind a fill", copy_big },
	{ "more commands than the queue has places", many_commands },
	{ "command: each refusal", cmd_refuses },
	{ "sizes and offsets: each refusal", size_refuses },
	{ "handles: each refusal", handle_refuses },
	{ "submission: each refusal", submit_refuses },
	{ "submission: all or none", submit_all_or_none },
	{ "sync objects: each refusal", sync_refuses },
	{ "sync objects: a context waits for another", sync_across_contexts },
	{ "sync objects: a point of a timeline", sync_timeline },
	{ "sync objects: a point that is yet to come", sync_waits_for_a_point },
	{ "close: work is finished first", close_while_busy },
	{ "killed: the fence tells when the device has stopped", killed_while_busy },
	{ "close of a handle: work keeps the memory", bo_close_while_busy },
	{ 0 }
};

int main(void)
{
	test_find();
	test_open(&acc);
	test_bo(acc, &a, 4 * MIB, 0);
	test_bo(acc, &b, 4 * MIB, 0);
	return test_run(tests);
}
