// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compute queues (model-defined): commands run in order, by one engine a queue.
 *
 * COPY, FILL and REDUCE (compute_mem.c) run in rounds of bounded size. POST hands a
 * WQE to an RC QP and is complete when that is; the commands behind it need not wait,
 * unless they are a FENCE.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "compute.h"

#define COMPUTE_BYTES		0x100000u	/* a round */

/* ---- completion ---- */

static void compute_complete(struct qp *qp, const struct compute_post *what, uint8_t syndrome)
{
	struct gnic_hw_cqe cqe = {
		.ctrl = cpu_to_le32(FIELD_PREP(GNIC_CQE_QPN, qp->qpn) | GNIC_CQE_REQ |
				    (syndrome ? GNIC_CQE_ERROR : 0)),
		.wqe_index = cpu_to_le32(what->index),
		.tag = cpu_to_le32(what->tag),
		.data = cpu_to_le32(syndrome ? syndrome : what->size),
	};

	if (syndrome) {
		qp->stats.errors++;
		qp->stats.syndrome = syndrome;
	}
	if (what->cqe || syndrome)
		cq_post(qp->sq_cq, &cqe);
}

/* ---- commands ---- */

static enum compute_step compute_fence(struct qp *qp, struct qp_compute *c, uint8_t *syndrome)
{
	(void)qp;
	*syndrome = 0;
	return c->under_way ? COMPUTE_WAIT : COMPUTE_DONE;
}

static enum compute_step compute_sob(struct qp *qp, struct qp_compute *c, uint8_t *syndrome)
{
	*syndrome = sob_command(qp, &c->cmd);
	return COMPUTE_DONE;
}

/* POSTs under way go on meanwhile, and so do other queues. */
static enum compute_step compute_sob_wait(struct qp *qp, struct qp_compute *c, uint8_t *syndrome)
{
	return sob_command_waits(qp, &c->cmd, &c->sob, syndrome) ? COMPUTE_WAIT : COMPUTE_DONE;
}

static enum compute_step compute_nop(struct qp *qp, struct qp_compute *c, uint8_t *syndrome)
{
	(void)qp;
	(void)c;
	*syndrome = 0;
	return COMPUTE_DONE;
}

/* ---- POST ---- */

static struct qp *compute_target(struct qp *qp, uint32_t target, uint8_t *syndrome)
{
	struct port *port = card_port(qp->card, FIELD_GET(GNIC_COMPUTE_PORT, target));
	struct qp *to = port ? qp_get(port, FIELD_GET(GNIC_COMPUTE_QPN, target)) : NULL;

	*syndrome = GNIC_SYND_QPC_DB_QP;
	if (!to || !to->rc || !to->sq.present)
		return NULL;
	*syndrome = GNIC_SYND_ASID;
	if (to->asid != qp->asid)
		return NULL;
	*syndrome = GNIC_SYND_FLUSHED;
	if (to->failed || to->stopped || !to->rc->req.valid)
		return NULL;
	*syndrome = 0;
	return to;
}

static void compute_posted(struct rc_post *base, uint8_t syndrome)
{
	struct compute_post *post = (struct compute_post *)base;
	struct qp *qp = post->qp;
	struct qp_compute *c = qp->compute;

	c->under_way--;
	if (!qp->failed)
		compute_complete(qp, post, syndrome);
	post->next = c->free;
	c->free = post;
	qp_wake(qp);
}

static void compute_has_room(struct rc_post *room, uint8_t syndrome)
{
	struct qp_compute *c = (struct qp_compute *)((char *)room -
						     offsetof(struct qp_compute, room));

	(void)syndrome;		/* of the WQE that was in the way */
	qp_wake(c->qp);
}

static enum compute_step compute_half(struct qp *qp, struct qp_compute *c, uint8_t *syndrome)
{
	(void)qp;
	c->half = c->cmd.half;
	*syndrome = 0;
	return COMPUTE_DONE;
}

