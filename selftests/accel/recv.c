// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames into device memory. What is sent through the representor of a raw
 * group arrives at its QPs:
 *
 *	packet socket --> representor --> group (raw QPs) --> device memory
 * Kernels: one
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib.h"

#define SLOT	2048

static struct gnic_accel *acc;
static struct group group;
static struct gnic_accel_bo *memory;
static int fd, sock;
static uint32_t posted;		/* buffers, of QP 0 since it became active */

/* A frame of an experimental type with a painted body. */
static bool send_frame(uint32_t size, uint32_t seed)
{
	uint8_t frame[9000] = { 0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x88, 0xb5 };

	test_paint(frame + 14, size - 14, seed);
	return send(sock, frame, size, 0) == (ssize_t)size;
}

static bool frame_is(const uint8_t *frame, uint32_t size, uint32_t seed)
{
	return frame[12] == 0x88 && frame[13] == 0xb5 && test_painted(frame + 14, size - 14, seed);
}

/* @count buffers at slot @first; they have the next numbers. */
static int post(uint32_t first, uint32_t count, uint32_t length)
{
	int ret = gnic_accel_recv(acc, fd, 0, memory, (uint64_t)first * SLOT, length, count);

	if (ret > 0)
		posted += ret;
	return ret;
}

static bool wait_frame(struct drm_gnic_event *event)
{
	return group_event(fd, DRM_GNIC_EVENT_RECV, event);
}

/* Without posted buffers, and numbers from 0 again. */
static bool restart(void)
{
	struct drm_gnic_event event;

	EXPECT_EQ(group_deactivate(&group), 0);
	EXPECT_EQ(group_activate(&group), 0);
	EXPECT(group_event(fd, DRM_GNIC_EVENT_ACTIVE, &event));
	EXPECT_EQ(test_sh("ip link set %s up", group.rep), 0);
	posted = 0;
	return true;
}

/* ---- frames ---- */

static bool one_frame(void)
{
	struct drm_gnic_event event;

	EXPECT_EQ(post(0, 4, SLOT), 4);
	EXPECT(send_frame(500, 1));
	EXPECT(wait_frame(&event));
	EXPECT_EQ(event.qp, 0);
	EXPECT_EQ(event.bytes, 500);
	EXPECT_EQ(event.index, 0);
	EXPECT_EQ(event.count, 1);
	EXPECT(frame_is(memory->map, 500, 1));
	return true;
}

static bool in_order(void)
{
	struct drm_gnic_event event;
	uint32_t i;

	for (i = 1; i < 4; i++)
		EXPECT(send_frame(100 + i, i));
	for (i = 1; i < 4; i++) {
		EXPECT(wait_frame(&event));
		EXPECT_EQ(event.index, i);
		EXPECT_EQ(event.bytes, 100 + i);
		EXPECT(frame_is(memory->map + i * SLOT, 100 + i, i));
	}
	return true;
}

/* Smaller than the frame: it goes on in the next buffer. */
static bool several_buffers(void)
{
	struct drm_gnic_event event;
	uint8_t frame[600];
	uint32_t first = posted, i;

	EXPECT_EQ(post(8, 3, 256), 3);
	EXPECT(send_frame(600, 9));
	EXPECT(wait_frame(&event));
	EXPECT_EQ(event.index, first);
	EXPECT_EQ(event.count, 3);
	EXPECT_EQ(event.bytes, 600);
	for (i = 0; i < 3; i++)
		memcpy(frame + i * 256, memory->map + 8 * SLOT + i * 256, i < 2 ? 256 : 88);
	EXPECT(frame_is(frame, 600, 9));
	EXPECT(test_filled(memory->map + 8 * SLOT + 600, 168, 0));
	return true;
}

static bool no_buffer(void)
{
	struct drm_gnic_event event;
	uint32_t first = posted;

	EXPECT(send_frame(200, 2));
	EXPECT_EQ(gnic_accel_event(fd, &event, 300), 0);
	EXPECT_EQ(post(0, 1, SLOT), 1);
	EXPECT(send_frame(201, 3));
	EXPECT(wait_frame(&event));
	EXPECT_EQ(event.index, first);
	EXPECT_EQ(event.bytes, 201);
	return true;
}

static bool full_queue(void)
{
	struct drm_gnic_group_info info;
	uint32_t total = 0;
	int ret;

	EXPECT_EQ(gnic_accel_group_info(acc, fd, &info), 0);
	do {
		ret = post(total % 64, 64 - total % 64, SLOT);
		total += ret > 0 ? ret : 0;
	} while (ret > 0 && total <= info.depth);
	EXPECT_EQ(total, info.depth);
	EXPECT_EQ(post(0, 1, SLOT), -EAGAIN);
	return restart();
}

