/* SPDX-License-Identifier: GPL-2.0-only */
/* Formats that the raw path reads and changes: lengths, types, protocols. */
#ifndef VGAUDI_PARSE_H
#define VGAUDI_PARSE_H

#include <stdbool.h>
#include <stdint.h>

struct frame;
struct parsed;

#define ETH_LEN			14u
#define ETH_ADDR_LEN		6u
#define ETH_TYPE_IPV4		0x0800
#define ETH_TYPE_IPV6		0x86dd
#define ETH_TYPE_CTAG		0x8100
#define ETH_TYPE_STAG		0x88a8
#define ETH_TYPE_TEB		0x6558	/* Ethernet */
#define VLAN_LEN		4u
#define PARSE_TAGS_MAX		2

#define IPV4_LEN		20u
#define IPV4_CHECK		10u	/* offset of the checksum */
#define IPV4_FRAGMENT		0x3fff	/* offset, and "more fragments" */
#define IPV4_OFFSET		0x1fff
#define IPV6_LEN		40u
#define IPV6_FRAGMENT		0xfff9
#define IPV6_OFFSET		0xfff8

#define IP_PROTO_HOPOPTS	0
#define IP_PROTO_IPV4		4	/* IP in IP */
#define IP_PROTO_TCP		6
#define IP_PROTO_UDP		17
#define IP_PROTO_IPV6		41
#define IP_PROTO_ROUTING	43
#define IP_PROTO_FRAGMENT	44
#define IP_PROTO_AH		51
#define IP_PROTO_ICMPV6		58
#define IP_PROTO_DSTOPTS	60
#define IP_PROTO_SCTP		132

#define TCP_LEN			20u
#define TCP_CHECK		16u	/* offset of the checksum */
#define UDP_LEN			8u
#define SCTP_LEN		12u
#define SCTP_CHECK		8u
#define UDP_CHECK		6u

#define BTH_LEN			12u

/*
 * The two parts of frame_parse(), for who has to mend a length between them, or
 * looks into a tunnel: Ethernet and tags from @at on (false: not even an
 * Ethernet header), and all behind, where l2_len and eth_type say it begins.
 */
bool parse_eth(const struct frame *frame, struct parsed *p, uint32_t at);
void parse_l3(const struct frame *frame, struct parsed *p);

#endif /* VGAUDI_PARSE_H */
