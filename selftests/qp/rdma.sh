#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# RDMA WRITE between the groups of two cards: that it works with each
# parameter, that it fails as it should, that a group ends in order.
# Topology: lib/devlink.sh. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

# shellcheck source=selftests/lib/rdma.sh
. "$(dirname "$0")/../lib/rdma.sh"

sizes() {
	pair_up 5 1
	for size in 1 3 1023 1024 1025 65536 1000000; do
		arrives $size
	done
}

every_qp() {
	pair_up 5 8
	for qp in 0 3 7; do
		arrives 5000 --qp $qp
	done
}

path_mtus() {
	ip link set "$DEV" mtu 9600
	defer ip link set "$DEV" mtu 1500
	peer ip link set "$PEER_DEV" mtu 9600
	defer peer ip link set "$PEER_DEV" mtu 1500
	pair_up 5 1
	for mtu in 2048 4096 8192; do
		both qp_path_mtu $mtu
		arrives 100000
	done
}

depths_and_priorities() {
	pair_up 5 1
	both qp_wq_depth 16 priority 3 udp_sport 65535 qp_retry_count 255
	arrives 300000
	both qp_wq_depth 32768 priority 0
	arrives 300000
}

# 5000 bytes at a path MTU of 1024 are five packets.
contexts_are_told() {
	pair_up 5 1
	expect "QP of the peer" "$(qp_context requester dst_qp)" -eq \
		"$(group_param "$PEER_CARD" 5 qpn_base)"
	expect "next PSN" "$(qp_context requester nts_psn)" -eq 0
	arrives 5000
	expect "next PSN" "$(qp_context requester nts_psn)" -eq 5
	expect "oldest PSN" "$(qp_context requester ona_psn)" -eq 5
	expect "consumer index" "$(qp_context requester consumer_idx)" -eq 1
	expect valid "$(qp_context requester valid)$(qp_context responder valid)" -eq 11
	expect "expected PSN" "$(qp_context responder expected_psn)" -eq 0
}

windows() {
	pair_up 5 1
	both cc_mode window cc_window 1
	expect window "$(qp_context requester congestion_win)" -eq 1
	arrives 100000
	both cc_window 4194303
	arrives 1000000
	both cc_mode none
	arrives 100000
}

# Two ends of the silicon's order understand each other, one of either does not.
icrc_orders() {
	pair_up 5 1
	both icrc_order gaudi qp_retry_timeout 10 qp_retry_count 2
	arrives 100000
	group_state "$CARD" 5 inactive
	group_set "$CARD" 5 icrc_order roce
	group_state "$CARD" 5 active
	nobody_takes_it rx_dropped
}

# nobody_takes_it COUNTER: where the far end's group counts that
nobody_takes_it() {
	local before

	before=$(group_told "$PEER_CARD" "$1")
	ADDRESS=0x1001000000000000
	expect_refused "does not answer" write 1000
	expect "$1" $(($(group_told "$PEER_CARD" "$1") - before)) -ge 3
}

another_number() {
	pair_up 5 1
	both qp_retry_timeout 10 qp_retry_count 2
	group_state "$CARD" 5 inactive
	group_set "$CARD" 5 peer_qpn_base 16777000
	group_state "$CARD" 5 active
	nobody_takes_it rx_no_qp
}

ipv6() {
	pair_up 5 2
	group_state "$CARD" 5 inactive
	group_state "$PEER_CARD" 5 inactive
	group_set "$CARD" 5 peer_ip 2001:db8::2 local_ip 2001:db8::1
	group_set "$PEER_CARD" 5 peer_ip 2001:db8::1 local_ip ""
	group_state "$CARD" 5 active
	group_state "$PEER_CARD" 5 active
	arrives 100000 --qp 1
}

# An address that fills its field does not fit a parameter of devlink.
ipv6_in_halves() {
	local prefix=2001:db8:85a3:1234 host=a1ff:fe00:1001:201

	pair_up 5 1
	ip addr add $prefix:$host/64 dev "$DEV" nodad
	defer ip addr del $prefix:$host/64 dev "$DEV"
	peer ip addr add $prefix:${host%1}2/64 dev "$PEER_DEV" nodad
	defer peer ip addr del $prefix:${host%1}2/64 dev "$PEER_DEV"
	group_state "$CARD" 5 inactive
	group_state "$PEER_CARD" 5 inactive
	group_set "$CARD" 5 peer_ip $prefix:: peer_ip_token ::${host%1}2 \
		local_ip $prefix:: local_ip_token ::$host
	group_set "$PEER_CARD" 5 peer_ip $prefix:: peer_ip_token ::$host local_ip ""
	group_state "$CARD" 5 active
	group_state "$PEER_CARD" 5 active
	arrives 100000
}

