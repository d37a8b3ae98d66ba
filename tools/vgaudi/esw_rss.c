// SPDX-License-Identifier: GPL-2.0-only
/* Block ESW: receive side scaling. */
#include <stdlib.h>
#include <string.h>

#include "esw.h"
#include "frame.h"
#include "parse.h"

#define ESW_RSS_TYPES \
	(GNIC_RSS_L4_TCP4 | GNIC_RSS_L4_UDP4 | GNIC_RSS_L4_TCP6 | GNIC_RSS_L4_UDP6)

/* By enum gnic_hw_cqe_l3 and enum gnic_hw_cqe_l4: the type that asks for ports. */
static const uint16_t esw_rss_l4_type[3][4] = {
	[GNIC_CQE_L3_IPV4] = {
		[GNIC_CQE_L4_TCP] = GNIC_RSS_L4_TCP4, [GNIC_CQE_L4_UDP] = GNIC_RSS_L4_UDP4,
	},
	[GNIC_CQE_L3_IPV6] = {
		[GNIC_CQE_L4_TCP] = GNIC_RSS_L4_TCP6, [GNIC_CQE_L4_UDP] = GNIC_RSS_L4_UDP6,
	},
};

/* The input is the addresses, then the ports, as they stand in the headers. */
static uint8_t esw_rss_hash(const struct esw_rss *rss, const struct frame *frame, uint32_t *hash)
{
	const struct parsed *p = &frame->parsed;
	const uint8_t *ip = frame->hdr + p->l2_len;
	unsigned int len = 8;

	*hash = 0;
	if (!p->l3)
		return GNIC_CQE_HASH_NONE;
	if (p->l3 == GNIC_CQE_L3_IPV4) {
		*hash = toeplitz_bytes(rss->toeplitz, 0, ip + 12, 8);
	} else {
		len = 32;
		*hash = toeplitz_bytes(rss->toeplitz, 0, ip + 8, 32);
	}
	if (!(rss->types & esw_rss_l4_type[p->l3][p->l4]))
		return GNIC_CQE_HASH_L3;
	*hash ^= toeplitz_bytes(rss->toeplitz, len, frame->hdr + p->l4_off, 4);
	return GNIC_CQE_HASH_L4;
}

bool esw_rss_deliver(const struct esw_rss *rss, struct frame *frame, const uint32_t *mark)
{
	uint32_t hash;
	uint8_t type = esw_rss_hash(rss, frame, &hash);
	struct qp *qp = rss->qps[hash & (rss->len - 1)];

	return qp && rxe_receive(qp, frame, hash, type, mark);
}

/* ---- tables ---- */

void esw_rss_replace(struct vport *vport, const struct qp *from, struct qp *to)
{
	struct esw_rss **tables = vport->esw->rss[from->side];

	for (unsigned int c = 0; c < GNIC_RSS_CONTEXTS; c++)
		for (uint32_t i = 0; tables[c] && i < tables[c]->len; i++)
			if (tables[c]->qps[i] == from)
				tables[c]->qps[i] = to;
}

static void esw_rss_del(struct esw_rss **rss)
{
	if (*rss)
		toeplitz_put((*rss)->toeplitz);
	free(*rss);
	*rss = NULL;
}

void esw_rss_free(struct vport *vport)
{
	for (unsigned int side = 0; side < 2; side++)
		for (unsigned int c = 0; c < GNIC_RSS_CONTEXTS; c++)
			esw_rss_del(&vport->esw->rss[side][c]);
}

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

/* The QPs of the table, all there and of this side of the vport. */
static enum gnic_hw_status esw_rss_qps(const struct vport *vport, const struct gnic_hw_rss *in,
				       struct qp **qps)
{
	for (uint32_t i = 0; i < le32_to_cpu(in->len); i++) {
		struct qp *qp = qp_get(vport->port, le32_to_cpu(in->table[i]));

		if (!qp)
			return GNIC_STATUS_NOT_FOUND;
		if (qp->type != GNIC_QP_RAW || qp->vport != vport || qp->side != in->side ||
		    !qp->rq.present)
			return GNIC_STATUS_BAD_PARAM;
		qps[i] = qp;
	}
	return GNIC_STATUS_OK;
}

/* The key and the table of @rss anew; without memory nothing changes. */
static bool esw_rss_fill(struct esw *esw, struct esw_rss *rss, const struct gnic_hw_rss *in,
			 struct qp *const *qps)
{
	struct toeplitz *toeplitz = toeplitz_get(&esw->keys, in->key);

	if (!toeplitz)
		return false;
	toeplitz_put(rss->toeplitz);
	rss->toeplitz = toeplitz;
	rss->len = le32_to_cpu(in->len);
	rss->types = le16_to_cpu(in->types);
	memcpy(rss->qps, qps, sizeof(qps[0]) * rss->len);
	return true;
}

enum gnic_hw_status esw_cmd_rss_set(struct card *card, const struct gnic_hw_rss *in)
{
	struct vport *vport = esw_vport(card, le16_to_cpu(in->vport));
	enum gnic_hw_status status = esw_rss_check(vport, in);
	struct qp *qps[GNIC_RSS_TABLE_LEN];
	struct esw_rss **slot, *rss;

	if (!status)
		status = esw_rss_qps(vport, in, qps);
	if (status)
		return status;
	slot = &vport->esw->rss[in->side][in->context];
	if (!in->len) {
		esw_rss_del(slot);
		return GNIC_STATUS_OK;
	}
	rss = *slot ? *slot : calloc(1, sizeof(*rss));
	if (rss && esw_rss_fill(card->esw, rss, in, qps)) {
		*slot = rss;
		return GNIC_STATUS_OK;
	}
	if (!*slot)
		free(rss);
	return GNIC_STATUS_NO_RESOURCE;
}
