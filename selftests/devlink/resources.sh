#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Resources: what is taken is counted as long as it is there.
# Topology: lib/devlink.sh. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

# Each context, address and queue is counted as long as it is there.
port_resources() {
	local port dev contexts macs cqs

	port=$(eth_of "$CARD")
	dev=$(port_dev "$CARD" 0)
	cqs=$(resource "$CARD" cqs occ)
	ip link set "$dev" up
	defer ip link set "$dev" down
	[ "$(resource "$CARD" cqs occ)" -gt "$cqs" ] || fail "queues take no CQs"
	contexts=$(resource "$port" rss_contexts occ)
	expect "contexts" "$contexts" -eq 1
	ethtool -X "$dev" context new equal 1
	expect "contexts" "$(resource "$port" rss_contexts occ)" -eq 2
	ethtool -X "$dev" context 1 delete
	expect "contexts" "$(resource "$port" rss_contexts occ)" -eq 1
	expect "room for contexts" "$(resource "$port" rss_contexts size)" -eq 64
	macs=$(resource "$port" macs occ)
	ip maddr add 01:00:5e:01:02:09 dev "$dev"
	defer ip maddr del 01:00:5e:01:02:09 dev "$dev"
	wait_for 5 sh -c "[ \$(devlink -j resource show $port |
		jq '.resources[][] | select(.name == \"macs\").occ') = $((macs + 1)) ]"
	expect "room for addresses" "$(resource "$port" macs size)" -ge "$((macs + 1))"
	ip link set "$dev" down
	expect "CQs" "$(resource "$CARD" cqs occ)" -eq "$cqs"
}

port_qps() {
	local port dev before

	port=$(eth_of "$CARD")
	dev=$(port_dev "$CARD" 0)
	before=$(resource "$port" qps occ)
	expect size "$(resource "$port" qps size)" -ge 1024
	ip link set "$dev" up
	[ "$(resource "$port" qps occ)" -gt "$before" ] || fail "queues take no QPs"
	ip link set "$dev" down
	expect occ "$(resource "$port" qps occ)" -eq "$before"
}

# ---- entries and records of queues, protection domains ----

# all_taken: of the card and its ports, as far as it belongs to queues
all_taken() {
	local instance

	for instance in "$CARD" $(nested_of "$CARD"); do
		devlink -j resource show "$instance" |
			jq -r '.resources[][] | select(has("occ")) | "\(.name) \(.occ)"' |
			grep -E '^(qps|wqes|cqs|cqes|doorbells|asids) '
	done
}

# nested_of CARD: the instances of its ports
nested_of() {
	devlink -j dev show "$1" | jq -r '.dev[].nested_devlink // {} | keys[]'
}

# all_wqes: of all ports of the card
all_wqes() {
	all_taken | awk '$1 == "wqes" { sum += $2 } END { print sum }'
}

sizes_are_the_contracts() {
	local qps cqs ports

	qps=$(resource "$(eth_of "$CARD")" qps size)
	cqs=$(resource "$CARD" cqs size)
	ports=$(devlink -j port show | jq "[.port | keys[] | select(startswith(\"$CARD/\"))] | length")
	expect "room for WQEs" "$(resource "$(eth_of "$CARD")" wqes size)" -eq $((qps * 2 * 32768))
	expect "room for CQEs" "$(resource "$CARD" cqes size)" -eq $((cqs * 65536))
	expect "room for records" "$(resource "$CARD" doorbells size)" -gt $((ports * 2 * qps + cqs))
	expect "room for domains" "$(resource "$CARD" asids size)" -eq 1022
}

# reload_gives_back TAKEN: a card that is made anew has no more taken than that
reload_gives_back() {
	devlink dev reload "$CARD"
	DEV=$(port_dev "$CARD" 0)
	expect "what is taken" "$(all_taken)" = "$1"
}

