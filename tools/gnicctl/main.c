// SPDX-License-Identifier: GPL-2.0-only
/* gnicctl: the little that the standard tools cannot show. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "err.h"

static const struct cmd main_cmds[] = {
	{ "show", show_main, "[--stats] [--json] [DEV]",
	  "cards, ports, groups and QPs in one picture" },
	{ "accel", accel_main, "COMMAND ...",
	  "move data by hand with the compute device" },
	{ "sim", sim_main, "[--control PATH] COMMAND [NAME=VALUE]...",
	  "ask or tell the virtual card: faults, links, counters" },
	{ 0 }
};

static const struct cmd accel_cmds[] = {
	{ "info", accel_info_main, "[--json] [DEV]", "what the compute devices offer" },
	{ "run", accel_run_main, "[-d DEV] [--json] SCRIPT|-|-e TEXT",
	  "several steps in one context: alloc, write, rdma, recv ..." },
	{ "rdma", accel_rdma_main, "[-d DEV] --group SFNUM --file FILE --to ADDRESS",
	  "RDMA WRITE a file into memory of the far end" },
	{ "target", accel_target_main, "[-d DEV] --group SFNUM --size SIZE --out FILE",
	  "be the far end of \"rdma\": memory, until the immediate arrives" },
	{ "recv", accel_recv_main, "[-d DEV] --group SFNUM --count N --out FILE",
	  "collect the frames that a raw group receives" },
	{ 0 }
};

int accel_main(int argc, char **argv)
{
	return cmd_dispatch(accel_cmds, "gnicctl accel", argc, argv);
}

/* What was printed and did not reach its reader is a failure, too. */
static void main_flush(void)
{
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "gnicctl: standard output: not all was written\n");
		_Exit(EXIT_FAILURE);
	}
}

int main(int argc, char **argv)
{
	atexit(main_flush);
	return cmd_dispatch(main_cmds, "gnicctl", argc, argv);
}
