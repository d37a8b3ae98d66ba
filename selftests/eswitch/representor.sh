#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The representor of a group: what is sent to it lands in the group's QPs.
# Topology: lib/devlink.sh. Kernels: one

# shellcheck disable=SC2119 # ping_works takes options, or none
# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"
. "$(dirname "$0")/../lib/frames.sh"
. "$(dirname "$0")/../lib/xdp.sh"

OUT=/tmp/rep.$$

raw_group() {
	group_add "$CARD" 7
	group_set "$CARD" 7 qp_type raw qp_count "${1:-1}"
	REP=$(rep_dev "$CARD" 7)
	# nothing but what is sent here
	sysctl -q -w "net.ipv6.conf.$REP.disable_ipv6=1"
	ip link set "$REP" up
	group_state "$CARD" 7 active
}

# reader COUNT [OPTION...]: takes frames out of the group
reader() {
	local count=$1

	shift
	"$GNICCTL" accel recv -d "$CARD" --group 7 --count "$count" --out "$OUT" \
		--timeout 10 "$@" >/dev/null 2>"$OUT.err" &
	READER=$!
	wait_for 5 grep -q ready "$OUT.err"
}

reader_done() {
	wait "$READER" || fail "$(cat "$OUT.err")"
}

# send_frame DEV COUNT SIZE: raw frames, numbered
send_frames() {
	python3 - "$@" <<-'PY'
	import socket, sys
	dev, count, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
	s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
	s.bind((dev, 0x88b5))
	head = bytes.fromhex("020000000001" "020000000002" "88b5")
	for i in range(count):
	    s.send(head + bytes((i + j) & 0xff for j in range(size - 14)))
	PY
}

five_frames() {
	reader 5
	send_frames "$REP" 5 100
	reader_done
	expect "bytes in the group" "$(wc -c <"$OUT")" = 500
	# the third frame, without its Ethernet header, counts from 2
	expect "byte of the third frame" \
		"$(od -An -tu1 -j $((2 * 100 + 14)) -N 1 "$OUT" | tr -d ' ')" = 2
	expect tx_packets "$(stat "$REP" tx_packets)" -ge 5
}

transmit() {
	raw_group
	five_frames
}

# Its send rings are in device memory as those of a port are.
transmit_pushed() {
	local before

	raw_group
	before=$(resource "$CARD" device_wqes occ)
	ethtool -G "$REP" tx 64 tx-push on
	expect "WQEs in device memory" "$(resource "$CARD" device_wqes occ)" -eq \
		$((before + 2 * 64 * $(DEV=$REP channels_now)))
	five_frames
	group_state "$CARD" 7 inactive
	group_del "$CARD" 7
	expect "WQEs in device memory" "$(resource "$CARD" device_wqes occ)" -eq "$before"
}

transmit_long() {
	raw_group
	reader 3 --size 512
	send_frames "$REP" 3 1514
	reader_done
	expect "bytes in the group" "$(wc -c <"$OUT")" = $((3 * 1514))
}

spread_over_qps() {
	raw_group 4
	reader 64 --udp-payload
	ip addr add 203.0.113.1/24 dev "$REP"
	ip neigh add 203.0.113.2 dev "$REP" lladdr "$(group_get "$CARD" 7 hw_addr)"
	for _ in $(seq 16); do
		send_udp 203.0.113.2 6000 4 64
	done
	reader_done
	expect "bytes in the group" "$(wc -c <"$OUT")" = $((64 * 64))
}

tc_redirect() {
	raw_group
	reader 6 --udp-payload
	flower "$DEV" protocol ip flower skip_hw ip_proto udp dst_port 5000 \
		action mirred egress redirect dev "$REP"
	nsenter --net="/run/netns/$PEER" bash -c \
		"$(declare -f send_udp); send_udp 192.0.2.1 5000 6 64"
	reader_done
	expect "bytes in the group" "$(wc -c <"$OUT")" = $((6 * 64))
}

bytes_of() {
	python3 -c 'import socket, struct, sys
kind, value = sys.argv[1:]
data = {"ip": lambda: socket.inet_aton(value) + bytes(12),
        "port": lambda: struct.pack("!H", int(value)),
        "index": lambda: struct.pack("<I", int(value))}[kind]()
print(*(f"{byte:02x}" for byte in data))' "$1" "$2"
}

