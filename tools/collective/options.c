// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collective.h"

#define OPTIONS_SIZE_MAX	(1ull << 30)

static const char options_help[] =
"usage: mpirun -np N gnic-collective COLLECTIVE [OPTION]...\n"
"COLLECTIVE: allreduce reduce-scatter allgather alltoall broadcast sendrecv, or all\n"
"  --size BYTES      of the vector (default 1M); K, M, G are powers of 1024\n"
"  --type T          int8 int16 int32 uint8 uint16 uint32 bf16 fp16 fp32 (default),\n"
"                    and, of what reduces, bf16-fp32 fp16-fp32: sent as one, added as\n"
"                    the other; or all, one after another\n"
"  --op O            sum (default) sub min max, or all\n"
"  --iterations N    that are timed (default 10)\n"
"  --verify N        more of them, whose result is verified (default 1)\n"
"  --root R          of broadcast (default 0)\n"
"  --sfnum S         the group of link L to rank R is S + 4 R + L (default 100)\n"
"  --timeout SECONDS for a peer to do its part (default 30)\n"
"  --mpi             MPI_Allreduce of the same vector in host memory, for comparison\n";

enum { OPTION_SIZE = 1, OPTION_TYPE, OPTION_OP, OPTION_ITERATIONS, OPTION_VERIFY, OPTION_ROOT,
       OPTION_SFNUM, OPTION_TIMEOUT, OPTION_MPI, OPTION_HELP };

static const struct option options_long[] = {
	{ "size", required_argument, NULL, OPTION_SIZE },
	{ "type", required_argument, NULL, OPTION_TYPE },
	{ "op", required_argument, NULL, OPTION_OP },
	{ "iterations", required_argument, NULL, OPTION_ITERATIONS },
	{ "verify", required_argument, NULL, OPTION_VERIFY },
	{ "root", required_argument, NULL, OPTION_ROOT },
	{ "sfnum", required_argument, NULL, OPTION_SFNUM },
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ "mpi", no_argument, NULL, OPTION_MPI },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ 0 }
};

/* NULL, or what is wrong. */
static const char *options_number(const char *text, uint64_t min, uint64_t max, uint64_t *number)
{
	static const char units[] = "KMG";
	const char *unit;
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 0);
	if (end == text || *text == '-' || errno)
		return "is no number";
	unit = *end ? strchr(units, *end) : NULL;
	if (*end && (!unit || end[1]))
		return "is no number";
	if (unit && *number > max >> 10 * (unit - units + 1))
		return "is too large";
	if (unit)
		*number <<= 10 * (unit - units + 1);
	if (*number > max)
		return "is too large";
	return *number < min ? "is too small" : NULL;
}

static const char *options_u32(const char *text, uint32_t min, uint32_t max, uint32_t *number)
{
	uint64_t value;
	const char *wrong = options_number(text, min, max, &value);

	*number = (uint32_t)value;
	return wrong;
}

static const char *options_collective_name(uint32_t index)
{
	const struct collective *collective = collective_at(index);

	return collective ? collective->name : NULL;
}

static const char *options_type_name(uint32_t index)
{
	const struct gnic_accel_type *type = gnic_accel_type_at(index);

	return type ? type->name : NULL;
}

/* false: it is not among the names. */
static bool options_index(const char *word, const char *(*name)(uint32_t), uint32_t *index)
{
	*index = COLL_ALL;
	if (strcmp(word, "all") == 0)
		return true;
	for (*index = 0; name(*index); ++*index)
		if (strcmp(word, name(*index)) == 0)
			return true;
	return false;
}

static const char *options_one(struct options *options, int option)
{
	uint32_t seconds;
	const char *wrong;

	switch (option) {
	case OPTION_SIZE:
		return options_number(optarg, 1, OPTIONS_SIZE_MAX, &options->size);
	case OPTION_TYPE:
		return options_index(optarg, options_type_name, &options->type) ?
		       NULL : "is no type";
	case OPTION_OP:
		return options_index(optarg, op_name, &options->op) ? NULL : "is no operation";
	case OPTION_ITERATIONS:
		return options_u32(optarg, 1, 1000000, &options->iterations);
	case OPTION_VERIFY:
		return options_u32(optarg, 1, 1000000, &options->verified);
	case OPTION_ROOT:
		return options_u32(optarg, 0, COLL_RANKS_MAX - 1, &options->root);
	case OPTION_SFNUM:
		return options_u32(optarg, 0, 32767, &options->sfnum);
	case OPTION_TIMEOUT:
		wrong = options_u32(optarg, 1, 86400, &seconds);
		options->timeout_ms = 1000 * seconds;
		return wrong;
	case OPTION_MPI:
		options->mpi = true;
		return NULL;
	}
	return "is unknown";
}

static int options_wrong(bool talk, const char *word, const char *why)
{
	if (talk)
		fprintf(stderr, "gnic-collective: %s %s: see --help\n", word, why);
	return OPTIONS_USAGE;
}

static int options_check(const struct options *options, bool talk)
{
	const struct collective *collective = collective_at(options->collective);
	const struct gnic_accel_type *type = gnic_accel_type_at(options->type);

	if (options->size % (type ? type->src : 4))
		return options_wrong(talk, "--size", "is no whole number of this type");
	if (collective && type && !collective->reduces && type->src != type->dst)
		return options_wrong(talk, type->name, "is of reductions only");
	if (options->mpi && (!collective || strcmp(collective->name, "allreduce") || !type ||
			     strcmp(type->name, "fp32") || options->op != DRM_GNIC_REDUCTION_ADD))
		return options_wrong(talk, "--mpi", "is of allreduce of fp32 with sum only");
	return 0;
}

int options_parse(struct options *options, int argc, char **argv, bool talk)
{
	const char *wrong;
	int option;

	*options = (struct options){ .size = 1 << 20, .iterations = 10, .verified = 1,
				     .sfnum = 100, .timeout_ms = 30000 };
	options_index("fp32", options_type_name, &options->type);
	opterr = talk;
	while ((option = getopt_long(argc, argv, "", options_long, NULL)) != -1) {
		if (option == OPTION_HELP) {
			if (talk)
				fputs(options_help, stdout);
			return OPTIONS_HELP;
		}
		if (option == '?')
			return OPTIONS_USAGE;
		wrong = options_one(options, option);
		if (wrong)
			return options_wrong(talk, optarg, wrong);
	}
	if (argc - optind != 1)
		return options_wrong(talk, "one collective", "is needed");
	if (!options_index(argv[optind], options_collective_name, &options->collective))
		return options_wrong(talk, argv[optind], "is no collective");
	return options_check(options, talk);
}
