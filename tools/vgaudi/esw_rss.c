// SPDX-License-Identifier: GPL-2.0-only
/* Block ESW: commands of receive side scaling: tables of QPs, numbered queues, contexts. */
#include <stdlib.h>
#include <string.h>

#include "esw.h"
#include "path.h"

#define ESW_RSS_TYPES \
	(GNIC_RSS_L4_TCP4 | GNIC_RSS_L4_UDP4 | GNIC_RSS_L4_TCP6 | GNIC_RSS_L4_UDP6)
#define ESW_RSS_ADDRS	(GNIC_RSS_FIELD_SRC_IP | GNIC_RSS_FIELD_DST_IP)
#define ESW_RSS_PORTS	(GNIC_RSS_FIELD_L4_SRC | GNIC_RSS_FIELD_L4_DST)

/* ---- contexts ---- */

/* NULL: there is no room for it. */
static struct esw_rss **esw_rss_slot(struct esw_vport *v, unsigned int side,
				     unsigned int context)
{
	if (!context)
		return &v->rss[side];
	return v->contexts[side] ? &v->contexts[side][context] : NULL;
}

const struct esw_rss *esw_rss_get(const struct vport *vport, unsigned int side,
				  unsigned int context)
{
	struct esw_rss **slot = esw_rss_slot(vport->esw, side, context);

	return slot ? *slot : NULL;
}

void esw_rss_replace(struct vport *vport, const struct qp *from, struct qp *to)
{
	for (unsigned int c = 0; c < GNIC_RSS_CONTEXTS; c++) {
		const struct esw_rss *rss = esw_rss_get(vport, from->side, c);

		for (uint32_t i = 0; rss && rss->qps && i < rss->len; i++)
			if (rss->qps[i] == from)
				rss->qps[i] = to;
	}
	for (unsigned int i = 0; vport->esw->queues && i < GNIC_VPORT_QUEUES_MAX; i++)
		if (vport->esw->queues[i] == from)
			vport->esw->queues[i] = to;
}

static void esw_rss_put(struct esw_rss *rss)
{
	if (!rss)
		return;
	toeplitz_put(rss->toeplitz);
	free(rss->qps);
	free(rss->queues);
	free(rss);
}

static void esw_rss_del(struct esw_vport *v, unsigned int side, unsigned int context)
{
	struct esw_rss **slot = esw_rss_slot(v, side, context);

	if (!slot)
		return;
	esw_rss_put(*slot);
	*slot = NULL;
}

void esw_rss_free(struct vport *vport)
{
	struct esw_vport *v = vport->esw;

	for (unsigned int side = 0; side < 2; side++) {
		for (unsigned int c = 0; c < GNIC_RSS_CONTEXTS; c++)
			esw_rss_del(v, side, c);
		free(v->contexts[side]);
		v->contexts[side] = NULL;
	}
	free(v->queues);
	v->queues = NULL;
}

/* Without memory what was there stays. */
static enum gnic_hw_status esw_rss_add(struct esw_vport *v, unsigned int side,
				       unsigned int context, struct esw_rss *rss)
{
	struct esw_rss **slot;

	if (context && !v->contexts[side])
		v->contexts[side] = calloc(GNIC_RSS_CONTEXTS, sizeof(*v->contexts[side]));
	slot = esw_rss_slot(v, side, context);
	if (!slot || !rss) {
		esw_rss_put(rss);
		return GNIC_STATUS_NO_RESOURCE;
	}
	esw_rss_put(*slot);
	*slot = rss;
	return GNIC_STATUS_OK;
}

static struct esw_rss *esw_rss_alloc(struct esw_vport *v, uint32_t len, const uint8_t *key,
				     unsigned int key_len)
{
	uint8_t padded[TOEPLITZ_KEY_LEN] = { 0 };
	struct esw_rss *rss = calloc(1, sizeof(*rss));

	if (!rss)
		return NULL;
	memcpy(padded, key, key_len);
	rss->vport = v;
	rss->len = len;
	rss->toeplitz = toeplitz_get(&v->base.card->esw->keys, padded);
	if (rss->toeplitz)
		return rss;
	free(rss);
	return NULL;
}

/* ---- tables of QPs ---- */

static enum gnic_hw_status esw_rss_check(const struct vport *vport, const struct gnic_hw_rss *in)
{
	uint32_t len = le32_to_cpu(in->len);

