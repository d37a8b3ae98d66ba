// SPDX-License-Identifier: GPL-2.0-only
/* gnicctl accel rdma, and its far end, gnicctl accel target */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "libgnic_accel.h"
#include "cmd.h"
#include "err.h"
#include "file.h"
#include "node.h"
#include "out.h"
#include "parse.h"
#include "single.h"

static const char accel_rdma_help[] =
"usage: gnicctl accel rdma [-d DEV] --group SFNUM --file FILE --to ADDRESS [OPTION]...\n"
"Copies a file into device memory and RDMA WRITEs it from there, in one message.\n"
"  -d, --device DEV  card: pci/0000:00:10.0, accel0, ...\n"
"  --group SFNUM     group of type write; it may become active later\n"
"  --qp N            which of its QPs (default 0)\n"
"  --file FILE       what is written; \"-\": standard input\n"
"  --to ADDRESS      device address at the far end, see \"gnicctl accel target\"\n"
"  --imm X           immediate data (default 0; the far end is told by it)\n"
"  --timeout SECONDS for the group to become active (default 10)\n"
"  --json            JSON instead of text\n";

static const char accel_target_help[] =
"usage: gnicctl accel target [-d DEV] --group SFNUM --size SIZE --out FILE [OPTION]...\n"
"Memory that the far end may write, and its address. When the messages with\n"
"immediate data are there, what came is written to a file.\n"
"  -d, --device DEV  card: pci/0000:00:10.0, accel0, ...\n"
"  --group SFNUM     group of type write; it may become active later\n"
"  --size SIZE       bytes\n"
"  --out FILE        as many bytes as the messages had, at most SIZE\n"
"  --count N         messages (default 1)\n"
"  --timeout SECONDS for each of them (default 60)\n"
"  --json            JSON instead of text\n";

struct rdma {
	struct single single;
	const char *file;
	const char *out;
	uint64_t to;
	uint64_t size;
	uint64_t count;
	uint32_t qp;
	uint32_t imm;
	bool has_to;
};

enum rdma_option { RDMA_QP = SINGLE_OPTIONS, RDMA_FILE, RDMA_TO, RDMA_IMM, RDMA_SIZE, RDMA_OUT,
		   RDMA_COUNT };

static const struct option rdma_options[] = {
	SINGLE_LONG_OPTIONS,
	{ "qp", required_argument, NULL, RDMA_QP },
	{ "file", required_argument, NULL, RDMA_FILE },
	{ "to", required_argument, NULL, RDMA_TO },
	{ "imm", required_argument, NULL, RDMA_IMM },
	{ 0 }
};

static const struct option target_options[] = {
	SINGLE_LONG_OPTIONS,
	{ "size", required_argument, NULL, RDMA_SIZE },
	{ "out", required_argument, NULL, RDMA_OUT },
	{ "count", required_argument, NULL, RDMA_COUNT },
	{ 0 }
};

static void rdma_option(struct rdma *rdma, int option)
{
	switch (option) {
	case RDMA_QP:
		rdma->qp = parse_u32("--qp", optarg);
		break;
	case RDMA_FILE:
		rdma->file = optarg;
		break;
	case RDMA_TO:
		rdma->to = parse_u64("--to", optarg);
		rdma->has_to = true;
		break;
	case RDMA_IMM:
		rdma->imm = parse_u32("--imm", optarg);
		break;
	case RDMA_SIZE:
		rdma->size = parse_u64("--size", optarg);
		break;
	case RDMA_OUT:
		rdma->out = optarg;
		break;
	case RDMA_COUNT:
		rdma->count = parse_u64("--count", optarg);
		break;
	}
}

static void rdma_parse(struct rdma *rdma, int argc, char **argv, const struct option *options)
{
	int option;

	while ((option = getopt_long(argc, argv, "d:jh", options, NULL)) != -1)
		if (!single_option(&rdma->single, option))
			rdma_option(rdma, option);
	single_check(&rdma->single, argc);
}

static double rdma_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* ---- the near end ---- */

