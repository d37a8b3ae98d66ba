#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Moderation: what is set is counted in interrupts, and stays. Topology:
# lib/guest.sh.

. "$(dirname "$0")/../lib/guest.sh"

# How many interrupts 200 frames take that come together.
cost() {
	local before

	sleep 0.2
	before=$(interrupts)
	peer ping -q -l 200 -c 200 -i 0.001 -W 2 192.0.2.1 >/dev/null || :
	sleep 0.2
	echo $(($(interrupts) - before))
}

setting() {
	ethtool --json -c "$DEV" | jq ".[0].\"$1\""
}

restore() {
	defer ethtool -C "$DEV" rx-usecs 4 tx-usecs 16 rx-frames 0 tx-frames 0 adaptive-rx off \
		adaptive-tx off cqe-mode-rx off cqe-mode-tx off
}

# More time, fewer interrupts; a number of frames ends the wait.
time_and_frames() {
	local short long

	restore
	ethtool -L "$DEV" combined 1
	defer ethtool -L "$DEV" combined 2
	ethtool -C "$DEV" rx-usecs 0 tx-usecs 0
	short=$(cost)
	ethtool -C "$DEV" rx-usecs 20000 tx-usecs 20000
	long=$(cost)
	note "interrupts: $short at once, $long with 20 ms"
	expect "interrupts with 20 ms" "$long" -lt $((short / 2 + 1))
	# it does not take 20 ms to answer when one frame is enough
	ethtool -C "$DEV" rx-frames 1 tx-frames 1
	ping_works
}

limits() {
	restore
	ethtool -C "$DEV" rx-usecs 65535 rx-frames 65535 tx-usecs 65535 tx-frames 65535
	expect "rx-usecs" "$(setting rx-usecs)" -eq 65535
	ping_works
	ethtool -C "$DEV" rx-usecs 65536 2>&1 | grep -q "at most 65535" || fail "which limit"
	expect_refused "unsupported parameter" ethtool -C "$DEV" rx-usecs-irq 5
	expect "rx-usecs" "$(setting rx-usecs)" -eq 65535
	ethtool -C "$DEV" rx-frames 1 tx-frames 1
	ping_works
}

# What is set outlives the queues.
stays() {
	restore
	ethtool -C "$DEV" rx-usecs 33 tx-usecs 44 adaptive-tx on
	ethtool -G "$DEV" rx 256
	ethtool -L "$DEV" combined 1
	ip link set "$DEV" down
	ip link set "$DEV" up
	ethtool -L "$DEV" combined 2
	ethtool -G "$DEV" rx 512
	wait_for 10 carrier_up
	expect "rx-usecs" "$(setting rx-usecs)" -eq 33
	expect "tx-usecs" "$(setting tx-usecs)" -eq 44
	expect "adaptive-tx" "$(setting adaptive-tx)" = true
	ping_works
}

queue_setting() {
	ethtool -Q "$DEV" queue_mask "$1" --show-coalesce | awk -v name="$2:" '$1 == name { print $2 }'
}

# One queue is not like the other, also after they were made anew.
one_queue() {
	restore
	ethtool -Q "$DEV" queue_mask 0x2 --coalesce rx-usecs 77 tx-usecs 88
	expect "queue 1" "$(queue_setting 0x2 rx-usecs)" -eq 77
	expect "queue 0" "$(queue_setting 0x1 rx-usecs)" -ne 77
	ethtool -G "$DEV" rx 256
	defer ethtool -G "$DEV" rx 512
	expect "queue 1" "$(queue_setting 0x2 tx-usecs)" -eq 88
	expect_refused "Invalid argument" ethtool -Q "$DEV" queue_mask 0x4 --coalesce rx-usecs 5
	# ethtool says so, and ends well
	ethtool -Q "$DEV" queue_mask 0x2 --coalesce rx-usecs 70000 2>&1 |
		grep -q "Numerical result out of range" || fail "70000 us of a queue"
	expect "queue 1" "$(queue_setting 0x2 rx-usecs)" -eq 77
	fault_command CQ_MODIFY
	ethtool -Q "$DEV" queue_mask 0x2 --coalesce rx-usecs 78 2>&1 |
		grep -q "Input/output error" || fail "the device did not refuse"
	expect "queue 1" "$(queue_setting 0x2 rx-usecs)" -eq 77
	# all queues, this one too
	ethtool -C "$DEV" rx-usecs 9
	expect "queue 1" "$(queue_setting 0x2 rx-usecs)" -eq 9
	ping_works
}

