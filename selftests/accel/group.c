// SPDX-License-Identifier: GPL-2.0-only
/* Holding groups, RDMA through them, and what happens to a group meanwhile. Kernels: one */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib.h"

#define QPS	4
#define MIB	(1 << 20)

static struct gnic_accel *acc;
static struct group left, right;
static int left_fd, right_fd;
static struct gnic_accel_bo *src, *dst;

static int rdma(uint32_t qp, uint64_t offset, uint64_t remote, uint64_t size)
{
	struct drm_gnic_cmd cmd = gnic_accel_write(left_fd, qp, src, offset, remote, size);

	return gnic_accel_run(acc, &cmd, 1);
}

/* QPs that failed work again after the group was inactive. */
static bool groups_again(void)
{
	return group_pair_again(&left, left_fd, &right, right_fd);
}

/* ---- holding ---- */

static bool hold_info(void)
{
	struct drm_gnic_group_info info;

	EXPECT_EQ(gnic_accel_group_info(acc, left_fd, &info), 0);
	EXPECT_EQ(info.sfnum, left.sfnum);
	EXPECT_EQ(info.type, DRM_GNIC_GROUP_WRITE);
	EXPECT_EQ(info.flags, DRM_GNIC_GROUP_ACTIVE | DRM_GNIC_GROUP_LINK);
	EXPECT_EQ(info.qp_count, QPS);
	EXPECT_EQ(info.qpn_base, left.qpn_base);
	EXPECT_EQ(info.peer_qpn_base, right.qpn_base);
	EXPECT_EQ(info.port, 0);
	EXPECT(info.depth && info.path_mtu >= 1024);
	EXPECT(fcntl(left_fd, F_GETFD) & FD_CLOEXEC);
	return true;
}

static bool hold_once(void)
{
	struct gnic_accel *other;

	test_open(&other);
	EXPECT_EQ(gnic_accel_hold(other, left.sfnum), -EBUSY);
	EXPECT_EQ(gnic_accel_hold(acc, left.sfnum), -EBUSY);
	gnic_accel_close(other);
	return true;
}

static bool hold_again(void)
{
	struct gnic_accel *other;
	int fd;

	close(left_fd);
	test_open(&other);
	fd = gnic_accel_hold(other, left.sfnum);
	EXPECT(fd >= 0);
	EXPECT_EQ(gnic_accel_hold(acc, left.sfnum), -EBUSY);
	/* the end of the context is the end of the hold, whatever is open */
	gnic_accel_close(other);
	left_fd = gnic_accel_hold(acc, left.sfnum);
	EXPECT(left_fd >= 0);
	close(fd);
	EXPECT_EQ(gnic_accel_hold(acc, left.sfnum), -EBUSY);
	return true;
}

static bool hold_killed(void)
{
	int status, fds[2];
	char byte;
	pid_t pid;

	close(left_fd);
	EXPECT_EQ(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		struct gnic_accel *child;

		byte = gnic_accel_open(test_path, &child) == 0 &&
		       gnic_accel_hold(child, left.sfnum) >= 0;
		if (write(fds[1], &byte, 1) == 1)
			pause();
		_exit(1);
	}
	EXPECT_EQ(read(fds[0], &byte, 1), 1);
	EXPECT_EQ(byte, 1);
	EXPECT_EQ(gnic_accel_hold(acc, left.sfnum), -EBUSY);
	kill(pid, SIGKILL);
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	left_fd = gnic_accel_hold(acc, left.sfnum);
	EXPECT(left_fd >= 0);
	close(fds[0]);
	close(fds[1]);
	return true;
}

static bool read_refuses(void)
{
	char buf[sizeof(struct drm_gnic_event)];
	struct pollfd pollfd = { .fd = left_fd, .events = POLLIN };

	EXPECT_EQ(poll(&pollfd, 1, 0), 0);
	EXPECT_EQ(fcntl(left_fd, F_SETFL, O_NONBLOCK), 0);
	EXPECT(read(left_fd, buf, sizeof(buf)) < 0);
	EXPECT_EQ(errno, EAGAIN);
	EXPECT(read(left_fd, buf, sizeof(buf) - 1) < 0);
	EXPECT_EQ(errno, EINVAL);
	EXPECT(write(left_fd, buf, sizeof(buf)) < 0);
	return true;
}

