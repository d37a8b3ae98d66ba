#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tx_maxrate: a limit of each queue, kept over all that makes queues anew.
# Kernels: one

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/rate.sh"

RATE=8		# Mbit/s: a megabyte takes a second

# limit QUEUE MBPS
limit() {
	echo "$2" 2>/dev/null >"/sys/class/net/$DEV/queues/tx-$1/tx_maxrate"
}

limit_of() {
	cat "/sys/class/net/$DEV/queues/tx-$1/tx_maxrate"
}

of_one_queue() {
	local free

	use_queue 1
	limit 1 $RATE
	defer limit 1 0
	slow "with a limit"
	limit 1 0
	free=$(takes)
	note "without: $free ms"
	limit 1 $RATE
	use_queue 0
	note "another queue: $(takes) ms"
	limit 1 1000
	use_queue 1
	fast "another limit"
}

survives() {
	use_queue 0
	limit 0 $RATE
	defer limit 0 0
	slow_over_new_queues limit 0 $((RATE / 2))
}

# A limit stays with the number of its queue: a channel that only sends has it, one that only
# receives does not, and what comes back has it again.
of_a_channel_that_only_sends() {
	defer limit 1 0
	defer ethtool -L "$DEV" combined 2 rx 0 tx 0
	use_queue 1
	limit 1 $RATE
	ethtool -L "$DEV" combined 1 tx 1
	slow "it only sends"
	ethtool -L "$DEV" tx 0 rx 1
	expect_fail limit_of 1
	fast "it only receives"
	ethtool -L "$DEV" rx 0 tx 1
	expect "limit" "$(limit_of 1)" -eq $RATE
	slow "it only sends again"
	limit 1 0
	fast "without"
}

refused() {
	limit 0 100
	defer limit 0 0
	expect_fail limit 0 1000001
	expect_fail limit 0 x
	fault_command QP_RATE
	expect_fail limit 0 50
	expect "limit" "$(limit_of 0)" -eq 100
	limit 0 1000000
	ping_works
}

topology_up
trap topology_down EXIT
guest_main of_one_queue survives of_a_channel_that_only_sends refused
