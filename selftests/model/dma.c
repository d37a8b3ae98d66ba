// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that a client lends, end to end: the messages, and a device that
 * reads and writes there. The device is fakedev.c in a process of its own.
 *
 *	this process ---- socket pair ---- child: server and fake device
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/ktap.h"
#include "client.h"
#include "dma.h"
#include "fakedev.h"

#define RAM	0x100000ull
#define RAM_LEN	0x10000u
#define PAGE	4096u
#define RW	(VFIO_USER_DMA_READABLE | VFIO_USER_DMA_WRITABLE)

static pid_t child;

static struct loop *child_loop;

static void child_stop(int sig)
{
	(void)sig;
	loop_stop(child_loop);
}

static void serve(int sock)
{
	struct fakedev *fake;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	child_loop = loop_create(NULL);
	fake = fakedev_create(child_loop, NULL, 8, 1 << 20);
	CLIENT_CHECK(fake);
	CLIENT_EQ(vu_attach(fakedev_vu(fake), sock), 0);
	signal(SIGTERM, child_stop);
	CLIENT_EQ(loop_run(child_loop), 0);
	fakedev_destroy(fake);
	loop_destroy(child_loop);
	exit(0);
}

static void start(struct client *c)
{
	int pair[2];

	CLIENT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	child = fork();
	CLIENT_CHECK(child >= 0);
	if (!child) {
		close(pair[0]);
		serve(pair[1]);
	}
	close(pair[1]);
	client_adopt(c, pair[0]);
	client_start(c);
	CLIENT_EQ(client_read32(c, 0, FAKE_ID), FAKE_MAGIC);
}

static void stop(struct client *c)
{
	int status;

	client_hangup(c);
	kill(child, SIGTERM);
	CLIENT_EQ(waitpid(child, &status, 0), child);
	CLIENT_EQ(status, 0);
}

/* Let the device act; returns its status. */
static int act(struct client *c, uint32_t cmd, uint64_t addr, uint32_t len)
{
	client_write64(c, 0, FAKE_ADDR, addr);
	client_write32(c, 0, FAKE_LEN, len);
	client_write32(c, 0, FAKE_CMD, cmd);
	return client_read32(c, 0, FAKE_STATUS);
}

static bool filled(const uint8_t *at, size_t len, uint8_t val)
{
	return at[0] == val && !memcmp(at, at + 1, len - 1);
}

static void every_alignment(void)
{
	struct client c;
	uint8_t *ram;

	start(&c);
	ram = client_ram(&c, RAM, RAM_LEN);
	for (unsigned int at = 0; at < 8; at++) {
		memset(ram, 0, 64);
		CLIENT_EQ(act(&c, FAKE_FILL, RAM + at, 32), 0);
		CLIENT_CHECK(filled(ram + at, 32, FAKE_FILL_BYTE));
		CLIENT_EQ(ram[at + 32], 0);
		CLIENT_EQ(act(&c, FAKE_INVERT, RAM + at, 32), 0);
		CLIENT_CHECK(filled(ram + at, 32, (uint8_t)~FAKE_FILL_BYTE));
	}
	CLIENT_EQ(act(&c, FAKE_FILL, RAM, RAM_LEN), 0);
	CLIENT_CHECK(filled(ram, RAM_LEN, FAKE_FILL_BYTE));
	stop(&c);
}

static void outside(void)
{
	struct client c;
	uint8_t *ram;

	start(&c);
	CLIENT_EQ(act(&c, FAKE_FILL, RAM, 1), EFAULT);
	ram = client_ram(&c, RAM, RAM_LEN);
	CLIENT_EQ(act(&c, FAKE_FILL, RAM - 1, 1), EFAULT);
	CLIENT_EQ(act(&c, FAKE_FILL, RAM + 1, RAM_LEN), EFAULT);
	CLIENT_EQ(act(&c, FAKE_FILL, ~0ull, 2), EFAULT);
	CLIENT_CHECK(filled(ram, RAM_LEN, 0));
	stop(&c);
}