/* ---- RDMA ---- */

static bool rdma_sizes(void)
{
	static const uint32_t sizes[] = { 1, 5, 1023, 1024, 1025, 4096, 65537, MIB + 3 };
	unsigned int i;

	test_paint(src->map, src->size, 21);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		memset(dst->map, 0, sizes[i] + 64);
		EXPECT_EQ(rdma(i % QPS, 0, dst->address + 7, sizes[i]), 0);
		EXPECT(test_filled(dst->map, 7, 0));
		EXPECT(test_painted(dst->map + 7, sizes[i], 21));
		EXPECT(test_filled(dst->map + 7 + sizes[i], 57, 0));
	}
	return true;
}

static bool rdma_immediate(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_write(left_fd, 3, src, 0, dst->address, 3000);
	struct drm_gnic_event event;

	cmd = gnic_accel_immediate(cmd, 0xcafe1234);
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), 0);
	EXPECT_EQ(gnic_accel_event(right_fd, &event, 5000), 1);
	EXPECT_EQ(event.type, DRM_GNIC_EVENT_RDMA);
	EXPECT_EQ(event.qp, 3);
	EXPECT_EQ(event.tag, 0xcafe1234);
	EXPECT_EQ(event.bytes, 3000);
	EXPECT_EQ(event.lost, 0);
	return true;
}

/* fill, then write what was filled, then fill anew: order by WAIT */
static bool rdma_in_order(void)
{
	struct drm_gnic_cmd cmds[5] = {
		gnic_accel_fill(src, 0, MIB, 0x5a5a5a5a),
		{ .op = DRM_GNIC_OP_WAIT },
		gnic_accel_write(left_fd, 1, src, 0, dst->address, MIB),
		{ .op = DRM_GNIC_OP_WAIT },
		gnic_accel_fill(src, 0, MIB, 0xa5a5a5a5),
	};

	EXPECT_EQ(gnic_accel_run(acc, cmds, 5), 0);
	EXPECT(test_filled(dst->map, MIB, 0x5a));
	EXPECT(test_filled(src->map, MIB, 0xa5));
	return true;
}

/* More writes than a send queue has places for. */
static bool rdma_many(void)
{
	struct drm_gnic_cmd cmds[256];
	unsigned int i, round;

	test_paint(src->map, src->size, 33);
	memset(dst->map, 0, dst->size);
	for (i = 0; i < 256; i++)
		cmds[i] = gnic_accel_write(left_fd, i % QPS, src, 4096ull * i, dst->address + 4096ull * i,
				      4096);
	for (round = 0; round < 4; round++)
		EXPECT_EQ(gnic_accel_run(acc, cmds, 256), 0);
	EXPECT(test_painted(dst->map, MIB, 33));
	return true;
}

static uint64_t cqes(void)
{
	char line[64];

	test_must(test_sh_line(line, sizeof(line),
			       "devlink -j health diagnose %s reporter fw | jq .cqes", test_card),
		  "the card's counter");
	return strtoull(line, NULL, 0);
}

/* Of commands that complete in order the last one tells of all. */
static bool few_completions(void)
{
	struct drm_gnic_cmd cmds[256];
	unsigned int i, round;
	uint64_t before;

	for (i = 0; i < 256; i++)
		cmds[i] = i % 3 ? gnic_accel_write(left_fd, i % QPS, src, 0, dst->address, 64) :
				  gnic_accel_fill(src, 4096, 64, 0);
	before = cqes();
	for (round = 0; round < 16; round++)
		EXPECT_EQ(gnic_accel_run(acc, cmds, 256), 0);
	/* Of 4096 commands; a slow device finds shorter runs, and the netdevs have some, too. */
	EXPECT_IN(cqes() - before, 16 * (QPS + 1), 2048);
	return true;
}

/* Each asks for a completion, and makes room for the next one when it is done. */
static bool submissions_without_end(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_fill(src, 0, 64, 0x12121212);
	unsigned int i;
	int err;

	for (i = 0; i < 8000; i++) {
		do
			err = gnic_accel_submit_sync(acc, &cmd, 1, NULL, 0, NULL, 0);
		while (err == -EAGAIN);
		EXPECT_EQ(err, 0);
	}
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), 0);
	return true;
}

