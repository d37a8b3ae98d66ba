// SPDX-License-Identifier: GPL-2.0-only
/* Faults: what waits for a card's next command or interrupt, and a wire's dice. */
#include <stdlib.h>
#include <string.h>

#include "fault.h"

/* Opcodes that have a fault at a time. */
#define FAULT_CMDS	4

struct fault_of_cmd {
	enum fault_cmd kind;
	uint32_t opcode;
	uint32_t status;
	uint32_t count;
	uint32_t skip;
};

struct faults {
	struct fault_of_cmd cmds[FAULT_CMDS];
	struct {
		uint32_t vector;
		uint32_t count;
	} irq;
	uint32_t events;		/* how many are still lost */
	uint32_t parts[FAULT_PARTS];	/* how often each still fails */
};

struct faults *fault_create(void)
{
	return calloc(1, sizeof(struct faults));
}

void fault_destroy(struct faults *faults)
{
	free(faults);
}

void fault_clear(struct faults *faults)
{
	memset(faults, 0, sizeof(*faults));
}

/* That of @opcode, or one that is over, or NULL. */
static struct fault_of_cmd *fault_place(struct faults *faults, uint32_t opcode)
{
	struct fault_of_cmd *cmd, *place = NULL;

	for (cmd = faults->cmds; cmd < faults->cmds + FAULT_CMDS; cmd++) {
		if (!cmd->count)
			place = cmd;
		else if (cmd->opcode == opcode)
			return cmd;
	}
	return place;
}

bool fault_set_cmd(struct faults *faults, uint32_t opcode, enum fault_cmd kind, uint32_t status,
		   uint32_t count, uint32_t skip)
{
	struct fault_of_cmd *cmd = fault_place(faults, opcode);

	if (!cmd)
		return false;
	*cmd = (struct fault_of_cmd){
		.kind = kind, .opcode = opcode, .status = status, .count = count, .skip = skip,
	};
	return true;
}

void fault_set_irq(struct faults *faults, uint32_t vector, uint32_t count)
{
	faults->irq.vector = vector;
	faults->irq.count = count;
}

static enum fault_cmd fault_cmd_one(struct fault_of_cmd *cmd, uint32_t opcode, uint32_t *status)
{
	if (!cmd->count || (cmd->opcode != FAULT_ANY && cmd->opcode != opcode))
		return FAULT_CMD_NONE;
	if (cmd->skip) {
		cmd->skip--;
		return FAULT_CMD_NONE;
	}
	cmd->count--;
	*status = cmd->status;
	return cmd->kind;
}

enum fault_cmd fault_cmd(struct faults *faults, uint32_t opcode, uint32_t *status)
{
	enum fault_cmd kind = FAULT_CMD_NONE;
	unsigned int i;

	for (i = 0; i < FAULT_CMDS && kind == FAULT_CMD_NONE; i++)
		kind = fault_cmd_one(&faults->cmds[i], opcode, status);
	return kind;
}

bool fault_irq(struct faults *faults, uint32_t vector)
{
	if (!faults->irq.count ||
	    (faults->irq.vector != FAULT_ANY && faults->irq.vector != vector))
		return false;
	faults->irq.count--;
	return true;
}

void fault_set_events(struct faults *faults, uint32_t count)
{
	faults->events = count;
}

bool fault_event(struct faults *faults)
{
	if (!faults->events)
		return false;
	faults->events--;
	return true;
}

const char *const fault_part_names[FAULT_PARTS] = {
	[FAULT_SCRATCH]		= "scratch",
	[FAULT_TEST_DMA]	= "dma",
	[FAULT_LOOPBACK]	= "loopback",
	[FAULT_NEW_QP]		= "new-qp",
};

void fault_set_part(struct faults *faults, enum fault_part part, uint32_t count)
{
	faults->parts[part] = count;
}

bool fault_part(struct faults *faults, enum fault_part part)
{
	if (!faults->parts[part])
		return false;
	faults->parts[part]--;
	return true;
}

/* ---- wires ---- */

const char *const fault_wire_names[FAULT_WIRE_KINDS] = {
	[FAULT_DROP]		= "drop",
	[FAULT_CORRUPT]		= "corrupt",
	[FAULT_FCS]		= "fcs",
	[FAULT_DUPLICATE]	= "duplicate",
	[FAULT_REORDER]		= "reorder",
	[FAULT_DELAY]		= "delay",
	[FAULT_MARK]		= "mark",
	[FAULT_RUNT]		= "runt",
	[FAULT_OVERRUN]		= "overrun",
	[FAULT_SYMBOL]		= "symbol",
};

/* xorshift64*: small, and the same on every machine */
uint64_t fault_random(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1dull;
}

void fault_wire_init(struct fault_wire *wire, uint64_t seed)
{
	memset(wire, 0, sizeof(*wire));
	wire->random = seed ? seed : 1;
	/* Neighbouring seeds give unlike sequences only after some steps. */
	for (seed = 0; seed < 8; seed++)
		fault_random(&wire->random);
}

void fault_wire_set(struct fault_wire *wire, enum fault_wire_kind kind, uint32_t ppm,
		    uint32_t count, uint64_t delay)
{
	struct fault_dice *dice = &wire->dice[kind];
	unsigned int i;

	dice->ppm = ppm;
	dice->count = count;
	dice->limited = count;
	dice->delay = delay;
	wire->handles = false;
	for (i = 0; i < FAULT_WIRE_KINDS; i++)
		wire->handles |= i != FAULT_DROP && wire->dice[i].ppm;
	wire->active = wire->handles || wire->dice[FAULT_DROP].ppm;
}

void fault_wire_clear(struct fault_wire *wire)
{
	unsigned int i;

	for (i = 0; i < FAULT_WIRE_KINDS; i++)
		fault_wire_set(wire, i, 0, 0, 0);
}

bool fault_wire_roll(struct fault_wire *wire, enum fault_wire_kind kind)
{
	struct fault_dice *dice = &wire->dice[kind];

	if (!dice->ppm || fault_random(&wire->random) % FAULT_PPM >= dice->ppm)
		return false;
	if (dice->limited && !--dice->count)
		dice->ppm = 0;
	dice->hits++;
	return true;
}
