#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Reporter qp of a group: a QP that failed is told of, and comes back alone.
# Topology: lib/devlink.sh. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

# shellcheck source=selftests/lib/rdma.sh
. "$(dirname "$0")/../lib/rdma.sh"

# health CARD MEMBER
health() {
	reporter_member "$(group_sf "$1" 5)" qp "$2"
}

# qps CARD JQ: of what diagnose says of each
qps() {
	devlink -j health diagnose "$(group_sf "$1" 5)" reporter qp | jq -c "[.qps[] | $2]"
}

# health_do test|recover|... CARD
health_do() {
	# shellcheck disable=SC2086 # "dump clear" is two words
	devlink health $1 "$(group_sf "$2" 5)" reporter qp
}

recovered() {
	[ "$(health "$1" recover)" -gt "$2" ] && [ "$(health "$1" state)" = healthy ]
}

in_error() {
	[ "$(health "$1" state)" = error ]
}

# arrives QP: from one card to the other, byte for byte
arrives() {
	target "$PEER_CARD" 5
	head -c 50000 /dev/urandom >"$DIR/in"
	"$GNICCTL" accel rdma -d "$CARD" --group 5 --qp "$1" --file "$DIR/in" --to "$ADDRESS" \
		>/dev/null
	wait "$TARGET" || fail "$(cat "$DIR/log")"
	cmp "$DIR/in" "$DIR/out"
}

# fail_and_recover CARD: its first QP
fail_and_recover() {
	local before

	before=$(health "$1" recover)
	health_do test "$1"
	wait_for 10 recovered "$1" "$before"
}

# Either end, alone; the far end is not touched, and has a past.
one_end() {
	local others

	pair_up 5 3
	for qp in 0 1 2; do
		arrives $qp
	done
	others=$(qps "$CARD" 'select(.qpn != '"$(group_param "$CARD" 5 qpn_base)"')')
	for card in "$CARD" "$PEER_CARD" "$CARD"; do
		fail_and_recover "$card"
		expect states "$(qps "$card" .state)" = '["rts","rts","rts"]'
		arrives 0
	done
	expect "the others" "$(qps "$CARD" 'select(.qpn != '"$(group_param "$CARD" 5 qpn_base)"')')" \
		= "$others"
	arrives 1
}

# group_fault KIND QPN: of the first card; false: it has no such QP
group_fault() {
	[[ $(model '{"cmd": "fault", "card": 0, "port": 0, '"$1"', "qpn": '"$2"'}') == *'"ok":true'* ]]
}

# One that fails while others are still being made is heard of, too.
fails_early() {
	local activation qpn

	group_add "$CARD" 5
	group_set "$CARD" 5 qp_count 256 local_ip 192.0.2.1 peer_ip 192.0.2.2 \
		peer_mac 02:00:00:00:00:05 peer_qpn_base 5
	qpn=$(group_param "$CARD" 5 qpn_base)
	group_state "$CARD" 5 active &
	activation=$!
	# the first ones are complete when there is the fourth
	until group_fault '"kind": "db-overrun", "count": 1' $((qpn + 3)); do
		:
	done
	group_fault '"kind": "qp"' "$qpn" || fail "no QP $qpn"
	kill -0 $activation || skip "all were made already"
	wait $activation
	wait_for 10 recovered "$CARD" 0
	expect states "$(qps "$CARD" .state | jq -c unique)" = '["rts"]'
}

both_ends() {
	pair_up 5 1
	arrives 0
	fail_and_recover "$PEER_CARD"
	fail_and_recover "$CARD"
	arrives 0
}

# The far end has a new QP, whose numbers begin anew.
far_end_anew() {
	pair_up 5 1
	arrives 0
	group_state "$PEER_CARD" 5 inactive
	group_state "$PEER_CARD" 5 active
	fail_and_recover "$CARD"
	arrives 0
}

# The dump is of the moment of the error: it shows the QP that is well again since.
dumped() {
	local dump qpn

	pair_up 5 2
	arrives 0
	qpn=$(group_param "$CARD" 5 qpn_base)
	fail_and_recover "$CARD"
	dump=$(devlink -j health dump show "$(group_sf "$CARD" 5)" reporter qp)
	expect QPs "$(jq -c '[.qps[].qpn]' <<<"$dump")" = "[$qpn]"
	expect state "$(jq -r '.qps[0].state' <<<"$dump")" = error
	expect PSN "$(jq '.qps[0].requester.nts_psn' <<<"$dump")" -gt 40
	expect error "$(jq '.qps[0].requester.error' <<<"$dump")" = 1
	expect index "$(jq '.qps[0].sq_done' <<<"$dump")" -gt 0
	expect entries "$(jq '.qps[0].rq.entries' <<<"$dump")" = 256
	expect "the last error" "$(jq -c '.errors[-1] | [.qpn, .syndrome]' <<<"$dump")" \
		= "[$qpn,$((0xc3))]"
	[[ $dump == *WQ_ACCESS* ]] || fail "no text: $dump"
	health_do "dump clear" "$CARD"
}

