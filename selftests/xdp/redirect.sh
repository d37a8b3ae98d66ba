#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# XDP_REDIRECT: by every kind of map and without one, between ports and other
# kinds of netdevs, with programs where frames are sent to; and what cannot be sent.
# Topology: lib/guest.sh; programs run at $DEV unless a test says otherwise. Two more
# ports are cabled to each other: $OUT and $FAR. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/frames.sh"
. "$(dirname "$0")/../lib/xdp.sh"

FROM_PEER=	# set below

# What comes back has our own address as target, for nobody turns it round.
peer_takes_all() {
	peer ip link set "$PEER_DEV" promisc on
	defer peer ip link set "$PEER_DEV" promisc off
}

has_carrier() {
	[ "$(cat "/sys/class/net/$1/carrier")" = 1 ]
}

# quiet DEV...: up, and nothing is sent there that a test does not send
quiet() {
	local dev

	for dev; do
		sysctl -q -w "net.ipv6.conf.$dev.disable_ipv6=1"
		defer sysctl -q -w "net.ipv6.conf.$dev.disable_ipv6=0"
		ip link set "$dev" up
		defer ip link set "$dev" down
	done
}

# The other cable: $OUT, where frames leave, and $FAR, where they arrive.
second_cable() {
	quiet "$OUT" "$FAR"
	wait_for 10 has_carrier "$OUT"
}

# counts DEV STATISTIC COUNT COMMAND...: it grows by so much meanwhile; what the stack
# sends by itself out of $DEV is not held against it
counts() {
	local dev=$1 name=$2 count=$3 before operator=-eq

	shift 3
	[ "$dev" != "$DEV" ] || operator=-ge
	before=$(stat "$dev" "$name")
	"$@"
	expect "$name of $dev" $(($(stat "$dev" "$name") - before)) $operator "$count"
}

# counts_own STATISTIC COUNT COMMAND...: likewise, of ethtool -S $DEV
counts_own() {
	local name=$1 count=$2 before

	shift 2
	before=$(ethtool_stat "$DEV" "$name")
	"$@"
	expect "$name" $(($(ethtool_stat "$DEV" "$name") - before)) -eq "$count"
}

# In at one end and out of the same port: the frame turns up at the peer again.
by_map() {
	peer_takes_all
	attach_filled "$DEV" "$REDIRECT" xdp_port "ports:0=$(ifindex "$DEV")"
	counts_own rx_xdp_redirect 10 sizes_come_back 60 1514
	mtu 9000
	counts_own rx_xdp_redirect 10 sizes_come_back 3521 9014
}

sizes_come_back() {
	local size

	for size; do
		exchange "$size" "$size"
	done
}

by_hash() {
	peer_takes_all
	attach_filled "$DEV" "$REDIRECT" xdp_hashed "hashed:7=$(ifindex "$DEV")"
	counts_own rx_xdp_redirect 5 exchange 100 100
}

without_map() {
	peer_takes_all
	mtu 9000
	attach_filled "$DEV" "$REDIRECT" xdp_index "target:0=$(ifindex "$DEV")"
	counts_own rx_xdp_redirect 10 sizes_come_back 60 9014
	detach
	second_cable
	attach_filled "$DEV" "$REDIRECT" xdp_index "target:0=$(ifindex "$OUT")"
	counts "$OUT" tx_packets 5 carried "$FROM_PEER" "$FAR" 1514 1514
}

to_all() {
	peer_takes_all
	second_cable
	attach_filled "$DEV" "$REDIRECT" xdp_broadcast \
		"ports:0=$(ifindex "$DEV")" "ports:1=$(ifindex "$OUT")"
	counts "$OUT" tx_packets 10 sizes_come_back 100 1514
	carried "$FROM_PEER" "$FAR" 100 100
}

to_processor() {
	local before

	before=$(ethtool_stat "$DEV" rx_xdp_redirect)
	attach_filled "$DEV" "$REDIRECT" xdp_processor processors:0=192
	ping_works -c 10
	mtu 9000
	ping_works -s 8000
	expect "redirected" "$(ethtool_stat "$DEV" rx_xdp_redirect)" -ge $((before + 13))
}

