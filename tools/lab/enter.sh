#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# enter.sh ROOT BASE TREE CMD...: in a mount namespace of our own, lay the
# lab root out and run CMD in it. The root itself is read-only, so that no
# command can change what the next one finds.

set -eu
root=$2/view base=$2 tree=$3

# What is mounted below a directory comes along: a user namespace may not
# uncover what its parent has covered.
show() {
	mkdir -p "$root$1"
	mount --rbind "$1" "$root$1"
}

# Not in place: whoever looks at ROOT itself sees it without our mounts.
mkdir -p "$root"
mount --bind "$1" "$root"
shift 3
for dir in run root var/tmp; do
	mount -t tmpfs -o mode=0755 tmpfs "$root/$dir"
done
# Images are in BASE, sockets and logs of a run in /tmp.
for dir in "$base" /proc /sys /dev /tmp "$tree"; do
	show "$dir"
done
# What is shared there ends with those who share it.
[ ! -d /dev/shm ] || mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -o remount,bind,ro "$root"

case $PWD/ in
"$tree"/* | /tmp/*) dir=$PWD ;;
*) dir=$tree ;;
esac
export HOME=/root TMPDIR=/tmp LC_ALL=C.UTF-8
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin
# chroot(8) goes to "/": the shell inside goes back to where we were.
# shellcheck disable=SC2016 # it is that shell that expands
exec chroot "$root" /bin/sh -c 'cd "$1" && shift && exec "$@"' sh "$dir" "$@"
