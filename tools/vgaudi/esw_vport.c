// SPDX-License-Identifier: GPL-2.0-only
/* Block ESW: life of the switch, and of the vports of functions. */
#include <stdlib.h>
#include <string.h>

#include "blk_cmd.h"
#include "esw.h"

/* ---- vports ---- */

static struct esw_vport *esw_vport_alloc(struct card *card, struct port *port, uint32_t id,
					 bool function)
{
	struct esw_vport *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->base.card = card;
	v->base.port = port;
	v->base.id = (uint16_t)id;
	v->base.function = function;
	v->base.enabled = !function;
	v->base.esw = v;
	esw_vlan_reset(&v->base);
	return v;
}

static void esw_vport_free(struct esw_vport *v)
{
	if (!v)
		return;
	esw_mac_del(v->base.card->esw, &v->base);
	esw_rss_free(&v->base);
	free(v);
}

struct vport *esw_vport(struct card *card, uint32_t id)
{
	struct esw_vport *v = NULL;

	if (card_port(card, id))
		v = card->esw->uplinks[id];
	else if (id - GNIC_VPORT_FUNCTION_FIRST < GNIC_VPORT_FUNCTIONS_MAX)
		v = card->esw->functions[id - GNIC_VPORT_FUNCTION_FIRST];
	return v ? &v->base : NULL;
}

/* GNIC_VPORT_FUNCTIONS_MAX: all are in use. */
static uint32_t esw_free_function(struct esw *esw)
{
	for (uint32_t i = 0; i < GNIC_VPORT_FUNCTIONS_MAX; i++) {
		uint32_t f = (esw->next_function + i) % GNIC_VPORT_FUNCTIONS_MAX;

		if (!esw->functions[f]) {
			esw->next_function = f + 1;
			return f;
		}
	}
	return GNIC_VPORT_FUNCTIONS_MAX;
}

enum gnic_hw_status esw_cmd_vport_create(struct card *card, const struct gnic_hw_vport_create *in,
					 struct gnic_hw_id *out)
{
	struct port *port = card_port(card, in->port);
	uint32_t f;

	if (!port)
		return GNIC_STATUS_BAD_PARAM;
	f = esw_free_function(card->esw);
	if (f == GNIC_VPORT_FUNCTIONS_MAX)
		return GNIC_STATUS_NO_RESOURCE;
	card->esw->functions[f] = esw_vport_alloc(card, port, GNIC_VPORT_FUNCTION_FIRST + f, true);
	if (!card->esw->functions[f])
		return GNIC_STATUS_NO_RESOURCE;
	out->id = cpu_to_le32(GNIC_VPORT_FUNCTION_FIRST + f);
	return GNIC_STATUS_OK;
}

/* NOT_FOUND, or BAD_PARAM for an uplink, which is not made by commands. */
static enum gnic_hw_status esw_function(struct card *card, uint32_t id, struct vport **out)
{
	*out = esw_vport(card, id);
	if (!*out)
		return GNIC_STATUS_NOT_FOUND;
	return (*out)->function ? GNIC_STATUS_OK : GNIC_STATUS_BAD_PARAM;
}

enum gnic_hw_status esw_cmd_vport_destroy(struct card *card, const struct gnic_hw_id *in)
{
	struct vport *vport;
	enum gnic_hw_status status = esw_function(card, le32_to_cpu(in->id), &vport);

	if (status)
		return status;
	if (vport->users || vport->esw->rules)
		return GNIC_STATUS_BUSY;
	card->esw->functions[vport->id - GNIC_VPORT_FUNCTION_FIRST] = NULL;
	esw_vport_free(vport->esw);
	return GNIC_STATUS_OK;
}

/* An address leads to one function; that of a disabled one leads nowhere. */
static bool esw_mac_taken(struct card *card, const struct vport *vport, const uint8_t *mac)
{
	for (uint32_t f = 0; f < GNIC_VPORT_FUNCTIONS_MAX; f++) {
		const struct esw_vport *v = card->esw->functions[f];

		if (v && &v->base != vport && v->hashed && v->base.port == vport->port &&
		    !memcmp(v->base.mac, mac, sizeof(v->base.mac)))
			return true;
	}
	return false;
}

enum gnic_hw_status esw_cmd_vport_set(struct card *card, const struct gnic_hw_vport_set *in)
{
	struct vport *vport;
	enum gnic_hw_status status = esw_function(card, le16_to_cpu(in->vport), &vport);

