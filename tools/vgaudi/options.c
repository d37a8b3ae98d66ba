// SPDX-License-Identifier: GPL-2.0-only
/* Options are a table: name, kind, bounds, help. */
#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/memmap.h"
#include "hw/reg_ctl.h"

#include "options.h"
#include "topology.h"

enum option_kind {
	OPTION_UINT,		/* unsigned int, within min and max */
	OPTION_U64,
	OPTION_SIZE,		/* uint64_t, power of two, within min and max */
	OPTION_STRING,
	OPTION_SET,		/* bool */
	OPTION_HELP,
	OPTION_VERSION,
};

struct option_row {
	const char *name;
	enum option_kind kind;
	size_t offset;
	uint64_t min, max;
	const char *arg;
	const char *help;
};

#define AT(member)	offsetof(struct options, member)

static const struct option_row option_rows[] = {
	{ "cards", OPTION_UINT, AT(cards), 1, TOPOLOGY_CARDS_MAX, "N", "cards (1)" },
	{ "ports", OPTION_UINT, AT(ports), 1, GNIC_PORTS_MAX, "N", "ports a card, 1 to 24 (2)" },
	{ "topology", OPTION_STRING, AT(topology), 0, 0, "T",
	  "none, pair, loop, hls2, or links: 0.0-1.0,0.1-tap:NAME\n"
	  "                    (pair for an even number of cards, else loop)" },
	{ "socket-dir", OPTION_STRING, AT(socket_dir), 0, 0, "DIR",
	  "listen on DIR/card0.sock, DIR/card1.sock, ..." },
	{ "socket", OPTION_STRING, AT(socket), 0, 0, "PATH", "listen on PATH (one card)" },
	{ "control", OPTION_STRING, AT(control), 0, 0, "PATH", "control socket: JSON lines" },
	{ "pcap", OPTION_STRING, AT(pcap), 0, 0, "PATH",
	  "capture all wires, to a file, or to a file each in a directory" },
	{ "state-dir", OPTION_STRING, AT(state_dir), 0, 0, "DIR",
	  "keep what cards store in DIR/card0.nvm, DIR/card1.nvm, ..." },
	{ "hbm-size", OPTION_SIZE, AT(hbm_size), 1 << 20, 1ull << 40, "SIZE",
	  "device memory a card, a power of two (256M)" },
	{ "vectors", OPTION_UINT, AT(vectors), 1, GNIC_VECTORS_MAX, "N", "MSI-X vectors (64)" },
	{ "serial", OPTION_U64, AT(serial), 0, 0, "N", "serial number of card 0" },
	{ "seed", OPTION_U64, AT(seed), 0, 0, "N", "seed of random faults (1)" },
	{ "without", OPTION_STRING, AT(without), 0, 0, "CAPS",
	  "capabilities that cards lack: SHADOW_DB,QP_MOVE,... (hardware.rst)" },
	{ "step", OPTION_SET, AT(step), 0, 0, NULL,
	  "time passes only by the control command \"step\"" },
	{ "version", OPTION_VERSION, 0, 0, 0, NULL, "print the version and exit" },
	{ "help", OPTION_HELP, 0, 0, 0, NULL, "print this and exit" },
};

#define OPTION_ROWS	(sizeof(option_rows) / sizeof(option_rows[0]))

static const struct options options_default = {
	.cards = 1,
	.ports = 2,
	.vectors = 64,
	.hbm_size = 256ull << 20,
	.serial = 0x1da3ff0700a10001ull,
	.seed = 1,
	.without = "",
};

static bool options_number(const char *text, uint64_t *number, const char **end)
{
	char *stop;

	/* strtoull() would take a sign and blanks. */
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*number = strtoull(text, &stop, 0);
	*end = stop;
	return !errno && stop != text;
}

bool options_size(const char *text, uint64_t *size)
{
	static const char units[] = "KMGT";
	const char *end, *unit;
	unsigned int shift;

	if (!options_number(text, size, &end))
		return false;
	if (!*end)
		return true;
	unit = strchr(units, *end);
	if (!unit || end[1])
		return false;
	shift = 10 * (unit - units + 1);
	if (*size > UINT64_MAX >> shift)
		return false;
	*size <<= shift;
	return true;
}

static bool option_complain(const struct option_row *row, const char *arg, const char *why)
{
	fprintf(stderr, "vgaudi: --%s: '%s' %s\n", row->name, arg, why);
	return false;
}

