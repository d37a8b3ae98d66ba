// SPDX-License-Identifier: GPL-2.0-only
/* Sync objects of the device: near and far signals, waits, and who is kept out. Kernels: one */
#include <string.h>
#include <unistd.h>

#include "lib.h"

#define MIB	(1 << 20)

static struct gnic_accel *near_acc, *far_acc;	/* of the left and of the right group */
static struct group left, right;
static int left_fd, right_fd;
static struct gnic_accel_bo *src, *dst, *copy;

static int run(struct gnic_accel *acc, struct drm_gnic_cmd cmd)
{
	return gnic_accel_run(acc, &cmd, 1);
}

static uint32_t value(struct gnic_accel *acc, uint32_t sob)
{
	uint32_t values[64] = { 0 };

	if (gnic_accel_sobs_read(acc, 0, 64, values))
		return UINT32_MAX;
	return values[sob];
}

/* Objects 0 .. 7 of the far context are for everybody, 8 .. 15 for itself alone. */
static int far_again(void)
{
	int err = gnic_accel_sobs_set(far_acc, 0, 8, DRM_GNIC_SOB_USE | DRM_GNIC_SOB_REMOTE);

	return err ? err : gnic_accel_sobs_set(far_acc, 8, 8, DRM_GNIC_SOB_USE);
}

static struct drm_gnic_cmd write_cmd(uint64_t size)
{
	return gnic_accel_write(left_fd, 0, src, 0, dst->address, size);
}

/* ---- within a context ---- */

static bool set_and_add(void)
{
	EXPECT_EQ(gnic_accel_sobs_set(near_acc, 0, 64, DRM_GNIC_SOB_USE), 0);
	EXPECT_EQ(value(near_acc, 5), 0);
	EXPECT_EQ(run(near_acc, gnic_accel_sob_set(5, 1000)), 0);
	EXPECT_EQ(run(near_acc, gnic_accel_sob_add(5, 234)), 0);
	EXPECT_EQ(value(near_acc, 5), 1234);
	EXPECT_EQ(value(near_acc, 4), 0);
	EXPECT_EQ(value(far_acc, 5), 0);
	EXPECT_EQ(run(near_acc, gnic_accel_sob_wait(5, 1234)), 0);
	EXPECT_EQ(gnic_accel_sobs_set(near_acc, 5, 1, DRM_GNIC_SOB_USE), 0);
	EXPECT_EQ(value(near_acc, 5), 0);
	return true;
}

static bool refusals(void)
{
	uint32_t values[64];
	struct drm_gnic_cmd cmd;

	EXPECT_EQ(gnic_accel_info(near_acc)->sobs, 64);
	EXPECT_EQ(gnic_accel_sobs_set(near_acc, 0, 0, DRM_GNIC_SOB_USE), -EINVAL);
	EXPECT_EQ(gnic_accel_sobs_set(near_acc, 64, 1, DRM_GNIC_SOB_USE), -ERANGE);
	EXPECT_EQ(gnic_accel_sobs_set(near_acc, 63, 2, DRM_GNIC_SOB_USE), -ERANGE);
	EXPECT_EQ(gnic_accel_sobs_set(near_acc, 1, UINT32_MAX, DRM_GNIC_SOB_USE), -ERANGE);
	EXPECT_EQ(gnic_accel_sobs_set(near_acc, 0, 1, 4), -EINVAL);
	EXPECT_EQ(gnic_accel_sobs_read(near_acc, 1, 64, values), -ERANGE);
	EXPECT_EQ(gnic_accel_sobs_read(near_acc, 0, 1, NULL), -EFAULT);
	EXPECT_EQ(run(near_acc, gnic_accel_sob_set(64, 1)), -ERANGE);
	EXPECT_EQ(run(near_acc, gnic_accel_sob_wait(UINT32_MAX, 1)), -ERANGE);
	cmd = gnic_accel_sob_add(0, 1);
	cmd.flags = DRM_GNIC_SOB_ADD;
	EXPECT_EQ(run(near_acc, cmd), -EINVAL);
	cmd = gnic_accel_sob_add(0, 1);
	cmd.size = 4;
	EXPECT_EQ(run(near_acc, cmd), -EINVAL);
	EXPECT_EQ(run(near_acc, gnic_accel_signal(write_cmd(64), 64, 1)), -ERANGE);
	EXPECT_EQ(run(near_acc, gnic_accel_signal(write_cmd(64), 0, 4)), -EINVAL);
	cmd = gnic_accel_signal(write_cmd(64), 0, 1);
	cmd.flags |= DRM_GNIC_SOB_SET;
	EXPECT_EQ(run(near_acc, cmd), -EINVAL);
	cmd = write_cmd(64);
	cmd.sob = 1;
	EXPECT_EQ(run(near_acc, cmd), -EINVAL);
	return true;
}

