// SPDX-License-Identifier: GPL-2.0-only
/* Buffer objects as dma-bufs, and dma-bufs of others as buffer objects: one card. */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib.h"

#define MIB	(1u << 20)
#define HOST	DRM_GNIC_BO_HOST
#define PAGES	257	/* of a scattered udmabuf */
#define STEP	7	/* from one to the next */

static struct gnic_accel *acc, *other;

static int export(const struct gnic_accel_bo *bo, uint32_t flags)
{
	int fd = gnic_accel_bo_export(bo, flags);

	test_must(fd >= 0, "memory can be exported");
	return fd;
}

static void import(struct gnic_accel *context, struct gnic_accel_bo **bo, int fd, uint32_t flags)
{
	test_must(gnic_accel_bo_import(context, bo, fd, flags) == 0, "memory can be imported");
	test_must((*bo)->map, "what is imported can be mapped");
}

static uint64_t hbm_free(void)
{
	struct drm_gnic_info info = { 0 };

	test_must(!gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_GNIC_INFO, &info), "INFO");
	return info.hbm_free;
}

/* ---- descriptors ---- */

static bool mapped(uint32_t flags)
{
	struct dma_buf_sync sync = { .flags = DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW };
	struct gnic_accel_bo *bo;
	uint8_t *map;
	int fd;

	test_bo(acc, &bo, 3 * 4096 + 1, flags);
	fd = export(bo, DRM_RDWR);
	EXPECT_EQ(lseek(fd, 0, SEEK_END), (long)bo->size);
	EXPECT(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	map = mmap(NULL, bo->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	EXPECT(map != MAP_FAILED);
	EXPECT_EQ(ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync), 0);
	test_paint(map, bo->size, 31);
	EXPECT(test_painted(bo->map, bo->size, 31));
	sync.flags = DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW;
	EXPECT_EQ(ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync), 0);
	EXPECT(mmap(NULL, bo->size, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED);
	munmap(map, bo->size);
	close(fd);
	gnic_accel_bo_destroy(bo);
	return true;
}

static bool is_mapped(void)
{
	return mapped(0) && mapped(HOST);
}

/* The same dma-buf as long as there is one, and so the same rights. */
static bool is_one(void)
{
	struct gnic_accel_bo *bo;
	struct stat a, b;
	int first, second;

	test_bo(acc, &bo, 4096, HOST);
	first = export(bo, 0);
	second = export(bo, DRM_RDWR);
	EXPECT(!fstat(first, &a) && !fstat(second, &b) && a.st_ino == b.st_ino);
	EXPECT_EQ(fcntl(second, F_GETFL) & O_ACCMODE, O_RDONLY);
	close(first);
	close(second);
	gnic_accel_bo_destroy(bo);
	return true;
}

static bool prime_import(void)
{
	struct drm_prime_handle prime = { .flags = DRM_CLOEXEC };
	struct gnic_accel_bo *bo;

	test_bo(acc, &bo, 4096, HOST);
	prime.fd = export(bo, DRM_RDWR);
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(acc), DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime), 0);
	EXPECT_EQ(prime.handle, bo->handle);
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(other), DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime),
		  -EOPNOTSUPP);
	close(prime.fd);
	gnic_accel_bo_destroy(bo);
	return true;
}

/* ---- contexts of one card ---- */

static bool is_shared(uint32_t flags)
{
	struct gnic_accel_bo *bo, *theirs, *again;
	struct drm_gnic_cmd cmd;
	int fd;

	test_bo(acc, &bo, MIB, flags);
	fd = export(bo, DRM_RDWR);
	import(other, &theirs, fd, 0);
	import(acc, &again, fd, 0);
	close(fd);
	EXPECT_EQ(theirs->size, bo->size);
	EXPECT(again->address != bo->address && again->handle != bo->handle);
	cmd = gnic_accel_fill(theirs, 4096, 8192, 0x51515151);
	EXPECT_EQ(gnic_accel_run(other, &cmd, 1), 0);
	EXPECT(test_filled(bo->map, 4096, 0) && test_filled(bo->map + 4096, 8192, 0x51) &&
	       test_filled(bo->map + 3 * 4096, bo->size - 3 * 4096, 0));
	cmd = gnic_accel_copy(again, 4096, bo, 0, 4096);
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), 0);
	EXPECT(test_filled(theirs->map, 4096, 0x51));
	gnic_accel_bo_destroy(again);
	gnic_accel_bo_destroy(theirs);
	gnic_accel_bo_destroy(bo);
	return true;
}

static bool device_memory_is_shared(void)
{
	return is_shared(0);
}

static bool host_memory_is_shared(void)
{
	return is_shared(HOST);
}

