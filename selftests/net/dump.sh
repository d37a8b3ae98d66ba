#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ethtool -w: what a dump of a port has is what the other tools say, at any time, and what is
# not whole is not given (Documentation/dump.rst). Topology: lib/guest.sh.
# Kernels: one

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/stream.sh"

DUMP=/tmp/gnic.dump
RUNNING=/tmp/gnic.dump.json

# taken [FLAG]: a dump of $DEV, as JSON
taken() {
	[ $# -eq 0 ] || ethtool -W "$DEV" "$1"
	ethtool -w "$DEV" data $DUMP
	"$TREE/selftests/lib/dump.py" $DUMP >$RUNNING
}

# in_dump JQ: of it
in_dump() {
	jq -r "$1" $RUNNING
}

# flag_is FLAG: says -w, and the rest of it is true
flag_is() {
	[[ $(ethtool -w "$DEV") == "flag: $1, version: 1, length: $(in_dump .len)" ]] ||
		fail "$1: $(ethtool -w "$DEV"), length of the dump: $(in_dump .len)"
}

default_flag() {
	defer ethtool -W "$DEV" 3
}

# What was asked for is there, and no more.
flags() {
	local flag

	default_flag
	taken
	flag_is 3
	for flag in 0 1 2 4 8 6 11 15; do
		taken "$flag"
		flag_is "$flag"
		expect "flag" "$(in_dump .flag)" -eq "$flag"
		expect "parts" "$(in_dump '[.registers, .port_state, (.queues | length > 0),
			(.rings | length > 0), .trace] | map(if . then 1 else 0 end) | join("")')" = \
			"1$((flag & 1))$((flag >> 1 & 1))$((flag >> 2 & 1))$((flag >> 3 & 1))"
	done
}

# What is no sum of them changes nothing.
refused() {
	local flag

	ethtool -W "$DEV" 2
	default_flag
	for flag in 16 17 0x80000000 0xffffffff; do
		expect_refused "Invalid argument" ethtool -W "$DEV" $flag
	done
	taken
	flag_is 2
}

# steady: lines of offset and value, but for the indices of the mailbox
steady() {
	grep -v '^ 0000011[04] ' | sort
}

registers() {
	local offset value

	default_flag
	taken 0
	in_dump '.registers | to_entries[] | "\(.key) \(.value)"' |
		while read -r offset value; do
			printf ' %08x %08x\n' "$offset" "$value"
		done | steady >$DUMP.registers
	expect "registers" "$(wc -l <$DUMP.registers)" -ge 15
	diff <(ethtool -d "$DEV" raw on | od -An -v -tx4 -w8 | steady) $DUMP.registers ||
		fail "-d says something else"
}

# of_mac NAME: as -S counts it
of_mac() {
	ethtool -I --json -S "$DEV" --groups eth-mac | jq ".[].\"eth-mac\".$1"
}

# Between what it was before and behind.
port() {
	local before

	default_flag
	before=$(of_mac FramesReceivedOK)
	ping_works
	taken 1
	expect "frames" "$(in_dump .port_state.rx_frames)" -ge $((before + 3))
	expect "frames" "$(in_dump .port_state.rx_frames)" -le "$(of_mac FramesReceivedOK)"
	expect "address" "$(in_dump .port_state.address)" = "$(<"/sys/class/net/$DEV/address")"
	expect "up, linked, cabled" "$(in_dump .port_state.state)" -eq 11
	expect "MTU" "$(in_dump .port_state.mtu)" -eq "$(<"/sys/class/net/$DEV/mtu")"
	expect "index" "$(in_dump .port)" -eq 0
}

# diagnosed REPORTER: its queues
diagnosed() {
	devlink -j health diagnose "$(eth_of "$(own_card)" | head -n 1)" reporter "$1" | jq -c .queues
}

