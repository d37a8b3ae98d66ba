// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block QPC: the contexts of an RC QP behind the gateway, its path, its life
 * and its end in an error.
 *
 * What the driver writes is kept in the layout of the contract; what the
 * engine runs on is loaded from there, and put there again for a read.
 */
#include <stdlib.h>
#include <string.h>

#include "blk_qpc.h"

#define QPC_ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

enum qpc_kind {
	QPC_DRIVER,	/* any time */
	QPC_DOWN,	/* only while the engine does not run */
	QPC_DEVICE,	/* read-only */
	QPC_ZERO,	/* a feature that this device does not have */
};

struct qpc_field {
	uint32_t dword;
	uint32_t mask;
	enum qpc_kind kind;
};

static const struct qpc_field qpc_req_fields[] = {
	{ GNIC_REQ_DST_QP,		QPC_DOWN },
	{ GNIC_REQ_STRIDE_OFFSET,	QPC_DEVICE },
	{ GNIC_REQ_STRIDE1_INDEX,	QPC_DEVICE },
	{ GNIC_REQ_STRIDE2_INDEX,	QPC_DEVICE },
	{ GNIC_REQ_STRIDE3_INDEX,	QPC_DEVICE },
	{ GNIC_REQ_STRIDE4_INDEX,	QPC_DEVICE },
	{ GNIC_REQ_RKEY,		QPC_DRIVER },
	{ GNIC_REQ_DST_IP,		QPC_DEVICE },
	{ GNIC_REQ_DST_MAC_LO,		QPC_DEVICE },
	{ GNIC_REQ_DST_MAC_HI,		QPC_DEVICE },
	{ GNIC_REQ_SEQ_ERR_RETRY_CNT,	QPC_DRIVER },
	{ GNIC_REQ_TIMEOUT_RETRY_CNT,	QPC_DRIVER },
	{ GNIC_REQ_NTS_PSN,		QPC_DOWN },
	{ GNIC_REQ_BCS_PSN,		QPC_DEVICE },
	{ GNIC_REQ_SCHD_Q_NUM,		QPC_DRIVER },
	{ GNIC_REQ_ONA_PSN,		QPC_DEVICE },
	{ GNIC_REQ_BCC_PSN,		QPC_DEVICE },
	{ GNIC_REQ_TM_GRANULARITY,	QPC_DRIVER },
	{ GNIC_REQ_WQ_BACK_PRESSURE,	QPC_ZERO },
	{ GNIC_REQ_CONG_MARKED_ACK,	QPC_DEVICE },
	{ GNIC_REQ_REMOTE_WQ_LOG_SZ,	QPC_DOWN },
	{ GNIC_REQ_ENCAP_TYPE,		QPC_DOWN },
	{ GNIC_REQ_CONG_NON_MARKED_ACK,	QPC_DEVICE },
	{ GNIC_REQ_CQ_NUM,		QPC_DEVICE },
	{ GNIC_REQ_RTT_STATE,		QPC_DEVICE },
	{ GNIC_REQ_ENCAP_ENABLE,	QPC_DOWN },
	{ GNIC_REQ_CONGESTION_WIN,	QPC_DRIVER },
	{ GNIC_REQ_RTT_TIMESTAMP,	QPC_DEVICE },
	{ GNIC_REQ_RTT_MARKED_PSN,	QPC_DEVICE },
	{ GNIC_REQ_BURST_SIZE,		QPC_DRIVER },
	{ GNIC_REQ_ASID,		QPC_DRIVER },
	{ GNIC_REQ_LAST_IDX,		QPC_DRIVER },
	{ GNIC_REQ_EXECUTION_IDX,	QPC_DEVICE },
	{ GNIC_REQ_CONSUMER_IDX,	QPC_DEVICE },
	{ GNIC_REQ_LOCAL_PI,		QPC_DEVICE },
	{ GNIC_REQ_REMOTE_PI,		QPC_DEVICE },
	{ GNIC_REQ_REMOTE_CI,		QPC_DEVICE },
	{ GNIC_REQ_OLDEST_UNACKED_RPI,	QPC_DEVICE },
	{ GNIC_REQ_PSN_SINCE_ACKREQ,	QPC_DEVICE },
	{ GNIC_REQ_ACKREQ_FREQ,		QPC_DRIVER },
	{ GNIC_REQ_PACING_TIME,		QPC_ZERO },
	{ GNIC_REQ_PSN_DELIVERED,	QPC_DEVICE },
	{ GNIC_REQ_SYNDROME,		QPC_DEVICE },
	{ GNIC_REQ_RNR_RETRY_CNT,	QPC_DRIVER },
	{ GNIC_REQ_SELECTIVE,		QPC_DOWN },
	{ GNIC_REQ_RTT,			QPC_DEVICE },
	{ GNIC_REQ_TARGET_DELAY,	QPC_DRIVER },
	{ GNIC_REQ_TM_ADAPTIVE,		QPC_DRIVER },
	{ GNIC_REQ_CURRENT_WIN,		QPC_DEVICE },
	{ GNIC_REQ_TM_BACKOFF,		QPC_DEVICE },
	{ GNIC_REQ_DATA_MMU_BYPASS,	QPC_ZERO },
	{ GNIC_REQ_MOD_GAUDI1,		QPC_ZERO },
	{ GNIC_REQ_PORT,		QPC_DRIVER },
	{ GNIC_REQ_WQ_TYPE,		QPC_DOWN },
	{ GNIC_REQ_SWQ_GRANULARITY,	QPC_DOWN },
	{ GNIC_REQ_TRANSPORT,		QPC_DEVICE },
	{ GNIC_REQ_PRIORITY,		QPC_DRIVER },
	{ GNIC_REQ_CONGESTION_MODE,	QPC_DRIVER },
	{ GNIC_REQ_MTU,			QPC_DOWN },
	{ GNIC_REQ_WQ_BASE_ADDR,	QPC_DRIVER },
	{ GNIC_REQ_TRUST_LEVEL,		QPC_DRIVER },
	{ GNIC_REQ_IN_WORK,		QPC_DEVICE },
	{ GNIC_REQ_ERROR,		QPC_DEVICE },
	{ GNIC_REQ_VALID,		QPC_DRIVER },
};