static bool rdma_refuses(void)
{
	struct drm_gnic_cmd good = gnic_accel_write(left_fd, 0, src, 0, dst->address, 64), cmd;

	EXPECT_EQ(rdma(QPS, 0, dst->address, 64), -ERANGE);
	EXPECT_EQ(rdma(UINT32_MAX, 0, dst->address, 64), -ERANGE);
	EXPECT_EQ(rdma(0, src->size, dst->address, 1), -ERANGE);
	EXPECT_EQ(rdma(0, 0, dst->address, 0), -EINVAL);
	cmd = good;
	cmd.group = gnic_accel_fd(acc);
	EXPECT_EQ(gnic_accel_submit(acc, &cmd, 1), -EINVAL);
	cmd.group = 4711;
	EXPECT_EQ(gnic_accel_submit(acc, &cmd, 1), -EBADF);
	cmd = good;
	cmd.data = 1;		/* without the flag */
	EXPECT_EQ(gnic_accel_submit(acc, &cmd, 1), -EINVAL);
	cmd = good;
	cmd.dst = dst->handle;
	EXPECT_EQ(gnic_accel_submit(acc, &cmd, 1), -EINVAL);
	return true;
}

/* Endless work is under way when its process is killed: the group is free soon. */
static bool killed_under_load(void)
{
	int status, fds[2];
	char byte = 0;
	pid_t pid;

	close(left_fd);
	EXPECT_EQ(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		struct drm_gnic_cmd cmds[256];
		struct gnic_accel_bo *mine;
		struct gnic_accel *child;
		unsigned int i;
		int fd;

		test_open(&child);
		test_bo(child, &mine, MIB, 0);
		fd = gnic_accel_hold(child, left.sfnum);
		for (i = 0; i < 256; i++)
			cmds[i] = gnic_accel_write(fd, i % QPS, mine, 0, dst->address, MIB);
		while (gnic_accel_submit(child, cmds, 256) >= 0)
			if (!byte && write(fds[1], &byte, 1) == 1)
				byte = 1;
		pause();
		_exit(1);
	}
	EXPECT_EQ(read(fds[0], &byte, 1), 1);
	kill(pid, SIGKILL);
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	left_fd = gnic_accel_hold(acc, left.sfnum);
	EXPECT(left_fd >= 0);
	close(fds[0]);
	close(fds[1]);
	/* what was cut off has left the peers at odds */
	return groups_again() && rdma(0, 0, dst->address, 64) == 0;
}

/* ---- errors ---- */

static bool rdma_wrong_address(void)
{
	struct drm_gnic_event event;

	EXPECT_EQ(rdma(0, 0, dst->address + dst->size - 10, 64), -EACCES);
	EXPECT(group_event(left_fd, DRM_GNIC_EVENT_QP_ERROR, &event));
	EXPECT_EQ(event.qp, 0);
	EXPECT_EQ(rdma(0, 0, dst->address, 64), -ECONNABORTED);
	EXPECT_EQ(rdma(1, 0, dst->address, 64), 0);
	return groups_again() && rdma(0, 0, dst->address, 64) == 0;
}

/* Of the writes only the last asks for a completion: what fails speaks up all the same. */
static bool one_of_many_fails(void)
{
	struct drm_gnic_cmd cmds[64];
	unsigned int i, bad;

	for (bad = 0; bad < 64; bad += 21) {
		for (i = 0; i < 64; i++)
			cmds[i] = gnic_accel_write(left_fd, i % 2, src, 0,
						   i == bad ? 0x1000 : dst->address, 64);
		EXPECT_EQ(gnic_accel_run(acc, cmds, 64), -EACCES);
		EXPECT(groups_again());
	}
	for (i = 0; i < 64; i++)
		cmds[i] = gnic_accel_write(left_fd, i % 2, src, 0, dst->address, 64);
	EXPECT_EQ(gnic_accel_run(acc, cmds, 64), 0);
	return true;
}

