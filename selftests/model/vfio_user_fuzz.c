// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vfio-user server under arbitrary messages.
 *
 * An input is a list of messages. Each begins with a control byte: the low
 * four bits are the number of descriptors that go with it, then "send the
 * bytes as they are" or "repair the length field" (most inputs would otherwise
 * end at the first message). Then come length, 16 bits, and so many bytes.
 *
 * Built for libFuzzer that is all:
 *
 *	clang -g -fsanitize=fuzzer,address,undefined -DFUZZ_LIBFUZZER
 *		-Itools/vgaudi selftests/model/vfio_user_fuzz.c
 *		selftests/model/fakedev.c
 *		tools/vgaudi/{loop,dma,irq,pci,vfio_user,vu_*}.c -ljson-c
 *
 * Without it main() makes inputs up from a seed, or replays files:
 *
 *	vfio_user_fuzz				a test
 *	vfio_user_fuzz --random N [SEED]
 *	vfio_user_fuzz FILE...
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../lib/ktap.h"
#include "fakedev.h"
#include "vfio_user_proto.h"

#define FUZZ_ROUNDS	5000
#define FUZZ_VECTORS	16
#define FUZZ_HBM	(1u << 20)
#define FUZZ_RAM	0x10000u
#define FUZZ_LEN_MAX	4096u
#define FUZZ_FDS_MAX	15u

#define CTRL_FDS	0x0f
#define CTRL_RAW	0x10
#define CTRL_EVENTFD	0x20

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What all inputs together reached: proof that they get anywhere. */
static struct {
	uint64_t messages;
	uint64_t refused;
} fuzz_reached;

struct fuzz {
	struct loop *loop;
	struct fakedev *fake;
	int sock;
	int event;
	int ram;
};

static void fuzz_die(const char *what)
{
	perror(what);
	abort();
}

/* A client that has agreed on a version: the interesting part is behind. */
static void fuzz_hello(struct fuzz *f)
{
	struct {
		struct vfio_user_hdr hdr;
		struct vfio_user_version version;
	} msg = {
		.hdr.cmd = VFIO_USER_VERSION,
		.hdr.size = sizeof(msg),
	};

	if (send(f->sock, &msg, sizeof(msg), 0) != sizeof(msg))
		fuzz_die("hello");
	loop_round(f->loop);
}

static void fuzz_connect(struct fuzz *f, bool hello)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		       pair))
		fuzz_die("socketpair");
	if (vu_attach(fakedev_vu(f->fake), pair[1]))
		fuzz_die("attach");
	f->sock = pair[0];
	if (hello)
		fuzz_hello(f);
}

static void fuzz_open(struct fuzz *f)
{
	f->loop = loop_create(NULL);
	f->fake = fakedev_create(f->loop, NULL, FUZZ_VECTORS, FUZZ_HBM);
	f->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	f->ram = memfd_create("fuzz", MFD_CLOEXEC);
	if (!f->fake || f->event < 0 || f->ram < 0 ||
	    ftruncate(f->ram, FUZZ_RAM))
		fuzz_die("open");
}

static void fuzz_close(struct fuzz *f)
{
	const struct vu_stats *stats = vu_stats(fakedev_vu(f->fake));

	for (unsigned int i = 0; i < VFIO_USER_CMD_MAX; i++) {
		fuzz_reached.messages += stats->msgs[i];
		fuzz_reached.refused += stats->errors[i];
	}
	fakedev_destroy(f->fake);
	loop_destroy(f->loop);
	close(f->event);
	close(f->ram);
}

/* Whatever was answered: read it, so that the server goes on. */
static void fuzz_drain(struct fuzz *f)
{
	static uint8_t sink[VFIO_USER_MSG_MAX];

	while (loop_round(f->loop) ||
	       recv(f->sock, sink, sizeof(sink), MSG_DONTWAIT) > 0)
		;
}

static void fuzz_put_fds(const struct fuzz *f, struct msghdr *msg, uint8_t ctrl)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
	int fds[FUZZ_FDS_MAX];

	for (unsigned int i = 0; i < FUZZ_FDS_MAX; i++)
		fds[i] = ctrl & CTRL_EVENTFD ? f->event : f->ram;
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN((ctrl & CTRL_FDS) * sizeof(int));
	memcpy(CMSG_DATA(cmsg), fds, (ctrl & CTRL_FDS) * sizeof(int));
}

