// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vfio-user server as a client finds it: what it grants, what it refuses,
 * and that no client can hurt the next one.
 *
 *	this process ---- UNIX socket ---- $VGAUDI
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../lib/ktap.h"
#include "client.h"

#define PAYLOAD_MAX	(VFIO_USER_MSG_MAX - sizeof(struct vfio_user_hdr))

/* What QEMU 11.1 sends; it has no room for a reply that is longer. */
#define QEMU_CAPS "{\"capabilities\": {\"max_dma_maps\": 65535, "	\
	"\"max_data_xfer_size\": 1048576, \"max_msg_fds\": 16, "	\
	"\"migration\": {\"max_bitmap_size\": 268435456, "		\
	"\"pgsize\": 4096}, \"pgsizes\": 4096, \"write_multiple\": true}}"

/* A second connection to the process behind @c. */
static void dial_again(struct client *again, const struct client *c)
{
	client_dial(again, c->path);
}

/* Drop the client that client_spawn() made, and connect without a word. */
static void spawn_silent(struct client *c)
{
	client_spawn(c, NULL);
	close(c->sock);
	c->sock = -1;
	struct client again;

	dial_again(&again, c);
	c->sock = again.sock;
}

static unsigned int open_files(const struct client *c)
{
	char path[64];
	unsigned int nr = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", c->pid);
	dir = opendir(path);
	CLIENT_CHECK(dir);
	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr;
}

/* The device is still there and in its right mind. */
static void check_alive(struct client *c)
{
	CLIENT_EQ(client_cfg_read(c, 0, 4), 0xff071da3);
}

/* Version. */

static void version_qemu(void)
{
	uint8_t reply[sizeof(QEMU_CAPS) + 4];
	uint8_t req[sizeof(QEMU_CAPS) + 4] = { 0 };
	size_t len = sizeof(reply);
	struct client c;

	spawn_silent(&c);
	memcpy(req + 4, QEMU_CAPS, sizeof(QEMU_CAPS));
	CLIENT_EQ(client_call(&c, VFIO_USER_VERSION, req, sizeof(req), reply,
			      &len), 0);
	CLIENT_CHECK(len <= sizeof(req));
	CLIENT_EQ(reply[len - 1], 0);
	CLIENT_CHECK(strstr((char *)reply + 4, "\"max_msg_fds\":16"));
	CLIENT_CHECK(strstr((char *)reply + 4, "\"write_multiple\":true"));
	/* The minor version is never higher than proposed. */
	CLIENT_EQ(reply[2], 0);
	client_close(&c);
}

static void version_without_caps(void)
{
	struct client c;

	spawn_silent(&c);
	CLIENT_EQ(client_version(&c, 0, 1, NULL), 0);
	check_alive(&c);
	client_close(&c);
}

static void version_refused(void)
{
	static const char *const bad[] = {
		"", "{", "[]", "1", "nonsense", "{}{}",
		"{\"capabilities\":[]}",
		"{\"capabilities\":{\"max_msg_fds\":-1}}",
		"{\"capabilities\":{\"max_msg_fds\":\"8\"}}",
		"{\"capabilities\":{\"max_data_xfer_size\":1e99}}",
		"{\"capabilities\":{\"write_multiple\":1}}",
		"{\"a\":[[[[[[[[[[[[[[1]]]]]]]]]]]]]]}",
	};
	struct client c;

	spawn_silent(&c);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CLIENT_EQ(client_version(&c, 0, 1, bad[i]), EINVAL);
	CLIENT_EQ(client_version(&c, 1, 0, "{}"), ENOTSUP);
	CLIENT_EQ(client_version(&c, 0, 1, "{}"), 0);
	CLIENT_EQ(client_version(&c, 0, 1, "{}"), EINVAL);
	check_alive(&c);
	client_close(&c);
}

static void version_unterminated(void)
{
	static const char req[] = "\0\0\1\0{}";
	struct client c;

	spawn_silent(&c);
	CLIENT_EQ(client_call(&c, VFIO_USER_VERSION, req, 6, NULL, NULL),
		  EINVAL);
	CLIENT_EQ(client_call(&c, VFIO_USER_VERSION, req, 7, NULL, NULL), 0);
	client_close(&c);
}

