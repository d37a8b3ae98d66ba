// SPDX-License-Identifier: GPL-2.0-only
/* Commands of the control socket that look, and the simple ones that act. */
#include <stdio.h>
#include <string.h>

#include "hw/reg_ctl.h"

#include "blk_cmd.h"
#include "caps.h"
#include "capture.h"
#include "control_cmd.h"
#include "vfio_user.h"

/* ---- counters ---- */

struct control_counter {
	const char *name;
	size_t offset;
};

static void control_add_counters(struct json_object *obj, const struct control_counter *counters,
				 unsigned int count, const void *base)
{
	unsigned int i;
	uint64_t value;

	for (i = 0; i < count; i++) {
		memcpy(&value, (const uint8_t *)base + counters[i].offset, sizeof(value));
		control_add(obj, counters[i].name, value);
	}
}

#define COUNTERS(a)	(sizeof(a) / sizeof((a)[0]))
#define CARD(name)	{ #name, offsetof(struct gnic_hw_card_stats, name) }
static const struct control_counter card_counters[] = {
	CARD(mmio_reads), CARD(mmio_writes), CARD(kicks), CARD(bad_mmio), CARD(bad_kicks),
	CARD(dma_errors), CARD(asid_errors), CARD(cmds), CARD(cmd_errors), CARD(cqes),
	CARD(events_lost),
};

#define MAC(name)	{ #name, offsetof(struct gnic_hw_mac_dir, name) }
static const struct control_counter mac_counters[] = {
	MAC(frames_ok), MAC(octets_ok), MAC(unicast), MAC(multicast), MAC(broadcast), MAC(vlan),
	MAC(pause), MAC(fcs_errors), MAC(too_long), MAC(undersize), MAC(errors), MAC(dropped),
	MAC(control), MAC(unknown_control), MAC(jabbers), MAC(fragments), MAC(symbol_errors),
};

#define LOOP(name)	{ #name, offsetof(struct loop_stats, name) }
static const struct control_counter loop_counters[] = {
	LOOP(rounds), LOOP(busy), LOOP(yields), LOOP(sleeps), LOOP(events), LOOP(timers),
};

static const char *control_port_stats(struct port *port, struct json_object *reply)
{
	struct json_object *rx = json_object_new_object(), *tx = json_object_new_object();

	control_add_counters(rx, mac_counters, COUNTERS(mac_counters), &port->stats.rx);
	control_add_counters(tx, mac_counters, COUNTERS(mac_counters), &port->stats.tx);
	control_add(reply, "qps", port->qp_count);
	control_add(reply, "link_downs", port->stats.link_downs);
	json_object_object_add(reply, "rx", rx);
	json_object_object_add(reply, "tx", tx);
	return NULL;
}

/* Where the device reads its work queues, and how far it is. */
static void control_wq_stats(const struct wq *wq, const char *name, struct json_object *reply)
{
	struct json_object *obj = json_object_new_object();

	if (wq->present) {
		control_add(obj, "base", wq->base);
		control_add(obj, "entries", (uint64_t)wq->mask + 1);
		control_add(obj, "index", wq->index);
		control_add(obj, "done", wq->done);
	}
	json_object_object_add(reply, name, obj);
}

static const char *control_qp_stats(const struct qp *qp, struct json_object *reply)
{
	control_wq_stats(&qp->sq, "sq", reply);
	control_wq_stats(&qp->rq, "rq", reply);
	return NULL;
}

static unsigned int control_awake(const struct card *card)
{
	unsigned int count = 0;
	const struct qp *qp;

	for (qp = card->awake; qp; qp = qp->next_awake)
		count++;
	return count;
}

static const char *control_card_stats(struct card *card, struct json_object *reply)
{
	unsigned int qps = 0;
	struct port *port;

	card_for_each_port(card, port)
		qps += port->qp_count;
	json_object_object_add(reply, "client", json_object_new_boolean(vu_has_client(card->vu)));
	control_add(reply, "status", card->status);
	control_add(reply, "qps", qps);
	control_add(reply, "awake", control_awake(card));
	control_add(reply, "cqs", card->cq_count);
	control_add(reply, "irqs", irq_stats(card->irq)->raised);
	control_add(reply, "irqs_pended", irq_stats(card->irq)->pended);
	control_add(reply, "irqs_suppressed", irq_stats(card->irq)->suppressed);
	control_add(reply, "dma_maps", dma_stats(card->dma)->maps - dma_stats(card->dma)->unmaps);
	control_add(reply, "dma_blocked", dma_stats(card->dma)->blocked);
	control_add_counters(reply, card_counters, COUNTERS(card_counters), &card->stats);
	return NULL;
}

