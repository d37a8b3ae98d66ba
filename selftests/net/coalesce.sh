#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Moderation: what is set is counted in interrupts, and stays. Topology:
# lib/guest.sh.

. "$(dirname "$0")/../lib/guest.sh"

# interrupts of $DEV's queues so far
interrupts() {
	awk -v port="gnic-0.0-" 'index($0, port) { for (i = 2; i <= NF; i++) if ($i ~ /^[0-9]+$/)
		sum += $i } END { print sum + 0 }' /proc/interrupts
}

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
	ethtool -C "$DEV" rx-usecs 65536 2>&1 | grep -q "at most 65535" || fail "which limit"
	expect_fail ethtool -C "$DEV" rx-usecs-irq 5
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
	expect_fail ethtool -Q "$DEV" queue_mask 0x4 --coalesce rx-usecs 5
	# all queues, this one too
	ethtool -C "$DEV" rx-usecs 9
	expect "queue 1" "$(queue_setting 0x2 rx-usecs)" -eq 9
	ping_works
}

# DIM: from the profile that fits
adaptive() {
	restore
	ethtool -C "$DEV" adaptive-rx on adaptive-tx on
	expect "adaptive-rx" "$(setting adaptive-rx)" = true
	peer ping -f -c 2000 -q 192.0.2.1 >/dev/null
	ping_works
	ethtool -C "$DEV" adaptive-rx off adaptive-tx off rx-usecs 5
	expect "rx-usecs" "$(setting rx-usecs)" -eq 5
	ping_works
}

# The time begins anew with every frame: a stream holds the interrupt back.
cqe_mode() {
	restore
	ethtool -C "$DEV" cqe-mode-rx on cqe-mode-tx on rx-usecs 100
	expect "cqe-mode-rx" "$(setting cqe-mode-rx)" = true
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
guest_main time_and_frames limits stays one_queue adaptive cqe_mode refused
