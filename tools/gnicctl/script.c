// SPDX-License-Identifier: GPL-2.0-only
/* Lines of a script: words, and the command that they call. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "script.h"

#define SCRIPT_WORDS	24

static const struct script_cmd *const script_tables[] = {
	script_mem_cmds,
	script_group_cmds,
	script_rdma_cmds,
};

#define SCRIPT_TABLES	(sizeof(script_tables) / sizeof(script_tables[0]))

void script_help(void)
{
	const struct script_cmd *cmd;
	unsigned int i;

	for (i = 0; i < SCRIPT_TABLES; i++)
		for (cmd = script_tables[i]; cmd->name; cmd++)
			printf("  %s %s\n         %s\n", cmd->name, cmd->synopsis, cmd->help);
}

static const struct script_cmd *script_find(const char *name)
{
	const struct script_cmd *cmd;
	unsigned int i;

	for (i = 0; i < SCRIPT_TABLES; i++)
		for (cmd = script_tables[i]; cmd->name; cmd++)
			if (strcmp(cmd->name, name) == 0)
				return cmd;
	usage_error("there is no command \"%s\", see \"gnicctl accel run --help\"", name);
}

/* Words of a line, up to "#". */
static int script_words(char *line, char **argv)
{
	int argc = 0;
	char *word;

	line[strcspn(line, "#")] = '\0';
	for (word = strtok(line, " \t\r"); word; word = strtok(NULL, " \t\r")) {
		if (argc == SCRIPT_WORDS)
			usage_error("more than %d words", SCRIPT_WORDS);
		argv[argc++] = word;
	}
	return argc;
}

static void script_line(struct script *script, char *line)
{
	const struct script_cmd *cmd;
	char *argv[SCRIPT_WORDS];
	int argc = script_words(line, argv);

	if (!argc)
		return;
	cmd = script_find(argv[0]);
	if (argc - 1 < cmd->min || argc - 1 > cmd->max)
		usage_error("usage: %s %s", cmd->name, cmd->synopsis);
	cmd->run(script, argc, argv);
}

/* Lines end with a new line or ";". What is under way in the end is waited for. */
void script_run(struct script *script, const char *place, const char *text)
{
	char *copy = xstrdup(text), *next = copy, *line;
	unsigned int number = 1;
	char end;
	size_t len;

	while (*next) {
		line = next;
		len = strcspn(line, "\n;");
		end = line[len];
		line[len] = '\0';
		next = line + len + (end ? 1 : 0);
		err_set_place(place, number);
		script_line(script, line);
		number += end == '\n';
	}
	script_wait(script);
	err_set_place(NULL, 0);
	free(copy);
}
