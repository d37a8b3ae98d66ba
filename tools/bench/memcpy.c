// SPDX-License-Identifier: GPL-2.0-only
/*
 * memcpy SIZE: how many MB/s one core copies in pieces of SIZE bytes from one
 * 64 MiB buffer to another: the limit of a device that copies. The median of
 * seven rounds, since the machine has other work.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "median.h"

#define BUFFER	(64u << 20)
#define ROUNDS	7

static double round_rate(uint8_t *dst, const uint8_t *src, size_t size)
{
	double start = now();
	size_t at;

	for (at = 0; at + size <= BUFFER; at += size) {
		memcpy(dst + at, src + at, size);
		__asm__ volatile("" : : : "memory");
	}
	return at / (now() - start) / 1e6;
}

int main(int argc, char **argv)
{
	size_t size = argc == 2 ? strtoul(argv[1], NULL, 0) : 0;
	uint8_t *src = malloc(BUFFER), *dst = malloc(BUFFER);
	double rates[ROUNDS];
	int i;

	if (!size || size > BUFFER || !src || !dst) {
		fprintf(stderr, "usage: memcpy 1..%u\n", BUFFER);
		return 2;
	}
	memset(src, 1, BUFFER);
	memset(dst, 2, BUFFER);
	for (i = 0; i < ROUNDS; i++)
		rates[i] = round_rate(dst, src, size);
	printf("%.0f\n", median(rates, ROUNDS));
	return 0;
}
