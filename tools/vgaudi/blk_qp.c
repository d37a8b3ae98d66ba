// SPDX-License-Identifier: GPL-2.0-only
/* QPs: numbers, checks, life. What a QP does is its type's business. */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "blk_cmd.h"
#include "fault.h"

/* What each type asks of QP_CREATE, and the parts of a QP that are its own. */
struct qp_kind {
	enum gnic_hw_status (*create)(struct qp *qp);
	void (*destroy)(struct qp *qp);
	uint8_t wqe_log_min;	/* of the send queue; the most is 6 */
	uint8_t cqe_log;
	bool has_rq;
	bool needs_cq;		/* of every queue that is present */
	bool needs_sq;
	bool may_be_empty;	/* without any queue */
	bool has_vport;
};

static const struct qp_kind qp_kinds[] = {
	[GNIC_QP_RAW] = {
		.wqe_log_min = 6,
		.cqe_log = 5,
		.has_rq = true,
		.needs_cq = true,
		.has_vport = true,
	},
	[GNIC_QP_RC] = {
		.create = rc_create,
		.destroy = rc_destroy,
		.wqe_log_min = 5,
		.cqe_log = 4,
		.has_rq = true,
		.may_be_empty = true,
		.has_vport = true,
	},
	[GNIC_QP_COMPUTE] = {
		.create = compute_create,
		.destroy = compute_destroy,
		.wqe_log_min = 6,
		.cqe_log = 4,
		.needs_sq = true,
	},
};

#define QP_KINDS	(sizeof(qp_kinds) / sizeof(qp_kinds[0]))
#define QP_WQE_LOG_MAX	6
#define QP_RECV_WQE_LOG	4

/* ---- numbers ---- */

struct qp *qp_get(struct port *port, uint32_t qpn)
{
	return qpn < port->qps_len ? port->qps[qpn] : NULL;
}

static struct qp *qp_find(struct card *card, uint32_t port_index, uint32_t qpn)
{
	struct port *port = card_port(card, port_index);

	return port ? qp_get(port, qpn) : NULL;
}

static bool qp_insert(struct qp *qp)
{
	struct port *port = qp->port;
	uint32_t len = port->qps_len ? port->qps_len : 64;
	struct qp **qps;

	while (len <= qp->qpn)
		len *= 2;
	if (len != port->qps_len) {
		qps = realloc(port->qps, len * sizeof(*qps));
		if (!qps)
			return false;
		memset(qps + port->qps_len, 0, (len - port->qps_len) * sizeof(*qps));
		port->qps = qps;
		port->qps_len = len;
	}
	port->qps[qp->qpn] = qp;
	qp_number_take(&port->numbers, qp->qpn);
	port->qp_count++;
	port->raw_count += qp->type == GNIC_QP_RAW;
	return true;
}

static void qp_remove(struct qp *qp)
{
	struct port *port = qp->port;

	port->raw_count -= qp->type == GNIC_QP_RAW;
	port->qps[qp->qpn] = NULL;
	qp_number_free(&port->numbers, qp->qpn);
	if (--port->qp_count)
		return;
	free(port->qps);
	port->qps = NULL;
	port->qps_len = 0;
}

void card_each_qp(struct card *card, void (*fn)(struct qp *qp, void *arg), void *arg)
{
	struct port *port;
	uint32_t qpn;

	card_for_each_port(card, port)
		for (qpn = 0; qpn < port->qps_len; qpn++)
			if (port->qps[qpn])
				fn(port->qps[qpn], arg);
}

/* ---- checks ---- */

static bool qp_log_ok(uint8_t log)
{
	return log >= GNIC_WQ_LOG_MIN && log <= GNIC_WQ_LOG_MAX;
}

static bool qp_ring_aligned(__le64 base, __le64 db)
{
	return !(le64toh(base) % 64) && !(le64toh(db) % GNIC_DB_ALIGN);
}

static enum gnic_hw_status qp_check_queues(const struct qp_kind *kind,
					   const struct gnic_hw_qp_create *in)
{
	if (!in->sq_log && (kind->needs_sq || (!in->rq_log && !kind->may_be_empty)))
		return GNIC_STATUS_BAD_PARAM;
	if (in->sq_log && (!qp_log_ok(in->sq_log) || in->sq_wqe_log < kind->wqe_log_min ||
			   in->sq_wqe_log > QP_WQE_LOG_MAX ||
			   !qp_ring_aligned(in->sq_base, in->sq_db)))
		return GNIC_STATUS_BAD_PARAM;
	if (in->rq_log && (!kind->has_rq || !qp_log_ok(in->rq_log) ||
			   !qp_ring_aligned(in->rq_base, in->rq_db)))
		return GNIC_STATUS_BAD_PARAM;
	return GNIC_STATUS_OK;
}

