// SPDX-License-Identifier: GPL-2.0-only
/* Two contexts of one card: what is A's is not B's. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib.h"

static struct gnic_accel *a, *b;
static struct gnic_accel_bo *secret;		/* A's */
static struct group left, right;	/* left writes to right */
static int left_fd, right_fd;		/* A's, B's */

static bool handle_is_private(void)
{
	struct drm_gnic_bo_info info = { .handle = secret->handle };
	struct drm_gnic_cmd cmd = gnic_accel_fill(secret, 0, 4, 0);

	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(b), DRM_IOCTL_GNIC_BO_INFO, &info), -ENOENT);
	EXPECT_EQ(gnic_accel_submit(b, &cmd, 1), -ENOENT);
	return true;
}

static bool name_is_useless(void)
{
	struct drm_gem_flink flink = { .handle = secret->handle };
	struct drm_gem_open open = { 0 };

	if (gnic_accel_ioctl(gnic_accel_fd(a), DRM_IOCTL_GEM_FLINK, &flink))
		return true;	/* no names at all */
	open.name = flink.name;
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(b), DRM_IOCTL_GEM_OPEN, &open), -EACCES);
	return true;
}

static bool mapping_is_private(void)
{
	struct drm_gnic_bo_info info = { .handle = secret->handle };

	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(a), DRM_IOCTL_GNIC_BO_INFO, &info), 0);
	EXPECT(mmap(NULL, secret->size, PROT_READ, MAP_SHARED, gnic_accel_fd(b), info.mmap_offset) ==
	       MAP_FAILED);
	return true;
}

static bool group_is_private(void)
{
	struct drm_gnic_group_info info = { .group = left_fd };
	struct drm_gnic_cmd cmd;
	struct gnic_accel_bo *own;

	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(b), DRM_IOCTL_GNIC_GROUP_INFO, &info), -EACCES);
	test_bo(b, &own, 4096, 0);
	cmd = gnic_accel_write(left_fd, 0, own, 0, secret->address, 64);
	EXPECT_EQ(gnic_accel_submit(b, &cmd, 1), -EACCES);
	EXPECT_EQ(gnic_accel_recv(b, left_fd, 0, own, 0, 2048, 1), -EACCES);
	EXPECT_EQ(gnic_accel_hold(b, left.sfnum), -EBUSY);
	gnic_accel_bo_destroy(own);
	return true;
}

/* The peer's group is B's: A's memory is not for it, remotely writable or not. */
static bool remote_memory_is_private(void)
{
	struct drm_gnic_event event;
	struct drm_gnic_cmd cmd;
	struct gnic_accel_bo *src;

	test_bo(a, &src, 4096, 0);
	memset(src->map, 0xff, src->size);
	test_paint(secret->map, secret->size, 3);
	cmd = gnic_accel_write(left_fd, 0, src, 0, secret->address, 4096);
	EXPECT_EQ(gnic_accel_run(a, &cmd, 1), -EACCES);
	EXPECT(test_painted(secret->map, secret->size, 3));
	EXPECT(group_event(left_fd, DRM_GNIC_EVENT_QP_ERROR, &event));
	EXPECT_EQ(event.qp, 0);
	EXPECT(event.syndrome != 0);
	gnic_accel_bo_destroy(src);
	return true;
}

/* Nor is host memory that A has, at the address that A has it. */
static bool mapped_memory_is_private(void)
{
	struct drm_gnic_cmd cmd;
	struct gnic_accel_bo *src, *host;

	test_bo(a, &src, 4096, DRM_GNIC_BO_HOST);
	test_bo(a, &host, 8192, DRM_GNIC_BO_HOST | DRM_GNIC_BO_REMOTE_WRITE);
	test_paint(host->map, host->size, 4);
	cmd = gnic_accel_write(left_fd, 4, src, 0, host->address, 4096);
	EXPECT_EQ(gnic_accel_run(a, &cmd, 1), -EACCES);
	EXPECT(test_painted(host->map, host->size, 4));
	gnic_accel_bo_destroy(src);
	gnic_accel_bo_destroy(host);
	return true;
}

/* Host memory is in no window of a context. */
static bool host_memory_is_private(void)
{
	struct drm_gnic_cmd cmd;
	struct gnic_accel_bo *src;

	test_bo(a, &src, 4096, 0);
	cmd = gnic_accel_write(left_fd, 1, src, 0, 0x100000, 64);
	EXPECT_EQ(gnic_accel_run(a, &cmd, 1), -EACCES);
	gnic_accel_bo_destroy(src);
	return true;
}

/* The address of the mailbox's ring, which is the kernel's as rings of netdevs are. */
static uint64_t mailbox_ring(void)
{
	uint64_t address = 0;
	char line[128];
	unsigned int i;

	test_must(test_sh_line(line, sizeof(line), "devlink region read %s/registers"
			       " address 256 length 8 | cut -d ' ' -f 2-9", test_card),
		  "the region of registers");
	for (i = 0; i < 8; i++)
		address |= strtoull(line + 3 * i, NULL, 16) << 8 * i;
	return address;
}

