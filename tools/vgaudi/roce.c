// SPDX-License-Identifier: GPL-2.0-only
/*
 * RoCE v2: headers to and from bytes, and the invariant CRC.
 *
 * The ICRC covers what no router changes. Fields that one may change count as
 * all-ones, and eight bytes of ones stand for the InfiniBand local header that
 * RoCE does not have.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <string.h>
#include <zlib.h>

#include "hw/syndrome.h"
#include "roce.h"

#define ROCE_IP4_LEN		20u
#define ROCE_IP6_LEN		40u
#define ROCE_UDP_LEN		8u
#define ROCE_TAG_LEN		4u

#define ROCE_BTH_SE		0x80
#define ROCE_BTH_MIG		0x40
#define ROCE_BTH_PAD_SHIFT	4
#define ROCE_BTH_VERSION	0x0f
#define ROCE_BTH_BECN		0x40000000u	/* of the word with the QP */
#define ROCE_BTH_ACK_REQ	0x80000000u
#define ROCE_BTH_SELECTIVE	0x40000000u

/* ---- bytes and numbers, network order ---- */

static uint8_t *put8(uint8_t *p, uint8_t value)
{
	*p = value;
	return p + 1;
}

static uint8_t *put16(uint8_t *p, uint16_t value)
{
	value = htons(value);
	memcpy(p, &value, sizeof(value));
	return p + sizeof(value);
}

static uint8_t *put32(uint8_t *p, uint32_t value)
{
	value = htonl(value);
	memcpy(p, &value, sizeof(value));
	return p + sizeof(value);
}

static uint8_t *put64(uint8_t *p, uint64_t value)
{
	value = htobe64(value);
	memcpy(p, &value, sizeof(value));
	return p + sizeof(value);
}

