// SPDX-License-Identifier: GPL-2.0-only
/* From a frame to the key that the steering table matches. */
#include <arpa/inet.h>

#include "flow_table.h"
#include "frame.h"
#include "parse.h"
#include "roce.h"

#define FLOW_TCP_FLAGS	0x0fff	/* of the word with the length of the header */

static void flow_key_l4_info(struct gnic_hw_flow_key *key, uint32_t info)
{
	key->l4_info[0] = (uint8_t)(info >> 16);
	frame_put_be16(&key->l4_info[1], (uint16_t)info);
}

static void flow_key_rc(struct gnic_hw_flow_key *key, const struct rc_packet *rc)
{
	const struct roce_path *path = rc->path;
	size_t addr_len = path->ip_version == 6 ? 16 : 4;

	memcpy(key->dmac, path->dst_mac, sizeof(key->dmac));
	memcpy(key->smac, path->src_mac, sizeof(key->smac));
	memcpy(key->src_ip, path->src_ip, addr_len);
	memcpy(key->dst_ip, path->dst_ip, addr_len);
	key->eth_type = htons(path->ip_version == 6 ? ETH_TYPE_IPV6 : ETH_TYPE_IPV4);
	key->vlan_tci = htons(path->vlan_tci);
	key->tags = !!path->vlan_tci;
	key->frame = key->tags ? GNIC_FLOW_FRAME_TAGGED : 0;
	key->ip_proto = IP_PROTO_UDP;
	key->ip_tos = path->tos;
	key->ip_ttl = path->hop_limit;
	key->l4_src = htons(path->udp_sport);
	key->l4_dst = htons(GNIC_ROCE_UDP_PORT);
	flow_key_l4_info(key, rc->dst_qp);
}

static void flow_key_l3(struct gnic_hw_flow_key *key, const struct frame *frame)
{
	const uint8_t *ip = frame->hdr + frame->parsed.l2_len;

	key->ip_proto = frame->parsed.ip_proto;
	if (frame->parsed.fragment)
		key->frame |= GNIC_FLOW_FRAME_FRAGMENT;
	if (frame->parsed.l3 == GNIC_CQE_L3_IPV4) {
		key->ip_tos = ip[1];
		key->ip_ttl = ip[8];
		memcpy(key->src_ip, ip + 12, 4);
		memcpy(key->dst_ip, ip + 16, 4);
	} else {
		key->ip_tos = (uint8_t)(frame_be16(ip) >> 4);
		key->ip_ttl = ip[7];
		memcpy(key->src_ip, ip + 8, 16);
		memcpy(key->dst_ip, ip + 24, 16);
	}
}

static void flow_key_l4(struct gnic_hw_flow_key *key, const struct frame *frame)
{
	const struct parsed *p = &frame->parsed;
	const uint8_t *l4 = frame->hdr + p->l4_off;

	if (!frame_has_l4(frame, 4))
		return;
	memcpy(&key->l4_src, l4, 2);
	memcpy(&key->l4_dst, l4 + 2, 2);
	if (p->roce)
		flow_key_l4_info(key, frame_be32(frame->hdr + p->payload_off + 4));
	else if (p->l4 == GNIC_CQE_L4_TCP)
		flow_key_l4_info(key, frame_be16(l4 + 12) & FLOW_TCP_FLAGS);
}

/* Of no protocol that is looked into. */
static void flow_key_payload(struct gnic_hw_flow_key *key, const struct frame *frame)
{
	uint32_t room = frame->hdr_len < frame->len ? frame->hdr_len : frame->len;
	uint32_t at = frame->parsed.l2_len;

	if (frame->parsed.eth_type == ETH_TYPE_IPV4 || frame->parsed.eth_type == ETH_TYPE_IPV6 ||
	    at >= room)
		return;
	room -= at;
	memcpy(key->payload, frame->hdr + at,
	       room < sizeof(key->payload) ? room : sizeof(key->payload));
}

/* All of them, whether what is behind them is looked at or not. */
static uint8_t flow_key_tags(const struct frame *frame)
{
	uint32_t room = frame->hdr_len < frame->len ? frame->hdr_len : frame->len;
	uint32_t at = frame->parsed.l2_len;
	uint16_t type = frame->parsed.eth_type;
	uint8_t tags = frame->parsed.tags;

	while ((type == ETH_TYPE_CTAG || type == ETH_TYPE_STAG) && at + VLAN_LEN <= room &&
	       tags < UINT8_MAX) {
		type = frame_be16(frame->hdr + at + 2);
		at += VLAN_LEN;
		tags++;
	}
	return tags;
}

/* What the switch sees of it are the outer headers. */
static void flow_key_encap(union flow_key *key, const struct frame *rc, uint16_t vport)
{
	uint8_t hdr[ROCE_HDR_MAX];
	struct frame frame = { .hdr = hdr, .hdr_len = roce_build(rc->rc, hdr), .len = rc->len };

	frame_parse(&frame);
	flow_key_frame(key, &frame, vport);
}

void flow_key_frame(union flow_key *key, const struct frame *frame, uint16_t vport)
{
	*key = (union flow_key){ 0 };
	key->hw.vport = cpu_to_le16(vport);
	if (frame->rc && frame->rc->encap) {
		flow_key_encap(key, frame, vport);
		return;
	}
	if (frame->rc) {
		flow_key_rc(&key->hw, frame->rc);
		return;
	}
	memcpy(key->hw.dmac, frame->hdr, ETH_ADDR_LEN);
	memcpy(key->hw.smac, frame->hdr + ETH_ADDR_LEN, ETH_ADDR_LEN);
	key->hw.eth_type = htons(frame->parsed.eth_type);
	key->hw.vlan_tci = htons(frame->parsed.vlan_tci);
	key->hw.tags = flow_key_tags(frame);
	if (key->hw.tags)
		key->hw.frame = GNIC_FLOW_FRAME_TAGGED;
	if (frame->parsed.l3)
		flow_key_l3(&key->hw, frame);
	else
		flow_key_payload(&key->hw, frame);
	flow_key_l4(&key->hw, frame);
}
