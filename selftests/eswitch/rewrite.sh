#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Headers that filters rewrite: the card makes of a frame what software makes of it, byte
# by byte. Each filter is there twice, with skip_hw and with skip_sw, and sends what comes
# from the peer out of another port, at whose far end the frames are compared.
# Topology: lib/devlink.sh. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"
# shellcheck source=selftests/lib/server.sh
. "$(dirname "$0")/../lib/server.sh"

NAT="munge ip src set 198.51.100.3 munge ip dst set 203.0.113.250"
NAT6="munge ip6 src set 2001:db8:ffff::3 munge ip6 dst set fd00:1:2:3:4:5:6:7"
CSUM="pipe action csum ip and tcp and udp and icmp pipe"

# The way out; all VLANs come in.
with_way_out() {
	local dev

	FAR=$(port_dev "$PEER_CARD" 1) PORT=$(port_dev "$CARD" 1)
	for dev in "$PORT" "$FAR"; do
		ip link set "$dev" promisc on up
		defer ip link set "$dev" promisc off down
	done
	ip link set "$DEV" promisc on
	defer ip link set "$DEV" promisc off
	wait_for 10 grep -q 1 "/sys/class/net/$FAR/carrier"
	with_clsact
	COPIES=1 TAGS="" OUT=/tmp/rewrite.$$
	defer rm -f "$OUT.skip_hw" "$OUT.skip_sw"
}

count() {
	tc -j -s filter show dev "$DEV" "${1:-ingress}" |
		jq '[.. | .hw_packets? // empty] | max // 0'
}

# sent FILE KIND...: from the peer; what arrives behind $PORT is written there
sent() {
	local file=$1 mac

	shift
	read -r mac <"/sys/class/net/$DEV/address"
	server_ask "$file" "$COPIES" "${TAGS:--}" "$PEER/$PEER_DEV" "$FAR" "$mac" "$@" >/dev/null
}

# rewritten skip_sw|skip_hw: what comes of $KINDS by a filter for $KEYS with $ACTIONS
rewritten() {
	local protocol=${KEYS%% *}

	# ours are from an address of their own: the peer may have to say something, too
	# shellcheck disable=SC2086 # words
	tc filter add dev "$DEV" ingress protocol "$protocol" prio 10 flower "$1" \
		src_mac 02:00:00:00:00:01 ${KEYS#"$protocol"} $ACTIONS action mirred egress redirect dev "$PORT"
	# shellcheck disable=SC2086 # words
	sent "$OUT.$1" $KINDS
	# copies may come in by another queue
	sort -o "$OUT.$1" "$OUT.$1"
	COUNTED=$(count)
	tc filter del dev "$DEV" ingress
}

# both KINDS KEYS ACTIONS: by software, and by the card; the protocol is the first key
both() {
	KINDS=$1 KEYS=$2 ACTIONS=$3
	rewritten skip_hw
	rewritten skip_sw
	expect "frames counted, $ACTIONS" "$COUNTED" = "$(wc -w <<<"$KINDS")"
	expect "frames missing, $ACTIONS" "$(grep -c nothing "$OUT.skip_hw" "$OUT.skip_sw" |
		cut -d : -f 2 | xargs)" = "0 0"
}

# same CHANGED KINDS KEYS ACTIONS: they are, and so many of them are not what was sent
same() {
	local changed=$1

	shift
	both "$@"
	diff "$OUT.skip_hw" "$OUT.skip_sw" >"$OUT.diff" ||
		fail "$2, $3: $(grep '^[<>]' "$OUT.diff" | head -4)"
	expect "changed by $3" "$(grep -c changed "$OUT.skip_sw")" = "$changed"
}

ethernet() {
	with_way_out
	same 3 "tcp4 udp6 other" "all" "action pedit ex munge eth src set 02:11:22:33:44:55 pipe"
	same 3 "tcp4 udp6 other" "all" \
		"action pedit ex munge eth dst set 02:aa:bb:cc:dd:ee munge eth src set 06:05:04:03:02:01 pipe"
}

ipv4() {
	local all="tcp4 udp4 udp4-none options4 icmp4 sctp4 later4"

	with_way_out
	same 7 "$all" "ip" "action pedit ex $NAT $CSUM"
	same 7 "$all" "ip" "action pedit ex munge ip ttl set 9 $CSUM"
	same 3 "tcp4 udp4 ttl4" "ip" "action pedit ex munge ip ttl add 255 $CSUM"
	same 2 "tcp4 udp4" "ip" "action pedit ex munge ip dsfield set 0 $CSUM"
	same 1 "tcp4" "ip" "action pedit ex munge ip dsfield set 8 retain 0xfc $CSUM"
	same 1 "tcp4" "ip" "action pedit ex munge ip tos set 2 retain 0x03 $CSUM"
}

