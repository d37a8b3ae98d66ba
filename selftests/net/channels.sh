#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Channels that only receive or only send, beside combined ones. Topology: lib/guest.sh.
# Kernels: one

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/counted.sh"
. "$(dirname "$0")/../lib/flows.sh"
. "$(dirname "$0")/../lib/frames.sh"
. "$(dirname "$0")/../lib/rate.sh"
. "$(dirname "$0")/../lib/xdp.sh"

QUEUES=$TREE/selftests/lib/netqueues.py
QSTATS=$TREE/selftests/lib/qstats.py

as_it_was() {
	ethtool -L "$DEV" combined 2 rx 0 tx 0
}

# split COMBINED RX TX: until the test ends
split() {
	ethtool -L "$DEV" combined "$1" rx "$2" tx "$3" || fail "can't set $*"
	defer as_it_was
}

# told COUNT...: what ethtool says, of combined, rx, tx
told() {
	ethtool -l "$DEV" | awk '/^Current/ { now = 1 }
		now && /^RX:/ { rx = $2 } now && /^TX:/ { tx = $2 }
		now && /^Combined:/ { print $2, rx, tx }'
}

# numbered KIND COUNT: a line a queue
numbered() {
	local i

	for ((i = 0; i < $2; i++)); do
		echo "$1 $i"
	done
}

# queues_are RX TX: in sysfs, for the stack, and with a NAPI instance
queues_are() {
	local dir=/sys/class/net/$DEV/queues

	expect "rx queues" "$(find "$dir/" -name 'rx-*' | wc -l)" -eq "$1"
	expect "tx queues" "$(find "$dir/" -name 'tx-*' | wc -l)" -eq "$2"
	expect "queues with NAPI" "$("$QUEUES" "$DEV")" = "$(numbered rx "$1"; numbered tx "$2")"
}

# table: the rings of the indirection table
table() {
	ethtool -x "$DEV" |
		awk '/^ *[0-9]+:/ { for (i = 2; i <= NF; i++) print $i }' | sort -nu | xargs
}

# resource NAME: how many the card and the port have in use
resource() {
	local card

	card=$(own_card)
	for card in "$card" "$(eth_of "$card")"; do
		devlink -j resource show "$card" |
			jq -r ".resources[][] | select(.name == \"$1\") | .occ // empty"
	done
}

# packets KIND QUEUE
packets() {
	"$QSTATS" "$DEV" | awk -v kind="$1" -v queue="$2" '$1 == kind && $2 == queue { print $3 }'
}

# steer QUEUE: datagrams to port 7000 + QUEUE arrive there, until the test ends, or unsteer
steer() {
	ethtool -N "$DEV" flow-type udp4 dst-port $((7000 + $1)) action "$1" loc "$1"
	defer unsteer "$1"
}

unsteer() {
	ethtool -N "$DEV" delete "$1"
}

# From the fewest to the most of each kind, under way and with the port down.
limits_walk() {
	local combined rx tx before

	defer as_it_was
	while read -r combined rx tx; do
		before=$(stat "$DEV" rx_packets)
		ethtool -L "$DEV" combined "$combined" rx "$rx" tx "$tx" ||
			fail "can't set $combined $rx $tx"
		expect "counts" "$(told)" = "$combined $rx $tx"
		queues_are $((combined + rx)) $((combined + tx))
		expect "rings in the table" "$(table | wc -w)" -eq $((combined + rx))
		ping_works
		expect "received" "$(stat "$DEV" rx_packets)" -gt "$before"
		carrier_up || fail "$combined $rx $tx lost the link"
	done <<-END
		1 1 0
		1 0 1
		2 2 0
		2 0 2
		1 65 0
		1 0 65
		65 0 1
		66 0 0
		1 3 0
		3 1 0
	END
	ip link set "$DEV" down
	defer ip link set "$DEV" up
	ethtool -L "$DEV" combined 2 rx 0 tx 1
	expect "counts of a port that is down" "$(told)" = "2 0 1"
	ip link set "$DEV" up
	wait_for 10 carrier_up
	queues_are 2 3
	ping_works
}

# pools_are COUNT: a pool ends when its last page has come back
pools_are() {
	[ "$("$TREE/selftests/lib/pagepools.py" "$DEV" | cut -d " " -f 2)" -eq "$1" ]
}

