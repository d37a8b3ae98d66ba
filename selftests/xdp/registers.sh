#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# No path of XDP reads or writes a register for every packet: the card counts what
# reaches its registers, and the doorbells that were rung to wake it.
#
#   $GEN (pktgen) ===cable=== $DEV, programs and sockets    $OUT ===cable=== $FAR

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/xdp.sh"

PACKETS=30000

pg() {
	echo "$2" >"/proc/net/pktgen/$1"
}

has_carrier() {
	[ "$(cat "/sys/class/net/$1/carrier")" = 1 ]
}

# up DEV...: until the test ends
up() {
	local dev

	for dev; do
		ip link set "$dev" up
		defer ip link set "$dev" down
	done
	wait_for 10 has_carrier "$dev"
}

generator() {
	modprobe -q pktgen || skip "this kernel has no pktgen"
	up "$GEN" "$DEV"
	pg kpktgend_0 rem_device_all
	defer pg kpktgend_0 rem_device_all
	pg kpktgend_0 "add_device $GEN"
	pg "$GEN" "count $PACKETS"
	pg "$GEN" "pkt_size 60"
	pg "$GEN" "delay 0"
	pg "$GEN" "burst 16"
	pg "$GEN" "dst 192.0.2.1"
	pg "$GEN" "dst_mac $(cat "/sys/class/net/$DEV/address")"
}

# accesses: to registers and to doorbells, since the card is there
accesses() {
	devlink -j health diagnose "$(own_card)" reporter fw |
		jq '[.. | objects | (.mmio_reads, .mmio_writes, .kicks) | numbers] | add'
}

# rests: nothing is counted any more
rests() {
	local before

	before=$("$@")
	sleep 0.2
	[ "$("$@")" -eq "$before" ]
}

# few_accesses COUNTER...: while packets come, which COUNTER counts
few_accesses() {
	local packets accesses

	packets=$("$@")
	accesses=$(accesses)
	pg pgctrl start
	wait_for 10 rests "$@"
	accesses=$(($(accesses) - accesses))
	packets=$(($("$@") - packets))
	note "$packets packets, $accesses accesses"
	expect "packets" "$packets" -gt $((PACKETS / 4))
	expect "accesses" "$accesses" -lt $((packets / 4))
}

receive() {
	generator
	few_accesses stat "$DEV" rx_packets
}

drop() {
	generator
	attach "$VERDICT" xdp_drop
	few_accesses ethtool_stat "$DEV" rx_xdp_drop
}

send_back() {
	generator
	attach "$VERDICT" xdp_tx
	few_accesses stat "$GEN" rx_packets
}

redirect() {
	generator
	up "$OUT" "$FAR"
	attach_filled "$DEV" "$REDIRECT" xdp_everything "ports:0=$(ifindex "$OUT")"
	few_accesses stat "$OUT" tx_packets
}

# Received by the socket and sent back by it.
socket() {
	generator
	ethtool -L "$DEV" combined 1
	defer ethtool -L "$DEV" combined 2
	PROGRAM=xsk_all xsk -w
	few_accesses stat "$GEN" rx_packets
	xsk_stop
	expect "received" "$(figure received)" -gt $((PACKETS / 4))
}

mapfile -t PORTS < <(port_devs)
[ ${#PORTS[@]} -ge 4 ] || skip "needs four ports"
DEV=${PORTS[0]} GEN=${PORTS[1]} OUT=${PORTS[2]} FAR=${PORTS[3]}
guest_main receive drop send_back redirect socket