static const struct qpc_field qpc_res_fields[] = {
	{ GNIC_RES_DST_QP,		QPC_DRIVER },
	{ GNIC_RES_PORT,		QPC_DRIVER },
	{ GNIC_RES_PRIORITY,		QPC_DRIVER },
	{ GNIC_RES_CONN_STATE,		QPC_DEVICE },
	{ GNIC_RES_NACK_SYNDROME,	QPC_DEVICE },
	{ GNIC_RES_LKEY,		QPC_DRIVER },
	{ GNIC_RES_DST_IP,		QPC_DEVICE },
	{ GNIC_RES_DST_MAC_LO,		QPC_DEVICE },
	{ GNIC_RES_DST_MAC_HI,		QPC_DEVICE },
	{ GNIC_RES_ECN_COUNT,		QPC_DEVICE },
	{ GNIC_RES_TRANSPORT,		QPC_DEVICE },
	{ GNIC_RES_ASID,		QPC_DRIVER },
	{ GNIC_RES_PEER_QP,		QPC_DRIVER },
	{ GNIC_RES_SCHD_Q_NUM,		QPC_DRIVER },
	{ GNIC_RES_EXPECTED_PSN,	QPC_DOWN },
	{ GNIC_RES_TRUST_LEVEL,		QPC_DRIVER },
	{ GNIC_RES_MOD_GAUDI1,		QPC_ZERO },
	{ GNIC_RES_DATA_MMU_BYPASS,	QPC_ZERO },
	{ GNIC_RES_ENCAP_TYPE,		QPC_DOWN },
	{ GNIC_RES_ENCAP_ENABLE,	QPC_DOWN },
	{ GNIC_RES_CYCLIC_IDX,		QPC_DEVICE },
	{ GNIC_RES_CQ_NUM,		QPC_DEVICE },
	{ GNIC_RES_PEER_WQ_GRAN,	QPC_DRIVER },
	{ GNIC_RES_IN_WORK,		QPC_DEVICE },
	{ GNIC_RES_VALID,		QPC_DRIVER },
};

/* ---- life ---- */

enum gnic_hw_status rc_create(struct qp *qp)
{
	struct rc *rc;