static void fuzz_send(struct fuzz *f, const uint8_t *data, size_t len,
		      uint8_t ctrl)
{
	uint8_t buf[FUZZ_LEN_MAX];
	char control[CMSG_SPACE(FUZZ_FDS_MAX * sizeof(int))]
		__attribute__((aligned(8)));
	struct iovec iov = { buf, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	uint32_t size = len;

	memcpy(buf, data, len);
	if (!(ctrl & CTRL_RAW) && len >= sizeof(struct vfio_user_hdr))
		memcpy(buf + offsetof(struct vfio_user_hdr, size), &size,
		       sizeof(size));
	if (ctrl & CTRL_FDS) {
		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE((ctrl & CTRL_FDS) *
						sizeof(int));
		fuzz_put_fds(f, &msg, ctrl);
	}
	/* The server may have closed already; the rest is of no interest. */
	if (sendmsg(f->sock, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return;
	fuzz_drain(f);
}

/* The first byte says whether a version was agreed on before. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f;
	size_t len;

	if (!size)
		return 0;
	fuzz_open(&f);
	fuzz_connect(&f, *data & 1);
	for (data++, size--; size >= 3; data += len, size -= len) {
		uint8_t ctrl = data[0];

		len = data[1] | (data[2] & 0xf) << 8;
		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		fuzz_send(&f, data, len, ctrl);
	}
	close(f.sock);
	fuzz_drain(&f);
	if (vu_has_client(fakedev_vu(f.fake)))
		fuzz_die("the client is gone, and was not noticed");
	fuzz_close(&f);
	return 0;
}

#ifndef FUZZ_LIBFUZZER

/* Making inputs up. */

static uint64_t fuzz_state;

static uint64_t fuzz_random(void)
{
	/* xorshift64 */
	fuzz_state ^= fuzz_state << 13;
	fuzz_state ^= fuzz_state >> 7;
	fuzz_state ^= fuzz_state << 17;
	return fuzz_state;
}

/* Small numbers, edges, and now and then anything. */
static uint64_t fuzz_number(void)
{
	static const uint64_t edges[] = {
		0, 1, 2, 4, 8, 16, 20, 24, 32, 64, 4095, 4096, 0x8000, 0xc000,
		0x10000, 0x7fffffff, 0xffffffff, 1ull << 32, ~0ull, ~0ull << 12,
	};
	uint64_t r = fuzz_random();

	if (r & 0xf0)
		return edges[r % (sizeof(edges) / sizeof(edges[0]))];
	return r & 0x08 ? fuzz_random() : fuzz_random() & 0xff;
}

static size_t fuzz_put(uint8_t *at, uint64_t val, size_t width)
{
	memcpy(at, &val, width);
	return width;
}

/* A header that may pass, and fields of 32 and 64 bits. */
static size_t fuzz_message(uint8_t *at)
{
	size_t fields = fuzz_random() % 12;
	size_t len = 0;

	len += fuzz_put(at + len, fuzz_random(), 2);
	len += fuzz_put(at + len, fuzz_random() % (VFIO_USER_CMD_MAX + 1), 2);
	len += fuzz_put(at + len, fuzz_number(), 4);
	len += fuzz_put(at + len, fuzz_random() % 8 ? 0 : fuzz_number(), 4);
	len += fuzz_put(at + len, 0, 4);
	while (fields--)
		len += fuzz_put(at + len, fuzz_number(),
				fuzz_random() & 1 ? 4 : 8);
	return len;
}

static size_t fuzz_input(uint8_t *data)
{
	unsigned int messages = 1 + fuzz_random() % 24;
	uint8_t msg[256];
	size_t size = 0;

	data[size++] = fuzz_random() % 8 != 0;
	while (messages--) {
		size_t len = fuzz_message(msg);
		uint8_t raw = fuzz_random() % 16 ? 0 : CTRL_RAW;
		uint8_t fds = fuzz_random() % 3 ? 0 : fuzz_random() % 4;

		data[size++] = raw | fds | (fuzz_random() & CTRL_EVENTFD);
		size += fuzz_put(data + size, len, 2);
		memcpy(data + size, msg, len);
		size += len;
	}
	return size;
}

static void fuzz_run_random(unsigned long rounds, uint64_t seed)
{
	static uint8_t data[24 * 260 + 1];

	for (unsigned long i = 0; i < rounds; i++) {
		/* Each round can be repeated alone: --random 1 SEED */
		fuzz_state = (seed + i) * 0x9e3779b97f4a7c15ull | 1;
		LLVMFuzzerTestOneInput(data, fuzz_input(data));
	}
	ktap_note("%lu inputs from seed %llu: %llu messages, %llu refused",
		  rounds, (unsigned long long)seed,
		  (unsigned long long)fuzz_reached.messages,
		  (unsigned long long)fuzz_reached.refused);
}

/* A crash, or a client that stays, ends the process before the result. */
static int fuzz_test(void)
{
	ktap_header();
	ktap_plan(1);
	fuzz_run_random(FUZZ_ROUNDS, 1);
	ktap_ok(fuzz_reached.refused < fuzz_reached.messages,
		"random messages");
	return ktap_exit();
}

static int fuzz_run_file(const char *path)
{
	static uint8_t data[1 << 20];
	FILE *file = fopen(path, "rb");

	if (!file) {
		perror(path);
		return 1;
	}
	LLVMFuzzerTestOneInput(data, fread(data, 1, sizeof(data), file));
	fclose(file);
	return 0;
}

int main(int argc, char **argv)
{
	int ret = 0;

	if (argc == 1)
		return fuzz_test();
	if (argc > 2 && !strcmp(argv[1], "--random")) {
		fuzz_run_random(strtoul(argv[2], NULL, 0),
				argc > 3 ? strtoull(argv[3], NULL, 0) : 1);
		return 0;
	}
	for (int i = 1; i < argc; i++)
		ret |= fuzz_run_file(argv[i]);
	return ret;
}

#endif