# What a direction costs that is not there: a CQ and buffers, or half of two QPs.
costs_half() {
	local cqs qps

	split 4 0 0
	cqs=$(resource cqs)
	qps=$(resource qps)
	ethtool -L "$DEV" combined 2 rx 2
	expect "CQs with receive channels" "$(resource cqs)" -eq "$cqs"
	expect "QPs with receive channels" "$(resource qps)" -eq $((qps - 2))
	ethtool -L "$DEV" combined 2 rx 0 tx 2
	expect "CQs with transmit channels" "$(resource cqs)" -eq $((cqs - 2))
	expect "QPs with transmit channels" "$(resource qps)" -eq $((qps - 2))
	wait_for 10 pools_are 2
	ethtool -L "$DEV" combined 4 tx 0
	expect "CQs again" "$(resource cqs)" -eq "$cqs"
	expect "QPs again" "$(resource qps)" -eq "$qps"
}

refusals() {
	split 2 0 0
	expect_logged "there are receive or transmit ones, not both" \
		ethtool -L "$DEV" combined 2 rx 1 tx 1
	expect_logged "there are receive or transmit ones, not both" \
		ethtool -L "$DEV" combined 0 rx 2 tx 2
	expect_logged "at most 66 channels" ethtool -L "$DEV" combined 60 rx 7
	expect_logged "at most 66 channels" ethtool -L "$DEV" combined 60 tx 7
	expect_refused "exceeds maximum" ethtool -L "$DEV" combined 1 rx 66
	expect_refused "exceeds maximum" ethtool -L "$DEV" combined 1 tx 66
	expect_refused "no RX or TX channel" ethtool -L "$DEV" combined 0 rx 2
	expect_refused "no RX or TX channel" ethtool -L "$DEV" combined 0 tx 2
	expect "counts" "$(told)" = "2 0 0"
	ethtool -L "$DEV" rx 2
	ethtool -X "$DEV" equal 4
	defer ethtool -X "$DEV" default
	expect_refused "too low for existing indirection table" ethtool -L "$DEV" rx 0 tx 2
	ethtool -X "$DEV" default
	steer 3
	expect_refused "too low for existing ntuple filter" ethtool -L "$DEV" rx 0 tx 2
	unsteer 3
	ethtool -L "$DEV" rx 0 tx 2
	expect_logged "rule: rings are 0 to 1" \
		ethtool -N "$DEV" flow-type udp4 dst-port 7003 action 3
	expect "counts" "$(told)" = "2 0 2"
	tc qdisc replace dev "$DEV" root handle 100: mqprio num_tc 2 map 0 1 0 0 0 0 0 0 \
		0 0 0 0 0 0 0 0 queues 3@0 1@3 hw 1
	defer tc qdisc del dev "$DEV" root
	expect_logged "class 0 of mqprio has queue 2" ethtool -L "$DEV" tx 0 rx 2
	ping_works
}

# What they get goes up, by rule and by hash; the stack does not send there.
receive_channels_receive() {
	local queue before

	split 2 2 0
	expect "queues" "$(busy 200 src=1)" = "0 1 2 3"
	for queue in 2 3; do
		steer $queue
		before=$(packets rx $queue)
		frames 20 dport=$((7000 + queue))
		expect "received by $queue" "$(packets rx $queue)" -ge $((before + 20))
		expect "tx queue $queue" "$(packets tx $queue)" = ""
	done
	ping_works
}

# processors QUEUE: those that send by it (XPS), as bits
processors() {
	echo $((0x$(cat "/sys/class/net/$DEV/queues/tx-$1/xps_cpus")))
}

# What the stack sends there leaves; nothing comes to them.
transmit_channels_send() {
	local queue before

	split 1 1 0
	expect "processors of the only one" "$(processors 0)" -eq $(((1 << $(nproc)) - 1))
	ethtool -L "$DEV" combined 1 rx 0 tx 1
	expect "processors of two" $(($(processors 0) + $(processors 1))) -eq $(((1 << $(nproc)) - 1))
	expect "those of the first" "$(processors 0)" -ne $(((1 << $(nproc)) - 1))
	split 2 0 2
	expect "queues" "$(busy 200 src=1)" = "0 1"
	for queue in 2 3; do
		use_queue $queue
		before=$(packets tx $queue)
		ping_works
		expect "sent by $queue" "$(packets tx $queue)" -ge $((before + 3))
		expect "rx queue $queue" "$(packets rx $queue)" = ""
	done
	echo 8 >"/sys/class/net/$DEV/queues/tx-3/tx_maxrate"
	defer sh -c "echo 0 >/sys/class/net/$DEV/queues/tx-3/tx_maxrate"
	slow "transmit channel"
}

