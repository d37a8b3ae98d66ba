// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program with AF_XDP sockets for the tests: what arrives goes back to its
 * sender, by all sockets that it has.
 *
 * usage: xsk [OPTION...] IFNAME OBJECT PROGRAM|-
 *   -q N   first queue            -n N   queues, each with rings of its own
 *   -k N   sockets of the first queue; the further ones only send
 *   -o     each queue has a umem of its own, instead of one for all
 *   -c     copy mode              -w     need-wakeup
 *   -b     prefer busy poll       -g     more than one buffer a frame
 *   -s N   bytes of a chunk       -u     unaligned chunks, at odd places
 *   -H N   headroom               -f N   chunks
 *   -p N   chunks that are given to the kernel at first
 *   -m N   metadata of sent frames: 1 checksum, 2 time, 4 launch time
 *   -l N   the launch time is so many nanoseconds behind the time of reception,
 *	    which the program xsk_hints tells
 *   -B N   bind and let go so often, then end
 *   -t N   end after so many seconds; otherwise at SIGTERM
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
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "xsk_program.h"
#include "xsk_socket.h"

#define SOCKETS_MAX	8
#define FRAGS_MAX	17

#ifndef SOL_XDP
#define SOL_XDP 283
#endif

static struct options {
	unsigned int queue, queues, sockets, binds, seconds, given;
	unsigned int meta;
	unsigned int bind_flags;
	bool busy, own;
	long launch;
	const char *ifname, *object, *program;
} options = { .queues = 1, .sockets = 1, .bind_flags = XDP_ZEROCOPY, .given = 256 };

static struct xsk_umem umem = { .frames = 1024, .chunk = 4096 };
static struct xsk_umem own_umem[SOCKETS_MAX];	/* with -o, like the other */
static struct xsk sockets[SOCKETS_MAX];
static unsigned int count;
static int ifindex, map_fd = -1;
static struct bpf_object *object;
static volatile sig_atomic_t stopped;
static unsigned long received[SOCKETS_MAX], sent[SOCKETS_MAX];
static unsigned long owed;	/* descriptors that were sent and not completed yet */
static unsigned long last_rx_tstamp, last_tx_tstamp, stamped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static void fail(const char *what, int err)
{
	fprintf(stderr, "%s: %s\n", what, strerror(-err));
	exit(1);
}

/* ---- program ---- */

static void attach(void)
{
	/* hints are the device's: the others load without it */
	bool bound = !strcmp(options.program, "xsk_hints");
	const char *what;
	int err;

	if (!strcmp(options.program, "-"))
		return;
	err = xsk_program_attach(ifindex, options.object, options.program, bound, &object, &what);
	if (err)
		fail(what, err);
	map_fd = bpf_object__find_map_fd_by_name(object, "sockets");
}

/* ---- sockets ---- */

static void busy_poll(int fd)
{
	int one = 1, usecs = 20, budget = 64;

	if (setsockopt(fd, SOL_SOCKET, SO_PREFER_BUSY_POLL, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL, &usecs, sizeof(usecs)) ||
	    setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL_BUDGET, &budget, sizeof(budget)))
		fail("busy poll", -errno);
}

/* A place in chunk @index; unaligned ones begin anywhere. */
static uint64_t place(unsigned int index)
{
	uint64_t addr = (uint64_t)index * umem.chunk;

	return umem.flags & XDP_UMEM_UNALIGNED_CHUNK_FLAG && index + 1 < umem.frames ?
	       addr + index % 64 : addr;
}

static unsigned int placed;	/* chunks that were given away at open */

/* Before it is bound: from then on frames come. */
static void give(struct xsk *xsk)
{
	unsigned int i;

	for (i = 0; xsk->fill.map && i < options.given && placed < umem.frames; i++)
		xsk_fill(xsk, place(placed++));
	xsk_give(xsk);
}

/* Sockets of one queue share its rings of chunks; those of another have their own. */
static int open_one(unsigned int index)
{
	unsigned int queue = options.queue + (index < options.sockets ? 0 :
					      index - options.sockets + 1);
	bool owns_umem = options.own && index >= options.sockets;
	const struct xsk *first = index && !owns_umem ? &sockets[0] : NULL;
	struct xsk *xsk = &sockets[index];
	int err;

	err = xsk_open(xsk, owns_umem ? &own_umem[index] : &umem, first,
		       !index || index >= options.sockets);
	if (err)
		return err;
	if (options.busy)
		busy_poll(xsk->fd);
	give(xsk);
	err = xsk_bind(xsk, ifindex, queue, options.bind_flags, first);
	if (err) {
		xsk_close(xsk);
		return err;
	}
	return 0;
}

static void make_umems(void)
{
	unsigned int i = options.sockets, end = options.own ? i + options.queues - 1 : i;
	int err = xsk_umem_alloc(&umem);

	for (; !err && i < end; i++) {
		own_umem[i] = umem;
		err = xsk_umem_alloc(&own_umem[i]);
	}
	if (err)
		fail("umem", err);
}

