#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Port split: two netdevs of one lane, each a port like others; and whole again.
# Topology: lib/devlink.sh, but for the second halves of both ports 0:
#
#   CARD p0s1  192.0.3.1/24 ---- 192.0.3.2/24  PEER_CARD p0s1
# Kernels: one

# shellcheck disable=SC2119 # ping_works takes options, or none
# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

HALF=24

port_attr() {
	devlink -j port show "$CARD/$1" | jq -r ".port[].$2"
}

# Both ends of the cable, with the addresses that lib/devlink.sh gives to ports 0.
ends_up() {
	DEV=$(port_dev "$CARD" 0)
	PEER_DEV=$(port_dev "$PEER_CARD" 0)
	ip link set "$PEER_DEV" netns "$PEER"
	ip addr add 192.0.2.1/24 dev "$DEV"
	ip link set "$DEV" up
	peer ip addr add 192.0.2.2/24 dev "$PEER_DEV"
	peer ip link set "$PEER_DEV" up
	wait_for 10 carrier_up
}

# Where the tests behind look for it.
far_end_back() {
	peer ip link set "$PEER_DEV" netns 1
}

# With a netdev that goes, its addresses go; in a namespace, too.
split() {
	devlink port split "$1/0" count 2
}

# A netdev that is made anew is where the card is.
whole_again() {
	local card

	for card in "$CARD" "$PEER_CARD"; do
		devlink port unsplit "$card/0" 2>/dev/null || :
	done
	[ -n "$(port_dev "$CARD" 0)" ] && [ -n "$(port_dev "$PEER_CARD" 0)" ]
}

both_split() {
	defer whole_again
	split "$CARD"
	split "$PEER_CARD"
	ends_up
	SECOND=$(port_dev "$CARD" $HALF)
	PEER_SECOND=$(port_dev "$PEER_CARD" $HALF)
	ip link set "$PEER_SECOND" netns "$PEER"
	ip addr add 192.0.3.1/24 dev "$SECOND"
	ip link set "$SECOND" up
	peer ip addr add 192.0.3.2/24 dev "$PEER_SECOND"
	peer ip link set "$PEER_SECOND" up
	wait_for 10 grep -q 1 "/sys/class/net/$SECOND/carrier"
}

# diagnosed INDEX MEMBER: of receive buffer 0 of the port; 0 if nothing has waited there
diagnosed() {
	local eth

	for eth in $(eths_of "$CARD"); do
		[ "$(devlink -j health diagnose "$eth" reporter phy | jq .port)" -eq "$1" ] || continue
		receive_buffer "$eth" 0 "$2"
	done
}

# sizes_are JQ DEV...: the set of sizes of its receive buffers
sizes_are() {
	local dev sizes=$1

	shift
	for dev; do
		expect "sizes of $dev" "$(dcb -j buffer show dev "$dev" |
			jq -c '.buffer_size | unique')" = "$sizes"
		expect "all that $dev has" "$(dcb -j buffer show dev "$dev" | jq .total_size)" \
			-eq 1048576
	done
}

# burst PORT DEV PEER_DEV ADDRESS: datagrams to it that leave the far end at once, more than its
# ring has buffers
burst() {
	peer_queue_limits "$3" max "$4"
	ethtool -G "$2" rx 64
	ethtool -C "$2" rx-usecs 60000
	ping -c 1 -W 2 -q "${4%.*}.2" >/dev/null	# no neighbour is looked for meanwhile
	silence 1 "$1" 20000
	nsenter --net="/run/netns/$PEER" bash -c "$(declare -f send_udp); send_udp $4 6000 200 64"
	wait_for 5 peer_posted
	silence 1 "$1" 0
	sleep 0.3
	ethtool -C "$2" rx-usecs 4
	ethtool -G "$2" rx 512
}

