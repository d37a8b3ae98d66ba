#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Function ports: add, del, address, state, and all that is refused. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

add() {
	devlink port add "$CARD" "$@"
}

only_in_switchdev() {
	mode_set "$CARD" legacy
	defer mode_set "$CARD" switchdev
	expect_refused "gnic: function ports exist in eswitch mode switchdev only" \
		add flavour pcisf pfnum 0 sfnum 1
}

add_and_del() {
	local port rep

	devlink port add "$CARD" flavour pcisf pfnum 0 sfnum 9 >/dev/null
	port=$CARD/$((SF_INDEX + 9))
	rep=$(rep_dev "$CARD" 9)
	[ -e "/sys/class/net/$rep" ] || fail "no representor"
	expect name "$(cat "/sys/class/net/$rep/phys_port_name")" = pf0sf9
	expect switch "$(cat "/sys/class/net/$rep/phys_switch_id")" = \
		"$(cat "/sys/class/net/$(port_dev "$CARD" 0)/phys_switch_id")"
	expect state "$(group_get "$CARD" 9 state)" = inactive
	expect opstate "$(group_get "$CARD" 9 opstate)" = detached
	expect instance "$(group_sf "$CARD" 9)" = auxiliary/gnic.sf.9
	devlink port del "$port"
	[ ! -e "/sys/class/net/$rep" ] || fail "representor stayed"
	expect_fail devlink dev show auxiliary/gnic.sf.9
	expect_fail devlink port del "$port"
}

bad_numbers() {
	group_add "$CARD" 4
	expect_refused "gnic: there is a port with this sfnum" add flavour pcisf pfnum 0 sfnum 4
	expect_refused "gnic: sfnum: 0 to 32767" add flavour pcisf pfnum 0 sfnum 32768
	expect_refused "gnic: pfnum: this card's function is 0" add flavour pcisf pfnum 1 sfnum 5
	expect_refused "gnic: only ports of flavour pcisf can be added" add flavour pcipf pfnum 0
	expect_refused "gnic: controller: this card has controller 0 alone" \
		add flavour pcisf pfnum 0 sfnum 5 controller 1
	expect_refused "gnic: a port's index is 32768 + sfnum, it can't be chosen" \
		devlink port add "$CARD/40000" flavour pcisf pfnum 0 sfnum 5
	expect "ports left over" "$(devlink port | grep -c pcisf)" = 1
}

number_by_itself() {
	add flavour pcisf pfnum 0 >/dev/null
	defer group_del "$CARD" 0
	expect sfnum "$(devlink -j port show "$CARD/$SF_INDEX" | jq '.port[].sfnum')" = 0
}

physical_stays() {
	expect_fail devlink port del "$CARD/0"
}

hw_addr() {
	group_add "$CARD" 2
	[[ $(group_get "$CARD" 2 hw_addr) =~ ^.[26ae]: ]] || fail "default: not a local address"
	devlink port function set "$CARD/$((SF_INDEX + 2))" hw_addr 02:00:00:00:02:02
	expect hw_addr "$(group_get "$CARD" 2 hw_addr)" = 02:00:00:00:02:02
	expect_fail devlink port function set "$CARD/$((SF_INDEX + 2))" hw_addr 01:00:00:00:00:01
	expect_fail devlink port function set "$CARD/$((SF_INDEX + 2))" hw_addr 00:00:00:00:00:00
	group_set "$CARD" 2 qp_type raw
	group_state "$CARD" 2 active
	expect_refused "the function is active: hw_addr changes while it is inactive" \
		devlink port function set "$CARD/$((SF_INDEX + 2))" hw_addr 02:00:00:00:02:03
}

same_hw_addr() {
	group_add "$CARD" 2
	group_add "$CARD" 3
	for n in 2 3; do
		group_set "$CARD" $n qp_type raw
		devlink port function set "$CARD/$((SF_INDEX + n))" hw_addr 02:00:00:00:02:02
	done
	group_state "$CARD" 2 active
	expect_refused "another function of the port has this hw_addr" group_state "$CARD" 3 active
	expect state "$(group_get "$CARD" 3 state)" = inactive
}

state_and_carrier() {
	local rep

	group_add "$CARD" 6
	group_set "$CARD" 6 qp_type raw
	rep=$(rep_dev "$CARD" 6)
	ip link set "$rep" up
	expect "carrier before" "$(cat "/sys/class/net/$rep/carrier")" = 0
	group_state "$CARD" 6 active
	expect state "$(group_get "$CARD" 6 state)" = active
	expect opstate "$(group_get "$CARD" 6 opstate)" = attached
	expect "carrier when active" "$(cat "/sys/class/net/$rep/carrier")" = 1
	group_state "$CARD" 6 active
	group_state "$CARD" 6 inactive
	expect "carrier behind" "$(cat "/sys/class/net/$rep/carrier")" = 0
	expect opstate "$(group_get "$CARD" 6 opstate)" = detached
}

many() {
	local n

	for n in $(seq 100 139); do
		devlink port add "$CARD" flavour pcisf pfnum 0 sfnum "$n" >/dev/null
	done
	expect ports "$(devlink port | grep -c pcisf)" = 40
	groups_del "$CARD"
	expect "ports behind" "$(devlink port | grep -c pcisf || true)" = 0
}

unbound_child() {
	local sf

	group_add "$CARD" 8
	sf=$(group_sf "$CARD" 8)
	sf=${sf#auxiliary/}
	echo "$sf" >/sys/bus/auxiliary/drivers/gnic.sf/unbind
	expect_fail devlink dev show "auxiliary/$sf"
	expect state "$(group_get "$CARD" 8 state)" = inactive
	echo "$sf" >/sys/bus/auxiliary/drivers/gnic.sf/bind
	group_set "$CARD" 8 qp_count 3
	expect qp_count "$(group_param "$CARD" 8 qp_count)" = 3
}

# The same number is the same name, at once.
name_comes_back() {
	for _ in 1 2 3; do
		devlink port add "$CARD" flavour pcisf pfnum 0 sfnum 11 >/dev/null
		expect instance "$(group_sf "$CARD" 11)" = auxiliary/gnic.sf.11
		group_del "$CARD" 11
	done
}

delete_while_active() {
	group_add "$CARD" 8
	group_set "$CARD" 8 qp_type raw qp_count 4
	ip link set "$(rep_dev "$CARD" 8)" up
	group_state "$CARD" 8 active
}

need_cards 1
mode_set "$CARD" switchdev
trap 'groups_del "$CARD"; mode_set "$CARD" legacy' EXIT
guest_main only_in_switchdev add_and_del bad_numbers number_by_itself physical_stays hw_addr \
	same_hw_addr state_and_carrier many unbound_child name_comes_back \
	delete_while_active