static void free_umems(void)
{
	for (unsigned int i = 0; i < SOCKETS_MAX; i++) {
		if (own_umem[i].area)
			xsk_umem_free(&own_umem[i]);
	}
	xsk_umem_free(&umem);
}

static void close_all(void)
{
	while (count)
		xsk_close(&sockets[--count]);
}

static int open_all(void)
{
	unsigned int wanted = options.sockets + options.queues - 1;
	int err;

	placed = 0;
	for (count = 0; count < wanted; count++) {
		err = open_one(count);
		if (err) {
			close_all();
			return err;
		}
	}
	return 0;
}

static void map_all(void)
{
	unsigned int i, key;

	for (i = 0; i < count; i++) {
		key = sockets[i].queue;
		if (!i || i >= options.sockets)
			bpf_map_update_elem(map_fd, &key, &sockets[i].fd, 0);
	}
}

/* ---- frames ---- */

static uint64_t chunk_of(uint64_t addr)
{
	if (umem.flags & XDP_UMEM_UNALIGNED_CHUNK_FLAG)
		return addr & XSK_UNALIGNED_BUF_ADDR_MASK;
	return addr - addr % umem.chunk;
}

static void turn_round(uint8_t *eth)
{
	uint8_t mac[6];

	memcpy(mac, eth, 6);
	memcpy(eth, eth + 6, 6);
	memcpy(eth + 6, mac, 6);
}

/* Newest struct xsk_tx_metadata; kernels that know less of it let the rest be. */
struct tx_metadata {
	uint64_t flags;
	union {
		struct {
			uint16_t csum_start;
			uint16_t csum_offset;
			uint32_t rsvd;
			uint64_t launch_time;
		} request;
		struct {
			uint64_t tx_timestamp;
		} completion;
	};
};

#define TX_FLAG_LAUNCH_TIME	(1 << 2)

static void ask(struct xsk *xsk, struct xdp_desc *desc)
{
	struct tx_metadata *meta = (void *)(xsk_data(xsk, desc->addr) - umem.meta);

	if (!options.meta)
		return;
	memset(meta, 0, sizeof(*meta));
	if (options.meta & 1) {
		meta->flags |= XDP_TXMD_FLAGS_CHECKSUM;
		meta->request.csum_start = 14;
		meta->request.csum_offset = 2;
	}
	if (options.meta & 2)
		meta->flags |= XDP_TXMD_FLAGS_TIMESTAMP;
	if (options.meta & 4) {
		meta->flags |= TX_FLAG_LAUNCH_TIME;
		meta->request.launch_time = last_rx_tstamp + options.launch;
	}
	desc->options |= XDP_TX_METADATA;
}

static void look_at_hints(const struct xsk *xsk, const struct xdp_desc *desc)
{
	uint64_t tstamp;

	if (strcmp(options.program, "xsk_hints"))
		return;
	memcpy(&tstamp, xsk_data(xsk, desc->addr) - 16, sizeof(tstamp));
	last_rx_tstamp = tstamp;
}

static void take_completions(struct xsk *xsk)
{
	struct tx_metadata *meta;
	uint64_t addr;

	while (xsk->comp.map && xsk_completed(xsk, &addr)) {
		meta = (void *)(xsk_data(xsk, addr) - umem.meta);
		if (options.meta & 2 && meta->completion.tx_timestamp) {
			last_tx_tstamp = meta->completion.tx_timestamp;
			stamped++;
		}
		if (!xsk_fill(xsk, chunk_of(addr)))
			fail("fill ring", -ENOSPC);
		sent[xsk - sockets]++;
		owed--;
	}
}

/* A whole frame goes back, by each socket of the queue in turn. */
static void send_back(struct xsk *xsk, struct xdp_desc *frame, unsigned int frags)
{
	static unsigned int turn;
	struct xsk *by = xsk == &sockets[0] ? &sockets[turn++ % options.sockets] : xsk;

	look_at_hints(xsk, frame);
	turn_round(xsk_data(xsk, frame->addr));
	ask(xsk, frame);
	received[xsk - sockets]++;
	for (unsigned int i = 0; i < frags; i++) {
		if (!xsk_send(by, &frame[i]))
			fail("transmit ring", -ENOSPC);
		owed++;
	}
}

static void serve(struct xsk *xsk)
{
	static struct xdp_desc frame[SOCKETS_MAX][FRAGS_MAX];
	static unsigned int frags[SOCKETS_MAX];
	unsigned int i = xsk - sockets;
	struct xdp_desc desc;

	take_completions(xsk);
	while (xsk_receive(xsk, &desc)) {
		if (frags[i] == FRAGS_MAX)
			fail("frags", -E2BIG);
		frame[i][frags[i]++] = desc;
		if (desc.options & XDP_PKT_CONTD)
			continue;
		send_back(xsk, frame[i], frags[i]);
		frags[i] = 0;
	}
}