	/* what comes in at the function side of an uplink goes to the wire, not to a QP */
	if (!qp->vport->function)
		return GNIC_STATUS_UNSUPPORTED;
	rc = calloc(1, sizeof(*rc));
	if (!rc)
		return GNIC_STATUS_NO_RESOURCE;
	rc->qp = qp;
	gnic_qpc_set(rc->req_ctx, GNIC_REQ_ASID, qp->asid);
	gnic_qpc_set(rc->res_ctx, GNIC_RES_ASID, qp->asid);
	tmr_init(rc);
	qp->rc = rc;
	return GNIC_STATUS_OK;
}

void rc_destroy(struct qp *qp)
{
	struct rc *rc = qp->rc;

	if (!rc)
		return;
	tmr_exit(rc);
	rxe_paid(rc);
	encap_use(qp->port, &rc->req.encap, false, 0);
	encap_use(qp->port, &rc->res.encap, false, 0);
	rc_posts_done(rc, rc->qp->sq.index, GNIC_SYND_FLUSHED);
	rdv_free(rc);
	free(rc->res.keep.packet);
	free(rc);
	qp->rc = NULL;
}

/* ---- who waits for a WQE ---- */

void rc_post_add(struct rc *rc, struct rc_post *post)
{
	struct rc_post **link = &rc->posts;

	while (*link && (int32_t)((*link)->index - post->index) <= 0)
		link = &(*link)->next;
	post->next = *link;
	post->link = link;
	if (post->next)
		post->next->link = &post->next;
	*link = post;
}

void rc_post_del(struct rc_post *post)
{
	if (!post->link)
		return;
	*post->link = post->next;
	if (post->next)
		post->next->link = post->link;
	post->link = NULL;
}

void rc_posts_done(struct rc *rc, uint32_t done, uint8_t syndrome)
{
	struct rc_post *post;

	while ((post = rc->posts) && (int32_t)(post->index - done) < 0) {
		rc_post_del(post);
		post->done(post, syndrome);
	}
}

/* ---- errors ---- */

/* Where the engine is, while VALID says that it counts. */
static void req_show(const struct rc_requester *req, __le32 *ctx)
{
	if (!req->valid)
		return;
	gnic_qpc_set(ctx, GNIC_REQ_NTS_PSN, req->nts);
	gnic_qpc_set(ctx, GNIC_REQ_BCS_PSN, req->high);
	gnic_qpc_set(ctx, GNIC_REQ_ONA_PSN, req->ona);
	gnic_qpc_set(ctx, GNIC_REQ_EXECUTION_IDX, req->exec & ROCE_INDEX_MASK);
	gnic_qpc_set(ctx, GNIC_REQ_CURRENT_WIN, req->window);
	gnic_qpc_set(ctx, GNIC_REQ_TM_BACKOFF, tmr_backoff(req));
	gnic_qpc_set(ctx, GNIC_REQ_REMOTE_PI, req->rdv.ring ? req->rdv.come : req->rdv.made);
	gnic_qpc_set(ctx, GNIC_REQ_REMOTE_CI, req->rdv.taken);
}

static void res_show(const struct rc_responder *res, __le32 *ctx)
{
	if (!res->valid)
		return;
	gnic_qpc_set(ctx, GNIC_RES_EXPECTED_PSN, res->expected);
	gnic_qpc_set(ctx, GNIC_RES_NACK_SYNDROME, res->naked);
	gnic_qpc_set(ctx, GNIC_RES_IN_WORK, res->busy);
}

/*
 * Who waits for a WQE of it is told, and the peer gets the ACK that it owes. They complete
 * something then, which can make their own QPs fail, for want of room in a CQ: however many
 * these are, they are told of behind each other, and not within each other.
 */
static void rc_tell(struct rc *rc)
{
	struct card *card = rc->qp->card;

	rc->failing_next = NULL;
	if (card->failing) {
		*card->failing_last = rc;
		card->failing_last = &rc->failing_next;
		return;
	}
	card->failing = rc;
	card->failing_last = &rc->failing_next;
	for (; rc; rc = rc->failing_next) {
		rxe_pay(rc);
		rc_posts_done(rc, rc->qp->sq.index, rc->syndrome);
	}
	card->failing = NULL;
}

