# SPDX-License-Identifier: GPL-2.0-only
# The kernels of the lab root, and the small initrd that boots each.
# shellcheck shell=bash

INITRD_RECIPE=(init.c mkinitrd.sh)

# kernel_release 6.12|backports: what "uname -r" says in that guest. The root
# holds two kernels: the one of Debian 13, and a newer one.
kernel_release() {
	local file

	case $1 in
	6.12 | backports) ;;
	debug) die "there is no debug kernel yet: use 6.12 or backports" ;;
	*) die "no kernel '$1': use 6.12 or backports" ;;
	esac
	for file in "$LAB_ROOT"/boot/vmlinuz-*; do
		file=${file##*/vmlinuz-}
		case $1,$file in
		backports,6.12.*) continue ;;
		6.12,6.12.* | backports,*) echo "$file" && return ;;
		esac
	done
	die "no kernel $1 in $LAB_ROOT: lab setup builds one"
}

# initrd_ensure RELEASE: print the path of its initrd, built if need be.
initrd_ensure() {
	local hash file

	hash=$(cd "$LAB_DIR" && cat "${INITRD_RECIPE[@]}" | sha256sum | cut -c1-12)
	file=$LAB_BASE/initrd-$1-$hash
	[ -e "$file" ] || initrd_build "$1" "$file" >&2
	echo "$file"
}

# One at a time: it takes the others away, also those that nobody has finished.
initrd_build() {
	local new=$2.new

	lock_wait "$LAB_BASE/initrd.lock" "another initrd is being built, waiting"
	[ ! -e "$2" ] || return 0
	rm -f "$LAB_BASE/initrd-$1"-*
	in_root sh "$LAB_DIR/mkinitrd.sh" "$1" "$new" ||
		die "cannot build the initrd of $1"
	mv "$new" "$2" || die "cannot build the initrd of $1"
}
