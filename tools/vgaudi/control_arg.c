// SPDX-License-Identifier: GPL-2.0-only
/* What requests of the control socket are made of, each checked in one place. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "control_cmd.h"

const char *control_error(const char *fmt, ...)
{
	static char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return text;
}

bool control_has(const struct control_arg *arg, const char *key)
{
	return json_object_object_get_ex(arg->req, key, NULL);
}

uint64_t control_number(struct control_arg *arg, const char *key, uint64_t min, uint64_t max,
			uint64_t absent)
{
	struct json_object *value;
	int64_t number;

	if (arg->error)
		return 0;
	if (!json_object_object_get_ex(arg->req, key, &value)) {
		if (absent == CONTROL_MUST)
			arg->error = control_error("\"%s\" is missing", key);
		return absent;
	}
	number = json_object_get_int64(value);
	if (!json_object_is_type(value, json_type_int) || number < 0 || (uint64_t)number < min ||
	    (uint64_t)number > max) {
		arg->error = control_error("\"%s\" is a number from %" PRIu64 " to %" PRIu64, key,
					   min, max);
		return 0;
	}
	return number;
}

const char *control_string(struct control_arg *arg, const char *key, bool must)
{
	struct json_object *value;

	if (arg->error)
		return NULL;
	if (!json_object_object_get_ex(arg->req, key, &value)) {
		if (must)
			arg->error = control_error("\"%s\" is missing", key);
		return NULL;
	}
	if (json_object_is_type(value, json_type_string))
		return json_object_get_string(value);
	arg->error = control_error("\"%s\" is a string", key);
	return NULL;
}

struct card *control_card(struct control_arg *arg, struct sim *sim)
{
	uint64_t card = control_number(arg, "card", 0, sim->card_count - 1, 0);

	return arg->error ? NULL : sim->cards[card];
}

struct port *control_port(struct control_arg *arg, struct sim *sim)
{
	struct card *card = control_card(arg, sim);
	struct port *port;
	uint64_t index;

	if (!card)
		return NULL;
	index = control_number(arg, "port", 0, GNIC_PORT_IDS - 1, CONTROL_MUST);
	if (arg->error)
		return NULL;
	port = card_port(card, index);
	if (!port)
		arg->error = control_error("card %u has no port %" PRIu64, card->config.index,
					   index);
	return port;
}

struct wire *control_wire(struct control_arg *arg, struct sim *sim)
{
	struct port *port = control_port(arg, sim);

	if (port && !port->wire)
		arg->error = control_error("card %u port %u has no cable",
					   port->card->config.index, port->index);
	return arg->error ? NULL : port->wire;
}

struct qp *control_qp(struct control_arg *arg, struct sim *sim)
{
	struct port *port = control_port(arg, sim);
	uint64_t qpn = control_number(arg, "qpn", 0, CARD_QPS_PER_PORT - 1, CONTROL_MUST);
	struct qp *qp;

	if (arg->error)
		return NULL;
	qp = qp_get(port, qpn);
	if (!qp)
		arg->error = control_error("there is no QP %" PRIu64 " at card %u port %u", qpn,
					   port->card->config.index, port->index);
	return qp;
}

void control_add(struct json_object *obj, const char *key, uint64_t value)
{
	json_object_object_add(obj, key, json_object_new_int64(value));
}
