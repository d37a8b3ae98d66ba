#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Health reporters of card and port: each notices, tells, mends, and can be told
# not to. Topology: lib/devlink.sh

# shellcheck disable=SC2119 # ping_works takes options, or none
# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

diagnose() {
	devlink -j health diagnose "$1" reporter "$2" | jq -r ".$3"
}

recovered() {
	[ "$(reporter_member "$1" "$2" recover)" -gt "$3" ] && [ "$(reporter_state "$1" "$2")" = healthy ]
}

# No pause between two recoveries, as it would be in a test.
at_once() {
	devlink health set "$1" reporter "$2" grace_period 0
}

traffic() {
	background ping -i 0.02 -q 192.0.2.2
}

again() {
	wait_for 15 carrier_up
	wait_for 15 ping -c 1 -W 1 192.0.2.2
	ping_works
}

fw_test_recovers() {
	local before index errors

	at_once "$CARD" fw
	before=$(recoveries "$CARD")
	errors=$(reporter_member "$CARD" fw error)
	index=$(cat "/sys/class/net/$DEV/ifindex")
	devlink health test "$CARD" reporter fw
	wait_for 20 recovered "$CARD" fw "$before"
	again
	expect ifindex "$(cat "/sys/class/net/$DEV/ifindex")" = "$index"
	expect "errors of one fault" "$(reporter_member "$CARD" fw error)" -eq $((errors + 1))
	expect fatal "$(diagnose "$CARD" fw fatal)" = false
}

fw_dump() {
	local dump

	devlink health dump clear "$CARD" reporter fw
	dump=$(devlink -j health dump show "$CARD" reporter fw)
	[[ $dump == *'"registers"'*'"CTL"'* ]] || fail "no registers: $dump"
	[[ $dump == *'fatal error'* ]] || fail "no trace of the fatal error"
	[[ $dump == *'fault injected'* ]] || fail "no trace of the injection"
	devlink health dump clear "$CARD" reporter fw
}

# Firmware that hangs: commands are not answered, the heart stands still.
fw_hangs() {
	local before

	at_once "$CARD" fw
	before=$(recoveries "$CARD")
	model '{"cmd": "fault", "kind": "hang", "card": 0}' | grep -q '"ok":true' || fail "no hang"
	wait_for 30 recovered "$CARD" fw "$before"
	dmesg | tail -n 60 | grep -q "no heartbeat" || fail "nothing was said of it"
	again
}

fw_in_error() {
	[ "$(reporter_state "$CARD" fw)" = error ]
}

fw_left_alone() {
	local errors

	at_once "$CARD" fw
	devlink health set "$CARD" reporter fw auto_recover false
	defer devlink health set "$CARD" reporter fw auto_recover true
	errors=$(reporter_member "$CARD" fw error)
	devlink health test "$CARD" reporter fw
	wait_for 10 fw_in_error
	sleep 3
	expect "told once" "$(reporter_member "$CARD" fw error)" -eq $((errors + 1))
	expect state "$(reporter_state "$CARD" fw)" = error
	expect fatal "$(diagnose "$CARD" fw fatal)" = true
	devlink health recover "$CARD" reporter fw
	expect state "$(reporter_state "$CARD" fw)" = healthy
	again
}

internal_error_reset() {
	at_once "$CARD" fw
	param_set "$CARD" internal_error_reset false
	defer param_set "$CARD" internal_error_reset true
	devlink health test "$CARD" reporter fw
	sleep 3
	expect state "$(reporter_state "$CARD" fw)" = error
	expect fatal "$(diagnose "$CARD" fw fatal)" = true
	devlink dev reload "$CARD"
	expect state "$(reporter_state "$CARD" fw)" = healthy
	port_again
}

port_again() {
	DEV=$(port_dev "$CARD" 0)
	ip addr replace 192.0.2.1/24 dev "$DEV"
	ip link set "$DEV" up
	again
}

