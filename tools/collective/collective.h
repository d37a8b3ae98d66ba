/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gnic-collective, Documentation/collective.rst. A rank is an MPI process with a card of
 * its own; whatever goes wrong in one ends all of them (coll_die()).
 */
#ifndef COLLECTIVE_H
#define COLLECTIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "libgnic_accel.h"

#define COLL_RANKS_MAX	64
#define COLL_LINKS_MAX	4	/* groups towards one peer */
#define COLL_LIST_MAX	(2 * COLL_RANKS_MAX * COLL_LINKS_MAX)	/* commands of a step */
#define COLL_SIGN	64	/* where in the mail signs go */
#define COLL_STEPS	8	/* steps that a peer may be ahead of us, and more */

struct collective;

/* ---- what is asked for, options.c ---- */

#define COLL_ALL	UINT32_MAX

struct options {
	uint32_t collective;	/* collective_at(), or COLL_ALL */
	uint32_t type;		/* gnic_accel_type_at(), or COLL_ALL */
	uint32_t op;		/* enum drm_gnic_reduction_op, or COLL_ALL */
	uint64_t size;		/* bytes of the whole vector */
	uint32_t iterations;	/* that are timed */
	uint32_t verified;	/* more of them */
	uint32_t root;
	uint32_t sfnum;		/* group of peer P, link L: sfnum + 4 P + L */
	int timeout_ms;
	bool mpi;		/* MPI's own all-reduce, too */
};

#define OPTIONS_USAGE	2	/* exit status */
#define OPTIONS_HELP	(-1)	/* it was asked for, and printed */

/* 0, or one of these; rank 0 says why. */
int options_parse(struct options *options, int argc, char **argv, bool talk);

/* ---- numbers, data.c ---- */

/* NULL: there are no more. */
const char *op_name(uint32_t op);
/* What a reduction begins with where its result is wider: a 32-bit pattern. */
uint32_t op_identity(uint32_t op);

struct coll;
/* Numbers of rank @rank's vector from @first on, as they are sent. */
void data_fill(const struct coll *coll, uint32_t rank, uint64_t first, uint64_t count,
	       uint8_t *to);
/* false, and the number that is wrong: @from is not what was filled in there. */
bool data_is(const struct coll *coll, uint32_t rank, uint64_t first, uint64_t count,
	     const uint8_t *from, uint64_t *wrong);
/* The same of the reduction of all vectors; @owner is the one that others meet. */
bool data_is_reduced(const struct coll *coll, uint32_t owner, uint64_t first, uint64_t count,
		     const uint8_t *from, uint64_t *wrong);

/* ---- a run ---- */

struct link {
	int group;
	uint32_t rate;		/* Mbit/s */
};

struct peer {
	struct link links[COLL_LINKS_MAX];
	uint32_t num_links;
	uint64_t dst;		/* device address of its result */
	uint64_t mail;		/* of a place for what is only a sign */
	uint32_t arrived[COLL_STEPS];
	uint32_t expected;	/* in the step that is waited for */
};

struct coll {
	struct options options;
	const struct collective *collective;
	const struct gnic_accel_type *type;
	uint32_t op;
	uint32_t rank, ranks;
	uint64_t count;		/* numbers of the vector */
	char card[32];
	struct gnic_accel *acc;
	struct gnic_accel_bo *src, *dst, *mail;
	struct peer peers[COLL_RANKS_MAX];
	struct drm_gnic_cmd *list;
	uint32_t listed;
	int files[COLL_STEPS];	/* submissions under way */
	uint32_t num_files;
	uint32_t step;
};

/* Says who and why, and ends all ranks. */
void coll_die(const struct coll *coll, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/* Numbers of the part of the vector that belongs to @rank. */
static inline uint64_t coll_first(const struct coll *coll, uint32_t rank)
{
	uint64_t rest = coll->count % coll->ranks;

	return coll->count / coll->ranks * rank + (rank < rest ? rank : rest);
}

static inline uint64_t coll_part(const struct coll *coll, uint32_t rank)
{
	return coll_first(coll, rank + 1) - coll_first(coll, rank);
}

/* The largest part. */
static inline uint64_t coll_part_max(const struct coll *coll)
{
	return (coll->count + coll->ranks - 1) / coll->ranks;
}

/* ---- the card, its groups, the peers; card.c ---- */

void card_open(struct coll *coll);
void card_close(struct coll *coll);
/* Mbit/s of all links. */
uint64_t card_rate(const struct coll *coll);

/* A word to a peer that says nothing but that it comes: @tag. */
static inline struct drm_gnic_cmd coll_sign(const struct coll *coll, uint32_t peer, uint32_t link,
					    uint32_t tag)
{
	const struct peer *to = &coll->peers[peer];
	struct drm_gnic_cmd cmd;

	cmd = gnic_accel_write(to->links[link].group, 0, coll->mail, 0, to->mail + COLL_SIGN, 4);
	return gnic_accel_immediate(cmd, tag);
}

/* ---- steps, step.c ---- */

/* Commands for the list of the next submission. */
void step_add(struct coll *coll, struct drm_gnic_cmd cmd);
void step_submit(struct coll *coll);
/* All that was submitted is done. */
void step_sync(struct coll *coll);
/* Each rank does the same steps in the same order. */
void step_next(struct coll *coll);

/* What goes to the memory of a peer, over all links; @reduction: or 0. */
void step_write(struct coll *coll, uint32_t peer, const struct gnic_accel_bo *src,
		uint64_t offset, uint64_t address, uint64_t count, uint32_t width,
		uint32_t reduction);
/* The same into buffers that the peer has posted with step_post(). */
void step_send(struct coll *coll, uint32_t peer, uint64_t count, uint32_t width);
void step_post(struct coll *coll, uint32_t peer, uint64_t count, uint32_t width);
/* @count numbers come from @peer in this step. */
void step_expect(struct coll *coll, uint32_t peer, uint64_t count);
/* Until all that is expected has arrived. */
void step_wait(struct coll *coll);
/* Until those whose bit is set in @from have said that they are ready; we tell @to. */
void step_ready(struct coll *coll, uint64_t to, uint64_t from);

/* ---- collectives, algorithm.c ---- */

struct collective {
	const char *name;
	bool reduces;
	void (*run)(struct coll *coll);
	/* false, and which number of the vector: the result is wrong */
	bool (*check)(const struct coll *coll, uint64_t *wrong);
	/* numbers of the result of this rank */
	uint64_t (*result)(const struct coll *coll);
	/* what a card sends, the mean of all, by the size of the vector */
	double (*share)(const struct coll *coll);
};

/* NULL: there are no more. */
const struct collective *collective_at(uint32_t index);

/* Work goes on after it: what a link has lost is sent again, what events have not said is told. */
static inline bool event_is_notice(const struct drm_gnic_event *event)
{
	return event->type == DRM_GNIC_EVENT_ACTIVE || event->type == DRM_GNIC_EVENT_DB_OVERRUN ||
	       event->type == DRM_GNIC_EVENT_LINK_DOWN || event->type == DRM_GNIC_EVENT_LINK_UP ||
	       event->type == DRM_GNIC_EVENT_EQ_OVERRUN;
}

#endif
