// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "receiver.h"

#define RECEIVER_FRAME_MAX	(17 * 65536)

static uint64_t receiver_offset(const struct receiver *receiver, uint32_t qp, uint32_t buffer)
{
	uint64_t ring = (uint64_t)(qp - receiver->first_qp) * receiver->count;

	return receiver->offset + (ring + buffer % receiver->count) * receiver->slot;
}

/* ---- buffers ---- */

/* Up to the end of the ring's memory at a time. */
static void receiver_fill(struct receiver *receiver, uint32_t qp)
{
	struct receiver_qp *state = &receiver->qps[qp - receiver->first_qp];
	uint32_t room, to_end;
	int posted;

	while ((room = receiver->count - (state->posted - state->done))) {
		to_end = receiver->count - state->posted % receiver->count;
		posted = gnic_accel_recv(receiver->acc, receiver->group, qp, receiver->bo,
				  receiver_offset(receiver, qp, state->posted), receiver->slot,
				  room < to_end ? room : to_end);
		if (posted == -EAGAIN)
			return;
		if (posted < 0)
			fail_errno(-posted, "buffers for QP %u", qp);
		state->posted += posted;
	}
}

void receiver_start(struct receiver *receiver)
{
	uint32_t i;

	receiver->qps = xcalloc(receiver->qp_count, sizeof(*receiver->qps));
	receiver->frame = xcalloc(1, RECEIVER_FRAME_MAX);
	for (i = 0; i < receiver->qp_count; i++) {
		receiver_fill(receiver, receiver->first_qp + i);
		if (!receiver->qps[i].posted)
			fail("QP %u takes no buffers", receiver->first_qp + i);
	}
}

void receiver_end(struct receiver *receiver)
{
	free(receiver->qps);
	free(receiver->frame);
	receiver->qps = NULL;
	receiver->frame = NULL;
}

/* ---- frames ---- */

static void receiver_copy(struct receiver *receiver, const struct drm_gnic_event *event,
			  uint32_t first)
{
	uint32_t left = event->bytes, len, i;

	receiver->frame_len = 0;
	for (i = 0; i < event->count && left; i++, left -= len) {
		len = left < receiver->slot ? left : receiver->slot;
		memcpy(receiver->frame + receiver->frame_len,
		       receiver->bo->map + receiver_offset(receiver, event->qp, first + i), len);
		receiver->frame_len += len;
	}
}

static void receiver_frame(struct receiver *receiver, const struct drm_gnic_event *event)
{
	struct receiver_qp *state;

	if (event->qp - receiver->first_qp >= receiver->qp_count ||
	    event->bytes > RECEIVER_FRAME_MAX)
		fail("a frame that can't be: QP %u, %u bytes", event->qp, event->bytes);
	state = &receiver->qps[event->qp - receiver->first_qp];
	if (!state->started)
		state->base = event->index;
	state->started = true;
	receiver_copy(receiver, event, event->index - state->base);
	/* also what records were lost for */
	state->done = event->index - state->base + event->count;
	/* a call for several buffers, long before the last one is filled */
	if ((state->posted - state->done) * 4 <= receiver->count * 3)
		receiver_fill(receiver, event->qp);
}

int receiver_next(struct receiver *receiver, int timeout_ms)
{
	struct drm_gnic_event event;
	int ret;

	while ((ret = gnic_accel_event(receiver->group, &event, timeout_ms)) > 0) {
		receiver->lost += event.lost;
		switch (event.type) {
		case DRM_GNIC_EVENT_RECV:
			receiver_frame(receiver, &event);
			return 1;
		case DRM_GNIC_EVENT_QP_ERROR:
			fail("QP %u failed, syndrome %#x", event.qp, event.syndrome);
		case DRM_GNIC_EVENT_INACTIVE:
		case DRM_GNIC_EVENT_REMOVED:
			fail("the group is not active any more");
		}
	}
	if (ret < 0)
		fail_errno(-ret, "group");
	return 0;
}
