/* SPDX-License-Identifier: GPL-2.0-only */
/* Compute queues: what their files share. */
#ifndef VGAUDI_COMPUTE_H
#define VGAUDI_COMPUTE_H

#include "blk_qpc.h"
#include "blk_sob.h"

#define COMPUTE_POSTS		64u	/* under way, of a queue */

/**
 * struct compute_post - a POST under way, or a wait for room on its target
 * @rc: base
 * @qp: the compute queue
 * @index: its command
 * @tag: for the CQE
 * @size: likewise
 * @cqe: completion wanted
 * @next: when it is free
 */
struct compute_post {
	struct rc_post rc;
	struct qp *qp;
	uint32_t index;
	uint32_t tag;
	uint32_t size;
	bool cqe;
	struct compute_post *next;
};

/**
 * struct qp_compute - the engine of a queue
 * @cmd: the command that runs; the copy that counts
 * @running: there is one
 * @offset: bytes of it that are done
 * @under_way: POSTs not complete
 * @half: second half of the WQE of the POST that is next
 * @has_half: which the command before was
 * @free: places for further ones
 * @room: on the target's list while it has no room
 * @sob: on the list of a sync object while a command waits for that
 * @post: all places
 */
struct qp_compute {
	struct gnic_hw_compute_wqe cmd;
	bool running;
	uint32_t offset;
	uint32_t under_way;
	struct gnic_hw_rc_stride half;
	bool has_half;
	struct compute_post *free;
	struct rc_post room;
	struct sob_wait sob;
	struct qp *qp;
	struct compute_post post[COMPUTE_POSTS];
};

/* What a step of a command comes to. */
enum compute_step {
	COMPUTE_DONE,		/* the next one */
	COMPUTE_MORE,		/* not in one go */
	COMPUTE_WAIT,		/* for something that wakes the queue */
	COMPUTE_POSTED,		/* the next one; its CQE comes later */
};

/* compute_mem.c: one chunk; *syndrome says why the command is refused. */
enum compute_step compute_copy(struct qp *qp, struct qp_compute *c, uint8_t *syndrome);
enum compute_step compute_fill(struct qp *qp, struct qp_compute *c, uint8_t *syndrome);
enum compute_step compute_reduce(struct qp *qp, struct qp_compute *c, uint8_t *syndrome);

#endif /* VGAUDI_COMPUTE_H */
