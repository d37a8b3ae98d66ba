// SPDX-License-Identifier: GPL-2.0-only
/* The control command "fault": each kind is one function. */
#include <string.h>
#include <strings.h>

#include "blk_cmd.h"
#include "control_cmd.h"
#include "fault.h"
#include "mac.h"
#include "vfio_user.h"

#define FAULT_COUNT_MAX	0xffffffffu
#define FAULT_DELAY_MAX	10000000u	/* us */
#define FAULT_FLAP_MAX	60000u		/* ms */
#define FAULT_SYMBOLS_MAX	544u

/* ---- wires ---- */

/* "rate", a share of all frames; the whole if it is not there. */
static uint32_t control_rate(struct control_arg *arg)
{
	struct json_object *value;
	double rate = 1;

	if (json_object_object_get_ex(arg->req, "rate", &value)) {
		rate = json_object_get_double(value);
		if ((!json_object_is_type(value, json_type_double) &&
		     !json_object_is_type(value, json_type_int)) || !(rate >= 0 && rate <= 1))
			arg->error = "\"rate\" is a number from 0 to 1";
	}
	return arg->error ? 0 : rate * FAULT_PPM;
}

static const char *control_fault_wire(struct sim *sim, struct json_object *req, int kind)
{
	struct control_arg arg = { .req = req };
	struct wire *wire = control_wire(&arg, sim);
	uint64_t count = control_number(&arg, "count", 0, FAULT_COUNT_MAX, 0);
	uint64_t delay = control_number(&arg, "delay_us", 0, FAULT_DELAY_MAX,
					kind == FAULT_DELAY ? CONTROL_MUST : 0);
	uint64_t symbols = control_number(&arg, "symbols", 1, FAULT_SYMBOLS_MAX, 1);
	uint32_t ppm = arg.error ? 0 : control_rate(&arg);

	if (arg.error)
		return arg.error;
	fault_wire_set(&wire->faults, kind, ppm, count, delay * 1000);
	wire->faults.dice[kind].symbols = symbols;
	return NULL;
}

/* ---- links ---- */

static const char *control_fault_flap(struct sim *sim, struct json_object *req,
				      struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	struct port *port = control_port(&arg, sim);
	uint64_t ms = control_number(&arg, "ms", 0, FAULT_FLAP_MAX, 100);

	(void)reply;
	if (arg.error)
		return arg.error;
	if (port->forced_down)
		return "the link is held down already";
	return mac_flap(port, ms) ? NULL : "no memory";
}

/* As if the far end asked for silence, of a priority or of all, for longer than it can. */
static const char *control_fault_silence(struct sim *sim, struct json_object *req,
					 struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	struct port *port = control_port(&arg, sim);
	uint64_t ms = control_number(&arg, "ms", 0, FAULT_FLAP_MAX, 100);
	uint64_t prio = control_number(&arg, "prio", 0, GNIC_PRIOS, GNIC_PRIOS);

	(void)reply;
	if (arg.error)
		return arg.error;
	if (prio < GNIC_PRIOS)
		mac_pfc_for(port, prio, ms * 1000000);
	else
		mac_pause_for(port, ms * 1000000);
	return NULL;
}

/* ---- commands ---- */

static const struct {
	const char *name;
	uint32_t value;
} control_statuses[] = {
#define X(name, value, text) { #name, value },
	GNIC_HW_STATUSES(X)
#undef X
}, control_syndromes[] = {
#define X(name, value, text) { #name, value },
	GNIC_HW_SYNDROMES(X)
#undef X
};

static int control_status(const char *name)
{
	unsigned int i;

	for (i = 0; i < sizeof(control_statuses) / sizeof(control_statuses[0]); i++)
		if (!strcasecmp(control_statuses[i].name, name))
			return control_statuses[i].value;
	return -1;
}

static int control_syndrome(const char *name)
{
	unsigned int i;

	for (i = 0; i < sizeof(control_syndromes) / sizeof(control_syndromes[0]); i++)
		if (!strcasecmp(control_syndromes[i].name, name))
			return control_syndromes[i].value;
	return -1;
}