/* The error of a fence reaches who waits for it; nothing of that runs. */
static bool error_of_a_fence(void)
{
	struct drm_gnic_cmd bad = gnic_accel_write(left_fd, 2, src, 0, 0x1000, 64);
	struct drm_gnic_cmd fill = gnic_accel_fill(src, 0, 4096, 0x99999999);
	struct drm_gnic_sync sync = { 0 };
	int first, second;

	memset(src->map, 0, 4096);
	EXPECT_EQ(gnic_accel_sync_create(acc, &sync.handle), 0);
	EXPECT_EQ(gnic_accel_submit_sync(acc, &bad, 1, NULL, 0, &sync, 1), 0);
	first = gnic_accel_sync_file(acc, sync.handle);
	EXPECT(first >= 0);
	EXPECT_EQ(gnic_accel_submit_sync(acc, &fill, 1, &sync, 1, &sync, 1), 0);
	second = gnic_accel_sync_file(acc, sync.handle);
	EXPECT_EQ(gnic_accel_wait(second, 10000), -EACCES);
	EXPECT_EQ(gnic_accel_wait(first, 0), -EACCES);
	EXPECT(test_filled(src->map, 4096, 0));
	close(first);
	close(second);
	gnic_accel_sync_destroy(acc, sync.handle);
	return groups_again();
}

static bool wrong_key(void)
{
	EXPECT_EQ(group_deactivate(&left), 0);
	EXPECT_EQ(group_param(&left, "remote_key", "4712"), 0);
	EXPECT_EQ(group_activate(&left), 0);
	EXPECT(groups_again());
	memset(dst->map, 0, 4096);
	test_paint(src->map, 4096, 4);
	EXPECT_EQ(rdma(0, 0, dst->address, 4096), -EACCES);
	EXPECT(test_filled(dst->map, 4096, 0));
	EXPECT_EQ(group_deactivate(&left), 0);
	EXPECT_EQ(group_param(&left, "remote_key", "4711"), 0);
	EXPECT_EQ(group_activate(&left), 0);
	return groups_again() && rdma(0, 0, dst->address, 4096) == 0;
}

/* Nobody answers: the peer's group is not active. */
static bool no_answer(void)
{
	EXPECT_EQ(group_deactivate(&right), 0);
	EXPECT_EQ(rdma(1, 0, dst->address, 64), -EHOSTUNREACH);
	EXPECT_EQ(group_activate(&right), 0);
	return groups_again();
}

/* ---- what happens to a group ---- */

static bool inactive_and_active(void)
{
	struct drm_gnic_group_info before, after;
	struct drm_gnic_event event;

	EXPECT_EQ(gnic_accel_group_info(acc, left_fd, &before), 0);
	EXPECT_EQ(group_deactivate(&left), 0);
	EXPECT(group_event(left_fd, DRM_GNIC_EVENT_INACTIVE, &event));
	EXPECT_EQ(rdma(0, 0, dst->address, 64), -ENOLINK);
	EXPECT_EQ(gnic_accel_group_info(acc, left_fd, &after), 0);
	EXPECT_EQ(after.flags, 0);
	EXPECT_EQ(group_activate(&left), 0);
	EXPECT(group_event(left_fd, DRM_GNIC_EVENT_ACTIVE, &event));
	EXPECT_EQ(gnic_accel_group_info(acc, left_fd, &after), 0);
	EXPECT(after.generation != before.generation);
	return groups_again() && rdma(0, 0, dst->address, 64) == 0;
}

/* The handle of the target is closed: its window is gone at once. */
static bool target_memory_freed(void)
{
	struct gnic_accel_bo *gone;
	uint64_t address;

	test_bo(acc, &gone, 4096, DRM_GNIC_BO_REMOTE_WRITE);
	address = gone->address;
	EXPECT_EQ(rdma(0, 0, address, 64), 0);
	gnic_accel_bo_destroy(gone);
	EXPECT_EQ(rdma(0, 0, address, 64), -EACCES);
	return groups_again();
}

static void *hold_seeker(void *seeker)
{
	return (void *)(intptr_t)gnic_accel_hold(acc, ((struct group *)seeker)->sfnum);
}

/*
 * A group that looks for a peer which is not there, for three seconds, keeps who wants
 * to hold it waiting. The memory of that context ends meanwhile.
 */
