// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life of a QP of a group:
 *
 *	RESET -> INIT -> RTR -> RTS -> SQD -> RESET
 *	           any of them -> ERR -> RESET
 *	                          ERR -> RTR (an RC QP)
 *
 * The way is a table; a step is one function that gives one or two commands.
 */
#include <linux/log2.h>

#include "gnic.h"
#include "gnic_encap.h"
#include "gnic_qp.h"

#define GNIC_QP_HOP_LIMIT	64
#define GNIC_QP_DSCP(priority)	((priority) << 3)	/* the class selector, RFC 2474 */
#define GNIC_QP_ACKREQ_FREQ	16	/* packets; the last one of a message always */

struct gnic_qp_ctx {
	struct gnic_dev *dev;
	const struct gnic_qp_attr *attr;
	struct gnic_qp *qp;
	u32 index;
};

typedef int (*gnic_qp_step_t)(const struct gnic_qp_ctx *ctx);

static struct gnic_hw_qp_id gnic_qp_id(const struct gnic_qp_ctx *ctx)
{
	return (struct gnic_hw_qp_id){
		.qpn = cpu_to_le32(ctx->qp->qpn),
		.port = cpu_to_le32(ctx->attr->port),
	};
}

/* A raw QP of a group has no send queue. */
static void gnic_qp_rings_free(const struct gnic_qp_ctx *ctx)
{
	if (ctx->qp->sq.desc)
		gnic_ring_free(ctx->dev, &ctx->qp->sq);
	if (ctx->qp->rq.desc)
		gnic_ring_free(ctx->dev, &ctx->qp->rq);
}

static atomic_t *gnic_qp_wqes(const struct gnic_qp_ctx *ctx)
{
	return &ctx->dev->ports[ctx->attr->port].wqes;
}

static int gnic_qp_rq_alloc(const struct gnic_qp_ctx *ctx, struct gnic_hw_qp_create *in)
{
	u8 log = ilog2(ctx->attr->config.qp_wq_depth);
	struct gnic_ring *ring = &ctx->qp->rq;
	int err;

	err = gnic_ring_alloc(ctx->dev, ring, gnic_qp_wqes(ctx), log,
			      sizeof(struct gnic_hw_recv_wqe));
	if (err)
		return err;
	in->rq_log = log;
	in->rq_base = cpu_to_le64(ring->dma);
	in->rq_db = cpu_to_le64(ring->db_dma);
	return 0;
}

/* WQEs of rows have 64 bytes, and then all of the queue have. */
static bool gnic_qp_wide(const struct gnic_qp_ctx *ctx)
{
	return le32_to_cpu(ctx->dev->caps.rc) & GNIC_RC_CAP_STRIDE;
}

static int gnic_qp_sq_alloc(const struct gnic_qp_ctx *ctx, struct gnic_hw_qp_create *in)
{
	size_t size = sizeof(struct gnic_hw_rc_wqe) << gnic_qp_wide(ctx);
	u8 log = ilog2(ctx->attr->config.qp_wq_depth);
	struct gnic_ring *ring = &ctx->qp->sq;
	int err;

	err = gnic_ring_alloc(ctx->dev, ring, gnic_qp_wqes(ctx), log, size);
	if (err)
		return err;
	in->sq_log = log;
	in->sq_wqe_log = ilog2(size);
	in->sq_base = cpu_to_le64(ring->dma);
	in->sq_db = cpu_to_le64(ring->db_dma);
	return 0;
}

static int gnic_qp_create(const struct gnic_qp_ctx *ctx, struct gnic_hw_qp_create *in)
{
	int err;

	in->qpn = cpu_to_le32(ctx->qp->qpn);
	in->port = ctx->attr->port;
	in->side = GNIC_SIDE_FUNCTION;
	in->vport = cpu_to_le16(ctx->attr->vport);
	in->asid = cpu_to_le16(ctx->attr->asid);
	/* who posts to a send queue is a compute queue, and has the completion */
	in->sq_cqn = cpu_to_le32(GNIC_CQN_NONE);
	in->rq_cqn = cpu_to_le32(ctx->attr->cqn);
	err = gnic_qp_rq_alloc(ctx, in);
	if (err)
		return err;
	err = gnic_ring_qp_create(ctx->dev, in);
	if (!err)
		gnic_ring_bind(ctx->dev, &ctx->qp->rq, GNIC_DB_RQ, ctx->attr->port, ctx->qp->qpn);
	return err;
}