# ---- programs of entries ----

on_port() {
	peer_takes_all
	attach_filled "$DEV" "$REDIRECT" xdp_port "ports:0=$(ifindex "$DEV"),@port_push"
	exchange 60 76 16
	exchange 1400 1416 16
	mtu 9000
	exchange 3520 3536 16
	exchange 8000 8016 16
	expect "seen at the port" "$(element entered 0)" -eq 20
	detach
	attach_filled "$DEV" "$REDIRECT" xdp_port "ports:0=$(ifindex "$DEV"),@port_drop"
	exchange 200 0
	expect "dropped at the port" "$(element entered 0)" -eq 5
}

# A program of the port makes frames longer than the device sends: they are dropped, and
# nothing fails of it.
too_long_on_port() {
	local resets

	mtu 9600
	peer_takes_all
	resets=$(ethtool_stat "$DEV" queue_resets)
	attach_filled "$DEV" "$REDIRECT" xdp_port "ports:0=$(ifindex "$DEV"),@port_push"
	exchange 9598 9614 16
	counts "$DEV" tx_dropped 5 exchange 9614 0
	exchange 9598 9614 16
	exchange 60 76 16
	expect "resets" "$(ethtool_stat "$DEV" queue_resets)" -eq "$resets"
}

# Up the stack, and out of a port, as the other processor says.
on_processor() {
	mtu 9000
	attach_filled "$DEV" "$REDIRECT" xdp_processor processors:0=192,@processor_push
	carried "$FROM_PEER" "$DEV" 60 76 16
	carried "$FROM_PEER" "$DEV" 8000 8016 16
	expect "seen by the processor" "$(element entered 0)" -eq 10
	ping_works
	detach
	second_cable
	attach_filled "$DEV" "$REDIRECT" xdp_processor processors:0=192,@processor_port \
		"ports:0=$(ifindex "$OUT")"
	counts "$OUT" tx_packets 5 carried "$FROM_PEER" "$FAR" 1000 1016 16
	expect "seen by the processor" "$(element entered 0)" -eq 5
	ping_works
}

# ---- other kinds of netdevs ----

# veth0 and veth1, two ends of a pair; a program at either, or GRO, makes the other
# one that can be redirected to.
veth() {
	ip link add veth0 mtu 9000 type veth peer name veth1 mtu 9000
	defer ip link del veth0
	quiet veth0 veth1
	ethtool -K veth0 gro on
	ethtool -K veth1 gro on
}

to_veth() {
	local size

	mtu 9000
	veth
	attach_filled "$DEV" "$REDIRECT" xdp_port "ports:0=$(ifindex veth0)"
	for size in 60 1514 3521 9014; do
		counts veth1 rx_packets 5 carried "$FROM_PEER" veth1 "$size" "$size"
	done
	ping_works
}

from_veth() {
	local size

	mtu 9000
	veth
	attach_filled veth0 "$REDIRECT" xdp_port "ports:0=$(ifindex "$DEV")"
	for size in 60 1514 5000 9014; do
		counts "$DEV" tx_packets 5 carried veth1 "$FROM_PEER" "$size" "$size"
	done
	detach
	attach_filled veth0 "$REDIRECT" xdp_port "ports:0=$(ifindex "$DEV"),@port_push"
	counts "$DEV" tx_packets 5 carried veth1 "$FROM_PEER" 1000 1016 16
	ping_works
}

tap() {
	modprobe -q tun || skip "this kernel has no tap"
	ip tuntap add mode tap name tap0
	defer ip link del tap0
	quiet tap0
}

to_tap() {
	tap
	attach_filled "$DEV" "$REDIRECT" xdp_port "ports:0=$(ifindex tap0)"
	counts tap0 tx_packets 5 carried "$FROM_PEER" tap:tap0 60 60
	counts tap0 tx_packets 5 carried "$FROM_PEER" tap:tap0 1514 1514
	# a tap takes frames of one buffer only
	mtu 9000
	ip link set tap0 mtu 9000
	counts_own rx_xdp_errors 5 carried "$FROM_PEER" tap:tap0 9014 0
	ping_works
}