ipv6() {
	local all="tcp6 udp6 icmp6 later6"

	with_way_out
	same 4 "$all" "ipv6" "action pedit ex $NAT6 $CSUM"
	same 4 "$all" "ipv6" "action pedit ex munge ip6 hoplimit set 9 $CSUM"
	same 4 "$all" "ipv6" "action pedit ex munge ip6 hoplimit add 255 $CSUM"
	same 4 "$all" "ipv6" "action pedit ex munge ip6 traffic_class set 0xff $CSUM"
	same 1 "udp6" "ipv6" "action pedit ex munge ip6 traffic_class set 8 retain 0xfc $CSUM"
	same 1 "udp6" "ipv6" "action pedit ex munge ip6 traffic_class set 2 retain 0x03 $CSUM"
}

ports() {
	with_way_out
	same 2 "tcp4 options4" "ip ip_proto tcp" "action pedit ex munge tcp sport set 1 $CSUM"
	same 1 "tcp6" "ipv6 ip_proto tcp" "action pedit ex munge tcp dport set 65535 $CSUM"
	same 2 "udp4 udp4-none" "ip ip_proto udp" \
		"action pedit ex munge udp dport set 65535 $CSUM"
	same 1 "udp6" "ipv6 ip_proto udp" "action pedit ex munge udp sport set 1 $CSUM"
	same 2 "tcp4 options4" "ip ip_proto tcp src_port 4000" \
		"action pedit ex $NAT munge tcp sport set 8080 munge tcp dport set 80 $CSUM"
	same 1 "udp6" "ipv6 ip_proto udp dst_port 4999-5001" \
		"action pedit ex $NAT6 munge udp sport set 8080 munge udp dport set 80 $CSUM"
}

# What is set twice is what was set last; a hop less than what was set, too.
in_order() {
	with_way_out
	same 1 "udp4" "ip ip_proto udp" "action pedit ex munge ip ttl set 7 munge ip ttl add 255 \
		munge udp dport set 5 pipe action pedit ex munge udp dport set 6 $CSUM"
	same 1 "udp4" "ip ip_proto udp" \
		"action pedit ex munge ip ttl add 3 munge ip ttl set 7 $CSUM"
	same 1 "udp4" "ip ip_proto udp" "action pedit ex munge ip ttl add 3 $CSUM \
		action pedit ex munge ip ttl add 4 $CSUM"
}

# Copies are of the frame as it was by then; tags come and go.
between_others() {
	local mirror="action mirred egress mirror dev"

	with_way_out
	COPIES=2
	same 2 "tcp4 udp4" "ip" "$mirror $PORT pipe action pedit ex $NAT $CSUM \
		action vlan push id 100 pipe"
	COPIES=3
	same 2 "tcp4" "ip ip_proto tcp" "$mirror $PORT pipe action pedit ex $NAT $CSUM \
		$mirror $PORT pipe action pedit ex munge tcp dport set 7 $CSUM"
	COPIES=1 TAGS=7
	same 1 "tcp4" "802.1q vlan_id 7 vlan_ethtype ip ip_proto tcp" \
		"action pedit ex $NAT munge tcp dport set 7 $CSUM action vlan pop pipe"
	same 1 "tcp4" "802.1q vlan_id 7 vlan_ethtype ip ip_proto tcp" \
		"action vlan modify id 8 priority 3 pipe action pedit ex $NAT $CSUM"
}

# field FILE KIND FIRST LAST: bytes of an IPv4 frame, counted from the UDP header on
udp_field() {
	awk -v kind="$2" '$1 == kind { print $3 }' "$OUT.$1" |
		cut -c $((2 * (34 + $3) + 1))-$((2 * (34 + $4) + 2))
}

