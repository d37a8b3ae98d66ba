#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which frames are received. Topology: lib/guest.sh. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"

# inject DMAC COUNT: frames from the peer, with UDP ports that differ.
inject() {
	peer python3 - "$PEER_DEV" "$1" "$2" <<-'PYTHON'
		import socket, struct, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind((sys.argv[1], 0))
		mac = bytes.fromhex(sys.argv[2].replace(":", ""))
		for i in range(int(sys.argv[3])):
		    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 48, 1, 0, 64, 17, 0,
		                     socket.inet_aton("192.0.2.2"), socket.inet_aton("192.0.2.1"))
		    udp = struct.pack("!HHHH", 1024 + i * 40503 % 60000, 9, 28, 0)
		    s.send(mac + s.getsockname()[4] + b"\x08\x00" + ip + udp + bytes(20))
	PYTHON
	sleep 0.3
}

received() {
	stat "$DEV" rx_packets
}

# expect_received WHAT DMAC yes|no
expect_received() {
	local before

	before=$(received)
	inject "$2" 20
	if [ "$3" = yes ]; then
		expect "$1: received" "$(($(received) - before))" -ge 20
	else
		expect "$1: received" "$(($(received) - before))" -lt 20
	fi
}

filter() {
	local own

	own=$(cat "/sys/class/net/$DEV/address")
	expect_received "own address" "$own" yes
	expect_received "foreign address" 02:00:00:00:00:99 no
	expect_received "broadcast" ff:ff:ff:ff:ff:ff yes
	expect_received "multicast of nobody" 01:00:5e:01:02:03 no
}

filter_lists() {
	ip maddr add 01:00:5e:01:02:03 dev "$DEV"
	defer ip maddr del 01:00:5e:01:02:03 dev "$DEV"
	expect_received "joined multicast" 01:00:5e:01:02:03 yes
	ip link add link "$DEV" name mv0 address 02:00:00:00:00:98 type macvlan
	defer ip link del mv0
	ip link set mv0 up
	expect_received "second address" 02:00:00:00:00:98 yes
}

filter_modes() {
	ip link set "$DEV" promisc on
	defer ip link set "$DEV" promisc off
	expect_received "promiscuous" 02:00:00:00:00:97 yes
	ip link set "$DEV" promisc off
	expect_received "not any more" 02:00:00:00:00:97 no
	ip link set "$DEV" allmulticast on
	defer ip link set "$DEV" allmulticast off
	expect_received "all multicast" 01:00:5e:0a:0b:0c yes
	expect_received "but no unicast" 02:00:00:00:00:97 no
}

set_mac() {
	local own

	own=$(cat "/sys/class/net/$DEV/address")
	defer ip link set "$DEV" address "$own"
	ip link set "$DEV" address 02:00:00:00:00:42
	expect_received "new address" 02:00:00:00:00:42 yes
	expect_received "old address" "$own" no
	expect_refused "Cannot assign requested address" \
		ip link set "$DEV" address 01:00:00:00:00:42
	ping_works
}

topology_up
trap topology_down EXIT
guest_main filter filter_lists filter_modes set_mac