/* Small ones to each QP of a group of its own, @qps of them; how many there was room for. */
static uint32_t post_all(struct group *many, const char *type, uint32_t qps)
{
	uint32_t qp, total = 0;
	char count[16];
	int many_fd, ret;

	snprintf(count, sizeof(count), "%u", qps);
	test_must(!group_param(many, "qp_type", type) && !group_param(many, "qp_count", count),
		  "parameters");
	test_must(!group_activate(many), "a group of many QPs becomes active");
	many_fd = gnic_accel_hold(acc, many->sfnum);
	test_must(many_fd >= 0, "it can be held");
	for (qp = 0; qp < qps; qp++) {
		ret = gnic_accel_recv(acc, many_fd, qp, memory, 0, 64, 1024);
		if (ret < 0 && ret != -EAGAIN)
			total = 0;
		total += ret > 0 ? ret : 0;
	}
	close(many_fd);
	test_must(!group_deactivate(many), "and becomes inactive");
	return total;
}

/* No more than the largest CQ can tell of, of which half is for what needs no buffer. */
static bool as_many_as_the_cq_has(void)
{
	struct group many;

	group_add(&many, 905);
	EXPECT_EQ(group_param(&many, "qp_wq_depth", "1024"), 0);
	EXPECT_EQ(group_param(&many, "loopback", "true"), 0);
	EXPECT_EQ(post_all(&many, "write", 17), 17 * 1024);
	EXPECT_EQ(post_all(&many, "write", 33), 32768);
	EXPECT_EQ(post_all(&many, "raw", 65), 65536);
	EXPECT_EQ(group_del(&many), 0);
	return true;
}

/* ---- refusals ---- */

static int recv_with(struct drm_gnic_group_recv args)
{
	args.group = fd;
	return gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_GROUP_RECV, &args);
}

static bool recv_refuses(void)
{
	const uint32_t handle = memory->handle;

	EXPECT_EQ(recv_with((struct drm_gnic_group_recv){ .handle = handle, .count = 1 }), -EINVAL);
	EXPECT_EQ(recv_with((struct drm_gnic_group_recv){ .handle = handle, .length = 64 }),
		  -EINVAL);
	EXPECT_EQ(recv_with((struct drm_gnic_group_recv){ .handle = handle, .length = 64,
							  .count = 1, .flags = 1 }), -EINVAL);
	EXPECT_EQ(recv_with((struct drm_gnic_group_recv){ .handle = handle, .length = 64,
							  .count = 1, .posted = 1 }), -EINVAL);
	EXPECT_EQ(recv_with((struct drm_gnic_group_recv){ .handle = handle, .length = 64,
							  .count = 2, .stride = 63 }), -EINVAL);
	EXPECT_EQ(recv_with((struct drm_gnic_group_recv){ .handle = handle, .length = 64,
							  .count = 1, .qp = 1 }), -EINVAL);
	EXPECT_EQ(recv_with((struct drm_gnic_group_recv){ .handle = 4711, .length = 64,
							  .count = 1 }), -ENOENT);
	EXPECT_EQ(recv_with((struct drm_gnic_group_recv){ .handle = handle, .length = 64,
							  .count = 1, .offset = memory->size }),
		  -ERANGE);
	EXPECT_EQ(recv_with((struct drm_gnic_group_recv){ .handle = handle, .length = UINT32_MAX,
							  .count = UINT32_MAX }), -ERANGE);
	EXPECT_EQ(recv_with((struct drm_gnic_group_recv){ .handle = handle, .length = 64,
							  .stride = UINT32_MAX, .count = 2 }),
		  -ERANGE);
	return true;
}

static bool write_refused(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_write(fd, 0, memory, 0, memory->address, 64);

	EXPECT_EQ(gnic_accel_submit(acc, &cmd, 1), -EOPNOTSUPP);
	return true;
}

static bool inactive_refused(void)
{
	EXPECT_EQ(group_deactivate(&group), 0);
	EXPECT_EQ(post(0, 1, SLOT), -ENOLINK);
	EXPECT_EQ(group_activate(&group), 0);
	return restart();
}

static bool capability(void)
{
	close(fd);
	EXPECT_EQ(test_sh("gnicctl=$(dirname $(realpath /proc/%d/exe))/../../gnicctl/gnicctl;"
			  " setpriv --bounding-set -net_raw --inh-caps -net_raw"
			  " $gnicctl accel run -d %s -e 'hold g %u' 2>&1 | grep 'not permitted'",
			  getpid(), test_card, group.sfnum), 0);
	fd = gnic_accel_hold(acc, group.sfnum);
	EXPECT(fd >= 0);
	return restart();
}

