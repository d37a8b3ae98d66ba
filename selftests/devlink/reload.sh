#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# devlink dev reload: the device is made anew; what was made in it is gone.
# Topology: lib/devlink.sh

# shellcheck disable=SC2119 # ping_works takes options, or none
# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

address_again() {
	DEV=$(port_dev "$CARD" 0)
	ip addr add 192.0.2.1/24 dev "$DEV"
	ip link set "$DEV" up
	wait_for 10 carrier_up
	mode_set "$CARD" switchdev
}

ports_work_again() {
	local names

	ping_works
	names=$(devlink dev show "$CARD")
	devlink dev reload "$CARD"
	expect "names of the ports' instances" "$(devlink dev show "$CARD")" = "$names"
	address_again
	ping_works
}

groups_are_gone() {
	devlink port add "$CARD" flavour pcisf pfnum 0 sfnum 5 >/dev/null
	group_set "$CARD" 5 qp_type raw qp_count 4
	ip link set "$(rep_dev "$CARD" 5)" up
	group_state "$CARD" 5 active
	devlink dev reload "$CARD"
	expect mode "$(mode_get "$CARD")" = legacy
	expect ports "$(devlink port | grep -c pcisf || true)" = 0
	address_again
}

rules_are_gone() {
	tc qdisc add dev "$DEV" clsact
	tc filter add dev "$DEV" ingress protocol ip flower skip_sw action drop
	devlink dev reload "$CARD"
	address_again
	expect filters "$(tc filter show dev "$DEV" ingress | wc -l)" = 0
	ping_works
}

under_traffic() {
	peer ping -f -q 192.0.2.1 >/dev/null 2>&1 &
	# what is left in a namespace keeps it, and the netdev in it
	defer sh -c "ip netns pids $PEER | xargs kill"
	for _ in 1 2 3; do
		devlink dev reload "$CARD"
		address_again
	done
	ping_works
}

# The card goes into another namespace with all that it has, and comes back.
other_namespace() {
	ip netns add other
	defer ip netns del other
	devlink dev reload "$CARD" netns other
	[ -z "$(devlink dev show "$CARD" 2>/dev/null)" ] || fail "the card is still here"
	ip netns exec other devlink dev show | grep -q gnic.eth || fail "no ports there"
	ip netns exec other ls /sys/class/net | grep -q eth || fail "no netdev there"
	ip netns exec other devlink dev reload "$CARD" netns 1
	address_again
	ping_works
}

# A namespace that ends gives the card back.
namespace_ends() {
	ip netns add other
	devlink dev reload "$CARD" netns other
	ip netns del other
	wait_for 10 devlink dev show "$CARD"
	wait_for 10 port_dev_there
	address_again
	ping_works
}

port_dev_there() {
	[ -n "$(port_dev "$CARD" 0)" ]
}

# The device refuses to come up: the next reload finds a card that can be reloaded.
failed_reload() {
	model '{"cmd": "fault", "kind": "command", "card": 0, "opcode": "EQ_CREATE", "status": "INTERNAL"}' >/dev/null
	expect_refused "gnic: the device did not come up again" devlink dev reload "$CARD"
	[ -z "$(port_dev "$CARD" 0)" ] || fail "a port without a device"
	devlink dev reload "$CARD"
	address_again
	ping_works
}

# What can be asked of a card that does not run is answered, or refused, and is no harm.
asked_when_down() {
	model '{"cmd": "fault", "kind": "command", "card": 0, "opcode": "EQ_CREATE", "status": "INTERNAL"}' >/dev/null
	expect_refused "gnic: the device did not come up again" devlink dev reload "$CARD"
	devlink dev info "$CARD" >/dev/null
	devlink -j dev param show "$CARD" | grep -q event_eq_size || fail "no parameters"
	expect_fail devlink dev param show "$CARD" name internal_error_reset
	expect_fail devlink dev param set "$CARD" name internal_error_reset value true cmode permanent
	expect_fail devlink dev eswitch show "$CARD"
	expect_refused "gnic: the device is not running" mode_set "$CARD" switchdev
	devlink dev selftests run "$CARD" id flash | grep -q -i skip || fail "a test of the flash"
	expect_refused "gnic: the device refused the fault" devlink health test "$CARD" reporter fw
	expect_refused "gnic: the device refused the fault" devlink health test "$CARD" reporter pcie
	expect_refused "gnic: the device can't be read" devlink region new "$CARD/nvm"
	devlink health diagnose "$CARD" reporter fw >/dev/null
	devlink dev reload "$CARD"
	address_again
	ping_works
}

refused_limit() {
	expect_fail devlink dev reload "$CARD" action driver_reinit limit no_reset
}

switch_up
trap switch_down EXIT
guest_main ports_work_again groups_are_gone rules_are_gone under_traffic other_namespace \
	namespace_ends failed_reload asked_when_down refused_limit
