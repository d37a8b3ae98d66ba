// SPDX-License-Identifier: GPL-2.0-only
/* The control port of the virtual card. */
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib.h"

#define SIM_PORT	"/dev/virtio-ports/vgaudi.control"

static int sim;

void sim_open(void)
{
	sim = open(SIM_PORT, O_RDWR);
	if (sim < 0)
		test_skip_all("no control port of the virtual card");
}

bool sim_cmd(const char *fmt, ...)
{
	struct pollfd pollfd = { .fd = sim, .events = POLLIN };
	char line[512] = "";
	size_t len = 0;
	va_list ap;
	ssize_t n;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	test_must(write(sim, line, strlen(line)) == (ssize_t)strlen(line), "the control port");
	memset(line, 0, sizeof(line));
	while (!strchr(line, '\n') && len < sizeof(line) - 1 && poll(&pollfd, 1, 10000) == 1) {
		n = read(sim, line + len, sizeof(line) - 1 - len);
		len += n > 0 ? n : 0;
	}
	return strstr(line, "\"ok\":true");
}
