/* SPDX-License-Identifier: GPL-2.0-only */
/* The whole of a process: cards, the cables between them, who watches and who meddles. */
#ifndef VGAUDI_SIM_H
#define VGAUDI_SIM_H

#include "card.h"
#include "options.h"
#include "wire.h"

struct capture;
struct control;

struct sim {
	struct loop *loop;
	struct options options;
	struct card *cards[64];
	unsigned int card_count;
	struct wire *wires;	/* in the order of the topology */
	struct capture *capture;	/* --pcap FILE: of all wires */
	struct control *control;
};

/* NULL: a line on stderr said why. */
struct sim *sim_create(const struct options *options);
void sim_destroy(struct sim *sim);

/* A capture of its own for one wire; false: @error says why. */
bool sim_capture(struct sim *sim, struct wire *wire, const char *path, const char **error);
void sim_capture_end(struct sim *sim, struct wire *wire);

/* The wire at a port; NULL: there is none. */
struct wire *sim_wire(struct sim *sim, unsigned int card, unsigned int port);

#endif /* VGAUDI_SIM_H */
