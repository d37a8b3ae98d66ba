#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What receive queues are made of: buffers of half a page or a page, headers and
# payload apart, and how much memory that takes. Topology: lib/guest.sh.

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/frames.sh"

VERDICT=$TREE/build/bpf/verdict.bpf.o
LINEAR=$TREE/build/selftests/xdp/linear.bpf.o

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

# datagram BYTES: of so many with its headers, from the peer
datagram() {
	peer python3 - "$1" <<-'PYTHON'
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.sendto(bytes(int(sys.argv[1]) - 42), ("192.0.2.1", 9))
	PYTHON
}

linear_is() {
	[ "$(bpftool -j map dump name linear | jq '.[0].formatted.value')" -eq "$1" ]
}

# linear BYTES LENGTH: so many of a datagram of this length are in front of its pages
linear() {
	bpftool map update name linear key 0 0 0 0 value 0 0 0 0 0 0 0 0
	datagram "$2"
	wait_for 5 linear_is "$1"
}

# What is longer than the threshold has its headers apart; of what is not, the first 256
# bytes are copied there.
threshold() {
	local thresh

	[[ $(ring "HDS thresh") == [0-9]* ]] || skip "the kernel has no threshold"
	mtu 9600
	with_clsact
	tc filter add dev "$DEV" ingress bpf direct-action object-file "$LINEAR" section tc
	defer ethtool -G "$DEV" tcp-data-split off hds-thresh 0
	expect "threshold" "$(ring "HDS thresh")" -eq 0
	ethtool -G "$DEV" tcp-data-split on
	linear 42 60
	linear 42 61
	for thresh in 300 1500 9600; do
		ethtool -G "$DEV" hds-thresh $thresh
		expect "threshold" "$(ring "HDS thresh")" -eq $thresh
		expect "split" "$(ring "TCP data split")" = on
		linear 256 $thresh
		linear 42 $((thresh + 1))
	done
	linear 256 257
	linear 256 256
	linear 200 200
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 10 carrier_up
	linear 256 9600
	linear 42 9601
	traffic 3000 8972
	expect_refused "exceeds maximum" ethtool -G "$DEV" hds-thresh 9601
	fault_command QP_SPLIT
	expect_refused "no new queues: the device refuses" ethtool -G "$DEV" hds-thresh 77
	expect "threshold" "$(ring "HDS thresh")" -eq 9600
	linear 256 9600
	linear 42 9601
}

# What the device refuses leaves all as it was.
split_refused() {
	fault_command QP_SPLIT
	expect_refused "no new queues: the device refuses" \
		ethtool -G "$DEV" tcp-data-split on
	expect "split" "$(ring "TCP data split")" = off
	ping_works
}

# idle_is CHANNELS ENTRIES: buffers of half a page, as many as the rings have entries, and
# beside them the 64 pages that a pool takes at once of four queues that something came to
idle_is() {
	local bytes pools

	expect "channels" "$(channels_now)" -eq "$1"
	expect "ring" "$(ring RX)" -eq "$2"
	read -r bytes pools < <("$TREE/selftests/lib/pagepools.py" "$DEV")
	note "$1 channels: $bytes bytes in $pools page pools"
	expect "bytes" "$bytes" -ge $(($1 * $2 * 2048))
	expect "bytes" "$bytes" -le $(($1 * $2 * 2048 + (1 << 20)))
}

# Rings whose length nobody chose get shorter when there are more of them.
idle_memory() {
	local before

	before=$(channels_now)
	defer ethtool -L "$DEV" combined "$before"
	idle_is "$before" 512
	ethtool -L "$DEV" combined 8
	idle_is 8 128
	ethtool -L "$DEV" combined 64
	idle_is 64 64
	ethtool -L "$DEV" combined 1
	idle_is 1 512
	ethtool -G "$DEV" rx 256
	ethtool -L "$DEV" combined 8
	idle_is 8 256
	ethtool -G "$DEV" rx 128
	ethtool -L "$DEV" combined 2
	idle_is 2 512
}

topology_up
trap topology_down EXIT
guest_main idle_memory buffers buffers_with_xdp split split_or_xdp threshold split_refused
