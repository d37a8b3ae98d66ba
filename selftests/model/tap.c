// SPDX-License-Identifier: GPL-2.0-only
/*
 * A wire that leads out:
 *
 *	card 0 port 0 ---- TAP vgtap0 ---- packet socket of this test
 *
 * all in a network namespace of its own: the machine's network sees nothing.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "../lib/ktap.h"
#include "rig.h"

#define TAP		"vgtap0"
#define ETH_TYPE	0x88b5	/* for local experiments */

static struct rig rig;
static struct rig_cq cq;
static struct rig_qp qp;
static uint64_t frame, buffer;

/* Looks before it opens /dev/net/tun: that could load a module. */
static void need_tun(void)
{
	if (access("/sys/class/misc/tun", F_OK) || access("/dev/net/tun", R_OK | W_OK)) {
		ktap_note("no TUN driver, or no right to use it");
		_exit(KTAP_SKIP);
	}
	if (unshare(CLONE_NEWNET)) {
		ktap_note("no right to make a network namespace");
		_exit(KTAP_SKIP);
	}
}

/* Up, and a packet socket on it. */
static int open_tap(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_TYPE));
	struct sockaddr_ll addr = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_TYPE) };
	const struct timeval limit = { .tv_sec = 5 };
	struct ifreq ifr = { .ifr_name = TAP };

	CLIENT_CHECK(fd >= 0);
	ifr.ifr_flags = IFF_UP;
	CLIENT_EQ(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	addr.sll_ifindex = if_nametoindex(TAP);
	CLIENT_CHECK(addr.sll_ifindex);
	CLIENT_EQ(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	CLIENT_EQ(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
	return fd;
}

/* Only what is for us: the machine greets a new interface with multicast of its own. */
static int start(void)
{
	struct gnic_hw_filter filter = { .count = cpu_to_le32(1) };

	memcpy(filter.mac[0], "\x02\x11\x22\x33\x44\x55", 6);
	need_tun();
	rig_open(&rig, (const char *[]) { "--topology", "0.0-tap:" TAP, NULL });
	rig_cq(&rig, &cq, 6, 5, GNIC_VECTOR_NONE);
	rig_raw(&rig, &qp, 0, &cq, 4);
	rig_rss_one(&rig, 0, qp.qpn);
	RIG_OK(&rig, GNIC_CMD_FILTER_SET, &filter, sizeof(filter), NULL, 0);
	rig_port_admin(&rig, 0, true);
	frame = rig_alloc(&rig, 2048, 64);
	buffer = rig_alloc(&rig, 2048, 64);
	memcpy(rig_ptr(&rig, frame), "\x02\x11\x22\x33\x44\x55\x02\x66\x77\x88\x99\xaa\x88\xb5", 14);
	memset((uint8_t *)rig_ptr(&rig, frame) + 14, 0x5c, 1000);
	return open_tap();
}

static void link_is_up(void)
{
	struct gnic_hw_port_info info;

	start();
	rig_port_info(&rig, 0, &info);
	CLIENT_CHECK(info.state & GNIC_PORT_STATE_LINK);
	CLIENT_EQ(info.external, 1);
	rig_close(&rig);
}

static void out(void)
{
	uint8_t got[2048];
	int fd = start();

	rig_raw_post(&rig, &qp, frame, 500);
	rig_ring_sq(&rig, &qp);
	CLIENT_EQ(recv(fd, got, sizeof(got), 0), 500);
	CLIENT_EQ(memcmp(got, rig_ptr(&rig, frame), 500), 0);
	rig_close(&rig);
}

static void in(void)
{
	const struct gnic_hw_raw_cqe *cqe;
	const uint8_t *got;
	int fd = start();

	got = rig_ptr(&rig, buffer);
	rig_recv_post(&rig, &qp, buffer, 2048);
	/* Shorter than a frame may be: the MAC at this end has to pad it. */
	CLIENT_EQ(send(fd, rig_ptr(&rig, frame), 30, 0), 30);
	cqe = rig_cq_wait(&rig, &cq);
	CLIENT_EQ(le32_to_cpu(cqe->size), 60);
	CLIENT_EQ(memcmp(got, rig_ptr(&rig, frame), 30), 0);
	CLIENT_EQ(got[30], 0);
	rig_close(&rig);
}

static const struct ktap_test tests[] = {
	{ "tap: link", link_is_up },
	{ "tap: out", out },
	{ "tap: in", in },
};

KTAP_MAIN(tests)
