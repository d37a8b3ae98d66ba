// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "ktap.h"
#include "lib.h"

char test_path[128];
char test_card[64];

/* ---- tests ---- */

int test_run(const struct test *tests)
{
	unsigned int count = 0;

	while (tests[count].name)
		count++;
	ktap_header();
	ktap_plan(count);
	for (; tests->name; tests++)
		ktap_ok(tests->run(), tests->name);
	return ktap_exit();
}

void test_skip_all(const char *why)
{
	ktap_header();
	printf("1..0 # SKIP %s\n", why);
	exit(KTAP_SKIP);
}

void test_must(bool ok, const char *what)
{
	if (ok)
		return;
	printf("Bail out! %s\n", what);
	exit(KTAP_FAIL);
}

void test_note(const char *file, int line, const char *text, long value)
{
	ktap_note("%s:%d: expected %s, came %ld", file, line, text, value);
}

/* ---- the device ---- */

void test_find(void)
{
	const char *wanted = getenv("GNIC_CARD");

	if (!wanted && !test_sh_line(test_card, sizeof(test_card),
				     "for a in /sys/bus/pci/drivers/gnic/*/gnic.accel.*/accel/accel*; do"
				     " c=${a%%/gnic.accel.*}; [ ! -e $a ] || echo pci/${c##*/};"
				     " break; done"))
		test_skip_all("no compute device of a card");
	if (wanted)
		snprintf(test_card, sizeof(test_card), "%s", wanted);
	if (gnic_accel_find(test_card, test_path, sizeof(test_path)))
		test_skip_all("the card has no compute device");
}

void test_open(struct gnic_accel **acc)
{
	test_must(gnic_accel_open(test_path, acc) == 0, "a context can be opened");
}

void test_bo(struct gnic_accel *acc, struct gnic_accel_bo **bo, uint64_t size, uint32_t flags)
{
	test_must(gnic_accel_bo_create(acc, bo, size, flags) == 0, "memory can be allocated");
}

static uint32_t test_word(uint64_t offset, uint32_t seed)
{
	return (uint32_t)(offset / 4) * 2654435761u + seed * 97;
}

void test_paint(uint8_t *data, uint64_t size, uint32_t seed)
{
	uint64_t i;

	for (i = 0; i < size; i++)
		data[i] = test_word(i, seed) >> i % 4 * 8;
}

bool test_painted(const uint8_t *data, uint64_t size, uint32_t seed)
{
	uint64_t i;

	for (i = 0; i < size; i++)
		if (data[i] != (uint8_t)(test_word(i, seed) >> i % 4 * 8))
			return false;
	return true;
}

bool test_filled(const uint8_t *data, uint64_t size, uint8_t byte)
{
	uint64_t i;

	for (i = 0; i < size; i++)
		if (data[i] != byte)
			return false;
	return true;
}

static sigjmp_buf test_fault_place;

static void test_fault_handler(int number)
{
	siglongjmp(test_fault_place, number);
}

int test_fault_of(const volatile uint8_t *address)
{
	struct sigaction handled = { .sa_handler = test_fault_handler }, before;
	int fault;

	sigaction(SIGBUS, &handled, &before);
	fault = sigsetjmp(test_fault_place, 1);
	if (!fault)
		(void)*address;
	sigaction(SIGBUS, &before, NULL);
	return fault;
}

/* ---- commands of other tools ---- */

int test_sh(const char *fmt, ...)
{
	char command[1024];
	va_list ap;
	int len, status;

	len = snprintf(command, sizeof(command), "exec >/dev/null 2>&1; ");
	va_start(ap, fmt);
	vsnprintf(command + len, sizeof(command) - len, fmt, ap);
	va_end(ap);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool test_sh_line(char *line, int size, const char *fmt, ...)
{
	char command[1024];
	va_list ap;
	FILE *pipe;
	bool ok;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	pipe = popen(command, "r");
	if (!pipe)
		return false;
	ok = fgets(line, size, pipe);
	if (ok)
		line[strcspn(line, "\n")] = '\0';
	return pclose(pipe) == 0 && ok && line[0];
}
