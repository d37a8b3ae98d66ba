#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the device says of checksums that it does not see at once: those behind the
# ports of UDP tunnels that it was told, and, of all else, the sum of the frame, which
# the stack judges. Topology: lib/guest.sh. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/tunnel.sh"

# sums: frames received, those that the device vouches for and those that it has summed;
# 6.12 does not tell of them, they are what is left
sums() {
	local vouched none packets summed

	read -r vouched none packets summed < <("$TREE/selftests/lib/qstats.py" "$DEV" \
		csum-unnecessary csum-none rx-packets csum-complete)
	[ "$summed" -gt 0 ] || summed=$((packets - vouched - none))
	echo "$vouched $summed"
}

# stream_here ADDRESS: from the peer, as it was; of its frames VOUCHED and SUMMED
stream_here() {
	local listen=TCP4-LISTEN file before after

	[[ $1 != [* ]] || listen=TCP6-LISTEN
	file=$(mktemp)
	defer rm -f "$file" "$file.sent"
	head -c 200000 /dev/urandom >"$file.sent"
	background socat -u "$listen:5562,reuseaddr" "CREATE:$file"
	wait_for 5 listens t 5562
	read -ra before < <(sums)
	peer socat -u "OPEN:$file.sent" "TCP:$1:5562"
	wait_for 10 cmp "$file" "$file.sent"
	read -ra after < <(sums)
	VOUCHED=$((after[0] - before[0])) SUMMED=$((after[1] - before[1]))
	note "$1: vouched for $VOUCHED, summed $SUMMED"
}

vouched_here() {
	stream_here "$1"
	expect "vouched for" "$VOUCHED" -gt 20
	expect "summed" "$SUMMED" -lt 10
}

summed_here() {
	stream_here "$1"
	expect "vouched for" "$VOUCHED" -lt 10
	expect "summed" "$SUMMED" -gt 20
}

# in_table PORT TYPE
in_table() {
	ethtool --show-tunnels "$DEV" | grep -q "port $1, $2\$"
}

# ---- summed ----

# five_frames KIND SUM: from the peer; KIND: an ICMP echo, or UDP to nobody in GRE, SUM:
# what is added to its checksum
five_frames() {
	peer python3 - "$PEER_DEV" "$(cat "/sys/class/net/$DEV/address")" "$@" <<-'PYTHON'
		import socket, struct, sys
		dev, mac, kind, error = *sys.argv[1:4], int(sys.argv[4])

		def fold(raw):
		    total = sum(struct.unpack(f"!{len(raw) // 2}H", raw))
		    while total >> 16:
		        total = (total & 0xffff) + (total >> 16)
		    return ~total & 0xffff

		def packet(proto, source, target, data):
		    addresses = socket.inet_aton(source) + socket.inet_aton(target)
		    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(data), 1, 0, 64, proto, 0)
		    return head[:10] + struct.pack("!H", fold(head + addresses)) + addresses + data

		def summed(pseudo, head, at):
		    data = head + b"x" * 600
		    check = fold(pseudo + data) + error & 0xffff
		    return data[:at] + struct.pack("!H", check) + data[at + 2:]

		if kind == "icmp":
		    data = packet(1, "192.0.2.2", "192.0.2.1",
		                  summed(b"", struct.pack("!BBHHH", 8, 0, 0, 1, 1), 2))
		else:
		    pseudo = bytes((10, 9, 0, 2, 10, 9, 0, 1)) + struct.pack("!HH", 17, 608)
		    udp = summed(pseudo, struct.pack("!HHHH", 9, 9, 608, 0), 6)
		    data = packet(47, "192.0.2.2", "192.0.2.1", struct.pack("!HH", 0, 0x0800) +
		                  packet(17, "10.9.0.2", "10.9.0.1", udp))
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind((dev, 0))
		mac = bytes.fromhex(mac.replace(":", "")) + s.getsockname()[4]
		for _ in range(5):
		    s.send(mac + b"\x08\x00" + data)
	PYTHON
}

# counters NAME...: of the stack
counters() {
	nstat -asz "$@" | awk '!/^#/ { printf "%s ", $2 }'
}

# judged KIND ACCEPTED REFUSED: frames of which the device knows no more than the sum
# are taken by the stack if they are right, by one counter or the other of it
judged() {
	local kind=$1 wrong before after

	shift
	for wrong in 0 1; do
		read -ra before < <(echo "$(counters "$1") $(counters "$2") $(sums)")
		five_frames "$kind" "$wrong"
		sleep 0.5
		read -ra after < <(echo "$(counters "$1") $(counters "$2") $(sums)")
		expect "$kind $wrong: $1" $((after[0] - before[0])) -eq $((wrong ? 0 : 5))
		expect "$kind $wrong: $2" $((after[1] - before[1])) -eq $((wrong ? 5 : 0))
		expect "$kind $wrong: vouched for" $((after[2] - before[2])) -le 1
		expect "$kind $wrong: summed" $((after[3] - before[3])) -ge 5
	done
}