# restore_later: channels and rings of the netdev as they were
restore_later() {
	local rings channels

	rings=$(ethtool --json -g "$DEV" | jq -r '.[] | "rx \(.rx) tx \(.tx)"')
	channels=$(channels_now)
	# shellcheck disable=SC2086 # words
	defer ethtool -G "$DEV" $rings
	defer ethtool -L "$DEV" combined "$channels"
}

# A send queue for the stack and one for XDP, a receive queue, and a CQ for either side.
queues_of_a_netdev() {
	local before wqes cqes doorbells

	restore_later
	before=$(all_taken)
	wqes=$(all_wqes) doorbells=$(resource "$CARD" doorbells occ)
	ethtool -L "$DEV" combined 2
	ethtool -G "$DEV" rx 512 tx 256
	ip link set "$DEV" up
	defer ip link set "$DEV" down
	expect "WQEs" "$(all_wqes)" -eq $((wqes + 2 * (512 + 2 * 256)))
	expect "records" "$(resource "$CARD" doorbells occ)" -eq $((doorbells + 2 * 5))
	cqes=$(resource "$CARD" cqes occ)
	ethtool -G "$DEV" rx 2048
	expect "WQEs" "$(all_wqes)" -eq $((wqes + 2 * (2048 + 2 * 256)))
	[ "$(resource "$CARD" cqes occ)" -gt "$cqes" ] || fail "a larger queue takes no more CQEs"
	expect "records" "$(resource "$CARD" doorbells occ)" -eq $((doorbells + 2 * 5))
	ethtool -L "$DEV" combined 1
	expect "WQEs" "$(all_wqes)" -eq $((wqes + 2048 + 2 * 256))
	ip link set "$DEV" down
	expect "what is taken" "$(all_taken)" = "$before"
}

# of one of RC QPs
PEER_OF_GROUP=(local_ip 192.0.2.1 peer_ip 192.0.2.2 peer_mac 02:00:00:00:00:99 peer_qpn_base 1)

# with_group PARAMETER VALUE...: group 5 of a card that is a switch, until the test ends
with_group() {
	mode_set "$CARD" switchdev
	defer mode_set "$CARD" legacy
	group_add "$CARD" 5
	defer group_del "$CARD" 5
	group_set "$CARD" 5 "$@"
}

queues_of_a_group() {
	local wqes doorbells cqes inactive

	with_group qp_count 4 qp_wq_depth 64 "${PEER_OF_GROUP[@]}"
	inactive=$(all_taken)
	wqes=$(all_wqes) doorbells=$(resource "$CARD" doorbells occ)
	cqes=$(resource "$CARD" cqes occ)
	group_state "$CARD" 5 active
	expect "WQEs" "$(all_wqes)" -eq $((wqes + 4 * 2 * 64))
	expect "records" "$(resource "$CARD" doorbells occ)" -eq $((doorbells + 4 * 2 + 1))
	[ "$(resource "$CARD" cqes occ)" -gt "$cqes" ] || fail "a group takes no CQEs"
	group_state "$CARD" 5 inactive
	expect "what is taken" "$(all_taken)" = "$inactive"
	group_set "$CARD" 5 qp_type raw
	group_state "$CARD" 5 active
	expect "WQEs" "$(all_wqes)" -eq $((wqes + 4 * 64))
	group_state "$CARD" 5 inactive
	expect "what is taken" "$(all_taken)" = "$inactive"
}

# cqes_of COUNT: the CQ of group 5 has so many
cqes_of() {
	local before

	before=$(resource "$CARD" cqes occ)
	group_state "$CARD" 5 active
	expect "CQEs" "$(resource "$CARD" cqes occ)" -eq $((before + $1))
	group_state "$CARD" 5 inactive
}

# The CQ of a group has room for what may be posted and as much besides, as far as it can.
completions_of_a_group() {
	with_group qp_count 9 qp_wq_depth 1024 "${PEER_OF_GROUP[@]}"
	cqes_of 32768
	group_set "$CARD" 5 qp_count 33
	cqes_of 65536
	group_set "$CARD" 5 qp_type raw qp_count 64
	cqes_of 65536
}

