# SPDX-License-Identifier: GPL-2.0-only
# What the programs in the guest share: which netdevs, carrier, pktgen, symbols.
# shellcheck shell=bash

PACKETS=40000
BURST=32

netdevs_of() {
	local path
	for path in /sys/class/net/*/device/driver; do
		[ "$(basename "$(readlink -f "$path")")" = "$1" ] && basename "${path%/device/driver}"
	done
	return 0
}

# carrier DEV...: some drivers reset the link when a program comes or goes
carrier() {
	local dev tries
	for dev; do
		for tries in {1..100}; do
			[ "$(cat "/sys/class/net/$dev/carrier")" = 1 ] && break
			sleep 0.1
		done
		[ "$tries" -lt 100 ] || { echo "bench: $dev has no carrier" >&2; exit 1; }
	done
	sleep 0.5
}

pg() {
	echo "$2" >"/proc/net/pktgen/$1"
}

# pktgen_setup DEV: the parameters that all phases share
pktgen_setup() {
	pg kpktgend_0 rem_device_all
	pg kpktgend_0 "add_device $1"
	pg "$1" "count $PACKETS"
	pg "$1" "burst $BURST"
	pg "$1" "clone_skb 0"
	pg "$1" "pkt_size 60"
	pg "$1" "delay 0"
	pg "$1" "dst 10.99.0.2"
}

# packets DEV tx|rx
packets() {
	cat "/sys/class/net/$1/statistics/${2}_packets"
}

# Of all modules: else the text behind a driver's last symbol would be the driver's. And of the
# kernel what copies into device memory (push), which ends with the next one.
symbols() {
	grep '\]$' /proc/kallsyms | awk '{ print "@symbol", $1, $3, $4 }'
	grep -A 1 ' __iowrite64_copy$' /proc/kallsyms |
		awk '{ print "@symbol", $1, $3, NR == 1 ? "[push]" : "[rest]" }'
}