static int gnic_qp_create_raw(const struct gnic_qp_ctx *ctx)
{
	struct gnic_hw_qp_create in = { .type = GNIC_QP_RAW };
	int err;

	err = gnic_qp_create(ctx, &in);
	if (err && err != -ETIMEDOUT)
		gnic_qp_rings_free(ctx);
	return err;
}

static int gnic_qp_create_rc(const struct gnic_qp_ctx *ctx)
{
	struct gnic_hw_qp_create in = { .type = GNIC_QP_RC };
	int err;

	err = gnic_qp_sq_alloc(ctx, &in);
	if (!err)
		err = gnic_qp_create(ctx, &in);
	if (err && err != -ETIMEDOUT)
		gnic_qp_rings_free(ctx);
	if (!err)
		gnic_ring_bind(ctx->dev, &ctx->qp->sq, GNIC_DB_SQ, ctx->attr->port, ctx->qp->qpn);
	return err;
}

/* A device that keeps the QP may go on writing: it keeps the memory, too. */
static int gnic_qp_destroy(const struct gnic_qp_ctx *ctx)
{
	if (gnic_ring_qp_destroy(ctx->dev, ctx->attr->port, ctx->qp->qpn))
		gnic_qp_rings_free(ctx);
	return 0;
}

static u32 gnic_qp_path_flags(const struct gnic_group_config *config)
{
	return (strcmp(config->icrc_order, "gaudi") ? 0 : GNIC_QP_PATH_ICRC_SWAPPED) |
	       (config->loopback ? GNIC_QP_PATH_LOOPBACK : 0);
}

static u32 gnic_qp_congestion_mode(const struct gnic_group_config *config)
{
	if (!strcmp(config->cc_mode, "delay"))
		return GNIC_CONGESTION_DELAY;
	if (!strcmp(config->cc_mode, "dcqcn"))
		return GNIC_CONGESTION_ECN;
	return strcmp(config->cc_mode, "window") ? GNIC_CONGESTION_NONE : GNIC_CONGESTION_WINDOW;
}

static bool gnic_qp_selective(const struct gnic_group_config *config)
{
	return !strcmp(config->loss_recovery, "selective");
}

static int gnic_qp_path(const struct gnic_qp_ctx *ctx)
{
	const struct gnic_qp_path *path = &ctx->attr->path;
	u16 sport = ctx->attr->config.udp_sport;
	struct gnic_hw_qp_path in = {
		.qpn = cpu_to_le32(ctx->qp->qpn),
		.port = ctx->attr->port,
		.ip_version = path->version,
		.hop_limit = GNIC_QP_HOP_LIMIT,
		.dscp = GNIC_QP_DSCP(ctx->attr->config.priority),
		/* a port a QP, so that routers spread them; never below 0xc000 */
		.udp_sport = cpu_to_le16(sport + ctx->index % (0x10000 - sport)),
		.flags = cpu_to_le32(gnic_qp_path_flags(&ctx->attr->config)),
	};

	memcpy(in.src_ip, path->src_ip, sizeof(in.src_ip));
	memcpy(in.dst_ip, path->dst_ip, sizeof(in.dst_ip));
	ether_addr_copy(in.src_mac, path->src_mac);
	ether_addr_copy(in.dst_mac, path->dst_mac);
	return gnic_cmd_exec(ctx->dev, GNIC_CMD_QP_PATH, &in, sizeof(in), NULL, 0);
}

static int gnic_qp_context_write(const struct gnic_qp_ctx *ctx, struct gnic_hw_qpc_write *in)
{
	in->qpn = cpu_to_le32(ctx->qp->qpn);
	in->port = ctx->attr->port;
	return gnic_cmd_exec(ctx->dev, GNIC_CMD_QPC_WRITE, in, sizeof(*in), NULL, 0);
}

/* In loopback without a peer the QPs of the group are pairs, from both ends. */
static u32 gnic_qp_peer(const struct gnic_qp_ctx *ctx)
{
	const struct gnic_group_config *config = &ctx->attr->config;

	if (config->loopback && !config->peer_qpn_base)
		return config->qpn_base + config->qp_count - 1 - ctx->index;
	return (config->peer_qpn_base + ctx->index) & GNIC_QPN_MASK;
}

