#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Priority-based flow control: a priority that is silent when it is asked, one
# that asks when buffers run short and loses nothing, and settings. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"

PRIO=3
VLAN=7

pfc() {
	dcb pfc set dev "$DEV" prio-pfc all:off "$@"
}

pfc_off() {
	pfc
	peer dcb pfc set dev "$PEER_DEV" prio-pfc all:off
}

# counter requests|indications PRIO [COMMAND]: of $DEV
counter() {
	dcb -j -s pfc show dev "$DEV" | jq ".$1[$2]"
}

peer_counter() {
	peer dcb -j -s pfc show dev "$PEER_DEV" | jq ".$1[$2]"
}

# mqprio_up MAP...: a queue and a priority for each class of 0 to 3.
mqprio_up() {
	tc qdisc replace dev "$DEV" root handle 100: mqprio num_tc 4 map "$@" \
		queues 1@0 1@1 1@2 1@3 hw 1
	defer tc qdisc del dev "$DEV" root
}

peer_mqprio_up() {
	peer tc qdisc replace dev "$PEER_DEV" root handle 100: mqprio num_tc 4 map "$@" \
		queues 1@0 1@1 1@2 1@3 hw 1
	defer peer tc qdisc del dev "$PEER_DEV" root
}

# Does a packet of priority $1 come through?
passes() {
	ping -c 1 -W "${2:-1}" -Q "$(tos_of "$1")" -q 192.0.2.2 >/dev/null
}

# A type of service to which the kernel gives that priority (rt_tos2priority):
# of ours, 0 and 2.
tos_of() {
	case $1 in
	0) echo 0 ;;
	2) echo 8 ;;
	*) fail "no type of service of priority $1" ;;
	esac
}

one_priority_is_silent() {
	local PRIO=2

	mqprio_up 0 1 2 3
	pfc $PRIO:on
	defer pfc_off
	passes 0 5
	passes $PRIO 5
	silence 0 0 60000 $PRIO
	passes $PRIO && fail "priority $PRIO sends"
	passes 0 5
	silence 0 0 0 $PRIO
	wait_for 5 passes $PRIO
}

# One PFC frame of the far end, for priorities $1 (a mask).
peer_asks() {
	ip netns exec "$PEER" python3 - "$PEER_DEV" "$1" <<-'END'
	import socket, struct, sys

	mask = int(sys.argv[2])
	times = [0xffff if mask >> i & 1 else 0 for i in range(8)]
	s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
	s.bind((sys.argv[1], 0))
	s.send(bytes.fromhex("0180c2000001020000000001") +
	       struct.pack(">HHH8H", 0x8808, 0x0101, mask, *times) + bytes(26))
	END
}

counts_what_it_hears() {
	local before=() i

	for i in 0 1 2 3 4 5 6 7; do
		before+=("$(counter indications $i)")
	done
	pfc 2:on 5:on
	defer pfc_off
	peer_asks $((1 << 5 | 1 << 6))
	wait_for 5 eval '[ "$(counter indications 5)" -eq $((before[5] + 1)) ]'
	expect "priority 6, without pfc" "$(counter indications 6)" -eq "${before[6]}"
	expect "priority 2, not asked" "$(counter indications 2)" -eq "${before[2]}"
	ping_works
}

# All that is sent has priority 3 in the device, and in its tag.
vlan_up() {
	mqprio_up 3 3 3 3
	peer_mqprio_up 3 3 3 3
	ip link add link "$DEV" name lossless type vlan id $VLAN egress-qos-map 0:$PRIO
	defer ip link del lossless
	ip addr add 198.51.100.1/24 dev lossless
	ip link set lossless up
	peer ip link add link "$PEER_DEV" name lossless type vlan id $VLAN egress-qos-map 0:$PRIO
	defer peer ip link del lossless
	peer ip addr add 198.51.100.2/24 dev lossless
	peer ip link set lossless up
	wait_for 5 ping -c 1 -W 1 -q 198.51.100.2
}

# A receiver with few buffers and a sender that does not care: none is lost.
keeps_frames() {
	local requests indications lost

	vlan_up
	few_buffers 10000
	pfc $PRIO:on
	peer dcb pfc set dev "$PEER_DEV" prio-pfc all:off $PRIO:on
	defer pfc_off
	requests=$(counter requests $PRIO)
	indications=$(peer_counter indications $PRIO)
	lost=$(stat "$DEV" rx_missed_errors)
	peer ping -f -l 200 -c 3000 -q 198.51.100.1 >/tmp/flood || :
	expect "requests" "$(counter requests $PRIO)" -gt "$requests"
	expect "indications" "$(peer_counter indications $PRIO)" -gt "$indications"
	expect "of another priority" "$(counter requests 0)" -eq 0
	expect "pause frames" "$(ethtool -I -a "$DEV" | awk '$1 == "tx_pause_frames:" { print $2 }')" \
		-eq "$PAUSES"
	sleep 2		# drops are counted every now and then
	expect "dropped" "$(stat "$DEV" rx_missed_errors)" -eq "$lost"
	grep -q ' 0% packet loss' /tmp/flood || fail "$(grep loss /tmp/flood)"
}

app() {
	dcb app "$1" dev "$DEV" "${@:2}"
}

app_default() {
	dcb app flush dev "$DEV"
	dcb apptrust set dev "$DEV" order pcp
}

