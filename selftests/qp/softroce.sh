#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A QP of a group and a QP of soft-RoCE, the kernel's own, are peers: both write and
# send to the other. Topology: lib/devlink.sh, with soft-RoCE on $DEV and the group
# on $PEER_CARD, with an address of its own. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"
# shellcheck source=selftests/lib/rdma.sh
. "$(dirname "$0")/../lib/rdma.sh"
# shellcheck source=selftests/lib/softroce.sh
. "$(dirname "$0")/../lib/softroce.sh"

writes_to_us() {
	connected
	for size in 1 3 1024 1025 65536 1000001; do
		they_write $size
	done
}

sends_to_us() {
	connected
	for size in 1 1023 1024 100000; do
		they_send $size
	done
	they_send 5000 0xdeadbeef
}

writes_by_us() {
	connected
	for size in 1 3 1024 1025 65536 1000001; do
		we_write $size
	done
	does recv 0 64
	we_write 2000 0xcafe
	next "success recv_write 2000 0xcafe"
}

sends_by_us() {
	connected
	for size in 1 1023 1024 100000; do
		we_send $size
	done
	we_send 5000 0xdeadbeef
}

# ---- paths ----

over_ipv6() {
	connected 1024 2001:db8::1 2001:db8::9
	they_write 100000
	we_write 100000
	they_send 3000
	we_send 3000
}

path_mtu() {
	connected "$1"
	they_write 100000
	we_write 100000
}

path_mtus() {
	ip link set "$DEV" mtu 9000
	defer ip link set "$DEV" mtu 1500
	peer ip link set "$PEER_DEV" mtu 9000
	defer peer ip link set "$PEER_DEV" mtu 1500
	for mtu in 2048 4096; do
		apart path_mtu $mtu
	done
}

bad_wire() {
	connected
	losses
}

# A group that would resend just what is missing has a peer that knows of no such thing.
bad_wire_selective() {
	GROUP=(loss_recovery selective)
	connected
	losses
}

losses() {
	fault '"kind": "drop", "card": 0, "port": 0, "rate": 0.01'
	they_write 1000000
	we_write 1000000
	they_send 300000
	we_send 300000
}

# ---- what goes wrong ----

they_have_a_wrong_key() {
	local log

	log=$(kernel_log_mark)
	connected
	target "$PEER_CARD" 5
	does write 0 100 "$ADDRESS" $((KEY + 1)) 1
	[[ $(ask poll) == "remote access error"* ]] || fail "it was not refused"
	wait_for 5 qp_failed "$log"
	kill "$TARGET" 2>/dev/null || true
	[ ! -s "$DIR/out" ] || fail "something came"
}

we_have_a_wrong_key() {
	connected
	group_state "$PEER_CARD" 5 inactive
	group_set "$PEER_CARD" 5 remote_key $((RKEY + 1))
	group_state "$PEER_CARD" 5 active
	expect_refused "refuses" "$GNICCTL" accel run -d "$PEER_CARD" \
		-e "alloc m 4K; hold g 5; rdma g m $PEER_ADDRESS 100; wait"
	does save "$DIR/out" 0 100
	cmp -n 100 "$DIR/out" /dev/zero
}

their_message_is_too_long() {
	connected
	does send 0 5000
	expect_fail "$GNICCTL" accel run -d "$PEER_CARD" \
		-e "alloc m 4K; hold g 5; recv g m 2K 2; collect g $DIR/out 1 5"
	[[ $(ask poll) == "remote invalid request error"* ]] || fail "it was not refused"
}

# ---- frames ----

# What wireshark says of each frame, in one of its runs: is it of InfiniBand, from whom, of what
# class, malformed, how bad the worst is that it has to say.
seen_in() {
	tshark -r "$1" -T fields -E separator=, -E occurrence=a -E aggregator=/ -e frame.protocols \
		-e ip.src -e ip.dsfield.dscp -e _ws.malformed -e _ws.expert.severity 2>/dev/null
}

# Wireshark understands all that both send, and has nothing to say against it.
frames() {
	local file=$DIR/frames.pcap protocols malformed severities severity count=0

	connected
	capture "$file" udp port 4791
	they_write 5000
	we_write 5000
	they_send 5000
	we_send 5000 0x77
	sleep 1
	kill "$BACKGROUND"
	wait_for 5 test -s "$file"
	seen_in "$file" >"$file.seen"
	while IFS=, read -r protocols _ _ malformed severities; do
		[[ $protocols == *:infiniband* ]] || fail "another frame: $protocols"
		[ -z "$malformed" ] || fail "frame $((count + 1)): malformed"
		for severity in ${severities//\// }; do
			[ "$severity" -lt 6291456 ] || fail "frame $((count + 1)): severity $severity"
		done
		count=$((count + 1))
	done <"$file.seen"
	expect frames $count -ge 24
}

# frames_at PRIORITY: both sides write
frames_at() {
	GROUP=(priority "$1")
	connected
	we_write 5000
	they_write 5000
}

# The class selector of each priority, of what we send and what we answer.
priorities() {
	local file=$DIR/priorities.pcap source class prio last=0 count=()

	capture "$file" udp port 4791
	for prio in 1 2 3; do
		apart frames_at $prio
	done
	sleep 0.5
	kill "$BACKGROUND"
	while IFS=, read -r _ source class _; do
		[ "$source" = 192.0.2.9 ] || continue
		expect "class, in the order of priorities" "$class" -ge "$last"
		last=$class count[class]=$((${count[class]:-0} + 1))
	done < <(seen_in "$file")
	for prio in 1 2 3; do
		expect "frames of priority $prio" "${count[8 * prio]:-0}" -ge 6
	done
}

[ -x "$VERBS" ] || skip_all "needs $VERBS"
need_compute 2
modprobe rdma_rxe || skip_all "needs soft-RoCE"
mkdir -p "$DIR"
switch_up
rdma link add soft type rxe netdev "$DEV"
trap 'rdma link delete soft; switch_down; rm -rf "$DIR"' EXIT
guest_main writes_to_us sends_to_us writes_by_us sends_by_us over_ipv6 path_mtus bad_wire \
	bad_wire_selective they_have_a_wrong_key we_have_a_wrong_key \
	their_message_is_too_long frames priorities