# An XDP program on the port leads one flow to the representor: DEVMAP.
xdp_redirect() {
	local prog=$TREE/build/bpf/steer_devmap.bpf.o maps=/sys/fs/bpf/rep_maps

	[ -e "$prog" ] || skip "needs $prog"
	raw_group
	reader 5 --udp-payload
	mount -t bpf bpf /sys/fs/bpf 2>/dev/null || true
	bpftool prog load "$prog" /sys/fs/bpf/rep pinmaps $maps
	defer rm -rf /sys/fs/bpf/rep $maps
	# shellcheck disable=SC2046 # bytes
	bpftool map update pinned $maps/groups key 0 0 0 0 \
		value hex $(bytes_of index "$(cat "/sys/class/net/$REP/ifindex")")
	# shellcheck disable=SC2046 # bytes
	bpftool map update pinned $maps/flows key hex $(bytes_of ip 192.0.2.2) \
		$(bytes_of ip 192.0.2.1) $(bytes_of port 4000) $(bytes_of port 5000) \
		00 00 00 00 04 11 00 00 value 0 0 0 0
	ip link set dev "$DEV" xdp pinned /sys/fs/bpf/rep
	defer ip link set dev "$DEV" xdp off
	for _ in 1 2 3 4 5; do
		echo payload | peer socat -u STDIN UDP-SENDTO:192.0.2.1:5000,sourceport=4000
	done
	reader_done
	expect "bytes in the group" "$(wc -c <"$OUT")" = $((5 * 8))
	ping_works
}

# What is redirected to a group that is not active is dropped, and counted.
xdp_redirect_inactive() {
	local dropped

	raw_group
	attach_filled "$DEV" "$REDIRECT" xdp_port "ports:0=$(ifindex "$REP")"
	reader 5
	carried "$PEER/$PEER_DEV" "$DEV" 200 0
	reader_done
	expect "bytes in the group" "$(wc -c <"$OUT")" = $((5 * 200))
	group_state "$CARD" 7 inactive
	dropped=$(stat "$REP" tx_dropped)
	carried "$PEER/$PEER_DEV" "$DEV" 200 0
	expect "dropped" $(($(stat "$REP" tx_dropped) - dropped)) -eq 5
	ping_works
}

# What the card hands to the host as the representor's is redirected to the port, by a program
# of the representor, and is back at the far end.
xdp_redirects_from() {
	local size before

	raw_group
	flower "$DEV" protocol 0x88b5 flower skip_sw action mirred ingress redirect dev "$REP"
	attach_filled "$REP" "$REDIRECT" xdp_port "ports:0=$(ifindex "$DEV")"
	peer ip link set "$PEER_DEV" promisc on
	defer peer ip link set "$PEER_DEV" promisc off
	before=$(ethtool_stat "$REP" rx_xdp_redirect)
	for size in 60 1514; do
		exchange "$size" "$size"
	done
	expect "redirected" $(($(ethtool_stat "$REP" rx_xdp_redirect) - before)) -eq 10
	detach
	before=$(stat "$REP" rx_packets)
	exchange 100 0
	expect "without a program, to the stack" $(($(stat "$REP" rx_packets) - before)) -eq 5
	ping_works
}

# From the wire to the function's own address, without any rule.
by_address() {
	raw_group
	reader 4 --udp-payload
	peer ip neigh replace 192.0.2.77 dev "$PEER_DEV" lladdr "$(group_get "$CARD" 7 hw_addr)"
	nsenter --net="/run/netns/$PEER" bash -c \
		"$(declare -f send_udp); send_udp 192.0.2.77 5000 4 64"
	reader_done
	expect "bytes in the group" "$(wc -c <"$OUT")" = $((4 * 64))
}

inactive_drops() {
	local before

	raw_group
	group_state "$CARD" 7 inactive
	before=$(stat "$REP" tx_packets)
	send_frames "$REP" 3 100 || true
	sleep 0.2
	expect "sent while inactive" "$(stat "$REP" tx_packets)" = "$before"
}

no_buffers() {
	raw_group
	send_frames "$REP" 3 100
	ping_works
}

