#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What receive queues are made of: buffers of half a page or a page, headers and
# payload apart, and how much memory that takes. Topology: lib/guest.sh.

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/frames.sh"

VERDICT=$TREE/build/bpf/verdict.bpf.o

# ring NAME: as ethtool shows it now
ring() {
	ethtool -g "$DEV" | awk -v name="$1:" '/^Current/ { now = 1 } now && index($0, name) == 1 { print $NF }'
}

# Bytes from the peer, by TCP of both families; they arrive as they were.
transfer() {
	local family=$1 bytes=$2 to=$3

	head -c "$bytes" /dev/urandom >/tmp/sent
	background timeout 20 socat -u "TCP$family-LISTEN:5001,reuseaddr" CREATE:/tmp/got
	wait_for 5 listens t 5001
	peer socat -u OPEN:/tmp/sent "TCP$family:$to:5001"
	wait_for 10 cmp -s /tmp/sent /tmp/got
}

# All sizes of frames that the MTU allows, and streams.
traffic() {
	local size

	for size in 0 18 100 214 215 1400 "$@"; do
		ping_works -s "$size" -M "do" || fail "$size bytes"
		ping6_works -s "$size" || fail "$size bytes of IPv6"
	done
	transfer 4 300000 192.0.2.1
	transfer 6 300000 "[2001:db8::1]"
	expect "failed queues" "$(ethtool_stat "$DEV" rx_bad_cqes)" -eq 0
}

buffers() {
	local len

	defer ethtool -G "$DEV" rx-buf-len 2048
	expect "buffer" "$(ring "RX Buf Len")" -eq 2048
	for len in 4096 2048; do
		ethtool -G "$DEV" rx-buf-len $len
		expect "buffer" "$(ring "RX Buf Len")" -eq $len
		traffic
		mtu 9000
		traffic 3000 8972
		mtu 1500
	done
	expect_refused "a buffer has" ethtool -G "$DEV" rx-buf-len 3000
	expect_refused "a buffer has" ethtool -G "$DEV" rx-buf-len 8192
}

# A program finds room in front of a frame whatever the buffers are otherwise.
buffers_with_xdp() {
	ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
	defer ip link set dev "$DEV" xdpdrv off
	expect "buffer" "$(ring "RX Buf Len")" -eq 4096
	traffic
	expect_refused "with XDP" ethtool -G "$DEV" rx-buf-len 2048
	ip link set dev "$DEV" xdpdrv off
	expect "buffer" "$(ring "RX Buf Len")" -eq 2048
	traffic
}

split() {
	defer ethtool -G "$DEV" tcp-data-split auto
	expect "split" "$(ring "TCP data split")" = off
	ethtool -G "$DEV" tcp-data-split on
	expect "split" "$(ring "TCP data split")" = on
	traffic
	mtu 9000
	traffic 3000 8972
	ethtool -G "$DEV" tx 256
	defer ethtool -G "$DEV" tx 512
	expect "split" "$(ring "TCP data split")" = on
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 10 carrier_up
	expect "split" "$(ring "TCP data split")" = on
	traffic
	ethtool -G "$DEV" tcp-data-split off
	expect "split" "$(ring "TCP data split")" = off
	traffic
}

# Programs want a frame in one piece.
split_or_xdp() {
	defer ethtool -G "$DEV" tcp-data-split auto
	ethtool -G "$DEV" tcp-data-split on
	expect_refused "an XDP program and tcp-data-split exclude each other" \
		ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
	ethtool -G "$DEV" tcp-data-split auto
	ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
	defer ip link set dev "$DEV" xdpdrv off
	expect_refused "tcp-data-split and an XDP program exclude each other" \
		ethtool -G "$DEV" tcp-data-split on
	ping_works
}

# What the device refuses leaves all as it was.
split_refused() {
	fault_command QP_SPLIT
	expect_refused "no memory or device resources for the new queues" \
		ethtool -G "$DEV" tcp-data-split on
	expect "split" "$(ring "TCP data split")" = off
	ping_works
}

# Of a port that nothing arrives at: 3 MiB, whatever the number of channels is.
idle_memory() {
	local bytes

	bytes=$("$TREE/selftests/lib/pagepools.py" "$DEV")
	note "$bytes bytes in page pools"
	expect "bytes" "$bytes" -gt 0
	expect "bytes" "$bytes" -le $((3 << 20))
}

topology_up
trap topology_down EXIT
guest_main idle_memory buffers buffers_with_xdp split split_or_xdp split_refused