/* Its contexts remember where it was: from there it goes on when VALID is written. */
static void rc_failed(struct rc *rc, uint8_t syndrome)
{
	rc->syndrome = syndrome;
	rc->req.resync |= rc->req.valid;
	rc->req.nts = rc->req.high;
	req_show(&rc->req, rc->req_ctx);
	res_show(&rc->res, rc->res_ctx);
	rc->res.valid = false;
	txs_reset(rc);
	rc_tell(rc);
}

/**
 * qp_fail() - a QP of any type stops for good
 * @qp: which; one that has failed already is left alone
 * @syndrome: why
 * @requester: it happened to its send queue
 *
 * What the QP has placed so far stays; nothing more is sent, placed or
 * completed. The caller posts the CQE of the WQE that is to blame.
 */
void qp_fail(struct qp *qp, uint8_t syndrome, bool requester)
{
	(void)requester;
	if (qp->failed)
		return;
	qp->failed = true;
	qp->stats.errors++;
	qp->stats.syndrome = syndrome;
	if (qp->rc)
		rc_failed(qp->rc, syndrome);
	eq_post(qp->card, GNIC_EQE_QP_ERR, qp->port->index, qp->qpn, syndrome);
}

/* ---- path ---- */

#define PATH_FLAGS		(GNIC_QP_PATH_ICRC_SWAPPED | GNIC_QP_PATH_LOOPBACK)

static bool path_is_sane(const struct gnic_hw_qp_path *in)
{
	return (in->ip_version == 4 || in->ip_version == 6) && in->hop_limit && in->dscp < 64 &&
	       !(in->src_mac[0] & 1) && !(le32_to_cpu(in->flags) & ~PATH_FLAGS);
}

/* The path or what is around it has changed. */
static void rc_load_lengths(struct rc *rc)
{
	uint32_t len = roce_path_len(&rc->path) + ROCE_BTH_LEN + ROCE_ICRC_LEN;

	rc->req.base_len = len + roce_encap_len(rc->req.encap);
	rc->res.base_len = len + roce_encap_len(rc->res.encap);
}

enum gnic_hw_status rc_cmd_path(struct qp *qp, const struct gnic_hw_qp_path *in)
{
	struct rc *rc = qp->rc;
	struct roce_path *path;

	if (!path_is_sane(in))
		return GNIC_STATUS_BAD_PARAM;
	if (in->ip_version != 4 && (rc->req.encap || rc->res.encap))
		return GNIC_STATUS_BAD_PARAM;
	path = &rc->path;
	path->ip_version = in->ip_version;
	path->hop_limit = in->hop_limit;
	path->tos = (uint8_t)(in->dscp << 2 | ROCE_TOS_ECT);
	memcpy(path->src_ip, in->src_ip, sizeof(path->src_ip));
	memcpy(path->dst_ip, in->dst_ip, sizeof(path->dst_ip));
	memcpy(path->src_mac, in->src_mac, sizeof(path->src_mac));
	memcpy(path->dst_mac, in->dst_mac, sizeof(path->dst_mac));
	path->udp_sport = le16_to_cpu(in->udp_sport);
	path->vlan_tci = le16_to_cpu(in->vlan_tci);
	path->icrc_swapped = le32_to_cpu(in->flags) & GNIC_QP_PATH_ICRC_SWAPPED;
	path->loopback = le32_to_cpu(in->flags) & GNIC_QP_PATH_LOOPBACK;
	rc->has_path = true;
	rc_load_lengths(rc);
	return GNIC_STATUS_OK;
}

/* ---- write ---- */

/* Is every bit of the mask one that may be written, with this value, now? */
static enum gnic_hw_status qpc_check(const struct qpc_field *fields, unsigned int count,
				     const struct gnic_hw_qpc_write *in, bool running)
{
	uint32_t rest[GNIC_QPC_REQ_DWORDS];

	for (unsigned int i = 0; i < GNIC_QPC_REQ_DWORDS; i++)
		rest[i] = le32_to_cpu(in->mask[i]);
	for (const struct qpc_field *f = fields; f < fields + count; f++) {
		uint32_t bits = le32_to_cpu(in->mask[f->dword]) & f->mask;

		rest[f->dword] &= ~f->mask;
		if (bits && f->kind == QPC_DEVICE)
			return GNIC_STATUS_BAD_PARAM;
		if (bits && f->kind == QPC_DOWN && running)
			return GNIC_STATUS_BAD_STATE;
		if (f->kind == QPC_ZERO && le32_to_cpu(in->data[f->dword]) & bits)
			return GNIC_STATUS_UNSUPPORTED;
	}
	for (unsigned int i = 0; i < GNIC_QPC_REQ_DWORDS; i++)
		if (rest[i])
			return GNIC_STATUS_BAD_PARAM;
	return GNIC_STATUS_OK;
}

