// SPDX-License-Identifier: GPL-2.0-only
/* SEND between groups, inline data, and reductions near and far. Kernels: one */
#include <string.h>
#include <unistd.h>

#include "lib.h"

#define QPS	4
#define MIB	(1 << 20)
#define NUMBERS	100000u

static struct gnic_accel *acc;
static struct group left, right;
static int left_fd, right_fd;
static struct gnic_accel_bo *src, *dst;
static uint32_t posted[QPS];	/* buffers of the right group, since it was held */

static struct drm_gnic_cmd send_cmd(uint32_t qp, uint64_t offset, uint64_t size)
{
	return gnic_accel_send(left_fd, qp, src, offset, size);
}

static int run(struct drm_gnic_cmd cmd)
{
	return gnic_accel_run(acc, &cmd, 1);
}

static int post(uint32_t qp, uint64_t offset, uint32_t length, uint32_t count)
{
	int ret = gnic_accel_recv(acc, right_fd, qp, dst, offset, length, count);

	if (ret > 0)
		posted[qp] += ret;
	return ret;
}

static bool groups_again(void)
{
	memset(posted, 0, sizeof(posted));
	return group_pair_again(&left, left_fd, &right, right_fd);
}

/* ---- SEND ---- */

static bool sizes(void)
{
	static const uint32_t bytes[] = { 1, 5, 1023, 1024, 1025, 4096, 65537, MIB };
	struct drm_gnic_event event;
	unsigned int i;

	test_paint(src->map, src->size, 41);
	for (i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		uint32_t qp = i % QPS, number = posted[qp];

		memset(dst->map, 0, bytes[i] + 64);
		EXPECT_EQ(post(qp, 7, MIB, 1), 1);
		EXPECT_EQ(run(send_cmd(qp, 0, bytes[i])), 0);
		EXPECT_EQ(gnic_accel_event(right_fd, &event, 5000), 1);
		EXPECT_EQ(event.type, DRM_GNIC_EVENT_RECV);
		EXPECT_EQ(event.flags, 0);
		EXPECT_EQ(event.qp, qp);
		EXPECT_EQ(event.bytes, bytes[i]);
		EXPECT_EQ(event.index, number);
		EXPECT_EQ(event.count, 1);
		EXPECT_EQ(event.tag, 0);
		EXPECT(test_filled(dst->map, 7, 0));
		EXPECT(test_painted(dst->map + 7, bytes[i], 41));
		EXPECT(test_filled(dst->map + 7 + bytes[i], 57, 0));
	}
	return true;
}

static bool immediate(void)
{
	struct drm_gnic_event event;

	EXPECT_EQ(post(2, 0, 4096, 1), 1);
	EXPECT_EQ(run(gnic_accel_immediate(send_cmd(2, 0, 3000), 0xcafe1234)), 0);
	EXPECT_EQ(gnic_accel_event(right_fd, &event, 5000), 1);
	EXPECT_EQ(event.type, DRM_GNIC_EVENT_RECV);
	EXPECT_EQ(event.flags, DRM_GNIC_EVENT_IMMEDIATE);
	EXPECT_EQ(event.tag, 0xcafe1234);
	return true;
}

/* More of them than the queues hold, into buffers that come by and by. */
static bool many(void)
{
	struct drm_gnic_cmd cmds[256];
	struct drm_gnic_event event;
	unsigned int i, round, file;

	test_paint(src->map, src->size, 43);
	for (i = 0; i < 256; i++)
		cmds[i] = send_cmd(1, 4096ull * i, 4096);
	for (round = 0; round < 4; round++) {
		memset(dst->map, 0, MIB);
		file = gnic_accel_submit(acc, cmds, 256);
		EXPECT((int)file >= 0);
		for (i = 0; i < 8; i++)
			EXPECT_EQ(post(1, 131072ull * i, 4096, 32), 32);
		for (i = 0; i < 256; i++)
			EXPECT_EQ(gnic_accel_event(right_fd, &event, 5000), 1);
		EXPECT_EQ(event.index, posted[1] - 1);
		EXPECT_EQ(gnic_accel_wait(file, 5000), 0);
		close(file);
		EXPECT(test_painted(dst->map, MIB, 43));
	}
	return true;
}

static bool waits_for_a_buffer(void)
{
	struct drm_gnic_cmd cmd = send_cmd(0, 0, 5000);
	int file = gnic_accel_submit(acc, &cmd, 1);

	EXPECT(file >= 0);
	EXPECT_EQ(gnic_accel_wait(file, 300), -ETIME);
	EXPECT_EQ(post(0, 0, 8192, 1), 1);
	EXPECT_EQ(gnic_accel_wait(file, 5000), 0);
	close(file);
	return true;
}