halves_are_ports() {
	local eth whole

	whole=$(devlink port show | grep -c "^$CARD/.*physical")
	expect splittable "$(port_attr 0 splittable)" = true
	defer whole_again
	split "$CARD"
	for index in 0 $HALF; do
		expect lanes "$(port_attr "$index" lanes)" = 1
		expect splittable "$(port_attr "$index" splittable)" = false
		expect port "$(port_attr "$index" port)" = 0
		expect split_group "$(port_attr "$index" split_group)" = 0
		DEV=$(port_dev "$CARD" "$index")
		expect phys_port_name "$(cat "/sys/class/net/$DEV/phys_port_name")" = \
			p0s$((index / HALF))
		expect dev_port "$(($(cat "/sys/class/net/$DEV/dev_port")))" = "$index"
	done
	[ "$(cat "/sys/class/net/$DEV/address")" != \
		"$(cat "/sys/class/net/$(port_dev "$CARD" 0)/address")" ] ||
		fail "both halves have one address"
	expect "ports of its instances" "$(for eth in $(eths_of "$CARD"); do
		devlink -j health diagnose "$eth" reporter phy | jq .port
	done | sort -n | xargs)" = "$(seq -s " " 0 $((whole - 1))) $HALF"
	expect "ports of the card" "$(devlink port show | grep -c "^$CARD/.*physical")" = $((whole + 1))
	devlink port unsplit "$CARD/$HALF"
	expect "ports of the card" "$(devlink port show | grep -c "^$CARD/.*physical")" = "$whole"
	expect lanes "$(port_attr 0 lanes)" = 2
	expect split_group "$(port_attr 0 split_group)" = null
}

both_lanes_carry() {
	both_split
	expect speed "$(cat "/sys/class/net/$SECOND/speed")" = 50000
	expect "lanes" "$(ethtool "$SECOND" | awk '$1 == "Lanes:" { print $2 }')" = 1
	ping_works
	ping -c 3 -i 0.05 -W 2 -q 192.0.3.2 >/dev/null
	ping -c 3 -i 0.05 -W 2 -q -s 1400 192.0.3.2 >/dev/null
	[ "$(stat "$SECOND" tx_packets)" -ge 6 ] || fail "the second half has sent nothing"
	# one goes down, the other does not care
	ip link set "$DEV" down
	ping -c 3 -i 0.05 -W 2 -q 192.0.3.2 >/dev/null
}

# Receive buffers (dcb buffer) are a port's own: a half begins without, as one that is whole
# again does, and what one half has is nothing to the other.
receive_buffers() {
	ends_up
	defer far_end_back
	dcb buffer set dev "$DEV" buffer-size 0:256K
	burst 0 "$DEV" "$PEER_DEV" 192.0.2.1
	expect "peak" "$(diagnosed 0 peak)" -gt 0
	both_split
	sizes_are "[0]" "$DEV" "$SECOND"
	burst 0 "$DEV" "$PEER_DEV" 192.0.2.1
	expect "peak of a half that has none" "$(diagnosed 0 peak)" -eq 0
	dcb buffer set dev "$SECOND" prio-buffer 7:6 buffer-size 0:256K
	burst $HALF "$SECOND" "$PEER_SECOND" 192.0.3.1
	expect "peak of a half" "$(diagnosed $HALF peak)" -gt 0
	expect "peak of the other" "$(diagnosed 0 peak)" -eq 0
	dcb buffer set dev "$DEV" buffer-size all:128K
	ping_works
	reset_device
	sizes_are "[131072]" "$DEV"
	sizes_are "[0,262144]" "$SECOND"
	wait_for 10 ping -c 1 -W 1 192.0.3.2
	burst $HALF "$SECOND" "$PEER_SECOND" 192.0.3.1
	expect "peak behind a reset" "$(diagnosed $HALF peak)" -gt 0
	whole_again
	ends_up
	sizes_are "[0]" "$DEV"
	expect "buffers of priorities" "$(dcb -j buffer show dev "$DEV" | jq -c .prio_buffer)" = \
		"[0,1,2,3,4,5,6,7]"
	burst 0 "$DEV" "$PEER_DEV" 192.0.2.1
	expect "peak" "$(diagnosed 0 peak)" -eq 0
	ping_works
}

no_modes_of_two_lanes() {
	defer whole_again
	split "$CARD"
	DEV=$(port_dev "$CARD" $HALF)
	ethtool "$DEV" | grep -q 50000baseCR/Full || fail "no 50 Gb/s on one lane"
	[ -z "$(ethtool "$DEV" | grep 100000base || true)" ] || fail "100 Gb/s on one lane"
	expect_fail ethtool -s "$DEV" speed 50000 lanes 2 autoneg off
	ethtool -s "$DEV" speed 50000 lanes 1 autoneg off
	ethtool -m "$DEV" >/dev/null
}

