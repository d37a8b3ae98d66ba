#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bpf/steer_devmap.bpf.c, frame by frame: what it takes for which flow, and how it counts.
# The kernel runs it on a frame that is given; no card has a part in that.
# Kernels: one

. "$(dirname "$0")/../lib/guest.sh"

PROGRAM=$TREE/build/bpf/steer_devmap.bpf.o
PIN=/sys/fs/bpf/steer_test
MAPS=/sys/fs/bpf/steer_test_maps
LOOPBACK=1	# its ifindex; nothing is sent
XDP_PASS=2 XDP_REDIRECT=4
DIR=$(mktemp -d)

loaded() {
	bpftool prog load "$PROGRAM" $PIN pinmaps $MAPS
	defer rm -rf $PIN $MAPS
	bpftool map update pinned $MAPS/groups key 0 0 0 0 value $LOOPBACK 0 0 0
}

# Of a key without a group the index is of none.
flows_filled() {
	local name key group

	while read -r name key; do
		group=0
		[[ $name != nobody && $name != roce-flow ]] || group=9
		# shellcheck disable=SC2086 # bytes are words
		bpftool map update pinned $MAPS/flows key hex $key value $group 0 0 0
	done < <("$TREE/selftests/lib/steer.py" keys)
}

# counted: packets of each counter, as the enum has them
counted() {
	bpftool -j map dump pinned $MAPS/counters |
		jq -c '[.[].formatted.values | map(.value) | add]'
}

# verdict FRAME
verdict() {
	bpftool -j prog run pinned $PIN data_in "$DIR/$1" | jq .retval
}

frames_are_told_apart() {
	local name counter wanted
	local -A count=([redirect]=0 [pass]=0 [other]=0 [no_group]=0)

	loaded
	flows_filled
	"$TREE/selftests/lib/steer.py" frames "$DIR" >"$DIR/list"
	while read -r name counter; do
		wanted=$XDP_PASS
		[ "$counter" != redirect ] || wanted=$XDP_REDIRECT
		expect "verdict on $name" "$(verdict "$name")" -eq $wanted
		count[$counter]=$((count[$counter] + 1))
		expect "counters after $name" "$(counted)" = \
			"[${count[redirect]},${count[pass]},${count[other]},${count[no_group]}]"
	done <"$DIR/list"
	expect "frames" "$(wc -l <"$DIR/list")" -gt 30
}

[ -e "$PROGRAM" ] || skip "no $PROGRAM"
trap 'rm -rf "$DIR"' EXIT
guest_main frames_are_told_apart
