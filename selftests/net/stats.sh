#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Counters of the driver and of the device agree, and ethtool says what is
# true of a port. Topology: lib/guest.sh.

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/frames.sh"
. "$(dirname "$0")/../lib/sender.sh"
. "$(dirname "$0")/../lib/xdp.sh"

# group DEV GROUP NAME: a counter of a standard group
group() {
	ethtool --json -S "$1" --groups "$2" | jq ".[0][\"$2\"][\"$3\"]"
}

# ahead: what was sent from here and not received there
ahead() {
	echo $(($(stat "$DEV" tx_packets) - $(peer cat "/sys/class/net/$PEER_DEV/statistics/rx_packets")))
}

ahead_is() {
	[ "$(ahead)" -eq "$1" ]
}

# What one end sent the other has received, as soon as both have counted it.
both_ends_agree() {
	local before

	# multicast of nobody is counted too
	peer ip link set "$PEER_DEV" promisc on
	defer peer ip link set "$PEER_DEV" promisc off
	before=
	until ahead_is "${before:--1}"; do
		before=$(ahead)
		sleep 1
	done
	ping -c 200 -i 0.01 -q 192.0.2.2 >/dev/null
	wait_for 5 ahead_is "$before"
}

# The netdev's counters are the sum of its queues'.
queues_agree() {
	ping_works
	sleep 1
	expect "sum of queues" "$(python3 "$TREE/selftests/lib/qstats.py" "$DEV" |
		awk '$1 == "rx" { sum += $3 } END { print sum }')" -le "$(stat "$DEV" rx_packets)"
	ethtool -L "$DEV" combined 1
	defer ethtool -L "$DEV" combined 2
	expect "queues" "$(python3 "$TREE/selftests/lib/qstats.py" "$DEV" | wc -l)" -eq 2
}

mac_agrees() {
	local frames octets packets bytes

	frames=$(group "$DEV" eth-mac FramesTransmittedOK)
	octets=$(group "$DEV" eth-mac OctetsTransmittedOK)
	packets=$(stat "$DEV" tx_packets)
	bytes=$(stat "$DEV" tx_bytes)
	ping -c 50 -i 0.01 -q -s 1000 192.0.2.2 >/dev/null
	sleep 0.3
	frames=$(($(group "$DEV" eth-mac FramesTransmittedOK) - frames))
	octets=$(($(group "$DEV" eth-mac OctetsTransmittedOK) - octets))
	packets=$(($(stat "$DEV" tx_packets) - packets))
	bytes=$(($(stat "$DEV" tx_bytes) - bytes))
	# the stack sends a frame now and then, perhaps between two looks; the
	# driver counts when it learns that a frame was sent
	expect "frames" "$frames" -ge $((packets - 3))
	expect "frames" "$frames" -le $((packets + 3))
	# the device counts the FCS, and pads what is too short
	expect "octets" "$octets" -ge $((bytes + 4 * packets - 3000))
	expect "octets" "$octets" -le $((bytes + 4 * packets + 3000))
}

histogram() {
	local before

	before=$(ethtool -S "$DEV" --groups rmon | awk '/tx-rmon-etherStatsPkts512to1023Octets/ { print $2 }')
	ping -c 30 -i 0.01 -q -s 700 192.0.2.2 >/dev/null
	expect "frames of 512 to 1023 octets" \
		$(($(ethtool -S "$DEV" --groups rmon |
			awk '/tx-rmon-etherStatsPkts512to1023Octets/ { print $2 }') - before)) -ge 30
}

# more NAME COUNT BEFORE: the netdev counts COUNT more
more() {
	[ $(($(stat "$DEV" "$1") - $3)) -ge "$2" ]
}

# counts NAME COUNT COMMAND...: which sends at least COUNT such frames; all of them
# are errors of reception, too, but for multicast
counts() {
	local name=$1 count=$2 before errors

	shift 2
	before=$(stat "$DEV" "$name")
	errors=$(stat "$DEV" rx_errors)
	"$@"
	wait_for 5 more "$name" "$count" "$before"
	[ "$name" = multicast ] || wait_for 5 more rx_errors "$count" "$errors"
}

