// SPDX-License-Identifier: GPL-2.0-only
/* A device that does not answer, a queue that fails, a card that is dead. Kernels: one */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib.h"

#define SIM_QPS		8192

static struct gnic_accel *acc, *other;
static struct gnic_accel_bo *bo, *other_bo;

/* ---- the virtual card ---- */

/*
 * The only QP of a card whose netdevs are down is that of our queue, as long as
 * there is no other context. Its number is no program's business.
 */
static bool sim_qp(const char *kind, unsigned int port, unsigned int qpn)
{
	return sim_cmd("{\"cmd\":\"fault\",\"kind\":\"%s\",\"card\":%u,\"port\":%u,\"qpn\":%u}\n",
		       kind, gnic_accel_info(acc)->module_id, port, qpn);
}

/* The same one as before if it still is there: a search takes a while. */
static bool sim_queue(const char *kind)
{
	static unsigned int port, qpn;

	if (sim_qp(kind, port, qpn))
		return true;
	for (qpn = 0; qpn < SIM_QPS; qpn++)
		for (port = 0; port < gnic_accel_info(acc)->num_ports; port++)
			if (sim_qp(kind, port, qpn))
				return true;
	return false;
}

/* ---- tests ---- */

static bool no_answer(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_fill(bo, 0, 4096, 0x11111111);
	int first, second;

	memset(bo->map, 0, 4096);
	EXPECT(sim_queue("stop"));
	first = gnic_accel_submit(acc, &cmd, 1);
	second = gnic_accel_submit(acc, &cmd, 1);
	EXPECT(first >= 0 && second >= 0);
	EXPECT_EQ(gnic_accel_wait(first, 3 * gnic_accel_info(acc)->timeout_ms), -ETIMEDOUT);
	EXPECT_EQ(gnic_accel_wait(second, 1000), -ECANCELED);
	EXPECT(test_filled(bo->map, 4096, 0));
	close(first);
	close(second);
	return true;
}

static bool works_again(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_fill(bo, 0, 4096, 0x22222222);

	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), 0);
	EXPECT(test_filled(bo->map, 4096, 0x22));
	return true;
}

static bool queue_fails(void)
{
	struct drm_gnic_cmd cmds[64];
	unsigned int i;
	int file;

	for (i = 0; i < 64; i++)
		cmds[i] = gnic_accel_fill(bo, 0, bo->size, i);
	EXPECT(sim_queue("stop"));
	file = gnic_accel_submit(acc, cmds, 64);
	EXPECT(file >= 0);
	EXPECT(sim_queue("qp"));
	EXPECT_EQ(gnic_accel_wait(file, gnic_accel_info(acc)->timeout_ms - 1000), -EIO);
	close(file);
	return works_again();
}

/* The context that was there first has no part in what befalls the other. */
static bool others_go_on(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_fill(bo, 0, 4096, 0x33333333);
	struct drm_gnic_cmd mine;
	int file;

	EXPECT(sim_queue("stop"));
	file = gnic_accel_submit(acc, &cmd, 1);
	EXPECT(file >= 0);
	test_open(&other);
	test_bo(other, &other_bo, 4096, 0);
	mine = gnic_accel_fill(other_bo, 0, 4096, 0x44444444);
	EXPECT_EQ(gnic_accel_run(other, &mine, 1), 0);
	EXPECT_EQ(gnic_accel_wait(file, 0), -ETIME);
	EXPECT_EQ(gnic_accel_wait(file, 3 * gnic_accel_info(acc)->timeout_ms), -ETIMEDOUT);
	EXPECT_EQ(gnic_accel_run(other, &mine, 1), 0);
	close(file);
	gnic_accel_close(other);
	return works_again();
}

/* ---- windows that the device does not close ---- */

#define CGROUP		"/tmp/gnic_fault_cgroup"

/* From now on the memory of this process is counted apart. */
static bool cgroup_enter(void)
{
	return !test_sh("mkdir -p " CGROUP " && mount -t cgroup2 none " CGROUP " && cd " CGROUP
			" && echo +memory >cgroup.subtree_control && mkdir -p gnic_fault"
			" && echo %d >gnic_fault/cgroup.procs", getpid());
}

static void cgroup_leave(void)
{
	test_sh("cd " CGROUP " && echo %d >cgroup.procs && rmdir gnic_fault; cd / && umount "
		CGROUP " && rmdir " CGROUP, getpid());
}

static long cgroup_bytes(void)
{
	char line[64];

	test_must(test_sh_line(line, sizeof(line), "cat " CGROUP "/gnic_fault/memory.current"),
		  "memory.current");
	return atol(line);
}

static uint64_t hbm_free(struct gnic_accel *of)
{
	struct drm_gnic_info info = { 0 };

	test_must(!gnic_accel_ioctl(gnic_accel_fd(of), DRM_IOCTL_GNIC_INFO, &info), "INFO");
	return info.hbm_free;
}

static bool refuse(const char *opcode, unsigned int count)
{
	return sim_cmd("{\"cmd\":\"fault\",\"kind\":\"command\",\"card\":%u,"
		       "\"opcode\":\"%s\",\"status\":\"BUSY\",\"count\":%u}\n",
		       gnic_accel_info(acc)->module_id, opcode, count);
}

