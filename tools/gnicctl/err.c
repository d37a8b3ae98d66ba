// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

static const char *err_file;
static unsigned int err_line;

void err_set_place(const char *file, unsigned int line)
{
	err_file = file;
	err_line = line;
}

static void err_print(const char *fmt, va_list ap)
{
	fflush(stdout);
	fprintf(stderr, "gnicctl: ");
	if (err_file)
		fprintf(stderr, "%s:%u: ", err_file, err_line);
	vfprintf(stderr, fmt, ap);
}

void usage_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_print(fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	exit(EXIT_USAGE);
}

void fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_print(fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	exit(EXIT_FAILURE);
}

void fail_errno(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_print(fmt, ap);
	va_end(ap);
	fprintf(stderr, ": %s\n", strerror(err));
	exit(EXIT_FAILURE);
}

void *xcalloc(unsigned long count, unsigned long size)
{
	void *mem = calloc(count, size);

	if (!mem)
		fail("out of memory");
	return mem;
}

char *xstrdup(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		fail("out of memory");
	return copy;
}