/* It has its second half, if it needs one, and the target has room for that. */
static uint8_t compute_check_post(const struct qp_compute *c, const struct qp *to)
{
	uint32_t ctrl = le32_to_cpu(c->cmd.rc.ctrl);

	if (txs_in_rows(FIELD_GET(GNIC_WQE_OPCODE, ctrl)))
		return c->has_half && 1u << to->sq.entry_log > sizeof(c->cmd.rc) ?
		       0 : GNIC_SYND_TX_STRIDE_64B;
	if (ctrl & GNIC_RC_WQE_INLINE && le32_to_cpu(c->cmd.rc.size) > GNIC_RC_INLINE_32)
		return GNIC_SYND_TX_INLINE_SIZE;
	return 0;
}

/*
 * The WQE goes where the driver would have put it, and the record says so: a
 * QP is posted to by the driver or by a compute queue.
 */
static bool compute_enqueue(struct qp *to, const struct gnic_hw_rc_wqe *from,
			    const struct gnic_hw_rc_stride *half)
{
	struct gnic_hw_rc_wqe wqe[2] = { *from };
	struct gnic_hw_db *db;
	void *entry = wq_entry(to, &to->sq, to->sq.index);

	db = asid_ptr(to->card, GNIC_ASID_KERNEL, to->sq.db_addr, sizeof(*db), 0);
	if (!entry || !db)
		return false;
	wqe->ctrl &= ~cpu_to_le32(GNIC_WQE_INDEX);
	wqe->ctrl |= cpu_to_le32(FIELD_PREP(GNIC_WQE_INDEX, to->sq.index & 0xff));
	/* where a WQE of 64 bytes has its inline data */
	if (wqe->ctrl & cpu_to_le32(GNIC_RC_WQE_INLINE))
		memcpy(&wqe[1], &wqe->local_addr, GNIC_RC_INLINE_32);
	else if (half)
		memcpy(&wqe[1], half, sizeof(*half));
	memcpy(entry, wqe, 1u << to->sq.entry_log);
	to->sq.index++;
	to->sq.kicked = to->sq.index;
	/* Pairs with the acquire in wq_refresh(): this thread's, so only the compiler matters. */
	__atomic_store_n((uint32_t *)&db->index, cpu_to_le32(to->sq.index), __ATOMIC_RELEASE);
	qp_wake(to);
	return true;
}

static void compute_track(struct qp *qp, struct qp *to)
{
	struct qp_compute *c = qp->compute;
	struct compute_post *post = c->free;
	uint32_t ctrl = le32_to_cpu(c->cmd.ctrl);

	c->free = post->next;
	c->under_way++;
	post->index = qp->sq.done;
	post->tag = le32_to_cpu(c->cmd.tag);
	post->size = le32_to_cpu(c->cmd.rc.size);
	post->cqe = ctrl & GNIC_COMPUTE_WQE_CQE;
	post->rc.index = to->sq.index - 1;
	rc_post_add(to->rc, &post->rc);
}

static enum compute_step compute_post(struct qp *qp, struct qp_compute *c, uint8_t *syndrome)
{
	struct qp *to = compute_target(qp, le32_to_cpu(c->cmd.target), syndrome);

	if (to)
		*syndrome = compute_check_post(c, to);
	/* POSTs to a QP complete in order: a refusal overtakes none */
	if (*syndrome)
		return c->under_way ? COMPUTE_WAIT : COMPUTE_DONE;
	if (!c->free)
		return COMPUTE_WAIT;
	if (to->sq.index - to->sq.done > to->sq.mask) {
		rc_post_del(&c->room);
		c->room.index = to->sq.done;
		rc_post_add(to->rc, &c->room);
		return COMPUTE_WAIT;
	}
	if (!compute_enqueue(to, &c->cmd.rc, c->has_half ? &c->half : NULL)) {
		*syndrome = GNIC_SYND_WQ_ACCESS;
		return COMPUTE_DONE;
	}
	compute_track(qp, to);
	return COMPUTE_POSTED;
}

/* ---- the round ---- */

typedef enum compute_step (*compute_fn)(struct qp *qp, struct qp_compute *c, uint8_t *syndrome);

static const compute_fn compute_fns[] = {
	[GNIC_WQE_NOP]		= compute_nop,
	[GNIC_WQE_COPY]		= compute_copy,
	[GNIC_WQE_FILL]		= compute_fill,
	[GNIC_WQE_POST]		= compute_post,
	[GNIC_WQE_FENCE]	= compute_fence,
	[GNIC_WQE_REDUCE]	= compute_reduce,
	[GNIC_WQE_HALF]		= compute_half,
	[GNIC_WQE_SOB]		= compute_sob,
	[GNIC_WQE_SOB_WAIT]	= compute_sob_wait,
};

