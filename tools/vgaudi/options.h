/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line. */
#ifndef VGAUDI_OPTIONS_H
#define VGAUDI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct options {
	unsigned int cards;
	unsigned int ports;
	unsigned int vectors;
	uint64_t hbm_size;
	uint64_t serial;	/* of card 0; the others count on */
	uint64_t seed;		/* of the faults' generators */
	const char *topology;	/* NULL: pair for an even number of cards, else loop */
	const char *socket_dir;
	const char *socket;	/* instead of socket_dir, for one card */
	const char *control;
	const char *pcap;
	const char *state_dir;	/* NVMs; NULL: they end with the process */
	const char *without;	/* capabilities, by name */
	bool step;
};

enum options_result {
	OPTIONS_RUN,
	OPTIONS_DONE,		/* --help, --version: printed */
	OPTIONS_BAD,		/* a line on stderr said why */
};

enum options_result options_parse(struct options *options, int argc, char *argv[]);

/* "64M", "1G", ...: false if it is none, or does not fit */
bool options_size(const char *text, uint64_t *size);

#endif /* VGAUDI_OPTIONS_H */
