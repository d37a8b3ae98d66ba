// SPDX-License-Identifier: GPL-2.0-only
/* gnicctl accel info */
#include <dirent.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libgnic_accel.h"
#include "cmd.h"
#include "err.h"
#include "node.h"
#include "out.h"

static const char accel_info_help[] =
"usage: gnicctl accel info [--json] [DEV]\n"
"Limits and memory of the compute devices of all cards, or of one.\n"
"  DEV   accel0, pci/0000:00:10.0, 0000:00:10.0 or a path\n";

static void accel_info_device(const char *name, const char *card, const char *path)
{
	const struct drm_gnic_info *info;
	struct gnic_accel *acc;
	int err = gnic_accel_open(path, &acc);

	if (err)
		fail_errno(-err, "%s", path);
	info = gnic_accel_info(acc);
	out_open(NULL);
	out_str("name", name);
	out_str("card", card);
	out_hex("serial", info->serial);
	out_u64("module_id", info->module_id);
	out_u64("ports", info->num_ports);
	out_hex("hbm_address", info->hbm_address);
	out_u64("hbm_size", info->hbm_size);
	out_u64("hbm_free", info->hbm_free);
	out_u64("windows", info->windows);
	out_u64("queue_depth", info->queue_depth);
	out_u64("submit_max", info->submit_max);
	out_u64("timeout_ms", info->timeout_ms);
	out_u64("group_events", info->group_events);
	out_u64("sobs", info->sobs);
	out_close();
	gnic_accel_close(acc);
}

static int accel_info_filter(const struct dirent *entry)
{
	char card[64];

	return gnic_accel_card(entry->d_name, card, sizeof(card)) == 0;
}

static void accel_info_all(void)
{
	struct dirent **entries;
	char card[64], path[300];
	int i, count;

	count = scandir("/sys/class/accel", &entries, accel_info_filter, versionsort);
	for (i = 0; i < count; i++) {
		gnic_accel_card(entries[i]->d_name, card, sizeof(card));
		snprintf(path, sizeof(path), "/dev/accel/%s", entries[i]->d_name);
		accel_info_device(entries[i]->d_name, card, path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static void accel_info_one(const char *device)
{
	char path[128], card[64] = "";
	const char *name;

	node_path(device, path, sizeof(path));
	name = strrchr(path, '/') + 1;
	gnic_accel_card(name, card, sizeof(card));
	accel_info_device(name, card, path);
}

int accel_info_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "jh", options, NULL)) != -1) {
		if (option == 'h')
			cmd_help(accel_info_help);
		if (option != 'j')
			usage_error("see \"gnicctl accel info --help\"");
		json = true;
	}
	if (argc - optind > 1)
		usage_error("accel info: one device, or none for all");
	out_begin(json);
	out_open_array("devices");
	if (optind < argc)
		accel_info_one(argv[optind]);
	else
		accel_info_all();
	out_close();
	out_end();
	return EXIT_SUCCESS;
}
