#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# linuxptp between two cards, whose clocks are apart and whose oscillators differ: by
# every transport the far clock follows ours. Topology: lib/devlink.sh
# (Documentation/interop.rst). Kernels: one

. "$(dirname "$0")/../lib/devlink.sh"

WORK=/tmp/linuxptp
PPB=30000	# so much faster is the oscillator of the far card
MANY=8		# measurements in a row that are near, before it counts as settled

clock_of() {
	echo "/dev/$(basename "$(echo "/sys/bus/pci/devices/${1#pci/}/ptp/"ptp*)")"
}

# Hours and a rate apart.
clocks_apart() {
	local answer

	answer=$(model "{\"cmd\": \"clock\", \"card\": 1, \"fast\": $PPB}")
	[[ $answer == *'"ok":true'* ]] || fail "the model refused: $answer"
	defer model '{"cmd": "clock", "card": 1, "fast": 0}'
	defer clock_to_day "$PEER_CLOCK"
	phc_ctl "$PEER_CLOCK" freq 0 set 1000 >/dev/null
}

clock_to_day() {
	phc_ctl "$1" freq 0 set >/dev/null
}

# config ROLE LINE...: of a ptp4l that is in a hurry
config() {
	local role=$1

	shift
	cat >"$WORK/$role.conf" <<-CONF
	[global]
	logSyncInterval -4
	logAnnounceInterval -3
	logMinDelayReqInterval -4
	logMinPdelayReqInterval -4
	tx_timestamp_timeout 1000
	summary_interval -4
	uds_address $WORK/$role.uds
	uds_ro_address $WORK/$role.ro
	CONF
	printf '%s\n' "$@" >>"$WORK/$role.conf"
}

# follow OPTION...: a grand master here and one that follows there, until the test ends
follow() {
	mkdir -p "$WORK"
	defer rm -rf "$WORK"
	config master "clockClass 6"
	config follower "clientOnly 1"
	ptp4l -f "$WORK/master.conf" -i "$DEV" -m "$@" >"$WORK/master.log" 2>&1 &
	defer kill $!
	command ip netns exec "$PEER" ptp4l -f "$WORK/follower.conf" -i "$PEER_DEV" -m "$@" \
		>"$WORK/follower.log" 2>&1 &
	defer kill $!
}

# What it measured last: offset, frequency and delay, lines of three numbers.
measured() {
	sed -n 's/.*master offset *\(-*[0-9]*\) s2 freq *\([-+0-9]*\) path delay *\(-*[0-9]*\)$/\1 \2 \3/p' \
		"$WORK/follower.log" | tail -n $MANY
}

# The last ones are all within a microsecond.
settled() {
	measured | awk -v many=$MANY '
		$1 > 1000 || $1 < -1000 { far = 1 }
		END { exit far || NR < many }'
}

# follows OPTION...: it settles; what remains is the difference of the oscillators
follows() {
	local frequency

	clocks_apart
	follow "$@"
	wait_for 20 settled
	frequency=$(measured | awk 'END { print int($2) }')
	note "settled: $(measured | tail -n 1)"
	expect "ppb that it is too fast" "$frequency" -gt $((PPB - 5000))
	expect "ppb that it is too fast" "$frequency" -lt $((PPB + 5000))
	expect "seconds apart" $(($(seconds "$CLOCK") - $(seconds "$PEER_CLOCK"))) -le 1
}

seconds() {
	python3 "$TREE/selftests/lib/ptp.py" now "$1" | cut -c 1-10
}

over_udp4() {
	follows -4
}

over_udp6() {
	follows -6
}

over_ethernet() {
	follows -2
}

# Each end measures the way to its neighbour, in place of that to the master.
peer_to_peer() {
	follows -2 -P
}

# One step less: the time is in the message itself. A card that does not write it
# there is told to, and says so.
one_step_is_refused() {
	mkdir -p "$WORK"
	defer rm -rf "$WORK"
	config master "time_stamping onestep"
	expect_fail timeout 10 ptp4l -f "$WORK/master.conf" -i "$DEV" -m
}

# The clocks themselves, without a message: of one card by that of the other.
phc2sys_follows() {
	clocks_apart
	background phc2sys -s "$CLOCK" -c "$PEER_CLOCK" -O 0 -R 8
	wait_for 20 near "$CLOCK" "$PEER_CLOCK"
}

near() {
	local apart=$(($(seconds "$1") - $(seconds "$2")))

	[ ${apart#-} -le 1 ]
}

switch_up
trap switch_down EXIT
CLOCK=$(clock_of "$CARD") PEER_CLOCK=$(clock_of "$PEER_CARD")
guest_main over_udp4 over_udp6 over_ethernet peer_to_peer one_step_is_refused phc2sys_follows