	if (!vport)
		return GNIC_STATUS_NOT_FOUND;
	if (in->func != GNIC_RSS_TOEPLITZ)
		return GNIC_STATUS_UNSUPPORTED;
	/* the function side of an uplink is a wire */
	if (in->side > GNIC_SIDE_FUNCTION || (in->side == GNIC_SIDE_FUNCTION && !vport->function) ||
	    in->context >= GNIC_RSS_CONTEXTS || le16_to_cpu(in->types) & ~ESW_RSS_TYPES ||
	    len > GNIC_RSS_TABLE_LEN || len & (len - 1))
		return GNIC_STATUS_BAD_PARAM;
	return GNIC_STATUS_OK;
}

/* QPs that receive, all there and of this side of the vport. */
static enum gnic_hw_status esw_rss_qps(const struct vport *vport, unsigned int side,
				       const __le32 *qpns, uint32_t count, struct qp **qps)
{
	for (uint32_t i = 0; i < count; i++) {
		struct qp *qp = qp_get(vport->port, le32_to_cpu(qpns[i]));

		if (!qp)
			return GNIC_STATUS_NOT_FOUND;
		if (qp->type != GNIC_QP_RAW || qp->vport != vport || qp->side != side ||
		    !qp->rq.present)
			return GNIC_STATUS_BAD_PARAM;
		qps[i] = qp;
	}
	return GNIC_STATUS_OK;
}

/* Frames would be hashed to choose among them. */
static bool esw_rss_spreads(struct qp *const *qps, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++)
		if (qps[i] != qps[0])
			return true;
	return false;
}

static void esw_rss_types(struct esw_rss *rss, uint16_t types)
{
	static const uint16_t ports[GNIC_RSS_FLOWS] = {
		[GNIC_RSS_FLOW_TCP4] = GNIC_RSS_L4_TCP4, [GNIC_RSS_FLOW_UDP4] = GNIC_RSS_L4_UDP4,
		[GNIC_RSS_FLOW_TCP6] = GNIC_RSS_L4_TCP6, [GNIC_RSS_FLOW_UDP6] = GNIC_RSS_L4_UDP6,
	};

	for (unsigned int i = 0; i < GNIC_RSS_FLOWS; i++)
		rss->fields[i] = ESW_RSS_ADDRS | (types & ports[i] ? ESW_RSS_PORTS : 0);
}

static struct esw_rss *esw_rss_of_qps(struct esw_vport *v, const struct gnic_hw_rss *in,
				      struct qp *const *qps)
{
	uint32_t len = le32_to_cpu(in->len);
	struct esw_rss *rss = esw_rss_alloc(v, len, in->key, sizeof(in->key));

	if (!rss)
		return NULL;
	esw_rss_types(rss, le16_to_cpu(in->types));
	rss->qps = calloc(len, sizeof(rss->qps[0]));
	if (!rss->qps) {
		esw_rss_put(rss);
		return NULL;
	}
	memcpy(rss->qps, qps, sizeof(qps[0]) * len);
	return rss;
}

/* What waits in a queue for more of its flow goes up before another queue gets that. */
static void esw_rss_settle(struct vport *vport)
{
	for (uint32_t i = 0; vport->esw->queues && i < GNIC_VPORT_QUEUES_MAX; i++) {
		if (vport->esw->queues[i])
			rxe_gro_flush(vport->esw->queues[i]);
	}
}

enum gnic_hw_status esw_cmd_rss_set(struct card *card, const struct gnic_hw_rss *in)
{
	struct vport *vport = esw_vport(card, le16_to_cpu(in->vport));
	enum gnic_hw_status status = esw_rss_check(vport, in);
	struct qp *qps[GNIC_RSS_TABLE_LEN];

	if (!status)
		status = esw_rss_qps(vport, in->side, in->table, le32_to_cpu(in->len), qps);
	if (!status && !card_can(card, GNIC_CAP_RSS) && esw_rss_spreads(qps, le32_to_cpu(in->len)))
		status = GNIC_STATUS_UNSUPPORTED;
	if (status)
		return status;
	esw_rss_settle(vport);
	if (!in->len) {
		esw_rss_del(vport->esw, in->side, in->context);
		return GNIC_STATUS_OK;
	}
	return esw_rss_add(vport->esw, in->side, in->context,
			   esw_rss_of_qps(vport->esw, in, qps));
}

/* ---- numbered queues ---- */

enum gnic_hw_status esw_cmd_vport_queues(struct card *card, const struct gnic_hw_vport_queues *in)
{
	struct vport *vport = esw_vport(card, le16_to_cpu(in->vport));
	struct qp *qps[GNIC_VPORT_QUEUES_MAX] = { NULL };
	uint32_t count = le16_to_cpu(in->count);
	enum gnic_hw_status status;