static const char *control_stats(struct sim *sim, struct json_object *req,
				 struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	struct card *card;
	struct port *port;
	struct qp *qp;

	if (control_has(&arg, "qpn")) {
		qp = control_qp(&arg, sim);
		return qp ? control_qp_stats(qp, reply) : arg.error;
	}
	if (control_has(&arg, "port")) {
		port = control_port(&arg, sim);
		return port ? control_port_stats(port, reply) : arg.error;
	}
	if (control_has(&arg, "card")) {
		card = control_card(&arg, sim);
		return card ? control_card_stats(card, reply) : arg.error;
	}
	control_add(reply, "cards", sim->card_count);
	control_add(reply, "now", loop_clock(sim->loop));
	control_add_counters(reply, loop_counters, COUNTERS(loop_counters), loop_stats(sim->loop));
	return NULL;
}

/* ---- links and wires ---- */

static const char *const control_faults[] = {
	[GNIC_LINK_FAULT_NONE]		= "none",
	[GNIC_LINK_FAULT_ADMIN]		= "admin",
	[GNIC_LINK_FAULT_CABLE]		= "cable",
	[GNIC_LINK_FAULT_PEER]		= "peer",
	[GNIC_LINK_FAULT_MODE]		= "mode",
	[GNIC_LINK_FAULT_FORCED]	= "forced",
	[GNIC_LINK_FAULT_SPEED]		= "speed",
	[GNIC_LINK_FAULT_FEC]		= "fec",
};

static struct json_object *control_link_row(struct port *port)
{
	struct json_object *row = json_object_new_object();
	char text[WIRE_NAME_LEN];

	control_add(row, "card", port->card->config.index);
	control_add(row, "port", port->index);
	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", port->mac[0], port->mac[1],
		 port->mac[2], port->mac[3], port->mac[4], port->mac[5]);
	json_object_object_add(row, "mac", json_object_new_string(text));
	json_object_object_add(row, "link", json_object_new_boolean(port->link));
	json_object_object_add(row, "fault",
			       json_object_new_string(control_faults[mac_link_fault(port)]));
	json_object_object_add(row, "external", json_object_new_boolean(port->external));
	json_object_object_add(row, "identify", json_object_new_boolean(port->identify));
	control_add(row, "speed", port->mode.speed);
	control_add(row, "mtu", port->mtu);
	if (port->wire) {
		wire_name(port->wire, text, sizeof(text));
		json_object_object_add(row, "wire", json_object_new_string(text));
	}
	return row;
}

static const char *control_links(struct sim *sim, struct json_object *req,
				 struct json_object *reply)
{
	struct json_object *rows = json_object_new_array();
	struct port *port;
	unsigned int card;

	(void)req;
	for (card = 0; card < sim->card_count; card++)
		card_for_each_port(sim->cards[card], port)
			json_object_array_add(rows, control_link_row(port));
	json_object_object_add(reply, "links", rows);
	return NULL;
}

static const char *control_link(struct sim *sim, struct json_object *req,
				struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	struct port *port = control_port(&arg, sim);
	const char *state = control_string(&arg, "state", true);

	if (arg.error)
		return arg.error;
	if (strcmp(state, "up") && strcmp(state, "down"))
		return "\"state\" is \"up\" or \"down\"";
	loop_timer_del(sim->loop, &port->flap);
	port->forced_down = !strcmp(state, "down");
	mac_link_update(port);
	json_object_object_add(reply, "link", json_object_new_boolean(port->link));
	return NULL;
}

static struct json_object *control_wire_row(const struct wire *wire)
{
	struct json_object *row = json_object_new_object();
	char name[WIRE_NAME_LEN];
	unsigned int i;

	wire_name(wire, name, sizeof(name));
	json_object_object_add(row, "wire", json_object_new_string(name));
	control_add(row, "frames", wire->frames);
	control_add(row, "lost", wire->lost);
	control_add(row, "held", wire->held_count);
	if (wire->capture)
		control_add(row, "captured", capture_count(wire->capture));
	for (i = 0; i < FAULT_WIRE_KINDS; i++)
		if (wire->faults.dice[i].hits)
			control_add(row, fault_wire_names[i], wire->faults.dice[i].hits);
	return row;
}

static const char *control_wires(struct sim *sim, struct json_object *req,
				 struct json_object *reply)
{
	struct json_object *rows = json_object_new_array();
	struct wire *wire;

	(void)req;
	for (wire = sim->wires; wire; wire = wire->next)
		json_object_array_add(rows, control_wire_row(wire));
	json_object_object_add(reply, "wires", rows);
	return NULL;
}

/* ---- captures, time, end ---- */

static const char *control_capture(struct sim *sim, struct json_object *req,
				   struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	struct wire *wire = control_wire(&arg, sim);
	const char *action = control_string(&arg, "action", true);
	bool start = action && !strcmp(action, "start");
	const char *file = control_string(&arg, "file", start);

	if (arg.error)
		return arg.error;
	if (start)
		return sim_capture(sim, wire, file, &arg.error) ? NULL : arg.error;
	if (strcmp(action, "stop"))
		return "\"action\" is \"start\" or \"stop\"";
	if (!wire->capture_owned)
		return "nothing was started here";
	control_add(reply, "captured", capture_count(wire->capture));
	sim_capture_end(sim, wire);
	return NULL;
}

