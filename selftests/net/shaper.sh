#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Net shapers: limits of a queue, of a node and of the port, and weights, kept over
# all that makes queues anew, and gone with the queue.

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/rate.sh"
. "$(dirname "$0")/../lib/frames.sh"

ECHO=$TREE/build/selftests/xdp/shape.bpf.o

# shaper COMMAND "SCOPE" [ARG...]: of $DEV
shaper() {
	local command=$1 scope=$2

	shift 2
	# shellcheck disable=SC2086 # words
	netshaper "$command" dev "$DEV" handle scope $scope "$@" 2>&1
}

# limit SCOPE RATE: until the test ends
limit() {
	shaper set "$1" bw-max "$2"
	defer shaper delete "$1"
}

# limit_is SCOPE RATE: none with ""
limit_is() {
	local now

	now=$(shaper show "$1" | sed -n 's/.*bw-max \([^ ]*\).*/\1/p')
	[ "$now" = "$2" ] || fail "limit of $1 is '$now', not '$2'"
}

# group [ARG...]: queues 0 and 1 below a new node, whose id is printed
group() {
	netshaper group dev "$DEV" handle scope node "$@" \
		leaves scope queue id 0 weight 1 scope queue id 1 weight 1 |
		sed -n 's/.*scope node id \([0-9]*\).*/\1/p'
}

ungroup() {
	shaper delete "queue id 0"
	shaper delete "queue id 1"
}

# Queues 0 and 1 send a megabyte each at once; milliseconds until the last is there.
together() {
	local begin other

	use_queue 0
	use_queue 1 5562
	begin=$(date +%s%N)
	takes 5562 >/tmp/shaper.other &
	other=$!
	takes 5561 >/dev/null
	wait $other
	TOGETHER=$((($(date +%s%N) - begin) / 1000000))
	note "two queues: $TOGETHER ms"
}

# Queues 0 and 1 send without an end.
flows() {
	local port

	use_queue 0
	use_queue 1 5562
	for port in 5561 5562; do
		rm -f "/tmp/shaper.$port"	# what a test before left is not of this one
		peer_background socat -u "TCP4-LISTEN:$port,reuseaddr" "CREATE:/tmp/shaper.$port"
		wait_for 5 peer_listens t "$port"
		background socat -u OPEN:/dev/zero "TCP4:192.0.2.2:$port"
		wait_for 10 sh -c "[ \$(wc -c </tmp/shaper.$port) -gt 100000 ]"
	done
}

# What comes of both from now on, until both have so much: octets into $FIRST, $SECOND.
measure() {
	local first second

	first=$(wc -c </tmp/shaper.5561) second=$(wc -c </tmp/shaper.5562)
	wait_for 30 sh -c "[ \$(wc -c </tmp/shaper.5561) -gt $((first + 200000)) ] &&
		[ \$(wc -c </tmp/shaper.5562) -gt $((second + 200000)) ]"
	FIRST=$(($(wc -c </tmp/shaper.5561) - first))
	SECOND=$(($(wc -c </tmp/shaper.5562) - second))
	note "octets of queue 0: $FIRST, of queue 1: $SECOND"
}

limit_weight() {
	shaper set "queue id $1" weight "$2"
	defer shaper delete "queue id $1"
}

weights() {
	limit netdev 4mbit	# so that a busy machine keeps both queues full
	flows
	limit_weight 0 1
	limit_weight 1 8
	measure
	expect "octets of queue 1" $SECOND -gt $((FIRST * 2))
	shaper set "queue id 0" weight 8
	shaper set "queue id 1" weight 1
	measure
	expect "octets of queue 0" $FIRST -gt $((SECOND * 2))
}

of_a_node() {
	local id

	id=$(group bw-max 8mbit)
	defer ungroup
	expect "a node" "$id" -ge 0
	together
	expect "two queues: ms" "$TOGETHER" -ge 1900
	shaper delete "queue id 1"
	expect "queue 0: ms" "$(takes)" -ge 950
	use_queue 1
	fast "queue 1 is out of it"
	shaper delete "queue id 0"
	use_queue 0
	fast "without"
	expect_fail shaper show "node id $id"
}

node_survives() {
	local id

	use_queue 0
	id=$(group bw-max 8mbit)
	defer ungroup
	slow_over_new_queues shaper set "node id $id" bw-max 4mbit
	reset_device
	expect "after a reset: ms" "$(takes)" -ge 1900
}