# The same without tags: DSCP 26 has the priority.
keeps_frames_by_dscp() {
	local requests

	mqprio_up 3 3 3 3
	peer_mqprio_up 3 3 3 3
	few_buffers 10000
	pfc $PRIO:on
	peer dcb pfc set dev "$PEER_DEV" prio-pfc all:off $PRIO:on
	defer pfc_off
	dcb apptrust set dev "$DEV" order dscp pcp
	app add dscp-prio 26:1
	app add dscp-prio 26:$PRIO
	defer app_default
	requests=$(counter requests $PRIO)
	lost=$(stat "$DEV" rx_missed_errors)
	peer ping -f -l 200 -c 1000 -Q $((26 << 2)) -q 192.0.2.1 >/tmp/flood || :
	expect "requests" "$(counter requests $PRIO)" -gt "$requests"
	sleep 2		# drops are counted every now and then
	expect "dropped" "$(stat "$DEV" rx_missed_errors)" -eq "$lost"
	app del dscp-prio 26:$PRIO
	ethtool -C "$DEV" rx-usecs 60000	# a busy machine may send slowly
	peer ping -f -l 200 -c 1000 -Q $((26 << 2)) -q 192.0.2.1 >/tmp/flood || :
	wait_for 5 eval "[ \"\$(stat $DEV rx_missed_errors)\" -gt $lost ]"
}

table() {
	dcb -j app show dev "$DEV" |
		jq -c '[(.dscp_prio // []), (.pcp_prio // []) | map(.[0:2])]'
}

trusted() {
	dcb -j apptrust show dev "$DEV" | jq -c .order
}

priorities_of_codepoints() {
	local order

	defer app_default
	for order in "pcp" "dscp" "dscp pcp" "pcp dscp"; do
		# shellcheck disable=SC2086 # words
		dcb apptrust set dev "$DEV" order $order
		[ "$(trusted)" = "[\"${order/ /\",\"}\"]" ] || fail "trusts $(trusted), not $order"
	done
	app add dscp-prio 0:1 63:7 26:3
	app add pcp-prio 0nd:5 7de:2
	[ "$(table)" = '[[[0,1],[26,3],[63,7]],[["0nd",5],["7de",2]]]' ] || fail "table: $(table)"
	app replace dscp-prio 26:4
	fault_command PORT_TRUST
	expect_fail app add dscp-prio 26:6
	fault_command PORT_TRUST
	expect_fail app del dscp-prio 0:1
	fault_command PORT_TRUST
	expect_fail dcb apptrust set dev "$DEV" order pcp
	[ "$(trusted)" = '["pcp","dscp"]' ] || fail "trusts $(trusted)"
	[ "$(table)" = '[[[0,1],[26,4],[63,7]],[["0nd",5],["7de",2]]]' ] || fail "table: $(table)"
	expect_fail app del dscp-prio 26:3
	expect_logged "a DSCP to 63 or a PCP" app add ethtype-prio 0x8906:3
	expect_logged "pcp and dscp" dcb apptrust set dev "$DEV" order ethtype
	reset_device
	[ "$(table)" = '[[[0,1],[26,4],[63,7]],[["0nd",5],["7de",2]]]' ] || fail "table: $(table)"
	app flush
	[ "$(table)" = '[[],[]]' ] || fail "table: $(table)"
}

# What has no flow control is dropped before it takes the last buffers.
others_may_be_lost() {
	local lost

	few_buffers 10000
	pfc $PRIO:on
	defer pfc_off
	lost=$(stat "$DEV" rx_missed_errors)
	peer ping -f -l 200 -c 1000 -q 192.0.2.1 >/tmp/flood || :
	wait_for 5 eval "[ \"\$(stat $DEV rx_missed_errors)\" -gt $lost ]"
	expect "requests of priority 0" "$(counter requests 0)" -eq 0
	pfc
	ping_works
}

pause_is() {
	ethtool -a "$DEV" | grep -q "RX:[[:space:]]*$1\$" || fail "rx pause is not $1"
	ethtool -a "$DEV" | grep -q "TX:[[:space:]]*$1\$" || fail "tx pause is not $1"
}

instead_of_pause() {
	pause_is on
	pfc 1:on
	defer pfc_off
	pause_is off
	expect_logged "priorities have flow control" ethtool -A "$DEV" rx on
	expect_logged "priorities have flow control" ethtool -A "$DEV" tx on
	pfc
	pause_is on
}

shown() {
	dcb -j pfc show dev "$DEV" | jq -c '[.prio_pfc[] | if . == true or . == "on" then 1 else 0 end]'
}

survives() {
	local before

	pfc 0:on 7:on
	defer pfc_off
	before=$(shown)
	expect_logged "no MACsec" dcb pfc set dev "$DEV" macsec-bypass on
	expect_logged "delay" dcb pfc set dev "$DEV" delay 10
	fault_command PORT_PFC
	expect_fail pfc 1:on
	[ "$(shown)" = "$before" ] || fail "changed: $(shown), was $before"
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 10 carrier_up
	reset_device
	[ "$(shown)" = "$before" ] || fail "after a reset: $(shown), was $before"
	peer_asks $((1 << 7))
	wait_for 5 eval '[ "$(counter indications 7)" -eq 1 ]'
	ping_works
}

topology_up
COMBINED=$(channels_now)
finish() {
	ethtool -L "$DEV" combined "$COMBINED"
	peer ethtool -L "$PEER_DEV" combined "$COMBINED"
	topology_down
}
trap finish EXIT
ethtool -L "$DEV" combined 4
peer ethtool -L "$PEER_DEV" combined 4
PAUSES=$(ethtool -I -a "$DEV" | awk '$1 == "tx_pause_frames:" { print $2 }')
guest_main one_priority_is_silent counts_what_it_hears keeps_frames \
	keeps_frames_by_dscp priorities_of_codepoints others_may_be_lost \
	instead_of_pause survives
