# SPDX-License-Identifier: GPL-2.0-only
# Bytes from here to the peer, by a protocol of streams.
# shellcheck shell=bash

STREAM_PORT=5555

# stream PROTO ADDRESS BYTES: by one connection of socat's PROTO (TCP4, TCP6, SCTP4,
# SCTP6); all of them come, as they were
stream() {
	local got kind=t

	[[ $1 != SCTP* ]] || kind=S
	got=$(mktemp)
	defer rm -f "$got" "$got.sent"
	head -c "$3" /dev/urandom >"$got.sent"
	peer_background socat -u "$1-LISTEN:$STREAM_PORT,reuseaddr" "CREATE:$got"
	wait_for 5 peer_listens $kind $STREAM_PORT
	socat -u "OPEN:$got.sent" "$1-CONNECT:$2:$STREAM_PORT"
	wait_for 10 cmp "$got" "$got.sent"
}
