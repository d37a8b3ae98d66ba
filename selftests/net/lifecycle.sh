#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The driver and the device come and go while packets flow. Topology:
# lib/guest.sh.

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/frames.sh"
. "$(dirname "$0")/../lib/xdp.sh"

module() {
	echo "$TREE/build/$(uname -r)/$1.ko"
}

# Both cards' ports send to each other until the test ends.
flood() {
	peer_background iperf3 -s
	wait_for 5 peer_listens t 5201
	background iperf3 -c 192.0.2.2 -t 100 -P 2
	background ping -f -q 192.0.2.2
	sleep 1
}

open_close() {
	topology_up
	defer topology_down
	flood
	for _ in 1 2 3 4 5 6; do
		ip link set "$DEV" down
		ip link set "$DEV" up
	done
	wait_for 10 carrier_up
	ping_works
}

rename_and_move() {
	topology_up
	defer topology_down
	flood
	ip link set "$DEV" name moved0
	defer ip link set moved0 name "$DEV"
	ping_works
	ip netns add other
	ip link set moved0 netns other
	ip netns exec other ip link set moved0 up
	# what is no software goes back to where it came from
	ip netns del other
	wait_for 5 test -e /sys/class/net/moved0
}

unload_under_traffic() {
	topology_up
	flood
	if grep -q '^gnic_accel ' /proc/modules; then
		rmmod gnic_accel
		defer insmod "$(module gnic_accel)"
	fi
	rmmod gnic
	[ -z "$(port_devs)" ] || fail "netdevs are still there"
	ip netns del "$PEER"
	insmod "$(module gnic)"
	wait_for 10 sh -c '[ -n "$(ls /sys/bus/auxiliary/devices)" ]'
	topology_up
	defer topology_down
	ping_works
}

unbind_under_traffic() {
	local address

	topology_up
	flood
	address=$(basename "$(readlink "/sys/class/net/$DEV/device")")
	echo "$address" >/sys/bus/pci/drivers/gnic/unbind
	ip netns del "$PEER"
	echo "$address" >/sys/bus/pci/drivers/gnic/bind
	topology_up
	defer topology_down
	ping_works
}

# sysfs: the kernel resets the function; the netdevs live through it.
function_reset() {
	local path

	topology_up
	defer topology_down
	flood
	path=$(readlink -f "/sys/class/net/$DEV/device")
	[ -e "$path/reset" ] || skip "the function can't be reset"
	echo 1 >"$path/reset"
	wait_for 20 carrier_up
	wait_for 10 ping -c 1 -W 1 192.0.2.2
	ping_works
}

# The device is pulled out: everything fails fast, and remove is clean.
surprise_removal() {
	local path

	topology_up
	ethtool -G "$DEV" tx-push on
	flood
	path=$(readlink -f "/sys/class/net/$DEV/device")
	model '{"cmd": "fault", "kind": "all-ones", "card": 0}' | grep -q '"ok":true' ||
		fail "the model refused"
	sleep 1
	timeout 20 ethtool "$DEV" >/dev/null 2>&1 || :
	timeout 20 ip link set "$DEV" down || fail "no way down"
	expect_fail ip link set "$DEV" up
	echo 1 >"$path/remove"
	[ -z "$(port_devs)" ] || fail "netdevs are still there"
	ip netns del "$PEER"
	dmesg | tail -n 80 | grep -q "does not answer any more" || fail "nothing was said of it"
	model '{"cmd": "fault", "kind": "clear"}' >/dev/null
	echo 1 >/sys/bus/pci/rescan
	topology_up
	defer topology_down
	ping_works
}

# A program and a socket without copies are at a port that goes.
socket_up() {
	topology_up
	xsk -w
	exchange 60 60
	flood
}

# It is there again, and so may they be.
socket_again() {
	kill "$XSK_PID"
	topology_up
	defer topology_down
	xsk -w
	exchange 60 60
	ping_works
}

unbind_under_socket() {
	local address

	socket_up
	address=$(basename "$(readlink "/sys/class/net/$DEV/device")")
	echo "$address" >/sys/bus/pci/drivers/gnic/unbind
	kill -0 "$XSK_PID" || fail "the socket's owner ended, too"
	ip netns del "$PEER"
	echo "$address" >/sys/bus/pci/drivers/gnic/bind
	socket_again
}

removal_under_socket() {
	local path

	socket_up
	path=$(readlink -f "/sys/class/net/$DEV/device")
	model '{"cmd": "fault", "kind": "all-ones", "card": 0}' | grep -q '"ok":true' ||
		fail "the model refused"
	sleep 1
	echo 1 >"$path/remove"
	[ -z "$(port_devs)" ] || fail "netdevs are still there"
	kill -0 "$XSK_PID" || fail "the socket's owner ended, too"
	ip netns del "$PEER"
	model '{"cmd": "fault", "kind": "clear"}' >/dev/null
	echo 1 >/sys/bus/pci/rescan
	socket_again
}

guest_main open_close rename_and_move unload_under_traffic unbind_under_traffic function_reset \
	surprise_removal unbind_under_socket removal_under_socket
