/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RoCE v2 as pure functions: headers, opcodes, the invariant CRC and cyclic
 * arithmetic. Nothing here knows a card.
 */
#ifndef VGAUDI_ROCE_H
#define VGAUDI_ROCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "hw/cmd.h"
#include "rows.h"

#define ROCE_PKEY		0xffff	/* the default partition, full member */
#define ROCE_ICRC_LEN		4u
#define ROCE_BTH_LEN		12u
#define ROCE_CNP_LEN		16u	/* reserved, behind the BTH */
#define ROCE_ENCAP_MAX		(20u + 8u + GNIC_ENCAP_HEADER_MAX)
/* Ethernet, two tags, encapsulation, IPv6, UDP, BTH, RETH, rows, immediate, sync object */
#define ROCE_HDR_MAX \
	(14u + 8u + ROCE_ENCAP_MAX + 40u + 8u + 12u + 16u + 28u + 4u + 4u)
#define ROCE_PAYLOAD_MAX	8192u

/* BTH opcodes of the reliable connection; the rest of the list is refused by name. */
enum roce_opcode {
	ROCE_SEND_FIRST		= 0x00,
	ROCE_SEND_MIDDLE	= 0x01,
	ROCE_SEND_LAST		= 0x02,
	ROCE_SEND_LAST_IMM	= 0x03,
	ROCE_SEND_ONLY		= 0x04,
	ROCE_SEND_ONLY_IMM	= 0x05,
	ROCE_WRITE_FIRST	= 0x06,
	ROCE_WRITE_MIDDLE	= 0x07,
	ROCE_WRITE_LAST		= 0x08,
	ROCE_WRITE_LAST_IMM	= 0x09,
	ROCE_WRITE_ONLY		= 0x0a,
	ROCE_WRITE_ONLY_IMM	= 0x0b,
	ROCE_READ_REQUEST	= 0x0c,
	ROCE_ACK		= 0x11,
	ROCE_CMP_SWAP		= 0x13,
	ROCE_FETCH_ADD		= 0x14,
	/* a congestion notification packet, of no transport */
	ROCE_CNP		= 0x81,
	/* of the range that is left to manufacturers: an ACK that says what is missing */
	ROCE_SELECTIVE_ACK	= 0xd1,
	/* and a WRITE that is a reduction */
	ROCE_REDUCE_FIRST	= 0xc6,
	ROCE_REDUCE_ONLY	= 0xca,
	ROCE_REDUCE_ONLY_IMM	= 0xcb,
	/* and a WRITE of rows */
	ROCE_STRIDE_FIRST	= 0xd6,
	ROCE_STRIDE_ONLY	= 0xda,
	ROCE_STRIDE_ONLY_IMM	= 0xdb,
	/* and a buffer for the WRITE that comes, or where to read for such a WRITE */
	ROCE_RDV_OFFER		= 0xdc,
	ROCE_RDV_READ		= 0xdd,
	/* and the last packets of messages that signal a sync object */
	ROCE_SEND_LAST_SOB	= 0xe2,
	ROCE_SEND_LAST_IMM_SOB	= 0xe3,
	ROCE_SEND_ONLY_SOB	= 0xe4,
	ROCE_SEND_ONLY_IMM_SOB	= 0xe5,
	ROCE_WRITE_LAST_SOB	= 0xe8,
	ROCE_WRITE_LAST_IMM_SOB	= 0xe9,
	ROCE_WRITE_ONLY_SOB	= 0xea,
	ROCE_WRITE_ONLY_IMM_SOB	= 0xeb,
	ROCE_REDUCE_ONLY_SOB	= 0xfa,
	ROCE_REDUCE_ONLY_IMM_SOB = 0xfb,
	ROCE_STRIDE_ONLY_SOB	= 0xde,
	ROCE_STRIDE_ONLY_IMM_SOB = 0xdf,
};

/* What an opcode means and which headers follow the BTH. */
#define ROCE_OP_KNOWN		0x01u
#define ROCE_OP_WRITE		0x02u
#define ROCE_OP_FIRST		0x04u	/* begins a message */
#define ROCE_OP_LAST		0x08u	/* ends a message */
#define ROCE_OP_RETH		0x10u
#define ROCE_OP_IMM		0x20u
#define ROCE_OP_AETH		0x40u
#define ROCE_OP_SEND		0x80u
#define ROCE_OP_REDUCE		0x100u	/* a word behind the RETH says how */
#define ROCE_OP_SACK		0x200u	/* behind the AETH: struct roce_sack */
#define ROCE_OP_SOB		0x400u	/* the last word says what becomes of a sync object */
#define ROCE_OP_STRIDE		0x800u	/* behind the RETH: struct rows */
#define ROCE_OP_RDV		0x1000u	/* an offer: nothing is placed */
#define ROCE_OP_READ		0x2000u	/* behind the RETH: an address of who asks */
#define ROCE_OP_CNP		0x4000u	/* behind the BTH nothing that says anything */

