/* SPDX-License-Identifier: GPL-2.0-only */
/* How a command ends that can't go on. */
#ifndef GNICCTL_ERR_H
#define GNICCTL_ERR_H

#define EXIT_USAGE	2	/* an argument is wrong: nothing was done */

/* It was asked for what can't be: exit status 2. */
void usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
/* It did not work out: exit status 1. */
void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
/* The same with the meaning of @err, an errno. */
void fail_errno(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3), noreturn));

/* Prefix of all messages of a script: "FILE:LINE: ". NULL: none. */
void err_set_place(const char *file, unsigned int line);

void *xcalloc(unsigned long count, unsigned long size);
char *xstrdup(const char *text);

#endif
