#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# mkinitrd.sh RELEASE FILE: runs in the lab root. An initrd of PID 1 and of
# the modules between the kernel and its root file system, nothing else.

set -eu
release=$1 file=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

modules() {
	modprobe --set-version "$release" --show-depends --all \
		virtio_blk erofs overlay 9pnet_virtio 9p qemu_fw_cfg |
		awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# PID 1 loads 0.ko, 1.ko ... until there is none: dependencies first, and
# unpacked here rather than by the guest.
mkdir "$dir/modules"
count=0
for module in $(modules); do
	xz --decompress --stdout "$module" >"$dir/modules/$count.ko"
	count=$((count + 1))
done

gcc -std=gnu11 -O2 -static -Wall -Wextra -Werror -o "$dir/init" \
	"${0%/*}/init.c"
mkdir "$dir/root"
cd "$dir" && find . | cpio --quiet --create --format=newc >"$file"