static const char *control_fault_command(struct sim *sim, struct json_object *req,
					 struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	struct card *card = control_card(&arg, sim);
	const char *opcode = control_string(&arg, "opcode", false);
	const char *status = control_string(&arg, "status", true);
	uint64_t count = control_number(&arg, "count", 0, FAULT_COUNT_MAX, 1);
	uint64_t skip = control_number(&arg, "skip", 0, FAULT_COUNT_MAX, 0);
	int op = opcode ? cmd_opcode_by_name(opcode) : -1;
	int code = status ? control_status(status) : -1;
	enum fault_cmd kind = FAULT_CMD_STATUS;

	(void)reply;
	if (arg.error)
		return arg.error;
	if (opcode && op < 0)
		return control_error("\"%.64s\" is no command of the mailbox", opcode);
	if (!strcmp(status, "never"))
		kind = FAULT_CMD_NEVER;
	else if (!strcmp(status, "unheard"))
		kind = FAULT_CMD_UNHEARD;
	else if (code < 0)
		return control_error("\"%.64s\" is no status, nor never or unheard", status);
	if (!fault_set_cmd(card->faults, opcode ? (uint32_t)op : FAULT_ANY, kind, code, count, skip))
		return "too many opcodes have a fault";
	return NULL;
}

/* ---- interrupts, queues, the card ---- */

static const char *control_fault_irq(struct sim *sim, struct json_object *req,
				     struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	struct card *card = control_card(&arg, sim);
	uint64_t vector = card ? control_number(&arg, "vector", 0, card->config.vectors - 1,
						FAULT_ANY) : 0;
	uint64_t count = control_number(&arg, "count", 0, FAULT_COUNT_MAX, 1);

	(void)reply;
	if (!arg.error)
		fault_set_irq(card->faults, vector, count);
	return arg.error;
}

/* As if the event queue were full. */
static const char *control_fault_events(struct sim *sim, struct json_object *req,
					struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	struct card *card = control_card(&arg, sim);
	uint64_t count = control_number(&arg, "count", 0, FAULT_COUNT_MAX, 1);

	(void)reply;
	if (!arg.error)
		fault_set_events(card->faults, count);
	return arg.error;
}

/* A part of the card does not do what it is for, so many times. */
static const char *control_fault_part(struct sim *sim, struct json_object *req,
				      enum fault_part part)
{
	struct control_arg arg = { .req = req };
	struct card *card = control_card(&arg, sim);
	uint64_t count = control_number(&arg, "count", 0, FAULT_COUNT_MAX, 1);

	if (!arg.error)
		fault_set_part(card->faults, part, count);
	return arg.error;
}

static const char *control_fault_qp(struct sim *sim, struct json_object *req,
				    struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	struct qp *qp = control_qp(&arg, sim);
	const char *name = control_string(&arg, "syndrome", false);
	int syndrome = name ? control_syndrome(name) : GNIC_SYND_WQ_ACCESS;
	bool completion = control_number(&arg, "completion", 0, 1, 0);

	(void)reply;
	if (arg.error)
		return arg.error;
	if (syndrome < 0)
		return control_error("\"%.64s\" is no syndrome", name);
	if (completion && !qp->failed)
		cq_post_error(qp->sq_cq, qp, true, qp->sq.done, syndrome);
	qp_fail(qp, syndrome, true);
	return NULL;
}

static const char *control_fault_stop(struct sim *sim, struct json_object *req,
				      struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	struct qp *qp = control_qp(&arg, sim);

	(void)reply;
	if (arg.error)
		return arg.error;
	qp->stopped = true;
	if (qp->type != GNIC_QP_RC)
		qp_sleep(qp);
	return NULL;
}

/*
 * So many doorbells that those of this QP are lost: the next ones of both its queues, or those
 * of its receive queue that were not looked at yet.
 */
static const char *control_fault_overrun(struct sim *sim, struct json_object *req,
					 struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	struct qp *qp = control_qp(&arg, sim);
	uint64_t count = control_number(&arg, "count", 0, FAULT_COUNT_MAX, 0);

	(void)reply;
	if (arg.error)
		return arg.error;
	qp->kicks_lost = count;
	if (count)
		return NULL;
	qp->rq.kicked = qp->rq.index;
	eq_post(qp->card, GNIC_EQE_DB_OVERRUN, qp->port->index, qp->qpn, 0);
	return NULL;
}

