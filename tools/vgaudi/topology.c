// SPDX-License-Identifier: GPL-2.0-only
/* Topologies: named ones, and lists. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/memmap.h"

#include "topology.h"

#define HLS2_CARDS	8
#define X		{ -1, -1 }

struct topology_peer {
	int8_t card;
	int8_t port;
};

/* hardware.rst "Topologies": the far end of each port of the eight cards of an HLS-2. */
static const struct topology_peer hls2_peers[HLS2_CARDS][GNIC_PORTS_MAX] = {
	{ {3, 0}, {3, 1}, {7, 2}, {3, 3}, {7, 4}, {7, 5}, {4, 6}, {4, 7}, X, {4, 9}, {2, 16},
	  {2, 17}, {2, 18}, {1, 13}, {1, 14}, {1, 15}, {6, 16}, {6, 17}, {6, 18}, {5, 19},
	  {5, 20}, {5, 21}, X, X },
	{ {2, 0}, {2, 1}, {6, 2}, {2, 3}, {6, 4}, {6, 5}, {5, 6}, {5, 7}, X, {5, 9}, {7, 10},
	  {7, 11}, {7, 12}, {0, 13}, {0, 14}, {0, 15}, {3, 16}, {3, 17}, {3, 18}, {4, 19},
	  {4, 20}, {4, 21}, X, X },
	{ {1, 0}, {1, 1}, {5, 2}, {1, 3}, {5, 4}, {5, 5}, {6, 6}, {6, 7}, X, {6, 9}, {3, 10},
	  {3, 11}, {3, 12}, {4, 13}, {4, 14}, {4, 15}, {0, 10}, {0, 11}, {0, 12}, {7, 19},
	  {7, 20}, {7, 21}, X, X },
	{ {0, 0}, {0, 1}, {4, 2}, {0, 3}, {4, 4}, {4, 5}, {7, 6}, {7, 7}, X, {7, 9}, {2, 10},
	  {2, 11}, {2, 12}, {5, 13}, {5, 14}, {5, 15}, {1, 16}, {1, 17}, {1, 18}, {6, 19},
	  {6, 20}, {6, 21}, X, X },
	{ {7, 0}, {7, 1}, {3, 2}, {7, 3}, {3, 4}, {3, 5}, {0, 6}, {0, 7}, X, {0, 9}, {5, 10},
	  {5, 11}, {5, 12}, {2, 13}, {2, 14}, {2, 15}, {6, 10}, {6, 11}, {6, 12}, {1, 19},
	  {1, 20}, {1, 21}, X, X },
	{ {6, 0}, {6, 1}, {2, 2}, {6, 3}, {2, 4}, {2, 5}, {1, 6}, {1, 7}, X, {1, 9}, {4, 10},
	  {4, 11}, {4, 12}, {3, 13}, {3, 14}, {3, 15}, {7, 16}, {7, 17}, {7, 18}, {0, 19},
	  {0, 20}, {0, 21}, X, X },
	{ {5, 0}, {5, 1}, {1, 2}, {5, 3}, {1, 4}, {1, 5}, {2, 6}, {2, 7}, X, {2, 9}, {4, 16},
	  {4, 17}, {4, 18}, {7, 13}, {7, 14}, {7, 15}, {0, 16}, {0, 17}, {0, 18}, {3, 19},
	  {3, 20}, {3, 21}, X, X },
	{ {4, 0}, {4, 1}, {0, 2}, {4, 3}, {0, 4}, {0, 5}, {3, 6}, {3, 7}, X, {3, 9}, {1, 10},
	  {1, 11}, {1, 12}, {6, 13}, {6, 14}, {6, 15}, {5, 16}, {5, 17}, {5, 18}, {2, 19},
	  {2, 20}, {2, 21}, X, X },
};

#undef X

/* ---- links ---- */

static bool end_same(const struct topology_end *a, const struct topology_end *b)
{
	if (a->tap[0] || b->tap[0])
		return !strcmp(a->tap, b->tap);
	return a->card == b->card && a->port == b->port;
}

static bool end_taken(const struct topology *topology, const struct topology_end *end)
{
	unsigned int i;

	for (i = 0; i < topology->count; i++)
		if (end_same(&topology->links[i].end[0], end) ||
		    end_same(&topology->links[i].end[1], end))
			return true;
	return false;
}

static bool topology_add(struct topology *topology, const struct topology_link *link)
{
	struct topology_link *links;

	links = realloc(topology->links, (topology->count + 1) * sizeof(*links));
	if (!links)
		return false;
	topology->links = links;
	links[topology->count++] = *link;
	return true;
}

static bool topology_join(struct topology *topology, unsigned int card0, unsigned int port0,
			  unsigned int card1, unsigned int port1)
{
	const struct topology_link link = {
		.end = {
			{ .card = card0, .port = port0 },
			{ .card = card1, .port = port1 },
		},
	};

	return topology_add(topology, &link);
}

/* ---- the named ones ---- */

static const char *topology_none(struct topology *topology, unsigned int cards, unsigned int ports)
{
	(void)topology;
	(void)cards;
	(void)ports;
	return NULL;
}

/* Cards 0 and 1, 2 and 3, ...: port to port. */
static const char *topology_pair(struct topology *topology, unsigned int cards, unsigned int ports)
{
	unsigned int card, port;

	if (cards % 2)
		return "topology 'pair' needs an even number of cards";
	for (card = 0; card < cards; card += 2)
		for (port = 0; port < ports; port++)
			if (!topology_join(topology, card, port, card + 1, port))
				return "no memory";
	return NULL;
}