static enum gnic_hw_status qp_check_vport(struct card *card, const struct gnic_hw_qp_create *in)
{
	struct vport *vport = esw_vport(card, le16toh(in->vport));

	if (!vport)
		return GNIC_STATUS_NOT_FOUND;
	if (vport->port->index != in->port)
		return GNIC_STATUS_BAD_PARAM;
	/* The function side of an uplink is the wire. */
	if (in->type == GNIC_QP_RAW && in->side == GNIC_SIDE_FUNCTION && !vport->function)
		return GNIC_STATUS_BAD_PARAM;
	return GNIC_STATUS_OK;
}

/* @needed: CQN_NONE will not do. An ASID may complete to its own CQs and to the kernel's. */
static enum gnic_hw_status qp_check_cq(struct card *card, const struct gnic_hw_qp_create *in,
				       uint32_t cqn, bool needed)
{
	struct cq *cq = cq_get(card, cqn);

	if (cqn == GNIC_CQN_NONE)
		return needed ? GNIC_STATUS_BAD_PARAM : GNIC_STATUS_OK;
	if (!cq)
		return GNIC_STATUS_NOT_FOUND;
	if (cq->cqe_log != qp_kinds[in->type].cqe_log)
		return GNIC_STATUS_BAD_PARAM;
	if (cq->asid != GNIC_ASID_KERNEL && cq->asid != le16toh(in->asid))
		return GNIC_STATUS_PERM;
	return GNIC_STATUS_OK;
}

static enum gnic_hw_status qp_check_number(struct port *port, const struct gnic_hw_qp_create *in)
{
	uint32_t qpn = le32toh(in->qpn);

	if (in->type == GNIC_QP_RAW && port->raw_count >= CARD_RAW_QPS_PER_PORT)
		return GNIC_STATUS_NO_RESOURCE;
	if (qpn == GNIC_QPN_ANY)
		return GNIC_STATUS_OK;
	if (qpn >= CARD_QPS_PER_PORT)
		return GNIC_STATUS_BAD_PARAM;
	return qp_get(port, qpn) ? GNIC_STATUS_EXISTS : GNIC_STATUS_OK;
}

static enum gnic_hw_status qp_check(struct card *card, const struct gnic_hw_qp_create *in)
{
	struct port *port = card_port(card, in->port);
	const struct qp_kind *kind;
	enum gnic_hw_status status;

	if (!port || in->type >= QP_KINDS || in->side > GNIC_SIDE_FUNCTION || in->flags || in->rsvd)
		return GNIC_STATUS_BAD_PARAM;
	if (le16toh(in->asid) > GNIC_ASID_NONE)
		return GNIC_STATUS_BAD_PARAM;
	kind = &qp_kinds[in->type];
	status = qp_check_queues(kind, in);
	if (!status && kind->has_vport)
		status = qp_check_vport(card, in);
	if (!status)
		status = qp_check_cq(card, in, le32toh(in->sq_cqn), kind->needs_cq && in->sq_log);
	if (!status)
		status = qp_check_cq(card, in, le32toh(in->rq_cqn), kind->needs_cq && in->rq_log);
	return status ? status : qp_check_number(port, in);
}

/* ---- life ---- */

static void qp_init_wq(struct wq *wq, uint8_t log, uint8_t entry_log, __le64 base, __le64 db)
{
	if (!log)
		return;
	wq->present = true;
	wq->base = le64toh(base);
	wq->db_addr = le64toh(db);
	wq->mask = (1u << log) - 1;
	wq->entry_log = entry_log;
}

/* The first words of the device's half. False: the queue's memory is out of reach. */
static bool qp_start_wq(struct qp *qp, struct wq *wq)
{
	uint64_t bytes = ((uint64_t)wq->mask + 1) << wq->entry_log;
	struct gnic_hw_db *db;

	if (!wq->present)
		return true;
	db = ringmem_db(qp->card, &wq->mem, wq->base, bytes, wq->db_addr);
	if (!db || !wq->mem.ring)
		return false;
	db->done = 0;
	db->need_kick = htole32(1);
	return true;
}