# The node is forgotten with the last queue below it.
node_goes_with_its_queues() {
	local id

	ethtool -L "$DEV" combined 2
	id=$(netshaper group dev "$DEV" handle scope node bw-max 8mbit \
		leaves scope queue id 1 weight 1 | sed -n 's/.*scope node id \([0-9]*\).*/\1/p')
	shaper show "node id $id" | grep -q "bw-max 8Mbit" || fail "node '$id' has no limit"
	ethtool -L "$DEV" combined 1
	ethtool -L "$DEV" combined 2
	expect_fail shaper show "node id $id"
	use_queue 1
	fast "no limit"
}

# A group that the device refuses in part leaves all as it was.
group_is_whole() {
	fault_command QP_SCHED
	expect_refused "" netshaper group dev "$DEV" handle scope node bw-max 8mbit \
		leaves scope queue id 0 weight 1
	fault_command SCHED_NODE
	expect_refused "" netshaper group dev "$DEV" handle scope node bw-max 8mbit \
		leaves scope queue id 0 weight 1
	use_queue 0
	fast "no limit"
	shaper set "queue id 0" bw-max 100mbit weight 2
	defer shaper delete "queue id 0"
	fault_command QP_SCHED
	expect_refused "" shaper set "queue id 0" bw-max 4mbit weight 3
	limit_is "queue id 0" 100Mbit
	fast "no limit"
}

of_one_queue() {
	use_queue 1
	limit "queue id 1" 8mbit
	slow "with a limit"
	use_queue 0
	fast "another queue"
	use_queue 1
	shaper set "queue id 1" bw-max 1gbit
	fast "another limit"
	shaper set "queue id 1" bw-max 8mbit
	shaper delete "queue id 1"
	fast "without"
}

# Two queues have it together.
of_the_port() {
	use_queue 0
	limit netdev 8mbit
	slow "one queue"
	together
	expect "two queues: ms" "$TOGETHER" -ge 1950
	shaper delete netdev
	fast "without"
}

# Milliseconds that 40 frames of 1000 octets take, one after the other, to an XDP
# program that sends them back.
echoes() {
	local begin

	begin=$(date +%s%N)
	exchange 1000 1000 0 40
	echo $((($(date +%s%N) - begin) / 1000000))
}

# XDP has queues of its own, which belong to the port as well.
of_xdp() {
	local ms try

	ip link set dev "$DEV" xdpdrv object "$ECHO" program xdp_echo
	defer ip link set dev "$DEV" xdpdrv off
	limit netdev 60kbit
	ms=$(echoes)
	note "with a limit of 60 kbit/s: $ms ms"
	expect "ms" "$ms" -ge 4900
	shaper delete netdev
	for try in 1 2 3 4 5; do
		ms=$(echoes)
		note "without: $ms ms"
		[ "$ms" -ge 4900 ] || return 0
	done
	fail "always slow, $try times"
}

# The smaller one counts.
of_both() {
	use_queue 0
	limit netdev 1gbit
	limit "queue id 0" 8mbit
	slow "the queue's"
	shaper set netdev bw-max 8mbit
	shaper set "queue id 0" bw-max 1gbit
	slow "the port's"
}

survives() {
	local scope=$1

	use_queue 0
	limit "$scope" 8mbit
	slow_over_new_queues shaper set "$scope" bw-max 4mbit
}

queue_limit_survives() {
	survives "queue id 0"
}

port_limit_survives() {
	survives netdev
}

both_survive_a_reset() {
	use_queue 0
	limit netdev 4mbit
	limit "queue id 0" 8mbit
	reset_device
	expect "the port's: ms" "$(takes)" -ge 1900
	shaper set netdev bw-max 1gbit
	slow "the queue's"
}

goes_with_its_queue() {
	ethtool -L "$DEV" combined 2
	use_queue 1
	limit "queue id 1" 8mbit
	ethtool -L "$DEV" combined 1
	ethtool -L "$DEV" combined 2
	limit_is "queue id 1" ""
	fast "no limit"
}

# channel COMBINED RX TX
channel() {
	ethtool -L "$DEV" combined "$1" rx "$2" tx "$3"
}

# A queue that goes on sending keeps its shaper, whatever else its channel does; when it
# only receives the shaper is gone.
of_a_channel_that_only_sends() {
	channel 2 0 0
	defer channel 2 0 0
	use_queue 1
	limit "queue id 1" 8mbit
	channel 1 0 1
	limit_is "queue id 1" 8Mbit
	slow "it only sends"
	shaper delete "queue id 1"
	fast "without"
	shaper set "queue id 1" bw-max 8mbit weight 3
	channel 1 1 0
	expect_refused "" shaper set "queue id 1" bw-max 8mbit
	limit_is "queue id 1" ""
	channel 1 0 1
	limit_is "queue id 1" ""
	fast "it came back"
}

