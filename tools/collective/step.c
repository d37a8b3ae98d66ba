// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps. What a rank sends to another in a step is told at the far end by immediate data:
 * the number of the step. A slice of it goes over each link, so a step of a peer is over
 * when as many slices have arrived as both have reckoned.
 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "collective.h"

#define SLICE_ALIGN	64u	/* numbers */

/* ---- commands ---- */

void step_add(struct coll *coll, struct drm_gnic_cmd cmd)
{
	if (coll->listed == COLL_LIST_MAX || coll->listed == gnic_accel_info(coll->acc)->submit_max)
		coll_die(coll, "a step has more than %u commands", coll->listed);
	coll->list[coll->listed++] = cmd;
}

void step_submit(struct coll *coll)
{
	int file;

	if (!coll->listed)
		return;
	if (coll->num_files == COLL_STEPS)
		step_sync(coll);
	file = gnic_accel_submit(coll->acc, coll->list, coll->listed);
	if (file < 0)
		coll_die(coll, "submission: %s", gnic_accel_strerror(file));
	coll->listed = 0;
	coll->files[coll->num_files++] = file;
}

void step_sync(struct coll *coll)
{
	uint32_t i;
	int err;

	for (i = 0; i < coll->num_files; i++) {
		err = gnic_accel_wait(coll->files[i], coll->options.timeout_ms);
		if (err)
			coll_die(coll, "a command failed: %s", gnic_accel_strerror(err));
		close(coll->files[i]);
	}
	coll->num_files = 0;
}

void step_next(struct coll *coll)
{
	coll->step++;
}

/* ---- slices ---- */

/* Numbers of a slice; the last one may be shorter. */
static uint64_t slice_size(const struct peer *peer, uint64_t count)
{
	uint64_t size = (count + peer->num_links - 1) / peer->num_links;

	return (size + SLICE_ALIGN - 1) / SLICE_ALIGN * SLICE_ALIGN;
}

static uint32_t slices(const struct peer *peer, uint64_t count)
{
	uint64_t size = slice_size(peer, count);

	return count ? (count + size - 1) / size : 0;
}

/* First number and how many: of slice @i. */
static uint64_t slice(const struct peer *peer, uint64_t count, uint32_t i, uint64_t *first)
{
	uint64_t size = slice_size(peer, count);

	*first = i * size;
	return size < count - *first ? size : count - *first;
}

void step_write(struct coll *coll, uint32_t peer, const struct gnic_accel_bo *src,
		uint64_t offset, uint64_t address, uint64_t count, uint32_t width,
		uint32_t reduction)
{
	const struct peer *to = &coll->peers[peer];
	uint32_t wide = reduction ? coll->type->dst : width, i;
	struct drm_gnic_cmd cmd;
	uint64_t first, size;

	for (i = 0; i < slices(to, count); i++) {
		size = slice(to, count, i, &first);
		cmd = gnic_accel_write(to->links[i].group, 0, src, offset + first * width,
				       address + first * wide, size * width);
		cmd.reduction = reduction;
		step_add(coll, gnic_accel_immediate(cmd, coll->step));
	}
}

void step_send(struct coll *coll, uint32_t peer, uint64_t count, uint32_t width)
{
	const struct peer *to = &coll->peers[peer];
	struct drm_gnic_cmd cmd;
	uint64_t first, size;
	uint32_t i;

	for (i = 0; i < slices(to, count); i++) {
		size = slice(to, count, i, &first);
		cmd = gnic_accel_send(to->links[i].group, 0, coll->src, first * width,
				      size * width);
		step_add(coll, gnic_accel_immediate(cmd, coll->step));
	}
}

void step_post(struct coll *coll, uint32_t peer, uint64_t count, uint32_t width)
{
	const struct peer *from = &coll->peers[peer];
	uint64_t first, size;
	uint32_t i;
	int ret;

	for (i = 0; i < slices(from, count); i++) {
		size = slice(from, count, i, &first);
		ret = gnic_accel_recv(coll->acc, from->links[i].group, 0, coll->dst,
				      first * width, size * width, 1);
		if (ret != 1)
			coll_die(coll, "buffers for rank %u: %s", peer, gnic_accel_strerror(ret));
	}
}

