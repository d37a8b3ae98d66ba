#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Segments that the device makes: of UDP, and of what a tunnel carries. Judged
# by the far end's stack, which drops what has a wrong sum, and by the counters
# of the queues. Topology: lib/guest.sh. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/tunnel.sh"

# Super packets and segments of them that this end has sent so far.
gso_count() {
	"$TREE/selftests/lib/qstats.py" "$DEV" hw-gso-packets hw-gso-wire-packets
}

# uso_send ADDRESS SIZE MSS: one datagram of the socket, to be cut.
uso_send() {
	python3 - "$@" <<-'PYTHON'
		import socket, sys
		address, size, mss = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
		family = socket.AF_INET6 if ":" in address else socket.AF_INET
		s = socket.socket(family, socket.SOCK_DGRAM)
		s.setsockopt(socket.IPPROTO_UDP, 103, mss)
		s.sendto(bytes(i % 251 for i in range(size)), (address, 5560))
	PYTHON
}

# uso_case ADDRESS SIZE MSS: datagrams arrive whole, and the device has cut them.
uso_case() {
	local address=$1 size=$2 mss=$3 family=4 got packets segments super wire

	[[ $address != *:* ]] || family=6
	got=$(mktemp)
	defer rm -f "$got"
	peer_background socat -u "UDP$family-RECV:5560,reuseaddr" "CREATE:$got"
	wait_for 5 peer_listens u 5560
	read -r super wire < <(gso_count)
	uso_send "$address" "$size" "$mss"
	wait_for 5 sh -c "[ \$(wc -c <$got) -eq $size ]"
	read -r packets segments < <(gso_count)
	expect "super packets" $((packets - super)) -eq 1
	expect "segments" $((segments - wire)) -eq $(((size + mss - 1) / mss))
	kill "$BACKGROUND"
	python3 -c "import sys; sys.exit(open('$got', 'rb').read() != bytes(i % 251 for i in range($size)))" ||
		fail "other bytes arrived"
}

uso() {
	uso_case 192.0.2.2 14500 1400
	uso_case 2001:db8::2 7000 1400
	uso_case 192.0.2.2 63 2
	uso_case 2001:db8::2 40001 1452
}

uso_off() {
	local before after

	ethtool -K "$DEV" tx-udp-segmentation off
	defer ethtool -K "$DEV" tx-udp-segmentation on
	before=$(gso_count)
	uso_send 192.0.2.2 14000 1400
	sleep 0.2
	after=$(gso_count)
	expect "counters" "$before" = "$after"
}

# A stream through the tunnel; prints super packets sent meanwhile.
tunnel_stream() {
	local got before after

	got=$(mktemp)
	defer rm -f "$got"
	peer_background socat -u "TCP$1-LISTEN:5561,reuseaddr" "CREATE:$got"
	wait_for 5 peer_listens t 5561
	before=$(gso_count)
	head -c 1000000 /dev/urandom >"$got.sent"
	defer rm -f "$got.sent"
	socat -u "OPEN:$got.sent" "TCP$1:$2:5561"
	wait_for 10 cmp "$got" "$got.sent"
	after=$(gso_count)
	echo $((${after%% *} - ${before%% *}))
}

# tunnel TYPE ARGS OUTER FEATURE INNER...: cut by the device with the feature only.
tunnel() {
	local type=$1 args=$2 outer=$3 feature=$4 inner address

	shift 4
	tunnel_up "$type" "$args" "$outer"
	for inner; do
		address=10.9.0.2
		[ "$inner" = 4 ] || address="[2001:db8:9::2]"
		expect "$type $outer $inner: super packets" "$(tunnel_stream "$inner" "$address")" -gt 14
		ethtool -K "$DEV" "$feature" off
		defer ethtool -K "$DEV" "$feature" on
		expect "$type $outer $inner without $feature: super packets" \
			"$(tunnel_stream "$inner" "$address")" -lt 5
		ethtool -K "$DEV" "$feature" on
	done
	expect "bad checksums at the peer" "$(peer nstat -asz TcpInCsumErrors | awk '/^Tcp/ { print $2 }')" -eq 0
}

vxlan() {
	tunnel vxlan "id 9 dstport 4789 noudpcsum" 4 tx-udp_tnl-segmentation 4 6
}

vxlan_over_v6() {
	tunnel vxlan "id 9 dstport 4789 udp6zerocsumtx udp6zerocsumrx" 6 tx-udp_tnl-segmentation 4
}

vxlan_with_checksum() {
	tunnel vxlan "id 9 dstport 4789 udpcsum" 4 tx-udp_tnl-csum-segmentation 4
}

geneve() {
	ip link add tun9 type geneve id 9 remote 192.0.2.2
	defer ip link del tun9
	peer ip link add tun9 type geneve id 9 remote 192.0.2.1
	defer peer ip link del tun9
	ip addr add 10.9.0.1/24 dev tun9
	ip link set tun9 up
	peer ip addr add 10.9.0.2/24 dev tun9
	peer ip link set tun9 up
	expect "super packets" "$(tunnel_stream 4 10.9.0.2)" -gt 14
}

gre() {
	tunnel gre "" 4 tx-gre-segmentation 4
}

gre_over_v6() {
	tunnel ip6gre "" 6 tx-gre-segmentation 4
}

ip_in_ip() {
	tunnel ipip "" 4 tx-ipxip4-segmentation 4
}

ip6_in_ip() {
	tunnel sit "" 4 tx-ipxip4-segmentation 6
}

ip_in_ip6() {
	tunnel ip6tnl "mode any" 6 tx-ipxip6-segmentation 4
}

# Checksums off takes all that needs them with it, and gives it back.
features_depend() {
	ethtool -K "$DEV" tx-checksum-ip-generic off
	defer ethtool -K "$DEV" tx-checksum-ip-generic on
	expect "segmentation that is on" "$(ethtool -k "$DEV" | grep -c 'tx-.*segmentation: on')" -eq 0
	ping_works
	ethtool -K "$DEV" tx-checksum-ip-generic on
	expect "segmentation that is on" "$(ethtool -k "$DEV" | grep -c 'tx-.*segmentation: on')" -gt 8
	ethtool -K "$DEV" tx-gso-partial off
	defer ethtool -K "$DEV" tx-gso-partial on
	ethtool -k "$DEV" | grep -q 'tx-udp_tnl-csum-segmentation: off' || fail "needs tx-gso-partial"
}

# A place of the ring that has said where a tunnel is says nothing of a packet that has it
# later, behind its first place.
after_a_tunnel() {
	local resets _

	resets=$(ethtool_stat "$DEV" queue_resets)
	ethtool -L "$DEV" combined 1
	defer ethtool -L "$DEV" combined 2
	ethtool -G "$DEV" tx 64
	defer ethtool -G "$DEV" tx 512
	tunnel_up ipip "" 4
	for _ in 1 2 3; do
		expect "super packets in the tunnel" "$(tunnel_stream 4 10.9.0.2)" -gt 14
		expect "super packets" "$(tunnel_stream 4 192.0.2.2)" -gt 14
	done
	expect "queues that failed" "$(ethtool_stat "$DEV" queue_resets)" -eq "$resets"
}

topology_up
trap topology_down EXIT
tunnel_modules
guest_main uso uso_off vxlan vxlan_over_v6 vxlan_with_checksum geneve gre gre_over_v6 ip_in_ip \
	ip6_in_ip ip_in_ip6 features_depend after_a_tunnel
