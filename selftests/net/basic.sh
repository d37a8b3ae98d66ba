#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two ports, one cable: does a packet get through, of every size and shape?
# Topology: lib/guest.sh.

. "$(dirname "$0")/../lib/guest.sh"

link_follows_peer() {
	peer ip link set "$PEER_DEV" down
	defer peer ip link set "$PEER_DEV" up
	wait_for 5 carrier_is 0
	peer ip link set "$PEER_DEV" up
	wait_for 5 carrier_up
}

ping_v4() {
	ping_works
	ping_works -s 1472 -M "do"
	ping_works -s 20000
}

ping_v6() {
	ping6_works
	ping6_works -s 1452 -M "do"
	ping6_works -s 20000
}

tcp() {
	peer iperf3 -s -1 -D --forceflush
	wait_for 5 peer_listens t 5201
	iperf3 -c 192.0.2.2 -t 2 -J | jq -e '.end.sum_received.bytes > 1000000' >/dev/null
}

mtu_walk() {
	local mtu

	defer ip link set "$DEV" mtu 1500
	defer peer ip link set "$PEER_DEV" mtu 1500
	for mtu in 68 576 1500 3500 3600 9000 9600; do
		ip link set "$DEV" mtu $mtu
		peer ip link set "$PEER_DEV" mtu $mtu
		carrier_up || fail "MTU $mtu lost the link"
		ping_works -s $((mtu - 28)) -M "do"
	done
	expect_refused "greater than device maximum" ip link set "$DEV" mtu 9601
	expect_refused "less than device minimum" ip link set "$DEV" mtu 67
}

topology_up
trap topology_down EXIT
guest_main link_follows_peer ping_v4 ping_v6 tcp mtu_walk
