// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls with members that are valid, nearly valid or random. Nothing may
 * crash, nothing may hang, and the context works afterwards as it did before.
 * FUZZ_SEED repeats a run.
 * Kernels: one
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ktap.h"
#include "lib.h"

#define CALLS	20000
#define CMDS	8

static struct gnic_accel *acc;
static struct gnic_accel_bo *bo, *remote;
static struct group left, right, sender, receiver;
static int left_fd, right_fd, sender_fd, receiver_fd;
static uint32_t shared;	/* a sync object */
static struct drm_gnic_rows rows;
static uint64_t state;

static uint32_t fuzz_random(uint32_t below)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (state >> 33) % below;
}

/* What a member may well be, and what it may not. */
static uint64_t fuzz_value(void)
{
	const uint64_t values[] = {
		0, 0, 0, 1, 2, 3, 4, 5, 63, 64, 4095, 4096, 4097, bo->size - 1, bo->size,
		bo->handle, bo->handle, remote->handle, left_fd, left_fd, right_fd,
		gnic_accel_fd(acc), shared, bo->address, remote->address, 0x7fffffff, 0x80000000, 0xffffffff,
		1ull << 32, 1ull << 63, UINT64_MAX - 4095, UINT64_MAX,
	};

	return values[fuzz_random(sizeof(values) / sizeof(values[0]))];
}

static void fuzz_members(void *data, size_t size)
{
	uint32_t value, *words = data;
	size_t i;

	for (i = 0; i < size / sizeof(value); i++)
		words[i] = fuzz_random(3) ? fuzz_value() : 0;
}

/* What has the wrong size is refused, what is too far apart outside. */
static void fuzz_rows(void)
{
	uint32_t *words = (uint32_t *)&rows;

	rows = gnic_accel_rows(fuzz_random(2), 8, 8, 100);
	if (!fuzz_random(4))
		words[fuzz_random(sizeof(rows) / sizeof(*words))] = fuzz_value();
}

/* Mostly right but for one member, so that it gets past the first check. */
static void fuzz_cmd(struct drm_gnic_cmd *cmd)
{
	const struct drm_gnic_cmd good[] = {
		gnic_accel_fill(bo, 0, 64, 1),
		gnic_accel_copy(bo, 0, remote, 64, 64),
		gnic_accel_write(left_fd, 0, bo, 0, remote->address, 64),
		gnic_accel_write_rows(left_fd, 0, bo, 0, remote->address, &rows),
		gnic_accel_rdv_send(sender_fd, 0, bo, 0, 64),
		gnic_accel_rdv_recv(receiver_fd, 0, remote, 0, 64),
		{ .op = DRM_GNIC_OP_WAIT },
	};
	uint32_t *words = (uint32_t *)cmd;

	*cmd = good[fuzz_random(sizeof(good) / sizeof(good[0]))];
	if (!fuzz_random(8))
		words[fuzz_random(sizeof(*cmd) / sizeof(*words))] = fuzz_value();
}

static void fuzz_submit(struct drm_gnic_submit *submit, struct drm_gnic_cmd *cmds,
			struct drm_gnic_sync *sync)
{
	unsigned int i;

	fuzz_rows();
	for (i = 0; i < CMDS; i++)
		fuzz_cmd(&cmds[i]);
	fuzz_members(sync, sizeof(*sync));
	sync->flags = 0;
	*submit = (struct drm_gnic_submit){
		.cmds = (uintptr_t)cmds,
		.cmd_count = fuzz_random(CMDS + 1),
		.in_syncs = (uintptr_t)sync,
		.out_syncs = (uintptr_t)sync,
		.in_count = fuzz_random(8) == 0,
		.out_count = fuzz_random(2),
	};
}

/* A new buffer or hold is of no use here. */
static void fuzz_undo(unsigned int nr, const void *data)
{
	const struct drm_gnic_bo_create *create = data;
	const struct drm_gnic_group_hold *hold = data;
	struct drm_gem_close gem = { 0 };

	if (nr == DRM_GNIC_BO_CREATE) {
		gem.handle = create->handle;
		gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GEM_CLOSE, &gem);
	} else if (nr == DRM_GNIC_GROUP_HOLD) {
		close(hold->fd);
	}
}

