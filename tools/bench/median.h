/* SPDX-License-Identifier: GPL-2.0-only */
/* Times, and the median of what was measured: the machine has other work. */
#ifndef BENCH_MEDIAN_H
#define BENCH_MEDIAN_H

#include <stddef.h>
#include <stdlib.h>
#include <time.h>

/* Seconds. */
static inline double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static inline int median_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts @values. */
static inline double median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), median_compare);
	return values[count / 2];
}

#endif /* BENCH_MEDIAN_H */
