#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The device refuses a command, fails a QP, or is gone: nothing leaks, the
# next try works, and the user is told.
# Topology: lib/devlink.sh. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

# command_fails OPCODE STATUS: once
command_fails() {
	fault "\"kind\": \"command\", \"card\": 0, \"opcode\": \"$1\", \"status\": \"$2\", \"count\": 1"
}

raw_group() {
	group_add "$CARD" 5
	group_set "$CARD" 5 qp_type raw qp_count 8
}

activation_fails() {
	local opcode

	raw_group
	for opcode in CQ_CREATE QP_CREATE RSS_SET VPORT_SET; do
		command_fails "$opcode" NO_RESOURCE
		expect_refused "the device has no room for the QPs of this group" \
			group_state "$CARD" 5 active
		expect "state after $opcode" "$(group_get "$CARD" 5 state)" = inactive
		group_state "$CARD" 5 active
		group_state "$CARD" 5 inactive
	done
	command_fails QP_CREATE INTERNAL
	expect_refused "the device refused the group (-" group_state "$CARD" 5 active
}

contexts_fail() {
	local opcode

	group_add "$CARD" 5
	group_set "$CARD" 5 qp_count 4 peer_ip 192.0.2.2 peer_qpn_base 9
	for opcode in QP_PATH QPC_WRITE; do
		command_fails "$opcode" BAD_PARAM
		expect_refused "the device refused the group (-22)" group_state "$CARD" 5 active
		group_state "$CARD" 5 active
		group_state "$CARD" 5 inactive
	done
}

port_add_fails() {
	command_fails VPORT_CREATE NO_RESOURCE
	expect_refused "the switch has no port left (-28)" \
		devlink port add "$CARD" flavour pcisf pfnum 0 sfnum 6
	expect ports "$(devlink port | grep -c pcisf || true)" = 0
	group_add "$CARD" 6
}

deactivation_fails() {
	local opcode

	raw_group
	for opcode in QP_STOP VPORT_SET; do
		group_state "$CARD" 5 active
		command_fails "$opcode" INTERNAL
		group_state "$CARD" 5 inactive
		expect "state after $opcode" "$(group_get "$CARD" 5 state)" = inactive
	done
}

destroy_is_told() {
	dmesg | tail -n "+$1" | grep -q "QP $2 of port 0 can't be destroyed"
}

# The device sends no interrupt for what arrives: it is found all the same.
lost_interrupt() {
	local out=/tmp/lost.$$

	[ -x "$GNICCTL" ] || skip "needs gnicctl"
	group_add "$CARD" 5
	group_set "$CARD" 5 qp_type raw
	group_state "$CARD" 5 active
	"$GNICCTL" accel recv -d "$CARD" --group 5 --count 1 --udp-payload --out "$out" \
		--timeout 10 >/dev/null 2>"$out.err" &
	wait_for 5 grep -q ready "$out.err"
	fault '"kind": "irq", "card": 0, "count": 1'
	peer ip neigh replace 192.0.2.77 dev "$PEER_DEV" lladdr "$(group_get "$CARD" 5 hw_addr)"
	nsenter --net="/run/netns/$PEER" bash -c \
		"$(declare -f send_udp); send_udp 192.0.2.77 5000 1 64"
	wait $! || fail "$(cat "$out.err")"
	rm -f "$out" "$out.err"
}

generation() {
	"$GNICCTL" accel run --json -d "$CARD" -e "hold g 5; group g" |
		jq '.results[] | .generation // empty'
}

# Buffers that the device does not give back go with the queues that they are in.
buffers_stay() {
	local before

	[ -x "$GNICCTL" ] || skip "needs gnicctl"
	group_add "$CARD" 5
	group_set "$CARD" 5 qp_count 4 peer_ip 192.0.2.2 peer_qpn_base 9 \
		peer_mac "$(peer cat "/sys/class/net/$PEER_DEV/address")"
	group_state "$CARD" 5 active
	before=$(generation)
	expect "generation without a fault" "$(generation)" -eq "$before"
	command_fails QP_FLUSH INTERNAL
	"$GNICCTL" accel run -d "$CARD" -e "alloc m 64K; hold g 5; recv g m 4K 4"
	expect "generation" "$(generation)" -eq $((before + 1))
	expect state "$(group_get "$CARD" 5 state)" = active
}

# What the device keeps is not used again.
destroy_fails() {
	local log first

	log=$(kernel_log_mark)
	raw_group
	first=$(group_param "$CARD" 5 qpn_base)
	group_state "$CARD" 5 active
	command_fails QP_DESTROY INTERNAL
	group_state "$CARD" 5 inactive
	wait_for 5 destroy_is_told "$log" $((first + 7))
	expect_refused "or a QP this number" group_state "$CARD" 5 active
	group_set "$CARD" 5 qp_count 9
	group_state "$CARD" 5 active
}

rule_fails() {
	with_clsact
	command_fails FLOW_ADD NO_RESOURCE
	expect_refused "the card has no room for this rule or for another mask" \
		tc filter add dev "$DEV" ingress protocol ip flower skip_sw action drop
	command_fails FLOW_ADD INTERNAL
	expect_refused "the card refused the rule (-" \
		tc filter add dev "$DEV" ingress protocol ip flower skip_sw action drop
	tc filter add dev "$DEV" ingress protocol ip flower skip_sw ip_proto 99 action drop
}

failure_is_told() {
	dmesg | tail -n "+$1" | grep -q "QP $2 failed: 0x10, rkey mismatch (RX_RKEY)"
}

