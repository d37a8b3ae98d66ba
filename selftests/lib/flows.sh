# SPDX-License-Identifier: GPL-2.0-only
# Frames that a NIC tells apart, and which queues of $DEV they reached: requests to flows.py.
# shellcheck shell=bash

# shellcheck source=selftests/lib/server.sh
. "${BASH_SOURCE[0]%/*}/server.sh"

# flows_start: once both ends are there
flows_start() {
	server_start python3 "$TREE/selftests/lib/flows.py" "$DEV" "$PEER" "$PEER_DEV"
}

flows_ask() {
	server_ask "$1" "${DMAC:-$(cat "/sys/class/net/$DEV/address")}" "${@:2}"
}

# frames COUNT [KEY=VALUE...]: from the peer, see flows.py; to $DMAC, or to $DEV
frames() {
	flows_ask send "$@" >/dev/null
}

# busy COUNT [KEY=VALUE...]: the queues that got at least 5 of these, in order
busy() {
	flows_ask busy "$@"
}
