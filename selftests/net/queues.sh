#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Queues change under traffic, and no link, packet counter or connection is
# lost. Topology: lib/guest.sh.

. "$(dirname "$0")/../lib/guest.sh"

# Connections that last until the test ends; they have to survive. At a rate that leaves the
# processors to the commands: without one these wait for most of a minute.
traffic_start() {
	peer iperf3 -s -D
	defer peer pkill -x iperf3
	wait_for 5 peer_listens t 5201
	background iperf3 -c 192.0.2.2 -t 100 -P 4 -b 25M
	TRAFFIC=$BACKGROUND
	sleep 1
}

traffic_flows() {
	local before

	kill -0 "$TRAFFIC" || fail "the connection broke"
	before=$(stat "$DEV" tx_packets)
	wait_for 10 sh -c "[ \$(cat /sys/class/net/$DEV/statistics/tx_packets) -gt $((before + 50)) ]"
}

channels_max() {
	ethtool -l "$DEV" | awk '/^Combined:/ { print $2; exit }'
}

channels_set() {
	ethtool -L "$DEV" combined "$1" || fail "can't set $1 channels"
	expect "rx queues" "$(find "/sys/class/net/$DEV/queues/" -name 'rx-*' | wc -l)" -eq "$1"
	expect "tx queues" "$(find "/sys/class/net/$DEV/queues/" -name 'tx-*' | wc -l)" -eq "$1"
}

channels_walk() {
	local count max before

	before=$(channels_now)
	defer ethtool -L "$DEV" combined "$before"
	max=$(channels_max)
	expect "most channels" "$max" -eq 66
	traffic_start
	for count in 1 3 "$max" 2 "$before"; do
		channels_set "$count"
		traffic_flows
		carrier_up || fail "$count channels lost the link"
	done
	expect_refused "exceeds maximum" ethtool -L "$DEV" combined $((max + 1))
	expect_refused "no RX or TX channel" ethtool -L "$DEV" combined 0
}

rings_walk() {
	local entries

	defer ethtool -G "$DEV" rx 512 tx 512
	traffic_start
	for entries in 64 1024 16384 256; do
		ethtool -G "$DEV" rx $entries tx $entries || fail "can't set $entries"
		traffic_flows
		carrier_up || fail "rings of $entries lost the link"
	done
	expect_refused "gnic: a ring has 2^n entries" ethtool -G "$DEV" rx 100
	expect_refused "gnic: a ring has 2^n entries" ethtool -G "$DEV" tx 32
	expect_refused "exceeds maximum" ethtool -G "$DEV" rx 32768
}

# As many queues as channels, of a port that is down as well.
down_queues() {
	local before

	before=$(channels_now)
	ip link set "$DEV" down
	defer ip link set "$DEV" up
	defer ethtool -L "$DEV" combined "$before"
	channels_set 3
	channels_set "$before"
	note "a port that was never up: ${PORTS[2]:-none}"
	[ -n "${PORTS[2]:-}" ] || return 0
	expect "rx queues" "$(find "/sys/class/net/${PORTS[2]}/queues/" -name 'rx-*' | wc -l)" \
		-eq "$(DEV=${PORTS[2]} channels_now)"
}

# The counters of a queue outlive it.
counters_survive() {
	local before

	defer ethtool -L "$DEV" combined "$(channels_now)"
	ping_works
	before=$(stat "$DEV" rx_packets)
	ethtool -L "$DEV" combined 1
	expect "received" "$(stat "$DEV" rx_packets)" -ge "$before"
	ip link set "$DEV" down
	expect "received" "$(stat "$DEV" rx_packets)" -ge "$before"
	ip link set "$DEV" up
	wait_for 10 carrier_up
	ping_works
	expect "received" "$(stat "$DEV" rx_packets)" -gt "$before"
}

moderation() {
	defer ethtool -C "$DEV" rx-usecs 4 rx-frames 0 tx-usecs 16 tx-frames 0
	ethtool -C "$DEV" rx-usecs 1000 rx-frames 8 tx-usecs 100 tx-frames 4
	ethtool -c "$DEV" | grep -q '^rx-usecs:[[:space:]]*1000$' || fail "rx-usecs not kept"
	ethtool -c "$DEV" | grep -q '^tx-frames:[[:space:]]*4$' || fail "tx-frames not kept"
	ping_works
	expect_refused "gnic: usecs and frames are at most 65535" ethtool -C "$DEV" rx-usecs 70000
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 10 carrier_up
	ping_works
}