wrong_key() {
	local log

	log=$(kernel_log_mark)
	pair_up 5 1
	unlike remote_key 8
	wait_for 5 qp_failed "$log"
}

# The address is right, but the group at the far end is nobody's.
nobody_holds_the_far_end() {
	local log

	log=$(kernel_log_mark)
	pair_up 5 1
	ADDRESS=0x1001000000000000
	expect_fail write 1000
	wait_for 5 qp_failed "$log"
}

far_end_is_silent() {
	pair_up 5 1
	both qp_retry_timeout 10 qp_retry_count 2
	group_state "$PEER_CARD" 5 inactive
	ADDRESS=0x1001000000000000
	expect_fail write 1000
}

# A failed group works again after inactive and active at both ends.
again_after_failure() {
	pair_up 5 1
	both qp_retry_timeout 10 qp_retry_count 2
	group_state "$PEER_CARD" 5 inactive
	ADDRESS=0x1001000000000000
	expect_fail write 1000
	group_state "$CARD" 5 inactive
	group_state "$CARD" 5 active
	group_state "$PEER_CARD" 5 active
	arrives 50000
}

held_once() {
	pair_up 5 1
	target "$PEER_CARD" 5
	expect_fail timeout 5 "$GNICCTL" accel target -d "$PEER_CARD" --group 5 --size 4K \
		--out /dev/null --timeout 1
	write 100 >/dev/null
	wait "$TARGET" || fail "$(cat "$DIR/log")"
}

# The holder survives that the group goes, and ends with an error.
deleted_while_held() {
	pair_up 5 2
	target "$PEER_CARD" 5
	group_del "$PEER_CARD" 5
	expect_fail wait "$TARGET"
	expect_fail devlink dev show "$(group_sf "$PEER_CARD" 5 2>/dev/null)"
}

# sent_some: the group has begun to send
sent_some() {
	[ "$(qp_context requester nts_psn)" -gt 0 ]
}

# What was started is acknowledged before the QPs go: here it can't be sooner than they shall.
drains() {
	local writing ending

	pair_up 5 1
	both qp_retry_timeout 14 qp_retry_count 255
	target "$PEER_CARD" 5
	fault '"kind": "drop", "card": 0, "port": 0, "rate": 1'
	write 100000 >"$DIR/rdma.log" 2>&1 &
	writing=$!
	wait_for 5 sent_some
	group_state "$CARD" 5 inactive &
	ending=$!
	sleep 0.2
	fault_clear
	wait $writing || fail "$(cat "$DIR/rdma.log")"
	wait $ending
	wait "$TARGET" || fail "$(cat "$DIR/log")"
	cmp "$DIR/in" "$DIR/out"
	expect state "$(group_get "$CARD" 5 state)" = inactive
}

# With a silent far end "inactive" lasts as long as it may, not for ever.
drain_time() {
	local eth begin

	eth=$(eth_of "$CARD")
	pair_up 5 1
	both qp_retry_timeout 31 qp_retry_count 255
	param_set "$eth" qp_drain_time_ms 1500
	defer param_set "$eth" qp_drain_time_ms 5000
	group_state "$PEER_CARD" 5 inactive
	ADDRESS=0x1001000000000000
	write 1000 >/dev/null 2>&1 &
	defer kill $!
	sleep 0.5
	begin=$(date +%s%N)
	group_state "$CARD" 5 inactive
	expect "milliseconds" $((($(date +%s%N) - begin) / 1000000)) -ge 1400
	expect "milliseconds" $((($(date +%s%N) - begin) / 1000000)) -lt 5000	# what it is by default
}

need_compute 2
mkdir -p "$DIR"
switch_up
trap 'switch_down; rm -rf "$DIR"' EXIT
guest_main sizes every_qp path_mtus depths_and_priorities contexts_are_told windows icrc_orders \
	another_number ipv6 ipv6_in_halves wrong_key nobody_holds_the_far_end far_end_is_silent \
	again_after_failure held_once deleted_while_held drains drain_time
