#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Rendezvous between the groups of two cards, on good and bad wires: each message meets
# the buffer of its turn, byte for byte.
# Topology: lib/devlink.sh. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"
# shellcheck source=selftests/lib/rdma.sh
. "$(dirname "$0")/../lib/rdma.sh"

# ends TYPE PEER_TYPE [NAME VALUE]...: groups 5 of both cards, a QP each
ends() {
	pair_up 5 1
	group_state "$CARD" 5 inactive
	group_state "$PEER_CARD" 5 inactive
	group_set "$CARD" 5 qp_type "$1"
	group_set "$PEER_CARD" 5 qp_type "$2"
	shift 2
	both_set "$@"
}

both_set() {
	group_set "$CARD" 5 "$@"
	group_set "$PEER_CARD" 5 "$@"
	group_state "$CARD" 5 active
	group_state "$PEER_CARD" 5 active
}

script() {
	"$GNICCTL" accel run --json -e "open a $CARD; alloc src 2M readable; hold ga 5
		open b $PEER_CARD; alloc dst 2M remote; hold gb 5
		write src $DIR/in; $1; read dst $DIR/out 2000000" >"$DIR/log"
	cmp "$DIR/in" "$DIR/out"
}

# 40 messages of 50000 bytes; the offers are on their way at the same time. An order that
# is wrong shows in the bytes.
all_arrive() {
	local told

	head -c 2000000 /dev/urandom >"$DIR/in"
	told=$(printf '; event gb rdma 30%.0s' {1..40})
	script "$1$told"
}

sends_arrive() {
	all_arrive "rdvsend ga src 50000 imm 5 count 40 walk; rdvrecv gb dst 50000 count 40 walk"
}

reads_arrive() {
	all_arrive "rdvread gb src dst 50000 tag 5 count 40 walk"
}

# What is offered goes one way, what is sent the other: both lose.
bad_wire() {
	local kind

	for kind in drop duplicate reorder corrupt; do
		fault "\"kind\": \"$kind\", \"card\": 0, \"port\": 0, \"rate\": 0.02"
		fault "\"kind\": \"$kind\", \"card\": 1, \"port\": 0, \"rate\": 0.02"
	done
}

retransmits() {
	devlink -j health diagnose "$(group_sf "$1" 5)" reporter qp | jq '.qps[0].retransmits'
}

path_mtus() {
	local mtu

	ip link set "$DEV" mtu 9600
	defer ip link set "$DEV" mtu 1500
	peer ip link set "$PEER_DEV" mtu 9600
	defer peer ip link set "$PEER_DEV" mtu 1500
	ends send_rdv recv_rdv
	sends_arrive
	for mtu in 4096 8192; do
		group_state "$CARD" 5 inactive
		group_state "$PEER_CARD" 5 inactive
		both_set qp_path_mtu $mtu
		sends_arrive
	done
}

sends_on_a_bad_wire() {
	local recovery

	ends send_rdv recv_rdv qp_retry_timeout 10 qp_retry_count 255
	for recovery in go_back_n selective; do
		group_state "$CARD" 5 inactive
		group_state "$PEER_CARD" 5 inactive
		both_set loss_recovery $recovery
		bad_wire
		sends_arrive
		fault_clear
		expect "sent again" "$(retransmits "$CARD")" -ge 10
		expect "offers" "$(qp_context requester remote_pi)" -eq 40
		expect "of them taken" "$(qp_context requester remote_ci)" -eq 40
	done
}

reads_on_a_bad_wire() {
	local recovery

	ends read_rdv_endp read_rdv qp_retry_timeout 10 qp_retry_count 255
	for recovery in go_back_n selective; do
		group_state "$CARD" 5 inactive
		group_state "$PEER_CARD" 5 inactive
		both_set loss_recovery $recovery
		bad_wire
		reads_arrive
		fault_clear
		expect "sent again" "$(retransmits "$CARD")" -ge 10
		expect "requests" "$(qp_context requester remote_pi)" -eq 40
		expect "of them served" "$(qp_context requester remote_ci)" -eq 40
	done
}

# Group 6 is the other way round.
both_ways() {
	ends send_rdv recv_rdv
	pair_up 6 1
	group_state "$CARD" 6 inactive
	group_state "$PEER_CARD" 6 inactive
	group_set "$CARD" 6 qp_type recv_rdv
	group_set "$PEER_CARD" 6 qp_type send_rdv
	group_state "$CARD" 6 active
	group_state "$PEER_CARD" 6 active
	head -c 1000000 /dev/urandom >"$DIR/in"
	head -c 1000000 /dev/urandom >"$DIR/in2"
	"$GNICCTL" accel run -e "
		open a $CARD; alloc asrc 1M; alloc adst 1M remote; hold a5 5; hold a6 6
		open b $PEER_CARD; alloc bsrc 1M; alloc bdst 1M remote; hold b5 5; hold b6 6
		write asrc $DIR/in; write bsrc $DIR/in2
		rdvsend a5 asrc 50000 count 20 walk; rdvrecv a6 adst 50000 count 20 walk
		rdvsend b6 bsrc 50000 count 20 walk; rdvrecv b5 bdst 50000 count 20 walk
		wait; read bdst $DIR/out 1000000; read adst $DIR/out2 1000000" >"$DIR/log"
	cmp "$DIR/in" "$DIR/out"
	cmp "$DIR/in2" "$DIR/out2"
}

# The queue of one who is read is his device's own: it stays empty.
congestion() {
	ends read_rdv_endp read_rdv cc_mode window cc_window 2
	reads_arrive
	expect "own commands" "$(qp_context requester consumer_idx)" -eq 0
}

need_compute 2
mkdir -p "$DIR"
switch_up
trap 'switch_down; rm -rf "$DIR"' EXIT
guest_main path_mtus both_ways sends_on_a_bad_wire reads_on_a_bad_wire congestion