static void version_comes_first(void)
{
	uint8_t val[4];
	struct client c;

	spawn_silent(&c);
	CLIENT_EQ(client_read(&c, VFIO_PCI_CONFIG_REGION_INDEX, 0, val, 4),
		  EPROTO);
	CLIENT_EQ(client_call(&c, VFIO_USER_RESET, NULL, 0, NULL, NULL),
		  EPROTO);
	CLIENT_EQ(client_version(&c, 0, 1, NULL), 0);
	check_alive(&c);
	client_close(&c);
}

/* Form. */

static void unknown_commands(void)
{
	static const unsigned int cmds[] = {
		0, VFIO_USER_GET_REGION_IO_FDS, VFIO_USER_DMA_READ,
		VFIO_USER_DMA_WRITE, VFIO_USER_DIRTY_PAGES,
		VFIO_USER_DEVICE_FEATURE, VFIO_USER_MIG_DATA_READ,
		VFIO_USER_MIG_DATA_WRITE, VFIO_USER_CMD_MAX, 0xffff,
	};
	uint8_t payload[64] = { 0 };
	struct client c;

	client_spawn(&c, NULL);
	for (size_t i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++)
		CLIENT_EQ(client_call(&c, cmds[i], payload, sizeof(payload),
				      NULL, NULL), ENOTSUP);
	check_alive(&c);
	client_close(&c);
}

static void bad_lengths(void)
{
	static const struct {
		unsigned int cmd;
		size_t min, max;
	} cmds[] = {
		{ VFIO_USER_DMA_MAP, 32, 32 },
		{ VFIO_USER_DMA_UNMAP, 24, 24 },
		{ VFIO_USER_GET_INFO, 16, 16 },
		{ VFIO_USER_GET_REGION_INFO, 32, 32 },
		{ VFIO_USER_GET_IRQ_INFO, 16, 16 },
		{ VFIO_USER_SET_IRQS, 20, 20 },
		{ VFIO_USER_REGION_READ, 16, 16 },
		{ VFIO_USER_REGION_WRITE, 17, 17 },
		{ VFIO_USER_RESET, 0, 0 },
		{ VFIO_USER_REGION_WRITE_MULTI, 32, 32 },
	};
	static uint8_t payload[PAYLOAD_MAX];
	struct client c;

	client_spawn(&c, NULL);
	memset(payload, 0x70, sizeof(payload));
	for (size_t i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++) {
		for (size_t len = 0; len < cmds[i].min; len++)
			CLIENT_EQ(client_call(&c, cmds[i].cmd, payload, len,
					      NULL, NULL), EINVAL);
		CLIENT_EQ(client_call(&c, cmds[i].cmd, payload,
				      cmds[i].max + 1, NULL, NULL), EINVAL);
		CLIENT_EQ(client_call(&c, cmds[i].cmd, payload, PAYLOAD_MAX,
				      NULL, NULL), EINVAL);
	}
	check_alive(&c);
	client_close(&c);
}

static void bad_flags(void)
{
	struct vfio_user_hdr out = { .cmd = VFIO_USER_RESET, .size = 16 };
	struct vfio_user_hdr in;
	struct client c;
	size_t len;

	client_spawn(&c, NULL);
	for (unsigned int bit = 5; bit < 32; bit++) {
		out.flags = 1u << bit;
		len = 0;
		client_send(&c, &out, NULL, 0, NULL, 0);
		CLIENT_CHECK(client_recv(&c, &in, NULL, &len, NULL));
		CLIENT_EQ(in.error, EINVAL);
	}
	check_alive(&c);
	client_close(&c);
}

static void reply_is_not_answered(void)
{
	struct vfio_user_hdr out = { .id = 99, .cmd = VFIO_USER_RESET,
				     .size = 16, .flags = 1 };
	struct client c;

	client_spawn(&c, NULL);
	client_send(&c, &out, NULL, 0, NULL, 0);
	/* The next reply is that of the next command. */
	check_alive(&c);
	client_close(&c);
}

