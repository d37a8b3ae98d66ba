# SPDX-License-Identifier: GPL-2.0-only
# Waits for what a TCP connection brings for as long as it goes on, and lets one that
# stands still say where. Needs lib/guest.sh.
# shellcheck shell=bash

# arrives SECONDS FILE SENT PORT: FILE becomes what SENT is, by the connection of PORT. A
# busy machine may take its time, but always brings something within so many seconds, or
# four times as many: see wait_for.
arrives() {
	local seconds=$1 file=$2 sent=$3 port=$4 size had=-1 end

	until size=$(wc -c <"$file") && [ "$size" -eq "$(wc -c <"$sent")" ]; do
		if [ "$size" -ne "$had" ]; then
			had=$size
			end=$((SECONDS + 4 * seconds))
		elif [ $SECONDS -ge $end ]; then
			stands_still "$port"
			fail "$size bytes have come, and then none for $((4 * seconds)) s"
		fi
		sleep 0.1
	done
	cmp "$file" "$sent"
}

# stands_still PORT: all that may say why, of both ends, and what of it still changes
stands_still() {
	local all=$TREE/selftests/lib/standstill state

	state=$(mktemp -d)
	"$all" here "$DEV" "$1" >"$state/first"
	peer "$all" there "$PEER_DEV" "$1" >>"$state/first"
	sleep 1
	"$all" here "$DEV" "$1" >"$state/second"
	peer "$all" there "$PEER_DEV" "$1" >>"$state/second"
	note "-------- what there is"
	cat "$state/first"
	note "-------- what has changed a moment later"
	diff "$state/first" "$state/second" || true
	note "-------- what the reporters and the kernel say"
	reporters_say
	dmesg | tail -n 30
	rm -r "$state"
}

# reporters_say: of all ports of the card
reporters_say() {
	local eth

	for eth in $(devlink -j dev show "$(own_card)" | jq -r '.dev[].nested_devlink | keys[]'); do
		devlink health show "$eth"
		devlink health diagnose "$eth" reporter rx
		devlink health diagnose "$eth" reporter tx
	done
}
