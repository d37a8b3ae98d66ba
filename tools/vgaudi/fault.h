/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can be made to go wrong. A fault of a card waits for its victim: it is
 * asked by the block concerned, counts down, and is gone. A fault of a wire
 * acts on each frame with a probability, from a seeded generator.
 */
#ifndef VGAUDI_FAULT_H
#define VGAUDI_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#define FAULT_ANY	0xffffffffu	/* opcode, vector */

/* ---- of a card ---- */

struct faults;

struct faults *fault_create(void);
void fault_destroy(struct faults *faults);
void fault_clear(struct faults *faults);

enum fault_cmd {
	FAULT_CMD_NONE,
	FAULT_CMD_STATUS,	/* is answered with a status, not executed */
	FAULT_CMD_NEVER,	/* is not answered, not executed */
	FAULT_CMD_UNHEARD,	/* is executed, not answered */
};

/*
 * @count commands of @opcode, after @skip of them; one such fault an opcode at a time. False:
 * too many opcodes have one.
 */
bool fault_set_cmd(struct faults *faults, uint32_t opcode, enum fault_cmd kind, uint32_t status,
		   uint32_t count, uint32_t skip);
/* The next @count interrupts of @vector are lost. */
void fault_set_irq(struct faults *faults, uint32_t vector, uint32_t count);
/* The next @count events find no room in the event queue. */
void fault_set_events(struct faults *faults, uint32_t count);

/* What a driver's self-test looks at, and QPs. */
enum fault_part {
	FAULT_SCRATCH,		/* the scratch register does not invert */
	FAULT_TEST_DMA,		/* the bytes stay as they are, and the device says OK */
	FAULT_LOOPBACK,		/* a frame that comes back to its port is another one */
	FAULT_NEW_QP,		/* fails as soon as it is made */
	FAULT_PARTS,
};

extern const char *const fault_part_names[FAULT_PARTS];

/* The next @count uses of @part go wrong. */
void fault_set_part(struct faults *faults, enum fault_part part, uint32_t count);

enum fault_cmd fault_cmd(struct faults *faults, uint32_t opcode, uint32_t *status);
bool fault_irq(struct faults *faults, uint32_t vector);	/* true: it is lost */
bool fault_event(struct faults *faults);	/* true: it is lost */
bool fault_part(struct faults *faults, enum fault_part part);	/* true: it goes wrong */

/* ---- of a wire ---- */

enum fault_wire_kind {
	FAULT_DROP,
	FAULT_CORRUPT,		/* one bit, with a good FCS: a bad switch */
	FAULT_FCS,		/* one bit on the way: the receiver sees a bad FCS */
	FAULT_DUPLICATE,
	FAULT_REORDER,		/* behind the next frame, or a millisecond */
	FAULT_DELAY,
	FAULT_MARK,		/* "congestion experienced", of what says that it can be marked */
	FAULT_RUNT,		/* its end is missing: it is too short, the FCS is right */
	FAULT_OVERRUN,		/* the receiver's MAC has no room for it */
	FAULT_SYMBOL,		/* wrong symbols in a codeword: FEC mends them, or a bad FCS */
	FAULT_WIRE_KINDS,
};

extern const char *const fault_wire_names[FAULT_WIRE_KINDS];

/**
 * struct fault_dice - one kind of fault of a wire
 * @ppm: frames of a million that it hits
 * @count: how many it may still hit; 0 with @ppm: no limit
 * @limited: @count counts
 * @delay: FAULT_DELAY: nanoseconds
 * @symbols: FAULT_SYMBOL: how many
 * @hits: so far
 */
struct fault_dice {
	uint32_t ppm;
	uint32_t count;
	bool limited;
	uint64_t delay;
	uint32_t symbols;
	uint64_t hits;
};

struct fault_wire {
	bool active;		/* any dice at all */
	bool handles;		/* any that do more to a frame than to lose it */
	uint64_t random;	/* state of the generator, never 0 */
	struct fault_dice dice[FAULT_WIRE_KINDS];
};

#define FAULT_PPM	1000000u

void fault_wire_init(struct fault_wire *wire, uint64_t seed);
void fault_wire_set(struct fault_wire *wire, enum fault_wire_kind kind, uint32_t ppm,
		    uint32_t count, uint64_t delay);
void fault_wire_clear(struct fault_wire *wire);
bool fault_wire_roll(struct fault_wire *wire, enum fault_wire_kind kind);
uint64_t fault_random(uint64_t *state);

#endif /* VGAUDI_FAULT_H */
