#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest before the command: the driver of this kernel, and
# before each module the modules it depends on.

set -eu
tree=$(realpath "${0%/*}/../..")
build=$tree/build/$(uname -r)

load() {
	modinfo --field depends "$1" | tr , '\n' | grep -v -E '^(gnic)?$' |
		xargs --no-run-if-empty modprobe --all
	insmod "$1"
}

if ! [ -e "$build/gnic.ko" ]; then
	echo "lab: no $build/gnic.ko: build it, or use --no-load" >&2
	exit 98
fi
load "$build/gnic.ko"
if [ -e "$build/gnic_accel.ko" ]; then
	load "$build/gnic_accel.ko"
fi