	if (!vport)
		return GNIC_STATUS_NOT_FOUND;
	if (count > GNIC_VPORT_QUEUES_MAX || in->rsvd)
		return GNIC_STATUS_BAD_PARAM;
	status = esw_rss_qps(vport, GNIC_SIDE_HOST, in->qpn, count, qps);
	if (status)
		return status;
	esw_rss_settle(vport);
	if (!vport->esw->queues)
		vport->esw->queues = malloc(sizeof(qps));
	if (!vport->esw->queues)
		return GNIC_STATUS_NO_RESOURCE;
	memcpy(vport->esw->queues, qps, sizeof(qps));
	return GNIC_STATUS_OK;
}

/* ---- contexts of queues ---- */

/* Fields that there are; with a transform pairs, or a packet and its answer differ. */
static bool esw_rss_fields_ok(const struct gnic_hw_rss_context *in, unsigned int flow)
{
	bool ports = flow % GNIC_RSS_FLOW_IP6 != GNIC_RSS_FLOW_IP4;
	uint8_t can = ESW_RSS_ADDRS | (ports ? ESW_RSS_PORTS : 0) |
		      (flow >= GNIC_RSS_FLOW_IP6 ? GNIC_RSS_FIELD_LABEL : 0);
	uint8_t addrs = in->fields[flow] & ESW_RSS_ADDRS, l4 = in->fields[flow] & ESW_RSS_PORTS;

	if (in->fields[flow] & ~can)
		return false;
	return !in->xfrm || ((!addrs || addrs == ESW_RSS_ADDRS) &&
			     (!l4 || l4 == ESW_RSS_PORTS) &&
			     !(in->fields[flow] & GNIC_RSS_FIELD_LABEL));
}

static enum gnic_hw_status esw_context_check(const struct gnic_hw_rss_context *in)
{
	uint32_t len = le32_to_cpu(in->len);

	/* the transformed pairs of an exclusive or would be nothing */
	if (in->func > GNIC_RSS_CRC32 || (in->func == GNIC_RSS_XOR && in->xfrm))
		return GNIC_STATUS_UNSUPPORTED;
	if (in->context >= GNIC_RSS_CONTEXTS || len > GNIC_RSS_QUEUES_TABLE_LEN ||
	    len & (len - 1) || in->xfrm > GNIC_RSS_XFRM_SYM_OR_XOR || in->rsvd[0] ||
	    in->rsvd[1] || in->rsvd[2])
		return GNIC_STATUS_BAD_PARAM;
	for (unsigned int flow = 0; flow < GNIC_RSS_FLOWS; flow++)
		if (!esw_rss_fields_ok(in, flow))
			return GNIC_STATUS_BAD_PARAM;
	for (uint32_t i = 0; i < len; i++)
		if (le16_to_cpu(in->queue[i]) >= GNIC_VPORT_QUEUES_MAX)
			return GNIC_STATUS_BAD_PARAM;
	return GNIC_STATUS_OK;
}

static struct esw_rss *esw_rss_of_queues(struct esw_vport *v, const struct gnic_hw_rss_context *in)
{
	uint32_t len = le32_to_cpu(in->len);
	struct esw_rss *rss = esw_rss_alloc(v, len, in->key, sizeof(in->key));

	if (!rss)
		return NULL;
	rss->func = in->func;
	rss->xfrm = in->xfrm;
	memcpy(rss->fields, in->fields, sizeof(rss->fields));
	rss->queues = calloc(len, sizeof(rss->queues[0]));
	if (!rss->queues) {
		esw_rss_put(rss);
		return NULL;
	}
	for (uint32_t i = 0; i < len; i++)
		rss->queues[i] = le16_to_cpu(in->queue[i]);
	return rss;
}

enum gnic_hw_status esw_cmd_rss_context(struct card *card, const struct gnic_hw_rss_context *in)
{
	struct vport *vport = esw_vport(card, le16_to_cpu(in->vport));
	enum gnic_hw_status status = esw_context_check(in);

	if (!vport)
		return GNIC_STATUS_NOT_FOUND;
	if (status)
		return status;
	esw_rss_settle(vport);
	if (!in->len) {
		esw_rss_del(vport->esw, GNIC_SIDE_HOST, in->context);
		return GNIC_STATUS_OK;
	}
	return esw_rss_add(vport->esw, GNIC_SIDE_HOST, in->context,
			   esw_rss_of_queues(vport->esw, in));
}
