#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A kernel that another one has started finds a card that is like new: what the other
# one had set is gone, and what it had on the way goes nowhere. See handover.

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/outlives.sh"
. "$(dirname "$0")/../lib/stream.sh"

DUMP_BYTES=32000000

is_heir() {
	[ -e /proc/vmcore ]
}

# frames that the ports of the card have received
received() {
	local dev

	for dev in "${PORTS[@]}"; do
		stat "$dev" rx_packets
	done | awk '{ sum += $1 } END { print sum + 0 }'
}

links_are_up() {
	local dev

	for dev in "${PORTS[@]}"; do
		[ "$(cat "/sys/class/net/$dev/carrier")" = 1 ] || return
	done
}

# This comes first. Nobody here sends anything.
nothing_is_on_the_way() {
	local dev

	mapfile -t PORTS < <(port_devs)
	expect ports ${#PORTS[@]} -eq 4
	for dev in "${PORTS[@]}"; do
		sysctl -q -w "net.ipv6.conf.$dev.disable_ipv6=1"
		defer sysctl -q -w "net.ipv6.conf.$dev.disable_ipv6=0"
		ip link set "$dev" up
		defer ip link set "$dev" down
	done
	wait_for 10 links_are_up
	sleep 2
	expect "frames of nobody" "$(received)" -eq 0
}

card_is_legacy() {
	local card

	mapfile -t PORTS < <(port_devs)
	DEV=${PORTS[0]}
	card=$(own_card)
	devlink dev eswitch show "$card" | grep -q "mode legacy" || fail "not legacy"
	expect functions "$(devlink port show | grep -c pcisf)" -eq 0
	expect recoveries "$(recoveries "$card")" -eq 0
}

settings_are_new() {
	topology_up
	defer topology_down
	expect MTU "$(cat "/sys/class/net/$DEV/mtu")" -eq 1500
	expect rules "$(ethtool -n "$DEV" | sed -n 's/^Total \([0-9]*\) rules/\1/p')" -eq 0
	ethtool -k "$DEV" | grep -q "rx-fcs: off" || fail "FCS is received"
	ethtool "${PORTS[2]}" | grep -q "Auto-negotiation: on" || fail "the link is forced"
	is_heir || return 0
	expect queues "$(channels_now)" -eq 1
	expect ring "$(ethtool -g "$DEV" | awk '/^RX:/ { n = $2 } END { print n }')" -eq 64
}

packets_pass() {
	topology_up
	defer topology_down
	port_works
	stream TCP4 192.0.2.2 8000000
}

# What a kernel that follows a crash is for.
dump_leaves() {
	local got

	topology_up
	defer topology_down
	got=$(mktemp)
	defer rm -f "$got"
	peer_background socat -u TCP4-LISTEN:$STREAM_PORT,reuseaddr "CREATE:$got"
	wait_for 5 peer_listens t $STREAM_PORT
	head -c $DUMP_BYTES /proc/vmcore | socat -u STDIN TCP4-CONNECT:192.0.2.2:$STREAM_PORT
	wait_for 10 cmp -n $DUMP_BYTES "$got" /proc/vmcore
	expect octets "$(wc -c <"$got")" -eq $DUMP_BYTES
}

tests=(nothing_is_on_the_way card_is_legacy settings_are_new packets_pass)
! is_heir || tests+=(dump_leaves)
guest_main "${tests[@]}"