static void qpc_merge(__le32 *ctx, const __le32 *old, const struct gnic_hw_qpc_write *in,
		      unsigned int dwords)
{
	for (unsigned int i = 0; i < dwords; i++)
		ctx[i] = (old[i] & ~in->mask[i]) | (in->data[i] & in->mask[i]);
}

static bool qpc_writes_valid(const struct gnic_hw_qpc_write *in, uint32_t dword, uint32_t mask)
{
	return le32_to_cpu(in->mask[dword]) & le32_to_cpu(in->data[dword]) & mask;
}

/*
 * VALID ends an error, whichever of the two contexts it is written to. What
 * was posted before is flushed: the driver has been told.
 */
static bool rc_recover(struct rc *rc)
{
	struct qp *qp = rc->qp;

	if (!qp->failed)
		return true;
	rc->syndrome = 0;
	qp->failed = false;
	if (!qp->sq.present)
		return true;
	if (!wq_refresh(qp, &qp->sq)) {
		qp_fail(qp, GNIC_SYND_QPC_DB_LAST_INDEX, true);
		return false;
	}
	qp->sq.done = qp->sq.index;
	wq_done(qp, &qp->sq);
	return true;
}

/* There is such an encapsulation, and the path is one that it can be around. */
static enum gnic_hw_status encap_validate(const struct rc *rc, bool enable, uint32_t slot)
{
	if (!encap_check(rc->qp->port, enable, slot))
		return GNIC_STATUS_BAD_STATE;
	return enable && rc->has_path && rc->path.ip_version != 4 ? GNIC_STATUS_BAD_PARAM :
								    GNIC_STATUS_OK;
}

static bool req_rdv_valid(const __le32 *ctx)
{
	uint32_t log = gnic_qpc_get(ctx, GNIC_REQ_REMOTE_WQ_LOG_SZ);

	return log >= GNIC_RDV_LOG_MIN && log <= GNIC_RDV_LOG_MAX;
}

static enum gnic_hw_status req_validate(const struct rc *rc, const __le32 *ctx)
{
	uint32_t mode = gnic_qpc_get(ctx, GNIC_REQ_CONGESTION_MODE);
	uint32_t type = gnic_qpc_get(ctx, GNIC_REQ_WQ_TYPE);
	enum gnic_hw_status status;

	if (mode == GNIC_CONGESTION_DELAY && !gnic_qpc_get(ctx, GNIC_REQ_TARGET_DELAY))
		return GNIC_STATUS_BAD_PARAM;
	if (gnic_qpc_get(ctx, GNIC_REQ_TM_ADAPTIVE) > GNIC_TM_ADAPTIVE_MAX)
		return GNIC_STATUS_BAD_PARAM;
	status = encap_validate(rc, gnic_qpc_get(ctx, GNIC_REQ_ENCAP_ENABLE),
				gnic_qpc_get(ctx, GNIC_REQ_ENCAP_TYPE));
	if (status || !gnic_qpc_get(ctx, GNIC_REQ_VALID))
		return status;
	if (!rc->has_path || !rc->qp->sq.present)
		return GNIC_STATUS_BAD_STATE;
	if (!type || (type != GNIC_WQ_TYPE_WRITE && !req_rdv_valid(ctx)))
		return GNIC_STATUS_BAD_PARAM;
	if (rc->qp->sq.entry_log != 5 + gnic_qpc_get(ctx, GNIC_REQ_SWQ_GRANULARITY))
		return GNIC_STATUS_BAD_PARAM;
	return GNIC_STATUS_OK;
}

static uint32_t req_burst(const __le32 *ctx)
{
	uint32_t burst = gnic_qpc_get(ctx, GNIC_REQ_BURST_SIZE);

	if (!burst)
		return RC_BURST;
	return burst < RC_BURST_MAX ? burst : RC_BURST_MAX;
}