static bool read_only(void)
{
	struct gnic_accel_bo *bo, *theirs, *own, *none;
	struct drm_gnic_cmd cmd;
	int fd;

	test_bo(acc, &bo, 8192, HOST);
	test_bo(other, &own, 8192, 0);
	test_paint(bo->map, bo->size, 32);
	fd = export(bo, 0);
	EXPECT_EQ(gnic_accel_bo_import(other, &none, fd, DRM_GNIC_BO_REMOTE_WRITE), -EACCES);
	EXPECT(mmap(NULL, bo->size, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	import(other, &theirs, fd, 0);
	cmd = gnic_accel_copy(theirs, 0, own, 0, 8192);
	EXPECT_EQ(gnic_accel_run(other, &cmd, 1), 0);
	EXPECT(test_painted(own->map, 8192, 32));
	cmd = gnic_accel_fill(theirs, 0, 8192, 0);
	EXPECT_EQ(gnic_accel_run(other, &cmd, 1), -EFAULT);
	EXPECT(test_painted(bo->map, 8192, 32));
	close(fd);
	gnic_accel_bo_destroy(theirs);
	gnic_accel_bo_destroy(own);
	gnic_accel_bo_destroy(bo);
	return true;
}

/* Handle, context and descriptor of the exporter are gone before the memory is. */
static bool outlives_its_context(void)
{
	struct gnic_accel_bo *bo, *theirs;
	uint64_t before = hbm_free();
	struct gnic_accel *third;
	struct drm_gnic_cmd cmd;
	int fd, more;

	test_open(&third);
	test_bo(third, &bo, MIB, 0);
	test_paint(bo->map, bo->size, 33);
	fd = export(bo, DRM_RDWR);
	gnic_accel_bo_destroy(bo);
	gnic_accel_close(third);
	EXPECT_EQ(hbm_free(), before - MIB);
	import(acc, &theirs, fd, 0);
	close(fd);
	EXPECT(test_painted(theirs->map, MIB, 33));
	more = export(theirs, DRM_RDWR);
	cmd = gnic_accel_fill(theirs, 0, MIB, 0x52525252);
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), 0);
	EXPECT(test_filled(theirs->map, MIB, 0x52));
	gnic_accel_bo_destroy(theirs);
	EXPECT_EQ(hbm_free(), before - MIB);
	close(more);
	EXPECT_EQ(hbm_free(), before);
	return true;
}

/* ---- other exporters ---- */

/* Pages of a memfd, in another order if @step is not 1. */
static int udmabuf(int memfd, uint32_t pages, uint32_t step)
{
	static struct {
		struct udmabuf_create_list list;
		struct udmabuf_create_item items[PAGES];
	} create;
	int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC), fd;
	uint32_t i;

	test_must(device >= 0, "/dev/udmabuf");
	test_must(!ftruncate(memfd, pages * 4096) && !fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK),
		  "a sealed memfd");
	create.list.flags = UDMABUF_FLAGS_CLOEXEC;
	create.list.count = pages;
	for (i = 0; i < pages; i++)
		create.items[i] = (struct udmabuf_create_item){
			.memfd = memfd,
			.offset = i * step % pages * 4096,
			.size = 4096,
		};
	fd = ioctl(device, UDMABUF_CREATE_LIST, &create);
	test_must(fd >= 0, "UDMABUF_CREATE_LIST");
	close(device);
	return fd;
}

static bool foreign_memory_works(int fd, uint32_t seed)
{
	struct gnic_accel_bo *theirs, *own;
	struct drm_gnic_cmd cmds[3];

	import(acc, &theirs, fd, 0);
	test_bo(acc, &own, theirs->size, 0);
	test_paint(theirs->map, theirs->size, seed);
	cmds[0] = gnic_accel_copy(theirs, 0, own, 0, own->size);
	cmds[1] = gnic_accel_barrier();
	cmds[2] = gnic_accel_fill(theirs, 4096 - 4, own->size - 4096, 0x53535353);
	EXPECT_EQ(gnic_accel_run(acc, cmds, 3), 0);
	EXPECT(test_painted(own->map, own->size, seed));
	EXPECT(test_painted(theirs->map, 4096 - 4, seed));
	EXPECT(test_filled(theirs->map + 4096 - 4, own->size - 4096, 0x53));
	gnic_accel_bo_destroy(theirs);
	gnic_accel_bo_destroy(own);
	return true;
}

static bool imports_udmabuf(void)
{
	int memfd = memfd_create("gnic", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	int fd = udmabuf(memfd, PAGES, STEP);
	struct gnic_accel_bo *theirs;
	struct drm_gnic_cmd cmd;
	uint8_t page[4096];
	uint32_t i;

	EXPECT(foreign_memory_works(fd, 34));
	import(acc, &theirs, fd, 0);
	for (i = 0; i < PAGES; i++) {
		cmd = gnic_accel_fill(theirs, i * 4096, 4096, i);
		EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), 0);
		EXPECT_EQ(pread(memfd, page, 4096, i * STEP % PAGES * 4096), 4096);
		EXPECT_EQ(page[4092] | page[4093] << 8, i);
	}
	gnic_accel_bo_destroy(theirs);
	close(fd);
	close(memfd);
	return true;
}

