#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A far end that asks for silence without end, by pause and by PFC, is noticed and obeyed
# no more; as long as it is obeyed, the transmit watchdog is silent too.
# Topology: lib/guest.sh. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"

storm_ms() {
	ethtool --get-tunable "$DEV" pfc-prevention-tout | awk '{ print $NF }'
}

storm_ms_set() {
	ethtool --set-tunable "$DEV" pfc-prevention-tout "$1"
}

storms() {
	devlink -j health diagnose "$(eth_of "$(own_card)")" reporter tx | jq '.. | .rx_pause_storms? // empty'
}

silent() {
	devlink -j health diagnose "$(eth_of "$(own_card)")" reporter tx | jq '.. | .silent_priorities? // empty'
}

# stormed COUNT: more than so many
stormed() {
	[ "$(storms)" -gt "$1" ]
}

# logged PRIORITIES: maybe of a later storm, as the kernel limits how often it is said
logged() {
	dmesg | grep -q "pause storm: .* priorities $1"
}

# At this speed a frame asks for 3 ms of silence, more than its sender sleeps.
slow_link() {
	ethtool -s "$DEV" speed 10000 duplex full lanes 1 autoneg off
	defer ethtool -s "$DEV" autoneg on
	peer ethtool -s "$PEER_DEV" speed 10000 duplex full lanes 1 autoneg off
	defer peer ethtool -s "$PEER_DEV" autoneg on
	wait_for 10 carrier_up
	wait_for 10 ping_works
}

# Priority 2 in the device for what has type of service 8, 0 for the rest.
two_priorities() {
	tc qdisc replace dev "$DEV" root handle 100: mqprio num_tc 4 map 0 1 2 3 \
		queues 1@0 1@1 1@2 1@3 hw 1
	defer tc qdisc del dev "$DEV" root
	dcb pfc set dev "$DEV" prio-pfc all:off 2:on
	defer dcb pfc set dev "$DEV" prio-pfc all:off
}

time_is_kept() {
	defer storm_ms_set 65535
	expect "default" "$(storm_ms)" -eq 200
	storm_ms_set 7
	expect "time" "$(storm_ms)" -eq 7
	expect_logged "for 8000 ms at most" storm_ms_set 8001
	fault_command PORT_SET
	expect_refused "Input/output error" storm_ms_set 9
	expect "time" "$(storm_ms)" -eq 7
	reset_device
	expect "time after a reset" "$(storm_ms)" -eq 7
	storm_ms_set 0
	expect "without end" "$(storm_ms)" -eq 0
	storm_ms_set 65535
	expect "auto" "$(storm_ms)" -eq 200
}

# A storm of pause frames: packets leave in spite of it, and when it is over pause is
# obeyed again.
pause_storm() {
	local before

	slow_link
	storm_ms_set 20
	defer storm_ms_set 65535
	before=$(storms)
	dmesg -C
	peer_background "$TREE/selftests/lib/storm.py" "$PEER_DEV"
	wait_for 20 stormed "$before"
	wait_for 10 ping_works -W 5
	wait_for 10 logged 0xff
	wait_for 5 eval '[ "$(ethtool_stat "$DEV" rx_pause_storms)" -gt 0 ]'
	kill "$BACKGROUND"
	wait_for 10 ping_works
}

# Of a priority: the others never had to be silent.
pfc_storm() {
	local before

	slow_link
	two_priorities
	storm_ms_set 20
	defer storm_ms_set 65535
	before=$(storms)
	dmesg -C
	peer_background "$TREE/selftests/lib/storm.py" "$PEER_DEV" 4
	wait_for 20 stormed "$before"
	wait_for 10 ping_works -W 5 -Q 8
	wait_for 10 logged 0x04
	kill "$BACKGROUND"
	wait_for 10 ping_works
}

# Packets wait for a queue that has stopped.
backlog() {
	[ "$(tc -j -s qdisc show dev "$DEV" | jq 'map(.backlog // 0) | add')" -gt 0 ]
}

# Pings that nobody answers until no queue takes more. A socket's buffer of ping's own
# choice would hold two, which stop a queue only by the luck of its byte limit.
fill() {
	background ping -f -q -s 1000 -S 400000 192.0.2.2
	wait_for 20 backlog
}

# Queues that are full and may not send for longer than the watchdog waits.
watchdog_waits() {
	local before

	ethtool -G "$DEV" tx 64
	defer ethtool -G "$DEV" tx 512
	ping_works
	before=$(ethtool_stat "$DEV" queue_resets)
	dmesg -C
	silence 0 0 60000
	expect "silent" "$(silent)" -eq 255
	fill
	sleep 15
	expect "resets" "$(ethtool_stat "$DEV" queue_resets)" -eq "$before"
	if dmesg | grep -i "transmit queue"; then
		fail "the watchdog has fired"
	fi
	expect reporter "$(reporter_state "$(eth_of "$(own_card)")" tx)" = healthy
	silence 0 0 0
	expect "silent" "$(silent)" -eq 0
	wait_for 10 ping_works
}

# The silence of one priority excuses no queue of another one, which is soon full.
watchdog_bites_others() {
	local before qpn

	two_priorities
	ethtool -G "$DEV" tx 64
	defer ethtool -G "$DEV" tx 512
	wait_for 5 ping -c 1 -W 1 -q -Q 8 192.0.2.2
	before=$(ethtool_stat "$DEV" queue_resets)
	qpn=$(devlink -j health diagnose "$(eth_of "$(own_card)")" reporter tx |
		jq '.. | .queues? // empty | .[0].qpn')
	silence 0 0 60000 2
	fault "\"kind\": \"stop\", \"card\": 0, \"port\": 0, \"qpn\": $qpn"
	fill
	wait_for 30 eval '[ "$(ethtool_stat "$DEV" queue_resets)" -gt '"$before"' ]'
	silence 0 0 0 2
	wait_for 10 ping_works
}

topology_up
COMBINED=$(channels_now)
finish() {
	ethtool -L "$DEV" combined "$COMBINED"
	topology_down
}
trap finish EXIT
ethtool -L "$DEV" combined 4
guest_main time_is_kept pause_storm pfc_storm watchdog_waits watchdog_bites_others
