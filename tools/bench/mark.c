// SPDX-License-Identifier: GPL-2.0-only
/*
 * mark N: tells the instruction counter (insn.c) that phase N begins, 0 that
 * counting ends. A long NOP carries the number: without the counter it does
 * nothing.
 */
#include <stdio.h>
#include <stdlib.h>

#define PHASES	24

#define MARK(n) case n: \
	__asm__ volatile(".byte 0x0f, 0x1f, 0x84, 0x00, %c0, 0x00, 0x1c, 0x4e" :: "i"(n)); break

int main(int argc, char **argv)
{
	char *end = NULL;
	unsigned long phase = argc == 2 ? strtoul(argv[1], &end, 10) : PHASES;

	if (!end || *end || phase >= PHASES) {
		fprintf(stderr, "usage: mark 0..%d\n", PHASES - 1);
		return 2;
	}
	switch (phase) {
	MARK(0); MARK(1); MARK(2); MARK(3); MARK(4); MARK(5); MARK(6); MARK(7);
	MARK(8); MARK(9); MARK(10); MARK(11); MARK(12); MARK(13); MARK(14); MARK(15);
	MARK(16); MARK(17); MARK(18); MARK(19); MARK(20); MARK(21); MARK(22); MARK(23);
	}
	return 0;
}