/* ---- arrivals ---- */

static void arrival(struct coll *coll, uint32_t rank, const struct drm_gnic_event *event)
{
	struct peer *peer = &coll->peers[rank];

	if (event->lost)
		coll_die(coll, "%u records of rank %u are lost", event->lost, rank);
	switch (event->type) {
	case DRM_GNIC_EVENT_RDMA:
	case DRM_GNIC_EVENT_RECV:
		if (event->tag - coll->step >= COLL_STEPS / 2)
			coll_die(coll, "rank %u is in step %u, we are in %u", rank, event->tag,
				 coll->step);
		peer->arrived[event->tag % COLL_STEPS]++;
		return;
	case DRM_GNIC_EVENT_QP_ERROR:
		coll_die(coll, "the QP towards rank %u failed, syndrome %#x", rank,
			 event->syndrome);
	}
	if (event_is_notice(event))
		return;
	coll_die(coll, "the group towards rank %u is not active any more", rank);
}

static void arrivals_of(struct coll *coll, uint32_t rank, int group)
{
	struct drm_gnic_event event;
	int ret;

	ret = gnic_accel_event(group, &event, 0);
	if (ret < 0)
		coll_die(coll, "the group towards rank %u: %s", rank, gnic_accel_strerror(ret));
	if (ret)
		arrival(coll, rank, &event);
}

/* Sleeps until one of the groups whose records are waited for has one. */
static void arrivals(struct coll *coll)
{
	struct pollfd fds[COLL_RANKS_MAX * COLL_LINKS_MAX];
	uint32_t owners[COLL_RANKS_MAX * COLL_LINKS_MAX], rank, i, count = 0;
	int ret;

	for (rank = 0; rank < coll->ranks; rank++) {
		for (i = 0; i < coll->peers[rank].num_links; i++) {
			fds[count].fd = coll->peers[rank].links[i].group;
			fds[count].events = POLLIN;
			owners[count++] = rank;
		}
	}
	ret = poll(fds, count, coll->options.timeout_ms);
	if (ret < 0 && errno != EINTR)
		coll_die(coll, "poll: %s", gnic_accel_strerror(-errno));
	if (!ret)
		for (rank = 0; rank < coll->ranks; rank++)
			if (coll->peers[rank].arrived[coll->step % COLL_STEPS] <
			    coll->peers[rank].expected)
				coll_die(coll, "rank %u did not do its part of step %u in %d s",
					 rank, coll->step, coll->options.timeout_ms / 1000);
	for (i = 0; i < count && ret > 0; i++)
		if (fds[i].revents)
			arrivals_of(coll, owners[i], fds[i].fd);
}

void step_expect(struct coll *coll, uint32_t peer, uint64_t count)
{
	coll->peers[peer].expected = slices(&coll->peers[peer], count);
}

void step_wait(struct coll *coll)
{
	uint32_t rank, slot = coll->step % COLL_STEPS;

	for (rank = 0; rank < coll->ranks; rank++) {
		while (coll->peers[rank].arrived[slot] < coll->peers[rank].expected)
			arrivals(coll);
		if (coll->peers[rank].arrived[slot] != coll->peers[rank].expected)
			coll_die(coll, "rank %u did more than its part of step %u", rank,
				 coll->step);
		coll->peers[rank].arrived[slot] = 0;
		coll->peers[rank].expected = 0;
	}
}

void step_ready(struct coll *coll, uint64_t to, uint64_t from)
{
	uint32_t rank;

	step_next(coll);
	if (coll->listed)
		step_add(coll, gnic_accel_barrier());
	for (rank = 0; rank < coll->ranks; rank++) {
		coll->peers[rank].expected = from >> rank & 1;
		if (to >> rank & 1)
			step_add(coll, coll_sign(coll, rank, 0, coll->step));
	}
	step_submit(coll);
	step_wait(coll);
}
