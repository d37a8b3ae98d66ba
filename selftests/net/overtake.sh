#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two who tell the device, or the stack, of the same thing: what is newer stays, whoever is
# faster. One of them is held on its way (selftests/module/gnic_hold.c) until the other has
# done all, or waits for it. Topology: lib/guest.sh.

# shellcheck disable=SC2119 # ping_works takes options, or none
. "$(dirname "$0")/../lib/guest.sh"

MODULE=$TREE/build/selftests/module/$(uname -r)/gnic_hold.ko
PARAMETERS=/sys/module/gnic_hold/parameters
# commands of the device: include/hw/cmd.h
CQ_MODIFY=0x13 FILTER_SET=0x45

# hold TASK FUNCTION [SECOND]: the next such task that calls it, with that second argument
hold() {
	printf %s "$1" >$PARAMETERS/task
	printf %s "$2" >$PARAMETERS/function
	printf %d "${3:--1}" >$PARAMETERS/second
	defer let_go
	echo 1 >$PARAMETERS/armed
}

let_go() {
	echo 0 >$PARAMETERS/armed
}

is_held() {
	[ "$(<$PARAMETERS/held)" -eq 1 ]
}

# settled PID: it has ended, or waits for a lock
settled() {
	local state

	state=$(cut -d " " -f 3 "/proc/$1/stat" 2>/dev/null) || return 0
	[ "$state" = D ] || [ "$state" = Z ]
}

ended() {
	settled "$1" && [ "$(cut -d " " -f 3 "/proc/$1/stat" 2>/dev/null)" != D ]
}

# overtakes COMMAND...: it comes as far as it can while somebody is held, who goes on then; at
# the end it has been done
overtakes() {
	local other

	background "$@"
	other=$BACKGROUND
	wait_for 20 settled "$other"
	# that it waits a moment says nothing
	sleep 0.5
	wait_for 20 settled "$other"
	is_held || fail "nobody is held any more"
	let_go
	wait_for 20 ended "$other"
	wait "$other" || fail "can't: $*"
}

# The work item has read the address lists, with the own address of before, and is held on its
# way to the device.
own_address() {
	local address

	[[ $(uname -r) == 6.* ]] || skip "this kernel sets the lists and the address in turn"
	read -r address <"/sys/class/net/$DEV/address"
	defer ip link set "$DEV" address "$address"
	hold kworker gnic_cmd_exec $FILTER_SET
	ip maddr add 01:00:5e:01:02:03 dev "$DEV"
	defer ip maddr del 01:00:5e:01:02:03 dev "$DEV"
	wait_for 10 is_held
	overtakes ip link set "$DEV" address 02:00:00:00:00:42
	# the work item may be a moment behind
	sleep 0.5
	ping_works || fail "the device has the address from before"
	peer ping -c 3 -i 0.05 -W 2 -q 192.0.2.1 >/dev/null ||
		fail "the device has the address from before"
}

# How many interrupts 40 frames take that come one by one.
cost() {
	local before

	before=$(interrupts)
	peer ping -q -c 40 -i 0.02 -W 2 192.0.2.1 >/dev/null || :
	sleep 0.2
	echo $(($(interrupts) - before))
}

# DIM's work item has read what DIM has found, and is held on its way to the device when the
# user turns DIM off. What the device moderates by is seen by its interrupts.
moderation() {
	local profile=$TREE/selftests/lib/profile.py before

	ethtool -L "$DEV" combined 1
	defer ethtool -L "$DEV" combined 2
	defer ethtool -C "$DEV" adaptive-rx off rx-usecs 4 tx-usecs 16
	before=$("$profile" "$DEV" rx | awk '{ print $1 }')
	# shellcheck disable=SC2086 # words
	defer "$profile" "$DEV" rx $before
	"$profile" "$DEV" rx 60000 60000 60000 60000 60000
	hold kworker gnic_cmd_exec $CQ_MODIFY
	ethtool -C "$DEV" adaptive-rx on tx-usecs 60000
	peer_background ping -f -q 192.0.2.1
	wait_for 20 is_held
	kill "$BACKGROUND"
	overtakes ethtool -C "$DEV" adaptive-rx off rx-usecs 0
	sleep 1
	expect "interrupts" "$(cost)" -gt 32
}

wire_is() {
	model "{\"cmd\": \"link\", \"card\": 0, \"port\": 0, \"state\": \"$1\"}" |
		grep -q '"ok":true' || fail "the wire is not $1"
}

# Who opens the port has asked for the link and is held before he tells the stack, when the
# link is lost.
link() {
	local opener

	defer wait_for 10 carrier_up
	defer ip link set "$DEV" up
	defer wire_is up
	ip link set "$DEV" down
	hold ip netif_carrier_on
	background ip link set "$DEV" up
	opener=$BACKGROUND
	wait_for 10 is_held
	wire_is down
	# the event comes by an interrupt
	sleep 1
	let_go
	wait_for 10 ended "$opener"
	wait "$opener"
	carrier_is 0 || fail "a carrier without a link"
	wire_is up
	wait_for 10 carrier_up
	ping_works
}

if [ ! -e "$MODULE" ]; then
	echo "1..0 # SKIP needs $MODULE"
	exit $EXIT_SKIP
fi
topology_up
insmod "$MODULE"
trap 'rmmod gnic_hold; topology_down' EXIT
ethtool -L "$DEV" combined 2
guest_main own_address moderation link
