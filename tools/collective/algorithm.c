// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct algorithms: every rank has links to all others, so that each step is one hop and
 * every byte crosses one wire only. What is reduced, the receiving card reduces.
 *
 * The vector is cut into as many parts as there are ranks; part R belongs to rank R.
 */
#include "collective.h"

static uint64_t all_others(const struct coll *coll)
{
	uint64_t all = coll->ranks == 64 ? UINT64_MAX : (1ull << coll->ranks) - 1;

	return all & ~(1ull << coll->rank);
}

/* ---- what several of them consist of ---- */

/* Our part meets those of the others, at @at of the result. */
static void reduce_begin(struct coll *coll, uint64_t at)
{
	const struct gnic_accel_type *type = coll->type;
	uint64_t size = coll_part(coll, coll->rank), first = coll_first(coll, coll->rank);
	uint32_t op = coll->op;

	if (!size)
		return;
	if (type->src == type->dst) {
		step_add(coll, gnic_accel_copy(coll->src, first * type->src, coll->dst,
					       at * type->dst, size * type->src));
		return;
	}
	step_add(coll, gnic_accel_fill(coll->dst, at * type->dst, size * type->dst,
				       op_identity(op)));
	step_add(coll, gnic_accel_barrier());
	/* the first number is taken, not subtracted */
	step_add(coll, gnic_accel_reduce(coll->src, first * type->src, coll->dst, at * type->dst,
					 size * type->src,
					 DRM_GNIC_REDUCTION(type->code,
							    op == DRM_GNIC_REDUCTION_SUB ?
							    DRM_GNIC_REDUCTION_ADD : op, 0)));
}

/* @scatter: the result is our part alone. */
static void reduce_parts(struct coll *coll, bool scatter)
{
	const struct gnic_accel_type *type = coll->type;
	uint32_t reduction = DRM_GNIC_REDUCTION(type->code, coll->op, 0), rank;
	uint64_t others = all_others(coll), first;

	reduce_begin(coll, scatter ? 0 : coll_first(coll, coll->rank));
	step_ready(coll, others, others);
	step_next(coll);
	for (rank = 0; rank < coll->ranks; rank++) {
		if (rank == coll->rank)
			continue;
		first = coll_first(coll, rank);
		step_write(coll, rank, coll->src, first * type->src,
			   coll->peers[rank].dst + (scatter ? 0 : first * type->dst),
			   coll_part(coll, rank), type->src, reduction);
		step_expect(coll, rank, coll_part(coll, coll->rank));
	}
	step_submit(coll);
	step_wait(coll);
}

/* Part @part of the result, which we have, to the others but @but. */
static void spread_part(struct coll *coll, const struct gnic_accel_bo *from, uint32_t part,
			uint32_t but)
{
	uint32_t width = coll->type->dst, rank;
	uint64_t at = coll_first(coll, part) * width;

	for (rank = 0; rank < coll->ranks; rank++)
		if (rank != coll->rank && rank != but)
			step_write(coll, rank, from, at, coll->peers[rank].dst + at,
				   coll_part(coll, part), width, 0);
}

/* Every rank's part comes to all. */
static void gather_parts(struct coll *coll, const struct gnic_accel_bo *from)
{
	uint32_t rank;

	step_next(coll);
	spread_part(coll, from, coll->rank, coll->rank);
	for (rank = 0; rank < coll->ranks; rank++)
		if (rank != coll->rank)
			step_expect(coll, rank, coll_part(coll, rank));
	step_submit(coll);
	step_wait(coll);
}

static uint64_t whole(const struct coll *coll)
{
	return coll->count;
}

static uint64_t own_part(const struct coll *coll)
{
	return coll_part(coll, coll->rank);
}

static double share_once(const struct coll *coll)
{
	return (double)(coll->ranks - 1) / coll->ranks;
}

static double share_twice(const struct coll *coll)
{
	return 2 * share_once(coll);
}

static double share_whole(const struct coll *coll)
{
	(void)coll;
	return 1;
}

/* ---- all-reduce, reduce-scatter ---- */

static void all_reduce(struct coll *coll)
{
	reduce_parts(coll, false);
	gather_parts(coll, coll->dst);
	step_sync(coll);
}

static bool all_reduce_check(const struct coll *coll, uint64_t *wrong)
{
	uint32_t rank, width = coll->type->dst;
	uint64_t first;

	for (rank = 0; rank < coll->ranks; rank++) {
		first = coll_first(coll, rank);
		if (!data_is_reduced(coll, rank, first, coll_part(coll, rank),
				     coll->dst->map + first * width, wrong))
			return false;
	}
	return true;
}

static void reduce_scatter(struct coll *coll)
{
	reduce_parts(coll, true);
	step_sync(coll);
}

static bool reduce_scatter_check(const struct coll *coll, uint64_t *wrong)
{
	return data_is_reduced(coll, coll->rank, coll_first(coll, coll->rank), own_part(coll),
			       coll->dst->map, wrong);
}

/* ---- all-gather ---- */

static void own_part_is_there(struct coll *coll)
{
	uint32_t width = coll->type->src;
	uint64_t at = coll_first(coll, coll->rank) * width;

	if (own_part(coll))
		step_add(coll, gnic_accel_copy(coll->src, at, coll->dst, at,
					       own_part(coll) * width));
}

