#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Send rings in device memory (ethtool -G tx-push): that they are there is asked of the
# device, and what is sent of each kind arrives as without. Topology: lib/guest.sh.
# Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"
. "$(dirname "$0")/../lib/counted.sh"
. "$(dirname "$0")/../lib/frames.sh"
. "$(dirname "$0")/../lib/stream.sh"
. "$(dirname "$0")/../lib/tunnel.sh"
. "$(dirname "$0")/../lib/xdp.sh"

# Device memory begins here.
MEMORY=$((0x1001000000000000))

# push_on: until the test ends
push_on() {
	defer ethtool -G "$DEV" tx 512 tx-push off
	ethtool -G "$DEV" tx-push on "$@"
}

push_is() {
	[ "$(ethtool --json -g "$DEV" | jq '.[]."tx-push"')" = "$1" ]
}

# send_queues: numbers of the QPs of the stack's and of XDP's, of all channels
send_queues() {
	devlink -j health diagnose "$(eth_of "$(own_card)")" reporter tx |
		jq '.. | objects | select(has("xdp_qpn")) | .qpn, .xdp_qpn'
}

# ring_of QPN: device address of its send ring, as the device has it
ring_of() {
	model "{\"cmd\": \"stats\", \"card\": 0, \"port\": 0, \"qpn\": $1}" | jq .sq.base
}

