# SPDX-License-Identifier: GPL-2.0-only
# Test frames between the two ends of guest.sh's cable.
# shellcheck shell=bash

# mtu BYTES: of both ends, until the test ends.
mtu() {
	ip link set "$DEV" mtu "$1"
	peer ip link set "$PEER_DEV" mtu "$1"
	defer ip link set "$DEV" mtu 1500
	defer peer ip link set "$PEER_DEV" mtu 1500
}

# To one frames.py a test, which ends with it.
frames_start() {
	exec {FRAMES_ANSWERS}<> <(:)
	exec {FRAMES_REQUESTS}> >(exec "$TREE/selftests/lib/frames.py" >&"$FRAMES_ANSWERS" 2>&1)
}

# frames_ask WORD...: false if not all is fine
frames_ask() {
	local answer

	[ -n "${FRAMES_REQUESTS:-}" ] || frames_start
	echo "$@" >&"$FRAMES_REQUESTS"
	read -r -t 60 -u "$FRAMES_ANSWERS" answer || fail "no answer to: $*"
	[ "$answer" = fine ] || note "$answer" >&2
	[ "$answer" = fine ]
}

far_frames_ask() {
	local mac

	read -r mac <"/sys/class/net/$DEV/address"
	frames_ask -m "$mac" "${@:1:$#-2}" "$PEER/$PEER_DEV" "$PEER/$PEER_DEV" "${@:$#-1}"
}

# exchange SENT EXPECTED [SKIP [COUNT]]: COUNT (5) test frames of so many bytes
# from the peer, and how long what comes back is, as frames.py has it.
exchange() {
	far_frames_ask -k "${3:-0}" -n "${4:-5}" "$1" "$2"
}

# exchange_udp PORTS SENT COUNT: the same with datagrams to these ports in turn
exchange_udp() {
	far_frames_ask -p "$1" -n "$3" "$2" "$2"
}

# carried FROM TO SENT EXPECTED [SKIP [COUNT]]: from here to there, see frames.py
carried() {
	frames_ask -k "${5:-0}" -n "${6:-5}" "$1" "$2" "$3" "$4"
}
