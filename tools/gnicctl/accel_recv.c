// SPDX-License-Identifier: GPL-2.0-only
/* gnicctl accel recv */
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "collect.h"
#include "err.h"
#include "out.h"
#include "parse.h"
#include "single.h"

#define RECV_SLOT	2048
#define RECV_BUFFERS	256	/* of a QP, unless its queue is shorter */

static const char accel_recv_help[] =
"usage: gnicctl accel recv [-d DEV] --group SFNUM --count N --out FILE [OPTION]...\n"
"Gives the QPs of a group buffers in device memory, says \"ready\" on standard error,\n"
"and writes the frames (raw group) or SENDs (write) that they receive to a file, in\n"
"order of arrival.\n"
"Exit status 1 if fewer than N came.\n"
"  -d, --device DEV   card: pci/0000:00:10.0, accel0, ...\n"
"  --group SFNUM      it may become active later\n"
"  --count N          frames, or SENDs\n"
"  --out FILE         \"-\": standard output\n"
"  --udp-payload      write the payload of UDP frames, and count them alone\n"
"  --size BYTES       of a buffer (default 2048)\n"
"  --buffers N        of each QP (default 256, or what its queue takes)\n"
"  --timeout SECONDS  from one frame to the next (default 60)\n"
"  --json             JSON instead of text\n";

enum { RECV_COUNT = SINGLE_OPTIONS, RECV_OUT, RECV_UDP, RECV_SIZE, RECV_NUM };

static const struct option recv_options[] = {
	SINGLE_LONG_OPTIONS,
	{ "count", required_argument, NULL, RECV_COUNT },
	{ "out", required_argument, NULL, RECV_OUT },
	{ "udp-payload", no_argument, NULL, RECV_UDP },
	{ "size", required_argument, NULL, RECV_SIZE },
	{ "buffers", required_argument, NULL, RECV_NUM },
	{ 0 }
};

struct recv {
	struct single single;
	struct collect collect;
	struct receiver receiver;
	struct gnic_accel_bo *bo;
};

static void recv_option(struct recv *recv, int option)
{
	switch (option) {
	case RECV_COUNT:
		recv->collect.count = parse_u64("--count", optarg);
		break;
	case RECV_OUT:
		recv->collect.file = optarg;
		break;
	case RECV_UDP:
		recv->collect.udp = true;
		break;
	case RECV_SIZE:
		recv->receiver.slot = parse_u32("--size", optarg);
		break;
	case RECV_NUM:
		recv->receiver.count = parse_u32("--buffers", optarg);
		break;
	}
}

static void recv_parse(struct recv *recv, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "d:jh", recv_options, NULL)) != -1)
		if (!single_option(&recv->single, option))
			recv_option(recv, option);
	single_check(&recv->single, argc);
	if (!recv->collect.count || !recv->collect.file)
		usage_error("accel recv: --count and --out are needed");
	if (!recv->receiver.slot || !recv->receiver.count)
		usage_error("accel recv: --size and --buffers are not 0");
}

static void recv_start(struct recv *recv)
{
	struct receiver *receiver = &recv->receiver;
	struct drm_gnic_group_info info;

	single_active(&recv->single);
	single_info(&recv->single, &info);
	if (recv->collect.udp && info.type != DRM_GNIC_GROUP_RAW)
		fail("group %u is not of type raw", recv->single.sfnum);
	if (receiver->count > info.depth)
		receiver->count = info.depth;
	receiver->acc = recv->single.acc;
	receiver->group = recv->single.group;
	receiver->qp_count = info.qp_count;
	single_bo(&recv->single, &recv->bo,
		  (uint64_t)info.qp_count * receiver->count * receiver->slot, 0);
	receiver->bo = recv->bo;
	receiver_start(receiver);
	fprintf(stderr, "ready\n");
}

int accel_recv_main(int argc, char **argv)
{
	struct recv recv = {
		.single = SINGLE_INIT(accel_recv_help, 60),
		.receiver = { .slot = RECV_SLOT, .count = RECV_BUFFERS },
	};
	bool all;

	recv_parse(&recv, argc, argv);
	recv.collect.receiver = &recv.receiver;
	recv.collect.timeout_ms = recv.single.timeout_ms;
	single_open(&recv.single);
	recv_start(&recv);
	collect_run(&recv.collect);
	out_begin(recv.single.json);
	collect_out(&recv.collect);
	out_end();
	all = recv.collect.frames == recv.collect.count;
	receiver_end(&recv.receiver);
	gnic_accel_bo_destroy(recv.bo);
	single_close(&recv.single);
	return all ? EXIT_SUCCESS : EXIT_FAILURE;
}