static void rdma_result(const struct gnic_accel_bo *bo, size_t len, double seconds)
{
	char hex[FILE_SHA256];

	file_sha256(bo->map, len, hex);
	out_u64("bytes", len);
	out_double("us", seconds * 1e6);
	out_double("MiB_per_s", seconds > 0 ? len / seconds / (1 << 20) : 0);
	out_str("sha256", hex);
}

static void rdma_write(struct rdma *rdma, const uint8_t *data, size_t len)
{
	struct single *single = &rdma->single;
	struct drm_gnic_cmd cmd = {
		.op = DRM_GNIC_OP_RDMA_WRITE,
		.flags = DRM_GNIC_CMD_IMMEDIATE,
		.dst_offset = rdma->to,
		.size = len,
		.data = rdma->imm,
		.qp = rdma->qp,
	};
	struct gnic_accel_bo *bo;
	double start;
	int err;

	single_bo(single, &bo, len, 0);
	memcpy(bo->map, data, len);
	single_active(single);
	cmd.src = bo->handle;
	cmd.group = single->group;
	start = rdma_now();
	err = gnic_accel_run(single->acc, &cmd, 1);
	if (err)
		fail("RDMA WRITE: %s", gnic_accel_strerror(err));
	rdma_result(bo, len, rdma_now() - start);
	gnic_accel_bo_destroy(bo);
}

int accel_rdma_main(int argc, char **argv)
{
	struct rdma rdma = { .single = SINGLE_INIT(accel_rdma_help, 10) };
	uint8_t *data;
	size_t len;

	rdma_parse(&rdma, argc, argv, rdma_options);
	if (!rdma.file || !rdma.has_to)
		usage_error("accel rdma: --file and --to are needed");
	data = file_read(rdma.file, &len);
	if (!len || len > DRM_GNIC_CMD_SIZE_MAX)
		usage_error("%s: 1 .. %d bytes", rdma.file, DRM_GNIC_CMD_SIZE_MAX);
	out_begin(rdma.single.json);
	single_open(&rdma.single);
	rdma_write(&rdma, data, len);
	out_end();
	single_close(&rdma.single);
	free(data);
	return EXIT_SUCCESS;
}

/* ---- the far end ---- */

/* Bytes of all messages. */
static uint64_t target_wait(struct rdma *rdma)
{
	struct single *single = &rdma->single;
	struct drm_gnic_event event;
	uint64_t i, bytes = 0;

	for (i = 0; i < rdma->count; i++) {
		single_event(single, DRM_GNIC_EVENT_RDMA, &event);
		bytes += event.bytes;
		out_open(NULL);
		out_str("name", "message");
		out_u64("qp", event.qp);
		out_u64("bytes", event.bytes);
		out_hex("imm", event.tag);
		out_close();
	}
	return bytes;
}

static void target_save(struct rdma *rdma, const struct gnic_accel_bo *bo, uint64_t bytes)
{
	char hex[FILE_SHA256];
	FILE *file;

	if (bytes > rdma->size)
		bytes = rdma->size;
	file = file_create(rdma->out);
	file_append(file, rdma->out, bo->map, bytes);
	file_close(file, rdma->out);
	file_sha256(bo->map, bytes, hex);
	out_open(NULL);
	out_str("name", "file");
	out_u64("bytes", bytes);
	out_str("sha256", hex);
	out_close();
}

int accel_target_main(int argc, char **argv)
{
	struct rdma rdma = { .single = SINGLE_INIT(accel_target_help, 60), .count = 1 };
	struct gnic_accel_bo *bo;

	rdma_parse(&rdma, argc, argv, target_options);
	if (!rdma.out || !rdma.size || !rdma.count)
		usage_error("accel target: --size and --out are needed, and not 0");
	out_begin(rdma.single.json);
	out_open_stream("results");
	single_open(&rdma.single);
	single_bo(&rdma.single, &bo, rdma.size, DRM_GNIC_BO_REMOTE_WRITE);
	out_open(NULL);
	out_str("name", "memory");
	out_hex("address", bo->address);
	out_u64("size", rdma.size);
	out_close();
	target_save(&rdma, bo, target_wait(&rdma));
	out_close();
	out_end();
	gnic_accel_bo_destroy(bo);
	single_close(&rdma.single);
	return EXIT_SUCCESS;
}