static enum compute_step compute_run(struct qp *qp, struct qp_compute *c, uint8_t *syndrome)
{
	uint32_t ctrl = le32_to_cpu(c->cmd.ctrl);
	uint32_t opcode = FIELD_GET(GNIC_WQE_OPCODE, ctrl);

	if (FIELD_GET(GNIC_WQE_INDEX, ctrl) != (qp->sq.done & 0xff)) {
		*syndrome = GNIC_SYND_TX_WQE_INDEX;
		return COMPUTE_DONE;
	}
	if (opcode >= sizeof(compute_fns) / sizeof(*compute_fns) || !compute_fns[opcode]) {
		*syndrome = GNIC_SYND_TX_OPCODE;
		return COMPUTE_DONE;
	}
	return compute_fns[opcode](qp, c, syndrome);
}

static bool compute_fetch(struct qp *qp, struct qp_compute *c)
{
	const void *entry;

	if (c->running)
		return true;
	if (qp->sq.done == qp->sq.index)
		return false;
	entry = wq_entry(qp, &qp->sq, qp->sq.done);
	if (!entry)
		return false;
	memcpy(&c->cmd, entry, sizeof(c->cmd));
	/* what is checked is what is used: the compiler must not read it again */
	atomic_signal_fence(memory_order_acquire);
	c->running = true;
	c->offset = 0;
	return true;
}

/* The next command may start; the CQE of a POST comes with its WQE. */
static void compute_retire(struct qp *qp, struct qp_compute *c, bool posted, uint8_t syndrome)
{
	const struct compute_post what = {
		.index = qp->sq.done,
		.tag = le32_to_cpu(c->cmd.tag),
		.size = le32_to_cpu(c->cmd.size),
		.cqe = le32_to_cpu(c->cmd.ctrl) & GNIC_COMPUTE_WQE_CQE,
	};
	uint32_t opcode = FIELD_GET(GNIC_WQE_OPCODE, le32_to_cpu(c->cmd.ctrl));

	c->running = false;
	c->has_half = opcode == GNIC_WQE_HALF && !syndrome;
	qp->sq.done++;
	wq_done(qp, &qp->sq);
	if (!posted)
		compute_complete(qp, &what, syndrome);
}

int compute_poll(struct qp *qp, int budget)
{
	struct qp_compute *c = qp->compute;
	uint32_t bytes = 0;
	int work = 0;

	while (work < budget && bytes < COMPUTE_BYTES && !qp->failed && compute_fetch(qp, c)) {
		uint32_t before = c->offset;
		uint8_t syndrome = 0;
		enum compute_step step = compute_run(qp, c, &syndrome);

		if (step == COMPUTE_WAIT)
			break;
		bytes += c->offset - before;
		work++;
		if (step != COMPUTE_MORE)
			compute_retire(qp, c, step == COMPUTE_POSTED, syndrome);
	}
	return work;
}

/* ---- life ---- */

enum gnic_hw_status compute_create(struct qp *qp)
{
	struct qp_compute *c = calloc(1, sizeof(*c));

	if (!c)
		return GNIC_STATUS_NO_RESOURCE;
	c->qp = qp;
	c->room.done = compute_has_room;
	for (struct compute_post *post = c->post; post < c->post + COMPUTE_POSTS; post++) {
		post->rc.done = compute_posted;
		post->qp = qp;
		post->next = c->free;
		c->free = post;
	}
	qp->compute = c;
	return GNIC_STATUS_OK;
}

/* What was posted stays posted; nobody waits for it any more. */
void compute_destroy(struct qp *qp)
{
	struct qp_compute *c = qp->compute;

	if (!c)
		return;
	rc_post_del(&c->room);
	sob_wait_del(&c->sob);
	for (struct compute_post *post = c->post; post < c->post + COMPUTE_POSTS; post++)
		rc_post_del(&post->rc);
	free(c);
	qp->compute = NULL;
}
