// SPDX-License-Identifier: GPL-2.0-only
/* gnicctl show: devlink, rtnetlink and sysfs in one picture. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "dl.h"
#include "err.h"
#include "link.h"
#include "libgnic_accel.h"
#include "out.h"

static const char show_help[] =
"usage: gnicctl show [--stats] [--json] [DEV]\n"
"Cards with their NIC ports and QP groups. A netdev in another network namespace\n"
"has no name here.\n"
"  --stats  also counters: of the device (fw), of netdevs, what reporters diagnose\n"
"  --json   JSON instead of text\n"
"  DEV      one card: pci/0000:00:10.0, or without \"pci/\"\n";

struct show {
	bool stats;
	const struct link *links;
	unsigned int num_links;
	const struct dl_port *ports;
	unsigned int num_ports;
};

/* ---- netdevs ---- */

static void show_link_stats(const struct rtnl_link_stats64 *stats)
{
	out_open("stats");
	out_u64("rx_packets", stats->rx_packets);
	out_u64("rx_bytes", stats->rx_bytes);
	out_u64("rx_dropped", stats->rx_dropped);
	out_u64("rx_errors", stats->rx_errors);
	out_u64("tx_packets", stats->tx_packets);
	out_u64("tx_bytes", stats->tx_bytes);
	out_u64("tx_dropped", stats->tx_dropped);
	out_u64("tx_errors", stats->tx_errors);
	out_close();
}

static const char *show_link_state(const struct link *link)
{
	if (!link->admin)
		return "down";
	return link->carrier ? "up" : "no carrier";
}

/* ---- ports ---- */

static bool show_is_child(const char *nested)
{
	static const char prefix[] = "auxiliary/gnic.eth.";

	return strncmp(nested, prefix, strlen(prefix)) == 0;
}

/* The children of a card are made in the order of its ports. */
static const char *show_port_child(const struct dl_dev *card, unsigned int number)
{
	unsigned int i, j, before;

	for (i = 0; i < card->num_nested; i++) {
		if (!show_is_child(card->nested[i]))
			continue;
		for (j = 0, before = 0; j < card->num_nested; j++)
			before += show_is_child(card->nested[j]) &&
				  strverscmp(card->nested[j], card->nested[i]) < 0;
		if (before == number)
			return card->nested[i];
	}
	return NULL;
}

/* That of a second half is made when the port is split: it knows its port. */
static const char *show_half_child(const struct dl_dev *card, unsigned int index)
{
	unsigned int i;

	for (i = 0; i < card->num_nested; i++)
		if (show_is_child(card->nested[i]) &&
		    dl_diagnose_is(card->nested[i], "phy", "port", index))
			return card->nested[i];
	return NULL;
}

static void show_port(const struct show *show, const struct dl_dev *card,
		      const struct dl_port *port)
{
	const struct link *link = link_find(show->links, show->num_links, port->netdev);
	const char *child = port->index == port->number ? show_port_child(card, port->number) :
							  show_half_child(card, port->index);

	out_open(NULL);
	out_u64("name", port->number);
	out_u64("index", port->index);
	out_str("netdev", port->netdev);
	if (link) {
		out_str("link", show_link_state(link));
		out_str("mac", link->mac);
		out_u64("mtu", link->mtu);
	}
	if (child) {
		out_str("instance", child);
		dl_out_params(child);
	}
	if (show->stats && link)
		show_link_stats(&link->stats);
	if (show->stats && child)
		dl_out_reporters(child);
	out_close();
}

/* ---- groups ---- */

static void show_group(const struct show *show, const struct dl_port *port)
{
	const struct link *link = link_find(show->links, show->num_links, port->netdev);

	out_open(NULL);
	out_u64("name", port->number);
	out_u64("index", port->index);
	out_str("state", port->state);
	out_str("opstate", port->opstate);
	if (port->function[0])
		out_bool("held", dl_diagnose_bool(port->function, "qp", "held"));
	out_str("representor", port->netdev);
	out_str("mac", port->mac);
	out_str("instance", port->function);
	if (port->function[0])
		dl_out_params(port->function);
	if (show->stats && link)
		show_link_stats(&link->stats);
	if (show->stats && port->function[0])
		dl_out_reporters(port->function);
	out_close();
}

/* ---- cards ---- */

static void show_ports(const struct show *show, const struct dl_dev *card, bool sf)
{
	unsigned int i;

	out_open_array(sf ? "groups" : "ports");
	for (i = 0; i < show->num_ports; i++) {
		const struct dl_port *port = &show->ports[i];

		if (port->sf != sf || strcmp(port->dev, card->name))
			continue;
		if (sf)
			show_group(show, port);
		else
			show_port(show, card, port);
	}
	out_close();
}

static void show_card(const struct show *show, const struct dl_dev *card)
{
	char path[64] = "";

	gnic_accel_find(card->name, path, sizeof(path));
	out_open(NULL);
	out_str("name", card->name);
	out_str("eswitch", card->eswitch);
	out_str("serial", card->serial);
	out_str("firmware", card->fw);
	out_str("accel", path[0] ? strrchr(path, '/') + 1 : "");
	dl_out_params(card->name);
	if (show->stats)
		dl_out_reporters(card->name);
	show_ports(show, card, false);
	show_ports(show, card, true);
	out_close();
}

static bool show_wanted(const struct dl_dev *card, const char *name)
{
	return !name || strcmp(card->name, name) == 0 || strcmp(card->name + 4, name) == 0;
}

static void show_cards(struct show *show, const char *name)
{
	unsigned int i, count, shown = 0;
	struct dl_dev *cards = dl_cards(&count);

	show->links = link_list(&show->num_links);
	show->ports = dl_ports(&show->num_ports);
	out_open_array("cards");
	for (i = 0; i < count; i++) {
		if (!show_wanted(&cards[i], name))
			continue;
		show_card(show, &cards[i]);
		shown++;
	}
	out_close();
	if (name && !shown)
		fail("%s is not a card that the driver has", name);
}

int show_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "stats", no_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	struct show show = { 0 };
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "sjh", options, NULL)) != -1) {
		switch (option) {
		case 's':
			show.stats = true;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			cmd_help(show_help);
		default:
			usage_error("see \"gnicctl show --help\"");
		}
	}
	if (argc - optind > 1)
		usage_error("show: one card, or none for all");
	out_begin(json);
	show_cards(&show, argv[optind]);
	out_end();
	return EXIT_SUCCESS;
}