static bool fuzz_calls(void)
{
	static const size_t sizes[] = {
		sizeof(struct drm_gnic_info), sizeof(struct drm_gnic_bo_create),
		sizeof(struct drm_gnic_bo_info), sizeof(struct drm_gnic_group_hold),
		sizeof(struct drm_gnic_group_info), sizeof(struct drm_gnic_group_recv),
		sizeof(struct drm_gnic_submit), sizeof(struct drm_gnic_sobs_set),
		sizeof(struct drm_gnic_sobs_read),
	};
	uint64_t data[16];
	uint32_t values[64];
	struct drm_gnic_cmd cmds[CMDS];
	struct drm_gnic_sync sync;
	unsigned int i, nr, good = 0;

	for (i = 0; i < CALLS; i++) {
		nr = fuzz_random(8) % (sizeof(sizes) / sizeof(sizes[0]));
		fuzz_members(data, sizes[nr]);
		if (nr == DRM_GNIC_SUBMIT)
			fuzz_submit((struct drm_gnic_submit *)data, cmds, &sync);
		else if (nr == DRM_GNIC_SOBS_READ)
			data[0] = fuzz_random(8) % 4 ? (uintptr_t)values : 1;
		if (gnic_accel_ioctl(gnic_accel_fd(acc),
				     _IOC(_IOC_READ | _IOC_WRITE, DRM_IOCTL_BASE,
					  DRM_COMMAND_BASE + nr, sizes[nr]), data))
			continue;
		good++;
		fuzz_undo(nr, data);
	}
	ktap_note("%u of %u calls were accepted", good, CALLS);
	EXPECT(good > CALLS / 200 && good < CALLS);
	return true;
}

/* QPs may have failed, as they should; the queue has not. */
static bool still_works(void)
{
	struct drm_gnic_cmd cmds[3] = {
		{ .op = DRM_GNIC_OP_WAIT },
		gnic_accel_fill(bo, 0, bo->size, 0x43434343),
		{ .op = DRM_GNIC_OP_WAIT },
	};

	EXPECT_EQ(gnic_accel_run(acc, cmds, 1), 0);
	EXPECT_EQ(gnic_accel_run(acc, cmds + 1, 2), 0);
	EXPECT(test_filled(bo->map, bo->size, 0x43));
	return true;
}

static bool nothing_leaked(void)
{
	struct drm_gnic_info info = { 0 };

	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_INFO, &info), 0);
	EXPECT_EQ(info.hbm_size - info.hbm_free, bo->size + remote->size);
	return true;
}

/* So many that no message has to wait for one, which would be behind it in the queue. */
static void offer_ahead(void)
{
	struct drm_gnic_cmd cmds[225];
	unsigned int i;

	for (i = 0; i < 225; i++)
		cmds[i] = gnic_accel_rdv_recv(receiver_fd, 0, remote, 0, 64);
	for (i = 0; i < 4; i++)
		test_must(!gnic_accel_run(acc, cmds, 225), "buffers can be offered");
}

static const struct test tests[] = {
	{ "calls of all kinds", fuzz_calls },
	{ "the context still works", still_works },
	{ "no memory is missing", nothing_leaked },
	{ 0 }
};

int main(void)
{
	const char *seed = getenv("FUZZ_SEED");

	state = seed ? strtoull(seed, NULL, 0) : 20240711;
	test_find();
	group_setup();
	group_pair(&left, &right, 2);
	group_pair_of(&sender, "send_rdv", &receiver, "recv_rdv", 1);
	test_open(&acc);
	test_bo(acc, &bo, 65536, 0);
	test_bo(acc, &remote, 65536, DRM_GNIC_BO_REMOTE_WRITE);
	left_fd = group_hold(acc, &left);
	right_fd = group_hold(acc, &right);
	sender_fd = group_hold(acc, &sender);
	receiver_fd = group_hold(acc, &receiver);
	test_must(!gnic_accel_sync_create(acc, &shared), "a sync object");
	offer_ahead();
	return test_run(tests);
}
