#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Resets that a netdev lives through: of the function, by the user.
# All that was set is as it was. Topology: lib/devlink.sh

# shellcheck disable=SC2119 # ping_works takes options, or none
# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

XDP=$TREE/build/selftests/xdp

configure() {
	ethtool -L "$DEV" combined 2
	ethtool -G "$DEV" rx 256 tx 128
	ethtool -C "$DEV" rx-usecs 12
	ethtool -X "$DEV" weight 3 1
	ethtool -X "$DEV" weight 3 1
	ip link set "$DEV" mtu 3000
	peer ip link set "$PEER_DEV" mtu 3000
	ip link add link "$DEV" name gnicvlan type vlan id 7
	ip addr add 192.0.7.1/24 dev gnicvlan
	ip link set gnicvlan up
	peer ip link add link "$PEER_DEV" name peervlan type vlan id 7
	peer ip addr add 192.0.7.2/24 dev peervlan
	peer ip link set peervlan up
	ip maddr add 01:00:5e:01:02:03 dev "$DEV"
	tc qdisc replace dev "$DEV" clsact
	tc filter add dev "$DEV" ingress protocol ip pref 1 flower skip_sw \
		ip_proto udp dst_port 7777 action drop
}

# What is set, as the tools say it.
settings() {
	ethtool -l "$DEV"
	ethtool -g "$DEV"
	ethtool -c "$DEV"
	ethtool -x "$DEV"
	ethtool -k "$DEV"
	ethtool -a "$DEV"
	ip -o link show "$DEV" | sed 's/ state .*//'
	ip maddr show dev "$DEV"
	tc filter show dev "$DEV" ingress
}

address() {
	printf %s "${CARD#pci/}"
}

wire_works() {
	wait_for 20 carrier_up
	wait_for 20 ping -c 1 -W 1 192.0.2.2
	ping_works
	ping_works -s 2900
	ping -c 3 -i 0.05 -W 2 -q 192.0.7.2 >/dev/null
}

dropped() {
	tc -j -s filter show dev "$DEV" ingress |
		jq '[.[] | select(.options)][0].options.actions[0].stats.hw_packets // 0'
}

# The rule is in the card again, and its counter goes on.
rule_works() {
	local before

	before=$(dropped)
	peer bash -c 'for _ in 1 2 3 4 5; do echo x >/dev/udp/192.0.2.1/7777; done'
	wait_for 5 dropped_more "$((before + 5))"
}

dropped_more() {
	[ "$(dropped)" -ge "$1" ]
}

# survives COMMAND...: under traffic
survives() {
	local before after index

	background ping -i 0.01 -q 192.0.2.2
	rule_works
	before=$(settings)
	index=$(cat "/sys/class/net/$DEV/ifindex")
	"$@"
	wire_works
	after=$(settings)
	[ "$before" = "$after" ] || fail "settings: $(diff <(echo "$before") <(echo "$after"))"
	expect ifindex "$(cat "/sys/class/net/$DEV/ifindex")" = "$index"
	rule_works
}

function_reset() {
	survives sh -c "echo 1 >/sys/bus/pci/devices/$(address)/reset"
}

function_resets() {
	for _ in 1 2 3; do
		echo 1 >"/sys/bus/pci/devices/$(address)/reset"
	done
	wire_works
}

xdp_program_stays() {
	local id

	ip link set "$DEV" xdp obj "$XDP/shape.bpf.o" sec xdp.frags 2>/dev/null ||
		skip "no program"
	defer ip link set "$DEV" xdp off
	id=$(ip -j link show "$DEV" | jq .[].xdp.prog.id)
	echo 1 >"/sys/bus/pci/devices/$(address)/reset"
	wait_for 20 carrier_up
	expect program "$(ip -j link show "$DEV" | jq .[].xdp.prog.id)" = "$id"
}

# Down it stays down, and comes up when it is told to.
reset_while_down() {
	ip link set "$DEV" down
	echo 1 >"/sys/bus/pci/devices/$(address)/reset"
	expect state "$(cat "/sys/class/net/$DEV/operstate")" = down
	ip link set "$DEV" up
	ip addr replace 192.0.2.1/24 dev "$DEV"
	wire_works
}

# Groups keep their parameters, become inactive, and can be used again.
groups_stay() {
	group_add "$CARD" 9
	group_set "$CARD" 9 qp_type raw qp_count 4
	ip link set "$(rep_dev "$CARD" 9)" up
	group_state "$CARD" 9 active
	echo 1 >"/sys/bus/pci/devices/$(address)/reset"
	expect mode "$(mode_get "$CARD")" = switchdev
	expect state "$(group_get "$CARD" 9 state)" = inactive
	expect qp_count "$(group_param "$CARD" 9 qp_count)" = 4
	group_state "$CARD" 9 active
	expect state "$(group_get "$CARD" 9 state)" = active
	wire_works
}

# The device does not come back: the card says so, and a reload helps.
reset_fails() {
	model '{"cmd": "fault", "kind": "command", "card": 0, "opcode": "EQ_CREATE", "status": "INTERNAL"}' >/dev/null
	echo 1 >"/sys/bus/pci/devices/$(address)/reset" || :
	dmesg | tail -n 20 | grep -q "no recovery" || fail "nothing was said of it"
	timeout 20 ethtool "$DEV" >/dev/null 2>&1 || :
	devlink dev reload "$CARD"
	DEV=$(port_dev "$CARD" 0)
	ip addr replace 192.0.2.1/24 dev "$DEV"
	ip link set "$DEV" up
	wait_for 20 carrier_up
	wait_for 20 ping -c 1 -W 1 192.0.2.2
	ping_works
}

switch_up
trap switch_down EXIT
configure
guest_main function_reset function_resets xdp_program_stays reset_while_down groups_stay reset_fails
