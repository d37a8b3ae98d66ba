#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Native XDP: verdicts, frames of one and of more buffers, redirection, hints.
# Topology: lib/guest.sh; programs run at $DEV unless a test says otherwise.

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/frames.sh"
. "$(dirname "$0")/../lib/xdp.sh"

# count VERDICT: packets that a program of verdict.bpf.o gave it
count() {
	bpftool -j map dump name verdicts | jq ".[$1].formatted.values | map(.value) | add"
}

pass() {
	attach "$VERDICT" xdp_pass
	ping_works -c 5
	expect "passed" "$(count 2)" -ge 5
}

drop() {
	attach "$VERDICT" xdp_drop
	expect_fail ping -c 3 -i 0.1 -W 1 192.0.2.2
	expect "dropped" "$(count 1)" -ge 1
	expect "counted" "$(ethtool_stat "$DEV" rx_xdp_drop)" -ge 1
	ip link set dev "$DEV" xdpdrv off
	ping_works
}

aborted() {
	local before

	before=$(ethtool_stat "$DEV" rx_xdp_errors)
	attach "$VERDICT" xdp_aborted
	expect_fail ping -c 2 -i 0.1 -W 1 192.0.2.2
	expect "errors" "$(ethtool_stat "$DEV" rx_xdp_errors)" -gt "$before"
}

tx() {
	local size

	attach "$SHAPE" xdp_echo
	for size in 60 1514; do
		exchange $size $size
	done
	ping_works
}

tx_multi_buffer() {
	local size

	mtu 9600
	attach "$SHAPE" xdp_echo
	for size in 60 3520 3521 7040 7041 9614; do
		exchange $size $size
	done
	ping_works -s 9572 -M "do"
}

pass_and_drop_multi_buffer() {
	mtu 9600
	attach "$VERDICT" xdp_pass
	ping_works -s 9572 -M "do"
	ip link set dev "$DEV" xdpdrv off
	attach "$VERDICT" xdp_drop
	expect_fail ping -c 2 -i 0.1 -W 1 -s 9000 192.0.2.2
	ip link set dev "$DEV" xdpdrv off
	ping_works -s 9572 -M "do"
}

# A program takes bytes off the end: within the last buffer, and all of it.
trim() {
	mtu 9600
	attach "$SHAPE" xdp_trim
	exchange 1000 800
	exchange 9614 9414
	exchange 3600 3400
	exchange 7100 6900
}

adjust_head() {
	attach "$SHAPE" xdp_head
	exchange 200 0
	ping_works
}

# A program makes it longer: in front, and at the end of the last buffer.
grow() {
	attach "$SHAPE" xdp_push
	exchange 200 216 16
	exchange 1400 1416 16
	ip link set dev "$DEV" xdpdrv off
	attach "$SHAPE" xdp_grow
	exchange 200 300
	mtu 9600
	exchange 1000 1100
	exchange 3700 3800
	# more than the device sends: dropped, and nothing fails of it
	exchange 9614 0
	exchange 3700 3800
	expect "resets" "$(dmesg | grep -c 'gnic.*reset')" -eq 0
}

# map_id NAME, le32 NUMBER: as bpftool wants it
map_id() {
	bpftool -j map show name "$1" | jq '.id // .[0].id'
}

le32() {
	echo $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24))
}

# shellcheck disable=SC2046 # bytes are words
redirect_to_processor() {
	local before

	before=$(ethtool_stat "$DEV" rx_xdp_redirect)
	attach "$SHAPE" xdp_processor
	bpftool map update id "$(map_id processors)" key 0 0 0 0 value $(le32 192) 0 0 0 0
	ping_works -c 10
	mtu 9000
	ping_works -s 8000
	expect "redirected" "$(ethtool_stat "$DEV" rx_xdp_redirect)" -ge $((before + 13))
}

# shellcheck disable=SC2046
redirect_by_hash_and_to_all() {
	local index=/sys/class/net/$DEV/ifindex other=/sys/class/net/${PORTS[2]}/ifindex before

	peer ip link set "$PEER_DEV" promisc on
	defer peer ip link set "$PEER_DEV" promisc off
	attach "$SHAPE" xdp_hashed
	bpftool map update id "$(map_id hashed)" key 7 0 0 0 value $(le32 "$(cat "$index")")
	exchange 100 100
	ip link set dev "$DEV" xdpdrv off
	ip link set "${PORTS[2]}" up
	ip link set "${PORTS[3]}" up
	defer ip link set "${PORTS[2]}" down
	defer ip link set "${PORTS[3]}" down
	wait_for 10 grep -q 1 "/sys/class/net/${PORTS[2]}/carrier"
	attach "$SHAPE" xdp_broadcast
	bpftool map update id "$(map_id ports)" key 0 0 0 0 value $(le32 "$(cat "$index")")
	bpftool map update id "$(map_id ports)" key 1 0 0 0 value $(le32 "$(cat "$other")")
	before=$(stat "${PORTS[2]}" tx_packets)
	exchange 100 100
	exchange 1500 1500
	expect "at the other port" "$(($(stat "${PORTS[2]}" tx_packets) - before))" -ge 10
}

