#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The device refuses a command, or does not answer: the change is refused, all is as it was, and
# the netdev works. Topology: lib/guest.sh.

. "$(dirname "$0")/../lib/guest.sh"

# A command fails: what was stays.
command_fails() {
	local channels

	channels=$(channels_now)
	fault '"kind": "command", "card": 0, "opcode": "QP_CREATE", "status": "NO_RESOURCE", "count": 1'
	expect_fail ethtool -L "$DEV" combined 4
	expect "channels" "$(channels_now)" -eq "$channels"
	ping_works
	ethtool -L "$DEV" combined 4
	ethtool -L "$DEV" combined "$channels"
	fault '"kind": "command", "card": 0, "opcode": "VPORT_QUEUES", "status": "INTERNAL", "count": 1'
	expect_fail ethtool -L "$DEV" combined 4
	ping_works
	fault '"kind": "command", "card": 0, "opcode": "QP_MOVE", "status": "INTERNAL", "count": 1'
	expect_fail ethtool -G "$DEV" rx 128
	ping_works
	ip link set "$DEV" down
	fault '"kind": "command", "card": 0, "opcode": "CQ_CREATE", "status": "NO_RESOURCE", "count": 1'
	expect_fail ip link set "$DEV" up
	ip link set "$DEV" up
	wait_for 10 carrier_up
	ping_works
}

# What the tools say of it.
settings() {
	port_settings
	ethtool -k "$DEV" | sed "s/ \[requested.*//"
	ethtool "$DEV"
	ip -o link show "$DEV"
	ip maddr show dev "$DEV"
}

# refuses OPCODE SKIP COMMAND...: the device refuses once, after SKIP of them;
# the command fails, nothing changes, and then it works. What takes it back is
# in $BACK.
refuses() {
	local opcode=$1 skip=$2 before after

	shift 2
	wait_for 5 carrier_up
	before=$(settings)
	model "{\"cmd\": \"fault\", \"kind\": \"command\", \"card\": 0, \"skip\": $skip, \"opcode\": \"$opcode\", \"status\": \"INTERNAL\"}" | grep -q '"ok":true' ||
		fail "the model refused"
	if "$@" >/dev/null 2>&1; then
		model '{"cmd": "fault", "kind": "clear"}' >/dev/null
		fail "$opcode $skip: succeeded, must not: $*"
	fi
	after=$(settings)
	[ "$before" = "$after" ] ||
		fail "$opcode $skip: $*: $(diff <(echo "$before") <(echo "$after"))"
	ping_works
	ping_works -s 1472
	# a feature stays wished for, and is not asked for again
	eval "${BACK:-}" >/dev/null 2>&1 || :
	"$@" >/dev/null
	eval "${BACK:-}" >/dev/null
}

refuses_shape() {
	BACK="ethtool -L $DEV combined 2"
	refuses QP_CREATE 0 ethtool -L "$DEV" combined 4
	refuses QP_CREATE 5 ethtool -L "$DEV" combined 4
	refuses CQ_CREATE 3 ethtool -L "$DEV" combined 4
	refuses VPORT_QUEUES 0 ethtool -L "$DEV" combined 4
	refuses RSS_CONTEXT 0 ethtool -L "$DEV" combined 4
	refuses RSS_CONTEXT 0 ethtool -L "$DEV" combined 1
	refuses VPORT_QUEUES 0 ethtool -L "$DEV" combined 1
	BACK="ethtool -G $DEV rx 512 tx 512"
	refuses QP_CREATE 1 ethtool -G "$DEV" rx 128 tx 128
	refuses CQ_CREATE 1 ethtool -G "$DEV" rx 128
	refuses QP_MOVE 0 ethtool -G "$DEV" rx 128
	refuses QP_MOVE 1 ethtool -G "$DEV" rx 128
	BACK="ethtool -C $DEV rx-usecs 4 tx-usecs 16"
	refuses CQ_MODIFY 0 ethtool -C "$DEV" rx-usecs 40 tx-usecs 60
	refuses CQ_MODIFY 3 ethtool -C "$DEV" rx-usecs 40 tx-usecs 60
}

refuses_receive() {
	BACK="ethtool -X $DEV default"
	refuses RSS_CONTEXT 0 ethtool -X "$DEV" equal 1
	refuses RSS_CONTEXT 0 ethtool -X "$DEV" hfunc xor
	BACK=
	refuses RSS_CONTEXT 0 ethtool -X "$DEV" context new equal 1
	refuses RSS_CONTEXT 0 ethtool -X "$DEV" context 1 delete
	refuses FLOW_ADD 0 ethtool -N "$DEV" flow-type udp4 dst-port 9 action 0 loc 3
	refuses FLOW_ADD 0 ethtool -N "$DEV" flow-type udp4 dst-port 8 action 1 loc 3
	ethtool -N "$DEV" delete 3
	BACK="ethtool -K $DEV rxvlan on"
	refuses VLAN_SET 0 ethtool -K "$DEV" rxvlan off
	BACK="ethtool -K $DEV loopback off rxvlan on"
	refuses PORT_SET 0 ethtool -K "$DEV" loopback on rxvlan off
	BACK="ip link del refused"
	refuses VLAN_SET 0 ip link add link "$DEV" name refused type vlan id 9
	BACK="ip link set $DEV address $(cat "/sys/class/net/$DEV/address")"
	refuses FILTER_SET 0 ip link set "$DEV" address 02:00:00:00:00:42
}

refuses_link() {
	BACK="ip link set $DEV mtu 1500"
	refuses PORT_SET 0 ip link set "$DEV" mtu 4000
	BACK="ethtool -A $DEV autoneg on rx on tx on"
	refuses PORT_SET 0 ethtool -A "$DEV" autoneg off rx off tx off
	BACK="ethtool --set-fec $DEV encoding auto"
	refuses PORT_SET 0 ethtool --set-fec "$DEV" encoding rs
	BACK="ethtool -s $DEV autoneg on"
	refuses PORT_SET 0 ethtool -s "$DEV" speed 50000 lanes 2 autoneg off
	wait_for 5 carrier_up
	ping_works
}

command_times_out() {
	local card before

	card=$(own_card)
	before=$(recoveries "$card")
	no_grace "$card"
	fault '"kind": "command", "card": 0, "opcode": "PORT_QUERY", "status": "never", "count": 1'
	timeout 20 ethtool "$DEV" >/dev/null 2>&1 || :
	# The card is reset for it, and the netdev is away for a moment. It need not
	# have been our command that got no answer.
	wait_for 20 recovered_since "$card" "$before"
	wait_for 20 ethtool "$DEV"
	wait_for 20 carrier_up
	wait_for 10 ping -c 1 -W 1 192.0.2.2
	ping_works
	dmesg | tail -n 50 | grep -q "mailbox: no answer" || fail "nothing was said of it"
}

topology_up
trap topology_down EXIT
guest_main command_fails refuses_shape refuses_receive refuses_link command_times_out
