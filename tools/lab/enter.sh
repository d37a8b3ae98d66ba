#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# enter.sh ROOT BASE TREE CMD...: in a mount namespace of our own, lay the
# lab root out and run CMD in it. The root itself is read-only, so that no
# command can change what the next one finds.

set -eu
root=$1 base=$2 tree=$3
shift 3

mount --bind "$root" "$root"
for dir in proc sys dev; do
	mount --rbind "/$dir" "$root/$dir"
done
for dir in run root var/tmp; do
	mount -t tmpfs -o mode=0755 tmpfs "$root/$dir"
done
# Sockets and logs of a run are in /tmp, images in BASE.
mount --bind /tmp "$root/tmp"
for dir in "$base" "$tree"; do
	mkdir -p "$root$dir"
	mount --bind "$dir" "$root$dir"
done
mount -o remount,bind,ro "$root"

case $PWD/ in
"$tree"/* | /tmp/*) dir=$PWD ;;
*) dir=$tree ;;
esac
export HOME=/root TMPDIR=/tmp LC_ALL=C.UTF-8
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# chroot(8) goes to "/": the shell inside goes back to where we were.
exec chroot "$root" /bin/sh -c 'cd "$1" && shift && exec "$@"' sh "$dir" "$@"
