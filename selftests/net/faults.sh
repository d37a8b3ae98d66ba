#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The device fails in every way that the model knows; the netdev works
# afterwards. Commands that it refuses: commands.sh. Topology: lib/guest.sh. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"

# QPs that send for $DEV, as the port's reporter names them
send_qps() {
	local eth

	eth=$(eth_of "$(own_card)")
	devlink -j health diagnose "$eth" reporter tx | jq '.queues[].qpn'
}

# raw_qp KIND QPN: a fault of this QP
raw_qp() {
	model "{\"cmd\": \"fault\", \"kind\": \"$1\", \"card\": 0, \"port\": 0, \"qpn\": $2}" |
		grep -q '"ok":true' || fail "no QP $2 to $1"
}

resets() {
	ethtool_stat "$DEV" queue_resets
}

# made_anew BEFORE: queues, since then
made_anew() {
	[ "$(resets)" -gt "$1" ]
}

link_flaps() {
	local changes

	changes=$(cat "/sys/class/net/$DEV/carrier_changes")
	fault '"kind": "flap", "card": 0, "port": 0, "ms": 300'
	wait_for 3 sh -c "[ \$(cat /sys/class/net/$DEV/carrier_changes) -ge $((changes + 2)) ]"
	wait_for 5 carrier_up
	ping_works
}

# The transmit queues stop sending: the watchdog notices, new queues work.
tx_timeout() {
	local before qpn

	before=$(resets)
	for qpn in $(send_qps); do
		raw_qp stop "$qpn"
	done
	background ping -i 0.01 -q 192.0.2.2
	background ping -i 0.01 -q -s 1400 192.0.2.2
	wait_for 30 made_anew "$before"
	wait_for 10 ping -c 1 -W 1 192.0.2.2
	ping_works
	dmesg | tail -n 50 | grep -q "transmit queue" || fail "nothing was said of it"
}

# What a queue has not sent when the port is closed is lost, and counted.
unsent_is_counted() {
	local dropped unsent

	queue_limits "$DEV" 1000000
	defer queue_limits "$DEV" 0
	# limits count from the first completion on
	taskset -c 0 ping -c 2 -i 0.05 -W 2 -q 192.0.2.2 >/dev/null
	unsent=$(ethtool_stat "$DEV" tx_unsent)
	dropped=$(stat "$DEV" tx_dropped)
	raw_qp stop "$(send_qps | head -n 1)"
	taskset -c 0 bash -c 'for i in {1..40}; do echo >/dev/udp/192.0.2.2/9; done'
	ip link set "$DEV" down
	unsent=$(($(ethtool_stat "$DEV" tx_unsent) - unsent))
	expect "unsent" "$unsent" -ge 40
	expect "tx_dropped" $(($(stat "$DEV" tx_dropped) - dropped)) -eq $unsent
	ip link set "$DEV" up
	wait_for 10 carrier_up
	ping_works
}

# The watchdog may make queues anew once more, for another of them: who is named is gone then.
first_fails() {
	(raw_qp qp "$(send_qps | head -n 1)")
}

qp_error() {
	local before

	before=$(resets)
	wait_for 5 first_fails
	wait_for 10 made_anew "$before"
	wait_for 10 ping -c 1 -W 1 192.0.2.2
	ping_works
}

# sends_no_more QPN
sends_no_more() {
	! send_qps | grep -qx "$1"
}

# A send queue that fails says so by a completion and by an event: one is enough, the queue is
# made anew once, and the reporter has nothing against the next time.
wqe_errors() {
	local eth round qpn before

	eth=$(eth_of "$(own_card)")
	for round in 1 2 3 4; do
		before=$(resets)
		qpn=$(send_qps | sed -n "$((1 + round % 2))p")
		fault "\"kind\": \"qp\", \"card\": 0, \"port\": 0, \"qpn\": $qpn, \"completion\": 1"
		wait_for 10 sends_no_more "$qpn"
		sleep 2
		expect "round $round: reporter" "$(reporter_state "$eth" rx)" = healthy
		expect "round $round: resets" "$(resets)" -eq $((before + 1))
	done
	ping_works
}

# errors_of REPORTER of the port
errors_of() {
	reporter_member "$(eth_of "$(own_card)")" "$1" error
}

# A queue that fails before its channel has it: the event names a QP that nobody knows yet.
# It is found all the same, not by the watchdog when a frame has waited long enough.
new_queue_fails() {
	local before rx failed stuck

	rx=$(ethtool -g "$DEV" | awk '/^Current/ { now = 1 } now && $1 == "RX:" { print $2; exit }')
	before=$(resets)
	failed=$(errors_of rx)
	stuck=$(errors_of tx)
	fault '"kind": "new-qp", "card": 0, "count": 1'
	ethtool -G "$DEV" rx $((rx * 2)) || fail "other rings"
	wait_for 10 made_anew "$before"
	ethtool -G "$DEV" rx "$rx" || fail "the rings from before"
	ping_works
	expect "errors, rx" "$(errors_of rx)" -eq $((failed + 1))
	expect "errors, tx" "$(errors_of tx)" -eq "$stuck"
	expect "reporter" "$(reporter_state "$(eth_of "$(own_card)")" rx)" = healthy
}

# The device has no room for what it has to say, and is asked.
events_get_lost() {
	local before

	before=$(events_lost)
	fault '"kind": "events", "card": 0, "count": 2'
	wire_is down
	wait_for 10 carrier_is 0
	fault '"kind": "events", "card": 0, "count": 2'
	wire_is up
	wait_for 10 carrier_up
	ping_works
	fault '"kind": "events", "card": 0, "count": 1'
	qp_error
	expect "events lost" "$(events_lost)" -eq $((before + 5))
	dmesg | grep -q "the event queue was full" || fail "nothing was said of it"
}