/* What was sent last is completed a moment after it has left; of what is lost that is never. */
static void linger(bool always)
{
	for (unsigned int tries = 200; owed && tries; tries--) {
		usleep(10000);
		for (unsigned int i = 0; i < count; i++) {
			take_completions(&sockets[i]);
			xsk_submit(&sockets[i], always);
		}
	}
}

static void run(void)
{
	bool always = !(options.bind_flags & XDP_USE_NEED_WAKEUP) || options.busy;
	time_t end = options.seconds ? time(NULL) + options.seconds : 0;
	struct pollfd fds[SOCKETS_MAX];
	unsigned int i;

	for (i = 0; i < count; i++)
		fds[i] = (struct pollfd){ .fd = sockets[i].fd, .events = POLLIN };
	while (!stopped && (!end || time(NULL) < end)) {
		for (i = 0; i < count; i++)
			serve(&sockets[i]);
		for (i = 0; i < count; i++)
			xsk_submit(&sockets[i], always);
		poll(fds, count, options.busy ? 0 : 20);
	}
	linger(always);
}

/* ---- main ---- */

/* The kernel ends a pool a while after its socket. */
static void open_soon(void)
{
	int err, tries = 500;

	while ((err = open_all()) == -EBUSY && tries--)
		usleep(10000);
	if (err)
		fail("bind", err);
}

static void bind_often(void)
{
	unsigned int i;

	for (i = 0; i < options.binds && !stopped; i++) {
		open_soon();
		map_all();
		for (unsigned int j = 0; j < 5; j++) {
			for (unsigned int k = 0; k < count; k++) {
				serve(&sockets[k]);
				xsk_submit(&sockets[k], true);
			}
			usleep(10000);
		}
		close_all();
	}
}

/* Of those of one queue the first has its rings, and counts for all of them. */
static void report(void)
{
	unsigned long all_received = 0, all_sent = 0;
	struct xdp_statistics stats = {};
	socklen_t len = sizeof(stats);

	for (unsigned int i = 0; i < count; i++) {
		if (!sockets[i].owns_fill)
			continue;
		printf("received_%u %lu\nsent_%u %lu\n", sockets[i].queue, received[i],
		       sockets[i].queue, sent[i]);
		all_received += received[i];
		all_sent += sent[i];
	}
	if (count)
		getsockopt(sockets[0].fd, SOL_XDP, XDP_STATISTICS, &stats, &len);
	printf("received %lu\nsent %lu\nring_full %llu\nfill_empty %llu\ninvalid %llu\n"
	       "rx_tstamp %lu\ntx_tstamp %lu\nstamped %lu\n",
	       all_received, all_sent, stats.rx_ring_full, stats.rx_fill_ring_empty_descs,
	       stats.tx_invalid_descs, last_rx_tstamp, last_tx_tstamp, stamped);
}

static void parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "q:n:k:ocwbgs:uH:f:p:m:l:B:t:")) != -1) {
		switch (option) {
		case 'q': options.queue = atoi(optarg); break;
		case 'n': options.queues = atoi(optarg); break;
		case 'k': options.sockets = atoi(optarg); break;
		case 'o': options.own = true; break;
		case 'c': options.bind_flags ^= XDP_ZEROCOPY | XDP_COPY; break;
		case 'w': options.bind_flags |= XDP_USE_NEED_WAKEUP; break;
		case 'b': options.busy = true; break;
		case 'g': options.bind_flags |= XDP_USE_SG; break;
		case 's': umem.chunk = atoi(optarg); break;
		case 'u': umem.flags |= XDP_UMEM_UNALIGNED_CHUNK_FLAG; umem.huge = true; break;
		case 'H': umem.headroom = atoi(optarg); break;
		case 'f': umem.frames = atoi(optarg); break;
		case 'p': options.given = atoi(optarg); break;
		case 'm': options.meta = atoi(optarg); umem.meta = sizeof(struct tx_metadata); break;
		case 'l': options.launch = atol(optarg); break;
		case 'B': options.binds = atoi(optarg); break;
		case 't': options.seconds = atoi(optarg); break;
		default: exit(2);
		}
	}
	if (argc - optind != 3 || options.sockets + options.queues - 1 > SOCKETS_MAX)
		exit(2);
	options.ifname = argv[optind];
	options.object = argv[optind + 1];
	options.program = argv[optind + 2];
}

int main(int argc, char **argv)
{
	int err;

	parse(argc, argv);
	ifindex = if_nametoindex(options.ifname);
	signal(SIGTERM, stop);
	make_umems();
	attach();
	if (options.binds) {
		bind_often();
	} else {
		err = open_all();
		if (err) {
			xsk_program_detach(ifindex, object);
			fail("bind", err);
		}
		map_all();
		printf("ready\n");
		fflush(stdout);
		run();
	}
	report();
	close_all();
	xsk_program_detach(ifindex, object);
	free_umems();
	return 0;
}
