#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# pass, trap, mirrors, and what becomes of a frame behind them; flower and
# matchall. All filters are skip_sw, so that software can't do it in their place.
# Topology: lib/devlink.sh. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"
# shellcheck source=selftests/lib/sender.sh
. "$(dirname "$0")/../lib/sender.sh"

UDP="ip_proto udp dst_port 5000"

# The peer takes frames that come back to it for its own, and counts them.
peer_counts() {
	peer tc qdisc add dev "$PEER_DEV" clsact
	defer peer tc qdisc del dev "$PEER_DEV" clsact
	peer ip link set "$PEER_DEV" promisc on
	defer peer ip link set "$PEER_DEV" promisc off
	# shellcheck disable=SC2086 # words
	peer tc filter add dev "$PEER_DEV" ingress protocol ip flower skip_hw $UDP action drop
}

peer_has() {
	peer tc -j -s filter show dev "$PEER_DEV" ingress |
		jq '[.[] | select(.options.actions)][0].options.actions[0].stats.packets'
}

# rep_counts: what software sees at a representor; sets REP
rep_counts() {
	group_add "$CARD" 7
	REP=$(rep_dev "$CARD" 7)
	ip link set "$REP" up
	tc qdisc add dev "$REP" clsact
	# shellcheck disable=SC2086 # words
	tc filter add dev "$REP" ingress protocol ip flower skip_hw $UDP action drop
}

rep_has() {
	filter_json "$REP" '.actions[0].stats.packets'
}

# rule PRIO ARG...: an ingress filter of $DEV for the datagrams of this test
rule() {
	local prio=$1

	shift
	# shellcheck disable=SC2086 # words
	tc filter add dev "$DEV" ingress protocol ip prio "$prio" flower skip_sw $UDP "$@"
}

with_qdisc() {
	with_clsact
}

of_prio() {
	tc -j -s filter show dev "$DEV" ingress prio "$1" |
		jq "[.[] | select(.options.actions)][0].options.actions[${2:-0}].stats.hw_packets"
}

of_prio_sw() {
	tc -j -s filter show dev "$DEV" ingress prio "$1" |
		jq '[.[] | select(.options.actions)][0].options.actions[0].stats | .packets - .hw_packets'
}

# No later filter is asked.
pass_ends_the_search() {
	with_qdisc
	rule 20 action drop
	expect "datagrams dropped" "$(received from_peer 192.0.2.1 5000 5 64)" = 0
	rule 10 action pass
	expect "datagrams passed" "$(received from_peer 192.0.2.1 5000 7 64)" = 7
	expect "of prio 10" "$(of_prio 10)" = 7
	expect "of prio 20" "$(of_prio 20)" = 5
}

# Software counts what the host gets, and the card what a function has got.
pass_in_both() {
	defer peer ip neigh del 192.0.2.1 dev "$PEER_DEV"
	with_qdisc
	# shellcheck disable=SC2086 # words
	tc filter add dev "$DEV" ingress protocol ip flower $UDP action pass
	in_hw "$DEV"
	expect "datagrams" "$(received from_peer 192.0.2.1 5000 6 64)" = 6
	expect "in the card" "$(hw_packets "$DEV")" = 0
	expect "in all" "$(filter_json "$DEV" '.actions[0].stats.packets')" = 6
	group_add "$CARD" 7
	group_set "$CARD" 7 qp_type raw qp_count 1
	group_state "$CARD" 7 active
	peer ip neigh replace 192.0.2.1 dev "$PEER_DEV" lladdr "$(group_get "$CARD" 7 hw_addr)"
	from_peer 192.0.2.1 5000 3 64
	soon "in the card" 3 hw_packets "$DEV"
	expect "in all" "$(filter_json "$DEV" '.actions[0].stats.packets')" = 9
}

# alien COUNT: frames for an address that nobody has
alien() {
	peer ip neigh replace 192.0.2.1 dev "$PEER_DEV" lladdr 02:00:00:00:00:77
	from_peer 192.0.2.1 5000 "$1" 64
	peer ip neigh replace 192.0.2.1 dev "$PEER_DEV" lladdr "$(cat "/sys/class/net/$DEV/address")"
	sleep 0.3
}

