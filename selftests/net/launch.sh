#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Packets that leave at a time of the card's clock: qdisc etf with "offload".
# Those of AF_XDP: xdp/xsk.sh. Topology: lib/guest.sh

# shellcheck disable=SC2119 # ping_works takes options, or none
. "$(dirname "$0")/../lib/guest.sh"

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

# One queue, whose packets wait in the device.
etf() {
	ethtool -L "$DEV" combined 1
	defer ethtool -L "$DEV" combined 2
	neighbours
	defer ip neigh del 192.0.2.2 dev "$DEV"
	defer peer ip neigh del 192.0.2.1 dev "$PEER_DEV"
	hwstamp_ctl -i "$DEV" -t 1 -r 0 >/dev/null
	defer hwstamp_ctl -i "$DEV" -t 0 -r 0
	phc_ctl "/dev/$PTP" freq 0 set >/dev/null
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
guest_main device_waits outlives_rings_and_reset clock_is_elsewhere \
	without_offload_nothing_waits