# Where the card is not software: see switch.rst.
not_the_same() {
	local nat="action pedit ex $NAT munge udp dport set 9"

	with_way_out
	both "long4 first4" "ip ip_proto udp" "$nat $CSUM"
	expect "ports" "$(udp_field skip_sw first4 0 3)" = "$(udp_field skip_hw first4 0 3)"
	expect "checksum" "$(udp_field skip_sw first4 6 7)" = "$(udp_field skip_sw long4 6 7)"
	expect "checksum of software" "$(udp_field skip_hw first4 6 7)" != \
		"$(udp_field skip_hw long4 6 7)"
	# a later fragment has no ports; kernels differ in what they do with it
	both "later4" "ip ip_proto udp" "action pedit ex munge udp dport set 9 $CSUM"
	expect "later fragment" "$(cut -d ' ' -f 2 "$OUT.skip_sw")" = same
	both "later6" "ipv6 ip_proto udp" "action pedit ex munge udp dport set 9 $CSUM"
	expect "later fragment of IPv6" "$(cut -d ' ' -f 2 "$OUT.skip_sw")" = same
	KINDS="long4 first4" KEYS="ip ip_proto udp" ACTIONS="$nat $CSUM"
	# without csum the card mends all the same
	rewritten skip_sw
	cp "$OUT.skip_sw" "$OUT.skip_hw"
	ACTIONS="$nat pipe"
	rewritten skip_sw
	cmp "$OUT.skip_sw" "$OUT.skip_hw" || fail "csum makes a difference"
	# what was wrong stays wrong
	both "wrong4" "ip" "action pedit ex $NAT $CSUM"
	expect "frames" "$(cat "$OUT.skip_sw")" != "$(cat "$OUT.skip_hw")"
}

# Another chain has keys for what the first one has made.
chains_see_it() {
	with_way_out
	tc filter add dev "$DEV" ingress protocol ip prio 1 flower skip_sw ip_proto udp \
		action pedit ex munge udp dport set 77 pipe action csum udp pipe action goto chain 1
	tc filter add dev "$DEV" ingress chain 1 protocol ip prio 1 flower skip_sw ip_proto udp \
		dst_port 70-80 action drop
	nsenter --net="/run/netns/$PEER" bash -c \
		"$(declare -f send_udp); send_udp 192.0.2.1 5000 4 64"
	expect "in chain 1" "$(tc -j -s filter show dev "$DEV" ingress chain 1 |
		jq '[.[] | select(.options.actions)][0].options.actions[0].stats.hw_packets')" = 4
}

# server ADDRESS PORT BYTES, client ADDRESS PORT BYTES: the server says how much of it was right
server() {
	peer python3 - "$@" <<-'PY'
	import socket, sys
	address, port, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
	family = socket.AF_INET6 if ":" in address else socket.AF_INET
	with socket.create_server((address, port), family=family) as listener:
	    conn = listener.accept()[0]
	    data = b""
	    while part := conn.recv(65536):
	        data += part
	    right = data == bytes(i % 251 for i in range(size))
	    conn.sendall(b"right" if right else b"wrong")
	PY
}

client() {
	timeout 60 python3 - "$@" <<-'PY'
	import socket, sys
	address, port, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
	with socket.create_connection((address, port)) as conn:
	    conn.sendall(bytes(i % 251 for i in range(size)))
	    conn.shutdown(socket.SHUT_WR)
	    print(conn.recv(100).decode())
	PY
}

# translated PROTOCOL HEADER NET: the card translates what a connection sends, in segments
# whose checksums it has made, and what comes back
translated() {
	local net=$3 keys="$1 prio 10 flower skip_sw ip_proto tcp" csum="pipe action csum ip and tcp"

	ip neigh replace "${net}77" dev "$DEV" lladdr "$(peer cat "/sys/class/net/$PEER_DEV/address")"
	defer ip neigh del "${net}77" dev "$DEV"
	# shellcheck disable=SC2086 # words
	tc filter add dev "$DEV" egress protocol $keys dst_ip "${net}77" dst_port 5000 action pedit ex \
		munge "$2" dst set "${net}2" munge tcp dport set 5001 $csum
	# shellcheck disable=SC2086 # words
	tc filter add dev "$DEV" ingress protocol $keys src_ip "${net}2" src_port 5001 action pedit ex \
		munge "$2" src set "${net}77" munge tcp sport set 5000 $csum
	server "${net}2" 5001 1000000 &
	wait_for 10 peer_listens t 5001
	expect "a stream to $net" "$(client "${net}77" 5000 1000000)" = right
	wait $!
	expect "segments" "$(count egress)" -ge 690
	tc filter del dev "$DEV" egress
	tc filter del dev "$DEV" ingress
}

streams() {
	with_clsact
	translated ip ip 192.0.2.
	translated ipv6 ip6 2001:db8::
}