static int heap_alloc(uint32_t flags)
{
	struct dma_heap_allocation_data data = { .len = 5 * MIB, .fd_flags = flags | O_CLOEXEC };
	int heap = open("/dev/dma_heap/system", O_RDWR | O_CLOEXEC);

	test_must(heap >= 0 && !ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data), "the system heap");
	close(heap);
	return data.fd;
}

static bool imports_heap(void)
{
	int fd = heap_alloc(O_RDWR);

	EXPECT(foreign_memory_works(fd, 35));
	close(fd);
	return true;
}

static bool imports_read_only_heap(void)
{
	int fd = heap_alloc(O_RDONLY);
	struct gnic_accel_bo *theirs, *none;
	struct drm_gnic_cmd cmd;

	import(acc, &theirs, fd, 0);
	cmd = gnic_accel_fill(theirs, 0, 4096, 0x54545454);
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), -EFAULT);
	EXPECT(test_filled(theirs->map, 4096, 0));
	EXPECT_EQ(gnic_accel_bo_import(acc, &none, fd, DRM_GNIC_BO_REMOTE_WRITE), -EACCES);
	gnic_accel_bo_destroy(theirs);
	close(fd);
	return true;
}

/* ---- order ---- */

/* Who looks at the dma-buf sees the end of work that was told to it. */
static bool sync_files_pass(void)
{
	struct dma_buf_import_sync_file in = { .flags = DMA_BUF_SYNC_WRITE };
	struct dma_buf_export_sync_file out = { .flags = DMA_BUF_SYNC_READ };
	struct drm_gnic_cmd cmds[8];
	struct gnic_accel_bo *bo;
	unsigned int i;
	int fd;

	test_bo(acc, &bo, 16 * MIB, HOST);
	fd = export(bo, DRM_RDWR);
	for (i = 0; i < 8; i++)
		cmds[i] = gnic_accel_fill(bo, 0, bo->size, 0x55555555);
	in.fd = gnic_accel_submit(acc, cmds, 8);
	EXPECT(in.fd >= 0);
	EXPECT_EQ(ioctl(fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &in), 0);
	EXPECT_EQ(ioctl(fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &out), 0);
	EXPECT_EQ(gnic_accel_wait(out.fd, 10000), 0);
	EXPECT_EQ(gnic_accel_wait(in.fd, 0), 0);
	EXPECT(test_filled(bo->map, bo->size, 0x55));
	close(in.fd);
	close(out.fd);
	close(fd);
	gnic_accel_bo_destroy(bo);
	return true;
}

/* ---- fdinfo ---- */

static uint64_t usage(const char *key)
{
	unsigned long number;
	char line[64], unit[8];

	test_must(test_sh_line(line, sizeof(line), "awk '/^drm-%s:/ { print $2, $3 }' "
			       "/proc/%d/fdinfo/%d", key, getpid(), gnic_accel_fd(acc)), key);
	if (sscanf(line, "%lu %7s", &number, unit) < 2)
		return number;
	return number << (unit[0] == 'K' ? 10 : 20);
}

static bool is_counted(void)
{
	struct gnic_accel_bo *bo, *theirs;
	int fd, heap = heap_alloc(O_RDWR);

	test_bo(acc, &bo, MIB, HOST);
	EXPECT_EQ(usage("total-system"), MIB);
	EXPECT_EQ(usage("shared-system"), 0);
	EXPECT_EQ(usage("total-imported"), 0);
	fd = export(bo, 0);
	import(acc, &theirs, heap, 0);
	EXPECT_EQ(usage("total-system"), MIB);
	EXPECT_EQ(usage("shared-system"), MIB);
	EXPECT_EQ(usage("total-imported"), 5 * MIB);
	EXPECT_EQ(usage("shared-imported"), 5 * MIB);
	gnic_accel_bo_destroy(theirs);
	EXPECT_EQ(usage("total-imported"), 0);
	gnic_accel_bo_destroy(bo);
	close(heap);
	close(fd);
	return true;
}

static const struct test tests[] = {
	{ "an export can be mapped", is_mapped },
	{ "an object has one dma-buf", is_one },
	{ "PRIME_FD_TO_HANDLE finds own ones alone", prime_import },
	{ "device memory of another context, or once more", device_memory_is_shared },
	{ "host memory likewise", host_memory_is_shared },
	{ "a dma-buf that can only be read", read_only },
	{ "memory outlives handle, context and descriptor", outlives_its_context },
	{ "scattered pages of udmabuf", imports_udmabuf },
	{ "memory of a heap", imports_heap },
	{ "memory of a heap that can only be read", imports_read_only_heap },
	{ "sync files go through the dma-buf", sync_files_pass },
	{ "fdinfo tells it", is_counted },
	{ 0 }
};

int main(void)
{
	test_find();
	test_open(&acc);
	test_open(&other);
	return test_run(tests);
}
