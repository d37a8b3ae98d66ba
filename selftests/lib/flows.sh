# SPDX-License-Identifier: GPL-2.0-only
# Frames that a NIC tells apart, and which queues of $DEV they reached: requests
# to one flows.py that runs as long as the test, for its start takes a second.
# shellcheck shell=bash

# flows_start: once both ends are there
flows_start() {
	coproc FLOWS { exec python3 "$TREE/selftests/lib/flows.py" "$DEV" "$PEER" "$PEER_DEV"; }
	# the ends of a coprocess are closed in subshells, which tests are
	exec {FLOWS_ANSWERS}<&"${FLOWS[0]}" {FLOWS_REQUESTS}>&"${FLOWS[1]}"
	exec {FLOWS[1]}>&-
}

# flows_stop: its socket holds the namespace of the peer
flows_stop() {
	exec {FLOWS_REQUESTS}>&-
	wait "$FLOWS_PID"
}

flows_ask() {
	local answer

	echo "$1" "${DMAC:-$(cat "/sys/class/net/$DEV/address")}" "${@:2}" >&"$FLOWS_REQUESTS"
	read -r -t 30 -u "$FLOWS_ANSWERS" answer || fail "no answer of flows.py to: $*"
	echo "$answer"
}

# frames COUNT [KEY=VALUE...]: from the peer, see flows.py; to $DMAC, or to $DEV
frames() {
	flows_ask send "$@" >/dev/null
}

# busy COUNT [KEY=VALUE...]: the queues that got at least 5 of these, in order
busy() {
	flows_ask busy "$@"
}
