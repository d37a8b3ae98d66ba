/* SPDX-License-Identifier: GPL-2.0-only */
/* Capabilities of a card, and those that one does without (hardware.rst, "Block CTL"). */
#ifndef VGAUDI_CAPS_H
#define VGAUDI_CAPS_H

#include <stdbool.h>
#include <stdint.h>

#define CAPS_ALL	UINT32_MAX	/* the contract has given every bit a meaning */

/**
 * caps_parse - capabilities by name
 * @list: names of the contract without GNIC_CAP_, in any case, commas between them; "" is none
 * @caps: their bits
 *
 * Return: false if there is no such one; @caps is not changed.
 */
bool caps_parse(const char *list, uint32_t *caps);

/* The one that a command belongs to, or 0: every card knows it. */
uint32_t caps_of_command(uint16_t opcode);

/* All that members of struct gnic_hw_port_set belong to; @valid: GNIC_PORT_SET_* */
uint32_t caps_of_port_set(uint32_t valid);

#endif /* VGAUDI_CAPS_H */
