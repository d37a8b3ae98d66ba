#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The lab's cache: what is in it is whole, whoever else works there, and what can't be is
# refused with a status that no command has. A root here is two files, which takes no time.
set -u
cd "$(dirname "$0")/../.." || exit 1

EXIT_LAB=98	# see tools/lab/common.sh
LAB_DIR=$PWD/tools/lab
TURNS=60

# shellcheck source=selftests/lab/lib.sh
. selftests/lab/lib.sh

# The lab's own functions, but for those that take minutes. RECIPE names the root.
export LAB_CACHE=$WORK/cache
for part in common mirror bootstrap root exec kernel options clock cards guest run; do
	# shellcheck disable=SC1090 # one of the above
	. "$LAB_DIR/$part.sh"
done

root_check_host() {
	:
}

root_bootstrap() {
	mkdir -p "$1/boot"
	touch "$1/boot/vmlinuz-6.12.1"
	[ -n "${OLD_ONLY:-}" ] || touch "$1/boot/vmlinuz-7.1"
}

root_image() {
	touch "$1/root.erofs"
}

# That of a large one takes a while.
root_remove() {
	rm -rf "$1/root"
	[ ! -d "$1" ] || sleep 0.05
	rm -rf "$1"
}

recipe() {
	LAB_BASE=$LAB_CACHE/root-$1
	LAB_ROOT=$LAB_BASE/root
	LAB_IMAGE=$LAB_BASE/root.erofs
}

# in_root sh mkinitrd.sh RELEASE FILE
in_root() {
	echo begun >"$4"
	sleep 0.3
	echo ended >>"$4"
}

# ---- roots ----

is_whole() {
	[ -e "$LAB_IMAGE" ] && [ -e "$LAB_ROOT/boot/vmlinuz-7.1" ]
}

holds() {
	(root_ensure && is_whole && sleep 0.02 && is_whole)
}

# What somebody left behind who was interrupted.
leftovers() {
	recipe left
	mkdir -p "$LAB_ROOT/boot" "$LAB_CACHE/new.gone/root" "$LAB_CACHE/new.1/root"
	holds && [ "$(find "$LAB_CACHE" -mindepth 1 -maxdepth 1 -type d)" = "$LAB_BASE" ]
}

# holders NAME: again and again, one that the others take for old
holders() {
	local turn

	recipe "$1"
	for ((turn = 0; turn < TURNS; turn++)); do
		holds || return
	done
}

two_recipes() {
	local one

	holders one &
	one=$!
	holders two || return
	wait $one
}

one_kernel() {
	recipe old
	(OLD_ONLY=yes root_ensure)
	[ $? -eq $EXIT_LAB ] && [ ! -e "$LAB_BASE" ]
}

# ---- initrds ----

initrd_is_whole() {
	[ "$(cat "$(initrd_ensure 6.12.1)")" = $'begun\nended' ]
}

two_initrds() {
	local one

	recipe initrd
	mkdir -p "$LAB_BASE"
	initrd_is_whole &
	one=$!
	sleep 0.1
	initrd_is_whole || return
	wait $one
}

# ---- places ----

# waits NAME: for a place of a guest, and says so when it has one
waits() {
	(run_slot && echo "$1" >>"$WORK/placed")
}

# The second one would look a moment before the first does.
in_order() {
	local first second

	mkdir -p "$LAB_CACHE"
	: >"$WORK/placed"
	(run_slot && sleep 6) &
	sleep 0.2
	(run_slot && sleep 1.7) &
	sleep 0.2
	waits first &
	first=$!
	sleep 0.7
	waits second &
	second=$!
	wait $first $second
	[ "$(cat "$WORK/placed")" = $'first\nsecond' ]
}

# ---- what is refused ----

# refused SAYS COMMAND...
refused() {
	local says=$1 said status
	shift

	said=$("$@" 2>&1)
	status=$?
	echo "$said"
	[ $status -eq $EXIT_LAB ] && grep -q -- "$says" <<<"$said"
}

# A number may begin with zeros, and is decimal.
numbers() {
	option_parse --cards 08 --mem 0512 -- true
	[ "$OPT_CARDS,$OPT_MEM" = 8,512 ]
}

# Where nothing can be written, not by root either.
no_cache() {
	LAB_CACHE=/proc/gnic-lab refused "cannot write /proc/gnic-lab" tools/lab/lab exec true
}

no_place() {
	# shellcheck disable=SC2034 # of root_ensure
	LAB_CACHE=/proc
	refused "cannot write /proc/turn" run_slot
}

check "a root among leftovers" leftovers
check "roots of two recipes, taken by turns" two_recipes
check "a root without the newer kernel" one_kernel
check "two initrds at once" two_initrds
check "places for guests, in order" in_order
check "numbers of options" numbers
check "a cache that can't be made" no_cache
check "a cache that can't be written" no_place
LAB_TIMEOUT=10m check "a time that is no number" refused "is in seconds" run_main run -- true
summary