/* One that nobody may use, as all are at first; the queue goes on. */
static bool not_given(void)
{
	EXPECT_EQ(gnic_accel_sobs_set(near_acc, 9, 1, 0), 0);
	EXPECT_EQ(run(near_acc, gnic_accel_sob_add(9, 1)), -EACCES);
	EXPECT_EQ(run(near_acc, gnic_accel_sob_wait(9, 0)), -EACCES);
	EXPECT_EQ(gnic_accel_sobs_set(near_acc, 9, 1, DRM_GNIC_SOB_REMOTE), 0);
	EXPECT_EQ(run(near_acc, gnic_accel_sob_add(9, 1)), -EACCES);
	EXPECT_EQ(gnic_accel_sobs_set(near_acc, 9, 1, DRM_GNIC_SOB_USE), 0);
	EXPECT_EQ(run(near_acc, gnic_accel_sob_add(9, 1)), 0);
	return true;
}

/* ---- between contexts ---- */

/* The far context copies what has come, and no CPU is asked in between. */
static bool far_stream(void)
{
	struct drm_gnic_cmd cmds[2] = {
		gnic_accel_sob_wait(3, 2), gnic_accel_copy(dst, 0, copy, 0, MIB),
	};
	int file;

	EXPECT_EQ(far_again(), 0);
	test_paint(src->map, MIB, 51);
	memset(copy->map, 0, MIB);
	file = gnic_accel_submit(far_acc, cmds, 2);
	EXPECT(file >= 0);
	EXPECT_EQ(run(near_acc, gnic_accel_signal(write_cmd(MIB / 2), 3, 1)), 0);
	EXPECT_EQ(value(far_acc, 3), 1);
	EXPECT_EQ(gnic_accel_wait(file, 200), -ETIME);
	/* others are not held up */
	EXPECT_EQ(run(near_acc, gnic_accel_fill(src, MIB, 64, 1)), 0);
	EXPECT_EQ(run(near_acc, gnic_accel_signal(write_cmd(MIB), 3, 1)), 0);
	EXPECT_EQ(gnic_accel_wait(file, 5000), 0);
	close(file);
	EXPECT(test_painted(copy->map, MIB, 51));
	EXPECT_EQ(value(far_acc, 3), 2);
	return true;
}

static bool with_immediate(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_immediate(gnic_accel_signal(write_cmd(5000), 4, 3), 77);
	struct drm_gnic_event event;

	EXPECT_EQ(far_again(), 0);
	EXPECT_EQ(run(near_acc, cmd), 0);
	EXPECT(group_event(right_fd, DRM_GNIC_EVENT_RDMA, &event));
	EXPECT_EQ(event.tag, 77);
	EXPECT_EQ(value(far_acc, 4), 3);
	cmd = write_cmd(64);
	cmd.flags = DRM_GNIC_SOB_SET;
	cmd.sob = 4;
	cmd.sob_value = 1;
	EXPECT_EQ(run(near_acc, cmd), 0);
	EXPECT_EQ(value(far_acc, 4), 1);
	return true;
}

static int recv_with(uint32_t flags, uint32_t sob, uint32_t add)
{
	struct drm_gnic_group_recv recv = {
		.group = right_fd, .handle = dst->handle, .length = 4096, .count = 1,
		.flags = flags, .sob = sob, .sob_value = add,
	};

	return gnic_accel_ioctl(gnic_accel_fd(far_acc), DRM_IOCTL_GNIC_GROUP_RECV, &recv);
}

/* The buffer's signal and that of the SEND: both, and the record as ever. */
static bool buffers(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_send(left_fd, 0, src, 0, 3000);
	struct drm_gnic_event event;

	EXPECT_EQ(far_again(), 0);
	EXPECT_EQ(recv_with(DRM_GNIC_SOB_ADD, 64, 1), -ERANGE);
	EXPECT_EQ(recv_with(DRM_GNIC_SOB_ADD, 8, 4), -EINVAL);
	EXPECT_EQ(recv_with(DRM_GNIC_SOB_ADD | DRM_GNIC_SOB_SET, 8, 1), -EINVAL);
	EXPECT_EQ(recv_with(1, 0, 0), -EINVAL);
	EXPECT_EQ(recv_with(0, 8, 0), -EINVAL);
	EXPECT_EQ(recv_with(DRM_GNIC_SOB_ADD, 8, 2), 0);
	EXPECT_EQ(run(near_acc, gnic_accel_signal(cmd, 1, 1)), 0);
	EXPECT(group_event(right_fd, DRM_GNIC_EVENT_RECV, &event));
	EXPECT_EQ(event.bytes, 3000);
	EXPECT_EQ(value(far_acc, 8), 2);
	EXPECT_EQ(value(far_acc, 1), 1);
	return true;
}

