#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Frames with their FCS, and bad frames, for who wants to see them.
# Topology: lib/guest.sh. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"

# feature NAME on|off, until the test ends.
feature() {
	ethtool -K "$DEV" "$1" "$2" >/dev/null
	defer ethtool -K "$DEV" "$1" "$([ "$2" = on ] && echo off || echo on)"
}

# see COUNT: frames of a private type, as lib/fcs.py tells of them, in $SEEN.
see() {
	background python3 "$TREE/selftests/lib/fcs.py" see "$DEV" "$1" "$SEEN"
	wait_for 10 grep -q ready "$SEEN"
}

# emit SIZE...: such frames from the peer, of so many octets without FCS.
emit() {
	peer python3 "$TREE/selftests/lib/fcs.py" emit "$PEER_DEV" \
		"$(cat "/sys/class/net/$DEV/address")" "$@"
}

seen_file() {
	SEEN=$(mktemp)
	defer rm -f "$SEEN"
}

# seen ROWS: all that was seen.
seen() {
	wait_for 5 sh -c "[ \$(wc -l <$SEEN) -gt $(wc -l <<<"$1") ]"
	diff <(tail -n +2 "$SEEN") <(echo "$1") || fail "frames are not as they should be"
}

fcs() {
	seen_file
	feature rx-fcs on
	see 4
	emit 60 61 1000 1514
	seen "$(printf '%s good whole\n' 64 65 1004 1518)"
}

no_fcs() {
	seen_file
	see 2
	emit 60 1514
	seen "$(printf '%s none whole\n' 60 1514)"
}

# Connections and counters: the FCS is no payload, and not counted.
traffic() {
	local before

	feature rx-fcs on
	ping_works -s 1000
	ping6_works
	ping_works -s 5000
	before=$(stat "$DEV" rx_bytes)
	ping -c 5 -i 0.05 -q -s 958 192.0.2.2 >/dev/null
	sleep 0.5
	before=$(($(stat "$DEV" rx_bytes) - before))
	expect "bytes" $((before % 1000)) -lt 400
	ethtool -G "$DEV" tcp-data-split on
	defer ethtool -G "$DEV" tcp-data-split off
	ping_works -s 1000
	peer_background socat -u OPEN:/dev/zero,readbytes=300000 TCP4-LISTEN:5555
	wait_for 5 peer_listens t 5555
	expect "by TCP" "$(socat -u TCP4:192.0.2.2:5555 - | wc -c)" -eq 300000
}

# A frame with a bad FCS is dropped and counted; with rx-all it comes as it came.
bad_fcs() {
	local fault='"kind": "fcs", "card": 0, "port": 0, "rate": 1'

	seen_file
	feature rx-fcs on
	feature rx-all on
	see 2
	fault "$fault"
	emit 500
	fault_clear
	wait_for 5 sh -c "[ \$(wc -l <$SEEN) -gt 1 ]"
	ethtool -K "$DEV" rx-all off >/dev/null
	fault "$fault"
	emit 600
	fault_clear
	emit 700
	wait_for 5 sh -c "[ \$(wc -l <$SEEN) -gt 2 ]"
	[[ $(sed -n 2p "$SEEN") == "504 bad changed" ]] || fail "$(sed -n 2p "$SEEN")"
	[[ $(sed -n 3p "$SEEN") == "704 good whole" ]] || fail "$(sed -n 3p "$SEEN")"
}

# Longer than the MTU allows.
too_long() {
	seen_file
	peer ip link set "$PEER_DEV" mtu 3000
	defer peer ip link set "$PEER_DEV" mtu 1500
	see 2
	emit 2000 500
	feature rx-all on
	emit 2500
	seen "$(printf '%s none whole\n' 500 2500)"
}

# What can't be with an FCS is off as long, and then as it was.
excluded() {
	has_feature rx-vlan-offload || fail "tags are not stripped"
	ethtool -K "$DEV" rx-gro-hw on
	defer ethtool -K "$DEV" rx-gro-hw off
	ethtool -K "$DEV" rx-fcs on >/dev/null
	defer ethtool -K "$DEV" rx-fcs off
	expect_fail has_feature rx-vlan-offload
	expect_fail has_feature rx-gro-hw
	ip link set dev "$DEV" xdpdrv object "$TREE/build/bpf/verdict.bpf.o" program xdp_pass
	defer ip link set dev "$DEV" xdpdrv off
	expect_fail has_feature rx-fcs
	ping_works
	ip link set dev "$DEV" xdpdrv off
	has_feature rx-fcs || fail "rx-fcs does not come back"
	ethtool -K "$DEV" rx-fcs off >/dev/null
	has_feature rx-vlan-offload || fail "rx-vlan-offload does not come back"
	has_feature rx-gro-hw || fail "rx-gro-hw does not come back"
	ping_works
}

# The device forgets, the driver does not.
after_reset() {
	seen_file
	feature rx-fcs on
	reset_card "$(own_card)"
	wait_for 20 carrier_up
	see 1
	emit 100
	seen "104 good whole"
}

refused() {
	fault_command PORT_SET
	expect_refused "Could not change any device features" ethtool -K "$DEV" rx-all on
	expect_fail has_feature rx-all
	ping_works
}

topology_up
trap topology_down EXIT
guest_main fcs no_fcs traffic bad_fcs too_long excluded after_reset refused
