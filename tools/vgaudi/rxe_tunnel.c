// SPDX-License-Identifier: GPL-2.0-only
/* Block RXE: a look into UDP tunnels that the driver has named, and into IP in IP. */
#include "frame.h"
#include "parse.h"
#include "rxe.h"

#define TUNNEL_LEN		8u	/* of the header that all kinds have */
#define VXLAN_FLAG_VNI		0x08
#define VXLAN_FLAG_NEXT		0x04
#define GENEVE_OPTIONS		0x3f	/* words */

/* Where the inner packet begins, and what it is. */
struct tunnel_inner {
	uint32_t at;
	uint16_t type;
};

static bool tunnel_vxlan(const uint8_t *hdr, struct tunnel_inner *inner)
{
	inner->type = ETH_TYPE_TEB;
	return hdr[0] & VXLAN_FLAG_VNI;
}

static bool tunnel_vxlan_gpe(const uint8_t *hdr, struct tunnel_inner *inner)
{
	static const uint16_t types[] = { 0, ETH_TYPE_IPV4, ETH_TYPE_IPV6, ETH_TYPE_TEB };

	if (!(hdr[0] & VXLAN_FLAG_NEXT) || hdr[3] >= sizeof(types) / sizeof(types[0]))
		return false;
	inner->type = types[hdr[3]];
	return true;
}

static bool tunnel_geneve(const uint8_t *hdr, struct tunnel_inner *inner)
{
	inner->type = frame_be16(hdr + 2);
	inner->at += (hdr[0] & GENEVE_OPTIONS) * 4u;
	return hdr[0] >> 6 == 0;
}

static bool (*const tunnel_kinds[])(const uint8_t *hdr, struct tunnel_inner *inner) = {
	[GNIC_TUNNEL_VXLAN]	= tunnel_vxlan,
	[GNIC_TUNNEL_VXLAN_GPE]	= tunnel_vxlan_gpe,
	[GNIC_TUNNEL_GENEVE]	= tunnel_geneve,
};

static uint8_t tunnel_type(const struct vport *vport, uint16_t port)
{
	for (unsigned int i = 0; i < vport->tunnels; i++)
		if (le16_to_cpu(vport->tunnel[i].port) == port)
			return vport->tunnel[i].type;
	return GNIC_TUNNEL_NONE;
}

/* Headers that are not among the bytes at hand are not looked at. */
static bool tunnel_parse(const struct frame *frame, const struct tunnel_inner *at,
			 struct parsed *inner)
{
	if (at->type == ETH_TYPE_TEB) {
		if (!parse_eth(frame, inner, at->at))
			return false;
	} else {
		*inner = (struct parsed){ .l2_len = (uint16_t)at->at, .eth_type = at->type };
	}
	parse_l3(frame, inner);
	return !inner->bad &&
	       (inner->l4 == GNIC_CQE_L4_TCP || inner->l4 == GNIC_CQE_L4_UDP);
}

bool rxe_tunnel(const struct vport *vport, const struct frame *frame, struct parsed *inner)
{
	const struct parsed *p = &frame->parsed;
	const uint8_t *udp = frame->hdr + p->l4_off;
	struct tunnel_inner at = { .at = p->payload_off + TUNNEL_LEN };
	uint8_t type;

	if (!vport->tunnels || p->bad || p->l4 != GNIC_CQE_L4_UDP || at.at > frame->hdr_len)
		return false;
	type = tunnel_type(vport, frame_be16(udp + 2));
	if (!type || !tunnel_kinds[type](udp + UDP_LEN, &at) || !tunnel_parse(frame, &at, inner))
		return false;
	return inner->l3_end <= p->l4_off + frame_be16(udp + 4);
}

bool rxe_ipip(const struct frame *frame, struct parsed *inner)
{
	const struct parsed *p = &frame->parsed;

	if (!p->l3 || p->bad || p->fragment ||
	    (p->ip_proto != IP_PROTO_IPV4 && p->ip_proto != IP_PROTO_IPV6))
		return false;
	*inner = (struct parsed){
		.l2_len = p->l4_off,
		.eth_type = p->ip_proto == IP_PROTO_IPV4 ? ETH_TYPE_IPV4 : ETH_TYPE_IPV6,
	};
	parse_l3(frame, inner);
	inner->bad |= !inner->l3 || inner->l3_end > p->l3_end;
	return true;
}