static uint32_t req_window(const __le32 *ctx)
{
	/* well below half of the PSN space: beyond it old and new look alike */
	uint32_t window = gnic_qpc_get(ctx, GNIC_REQ_CONGESTION_WIN) & (ROCE_PSN_MASK >> 2);

	if (gnic_qpc_get(ctx, GNIC_REQ_CONGESTION_MODE) == GNIC_CONGESTION_NONE)
		return RC_WINDOW;
	if (gnic_qpc_get(ctx, GNIC_REQ_SELECTIVE) && window > ROCE_SACK_BITS)
		return ROCE_SACK_BITS;
	return window;
}

static void req_load_timer(struct rc *rc)
{
	struct rc_requester *req = &rc->req;
	uint64_t rto = tmr_rto(gnic_qpc_get(rc->req_ctx, GNIC_REQ_TM_GRANULARITY));
	uint8_t adaptive = (uint8_t)gnic_qpc_get(rc->req_ctx, GNIC_REQ_TM_ADAPTIVE);

	if (rto == req->rto && adaptive == req->adaptive)
		return;
	req->rto = rto;
	req->adaptive = adaptive;
	/* the timer is that of the peer, which has no buffer yet */
	if (req->held)
		return;
	tmr_exit(rc);
	if (req->valid && req->ona != req->nts)
		tmr_progress(rc);
}

static void req_load(struct rc *rc)
{
	struct rc_requester *req = &rc->req;
	const __le32 *ctx = rc->req_ctx;

	req->dst_qp = gnic_qpc_get(ctx, GNIC_REQ_DST_QP);
	req->rkey = gnic_qpc_get(ctx, GNIC_REQ_RKEY);
	req->nak_max = (uint8_t)gnic_qpc_get(ctx, GNIC_REQ_SEQ_ERR_RETRY_CNT);
	req->timeout_max = (uint8_t)gnic_qpc_get(ctx, GNIC_REQ_TIMEOUT_RETRY_CNT);
	req->rnr_max = (uint8_t)gnic_qpc_get(ctx, GNIC_REQ_RNR_RETRY_CNT);
	req->wide_wqe = gnic_qpc_get(ctx, GNIC_REQ_SWQ_GRANULARITY);
	req->waits = gnic_qpc_get(ctx, GNIC_REQ_WQ_TYPE) == GNIC_WQ_TYPE_RDV_WRITE;
	req->serves = gnic_qpc_get(ctx, GNIC_REQ_WQ_TYPE) == GNIC_WQ_TYPE_RDV_READ;
	req->selective = gnic_qpc_get(ctx, GNIC_REQ_SELECTIVE);
	req->window = req_window(ctx);
	delay_load(req, ctx);
	ecn_load(rc, ctx);
	req->burst = req_burst(ctx);
	req->ack_freq = gnic_qpc_get(ctx, GNIC_REQ_ACKREQ_FREQ);
	req->mtu_log = (uint8_t)(10 + gnic_qpc_get(ctx, GNIC_REQ_MTU));
	req->asid = (uint16_t)gnic_qpc_get(ctx, GNIC_REQ_ASID);
	rc->qp->asid = req->asid;
	encap_use(rc->qp->port, &req->encap, gnic_qpc_get(ctx, GNIC_REQ_ENCAP_ENABLE),
		  gnic_qpc_get(ctx, GNIC_REQ_ENCAP_TYPE));
	rc_load_lengths(rc);
	req_load_timer(rc);
}

static enum gnic_hw_status req_write(struct rc *rc, const struct gnic_hw_qpc_write *in)
{
	__le32 ctx[GNIC_QPC_REQ_DWORDS];
	enum gnic_hw_status status = qpc_check(qpc_req_fields, QPC_ARRAY_SIZE(qpc_req_fields),
					       in, rc->req.valid);