# Affinity is the user's, whatever happens to the queues.
affinity_survives() {
	local irq

	irq=$(awk -F: '/gnic-0\.0-0@/ { print $1 + 0; exit }' /proc/interrupts)
	[ -n "$irq" ] || fail "no interrupt of queue 0"
	defer sh -c "echo 3 >/proc/irq/$irq/smp_affinity"
	echo 2 >"/proc/irq/$irq/smp_affinity" || skip "one processor"
	ethtool -G "$DEV" rx 256
	defer ethtool -G "$DEV" rx 512
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 10 carrier_up
	expect "affinity" "$((0x$(cat "/proc/irq/$irq/smp_affinity")))" -eq 2
}

# senders: the processors that send by each queue (XPS), as bits
senders() {
	local queue

	for queue in $(seq 0 $(($(channels_now) - 1))); do
		echo $((0x$(cat "/sys/class/net/$DEV/queues/tx-$queue/xps_cpus")))
	done
}

# spread COUNT: what they are if all send, each by one of COUNT queues
spread() {
	local queue cpu bits

	for ((queue = 0; queue < $1; queue++)); do
		bits=0
		for ((cpu = queue; cpu < $(nproc); cpu += $1)); do
			bits=$((bits | 1 << cpu))
		done
		echo $bits
	done
}

# sends WHAT SENDERS
sends() {
	local now

	now=$(senders)
	[ "$now" = "$2" ] || fail "$1: processors by queue are ${now//$'\n'/ }, not ${2//$'\n'/ }"
}

# What a processor sends stays in order. Who has said otherwise is heard until there are
# more queues, or fewer.
senders_spread() {
	local count before

	before=$(channels_now)
	defer ethtool -L "$DEV" combined "$before"
	sends "at first" "$(spread "$before")"
	for count in 1 3 4; do
		ethtool -L "$DEV" combined $count
		sends "of $count" "$(spread $count)"
	done
	echo 1 >"/sys/class/net/$DEV/queues/tx-3/xps_cpus"
	count=$(senders)
	[ "$count" != "$(spread 4)" ] || fail "queue 3 is as it was"
	ethtool -G "$DEV" tx 256
	defer ethtool -G "$DEV" tx 512
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 10 carrier_up
	sends "by hand" "$count"
	ethtool -L "$DEV" combined 2
	sends "of 2" "$(spread 2)"
}

# Each class has its queues.
senders_of_classes() {
	local before

	before=$(channels_now)
	defer ethtool -L "$DEV" combined "$before"
	ethtool -L "$DEV" combined 4
	tc qdisc replace dev "$DEV" root handle 100: mqprio num_tc 2 map 0 1 0 0 0 0 0 0 \
		0 0 0 0 0 0 0 0 queues 3@0 1@3 hw 1 || fail "no mqprio"
	sends "of classes" "$(spread 3; spread 1)"
	tc qdisc del dev "$DEV" root
	sends "without classes" "$(spread 4)"
}

# Without MMIO: the device polls the records under load.
doorbells_are_rare() {
	local packets kicks doorbells

	kicks=$(ethtool_stat "$DEV" tx_kicks)
	doorbells=$(ethtool_stat "$DEV" tx_doorbells)
	packets=$(stat "$DEV" tx_packets)
	peer iperf3 -s -1 -D
	wait_for 5 peer_listens t 5201
	iperf3 -c 192.0.2.2 -u -b 0 -l 200 -t 2 >/dev/null
	packets=$(($(stat "$DEV" tx_packets) - packets))
	kicks=$(($(ethtool_stat "$DEV" tx_kicks) - kicks))
	doorbells=$(($(ethtool_stat "$DEV" tx_doorbells) - doorbells))
	note "$packets packets, $doorbells doorbells, $kicks kicks"
	expect "packets" "$packets" -gt 1000
	expect "kicks" "$kicks" -lt $((packets / 4))
}

topology_up
trap topology_down EXIT
guest_main down_queues channels_walk rings_walk counters_survive moderation \
	affinity_survives senders_spread senders_of_classes doorbells_are_rare
