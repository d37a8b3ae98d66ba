// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device of fakedev.c as a process: "fakedev --socket-dir DIR" listens on
 * DIR/card0.sock as vgaudi does, so that the same tests run against both.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "fakedev.h"

#define VECTORS	256
#define HBM	(256ull << 20)

static struct loop *loop;

static void on_signal(int sig)
{
	(void)sig;
	loop_stop(loop);
}

int main(int argc, char **argv)
{
	const struct sigaction sa = { .sa_handler = on_signal };
	struct fakedev *fake;
	char path[256];
	int ret;

	if (argc < 3 || strcmp(argv[1], "--socket-dir")) {
		fprintf(stderr, "usage: fakedev --socket-dir DIR\n");
		return 2;
	}
	snprintf(path, sizeof(path), "%s/card0.sock", argv[2]);
	loop = loop_create(NULL);
	fake = loop ? fakedev_create(loop, path, VECTORS, HBM) : NULL;
	if (!fake) {
		perror(path);
		return 1;
	}
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	ret = loop_run(loop);
	fakedev_destroy(fake);
	loop_destroy(loop);
	return ret ? 1 : 0;
}