# chosen DIRECTION: the time that queue 0 has now, whoever chose it
chosen() {
	local port

	port=$(eth_of "$(own_card)")
	devlink -j health diagnose "$port" reporter "$1" | jq '.queues[0].usecs'
}

chosen_is_not() {
	[ "$(chosen "$1")" -ne "$2" ]
}

# DIM: under load it goes to another step of its profile
adaptive() {
	local rx tx

	restore
	ethtool -L "$DEV" combined 1
	defer ethtool -L "$DEV" combined 2
	ethtool -C "$DEV" adaptive-rx on adaptive-tx on
	expect "adaptive-rx" "$(setting adaptive-rx)" = true
	rx=$(chosen rx) tx=$(chosen tx)
	peer_background ping -f -q 192.0.2.1
	wait_for 10 chosen_is_not rx "$rx"
	wait_for 10 chosen_is_not tx "$tx"
	kill "$BACKGROUND"
	ping_works
	ethtool -C "$DEV" adaptive-rx off adaptive-tx off rx-usecs 5
	expect "rx-usecs" "$(setting rx-usecs)" -eq 5
	ping_works
}

# The profile is the user's, too, and what DIM takes from it reaches the queues.
profiles() {
	local profile=$TREE/selftests/lib/profile.py before

	restore
	before=$("$profile" "$DEV" rx | awk '{ print $1 }')
	# shellcheck disable=SC2086
	defer "$profile" "$DEV" rx $before
	ethtool -C "$DEV" adaptive-rx on
	"$profile" "$DEV" rx 20001 20001 20001 20001 20001
	expect "steps" "$("$profile" "$DEV" rx | grep -c '^20001 64$')" -eq 5
	expect "rx-usecs of a queue" "$(chosen rx)" -eq 20001
	ethtool -G "$DEV" rx 256
	defer ethtool -G "$DEV" rx 512
	expect "rx-usecs of a new queue" "$(chosen rx)" -eq 20001
	ping_works
}

# Interrupts of 300 frames that come one by one, each earlier than the time ends.
stream_cost() {
	local before

	before=$(interrupts)
	peer python3 - "$PEER_DEV" <<-'PYTHON'
		import socket, sys, time
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind((sys.argv[1], 0x88b5))
		for _ in range(300):
		    s.send(b"\xff" * 6 + s.getsockname()[4] + b"\x88\xb5" + bytes(50))
		    time.sleep(0.002)
	PYTHON
	echo $(($(interrupts) - before))
}

# The time begins anew with every frame: a stream holds the interrupt back.
cqe_mode() {
	local first last

	restore
	ethtool -L "$DEV" combined 1
	defer ethtool -L "$DEV" combined 2
	ethtool -C "$DEV" rx-usecs 40000
	first=$(stream_cost)
	ethtool -C "$DEV" cqe-mode-rx on cqe-mode-tx on
	expect "cqe-mode-rx" "$(setting cqe-mode-rx)" = true
	last=$(stream_cost)
	note "interrupts: $first from the first frame, $last from the last one"
	expect "interrupts in CQE mode" "$last" -lt $((first / 2))
	ping_works
}

# The device refuses: all is as it was.
refused() {
	restore
	ethtool -C "$DEV" rx-usecs 21
	model '{"cmd":"fault","kind":"command","card":0,"opcode":"CQ_MODIFY","status":"INTERNAL","count":1}' >/dev/null
	defer model '{"cmd": "fault", "kind": "clear"}'
	ethtool -C "$DEV" rx-usecs 500 2>&1 | grep -q "all is as it was" || fail "no reason given"
	expect "rx-usecs" "$(setting rx-usecs)" -eq 21
	expect "queue 1" "$(queue_setting 0x2 rx-usecs)" -eq 21
	ping_works
}

topology_up
trap topology_down EXIT
ethtool -L "$DEV" combined 2
guest_main time_and_frames limits stays one_queue adaptive profiles cqe_mode refused
