// SPDX-License-Identifier: GPL-2.0-only
/* What the holder of a group sees of a QP that fails and is recovered. Kernels: one */
#include <string.h>
#include <unistd.h>

#include "lib.h"

#define QPS	2
#define MIB	(1 << 20)

static struct gnic_accel *acc;
static struct group left, right;
static int left_fd, right_fd;
static struct gnic_accel_bo *src, *dst;

static int rdma(uint32_t qp, uint64_t size)
{
	struct drm_gnic_cmd cmd = gnic_accel_write(left_fd, qp, src, 0, dst->address, size);

	return gnic_accel_run(acc, &cmd, 1);
}

static int send_to(uint32_t qp, uint64_t size)
{
	struct drm_gnic_cmd cmd = gnic_accel_send(left_fd, qp, src, 0, size);

	return gnic_accel_run(acc, &cmd, 1);
}

static int post(uint32_t qp, uint64_t offset, uint32_t count)
{
	return gnic_accel_recv(acc, right_fd, qp, dst, offset, 4096, count);
}

static int health(const char *what, const struct group *group)
{
	return test_sh("devlink health %s %s reporter qp", what, group->dev);
}

/* The holder is told of QP 0. */
static bool told(int fd, uint32_t type, uint32_t syndrome)
{
	struct drm_gnic_event event;

	EXPECT(group_event(fd, type, &event));
	EXPECT_EQ(event.qp, 0);
	EXPECT_EQ(event.syndrome, syndrome);
	return true;
}

static bool fails(const struct group *group, int fd)
{
	EXPECT_EQ(health("test", group), 0);
	return told(fd, DRM_GNIC_EVENT_QP_ERROR, 0xc3);
}

static bool recovers(const struct group *group, int fd)
{
	EXPECT_EQ(health("recover", group), 0);
	return told(fd, DRM_GNIC_EVENT_QP_RECOVERED, 0);
}

/* Nothing that was queued behind what failed is done by chance. */
static bool refuses_work(void)
{
	EXPECT_EQ(rdma(0, 50000), 0);
	EXPECT(fails(&left, left_fd));
	sleep(1);
	EXPECT_EQ(rdma(0, 64), -ECONNABORTED);
	EXPECT_EQ(rdma(1, 64), 0);
	return true;
}

static bool works_again(void)
{
	test_paint(src->map, 60000, 7);
	memset(dst->map, 0, 60000);
	EXPECT(recovers(&left, left_fd));
	EXPECT_EQ(rdma(0, 60000), 0);
	EXPECT(test_painted(dst->map, 60000, 7));
	EXPECT_EQ(rdma(1, 64), 0);
	return true;
}

/* Old buffers are never written; the first new one is number 0. */
static bool buffers_begin_anew(void)
{
	struct drm_gnic_event event;

	memset(dst->map, 0, dst->size);
	EXPECT_EQ(post(0, 0, 3), 3);
	EXPECT_EQ(send_to(0, 100), 0);
	EXPECT(group_event(right_fd, DRM_GNIC_EVENT_RECV, &event));
	EXPECT_EQ(event.index, 0);
	EXPECT(fails(&right, right_fd));
	EXPECT_EQ(post(0, 4 * 4096, 1), -ECONNABORTED);
	EXPECT(recovers(&right, right_fd));
	memset(dst->map, 0, dst->size);
	EXPECT_EQ(post(0, 5 * 4096, 1), 1);
	EXPECT_EQ(send_to(0, 200), 0);
	EXPECT(group_event(right_fd, DRM_GNIC_EVENT_RECV, &event));
	EXPECT_EQ(event.index, 0);
	EXPECT_EQ(event.bytes, 200);
	EXPECT(test_filled(dst->map, 5 * 4096, 0));
	EXPECT(test_painted(dst->map + 5 * 4096, 200, 7));
	return true;
}

/* As many can be posted as before: those that went are not counted any more. */
static bool room_is_back(void)
{
	unsigned int round;

	for (round = 0; round < 12; round++) {
		EXPECT_EQ(post(0, 0, 256), 256);
		EXPECT(fails(&right, right_fd));
		EXPECT(recovers(&right, right_fd));
	}
	EXPECT_EQ(rdma(0, 1000), 0);
	return true;
}

/* The peer refused: both failed, both are recovered, in either order. */
static bool both_ends(void)
{
	struct drm_gnic_cmd bad = gnic_accel_write(left_fd, 0, src, 0, 0x1000, 64);
	struct drm_gnic_event event;
	unsigned int round;

	for (round = 0; round < 2; round++) {
		EXPECT_EQ(gnic_accel_run(acc, &bad, 1), -EACCES);
		EXPECT(group_event(left_fd, DRM_GNIC_EVENT_QP_ERROR, &event));
		EXPECT(group_event(right_fd, DRM_GNIC_EVENT_QP_ERROR, &event));
		EXPECT(round ? recovers(&left, left_fd) : recovers(&right, right_fd));
		EXPECT(round ? recovers(&right, right_fd) : recovers(&left, left_fd));
		memset(dst->map, 0, 60000);
		EXPECT_EQ(rdma(0, 60000), 0);
		EXPECT(test_painted(dst->map, 60000, 7));
	}
	return true;
}

/* Who comes next finds no trace of it. */
static bool holder_goes(void)
{
	EXPECT(fails(&left, left_fd));
	close(left_fd);
	left_fd = group_hold(acc, &left);
	EXPECT_EQ(rdma(0, 64), 0);
	return true;
}

static const struct test tests[] = {
	{ "a QP that failed refuses work", refuses_work },
	{ "devlink health recover: it works again", works_again },
	{ "buffers begin anew", buffers_begin_anew },
	{ "their room is back", room_is_back },
	{ "both ends failed", both_ends },
	{ "the holder goes", holder_goes },
	{ 0 }
};

int main(void)
{
	test_find();
	group_setup();
	test_open(&acc);
	group_pair(&left, &right, QPS);
	left_fd = group_hold(acc, &left);
	right_fd = group_hold(acc, &right);
	test_bo(acc, &src, MIB, 0);
	test_bo(acc, &dst, MIB, DRM_GNIC_BO_REMOTE_WRITE);
	return test_run(tests);
}
