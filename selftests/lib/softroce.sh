# SPDX-License-Identifier: GPL-2.0-only
# A QP of soft-RoCE, the kernel's own, as the peer of a QP of a group: what each does to the
# other. Needs lib/devlink.sh and lib/rdma.sh. Soft-RoCE is device "soft", at the default
# namespace's end of the cable; group 5 of $PEER_CARD is the other end.
# shellcheck shell=bash

VERBS=$TREE/build/selftests/qp/bin/verbs_peer
KEY=4711
GROUP=()	# NAME VALUE...: what else the group is told

# ask WORD...: a command to soft-RoCE's end, its answer
ask() {
	local answer

	echo "$*" >&"${PEER_QP[1]}"
	read -r -t 40 answer <&"${PEER_QP[0]}" || fail "no answer to \"$*\""
	echo "$answer"
}

does() {
	local answer

	answer=$(ask "$@")
	[ "$answer" = ok ] || fail "\"$*\": $answer"
}

# next EXPECTED [SECONDS]: the next completion there
next() {
	local came

	came=$(ask poll "${2:-10}")
	[ "$came" = "$1" ] || fail "it said \"$came\", not \"$1\""
}

# connected [MTU [ADDRESS GROUP_ADDRESS]]
connected() {
	local mtu=${1:-1024} address=${2:-192.0.2.1} own=${3:-192.0.2.9}

	group_add "$PEER_CARD" 5
	ip neigh replace "$own" lladdr "$(group_get "$PEER_CARD" 5 hw_addr)" dev "$DEV" \
		nud permanent
	defer ip neigh del "$own" dev "$DEV"
	coproc PEER_QP { exec "$VERBS" soft "$address"; }
	# shellcheck disable=SC2154 # coproc sets it
	defer kill "$PEER_QP_PID"
	read -r -t 10 _ QPN _ RKEY _ PEER_ADDRESS <&"${PEER_QP[0]}" || fail "soft-RoCE has no QP"
	group_set "$PEER_CARD" 5 local_ip "$own" peer_ip "$address" \
		peer_mac "$(cat "/sys/class/net/$DEV/address")" peer_qpn_base "$QPN" \
		local_key $KEY remote_key "$RKEY" qp_path_mtu "$mtu" "${GROUP[@]}"
	group_state "$PEER_CARD" 5 active
	does connect "$(group_param "$PEER_CARD" 5 qpn_base)" "$own" "$mtu"
}

some_bytes() {
	head -c "$1" /dev/urandom >"$DIR/in"
}

# we SCRIPT: by the group
we() {
	"$GNICCTL" accel run -d "$PEER_CARD" -e "$1" >"$DIR/we.log" 2>&1 ||
		fail "$(cat "$DIR/we.log")"
}

# ---- from soft-RoCE to us ----

# they_write SIZE
they_write() {
	some_bytes "$1"
	target "$PEER_CARD" 5
	does load "$DIR/in"
	# shellcheck disable=SC2153 # target sets it
	does write 0 "$1" "$ADDRESS" $KEY 0x1234
	next "success write $1"
	wait "$TARGET" || fail "$(cat "$DIR/log")"
	grep -q 0x1234 "$DIR/log" || fail "$(cat "$DIR/log")"
	cmp "$DIR/in" "$DIR/out"
}

# they_send SIZE [IMM]: our buffer comes later
they_send() {
	some_bytes "$1"
	does load "$DIR/in"
	does send 0 "$@"
	sleep 0.2
	we "alloc m 4M; hold g 5; recv g m 2M 2; collect g $DIR/out 1 20"
	next "success send $1"
	cmp "$DIR/in" "$DIR/out"
}

# ---- from us to soft-RoCE ----

# we_write SIZE [IMM]
we_write() {
	some_bytes "$1"
	we "alloc m 4M; write m $DIR/in; hold g 5; rdma g m $PEER_ADDRESS $1 ${2:+imm $2}; wait"
	does save "$DIR/out" 0 "$1"
	cmp "$DIR/in" "$DIR/out"
}

# we_send SIZE [IMM]: their buffer comes later
we_send() {
	some_bytes "$1"
	we "alloc m 4M; write m $DIR/in; hold g 5; send g m $1 ${2:+imm $2}; wait" &
	sleep 0.2
	does recv 0 4194304
	wait $! || fail "we did not send"
	next "success recv $1${2:+ $2}"
	does save "$DIR/out" 0 "$1"
	cmp "$DIR/in" "$DIR/out"
}

# ---- frames ----

# capture FILE FILTER...: of $DEV, until the test ends; the file's header is there when it begins
capture() {
	local file=$1

	shift
	rm -f "$file"
	background tcpdump -q -U --immediate-mode -i "$DEV" -w "$file" "$@"
	wait_for 10 test -s "$file"
	sleep 0.5
}
