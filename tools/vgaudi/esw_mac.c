// SPDX-License-Identifier: GPL-2.0-only
/* Block ESW: who has, and who wants, a destination address. */
#include "esw.h"
#include "frame.h"

#define ESW_MAC_MULTICAST	0x01	/* of the first byte */
#define ESW_MAC_BROADCAST	0xffffffffffffull

static struct vport **esw_mac_bucket(const struct esw *esw, uint64_t mac)
{
	uint64_t hash = mac * 0x9e3779b97f4a7c15ull;

	return (struct vport **)&esw->by_mac[hash >> 56 & (ESW_MAC_BUCKETS - 1)];
}

void esw_mac_add(struct esw *esw, struct vport *vport)
{
	uint64_t mac = frame_mac(vport->mac);
	struct vport **head = esw_mac_bucket(esw, mac);

	if (!vport->enabled || !mac)
		return;
	vport->esw->next = *head;
	vport->esw->hashed = true;
	esw->hashed++;
	*head = vport;
}

void esw_mac_del(struct esw *esw, struct vport *vport)
{
	struct vport **link = esw_mac_bucket(esw, frame_mac(vport->mac));

	if (!vport->esw->hashed)
		return;
	while (*link != vport)
		link = &(*link)->esw->next;
	*link = vport->esw->next;
	vport->esw->hashed = false;
	esw->hashed--;
}

struct vport *esw_mac_find(const struct esw *esw, const struct port *port, uint64_t mac)
{
	struct vport *vport = esw->hashed ? *esw_mac_bucket(esw, mac) : NULL;

	while (vport && (vport->port != port || frame_mac(vport->mac) != mac))
		vport = vport->esw->next;
	return vport;
}

bool esw_mac_wanted(const struct vport *vport, const uint8_t *bytes)
{
	const struct esw_filter *filter = &vport->esw->filter;
	uint64_t mac = frame_mac(bytes);

	if (filter->promisc || mac == ESW_MAC_BROADCAST ||
	    (filter->allmulti && bytes[0] & ESW_MAC_MULTICAST))
		return true;
	for (uint32_t i = 0; i < filter->count; i++)
		if (filter->mac[i] == mac)
			return true;
	return false;
}

enum gnic_hw_status esw_cmd_filter_set(struct card *card, const struct gnic_hw_filter *in)
{
	struct vport *vport = esw_vport(card, le16_to_cpu(in->vport));
	uint16_t flags = le16_to_cpu(in->flags);
	uint32_t count = le32_to_cpu(in->count);
	struct esw_filter *filter;

	if (!vport)
		return GNIC_STATUS_NOT_FOUND;
	if (vport->function || count > GNIC_FILTER_MACS_MAX ||
	    flags & ~(GNIC_FILTER_PROMISC | GNIC_FILTER_ALLMULTI))
		return GNIC_STATUS_BAD_PARAM;
	filter = &vport->esw->filter;
	filter->promisc = flags & GNIC_FILTER_PROMISC;
	filter->allmulti = flags & GNIC_FILTER_ALLMULTI;
	filter->count = count;
	for (uint32_t i = 0; i < count; i++)
		filter->mac[i] = frame_mac(in->mac[i]);
	return GNIC_STATUS_OK;
}
