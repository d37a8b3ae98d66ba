// SPDX-License-Identifier: GPL-2.0-only
/* Compute queues: the commands that read and write memory, a chunk at a time. */
#include <string.h>

#include "compute.h"
#include "reduce.h"

#define COMPUTE_CHUNK		0x10000u	/* bytes between two looks at the budget */
#define COMPUTE_PIECES		20	/* of a chunk: pages, at worst, and one more */

/* ---- pieces ---- */

static int compute_src(struct qp *qp, uint64_t addr, uint32_t len, struct iovec *iov)
{
	return asid_iov(qp->card, qp->asid, addr, len, GNIC_ACCESS_LOCAL_READ, iov,
			COMPUTE_PIECES);
}

static int compute_dst(struct qp *qp, uint64_t addr, uint32_t len, struct iovec *iov)
{
	return asid_iov(qp->card, qp->asid, addr, len, GNIC_ACCESS_LOCAL_WRITE, iov,
			COMPUTE_PIECES);
}

/* The next chunk of a command, at offset 0 .. @size. */
static uint32_t compute_chunk(const struct qp_compute *c, uint32_t size)
{
	uint32_t left = size - c->offset;

	return left < COMPUTE_CHUNK ? left : COMPUTE_CHUNK;
}

/* The pattern goes on across pieces, which may end anywhere. */
static void compute_paint(const struct iovec *to, int pieces, uint32_t pattern)
{
	uint32_t phase = 0;

	for (int i = 0; i < pieces; i++) {
		uint32_t turned = pattern >> 8 * phase | (phase ? pattern << (32 - 8 * phase) : 0);
		uint8_t *p = to[i].iov_base;
		size_t n = to[i].iov_len;

		turned = cpu_to_le32(turned);
		for (; n >= sizeof(turned); n -= sizeof(turned), p += sizeof(turned))
			memcpy(p, &turned, sizeof(turned));
		memcpy(p, &turned, n);
		phase = (phase + n) & 3;
	}
}

/* ---- commands ---- */

/* An address behind the last one is nobody's: the windows need not be asked. */
static bool compute_wraps(uint64_t addr, uint32_t size)
{
	return addr + size < addr;
}

enum compute_step compute_copy(struct qp *qp, struct qp_compute *c, uint8_t *syndrome)
{
	struct iovec from[COMPUTE_PIECES], to[COMPUTE_PIECES];
	uint64_t src = le64_to_cpu(c->cmd.src), dst = le64_to_cpu(c->cmd.dst);
	uint32_t size = le32_to_cpu(c->cmd.size), len = compute_chunk(c, size), off = c->offset;

	*syndrome = GNIC_SYND_TX_BAD_SIZE;
	if (!size)
		return COMPUTE_DONE;
	*syndrome = GNIC_SYND_LOCAL_ACCESS;
	if (compute_wraps(src, size) || compute_wraps(dst, size))
		return COMPUTE_DONE;
	/* overlapping, to a higher address: from the end, as memmove() does */
	if (dst - src < size)
		off = size - c->offset - len;
	if (compute_src(qp, src + off, len, from) < 0 || compute_dst(qp, dst + off, len, to) < 0)
		return COMPUTE_DONE;
	rc_move(to, from, len);
	c->offset += len;
	*syndrome = 0;
	return c->offset == size ? COMPUTE_DONE : COMPUTE_MORE;
}

enum compute_step compute_fill(struct qp *qp, struct qp_compute *c, uint8_t *syndrome)
{
	struct iovec to[COMPUTE_PIECES];
	uint64_t dst = le64_to_cpu(c->cmd.dst);
	uint32_t size = le32_to_cpu(c->cmd.size), len = compute_chunk(c, size);
	int pieces;

	*syndrome = GNIC_SYND_TX_BAD_SIZE;
	if (!size || size & 3)
		return COMPUTE_DONE;
	*syndrome = GNIC_SYND_LOCAL_ACCESS;
	if (compute_wraps(dst, size))
		return COMPUTE_DONE;
	pieces = compute_dst(qp, dst + c->offset, len, to);
	if (pieces < 0)
		return COMPUTE_DONE;
	compute_paint(to, pieces, (uint32_t)le64_to_cpu(c->cmd.src));
	c->offset += len;
	*syndrome = 0;
	return c->offset == size ? COMPUTE_DONE : COMPUTE_MORE;
}

/* What is reduced is read before it is written, number by number. */
enum compute_step compute_reduce(struct qp *qp, struct qp_compute *c, uint8_t *syndrome)
{
	uint32_t reduction = FIELD_GET(GNIC_COMPUTE_WQE_REDUCTION, le32_to_cpu(c->cmd.ctrl));
	uint32_t size = le32_to_cpu(c->cmd.size), len = compute_chunk(c, size);
	uint64_t src = le64_to_cpu(c->cmd.src), dst = le64_to_cpu(c->cmd.dst);
	struct iovec from[COMPUTE_PIECES], to[COMPUTE_PIECES];

	*syndrome = GNIC_SYND_TX_REDUCTION;
	if (!reduce_exists(reduction))
		return COMPUTE_DONE;
	*syndrome = GNIC_SYND_TX_BAD_SIZE;
	if (!size || size > GNIC_RC_SIZE_MAX || size % reduce_src_width(reduction))
		return COMPUTE_DONE;
	*syndrome = GNIC_SYND_LOCAL_ACCESS;
	if (compute_wraps(src, size) || compute_wraps(dst, reduce_dst_len(reduction, size)))
		return COMPUTE_DONE;
	if (reduce_upscales(reduction) && len > COMPUTE_CHUNK / 2)
		len = COMPUTE_CHUNK / 2;
	if (compute_src(qp, src + c->offset, len, from) < 0 ||
	    compute_dst(qp, dst + reduce_dst_len(reduction, c->offset),
			reduce_dst_len(reduction, len), to) < 0)
		return COMPUTE_DONE;
	reduce(reduction, to, from, len);
	c->offset += len;
	*syndrome = 0;
	return c->offset == size ? COMPUTE_DONE : COMPUTE_MORE;
}