# Numbers of queues are those of the reporters, indices between what they are before and behind.
queues() {
	local tx rx tx_behind rx_behind

	default_flag
	ping_works
	tx=$(diagnosed tx)
	rx=$(diagnosed rx)
	taken 2
	tx_behind=$(diagnosed tx)
	rx_behind=$(diagnosed rx)
	expect "queues" "$(in_dump '.queues | length')" -eq "$(channels_now)"
	expect "queues that run" "$(in_dump .queues_running)" -eq "$(channels_now)"
	expect "send queues" "$(in_dump '[.queues[] |
		[.vector, .tx.qpn, .xdp.qpn, .tx.entries, .tx_cq.cqn]] | tojson')" = \
		"$(jq -c 'map([.vector, .qpn, .xdp_qpn, .entries, .cqn])' <<<"$tx")"
	expect "receive queues" "$(in_dump '[.queues[] |
		[.vector, .rx.qpn, .rx.entries, .rx_cq.cqn]] | tojson')" = \
		"$(jq -c 'map([.vector, .qpn, .entries, .cqn])' <<<"$rx")"
	jq -e --argjson a "$tx" --argjson b "$tx_behind" '.queues | to_entries | all(
		.key as $i | .value |
		$a[$i].posted <= .tx.posted and .tx.posted <= $b[$i].posted and
		$a[$i].given_back <= .tx.reaped and .tx.reaped <= $b[$i].given_back and
		$a[$i].device_done <= .device.sq_done and .device.sq_done <= $b[$i].device_done)' \
		$RUNNING >/dev/null || fail "send queues: $tx, $(in_dump .queues), $tx_behind"
	jq -e --argjson a "$rx" --argjson b "$rx_behind" '.queues | to_entries | all(
		.key as $i | .value |
		$a[$i].filled <= .rx.posted and .rx.posted <= $b[$i].filled and
		$a[$i].taken <= .rx.reaped and .rx.reaped <= $b[$i].taken and
		$a[$i].cq_index <= .rx_cq.consumed and .rx_cq.consumed <= $b[$i].cq_index)' \
		$RUNNING >/dev/null || fail "receive queues: $rx, $(in_dump .queues), $rx_behind"
}

# As many entries as -g says, and what was posted is in them.
rings() {
	local rx tx

	default_flag
	defer ethtool -G "$DEV" rx 512 tx 512
	for rx in 64 256; do
		tx=$((rx * 2))
		ethtool -G "$DEV" rx $rx tx $tx
		wait_for 10 ping_works
		taken 6
		expect "queues" "$(in_dump '.rings | length')" -eq "$(channels_now)"
		jq -e '.rings | all(.tx.entries == '$tx' and .xdp.entries == '$tx' and
			.rx.entries == '$rx' and .tx_cq.entries == '$((tx * 2))' and
			.rx_cq.entries == '$rx')' $RUNNING >/dev/null || fail "rings: $(in_dump .rings)"
		jq -e '.rings | all(.rx.used == '$rx')' $RUNNING >/dev/null || fail "no buffers"
		jq -e '.rings | any(.tx.used > 0) and any(.rx_cq.used > 0)' $RUNNING >/dev/null ||
			fail "nothing was sent or received: $(in_dump .rings)"
	done
}

trace() {
	default_flag
	taken 8
	expect "records" "$(in_dump '.trace | length')" -ge 2
	in_dump '.trace | [.[].seq] | . == [range(.[0]; .[0] + length)]' | grep -q true ||
		fail "records are missing: $(in_dump .trace)"
	in_dump '.trace | [.[].time] | . == sort' | grep -q true || fail "not the oldest first"
	same_as_the_region
}

# The region's records are these, and what came meanwhile.
same_as_the_region() {
	local card

	card=$(own_card)
	devlink region new "$card/fw-trace" snapshot 9 >/dev/null
	defer devlink region del "$card/fw-trace" snapshot 9
	devlink region dump "$card/fw-trace" snapshot 9 | cut -d " " -f 2- | tr -d ' \n' >$DUMP.region
	tail -c $((256 * 24)) $DUMP | od -An -v -tx1 | tr -d ' \n' >$DUMP.trace
	expect "bytes" "$(wc -c <$DUMP.trace)" -eq "$(wc -c <$DUMP.region)"
	expect "records" "$(cut -c 1-96 $DUMP.trace)" = "$(cut -c 1-96 $DUMP.region)"
}

# in_order: done by the driver, by the device, seen by it, posted; of all queues
in_order() {
	jq -e '.queues | length > 0 and all(
		.tx.reaped <= .device.sq_done and .device.sq_done <= .device.sq_index and
		.device.sq_index <= .tx.posted and
		.rx.reaped <= .device.rq_done and .device.rq_done <= .device.rq_index and
		.device.rq_index <= .rx.posted and
		.xdp.reaped <= .xdp_device.sq_done and
		.xdp_device.sq_index <= .xdp.posted)' $RUNNING >/dev/null
}

under_traffic() {
	local round sent=0 now

	default_flag
	peer_background ping -f -q 192.0.2.1
	background ping -f -s 1400 -q 192.0.2.2
	sleep 1
	for round in {1..5}; do
		taken 15
		in_order || fail "round $round: $(in_dump .queues)"
		now=$(in_dump '[.queues[].device | .tx_packets + .rx_packets] | add')
		expect "round $round: packets" "$now" -gt "$sent"
		sent=$now
	done
	stream TCP4 192.0.2.2 500000
	taken
	in_order || fail "$(in_dump .queues)"
}

# other_queues: until it is ended
other_queues() {
	while :; do
		ethtool -L "$DEV" combined 1
		ethtool -G "$DEV" rx 256 tx 128
		ethtool -L "$DEV" combined 3
		ethtool -G "$DEV" rx 64 tx 256
	done
}

