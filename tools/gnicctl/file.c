// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "file.h"

#define FILE_STEP	(1024 * 1024)

uint8_t *file_read(const char *name, size_t *len)
{
	FILE *file = strcmp(name, "-") ? fopen(name, "re") : stdin;
	uint8_t *data = NULL;
	size_t n;

	if (!file)
		fail_errno(errno, "%s", name);
	*len = 0;
	do {
		data = realloc(data, *len + FILE_STEP);
		if (!data)
			fail("%s: out of memory", name);
		n = fread(data + *len, 1, FILE_STEP, file);
		*len += n;
	} while (n);
	if (ferror(file))
		fail_errno(errno, "%s", name);
	if (file != stdin)
		fclose(file);
	return data;
}

FILE *file_create(const char *name)
{
	FILE *file = strcmp(name, "-") ? fopen(name, "we") : stdout;

	if (!file)
		fail_errno(errno, "%s", name);
	return file;
}

void file_append(FILE *file, const char *name, const void *data, size_t len)
{
	if (fwrite(data, 1, len, file) != len)
		fail_errno(errno, "%s", name);
}

void file_close(FILE *file, const char *name)
{
	if (file == stdout ? fflush(file) : fclose(file))
		fail_errno(errno, "%s", name);
}

void file_sha256(const void *data, size_t len, char *hex)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int i, size;

	if (!EVP_Digest(data, len, digest, &size, EVP_sha256(), NULL))
		fail("libcrypto has no SHA-256");
	for (i = 0; i < size; i++)
		sprintf(hex + 2 * i, "%02x", digest[i]);
}
