#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A QP of a group with an encapsulation, and soft-RoCE on a tunnel of the kernel's: both
# write and send to the other, so each understands what the other packs.
# Topology: lib/devlink.sh, with tun9 over $DEV, soft-RoCE on tun9, and the group on
# $PEER_CARD, with an address of its own. Inner and outer addresses are the same, so what
# leaves by tun9 has routes of its own.
# Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"
# shellcheck source=selftests/lib/rdma.sh
. "$(dirname "$0")/../lib/rdma.sh"
# shellcheck source=selftests/lib/softroce.sh
. "$(dirname "$0")/../lib/softroce.sh"

FILE=$DIR/tunnel.pcap

# listens_on PORT WHAT...: what comes there is taken apart
listens_on() {
	ip fou add port "$@"
	defer ip fou del port "$1"
}

# tunnel TYPE OPTION...: soft-RoCE is on it; ROUTE is how its route says where it leads. With
# ARP: without, the far end would have the address of tun9, and soft-RoCE would take for its
# own what goes there.
tunnel() {
	ip link add tun9 type "$@"
	defer ip link del tun9
	sysctl -q -w net.ipv6.conf.tun9.disable_ipv6=1
	ip addr add 192.0.2.1/32 dev tun9
	ip link set tun9 arp on up
	ip rule add oif tun9 table 9
	defer ip rule del oif tun9 table 9
	# shellcheck disable=SC2086 # words
	ip route add 192.0.2.9/32 ${ROUTE:-} dev tun9 src 192.0.2.1 table 9
	rdma link add soft type rxe netdev tun9
	defer rdma link delete soft
}

# between TYPE OPTION...: of a tunnel that knows both ends
between() {
	local type=$1

	shift
	tunnel "$type" local 192.0.2.1 remote 192.0.2.9 dev "$DEV" "$@"
}

# seen_as FILE [OPTION...]: by tshark, of each frame its protocols and what is wrong with it
seen_as() {
	tshark -r "$@" -T fields -e frame.protocols -e _ws.expert.severity -e _ws.malformed \
		2>/dev/null
}

# tunnelled PROTOCOLS [OPTION...]: all frames of $FILE are in these, and nothing is wrong
tunnelled() {
	local protocols=$1 wrong

	shift
	seen_as "$FILE" "$@" >"$FILE.seen"
	note "$(wc -l <"$FILE.seen") frames in $protocols"
	expect "frames" "$(wc -l <"$FILE.seen")" -ge 24
	wrong=$(awk -F '\t' -v protocols="$protocols" '{
		n = split($2, severity, ",")
		bad = $1 !~ protocols || $3 != ""
		for (i = 1; i <= n; i++)
			bad = bad || severity[i] >= 6291456
		if (bad)
			print
	}' "$FILE.seen")
	[ -z "$wrong" ] || fail "$wrong"
}

# both_ways PROTOCOLS FILTER [OPTION...]: much and little, with losses; FILTER is what of the
# wire has to be in these protocols
both_ways() {
	local protocols=$1 filter=$2

	shift 2
	connected
	capture "$FILE" "$filter"
	they_write 5000
	we_write 5000
	they_send 3000 0x1234
	we_send 3000 0x5678
	kill "$BACKGROUND"
	tunnelled "$protocols" "$@"
	fault '"kind": "drop", "card": 0, "port": 0, "rate": 0.01'
	they_write 200000
	we_write 200000
}

ip_in_ip() {
	between ipip
	GROUP=(encap ipv4)
	both_ways ":ip:ip:udp:infiniband" "ip proto 4"
}

gre() {
	between gre
	GROUP=(encap ipv4 encap_protocol 47 encap_header 00000800)
	both_ways ":ip:gre:ip:udp:infiniband" "ip proto 47"
}

# Version 1 is the packet itself: on the way there as FOU makes it. tshark knows no GUE,
# but what is in it.
gue() {
	listens_on 6080 gue
	between ipip encap fou encap-sport auto encap-dport 6080
	GROUP=(encap udp)
	both_ways ":ip:udp:ip:udp:infiniband" "udp port 6080" -d udp.port==6080,ip
}

gue_with_header() {
	listens_on 6080 gue
	between ipip encap gue encap-sport auto encap-dport 6080
	GROUP=(encap udp encap_header 00040000)
	both_ways ":ip:udp:data" "udp port 6080"
}

fou() {
	listens_on 5555 ipproto 4
	between ipip encap fou encap-sport auto encap-dport 5555
	GROUP=(encap udp encap_udp_port 5555)
	both_ways ":ip:udp:ip:udp:infiniband" "udp port 5555" -d udp.port==5555,ip
}

gre_in_udp() {
	listens_on 4754 ipproto 47
	between gre encap fou encap-sport auto encap-dport 4754
	GROUP=(encap udp encap_udp_port 4754 encap_header 00000800)
	both_ways ":ip:udp:gre:ip:udp:infiniband" "udp port 4754" -d udp.port==4754,gre
}

geneve() {
	ROUTE="encap ip id 5 src 192.0.2.1 dst 192.0.2.9"
	tunnel geneve external innerprotoinherit
	GROUP=(encap udp encap_udp_port 6081 encap_header 0000080000000500)
	both_ways ":ip:udp:geneve:ip:udp:infiniband" "udp port 6081"
}

# tshark knows it by its port, but does not list it.
vxlan_gpe() {
	ROUTE="encap ip id 1 src 192.0.2.1 dst 192.0.2.9"
	tunnel vxlan external gpe dstport 4790
	GROUP=(encap udp encap_udp_port 4790 encap_header 0c00000100000100)
	both_ways ":ip:udp:(vxlan_gpe:)?ip:udp:infiniband" "udp port 4790"
}

[ -x "$VERBS" ] || skip_all "needs $VERBS"
need_compute 2
modprobe rdma_rxe || skip_all "needs soft-RoCE"
for module in ipip ip_gre fou geneve vxlan; do
	modprobe "$module" || skip_all "needs $module"
done
mkdir -p "$DIR"
switch_up
trap 'switch_down; rm -rf "$DIR"' EXIT
guest_main ip_in_ip gre gue gue_with_header fou gre_in_udp geneve vxlan_gpe