events_lost() {
	devlink -j health diagnose "$(own_card)" reporter fw | jq .events_lost
}

wire_is() {
	model "{\"cmd\": \"link\", \"card\": 0, \"port\": 0, \"state\": \"$1\"}" |
		grep -q '"ok":true' || fail "the wire is not $1"
}

# next_doorbell_lost QPN...: of each of them; an event says so, with LOST one that found no room
next_doorbell_lost() {
	local qpn

	for qpn; do
		fault "\"kind\": \"db-overrun\", \"card\": 0, \"port\": 0, \"qpn\": $qpn, \"count\": ${TIMES:-1}"
	done
	[ -z "${LOST:-}" ] || fault '"kind": "events", "card": 0, "count": 1'
}

rung_again() {
	ethtool_stat "$DEV" rung_again
}

# echoes: that the far end was asked for
echoes() {
	peer nstat -asz 2>/dev/null | awk '$1 == "IcmpInEchos" { print $2 }'
}

# answered_once COUNT: so many get there and come back, each once, long before the watchdog looks
answered_once() {
	local before said

	before=$(echoes)
	said=$(ping -c "$1" -i 0.2 -W 2 -q 192.0.2.2) || fail "$said"
	[[ $said == *"$1 packets transmitted, $1 received, 0% packet loss"* ]] || fail "$said"
	expect "echoes" "$(echoes)" -eq $((before + $1))
}

# Nobody sends anything more that would ring for what waits.
doorbells_get_lost() {
	local before resets

	ping_works
	resets=$(resets)
	for LOST in "" events; do
		before=$(rung_again)
		# shellcheck disable=SC2046 # words
		next_doorbell_lost $(send_qps)
		answered_once 1
		expect "polls that rang" "$(rung_again)" -gt "$before"
		fault_clear
	done
	# so are some that ring again
	# shellcheck disable=SC2046 # words
	LOST="" TIMES=5 next_doorbell_lost $(send_qps)
	answered_once 10
	expect "resets" "$(resets)" -eq "$resets"
}

# New queues cannot be made: the port stays, and they are made when it is possible.
no_new_queues() {
	local eth before

	eth=$(eth_of "$(own_card)")
	before=$(resets)
	dmesg -C
	fault '"kind": "command", "card": 0, "opcode": "QP_CREATE", "status": "NO_RESOURCE", "count": 1000'
	raw_qp qp "$(send_qps | head -n 1)"
	wait_for 10 sh -c "dmesg | grep -q 'no new queues 0: no device resources, tried again'"
	wait_for 10 sh -c "[ \$(ethtool -S $DEV | awk '\$1 == \"queue_resets:\" { print \$2 }') -ge $((before + 3)) ]"
	[[ $(ip -o link show dev "$DEV") == *,UP,* ]] || fail "the port was set down"
	carrier_up || fail "the port has no link"
	expect reporter "$(reporter_state "$eth" rx)" = error
	fault_clear
	wait_for 10 sh -c "dmesg | grep -q 'new queues after all'"
	ping_works
	expect reporter "$(reporter_state "$eth" rx)" = healthy
}

lost_interrupts() {
	fault '"kind": "irq", "card": 0, "count": 3'
	wait_for 20 ping -c 1 -W 1 192.0.2.2
	ping_works -W 5
	model '{"cmd": "fault", "kind": "clear"}' >/dev/null
	ping_works
}

frames_get_lost() {
	local kind

	for kind in drop duplicate corrupt reorder; do
		fault "\"kind\": \"$kind\", \"card\": 0, \"port\": 0, \"rate\": 0.05"
		ping -c 50 -i 0.02 -W 1 -q 192.0.2.2 >/dev/null || :
		model '{"cmd": "fault", "kind": "clear"}' >/dev/null
		ping_works
	done
}

# ce_packets: that have come to the far end with a mark
ce_packets() {
	peer awk '$1 == "IpExt:" && !head { n = split($0, name); head = 1; next }
		$1 == "IpExt:" { for (i = 2; i <= n; i++) if (name[i] == "InCEPkts") print $i }' \
		/proc/net/netstat
}

ce6_packets() {
	peer awk '$1 == "Ip6InCEPkts" { print $2 }' /proc/net/snmp6
}

# Echo requests that can be marked, and are: the far end takes them, so the header's
# checksum is right; those that can't be marked are not.
frames_are_marked() {
	local before before6

	before=$(ce_packets)
	before6=$(ce6_packets)
	fault '"kind": "mark", "card": 0, "port": 0, "rate": 1'
	ping -c 5 -i 0.1 -W 1 -q 192.0.2.2
	expect "marked without ECT" "$(ce_packets)" -eq "$before"
	ping -c 20 -i 0.05 -W 1 -Q 2 -q 192.0.2.2
	ping -c 20 -i 0.05 -W 1 -Q 1 -q 2001:db8::2
	expect "marked, IPv4" "$(ce_packets)" -eq $((before + 20))
	expect "marked, IPv6" "$(ce6_packets)" -eq $((before6 + 20))
	fault_clear
}

topology_up
trap topology_down EXIT
guest_main link_flaps tx_timeout unsent_is_counted qp_error wqe_errors new_queue_fails \
	events_get_lost doorbells_get_lost no_new_queues lost_interrupts frames_get_lost \
	frames_are_marked