outlives_a_reset() {
	local before

	with_way_out
	KINDS=udp4 KEYS="ip ip_proto udp dst_port 4000-6000"
	ACTIONS="action pedit ex $NAT munge udp dport set 9 $CSUM"
	rewritten skip_sw
	before=$(cat "$OUT.skip_sw")
	# shellcheck disable=SC2086 # words
	tc filter add dev "$DEV" ingress protocol ip prio 10 flower skip_sw ${KEYS#* } $ACTIONS \
		action mirred egress redirect dev "$PORT"
	devlink health set "$CARD" reporter fw grace_period 0
	devlink health test "$CARD" reporter fw
	wait_for 20 recovered_since "$CARD" 0
	wait_for 20 carrier_up
	wait_for 20 grep -q 1 "/sys/class/net/$FAR/carrier"
	sent "$OUT.skip_sw" "$KINDS"
	expect "the frame" "$(cat "$OUT.skip_sw")" = "$before"
	tc filter del dev "$DEV" ingress
}

refused() {
	local pedit="action pedit ex munge" udp="ip flower skip_sw ip_proto udp"

	with_clsact
	# shellcheck disable=SC2086 # words
	{
	no_filter "a header of IPv4 is rewritten with its protocol as a key only" \
		ipv6 flower skip_sw $pedit ip ttl set 3
	no_filter "a header of IPv6 is rewritten with its protocol as a key only" \
		all flower skip_sw $pedit ip6 hoplimit set 3
	no_filter "a header of TCP is rewritten with its ip_proto as a key only" $udp $pedit tcp dport set 3
	no_filter "a header of UDP is rewritten with its ip_proto as a key only" \
		ip flower skip_sw $pedit udp dport set 3
	no_filter "a header of UDP is rewritten with its protocol as a key only" \
		arp flower skip_sw $pedit udp dport set 3
	no_filter "a header of IPv4 behind two VLAN tags is not rewritten" all flower skip_sw \
		num_of_vlans 2 cvlan_ethtype ipv4 $pedit ip ttl set 3
	no_filter "a header of IPv4 behind two VLAN tags is not rewritten" ip flower skip_sw \
		action vlan push id 3 pipe action vlan push id 4 pipe $pedit ip ttl set 3
	no_filter "of a header of IPv4 the card rewrites addresses, ports, ttl and tos" \
		$udp $pedit ip protocol set 6
	no_filter "of a header of Ethernet the card rewrites addresses, ports, ttl and tos" \
		$udp $pedit eth type set 0x88b5
	no_filter "of a header of TCP the card rewrites addresses, ports, ttl and tos" \
		ip flower skip_sw ip_proto tcp $pedit tcp flags set 2
	no_filter "the card adds to ttl and hoplimit only" $udp $pedit udp dport add 1
	no_filter "what was added to is set as a whole only" ip flower skip_sw \
		$pedit ip ttl add 255 pipe $pedit ip ttl set 3 retain 0xf
	no_filter "the card rewrites what pedit ex names" ip flower skip_sw \
		action pedit ex munge offset 0 u8 set 0x46
	no_filter "csum is offloaded behind pedit only" $udp action csum udp
	no_filter "the card mends checksums of ip, icmp, tcp and udp only" $udp $pedit ip ttl set 3 pipe \
		action csum udplite
	no_filter "the card rewrites headers 2 times a filter, of 4 changes in all" $udp \
		$pedit ip ttl set 3 pipe action mirred egress mirror dev "$DEV" pipe \
		$pedit ip ttl set 4 pipe action mirred egress mirror dev "$DEV" pipe \
		$pedit ip ttl set 5
	}
}

# What software does as well would be done twice.
by_software_alone() {
	with_clsact
	tc filter add dev "$DEV" ingress protocol ip flower action pedit ex munge ip ttl add 255
	expect not_in_hw "$(filter_json "$DEV" '.not_in_hw // false')" = true
	tc filter del dev "$DEV" ingress
	tc filter add dev "$DEV" ingress protocol ip flower action pedit ex munge ip ttl add 255 pipe \
		action mirred egress redirect dev "$DEV"
	expect in_hw "$(filter_json "$DEV" '.in_hw // false')" = true
}

switch_up
server_start "$TREE/selftests/lib/rewrite.py"
trap 'server_stop; switch_down' EXIT
guest_main ethernet ipv4 ipv6 ports in_order between_others not_the_same chains_see_it streams \
	outlives_a_reset refused by_software_alone
