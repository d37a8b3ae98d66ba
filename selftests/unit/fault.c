// SPDX-License-Identifier: GPL-2.0-only
/* Faults and sizes: what waits for its victim, dice, suffixes. */
#include "../lib/ktap.h"
#include "fault.h"
#include "options.h"

static unsigned int failures;

#define CHECK(cond) do {						\
	if (!(cond)) {							\
		ktap_note("%s:%d: failed: %s", __FILE__, __LINE__, #cond); \
		failures++;						\
	}								\
} while (0)

static void commands(void)
{
	struct faults *faults = fault_create();
	uint32_t status = 0;

	CHECK(fault_cmd(faults, 3, &status) == FAULT_CMD_NONE);
	fault_set_cmd(faults, 3, FAULT_CMD_STATUS, 9, 2, 0);
	CHECK(fault_cmd(faults, 4, &status) == FAULT_CMD_NONE);
	CHECK(fault_cmd(faults, 3, &status) == FAULT_CMD_STATUS && status == 9);
	CHECK(fault_cmd(faults, 3, &status) == FAULT_CMD_STATUS);
	CHECK(fault_cmd(faults, 3, &status) == FAULT_CMD_NONE);
	fault_set_cmd(faults, FAULT_ANY, FAULT_CMD_NEVER, 0, 1, 2);
	CHECK(fault_cmd(faults, 77, &status) == FAULT_CMD_NONE);
	CHECK(fault_cmd(faults, 78, &status) == FAULT_CMD_NONE);
	CHECK(fault_cmd(faults, 77, &status) == FAULT_CMD_NEVER);
	fault_set_cmd(faults, FAULT_ANY, FAULT_CMD_NEVER, 0, 5, 0);
	fault_clear(faults);
	CHECK(fault_cmd(faults, 77, &status) == FAULT_CMD_NONE);
	fault_destroy(faults);
}

/* Each has its own count; a new one of an opcode takes the place of the old one. */
static void several_commands(void)
{
	struct faults *faults = fault_create();
	uint32_t status = 0, opcode;

	CHECK(fault_set_cmd(faults, 3, FAULT_CMD_UNHEARD, 0, 1, 0));
	CHECK(fault_set_cmd(faults, 4, FAULT_CMD_STATUS, 9, 2, 1));
	CHECK(fault_set_cmd(faults, 4, FAULT_CMD_STATUS, 8, 1, 0));
	CHECK(fault_cmd(faults, 4, &status) == FAULT_CMD_STATUS && status == 8);
	CHECK(fault_cmd(faults, 4, &status) == FAULT_CMD_NONE);
	CHECK(fault_cmd(faults, 3, &status) == FAULT_CMD_UNHEARD);
	CHECK(fault_cmd(faults, 3, &status) == FAULT_CMD_NONE);
	for (opcode = 1; fault_set_cmd(faults, opcode, FAULT_CMD_NEVER, 0, 1, 0); opcode++)
		CHECK(opcode < 100);
	CHECK(opcode > 2 && fault_set_cmd(faults, 1, FAULT_CMD_NEVER, 0, 1, 0));
	CHECK(fault_cmd(faults, 1, &status) == FAULT_CMD_NEVER);
	CHECK(fault_set_cmd(faults, opcode, FAULT_CMD_NEVER, 0, 1, 0));
	fault_destroy(faults);
}

static void interrupts(void)
{
	struct faults *faults = fault_create();

	CHECK(!fault_irq(faults, 0));
	fault_set_irq(faults, 2, 1);
	CHECK(!fault_irq(faults, 1) && fault_irq(faults, 2) && !fault_irq(faults, 2));
	fault_set_irq(faults, FAULT_ANY, 1);
	CHECK(fault_irq(faults, 9) && !fault_irq(faults, 9));
	fault_destroy(faults);
}

static unsigned int hits(uint64_t seed, uint32_t ppm, uint32_t count, unsigned int rolls)
{
	struct fault_wire wire;
	unsigned int n = 0;

	fault_wire_init(&wire, seed);
	fault_wire_set(&wire, FAULT_DROP, ppm, count, 0);
	while (rolls--)
		n += fault_wire_roll(&wire, FAULT_DROP);
	return n;
}

static void dice(void)
{
	unsigned int n = hits(1, FAULT_PPM / 4, 0, 10000);

	CHECK(hits(1, 0, 0, 1000) == 0);
	CHECK(hits(1, FAULT_PPM, 0, 1000) == 1000);
	CHECK(hits(1, FAULT_PPM, 7, 1000) == 7);
	CHECK(n > 2300 && n < 2700);
	CHECK(hits(1, FAULT_PPM / 4, 0, 10000) == n);
	CHECK(hits(0, FAULT_PPM / 2, 0, 1000) > 400);
}

static void active(void)
{
	struct fault_wire wire;

	fault_wire_init(&wire, 1);
	CHECK(!wire.active && !fault_wire_roll(&wire, FAULT_DELAY));
	fault_wire_set(&wire, FAULT_DELAY, 1, 0, 1000);
	CHECK(wire.active && wire.handles);
	fault_wire_clear(&wire);
	CHECK(!wire.active && !wire.handles);
	fault_wire_set(&wire, FAULT_DROP, 1, 0, 0);
	CHECK(wire.active && !wire.handles);
}

static void sizes(void)
{
	uint64_t size = 0;

	CHECK(options_size("64", &size) && size == 64);
	CHECK(options_size("0x10K", &size) && size == 16384);
	CHECK(options_size("256M", &size) && size == 256ull << 20);
	CHECK(options_size("1T", &size) && size == 1ull << 40);
	CHECK(!options_size("", &size) && !options_size("M", &size) && !options_size("-1", &size));
	CHECK(!options_size("1MB", &size) && !options_size("1X", &size));
	CHECK(!options_size(" 1", &size) && !options_size("99999999T", &size));
}

static void run(void (*test)(void), const char *name)
{
	failures = 0;
	test();
	ktap_ok(!failures, name);
}

int main(void)
{
	ktap_header();
	ktap_plan(6);
	run(commands, "fault: commands");
	run(several_commands, "fault: several commands");
	run(interrupts, "fault: interrupts");
	run(dice, "fault: dice");
	run(active, "fault: a wire without any");
	run(sizes, "options: sizes");
	return ktap_exit();
}
