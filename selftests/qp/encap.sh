#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Packets of groups within others: that all gets through, and what becomes of ends that
# were told different things.
# Topology: lib/devlink.sh. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"
# shellcheck source=selftests/lib/rdma.sh
. "$(dirname "$0")/../lib/rdma.sh"

# script COMMANDS: contexts a and b of both cards, which hold ga and gb
script() {
	head -c 2000000 /dev/urandom >"$DIR/in"
	rm -f "$DIR/out"
	"$GNICCTL" accel run -e "open b $PEER_CARD; alloc dst 4M remote; hold gb 5
		open a $CARD; alloc src 4M remote; hold ga 5; $1" >/dev/null
	cmp "$DIR/in" "$DIR/out"
}

writes_and_sends() {
	arrives 1000000
	script "write dst $DIR/in; rdma gb dst src 2000000 imm 9; event ga rdma 20; wait
		read src $DIR/out 2000000"
	script "write src $DIR/in; recv gb dst 2000000 1; send ga src 2000000; wait
		read dst $DIR/out 2000000"
}

# gets_through NAME VALUE...: as it is, and over a wire that loses and marks
gets_through() {
	pair_up 5 1
	both "$@"
	expect enabled "$(qp_context requester encap_enable)$(qp_context responder encap_enable)" \
		-eq 11
	writes_and_sends
	fault '"kind": "drop", "card": 0, "port": 0, "rate": 0.02'
	writes_and_sends
	fault_clear
}

ip_in_ip() {
	gets_through encap ipv4
}

gre() {
	gets_through encap ipv4 encap_protocol 47 encap_header 00000800
}

gue() {
	gets_through encap udp
}

any_port_and_header() {
	gets_through encap udp encap_udp_port 7000 encap_header 0123456789abcdef01234567
}

# What is offered goes one way, what is sent the other.
rendezvous() {
	local told

	pair_up 5 1
	group_state "$CARD" 5 inactive
	group_state "$PEER_CARD" 5 inactive
	group_set "$CARD" 5 qp_type send_rdv encap ipv4
	group_set "$PEER_CARD" 5 qp_type recv_rdv encap ipv4
	group_state "$CARD" 5 active
	group_state "$PEER_CARD" 5 active
	expect enabled "$(qp_context requester encap_enable)" -eq 1
	told=$(printf '; event gb rdma 30%.0s' {1..40})
	script "write src $DIR/in; rdvsend ga src 50000 imm 5 count 40 walk
		rdvrecv gb dst 50000 count 40 walk$told; read dst $DIR/out 2000000"
}

# There are no addresses but the device's own.
in_loopback() {
	group_add "$CARD" 5
	group_set "$CARD" 5 loopback true local_key 7 remote_key 7 encap udp
	group_state "$CARD" 5 active
	head -c 2000000 /dev/urandom >"$DIR/in"
	"$GNICCTL" accel run -d "$CARD" -e "alloc src 4M; write src $DIR/in
		alloc dst 4M remote; hold g 5; rdma g src dst 2000000 imm 9
		event g rdma 10; wait; read dst $DIR/out 2000000" >/dev/null
	cmp "$DIR/in" "$DIR/out"
}

# The largest packets that just fit, and no MTU less.
mtu() {
	local need=$((8192 + 20 + 76 + 28 + 12))

	ip link set "$DEV" mtu $need
	defer ip link set "$DEV" mtu 1500
	peer ip link set "$PEER_DEV" mtu $need
	defer peer ip link set "$PEER_DEV" mtu 1500
	pair_up 5 1
	both encap udp encap_header 000000000000000000000000 qp_path_mtu 8192
	arrives 1000000
	group_state "$CARD" 5 inactive
	ip link set "$DEV" mtu $((need - 1))
	expect_refused "qp_path_mtu 8192 with headers needs a port MTU of $need" \
		group_state "$CARD" 5 active
}

# Rules see the outer headers: those of the answers here.
rules_see_the_outside() {
	pair_up 5 1
	both encap udp
	flower "$DEV" protocol ip flower skip_sw ip_proto udp dst_port 6080 action pass
	arrives 100000
	expect "answers" "$(hw_packets "$DEV")" -ge 1
}

# tunnel_told MARK: the kernel has said so since kernel_log_mark
tunnel_told() {
	dmesg | tail -n "+$1" | grep -q "failed: 0x02, invalid tunnel (RX_TUNNEL)"
}

# The sender is told that the far end has failed, and so is the holder there.
another_header_is_told() {
	local log

	log=$(kernel_log_mark)
	pair_up 5 1
	both encap udp encap_header 00000001 qp_retry_timeout 10 qp_retry_count 2
	unlike "$@"
	wait_for 5 tunnel_told "$log"
}

another_header() {
	another_header_is_told encap_header 00000002
}

no_header() {
	another_header_is_told encap none
}

# Nobody there knows the port: what comes is dropped, and counted.
another_port() {
	local before

	pair_up 5 1
	both encap udp qp_retry_timeout 10 qp_retry_count 2
	group_state "$CARD" 5 inactive
	group_set "$CARD" 5 encap_udp_port 6090
	group_state "$CARD" 5 active
	before=$(group_told "$PEER_CARD" rx_dropped)
	ADDRESS=0x1001000000000000
	expect_refused "does not answer" write 1000
	expect "dropped" $(($(group_told "$PEER_CARD" rx_dropped) - before)) -ge 3
}

as_many_as_there_are() {
	local sfnum

	for sfnum in 1 2 3 4 5 6 7 8 9; do
		group_add "$CARD" $sfnum
		group_set "$CARD" $sfnum encap udp peer_ip 192.0.2.2 peer_qpn_base 9 \
			peer_mac 02:00:00:00:00:99
		[ $sfnum = 9 ] || group_state "$CARD" $sfnum active
	done
	expect_refused "all 8 encapsulations of the port are in use" group_state "$CARD" 9 active
	group_state "$CARD" 3 inactive
	group_state "$CARD" 9 active
	group_set "$CARD" 3 encap none
	group_state "$CARD" 3 active
}

# The device has forgotten all slots, and we that any was in use.
after_a_reset() {
	pair_up 5 1
	both encap udp
	reset_card "$CARD"
	wait_for 10 carrier_up
	both qp_path_mtu 1024
	expect enabled "$(qp_context requester encap_enable)" -eq 1
	arrives 100000
}

refused() {
	group_add "$CARD" 5
	group_set "$CARD" 5 encap udp encap_header 00000000 peer_ip 2001:db8::2 \
		peer_mac 02:00:00:00:00:99 peer_qpn_base 9
	expect_refused "encap: packets of IPv6 can't be encapsulated" \
		group_state "$CARD" 5 active
	group_set "$CARD" 5 peer_ip 192.0.2.2 qp_path_mtu 2048
	expect_refused "qp_path_mtu 2048 with headers needs a port MTU of 2176" \
		group_state "$CARD" 5 active
}

need_compute 2
mkdir -p "$DIR"
switch_up
trap 'switch_down; rm -rf "$DIR"' EXIT
guest_main ip_in_ip gre gue any_port_and_header rendezvous in_loopback mtu rules_see_the_outside \
	another_header no_header another_port as_many_as_there_are refused after_a_reset
