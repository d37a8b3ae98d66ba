#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Errors on the bus, as the card's root port hears of them (aer_inject): counted,
# and where the kernel resets the card, all that was set is there again. The card
# stands behind a root port (lab run --root-port). Topology: lib/guest.sh. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/outlives.sh"

# Bits of the status registers (PCIe 6.0, 7.8.4); the last one is fatal.
BAD_TLP=$((1 << 6))		# correctable
COMPLETION_TIMEOUT=$((1 << 14))
POISONED_TLP=$((1 << 12))
LINK_PROTOCOL=$((1 << 4))

# inject CORRECTABLE UNCORRECTABLE: bits of them
inject() {
	python3 - "$SLOT" "$1" "$2" <<-'PYTHON'
		import struct, sys
		domain, bus, rest = sys.argv[1].split(":")
		dev, fn = rest.split(".")
		with open("/dev/aer_inject", "wb", buffering=0) as f:
		    f.write(struct.pack("=BBBxIIIIIII", int(bus, 16), int(dev, 16), int(fn),
		                        int(sys.argv[3]), int(sys.argv[2]), 1, 2, 3, 4,
		                        int(domain, 16)))
	PYTHON
}

# counted KIND: errors that the root port has heard of: cor, nonfatal or fatal
counted() {
	cat "/sys/bus/pci/devices/$SLOT/../aer_rootport_total_err_$1"
}

counts_more() {
	[ "$(counted "$1")" -gt "$2" ]
}

recovered() {
	dmesg | grep -q "device recovery successful"
}

# has KIND CORRECTABLE UNCORRECTABLE
has() {
	local before

	before=$(counted "$1")
	dmesg -C
	inject "$2" "$3"
	wait_for 10 counts_more "$1" "$before"
	[ "$1" = cor ] || wait_for 20 recovered
}

correctable() {
	local changes

	changes=$(cat "/sys/class/net/$DEV/carrier_changes")
	has cor $BAD_TLP 0
	port_works
	expect "changes of the link" "$(cat "/sys/class/net/$DEV/carrier_changes")" -eq "$changes"
}

# 6.12 tells the card, nothing more; 7.3 resets it.
nonfatal() {
	settings_outlive has nonfatal 0 $COMPLETION_TIMEOUT
	has nonfatal 0 $POISONED_TLP
	port_works
}

# The root port resets its bus.
fatal() {
	settings_outlive has fatal 0 $LINK_PROTOCOL
	has fatal 0 $LINK_PROTOCOL
	has fatal 0 $LINK_PROTOCOL
	port_works
}

under_traffic() {
	stream_outlives has fatal 0 $LINK_PROTOCOL
}

down_stays_down() {
	down_outlives has fatal 0 $LINK_PROTOCOL
}

# A card that came when the machine was running: nobody but the driver has turned it on.
plugged_in() {
	local path=/sys/bus/pci/devices/$SLOT

	topology_down
	echo "$SLOT" >/sys/bus/pci/drivers/gnic/unbind
	# the command register
	printf '\0\0' | dd of="$path/config" bs=1 seek=4 conv=notrunc status=none
	echo 1 >"$path/remove"
	echo 1 >/sys/bus/pci/rescan
	topology_up
	has fatal 0 $LINK_PROTOCOL
	port_works
	has fatal 0 $LINK_PROTOCOL
	port_works
}

topology_up
trap topology_down EXIT
SLOT=$(basename "$(readlink "/sys/class/net/$DEV/device")")
modprobe -q aer_inject || skip "this kernel has no aer_inject"
[ -e "/sys/bus/pci/devices/$SLOT/../aer_rootport_total_err_fatal" ] || skip "nobody hears of the card's errors"
guest_main correctable nonfatal fatal under_traffic down_stays_down plugged_in