static void no_reply(void)
{
	uint8_t payload[20] = { 0 };
	struct vfio_user_region_io *io = (void *)payload;
	struct vfio_user_hdr out = {
		.id = 99, .cmd = VFIO_USER_REGION_WRITE,
		.size = sizeof(out) + sizeof(payload),
		.flags = VFIO_USER_NO_REPLY,
	};
	struct client c;

	client_spawn(&c, NULL);
	io->region = VFIO_PCI_CONFIG_REGION_INDEX;
	io->offset = 0x3c;
	io->count = 4;
	payload[16] = 0x5a;
	client_send(&c, &out, payload, sizeof(payload), NULL, 0);
	CLIENT_EQ(client_cfg_read(&c, 0x3c, 1), 0x5a);
	/* Nor is an error answered. */
	io->region = 77;
	client_send(&c, &out, payload, sizeof(payload), NULL, 0);
	check_alive(&c);
	client_close(&c);
}

static void lost_framing_closes(void)
{
	static const uint32_t sizes[] = {
		0, 1, 15, VFIO_USER_MSG_MAX + 1, 0x7fffffff, 0xffffffff,
	};
	struct vfio_user_hdr out = { .cmd = VFIO_USER_RESET }, in;
	struct client c, again;
	size_t len;

	client_spawn(&c, NULL);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		out.size = sizes[i];
		len = 0;
		client_send(&c, &out, NULL, 0, NULL, 0);
		CLIENT_CHECK(client_recv(&c, &in, NULL, &len, NULL));
		CLIENT_EQ(in.error, EMSGSIZE);
		CLIENT_CHECK(!client_recv(&c, &in, NULL, &len, NULL));
		close(c.sock);
		dial_again(&again, &c);
		c.sock = again.sock;
		client_start(&c);
		check_alive(&c);
	}
	client_close(&c);
}

static void byte_by_byte(void)
{
	uint8_t msg[sizeof(struct vfio_user_hdr) + 16] = { 0 };
	struct vfio_user_hdr *hdr = (void *)msg, in;
	struct vfio_user_info *req = (void *)(hdr + 1), reply;
	size_t len = sizeof(reply);
	struct client c;

	client_spawn(&c, NULL);
	*hdr = (struct vfio_user_hdr){ .id = 7, .cmd = VFIO_USER_GET_INFO,
				       .size = sizeof(msg) };
	req->argsz = 16;
	for (size_t i = 0; i < sizeof(msg); i++) {
		CLIENT_EQ(send(c.sock, msg + i, 1, 0), 1);
		usleep(500);
	}
	CLIENT_CHECK(client_recv(&c, &in, &reply, &len, NULL));
	CLIENT_EQ(in.id, 7);
	CLIENT_EQ(reply.num_regions, VFIO_PCI_NUM_REGIONS);
	CLIENT_EQ(reply.num_irqs, VFIO_PCI_NUM_IRQS);
	client_close(&c);
}

/* Many commands in one write: all answered, in order. */
static void pipelined(void)
{
	struct {
		struct vfio_user_hdr hdr;
		struct vfio_user_info req;
	} msgs[200] = { 0 };
	struct vfio_user_hdr in;
	struct vfio_user_info reply;
	struct client c;
	size_t len;

	client_spawn(&c, NULL);
	for (unsigned int i = 0; i < 200; i++) {
		msgs[i].hdr.id = i;
		msgs[i].hdr.cmd = VFIO_USER_GET_INFO;
		msgs[i].hdr.size = sizeof(msgs[i]);
		msgs[i].req.argsz = 16;
	}
	CLIENT_EQ(send(c.sock, msgs, sizeof(msgs), 0), sizeof(msgs));
	for (unsigned int i = 0; i < 200; i++) {
		len = sizeof(reply);
		CLIENT_CHECK(client_recv(&c, &in, &reply, &len, NULL));
		CLIENT_EQ(in.id, i);
	}
	client_close(&c);
}

/* One who asks and does not listen: served when he listens, not before. */
static void slow_reader(void)
{
	static uint8_t reply[PAYLOAD_MAX];
	struct vfio_user_region_io req = {
		.region = VFIO_PCI_BAR4_REGION_INDEX,
		.count = VFIO_USER_XFER_MAX,
	};
	struct vfio_user_hdr in, out = {
		.cmd = VFIO_USER_REGION_READ,
		.size = sizeof(out) + sizeof(req),
	};
	struct client c;
	size_t len;

	client_spawn(&c, NULL);
	for (out.id = 0; out.id < 64; out.id++)
		client_send(&c, &out, &req, sizeof(req), NULL, 0);
	usleep(50000);
	for (unsigned int i = 0; i < 64; i++) {
		len = sizeof(reply);
		CLIENT_CHECK(client_recv(&c, &in, reply, &len, NULL));
		CLIENT_EQ(in.id, i);
		CLIENT_EQ(len, sizeof(req) + VFIO_USER_XFER_MAX);
	}
	check_alive(&c);
	client_close(&c);
}

