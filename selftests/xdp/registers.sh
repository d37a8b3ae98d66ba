#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# No path reads or writes a register, or takes memory, for every packet: the card counts what
# reaches its registers, and the doorbells that were rung to wake it; the kernel counts, stack by
# stack, who takes memory.
#
#   $GEN (pktgen) ===cable=== $DEV, programs and sockets    $OUT ===cable=== $FAR

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/xdp.sh"

PACKETS=20000
KMEM=/sys/kernel/tracing/events/kmem
EVENTS=("$KMEM/kmalloc" "$KMEM/kmem_cache_alloc" "$KMEM/mm_page_alloc")
TRIGGER="hist:keys=common_stacktrace:size=4096"
# where packets leave the driver, to above; and what interrupts it
STACK="(napi_gro_receive|gro_receive_skb|napi_complete_done|netif_receive_skb.*|__local_bh_enable_ip|asm_.*)"
MEGABYTES=24

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

# watch_memory: from now on, until unwatch_memory
watch_memory() {
	local event

	for event in "${EVENTS[@]}"; do
		echo "$TRIGGER" >"$event/trigger"
		defer eval "echo '!$TRIGGER' >$event/trigger"
	done
}

# Leaves what was seen in /tmp/memory.
unwatch_memory() {
	local event

	for event in "${EVENTS[@]}"; do
		cat "$event/hist"
		echo "!$TRIGGER" >"$event/trigger"
	done >/tmp/memory
}

# taken: how often the driver took memory, or whom it called for that; "TIMES CALLEE FUNCTION".
# What the stack takes to which a packet is handed is the stack's.
taken() {
	awk '
	/^\{/ { callee = "" ; driver = "" }
	/\+0x/ && driver == "" {
		sub(/\+.*/, "", $1)
		if (/\[gnic\]/) driver = $1; else callee = $1
	}
	/^\}/ && driver != "" && callee !~ /^'"$STACK"'$/ { times[callee " " driver] += $NF }
	END {
		for (who in times) print times[who], who
	}' /tmp/memory
}

# costs_little COUNTER COMMAND...: COMMAND sends packets, which COUNTER counts; once more, with
# memory and caches as they are then. Of pages that skbs are made of, and those that come back
# late, there are fewer than one for 64 packets.
costs_little() {
	local counter=$1 packets accesses taken=0 times rest

	shift
	"$@"
	wait_for 10 rests eval "$counter"
	packets=$(eval "$counter")
	accesses=$(accesses)
	watch_memory
	"$@"
	wait_for 10 rests eval "$counter"
	unwatch_memory
	accesses=$(($(accesses) - accesses))
	packets=$(($(eval "$counter") - packets))
	while read -r times rest; do
		taken=$((taken + times))
		note "$times times memory: $rest"
	done < <(taken)
	note "$packets packets, $accesses accesses, $taken times memory"
	grep -q "hitcount: *[1-9]" /tmp/memory || fail "nobody took memory: not watched"
	expect "packets" "$packets" -gt $((PACKETS / 4))
	expect "accesses" "$accesses" -lt $((packets / 4))
	expect "allocations" "$taken" -lt $((packets / 64))
}

generated() {
	costs_little "$*" pg pgctrl start
}

receive() {
	generator
	generated stat "$DEV" rx_packets
}

drop() {
	generator
	attach "$VERDICT" xdp_drop
	generated ethtool_stat "$DEV" rx_xdp_drop
}

send_back() {
	generator
	attach "$VERDICT" xdp_tx
	generated stat "$GEN" rx_packets
}

redirect() {
	generator
	up "$OUT" "$FAR"
	attach_filled "$DEV" "$REDIRECT" xdp_everything "ports:0=$(ifindex "$OUT")"
	generated stat "$OUT" tx_packets
}

# Received by the socket and sent back by it.
socket() {
	generator
	ethtool -L "$DEV" combined 1
	defer ethtool -L "$DEV" combined 2
	PROGRAM=xsk_all xsk -w
	generated stat "$GEN" rx_packets
	xsk_stop
	expect "received" "$(figure received)" -gt $((PACKETS / 4))
}

# Out of a socket in packets of 64 KiB, which the card cuts, to another.
to_far_socket() {
	peer_background socat -u TCP4-LISTEN:5003,reuseaddr OPEN:/dev/null
	wait_for 5 peer_listens t 5003
	head -c ${MEGABYTES}M /dev/zero | socat -u - TCP4:192.0.2.2:5003
}

segments() {
	local cut

	defer topology_down
	topology_up
	costs_little 'stat "$DEV" tx_packets' to_far_socket
	cut=$("$TREE/selftests/lib/qstats.py" "$DEV" hw-gso-wire-packets)
	expect "packets cut" "$cut" -gt $((MEGABYTES << 20 >> 11))
}

mapfile -t PORTS < <(port_devs)
[ ${#PORTS[@]} -ge 4 ] || skip "needs four ports"
DEV=${PORTS[0]} GEN=${PORTS[1]} OUT=${PORTS[2]} FAR=${PORTS[3]}
guest_main receive drop send_back redirect socket segments