/* PSNs are the device's: those of a new QP begin with 0, those of a failed one go on. */
static int gnic_qp_responder(const struct gnic_qp_ctx *ctx)
{
	const struct gnic_group_config *config = &ctx->attr->config;
	struct gnic_hw_qpc_write in = {};
	int err;

	err = gnic_qp_path(ctx);
	if (err)
		return err;

	gnic_qpc_put(&in, GNIC_RES_DST_QP, gnic_qp_peer(ctx));
	gnic_qpc_put(&in, GNIC_RES_PEER_QP, gnic_qp_peer(ctx));
	gnic_qpc_put(&in, GNIC_RES_PRIORITY, config->priority);
	gnic_qpc_put(&in, GNIC_RES_LKEY, config->local_key);
	gnic_qpc_put(&in, GNIC_RES_ASID, ctx->attr->asid);
	if (gnic_encap_type(config) != GNIC_ENCAP_NONE) {
		gnic_qpc_put(&in, GNIC_RES_ENCAP_TYPE, ctx->attr->encap);
		gnic_qpc_put(&in, GNIC_RES_ENCAP_ENABLE, 1);
	}
	gnic_qpc_put(&in, GNIC_RES_TRUST_LEVEL, GNIC_TRUST_SECURED);
	gnic_qpc_put(&in, GNIC_RES_VALID, 1);
	return gnic_qp_context_write(ctx, &in);
}

static u32 gnic_qp_wq_type(enum gnic_group_type type)
{
	switch (type) {
	case GNIC_GROUP_SEND_RDV:
		return GNIC_WQ_TYPE_RDV_WRITE;
	case GNIC_GROUP_READ_RDV_ENDP:
		return GNIC_WQ_TYPE_RDV_READ;
	default:
		return GNIC_WQ_TYPE_WRITE;
	}
}

/* What a requester does: of a rendezvous both ends say how many offers there are. */
static void gnic_qp_put_type(const struct gnic_qp_ctx *ctx, struct gnic_hw_qpc_write *in)
{
	enum gnic_group_type type = ctx->attr->type;

	gnic_qpc_put(in, GNIC_REQ_WQ_TYPE, gnic_qp_wq_type(type));
	if (type != GNIC_GROUP_WRITE)
		gnic_qpc_put(in, GNIC_REQ_REMOTE_WQ_LOG_SZ,
			     ilog2(ctx->attr->config.qp_rdv_depth));
}

static int gnic_qp_requester(const struct gnic_qp_ctx *ctx)
{
	const struct gnic_group_config *config = &ctx->attr->config;
	struct gnic_hw_qpc_write in = { .requester = 1 };
	u32 mode = gnic_qp_congestion_mode(config);

	gnic_qpc_put(&in, GNIC_REQ_DST_QP, gnic_qp_peer(ctx));
	gnic_qpc_put(&in, GNIC_REQ_RKEY, config->remote_key);
	gnic_qpc_put(&in, GNIC_REQ_SEQ_ERR_RETRY_CNT, config->qp_retry_count);
	gnic_qpc_put(&in, GNIC_REQ_TIMEOUT_RETRY_CNT, config->qp_retry_count);
	gnic_qpc_put(&in, GNIC_REQ_RNR_RETRY_CNT, config->qp_rnr_retry);
	gnic_qpc_put(&in, GNIC_REQ_TM_GRANULARITY, config->qp_retry_timeout);
	if (config->qp_adaptive_timeout)
		gnic_qpc_put(&in, GNIC_REQ_TM_ADAPTIVE, GNIC_TM_ADAPTIVE_MAX);
	gnic_qpc_put(&in, GNIC_REQ_ASID, ctx->attr->asid);
	gnic_qpc_put(&in, GNIC_REQ_LAST_IDX, config->qp_wq_depth - 1);
	gnic_qpc_put(&in, GNIC_REQ_ACKREQ_FREQ, GNIC_QP_ACKREQ_FREQ);
	gnic_qp_put_type(ctx, &in);
	gnic_qpc_put(&in, GNIC_REQ_SWQ_GRANULARITY, gnic_qp_wide(ctx));
	gnic_qpc_put(&in, GNIC_REQ_PRIORITY, config->priority);
	gnic_qpc_put(&in, GNIC_REQ_CONGESTION_MODE, mode);
	gnic_qpc_put(&in, GNIC_REQ_CONGESTION_WIN, config->cc_window);
	if (mode == GNIC_CONGESTION_DELAY)
		gnic_qpc_put(&in, GNIC_REQ_TARGET_DELAY, config->cc_target_delay);
	/* a device that knows nothing of it knows no such bit, either */
	if (gnic_qp_selective(config))
		gnic_qpc_put(&in, GNIC_REQ_SELECTIVE, 1);
	if (gnic_encap_type(config) != GNIC_ENCAP_NONE) {
		gnic_qpc_put(&in, GNIC_REQ_ENCAP_TYPE, ctx->attr->encap);
		gnic_qpc_put(&in, GNIC_REQ_ENCAP_ENABLE, 1);
	}
	gnic_qpc_put(&in, GNIC_REQ_MTU, ilog2(config->qp_path_mtu) - 10);
	gnic_qpc_put(&in, GNIC_REQ_TRUST_LEVEL, GNIC_TRUST_SECURED);
	gnic_qpc_put(&in, GNIC_REQ_VALID, 1);
	return gnic_qp_context_write(ctx, &in);
}

