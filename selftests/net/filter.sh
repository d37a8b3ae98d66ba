#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which destinations come in: what was asked for and nothing else, however many
# there are. Counted at the netdev, behind the device's filter. Topology:
# lib/guest.sh. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/sender.sh"

# burst COUNT MAC...: COUNT frames to each address from the peer.
burst() {
	local mac

	for mac in "${@:2}"; do
		frame_to "$mac" 88b5 "$1"
	done
}

# Frames that come in while 20 are sent to each address; others may come at any
# time, so few that they do not matter.
received() {
	local before

	before=$(stat "$DEV" rx_packets)
	burst 20 "$@"
	# what is sent last is received last
	ping -c 1 -W 2 -q 192.0.2.2 >/dev/null
	echo $(($(stat "$DEV" rx_packets) - before))
}

comes_in() {
	[ "$(received "$@")" -ge $((20 * $#)) ]
}

goes_nowhere() {
	[ "$(received "$@")" -lt 15 ]
}

# The kernel may tell the device of a change a little later.
arrives() {
	wait_for 5 comes_in "$@"
}

stays_out() {
	wait_for 5 goes_nowhere "$@"
}

own() {
	cat "/sys/class/net/$DEV/address"
}

own_and_broadcast() {
	arrives "$(own)"
	arrives ff:ff:ff:ff:ff:ff
	stays_out 02:00:00:00:00:77
	stays_out 01:00:5e:01:02:03
}

# The address changes while the netdev is up, and while it is down.
address() {
	local old

	old=$(own)
	ip link set "$DEV" address 02:00:00:00:00:78
	defer ip link set "$DEV" address "$old"
	arrives 02:00:00:00:00:78
	stays_out "$old"
	ip link set "$DEV" down
	ip link set "$DEV" address 02:00:00:00:00:79
	ip link set "$DEV" up
	wait_for 10 carrier_up
	arrives 02:00:00:00:00:79
	stays_out 02:00:00:00:00:78
}

# The device refuses the filter at first.
told_again() {
	dmesg -C
	fault_command FILTER_SET
	ip maddr add 01:00:5e:01:02:03 dev "$DEV"
	defer ip maddr del 01:00:5e:01:02:03 dev "$DEV"
	wait_for 5 sh -c "dmesg | grep -q -e \"can't set the receive filter\" -e 'rx_mode install failed'"
	arrives 01:00:5e:01:02:03
}

unicast_list() {
	ip link add link "$DEV" name mac1 address 02:00:00:00:01:01 type macvlan
	defer ip link del mac1
	ip link set mac1 up
	arrives 02:00:00:00:01:01
	stays_out 02:00:00:00:01:02
	ethtool -G "$DEV" rx 256
	arrives 02:00:00:00:01:01
	ip link del mac1
	stays_out 02:00:00:00:01:01
}

multicast_list() {
	ip maddr add 01:00:5e:01:02:04 dev "$DEV"
	defer ip maddr del 01:00:5e:01:02:04 dev "$DEV"
	wait_for 3 sh -c "ip maddr show dev $DEV | grep -q 01:00:5e:01:02:04"
	arrives 01:00:5e:01:02:04
	stays_out 01:00:5e:01:02:05
	ip link set "$DEV" allmulticast on
	defer ip link set "$DEV" allmulticast off
	arrives 01:00:5e:01:02:05
	stays_out 02:00:00:00:00:77
}

promiscuous() {
	ip link set "$DEV" promisc on
	defer ip link set "$DEV" promisc off
	arrives 02:00:00:00:00:77 01:00:5e:01:02:05
	ip link set "$DEV" promisc off
	stays_out 02:00:00:00:00:77 01:00:5e:01:02:05
}

# groups add|del COUNT: so many multicast addresses, 01:00:5e:07:00:xx.
groups() {
	python3 - "$DEV" "$@" <<-'PYTHON'
		import fcntl, socket, struct, sys
		command = {"add": 0x8931, "del": 0x8932}[sys.argv[2]]  # SIOCADDMULTI, SIOCDELMULTI
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		for i in range(int(sys.argv[3])):
		    mac = bytes.fromhex("01005e0700") + bytes([i])
		    fcntl.ioctl(s, command, struct.pack("16sH14s8x", sys.argv[1].encode(), 0, mac))
	PYTHON
}

# More than the device has room for: every one is received, at the price of others.
many_multicast() {
	groups add 160
	defer groups del 160
	arrives 01:00:5e:07:00:00 01:00:5e:07:00:50 01:00:5e:07:00:9f
	stays_out 02:00:00:00:00:77
	groups del 160
	stays_out 01:00:5e:07:00:00 01:00:5e:07:00:9f
}

many_unicast() {
	local i batch

	batch=$(mktemp)
	defer rm -f "$batch"
	for i in $(seq 0 139); do
		printf 'fdb add 02:00:00:00:07:%02x dev %s self\n' "$i" "$DEV"
	done >"$batch"
	command bridge -batch "$batch"
	sed 's/add/del/' "$batch" >"$batch.del"
	defer command bridge -batch "$batch.del"
	arrives 02:00:00:00:07:00 02:00:00:00:07:50 02:00:00:00:07:8b
	command bridge -batch "$batch.del"
	stays_out 02:00:00:00:07:00 02:00:00:00:07:8b
}

topology_up
sender_start
trap 'server_stop; topology_down' EXIT
guest_main own_and_broadcast address told_again unicast_list multicast_list promiscuous many_multicast \
	many_unicast
