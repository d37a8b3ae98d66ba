/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of subcommands. */
#ifndef GNICCTL_CMD_H
#define GNICCTL_CMD_H

/**
 * struct cmd - a subcommand
 * @name: as it is typed
 * @run: argv[0] is @name; the result is the exit status
 * @synopsis: what follows the name
 * @help: a line for the list
 */
struct cmd {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *synopsis;
	const char *help;
};

/*
 * Runs the entry that argv[1] names; @prefix is what was typed before it.
 * "help", "-h" and "--help" print the list.
 */
int cmd_dispatch(const struct cmd *table, const char *prefix, int argc, char **argv);

/* "--help" of a subcommand: prints and ends. */
void cmd_help(const char *text) __attribute__((noreturn));

int show_main(int argc, char **argv);
int accel_main(int argc, char **argv);
int accel_info_main(int argc, char **argv);
int accel_run_main(int argc, char **argv);
int accel_rdma_main(int argc, char **argv);
int accel_target_main(int argc, char **argv);
int accel_recv_main(int argc, char **argv);
int sim_main(int argc, char **argv);

#endif