# The device refuses a queue when others of the group are there.
refused_queues() {
	local inactive

	with_group qp_type raw qp_count 8
	inactive=$(all_taken)
	fault_command QP_CREATE 3
	group_state "$CARD" 5 active 2>/dev/null && fail "the group is active without a QP"
	expect "what is taken" "$(all_taken)" = "$inactive"
	fault_command CQ_CREATE
	group_state "$CARD" 5 active 2>/dev/null && fail "the group is active without a CQ"
	expect "what is taken" "$(all_taken)" = "$inactive"
}

# An open compute device: a domain, a queue of commands, and its CQ.
queues_of_a_context() {
	local file before wqes doorbells cqes asids first second

	file=$(compute_of "$CARD")
	before=$(all_taken)
	wqes=$(all_wqes) doorbells=$(resource "$CARD" doorbells occ)
	cqes=$(resource "$CARD" cqes occ) asids=$(resource "$CARD" asids occ)
	exec {first}<>"$file" {second}<>"$file"
	expect "domains" "$(resource "$CARD" asids occ)" -eq $((asids + 2))
	expect "WQEs" "$(all_wqes)" -eq $((wqes + 2 * 1024))
	expect "CQEs" "$(resource "$CARD" cqes occ)" -eq $((cqes + 2 * 1024))
	expect "records" "$(resource "$CARD" doorbells occ)" -eq $((doorbells + 2 * 2))
	exec {first}>&-
	expect "domains" "$(resource "$CARD" asids occ)" -eq $((asids + 1))
	exec {second}>&-
	expect "what is taken" "$(all_taken)" = "$before"
}

# A QP that the device does not give back keeps its memory, and is counted.
refused_destruction() {
	local before wqes

	before=$(all_taken)
	with_group qp_type raw qp_count 2 qp_wq_depth 64
	wqes=$(all_wqes)
	group_state "$CARD" 5 active
	fault_command QP_DESTROY
	group_state "$CARD" 5 inactive
	expect "WQEs" "$(all_wqes)" -eq $((wqes + 64))
	reload_gives_back "$before"
}

# taken_more NAME COUNT BEFORE: so many more of the card than all_taken() has told
taken_more() {
	local before

	before=$(awk -v name="$1" '$1 == name { print $2 }' <<<"$3" | head -n 1)
	expect "$1" "$(resource "$CARD" "$1" occ)" -eq $((before + $2))
}

# pools: of $DEV
pools() {
	"$TREE/selftests/lib/pagepools.py" "$DEV" | cut -d " " -f 2
}

# new_queues_keep OPCODE CQS DOORBELLS BEFORE: the device refuses OPCODE once when the netdev
# gives its queues back; so many more are taken then, and a pool, since the first time
new_queues_keep() {
	fault_command "$1"
	ethtool -G "$DEV" rx 512 tx 256
	ethtool -G "$DEV" rx 512 tx 512
	taken_more cqs "$2" "$4"
	taken_more doorbells "$3" "$4"
	expect "pools" "$(pools)" -eq 3
}

# Nor does a queue of a netdev lose its memory while the device may use it: rings, records,
# CQs, and the pool whose pages it may fill. The other queue is given back.
refused_queue_destruction() {
	local before running

	before=$(all_taken)
	restore_later
	ethtool -L "$DEV" combined 2
	ip link set "$DEV" up
	defer ip link set "$DEV" down
	running=$(all_taken)
	expect "pools" "$(pools)" -eq 2
	new_queues_keep QP_DESTROY 2 5 "$running"
	new_queues_keep CQ_DESTROY 3 6 "$running"
	dmesg | grep -q "QP .* can't be destroyed (-5): reload the device" || fail "not said"
	dmesg | grep -q "CQ .* can't be destroyed (-5): reload the device" || fail "not said"
	ip link set "$DEV" down
	reload_gives_back "$before"
}