/* Within each card ports 0 and 1, 2 and 3, ...; an odd one to itself. */
static const char *topology_loop(struct topology *topology, unsigned int cards, unsigned int ports)
{
	unsigned int card, port, peer;

	for (card = 0; card < cards; card++) {
		for (port = 0; port < ports; port += 2) {
			peer = port + 1 < ports ? port + 1 : port;
			if (!topology_join(topology, card, port, card, peer))
				return "no memory";
		}
	}
	return NULL;
}

/* The links of an HLS-2 whose two ends exist. */
static const char *topology_hls2(struct topology *topology, unsigned int cards, unsigned int ports)
{
	const struct topology_peer *peer;
	unsigned int card, port;

	if (cards > HLS2_CARDS)
		return "topology 'hls2' has no more than 8 cards";
	topology->hls2 = true;
	for (card = 0; card < cards; card++) {
		for (port = 0; port < ports; port++) {
			peer = &hls2_peers[card][port];
			/* Each link is in the table twice. */
			if (peer->card <= (int)card || peer->card >= (int)cards ||
			    peer->port >= (int)ports)
				continue;
			if (!topology_join(topology, card, port, peer->card, peer->port))
				return "no memory";
		}
	}
	return NULL;
}

static const struct {
	const char *name;
	const char *(*make)(struct topology *topology, unsigned int cards, unsigned int ports);
} topology_names[] = {
	{ "none", topology_none },
	{ "pair", topology_pair },
	{ "loop", topology_loop },
	{ "hls2", topology_hls2 },
};

#define TOPOLOGY_NAMES	(sizeof(topology_names) / sizeof(topology_names[0]))

/* ---- lists ---- */

/* One number of at most 3 digits; NULL: there is none. */
static const char *parse_number(const char *text, unsigned int *number)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return NULL;
	*number = strtoul(text, &end, 10);
	return end - text <= 3 ? end : NULL;
}

static bool parse_port(const char *text, struct topology_end *end)
{
	text = parse_number(text, &end->card);
	if (!text || *text != '.')
		return false;
	text = parse_number(text + 1, &end->port);
	return text && !*text;
}

static bool parse_tap(const char *name, struct topology_end *end)
{
	size_t len = strlen(name);

	if (!len || len >= sizeof(end->tap) || strchr(name, '/'))
		return false;
	memcpy(end->tap, name, len + 1);
	return true;
}

static bool parse_end(const char *text, struct topology_end *end)
{
	memset(end, 0, sizeof(*end));
	if (!strncmp(text, "tap:", 4))
		return parse_tap(text + 4, end);
	return parse_port(text, end);
}

/* A TAP may have a "-" in its name: only the first one separates. */
static bool parse_link(char *text, struct topology_link *link)
{
	char *dash = strchr(text, '-');

	if (!dash)
		return false;
	*dash = '\0';
	return parse_end(text, &link->end[0]) && parse_end(dash + 1, &link->end[1]) &&
	       !link->end[0].tap[0];
}

static const char *check_end(const struct topology *topology, const struct topology_end *end,
			     unsigned int cards, unsigned int ports)
{
	if (!end->tap[0] && end->card >= cards)
		return "there is no such card";
	if (!end->tap[0] && end->port >= ports)
		return "there is no such port";
	return end_taken(topology, end) ? "an end is in use already" : NULL;
}

static const char *list_item(struct topology *topology, char *item, unsigned int cards,
			     unsigned int ports)
{
	struct topology_link link;
	const char *problem;

	if (!parse_link(item, &link))
		return "a link is CARD.PORT-CARD.PORT or CARD.PORT-tap:NAME";
	problem = check_end(topology, &link.end[0], cards, ports);
	if (!problem)
		problem = check_end(topology, &link.end[1], cards, ports);
	if (problem)
		return problem;
	return topology_add(topology, &link) ? NULL : "no memory";
}

static bool topology_list(const char *text, unsigned int cards, unsigned int ports,
			  struct topology *topology, char *error, size_t len)
{
	char *copy = strdup(text), *rest = copy, *item;
	const char *problem = copy ? NULL : "no memory";
	char shown[64];

	while (!problem && (item = strsep(&rest, ","))) {
		snprintf(shown, sizeof(shown), "%s", item);
		problem = list_item(topology, item, cards, ports);
		if (problem)
			snprintf(error, len, "topology: '%s': %s", shown, problem);
	}
	free(copy);
	return !problem;
}

bool topology_parse(const char *text, unsigned int cards, unsigned int ports,
		    struct topology *topology, char *error, size_t len)
{
	const char *problem;
	unsigned int i;

	memset(topology, 0, sizeof(*topology));
	for (i = 0; i < TOPOLOGY_NAMES; i++) {
		if (strcmp(text, topology_names[i].name))
			continue;
		problem = topology_names[i].make(topology, cards, ports);
		if (problem)
			snprintf(error, len, "%s", problem);
		return !problem;
	}
	if (!strchr(text, '-')) {
		snprintf(error, len, "unknown topology '%s': none, pair, loop, hls2 or a list",
			 text);
		return false;
	}
	return topology_list(text, cards, ports, topology, error, len);
}

void topology_free(struct topology *topology)
{
	free(topology->links);
	memset(topology, 0, sizeof(*topology));
}

bool topology_is_external(const struct topology *topology, unsigned int card, unsigned int port)
{
	const struct topology_link *link;
	unsigned int i;

	if (topology->hls2)
		return port == 8 || port == 22 || port == 23;
	for (i = 0; i < topology->count; i++) {
		link = &topology->links[i];
		if (link->end[0].card == card && link->end[0].port == port)
			return link->end[1].tap[0];
	}
	return false;
}
