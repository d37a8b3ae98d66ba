/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands of the control socket. Each gets the request and an empty reply
 * object to fill, and returns NULL or the sentence that refuses it.
 */
#ifndef VGAUDI_CONTROL_CMD_H
#define VGAUDI_CONTROL_CMD_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim.h"

typedef const char *(*control_fn)(struct sim *sim, struct json_object *req,
				  struct json_object *reply);

struct control_cmd {
	const char *name;
	control_fn run;
};

/* control_cmd.c */
const char *control_run(struct sim *sim, struct json_object *req, struct json_object *reply);

/* control_fault.c */
const char *control_fault(struct sim *sim, struct json_object *req, struct json_object *reply);

/* What requests have in common; they set *@error and return false or NULL if it is not right. */
struct control_arg {
	struct json_object *req;
	const char *error;
};

/* A sentence made with printf(), good until the next one. */
const char *control_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

bool control_has(const struct control_arg *arg, const char *key);
/* An absent one is @absent; with CONTROL_MUST it must be there. */
uint64_t control_number(struct control_arg *arg, const char *key, uint64_t min, uint64_t max,
			uint64_t absent);
const char *control_string(struct control_arg *arg, const char *key, bool must);
struct card *control_card(struct control_arg *arg, struct sim *sim);
struct port *control_port(struct control_arg *arg, struct sim *sim);
struct wire *control_wire(struct control_arg *arg, struct sim *sim);
struct qp *control_qp(struct control_arg *arg, struct sim *sim);

#define CONTROL_MUST	UINT64_MAX

void control_add(struct json_object *obj, const char *key, uint64_t value);

#endif /* VGAUDI_CONTROL_CMD_H */
