// SPDX-License-Identifier: GPL-2.0-only
/*
 * xskload IFNAME OBJECT PROGRAM: a zero-copy AF_XDP socket on queue 0. What
 * arrives is given back to the kernel. At each SIGUSR1 it sends COUNT frames
 * that nobody takes, in bursts. Ends at SIGTERM and says how much that was.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../selftests/xdp/xsk_program.h"
#include "../../selftests/xdp/xsk_socket.h"

#define COUNT		40000u
#define BURST		32u
#define SIZE		60
#define FRAMES		1024u	/* half of them to receive, half to send */

static const uint8_t header[14] = { 2, 0, 0, 0, 0, 0xfe, 2, 0, 0, 0, 0, 1, 0x88, 0xb5 };

static struct xsk_umem umem = { .frames = FRAMES, .chunk = 4096 };
static struct xsk xsk;
static unsigned long received, sent;
static volatile sig_atomic_t stopped, wanted;

static void on_signal(int signal)
{
	if (signal == SIGUSR1)
		wanted++;
	else
		stopped = 1;
}

static void fail(const char *what, int err)
{
	fprintf(stderr, "%s: %s\n", what, strerror(-err));
	exit(1);
}

static void start(int ifindex, const struct bpf_object *object)
{
	int key = 0, err;

	err = xsk_umem_alloc(&umem) ?: xsk_open(&xsk, &umem, NULL, true);
	if (err)
		fail("socket", err);
	for (unsigned int i = 0; i < FRAMES / 2; i++)
		xsk_fill(&xsk, (uint64_t)i * umem.chunk);
	xsk_give(&xsk);
	err = xsk_bind(&xsk, ifindex, 0, XDP_ZEROCOPY | XDP_USE_NEED_WAKEUP, NULL);
	if (err)
		fail("bind", err);
	err = bpf_map_update_elem(bpf_object__find_map_fd_by_name(object, "sockets"), &key,
				  &xsk.fd, 0);
	if (err)
		fail("map", err);
	for (unsigned int i = FRAMES / 2; i < FRAMES; i++)
		memcpy(xsk_data(&xsk, (uint64_t)i * umem.chunk), header, sizeof(header));
}

static void receive(void)
{
	struct xdp_desc desc;

	while (xsk_receive(&xsk, &desc)) {
		received++;
		xsk_fill(&xsk, desc.addr - desc.addr % umem.chunk);
	}
	xsk_submit(&xsk, false);
}

/* Frames that wait for a place are as good as sent: the next burst finds it. */
static void send_burst(void)
{
	struct xdp_desc desc = { .len = SIZE };
	static unsigned int next, out;
	unsigned int i;
	uint64_t addr;

	while (xsk_completed(&xsk, &addr)) {
		out--;
		sent++;
	}
	for (i = 0; i < BURST && out < FRAMES / 2; i++, out++) {
		desc.addr = (uint64_t)(FRAMES / 2 + next++ % (FRAMES / 2)) * umem.chunk;
		if (!xsk_send(&xsk, &desc))
			break;
	}
	xsk_submit(&xsk, false);
}

static void send_all(void)
{
	unsigned long goal = sent + COUNT;

	while (!stopped && sent < goal)
		send_burst();
	printf("sent %lu\n", sent);
	fflush(stdout);
}

static void run(void)
{
	struct pollfd poll_fd = { .fd = xsk.fd, .events = POLLIN };
	int done = 0;

	while (!stopped) {
		poll(&poll_fd, 1, 20);
		receive();
		if (wanted != done) {
			send_all();
			done = wanted;
		}
	}
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	const char *what;
	int ifindex, err;

	if (argc != 4) {
		fprintf(stderr, "usage: xskload IFNAME OBJECT PROGRAM\n");
		return 2;
	}
	ifindex = if_nametoindex(argv[1]);
	signal(SIGTERM, on_signal);
	signal(SIGUSR1, on_signal);
	err = xsk_program_attach(ifindex, argv[2], argv[3], false, &object, &what);
	if (err)
		fail(what, err);
	start(ifindex, object);
	printf("ready\n");
	fflush(stdout);
	run();
	printf("received %lu\n", received);
	xsk_close(&xsk);
	xsk_program_detach(ifindex, object);
	xsk_umem_free(&umem);
	return 0;
}