bad_fcs() {
	fault '"kind": "fcs", "card": 0, "port": 0, "rate": 1'
	peer ping -c 3 -i 0.01 -W 1 -q 192.0.2.1 >/dev/null || :
	fault_clear
}

too_long() {
	peer ip link set "$PEER_DEV" mtu 3000
	peer ping -c 3 -i 0.01 -W 1 -q -s 2900 -M "do" 192.0.2.1 >/dev/null || :
	peer ip link set "$PEER_DEV" mtu 1500
}

to_many() {
	peer ping -c 3 -i 0.01 -W 1 -q -I "$PEER_DEV" 224.0.0.77 >/dev/null || :
}

# ip -s -s link: what the MAC counts, over a reset of the device, too.
link_errors() {
	local before

	counts rx_crc_errors 3 bad_fcs
	counts rx_length_errors 3 too_long
	counts multicast 3 to_many
	before=$(stat "$DEV" rx_crc_errors)
	ethtool --reset "$DEV" all >/dev/null
	wait_for 10 carrier_up
	counts rx_crc_errors 3 bad_fcs
	expect "CRC errors" "$(stat "$DEV" rx_crc_errors)" -ge $((before + 3))
	wait_for 10 ping_works
}

# frames SIZE TYPE [DST]: three of the peer's, of so many octets; DST is the port if not told
frames() {
	local mac=${3:-} type zeros

	[ -n "$mac" ] || read -r mac <"/sys/class/net/$DEV/address"
	printf -v type %04x "$2"
	printf -v zeros %0*d $((2 * ($1 - 16))) 0
	frame_to "$mac" "${type}0009$zeros" 3
}

# hit KIND...: the wire does that to three frames, and to those of others meanwhile
hit() {
	local kind

	for kind; do
		fault "\"kind\": \"$kind\", \"card\": 0, \"port\": 0"
	done
	frames 100 0x88b5
	fault_clear
}

# Longer than this end allows, and with a bad FCS.
jabber() {
	fault '"kind": "fcs", "card": 0, "port": 0, "rate": 1'
	long
	fault_clear
}

long() {
	peer ip link set "$PEER_DEV" mtu 3000
	frames 2900 0x88b5
	peer ip link set "$PEER_DEV" mtu 1500
}

# A program makes frames longer than the port may send.
too_long_to_send() {
	attach "$SHAPE" xdp_shape
	shape 0 100 0 $XDP_TX
	exchange 1514 0 0 3
	ip link set dev "$DEV" xdpdrv off
}

# counted here|there GROUP NAME COMMAND...: it makes three of them or more, and the MAC has counted
# them; "exactly" in front: three. NAMES gets the counter.
counted() {
	local op=-ge end group name before

	[ "$1" = exactly ] && op=-eq && shift
	end=$1 group=$2 name=$3
	shift 3
	NAMES+=("$name")
	before=$("$end" "$group" "$name")
	"$@"
	expect "$name" $(($("$end" "$group" "$name") - before)) $op 3
}

# here GROUP NAME, there GROUP NAME: a counter of the port, and of its far end
here() {
	group "$DEV" "$@"
}

there() {
	peer ethtool --json -S "$PEER_DEV" --groups "$1" | jq ".[0][\"$1\"][\"$2\"]"
}

# What a MAC counts of collisions, and of bits that are no octet: on these links there are none.
UNMOVED="AlignmentErrors SingleCollisionFrames MultipleCollisionFrames FramesAbortedDueToXSColls
	FramesWithDeferredXmissions CarrierSenseErrors FramesWithExcessiveDeferral LateCollisions"

