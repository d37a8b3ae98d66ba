#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Keys of tc flower that are in headers beyond addresses and ports: each takes the frames
# that software would take. All filters are skip_sw.
# Topology: lib/devlink.sh. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"
# shellcheck source=selftests/lib/sender.sh
. "$(dirname "$0")/../lib/sender.sh"

# frame HEX: from the peer, to the MAC address of $DEV: the EtherType and what is behind it
frame() {
	local mac

	read -r mac <"/sys/class/net/$DEV/address"
	frame_to "$mac" "$1"
}

# ip4 PROTOCOL TTL HEX: an IPv4 packet, from its EtherType on
ip4() {
	printf '08004500%04x00000000%02x%02x0000c0000202c0000201%s' $((20 + ${#3} / 2)) "$2" "$1" "$3"
}

ip6() {
	printf '86dd60000000%04x%02x%02x%s%s%s' $((${#3} / 2)) "$1" "$2" \
		20010db8000000000000000000000002 20010db8000000000000000000000001 "$3"
}

# tcp FLAGS: a header from port 1 to port 2, with 12 bits of flags in hex
tcp() {
	printf '000100020000000000000000%04x000000000000' $((0x5000 | 0x$1))
}

# lse LABEL TC BOTTOM TTL
lse() {
	printf %08x $(($1 << 12 | $2 << 9 | $3 << 8 | $4))
}

# arp OP SENDER TARGET: addresses as hex; those of Ethernet are 0a... and 0b...
arp() {
	printf '0806000108000604%04x0a0000000001%s0b0000000001%s' "$1" "$2" "$3"
}

# filter PROTOCOL KEY...: what "takes" is about, until the next one
filter() {
	local protocol=$1

	shift
	KEYS="$protocol $*"
	tc filter del dev "$DEV" ingress 2>/dev/null
	tc filter add dev "$DEV" ingress protocol "$protocol" flower skip_sw "$@" action drop
	in_hw "$DEV"
}

# takes 1|0 HEX
takes() {
	local before

	before=$(hw_packets "$DEV")
	frame "$2"
	expect "$2 by $KEYS" $(($(hw_packets "$DEV") - before)) = "$1"
}

time_to_live() {
	with_clsact
	filter ip ip_ttl 3
	takes 1 "$(ip4 6 3 "$(tcp 2)")"
	takes 0 "$(ip4 6 4 "$(tcp 2)")"
	filter ip ip_ttl 0/0xfe ip_tos 0
	takes 1 "$(ip4 6 1 "$(tcp 2)")"
	takes 0 "$(ip4 6 2 "$(tcp 2)")"
	filter ipv6 ip_ttl 7
	takes 1 "$(ip6 6 7 "$(tcp 2)")"
	takes 0 "$(ip6 6 8 "$(tcp 2)")"
}

tcp_flags() {
	with_clsact
	filter ip ip_proto tcp tcp_flags 0x2/0x12
	takes 1 "$(ip4 6 64 "$(tcp 2)")"
	takes 1 "$(ip4 6 64 "$(tcp 0c2)")"
	takes 0 "$(ip4 6 64 "$(tcp 12)")"
	takes 0 "$(ip4 6 64 "$(tcp 4)")"
	filter ipv6 ip_proto tcp dst_port 2 tcp_flags 0x100/0x100
	takes 1 "$(ip6 6 64 "$(tcp 100)")"
	takes 0 "$(ip6 6 64 "$(tcp 0ff)")"
}

icmp() {
	with_clsact
	filter ip ip_proto icmp type 13
	takes 1 "$(ip4 1 64 0d01000000000000)"
	takes 0 "$(ip4 1 64 0e01000000000000)"
	takes 0 "$(ip4 17 64 0d01000200080000)"
	filter ip ip_proto icmp type 13 code 1
	takes 1 "$(ip4 1 64 0d01000000000000)"
	takes 0 "$(ip4 1 64 0d02000000000000)"
	filter ipv6 ip_proto icmpv6 type 200
	takes 1 "$(ip6 58 64 c800000000000000)"
	takes 0 "$(ip6 58 64 c900000000000000)"
}

arp_keys() {
	with_clsact
	filter arp arp_op request
	takes 1 "$(arp 1 c6336401 c6336402)"
	takes 0 "$(arp 2 c6336401 c6336402)"
	# software does not look into ARP for something else than IPv4
	takes 0 "$(arp 1 c6336401 c6336402 | sed 's/^080600010800/080600010801/')"
	filter arp arp_op reply arp_sip 198.51.100.0/24
	takes 1 "$(arp 2 c6336409 c6336402)"
	takes 0 "$(arp 2 c6336509 c6336402)"
	filter arp arp_op request arp_tip 198.51.100.2 arp_sha 0a:00:00:00:00:01
	takes 1 "$(arp 1 c6336401 c6336402)"
	takes 0 "$(arp 1 c6336401 c6336403)"
	filter arp arp_op request arp_sha 0a:00:00:00:00:02
	takes 0 "$(arp 1 c6336401 c6336402)"
	filter arp arp_op request arp_tha 0b:00:00:00:00:01
	takes 1 "$(arp 1 c6336401 c6336402)"
}

mpls() {
	with_clsact
	filter mpls_uc mpls_label 1048575
	takes 1 "8847$(lse 1048575 0 1 255)"
	takes 0 "8847$(lse 1048574 7 1 255)"
	takes 0 "8848$(lse 1048575 0 1 255)"
	filter mpls_uc mpls_tc 5 mpls_ttl 9
	takes 1 "8847$(lse 3 5 1 9)"
	takes 0 "8847$(lse 3 4 1 9)"
	takes 0 "8847$(lse 3 5 1 8)"
	filter mpls_uc mpls_bos 0
	takes 1 "8847$(lse 3 0 0 9)$(lse 4 0 1 9)"
	takes 0 "8847$(lse 3 0 1 9)$(lse 4 0 1 9)"
	# a third entry, behind two that are not the bottom
	filter mpls_uc mpls lse depth 3 label 0
	takes 1 "8847$(lse 1 0 0 9)$(lse 2 0 0 9)$(lse 0 0 1 9)"
	takes 0 "8847$(lse 1 0 0 9)$(lse 2 0 0 9)$(lse 5 0 1 9)"
	takes 0 "8847$(lse 1 0 0 9)$(lse 2 0 1 9)$(lse 0 0 1 9)"
	takes 0 "8847$(lse 1 0 1 9)$(lse 2 0 0 9)$(lse 0 0 1 9)"
	filter mpls_uc mpls lse depth 2
	takes 1 "8847$(lse 1 0 0 9)$(lse 2 0 1 9)"
	takes 0 "8847$(lse 1 0 1 9)$(lse 2 0 1 9)"
}

cfm() {
	with_clsact
	filter cfm cfm mdl 5
	takes 1 8902a0010004
	takes 0 890280010004
	filter cfm cfm mdl 7 op 42
	takes 1 8902e02a0004
	takes 0 8902e02b0004
	takes 0 8902c02a0004
	# behind a tag, too
	ip link set "$DEV" promisc on
	defer ip link set "$DEV" promisc off
	filter 802.1q vlan_id 9 vlan_ethtype 0x8902 cfm op 42
	takes 1 810000098902e02a0004
	takes 0 810000098902e02b0004
	takes 0 8902e02a0004
}

# udp SOURCE DESTINATION
udp() {
	printf '%04x%04x00080000' "$1" "$2"
}

port_ranges() {
	with_clsact
	filter ip ip_proto udp dst_port 1000-2000
	takes 1 "$(ip4 17 64 "$(udp 1 1000)")"
	takes 1 "$(ip4 17 64 "$(udp 1 2000)")"
	takes 0 "$(ip4 17 64 "$(udp 1 999)")"
	takes 0 "$(ip4 17 64 "$(udp 1000 2001)")"
	takes 0 "$(ip4 6 64 "$(tcp 2)")"
	filter ipv6 ip_proto udp src_port 0-255 dst_port 256-65535
	takes 1 "$(ip6 17 64 "$(udp 255 256)")"
	takes 0 "$(ip6 17 64 "$(udp 256 256)")"
	takes 0 "$(ip6 17 64 "$(udp 0 255)")"
	filter ip ip_proto tcp src_port 1-3 dst_port 2
	takes 1 "$(ip4 6 64 "$(tcp 2)")"
	filter ip ip_proto tcp src_port 1-3 dst_port 3
	takes 0 "$(ip4 6 64 "$(tcp 2)")"
	# one mask, one priority, and a later one for the rest
	filter ip ip_proto udp dst_port 1-99
	tc filter add dev "$DEV" ingress protocol ip prio 60000 flower skip_sw ip_proto udp action drop
	takes 0 "$(ip4 17 64 "$(udp 1 100)")"
	takes 1 "$(ip4 17 64 "$(udp 1 99)")"
}

# A filter of a block that two netdevs share counts at the one that it names.
indev() {
	local other

	other=$(port_dev "$CARD" 1)
	tc qdisc add dev "$DEV" ingress_block 7 clsact
	defer tc qdisc del dev "$DEV" clsact
	tc qdisc add dev "$other" ingress_block 7 clsact
	defer tc qdisc del dev "$other" clsact
	tc filter add block 7 protocol ip prio 1 flower skip_sw indev "$other" ip_proto sctp action drop
	tc filter add block 7 protocol ip prio 2 flower skip_sw indev "$DEV" ip_proto sctp action drop
	frame "$(ip4 132 64 00000000)"
	expect "of the other" "$(block_packets 1)" = 0
	expect "of $DEV" "$(block_packets 2)" = 1
	tc filter del block 7 prio 1
	tc filter del block 7 prio 2
	expect_refused "the card does not know the indev" tc filter add dev "$DEV" egress \
		protocol ip flower skip_sw indev "$other" action drop
}

block_packets() {
	tc -j -s filter show block 7 | jq "[.[] | select(.options.actions and .pref == $1)][0]
		.options.actions[0].stats.hw_packets // 0"
}

switch_up
sender_start
trap 'server_stop; switch_down' EXIT
guest_main time_to_live tcp_flags port_ranges icmp arp_keys mpls cfm indev
