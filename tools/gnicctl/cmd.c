// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "err.h"

static void cmd_list(const struct cmd *table, const char *prefix)
{
	printf("usage: %s COMMAND\n", prefix);
	for (; table->name; table++)
		printf("  %s %s\n         %s\n", table->name, table->synopsis, table->help);
	printf("COMMAND --help says more.\n");
}

static int cmd_is_help(const char *word)
{
	return strcmp(word, "help") == 0 || strcmp(word, "-h") == 0 ||
	       strcmp(word, "--help") == 0;
}

int cmd_dispatch(const struct cmd *table, const char *prefix, int argc, char **argv)
{
	const struct cmd *entry;

	if (argc < 2)
		usage_error("a command is missing, see \"%s help\"", prefix);
	if (cmd_is_help(argv[1])) {
		cmd_list(table, prefix);
		return EXIT_SUCCESS;
	}
	for (entry = table; entry->name; entry++)
		if (strcmp(entry->name, argv[1]) == 0)
			return entry->run(argc - 1, argv + 1);
	usage_error("there is no command \"%s\", see \"%s help\"", argv[1], prefix);
}

void cmd_help(const char *text)
{
	fputs(text, stdout);
	exit(EXIT_SUCCESS);
}