/* Whoever holds a group of another type was not asked. */
static bool raw_while_held(void)
{
	EXPECT_EQ(group_deactivate(&group), 0);
	EXPECT_EQ(group_param(&group, "qp_type", "write"), 0);
	EXPECT(group_param(&group, "qp_type", "raw"));
	close(fd);
	EXPECT_EQ(group_param(&group, "qp_type", "raw"), 0);
	fd = gnic_accel_hold(acc, group.sfnum);
	EXPECT(fd >= 0);
	return restart();
}

/* ---- memory that is gone ---- */

static bool freed_buffer(void)
{
	struct drm_gnic_event event;
	struct gnic_accel_bo *gone;

	test_bo(acc, &gone, 4096, 0);
	EXPECT_EQ(gnic_accel_recv(acc, fd, 0, gone, 0, SLOT, 1), 1);
	gnic_accel_bo_destroy(gone);
	EXPECT(send_frame(300, 4));
	EXPECT_EQ(gnic_accel_event(fd, &event, 5000), 1);
	EXPECT_EQ(event.type, DRM_GNIC_EVENT_QP_ERROR);
	EXPECT_EQ(event.qp, 0);
	EXPECT(event.syndrome != 0);
	return restart();
}

/* Buffers of a holder that is gone are not for the next one's frames. */
static bool next_holder(void)
{
	struct drm_gnic_event event;
	struct gnic_accel *other;
	struct gnic_accel_bo *bo;

	EXPECT_EQ(post(0, 4, SLOT), 4);
	memset(memory->map, 0, 4 * SLOT);
	close(fd);
	test_open(&other);
	test_bo(other, &bo, 4096, 0);
	fd = gnic_accel_hold(other, group.sfnum);
	EXPECT(fd >= 0);
	EXPECT_EQ(gnic_accel_recv(other, fd, 0, bo, 0, SLOT, 1), 1);
	EXPECT(send_frame(300, 5));
	EXPECT_EQ(gnic_accel_event(fd, &event, 5000), 1);
	EXPECT_EQ(event.type, DRM_GNIC_EVENT_RECV);
	EXPECT_EQ(event.index, 0);
	EXPECT(frame_is(bo->map, 300, 5));
	EXPECT(test_filled(memory->map, 4 * SLOT, 0));
	close(fd);
	gnic_accel_bo_destroy(bo);
	gnic_accel_close(other);
	fd = gnic_accel_hold(acc, group.sfnum);
	EXPECT(fd >= 0);
	return restart();
}

static const struct test tests[] = {
	{ "a frame", one_frame },
	{ "frames in the order of the buffers", in_order },
	{ "a frame in several buffers", several_buffers },
	{ "no buffer: dropped, and then again", no_buffer },
	{ "full queue", full_queue },
	{ "full CQ", as_many_as_the_cq_has },
	{ "recv: each refusal", recv_refuses },
	{ "RDMA WRITE through a raw group", write_refused },
	{ "recv while inactive", inactive_refused },
	{ "a raw group needs CAP_NET_RAW", capability },
	{ "no group becomes raw while it is held", raw_while_held },
	{ "a buffer that was freed", freed_buffer },
	{ "buffers do not outlive their holder", next_holder },
	{ 0 }
};

static int packet_socket(const char *name)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(0x88b5),
		.sll_ifindex = if_nametoindex(name),
	};
	int s = socket(AF_PACKET, SOCK_RAW, htons(0x88b5));

	test_must(s >= 0 && !bind(s, (struct sockaddr *)&address, sizeof(address)),
		  "a packet socket on the representor");
	return s;
}

int main(void)
{
	test_find();
	group_setup();
	group_add(&group, 903);
	test_must(!group_param(&group, "qp_type", "raw"), "qp_type");
	test_must(!group_param(&group, "qp_wq_depth", "64"), "qp_wq_depth");
	/* the stack has nothing to say there */
	test_sh("sysctl -w net.ipv6.conf.%s.disable_ipv6=1", group.rep);
	test_must(!group_activate(&group), "the group becomes active");
	test_must(!test_sh("ip link set %s up", group.rep), "the representor comes up");
	test_open(&acc);
	test_bo(acc, &memory, 64 * SLOT, 0);
	fd = gnic_accel_hold(acc, group.sfnum);
	test_must(fd >= 0, "the group can be held");
	sock = packet_socket(group.rep);
	return test_run(tests);
}