static struct qp *qp_make(struct card *card, const struct gnic_hw_qp_create *in)
{
	struct qp *qp = calloc(1, sizeof(*qp));

	if (!qp)
		return NULL;
	qp->card = card;
	qp->port = &card->ports[in->port];
	qp->type = in->type;
	qp->side = in->side;
	qp->asid = le16toh(in->asid);
	if (qp_kinds[in->type].has_vport)
		qp->vport = esw_vport(card, le16toh(in->vport));
	qp_init_wq(&qp->sq, in->sq_log, in->sq_wqe_log, in->sq_base, in->sq_db);
	qp_init_wq(&qp->rq, in->rq_log, QP_RECV_WQE_LOG, in->rq_base, in->rq_db);
	qp->sq_cq = cq_get(card, le32toh(in->sq_cqn));
	qp->rq_cq = cq_get(card, le32toh(in->rq_cqn));
	return qp;
}

/* What the QP uses must not go before it. */
static void qp_hold(struct qp *qp, int n)
{
	if (qp->sq_cq)
		qp->sq_cq->users += n;
	if (qp->rq_cq)
		qp->rq_cq->users += n;
	if (!qp->vport)
		return;
	qp->vport->users += n;
	if (qp->type == GNIC_QP_RC)
		qp->vport->rc_users += n;
}

static enum gnic_hw_status qp_setup(struct qp *qp, uint32_t qpn)
{
	const struct qp_kind *kind = &qp_kinds[qp->type];
	enum gnic_hw_status status;
	int number = qpn == GNIC_QPN_ANY ? qp_number_choose(&qp->port->numbers) : (int)qpn;

	if (number < 0)
		return GNIC_STATUS_NO_RESOURCE;
	qp->qpn = number;
	if (!qp_start_wq(qp, &qp->sq) || !qp_start_wq(qp, &qp->rq))
		return GNIC_STATUS_BAD_ADDR;
	if (!qp_insert(qp))
		return GNIC_STATUS_NO_RESOURCE;
	status = kind->create ? kind->create(qp) : GNIC_STATUS_OK;
	if (status)
		qp_remove(qp);
	return status;
}

enum gnic_hw_status qp_cmd_create(struct card *card, const struct gnic_hw_qp_create *in,
				  struct gnic_hw_id *out)
{
	enum gnic_hw_status status = qp_check(card, in);
	struct qp *qp;

	if (status)
		return status;
	qp = qp_make(card, in);
	if (!qp)
		return GNIC_STATUS_NO_RESOURCE;
	status = qp_setup(qp, le32toh(in->qpn));
	if (status) {
		free(qp);
		return status;
	}
	qp_hold(qp, 1);
	out->id = htole32(qp->qpn);
	if (fault_part(card->faults, FAULT_NEW_QP))
		qp_fail(qp, GNIC_SYND_WQ_ACCESS, true);
	return GNIC_STATUS_OK;
}

static void qp_destroy(struct qp *qp)
{
	/* Off the poll list without a look at its memory, which is the driver's again. */
	qp->sq.present = false;
	qp_sleep(qp);
	esw_qp_gone(qp);
	rxe_gro_free(qp);
	rxe_wait_drop(qp);
	mac_pause_forget(qp);
	qp_rate_forget(qp);
	qp_launch_forget(qp);
	ets_forget(qp);
	qp_hold(qp, -1);
	if (qp_kinds[qp->type].destroy)
		qp_kinds[qp->type].destroy(qp);
	qp_remove(qp);
	free(qp);
}

static void qp_destroy_one(struct qp *qp, void *arg)
{
	(void)arg;
	qp_destroy(qp);
}

void qp_reset(struct card *card)
{
	struct port *port;

	card_each_qp(card, qp_destroy_one, NULL);
	card_for_each_port(card, port)
		port->numbers.last = 0;
}

enum gnic_hw_status qp_cmd_destroy(struct card *card, const struct gnic_hw_qp_id *in)
{
	struct qp *qp = qp_find(card, le32toh(in->port), le32toh(in->qpn));

	if (!qp)
		return GNIC_STATUS_NOT_FOUND;
	qp_destroy(qp);
	return GNIC_STATUS_OK;
}

/* ---- the other commands ---- */

enum gnic_hw_status qp_cmd_stop(struct card *card, const struct gnic_hw_qp_id *in)
{
	struct qp *qp = qp_find(card, le32toh(in->port), le32toh(in->qpn));

