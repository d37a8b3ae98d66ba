# SPDX-License-Identifier: GPL-2.0-only
# What the programs in the guest share: which netdevs, carrier, symbols.
# shellcheck shell=bash

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

# Of all modules: else the text behind a driver's last symbol would be the driver's.
symbols() {
	grep '\]$' /proc/kallsyms | awk '{ print "@symbol", $1, $3, $4 }'
}