# Each counter that is shown can be seen to count, but for those.
each_counter_counts() {
	local name

	NAMES=()
	counted here eth-mac FramesTransmittedOK ping_works
	counted here eth-mac OctetsTransmittedOK ping_works
	counted here eth-mac FramesReceivedOK frames 100 0x88b5
	counted here eth-mac OctetsReceivedOK frames 100 0x88b5
	counted here eth-mac MulticastFramesReceivedOK frames 100 0x88b5 33:33:00:00:00:77
	counted here eth-mac BroadcastFramesReceivedOK frames 100 0x88b5 ff:ff:ff:ff:ff:ff
	counted there eth-mac MulticastFramesXmittedOK frames 100 0x88b5 33:33:00:00:00:77
	counted there eth-mac BroadcastFramesXmittedOK frames 100 0x88b5 ff:ff:ff:ff:ff:ff
	counted here eth-mac InRangeLengthErrors frames 100 50
	counted here eth-mac OutOfRangeLengthField frames 100 1510
	counted here eth-mac FrameCheckSequenceErrors hit fcs
	counted exactly here eth-mac FrameTooLongErrors long
	counted here eth-mac FramesLostDueToIntMACRcvError hit overrun
	counted exactly here eth-mac FramesLostDueToIntMACXmitError too_long_to_send
	counted here eth-phy SymbolErrorDuringCarrier hit symbol
	counted here eth-ctrl MACControlFramesReceived frames 60 0x8808
	counted there eth-ctrl MACControlFramesTransmitted frames 60 0x8808
	counted exactly here eth-ctrl UnsupportedOpcodesReceived frames 60 0x8808
	counted here rmon etherStatsUndersizePkts hit runt
	counted here rmon etherStatsFragments hit runt fcs
	counted exactly here rmon etherStatsOversizePkts long
	counted exactly here rmon etherStatsJabbers jabber
	for name in $(ethtool --json -S "$DEV" --groups eth-mac eth-phy eth-ctrl rmon |
		jq -r '.[0] | .[] | objects | to_entries[] | select(.value | numbers) | .key'); do
		[[ " ${NAMES[*]} " != *" $name "* ]] || continue
		[[ " ${UNMOVED//[$'\n\t']/ } " == *" $name "* ]] || fail "nothing moves $name"
		expect "$name" "$(group "$DEV" eth-mac "$name")" -eq 0
	done
	ping_works
}

never_backwards() {
	local i last=0 now

	background ping -f -q 192.0.2.2
	for i in 1 2 3 4 5 6 7 8 9 10; do
		[ $((i % 3)) -ne 0 ] || ethtool -L "$DEV" combined $((i % 2 + 1))
		now=$(stat "$DEV" rx_packets)
		expect "received" "$now" -ge "$last"
		last=$now
	done
	ethtool -L "$DEV" combined 2
}

link_settings() {
	ethtool "$DEV" | grep -q 'Speed: 100000Mb/s' || fail "no 100 Gb/s"
	ethtool "$DEV" | grep -q 'Link detected: yes' || fail "no link"
	ethtool -i "$DEV" | grep -q 'driver: gnic' || fail "which driver"
	expect_logged "no mode of the port has 1000 Mb/s" \
		ethtool -s "$DEV" speed 1000 autoneg off
	ethtool -s "$DEV" speed 50000 duplex full lanes 2 autoneg off
	defer ethtool -s "$DEV" autoneg on
	defer peer ethtool -s "$PEER_DEV" autoneg on
	peer ethtool -s "$PEER_DEV" speed 50000 duplex full lanes 2 autoneg off
	wait_for 5 carrier_up
	ethtool "$DEV" | grep -q 'Speed: 50000Mb/s' || fail "speed was not set"
	ping_works
}

pause() {
	defer ethtool -A "$DEV" rx on tx on
	ethtool -A "$DEV" rx on tx off
	ethtool -a "$DEV" | grep -q 'RX:[[:space:]]*on' || fail "rx pause was not set"
	ethtool -a "$DEV" | grep -q 'TX:[[:space:]]*off' || fail "tx pause was not set"
	ethtool -I -a "$DEV" | grep -q 'tx_pause_frames' || fail "no pause counters"
}

why_no_link() {
	peer ip link set "$PEER_DEV" down
	defer peer ip link set "$PEER_DEV" up
	wait_for 5 sh -c "ethtool $DEV | grep -q 'Link detected: no (Autoneg'"
}

topology_up
sender_start
trap 'server_stop; topology_down' EXIT
guest_main both_ends_agree queues_agree mac_agrees histogram link_errors each_counter_counts never_backwards link_settings pause why_no_link
