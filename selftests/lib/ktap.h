/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KTAP output for tests in C: version line, plan, one line a test.
 *
 *	int main(void)
 *	{
 *		ktap_header();
 *		ktap_plan(2);
 *		ktap_ok(1 + 1 == 2, "addition");
 *		ktap_skip("division", "no divider");
 *		return ktap_exit();
 *	}
 */
#ifndef SELFTESTS_KTAP_H
#define SELFTESTS_KTAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* The statuses that the kselftest runner knows. */
#define KTAP_PASS	0
#define KTAP_FAIL	1
#define KTAP_SKIP	4

static unsigned int ktap_planned, ktap_done, ktap_failed, ktap_skipped;

static inline void ktap_header(void)
{
	/* Line by line: what was printed survives a crash. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n");
}

static inline void ktap_plan(unsigned int tests)
{
	ktap_planned = tests;
	printf("1..%u\n", tests);
}

static inline void __attribute__((format(printf, 1, 2)))
ktap_note(const char *fmt, ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

static inline bool ktap_ok(bool ok, const char *name)
{
	ktap_failed += !ok;
	printf("%sok %u %s\n", ok ? "" : "not ", ++ktap_done, name);
	return ok;
}

static inline void ktap_skip(const char *name, const char *why)
{
	ktap_skipped++;
	printf("ok %u %s # SKIP %s\n", ++ktap_done, name, why);
}

/* A test that was planned and did not report has failed. */
static inline int ktap_exit(void)
{
	printf("# Totals: pass:%u fail:%u skip:%u\n",
	       ktap_done - ktap_failed - ktap_skipped, ktap_failed,
	       ktap_skipped);
	if (ktap_failed || ktap_done != ktap_planned)
		return KTAP_FAIL;
	return ktap_done == ktap_skipped ? KTAP_SKIP : KTAP_PASS;
}

#endif