static bool memory_ends_meanwhile(void)
{
	struct gnic_accel_bo *bo;
	struct group seeker;
	pthread_t holder;
	pid_t active;
	void *fd;

	group_add(&seeker, 77);
	group_address(true);
	EXPECT_EQ(group_param(&seeker, "peer_ip", "198.51.100.99"), 0);
	EXPECT_EQ(group_param(&seeker, "peer_qpn_base", "9"), 0);
	/* before the memory is there, which it would share */
	active = fork();
	if (!active)
		_exit(!group_activate(&seeker));
	usleep(700000);
	test_bo(acc, &bo, 4096, 0);
	EXPECT_EQ(pthread_create(&holder, NULL, hold_seeker, &seeker), 0);
	usleep(300000);
	gnic_accel_bo_destroy(bo);
	/* time for who has looked in vain to end */
	usleep(500000);
	EXPECT_EQ(waitpid(active, NULL, WNOHANG), 0);
	EXPECT_EQ(waitpid(active, NULL, 0), active);
	EXPECT_EQ(pthread_join(holder, &fd), 0);
	EXPECT((intptr_t)fd >= 0);
	close((intptr_t)fd);
	group_address(false);
	EXPECT_EQ(group_del(&seeker), 0);
	return true;
}

/* Last of all: the group goes while it is held. */
static bool removed_while_held(void)
{
	struct pollfd pollfd = { .fd = left_fd, .events = POLLIN };
	struct drm_gnic_group_info info;
	struct drm_gnic_event event;
	struct group again;

	EXPECT_EQ(group_del(&left), 0);
	EXPECT(group_event(left_fd, DRM_GNIC_EVENT_REMOVED, &event));
	EXPECT_EQ(gnic_accel_event(left_fd, &event, 0), -EPIPE);
	EXPECT_EQ(poll(&pollfd, 1, 0), 1);
	EXPECT(pollfd.revents & POLLHUP);
	EXPECT_EQ(gnic_accel_group_info(acc, left_fd, &info), 0);
	EXPECT_EQ(info.flags, DRM_GNIC_GROUP_REMOVED);
	EXPECT_EQ(rdma(0, 0, dst->address, 64), -ENOLINK);
	group_add(&again, left.sfnum);
	close(left_fd);
	left_fd = gnic_accel_hold(acc, again.sfnum);
	EXPECT(left_fd >= 0);
	close(left_fd);
	EXPECT_EQ(group_del(&again), 0);
	return true;
}

static const struct test tests[] = {
	{ "hold: info, close-on-exec", hold_info },
	{ "hold: once", hold_once },
	{ "hold: ends with the descriptor or the context", hold_again },
	{ "hold: ends with a killed process", hold_killed },
	{ "read: nothing there, too short", read_refuses },
	{ "RDMA WRITE: sizes, odd addresses, each QP", rdma_sizes },
	{ "RDMA WRITE with immediate", rdma_immediate },
	{ "RDMA WRITE behind and before a fill", rdma_in_order },
	{ "RDMA WRITE: more than the queues hold", rdma_many },
	{ "RDMA WRITE: few completions of many", few_completions },
	{ "submissions, one after the other", submissions_without_end },
	{ "RDMA WRITE: each refusal", rdma_refuses },
	{ "killed under load", killed_under_load },
	{ "RDMA WRITE beyond the end of the target", rdma_wrong_address },
	{ "RDMA WRITE: one of many fails", one_of_many_fails },
	{ "RDMA WRITE with a wrong key", wrong_key },
	{ "RDMA WRITE to nobody", no_answer },
	{ "RDMA WRITE to memory that was freed", target_memory_freed },
	{ "a failed submission fails those that wait for it", error_of_a_fence },
	{ "inactive, and active again", inactive_and_active },
	{ "memory ends while a hold waits", memory_ends_meanwhile },
	{ "port del while held", removed_while_held },
	{ 0 }
};

int main(void)
{
	test_find();
	group_setup();
	group_pair(&left, &right, QPS);
	test_open(&acc);
	test_bo(acc, &src, 2 * MIB, 0);
	test_bo(acc, &dst, 2 * MIB, DRM_GNIC_BO_REMOTE_WRITE);
	left_fd = group_hold(acc, &left);
	right_fd = group_hold(acc, &right);
	return test_run(tests);
}
