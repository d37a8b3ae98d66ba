/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames out of a raw group: buffers for its QPs, and each frame in one piece.
 *
 * The buffers of a QP are a ring in device memory. They come back in the order
 * in which they were posted, and are posted again in that order: so the number
 * of a buffer says where it is.
 */
#ifndef GNICCTL_RECEIVER_H
#define GNICCTL_RECEIVER_H

#include <stdbool.h>

#include "libgnic_accel.h"

struct receiver_qp {
	bool started;
	uint32_t base;		/* number of the first buffer ever posted here */
	uint32_t posted;	/* since @base */
	uint32_t done;		/* of @posted, read and free again */
};

struct receiver {
	struct gnic_accel *acc;
	int group;
	struct gnic_accel_bo *bo;
	uint64_t offset;	/* of the first ring in @bo */
	uint32_t slot;		/* bytes of a buffer */
	uint32_t count;		/* buffers of a QP */
	uint32_t first_qp;
	uint32_t qp_count;
	struct receiver_qp *qps;
	uint8_t *frame;
	size_t frame_len;
	uint64_t lost;
};

/*
 * Posts the buffers of @receiver, whose members up to @qp_count are set; ends
 * with fail() if a QP takes none.
 */
void receiver_start(struct receiver *receiver);
void receiver_end(struct receiver *receiver);

/* 1: there is a frame, 0: none came in time; else ends with fail(). */
int receiver_next(struct receiver *receiver, int timeout_ms);

#endif
