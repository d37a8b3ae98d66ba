#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The device fails in every way that the model knows; the netdev works
# afterwards, or refuses clearly. Topology: lib/guest.sh.

. "$(dirname "$0")/../lib/guest.sh"

# fault JSON...: members of the command beside "cmd".
fault() {
	local answer

	answer=$(model "{\"cmd\": \"fault\", $1}")
	[[ $answer == *'"ok":true'* ]] || fail "the model refused: $answer"
	defer model '{"cmd": "fault", "kind": "clear"}'
}

# QPs that send for $DEV, as the port's reporter names them
send_qps() {
	local eth

	eth=$(devlink -j dev show pci/0000:00:10.0 | jq -r '.dev[].nested_devlink | keys[0]')
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

link_flaps() {
	fault '"kind": "flap", "card": 0, "port": 0, "ms": 300'
	wait_for 3 sh -c "[ \$(cat /sys/class/net/$DEV/carrier) = 0 ]"
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
	wait_for 30 sh -c "[ \$(ethtool -S $DEV | awk '\$1 == \"queue_resets:\" { print \$2 }') -gt $before ]"
	wait_for 10 ping -c 1 -W 1 192.0.2.2
	ping_works
	dmesg | tail -n 50 | grep -q "transmit queue" || fail "nothing was said of it"
}

qp_error() {
	local before

	before=$(resets)
	raw_qp qp "$(send_qps | head -n 1)"
	wait_for 10 sh -c "[ \$(ethtool -S $DEV | awk '\$1 == \"queue_resets:\" { print \$2 }') -gt $before ]"
	wait_for 10 ping -c 1 -W 1 192.0.2.2
	ping_works
}

lost_interrupts() {
	fault '"kind": "irq", "card": 0, "count": 3'
	wait_for 20 ping -c 1 -W 1 192.0.2.2
	ping_works -W 5
	model '{"cmd": "fault", "kind": "clear"}' >/dev/null
	ping_works
}

# A command fails: what was stays.
command_fails() {
	local channels

	channels=$(ethtool -l "$DEV" | awk '/^Combined:/ { value = $2 } END { print value }')
	fault '"kind": "command", "card": 0, "opcode": "QP_CREATE", "status": "NO_RESOURCE", "count": 1'
	expect_fail ethtool -L "$DEV" combined 4
	expect "channels" "$(ethtool -l "$DEV" | awk '/^Combined:/ { value = $2 } END { print value }')" \
		-eq "$channels"
	ping_works
	ethtool -L "$DEV" combined 4
	ethtool -L "$DEV" combined "$channels"
	fault '"kind": "command", "card": 0, "opcode": "VPORT_QUEUES", "status": "INTERNAL", "count": 1'
	expect_fail ethtool -L "$DEV" combined 4
	ping_works
	fault '"kind": "command", "card": 0, "opcode": "QP_MOVE", "status": "INTERNAL", "count": 1'
	expect_fail ethtool -G "$DEV" rx 128
	ping_works
	ip link set "$DEV" down
	fault '"kind": "command", "card": 0, "opcode": "CQ_CREATE", "status": "NO_RESOURCE", "count": 1'
	expect_fail ip link set "$DEV" up
	ip link set "$DEV" up
	wait_for 10 carrier_up
	ping_works
}

command_times_out() {
	fault '"kind": "command", "card": 0, "opcode": "PORT_QUERY", "status": "never", "count": 1'
	timeout 20 ethtool "$DEV" >/dev/null 2>&1 || :
	# The card is reset for it, and the netdev is away for a moment.
	wait_for 20 ethtool "$DEV"
	wait_for 20 carrier_up
	wait_for 10 ping -c 1 -W 1 192.0.2.2
	ping_works
	dmesg | tail -n 50 | grep -q "mailbox: no answer" || fail "nothing was said of it"
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

topology_up
trap topology_down EXIT
guest_main link_flaps tx_timeout qp_error lost_interrupts command_fails command_times_out \
	frames_get_lost