/* One who leaves with half a message sent, or with replies under way. */
static void leaving_early(void)
{
	struct vfio_user_region_io req = {
		.region = VFIO_PCI_BAR4_REGION_INDEX,
		.count = VFIO_USER_XFER_MAX,
	};
	struct vfio_user_hdr out = {
		.cmd = VFIO_USER_REGION_READ,
		.size = sizeof(out) + sizeof(req),
	};
	struct client c, again;

	client_spawn(&c, NULL);
	for (size_t cut = 1; cut < sizeof(out); cut += 5) {
		for (unsigned int i = 0; i < 32; i++)
			client_send(&c, &out, &req, sizeof(req), NULL, 0);
		CLIENT_EQ(send(c.sock, &out, cut, 0), cut);
		close(c.sock);
		dial_again(&again, &c);
		c.sock = again.sock;
		client_start(&c);
		check_alive(&c);
	}
	client_close(&c);
}

/* Descriptors. */

static void surplus_fds(void)
{
	struct vfio_user_info info = { .argsz = 16 };
	unsigned int before;
	int fds[20];
	struct client c;

	client_spawn(&c, NULL);
	before = open_files(&c);
	for (unsigned int i = 0; i < 20; i++)
		fds[i] = 0;
	for (unsigned int nr = 1; nr <= 20; nr++)
		CLIENT_EQ(client_call_fds(&c, VFIO_USER_GET_INFO, &info,
					  sizeof(info), fds, nr, NULL, NULL,
					  NULL), EINVAL);
	CLIENT_EQ(client_call_fds(&c, 999, NULL, 0, fds, 3, NULL, NULL, NULL),
		  ENOTSUP);
	CLIENT_EQ(open_files(&c), before);
	check_alive(&c);
	client_close(&c);
}

/* The descriptor belongs to the message it came with, not to its neighbour. */
static void fds_of_neighbours(void)
{
	struct vfio_user_info info = { .argsz = 16 };
	struct vfio_user_dma_map map = { .argsz = 32, .flags = 3,
					 .iova = 0x10000, .size = 4096 };
	struct vfio_user_hdr in, first = { .cmd = VFIO_USER_GET_INFO,
					   .size = 32 };
	struct vfio_user_hdr second = { .cmd = VFIO_USER_DMA_MAP, .size = 48 };
	int fd = memfd_create("neighbour", 0);
	uint8_t reply[64];
	struct client c;
	size_t len;

	CLIENT_EQ(ftruncate(fd, 4096), 0);
	client_spawn(&c, NULL);
	client_send(&c, &first, &info, sizeof(info), NULL, 0);
	client_send(&c, &second, &map, sizeof(map), &fd, 1);
	client_send(&c, &first, &info, sizeof(info), NULL, 0);
	for (unsigned int i = 0; i < 3; i++) {
		len = sizeof(reply);
		CLIENT_CHECK(client_recv(&c, &in, reply, &len, NULL));
		CLIENT_EQ(in.error, 0);
	}
	client_close(&c);
}

static void client_leaves_nothing(void)
{
	unsigned int before;
	struct client c, again;

	client_spawn(&c, NULL);
	before = open_files(&c);
	for (unsigned int i = 0; i < 5; i++) {
		munmap(client_ram(&c, 0x100000, 0x10000), 0x10000);
		client_irqs(&c, 40);
		CLIENT_CHECK(open_files(&c) > before);
		client_hangup(&c);
		dial_again(&again, &c);
		c.sock = again.sock;
		client_start(&c);
		CLIENT_EQ(open_files(&c), before);
	}
	client_close(&c);
}

/* Clients. */

static void second_client_is_refused(void)
{
	struct client c, again, silent[40];

	client_spawn(&c, NULL);
	for (unsigned int i = 0; i < 3; i++) {
		dial_again(&again, &c);
		CLIENT_EQ(client_version(&again, 0, 1, NULL), EBUSY);
		close(again.sock);
		check_alive(&c);
	}
	/* Nor do those who say nothing stand in anybody's way. */
	for (unsigned int i = 0; i < 40; i++)
		dial_again(&silent[i], &c);
	check_alive(&c);
	close(c.sock);
	dial_again(&again, &c);
	c.sock = again.sock;
	client_start(&c);
	check_alive(&c);
	client_close(&c);
}