static void all_gather(struct coll *coll)
{
	own_part_is_there(coll);
	step_ready(coll, all_others(coll), all_others(coll));
	gather_parts(coll, coll->src);
	step_sync(coll);
}

static bool all_gather_check(const struct coll *coll, uint64_t *wrong)
{
	uint32_t rank, width = coll->type->src;
	uint64_t first;

	for (rank = 0; rank < coll->ranks; rank++) {
		first = coll_first(coll, rank);
		if (!data_is(coll, rank, first, coll_part(coll, rank),
			     coll->dst->map + first * width, wrong))
			return false;
	}
	return true;
}

/* ---- all-to-all: part R of each vector to rank R, one behind the other ---- */

static void all_to_all(struct coll *coll)
{
	uint32_t width = coll->type->src, rank;
	uint64_t mine = own_part(coll), part;

	if (mine)
		step_add(coll, gnic_accel_copy(coll->src, coll_first(coll, coll->rank) * width,
					       coll->dst, coll->rank * mine * width,
					       mine * width));
	step_ready(coll, all_others(coll), all_others(coll));
	step_next(coll);
	for (rank = 0; rank < coll->ranks; rank++) {
		if (rank == coll->rank)
			continue;
		part = coll_part(coll, rank);
		step_write(coll, rank, coll->src, coll_first(coll, rank) * width,
			   coll->peers[rank].dst + coll->rank * part * width, part, width, 0);
		step_expect(coll, rank, mine);
	}
	step_submit(coll);
	step_wait(coll);
	step_sync(coll);
}

static bool all_to_all_check(const struct coll *coll, uint64_t *wrong)
{
	uint64_t mine = own_part(coll);
	uint32_t rank;

	for (rank = 0; rank < coll->ranks; rank++)
		if (!data_is(coll, rank, coll_first(coll, coll->rank), mine,
			     coll->dst->map + rank * mine * coll->type->src, wrong))
			return false;
	return true;
}

static uint64_t all_to_all_result(const struct coll *coll)
{
	return own_part(coll) * coll->ranks;
}

/* ---- broadcast: the root deals out the parts, all pass theirs on ---- */

static void deal_parts(struct coll *coll)
{
	uint32_t width = coll->type->src, rank;
	uint64_t at;

	for (rank = 0; rank < coll->ranks; rank++) {
		at = coll_first(coll, rank) * width;
		if (rank != coll->rank)
			step_write(coll, rank, coll->src, at, coll->peers[rank].dst + at,
				   coll_part(coll, rank), width, 0);
	}
	step_add(coll, gnic_accel_copy(coll->src, 0, coll->dst, 0, coll->count * width));
}

static void broadcast(struct coll *coll)
{
	uint32_t root = coll->options.root, rank;

	step_ready(coll, all_others(coll), all_others(coll));
	step_next(coll);
	if (coll->rank == root)
		deal_parts(coll);
	else
		step_expect(coll, root, own_part(coll));
	step_submit(coll);
	step_wait(coll);

	step_next(coll);
	spread_part(coll, coll->rank == root ? coll->src : coll->dst, coll->rank, root);
	for (rank = 0; rank < coll->ranks; rank++)
		if (rank != coll->rank && coll->rank != root)
			step_expect(coll, rank, coll_part(coll, rank));
	step_submit(coll);
	step_wait(coll);
	step_sync(coll);
}

static bool broadcast_check(const struct coll *coll, uint64_t *wrong)
{
	return data_is(coll, coll->options.root, 0, coll->count, coll->dst->map, wrong);
}

/* ---- send and receive: to the next rank, from the one before; by SEND ---- */

static uint32_t next_rank(const struct coll *coll)
{
	return (coll->rank + 1) % coll->ranks;
}

static uint32_t rank_before(const struct coll *coll)
{
	return (coll->rank + coll->ranks - 1) % coll->ranks;
}

static void send_receive(struct coll *coll)
{
	uint32_t width = coll->type->src, next = next_rank(coll);
	uint32_t before = rank_before(coll);

	step_post(coll, before, coll->count, width);
	step_ready(coll, 1ull << before, 1ull << next);
	step_next(coll);
	step_send(coll, next, coll->count, width);
	step_expect(coll, before, coll->count);
	step_submit(coll);
	step_wait(coll);
	step_sync(coll);
}

static bool send_receive_check(const struct coll *coll, uint64_t *wrong)
{
	return data_is(coll, rank_before(coll), 0, coll->count, coll->dst->map, wrong);
}

static const struct collective collectives[] = {
	{ "allreduce", true, all_reduce, all_reduce_check, whole, share_twice },
	{ "reduce-scatter", true, reduce_scatter, reduce_scatter_check, own_part, share_once },
	{ "allgather", false, all_gather, all_gather_check, whole, share_once },
	{ "alltoall", false, all_to_all, all_to_all_check, all_to_all_result, share_once },
	{ "broadcast", false, broadcast, broadcast_check, whole, share_once },
	{ "sendrecv", false, send_receive, send_receive_check, whole, share_whole },
};

const struct collective *collective_at(uint32_t index)
{
	return index < sizeof(collectives) / sizeof(collectives[0]) ? &collectives[index] : NULL;
}
