#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Tags: both kinds inserted, stripped and filtered by the device, each of it
# turned off and on under traffic. Topology: lib/guest.sh. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/sender.sh"

# tag_up NAME PARENT PROTO VID NET: at both ends, on PARENT or "dev".
tag_up() {
	local name=$1 parent=$2 proto=$3 vid=$4 net=$5 here=$2 there=$2

	[ "$parent" != dev ] || here=$DEV there=$PEER_DEV
	ip link add link "$here" name "$name" type vlan proto "$proto" id "$vid"
	defer ip link del "$name"
	peer ip link add link "$there" name "$name" type vlan proto "$proto" id "$vid"
	defer peer ip link del "$name"
	ip addr add "$net.1/24" dev "$name"
	peer ip addr add "$net.2/24" dev "$name"
	ip link set "$name" up
	peer ip link set "$name" up
}

pings() {
	ping -c 3 -i 0.05 -W 2 -q "$1" >/dev/null || fail "no answer from $1"
}

# frame TAGS DATA [DMAC]: sent from the peer, TAGS in hex, DATA a word that
# tells frames apart.
frame() {
	local mac=${3:-} hex=88b5 i

	[ -n "$mac" ] || read -r mac <"/sys/class/net/$DEV/address"
	for ((i = 0; i < ${#2}; i++)); do
		printf -v hex %s%02x "$hex" "'${2:i:1}"
	done
	frame_to "$mac" "$1$hex"
}

# Prints a word, the stripped tag and the type that is left, of each frame.
LISTENER='
import socket, struct, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
s.bind((sys.argv[1], 3))
s.setsockopt(263, 8, 1)  # PACKET_AUXDATA
out = open(sys.argv[2], "w", buffering=1)
print("ready", file=out)
while True:
    data, aux, _, _ = s.recvmsg(2048, 256)
    if b"probe" not in data:
        continue
    status, _, _, _, _, tci, tpid = struct.unpack("=IIIHHHH", aux[0][2])
    word = data[data.index(b"probe"):].split(b"\0")[0].decode()
    tag = f"{tpid:04x}.{tci & 0xfff}" if status & 0x10 else "none"
    print(word, tag, data[12:14].hex(), file=out)
'

# What the host side of this end gets from now on is in $HEARD.
listen() {
	HEARD=$(mktemp)
	defer rm -f "$HEARD"
	background python3 -c "$LISTENER" "$DEV" "$HEARD"
	wait_for 5 grep -q ready "$HEARD"
}

heard() {
	wait_for 3 grep -qx "$1" "$HEARD"
}

# What was sent after it has come, so this one does not come any more.
not_heard() {
	frame "" "probe-after-$1"
	heard "probe-after-$1 none 88b5"
	if grep "^$1 " "$HEARD"; then
		fail "came in"
	fi
}

ctag() {
	tag_up tag7 dev 802.1q 7 192.0.3
	pings 192.0.3.2
	ethtool -K "$DEV" tx-vlan-hw-insert off rx-vlan-hw-parse off
	defer ethtool -K "$DEV" tx-vlan-hw-insert on rx-vlan-hw-parse on
	pings 192.0.3.2
	ethtool -K "$DEV" tx-vlan-hw-insert on
	pings 192.0.3.2
}

stag() {
	tag_up tag8 dev 802.1ad 8 192.0.3
	pings 192.0.3.2
	ethtool -K "$DEV" tx-vlan-stag-hw-insert off rx-vlan-stag-hw-parse off
	defer ethtool -K "$DEV" tx-vlan-stag-hw-insert on rx-vlan-stag-hw-parse on
	pings 192.0.3.2
}

# A C-tag within an S-tag, full frames, with and without fragments of IP.
qinq() {
	tag_up outer dev 802.1ad 100 192.0.3
	tag_up inner outer 802.1q 4094 192.0.4
	pings 192.0.3.2
	pings 192.0.4.2
	ping -c 3 -i 0.05 -W 2 -q -s 1472 -M "do" 192.0.4.2 >/dev/null || fail "full frames"
	peer_background socat -u TCP4-LISTEN:5570,reuseaddr /dev/null
	wait_for 5 peer_listens t 5570
	head -c 300000 /dev/zero | socat -u - TCP4:192.0.4.2:5570
}

# What the device strips, and what it leaves in the frame.
strip() {
	ethtool -K "$DEV" rx-vlan-filter off rx-vlan-stag-filter off
	defer ethtool -K "$DEV" rx-vlan-filter on rx-vlan-stag-filter on
	listen
	frame 81002005 probe-1
	heard "probe-1 8100.5 88b5"
	frame 88a80006 probe-2
	heard "probe-2 88a8.6 88b5"
	frame 88a8000681002005 probe-3
	heard "probe-3 88a8.6 8100"
	ethtool -K "$DEV" rx-vlan-hw-parse off
	defer ethtool -K "$DEV" rx-vlan-hw-parse on
	frame 88a80006 probe-4
	heard "probe-4 88a8.6 88b5"
	ethtool -K "$DEV" rx-vlan-stag-hw-parse off
	defer ethtool -K "$DEV" rx-vlan-stag-hw-parse on
	frame 88a80006 probe-5
	# the stack takes a tag off that the device left
	heard "probe-5 88a8.6 88b5"
}

# Only VIDs that somebody asked for, VID 0 always; promiscuous: all.
filter() {
	listen
	frame 81000009 probe-a
	not_heard probe-a
	frame 88a80009 probe-b
	not_heard probe-b
	frame 81002000 probe-c
	heard "probe-c 8100.0 88b5"
	ip link add link "$DEV" name tag9 type vlan id 9
	defer ip link del tag9
	frame 81000009 probe-d
	heard "probe-d 8100.9 88b5"
	frame 88a80009 probe-e
	not_heard probe-e
	frame 8100000a probe-f
	not_heard probe-f
	ip link set "$DEV" promisc on
	frame 8100000a probe-g
	heard "probe-g 8100.10 88b5"
	ip link set "$DEV" promisc off
	ethtool -K "$DEV" rx-vlan-filter off
	defer ethtool -K "$DEV" rx-vlan-filter on
	frame 8100000a probe-h
	heard "probe-h 8100.10 88b5"
	frame 88a80009 probe-i
	not_heard probe-i
	ethtool -K "$DEV" rx-vlan-filter on
	frame 81000009 probe-j
	heard "probe-j 8100.9 88b5"
	ip link del tag9
	frame 81000009 probe-k
	not_heard probe-k
}

# VIDs outlive down and up, other queues, and a change while the netdev was down.
filter_survives() {
	tag_up low dev 802.1q 1 192.0.3
	tag_up high dev 802.1q 4094 192.0.4
	ethtool -G "$DEV" rx 256
	pings 192.0.3.2
	ip link set "$DEV" down
	ip link del high
	ip link add link "$DEV" name high type vlan id 4093
	ip link set "$DEV" up
	wait_for 10 carrier_up
	ip link set low up
	pings 192.0.3.2
	listen
	frame 81000ffd probe-l
	heard "probe-l 8100.4093 88b5"
	frame 81000ffe probe-m
	not_heard probe-m
}

# No frame gets lost while the filter is turned on and off.
filter_under_traffic() {
	local lost

	tag_up tag7 dev 802.1q 7 192.0.3
	pings 192.0.3.2
	PINGS=$(mktemp)
	defer rm -f "$PINGS"
	ping -i 0.005 -c 300 -W 2 -q 192.0.3.2 >"$PINGS" &
	for _ in 1 2 3 4 5 6; do
		ethtool -K "$DEV" rx-vlan-filter off rx-vlan-hw-parse off
		ethtool -K "$DEV" rx-vlan-filter on rx-vlan-hw-parse on
	done
	wait $!
	lost=$(sed -n 's/.* \([0-9.]*\)% packet loss.*/\1/p' "$PINGS")
	expect "lost" "$lost" = 0
}

# The device refuses: the feature stays what it was, and so does the VID.
refused() {
	local answer

	answer=$(model '{"cmd": "fault", "kind": "command", "card": 0, "opcode": "VLAN_SET", "status": "INTERNAL", "count": 1}')
	[[ $answer == *'"ok":true'* ]] || fail "$answer"
	defer model '{"cmd": "fault", "kind": "clear"}'
	expect_refused "Input/output error" \
		ip link add link "$DEV" name tag11 type vlan id 11
	ip link add link "$DEV" name tag11 type vlan id 11
	defer ip link del tag11
	model '{"cmd": "fault", "kind": "command", "card": 0, "opcode": "VLAN_SET", "status": "INTERNAL", "count": 1}' >/dev/null
	ethtool -K "$DEV" rx-vlan-hw-parse off >/dev/null 2>&1 || :
	ethtool -k "$DEV" | grep -q '^rx-vlan-offload: on' || fail "off, though the device refused"
	ethtool -K "$DEV" rx-vlan-hw-parse on
	ping_works
}

topology_up
sender_start
trap 'server_stop; topology_down' EXIT
guest_main ctag stag qinq strip filter filter_survives filter_under_traffic refused
