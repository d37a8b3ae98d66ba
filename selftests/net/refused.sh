#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A setting that the device refuses changes nothing, takes nothing and costs no datagram,
# at whatever step. Topology: lib/guest.sh. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/counted.sh"
. "$(dirname "$0")/../lib/xdp.sh"

# Queues of all kinds that the card and the port have. Vectors are a channel's for ever.
taken() {
	local instance

	for instance in "$(own_card)" "$(eth_of "$(own_card)")"; do
		devlink -j resource show "$instance" |
			jq -r '.resources[][] | select(has("occ") and .name != "vectors") |
				"\(.name) \(.occ)"'
	done
}

# What the tools say of what this test changes.
settings() {
	ethtool -l "$DEV"
	ethtool -g "$DEV"
	ethtool -c "$DEV"
	ethtool -x "$DEV"
	ip -o link show "$DEV"
}

# pools_are COUNT: a pool ends when its last page has come back
pools_are() {
	[ "$("$TREE/selftests/lib/pagepools.py" "$DEV" | cut -d " " -f 2)" -eq "$1" ]
}

# refused OPCODE SKIP COMMAND...: the device refuses once, behind SKIP that it takes; all is
# as before
refused() {
	local opcode=$1 skip=$2 before

	shift 2
	before=$(settings)
	fault_command "$opcode" "$skip"
	if "$@" >/dev/null 2>&1; then
		fail "$opcode $skip: succeeded, must not: $*"
	fi
	fault_clear
	[ "$before" = "$(settings)" ] ||
		fail "$opcode $skip: $*: $(diff <(echo "$before") <(settings))"
	sleep $COUNTED_STEP
}

# costs_nothing COMMAND...: nor do queues stay that nobody has
costs_nothing() {
	local before

	keep_settings
	before=$(taken)
	loses_nothing "$@"
	[ "$before" = "$(taken)" ] || fail "$(diff <(echo "$before") <(taken))"
	wait_for 10 pools_are "$(channels_now)"
}

# Two channels: two CQs and two QPs each, which one after the other move.
rings_refused() {
	local skip

	for skip in 0 3; do
		refused CQ_CREATE $skip ethtool -G "$DEV" rx 128
		refused QP_CREATE $skip ethtool -G "$DEV" rx 128
	done
	refused QP_MOVE 0 ethtool -G "$DEV" rx 128
	refused QP_MOVE 1 ethtool -G "$DEV" rx 128
	refused QP_MOVE 1 ethtool -G "$DEV" rx-buf-len 4096
	refused QP_MOVE 1 ethtool -G "$DEV" tcp-data-split on
}

programs_refused() {
	refused QP_CREATE 3 ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
	refused QP_MOVE 1 ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
}

# Rings change as well, so channels that stay have their queues exchanged, and back.
channels_refused() {
	local count

	for count in 8 1; do
		refused CQ_CREATE $count ethtool -L "$DEV" combined $count
		refused QP_MOVE 0 ethtool -L "$DEV" combined $count
		refused VPORT_QUEUES 0 ethtool -L "$DEV" combined $count
		refused RSS_CONTEXT 0 ethtool -L "$DEV" combined $count
	done
	refused QP_CREATE 15 ethtool -L "$DEV" combined 8
	refused QP_MOVE 1 ethtool -L "$DEV" combined 3
}

others_refused() {
	refused PORT_SET 0 ip link set "$DEV" mtu 4000
	refused RSS_CONTEXT 0 ethtool -X "$DEV" equal 1
	refused RSS_CONTEXT 0 ethtool -X "$DEV" hfunc crc32
	refused RSS_CONTEXT 0 ethtool -X "$DEV" hkey "$(printf '5a:%.0s' {1..51})a5"
	refused CQ_MODIFY 0 ethtool -C "$DEV" rx-usecs 40 tx-usecs 60
	refused CQ_MODIFY 3 ethtool -C "$DEV" rx-usecs 40 tx-usecs 60
}

rings_can_be_refused() {
	costs_nothing rings_refused
}

programs_can_be_refused() {
	defer ip link set dev "$DEV" xdpdrv off
	costs_nothing programs_refused
}

channels_can_be_refused() {
	costs_nothing channels_refused
}

others_can_be_refused() {
	costs_nothing others_refused
}

topology_up
trap topology_down EXIT
ethtool -L "$DEV" combined 2
guest_main rings_can_be_refused programs_can_be_refused channels_can_be_refused \
	others_can_be_refused