static uint8_t *put_bytes(uint8_t *p, const void *bytes, uint32_t len)
{
	memcpy(p, bytes, len);
	return p + len;
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static uint64_t get64(const uint8_t *p)
{
	return (uint64_t)get32(p) << 32 | get32(p + 4);
}

/* ---- build ---- */

static uint8_t *build_eth(uint8_t *p, const struct roce_path *path)
{
	p = put_bytes(p, path->dst_mac, 6);
	p = put_bytes(p, path->src_mac, 6);
	if (path->vlan_tci) {
		p = put16(p, ETHERTYPE_VLAN);
		p = put16(p, path->vlan_tci);
	}
	return put16(p, path->ip_version == 6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
}

static uint16_t ip4_checksum(const uint8_t *ip)
{
	uint32_t sum = 0;

	for (unsigned int i = 0; i < ROCE_IP4_LEN; i += 2)
		sum += get16(ip + i);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static uint8_t *build_ip4(uint8_t *p, const struct roce_path *path, const uint8_t *src,
			  uint8_t proto, uint16_t len)
{
	uint8_t *ip = p;

	p = put8(p, 0x45);
	p = put8(p, path->tos);
	p = put16(p, (uint16_t)(ROCE_IP4_LEN + len));
	p = put16(p, 0);
	p = put16(p, 0x4000);	/* don't fragment */
	p = put8(p, path->hop_limit);
	p = put8(p, proto);
	p = put16(p, 0);
	p = put_bytes(p, src, 4);
	p = put_bytes(p, path->dst_ip, 4);
	put16(ip + 10, ip4_checksum(ip));
	return p;
}

static uint8_t *build_ip6(uint8_t *p, const struct roce_path *path, uint16_t udp_len)
{
	p = put32(p, 6u << 28 | (uint32_t)path->tos << 20);
	p = put16(p, udp_len);
	p = put8(p, IPPROTO_UDP);
	p = put8(p, path->hop_limit);
	p = put_bytes(p, path->src_ip, 16);
	return put_bytes(p, path->dst_ip, 16);
}

/* RoCE v2 sends no UDP checksum, over IPv6 neither: there is the ICRC. */
static uint8_t *build_udp(uint8_t *p, const struct roce_path *path, uint16_t port,
			  uint16_t udp_len)
{
	p = put16(p, path->udp_sport);
	p = put16(p, port);
	p = put16(p, udp_len);
	return put16(p, 0);
}

/* Around @len bytes of IPv4 packet. The outer source port spreads as the inner one does. */
static uint8_t *build_encap(uint8_t *p, const struct rc_packet *pkt, uint32_t len)
{
	const struct roce_encap *encap = pkt->encap;
	bool udp = encap->type == GNIC_ENCAP_UDP;

	len += encap->header_len + (udp ? ROCE_UDP_LEN : 0);
	p = build_ip4(p, pkt->path, encap->src_ip, udp ? IPPROTO_UDP : encap->proto,
		      (uint16_t)len);
	if (udp)
		p = build_udp(p, pkt->path, encap->udp_port, (uint16_t)len);
	return put_bytes(p, encap->header, encap->header_len);
}

static uint8_t *build_bth(uint8_t *p, const struct rc_packet *pkt)
{
	p = put8(p, pkt->opcode);
	p = put8(p, (uint8_t)((pkt->solicited ? ROCE_BTH_SE : 0) | ROCE_BTH_MIG |
			      roce_pad(pkt->payload) << ROCE_BTH_PAD_SHIFT));
	p = put16(p, ROCE_PKEY);
	p = put32(p, (roce_ops[pkt->opcode].flags & ROCE_OP_CNP ? ROCE_BTH_BECN : 0) |
		     (pkt->dst_qp & ROCE_PSN_MASK));
	return put32(p, (pkt->ack_req ? ROCE_BTH_ACK_REQ : 0) |
			(pkt->selective ? ROCE_BTH_SELECTIVE : 0) | (pkt->psn & ROCE_PSN_MASK));
}

static uint8_t *build_sack(uint8_t *p, const struct roce_sack *sack)
{
	p = put32(p, sack->cause & ROCE_PSN_MASK);
	for (unsigned int i = 0; i < ROCE_SACK_BITS / 64; i++)
		p = put64(p, sack->bits[i]);
	return p;
}

static uint8_t *build_rows(uint8_t *p, const struct rows *rows)
{
	for (unsigned int i = 0; i < ROWS_DIMS; i++)
		p = put32(p, rows->stride[i]);
	for (unsigned int i = 0; i < ROWS_DIMS; i++)
		p = put16(p, rows->count[i]);
	return put32(p, rows->row);
}

static uint8_t *build_ext(uint8_t *p, const struct rc_packet *pkt)
{
	uint16_t flags = roce_ops[pkt->opcode].flags;

	if (flags & ROCE_OP_RETH) {
		p = put64(p, pkt->va);
		p = put32(p, pkt->rkey);
		p = put32(p, pkt->dma_len);
	}
	if (flags & ROCE_OP_REDUCE)
		p = put32(p, pkt->reduction);
	if (flags & ROCE_OP_STRIDE)
		p = build_rows(p, &pkt->rows);
	if (flags & ROCE_OP_READ)
		p = put64(p, pkt->asker);
	if (flags & ROCE_OP_AETH)
		p = put32(p, (uint32_t)pkt->syndrome << 24 | (pkt->msn & ROCE_PSN_MASK));
	if (flags & ROCE_OP_SACK)
		p = build_sack(p, &pkt->sack);
	if (flags & ROCE_OP_CNP) {
		memset(p, 0, ROCE_CNP_LEN);
		p += ROCE_CNP_LEN;
	}
	if (flags & ROCE_OP_IMM)
		p = put32(p, pkt->imm);
	if (flags & ROCE_OP_SOB)
		p = put32(p, pkt->sob);
	return p;
}

uint32_t roce_build(const struct rc_packet *pkt, uint8_t *hdr)
{
	const struct roce_path *path = pkt->path;
	uint32_t udp = roce_frame_len(pkt) - roce_path_len(path) - roce_encap_len(pkt->encap) +
		       ROCE_UDP_LEN;
	uint8_t *p = build_eth(hdr, path);

	if (pkt->encap)
		p = build_encap(p, pkt, ROCE_IP4_LEN + udp);
	if (path->ip_version == 6)
		p = build_ip6(p, path, (uint16_t)udp);
	else
		p = build_ip4(p, path, path->src_ip, IPPROTO_UDP, (uint16_t)udp);
	p = build_udp(p, path, GNIC_ROCE_UDP_PORT, (uint16_t)udp);
	p = build_bth(p, pkt);
	p = build_ext(p, pkt);
	return (uint32_t)(p - hdr);
}

/* ---- ICRC ---- */

#define ROCE_L3_MAX		(ROCE_IP6_LEN + ROCE_UDP_LEN + ROCE_BTH_LEN)

static void mask_ip4(uint8_t *ip)
{
	ip[1] = 0xff;		/* TOS */
	ip[8] = 0xff;		/* TTL */
	ip[10] = 0xff;		/* checksum */
	ip[11] = 0xff;
}

static void mask_ip6(uint8_t *ip)
{
	ip[0] |= 0x0f;		/* traffic class, flow label */
	ip[1] = 0xff;
	ip[2] = 0xff;
	ip[3] = 0xff;
	ip[7] = 0xff;		/* hop limit */
}

uint32_t roce_icrc_add(uint32_t icrc, const void *data, uint32_t len)
{
	return (uint32_t)crc32(icrc, data, len);
}

uint32_t roce_icrc_headers(const uint8_t *l3, uint32_t len)
{
	static const uint8_t lrh[8] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	uint32_t ip_len = l3[0] >> 4 == 6 ? ROCE_IP6_LEN : ROCE_IP4_LEN;
	uint32_t masked_len = ip_len + ROCE_UDP_LEN + ROCE_BTH_LEN;
	uint8_t masked[ROCE_L3_MAX], *udp = masked + ip_len;
	uint32_t icrc;

	memcpy(masked, l3, masked_len);
	if (ip_len == ROCE_IP6_LEN)
		mask_ip6(masked);
	else
		mask_ip4(masked);
	udp[6] = 0xff;		/* checksum */
	udp[7] = 0xff;
	udp[ROCE_UDP_LEN + 4] = 0xff;	/* BTH: congestion bits and reserved */
	icrc = roce_icrc_add(0, lrh, sizeof(lrh));
	icrc = roce_icrc_add(icrc, masked, masked_len);
	return roce_icrc_add(icrc, l3 + masked_len, len - masked_len);
}

static uint8_t *flatten_payload(uint8_t *p, const struct iovec *iov, int iovs, uint32_t len)
{
	for (int i = 0; i < iovs && len; i++) {
		uint32_t n = iov[i].iov_len < len ? (uint32_t)iov[i].iov_len : len;

		p = put_bytes(p, iov[i].iov_base, n);
		len -= n;
	}
	/* shorter than announced: never what happened to be there */
	memset(p, 0, len);
	return p + len;
}

uint32_t roce_flatten(const struct rc_packet *pkt, const struct iovec *iov, int iovs,
		      uint8_t *dst, uint32_t room)
{
	uint32_t len = roce_frame_len(pkt);
	uint32_t l3 = 14 + (pkt->path->vlan_tci ? ROCE_TAG_LEN : 0) + roce_encap_len(pkt->encap);
	uint32_t pad = roce_pad(pkt->payload), icrc;
	uint8_t *p;

	if (room < len)
		return 0;
	p = dst + roce_build(pkt, dst);
	p = flatten_payload(p, iov, iovs, pkt->payload);
	memset(p, 0, pad);
	p += pad;
	/* over the copy: the memory behind @iov may change at any time */
	icrc = roce_icrc_headers(dst + l3, roce_hdr_len(pkt) - l3);
	icrc = roce_icrc_add(icrc, dst + roce_hdr_len(pkt), pkt->payload + pad);
	icrc = pkt->path->icrc_swapped ? htobe32(icrc) : htole32(icrc);
	memcpy(p, &icrc, sizeof(icrc));
	return len;
}

/* ---- parse ---- */

/* Returns the offset of the IP header, 0 if there is none. */
static uint32_t parse_eth(const uint8_t *hdr, uint32_t hdr_len, struct roce_path *path)
{
	uint32_t off = 12;

	path->vlan_tci = 0;
	while (off + 6 <= hdr_len && off < 12 + 2 * ROCE_TAG_LEN &&
	       (get16(hdr + off) == ETHERTYPE_VLAN || get16(hdr + off) == 0x88a8)) {
		path->vlan_tci = get16(hdr + off + 2);
		off += ROCE_TAG_LEN;
	}
	if (off + 2 > hdr_len)
		return 0;
	memcpy(path->dst_mac, hdr, 6);
	memcpy(path->src_mac, hdr + 6, 6);
	switch (get16(hdr + off)) {
	case ETHERTYPE_IP:
		path->ip_version = 4;
		return off + 2;
	case ETHERTYPE_IPV6:
		path->ip_version = 6;
		return off + 2;
	}
	return 0;
}

/* These two return the bytes of the IP packet, 0 if it is none that RoCE sends. */
static uint32_t parse_ip4(const uint8_t *ip, struct roce_path *path)
{
	if (ip[0] != 0x45 || ip[9] != IPPROTO_UDP || get16(ip + 6) & 0x3fff)
		return 0;
	path->tos = ip[1];
	path->hop_limit = ip[8];
	memcpy(path->src_ip, ip + 12, 4);
	memcpy(path->dst_ip, ip + 16, 4);
	return get16(ip + 2);
}

static uint32_t parse_ip6(const uint8_t *ip, struct roce_path *path)
{
	if (ip[0] >> 4 != 6 || ip[6] != IPPROTO_UDP)
		return 0;
	path->tos = (uint8_t)(get16(ip) >> 4);
	path->hop_limit = ip[7];
	memcpy(path->src_ip, ip + 8, 16);
	memcpy(path->dst_ip, ip + 24, 16);
	return ROCE_IP6_LEN + get16(ip + 4);
}

static bool parse_udp(const uint8_t *udp, uint32_t room, struct roce_path *path)
{
	path->udp_sport = get16(udp);
	return get16(udp + 2) == GNIC_ROCE_UDP_PORT && get16(udp + 4) == room;
}

static void parse_sack(const uint8_t *p, struct roce_sack *sack)
{
	sack->cause = get32(p) & ROCE_PSN_MASK;
	for (unsigned int i = 0; i < ROCE_SACK_BITS / 64; i++)
		sack->bits[i] = get64(p + 4 + 8 * i);
}

static void parse_rows(const uint8_t *p, struct rows *rows)
{
	for (unsigned int i = 0; i < ROWS_DIMS; i++) {
		rows->stride[i] = get32(p + 4 * i);
		rows->count[i] = get16(p + 16 + 2 * i);
	}
	rows->row = get32(p + 24);
}

static void parse_ext(const uint8_t *p, struct rc_packet *pkt)
{
	uint16_t flags = roce_ops[pkt->opcode].flags;

	if (flags & ROCE_OP_RETH) {
		pkt->va = get64(p);
		pkt->rkey = get32(p + 8);
		pkt->dma_len = get32(p + 12);
		p += 16;
	}
	if (flags & ROCE_OP_REDUCE) {
		/* what does not fit is no reduction that there is */
		pkt->reduction = p[0] | p[1] ? UINT16_MAX : get16(p + 2);
		p += 4;
	}
	if (flags & ROCE_OP_STRIDE) {
		parse_rows(p, &pkt->rows);
		p += 28;
	}
	if (flags & ROCE_OP_READ) {
		pkt->asker = get64(p);
		p += 8;
	}
	if (flags & ROCE_OP_AETH) {
		pkt->syndrome = p[0];
		pkt->msn = get32(p) & ROCE_PSN_MASK;
		p += 4;
	}
	if (flags & ROCE_OP_SACK)
		parse_sack(p, &pkt->sack);
	if (flags & ROCE_OP_IMM) {
		pkt->imm = get32(p);
		p += 4;
	}
	if (flags & ROCE_OP_SOB)
		pkt->sob = get32(p);
}

/* @off: the BTH; the frame ends, but for the ICRC, at layout->end. */
static uint8_t parse_bth(const uint8_t *hdr, uint32_t hdr_len, uint32_t off,
			 struct rc_packet *pkt, struct roce_layout *layout)
{
	const uint8_t *bth = hdr + off;
	uint32_t pad = bth[1] >> ROCE_BTH_PAD_SHIFT & 3;

	if (bth[1] & ROCE_BTH_VERSION)
		return GNIC_SYND_RX_BAD_FORMAT;
	pkt->opcode = bth[0];
	if (!(roce_ops[pkt->opcode].flags & ROCE_OP_KNOWN))
		return GNIC_SYND_RX_BTH_OPCODE;
	layout->payload = off + ROCE_BTH_LEN + roce_ops[pkt->opcode].ext_len;
	if (layout->payload > hdr_len || layout->payload + pad > layout->end)
		return GNIC_SYND_RX_BAD_FORMAT;
	pkt->payload = layout->end - pad - layout->payload;
	pkt->solicited = bth[1] & ROCE_BTH_SE;
	pkt->dst_qp = get32(bth + 4) & ROCE_PSN_MASK;
	pkt->ack_req = get32(bth + 8) & ROCE_BTH_ACK_REQ;
	pkt->selective = get32(bth + 8) & ROCE_BTH_SELECTIVE;
	pkt->psn = get32(bth + 8) & ROCE_PSN_MASK;
	parse_ext(bth + ROCE_BTH_LEN, pkt);
	return 0;
}

/*
 * @outer: the outer IP header; @end: behind the frame, becomes behind the outer packet.
 * Returns where the inner packet is, 0: there is none of IPv4, or the outer headers are wrong.
 */
static uint32_t parse_encap(const uint8_t *hdr, uint32_t hdr_len, uint32_t outer,
			    const struct roce_encap *encap, uint32_t *end)
{
	uint32_t inner = outer + roce_encap_len(encap), len;
	const uint8_t *ip = hdr + outer;

	if (inner >= hdr_len || ip[0] != 0x45 || ip4_checksum(ip) || hdr[inner] >> 4 != 4)
		return 0;
	len = get16(ip + 2);
	if (outer + len > *end || outer + len < inner ||
	    (encap->type == GNIC_ENCAP_UDP && get16(ip + ROCE_IP4_LEN + 4) != len - ROCE_IP4_LEN))
		return 0;
	*end = outer + len;
	return inner;
}

/*
 * What a switch has marked is the outer header. False: the inner one says that nobody would
 * hear of it (RFC 6040).
 */
static bool parse_mark(uint8_t outer_tos, struct roce_path *path)
{
	if ((outer_tos & ROCE_TOS_ECN) != ROCE_TOS_CE)
		return true;
	if (!(path->tos & ROCE_TOS_ECN))
		return false;
	path->tos |= ROCE_TOS_CE;
	return true;
}

/* The IP header that RoCE is behind; 0: there is none. */
static uint32_t parse_outer(const uint8_t *hdr, uint32_t hdr_len, const struct roce_encap *encap,
			    struct roce_path *path, uint32_t *end)
{
	uint32_t l3 = parse_eth(hdr, hdr_len, path);

	if (!l3 || !encap)
		return l3;
	return path->ip_version == 4 ? parse_encap(hdr, hdr_len, l3, encap, end) : 0;
}

uint8_t roce_parse(const uint8_t *hdr, uint32_t hdr_len, uint32_t len,
		   const struct roce_encap *encap, struct roce_path *path,
		   struct rc_packet *pkt, struct roce_layout *layout)
{
	uint32_t end = len, l3 = parse_outer(hdr, hdr_len, encap, path, &end), ip_len, ip_hdr;

	if (!l3)
		return GNIC_SYND_RX_BAD_FORMAT;
	ip_hdr = path->ip_version == 6 ? ROCE_IP6_LEN : ROCE_IP4_LEN;
	if (l3 + ip_hdr + ROCE_UDP_LEN + ROCE_BTH_LEN > hdr_len)
		return GNIC_SYND_RX_BAD_FORMAT;
	ip_len = path->ip_version == 6 ? parse_ip6(hdr + l3, path) : parse_ip4(hdr + l3, path);
	if (ip_len < ip_hdr + ROCE_UDP_LEN + ROCE_BTH_LEN + ROCE_ICRC_LEN || ip_len > end - l3 ||
	    !parse_udp(hdr + l3 + ip_hdr, ip_len - ip_hdr, path))
		return GNIC_SYND_RX_BAD_FORMAT;
	if (encap && !parse_mark(hdr[l3 - roce_encap_len(encap) + 1], path))
		return GNIC_SYND_RX_BAD_FORMAT;
	*pkt = (struct rc_packet){ .path = path, .encap = encap };
	layout->l3 = l3;
	layout->end = l3 + ip_len - ROCE_ICRC_LEN;
	return parse_bth(hdr, hdr_len, l3 + ip_hdr + ROCE_UDP_LEN, pkt, layout);
}