static int gnic_qp_quiesce(const struct gnic_qp_ctx *ctx)
{
	struct gnic_hw_qp_id in = gnic_qp_id(ctx);

	return gnic_cmd_exec(ctx->dev, GNIC_CMD_QP_STOP, &in, sizeof(in), NULL, 0);
}

static int gnic_qp_flush(const struct gnic_qp_ctx *ctx)
{
	struct gnic_hw_qp_id in = gnic_qp_id(ctx);

	return gnic_cmd_exec(ctx->dev, GNIC_CMD_QP_FLUSH, &in, sizeof(in), NULL, 0);
}

/* Without its buffers: one of them may be why it failed. */
static int gnic_qp_revive(const struct gnic_qp_ctx *ctx)
{
	int err = gnic_qp_flush(ctx);

	return err ?: gnic_qp_responder(ctx);
}

/**
 * struct gnic_qp_step - one edge of the state machine
 * @from: state before
 * @to: state behind
 * @raw: what is done for a raw QP, NULL: nothing
 * @rc: what is done for an RC QP
 */
struct gnic_qp_step {
	enum gnic_qp_state from;
	enum gnic_qp_state to;
	gnic_qp_step_t raw;
	gnic_qp_step_t rc;
};

static const struct gnic_qp_step gnic_qp_steps[] = {
	{ GNIC_QP_RESET, GNIC_QP_INIT,	gnic_qp_create_raw,	gnic_qp_create_rc },
	{ GNIC_QP_INIT,	GNIC_QP_RTR,	NULL,			gnic_qp_responder },
	{ GNIC_QP_RTR,	GNIC_QP_RTS,	NULL,			gnic_qp_requester },
	{ GNIC_QP_RTS,	GNIC_QP_SQD,	gnic_qp_quiesce,	gnic_qp_quiesce },
	{ GNIC_QP_INIT,	GNIC_QP_RESET,	gnic_qp_destroy,	gnic_qp_destroy },
	{ GNIC_QP_RTR,	GNIC_QP_RESET,	gnic_qp_destroy,	gnic_qp_destroy },
	{ GNIC_QP_RTS,	GNIC_QP_RESET,	gnic_qp_destroy,	gnic_qp_destroy },
	{ GNIC_QP_SQD,	GNIC_QP_RESET,	gnic_qp_destroy,	gnic_qp_destroy },
	{ GNIC_QP_ERR,	GNIC_QP_RESET,	gnic_qp_destroy,	gnic_qp_destroy },
	{ GNIC_QP_ERR,	GNIC_QP_RTR,	NULL,			gnic_qp_revive },
};

static const struct gnic_qp_step *gnic_qp_step(enum gnic_qp_state from, enum gnic_qp_state to)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gnic_qp_steps); i++)
		if (gnic_qp_steps[i].from == from && gnic_qp_steps[i].to == to)
			return &gnic_qp_steps[i];
	return NULL;
}

static int gnic_qp_modify(const struct gnic_qp_ctx *ctx, enum gnic_qp_state to)
{
	const struct gnic_qp_step *step = gnic_qp_step(ctx->qp->state, to);
	gnic_qp_step_t act;
	int err;

	if (!step)
		return -EINVAL;
	act = ctx->attr->type == GNIC_GROUP_RAW ? step->raw : step->rc;
	err = act ? act(ctx) : 0;
	if (!err)
		ctx->qp->state = to;
	return err;
}

/**
 * gnic_qp_bring_up - from RESET to RTS
 * @dev: card
 * @attr: of the group
 * @qp: zeroed but for its number
 * @index: place in the group
 *
 * What fails on the way is undone.
 */
int gnic_qp_bring_up(struct gnic_dev *dev, const struct gnic_qp_attr *attr, struct gnic_qp *qp,
		     u32 index)
{
	static const enum gnic_qp_state way[] = { GNIC_QP_INIT, GNIC_QP_RTR, GNIC_QP_RTS };
	struct gnic_qp_ctx ctx = { .dev = dev, .attr = attr, .qp = qp, .index = index };
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(way); i++) {
		err = gnic_qp_modify(&ctx, way[i]);
		if (err)
			goto err_tear_down;
	}
	return 0;

