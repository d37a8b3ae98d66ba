#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The device refuses when a program or a pool comes or goes: what ran goes on, and
# what cannot be refused is made good later. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/frames.sh"
. "$(dirname "$0")/../lib/xdp.sh"

# refuse OPCODE SKIP [COUNT]: COUNT (1) such commands fail, behind SKIP that do not
refuse() {
	fault "\"kind\": \"command\", \"card\": 0, \"status\": \"INTERNAL\", \"opcode\": \"$1\", \"skip\": $2, \"count\": ${3:-1}"
}

# log_has WORDS: since it was cleared
log_has() {
	dmesg | grep gnic | grep -q -e "$1"
}

attached() {
	[[ $(ip -o link show dev "$DEV") == *xdp* ]]
}

port_works() {
	ping_works
	ping_works -s 1472
}

# attach_refused SENTENCE OPCODE SKIP
attach_refused() {
	refuse "$2" "$3"
	expect_refused "$1" ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
	attached && fail "$2 $3: a program is attached"
	fault_clear
	ethtool -g "$DEV" | grep -q "RX Buf Len:.*2048" || fail "$2 $3: other buffers"
	port_works
}

attach_fails() {
	attach_refused "no new queues: the device refuses" CQ_CREATE 0
	attach_refused "no new queues: the device refuses" QP_CREATE 3
	attach_refused "no new queues: the device refuses" QP_MOVE 0
	attach_refused "no new queues: the device refuses" QP_MOVE 1
	attach "$VERDICT" xdp_pass
	port_works
}

# What a program needs is given back later if it can't be at once.
detach_fails() {
	local opcode

	for opcode in QP_CREATE QP_MOVE; do
		ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
		dmesg -C
		refuse $opcode 1
		ip link set dev "$DEV" xdpdrv off
		attached && fail "$opcode: the program is still there"
		port_works
		log_has "no queues without room for a program: the device refuses, tried again" ||
			fail "the log does not say it"
		wait_for 5 log_has "new queues after all"
	done
	ethtool -g "$DEV" | grep -q "RX Buf Len:.*2048" || fail "buffers have room for a program"
	port_works
}

bind_fails() {
	local opcode

	for opcode in CQ_CREATE QP_CREATE QP_MOVE; do
		ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
		refuse $opcode 0
		xsk_fails "" -w
		log_says "queue 0: none with a pool: the device refuses"
		fault_clear
		port_works
	done
	xsk -w
	exchange 60 60
}

# up_with_queue_1: the port is up, and its second queue receives, which test frames
# of the peer go to.
up_with_queue_1() {
	local before

	[[ $(ip -o link show dev "$DEV") == *,UP,* ]] || fail "the port was set down"
	carrier_up || fail "the port has no link"
	before=$(stat "$DEV" rx_packets)
	exchange 60 0 0 20
	expect "received" "$(($(stat "$DEV" rx_packets) - before))" -ge 20
}

# The pool goes and no other queue can be made: this one rests, its neighbour does
# not, and it comes back by itself.
let_go_fails() {
	local opcode

	ethtool -X "$DEV" weight 0 1
	defer ethtool -X "$DEV" default
	for opcode in QP_CREATE QP_MOVE; do
		xsk -w -q 0
		dmesg -C
		refuse $opcode 0 1000
		kill "$XSK_PID"
		wait_for 5 log_has "queue 0: can't be made without the pool, rests: the device refuses"
		sleep 2
		up_with_queue_1
		fault_clear
		wait_for 5 log_has "new queues after all"
		port_works
	done
	ethtool -X "$DEV" default
	xsk -w -q 0
	exchange 60 60
	port_works
}

# next_doorbell_lost: of what programs and sockets send
next_doorbell_lost() {
	local eth qpn

	eth=$(eth_of "$(own_card)")
	for qpn in $(devlink -j health diagnose "$eth" reporter tx | jq '.queues[].xdp_qpn'); do
		fault "\"kind\": \"db-overrun\", \"card\": 0, \"port\": 0, \"qpn\": $qpn, \"count\": 1"
	done
	[ -z "$LOST" ] || fault '"kind": "events", "card": 0, "count": 1'
}

# comes_back: one frame, by the only doorbell
comes_back() {
	local before

	before=$(ethtool_stat "$DEV" rung_again)
	next_doorbell_lost
	exchange 60 60 0 1
	expect "polls that rang" "$(ethtool_stat "$DEV" rung_again)" -gt "$before"
	fault_clear
}

# Nobody watches what programs and sockets send.
doorbells_get_lost() {
	attach "$SHAPE" xdp_shape
	shape 0 0 0 $XDP_TX
	for LOST in "" events; do
		comes_back
	done
	ip link set dev "$DEV" xdpdrv off
	xsk -w
	for LOST in "" events; do
		comes_back
	done
	xsk_stop
	expect "sent by the socket" "$(figure sent)" -eq 2
	expect "received by it" "$(figure received)" -eq 2
}

# never OPCODE: such a command is not answered, once
never() {
	fault "\"kind\": \"command\", \"card\": 0, \"status\": \"never\", \"opcode\": \"$1\", \"count\": 1"
}

# not_answered OPCODE COMMAND...: it does not get its answer, and the card is reset for that
not_answered() {
	local before

	before=$(recoveries "$(own_card)")
	never "$1"
	"${@:2}"
	wait_for 20 recovered_since "$(own_card)" "$before"
	fault_clear
	wait_for 20 carrier_up
	port_works
}

# A card that is mute for a moment: who asks or binds hears of it, and the socket that is there
# lives through the reset.
mute() {
	no_grace "$(own_card)"
	xsk -w
	exchange 60 60
	not_answered QP_STATS \
		expect_refused "Connection timed out" ethtool -w "$DEV" data /tmp/mute.dump
	exchange 60 60
	exchange 1514 1514
	ethtool -w "$DEV" data /tmp/mute.dump
	xsk_stop
	expect "frames of the socket" "$(figure received)" -eq 15
	ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
	not_answered CQ_CREATE xsk_fails "Connection timed out" -w
	log_has "queue 0: none with a pool: the device does not answer" ||
		fail "the log does not say it"
	xsk -w
	exchange 60 60
	xsk_stop
	ip link set dev "$DEV" xdpdrv off
	not_answered QP_CREATE expect_refused "gnic: no new queues: the device does not answer" \
		ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
	not_answered QP_MOVE expect_refused "gnic: no new queues: the device does not answer" \
		ethtool -G "$DEV" rx 256
	attached && fail "a program is attached"
	ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
	port_works
}

# A card that is mute, and a socket that goes: the port is not set down, for the reset is as
# good as an answer.
socket_goes_while_mute() {
	local card before

	card=$(own_card)
	no_grace "$card"
	xsk -w
	exchange 60 60
	before=$(recoveries "$card")
	fault '"kind": "hang", "card": 0'
	kill "$XSK_PID"
	wait_for 20 recovered_since "$card" "$before"
	[[ $(ip -o link show dev "$DEV") == *[,\<]UP,* ]] || fail "the port was set down"
	wait_for 20 carrier_up
	wait_for 10 ping_works
	port_works
	xsk -w
	exchange 60 60
}

topology_up
trap topology_down EXIT
guest_main attach_fails detach_fails bind_fails let_go_fails doorbells_get_lost mute socket_goes_while_mute
