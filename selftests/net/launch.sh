#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Packets that leave at a time of the card's clock: qdisc etf with "offload".
# Those of AF_XDP: xdp/xsk.sh. Topology: lib/guest.sh. Kernels: one

# shellcheck disable=SC2119 # ping_works takes options, or none
. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/rate.sh"

AHEAD=300000000
# The qdisc gives a packet away so long before its time.
DELTA=280000000

# Nothing without a time gets through, and so no ARP: both ends know each other. A
# peer that asks in vain gives up for a second, long after the test that made it ask.
neighbours() {
	ip neigh replace 192.0.2.2 dev "$DEV" \
		lladdr "$(peer cat "/sys/class/net/$PEER_DEV/address")"
	peer ip neigh replace 192.0.2.1 dev "$PEER_DEV" \
		lladdr "$(cat "/sys/class/net/$DEV/address")"
}

# known: until the test ends
known() {
	neighbours
	defer ip neigh del 192.0.2.2 dev "$DEV"
	defer peer ip neigh del 192.0.2.1 dev "$PEER_DEV"
}

# stamps: what is sent has the time at which it left, of a clock that is right
stamps() {
	hwstamp_ctl -i "$DEV" -t 1 -r 0 >/dev/null
	defer hwstamp_ctl -i "$DEV" -t 0 -r 0
	phc_ctl "/dev/$PTP" freq 0 set >/dev/null
}

# One queue, whose packets wait in the device.
etf() {
	ethtool -L "$DEV" combined 1
	defer ethtool -L "$DEV" combined 2
	known
	stamps
	tc qdisc replace dev "$DEV" root etf clockid CLOCK_TAI delta $DELTA offload
	defer tc qdisc del dev "$DEV" root
}

# One datagram: when it was to leave into $WHEN, when it did into $LEFT.
send_at() {
	read -r WHEN LEFT < <(python3 "$TREE/selftests/lib/ptp.py" txtime 192.0.2.2 9 "$1")
	note "to leave at $WHEN, left at $LEFT"
	[ "$LEFT" != none ] || fail "it never left"
}

waited() {
	send_at "$AHEAD"
	expect "not before its time" "$LEFT" -ge "$WHEN"
	expect "nanoseconds late" $((LEFT - WHEN)) -lt 200000000
}

device_waits() {
	etf
	tc -s qdisc show dev "$DEV" | grep -q "offload on" || fail "it is not offloaded"
	waited
	waited
}

outlives_rings_and_reset() {
	etf
	ethtool -G "$DEV" tx 128
	defer ethtool -G "$DEV" tx 512
	waited
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 10 carrier_up
	neighbours
	waited
	reset_device
	phc_ctl "/dev/$PTP" freq 0 set >/dev/null
	waited
}

# device_wqes: entries of send rings in device memory
device_wqes() {
	devlink -j resource show "$(own_card)" |
		jq '.resources[][] | select(.name == "device_wqes").occ'
}

# The time stands in the ring, which is the device's now (tx-push), and is short: what was
# there before is overwritten.
device_has_the_ring() {
	local far

	etf
	far=$(ethtool_stat "$DEV" tx_launch_far)
	ethtool -G "$DEV" tx 64 tx-push on
	defer ethtool -G "$DEV" tx 512 tx-push off
	expect "WQEs in device memory" "$(device_wqes)" -eq $((2 * 64))
	waited
	tc qdisc replace dev "$DEV" root pfifo
	ping -c 70 -i 0.002 -q 192.0.2.2 >/dev/null
	tc qdisc replace dev "$DEV" root etf clockid CLOCK_TAI delta $DELTA offload
	waited
	waited
	expect "too far" "$(ethtool_stat "$DEV" tx_launch_far)" -eq "$far"
	expect "resets of queues" "$(ethtool_stat "$DEV" queue_resets)" -eq "$RESETS"
}

# channel COMBINED RX TX
channel() {
	ethtool -L "$DEV" combined "$1" rx "$2" tx "$3"
}

# The second of two queues, of a channel that only sends. What is sent by the first one does
# not wait. When the channel receives instead nothing does, and later it waits again.
only_sends() {
	channel 1 0 1
	defer channel 2 0 0
	known
	stamps
	tc qdisc replace dev "$DEV" root handle 100: mq
	defer tc qdisc del dev "$DEV" root
	tc qdisc replace dev "$DEV" parent 100:1 pfifo	# others may drop what is for later
	tc qdisc replace dev "$DEV" parent 100:2 etf clockid CLOCK_TAI delta $DELTA offload
	use_queue 1
	waited
	use_queue 0
	ping_works
	send_at "$AHEAD"
	expect "of the first queue, not waited for" "$LEFT" -lt "$WHEN"
	channel 1 1 0
	ping_works
	send_at "$AHEAD"
	expect "of a channel that receives, not waited for" "$LEFT" -lt "$WHEN"
	channel 1 0 1
	use_queue 1
	waited
	channel 2 0 0
	waited
	tc qdisc replace dev "$DEV" parent 100:2 pfifo
	ping_works
	send_at "$AHEAD"
	expect "without etf, not waited for" "$LEFT" -lt "$WHEN"
	expect "resets of queues" "$(ethtool_stat "$DEV" queue_resets)" -eq "$RESETS"
}

# A clock that nobody has set: what would wait for ever leaves at once.
clock_is_elsewhere() {
	local far

	etf
	defer phc_ctl "/dev/$PTP" set
	phc_ctl "/dev/$PTP" set 1000 >/dev/null
	far=$(ethtool_stat "$DEV" tx_launch_far)
	send_at "$AHEAD"
	expect "seconds" $((LEFT / 1000000000)) -lt 1060
	expect "too far" "$(ethtool_stat "$DEV" tx_launch_far)" -eq $((far + 1))
}

without_offload_nothing_waits() {
	etf
	tc qdisc replace dev "$DEV" root pfifo
	ping_works
	expect "resets of queues" "$(ethtool_stat "$DEV" queue_resets)" -eq "$RESETS"
}

topology_up
trap topology_down EXIT
PTP=$(basename "$(echo "/sys/class/net/$DEV/device/ptp/"ptp*)")
RESETS=$(ethtool_stat "$DEV" queue_resets)
guest_main device_waits device_has_the_ring only_sends outlives_rings_and_reset \
	clock_is_elsewhere without_offload_nothing_waits