summed() {
	judged icmp IcmpInEchos IcmpInCsumErrors
	tunnel_up gre "" 4
	judged gre UdpNoPorts UdpInCsumErrors
	summed_here 10.9.0.1
	summed_here "[2001:db8:9::1]"
}

# ---- UDP tunnels ----

# The device says of inner packets that their sums are right, where it knows the port.
vxlan() {
	tunnel_up vxlan "id 9 dstport 4790 noudpcsum" 4
	in_table 4790 vxlan || fail "the port is not in the table"
	vouched_here 10.9.0.1
	vouched_here "[2001:db8:9::1]"
	ethtool -K "$DEV" rx-udp_tunnel-port-offload off
	defer ethtool -K "$DEV" rx-udp_tunnel-port-offload on
	! in_table 4790 vxlan || fail "the port is still in the table"
	summed_here 10.9.0.1
}

# geneve_up PORT
geneve_up() {
	ip link add tun9 type geneve id 9 dstport "$1" noudpcsum remote 192.0.2.2
	defer ip link del tun9
	peer ip link add tun9 type geneve id 9 dstport "$1" noudpcsum remote 192.0.2.1
	defer peer ip link del tun9
	ip addr add 10.9.0.1/24 dev tun9
	ip link set tun9 up
	peer ip addr add 10.9.0.2/24 dev tun9
	peer ip link set tun9 up
}

geneve() {
	geneve_up 6082
	in_table 6082 geneve || fail "the port is not in the table"
	vouched_here 10.9.0.1
}

# gpe_up PORT: IP without Ethernet, the ends from the routes
gpe_up() {
	ip link add tun8 mtu 1450 type vxlan dstport "$1" external gpe
	defer ip link del tun8
	peer ip link add tun8 mtu 1450 type vxlan dstport "$1" external gpe
	defer peer ip link del tun8
	ip addr add 10.8.0.1/32 dev tun8
	ip link set tun8 up
	peer ip addr add 10.8.0.2/32 dev tun8
	peer ip link set tun8 up
	ip route add 10.8.0.2/32 encap ip id 9 dst 192.0.2.2 dev tun8
	peer ip route add 10.8.0.1/32 encap ip id 9 dst 192.0.2.1 dev tun8
}

vxlan_gpe() {
	gpe_up 4793
	in_table 4793 vxlan-gpe || fail "the port is not in the table"
	vouched_here 10.8.0.1
}

# Each kind by a port of its own, at once; none takes what another one is for.
kinds_together() {
	geneve_up 6082
	gpe_up 4793
	ip link add tun7 type vxlan id 7 dstport 4790
	defer ip link del tun7
	ip link set tun7 up
	in_table 4790 vxlan || fail "no vxlan in the table"
	vouched_here 10.9.0.1
	vouched_here 10.8.0.1
	ip link del tun7
	! in_table 4790 vxlan || fail "the port is still in the table"
	vouched_here 10.9.0.1
	vouched_here 10.8.0.1
}

# As many ports as the device has room for: one more works without it, until another
# one goes.
one_more() {
	local i

	for i in $(seq 1 16); do
		ip link add "many$i" type vxlan id "$i" dstport $((5000 + i))
		defer ip link del "many$i"
		ip link set "many$i" up
	done
	expect "ports" "$(ethtool --show-tunnels "$DEV" | grep -c 'port [0-9]')" -eq 16
	geneve_up 6082
	! in_table 6082 geneve || fail "a seventeenth port is in the table"
	summed_here 10.9.0.1
	ip link del many7
	wait_for 5 in_table 6082 geneve
	vouched_here 10.9.0.1
	expect "ports" "$(ethtool --show-tunnels "$DEV" | grep -c 'port [0-9]')" -eq 16
}

# The device refuses the ports at first.
port_is_told_again() {
	dmesg -C
	fault_command TUNNEL_SET
	tunnel_up vxlan "id 9 dstport 4790 noudpcsum" 4
	wait_for 5 sh -c "dmesg | grep -q \"can't set the ports of UDP tunnels\""
	sleep 2
	vouched_here 10.9.0.1
}

topology_up
trap topology_down EXIT
tunnel_modules
guest_main summed vxlan geneve vxlan_gpe kinds_together one_more port_is_told_again
