#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Groups in loopback: QPs of one port that talk to each other, with and without a link.
# Topology: lib/devlink.sh. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"
# shellcheck source=selftests/lib/rdma.sh
. "$(dirname "$0")/../lib/rdma.sh"

# loop_group SFNUM QPS: inactive
loop_group() {
	group_add "$CARD" "$1"
	group_set "$CARD" "$1" loopback true qp_count "$2" local_key 7 remote_key 7
}

link_down() {
	ip link set "$DEV" down
	defer wait_for 10 carrier_up
	defer ip link set "$DEV" up
}

frames_sent() {
	ethtool -S "$DEV" --groups eth-mac | sed -n 's/^eth-mac-FramesTransmittedOK: //p'
}

# script COMMANDS: with a file of 3 MB to write, which has to come out again
script() {
	head -c 3000000 /dev/urandom >"$DIR/in"
	rm -f "$DIR/out"
	"$GNICCTL" accel run -d "$CARD" -e "alloc src 4M; write src $DIR/in; $1" >/dev/null
	cmp "$DIR/in" "$DIR/out"
}

# Neither address, nor neighbour, nor link. The first QP and the last one are a pair.
within_a_group() {
	local before qp

	loop_group 5 3
	link_down
	group_state "$CARD" 5 active
	before=$(frames_sent)
	for qp in 0 1 2; do
		script "alloc dst 4M remote; hold g 5; rdma g.$qp src dst 3000000 imm 9
			event g rdma 10; wait; read dst $DIR/out 3000000"
	done
	expect "frames on the wire" "$(frames_sent)" -eq "$before"
	expect "peer of the first" "$(qp_context requester dst_qp)" -eq \
		$(($(group_param "$CARD" 5 qpn_base) + 2))
}

sends() {
	loop_group 5 2
	group_state "$CARD" 5 active
	script "alloc dst 4M; hold g 5; recv g.1 dst 3000000 1; send g.0 src 3000000; wait
		read dst $DIR/out 3000000"
}

between_groups() {
	loop_group 5 2
	loop_group 6 2
	group_set "$CARD" 5 peer_mac "$(group_get "$CARD" 6 hw_addr)" \
		peer_qpn_base "$(group_param "$CARD" 6 qpn_base)" peer_ip 2001:db8::7
	group_set "$CARD" 6 peer_mac "$(group_get "$CARD" 5 hw_addr)" \
		peer_qpn_base "$(group_param "$CARD" 5 qpn_base)" local_ip 2001:db8::7
	link_down
	group_state "$CARD" 5 active
	group_state "$CARD" 6 active
	script "alloc dst 4M remote; hold a 5; hold b 6; rdma a.1 src dst 3000000 imm 9
		event b rdma 10; wait; read dst $DIR/out 3000000"
	script "alloc dst 4M remote; hold a 5; hold b 6; rdma b.0 src dst 3000000 imm 9
		event a rdma 10; wait; read dst $DIR/out 3000000"
}

# As any group, it is seen by the rules of the port.
rules_count_them() {
	loop_group 5 1
	group_state "$CARD" 5 active
	flower "$DEV" protocol ip flower skip_sw ip_proto udp dst_port 4791 action drop
	expect_fail timeout 5 "$GNICCTL" accel run -d "$CARD" -e \
		"alloc m 4K remote; hold g 5; rdma g m m 100; wait"
	expect "packets" "$(hw_packets "$DEV")" -ge 1
}

refused() {
	loop_group 5 1
	group_set "$CARD" 5 local_ip 192.0.2.1 peer_ip 2001:db8::2
	expect_refused "local_ip and peer_ip are of different IP versions" \
		group_state "$CARD" 5 active
	group_set "$CARD" 5 peer_ip "" qp_path_mtu 8192
	expect_refused "qp_path_mtu 8192 with headers needs a port MTU of 8288" \
		group_state "$CARD" 5 active
	group_set "$CARD" 5 qp_path_mtu 1024 loopback false
	expect_refused "a group of type write needs peer_ip" group_state "$CARD" 5 active
}

need_compute 1
mkdir -p "$DIR"
switch_up
trap 'switch_down; rm -rf "$DIR"' EXIT
guest_main within_a_group sends between_groups rules_count_them refused
