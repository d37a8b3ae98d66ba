// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the headers of a frame are. Nothing is believed: a header counts if it
 * lies within the bytes at hand, and a length if it fits what is around it.
 */
#include "frame.h"
#include "hw/cmd.h"
#include "parse.h"

#define PARSE_EXT_MAX	8	/* IPv6 extension headers that are skipped */

/* Bytes that a header may use: they are here, and in the frame. */
static uint32_t parse_room(const struct frame *frame)
{
	return frame->hdr_len < frame->len ? frame->hdr_len : frame->len;
}

bool parse_eth(const struct frame *frame, struct parsed *p, uint32_t at)
{
	uint32_t room = parse_room(frame);

	*p = (struct parsed){ .l2_len = (uint16_t)(at + ETH_LEN) };
	if (room < at + ETH_LEN)
		return false;
	p->eth_type = frame_be16(frame->hdr + at + 12);
	while ((p->eth_type == ETH_TYPE_CTAG || p->eth_type == ETH_TYPE_STAG) &&
	       p->tags < PARSE_TAGS_MAX && p->l2_len + VLAN_LEN <= room) {
		if (!p->tags) {
			p->vlan_tci = frame_be16(frame->hdr + p->l2_len);
			p->stag = p->eth_type == ETH_TYPE_STAG;
		}
		p->eth_type = frame_be16(frame->hdr + p->l2_len + 2);
		p->l2_len += VLAN_LEN;
		p->tags++;
	}
	return true;
}

static void parse_tcp(const struct frame *frame, struct parsed *p, uint32_t room)
{
	uint32_t len;

	if (p->l4_off + TCP_LEN > room)
		return;
	len = (frame->hdr[p->l4_off + 12] >> 4) * 4;
	if (len < TCP_LEN || p->l4_off + len > p->l3_end) {
		p->bad = true;
		return;
	}
	if (p->l4_off + len > room)
		return;
	p->l4 = GNIC_CQE_L4_TCP;
	p->payload_off = p->l4_off + len;
}

static void parse_udp(const struct frame *frame, struct parsed *p, uint32_t room)
{
	const uint8_t *udp = frame->hdr + p->l4_off;
	uint32_t len;

	if (p->l4_off + UDP_LEN > room)
		return;
	len = frame_be16(udp + 4);
	if (len < UDP_LEN || p->l4_off + len > p->l3_end) {
		p->bad = true;
		return;
	}
	p->l4 = GNIC_CQE_L4_UDP;
	p->payload_off = p->l4_off + UDP_LEN;
	p->roce = frame_be16(udp + 2) == GNIC_ROCE_UDP_PORT && len >= UDP_LEN + BTH_LEN &&
		  p->payload_off + BTH_LEN <= room;
}

static void parse_l4(const struct frame *frame, struct parsed *p)
{
	uint32_t room = parse_room(frame);

	p->payload_off = p->l4_off;
	if (p->fragment)
		return;
	p->l4 = GNIC_CQE_L4_OTHER;
	/* what lies behind the IP packet is padding, no header */
	if (room > p->l3_end)
		room = p->l3_end;
	if (p->ip_proto == IP_PROTO_TCP)
		parse_tcp(frame, p, room);
	else if (p->ip_proto == IP_PROTO_UDP)
		parse_udp(frame, p, room);
}

static void parse_ipv4(const struct frame *frame, struct parsed *p)
{
	const uint8_t *ip = frame->hdr + p->l2_len;
	uint32_t len, total;

	if (p->l2_len + IPV4_LEN > parse_room(frame))
		return;
	len = (ip[0] & 15) * 4;
	total = frame_be16(ip + 2);
	if (ip[0] >> 4 != 4 || len < IPV4_LEN || total < len || p->l2_len + total > frame->len ||
	    p->l2_len + len > parse_room(frame)) {
		p->bad = true;
		return;
	}
	p->l3 = GNIC_CQE_L3_IPV4;
	p->l3_end = p->l2_len + total;
	p->ip_proto = ip[9];
	p->fragment = frame_be16(ip + 6) & IPV4_FRAGMENT;
	p->l4_off = p->l2_len + len;
	parse_l4(frame, p);
}

/* Bytes of the extension header at @ext, 0: what begins there is no such header. */
static uint32_t parse_ext_len(uint8_t proto, const uint8_t *ext)
{
	switch (proto) {
	case IP_PROTO_HOPOPTS:
	case IP_PROTO_ROUTING:
	case IP_PROTO_DSTOPTS:
		return (ext[1] + 1) * 8;
	case IP_PROTO_AH:
		return (ext[1] + 2) * 4;
	case IP_PROTO_FRAGMENT:
		return 8;
	default:
		return 0;
	}
}

/* Moves l4_off behind the extension headers; false if they do not fit. */
static bool parse_ipv6_ext(const struct frame *frame, struct parsed *p)
{
	uint32_t room = parse_room(frame), len;

	for (int i = 0; i < PARSE_EXT_MAX && !p->fragment; i++) {
		const uint8_t *ext = frame->hdr + p->l4_off;

		if (p->l4_off + 8u > room || p->l4_off + 8u > p->l3_end)
			return true;	/* whatever it is, it has no next */
		len = parse_ext_len(p->ip_proto, ext);
		if (!len)
			return true;
		if (p->l4_off + len > p->l3_end)
			return false;
		if (p->l4_off + len > room)
			return true;
		/* an offset, or more to come; neither: an atomic fragment is whole */
		if (p->ip_proto == IP_PROTO_FRAGMENT)
			p->fragment = frame_be16(ext + 2) & IPV6_FRAGMENT;
		p->rigid |= p->ip_proto == IP_PROTO_FRAGMENT || p->ip_proto == IP_PROTO_AH;
		p->ip_proto = ext[0];
		p->l4_off += len;
	}
	return true;
}

static void parse_ipv6(const struct frame *frame, struct parsed *p)
{
	const uint8_t *ip = frame->hdr + p->l2_len;

	if (p->l2_len + IPV6_LEN > parse_room(frame))
		return;
	p->l3_end = p->l2_len + IPV6_LEN + frame_be16(ip + 4);
	if (ip[0] >> 4 != 6 || p->l3_end > frame->len) {
		p->l3_end = 0;
		p->bad = true;
		return;
	}
	p->l3 = GNIC_CQE_L3_IPV6;
	p->ip_proto = ip[6];
	p->l4_off = p->l2_len + IPV6_LEN;
	if (parse_ipv6_ext(frame, p))
		parse_l4(frame, p);
	else
		p->bad = true;
}

void parse_l3(const struct frame *frame, struct parsed *p)
{
	if (p->eth_type == ETH_TYPE_IPV4)
		parse_ipv4(frame, p);
	else if (p->eth_type == ETH_TYPE_IPV6)
		parse_ipv6(frame, p);
}

void frame_parse(struct frame *frame)
{
	frame->is_parsed = true;
	if (parse_eth(frame, &frame->parsed, 0))
		parse_l3(frame, &frame->parsed);
}