	if (status)
		return status;
	if (in->enable > 1 || in->mac[0] & 1)
		return GNIC_STATUS_BAD_PARAM;
	if (in->enable && esw_mac_taken(card, vport, in->mac))
		return GNIC_STATUS_EXISTS;
	esw_mac_del(card->esw, vport);
	vport->enabled = in->enable;
	memcpy(vport->mac, in->mac, sizeof(vport->mac));
	esw_mac_add(card->esw, vport);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status esw_cmd_vport_stats(struct card *card, const struct gnic_hw_id *in,
					struct gnic_hw_vport_stats *out)
{
	struct vport *vport = esw_vport(card, le32_to_cpu(in->id));

	if (!vport)
		return GNIC_STATUS_NOT_FOUND;
	cmd_put_stats(out, &vport->stats, sizeof(*out));
	return GNIC_STATUS_OK;
}

bool esw_port_used(const struct port *port)
{
	if (port->uplink->esw->rules)
		return true;
	for (uint32_t f = 0; f < GNIC_VPORT_FUNCTIONS_MAX; f++)
		if (port->card->esw->functions[f] &&
		    port->card->esw->functions[f]->base.port == port)
			return true;
	return false;
}

/* ---- QPs ---- */

void esw_qp_gone(struct qp *qp)
{
	if (qp->type != GNIC_QP_RAW)
		return;
	esw_rss_replace(qp->vport, qp, NULL);
	esw_flow_replace(qp, NULL);
}

static bool esw_qp_receives(const struct qp *qp)
{
	return qp->type == GNIC_QP_RAW && qp->rq.present;
}

enum gnic_hw_status esw_cmd_qp_move(struct card *card, const struct gnic_hw_qp_move *in)
{
	struct port *port = card_port(card, le32_to_cpu(in->port));
	struct qp *from, *to;

	if (!port || in->rsvd)
		return GNIC_STATUS_BAD_PARAM;
	from = qp_get(port, le32_to_cpu(in->from));
	to = qp_get(port, le32_to_cpu(in->to));
	if (!from || !to)
		return GNIC_STATUS_NOT_FOUND;
	if (!esw_qp_receives(from) || !esw_qp_receives(to) || from->vport != to->vport ||
	    from->side != to->side)
		return GNIC_STATUS_BAD_PARAM;
	rxe_gro_flush(from);
	rxe_wait_move(from, to);
	esw_rss_replace(from->vport, from, to);
	esw_flow_replace(from, to);
	return GNIC_STATUS_OK;
}

/* ---- the switch ---- */

static bool esw_uplinks_create(struct card *card, struct esw *esw)
{
	for (unsigned int i = 0; i < GNIC_PORT_IDS; i++) {
		if (i % GNIC_PORTS_MAX >= card->config.ports)
			continue;
		esw->uplinks[i] = esw_vport_alloc(card, &card->ports[i], GNIC_VPORT_UPLINK(i),
						  false);
		if (!esw->uplinks[i])
			return false;
		card->ports[i].uplink = &esw->uplinks[i]->base;
	}
	return true;
}

struct esw *esw_create(struct card *card)
{
	struct esw *esw = calloc(1, sizeof(*esw));

	if (!esw)
		return NULL;
	card->esw = esw;
	esw->flows = flow_create();
	if (!esw->flows || !esw_uplinks_create(card, esw)) {
		esw_destroy(card);
		return NULL;
	}
	return esw;
}

void esw_uplink_reset(struct port *port)
{
	struct vport *vport = port->uplink;

	if (!vport)
		return;
	esw_rss_free(vport);
	esw_vlan_reset(vport);
	memset(&vport->esw->filter, 0, sizeof(vport->esw->filter));
	memset(&vport->stats, 0, sizeof(vport->stats));
}

void esw_reset(struct card *card)
{
	struct esw *esw = card->esw;

	esw_flow_flush(card);
	for (uint32_t f = 0; f < GNIC_VPORT_FUNCTIONS_MAX; f++) {
		esw_vport_free(esw->functions[f]);
		esw->functions[f] = NULL;
	}
	for (unsigned int i = 0; i < GNIC_PORT_IDS; i++)
		esw_uplink_reset(&card->ports[i]);
}

void esw_destroy(struct card *card)
{
	struct esw *esw = card->esw;

	if (!esw)
		return;
	if (esw->flows)
		esw_reset(card);
	for (unsigned int i = 0; i < GNIC_PORT_IDS; i++) {
		esw_vport_free(esw->uplinks[i]);
		card->ports[i].uplink = NULL;
	}
	flow_destroy(esw->flows);
	free(esw);
	card->esw = NULL;
}