static bool option_uint(const struct option_row *row, unsigned int *value, const char *arg)
{
	const char *end;
	uint64_t number;
	char why[64];

	if (!options_number(arg, &number, &end) || *end || number < row->min || number > row->max) {
		snprintf(why, sizeof(why), "is not a number from %llu to %llu",
			 (unsigned long long)row->min, (unsigned long long)row->max);
		return option_complain(row, arg, why);
	}
	*value = number;
	return true;
}

static bool option_u64(const struct option_row *row, uint64_t *value, const char *arg)
{
	const char *end;

	if (!options_number(arg, value, &end) || *end)
		return option_complain(row, arg, "is not a number");
	return true;
}

static bool option_size(const struct option_row *row, uint64_t *value, const char *arg)
{
	if (!options_size(arg, value) || *value < row->min || *value > row->max ||
	    *value & (*value - 1))
		return option_complain(row, arg, "is not a power of two from 1M to 1T");
	return true;
}

static bool option_string(const struct option_row *row, const char **value, const char *arg)
{
	if (!*arg)
		return option_complain(row, arg, "is empty");
	*value = arg;
	return true;
}

static void options_help(void)
{
	unsigned int i;

	printf("Usage: vgaudi --socket-dir DIR [OPTION]...\n"
	       "Virtual Gaudi cards for vfio-user clients such as QEMU.\n\n");
	for (i = 0; i < OPTION_ROWS; i++)
		printf("  --%-10s %-5s  %s\n", option_rows[i].name,
		       option_rows[i].arg ? option_rows[i].arg : "", option_rows[i].help);
}

static void options_version(void)
{
	printf("vgaudi, hardware contract %u.%u\n", GNIC_HW_VERSION_MAJOR, GNIC_HW_VERSION_MINOR);
}

static enum options_result option_apply(const struct option_row *row, struct options *options,
					const char *arg)
{
	void *at = (uint8_t *)options + row->offset;
	bool ok = true;

	switch (row->kind) {
	case OPTION_UINT:
		ok = option_uint(row, at, arg);
		break;
	case OPTION_U64:
		ok = option_u64(row, at, arg);
		break;
	case OPTION_SIZE:
		ok = option_size(row, at, arg);
		break;
	case OPTION_STRING:
		ok = option_string(row, at, arg);
		break;
	case OPTION_SET:
		*(bool *)at = true;
		break;
	case OPTION_HELP:
		options_help();
		return OPTIONS_DONE;
	case OPTION_VERSION:
		options_version();
		return OPTIONS_DONE;
	}
	return ok ? OPTIONS_RUN : OPTIONS_BAD;
}

/* What can only be judged of all options together; NULL: nothing is wrong. */
static const char *options_check(const struct options *options)
{
	if (!options->socket && !options->socket_dir)
		return "--socket-dir is missing";
	if (options->socket && options->socket_dir)
		return "--socket and --socket-dir exclude each other";
	if (options->socket && options->cards != 1)
		return "--socket is for one card: use --socket-dir";
	if (options->step && !options->control)
		return "--step needs --control";
	return NULL;
}

static void options_getopt(struct option *longopts)
{
	unsigned int i;

	for (i = 0; i < OPTION_ROWS; i++) {
		longopts[i].name = option_rows[i].name;
		longopts[i].has_arg = option_rows[i].arg ? required_argument : no_argument;
		longopts[i].val = i;
	}
}

enum options_result options_parse(struct options *options, int argc, char *argv[])
{
	struct option longopts[OPTION_ROWS + 1] = { 0 };
	enum options_result result;
	const char *problem;
	int row;

	*options = options_default;
	options_getopt(longopts);
	optind = 0;
	while ((row = getopt_long(argc, argv, "", longopts, NULL)) >= 0) {
		if (row >= (int)OPTION_ROWS)
			return OPTIONS_BAD;	/* '?', and getopt has said why */
		result = option_apply(&option_rows[row], options, optarg);
		if (result != OPTIONS_RUN)
			return result;
	}
	if (optind < argc) {
		fprintf(stderr, "vgaudi: unexpected argument '%s'\n", argv[optind]);
		return OPTIONS_BAD;
	}
	problem = options_check(options);
	if (problem)
		fprintf(stderr, "vgaudi: %s (--help shows all options)\n", problem);
	return problem ? OPTIONS_BAD : OPTIONS_RUN;
}
