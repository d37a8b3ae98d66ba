#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The card's clock, its pins, and the time stamps of packets. Topology:
# lib/guest.sh; both ends are ports of one card, so they have one clock. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"

phc() {
	local command=$1

	shift
	python3 "$TREE/selftests/lib/ptp.py" "$command" "$@"
}

clock_of() {
	basename "$(echo "/sys/class/net/$1/device/ptp/"ptp*)"
}

clock_to_day() {
	phc_ctl "/dev/$PTP" freq 0 set >/dev/null
}

# between WHAT LOW VALUE HIGH
between() {
	expect "$1" "$3" -ge "$2"
	expect "$1" "$3" -le "$4"
}

# All ports tell of the same clock, and it shows the time of day after probe.
one_clock() {
	local here there

	here=$(ethtool -T "$DEV" | grep -E 'Clock:|provider index:')
	there=$(peer ethtool -T "$PEER_DEV" | grep -E 'Clock:|provider index:')
	[ "$here" = "$there" ] || fail "two clocks: $here, $there"
	expect "index" "${here##* }" -eq "${PTP#ptp}"
	between "time" $(($(date +%s) - 100)) $(($(phc now "/dev/$PTP") / 1000000000)) \
		$(($(date +%s) + 100))
}

clock_set() {
	defer clock_to_day
	phc_ctl "/dev/$PTP" set 1000 >/dev/null
	between "time" 1000 $(($(phc now "/dev/$PTP") / 1000000000)) 1060
	phc_ctl "/dev/$PTP" adj 5000.5 >/dev/null
	between "time" 6000 $(($(phc now "/dev/$PTP") / 1000000000)) 6060
	phc_ctl "/dev/$PTP" adj -- -2000 >/dev/null
	between "time" 4000 $(($(phc now "/dev/$PTP") / 1000000000)) 4060
}

clock_frequency() {
	defer clock_to_day
	for ppb in 100000000 -100000000 0; do
		phc_ctl "/dev/$PTP" freq -- "$ppb" >/dev/null
		between "ppm faster" $((ppb / 1000 - 20000)) "$(phc rate "/dev/$PTP" 1)" \
			$((ppb / 1000 + 20000))
	done
	phc_ctl "/dev/$PTP" freq -- 100000001 2>&1 | grep -q 'Numerical result out of range' ||
		fail "faster than 10 % was not refused"
}

# Pin 0 drives pin 1; each edge has its exact time.
output_to_input() {
	local edges period=50000000 high=20000000 phase=7000000 time

	phc pin "/dev/$PTP" 0 perout 0
	defer phc pin "/dev/$PTP" 0 none 0
	phc pin "/dev/$PTP" 1 extts 1
	defer phc pin "/dev/$PTP" 1 none 0
	phc perout "/dev/$PTP" 0 $period $high $phase
	defer phc perout "/dev/$PTP" 0 0
	edges=$(phc extts "/dev/$PTP" 1 rising 4 | grep ' 1$' | cut -d ' ' -f 1)
	expect "edges" "$(wc -l <<<"$edges")" -eq 4
	for time in $edges; do
		expect "rising edge in its period" $((time % period)) -eq $phase
	done
	time=$(phc extts "/dev/$PTP" 1 falling 1 | cut -d ' ' -f 1)
	expect "falling edge in its period" $((time % period)) -eq $((high + phase))
	# not wired to it
	phc pin "/dev/$PTP" 2 extts 0
	defer phc pin "/dev/$PTP" 2 none 0
	[ "$(timeout 1 python3 "$TREE/selftests/lib/ptp.py" extts "/dev/$PTP" 0 both 1)" = "" ] ||
		fail "an edge at a pin that nobody drives"
}

