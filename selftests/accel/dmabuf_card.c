// SPDX-License-Identifier: GPL-2.0-only
/* Memory of one card in the hands of another one: by commands, by RDMA, and when one goes. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib.h"

#define MIB	(1u << 20)
#define HOST	DRM_GNIC_BO_HOST

static struct gnic_accel *acc, *far;	/* of test_card, of far_card */
static char far_card[64], far_path[128];
static struct group left, right;
static int left_fd, right_fd;

static void find_far(void)
{
	if (!test_sh_line(far_card, sizeof(far_card),
			  "for a in /sys/bus/pci/drivers/gnic/*/gnic.accel.*/accel/accel*; do"
			  " c=${a%%/gnic.accel.*}; c=pci/${c##*/};"
			  " [ $c = %s ] || [ ! -e $a ] || { echo $c; break; }; done", test_card))
		test_skip_all("no second card");
	test_must(!gnic_accel_find(far_card, far_path, sizeof(far_path)), "its device file");
	test_must(!gnic_accel_open(far_path, &far), "a context of the second card");
}

/* Host memory of @from as one of @to. */
static void share(struct gnic_accel *from, struct gnic_accel_bo **bo, struct gnic_accel *to,
		  struct gnic_accel_bo **theirs, uint32_t flags)
{
	int fd;

	test_bo(from, bo, MIB, HOST);
	fd = gnic_accel_bo_export(*bo, DRM_RDWR);
	test_must(fd >= 0, "memory can be exported");
	test_must(!gnic_accel_bo_import(to, theirs, fd, flags), "memory can be imported");
	close(fd);
}

/* ---- two cards ---- */

static bool by_commands(void)
{
	struct gnic_accel_bo *bo, *theirs, *own;
	struct drm_gnic_cmd cmd;

	share(far, &bo, acc, &theirs, 0);
	test_bo(acc, &own, MIB, 0);
	cmd = gnic_accel_fill(bo, 0, MIB, 0x61616161);
	EXPECT_EQ(gnic_accel_run(far, &cmd, 1), 0);
	cmd = gnic_accel_copy(theirs, 0, own, 0, MIB);
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), 0);
	EXPECT(test_filled(own->map, MIB, 0x61));
	test_paint(own->map, MIB, 41);
	cmd = gnic_accel_copy(own, 5, theirs, 4099, MIB - 8192);
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), 0);
	EXPECT(!memcmp(bo->map + 4099, own->map + 5, MIB - 8192));
	EXPECT(test_filled(bo->map, 4099, 0x61));
	gnic_accel_bo_destroy(own);
	gnic_accel_bo_destroy(theirs);
	gnic_accel_bo_destroy(bo);
	return true;
}

static bool device_memory_is_refused(void)
{
	struct gnic_accel_bo *bo, *theirs;
	int fd;

	test_bo(far, &bo, MIB, 0);
	fd = gnic_accel_bo_export(bo, DRM_RDWR);
	EXPECT(fd >= 0);
	EXPECT_EQ(gnic_accel_bo_import(acc, &theirs, fd, 0), -EOPNOTSUPP);
	close(fd);
	gnic_accel_bo_destroy(bo);
	return true;
}

/* The far end of the QP is a context of this card, the memory is the other one's. */
static bool by_rdma(void)
{
	struct gnic_accel_bo *bo, *theirs, *src, *not_offered, *private;
	struct drm_gnic_event event;
	struct drm_gnic_cmd cmd;

	share(far, &bo, acc, &theirs, DRM_GNIC_BO_REMOTE_WRITE);
	share(far, &private, acc, &not_offered, 0);
	test_bo(acc, &src, MIB, 0);
	test_paint(src->map, MIB, 42);
	cmd = gnic_accel_write(left_fd, 0, src, 0, theirs->address + 77, MIB - 77);
	cmd = gnic_accel_immediate(cmd, 4712);
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), 0);
	EXPECT(group_event(right_fd, DRM_GNIC_EVENT_RDMA, &event));
	EXPECT_EQ(event.tag, 4712);
	EXPECT(test_painted(bo->map + 77, MIB - 77, 42));
	EXPECT(test_filled(bo->map, 77, 0));
	cmd = gnic_accel_write(left_fd, 0, theirs, 77, theirs->address, 40);
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), 0);
	EXPECT(test_painted(bo->map, 40, 42));
	cmd = gnic_accel_write(left_fd, 1, src, 0, not_offered->address, 4096);
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), -EACCES);
	EXPECT(test_filled(private->map, MIB, 0));
	gnic_accel_bo_destroy(src);
	gnic_accel_bo_destroy(not_offered);
	gnic_accel_bo_destroy(private);
	gnic_accel_bo_destroy(theirs);
	gnic_accel_bo_destroy(bo);
	return true;
}

