// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "node.h"

#define NODE_CLASS	"/sys/class/accel"
#define NODE_CHILD	"/gnic.accel."	/* the auxiliary device, below the card */

bool node_card(const char *name, char *card, size_t size)
{
	char path[PATH_MAX], target[PATH_MAX], *child, *slash;

	snprintf(path, sizeof(path), NODE_CLASS "/%s/device", name);
	if (!realpath(path, target))
		return false;
	child = strstr(target, NODE_CHILD);
	if (!child)
		return false;
	*child = '\0';
	slash = strrchr(target, '/');
	if (!slash)
		return false;
	snprintf(card, size, "pci/%s", slash + 1);
	return true;
}

static int node_filter(const struct dirent *entry)
{
	char card[64];

	return node_card(entry->d_name, card, sizeof(card));
}

/* The first one whose card is @card, or of any card. */
static bool node_find(const char *wanted, char *name, size_t size)
{
	struct dirent **entries;
	bool found = false;
	char card[64];
	int i, count;

	count = scandir(NODE_CLASS, &entries, node_filter, versionsort);
	if (count < 0)
		return false;
	for (i = 0; i < count; i++) {
		if (!found && node_card(entries[i]->d_name, card, sizeof(card)) &&
		    (!wanted || strcmp(card, wanted) == 0)) {
			snprintf(name, size, "%s", entries[i]->d_name);
			found = true;
		}
		free(entries[i]);
	}
	free(entries);
	return found;
}

bool node_of_card(const char *card, char *name, size_t size)
{
	return node_find(card, name, size);
}

void node_path(const char *device, char *path, size_t size)
{
	char name[64], card[64];

	if (device && device[0] == '/') {
		snprintf(path, size, "%s", device);
		return;
	}
	if (device && strncmp(device, "accel", 5) == 0) {
		snprintf(path, size, "/dev/accel/%s", device);
		return;
	}
	if (device)
		snprintf(card, sizeof(card), "%s%s", strncmp(device, "pci/", 4) ? "pci/" : "",
			 device);
	if (!node_find(device ? card : NULL, name, sizeof(name)))
		fail("%s has no compute device: is gnic_accel loaded?",
		     device ? device : "this machine");
	snprintf(path, size, "/dev/accel/%s", name);
}
