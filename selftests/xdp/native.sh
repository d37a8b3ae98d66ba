#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Native XDP: verdicts, frames of one and of more buffers and of other shapes, hints.
# Topology: lib/guest.sh; programs run at $DEV unless a test says otherwise.

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/frames.sh"
. "$(dirname "$0")/../lib/counted.sh"
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
	attach "$SHAPE" xdp_shape
	shape 0 -200 0 $XDP_TX
	exchange 1000 800
	exchange 9614 9414
	exchange 3600 3400
	exchange 7100 6900
	# more than there is
	shape 0 -9000 0 $XDP_TX
	errors 1000
}

# The first byte of a frame is elsewhere when it goes back.
adjust_head() {
	mtu 9600
	attach "$SHAPE" xdp_shape
	shape 16 0 0 $XDP_TX
	exchange 200 184 -16
	exchange 9614 9598 -16
	shape -16 0 0 $XDP_TX
	exchange 200 216 16
	exchange 1400 1416 16
	exchange 8000 8016 16
	# more than the headroom
	shape -300 0 0 $XDP_TX
	errors 200
	ping_works
}

# A program makes it longer at the end of the last buffer.
grow() {
	attach "$SHAPE" xdp_shape
	shape 0 100 0 $XDP_TX
	exchange 200 300
	mtu 9600
	exchange 1000 1100
	exchange 3700 3800
	# more than the device sends: dropped, and nothing fails of it
	errors 9614
	exchange 3700 3800
	expect "resets" "$(dmesg | grep -c 'gnic.*reset')" -eq 0
}

pass_shapes() {
	mtu 9600
	attach "$SHAPE" xdp_shape
	passes_shapes 200 1514 3536 3537 9598
	ping_works
}

program_needs_frags() {
	mtu 9000
	expect_refused "MTU 9000 needs a program with frags, without it is at most 3498" \
		ip link set dev "$DEV" xdpdrv object "$SHAPE" program xdp_single
	ip link set "$DEV" mtu 1500
	attach "$SHAPE" xdp_single
	expect_logged "XDP program and AF_XDP pools allow an MTU of 3498 at most" \
		ip link set "$DEV" mtu 3499
	ip link set "$DEV" mtu 3498
}

# Nobody else than the driver runs a program.
offload_refused() {
	bpftool prog load "$VERDICT" /sys/fs/bpf/verdict type xdp
	defer rm -f /sys/fs/bpf/verdict
	expect_refused "gnic: the device runs no XDP programs, the driver does" \
		ip link set dev "$DEV" xdpoffload pinned /sys/fs/bpf/verdict
	ip link set dev "$DEV" xdpdrv pinned /sys/fs/bpf/verdict
	ip link set dev "$DEV" xdpdrv off
}

# A program that takes one buffer does not see the first of several.
rx_all() {
	attach "$SHAPE" xdp_single
	longer_frames
	carried "$PEER/$PEER_DEV" "$DEV" 1514 1514
	errors 5000
	ping_works
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
	element hints "$1"
}

# The last one is so, if nothing came behind it that has no addresses to hash.
hashed() {
	ping_works -c 1
	[ "$(hint 2)" -ne 0 ]
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
	wait_for 5 hashed
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

topology_up
trap topology_down EXIT
guest_main pass drop aborted tx tx_multi_buffer pass_and_drop_multi_buffer trim adjust_head \
	grow pass_shapes program_needs_frags offload_refused rx_all swap_under_traffic \
	under_traffic hints hint_vlan
