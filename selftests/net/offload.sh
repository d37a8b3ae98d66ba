#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the device does to frames, judged by tcpdump at the far end, and what
# it says of those that it received. Topology: lib/guest.sh. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/stream.sh"

# capture_start FILTER: frames that arrive at the peer, before the stack
# merges any.
capture_start() {
	peer ethtool -K "$PEER_DEV" gro off
	defer peer ethtool -K "$PEER_DEV" gro on
	CAPTURE=$(mktemp)
	defer rm -f "$CAPTURE" "$CAPTURE.log" "$CAPTURE.rows"
	peer_background sh -c 'exec tcpdump -i "$1" -Q in -w "$2" -U -s 2000 -B 16384 "$3" \
		2>"$2.log"' sh "$PEER_DEV" "$CAPTURE" "$1"
	CAPTURE_PID=$BACKGROUND
	wait_for 10 grep -q listening "$CAPTURE.log"
}

# tcpdump leaves when it is told to, whatever it has not written yet.
capture_stop() {
	local size=-1

	until [ "$size" = "$(wc -c <"$CAPTURE")" ]; do
		size=$(wc -c <"$CAPTURE")
		sleep 1
	done
	kill -INT "$CAPTURE_PID"
	wait_for 5 grep -q 'dropped by kernel' "$CAPTURE.log"
	grep -q '^0 packets dropped by kernel' "$CAPTURE.log" || fail "the capture is not complete"
	capture_read
}

# capture_read: tshark looks once, for its start takes seconds.
capture_read() {
	tshark -r "$CAPTURE" -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE \
		-o ip.check_checksum:TRUE -T fields -E separator=, -e frame.len -e tcp.len \
		-e udp.length -e ip.checksum.status -e tcp.checksum.status \
		-e udp.checksum.status >"$CAPTURE.rows" 2>/dev/null
}

# capture_count CONDITION: in awk, of len, tcp and udp (their lengths), and bad (a
# checksum that Wireshark does not call good).
capture_count() {
	awk -F , "{ len = \$1; tcp = \$2; udp = \$3; bad = (\$4 != \"\" && \$4 != 1) ||
		(\$2 != \"\" && \$5 != 1) || (\$3 != \"\" && \$6 != 1) }
		$1 { count++ }
		END { print count + 0 }" "$CAPTURE.rows"
}

csum_tx() {
	ethtool -K "$DEV" tso off
	defer ethtool -K "$DEV" tso on
	capture_start "tcp port 5555 or icmp"
	stream TCP4 192.0.2.2 20000
	capture_stop
	expect "segments" "$(capture_count 'tcp > 0')" -gt 10
	expect "bad sums" "$(capture_count bad)" -eq 0
}

csum_tx_v6() {
	ethtool -K "$DEV" tso off
	defer ethtool -K "$DEV" tso on
	capture_start "tcp port 5555"
	stream TCP6 "[2001:db8::2]" 20000
	capture_stop
	expect "segments" "$(capture_count 'tcp > 0')" -gt 10
	expect "bad sums" "$(capture_count bad)" -eq 0
}

csum_udp() {
	peer_background socat -u UDP4-RECV:5556 /dev/null
	peer_background socat -u UDP6-RECV:5556,ipv6-v6only /dev/null
	capture_start "udp port 5556"
	printf hello | socat -u - UDP4:192.0.2.2:5556
	printf hello | socat -u - "UDP6:[2001:db8::2]:5556"
	capture_stop
	expect "datagrams" "$(capture_count 'udp != ""')" -eq 2
	expect "bad sums" "$(capture_count bad)" -eq 0
}

# Large sends leave as frames of the MTU, each with its own sums and numbers.
tso() {
	local address

	for address in 192.0.2.2 "[2001:db8::2]"; do
		capture_start "tcp port 5555"
		stream "TCP$([[ $address == [* ]] && echo 6 || echo 4)" "$address" 400000
		capture_stop
		expect "segments" "$(capture_count 'tcp > 0')" -gt 270
		expect "bad sums" "$(capture_count bad)" -eq 0
		expect "frames above the MTU" "$(capture_count 'len > 1514')" -eq 0
	done
}

tso_is_used() {
	local out

	out=$(mktemp)
	defer rm -f "$out"
	background tcpdump -i "$DEV" -Q out -w "$out" -U -s 128 "tcp dst port 5555"
	wait_for 5 test -s "$out"
	stream TCP4 192.0.2.2 400000
	sleep 0.5
	expect "super frames" "$(tshark -r "$out" -Y 'frame.len > 3000' 2>/dev/null | wc -l)" -gt 5
}

vlan() {
	ip link add link "$DEV" name vlan7 type vlan id 7
	defer ip link del vlan7
	ip addr add 192.0.3.1/24 dev vlan7
	ip link set vlan7 up
	peer ip link add link "$PEER_DEV" name vlan7 type vlan id 7
	defer peer ip link del vlan7
	peer ip addr add 192.0.3.2/24 dev vlan7
	peer ip link set vlan7 up
	ping -c 3 -i 0.1 -W 2 -q 192.0.3.2 >/dev/null
	ping -c 3 -i 0.1 -W 2 -q -s 1472 -M "do" 192.0.3.2 >/dev/null
	# inserted by software
	ethtool -K "$DEV" txvlan off
	defer ethtool -K "$DEV" txvlan on
	ping -c 3 -i 0.1 -W 2 -q 192.0.3.2 >/dev/null
}

# Frames whose sum is wrong reach the stack, and it drops them.
bad_csum_is_not_hidden() {
	local before after

	before=$(peer nstat -az UdpInCsumErrors | awk '/UdpInCsumErrors/ { print $2 }')
	python3 - "$DEV" "$(peer cat "/sys/class/net/$PEER_DEV/address")" <<-'PYTHON'
		import socket, struct, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind((sys.argv[1], 0))
		mac = bytes.fromhex(sys.argv[2].replace(":", ""))
		data = b"x" * 20
		ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(data), 1, 0, 64, 17, 0,
		                 socket.inet_aton("192.0.2.1"), socket.inet_aton("192.0.2.2"))
		total = sum(struct.unpack("!10H", ip))
		total = (total & 0xffff) + (total >> 16)
		ip = ip[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xffff) + ip[12:]
		udp = struct.pack("!HHHH", 1, 5557, 8 + len(data), 0x1234)
		for _ in range(5):
		    s.send(mac + s.getsockname()[4] + b"\x08\x00" + ip + udp + data)
	PYTHON
	sleep 0.5
	after=$(peer nstat -az UdpInCsumErrors | awk '/UdpInCsumErrors/ { print $2 }')
	expect "checksum errors" "$((after - before))" -eq 5
}

