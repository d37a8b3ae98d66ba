// SPDX-License-Identifier: GPL-2.0-only
/* Block ESW: which tags the host side of a vport wants, and where it has tunnels. */
#include <string.h>

#include "blk_cmd.h"
#include "esw.h"
#include "frame.h"
#include "roce.h"

#define ESW_VLAN_FILTERS	(GNIC_VLAN_FILTER_CTAG | GNIC_VLAN_FILTER_STAG)
#define ESW_VLAN_FLAGS \
	(GNIC_VLAN_STRIP_CTAG | GNIC_VLAN_STRIP_STAG | ESW_VLAN_FILTERS)
#define ESW_VLAN_VID		(GNIC_VLAN_VIDS - 1)

static bool esw_vlan_has(const uint8_t *vids, uint32_t vid)
{
	return vids[vid / 8] >> vid % 8 & 1;
}

/* What is looked at is the outer tag. */
bool esw_vlan_wanted(const struct vport *vport, const struct frame *frame)
{
	const struct esw_vport *v = vport->esw;
	const struct parsed *p = &frame->parsed;
	uint32_t tci = frame->rc ? frame->rc->path->vlan_tci : p->vlan_tci;

	if (!(vport->vlan_flags & ESW_VLAN_FILTERS) || v->filter.promisc ||
	    !(frame->rc ? tci : p->tags))
		return true;
	if (!frame->rc && p->stag)
		return !(vport->vlan_flags & GNIC_VLAN_FILTER_STAG) ||
		       esw_vlan_has(v->stag, tci & ESW_VLAN_VID);
	return !(vport->vlan_flags & GNIC_VLAN_FILTER_CTAG) ||
	       esw_vlan_has(v->ctag, tci & ESW_VLAN_VID);
}

void esw_vlan_reset(struct vport *vport)
{
	vport->vlan_flags = GNIC_VLAN_STRIP_CTAG;
	vport->tunnels = 0;
}

enum gnic_hw_status esw_cmd_vlan_set(struct card *card, const struct gnic_hw_vlan *in)
{
	struct vport *vport = esw_vport(card, le16_to_cpu(in->vport));
	uint16_t flags = le16_to_cpu(in->flags);

	if (!vport)
		return GNIC_STATUS_NOT_FOUND;
	if (flags & ~ESW_VLAN_FLAGS || in->rsvd || (vport->function && flags & ESW_VLAN_FILTERS))
		return GNIC_STATUS_BAD_PARAM;
	vport->vlan_flags = flags;
	memcpy(vport->esw->ctag, in->ctag, sizeof(in->ctag));
	memcpy(vport->esw->stag, in->stag, sizeof(in->stag));
	return GNIC_STATUS_OK;
}

static bool esw_tunnel_ok(const struct gnic_hw_tunnel_port *entry)
{
	return entry->type <= GNIC_TUNNEL_GENEVE && !entry->rsvd && (entry->port || !entry->type);
}

enum gnic_hw_status esw_cmd_tunnel_set(struct card *card, const struct gnic_hw_tunnels *in)
{
	struct vport *vport = esw_vport(card, le16_to_cpu(in->vport));

	if (!vport)
		return GNIC_STATUS_NOT_FOUND;
	if (in->rsvd[0] | in->rsvd[1] | in->rsvd[2])
		return GNIC_STATUS_BAD_PARAM;
	for (unsigned int i = 0; i < GNIC_TUNNEL_PORTS_MAX; i++)
		if (!esw_tunnel_ok(&in->ports[i]))
			return GNIC_STATUS_BAD_PARAM;
	vport->tunnels = 0;
	for (unsigned int i = 0; i < GNIC_TUNNEL_PORTS_MAX; i++)
		if (in->ports[i].type)
			vport->tunnel[vport->tunnels++] = in->ports[i];
	return GNIC_STATUS_OK;
}