/* Work of the same context goes on beside it: the queue's time-out is its own all the same. */
static bool waits_beside_others(void)
{
	int timeout = gnic_accel_info(acc)->timeout_ms, ms, err = -ETIME;
	struct drm_gnic_cmd cmd = send_cmd(0, 0, 5000), fill = gnic_accel_fill(dst, 0, 4096, 7);
	int file = gnic_accel_submit(acc, &cmd, 1);

	EXPECT(file >= 0);
	for (ms = 0; ms < 2 * timeout && err == -ETIME; ms += 250) {
		EXPECT_EQ(gnic_accel_submit_sync(acc, &fill, 1, NULL, 0, NULL, 0), 0);
		err = gnic_accel_wait(file, 250);
	}
	close(file);
	EXPECT_EQ(err, -ETIMEDOUT);
	EXPECT(ms > timeout / 2);
	EXPECT_EQ(gnic_accel_run(acc, &fill, 1), 0);
	return groups_again();
}

/* Buffers of one who let go are nobody's; the next one counts from 0. */
static bool taken_back(void)
{
	struct drm_gnic_cmd cmd = send_cmd(0, 0, 100);
	struct drm_gnic_event event;
	int file;

	memset(dst->map, 0, MIB);
	EXPECT_EQ(post(0, 0, 4096, 100), 100);
	close(right_fd);
	right_fd = gnic_accel_hold(acc, right.sfnum);
	EXPECT(right_fd >= 0);
	memset(posted, 0, sizeof(posted));
	file = gnic_accel_submit(acc, &cmd, 1);
	EXPECT(file >= 0);
	EXPECT_EQ(gnic_accel_wait(file, 300), -ETIME);
	EXPECT_EQ(post(0, MIB, 4096, 256), 256);
	EXPECT_EQ(gnic_accel_wait(file, 5000), 0);
	close(file);
	EXPECT(group_event(right_fd, DRM_GNIC_EVENT_RECV, &event));
	EXPECT_EQ(event.index, 0);
	EXPECT_EQ(event.bytes, 100);
	EXPECT(test_filled(dst->map, MIB, 0));
	return true;
}

static bool queue_is_full(void)
{
	EXPECT_EQ(post(3, 0, 64, 1000), 256);
	EXPECT_EQ(post(3, 0, 64, 1), -EAGAIN);
	return groups_again();
}

/* ---- what goes wrong ---- */

static bool too_long(void)
{
	struct drm_gnic_event event;

	EXPECT_EQ(post(0, 0, 1000, 1), 1);
	EXPECT_EQ(run(send_cmd(0, 0, 1001)), -EIO);
	EXPECT(group_event(right_fd, DRM_GNIC_EVENT_QP_ERROR, &event));
	EXPECT_EQ(event.qp, 0);
	EXPECT_EQ(event.syndrome, 0x17);
	EXPECT_EQ(run(send_cmd(0, 0, 10)), -ECONNABORTED);
	/* the others go on */
	EXPECT_EQ(post(1, 0, 1000, 1), 1);
	EXPECT_EQ(run(send_cmd(1, 0, 1000)), 0);
	return groups_again();
}

static bool patience_ends(void)
{
	struct drm_gnic_event event;

	EXPECT_EQ(group_deactivate(&left), 0);
	EXPECT_EQ(group_param(&left, "qp_rnr_retry", "3"), 0);
	EXPECT(groups_again());
	EXPECT_EQ(run(send_cmd(2, 0, 10)), -EHOSTUNREACH);
	EXPECT(group_event(left_fd, DRM_GNIC_EVENT_QP_ERROR, &event));
	EXPECT_EQ(event.qp, 2);
	EXPECT_EQ(event.syndrome, 0x48);
	EXPECT_EQ(group_deactivate(&left), 0);
	EXPECT_EQ(group_param(&left, "qp_rnr_retry", "7"), 0);
	return groups_again();
}

/* The memory went, the buffer is still posted. */
static bool buffer_memory_freed(void)
{
	struct drm_gnic_event event;
	struct gnic_accel_bo *gone;

	test_bo(acc, &gone, 4096, 0);
	EXPECT_EQ(gnic_accel_recv(acc, right_fd, 3, gone, 0, 4096, 1), 1);
	gnic_accel_bo_destroy(gone);
	EXPECT_EQ(run(send_cmd(3, 0, 10)), -EIO);
	EXPECT(group_event(right_fd, DRM_GNIC_EVENT_QP_ERROR, &event));
	EXPECT_EQ(event.syndrome, 0xc0);
	return groups_again();
}