# rings_are true|false: all in device memory, or none
rings_are() {
	local qpn base pushed qpns

	mapfile -t qpns < <(send_queues)
	expect "send queues" ${#qpns[@]} -eq $((2 * $(channels_now)))
	for qpn in "${qpns[@]}"; do
		base=$(ring_of "$qpn")
		pushed=false
		[ "$base" -lt $MEMORY ] || pushed=true
		[ "$pushed" = "$1" ] || fail "the ring of QP $qpn is at $base"
	done
	push_is "$1" || fail "ethtool says: $(ethtool -g "$DEV")"
}

# WQEs in device memory that rings have, "occ", or may have, "size"
device_wqes() {
	resource "$(own_card)" device_wqes "$1"
}

# of all queues of $DEV, with rings of so many
wqes_of() {
	echo $((2 * $(channels_now) * $1))
}

rings_move() {
	rings_are false
	expect "WQEs in device memory" "$(device_wqes occ)" -eq 0
	push_on
	rings_are true
	expect "WQEs in device memory" "$(device_wqes occ)" -eq "$(wqes_of 512)"
	ping_works
	ethtool -G "$DEV" tx 64
	expect "WQEs in device memory" "$(device_wqes occ)" -eq "$(wqes_of 64)"
	rings_are true
	ip link set "$DEV" down
	push_is true || fail "a port that is down forgets it"
	expect "WQEs in device memory" "$(device_wqes occ)" -eq 0
	ip link set "$DEV" up
	wait_for 10 carrier_up
	rings_are true
	ping_works
	ethtool -G "$DEV" tx-push off
	rings_are false
	expect "WQEs in device memory" "$(device_wqes occ)" -eq 0
	expect_refused "not supported" ethtool -G "$DEV" tx-push-buf-len 64
}

on_and_off() {
	local entries

	for entries in 512 64 1024; do
		step ethtool -G "$DEV" tx-push on tx $entries
		step ethtool -G "$DEV" tx-push off
	done
	step ethtool -G "$DEV" tx-push on
	step ethtool -G "$DEV" rx 1024
	step ethtool -L "$DEV" combined 3
	step ethtool -L "$DEV" combined 2
	step ip link set "$DEV" mtu 9000
	step ip link set "$DEV" mtu 1500
	step ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
	step ip link set dev "$DEV" xdpdrv off
	rings_are true
}

nothing_is_lost() {
	keep_settings
	defer ip link set dev "$DEV" xdpdrv off
	queue_limits "$DEV" 1000000
	defer queue_limits "$DEV" 0
	loses_nothing on_and_off
}

# A dump has the WQEs of the driver, and says where the device reads them.
dump_says_where() {
	local dump=/tmp/push.dump qpn

	push_on tx 64
	ping_works
	defer ethtool -W "$DEV" 3
	ethtool -W "$DEV" 6
	ethtool -w "$DEV" data $dump
	"$TREE/selftests/lib/dump.py" $dump >$dump.json
	qpn=$(jq '.queues[0].tx.qpn' $dump.json)
	expect "address" "$(jq '.rings."0".tx.dma' $dump.json)" = "$(ring_of "$qpn")"
	expect "WQEs" "$(jq '[.rings[].tx.used] | add' $dump.json)" -gt 0
}

# Several times around a short ring: plain, cut, of many pieces, tagged, in a tunnel. All the
# device has to say against them would be an error of the QP, and a reset.
all_kinds() {
	local resets

	tunnel_modules
	push_on tx 64
	resets=$(ethtool_stat "$DEV" queue_resets)
	ping -c 200 -f -q 192.0.2.2 >/dev/null
	stream TCP4 192.0.2.2 4000000
	stream TCP6 "[2001:db8::2]" 1000000
	mtu 9000
	ping_works -s 8900 -M "do"
	ping6_works -s 40000
	mtu 1500
	tagged 192.0.3
	tunnel_up vxlan "id 9 dstport 4789 udpcsum" 4
	stream TCP4 10.9.0.2 1000000
	expect "resets" "$(ethtool_stat "$DEV" queue_resets)" -eq "$resets"
	expect "bad checksums at the peer" \
		"$(peer nstat -asz TcpInCsumErrors | awk '/^Tcp/ { print $2 }')" -eq 0
	rings_are true
}

# tagged NET: a stream with tags
tagged() {
	ip link add link "$DEV" name "$DEV.7" type vlan id 7
	defer ip link del "$DEV.7"
	peer ip link add link "$PEER_DEV" name "$PEER_DEV.7" type vlan id 7
	ip addr add "$1.1/24" dev "$DEV.7"
	peer ip addr add "$1.2/24" dev "$PEER_DEV.7"
	ip link set "$DEV.7" up
	peer ip link set "$PEER_DEV.7" up
	wait_for 5 ping -c 1 -W 1 "$1.2"
	stream TCP4 "$1.2" 1000000
}

# XDP has send queues of its own.
programs_and_sockets() {
	push_on tx 64
	attach "$SHAPE" xdp_shape
	shape 0 0 0 "$XDP_TX"
	exchange 60 60 0 100
	exchange 1514 1514 0 100
	ip link set dev "$DEV" xdpdrv off
	xsk -w
	rings_are true
	exchange 60 60 0 100
	exchange 1514 1514
	ethtool -G "$DEV" tx-push off
	rings_are false
	exchange 60 60
	ethtool -G "$DEV" tx-push on
	exchange 60 60 0 100
	xsk_stop
	rings_are true
	ping_works
}

# Of the device, of the function, and of a queue that fails.
resets_leave_it() {
	local before qpn

	push_on
	reset_device
	wait_for 10 ping_works
	rings_are true
	reset_card "$(own_card)"
	wait_for 20 carrier_up
	wait_for 10 ping_works
	rings_are true
	before=$(ethtool_stat "$DEV" queue_resets)
	qpn=$(send_queues | head -n 1)
	fault "\"kind\": \"qp\", \"card\": 0, \"port\": 0, \"qpn\": $qpn"
	wait_for 10 sh -c "[ \$(ethtool -S $DEV | awk '/queue_resets/ { print \$2 }') -gt $before ]"
	wait_for 10 ping_works
	rings_are true
	expect "WQEs in device memory" "$(device_wqes occ)" -eq "$(wqes_of 512)"
}

full() {
	local before=$1 room="no room in device memory for the new send rings"

	expect_refused "$room" ethtool -G "$DEV" tx 16384 tx-push on
	rings_are false
	sleep "$COUNTED_STEP"
	step ethtool -G "$DEV" tx-push on
	expect_refused "$room" ethtool -G "$DEV" tx 16384
	expect "WQEs in device memory" "$(device_wqes occ)" -eq "$(wqes_of 512)"
	rings_are true
	sleep "$COUNTED_STEP"
	step ethtool -G "$DEV" tx-push off
	expect "WQEs in device memory" "$(device_wqes occ)" -eq "$before"
}

# What there is no room for is refused, with a reason; what runs goes on, and takes no more.
no_room() {
	local before

	[ "$(device_wqes size)" -lt $((2 * 9 * 16384)) ] || skip "too much device memory"
	keep_settings
	before=$(device_wqes occ)
	ethtool -L "$DEV" combined 9
	loses_nothing full "$before"
}

# A QP that the device does not give back keeps its ring there, until the card is made anew.
kept_rings_come_back() {
	push_on
	fault_command QP_DESTROY
	ethtool -G "$DEV" tx-push off
	expect "WQEs in device memory" "$(device_wqes occ)" -eq $((2 * 512))
	ping_works
	topology_down
	devlink dev reload "$(own_card)"
	topology_up
	ethtool -L "$DEV" combined 2
	expect "WQEs in device memory" "$(device_wqes occ)" -eq 0
	push_on
	rings_are true
	ping_works
}

topology_up
trap topology_down EXIT
ethtool -L "$DEV" combined 2
guest_main rings_move nothing_is_lost dump_says_where all_kinds programs_and_sockets resets_leave_it no_room \
	kept_rings_come_back