	if (!qp)
		return GNIC_STATUS_NOT_FOUND;
	rxe_gro_flush(qp);
	rxe_wait_drop(qp);
	qp->stopped = true;
	if (qp->type != GNIC_QP_RC)
		qp_sleep(qp);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status qp_cmd_flush(struct card *card, const struct gnic_hw_qp_id *in)
{
	struct qp *qp = qp_find(card, le32toh(in->port), le32toh(in->qpn));

	if (!qp)
		return GNIC_STATUS_NOT_FOUND;
	return qp->rc ? rc_cmd_flush(qp) : GNIC_STATUS_BAD_PARAM;
}

enum gnic_hw_status qp_cmd_stats(struct card *card, const struct gnic_hw_qp_id *in,
				 struct gnic_hw_qp_stats *out)
{
	struct qp *qp = qp_find(card, le32toh(in->port), le32toh(in->qpn));
	size_t counters = offsetof(struct gnic_hw_qp_stats, syndrome);

	if (!qp)
		return GNIC_STATUS_NOT_FOUND;
	cmd_put_stats(out, &qp->stats, counters);
	out->syndrome = htole32(qp->stats.syndrome);
	out->sq_index = htole32(qp->sq.index);
	out->sq_done = htole32(qp->sq.done);
	out->rq_index = htole32(qp->rq.index);
	out->rq_done = htole32(qp->rq.done);
	out->flags = htole32(qp->failed ? GNIC_QP_STATS_FAILED : 0);
	return GNIC_STATUS_OK;
}

/* NULL: *@status says why */
static struct qp *qp_find_rc(struct card *card, uint8_t port, __le32 qpn,
			     enum gnic_hw_status *status)
{
	struct qp *qp = qp_find(card, port, le32toh(qpn));

	*status = !qp ? GNIC_STATUS_NOT_FOUND :
		  qp->type != GNIC_QP_RC ? GNIC_STATUS_BAD_STATE : GNIC_STATUS_OK;
	return *status ? NULL : qp;
}

enum gnic_hw_status qp_cmd_path(struct card *card, const struct gnic_hw_qp_path *in)
{
	enum gnic_hw_status status;
	struct qp *qp = qp_find_rc(card, in->port, in->qpn, &status);

	return qp ? rc_cmd_path(qp, in) : status;
}

enum gnic_hw_status qp_cmd_qpc_read(struct card *card, const struct gnic_hw_qpc_read *in,
				    struct gnic_hw_qpc_data *out)
{
	enum gnic_hw_status status;
	struct qp *qp = qp_find_rc(card, in->port, in->qpn, &status);

	if (qp && (in->requester > 1 || in->rsvd))
		return GNIC_STATUS_BAD_PARAM;
	return qp ? rc_cmd_qpc_read(qp, in->requester, out) : status;
}

/* A raw or compute QP has one field that can be written: its ASID. */
static enum gnic_hw_status qp_write_asid(struct qp *qp, const struct gnic_hw_qpc_write *in)
{
	struct gnic_hw_qpc_write rest = *in;
	uint32_t field = gnic_qpc_get(in->mask, GNIC_REQ_ASID);
	unsigned int i;

	gnic_qpc_set(rest.mask, GNIC_REQ_ASID, 0);
	for (i = 0; i < GNIC_QPC_REQ_DWORDS; i++)
		if (rest.mask[i])
			return GNIC_STATUS_BAD_STATE;
	if (!in->requester || (field && field != GNIC_ASID_NONE))
		return GNIC_STATUS_BAD_PARAM;
	if (field) {
		qp->asid = gnic_qpc_get(in->data, GNIC_REQ_ASID);
		/* a command that waits for a sync object looks again: it is another one */
		qp_wake(qp);
	}
	return GNIC_STATUS_OK;
}

enum gnic_hw_status qp_cmd_qpc_write(struct card *card, const struct gnic_hw_qpc_write *in)
{
	struct qp *qp = qp_find(card, in->port, le32toh(in->qpn));

	if (!qp)
		return GNIC_STATUS_NOT_FOUND;
	if (in->requester > 1 || in->rsvd)
		return GNIC_STATUS_BAD_PARAM;
	return qp->type == GNIC_QP_RC ? rc_cmd_qpc_write(qp, in) : qp_write_asid(qp, in);
}
