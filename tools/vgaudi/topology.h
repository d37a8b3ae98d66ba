/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is cabled to what, as text and as a list of links. Pure: nothing here
 * knows a card.
 */
#ifndef VGAUDI_TOPOLOGY_H
#define VGAUDI_TOPOLOGY_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#define TOPOLOGY_CARDS_MAX	64

/* A port, or with a name a TAP interface. */
struct topology_end {
	unsigned int card;
	unsigned int port;
	char tap[IFNAMSIZ];
};

struct topology_link {
	struct topology_end end[2];
};

struct topology {
	struct topology_link *links;
	unsigned int count;
	bool hls2;		/* ports 8, 22 and 23 lead out of the box */
};

/**
 * topology_parse() - make the list of links
 * @text: "none", "pair", "loop", "hls2", or links "0.0-1.0" and "0.1-tap:NAME"
 *	with commas between them
 * @cards: how many there are
 * @ports: of each
 * @topology: out; to be given to topology_free()
 * @error: out: a sentence if it returns false
 * @len: room there
 */
bool topology_parse(const char *text, unsigned int cards, unsigned int ports,
		    struct topology *topology, char *error, size_t len);
void topology_free(struct topology *topology);

/* Does the port lead out of the box? */
bool topology_is_external(const struct topology *topology, unsigned int card, unsigned int port);

#endif /* VGAUDI_TOPOLOGY_H */