	if (status)
		return status;
	qpc_merge(ctx, rc->req_ctx, in, GNIC_QPC_REQ_DWORDS);
	status = req_validate(rc, ctx);
	if (status)
		return status;
	if (gnic_qpc_get(ctx, GNIC_REQ_SELECTIVE) && !rxe_keep_create(&rc->res))
		return GNIC_STATUS_NO_RESOURCE;
	if (gnic_qpc_get(ctx, GNIC_REQ_VALID) && !rdv_load(rc, ctx))
		return GNIC_STATUS_NO_RESOURCE;
	memcpy(rc->req_ctx, ctx, sizeof(ctx));
	if (gnic_qpc_get(in->mask, GNIC_REQ_NTS_PSN))
		rc->req.resync = false;
	req_load(rc);
	if (!gnic_qpc_get(ctx, GNIC_REQ_VALID)) {
		txs_reset(rc);
	} else if (!rc->req.valid && qpc_writes_valid(in, GNIC_REQ_VALID)) {
		if (!rc_recover(rc))
			return GNIC_STATUS_BAD_ADDR;
		txs_start(rc);
	} else if (rc->req.valid) {
		qp_wake(rc->qp);	/* the window may be wider */
	}
	return GNIC_STATUS_OK;
}

static void res_load(struct rc *rc)
{
	struct rc_responder *res = &rc->res;

	res->lkey = gnic_qpc_get(rc->res_ctx, GNIC_RES_LKEY);
	res->asid = (uint16_t)gnic_qpc_get(rc->res_ctx, GNIC_RES_ASID);
	res->peer_qp = gnic_qpc_get(rc->res_ctx, GNIC_RES_DST_QP);
	encap_use(rc->qp->port, &res->encap, gnic_qpc_get(rc->res_ctx, GNIC_RES_ENCAP_ENABLE),
		  gnic_qpc_get(rc->res_ctx, GNIC_RES_ENCAP_TYPE));
	rc_load_lengths(rc);
}

static void res_start(struct rc *rc)
{
	struct rc_responder *res = &rc->res;

	res->expected = gnic_qpc_get(rc->res_ctx, GNIC_RES_EXPECTED_PSN);
	res->msn = 0;
	res->is_send = false;
	res->naked = false;
	res->busy = false;
	memset(res->keep.bits, 0, sizeof(res->keep.bits));
	res->valid = true;
}

static enum gnic_hw_status res_write(struct rc *rc, const struct gnic_hw_qpc_write *in)
{
	__le32 ctx[GNIC_QPC_RES_DWORDS];
	enum gnic_hw_status status = qpc_check(qpc_res_fields, QPC_ARRAY_SIZE(qpc_res_fields),
					       in, rc->res.valid);

	if (status)
		return status;
	qpc_merge(ctx, rc->res_ctx, in, GNIC_QPC_RES_DWORDS);
	status = encap_validate(rc, gnic_qpc_get(ctx, GNIC_RES_ENCAP_ENABLE),
				gnic_qpc_get(ctx, GNIC_RES_ENCAP_TYPE));
	if (status)
		return status;
	if (gnic_qpc_get(ctx, GNIC_RES_VALID) && !rc->has_path)
		return GNIC_STATUS_BAD_STATE;
	memcpy(rc->res_ctx, ctx, sizeof(ctx));
	res_load(rc);
	if (!gnic_qpc_get(ctx, GNIC_RES_VALID)) {
		rc->res.valid = false;
	} else if (!rc->res.valid && qpc_writes_valid(in, GNIC_RES_VALID)) {
		if (!rc_recover(rc))
			return GNIC_STATUS_BAD_ADDR;
		res_start(rc);
	}
	return GNIC_STATUS_OK;
}

enum gnic_hw_status rc_cmd_qpc_write(struct qp *qp, const struct gnic_hw_qpc_write *in)
{
	return in->requester ? req_write(qp->rc, in) : res_write(qp->rc, in);
}

/* ---- read ---- */

static void put_path(__le32 *ctx, const struct roce_path *path, uint32_t ip, uint32_t mac)
{
	const uint8_t *m = path->dst_mac;

	if (path->ip_version == 4)
		memcpy(&ctx[ip], path->dst_ip, 4);
	ctx[mac] = cpu_to_le32(m[0] | m[1] << 8 | m[2] << 16 | (uint32_t)m[3] << 24);
	gnic_qpc_set(ctx, mac + 1, GENMASK(15, 0), m[4] | m[5] << 8);
}

