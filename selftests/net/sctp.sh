#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# SCTP, whose checksum the device makes and checks: CRC-32C. Topology: lib/guest.sh.
# Kernels: one

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/stream.sh"

# errors: checksums that the peer's stack found wrong
errors() {
	peer awk '$1 == "SctpChecksumErrors" { print $2 }' /proc/net/sctp/snmp
}

# out_start, out_sums: the checksums, as this host has handed packets to the device
out_start() {
	OUT=$(mktemp)
	defer rm -f "$OUT"
	background tcpdump -i "$DEV" -Q out -w "$OUT" -U sctp
	wait_for 5 test -s "$OUT"
}

out_sums() {
	tshark -r "$OUT" -T fields -e sctp.checksum 2>/dev/null | sort -u
}

out_has_data() {
	[ "$(tshark -r "$OUT" -Y sctp.data_tsn 2>/dev/null | wc -l)" -gt 10 ]
}

# The peer's stack sums itself, and finds no fault.
device_sums() {
	local before

	has_feature tx-checksum-sctp || fail "tx-checksum-sctp is off"
	before=$(errors)
	peer ethtool -K "$PEER_DEV" rx off
	defer peer ethtool -K "$PEER_DEV" rx on
	out_start
	stream SCTP4 192.0.2.2 300000
	stream SCTP6 "[2001:db8::2]" 300000
	wait_for 5 out_has_data
	expect "sums made here" "$(out_sums)" = 0x00000000
	expect "errors" "$(errors)" -eq "$before"
}

# Of rings in device memory (ethtool -G tx-push), around short ones.
device_sums_what_is_pushed() {
	local resets

	resets=$(ethtool_stat "$DEV" queue_resets)
	ethtool -G "$DEV" tx 64 tx-push on
	defer ethtool -G "$DEV" tx 512 tx-push off
	[ "$(ethtool --json -g "$DEV" | jq '.[]."tx-push"')" = true ] || fail "tx-push is off"
	device_sums
	expect "resets" "$(ethtool_stat "$DEV" queue_resets)" -eq "$resets"
}

host_sums() {
	local before

	before=$(errors)
	ethtool -K "$DEV" tx-checksum-sctp off
	defer ethtool -K "$DEV" tx-checksum-sctp on
	out_start
	stream SCTP4 192.0.2.2 300000
	wait_for 5 out_has_data
	expect "different sums made here" "$(out_sums | wc -l)" -gt 10
	expect "errors" "$(errors)" -eq "$before"
}

within_a_vlan() {
	local before

	ip link add link "$DEV" name vlan7 type vlan id 7
	defer ip link del vlan7
	peer ip link add link "$PEER_DEV" name vlan7 type vlan id 7
	defer peer ip link del vlan7
	ip addr add 192.0.3.1/24 dev vlan7
	peer ip addr add 192.0.3.2/24 dev vlan7
	ip link set vlan7 up
	peer ip link set vlan7 up
	peer ethtool -K "$PEER_DEV" rx off
	defer peer ethtool -K "$PEER_DEV" rx on
	before=$(errors)
	out_start
	stream SCTP4 192.0.3.2 300000
	wait_for 5 out_has_data
	expect "sums made here" "$(out_sums)" = 0x00000000
	expect "errors" "$(errors)" -eq "$before"
}

# The stack need not look at what the device has found right.
device_checks() {
	local before

	before=$(peer "$TREE/selftests/lib/qstats.py" "$PEER_DEV" csum-unnecessary)
	stream SCTP4 192.0.2.2 300000
	expect "found right" \
		$(($(peer "$TREE/selftests/lib/qstats.py" "$PEER_DEV" csum-unnecessary) - before)) -gt 100
}

# It reaches the stack, which counts it.
bad_sum_is_not_hidden() {
	local before

	before=$(errors)
	python3 - "$DEV" "$(peer cat "/sys/class/net/$PEER_DEV/address")" <<-'PYTHON'
		import socket, struct, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind((sys.argv[1], 0))
		mac = bytes.fromhex(sys.argv[2].replace(":", ""))
		data = struct.pack("!HHII", 1, 5591, 7, 0x12345678) + struct.pack("!BBH", 14, 0, 4)
		ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(data), 1, 0, 64, 132, 0,
		                 socket.inet_aton("192.0.2.1"), socket.inet_aton("192.0.2.2"))
		total = sum(struct.unpack("!10H", ip))
		total = (total & 0xffff) + (total >> 16)
		ip = ip[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xffff) + ip[12:]
		for _ in range(5):
		    s.send(mac + s.getsockname()[4] + b"\x08\x00" + ip + data)
	PYTHON
	wait_for 5 eval "[ \$(errors) -eq $((before + 5)) ]"
}

modprobe -q sctp || :
topology_up
trap topology_down EXIT
[ -e /proc/net/sctp/snmp ] || skip "this kernel has no SCTP"
guest_main device_sums host_sums within_a_vlan device_sums_what_is_pushed device_checks bad_sum_is_not_hidden
