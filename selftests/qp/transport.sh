#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# How RC QPs of two cards come by what the wire loses, and how much they send at once.
# Topology: lib/devlink.sh. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"
# shellcheck source=selftests/lib/rdma.sh
. "$(dirname "$0")/../lib/rdma.sh"

# qp_count_of CARD COUNTER: of QP 0
qp_count_of() {
	devlink -j health diagnose "$(group_sf "$1" 5)" reporter qp | jq -r ".qps[0].$2"
}

lossy_wire() {
	fault '"kind": "drop", "card": 0, "port": 0, "rate": 0.02'
}

# Just what is missing is sent again: nobody is told of a sequence error.
selective() {
	pair_up 5 1
	both loss_recovery selective
	expect selective "$(qp_context requester selective)" -eq 1
	lossy_wire
	arrives 4000000
	fault_clear
	expect retransmits "$(qp_count_of "$CARD" retransmits)" -ge 20
	expect "early packets" "$(qp_count_of "$PEER_CARD" out_of_order)" -ge 20
	expect "sequence errors" "$(qp_count_of "$PEER_CARD" naks)" -eq 0
}

selective_at_one_end() {
	local card

	for card in "$CARD" "$PEER_CARD"; do
		apart selective_at "$card"
	done
}

selective_at() {
	pair_up 5 1
	both loss_recovery go_back_n
	group_state "$1" 5 inactive
	group_set "$1" 5 loss_recovery selective
	group_state "$1" 5 active
	lossy_wire
	arrives 1000000
	expect "sequence errors" "$(qp_count_of "$PEER_CARD" naks)" -ge 1
}

selective_on_a_bad_wire() {
	local kind

	pair_up 5 1
	both loss_recovery selective
	for kind in drop duplicate reorder corrupt; do
		fault "\"kind\": \"$kind\", \"card\": 0, \"port\": 0, \"rate\": 0.02"
	done
	for _ in 1 2 3; do
		arrives 1000000
	done
}

requester_is() {
	[ "$(qp_context requester "$1")" -ge "$2" ]
}

timed_out() {
	[ "$(qp_count_of "$CARD" timeouts)" -ge "$1" ]
}

# through_silence COMMAND...: a message that gets no answer until the command succeeds
through_silence() {
	target "$PEER_CARD" 5
	fault '"kind": "drop", "card": 0, "port": 0, "rate": 1'
	write 100000 >/dev/null &
	wait_for 20 "$@"
	fault_clear
	wait $! || fail "the write failed"
	wait "$TARGET" || fail "$(cat "$DIR/log")"
	cmp "$DIR/in" "$DIR/out"
}

# While nobody answers each time-out is longer, up to 64 times; an answer ends that.
adaptive_timeout() {
	pair_up 5 1
	both qp_adaptive_timeout true qp_retry_timeout 12 qp_retry_count 255
	expect adaptive "$(qp_context requester tm_adaptive)" -eq 6
	through_silence requester_is tm_backoff 6
	expect timeouts "$(qp_count_of "$CARD" timeouts)" -ge 6
	expect backoff "$(qp_context requester tm_backoff)" -eq 0
	both qp_adaptive_timeout false
	expect adaptive "$(qp_context requester tm_adaptive)" -eq 0
	through_silence timed_out 7
	expect backoff "$(qp_context requester tm_backoff)" -eq 0
}

# A wire that takes two milliseconds each way is beyond any of the first targets, and
# within the last one.
delay() {
	local beyond

	pair_up 5 1
	both cc_mode delay cc_window 64 cc_target_delay 100
	expect mode "$(qp_context requester congestion_mode)" -eq 1
	expect target "$(qp_context requester target_delay)" -eq 100
	expect "first window" "$(qp_context requester current_win)" -eq 8
	fault '"kind": "delay", "card": 0, "port": 0, "rate": 1, "delay_us": 2000'
	arrives 500000
	expect rtt "$(qp_context requester rtt)" -ge 3900
	expect window "$(qp_context requester current_win)" -eq 1
	beyond=$(qp_context requester cong_marked_ack)
	expect "beyond the target" "$beyond" -ge 10
	both cc_target_delay 1000000
	arrives 500000
	expect window "$(qp_context requester current_win)" -gt 8
	expect "beyond the target" "$(qp_context requester cong_marked_ack)" -eq 0
	expect "within it" "$(qp_context requester cong_non_marked_ack)" -ge 5
}

# A switch that marks every fifth frame: the far end notifies, the window is cut. Without
# marks it comes back.
marks() {
	pair_up 5 1
	both cc_mode dcqcn cc_window 64
	expect mode "$(qp_context requester congestion_mode)" -eq 3
	expect "first window" "$(qp_context requester current_win)" -eq 64
	arrives 500000
	expect "notifications of nothing" "$(qp_context requester cong_marked_ack)" -eq 0
	fault '"kind": "mark", "card": 0, "port": 0, "rate": 0.2'
	arrives 2000000
	expect notifications "$(qp_context requester cong_marked_ack)" -ge 3
	expect window "$(qp_context requester current_win)" -lt 64
	expect "sent again" "$(qp_count_of "$CARD" retransmits)" -eq 0
	fault_clear
	arrives 500000
	expect window "$(qp_context requester current_win)" -eq 64
}

# A sender in another mode hears the notifications and does not mind.
marks_for_others() {
	pair_up 5 1
	both cc_mode window cc_window 32
	fault '"kind": "mark", "card": 0, "port": 0, "rate": 1'
	arrives 1000000
	expect window "$(qp_context requester current_win)" -eq 32
	expect "sent again" "$(qp_count_of "$CARD" retransmits)" -eq 0
	fault_clear
}

# With all that can be lost beside.
delay_on_a_bad_wire() {
	pair_up 5 1
	for how in go_back_n selective; do
		both cc_mode delay cc_window 100 cc_target_delay 50 loss_recovery $how
		lossy_wire
		arrives 500000
		fault_clear
	done
}

need_compute 2
mkdir -p "$DIR"
switch_up
trap 'switch_down; rm -rf "$DIR"' EXIT
guest_main adaptive_timeout selective selective_at_one_end selective_on_a_bad_wire delay delay_on_a_bad_wire \
	marks marks_for_others
