# SPDX-License-Identifier: GPL-2.0-only
# For who runs tests, on the machine: commands that run beside each other, and end with who
# has started them, however that ends.
# shellcheck shell=bash

STOP_S=30	# until who was told to end is killed
declare -A groups=()	# of processes, that we have started and not seen end

# start LOG COMMAND...: in a group of its own, so that all of it can be ended; $! is the group
start() {
	local log=$1
	shift
	: >"$log"
	set -m
	"$@" >"$log" 2>&1 </dev/null &
	set +m
	groups[$!]=started
}

# show LOG GROUP: what it says, until it has ended; returns its status
show() {
	local log=$1 group=$2 status shown

	tail --pid="$group" --sleep-interval=0.1 -n +1 -f "$log" &
	shown=$!
	wait "$group"
	status=$?
	unset "groups[$group]"
	wait "$shown"
	return $status
}

# Also those that were started by who has ended.
stop() {
	local group end=$((SECONDS + STOP_S))

	for group in "${!groups[@]}"; do
		kill -TERM -- "-$group" 2>/dev/null
	done
	for group in "${!groups[@]}"; do
		while [ $SECONDS -lt $end ] && kill -0 -- "-$group" 2>/dev/null; do
			sleep 0.1
		done
		kill -KILL -- "-$group" 2>/dev/null
	done
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
