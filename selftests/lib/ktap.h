/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KTAP output for tests in C: version line, plan, one line a test.
 *
 * A test is a function that returns when all went well; it runs in a process
 * of its own, so it may crash, hang or exit without harm to the others. Exit
 * status KTAP_SKIP is a skip, anything else but 0 a failure.
 *
 *	static void addition(void)
 *	{
 *		if (1 + 1 != 2)
 *			exit(KTAP_FAIL);
 *	}
 *
 *	static const struct ktap_test tests[] = { { "addition", addition } };
 *
 *	int main(void)
 *	{
 *		return ktap_run(tests, 1);
 *	}
 */
#ifndef SELFTESTS_KTAP_H
#define SELFTESTS_KTAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Seconds until a test is taken for hanging: SIGALRM ends it. */
#define KTAP_TIMEOUT	60

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

struct ktap_test {
	const char *name;
	void (*fn)(void);
};

static inline int ktap_child(const struct ktap_test *test)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		alarm(KTAP_TIMEOUT);
		test->fn();
		fflush(stdout);
		_exit(KTAP_PASS);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	return status;
}

static inline int ktap_run(const struct ktap_test *tests, unsigned int nr)
{
	ktap_header();
	ktap_plan(nr);
	for (unsigned int i = 0; i < nr; i++) {
		int status = ktap_child(&tests[i]);

		if (WIFEXITED(status) && WEXITSTATUS(status) == KTAP_SKIP)
			ktap_skip(tests[i].name, "see above");
		else
			ktap_ok(!status, tests[i].name);
	}
	return ktap_exit();
}

#define KTAP_MAIN(tests)						\
int main(void)								\
{									\
	return ktap_run(tests, sizeof(tests) / sizeof((tests)[0]));	\
}

#endif