from_tap() {
	tap
	attach_filled tap0 "$REDIRECT" xdp_port "ports:0=$(ifindex "$DEV")"
	counts "$DEV" tx_packets 5 carried tap:tap0 "$FROM_PEER" 60 60
	counts "$DEV" tx_packets 5 carried tap:tap0 "$FROM_PEER" 1514 1514
	ping_works
}

# ---- what cannot be sent ----

# Into a port that is down nothing is sent: the kernel knows that, and the frame is
# an error of the port where it came in.
into_down_port() {
	second_cable
	attach_filled "$DEV" "$REDIRECT" xdp_port "ports:0=$(ifindex "$OUT")"
	carried "$FROM_PEER" "$FAR" 200 200
	ip link set "$OUT" down
	counts_own rx_xdp_errors 5 carried "$FROM_PEER" "$FAR" 200 0
	ip link set "$OUT" up
	wait_for 10 has_carrier "$OUT"
	counts "$OUT" tx_packets 5 carried "$FROM_PEER" "$FAR" 200 200
}

# Without carrier they are dropped where they should leave.
into_port_without_carrier() {
	second_cable
	attach_filled "$DEV" "$REDIRECT" xdp_port "ports:0=$(ifindex "$OUT")"
	ip link set "$FAR" down
	wait_for 10 eval "! has_carrier $OUT"
	counts "$OUT" tx_dropped 5 carried "$FROM_PEER" "$FROM_PEER" 200 0
	ip link set "$FAR" up
	wait_for 10 has_carrier "$OUT"
	counts "$OUT" tx_packets 5 carried "$FROM_PEER" "$FAR" 200 200
}

# left_of_redirected: frames that were redirected into $OUT, less those that it has
# sent or dropped
left_of_redirected() {
	echo $(($(ethtool_stat "$DEV" rx_xdp_redirect) - $(stat "$OUT" tx_packets) -
		$(stat "$OUT" tx_dropped)))
}

left_of_redirected_is() {
	[ "$(left_of_redirected)" -eq "$1" ]
}

# More than the send queue takes: what it does not take is counted, and what it took
# is sent, without further frames behind it.
into_full_queue() {
	local left dropped redirected

	second_cable
	ethtool -G "$OUT" tx 64
	defer ethtool -G "$OUT" tx 512
	dcb maxrate set dev "$OUT" tc-maxrate 0:1mbit
	defer dcb maxrate set dev "$OUT" tc-maxrate 0:0
	attach_filled "$DEV" "$REDIRECT" xdp_port "ports:0=$(ifindex "$OUT")"
	left=$(left_of_redirected)
	redirected=$(ethtool_stat "$DEV" rx_xdp_redirect)
	dropped=$(stat "$OUT" tx_dropped)
	peer python3 - "$PEER_DEV" <<-'PYTHON'
		import socket, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind((sys.argv[1], 0))
		for _ in range(1000):
		    s.send(b"\xff" * 6 + s.getsockname()[4] + b"\x88\xb5" + bytes(500))
	PYTHON
	# what is in the send queue takes half a second
	sleep 1
	redirected=$(($(ethtool_stat "$DEV" rx_xdp_redirect) - redirected))
	dropped=$(($(stat "$OUT" tx_dropped) - dropped))
	note "$dropped of $redirected dropped, $(($(left_of_redirected) - left)) on their way"
	expect "dropped" "$dropped" -gt 0
	expect "dropped" "$dropped" -lt "$redirected"
	wait_for 5 left_of_redirected_is "$left"
}

topology_up
trap topology_down EXIT
FROM_PEER=$PEER/$PEER_DEV OUT=${PORTS[2]:-} FAR=${PORTS[3]:-}
[ -n "$FAR" ] || skip "needs four ports"
guest_main by_map by_hash without_map to_all to_processor on_port too_long_on_port \
	on_processor to_veth from_veth to_tap from_tap into_down_port \
	into_port_without_carrier into_full_queue