# sent_back QUEUE: test frames that come to it
sent_back() {
	local before

	ethtool -N "$DEV" flow-type ether proto 0x88b5 action "$1" loc 9
	defer ethtool -N "$DEV" delete 9
	before=$(packets rx "$1")
	exchange 60 60
	exchange 1514 1514
	expect "received by $1" "$(packets rx "$1")" -ge $((before + 10))
	ethtool -N "$DEV" delete 9
}

# A channel without a transmit queue has that of XDP: its frames go back by it.
programs_send_back() {
	split 2 2 0
	attach "$SHAPE" xdp_echo
	sent_back 1
	sent_back 2
	sent_back 3
	ethtool -L "$DEV" combined 1 rx 3
	sent_back 1
	ethtool -L "$DEV" combined 1 rx 0 tx 3
	sent_back 0
	ethtool -L "$DEV" combined 2 rx 2 tx 0
	sent_back 3
	ping_works
}

# A pool wants both; where one is bound no direction can go. Copies need none.
pools_need_both() {
	split 2 2 0
	xsk_fails "Operation not supported" -q 2
	log_says "queue 2 only receives: a pool needs both"
	xsk -q 1
	expect_refused "AF_XDP" ethtool -L "$DEV" combined 1 rx 3
	xsk_stop
	xsk -c -q 2
	ping_works
	xsk_stop
	ethtool -L "$DEV" rx 0 tx 2
	xsk_fails "Operation not supported" -q 3
	log_says "queue 3 only sends: a pool needs both"
}

# All changes of what channels do
directions() {
	local combined rx tx

	while read -r combined rx tx; do
		queue_limits "$DEV" 1000000
		step ethtool -L "$DEV" combined "$combined" rx "$rx" tx "$tx"
	done <<-END
		2 2 0
		2 0 2
		4 0 0
		1 3 0
		4 0 0
		1 0 3
		2 2 0
		1 1 0
		1 0 5
		1 2 0
		2 0 0
	END
}

limits_as_they_were() {
	ethtool -L "$DEV" combined 8 rx 0 tx 0
	queue_limits "$DEV" 0
	as_it_was
}

directions_cost_nothing() {
	keep_settings
	defer limits_as_they_were
	loses_nothing directions
}

# settings_while RX TX: beside two combined ones
settings_while() {
	local rx=$1 tx=$2 eth reporter

	eth=$(eth_of "$(own_card)")
	step ethtool -L "$DEV" combined 2 rx "$rx" tx "$tx"
	step ethtool -G "$DEV" rx 128 tx 128
	step ethtool -G "$DEV" rx 512 tx 512
	step ethtool -G "$DEV" tcp-data-split on
	step ethtool -G "$DEV" tcp-data-split off
	step ethtool -C "$DEV" rx-usecs 40 tx-usecs 50
	step ethtool -C "$DEV" adaptive-rx on adaptive-tx on
	step ethtool -Q "$DEV" queue_mask 0x8 --coalesce rx-usecs 20 tx-usecs 30
	step ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
	step ip link set dev "$DEV" xdpdrv off
	step ip link set "$DEV" mtu 9600
	step ethtool -K "$DEV" rx-gro-hw on
	step ethtool -K "$DEV" rx-gro-hw off
	for reporter in tx rx; do
		expect "queues of reporter $reporter" \
			"$(devlink -j health diagnose "$eth" reporter $reporter | jq '.queues | length')" \
			-eq $((2 + ${!reporter}))
		step devlink health recover "$eth" reporter $reporter
	done
}

# settings_change_with RX TX: beside two combined ones
settings_change_with() {
	keep_settings
	defer as_it_was
	defer ethtool -C "$DEV" adaptive-rx off adaptive-tx off
	loses_nothing settings_while "$1" "$2"
	queues_are $((2 + $1)) $((2 + $2))
}

