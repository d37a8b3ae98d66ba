// SPDX-License-Identifier: GPL-2.0-only
/* TAP interfaces: raw Ethernet frames, one a read or write. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tap.h"
#include "wire.h"

#define TAP_BUDGET	64	/* frames a round of the loop */
#define TAP_FRAME_MIN	60	/* a MAC pads, a TAP does not */

struct tap {
	struct loop *loop;
	struct loop_fd lfd;
	struct wire *wire;
	char name[IFNAMSIZ];
	uint64_t lost;		/* the interface is down or its queue is full */
};

static void tap_readable(void *opaque, uint32_t events)
{
	uint8_t buf[WIRE_FRAME_MAX];
	struct tap *tap = opaque;
	int budget = TAP_BUDGET;
	ssize_t len;

	(void)events;
	while (budget-- && (len = read(tap->lfd.fd, buf, sizeof(buf))) > 0) {
		if (len < TAP_FRAME_MIN) {
			memset(buf + len, 0, TAP_FRAME_MIN - len);
			len = TAP_FRAME_MIN;
		}
		if (tap->wire)
			wire_from_tap(tap->wire, tap, buf, len);
	}
}

void tap_write(struct tap *tap, const uint8_t *frame, size_t len)
{
	if (write(tap->lfd.fd, frame, len) != (ssize_t)len)
		tap->lost++;
}

static int tap_open(struct tap *tap)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	tap->lfd.fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tap->lfd.fd < 0)
		return -errno;
	memcpy(ifr.ifr_name, tap->name, IFNAMSIZ);
	if (ioctl(tap->lfd.fd, TUNSETIFF, &ifr))
		return -errno;
	return loop_fd_add(tap->loop, &tap->lfd, EPOLLIN);
}

struct tap *tap_create(struct loop *loop, const char *name)
{
	struct tap *tap = calloc(1, sizeof(*tap));
	int ret;

	if (!tap)
		return NULL;
	tap->loop = loop;
	tap->lfd.cb = tap_readable;
	tap->lfd.opaque = tap;
	strncpy(tap->name, name, IFNAMSIZ - 1);
	ret = tap_open(tap);
	if (!ret)
		return tap;
	if (tap->lfd.fd >= 0)
		close(tap->lfd.fd);
	free(tap);
	errno = -ret;
	return NULL;
}

void tap_destroy(struct tap *tap)
{
	loop_fd_del(tap->loop, &tap->lfd);
	close(tap->lfd.fd);
	free(tap);
}

void tap_attach(struct tap *tap, struct wire *wire)
{
	tap->wire = wire;
}

const char *tap_name(const struct tap *tap)
{
	return tap->name;
}