# A raw QP is a new one, and gets its share of the frames again.
raw() {
	local out=$DIR/raw

	group_add "$CARD" 5
	group_set "$CARD" 5 qp_type raw
	group_state "$CARD" 5 active
	fail_and_recover "$CARD"
	expect states "$(qps "$CARD" .state)" = '["rts"]'
	"$GNICCTL" accel recv -d "$CARD" --group 5 --count 1 --udp-payload --out "$out" \
		--timeout 10 >/dev/null 2>"$out.err" &
	wait_for 5 grep -q ready "$out.err"
	peer ip neigh replace 192.0.2.77 dev "$PEER_DEV" lladdr "$(group_get "$CARD" 5 hw_addr)"
	nsenter --net="/run/netns/$PEER" bash -c \
		"$(declare -f send_udp); send_udp 192.0.2.77 5000 1 64"
	wait $! || fail "$(cat "$out.err")"
	expect bytes "$(wc -c <"$out")" = 64
}

left_alone() {
	local errors

	pair_up 5 2
	devlink health set "$(group_sf "$CARD" 5)" reporter qp auto_recover false
	errors=$(health "$CARD" error)
	health_do test "$CARD"
	wait_for 10 in_error "$CARD"
	expect errors "$(health "$CARD" error)" -eq $((errors + 1))
	expect states "$(qps "$CARD" .state)" = '["error","rts"]'
	health_do recover "$CARD"
	expect state "$(health "$CARD" state)" = healthy
	arrives 0
	health_do test "$CARD"
	wait_for 10 in_error "$CARD"
	group_state "$CARD" 5 inactive
	expect state "$(health "$CARD" state)" = healthy
}

# The device refuses: the QP stays as it is, and the next try works.
refused() {
	pair_up 5 1
	devlink health set "$(group_sf "$CARD" 5)" reporter qp auto_recover false
	health_do test "$CARD"
	wait_for 10 in_error "$CARD"
	for opcode in QP_FLUSH QP_PATH QPC_WRITE; do
		fault_command $opcode
		expect_refused "a QP did not come back (-" health_do recover "$CARD"
		expect states "$(qps "$CARD" .state)" = '["error"]'
	done
	health_do recover "$CARD"
	arrives 0
}

inactive() {
	group_add "$CARD" 5
	expect_refused "the function is inactive: it has no QPs" health_do test "$CARD"
}

# The group goes while its errors are on their way.
goes_meanwhile() {
	local how="\"cmd\": \"fault\", \"kind\": \"qp\", \"card\": 0, \"port\": 0" first qpn

	for _ in 1 2 3 4 5 6; do
		devlink port add "$CARD" flavour pcisf pfnum 0 sfnum 5 >/dev/null
		group_set "$CARD" 5 qp_type raw qp_count 16
		first=$(group_param "$CARD" 5 qpn_base)
		group_state "$CARD" 5 active
		for qpn in $(seq "$first" $((first + 15))); do
			model "{$how, \"qpn\": $qpn}" >/dev/null
		done
		group_del "$CARD" 5
	done
	expect ports "$(devlink port | grep -c pcisf || true)" = 0
}

# Of many QPs a part is shown, and the one that failed is in it.
one_of_many() {
	local first

	pair_up 5 200
	first=$(group_param "$CARD" 5 qpn_base)
	expect shown "$(qps "$CARD" .qpn | jq length)" = 16
	devlink health set "$(group_sf "$CARD" 5)" reporter qp auto_recover false
	fault '"kind": "qp", "card": 0, "port": 0, "qpn": '$((first + 150))
	wait_for 5 in_error "$CARD"
	expect shown "$(qps "$CARD" .qpn | jq length)" = 16
	expect failed "$(qps "$CARD" 'select(.state == "error").qpn')" = "[$((first + 150))]"
	expect "so many" "$(devlink -j health diagnose "$(group_sf "$CARD" 5)" reporter qp |
		jq .failed)" = 1
}

need_compute 2
mkdir -p "$DIR"
switch_up
trap 'switch_down; rm -rf "$DIR"' EXIT
guest_main one_end fails_early both_ends far_end_anew dumped raw left_alone refused inactive goes_meanwhile \
	one_of_many
