#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# SOAK_GIB (1) GiB over the wires, by every collective, type and operation, so by WRITE, WRITE
# with reduction, SEND, COPY, FILL and REDUCE. Eight of ten runs are compared with the reference,
# byte by byte. Links flap meanwhile, and every third round a card is reset under load.
# What was moved is said after each round: who stops it can go on with the rest.
# Kernels: one

# shellcheck source=selftests/lib/collective.sh
. "$(dirname "$0")/../lib/collective.sh"

GIB=${SOAK_GIB:-1}
RANKS_TIMEOUT=600
MOVED=/tmp/soak.$$.moved

all_sent() {
	local card

	for card in "${CARDS[@]}"; do
		sent "$card"
	done | paste -sd + | bc
}

# Until it is killed: one link after another, for less than a QP has patience.
flaps() {
	local port=0

	while :; do
		"$GNICCTL" sim fault kind=flap card=0 port=$port ms=50 >/dev/null
		port=$(((port + 1) % 3))
		sleep 2
	done
}

carriers_lost() {
	cat "/sys/bus/pci/devices/${CARD#pci/}/net/"*/carrier_down_count | paste -sd + | bc
}

# round SIZE: adds what it has moved
round() {
	local before lost flapper

	before=$(all_sent)
	lost=$(carriers_lost)
	flaps &
	flapper=$!
	defer kill $flapper
	ranks ${#CARDS[@]} all --type all --op all --size "$1" --iterations 1 --verify 8 ||
		fail "$(grep -a gnic-collective "$LOG" | head -n 3)"
	kill $flapper
	expect "results that were verified" "$(grep -c "Verified *: ok" "$LOG")" -eq 124
	expect "flaps of links" $(($(carriers_lost) - lost)) -gt 0
	echo $(($(cat "$MOVED") + $(all_sent) - before)) >"$MOVED"
	note "$(($(cat "$MOVED") >> 20)) MiB of $((GIB << 10)) MiB"
}

reset_under_load() {
	under_way 1 "gnic-collective: rank [0-9]*: " reset_card "$PEER_CARD"
	box_again
}

soak() {
	local rounds=0 sizes=(1000004 4194304 65540)

	echo 0 >"$MOVED"
	while [ "$(cat "$MOVED")" -lt $((GIB << 30)) ]; do
		apart round "${sizes[rounds % 3]}"
		rounds=$((rounds + 1))
		[ $((rounds % 3)) -ne 1 ] || reset_under_load
	done
}

collective_up
trap 'collective_down; rm -f "$MOVED"' EXIT
guest_main soak