settings_change_with_receive_channels() {
	settings_change_with 2 0
}

settings_change_with_transmit_channels() {
	settings_change_with 0 2
}

# The card starts again, and a queue fails: what channels do stays.
faults_change_nothing() {
	local way

	for way in "2 2 0" "2 0 2"; do
		# shellcheck disable=SC2086 # three words
		split $way
		reset_device
		expect "counts after a reset" "$(told)" = "$way"
		ping_works
		ip link set "$DEV" down
		ip link set "$DEV" up
		wait_for 10 carrier_up
		ping_works
		expect "counts after down and up" "$(told)" = "$way"
	done
}

# all_told: what is as before when a change is refused
all_told() {
	told
	table
	resource cqs
	resource qps
}

# refused OPCODE SKIP COUNTS: the device refuses once, and all is as before, $BEFORE
refused() {
	fault_command "$1" "$2"
	# shellcheck disable=SC2086 # three words
	set -- "$1" "$2" $3
	if ethtool -L "$DEV" combined "$3" rx "$4" tx "$5" 2>/dev/null; then
		fail "$1 $2: succeeded, must not: $3 $4 $5"
	fi
	fault_clear
	expect "after $1 $2 with $3 $4 $5" "$(all_told)" = "$BEFORE"
	sleep "$COUNTED_STEP"
}

directions_refused() {
	local way BEFORE

	BEFORE=$(all_told)
	for way in "2 2 0" "2 0 2"; do
		refused CQ_CREATE 5 "$way"
		refused QP_CREATE 4 "$way"
		refused QP_MOVE 0 "$way"
	done
	refused QP_MOVE 2 "2 2 0"
	refused VPORT_QUEUES 0 "2 0 2"
	ethtool -L "$DEV" combined 1 rx 3
	BEFORE=$(all_told)
	refused QP_MOVE 0 "1 0 3"
	refused QP_MOVE 2 "4 0 0"
	ethtool -L "$DEV" combined 1 rx 0 tx 3
	BEFORE=$(all_told)
	refused VPORT_QUEUES 0 "1 3 0"
	refused RSS_CONTEXT 0 "4 0 0"
	ethtool -L "$DEV" combined 4 tx 0
}

directions_can_be_refused() {
	keep_settings
	split 4 0 0
	loses_nothing directions_refused
}

# send_queues: that reporter tx knows
send_queues() {
	devlink -j health diagnose "$(eth_of "$(own_card)")" reporter tx | jq '.queues | length'
}

# moves_fail SKIP COUNT: so many exchanges of a queue, behind SKIP that do not
moves_fail() {
	local how='"kind": "command", "card": 0, "status": "INTERNAL", "opcode": "QP_MOVE"'

	fault "$how, \"skip\": $1, \"count\": $2"
}

# The device refuses a queue, and then to take the old one back: nobody chooses a direction that
# a channel has not, until the next change.
way_back_is_refused() {
	split 4 0 0
	moves_fail 3 2
	expect_logged "4 queues receive and 2 send" ethtool -L "$DEV" combined 2 rx 2
	fault_clear
	queues_are 4 2
	expect "send queues" "$(send_queues)" -eq 2
	ping_works
	ethtool -G "$DEV" tx 256
	defer ethtool -G "$DEV" tx 512
	queues_are 4 4
	ethtool -L "$DEV" combined 2 tx 2
	fault_command VPORT_QUEUES
	moves_fail 2 1
	expect_logged "no new queues: the device refuses" ethtool -L "$DEV" tx 0 rx 2
	fault_clear
	queues_are 2 4
	expect "send queues" "$(send_queues)" -eq 4
	ping_works
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 10 carrier_up
	queues_are 2 4
	expect "send queues" "$(send_queues)" -eq 4
	ping_works
}

topology_up
ethtool -L "$DEV" combined 2
flows_start
trap 'server_stop; topology_down' EXIT
guest_main limits_walk costs_half refusals receive_channels_receive transmit_channels_send \
	programs_send_back pools_need_both directions_cost_nothing \
	settings_change_with_receive_channels settings_change_with_transmit_channels \
	faults_change_nothing directions_can_be_refused way_back_is_refused