/* As if nobody had read its completions. */
static const char *control_fault_cq(struct sim *sim, struct json_object *req,
				    struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	struct card *card = control_card(&arg, sim);
	uint64_t cqn = control_number(&arg, "cqn", 0, UINT32_MAX, CONTROL_MUST);
	struct cq *cq = arg.error ? NULL : cq_get(card, cqn);

	(void)reply;
	if (!arg.error && !cq)
		return control_error("card %u has no such CQ", card->config.index);
	if (cq && !cq->syndrome)
		cq_die(cq, GNIC_SYND_CQ_OVERRUN);
	return arg.error;
}

static const char *control_fault_fatal(struct sim *sim, struct json_object *req,
				       struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	struct card *card = control_card(&arg, sim);
	uint64_t syndrome = control_number(&arg, "code", 1, 0xff, 1);

	(void)reply;
	if (!arg.error)
		card_fatal(card, syndrome);
	return arg.error;
}

/* Firmware does nothing any more: no answer, no heartbeat. */
static const char *control_fault_hang(struct sim *sim, struct json_object *req,
				      struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	struct card *card = control_card(&arg, sim);

	(void)reply;
	if (!arg.error)
		card->hung = true;
	return arg.error;
}

/* The card is off the bus, as far as reads can tell. */
static const char *control_fault_all_ones(struct sim *sim, struct json_object *req,
					  struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	struct card *card = control_card(&arg, sim);

	(void)reply;
	if (arg.error)
		return arg.error;
	card_reset(card);
	card->dead = true;
	return NULL;
}

static const char *control_fault_remove(struct sim *sim, struct json_object *req,
					struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	struct card *card = control_card(&arg, sim);

	(void)reply;
	if (arg.error)
		return arg.error;
	if (!vu_has_client(card->vu))
		return control_error("card %u has no client", card->config.index);
	vu_disconnect(card->vu);
	return NULL;
}

static void control_kicks_arrive(struct qp *qp, void *arg)
{
	(void)arg;
	qp->kicks_lost = 0;
}

static const char *control_fault_clear(struct sim *sim, struct json_object *req,
				       struct json_object *reply)
{
	struct wire *wire;
	unsigned int i;

	(void)req;
	(void)reply;
	for (wire = sim->wires; wire; wire = wire->next)
		fault_wire_clear(&wire->faults);
	for (i = 0; i < sim->card_count; i++) {
		fault_clear(sim->cards[i]->faults);
		card_each_qp(sim->cards[i], control_kicks_arrive, NULL);
		sim->cards[i]->dead = false;
		sim->cards[i]->hung = false;
	}
	return NULL;
}

static const struct control_cmd control_fault_kinds[] = {
	{ "flap", control_fault_flap },
	{ "silence", control_fault_silence },
	{ "command", control_fault_command },
	{ "irq", control_fault_irq },
	{ "events", control_fault_events },
	{ "qp", control_fault_qp },
	{ "stop", control_fault_stop },
	{ "db-overrun", control_fault_overrun },
	{ "cq", control_fault_cq },
	{ "fatal", control_fault_fatal },
	{ "hang", control_fault_hang },
	{ "all-ones", control_fault_all_ones },
	{ "remove", control_fault_remove },
	{ "clear", control_fault_clear },
};

#define FAULT_KINDS	(sizeof(control_fault_kinds) / sizeof(control_fault_kinds[0]))

const char *control_fault(struct sim *sim, struct json_object *req, struct json_object *reply)
{
	struct control_arg arg = { .req = req };
	const char *kind = control_string(&arg, "kind", true);
	unsigned int i;

	if (arg.error)
		return arg.error;
	for (i = 0; i < FAULT_WIRE_KINDS; i++)
		if (!strcmp(kind, fault_wire_names[i]))
			return control_fault_wire(sim, req, i);
	for (i = 0; i < FAULT_PARTS; i++)
		if (!strcmp(kind, fault_part_names[i]))
			return control_fault_part(sim, req, i);
	for (i = 0; i < FAULT_KINDS; i++)
		if (!strcmp(kind, control_fault_kinds[i].name))
			return control_fault_kinds[i].run(sim, req, reply);
	return control_error("unknown kind of fault \"%.64s\"", kind);
}