# The first half talks to what is whole.
one_end_split() {
	defer whole_again
	split "$CARD"
	ends_up
	expect speed "$(cat "/sys/class/net/$DEV/speed")" = 50000
	expect "speed of the whole" "$(peer cat "/sys/class/net/$PEER_DEV/speed")" = 50000
	ping_works
	SECOND=$(port_dev "$CARD" $HALF)
	ip link set "$SECOND" up
	ethtool "$SECOND" | grep -q "Link detected: no" || fail "a link to nobody"
}

survives_a_reset() {
	both_split
	ethtool -s "$SECOND" speed 25000 lanes 1 autoneg off
	reset_device
	wait_for 20 carrier_up
	expect splittable "$(port_attr $HALF splittable)" = false
	expect "speed as before" "$(ethtool "$SECOND" | awk '$1 == "Speed:" { print $2 }')" = 25000Mb/s
	ethtool -s "$SECOND" autoneg on
	wait_for 10 grep -q 1 "/sys/class/net/$SECOND/carrier"
	wait_for 10 ping_works
	wait_for 10 ping -c 1 -W 1 192.0.3.2
}

reload_makes_whole() {
	split "$CARD"
	devlink dev reload "$CARD"
	expect lanes "$(port_attr 0 lanes)" = 2
	expect_fail devlink port show "$CARD/$HALF"
}

# A function behind a half, by the parameter "port".
functions_keep_it() {
	mode_set "$CARD" switchdev
	defer mode_set "$CARD" legacy
	group_add "$CARD" 5
	expect_refused "functions, accelerators or rules use the port" \
		devlink port split "$CARD/0" count 2
	expect_refused ", and 24 + that of a port that is split" group_set "$CARD" 5 port $HALF
	group_set "$CARD" 5 port 1
	split "$CARD"
	defer devlink port unsplit "$CARD/0"
	group_set "$CARD" 5 port $HALF
	expect_refused "functions, accelerators or rules use the port" \
		devlink port unsplit "$CARD/0"
	group_set "$CARD" 5 qp_type raw
	group_state "$CARD" 5 active
	group_state "$CARD" 5 inactive
	group_set "$CARD" 5 port 1
}

under_traffic() {
	defer whole_again
	for _ in 1 2 3; do
		both_split
		peer ping -f -q 192.0.2.1 >/dev/null 2>&1 &
		defer kill $!
		peer ping -f -q 192.0.3.1 >/dev/null 2>&1 &
		defer kill $!
		sleep 0.3
		whole_again
	done
	ends_up
	ping_works
}

refused() {
	defer whole_again
	expect_refused "Invalid split count" devlink port split "$CARD/0" count 4
	expect_refused "Invalid split count" devlink port split "$CARD/0" count 1
	expect_refused "the port is not split" devlink port unsplit "$CARD/0"
	split "$CARD"
	expect_refused "Port cannot be split further" devlink port split "$CARD/$HALF" count 2
	devlink port unsplit "$CARD/0"
	fault '"kind": "command", "card": 0, "opcode": "PORT_SPLIT", "status": "INTERNAL"'
	expect_refused "the device refused (-" devlink port split "$CARD/0" count 2
	expect lanes "$(port_attr 0 lanes)" = 2
	[ -n "$(port_dev "$CARD" 0)" ] || fail "the port did not come back"
	split "$CARD"
	fault '"kind": "command", "card": 0, "opcode": "PORT_SPLIT", "status": "INTERNAL"'
	expect_refused "the device refused (-" devlink port unsplit "$CARD/0"
	expect lanes "$(port_attr $HALF lanes)" = 1
}

# Any step of the way may fail: nothing is left over that a reload does not mend.
port_does_not_come() {
	local opcode

	for opcode in PORT_QUERY VPORT_QUEUES; do
		fault "\"kind\": \"command\", \"card\": 0, \"opcode\": \"$opcode\", \"status\": \"INTERNAL\", \"skip\": 1"
		devlink port split "$CARD/0" count 2 2>/dev/null || :
		model '{"cmd": "fault", "kind": "clear"}' >/dev/null
		devlink dev reload "$CARD"
		expect lanes "$(port_attr 0 lanes)" = 2
	done
}

need_cards 2
[ -e "$CONTROL" ] || skip_all "needs the model's control channel"
ip netns add "$PEER"
trap 'ip netns del "$PEER"; devlink dev reload "$CARD"; devlink dev reload "$PEER_CARD"' EXIT
guest_main halves_are_ports both_lanes_carry receive_buffers no_modes_of_two_lanes one_end_split \
	survives_a_reset reload_makes_whole functions_keep_it under_traffic refused \
	port_does_not_come