static void two_ranges(void)
{
	struct client c;
	uint8_t *low, *high;

	start(&c);
	high = client_ram(&c, RAM + PAGE, PAGE);
	low = client_ram(&c, RAM, PAGE);
	CLIENT_EQ(act(&c, FAKE_FILL, RAM + PAGE - 8, 16), 0);
	CLIENT_CHECK(filled(low + PAGE - 8, 8, FAKE_FILL_BYTE));
	CLIENT_CHECK(filled(high, 8, FAKE_FILL_BYTE));
	stop(&c);
}

static void unmapped(void)
{
	struct client c;

	start(&c);
	client_ram(&c, RAM, RAM_LEN);
	CLIENT_EQ(act(&c, FAKE_FILL, RAM, 8), 0);
	CLIENT_EQ(client_unmap(&c, RAM, PAGE), ENOENT);
	CLIENT_EQ(client_unmap(&c, RAM, RAM_LEN), 0);
	CLIENT_EQ(client_unmap(&c, RAM, RAM_LEN), ENOENT);
	CLIENT_EQ(act(&c, FAKE_FILL, RAM, 8), EFAULT);
	stop(&c);
}

static int unmap_flags(struct client *c, uint32_t flags, uint64_t iova,
		       uint64_t size)
{
	struct vfio_user_dma_unmap req = {
		.argsz = sizeof(req), .flags = flags, .iova = iova,
		.size = size,
	};

	return client_call(c, VFIO_USER_DMA_UNMAP, &req, sizeof(req), NULL,
			   NULL);
}

static void unmapped_all(void)
{
	struct client c;

	start(&c);
	client_ram(&c, RAM, RAM_LEN);
	client_ram(&c, 4 * RAM, RAM_LEN);
	CLIENT_EQ(unmap_flags(&c, VFIO_USER_UNMAP_ALL, RAM, RAM_LEN), EINVAL);
	CLIENT_EQ(unmap_flags(&c, VFIO_USER_UNMAP_DIRTY, 0, 0), ENOTSUP);
	CLIENT_EQ(unmap_flags(&c, 4, RAM, RAM_LEN), EINVAL);
	CLIENT_EQ(act(&c, FAKE_FILL, RAM, 8), 0);
	CLIENT_EQ(unmap_flags(&c, VFIO_USER_UNMAP_ALL, 0, 0), 0);
	CLIENT_EQ(act(&c, FAKE_FILL, RAM, 8), EFAULT);
	CLIENT_EQ(act(&c, FAKE_FILL, 4 * RAM, 8), EFAULT);
	stop(&c);
}

static void refused_maps(void)
{
	int fd = memfd_create("map", MFD_CLOEXEC);
	struct client c;
	int pipes[2];

	start(&c);
	CLIENT_EQ(ftruncate(fd, RAM_LEN), 0);
	CLIENT_EQ(pipe(pipes), 0);
	CLIENT_EQ(client_map(&c, RAM, 0, fd, 0, RW), EINVAL);
	CLIENT_EQ(client_map(&c, RAM + 1, PAGE, fd, 0, RW), EINVAL);
	CLIENT_EQ(client_map(&c, RAM, RAM_LEN + PAGE, fd, 0, RW), EINVAL);
	CLIENT_EQ(client_map(&c, RAM, PAGE, fd, ~0ull - PAGE + 1, RW), EINVAL);
	CLIENT_EQ(client_map(&c, -(uint64_t)PAGE, 2 * PAGE, fd, 0, RW), EINVAL);
	CLIENT_EQ(client_map(&c, RAM, PAGE, fd, 0, 0), EINVAL);
	CLIENT_EQ(client_map(&c, RAM, PAGE, fd, 0, RW | 4), EINVAL);
	CLIENT_EQ(client_map(&c, RAM, PAGE, pipes[0], 0, RW), EINVAL);
	CLIENT_EQ(client_map(&c, RAM, RAM_LEN, fd, 0, RW), 0);
	CLIENT_EQ(client_map(&c, RAM + PAGE, PAGE, fd, 0, RW), EEXIST);
	stop(&c);
}