struct roce_op {
	uint16_t flags;
	uint8_t ext_len;	/* bytes between BTH and payload */
};

extern const struct roce_op roce_ops[256];

/* AETH syndrome */
#define ROCE_AETH_TYPE		0xe0u
#define ROCE_AETH_ACK		0x00u
#define ROCE_AETH_RNR		0x20u
#define ROCE_AETH_NAK		0x60u
#define ROCE_AETH_NO_CREDITS	0x1fu	/* in an ACK: end-to-end credits are not used */
enum roce_nak {
	ROCE_NAK_PSN		= 0x60,
	ROCE_NAK_REQUEST	= 0x61,
	ROCE_NAK_ACCESS		= 0x62,
	ROCE_NAK_OPERATION	= 0x63,
};

/**
 * struct roce_path - what all packets of a QP have in common
 * @ip_version: 4 or 6
 * @hop_limit: TTL
 * @tos: DSCP and ECN
 * @src_ip: network order; IPv4 in the first four bytes
 * @dst_ip: likewise
 * @src_mac: sender
 * @dst_mac: next hop
 * @udp_sport: host order
 * @vlan_tci: host order; 0: no tag
 * @icrc_swapped: the ICRC is stored with its high byte first, as Gaudi does
 * @loopback: it leads back into the port
 */
struct roce_path {
	uint8_t ip_version;
	uint8_t hop_limit;
	uint8_t tos;
	uint8_t src_ip[16];
	uint8_t dst_ip[16];
	uint8_t src_mac[6];
	uint8_t dst_mac[6];
	uint16_t udp_sport;
	uint16_t vlan_tci;
	bool icrc_swapped;
	bool loopback;
};

/* ECN, the low bits of roce_path.tos: can be marked, has been */
#define ROCE_TOS_ECN		3u
#define ROCE_TOS_ECT		2u
#define ROCE_TOS_CE		3u

/**
 * struct roce_encap - what is around an IPv4 packet
 * @type: enum gnic_hw_encap_type
 * @proto: GNIC_ENCAP_IPV4
 * @header_len: bytes of @header
 * @udp_port: GNIC_ENCAP_UDP: destination, host order
 * @src_ip: of the outer header; the rest of it is that of the path
 * @header: behind the outer headers
 */
struct roce_encap {
	uint8_t type;
	uint8_t proto;
	uint8_t header_len;
	uint16_t udp_port;
	uint8_t src_ip[4];
	uint8_t header[GNIC_ENCAP_HEADER_MAX];
};

#define ROCE_SACK_BITS		128u

/**
 * struct roce_sack - what has arrived behind a gap
 * @cause: PSN of the packet that made the responder say so
 * @bits: bit n is the packet n behind the one that is missing first
 */
struct roce_sack {
	uint32_t cause;
	uint64_t bits[ROCE_SACK_BITS / 64];
};

/**
 * struct rc_packet - an RC packet without its payload, in host order
 * @path: addresses
 * @encap: what it travels in; NULL: as it is
 * @payload: bytes, without pad
 * @dst_qp: 24 bits
 * @psn: 24 bits
 * @opcode: enum roce_opcode
 * @ack_req: BTH.A
 * @solicited: BTH.SE
 * @selective: a reserved bit of the BTH: the sender knows ROCE_SELECTIVE_ACK
 * @syndrome: AETH
 * @msn: AETH, 24 bits
 * @va: RETH
 * @rkey: RETH
 * @dma_len: RETH
 * @reduction: GNIC_REDUCTION_*; 0: none
 * @imm: immediate data
 * @sob: GNIC_RC_WQE_REMOTE_SOB, _SOB_DATA, _SOB_CMD
 * @sack: ROCE_SELECTIVE_ACK
 * @rows: with ROCE_OP_STRIDE
 * @asker: with ROCE_OP_READ: where the data goes
 */
struct rc_packet {
	const struct roce_path *path;
	const struct roce_encap *encap;
	uint32_t payload;
	uint32_t dst_qp;
	uint32_t psn;
	uint8_t opcode;
	bool ack_req;
	bool solicited;
	bool selective;
	uint8_t syndrome;
	uint32_t msn;
	uint64_t va;
	uint32_t rkey;
	uint32_t dma_len;
	uint16_t reduction;
	uint32_t imm;
	uint32_t sob;
	union {
		struct roce_sack sack;
		struct rows rows;
		uint64_t asker;
	};
};

/* ---- cyclic arithmetic ---- */

