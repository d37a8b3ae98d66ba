// SPDX-License-Identifier: GPL-2.0-only
/* gnicctl accel info */
#include <dirent.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acc.h"
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
	struct acc acc;
	int err = acc_open(&acc, path);

	if (err)
		fail_errno(-err, "%s", path);
	out_open(NULL);
	out_str("name", name);
	out_str("card", card);
	out_hex("serial", acc.info.serial);
	out_u64("module_id", acc.info.module_id);
	out_u64("ports", acc.info.num_ports);
	out_hex("hbm_address", acc.info.hbm_address);
	out_u64("hbm_size", acc.info.hbm_size);
	out_u64("hbm_free", acc.info.hbm_free);
	out_u64("windows", acc.info.windows);
	out_u64("queue_depth", acc.info.queue_depth);
	out_u64("submit_max", acc.info.submit_max);
	out_u64("timeout_ms", acc.info.timeout_ms);
	out_u64("group_events", acc.info.group_events);
	out_close();
	acc_close(&acc);
}

static int accel_info_filter(const struct dirent *entry)
{
	char card[64];

	return node_card(entry->d_name, card, sizeof(card));
}

static void accel_info_all(void)
{
	struct dirent **entries;
	char card[64], path[300];
	int i, count;

	count = scandir("/sys/class/accel", &entries, accel_info_filter, versionsort);
	for (i = 0; i < count; i++) {
		node_card(entries[i]->d_name, card, sizeof(card));
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
	node_card(name, card, sizeof(card));
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