static void client_resets_on_leaving(void)
{
	struct client c, again;

	client_spawn(&c, NULL);
	client_cfg_write(&c, 0x3c, 0x42, 1);
	close(c.sock);
	dial_again(&again, &c);
	c.sock = again.sock;
	client_start(&c);
	CLIENT_EQ(client_cfg_read(&c, 0x3c, 1), 0);
	client_cfg_write(&c, 0x3c, 0x43, 1);
	client_reset(&c);
	CLIENT_EQ(client_cfg_read(&c, 0x3c, 1), 0);
	client_close(&c);
}

/* Regions. */

static void region_info(void)
{
	struct vfio_region_info req = { .argsz = 32 }, reply;
	size_t len = sizeof(reply);
	struct client c;
	int fd = -1;

	client_spawn(&c, NULL);
	/* No room for the sparse areas: told how much, and no descriptor yet. */
	req.index = VFIO_PCI_BAR2_REGION_INDEX;
	CLIENT_EQ(client_call_fds(&c, VFIO_USER_GET_REGION_INFO, &req,
				  sizeof(req), NULL, 0, &reply, &len, &fd), 0);
	CLIENT_EQ(len, 32);
	CLIENT_EQ(reply.argsz, 64);
	CLIENT_EQ(reply.cap_offset, 32);
	CLIENT_EQ(fd, -1);
	req.index = VFIO_PCI_NUM_REGIONS;
	CLIENT_EQ(client_call(&c, VFIO_USER_GET_REGION_INFO, &req, sizeof(req),
			      NULL, NULL), EINVAL);
	req.index = 0;
	req.argsz = 31;
	CLIENT_EQ(client_call(&c, VFIO_USER_GET_REGION_INFO, &req, sizeof(req),
			      NULL, NULL), EINVAL);
	client_close(&c);
}

static void region_ranges(void)
{
	static const struct {
		uint32_t region;
		uint64_t off;
		uint32_t len;
		int err;
	} tries[] = {
		{ VFIO_PCI_CONFIG_REGION_INDEX, 0, 4096, 0 },
		{ VFIO_PCI_CONFIG_REGION_INDEX, 4095, 1, 0 },
		{ VFIO_PCI_CONFIG_REGION_INDEX, 4096, 1, EINVAL },
		{ VFIO_PCI_CONFIG_REGION_INDEX, 1, 4096, EINVAL },
		{ VFIO_PCI_CONFIG_REGION_INDEX, 0, 0, EINVAL },
		{ VFIO_PCI_CONFIG_REGION_INDEX, ~0ull, 1, EINVAL },
		{ VFIO_PCI_CONFIG_REGION_INDEX, ~0ull - 3, 8, EINVAL },
		{ VFIO_PCI_BAR0_REGION_INDEX, 0xfffc, 4, 0 },
		{ VFIO_PCI_BAR0_REGION_INDEX, 0xfffd, 4, EINVAL },
		{ VFIO_PCI_BAR1_REGION_INDEX, 0, 1, EINVAL },
		{ VFIO_PCI_BAR4_REGION_INDEX, 0, VFIO_USER_XFER_MAX, 0 },
		{ VFIO_PCI_BAR4_REGION_INDEX, 1ull << 40, 4, EINVAL },
		{ VFIO_PCI_ROM_REGION_INDEX, 0, 4, EINVAL },
		{ VFIO_PCI_VGA_REGION_INDEX, 0, 4, EINVAL },
		{ VFIO_PCI_NUM_REGIONS, 0, 4, EINVAL },
		{ 0xffffffff, 0, 4, EINVAL },
	};
	static uint8_t buf[VFIO_USER_XFER_MAX];
	struct client c;

	client_spawn(&c, NULL);
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		CLIENT_EQ(client_read(&c, tries[i].region, tries[i].off, buf,
				      tries[i].len), tries[i].err);
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (tries[i].err)
			CLIENT_EQ(client_write(&c, tries[i].region,
					       tries[i].off, buf,
					       tries[i].len), tries[i].err);
	client_close(&c);
}