err_tear_down:
	gnic_qp_tear_down(dev, attr, qp);
	return err;
}

/**
 * gnic_qp_recover - from ERR to RTS
 * @dev: card
 * @attr: of the group
 * @qp: failed; or RESET, if it did not come back the last time
 * @index: place in the group
 *
 * An RC QP goes on with its PSNs. A raw one is another QP, and in no table yet.
 */
int gnic_qp_recover(struct gnic_dev *dev, const struct gnic_qp_attr *attr, struct gnic_qp *qp,
		    u32 index)
{
	struct gnic_qp_ctx ctx = { .dev = dev, .attr = attr, .qp = qp, .index = index };
	int err;

	if (attr->type == GNIC_GROUP_RAW)
		gnic_qp_tear_down(dev, attr, qp);
	if (qp->state == GNIC_QP_RESET)
		return gnic_qp_bring_up(dev, attr, qp, index);
	err = gnic_qp_modify(&ctx, GNIC_QP_RTR);
	if (!err)
		err = gnic_qp_modify(&ctx, GNIC_QP_RTS);
	if (err)
		qp->state = GNIC_QP_ERR;
	return err;
}

/* Nothing new begins; what has begun goes on. Not for a QP that failed. */
void gnic_qp_stop(struct gnic_dev *dev, const struct gnic_qp_attr *attr, struct gnic_qp *qp)
{
	struct gnic_qp_ctx ctx = { .dev = dev, .attr = attr, .qp = qp };

	gnic_qp_modify(&ctx, GNIC_QP_SQD);
}

/* Has the peer acknowledged all that was started, or will it never? */
bool gnic_qp_idle(struct gnic_dev *dev, const struct gnic_qp_attr *attr, struct gnic_qp *qp)
{
	struct gnic_hw_qpc_read in = {
		.qpn = cpu_to_le32(qp->qpn),
		.port = attr->port,
		.requester = 1,
	};
	struct gnic_hw_qpc_data out;

	if (attr->type == GNIC_GROUP_RAW || qp->state == GNIC_QP_ERR)
		return true;
	if (gnic_cmd_exec(dev, GNIC_CMD_QPC_READ, &in, sizeof(in), &out, sizeof(out)))
		return true;
	return gnic_qpc_get(out.dword, GNIC_REQ_ERROR) ||
	       !gnic_qpc_get(out.dword, GNIC_REQ_IN_WORK);
}

void gnic_qp_tear_down(struct gnic_dev *dev, const struct gnic_qp_attr *attr,
		       struct gnic_qp *qp)
{
	struct gnic_qp_ctx ctx = { .dev = dev, .attr = attr, .qp = qp };

	gnic_qp_modify(&ctx, GNIC_QP_RESET);
}

/*
 * Buffers for SENDs that are posted: the device writes to none of them any more. Nor does
 * it read for what waits in the send queue.
 */
int gnic_qp_take_back(struct gnic_dev *dev, const struct gnic_qp_attr *attr, struct gnic_qp *qp)
{
	struct gnic_qp_ctx ctx = { .dev = dev, .attr = attr, .qp = qp };

	return gnic_qp_flush(&ctx);
}

static int gnic_qp_set_req_asid(const struct gnic_qp_ctx *ctx, u16 asid)
{
	struct gnic_hw_qpc_write in = { .requester = 1 };

	gnic_qpc_put(&in, GNIC_REQ_ASID, asid);
	return gnic_qp_context_write(ctx, &in);
}

static int gnic_qp_set_res_asid(const struct gnic_qp_ctx *ctx, u16 asid)
{
	struct gnic_hw_qpc_write in = {};

	gnic_qpc_put(&in, GNIC_RES_ASID, asid);
	return gnic_qp_context_write(ctx, &in);
}

/* A raw QP has one ASID, an RC QP one a direction. */
int gnic_qp_set_asid(struct gnic_dev *dev, const struct gnic_qp_attr *attr, struct gnic_qp *qp,
		     u16 asid)
{
	struct gnic_qp_ctx ctx = { .dev = dev, .attr = attr, .qp = qp };
	int err;

	err = gnic_qp_set_req_asid(&ctx, asid);
	if (!err && attr->type != GNIC_GROUP_RAW)
		err = gnic_qp_set_res_asid(&ctx, asid);
	return err;
}