# unanswered OPCODE: the next one is done all the same
unanswered() {
	fault "\"kind\": \"command\", \"card\": 0, \"opcode\": \"$1\", \"status\": \"unheard\""
}

# device_qps: that it has, as it says itself
device_qps() {
	model '{"cmd": "stats", "card": 0}' | jq .qps
}

# Queues of a netdev, until the test ends, of a card that does not recover by itself. What is
# taken $before and while they are $running, and the device's $qps.
queues_run() {
	before=$(all_taken)
	restore_later
	devlink health set "$CARD" reporter fw auto_recover false
	defer devlink health set "$CARD" reporter fw auto_recover true
	ip link set "$DEV" up
	defer ip link set "$DEV" down
	running=$(all_taken) qps=$(device_qps)
}

# The device may use what it made and did not tell of: a QP is taken back, a CQ, of which
# nobody knows the number, keeps its memory.
creation_without_answer() {
	local before running qps

	queues_run
	unanswered QP_CREATE
	expect_fail ethtool -G "$DEV" rx 512 tx 256
	expect "what is taken" "$(all_taken)" = "$running"
	expect "QPs" "$(device_qps)" -eq "$qps"
	unanswered CQ_CREATE
	expect_fail ethtool -G "$DEV" rx 512 tx 256
	taken_more doorbells 1 "$running"
	expect "QPs" "$(device_qps)" -eq "$qps"
	devlink health recover "$CARD" reporter fw
	ip link set "$DEV" down
	reload_gives_back "$before"
}

# It does not give back what it made and did not tell of, and is asked once: the queue is kept.
creation_that_stays() {
	local before running qps

	queues_run
	unanswered QP_CREATE
	fault_command QP_DESTROY
	dmesg -C
	expect_fail ethtool -G "$DEV" rx 512 tx 256
	taken_more cqs 2 "$running"
	taken_more doorbells 5 "$running"
	expect "QPs" "$(device_qps)" -eq $((qps + 1))
	expect "times it was said" "$(dmesg | grep -c "QP .* can't be destroyed")" -eq 1
	devlink health recover "$CARD" reporter fw
	ip link set "$DEV" down
	reload_gives_back "$before"
}

# Nor does the event queue lose its memory, when it is given up and when it was made unheard.
event_queue_that_stays() {
	local before

	before=$(all_taken)
	dmesg -C
	fault_command EQ_DESTROY
	reset_card "$CARD"
	taken_more doorbells 1 "$before"
	dmesg | grep -q "the event queue can't be destroyed (-5): reload the device" ||
		fail "not said"
	devlink dev reload "$CARD"
	expect "what is taken" "$(all_taken)" = "$before"
	unanswered EQ_CREATE
	fault_command EQ_DESTROY 1
	dmesg -C
	reset_card "$CARD"
	dmesg | grep -q "the event queue can't be destroyed" || fail "not said"
	reload_gives_back "$before"
}

# A compute queue keeps its ring, and its CQ with it.
refused_context_destruction() {
	local file before running

	file=$(compute_of "$CARD")
	before=$(all_taken)
	exec {context}<>"$file"
	running=$(all_taken)
	fault_command QP_DESTROY
	exec {context}>&-
	taken_more cqs 0 "$running"
	taken_more doorbells 0 "$running"
	reload_gives_back "$before"
}

# What a reload makes anew counts from the start.
reload_counts_anew() {
	local before

	before=$(all_taken)
	ip link set "$DEV" up
	devlink dev reload "$CARD"
	DEV=$(port_dev "$CARD" 0)
	ip link set "$DEV" down
	expect "what is taken" "$(all_taken)" = "$before"
}

need_cards 2
DEV=$(port_dev "$CARD" 0)
guest_main port_qps port_resources sizes_are_the_contracts queues_of_a_netdev queues_of_a_group \
	completions_of_a_group refused_queues queues_of_a_context refused_destruction \
	refused_queue_destruction refused_context_destruction creation_without_answer \
	creation_that_stays event_queue_that_stays reload_counts_anew
