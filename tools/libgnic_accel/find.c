// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"

#define FIND_CLASS	"/sys/class/accel"
#define FIND_CHILD	"/gnic.accel."	/* the auxiliary device, below the card */
#define FIND_CARD	32

static int find_print(char *text, size_t size, const char *before, const char *word)
{
	int len = snprintf(text, size, "%s%s", before, word);

	return len < 0 || (size_t)len >= size ? -ENAMETOOLONG : 0;
}

int gnic_accel_card(const char *name, char *card, size_t size)
{
	char path[PATH_MAX], target[PATH_MAX], *child, *slash;

	snprintf(path, sizeof(path), FIND_CLASS "/%s/device", name);
	if (!realpath(path, target))
		return -ENODEV;
	child = strstr(target, FIND_CHILD);
	if (!child)
		return -ENODEV;
	*child = '\0';
	slash = strrchr(target, '/');
	if (!slash)
		return -ENODEV;
	return find_print(card, size, "pci/", slash + 1);
}

static int find_filter(const struct dirent *entry)
{
	char card[FIND_CARD];

	return gnic_accel_card(entry->d_name, card, sizeof(card)) == 0;
}

/* The first one whose card is @wanted, or of any card. */
static int find_node(const char *wanted, char *path, size_t size)
{
	char card[FIND_CARD] = "";
	struct dirent **entries;
	int i, count, err = -ENODEV;

	count = scandir(FIND_CLASS, &entries, find_filter, versionsort);
	if (count < 0)
		return -ENODEV;
	for (i = 0; i < count; i++) {
		gnic_accel_card(entries[i]->d_name, card, sizeof(card));
		if (err == -ENODEV && (!wanted || strcmp(card, wanted) == 0))
			err = find_print(path, size, "/dev/accel/", entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return err;
}

int gnic_accel_find(const char *device, char *path, size_t size)
{
	char card[FIND_CARD];

	if (!device)
		return find_node(NULL, path, size);
	if (device[0] == '/')
		return find_print(path, size, "", device);
	if (strncmp(device, "accel", 5) == 0)
		return find_print(path, size, "/dev/accel/", device);
	if (find_print(card, sizeof(card), strncmp(device, "pci/", 4) ? "pci/" : "", device))
		return -ENODEV;
	return find_node(card, path, size);
}