#define CONTROL_STEP_MAX_US	3600000000ull

static const char *control_step(struct sim *sim, struct json_object *req,
				struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	uint64_t us = control_number(&arg, "us", 0, CONTROL_STEP_MAX_US, CONTROL_MUST);

	if (arg.error)
		return arg.error;
	if (!sim->options.step)
		return "time passes by itself: --step was not given";
	loop_step(sim->loop, us * 1000);
	control_add(reply, "now", loop_now(sim->loop));
	return NULL;
}

/* Reads the clock of a card; "fast" and "slow" make its oscillator wrong, in ppb. */
static const char *control_clock(struct sim *sim, struct json_object *req,
				 struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	struct card *card = control_card(&arg, sim);
	int64_t fast = control_number(&arg, "fast", 0, PHC_DRIFT_MAX, 0);
	int64_t slow = control_number(&arg, "slow", 0, PHC_DRIFT_MAX, 0);

	if (arg.error)
		return arg.error;
	if (control_has(&arg, "fast") || control_has(&arg, "slow"))
		phc_set_drift(card, fast - slow);
	control_add(reply, "time", phc_at(&card->phc, loop_now(sim->loop)));
	return NULL;
}

static const char *control_limits(struct json_object *list, struct caps_limits *limits)
{
	struct json_object_iterator at = json_object_iter_begin(list);
	struct json_object_iterator end = json_object_iter_end(list);
	struct control_arg arg = { .req = list };
	const char *name;
	uint64_t number;

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		name = json_object_iter_peek_name(&at);
		number = control_number(&arg, name, 0, UINT32_MAX, CONTROL_MUST);
		if (arg.error)
			return arg.error;
		if (!caps_limit(limits, name, number))
			return control_error("\"limits\" has no \"%s\"", name);
	}
	return NULL;
}

/*
 * Firmware that can less or more runs after a reset; "caps" are those that it lacks, "limits"
 * the numbers of QUERY_CAPS that it says instead of its own.
 */
static const char *control_without(struct sim *sim, struct json_object *req,
				   struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	struct card *card = control_card(&arg, sim);
	const char *caps = control_string(&arg, "caps", true);
	struct caps_limits limits = { 0 };
	struct json_object *list;
	uint32_t lacks;

	(void)reply;
	if (json_object_object_get_ex(req, "limits", &list) && !arg.error)
		arg.error = json_object_is_type(list, json_type_object) ?
			    control_limits(list, &limits) : "\"limits\" is an object";
	if (arg.error)
		return arg.error;
	if (!caps_parse(caps, &lacks))
		return control_error("\"caps\" are names of capabilities, \"%s\" are not", caps);
	card->config.lacks = lacks;
	card->config.limits = limits;
	return NULL;
}

static const char *control_version(struct sim *sim, struct json_object *req,
				   struct json_object *reply)
{
	(void)sim;
	(void)req;
	control_add(reply, "major", GNIC_HW_VERSION_MAJOR);
	control_add(reply, "minor", GNIC_HW_VERSION_MINOR);
	return NULL;
}

static const char *control_quit(struct sim *sim, struct json_object *req,
				struct json_object *reply)
{
	(void)req;
	(void)reply;
	loop_stop(sim->loop);
	return NULL;
}

static const char *control_help(struct sim *sim, struct json_object *req,
				struct json_object *reply);

static const struct control_cmd control_cmds[] = {
	{ "help", control_help },
	{ "version", control_version },
	{ "stats", control_stats },
	{ "links", control_links },
	{ "link", control_link },
	{ "wires", control_wires },
	{ "capture", control_capture },
	{ "fault", control_fault },
	{ "step", control_step },
	{ "clock", control_clock },
	{ "without", control_without },
	{ "quit", control_quit },
};

static const char *control_help(struct sim *sim, struct json_object *req,
				struct json_object *reply)
{
	struct json_object *names = json_object_new_array();
	unsigned int i;

	(void)sim;
	(void)req;
	for (i = 0; i < COUNTERS(control_cmds); i++)
		json_object_array_add(names, json_object_new_string(control_cmds[i].name));
	json_object_object_add(reply, "cmds", names);
	return NULL;
}

const char *control_run(struct sim *sim, struct json_object *req, struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	const char *name = control_string(&arg, "cmd", true);
	unsigned int i;

	for (i = 0; name && i < COUNTERS(control_cmds); i++)
		if (!strcmp(name, control_cmds[i].name))
			return control_cmds[i].run(sim, req, reply);
	return name ? control_error("unknown command \"%.64s\": try \"help\"", name) : arg.error;
}