jumbo() {
	raw_group
	ip link set "$REP" mtu 9000
	reader 2 --size 4096
	send_frames "$REP" 2 9014
	reader_done
	expect "bytes in the group" "$(wc -c <"$OUT")" = $((2 * 9014))
}

channels_and_rings() {
	raw_group
	ethtool -L "$REP" combined 2
	ethtool -G "$REP" tx 128
	reader 2
	send_frames "$REP" 2 60
	reader_done
}

down_and_up() {
	raw_group
	ip link set "$REP" down
	ip link set "$REP" up
	expect carrier "$(cat "/sys/class/net/$REP/carrier")" = 1
	reader 2
	send_frames "$REP" 2 60
	reader_done
}

# directed DEV COMBINED RX TX
directed() {
	ethtool -L "$1" combined "$2" rx "$3" tx "$4" || fail "can't set $*"
}

as_before() {
	directed "$DEV" "$COMBINED" 0 0
}

# from_the_wire COUNT: so many frames of the far end come to the representor
from_the_wire() {
	local before

	before=$(stat "$REP" rx_packets)
	exchange 100 0 0 "$1"
	expect "to the representor" $(($(stat "$REP" rx_packets) - before)) -eq "$1"
}

# Channels of one direction, of the port and of the representor.
channels_of_one_direction() {
	local way

	raw_group
	flower "$DEV" protocol 0x88b5 flower skip_sw action mirred ingress redirect dev "$REP"
	defer as_before
	for way in "1 3 0" "2 0 2"; do
		# shellcheck disable=SC2086 # three words
		directed "$DEV" $way
		five_frames
		from_the_wire 5
		ping_works
		# shellcheck disable=SC2086 # three words
		directed "$REP" $way
		five_frames
		from_the_wire 5
	done
	expect_logged "there are receive or transmit ones, not both" \
		ethtool -L "$REP" combined 1 rx 1 tx 1
	expect_refused "exceeds maximum" ethtool -L "$REP" combined 1 rx 4 tx 0
	five_frames
}

# slowly DEV MAC COUNT: frames of 100 octets to it, one in 8 ms
slowly() {
	python3 - "$@" <<-'PY'
	import socket, sys, time
	dev, mac, count = sys.argv[1], bytes.fromhex(sys.argv[2].replace(":", "")), int(sys.argv[3])
	s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
	s.bind((dev, 0x88b5))
	for i in range(count):
	    s.send(mac + bytes.fromhex("06000000000188b5") + bytes(86))
	    time.sleep(0.008)
	PY
}

# While frames go both ways the directions change, of either: none is lost.
directions_change_under_traffic() {
	local way before mac there here

	raw_group
	flower "$DEV" protocol 0x88b5 flower skip_sw action mirred ingress redirect dev "$REP"
	defer as_before
	mac=$(cat "/sys/class/net/$DEV/address")
	before=$(stat "$REP" rx_packets)
	reader 700 --timeout 40
	slowly "$REP" 020000000001 700 &
	here=$!
	ip netns exec "$PEER" bash -c "$(declare -f slowly); slowly $PEER_DEV $mac 700" &
	there=$!
	defer kill $here $there
	for way in "2 2 0" "2 0 2" "1 3 0" "1 0 3" "2 0 0"; do
		# shellcheck disable=SC2086 # three words
		directed "$DEV" $way
		# shellcheck disable=SC2086 # three words
		directed "$REP" $way
	done
	kill -0 $here || fail "no traffic to it any more"
	kill -0 $there || fail "no traffic from it any more"
	wait $here $there
	reader_done
	expect "bytes in the group" "$(wc -c <"$OUT")" = $((700 * 100))
	soon "to the representor" $((before + 700)) stat "$REP" rx_packets
}

[ -x "$GNICCTL" ] || skip_all "needs gnicctl"
switch_up
COMBINED=$(channels_now)
trap 'switch_down; rm -f $OUT $OUT.err' EXIT
guest_main transmit transmit_pushed transmit_long spread_over_qps tc_redirect xdp_redirect \
	xdp_redirect_inactive xdp_redirects_from by_address inactive_drops no_buffers jumbo channels_and_rings \
	channels_of_one_direction directions_change_under_traffic down_and_up
