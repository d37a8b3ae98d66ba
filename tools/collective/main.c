// SPDX-License-Identifier: GPL-2.0-only
#include <mpi.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collective.h"

#define UNTOUCHED	0xee
#define RULER \
	"###############################################################################\n"

/* mpirun, or Slurm, ends the others. */
void coll_die(const struct coll *coll, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	/* at once: others may speak, too */
	fprintf(stderr, "gnic-collective: rank %u: %s\n", coll->rank, why);
	MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
	abort();
}

/* ---- times: of the slowest rank, in seconds ---- */

static double slowest(double start)
{
	double mine = MPI_Wtime() - start, all;

	MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
	return all;
}

static double time_collective(struct coll *coll)
{
	double start;
	uint32_t i;

	coll->collective->run(coll);
	MPI_Barrier(MPI_COMM_WORLD);
	start = MPI_Wtime();
	for (i = 0; i < coll->options.iterations; i++)
		coll->collective->run(coll);
	return slowest(start) / coll->options.iterations;
}

/* All cards copy at the same time what the vector has: the limit of their memory. */
static double time_copy(struct coll *coll)
{
	double start;
	uint32_t i;

	MPI_Barrier(MPI_COMM_WORLD);
	start = MPI_Wtime();
	for (i = 0; i < coll->options.iterations; i++) {
		step_add(coll, gnic_accel_copy(coll->src, 0, coll->dst, 0, coll->options.size));
		step_submit(coll);
	}
	step_sync(coll);
	return slowest(start) / coll->options.iterations;
}

