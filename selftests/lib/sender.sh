# SPDX-License-Identifier: GPL-2.0-only
# Datagrams and frames from the far end of guest.sh's cable: requests to sender.py.
# shellcheck shell=bash

# shellcheck source=selftests/lib/server.sh
. "${BASH_SOURCE[0]%/*}/server.sh"

# sender_start: once there is a far end; server_stop before it goes
sender_start() {
	server_start ip netns exec "$PEER" python3 "$TREE/selftests/lib/sender.py"
}

sender_ask() {
	local answer

	answer=$(server_ask "$@")
	[ "$answer" = sent ] || fail "$*: $answer"
}

# from_peer ADDRESS PORT COUNT [SIZE]
from_peer() {
	sender_ask udp "$@"
}

# frame_to MAC HEX [COUNT]: the EtherType and what is behind it
frame_to() {
	sender_ask frame "$PEER_DEV" "${1//:/}060000000001$2" "${3:-1}"
}