# The device refuses what comes last: the kernel has not forgotten the shaper of a queue that
# was to go, whether it receives as well or not.
refused_change_leaves_shapers() {
	channel 4 0 0
	defer channel 2 0 0
	use_queue 3
	limit "queue id 3" 8mbit
	fault_command QP_MOVE 3
	expect_fail channel 2 2 0
	fault_clear
	limit_is "queue id 3" 8Mbit
	slow "it receives, too"
	channel 1 0 3
	fault_command VPORT_QUEUES
	expect_fail channel 1 3 0
	fault_clear
	limit_is "queue id 3" 8Mbit
	slow "it only sends"
}

# The device does not even take the old queue back: it does not send until the next change, and
# has no limit then that nobody sees.
way_back_refused_leaves_no_limit() {
	local how='"kind": "command", "card": 0, "status": "INTERNAL", "opcode": "QP_MOVE"'

	channel 4 0 0
	defer channel 2 0 0
	use_queue 3
	limit "queue id 3" 8mbit
	limit "queue id 0" 1gbit
	fault "$how, \"skip\": 3, \"count\": 2"
	expect_fail channel 2 2 0
	fault_clear
	limit_is "queue id 3" ""
	ethtool -G "$DEV" tx 256
	defer ethtool -G "$DEV" tx 512
	fast "of a queue that did not send for a while"
	limit_is "queue id 0" 1Gbit
	shaper set "queue id 3" bw-max 8mbit
	slow "another shaper"
	limit_is "queue id 3" 8Mbit
}

# A queue that waits for its time is not one that has failed.
waits_in_peace() {
	local before came

	before=$(ethtool_stat "$DEV" queue_resets)
	use_queue 0
	limit "queue id 0" 4kbit
	peer_background socat -u UDP4-RECV:5563 CREATE:/tmp/shaper.udp
	wait_for 5 peer_listens u 5563
	head -c 28000 /dev/zero | socat -u -b 1400 - UDP4-SENDTO:192.0.2.2:5563
	sleep 9
	expect "resets" "$(ethtool_stat "$DEV" queue_resets)" -eq "$before"
	came=$(wc -c </tmp/shaper.udp)
	expect "octets that came" "$came" -lt 14000
	shaper set "queue id 0" bw-max 1gbit
	# not all of it: the qdisc may give up what has waited for so long
	wait_for 10 sh -c "[ \$(wc -c </tmp/shaper.udp) -gt $came ]"
	wait_for 5 ping_works
	expect "resets" "$(ethtool_stat "$DEV" queue_resets)" -eq "$before"
}

refusals() {
	limit "queue id 0" 100mbit
	limit netdev 200mbit
	expect_refused "from 1000 to 1000000000000 bit/s" shaper set netdev bw-max 999
	expect_refused "from 1000 to 1000000000000 bit/s" shaper set "queue id 0" bw-max 1001gbit
	expect_refused "" shaper set "queue id 0" bw-min 1mbit bw-max 10mbit
	expect_refused "weight is at most 255" shaper set "queue id 0" bw-max 100mbit weight 256
	expect_refused "" shaper set netdev bw-max 200mbit weight 2
	expect_refused "" shaper set "queue id 99" bw-max 1mbit
	expect_refused "" shaper set "node id 0" bw-max 1mbit
	fault_command QP_RATE
	expect_refused "" shaper set "queue id 0" bw-max 50mbit
	fault_command PORT_RATE
	expect_refused "" shaper set netdev bw-max 50mbit
	limit_is "queue id 0" 100Mbit
	limit_is netdev 200Mbit
	ping_works
}

# The device has one limit for both.
not_beside_tx_maxrate() {
	local maxrate=/sys/class/net/$DEV/queues/tx-0/tx_maxrate

	echo 50 >"$maxrate"
	expect_refused "limited by its tx_maxrate" shaper set "queue id 0" bw-max 10mbit
	echo 0 >"$maxrate"
	limit "queue id 0" 10mbit
	expect_fail sh -c "echo 50 >$maxrate"
	expect "tx_maxrate" "$(cat "$maxrate")" -eq 0
}

topology_up
trap topology_down EXIT
genl ctrl list | grep -q net-shaper || skip "this kernel has no net shapers"
guest_main of_one_queue of_the_port of_xdp of_both queue_limit_survives port_limit_survives \
	both_survive_a_reset goes_with_its_queue of_a_channel_that_only_sends \
	refused_change_leaves_shapers way_back_refused_leaves_no_limit waits_in_peace refusals not_beside_tx_maxrate \
	weights of_a_node node_survives node_goes_with_its_queues group_is_whole