# Of queues that come and go: one that is whole has them all alike, one that is not is cut off.
while_queues_change() {
	local round whole=0 said

	default_flag
	defer ethtool -G "$DEV" rx 512 tx 512
	defer ethtool -L "$DEV" combined "$(channels_now)"
	ethtool -W "$DEV" 7
	background other_queues
	for round in {1..10}; do
		if said=$(taken 2>&1); then
			whole=$((whole + 1))
			in_order || fail "round $round: $(in_dump .queues)"
			expect "rings" "$(in_dump '.rings | length')" -eq "$(in_dump .queues_running)"
			jq -e '[.queues[].rx.entries] as $q | [.rings[].rx.entries] == $q' $RUNNING \
				>/dev/null || fail "rings are of other queues"
		else
			[[ $said =~ ^[0-9]+" bytes of "[0-9]+$ ]] || fail "round $round: $said"
			[ "${said%% *}" -lt "${said##* }" ] || fail "it is not cut off: $said"
		fi
	done
	note "$whole of 10 were whole"
	expect "whole ones" $whole -ge 3
}

down() {
	default_flag
	ip link set "$DEV" down
	defer wait_for 10 carrier_up
	defer ip link set "$DEV" up
	taken 15
	expect "queues that run" "$(in_dump .queues_running)" -eq 0
	expect "queues" "$(in_dump '(.queues | length) + (.rings | length)')" -eq 0
	expect "down" "$(in_dump '.port_state.state % 2')" -eq 0
	expect "records" "$(in_dump '.trace | length')" -ge 2
}

# A refusal of the device is one of the dump; a part of it is not given.
device_refuses() {
	local opcode how='"kind": "command", "card": 0, "status": "INTERNAL", "count": 20'

	default_flag
	ethtool -W "$DEV" 11
	for opcode in PORT_QUERY PORT_STATS QP_STATS TRACE_READ; do
		# the port asks for counters, too
		fault "$how, \"opcode\": \"$opcode\""
		expect_refused "Input/output error" ethtool -w "$DEV" data $DUMP
		fault_clear
	done
	taken
}

# resets: until it is ended
resets() {
	while :; do
		reset_card "$(own_card)"
		sleep 0.2
	done
}

# A card that is being reset has none, and says so.
while_reset() {
	local round said whole=0 none=0

	default_flag
	ethtool -W "$DEV" 15
	background resets
	for round in {1..40}; do
		if said=$(ethtool -w "$DEV" data $DUMP 2>&1); then
			whole=$((whole + 1))
		else
			none=$((none + 1))
			[[ $said == *"No such device"* || $said == *"Network is down"* ]] ||
				fail "round $round: $said"
		fi
	done
	kill "$BACKGROUND"
	wait "$BACKGROUND" 2>/dev/null || :
	note "$whole were taken, $none were not"
	expect "some" $whole -gt 0
	expect "and none" $none -gt 0
	wait_for 20 carrier_up
	taken
	in_order || fail "$(in_dump .queues)"
}

# rings_of QUEUE: which there are
rings_of() {
	in_dump ".rings.\"$1\" | keys | join(\" \")"
}

# What a channel lacks is not in it, and the rest is as ever.
one_direction() {
	default_flag
	defer ethtool -L "$DEV" combined "$(channels_now)" rx 0 tx 0
	ethtool -L "$DEV" combined 1 rx 1
	ping_works
	taken 7
	flag_is 7
	expect "rings of both" "$(rings_of 0)" = "rx rx_cq tx tx_cq xdp"
	expect "rings that receive" "$(rings_of 1)" = "rx rx_cq tx_cq xdp"
	expect "to send" "$(in_dump '.queues[1].tx | add')" -eq 0
	expect "one QP" "$(in_dump '.queues[1] | .rx.qpn == .xdp.qpn and .rx.qpn > 0')" = true
	expect "buffers" "$(in_dump '.queues[1] | .rx.posted >= .xdp_device.rq_index and
		.rx.posted > 0')" = true
	ethtool -L "$DEV" combined 1 rx 0 tx 1
	ping_works
	taken 7
	flag_is 7
	expect "rings that send" "$(rings_of 1)" = "tx tx_cq"
	expect "the rest" "$(in_dump '.queues[1] | [.xdp, .rx, .rx_cq] | map(add) | add')" -eq 0
	expect "QP" "$(in_dump '.queues[1].tx | .qpn > 0 and .entries > 0')" = true
}

topology_up
trap topology_down EXIT
ethtool -L "$DEV" combined 2
guest_main flags refused registers port queues one_direction rings trace under_traffic \
	while_queues_change down device_refuses while_reset