fatal_snapshot() {
	local before

	at_once "$CARD" fw
	snapshots() {
		devlink -j region show "$CARD/$1" | jq -c '.regions[].snapshot | max'
	}
	before=$(snapshots fw-trace)
	param_set "$CARD" region_snapshot_enable false
	devlink health test "$CARD" reporter fw
	wait_for 20 sh -c "devlink -j health show $CARD reporter fw | grep -q healthy"
	again
	expect "snapshots while off" "$(snapshots fw-trace)" = "$before"
	param_set "$CARD" region_snapshot_enable true
	devlink health test "$CARD" reporter fw
	sleep 2
	again
	[ "$(snapshots fw-trace)" != "$before" ] || fail "no snapshot"
	expect "the same of all" "$(snapshots registers)" = "$(snapshots fw-trace)"
}

pcie() {
	local before

	before=$(diagnose "$CARD" pcie error_count)
	expect present "$(diagnose "$CARD" pcie present)" = true
	devlink health test "$CARD" reporter pcie
	sleep 3
	expect errors "$(diagnose "$CARD" pcie error_count)" -eq $((before + 1))
	expect "errors reported" "$(reporter_member "$CARD" pcie error)" -ge 1
	expect state "$(reporter_state "$CARD" pcie)" = healthy
	ping_works
	devlink health dump show "$CARD" reporter pcie | grep -q config || fail "no dump"
	devlink health recover "$CARD" reporter pcie
	again
}

tx() {
	local port before

	port=$(eth_of "$CARD")
	ethtool -L "$DEV" combined 1
	defer ethtool -L "$DEV" combined 2
	expect running "$(diagnose "$port" tx running)" = true
	expect "queue 0" "$(diagnose "$port" tx 'queues[0].queue')" = 0
	[ "$(diagnose "$port" tx 'queues[0].qpn')" -gt 0 ] || fail "no QP"
	before=$(reporter_member "$port" tx recover)
	devlink health test "$port" reporter tx
	traffic
	background ping -i 0.02 -q -s 1300 192.0.2.2
	background ping6 -i 0.02 -q 2001:db8::2
	wait_for 40 recovered "$port" tx "$before"
	again
	devlink health dump show "$port" reporter tx | grep -q wqe || fail "no dump"
	devlink health dump clear "$port" reporter tx
}

rx() {
	local port before qpn other

	port=$(eth_of "$CARD")
	before=$(reporter_member "$port" rx recover)
	qpn=$(diagnose "$port" rx 'queues[0].qpn')
	other=$(diagnose "$port" rx 'queues[1].qpn')
	devlink health test "$port" reporter rx
	wait_for 20 recovered "$port" rx "$before"
	again
	expect "QP of the queue that failed" "$(diagnose "$port" rx 'queues[0].qpn')" -ne "$qpn"
	expect "QP of another queue" "$(diagnose "$port" rx 'queues[1].qpn')" = "$other"
	devlink health dump show "$port" reporter rx | grep -q cqe || fail "no dump"
	devlink health dump clear "$port" reporter rx
}

rx_left_alone() {
	local port

	port=$(eth_of "$CARD")
	devlink health set "$port" reporter rx auto_recover false
	defer devlink health set "$port" reporter rx auto_recover true
	devlink health test "$port" reporter rx
	sleep 3
	expect state "$(reporter_state "$port" rx)" = error
	devlink health recover "$port" reporter rx
	expect state "$(reporter_state "$port" rx)" = healthy
	again
}

phy() {
	local port before

	port=$(eth_of "$CARD")
	expect link "$(diagnose "$port" phy link)" = true
	before=$(reporter_member "$port" phy recover)
	devlink health test "$port" reporter phy
	wait_for 20 recovered "$port" phy "$before"
	again
	devlink health dump show "$port" reporter phy | grep -q mac_stats || fail "no dump"
	devlink health dump clear "$port" reporter phy
	devlink health recover "$port" reporter phy
	again
}

down_refused() {
	local port

	port=$(eth_of "$CARD")
	ip link set "$DEV" down
	defer port_again
	expect_refused "gnic: the port is down: it has no queues" devlink health test "$port" reporter tx
	expect running "$(diagnose "$port" tx running)" = false
}

switch_up
trap switch_down EXIT
ethtool -L "$DEV" combined 2
sysctl -q -w "net.ipv6.conf.$DEV.keep_addr_on_down=1"
guest_main fw_test_recovers fw_dump fw_hangs fw_left_alone internal_error_reset fatal_snapshot \
	pcie tx rx rx_left_alone phy down_refused
