// SPDX-License-Identifier: GPL-2.0-only
/* The card goes while memory is mapped, work is under way and a group is held. */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib.h"

#define MIB	(1 << 20)

static struct gnic_accel *acc;
static struct gnic_accel_bo *bo, *host;
static struct group group;
static int group_fd, file;

static int remove_card(void)
{
	return test_sh("echo 1 >/sys/bus/pci/devices/%s/remove", test_card + 4);
}

static bool removed_while_busy(void)
{
	struct drm_gnic_cmd cmds[32];
	unsigned int i;

	memset(bo->map, 1, bo->size);
	memset(host->map, 1, host->size);
	for (i = 0; i < 32; i++)
		cmds[i] = gnic_accel_fill(i & 1 ? host : bo, 0, bo->size, i);
	file = gnic_accel_submit(acc, cmds, 32);
	EXPECT(file >= 0);
	EXPECT_EQ(remove_card(), 0);
	EXPECT(access(test_path, F_OK) != 0);
	return true;
}

static bool fence_is_signalled(void)
{
	int err = gnic_accel_wait(file, 10000);

	EXPECT(err == -ENODEV || err == 0);	/* or it was done before */
	return true;
}

static bool mapping_is_gone(void)
{
	EXPECT_EQ(test_fault_of(bo->map), SIGBUS);
	EXPECT_EQ(test_fault_of(bo->map + bo->size - 1), SIGBUS);
	EXPECT_EQ(test_fault_of(host->map), SIGBUS);
	EXPECT_EQ(test_fault_of(host->map + host->size - 1), SIGBUS);
	return true;
}

static bool calls_say_so(void)
{
	struct drm_gnic_info info = { 0 };
	struct drm_gnic_cmd cmd = gnic_accel_fill(bo, 0, 4, 0);
	struct gnic_accel_bo *other;

	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_INFO, &info), -ENODEV);
	EXPECT_EQ(gnic_accel_submit(acc, &cmd, 1), -ENODEV);
	EXPECT_EQ(gnic_accel_bo_create(acc, &other, 4096, 0), -ENODEV);
	EXPECT(mmap(NULL, 4096, PROT_READ, MAP_SHARED, gnic_accel_fd(acc), 0) == MAP_FAILED);
	return true;
}

static bool group_says_so(void)
{
	struct drm_gnic_event event;

	EXPECT(group_event(group_fd, DRM_GNIC_EVENT_REMOVED, &event));
	EXPECT_EQ(gnic_accel_event(group_fd, &event, 0), -EPIPE);
	return true;
}

static bool descriptors_can_be_closed(void)
{
	gnic_accel_bo_destroy(bo);
	gnic_accel_bo_destroy(host);
	gnic_accel_close(acc);
	EXPECT_EQ(close(group_fd), 0);
	EXPECT_EQ(close(file), 0);
	return true;
}

static bool comes_back(void)
{
	struct drm_gnic_cmd cmd;

	EXPECT_EQ(test_sh("echo 1 >/sys/bus/pci/rescan"), 0);
	test_find();
	test_open(&acc);
	EXPECT_EQ(gnic_accel_info(acc)->hbm_free, gnic_accel_info(acc)->hbm_size);
	test_bo(acc, &bo, 4096, 0);
	cmd = gnic_accel_fill(bo, 0, 4096, 0x31313131);
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), 0);
	EXPECT(test_filled(bo->map, 4096, 0x31));
	return true;
}

/* ---- a call whose memory does not come ---- */

#define PAGE	4096

static void *stalled_page;

/* A page that comes when stalled_end() says so; the descriptor tells who waits for it. */
static int stalled_begin(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	stalled_page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	reg.range.start = (uintptr_t)stalled_page;
	reg.range.len = PAGE;
	test_must(fd >= 0 && stalled_page != MAP_FAILED && !ioctl(fd, UFFDIO_API, &api) &&
		  !ioctl(fd, UFFDIO_REGISTER, &reg), "userfaultfd");
	return fd;
}

static void stalled_end(int fd, const struct drm_gnic_cmd *cmd)
{
	uint8_t page[PAGE] = "";
	struct uffdio_copy copy = {
		.dst = (uintptr_t)stalled_page,
		.src = (uintptr_t)page,
		.len = PAGE,
	};

	memcpy(page, cmd, sizeof(*cmd));
	test_must(!ioctl(fd, UFFDIO_COPY, &copy), "UFFDIO_COPY");
}

static void *stalled_submit(void *err)
{
	*(int *)err = gnic_accel_submit_sync(acc, stalled_page, 1, NULL, 0, NULL, 0);
	return NULL;
}

/* true: within ten seconds */
static bool removed_in_time(void)
{
	int ms, status = -1;
	pid_t pid = fork();

	if (!pid)
		_exit(remove_card());
	for (ms = 0; ms < 10000 && waitpid(pid, &status, WNOHANG) != pid; ms += 50)
		usleep(50000);
	return !status;
}

/* The card does not wait for its users' memory. */
static bool removed_while_stalled(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_fill(bo, 0, 4096, 0x32323232);
	int fd = stalled_begin(), err = 0;
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	pthread_t thread;
	bool removed;

	test_must(!pthread_create(&thread, NULL, stalled_submit, &err), "a thread");
	EXPECT_EQ(poll(&pollfd, 1, 5000), 1);
	removed = removed_in_time();
	stalled_end(fd, &cmd);
	pthread_join(thread, NULL);
	close(fd);
	EXPECT(removed);
	EXPECT_EQ(err, -ENODEV);
	gnic_accel_bo_destroy(bo);
	gnic_accel_close(acc);
	return true;
}

static const struct test tests[] = {
	{ "remove under load", removed_while_busy },
	{ "the fence is signalled", fence_is_signalled },
	{ "the mapping is gone: SIGBUS", mapping_is_gone },
	{ "calls fail with ENODEV", calls_say_so },
	{ "the group's descriptor says so", group_says_so },
	{ "descriptors can be closed", descriptors_can_be_closed },
	{ "rescan: a new device", comes_back },
	{ "remove while a call waits for memory of its caller", removed_while_stalled },
	{ "rescan once more", comes_back },
	{ 0 }
};

int main(void)
{
	test_find();
	group_setup();
	group_add(&group, 904);
	test_open(&acc);
	test_bo(acc, &bo, 8 * MIB, 0);
	test_bo(acc, &host, 8 * MIB, DRM_GNIC_BO_HOST);
	group_fd = gnic_accel_hold(acc, group.sfnum);
	test_must(group_fd >= 0, "the group can be held");
	return test_run(tests);
}
