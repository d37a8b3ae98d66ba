#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot.sh ARGUMENT...: in the guest, the suite's image becomes /ksft with
# memory above it, and guest.py runs from there.
set -eu

suite=/run/suite
mkdir -p $suite/lower $suite/memory /ksft
mount -t erofs -o ro /dev/vdb $suite/lower
mount -t tmpfs tmpfs $suite/memory
mkdir $suite/memory/upper $suite/memory/work
mount -t overlay overlay /ksft \
	-o "lowerdir=$suite/lower,upperdir=$suite/memory/upper,workdir=$suite/memory/work"
# what the system of a real machine does
mount -t configfs configfs /sys/kernel/config
modprobe netconsole
# The suite asks for socket buffers of 4 MiB and does not look at what it got: its own
# kernel allows them, an older one does not.
sysctl -qw net.core.rmem_max=4194304 net.core.wmem_max=4194304
# it tells the kernel how its packets are merged
modprobe pppoe
# netpoll is tested with floods of messages, for which a serial line is no
# place: what is worth reading there is read by guest.py
echo N >/sys/module/printk/parameters/ignore_loglevel
dmesg --console-level 4
exec python3 "${0%/*}/guest.py" "$@"
