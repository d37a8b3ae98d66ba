// SPDX-License-Identifier: GPL-2.0-only
/* gnicctl accel run */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "err.h"
#include "file.h"
#include "out.h"
#include "script.h"

static const char accel_run_help[] =
"usage: gnicctl accel run [-d DEV] [--json] SCRIPT\n"
"       gnicctl accel run [-d DEV] [--json] -e TEXT\n"
"Runs the commands of a file (\"-\": standard input) or of TEXT, a line each;\n"
"\";\" ends a line, too, and \"#\" begins a comment. Numbers may be hexadecimal\n"
"(0x...) or end with K, M or G. The first failure ends it. What the device does\n"
"goes on while the next commands are read, until \"wait\" or the end.\n"
"  -d, --device DEV  card of the context: pci/0000:00:10.0, accel0, ...\n"
"  -e, --text TEXT   the script itself\n"
"  --json            results as JSON\n"
"commands:\n";

static void accel_run_usage(void)
{
	fputs(accel_run_help, stdout);
	script_help();
	exit(EXIT_SUCCESS);
}

static char *accel_run_file(const char *name)
{
	size_t len;
	char *text = (char *)file_read(name, &len);

	text = realloc(text, len + 1);
	if (!text)
		fail("out of memory");
	text[len] = '\0';
	if (strlen(text) != len)
		usage_error("%s is no text", name);
	return text;
}

int accel_run_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "text", required_argument, NULL, 'e' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	struct script *script = xcalloc(1, sizeof(*script));
	const char *place = "text";
	char *text = NULL;
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "d:e:jh", options, NULL)) != -1) {
		switch (option) {
		case 'd':
			script->device = optarg;
			break;
		case 'e':
			text = xstrdup(optarg);
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			accel_run_usage();
			break;
		default:
			usage_error("see \"gnicctl accel run --help\"");
		}
	}
	if (argc - optind != (text ? 0 : 1))
		usage_error("accel run: one script, or -e TEXT");
	if (!text) {
		place = strcmp(argv[optind], "-") ? argv[optind] : "stdin";
		text = accel_run_file(argv[optind]);
	}
	out_begin(json);
	out_open_stream("results");
	script_run(script, place, text);
	out_close();
	out_end();
	script_end(script);
	return EXIT_SUCCESS;
}