/* ---- one goes ---- */

/* The window stays open onto pages that are nobody's but the importer's. */
static bool exporter_goes(void)
{
	struct gnic_accel_bo *bo, *theirs, *own, *none;
	struct drm_gnic_cmd cmds[3];
	int fd;

	share(far, &bo, acc, &theirs, 0);
	test_bo(acc, &own, MIB, 0);
	test_paint(bo->map, MIB, 43);
	fd = gnic_accel_bo_export(bo, DRM_RDWR);
	EXPECT(fd >= 0);
	EXPECT_EQ(test_sh("echo 1 >/sys/bus/pci/devices/%s/remove", far_card + 4), 0);
	EXPECT_EQ(test_fault_of(bo->map), SIGBUS);
	EXPECT_EQ(test_fault_of(theirs->map + MIB - 1), SIGBUS);
	EXPECT_EQ(gnic_accel_bo_import(acc, &none, fd, 0), -ENODEV);
	close(fd);
	cmds[0] = gnic_accel_copy(theirs, 0, own, 0, MIB);
	cmds[1] = gnic_accel_barrier();
	cmds[2] = gnic_accel_fill(theirs, 0, MIB, 0x62626262);
	EXPECT_EQ(gnic_accel_run(acc, cmds, 3), 0);
	EXPECT(test_painted(own->map, MIB, 43));
	gnic_accel_bo_destroy(bo);
	gnic_accel_close(far);
	EXPECT_EQ(gnic_accel_run(acc, cmds, 1), 0);
	EXPECT(test_filled(own->map, MIB, 0x62));
	gnic_accel_bo_destroy(theirs);
	gnic_accel_bo_destroy(own);
	EXPECT_EQ(test_sh("echo 1 >/sys/bus/pci/rescan"), 0);
	find_far();
	return true;
}

static bool importer_goes(void)
{
	struct gnic_accel_bo *bo, *theirs, *again;
	struct drm_gnic_cmd cmds[32], cmd;
	unsigned int i;
	int file, fd;

	share(far, &bo, acc, &theirs, 0);
	for (i = 0; i < 32; i++)
		cmds[i] = gnic_accel_fill(theirs, 0, MIB, 0x63636363);
	file = gnic_accel_submit(acc, cmds, 32);
	EXPECT(file >= 0);
	EXPECT_EQ(test_sh("devlink dev reload %s", test_card), 0);
	gnic_accel_wait(file, 10000);
	close(file);
	EXPECT(theirs->map && test_fault_of(theirs->map) == 0);
	cmd = gnic_accel_fill(bo, 0, MIB, 0x64646464);
	EXPECT_EQ(gnic_accel_run(far, &cmd, 1), 0);
	EXPECT(test_filled(theirs->map, MIB, 0x64));
	EXPECT(gnic_accel_submit(acc, cmds, 1) == -ENODEV);
	fd = gnic_accel_bo_export(theirs, DRM_RDWR);
	EXPECT(fd < 0);
	gnic_accel_bo_destroy(theirs);
	gnic_accel_close(acc);
	test_find();
	test_open(&acc);
	fd = gnic_accel_bo_export(bo, DRM_RDWR);
	EXPECT(fd >= 0);
	EXPECT_EQ(gnic_accel_bo_import(acc, &again, fd, 0), 0);
	close(fd);
	gnic_accel_bo_destroy(again);
	gnic_accel_bo_destroy(bo);
	return true;
}

static const struct test tests[] = {
	{ "commands on host memory of another card", by_commands },
	{ "device memory of another card is refused", device_memory_is_refused },
	{ "RDMA WRITE to and from host memory of another card", by_rdma },
	{ "the exporter's card is removed", exporter_goes },
	{ "the importer's card is reloaded under load", importer_goes },
	{ 0 }
};

int main(void)
{
	test_find();
	find_far();
	group_setup();
	group_pair(&left, &right, 4);
	test_open(&acc);
	left_fd = group_hold(acc, &left);
	right_fd = group_hold(acc, &right);
	return test_run(tests);
}
