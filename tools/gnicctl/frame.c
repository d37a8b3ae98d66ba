// SPDX-License-Identifier: GPL-2.0-only
/* Ethernet, up to two tags, IPv4 or IPv6 without extension headers, UDP. */
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <string.h>

#include "frame.h"

#define FRAME_TAG	4

static uint16_t frame_u16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

/* Length of the header in front of L4, 0 if that is not UDP. */
static size_t frame_ipv4(const uint8_t *p, size_t len)
{
	size_t header = (p[0] & 0xf) * 4;

	if (len < sizeof(struct iphdr) || header < sizeof(struct iphdr) || len < header)
		return 0;
	if (frame_u16(p + 6) & 0x3fff)	/* a fragment */
		return 0;
	return p[9] == IPPROTO_UDP ? header : 0;
}

static size_t frame_ipv6(const uint8_t *p, size_t len)
{
	if (len < sizeof(struct ip6_hdr) || p[6] != IPPROTO_UDP)
		return 0;
	return sizeof(struct ip6_hdr);
}

static size_t frame_ip(uint16_t type, const uint8_t *p, size_t len)
{
	if (!len)
		return 0;
	if (type == ETH_P_IP)
		return frame_ipv4(p, len);
	if (type == ETH_P_IPV6)
		return frame_ipv6(p, len);
	return 0;
}

static const uint8_t *frame_udp(const uint8_t *udp, size_t len, size_t *payload_len)
{
	size_t size;

	if (len < sizeof(struct udphdr))
		return NULL;
	size = frame_u16(udp + 4);
	if (size < sizeof(struct udphdr) || size > len)
		return NULL;
	*payload_len = size - sizeof(struct udphdr);
	return udp + sizeof(struct udphdr);
}

const uint8_t *frame_udp_payload(const uint8_t *frame, size_t len, size_t *payload_len)
{
	size_t at = ETH_HLEN, header;
	uint16_t type;

	if (len < ETH_HLEN)
		return NULL;
	type = frame_u16(frame + 12);
	while ((type == ETH_P_8021Q || type == ETH_P_8021AD) && at + FRAME_TAG <= len) {
		type = frame_u16(frame + at + 2);
		at += FRAME_TAG;
	}
	header = frame_ip(type, frame + at, len - at);
	if (!header)
		return NULL;
	return frame_udp(frame + at + header, len - at - header, payload_len);
}
