#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What is exact and has a bound (design.rst, "Budgets"): memory of ports that nothing comes to.
# Topology: lib/guest.sh, but for the memory, which all ports of the card are measured for.

. "$(dirname "$0")/../lib/guest.sh"

PAGE=4096
PORT_MEMORY=$((3 << 20))
ETH=/sys/bus/auxiliary/drivers/gnic.eth

# Bytes of the kernel's own in use: pages that are neither free nor a process's or a file's.
kernel_memory() {
	echo 3 >/proc/sys/vm/drop_caches
	# adds up what the processors have counted
	: "$(</proc/sys/vm/stat_refresh)"
	awk -v page=$PAGE '
		$1 == "managed" { all += $2 }
		$1 == "nr_free_pages" || $1 == "count:" { free += $2 }
		$1 ~ /^nr_((in)?active|isolated)_(anon|file)$|^nr_(unevictable|page_table_pages)$/ { free += $2 }
		$1 == "nr_kernel_stack" { free += $2 * 1024 / page }
		END { print (all - free) * page }' /proc/zoneinfo
}

# pages BYTES: what a ring of so many takes
pages() {
	echo $((($1 + PAGE - 1) / PAGE * PAGE))
}

# Bytes of all rings of $DEV: two to send and the CQ of both, one to receive with its CQ, of each
# channel.
rings() {
	local tx rx

	rx=$(ethtool -g "$DEV" | awk '/^RX:/ { value = $2 } END { print value }')
	tx=$(ethtool -g "$DEV" | awk '/^TX:/ { value = $2 } END { print value }')
	echo $(($(channels_now) * (2 * $(pages $((tx * 64))) + $(pages $((2 * tx * 32))) +
		$(pages $((rx * 16))) + $(pages $((rx * 32))))))
}

# Bytes that the receive buffers of $DEV are.
buffers() {
	local bytes pools

	read -r bytes pools < <("$TREE/selftests/lib/pagepools.py" "$DEV")
	[ "$pools" -gt 0 ] || fail "no page pool"
	echo "$bytes"
}

# netdevs_are COUNT: that many ports have one
netdevs_are() {
	[ "$(port_devs | wc -l)" -eq "$1" ]
}

# As if the card had no ports, and as it was.
ports_off() {
	local eth

	for eth in "${ETHS[@]}"; do
		echo "$eth" >$ETH/unbind
	done
	wait_for 5 netdevs_are 0
	# what they had is given back by others, and later
	sleep 0.5
}

ports_on() {
	local eth

	for eth in "${ETHS[@]}"; do
		[ -e "$ETH/$eth" ] || echo "$eth" >$ETH/bind
	done
	wait_for 5 netdevs_are ${#ETHS[@]}
	mapfile -t PORTS < <(port_devs)
}

# all_up CHANNELS TXQUEUELEN: with carrier
all_up() {
	for DEV in "${PORTS[@]}"; do
		ethtool -L "$DEV" combined "$1"
		ip link set "$DEV" txqueuelen "$2" up
	done
	for DEV in "${PORTS[@]}"; do
		wait_for 10 carrier_is 1
	done
}

# memory_of CHANNELS TXQUEUELEN: BYTES that a port takes, from nothing on
memory_of() {
	local before

	before=$(kernel_memory)
	ports_on
	all_up "$1" "$2"
	BYTES=$((($(kernel_memory) - before) / ${#ETHS[@]}))
	note "$1 channels, txqueuelen $2: $BYTES bytes a port, its rings $(rings), buffers $(buffers)"
	# it is seen at all
	expect "bytes" "$BYTES" -gt $(($(rings) + $(buffers)))
}

# All that a port takes beside its rings. Queueing disciplines are the stack's, which makes one
# for each of 66 queues, however many there are: first they are as small as can be, then as they
# are, but without what is in the rings.
idle_memory() {
	local channels codel

	mapfile -t ETHS < <(cd $ETH && ls -d gnic.eth.*)
	codel=$(sysctl -n net.core.default_qdisc)
	defer ports_on
	# before that: ports that come then are as they were
	defer sysctl -qw net.core.default_qdisc="$codel" net.ipv6.conf.default.disable_ipv6=0
	sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	for channels in 2 8; do
		ports_off
		sysctl -qw net.core.default_qdisc=pfifo_fast
		memory_of $channels 1
		expect "bytes beside rings" $((BYTES - $(rings))) -le $PORT_MEMORY
		ports_off
		sysctl -qw net.core.default_qdisc="$codel"
		memory_of $channels 1000
		expect "bytes beside rings and what is in them" \
			$((BYTES - $(rings) - $(buffers))) -le $PORT_MEMORY
	done
	ports_off
}

guest_main idle_memory
