// SPDX-License-Identifier: GPL-2.0-only
/* Puts cards and cables together as the options say. */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "caps.h"
#include "capture.h"
#include "control.h"
#include "mac.h"
#include "sim.h"
#include "tap.h"
#include "topology.h"

static bool __attribute__((format(printf, 1, 2))) sim_complain(const char *fmt, ...)
{
	va_list ap;

	fputs("vgaudi: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return false;
}

/* ---- cards ---- */

static bool sim_add_card(struct sim *sim, unsigned int index)
{
	const struct options *options = &sim->options;
	struct card_config config = {
		.index = index,
		.ports = options->ports,
		.vectors = options->vectors,
		.hbm_size = options->hbm_size,
		.serial = options->serial + index,
	};
	char path[PATH_MAX], state[PATH_MAX];

	if (!caps_parse(options->without, &config.lacks))
		return sim_complain("--without: no capabilities: \"%s\"", options->without);
	snprintf(path, sizeof(path), "%s/card%u.sock", options->socket_dir, index);
	config.socket_path = options->socket ? options->socket : path;
	snprintf(state, sizeof(state), "%s/card%u.nvm", options->state_dir, index);
	config.state_path = options->state_dir ? state : NULL;
	sim->cards[index] = card_create(sim->loop, &config);
	if (!sim->cards[index])
		return sim_complain("%s: %s", config.socket_path, strerror(errno));
	sim->card_count++;
	return true;
}

static bool sim_add_cards(struct sim *sim)
{
	unsigned int i;

	for (i = 0; i < sim->options.cards; i++)
		if (!sim_add_card(sim, i))
			return false;
	return true;
}

/* ---- cables ---- */

static bool sim_find_end(struct sim *sim, const struct topology_end *from, struct wire_end *end)
{
	if (!from->tap[0]) {
		end->port = &sim->cards[from->card]->ports[from->port];
		return true;
	}
	end->tap = tap_create(sim->loop, from->tap);
	if (!end->tap)
		return sim_complain("tap:%s: %s", from->tap, strerror(errno));
	return true;
}

static bool sim_add_wire(struct sim *sim, const struct topology_link *link, struct wire ***tail)
{
	struct wire_end end[2] = { 0 };
	struct wire *wire;

	if (!sim_find_end(sim, &link->end[0], &end[0]) ||
	    !sim_find_end(sim, &link->end[1], &end[1]))
		return false;
	wire = wire_create(sim->loop, end);
	if (!wire) {
		if (end[1].tap)
			tap_destroy(end[1].tap);
		return sim_complain("a wire: %s", strerror(errno));
	}
	fault_wire_init(&wire->faults, sim->options.seed + end[0].port->card->config.index *
			GNIC_PORTS_MAX + end[0].port->index);
	**tail = wire;
	*tail = &wire->next;
	return true;
}

/* In the box the ports of the cards meet on the backplane, elsewhere they have cages. */
static void sim_mark_port(struct port *port, const struct topology *topology)
{
	port->external = topology_is_external(topology, port->card->config.index, port->index);
	port->backplane = topology->hls2 && !port->external;
	mac_half(port)->external = port->external;
	mac_half(port)->backplane = port->backplane;
}

static void sim_mark_external(struct sim *sim, const struct topology *topology)
{
	unsigned int card, port;

	for (card = 0; card < sim->card_count; card++)
		for (port = 0; port < sim->options.ports; port++)
			sim_mark_port(&sim->cards[card]->ports[port], topology);
}

static const char *sim_topology(const struct options *options)
{
	if (options->topology)
		return options->topology;
	return options->cards % 2 ? "loop" : "pair";
}

static bool sim_add_wires(struct sim *sim)
{
	struct wire **tail = &sim->wires;
	struct topology topology;
	char error[160];
	unsigned int i;
	bool ok;

	ok = topology_parse(sim_topology(&sim->options), sim->options.cards, sim->options.ports,
			    &topology, error, sizeof(error));
	if (!ok)
		sim_complain("%s", error);
	for (i = 0; ok && i < topology.count; i++)
		ok = sim_add_wire(sim, &topology.links[i], &tail);
	if (ok)
		sim_mark_external(sim, &topology);
	topology_free(&topology);
	return ok;
}

static void sim_remove_wires(struct sim *sim)
{
	struct wire *wire;
	struct tap *tap;

	while ((wire = sim->wires)) {
		sim->wires = wire->next;
		sim_capture_end(sim, wire);
		tap = wire->end[1].tap;
		wire_destroy(wire);
		if (tap)
			tap_destroy(tap);
	}
}

struct wire *sim_wire(struct sim *sim, unsigned int card, unsigned int port)
{
	struct port *at = card < sim->card_count ? card_port(sim->cards[card], port) : NULL;

	return at ? at->wire : NULL;
}

/* ---- captures ---- */

bool sim_capture(struct sim *sim, struct wire *wire, const char *path, const char **error)
{
	struct capture *capture = capture_open(path, sim->options.step, error);

	if (!capture)
		return false;
	sim_capture_end(sim, wire);
	wire->capture = capture;
	wire->capture_owned = true;
	return true;
}

void sim_capture_end(struct sim *sim, struct wire *wire)
{
	(void)sim;
	if (wire->capture_owned)
		capture_close(wire->capture);
	wire->capture = NULL;
	wire->capture_owned = false;
}

static bool sim_capture_each(struct sim *sim, const char *dir)
{
	char name[WIRE_NAME_LEN], path[PATH_MAX];
	const char *error;
	struct wire *wire;

	for (wire = sim->wires; wire; wire = wire->next) {
		wire_name(wire, name, sizeof(name));
		snprintf(path, sizeof(path), "%s/%s.pcap", dir, name);
		if (!sim_capture(sim, wire, path, &error))
			return sim_complain("--pcap: %s", error);
	}
	return true;
}

static bool sim_capture_all(struct sim *sim, const char *path)
{
	const char *error;
	struct wire *wire;

	sim->capture = capture_open(path, sim->options.step, &error);
	if (!sim->capture)
		return sim_complain("--pcap: %s", error);
	for (wire = sim->wires; wire; wire = wire->next)
		wire->capture = sim->capture;
	return true;
}

static bool sim_add_captures(struct sim *sim)
{
	const char *path = sim->options.pcap;
	struct stat st;

	if (!path)
		return true;
	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return sim_capture_each(sim, path);
	return sim_capture_all(sim, path);
}

/* ---- life ---- */

static bool sim_add_loop(struct sim *sim)
{
	struct loop_params params = {
		.spin = 2000,
		.yield = 200,
		.fd_rounds = 256,
		.fd_ns = 50000,
		.stepped = true,
	};

	sim->loop = loop_create(sim->options.step ? &params : NULL);
	return sim->loop || sim_complain("event loop: %s", strerror(errno));
}

static bool sim_add_control(struct sim *sim)
{
	if (!sim->options.control)
		return true;
	sim->control = control_create(sim, sim->options.control);
	return sim->control || sim_complain("%s: %s", sim->options.control, strerror(errno));
}

struct sim *sim_create(const struct options *options)
{
	struct sim *sim = calloc(1, sizeof(*sim));

	if (!sim) {
		sim_complain("no memory");
		return NULL;
	}
	sim->options = *options;
	if (sim_add_loop(sim) && sim_add_cards(sim) && sim_add_wires(sim) &&
	    sim_add_captures(sim) && sim_add_control(sim))
		return sim;
	sim_destroy(sim);
	return NULL;
}

void sim_destroy(struct sim *sim)
{
	unsigned int i;

	control_destroy(sim->control);
	sim_remove_wires(sim);
	if (sim->capture)
		capture_close(sim->capture);
	for (i = sim->card_count; i--;)
		card_destroy(sim->cards[i]);
	loop_destroy(sim->loop);
	free(sim);
}
