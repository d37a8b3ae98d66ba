#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the netdev says that it does with XDP (netlink, dev-get) is what it does, in
# every state. Topology: lib/guest.sh.

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/frames.sh"
. "$(dirname "$0")/../lib/xdp.sh"

ALL="basic redirect ndo-xmit xsk-zerocopy rx-sg ndo-xmit-sg"
SEND_ONLY="ndo-xmit ndo-xmit-sg"
# of a bond, which has no queues
BOND="basic redirect ndo-xmit rx-sg ndo-xmit-sg"

# dev_says DEV WORDS
dev_says() {
	local said

	said=$("$TREE/selftests/lib/xdpfeatures.py" "$1")
	[ "$said" = "$2" ] || fail "$1 says \"$said\", not \"$2\""
}

# says WORDS: and does it, a program and a pool at least
says() {
	dev_says "$DEV" "$1"
	if [[ $1 == *basic* ]]; then
		apart attaches
	else
		expect_refused "an XDP program and tcp-data-split exclude each other" \
			ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
	fi
	if [[ $1 == *xsk-zerocopy* ]]; then
		apart binds
	else
		# a socket that only sends needs no program
		PROGRAM=- xsk_fails "Operation not supported" -w
	fi
}

attaches() {
	attach "$VERDICT" xdp_pass
	ping_works
}

binds() {
	xsk -w
	exchange 60 60
	xsk_stop
	wait_for 5 pool_ended
}

# The kernel ends a pool a while after its socket; with one headers stay with their payload.
pool_ended() {
	ethtool -G "$DEV" tcp-data-split on && ethtool -G "$DEV" tcp-data-split auto
}

# Frames of a veth leave by the port, one buffer or more.
sends() {
	mtu 9000
	ip link add veth0 mtu 9000 type veth peer name veth1 mtu 9000
	defer ip link del veth0
	ip link set veth0 up
	ip link set veth1 up
	attach_filled veth0 "$REDIRECT" xdp_port "ports:0=$(ifindex "$DEV")"
	carried veth1 "$PEER/$PEER_DEV" 60 60
	carried veth1 "$PEER/$PEER_DEV" 9014 9014
}

as_it_is() {
	says "$ALL"
	apart sends
}

split_on_and_off() {
	defer ethtool -G "$DEV" tcp-data-split auto
	ethtool -G "$DEV" tcp-data-split on
	says "$SEND_ONLY"
	apart sends
	ethtool -G "$DEV" rx 256
	defer ethtool -G "$DEV" rx 512
	says "$SEND_ONLY"
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 10 carrier_up
	says "$SEND_ONLY"
	reset_device
	says "$SEND_ONLY"
	ethtool -G "$DEV" tcp-data-split auto
	says "$ALL"
}

# Of a port that is down it is said likewise.
split_while_down() {
	defer ip link set "$DEV" up
	defer ethtool -G "$DEV" tcp-data-split auto
	ip link set "$DEV" down
	ethtool -G "$DEV" tcp-data-split on
	dev_says "$DEV" "$SEND_ONLY"
	ip link set "$DEV" up
	wait_for 10 carrier_up
	says "$SEND_ONLY"
	ip link set "$DEV" down
	ethtool -G "$DEV" tcp-data-split auto
	ip link set "$DEV" up
	wait_for 10 carrier_up
	says "$ALL"
}

# What the device refuses changes nothing that is said.
split_refused() {
	fault_command QP_SPLIT
	expect_refused "no new queues: the device refuses" \
		ethtool -G "$DEV" tcp-data-split on
	says "$ALL"
}

# A program or a pool that is there keeps what it needs.
in_use() {
	attach "$VERDICT" xdp_pass
	expect_refused "tcp-data-split and an XDP program exclude each other" \
		ethtool -G "$DEV" tcp-data-split on
	ip link set dev "$DEV" xdpdrv off
	PROGRAM=- xsk -w
	expect_refused "tcp-data-split and an AF_XDP socket without copies exclude each other" \
		ethtool -G "$DEV" tcp-data-split on
	ping_works
	xsk_stop
	wait_for 5 pool_ended
	says "$ALL"
}

# What is built upon the port is told when that changes.
bond_follows() {
	local port=${PORTS[2]:-}

	[ -n "$port" ] || skip "needs a third port"
	modprobe -q bonding || skip "this kernel has no bonding"
	ip link add bond9 type bond mode active-backup
	defer ip link del bond9
	ip link set "$port" master bond9
	dev_says bond9 "$BOND"
	ethtool -G "$port" tcp-data-split on
	defer ethtool -G "$port" tcp-data-split auto
	dev_says bond9 "$SEND_ONLY"
	ethtool -G "$port" tcp-data-split auto
	dev_says bond9 "$BOND"
}

topology_up
trap topology_down EXIT
guest_main as_it_is split_on_and_off split_while_down split_refused in_use bond_follows