static void put_delay(__le32 *ctx, const struct rc_delay *delay)
{
	uint64_t rtt = delay->rtt / 1000;

	gnic_qpc_set(ctx, GNIC_REQ_RTT, rtt < 0xfffff ? (uint32_t)rtt : 0xfffff);
	gnic_qpc_set(ctx, GNIC_REQ_RTT_STATE, delay->measures);
	gnic_qpc_set(ctx, GNIC_REQ_RTT_MARKED_PSN, delay->marked);
	gnic_qpc_set(ctx, GNIC_REQ_RTT_TIMESTAMP, (uint32_t)(delay->sent / 1000));
	gnic_qpc_set(ctx, GNIC_REQ_CONG_MARKED_ACK, delay->above);
	gnic_qpc_set(ctx, GNIC_REQ_CONG_NON_MARKED_ACK, delay->below);
}

/* Of the packet that is next, if its message lies in rows. */
static void put_rows(__le32 *ctx, const struct rc_requester *req)
{
	const struct rc_msg *msg = rc_msg(req, req->exec);
	struct rows_place place;

	if (req->exec == req->tail || !msg->in_rows)
		return;
	rows_locate(&msg->rows, req->packet << req->mtu_log, &place);
	gnic_qpc_set(ctx, GNIC_REQ_STRIDE_OFFSET, place.offset);
	gnic_qpc_set(ctx, GNIC_REQ_STRIDE1_INDEX, place.index[0]);
	gnic_qpc_set(ctx, GNIC_REQ_STRIDE2_INDEX, place.index[1]);
	gnic_qpc_set(ctx, GNIC_REQ_STRIDE3_INDEX, place.index[2]);
	gnic_qpc_set(ctx, GNIC_REQ_STRIDE4_INDEX, place.index[3]);
}

static void put_ecn(__le32 *ctx, const struct rc_ecn *ecn)
{
	gnic_qpc_set(ctx, GNIC_REQ_CONG_MARKED_ACK, ecn->notified);
	gnic_qpc_set(ctx, GNIC_REQ_CONG_NON_MARKED_ACK, ecn->quiet);
}

static void req_read(const struct rc *rc, __le32 *ctx)
{
	const struct rc_requester *req = &rc->req;
	const struct qp *qp = rc->qp;

	memcpy(ctx, rc->req_ctx, sizeof(rc->req_ctx));
	put_path(ctx, &rc->path, 5, 6);
	req_show(req, ctx);
	gnic_qpc_set(ctx, GNIC_REQ_CONSUMER_IDX, qp->sq.done & ROCE_INDEX_MASK);
	gnic_qpc_set(ctx, GNIC_REQ_LOCAL_PI, qp->sq.index & ROCE_INDEX_MASK);
	gnic_qpc_set(ctx, GNIC_REQ_PSN_SINCE_ACKREQ, req->since_ackreq);
	put_rows(ctx, req);
	if (req->valid && req->delay.target)
		put_delay(ctx, &req->delay);
	if (req->valid && req->ecn.on)
		put_ecn(ctx, &req->ecn);
	gnic_qpc_set(ctx, GNIC_REQ_CQ_NUM, qp->sq_cq ? qp->sq_cq->cqn : 0);
	gnic_qpc_set(ctx, GNIC_REQ_TRANSPORT, GNIC_TRANSPORT_RC);
	gnic_qpc_set(ctx, GNIC_REQ_SYNDROME, rc->syndrome);
	gnic_qpc_set(ctx, GNIC_REQ_IN_WORK, req->head != req->tail);
	gnic_qpc_set(ctx, GNIC_REQ_ERROR, rc->syndrome != 0);
}

static void res_read(const struct rc *rc, __le32 *ctx)
{
	const struct rc_responder *res = &rc->res;

	memcpy(ctx, rc->res_ctx, sizeof(rc->res_ctx));
	put_path(ctx, &rc->path, 2, 3);
	res_show(res, ctx);
	gnic_qpc_set(ctx, GNIC_RES_CYCLIC_IDX, res->msn);
	gnic_qpc_set(ctx, GNIC_RES_CQ_NUM, rc->qp->rq_cq ? rc->qp->rq_cq->cqn : 0);
}

enum gnic_hw_status rc_cmd_qpc_read(struct qp *qp, bool requester, struct gnic_hw_qpc_data *out)
{
	memset(out, 0, sizeof(*out));
	if (requester)
		req_read(qp->rc, out->dword);
	else
		res_read(qp->rc, out->dword);
	return GNIC_STATUS_OK;
}