output_refused() {
	phc pin "/dev/$PTP" 0 perout 0
	defer phc pin "/dev/$PTP" 0 none 0
	expect_fail phc perout "/dev/$PTP" 0 999999
	expect_fail phc perout "/dev/$PTP" 0 3600000000001
	expect_fail phc perout "/dev/$PTP" 0 1000000 1000000
	# no pin has this channel
	expect_fail phc perout "/dev/$PTP" 1 1000000
	expect_fail phc pin "/dev/$PTP" 4 perout 0
	expect_fail phc pin "/dev/$PTP" 0 perout 2
}

pps_counts() {
	local pps before

	pps=$(basename "$(echo "/sys/class/ptp/$PTP/pps/"pps*)")
	[ -e "/sys/class/pps/$pps" ] || pps=$(basename "$(echo /sys/class/pps/pps*)")
	echo 1 >"/sys/class/ptp/$PTP/pps_enable"
	defer sh -c "echo 0 >/sys/class/ptp/$PTP/pps_enable"
	before=$(cat "/sys/class/pps/$pps/assert")
	wait_for 10 sh -c "[ \$(cat /sys/class/pps/$pps/assert) != '$before' ]"
}

stamps_on() {
	hwstamp_ctl -i "$DEV" -t 1 -r 1 >/dev/null
	defer hwstamp_ctl -i "$DEV" -t 0 -r 0
	peer hwstamp_ctl -i "$PEER_DEV" -t 1 -r 1 >/dev/null
	defer peer hwstamp_ctl -i "$PEER_DEV" -t 0 -r 0
}

# A datagram to the peer: when it left into $SENT, when it came into $CAME.
datagram() {
	local log

	log=$(mktemp)
	defer rm -f "$log"
	peer python3 "$TREE/selftests/lib/ptp.py" rx 6000 >"$log" 2>&1 &
	wait_for 10 grep -q ready "$log"
	SENT=$(phc tx 192.0.2.2 6000)
	wait $!
	CAME=$(tail -n 1 "$log")
}

# What packets are stamped with is what the clock shows.
stamps_are_the_clocks() {
	local before after stats

	stamps_on
	defer clock_to_day
	stats=$(ethtool -I -T "$DEV" | awk '/tx_pkts/ { print $2 }')
	for start in 5 4000000000; do
		phc_ctl "/dev/$PTP" set $start >/dev/null
		before=$(phc now "/dev/$PTP")
		datagram
		after=$(phc now "/dev/$PTP")
		note "$before sent $SENT received $CAME $after"
		between "sent" "$before" "$SENT" "$after"
		between "received" "$SENT" "$CAME" "$after"
	done
	[ -z "$stats" ] || expect "stamped" \
		"$(ethtool -I -T "$DEV" | awk '/tx_pkts/ { print $2 }')" -eq $((stats + 2))
}

# Where the kernel has room for it.
one_step_says_why() {
	local said status=0

	said=$("$TREE/selftests/lib/tsconfig.py" "$DEV" 2 2>&1) || status=$?
	[ $status -ne "$EXIT_SKIP" ] || return 0
	[[ $said == *"gnic: no time stamps in packets: one-step is not supported"* ]] ||
		fail "it said: $said"
}

# A filter for some packets becomes the one for all; what can't be is refused.
stamps_config() {
	local now

	defer hwstamp_ctl -i "$DEV" -t 0 -r 0
	for filter in 3 12 14; do
		now=$(hwstamp_ctl -i "$DEV" -t 1 -r $filter | tail -n 1)
		[ "$now" = "rx_filter 1" ] || fail "filter $filter: $now"
	done
	expect_refused "Numerical result out of range" \
		"$TREE/selftests/lib/rawtool.py" "$DEV" tx-stamps 2
	one_step_says_why
	datagram
	[ "$CAME" = none ] || fail "a stamp that nobody wanted: $CAME"
	hwstamp_ctl -i "$DEV" -t 0 -r 0 >/dev/null
	datagram
	[ "$SENT" = none ] || fail "a stamp with stamps off: $SENT"
}

topology_up
trap topology_down EXIT
PTP=$(clock_of "$DEV")
guest_main one_clock clock_set clock_frequency output_to_input output_refused pps_counts \
	stamps_are_the_clocks stamps_config