static bool refuses(void)
{
	struct drm_gnic_cmd cmd = send_cmd(0, 0, 64);

	EXPECT_EQ(run(send_cmd(QPS, 0, 64)), -ERANGE);
	EXPECT_EQ(run(send_cmd(0, src->size, 1)), -ERANGE);
	EXPECT_EQ(run(send_cmd(0, 0, 0)), -EINVAL);
	cmd.dst_offset = 8;
	EXPECT_EQ(run(cmd), -EINVAL);
	cmd = send_cmd(0, 0, 64);
	cmd.dst = dst->handle;
	EXPECT_EQ(run(cmd), -EINVAL);
	cmd = send_cmd(0, 0, 64);
	cmd.data = 1;
	EXPECT_EQ(run(cmd), -EINVAL);
	cmd = send_cmd(0, 0, 64);
	cmd.flags = 1 << 4;
	EXPECT_EQ(run(cmd), -EINVAL);
	cmd = send_cmd(0, 0, 64);
	cmd.reduction = DRM_GNIC_REDUCTION(0, 0, 0);
	EXPECT_EQ(run(cmd), -EINVAL);
	return true;
}

/* ---- inline data ---- */

static bool in_the_command(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_write(left_fd, 1, src, 0, dst->address + 3, 8);
	const uint64_t data = 0x1122334455667788ull;

	memset(dst->map, 0, 64);
	cmd.src = 0;
	cmd.src_offset = data;
	cmd.flags = DRM_GNIC_CMD_INLINE;
	EXPECT_EQ(run(cmd), 0);
	EXPECT(memcmp(dst->map + 3, &data, 8) == 0);
	EXPECT(test_filled(dst->map + 11, 53, 0));

	EXPECT_EQ(post(1, 32, 64, 1), 1);
	cmd.op = DRM_GNIC_OP_SEND;
	cmd.dst_offset = 0;
	cmd.size = 5;
	EXPECT_EQ(run(cmd), 0);
	EXPECT(memcmp(dst->map + 32, &data, 5) == 0);
	EXPECT_EQ(dst->map[37], 0);

	cmd.size = 9;
	EXPECT_EQ(run(cmd), -EINVAL);
	cmd.size = 0;
	EXPECT_EQ(run(cmd), -EINVAL);
	cmd.size = 8;
	cmd.src = src->handle;
	EXPECT_EQ(run(cmd), -EINVAL);
	return true;
}

/* ---- reductions ---- */

static struct drm_gnic_cmd reduce_cmd(uint32_t reduction, uint64_t size)
{
	return gnic_accel_reduce(src, 0, dst, 0, size, reduction);
}

static struct drm_gnic_cmd write_cmd(uint32_t reduction, uint64_t size)
{
	struct drm_gnic_cmd cmd = gnic_accel_write(left_fd, 2, src, 0, dst->address, size);

	cmd.reduction = reduction;
	return cmd;
}

static void floats_fill(void)
{
	float *from = (float *)src->map, *to = (float *)dst->map;
	uint32_t i;

	for (i = 0; i < NUMBERS; i++) {
		from[i] = 0.5f * (float)i;
		to[i] = 100000.0f - (float)i;
	}
}

static float floats_sum(float a, float b)
{
	return a + b;
}

static float floats_least(float a, float b)
{
	return a < b ? a : b;
}

/* The sums are exact. */
static bool floats_are(float (*what)(float a, float b))
{
	const float *to = (float *)dst->map;
	uint32_t i;

	for (i = 0; i < NUMBERS; i++)
		EXPECT(to[i] == what(0.5f * (float)i, 100000.0f - (float)i));
	return true;
}

/* By either command that reduces. */
static bool floats_reduced(struct drm_gnic_cmd (*cmd)(uint32_t reduction, uint64_t size))
{
	const uint32_t type = DRM_GNIC_REDUCTION_FP32;

	floats_fill();
	EXPECT_EQ(run(cmd(DRM_GNIC_REDUCTION(type, DRM_GNIC_REDUCTION_ADD, 0), 4 * NUMBERS)), 0);
	EXPECT(floats_are(floats_sum));
	floats_fill();
	EXPECT_EQ(run(cmd(DRM_GNIC_REDUCTION(type, DRM_GNIC_REDUCTION_MIN, 0), 4 * NUMBERS)), 0);
	EXPECT(floats_are(floats_least));
	return true;
}

static bool near(void)
{
	return floats_reduced(reduce_cmd);
}

