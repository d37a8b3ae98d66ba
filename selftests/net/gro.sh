#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# GRO in hardware: what it merges arrives whole, is counted as it came on the
# wire, and is cut again where it goes on. In tunnels too. Topology: lib/guest.sh.
# Kernels: one

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/server.sh"
. "$(dirname "$0")/../lib/tunnel.sh"
. "$(dirname "$0")/../lib/arrives.sh"

VERDICT=$TREE/build/bpf/verdict.bpf.o

# gro_on: in hardware alone; the peer sends as fast as it can.
gro_on() {
	ethtool -K "$DEV" gro off rx-gro-hw on
	defer ethtool -K "$DEV" gro on rx-gro-hw off
}

# merged: frames that the device merged, and of how many they are.
merged() {
	"$TREE/selftests/lib/qstats.py" "$DEV" hw-gro-packets hw-gro-wire-packets
}

# receive BYTES ADDRESS: one connection from the peer to here, all of it as it was.
receive() {
	local bytes=$1 address=$2 file listen=TCP4-LISTEN

	[[ $address != [* ]] || listen=TCP6-LISTEN
	file=$(mktemp)
	defer rm -f "$file" "$file.sent"
	head -c "$bytes" /dev/urandom >"$file.sent"
	background socat -u "$listen:5555,reuseaddr" "CREATE:$file"
	wait_for 5 listens t 5555
	peer socat -u "OPEN:$file.sent" "TCP:$address:5555"
	wait_for 10 cmp "$file" "$file.sent"
}

# receive_merged ADDRESS: more than two of the wire in one, on average.
receive_merged() {
	local before after

	read -ra before < <(merged)
	receive 2000000 "$1"
	read -ra after < <(merged)
	note "$1: $((after[0] - before[0])) of $((after[1] - before[1]))"
	expect "merged" $((after[0] - before[0])) -gt 20
	expect "of the wire" $((after[1] - before[1])) -gt $((2 * (after[0] - before[0])))
}

both_families() {
	gro_on
	receive_merged 192.0.2.1
	receive_merged "[2001:db8::1]"
}

# Every kind of buffer: half a page, a page, payload apart, and jumbo frames.
buffers() {
	gro_on
	ethtool -G "$DEV" rx-buf-len 4096
	defer ethtool -G "$DEV" rx-buf-len 2048
	receive_merged 192.0.2.1
	ip link set "$DEV" mtu 9000
	defer ip link set "$DEV" mtu 1500
	peer ip link set "$PEER_DEV" mtu 9000
	defer peer ip link set "$PEER_DEV" mtu 1500
	receive_merged 192.0.2.1
	ethtool -G "$DEV" tcp-data-split on
	defer ethtool -G "$DEV" tcp-data-split off
	receive_merged "[2001:db8::1]"
}

# hidden COUNTER: what the peer sent, less what came.
hidden() {
	echo $(($(peer cat "/sys/class/net/$PEER_DEV/statistics/tx_$1") - $(stat "$DEV" "rx_$1")))
}

# What the peer says that it sent is what we say that came, or had no buffer, which the
# device is asked once a second. A few frames of others may be on their way, or are not for us.
wire_counters() {
	local packets bytes missed

	gro_on
	missed=$(stat "$DEV" rx_missed_errors)
	packets=$(hidden packets)
	bytes=$(hidden bytes)
	receive_merged 192.0.2.1
	sleep 1.5
	packets=$(($(hidden packets) - packets))
	bytes=$(($(hidden bytes) - bytes))
	missed=$(($(stat "$DEV" rx_missed_errors) - missed))
	note "$missed packets had no buffer"
	expect "packets" "${packets#-}" -le $((10 + missed))
	expect "bytes" "${bytes#-}" -le $((2000 + 1514 * missed))
}

# tunnel TYPE ARGS OUTER ADDRESS...: streams that end here
tunnel() {
	local type=$1 args=$2 outer=$3 address

	shift 3
	tunnel_up "$type" "$args" "$outer"
	for address; do
		receive_merged "$address"
	done
}

tunnels() {
	gro_on
	apart tunnel ipip "" 4 10.9.0.1
	apart tunnel sit "" 4 "[2001:db8:9::1]"
	apart tunnel ip6tnl "mode any" 6 10.9.0.1 "[2001:db8:9::1]"
	apart tunnel ip6tnl "mode any encaplimit none" 6 "[2001:db8:9::1]"
	ethtool -K "$DEV" gro on
	apart tunnel ipip "" 4 10.9.0.1
	ethtool -G "$DEV" tcp-data-split on
	defer ethtool -G "$DEV" tcp-data-split off
	apart tunnel ipip "" 4 10.9.0.1
}

# far_addresses NEAR FAR: this host is a router between the peer and FAR, in a netns.
far_addresses() {
	local near=$1 far=$2

	ip addr add 198.51.100.1/24 dev "$near"
	defer ip addr del 198.51.100.1/24 dev "$near"
	ip link set "$near" up
	ip addr add 2001:db8:f::1/64 dev "$near" nodad
	defer ip addr del 2001:db8:f::1/64 dev "$near"
	ip -n gro-far addr add 198.51.100.2/24 dev "$far"
	ip -n gro-far link set "$far" up
	ip -n gro-far addr add 2001:db8:f::2/64 dev "$far" nodad
	ip netns exec gro-far ethtool -K "$far" gro off
	ip -n gro-far route add 192.0.2.0/24 via 198.51.100.1
	peer ip route add 198.51.100.0/24 via 192.0.2.1
	defer peer ip route del 198.51.100.0/24
	sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	defer sysctl -q -w net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
	wait_for 10 ping -c 1 -W 1 198.51.100.2
	wait_for 10 ping -c 1 -W 1 2001:db8:f::2
}

# far_up: behind a netdev that can't cut
far_up() {
	ip netns add gro-far
	defer ip netns del gro-far
	ip link add gro0 type veth peer name gro1 netns gro-far
	defer ip link del gro0
	ethtool -K gro0 tso off gso off tx off
	far_addresses gro0 gro1
}

# far_up_port: behind another cable of the card
far_up_port() {
	ip netns add gro-far
	defer ip netns del gro-far
	ip link set "${PORTS[3]}" netns gro-far
	defer ip -n gro-far link set "${PORTS[3]}" netns 1
	defer ip link set "${PORTS[2]}" down
	far_addresses "${PORTS[2]}" "${PORTS[3]}"
}

# Through this host to another one.
forwarded() {
	gro_on
	far_up
	forward_one
}

forward_one() {
	local before after file

	file=$(mktemp)
	defer rm -f "$file" "$file.sent"
	head -c 1000000 /dev/urandom >"$file.sent"
	background ip netns exec gro-far socat -u TCP4-LISTEN:5556 "CREATE:$file"
	wait_for 5 sh -c 'ip netns exec gro-far ss -Hltn sport = 5556 | grep -q .'
	read -ra before < <(merged)
	peer socat -u "OPEN:$file.sent" TCP:198.51.100.2:5556
	wait_for 10 cmp "$file" "$file.sent"
	read -ra after < <(merged)
	expect "merged" "${after[0]}" -gt "${before[0]}"
}

# burst FAR WHAT...: of lib/segments.py, as it was sent behind this host
burst() {
	local answer said

	answer=$(server_ask gro-far "$@") || fail "$answer"
	read -r MERGED said <<<"$answer"
	[ "$MERGED" != - ] || fail "$*: $said"
	note "$*: $MERGED merged, $said"
}

# kernel_cuts FAR WHAT...: what the kernel itself merges comes out of it again. Not
# every kernel gets IPv6 with options through, whoever has merged it.
kernel_cuts() {
	local answer

	ethtool -K "$DEV" gro on rx-gro-hw off
	answer=$(server_ask gro-far "$@") || fail "$answer"
	ethtool -K "$DEV" gro off rx-gro-hw on
	[ "${answer%% *}" != - ] || note "$*: this kernel loses what it has merged: ${answer#- }"
	[ "${answer%% *}" != - ]
}

# cut_again FAR WHAT...: at last once some of it was merged on the way
cut_again() {
	local _

	for _ in 1 2 3 4 5 6; do
		burst "$@"
		[ "$MERGED" -lt 4 ] || return 0
	done
	fail "$*: nothing is merged"
}

bursts_on() {
	peer tc qdisc replace dev "$PEER_DEV" root fq
	defer peer tc qdisc del dev "$PEER_DEV" root
}

# What was merged comes out as it went in, whoever cuts it: identifications that grow
# or do not, headers around headers, and nothing that differs lost.
as_it_was() {
	gro_on
	bursts_on
	far_up
	cut_again gro1 inner=4
	cut_again gro1 inner=4 fixed-inner
	cut_again gro1 inner=4 fixed-inner fragment
	cut_again gro1 inner=6
	if kernel_cuts gro1 inner=6 ext; then
		cut_again gro1 inner=6 ext
	fi
}

as_it_was_in_tunnels() {
	gro_on
	bursts_on
	far_up
	cut_again gro1 outer=4 inner=4
	cut_again gro1 outer=4 inner=4 fixed-inner
	cut_again gro1 outer=4 inner=4 fixed-outer
	cut_again gro1 outer=4 inner=4 fixed-inner fixed-outer fragment
	cut_again gro1 outer=4 inner=6
	cut_again gro1 outer=6 inner=4
	if kernel_cuts gro1 outer=6 inner=6 ext; then
		cut_again gro1 outer=6 inner=6 ext
	fi
	cut_again gro1 outer=4 inner=4 tos
	cut_again gro1 outer=6 inner=6 tos
}

# cut_by_device WHAT...: of the next port
cut_by_device() {
	local before after

	before=$("$TREE/selftests/lib/qstats.py" "${PORTS[2]}" hw-gso-packets)
	cut_again "${PORTS[3]}" "$@"
	after=$("$TREE/selftests/lib/qstats.py" "${PORTS[2]}" hw-gso-packets)
	expect "$*: super packets" $((after - before)) -gt 0
}

as_it_was_by_device() {
	[ ${#PORTS[@]} -ge 4 ] || skip "needs four ports"
	gro_on
	bursts_on
	far_up_port
	cut_by_device inner=4
	cut_by_device outer=4 inner=4
	cut_by_device outer=4 inner=6
	cut_by_device outer=6 inner=4
	cut_by_device outer=6 inner=6
}

# A segment that nothing follows does not stay in the device.
alone() {
	local seen

	gro_on
	seen=$(mktemp)
	defer rm -f "$seen"
	background tcpdump -i "$DEV" -Q in -U -w "$seen" "tcp dst port 9"
	wait_for 5 test -s "$seen"
	peer python3 - "$PEER_DEV" "$(cat "/sys/class/net/$DEV/address")" <<-'PYTHON'
		import socket, struct, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind((sys.argv[1], 0))
		mac = bytes.fromhex(sys.argv[2].replace(":", "")) + s.getsockname()[4]
		addrs = socket.inet_aton("192.0.2.2") + socket.inet_aton("192.0.2.1")
		data = b"x" * 700

		def fold(raw):
		    total = sum(struct.unpack(f"!{len(raw) // 2}H", raw))
		    while total >> 16:
		        total = (total & 0xffff) + (total >> 16)
		    return struct.pack("!H", ~total & 0xffff)

		ip = struct.pack("!BBHHHBBH", 0x45, 0, 40 + len(data), 1, 0, 64, 6, 0) + addrs
		tcp = struct.pack("!HHIIBBHHH", 9, 9, 1, 1, 0x50, 0x10, 100, 0, 0)
		pseudo = addrs + struct.pack("!HH", 6, 20 + len(data))
		tcp = tcp[:16] + fold(pseudo + tcp + data) + tcp[18:]
		s.send(mac + b"\x08\x00" + ip[:10] + fold(ip) + ip[12:] + tcp + data)
	PYTHON
	wait_for 5 sh -c "[ \$(wc -c <$seen) -gt 700 ]"
}

# A program sees frames as they came; afterwards it is as the user wants it.
xdp() {
	local before after

	gro_on
	ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
	defer ip link set dev "$DEV" xdpdrv off
	expect_fail has_feature rx-gro-hw
	read -ra before < <(merged)
	receive 1000000 192.0.2.1
	read -ra after < <(merged)
	expect "merged" "${after[0]}" -eq "${before[0]}"
	ip link set dev "$DEV" xdpdrv off
	has_feature rx-gro-hw || fail "it does not come back"
	receive_merged 192.0.2.1
}

needs_checksums() {
	gro_on
	ethtool -K "$DEV" rx off
	defer ethtool -K "$DEV" rx on
	expect_fail has_feature rx-gro-hw
	receive 200000 192.0.2.1
	ethtool -K "$DEV" rx on
	has_feature rx-gro-hw || fail "it does not come back"
}

# failed_queues: of both ends, so far
failed_queues() {
	{ ethtool -S "$DEV" && peer ethtool -S "$PEER_DEV"; } |
		awk '/_bad_cqes:|queue_resets:/ { failed += $2 } END { print failed }'
}

# On and off while a connection goes on; channels come and go.
under_traffic() {
	local file failed

	gro_on
	failed=$(failed_queues)
	file=$(mktemp)
	defer rm -f "$file" "$file.sent"
	head -c 20000000 /dev/zero >"$file.sent"
	background socat -u TCP4-LISTEN:5557 "CREATE:$file"
	wait_for 5 listens t 5557
	peer_background socat -u "OPEN:$file.sent" TCP:192.0.2.1:5557
	ethtool -K "$DEV" rx-gro-hw off
	ethtool -L "$DEV" combined 1
	defer ethtool -L "$DEV" combined 2
	ethtool -K "$DEV" rx-gro-hw on
	ethtool -L "$DEV" combined 2
	ethtool -G "$DEV" rx 128
	defer ethtool -G "$DEV" rx 512
	ethtool -K "$DEV" rx-gro-hw off
	ethtool -K "$DEV" rx-gro-hw on
	arrives 15 "$file" "$file.sent" 5557
	expect "queues that failed" "$(failed_queues)" -eq "$failed"
}

# The device refuses at the second queue: off it stays, and frames come.
refused() {
	fault_command QP_GRO 1
	expect_refused "Could not change any device features" ethtool -K "$DEV" rx-gro-hw on
	expect_fail has_feature rx-gro-hw
	fault_clear
	gro_on
	receive_merged 192.0.2.1
}

topology_up
server_start "$TREE/selftests/lib/segments.py" "$DEV" "$PEER" "$PEER_DEV"
trap 'server_stop; topology_down' EXIT
tunnel_modules
guest_main both_families buffers wire_counters tunnels forwarded as_it_was as_it_was_in_tunnels \
	as_it_was_by_device alone xdp needs_checksums under_traffic refused