static void one_way(void)
{
	int fd = memfd_create("map", MFD_CLOEXEC);
	struct client c;

	start(&c);
	CLIENT_EQ(ftruncate(fd, PAGE), 0);
	CLIENT_EQ(client_map(&c, RAM, PAGE, fd, 0, VFIO_USER_DMA_READABLE), 0);
	CLIENT_EQ(act(&c, FAKE_FILL, RAM, 8), EFAULT);
	CLIENT_EQ(client_map(&c, 2 * RAM, PAGE, -1, 0, RW), 0);
	CLIENT_EQ(act(&c, FAKE_FILL, 2 * RAM, 8), EFAULT);
	stop(&c);
}

/* The client takes memory away without a word. */
static void truncated(void)
{
	int fd = memfd_create("map", MFD_CLOEXEC);
	struct client c;

	start(&c);
	CLIENT_EQ(ftruncate(fd, RAM_LEN), 0);
	CLIENT_EQ(client_map(&c, RAM, RAM_LEN, fd, 0, RW), 0);
	CLIENT_EQ(ftruncate(fd, 0), 0);
	CLIENT_EQ(act(&c, FAKE_FILL, RAM, RAM_LEN), 0);
	CLIENT_EQ(act(&c, FAKE_INVERT, RAM, RAM_LEN), 0);
	CLIENT_EQ(client_unmap(&c, RAM, RAM_LEN), 0);
	stop(&c);
}

/* Zeros are there instead, the rest of the file is as it was. */
static void truncated_page_by_page(void)
{
	int fd = memfd_create("map", MFD_CLOEXEC);
	struct dma *dma = dma_create();
	uint8_t byte = 0xee;

	CLIENT_EQ(ftruncate(fd, 8 * PAGE), 0);
	CLIENT_EQ(dma_add(dma, 0, 8 * PAGE, fd, 0, PROT_READ | PROT_WRITE), 0);
	CLIENT_EQ(dma_write(dma, 0, &byte, 1), 0);
	CLIENT_EQ(dma_write(dma, 2 * PAGE, &byte, 1), 0);
	CLIENT_EQ(ftruncate(fd, PAGE), 0);
	CLIENT_EQ(dma_read(dma, 2 * PAGE, &byte, 1), 0);
	CLIENT_EQ(byte, 0);
	CLIENT_EQ(dma_write(dma, 5 * PAGE, &byte, 1), 0);
	CLIENT_EQ(dma_stats(dma)->broken_pages, 2);
	CLIENT_EQ(dma_read(dma, 0, &byte, 1), 0);
	CLIENT_EQ(byte, 0xee);
	dma_flush(dma);
	CLIENT_EQ(dma_stats(dma)->broken_pages, 2);
	dma_destroy(dma);
}

static void no_bus_master(void)
{
	struct client c;
	uint8_t *ram;

	start(&c);
	ram = client_ram(&c, RAM, RAM_LEN);
	client_cfg_write(&c, 4, 2, 2);
	CLIENT_EQ(act(&c, FAKE_FILL, RAM, 8), EFAULT);
	CLIENT_EQ(ram[0], 0);
	client_enable(&c);
	CLIENT_EQ(act(&c, FAKE_FILL, RAM, 8), 0);
	stop(&c);
}

static const struct ktap_test tests[] = {
	{ "access: every alignment", every_alignment },
	{ "access: outside the map", outside },
	{ "access: across two ranges", two_ranges },
	{ "access: only in the direction granted", one_way },
	{ "access: not without bus mastering", no_bus_master },
	{ "map: refused requests", refused_maps },
	{ "unmap: one range", unmapped },
	{ "unmap: all", unmapped_all },
	{ "truncated under the device", truncated },
	{ "truncated page by page", truncated_page_by_page },
};

KTAP_MAIN(tests)
