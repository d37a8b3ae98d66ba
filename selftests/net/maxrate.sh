#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tx_maxrate: a limit of each queue, kept over all that makes queues anew. How
# long a megabyte takes is compared with what the limit allows at best.

. "$(dirname "$0")/../lib/guest.sh"

MEGABYTE=1000000
RATE=8		# Mbit/s: a megabyte takes a second

# limit QUEUE MBPS
limit() {
	echo "$2" 2>/dev/null >"/sys/class/net/$DEV/queues/tx-$1/tx_maxrate"
}

limit_of() {
	cat "/sys/class/net/$DEV/queues/tx-$1/tx_maxrate"
}

# What is sent goes to queue $1.
use_queue() {
	if ! tc qdisc show dev "$DEV" | grep -q clsact; then
		tc qdisc add dev "$DEV" clsact
		defer tc qdisc del dev "$DEV" clsact
	fi
	tc filter del dev "$DEV" egress pref 1 2>/dev/null || true
	tc filter add dev "$DEV" egress protocol ip pref 1 matchall \
		action skbedit queue_mapping "$1"
}

# Milliseconds that a megabyte takes.
takes() {
	local begin

	peer_background socat -u TCP4-LISTEN:5561,reuseaddr "CREATE:/tmp/maxrate"
	wait_for 5 sh -c "ip netns exec $PEER ss -ltn | grep -q :5561"
	begin=$(date +%s%N)
	head -c $MEGABYTE /dev/zero | socat -u - TCP4:192.0.2.2:5561
	wait_for 20 sh -c "[ \$(wc -c </tmp/maxrate) -eq $MEGABYTE ]"
	echo $((($(date +%s%N) - begin) / 1000000))
	rm -f /tmp/maxrate
}

# slow, and not slow: with a limit, and without
slow() {
	local ms

	ms=$(takes)
	note "$1: $ms ms"
	expect "$1: ms" "$ms" -ge 950
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
	expect "another limit: ms" "$(takes)" -lt 900
}

survives() {
	use_queue 0
	limit 0 $RATE
	defer limit 0 0
	ethtool -G "$DEV" tx 256
	defer ethtool -G "$DEV" tx 512
	slow "other rings"
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 10 carrier_up
	slow "down and up"
	ip link set "$DEV" down
	limit 0 $((RATE / 2))
	ip link set "$DEV" up
	wait_for 10 carrier_up
	expect "set while down: ms" "$(takes)" -ge 1900
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
guest_main of_one_queue survives refused
