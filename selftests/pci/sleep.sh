#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The devices of the machine sleep without power, and wake. What a sleep takes from
# the guest for good is its tree, which comes by 9p: all that is needed later is
# copied before, and this is the last program of its guest. Topology: lib/guest.sh. Kernels: one

if [[ $0 != /tmp/* ]]; then
	mkdir -p /tmp/awake/build
	cp -r "$(dirname "$0")/.." /tmp/awake/selftests
	cd / && exec "/tmp/awake/selftests/pci/$(basename "$0")"
fi

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/outlives.sh"

# The ports by which the guest reports would be dumb after a sleep with 7.3: their driver
# is away meanwhile, and PID 1 opens them again.
console_away() {
	for CONSOLE in /sys/bus/virtio/drivers/virtio_console/virtio*; do
		CONSOLE=${CONSOLE##*/}
		echo "$CONSOLE" >/sys/bus/virtio/drivers/virtio_console/unbind
	done
}

console_back() {
	echo "$CONSOLE" >/sys/bus/virtio/drivers/virtio_console/bind
}

# For a second, without power (D3hot); the processors do not sleep.
sleep_devices() {
	local status=0

	console_away
	echo platform >/sys/power/pm_test
	echo 1 >/sys/module/suspend/parameters/pm_test_delay
	echo freeze >/sys/power/state || status=1
	echo none >/sys/power/pm_test
	console_back
	return $status
}

devices_sleep() {
	sleep_devices
	port_works
}

settings_stay() {
	settings_outlive sleep_devices
}

under_traffic() {
	stream_outlives sleep_devices
}

down_stays_down() {
	down_outlives sleep_devices
}

again_and_again() {
	for _ in 1 2 3 4; do
		sleep_devices
	done
	port_works
}

[ -e /sys/power/pm_test ] || skip "this kernel does not sleep for a test"
topology_up
trap topology_down EXIT
guest_main devices_sleep settings_stay under_traffic down_stays_down again_and_again