/* A mapped area and messages show the same memory. */
static void mapped_bars(void)
{
	struct client c;
	uint8_t *umr, *hbm;

	client_spawn(&c, NULL);
	CLIENT_CHECK(!client_map_bar(&c, 0));
	umr = client_map_bar(&c, 2);
	hbm = client_map_bar(&c, 4);
	CLIENT_EQ(c.bars[0].size, 0x10000);
	CLIENT_EQ(c.bars[2].size, 0x100000);
	CLIENT_CHECK(umr && hbm && !(c.bars[4].size & (c.bars[4].size - 1)));
	client_write64(&c, 4, c.bars[4].size - 8, 0x0123456789abcdef);
	CLIENT_EQ(hbm[c.bars[4].size - 8], 0xef);
	hbm[0x1000] = 0x77;
	CLIENT_EQ(client_read32(&c, 4, 0x1000), 0x77);
	/* Without a queue behind it a doorbell page is memory. */
	umr[0xff010] = 0x66;
	CLIENT_EQ(client_read32(&c, 2, 0xff010), 0x66);
	client_close(&c);
}

static int multi(struct client *c, uint64_t count, uint32_t region,
		 uint32_t len)
{
	struct {
		uint64_t count;		/* struct vfio_user_multi */
		struct vfio_user_multi_one one[3];
	} req = { .count = count };

	for (unsigned int i = 0; i < 3; i++) {
		req.one[i].region = region;
		req.one[i].offset = 0x2000 + 8 * i;
		req.one[i].count = len;
		memset(req.one[i].data, 0x10 + i, len & 7);
	}
	return client_call(c, VFIO_USER_REGION_WRITE_MULTI, &req, sizeof(req),
			   NULL, NULL);
}

static void write_multi(void)
{
	struct client c;

	client_spawn(&c, NULL);
	CLIENT_EQ(multi(&c, 3, 4, 4), 0);
	CLIENT_EQ(client_read32(&c, 4, 0x2000), 0x10101010);
	CLIENT_EQ(client_read32(&c, 4, 0x2010), 0x12121212);
	CLIENT_EQ(multi(&c, 0, 4, 4), EINVAL);
	CLIENT_EQ(multi(&c, 2, 4, 4), EINVAL);
	CLIENT_EQ(multi(&c, 1ull << 61, 4, 4), EINVAL);
	CLIENT_EQ(multi(&c, 3, 4, 9), EINVAL);
	CLIENT_EQ(multi(&c, 3, 1, 4), EINVAL);
	client_close(&c);
}

static void write_multi_not_negotiated(void)
{
	struct client c;

	spawn_silent(&c);
	CLIENT_EQ(client_version(&c, 0, 1, NULL), 0);
	CLIENT_EQ(multi(&c, 3, 4, 4), ENOTSUP);
	client_close(&c);
}

static const struct ktap_test tests[] = {
	{ "version: as QEMU proposes it", version_qemu },
	{ "version: without capabilities", version_without_caps },
	{ "version: bad JSON and bad values refused", version_refused },
	{ "version: JSON without its end refused", version_unterminated },
	{ "version: nothing before it", version_comes_first },
	{ "form: unknown commands refused", unknown_commands },
	{ "form: every wrong length refused", bad_lengths },
	{ "form: reserved flags refused", bad_flags },
	{ "form: a reply is not answered", reply_is_not_answered },
	{ "form: no reply where none is wanted", no_reply },
	{ "form: lost framing closes the connection", lost_framing_closes },
	{ "stream: byte by byte", byte_by_byte },
	{ "stream: many commands in one write", pipelined },
	{ "stream: a client that does not read", slow_reader },
	{ "stream: a client that leaves early", leaving_early },
	{ "fds: surplus ones are closed", surplus_fds },
	{ "fds: not taken for the neighbour's", fds_of_neighbours },
	{ "clients: nothing is left of one that left", client_leaves_nothing },
	{ "clients: a second one is refused", second_client_is_refused },
	{ "clients: the device is reset in between", client_resets_on_leaving },
	{ "regions: info", region_info },
	{ "regions: ranges", region_ranges },
	{ "regions: mapped and not mapped", mapped_bars },
	{ "regions: several writes in one message", write_multi },
	{ "regions: only if negotiated", write_multi_not_negotiated },
};

KTAP_MAIN(tests)