qp_fails() {
	local log qpn

	log=$(kernel_log_mark)
	raw_group
	devlink health set "$(group_sf "$CARD" 5)" reporter qp auto_recover false
	group_state "$CARD" 5 active
	qpn=$(($(group_param "$CARD" 5 qpn_base) + 3))
	fault "\"kind\": \"qp\", \"card\": 0, \"port\": 0, \"qpn\": $qpn, \"syndrome\": \"RX_RKEY\""
	wait_for 5 failure_is_told "$log" "$qpn"
	expect state "$(group_get "$CARD" 5 state)" = active
	expect "state of reporter qp" "$(reporter_state "$(group_sf "$CARD" 5)" qp)" = error
	expect "state of the QP" "$(devlink -j health diagnose "$(group_sf "$CARD" 5)" reporter qp |
		jq -r ".qps[] | select(.qpn == $qpn) | .state")" = error
	group_state "$CARD" 5 inactive
	expect "state of reporter qp" "$(reporter_state "$(group_sf "$CARD" 5)" qp)" = healthy
	group_state "$CARD" 5 active
}

# Frames of RDMA are lost on the way, and sent again.
lossy_wire() {
	local out=/tmp/lossy.$$ address

	[ -x "$GNICCTL" ] || skip "needs gnicctl"
	pair_up 5 1
	for card in "$CARD" "$PEER_CARD"; do
		group_state "$card" 5 inactive
		group_set "$card" 5 qp_retry_timeout 12 qp_retry_count 255
	done
	group_state "$CARD" 5 active
	group_state "$PEER_CARD" 5 active
	"$GNICCTL" accel target -d "$PEER_CARD" --group 5 --size 1M --out "$out" --timeout 30 \
		>"$out.log" 2>&1 &
	wait_for 5 grep -q 0x "$out.log"
	address=$(grep -o '0x[0-9a-f]*' "$out.log" | head -n 1)
	model '{"cmd": "fault", "kind": "drop", "card": 0, "port": 0, "rate": 0.05}' | grep -q true
	defer model '{"cmd": "fault", "kind": "clear"}'
	head -c 300000 /dev/urandom >"$out.in"
	"$GNICCTL" accel rdma -d "$CARD" --group 5 --file "$out.in" --to "$address" >/dev/null
	wait $! || fail "$(cat "$out.log")"
	cmp "$out.in" "$out"
	rm -f "$out"*
}

fatal_is_reported() {
	# the driver would reset the card at once
	devlink health set "$CARD" reporter fw auto_recover false
	defer devlink health set "$CARD" reporter fw auto_recover true
	fault '"kind": "fatal", "card": 0, "code": 7'
	wait_for 5 sh -c "devlink health show $CARD reporter fw | grep -q 'state error'"
	expect fatal "$(card_stat "$CARD" fatal)" = true
	expect syndrome "$(card_stat "$CARD" syndrome)" = 7
	# the reset that helps
	devlink dev reload "$CARD"
	expect fatal "$(card_stat "$CARD" fatal)" = false
	DEV=$(port_dev "$CARD" 0)
	ip addr add 192.0.2.1/24 dev "$DEV"
	ip link set "$DEV" up
	wait_for 10 carrier_up
	mode_set "$CARD" switchdev
}

# All-ones with an active group, a holder and rules: fast, and to the end.
gone() {
	local begin=$SECONDS

	DEV=$(port_dev "$CARD" 0)
	devlink port add "$CARD" flavour pcisf pfnum 0 sfnum 5 >/dev/null
	group_set "$CARD" 5 qp_type raw qp_count 64
	ip link set "$(rep_dev "$CARD" 5)" up
	group_state "$CARD" 5 active
	tc qdisc add dev "$DEV" clsact
	tc filter add dev "$DEV" ingress protocol ip flower skip_sw action drop
	"$GNICCTL" accel recv -d "$CARD" --group 5 --count 9 --out /dev/null --timeout 30 \
		>/dev/null 2>/tmp/gone.$$ &
	wait_for 5 grep -q ready /tmp/gone.$$
	fault '"kind": "all-ones", "card": 0'
	group_state "$CARD" 5 inactive
	expect_refused "the device does not answer" group_state "$CARD" 5 active
	expect_refused "the device does not answer" devlink dev reload "$CARD"
	expect_refused "the device does not answer" devlink health diagnose "$CARD" reporter fw
	group_del "$CARD" 5
	echo 1 >"/sys/bus/pci/devices/${CARD#pci/}/remove"
	expect_fail wait $!
	expect_fail devlink dev show "$CARD"
	expect seconds $((SECONDS - begin)) -lt 30
}

# It is put in again. A card that "gone" left there helps no program after this.
comes_back() {
	[ ! -e "/sys/bus/pci/devices/${CARD#pci/}" ] ||
		echo 1 >"/sys/bus/pci/devices/${CARD#pci/}/remove"
	model '{"cmd": "fault", "kind": "clear"}' >/dev/null
	echo 1 >/sys/bus/pci/rescan
	wait_for 10 devlink dev show "$CARD"
	expect mode "$(mode_get "$CARD")" = legacy
	mode_set "$CARD" switchdev
	group_add "$CARD" 5
	group_set "$CARD" 5 qp_type raw
	group_state "$CARD" 5 active
}

end() {
	DEV=$(port_dev "$CARD" 0)
	switch_down
}

[ -e "$CONTROL" ] || skip_all "needs the model's control channel"
switch_up
trap end EXIT
guest_main activation_fails contexts_fail port_add_fails deactivation_fails rule_fails \
	qp_fails lossy_wire lost_interrupt buffers_stay destroy_fails fatal_is_reported gone \
	comes_back