/* What the device may still reach is nobody's, until the device says that it can't. */
static bool memory_stays(void)
{
	uint64_t before = hbm_free(acc);

	test_open(&other);
	test_bo(other, &other_bo, 1 << 20, 0);
	EXPECT(refuse("WINDOW_DEL", 1));
	gnic_accel_bo_destroy(other_bo);
	EXPECT_EQ(hbm_free(acc), before - (1 << 20));
	gnic_accel_close(other);
	EXPECT_EQ(hbm_free(acc), before);
	return true;
}

static bool host_memory_of_other(void)
{
	enum { SIZE = 64 << 20 };
	long before = cgroup_bytes();

	test_open(&other);
	test_bo(other, &other_bo, SIZE, DRM_GNIC_BO_HOST);
	EXPECT(cgroup_bytes() >= before + SIZE);
	gnic_accel_bo_destroy(other_bo);
	EXPECT(cgroup_bytes() < before + SIZE / 4);
	test_bo(other, &other_bo, SIZE, DRM_GNIC_BO_HOST);
	EXPECT(refuse("WINDOW_DEL", 1));
	gnic_accel_bo_destroy(other_bo);
	EXPECT(cgroup_bytes() >= before + SIZE);
	gnic_accel_close(other);
	EXPECT(cgroup_bytes() < before + SIZE / 4);
	return true;
}

static bool host_memory_stays(void)
{
	bool ok;

	EXPECT(cgroup_enter());
	ok = host_memory_of_other();
	cgroup_leave();
	return ok;
}

/* ---- imported memory ---- */

/* Memory of @acc as one of @other. The first attempt fails, and leaves nothing. */
static bool import_is_undone(void)
{
	struct gnic_accel_bo *mine, *theirs = NULL;
	uint64_t before = hbm_free(acc);
	int fd;

	test_open(&other);
	test_bo(acc, &mine, 1 << 20, 0);
	fd = gnic_accel_bo_export(mine, DRM_RDWR);
	EXPECT(fd >= 0);
	EXPECT(refuse("WINDOW_MAP", 1));
	EXPECT(gnic_accel_bo_import(other, &theirs, fd, 0) < 0);
	EXPECT(!theirs);
	gnic_accel_bo_destroy(mine);
	close(fd);
	EXPECT_EQ(hbm_free(acc), before);
	gnic_accel_close(other);
	return true;
}

/* Nobody gets the memory while a window of an importer may be open. */
static bool imported_memory_stays(void)
{
	struct gnic_accel_bo *mine, *theirs;
	uint64_t before = hbm_free(acc);
	int fd;

	test_open(&other);
	test_bo(acc, &mine, 1 << 20, 0);
	fd = gnic_accel_bo_export(mine, DRM_RDWR);
	EXPECT(fd >= 0);
	EXPECT_EQ(gnic_accel_bo_import(other, &theirs, fd, 0), 0);
	close(fd);
	EXPECT(refuse("WINDOW_DEL", 1));
	gnic_accel_bo_destroy(theirs);
	gnic_accel_bo_destroy(mine);
	EXPECT_EQ(hbm_free(acc), before - (1 << 20));
	gnic_accel_close(other);
	EXPECT_EQ(hbm_free(acc), before);
	return true;
}

/* Last of all: every register reads as ones. */
static bool dead_card(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_fill(bo, 0, 4096, 0x55555555);
	struct gnic_accel_bo *more;
	int err;

	EXPECT(sim_cmd("{\"cmd\":\"fault\",\"kind\":\"all-ones\",\"card\":%u}\n",
		       gnic_accel_info(acc)->module_id));
	err = gnic_accel_run(acc, &cmd, 1);
	EXPECT(err == -ETIMEDOUT || err == -EIO || err == -ENODEV);
	err = gnic_accel_submit(acc, &cmd, 1);
	EXPECT(err == -ENODEV || err == -EIO);
	EXPECT(gnic_accel_bo_create(acc, &more, 4096, 0) != 0);
	EXPECT(gnic_accel_open(test_path, &other) != 0);
	gnic_accel_close(acc);
	return true;
}

static bool revived(void)
{
	EXPECT(sim_cmd("{\"cmd\":\"fault\",\"kind\":\"clear\"}\n"));
	EXPECT_EQ(test_sh("echo 1 >/sys/bus/pci/devices/%s/remove", test_card + 4), 0);
	EXPECT_EQ(test_sh("echo 1 >/sys/bus/pci/rescan"), 0);
	test_find();
	test_open(&acc);
	test_bo(acc, &bo, 4096, 0);
	return works_again();
}

static const struct test tests[] = {
	{ "the device does not answer: ETIMEDOUT", no_answer },
	{ "a new queue works", works_again },
	{ "the queue fails: EIO", queue_fails },
	{ "other contexts go on", others_go_on },
	{ "a window that is not closed: device memory stays", memory_stays },
	{ "host memory likewise", host_memory_stays },
	{ "an import that the device refuses leaves nothing", import_is_undone },
	{ "a window that is not closed: imported memory stays", imported_memory_stays },
	{ "a dead card: errors, no hang", dead_card },
	{ "remove, rescan: alive", revived },
	{ 0 }
};

int main(void)
{
	test_find();
	sim_open();
	test_open(&acc);
	test_bo(acc, &bo, 1 << 20, 0);
	return test_run(tests);
}