/* Objects that the far context keeps for itself, or does not have. */
static bool kept_out(void)
{
	static const uint32_t sobs[] = { 8, 20 };
	struct drm_gnic_event event;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		EXPECT_EQ(far_again(), 0);
		EXPECT_EQ(run(near_acc, gnic_accel_signal(write_cmd(64), sobs[i], 1)), -EACCES);
		EXPECT(group_event(right_fd, DRM_GNIC_EVENT_QP_ERROR, &event));
		EXPECT_EQ(event.syndrome, 0xc9);
		EXPECT_EQ(value(far_acc, sobs[i]), 0);
		EXPECT(group_pair_again(&left, left_fd, &right, right_fd));
	}
	return true;
}

/* ---- the end of a wait ---- */

/* Each of the waits is shorter than a queue may stand still, both together are longer. */
static bool waits_in_a_row(void)
{
	struct drm_gnic_cmd cmds[] = { gnic_accel_sob_wait(0, 1), gnic_accel_sob_wait(1, 1) };
	uint32_t pause_us = gnic_accel_info(far_acc)->timeout_ms * 600, i;
	int file;

	EXPECT_EQ(far_again(), 0);
	file = gnic_accel_submit(far_acc, cmds, 2);
	EXPECT(file >= 0);
	for (i = 0; i < 2; i++) {
		usleep(pause_us);
		EXPECT_EQ(gnic_accel_wait(file, 0), -ETIME);
		EXPECT_EQ(run(near_acc, gnic_accel_signal(write_cmd(64), i, 1)), 0);
	}
	EXPECT_EQ(gnic_accel_wait(file, 5000), 0);
	close(file);
	return true;
}

static bool time_out(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_sob_wait(0, 1);
	int file;

	EXPECT_EQ(far_again(), 0);
	file = gnic_accel_submit(far_acc, &cmd, 1);
	EXPECT(file >= 0);
	EXPECT_EQ(gnic_accel_wait(file, 4 * gnic_accel_info(far_acc)->timeout_ms), -ETIMEDOUT);
	close(file);
	/* a new queue, and the objects are as they were */
	EXPECT_EQ(run(far_acc, gnic_accel_sob_add(0, 1)), 0);
	EXPECT_EQ(value(far_acc, 0), 1);
	return true;
}

static bool taken_away(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_sob_wait(0, 1);
	int file;

	EXPECT_EQ(far_again(), 0);
	file = gnic_accel_submit(far_acc, &cmd, 1);
	EXPECT(file >= 0);
	EXPECT_EQ(gnic_accel_wait(file, 100), -ETIME);
	EXPECT_EQ(gnic_accel_sobs_set(far_acc, 0, 1, 0), 0);
	EXPECT_EQ(gnic_accel_wait(file, 5000), -EACCES);
	close(file);
	return true;
}

/* What a context had the next one with its ASID does not have: all ASIDs go round. */
static bool not_inherited(void)
{
	struct gnic_accel *acc;
	unsigned int i;

	for (i = 0; i < 1030; i++) {
		EXPECT_EQ(gnic_accel_open(test_path, &acc), 0);
		EXPECT_EQ(run(acc, gnic_accel_sob_add(1, 1)), -EACCES);
		EXPECT_EQ(gnic_accel_sobs_set(acc, 1, 1, DRM_GNIC_SOB_USE), 0);
		EXPECT_EQ(value(acc, 1), 0);
		gnic_accel_close(acc);
	}
	return true;
}

static const struct test tests[] = {
	{ "set, add, read", set_and_add },
	{ "each refusal", refusals },
	{ "one that nobody may use", not_given },
	{ "a far context waits for two writes, and copies", far_stream },
	{ "a signal beside a record, and one that sets", with_immediate },
	{ "a SEND and its buffer signal", buffers },
	{ "a peer is kept out", kept_out },
	{ "waits, one after the other", waits_in_a_row },
	{ "a wait that takes too long", time_out },
	{ "an object that is taken away from one who waits", taken_away },
	{ "objects do not outlive their context", not_inherited },
	{ 0 }
};

int main(void)
{
	test_find();
	group_setup();
	test_open(&near_acc);
	test_open(&far_acc);
	group_pair(&left, &right, 1);
	left_fd = group_hold(near_acc, &left);
	right_fd = group_hold(far_acc, &right);
	test_bo(near_acc, &src, 2 * MIB, 0);
	test_bo(far_acc, &dst, MIB, DRM_GNIC_BO_REMOTE_WRITE);
	test_bo(far_acc, &copy, MIB, 0);
	return test_run(tests);
}
