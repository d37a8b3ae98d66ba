#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A setting that changes costs no datagram; refused.sh has those that the device refuses.
# Topology: lib/guest.sh.

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/counted.sh"
. "$(dirname "$0")/../lib/xdp.sh"

mtus() {
	local mtu

	for mtu in 1400 9600 1500; do
		step ip link set "$DEV" mtu $mtu
	done
}

rings() {
	step ethtool -G "$DEV" rx 64 tx 64
	step ethtool -G "$DEV" rx 1024
	step ethtool -G "$DEV" rx 512 tx 512
	step ethtool -G "$DEV" rx-buf-len 4096
	step ethtool -G "$DEV" rx-buf-len 2048
	step ethtool -G "$DEV" tcp-data-split on
	step ethtool -G "$DEV" tcp-data-split off
}

spreads() {
	step ethtool -X "$DEV" equal 1
	step ethtool -X "$DEV" weight 1 3
	step ethtool -X "$DEV" hkey "$(printf '5a:%.0s' {1..51})a5"
	step ethtool -X "$DEV" hfunc xor
	step ethtool -X "$DEV" hfunc toeplitz
	step ethtool -X "$DEV" default
}

moderations() {
	step ethtool -C "$DEV" rx-usecs 500 tx-usecs 500
	step ethtool -C "$DEV" adaptive-rx on
	step ethtool -C "$DEV" adaptive-rx off rx-usecs 4 tx-usecs 16
}

# Attached, replaced by another one and by itself, and gone.
programs() {
	step ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
	step ip -force link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
	step ip -force link set dev "$DEV" xdpdrv object "$SHAPE" program xdp_shape
	step ip link set dev "$DEV" xdpdrv off
}

# The stack drops what waits in the discipline of a queue that goes. Without a limit of
# their own queues are stopped by the driver alone.
channels() {
	local count

	for count in 4 1 3 8 2; do
		queue_limits "$DEV" 1000000
		step ethtool -L "$DEV" combined $count
	done
}

# Of queues that are gone, too: they would have them when they come again.
limits_as_they_were() {
	ethtool -L "$DEV" combined 8
	queue_limits "$DEV" 0
}

mtu_changes() {
	keep_settings
	loses_nothing mtus
}

rings_change() {
	keep_settings
	loses_nothing rings
}

spread_changes() {
	keep_settings
	loses_nothing spreads
}

moderation_changes() {
	keep_settings
	loses_nothing moderations
}

program_changes() {
	keep_settings
	defer ip link set dev "$DEV" xdpdrv off
	loses_nothing programs
}

channels_change() {
	keep_settings
	defer limits_as_they_were
	loses_nothing channels
}

# nobody_there: datagrams that have come to the far end for nobody
nobody_there() {
	peer cat /proc/net/snmp | awk '$1 == "Udp:" { value = $3 } END { print value }'
}

# of_so_many COUNT THERE DROPPED: since then they have come, or were dropped
of_so_many() {
	[ $(($(nobody_there) - $2 + $(ethtool_stat "$DEV" tx_unsent) - $3)) -ge "$1" ]
}

# unsent COMMAND...: it replaces the queue by which the second processor sends, while the far
# end wants silence
unsent() {
	local there swapped dropped

	# limits count from the first completion on
	queue_limits "$DEV" 1000000
	taskset -c 1 ping -c 2 -i 0.05 -W 2 -q 192.0.2.2 >/dev/null
	there=$(nobody_there)
	swapped=$(ethtool_stat "$DEV" tx_unsent)
	dropped=$(stat "$DEV" tx_dropped)
	silence 0 0 20000
	taskset -c 1 bash -c 'for i in {1..40}; do echo >/dev/udp/192.0.2.2/9; done'
	"$@"
	silence 0 0 0
	wait_for 5 of_so_many 40 "$there" "$swapped"
	swapped=$(($(ethtool_stat "$DEV" tx_unsent) - swapped))
	expect "dropped" "$swapped" -ge 40
	expect "tx_dropped" $(($(stat "$DEV" tx_dropped) - dropped)) -eq $swapped
	ping_works
}

# What the device has not sent when its queue goes is lost, and counted.
unsent_is_counted() {
	keep_settings
	defer limits_as_they_were
	unsent ethtool -G "$DEV" tx 256
	unsent ethtool -L "$DEV" combined 1
}

topology_up
trap topology_down EXIT
ethtool -L "$DEV" combined 2
guest_main mtu_changes rings_change spread_changes moderation_changes program_changes \
	channels_change unsent_is_counted
