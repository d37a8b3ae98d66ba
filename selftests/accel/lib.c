// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "ktap.h"
#include "lib.h"
#include "node.h"

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
	char name[64];

	if (!wanted && !test_sh_line(test_card, sizeof(test_card),
				     "for a in /sys/class/accel/accel*; do"
				     " d=$(realpath $a/device); case $d in */gnic.accel.*)"
				     " echo pci/$(basename $(dirname $d)); break;; esac; done"))
		test_skip_all("no compute device of a card");
	if (wanted)
		snprintf(test_card, sizeof(test_card), "%s", wanted);
	if (!node_of_card(test_card, name, sizeof(name)))
		test_skip_all("the card has no compute device");
	snprintf(test_path, sizeof(test_path), "/dev/accel/%s", name);
}

void test_open(struct acc *acc)
{
	test_must(acc_open(acc, test_path) == 0, "a context can be opened");
}

void test_bo(struct acc *acc, struct acc_bo *bo, uint64_t size, uint32_t flags)
{
	test_must(acc_bo_create(acc, bo, size, flags) == 0, "memory can be allocated");
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

struct drm_gnic_cmd test_fill(const struct acc_bo *bo, uint64_t offset, uint64_t size,
			      uint32_t pattern)
{
	return (struct drm_gnic_cmd){
		.op = DRM_GNIC_OP_FILL,
		.dst = bo->handle,
		.dst_offset = offset,
		.size = size,
		.data = pattern,
	};
}

struct drm_gnic_cmd test_copy(const struct acc_bo *src, uint64_t src_offset,
			      const struct acc_bo *dst, uint64_t dst_offset, uint64_t size)
{
	return (struct drm_gnic_cmd){
		.op = DRM_GNIC_OP_COPY,
		.src = src->handle,
		.src_offset = src_offset,
		.dst = dst->handle,
		.dst_offset = dst_offset,
		.size = size,
	};
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
