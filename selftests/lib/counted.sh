# SPDX-License-Identifier: GPL-2.0-only
# Numbered datagrams and requests between the two ends of guest.sh's cable, while settings of
# $DEV change: what is not there at the end has been counted.
# shellcheck shell=bash

# How long they flow after each step; what a step has lost is not mended by the next.
COUNTED_STEP=0.3

# step COMMAND...: and some traffic after it
step() {
	"$@" || fail "can't: $*"
	sleep $COUNTED_STEP
}

# As it was before, whatever the test has done.
keep_settings() {
	defer ethtool -G "$DEV" rx 512 tx 512 rx-buf-len 2048 tcp-data-split off tx-push off
	defer ethtool -L "$DEV" combined "$(channels_now)"
	defer ethtool -C "$DEV" adaptive-rx off rx-usecs 4 tx-usecs 16
	defer ethtool -X "$DEV" hkey "$(ethtool -x "$DEV" | sed -n "/^RSS hash key/{n;p}")"
	defer ethtool -X "$DEV" default
	defer ip link set "$DEV" mtu 1500
}

# Frames that $DEV, or the far end, had no buffer for, or had not taken from a queue in time;
# those that a queue of $DEV had not sent in time, which are none of the far end's; and
# datagrams that nobody had read in time.
late() {
	echo $(($(stat "$DEV" rx_missed_errors) + $(ethtool_stat "$DEV" rx_swap_drop) +
		$(rcvbuf_errors </proc/net/snmp)))
}

peer_late() {
	echo $(($(peer cat "/sys/class/net/$PEER_DEV/statistics/rx_missed_errors") +
		$(peer ethtool -S "$PEER_DEV" | awk '$1 == "rx_swap_drop:" { print $2 }') +
		$(ethtool_stat "$DEV" tx_unsent) +
		$(peer cat /proc/net/snmp | rcvbuf_errors)))
}

rcvbuf_errors() {
	awk '$1 == "Udp:" { value = $6 } END { print value }'
}

# discipline_dropped: by that of $DEV, for they had waited for too long; not the driver's
discipline_dropped() {
	[[ $(tc -s qdisc show dev "$DEV") =~ dropped\ ([0-9]+) ]]
	echo "${BASH_REMATCH[1]}"
}

# counters_of DEV: all that count packets where it is
counters_of() {
	ethtool -S "$1"
	tc -s qdisc show dev "$1"
	ip -s -s link show dev "$1"
	nstat -az
}

# counters: of both ends
counters() {
	counters_of "$DEV"
	peer bash -c "$(declare -f counters_of); counters_of $PEER_DEV"
}

# accounted END LATE BEFORE: what has not arrived there was late
accounted() {
	local lost

	lost=$(cut -d " " -f 1 "/tmp/counted.$1")
	note "$1 $(cat "/tmp/counted.$1")"
	[ "$lost" -eq 0 ] || sleep 2	# some are counted every now and then
	[ "$lost" -eq 0 ] || [ $(($("$2") - $3)) -ge "$lost" ] ||
		fail "$1: $lost lost, $(($("$2") - $3)) counted"
}

# loses_nothing COMMAND...: while it runs datagrams go both ways, in eight flows, and all
# arrive. A machine that had no time for a queue may lose some, and counts them.
loses_nothing() {
	local here there before peer_before

	ping_works
	before=$(late)
	peer_before=$(peer_late)
	"$TREE/selftests/lib/counted.py" 192.0.2.1 192.0.2.2 >/tmp/counted.here 2>&1 &
	here=$!
	command ip netns exec "$PEER" "$TREE/selftests/lib/counted.py" 192.0.2.2 192.0.2.1 \
		>/tmp/counted.there 2>&1 &
	there=$!
	defer kill $here $there
	wait_for 10 listens u 5597
	wait_for 10 peer_listens u 5597
	sleep $COUNTED_STEP
	"$@"
	kill $here $there
	wait $here || fail "here: $(cat /tmp/counted.here)"
	wait $there || fail "there: $(cat /tmp/counted.there)"
	accounted here late "$before"
	accounted there peer_late "$peer_before"
}

# all_arrive COMMAND...: while it runs the far end sends requests, and all arrive and are
# answered, but for those that were late, as above. A queue that is new sends little until it hears
# of its first completion, which may be late, too: what waits meanwhile is its discipline's.
all_arrive() {
	local arrived before peer_before lost pinger sent

	arrived=$(stat "$DEV" rx_packets)
	before=$(late)
	peer_before=$(($(peer_late) + $(discipline_dropped)))
	counters >/tmp/counters
	peer ping -q -i 0.005 -W 5 -c 800 192.0.2.1 >/tmp/pings &
	pinger=$!
	"$@"
	wait "$pinger" || true
	note "$(grep loss /tmp/pings)"
	read -r sent lost < <(awk '/loss/ { print $1, $1 - $4 }' /tmp/pings)
	expect "frames that arrived" $(($(stat "$DEV" rx_packets) - arrived)) -ge $((sent - lost))
	[ "$lost" -eq 0 ] || sleep 2	# some are counted every now and then
	[ "$lost" -le $(($(late) - before + $(peer_late) + $(discipline_dropped) - peer_before)) ] || {
		counters | diff /tmp/counters -
		fail "$lost requests or replies are in no counter"
	}
}