# A trap brings to software what pass leaves to the receive filter.
trap_is_more_than_pass() {
	defer peer ip neigh del 192.0.2.1 dev "$PEER_DEV"
	with_qdisc
	# shellcheck disable=SC2086 # words
	tc filter add dev "$DEV" ingress protocol ip prio 1 flower skip_hw $UDP action drop
	alien 3
	expect "seen without a rule" "$(filter_sw)" = 0
	rule 20 action pass
	alien 4
	expect "seen behind pass" "$(filter_sw)" = 0
	expect "passed" "$(of_prio 20)" = 4
	rule 10 action trap
	alien 5
	soon "seen behind trap" 5 filter_sw
	expect "trapped" "$(of_prio 10)" = 5
}

filter_sw() {
	tc -j -s filter show dev "$DEV" ingress prio 1 |
		jq '[.[] | select(.options.actions)][0].options.actions[0].stats.packets'
}

# Instead of the function whose address they have.
trap_from_a_function() {
	defer peer ip neigh del 192.0.2.1 dev "$PEER_DEV"
	group_add "$CARD" 7
	group_set "$CARD" 7 qp_type raw qp_count 1
	group_state "$CARD" 7 active
	with_qdisc
	# shellcheck disable=SC2086 # words
	tc filter add dev "$DEV" ingress protocol ip prio 1 flower skip_hw $UDP action drop
	peer ip neigh replace 192.0.2.1 dev "$PEER_DEV" lladdr "$(group_get "$CARD" 7 hw_addr)"
	from_peer 192.0.2.1 5000 3 64
	expect "seen without a rule" "$(filter_sw)" = 0
	rule 10 action trap
	from_peer 192.0.2.1 5000 4 64
	soon "seen behind trap" 4 filter_sw
}

# mirrored WANT ACTION...: 8 datagrams go back to the peer and WANT of them to the stack
mirrored() {
	local want=$1 before

	shift
	rule 10 action mirred egress mirror dev "$DEV" "$@"
	before=$(peer_has)
	expect "datagrams at the host, $*" "$(received from_peer 192.0.2.1 5000 8 64)" = "$want"
	soon "copies at the peer, $*" $((before + 8)) peer_has
	expect "packets, $*" "$(of_prio 10)" = 8
	tc filter del dev "$DEV" ingress
}

mirror_and_then() {
	peer_counts
	rep_counts
	with_qdisc
	mirrored 8
	mirrored 8 pipe action pass
	mirrored 8 pipe action trap
	mirrored 0 pipe action drop
	mirrored 0 pipe action mirred ingress redirect dev "$REP"
	soon "redirected to the representor" 8 rep_has
	mirrored 8 pipe action mirred ingress mirror dev "$REP"
	soon "copies at the representor" 16 rep_has
}

# A frame and its copies in both orders, each action with the numbers of the rule.
numbers_of_each_action() {
	peer_counts
	with_qdisc
	rule 10 action mirred egress mirror dev "$DEV" pipe \
		action mirred egress mirror dev "$DEV" pipe action drop
	expect "datagrams at the host" "$(received from_peer 192.0.2.1 5000 3 64)" = 0
	soon "copies" 6 peer_has
	for action in 0 1 2; do
		expect "packets of action $action" "$(of_prio 10 $action)" = 3
	done
}

mirror_into_a_group() {
	local out=/tmp/mirror.$$

	group_add "$CARD" 7
	group_set "$CARD" 7 qp_type raw qp_count 2
	group_state "$CARD" 7 active
	"$GNICCTL" accel recv -d "$CARD" --group 7 --count 8 --udp-payload --out "$out" \
		--timeout 10 >/dev/null 2>"$out.err" &
	wait_for 5 grep -q ready "$out.err"
	with_qdisc
	rule 10 action mirred egress mirror dev "$(rep_dev "$CARD" 7)"
	expect "datagrams at the host" "$(received from_peer 192.0.2.1 5000 8 64)" = 8
	wait $! || fail "$(cat "$out.err")"
	expect "bytes in the group" "$(wc -c <"$out")" = $((8 * 64))
}

# watch FILE DEV: tcpdump takes 10 echo requests from the wire of DEV, or 10 s
watch() {
	timeout 10 tcpdump -i "$2" -Q in -n -l -c 10 'icmp[0] = 8' >"$1" 2>"$1.err" &
	WATCHES+=($!)
	defer rm -f "$1" "$1.err"
	wait_for 5 grep -q "listening on" "$1.err"
}

# watched FILE: the requests are all there, in order, and from the peer
watched() {
	expect "requests in $1" "$(grep -c "192.0.2.2 > 192.0.2.1: ICMP echo request" "$1")" = 10
	expect "their numbers" "$(sed -n 's/.* seq \([0-9]*\),.*/\1/p' "$1" | xargs)" = \
		"$(seq -s ' ' 10)"
}

