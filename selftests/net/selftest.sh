#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a port says of itself: self-test, reset, registers. Topology:
# lib/guest.sh. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"

test_says() {
	ethtool -t "$DEV" "$1" >/tmp/selftest || :
	grep -q "The test result is $2" /tmp/selftest || fail "$(cat /tmp/selftest)"
}

result() {
	awk -v name="$1" '$1 == name { print $NF }' /tmp/selftest
}

on_line() {
	test_says online PASS
	peer ip link set "$PEER_DEV" down
	defer peer ip link set "$PEER_DEV" up
	wait_for 5 sh -c "ethtool $DEV | grep -q 'Link detected: no'"
	test_says online FAIL
	expect "link" "$(result Link)" -ne 0
	expect "registers" "$(result Registers)" -eq 0
}

# The port is as it was, with packets, also of a large MTU.
off_line() {
	local before after

	before=$(ethtool -k "$DEV" && ethtool -c "$DEV" && ethtool -g "$DEV")
	test_says offline PASS
	wait_for 10 carrier_up
	after=$(ethtool -k "$DEV" && ethtool -c "$DEV" && ethtool -g "$DEV")
	[ "$before" = "$after" ] || fail "settings are not as they were"
	ping_works
	ip link set "$DEV" mtu 9000
	defer ip link set "$DEV" mtu 1500
	test_says offline PASS
	wait_for 10 carrier_up
}

# It finds what is broken.
finds_a_lost_interrupt() {
	model '{"cmd":"fault","kind":"irq","card":0,"vector":1,"count":50}' >/dev/null
	defer model '{"cmd": "fault", "kind": "clear"}'
	test_says offline FAIL
	expect "interrupts" "$(result Interrupts)" -ne 0
	model '{"cmd": "fault", "kind": "clear"}' >/dev/null
	wait_for 10 carrier_up
	ping_works
}

# Neither a register, nor a buffer, nor a frame need be lost: a wrong one is enough.
finds_what_is_wrong() {
	local part failed

	for part in "scratch Registers" "dma DMA" "loopback Loopback"; do
		fault "\"kind\": \"${part% *}\", \"card\": 0"
		test_says offline FAIL
		failed=$(awk '/^(Reg|DMA|Int|Loop)/ && $NF != 0 { print $1 }' /tmp/selftest)
		expect "what fails" "$failed" = "${part#* }"
		wait_for 10 carrier_up
	done
	test_says offline PASS
	wait_for 10 carrier_up
}

not_while_down() {
	ip link set "$DEV" down
	defer ip link set "$DEV" up
	test_says offline FAIL
	expect "loopback" "$(result Loopback)" -ne 0
	expect "dma" "$(result DMA)" -eq 0
}

# The device does not end the loopback of the test: that is seen, and can be mended.
loopback_stays() {
	wait_for 10 ping_works	# the test before has opened the port
	# whatever else the port is told meanwhile
	fault '"kind": "command", "card": 0, "opcode": "PORT_SET", "status": "INTERNAL", "skip": 1, "count": 10'
	test_says offline FAIL
	fault_clear
	expect "loopback" "$(result Loopback)" -ne 0
	has_feature loopback || fail "the port is in loopback and does not say so"
	dmesg | grep -q "the port stays in loopback" || fail "nothing was said of it"
	ethtool -K "$DEV" loopback off
	wait_for 10 carrier_up
	wait_for 10 ping_works
	test_says offline PASS
	wait_for 10 carrier_up
}

# New queues, a new link, the same settings.
reset() {
	local before

	before=$(ethtool_stat "$DEV" queue_resets)
	ethtool --reset "$DEV" dma irq mac phy filter >/dev/null
	wait_for 10 sh -c "[ \$(ethtool -S $DEV | awk '\$1 == \"queue_resets:\" { print \$2 }') -gt $before ]"
	wait_for 10 carrier_up
	ping_works
	expect_refused "not supported" ethtool --reset "$DEV" ram
}

# The first register is a magic number.
registers() {
	ethtool -d "$DEV" raw on >/tmp/regs
	expect "magic" "$(od -An -tx4 -j4 -N4 /tmp/regs | tr -d ' ')" = 43494e47
}

topology_up
trap topology_down EXIT
guest_main on_line off_line finds_a_lost_interrupt finds_what_is_wrong not_while_down loopback_stays \
	reset registers
