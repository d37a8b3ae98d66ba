// SPDX-License-Identifier: GPL-2.0-only
/*
 * latency CARD CARD SFNUM SIZE COUNT: how long a WRITE takes from the call to the far
 * card's memory, in microseconds: half of the way there and back, as ib_write_lat has it.
 * The groups SFNUM of the two cards are connected. The median of COUNT.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libgnic_accel.h"
#include "median.h"

#define COUNT_MAX	100000
#define PATIENCE	5.0	/* seconds */

struct end {
	struct gnic_accel *acc;
	struct gnic_accel_bo *src, *dst;
	int group;
};

static void die(const char *what, int err)
{
	fprintf(stderr, "latency: %s: %s\n", what, gnic_accel_strerror(err));
	exit(1);
}

static void check(int ret, const char *what)
{
	if (ret < 0)
		die(what, ret);
}

static void end_open(struct end *end, const char *card, uint32_t sfnum, uint64_t size)
{
	char path[64];

	check(gnic_accel_find(card, path, sizeof(path)), card);
	check(gnic_accel_open(path, &end->acc), path);
	check(gnic_accel_bo_create(end->acc, &end->src, size, 0), "memory");
	check(gnic_accel_bo_create(end->acc, &end->dst, size, DRM_GNIC_BO_REMOTE_WRITE), "memory");
	end->group = gnic_accel_hold(end->acc, sfnum);
	check(end->group, "group");
	memset(end->dst->map, 0, size);
}

/* @number is the last thing of the message, which arrives in order. */
static void one_way(struct end *from, struct end *to, uint64_t size, uint32_t number)
{
	struct drm_gnic_cmd cmd = gnic_accel_write(from->group, 0, from->src, 0, to->dst->address,
						   size);
	uint64_t at = size - sizeof(number);
	volatile uint32_t *seen = (uint32_t *)(to->dst->map + at);
	double start;

	memcpy(from->src->map + at, &number, sizeof(number));
	check(gnic_accel_submit_sync(from->acc, &cmd, 1, NULL, 0, NULL, 0), "submit");
	for (start = now(); *seen != number;)
		if (now() - start > PATIENCE)
			die("nothing arrives", -ETIME);
}

int main(int argc, char **argv)
{
	uint64_t size = argc == 6 ? strtoull(argv[4], NULL, 0) : 0;
	uint32_t count = argc == 6 ? strtoul(argv[5], NULL, 0) : 0, i;
	static double times[COUNT_MAX];
	struct end a, b;

	if (size < 4 || size % 4 || !count || count > COUNT_MAX) {
		fprintf(stderr, "usage: latency CARD CARD SFNUM SIZE COUNT\n");
		return 2;
	}
	end_open(&a, argv[1], strtoul(argv[3], NULL, 0), size);
	end_open(&b, argv[2], strtoul(argv[3], NULL, 0), size);
	for (i = 0; i < count; i++) {
		double start = now();

		one_way(&a, &b, size, i + 1);
		one_way(&b, &a, size, i + 1);
		times[i] = (now() - start) / 2 * 1e6;
	}
	printf("%.1f\n", median(times, count));
	return 0;
}