# A ping goes on as before, and both copies of each request are what was sent: to the
# host at a representor, and out of the wire of another port.
copies_are_seen() {
	local WATCHES=() port far dev

	group_add "$CARD" 7
	REP=$(rep_dev "$CARD" 7)
	far=$(port_dev "$PEER_CARD" 1)
	port=$(port_dev "$CARD" 1)
	for dev in "$REP" "$far" "$port"; do
		ip link set "$dev" promisc on up
		defer ip link set "$dev" promisc off down
	done
	wait_for 10 grep -q 1 "/sys/class/net/$far/carrier"
	with_qdisc
	tc filter add dev "$DEV" ingress protocol ip prio 10 flower skip_sw ip_proto icmp \
		action mirred ingress mirror dev "$REP" pipe \
		action mirred egress mirror dev "$port"
	watch /tmp/mirror.rep "$REP"
	watch /tmp/mirror.far "$far"
	expect "answers" "$(peer ping -q -i 0.1 -c 10 192.0.2.1 |
		sed -n 's/.* \([0-9]*\) received.*/\1/p')" = 10
	wait "${WATCHES[@]}" || fail "copies are missing"
	watched /tmp/mirror.rep
	watched /tmp/mirror.far
	expect "in the card" "$(of_prio 10)" = 10
	expect "by software" "$(of_prio_sw 10)" = 0
}

# From a representor: what the function sends.
representor_has_them_too() {
	rep_counts
	tc filter add dev "$REP" ingress protocol ip prio 5 flower skip_sw action pass
	tc filter add dev "$REP" ingress protocol ip prio 6 flower skip_sw action trap
	tc filter add dev "$REP" ingress protocol ip prio 7 flower skip_sw \
		action mirred egress mirror dev "$DEV"
	tc filter add dev "$REP" ingress protocol all prio 8 matchall skip_sw \
		action mirred egress redirect dev "$DEV"
	expect "filters in the card" "$(tc -j filter show dev "$REP" ingress |
		jq '[.[] | select(.options.in_hw)] | length')" = 4
}

# The copy ends when its target does, and the frame goes on.
mirror_target_goes_away() {
	devlink port add "$CARD" flavour pcisf pfnum 0 sfnum 7 >/dev/null
	with_qdisc
	rule 10 action mirred egress mirror dev "$(rep_dev "$CARD" 7)"
	expect "datagrams" "$(received from_peer 192.0.2.1 5000 3 64)" = 3
	group_del "$CARD" 7
	expect "datagrams behind" "$(received from_peer 192.0.2.1 5000 4 64)" = 4
	expect "counted on" "$(of_prio 10)" = 7
}

matchall_takes_all() {
	peer_counts
	with_qdisc
	tc filter add dev "$DEV" ingress protocol all prio 10 matchall skip_sw \
		action mirred egress mirror dev "$DEV"
	expect "datagrams" "$(received from_peer 192.0.2.1 5000 5 64)" = 5
	soon "copies" 5 peer_has
	expect "packets" "$(of_prio 10)" -ge 5
	tc filter add dev "$DEV" ingress protocol ip prio 5 matchall skip_sw action drop
	expect "datagrams of IPv4" "$(received from_peer 192.0.2.1 5000 5 64)" = 0
	expect "dropped" "$(of_prio 5)" = 5
	expect "datagrams of IPv6" "$(received from_peer 2001:db8::1 5000 5 64)" = 5
}

# A card that was reset has the rules that it had.
actions_outlive_a_reset() {
	peer_counts
	with_qdisc
	rule 10 action mirred egress mirror dev "$DEV" pipe action drop
	from_peer 192.0.2.1 5000 2 64
	devlink health set "$CARD" reporter fw grace_period 0
	devlink health test "$CARD" reporter fw
	wait_for 20 recovered_since "$CARD" 0
	wait_for 20 carrier_up
	expect "datagrams" "$(received from_peer 192.0.2.1 5000 3 64)" = 0
	soon "copies" 5 peer_has
	# the counters of a card that failed are lost
	expect "counted since" "$(of_prio 10)" = 3
}

switch_up
sender_start
trap 'server_stop; switch_down' EXIT
guest_main pass_ends_the_search pass_in_both trap_is_more_than_pass trap_from_a_function \
	mirror_and_then numbers_of_each_action mirror_into_a_group copies_are_seen \
	representor_has_them_too mirror_target_goes_away matchall_takes_all \
	actions_outlive_a_reset
