/* SPDX-License-Identifier: GPL-2.0-only */
/* Capabilities of a card, and those that one does without (hardware.rst, "Block CTL"). */
#ifndef VGAUDI_CAPS_H
#define VGAUDI_CAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/cmd.h"

#define CAPS_ALL	UINT32_MAX	/* the contract has given every bit a meaning */

/**
 * caps_parse - capabilities by name
 * @list: names of the contract without GNIC_CAP_, in any case, commas between them; "" is none
 * @caps: their bits
 *
 * Return: false if there is no such one; @caps is not changed.
 */
bool caps_parse(const char *list, uint32_t *caps);

/**
 * struct caps_limits - numbers of QUERY_CAPS that a card says instead of its own
 * @said: bit i: the i-th member of struct gnic_hw_caps
 * @number: by member
 */
struct caps_limits {
	uint32_t said;
	uint32_t number[sizeof(struct gnic_hw_caps) / sizeof(uint32_t)];
};

/* @name: of a member. Returns false if there is no such one. */
bool caps_limit(struct caps_limits *limits, const char *name, uint32_t number);

/* What a card that has @caps says. */
void caps_say(const struct caps_limits *limits, struct gnic_hw_caps *caps);

/* The one that a command belongs to, or 0: every card knows it. */
uint32_t caps_of_command(uint16_t opcode);

/* All that members of struct gnic_hw_port_set belong to; @valid: GNIC_PORT_SET_* */
uint32_t caps_of_port_set(uint32_t valid);

#endif /* VGAUDI_CAPS_H */
