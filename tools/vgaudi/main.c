// SPDX-License-Identifier: GPL-2.0-only
/* vgaudi: Gaudi cards for vfio-user clients. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define EXIT_USAGE	2

static struct loop *main_loop;

static void main_signal(int sig)
{
	(void)sig;
	loop_stop(main_loop);
}

static void main_catch_signals(struct loop *loop)
{
	struct sigaction end = { .sa_handler = main_signal };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	main_loop = loop;
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	/* A peer that hangs up is an error of the write. */
	sigaction(SIGPIPE, &ignore, NULL);
}

int main(int argc, char *argv[])
{
	struct options options;
	struct sim *sim;
	int ret;

	switch (options_parse(&options, argc, argv)) {
	case OPTIONS_DONE:
		return EXIT_SUCCESS;
	case OPTIONS_BAD:
		return EXIT_USAGE;
	default:
		break;
	}
	sim = sim_create(&options);
	if (!sim)
		return EXIT_FAILURE;
	main_catch_signals(sim->loop);
	ret = loop_run(sim->loop);
	if (ret)
		fprintf(stderr, "vgaudi: event loop: %s\n", strerror(-ret));
	sim_destroy(sim);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
