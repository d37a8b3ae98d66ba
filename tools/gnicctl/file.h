/* SPDX-License-Identifier: GPL-2.0-only */
/* Files and digests; what does not work ends with fail(). */
#ifndef GNICCTL_FILE_H
#define GNICCTL_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define FILE_SHA256	65	/* hexadecimal digits and NUL */

/* Name "-": standard input. The result is for free(). */
uint8_t *file_read(const char *name, size_t *len);

/* Name "-": standard output. */
FILE *file_create(const char *name);
void file_append(FILE *file, const char *name, const void *data, size_t len);
void file_close(FILE *file, const char *name);

void file_sha256(const void *data, size_t len, char *hex);


#endif