/* Send rings of the card's ports are in device memory, or in the host's. */
static int push(const char *state)
{
	return test_sh("for dev in /sys/bus/pci/devices/%s/net/*; do"
		       " ethtool -G ${dev##*/} tx-push %s || exit; done", test_card + 4, state);
}

/* Behind what contexts can have of device memory is the netdevs' share, and the first ring. */
static uint64_t netdevs_memory(void)
{
	return gnic_accel_info(a)->hbm_address + gnic_accel_info(a)->hbm_size;
}

/* Rings and records, where they really are: no QP of a context gets there. */
static bool kernel_memory_is_private(void)
{
	uint64_t ring = mailbox_ring(), records = 0x1000007ffd401000;
	uint64_t addresses[] = { ring, ring + 4096, records, netdevs_memory() };
	struct drm_gnic_cmd cmd;
	struct gnic_accel_bo *src, *more;
	unsigned int i;

	EXPECT(ring && ring % 64 == 0);
	EXPECT_EQ(push("on"), 0);
	test_bo(a, &src, 4096, 0);
	memset(src->map, 0xff, src->size);
	for (i = 0; i < 4; i++) {
		cmd = gnic_accel_write(left_fd, 5 + i, src, 0, addresses[i], 64);
		EXPECT_EQ(gnic_accel_run(a, &cmd, 1), -EACCES);
	}
	/* The mailbox does what it did: a window comes and goes. */
	test_bo(b, &more, 4096, 0);
	gnic_accel_bo_destroy(more);
	EXPECT_EQ(push("off"), 0);
	gnic_accel_bo_destroy(src);
	return true;
}

/* A fault of A is none of B. */
static bool fault_is_private(void)
{
	struct drm_gnic_cmd cmd;
	struct gnic_accel_bo *own;

	test_bo(b, &own, 4096, 0);
	cmd = gnic_accel_fill(own, 0, 4096, 0x12121212);
	EXPECT_EQ(gnic_accel_run(b, &cmd, 1), 0);
	EXPECT(test_filled(own->map, 4096, 0x12));
	gnic_accel_bo_destroy(own);
	return true;
}

/* The QPs that failed have failed; A's other ones, and its queue, go on. */
static bool fault_is_of_one_qp(void)
{
	struct drm_gnic_cmd cmd;
	struct gnic_accel_bo *src, *dst;

	test_bo(a, &src, 4096, 0);
	test_bo(b, &dst, 4096, DRM_GNIC_BO_REMOTE_WRITE);
	test_paint(src->map, src->size, 5);
	cmd = gnic_accel_write(left_fd, 0, src, 0, dst->address, 4096);
	EXPECT_EQ(gnic_accel_run(a, &cmd, 1), -ECONNABORTED);
	cmd = gnic_accel_write(left_fd, 2, src, 0, dst->address, 4096);
	EXPECT_EQ(gnic_accel_run(a, &cmd, 1), 0);
	EXPECT(test_painted(dst->map, dst->size, 5));
	gnic_accel_bo_destroy(src);
	gnic_accel_bo_destroy(dst);
	return true;
}

/* B's own memory, not offered to far ends. */
static bool not_offered(void)
{
	struct drm_gnic_cmd cmd;
	struct gnic_accel_bo *src, *dst;

	test_bo(a, &src, 4096, 0);
	test_bo(b, &dst, 4096, 0);
	memset(src->map, 0xff, src->size);
	cmd = gnic_accel_write(left_fd, 3, src, 0, dst->address, 4096);
	EXPECT_EQ(gnic_accel_run(a, &cmd, 1), -EACCES);
	EXPECT(test_filled(dst->map, dst->size, 0));
	gnic_accel_bo_destroy(src);
	gnic_accel_bo_destroy(dst);
	return true;
}

static const struct test tests[] = {
	{ "a handle means nothing elsewhere", handle_is_private },
	{ "a name gives no handle", name_is_useless },
	{ "a mapping belongs to the file", mapping_is_private },
	{ "a group belongs to its holder", group_is_private },
	{ "RDMA to memory of a context that does not hold the group", remote_memory_is_private },
	{ "RDMA to host memory of a context that does not hold the group",
	  mapped_memory_is_private },
	{ "RDMA to host memory", host_memory_is_private },
	{ "RDMA to rings and records of the kernel", kernel_memory_is_private },
	{ "RDMA to memory that is not offered", not_offered },
	{ "another context does not feel it", fault_is_private },
	{ "other QPs of the group do not feel it", fault_is_of_one_qp },
	{ 0 }
};

int main(void)
{
	test_find();
	group_setup();
	group_pair(&left, &right, 9);
	test_open(&a);
	test_open(&b);
	test_bo(a, &secret, 8192, DRM_GNIC_BO_REMOTE_WRITE);
	left_fd = group_hold(a, &left);
	right_fd = group_hold(b, &right);
	return test_run(tests);
}