# In at one end, out of the port that the far end is behind: the frame turns up
# at the peer again.
redirect() {
	local index map

	attach "$SHAPE" xdp_forward
	index=$(cat "/sys/class/net/$DEV/ifindex")
	map=$(bpftool -j map show name ports | jq '.id // .[0].id')
	bpftool map update id "$map" key 0 0 0 0 value $((index & 255)) $((index >> 8 & 255)) 0 0
	peer ip link set "$PEER_DEV" promisc on
	defer peer ip link set "$PEER_DEV" promisc off
	exchange_promisc 60
	exchange_promisc 1500
	expect "redirected" "$(ethtool_stat "$DEV" rx_xdp_redirect)" -ge 10
}

redirect_multi_buffer() {
	mtu 9000
	redirect
	exchange_promisc 9000
}

# exchange_promisc SIZE: what comes back has still our own address as target.
exchange_promisc() {
	exchange "$1" "$1"
}

program_needs_frags() {
	mtu 9000
	expect_fail ip link set dev "$DEV" xdpdrv object "$SHAPE" program xdp_single
	ip link set "$DEV" mtu 1500
	attach "$SHAPE" xdp_single
	expect_fail ip link set "$DEV" mtu 9000
	ip link set "$DEV" mtu 3400
}

# Programs come and go, rings and channels change: no frame is stuck.
under_traffic() {
	local i

	peer iperf3 -s -D
	defer peer pkill -x iperf3
	wait_for 5 peer_listens t 5201
	background iperf3 -c 192.0.2.2 -t 60 -R
	sleep 1
	for i in 1 2 3 4 5; do
		ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
		ethtool -G "$DEV" rx $((128 << (i % 3)))
		ip link set dev "$DEV" xdpdrv off
		ethtool -L "$DEV" combined $((1 + i % 3))
	done
	kill -0 "$BACKGROUND" || fail "the connection broke"
	ping_works
	ethtool -G "$DEV" rx 512
	ethtool -L "$DEV" combined 2
}

swap_programs() {
	local i

	for i in $(seq 15); do
		ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
		ip -force link set dev "$DEV" xdpdrv object "$SHAPE" program xdp_single
		ip link set dev "$DEV" xdpdrv off
		sleep 0.1
	done
}

# To attach, replace and detach a program costs no frame.
swap_under_traffic() {
	all_arrive swap_programs
}

hint() {
	bpftool -j map dump name hints | jq ".[$1].formatted.value"
}

hints() {
	local first

	bpftool prog load "$HINTS" /sys/fs/bpf/hints type xdp xdpmeta_dev "$DEV"
	defer rm -f /sys/fs/bpf/hints
	bpftool net attach xdpdrv pinned /sys/fs/bpf/hints dev "$DEV"
	defer bpftool net detach xdpdrv dev "$DEV"
	peer iperf3 -s -1 -D
	wait_for 5 peer_listens t 5201
	iperf3 -c 192.0.2.2 -n 100K >/dev/null
	expect "hash error" "$(hint 1)" -eq 0
	expect "hash" "$(hint 2)" -ne 0
	expect "hash type" "$(hint 3)" -ne 0
	expect "timestamp error" "$(hint 4)" -eq 0
	first=$(hint 5)
	sleep 6
	ping_works -c 1
	note "6 s and more are $((($(hint 5) - first) / 1000000)) ms"
	expect "elapsed ns" "$(($(hint 5) - first))" -ge 5900000000
	expect "elapsed ns" "$(($(hint 5) - first))" -le 20000000000
	expect "untagged" "$(hint 7)" -eq 61
}

hint_vlan() {
	bpftool prog load "$HINTS" /sys/fs/bpf/hints type xdp xdpmeta_dev "$DEV"
	defer rm -f /sys/fs/bpf/hints
	bpftool net attach xdpdrv pinned /sys/fs/bpf/hints dev "$DEV"
	defer bpftool net detach xdpdrv dev "$DEV"
	# $DEV itself is in no VLAN
	ethtool -K "$DEV" rx-vlan-filter off
	defer ethtool -K "$DEV" rx-vlan-filter on
	peer ip link add link "$PEER_DEV" name vlan9 type vlan id 9
	defer peer ip link del vlan9
	peer ip link set vlan9 up
	sleep 1
	peer python3 - <<-'PYTHON'
		import socket
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("vlan9", 0))
		s.send(b"\xff" * 6 + s.getsockname()[4] + b"\x88\xb5" + bytes(50))
	PYTHON
	wait_for 3 sh -c "bpftool -j map dump name hints | jq -e '.[7].formatted.value == 0 and .[8].formatted.value == 9'"
}

# A burst that is redirected into a port that is down is dropped, not kept.
redirect_into_down_port() {
	attach "$SHAPE" xdp_echo
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 10 carrier_up
	exchange 100 100
}

topology_up
trap topology_down EXIT
guest_main pass drop aborted tx tx_multi_buffer pass_and_drop_multi_buffer trim adjust_head \
	grow redirect redirect_multi_buffer redirect_to_processor redirect_by_hash_and_to_all \
	program_needs_frags swap_under_traffic under_traffic hints hint_vlan redirect_into_down_port
