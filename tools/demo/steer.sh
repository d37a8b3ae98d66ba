# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# An XDP program steers one UDP flow out of several into a raw group; all else
# arrives in its socket.

FLOW_PORT=5000			# steered
OTHER_PORTS="5001 5002"		# not steered
SENDER_PORT=4000
CHUNK=1024
CHUNKS=1024

demo_steer() {
	local redirected before

	step "A raw group: its receive queue is filled with buffers in card memory"
	group_add "$CARD_B" 2 RAW
	param "$RAW_DEV" qp_type raw
	param "$RAW_DEV" qp_wq_depth 2048
	activate "$RAW_PORT"
	# nothing but the flow shall enter the group: no neighbour discovery
	run sysctl -q "net.ipv6.conf.$RAW_REP.disable_ipv6=1"
	run ip link set "$RAW_REP" up
	# UDP has no flow control: room for a whole file
	run ethtool -G b0 rx 4096
	run sysctl -q net.core.rmem_max=33554432

	step "An XDP program on b0: UDP port $FLOW_PORT goes to $RAW_REP, all else passes"
	run bpftool prog load "$BUILD/bpf/steer_devmap.bpf.o" /sys/fs/bpf/steer \
		pinmaps /sys/fs/bpf/steer_maps
	# shellcheck disable=SC2046 # bytes
	run bpftool map update pinned /sys/fs/bpf/steer_maps/groups key 0 0 0 0 \
		value $(bytes_le32 "$(cat "/sys/class/net/$RAW_REP/ifindex")")
	# shellcheck disable=SC2046 # bytes
	run bpftool map update pinned /sys/fs/bpf/steer_maps/flows key hex \
		$(bytes_ip 10.0.0.1) $(bytes_ip 10.0.0.2) \
		$(bytes_be16 $SENDER_PORT) $(bytes_be16 $FLOW_PORT) \
		00 00 00 00 04 11 00 00 value 0 0 0 0
	run ip link set dev b0 xdp pinned /sys/fs/bpf/steer

	step "Three files over UDP, one flow is steered"
	before=$(tx_packets "$RAW_REP")
	traffic
	expect "SHA-256 of the file, from the memory of card 1" \
		"$(sum "$TMP/file.$FLOW_PORT")" "$(sum "$TMP/steered")"
	check_others
	redirected=$(counter 0)
	expect "packets that the program redirected" "$CHUNKS" "$redirected"
	expect "packets that the representor took" "$redirected" \
		"$(($(tx_packets "$RAW_REP") - before))"
	run bpftool map dump pinned /sys/fs/bpf/steer_maps/counters
	run ip link set dev b0 xdp off
	rm -f /sys/fs/bpf/steer
}

# Sends a file to each port, one datagram a chunk; the raw group and sockets
# collect them.
traffic() {
	local port pids=()
	# of another time
	rm -f "$TMP/ready" "$TMP/steered" "$TMP"/got.*
	"$GNICCTL" accel recv -d "$CARD_B" --group 2 --count "$CHUNKS" --udp-payload \
		--buffers 2048 --timeout 20 --out "$TMP/steered" 2>"$TMP/ready" &
	pids+=($!)
	for port in $OTHER_PORTS; do
		socat -u -b $CHUNK "UDP-RECV:$port,bind=10.0.0.2,rcvbuf=16777216" \
			"CREATE:$TMP/got.$port" &
		SOCATS="${SOCATS:-} $!"
	done
	(wait_until 10 "buffers are posted" grep -q ready "$TMP/ready") || {
		cat "$TMP/ready"
		exit 1
	}
	for port in $OTHER_PORTS; do
		wait_until 10 "socat listens to port $port" bound "$port"
	done
	for port in $FLOW_PORT $OTHER_PORTS; do
		head -c $((CHUNK * CHUNKS)) /dev/urandom >"$TMP/file.$port"
		printf '$ socat FILE:file.%s UDP-CONNECT:10.0.0.2:%s  (in namespace far)\n' \
			"$port" "$port"
		send_file "$TMP/file.$port" "$port"
	done
	wait "${pids[@]}" || stop "$CHUNKS frames in card memory" "fewer: $(cat "$TMP/ready")"
	for port in $OTHER_PORTS; do
		wait_until 20 "the file for port $port is complete" \
			same_size "$TMP/file.$port" "$TMP/got.$port"
	done
	# shellcheck disable=SC2086 # process ids
	kill $SOCATS
	SOCATS=
}

# bound PORT: somebody takes datagrams for it
bound() {
	ss -Hlun "sport = :$1" | grep -q .
}

same_size() {
	[ "$(stat -c %s "$1")" = "$(stat -c %s "$2")" ]
}

# send_file FILE PORT: a small send buffer keeps the sender from running ahead. A
# socket that is connected stays with its queue when its process changes the
# processor, and so the datagrams stay in order.
send_file() {
	ip netns exec far socat -u -b $CHUNK "FILE:$1" \
		"UDP-CONNECT:10.0.0.2:$2,sourceport=$((SENDER_PORT + $2 - FLOW_PORT)),sndbuf=32768"
}

check_others() {
	local port
	for port in $OTHER_PORTS; do
		expect "SHA-256 of the file that came to socket $port" \
			"$(sum "$TMP/file.$port")" "$(sum "$TMP/got.$port")"
	done
}

# counter INDEX: sum over CPUs
counter() {
	bpftool -j map dump pinned /sys/fs/bpf/steer_maps/counters |
		jq "[.[] | select(.formatted.key == $1).formatted.values[].value] | add"
}

bytes_le32() {
	printf '%d %d %d %d' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24))
}

bytes_be16() {
	printf '%02x %02x' $(($1 >> 8)) $(($1 & 255))
}

bytes_ip() {
	local IFS=.
	# shellcheck disable=SC2086 # four numbers
	printf '%02x ' $1
	printf '00 %.0s' 1 2 3 4 5 6 7 8 9 10 11 12
}
