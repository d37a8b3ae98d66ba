// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "parse.h"

#define PARSE_TIMEOUT_MAX	86400

static unsigned int parse_shift(char suffix)
{
	switch (toupper((unsigned char)suffix)) {
	case 'K':
		return 10;
	case 'M':
		return 20;
	case 'G':
		return 30;
	}
	return 0;
}

uint64_t parse_u64(const char *what, const char *text)
{
	unsigned long long value;
	unsigned int shift;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (!isdigit((unsigned char)text[0]) || end == text)
		usage_error("%s: \"%s\" is not a number", what, text);
	shift = parse_shift(*end);
	if (shift)
		end++;
	if (*end)
		usage_error("%s: \"%s\" is not a number", what, text);
	if (errno || (value << shift) >> shift != value)
		usage_error("%s: %s is too large", what, text);
	return value << shift;
}

uint32_t parse_u32(const char *what, const char *text)
{
	uint64_t value = parse_u64(what, text);

	if (value > UINT32_MAX)
		usage_error("%s: %s is too large", what, text);
	return value;
}

int parse_timeout(const char *what, const char *text)
{
	uint64_t seconds = parse_u64(what, text);

	if (seconds > PARSE_TIMEOUT_MAX)
		usage_error("%s: %d at most", what, PARSE_TIMEOUT_MAX);
	return 1000 * (int)seconds;
}

uint64_t parse_offset(char *text)
{
	char *plus = strchr(text, '+');

	if (!plus)
		return 0;
	*plus = '\0';
	return parse_u64("offset", plus + 1);
}
