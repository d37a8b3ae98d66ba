#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What was set for a NAPI instance stays with it, and a netdev may poll in threads.
# Topology: lib/guest.sh.

. "$(dirname "$0")/../lib/guest.sh"

napis() {
	python3 "$TREE/selftests/lib/napi.py" "$DEV" "$@"
}

# settings: "ID DEFER FLUSH" of each
settings() {
	napis | cut -d ' ' -f 1-3
}

# Kernels before 6.13 have no such settings.
settings_or_skip() {
	settings_before=$(settings)
	napis set "${settings_before%% *}" 0 0 2>/dev/null ||
		skip "the kernel has no settings of a NAPI instance"
}

# give_each: numbers of its own, from 10 and 20000 on
give_each() {
	local id n=0

	for id in $(settings | cut -d ' ' -f 1); do
		napis set "$id" $((10 + n)) $((20000 + n))
		n=$((n + 1))
	done
}

take_back() {
	local id

	for id in $(settings | cut -d ' ' -f 1); do
		napis set "$id" 0 0
	done
}

# rings_again: those of before come back when the test ends
rings_again() {
	# shellcheck disable=SC2046 # words
	defer ethtool -G "$DEV" $(ethtool --json -g "$DEV" | jq -r '.[0] | "rx \(.rx) tx \(.tx)"')
}

# Through all that makes queues anew, or takes instances away for a while.
settings_stay() {
	local before

	settings_or_skip
	rings_again
	give_each
	defer take_back
	before=$(settings)
	expect "an own setting" "$(cut -d ' ' -f 2 <<<"$before" | sort -u | wc -l)" -ge 2
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 5 carrier_up
	expect "down and up" "$(settings)" = "$before"
	ethtool -G "$DEV" rx 128 tx 128
	expect "other rings" "$(settings)" = "$before"
	ip link set "$DEV" mtu 9000
	ip link set "$DEV" mtu 1500
	expect "another MTU" "$(settings)" = "$before"
	ethtool -L "$DEV" combined 1
	expect "one channel" "$(settings)" = "$(head -n 1 <<<"$before")"
	ethtool -L "$DEV" combined 2
	expect "two channels" "$(settings)" = "$before"
	reset_device
	expect "a reset" "$(settings)" = "$before"
	ping_works
}

# threads: PIDs of those that poll for the netdev
threads() {
	pgrep "^napi/$DEV-" || :
}

# turns: how often they had something to do
turns() {
	local pid

	for pid in $(threads); do
		awk '$1 == "voluntary_ctxt_switches:" { print $2 }' "/proc/$pid/status"
	done | paste -sd + | bc
}

threads_work() {
	local before

	expect threads "$(threads | wc -l)" -ge 2
	before=$(turns)
	ping -c 100 -i 0.01 -W 2 -q 192.0.2.2 >/dev/null
	expect "turns of threads" $(($(turns) - before)) -ge 50
}

polls_in_threads() {
	rings_again
	echo 1 >"/sys/class/net/$DEV/threaded"
	defer sh -c "echo 0 >/sys/class/net/$DEV/threaded"
	threads_work
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 5 carrier_up
	threads_work
	ethtool -G "$DEV" rx 256 tx 256
	ethtool -L "$DEV" combined 1
	ethtool -L "$DEV" combined 2
	threads_work
	reset_device
	threads_work
}

topology_up
trap topology_down EXIT
guest_main settings_stay polls_in_threads