static double time_mpi(struct coll *coll)
{
	float *from = malloc(coll->options.size), *to = malloc(coll->options.size);
	double start, seconds;
	uint64_t wrong;

	if (!from || !to)
		coll_die(coll, "no memory for two vectors");
	data_fill(coll, coll->rank, 0, coll->count, (uint8_t *)from);
	memset(to, UNTOUCHED, coll->options.size);
	MPI_Barrier(MPI_COMM_WORLD);
	start = MPI_Wtime();
	MPI_Allreduce(from, to, coll->count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
	seconds = slowest(start);
	if (!data_is_reduced(coll, 0, 0, coll->count, (uint8_t *)to, &wrong))
		coll_die(coll, "number %llu of MPI_Allreduce is wrong", (unsigned long long)wrong);
	free(to);
	free(from);
	return seconds;
}

/* ---- once more, from a result that nobody has written yet ---- */

/*
 * The first of @size bytes from @from on that was written; @size: none. They are compared with
 * themselves a byte further on, which takes no step a byte.
 */
static uint64_t touched(const uint8_t *from, uint64_t size)
{
	uint64_t i;

	if (!size || (from[0] == UNTOUCHED && memcmp(from, from + 1, size - 1) == 0))
		return size;
	for (i = 0; from[i] == UNTOUCHED; i++)
		;
	return i;
}

static void verify(struct coll *coll)
{
	const struct collective *collective = coll->collective;
	uint64_t wrong, behind, at;

	memset(coll->dst->map, UNTOUCHED, coll->dst->size);
	MPI_Barrier(MPI_COMM_WORLD);
	collective->run(coll);
	if (!collective->check(coll, &wrong))
		coll_die(coll, "number %llu of the result is wrong", (unsigned long long)wrong);
	behind = collective->result(coll) * coll->type->dst;
	at = behind + touched(coll->dst->map + behind, coll->dst->size - behind);
	if (at < coll->dst->size)
		coll_die(coll, "byte %llu, behind the result, was written",
			 (unsigned long long)at);
}

/* ---- the report ---- */

static void report_rate(const char *name, double rate)
{
	printf("[BENCHMARK]     %-17s: %.3f GB/s\n", name, rate / 1e9);
}

static void report(const struct coll *coll, double seconds, double copy, double mpi)
{
	const struct options *options = &coll->options;
	double algorithm = options->size / seconds;
	double network = algorithm * coll->collective->share(coll);
	double link = card_rate(coll) * 1e6 / 8, memory = options->size / copy;

	printf(RULER);
	printf("[BENCHMARK] gnic-collective %s(size=%llu, count=%llu, type=%s, op=%s, ranks=%u, iterations=%u)\n",
	       coll->collective->name, (unsigned long long)options->size,
	       (unsigned long long)coll->count, coll->type->name, op_name(coll->op),
	       coll->ranks, options->iterations);
	printf("[BENCHMARK]     %-17s: %.1f us\n", "Time", seconds * 1e6);
	report_rate("Algo Bandwidth", algorithm);
	report_rate("NW Bandwidth", network);
	report_rate("Link rate", link);
	report_rate("Memory copy", memory);
	if (link > 0)
		printf("[BENCHMARK]     %-17s: %.3f %%\n", "NW of link rate",
		       100 * network / link);
	printf("[BENCHMARK]     %-17s: %.1f %%\n", "NW of memory copy", 100 * network / memory);
	if (mpi > 0) {
		printf("[BENCHMARK]     %-17s: %.1f us\n", "MPI_Allreduce", mpi * 1e6);
		printf("[BENCHMARK]     %-17s: %.1f\n", "times as fast", mpi / seconds);
	}
	printf("[BENCHMARK]     %-17s: ok\n", "Verified");
	printf(RULER);
}

static void run(struct coll *coll)
{
	double seconds, copy, mpi = 0;
	uint32_t i;

	coll->list = calloc(COLL_LIST_MAX, sizeof(*coll->list));
	if (!coll->list)
		coll_die(coll, "no memory");
	coll->count = coll->options.size / coll->type->src;
	card_open(coll);
	data_fill(coll, coll->rank, 0, coll->count, coll->src->map);
	seconds = time_collective(coll);
	copy = time_copy(coll);
	for (i = 0; i < coll->options.verified; i++)
		verify(coll);
	if (coll->options.mpi)
		mpi = time_mpi(coll);
	card_close(coll);
	if (!coll->rank)
		report(coll, seconds, copy, mpi);
	free(coll->list);
}

static bool is_wanted(uint32_t wanted, uint32_t index)
{
	return wanted == COLL_ALL || wanted == index;
}

/* To what does not reduce, an operation is nothing: of all of them it has one. */
static bool makes_sense(const struct coll *coll)
{
	if (coll->collective->reduces)
		return true;
	return coll->type->src == coll->type->dst &&
	       (coll->options.op != COLL_ALL || coll->op == DRM_GNIC_REDUCTION_ADD);
}

static void run_operations(const struct coll *plain)
{
	static struct coll coll;
	uint32_t op;

	for (op = 0; op_name(op); op++) {
		coll = *plain;
		coll.op = op;
		if (is_wanted(coll.options.op, op) && makes_sense(&coll))
			run(&coll);
	}
}

static void run_all(const struct options *options, uint32_t rank, uint32_t ranks)
{
	static struct coll plain;
	uint32_t i, k;

	plain.options = *options;
	plain.rank = rank;
	plain.ranks = ranks;
	for (i = 0; (plain.collective = collective_at(i)); i++)
		for (k = 0; (plain.type = gnic_accel_type_at(k)); k++)
			if (is_wanted(options->collective, i) && is_wanted(options->type, k))
				run_operations(&plain);
}

/* 0, or the exit status; rank 0 says why. */
static int check_ranks(const struct options *options, int rank, int ranks)
{
	if (ranks < 2 || ranks > COLL_RANKS_MAX) {
		if (!rank)
			fprintf(stderr, "gnic-collective: 2 to %d ranks, not %d\n", COLL_RANKS_MAX,
				ranks);
		return OPTIONS_USAGE;
	}
	if (options->root >= (uint32_t)ranks) {
		if (!rank)
			fprintf(stderr, "gnic-collective: --root: there are ranks 0 to %d\n",
				ranks - 1);
		return OPTIONS_USAGE;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct options options;
	int rank, ranks, status;

	MPI_Init(&argc, &argv);
	MPI_Comm_rank(MPI_COMM_WORLD, &rank);
	MPI_Comm_size(MPI_COMM_WORLD, &ranks);
	status = options_parse(&options, argc, argv, !rank);
	if (!status)
		status = check_ranks(&options, rank, ranks);
	if (!status)
		run_all(&options, rank, ranks);
	MPI_Finalize();
	return status == OPTIONS_HELP ? EXIT_SUCCESS : status;
}