# Every feature that can be turned off works turned off.
features_off() {
	local feature

	for feature in rx tx tso gro rxhash; do
		ethtool -K "$DEV" $feature off
		defer ethtool -K "$DEV" $feature on
		ping_works
		stream TCP4 192.0.2.2 100000
		ethtool -K "$DEV" $feature on
	done
}

# Features that can be changed, by the names that ethtool -K takes; loopback has
# a test of its own.
changeable() {
	ethtool -k "$DEV" | sed -e 1d -e '/\[fixed\]/d' -e 's/^[[:space:]]*//' -e 's/:.*//' \
		-e s/rx-checksumming/rx-checksum/ -e s/scatter-gather/sg/ \
		-e s/tx-checksumming/tx/ -e s/tcp-segmentation-offload/tso/ \
		-e s/generic-segmentation-offload/gso/ -e s/generic-receive-offload/gro/ \
		-e s/rx-vlan-offload/rxvlan/ -e s/tx-vlan-offload/txvlan/ \
		-e s/ntuple-filters/ntuple/ -e s/receive-hashing/rxhash/ | grep -vx loopback
}

# Each of them the other way round and back: as asked for, and packets go on.
every_feature() {
	local before feature state count=0

	before=$(ethtool -k "$DEV")
	for feature in $(changeable); do
		for state in off on; do
			ethtool -K "$DEV" "$feature" $state >/dev/null 2>&1 ||
				note "$feature can't be $state"
			ping -c 1 -W 2 -q 192.0.2.2 >/dev/null || fail "$feature $state: no answer"
		done
		count=$((count + 1))
	done
	expect "features" $count -gt 25
	# what is off at first is off again
	while read -r feature; do
		ethtool -K "$DEV" "$feature" off >/dev/null 2>&1 || :
	done < <(sed -n 's/^[[:space:]]*\([a-z].*\): off$/\1/p' <<<"$before")
	expect "features afterwards" "$(ethtool -k "$DEV")" = "$before"
	ping_works -s 1400
}

loopback() {
	ethtool -K "$DEV" loopback on
	defer ethtool -K "$DEV" loopback off
	wait_for 5 carrier_is 1
	background tcpdump -i "$DEV" -Q in -c 1 "ether proto 0x88b5"
	sleep 1
	python3 - "$DEV" <<-'PYTHON'
		import socket, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind((sys.argv[1], 0))
		s.send(b"\xff" * 6 + s.getsockname()[4] + b"\x88\xb5" + bytes(50))
	PYTHON
	wait_for 5 sh -c "! kill -0 $BACKGROUND"
}

topology_up
trap topology_down EXIT
guest_main csum_tx csum_tx_v6 csum_udp tso tso_is_used vlan bad_csum_is_not_hidden features_off \
	every_feature loopback