#define ROCE_PSN_MASK		0xffffffu
#define ROCE_INDEX_MASK		0x3fffffu

static inline uint32_t psn_add(uint32_t psn, uint32_t n)
{
	return (psn + n) & ROCE_PSN_MASK;
}

/* How far @a is ahead of @b: -2^23 .. 2^23 - 1. */
static inline int32_t psn_diff(uint32_t a, uint32_t b)
{
	return (int32_t)((a - b) << 8) >> 8;
}

/* The same of 22-bit indices: -2^21 .. 2^21 - 1. */
static inline int32_t index_diff(uint32_t a, uint32_t b)
{
	return (int32_t)((a - b) << 10) >> 10;
}

/* The last packet of a message that signals a sync object. */
static inline uint8_t roce_with_sob(uint8_t opcode)
{
	uint16_t flags = roce_ops[opcode].flags;

	return opcode | (flags & ROCE_OP_STRIDE ? 0x04 : flags & ROCE_OP_REDUCE ? 0xf0 : 0xe0);
}

/* ---- lengths ---- */

/* NULL: none */
static inline uint32_t roce_encap_len(const struct roce_encap *encap)
{
	return encap ? 20u + (encap->type == GNIC_ENCAP_UDP ? 8u : 0u) + encap->header_len : 0;
}

/* Ethernet up to and with the UDP header, without an encapsulation. */
static inline uint32_t roce_path_len(const struct roce_path *path)
{
	return 14 + (path->vlan_tci ? 4 : 0) + (path->ip_version == 6 ? 40 : 20) + 8;
}

static inline uint32_t roce_pad(uint32_t payload)
{
	return -payload & 3;
}

static inline uint32_t roce_padded(uint32_t payload)
{
	return (payload + 3) & ~3u;
}

/* Up to the payload. */
static inline uint32_t roce_hdr_len(const struct rc_packet *pkt)
{
	return roce_path_len(pkt->path) + roce_encap_len(pkt->encap) + ROCE_BTH_LEN +
	       roce_ops[pkt->opcode].ext_len;
}

/* The whole frame without FCS. */
static inline uint32_t roce_frame_len(const struct rc_packet *pkt)
{
	return roce_hdr_len(pkt) + roce_padded(pkt->payload) + ROCE_ICRC_LEN;
}

/* ---- bytes ---- */

/**
 * roce_build() - the headers of a packet
 * @pkt: the packet
 * @hdr: room for ROCE_HDR_MAX bytes
 *
 * Return: bytes written, roce_hdr_len().
 */
uint32_t roce_build(const struct rc_packet *pkt, uint8_t *hdr);

/**
 * roce_flatten() - the whole frame as it is on a wire
 * @pkt: the packet
 * @iov: its payload, pkt->payload bytes in all
 * @iovs: pieces
 * @dst: where to
 * @room: bytes there
 *
 * Return: bytes written, roce_frame_len(), or 0 if there is not enough room.
 */
uint32_t roce_flatten(const struct rc_packet *pkt, const struct iovec *iov, int iovs,
		      uint8_t *dst, uint32_t room);

/**
 * struct roce_layout - where the parts of a parsed frame are
 * @l3: the IP header, of an encapsulated packet the inner one
 * @payload: the payload, behind all headers
 * @end: behind the pad, where the ICRC is
 */
struct roce_layout {
	uint32_t l3;
	uint32_t payload;
	uint32_t end;
};

/**
 * roce_parse() - from bytes to a packet
 * @hdr: the frame, from its Ethernet header on
 * @hdr_len: contiguous bytes at @hdr, the whole frame or at least ROCE_HDR_MAX
 * @len: bytes of the frame
 * @encap: what its outer headers are known to be; NULL: it is not encapsulated
 * @path: out: addresses; @pkt refers to it
 * @pkt: out
 * @layout: out
 *
 * Checks everything but the ICRC.
 *
 * Return: 0 or enum gnic_hw_syndrome: RX_BAD_FORMAT, RX_BTH_OPCODE.
 */
uint8_t roce_parse(const uint8_t *hdr, uint32_t hdr_len, uint32_t len,
		   const struct roce_encap *encap, struct roce_path *path,
		   struct rc_packet *pkt, struct roce_layout *layout);

/**
 * roce_icrc_headers() - begin an ICRC
 * @l3: the IP header and all headers behind it
 * @len: bytes of them
 *
 * Return: a state for roce_icrc_add(); after the last byte of payload and pad
 * it is the ICRC, which is stored with its low byte first.
 */
uint32_t roce_icrc_headers(const uint8_t *l3, uint32_t len);
uint32_t roce_icrc_add(uint32_t icrc, const void *data, uint32_t len);

#endif /* VGAUDI_ROCE_H */