static bool far(void)
{
	return floats_reduced(write_cmd);
}

/* By all QPs at once: whole numbers, so that their order says nothing. */
static bool far_by_many(void)
{
	struct drm_gnic_cmd cmds[64];
	uint32_t *to = (uint32_t *)dst->map, i;

	memset(dst->map, 0, MIB);
	for (i = 0; i < MIB / 4; i++)
		((uint32_t *)src->map)[i] = i;
	for (i = 0; i < 64; i++) {
		cmds[i] = write_cmd(DRM_GNIC_REDUCTION(DRM_GNIC_REDUCTION_UINT32,
						       DRM_GNIC_REDUCTION_ADD, 0), MIB);
		cmds[i].qp = i % QPS;
	}
	EXPECT_EQ(gnic_accel_run(acc, cmds, 64), 0);
	for (i = 0; i < MIB / 4; i++)
		EXPECT_EQ(to[i], 64 * i);
	return true;
}

static bool upscaled(void)
{
	const uint32_t how = DRM_GNIC_REDUCTION(DRM_GNIC_REDUCTION_UP_BF16,
						DRM_GNIC_REDUCTION_ADD, 0);
	struct drm_gnic_cmd cmd;
	uint32_t i;

	memset(dst->map, 0, 65536);
	for (i = 0; i < 1000; i++)
		((uint16_t *)src->map)[i] = 0x4000 + i;	/* 2.0 and more */
	EXPECT_EQ(run(reduce_cmd(how, 2000)), 0);
	EXPECT_EQ(run(write_cmd(how, 2000)), 0);
	/* twice a number is the next power of two */
	for (i = 0; i < 1000; i++)
		EXPECT_EQ(((uint32_t *)dst->map)[i], (0x4080 + i) << 16);
	EXPECT_EQ(((uint32_t *)dst->map)[1000], 0);
	cmd = reduce_cmd(how, 2000);
	cmd.dst_offset = dst->size - 3996;
	EXPECT_EQ(run(cmd), -ERANGE);
	cmd.dst_offset = 2;
	EXPECT_EQ(run(cmd), -EINVAL);
	return true;
}

static bool no_reduction(void)
{
	static const uint32_t wrong[] = { 2, 0x10000, 1 | 9 << 1, 1 | 15 << 1, 1 | 1 << 9 };
	unsigned int i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		EXPECT_EQ(run(reduce_cmd(wrong[i], 64)), -EINVAL);
		EXPECT_EQ(run(write_cmd(wrong[i], 64)), -EINVAL);
	}
	EXPECT_EQ(run(reduce_cmd(0, 64)), -EINVAL);
	EXPECT_EQ(run(reduce_cmd(DRM_GNIC_REDUCTION(DRM_GNIC_REDUCTION_FP32, 0, 0), 63)), -EINVAL);
	EXPECT_EQ(run(write_cmd(DRM_GNIC_REDUCTION(DRM_GNIC_REDUCTION_FP16, 0, 0), 63)), -EINVAL);
	EXPECT_EQ(run(reduce_cmd(DRM_GNIC_REDUCTION(DRM_GNIC_REDUCTION_INT8, 0, 0), 0)), -EINVAL);
	return true;
}

static const struct test tests[] = {
	{ "SEND: sizes, odd addresses, each QP", sizes },
	{ "SEND with immediate", immediate },
	{ "SEND: more than the queues hold", many },
	{ "SEND waits for a buffer", waits_for_a_buffer },
	{ "SEND that waits beside other work: ETIMEDOUT", waits_beside_others },
	{ "buffers of a holder who left", taken_back },
	{ "a queue full of buffers", queue_is_full },
	{ "SEND that is too long", too_long },
	{ "SEND without end of patience", patience_ends },
	{ "SEND to memory that was freed", buffer_memory_freed },
	{ "SEND: each refusal", refuses },
	{ "data in the command", in_the_command },
	{ "REDUCE", near },
	{ "RDMA WRITE that reduces", far },
	{ "RDMA WRITE that reduces, by many QPs", far_by_many },
	{ "upscaled", upscaled },
	{ "reductions: each refusal", no_reduction },
	{ 0 }
};

int main(void)
{
	test_find();
	group_setup();
	group_pair(&left, &right, QPS);
	test_open(&acc);
	test_bo(acc, &src, 2 * MIB, 0);
	test_bo(acc, &dst, 4 * MIB, DRM_GNIC_BO_REMOTE_WRITE);
	left_fd = group_hold(acc, &left);
	right_fd = group_hold(acc, &right);
	return test_run(tests);
}
